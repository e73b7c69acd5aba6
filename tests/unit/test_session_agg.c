/* SPDX-License-Identifier: Apache-2.0 */
/* test_session_agg.c -- sessions as windows of an aggregate, and as a table function that keeps its rows.
 *
 * The model keeps for each key a list of open sessions with their rows, takes row after row and mark after mark, and
 * computes what a session gives from the list of its rows. Between two watermarks the rows may come in any order; where
 * the watermarks stand must agree. An operator that is saved and restored on the way says the same, also with its keys
 * dealt out to more subtasks or fewer.
 */
#define SEED 97
#include "own_arena.h"

#include "keyed.h"

enum { ROUNDS = 50, CALLS_MAX = 4 };

/* ---- the query ---- */

typedef struct query {
    fl_schema in;
    fl_window window;
    fl_agg_call calls[CALLS_MAX];
    fl_window_spec spec;
    int keys[2];
    bool tvf;
    keyed_op what;
    fl_plan *plan;
    int64_t unit;
} query;

static void make_tvf(query *q, int n_keys) {
    fl_plan *p = q->plan = fl_plan_new(&arena, FL_PLAN_SESSION_TVF, 1, 1);
    fl_field fields[RIG_COLS + 3];
    memcpy(fields, q->in.fields, sizeof *fields * RIG_COLS);
    for (int i = 0; i < 3; i++) fields[RIG_COLS + i] = (fl_field){"w", fl_type_of(FL_T_BIGINT, false), NULL};
    p->inputs[0] = fl_plan_ref(rig_input(&arena, &q->in));
    p->tvf = (fl_window_tvf){q->window, q->keys, n_keys};
    fl_plan_set_columns(&arena, &p->outputs[0], fields, RIG_COLS + 3);
    q->what = (keyed_op){&fl_session_tvf_class, p, q->keys, n_keys, q->what.tz, false};
}

static void make_agg(query *q, int n_keys, int n_calls) {
    static const fl_window_prop props[] = {FL_PROP_START, FL_PROP_END};
    fl_plan *p = q->plan = fl_plan_new(&arena, FL_PLAN_SESSION_AGG, 1, 1);
    fl_field fields[2 + CALLS_MAX + 2];
    int n = 0;
    for (int i = 0; i < n_keys; i++) fields[n++] = q->in.fields[q->keys[i]];
    for (int i = 0; i < n_calls; i++) fields[n++] = (fl_field){"x", q->calls[i].type, NULL};
    for (int i = 0; i < 2; i++) fields[n++] = (fl_field){"w", fl_type_of(FL_T_BIGINT, false), NULL};
    q->spec = (fl_window_spec){.window = q->window, .props = props, .n_props = 2};
    p->inputs[0] = fl_plan_ref(rig_input(&arena, &q->in));
    p->window_agg = (fl_window_agg){q->keys, n_keys, q->calls, n_calls, &q->spec, 1};
    fl_plan_set_columns(&arena, &p->outputs[0], fields, n);
    q->what = (keyed_op){&fl_session_agg_class, p, q->keys, n_keys, q->what.tz, false};
}

static query *draw_query(void) {
    query *q = FL_NEW(&arena, query);
    fl_error err;
    bool zone = draw(4) == 0;
    assert_int_equal(fl_tz_find(zone ? "Europe/Berlin" : "UTC", &q->what.tz, &err), 0);
    q->unit = zone ? 600000 : 1 + draw(10);
    q->in = rig_rows_schema(&arena, zone);
    q->window =
        (fl_window){.kind = FL_WINDOW_SESSION, .size = q->unit * (1 + draw(8)), .time_col = COL_TS, .ltz = zone};
    int n_keys = draw(3);
    for (int i = 0; i < n_keys; i++) q->keys[i] = i == 0 && draw(2) ? COL_NAME : COL_K;
    q->tvf = draw(3) == 0;
    if (q->tvf)
        make_tvf(q, n_keys);
    else
        make_agg(q, n_keys, draw_agg_calls(&arena, q->calls, CALLS_MAX, &q->in, draw(3)));
    return q;
}

static stream *draw_input(const query *q) {
    int64_t start = draw(100) - 50;
    if (!fl_tz_is_utc(q->what.tz)) start = (draw(2) ? 1711846800000 : 1729990800000) - (int64_t)draw(20) * 600000;
    return draw_stream(
        &(stream_plan){.schema = &q->in, .start = start, .unit = q->unit, .kinds = q->tvf, .crowd = draw(10) == 0});
}

/* ---- the model ---- */

typedef struct open_session {
    int64_t start, end; /* wall time */
    int *rows, n, cap;
} open_session;

typedef struct slow {
    const query *q;
    const stream *in;
    open_session *open;
    int n, cap;
    int64_t late;
    fl_buf *log;
} slow;

static bool same_key(const query *q, const int64_t *a, const int64_t *b) {
    for (int i = 0; i < q->what.n_keys; i++)
        if (a[q->keys[i]] != b[q->keys[i]]) return false;
    return true;
}

static void add_row(slow *m, int row) {
    const fl_tz *tz = m->q->what.tz;
    int64_t t = fl_tz_to_local(tz, m->in->row[row][COL_TS]);
    open_session mine = {.start = t, .end = t + m->q->window.size};
    FL_PUSH(&arena, mine.rows, mine.n, mine.cap, row);
    for (int i = 0; i < m->n; i++) {
        open_session *x = &m->open[i];
        if (!same_key(m->q, m->in->row[x->rows[0]], m->in->row[row]) || x->start > mine.end || x->end < mine.start)
            continue;
        mine.start = FL_MIN(mine.start, x->start);
        mine.end = FL_MAX(mine.end, x->end);
        for (int k = 0; k < x->n; k++) FL_PUSH(&arena, mine.rows, mine.n, mine.cap, x->rows[k]);
        *x = m->open[--m->n];
        i = -1;
    }
    if (fl_tz_timer_to_utc(tz, mine.end - 1) <= m->in->met[row])
        m->late++;
    else
        FL_PUSH(&arena, m->open, m->n, m->cap, mine);
}

static void log_session(slow *m, const open_session *x) {
    const query *q = m->q;
    fl_builder b;
    fl_builder_init(&b, &q->plan->outputs[0].schema, FL_BATCH_ROWS);
    for (int k = 0; k < (q->tvf ? x->n : 1); k++) {
        const int64_t *row = m->in->row[x->rows[k]];
        int c = 0;
        for (int i = 0; q->tvf && i < RIG_COLS; i++) rig_append(b.cols[c++], row[i]);
        for (int i = 0; !q->tvf && i < q->what.n_keys; i++) rig_append(b.cols[c++], row[q->keys[i]]);
        for (int i = 0; !q->tvf && i < q->plan->window_agg.n_calls; i++)
            append_slow_result(b.cols[c++], &q->calls[i], m->in->row, x->rows, x->n);
        rig_append(b.cols[c++], x->start);
        rig_append(b.cols[c++], x->end);
        if (q->tvf) rig_append(b.cols[c++], fl_window_time(&q->window, q->what.tz, x->end));
        fl_builder_end_row(&b, q->tvf ? (fl_row_kind)m->in->kind[x->rows[k]] : FL_INSERT);
    }
    fl_batch *rows = fl_builder_take(&b);
    log_batch(m->log, rows);
    fl_batch_unref(rows);
    fl_builder_deinit(&b);
}

static void reach(slow *m, int64_t watermark) {
    for (int i = 0; i < m->n; i++) {
        if (fl_tz_timer_to_utc(m->q->what.tz, m->open[i].end - 1) > watermark) continue;
        log_session(m, &m->open[i]);
        m->open[i--] = m->open[--m->n];
    }
    log_watermark(m->log, watermark);
}

/* Everything that comes out, and how many rows were late. */
static int64_t slow_sessions(const query *q, const stream *in, fl_buf *log) {
    slow m = {.q = q, .in = in, .log = log};
    for (int e = 0; e < EVENTS; e++) {
        const fl_batch *b = in->event[e].batch;
        int mark = 0;
        for (int k = 0; b != NULL && k < b->n_sel; k++) {
            for (; mark < b->n_marks && b->marks[mark].row < fl_batch_row(b, k); mark++)
                reach(&m, b->marks[mark].watermark);
            add_row(&m, in->event[e].first + k);
        }
        for (; b != NULL && mark < b->n_marks; mark++) reach(&m, b->marks[mark].watermark);
        if (b == NULL) reach(&m, in->event[e].watermark);
    }
    return m.late;
}

/* ---- against the model ---- */

static void sessions_give_what_the_model_gives(void **state) {
    (void)state;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        query *q = draw_query();
        stream *in = draw_input(q);
        side s;
        fl_buf want;
        fl_buf_init(&want);
        int64_t late = slow_sessions(q, in, &want);
        run_through(&s, &q->what, in, false);
        assert_same_stretches(&s.out[0].log, &want);
        assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), late);
        fl_buf_deinit(&want);
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

/* SELECT k, COUNT(*), window_start, window_end … GROUP BY k, or the rows themselves. */
static query *count_by_key(int64_t gap, bool proctime, bool tvf) {
    query *q = FL_NEW(&arena, query);
    q->what.tz = fl_tz_utc();
    q->in = rig_rows_schema(&arena, false);
    q->keys[0] = COL_K;
    q->window =
        (fl_window){.kind = FL_WINDOW_SESSION, .size = gap, .time_col = proctime ? -1 : COL_TS, .proctime = proctime};
    q->tvf = tvf;
    assert_true(rig_call(&arena, &q->calls[0], "COUNT", -1, NULL, false, -1));
    if (tvf)
        make_tvf(q, 1);
    else
        make_agg(q, 1, 1);
    return q;
}

static void feed_row(side *s, const query *q, int64_t k, int64_t t) {
    int64_t v[RIG_COLS] = {
        [COL_K] = k, [COL_NAME] = NIL, [COL_V] = 0, [COL_D] = 0, [COL_PASSES] = 1, [COL_S] = 1, [COL_TS] = t};
    fl_batch *b = rig_batch(&q->in, v, 1);
    assert_int_equal(fl_chain_batch(s->op, 0, b, &s->r.err), 0);
    fl_batch_unref(b);
}
#define REACH(watermark) assert_int_equal(fl_chain_watermark(s.op, 0, watermark, &s.r.err), 0)

static void a_row_is_late_only_if_it_joins_no_open_session(void **state) {
    (void)state;
    side s;
    query *q = count_by_key(10, false, false);
    side_open(&s, &q->what, 0, 1);
    feed_row(&s, q, 1, 0);
    feed_row(&s, q, 1, 10); /* exactly the gap after: still joins */
    feed_row(&s, q, 2, 31);
    REACH(35);
    assert_tap(&s.out[0], "+I[1, 2, 0, 20]\nW 35\n");
    feed_row(&s, q, 2, 21); /* [21, 31) alone would be over, but it touches [31, 41) */
    feed_row(&s, q, 2, 20); /* and this one touches both of them now */
    feed_row(&s, q, 1, 25);
    feed_row(&s, q, 1, NIL);
    assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 2);
    assert_int_equal(fl_metric_get(&s.op->metrics.next_window), 41);
    feed_row(&s, q, 1, INT64_MAX);
    feed_row(&s, q, 1, INT64_MAX - 5);
    REACH(FL_WATERMARK_MAX);
    assert_non_null(strstr(fl_buf_cstr(&s.out[0].log), "+I[2, 3, 20, 41]\n+I[1, 2, "));
    side_close(&s);
}

static void the_clock_ends_sessions_in_processing_time(void **state) {
    (void)state;
    for (int tvf = 0; tvf < 2; tvf++) {
        side s;
        query *q = count_by_key(10, true, tvf);
        side_open(&s, &q->what, 0, 1);
        fl_sim_set_clock_ms(s.r.pf, 1003);
        feed_row(&s, q, 1, NIL);
        assert_int_equal(s.op->timer_ms, 1013);
        fl_sim_set_clock_ms(s.r.pf, 1012); /* the last millisecond of the session */
        feed_row(&s, q, 1, NIL);
        fl_sim_set_clock_ms(s.r.pf, 1013);
        assert_int_equal(fl_chain_timers(s.r.chain, 1013, &s.r.err), 0);
        assert_int_equal(s.op->timer_ms, 1022);
        REACH(7);
        assert_tap(&s.out[0], "W 7\n");
        fl_str saved = rig_snapshot(&arena, s.op);
        side_close(&s);
        side_open(&s, &q->what, 0, 1);
        assert_int_equal(rig_restore(s.op, &saved, 1, &s.r.err), 0);
        assert_int_equal(s.op->timer_ms, 1022);
        fl_sim_set_clock_ms(s.r.pf, 1022);
        assert_int_equal(fl_chain_timers(s.r.chain, 1022, &s.r.err), 0);
        if (tvf)
            assert_tap(&s.out[0], "+I[1, null, 0, 0.0, true, 1, null, 1003, 1022, 1021]\n"
                                  "+I[1, null, 0, 0.0, true, 1, null, 1003, 1022, 1021]\n");
        else
            assert_tap(&s.out[0], "+I[1, 2, 1003, 1022]\n");
        assert_int_equal(s.op->timer_ms, INT64_MAX);
        side_close(&s);
    }
}

/* Sessions by the thousand, and one of many rows: what is full waits. */
static void a_long_firing_waits_for_room(void **state) {
    (void)state;
    enum { MANY = 9000 };
    for (int tvf = 0; tvf < 2; tvf++) {
        side s;
        query *q = count_by_key(10, false, tvf);
        side_open(&s, &q->what, 0, 1);
        for (int k = 0; k < MANY; k++) {
            feed_row(&s, q, tvf ? 1 : k, tvf ? k % 10 : 0);
            fl_arena_reset(&s.r.scratch);
        }
        s.out[0].room = 1;
        REACH(50);
        REACH(60);
        for (int turns = 0; fl_chain_pending(s.r.chain); turns++) {
            assert_true(turns < 5 && s.out[0].batches <= turns + 2);
            s.out[0].room = 1;
            assert_true(fl_chain_resume(s.r.chain, &s.r.err) >= 0);
        }
        fl_arena a;
        int n;
        fl_arena_init(&a);
        char **lines = split_log(&a, &s.out[0].log, false, &n);
        assert_int_equal(n, MANY + 2);
        assert_string_equal(lines[MANY], "W 50");
        assert_string_equal(lines[MANY + 1], "W 60");
        fl_arena_deinit(&a);
        side_close(&s);
    }
}

/* Keys come and go, most of them with late rows only: nothing is kept of them. */
static void keys_of_sessions_that_are_over_are_forgotten(void **state) {
    (void)state;
    for (int tvf = 0; tvf < 2; tvf++) {
        side s;
        query *q = count_by_key(10, false, tvf);
        side_open(&s, &q->what, 0, 1);
        REACH(1000);
        for (int k = 0; k < 5000; k++) {
            feed_row(&s, q, k, k % 2 ? 5 : 1000 + k);
            REACH(1001 + k);
            fl_arena_reset(&s.r.scratch);
        }
        REACH(100000);
        assert_int_equal(fl_metric_get(&s.op->metrics.late_rows), 2500);
        fl_str saved = rig_snapshot(&arena, s.op);
        assert_true(saved.n < 64);
        fl_buf_reset(&s.out[0].log);
        feed_row(&s, q, 1, 200000);
        REACH(300000);
        assert_non_null(strstr(fl_buf_cstr(&s.out[0].log), "200010"));
        side_close(&s);
    }
}

static void states_that_do_not_fit_are_refused(void **state) {
    (void)state;
    for (int tvf = 0; tvf < 2; tvf++) {
        side s;
        query *q = count_by_key(10, false, tvf);
        side_open(&s, &q->what, 0, 1);
        feed_row(&s, q, 1, 3);
        feed_row(&s, q, 2, 3);
        fl_str saved = rig_snapshot(&arena, s.op);
        fl_restore r;
        assert_int_equal(fl_restore_read(&arena, &saved, 1, 0, 128, &r, &s.r.err), 0);
        side_close(&s);
        for (size_t n = 0; n < r.entries[0].n; n++) {
            fl_str entries[] = {fl_str_make(fl_arena_strndup(&arena, r.entries[0].p, n), n), r.entries[1]};
            size_t key_end = 4 + 8 + 8 + 4 + 9; /* a session without rows fits, if it makes no sense */
            side_open(&s, &q->what, 0, 1);
            int rc = s.op->type->restore(s.op, &(fl_restore){r.own, 1, entries, 2}, &s.r.err);
            assert_int_equal(rc, tvf && n == key_end ? 0 : FL_E_CORRUPT);
            side_close(&s);
        }
        fl_str cut = fl_str_make(r.own[0].p, 5);
        side_open(&s, &q->what, 0, 1);
        assert_int_equal(s.op->type->restore(s.op, &(fl_restore){&cut, 1, NULL, 0}, &s.r.err), FL_E_CORRUPT);
        side_close(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(sessions_give_what_the_model_gives),
        TEST(a_restored_operator_goes_on_as_if_nothing_had_happened),
        TEST(a_row_is_late_only_if_it_joins_no_open_session),
        TEST(the_clock_ends_sessions_in_processing_time),
        TEST(a_long_firing_waits_for_room),
        TEST(keys_of_sessions_that_are_over_are_forgotten),
        TEST(states_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
