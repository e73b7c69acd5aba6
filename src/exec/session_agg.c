/* SPDX-License-Identifier: Apache-2.0 */
/* session_agg.c -- GROUP BY over SESSION windows, in both spellings.
 *
 * What:       a session has one accumulator; a row joins, opens or merges sessions of its key; a session fires when the
 *             watermark (or the clock) reaches its end.
 * Late rows:  a row is first merged into open sessions; it is late only if it joins none and its own session has ended.
 * Algorithm:  the rows between two marks are placed one by one, which is only list work; then all accumulators are updated
 *             in one go. Sums of FLOAT and DOUBLE are added row by row instead, so that merges keep Flink's order.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "exec/ops.h"
#include "exec/results.h"
#include "exec/sessions.h"
#include "exec/window.h"
#include "state/keytab.h"

typedef struct session_agg {
    fl_op base;
    const fl_window_agg *plan;
    const fl_window_spec *spec;
    const fl_window *w;
    const fl_agg_layout *layout;
    bool exact;
    fl_keytab *keys;
    fl_sessions *sessions;
    fl_column **key_cols; /* scratch */
    fl_results out;
    int64_t watermark; /* processing time: the millisecond before the clock's, for rows may still come in this one */
    /* work in progress, while full */
    fl_batch *in; /* counted */
    int at, mark;
    bool firing;
} session_agg;

static void merge_data(void *owner, fl_session *into, fl_session *from) {
    session_agg *s = owner;
    char *dst = into->data, *src = from->data;
    fl_agg_merge(s->layout, &dst, &src, 1, s->base.ctx->scratch);
    fl_agg_free(s->layout, src);
    free(src);
}

static void drop_data(void *owner, void *data) {
    if (data == NULL) return;
    fl_agg_free(((session_agg *)owner)->layout, data);
    free(data);
}

static char *new_acc(const session_agg *s) {
    char *acc = fl_aligned(16, (size_t)s->layout->size);
    return memset(acc, 0, (size_t)s->layout->size);
}

static int session_agg_open(fl_op *op, fl_error *err) {
    (void)err;
    session_agg *s = (session_agg *)op;
    const fl_plan *p = op->plan;
    fl_arena *a = op->ctx->arena;
    s->plan = &p->window_agg;
    s->spec = &s->plan->specs[0];
    s->w = &s->spec->window;
    s->layout = fl_agg_layout_new(a, s->plan->calls, s->plan->n_calls, false);
    s->exact = true;
    for (int i = 0; i < s->plan->n_calls; i++) s->exact = s->exact && fl_agg_call_exact(&s->plan->calls[i]);
    const fl_schema *in = &fl_plan_out(p->inputs[0])->schema;
    const fl_type **types = FL_NEW_N(a, const fl_type *, s->plan->n_keys);
    for (int i = 0; i < s->plan->n_keys; i++) types[i] = in->fields[s->plan->keys[i]].type;
    s->keys = fl_keytab_new(types, s->plan->n_keys);
    s->sessions = fl_sessions_new(merge_data, drop_data, s);
    s->key_cols = FL_NEW_N(a, fl_column *, s->plan->n_keys);
    s->watermark = FL_WATERMARK_MIN;
    fl_results_init(&s->out, &p->outputs[0].schema);
    return 0;
}

static void session_agg_close(fl_op *op) {
    session_agg *s = (session_agg *)op;
    fl_batch_unref(s->in);
    fl_sessions_free(s->sessions);
    fl_keytab_free(s->keys);
    fl_results_deinit(&s->out);
}

/* ---- firing ---- */

static void append_result(session_agg *s, fl_session *x) {
    char *acc = x->data;
    int c = s->plan->n_keys;
    fl_keytab_emit(s->keys, &x->key, 1, s->out.cols);
    for (int i = 0; i < s->plan->n_calls; i++) fl_agg_result(s->layout, i, &acc, 1, s->out.cols[c++]);
    for (int i = 0; i < s->spec->n_props; i++)
        fl_window_append_prop(s->out.cols[c++], s->spec->props[i], s->w, s->base.ctx->tz, x->start, x->end, 1);
    s->out.n++;
}

static int64_t next_firing(session_agg *s) {
    fl_session *x = fl_sessions_first(s->sessions);
    return x ? fl_window_fires_at(s->w, s->base.ctx->tz, x->end) : INT64_MAX;
}

/* The session to be fired next, if the watermark has reached its end. */
static fl_session *due_session(session_agg *s) {
    fl_session *x = fl_sessions_first(s->sessions);
    return x != NULL && fl_window_fires_at(s->w, s->base.ctx->tz, x->end) <= s->watermark ? x : NULL;
}

/* Processing time: a session ends when the clock has passed its last millisecond. */
static void set_timer(session_agg *s) {
    int64_t next = next_firing(s);
    s->base.timer_ms = next == INT64_MAX ? next : next + 1;
}

static void close_session(session_agg *s, fl_session *x) {
    bool key_gone;
    uint32_t key = x->key;
    drop_data(s, x->data);
    x->data = NULL;
    fl_sessions_remove(s->sessions, x, &key_gone);
    if (key_gone) fl_keytab_release(s->keys, key);
}

/* Fires sessions that the watermark has reached. FL_MORE: the output is full. */
static int fire(session_agg *s, fl_error *err) {
    for (fl_session *x; (x = due_session(s)) != NULL;) {
        if (s->out.n >= FL_BATCH_ROWS) {
            if (!fl_has_room(&s->base, 0)) return FL_MORE;
            FL_TRY(fl_results_flush(&s->out, &s->base, 0, err));
        }
        append_result(s, x);
        close_session(s, x);
    }
    s->firing = false;
    return FL_DONE;
}

/* ---- rows ---- */

/* The rows [from, to) of the batch in progress, with the ids of their keys. Looked up stretch by stretch: a firing in
 * between may have forgotten a key. */
static int look_up(session_agg *s, fl_rows rows, uint32_t *ids, fl_error *err) {
    for (int i = 0; i < s->plan->n_keys; i++) s->key_cols[i] = s->in->cols[s->plan->keys[i]];
    return fl_keytab_lookup(s->keys, s->key_cols, rows, ids, s->base.ctx->scratch, err);
}

static void close_gaps(session_agg *s) {
    if (!fl_keytab_sparse(s->keys)) return;
    uint32_t bound = fl_keytab_bound(s->keys), *map = fl_malloc(sizeof *map * (bound + 1));
    fl_keytab_compact(s->keys, map);
    fl_sessions_renumber(s->sessions, map, bound);
    free(map);
}

/* Keys that only late rows have brought are not kept. */
static void forget_unused(session_agg *s, const uint32_t *ids, int n) {
    for (int k = 0; k < n; k++)
        if (fl_keytab_exists(s->keys, ids[k]) && !fl_sessions_any(s->sessions, ids[k])) fl_keytab_release(s->keys, ids[k]);
}

/* Places the selected rows [from, to) and adds them to their accumulators. */
static int add_rows(session_agg *s, int from, int to, fl_error *err) {
    fl_batch *b = s->in;
    fl_task_ctx *ctx = s->base.ctx;
    int n_rows = to - from, n = 0, late = 0;
    uint16_t *row = fl_arena_alloc(ctx->scratch, sizeof *row * (size_t)n_rows + 2);
    uint16_t *sel = fl_arena_alloc(ctx->scratch, sizeof *sel * (size_t)n_rows + 2);
    uint32_t *ids = fl_arena_alloc(ctx->scratch, sizeof *ids * (size_t)n_rows + 4);
    fl_session **session = fl_arena_alloc(ctx->scratch, sizeof(fl_session *) * (size_t)n_rows + 8);
    const fl_column *time = s->w->proctime ? NULL : b->cols[s->w->time_col];
    for (int k = 0; k < n_rows; k++) row[k] = (uint16_t)fl_batch_row(b, from + k);
    FL_TRY(look_up(s, (fl_rows){row, n_rows}, ids, err));
    for (int k = 0; k < n_rows; k++) {
        if (time != NULL && fl_column_is_null(time, row[k])) {
            late++;
            continue;
        }
        int64_t t = fl_window_local(s->w, ctx->tz, time ? FL_DATA(time, int64_t)[row[k]] : s->watermark + 1);
        bool ended = fl_window_fires_at(s->w, ctx->tz, t + s->w->size) <= s->watermark;
        if (!s->w->proctime && ended && !fl_sessions_joins(s->sessions, ids[k], t, s->w->size)) {
            late++;
            continue;
        }
        fl_session *x = fl_sessions_touch(s->sessions, ids[k], t, s->w->size);
        if (x->data == NULL) x->data = new_acc(s);
        sel[n] = row[k];
        session[n++] = x;
        if (!s->exact) {
            char *acc = x->data;
            fl_agg_update(s->layout, &acc, b->cols, (fl_rows){&sel[n - 1], 1}, ctx->scratch);
        }
    }
    if (s->exact && n > 0) {
        char **acc = fl_arena_alloc(ctx->scratch, sizeof *acc * (size_t)n);
        for (int k = 0; k < n; k++) acc[k] = fl_session_now(session[k])->data;
        fl_agg_update(s->layout, acc, b->cols, (fl_rows){sel, n}, ctx->scratch);
    }
    fl_sessions_settle(s->sessions);
    fl_metric_add(&s->base.metrics.late_rows, late);
    if (late > 0) forget_unused(s, ids, n_rows);
    return 0;
}

/* ---- the hooks: all lead to work ---- */

static int work(session_agg *s, fl_error *err) {
    for (;;) {
        if (s->firing) {
            int rc = fire(s, err);
            if (rc != FL_DONE) return rc;
            if (!s->w->proctime) fl_results_mark(&s->out, s->watermark);
        }
        fl_batch *b = s->in;
        if (b == NULL) break;
        int to = s->mark < b->n_marks ? fl_batch_sel_lower(b, b->marks[s->mark].row + 1) : b->n_sel;
        if (to > s->at) FL_TRY(add_rows(s, s->at, to, err));
        s->at = to;
        if (s->mark < b->n_marks) {
            int64_t watermark = b->marks[s->mark++].watermark;
            if (s->w->proctime) {
                fl_results_mark(&s->out, watermark);
            } else {
                s->watermark = FL_MAX(s->watermark, watermark);
                s->firing = true;
            }
            continue;
        }
        fl_batch_unref(b);
        s->in = NULL;
    }
    int64_t next = next_firing(s);
    fl_metric_set(&s->base.metrics.next_window, next == INT64_MAX ? next : next + 1);
    if (s->w->proctime) set_timer(s);
    return fl_results_flush(&s->out, &s->base, 0, err);
}

static int session_agg_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    session_agg *s = (session_agg *)op;
    if (b != NULL) {
        s->in = fl_batch_ref(b);
        s->at = s->mark = 0;
        if (s->w->proctime) {
            s->watermark = FL_MAX(fl_now_ms(op->ctx->pf) - 1, s->watermark);
            s->firing = true;
        }
        close_gaps(s);
    }
    return work(s, err);
}

static int session_agg_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    session_agg *s = (session_agg *)op;
    if (s->w->proctime) {
        fl_results_mark(&s->out, watermark);
    } else if (!s->firing && watermark > s->watermark) {
        s->watermark = watermark;
        s->firing = true;
    }
    return work(s, err);
}

static int session_agg_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    session_agg *s = (session_agg *)op;
    s->watermark = FL_MAX(now_ms - 1, s->watermark);
    s->firing = true;
    return work(s, err);
}

/* ---- saving: entry = u32 old id, i64 start, i64 end, key, accumulator ---- */

typedef struct save {
    session_agg *s;
    fl_snapshot *out;
    fl_buf buf;
} save;

static void save_session(void *arg, fl_session *x) {
    save *v = arg;
    session_agg *s = v->s;
    fl_buf_reset(&v->buf);
    fl_buf_put_u32(&v->buf, x->key);
    fl_buf_put_i64(&v->buf, x->start);
    fl_buf_put_i64(&v->buf, x->end);
    fl_keytab_encode(s->keys, x->key, &v->buf);
    fl_agg_encode(s->layout, x->data, &v->buf);
    fl_snapshot_entry(v->out, fl_key_group(fl_keytab_hash(s->keys, x->key), s->base.ctx->max_parallelism), v->buf.p, v->buf.n);
}

static int session_agg_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *out, fl_error *err) {
    (void)checkpoint, (void)err;
    session_agg *s = (session_agg *)op;
    save v = {.s = s, .out = out};
    fl_buf_put_i64(fl_snapshot_own(out), s->watermark);
    fl_sessions_each(s->sessions, save_session, &v);
    fl_buf_deinit(&v.buf);
    return 0;
}

static int by_old_id(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, ((const fl_str *)a)->p, sizeof x);
    memcpy(&y, ((const fl_str *)b)->p, sizeof y);
    return (x > y) - (x < y);
}

static int corrupt(fl_error *err) { return fl_fail(err, FL_E_CORRUPT, "the sessions in the checkpoint do not fit the query"); }

static int restore_session(session_agg *s, fl_str entry, fl_error *err) {
    fl_reader in = fl_reader_make(entry.p, entry.n);
    uint32_t id;
    fl_read_u32(&in);
    int64_t start = fl_read_i64(&in), end = fl_read_i64(&in);
    fl_str key = fl_read_bytes(&in);
    if (in.bad || start >= end) return corrupt(err);
    FL_TRY(fl_keytab_decode(s->keys, key, &id, err));
    fl_session *x = fl_sessions_restore(s->sessions, id, start, end);
    x->data = new_acc(s);
    FL_TRY(fl_agg_decode(s->layout, x->data, &in, err));
    return in.p == in.end ? 0 : corrupt(err);
}

static int session_agg_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    session_agg *s = (session_agg *)op;
    int64_t watermark = INT64_MAX;
    for (int i = 0; i < r->n_own; i++) {
        if (r->n_own == op->ctx->parallelism && i != op->ctx->subtask) continue;
        fl_reader in = fl_reader_make(r->own[i].p, r->own[i].n);
        watermark = FL_MIN(watermark, fl_read_i64(&in));
        if (in.bad) return corrupt(err);
    }
    fl_str *entries = FL_NEW_N(op->ctx->arena, fl_str, r->n_entries);
    for (int i = 0; i < r->n_entries; i++) {
        if (r->entries[i].n < sizeof(uint32_t)) return corrupt(err);
        entries[i] = r->entries[i];
    }
    if (r->n_entries > 0) qsort(entries, (size_t)r->n_entries, sizeof *entries, by_old_id);
    for (int i = 0; i < r->n_entries; i++) FL_TRY(restore_session(s, entries[i], err));
    if (r->n_own > 0) {
        s->watermark = watermark;
        if (s->w->proctime)
            set_timer(s);
        else
            op->watermark = watermark;
    }
    return 0;
}

static const fl_op_type session_agg_type = {
    .name = "SessionWindowAggregate",
    .open = session_agg_open,
    .batch = session_agg_batch,
    .watermark = session_agg_watermark,
    .timer = session_agg_timer,
    .snapshot = session_agg_snapshot,
    .restore = session_agg_restore,
    .close = session_agg_close,
};
const fl_op_class fl_session_agg_class = {&session_agg_type, sizeof(session_agg)};
