/* SPDX-License-Identifier: Apache-2.0 */
/* scripted_http.h -- a transport in this process whose answers a test writes down: a function gets each request and
 * says status, text and delay, in a simulated world whose clock it moves. (tests/sim has a network that is left to
 * chance.)
 *
 * Answers come in order of the times at which they are due. Every request is a line of the log: method, URL, and the
 * body if it is short. Hashes are no hashes, but depend on every byte. What is not given back is found at the end.
 */
#ifndef FL_TESTS_UNIT_SCRIPTED_HTTP_H
#define FL_TESTS_UNIT_SCRIPTED_HTTP_H

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/platform_sim.h"
#include "base/str.h"
#include "flott_http.h"

typedef struct scripted_reply {
    int status; /* 0: no answer */
    bool refused;
    const char *text; /* body, or the error; copied */
    int64_t delay_ms;
} scripted_reply;

typedef struct scripted_http scripted_http;
typedef void scripted_serve_fn(scripted_http *f, const flott_http_request *r, scripted_reply *out);

typedef struct scripted_pending {
    int64_t due_ms;
    flott_http_answer answer;
} scripted_pending;

struct flott_http_client {
    scripted_http *world;
    scripted_pending *pending;
    int n;
};

struct scripted_http {
    flott_http table; /* first: `self` of open */
    fl_platform *pf;
    scripted_serve_fn *serve;
    void *arg; /* for serve */
    int clients, answers, requests;
    fl_buf log;
};

static inline const char *scripted_header(const flott_http_request *r, const char *name) {
    for (int i = 0; i < r->n_headers; i++)
        if (strcasecmp(r->headers[i].name, name) == 0) return r->headers[i].value;
    return NULL;
}

static inline flott_http_client *scripted_open(const flott_http *self, const flott_http_settings *settings, char *why) {
    (void)settings, (void)why;
    flott_http_client *c = calloc(1, sizeof *c);
    c->world = (scripted_http *)(uintptr_t)self;
    c->world->clients++;
    return c;
}

static inline void scripted_send(flott_http_client *c, const flott_http_request *r) {
    scripted_reply reply = {.status = 200, .text = "{}"};
    scripted_http *w = c->world;
    w->requests++;
    fl_buf_printf(&w->log, "%s %s", r->method, r->url);
    if (r->body_size > 0 && r->body_size < 400)
        fl_buf_printf(&w->log, " %.*s", (int)r->body_size, (const char *)r->body);
    fl_buf_putc(&w->log, '\n');
    w->serve(w, r, &reply);
    c->pending = realloc(c->pending, sizeof *c->pending * (size_t)(c->n + 1));
    scripted_pending *p = &c->pending[c->n++];
    *p = (scripted_pending){.due_ms = fl_now_ms(w->pf) + reply.delay_ms,
                            .answer = {.tag = r->tag, .status = reply.status, .refused = reply.refused}};
    if (reply.delay_ms > r->timeout_ms) {
        p->due_ms = fl_now_ms(w->pf) + r->timeout_ms;
        reply.status = p->answer.status = 0;
        reply.text = "no answer in time";
    }
    p->answer.body = strdup(reply.status != 0 && reply.text != NULL ? reply.text : "");
    p->answer.body_size = strlen(p->answer.body);
    if (reply.status == 0) snprintf(p->answer.error, sizeof p->answer.error, "%s", reply.text);
}

/* The answer that is due first; of two, the one that was asked for first. */
static inline int scripted_first(const flott_http_client *c) {
    int first = -1;
    for (int i = 0; i < c->n; i++)
        if (first < 0 || c->pending[i].due_ms < c->pending[first].due_ms) first = i;
    return first;
}

static inline bool scripted_take(flott_http_client *c, flott_http_answer *out) {
    int i = scripted_first(c);
    if (i < 0 || c->pending[i].due_ms > fl_now_ms(c->world->pf)) return false;
    *out = c->pending[i].answer;
    memmove(&c->pending[i], &c->pending[i + 1], sizeof *c->pending * (size_t)(c->n - i - 1));
    c->n--;
    c->world->answers++;
    return true;
}

static inline void scripted_free_answer(flott_http_client *c, flott_http_answer *a) {
    c->world->answers--;
    free(a->body);
    a->body = NULL;
}

static inline int64_t scripted_due_ms(flott_http_client *c) {
    int i = scripted_first(c);
    return i < 0 ? INT64_MAX : c->pending[i].due_ms;
}

static inline void scripted_wait(flott_http_client *c, int64_t timeout_ms) {
    int64_t now = fl_now_ms(c->world->pf), left = scripted_due_ms(c) - now;
    if (left > 0) fl_sim_advance_ms(c->world->pf, FL_MIN(left, timeout_ms));
}

static inline void scripted_close(flott_http_client *c) {
    for (int i = 0; i < c->n; i++) free(c->pending[i].answer.body);
    c->world->clients--;
    free(c->pending);
    free(c);
}

static inline void scripted_hash(const void *p, size_t n, uint8_t *out, size_t size, uint64_t seed) {
    for (size_t i = 0; i < size; i += 8) {
        uint64_t x = fl_hash_combine(fl_hash_bytes(n > 0 ? p : "", n), seed + i);
        memcpy(out + i, &x, 8);
    }
}
static inline void scripted_md5(const void *p, size_t n, uint8_t out[16]) { scripted_hash(p, n, out, 16, 1); }
static inline void scripted_sha256(const void *p, size_t n, uint8_t out[32]) { scripted_hash(p, n, out, 32, 2); }
static inline void scripted_hmac(const void *key, size_t key_size, const void *p, size_t n, uint8_t out[32]) {
    scripted_hash(p, n, out, 32, fl_hash_bytes(key, key_size));
}

/* Plants itself in the world. */
static inline void scripted_init(scripted_http *f, fl_platform *pf, scripted_serve_fn *serve) {
    *f = (scripted_http){.table = {.abi = FLOTT_HTTP_ABI,
                                   .doc = "a test",
                                   .open = scripted_open,
                                   .send = scripted_send,
                                   .take = scripted_take,
                                   .free_answer = scripted_free_answer,
                                   .wait = scripted_wait,
                                   .due_ms = scripted_due_ms,
                                   .close = scripted_close,
                                   .md5 = scripted_md5,
                                   .sha256 = scripted_sha256,
                                   .hmac_sha256 = scripted_hmac},
                         .pf = pf,
                         .serve = serve};
    fl_buf_init(&f->log);
    fl_sim_set_http(pf, &f->table);
}

/* Everything that was opened or taken has been given back. */
static inline void scripted_deinit(scripted_http *f) {
    fl_assert(f->clients == 0 && f->answers == 0);
    fl_buf_deinit(&f->log);
}

/* ---- a world with an environment ---- */

typedef struct scripted_world {
    fl_platform *pf;
    fl_platform_ops ops;
    const char *const *env; /* "NAME=value", …, NULL */
    scripted_http http;
} scripted_world;

static scripted_world *scripted_here; /* the one world of a test: env() knows its platform only */

static inline const char *scripted_env(fl_platform *pf, const char *name) {
    (void)pf;
    size_t n = strlen(name);
    for (const char *const *e = scripted_here->env; e != NULL && *e != NULL; e++)
        if (strncmp(*e, name, n) == 0 && (*e)[n] == '=') return *e + n + 1;
    return NULL;
}

enum { SCRIPTED_START_S = 1709210096 }; /* 2024-02-29T12:34:56Z */

static inline void scripted_world_init(scripted_world *w, scripted_serve_fn *serve) {
    *w = (scripted_world){.pf = fl_sim_new(&(fl_sim_options){.seed = 1, .start_ms = SCRIPTED_START_S * 1000LL})};
    w->ops = *w->pf->ops;
    w->ops.env = scripted_env;
    w->pf->ops = &w->ops;
    scripted_here = w;
    scripted_init(&w->http, w->pf, serve);
}

static inline void scripted_world_deinit(scripted_world *w) {
    scripted_deinit(&w->http);
    fl_sim_free(w->pf);
}

#endif
