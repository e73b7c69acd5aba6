/* SPDX-License-Identifier: Apache-2.0 */
/* credentials.c -- who signs: the providers by name, and AUTO, which asks one after the other.
 *
 * A provider that has nothing says why. AUTO takes the first that has something; if none has, its error is the list of
 * all those reasons, so that whoever reads it sees which of them was meant to answer.
 *
 * Everything is looked up anew each time: files, environment and metadata change while a job runs.
 */
#include "connectors/aws/credentials_int.h"

#include "connectors/aws/scan.h"
#include "data/timestamp.h"
#include "messages/aws.h"

enum { TOKEN_MAX = 64 * 1024, ATTEMPTS = 3, PAUSE_MS = 100 };
enum { REASON_MAX = 200 }; /* of one provider, in AUTO's list */

/* ---- asking over the network ---- */

/* One request, one answer. The transport ends it with a failure when its time is over. */
static int ask_once(aws_asking *q, const char *who, const flott_http_request *r, flott_http_answer *out,
                    fl_error *err) {
    if (q->client == NULL) {
        char why[240] = "";
        q->client =
            q->http->open(q->http, &(flott_http_settings){.trust_all = q->trust_all, .max_concurrency = 1}, why);
        if (q->client == NULL) return fl_fail(err, FL_ERR_AWS_NO_ANSWER, who, why);
    }
    q->http->send(q->client, r);
    for (int64_t until = fl_now_ms(q->pf) + r->timeout_ms + 1000, now; !q->http->take(q->client, out);) {
        now = fl_now_ms(q->pf);
        if (now >= until) { /* what may still come is for nobody, and must find no body to read */
            q->http->close(q->client);
            q->client = NULL;
            return fl_fail(err, FL_ERR_AWS_NO_ANSWER, who, "no answer");
        }
        q->http->wait(q->client, until - now);
    }
    if (out->status != 0) return 0;
    fl_fail(err, FL_ERR_AWS_NO_ANSWER, who, out->error);
    err->retriable = true;
    aws_free(q, out);
    return err->code;
}

int aws_ask(aws_asking *q, const char *who, const flott_http_request *r, flott_http_answer *out, fl_error *err) {
    for (int i = 1;; i++) {
        FL_TRY(ask_once(q, who, r, out, err));
        if (i == ATTEMPTS || (out->status < 500 && out->status != 429)) return 0;
        aws_free(q, out);
        q->http->wait(q->client, PAUSE_MS * i); /* nothing is on its way: a pause */
    }
}

void aws_free(aws_asking *q, flott_http_answer *a) { q->http->free_answer(q->client, a); }

/* ---- small things that providers need ---- */

const char *aws_env(const aws_asking *q, const char *name) {
    const char *value = fl_env(q->pf, name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

const char *aws_json(const aws_asking *q, const flott_http_answer *a, const char *key) {
    fl_buf b;
    fl_buf_init(&b);
    if (fl_aws_json_text(fl_str_make(a->body, a->body_size), key, &b)) return fl_buf_finish(&b, q->a);
    fl_buf_deinit(&b);
    return NULL;
}

int aws_read_token(aws_asking *q, const char *path, const char **out, fl_error *err) {
    char *text;
    size_t n;
    FL_TRY(fl_disk_read_all(q->pf, path, TOKEN_MAX, q->a, &text, &n, err));
    fl_str token = fl_str_trim(fl_str_make(text, n));
    *out = fl_arena_strndup(q->a, token.p, token.n);
    return token.n > 0 ? 0 : fl_fail(err, FL_ERR_AWS_TOKEN_EMPTY, path);
}

/* Printable, without blanks: it becomes a part of a header. */
static bool is_key(const char *s) {
    for (const char *c = s; *c != '\0'; c++)
        if ((uint8_t)*c <= ' ' || (uint8_t)*c >= 127) return false;
    return s[0] != '\0';
}

static const char *trimmed(fl_arena *a, const char *s) {
    fl_str t = fl_str_trim(fl_str_from(s));
    return fl_arena_strndup(a, t.p, t.n);
}

/* 2024-02-29T12:34:56Z, with or without a fraction. */
static bool read_instant(const char *s, int64_t *ms) {
    size_t n = strlen(s);
    fl_ts t;
    if (n < 2 || s[n - 1] != 'Z' || !fl_ts_parse_strict(fl_str_make(s, n - 1), 'T', false, &t)) return false;
    *ms = t.ms;
    return true;
}

int aws_keys(aws_asking *q, const char *who, const char *id, const char *secret, const char *token,
             const char *expiration, fl_aws_credentials *out, fl_error *err) {
    *out = (fl_aws_credentials){.access_key = trimmed(q->a, id),
                                .secret_key = trimmed(q->a, secret),
                                .session_token = token != NULL ? trimmed(q->a, token) : NULL,
                                .expires_ms = INT64_MAX};
    if (out->session_token != NULL && out->session_token[0] == '\0') out->session_token = NULL;
    const char *bad = !is_key(out->access_key)                                    ? "access key id"
                      : !is_key(out->secret_key)                                  ? "secret key"
                      : out->session_token != NULL && !is_key(out->session_token) ? "session token"
                                                                                  : NULL;
    if (bad != NULL) return fl_fail(err, FL_ERR_AWS_BAD_KEY, who, bad);
    if (expiration == NULL || read_instant(expiration, &out->expires_ms)) return 0;
    return fl_fail(err, FL_ERR_AWS_EXPIRATION, who, expiration);
}

/* ---- providers ---- */

int aws_ask_environment(aws_asking *q, fl_aws_credentials *out, fl_error *err) {
    const char *id = aws_env(q, "AWS_ACCESS_KEY_ID"), *secret = aws_env(q, "AWS_SECRET_ACCESS_KEY");
    if (id == NULL) id = aws_env(q, "AWS_ACCESS_KEY"); /* as older SDKs call them */
    if (secret == NULL) secret = aws_env(q, "AWS_SECRET_KEY");
    if (id == NULL) return fl_fail(err, FL_ERR_AWS_ENV_NO_KEY);
    if (secret == NULL) return fl_fail(err, FL_ERR_AWS_ENV_NO_SECRET);
    return aws_keys(q, "environment", id, secret, aws_env(q, "AWS_SESSION_TOKEN"), NULL, out, err);
}

static int ask_web_identity(aws_asking *q, fl_aws_credentials *out, fl_error *err) {
    return aws_assume_web_identity(q, &(aws_role){0}, out, err);
}

static int ask_default_profile(aws_asking *q, fl_aws_credentials *out, fl_error *err) {
    return aws_ask_profile(q, NULL, NULL, out, err);
}

static int ask_auto(aws_asking *q, fl_aws_credentials *out, fl_error *err) {
    static const struct {
        const char *name;
        aws_provider_fn *ask;
    } chain[] = {
        {"environment", aws_ask_environment}, {"web identity token", ask_web_identity},
        {"profile", ask_default_profile},     {"container", aws_ask_container},
        {"instance", aws_ask_instance},
    };
    fl_buf why;
    bool retriable = false;
    int rc = -1;
    fl_buf_init(&why);
    for (size_t i = 0; i < FL_ARRAY_LEN(chain) && rc < 0; i++) {
        q->depth = 0;
        fl_error_clear(err);
        rc = chain[i].ask(q, out, err);
        if (rc >= 0) break;
        retriable = retriable || err->retriable;
        size_t n = strlen(chain[i].name);
        bool named = strncmp(err->message, chain[i].name, n) == 0 && err->message[n] == ':';
        fl_buf_printf(&why, "%s%s%s%.*s", i > 0 ? "; " : "", named ? "" : chain[i].name, named ? "" : ": ", REASON_MAX,
                      err->message);
    }
    if (rc < 0) {
        rc = fl_fail(err, FL_ERR_AWS_NO_CREDENTIALS, fl_buf_cstr(&why));
        err->retriable = retriable;
    } else {
        fl_error_clear(err);
    }
    fl_buf_deinit(&why);
    return rc;
}

int aws_ask_config(aws_asking *q, const fl_aws_credentials_config *config, fl_aws_credentials *out, fl_error *err) {
    aws_role role = {.arn = config->role_arn,
                     .session_name = config->session_name,
                     .external_id = config->external_id,
                     .sts_endpoint = config->sts_endpoint,
                     .token_file = config->token_file};
    fl_aws_credentials who;
    switch (config->provider) {
    case FL_AWS_BASIC: return aws_keys(q, "BASIC", config->access_key, config->secret_key, NULL, NULL, out, err);
    case FL_AWS_ENV_VAR: return aws_ask_environment(q, out, err);
    case FL_AWS_PROFILE: return aws_ask_profile(q, config->profile_path, config->profile_name, out, err);
    case FL_AWS_WEB_IDENTITY_TOKEN: return aws_assume_web_identity(q, &role, out, err);
    case FL_AWS_ASSUME_ROLE:
        if (aws_ask_config(q, config->base, &who, err) < 0)
            return fl_error_prefix(err, FL_AT_AWS_WHO_ASSUMES, role.arn);
        return aws_assume_role(q, &role, &who, out, err);
    case FL_AWS_AUTO: return ask_auto(q, out, err);
    case FL_AWS_SYS_PROP:
    case FL_AWS_CUSTOM: break; /* refused at planning */
    }
    fl_assert(false);
    return 0;
}

int fl_aws_credentials_get(const fl_aws_credentials_config *config, const char *region, fl_platform *pf,
                           const flott_http *http, bool trust_all, fl_arena *a, fl_aws_credentials *out,
                           fl_error *err) {
    static const char *const names[] = {
        "AUTO", "BASIC", "ENV_VAR", "SYS_PROP", "PROFILE", "ASSUME_ROLE", "WEB_IDENTITY_TOKEN", "CUSTOM"};
    aws_asking q = {.pf = pf, .a = a, .http = http, .trust_all = trust_all, .region = region};
    int rc = aws_ask_config(&q, config, out, err);
    if (q.client != NULL) http->close(q.client);
    if (rc < 0 && config->provider != FL_AWS_AUTO) fl_error_prefix(err, FL_AT_AWS_PROVIDER, names[config->provider]);
    return rc;
}

void fl_aws_credentials_wipe(fl_aws_credentials *k) {
    if (k->secret_key != NULL) explicit_bzero((char *)(uintptr_t)k->secret_key, strlen(k->secret_key));
    *k = (fl_aws_credentials){0};
}
