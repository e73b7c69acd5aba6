/* SPDX-License-Identifier: Apache-2.0 */
/* window_agg.c -- GROUP BY over TUMBLE, HOP and CUMULATE windows, of one query or of several that share them.
 *
 * What:       rows go into slices by key; when the watermark (or the clock) reaches the end of a window, each key
 *             that has a row in it gives one result row: keys, aggregates, window properties.
 * Example:    SELECT k, SUM(v) … GROUP BY k, TUMBLE(ts, INTERVAL '10' SECOND), and beside it the same with HOP 2 s /
 *             10 s: one node, slices of 2 s, two specs; output 0 has the tumbling results, output 1 the sliding ones.
 * Order:      open; then batch, timer and watermark in any mix, snapshot between them; finish; close.
 * Algorithm:  1. a batch is split only at marks that reach the end of some window; a stretch that lies in one slice
 *                is added in one go (window_store.h).
 *             2. at such a mark, due windows fire, spec by spec, in the order of their ends; rows are collected into
 *                output batches, and the watermark follows them as a mark.
 *             3. slices that no window needs any more are dropped with their keys.
 * Late rows:  a row is late for a spec if the last window that contains it has fired; it counts in those that have
 *             not.
 * Processing time: the clock stands for the watermark; it is read once a batch. While it shows t a row may still come
 *             at t, so the watermark is t - 1, and nothing is late. At the end of the input the open windows are
 *             dropped, as in Flink.
 * Invariants: (1) a window that ends at or below the watermark has fired exactly once.  (2) between hooks the output
 *             builders are empty.
 */
#include "exec/ops.h"
#include "exec/results.h"
#include "exec/window_store.h"
#include "messages/checkpoint.h"

enum { READ_ROWS = 512 };

typedef struct window_agg {
    fl_op base;
    const fl_window_agg *plan;
    const fl_agg_layout *layout;
    const fl_window *time; /* of specs[0]: all share time attribute and offset */
    fl_window_store *store;
    fl_column **keys; /* scratch: key columns of a batch */
    fl_results *out;  /* by spec */
    int64_t slice_size;
    int64_t watermark; /* windows that fire at or below it have fired */
    int64_t boundary;  /* the next watermark at which something changes: a window fires, or rows become late */
    /* work in progress, while full */
    fl_batch *in; /* counted */
    int at, mark; /* next selected row, next mark of it */
    bool firing;
    int64_t fire_to;
    int fire_spec;
    bool reading; /* in the middle of a window */
    int64_t read_end;
} window_agg;

/* ---- time ---- */

/* Ends of windows lie on a grid of their own. */
static int64_t ends_offset(const fl_window *w) { return w->attached ? w->offset : w->offset + w->size; }

/* The greatest window end that fires at or before instant t. */
static int64_t last_end(const window_agg *w, const fl_window *win, int64_t t) {
    const fl_tz *tz = w->base.ctx->tz;
    int64_t step = fl_window_step(win);
    int64_t end = fl_grid_floor(fl_window_local(win, tz, t) + 1, ends_offset(win), step);
    while (fl_window_fires_at(win, tz, end) > t) end -= step;
    while (fl_window_fires_at(win, tz, end + step) <= t) end += step;
    return end;
}

static void set_boundary(window_agg *w) {
    w->boundary = INT64_MAX;
    for (int i = 0; i < w->plan->n_specs; i++) {
        const fl_window *win = &w->plan->specs[i].window;
        int64_t fired = fl_window_store_fired(w->store, i);
        if (fired == INT64_MIN) {
            w->boundary = FL_WATERMARK_MIN;
            return;
        }
        w->boundary = FL_MIN(w->boundary, fl_window_fires_at(win, w->base.ctx->tz, fired + fl_window_step(win)));
    }
}

/* When the next window that has rows fires; INT64_MAX: none. */
static int64_t next_firing(const window_agg *w) {
    int64_t next = INT64_MAX;
    for (int i = 0; i < w->plan->n_specs; i++) {
        int64_t end = fl_window_store_next(w->store, i);
        if (end != INT64_MAX) next = FL_MIN(next, fl_window_fires_at(&w->plan->specs[i].window, w->base.ctx->tz, end));
    }
    return next;
}

/* Processing time: a window that fires at instant `next` does so when the clock has passed it. */
static void set_timer(window_agg *w, int64_t next) { w->base.timer_ms = next == INT64_MAX ? next : next + 1; }

/* ---- results ---- */

static void add_mark(window_agg *w, int64_t watermark) {
    for (int i = 0; i < w->plan->n_specs; i++) fl_results_mark(&w->out[i], watermark);
}

static void append_results(window_agg *w, int spec, const uint32_t *ids, char *const *acc, int n, int64_t end) {
    const fl_window_spec *s = &w->plan->specs[spec];
    fl_results *o = &w->out[spec];
    int c = w->plan->n_keys;
    fl_keytab_emit(fl_window_store_keys(w->store), ids, n, o->cols);
    for (int i = 0; i < w->plan->n_calls; i++) fl_agg_result(w->layout, i, acc, n, o->cols[c++]);
    for (int i = 0; i < s->n_props; i++)
        fl_window_append_prop(o->cols[c++], s->props[i], &s->window, w->base.ctx->tz, fl_window_start(&s->window, end),
                              end, n);
    o->n += n;
}

/* ---- firing ---- */

/* Reads the window that has been begun. FL_MORE: the output is full. */
static int read_window(window_agg *w, int spec, fl_error *err) {
    uint32_t ids[READ_ROWS];
    char *acc[READ_ROWS];
    for (;;) {
        if (w->out[spec].n + READ_ROWS > FL_BATCH_ROWS) {
            if (!fl_has_room(&w->base, spec)) return FL_MORE;
            FL_TRY(fl_results_flush(&w->out[spec], &w->base, spec, err));
        }
        int n = fl_window_store_read(w->store, ids, acc, READ_ROWS, w->base.ctx->scratch);
        if (n == 0) return FL_DONE;
        append_results(w, spec, ids, acc, n, w->read_end);
        FL_TRY(fl_agg_failed(w->layout, err));
    }
}

/* Fires all windows that are due at w->fire_to. FL_MORE: goes on when there is room. */
static int fire(window_agg *w, fl_error *err) {
    const fl_tz *tz = w->base.ctx->tz;
    for (; w->fire_spec < w->plan->n_specs; w->fire_spec++) {
        const fl_window *win = &w->plan->specs[w->fire_spec].window;
        for (;;) {
            if (!w->reading) {
                int64_t end = fl_window_store_next(w->store, w->fire_spec);
                if (end == INT64_MAX || fl_window_fires_at(win, tz, end) > w->fire_to) break;
                fl_window_store_begin(w->store, w->fire_spec, end, w->base.ctx->scratch);
                w->reading = true;
                w->read_end = end;
            }
            int rc = read_window(w, w->fire_spec, err);
            if (rc != FL_DONE) return rc;
            fl_window_store_end(w->store);
            w->reading = false;
        }
        fl_window_store_pass(w->store, w->fire_spec, last_end(w, win, fl_window_clamp(w->fire_to)));
    }
    fl_window_store_expire(w->store);
    w->firing = false;
    w->watermark = w->fire_to;
    set_boundary(w);
    return FL_DONE;
}

static void start_firing(window_agg *w, int64_t to) {
    w->firing = true;
    w->fire_to = to;
    w->fire_spec = 0;
}

/* ---- rows ---- */

FL_CLONES static void time_range(const int64_t *t, fl_rows rows, int64_t *lo, int64_t *hi) {
    int64_t a = t[rows.sel ? rows.sel[0] : 0], z = a;
    if (rows.sel == NULL) {
        for (int k = 0; k < rows.n; k++) {
            a = t[k] < a ? t[k] : a;
            z = t[k] > z ? t[k] : z;
        }
    } else {
        for (int k = 0; k < rows.n; k++) {
            int64_t x = t[rows.sel[k]];
            a = x < a ? x : a;
            z = x > z ? x : z;
        }
    }
    *lo = a;
    *hi = z;
}

static int64_t slice_end(const window_agg *w, int64_t t) {
    return fl_grid_floor(fl_window_clamp(t), w->time->offset, w->slice_size) + w->slice_size;
}

/* Whether some window of the slice has not fired. */
static bool wanted(const window_agg *w, int64_t end) {
    for (int i = 0; i < w->plan->n_specs; i++) {
        int64_t first, last;
        if (fl_window_ends(&w->plan->specs[i].window, end - w->slice_size, end, &first, &last) &&
            last > fl_window_store_fired(w->store, i))
            return true;
    }
    return false;
}

/* Counts rows of a slice as late for each spec whose windows over it have all fired. */
static void count_late(window_agg *w, int64_t end, int rows) {
    for (int i = 0; i < w->plan->n_specs; i++) {
        int64_t first, last;
        if (fl_window_ends(&w->plan->specs[i].window, end - w->slice_size, end, &first, &last) &&
            last <= fl_window_store_fired(w->store, i))
            fl_metric_add(&w->base.metrics.late_rows, rows);
    }
}

static void gather_keys(window_agg *w, const fl_batch *b) {
    for (int i = 0; i < w->plan->n_keys; i++) w->keys[i] = b->cols[w->plan->keys[i]];
}

/* Rows that lie in several slices: late ones are left out. */
static int add_mixed(window_agg *w, const int64_t *t, fl_batch *b, fl_rows rows, fl_error *err) {
    fl_arena *scratch = w->base.ctx->scratch;
    int64_t *ends = fl_arena_alloc(scratch, sizeof *ends * (size_t)rows.n);
    uint16_t *sel = fl_arena_alloc(scratch, sizeof *sel * (size_t)rows.n + 2);
    int64_t end = 0;
    bool want = false;
    int n = 0, run = 0; /* rows in a row that lie in one slice */
    for (int k = 0; k < rows.n; k++, run++) {
        int i = rows.sel ? rows.sel[k] : k;
        if (run == 0 || t[i] >= end || t[i] < end - w->slice_size) {
            count_late(w, end, run);
            end = slice_end(w, t[i]);
            want = wanted(w, end);
            run = 0;
        }
        ends[n] = end;
        sel[n] = (uint16_t)i;
        n += want;
    }
    count_late(w, end, run);
    if (n == 0) return 0;
    return fl_window_store_add_mixed(w->store, ends, w->keys, b->cols, (fl_rows){sel, n}, scratch, err);
}

/* Rows whose time attribute is NULL are in no window: dropped and counted. With watermarks the assigner has failed
 * before. */
static fl_rows without_nulls(window_agg *w, const fl_column *c, fl_rows rows) {
    if (c->valid == NULL) return rows;
    uint16_t *sel = fl_arena_alloc(w->base.ctx->scratch, sizeof *sel * (size_t)rows.n + 2);
    int n = 0;
    for (int k = 0; k < rows.n; k++) {
        int i = rows.sel ? rows.sel[k] : k;
        sel[n] = (uint16_t)i;
        n += !fl_column_is_null(c, i);
    }
    fl_metric_add(&w->base.metrics.late_rows, rows.n - n);
    return (fl_rows){sel, n};
}

/* Adds the selected rows [from, to) of the batch in progress. */
static int add_rows(window_agg *w, int from, int to, fl_error *err) {
    fl_batch *b = w->in;
    fl_task_ctx *ctx = w->base.ctx;
    if (from == to) return 0;
    fl_rows rows = {b->sel ? b->sel + from : NULL, to - from};
    if (b->sel == NULL && from > 0) {
        uint16_t *sel = fl_arena_alloc(ctx->scratch, sizeof *sel * (size_t)rows.n);
        for (int k = 0; k < rows.n; k++) sel[k] = (uint16_t)(from + k);
        rows.sel = sel;
    }
    gather_keys(w, b);
    if (w->time->proctime) {
        int64_t end = slice_end(w, fl_window_local(w->time, ctx->tz, w->watermark + 1));
        return wanted(w, end) ? fl_window_store_add(w->store, end, w->keys, b->cols, rows, ctx->scratch, err) : 0;
    }
    const fl_column *c = b->cols[w->time->time_col];
    const int64_t *t = c->data;
    int64_t lo, hi;
    rows = without_nulls(w, c, rows);
    if (rows.n == 0) return 0;
    if (w->time->attached || (w->time->ltz && !fl_tz_is_utc(ctx->tz))) {
        int64_t *local = fl_arena_alloc(ctx->scratch, sizeof *local * (size_t)b->n);
        for (int k = 0; k < rows.n; k++) {
            int i = rows.sel ? rows.sel[k] : k;
            local[i] = w->time->attached ? fl_window_clamp(t[i]) - 1 : fl_window_local(w->time, ctx->tz, t[i]);
        }
        t = local;
    }
    time_range(t, rows, &lo, &hi);
    int64_t end = slice_end(w, lo);
    if (hi >= end) return add_mixed(w, t, b, rows, err);
    count_late(w, end, rows.n);
    return wanted(w, end) ? fl_window_store_add(w->store, end, w->keys, b->cols, rows, ctx->scratch, err) : 0;
}

/* ---- the hooks: all lead to work ---- */

/* Goes on with what is in progress: firing, then the rest of the batch. */
static int work(window_agg *w, fl_error *err) {
    for (;;) {
        if (w->firing) {
            int rc = fire(w, err);
            if (rc != FL_DONE) return rc;
            if (!w->time->proctime) add_mark(w, w->watermark);
        }
        if (w->in == NULL) break;
        fl_batch *b = w->in;
        int to = b->n_sel;
        bool split = false;
        while (w->mark < b->n_marks && !split) {
            fl_mark m = b->marks[w->mark];
            if (!w->time->proctime && m.watermark >= w->boundary) {
                to = fl_batch_sel_lower(b, m.row + 1);
                split = true;
                break;
            }
            if (!w->time->proctime) w->watermark = FL_MAX(w->watermark, m.watermark);
            add_mark(w, m.watermark);
            w->mark++;
        }
        FL_TRY(add_rows(w, w->at, to, err));
        FL_TRY(fl_agg_failed(w->layout, err));
        w->at = to;
        if (split) {
            start_firing(w, b->marks[w->mark++].watermark);
            continue;
        }
        fl_batch_unref(b);
        w->in = NULL;
    }
    int64_t next = next_firing(w);
    fl_metric_set(&w->base.metrics.next_window, next == INT64_MAX ? next : next + 1);
    if (w->time->proctime) set_timer(w, next);
    for (int i = 0; i < w->plan->n_specs; i++) FL_TRY(fl_results_flush(&w->out[i], &w->base, i, err));
    return FL_DONE;
}

static int window_agg_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    window_agg *w = (window_agg *)op;
    if (b != NULL) {
        w->in = fl_batch_ref(b);
        w->at = w->mark = 0;
        if (w->time->proctime) start_firing(w, FL_MAX(fl_now_ms(op->ctx->pf) - 1, w->watermark));
    }
    return work(w, err);
}

static int window_agg_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    window_agg *w = (window_agg *)op;
    if (w->time->proctime)
        add_mark(w, watermark);
    else if (!w->firing && watermark > w->watermark)
        start_firing(w, watermark);
    return work(w, err);
}

static int window_agg_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    window_agg *w = (window_agg *)op;
    if (!w->firing) start_firing(w, FL_MAX(now_ms - 1, w->watermark));
    return work(w, err);
}

static int window_agg_open(fl_op *op, fl_error *err) {
    (void)err;
    window_agg *w = (window_agg *)op;
    const fl_plan *p = op->plan;
    fl_arena *a = op->ctx->arena;
    w->plan = &p->window_agg;
    w->time = &w->plan->specs[0].window;
    w->layout = fl_agg_layout_new(a, w->plan->calls, w->plan->n_calls, true);
    const fl_schema *in = &fl_plan_out(p->inputs[0])->schema;
    const fl_type **types = FL_NEW_N(a, const fl_type *, w->plan->n_keys);
    for (int i = 0; i < w->plan->n_keys; i++) types[i] = in->fields[w->plan->keys[i]].type;
    w->store = fl_window_store_new(w->layout, w->plan->specs, w->plan->n_specs, types, w->plan->n_keys);
    w->slice_size = fl_window_store_slice_size(w->store);
    w->keys = FL_NEW_N(a, fl_column *, w->plan->n_keys);
    w->out = FL_NEW_N(a, fl_results, w->plan->n_specs);
    w->watermark = w->boundary = FL_WATERMARK_MIN;
    for (int i = 0; i < w->plan->n_specs; i++) fl_results_init(&w->out[i], &p->outputs[i].schema);
    return 0;
}

static void window_agg_close(fl_op *op) {
    window_agg *w = (window_agg *)op;
    for (int i = 0; w->out != NULL && i < w->plan->n_specs; i++) fl_results_deinit(&w->out[i]);
    fl_batch_unref(w->in);
    fl_window_store_free(w->store);
}

static int window_agg_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err) {
    (void)checkpoint;
    window_agg *w = (window_agg *)op;
    fl_buf_put_i64(fl_snapshot_own(s), w->watermark);
    fl_window_store_snapshot(w->store, op->ctx->max_parallelism, s);
    return fl_agg_failed(w->layout, err);
}

static int window_agg_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    window_agg *w = (window_agg *)op;
    fl_str *own = FL_NEW_N(op->ctx->arena, fl_str, r->n_own);
    int64_t watermark = INT64_MAX;
    int n = 0;
    for (int i = 0; i < r->n_own; i++) {
        if (r->n_own == op->ctx->parallelism && i != op->ctx->subtask) continue;
        fl_reader in = fl_reader_make(r->own[i].p, r->own[i].n);
        watermark = FL_MIN(watermark, fl_read_i64(&in));
        if (in.bad) return fl_fail(err, FL_ERR_CHECKPOINT_WATERMARK);
        own[n++] = fl_str_make(in.p, (size_t)(in.end - in.p));
    }
    FL_TRY(fl_window_store_restore(w->store, &(fl_restore){own, n, r->entries, r->n_entries}, err));
    if (r->n_own > 0) {
        w->watermark = watermark;
        if (!w->time->proctime) op->watermark = watermark;
        set_boundary(w);
        if (w->time->proctime) set_timer(w, next_firing(w));
    }
    return 0;
}

static const fl_op_type window_agg_type = {
    .name = "WindowAggregate",
    .open = window_agg_open,
    .batch = window_agg_batch,
    .watermark = window_agg_watermark,
    .timer = window_agg_timer,
    .snapshot = window_agg_snapshot,
    .restore = window_agg_restore,
    .close = window_agg_close,
};
const fl_op_class fl_window_agg_class = {&window_agg_type, sizeof(window_agg)};
