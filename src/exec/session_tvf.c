/* SPDX-License-Identifier: Apache-2.0 */
/* session_tvf.c -- SESSION as a table function by itself: rows wait until their session ends, then come out with its bounds.
 *
 * A session's data are its rows, as bytes of rowcodec.h with their kinds, in the order in which they came.
 * Late rows are dropped and counted, as in session_agg.c. Retracted rows stretch a session like any other, as in Flink.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "data/rowcodec.h"
#include "exec/ops.h"
#include "exec/results.h"
#include "exec/sessions.h"
#include "exec/window.h"
#include "state/keytab.h"

typedef struct waiting_rows {
    fl_buf bytes; /* u8 kind and an encoded row, one after the other */
} waiting_rows;

typedef struct session_tvf {
    fl_op base;
    const fl_window_tvf *plan;
    const fl_window *w;
    int n_in;
    fl_keytab *keys;
    fl_sessions *sessions;
    fl_column **key_cols; /* scratch */
    fl_results out;
    int64_t watermark; /* processing time: the millisecond before the clock's, for rows may still come in this one */
    /* work in progress, while full */
    fl_batch *in; /* counted */
    int at, mark;
    bool firing;
    fl_session *emitting; /* its rows from emit_at on are still to come out */
    size_t emit_at;
} session_tvf;

static void merge_rows(void *owner, fl_session *into, fl_session *from) {
    (void)owner;
    waiting_rows *a = into->data, *b = from->data;
    fl_buf_put(&a->bytes, b->bytes.p, b->bytes.n);
    fl_buf_deinit(&b->bytes);
    free(b);
}

static void drop_rows(void *owner, void *data) {
    (void)owner;
    if (data == NULL) return;
    fl_buf_deinit(&((waiting_rows *)data)->bytes);
    free(data);
}

static int session_tvf_open(fl_op *op, fl_error *err) {
    (void)err;
    session_tvf *s = (session_tvf *)op;
    const fl_plan *p = op->plan;
    const fl_schema *in = &fl_plan_out(p->inputs[0])->schema;
    s->plan = &p->tvf;
    s->w = &s->plan->window;
    s->n_in = in->n;
    const fl_type **types = FL_NEW_N(op->ctx->arena, const fl_type *, s->plan->n_keys);
    for (int i = 0; i < s->plan->n_keys; i++) types[i] = in->fields[s->plan->keys[i]].type;
    s->keys = fl_keytab_new(types, s->plan->n_keys);
    s->sessions = fl_sessions_new(merge_rows, drop_rows, s);
    s->key_cols = FL_NEW_N(op->ctx->arena, fl_column *, s->plan->n_keys);
    s->watermark = FL_WATERMARK_MIN;
    fl_results_init(&s->out, &p->outputs[0].schema);
    return 0;
}

static void session_tvf_close(fl_op *op) {
    session_tvf *s = (session_tvf *)op;
    fl_batch_unref(s->in);
    fl_sessions_free(s->sessions);
    fl_keytab_free(s->keys);
    fl_results_deinit(&s->out);
}

static int64_t next_firing(session_tvf *s) {
    fl_session *x = fl_sessions_first(s->sessions);
    return x ? fl_window_fires_at(s->w, s->base.ctx->tz, x->end) : INT64_MAX;
}

/* The session to be fired next, if the watermark has reached its end. */
static fl_session *due_session(session_tvf *s) {
    fl_session *x = fl_sessions_first(s->sessions);
    return x != NULL && fl_window_fires_at(s->w, s->base.ctx->tz, x->end) <= s->watermark ? x : NULL;
}

/* Processing time: a session ends when the clock has passed its last millisecond. */
static void set_timer(session_tvf *s) {
    int64_t next = next_firing(s);
    s->base.timer_ms = next == INT64_MAX ? next : next + 1;
}

static int append_row(session_tvf *s, fl_reader *in, const fl_session *x, fl_error *err) {
    uint8_t kind = fl_read_u8(in);
    FL_TRY(fl_decode_row(in, s->out.cols, s->n_in, err));
    for (int i = 0; i < 3; i++)
        fl_window_append_prop(s->out.cols[s->n_in + i], (fl_window_prop)i, s->w, s->base.ctx->tz, x->start, x->end, 1);
    if (kind != FL_INSERT) fl_results_kinds(&s->out, &kind, 1);
    s->out.n++;
    return 0;
}

static void close_session(session_tvf *s, fl_session *x) {
    bool key_gone;
    uint32_t key = x->key;
    drop_rows(s, x->data);
    x->data = NULL;
    fl_sessions_remove(s->sessions, x, &key_gone);
    if (key_gone) fl_keytab_release(s->keys, key);
}

/* Lets the rows of sessions that have ended out. FL_MORE: the output is full. */
static int fire(session_tvf *s, fl_error *err) {
    for (;;) {
        if (s->emitting == NULL) {
            s->emitting = due_session(s);
            s->emit_at = 0;
            if (s->emitting == NULL) break;
        }
        const waiting_rows *rows = s->emitting->data;
        while (s->emit_at < rows->bytes.n) {
            if (s->out.n >= FL_BATCH_ROWS) {
                if (!fl_has_room(&s->base, 0)) return FL_MORE;
                FL_TRY(fl_results_flush(&s->out, &s->base, 0, err));
            }
            fl_reader in = fl_reader_make(rows->bytes.p + s->emit_at, rows->bytes.n - s->emit_at);
            FL_TRY(append_row(s, &in, s->emitting, err));
            s->emit_at = (size_t)(in.p - rows->bytes.p);
        }
        close_session(s, s->emitting);
        s->emitting = NULL;
    }
    s->firing = false;
    return FL_DONE;
}

static int keep_row(fl_session *x, const fl_batch *b, int row, fl_error *err) {
    if (x->data == NULL) x->data = fl_calloc(1, sizeof(waiting_rows));
    waiting_rows *rows = x->data;
    fl_buf_put_u8(&rows->bytes, (uint8_t)fl_batch_kind(b, row));
    return fl_encode_row(&rows->bytes, b->cols, b->n_cols, row, err);
}

static void close_gaps(session_tvf *s) {
    if (!fl_keytab_sparse(s->keys)) return;
    uint32_t bound = fl_keytab_bound(s->keys), *map = fl_malloc(sizeof *map * (bound + 1));
    fl_keytab_compact(s->keys, map);
    fl_sessions_renumber(s->sessions, map, bound);
    free(map);
}

/* Keys that only late rows have brought are not kept. */
static void forget_unused(session_tvf *s, const uint32_t *ids, int n) {
    for (int k = 0; k < n; k++)
        if (fl_keytab_exists(s->keys, ids[k]) && !fl_sessions_any(s->sessions, ids[k]))
            fl_keytab_release(s->keys, ids[k]);
}

static int add_rows(session_tvf *s, int from, int to, fl_error *err) {
    fl_batch *b = s->in;
    fl_task_ctx *ctx = s->base.ctx;
    int n = to - from, n_late = 0;
    uint16_t *row = fl_arena_alloc(ctx->scratch, sizeof *row * (size_t)n + 2);
    uint32_t *ids = fl_arena_alloc(ctx->scratch, sizeof *ids * (size_t)n + 4);
    const fl_column *time = s->w->proctime ? NULL : b->cols[s->w->time_col];
    for (int k = 0; k < n; k++) row[k] = (uint16_t)fl_batch_row(b, from + k);
    for (int i = 0; i < s->plan->n_keys; i++) s->key_cols[i] = b->cols[s->plan->keys[i]];
    FL_TRY(fl_keytab_lookup(s->keys, s->key_cols, (fl_rows){row, n}, ids, ctx->scratch, err));
    for (int k = 0; k < n; k++) {
        bool late = time != NULL && fl_column_is_null(time, row[k]);
        int64_t t = late ? 0 : fl_window_local(s->w, ctx->tz, time ? FL_DATA(time, int64_t)[row[k]] : s->watermark + 1);
        bool ended = fl_window_fires_at(s->w, ctx->tz, t + s->w->size) <= s->watermark;
        late = late || (!s->w->proctime && ended && !fl_sessions_joins(s->sessions, ids[k], t, s->w->size));
        if (!late) {
            FL_TRY(keep_row(fl_sessions_touch(s->sessions, ids[k], t, s->w->size), b, row[k], err));
            continue;
        }
        n_late++;
    }
    fl_sessions_settle(s->sessions);
    fl_metric_add(&s->base.metrics.late_rows, n_late);
    if (n_late > 0) forget_unused(s, ids, n);
    return 0;
}

static int work(session_tvf *s, fl_error *err) {
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

static int session_tvf_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    session_tvf *s = (session_tvf *)op;
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

static int session_tvf_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    session_tvf *s = (session_tvf *)op;
    if (s->w->proctime) {
        fl_results_mark(&s->out, watermark);
    } else if (!s->firing && watermark > s->watermark) {
        s->watermark = watermark;
        s->firing = true;
    }
    return work(s, err);
}

static int session_tvf_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    session_tvf *s = (session_tvf *)op;
    s->watermark = FL_MAX(now_ms - 1, s->watermark);
    s->firing = true;
    return work(s, err);
}

/* ---- saving: entry = u32 old id, i64 start, i64 end, key, rows ---- */

typedef struct save {
    session_tvf *s;
    fl_snapshot *out;
    fl_buf buf;
} save;

static void save_session(void *arg, fl_session *x) {
    save *v = arg;
    session_tvf *s = v->s;
    const waiting_rows *rows = x->data;
    fl_buf_reset(&v->buf);
    fl_buf_put_u32(&v->buf, x->key);
    fl_buf_put_i64(&v->buf, x->start);
    fl_buf_put_i64(&v->buf, x->end);
    fl_keytab_encode(s->keys, x->key, &v->buf);
    fl_buf_put(&v->buf, rows->bytes.p, rows->bytes.n);
    fl_snapshot_entry(v->out, fl_key_group(fl_keytab_hash(s->keys, x->key), s->base.ctx->max_parallelism), v->buf.p, v->buf.n);
}

static int session_tvf_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *out, fl_error *err) {
    (void)checkpoint, (void)err;
    session_tvf *s = (session_tvf *)op;
    save v = {.s = s, .out = out};
    fl_buf_put_i64(fl_snapshot_own(out), s->watermark);
    fl_sessions_each(s->sessions, save_session, &v);
    fl_buf_deinit(&v.buf);
    return 0;
}

static int corrupt(fl_error *err) { return fl_fail(err, FL_E_CORRUPT, "the sessions in the checkpoint do not fit the query"); }

/* Rows of a checkpoint are decoded once to see that they fit: later they are trusted. */
static int check_rows(session_tvf *s, fl_reader in, fl_error *err) {
    const fl_schema *schema = &fl_plan_out(((const fl_plan *)s->base.plan)->inputs[0])->schema;
    fl_builder b;
    fl_builder_init(&b, schema, 1);
    int rc = 0;
    while (rc == 0 && in.p < in.end) {
        if (fl_read_u8(&in) > FL_DELETE) rc = corrupt(err);
        if (rc == 0) rc = fl_decode_row(&in, b.cols, schema->n, err);
        if (rc == 0 && in.bad) rc = corrupt(err);
        for (int i = 0; i < schema->n; i++) fl_column_reset(b.cols[i]);
    }
    fl_builder_deinit(&b);
    return rc;
}

static int by_old_id(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, ((const fl_str *)a)->p, sizeof x);
    memcpy(&y, ((const fl_str *)b)->p, sizeof y);
    return (x > y) - (x < y);
}

static int restore_session(session_tvf *s, fl_str entry, fl_error *err) {
    fl_reader in = fl_reader_make(entry.p, entry.n);
    uint32_t id;
    fl_read_u32(&in);
    int64_t start = fl_read_i64(&in), end = fl_read_i64(&in);
    fl_str key = fl_read_bytes(&in);
    if (in.bad || start >= end) return corrupt(err);
    FL_TRY(check_rows(s, in, err));
    FL_TRY(fl_keytab_decode(s->keys, key, &id, err));
    fl_session *x = fl_sessions_restore(s->sessions, id, start, end);
    waiting_rows *rows = x->data = fl_calloc(1, sizeof *rows);
    fl_buf_put(&rows->bytes, in.p, (size_t)(in.end - in.p));
    return 0;
}

static int session_tvf_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    session_tvf *s = (session_tvf *)op;
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

static const fl_op_type session_tvf_type = {
    .name = "SessionWindowTableFunction",
    .open = session_tvf_open,
    .batch = session_tvf_batch,
    .watermark = session_tvf_watermark,
    .timer = session_tvf_timer,
    .snapshot = session_tvf_snapshot,
    .restore = session_tvf_restore,
    .close = session_tvf_close,
};
const fl_op_class fl_session_tvf_class = {&session_tvf_type, sizeof(session_tvf)};
