/* SPDX-License-Identifier: Apache-2.0 */
/* window_tvf.c -- TUMBLE, HOP and CUMULATE as table functions by themselves: each row once for each of its windows.
 *
 * Output:     the input's columns, window_start, window_end, window_time. No row is late here.
 * Order:      of one row's windows, HOP gives the latest first, CUMULATE the shortest first, as Flink does.
 * NULL times: the row belongs to no window; it is dropped and counted.
 */
#include "exec/ops.h"
#include "exec/window.h"

typedef struct window_tvf {
    fl_op base;
    const fl_window *w;
    int n_in;
    /* work in progress, while full */
    fl_batch *in; /* counted */
    int at;       /* next selected row */
    int64_t end;  /* end of the next window of that row; INT64_MIN: its first */
    int mark;
    int64_t now_ms;
    /* scratch of one call */
    uint16_t *sel;
    int64_t *ends;
    fl_mark *marks;
} window_tvf;

static int window_tvf_open(fl_op *op, fl_error *err) {
    (void)err;
    window_tvf *t = (window_tvf *)op;
    const fl_plan *p = op->plan;
    t->w = &p->tvf.window;
    t->n_in = fl_plan_out(p->inputs[0])->schema.n;
    return 0;
}

static void window_tvf_close(fl_op *op) { fl_batch_unref(((window_tvf *)op)->in); }

/* The end of the window after the one that ends at `end` (INT64_MIN: the first) for time t; false: there is none. */
static bool next_window(const fl_window *w, int64_t t, int64_t *end) {
    if (w->kind == FL_WINDOW_CUMULATE) {
        int64_t period = fl_grid_floor(t, w->offset, w->size);
        if (*end == INT64_MIN)
            *end = fl_grid_floor(t, period, w->slide) + w->slide;
        else
            *end += w->slide;
        return *end <= period + w->size;
    }
    if (*end == INT64_MIN)
        *end = fl_grid_floor(t, w->offset, fl_window_step(w)) + w->size;
    else
        *end -= fl_window_step(w);
    return *end > t;
}

/* Fills one batch of results from the batch in progress. */
static fl_batch *expand(window_tvf *t) {
    fl_task_ctx *ctx = t->base.ctx;
    fl_batch *b = t->in;
    uint16_t *sel = t->sel;
    int64_t *ends = t->ends;
    fl_mark *marks = t->marks;
    int n = 0, n_marks = 0;
    while (t->at < b->n_sel && n < FL_BATCH_ROWS) {
        int row = fl_batch_row(b, t->at);
        while (t->mark < b->n_marks && b->marks[t->mark].row < row)
            marks[n_marks++] = (fl_mark){n - 1, b->marks[t->mark++].watermark};
        if (!t->w->proctime && fl_column_is_null(b->cols[t->w->time_col], row)) {
            fl_metric_add(&t->base.metrics.late_rows, 1);
            t->at++;
            continue;
        }
        int64_t utc = t->w->proctime ? t->now_ms : FL_DATA(b->cols[t->w->time_col], int64_t)[row];
        if (next_window(t->w, fl_window_local(t->w, ctx->tz, utc), &t->end)) {
            sel[n] = (uint16_t)row;
            ends[n++] = t->end;
        } else {
            t->end = INT64_MIN;
            t->at++;
        }
    }
    if (t->at == b->n_sel)
        while (t->mark < b->n_marks) marks[n_marks++] = (fl_mark){n - 1, b->marks[t->mark++].watermark};
    const fl_schema *s = &((const fl_plan *)t->base.plan)->outputs[0].schema;
    fl_batch *out = fl_batch_new(s->n, n);
    for (int c = 0; c < t->n_in; c++) out->cols[c] = fl_column_take(b->cols[c], sel, n);
    for (int c = 0; c < 3; c++) {
        fl_column *col = out->cols[t->n_in + c] = fl_column_new(s->fields[t->n_in + c].type, n);
        for (int k = 0; k < n; k++)
            fl_window_append_prop(col, (fl_window_prop)c, t->w, ctx->tz, fl_window_start(t->w, ends[k]), ends[k], 1);
    }
    if (b->kinds != NULL) {
        uint8_t *kinds = fl_batch_need_kinds(out);
        for (int k = 0; k < n; k++) kinds[k] = b->kinds[sel[k]];
    }
    for (int m = 0; m < n_marks; m++) fl_batch_add_mark(out, marks[m].row, marks[m].watermark);
    return out;
}

static int window_tvf_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    window_tvf *t = (window_tvf *)op;
    if (b != NULL) {
        t->in = fl_batch_ref(b);
        t->at = t->mark = 0;
        t->end = INT64_MIN;
        t->now_ms = fl_now_ms(op->ctx->pf);
    }
    t->sel = fl_arena_alloc(op->ctx->scratch, sizeof *t->sel * FL_BATCH_ROWS);
    t->ends = fl_arena_alloc(op->ctx->scratch, sizeof *t->ends * FL_BATCH_ROWS);
    t->marks = fl_arena_alloc(op->ctx->scratch, sizeof *t->marks * (size_t)(t->in->n_marks + 1));
    while (t->at < t->in->n_sel || t->mark < t->in->n_marks) {
        if (!fl_has_room(op, 0)) return FL_MORE;
        fl_batch *out = expand(t);
        int rc = fl_emit(op, 0, out, err);
        fl_batch_unref(out);
        if (rc < 0) return rc;
    }
    fl_batch_unref(t->in);
    t->in = NULL;
    return FL_DONE;
}

static const fl_op_type window_tvf_type = {
    .name = "WindowTableFunction", .open = window_tvf_open, .batch = window_tvf_batch, .close = window_tvf_close};
const fl_op_class fl_window_tvf_class = {&window_tvf_type, sizeof(window_tvf)};
