/* SPDX-License-Identifier: Apache-2.0 */
/* test_window_tvf.c -- TUMBLE, HOP and CUMULATE as table functions: each row comes out once for each of its windows, in
 * Flink's order, with its kind; watermarks stand behind all copies of the rows that they follow; no row is late.
 *
 * The model takes rows one by one through Flink's formulas. The texts must be the same, whatever the room of the
 * output.
 */
#define SEED 107
#include "own_arena.h"

#include "keyed.h"

enum { ROUNDS = 150 };

typedef struct query {
    fl_schema in;
    fl_window window;
    keyed_op what;
    fl_plan *plan;
} query;

static query *make_query(fl_window w, const fl_tz *tz) {
    query *q = FL_NEW(&arena, query);
    q->in = rig_rows_schema(&arena, w.ltz);
    q->window = w;
    fl_plan *p = q->plan = fl_plan_new(&arena, FL_PLAN_WINDOW_TVF, 1, 1);
    fl_field fields[RIG_COLS + 3];
    memcpy(fields, q->in.fields, sizeof *fields * RIG_COLS);
    for (int i = 0; i < 3; i++) fields[RIG_COLS + i] = (fl_field){"w", fl_type_of(FL_T_BIGINT, false), NULL};
    p->inputs[0] = fl_plan_ref(rig_input(&arena, &q->in));
    p->tvf = (fl_window_tvf){q->window, NULL, 0};
    fl_plan_set_columns(&arena, &p->outputs[0], fields, RIG_COLS + 3);
    q->what = (keyed_op){&fl_window_tvf_class, p, NULL, 0, tz, false};
    return q;
}

static query *draw_query(int64_t *unit) {
    const fl_tz *tz;
    fl_error err;
    bool zone = draw(4) == 0;
    int64_t a = 1 + draw(6), b = 1 + draw(30);
    assert_int_equal(fl_tz_find(zone ? "Europe/Berlin" : "UTC", &tz, &err), 0);
    *unit = zone ? 1800000 : 1 + draw(20);
    fl_window w = {.kind = (fl_window_kind)draw(3), .time_col = COL_TS, .ltz = zone};
    w.size = (w.kind == FL_WINDOW_CUMULATE ? a * (1 + draw(20)) : b) * *unit;
    w.slide = w.kind == FL_WINDOW_TUMBLE ? w.size : a * *unit;
    w.offset = draw(2) ? 0 : (draw(30) - 15) * *unit / 2;
    return make_query(w, tz);
}

static void log_row(const query *q, const stream *in, int i, fl_buf *log) {
    int64_t ends[64], t = in->row[i][COL_TS];
    int n = windows_of(&q->window, fl_tz_to_local(q->what.tz, t), ends);
    for (int e = 0; e < n; e++) {
        fl_builder b;
        int64_t cumulates = flinks_start(ends[e] - 1, q->window.offset, q->window.size);
        fl_builder_init(&b, &q->plan->outputs[0].schema, 1);
        for (int c = 0; c < RIG_COLS; c++) rig_append(b.cols[c], in->row[i][c]);
        rig_append(b.cols[RIG_COLS], q->window.kind == FL_WINDOW_CUMULATE ? cumulates : ends[e] - q->window.size);
        rig_append(b.cols[RIG_COLS + 1], ends[e]);
        rig_append(b.cols[RIG_COLS + 2], fl_tz_to_utc(q->what.tz, ends[e] - 1));
        fl_builder_end_row(&b, (fl_row_kind)in->kind[i]);
        fl_batch *row = fl_builder_take(&b);
        log_batch(log, row);
        fl_batch_unref(row);
        fl_builder_deinit(&b);
    }
}

/* What comes out of one event, in order; `lost` rows have no time. */
static void log_event(const query *q, const stream *in, int e, fl_buf *log) {
    const fl_batch *b = in->event[e].batch;
    int mark = 0;
    if (b == NULL) {
        log_watermark(log, in->event[e].watermark);
        return;
    }
    for (int k = 0; k < b->n_sel; k++) {
        for (; mark < b->n_marks && b->marks[mark].row < fl_batch_row(b, k); mark++)
            log_watermark(log, b->marks[mark].watermark);
        log_row(q, in, in->event[e].first + k, log);
    }
    for (; mark < b->n_marks; mark++) log_watermark(log, b->marks[mark].watermark);
}

static void each_row_is_in_its_windows_and_in_place(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t unit;
        query *q = draw_query(&unit);
        int64_t start = draw(100) - 50;
        if (q->window.ltz) start = (draw(2) ? 1711846800000 : 1729990800000) - (int64_t)draw(20) * 3600000;
        stream *in = draw_stream(
            &(stream_plan){.schema = &q->in, .start = start, .unit = unit, .kinds = draw(2), .crowd = draw(20) == 0});
        side s;
        fl_buf want;
        fl_buf_init(&want);
        for (int e = 0; e < EVENTS; e++) log_event(q, in, e, &want);
        run_through(&s, &q->what, in, false);
        assert_same_text(last_watermarks(&arena, &s.out[0].log), last_watermarks(&arena, &want));
        fl_buf_deinit(&want);
        side_close(&s);
        stream_free(in);
        fl_arena_reset(&arena);
    }
}

static fl_batch *rows_at(const query *q, const int64_t *times, int n) {
    int64_t *v = FL_NEW_N(&arena, int64_t, n * RIG_COLS);
    for (int i = 0; i < n; i++) {
        v[i * RIG_COLS + COL_K] = i;
        v[i * RIG_COLS + COL_TS] = times[i];
    }
    return rig_batch(&q->in, v, n);
}

/* A row in a thousand windows: what does not fit waits. */
static void many_windows_wait_for_room(void **state) {
    (void)state;
    enum { WINDOWS = 1000, ROWS = 20 };
    side s;
    query *q =
        make_query((fl_window){.kind = FL_WINDOW_HOP, .size = WINDOWS, .slide = 1, .time_col = COL_TS}, fl_tz_utc());
    side_open(&s, &q->what, 0, 1);
    int64_t times[ROWS] = {0};
    fl_batch *b = rows_at(q, times, ROWS);
    for (int i = 4; i < ROWS; i += 5) fl_batch_add_mark(b, i, i);
    s.out[0].room = 1;
    assert_int_equal(fl_chain_batch(s.op, 0, b, &s.r.err), 0);
    fl_batch_unref(b);
    assert_int_equal(fl_chain_watermark(s.op, 0, 50, &s.r.err), 0);
    for (int turns = 1; fl_chain_pending(s.r.chain); turns++) {
        assert_int_equal(s.out[0].batches, turns);
        fl_arena_reset(&s.r.scratch);
        s.out[0].room = 1;
        assert_true(fl_chain_resume(s.r.chain, &s.r.err) >= 0);
    }
    int n;
    char **line = split_log(&arena, &s.out[0].log, false, &n);
    assert_int_equal(n, ROWS * WINDOWS + ROWS / 5 + 1);
    for (int i = 0; i < ROWS / 5; i++)
        assert_string_equal(line[(i + 1) * (5 * WINDOWS + 1) - 1], fl_arena_printf(&arena, "W %d", i * 5 + 4));
    assert_string_equal(line[n - 1], "W 50");
    side_close(&s);
}

static void a_row_without_a_time_is_in_no_window(void **state) {
    (void)state;
    side s;
    query *q =
        make_query((fl_window){.kind = FL_WINDOW_TUMBLE, .size = 10, .slide = 10, .time_col = COL_TS}, fl_tz_utc());
    side_open(&s, &q->what, 0, 1);
    fl_batch *b = rows_at(q, (int64_t[]){NIL, 5, NIL}, 3);
    fl_batch_add_mark(b, 0, 1);
    fl_batch_add_mark(b, 2, 2);
    assert_int_equal(fl_chain_batch(s.op, 0, b, &s.r.err), 0);
    assert_tap(&s.out[0], "W 1\n+I[1, the text of number 0, 0, 0.0, false, the text of number 0, "
                          "1970-01-01T00:00:00.005, 0, 10, 9]\nW 2\n");
    assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 2);
    fl_batch_unref(b);
    b = rows_at(q, (int64_t[]){INT64_MAX, INT64_MIN + 1}, 2);
    assert_int_equal(fl_chain_batch(s.op, 0, b, &s.r.err), 0);
    fl_batch_unref(b);
    side_close(&s);
}

static void the_clock_is_the_time_in_processing_time(void **state) {
    (void)state;
    side s;
    fl_window w = {.kind = FL_WINDOW_CUMULATE, .size = 30, .slide = 10, .time_col = -1, .proctime = true, .ltz = true};
    query *q = make_query(w, fl_tz_utc());
    side_open(&s, &q->what, 0, 1);
    fl_sim_set_clock_ms(s.r.pf, 1015);
    fl_batch *b = rows_at(q, (int64_t[]){NIL}, 1);
    assert_int_equal(fl_chain_batch(s.op, 0, b, &s.r.err), 0);
    fl_batch_unref(b);
    int n;
    char **line = split_log(&arena, &s.out[0].log, true, &n);
    assert_int_equal(n, 1); /* [990, 1020) */
    assert_string_equal(strstr(line[0], "null, 990"), "null, 990, 1020, 1019]");
    side_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_row_is_in_its_windows_and_in_place),
        TEST(many_windows_wait_for_room),
        TEST(a_row_without_a_time_is_in_no_window),
        TEST(the_clock_is_the_time_in_processing_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
