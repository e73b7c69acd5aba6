/* SPDX-License-Identifier: Apache-2.0 */
/* sessions.c -- per key a short sorted list; over all keys a heap of ends.
 *
 * The heap holds each session once, with the end that it had when it went in: rows that lengthen it leave the heap
 * alone. When an entry comes up whose session ends later by now, it goes in again; one whose session has been merged
 * or closed is dropped.
 * Invariants: (1) the sessions of a key are sorted and do not touch.  (2) every open session has one heap entry,
 *             whose end is not behind its own.
 */
#include "exec/sessions.h"

#include <stdlib.h>

typedef struct keyed {
    fl_session **open; /* by start */
    int n, cap;
} keyed;

typedef struct entry {
    int64_t end;
    uint32_t key; /* of its own: a place in the heap must not change with the session */
    fl_session *session;
} entry;

struct fl_sessions {
    void (*merge)(void *owner, fl_session *into, fl_session *from);
    void (*drop)(void *owner, void *data);
    void *owner;
    keyed *keys;
    uint32_t n_keys;
    entry *heap;
    int n_heap, cap_heap;
    fl_session **merged; /* to be freed by settle */
    int n_merged, cap_merged;
};

fl_sessions *fl_sessions_new(void (*merge)(void *owner, fl_session *into, fl_session *from),
                             void (*drop)(void *owner, void *data), void *owner) {
    fl_sessions *s = fl_calloc(1, sizeof *s);
    s->merge = merge;
    s->drop = drop;
    s->owner = owner;
    return s;
}

static void unref(fl_session *x) {
    if (--x->refs == 0) free(x);
}

/* ---- the heap ---- */

static bool before(const entry *a, const entry *b) { return a->end != b->end ? a->end < b->end : a->key < b->key; }

static void push(fl_sessions *s, fl_session *x) {
    if (s->n_heap == s->cap_heap) {
        s->cap_heap = s->cap_heap ? s->cap_heap * 2 : 64;
        s->heap = fl_realloc(s->heap, sizeof *s->heap * (size_t)s->cap_heap);
    }
    entry e = {x->end, x->key, x};
    x->refs++;
    int i = s->n_heap++;
    for (; i > 0 && before(&e, &s->heap[(i - 1) / 2]); i = (i - 1) / 2) s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = e;
}

static void pop(fl_sessions *s) {
    unref(s->heap[0].session);
    if (--s->n_heap == 0) return;
    entry e = s->heap[s->n_heap];
    int i = 0;
    for (;;) {
        int c = 2 * i + 1;
        if (c >= s->n_heap) break;
        if (c + 1 < s->n_heap && before(&s->heap[c + 1], &s->heap[c])) c++;
        if (!before(&s->heap[c], &e)) break;
        s->heap[i] = s->heap[c];
        i = c;
    }
    s->heap[i] = e;
}

/* ---- lists by key ---- */

static keyed *list_of(fl_sessions *s, uint32_t key) {
    if (key >= s->n_keys) {
        uint32_t n = FL_MAX(s->n_keys * 2, key + 64);
        s->keys = fl_realloc(s->keys, sizeof *s->keys * n);
        memset(s->keys + s->n_keys, 0, sizeof *s->keys * (n - s->n_keys));
        s->n_keys = n;
    }
    return &s->keys[key];
}

/* The first session of the list that ends at t or later. */
static int lower(const keyed *k, int64_t t) {
    int i = k->n;
    while (i > 0 && k->open[i - 1]->end >= t) i--;
    return i;
}

static void insert(keyed *k, int at, fl_session *x) {
    if (k->n == k->cap) {
        k->cap = k->cap ? k->cap * 2 : 2;
        k->open = fl_realloc(k->open, sizeof *k->open * (size_t)k->cap);
    }
    memmove(k->open + at + 1, k->open + at, sizeof *k->open * (size_t)(k->n - at));
    k->open[at] = x;
    k->n++;
}

static void take_out(keyed *k, int at) {
    k->n--;
    memmove(k->open + at, k->open + at + 1, sizeof *k->open * (size_t)(k->n - at));
}

static fl_session *open_session(fl_sessions *s, uint32_t key, int64_t start, int64_t end) {
    fl_session *x = fl_calloc(1, sizeof *x);
    *x = (fl_session){.start = start, .end = end, .key = key, .refs = 1};
    keyed *k = list_of(s, key);
    insert(k, lower(k, start), x);
    push(s, x);
    return x;
}

bool fl_sessions_any(const fl_sessions *s, uint32_t key) { return key < s->n_keys && s->keys[key].n > 0; }

bool fl_sessions_joins(const fl_sessions *s, uint32_t key, int64_t t, int64_t gap) {
    if (key >= s->n_keys) return false;
    const keyed *k = &s->keys[key];
    int i = lower(k, t);
    return i < k->n && k->open[i]->start <= t + gap;
}

static void merge_into(fl_sessions *s, fl_session *into, fl_session *from) {
    into->start = FL_MIN(into->start, from->start);
    into->end = FL_MAX(into->end, from->end);
    s->merge(s->owner, into, from);
    from->data = NULL;
    from->into = into;
    if (s->n_merged == s->cap_merged) {
        s->cap_merged = s->cap_merged ? s->cap_merged * 2 : 16;
        s->merged = fl_realloc(s->merged, sizeof *s->merged * (size_t)s->cap_merged);
    }
    s->merged[s->n_merged++] = from;
}

fl_session *fl_sessions_touch(fl_sessions *s, uint32_t key, int64_t t, int64_t gap) {
    keyed *k = list_of(s, key);
    int i = lower(k, t);
    if (i == k->n || k->open[i]->start > t + gap) return open_session(s, key, t, t + gap);
    fl_session *x = k->open[i];
    x->start = FL_MIN(x->start, t);
    x->end = FL_MAX(x->end, t + gap);
    while (i + 1 < k->n && k->open[i + 1]->start <= x->end) {
        merge_into(s, x, k->open[i + 1]);
        take_out(k, i + 1);
    }
    return x;
}

void fl_sessions_settle(fl_sessions *s) {
    for (int i = 0; i < s->n_merged; i++) unref(s->merged[i]);
    s->n_merged = 0;
}

fl_session *fl_sessions_first(fl_sessions *s) {
    while (s->n_heap > 0) {
        entry e = s->heap[0];
        bool open = e.session->into == NULL && e.session->key != UINT32_MAX;
        if (open && e.session->end == e.end) return e.session;
        if (open) push(s, e.session);
        pop(s);
    }
    return NULL;
}

void fl_sessions_remove(fl_sessions *s, fl_session *x, bool *key_gone) {
    keyed *k = list_of(s, x->key);
    int i = 0;
    while (k->open[i] != x) i++;
    take_out(k, i);
    *key_gone = k->n == 0;
    x->key = UINT32_MAX; /* closed: its entry in the heap is dropped when it comes up */
    unref(x);
}

fl_session *fl_sessions_restore(fl_sessions *s, uint32_t key, int64_t start, int64_t end) {
    return open_session(s, key, start, end);
}

void fl_sessions_each(fl_sessions *s, void (*visit)(void *arg, fl_session *x), void *arg) {
    for (uint32_t key = 0; key < s->n_keys; key++)
        for (int i = 0; i < s->keys[key].n; i++) visit(arg, s->keys[key].open[i]);
}

static void push_again(void *arg, fl_session *x) { push(arg, x); }

void fl_sessions_renumber(fl_sessions *s, const uint32_t *map, uint32_t old_bound) {
    for (int i = 0; i < s->n_heap; i++) unref(s->heap[i].session);
    s->n_heap = 0;
    for (uint32_t key = 0; key < FL_MIN(s->n_keys, old_bound); key++) {
        keyed k = s->keys[key];
        if (map[key] == key) continue;
        s->keys[key] = (keyed){0};
        if (map[key] == UINT32_MAX) {
            fl_assert(k.n == 0);
            free(k.open);
            continue;
        }
        for (int i = 0; i < k.n; i++) k.open[i]->key = map[key];
        free(s->keys[map[key]].open);
        s->keys[map[key]] = k;
    }
    fl_sessions_each(s, push_again, s);
}

void fl_sessions_free(fl_sessions *s) {
    if (s == NULL) return;
    fl_sessions_settle(s);
    for (int i = 0; i < s->n_heap; i++) unref(s->heap[i].session);
    for (uint32_t key = 0; key < s->n_keys; key++) {
        for (int i = 0; i < s->keys[key].n; i++) {
            s->drop(s->owner, s->keys[key].open[i]->data);
            unref(s->keys[key].open[i]);
        }
        free(s->keys[key].open);
    }
    free(s->keys);
    free(s->heap);
    free(s->merged);
    free(s);
}
