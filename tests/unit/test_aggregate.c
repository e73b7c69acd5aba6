/* SPDX-License-Identifier: Apache-2.0 */
/* test_aggregate.c -- accumulators, compared with lists of rows from which each result is computed anew.
 *
 * Random calls (all functions and types, DISTINCT, FILTER) over random columns; rows go to random groups, or all to one,
 * by either way of updating; groups are merged, cloned, saved and loaded on the way. Sums are drawn so that they are exact in any
 * order; what depends on the order (overflow, NaN) has cases of its own.
 */
#include "accumulators.h"

#include "data/decimal.h"

enum { ROUNDS = 400, BATCHES = 6, ROWS = 150, COLUMNS = 4, FILTER = 3, CALLS_MAX = 8, TABLES = 2, GROUPS_MAX = 30 };
enum { ROWS_MAX = BATCHES * ROWS * TABLES };

static fl_arena arena, scratch;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    fl_arena_init(&scratch);
    draw_from(23);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    fl_arena_deinit(&scratch);
    return 0;
}

/* ---- calls ---- */

static int draw_calls(fl_agg_call *calls, const fl_type *const *types) {
    static const char *const names[] = {"COUNT", "sum", "Avg", "MIN", "MAX", "First_Value", "LAST_VALUE"};
    int n = 1 + draw(CALLS_MAX);
    for (int i = 0; i < n;) {
        int arg = draw(COLUMNS);
        bool star = draw(8) == 0;
        i += rig_call(&arena, &calls[i], star ? "COUNT" : names[draw(7)], star ? -1 : arg, star ? NULL : types[arg],
                      !star && draw(4) == 0, draw(3) ? -1 : FILTER);
    }
    return n;
}

/* ---- columns ---- */

static const fl_type *draw_arg_type(void) {
    bool nullable = draw(2);
    switch (draw(8)) {
    case 0: return fl_type_of(draw(2) ? FL_T_FLOAT : FL_T_DOUBLE, nullable);
    case 1: return fl_type_string(nullable);
    case 2: return fl_type_decimal(&arena, 1 + draw(30), 0, nullable);
    case 3: return fl_type_time(&arena, FL_T_TIMESTAMP, draw(10), nullable);
    case 4: return fl_type_of(draw(2) ? FL_T_DATE : FL_T_BOOLEAN, nullable);
    default: return fl_type_of((fl_type_kind)(FL_T_TINYINT + draw(4)), nullable);
    }
}

/* Values of one batch and column: numbers that lie within a random distance of each other, anywhere in their range. */
static void draw_column(const fl_type *t, model *v, int n) {
    static const int64_t spreads[] = {1, 100, (1 << 24) - 1, 1 << 24, (1 << 24) + 1, (int64_t)1 << 40};
    fl_phys p = fl_type_phys(t);
    int bits = p == FL_P_I8 ? 8 : p == FL_P_I16 ? 16 : p == FL_P_I32 ? 32 : 64;
    int64_t least = (int64_t)draw_u64() >> (64 - bits) >> (draw(2) ? 3 : 0), spread = spreads[draw(6)];
    for (int i = 0; i < n; i++) {
        v[i] = draw_value(&arena, t);
        if (v[i].null) continue;
        if (p == FL_P_F32 || p == FL_P_F64) v[i].d = (draw(2000) - 1000) * 0.25;
        if (p == FL_P_I128) v[i].w >>= 16;
        if (p < FL_P_I8 || p > FL_P_I64) continue;
        uint64_t x = (uint64_t)least + draw_u64() % (uint64_t)spread;
        v[i].w = (int64_t)(x << (64 - bits)) >> (64 - bits);
        if (t->kind == FL_T_DECIMAL) v[i].w = v[i].w % 1000000000000000000; /* 18 digits, for all precisions */
        if (i > 0 && draw(3) == 0) v[i] = v[draw(i)];
    }
}

/* ---- the lists ---- */

typedef struct rows_of_group {
    int row[ROWS_MAX], n;
} rows_of_group;

static model values[COLUMNS][ROWS_MAX];
static rows_of_group lists[TABLES][GROUPS_MAX];

static model expected_sum(const fl_agg_call *c, const int *rows, int n, const model *v) {
    model r = {.null = n == 0};
    bool average = strcmp(c->fn->name, "AVG") == 0;
    fl_phys p = fl_type_phys(c->args[0].type);
    for (int i = 0; i < n; i++) r.w += v[rows[i]].w, r.d += v[rows[i]].d;
    if (p == FL_P_F32 || p == FL_P_F64) {
        if (average) r.d /= n;
        if (p == FL_P_F32) r.d = (double)(float)r.d;
        r.w = 0;
        return r;
    }
    r.d = 0;
    if (c->args[0].type->kind == FL_T_DECIMAL) {
        if (average && n > 0) r.null = !fl_decimal_div(r.w, c->args[0].type->scale, n, 0, 38, c->type->scale, &r.w);
        return r;
    }
    r.w = (int64_t)r.w; /* the sum wraps at 64 bits, the result at its own width */
    if (average && n > 0) r.w /= n;
    r.w = p == FL_P_I8 ? (int8_t)r.w : p == FL_P_I16 ? (int16_t)r.w : p == FL_P_I32 ? (int32_t)r.w : (int64_t)r.w;
    return r;
}

static model expected_extreme(const fl_agg_call *c, const int *rows, int n, const model *v) {
    int sign = strcmp(c->fn->name, "MAX") == 0 ? 1 : -1;
    if (n == 0) return (model){.null = true};
    model r = v[rows[0]];
    for (int i = 1; i < n; i++) {
        const model *x = &v[rows[i]];
        int order = fl_type_phys(c->args[0].type) == FL_P_VIEW ? fl_str_cmp(x->s, r.s)
                    : x->d != r.d                              ? (x->d > r.d ? 1 : -1)
                                                               : (x->w > r.w) - (x->w < r.w);
        if (order * sign > 0) r = *x;
    }
    return r;
}

static model expected(const fl_agg_call *c, const rows_of_group *g) {
    static int rows[ROWS_MAX];
    int n = 0, arg = rig_arg(c);
    const model *value = arg >= 0 ? values[arg] : NULL; /* NULL: COUNT(*) */
    for (int i = 0; i < g->n; i++) {
        int row = g->row[i];
        bool skip = c->filter >= 0 && (values[c->filter][row].null || !values[c->filter][row].w);
        if (value != NULL) skip = skip || value[row].null;
        for (int k = 0; c->distinct && value != NULL && !skip && k < n; k++)
            skip = model_equal(c->args[0].type, &value[rows[k]], &value[row]);
        if (!skip) rows[n++] = row;
    }
    if (strcmp(c->fn->name, "COUNT") == 0) return (model){.w = n};
    bool first = strcmp(c->fn->name, "FIRST_VALUE") == 0;
    if (first || strcmp(c->fn->name, "LAST_VALUE") == 0)
        return n == 0 ? (model){.null = true} : value[rows[first ? 0 : n - 1]];
    bool sum = strcmp(c->fn->name, "SUM") == 0 || strcmp(c->fn->name, "AVG") == 0;
    return sum ? expected_sum(c, rows, n, value) : expected_extreme(c, rows, n, value);
}

/* ---- accumulators: tables of groups ---- */

static char *acc[TABLES][GROUPS_MAX];

static void assert_results(const fl_agg_layout *l, int table, int n_groups) {
    for (int i = 0; i < l->n_calls; i++) {
        fl_column *out = fl_column_new(l->calls[i].type, 0);
        fl_agg_result(l, i, acc[table], n_groups, out);
        model want[GROUPS_MAX];
        for (int g = 0; g < n_groups; g++) want[g] = expected(&l->calls[i], &lists[table][g]);
        assert_column(out, want, n_groups);
        fl_column_unref(out);
    }
}

/* One batch of rows for random groups of a table. */
static void add_batch(const fl_agg_layout *l, const fl_type *const *types, int table, int n_groups, int *n_rows) {
    fl_column *cols[COLUMNS];
    uint32_t group[ROWS];
    char *row_acc[ROWS];
    fl_rows rows;
    int n = draw(10) ? ROWS : draw(3);
    for (int c = 0; c < COLUMNS; c++) {
        draw_column(types[c], values[c] + *n_rows, n);
        cols[c] = model_column(types[c], values[c] + *n_rows, n);
    }
    rows.sel = draw_sel(&arena, n, draw(3) ? 8 : draw(9), &rows.n);
    int only = draw(3) == 0 ? draw(n_groups) : -1;
    for (int k = 0; k < rows.n; k++) {
        int g = only >= 0 ? only : draw(draw(2) ? n_groups : FL_MIN(n_groups, 2));
        rows_of_group *list = &lists[table][g];
        group[k] = (uint32_t)g;
        row_acc[k] = acc[table][g];
        list->row[list->n++] = *n_rows + (rows.sel ? rows.sel[k] : k);
    }
    if (draw(2))
        fl_agg_update_groups(l, group, acc[table], n_groups, cols, rows, &scratch);
    else
        fl_agg_update(l, row_acc, cols, rows, &scratch);
    *n_rows += n;
    for (int c = 0; c < COLUMNS; c++) fl_column_unref(cols[c]);
    fl_arena_reset(&scratch);
}

/* The second table goes into the first, whose rows come first; it stays as it was. */
static void merge_tables(const fl_agg_layout *l, int n_groups) {
    fl_agg_merge(l, acc[0], acc[1], n_groups, &scratch);
    for (int g = 0; g < n_groups; g++) {
        rows_of_group *to = &lists[0][g], *from = &lists[1][g];
        memcpy(to->row + to->n, from->row, sizeof *to->row * (size_t)from->n);
        to->n += from->n;
    }
    assert_results(l, 1, n_groups);
}

static void results_are_those_of_the_rows(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        const fl_type *types[COLUMNS];
        fl_agg_call calls[CALLS_MAX];
        int n_groups = 1 + draw(GROUPS_MAX), n_rows = 0;
        for (int c = 0; c < COLUMNS; c++) types[c] = c == FILTER ? fl_type_of(FL_T_BOOLEAN, true) : draw_arg_type();
        int n_calls = draw_calls(calls, types);
        const fl_agg_layout *l = fl_agg_layout_new(&arena, calls, n_calls, draw(2));
        assert_int_equal(l->size % 16, 0);
        for (int t = 0; t < TABLES; t++)
            for (int g = 0; g < n_groups; g++) {
                acc[t][g] = new_acc(l);
                lists[t][g].n = 0;
            }
        for (int b = 0; b < BATCHES; b++) {
            int t = draw(TABLES);
            add_batch(l, types, t, n_groups, &n_rows);
            if (draw(3) == 0) clone_all(l, acc[t], n_groups);
            if (draw(3) == 0) save_and_load(l, acc[t], n_groups);
            assert_results(l, t, n_groups);
        }
        merge_tables(l, n_groups);
        assert_results(l, 0, n_groups);
        for (int t = 0; t < TABLES; t++)
            for (int g = 0; g < n_groups; g++) drop_acc(l, acc[t][g]);
        fl_arena_reset(&arena);
    }
}

/* ---- single cases ---- */

typedef enum way { ROW_BY_ROW, ONE_ACCUMULATOR, FEW_GROUPS, WAYS } way;

/* One group of one call over one column; the result is a column of one row. */
static fl_column *run_call(const fl_agg_call *call, fl_column *arg, int repeat, way w) {
    const fl_agg_layout *l = fl_agg_layout_new(&arena, call, 1, false);
    char *a = new_acc(l), *row_acc[ROWS];
    uint32_t group[ROWS] = {0};
    for (int k = 0; k < arg->n; k++) row_acc[k] = a;
    for (int i = 0; i < repeat; i++) {
        if (w == FEW_GROUPS) fl_agg_update_groups(l, group, &a, 1, &arg, (fl_rows){NULL, arg->n}, &scratch);
        if (w == ONE_ACCUMULATOR) fl_agg_update(l, row_acc, &arg, (fl_rows){NULL, arg->n}, &scratch);
        for (uint16_t k = 0; w == ROW_BY_ROW && k < arg->n; k++)
            fl_agg_update(l, row_acc, &arg, (fl_rows){&k, 1}, &scratch);
    }
    fl_column *out = fl_column_new(call->type, 1);
    fl_agg_result(l, 0, &a, 1, out);
    drop_acc(l, a);
    return out;
}

static void a_decimal_sum_is_wider_than_its_values(void **state) {
    (void)state;
    const fl_type *t = fl_type_decimal(&arena, 18, 0, false);
    fl_agg_call call;
    assert_true(rig_call(&arena, &call, "SUM", 0, t, false, -1));
    fl_column *arg = fl_column_new(t, ROWS);
    for (int i = 0; i < ROWS; i++) fl_column_append_i64(arg, 999999999999999999 - i % 2);
    for (way w = 0; w < WAYS; w++) {
        fl_column *out = run_call(&call, arg, 7, w);
        assert_true(fl_column_i128(out, 0) == (fl_i128)999999999999999999 * 7 * ROWS - 7 * ROWS / 2);
        fl_column_unref(out);
    }
    fl_column_unref(arg);
}

/* Beyond 38 digits a sum is NULL until the next value starts it again; its average stays NULL. */
static void a_decimal_sum_that_overflows_starts_again(void **state) {
    (void)state;
    static const int sums_null_after[] = {0, 1, 0, 1, 0};
    const fl_type *t = fl_type_decimal(&arena, 38, 6, false);
    fl_agg_call sum, avg;
    assert_true(rig_call(&arena, &sum, "SUM", 0, t, false, -1));
    assert_true(rig_call(&arena, &avg, "AVG", 0, t, false, -1));
    fl_i128 big = 6;
    for (int i = 0; i < 37; i++) big *= 10;
    fl_column *arg = fl_column_new(t, 5);
    for (int n = 1; n <= 5; n++) {
        fl_column_append_i128(arg, big);
        for (way w = 0; w < WAYS; w++) {
            fl_column *s = run_call(&sum, arg, 1, w), *a = run_call(&avg, arg, 1, w);
            assert_int_equal(fl_column_is_null(s, 0), sums_null_after[n - 1]);
            if (!sums_null_after[n - 1]) assert_true(fl_column_i128(s, 0) == big);
            assert_int_equal(fl_column_is_null(a, 0), n > 1);
            fl_column_unref(s);
            fl_column_unref(a);
        }
    }
    fl_column_unref(arg);
}

static void the_first_nan_stays_the_extreme_and_negative_zero_a_sum(void **state) {
    (void)state;
    const fl_type *t = fl_type_of(FL_T_DOUBLE, true);
    fl_agg_call min, max, sum;
    assert_true(rig_call(&arena, &min, "MIN", 0, t, false, -1));
    assert_true(rig_call(&arena, &max, "MAX", 0, t, false, -1));
    assert_true(rig_call(&arena, &sum, "SUM", 0, t, false, -1));
    fl_column *arg = fl_column_new(t, 3), *out;
    for (way w = 0; w < WAYS; w++) {
        fl_column_append_f64(arg, -0.0);
        out = run_call(&sum, arg, 1, w);
        assert_true(signbit(FL_DATA(out, double)[0]));
        fl_column_unref(out);
        fl_column_append_f64(arg, (double)NAN);
        fl_column_append_f64(arg, 7);
        out = run_call(&max, arg, 1, w);
        assert_true(FL_DATA(out, double)[0] == 7);
        fl_column_unref(out);
        fl_column_reset(arg);
        fl_column_append_f64(arg, (double)NAN);
        fl_column_append_f64(arg, 1);
        for (int i = 0; i < 2; i++) {
            out = run_call(i ? &min : &max, arg, 1, w);
            assert_true(isnan(FL_DATA(out, double)[0]));
            fl_column_unref(out);
        }
        fl_column_reset(arg);
    }
    fl_column_unref(arg);
}

static void calls_on_one_column_share_a_cell(void **state) {
    (void)state;
    const fl_type *t = fl_type_of(FL_T_INT, true);
    fl_agg_call calls[7];
    assert_true(rig_call(&arena, &calls[0], "COUNT", -1, NULL, false, -1));
    assert_true(rig_call(&arena, &calls[1], "SUM", 0, t, false, -1));
    assert_true(rig_call(&arena, &calls[2], "AVG", 0, t, false, -1));
    assert_true(rig_call(&arena, &calls[3], "COUNT", 0, t, false, -1));
    assert_true(rig_call(&arena, &calls[4], "MIN", 0, t, true, -1));
    assert_true(rig_call(&arena, &calls[5], "MIN", 0, t, false, -1));
    const fl_agg_layout *l = fl_agg_layout_new(&arena, calls, 6, true);
    assert_int_equal(l->n_cells, 3);
    assert_int_equal(l->rows_cell, 0);
    assert_true(l->plain && l->call_cell[1] == l->call_cell[3]);
    assert_true(rig_call(&arena, &calls[5], "SUM", 0, t, true, -1));
    assert_true(rig_call(&arena, &calls[6], "COUNT", 0, t, true, -1));
    l = fl_agg_layout_new(&arena, calls, 7, true);
    assert_int_equal(l->n_cells, 5); /* and one set with the cell behind it */
    assert_true(!l->plain && l->call_cell[5] == l->call_cell[6] && l->call_cell[5] != l->call_cell[1]);
}

/* Values that are kept do not go with the packed ones of their column, which are added once all the same. */
static void a_sum_beside_kept_values_is_added_once(void **state) {
    (void)state;
    static const char *const names[] = {"FIRST_VALUE", "LAST_VALUE", "SUM", "MAX"};
    static const int64_t want[] = {0, 99, 4950, 99};
    enum { N = 4, VALUES = 100 };
    const fl_type *t = fl_type_of(FL_T_INT, false);
    fl_agg_call calls[N];
    for (int i = 0; i < N; i++) assert_true(rig_call(&arena, &calls[i], names[i], 0, t, false, -1));
    const fl_agg_layout *l = fl_agg_layout_new(&arena, calls, N, true);
    fl_column *arg = fl_column_new(t, VALUES);
    for (int i = 0; i < VALUES; i++) fl_column_append_i64(arg, i);
    uint32_t group[VALUES] = {0};
    char *a = new_acc(l);
    fl_agg_update_groups(l, group, &a, 1, &arg, (fl_rows){NULL, VALUES}, &scratch);
    for (int i = 0; i < N; i++) {
        fl_column *out = fl_column_new(calls[i].type, 1);
        fl_agg_result(l, i, &a, 1, out);
        assert_int_equal(fl_column_i64(out, 0), want[i]);
        fl_column_unref(out);
    }
    drop_acc(l, a);
    fl_column_unref(arg);
}

static void exact_calls_may_be_added_in_any_order(void **state) {
    (void)state;
    static const char *const names[] = {"COUNT", "SUM", "AVG", "MIN", "MAX", "FIRST_VALUE", "LAST_VALUE"};
    const fl_type *types[] = {fl_type_of(FL_T_BIGINT, true), fl_type_decimal(&arena, 20, 2, true),
                              fl_type_of(FL_T_FLOAT, true), fl_type_of(FL_T_DOUBLE, true)};
    for (int t = 0; t < 4; t++)
        for (int f = 0; f < 7; f++) {
            fl_agg_call call;
            assert_true(rig_call(&arena, &call, names[f], 0, types[t], false, -1));
            assert_int_equal(fl_agg_call_exact(&call), f < 5 && (t < 2 || f == 0 || f > 2));
        }
}

static void damaged_accumulators_are_refused_or_read_without_harm(void **state) {
    (void)state;
    fl_error err;
    fl_agg_call calls[4];
    const fl_type *t = fl_type_string(true);
    assert_true(rig_call(&arena, &calls[0], "MAX", 0, t, false, -1));
    assert_true(rig_call(&arena, &calls[1], "COUNT", 0, t, true, -1));
    assert_true(rig_call(&arena, &calls[2], "COUNT", -1, NULL, false, -1));
    const fl_agg_layout *l = fl_agg_layout_new(&arena, calls, 3, false);
    char *a = new_acc(l), *row_acc[] = {a, a};
    fl_column *arg = fl_column_new(t, 2);
    fl_column_append_str(arg, fl_str_from("a long text for the heap"));
    fl_column_append_str(arg, fl_str_from("short"));
    fl_agg_update(l, row_acc, &arg, (fl_rows){NULL, 2}, &scratch);
    fl_column_unref(arg);
    fl_buf whole;
    fl_buf_init(&whole);
    fl_agg_encode(l, a, &whole);
    drop_acc(l, a);
    for (size_t n = 0; n < whole.n; n++) {
        char *cut = fl_arena_strndup(&arena, whole.p, n), *back = new_acc(l);
        fl_reader r = fl_reader_make(cut, n);
        assert_int_equal(fl_agg_decode(l, back, &r, &err), FL_E_CORRUPT);
        drop_acc(l, back);
    }
    for (size_t at = 0; at < whole.n; at++) {
        char *changed = fl_arena_strndup(&arena, whole.p, whole.n), *back = new_acc(l);
        changed[at] = (char)(changed[at] ^ 1 << draw(8));
        fl_reader r = fl_reader_make(changed, whole.n);
        (void)fl_agg_decode(l, back, &r, &err);
        drop_acc(l, back);
    }
    fl_buf_deinit(&whole);
}

static void types_without_an_order_or_a_sum_are_refused(void **state) {
    (void)state;
    fl_agg_call call;
    assert_false(rig_call(&arena, &call, "SUM", 0, fl_type_string(true), false, -1));
    assert_false(rig_call(&arena, &call, "AVG", 0, fl_type_of(FL_T_DATE, true), false, -1));
    assert_false(rig_call(&arena, &call, "MAX", 0, fl_type_array(&arena, fl_type_of(FL_T_INT, true), true), false, -1));
    assert_null(fl_agg_find(fl_str_from("median")));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(results_are_those_of_the_rows),
        TEST(a_decimal_sum_is_wider_than_its_values),
        TEST(a_decimal_sum_that_overflows_starts_again),
        TEST(the_first_nan_stays_the_extreme_and_negative_zero_a_sum),
        TEST(calls_on_one_column_share_a_cell),
        TEST(a_sum_beside_kept_values_is_added_once),
        TEST(exact_calls_may_be_added_in_any_order),
        TEST(damaged_accumulators_are_refused_or_read_without_harm),
        TEST(types_without_an_order_or_a_sum_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
