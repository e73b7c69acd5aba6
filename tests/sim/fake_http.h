/* SPDX-License-Identifier: Apache-2.0 */
/* fake_http.h -- a network with one service behind it, in the process and on a simulated platform's clock.
 *
 * It stands behind the table of flott_http.h. A request reaches the service some time after it was sent, the service
 * does what it does at that moment, and the answer comes some time later; how long is drawn from the platform's
 * randomness, as are the faults. Requests of all clients take effect in the order of these times. The hashes are
 * stand-ins: the same bytes give the same answer, but not that of MD5 or SHA-256.
 *
 *     send ──latency──► effect (the handler) ──latency──► answer ──► take
 *       └─ reset before       └─ 500, 503, reset after, slow, garbage, cut off
 */
#ifndef FL_TESTS_SIM_FAKE_HTTP_H
#define FL_TESTS_SIM_FAKE_HTTP_H

#include "base/platform_sim.h"
#include "flott_http.h"

/* Each as a chance in a million for one request. */
typedef struct fake_http_faults {
    uint32_t refused_ppm;      /* no connection */
    uint32_t reset_before_ppm; /* the request does not get there */
    uint32_t reset_after_ppm;  /* it takes effect, the answer is lost */
    uint32_t slow_ppm;         /* the answer comes after the request's timeout; the effect perhaps as well */
    uint32_t error500_ppm;     /* half of them after the effect */
    uint32_t error503_ppm;
    uint32_t garbage_ppm;   /* status 200 and a body that is not the answer; the effect has taken place */
    uint32_t truncated_ppm; /* status 200 and the first part of the answer */
} fake_http_faults;

/* What the handler sees of a request, and fills. */
typedef struct fake_http_call {
    const char *method, *url;
    const flott_http_header *headers;
    int n_headers;
    fl_str body;
    int status;    /* 200 at first */
    fl_buf answer; /* the body */
} fake_http_call;

/* A header's value; NULL: there is none. Names are compared without case. */
const char *fake_http_header(const fake_http_call *call, const char *name);

typedef struct fake_http {
    flott_http table; /* first: the transport is the fake */
    fl_platform *pf;
    void (*handler)(void *arg, fake_http_call *call);
    void *handler_arg;
    int64_t latency_ms; /* each way takes from 0 to so long */
    fake_http_faults faults;
    int64_t n_requests; /* sent so far */
    int64_t n_faults;   /* of these, with one */
    struct fake_request *requests;
    int n, cap;
    uint64_t sent; /* orders requests of the same time */
} fake_http;

void fake_http_init(fake_http *h, fl_platform *pf, void (*handler)(void *arg, fake_http_call *call), void *arg);
void fake_http_deinit(fake_http *h);
/* Lets all requests take effect whose time has come. */
void fake_http_run(fake_http *h);
/* True with a chance of ppm in a million. */
bool fake_http_chance(fake_http *h, uint32_t ppm);
/* A number from 0 to n - 1; 0 if n is 0. */
uint64_t fake_http_draw(fake_http *h, uint64_t n);

#endif
