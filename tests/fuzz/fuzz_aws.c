/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_aws.c -- arbitrary bytes as whatever comes to the AWS client from outside: answers of services, of STS and of
 * the metadata services, profile files, endpoints, and requests to sign.
 *
 * The first byte chooses what the rest is. Proves: nothing breaks; every call ends and what was opened is closed; a
 * text put into JSON or XML comes back as it was; an endpoint once read reads as itself.
 */
#include "fuzz.h"

#include "../unit/scripted_http.h"
#include "connectors/aws/client.h"
#include "connectors/aws/credentials_int.h"
#include "connectors/aws/scan.h"
#include "connectors/aws/sigv4.h"

static scripted_world w;
static const char *body; /* what every request is answered with; a text */
static int status;

static void serve(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    (void)f;
    bool token = strstr(r->url, "/api/token") != NULL;
    *out = (scripted_reply){.status = token ? 200 : status, .text = token ? "token" : body};
}

/* ---- scanners ---- */

static void put_escaped(fl_buf *b, fl_str s, bool json) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (json && (c == '"' || c == '\\')) fl_buf_putc(b, '\\');
        if (!json && (c == '<' || c == '&'))
            fl_buf_puts(b, c == '<' ? "&lt;" : "&#38;");
        else
            fl_buf_putc(b, c);
    }
}

static void try_scanners(fl_str s) {
    static const char *const keys[] = {"__type", "message", "Token", "", "a"};
    fl_buf found, made;
    fl_buf_init(&found);
    fl_buf_init(&made);
    for (size_t i = 0; i < FL_ARRAY_LEN(keys); i++) {
        bool there = fl_aws_json_text(s, keys[i], &found);
        fl_assert(there || found.n == 0);
        fl_buf_reset(&found);
        there = fl_aws_xml_text(s, keys[i], &found);
        fl_assert(there || found.n == 0);
        fl_buf_reset(&found);
    }
    fl_buf_puts(&made, "{\"x\" : [{\"a\":\"]\"},1], \"a\":\"");
    put_escaped(&made, s, true);
    fl_buf_puts(&made, "\"");
    fl_assert(fl_aws_json_text(fl_str_make(made.p, made.n), "a", &found));
    fl_assert(fl_str_eq(fl_str_make(found.p, found.n), s));
    fl_buf_reset(&found);
    fl_buf_reset(&made);
    fl_buf_puts(&made, "<b></b><a>");
    put_escaped(&made, s, false);
    fl_buf_puts(&made, "</a>");
    fl_assert(fl_aws_xml_text(fl_str_make(made.p, made.n), "a", &found));
    fl_assert(fl_str_eq(fl_str_make(found.p, found.n), s));
    fl_buf_deinit(&made);
    fl_buf_deinit(&found);
}

/* ---- requests to sign ---- */

static void try_signing(const char *s, fl_arena *a) {
    size_t n = strlen(s), third = n / 3;
    flott_http_header headers[] = {{"Host", "h"},
                                   {fl_arena_strndup(a, s, third), fl_arena_strndup(a, s + third, third)},
                                   {"host", fl_arena_strndup(a, s, n)}};
    fl_aws_credentials who = {.access_key = "A", .secret_key = "s"};
    fl_sigv4 signer;
    fl_buf out;
    fl_buf_init(&out);
    fl_sigv4_init(&signer, &w.http.table, &who, "r", "s");
    fl_sigv4_sign(&signer,
                  &(fl_sigv4_request){.method = "POST",
                                      .path = fl_str_make(s, third),
                                      .query = fl_str_make(s + third, n - third),
                                      .headers = headers,
                                      .n_headers = 3,
                                      .body = fl_str_make(s, n)},
                  "20240229T123456Z", &out);
    fl_buf_deinit(&out);
}

/* ---- what the network and the disk say ---- */

static void try_call(fl_arena *a) {
    static const fl_aws_config config = {
        .service = "kinesis",
        .region = "r",
        .endpoint = "http://h",
        .max_concurrency = 1,
        .read_timeout_ms = 1000,
        .credentials = {.provider = FL_AWS_BASIC, .access_key = "A", .secret_key = "s"}};
    fl_task_ctx ctx = {.pf = w.pf, .arena = a};
    fl_error err;
    fl_aws *c;
    fl_aws_answer answer;
    fl_assert(fl_aws_open(&config, &ctx, &c, &err) == 0);
    fl_aws_call(c, "t", fl_str_from("{}"), 7, &(fl_aws_retry){.attempts = 3, .base_ms = 10, .max_ms = 100, .factor = 2},
                0);
    fl_assert(fl_aws_wait(c, INT64_MAX, &err) == 0);
    fl_assert(fl_aws_take(c, &answer, &err) == 1 && answer.tag == 7);
    if (!answer.ok) fl_assert(fl_aws_fail(c, "t", "s", &answer, &err) == err.code && err.code < 0);
    fl_aws_answer_free(c, &answer);
    fl_aws_close(c);
}

static void try_credentials(fl_aws_provider provider, fl_arena *a) {
    static const fl_aws_credentials_config keys = {.provider = FL_AWS_BASIC, .access_key = "A", .secret_key = "s"};
    fl_aws_credentials_config config = {
        .provider = provider, .role_arn = "arn", .base = &keys, .profile_path = "/profile", .token_file = "/profile"};
    fl_aws_credentials got;
    fl_error err;
    int rc = fl_aws_credentials_get(&config, "r", w.pf, &w.http.table, false, a, &got, &err);
    fl_assert(rc == 0 || rc == err.code);
    if (rc == 0) fl_assert(got.access_key[0] != '\0' && got.secret_key[0] != '\0');
}

static void try_profiles(fl_str s, fl_arena *a) {
    aws_profiles p = {0};
    fl_error err;
    for (int config = 0; config < 2; config++)
        if (aws_profiles_parse(s, "f", config, a, &p, &err) == 0)
            for (int i = 0; i < p.n; i++) fl_assert(aws_profiles_has(&p, p.settings[i].profile));
}

static void try_endpoint(const char *s, fl_arena *a) {
    const char *once, *twice;
    fl_error err;
    if (fl_aws_endpoint(a, s, &once, &err) < 0) return;
    fl_assert(fl_aws_endpoint(a, once, &twice, &err) == 0 && strcmp(once, twice) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena a;
    if (size < 1 || size > 8000) return 0;
    fl_arena_init(&a);
    scripted_world_init(&w, serve);
    body = fl_arena_strndup(&a, (const char *)data + 1, size - 1);
    status = data[0] & 16 ? 200 : data[0] & 32 ? 400 : 503;
    fl_str s = fl_str_make((const char *)data + 1, size - 1);
    fl_sim_put_file(w.pf, "/profile", s.p, s.n);
    switch (data[0] % 8) {
    case 0: try_scanners(s); break;
    case 1: try_signing(body, &a); break;
    case 2: try_call(&a); break;
    case 3: try_credentials(FL_AWS_ASSUME_ROLE, &a); break;
    case 4: try_credentials(FL_AWS_AUTO, &a); break; /* the instance's, for its environment is empty */
    case 5: try_credentials(FL_AWS_PROFILE, &a); break;
    case 6: try_profiles(s, &a); break;
    default: try_endpoint(body, &a); break;
    }
    scripted_world_deinit(&w);
    fl_arena_deinit(&a);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("\x10"), WORD("\x11"), WORD("\x12"), WORD("\x13"), WORD("\x14"), WORD("\x15"), WORD("\x16"), WORD("\x17"),
    WORD("{"), WORD("}"), WORD("["), WORD("]"), WORD("\""), WORD("\\"), WORD("\\u00e9"), WORD("\\ud83d\\ude00"),
    WORD("\\ud83d"), WORD(":"), WORD(","), WORD("\n"), WORD("\r\n"), WORD(" "), WORD("="), WORD("#"), WORD("/"),
    WORD("."), WORD(".."), WORD("%20"), WORD("%"), WORD("&"), WORD("?"), WORD("http://"), WORD("https://"),
    WORD("localhost"), WORD(":80"), WORD(":443"), WORD("[::1]"), WORD("@"),
    WORD("{\"__type\":\"com.x#ThrottlingException\",\"message\":\"slow\"}"), WORD("\"__type\":"), WORD("\"message\":"),
    WORD("{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"2024-02-29T13:00:00Z\"}"),
    WORD("\"Expiration\":"), WORD("\"AccessKeyId\":\"A\""), WORD("\"SecretAccessKey\":\"s\""), WORD("role"),
    WORD("ExpiredTokenException"), WORD("Signature expired: (20240229T123456Z - 5 min.)"),
    WORD("<AccessKeyId>A</AccessKeyId>"), WORD("<SecretAccessKey>s</SecretAccessKey>"), WORD("<SessionToken>"),
    WORD("</SessionToken>"), WORD("<Expiration>2024-02-29T13:00:00Z</Expiration>"), WORD("<Code>"), WORD("&amp;"),
    WORD("&#x41;"), WORD("&#0;"), WORD("&lt;"), WORD("<"), WORD(">"), WORD("<a>"), WORD("</a>"),
    WORD("[default]\n"), WORD("[profile a]\n"), WORD("[a]\n"), WORD("aws_access_key_id = A\n"),
    WORD("aws_secret_access_key = s\n"), WORD("aws_session_token=t\n"), WORD("role_arn = arn:r\n"),
    WORD("source_profile = a\n"), WORD("source_profile = default\n"), WORD("credential_source = Ec2InstanceMetadata\n"),
    WORD("web_identity_token_file = /profile\n"), WORD("credential_process = x\n"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 20, .texts = 20000};
