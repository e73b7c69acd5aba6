/* SPDX-License-Identifier: Apache-2.0 */
/* test_aggregate_values.c -- aggregates that keep values, compared with lists of rows from which each result is put
 * together anew, as text.
 *
 * Random rows go to random groups of two tables; groups are merged, cloned, saved and loaded on the way. Then what ends
 * a job: rows that a function does not take, limits, damaged accumulators.
 */
#include "accumulators.h"

#include <math.h>

enum { ROUNDS = 60, BATCHES = 5, ROWS = 60, TABLES = 2, GROUPS_MAX = 8, ROWS_MAX = BATCHES * ROWS };
enum { COL_S, COL_X, COL_KEY, COL_TIMES, COL_PASSES, COLUMNS };

static fl_arena arena, scratch;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    fl_arena_init(&scratch);
    draw_from(31);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    fl_arena_deinit(&scratch);
    return 0;
}

/* ---- calls ---- */

/* What a call is, and how its result is put together from rows: the index is that of `specs`. */
typedef enum making { JOIN, LIST, COUNTED, ARRAY, OBJECT, PERCENTILES, DISTINCT_COUNT } making;

typedef struct spec {
    const char *function;
    making making;
    int n_args, args[3]; /* columns; -1: the literal */
    const char *literal; /* a text; NULL with -1: the fractions */
    bool distinct, ignore_nulls;
} spec;

static const spec specs[] = {
    {"LISTAGG", JOIN, 1, {COL_S}, NULL, false, false},
    {"LISTAGG", JOIN, 2, {COL_S, -1}, "--", false, false},
    {"LISTAGG", JOIN, 2, {COL_S, -1}, "", true, false},
    {"ARRAY_AGG", LIST, 1, {COL_X}, NULL, false, false},
    {"ARRAY_AGG", LIST, 1, {COL_X}, NULL, true, false},
    {"ARRAY_AGG", LIST, 1, {COL_S}, NULL, false, true},
    {"COLLECT", COUNTED, 1, {COL_X}, NULL, false, false},
    {"COLLECT", COUNTED, 1, {COL_S}, NULL, true, false},
    {"JSON_ARRAYAGG", ARRAY, 2, {COL_S, -1}, "NULL ON NULL", false, false},
    {"JSON_ARRAYAGG", ARRAY, 2, {COL_S, -1}, "ABSENT ON NULL", false, false},
    {"JSON_OBJECTAGG", OBJECT, 3, {COL_KEY, COL_S, -1}, "NULL ON NULL", false, false},
    {"JSON_OBJECTAGG", OBJECT, 3, {COL_KEY, COL_S, -1}, "ABSENT ON NULL", false, false},
    {"PERCENTILE", PERCENTILES, 2, {COL_X, -1}, NULL, false, false},
    {"PERCENTILE", PERCENTILES, 2, {COL_X, -1}, NULL, true, false},
    {"PERCENTILE", PERCENTILES, 3, {COL_X, -1, COL_TIMES}, NULL, false, false},
    {"APPROX_COUNT_DISTINCT", DISTINCT_COUNT, 1, {COL_S}, NULL, false, false},
};
enum { SPECS = FL_ARRAY_LEN(specs) };
static const double fractions[] = {0, 0.25, 0.9, 1};

static const fl_type *types[COLUMNS];

static void drop_column(void *column) { fl_column_unref(column); }

/* ARRAY[0, 0.25, 0.9, 1]; lives as long as the arena. */
static const fl_value *fraction_array(void) {
    fl_column *c = fl_column_new(fl_type_array(&arena, fl_type_of(FL_T_DOUBLE, false), false), 1);
    for (size_t i = 0; i < FL_ARRAY_LEN(fractions); i++) fl_column_append_f64(c->child[0], fractions[i]);
    fl_column_append_nested(c);
    fl_arena_on_free(&arena, drop_column, c);
    fl_value *v = FL_NEW(&arena, fl_value);
    *v = fl_value_get(c, 0);
    return v;
}

static const fl_value *text_value(const char *text) {
    fl_value *v = FL_NEW(&arena, fl_value);
    *v = (fl_value){.type = fl_type_string(false), .s = fl_str_from(text)};
    return v;
}

static bool make_call(fl_agg_call *call, const spec *s, int filter, const fl_value *given) {
    fl_error err;
    fl_bind b = {.arena = &arena, .batch = true};
    *call = (fl_agg_call){.fn = fl_agg_find(fl_str_from(s->function)),
                          .n_args = s->n_args,
                          .filter = filter,
                          .distinct = s->distinct,
                          .ignore_nulls = s->ignore_nulls,
                          .grouped = true};
    assert_non_null(call->fn);
    for (int i = 0; i < s->n_args; i++) {
        const fl_value *literal = s->args[i] >= 0 ? NULL : given;
        call->args[i] = (fl_agg_arg){s->args[i], literal, literal ? literal->type : types[s->args[i]]};
    }
    return call->fn->infer(&b, call, &err) == 0;
}

/* ---- rows ---- */

typedef struct row {
    const char *s; /* NULL: NULL */
    bool x_null, times_null, passes;
    int64_t x, times;
    char key[16];
} row;

static row rows_of[TABLES * ROWS_MAX];
static int n_rows;
static int lists[TABLES][GROUPS_MAX][TABLES * ROWS_MAX], n_list[TABLES][GROUPS_MAX];

static const char *draw_word(void) {
    static const char *const texts[] = {"a", "", "größe", "a text that is longer than a view", "b"};
    return draw(6) ? texts[draw(5)] : NULL;
}

static fl_column *text_column(const fl_type *t, int from, int n, bool key) {
    fl_column *c = fl_column_new(t, n);
    for (int i = from; i < from + n; i++) {
        const char *s = key ? rows_of[i].key : rows_of[i].s;
        if (s != NULL)
            fl_column_append_str(c, fl_str_from(s));
        else
            fl_column_append_null(c);
    }
    return c;
}

static fl_column *number_column(const fl_type *t, int from, int n, bool times) {
    fl_column *c = fl_column_new(t, n);
    for (int i = from; i < from + n; i++) {
        const row *r = &rows_of[i];
        if (times ? r->times_null : r->x_null)
            fl_column_append_null(c);
        else
            fl_column_append_i64(c, times ? r->times : r->x);
    }
    return c;
}

static void draw_rows(int n, fl_column **cols) {
    const int from = n_rows;
    for (int i = 0; i < n; i++, n_rows++) {
        row *r = &rows_of[n_rows];
        *r = (row){draw_word(), draw(5) == 0, draw(5) == 0, draw(3) > 0, draw(9) - 4, draw(5) - 1, ""};
        snprintf(r->key, sizeof r->key, "k%d", n_rows);
    }
    cols[COL_S] = text_column(types[COL_S], from, n, false);
    cols[COL_KEY] = text_column(types[COL_KEY], from, n, true);
    cols[COL_X] = number_column(types[COL_X], from, n, false);
    cols[COL_TIMES] = number_column(types[COL_TIMES], from, n, true);
    cols[COL_PASSES] = fl_column_new(types[COL_PASSES], n);
    for (int i = 0; i < n; i++) fl_column_append_i64(cols[COL_PASSES], rows_of[from + i].passes);
}

/* ---- results as texts ---- */

/* Either way of finding a place between two numbers rounds in its own way. */
static void put_number(fl_buf *out, double d) { fl_buf_printf(out, "%.6f", round(d * 1e6) / 1e6 + 0.0); }

static void put_result(fl_buf *out, const fl_column *c, int i) {
    if (fl_column_is_null(c, i)) {
        fl_buf_puts(out, "NULL");
    } else if (c->phys == FL_P_VIEW) {
        fl_buf_put_str(out, fl_column_str(c, i));
    } else if (c->phys == FL_P_F64) {
        put_number(out, FL_DATA(c, double)[i]);
    } else if (c->phys == FL_P_LIST || c->phys == FL_P_MAP) {
        const int32_t *offsets = FL_DATA(c, int32_t) + i;
        for (int e = offsets[0]; e < offsets[1]; e++) {
            put_result(out, c->child[0], e);
            if (c->phys == FL_P_MAP) fl_buf_printf(out, "=%lld", (long long)fl_column_i64(c->child[1], e));
            fl_buf_putc(out, ';');
        }
    } else {
        fl_buf_printf(out, "%lld", (long long)fl_column_i64(c, i));
    }
}

static void put_row_value(fl_buf *out, const spec *s, const row *r) {
    if (s->args[0] == COL_S)
        fl_buf_puts(out, r->s ? r->s : "NULL");
    else if (r->x_null)
        fl_buf_puts(out, "NULL");
    else
        fl_buf_printf(out, "%lld", (long long)r->x);
}

static bool value_null(const spec *s, const row *r) { return s->args[0] == COL_S ? r->s == NULL : r->x_null; }

static bool same_value(const spec *s, const row *a, const row *b) {
    if (value_null(s, a) || value_null(s, b)) return value_null(s, a) == value_null(s, b);
    return s->args[0] == COL_S ? strcmp(a->s, b->s) == 0 : a->x == b->x;
}

static int compare_numbers(const void *a, const void *b) {
    return (*(const int64_t *)a > *(const int64_t *)b) - (*(const int64_t *)a < *(const int64_t *)b);
}

/* Every value as often as it counts, sorted: the percentile lies between two neighbours. */
static void expect_percentiles(fl_buf *out, const spec *s, const row *const *r, int n) {
    static int64_t all[4 * TABLES * ROWS_MAX];
    int m = 0;
    for (int i = 0; i < n; i++) {
        int64_t times = s->n_args < 3 ? 1 : r[i]->times_null ? 0 : r[i]->times;
        for (int64_t k = 0; k < times && !r[i]->x_null; k++) all[m++] = r[i]->x;
    }
    qsort(all, (size_t)m, sizeof *all, compare_numbers);
    if (m == 0) fl_buf_puts(out, "NULL");
    for (size_t f = 0; f < FL_ARRAY_LEN(fractions) && m > 0; f++) {
        double at = fractions[f] * (m - 1), below = floor(at);
        int k = (int)below;
        double x = (double)all[k], y = (double)all[k + 1 < m ? k + 1 : k];
        put_number(out, x + (y - x) * (at - below));
        fl_buf_putc(out, ';');
    }
}

static void expect(fl_buf *out, const spec *s, const char *literal, const row *const *r, int n) {
    const bool nulls = literal != NULL && strcmp(literal, "NULL ON NULL") == 0;
    int seen = 0;
    switch (s->making) {
    case JOIN:
    case ARRAY:
        if (s->making == ARRAY) fl_buf_putc(out, '[');
        for (int i = 0; i < n; i++) {
            if (r[i]->s == NULL && !nulls) continue;
            if (seen++ > 0) fl_buf_puts(out, s->making == ARRAY || s->n_args == 1 ? "," : literal);
            fl_buf_puts(out, r[i]->s ? r[i]->s : "null");
        }
        if (s->making == ARRAY) fl_buf_putc(out, ']');
        if (seen == 0 && s->making == JOIN) fl_buf_puts(out, "NULL");
        break;
    case LIST:
        for (int i = 0; i < n; i++) {
            if (s->ignore_nulls && value_null(s, r[i])) continue;
            put_row_value(out, s, r[i]);
            fl_buf_putc(out, ';');
            seen++;
        }
        if (seen == 0) fl_buf_puts(out, "NULL");
        break;
    case COUNTED:
        for (int i = 0; i < n; i++) {
            int times = 0;
            bool before = value_null(s, r[i]);
            for (int k = 0; k < n; k++) {
                times += same_value(s, r[i], r[k]);
                before = before || (k < i && same_value(s, r[i], r[k]));
            }
            if (before) continue;
            put_row_value(out, s, r[i]);
            fl_buf_printf(out, "=%d;", times);
        }
        break;
    case OBJECT: /* keys are numbered: shorter ones first, but for the order of texts */
        fl_buf_putc(out, '{');
        for (int i = 0; i < n; i++) {
            if (r[i]->s == NULL && !nulls) continue;
            fl_buf_printf(out, "%s\"%s\":%s", seen++ > 0 ? "," : "", r[i]->key, r[i]->s ? r[i]->s : "null");
        }
        fl_buf_putc(out, '}');
        break;
    case PERCENTILES: expect_percentiles(out, s, r, n); break;
    case DISTINCT_COUNT:
        for (int i = 0; i < n; i++) {
            bool before = value_null(s, r[i]);
            for (int k = 0; k < i; k++) before = before || same_value(s, r[i], r[k]);
            seen += !before;
        }
        fl_buf_printf(out, "%d", seen);
        break;
    }
}

static int by_key(const void *a, const void *b) {
    return strcmp((*(const row *const *)a)->key, (*(const row *const *)b)->key);
}

/* The rows of a group that a call counts. */
static int counted_rows(const spec *s, bool filtered, int table, int group, const row **out) {
    int n = 0;
    for (int i = 0; i < n_list[table][group]; i++) {
        const row *r = &rows_of[lists[table][group][i]];
        bool skip = filtered && !r->passes;
        for (int k = 0; k < n && s->distinct && !skip; k++) skip = same_value(s, out[k], r);
        if (!skip) out[n++] = r;
    }
    if (s->making == OBJECT) qsort(out, (size_t)n, sizeof *out, by_key);
    return n;
}

/* ---- accumulators ---- */

static char *acc[TABLES][GROUPS_MAX];

static void assert_results(const fl_agg_layout *l, const int *which, int table, int n_groups) {
    const row *r[TABLES * ROWS_MAX];
    fl_buf got, want;
    fl_error err;
    fl_buf_init(&got);
    fl_buf_init(&want);
    for (int c = 0; c < l->n_calls; c++) {
        const spec *s = &specs[which[c]];
        fl_column *out = fl_column_new(l->calls[c].type, 1);
        fl_agg_result(l, c, acc[table], n_groups, out);
        fl_column_check(out);
        for (int g = 0; g < n_groups; g++) {
            fl_buf_reset(&got);
            fl_buf_reset(&want);
            put_result(&got, out, g);
            expect(&want, s, s->literal, r, counted_rows(s, l->calls[c].filter >= 0, table, g, r));
            assert_string_equal(fl_buf_cstr(&got), fl_buf_cstr(&want));
        }
        fl_column_unref(out);
    }
    assert_int_equal(fl_agg_failed(l, &err), 0);
    fl_buf_deinit(&got);
    fl_buf_deinit(&want);
}

static void add_batch(const fl_agg_layout *l, int table, int n_groups) {
    fl_column *cols[COLUMNS];
    char *row_acc[ROWS];
    fl_rows rows;
    const int first = n_rows, n = draw(8) ? ROWS : draw(3);
    draw_rows(n, cols);
    rows.sel = draw_sel(&arena, n, draw(9), &rows.n);
    for (int k = 0; k < rows.n; k++) {
        int g = draw(n_groups);
        row_acc[k] = acc[table][g];
        lists[table][g][n_list[table][g]++] = first + (rows.sel ? rows.sel[k] : k);
    }
    fl_agg_update(l, row_acc, cols, rows, &scratch);
    for (int c = 0; c < COLUMNS; c++) fl_column_unref(cols[c]);
    fl_arena_reset(&scratch);
}

static void make_types(void) {
    types[COL_S] = types[COL_KEY] = fl_type_string(true);
    types[COL_X] = fl_type_of(FL_T_BIGINT, true);
    types[COL_TIMES] = fl_type_of(FL_T_INT, true);
    types[COL_PASSES] = fl_type_of(FL_T_BOOLEAN, true);
}

static const fl_value *literal_of(const spec *s) {
    return s->literal != NULL ? text_value(s->literal) : fraction_array();
}

static void results_are_those_of_the_rows(void **state) {
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        fl_agg_call calls[SPECS];
        int which[SPECS], n_groups = 1 + draw(GROUPS_MAX);
        make_types();
        const int n_calls = 1 + draw(SPECS), first = draw(SPECS);
        for (int i = 0; i < n_calls; i++) {
            which[i] = (first + i) % SPECS;
            const spec *s = &specs[which[i]];
            assert_true(make_call(&calls[i], s, draw(3) ? -1 : COL_PASSES, literal_of(s)));
        }
        const fl_agg_layout *l = fl_agg_layout_new(&arena, calls, n_calls, draw(2));
        n_rows = 0;
        memset(n_list, 0, sizeof n_list);
        for (int t = 0; t < TABLES; t++)
            for (int g = 0; g < n_groups; g++) acc[t][g] = new_acc(l);
        for (int b = 0; b < BATCHES; b++) {
            int t = draw(TABLES);
            add_batch(l, t, n_groups);
            if (draw(3) == 0) clone_all(l, acc[t], n_groups);
            if (draw(3) == 0) save_and_load(l, acc[t], n_groups);
            assert_results(l, which, t, n_groups);
        }
        fl_agg_merge(l, acc[0], acc[1], n_groups, &scratch);
        for (int g = 0; g < n_groups; g++)
            for (int i = 0; i < n_list[1][g]; i++) lists[0][g][n_list[0][g]++] = lists[1][g][i];
        assert_results(l, which, 0, n_groups);
        assert_results(l, which, 1, n_groups);
        for (int t = 0; t < TABLES; t++)
            for (int g = 0; g < n_groups; g++) drop_acc(l, acc[t][g]);
        fl_arena_reset(&scratch);
        fl_arena_reset(&arena);
    }
}

/* ---- single cases ---- */

/* One call, one group. */
typedef struct single {
    fl_agg_call call;
    const fl_agg_layout *l;
    char *acc;
} single;

static single single_new(const spec *s) {
    single x = {0};
    fl_agg_call *call = FL_NEW(&arena, fl_agg_call);
    make_types();
    assert_true(make_call(call, s, -1, literal_of(s)));
    x.call = *call;
    x.l = fl_agg_layout_new(&arena, call, 1, false);
    x.acc = new_acc(x.l);
    return x;
}

/* Adds rows of the columns to the group; the columns are dropped. */
static int single_add(single *x, fl_column *a, fl_column *b, fl_error *err) {
    fl_column *cols[COLUMNS] = {[COL_S] = a, [COL_KEY] = b, [COL_X] = a};
    char **row_acc = fl_arena_alloc(&scratch, sizeof *row_acc * (size_t)a->n);
    for (int i = 0; i < a->n; i++) row_acc[i] = x->acc;
    fl_agg_update(x->l, row_acc, cols, (fl_rows){NULL, a->n}, &scratch);
    fl_column_unref(a);
    fl_column_unref(b);
    fl_arena_reset(&scratch);
    return fl_agg_failed(x->l, err);
}

/* As a checkpoint does, and then a clone. */
static void save_and_load_one(single *x) {
    fl_error err;
    fl_buf b;
    char *back = new_acc(x->l), *copy = new_acc(x->l);
    fl_buf_init(&b);
    fl_agg_encode(x->l, x->acc, &b);
    fl_reader r = fl_reader_make(b.p, b.n);
    assert_int_equal(fl_agg_decode(x->l, back, &r, &err), 0);
    assert_true(r.p == r.end);
    fl_agg_clone(x->l, copy, back);
    drop_acc(x->l, back);
    drop_acc(x->l, x->acc);
    x->acc = copy;
    fl_buf_deinit(&b);
}

static fl_column *texts(int n, const char *const *text) {
    fl_column *c = fl_column_new(types[COL_S], n);
    for (int i = 0; i < n; i++) {
        if (text[i] != NULL)
            fl_column_append_str(c, fl_str_from(text[i]));
        else
            fl_column_append_null(c);
    }
    return c;
}

static void earlier_results_stay_as_they_were(void **state) {
    (void)state;
    fl_error err;
    single x = single_new(&specs[0]);
    static const char *const word[] = {"sixteen letters."};
    fl_column *out = fl_column_new(x.call.type, 1);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(single_add(&x, texts(1, word), NULL, &err), 0);
        fl_agg_result(x.l, 0, &x.acc, 1, out);
    }
    drop_acc(x.l, x.acc);
    fl_column_check(out);
    for (int i = 0; i < 200; i++) {
        fl_str s = fl_column_str(out, i);
        assert_int_equal(s.n, 17 * (i + 1) - 1);
        for (size_t k = 0; k < s.n; k++) assert_int_equal(s.p[k], k % 17 == 16 ? ',' : word[0][k % 17]);
    }
    fl_column_unref(out);
}

static void a_second_row_of_a_single_value_is_refused(void **state) {
    (void)state;
    static const spec s = {"SINGLE_VALUE", LIST, 1, {COL_S}, NULL, false, false};
    static const char *const null[] = {NULL}, *const word[] = {"word"};
    fl_error err;
    single x = single_new(&s), y = single_new(&s);
    assert_int_equal(single_add(&x, texts(1, null), NULL, &err), 0);
    assert_int_equal(single_add(&x, texts(1, word), NULL, &err), FL_E_RUNTIME);
    assert_non_null(strstr(err.message, "more than one element"));
    char *one = new_acc(y.l);
    assert_int_equal(single_add(&y, texts(1, word), NULL, &err), 0);
    fl_agg_merge(y.l, &one, &y.acc, 1, &scratch);
    assert_int_equal(fl_agg_failed(y.l, &err), 0);
    fl_agg_merge(y.l, &one, &y.acc, 1, &scratch);
    assert_int_equal(fl_agg_failed(y.l, &err), FL_E_RUNTIME);
    drop_acc(y.l, one);
    drop_acc(x.l, x.acc);
    drop_acc(y.l, y.acc);
}

static void a_key_that_comes_twice_or_is_null_is_refused(void **state) {
    (void)state;
    static const char *const same[] = {"k", "l", "k"}, *const null[] = {NULL}, *const values[] = {"1", "2", "3"};
    fl_error err;
    single x = single_new(&specs[10]), y = single_new(&specs[11]);
    assert_int_equal(single_add(&x, texts(3, values), texts(3, same), &err), FL_E_RUNTIME);
    assert_non_null(strstr(err.message, "Key 'k' is already present"));
    assert_int_equal(single_add(&y, texts(1, values), texts(1, null), &err), FL_E_RUNTIME);
    assert_non_null(strstr(err.message, "a key is NULL"));
    drop_acc(x.l, x.acc);
    drop_acc(y.l, y.acc);
}

static void a_text_has_a_limit(void **state) {
    (void)state;
    enum { PIECE = 1 << 20 };
    fl_error err;
    single x = single_new(&specs[2]); /* without a separator, and DISTINCT: the last bytes differ */
    char *piece = memset(fl_malloc(PIECE), 'x', PIECE);
    int rc = 0, n = 0;
    for (; rc == 0 && n < 100; n++) {
        fl_column *c = fl_column_new(types[COL_S], 1);
        memcpy(piece, &n, sizeof n);
        fl_column_append_str(c, fl_str_make(piece, PIECE));
        rc = single_add(&x, c, NULL, &err);
    }
    assert_int_equal(rc, FL_E_LIMIT);
    assert_int_equal(n, FL_AGG_TEXT_MAX / PIECE + 1);
    free(piece);
    drop_acc(x.l, x.acc);
}

static void a_list_has_a_limit(void **state) {
    (void)state;
    static const spec s = {"ARRAY_AGG", LIST, 1, {COL_X}, NULL, false, false};
    fl_error err;
    make_types();
    types[COL_X] = fl_type_of(FL_T_TINYINT, false);
    fl_agg_call call;
    assert_true(make_call(&call, &s, -1, NULL));
    single x = {call, fl_agg_layout_new(&arena, &call, 1, false), NULL};
    x.acc = new_acc(x.l);
    fl_column *c = fl_column_new(types[COL_X], 4096);
    for (int i = 0; i < 4096; i++) fl_column_append_i64(c, i % 100);
    assert_int_equal(single_add(&x, c, NULL, &err), 0);
    for (int n = 4096; n < FL_AGG_VALUES_MAX; n *= 2) { /* twice what is there */
        char *copy = new_acc(x.l);
        fl_agg_clone(x.l, copy, x.acc);
        fl_agg_merge(x.l, &x.acc, &copy, 1, &scratch);
        drop_acc(x.l, copy);
        assert_int_equal(fl_agg_failed(x.l, &err), 0);
    }
    c = fl_column_new(types[COL_X], 1);
    fl_column_append_i64(c, 1);
    assert_int_equal(single_add(&x, c, NULL, &err), FL_E_LIMIT);
    drop_acc(x.l, x.acc);
}

/* Exact while few, near when many, whether the rows came to one accumulator or to two. */
static void estimates_are_near(void **state) {
    (void)state;
    static const spec s = {"APPROX_COUNT_DISTINCT", DISTINCT_COUNT, 1, {COL_X}, NULL, false, false};
    static const int sizes[] = {0, 1, 1000, 1024, 1025, 5000, 40000, 300000};
    for (size_t k = 0; k < FL_ARRAY_LEN(sizes); k++) {
        fl_error err;
        single x = single_new(&s), y = single_new(&s);
        for (int from = 0; from < sizes[k]; from += 1000) {
            fl_column *c = fl_column_new(types[COL_X], 2000);
            for (int i = from; i < FL_MIN(from + 1000, sizes[k]); i++)
                for (int twice = 0; twice < 2; twice++) fl_column_append_i64(c, (int64_t)i * 7919);
            single *to = from % 3000 == 0 ? &y : &x;
            assert_int_equal(single_add(to, c, NULL, &err), 0);
        }
        fl_agg_merge(x.l, &x.acc, &y.acc, 1, &scratch);
        save_and_load_one(&x);
        fl_column *out = fl_column_new(x.call.type, 1);
        fl_agg_result(x.l, 0, &x.acc, 1, out);
        double wrong = (double)fl_column_i64(out, 0) - sizes[k];
        assert_true(sizes[k] <= 1024 ? wrong == 0 : fabs(wrong) < 0.03 * sizes[k]);
        fl_column_unref(out);
        drop_acc(x.l, x.acc);
        drop_acc(y.l, y.acc);
        fl_arena_reset(&arena);
    }
}

/* All functions, a few rows in one group. */
static const fl_agg_layout *filled(char **out) {
    fl_agg_call *calls = FL_NEW_N(&arena, fl_agg_call, SPECS);
    fl_column *cols[COLUMNS];
    char *row_acc[12];
    make_types();
    for (int i = 0; i < SPECS; i++) assert_true(make_call(&calls[i], &specs[i], -1, literal_of(&specs[i])));
    const fl_agg_layout *l = fl_agg_layout_new(&arena, calls, SPECS, false);
    n_rows = 0;
    draw_rows(12, cols);
    *out = new_acc(l);
    for (int i = 0; i < 12; i++) row_acc[i] = *out;
    fl_agg_update(l, row_acc, cols, (fl_rows){NULL, 12}, &scratch);
    for (int c = 0; c < COLUMNS; c++) fl_column_unref(cols[c]);
    return l;
}

static void read_all(const fl_agg_layout *l, char *a) {
    for (int i = 0; i < l->n_calls; i++) {
        fl_column *out = fl_column_new(l->calls[i].type, 1);
        fl_agg_result(l, i, &a, 1, out);
        fl_column_check(out);
        fl_column_unref(out);
    }
}

static void damaged_accumulators_are_refused_or_read_without_harm(void **state) {
    (void)state;
    fl_error err;
    char *a;
    const fl_agg_layout *l = filled(&a);
    fl_buf whole;
    fl_buf_init(&whole);
    fl_agg_encode(l, a, &whole);
    drop_acc(l, a);
    for (size_t n = 0; n < whole.n; n++) {
        char *cut = memcpy(fl_malloc(n + 1), whole.p, n), *back = new_acc(l);
        fl_reader r = fl_reader_make(cut, n);
        assert_int_equal(fl_agg_decode(l, back, &r, &err), FL_E_CORRUPT);
        drop_acc(l, back);
        free(cut);
    }
    int refused = 0;
    for (int i = 0; i < 4000; i++) {
        char *changed = memcpy(fl_malloc(whole.n), whole.p, whole.n), *back = new_acc(l);
        changed[draw((int)whole.n)] ^= (char)(1 << draw(8));
        fl_reader r = fl_reader_make(changed, whole.n);
        int rc = fl_agg_decode(l, back, &r, &err);
        if (rc == 0) read_all(l, back);
        refused += rc == FL_E_CORRUPT;
        drop_acc(l, back);
        free(changed);
    }
    assert_true(refused > 100);
    fl_buf_deinit(&whole);
}

/* One more argument of each kind that is refused. */
static void arguments_that_do_not_fit_are_refused(void **state) {
    (void)state;
    fl_agg_call call;
    make_types();
    const fl_value *text = text_value("x");
    const fl_value half = {.type = fl_type_decimal(&arena, 2, 1, false), .i = 5};
    const fl_value two = {.type = fl_type_of(FL_T_INT, false), .i = 2};
    const fl_value none = fl_value_null(fl_type_string(true));
    assert_true(make_call(&call, &(spec){"PERCENTILE", PERCENTILES, 2, {COL_X, -1}, NULL, false, false}, -1, &half));
    assert_false(make_call(&call, &(spec){"PERCENTILE", PERCENTILES, 2, {COL_X, -1}, NULL, false, false}, -1, &two));
    assert_false(make_call(&call, &(spec){"PERCENTILE", PERCENTILES, 2, {COL_X, -1}, NULL, false, false}, -1, text));
    assert_false(make_call(&call, &(spec){"PERCENTILE", PERCENTILES, 2, {COL_S, -1}, NULL, false, false}, -1, &half));
    assert_false(make_call(&call, &(spec){"PERCENTILE", PERCENTILES, 2, {COL_X, COL_X}, NULL, false, false}, -1, NULL));
    assert_false(
        make_call(&call, &(spec){"PERCENTILE", PERCENTILES, 3, {COL_X, -1, COL_S}, NULL, false, false}, -1, &half));
    assert_false(
        make_call(&call, &(spec){"APPROX_COUNT_DISTINCT", LIST, 1, {COL_PASSES}, NULL, false, false}, -1, NULL));
    assert_false(make_call(&call, &(spec){"LISTAGG", JOIN, 1, {COL_X}, NULL, false, false}, -1, NULL));
    assert_false(make_call(&call, &(spec){"LISTAGG", JOIN, 2, {COL_S, COL_S}, NULL, false, false}, -1, NULL));
    assert_false(make_call(&call, &(spec){"LISTAGG", JOIN, 2, {COL_S, -1}, NULL, false, false}, -1, &none));
    types[COL_X] = fl_type_array(&arena, fl_type_of(FL_T_INT, true), true);
    assert_true(make_call(&call, &(spec){"ARRAY_AGG", LIST, 1, {COL_X}, NULL, false, false}, -1, NULL));
    assert_false(make_call(&call, &(spec){"SINGLE_VALUE", LIST, 1, {COL_X}, NULL, false, false}, -1, NULL));
    assert_false(make_call(&call, &(spec){"LAST_VALUE", LIST, 1, {COL_X}, NULL, false, false}, -1, NULL));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(results_are_those_of_the_rows),
        TEST(earlier_results_stay_as_they_were),
        TEST(a_second_row_of_a_single_value_is_refused),
        TEST(a_key_that_comes_twice_or_is_null_is_refused),
        TEST(a_text_has_a_limit),
        TEST(a_list_has_a_limit),
        TEST(estimates_are_near),
        TEST(damaged_accumulators_are_refused_or_read_without_harm),
        TEST(arguments_that_do_not_fit_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
