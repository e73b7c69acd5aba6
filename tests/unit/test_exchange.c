/* SPDX-License-Identifier: Apache-2.0 */
/* test_exchange.c -- rows are dealt out: by key group to its owner, all to the first, or batch by batch in turn. Rows
 * of a key stay in order, and every output gets every watermark behind the rows that came before it.
 */
#define SEED 109
#include "own_arena.h"

#include "keyed.h"

enum { ROUNDS = 100, SUBTASKS_MAX = 5 };

typedef struct dealer {
    rig r;
    fl_op *op;
    tap out[SUBTASKS_MAX];
    int n;
} dealer;

static void dealer_open(dealer *d, const fl_schema *in, fl_exchange how, int n, int subtask) {
    rig_init(&d->r);
    d->r.ctx.subtask = subtask;
    d->n = n;
    fl_plan *p = fl_plan_new(&d->r.arena, FL_PLAN_EXCHANGE, 1, 1);
    p->inputs[0] = fl_plan_ref(rig_input(&d->r.arena, in));
    p->exchange = how;
    d->op = fl_chain_add(d->r.chain, fl_exchange_class.type, fl_exchange_class.size, p, 0, 1, n);
    for (int i = 0; i < n; i++) {
        tap_init(&d->out[i]);
        fl_chain_connect_port(d->op, i, &d->out[i].port);
    }
    assert_int_equal(fl_chain_open(d->r.chain, &d->r.err), 0);
}

static void dealer_close(dealer *d) {
    for (int i = 0; i < d->n; i++) tap_deinit(&d->out[i]);
    rig_deinit(&d->r);
}

static void dealer_feed(dealer *d, const stream *in, int e) {
    if (in->event[e].batch != NULL)
        assert_int_equal(fl_chain_batch(d->op, 0, in->event[e].batch, &d->r.err), 0);
    else
        assert_int_equal(fl_chain_watermark(d->op, 0, in->event[e].watermark, &d->r.err), 0);
    fl_arena_reset(&d->r.scratch);
}

/* What a subtask is to get of a stream: the rows of its groups, all watermarks. */
static void log_part(const stream *in, const int *keys, int n_keys, int subtask, int n, fl_buf *log) {
    fl_arena scratch;
    fl_error err;
    fl_arena_init(&scratch);
    for (int e = 0; e < EVENTS; e++) {
        fl_batch *b = in->event[e].batch;
        fl_column *cols[2];
        uint64_t hash;
        int mark = 0;
        if (b == NULL) {
            log_watermark(log, in->event[e].watermark);
            continue;
        }
        for (int i = 0; i < n_keys; i++) cols[i] = b->cols[keys[i]];
        for (int k = 0; k < b->n_sel; k++) {
            uint16_t row = (uint16_t)fl_batch_row(b, k);
            for (; mark < b->n_marks && b->marks[mark].row < row; mark++) log_watermark(log, b->marks[mark].watermark);
            assert_int_equal(fl_key_hashes(cols, n_keys, (fl_rows){&row, 1}, &hash, &scratch, &err), 0);
            if (fl_key_group_subtask(fl_key_group(hash, 128), 128, n) == subtask)
                fl_text_row(log, b, row), fl_buf_putc(log, '\n');
        }
        for (; mark < b->n_marks; mark++) log_watermark(log, b->marks[mark].watermark);
    }
    fl_arena_deinit(&scratch);
}

static void rows_go_to_the_owner_of_their_key_group(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fl_schema s = rig_rows_schema(&arena, false);
        int keys[2] = {draw(2) ? COL_K : COL_NAME, COL_V}, n_keys = draw(3), n = 1 + draw(SUBTASKS_MAX);
        stream *in = draw_stream(&(stream_plan){.schema = &s, .unit = 10, .kinds = draw(2), .crowd = draw(10) == 0});
        dealer d;
        dealer_open(&d, &s, (fl_exchange){FL_DIST_HASH, keys, n_keys, n}, n, 0);
        for (int e = 0; e < EVENTS; e++) dealer_feed(&d, in, e);
        for (int i = 0; i < n; i++) {
            fl_buf want;
            fl_buf_init(&want);
            log_part(in, keys, n_keys, i, n, &want);
            assert_same_text(last_watermarks(&arena, &d.out[i].log), last_watermarks(&arena, &want));
            fl_buf_deinit(&want);
        }
        dealer_close(&d);
        stream_free(in);
        fl_arena_reset(&arena);
    }
}

static void all_rows_go_to_one_and_watermarks_to_all(void **state) {
    (void)state;
    fl_schema s = rig_rows_schema(&arena, false);
    stream *in = draw_stream(&(stream_plan){.schema = &s, .unit = 10, .kinds = true});
    dealer d;
    fl_buf everything, watermarks;
    fl_buf_init(&everything);
    fl_buf_init(&watermarks);
    dealer_open(&d, &s, (fl_exchange){FL_DIST_SINGLE, NULL, 0, 3}, 3, 1);
    for (int e = 0; e < EVENTS; e++) {
        const fl_batch *b = in->event[e].batch;
        dealer_feed(&d, in, e);
        if (b == NULL) {
            log_watermark(&everything, in->event[e].watermark);
            log_watermark(&watermarks, in->event[e].watermark);
            continue;
        }
        log_batch(&everything, b);
        if (b->n_marks > 0) log_watermark(&watermarks, b->marks[b->n_marks - 1].watermark);
    }
    assert_same_text(fl_buf_cstr(&d.out[0].log), fl_buf_cstr(&everything));
    for (int i = 1; i < 3; i++) assert_same_text(fl_buf_cstr(&d.out[i].log), fl_buf_cstr(&watermarks));
    fl_buf_deinit(&everything);
    fl_buf_deinit(&watermarks);
    dealer_close(&d);
    stream_free(in);
}

static void batches_go_round_from_where_the_subtask_stands(void **state) {
    (void)state;
    dealer d;
    fl_schema s = rig_schema(&arena, 1);
    dealer_open(&d, &s, (fl_exchange){FL_DIST_REBALANCE, NULL, 0, 3}, 3, 2);
    for (int64_t x = 0; x < 4; x++) {
        fl_batch *b = rig_batch(&s, &x, 1);
        if (x == 1) fl_batch_add_mark(b, 0, 7);
        assert_int_equal(fl_chain_batch(d.op, 0, b, &d.r.err), 0);
        fl_batch_unref(b);
    }
    assert_int_equal(fl_chain_idle(d.op, 0, true, &d.r.err), 0);
    assert_tap(&d.out[0], "+I[1]\nW 7\nidle\n");
    assert_tap(&d.out[1], "W 7\n+I[2]\nidle\n");
    assert_tap(&d.out[2], "+I[0]\nW 7\n+I[3]\nidle\n");
    dealer_close(&d);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(rows_go_to_the_owner_of_their_key_group),
        TEST(all_rows_go_to_one_and_watermarks_to_all),
        TEST(batches_go_round_from_where_the_subtask_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
