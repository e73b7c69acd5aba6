/* SPDX-License-Identifier: Apache-2.0 */
/* flott_http.h -- the transport to web services: requests in, answers out, and the hashes that requests are signed
 * with.
 *
 * The table is what the module flott-http.so gives (it brings libcurl and OpenSSL); tests and the simulation put a
 * service of their own behind the same table. A client belongs to one thread, which never waits unless it asks to:
 * requests are sent at once, run at the same time, and their answers are taken in the order in which they came.
 *
 *     send ──► in flight ──► answer ──► take          any thread of the transport: settings.wake
 *
 * A module with this table exports flott_http_open, and is found like any other (flott_module.h).
 */
#ifndef FLOTT_HTTP_H
#define FLOTT_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when a struct below changes; a module made for another number is refused. */
#define FLOTT_HTTP_ABI 1

typedef struct flott_http_settings {
    bool trust_all;               /* any certificate of the peer is fine: for tests */
    bool http2;                   /* HTTP/2 where TLS and the peer agree on it; else HTTP/1.1, connections kept alive */
    int max_concurrency;          /* requests on their way at once; more wait inside. At least 1 */
    void (*wake)(void *wake_arg); /* an answer has come; from any thread, must not block. NULL: nobody is told */
    void *wake_arg;
} flott_http_settings;

typedef struct flott_http_header {
    const char *name, *value;
} flott_http_header;

typedef struct flott_http_request {
    const char *method; /* GET, POST, PUT */
    const char *url;    /* http:// or https:// */
    const flott_http_header *headers;
    int n_headers;
    const void *body; /* may be NULL; sent with its length; borrowed until the answer is taken, or the client closed */
    size_t body_size;
    int64_t timeout_ms; /* from now to the last byte of the answer */
    uint64_t tag;       /* comes back with the answer */
} flott_http_request;

/* Owned by who has taken it: free_answer. */
typedef struct flott_http_answer {
    uint64_t tag;
    int status;      /* 200 …; 0: none came, error says why */
    bool refused;    /* status 0: nobody can have seen the request: no such host, connection refused, bad certificate */
    char error[240]; /* "could not connect to localhost port 4568: connection refused" */
    char *body;      /* NUL-terminated behind body_size; never NULL */
    size_t body_size;
    void *memory; /* the transport's own */
} flott_http_answer;

typedef struct flott_http flott_http;
typedef struct flott_http_client flott_http_client;

struct flott_http {
    uint32_t abi; /* FLOTT_HTTP_ABI */
    const char *doc;
    /* NULL with *why (at least 240 bytes) filled if there is no memory or thread for it. */
    flott_http_client *(*open)(const flott_http *self, const flott_http_settings *settings, char *why);
    /* Everything in the request but the body is copied. Cannot fail: a failure is an answer with status 0. */
    void (*send)(flott_http_client *c, const flott_http_request *r);
    /* The next answer; false: none has come yet. */
    bool (*take)(flott_http_client *c, flott_http_answer *out);
    void (*free_answer)(flott_http_client *c, flott_http_answer *a);
    /* Waits until there is an answer to take, at most timeout_ms. In a simulation the clock moves as far. */
    void (*wait)(flott_http_client *c, int64_t timeout_ms);
    /* Simulation: when the next answer will come, ms since the epoch, for nobody will call wake. INT64_MAX: none is on
     * its way, or time is real. */
    int64_t (*due_ms)(flott_http_client *c);
    /* What is on its way is abandoned. */
    void (*close)(flott_http_client *c);
    /* Hashes, to sign with. */
    void (*md5)(const void *p, size_t n, uint8_t out[16]);
    void (*sha256)(const void *p, size_t n, uint8_t out[32]);
    void (*hmac_sha256)(const void *key, size_t key_size, const void *p, size_t n, uint8_t out[32]);
};

/* The module's table, which lives as long as the process; NULL with *why (at least 240 bytes) filled if it cannot work
 * here. Any thread. */
typedef const flott_http *flott_http_open_fn(char *why);
__attribute__((visibility("default"))) flott_http_open_fn flott_http_open;

#ifdef __cplusplus
}
#endif
#endif
