/* SPDX-License-Identifier: Apache-2.0 */
/* client.c -- calls to an AWS service: signed, sent, and repeated where that helps.
 *
 *     fl_aws_call ──► waiting (a heap by due time) ──due: sign, send──► with the transport
 *                        ▲                                                  │ answer
 *                        └──── pause: full jitter ◄── worth a repetition ◄──┤
 *                                                                           └──► ready (a queue) ──► fl_aws_take
 *
 * A call is in exactly one of the three places. Its number in `calls` is the transport's tag; its body stays here until
 * the answer has been judged, so a repetition copies nothing.
 *
 * Giving up: after retry.attempts. A service that has never answered anything gets FIRST_ATTEMPTS with short pauses,
 *             so that an endpoint nobody listens on is told within seconds; one that has answered before is waited
 *             for, and a note is made when that takes long.
 * Credentials: looked for before the first request, again five minutes before they expire, and when the service says
 *             that they have. Only the signer and the request's headers ever see them.
 * Simulation: every random number comes from the platform; nothing here depends on an address or on real time.
 */
#include "connectors/aws/client.h"

#include <stdlib.h>

#include "connectors/aws/scan.h"
#include "connectors/aws/sigv4.h"
#include "connectors/http.h"
#include "data/timestamp.h"
#include "messages/aws.h"

enum { FIRST_ATTEMPTS = 5, FIRST_PAUSE_MS = 1000 };
enum { SLICE_MS = 50 };              /* of a wait: how late a canceled job is seen */
enum { NOTE_AFTER_MS = 10 * 1000 };  /* of failing */
enum { REFRESH_MS = 5 * 60 * 1000 }; /* before credentials expire */
enum { REFRESH_AGAIN_MS = 10 * 1000 };

typedef struct call {
    uint64_t tag; /* the caller's */
    char *target; /* owned, as all texts of a call */
    char *body;
    size_t body_size;
    fl_aws_retry retry;
    int attempts;       /* made */
    int64_t due_ms;     /* while waiting */
    uint64_t order;     /* of two that are due at once the older goes first */
    uint64_t keys;      /* number of the credentials that it was signed with last */
    bool keys_repeated; /* was repeated because those had expired */
    int next_free;
} call;

struct fl_aws {
    const fl_aws_config *config;
    fl_task_ctx *ctx;
    const flott_http *http;
    flott_http_client *transport;
    const char *url, *host; /* host as in the header Host; both in ctx->arena */
    fl_str path;            /* of the URL, points into it */

    call *calls; /* owned */
    int n_calls, cap_calls, free_call;
    int *waiting; /* owned: heap of calls, the next one due first */
    int n_waiting, cap_waiting;
    fl_aws_answer *ready; /* owned: a ring of answers nobody has taken */
    int ready_from, n_ready, cap_ready;
    int in_flight;
    uint64_t orders;

    fl_arena keys_arena; /* credentials live here */
    fl_aws_credentials keys;
    uint64_t keys_number; /* 0: none yet */
    int64_t refresh_ms;   /* when new ones are to be had */
    fl_sigv4 signer;

    bool answered;      /* the service has answered at least once, with whatever */
    int64_t failing_ms; /* since when all answers are failures; INT64_MAX: they are not */
    bool failing_noted;
    fl_buf scratch;
};

/* ---- opening, closing ---- */

int fl_aws_open(const fl_aws_config *config, fl_task_ctx *ctx, fl_aws **out, fl_error *err) {
    const flott_http *http;
    char why[240] = "";
    *out = NULL;
    FL_TRY(fl_http_get(ctx->pf, &http, err));
    flott_http_settings settings = {.trust_all = config->trust_all,
                                    .http2 = config->http2,
                                    .max_concurrency = FL_MAX(config->max_concurrency, 1),
                                    .wake = ctx->wake,
                                    .wake_arg = ctx->task};
    flott_http_client *transport = http->open(http, &settings, why);
    if (transport == NULL) return fl_fail(err, FL_ERR_AWS_OPEN, config->endpoint, why);
    fl_aws *c = fl_calloc(1, sizeof *c);
    *c = (fl_aws){.config = config,
                  .ctx = ctx,
                  .http = http,
                  .transport = transport,
                  .free_call = -1,
                  .failing_ms = INT64_MAX,
                  .url = fl_arena_printf(ctx->arena, "%s/", config->endpoint)};
    const char *authority = strstr(c->url, "//") + 2, *path = strchr(authority, '/');
    c->host = fl_arena_strndup(ctx->arena, authority, (size_t)(path - authority));
    c->path = fl_str_from(path);
    fl_arena_init(&c->keys_arena);
    fl_buf_init(&c->scratch);
    *out = c;
    return 0;
}

void fl_aws_answer_free(fl_aws *c, fl_aws_answer *a) {
    c->http->free_answer(c->transport, &a->raw);
    free(a->words);
    *a = (fl_aws_answer){0};
}

static void forget_keys(fl_aws *c) {
    fl_sigv4_deinit(&c->signer);
    fl_aws_credentials_wipe(&c->keys);
    fl_arena_reset(&c->keys_arena);
}

void fl_aws_close(fl_aws *c) {
    if (c == NULL) return;
    for (int i = 0; i < c->n_ready; i++) fl_aws_answer_free(c, &c->ready[(c->ready_from + i) % c->cap_ready]);
    c->http->close(c->transport);
    for (int i = 0; i < c->n_calls; i++) {
        free(c->calls[i].target);
        free(c->calls[i].body);
    }
    forget_keys(c);
    fl_arena_deinit(&c->keys_arena);
    fl_buf_deinit(&c->scratch);
    free(c->calls);
    free(c->waiting);
    free(c->ready);
    free(c);
}

/* ---- calls ---- */

static int new_call(fl_aws *c) {
    int i = c->free_call;
    if (i >= 0) {
        c->free_call = c->calls[i].next_free;
        return i;
    }
    if (c->n_calls == c->cap_calls) {
        c->cap_calls = c->cap_calls > 0 ? c->cap_calls * 2 : 16;
        c->calls = fl_realloc(c->calls, sizeof *c->calls * (size_t)c->cap_calls);
    }
    return c->n_calls++;
}

static void free_call(fl_aws *c, int i) {
    free(c->calls[i].target);
    free(c->calls[i].body);
    c->calls[i] = (call){.next_free = c->free_call};
    c->free_call = i;
}

static bool is_before(const fl_aws *c, int i, int j) {
    const call *a = &c->calls[i], *b = &c->calls[j];
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void push_waiting(fl_aws *c, int i, int64_t due_ms) {
    c->calls[i].due_ms = due_ms;
    c->calls[i].order = c->orders++;
    if (c->n_waiting == c->cap_waiting) {
        c->cap_waiting = c->cap_waiting > 0 ? c->cap_waiting * 2 : 16;
        c->waiting = fl_realloc(c->waiting, sizeof *c->waiting * (size_t)c->cap_waiting);
    }
    int at = c->n_waiting++;
    for (; at > 0 && is_before(c, i, c->waiting[(at - 1) / 2]); at = (at - 1) / 2)
        c->waiting[at] = c->waiting[(at - 1) / 2];
    c->waiting[at] = i;
}

static int pop_waiting(fl_aws *c) {
    int first = c->waiting[0], last = c->waiting[--c->n_waiting], at = 0;
    for (int child; (child = 2 * at + 1) < c->n_waiting; at = child) {
        if (child + 1 < c->n_waiting && is_before(c, c->waiting[child + 1], c->waiting[child])) child++;
        if (!is_before(c, c->waiting[child], last)) break;
        c->waiting[at] = c->waiting[child];
    }
    c->waiting[at] = last;
    return first;
}

void fl_aws_call(fl_aws *c, const char *target, fl_str body, uint64_t tag, const fl_aws_retry *retry,
                 int64_t not_before_ms) {
    int i = new_call(c);
    c->calls[i] = (call){.tag = tag,
                         .target = fl_strdup(target),
                         .body = fl_strndup(body.p, body.n),
                         .body_size = body.n,
                         .retry = *retry};
    c->in_flight++;
    push_waiting(c, i, not_before_ms);
}

int fl_aws_in_flight(const fl_aws *c) { return c->in_flight; }

/* ---- credentials ---- */

/* There are credentials that can be used now. New ones that cannot be had are no failure as long as the old ones are
 * good. */
static int have_keys(fl_aws *c, int64_t now, fl_error *err) {
    if (c->keys_number > 0 && now < c->refresh_ms) return 0;
    fl_arena fresh_arena;
    fl_aws_credentials fresh;
    fl_arena_init(&fresh_arena);
    int rc = fl_aws_credentials_get(&c->config->credentials, c->config->region, c->ctx->pf, c->http,
                                    c->config->trust_all, &fresh_arena, &fresh, err);
    if (rc < 0) {
        fl_arena_deinit(&fresh_arena);
        if (c->keys_number == 0 || now >= c->keys.expires_ms) return rc;
        c->refresh_ms = now + REFRESH_AGAIN_MS;
        return 0;
    }
    bool same = c->keys_number > 0 && strcmp(fresh.access_key, c->keys.access_key) == 0 &&
                strcmp(fresh.session_token != NULL ? fresh.session_token : "",
                       c->keys.session_token != NULL ? c->keys.session_token : "") == 0;
    forget_keys(c);
    fl_arena_deinit(&c->keys_arena);
    c->keys_arena = fresh_arena;
    c->keys = fresh;
    if (!same) c->keys_number++;
    c->refresh_ms =
        fresh.expires_ms == INT64_MAX ? INT64_MAX : FL_MAX(fresh.expires_ms - REFRESH_MS, now + REFRESH_AGAIN_MS);
    fl_sigv4_init(&c->signer, c->http, &c->keys, c->config->region, c->config->service);
    return 0;
}

/* ---- sending ---- */

static void send_call(fl_aws *c, int i, int64_t now) {
    call *k = &c->calls[i];
    char time[FL_SIGV4_TIME];
    flott_http_header headers[8];
    int n = 0;
    fl_sigv4_time(now, time);
    headers[n++] = (flott_http_header){"Content-Type", "application/x-amz-json-1.1"};
    headers[n++] = (flott_http_header){"Host", c->host};
    headers[n++] = (flott_http_header){"X-Amz-Date", time};
    if (c->keys.session_token != NULL)
        headers[n++] = (flott_http_header){"X-Amz-Security-Token", c->keys.session_token};
    headers[n++] = (flott_http_header){"X-Amz-Target", k->target};
    fl_buf_reset(&c->scratch);
    fl_sigv4_sign(&c->signer,
                  &(fl_sigv4_request){.method = "POST",
                                      .path = c->path,
                                      .query = fl_str_make("", 0),
                                      .headers = headers,
                                      .n_headers = n,
                                      .body = fl_str_make(k->body, k->body_size)},
                  time, &c->scratch);
    headers[n++] = (flott_http_header){"Authorization", fl_buf_cstr(&c->scratch)};
    headers[n++] = (flott_http_header){"User-Agent", "flott/" FLOTT_VERSION};
    k->attempts++;
    k->keys = c->keys_number;
    c->http->send(c->transport, &(flott_http_request){.method = "POST",
                                                      .url = c->url,
                                                      .headers = headers,
                                                      .n_headers = n,
                                                      .body = k->body,
                                                      .body_size = k->body_size,
                                                      .timeout_ms = c->config->read_timeout_ms,
                                                      .tag = (uint64_t)i});
}

/* ---- what an answer means ---- */

/* "com.amazonaws.kinesis.v20131202#ResourceNotFoundException:http://…" is ResourceNotFoundException. */
static void bare_type(fl_buf *b) {
    const char *hash = memchr(b->p, '#', b->n), *colon;
    if (hash != NULL) {
        b->n -= (size_t)(hash + 1 - b->p);
        memmove(b->p, hash + 1, b->n);
    }
    colon = b->n > 0 ? memchr(b->p, ':', b->n) : NULL;
    if (colon != NULL) b->n = (size_t)(colon - b->p);
}

/* A service's words go to terminals: controls become blanks. */
static void put_words(fl_buf *out, fl_str s) {
    enum { WORDS_MAX = 600 };
    for (size_t i = 0; i < s.n && i < WORDS_MAX; i++) fl_buf_putc(out, (uint8_t)s.p[i] < ' ' ? ' ' : s.p[i]);
}

/* Fills type and message of an answer that is not ok. */
static void read_words(fl_aws_answer *a) {
    fl_buf b, text;
    fl_buf_init(&b);
    fl_buf_init(&text);
    if (a->status == 0) {
        fl_buf_putc(&b, '\0');
        put_words(&b, fl_str_from(a->raw.error));
    } else {
        if (fl_aws_json_text(a->body, "__type", &text) || fl_aws_json_text(a->body, "code", &text)) bare_type(&text);
        put_words(&b, fl_buf_str(&text));
        fl_buf_putc(&b, '\0');
        size_t from = b.n;
        fl_buf_reset(&text);
        if (fl_aws_json_text(a->body, "message", &text) || fl_aws_json_text(a->body, "Message", &text))
            put_words(&b, fl_buf_str(&text));
        else if (from == 1)
            put_words(&b, fl_str_make(a->body.p, FL_MIN(a->body.n, 200)));
    }
    (void)fl_buf_cstr(&b);
    a->words = b.p;
    a->type = a->words;
    a->message = a->words + strlen(a->words) + 1;
    fl_buf_deinit(&text);
}

static bool is_one_of(const char *type, const char *const *list, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(type, list[i]) == 0) return true;
    return false;
}

static bool has_expired(const fl_aws_answer *a) {
    static const char *const types[] = {"ExpiredTokenException", "ExpiredToken"};
    return is_one_of(a->type, types, FL_ARRAY_LEN(types));
}

static bool is_passing(const fl_aws_answer *a) {
    static const char *const types[] = {
        "ProvisionedThroughputExceededException",
        "LimitExceededException",
        "ThrottlingException",
        "Throttling",
        "ThrottledException",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "KMSThrottlingException",
        "RequestThrottled",
        "RequestThrottledException",
        "ServiceUnavailableException",
        "InternalFailure",
        "RequestTimeout",
        "RequestTimeoutException",
        "InternalFailureException",
    };
    return a->status == 0 || a->status >= 500 || a->status == 429 || is_one_of(a->type, types, FL_ARRAY_LEN(types));
}

static int attempts_of(const fl_aws *c, const call *k) {
    int most = k->retry.attempts > 0 ? k->retry.attempts : INT32_MAX;
    return c->answered ? most : FL_MIN(most, FIRST_ATTEMPTS);
}

int64_t fl_aws_pause_ms(fl_platform *pf, const fl_aws_retry *retry, int attempts) {
    double most = (double)retry->base_ms, top = (double)retry->max_ms;
    for (int i = 1; i < attempts && most < top; i++) most *= FL_MAX(retry->factor, 1.0);
    most = FL_MIN(most, top);
    uint64_t range = most >= 1 ? (uint64_t)most : 1;
    return (int64_t)(fl_random_u64(pf) % (range + 1));
}

static int64_t pause_ms(const fl_aws *c, const call *k) {
    fl_aws_retry retry = k->retry;
    if (!c->answered) retry.max_ms = FL_MIN(retry.max_ms, (int64_t)FIRST_PAUSE_MS);
    return fl_aws_pause_ms(c->ctx->pf, &retry, k->attempts);
}

/* ---- notes ---- */

static void note(fl_aws *c, const char *text) {
    if (c->ctx->note != NULL) c->ctx->note(c->ctx->note_arg, text);
}

static void note_failure(fl_aws *c, const fl_aws_answer *a, int64_t now) {
    if (c->failing_ms == INT64_MAX) c->failing_ms = now;
    if (c->failing_noted || now - c->failing_ms < NOTE_AFTER_MS) return;
    c->failing_noted = true;
    fl_buf_reset(&c->scratch);
    fl_buf_printf(&c->scratch, "%s (%s) has been failing for %lld s and is tried again: ", c->config->service,
                  c->config->endpoint, (long long)(now - c->failing_ms) / 1000);
    if (a->type[0] != '\0') fl_buf_printf(&c->scratch, "%s: ", a->type);
    if (a->message[0] != '\0')
        fl_buf_puts(&c->scratch, a->message);
    else
        fl_buf_printf(&c->scratch, "status %d", a->status);
    note(c, fl_buf_cstr(&c->scratch));
}

static void note_success(fl_aws *c, int64_t now) {
    if (c->failing_noted) {
        fl_buf_reset(&c->scratch);
        fl_buf_printf(&c->scratch, "%s (%s) works again, after %lld s", c->config->service, c->config->endpoint,
                      (long long)(now - c->failing_ms) / 1000);
        note(c, fl_buf_cstr(&c->scratch));
    }
    c->failing_ms = INT64_MAX;
    c->failing_noted = false;
}

/* ---- answers ---- */

static void push_ready(fl_aws *c, const fl_aws_answer *a) {
    if (c->n_ready == c->cap_ready) {
        int cap = c->cap_ready > 0 ? c->cap_ready * 2 : 16;
        fl_aws_answer *ready = fl_malloc(sizeof *ready * (size_t)cap);
        for (int i = 0; i < c->n_ready; i++) ready[i] = c->ready[(c->ready_from + i) % c->cap_ready];
        free(c->ready);
        c->ready = ready;
        c->ready_from = 0;
        c->cap_ready = cap;
    }
    c->ready[(c->ready_from + c->n_ready++) % c->cap_ready] = *a;
}

/* Repeats the call of an answer: true if that makes sense. */
static bool repeat(fl_aws *c, int i, const fl_aws_answer *a, int64_t now) {
    call *k = &c->calls[i];
    if (has_expired(a)) {
        if (k->keys == c->keys_number) {
            if (k->keys_repeated) return false; /* and those that were asked for then are no better */
            c->refresh_ms = INT64_MIN;
        }
        k->keys_repeated = true;
        push_waiting(c, i, now);
        return true;
    }
    if (!is_passing(a)) return false;
    note_failure(c, a, now);
    if (k->attempts >= attempts_of(c, k)) return false;
    push_waiting(c, i, now + pause_ms(c, k));
    return true;
}

static void judge(fl_aws *c, flott_http_answer *raw, int64_t now) {
    int i = (int)raw->tag;
    fl_assert(raw->tag < (uint64_t)c->n_calls);
    call *k = &c->calls[i];
    fl_aws_answer a = {.tag = k->tag,
                       .ok = raw->status >= 200 && raw->status < 300,
                       .status = raw->status,
                       .body = fl_str_make(raw->body, raw->body_size),
                       .type = "",
                       .message = "",
                       .attempts = k->attempts,
                       .raw = *raw};
    if (a.status > 0) c->answered = true;
    if (a.ok)
        note_success(c, now);
    else
        read_words(&a);
    if (!a.ok && repeat(c, i, &a, now)) {
        fl_aws_answer_free(c, &a);
        return;
    }
    push_ready(c, &a);
    free_call(c, i);
}

/* Sends what is due and judges what has come. */
static int pump(fl_aws *c, fl_error *err) {
    flott_http_answer raw;
    int64_t now = fl_now_ms(c->ctx->pf);
    while (c->http->take(c->transport, &raw)) judge(c, &raw, now);
    while (c->n_waiting > 0 && c->calls[c->waiting[0]].due_ms <= now) {
        FL_TRY(have_keys(c, now, err));
        now = FL_MAX(now, fl_now_ms(c->ctx->pf)); /* to ask for credentials takes time */
        send_call(c, pop_waiting(c), now);
    }
    return 0;
}

int fl_aws_take(fl_aws *c, fl_aws_answer *out, fl_error *err) {
    FL_TRY(pump(c, err));
    if (c->n_ready == 0) return 0;
    *out = c->ready[c->ready_from];
    c->ready_from = (c->ready_from + 1) % c->cap_ready;
    c->n_ready--;
    c->in_flight--;
    return 1;
}

int64_t fl_aws_due_ms(const fl_aws *c) {
    if (c->n_ready > 0) return 0;
    int64_t due = c->http->due_ms(c->transport);
    return c->n_waiting > 0 ? FL_MIN(due, c->calls[c->waiting[0]].due_ms) : due;
}

int fl_aws_wait(fl_aws *c, int64_t until_ms, fl_error *err) {
    for (;;) {
        FL_TRY(pump(c, err));
        int64_t now = fl_now_ms(c->ctx->pf), stop = until_ms;
        if (c->n_ready > 0 || now >= until_ms) return 0;
        if (c->ctx->leaving != NULL && atomic_load(c->ctx->leaving))
            return fl_fail(err, FL_ERR_AWS_CANCELED, c->config->service);
        FL_TRY(c->ctx->pf->ops->step(c->ctx->pf, err)); /* in a simulation the machine may die here */
        if (c->n_waiting > 0) stop = FL_MIN(stop, c->calls[c->waiting[0]].due_ms);
        c->http->wait(c->transport, FL_MIN(FL_MAX(stop - now, 1), SLICE_MS));
    }
}

/* ---- what the user is told ---- */

static bool has_word(const char *text, const char *word) { return strcasestr(text, word) != NULL; }

/* A time as in "20150830T123600Z" at p, ms; -1: none stands there. */
static int64_t time_at(const char *p) {
    static const char shape[] = "dddddddd:dddddd:";
    int x[6] = {0};
    for (int i = 0; i < FL_SIGV4_TIME - 1; i++) {
        if (shape[i] == 'd' ? p[i] < '0' || p[i] > '9' : p[i] != (i == 8 ? 'T' : 'Z')) return -1;
        if (i == 8 || i == 15) continue;
        int field = i < 4 ? 0 : i < 8 ? (i - 4) / 2 + 1 : (i - 9) / 2 + 3;
        x[field] = x[field] * 10 + (p[i] - '0');
    }
    int64_t seconds = x[3] * 3600 + x[4] * 60 + x[5];
    if (x[1] < 1 || x[1] > 12 || x[2] < 1 || x[2] > 31) return -1;
    return (fl_days_from_civil(x[0], x[1], x[2]) * 86400 + seconds) * 1000;
}

/* "Signature expired: 20150830T123600Z is now earlier than 20150830T124000Z (20150830T124500Z - 5 min.)": the time in
 * brackets is the service's. -1: it does not say. */
static int64_t service_time(const char *message) {
    const char *bracket = strchr(message, '(');
    return bracket != NULL ? time_at(bracket + 1) : -1;
}

static bool is_about_clock(const fl_aws_answer *a) {
    return strcmp(a->type, "RequestTimeTooSkewed") == 0 || strcmp(a->type, "RequestExpired") == 0 ||
           has_word(a->message, "signature expired") || has_word(a->message, "signature not yet current");
}

static int fail_clock(const fl_aws *c, const fl_aws_answer *a, fl_error *err) {
    int64_t theirs = service_time(a->message), off = theirs >= 0 ? (fl_now_ms(c->ctx->pf) - theirs) / 1000 : 0;
    if (theirs < 0) return fl_error_hint(err, FL_HINT_AWS_CLOCK);
    return fl_error_hint(err, FL_HINT_AWS_CLOCK_OFF, (long long)(off < 0 ? -off : off),
                         off < 0 ? "behind" : "ahead of");
}

static int hint_no_answer(const fl_aws *c, const fl_aws_answer *a, fl_error *err) {
    const char *words = a->message, *endpoint = c->config->endpoint;
    if (has_word(words, "certificate")) return fl_error_hint(err, FL_HINT_AWS_CERTIFICATE);
    if (has_word(words, "refused") && (strstr(endpoint, "//localhost") != NULL || strstr(endpoint, "//127.") != NULL))
        return fl_error_hint(err, FL_HINT_AWS_NOBODY_HERE);
    if (has_word(words, "refused")) return fl_error_hint(err, FL_HINT_AWS_NOBODY);
    if (has_word(words, "unknown host")) return fl_error_hint(err, FL_HINT_AWS_HOST);
    if (has_word(words, "TLS") || has_word(words, "SSL")) return fl_error_hint(err, FL_HINT_AWS_TLS);
    return err->code;
}

static int hint_refused(const fl_aws *c, const char *resource, const fl_aws_answer *a, fl_error *err) {
    const char *type = a->type;
    if (is_about_clock(a)) return fail_clock(c, a, err);
    if (has_word(type, "Expired")) return fl_error_hint(err, FL_HINT_AWS_EXPIRED);
    if (strcmp(type, "UnrecognizedClientException") == 0 || strcmp(type, "InvalidClientTokenId") == 0)
        return fl_error_hint(err, FL_HINT_AWS_UNKNOWN_KEY);
    if (has_word(type, "Signature")) return fl_error_hint(err, FL_HINT_AWS_SECRET);
    if (has_word(type, "AccessDenied") || strcmp(type, "NotAuthorizedException") == 0)
        return fl_error_hint(err, FL_HINT_AWS_RIGHT, resource != NULL ? resource : "this resource");
    if (strcmp(type, "ResourceNotFoundException") == 0)
        return fl_error_hint(err, FL_HINT_AWS_NOT_FOUND, resource != NULL ? resource : "such thing", c->config->region,
                             c->config->endpoint);
    if (has_word(type, "Throttl") || has_word(type, "Exceeded")) return fl_error_hint(err, FL_HINT_AWS_LIMITS);
    if (has_word(type, "KMS")) return fl_error_hint(err, FL_HINT_AWS_KMS);
    if (a->status >= 500) return fl_error_hint(err, FL_HINT_AWS_SERVICE);
    if (a->status == 404 || a->status == 405 || type[0] == '\0')
        return fl_error_hint(err, FL_HINT_AWS_WHO, c->config->service);
    return fl_error_hint(err, FL_HINT_AWS_ITS_WORDS, c->config->service, resource != NULL ? resource : "the request");
}

int fl_aws_fail(const fl_aws *c, const char *what, const char *resource, const fl_aws_answer *a, fl_error *err) {
    fl_buf of, words;
    fl_buf_init(&of);
    fl_buf_init(&words);
    if (resource != NULL) fl_buf_printf(&of, " for '%s'", resource);
    if (a->status == 0) {
        fl_buf_puts(&words, a->message);
    } else {
        if (a->type[0] != '\0')
            fl_buf_puts(&words, a->type);
        else
            fl_buf_printf(&words, "status %d", a->status);
        if (a->message[0] != '\0') fl_buf_printf(&words, ": %s", a->message);
    }
    if (a->attempts > 1) fl_buf_printf(&words, " (after %d attempts)", a->attempts);
    fl_fail(err, FL_ERR_AWS_CALL, what, fl_buf_cstr(&of), c->config->endpoint, c->config->region, fl_buf_cstr(&words));
    fl_buf_deinit(&words);
    fl_buf_deinit(&of);
    err->retriable = is_passing(a) || has_expired(a);
    return a->status == 0 ? hint_no_answer(c, a, err) : hint_refused(c, resource, a, err);
}
