/* SPDX-License-Identifier: Apache-2.0 */
/* sigv4.h -- AWS Signature Version 4: what proves to an AWS service who calls it. */
#ifndef FL_CONNECTORS_AWS_SIGV4_H
#define FL_CONNECTORS_AWS_SIGV4_H

#include "base/str.h"
#include "connectors/aws/credentials.h"

enum { FL_SIGV4_TIME = 17 }; /* "20150830T123600Z" and its NUL */

/* Signs for one set of credentials, region and service, all borrowed. The signing key is made once a day. */
typedef struct fl_sigv4 {
    const flott_http *http; /* its hashes */
    const fl_aws_credentials *credentials;
    const char *region, *service;
    char day[9];     /* of the key, "20150830"; "": none yet */
    uint8_t key[32]; /* of that day */
} fl_sigv4;

/* All headers given are signed: Host and X-Amz-Date must be among them. Names may come in any case and order. */
typedef struct fl_sigv4_request {
    const char *method;
    fl_str path;  /* "/", as it is sent; no query */
    fl_str query; /* what stands after the ?, as it is sent */
    const flott_http_header *headers;
    int n_headers;
    fl_str body;
} fl_sigv4_request;

void fl_sigv4_init(fl_sigv4 *s, const flott_http *http, const fl_aws_credentials *who, const char *region,
                   const char *service);
/* Forgets the key. */
void fl_sigv4_deinit(fl_sigv4 *s);

/* The time as X-Amz-Date has it. */
void fl_sigv4_time(int64_t now_ms, char out[FL_SIGV4_TIME]);

/* Appends the value of the Authorization header. `time` is what X-Amz-Date says. */
void fl_sigv4_sign(fl_sigv4 *s, const fl_sigv4_request *r, const char *time, fl_buf *out);

/* The two texts on the way there, appended; `names` gets the list of signed headers. For tests and for
 * fl_sigv4_sign. */
void fl_sigv4_canonical(const flott_http *http, const fl_sigv4_request *r, fl_buf *out, fl_buf *names);
void fl_sigv4_to_sign(const fl_sigv4 *s, const char *time, fl_str canonical, fl_buf *out);

/* Percent-encodes all but A-Z a-z 0-9 - . _ ~, as signatures and forms want it. */
void fl_sigv4_encode(fl_buf *out, fl_str s);

#endif
