/* SPDX-License-Identifier: Apache-2.0 */
/* test_column.c -- columns of random types do what an array of plain values does, and give all memory back. */
#include "model.h"

#include <pthread.h>

#include "data/value.h"

enum { SEED = 7, ROUNDS = 400, ROWS = 200 };

static fl_arena arena;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    model_rng = SEED;
    return 0;
}

/* Whatever a test did, no object has an owner left. */
static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    assert_int_equal(thing_refs_alive, 0);
    return 0;
}

/* ---- bits ---- */

static void bits_are_counted_and_copied_as_one_by_one(void **state) {
    (void)state;
    for (int round = 0; round < 3000; round++) {
        int n = draw(200), from_at = draw(130), to_at = draw(2) ? draw(130) : from_at % 8 + 8 * draw(10);
        fl_buffer *from = fl_buffer_new(fl_bitmap_bytes(from_at + n)), *to = fl_buffer_new(fl_bitmap_bytes(to_at + n));
        for (size_t i = 0; i < from->size; i++) from->data[i] = (uint8_t)draw(256);
        for (size_t i = 0; i < to->size; i++) to->data[i] = (uint8_t)draw(256);
        uint8_t before[64];
        memcpy(before, to->data, to->size);
        fl_bitmap_copy(to->data, to_at, from->data, from_at, n);
        int count = 0;
        for (int i = 0; i < to_at + n; i++)
            assert_int_equal(fl_bit(to->data, i),
                             i < to_at ? fl_bit(before, i) : fl_bit(from->data, from_at + i - to_at));
        for (int i = (to_at + n); i < (int)to->size * 8; i++) assert_int_equal(fl_bit(to->data, i), fl_bit(before, i));
        for (int i = 0; i < n; i++) count += fl_bit(from->data, i);
        assert_int_equal(fl_bitmap_count(from->data, n), count);
        fl_buffer_unref(from);
        fl_buffer_unref(to);
    }
}

/* ---- values in, values out ---- */

static void appended_values_read_back(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 3, true);
        int n = draw(ROWS);
        model *v = draw_values(&arena, t, n);
        fl_column *c = model_column(t, v, n);
        assert_column(c, v, n);
        fl_column_unref(c);
        fl_arena_reset(&arena);
    }
}

/* One random change to the column *c and to the values v[0 … *n) that it holds. */
static void change(fl_column **c, model *v, int *n, int rows_max) {
    fl_column *old = *c, *fresh = NULL;
    const fl_type *t = old->type;
    uint16_t sel[ROWS];
    int32_t rows[ROWS];
    model was[ROWS];
    memcpy(was, v, sizeof *v * (size_t)*n);
    int m = draw(FL_MIN(rows_max, ROWS) + 1), was_n = *n;
    switch (draw(9)) {
    case 0: { /* a run, which need not begin at a byte */
        int at = draw(*n + 1);
        *n = draw(*n - at + 1);
        fresh = fl_column_slice(old, at, *n);
        memcpy(v, was + at, sizeof *v * (size_t)*n);
        break;
    }
    case 1: /* a selection */
        *n = 0;
        for (int i = 0; i < was_n; i++)
            if (draw(3)) sel[*n] = (uint16_t)i, v[*n] = was[i], ++*n;
        fresh = fl_column_take(old, sel, *n);
        break;
    case 2: fresh = fl_column_take(old, NULL, *n); break;
    case 3: /* appended to itself, with repetitions */
        fresh = fl_column_new(t, draw(ROWS));
        fl_column_append_rows(fresh, old, NULL, *n);
        for (int i = 0; i<m && * n> 0; i++) rows[i] = draw(was_n);
        for (int i = 0; i < m && was_n > 0 && *n < ROWS; i++) v[*n] = was[rows[i]], ++*n;
        fl_column_append_indexed(fresh, old, rows, *n - was_n);
        break;
    case 4: /* one by one */
        fresh = fl_column_new(t, 0);
        for (int i = 0; i < *n; i++) fl_column_append_from(fresh, old, i);
        break;
    case 5: /* an unaligned run appended to a start of its own */
        fresh = fl_column_new(t, 3);
        *n = 0;
        for (int i = 0; i < m % 20; i++) v[*n] = draw_value(&arena, t), model_append(fresh, &v[*n]), ++*n;
        fl_column_append_rows(fresh, old, NULL, FL_MIN(was_n, ROWS - *n));
        for (int i = 0; i < was_n && *n < ROWS; i++) v[*n] = was[i], ++*n;
        break;
    case 6: /* cut back, and filled again */
        fresh = fl_column_take(old, NULL, *n);
        *n = draw(*n + 1);
        fl_column_truncate(fresh, *n);
        for (int i = 0; i < m && *n < ROWS; i++) v[*n] = draw_value(&arena, t), model_append(fresh, &v[*n]), ++*n;
        break;
    case 7: /* emptied, and filled again */
        fresh = fl_column_take(old, NULL, *n);
        fl_column_reset(fresh);
        assert_int_equal(fresh->n, 0);
        *n = draw(ROWS);
        for (int i = 0; i < *n; i++) v[i] = draw_value(&arena, t), model_append(fresh, &v[i]);
        break;
    default: fresh = fl_column_retype(old, t); break;
    }
    fl_column_unref(old);
    *c = fresh;
}

static void columns_follow_the_model_through_random_changes(void **state) {
    (void)state;
    print_message("seed %d\n", SEED);
    for (int round = 0; round < 3 * ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 2, true);
        model v[ROWS];
        int n = draw(ROWS);
        memcpy(v, draw_values(&arena, t, n), sizeof *v * (size_t)n);
        fl_column *c = model_column(t, v, n);
        for (int step = 0; step < 8; step++) {
            change(&c, v, &n, ROWS);
            assert_column(c, v, n);
        }
        fl_column_unref(c);
        fl_arena_reset(&arena);
    }
}

static void a_slice_leaves_its_source_as_it_was(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 2, true);
        int n = 1 + draw(ROWS), at = draw(n);
        model *v = draw_values(&arena, t, n);
        fl_column *c = model_column(t, v, n);
        fl_column *s = fl_column_slice(c, at, n - at);
        fl_column *s2 = fl_column_slice(s, (n - at) / 2, n - at - (n - at) / 2);
        assert_column(c, v, n);
        fl_column_unref(c);
        assert_column(s, v + at, n - at);
        fl_column_unref(s);
        assert_column(s2, v + at + (n - at) / 2, n - at - (n - at) / 2);
        fl_column_unref(s2);
        fl_arena_reset(&arena);
    }
}

/* ---- constants ---- */

static void a_constant_stands_for_every_row(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 2, true);
        model v[100];
        v[0] = draw_value(&arena, t);
        for (int i = 1; i < 100; i++) v[i] = v[0];
        fl_column *c = model_column(t, v, 1);
        fl_value value = fl_value_get(c, 0);
        fl_column *k = fl_value_column(&value);
        fl_column_unref(c);
        assert_true(k->constant);
        k->n = 100;
        assert_column(k, v, 100);
        fl_column *s = fl_column_slice(k, 30, 50);
        assert_column(s, v, 50);
        fl_column *flat = fl_column_take(k, (uint16_t[]){5, 99, 7}, 3);
        assert_false(flat->constant);
        assert_column(flat, v, 3);
        fl_column_append_rows(flat, s, NULL, 50);
        fl_column_append_from(flat, k, 77);
        assert_column(flat, v, 54);
        fl_column_unref(k);
        fl_column_unref(s);
        fl_column_unref(flat);
        fl_arena_reset(&arena);
    }
}

static void single_values_go_in_and_out(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 2, true);
        int n = draw(50);
        model *v = draw_values(&arena, t, n);
        fl_column *c = model_column(t, v, n), *copy = fl_column_new(t, 0);
        for (int i = 0; i < n; i++) {
            fl_value value = fl_value_get(c, i);
            assert_true(value.is_null == v[i].null && value.type == t);
            fl_column_append_value(copy, &value);
        }
        fl_column_unref(c);
        assert_column(copy, v, n);
        fl_column_unref(copy);
        fl_arena_reset(&arena);
    }
    fl_value null = fl_value_null(fl_type_string(true));
    fl_column *c = fl_value_column(&null);
    assert_true(c->constant && fl_column_is_null(c, 12345));
    fl_column_unref(c);
}

/* ---- equality and order ---- */

static void equality_is_that_of_the_model(void **state) {
    (void)state;
    int equal = 0;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 2, true);
        model *v = draw_values(&arena, t, 40);
        fl_column *c = model_column(t, v, 40), *d = fl_column_slice(c, 3, 37);
        for (int i = 0; i < 40; i++)
            for (int j = 0; j < 37; j++) {
                bool same = model_equal(t, &v[i], &v[3 + j]);
                assert_int_equal(fl_column_equal_at(c, i, d, j), same);
                equal += same;
            }
        fl_column_unref(c);
        fl_column_unref(d);
        fl_arena_reset(&arena);
    }
    assert_true(equal > ROUNDS * 40);
}

static void zeros_differ_and_nans_do_not(void **state) {
    (void)state;
    fl_column *c = fl_column_new(fl_type_of(FL_T_DOUBLE, true), 4);
    uint64_t odd_nan = 0xfff8000000001234u;
    double nan;
    memcpy(&nan, &odd_nan, sizeof nan);
    fl_column_append_f64(c, 0.0);
    fl_column_append_f64(c, -0.0);
    fl_column_append_f64(c, (double)NAN);
    fl_column_append_f64(c, nan);
    assert_false(fl_column_equal_at(c, 0, c, 1));
    assert_true(fl_column_equal_at(c, 2, c, 3));
    assert_int_equal(fl_column_compare_at(c, 0, c, 1), 0);
    assert_int_equal(fl_column_compare_at(c, 2, c, 3), 0);
    assert_true(fl_column_compare_at(c, 2, c, 0) > 0 && fl_column_compare_at(c, 0, c, 3) < 0);
    fl_column_unref(c);
}

static int sign(int x) { return (x > 0) - (x < 0); }

static void order_is_total_and_agrees_with_equality(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *t = draw_type(&arena, 2, false);
        model *v = draw_values(&arena, t, 25);
        fl_column *c = model_column(t, v, 25);
        for (int i = 0; i < 25; i++)
            for (int j = 0; j < 25; j++) {
                if (v[i].null || v[j].null) continue;
                int order = fl_column_compare_at(c, i, c, j);
                assert_int_equal(sign(order), -sign(fl_column_compare_at(c, j, c, i)));
                if (fl_column_equal_at(c, i, c, j)) assert_int_equal(order, 0);
                for (int k = 0; k < 25; k++)
                    if (!v[k].null && order <= 0 && fl_column_compare_at(c, j, c, k) <= 0)
                        assert_true(fl_column_compare_at(c, i, c, k) <= 0);
            }
        fl_column_unref(c);
        fl_arena_reset(&arena);
    }
}

static void texts_order_by_unsigned_bytes_and_numbers_by_value(void **state) {
    (void)state;
    static const char *const texts[] = {
        "", "a", "aa", "abcdefghijklmnop", "abcdefghijklmnoq", "b", "\xef\xac\x80", "\xf0\x9f"};
    fl_column *c = fl_column_new(fl_type_string(true), 0);
    for (size_t i = 0; i < FL_ARRAY_LEN(texts); i++) fl_column_append_str(c, fl_str_from(texts[i]));
    for (int i = 0; i < c->n; i++)
        for (int j = 0; j < c->n; j++) assert_int_equal(sign(fl_column_compare_at(c, i, c, j)), sign(i - j));
    fl_column_unref(c);
    c = fl_column_new(fl_type_decimal(&arena, 38, 0, true), 0);
    for (int i = 0; i < 5; i++) fl_column_append_i128(c, (i - 2) * ((fl_i128)1 << 100));
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) assert_int_equal(sign(fl_column_compare_at(c, i, c, j)), sign(i - j));
    fl_column_unref(c);
    const fl_type *list = fl_type_array(&arena, fl_type_of(FL_T_INT, true), true);
    c = fl_column_new(list, 0);
    fl_column_append_nested(c); /* [] < [NULL] < [1] < [1, NULL] < [2] */
    fl_column_append_null(c->child[0]), fl_column_append_nested(c);
    fl_column_append_i64(c->child[0], 1), fl_column_append_nested(c);
    fl_column_append_i64(c->child[0], 1), fl_column_append_null(c->child[0]), fl_column_append_nested(c);
    fl_column_append_i64(c->child[0], 2), fl_column_append_nested(c);
    for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++) assert_int_equal(sign(fl_column_compare_at(c, i, c, j)), sign(i - j));
    fl_column_unref(c);
}

/* ---- filling ---- */

static void under_a_null_row_fields_are_null_where_they_may_be_and_zero_elsewhere(void **state) {
    (void)state;
    fl_field fields[] = {{"a", fl_type_of(FL_T_INT, false), NULL}, {"b", fl_type_string(true), NULL}};
    const fl_type *row = fl_type_row(&arena, fields, 2, false);
    fl_column *c = fl_column_new(row, 0);
    fl_column_append_nulls(c, 70);
    fl_column_append_null(c);
    fl_column_check(c);
    assert_int_equal(c->n, 71);
    assert_true(fl_column_is_null(c, 69)); /* although its type is NOT NULL */
    assert_true(fl_column_is_null(c, 70));
    assert_null(c->child[0]->valid);
    assert_int_equal(fl_column_i64(c->child[0], 70), 0);
    assert_true(fl_column_is_null(c->child[1], 0));
    fl_column_unref(c);
}

static void rows_may_be_written_first_and_counted_later(void **state) {
    (void)state;
    fl_column *c = fl_column_new(fl_type_of(FL_T_BIGINT, true), 100);
    for (int i = 0; i < 100; i++) {
        FL_DATA(c, int64_t)[i] = i;
        if (i % 3 == 0) fl_column_set_null(c, i);
    }
    c->n = 100;
    fl_column_check(c);
    for (int i = 0; i < 100; i++) assert_int_equal(fl_column_is_null(c, i), i % 3 == 0);
    fl_column_append_i64(c, 7);
    assert_false(fl_column_is_null(c, 100));
    fl_column_unref(c);
}

static void a_view_holds_its_text_whatever_its_length(void **state) {
    (void)state;
    for (uint32_t n = 0; n <= 40; n++) {
        char *text = fl_malloc(n + 1); /* of its own size, for reads beyond it to be seen */
        for (uint32_t i = 0; i < n; i++) text[i] = (char)(200 + i);
        const fl_view v = fl_view_make(text, n);
        unsigned char bytes[16];
        memcpy(bytes, &v, sizeof bytes);
        assert_int_equal(v.n, n);
        assert_true(n == 0 || memcmp(fl_view_ptr(&v), text, n) == 0);
        if (n > FL_VIEW_INLINE) assert_ptr_equal(fl_view_ptr(&v), text);
        for (uint32_t i = 4 + n; i < sizeof bytes; i++) assert_int_equal(bytes[i], 0);
        free(text);
    }
}

static void a_null_in_a_view_column_is_an_empty_view(void **state) {
    (void)state;
    fl_column *c = fl_column_new(fl_type_string(true), 2);
    fl_column_append_str(c, fl_str_from("something longer than a view"));
    fl_column_set_null(c, 0);
    fl_column_check(c);
    assert_int_equal(fl_column_str(c, 0).n, 0);
    fl_column_unref(c);
}

static void a_warm_column_allocates_no_more(void **state) {
    (void)state;
    fl_column *c = fl_column_new(fl_type_string(true), 64);
    const void *data = NULL, *heap = NULL, *valid = NULL;
    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 64; i++)
            fl_column_append_str(c, fl_str_from("a string that lies in a heap, and a long one"));
        fl_column_set_null(c, 5);
        if (round == 2) data = c->data, heap = c->heaps[0]->data, valid = c->valid;
        if (round > 2)
            assert_true(c->data == data && c->heaps[0]->data == heap && c->valid == valid && c->n_heaps == 1);
        fl_column_check(c);
        fl_column_reset(c);
    }
    fl_column *s = fl_column_slice(c, 0, 0);
    fl_column_reset(c); /* the slice sees the data: other memory is taken */
    assert_ptr_not_equal(c->data, s->data);
    fl_column_unref(s);
    fl_column_unref(c);
}

static void shared_heaps_are_added_once(void **state) {
    (void)state;
    fl_column *from = fl_column_new(fl_type_string(true), 10), *to = fl_column_new(fl_type_string(true), 10);
    for (int i = 0; i < 10; i++) fl_column_append_str(from, fl_str_from("a string that lies in a heap"));
    for (int i = 0; i < 100; i++) fl_column_append_rows(to, from, NULL, 10);
    assert_int_equal(to->n, 1000);
    assert_int_equal(to->n_heaps, 1);
    fl_column_unref(from);
    fl_column_check(to);
    fl_column_unref(to);
}

static void a_retyped_row_has_other_names_over_the_same_memory(void **state) {
    (void)state;
    fl_field a[] = {{"x", fl_type_text(&arena, FL_T_VARCHAR, 5, true), NULL}},
             b[] = {{"y", fl_type_string(true), NULL}};
    fl_column *c = fl_column_new(fl_type_row(&arena, a, 1, true), 1);
    fl_column_append_str(c->child[0], fl_str_from("hello"));
    fl_column_append_nested(c);
    fl_column *r = fl_column_retype(c, fl_type_row(&arena, b, 1, true));
    fl_column_unref(c);
    fl_column_check(r);
    assert_string_equal(r->type->fields[0].name, "y");
    assert_ptr_equal(r->child[0]->type, fl_type_string(true));
    assert_true(fl_str_is(fl_column_str(r->child[0], 0), "hello"));
    fl_column_unref(r);
}

/* ---- objects ---- */

static void objects_are_owned_once_by_every_memory_that_holds_them(void **state) {
    (void)state;
    fl_column *c = fl_column_new(fl_type_object(&arena, &thing_ops, true), 2);
    for (int i = 0; i < 5; i++) fl_column_append_object(c, thing_new(i)); /* grows twice: moved, not retained */
    assert_int_equal(thing_refs_alive, 5);
    fl_column *s = fl_column_slice(c, 1, 3);
    assert_int_equal(thing_refs_alive, 5);
    fl_column *t = fl_column_take(c, (uint16_t[]){0, 4}, 2);
    assert_int_equal(thing_refs_alive, 7);
    fl_column_set_null(t, 1);
    assert_int_equal(thing_refs_alive, 6);
    fl_column_reserve(c, 100); /* the slice sees the old memory: retained */
    assert_int_equal(thing_refs_alive, 11);
    fl_column_truncate(c, 2);
    assert_int_equal(thing_refs_alive, 8);
    fl_column_reset(c);
    assert_int_equal(thing_refs_alive, 6);
    fl_column_unref(c);
    fl_column_unref(t);
    assert_int_equal(thing_refs_alive, 5);
    assert_int_equal(FL_DATA(s, thing *)[2]->number, 3);
    fl_column_unref(s);
    assert_int_equal(thing_refs_alive, 0);
}

/* ---- threads ---- */

static void *ref_and_unref(void *column) {
    for (int i = 0; i < 20000; i++) {
        fl_column *c = fl_column_ref(column);
        fl_column *s = fl_column_slice(c, 8, 8);
        fl_column_unref(c);
        fl_column_unref(s);
    }
    fl_column_unref(column);
    return NULL;
}

static void counts_hold_when_threads_share_a_column(void **state) {
    (void)state;
    pthread_t threads[4];
    fl_column *c = fl_column_new(fl_type_string(true), 16);
    for (int i = 0; i < 16; i++) fl_column_append_str(c, fl_str_from("a string that lies in a heap"));
    for (int i = 0; i < 4; i++) assert_int_equal(pthread_create(&threads[i], NULL, ref_and_unref, fl_column_ref(c)), 0);
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
    assert_true(fl_column_exclusive(c));
    assert_int_equal(c->data_buf->refs, 1);
    assert_int_equal(c->heaps[0]->refs, 1);
    fl_column_unref(c);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(bits_are_counted_and_copied_as_one_by_one),
        TEST(appended_values_read_back),
        TEST(columns_follow_the_model_through_random_changes),
        TEST(a_slice_leaves_its_source_as_it_was),
        TEST(a_constant_stands_for_every_row),
        TEST(single_values_go_in_and_out),
        TEST(equality_is_that_of_the_model),
        TEST(zeros_differ_and_nans_do_not),
        TEST(order_is_total_and_agrees_with_equality),
        TEST(texts_order_by_unsigned_bytes_and_numbers_by_value),
        TEST(under_a_null_row_fields_are_null_where_they_may_be_and_zero_elsewhere),
        TEST(rows_may_be_written_first_and_counted_later),
        TEST(a_view_holds_its_text_whatever_its_length),
        TEST(a_null_in_a_view_column_is_an_empty_view),
        TEST(a_warm_column_allocates_no_more),
        TEST(shared_heaps_are_added_once),
        TEST(a_retyped_row_has_other_names_over_the_same_memory),
        TEST(objects_are_owned_once_by_every_memory_that_holds_them),
        TEST(counts_hold_when_threads_share_a_column),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
