/* SPDX-License-Identifier: Apache-2.0 */
/* credentials.h -- who signs: the providers that 'aws.credentials.provider' names, and AUTO in AWS's order.
 *
 *     AUTO   environment ─► web identity token ─► profile (config and credentials files) ─► container ─► instance
 *
 * Secrets stay in these structs: they are never put into a message, a plan or a checkpoint.
 */
#ifndef FL_CONNECTORS_AWS_CREDENTIALS_H
#define FL_CONNECTORS_AWS_CREDENTIALS_H

#include "base/arena.h"
#include "base/platform.h"
#include "flott_http.h"

typedef enum fl_aws_provider {
    FL_AWS_AUTO,
    FL_AWS_BASIC,
    FL_AWS_ENV_VAR,
    FL_AWS_SYS_PROP, /* Java's system properties: refused by name */
    FL_AWS_PROFILE,
    FL_AWS_ASSUME_ROLE,
    FL_AWS_WEB_IDENTITY_TOKEN,
    FL_AWS_CUSTOM, /* a Java class: refused by name */
} fl_aws_provider;

typedef struct fl_aws_credentials_config fl_aws_credentials_config;
struct fl_aws_credentials_config {
    fl_aws_provider provider;
    const char *access_key, *secret_key;               /* BASIC */
    const char *profile_path, *profile_name;           /* PROFILE; NULL: AWS's defaults */
    const char *role_arn, *session_name, *external_id; /* ASSUME_ROLE, WEB_IDENTITY_TOKEN */
    const char *sts_endpoint;                          /* NULL: that of the region */
    const char *token_file;                            /* WEB_IDENTITY_TOKEN */
    const fl_aws_credentials_config *base;             /* ASSUME_ROLE: who assumes the role */
};

typedef struct fl_aws_credentials {
    const char *access_key, *secret_key, *session_token; /* token NULL: none */
    int64_t expires_ms;                                  /* INT64_MAX: never */
} fl_aws_credentials;

/* Asks the providers; may wait for the network, some seconds at most. Texts live in `a`. The error names each provider
 * that was asked and why it had nothing. */
int fl_aws_credentials_get(const fl_aws_credentials_config *config, const char *region, fl_platform *pf,
                           const flott_http *http, bool trust_all, fl_arena *a, fl_aws_credentials *out, fl_error *err);

/* Overwrites the secret. A struct of zeros is fine. */
void fl_aws_credentials_wipe(fl_aws_credentials *k);

#endif
