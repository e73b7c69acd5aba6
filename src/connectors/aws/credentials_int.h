/* SPDX-License-Identifier: Apache-2.0 */
/* credentials_int.h -- what the files that look for credentials share.
 *
 *     credentials.c   the providers by name, and AUTO, which asks one after the other
 *     profile.c       the files ~/.aws/credentials and ~/.aws/config
 *     sts.c           roles: AssumeRole, AssumeRoleWithWebIdentity
 *     metadata.c      what a container or an instance is told by its host
 */
#ifndef FL_CONNECTORS_AWS_CREDENTIALS_INT_H
#define FL_CONNECTORS_AWS_CREDENTIALS_INT_H

#include "base/str.h"
#include "connectors/aws/credentials.h"

/* One look for credentials, from its beginning to its end. */
typedef struct aws_asking {
    fl_platform *pf;
    fl_arena *a; /* of the result, and of texts on the way */
    const flott_http *http;
    flott_http_client *client; /* opened by the first request */
    bool trust_all;
    const char *region;
    int depth; /* roles and profiles that lead to one another */
} aws_asking;

enum { AWS_DEPTH_MAX = 10 };

/* A provider: 0, or a negative code with the reason why it had nothing. */
typedef int aws_provider_fn(aws_asking *q, fl_aws_credentials *out, fl_error *err);

int aws_ask_config(aws_asking *q, const fl_aws_credentials_config *config, fl_aws_credentials *out, fl_error *err);
int aws_ask_environment(aws_asking *q, fl_aws_credentials *out, fl_error *err);
int aws_ask_container(aws_asking *q, fl_aws_credentials *out, fl_error *err);
int aws_ask_instance(aws_asking *q, fl_aws_credentials *out, fl_error *err);
/* path, name NULL: as the environment says, else AWS's own. */
int aws_ask_profile(aws_asking *q, const char *path, const char *name, fl_aws_credentials *out, fl_error *err);

/* What is NULL comes from the environment (web identity), or is left out. */
typedef struct aws_role {
    const char *arn, *session_name, *external_id, *sts_endpoint, *token_file;
} aws_role;
int aws_assume_role(aws_asking *q, const aws_role *role, const fl_aws_credentials *who, fl_aws_credentials *out,
                    fl_error *err);
int aws_assume_web_identity(aws_asking *q, const aws_role *role, fl_aws_credentials *out, fl_error *err);

/* Sends a request and waits for its answer, which the caller frees with aws_free; a server that is busy is asked three
 * times. No answer is an error that begins with `who`. */
int aws_ask(aws_asking *q, const char *who, const flott_http_request *r, flott_http_answer *out, fl_error *err);
void aws_free(aws_asking *q, flott_http_answer *a);

/* Puts keys into `out`, trimmed and copied; token and expiration may be NULL. Refuses what cannot be a key, without
 * showing it. `who` begins the error. */
int aws_keys(aws_asking *q, const char *who, const char *id, const char *secret, const char *token,
             const char *expiration, fl_aws_credentials *out, fl_error *err);

/* An environment variable that is not empty, or NULL. */
const char *aws_env(const aws_asking *q, const char *name);
/* A member of a JSON answer, in the arena; NULL: it has none. */
const char *aws_json(const aws_asking *q, const flott_http_answer *a, const char *key);
/* A small file with a secret on one line, without the blanks around it. */
int aws_read_token(aws_asking *q, const char *path, const char **out, fl_error *err);

/* ---- profiles (profile.c) ---- */

typedef struct aws_profiles {
    struct aws_setting {
        const char *profile, *key, *value; /* key NULL: the head of a profile */
    } * settings;                          /* those of the credentials file first */
    int n, cap;
    const char *files; /* for messages */
} aws_profiles;

/* path NULL: the credentials and config files of the environment. Files that are not there are fine if one is. */
int aws_profiles_read(fl_platform *pf, const char *path, fl_arena *a, aws_profiles *out, fl_error *err);
/* Adds the settings of one file. In a config file other profiles than default are called [profile NAME]. */
int aws_profiles_parse(fl_str text, const char *file, bool config, fl_arena *a, aws_profiles *out, fl_error *err);
bool aws_profiles_has(const aws_profiles *p, const char *profile);
const char *aws_profiles_get(const aws_profiles *p, const char *profile, const char *key); /* NULL: not set */

#endif
