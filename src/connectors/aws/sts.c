/* SPDX-License-Identifier: Apache-2.0 */
/* sts.c -- credentials of a role, which AWS's Security Token Service gives for an hour.
 *
 *     AssumeRole                  who may assume the role signs the request
 *     AssumeRoleWithWebIdentity   a token from a file speaks for itself: nobody signs
 *
 * Both are a form that is posted, and an answer in XML.
 */
#include "connectors/aws/client.h"
#include "connectors/aws/credentials_int.h"
#include "connectors/aws/scan.h"
#include "connectors/aws/sigv4.h"
#include "messages/aws.h"

enum { STS_TIMEOUT_MS = 5000 };

static void field(fl_buf *b, const char *name, const char *value) {
    if (value == NULL) return;
    if (b->n > 0) fl_buf_putc(b, '&');
    fl_buf_printf(b, "%s=", name);
    fl_sigv4_encode(b, fl_str_from(value));
}

/* An element of an answer, in the arena; NULL: it has none. */
static const char *element(aws_asking *q, const flott_http_answer *a, const char *name) {
    fl_buf b;
    fl_buf_init(&b);
    if (!fl_aws_xml_text(fl_str_make(a->body, a->body_size), name, &b)) {
        fl_buf_deinit(&b);
        return NULL;
    }
    return fl_buf_finish(&b, q->a);
}

static int read_answer(aws_asking *q, const char *who, const char *arn, const flott_http_answer *a,
                       fl_aws_credentials *out, fl_error *err) {
    const char *code = element(q, a, "Code"), *message = element(q, a, "Message");
    const char *id = element(q, a, "AccessKeyId"), *secret = element(q, a, "SecretAccessKey");
    if (a->status != 200) {
        fl_fail(err, FL_ERR_AWS_STS_REFUSES, who, arn,
                code != NULL ? code : fl_arena_printf(q->a, "status %d", a->status), message != NULL ? message : "");
        err->retriable = a->status >= 500;
        return err->code;
    }
    if (id == NULL || secret == NULL) return fl_fail(err, FL_ERR_AWS_NO_KEYS, who);
    return aws_keys(q, who, id, secret, element(q, a, "SessionToken"), element(q, a, "Expiration"), out, err);
}

/* who NULL: nobody signs. */
static int post(aws_asking *q, const aws_role *role, fl_str form, const fl_aws_credentials *who,
                fl_aws_credentials *out, fl_error *err) {
    const char *endpoint =
        role->sts_endpoint != NULL ? role->sts_endpoint : fl_aws_default_endpoint(q->a, "sts", q->region);
    const char *url = fl_arena_printf(q->a, "%s/", endpoint), *host = strstr(url, "//") + 2, *path = strchr(host, '/');
    const char *name = fl_arena_printf(q->a, "STS (%s)", endpoint);
    char time[FL_SIGV4_TIME];
    flott_http_header headers[6] = {
        {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
        {"Host", fl_arena_strndup(q->a, host, (size_t)(path - host))},
    };
    int n = 2;
    fl_buf signature;
    fl_buf_init(&signature);
    if (who != NULL) {
        fl_sigv4 s;
        fl_sigv4_time(fl_now_ms(q->pf), time);
        headers[n++] = (flott_http_header){"X-Amz-Date", time};
        if (who->session_token != NULL) headers[n++] = (flott_http_header){"X-Amz-Security-Token", who->session_token};
        fl_sigv4_init(&s, q->http, who, q->region, "sts");
        fl_sigv4_sign(&s,
                      &(fl_sigv4_request){.method = "POST",
                                          .path = fl_str_from(path),
                                          .query = fl_str_make("", 0),
                                          .headers = headers,
                                          .n_headers = n,
                                          .body = form},
                      time, &signature);
        fl_sigv4_deinit(&s);
        headers[n++] = (flott_http_header){"Authorization", fl_buf_cstr(&signature)};
    }
    flott_http_answer a;
    int rc = aws_ask(q, name,
                     &(flott_http_request){.method = "POST",
                                           .url = url,
                                           .headers = headers,
                                           .n_headers = n,
                                           .body = form.p,
                                           .body_size = form.n,
                                           .timeout_ms = STS_TIMEOUT_MS},
                     &a, err);
    fl_buf_deinit(&signature);
    if (rc < 0) return rc;
    rc = read_answer(q, name, role->arn, &a, out, err);
    aws_free(q, &a);
    return rc;
}

static const char *session_name(const aws_asking *q, const aws_role *role) {
    const char *name = role->session_name != NULL ? role->session_name : aws_env(q, "AWS_ROLE_SESSION_NAME");
    return name != NULL ? name : "flott";
}

int aws_assume_role(aws_asking *q, const aws_role *role, const fl_aws_credentials *who, fl_aws_credentials *out,
                    fl_error *err) {
    fl_buf form;
    fl_buf_init(&form);
    fl_buf_puts(&form, "Action=AssumeRole&Version=2011-06-15");
    field(&form, "RoleArn", role->arn);
    field(&form, "RoleSessionName", session_name(q, role));
    field(&form, "ExternalId", role->external_id);
    int rc = post(q, role, fl_buf_str(&form), who, out, err);
    fl_buf_deinit(&form);
    return rc;
}

int aws_assume_web_identity(aws_asking *q, const aws_role *role, fl_aws_credentials *out, fl_error *err) {
    aws_role r = *role;
    const char *token;
    fl_buf form;
    if (r.token_file == NULL) r.token_file = aws_env(q, "AWS_WEB_IDENTITY_TOKEN_FILE");
    if (r.token_file == NULL) return fl_fail(err, FL_ERR_AWS_NO_TOKEN_FILE);
    if (r.arn == NULL) r.arn = aws_env(q, "AWS_ROLE_ARN");
    if (r.arn == NULL) return fl_fail(err, FL_ERR_AWS_NO_ROLE_ARN);
    FL_TRY(aws_read_token(q, r.token_file, &token, err));
    fl_buf_init(&form);
    fl_buf_puts(&form, "Action=AssumeRoleWithWebIdentity&Version=2011-06-15");
    field(&form, "RoleArn", r.arn);
    field(&form, "RoleSessionName", session_name(q, &r));
    field(&form, "WebIdentityToken", token);
    int rc = post(q, &r, fl_buf_str(&form), NULL, out, err);
    fl_buf_deinit(&form);
    return rc;
}
