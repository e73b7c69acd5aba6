/* SPDX-License-Identifier: Apache-2.0 */
/* session_op.c -- rows into sessions, sessions out of them, whatever a session keeps of its rows.
 *
 * What:       a row joins, opens or merges sessions of its key; a session fires when the watermark (or the clock)
 *             reaches its end.
 * Late rows:  a row is first merged into open sessions; it is late only if it joins none and its own session has ended.
 * Invariants: (1) a session that ends at or below the watermark has fired, or is about to.  (2) a key in `keys` has an
 *             open session.  (3) between hooks `out` is empty.
 */
#include "exec/session_op.h"

#include <stdlib.h>

#include "base/hash.h"
#include "messages/checkpoint.h"

void fl_session_op_open(fl_session_op *s, const fl_session_content *content, const fl_window *w, const int *key_at,
                        int n_keys) {
    fl_arena *a = s->base.ctx->arena;
    const fl_plan *p = s->base.plan;
    const fl_schema *in = &fl_plan_out(p->inputs[0])->schema;
    const fl_type **types = FL_NEW_N(a, const fl_type *, n_keys);
    for (int i = 0; i < n_keys; i++) types[i] = in->fields[key_at[i]].type;
    s->content = content;
    s->w = w;
    s->key_at = key_at;
    s->n_keys = n_keys;
    s->keys = fl_keytab_new(types, n_keys);
    s->sessions = fl_sessions_new(content->merge, content->drop, s);
    s->key_cols = FL_NEW_N(a, fl_column *, n_keys);
    s->watermark = FL_WATERMARK_MIN;
    fl_results_init(&s->out, &p->outputs[0].schema);
}

void fl_session_op_close(fl_op *op) {
    fl_session_op *s = (fl_session_op *)op;
    fl_batch_unref(s->in);
    fl_sessions_free(s->sessions);
    fl_keytab_free(s->keys);
    fl_results_deinit(&s->out);
}

/* ---- firing ---- */

int fl_session_op_room(fl_session_op *s, fl_error *err) {
    if (s->out.n < FL_BATCH_ROWS) return FL_DONE;
    if (!fl_has_room(&s->base, 0)) return FL_MORE;
    FL_TRY(fl_results_flush(&s->out, &s->base, 0, err));
    return FL_DONE;
}

static int64_t next_firing(fl_session_op *s) {
    fl_session *x = fl_sessions_first(s->sessions);
    return x ? fl_window_fires_at(s->w, s->base.ctx->tz, x->end) : INT64_MAX;
}

/* The session to be fired next, if the watermark has reached its end. */
static fl_session *due_session(fl_session_op *s) {
    fl_session *x = fl_sessions_first(s->sessions);
    return x != NULL && fl_window_fires_at(s->w, s->base.ctx->tz, x->end) <= s->watermark ? x : NULL;
}

/* Processing time: a session ends when the clock has passed its last millisecond. */
static void set_timer(fl_session_op *s) {
    int64_t next = next_firing(s);
    s->base.timer_ms = next == INT64_MAX ? next : next + 1;
}

static void close_session(fl_session_op *s, fl_session *x) {
    bool key_gone;
    uint32_t key = x->key;
    s->content->drop(s, x->data);
    x->data = NULL;
    fl_sessions_remove(s->sessions, x, &key_gone);
    if (key_gone) fl_keytab_release(s->keys, key);
}

/* Fires sessions that the watermark has reached. FL_MORE: the output is full. */
static int fire(fl_session_op *s, fl_error *err) {
    for (;;) {
        if (s->emitting == NULL) s->emitting = due_session(s);
        if (s->emitting == NULL) break;
        int rc = s->content->emit(s, s->emitting, err);
        if (rc != FL_DONE) return rc;
        close_session(s, s->emitting);
        s->emitting = NULL;
    }
    s->firing = false;
    return FL_DONE;
}

/* ---- rows ---- */

static void close_gaps(fl_session_op *s) {
    if (!fl_keytab_sparse(s->keys)) return;
    uint32_t bound = fl_keytab_bound(s->keys), *map = fl_malloc(sizeof *map * (bound + 1));
    fl_keytab_compact(s->keys, map);
    fl_sessions_renumber(s->sessions, map, bound);
    free(map);
}

/* Keys that only late rows have brought are not kept. */
static void forget_unused(fl_session_op *s, const uint32_t *ids, int n) {
    for (int k = 0; k < n; k++)
        if (fl_keytab_exists(s->keys, ids[k]) && !fl_sessions_any(s->sessions, ids[k]))
            fl_keytab_release(s->keys, ids[k]);
}

/* The session of a row of key `id`; NULL: the row is late, or has no time. */
static fl_session *session_of(fl_session_op *s, const fl_column *time, int row, uint32_t id) {
    const fl_tz *tz = s->base.ctx->tz;
    if (time != NULL && fl_column_is_null(time, row)) return NULL;
    int64_t t = fl_window_local(s->w, tz, time != NULL ? FL_DATA(time, int64_t)[row] : s->watermark + 1);
    bool ended = time != NULL && fl_window_fires_at(s->w, tz, t + s->w->size) <= s->watermark;
    if (ended && !fl_sessions_joins(s->sessions, id, t, s->w->size)) return NULL;
    return fl_sessions_touch(s->sessions, id, t, s->w->size);
}

/* Places the selected rows [from, to) of the batch in progress. Keys are looked up stretch by stretch: a firing in
 * between may have forgotten one. */
static int add_rows(fl_session_op *s, int from, int to, fl_error *err) {
    fl_batch *b = s->in;
    fl_arena *scratch = s->base.ctx->scratch;
    int n_rows = to - from, n = 0;
    uint16_t *row = fl_arena_alloc(scratch, sizeof *row * (size_t)n_rows + 2);
    uint32_t *ids = fl_arena_alloc(scratch, sizeof *ids * (size_t)n_rows + 4);
    fl_session **session = fl_arena_alloc(scratch, sizeof(fl_session *) * (size_t)n_rows + 8);
    const fl_column *time = s->w->proctime ? NULL : b->cols[s->w->time_col];
    for (int k = 0; k < n_rows; k++) row[k] = (uint16_t)fl_batch_row(b, from + k);
    for (int i = 0; i < s->n_keys; i++) s->key_cols[i] = b->cols[s->key_at[i]];
    FL_TRY(fl_keytab_lookup(s->keys, s->key_cols, (fl_rows){row, n_rows}, ids, scratch, err));
    for (int k = 0; k < n_rows; k++) {
        fl_session *x = session_of(s, time, row[k], ids[k]);
        if (x == NULL) continue;
        row[n] = row[k];
        session[n++] = x;
        FL_TRY(s->content->place(s, x, b, row[k], err));
    }
    if (s->content->placed != NULL && n > 0) FL_TRY(s->content->placed(s, session, b, (fl_rows){row, n}, err));
    fl_sessions_settle(s->sessions);
    fl_metric_add(&s->base.metrics.late_rows, n_rows - n);
    if (n < n_rows) forget_unused(s, ids, n_rows);
    return 0;
}

/* ---- the hooks: all lead to work ---- */

static int work(fl_session_op *s, fl_error *err) {
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

int fl_session_op_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    fl_session_op *s = (fl_session_op *)op;
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

int fl_session_op_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    fl_session_op *s = (fl_session_op *)op;
    if (s->w->proctime) {
        fl_results_mark(&s->out, watermark);
    } else if (!s->firing && watermark > s->watermark) {
        s->watermark = watermark;
        s->firing = true;
    }
    return work(s, err);
}

int fl_session_op_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    fl_session_op *s = (fl_session_op *)op;
    s->watermark = FL_MAX(now_ms - 1, s->watermark);
    s->firing = true;
    return work(s, err);
}

/* ---- saving: own = i64 watermark; entry = u32 old id, i64 start, i64 end, key, content ---- */

typedef struct save {
    const fl_session_op *s;
    fl_snapshot *out;
    fl_buf buf;
} save;

static void save_session(void *arg, fl_session *x) {
    save *v = arg;
    const fl_session_op *s = v->s;
    fl_buf_reset(&v->buf);
    fl_buf_put_u32(&v->buf, x->key);
    fl_buf_put_i64(&v->buf, x->start);
    fl_buf_put_i64(&v->buf, x->end);
    fl_keytab_encode(s->keys, x->key, &v->buf);
    s->content->encode(s, x, &v->buf);
    fl_snapshot_entry(v->out, fl_key_group(fl_keytab_hash(s->keys, x->key), s->base.ctx->max_parallelism), v->buf.p,
                      v->buf.n);
}

int fl_session_op_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *out, fl_error *err) {
    (void)checkpoint, (void)err;
    fl_session_op *s = (fl_session_op *)op;
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

int fl_session_op_corrupt(fl_error *err) { return fl_fail(err, FL_ERR_CHECKPOINT_SESSIONS); }

static int restore_session(fl_session_op *s, fl_str entry, fl_error *err) {
    fl_reader in = fl_reader_make(entry.p, entry.n);
    uint32_t id;
    fl_read_u32(&in);
    int64_t start = fl_read_i64(&in), end = fl_read_i64(&in);
    fl_str key = fl_read_bytes(&in);
    if (in.bad || start >= end) return fl_session_op_corrupt(err);
    FL_TRY(fl_keytab_decode(s->keys, key, &id, err));
    FL_TRY(s->content->decode(s, fl_sessions_restore(s->sessions, id, start, end), &in, err));
    return in.bad || in.p != in.end ? fl_session_op_corrupt(err) : 0;
}

int fl_session_op_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    fl_session_op *s = (fl_session_op *)op;
    int64_t watermark = INT64_MAX;
    for (int i = 0; i < r->n_own; i++) {
        if (r->n_own == op->ctx->parallelism && i != op->ctx->subtask) continue;
        fl_reader in = fl_reader_make(r->own[i].p, r->own[i].n);
        watermark = FL_MIN(watermark, fl_read_i64(&in));
        if (in.bad) return fl_session_op_corrupt(err);
    }
    fl_str *entries = FL_NEW_N(op->ctx->arena, fl_str, r->n_entries);
    for (int i = 0; i < r->n_entries; i++) {
        if (r->entries[i].n < sizeof(uint32_t)) return fl_session_op_corrupt(err);
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
