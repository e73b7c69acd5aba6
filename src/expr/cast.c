/* SPDX-License-Identifier: Apache-2.0 */
/* cast.c -- which types become which: explicit casts, implicit ones, and the common type of several.
 *
 * What:       three questions that the binder and the type rules ask, and fl_expr_cast, which makes the expression.
 *                 explicit    CAST(a AS t) is allowed: there is a kernel (functions_cast.c)
 *                 implicit    INSERT and Flink's own functions convert without being asked: LogicalTypeCasts
 *                 common      CASE, UNION, ARRAY[…], arithmetic: the parser's least restrictive type
 * Interface:  fl_cast_is_possible, fl_cast_is_implicit, fl_type_common, fl_type_merged, fl_expr_cast.
 *
 * Flink has two ideas of a common type and both show in results. The parser's (fl_type_common) keeps the first of FLOAT
 * and DOUBLE; that of Flink's own functions (fl_type_merged) takes DOUBLE, and where the families differ it looks for
 * an argument type that all others convert to: COALESCE(TIMESTAMP, DATE) is DATE.
 */
#include "expr/functions_int.h"

/* ---- implicit casts ---- */

static bool children_implicit(const fl_type *from, const fl_type *to) {
    if (from->n_fields != to->n_fields) return false;
    for (int i = 0; i < from->n_fields; i++)
        if (!fl_cast_is_implicit(from->fields[i].type, to->fields[i].type)) return false;
    return true;
}

bool fl_cast_is_implicit(const fl_type *from, const fl_type *to) {
    fl_type_kind f = from->kind, t = to->kind;
    if (f == FL_T_NULL) return true;
    switch (t) {
    case FL_T_VARCHAR: return fl_type_is_char(from);
    case FL_T_VARBINARY: return fl_type_is_binary(from);
    case FL_T_DECIMAL:
    case FL_T_DOUBLE: return fl_type_is_numeric(from);
    case FL_T_FLOAT: return fl_type_is_numeric(from) && f != FL_T_DOUBLE;
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT: return fl_type_is_integer(from) && f <= t;
    case FL_T_DATE: return f == t || f == FL_T_TIMESTAMP;
    case FL_T_TIME: return f == t || f == FL_T_TIMESTAMP;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return fl_type_is_timestamp(from);
    case FL_T_ARRAY:
    case FL_T_MAP:
    case FL_T_MULTISET:
    case FL_T_ROW:
    case FL_T_STRUCTURED: return f == t && children_implicit(from, to);
    case FL_T_RAW:
    case FL_T_OBJECT: return fl_type_equal(from, to, false);
    default: return f == t;
    }
}

/* ---- common types ---- */

typedef enum rules { PARSER, FUNCTIONS } rules;

static const fl_type *common(fl_arena *a, const fl_type *x, const fl_type *y, rules r);

/* Digits before the point are kept, those behind it as far as there is room. */
static const fl_type *common_exact(fl_arena *a, const fl_type *x, const fl_type *y) {
    if (fl_type_is_integer(x) && fl_type_is_integer(y)) return x->kind >= y->kind ? x : y;
    int px, sx, py, sy;
    fl_as_decimal(x, &px, &sx);
    fl_as_decimal(y, &py, &sy);
    int whole = FL_MAX(px - sx, py - sy), scale = FL_MIN(FL_MAX(sx, sy), FL_DECIMAL_PRECISION_MAX - whole);
    return fl_type_decimal(a, whole + scale, scale, false);
}

static const fl_type *common_numeric(fl_arena *a, const fl_type *x, const fl_type *y, rules r) {
    bool fx = fl_type_is_approximate(x), fy = fl_type_is_approximate(y);
    if (!fx && !fy) return common_exact(a, x, y);
    if (fx && fy) return r == PARSER || x->kind == FL_T_DOUBLE ? x : y;
    const fl_type *exact = fx ? y : x, *approximate = fx ? x : y;
    return exact->kind == FL_T_DECIMAL ? fl_type_of(FL_T_DOUBLE, false) : approximate;
}

/* Unequal lengths of CHAR make a VARCHAR: nothing is padded. */
static const fl_type *common_text(fl_arena *a, const fl_type *x, const fl_type *y, fl_type_kind fixed,
                                  fl_type_kind varying) {
    if (x->kind == fixed && y->kind == fixed && x->length == y->length) return x;
    return fl_type_text(a, varying, FL_MAX(x->length, y->length), false);
}

static const fl_type *common_timestamp(fl_arena *a, const fl_type *x, const fl_type *y, rules r) {
    int precision = FL_MAX(x->precision, y->precision);
    if (r == PARSER || x->kind == y->kind) return y->precision > x->precision ? y : x;
    return fl_type_time(a, FL_T_TIMESTAMP_LTZ, precision, false);
}

/* Fields one by one; names are those of the first. */
static const fl_type *common_fields(fl_arena *a, const fl_type *x, const fl_type *y, rules r) {
    if (x->kind != y->kind || x->n_fields != y->n_fields) return NULL;
    fl_field *fields = FL_NEW_N(a, fl_field, x->n_fields);
    for (int i = 0; i < x->n_fields; i++) {
        fields[i] = x->fields[i];
        fields[i].type = common(a, x->fields[i].type, y->fields[i].type, r);
        if (fields[i].type == NULL) return NULL;
    }
    switch (x->kind) {
    case FL_T_ARRAY: return fl_type_array(a, fields[0].type, false);
    case FL_T_MAP: return fl_type_map(a, fields[0].type, fields[1].type, false);
    case FL_T_MULTISET: return fl_type_multiset(a, fields[0].type, false);
    case FL_T_ROW: return fl_type_row(a, fields, x->n_fields, false);
    default: return fl_type_equal(x, y, false) ? x : NULL;
    }
}

/* The common type of two, or NULL. What is not said by the branches is nullability. */
static const fl_type *common_kind(fl_arena *a, const fl_type *x, const fl_type *y, rules r) {
    if (fl_type_is(x, FL_T_NULL)) return y;
    if (fl_type_is(y, FL_T_NULL)) return x;
    if (fl_type_equal(x, y, x->n_fields > 0)) return x; /* inside, nullability counts */
    if (fl_type_is_numeric(x) && fl_type_is_numeric(y)) return common_numeric(a, x, y, r);
    if (fl_type_is_char(x) && fl_type_is_char(y)) return common_text(a, x, y, FL_T_CHAR, FL_T_VARCHAR);
    if (fl_type_is_binary(x) && fl_type_is_binary(y)) return common_text(a, x, y, FL_T_BINARY, FL_T_VARBINARY);
    if (fl_type_is_timestamp(x) && fl_type_is_timestamp(y)) return common_timestamp(a, x, y, r);
    if (x->kind == FL_T_TIME && y->kind == FL_T_TIME) return x->precision >= y->precision ? x : y;
    if (x->n_fields > 0) return common_fields(a, x, y, r);
    return x->kind == y->kind && !fl_type_is(x, FL_T_RAW) && !fl_type_is(x, FL_T_OBJECT) ? x : NULL;
}

static const fl_type *common(fl_arena *a, const fl_type *x, const fl_type *y, rules r) {
    const fl_type *t = common_kind(a, x, y, r);
    if (t == NULL) return NULL;
    /* The mark of a time attribute survives where all have it. */
    if (t->attr != FL_ATTR_NONE && (x->attr != y->attr || x->kind != y->kind)) t = fl_type_attr(a, t, FL_ATTR_NONE);
    return fl_type_nullable(a, t, x->nullable || y->nullable);
}

static const fl_type *common_of(fl_arena *a, const fl_type *const *types, int n, rules r) {
    const fl_type *t = n > 0 ? types[0] : NULL;
    for (int i = 1; i < n && t != NULL; i++) t = common(a, t, types[i], r);
    return t != NULL && !fl_type_is(t, FL_T_NULL) ? t : NULL;
}

const fl_type *fl_type_common(fl_arena *a, const fl_type *const *types, int n) {
    return common_of(a, types, n, PARSER);
}

const fl_type *fl_type_merged(fl_arena *a, const fl_type *const *types, int n) {
    const fl_type *t = common_of(a, types, n, FUNCTIONS);
    if (t != NULL) return t;
    bool nullable = false;
    for (int i = 0; i < n; i++) nullable |= types[i]->nullable;
    for (int c = 0; c < n; c++) {
        int fits = 0;
        for (int i = 0; i < n; i++) fits += fl_cast_is_implicit(types[i], types[c]);
        if (fits == n && !fl_type_is(types[c], FL_T_NULL)) return fl_type_nullable(a, types[c], nullable);
    }
    return NULL;
}

/* ---- explicit casts ---- */

bool fl_cast_is_possible(const fl_type *from, const fl_type *to) {
    if (fl_type_is(from, FL_T_NULL)) return true;
    if (fl_type_equal(from, to, false)) return true;
    return fl_cast_kernel(from, to) != NULL;
}

/* Nothing at all is to be done: not even another name for the same bytes. */
static bool is_same(const fl_type *from, const fl_type *to, bool try_cast) {
    if (from->attr != to->attr || (try_cast && !from->nullable)) return false;
    if (from->n_fields == 0) return fl_type_equal(from, to, false);
    if (from->kind != to->kind || from->n_fields != to->n_fields) return false;
    for (int i = 0; i < from->n_fields; i++) /* nullability inside counts: it shows in the type */
        if (strcmp(from->fields[i].name, to->fields[i].name) != 0 ||
            !fl_type_equal(from->fields[i].type, to->fields[i].type, true))
            return false;
    return true;
}

int fl_expr_cast(fl_bind *b, fl_expr *e, const fl_type *type, bool try_cast, fl_span span, fl_expr **out,
                 fl_error *err) {
    if (fl_type_is(e->type, FL_T_NULL)) {
        *out = fl_expr_null(b->arena, type);
        (*out)->span = span;
        return 0;
    }
    if (is_same(e->type, type, try_cast)) {
        *out = e;
        return 0;
    }
    /* The type rule of CAST takes the target from a second argument, and drops it. */
    return fl_call2(b, try_cast ? "TRY_CAST" : "CAST", e, fl_expr_null(b->arena, type), span, out, err);
}
