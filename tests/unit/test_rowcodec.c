/* SPDX-License-Identifier: Apache-2.0 */
/* test_rowcodec.c -- values and types survive as bytes, equal values are equal bytes, and no bytes at all do harm. */
#include "model.h"

#include "data/rowcodec.h"

enum { SEED = 13, ROUNDS = 500, ROWS = 40 };

static fl_arena arena;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    model_rng = SEED;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    assert_int_equal(thing_refs_alive, 0);
    return 0;
}

static void values_come_back_from_their_bytes(void **state) {
    (void)state;
    fl_error err;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 3, true);
        model *v = draw_values(&arena, t, ROWS);
        fl_column *c = model_column(t, v, ROWS), *back = fl_column_new(t, 0);
        fl_buf bytes;
        fl_buf_init(&bytes);
        for (int i = 0; i < ROWS; i++) assert_int_equal(fl_encode_value(&bytes, c, i, &err), 0);
        fl_column_unref(c);
        fl_reader r = fl_reader_make(bytes.p, bytes.n);
        for (int i = 0; i < ROWS; i++) assert_int_equal(fl_decode_value(&r, back, &err), 0);
        assert_true(r.p == r.end);
        fl_buf_deinit(&bytes);
        assert_column(back, v, ROWS);
        fl_column_unref(back);
        fl_arena_reset(&arena);
    }
}

static void values_are_equal_exactly_if_their_bytes_are(void **state) {
    (void)state;
    fl_error err;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 2, true);
        fl_column *c = model_column(t, draw_values(&arena, t, ROWS), ROWS);
        fl_buf bytes[ROWS];
        for (int i = 0; i < ROWS; i++) {
            fl_buf_init(&bytes[i]);
            fl_encode_value(&bytes[i], c, i, &err);
        }
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < ROWS; j++) {
                bool same = fl_str_eq(fl_str_make(bytes[i].p, bytes[i].n), fl_str_make(bytes[j].p, bytes[j].n));
                assert_int_equal(same, fl_column_equal_at(c, i, c, j));
            }
        for (int i = 0; i < ROWS; i++) fl_buf_deinit(&bytes[i]);
        fl_column_unref(c);
        fl_arena_reset(&arena);
    }
}

static void the_form_is_the_one_that_checkpoints_hold(void **state) {
    (void)state;
    fl_error err;
    fl_field fields[] = {{"a", fl_type_of(FL_T_INT, true), NULL},
                         {"b", fl_type_string(true), NULL},
                         {"c", fl_type_array(&arena, fl_type_of(FL_T_DOUBLE, true), true), NULL}};
    fl_column *c = fl_column_new(fl_type_row(&arena, fields, 3, true), 1);
    fl_column_append_i64(c->child[0], 7);
    fl_column_append_str(c->child[1], fl_str_from("hi"));
    fl_column_append_f64(c->child[2]->child[0], -(double)NAN);
    fl_column_append_null(c->child[2]->child[0]);
    fl_column_append_nested(c->child[2]);
    fl_column_append_nested(c);
    static const char expected[] = "\1"
                                   "\1\7\0\0\0"
                                   "\1\2\0\0\0hi"
                                   "\1\2\0\0\0"
                                   "\1\0\0\0\0\0\0\xf8\x7f"
                                   "\0";
    fl_buf b;
    fl_buf_init(&b);
    assert_int_equal(fl_encode_value(&b, c, 0, &err), 0);
    assert_int_equal(b.n, sizeof expected - 1);
    assert_memory_equal(b.p, expected, b.n);
    fl_buf_deinit(&b);
    fl_column_unref(c);
}

static void rows_are_their_values_one_after_the_other(void **state) {
    (void)state;
    fl_error err;
    const fl_type *types[3] = {fl_type_of(FL_T_INT, true), fl_type_string(true), fl_type_of(FL_T_BOOLEAN, true)};
    fl_column *c[3], *d[3];
    for (int k = 0; k < 3; k++) c[k] = fl_column_new(types[k], 1), d[k] = fl_column_new(types[k], 1);
    fl_column_append_i64(c[0], -1);
    fl_column_append_null(c[1]);
    fl_column_append_i64(c[2], 1);
    fl_buf b;
    fl_buf_init(&b);
    assert_int_equal(fl_encode_row(&b, c, 3, 0, &err), 0);
    fl_reader r = fl_reader_make(b.p, b.n);
    assert_int_equal(fl_decode_row(&r, d, 3, &err), 0);
    for (int k = 0; k < 3; k++) assert_true(d[k]->n == 1 && fl_column_equal_at(c[k], 0, d[k], 0));
    for (size_t cut = 0; cut < b.n; cut++) { /* part of a row leaves nothing behind */
        fl_reader part = fl_reader_make(b.p, cut);
        assert_int_equal(fl_decode_row(&part, d, 3, &err), FL_E_CORRUPT);
        for (int k = 0; k < 3; k++) assert_int_equal(d[k]->n, 1);
    }
    fl_buf_deinit(&b);
    for (int k = 0; k < 3; k++) fl_column_unref(c[k]), fl_column_unref(d[k]);
}

static void a_count_beyond_the_bytes_is_refused_at_once(void **state) {
    (void)state;
    fl_error err;
    fl_column *c = fl_column_new(fl_type_array(&arena, fl_type_of(FL_T_INT, true), true), 0);
    fl_reader r = fl_reader_make("\1\xff\xff\xff\x7f\0\0", 7);
    assert_int_equal(fl_decode_value(&r, c, &err), FL_E_CORRUPT);
    assert_string_equal(err.message, "stored bytes are no value of type ARRAY<INT>: more elements than bytes");
    assert_int_equal(c->n, 0);
    assert_int_equal(c->child[0]->n, 0);
    fl_column_unref(c);
}

static void the_bytes_of_a_variant_are_checked(void **state) {
    (void)state;
    fl_error err;
    fl_column *c = fl_column_new(fl_type_of(FL_T_VARIANT, true), 0);
    fl_reader good = fl_reader_make("\1\5\0\0\0\1\0\0\x0c\7", 10), cut = fl_reader_make("\1\4\0\0\0\1\0\0\x0c", 9);
    assert_int_equal(fl_decode_value(&good, c, &err), 0);
    assert_int_equal(fl_decode_value(&cut, c, &err), FL_E_CORRUPT);
    assert_string_equal(err.message, "stored bytes are no value of type VARIANT: no VARIANT");
    assert_int_equal(c->n, 1);
    fl_column_unref(c);
}

/* Random bytes, or good ones with a few changes, are a value or an error, and the column is well formed after both. */
static void random_bytes_never_harm_a_column(void **state) {
    (void)state;
    print_message("seed %d\n", SEED);
    fl_error err;
    int good = 0, bad = 0;
    for (int round = 0; round < 3000; round++) {
        const fl_type *t = draw_type(&arena, 3, true);
        fl_column *c = fl_column_new(t, 0), *source = model_column(t, draw_values(&arena, t, 1), 1);
        fl_buf b;
        fl_buf_init(&b);
        fl_encode_value(&b, source, 0, &err);
        for (int try = 0; try < 100; try++) {
            int n = draw(2) ? draw((int)FL_MIN(b.n, (size_t)200) + 1) : draw(40);
            uint8_t *bytes = malloc((size_t)n + 1);
            for (int i = 0; i < n; i++)
                bytes[i] = i < (int)b.n && draw(8) ? (uint8_t)b.p[i] : (uint8_t)draw(draw(2) ? 3 : 256);
            fl_reader r = fl_reader_make(bytes, (size_t)n);
            int before = c->n, rc = fl_decode_value(&r, c, &err);
            assert_true(rc == 0 || rc == FL_E_CORRUPT);
            assert_int_equal(c->n, before + (rc == 0));
            rc == 0 ? good++ : bad++;
            free(bytes);
        }
        fl_column_check(c);
        fl_column_unref(c);
        fl_column_unref(source);
        fl_buf_deinit(&b);
        fl_arena_reset(&arena);
    }
    assert_true(good > 10000 && bad > 10000);
}

static void types_come_back_from_their_bytes(void **state) {
    (void)state;
    fl_error err;
    for (int round = 0; round < 3000; round++) {
        const fl_type *t = draw_type(&arena, 4, false), *back = NULL;
        if (draw(4) == 0) t = fl_type_attr(&arena, t, FL_ATTR_ROWTIME);
        fl_buf b;
        fl_buf_init(&b);
        fl_encode_type(&b, t);
        fl_reader r = fl_reader_make(b.p, b.n);
        assert_int_equal(fl_decode_type(&r, &arena, &back, &err), 0);
        assert_true(fl_type_equal(t, back, true) && r.p == r.end);
        for (int try = 0; try < 30; try++) {
            uint8_t *bytes = malloc(b.n);
            memcpy(bytes, b.p, b.n);
            for (int i = draw(4); i >= 0; i--) bytes[draw((int)b.n)] = (uint8_t)draw(256);
            fl_reader damaged = fl_reader_make(bytes, draw(2) ? b.n : (size_t)draw((int)b.n));
            int rc = fl_decode_type(&damaged, &arena, &back, &err);
            assert_true(rc == 0 || rc == FL_E_CORRUPT || rc == FL_E_UNSUPPORTED);
            if (rc == 0) fl_column_unref(fl_column_new(back, 1)); /* a type that can be used */
            free(bytes);
        }
        fl_buf_deinit(&b);
        fl_arena_reset(&arena);
    }
}

static void raw_and_structured_types_keep_their_classes(void **state) {
    (void)state;
    static const char *const texts[] = {"RAW('my.Class', 'AbC=') NOT NULL", "STRUCTURED<'my.User', `name` INT>"};
    for (size_t i = 0; i < FL_ARRAY_LEN(texts); i++) {
        fl_error err;
        const fl_type *t, *back;
        size_t used;
        fl_buf b;
        fl_buf_init(&b);
        assert_int_equal(fl_type_parse(&arena, fl_str_from(texts[i]), false, &t, &used, &err), 0);
        fl_encode_type(&b, t);
        fl_reader r = fl_reader_make(b.p, b.n);
        assert_int_equal(fl_decode_type(&r, &arena, &back, &err), 0);
        assert_string_equal(fl_type_name(&arena, back, FL_TYPE_DDL), texts[i]);
        fl_buf_deinit(&b);
    }
}

static void object_types_need_their_job(void **state) {
    (void)state;
    fl_error err;
    const fl_type *back;
    fl_buf b;
    fl_buf_init(&b);
    fl_encode_type(&b, fl_type_object(&arena, &thing_ops, true));
    fl_reader r = fl_reader_make(b.p, b.n);
    assert_int_equal(fl_decode_type(&r, &arena, &back, &err), FL_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "'thing'"));
    fl_buf_deinit(&b);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(values_come_back_from_their_bytes),
        TEST(values_are_equal_exactly_if_their_bytes_are),
        TEST(the_form_is_the_one_that_checkpoints_hold),
        TEST(rows_are_their_values_one_after_the_other),
        TEST(a_count_beyond_the_bytes_is_refused_at_once),
        TEST(the_bytes_of_a_variant_are_checked),
        TEST(random_bytes_never_harm_a_column),
        TEST(types_come_back_from_their_bytes),
        TEST(raw_and_structured_types_keep_their_classes),
        TEST(object_types_need_their_job),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
