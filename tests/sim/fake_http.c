/* SPDX-License-Identifier: Apache-2.0 */
/* fake_http.c -- requests on their way, and what happens to them. See fake_http.h.
 *
 * A client that is closed abandons its requests: those that have not taken effect do so all the same or not, as drawn,
 * for a packet on the wire does not know that its sender has died.
 */
#include "fake_http.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"

/* What becomes of a request beside the handler's answer. */
typedef enum fate { WELL, REFUSED, LOST, UNANSWERED, SLOW, ERROR_500, ERROR_503, GARBAGE, TRUNCATED } fate;

typedef struct fake_request {
    flott_http_client *client; /* NULL: nobody waits for the answer */
    uint64_t tag, order;
    char *memory; /* method, url, headers and body; owned */
    fake_http_call call;
    fate fate;
    bool done;          /* has taken effect, or never will */
    int64_t effect_ms;  /* INT64_MAX: no effect */
    int64_t answer_ms;  /* when it can be taken */
    int64_t timeout_ms; /* at which the sender stops waiting */
} fake_request;

struct flott_http_client {
    fake_http *http;
    flott_http_settings settings;
};

static fake_http *fake_of(const flott_http *self) { return (fake_http *)(uintptr_t)self; }

uint64_t fake_http_draw(fake_http *h, uint64_t n) { return n > 0 ? fl_random_u64(h->pf) % n : 0; }
bool fake_http_chance(fake_http *h, uint32_t ppm) { return ppm > 0 && fake_http_draw(h, 1000000) < ppm; }

const char *fake_http_header(const fake_http_call *call, const char *name) {
    for (int i = 0; i < call->n_headers; i++)
        if (fl_str_iis(fl_str_from(call->headers[i].name), name)) return call->headers[i].value;
    return NULL;
}

/* ---- requests ---- */

static void free_request(fake_request *r) {
    free(r->memory);
    fl_buf_deinit(&r->call.answer);
}

static void remove_request(fake_http *h, int i) {
    free_request(&h->requests[i]);
    h->requests[i] = h->requests[--h->n];
}

static char *keep(char **at, const void *p, size_t n) {
    char *here = *at;
    if (n > 0) memcpy(here, p, n);
    here[n] = '\0';
    *at += n + 1;
    return here;
}

static void copy_request(fake_request *out, const flott_http_request *r) {
    size_t size = strlen(r->method) + strlen(r->url) + r->body_size + 3;
    for (int i = 0; i < r->n_headers; i++) size += strlen(r->headers[i].name) + strlen(r->headers[i].value) + 2;
    size_t table = sizeof(flott_http_header) * (size_t)r->n_headers;
    out->memory = fl_malloc(table + size);
    flott_http_header *headers = (flott_http_header *)(void *)out->memory;
    char *at = out->memory + table;
    for (int i = 0; i < r->n_headers; i++) {
        headers[i].name = keep(&at, r->headers[i].name, strlen(r->headers[i].name));
        headers[i].value = keep(&at, r->headers[i].value, strlen(r->headers[i].value));
    }
    out->call.method = keep(&at, r->method, strlen(r->method));
    out->call.url = keep(&at, r->url, strlen(r->url));
    out->call.headers = headers;
    out->call.n_headers = r->n_headers;
    out->call.body = fl_str_make(keep(&at, r->body, r->body_size), r->body_size);
    out->call.status = 200;
    fl_buf_init(&out->call.answer);
}

static fate draw_fate(fake_http *h) {
    const fake_http_faults *f = &h->faults;
    const uint32_t ppm[] = {f->refused_ppm,  f->reset_before_ppm, f->reset_after_ppm, f->slow_ppm,
                            f->error500_ppm, f->error503_ppm,     f->garbage_ppm,     f->truncated_ppm};
    for (size_t i = 0; i < FL_ARRAY_LEN(ppm); i++)
        if (fake_http_chance(h, ppm[i])) {
            h->n_faults++;
            return (fate)(REFUSED + i);
        }
    return WELL;
}

/* The times of a request, from its fate. */
static void schedule(fake_http *h, fake_request *r) {
    int64_t now = fl_now_ms(h->pf);
    uint64_t latency = (uint64_t)h->latency_ms + 1;
    r->effect_ms = now + (int64_t)fake_http_draw(h, latency);
    r->answer_ms = r->effect_ms + (int64_t)fake_http_draw(h, latency);
    switch (r->fate) {
    case REFUSED:
    case LOST:
    case ERROR_503: r->effect_ms = INT64_MAX; break;
    case ERROR_500:
        if (fake_http_draw(h, 2) == 0) r->effect_ms = INT64_MAX;
        break;
    case SLOW:
        if (fake_http_draw(h, 2) == 0) /* it gets there late, when the sender may have sent another one */
            r->effect_ms = r->timeout_ms - 50 + (int64_t)fake_http_draw(h, 100);
        r->answer_ms = INT64_MAX;
        break;
    default: break;
    }
    if (r->answer_ms > r->timeout_ms) {
        r->answer_ms = r->timeout_ms;
        r->fate = SLOW;
    }
}

static int next_effect(const fake_http *h, int64_t now) {
    int best = -1;
    for (int i = 0; i < h->n; i++) {
        const fake_request *r = &h->requests[i], *b = best >= 0 ? &h->requests[best] : NULL;
        if (r->done || r->effect_ms > now) continue;
        if (b == NULL || r->effect_ms < b->effect_ms || (r->effect_ms == b->effect_ms && r->order < b->order)) best = i;
    }
    return best;
}

void fake_http_run(fake_http *h) {
    int64_t now = fl_now_ms(h->pf);
    for (int i; (i = next_effect(h, now)) >= 0;) {
        fake_request *r = &h->requests[i];
        r->done = true;
        h->handler(h->handler_arg, &r->call);
        if (r->client == NULL) remove_request(h, i);
    }
}

/* ---- the table ---- */

static flott_http_client *fake_open(const flott_http *self, const flott_http_settings *settings, char *why) {
    (void)why;
    flott_http_client *c = fl_calloc(1, sizeof *c);
    c->http = fake_of(self);
    c->settings = *settings;
    return c;
}

static void fake_send(flott_http_client *c, const flott_http_request *r) {
    fake_http *h = c->http;
    if (h->n == h->cap) {
        h->cap = h->cap ? 2 * h->cap : 16;
        h->requests = fl_realloc(h->requests, sizeof *h->requests * (size_t)h->cap);
    }
    fl_assert(r->timeout_ms > 0);
    fake_request q = {.client = c, .tag = r->tag, .order = ++h->sent, .timeout_ms = fl_now_ms(h->pf) + r->timeout_ms};
    copy_request(&q, r);
    h->n_requests++;
    q.fate = draw_fate(h);
    schedule(h, &q);
    h->requests[h->n++] = q;
}

static const char *why_lost(fate f) {
    switch (f) {
    case REFUSED: return "could not connect: connection refused";
    case SLOW: return "no answer in time";
    default: return "connection reset by peer";
    }
}

/* What the sender gets to see. */
static void make_answer(fake_http *h, fake_request *r, flott_http_answer *out) {
    static const char unavailable[] = "<html><body><h1>503 Service Unavailable</h1></body></html>";
    static const char internal[] = "{\"__type\":\"InternalFailure\",\"message\":\"try again\"}";
    static const char garbage[] = "\x7f\x00\xff<?xml nothing of the kind";
    const char *body = r->call.answer.p;
    size_t n = r->call.answer.n;
    *out = (flott_http_answer){.tag = r->tag, .status = r->call.status};
    switch (r->fate) {
    case REFUSED:
    case LOST:
    case UNANSWERED:
    case SLOW:
        out->status = 0;
        out->refused = r->fate == REFUSED;
        snprintf(out->error, sizeof out->error, "%s", why_lost(r->fate));
        n = 0;
        break;
    case ERROR_500: out->status = 500, body = internal, n = sizeof internal - 1; break;
    case ERROR_503: out->status = 503, body = unavailable, n = sizeof unavailable - 1; break;
    case GARBAGE: out->status = 200, body = garbage, n = sizeof garbage - 1; break;
    case TRUNCATED: out->status = 200, n = fake_http_draw(h, n); break;
    case WELL: break;
    }
    out->body = out->memory = fl_malloc(n + 1);
    if (n > 0) memcpy(out->body, body, n);
    out->body[n] = '\0';
    out->body_size = n;
}

/* The request of a client whose answer comes next; -1: none. */
static int next_answer(const flott_http_client *c) {
    const fake_http *h = c->http;
    int best = -1;
    for (int i = 0; i < h->n; i++) {
        const fake_request *r = &h->requests[i], *b = best >= 0 ? &h->requests[best] : NULL;
        if (r->client != c) continue;
        if (b == NULL || r->answer_ms < b->answer_ms || (r->answer_ms == b->answer_ms && r->order < b->order)) best = i;
    }
    return best;
}

static bool fake_take(flott_http_client *c, flott_http_answer *out) {
    fake_http *h = c->http;
    fake_http_run(h);
    int i = next_answer(c);
    if (i < 0 || h->requests[i].answer_ms > fl_now_ms(h->pf)) return false;
    fake_request *r = &h->requests[i];
    make_answer(h, r, out);
    if (r->done || r->effect_ms == INT64_MAX)
        remove_request(h, i);
    else
        r->client = NULL; /* still on its way to the service */
    return true;
}

static void fake_free_answer(flott_http_client *c, flott_http_answer *a) {
    (void)c;
    free(a->memory);
}

static int64_t fake_due_ms(flott_http_client *c) {
    int i = next_answer(c);
    return i >= 0 ? c->http->requests[i].answer_ms : INT64_MAX;
}

static void fake_wait(flott_http_client *c, int64_t timeout_ms) {
    fl_platform *pf = c->http->pf;
    int64_t until = FL_MIN(fl_now_ms(pf) + FL_MIN(timeout_ms, (int64_t)1 << 40), fake_due_ms(c));
    pf->ops->advance_to(pf, until);
}

static void fake_close(flott_http_client *c) {
    if (c == NULL) return;
    fake_http *h = c->http;
    fake_http_run(h);
    for (int i = h->n - 1; i >= 0; i--) {
        fake_request *r = &h->requests[i];
        if (r->client != c) continue;
        r->client = NULL;
        if (r->done || r->effect_ms == INT64_MAX || fake_http_draw(h, 2) == 0) remove_request(h, i);
    }
    free(c);
}

/* ---- hashes that stand in ---- */

static void fill(uint64_t seed, const void *p, size_t n, uint8_t *out, size_t size) {
    for (size_t i = 0; i < size; i += 8) {
        uint64_t x = XXH3_64bits_withSeed(p, n, seed + i);
        memcpy(out + i, &x, 8);
    }
}

static void fake_md5(const void *p, size_t n, uint8_t out[16]) { fill(5, p, n, out, 16); }
static void fake_sha256(const void *p, size_t n, uint8_t out[32]) { fill(256, p, n, out, 32); }
static void fake_hmac(const void *key, size_t key_size, const void *p, size_t n, uint8_t out[32]) {
    fill(XXH3_64bits(key, key_size), p, n, out, 32);
}

/* ---- life ---- */

void fake_http_init(fake_http *h, fl_platform *pf, void (*handler)(void *arg, fake_http_call *call), void *arg) {
    *h = (fake_http){
        .table = {.abi = FLOTT_HTTP_ABI,
                  .doc = "a service in the process",
                  .open = fake_open,
                  .send = fake_send,
                  .take = fake_take,
                  .free_answer = fake_free_answer,
                  .wait = fake_wait,
                  .due_ms = fake_due_ms,
                  .close = fake_close,
                  .md5 = fake_md5,
                  .sha256 = fake_sha256,
                  .hmac_sha256 = fake_hmac},
        .pf = pf,
        .handler = handler,
        .handler_arg = arg,
    };
}

void fake_http_deinit(fake_http *h) {
    for (int i = 0; i < h->n; i++) free_request(&h->requests[i]);
    free(h->requests);
}
