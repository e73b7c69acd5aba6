/* SPDX-License-Identifier: Apache-2.0 */
/* test_collect.c -- between a job and the client of a SELECT: rows come in order, once, and when a checkpoint has
 * covered them; the client is woken by rows and by the end, also by one that came just before it began to wait.
 */
#include "rig.h"

#include "env/collect.h"
#include "exec/sink.h"

static fl_arena arena;
static fl_error err;
static fl_schema schema;
static int n_wakes;

static void wake(void *task) {
    (void)task;
    n_wakes++;
}

static int setup(void **state) {
    (void)state;
    draw_from(353);
    fl_arena_init(&arena);
    schema = rig_schema(&arena, 2);
    n_wakes = 0;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    return 0;
}

/* One instance of the sink in a task of its own. */
typedef struct instance {
    fl_task_ctx ctx;
    fl_sink_plan plan;
    fl_sink *sink;
} instance;

static void instance_open(instance *k, fl_collector *c, bool checkpointed) {
    *k = (instance){.ctx = {.checkpointed = checkpointed, .parallelism = 1, .wake = wake}, .plan = {.config = c}};
    k->sink = fl_calloc(1, fl_collect_sink.size);
    k->sink->type = &fl_collect_sink;
    k->sink->ctx = &k->ctx;
    k->sink->plan = &k->plan;
    k->sink->schema = &schema;
    assert_int_equal(fl_collect_sink.open(k->sink, &err), 0);
}

static void instance_close(instance *k) {
    fl_collect_sink.close(k->sink);
    free(k->sink);
}

static void give(instance *k, int64_t number) {
    fl_batch *b = rig_batch(&schema, (const int64_t[]){number, 2 * number}, 1);
    assert_int_equal(fl_collect_sink.write(k->sink, b, &err), 0);
    fl_batch_unref(b);
}

/* The numbers that have come since the last look, each with a blank. */
static void assert_taken(fl_collector *c, const char *expected) {
    fl_buf log;
    fl_buf_init(&log);
    for (fl_batch *b; (b = fl_collector_take(c)) != NULL; fl_batch_unref(b))
        for (int i = 0; i < b->n; i++) {
            assert_int_equal(fl_column_i64(b->cols[1], i), 2 * fl_column_i64(b->cols[0], i));
            fl_buf_printf(&log, "%lld ", (long long)fl_column_i64(b->cols[0], i));
        }
    assert_string_equal(fl_buf_cstr(&log), expected);
    fl_buf_deinit(&log);
}

static void rows_come_at_once_without_checkpoints(void **state) {
    (void)state;
    instance k;
    fl_collector *c = fl_collector_new(true);
    instance_open(&k, c, false);
    assert_taken(c, "");
    give(&k, 1);
    give(&k, 2);
    assert_taken(c, "1 2 ");
    give(&k, 3); /* left over: freed with the collector */
    instance_close(&k);
    fl_collector_free(c);
}

static void a_slow_client_stops_the_sink(void **state) {
    (void)state;
    instance k;
    fl_collector *c = fl_collector_new(true), *free_for_all = fl_collector_new(false);
    instance_open(&k, c, false);
    int n = 0;
    for (; fl_collect_sink.has_room(k.sink); n++) give(&k, n);
    assert_in_range(n, 2, 100);
    fl_batch_unref(fl_collector_take(c));
    assert_int_equal(n_wakes, 1);
    assert_true(fl_collect_sink.has_room(k.sink));
    fl_batch_unref(fl_collector_take(c));
    assert_int_equal(n_wakes, 1); /* it was not full */
    instance_close(&k);
    fl_collector_free(c);
    instance_open(&k, free_for_all, false); /* a simulation has no second thread that could make room */
    for (int i = 0; i < 1000; i++) give(&k, i);
    assert_true(fl_collect_sink.has_room(k.sink));
    instance_close(&k);
    fl_collector_free(free_for_all);
}

static void prepare(instance *k, int64_t checkpoint, fl_buf *out) {
    fl_buf_reset(out);
    assert_int_equal(fl_collect_sink.prepare(k->sink, checkpoint, out, &err), 0);
}

/* What the client has seen is never taken back and never comes twice, whichever checkpoint a restart goes on from. */
static void rows_wait_for_their_checkpoint(void **state) {
    (void)state;
    instance k;
    fl_buf first, second;
    fl_buf_init(&first);
    fl_buf_init(&second);
    fl_collector *c = fl_collector_new(true);
    instance_open(&k, c, true);
    give(&k, 1);
    prepare(&k, 1, &first);
    give(&k, 2);
    assert_taken(c, "");
    assert_int_equal(fl_collect_sink.commit(k.sink, 1, &err), 0);
    assert_taken(c, "1 ");
    prepare(&k, 2, &second);
    give(&k, 3);
    instance_close(&k); /* a crash: 2 is durable and was not told so; 3 is lost, and will come again */
    assert_taken(c, "");
    instance_open(&k, c, true);
    fl_str own = {second.p, second.n};
    assert_int_equal(fl_collect_sink.restore(k.sink, &own, 1, &err), 0);
    assert_int_equal(fl_collect_sink.commit(k.sink, 2, &err), 0);
    assert_taken(c, "2 ");
    instance_close(&k);
    instance_open(&k, c, true); /* and once more from the same */
    assert_int_equal(fl_collect_sink.restore(k.sink, &own, 1, &err), 0);
    assert_int_equal(fl_collect_sink.commit(k.sink, 2, &err), 0);
    assert_taken(c, "");
    give(&k, 3);
    prepare(&k, 3, &second); /* given up: its rows come with the next */
    give(&k, 4);
    prepare(&k, 4, &second);
    assert_int_equal(fl_collect_sink.commit(k.sink, 4, &err), 0);
    assert_taken(c, "3 4 ");
    instance_close(&k);
    fl_collector_free(c);
    fl_buf_deinit(&first);
    fl_buf_deinit(&second);
}

static void a_state_that_is_cut_off_is_refused(void **state) {
    (void)state;
    instance k;
    fl_buf b;
    fl_buf_init(&b);
    fl_collector *c = fl_collector_new(true);
    instance_open(&k, c, true);
    give(&k, 1);
    give(&k, 2);
    prepare(&k, 1, &b);
    instance_close(&k);
    for (size_t n = 0; n < b.n; n++) {
        instance_open(&k, c, true);
        fl_str own = {b.p, n};
        assert_int_equal(fl_collect_sink.restore(k.sink, &own, 1, &err), FL_E_CORRUPT);
        instance_close(&k);
    }
    fl_collector_free(c);
    fl_buf_deinit(&b);
}

/* ---- waiting ---- */

static void *end_soon(void *arg) {
    fl_collector_end(arg);
    return NULL;
}

static void the_end_wakes_who_waits_and_who_will(void **state) {
    (void)state;
    fl_platform *real = fl_platform_real();
    for (int i = 0; i < 100; i++) {
        fl_thread t;
        fl_collector *c = fl_collector_new(true);
        assert_int_equal(fl_thread_start(real, &t, "end", end_soon, c, &err), 0);
        fl_collector_wait(c, -1); /* before or after: it does not wait for ever */
        fl_collector_wait(c, -1);
        fl_thread_join(t);
        fl_collector_free(c);
    }
}

static void waiting_has_an_end(void **state) {
    (void)state;
    fl_platform *real = fl_platform_real();
    fl_collector *c = fl_collector_new(true);
    int64_t began = fl_mono_us(real);
    fl_collector_wait(c, 20000);
    assert_true(fl_mono_us(real) - began >= 20000);
    fl_collector_free(c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(rows_come_at_once_without_checkpoints), TEST(a_slow_client_stops_the_sink),
        TEST(rows_wait_for_their_checkpoint),        TEST(a_state_that_is_cut_off_is_refused),
        TEST(the_end_wakes_who_waits_and_who_will),  TEST(waiting_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
