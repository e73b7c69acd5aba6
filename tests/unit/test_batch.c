/* SPDX-License-Identifier: Apache-2.0 */
/* test_batch.c -- batches keep rows, kinds and watermarks together when they are cut, narrowed, compacted and built. */
#include "model.h"

#include "data/schema.h"

enum { SEED = 11, ROUNDS = 500, ROWS = 120 };

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
    return 0;
}

/* What a batch is, one event after the other: a row that counts, or a watermark. */
typedef struct event {
    bool is_mark;
    int64_t number; /* the row's value, or the watermark */
    fl_row_kind kind;
} event;

static int events_of(const fl_batch *b, event *out) {
    int n = 0, mark = 0;
    for (int row = -1; row < b->n; row++) {
        int k = fl_batch_sel_lower(b, row);
        bool counts = row >= 0 && k < b->n_sel && fl_batch_row(b, k) == row;
        if (counts) out[n++] = (event){false, fl_column_i64(b->cols[0], row), fl_batch_kind(b, row)};
        for (; mark < b->n_marks && b->marks[mark].row == row; mark++)
            out[n++] = (event){.is_mark = true, .number = b->marks[mark].watermark};
    }
    assert_int_equal(mark, b->n_marks);
    return n;
}

/* Of marks with no row between them the last counts. */
static int without_repeated_marks(event *e, int n) {
    int kept = 0;
    for (int i = 0; i < n; i++) {
        if (kept > 0 && e[i].is_mark && e[kept - 1].is_mark) kept--;
        e[kept++] = e[i];
    }
    return kept;
}

static void assert_events(const event *a, int n, const event *b, int m) {
    assert_int_equal(n, m);
    for (int i = 0; i < n; i++) {
        assert_int_equal(a[i].is_mark, b[i].is_mark);
        assert_int_equal(a[i].number, b[i].number);
        assert_int_equal(a[i].kind, b[i].kind);
    }
}

static fl_batch *draw_batch(void) {
    int n = draw(ROWS);
    fl_batch *b = fl_batch_new(2, n);
    b->cols[0] = fl_column_new(fl_type_of(FL_T_INT, false), n);
    b->cols[1] = fl_column_new(fl_type_string(true), n);
    for (int i = 0; i < n; i++) {
        fl_column_append_i64(b->cols[0], i * 10);
        fl_column_append_str(b->cols[1], fl_str_from("a string that lies in a heap"));
    }
    if (draw(2)) {
        uint8_t *kinds = fl_batch_need_kinds(b);
        for (int i = 0; i < n; i++) kinds[i] = (uint8_t)draw(4);
    }
    int64_t watermark = -5;
    for (int row = -1; row < n && draw(4); row += 1 + draw(6)) fl_batch_add_mark(b, row, watermark += 1 + draw(3));
    if (draw(2)) {
        uint16_t *sel = fl_batch_need_sel(b);
        for (int i = 0; i < n; i++)
            if (draw(3)) sel[b->n_sel++] = (uint16_t)i;
    }
    fl_batch_check(b);
    return b;
}

static void compaction_moves_rows_together_and_marks_with_them(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        event a[3 * ROWS], c[3 * ROWS];
        fl_batch *b = draw_batch(), *d = fl_batch_compact(b);
        fl_batch_check(d);
        assert_null(d->sel);
        assert_int_equal(d->n, b->n_sel);
        assert_ptr_equal(b->sel == NULL ? b : d, d);
        int n = without_repeated_marks(a, events_of(b, a)), m = events_of(d, c);
        assert_events(a, n, c, m);
        fl_batch_unref(b);
        fl_batch_unref(d);
    }
}

static void slices_one_after_the_other_are_the_batch(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        event a[3 * ROWS], c[3 * ROWS];
        fl_batch *b = draw_batch();
        int n = events_of(b, a), m = 0, at = 0;
        do {
            int len = FL_MIN(1 + draw(ROWS), b->n - at);
            fl_batch *s = fl_batch_slice(b, at, len);
            fl_batch_check(s);
            m += events_of(s, c + m);
            fl_batch_unref(s);
            at += len;
        } while (at < b->n);
        assert_events(a, n, c, m);
        fl_batch_unref(b);
    }
}

static void a_copy_can_be_narrowed_without_a_change_to_the_first(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fl_batch *b = draw_batch(), *copy = fl_batch_copy(b);
        int n = b->n_sel, wanted = 0;
        uint16_t *sel = fl_batch_need_sel(copy);
        for (int k = 0; k < n; k++)
            if (fl_column_i64(b->cols[0], fl_batch_row(b, k)) % 20 == 0)
                sel[copy->n_sel++] = (uint16_t)fl_batch_row(b, k), wanted++;
        fl_batch_check(copy);
        assert_int_equal(copy->n_sel, wanted);
        assert_int_equal(b->n_sel, n);
        fl_column_unref(copy->cols[1]);
        copy->cols[1] = fl_column_ref(copy->cols[0]);
        fl_batch_unref(b);
        fl_batch_check(copy);
        fl_batch_unref(copy);
    }
}

static void marks_that_add_nothing_are_not_kept(void **state) {
    (void)state;
    fl_batch *b = fl_batch_new(0, 10);
    fl_batch_add_mark(b, -1, 5);
    fl_batch_add_mark(b, 2, 5);
    fl_batch_add_mark(b, 3, 6);
    fl_batch_add_mark(b, 3, 8);
    assert_int_equal(b->n_marks, 2);
    assert_int_equal(b->marks[1].row, 3);
    assert_int_equal(b->marks[1].watermark, 8);
    fl_batch_check(b);
    fl_batch_unref(b);
}

static void a_mark_before_the_first_row_that_counts_stands_before_all(void **state) {
    (void)state;
    fl_batch *b = fl_batch_new(0, 5);
    fl_batch_add_mark(b, 1, 100);
    fl_batch_add_mark(b, 3, 200);
    uint16_t *sel = fl_batch_need_sel(b);
    sel[b->n_sel++] = 2;
    fl_batch *c = fl_batch_compact(b);
    assert_int_equal(c->n, 1);
    assert_int_equal(c->marks[0].row, -1);
    assert_int_equal(c->marks[1].row, 0);
    fl_batch_unref(b);
    fl_batch_unref(c);
}

static void the_first_selected_row_is_found(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fl_batch *b = draw_batch();
        for (int row = -1; row <= b->n; row++) {
            int k = 0;
            while (k < b->n_sel && fl_batch_row(b, k) < row) k++;
            assert_int_equal(fl_batch_sel_lower(b, row), k);
        }
        fl_batch_unref(b);
    }
}

/* ---- schema and builder ---- */

static const fl_schema *make_schema(void) {
    fl_field *f = FL_NEW_N(&arena, fl_field, 3);
    fl_field inner[] = {{"x", fl_type_of(FL_T_INT, true), NULL}, {"y", fl_type_string(true), NULL}};
    f[0] = (fl_field){"a", fl_type_of(FL_T_INT, true), NULL};
    f[1] = (fl_field){"B", fl_type_array(&arena, fl_type_string(false), false), NULL};
    f[2] = (fl_field){"c`d", fl_type_row(&arena, inner, 2, true), NULL};
    fl_schema *s = FL_NEW(&arena, fl_schema);
    *s = (fl_schema){3, f};
    return s;
}

static void schemas_print_and_find_by_exact_name(void **state) {
    (void)state;
    const fl_schema *s = make_schema();
    fl_buf b;
    fl_buf_init(&b);
    fl_schema_print(&b, s);
    assert_string_equal(fl_buf_cstr(&b),
                        "(`a` INT, `B` ARRAY<STRING NOT NULL> NOT NULL, `c``d` ROW<`x` INT, `y` STRING>)");
    fl_buf_deinit(&b);
    assert_int_equal(fl_schema_find(s, "B"), 1);
    assert_int_equal(fl_schema_find(s, "b"), -1);
}

static void a_builder_collects_rows_and_forgets_abandoned_ones(void **state) {
    (void)state;
    const fl_schema *s = make_schema();
    for (int round = 0; round < ROUNDS; round++) {
        fl_builder b;
        model *kept[3];
        fl_row_kind kinds[ROWS];
        int n = 0, cap = 1 + draw(ROWS);
        for (int k = 0; k < 3; k++) kept[k] = fl_arena_alloc(&arena, sizeof(model) * ROWS);
        fl_builder_init(&b, s, cap);
        for (int row = draw(ROWS); row > 0; row--) {
            bool abandon = draw(4) == 0;
            int columns = abandon ? draw(4) : 3;
            for (int k = 0; k < columns; k++) {
                model v = draw_value(&arena, s->fields[k].type);
                if (!abandon) kept[k][n] = v;
                model_append(b.cols[k], &v);
            }
            if (abandon && draw(2)) { /* in the middle of nested values */
                if (columns < 2) fl_column_append_str(b.cols[1]->child[0], fl_str_from("x"));
                if (columns < 3) fl_column_append_i64(b.cols[2]->child[0], 1);
            }
            if (abandon) {
                fl_builder_abandon_row(&b);
            } else {
                kinds[n] = (fl_row_kind)(draw(8) ? 0 : draw(4));
                fl_builder_end_row(&b, kinds[n++]);
            }
            assert_int_equal(fl_builder_full(&b), n >= cap);
        }
        fl_batch *out = fl_builder_take(&b);
        assert_int_equal(out == NULL, n == 0);
        assert_null(fl_builder_take(&b));
        if (out != NULL) {
            fl_batch_check(out);
            for (int k = 0; k < 3; k++) assert_column(out->cols[k], kept[k], n);
            for (int i = 0; i < n; i++) assert_int_equal(fl_batch_kind(out, i), kinds[i]);
        }
        fl_batch_unref(out);
        fl_builder_deinit(&b);
    }
}

static void inserts_alone_need_no_kinds(void **state) {
    (void)state;
    fl_builder b;
    fl_field f = {"a", fl_type_of(FL_T_INT, true), NULL};
    fl_builder_init(&b, &(fl_schema){1, &f}, 4);
    fl_column_append_i64(b.cols[0], 1);
    fl_builder_end_row(&b, FL_INSERT);
    fl_batch *out = fl_builder_take(&b);
    assert_null(out->kinds);
    assert_string_equal(fl_row_kind_text[fl_batch_kind(out, 0)], "+I");
    fl_batch_unref(out);
    fl_builder_deinit(&b);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(compaction_moves_rows_together_and_marks_with_them),
        TEST(slices_one_after_the_other_are_the_batch),
        TEST(a_copy_can_be_narrowed_without_a_change_to_the_first),
        TEST(marks_that_add_nothing_are_not_kept),
        TEST(a_mark_before_the_first_row_that_counts_stands_before_all),
        TEST(the_first_selected_row_is_found),
        TEST(schemas_print_and_find_by_exact_name),
        TEST(a_builder_collects_rows_and_forgets_abandoned_ones),
        TEST(inserts_alone_need_no_kinds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
