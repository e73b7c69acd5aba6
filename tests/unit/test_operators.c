/* SPDX-License-Identifier: Apache-2.0 */
/* test_operators.c -- the operators without state: Calc filters and computes, Union passes on, Values gives the rows of
 * the plan, the source operator polls, the sink operator enforces NOT NULL and hands on.
 */
#include "keyed.h"

#include "exec/sink.h"
#include "exec/source.h"

enum { ROUNDS = 300 };

static rig r;
static tap out;

static int setup(void **state) {
    (void)state;
    draw_from(367);
    rig_init(&r);
    tap_init(&out);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    tap_deinit(&out);
    rig_deinit(&r);
    return 0;
}

static fl_op *add(const fl_op_class *c, const fl_plan *p, int n_inputs, int n_outputs) {
    return fl_chain_add(r.chain, c->type, c->size, p, 0, n_inputs, n_outputs);
}

/* ---- Calc ---- */

static fl_expr *call(const char *name, fl_expr *x, fl_expr *y) {
    fl_bind bind = {.arena = &r.arena};
    fl_expr *args[] = {x, y}, *e;
    if (fl_expr_call_name(&bind, name, args, 2, (fl_span){0}, &e, &r.err) < 0) fail_msg("%s: %s", name, r.err.message);
    return e;
}

static fl_expr *column(const fl_schema *s, int i) { return fl_expr_column(&r.arena, i, s->fields[i].type); }

/* SELECT b, a + b, a [WHERE a > b] */
static fl_op *open_calc(const fl_schema *s, bool filters) {
    fl_plan *p = fl_plan_new(&r.arena, FL_PLAN_CALC, 1, 1);
    fl_expr **e = FL_NEW_N(&r.arena, fl_expr *, 3);
    e[0] = column(s, 1);
    e[1] = call("+", column(s, 0), column(s, 1));
    e[2] = column(s, 0);
    p->inputs[0] = fl_plan_ref(rig_input(&r.arena, s));
    p->calc = (fl_calc){filters ? call(">", column(s, 0), column(s, 1)) : NULL, e};
    fl_field f[] = {{"b", e[0]->type, NULL}, {"sum", e[1]->type, NULL}, {"a", e[2]->type, NULL}};
    fl_plan_set_columns(&r.arena, &p->outputs[0], f, 3);
    fl_op *op = add(&fl_calc_class, p, 1, 1);
    fl_chain_connect_port(op, 0, &out.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    return op;
}

/* Rows with NULLs, kinds, a selection and marks, each at random. */
static fl_batch *draw_batch(const fl_schema *s, int64_t (*v)[2], int n) {
    for (int i = 0; i < n; i++)
        for (int c = 0; c < 2; c++) v[i][c] = draw_or_nil(4);
    fl_batch *b = rig_batch(s, v[0], n);
    if (draw(2) && n > 0) {
        uint8_t *kinds = fl_batch_need_kinds(b);
        for (int i = 0; i < n; i++) kinds[i] = (uint8_t)draw(4);
    }
    int n_sel;
    uint16_t *sel = draw_sel(&r.scratch, n, draw(9), &n_sel);
    if (sel != NULL) {
        memcpy(fl_batch_need_sel(b), sel, sizeof *sel * (size_t)n_sel);
        b->n_sel = n_sel;
    }
    int64_t watermark = 0;
    for (int i = -1; i < n; i++)
        if (draw(5) == 0) fl_batch_add_mark(b, i, watermark += 1 + draw(3));
    return b;
}

static void calc_is_a_loop_over_rows(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t v[40][2];
        bool filters = draw(2);
        fl_schema s = rig_schema(&r.arena, 2);
        fl_op *op = open_calc(&s, filters);
        int n = draw(40), m = 0;
        fl_batch *b = draw_batch(&s, v, n);
        fl_buf want;
        fl_buf_init(&want);
        for (int k = 0; k <= b->n_sel; k++) { /* marks come between rows, those of rows that do not count too */
            int row = k < b->n_sel ? fl_batch_row(b, k) : n;
            for (; m < b->n_marks && b->marks[m].row < row; m++) log_watermark(&want, b->marks[m].watermark);
            if (row == n) break;
            int64_t x = v[row][0], y = v[row][1];
            if (filters && (x == NIL || y == NIL || x <= y)) continue;
            fl_buf_printf(&want, "%s[", fl_row_kind_text[fl_batch_kind(b, row)]);
            const int64_t fields[] = {y, x == NIL || y == NIL ? NIL : x + y, x};
            for (int c = 0; c < 3; c++) {
                if (c > 0) fl_buf_puts(&want, ", ");
                if (fields[c] == NIL)
                    fl_buf_puts(&want, "null");
                else
                    fl_buf_printf(&want, "%lld", (long long)fields[c]);
            }
            fl_buf_puts(&want, "]\n");
        }
        assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
        assert_same_text(last_watermarks(&r.arena, &out.log), last_watermarks(&r.arena, &want));
        fl_buf_reset(&out.log);
        fl_buf_deinit(&want);
        fl_batch_unref(b);
        rig_restart(&r);
    }
}

/* What is only passed on is not copied. */
static void calc_shares_columns(void **state) {
    (void)state;
    fl_schema s = rig_schema(&r.arena, 2);
    fl_plan *p = fl_plan_new(&r.arena, FL_PLAN_CALC, 1, 1);
    fl_expr *e[] = {column(&s, 1)};
    p->inputs[0] = fl_plan_ref(rig_input(&r.arena, &s));
    p->calc = (fl_calc){NULL, e};
    fl_plan_set_columns(&r.arena, &p->outputs[0], s.fields + 1, 1);
    fl_op *op = add(&fl_calc_class, p, 1, 1);
    fl_chain_connect_port(op, 0, &out.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    fl_batch *b = rig_batch(&s, (int64_t[]){1, 2, 3, 4}, 2);
    int32_t before = b->cols[1]->refs;
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
    assert_int_equal(b->cols[1]->refs, before);
    assert_tap(&out, "+I[2]\n+I[4]\n");
    fl_batch_unref(b);
}

static void calc_errors_fail_the_job(void **state) {
    (void)state;
    fl_schema s = rig_schema(&r.arena, 2);
    for (int in_condition = 0; in_condition < 2; in_condition++) {
        fl_plan *p = fl_plan_new(&r.arena, FL_PLAN_CALC, 1, 1);
        fl_expr *quotient = call("/", column(&s, 0), column(&s, 1));
        fl_expr *e[] = {in_condition ? column(&s, 0) : quotient};
        p->inputs[0] = fl_plan_ref(rig_input(&r.arena, &s));
        p->calc = (fl_calc){in_condition ? call(">", quotient, column(&s, 0)) : NULL, e};
        fl_plan_set_columns(&r.arena, &p->outputs[0], s.fields, 1);
        fl_op *op = add(&fl_calc_class, p, 1, 1);
        fl_chain_connect_port(op, 0, &out.port);
        assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
        fl_batch *b = rig_batch(&s, (int64_t[]){6, 3, 1, 0}, 2);
        assert_int_equal(fl_chain_batch(op, 0, b, &r.err), FL_E_RUNTIME);
        assert_tap(&out, "");
        fl_batch_need_sel(b)[0] = 0; /* a row that does not count is not computed */
        b->n_sel = 1;
        assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
        assert_tap(&out, in_condition ? "" : "+I[2]\n");
        fl_batch_unref(b);
        rig_restart(&r);
        s = rig_schema(&r.arena, 2);
    }
}

/* ---- Union ---- */

static void union_passes_rows_and_the_least_watermark(void **state) {
    (void)state;
    fl_schema s = rig_schema(&r.arena, 1);
    fl_op *op = add(&fl_union_class, NULL, 3, 1);
    fl_chain_connect_port(op, 0, &out.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    for (int i = 0; i < 3; i++) {
        fl_batch *b = rig_batch(&s, (int64_t[]){i}, 1);
        fl_batch_add_mark(b, 0, 10 * (3 - i)); /* 30, 20, 10: only the last says something for all */
        assert_int_equal(fl_chain_batch(op, i, b, &r.err), 0);
        fl_batch_unref(b);
    }
    assert_tap(&out, "+I[0]\n+I[1]\n+I[2]\nW 10\n");
    assert_int_equal(fl_chain_watermark(op, 2, 25, &r.err), 0);
    assert_tap(&out, "W 20\n");
    assert_int_equal(fl_chain_watermark(op, 2, 15, &r.err), 0); /* goes not back */
    assert_tap(&out, "");
}

/* ---- Values ---- */

static fl_plan *values_plan(int n) {
    fl_schema s = rig_schema(&r.arena, 1);
    fl_plan *p = fl_plan_new(&r.arena, FL_PLAN_VALUES, 0, 1);
    fl_plan_set_columns(&r.arena, &p->outputs[0], s.fields, 1);
    int64_t v[100];
    for (int i = 0; i < n; i++) v[i] = i;
    p->values.rows = rig_batch(&s, v, n);
    return p;
}

static fl_op *open_source(const fl_plan *p) {
    fl_op *op = add(&fl_source_class, p, 0, 1);
    fl_chain_connect_port(op, 0, &out.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    return op;
}

static void values_give_their_rows_once_and_end(void **state) {
    (void)state;
    fl_plan *p = values_plan(5);
    r.ctx.batch_rows = 2;
    fl_op *op = open_source(p);
    for (int i = 0; i < 3; i++) assert_int_equal(fl_source_op_poll(op, &r.err), FL_POLL_BATCH);
    assert_int_equal(out.batches, 3);
    assert_tap(&out, "+I[0]\n+I[1]\n+I[2]\n+I[3]\n+I[4]\n");
    assert_int_equal(fl_source_op_poll(op, &r.err), FL_POLL_END);
    assert_tap(&out, "W MAX\n"); /* the end of event time */
    fl_batch_unref(p->values.rows);
}

static void only_the_first_subtask_gives_values(void **state) {
    (void)state;
    fl_plan *p = values_plan(5);
    r.ctx.subtask = 1;
    r.ctx.parallelism = 2;
    fl_op *op = open_source(p);
    assert_int_equal(fl_source_op_poll(op, &r.err), FL_POLL_END);
    assert_tap(&out, "W MAX\n");
    fl_batch_unref(p->values.rows);
}

/* Cut anywhere, the rest comes from the copy. */
static void values_go_on_where_they_were(void **state) {
    (void)state;
    for (int cut = 0; cut <= 5; cut++) {
        fl_arena kept;
        fl_arena_init(&kept);
        fl_plan *p = values_plan(5);
        r.ctx.batch_rows = 1;
        fl_op *op = open_source(p);
        for (int i = 0; i < cut; i++) assert_int_equal(fl_source_op_poll(op, &r.err), FL_POLL_BATCH);
        fl_str saved = rig_snapshot(&kept, op);
        fl_batch_unref(p->values.rows);
        rig_restart(&r);
        p = values_plan(5);
        op = open_source(p);
        assert_int_equal(rig_restore(op, &saved, 1, &r.err), 0);
        while (fl_source_op_poll(op, &r.err) == FL_POLL_BATCH) continue;
        assert_tap(&out, "+I[0]\n+I[1]\n+I[2]\n+I[3]\n+I[4]\nW MAX\n");
        fl_batch_unref(p->values.rows);
        rig_restart(&r);
        fl_arena_deinit(&kept);
    }
}

static void a_bad_position_is_refused(void **state) {
    (void)state;
    fl_plan *p = values_plan(5);
    fl_op *op = open_source(p);
    for (uint32_t at = 0; at < 3; at++) {
        fl_buf b;
        fl_buf_init(&b);
        if (at == 1) fl_buf_put_u32(&b, 6);
        if (at == 2) fl_buf_put_u32(&b, (uint32_t)-1);
        fl_str own = {b.p, b.n};
        fl_restore restore = {.own = &own, .n_own = 1};
        assert_int_equal(op->type->restore(op, &restore, &r.err), FL_E_CORRUPT);
        assert_string_equal(r.err.message, "the position in VALUES in the checkpoint is malformed");
        fl_buf_deinit(&b);
    }
    fl_batch_unref(p->values.rows);
}

/* ---- Sink ---- */

typedef struct ledger {
    fl_sink base;
} ledger;

static fl_buf written;
static bool full;

static int ledger_open(fl_sink *s, fl_error *err) {
    (void)err;
    s->timer_ms = 1500;
    return 0;
}
static int ledger_write(fl_sink *s, fl_batch *b, fl_error *err) {
    (void)err;
    assert_true(b->n_sel > 0);
    fl_batch_check(b);
    assert_string_equal(s->schema->fields[0].name, "a");
    log_batch(&written, b);
    return 0;
}
static bool ledger_has_room(fl_sink *s) {
    (void)s;
    return !full;
}
static int ledger_watermark(fl_sink *s, int64_t watermark, fl_error *err) {
    (void)s, (void)err;
    fl_buf_printf(&written, "watermark %lld\n", (long long)watermark);
    return 0;
}
static int ledger_timer(fl_sink *s, int64_t now_ms, fl_error *err) {
    (void)err;
    fl_buf_printf(&written, "timer %lld\n", (long long)now_ms);
    s->timer_ms = now_ms < 3000 ? 3000 : INT64_MAX;
    return 0;
}
static int ledger_finish(fl_sink *s, fl_error *err) {
    (void)s, (void)err;
    fl_buf_puts(&written, "finish\n");
    return 0;
}
static void ledger_close(fl_sink *s) { (void)s; }
static const fl_sink_type ledger_type = {.name = "ledger",
                                         .size = sizeof(ledger),
                                         .open = ledger_open,
                                         .write = ledger_write,
                                         .has_room = ledger_has_room,
                                         .watermark = ledger_watermark,
                                         .timer = ledger_timer,
                                         .finish = ledger_finish,
                                         .close = ledger_close};

static fl_op *open_sink(const fl_schema *s, bool drop_null_rows) {
    static const int not_null[] = {0, 1};
    fl_plan *p = fl_plan_new(&r.arena, FL_PLAN_SINK, 1, 1);
    p->inputs[0] = fl_plan_ref(rig_input(&r.arena, s));
    p->sink =
        (fl_sink_plan){.type = &ledger_type, .not_null = not_null, .n_not_null = 2, .drop_null_rows = drop_null_rows};
    fl_op *op = add(&fl_sink_class, p, 1, 0);
    fl_buf_init(&written);
    full = false;
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    return op;
}

static void assert_written(const char *expected) {
    assert_string_equal(fl_buf_cstr(&written), expected);
    fl_buf_reset(&written);
}

static void null_is_refused_where_the_table_says_so(void **state) {
    (void)state;
    fl_schema s = rig_schema(&r.arena, 3);
    fl_op *op = open_sink(&s, false);
    fl_batch *b = rig_batch(&s, (int64_t[]){1, 2, NIL, 3, NIL, 4}, 2);
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), FL_E_RUNTIME);
    assert_true(fl_str_starts(fl_str_from(r.err.message),
                              "Column 'b' is NOT NULL, however, a null value is being written into it."));
    assert_written("");
    fl_batch_need_sel(b)[0] = 0; /* rows that do not count may be what they like */
    b->n_sel = 1;
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
    assert_written("+I[1, 2, null]\n");
    fl_batch_unref(b);
    fl_buf_deinit(&written);
}

static void null_is_dropped_if_the_user_wants_it(void **state) {
    (void)state;
    fl_schema s = rig_schema(&r.arena, 3);
    fl_op *op = open_sink(&s, true);
    fl_batch *b = rig_batch(&s, (int64_t[]){1, 2, NIL, 3, NIL, 4, NIL, 5, 6, 7, 8, 9}, 4);
    fl_batch_add_mark(b, 2, 77);
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
    assert_written("+I[1, 2, null]\nW 77\n+I[7, 8, 9]\nwatermark 77\n");
    fl_batch_unref(b);
    b = rig_batch(&s, (int64_t[]){NIL, 2, 3}, 1); /* none is left: the watermark still counts */
    fl_batch_add_mark(b, 0, 78);
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
    assert_written("watermark 78\n");
    fl_batch_unref(b);
    fl_buf_deinit(&written);
}

static void a_full_sink_takes_its_batch_later(void **state) {
    (void)state;
    fl_schema s = rig_schema(&r.arena, 2);
    fl_op *op = open_sink(&s, false);
    fl_batch *b = rig_batch(&s, (int64_t[]){1, 2}, 1);
    full = true;
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
    assert_true(fl_chain_pending(r.chain));
    assert_int_equal(fl_chain_watermark(op, 0, 5, &r.err), 0); /* behind it */
    assert_written("");
    assert_int_equal(fl_chain_resume(r.chain, &r.err), FL_MORE);
    full = false;
    assert_int_equal(fl_chain_resume(r.chain, &r.err), FL_DONE);
    assert_written("+I[1, 2]\nwatermark 5\n");
    full = true; /* one that is never taken is freed with the chain */
    assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
    fl_batch_unref(b);
    rig_restart(&r);
    fl_buf_deinit(&written);
}

static void the_sinks_clock_is_the_tasks(void **state) {
    (void)state;
    fl_schema s = rig_schema(&r.arena, 2);
    open_sink(&s, false);
    assert_int_equal(fl_chain_next_timer(r.chain), 1500);
    fl_sim_set_clock_ms(r.pf, 1600);
    assert_int_equal(fl_chain_timers(r.chain, 1600, &r.err), 0);
    assert_written("timer 1600\n");
    assert_int_equal(fl_chain_next_timer(r.chain), 3000);
    fl_sim_set_clock_ms(r.pf, 3000);
    assert_int_equal(fl_chain_timers(r.chain, 3000, &r.err), 0);
    assert_written("timer 3000\n");
    assert_int_equal(fl_chain_next_timer(r.chain), INT64_MAX);
    assert_int_equal(fl_chain_finish(r.chain, &r.err), FL_DONE);
    assert_written("finish\n");
    assert_int_equal(fl_chain_finish(r.chain, &r.err), FL_DONE); /* once */
    assert_written("");
    fl_buf_deinit(&written);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(calc_is_a_loop_over_rows),
        TEST(calc_shares_columns),
        TEST(calc_errors_fail_the_job),
        TEST(union_passes_rows_and_the_least_watermark),
        TEST(values_give_their_rows_once_and_end),
        TEST(only_the_first_subtask_gives_values),
        TEST(values_go_on_where_they_were),
        TEST(a_bad_position_is_refused),
        TEST(null_is_refused_where_the_table_says_so),
        TEST(null_is_dropped_if_the_user_wants_it),
        TEST(a_full_sink_takes_its_batch_later),
        TEST(the_sinks_clock_is_the_tasks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
