/* SPDX-License-Identifier: Apache-2.0 */
/* test_watermark_assign.c -- which watermarks come out of row times, and when: at once as marks, later by a timer.
 *
 * The operator is fed by hand and its clock is set by hand. The watermark column is a plain one beside the row time, so
 * that no function is needed: WATERMARK FOR a AS b.
 */
#include "rig.h"

#include "exec/ops.h"

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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
