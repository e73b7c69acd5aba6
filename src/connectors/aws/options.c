/* SPDX-License-Identifier: Apache-2.0 */
/* options.c -- what the options aws.* of a table mean: service, region, endpoint, and who signs.
 *
 * A role's provider has options of its own, and so has the provider of that one's role. They are named alike:
 *
 *     aws.credentials.provider                   aws.credentials.basic.accesskeyid
 *     aws.credentials.role.provider              aws.credentials.role.provider.basic.accesskeyid
 *     aws.credentials.role.provider.role.provider …
 */
#include "connectors/aws/options.h"

#include "connectors/aws/client.h"
#include "connectors/connector_int.h"
#include "messages/aws.h"

enum { ROLES_MAX = 8 }; /* assumed one with another */
enum {
    READ_TIMEOUT_MS = 6 * 60 * 1000, /* Flink's */
    CONCURRENCY = 10000
};

/* What may stand behind aws.credentials. and the same of a role's provider. */
static const char *const nested[] = {
    "basic.accesskeyid", "basic.secretkey",       "profile.path",    "profile.name",
    "role.arn",          "role.sessionName",      "role.externalId", "role.stsEndpoint",
    "role.provider",     "webIdentityToken.file", "custom.class",
};

static const char NESTING[] = "role.provider.", PREFIX[] = "aws.credentials.";

/* ---- credentials ---- */

static int check_nested(fl_connector_ctx *ctx, const fl_table *table, const char *connector, fl_error *err) {
    size_t prefix = sizeof PREFIX - 1, step = sizeof NESTING - 1;
    for (int i = 0; i < table->n_options; i++) {
        const char *key = table->options[i].key;
        if (strncmp(key, PREFIX, prefix) != 0 || strncmp(key + prefix, NESTING, step) != 0) continue;
        const char *rest = key + prefix;
        while (strncmp(rest, NESTING, step) == 0) rest += step;
        bool known = false;
        for (size_t k = 0; k < FL_ARRAY_LEN(nested); k++) known = known || strcmp(nested[k], rest) == 0;
        if (known) continue;
        const char *near = fl_suggest(rest, nested, FL_ARRAY_LEN(nested));
        if (near != NULL) near = fl_arena_printf(ctx->arena, "%.*s%s", (int)(rest - key), key, near);
        return fl_connector_unsupported(connector, key, &near, near != NULL, err);
    }
    return 0;
}

/* An option of the provider under this prefix, or NULL. */
static const char *option_of(fl_connector_ctx *ctx, const fl_table *table, const char *prefix, const char *name) {
    return fl_table_option(table, fl_arena_printf(ctx->arena, "%s%s", prefix, name));
}

static int read_credentials(fl_connector_ctx *ctx, const fl_table *table, const char *prefix, const char *provider_key,
                            int depth, fl_aws_credentials_config *out, fl_error *err) {
    const char *given = fl_table_option(table, provider_key);
    int provider = FL_AWS_AUTO;
    if (depth > ROLES_MAX) return fl_fail(err, FL_ERR_AWS_ROLES_NESTED, provider_key, ROLES_MAX);
    if (given != NULL && fl_parse_enum(fl_str_from(given), FL_AWS_PROVIDERS, &provider, err) < 0) {
        fl_error_prefix(err, FL_AT_AWS_PROVIDER_TYPE);
        return fl_connector_bad_value(provider_key, given, err);
    }
    *out = (fl_aws_credentials_config){
        .access_key = option_of(ctx, table, prefix, "basic.accesskeyid"),
        .secret_key = option_of(ctx, table, prefix, "basic.secretkey"),
        .profile_path = option_of(ctx, table, prefix, "profile.path"),
        .profile_name = option_of(ctx, table, prefix, "profile.name"),
        .role_arn = option_of(ctx, table, prefix, "role.arn"),
        .session_name = option_of(ctx, table, prefix, "role.sessionName"),
        .external_id = option_of(ctx, table, prefix, "role.externalId"),
        .sts_endpoint = option_of(ctx, table, prefix, "role.stsEndpoint"),
        .token_file = option_of(ctx, table, prefix, "webIdentityToken.file"),
    };
    if (given == NULL && out->access_key != NULL && out->secret_key != NULL) provider = FL_AWS_BASIC;
    out->provider = (fl_aws_provider)provider;
    switch (out->provider) {
    case FL_AWS_SYS_PROP:
    case FL_AWS_CUSTOM: return fl_fail(err, FL_ERR_AWS_PROVIDER_JAVA, provider_key, given);
    case FL_AWS_BASIC:
        if (out->access_key != NULL && out->secret_key != NULL) return 0;
        return fl_fail(err, FL_ERR_AWS_BASIC_KEYS, prefix, prefix);
    case FL_AWS_WEB_IDENTITY_TOKEN: return 0; /* the environment may name role and file */
    case FL_AWS_ASSUME_ROLE: break;
    default: return 0;
    }
    if (out->role_arn == NULL) return fl_fail(err, FL_ERR_AWS_ROLE_MISSING, prefix);
    if (out->sts_endpoint != NULL) FL_TRY(fl_aws_endpoint(ctx->arena, out->sts_endpoint, &out->sts_endpoint, err));
    fl_aws_credentials_config *base = FL_NEW(ctx->arena, fl_aws_credentials_config);
    out->base = base;
    return read_credentials(ctx, table, fl_arena_printf(ctx->arena, "%srole.provider.", prefix),
                            fl_arena_printf(ctx->arena, "%srole.provider", prefix), depth + 1, base, err);
}

/* ---- region and endpoint ---- */

static bool is_region(fl_str s) {
    int dashes = 0;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (c == '-')
            dashes++;
        else if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            return false;
    }
    return dashes >= 2 && s.n <= 32 && s.p[s.n - 1] >= '0' && s.p[s.n - 1] <= '9';
}

/* The n-th part (from 0) between separators. */
static fl_str part(fl_str s, char separator, int n) {
    for (;; n--) {
        const char *stop = s.n > 0 ? memchr(s.p, separator, s.n) : NULL;
        if (n == 0 || stop == NULL)
            return n > 0 ? fl_str_make("", 0) : fl_str_make(s.p, stop != NULL ? (size_t)(stop - s.p) : s.n);
        s = fl_str_make(stop + 1, s.n - (size_t)(stop + 1 - s.p));
    }
}

static bool is_local(fl_str authority) {
    return fl_str_iis(part(authority, ':', 0), "localhost") || fl_str_starts(authority, "127.") ||
           fl_str_starts(authority, "[::1]");
}

/* A name or an address, [in brackets] where it has colons, and perhaps a port. */
static bool is_authority(fl_str s) {
    size_t at = 0, digits = 0;
    bool bracket = s.n > 0 && s.p[0] == '[';
    for (; at < s.n && (bracket || s.p[at] != ':'); at++) {
        char c = s.p[at];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (bracket && c == ']') break;
        if (!letter && c != '.' && c != '-' && c != '_' && !(bracket && (c == ':' || (c == '[' && at == 0))))
            return false;
    }
    if (at == 0 || (bracket && at++ == s.n)) return false;
    if (at == s.n) return true;
    for (size_t i = at + 1; i < s.n; i++) digits += s.p[i] >= '0' && s.p[i] <= '9';
    return s.p[at] == ':' && digits == s.n - at - 1 && digits >= 1 && digits <= 5;
}

int fl_aws_endpoint(fl_arena *a, const char *given, const char **out, fl_error *err) {
    fl_str s = fl_str_trim(fl_str_from(given));
    const char *scheme = NULL;
    if (s.n >= 8 && fl_str_ieq(fl_str_make(s.p, 8), fl_str_from("https://"))) {
        scheme = "https";
        s = fl_str_make(s.p + 8, s.n - 8);
    } else if (s.n >= 7 && fl_str_ieq(fl_str_make(s.p, 7), fl_str_from("http://"))) {
        scheme = "http";
        s = fl_str_make(s.p + 7, s.n - 7);
    }
    while (s.n > 0 && s.p[s.n - 1] == '/') s.n--;
    fl_str authority = part(s, '/', 0);
    bool bad = !is_authority(authority);
    for (size_t i = authority.n; i < s.n; i++)
        bad = bad || (uint8_t)s.p[i] <= ' ' || (uint8_t)s.p[i] >= 127 || strchr("@?#\\\"<>", s.p[i]) != NULL;
    if (bad) return fl_fail(err, FL_ERR_AWS_ENDPOINT, given);
    if (scheme == NULL) scheme = is_local(authority) ? "http" : "https";
    fl_str standard = fl_str_from(strcmp(scheme, "http") == 0 ? ":80" : ":443"); /* never sent as part of Host */
    if (authority.n > standard.n &&
        fl_str_eq(fl_str_make(authority.p + authority.n - standard.n, standard.n), standard))
        authority.n -= standard.n;
    const char *path = memchr(s.p, '/', s.n);
    *out = fl_arena_printf(a, "%s://%.*s%.*s", scheme, (int)authority.n, authority.p,
                           path != NULL ? (int)(s.p + s.n - path) : 0, path != NULL ? path : "");
    return 0;
}

const char *fl_aws_default_endpoint(fl_arena *a, const char *service, const char *region) {
    return fl_arena_printf(a, "https://%s.%s.amazonaws.com%s", service, region,
                           strncmp(region, "cn-", 3) == 0 ? ".cn" : "");
}

/* kinesis.eu-west-1.amazonaws.com says where it is; what does not is taken for a local stand-in, which accepts any. */
static const char *region_of_endpoint(fl_arena *a, const char *endpoint) {
    fl_str rest = fl_str_from(strstr(endpoint, "//") + 2), host = part(rest, '/', 0);
    for (int i = 1; i < 4; i++) {
        fl_str label = part(host, '.', i);
        if (label.n > 0 && is_region(label)) return fl_arena_strndup(a, label.p, label.n);
    }
    return "us-east-1";
}

static int read_region(fl_connector_ctx *ctx, const fl_table *table, const char *arn, fl_aws_config *out,
                       fl_error *err) {
    const char *given = fl_table_option(table, "aws.region"), *endpoint = fl_table_option(table, "aws.endpoint");
    fl_str of_arn = arn != NULL ? part(fl_str_from(arn), ':', 3) : fl_str_make("", 0);
    if (endpoint != NULL && fl_aws_endpoint(ctx->arena, endpoint, &out->endpoint, err) < 0)
        return fl_connector_bad_value("aws.endpoint", endpoint, err);
    if (given != NULL) {
        bool bad = given[0] == '\0' || (endpoint == NULL && !is_region(fl_str_from(given)));
        for (const char *c = given; *c != '\0'; c++) bad = bad || (uint8_t)*c <= ' ' || (uint8_t)*c >= 127 || *c == '/';
        if (bad) return fl_fail(err, FL_ERR_AWS_REGION, given);
        out->region = given;
    } else if (of_arn.n > 0) {
        if (!is_region(of_arn)) return fl_fail(err, FL_ERR_AWS_ARN_REGION, arn);
        out->region = fl_arena_strndup(ctx->arena, of_arn.p, of_arn.n);
    } else if (endpoint != NULL) {
        out->region = region_of_endpoint(ctx->arena, out->endpoint);
    } else {
        return fl_fail(err, FL_ERR_AWS_REGION_MISSING);
    }
    if (endpoint == NULL) out->endpoint = fl_aws_default_endpoint(ctx->arena, out->service, out->region);
    return 0;
}

int fl_aws_config_read(fl_connector_ctx *ctx, const fl_connector *c, const fl_table *table, const char *service,
                       const char *arn, fl_aws_config *out, fl_error *err) {
    *out = (fl_aws_config){.service = service,
                           .trust_all = fl_connector_bool(c, table, "aws.trust.all.certificates"),
                           .http2 = true,
                           .max_concurrency = CONCURRENCY,
                           .read_timeout_ms = READ_TIMEOUT_MS};
    FL_TRY(read_region(ctx, table, arn, out, err));
    FL_TRY(check_nested(ctx, table, c->name, err));
    return read_credentials(ctx, table, PREFIX, "aws.credentials.provider", 1, &out->credentials, err);
}
