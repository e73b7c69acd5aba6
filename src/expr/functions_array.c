/* SPDX-License-Identifier: Apache-2.0 */
/* functions_array.c -- functions of whole arrays: ARRAY_APPEND … ARRAY_UNION.
 *
 * What:       each row's array is a range of elements of a child column; a kernel picks elements of it, one after the
 *             other, and closes the result's list. Sets (DISTINCT, UNION, EXCEPT, INTERSECT) compare each with each.
 * Types:      an element that is looked for or added is cast to the array's element type, if that needs no asking;
 *             several arrays are brought to the common type of Flink's functions.
 * Equality:   of elements as Java has it for numbers: 0.0 is -0.0, NaN is nothing; NULL equals NULL. ARRAY_SORT knows
 *             an order of all: -0.0 before 0.0, NaN last.
 * Interface:  the table at the end.
 */
#include <math.h>
#include <stdlib.h>

#include "expr/functions_int.h"

#include "messages/function.h"

/* The elements of row i: [from, to) of the child. */
typedef struct range {
    const fl_column *child;
    int from, to;
} range;

static range array_at(const fl_column *c, int i) {
    const int32_t *offsets = FL_DATA(c, int32_t) + fl_column_at(c, i);
    return (range){c->child[0], offsets[0], offsets[1]};
}

static bool same_element(const fl_column *a, int i, const fl_column *b, int j) {
    bool x = fl_column_is_null(a, i), y = fl_column_is_null(b, j);
    if (x || y) return x && y;
    i = fl_column_at(a, i), j = fl_column_at(b, j);
    if (a->phys == FL_P_F64) return FL_DATA(a, double)[i] == FL_DATA(b, double)[j];
    if (a->phys == FL_P_F32) return FL_DATA(a, float)[i] == FL_DATA(b, float)[j];
    return fl_column_equal_at(a, i, b, j);
}

/* Where value j of `what` first stands in r, or -1. */
static int find_element(range r, const fl_column *what, int j) {
    for (int e = r.from; e < r.to; e++)
        if (same_element(r.child, e, what, j)) return e;
    return -1;
}

/* ---- one element more, or looked for ---- */

static int kernel_append(FL_KERNEL_ARGS) {
    bool front = call->expr->fn->name[6] == 'P';
    FL_EACH_NESTED_ROW(out, rows, i, {
        range r = array_at(in[0], i);
        if (fl_column_is_null(in[0], i)) {
            fl_column_append_null(out);
            continue;
        }
        if (front) fl_column_append_from(out->child[0], in[1], fl_column_at(in[1], i));
        for (int e = r.from; e < r.to; e++) fl_column_append_from(out->child[0], r.child, e);
        if (!front) fl_column_append_from(out->child[0], in[1], fl_column_at(in[1], i));
        fl_column_append_nested(out);
    });
    return 0;
}

static int kernel_remove(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        range r = array_at(in[0], i);
        if (fl_column_is_null(in[0], i)) {
            fl_column_append_null(out);
            continue;
        }
        for (int e = r.from; e < r.to; e++)
            if (!same_element(r.child, e, in[1], i)) fl_column_append_from(out->child[0], r.child, e);
        fl_column_append_nested(out);
    });
    return 0;
}

static int kernel_contains(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        bool null = fl_column_is_null(in[0], i);
        fl_bit_put(out->data, i, !null && find_element(array_at(in[0], i), in[1], i) >= 0);
        if (null) fl_kernel_null(out, i);
    });
    return 0;
}

static int kernel_position(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        range r = array_at(in[0], i);
        int e = find_element(r, in[1], i);
        FL_DATA(out, int32_t)[i] = e < 0 ? 0 : e - r.from + 1;
    });
    return 0;
}

static bool is_null_type(const fl_expr *e) { return fl_type_is(e->type, FL_T_NULL); }

static int need_array(const fl_expr *call, int arg, fl_error *err) {
    if (is_null_type(call->args[arg])) return fl_refuse_nulls(call, err);
    return call->args[arg]->type->kind == FL_T_ARRAY ? 0 : fl_invalid_arguments(call, err);
}

/* f(array, element): the element as the array's. One that really is cast may be NULL if the array's may. */
static int coerce_element(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_array(call, 0, err));
    const fl_type *element = fl_type_element(call->args[0]->type), *have = call->args[1]->type;
    if (!fl_cast_is_implicit(have, element)) return fl_invalid_arguments(call, err);
    bool fits = fl_type_is_char(have) && element->kind == FL_T_VARCHAR && have->length <= element->length;
    bool same = fits || fl_type_equal(have, element, false);
    FL_TRY(fl_coerce(b, call, 1, element, err));
    if (same || !element->nullable) return 0;
    fl_expr *cast = FL_NEW(b->arena, fl_expr);
    *cast = *call->args[1];
    cast->type = cast->value.type = fl_type_nullable(b->arena, cast->type, true);
    call->args[1] = cast;
    return 0;
}

static int infer_append(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(coerce_element(b, call, err));
    const fl_type *element = fl_type_element(call->args[0]->type);
    bool nullable = call->args[1]->type->nullable;
    element = fl_type_nullable(b->arena, element, element->nullable || nullable);
    return fl_typed(b, call, fl_type_array(b->arena, element, true), fl_args_nullable(call));
}

static int infer_remove(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(coerce_element(b, call, err));
    return fl_typed(b, call, call->args[0]->type, call->args[0]->type->nullable);
}

static int infer_contains(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(coerce_element(b, call, err));
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), call->args[0]->type->nullable);
}

static int infer_position(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(coerce_element(b, call, err));
    return fl_typed(b, call, fl_type_of(FL_T_INT, true), fl_args_nullable(call));
}

/* ---- sets ---- */

typedef enum set_op { DISTINCT, UNION, EXCEPT, INTERSECT } set_op;

static set_op set_op_of(const fl_expr *call) {
    switch (call->fn->name[6]) {
    case 'D': return DISTINCT;
    case 'U': return UNION;
    case 'E': return EXCEPT;
    default: return INTERSECT;
    }
}

/* Appends the elements of r that the result of row `first` on does not have yet; with `other`, only those that stand
 * there (wanted) or do not (!wanted). */
static void add_new(fl_column *out, int first, range r, const range *other, bool wanted) {
    for (int e = r.from; e < r.to; e++) {
        range have = {out->child[0], first, out->child[0]->n};
        if (other != NULL && (find_element(*other, r.child, e) >= 0) != wanted) continue;
        if (find_element(have, r.child, e) < 0) fl_column_append_from(out->child[0], r.child, e);
    }
}

static int kernel_set(FL_KERNEL_ARGS) {
    set_op op = set_op_of(call->expr);
    FL_EACH_NESTED_ROW(out, rows, i, {
        int first = out->child[0]->n;
        range x = array_at(in[0], i);
        range y = op == DISTINCT ? x : array_at(in[1], i);
        add_new(out, first, x, op == DISTINCT || op == UNION ? NULL : &y, op == INTERSECT);
        if (op == UNION) add_new(out, first, y, NULL, false);
        fl_column_append_nested(out);
    });
    return 0;
}

static int kernel_concat(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        for (int a = 0; a < call->expr->n_args; a++) {
            range r = array_at(in[a], i);
            for (int e = r.from; e < r.to; e++) fl_column_append_from(out->child[0], r.child, e);
        }
        fl_column_append_nested(out);
    });
    return 0;
}

static int kernel_reverse(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        range r = array_at(in[0], i);
        for (int e = r.to - 1; e >= r.from; e--) fl_column_append_from(out->child[0], r.child, e);
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_same_array(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_array(call, 0, err));
    return fl_typed(b, call, call->args[0]->type, call->args[0]->type->nullable);
}

static int infer_arrays(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type **types = FL_NEW_N(b->arena, const fl_type *, call->n_args);
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = 0; i < call->n_args; i++) {
        types[i] = call->args[i]->type;
        if (types[i]->kind == FL_T_ARRAY) continue;
        fl_fail(err, FL_ERR_FUNCTION_NOT_ARRAYS);
        return fl_error_at(err, call->span);
    }
    const fl_type *t = fl_type_merged(b->arena, types, call->n_args);
    if (t == NULL) {
        fl_fail(err, FL_ERR_FUNCTION_NO_COMMON_TYPE, call->fn->name);
        return fl_error_at(err, call->span);
    }
    bool nullable = fl_args_nullable(call);
    FL_TRY(fl_coerce_from(b, call, 0, t, err));
    return fl_typed(b, call, t, nullable);
}

/* ---- ARRAY_SLICE(array, start [, end]) ---- */

static int kernel_slice(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        range r = array_at(in[0], i);
        int64_t n = r.to - r.from;
        int64_t start = FL_DATA(in[1], int64_t)[fl_column_at(in[1], i)];
        int64_t end = call->expr->n_args == 3 ? FL_DATA(in[2], int64_t)[fl_column_at(in[2], i)] : n;
        start = FL_MAX(start < 0 ? start + n + 1 : start, 1); /* counted from 1, or from the end */
        end = end < 0 ? end + n + 1 : end == 0 ? 1 : FL_MIN(end, n);
        for (int64_t e = start; e <= end && e <= n; e++)
            fl_column_append_from(out->child[0], r.child, r.from + (int)e - 1);
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_slice(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_array(call, 0, err));
    bool nullable = fl_args_nullable(call);
    for (int i = 1; i < call->n_args; i++) {
        if (!is_null_type(call->args[i]) && !fl_type_is_integer(call->args[i]->type))
            return fl_invalid_arguments(call, err);
        FL_TRY(fl_coerce(b, call, i, fl_type_of(FL_T_BIGINT, true), err));
    }
    return fl_typed(b, call, call->args[0]->type, nullable);
}

/* ---- ARRAY_MAX ARRAY_MIN ---- */

/* x before y, as < has it. */
static bool is_less(const fl_column *c, int x, int y) {
    if (c->phys == FL_P_F64) return FL_DATA(c, double)[x] < FL_DATA(c, double)[y];
    if (c->phys == FL_P_F32) return FL_DATA(c, float)[x] < FL_DATA(c, float)[y];
    if (fl_type_is_char(c->type)) return fl_view_cmp_text(&FL_DATA(c, fl_view)[x], &FL_DATA(c, fl_view)[y]) < 0;
    return fl_column_compare_at(c, x, c, y) < 0;
}

static int kernel_extreme(FL_KERNEL_ARGS) {
    bool max = call->expr->fn->name[7] == 'A';
    FL_EACH_NESTED_ROW(out, rows, i, {
        range r = array_at(in[0], i);
        int best = -1;
        for (int e = r.from; e < r.to; e++) {
            if (fl_column_is_null(r.child, e)) continue;
            if (best < 0 || (max ? is_less(r.child, best, e) : is_less(r.child, e, best))) best = e;
        }
        if (best < 0)
            fl_column_append_null(out);
        else
            fl_column_append_from(out, r.child, best);
    });
    return 0;
}

static bool has_order(const fl_type *t) {
    return t->n_fields == 0 && t->kind != FL_T_BOOLEAN && t->kind != FL_T_RAW && t->kind != FL_T_OBJECT &&
           t->kind != FL_T_VARIANT;
}

static int infer_extreme(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_array(call, 0, err));
    const fl_type *element = fl_type_element(call->args[0]->type);
    if (!has_order(element)) {
        fl_fail(err, FL_ERR_FUNCTION_NOT_COMPARABLE, fl_type_name(b->arena, element, FL_TYPE_SUMMARY));
        return fl_error_at(err, call->span);
    }
    return fl_typed(b, call, element, true);
}

/* ---- ARRAY_SORT(array [, ascending [, nulls first]]) ---- */

typedef struct sorting {
    const fl_column *child;
    bool ascending, nulls_first;
} sorting;

/* Java's order of doubles, in which -0.0 comes before 0.0. */
static int order_zeros(const fl_column *c, int x, int y) {
    if (c->phys == FL_P_F64) return signbit(FL_DATA(c, double)[y]) - signbit(FL_DATA(c, double)[x]);
    if (c->phys == FL_P_F32) return signbit(FL_DATA(c, float)[y]) - signbit(FL_DATA(c, float)[x]);
    return 0;
}

static int order_elements(const void *a, const void *b, void *arg) {
    const sorting *s = arg;
    int x = *(const int32_t *)a, y = *(const int32_t *)b;
    bool x_null = fl_column_is_null(s->child, x), y_null = fl_column_is_null(s->child, y);
    if (x_null != y_null) return x_null == s->nulls_first ? -1 : 1;
    int order = x_null ? 0 : fl_column_compare_at(s->child, x, s->child, y);
    if (order == 0 && !x_null) order = order_zeros(s->child, x, y);
    if (order == 0) return x - y;
    return s->ascending ? order : -order;
}

static int kernel_sort(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        range r = array_at(in[0], i);
        int n = r.to - r.from;
        int32_t *order = fl_arena_alloc(ev->scratch, sizeof *order * (size_t)(n + 1));
        sorting s = {.child = r.child, .ascending = true};
        if (call->expr->n_args > 1) s.ascending = fl_bit(in[1]->data, fl_column_at(in[1], i));
        s.nulls_first = call->expr->n_args > 2 ? fl_bit(in[2]->data, fl_column_at(in[2], i)) : s.ascending;
        for (int k = 0; k < n; k++) order[k] = r.from + k;
        qsort_r(order, (size_t)n, sizeof *order, order_elements, &s);
        for (int k = 0; k < n; k++) fl_column_append_from(out->child[0], r.child, order[k]);
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_sort(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_array(call, 0, err));
    bool nullable = fl_args_nullable(call);
    const fl_type *element = fl_type_element(call->args[0]->type);
    if (!has_order(element)) return fl_invalid_arguments(call, err);
    for (int i = 1; i < call->n_args; i++) {
        if (is_null_type(call->args[i])) FL_TRY(fl_coerce(b, call, i, fl_type_of(FL_T_BOOLEAN, true), err));
        if (call->args[i]->type->kind != FL_T_BOOLEAN) return fl_invalid_arguments(call, err);
    }
    return fl_typed(b, call, call->args[0]->type, nullable);
}

/* ---- ARRAY_JOIN(array, separator [, text for NULL]) ---- */

static int kernel_join(FL_KERNEL_ARGS) {
    uint64_t so_far = 0;
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k), n = 0;
        range r = array_at(in[0], i);
        fl_buf_reset(&b);
        for (int e = r.from; e < r.to; e++) {
            bool null = fl_column_is_null(r.child, e);
            if (null && call->expr->n_args < 3) continue;
            if (n++ > 0) fl_buf_put_str(&b, fl_view_str(fl_view_at(in[1], i)));
            fl_buf_put_str(&b, fl_view_str(null ? fl_view_at(in[2], i) : fl_view_at(r.child, e)));
        }
        rc = fl_text_grow(&so_far, b.n, call, err);
        if (rc == 0) fl_column_put_str(out, i, fl_str_make(b.n > 0 ? b.p : "", b.n));
    }
    fl_buf_deinit(&b);
    return rc;
}

static int infer_join(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(need_array(call, 0, err));
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *element = fl_type_element(call->args[0]->type);
    if (!fl_type_is_char(element)) return fl_invalid_arguments(call, err);
    for (int i = 1; i < call->n_args; i++)
        if (!fl_is_text_arg(call, i)) return fl_invalid_arguments(call, err);
    if (element->length == 0) {
        fl_fail(err, FL_ERR_FUNCTION_STRING_LENGTH);
        return fl_error_at(err, call->span);
    }
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

/* ---- the table ---- */

/* A family: the kernel is the one that its name tells. */
#define CHOOSE(kernel)                                                                                                 \
    static fl_kernel_fn *choose_##kernel(const fl_expr *call FL_UNUSED) { return kernel_##kernel; }
CHOOSE(append)
CHOOSE(remove)
CHOOSE(contains)
CHOOSE(position)
CHOOSE(set)
CHOOSE(concat)
CHOOSE(reverse)
CHOOSE(slice)
CHOOSE(extreme)
CHOOSE(sort)
CHOOSE(join)

#define ROW(word, least, most, flags_, rule, kernel, form, text)                                                       \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = (flags_) | FL_FN_COSTLY, .infer = infer_##rule,    \
        .choose = choose_##kernel, .signature = word form, .doc = text                                                 \
    }
#define S FL_FN_STRICT

FL_FUNCTION_TABLE(array) = {
    ROW("ARRAY_APPEND", 2, 2, 0, append, append, "(array, element)", "The array with an element behind it."),
    ROW("ARRAY_PREPEND", 2, 2, 0, append, append, "(array, element)", "The array with an element before it."),
    ROW("ARRAY_CONTAINS", 2, 2, 0, contains, contains, "(array, element)", "The array has the element."),
    ROW("ARRAY_POSITION", 2, 2, S, position, position, "(array, element)",
        "Where the element first stands, counted from 1; 0 if it does not."),
    ROW("ARRAY_REMOVE", 2, 2, 0, remove, remove, "(array, element)", "The array without the element."),
    ROW("ARRAY_REVERSE", 1, 1, S, same_array, reverse, "(array)", "The array from its end to its beginning."),
    ROW("ARRAY_SLICE", 2, 3, S, slice, slice, "(array, start [, end])", "The elements from a position to another."),
    ROW("ARRAY_SORT", 1, 3, S, sort, sort, "(array [, ascending [, nulls_first]])", "The array in order."),
    ROW("ARRAY_CONCAT", 1, -1, S, arrays, concat, "(array, …)", "The arrays one behind the other."),
    ROW("ARRAY_DISTINCT", 1, 1, S, same_array, set, "(array)", "Each element once."),
    ROW("ARRAY_UNION", 2, 2, S, arrays, set, "(array, array)", "The elements of both, each once."),
    ROW("ARRAY_EXCEPT", 2, 2, S, arrays, set, "(array, array)", "The elements that only the first has, each once."),
    ROW("ARRAY_INTERSECT", 2, 2, S, arrays, set, "(array, array)", "The elements that both have, each once."),
    ROW("ARRAY_MAX", 1, 1, S, extreme, extreme, "(array)", "The greatest element; NULL if there is none."),
    ROW("ARRAY_MIN", 1, 1, S, extreme, extreme, "(array)", "The least element; NULL if there is none."),
    ROW("ARRAY_JOIN", 2, 3, S | FL_FN_FALLIBLE, join, join, "(array, separator [, null_text])",
        "The texts of an array with a separator between them."),
    {0},
};
