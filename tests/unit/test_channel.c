/* SPDX-License-Identifier: Apache-2.0 */
/* test_channel.c -- what travels between tasks: in order, bounded by who asks, with the wake-ups that it takes. And
 * what comes out where several channels meet: a barrier waits for those of all others, and rows behind it wait with it.
 */
#include "rig.h"

#include "exec/sink.h"
#include "runtime/task.h"

static fl_arena arena;
static fl_error err;
static int n_wakes[2];   /* of who fills and who takes */
static fl_task from, to; /* all that a channel wants of them: whom to wake */

static void count_wake(void *job, fl_task *t) {
    (void)job;
    n_wakes[t == &to]++;
}

static const fl_task_hooks counting = {.wake = count_wake};

static int setup(void **state) {
    (void)state;
    draw_from(331);
    fl_arena_init(&arena);
    from = (fl_task){.hooks = &counting};
    to = (fl_task){.hooks = &counting};
    n_wakes[0] = n_wakes[1] = 0;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    return 0;
}

/* A batch of one number. */
static fl_batch *one(int64_t x) {
    fl_batch *b = fl_batch_new(1, 1);
    b->cols[0] = fl_column_new(fl_type_of(FL_T_BIGINT, true), 1);
    fl_column_append_i64(b->cols[0], x);
    return b;
}

static int64_t number(const fl_batch *b) { return fl_column_i64(b->cols[0], 0); }

/* ---- one channel ---- */

/* Against a list of what was pushed. */
static void messages_come_in_order(void **state) {
    (void)state;
    enum { MOST = 200 };
    for (int round = 0; round < 50; round++) {
        fl_channel c;
        fl_msg m;
        int64_t pushed = 0, popped = 0, wakes = n_wakes[1];
        fl_channel_init(&c, &from, &to);
        int tendency = 1 + draw(9);
        while (pushed < MOST) {
            if (draw(10) < tendency) {
                switch (pushed % 5) {
                case 0: {
                    fl_batch *b = one(pushed);
                    assert_int_equal(c.port.batch(&c.port, b, &err), 0);
                    fl_batch_unref(b); /* the channel has its own reference */
                    break;
                }
                case 1: assert_int_equal(c.port.watermark(&c.port, pushed, &err), 0); break;
                case 2: assert_int_equal(c.port.idle(&c.port, pushed % 2, &err), 0); break;
                case 3:
                    fl_channel_push(&c, &(fl_msg){.kind = FL_MSG_BARRIER, .checkpoint = pushed, .stop = true});
                    break;
                default: fl_channel_push(&c, &(fl_msg){.kind = FL_MSG_END}); break;
                }
                pushed++;
                assert_int_equal(n_wakes[1] - wakes, pushed);
            } else if (fl_channel_pop(&c, &m)) {
                static const fl_msg_kind kinds[] = {FL_MSG_BATCH, FL_MSG_WATERMARK, FL_MSG_IDLE, FL_MSG_BARRIER,
                                                    FL_MSG_END};
                assert_int_equal(m.kind, kinds[popped % 5]);
                if (m.kind == FL_MSG_BATCH) assert_int_equal(number(m.batch), popped);
                if (m.kind == FL_MSG_WATERMARK) assert_int_equal(m.watermark, popped);
                if (m.kind == FL_MSG_IDLE) assert_int_equal(m.idle, popped % 2);
                if (m.kind == FL_MSG_BARRIER) assert_true(m.checkpoint == popped && m.stop);
                fl_batch_unref(m.kind == FL_MSG_BATCH ? m.batch : NULL);
                popped++;
            } else {
                assert_int_equal(popped, pushed);
            }
        }
        fl_channel_deinit(&c); /* frees what nobody took */
    }
}

static void who_was_full_is_woken(void **state) {
    (void)state;
    fl_channel c;
    fl_msg m;
    fl_channel_init(&c, &from, &to);
    for (int i = 0; i < FL_CHANNEL_ROOM; i++) {
        assert_true(c.port.has_room(&c.port));
        c.port.watermark(&c.port, i, &err);
    }
    assert_false(c.port.has_room(&c.port));
    c.port.watermark(&c.port, FL_CHANNEL_ROOM, &err); /* one hook may exceed the bound */
    assert_true(fl_channel_pop(&c, &m));
    assert_int_equal(n_wakes[0], 0); /* still full */
    assert_false(c.port.has_room(&c.port));
    assert_true(fl_channel_pop(&c, &m));
    assert_int_equal(n_wakes[0], 1);
    assert_true(c.port.has_room(&c.port));
    while (fl_channel_pop(&c, &m)) continue;
    assert_int_equal(n_wakes[0], 1);
    fl_channel_deinit(&c);
}

/* ---- two threads ---- */

enum { TRAVELLERS = 20000 };

static fl_mutex gate;
static fl_cond news; /* somebody was woken */

static void signal_wake(void *job, fl_task *t) {
    (void)job, (void)t;
    fl_mutex_lock(&gate);
    fl_cond_broadcast(&news);
    fl_mutex_unlock(&gate);
}

static const fl_task_hooks signalling = {.wake = signal_wake};

static void *fill(void *arg) {
    fl_channel *c = arg;
    for (int i = 0; i < TRAVELLERS; i++) {
        fl_mutex_lock(&gate);
        while (!c->port.has_room(&c->port)) fl_cond_wait(&news, &gate);
        fl_mutex_unlock(&gate);
        fl_batch *b = one(i);
        c->port.batch(&c->port, b, &err);
        fl_batch_unref(b);
    }
    return NULL;
}

/* The one who fills sleeps when there is no room: a wake-up too few would leave it asleep for ever. */
static void threads_wake_each_other(void **state) {
    (void)state;
    fl_channel c;
    fl_thread filler;
    from.hooks = to.hooks = &signalling;
    fl_mutex_init(&gate);
    fl_cond_init(&news);
    fl_channel_init(&c, &from, &to);
    assert_int_equal(fl_thread_start(fl_platform_real(), &filler, "fill", fill, &c, &err), 0);
    for (int i = 0; i < TRAVELLERS;) {
        fl_msg m;
        if (fl_channel_pop(&c, &m)) {
            assert_int_equal(number(m.batch), i++);
            fl_batch_unref(m.batch);
            continue;
        }
        fl_mutex_lock(&gate); /* a push between the look above and here has its signal lost: so not for ever */
        fl_cond_wait_us(&news, &gate, 100);
        fl_mutex_unlock(&gate);
    }
    fl_thread_join(filler);
    fl_channel_deinit(&c);
    fl_cond_deinit(&news);
    fl_mutex_deinit(&gate);
}

/* ---- where channels meet ---- */

/* A task of one sink that is fed by several channels, which the test fills. */
typedef struct crossing {
    fl_platform *pf;
    fl_plan *input, *sink;
    fl_vertex vertex;
    fl_graph graph;
    fl_graph_edge edge;
    fl_task *task;
    fl_vertex before;
    fl_task *feeders[4];
    int n;
    fl_buf log; /* what the task did, in order */
} crossing;

static crossing x;

static int log_open(fl_sink *s, fl_error *e) {
    (void)s, (void)e;
    return 0;
}
static int log_write(fl_sink *s, fl_batch *b, fl_error *e) {
    (void)s, (void)e;
    for (int i = 0; i < b->n_sel; i++)
        fl_buf_printf(&x.log, "%lld ", (long long)fl_column_i64(b->cols[0], fl_batch_row(b, i)));
    return 0;
}
static int log_watermark_of(fl_sink *s, int64_t watermark, fl_error *e) {
    (void)s, (void)e;
    fl_buf_printf(&x.log, "W%lld ", (long long)watermark);
    return 0;
}
static int log_prepare(fl_sink *s, int64_t checkpoint, fl_buf *out, fl_error *e) {
    (void)s, (void)out, (void)e;
    fl_buf_printf(&x.log, "cut%lld ", (long long)checkpoint);
    return 0;
}
static int log_commit(fl_sink *s, int64_t checkpoint, fl_error *e) {
    (void)s, (void)e;
    fl_buf_printf(&x.log, "commit%lld ", (long long)checkpoint);
    return 0;
}
static int log_finish(fl_sink *s, fl_error *e) {
    (void)s, (void)e;
    fl_buf_puts(&x.log, "finish ");
    return 0;
}
static void log_close(fl_sink *s) { (void)s; }

static const fl_sink_type logging = {.name = "log",
                                     .size = sizeof(fl_sink),
                                     .open = log_open,
                                     .write = log_write,
                                     .watermark = log_watermark_of,
                                     .prepare = log_prepare,
                                     .commit = log_commit,
                                     .finish = log_finish,
                                     .close = log_close};

static void on_acknowledge(void *job, fl_task *t, int64_t checkpoint, fl_op_state *states, int n) {
    (void)job, (void)t;
    fl_buf_printf(&x.log, "ack%lld ", (long long)checkpoint);
    for (int i = 0; i < n; i++) fl_snapshot_free(states[i].snapshot);
    free(states);
}
static void on_committed(void *job, fl_task *t, int64_t checkpoint) {
    (void)job, (void)t;
    fl_buf_printf(&x.log, "committed%lld ", (long long)checkpoint);
}
static void on_finished(void *job, fl_task *t) {
    (void)job, (void)t;
    fl_buf_puts(&x.log, "end ");
}
static void on_failed(void *job, fl_task *t, const fl_error *e) {
    (void)job, (void)t;
    fl_buf_puts(&x.log, e->message);
}
static void on_wake(void *job, fl_task *t) { (void)job, (void)t; }
static const fl_task_hooks logging_hooks = {on_acknowledge, on_committed, on_finished, on_failed, on_wake};

static void crossing_open(int n) {
    memset(&x, 0, sizeof x);
    x.pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    x.n = n;
    fl_schema s = rig_schema(&arena, 1);
    x.input = rig_input(&arena, &s);
    fl_plan *exchange = fl_plan_new(&arena, FL_PLAN_EXCHANGE, 1, 1);
    exchange->inputs[0] = fl_plan_ref(x.input);
    exchange->outputs[0] = x.input->outputs[0];
    exchange->exchange.distribution = FL_DIST_REBALANCE;
    exchange->id = 1;
    x.sink = fl_plan_new(&arena, FL_PLAN_SINK, 1, 1);
    x.sink->sink.type = &logging;
    x.sink->inputs[0] = fl_plan_ref(exchange);
    x.sink->id = 2;
    x.input->id = 0;
    static int vertex_of[] = {0, -1, 1};
    x.before = (fl_vertex){.nodes = &x.input, .n_nodes = 1, .parallelism = n};
    x.vertex = (fl_vertex){.id = 1, .nodes = &x.sink, .n_nodes = 1, .parallelism = 1};
    x.edge =
        (fl_graph_edge){.exchange = exchange, .from = fl_plan_ref(x.input), .to = x.sink, .source = 0, .target = 1};
    x.graph = (fl_graph){.edges = &x.edge, .n_edges = 1, .vertex = vertex_of};
    fl_task_ctx ctx = {.pf = x.pf, .tz = fl_tz_utc(), .max_parallelism = 16, .batch_rows = 10, .checkpointed = true};
    for (int i = 0; i < n; i++) {
        x.feeders[i] = fl_task_new(&x.before, i, &ctx, &logging_hooks, NULL);
        fl_task_build(x.feeders[i], &x.graph);
    }
    x.task = fl_task_new(&x.vertex, 0, &ctx, &logging_hooks, NULL);
    fl_task_build(x.task, &x.graph);
    fl_task_connect(&x.edge, x.feeders, n, &x.task, 1);
    assert_int_equal(fl_task_open(x.task, &err), 0);
}

static void crossing_close(void) {
    for (int i = 0; i < x.n; i++) fl_task_free(x.feeders[i]);
    fl_task_free(x.task);
    fl_buf_deinit(&x.log);
    fl_sim_free(x.pf);
}

static fl_channel *way(int i) { return &x.task->gates[0].channels[i]; }
static void row(int i, int64_t value) { fl_channel_push(way(i), &(fl_msg){.kind = FL_MSG_BATCH, .batch = one(value)}); }
static void barrier(int i, int64_t id) { fl_channel_push(way(i), &(fl_msg){.kind = FL_MSG_BARRIER, .checkpoint = id}); }

/* Turns the crank until there is nothing to do. */
static void assert_does(const char *expected) {
    int turns = 0;
    while (fl_task_run(x.task, &err) == FL_TURN_AGAIN) assert_true(turns++ < 100);
    assert_string_equal(fl_buf_cstr(&x.log), expected);
    fl_buf_reset(&x.log);
}

static void a_barrier_waits_for_those_of_all(void **state) {
    (void)state;
    crossing_open(3);
    row(0, 1);
    barrier(0, 7);
    row(0, 2); /* behind it: waits */
    row(1, 11);
    assert_does("1 11 ");
    row(0, 3);
    row(1, 12);
    barrier(1, 7);
    row(2, 21);
    assert_does("12 21 ");
    row(2, 22);
    barrier(2, 7);
    row(2, 23);
    assert_does("22 cut7 ack7 2 23 3 ");
    atomic_store(&x.task->commit_requested, 7);
    assert_does("commit7 committed7 ");
    assert_does("");
    crossing_close();
}

/* The coordinator gives checkpoint 5 up and begins 6. One source has never seen 5, for its request was overwritten. */
static void a_barrier_that_was_given_up_does_not_return(void **state) {
    (void)state;
    for (int late = 0; late < 2; late++) {
        crossing_open(2);
        if (!late) {
            barrier(0, 5);
            assert_does("");
        }
        row(1, 11);
        barrier(1, 6);
        row(1, 12);
        assert_does("11 "); /* 12 waits for barrier 6 of the other */
        if (late) barrier(0, 5);
        row(0, 1);
        assert_does("1 "); /* 5 is no more: it holds nothing back, and 6 is still awaited */
        barrier(0, 6);
        assert_does("cut6 ack6 12 ");
        crossing_close();
    }
}

static void watermarks_are_those_of_the_slowest(void **state) {
    (void)state;
    crossing_open(2);
    fl_channel_push(way(0), &(fl_msg){.kind = FL_MSG_WATERMARK, .watermark = 10});
    assert_does("");
    fl_channel_push(way(1), &(fl_msg){.kind = FL_MSG_WATERMARK, .watermark = 5});
    assert_does("W5 ");
    fl_channel_push(way(1), &(fl_msg){.kind = FL_MSG_IDLE, .idle = true});
    assert_does("W10 ");
    crossing_close();
}

static void the_task_ends_when_all_channels_have(void **state) {
    (void)state;
    crossing_open(2);
    fl_channel_push(way(0), &(fl_msg){.kind = FL_MSG_END});
    row(1, 11);
    assert_does("11 ");
    barrier(0, 3); /* an ended one still takes part in checkpoints */
    barrier(1, 3);
    assert_does("cut3 ack3 ");
    fl_channel_push(way(1), &(fl_msg){.kind = FL_MSG_END});
    assert_does("finish end ");
    barrier(0, 4);
    barrier(1, 4);
    assert_does("cut4 ack4 ");
    crossing_close();
}

/* Rows and barriers at random: what comes before a barrier in its channel comes before the cut, all else behind it. */
static void cuts_are_the_same_in_all_channels(void **state) {
    (void)state;
    for (int round = 0; round < 200; round++) {
        enum { BARRIERS = 6 };
        int n = 2 + draw(3), done[4] = {0}, rows[4] = {0};
        crossing_open(n);
        for (int left = n * BARRIERS; left > 0;) {
            int i = draw(n);
            if (draw(3) || done[i] == BARRIERS)
                row(i, i * 1000000 + done[i] * 1000 + rows[i]++ % 1000); /* channel, barriers before it, number */
            else
                barrier(i, ++done[i]), left--;
            if (draw(3) == 0) fl_task_run(x.task, &err);
        }
        while (fl_task_run(x.task, &err) == FL_TURN_AGAIN) continue;
        int cuts = 0, seen = 0, number_of[4] = {0};
        char *text = fl_arena_strdup(&arena, fl_buf_cstr(&x.log)), *save;
        for (char *word = strtok_r(text, " ", &save); word != NULL; word = strtok_r(NULL, " ", &save)) {
            if (strncmp(word, "cut", 3) == 0) {
                assert_int_equal(atoi(word + 3), ++cuts);
            } else if (word[0] != 'a') {
                int v = atoi(word), i = v / 1000000;
                assert_int_equal(v / 1000 % 1000, cuts);
                assert_int_equal(v % 1000, number_of[i]++ % 1000);
                seen++;
            }
        }
        assert_int_equal(cuts, BARRIERS);
        assert_int_equal(seen, rows[0] + rows[1] + rows[2] + rows[3]);
        crossing_close();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(messages_come_in_order),
        TEST(who_was_full_is_woken),
        TEST(threads_wake_each_other),
        TEST(a_barrier_waits_for_those_of_all),
        TEST(a_barrier_that_was_given_up_does_not_return),
        TEST(watermarks_are_those_of_the_slowest),
        TEST(the_task_ends_when_all_channels_have),
        TEST(cuts_are_the_same_in_all_channels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
