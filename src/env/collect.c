/* SPDX-License-Identifier: Apache-2.0 */
/* collect.c -- the sink behind a SELECT, and the queue between it and the client.
 *
 * Invariants: (1) a row is in exactly one of: held (since the last barrier), prepared (for a checkpoint that is not
 *             known to be durable), the queue.  (2) rows of a checkpoint enter the queue once, however often its
 *             commit is told: the collector outlives the tasks and remembers the last one.
 */
#include "env/collect.h"

#include <stdlib.h>

#include "data/rowcodec.h"
#include "messages/checkpoint.h"

enum { QUEUE_ROOM = 16 /* batches that wait for the client before the sink stops */ };

struct fl_collector {
    bool bounded;
    fl_mutex lock; /* protects all below; the scheduler's locks are taken inside it */
    fl_cond changed;
    fl_batch **queue;
    int head, n, cap;
    int64_t committed; /* the last checkpoint whose rows are in the queue or beyond */
    fl_task_ctx *sink; /* the instance that fills it now; NULL: none */
    bool ended;        /* nothing more will come */
};

typedef struct prepared {
    int64_t checkpoint;
    fl_batch **batches;
    int n;
} prepared;

typedef struct collect_sink {
    fl_sink base;
    fl_collector *collector;
    fl_batch **held; /* counted */
    int n_held, cap_held;
    prepared *prepared;
    int n_prepared;
} collect_sink;

/* ---- the queue ---- */

fl_collector *fl_collector_new(bool bounded) {
    fl_collector *c = fl_calloc(1, sizeof *c);
    c->bounded = bounded;
    fl_mutex_init(&c->lock);
    fl_cond_init(&c->changed);
    return c;
}

void fl_collector_free(fl_collector *c) {
    if (c == NULL) return;
    for (int i = 0; i < c->n; i++) fl_batch_unref(c->queue[(c->head + i) % c->cap]);
    free(c->queue);
    fl_cond_deinit(&c->changed);
    fl_mutex_deinit(&c->lock);
    free(c);
}

/* With the lock held. Takes the batch over. */
static void push(fl_collector *c, fl_batch *b) {
    if (c->n == c->cap) {
        int cap = c->cap ? c->cap * 2 : QUEUE_ROOM;
        fl_batch **queue = fl_malloc(sizeof *queue * (size_t)cap);
        for (int i = 0; i < c->n; i++) queue[i] = c->queue[(c->head + i) % c->cap];
        free(c->queue);
        c->queue = queue;
        c->cap = cap;
        c->head = 0;
    }
    c->queue[(c->head + c->n++) % c->cap] = b;
}

fl_batch *fl_collector_take(fl_collector *c) {
    fl_batch *b = NULL;
    fl_mutex_lock(&c->lock);
    if (c->n > 0) {
        b = c->queue[c->head];
        c->head = (c->head + 1) % c->cap;
        if (c->n-- == QUEUE_ROOM && c->sink != NULL) c->sink->wake(c->sink->task);
    }
    fl_mutex_unlock(&c->lock);
    return b;
}

void fl_collector_wait(fl_collector *c, int64_t us) {
    fl_mutex_lock(&c->lock);
    if (c->n == 0 && !c->ended) {
        if (us < 0)
            fl_cond_wait(&c->changed, &c->lock);
        else
            fl_cond_wait_us(&c->changed, &c->lock, us);
    }
    fl_mutex_unlock(&c->lock);
}

void fl_collector_end(fl_collector *c) {
    fl_mutex_lock(&c->lock);
    c->ended = true;
    fl_cond_broadcast(&c->changed);
    fl_mutex_unlock(&c->lock);
}

/* ---- the sink ---- */

static int collect_open(fl_sink *s, fl_error *err) {
    (void)err;
    collect_sink *k = (collect_sink *)s;
    k->collector = (fl_collector *)(uintptr_t)s->plan->config;
    fl_mutex_lock(&k->collector->lock);
    k->collector->sink = s->ctx;
    fl_mutex_unlock(&k->collector->lock);
    return 0;
}

static bool collect_has_room(fl_sink *s) {
    fl_collector *c = ((collect_sink *)s)->collector;
    fl_mutex_lock(&c->lock);
    bool room = !c->bounded || c->n < QUEUE_ROOM;
    fl_mutex_unlock(&c->lock);
    return room;
}

static int collect_write(fl_sink *s, fl_batch *b, fl_error *err) {
    (void)err;
    collect_sink *k = (collect_sink *)s;
    fl_batch *rows = fl_batch_compact(b);
    if (s->ctx->checkpointed) {
        if (k->n_held == k->cap_held) {
            k->cap_held = k->cap_held ? k->cap_held * 2 : 8;
            k->held = fl_realloc(k->held, sizeof *k->held * (size_t)k->cap_held);
        }
        k->held[k->n_held++] = rows;
        return 0;
    }
    fl_mutex_lock(&k->collector->lock);
    push(k->collector, rows);
    fl_cond_broadcast(&k->collector->changed);
    fl_mutex_unlock(&k->collector->lock);
    return 0;
}

static int encode_batch(const fl_batch *b, fl_buf *out, fl_error *err) {
    fl_buf_put_u32(out, (uint32_t)b->n);
    for (int r = 0; r < b->n; r++) {
        fl_buf_put_u8(out, (uint8_t)fl_batch_kind(b, r));
        FL_TRY(fl_encode_row(out, b->cols, b->n_cols, r, err));
    }
    return 0;
}

static int decode_batch(fl_reader *in, const fl_schema *schema, fl_batch **out, fl_error *err) {
    fl_builder rows;
    uint32_t n = fl_read_u32(in);
    int rc = n <= FL_BATCH_ROWS_MAX ? 0 : fl_fail(err, FL_ERR_CHECKPOINT_RESULT_ROWS);
    fl_builder_init(&rows, schema, (int)FL_MIN(n, (uint32_t)FL_BATCH_ROWS_MAX) + 1);
    for (uint32_t r = 0; r < n && rc == 0; r++) {
        uint8_t kind = fl_read_u8(in);
        rc = fl_decode_row(in, rows.cols, schema->n, err);
        if (rc == 0) fl_builder_end_row(&rows, (fl_row_kind)(kind & 3));
    }
    if (rc == 0) *out = fl_builder_take(&rows);
    fl_builder_deinit(&rows);
    return rc;
}

static int collect_prepare(fl_sink *s, int64_t checkpoint, fl_buf *out, fl_error *err) {
    collect_sink *k = (collect_sink *)s;
    k->prepared = fl_realloc(k->prepared, sizeof *k->prepared * (size_t)(k->n_prepared + 1));
    k->prepared[k->n_prepared++] = (prepared){checkpoint, k->held, k->n_held};
    k->held = NULL;
    k->n_held = k->cap_held = 0;
    fl_buf_put_u32(out, (uint32_t)k->n_prepared);
    for (int i = 0; i < k->n_prepared; i++) {
        fl_buf_put_i64(out, k->prepared[i].checkpoint);
        fl_buf_put_u32(out, (uint32_t)k->prepared[i].n);
        for (int b = 0; b < k->prepared[i].n; b++) FL_TRY(encode_batch(k->prepared[i].batches[b], out, err));
    }
    return 0;
}

static int collect_restore(fl_sink *s, const fl_str *own, int n, fl_error *err) {
    collect_sink *k = (collect_sink *)s;
    for (int i = 0; i < n; i++) {
        fl_reader in = fl_reader_make(own[i].p, own[i].n);
        uint32_t count = fl_read_u32(&in);
        for (uint32_t p = 0; p < count && !in.bad; p++) {
            int64_t checkpoint = fl_read_i64(&in);
            uint32_t n_batches = fl_read_u32(&in);
            k->prepared = fl_realloc(k->prepared, sizeof *k->prepared * (size_t)(k->n_prepared + 1));
            prepared *into = &k->prepared[k->n_prepared++];
            *into = (prepared){.checkpoint = checkpoint};
            for (uint32_t b = 0; b < n_batches && !in.bad; b++) {
                fl_batch *rows = NULL;
                FL_TRY(decode_batch(&in, s->schema, &rows, err));
                if (rows == NULL) continue;
                into->batches = fl_realloc(into->batches, sizeof *into->batches * (size_t)(into->n + 1));
                into->batches[into->n++] = rows;
            }
        }
        if (in.bad) return fl_fail(err, FL_ERR_CHECKPOINT_RESULT_ROWS);
    }
    return 0;
}

static void release(prepared *p) {
    for (int b = 0; b < p->n; b++) fl_batch_unref(p->batches[b]);
    free(p->batches);
}

static int collect_commit(fl_sink *s, int64_t checkpoint, fl_error *err) {
    (void)err;
    collect_sink *k = (collect_sink *)s;
    fl_collector *c = k->collector;
    int kept = 0;
    fl_mutex_lock(&c->lock);
    for (int i = 0; i < k->n_prepared; i++) {
        prepared *p = &k->prepared[i];
        if (p->checkpoint > checkpoint) {
            k->prepared[kept++] = *p;
            continue;
        }
        for (int b = 0; b < p->n && p->checkpoint > c->committed; b++) push(c, fl_batch_ref(p->batches[b]));
        release(p);
    }
    k->n_prepared = kept;
    c->committed = FL_MAX(c->committed, checkpoint);
    fl_cond_broadcast(&c->changed);
    fl_mutex_unlock(&c->lock);
    return 0;
}

static int collect_finish(fl_sink *s, fl_error *err) {
    (void)s, (void)err;
    return 0;
}

static void collect_close(fl_sink *s) {
    collect_sink *k = (collect_sink *)s;
    if (k->collector != NULL) {
        fl_mutex_lock(&k->collector->lock);
        if (k->collector->sink == s->ctx) k->collector->sink = NULL;
        fl_mutex_unlock(&k->collector->lock);
    }
    for (int i = 0; i < k->n_held; i++) fl_batch_unref(k->held[i]);
    free(k->held);
    for (int i = 0; i < k->n_prepared; i++) release(&k->prepared[i]);
    free(k->prepared);
}

const fl_sink_type fl_collect_sink = {
    .name = "Collect",
    .size = sizeof(collect_sink),
    .open = collect_open,
    .write = collect_write,
    .has_room = collect_has_room,
    .prepare = collect_prepare,
    .commit = collect_commit,
    .restore = collect_restore,
    .finish = collect_finish,
    .close = collect_close,
};
