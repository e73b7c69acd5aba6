/* SPDX-License-Identifier: Apache-2.0 */
/* test_object.c -- OBJECT values on their way through a job: passed by reference within a chain, made anew for a second
 * consumer, for a channel and for state. Their hooks are called in balance: in the end nobody holds one.
 *
 * A token is a C struct with a plain count of owners, so a thread sanitizer tells two threads that share one.
 */
#include "keyed.h"

#include <unistd.h>

#include "data/rowcodec.h"
#include "runtime/task.h"

static fl_arena arena;
static fl_error err;
static const fl_type *token_type;
static _Atomic int n_tokens; /* alive */
static int fails_in;         /* serialise and deserialise calls until one fails; 0: none */

typedef struct token {
    int refs, number;
} token;

static token *token_new(int number) {
    token *t = malloc(sizeof *t);
    *t = (token){1, number};
    n_tokens++;
    return t;
}
static void *token_retain(void *object) {
    ((token *)object)->refs++;
    return object;
}
static void token_release(void *object) {
    token *t = object;
    assert_true(t->refs > 0);
    if (--t->refs > 0) return;
    free(t);
    n_tokens--;
}
static uint64_t token_hash(void *object) { return fl_hash_u64((uint64_t)((token *)object)->number); }
static bool token_equals(void *a, void *b) { return ((token *)a)->number == ((token *)b)->number; }
static int refuse(fl_error *e) { return fails_in > 0 && --fails_in == 0 ? fl_fail(e, FL_E_RUNTIME, "no token") : 0; }
static int token_serialise(void *object, fl_buf *out, fl_error *e) {
    FL_TRY(refuse(e));
    fl_buf_put_u32(out, (uint32_t)((token *)object)->number);
    return 0;
}
static int token_deserialise(fl_str bytes, void **object, fl_error *e) {
    fl_reader r = fl_reader_make(bytes.p, bytes.n);
    FL_TRY(refuse(e));
    *object = token_new((int)fl_read_u32(&r));
    return 0;
}
static void token_print(void *object, fl_buf *out) { fl_buf_printf(out, "token %d", ((token *)object)->number); }

static const fl_object_ops token_ops = {.name = "token",
                                        .retain = token_retain,
                                        .release = token_release,
                                        .hash = token_hash,
                                        .equals = token_equals,
                                        .serialise = token_serialise,
                                        .deserialise = token_deserialise,
                                        .print = token_print};

static int setup(void **state) {
    (void)state;
    draw_from(359);
    fl_arena_init(&arena);
    token_type = fl_type_object(&arena, &token_ops, true);
    fails_in = 0;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    assert_int_equal(n_tokens, 0);
    assert_int_equal(thing_refs_alive, 0);
    fl_arena_deinit(&arena);
    return 0;
}

/* Rows of a token, or NULL, and its number. */
static fl_schema token_schema(void) {
    fl_field *f = FL_NEW_N(&arena, fl_field, 2);
    f[0] = (fl_field){"t", token_type, NULL};
    f[1] = (fl_field){"n", fl_type_of(FL_T_BIGINT, true), NULL};
    return (fl_schema){2, f};
}

static fl_batch *tokens(const int64_t *numbers, int n) {
    fl_batch *b = fl_batch_new(2, n);
    b->cols[0] = fl_column_new(token_type, n);
    b->cols[1] = fl_column_new(fl_type_of(FL_T_BIGINT, true), n);
    for (int i = 0; i < n; i++) {
        if (numbers[i] == NIL)
            fl_column_append_null(b->cols[0]);
        else
            fl_column_append_object(b->cols[0], token_new((int)numbers[i]));
        rig_append(b->cols[1], numbers[i]);
    }
    return b;
}

static const token *token_at(const fl_batch *b, int i) { return FL_DATA(b->cols[0], token *)[i]; }

/* ---- copies ---- */

static void copies_are_equal_and_others(void **state) {
    (void)state;
    fl_batch *b = tokens((int64_t[]){5, NIL, 7}, 3), *copy;
    fl_batch_add_mark(b, 1, 99);
    fl_batch_need_kinds(b)[2] = FL_DELETE;
    assert_int_equal(fl_copy_objects(b, &copy, &err), 0);
    fl_batch_check(copy);
    assert_int_equal(n_tokens, 4);
    assert_int_equal(token_at(copy, 0)->number, 5);
    assert_ptr_not_equal(token_at(copy, 0), token_at(b, 0));
    assert_true(fl_column_is_null(copy->cols[0], 1));
    assert_ptr_equal(copy->cols[1], b->cols[1]); /* all else is shared */
    assert_int_equal(copy->marks[0].watermark, 99);
    assert_int_equal(fl_batch_kind(copy, 2), FL_DELETE);
    fl_batch_unref(b);
    assert_int_equal(n_tokens, 2);
    fl_batch_unref(copy);
    fl_schema numbers = rig_schema(&arena, 1);
    b = rig_batch(&numbers, (int64_t[]){1, 2}, 2);
    assert_int_equal(fl_copy_objects(b, &copy, &err), 0);
    assert_ptr_equal(copy, b);
    fl_batch_unref(b);
    fl_batch_unref(copy);
}

/* Any type, with objects anywhere in it. */
static void nested_objects_are_copied_too(void **state) {
    (void)state;
    for (int round = 0; round < 300; round++) {
        fl_arena a;
        fl_arena_init(&a);
        const fl_type *t = draw_type(&a, 3, true);
        int n = draw(20);
        model *v = draw_values(&a, t, n);
        fl_batch *b = fl_batch_new(1, n), *copy;
        b->cols[0] = model_column(t, v, n);
        int64_t before = thing_refs_alive;
        assert_int_equal(fl_copy_objects(b, &copy, &err), 0);
        assert_column(copy->cols[0], v, n);
        if (copy != b) assert_int_equal(thing_refs_alive, 2 * before);
        if (copy == b) assert_int_equal(before, 0);
        fl_batch_unref(b);
        assert_column(copy->cols[0], v, n); /* lives by itself */
        fl_batch_unref(copy);
        assert_int_equal(thing_refs_alive, 0);
        fl_arena_deinit(&a);
    }
}

static void a_copy_that_fails_leaves_nothing(void **state) {
    (void)state;
    fl_batch *b = tokens((int64_t[]){1, 2, 3}, 3), *copy = NULL;
    for (int at = 1; at <= 6; at++) {
        fails_in = at;
        assert_int_equal(fl_copy_objects(b, &copy, &err), FL_E_RUNTIME);
        assert_string_equal(err.message, "no token");
        assert_null(copy);
        assert_int_equal(n_tokens, 3);
    }
    fl_batch_unref(b);
}

/* ---- chains ---- */

typedef struct keeper {
    fl_port port;
    fl_batch *b;
} keeper;

static int keep(fl_port *p, fl_batch *b, fl_error *e) {
    (void)e;
    FL_CONTAINER_OF(p, keeper, port)->b = fl_batch_ref(b);
    return 0;
}

static void a_second_consumer_gets_its_own(void **state) {
    (void)state;
    rig r;
    rig_init(&r);
    fl_op *ops[4];
    keeper ends[3] = {{.port.batch = keep}, {.port.batch = keep}, {.port.batch = keep}};
    for (int i = 0; i < 4; i++) ops[i] = fl_chain_add(r.chain, fl_union_class.type, fl_union_class.size, NULL, i, 1, 1);
    for (int i = 1; i < 4; i++) {
        fl_chain_connect(ops[0], 0, ops[i], 0);
        fl_chain_connect_port(ops[i], 0, &ends[i - 1].port);
    }
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    fl_batch *b = tokens((int64_t[]){4, 5}, 2);
    assert_int_equal(fl_chain_batch(ops[0], 0, b, &r.err), 0);
    assert_ptr_equal(token_at(ends[0].b, 1), token_at(b, 1)); /* by reference */
    for (int i = 0; i < 3; i++) {
        assert_int_equal(token_at(ends[i].b, 1)->number, 5);
        for (int k = 0; k < i; k++) assert_ptr_not_equal(token_at(ends[i].b, 1), token_at(ends[k].b, 1));
    }
    assert_int_equal(n_tokens, 6);
    fl_batch_unref(b);
    for (int i = 0; i < 3; i++) fl_batch_unref(ends[i].b);
    fails_in = 1;
    b = tokens((int64_t[]){4}, 1);
    assert_int_equal(fl_chain_batch(ops[0], 0, b, &r.err), FL_E_RUNTIME); /* of the first copy: the job fails */
    fl_batch_unref(b);
    fl_batch_unref(ends[0].b);
    rig_deinit(&r);
}

/* ---- channels ---- */

static void do_not_wake(void *job, fl_task *t) { (void)job, (void)t; }
static const fl_task_hooks asleep = {.wake = do_not_wake};

enum { TRAVELLERS = 3000 };

static void *take_tokens(void *arg) {
    fl_channel *c = arg;
    fl_msg m;
    for (int i = 0; i < TRAVELLERS;) {
        if (!fl_channel_pop(c, &m)) {
            usleep(50);
            continue;
        }
        if (token_at(m.batch, 0)->number != i++) return c;
        fl_batch_unref(m.batch);
    }
    return NULL;
}

/* Both sides retain and release at once; they hold different tokens. */
static void a_channel_copies_them(void **state) {
    (void)state;
    fl_task from = {.hooks = &asleep}, to = from;
    fl_channel c;
    fl_thread taker;
    fl_channel_init(&c, &from, &to);
    assert_int_equal(fl_thread_start(fl_platform_real(), &taker, "take", take_tokens, &c, &err), 0);
    for (int i = 0; i < TRAVELLERS; i++) {
        fl_batch *b = tokens((int64_t[]){i}, 1);
        if (c.port.batch(&c.port, b, &err) < 0) fail_msg("%s", err.message);
        fl_column *again = fl_column_take(b->cols[0], NULL, 1); /* and goes on with it */
        fl_batch_unref(b);
        fl_column_unref(again);
    }
    fl_thread_join(taker);
    fails_in = 1;
    fl_batch *b = tokens((int64_t[]){1}, 1);
    fl_msg m;
    assert_int_equal(c.port.batch(&c.port, b, &err), FL_E_RUNTIME);
    assert_false(fl_channel_pop(&c, &m));
    assert_int_equal(c.port.batch(&c.port, b, &err), 0); /* nobody takes it */
    fl_batch_unref(b);
    fl_channel_deinit(&c);
}

/* ---- operators and state ---- */

static fl_op *add_count_by_token(rig *r, const fl_schema *s, tap *out) {
    static const int key = 0;
    fl_plan *p = fl_plan_new(&r->arena, FL_PLAN_GROUP_AGG, 1, 1);
    p->inputs[0] = fl_plan_ref(rig_input(&r->arena, s));
    fl_agg_call *call = FL_NEW(&r->arena, fl_agg_call);
    assert_true(rig_call(&r->arena, call, "COUNT", -1, NULL, false, -1));
    p->group_agg = (fl_group_agg){.keys = &key, .n_keys = 1, .calls = call, .n_calls = 1, .update_before = false};
    fl_field f[] = {{"t", token_type, NULL}, {"c", call->type, NULL}};
    fl_plan_set_columns(&r->arena, &p->outputs[0], f, 2);
    fl_op *op = fl_chain_add(r->chain, fl_group_agg_class.type, fl_group_agg_class.size, p, 0, 1, 1);
    tap_init(out);
    fl_chain_connect_port(op, 0, &out->port);
    assert_int_equal(fl_chain_open(r->chain, &r->err), 0);
    return op;
}

static void count(rig *r, fl_op *op, const int64_t *numbers, int n) {
    fl_batch *b = tokens(numbers, n);
    assert_int_equal(fl_chain_batch(op, 0, b, &r->err), 0);
    fl_batch_unref(b);
    fl_arena_reset(&r->scratch);
}

static void state_holds_bytes(void **state) {
    (void)state;
    rig r;
    tap out;
    fl_schema s = token_schema();
    rig_init(&r);
    fl_op *op = add_count_by_token(&r, &s, &out);
    count(&r, op, (int64_t[]){7, 8, 7, NIL}, 4);
    assert_tap(&out, "+I[token 7, 1]\n+I[token 8, 1]\n+U[token 7, 2]\n+I[null, 1]\n");
    assert_int_equal(n_tokens, 0); /* the state needs none of them */
    fl_str saved = rig_snapshot(&arena, op);
    tap_deinit(&out);
    rig_deinit(&r);
    rig_init(&r);
    op = add_count_by_token(&r, &s, &out);
    assert_int_equal(rig_restore(op, &saved, 1, &r.err), 0);
    count(&r, op, (int64_t[]){8, NIL}, 2);
    assert_tap(&out, "+U[token 8, 2]\n+U[null, 2]\n");
    tap_deinit(&out);
    rig_deinit(&r);
}

/* By the hash of the object's bytes: equal ones meet. */
static void an_exchange_deals_them_by_key(void **state) {
    (void)state;
    static const int key = 0;
    enum { OUTPUTS = 3 };
    rig r;
    keeper ends[OUTPUTS];
    rig_init(&r);
    fl_schema s = token_schema();
    fl_plan *p = fl_plan_new(&r.arena, FL_PLAN_EXCHANGE, 1, 1);
    p->inputs[0] = fl_plan_ref(rig_input(&r.arena, &s));
    p->exchange = (fl_exchange){.distribution = FL_DIST_HASH, .keys = &key, .n_keys = 1};
    fl_op *op = fl_chain_add(r.chain, fl_exchange_class.type, fl_exchange_class.size, p, 0, 1, OUTPUTS);
    for (int i = 0; i < OUTPUTS; i++) {
        ends[i] = (keeper){.port.batch = keep};
        fl_chain_connect_port(op, i, &ends[i].port);
    }
    assert_int_equal(fl_chain_open(r.chain, &r.err), 0);
    int at[30], n = 0;
    for (int i = 0; i < 30; i++) at[i] = -1;
    for (int round = 0; round < 20; round++) {
        int64_t numbers[50];
        for (int i = 0; i < 50; i++) numbers[i] = draw(30);
        fl_batch *b = tokens(numbers, 50);
        assert_int_equal(fl_chain_batch(op, 0, b, &r.err), 0);
        fl_batch_unref(b);
        fl_arena_reset(&r.scratch);
        for (int o = 0; o < OUTPUTS; o++) {
            for (int i = 0; ends[o].b != NULL && i < ends[o].b->n_sel; i++, n++) {
                int number = token_at(ends[o].b, fl_batch_row(ends[o].b, i))->number;
                assert_true(at[number] == -1 || at[number] == o);
                at[number] = o;
            }
            fl_batch_unref(ends[o].b);
            ends[o].b = NULL;
        }
        assert_int_equal(n_tokens, 0);
    }
    assert_int_equal(n, 20 * 50);
    rig_deinit(&r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(copies_are_equal_and_others),
        TEST(nested_objects_are_copied_too),
        TEST(a_copy_that_fails_leaves_nothing),
        TEST(a_second_consumer_gets_its_own),
        TEST(a_channel_copies_them),
        TEST(state_holds_bytes),
        TEST(an_exchange_deals_them_by_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
