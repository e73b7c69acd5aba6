/* SPDX-License-Identifier: Apache-2.0 */
/* test_scheduler.c -- a task that was woken runs, on one thread at a time, and when its time has come; no wake-up is
 * lost, also one that comes before the queues are complete or while the task runs.
 *
 * A task here is one source whose turns are counted.
 */
#include "test.h"

#include "model.h"

#include <unistd.h>

#include "base/platform_sim.h"
#include "exec/source.h"
#include "runtime/scheduler.h"

enum { TASKS = 6 };

static fl_error err;
static fl_arena arena;

/* What the source of a task does, and has done. */
typedef struct work {
    _Atomic int polls, inside, owed; /* owed: batches that somebody has asked for */
    _Atomic bool crowded;            /* two threads were in it at once */
    int64_t wake_ms;                 /* when an idle source wants to be asked again */
    bool fails;
} work;

typedef struct bench {
    work work[TASKS];
    fl_plan plan[TASKS];
    fl_plan_output output;
    fl_field field;
    fl_plan *nodes[TASKS];
    fl_vertex vertex[TASKS];
    fl_graph graph;
    fl_task *tasks[TASKS];
    _Atomic int n_failed;
    fl_sched *sched;
} bench;

static bench b;

static int work_open(fl_source *s, fl_error *e) {
    (void)s, (void)e;
    return 0;
}
static int work_poll(fl_source *s, fl_batch **out, fl_error *e) {
    work *w = (work *)(uintptr_t)s->plan->scan.config;
    if (atomic_fetch_add(&w->inside, 1) != 0) w->crowded = true;
    w->polls++;
    int rc = FL_POLL_IDLE, owed = w->owed;
    if (w->fails) {
        rc = fl_fail(e, FL_E_RUNTIME, "no");
    } else if (owed > 0) {
        w->owed--;
        *out = fl_batch_new(0, 0);
        rc = FL_POLL_BATCH;
    } else {
        s->wake_ms = w->wake_ms;
        w->wake_ms = INT64_MAX;
    }
    atomic_fetch_sub(&w->inside, 1);
    return rc;
}
static void work_close(fl_source *s) { (void)s; }
static const fl_source_type worker = {
    .name = "work", .size = sizeof(fl_source), .open = work_open, .poll = work_poll, .close = work_close};

static void on_failed(void *job, fl_task *t, const fl_error *e) {
    (void)job, (void)t, (void)e;
    b.n_failed++;
}
static void on_wake(void *job, fl_task *t) {
    (void)job;
    fl_sched_wake(t);
}
static const fl_task_hooks hooks = {.failed = on_failed, .wake = on_wake};

/* Every other task may block if `mixed`: it has a thread of its own. */
static void bench_open(fl_platform *pf, bool mixed) {
    static int vertex_of[TASKS];
    memset(&b, 0, sizeof b);
    fl_arena_init(&arena);
    fl_task_ctx ctx = {.pf = pf, .tz = fl_tz_utc(), .max_parallelism = 16, .batch_rows = 10};
    b.graph.vertex = vertex_of;
    for (int i = 0; i < TASKS; i++) {
        vertex_of[i] = i;
        b.work[i].wake_ms = INT64_MAX;
        b.plan[i] = (fl_plan){.kind = FL_PLAN_SCAN, .id = i, .outputs = &b.output, .n_outputs = 1};
        b.plan[i].scan.type = &worker;
        b.plan[i].scan.config = &b.work[i];
        b.nodes[i] = &b.plan[i];
        b.vertex[i] =
            (fl_vertex){.id = i, .nodes = &b.nodes[i], .n_nodes = 1, .parallelism = 1, .may_block = mixed && i % 2};
        b.tasks[i] = fl_task_new(&b.vertex[i], 0, &ctx, &hooks, NULL);
        fl_task_build(b.tasks[i], &b.graph);
        assert_int_equal(fl_task_open(b.tasks[i], &err), 0);
    }
}

static void bench_close(void) {
    fl_sched_stop(b.sched);
    for (int i = 0; i < TASKS; i++) assert_false(b.work[i].crowded);
    for (int i = 0; i < TASKS; i++) fl_task_free(b.tasks[i]);
    fl_sched_free(b.sched);
    fl_arena_deinit(&arena);
}

/* ---- in a simulation ---- */

static void wakes_and_timers_in_a_simulation(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 5, .start_ms = 1000});
    bench_open(pf, true);
    b.sched = fl_sched_new(pf, b.tasks, TASKS);
    assert_int_equal(fl_sched_runnable(b.sched), 0);
    assert_false(fl_sched_step(b.sched));
    assert_int_equal(fl_sched_start(b.sched, &err), 0);
    assert_int_equal(fl_sched_runnable(b.sched), TASKS); /* the first turn is free */
    b.work[2].wake_ms = 1500;
    b.work[4].wake_ms = 1200;
    for (int i = 0; i < TASKS; i++) assert_true(fl_sched_step(b.sched));
    for (int i = 0; i < TASKS; i++) assert_int_equal(b.work[i].polls, 1);
    assert_false(fl_sched_step(b.sched));
    assert_int_equal(fl_sched_due_ms(b.sched), 1200);
    fl_sched_wake(b.tasks[3]);
    fl_sched_wake(b.tasks[3]); /* once is enough */
    assert_int_equal(fl_sched_runnable(b.sched), 1);
    assert_true(fl_sched_step(b.sched));
    assert_false(fl_sched_step(b.sched));
    assert_int_equal(b.work[3].polls, 2);
    fl_sim_set_clock_ms(pf, 1199);
    assert_false(fl_sched_step(b.sched));
    fl_sim_set_clock_ms(pf, 1200);
    assert_true(fl_sched_step(b.sched));
    assert_int_equal(b.work[4].polls, 2);
    assert_int_equal(fl_sched_due_ms(b.sched), 1500);
    fl_sched_wake(b.tasks[2]); /* before its time: then its time is none */
    assert_true(fl_sched_step(b.sched));
    assert_int_equal(fl_sched_due_ms(b.sched), INT64_MAX);
    b.work[0].fails = true;
    fl_sched_wake(b.tasks[0]);
    assert_true(fl_sched_step(b.sched));
    assert_int_equal(b.n_failed, 1);
    fl_sched_wake(b.tasks[0]); /* what has failed never runs again */
    assert_false(fl_sched_step(b.sched));
    bench_close();
    fl_sim_free(pf);
}

/* Any of those that can run may be next. */
static void chance_decides_the_order(void **state) {
    (void)state;
    int first[TASKS] = {0};
    for (uint64_t seed = 0; seed < 200; seed++) {
        fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = seed});
        bench_open(pf, false);
        b.sched = fl_sched_new(pf, b.tasks, TASKS);
        assert_int_equal(fl_sched_start(b.sched, &err), 0);
        assert_true(fl_sched_step(b.sched));
        for (int i = 0; i < TASKS; i++) first[i] += b.work[i].polls;
        bench_close();
        fl_sim_free(pf);
    }
    for (int i = 0; i < TASKS; i++) assert_in_range(first[i], 10, 70);
}

/* ---- with threads ---- */

static _Atomic bool quit;

/* Asks for batches and wakes, again and again, from before there is a scheduler. */
static void *pester(void *arg) {
    int *asked = arg;
    for (int i = 0; !quit; i++) {
        int k = i % TASKS;
        b.work[k].owed++;
        asked[k]++;
        fl_sched_wake(b.tasks[k]);
        if (i % 50 == 0) usleep(50);
    }
    return NULL;
}

static bool all_done(void) {
    for (int i = 0; i < TASKS; i++)
        if (b.work[i].owed > 0) return false;
    return true;
}

static void no_wake_is_lost(void **state) {
    (void)state;
    fl_platform *pf = fl_platform_real();
    for (int round = 0; round < 20; round++) {
        fl_thread threads[2];
        int asked[2][TASKS] = {{0}};
        bench_open(pf, true);
        quit = false;
        for (int i = 0; i < 2; i++)
            assert_int_equal(fl_thread_start(pf, &threads[i], "pester", pester, asked[i], &err), 0);
        usleep((unsigned)draw(300));
        b.sched = fl_sched_new(pf, b.tasks, TASKS);
        usleep((unsigned)draw(300));
        assert_int_equal(fl_sched_start(b.sched, &err), 0);
        usleep((unsigned)draw(3000));
        quit = true;
        for (int i = 0; i < 2; i++) fl_thread_join(threads[i]);
        for (int ms = 0; !all_done() && ms < 20000; ms++) usleep(1000);
        assert_true(all_done());
        bench_close();
    }
}

static void time_wakes_too(void **state) {
    (void)state;
    fl_platform *pf = fl_platform_real();
    bench_open(pf, true);
    int64_t now = fl_now_ms(pf);
    for (int i = 0; i < TASKS; i++) b.work[i].wake_ms = now + 20 + i;
    b.sched = fl_sched_new(pf, b.tasks, TASKS);
    assert_int_equal(fl_sched_start(b.sched, &err), 0);
    for (int i = 0; i < TASKS; i++) {
        for (int ms = 0; b.work[i].polls < 2 && ms < 20000; ms++) usleep(1000);
        assert_int_equal(b.work[i].polls, 2);
        assert_true(fl_now_ms(pf) >= now + 20 + i);
    }
    bench_close();
}

static void after_stop_nothing_runs(void **state) {
    (void)state;
    fl_platform *pf = fl_platform_real();
    bench_open(pf, true);
    for (int i = 0; i < TASKS; i++) b.work[i].owed = 1 << 30;
    b.sched = fl_sched_new(pf, b.tasks, TASKS);
    assert_int_equal(fl_sched_start(b.sched, &err), 0);
    usleep(2000);
    fl_sched_stop(b.sched);
    int polls[TASKS];
    for (int i = 0; i < TASKS; i++) polls[i] = b.work[i].polls;
    for (int i = 0; i < TASKS; i++) fl_sched_wake(b.tasks[i]);
    usleep(2000);
    for (int i = 0; i < TASKS; i++) assert_int_equal(b.work[i].polls, polls[i]);
    bench_close();
}

static int setup(void **state) {
    (void)state;
    draw_from(347);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wakes_and_timers_in_a_simulation),
        cmocka_unit_test(chance_decides_the_order),
        cmocka_unit_test_setup_teardown(no_wake_is_lost, setup, NULL),
        cmocka_unit_test(time_wakes_too),
        cmocka_unit_test(after_stop_nothing_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
