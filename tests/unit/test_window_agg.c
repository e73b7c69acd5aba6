/* SPDX-License-Identifier: Apache-2.0 */
/* test_window_agg.c -- windows fire at the right watermark with the right rows, whatever the sizes of windows and
 * batches.
 *
 * The model keeps all rows, puts each into its windows by Flink's formulas, and computes every window that fires from
 * the list of its rows. Random windows (TUMBLE, HOP also with a remainder or a gap, CUMULATE; offsets; a zone with
 * daylight saving), up to three in one operator; random rows, late ones too, random watermarks as events and as marks.
 * Where the output stands is checked as well: a window's rows lie between the watermark before its end and the one that
 * reached it. An operator that is saved and restored on the way says the same, also with its keys dealt out to more
 * subtasks or fewer.
 */
#define SEED 59
#include "own_arena.h"

#include "keyed.h"

enum { ROUNDS = 80, SPECS_MAX = OUTPUTS_MAX, CALLS_MAX = 4, KEYS_MAX = 2 };

/* ---- the query and its input ---- */

typedef struct query {
    fl_schema in;
    fl_agg_call calls[CALLS_MAX];
    fl_window_spec specs[SPECS_MAX];
    int keys[KEYS_MAX];
    fl_plan *plan;
    keyed_op what;
    int64_t unit; /* of sizes, ms */
} query;

static void draw_window(query *q, fl_window *w, int64_t offset) {
    int64_t a = 1 + draw(6), b = 1 + draw(12);
    w->kind = (fl_window_kind)draw(3);
    w->size = w->kind == FL_WINDOW_CUMULATE ? a * (1 + draw(6)) : b;
    w->slide = w->kind == FL_WINDOW_TUMBLE ? w->size : a;
    w->size *= q->unit;
    w->slide *= q->unit;
    w->offset = offset;
    w->time_col = COL_TS;
    w->ltz = !fl_tz_is_utc(q->what.tz);
}

/* The plan of keys, calls and specs. */
static void finish_query(query *q, int n_keys, int n_calls, int n_specs) {
    static const fl_window_prop props[] = {FL_PROP_START, FL_PROP_END};
    fl_plan *p = q->plan = fl_plan_new(&arena, FL_PLAN_WINDOW_AGG, 1, n_specs);
    p->inputs[0] = fl_plan_ref(rig_input(&arena, &q->in));
    q->what = (keyed_op){&fl_window_agg_class, p, q->keys, n_keys, q->what.tz, false};
    p->window_agg = (fl_window_agg){q->keys, n_keys, q->calls, n_calls, q->specs, n_specs};
    fl_field fields[KEYS_MAX + CALLS_MAX + 2];
    int n = 0;
    for (int i = 0; i < n_keys; i++) fields[n++] = q->in.fields[q->keys[i]];
    for (int i = 0; i < n_calls; i++) fields[n++] = (fl_field){"x", q->calls[i].type, NULL};
    for (int i = 0; i < 2; i++) fields[n++] = (fl_field){"w", fl_type_of(FL_T_BIGINT, false), NULL}; /* prints as ms */
    for (int i = 0; i < n_specs; i++) {
        fl_plan_set_columns(&arena, &p->outputs[i], fields, n);
        q->specs[i].props = props;
        q->specs[i].n_props = 2;
    }
}

static query *draw_query(void) {
    query *q = FL_NEW(&arena, query);
    fl_error err;
    bool zone = draw(4) == 0;
    assert_int_equal(fl_tz_find(zone ? "Europe/Berlin" : "UTC", &q->what.tz, &err), 0);
    q->unit = zone ? 1800000 : 1 + draw(20);
    q->in = rig_rows_schema(&arena, zone);
    int n_keys = draw(KEYS_MAX + 1), n_specs = 1 + draw(SPECS_MAX);
    int n_calls = draw_agg_calls(&arena, q->calls, CALLS_MAX, &q->in, draw(3));
    for (int i = 0; i < n_keys; i++) q->keys[i] = i == 0 && draw(2) ? COL_NAME : COL_K;
    int64_t offset = draw(2) ? 0 : draw(30) * q->unit / 2 - 6 * q->unit;
    for (int i = 0; i < n_specs; i++) draw_window(q, &q->specs[i].window, offset);
    finish_query(q, n_keys, n_calls, n_specs);
    return q;
}

/* SELECT k, COUNT(*), window_start, window_end … GROUP BY k and this window. */
static query *count_by_key(fl_window w) {
    query *q = FL_NEW(&arena, query);
    q->what.tz = fl_tz_utc();
    q->in = rig_rows_schema(&arena, w.ltz);
    q->keys[0] = COL_K;
    q->specs[0].window = w;
    q->specs[0].window.time_col = w.proctime ? -1 : COL_TS;
    assert_true(rig_call(&arena, &q->calls[0], "COUNT", -1, NULL, false, -1));
    finish_query(q, 1, 1, 1);
    return q;
}

/* Before and after the end of March 2024 in Berlin, or around the epoch. */
static stream *draw_input(const query *q) {
    int64_t start = draw(100) - 50;
    if (!fl_tz_is_utc(q->what.tz)) start = (draw(2) ? 1711846800000 : 1729990800000) - (int64_t)draw(20) * 3600000;
    return draw_stream(&(stream_plan){.schema = &q->in, .start = start, .unit = q->unit, .crowd = draw(10) == 0});
}

/* ---- the model ---- */

static int64_t fires_at(const query *q, int64_t end) { return fl_tz_timer_to_utc(q->what.tz, end - 1); }

typedef struct pane {
    int64_t end;
    int first; /* a row with its key */
    int *rows, n, cap;
    struct pane *next;
} pane;

static bool same_key(const query *q, const int64_t *a, const int64_t *b) {
    for (int i = 0; i < q->plan->window_agg.n_keys; i++)
        if (a[q->keys[i]] != b[q->keys[i]]) return false;
    return true;
}

static void log_rows(fl_buf *log, fl_builder *b) {
    fl_batch *rows = fl_builder_take(b);
    if (rows != NULL) log_batch(log, rows);
    fl_batch_unref(rows);
}

/* The rows that output `spec` has when the watermark has come to `last`, in no order; counts late ones. */
static void slow_windows(const query *q, const stream *in, int spec, int64_t last, fl_buf *log, int64_t *late) {
    enum { BUCKETS = 1024, ENDS_MAX = 64 };
    const fl_window *w = &q->specs[spec].window;
    const fl_schema *out = &q->plan->outputs[spec].schema;
    pane *buckets[BUCKETS] = {NULL};
    fl_builder b;
    fl_builder_init(&b, out, FL_BATCH_ROWS);
    for (int i = 0; i < in->n_rows; i++) {
        int64_t ends[ENDS_MAX];
        int n = windows_of(w, fl_tz_to_local(q->what.tz, in->row[i][COL_TS]), ends), in_time = 0;
        for (int e = 0; e < n; e++) {
            if (in->met[i] >= fires_at(q, ends[e])) continue; /* fired before the row came */
            in_time++;
            pane **at = &buckets[fl_hash_u64((uint64_t)ends[e]) % BUCKETS], *p = *at;
            while (p != NULL && (p->end != ends[e] || !same_key(q, in->row[p->first], in->row[i]))) p = p->next;
            if (p == NULL) {
                p = FL_NEW(&arena, pane);
                *p = (pane){.end = ends[e], .first = i, .next = *at};
                *at = p;
            }
            FL_PUSH(&arena, p->rows, p->n, p->cap, i);
        }
        *late += n > 0 && in_time == 0;
    }
    for (int k = 0; k < BUCKETS; k++)
        for (const pane *p = buckets[k]; p != NULL; p = p->next) {
            int c = 0;
            if (fires_at(q, p->end) > last) continue;
            for (int i = 0; i < q->plan->window_agg.n_keys; i++) rig_append(b.cols[c++], in->row[p->first][q->keys[i]]);
            for (int i = 0; i < q->plan->window_agg.n_calls; i++)
                append_slow_result(b.cols[c++], &q->calls[i], (const int64_t(*)[RIG_COLS])in->row, p->rows, p->n);
            rig_append(b.cols[c++],
                       w->kind == FL_WINDOW_CUMULATE ? flinks_start(p->end - 1, w->offset, w->size) : p->end - w->size);
            rig_append(b.cols[c++], p->end);
            fl_builder_end_row(&b, FL_INSERT);
            if (fl_builder_full(&b)) log_rows(log, &b);
        }
    log_rows(log, &b);
    fl_builder_deinit(&b);
}

/* Each row stands between the watermark before its window fires and one at or after it; in a stretch, ends grow. */
static void assert_places(const query *q, const fl_buf *log, int64_t last) {
    fl_arena a;
    int n;
    fl_arena_init(&a);
    char **lines = split_log(&a, log, false, &n);
    int64_t before = FL_WATERMARK_MIN, end = INT64_MIN, least = INT64_MAX;
    for (int i = 0; i < n; i++) {
        if (lines[i][0] == 'W') {
            int64_t watermark = strcmp(lines[i], "W MAX") == 0 ? FL_WATERMARK_MAX : atoll(lines[i] + 2);
            assert_true(watermark > before);
            if (end != INT64_MIN && (before >= least || fires_at(q, end) > watermark))
                fail_msg("a window at the wrong watermark");
            before = watermark;
            end = INT64_MIN;
            least = INT64_MAX;
        } else {
            int64_t its = atoll(strrchr(lines[i], ' '));
            assert_true(its >= end);
            end = its;
            least = FL_MIN(least, fires_at(q, its));
        }
    }
    assert_int_equal(end, INT64_MIN); /* no rows without a watermark behind them */
    assert_int_equal(before, last);
    fl_arena_deinit(&a);
}

static void windows_have_the_rows_of_the_model(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS * 2; round++) {
        query *q = draw_query();
        stream *in = draw_input(q);
        side s;
        bool to_the_end = draw(2);
        int64_t last = to_the_end ? FL_WATERMARK_MAX : stream_end(in), late = 0;
        run_through(&s, &q->what, in, to_the_end);
        for (int o = 0; o < q->plan->n_outputs; o++) {
            fl_buf want;
            fl_buf_init(&want);
            slow_windows(q, in, o, last, &want, &late);
            assert_same_rows(&s.out[o].log, &want);
            assert_places(q, &s.out[o].log, last);
            fl_buf_deinit(&want);
        }
        assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), late);
        side_close(&s);
        stream_free(in);
        fl_arena_reset(&arena);
    }
}

static void a_restored_operator_goes_on_as_if_nothing_had_happened(void **state) {
    (void)state;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        query *q = draw_query();
        stream *in = draw_input(q);
        assert_restores(&q->what, in, round % 2);
        stream_free(in);
        fl_arena_reset(&arena);
    }
}

/* ---- single cases ---- */

/* Rows of key k at these times. */
static void feed_rows(side *s, const query *q, int64_t k, const int64_t *times, int n) {
    int64_t v[16][RIG_COLS];
    for (int i = 0; i < n; i++) {
        draw_row(v[i], 1, times[i]);
        v[i][COL_K] = k;
    }
    fl_batch *b = rig_batch(&q->in, v[0], n);
    assert_int_equal(fl_chain_batch(s->op, 0, b, &s->r.err), 0);
    fl_batch_unref(b);
}
#define FEED(k, ...)     feed_rows(&s, q, k, (int64_t[]){__VA_ARGS__}, (int)FL_ARRAY_LEN(((int64_t[]){__VA_ARGS__})))
#define REACH(watermark) assert_int_equal(fl_chain_watermark(s.op, 0, watermark, &s.r.err), 0)

static void a_row_is_late_when_its_last_window_has_fired(void **state) {
    (void)state;
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_TUMBLE, .size = 10, .slide = 10});
    side_open(&s, &q->what, 0, 1);
    FEED(1, 3);
    REACH(8);
    FEED(1, 2, 7); /* behind the watermark, but their window is open */
    REACH(9);
    assert_tap(&s.out[0], "W 8\n+I[1, 3, 0, 10]\nW 9\n");
    FEED(1, 9, 10);
    assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 1);
    REACH(FL_WATERMARK_MAX);
    assert_tap(&s.out[0], "+I[1, 1, 10, 20]\nW MAX\n");
    side_close(&s);
}

static void a_sliding_row_counts_in_the_windows_that_are_still_open(void **state) {
    (void)state;
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_HOP, .size = 20, .slide = 10});
    side_open(&s, &q->what, 0, 1);
    FEED(1, 12);
    REACH(19);
    assert_tap(&s.out[0], "+I[1, 1, 0, 20]\nW 19\n");
    FEED(1, 13);
    FEED(1, 9); /* its last window was [0, 20) */
    assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 1);
    REACH(40);
    assert_tap(&s.out[0], "+I[1, 2, 10, 30]\nW 40\n");
    side_close(&s);
}

static void a_growing_window_repeats_itself_at_every_step(void **state) {
    (void)state;
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_CUMULATE, .size = 30, .slide = 10});
    side_open(&s, &q->what, 0, 1);
    FEED(1, 2);
    REACH(29);
    assert_tap(&s.out[0], "+I[1, 1, 0, 10]\n+I[1, 1, 0, 20]\n+I[1, 1, 0, 30]\nW 29\n");
    FEED(2, 45);
    REACH(60);
    assert_tap(&s.out[0], "+I[2, 1, 30, 50]\n+I[2, 1, 30, 60]\nW 60\n");
    side_close(&s);
}

static void rows_between_windows_are_in_none_and_not_late(void **state) {
    (void)state;
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_HOP, .size = 5, .slide = 20});
    side_open(&s, &q->what, 0, 1);
    FEED(1, 4, 5, 19, 20);
    REACH(100);
    assert_tap(&s.out[0], "+I[1, 1, 0, 5]\n+I[1, 1, 20, 25]\nW 100\n");
    assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 0);
    side_close(&s);
}

static void times_at_the_ends_of_the_numbers_do_no_harm(void **state) {
    (void)state;
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_HOP, .size = 50, .slide = 10, .offset = 3});
    side_open(&s, &q->what, 0, 1);
    FEED(1, INT64_MAX, INT64_MIN + 1, INT64_MAX - 1, 5);
    REACH(FL_WATERMARK_MIN + 1);
    REACH(100);
    assert_non_null(strstr(fl_buf_cstr(&s.out[0].log), "+I[1, 1, 3, 53]"));
    REACH(FL_WATERMARK_MAX);
    side_close(&s);
}

static void rows_without_a_time_are_counted_and_left_out(void **state) {
    (void)state;
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_TUMBLE, .size = 10, .slide = 10});
    side_open(&s, &q->what, 0, 1);
    FEED(1, 3, NIL, 4);
    FEED(1, NIL);
    REACH(9);
    assert_tap(&s.out[0], "+I[1, 2, 0, 10]\nW 9\n");
    assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 2);
    side_close(&s);
}

/* A million keys would be in memory twice if a firing did not wait for room. */
static void a_firing_of_many_keys_waits_for_room(void **state) {
    (void)state;
    enum { KEYS = 20000 };
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_TUMBLE, .size = 10, .slide = 10});
    side_open(&s, &q->what, 0, 1);
    for (int64_t k = 0; k < KEYS; k++) FEED(k, 3);
    fl_arena_reset(&s.r.scratch);
    s.out[0].room = 1;
    REACH(9);
    assert_true(fl_chain_pending(s.r.chain));
    REACH(19); /* waits behind it */
    for (int turns = 0; fl_chain_pending(s.r.chain); turns++) {
        assert_true(turns < 10);
        assert_true(s.out[0].batches <= turns + 2);
        s.out[0].room = 1;
        assert_true(fl_chain_resume(s.r.chain, &s.r.err) >= 0);
    }
    fl_arena a;
    int n;
    fl_arena_init(&a);
    char **lines = split_log(&a, &s.out[0].log, false, &n);
    assert_int_equal(n, KEYS + 2);
    for (int k = 0; k < KEYS; k++) assert_string_equal(lines[k], fl_arena_printf(&a, "+I[%d, 1, 0, 10]", k));
    assert_string_equal(lines[KEYS], "W 9");
    assert_string_equal(lines[KEYS + 1], "W 19");
    fl_arena_deinit(&a);
    side_close(&s);
}

static void the_clock_fires_windows_in_processing_time(void **state) {
    (void)state;
    side s;
    query *q =
        count_by_key((fl_window){.kind = FL_WINDOW_TUMBLE, .size = 10, .slide = 10, .ltz = true, .proctime = true});
    side_open(&s, &q->what, 0, 1);
    fl_sim_set_clock_ms(s.r.pf, 1003);
    FEED(1, NIL, NIL);
    assert_int_equal(s.op->timer_ms, 1010);
    fl_sim_set_clock_ms(s.r.pf, 1009); /* the last millisecond of the window is still its own */
    FEED(1, NIL);
    REACH(77); /* says nothing here, and goes on */
    assert_tap(&s.out[0], "W 77\n");
    fl_sim_set_clock_ms(s.r.pf, 1010);
    assert_int_equal(fl_chain_timers(s.r.chain, 1010, &s.r.err), 0);
    assert_tap(&s.out[0], "+I[1, 3, 1000, 1010]\n");
    assert_int_equal(s.op->timer_ms, INT64_MAX);
    FEED(2, NIL);
    fl_sim_set_clock_ms(s.r.pf, 1035); /* no timer in between: the next row sees that it is time */
    FEED(2, NIL);
    assert_tap(&s.out[0], "+I[2, 1, 1010, 1020]\n");
    assert_int_equal(fl_metric_get(&s.op->metrics.next_window), 1040);
    fl_str state_bytes = rig_snapshot(&arena, s.op);
    side_close(&s);
    side_open(&s, &q->what, 0, 1);
    assert_int_equal(rig_restore(s.op, &state_bytes, 1, &s.r.err), 0);
    assert_int_equal(s.op->timer_ms, 1040);
    fl_sim_set_clock_ms(s.r.pf, 1100);
    assert_int_equal(fl_chain_timers(s.r.chain, 1100, &s.r.err), 0);
    assert_tap(&s.out[0], "+I[2, 1, 1030, 1040]\n");
    FEED(3, NIL);
    REACH(FL_WATERMARK_MAX);
    assert_int_equal(fl_chain_finish(s.r.chain, &s.r.err), FL_DONE); /* the open window is dropped, as in Flink */
    assert_tap(&s.out[0], "W MAX\n");
    side_close(&s);
}

/* SELECT …, COUNT(*) FROM an aggregate over windows GROUP BY window_start, window_end: each row has its window. */
static void rows_that_have_a_window_already_are_in_that_one_only(void **state) {
    (void)state;
    static const fl_window windows[] = {{.kind = FL_WINDOW_TUMBLE, .size = 10, .slide = 10, .attached = true},
                                        {.kind = FL_WINDOW_HOP, .size = 60, .slide = 10, .attached = true},
                                        {.kind = FL_WINDOW_CUMULATE, .size = 60, .slide = 10, .attached = true}};
    for (int i = 0; i < 3; i++) {
        side s;
        query *q = count_by_key(windows[i]);
        side_open(&s, &q->what, 0, 1);
        FEED(1, 70, 80, 80, 120);
        REACH(68);
        assert_tap(&s.out[0], "W 68\n");
        REACH(69);
        assert_tap(&s.out[0], i == 0   ? "+I[1, 1, 60, 70]\nW 69\n"
                              : i == 1 ? "+I[1, 1, 10, 70]\nW 69\n"
                                       : "+I[1, 1, 60, 70]\nW 69\n");
        FEED(1, 80);
        FEED(1, 70);
        assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 1);
        REACH(79);
        assert_tap(&s.out[0], i == 0   ? "+I[1, 3, 70, 80]\nW 79\n"
                              : i == 1 ? "+I[1, 3, 20, 80]\nW 79\n"
                                       : "+I[1, 3, 60, 80]\nW 79\n");
        REACH(FL_WATERMARK_MAX);
        assert_tap(&s.out[0], i == 0   ? "+I[1, 1, 110, 120]\nW MAX\n"
                              : i == 1 ? "+I[1, 1, 60, 120]\nW MAX\n"
                                       : "+I[1, 1, 60, 120]\nW MAX\n");
        side_close(&s);
    }
}

static void bounds_of_a_window_are_wall_time_and_its_time_an_instant(void **state) {
    (void)state;
    static const fl_window_prop props[] = {FL_PROP_START, FL_PROP_TIME, FL_PROP_NULL_TIME, FL_PROP_END};
    side s;
    query *q = count_by_key((fl_window){.kind = FL_WINDOW_TUMBLE, .size = 86400000, .slide = 86400000, .ltz = true});
    fl_field fields[6] = {q->in.fields[COL_K], {"n", fl_type_of(FL_T_BIGINT, false), NULL}};
    for (int i = 2; i < 6; i++) fields[i] = (fl_field){"w", fl_type_of(FL_T_BIGINT, true), NULL};
    fl_plan_set_columns(&arena, &q->plan->outputs[0], fields, 6);
    q->specs[0].props = props;
    q->specs[0].n_props = 4;
    assert_int_equal(fl_tz_find("Asia/Shanghai", &q->what.tz, &(fl_error){0}), 0);
    side_open(&s, &q->what, 0, 1);
    FEED(1, 20 * 3600000); /* 04:00 of January 2nd in Shanghai */
    REACH(40 * 3600000 - 2);
    assert_tap(&s.out[0], "W 143999998\n");
    REACH(40 * 3600000 - 1);
    assert_tap(&s.out[0], "+I[1, 1, 86400000, 143999999, null, 172800000]\nW 143999999\n");
    side_close(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(windows_have_the_rows_of_the_model),
        TEST(a_restored_operator_goes_on_as_if_nothing_had_happened),
        TEST(a_row_is_late_when_its_last_window_has_fired),
        TEST(a_sliding_row_counts_in_the_windows_that_are_still_open),
        TEST(a_growing_window_repeats_itself_at_every_step),
        TEST(rows_between_windows_are_in_none_and_not_late),
        TEST(times_at_the_ends_of_the_numbers_do_no_harm),
        TEST(rows_without_a_time_are_counted_and_left_out),
        TEST(a_firing_of_many_keys_waits_for_room),
        TEST(the_clock_fires_windows_in_processing_time),
        TEST(rows_that_have_a_window_already_are_in_that_one_only),
        TEST(bounds_of_a_window_are_wall_time_and_its_time_an_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
