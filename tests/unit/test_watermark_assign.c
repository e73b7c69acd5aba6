/* SPDX-License-Identifier: Apache-2.0 */
/* test_watermark_assign.c -- which watermarks come out of row times, and when: at once as marks, later by a timer.
 *
 * The operator is fed by hand and its clock is set by hand. The watermark column is a plain one beside the row time, so
 * that no function is needed: WATERMARK FOR a AS b.
 */
#include "rig.h"

#include "exec/ops.h"
#include "exec/source.h"

static rig r;
static tap t;
static fl_schema schema;
static fl_plan *plan;
static fl_op *op;

/* Rows are (a, b): the row time, and the watermark that it makes. */
static void open_op(int64_t interval_ms, int64_t idle_ms) {
    plan = fl_plan_new(&r.arena, FL_PLAN_WATERMARK, 1, 1);
    schema = rig_schema(&r.arena, 2);
    plan->inputs[0] = fl_plan_ref(rig_input(&r.arena, &schema));
    plan->watermark =
        (fl_watermark_assign){0, fl_expr_column(&r.arena, 1, schema.fields[1].type), interval_ms, idle_ms};
    op = fl_chain_add(r.chain, fl_watermark_assign_class.type, fl_watermark_assign_class.size, plan, 0, 1, 1);
    fl_chain_connect_port(op, 0, &t.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
}

static int setup(void **state) {
    (void)state;
    draw_from(3);
    rig_init(&r);
    tap_init(&t);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rig_deinit(&r);
    tap_deinit(&t);
    return 0;
}

static int feed(const int64_t *rows, int n, const uint16_t *sel, int n_sel) {
    fl_batch *b = rig_batch(&schema, rows, n);
    if (sel != NULL) {
        memcpy(fl_batch_need_sel(b), sel, sizeof *sel * (size_t)n_sel);
        b->n_sel = n_sel;
    }
    int rc = fl_chain_batch(op, 0, b, &r.err);
    fl_batch_unref(b);
    return rc;
}
#define FEED(...)                                                                                                      \
    assert_int_equal(feed((int64_t[]){__VA_ARGS__}, (int)FL_ARRAY_LEN(((int64_t[]){__VA_ARGS__})) / 2, NULL, 0), 0)

static void tick(int64_t now_ms) {
    fl_sim_set_clock_ms(r.pf, now_ms);
    assert_int_equal(fl_chain_timers(r.chain, now_ms, &r.err), 0);
}

static void a_watermark_stands_behind_the_row_that_moves_it(void **state) {
    (void)state;
    open_op(0, 0);
    FEED(1, 10, 2, 8, 3, 11);
    assert_tap(&t, "+I[1, 10]\nW 10\n+I[2, 8]\n+I[3, 11]\nW 11\n");
    FEED(4, NIL, 5, 11, 6, 12);
    assert_tap(&t, "+I[4, null]\n+I[5, 11]\n+I[6, 12]\nW 12\n");
    assert_int_equal(fl_chain_next_timer(r.chain), INT64_MAX);
}

static void rows_that_do_not_count_move_nothing(void **state) {
    (void)state;
    open_op(0, 0);
    static const int64_t rows[] = {1, 10, 2, 99, NIL, 98, 3, 11};
    static const uint16_t sel[] = {0, 3};
    assert_int_equal(feed(rows, 4, sel, 2), 0);
    assert_tap(&t, "+I[1, 10]\nW 10\n+I[3, 11]\nW 11\n");
}

static void times_before_1970_move_nothing(void **state) {
    (void)state;
    open_op(0, 0);
    FEED(1, -10, 2, -1, 3, 0);
    assert_tap(&t, "+I[1, -10]\n+I[2, -1]\n+I[3, 0]\n");
}

/* The clock starts at 1000. */
static void small_steps_wait_for_the_timer_and_great_ones_do_not(void **state) {
    (void)state;
    open_op(200, 0);
    FEED(1, 100, 2, 200); /* not more than the interval */
    assert_tap(&t, "+I[1, 100]\n+I[2, 200]\n");
    assert_int_equal(fl_chain_next_timer(r.chain), 1200);
    fl_sim_set_clock_ms(r.pf, 1100);
    FEED(3, 150, 4, 201, 5, 300);
    assert_tap(&t, "+I[3, 150]\n+I[4, 201]\nW 201\n+I[5, 300]\n");
    assert_int_equal(fl_chain_next_timer(r.chain), 1200); /* as it was: the rest does not wait longer */
    tick(1200);
    assert_tap(&t, "W 300\n");
    assert_int_equal(fl_chain_next_timer(r.chain), INT64_MAX);
    FEED(6, 1000);
    assert_tap(&t, "+I[6, 1000]\nW 1000\n");
    assert_int_equal(fl_chain_next_timer(r.chain), INT64_MAX);
}

static void watermarks_from_before_are_replaced_and_the_end_passes(void **state) {
    (void)state;
    open_op(0, 0);
    fl_batch *b = rig_batch(&schema, (int64_t[]){1, 10}, 1);
    fl_batch_add_mark(b, 0, 777);
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
    fl_batch_unref(b);
    assert_int_equal(fl_chain_watermark(op, 0, 888, &r.err), 0);
    assert_tap(&t, "+I[1, 10]\nW 10\n");
    assert_int_equal(fl_chain_watermark(op, 0, FL_WATERMARK_MAX, &r.err), 0);
    assert_tap(&t, "W MAX\n");
}

static void nothing_comes_after_the_end(void **state) {
    (void)state;
    open_op(200, 500);
    FEED(1, 100);
    assert_int_equal(fl_chain_watermark(op, 0, FL_WATERMARK_MAX, &r.err), 0);
    tick(5000);
    assert_tap(&t, "+I[1, 100]\nW MAX\n");
    assert_int_equal(fl_chain_next_timer(r.chain), INT64_MAX);
}

static void a_quiet_source_is_idle_until_its_next_row(void **state) {
    (void)state;
    open_op(200, 500);
    assert_int_equal(fl_chain_next_timer(r.chain), 1500);
    tick(1500);
    assert_tap(&t, "idle\n");
    assert_int_equal(fl_chain_next_timer(r.chain), INT64_MAX);
    fl_sim_set_clock_ms(r.pf, 1800);
    FEED(1, 100);
    assert_tap(&t, "active\n+I[1, 100]\n");
    tick(2000);
    assert_tap(&t, "W 100\n");
    assert_int_equal(fl_chain_next_timer(r.chain), 2300);
    fl_sim_set_clock_ms(r.pf, 2299);
    FEED(2, 50);
    tick(2300);
    assert_tap(&t, "+I[2, 50]\n");
    assert_int_equal(fl_chain_next_timer(r.chain), 2799);
}

static void a_row_without_a_time_fails_the_job(void **state) {
    (void)state;
    open_op(0, 0);
    static const int64_t rows[] = {1, 10, NIL, 11};
    static const uint16_t first[] = {0};
    assert_int_equal(feed(rows, 2, NULL, 0), FL_E_RUNTIME);
    assert_non_null(strstr(r.err.message, "RowTime field should not be null"));
    assert_int_equal(feed(rows, 2, first, 1), 0); /* unless it does not count */
}

/* What was sent is sent again, for those behind may not know it; what was not sent yet comes by the timer. */
static void a_restored_assigner_repeats_itself(void **state) {
    (void)state;
    open_op(200, 0);
    FEED(1, 500, 2, 600);
    assert_tap(&t, "+I[1, 500]\nW 500\n+I[2, 600]\n");
    fl_arena saved;
    fl_arena_init(&saved);
    fl_str bytes = rig_snapshot(&saved, op);
    rig_restart(&r);
    fl_sim_set_clock_ms(r.pf, 5000);
    open_op(200, 0);
    assert_int_equal(rig_restore(op, &bytes, 1, &r.err), 0);
    tick(5000);
    assert_tap(&t, "W 500\n");
    FEED(3, 550);
    assert_tap(&t, "+I[3, 550]\n");
    tick(5200);
    assert_tap(&t, "W 600\n");

    fl_str both[] = {bytes, rig_snapshot(&saved, op)}; /* sent: 500 and 600 */
    for (int now = 1; now <= 2; now++) {
        rig_restart(&r);
        r.ctx.parallelism = now;
        r.ctx.subtask = now - 1;
        open_op(200, 0);
        assert_int_equal(rig_restore(op, both, 2, &r.err), 0);
        tick(6000);
        assert_tap(&t, now == 1 ? "W 500\n" : "W 600\n"); /* whose rows come here nobody knows, or it knows its own */
    }
    fl_str cut = fl_str_make(bytes.p, bytes.n - 1);
    assert_true(rig_restore(op, &cut, 1, &r.err) < 0);
    fl_arena_deinit(&saved);
}

static void a_new_assigner_has_nothing_to_repeat(void **state) {
    (void)state;
    open_op(200, 0);
    fl_str bytes = rig_snapshot(&r.arena, op);
    assert_int_equal(rig_restore(op, &bytes, 1, &r.err), 0);
    tick(1000);
    assert_tap(&t, "");
}

/* ---- splits ---- */

/* A source that has splits and gives nothing: rows are fed behind it. */
static fl_splits splits;
static int64_t splits_idle_ms;

static int split_source_open(fl_source *s, fl_error *err) {
    (void)err;
    splits = (fl_splits){.idle_ms = splits_idle_ms};
    s->splits = &splits;
    return 0;
}

static void split_source_close(fl_source *s) { fl_splits_deinit(s->splits); }

static const fl_source_type split_source = {
    .name = "splits", .size = sizeof(fl_source), .open = split_source_open, .close = split_source_close};

/* Source, calculation, assigner. */
static void open_splits(int64_t interval_ms, int64_t idle_ms) {
    fl_plan *scan = fl_plan_new(&r.arena, FL_PLAN_SCAN, 0, 1), *calc = fl_plan_new(&r.arena, FL_PLAN_CALC, 1, 1);
    schema = rig_schema(&r.arena, 2);
    fl_plan_set_columns(&r.arena, &scan->outputs[0], schema.fields, schema.n);
    fl_plan_set_columns(&r.arena, &calc->outputs[0], schema.fields, schema.n);
    scan->scan = (fl_scan){.type = &split_source};
    calc->inputs[0] = fl_plan_ref(scan);
    fl_expr *columns[] = {fl_expr_column(&r.arena, 0, schema.fields[0].type),
                          fl_expr_column(&r.arena, 1, schema.fields[1].type)};
    calc->calc.exprs = columns;
    plan = fl_plan_new(&r.arena, FL_PLAN_WATERMARK, 1, 1);
    plan->inputs[0] = fl_plan_ref(calc);
    plan->watermark =
        (fl_watermark_assign){0, fl_expr_column(&r.arena, 1, schema.fields[1].type), interval_ms, idle_ms};
    fl_op *source = fl_chain_add(r.chain, fl_source_class.type, fl_source_class.size, scan, 0, 0, 1);
    fl_op *middle = fl_chain_add(r.chain, fl_calc_class.type, fl_calc_class.size, calc, 1, 1, 1);
    op = fl_chain_add(r.chain, fl_watermark_assign_class.type, fl_watermark_assign_class.size, plan, 2, 1, 1);
    fl_chain_connect(source, 0, middle, 0);
    fl_chain_connect(middle, 0, op, 0);
    fl_chain_connect_port(op, 0, &t.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
}

static void feed_split(int split, const int64_t *rows, int n) {
    fl_batch *b = rig_batch(&schema, rows, n);
    b->split = split;
    assert_int_equal(fl_chain_batch(fl_chain_op(r.chain, 1), 0, b, &r.err), 0);
    fl_batch_unref(b);
    assert_int_equal(fl_chain_timers(r.chain, fl_now_ms(r.pf), &r.err), 0);
}
#define FEED_SPLIT(split, ...)                                                                                         \
    feed_split(split, (int64_t[]){__VA_ARGS__}, (int)FL_ARRAY_LEN(((int64_t[]){__VA_ARGS__})) / 2)

static void now(void) { tick(fl_now_ms(r.pf)); }

static void the_split_that_is_behind_tells_the_watermark(void **state) {
    (void)state;
    open_splits(0, 0);
    int a = fl_splits_start(&splits, "a", NULL), b = fl_splits_start(&splits, "b", NULL);
    FEED_SPLIT(a, 1, 100, 2, 200);
    assert_tap(&t, "+I[1, 100]\n+I[2, 200]\n"); /* b has not begun */
    FEED_SPLIT(b, 3, 50, 4, 150, 5, 250);
    assert_tap(&t, "+I[3, 50]\nW 50\n+I[4, 150]\nW 150\n+I[5, 250]\nW 200\n");
    FEED_SPLIT(b, 6, 300);
    assert_tap(&t, "+I[6, 300]\n");
    FEED_SPLIT(a, 7, 260, 8, 290, 9, 400);
    assert_tap(&t, "+I[7, 260]\nW 260\n+I[8, 290]\nW 290\n+I[9, 400]\nW 300\n");
}

static void a_split_that_ends_lets_the_watermark_go(void **state) {
    (void)state;
    open_splits(0, 0);
    int a = fl_splits_start(&splits, "a", NULL), b = fl_splits_start(&splits, "b", NULL);
    fl_splits_known(&splits);
    FEED_SPLIT(a, 1, 100);
    FEED_SPLIT(b, 2, 300);
    assert_tap(&t, "+I[1, 100]\n+I[2, 300]\nW 100\n");
    fl_splits_end(&splits, a);
    now();
    assert_tap(&t, "W 300\n");
    int c = fl_splits_start(&splits, "c", NULL); /* a late one: what was sent stands */
    now();
    assert_tap(&t, "");
    FEED_SPLIT(b, 3, 400);
    assert_tap(&t, "+I[3, 400]\n");
    FEED_SPLIT(c, 4, 200, 5, 350);
    assert_tap(&t, "+I[4, 200]\n+I[5, 350]\nW 350\n");
    fl_splits_end(&splits, c);
    now();
    assert_tap(&t, "W 400\n");
    fl_splits_end(&splits, b);
    now();
    assert_tap(&t, "idle\n"); /* nothing is left to wait for */
    int d = fl_splits_start(&splits, "d", NULL);
    now();
    assert_tap(&t, "active\n");
    FEED_SPLIT(d, 6, 500);
    assert_tap(&t, "+I[6, 500]\nW 500\n");
}

static void a_split_goes_on_where_another_was(void **state) {
    (void)state;
    open_splits(0, 0);
    int a = fl_splits_start(&splits, "a", NULL), b = fl_splits_start(&splits, "b", NULL);
    FEED_SPLIT(a, 1, 100);
    FEED_SPLIT(b, 2, 300);
    assert_tap(&t, "+I[1, 100]\n+I[2, 300]\nW 100\n");
    int c = fl_splits_start(&splits, "c", "a"), d = fl_splits_start(&splits, "d", "a");
    fl_splits_end(&splits, a);
    now();
    assert_tap(&t, "");
    FEED_SPLIT(c, 3, 250); /* d is at 100 still */
    FEED_SPLIT(d, 4, 120);
    assert_tap(&t, "+I[3, 250]\n+I[4, 120]\nW 120\n");
    fl_splits_end(&splits, d);
    now();
    assert_tap(&t, "W 250\n");
}

static void a_subtask_without_splits_is_idle_once_it_knows(void **state) {
    (void)state;
    open_splits(200, 0);
    now();
    assert_tap(&t, "");
    fl_splits_known(&splits);
    now();
    assert_tap(&t, "idle\n");
}

/* The clock starts at 1000. */
static void a_quiet_split_is_idle_by_itself(void **state) {
    (void)state;
    open_splits(200, 500);
    int a = fl_splits_start(&splits, "a", NULL), b = fl_splits_start(&splits, "b", NULL);
    now();
    fl_sim_set_clock_ms(r.pf, 1100);
    FEED_SPLIT(a, 1, 1000);
    tick(1300);
    assert_tap(&t, "+I[1, 1000]\n");
    assert_int_equal(fl_chain_next_timer(r.chain), 1500);
    tick(1500);
    assert_tap(&t, "W 1000\n"); /* b is idle */
    tick(1600);
    assert_tap(&t, "idle\n");
    FEED_SPLIT(b, 2, 700);
    assert_tap(&t, "active\n+I[2, 700]\n");
    FEED_SPLIT(b, 3, 1100);
    assert_int_equal(fl_chain_next_timer(r.chain), 1800); /* b is all that counts: 1100 is sent later */
    tick(1800);
    assert_tap(&t, "+I[3, 1100]\nW 1100\n");
}

static void the_source_may_say_when_a_split_is_idle(void **state) {
    (void)state;
    splits_idle_ms = 300;
    open_splits(200, 0);
    splits_idle_ms = 0;
    fl_splits_start(&splits, "a", NULL);
    now();
    assert_int_equal(fl_chain_next_timer(r.chain), 1300);
}

/* Splits go to other subtasks: each goes on where it was. */
static void splits_are_restored_by_their_ids(void **state) {
    (void)state;
    fl_arena saved;
    fl_arena_init(&saved);
    fl_str bytes[2];
    for (int i = 0; i < 2; i++) {
        r.ctx.parallelism = 2;
        r.ctx.subtask = i;
        open_splits(0, 0);
        int x = fl_splits_start(&splits, i ? "c" : "a", NULL), y = fl_splits_start(&splits, i ? "d" : "b", NULL);
        FEED_SPLIT(x, 1, i ? 300 : 100);
        FEED_SPLIT(y, 2, i ? 400 : 500);
        bytes[i] = rig_snapshot(&saved, op);
        rig_restart(&r);
        fl_buf_reset(&t.log);
    }
    r.ctx.parallelism = 1;
    r.ctx.subtask = 0;
    open_splits(0, 0);
    assert_int_equal(rig_restore(op, bytes, 2, &r.err), 0);
    now();
    assert_tap(&t, "W 100\n");
    bytes[0] = rig_snapshot(&saved, op); /* before the source has looked: all is still known */
    rig_restart(&r);
    open_splits(0, 0);
    assert_int_equal(rig_restore(op, bytes, 1, &r.err), 0);
    now();
    int d = fl_splits_start(&splits, "d", NULL), b = fl_splits_start(&splits, "b", NULL),
        a = fl_splits_start(&splits, "a", NULL);
    fl_splits_known(&splits);
    now();
    fl_buf_reset(&t.log);
    FEED_SPLIT(a, 3, 450);
    assert_tap(&t, "+I[3, 450]\nW 400\n");
    FEED_SPLIT(d, 4, 600);
    assert_tap(&t, "+I[4, 600]\nW 450\n");
    (void)b;
    fl_arena_deinit(&saved);
}

static void a_source_without_splits_snapshots_two_numbers(void **state) {
    (void)state;
    fl_arena saved;
    fl_arena_init(&saved);
    open_op(0, 0);
    FEED(1, 10);
    fl_str plain = rig_snapshot(&saved, op);
    rig_restart(&r);
    open_splits(0, 0);
    fl_str none = rig_snapshot(&saved, op);
    assert_int_equal(plain.n, none.n);
    FEED_SPLIT(fl_splits_start(&splits, "a", NULL), 1, 10);
    assert_true(rig_snapshot(&saved, op).n > plain.n);
    fl_arena_deinit(&saved);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_watermark_stands_behind_the_row_that_moves_it),
        TEST(rows_that_do_not_count_move_nothing),
        TEST(times_before_1970_move_nothing),
        TEST(small_steps_wait_for_the_timer_and_great_ones_do_not),
        TEST(watermarks_from_before_are_replaced_and_the_end_passes),
        TEST(nothing_comes_after_the_end),
        TEST(a_quiet_source_is_idle_until_its_next_row),
        TEST(a_row_without_a_time_fails_the_job),
        TEST(a_restored_assigner_repeats_itself),
        TEST(a_new_assigner_has_nothing_to_repeat),
        TEST(the_split_that_is_behind_tells_the_watermark),
        TEST(a_split_that_ends_lets_the_watermark_go),
        TEST(a_split_goes_on_where_another_was),
        TEST(a_subtask_without_splits_is_idle_once_it_knows),
        TEST(a_quiet_split_is_idle_by_itself),
        TEST(the_source_may_say_when_a_split_is_idle),
        TEST(splits_are_restored_by_their_ids),
        TEST(a_source_without_splits_snapshots_two_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
