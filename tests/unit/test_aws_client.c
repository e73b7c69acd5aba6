/* SPDX-License-Identifier: Apache-2.0 */
/* test_aws_client.c -- proves what becomes of calls to AWS: how options are read, what is sent, what is repeated and
 * how often, when credentials are asked for again, what the user is told. The service is a function, time is
 * virtual. */
#include "test.h"

#include "scripted_http.h"

#include "connectors/aws/client.h"
#include "connectors/aws/options.h"
#include "connectors/aws/sigv4.h"

/* ---- a subtask with a client ---- */

static scripted_world w;
static fl_arena arena;
static fl_task_ctx ctx;
static _Atomic bool leaving;
static fl_buf notes;
static fl_aws *client;
static fl_error err;

static const fl_aws_config plain = {.service = "kinesis",
                                    .region = "eu-central-1",
                                    .endpoint = "http://localhost:4566",
                                    .max_concurrency = 10,
                                    .read_timeout_ms = 3000,
                                    .credentials = {.provider = FL_AWS_BASIC, .access_key = "AKID", .secret_key = "s"}};
static const fl_aws_retry thrice = {.attempts = 3, .base_ms = 100, .max_ms = 1000, .factor = 2};
static const fl_aws_retry forever = {.attempts = 0, .base_ms = 200, .max_ms = 2000, .factor = 1.5};

static void take_note(void *arg, const char *text) {
    (void)arg;
    fl_buf_printf(&notes, "%s\n", text);
}

static void begin_with(const fl_aws_config *config, scripted_serve_fn *service) {
    scripted_world_init(&w, service);
    fl_arena_init(&arena);
    fl_buf_init(&notes);
    leaving = false;
    ctx = (fl_task_ctx){.pf = w.pf, .arena = &arena, .leaving = &leaving, .note = take_note};
    assert_int_equal(fl_aws_open(config, &ctx, &client, &err), 0);
}

static void begin(scripted_serve_fn *service) { begin_with(&plain, service); }

static void end(void) {
    fl_aws_close(client);
    fl_buf_deinit(&notes);
    fl_arena_deinit(&arena);
    scripted_world_deinit(&w);
}

static int64_t now(void) { return fl_now_ms(w.pf) - SCRIPTED_START_S * 1000LL; }

static void call(uint64_t tag, const fl_aws_retry *retry) {
    fl_aws_call(client, "Kinesis_20131202.ListShards", fl_str_from("{}"), tag, retry, 0);
}

/* Waits for the next answer, for at most an hour. */
static fl_aws_answer next(void) {
    fl_aws_answer a = {0};
    assert_int_equal(fl_aws_wait(client, fl_now_ms(w.pf) + 3600000, &err), 0);
    assert_int_equal(fl_aws_take(client, &a, &err), 1);
    return a;
}

static void expect_ok(uint64_t tag, int attempts) {
    fl_aws_answer a = next();
    assert_true(a.ok);
    assert_int_equal(a.tag, tag);
    assert_int_equal(a.attempts, attempts);
    fl_aws_answer_free(client, &a);
}

static void expect_words(const char *text, const char *words) {
    if (strstr(text, words) == NULL) fail_msg("'%s' is not in: %s", words, text);
}

/* ---- what is sent ---- */

static void look(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    (void)f;
    assert_string_equal(r->method, "POST");
    assert_string_equal(r->url, "http://localhost:4566/");
    assert_string_equal(scripted_header(r, "Content-Type"), "application/x-amz-json-1.1");
    assert_string_equal(scripted_header(r, "X-Amz-Target"), "Kinesis_20131202.ListShards");
    assert_string_equal(scripted_header(r, "X-Amz-Date"), "20240229T123456Z");
    assert_string_equal(scripted_header(r, "Host"), "localhost:4566");
    assert_null(scripted_header(r, "X-Amz-Security-Token"));
    expect_words(scripted_header(r, "Authorization"),
                 "AWS4-HMAC-SHA256 Credential=AKID/20240229/eu-central-1/kinesis/aws4_request, "
                 "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=");
    assert_int_equal(r->timeout_ms, 3000);
    *out = (scripted_reply){.status = 200, .text = "{\"Shards\":[]}", .delay_ms = 7};
}

static void sends(void **state) {
    (void)state;
    begin(look);
    fl_aws_answer a;
    assert_int_equal(fl_aws_due_ms(client), INT64_MAX);
    call(42, &thrice);
    assert_int_equal(fl_aws_in_flight(client), 1);
    assert_int_equal(fl_aws_take(client, &a, &err), 0);
    assert_int_equal(fl_aws_due_ms(client), fl_now_ms(w.pf) + 7);
    assert_int_equal(fl_aws_wait(client, fl_now_ms(w.pf) + 5, &err), 0);
    assert_int_equal(now(), 5);
    a = next();
    assert_int_equal(now(), 7);
    assert_true(a.ok && a.tag == 42 && a.status == 200 && a.attempts == 1);
    assert_true(fl_str_is(a.body, "{\"Shards\":[]}"));
    assert_int_equal(fl_aws_in_flight(client), 0);
    fl_aws_answer_free(client, &a);
    /* what is not yet due waits, the earlier one first; what is on its way or waits is dropped at the end */
    fl_aws_call(client, "Kinesis_20131202.ListShards", fl_str_from("late"), 1, &thrice, fl_now_ms(w.pf) + 100000);
    fl_aws_call(client, "Kinesis_20131202.ListShards", fl_str_from("b"), 2, &thrice, fl_now_ms(w.pf) + 20);
    fl_aws_call(client, "Kinesis_20131202.ListShards", fl_str_from("a"), 3, &thrice, fl_now_ms(w.pf) + 10);
    fl_buf_reset(&w.http.log);
    expect_ok(3, 1);
    assert_int_equal(now(), 24);
    expect_ok(2, 1);
    assert_int_equal(now(), 34);
    assert_string_equal(fl_buf_cstr(&w.http.log), "POST http://localhost:4566/ a\nPOST http://localhost:4566/ b\n");
    call(4, &thrice);
    assert_int_equal(fl_aws_take(client, &a, &err), 0);
    assert_int_equal(fl_aws_in_flight(client), 2);
    end();
}

static void canceled(void **state) {
    (void)state;
    begin(look);
    fl_aws_call(client, "x", fl_str_from(""), 1, &thrice, INT64_MAX);
    leaving = true;
    assert_int_equal(fl_aws_wait(client, fl_now_ms(w.pf) + 1000, &err), FL_E_CANCELED);
    leaving = false;
    assert_int_equal(fl_aws_wait(client, fl_now_ms(w.pf) + 1000, &err), 0);
    assert_int_equal(now(), 1000);
    end();
}

/* ---- what is repeated ---- */

/* Each byte of `script` answers one request: . ok, t throttled, 5 a failure of the service, 0 no answer, r refused, n
 * not found, e expired. The last one stays. */
static const char *script;

static void play(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    (void)f, (void)r;
    switch (script[0]) {
    case 't':
        *out = (scripted_reply){.status = 400,
                                .text = "{\"__type\":\"com.x#LimitExceededException\",\"message\":\"slow\"}"};
        break;
    case '5': *out = (scripted_reply){.status = 503, .text = "<html>"}; break;
    case '0': *out = (scripted_reply){.status = 0, .text = "the connection broke"}; break;
    case 'r':
        *out = (scripted_reply){
            .status = 0, .refused = true, .text = "could not connect to localhost:4566: Connection refused"};
        break;
    case 'n':
        *out = (scripted_reply){.status = 400,
                                .text = "{\"__type\":\"ResourceNotFoundException\",\"Message\":\"Stream s\\nunder "
                                        "account 1 not found.\"}"};
        break;
    case 'e':
        *out =
            (scripted_reply){.status = 400, .text = "{\"__type\":\"ExpiredTokenException\",\"message\":\"expired\"}"};
        break;
    default: break;
    }
    if (script[1] != '\0') script++;
}

static void repeats(void **state) {
    (void)state;
    begin(play);
    script = "t5.";
    call(1, &thrice);
    expect_ok(1, 3);
    assert_true(now() <= 100 + 200);
    script = "t5tt.";
    call(2, &thrice);
    fl_aws_answer a = next();
    assert_true(!a.ok && a.tag == 2 && a.attempts == 3 && a.status == 400);
    assert_string_equal(a.type, "LimitExceededException");
    assert_string_equal(a.message, "slow");
    fl_aws_answer_free(client, &a);
    script = "n.";
    call(3, &thrice);
    a = next();
    assert_true(!a.ok && a.attempts == 1);
    assert_string_equal(a.type, "ResourceNotFoundException");
    assert_string_equal(a.message, "Stream s under account 1 not found.");
    assert_int_equal(fl_aws_fail(client, "ListShards", "s", &a, &err), FL_E_IO);
    assert_string_equal(err.message, "ListShards failed for 's' at http://localhost:4566 (region eu-central-1): "
                                     "ResourceNotFoundException: Stream s under account 1 not found.");
    fl_aws_answer_free(client, &a);
    end();
}

/* The pause grows by the factor up to its limit, and is any part of that. */
static void pauses(void **state) {
    (void)state;
    begin(play);
    script = ".";
    call(1, &forever);
    expect_ok(1, 1);
    int64_t most = 0, sum = 0, before = now();
    for (int i = 0; i < 200; i++) {
        script = "tttttttttttt.";
        call(1, &forever);
        expect_ok(1, 13);
        int64_t took = now() - before;
        before = now();
        most = FL_MAX(most, took);
        sum += took;
    }
    int64_t full = 200 + 300 + 450 + 675 + 1012 + 1518 + 6 * 2000;
    assert_in_range(sum / 200, full * 45 / 100, full * 55 / 100);
    assert_true(most <= full);
    end();
}

static void closed_endpoint(void **state) {
    (void)state;
    begin(play);
    script = "r";
    fl_aws_retry slow = {.attempts = 0, .base_ms = 60000, .max_ms = 600000, .factor = 2};
    call(1, &slow);
    fl_aws_answer a = next();
    assert_true(!a.ok && a.attempts == 5 && a.status == 0);
    assert_true(now() <= 4000);
    fl_aws_fail(client, "ListShards", "s", &a, &err);
    assert_string_equal(
        err.message, "ListShards failed for 's' at http://localhost:4566 (region eu-central-1): could not connect to "
                     "localhost:4566: Connection refused (after 5 attempts)");
    expect_words(err.hint, "nobody listens there: start a local service");
    assert_true(err.retriable);
    fl_aws_answer_free(client, &a);
    assert_int_equal(notes.n, 0);
    end();
}

/* Down from the second request on, until the test says otherwise. */
static int64_t up_again_ms;

static void outage(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    (void)r;
    if (f->requests > 1 && fl_now_ms(f->pf) < up_again_ms)
        *out = (scripted_reply){.status = 0, .refused = true, .text = "could not connect"};
}

static void is_waited_for(void **state) {
    (void)state;
    begin(outage);
    call(1, &forever);
    expect_ok(1, 1);
    assert_int_equal(notes.n, 0);
    for (int i = 0; i < 2; i++) {
        w.http.requests = 1;
        up_again_ms = fl_now_ms(w.pf) + 600000;
        call(2, &forever);
        call(3, &forever);
        for (int k = 0; k < 2; k++) {
            fl_aws_answer a = next();
            assert_true(a.ok && a.attempts > 300);
            fl_aws_answer_free(client, &a);
        }
        assert_true(fl_now_ms(w.pf) >= up_again_ms && fl_now_ms(w.pf) < up_again_ms + 3000);
        const char *first = fl_buf_cstr(&notes), *second = strchr(first, '\n') + 1;
        expect_words(first, "kinesis (http://localhost:4566) has been failing for 1");
        expect_words(first, " s and is tried again: could not connect\n");
        expect_words(second, "kinesis (http://localhost:4566) works again, after 60");
        assert_string_equal(strchr(second, '\n'), "\n");
        fl_buf_reset(&notes);
    }
    end();
}

/* ---- credentials ---- */

/* An instance whose keys last an hour, and a service that follows the script. */
static int keys_given;
static char latest[300];

static void instance(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    if (strstr(r->url, "169.254") == NULL) {
        play(f, r, out);
        return;
    }
    if (strstr(r->url, "/my-role") == NULL) {
        *out = (scripted_reply){.status = 200, .text = "my-role"};
        return;
    }
    char time[FL_SIGV4_TIME];
    fl_sigv4_time(fl_now_ms(f->pf) + 3600000, time);
    snprintf(latest, sizeof latest,
             "{\"AccessKeyId\":\"ASIA%d\",\"SecretAccessKey\":\"s\",\"Token\":\"t\",\"Expiration\":\"%.4s-%.2s-%.2sT%."
             "2s:%.2s:%.2sZ\"}",
             ++keys_given, time, time + 4, time + 6, time + 9, time + 11, time + 13);
    *out = (scripted_reply){.status = 200, .text = latest};
}

static void keys_renewed(void **state) {
    (void)state;
    fl_aws_config config = plain;
    config.credentials = (fl_aws_credentials_config){.provider = FL_AWS_AUTO};
    begin_with(&config, instance);
    keys_given = 0;
    script = ".";
    for (int minute = 0; minute < 120; minute++) {
        call(1, &thrice);
        expect_ok(1, 1);
        fl_sim_set_clock_ms(w.pf, (SCRIPTED_START_S + 60 * (minute + 1)) * 1000LL);
        assert_int_equal(keys_given, minute < 55 ? 1 : minute < 110 ? 2 : 3); /* five minutes before they expire */
    }
    script = "ee.";
    call(2, &thrice);
    call(3, &thrice);
    expect_ok(2, 2);
    expect_ok(3, 2);
    assert_int_equal(keys_given, 4); /* once for both */
    /* a metadata service that is away is no harm while keys are good */
    fl_sim_set_clock_ms(w.pf, fl_now_ms(w.pf) + 56 * 60000);
    script = ".";
    w.http.serve = play;
    call(4, &thrice);
    expect_ok(4, 1);
    fl_sim_set_clock_ms(w.pf, fl_now_ms(w.pf) + 10 * 60000);
    call(5, &thrice);
    assert_true(fl_aws_wait(client, INT64_MAX, &err) < 0);
    expect_words(err.message, "no AWS credentials were found");
    end();
}

static void keys_expired_for_good(void **state) {
    (void)state;
    begin(play);
    script = "e";
    call(1, &forever);
    fl_aws_answer a = next();
    assert_true(!a.ok && a.attempts == 2);
    fl_aws_fail(client, "ListShards", "s", &a, &err);
    expect_words(err.message, "ExpiredTokenException: expired");
    expect_words(err.hint, "the session token has expired");
    fl_aws_answer_free(client, &a);
    end();
}

static void no_keys(void **state) {
    (void)state;
    fl_aws_config config = plain;
    config.credentials = (fl_aws_credentials_config){.provider = FL_AWS_ENV_VAR};
    begin_with(&config, play);
    fl_aws_answer a;
    call(1, &thrice);
    assert_int_equal(fl_aws_take(client, &a, &err), FL_E_VALIDATION);
    expect_words(err.message, "no AWS credentials from ENV_VAR: AWS_ACCESS_KEY_ID is not set");
    end();
}

/* ---- many calls ---- */

static void moody(scripted_http *f, const flott_http_request *r, scripted_reply *out) {
    uint64_t x = fl_random_u64(f->pf);
    (void)r;
    if (x % 4 == 0)
        *out = (scripted_reply){.status = x % 8 == 0 ? 500 : 0, .text = "bad mood"};
    else if (x % 4 == 1)
        *out = (scripted_reply){.status = 400, .text = "{\"__type\":\"ThrottlingException\"}"};
    out->delay_ms = (int64_t)(x >> 8) % 50;
}

/* Each is answered once, and everything is as before when the seed is. */
static void many(void **state) {
    (void)state;
    enum { CALLS = 500 };
    int64_t first_end = 0;
    for (int round = 0; round < 2; round++) {
        int seen[CALLS] = {0};
        begin(moody);
        for (uint64_t i = 0; i < CALLS; i++)
            fl_aws_call(client, "t", fl_str_from("{}"), i, i % 2 == 0 ? &forever : &thrice,
                        fl_now_ms(w.pf) + (int64_t)(fl_random_u64(w.pf) % 1000));
        for (int i = 0; i < CALLS; i++) {
            fl_aws_answer a = next();
            assert_true(a.ok || a.tag % 2 == 1);
            assert_int_equal(seen[a.tag]++, 0);
            fl_aws_answer_free(client, &a);
        }
        assert_int_equal(fl_aws_in_flight(client), 0);
        if (round == 0) first_end = now();
        assert_int_equal(now(), first_end);
        end();
    }
}

/* ---- what the user is told ---- */

static void teaches(void **state) {
    (void)state;
    static const struct {
        int status;
        const char *type, *message, *words;
        bool retriable;
    } cases[] = {
        {0, "", "could not connect to localhost:4566: Connection refused", "nobody listens there", true},
        {0, "", "unknown host 'x'", "'aws.region' and 'aws.endpoint'", true},
        {0, "", "the certificate of x is not trusted: self-signed", "'aws.trust.all.certificates' = 'true'", true},
        {0, "", "TLS with localhost:4566 failed: wrong version number", "does the endpoint speak plain HTTP?", true},
        {0, "", "no answer from x within 3000 ms", "check 'aws.endpoint' and the network", true},
        {400, "UnrecognizedClientException", "The security token included in the request is invalid.",
         "AWS does not know this access key", false},
        {403, "InvalidClientTokenId", "", "AWS does not know this access key", false},
        {400, "InvalidSignatureException", "The request signature we calculated does not match",
         "the secret key does not belong to the access key", false},
        {403, "SignatureDoesNotMatch", "", "the secret key does not belong", false},
        {400, "InvalidSignatureException",
         "Signature expired: 20240229T123456Z is now earlier than 20240229T130000Z (20240229T130500Z - 5 min.)",
         "the clock of this machine is 1804 s behind that of the service", false},
        {400, "InvalidSignatureException",
         "Signature not yet current: 20240229T123456Z is still later than 20240229T120000Z (20240229T115500Z + 5 min.)",
         "the clock of this machine is 2396 s ahead of that of the service", false},
        {403, "RequestTimeTooSkewed", "", "the clock of this machine is wrong", false},
        {400, "AccessDeniedException", "User: x is not authorized to perform: kinesis:ListShards on resource: arn",
         "lack a right", false},
        {400, "ResourceNotFoundException", "", "there is no 'stream' in region eu-central-1 at http://localhost:4566",
         false},
        {400, "ExpiredTokenException", "", "the session token has expired", true},
        {400, "ProvisionedThroughputExceededException", "", "more often than its limits allow", true},
        {400, "KMSAccessDeniedException", "", "lack a right", false},
        {400, "KMSDisabledException", "", "check its KMS key", false},
        {404, "", "<html>", "is that really kinesis?", false},
        {500, "InternalFailure", "", "the service itself has a problem", true},
        {400, "InvalidArgumentException", "x is wrong", "see what kinesis says of stream", false},
    };
    begin(play);
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_aws_answer a = {
            .status = cases[i].status, .type = cases[i].type, .message = cases[i].message, .attempts = 1};
        assert_int_equal(fl_aws_fail(client, "ListShards", "stream", &a, &err), FL_E_IO);
        expect_words(err.message, "ListShards failed for 'stream' at http://localhost:4566 (region eu-central-1): ");
        expect_words(err.message, cases[i].type);
        expect_words(err.message, cases[i].message);
        expect_words(err.hint, cases[i].words);
        assert_int_equal(err.retriable, cases[i].retriable);
    }
    end();
}

/* ---- options ---- */

static const fl_option_def defs[] = {FL_AWS_OPTIONS, {.key = NULL}};
static const fl_connector connector = {.name = "kinesis", .options = defs};

/* Reads "key=value" pairs as the options of a table. */
static int read_options(const char *const *pairs, const char *arn, fl_aws_config *out) {
    fl_option options[16];
    fl_table t = {.name = "t", .options = options};
    fl_connector_ctx c = {.arena = &arena, .pf = w.pf, .note = take_note};
    for (; *pairs != NULL; pairs++) {
        const char *equals = strchr(*pairs, '=');
        options[t.n_options++] = (fl_option){fl_arena_strndup(&arena, *pairs, (size_t)(equals - *pairs)), equals + 1};
    }
    fl_error_clear(&err);
    int rc = fl_connector_check_options(&connector, &t, &c, &err);
    return rc < 0 ? rc : fl_aws_config_read(&c, &connector, &t, "kinesis", arn, out, &err);
}

#define OPTIONS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void places(void **state) {
    (void)state;
    static const struct {
        const char *region, *endpoint, *arn, *got_region, *got_endpoint;
    } cases[] = {
        {"aws.region=us-east-1", NULL, NULL, "us-east-1", "https://kinesis.us-east-1.amazonaws.com"},
        {"aws.region=cn-north-1", NULL, NULL, "cn-north-1", "https://kinesis.cn-north-1.amazonaws.com.cn"},
        {NULL, NULL, "arn:aws:kinesis:ap-south-1:1:stream/s", "ap-south-1", "https://kinesis.ap-south-1.amazonaws.com"},
        {"aws.region=us-west-2", NULL, "arn:aws:kinesis:ap-south-1:1:stream/s", "us-west-2",
         "https://kinesis.us-west-2.amazonaws.com"},
        {NULL, "aws.endpoint=https://kinesis.eu-west-1.amazonaws.com/", NULL, "eu-west-1",
         "https://kinesis.eu-west-1.amazonaws.com"},
        {NULL, "aws.endpoint=localhost:4566", NULL, "us-east-1", "http://localhost:4566"},
        {NULL, "aws.endpoint=[::1]:4566", NULL, "us-east-1", "http://[::1]:4566"},
        {"aws.region=local", "aws.endpoint=http://kinesalite:4567", NULL, "local", "http://kinesalite:4567"},
        {NULL, "aws.endpoint=kinesis.us-gov-west-1.amazonaws.com:443", NULL, "us-gov-west-1",
         "https://kinesis.us-gov-west-1.amazonaws.com"},
        {NULL, "aws.endpoint=HTTP://localhost:80/aws//", NULL, "us-east-1", "http://localhost/aws"},
        {NULL, "aws.endpoint=vpce-1.kinesis.us-east-2.vpce.amazonaws.com", NULL, "us-east-2",
         "https://vpce-1.kinesis.us-east-2.vpce.amazonaws.com"},
    };
    static const char *const bad[] = {"aws.endpoint=",
                                      "aws.endpoint=https://",
                                      "aws.endpoint=ftp://x",
                                      "aws.endpoint=https://a b",
                                      "aws.endpoint=https://user:word@host",
                                      "aws.endpoint=http://h/?q",
                                      "aws.endpoint=h:443:443",
                                      "aws.endpoint=https:///x",
                                      "aws.endpoint=h:",
                                      "aws.endpoint=h:port",
                                      "aws.endpoint=[::1",
                                      "aws.endpoint=::1",
                                      "aws.region=",
                                      "aws.region=nowhere",
                                      "aws.region=us east-1",
                                      "aws.trust.all.certificates=maybe"};
    fl_aws_config c;
    begin(play);
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        const char *a = cases[i].region, *b = cases[i].endpoint;
        const char *const *given = a != NULL && b != NULL ? OPTIONS(a, b) : OPTIONS(a != NULL ? a : b);
        if (read_options(given, cases[i].arn, &c) < 0) fail_msg("%s", err.message);
        assert_string_equal(c.region, cases[i].got_region);
        assert_string_equal(c.endpoint, cases[i].got_endpoint);
    }
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++) {
        assert_true(read_options(OPTIONS(bad[i]), NULL, &c) < 0);
        assert_true(err.message[0] != '\0');
    }
    assert_true(read_options((const char *const[]){NULL}, NULL, &c) < 0);
    expect_words(err.message, "AWS region ('aws.region') and/or AWS endpoint ('aws.endpoint') must be set");
    end();
}

static void providers(void **state) {
    (void)state;
    static const struct {
        const char *option, *words;
    } bad[] = {
        {"aws.credentials.provider=BASIC",
         "Please set values for AWS Access Key ID ('aws.credentials.basic.accesskeyid')"},
        {"aws.credentials.provider=SYS_PROP", "there is no JVM here"},
        {"aws.credentials.provider=CUSTOM",
         "'aws.credentials.provider' = 'CUSTOM' is not supported: there is no JVM here"},
        {"aws.credentials.provider=MINE", "MINE"},
        {"aws.credentials.provider=ASSUME_ROLE", "Please set value for AWS role ARN ('aws.credentials.role.arn')"},
        {"aws.credentials.role.provider.rolearn=x", "aws.credentials.role.provider.rolearn"},
        {"aws.credentials.role.provider.role.provider.basic.accessKeyId=x", "basic.accessKeyId"},
    };
    fl_aws_config c;
    begin(play);
    assert_int_equal(read_options(OPTIONS("aws.region=us-east-1"), NULL, &c), 0);
    assert_int_equal(c.credentials.provider, FL_AWS_AUTO);
    assert_true(c.http2 && c.max_concurrency == 10000 && c.read_timeout_ms == 360000 && !c.trust_all);
    assert_int_equal(read_options(OPTIONS("aws.region=us-east-1", "aws.credentials.basic.accesskeyid=a",
                                          "aws.credentials.basic.secretkey=b", "aws.trust.all.certificates=TRUE"),
                                  NULL, &c),
                     0);
    assert_int_equal(c.credentials.provider, FL_AWS_BASIC);
    assert_true(c.trust_all);
    assert_int_equal(
        read_options(OPTIONS("aws.region=us-east-1", "aws.credentials.provider=assume_role",
                             "aws.credentials.role.arn=1", "aws.credentials.role.sessionName=n",
                             "aws.credentials.role.stsEndpoint=localhost:1",
                             "aws.credentials.role.provider=ASSUME_ROLE", "aws.credentials.role.provider.role.arn=2",
                             "aws.credentials.role.provider.role.provider.basic.accesskeyid=a",
                             "aws.credentials.role.provider.role.provider.basic.secretkey=b"),
                     NULL, &c),
        0);
    const fl_aws_credentials_config *one = &c.credentials, *two = one->base, *three = two->base;
    assert_true(one->provider == FL_AWS_ASSUME_ROLE && two->provider == FL_AWS_ASSUME_ROLE);
    assert_string_equal(one->role_arn, "1");
    assert_string_equal(one->session_name, "n");
    assert_string_equal(one->sts_endpoint, "http://localhost:1");
    assert_string_equal(two->role_arn, "2");
    assert_int_equal(three->provider, FL_AWS_BASIC);
    assert_string_equal(three->access_key, "a");
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++) {
        assert_true(read_options(OPTIONS("aws.region=us-east-1", bad[i].option), NULL, &c) < 0);
        expect_words(err.message, bad[i].words);
    }
    expect_words(err.hint, "did you mean 'aws.credentials.role.provider.role.provider.basic.accesskeyid'?");
    /* Flink hands what it does not know to the SDK */
    assert_int_equal(read_options(OPTIONS("aws.region=us-east-1", "aws.http.protocol.version=HTTP2"), NULL, &c), 0);
    expect_words(fl_buf_cstr(&notes), "option 'aws.http.protocol.version' has no effect");
    end();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sends),           cmocka_unit_test(canceled),
        cmocka_unit_test(repeats),         cmocka_unit_test(pauses),
        cmocka_unit_test(closed_endpoint), cmocka_unit_test(is_waited_for),
        cmocka_unit_test(keys_renewed),    cmocka_unit_test(keys_expired_for_good),
        cmocka_unit_test(no_keys),         cmocka_unit_test(many),
        cmocka_unit_test(teaches),         cmocka_unit_test(places),
        cmocka_unit_test(providers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
