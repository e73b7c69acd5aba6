/* SPDX-License-Identifier: Apache-2.0 */
/* metadata.c -- credentials that a container (ECS, EKS) or an instance (EC2) is given by its host.
 *
 * Container:  one GET, of a path at 169.254.170.2 or of a whole URL; both are named by the environment. Since a URL
 *             from the environment is trusted with a token, plain HTTP goes to this machine and to ECS's and EKS's
 *             agents only.
 * Instance:   IMDSv2: a PUT gives a session token, a GET with it the name of the role, another one its credentials.
 *             On a machine that is no instance nobody answers, so patience ends after a second.
 */
#include "connectors/aws/credentials_int.h"
#include "connectors/aws/sigv4.h"
#include "messages/aws.h"

enum { CONTAINER_TIMEOUT_MS = 2000, INSTANCE_TIMEOUT_MS = 1000 };

/* AccessKeyId, SecretAccessKey, Token, Expiration: the same JSON from both. */
static int read_keys(aws_asking *q, const char *who, const flott_http_answer *a, fl_aws_credentials *out,
                     fl_error *err) {
    const char *id = aws_json(q, a, "AccessKeyId"), *secret = aws_json(q, a, "SecretAccessKey");
    const char *code = aws_json(q, a, "Code");
    if (code != NULL && strcmp(code, "Success") != 0) return fl_fail(err, FL_ERR_AWS_METADATA_CODE, who, code);
    if (id == NULL || secret == NULL) return fl_fail(err, FL_ERR_AWS_NO_KEYS, who);
    return aws_keys(q, who, id, secret, aws_json(q, a, "Token"), aws_json(q, a, "Expiration"), out, err);
}

/* A request whose answer must be 200. */
static int must_ask(aws_asking *q, const char *who, const flott_http_request *r, flott_http_answer *out,
                    fl_error *err) {
    FL_TRY(aws_ask(q, who, r, out, err));
    if (out->status == 200) return 0;
    fl_fail(err, FL_ERR_AWS_METADATA_STATUS, who, r->method, r->url, out->status);
    err->retriable = out->status >= 500;
    aws_free(q, out);
    return err->code;
}

/* ---- container ---- */

/* 127.… and no name that begins so. */
static bool is_loopback(fl_str host) {
    for (size_t i = 0; i < host.n; i++)
        if (!(host.p[i] >= '0' && host.p[i] <= '9') && host.p[i] != '.') return false;
    return fl_str_starts(host, "127.");
}

static bool is_agent(fl_str host) {
    return fl_str_is(host, "localhost") || is_loopback(host) || fl_str_is(host, "[::1]") ||
           fl_str_is(host, "169.254.170.2") || fl_str_is(host, "169.254.170.23") || fl_str_is(host, "[fd00:ec2::23]");
}

static fl_str without_port(fl_str host) {
    size_t n = host.n;
    while (n > 0 && host.p[n - 1] >= '0' && host.p[n - 1] <= '9') n--;
    return n > 0 && host.p[n - 1] == ':' ? fl_str_make(host.p, n - 1) : host;
}

/* Where the credentials of a container are. */
static int container_url(const aws_asking *q, const char **out, fl_error *err) {
    const char *relative = aws_env(q, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    const char *full = aws_env(q, "AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (relative != NULL) {
        if (relative[0] != '/') return fl_fail(err, FL_ERR_AWS_CONTAINER_PATH);
        *out = fl_arena_printf(q->a, "http://169.254.170.2%s", relative);
        return 0;
    }
    if (full == NULL) return fl_fail(err, FL_ERR_AWS_NO_CONTAINER);
    *out = full;
    if (strncmp(full, "https://", 8) == 0) return 0;
    if (strncmp(full, "http://", 7) != 0) return fl_fail(err, FL_ERR_AWS_CONTAINER_SCHEME);
    fl_str host = fl_str_make(full + 7, strcspn(full + 7, "/?#"));
    if (is_agent(without_port(host))) return 0;
    return fl_fail(err, FL_ERR_AWS_CONTAINER_FAR);
}

int aws_ask_container(aws_asking *q, fl_aws_credentials *out, fl_error *err) {
    static const char who[] = "container";
    const char *url = NULL, *file = aws_env(q, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
    const char *token = aws_env(q, "AWS_CONTAINER_AUTHORIZATION_TOKEN");
    flott_http_header headers[2] = {{"Accept", "application/json"}};
    int n = 1;
    FL_TRY(container_url(q, &url, err));
    if (file != NULL) FL_TRY(aws_read_token(q, file, &token, err));
    if (token != NULL) {
        if (strpbrk(token, "\r\n") != NULL) return fl_fail(err, FL_ERR_AWS_CONTAINER_TOKEN);
        headers[n++] = (flott_http_header){"Authorization", token};
    }
    flott_http_answer a;
    FL_TRY(must_ask(
        q, who,
        &(flott_http_request){
            .method = "GET", .url = url, .headers = headers, .n_headers = n, .timeout_ms = CONTAINER_TIMEOUT_MS},
        &a, err));
    int rc = read_keys(q, who, &a, out, err);
    aws_free(q, &a);
    return rc;
}

/* ---- instance ---- */

/* One line of an answer, without what is not printable. */
static const char *line_of(aws_asking *q, const flott_http_answer *a) {
    size_t n = 0;
    while (n < a->body_size && (uint8_t)a->body[n] > ' ' && (uint8_t)a->body[n] < 127) n++;
    return fl_arena_strndup(q->a, a->body, n);
}

static int get_line(aws_asking *q, const char *who, const flott_http_request *r, const char **out, fl_error *err) {
    flott_http_answer a;
    FL_TRY(must_ask(q, who, r, &a, err));
    *out = line_of(q, &a);
    aws_free(q, &a);
    return (*out)[0] != '\0' ? 0 : fl_fail(err, FL_ERR_AWS_METADATA_EMPTY, who, r->url);
}

int aws_ask_instance(aws_asking *q, fl_aws_credentials *out, fl_error *err) {
    static const char who[] = "instance", folder[] = "latest/meta-data/iam/security-credentials/";
    const char *disabled = aws_env(q, "AWS_EC2_METADATA_DISABLED"), *token, *role;
    const char *base = aws_env(q, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
    if (disabled != NULL && fl_str_iis(fl_str_from(disabled), "true")) return fl_fail(err, FL_ERR_AWS_INSTANCE_OFF);
    if (base == NULL) base = "http://169.254.169.254";
    int n = (int)strlen(base);
    while (n > 0 && base[n - 1] == '/') n--;
    flott_http_header ttl = {"X-aws-ec2-metadata-token-ttl-seconds", "21600"};
    flott_http_request r = {.method = "PUT",
                            .url = fl_arena_printf(q->a, "%.*s/latest/api/token", n, base),
                            .headers = &ttl,
                            .n_headers = 1,
                            .timeout_ms = INSTANCE_TIMEOUT_MS};
    FL_TRY(get_line(q, who, &r, &token, err));
    flott_http_header with_token = {"X-aws-ec2-metadata-token", token};
    r = (flott_http_request){.method = "GET",
                             .url = fl_arena_printf(q->a, "%.*s/%s", n, base, folder),
                             .headers = &with_token,
                             .n_headers = 1,
                             .timeout_ms = INSTANCE_TIMEOUT_MS};
    if (get_line(q, who, &r, &role, err) < 0)
        return strstr(err->message, "status 404") != NULL ? fl_fail(err, FL_ERR_AWS_NO_INSTANCE_ROLE, who) : err->code;
    fl_buf url;
    fl_buf_init(&url);
    fl_buf_puts(&url, r.url);
    fl_sigv4_encode(&url, fl_str_from(role));
    r.url = fl_buf_finish(&url, q->a);
    flott_http_answer a;
    FL_TRY(must_ask(q, who, &r, &a, err));
    int rc = read_keys(q, who, &a, out, err);
    aws_free(q, &a);
    return rc;
}
