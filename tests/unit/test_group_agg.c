/* SPDX-License-Identifier: Apache-2.0 */
/* test_group_agg.c -- GROUP BY without windows: the changelog that each row makes, and the one row a group of batch
 * mode.
 *
 * The model keeps the rows of each group, computes all results anew before and after every row, and writes +I, or -U
 * and +U if something has changed. The text must be the same, watermarks included. An operator that is saved and
 * restored on the way says the same, also with its groups dealt out to more subtasks or fewer.
 */
#define SEED 101
#include "own_arena.h"

#include "keyed.h"

enum { ROUNDS = 60, CALLS_MAX = 4 };

/* ---- the query ---- */

typedef struct query {
    fl_schema in;
    fl_agg_call calls[CALLS_MAX];
    int keys[2];
    keyed_op what;
    fl_plan *plan;
} query;

static void finish_query(query *q, int n_keys, int n_calls, bool update_before, bool batch_mode) {
    fl_plan *p = q->plan = fl_plan_new(&arena, FL_PLAN_GROUP_AGG, 1, 1);
    fl_field fields[2 + CALLS_MAX];
    int n = 0;
    for (int i = 0; i < n_keys; i++) fields[n++] = q->in.fields[q->keys[i]];
    for (int i = 0; i < n_calls; i++) fields[n++] = (fl_field){"x", q->calls[i].type, NULL};
    p->inputs[0] = fl_plan_ref(rig_input(&arena, &q->in));
    p->group_agg = (fl_group_agg){q->keys, n_keys, q->calls, n_calls, update_before};
    fl_plan_set_columns(&arena, &p->outputs[0], fields, n);
    q->what = (keyed_op){&fl_group_agg_class, p, q->keys, n_keys, fl_tz_utc(), batch_mode};
}

static query *draw_query(bool batch_mode) {
    query *q = FL_NEW(&arena, query);
    q->in = rig_rows_schema(&arena, false);
    int n_keys = draw(3), n_calls = draw(8) ? draw_agg_calls(&arena, q->calls, CALLS_MAX, &q->in, draw(2)) : 0;
    if (n_keys == 0 && n_calls == 0) n_keys = 1; /* SELECT DISTINCT has no calls */
    for (int i = 0; i < n_keys; i++) q->keys[i] = i == 0 && draw(2) ? COL_NAME : COL_K;
    finish_query(q, n_keys, n_calls, draw(3) > 0, batch_mode);
    return q;
}

static stream *draw_input(const query *q) {
    bool many_groups = q->what.n_keys > 0 && q->keys[q->what.n_keys - 1] == COL_K; /* the model is slow on long ones */
    return draw_stream(&(stream_plan){.schema = &q->in, .start = 0, .unit = 10, .crowd = many_groups && draw(10) == 0});
}

/* ---- the model ---- */

typedef struct group {
    int *rows, n, cap;
} group;

typedef struct groups {
    const query *q;
    const stream *in;
    group *at; /* in the order of their first rows */
    int n, cap;
} groups;

static group *group_of(groups *g, int row) {
    for (int i = 0; i < g->n; i++) {
        bool same = true;
        for (int k = 0; k < g->q->what.n_keys; k++)
            same = same && g->in->row[g->at[i].rows[0]][g->q->keys[k]] == g->in->row[row][g->q->keys[k]];
        if (same) return &g->at[i];
    }
    FL_PUSH(&arena, g->at, g->n, g->cap, (group){0});
    return &g->at[g->n - 1];
}

/* One row of results over the first n rows of a group. */
static fl_batch *result_of(const groups *g, const group *x, int n, fl_row_kind kind) {
    const query *q = g->q;
    fl_builder b;
    int c = 0;
    fl_builder_init(&b, &q->plan->outputs[0].schema, 1);
    for (int i = 0; i < q->what.n_keys; i++) rig_append(b.cols[c++], g->in->row[x->rows[0]][q->keys[i]]);
    for (int i = 0; i < q->plan->group_agg.n_calls; i++)
        append_slow_result(b.cols[c++], &q->calls[i], g->in->row, x->rows, n);
    fl_builder_end_row(&b, kind);
    fl_batch *row = fl_builder_take(&b);
    fl_builder_deinit(&b);
    return row;
}

static void log_change(groups *g, int row, fl_buf *log) {
    group *x = group_of(g, row);
    FL_PUSH(&arena, x->rows, x->n, x->cap, row);
    fl_batch *after = result_of(g, x, x->n, x->n == 1 ? FL_INSERT : FL_UPDATE_AFTER);
    bool same = x->n > 1;
    if (x->n > 1) {
        fl_batch *before = result_of(g, x, x->n - 1, FL_UPDATE_BEFORE);
        for (int c = 0; c < after->n_cols; c++)
            same = same && fl_column_equal_at(before->cols[c], 0, after->cols[c], 0);
        if (!same && g->q->plan->group_agg.update_before) log_batch(log, before);
        fl_batch_unref(before);
    }
    if (!same) log_batch(log, after);
    fl_batch_unref(after);
}

static void slow_changelog(const query *q, const stream *in, fl_buf *log) {
    groups g = {.q = q, .in = in};
    for (int e = 0; e < EVENTS; e++) {
        const fl_batch *b = in->event[e].batch;
        int mark = 0;
        for (int k = 0; b != NULL && k < b->n_sel; k++) {
            for (; mark < b->n_marks && b->marks[mark].row < fl_batch_row(b, k); mark++)
                log_watermark(log, b->marks[mark].watermark);
            log_change(&g, in->event[e].first + k, log);
        }
        for (; b != NULL && mark < b->n_marks; mark++) log_watermark(log, b->marks[mark].watermark);
        if (b == NULL) log_watermark(log, in->event[e].watermark);
    }
}

/* ---- streaming ---- */

static void each_row_changes_its_group_as_in_the_model(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        query *q = draw_query(false);
        stream *in = draw_input(q);
        side s;
        fl_buf want;
        fl_buf_init(&want);
        slow_changelog(q, in, &want);
        run_through(&s, &q->what, in, false);
        assert_same_text(last_watermarks(&arena, &s.out[0].log), last_watermarks(&arena, &want));
        fl_buf_deinit(&want);
        side_close(&s);
        stream_free(in);
        fl_arena_reset(&arena);
    }
}

static void a_restored_operator_goes_on_as_if_nothing_had_happened(void **state) {
    (void)state;
    for (int round = 0; round < 2 * ROUNDS; round++) {
        query *q = draw_query(false);
        stream *in = draw_input(q);
        assert_restores(&q->what, in, round % 2);
        stream_free(in);
        fl_arena_reset(&arena);
    }
}

/* SELECT k, COUNT(*) … GROUP BY k, or without a key. */
static query *count(int n_keys, bool batch_mode) {
    query *q = FL_NEW(&arena, query);
    q->in = rig_rows_schema(&arena, false);
    q->keys[0] = COL_K;
    assert_true(rig_call(&arena, &q->calls[0], "COUNT", -1, NULL, false, -1));
    finish_query(q, n_keys, 1, true, batch_mode);
    return q;
}

/* n rows of one key. */
static fl_batch *rows_of_key(const query *q, int64_t k, int n) {
    int64_t *v = FL_NEW_N(&arena, int64_t, n * RIG_COLS);
    for (int i = 0; i < n; i++) v[i * RIG_COLS + COL_K] = k;
    return rig_batch(&q->in, v, n);
}

/* Two rows of output for each of input are more than a batch can hold, if the input is the longest that there is. */
static void the_longest_batch_is_not_too_long(void **state) {
    (void)state;
    side s;
    query *q = count(1, false);
    side_open(&s, &q->what, 0, 1);
    fl_batch *b = rows_of_key(q, 7, FL_BATCH_ROWS_MAX);
    fl_batch_add_mark(b, 10, 5);
    fl_batch_add_mark(b, FL_BATCH_ROWS_MAX - 1, 6);
    assert_int_equal(fl_chain_batch(s.op, 0, b, &s.r.err), 0);
    fl_batch_unref(b);
    fl_arena a;
    int n;
    fl_arena_init(&a);
    char **lines = split_log(&a, &s.out[0].log, false, &n);
    assert_int_equal(n, 2 * FL_BATCH_ROWS_MAX - 1 + 2);
    assert_string_equal(lines[0], "+I[7, 1]");
    assert_string_equal(lines[20], "+U[7, 11]");
    assert_string_equal(lines[21], "W 5");
    assert_string_equal(lines[n - 3], "-U[7, 65534]");
    assert_string_equal(lines[n - 2], "+U[7, 65535]");
    assert_string_equal(lines[n - 1], "W 6");
    fl_arena_deinit(&a);
    side_close(&s);
}

/* A row of a list emits the list whole: the rows of a batch are taken in pieces, and those wait for room. */
static void lists_that_grow_leave_in_pieces(void **state) {
    (void)state;
    enum { N = 1500 };
    side s;
    query *q = FL_NEW(&arena, query);
    q->in = rig_rows_schema(&arena, false);
    assert_true(rig_call(&arena, &q->calls[0], "ARRAY_AGG", COL_K, q->in.fields[COL_K].type, false, -1));
    finish_query(q, 0, 1, true, false);
    side_open(&s, &q->what, 0, 1);
    fl_batch *b = rows_of_key(q, 7, N);
    fl_batch_add_mark(b, N - 1, 5);
    s.out[0].room = 1;
    assert_true(fl_chain_batch(s.op, 0, b, &s.r.err) >= 0);
    fl_batch_unref(b);
    while (fl_chain_pending(s.r.chain)) {
        assert_int_equal(s.out[0].room, 0);
        s.out[0].room = 1;
        assert_true(fl_chain_resume(s.r.chain, &s.r.err) >= 0);
    }
    assert_int_equal(s.out[0].batches, 4); /* of 64, 256, 1024 rows and the rest */
    fl_arena a;
    int n;
    fl_arena_init(&a);
    char **lines = split_log(&a, &s.out[0].log, false, &n);
    assert_int_equal(n, 2 * N - 1 + 1);
    assert_string_equal(lines[0], "+I[[7]]");
    assert_string_equal(lines[3], "-U[[7, 7]]");
    assert_string_equal(lines[4], "+U[[7, 7, 7]]");
    assert_int_equal(strlen(lines[n - 2]), strlen("+U[[]]") + 3 * N - 2);
    assert_string_equal(lines[n - 1], "W 5");
    fl_arena_deinit(&a);
    side_close(&s);
}

/* ---- batch mode ---- */

static void finish(side *s) {
    while (fl_chain_finish(s->r.chain, &s->r.err) == FL_MORE) {
        assert_int_equal(s->out[0].room, 0);
        s->out[0].room = 1;
        assert_true(fl_chain_resume(s->r.chain, &s->r.err) >= 0);
    }
}

static void batch_mode_gives_each_group_once_at_the_end(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        query *q = draw_query(true);
        stream *in = draw_input(q);
        groups g = {.q = q, .in = in};
        fl_buf want;
        side s;
        fl_buf_init(&want);
        for (int row = 0; row < in->n_rows; row++) {
            group *x = group_of(&g, row);
            FL_PUSH(&arena, x->rows, x->n, x->cap, row);
        }
        for (int i = 0; i < g.n; i++) {
            fl_batch *b = result_of(&g, &g.at[i], g.at[i].n, FL_INSERT);
            log_batch(&want, b);
            fl_batch_unref(b);
        }
        int restore_at = draw(EVENTS);
        side_open(&s, &q->what, 0, 1);
        for (int e = 0; e < EVENTS; e++) {
            if (in->event[e].batch != NULL) side_feed(&s, in, e);
            if (e != restore_at) continue;
            fl_str saved = rig_snapshot(&arena, s.op);
            assert_int_equal(s.out[0].batches, 0);
            side_close(&s);
            side_open(&s, &q->what, 0, 1);
            assert_int_equal(rig_restore(s.op, &saved, 1, &s.r.err), 0);
        }
        s.out[0].room = 0;
        finish(&s);
        assert_same_text(fl_buf_cstr(&s.out[0].log), fl_buf_cstr(&want));
        fl_str saved = rig_snapshot(&arena, s.op); /* the last checkpoint: what has been given is not given again */
        side_close(&s);
        side_open(&s, &q->what, 0, 1);
        assert_int_equal(rig_restore(s.op, &saved, 1, &s.r.err), 0);
        finish(&s);
        assert_tap(&s.out[0], "");
        side_close(&s);
        fl_buf_deinit(&want);
        stream_free(in);
        fl_arena_reset(&arena);
    }
}

static void a_global_aggregate_of_nothing_is_a_row_in_batch_mode_only(void **state) {
    (void)state;
    side s;
    query *q = count(0, true);
    side_open(&s, &q->what, 0, 1);
    finish(&s);
    assert_tap(&s.out[0], "+I[0]\n");
    side_close(&s);
    q = count(0, false);
    side_open(&s, &q->what, 0, 1);
    finish(&s);
    assert_tap(&s.out[0], "");
    side_close(&s);
    q = count(1, true);
    side_open(&s, &q->what, 0, 1);
    finish(&s);
    assert_tap(&s.out[0], "");
    side_close(&s);
}

static void states_that_do_not_fit_are_refused(void **state) {
    (void)state;
    side s;
    fl_restore r;
    query *q = count(1, false);
    side_open(&s, &q->what, 0, 1);
    for (int k = 0; k < 2; k++) {
        fl_batch *b = rows_of_key(q, k, 1);
        assert_int_equal(fl_chain_batch(s.op, 0, b, &s.r.err), 0);
        fl_batch_unref(b);
    }
    fl_str saved = rig_snapshot(&arena, s.op);
    assert_int_equal(fl_restore_read(&arena, &saved, 1, 0, 128, &r, &s.r.err), 0);
    side_close(&s);
    for (size_t n = 0; n <= r.entries[0].n; n++) {
        fl_str entries[] = {r.entries[0], r.entries[1], fl_str_make(fl_arena_strndup(&arena, r.entries[0].p, n), n)};
        side_open(&s, &q->what, 0, 1); /* cut, or a group twice */
        assert_int_equal(s.op->type->restore(s.op, &(fl_restore){r.own, 1, entries, 3}, &s.r.err), FL_E_CORRUPT);
        side_close(&s);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(each_row_changes_its_group_as_in_the_model),
        TEST(a_restored_operator_goes_on_as_if_nothing_had_happened),
        TEST(the_longest_batch_is_not_too_long),
        TEST(lists_that_grow_leave_in_pieces),
        TEST(batch_mode_gives_each_group_once_at_the_end),
        TEST(a_global_aggregate_of_nothing_is_a_row_in_batch_mode_only),
        TEST(states_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
