/* SPDX-License-Identifier: Apache-2.0 */
/* client.h -- calls to an AWS service that speaks JSON (Kinesis, Firehose): signed, sent, repeated where that helps.
 *
 * A client belongs to one subtask. Calls run at the same time; answers come in the order in which they ended. What only
 * the transport or the service's mood is to blame for (no connection, 5xx, throttling, an expired token) is repeated
 * here, with exponential backoff and full jitter, and never seen by the caller unless the attempts are used up.
 * Everything else comes back as an answer that is not ok.
 */
#ifndef FL_CONNECTORS_AWS_CLIENT_H
#define FL_CONNECTORS_AWS_CLIENT_H

#include "connectors/aws/credentials.h"
#include "connectors/connector.h"
#include "exec/operator.h"

typedef struct fl_aws fl_aws;

/* What the options of a table say; made at planning, in its arena. */
typedef struct fl_aws_config {
    const char *service;  /* kinesis, firehose: names the credential scope and the default endpoint */
    const char *region;   /* us-east-1 */
    const char *endpoint; /* https://kinesis.us-east-1.amazonaws.com, without a slash at the end */
    bool trust_all;
    bool http2;
    int max_concurrency;
    int64_t read_timeout_ms;
    fl_aws_credentials_config credentials;
} fl_aws_config;

/* How often and how patiently a call is repeated. */
typedef struct fl_aws_retry {
    int attempts; /* in all, at least 1; 0: as long as it takes, once the service has answered any call at all */
    int64_t base_ms, max_ms;
    double factor;
} fl_aws_retry;

/* The pause behind `attempts` attempts that failed: a random part of min(max_ms, base_ms * factor^(attempts-1)). */
int64_t fl_aws_pause_ms(fl_platform *pf, const fl_aws_retry *retry, int attempts);

typedef struct fl_aws_answer {
    uint64_t tag;
    bool ok;             /* 2xx */
    int status;          /* 0: no answer came */
    fl_str body;         /* JSON text */
    const char *type;    /* not ok: ResourceNotFoundException …, without a prefix; "" if the answer names none */
    const char *message; /* not ok: the service's words, or the transport's */
    int attempts;
    flott_http_answer raw; /* owns the body */
    char *words;           /* owns type and message */
} fl_aws_answer;

/* Reads aws.* of a table (checked before, with FL_AWS_OPTIONS of options.h). The service "kinesis" gives
 * https://kinesis.REGION.amazonaws.com; the region may come from 'aws.region', from the ARN given (may be NULL), or,
 * where only aws.endpoint is given, from its host name. http2, max_concurrency and read_timeout_ms are Flink's
 * defaults, for the connector to change. */
int fl_aws_config_read(fl_connector_ctx *ctx, const fl_connector *c, const fl_table *table, const char *service,
                       const char *arn, fl_aws_config *out, fl_error *err);

/* An endpoint as users write it (host:port, or a URL) as the URL that is called: without a slash at the end and without
 * the scheme's own port. Where no scheme is given it is https, but for this machine http. */
int fl_aws_endpoint(fl_arena *a, const char *given, const char **out, fl_error *err);
/* https://SERVICE.REGION.amazonaws.com */
const char *fl_aws_default_endpoint(fl_arena *a, const char *service, const char *region);

/* ctx->wake is called when an answer has come. Nothing is sent yet: credentials are looked for at the first call. */
int fl_aws_open(const fl_aws_config *config, fl_task_ctx *ctx, fl_aws **out, fl_error *err);
void fl_aws_close(fl_aws *c); /* NULL is fine; what is on its way is abandoned */

/* Starts a call: target "Kinesis_20131202.GetRecords", a JSON body (copied), not before the time given (0: now). */
void fl_aws_call(fl_aws *c, const char *target, fl_str body, uint64_t tag, const fl_aws_retry *retry,
                 int64_t not_before_ms);
/* Calls started and not yet taken. */
int fl_aws_in_flight(const fl_aws *c);
/* The next answer: 1, 0 if none has come; negative if no call can succeed any more (no credentials, no transport).
 * Also sends what has become due. */
int fl_aws_take(fl_aws *c, fl_aws_answer *out, fl_error *err);
void fl_aws_answer_free(fl_aws *c, fl_aws_answer *a);
/* When fl_aws_take should be called again at the latest: a pause that ends, an answer in a simulation. INT64_MAX: when
 * woken. */
int64_t fl_aws_due_ms(const fl_aws *c);
/* Waits for an answer to take, until until_ms at most. FL_E_CANCELED if the job is canceled meanwhile. */
int fl_aws_wait(fl_aws *c, int64_t until_ms, fl_error *err);

/* Fills err with what an answer that is not ok means for the user: what was called, on what, the service's words, and
 * what to do (wrong secret, unknown stream, missing right, clock that is off, endpoint that nobody listens on). Returns
 * err->code. */
int fl_aws_fail(const fl_aws *c, const char *what, const char *resource, const fl_aws_answer *a, fl_error *err);

#endif
