/* SPDX-License-Identifier: Apache-2.0 */
/* jobs.h -- whole jobs in a test: numbers from a source to a sink, both of which wait, fill up and fail on request.
 *
 *     Scan(a) ─► Exchange ─► Sink          subtask s of P gives s, s + P, s + 2P …
 *
 * The desk is the world outside: it takes the orders of the test and keeps what the sink has made visible. It outlives
 * every restart, so it can tell a number that was shown twice, and one that is missing.
 */
#ifndef FL_TESTS_UNIT_JOBS_H
#define FL_TESTS_UNIT_JOBS_H

#include "model.h"

#include <stdio.h>

#include "base/platform_sim.h"
#include "data/batch.h"
#include "exec/sink.h"
#include "exec/source.h"
#include "runtime/job.h"

enum { NUMBERS_MAX = 20000, DESK_SUBTASKS_MAX = 8 };

/* Where the desk may be told to fail. */
typedef enum place {
    AT_OPEN,
    AT_POLL,
    AT_SNAPSHOT,
    AT_SOURCE_RESTORE,
    AT_WRITE,
    AT_PREPARE,
    AT_COMMIT,
    AT_SINK_RESTORE,
    AT_FINISH,
    PLACES
} place;

static const char *const place_name[PLACES] = {"open",    "poll",   "snapshot",     "source restore", "write",
                                               "prepare", "commit", "sink restore", "finish"};

typedef struct desk {
    /* orders; threads of a job read them while the test writes */
    int rows;                    /* of all source subtasks together; -1: without end */
    _Atomic int64_t pace_ms;     /* between two batches of a source */
    _Atomic int fail_in[PLACES]; /* calls until one fails; 0: none will */
    _Atomic bool fatal;          /* failures are not worth a restart */
    _Atomic bool full;           /* sinks have no room; see desk_empty */
    bool may_block;
    /* what has happened */
    fl_mutex lock;                 /* protects all below */
    int64_t shown_by[NUMBERS_MAX]; /* checkpoint that made the number visible; 0: not visible; -1: without one */
    int n_shown, n_doubled, n_disordered, n_out_of_range;
    _Atomic int n_given, n_open, n_opened, n_failures;
    fl_task_ctx *sinks[DESK_SUBTASKS_MAX];
    fl_buf notes;
    int n_ended;
} desk;

static inline void desk_init(desk *d, int rows) {
    memset(d, 0, sizeof *d);
    d->rows = rows;
    fl_mutex_init(&d->lock);
    fl_buf_init(&d->notes);
}

static inline void desk_deinit(desk *d) {
    fl_buf_deinit(&d->notes);
    fl_mutex_deinit(&d->lock);
}

static inline int desk_shown(desk *d) {
    fl_mutex_lock(&d->lock);
    int n = d->n_shown;
    fl_mutex_unlock(&d->lock);
    return n;
}

/* Every number once, and those of one source in order. */
static inline void assert_all_shown_once(desk *d) {
    assert_int_equal(d->n_doubled, 0);
    assert_int_equal(d->n_disordered, 0);
    assert_int_equal(d->n_out_of_range, 0);
    assert_int_equal(d->n_shown, d->rows);
    assert_int_equal(d->n_open, 0);
}

static inline int desk_fails(desk *d, place at, fl_error *err) {
    int left = atomic_load(&d->fail_in[at]);
    while (left > 0 && !atomic_compare_exchange_weak(&d->fail_in[at], &left, left - 1)) continue;
    if (left != 1) return 0;
    d->n_failures++;
    fl_fail(err, FL_E_IO, "the desk fails at %s", place_name[at]);
    err->retriable = !d->fatal;
    return err->code;
}

/* ---- the source ---- */

typedef struct desk_source {
    fl_source base;
    desk *d;
    int64_t next, due_ms;
} desk_source;

static inline int desk_source_open(fl_source *s, fl_error *err) {
    desk_source *k = (desk_source *)s;
    k->d = (desk *)(uintptr_t)s->plan->scan.config;
    k->next = s->ctx->subtask;
    k->d->n_open++;
    k->d->n_opened++;
    return desk_fails(k->d, AT_OPEN, err);
}

static inline int desk_source_poll(fl_source *s, fl_batch **out, fl_error *err) {
    desk_source *k = (desk_source *)s;
    int64_t now = fl_now_ms(s->ctx->pf);
    if (now < k->due_ms) {
        s->wake_ms = k->due_ms;
        return FL_POLL_IDLE;
    }
    FL_TRY(desk_fails(k->d, AT_POLL, err));
    if (k->d->rows >= 0 && k->next >= k->d->rows) return FL_POLL_END;
    k->due_ms = now + k->d->pace_ms;
    int n = s->ctx->batch_rows, p = s->ctx->parallelism;
    if (k->d->rows >= 0) n = FL_MIN(n, (int)((k->d->rows - k->next + p - 1) / p));
    fl_batch *b = fl_batch_new(1, n);
    b->cols[0] = fl_column_new(s->schema->fields[0].type, n);
    for (int i = 0; i < n; i++, k->next += p) fl_column_append_i64(b->cols[0], k->next);
    k->d->n_given += n;
    *out = b;
    return FL_POLL_BATCH;
}

static inline int desk_source_snapshot(fl_source *s, fl_buf *out, fl_error *err) {
    FL_TRY(desk_fails(((desk_source *)s)->d, AT_SNAPSHOT, err));
    fl_buf_put_i64(out, ((desk_source *)s)->next);
    return 0;
}

static inline int desk_source_restore(fl_source *s, const fl_str *own, int n, fl_error *err) {
    desk_source *k = (desk_source *)s;
    FL_TRY(desk_fails(k->d, AT_SOURCE_RESTORE, err));
    if (n != s->ctx->parallelism) return fl_fail(err, FL_E_VALIDATION, "the source was cut into %d parts", n);
    fl_reader r = fl_reader_make(own[s->ctx->subtask].p, own[s->ctx->subtask].n);
    k->next = fl_read_i64(&r);
    return r.bad ? fl_fail(err, FL_E_CORRUPT, "a position of %zu bytes", own[s->ctx->subtask].n) : 0;
}

static inline void desk_source_close(fl_source *s) { ((desk_source *)s)->d->n_open--; }

static const fl_source_type desk_source_type = {.name = "desk",
                                                .size = sizeof(desk_source),
                                                .open = desk_source_open,
                                                .poll = desk_source_poll,
                                                .snapshot = desk_source_snapshot,
                                                .restore = desk_source_restore,
                                                .close = desk_source_close};
static const fl_source_type blocking_desk_source_type = {.name = "blocking desk",
                                                         .size = sizeof(desk_source),
                                                         .may_block = true,
                                                         .open = desk_source_open,
                                                         .poll = desk_source_poll,
                                                         .snapshot = desk_source_snapshot,
                                                         .restore = desk_source_restore,
                                                         .close = desk_source_close};

/* ---- the sink: what a checkpoint has covered is shown when it is committed ---- */

typedef struct desk_rows {
    int64_t checkpoint; /* INT64_MAX: not prepared yet */
    int64_t number;
} desk_rows;

typedef struct desk_sink {
    fl_sink base;
    desk *d;
    desk_rows *held;
    int n, cap;
    int64_t last[DESK_SUBTASKS_MAX]; /* by source subtask */
} desk_sink;

static inline void desk_show(desk *d, int64_t number, int64_t checkpoint) {
    fl_mutex_lock(&d->lock);
    if (number < 0 || number >= NUMBERS_MAX) {
        d->n_out_of_range++;
    } else if (d->shown_by[number] == 0) {
        d->shown_by[number] = checkpoint;
        d->n_shown++;
    } else if (d->shown_by[number] != checkpoint || checkpoint == -1) { /* a commit may come again */
        d->n_doubled++;
    }
    fl_mutex_unlock(&d->lock);
}

static inline int desk_sink_open(fl_sink *s, fl_error *err) {
    desk_sink *k = (desk_sink *)s;
    (void)err;
    k->d = (desk *)(uintptr_t)s->plan->config;
    for (int i = 0; i < DESK_SUBTASKS_MAX; i++) k->last[i] = -1;
    k->d->n_open++;
    fl_mutex_lock(&k->d->lock);
    k->d->sinks[s->ctx->subtask] = s->ctx;
    fl_mutex_unlock(&k->d->lock);
    return 0;
}

/* There is room again. */
static inline void desk_empty(desk *d) {
    fl_mutex_lock(&d->lock);
    d->full = false;
    for (int i = 0; i < DESK_SUBTASKS_MAX; i++)
        if (d->sinks[i] != NULL) d->sinks[i]->wake(d->sinks[i]->task);
    fl_mutex_unlock(&d->lock);
}

static inline void desk_hold(desk_sink *k, desk_rows row) {
    if (k->n == k->cap) {
        k->cap = k->cap ? k->cap * 2 : 64;
        k->held = fl_realloc(k->held, sizeof *k->held * (size_t)k->cap);
    }
    k->held[k->n++] = row;
}

static inline int desk_sink_write(fl_sink *s, fl_batch *b, fl_error *err) {
    desk_sink *k = (desk_sink *)s;
    FL_TRY(desk_fails(k->d, AT_WRITE, err));
    int sources = s->plan->table->n_primary_key; /* how many there are */
    for (int i = 0; i < b->n_sel; i++) {
        int64_t x = fl_column_i64(b->cols[0], fl_batch_row(b, i)), *last = &k->last[x % sources];
        if (x <= *last) k->d->n_disordered++;
        *last = x;
        if (s->ctx->checkpointed)
            desk_hold(k, (desk_rows){INT64_MAX, x});
        else
            desk_show(k->d, x, -1);
    }
    return 0;
}

static inline bool desk_sink_has_room(fl_sink *s) { return !((desk_sink *)s)->d->full; }

static inline int desk_sink_prepare(fl_sink *s, int64_t checkpoint, fl_buf *out, fl_error *err) {
    desk_sink *k = (desk_sink *)s;
    FL_TRY(desk_fails(k->d, AT_PREPARE, err));
    for (int i = 0; i < k->n; i++) {
        if (k->held[i].checkpoint == INT64_MAX) k->held[i].checkpoint = checkpoint;
        fl_buf_put_i64(out, k->held[i].checkpoint);
        fl_buf_put_i64(out, k->held[i].number);
    }
    return 0;
}

static inline int desk_sink_commit(fl_sink *s, int64_t checkpoint, fl_error *err) {
    desk_sink *k = (desk_sink *)s;
    int kept = 0;
    FL_TRY(desk_fails(k->d, AT_COMMIT, err));
    for (int i = 0; i < k->n; i++) {
        if (k->held[i].checkpoint <= checkpoint)
            desk_show(k->d, k->held[i].number, k->held[i].checkpoint);
        else
            k->held[kept++] = k->held[i];
    }
    k->n = kept;
    return 0;
}

/* Each subtask of now takes over some of then. */
static inline int desk_sink_restore(fl_sink *s, const fl_str *own, int n, fl_error *err) {
    desk_sink *k = (desk_sink *)s;
    FL_TRY(desk_fails(k->d, AT_SINK_RESTORE, err));
    for (int i = s->ctx->subtask; i < n; i += s->ctx->parallelism) {
        fl_reader r = fl_reader_make(own[i].p, own[i].n);
        while (r.p < r.end) {
            int64_t checkpoint = fl_read_i64(&r);
            desk_hold(k, (desk_rows){checkpoint, fl_read_i64(&r)});
        }
        if (r.bad) return fl_fail(err, FL_E_CORRUPT, "held numbers are cut off");
    }
    return 0;
}

static inline int desk_sink_finish(fl_sink *s, fl_error *err) {
    return desk_fails(((desk_sink *)s)->d, AT_FINISH, err);
}

static inline void desk_sink_close(fl_sink *s) {
    desk_sink *k = (desk_sink *)s;
    fl_mutex_lock(&k->d->lock);
    k->d->sinks[s->ctx->subtask] = NULL;
    fl_mutex_unlock(&k->d->lock);
    k->d->n_open--;
    free(k->held);
}

static const fl_sink_type desk_sink_type = {.name = "desk",
                                            .size = sizeof(desk_sink),
                                            .open = desk_sink_open,
                                            .write = desk_sink_write,
                                            .has_room = desk_sink_has_room,
                                            .prepare = desk_sink_prepare,
                                            .commit = desk_sink_commit,
                                            .restore = desk_sink_restore,
                                            .finish = desk_sink_finish,
                                            .close = desk_sink_close};

/* ---- plans and jobs ---- */

/* Scan, an exchange, Sink. `sinks` 0: no exchange, the sink runs with the source. */
static inline fl_job_plan *desk_plan(desk *d, int sources, fl_distribution how, int sinks, const char *table) {
    static const int key = 0;
    fl_arena *a = fl_calloc(1, sizeof *a);
    fl_arena_init(a);
    fl_field a_field = {"a", fl_type_of(FL_T_BIGINT, false), NULL};
    fl_table *t = FL_NEW(a, fl_table);
    t->name = fl_arena_strdup(a, table);
    t->n_primary_key = sources;
    fl_plan *scan = fl_plan_new(a, FL_PLAN_SCAN, 0, 1), *sink = fl_plan_new(a, FL_PLAN_SINK, 1, 1), *last = scan;
    fl_plan_set_columns(a, &scan->outputs[0], &a_field, 1);
    scan->scan = (fl_scan){.table = t,
                           .type = d->may_block ? &blocking_desk_source_type : &desk_source_type,
                           .config = d,
                           .columns = &key,
                           .n_columns = 1,
                           .bounded = d->rows >= 0,
                           .parallelism = sources};
    if (sinks > 0) {
        fl_plan *x = fl_plan_new(a, FL_PLAN_EXCHANGE, 1, 1);
        fl_plan_set_columns(a, &x->outputs[0], &a_field, 1);
        x->inputs[0] = fl_plan_ref(scan);
        x->exchange = (fl_exchange){.distribution = how, .keys = &key, .n_keys = 1, .parallelism = sinks};
        last = x;
    }
    sink->inputs[0] = fl_plan_ref(last);
    fl_plan_set_columns(a, &sink->outputs[0], &a_field, 1);
    sink->sink = (fl_sink_plan){.table = t, .type = &desk_sink_type, .config = d};
    fl_job_plan *job = FL_NEW(a, fl_job_plan);
    *job = (fl_job_plan){.arena = a, .n_sinks = 1, .bounded = d->rows >= 0, .tz = fl_tz_utc()};
    job->sinks = FL_NEW_N(a, fl_plan *, 1);
    job->sinks[0] = sink;
    fl_plan_collect(job);
    fl_plan_check(job);
    return job;
}

static inline void desk_note(void *arg, const char *text) {
    desk *d = arg;
    fl_mutex_lock(&d->lock);
    fl_buf_printf(&d->notes, "%s\n", text);
    fl_mutex_unlock(&d->lock);
}

static inline void desk_ended(void *arg) {
    desk *d = arg;
    fl_mutex_lock(&d->lock);
    d->n_ended++;
    fl_mutex_unlock(&d->lock);
}

static inline void assert_notes(desk *d, const char *expected) {
    assert_string_equal(fl_buf_cstr(&d->notes), expected);
    fl_buf_reset(&d->notes);
}

/* Checkpoints every `interval_ms` into /chk; five restarts at once. */
static inline fl_job_options desk_options(desk *d, int64_t interval_ms) {
    return (fl_job_options){.name = "numbers",
                            .parallelism = 1,
                            .max_parallelism = 16,
                            .checkpoint_interval_ms = interval_ms,
                            .checkpoint_dir = "/chk",
                            .batch_rows = 10,
                            .restart = {.kind = FL_RESTART_FIXED_DELAY, .attempts = 5},
                            .note = desk_note,
                            .note_arg = d,
                            .ended = desk_ended,
                            .ended_arg = d};
}

#endif
