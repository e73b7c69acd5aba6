/* SPDX-License-Identifier: Apache-2.0 */
/* keyed.h -- keyed operators under random streams: rows with all kinds of columns, results computed the slow way, and
 * an operator that runs through, is restored on the way, or is dealt out to another number of subtasks.
 */
#ifndef FL_TESTS_UNIT_KEYED_H
#define FL_TESTS_UNIT_KEYED_H

#include "rig.h"

#include "exec/ops.h"
#include "exec/window.h"
#include "state/keytab.h"

/* ---- rows for aggregates, and results computed the slow way ---- */

enum { COL_K, COL_NAME, COL_V, COL_D, COL_PASSES, COL_S, COL_TS, RIG_COLS };

/* k BIGINT, name STRING, v INT, d DOUBLE, passes BOOLEAN, s STRING, ts TIMESTAMP(3) */
static inline fl_schema rig_rows_schema(fl_arena *a, bool ltz) {
    fl_field fields[RIG_COLS] = {
        [COL_K] = {"k", fl_type_of(FL_T_BIGINT, true), NULL},
        [COL_NAME] = {"name", fl_type_string(true), NULL},
        [COL_V] = {"v", fl_type_of(FL_T_INT, true), NULL},
        [COL_D] = {"d", fl_type_of(FL_T_DOUBLE, true), NULL},
        [COL_PASSES] = {"passes", fl_type_of(FL_T_BOOLEAN, true), NULL},
        [COL_S] = {"s", fl_type_string(true), NULL},
        [COL_TS] = {"ts", fl_type_time(a, ltz ? FL_T_TIMESTAMP_LTZ : FL_T_TIMESTAMP, 3, true), NULL}};
    fl_field *copy = FL_NEW_N(a, fl_field, RIG_COLS);
    memcpy(copy, fields, sizeof fields);
    return (fl_schema){RIG_COLS, copy};
}

static inline int64_t draw_or_nil(int below) { return draw(8) ? draw(below) : NIL; }

static inline void draw_row(int64_t row[RIG_COLS], int n_keys, int64_t t) {
    row[COL_K] = draw_or_nil(n_keys);
    row[COL_NAME] = draw_or_nil(3);
    row[COL_V] = draw(5) ? draw_or_nil(20) : -draw(1000);
    row[COL_D] = draw_or_nil(100);
    row[COL_PASSES] = draw_or_nil(2);
    row[COL_S] = draw_or_nil(30);
    row[COL_TS] = t;
}

/* Some calls on those columns; `exact` leaves out sums of DOUBLE. */
static inline int draw_agg_calls(fl_arena *a, fl_agg_call *calls, int max, const fl_schema *s, bool exact) {
    static const struct {
        const char *name;
        int arg;
        bool distinct;
    } some[] = {{"COUNT", -1, false},   {"COUNT", COL_V, false}, {"SUM", COL_V, false}, {"AVG", COL_V, false},
                {"MIN", COL_V, false},  {"MAX", COL_V, false},   {"MAX", COL_S, false}, {"MIN", COL_S, false},
                {"COUNT", COL_S, true}, {"SUM", COL_V, true},    {"MAX", COL_D, false}, {"SUM", COL_D, false},
                {"AVG", COL_D, false}};
    int n = 1 + draw(max);
    for (int i = 0; i < n; i++) {
        int k = draw((int)FL_ARRAY_LEN(some) - (exact ? 2 : 0));
        const fl_type *t = some[k].arg < 0 ? NULL : s->fields[some[k].arg].type;
        bool ok = rig_call(a, &calls[i], some[k].name, some[k].arg, t, some[k].distinct, draw(5) ? -1 : COL_PASSES);
        assert_true(ok);
    }
    return n;
}

static inline int text_order(int64_t x, int64_t y) {
    fl_column *c = fl_column_new(fl_type_string(true), 2);
    rig_append(c, x);
    rig_append(c, y);
    int order = fl_str_cmp(fl_column_str(c, 0), fl_column_str(c, 1));
    fl_column_unref(c);
    return order;
}

/* What a call gives for rows[0..n) of v. */
static inline void append_slow_result(fl_column *out, const fl_agg_call *call, const int64_t (*v)[RIG_COLS],
                                      const int *rows, int n) {
    int64_t count = 0, sum = 0, least = NIL, greatest = NIL;
    for (int i = 0; i < n; i++) {
        int64_t x = rig_arg(call) < 0 ? 1 : v[rows[i]][rig_arg(call)];
        if (x == NIL || (call->filter >= 0 && v[rows[i]][call->filter] != 1)) continue;
        bool seen = false;
        for (int k = 0; call->distinct && k < i && !seen; k++)
            seen = v[rows[k]][rig_arg(call)] == x && (call->filter < 0 || v[rows[k]][call->filter] == 1);
        if (seen) continue;
        count++;
        sum += x;
        bool text = rig_arg(call) == COL_S;
        if (least == NIL || (text ? text_order(x, least) < 0 : x < least)) least = x;
        if (greatest == NIL || (text ? text_order(x, greatest) > 0 : x > greatest)) greatest = x;
    }
    bool average = strcmp(call->fn->name, "AVG") == 0;
    if (strcmp(call->fn->name, "COUNT") == 0)
        fl_column_append_i64(out, count);
    else if (count == 0)
        fl_column_append_null(out);
    else if (rig_arg(call) == COL_D && (average || strcmp(call->fn->name, "SUM") == 0))
        fl_column_append_f64(out, average ? (double)sum / 8 / (double)count : (double)sum / 8);
    else if (average)
        rig_append(out, sum / count);
    else if (strcmp(call->fn->name, "SUM") == 0)
        rig_append(out, sum);
    else
        rig_append(out, strcmp(call->fn->name, "MIN") == 0 ? least : greatest);
}

/* ---- windows by Flink's formulas ---- */

static inline int64_t flinks_start(int64_t t, int64_t offset, int64_t size) {
    int64_t r = (t - offset) % size;
    return r < 0 ? t - (r + size) : t - r;
}

/* Ends of the windows of a row at local time t. */
static inline int windows_of(const fl_window *w, int64_t t, int64_t *ends) {
    int n = 0;
    if (w->kind == FL_WINDOW_CUMULATE) {
        int64_t start = flinks_start(t, w->offset, w->size);
        for (int64_t end = start + w->slide; end <= start + w->size; end += w->slide)
            if (end > t) ends[n++] = end;
        return n;
    }
    for (int64_t start = flinks_start(t, w->offset, w->slide); start > t - w->size; start -= w->slide)
        ends[n++] = start + w->size;
    return n;
}

/* ---- streams ---- */

enum { EVENTS = 40, BATCH_ROWS = 12, CROWD_ROWS = 300, STREAM_ROWS_MAX = EVENTS * CROWD_ROWS };

/* All rows that count, with their kinds and the watermark that each met; and the events that bring them. */
typedef struct stream {
    int64_t row[STREAM_ROWS_MAX][RIG_COLS], met[STREAM_ROWS_MAX];
    uint8_t kind[STREAM_ROWS_MAX];
    int n_rows;
    struct {
        fl_batch *batch;   /* NULL: a watermark by itself */
        int64_t watermark; /* behind the event */
        int first, end;    /* rows of the batch */
    } event[EVENTS];
} stream;

/* What a stream is drawn from. */
typedef struct stream_plan {
    const fl_schema *schema;
    int64_t start, unit; /* ms: of the first row, and of the distances between rows and windows */
    bool kinds;          /* not only inserts */
    bool crowd;          /* many rows in a batch, and keys that come and go by the thousand */
} stream_plan;

static inline int64_t draw_below(int64_t n) { return (int64_t)(draw_u64() % (uint64_t)n); }

/* One batch: rows of which some do not count, with watermarks behind some of them. */
static inline void draw_event_rows(const stream_plan *p, stream *in, int e, int64_t *now, int64_t *watermark,
                                   int64_t pace, int64_t jitter, int n_keys) {
    int n = draw(p->crowd ? CROWD_ROWS + 1 : BATCH_ROWS + 1), first = in->n_rows, n_sel = 0;
    int64_t marks[CROWD_ROWS];
    uint16_t sel[CROWD_ROWS];
    uint8_t kinds[CROWD_ROWS];
    for (int i = 0; i < n; i++) {
        int64_t *row = in->row[first + i];
        *now += draw(p->crowd ? 100 : 4) ? 0 : draw_below(pace);
        draw_row(row, n_keys, *now - (draw(2) ? 0 : draw_below(jitter)));
        if (p->crowd && row[COL_K] != NIL) row[COL_K] += 500 * e;
        kinds[i] = p->kinds ? (uint8_t)draw(4) : FL_INSERT;
        in->met[first + i] = *watermark;
        marks[i] = FL_WATERMARK_MIN;
        if (draw(8)) sel[n_sel++] = (uint16_t)i;
        if (draw(p->crowd ? 100 : 6) == 0) marks[i] = *watermark = FL_MAX(*watermark + 1, *now - draw_below(pace));
    }
    fl_batch *b = in->event[e].batch = rig_batch(p->schema, in->row[first], n);
    for (int i = 0; i < n; i++)
        if (marks[i] != FL_WATERMARK_MIN) fl_batch_add_mark(b, i, marks[i]);
    if (p->kinds && n > 0) memcpy(fl_batch_need_kinds(b), kinds, (size_t)n);
    if (n_sel < n) {
        memcpy(fl_batch_need_sel(b), sel, sizeof *sel * (size_t)n_sel);
        b->n_sel = n_sel;
    }
    for (int k = 0; k < b->n_sel; k++) { /* rows that do not count are not rows */
        int i = fl_batch_row(b, k);
        memmove(in->row[first + k], in->row[first + i], sizeof in->row[0]);
        in->met[first + k] = in->met[first + i];
        in->kind[first + k] = kinds[i];
    }
    in->n_rows += b->n_sel;
}

/* Owned by the caller, see stream_free. */
static inline stream *draw_stream(const stream_plan *p) {
    stream *in = fl_calloc(1, sizeof *in);
    int64_t now = p->start, watermark = FL_WATERMARK_MIN, pace = p->unit * (1 + draw(6)),
            jitter = p->unit * (1 + draw(30));
    int n_keys = p->crowd ? 1000 : 1 + draw(12);
    for (int e = 0; e < EVENTS; e++) {
        in->event[e].first = in->n_rows;
        if (draw(4) > 0) {
            draw_event_rows(p, in, e, &now, &watermark, pace, jitter, n_keys);
        } else {
            watermark = FL_MAX(watermark + 1, now - draw_below(jitter));
            if (draw(8) == 0) now = watermark += p->unit * draw(60); /* a pause */
        }
        in->event[e].end = in->n_rows;
        in->event[e].watermark = watermark;
    }
    return in;
}

static inline void stream_free(stream *in) {
    for (int e = 0; e < EVENTS; e++) fl_batch_unref(in->event[e].batch);
    free(in);
}

static inline int64_t stream_end(const stream *in) { return in->event[EVENTS - 1].watermark; }

/* ---- running an operator over a stream ---- */

enum { SIDES_MAX = 4, OUTPUTS_MAX = 3 };

/* What is run, and the columns by which its rows are dealt out. */
typedef struct keyed_op {
    const fl_op_class *class;
    const fl_plan *plan;
    const int *keys;
    int n_keys;
    const fl_tz *tz;
    bool batch_mode;
} keyed_op;

/* One subtask. */
typedef struct side {
    const keyed_op *what;
    rig r;
    fl_op *op;
    tap out[OUTPUTS_MAX];
} side;

static inline void side_open(side *s, const keyed_op *what, int subtask, int parallelism) {
    rig_init(&s->r);
    s->what = what;
    s->r.ctx.tz = what->tz;
    s->r.ctx.batch_mode = what->batch_mode;
    s->r.ctx.subtask = subtask;
    s->r.ctx.parallelism = parallelism;
    s->op = fl_chain_add(s->r.chain, what->class->type, what->class->size, what->plan, 0, 1, what->plan->n_outputs);
    for (int i = 0; i < what->plan->n_outputs; i++) {
        tap_init(&s->out[i]);
        fl_chain_connect_port(s->op, i, &s->out[i].port);
    }
    assert_int_equal(fl_chain_open(s->r.chain, &s->r.err), 0);
}

static inline void side_close(side *s) {
    for (int i = 0; i < s->what->plan->n_outputs; i++) tap_deinit(&s->out[i]);
    rig_deinit(&s->r);
}

/* The rows of a batch that belong to a subtask. Owned by the caller. */
static inline fl_batch *part_of(side *s, fl_batch *b) {
    fl_column *keys[RIG_COLS];
    uint64_t hashes[CROWD_ROWS];
    uint16_t sel[CROWD_ROWS];
    fl_batch *part = fl_batch_copy(b);
    int n = 0, max = s->r.ctx.max_parallelism;
    for (int i = 0; i < s->what->n_keys; i++) keys[i] = b->cols[s->what->keys[i]];
    assert_int_equal(
        fl_key_hashes(keys, s->what->n_keys, (fl_rows){b->sel, b->n_sel}, hashes, &s->r.scratch, &s->r.err), 0);
    for (int k = 0; k < b->n_sel; k++)
        if (fl_key_group_subtask(fl_key_group(hashes[k], max), max, s->r.ctx.parallelism) == s->r.ctx.subtask)
            sel[n++] = (uint16_t)fl_batch_row(b, k);
    if (n < b->n_sel) {
        memcpy(fl_batch_need_sel(part), sel, sizeof *sel * (size_t)n);
        part->n_sel = n;
    }
    return part;
}

static inline void side_feed(side *s, const stream *in, int e) {
    if (in->event[e].batch != NULL) {
        fl_batch *part = part_of(s, in->event[e].batch);
        assert_int_equal(fl_chain_batch(s->op, 0, part, &s->r.err), 0);
        fl_batch_unref(part);
    } else {
        assert_int_equal(fl_chain_watermark(s->op, 0, in->event[e].watermark, &s->r.err), 0);
    }
    assert_false(fl_chain_pending(s->r.chain));
    fl_arena_reset(&s->r.scratch);
}

/* All events through one subtask; `to_the_end`: and a watermark MAX. */
static inline void run_through(side *s, const keyed_op *what, const stream *in, bool to_the_end) {
    side_open(s, what, 0, 1);
    for (int e = 0; e < EVENTS; e++) side_feed(s, in, e);
    if (to_the_end) assert_int_equal(fl_chain_watermark(s->op, 0, FL_WATERMARK_MAX, &s->r.err), 0);
}

static inline void take_logs(side *s, fl_buf *logs) {
    for (int o = 0; o < s->what->plan->n_outputs; o++) fl_buf_put(&logs[o], s->out[o].log.p, s->out[o].log.n);
    side_close(s);
}

/* The same, but at random places all subtasks are saved, and restored by as many or, with `rescale`, by another number
 * of them. What they said is gathered in logs by output. */
static inline void run_restored(const keyed_op *what, const stream *in, bool rescale, fl_buf *logs) {
    side sides[SIDES_MAX];
    fl_arena saved;
    fl_arena_init(&saved);
    int most = rescale && what->n_keys > 0 ? SIDES_MAX : 1, n = 1 + draw(most);
    for (int i = 0; i < n; i++) side_open(&sides[i], what, i, n);
    for (int e = 0; e < EVENTS; e++) {
        for (int i = 0; i < n; i++) side_feed(&sides[i], in, e);
        if (draw(5)) continue;
        fl_str blobs[SIDES_MAX];
        int then = n;
        for (int i = 0; i < n; i++) {
            blobs[i] = rig_snapshot(&saved, sides[i].op);
            take_logs(&sides[i], logs);
        }
        n = draw(2) ? then : 1 + draw(most);
        for (int i = 0; i < n; i++) {
            side_open(&sides[i], what, i, n);
            assert_int_equal(rig_restore(sides[i].op, blobs, then, &sides[i].r.err), 0);
        }
    }
    for (int i = 0; i < n; i++) take_logs(&sides[i], logs);
    fl_arena_deinit(&saved);
}

/* A restored operator says exactly what one says that ran through; several subtasks say the same rows. */
static inline void assert_restores(const keyed_op *what, const stream *in, bool rescale) {
    side s;
    fl_buf logs[OUTPUTS_MAX] = {{0}};
    run_through(&s, what, in, false);
    run_restored(what, in, rescale, logs);
    for (int o = 0; o < what->plan->n_outputs; o++) {
        if (rescale)
            assert_same_rows(&logs[o], &s.out[o].log);
        else
            assert_same_text(fl_buf_cstr(&logs[o]), fl_buf_cstr(&s.out[o].log));
        fl_buf_deinit(&logs[o]);
    }
    side_close(&s);
}

#endif
