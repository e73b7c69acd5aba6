/* SPDX-License-Identifier: Apache-2.0 */
/* credentials.c -- who signs: keys of the options, and of the environment. */
#include "connectors/aws/credentials.h"

#include "base/str.h"

int fl_aws_credentials_get(const fl_aws_credentials_config *config, const char *region, fl_platform *pf,
                           const flott_http *http, bool trust_all, fl_arena *a, fl_aws_credentials *out,
                           fl_error *err) {
    (void)region, (void)http, (void)trust_all;
    *out = (fl_aws_credentials){.expires_ms = INT64_MAX};
    if (config->provider == FL_AWS_BASIC) {
        out->access_key = fl_arena_strdup(a, config->access_key);
        out->secret_key = fl_arena_strdup(a, config->secret_key);
        return 0;
    }
    const char *id = fl_env(pf, "AWS_ACCESS_KEY_ID"), *secret = fl_env(pf, "AWS_SECRET_ACCESS_KEY"),
               *token = fl_env(pf, "AWS_SESSION_TOKEN");
    if (id == NULL || secret == NULL)
        return fl_fail(err, FL_E_VALIDATION, "no AWS credentials: AWS_ACCESS_KEY_ID is not set");
    out->access_key = fl_arena_strdup(a, id);
    out->secret_key = fl_arena_strdup(a, secret);
    if (token != NULL && *token != '\0') out->session_token = fl_arena_strdup(a, token);
    return 0;
}

void fl_aws_credentials_wipe(fl_aws_credentials *k) {
    if (k->secret_key != NULL) explicit_bzero((char *)(uintptr_t)k->secret_key, strlen(k->secret_key));
    *k = (fl_aws_credentials){0};
}
