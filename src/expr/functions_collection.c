/* SPDX-License-Identifier: Apache-2.0 */
/* functions_collection.c -- rows, arrays and maps: constructors, access, size.
 *
 * What:       ROW(a, …), ARRAY(a, …), MAP(k, v, …), ITEM(c, i) for c[i], FIELD(row, 'name'), CARDINALITY, ELEMENT.
 * Types:      elements are brought to the parser's common type; fields of ROW are EXPR$0, EXPR$1, …
 * Access:     an element that is not there is NULL where elements may be NULL; where their type is NOT NULL it is what
 * Flink gives: -1 for numbers and dates, FALSE, an empty text or collection. DECIMAL, TIMESTAMP, TIME, bytes and ROW
 *             have no such value and give NULL.
 * Interface:  the table at the end. The binder calls ROW, ARRAY, MAP and ITEM for their syntax.
 */
#include "expr/fill.h"
#include "expr/functions_int.h"

#include "messages/function.h"
#include "messages/name.h"
#include "messages/value.h"

/* ---- ROW(a, …) ---- */

/* The arguments are the children, shared. */
static int make_row(FL_KERNEL_ARGS) {
    for (int k = 0; k < out->n_children; k++) {
        fl_column_unref(out->child[k]);
        out->child[k] = in[k]->constant ? fl_column_take(in[k], NULL, out->n) : fl_column_ref(in[k]);
    }
    return 0;
}

static int infer_row(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    fl_field *fields = FL_NEW_N(b->arena, fl_field, call->n_args);
    for (int i = 0; i < call->n_args; i++)
        fields[i] = (fl_field){.name = fl_arena_printf(b->arena, "EXPR$%d", i), .type = call->args[i]->type};
    call->type = fl_type_row(b->arena, fields, call->n_args, false);
    return 0;
}

static fl_kernel_fn *choose_row(const fl_expr *call FL_UNUSED) { return make_row; }

/* ---- ARRAY(a, …), MAP(k, v, …) ---- */

static int refuse_types(const fl_expr *call, fl_error *err) {
    fl_fail(err, FL_ERR_FUNCTION_SAME_TYPES);
    return fl_error_at(err, call->span);
}

static int make_array(FL_KERNEL_ARGS) {
    int n_args = call->expr->n_args;
    FL_EACH_NESTED_ROW(out, rows, i, {
        for (int a = 0; a < n_args; a++) fl_column_append_from(out->child[0], in[a], i);
        fl_column_append_nested(out);
    });
    return 0;
}

/* Arguments first, first + step, … become their common type, or NULL is returned. */
static const fl_type *coerce_every(fl_bind *b, fl_expr *call, int first, int step, fl_error *err) {
    const fl_type **types = FL_NEW_N(b->arena, const fl_type *, call->n_args);
    int n = 0;
    for (int i = first; i < call->n_args; i += step) types[n++] = call->args[i]->type;
    const fl_type *t = fl_type_common(b->arena, types, n);
    for (int i = first; t != NULL && i < call->n_args; i += step)
        if (fl_coerce(b, call, i, t, err) < 0) return NULL;
    return t;
}

static int infer_array(fl_bind *b, fl_expr *call, fl_error *err) {
    if (call->n_args == 0) {
        fl_fail(err, FL_ERR_FUNCTION_NO_ELEMENTS);
        return fl_error_at(err, call->span);
    }
    const fl_type *t = coerce_every(b, call, 0, 1, err);
    if (t == NULL) return refuse_types(call, err);
    call->type = fl_type_array(b->arena, t, false);
    return 0;
}

static fl_kernel_fn *choose_array(const fl_expr *call FL_UNUSED) { return make_array; }

/* Argument `a` is the last with its key. */
static bool is_last_key(fl_column *const *in, int a, int n_args, int i) {
    for (int other = a + 2; other < n_args; other += 2) {
        bool x = fl_column_is_null(in[a], i), y = fl_column_is_null(in[other], i);
        if (x ? y : !y && fl_column_equal_at(in[a], i, in[other], i)) return false;
    }
    return true;
}

/* Of entries with one key the last stays. */
static int make_map(FL_KERNEL_ARGS) {
    int n_args = call->expr->n_args;
    FL_EACH_NESTED_ROW(out, rows, i, {
        for (int a = 0; a < n_args; a += 2) {
            if (!is_last_key(in, a, n_args, i)) continue;
            fl_column_append_from(out->child[0], in[a], i);
            fl_column_append_from(out->child[1], in[a + 1], i);
        }
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_map(fl_bind *b, fl_expr *call, fl_error *err) {
    if (call->n_args < 2 || call->n_args % 2 != 0) {
        call->n_args < 2 ? fl_fail(err, FL_ERR_FUNCTION_MAP_EMPTY) : fl_fail(err, FL_ERR_FUNCTION_MAP_ODD);
        return fl_error_at(err, call->span);
    }
    for (int i = 2; i < call->n_args; i++) /* Flink takes a bare NULL in the first entry only */
        if (fl_type_is(call->args[i]->type, FL_T_NULL)) return refuse_types(call, err);
    const fl_type *key = coerce_every(b, call, 0, 2, err);
    if (key == NULL) return refuse_types(call, err);
    if (call->n_args == 2 && fl_type_is(call->args[1]->type, FL_T_NULL))
        FL_TRY(fl_coerce(b, call, 1, key, err)); /* MAP['a', NULL] has values of the key's type */
    const fl_type *value = coerce_every(b, call, 1, 2, err);
    if (value == NULL) return refuse_types(call, err);
    call->type = fl_type_map(b->arena, key, value, false);
    return 0;
}

static fl_kernel_fn *choose_map(const fl_expr *call FL_UNUSED) { return make_map; }

/* ---- values that stand in for missing elements ---- */

/* Appends what Flink gives for an element of this type that is not there. */
static void append_missing(fl_column *out, const fl_type *element) {
    bool nested = element->kind == FL_T_ARRAY || element->kind == FL_T_MAP;
    if (nested && !element->nullable)
        fl_column_append_nested(out);
    else
        fl_column_append_fill(out, element);
}

static void append_element(fl_column *out, const fl_column *child, int e, int end, const fl_type *element) {
    if (e >= 0 && e < end)
        fl_column_append_from(out, child, e);
    else if (element == NULL)
        fl_column_append_null(out);
    else
        append_missing(out, element);
}

/* ---- c[i] ---- */

/* Most functions see that an element is not there: their form of ITEM gives NULL. */
static bool gives_null(const fl_kernel_call *call) { return strcmp(call->expr->fn->name, "ITEM OR NULL") == 0; }

/* The elements are numbers without NULLs, and a missing one is NULL or -1: nothing needs to be appended. */
#define GATHER(T, name)                                                                                                \
    static void gather_##name(const fl_column *c, const fl_column *which, fl_column *out, fl_rows rows,                \
                              bool to_null) {                                                                          \
        const T *from = c->child[0]->data;                                                                             \
        FL_EACH_ROW(rows, i, {                                                                                         \
            const int32_t *offsets = FL_DATA(c, int32_t) + fl_column_at(c, i);                                         \
            const int32_t at = FL_DATA(which, int32_t)[fl_column_at(which, i)];                                        \
            const bool inside = at >= 1 && at <= offsets[1] - offsets[0];                                              \
            FL_DATA(out, T)[i] = inside ? from[offsets[0] + at - 1] : (T)-1;                                           \
            if (!inside && to_null) fl_kernel_null(out, i);                                                            \
        });                                                                                                            \
    }
GATHER(int32_t, i32)
GATHER(int64_t, i64)
GATHER(double, f64)
#undef GATHER

/* Whether that has been done. */
static bool gather(const fl_column *c, const fl_column *which, fl_column *out, fl_rows rows, const fl_type *element) {
    const bool to_null = element == NULL || element->nullable;
    if (c->child[0]->valid != NULL || (out->phys != FL_P_I32 && out->phys != FL_P_I64 && out->phys != FL_P_F64))
        return false;
    const fl_type_kind k = out->type->kind;
    if (k != FL_T_INT && k != FL_T_BIGINT && k != FL_T_DOUBLE && !to_null) return false;
    if (out->phys == FL_P_I32) gather_i32(c, which, out, rows, to_null);
    if (out->phys == FL_P_I64) gather_i64(c, which, out, rows, to_null);
    if (out->phys == FL_P_F64) gather_f64(c, which, out, rows, to_null);
    return true;
}

static int array_item(FL_KERNEL_ARGS) {
    const fl_column *c = in[0];
    const fl_type *element = gives_null(call) ? NULL : fl_type_element(call->expr->args[0]->type);
    if (gather(c, in[1], out, rows, element)) return 0;
    FL_EACH_NESTED_ROW(out, rows, i, {
        const int32_t *offsets = FL_DATA(c, int32_t) + fl_column_at(c, i);
        int32_t at = FL_DATA(in[1], int32_t)[fl_column_at(in[1], i)];
        bool inside = at >= 1 && at <= offsets[1] - offsets[0];
        append_element(out, c->child[0], inside ? offsets[0] + at - 1 : -1, offsets[1], element);
    });
    return 0;
}

/* A key of the map and the one that is looked for; integers may differ in width. */
static bool same_key(const fl_column *keys, int e, const fl_column *key, int i) {
    if (fl_column_is_null(keys, e)) return false;
    if (keys->phys >= FL_P_I8 && keys->phys <= FL_P_I64 && key->phys >= FL_P_I8 && key->phys <= FL_P_I64)
        return fl_column_i64(keys, e) == fl_column_i64(key, i);
    return fl_column_equal_at(keys, e, key, i);
}

static int map_item(FL_KERNEL_ARGS) {
    const fl_column *c = in[0];
    const fl_type *value = gives_null(call) ? NULL : call->expr->args[0]->type->fields[1].type;
    FL_EACH_NESTED_ROW(out, rows, i, {
        const int32_t *offsets = FL_DATA(c, int32_t) + fl_column_at(c, i);
        int e = offsets[0];
        while (e < offsets[1] && !same_key(c->child[0], e, in[1], i)) e++;
        append_element(out, c->child[1], e, offsets[1], value);
    });
    return 0;
}

static int infer_row_item(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *t = call->args[0]->type;
    int64_t at;
    if (!fl_literal_int(call->args[1], &at) || at < 1 || at > t->n_fields) return fl_bad_arguments(call, err);
    fl_expr *field;
    fl_expr *name = fl_symbol_literal(b->arena, t->fields[at - 1].name);
    FL_TRY(fl_call2(b, "FIELD", call->args[0], name, call->span, &field, err));
    return fl_become(call, field);
}

static int infer_map_item(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *t = call->args[0]->type, *key = t->fields[0].type, *given = call->args[1]->type;
    bool integers = fl_type_is_integer(key) && fl_type_is_integer(given);
    bool texts = fl_type_is_char(key) && fl_type_is_char(given);
    bool bytes = fl_type_is_binary(key) && fl_type_is_binary(given);
    bool numbers = fl_type_is_numeric(key) && fl_type_is_numeric(given) && fl_cast_is_implicit(given, key);
    if (!integers && !texts && !bytes && !numbers && key->kind != given->kind) return fl_bad_arguments(call, err);
    if (key->kind == FL_T_ROW) return fl_bad_arguments(call, err);
    if (!integers && !fl_type_same_layout(key, given)) FL_TRY(fl_coerce(b, call, 1, key, err));
    return fl_typed(b, call, t->fields[1].type, true);
}

static int infer_item(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *t = call->args[0]->type;
    if (t->kind == FL_T_ROW) return infer_row_item(b, call, err);
    if (t->kind == FL_T_MAP) return infer_map_item(b, call, err);
    if (t->kind == FL_T_VARIANT) return fl_infer_variant_item(b, call, err);
    if (t->kind != FL_T_ARRAY || call->args[1]->type->kind != FL_T_INT) return fl_bad_arguments(call, err);
    return fl_typed(b, call, fl_type_element(t), true);
}

static fl_kernel_fn *choose_item(const fl_expr *call) {
    return call->args[0]->type->kind == FL_T_MAP ? map_item : array_item;
}

/* ---- FIELD(row, 'name') ---- */

/* The field's values at the same rows; where the row is NULL the evaluator has said so. */
static int get_field(FL_KERNEL_ARGS) {
    const fl_column *row = in[0], *child = row->child[(intptr_t)call->expr->extra];
    if (out->phys >= FL_P_LIST) {
        FL_EACH_NESTED_ROW(out, rows, i, fl_column_append_from(out, child, fl_column_at(row, i)));
        return 0;
    }
    int n = row->constant ? 1 : out->n;
    if (row->constant) {
        if (rows.n == 0) return 0;
        fl_make_constant(out);
    }
    bool bits = out->phys == FL_P_BOOL;
    memcpy(out->data, child->data, bits ? fl_bitmap_bytes(n) : (size_t)n * (size_t)fl_phys_size(out->phys));
    if (out->phys == FL_P_VIEW) fl_column_share_heaps(out, child);
    for (int i = 0; child->valid != NULL && i < n; i++)
        if (!fl_bit(child->valid, i)) fl_kernel_null(out, i);
    return 0;
}

static int infer_field(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *t = call->args[0]->type;
    fl_str name = fl_symbol(call->args[1]);
    if (t->kind != FL_T_ROW && t->kind != FL_T_STRUCTURED) {
        fl_fail(err, FL_ERR_FUNCTION_NOT_A_ROW);
        return fl_error_at(err, call->span);
    }
    for (intptr_t f = 0; f < t->n_fields; f++) {
        if (!fl_str_is(name, t->fields[f].name)) continue;
        call->extra = (const void *)f;
        const fl_type *field = t->fields[f].type;
        return fl_typed(b, call, field, field->nullable || t->nullable);
    }
    fl_fail(err, FL_ERR_NAME_UNKNOWN_FIELD, (int)name.n, name.p);
    return fl_error_at(err, call->span);
}

static fl_kernel_fn *choose_field(const fl_expr *call FL_UNUSED) { return get_field; }

/* ---- CARDINALITY, ELEMENT ---- */

static int cardinality(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        const int32_t *offsets = FL_DATA(in[0], int32_t) + fl_column_at(in[0], i);
        FL_DATA(out, int32_t)[i] = offsets[1] - offsets[0];
    });
    return 0;
}

static int infer_cardinality(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *t = call->args[0]->type;
    if (t->kind != FL_T_ARRAY && t->kind != FL_T_MAP) return fl_bad_arguments(call, err);
    return fl_typed(b, call, fl_type_of(FL_T_INT, true), t->nullable);
}

static fl_kernel_fn *choose_cardinality(const fl_expr *call FL_UNUSED) { return cardinality; }

static int element(FL_KERNEL_ARGS) {
    const fl_column *c = in[0];
    const fl_type *t = fl_type_element(call->expr->args[0]->type);
    FL_EACH_NESTED_ROW(out, rows, i, {
        const int32_t *offsets = FL_DATA(c, int32_t) + fl_column_at(c, i);
        if (offsets[1] - offsets[0] > 1) return fl_kernel_fail(err, call, FL_ERR_VALUE_ONE_ELEMENT);
        append_element(out, c->child[0], offsets[0], offsets[1], t);
    });
    return 0;
}

static int infer_element(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *t = call->args[0]->type;
    if (t->kind != FL_T_ARRAY) return fl_bad_arguments(call, err);
    return fl_typed(b, call, fl_type_element(t), t->nullable || fl_type_element(t)->nullable);
}

static fl_kernel_fn *choose_element(const fl_expr *call FL_UNUSED) { return element; }

/* ---- the table ---- */

#define ROW(word, least, most, flags_, rule, pick, form, text)                                                         \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = flags_, .infer = rule, .choose = pick,             \
        .signature = form, .doc = text                                                                                 \
    }
#define SAFE (FL_FN_STRICT | FL_FN_COSTLY)

FL_FUNCTION_TABLE(collection) = {
    ROW("ROW", 1, -1, 0, infer_row, choose_row, "ROW(x, …)", "A row of its arguments."),
    ROW("ARRAY", 0, -1, FL_FN_COSTLY, infer_array, choose_array, "ARRAY[x, …]", "An array of its arguments."),
    ROW("MAP", 0, -1, FL_FN_COSTLY, infer_map, choose_map, "MAP[k, v, …]", "A map of keys and values."),
    ROW("ITEM", 2, 2, SAFE | FL_FN_SUBSTITUTE, infer_item, choose_item,
        "<ARRAY>[<INTEGER>], <MAP>[<KEY>], <VARIANT>[<KEY>]",
        "The element at a position, counted from 1, or of a key."),
    ROW("ITEM OR NULL", 2, 2, SAFE | FL_FN_OPERATOR, infer_item, choose_item, "<ARRAY>[<INTEGER>], <MAP>[<KEY>]",
        "The same, and NULL if there is no such element."),
    ROW("FIELD", 2, 2, SAFE, infer_field, choose_field, "row.name", "The field of a row."),
    ROW("CARDINALITY", 1, 1, SAFE, infer_cardinality, choose_cardinality,
        "'CARDINALITY(<ARRAY>)', 'CARDINALITY(<MAP>)'", "Number of elements or entries."),
    ROW("ELEMENT", 1, 1, SAFE | FL_FN_FALLIBLE, infer_element, choose_element, "'ELEMENT(<ARRAY>)'",
        "The only element of an array; NULL if it is empty."),
    {0},
};
