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
 * Invariants: (1) sent <= greatest.  (2) watermarks that come from before are ignored, except the last one, MAX.
 */
#include "exec/ops.h"
#include "expr/program.h"
#include "messages/checkpoint.h"
#include "messages/table.h"

enum { STRETCH_ROWS = 128 };

typedef struct watermark_assign {
    fl_op base;
    const fl_watermark_assign *plan;
    fl_program *expr;
    int64_t greatest, sent; /* ms */
    int64_t send_at_ms;     /* by timer; INT64_MAX: nothing to send */
    int64_t last_row_ms;    /* clock at the last row */
    bool idle;
    bool ended;  /* MAX has passed: nothing is sent behind it */
    bool repeat; /* after a restore: what was sent is sent again, for the operators behind have forgotten it */
} watermark_assign;

static void set_timer(watermark_assign *w) {
    int64_t idle_at = w->plan->idle_ms > 0 && !w->idle ? w->last_row_ms + w->plan->idle_ms : INT64_MAX;
    w->base.timer_ms = w->ended ? INT64_MAX : w->repeat ? INT64_MIN : FL_MIN(w->send_at_ms, idle_at);
}

static int watermark_open(fl_op *op, fl_error *err) {
    watermark_assign *w = (watermark_assign *)op;
    const fl_plan *p = op->plan;
    w->plan = &p->watermark;
    w->send_at_ms = INT64_MAX;
    w->last_row_ms = fl_now_ms(op->ctx->pf);
    set_timer(w);
    return fl_program_new(op->ctx->arena, (fl_expr *const *)&w->plan->expr, 1, fl_plan_out(p->inputs[0])->schema.n,
                          &w->expr, err);
}

static int check_rowtime(const watermark_assign *w, const fl_batch *b, fl_error *err) {
    const fl_column *c = b->cols[w->plan->rowtime];
    for (int k = 0; c->valid != NULL && k < b->n_sel; k++)
        if (fl_column_is_null(c, fl_batch_row(b, k))) return fl_fail(err, FL_ERR_TABLE_NULL_ROWTIME);
    return 0;
}

FL_CLONES static int64_t greatest_of(const int64_t *v, int n, int64_t from) {
    for (int i = 0; i < n; i++) from = v[i] > from ? v[i] : from;
    return from;
}

/* Advances over the selected rows [from, to), adding a mark after each row that is worth one. */
static void advance_rows(watermark_assign *w, const fl_column *c, fl_batch *b, int from, int to) {
    const int64_t *v = c->data;
    for (int k = from; k < to; k++) {
        int row = fl_batch_row(b, k);
        if (fl_column_is_null(c, row)) continue;
        w->greatest = FL_MAX(w->greatest, v[fl_column_at(c, row)]);
        if (w->greatest - w->sent > w->plan->interval_ms) {
            w->sent = w->greatest;
            fl_batch_add_mark(b, row, w->sent);
        }
    }
}

/* Most stretches of a batch need no mark: one pass tells, without looking at each row by itself. */
static void advance(watermark_assign *w, const fl_column *c, fl_batch *b) {
    if (c->valid != NULL || c->constant || b->sel != NULL) {
        advance_rows(w, c, b, 0, b->n_sel);
        return;
    }
    for (int at = 0; at < b->n; at += STRETCH_ROWS) {
        int n = FL_MIN(b->n - at, STRETCH_ROWS);
        int64_t top = greatest_of((const int64_t *)c->data + at, n, w->greatest);
        if (top - w->sent > w->plan->interval_ms)
            advance_rows(w, c, b, at, at + n);
        else
            w->greatest = top;
    }
}

static int watermark_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    watermark_assign *w = (watermark_assign *)op;
    fl_eval ev;
    fl_column *c;
    FL_TRY(check_rowtime(w, b, err));
    fl_op_eval(op, b, &ev);
    FL_TRY(fl_program_run(w->expr, &ev, b, true, &c, err));
    fl_batch *out = fl_batch_copy(b);
    out->n_marks = 0;
    advance(w, c, out);
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

static int watermark_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    watermark_assign *w = (watermark_assign *)op;
    if (w->repeat) {
        w->repeat = false;
        set_timer(w);
        return fl_emit_watermark(op, w->sent, err);
    }
    bool send = w->send_at_ms <= now_ms,
         idle = w->plan->idle_ms > 0 && !w->idle && w->last_row_ms + w->plan->idle_ms <= now_ms;
    if (send) w->send_at_ms = INT64_MAX;
    if (idle) w->idle = true;
    set_timer(w);
    if (send && w->greatest > w->sent) {
        w->sent = w->greatest;
        FL_TRY(fl_emit_watermark(op, w->sent, err));
    }
    return idle ? fl_emit_idle(op, true, err) : FL_DONE;
}

static int watermark_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err) {
    (void)checkpoint, (void)err;
    watermark_assign *w = (watermark_assign *)op;
    fl_buf_put_i64(fl_snapshot_own(s), w->greatest);
    fl_buf_put_i64(fl_snapshot_own(s), w->sent);
    return 0;
}

/* With another parallelism nobody knows whose rows come here: the least of all is right for each. */
static int watermark_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    watermark_assign *w = (watermark_assign *)op;
    int64_t greatest = INT64_MAX, sent = INT64_MAX;
    for (int i = 0; i < r->n_own; i++) {
        if (r->n_own == op->ctx->parallelism && i != op->ctx->subtask) continue;
        fl_reader in = fl_reader_make(r->own[i].p, r->own[i].n);
        greatest = FL_MIN(greatest, fl_read_i64(&in));
        sent = FL_MIN(sent, fl_read_i64(&in));
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
