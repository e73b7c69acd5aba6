/* SPDX-License-Identifier: Apache-2.0 */
/* watermark_assign.c -- WATERMARK FOR ts AS …: turns row times into watermarks.
 *
 * What:       the expression is evaluated for every row; the watermark is the greatest value so far, from 0 on (a NULL
 *             is no value; rows before 1970 never move it).
 * When:       at once, after the row, when it has grown by more than the interval since the last one that was sent, so
 *             that a fast source needs no timer; and by a timer `interval` after a growth that was not sent. Interval
 *             0: after every row that moves it.
 * How:        as marks in the batch: rows are passed on as they are.
 * Idle:       with an idle timeout, a source without rows for so long is marked idle until its next row.
 * Splits:     if the source at the head of this chain has splits (splits.h), each has a greatest value of its own, and
 *             `greatest` is the least of those of the splits that count, once they have all got there:
 *
 *                 split 1   12:07                      counts
 *                 split 2   12:03                      counts, and so the watermark is 12:03
 *                 split 3   11:15, idle                does not count until its next row
 *                 split 4   none, has just begun       counts: what was sent stands, more is not sent
 *
 *             One that another goes on in (a shard that was split) leaves it its value. Idleness is that of splits
 *             then; all of them are idle, or have ended: so is the source. A checkpoint keeps the splits' values by
 *             their ids, for whichever subtask reads them next.
 * Invariants: (1) sent <= greatest, and both only grow.  (2) watermarks that come from before are ignored, except the
 *             last one, MAX.
 */
#include "exec/ops.h"
#include "exec/source.h"
#include "expr/program.h"
#include "messages/checkpoint.h"
#include "messages/table.h"

enum { STRETCH_ROWS = 128 };

/* A split's share: that of the one with the same place in the source's table. */
typedef struct split_time {
    int64_t greatest;
    int64_t last_row_ms;
    bool idle;
} split_time;

/* What a checkpoint says of a split that the source has not named yet. */
typedef struct split_past {
    fl_str id; /* in the subtask's arena */
    int64_t greatest;
} split_past;

typedef struct watermark_assign {
    fl_op base;
    const fl_watermark_assign *plan;
    fl_program *expr;
    int64_t idle_ms;         /* 0: never idle */
    const fl_splits *splits; /* of the source; NULL: it has none */
    fl_split_watch watch;
    split_time *times; /* by split, the first n_times of them; in the subtask's arena */
    int n_times, cap_times;
    split_past *past;
    int n_past, cap_past;
    int64_t greatest, sent; /* ms */
    int64_t send_at_ms;     /* by timer; INT64_MAX: nothing to send */
    int64_t last_row_ms;    /* clock at the last row */
    bool idle;
    bool ended;  /* MAX has passed: nothing is sent behind it */
    bool repeat; /* after a restore: what was sent is sent again, for the operators behind have forgotten it */
} watermark_assign;

/* ---- splits ---- */

static bool counts(const watermark_assign *w, int i) { return w->splits->splits[i].active && !w->times[i].idle; }

/* The least value of the splits that count, without split `but`; INT64_MAX: there is none. */
static int64_t least_but(const watermark_assign *w, int but) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < w->n_times; i++)
        if (i != but && counts(w, i)) least = FL_MIN(least, w->times[i].greatest);
    return least;
}

/* When the next split becomes idle. */
static int64_t splits_idle_at(const watermark_assign *w) {
    int64_t first = INT64_MAX;
    for (int i = 0; i < w->n_times; i++)
        if (counts(w, i)) first = FL_MIN(first, w->times[i].last_row_ms);
    return first == INT64_MAX ? first : first + w->idle_ms;
}

static int64_t past_of(const watermark_assign *w, const char *id) {
    for (int i = 0; i < w->n_past; i++)
        if (fl_str_is(w->past[i].id, id)) return w->past[i].greatest;
    return 0;
}

/* Where a new split begins: where it was, or where the one was whose rows go on in it. */
static int64_t first_of(const watermark_assign *w, const fl_split *s) {
    int64_t greatest = past_of(w, s->id);
    if (greatest > 0 || s->after == NULL) return greatest;
    for (int i = 0; i < w->n_times; i++)
        if (strcmp(w->splits->splits[i].id, s->after) == 0) return w->times[i].greatest;
    return past_of(w, s->after);
}

/* Takes in what is new in the source's table. */
static void look_at_splits(watermark_assign *w, int64_t now_ms) {
    for (int i = w->n_times; i < w->splits->n; i++) {
        split_time t = {first_of(w, &w->splits->splits[i]), now_ms, false};
        FL_PUSH(w->base.ctx->arena, w->times, w->n_times, w->cap_times, t);
    }
    if (w->splits->known) w->n_past = 0;
}

/* The source operator at the head of this chain, if nothing but calculations stands between. */
static fl_splits *find_splits(const fl_op *op) {
    const fl_plan *p = ((const fl_plan *)op->plan)->inputs[0].node;
    while (p->kind == FL_PLAN_CALC) p = p->inputs[0].node;
    for (int i = 0; p->kind == FL_PLAN_SCAN && i < fl_chain_size(op->chain); i++)
        if (fl_chain_op(op->chain, i)->plan == p) return fl_source_op_splits(fl_chain_op(op->chain, i));
    return NULL;
}

static void watch_splits(watermark_assign *w) {
    fl_splits *splits = find_splits(&w->base);
    w->splits = splits;
    if (splits == NULL) return;
    if (splits->idle_ms > 0) w->idle_ms = splits->idle_ms;
    fl_splits_watch(splits, &w->watch, &w->base);
}

/* ---- rows ---- */

static void set_timer(watermark_assign *w) {
    int64_t idle_at = INT64_MAX;
    if (w->idle_ms > 0 && !w->idle) idle_at = w->splits == NULL ? w->last_row_ms + w->idle_ms : splits_idle_at(w);
    bool at_once = w->repeat || w->watch.changed;
    w->base.timer_ms = w->ended ? INT64_MAX : at_once ? INT64_MIN : FL_MIN(w->send_at_ms, idle_at);
}

static int watermark_open(fl_op *op, fl_error *err) {
    watermark_assign *w = (watermark_assign *)op;
    const fl_plan *p = op->plan;
    w->plan = &p->watermark;
    w->idle_ms = w->plan->idle_ms;
    w->send_at_ms = INT64_MAX;
    w->last_row_ms = fl_now_ms(op->ctx->pf);
    watch_splits(w);
    set_timer(w);
    return fl_program_new(op->ctx->arena, (fl_expr *const *)&w->plan->expr, 1, fl_plan_out(p->inputs[0])->schema.n,
                          &w->expr, err);
}

static int check_rowtime(const watermark_assign *w, const fl_batch *b, fl_error *err) {
    const fl_column *c = b->cols[w->plan->rowtime];
    for (int k = 0; c->valid != NULL && k < b->n_sel; k++)
        if (fl_column_is_null(c, fl_batch_row(b, k))) { return fl_fail(err, FL_ERR_TABLE_NULL_ROWTIME); }
    return 0;
}

FL_CLONES static int64_t greatest_of(const int64_t *v, int n, int64_t from) {
    for (int i = 0; i < n; i++) from = v[i] > from ? v[i] : from;
    return from;
}

/* Advances *greatest over the selected rows [from, to), adding a mark after each row that is worth one; none goes
 * beyond `most`. */
static void advance_rows(watermark_assign *w, int64_t *greatest, int64_t most, const fl_column *c, fl_batch *b,
                         int from, int to) {
    const int64_t *v = c->data;
    for (int k = from; k < to; k++) {
        int row = fl_batch_row(b, k);
        if (fl_column_is_null(c, row)) continue;
        *greatest = FL_MAX(*greatest, v[fl_column_at(c, row)]);
        int64_t top = FL_MIN(*greatest, most);
        if (top - w->sent > w->plan->interval_ms) {
            w->sent = top;
            fl_batch_add_mark(b, row, w->sent);
        }
    }
}

/* Most stretches of a batch need no mark: one pass tells, without looking at each row by itself. */
static void advance(watermark_assign *w, int64_t *greatest, int64_t most, const fl_column *c, fl_batch *b) {
    if (c->valid != NULL || c->constant || b->sel != NULL) {
        advance_rows(w, greatest, most, c, b, 0, b->n_sel);
        return;
    }
    for (int at = 0; at < b->n; at += STRETCH_ROWS) {
        int n = FL_MIN(b->n - at, STRETCH_ROWS);
        int64_t top = greatest_of((const int64_t *)c->data + at, n, *greatest);
        if (FL_MIN(top, most) - w->sent > w->plan->interval_ms)
            advance_rows(w, greatest, most, c, b, at, at + n);
        else
            *greatest = top;
    }
}

/* A batch of one split: the others stay where they are meanwhile. */
static void advance_split(watermark_assign *w, const fl_column *c, fl_batch *b, int64_t now_ms) {
    look_at_splits(w, now_ms);
    fl_assert(b->split > 0 && b->split <= w->n_times);
    split_time *t = &w->times[b->split - 1];
    int64_t most = least_but(w, b->split - 1);
    t->idle = false;
    t->last_row_ms = now_ms;
    advance(w, &t->greatest, most, c, b);
    w->greatest = FL_MAX(w->greatest, FL_MIN(t->greatest, most));
}

static int watermark_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    watermark_assign *w = (watermark_assign *)op;
    fl_eval ev;
    fl_column *c;
    FL_TRY(check_rowtime(w, b, err));
    fl_op_eval(op, b, &ev);
    if (fl_program_run(w->expr, &ev, b, true, &c, err) < 0) return fl_op_fail_row(op, &ev, err);
    fl_batch *out = fl_batch_copy(b);
    out->n_marks = 0;
    if (w->splits == NULL)
        advance(w, &w->greatest, INT64_MAX, c, out);
    else
        advance_split(w, c, out, ev.now_ms);
    fl_column_unref(c);
    w->last_row_ms = ev.now_ms;
    if (w->greatest > w->sent && w->send_at_ms == INT64_MAX) w->send_at_ms = ev.now_ms + w->plan->interval_ms;
    if (w->greatest == w->sent) w->send_at_ms = INT64_MAX;
    bool woken = w->idle;
    w->idle = false;
    set_timer(w);
    int rc = woken ? fl_emit_idle(op, false, err) : 0;
    if (rc == 0) rc = fl_emit(op, 0, out, err);
    fl_batch_unref(out);
    return rc;
}

static int watermark_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    watermark_assign *w = (watermark_assign *)op;
    if (watermark != FL_WATERMARK_MAX) return 0;
    w->ended = true;
    set_timer(w);
    return fl_emit_watermark(op, watermark, err);
}

/* Splits have begun or ended, or some have been quiet for too long. */
static int splits_changed(watermark_assign *w, int64_t now_ms, fl_error *err) {
    bool any = false, idle;
    w->watch.changed = false;
    look_at_splits(w, now_ms);
    for (int i = 0; i < w->n_times; i++) {
        if (w->idle_ms > 0 && w->times[i].last_row_ms + w->idle_ms <= now_ms) w->times[i].idle = true;
        any |= counts(w, i);
    }
    if (any) w->greatest = FL_MAX(w->greatest, least_but(w, -1));
    idle = !any && (w->splits->known || w->n_times > 0);
    bool send = w->send_at_ms <= now_ms || w->greatest - w->sent > w->plan->interval_ms, turns = idle != w->idle;
    if (send) w->send_at_ms = INT64_MAX;
    if (!send && w->greatest > w->sent && w->send_at_ms == INT64_MAX) w->send_at_ms = now_ms + w->plan->interval_ms;
    w->idle = idle;
    set_timer(w);
    if (send && w->greatest > w->sent) {
        w->sent = w->greatest;
        FL_TRY(fl_emit_watermark(&w->base, w->sent, err));
    }
    return turns ? fl_emit_idle(&w->base, idle, err) : FL_DONE;
}

static int watermark_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    watermark_assign *w = (watermark_assign *)op;
    if (w->repeat) {
        w->repeat = false;
        set_timer(w);
        return fl_emit_watermark(op, w->sent, err);
    }
    if (w->splits != NULL) return splits_changed(w, now_ms, err);
    bool send = w->send_at_ms <= now_ms, idle = w->idle_ms > 0 && !w->idle && w->last_row_ms + w->idle_ms <= now_ms;
    if (send) w->send_at_ms = INT64_MAX;
    if (idle) w->idle = true;
    set_timer(w);
    if (send && w->greatest > w->sent) {
        w->sent = w->greatest;
        FL_TRY(fl_emit_watermark(op, w->sent, err));
    }
    return idle ? fl_emit_idle(op, true, err) : FL_DONE;
}

static void put_split(fl_buf *out, fl_str id, int64_t greatest) {
    fl_buf_put_bytes(out, id.p, id.n);
    fl_buf_put_i64(out, greatest);
}

static int watermark_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err) {
    (void)checkpoint, (void)err;
    watermark_assign *w = (watermark_assign *)op;
    fl_buf *own = fl_snapshot_own(s);
    fl_buf_put_i64(own, w->greatest);
    fl_buf_put_i64(own, w->sent);
    if (w->splits == NULL) return 0;
    look_at_splits(w, fl_now_ms(op->ctx->pf));
    for (int i = 0; i < w->n_times; i++)
        if (w->splits->splits[i].active) put_split(own, fl_str_from(w->splits->splits[i].id), w->times[i].greatest);
    for (int i = 0; i < w->n_past; i++) put_split(own, w->past[i].id, w->past[i].greatest);
    return 0;
}

static split_past *find_past(const watermark_assign *w, fl_str id) {
    for (int i = 0; i < w->n_past; i++)
        if (fl_str_eq(w->past[i].id, id)) return &w->past[i];
    return NULL;
}

/* What one subtask of then knew of its splits, or of those of all, if it had not looked yet. */
static void restore_splits(watermark_assign *w, fl_reader *in) {
    fl_arena *a = w->base.ctx->arena;
    while (in->p < in->end && !in->bad) {
        fl_str id = fl_read_bytes(in);
        int64_t greatest = fl_read_i64(in);
        split_past *known = find_past(w, id), fresh = {fl_str_make(id.p, id.n), greatest};
        if (known != NULL) known->greatest = FL_MAX(known->greatest, greatest);
        if (in->bad || known != NULL) continue;
        fresh.id.p = fl_arena_strndup(a, id.p, id.n);
        FL_PUSH(a, w->past, w->n_past, w->cap_past, fresh);
    }
}

/* With another parallelism nobody knows whose rows come here, and splits may go to any subtask: the least of all is
 * right for each. */
static int watermark_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    watermark_assign *w = (watermark_assign *)op;
    int64_t greatest = INT64_MAX, sent = INT64_MAX;
    for (int i = 0; i < r->n_own; i++) {
        bool ours = w->splits != NULL || r->n_own != op->ctx->parallelism || i == op->ctx->subtask;
        fl_reader in = fl_reader_make(r->own[i].p, r->own[i].n);
        int64_t its_greatest = fl_read_i64(&in), its_sent = fl_read_i64(&in);
        if (ours) greatest = FL_MIN(greatest, its_greatest);
        if (ours) sent = FL_MIN(sent, its_sent);
        if (w->splits != NULL) restore_splits(w, &in);
        if (in.bad) return fl_fail(err, FL_ERR_CHECKPOINT_WATERMARK);
    }
    if (r->n_own > 0) {
        w->greatest = greatest;
        w->sent = sent;
        w->repeat = w->sent > 0;
        if (w->greatest > w->sent) w->send_at_ms = fl_now_ms(op->ctx->pf) + w->plan->interval_ms;
        set_timer(w);
    }
    return 0;
}

static const fl_op_type watermark_type = {
    .name = "WatermarkAssigner",
    .open = watermark_open,
    .batch = watermark_batch,
    .watermark = watermark_watermark,
    .timer = watermark_timer,
    .snapshot = watermark_snapshot,
    .restore = watermark_restore,
};
const fl_op_class fl_watermark_assign_class = {&watermark_type, sizeof(watermark_assign)};
