/* SPDX-License-Identifier: Apache-2.0 */
/* test_operator.c -- chains: what is delivered in which order, also when outputs are full, and what the watermarks and
 * idleness of several inputs mean together.
 *
 * A probe is an operator that gives each batch and each watermark several times, one at a time, and stops when its
 * output is full. A chain of probes behind a tap with little room must say exactly what it says behind a tap with room
 * always. Combined watermarks are compared with a model of Flink's valve, written event by event.
 */
#include "rig.h"

enum { ROUNDS = 300, EVENTS = 60, INPUTS_MAX = 4 };

static rig r;
static fl_schema schema;
static fl_buf hooks; /* what the probes were asked */

static int setup(void **state) {
    (void)state;
    draw_from(47);
    rig_init(&r);
    schema = rig_schema(&r.arena, 1);
    fl_buf_init(&hooks);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    rig_deinit(&r);
    fl_buf_deinit(&hooks);
    return 0;
}

static fl_batch *one(int64_t x) { return rig_batch(&schema, &x, 1); }

/* ---- probes ---- */

typedef struct probe_plan {
    const char *name;
    int copies; /* of each batch; a watermark and a timer give copies - 1 rows of their own first */
    bool cannot_open;
    int64_t fails_at; /* this row is refused */
} probe_plan;

typedef struct probe {
    fl_op base;
    const probe_plan *plan;
    fl_batch *in;
    int left;
    bool busy;
} probe;

static int probe_open(fl_op *op, fl_error *err) {
    probe *p = (probe *)op;
    p->plan = op->plan;
    fl_buf_printf(&hooks, "%s open\n", p->plan->name);
    return p->plan->cannot_open ? fl_fail(err, FL_E_IO, "cannot open") : 0;
}

/* Gives p->in p->left times. */
static int probe_work(probe *p, fl_error *err) {
    while (p->left > 0) {
        if (!fl_has_room(&p->base, 0)) return FL_MORE;
        p->left--;
        FL_TRY(fl_emit(&p->base, 0, p->in, err));
    }
    fl_batch_unref(p->in);
    p->in = NULL;
    p->busy = false;
    return FL_DONE;
}

static int probe_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    probe *p = (probe *)op;
    assert_int_equal(b == NULL, p->busy);
    if (b != NULL) {
        if (b->n > 0 && FL_DATA(b->cols[0], int64_t)[0] == p->plan->fails_at && p->plan->fails_at != 0)
            return fl_fail(err, FL_E_RUNTIME, "refused");
        p->in = fl_batch_ref(b);
        p->left = p->plan->copies;
        p->busy = true;
    }
    if (p->in->n_marks > 0 && p->left > 1) { /* a mark holds behind the last copy only */
        fl_batch *plain = fl_batch_copy(p->in);
        plain->n_marks = 0;
        for (; p->left > 1; p->left--) {
            if (!fl_has_room(op, 0)) break;
            int rc = fl_emit(op, 0, plain, err);
            assert_int_equal(rc, 0);
        }
        fl_batch_unref(plain);
        if (p->left > 1) return FL_MORE;
    }
    return probe_work(p, err);
}

static int probe_rows(probe *p, int64_t x, fl_error *err) {
    if (!p->busy) {
        p->in = one(x);
        p->left = p->plan->copies - 1;
        p->busy = true;
    }
    return probe_work(p, err);
}

static int probe_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    int rc = probe_rows((probe *)op, watermark * 1000, err);
    return rc == FL_DONE ? fl_emit_watermark(op, watermark, err) : rc;
}

static int probe_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    op->timer_ms = INT64_MAX;
    return probe_rows((probe *)op, -now_ms, err);
}

static int probe_finish(fl_op *op, fl_error *err) {
    probe *p = (probe *)op;
    int rc = probe_rows(p, 7777, err);
    if (rc == FL_DONE) fl_buf_printf(&hooks, "%s finish\n", p->plan->name);
    return rc;
}

static void probe_close(fl_op *op) {
    probe *p = (probe *)op;
    fl_buf_printf(&hooks, "%s close\n", ((const probe_plan *)op->plan)->name);
    fl_batch_unref(p->in);
}

static const fl_op_type probe_type = {.name = "Probe",
                                      .open = probe_open,
                                      .batch = probe_batch,
                                      .watermark = probe_watermark,
                                      .timer = probe_timer,
                                      .finish = probe_finish,
                                      .close = probe_close};
/* All hooks but batch pass on by themselves. */
static int pass_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    return fl_emit(op, 0, b, err);
}
static const fl_op_type pass_type = {.name = "Pass", .batch = pass_batch};

static fl_op *add_probe(const probe_plan *plan, int id, int n_inputs) {
    return fl_chain_add(r.chain, &probe_type, sizeof(probe), plan, id, n_inputs, 1);
}

/* ---- order ---- */

static void hooks_are_called_upstream_first_and_closed_downstream_first(void **state) {
    (void)state;
    static const probe_plan a = {.name = "a", .copies = 1}, b = {.name = "b", .copies = 1};
    tap t;
    tap_init(&t);
    fl_op *p = add_probe(&a, 0, 1), *q = add_probe(&b, 1, 1);
    fl_chain_connect(p, 0, q, 0);
    fl_chain_connect_port(q, 0, &t.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    assert_int_equal(fl_chain_finish(r.chain, &r.err), FL_DONE);
    assert_int_equal(fl_chain_finish(r.chain, &r.err), FL_DONE);
    rig_restart(&r);
    assert_string_equal(fl_buf_cstr(&hooks), "a open\nb open\na finish\nb finish\nb close\na close\n");
    tap_deinit(&t);
}

static void a_failed_open_still_closes_all(void **state) {
    (void)state;
    static const probe_plan a = {.name = "a", .cannot_open = true}, b = {.name = "b"};
    add_probe(&a, 0, 1);
    add_probe(&b, 1, 1);
    assert_int_equal(fl_chain_open(r.chain, &r.err), FL_E_IO);
    rig_restart(&r);
    assert_string_equal(fl_buf_cstr(&hooks), "a open\nb close\na close\n");
}

static void each_edge_of_an_output_gets_everything(void **state) {
    (void)state;
    tap s, t;
    tap_init(&s);
    tap_init(&t);
    fl_op *a = fl_chain_add(r.chain, &pass_type, sizeof(fl_op), NULL, 0, 1, 1);
    fl_op *b = fl_chain_add(r.chain, &pass_type, sizeof(fl_op), NULL, 1, 1, 1);
    fl_chain_connect(a, 0, b, 0);
    fl_chain_connect_port(a, 0, &s.port);
    fl_chain_connect_port(b, 0, &t.port);
    fl_batch *x = one(5);
    fl_batch_add_mark(x, 0, 3);
    assert_int_equal(fl_chain_batch(a, 0, x, &r.err), 0);
    assert_int_equal(fl_chain_idle(a, 0, true, &r.err), 0);
    assert_int_equal(fl_chain_idle(a, 0, true, &r.err), 0);
    assert_int_equal(fl_chain_idle(a, 0, false, &r.err), 0);
    assert_int_equal(fl_chain_watermark(a, 0, 3, &r.err), 0); /* known already */
    assert_int_equal(fl_chain_watermark(a, 0, 4, &r.err), 0);
    fl_batch_unref(x);
    assert_tap(&s, "+I[5]\nW 3\nidle\nactive\nW 4\n");
    assert_tap(&t, "+I[5]\nW 3\nidle\nactive\nW 4\n");
    assert_int_equal(fl_metric_get(&b->metrics.rows_in), 1);
    assert_int_equal(fl_metric_get(&b->metrics.rows_out), 1);
    assert_int_equal(fl_metric_get(&b->metrics.watermark), 4);
    tap_deinit(&s);
    tap_deinit(&t);
}

static void batches_that_say_nothing_go_nowhere(void **state) {
    (void)state;
    tap t;
    tap_init(&t);
    fl_op *a = fl_chain_add(r.chain, &pass_type, sizeof(fl_op), NULL, 0, 1, 1);
    fl_chain_connect_port(a, 0, &t.port);
    fl_batch *none = one(5);
    fl_batch_need_sel(none); /* no row counts */
    assert_int_equal(fl_chain_batch(a, 0, none, &r.err), 0);
    assert_int_equal(t.batches, 0);
    fl_batch_add_mark(none, 0, 3);
    assert_int_equal(fl_chain_batch(a, 0, none, &r.err), 0);
    assert_int_equal(t.batches, 1);
    fl_batch_unref(none);
    tap_deinit(&t);
}

static void a_failure_comes_back_to_who_feeds_the_chain(void **state) {
    (void)state;
    static const probe_plan a = {.name = "a", .copies = 2}, b = {.name = "b", .copies = 1, .fails_at = 13};
    fl_op *p = add_probe(&a, 0, 1), *q = add_probe(&b, 1, 1);
    tap t;
    tap_init(&t);
    fl_chain_connect(p, 0, q, 0);
    fl_chain_connect_port(q, 0, &t.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    fl_batch *x = one(13);
    assert_int_equal(fl_chain_batch(p, 0, x, &r.err), FL_E_RUNTIME);
    assert_string_equal(r.err.message, "refused");
    fl_batch_unref(x);
    tap_deinit(&t);
}

static void timers_run_when_they_are_due(void **state) {
    (void)state;
    static const probe_plan a = {.name = "a", .copies = 2};
    tap t;
    tap_init(&t);
    fl_op *p = add_probe(&a, 0, 1), *q = add_probe(&a, 1, 1);
    fl_chain_connect(p, 0, q, 0);
    fl_chain_connect_port(q, 0, &t.port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    assert_int_equal(fl_chain_next_timer(r.chain), INT64_MAX);
    q->timer_ms = 1500;
    p->timer_ms = 1200;
    assert_int_equal(fl_chain_next_timer(r.chain), 1200);
    assert_int_equal(fl_chain_timers(r.chain, 1000, &r.err), 0);
    assert_tap(&t, "");
    fl_sim_set_clock_ms(r.pf, 1300);
    assert_int_equal(fl_chain_timers(r.chain, 1300, &r.err), 0);
    assert_tap(&t, "+I[-1300]\n+I[-1300]\n");
    assert_int_equal(fl_chain_next_timer(r.chain), 1500);
    tap_deinit(&t);
}

/* ---- full outputs ---- */

typedef struct test_event {
    fl_event_kind
        kind; /* BATCH: `x` is the row, and a mark behind it if `watermark` is not MIN; TIMER; else as named */
    int input;
    int64_t x, watermark;
    bool idle;
} test_event;

static void draw_events(test_event *e, int n, int n_inputs) {
    int64_t watermark[INPUTS_MAX] = {0};
    bool idle[INPUTS_MAX] = {false};
    for (int k = 0; k < n; k++) {
        int i = draw(n_inputs);
        e[k] = (test_event){.input = i, .watermark = FL_WATERMARK_MIN};
        if (idle[i] || draw(8) == 0) { /* before it says anything else an idle input becomes active */
            idle[i] = !idle[i];
            e[k].kind = FL_EVENT_IDLE;
            e[k].idle = idle[i];
            continue;
        }
        e[k].kind = draw(3) ? FL_EVENT_BATCH : FL_EVENT_WATERMARK;
        e[k].x = k;
        if (e[k].kind == FL_EVENT_WATERMARK || draw(3) == 0) e[k].watermark = watermark[i] += 1 + draw(20);
    }
}

static int feed(fl_op *op, const test_event *e) {
    switch (e->kind) {
    case FL_EVENT_WATERMARK: return fl_chain_watermark(op, e->input, e->watermark, &r.err);
    case FL_EVENT_IDLE: return fl_chain_idle(op, e->input, e->idle, &r.err);
    default: {
        fl_batch *b = one(e->x);
        if (e->watermark != FL_WATERMARK_MIN) fl_batch_add_mark(b, 0, e->watermark);
        int rc = fl_chain_batch(op, e->input, b, &r.err);
        fl_batch_unref(b);
        return rc;
    }
    }
}

/* Everything that a chain of three probes says to all events and to the end; `room` messages are taken at a time. */
static void run_probes(const test_event *events, int room, tap *t) {
    static const probe_plan plans[] = {
        {.name = "a", .copies = 2}, {.name = "b", .copies = 3}, {.name = "c", .copies = 2}};
    rig_restart(&r);
    schema = rig_schema(&r.arena, 1);
    fl_op *op[3];
    for (int i = 0; i < 3; i++) op[i] = add_probe(&plans[i], i, i == 0 ? 2 : 1);
    for (int i = 0; i < 2; i++) fl_chain_connect(op[i], 0, op[i + 1], 0);
    fl_chain_connect_port(op[2], 0, &t->port);
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    t->room = room;
    for (int k = 0; k < EVENTS; k++) {
        assert_int_equal(feed(op[0], &events[k]), 0);
        assert_int_equal(fl_chain_pending(r.chain), fl_chain_resume(r.chain, &r.err) == FL_MORE);
        while (fl_chain_pending(r.chain)) {
            assert_true(room != ROOM_ALWAYS);
            t->room = 1 + draw(3);
            assert_true(fl_chain_resume(r.chain, &r.err) >= 0);
        }
    }
    while (fl_chain_finish(r.chain, &r.err) == FL_MORE) {
        t->room = 1 + draw(3);
        assert_true(fl_chain_resume(r.chain, &r.err) >= 0);
    }
    for (int i = 0; i < 3; i++) assert_true(op[i]->finished && op[i]->watermark == op[i]->combined);
}

static void a_full_output_changes_nothing_but_the_time(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        test_event events[EVENTS];
        tap free_one, full_one;
        tap_init(&free_one);
        tap_init(&full_one);
        draw_events(events, EVENTS, 2);
        run_probes(events, ROOM_ALWAYS, &free_one);
        run_probes(events, 0, &full_one);
        assert_true(free_one.log.n > 0);
        assert_same_text(fl_buf_cstr(&full_one.log), fl_buf_cstr(&free_one.log));
        tap_deinit(&free_one);
        tap_deinit(&full_one);
        fl_buf_reset(&hooks);
    }
}

/* ---- several inputs ---- */

/* Flink's StatusWatermarkValve, and an end: an input that has reached MAX is out of the game. */
typedef struct valve {
    struct valve_input {
        int64_t watermark;
        bool idle, aligned, ended;
    } in[INPUTS_MAX];
    int n;
    int64_t last;
    bool idle;
    fl_buf log;
} valve;

static void valve_output(valve *v, int64_t watermark) {
    if (watermark <= v->last) return;
    v->last = watermark;
    log_watermark(&v->log, watermark);
}

static void valve_least(valve *v) {
    int64_t least = INT64_MAX;
    for (int i = 0; i < v->n; i++)
        if (!v->in[i].idle && !v->in[i].ended && v->in[i].aligned) least = FL_MIN(least, v->in[i].watermark);
    if (least < INT64_MAX) valve_output(v, least);
}

static void valve_greatest(valve *v) {
    int64_t greatest = FL_WATERMARK_MIN;
    for (int i = 0; i < v->n; i++)
        if (!v->in[i].ended) greatest = FL_MAX(greatest, v->in[i].watermark);
    valve_output(v, greatest);
}

/* After an input has left: those that remain may go on, or nobody holds back any more. */
static void valve_left(valve *v) {
    int open = 0, active = 0;
    for (int i = 0; i < v->n; i++) {
        open += !v->in[i].ended;
        active += !v->in[i].ended && !v->in[i].idle;
    }
    if (open == 0) {
        valve_output(v, FL_WATERMARK_MAX);
    } else if (active == 0) {
        valve_greatest(v);
        if (!v->idle) fl_buf_puts(&v->log, "idle\n");
        v->idle = true;
    } else {
        valve_least(v);
    }
}

static void valve_event(valve *v, const test_event *e) {
    struct valve_input *in = &v->in[e->input];
    if (e->kind == FL_EVENT_IDLE) {
        in->idle = e->idle;
        in->aligned = !e->idle && in->watermark >= v->last;
        if (e->idle) {
            valve_left(v);
            return;
        }
        valve_least(v); /* Flink waits with this for the next watermark */
        if (v->idle) fl_buf_puts(&v->log, "active\n");
        v->idle = false;
        return;
    }
    if (e->kind == FL_EVENT_BATCH) fl_buf_printf(&v->log, "+I[%lld]\n", (long long)e->x);
    if (e->watermark == FL_WATERMARK_MIN) return;
    in->watermark = FL_MAX(in->watermark, e->watermark);
    if (e->watermark == FL_WATERMARK_MAX) {
        in->ended = true;
        valve_left(v);
        return;
    }
    if (in->watermark >= v->last) in->aligned = true;
    valve_least(v);
}

static void inputs_mean_together_what_flinks_valve_says(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS * 4; round++) {
        test_event e[EVENTS];
        tap t;
        valve v = {.n = 1 + draw(INPUTS_MAX), .last = FL_WATERMARK_MIN};
        bool ended[INPUTS_MAX] = {false};
        for (int i = 0; i < INPUTS_MAX; i++) v.in[i] = (struct valve_input){FL_WATERMARK_MIN, false, true, false};
        tap_init(&t);
        rig_restart(&r);
        schema = rig_schema(&r.arena, 1);
        fl_op *op = fl_chain_add(r.chain, &pass_type, sizeof(fl_op), NULL, 0, v.n, 1);
        fl_chain_connect_port(op, 0, &t.port);
        draw_events(e, EVENTS, v.n);
        for (int k = 0; k < EVENTS; k++) {
            if (ended[e[k].input]) continue;
            if (k > EVENTS / 2 && e[k].kind == FL_EVENT_WATERMARK && draw(2)) {
                e[k].watermark = FL_WATERMARK_MAX;
                ended[e[k].input] = true;
            }
            assert_int_equal(feed(op, &e[k]), 0);
            valve_event(&v, &e[k]);
        }
        for (int i = 0; i < v.n; i++) {
            test_event end = {.kind = FL_EVENT_WATERMARK, .input = i, .watermark = FL_WATERMARK_MAX};
            if (ended[i]) continue;
            assert_int_equal(feed(op, &end), 0);
            valve_event(&v, &end);
        }
        if (v.idle) fl_buf_puts(&v.log, "active\n"); /* who has ended is not idle */
        assert_same_text(fl_buf_cstr(&t.log), fl_buf_cstr(&v.log));
        assert_non_null(strstr(fl_buf_cstr(&t.log), "W MAX\n"));
        tap_deinit(&t);
        fl_buf_deinit(&v.log);
    }
}

/* A partition that is only idle may have rows later: an input that ends beside it must not make them late. */
static void an_end_beside_an_idle_input_is_not_the_end(void **state) {
    (void)state;
    tap t;
    tap_init(&t);
    fl_op *op = fl_chain_add(r.chain, &pass_type, sizeof(fl_op), NULL, 0, 2, 1);
    fl_chain_connect_port(op, 0, &t.port);
    assert_int_equal(fl_chain_watermark(op, 0, 10, &r.err), 0);
    assert_int_equal(fl_chain_watermark(op, 1, 20, &r.err), 0);
    assert_int_equal(fl_chain_idle(op, 0, true, &r.err), 0);
    assert_int_equal(fl_chain_watermark(op, 1, FL_WATERMARK_MAX, &r.err), 0);
    assert_tap(&t, "W 10\nW 20\nidle\n");
    assert_int_equal(fl_chain_idle(op, 0, false, &r.err), 0);
    assert_int_equal(fl_chain_watermark(op, 0, 25, &r.err), 0);
    assert_int_equal(fl_chain_watermark(op, 0, FL_WATERMARK_MAX, &r.err), 0);
    assert_tap(&t, "active\nW 25\nW MAX\n");
    tap_deinit(&t);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(hooks_are_called_upstream_first_and_closed_downstream_first),
        TEST(a_failed_open_still_closes_all),
        TEST(each_edge_of_an_output_gets_everything),
        TEST(batches_that_say_nothing_go_nowhere),
        TEST(a_failure_comes_back_to_who_feeds_the_chain),
        TEST(timers_run_when_they_are_due),
        TEST(a_full_output_changes_nothing_but_the_time),
        TEST(inputs_mean_together_what_flinks_valve_says),
        TEST(an_end_beside_an_idle_input_is_not_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
