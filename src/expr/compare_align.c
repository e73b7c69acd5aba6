/* SPDX-License-Identifier: Apache-2.0 */
/* compare_align.c -- which values may be compared, and in which form.
 *
 * After fl_align_sides both arguments of a comparison have one layout, so that few kernels do:
 *
 *     integers              INT or BIGINT, the wider            DATE, TIME, INTERVAL     as they are, kind with kind
 *     FLOAT with integer    as FLOAT (rounded), then DOUBLE     TIMESTAMP                the finer of the two units
 *     DOUBLE, or FLOAT and  DOUBLE                              TIMESTAMP and _LTZ       as instants
 *       DECIMAL                                                 text and date or time    the text is cast, or tried to
 *     decimals              one scale, if 38 digits suffice     rows, arrays, maps       their common type
 *
 * A literal takes the form of the column it is compared with where its value has room there: the column is then read as
 * it lies. Text and number: < and its like, BETWEEN and IN cast the text; = and <> refuse, as Flink does. Text and
 * BOOLEAN are never equal, whatever the text: functions_compare.c answers that, and rounds the DECIMALs of = and <>.
 */
#include "expr/functions_int.h"
#include "messages/function.h"
#include "messages/type.h"

static int refuse(const fl_expr *call, const fl_type *x, const fl_type *y, fl_error *err) {
    fl_arena a;
    fl_arena_init(&a);
    fl_fail(err, FL_ERR_FUNCTION_COMPARE, call->fn->name, fl_type_name(&a, x, FL_TYPE_BARE), call->fn->name,
            fl_type_name(&a, y, FL_TYPE_BARE), call->fn->name);
    fl_arena_deinit(&a);
    return fl_error_at(err, call->span);
}

static int refuse_implicit(const fl_expr *call, const fl_type *x, const fl_type *y, fl_error *err) {
    fl_arena a;
    fl_arena_init(&a);
    fl_fail(err, FL_ERR_TYPE_IMPLICIT, fl_type_name(&a, x, FL_TYPE_BARE), fl_type_name(&a, y, FL_TYPE_BARE));
    fl_arena_deinit(&a);
    return fl_error_at(err, call->span);
}

static bool is_equality(const fl_expr *call) {
    const char *name = call->fn->name;
    return strcmp(name, "=") == 0 || strcmp(name, "<>") == 0;
}

/* ---- numbers ---- */

/* DECIMAL(p, s) that the argument needs: of a literal by its value. */
static void decimal_need(const fl_expr *e, int *precision, int *scale) {
    fl_as_decimal(e->type, precision, scale);
    if (!fl_expr_is_literal(e) || e->value.is_null) return;
    fl_i128 x = fl_type_phys(e->type) == FL_P_I128 ? e->value.w : e->value.i;
    while (*precision > FL_MAX(*scale, 1) && fl_decimal_fits(x, *precision - 1)) --*precision;
}

/* One scale and one layout. More than 38 digits: sides stay as they are, for the kernel that compares by value. */
static int align_decimals(fl_bind *b, fl_expr *call, int l, int r, fl_error *err) {
    int sides[] = {l, r}, p[2], s[2];
    for (int k = 0; k < 2; k++) decimal_need(call->args[sides[k]], &p[k], &s[k]);
    int scale = FL_MAX(s[0], s[1]), precision = FL_MAX(p[0] - s[0], p[1] - s[1]) + scale;
    const fl_type *t = precision <= FL_DECIMAL_PRECISION_MAX ? fl_type_decimal(b->arena, precision, scale, true) : NULL;
    for (int k = 0; k < 2; k++) {
        const fl_type *have = call->args[sides[k]]->type, *want = t;
        if (t == NULL) want = fl_type_decimal(b->arena, p[k], s[k], true);
        bool fits = have->kind == FL_T_DECIMAL &&
                    (t == NULL || (have->scale == t->scale && fl_type_phys(have) == fl_type_phys(t)));
        if (!fits) FL_TRY(fl_coerce(b, call, sides[k], want, err));
    }
    return 0;
}

/* Two literals are compared by the digits that show: a FLOAT of 0.1 is 0.1, and not what is stored for it. */
static int align_float_literal(fl_bind *b, fl_expr *call, int arg, fl_error *err) {
    const fl_expr *e = call->args[arg];
    if (e->type->kind != FL_T_FLOAT || e->value.is_null) return 0;
    fl_value v = {.type = fl_type_of(FL_T_DOUBLE, e->type->nullable)};
    fl_buf digits;
    fl_buf_init(&digits);
    fl_float_print(&digits, (float)e->value.d);
    bool ok = fl_double_parse(fl_buf_str(&digits), &v.d);
    fl_buf_deinit(&digits);
    if (!ok) return fl_coerce(b, call, arg, v.type, err);
    call->args[arg] = fl_expr_literal(b->arena, &v);
    call->args[arg]->span = e->span;
    return 0;
}

static int align_numbers(fl_bind *b, fl_expr *call, int l, int r, fl_error *err) {
    const fl_type *x = call->args[l]->type, *y = call->args[r]->type;
    bool approximate = fl_type_is_approximate(x) || fl_type_is_approximate(y);
    bool decimal = x->kind == FL_T_DECIMAL || y->kind == FL_T_DECIMAL;
    if (decimal && !approximate) return align_decimals(b, call, l, r, err);
    bool literals = fl_expr_is_literal(call->args[l]) && fl_expr_is_literal(call->args[r]);
    if (literals && x->kind != y->kind) {
        FL_TRY(align_float_literal(b, call, l, err));
        FL_TRY(align_float_literal(b, call, r, err));
        x = call->args[l]->type, y = call->args[r]->type;
    }
    fl_type_kind kind = FL_T_DOUBLE;
    if (!approximate) kind = x->kind == FL_T_BIGINT || y->kind == FL_T_BIGINT ? FL_T_BIGINT : FL_T_INT;
    bool as_float = approximate && !decimal && x->kind != FL_T_DOUBLE && y->kind != FL_T_DOUBLE;
    as_float |= is_equality(call) && fl_type_is_approximate(x) && fl_type_is_approximate(y) && x->kind != y->kind;
    for (int k = 0; k < 2; k++) {
        int side = k == 0 ? l : r;
        if (as_float) FL_TRY(fl_coerce(b, call, side, fl_type_of(FL_T_FLOAT, true), err));
        FL_TRY(fl_coerce(b, call, side, fl_type_of(kind, true), err));
    }
    return 0;
}

/* ---- times ---- */

/* The least precision with the same unit as t and at least the digits that a millisecond, microsecond, … has: a text is
 * read into that. */
static const fl_type *whole_unit(fl_arena *a, const fl_type *t) {
    return fl_type_time(a, t->kind, fl_type_timestamp_unit(t), true);
}

static int align_timestamps(fl_bind *b, fl_expr *call, int l, int r, fl_error *err) {
    const fl_type *x = call->args[l]->type, *y = call->args[r]->type;
    if (x->kind != y->kind) {
        int side = x->kind == FL_T_TIMESTAMP ? l : r;
        int digits = fl_type_timestamp_unit(call->args[side]->type); /* a TIMESTAMP(0) may have milliseconds */
        FL_TRY(fl_coerce(b, call, side, fl_type_time(b->arena, FL_T_TIMESTAMP_LTZ, digits, true), err));
    }
    x = call->args[l]->type, y = call->args[r]->type;
    int ux = fl_type_timestamp_unit(x), uy = fl_type_timestamp_unit(y);
    if (ux == uy) return 0;
    return ux < uy ? fl_coerce(b, call, l, whole_unit(b->arena, y), err)
                   : fl_coerce(b, call, r, whole_unit(b->arena, x), err);
}

/* Of = and <>, a text that is none of the type is NULL, unless it is written there. */
static int read_text(fl_bind *b, fl_expr *call, int text, const fl_type *t, fl_error *err) {
    fl_expr *e = call->args[text];
    bool null_if_bad = is_equality(call) && !fl_expr_is_literal(e);
    if (!null_if_bad) return fl_coerce(b, call, text, t, err);
    return fl_expr_cast(b, e, t, true, e->span, &call->args[text], err);
}

static int align_text(fl_bind *b, fl_expr *call, int text, int other, fl_error *err) {
    const fl_type *t = call->args[other]->type;
    if (fl_type_is_timestamp(t)) return read_text(b, call, text, whole_unit(b->arena, t), err);
    if (fl_type_is_datetime(t)) return read_text(b, call, text, t, err);
    const fl_type *x = call->args[FL_MIN(text, other)]->type, *y = call->args[FL_MAX(text, other)]->type;
    if (!fl_type_is_numeric(t)) return refuse(call, x, y, err);
    if (is_equality(call)) return refuse_implicit(call, x, y, err);
    FL_TRY(fl_coerce(b, call, text, t, err));
    return align_numbers(b, call, text, other, err);
}

/* ---- all ---- */

static int align_nested(fl_bind *b, fl_expr *call, int l, int r, fl_error *err) {
    const fl_type *pair[] = {call->args[l]->type, call->args[r]->type};
    const fl_type *t = fl_type_common(b->arena, pair, 2);
    if (t == NULL) return refuse(call, pair[0], pair[1], err);
    for (int k = 0; k < 2; k++) /* names of fields do not matter */
        if (!fl_type_same_layout(pair[k], t)) FL_TRY(fl_coerce(b, call, k == 0 ? l : r, t, err));
    return 0;
}

static int align_null(fl_bind *b, fl_expr *call, int null, int other, fl_error *err) {
    const fl_type *t = call->args[other]->type;
    if (fl_type_is(t, FL_T_NULL)) {
        t = fl_type_of(FL_T_INT, true);
        FL_TRY(fl_coerce(b, call, other, t, err));
    }
    FL_TRY(fl_coerce(b, call, null, t, err));
    return fl_align_sides(b, call, FL_MIN(null, other), FL_MAX(null, other), err);
}

int fl_align_sides(fl_bind *b, fl_expr *call, int l, int r, fl_error *err) {
    const fl_type *x = call->args[l]->type, *y = call->args[r]->type;
    if (fl_type_is(x, FL_T_NULL)) return align_null(b, call, l, r, err);
    if (fl_type_is(y, FL_T_NULL)) return align_null(b, call, r, l, err);
    if (fl_type_is_numeric(x) && fl_type_is_numeric(y)) return align_numbers(b, call, l, r, err);
    if (fl_type_is_timestamp(x) && fl_type_is_timestamp(y)) return align_timestamps(b, call, l, r, err);
    if (fl_type_is_char(x) && fl_type_is_char(y)) return 0;
    if (fl_type_is_binary(x) && fl_type_is_binary(y)) return 0;
    if (fl_type_is_char(x)) return align_text(b, call, l, r, err);
    if (fl_type_is_char(y)) return align_text(b, call, r, l, err);
    if (x->n_fields > 0 && y->n_fields > 0) return align_nested(b, call, l, r, err);
    if (x->kind != y->kind || x->kind == FL_T_RAW) return refuse(call, x, y, err);
    return 0;
}

int fl_align_to_key(fl_bind *b, fl_expr *call, int arg, fl_error *err) {
    const fl_type *key = call->args[0]->type;
    fl_expr *e = call->args[arg], *cast;
    bool numbers = fl_type_is_numeric(key) && fl_type_is_numeric(e->type) && key->kind != e->type->kind;
    bool texts = key->kind == FL_T_CHAR && e->type->kind == FL_T_VARCHAR;
    bool digits = fl_type_is_numeric(key) && fl_type_is_char(e->type);
    if (!numbers && !texts && !digits) return 0;
    if (fl_expr_is_literal(e) && key->kind == FL_T_DOUBLE && e->type->kind == FL_T_FLOAT)
        return align_float_literal(b, call, arg, err);
    const fl_type *t = fl_type_nullable(b->arena, key, e->type->nullable);
    FL_TRY(fl_expr_cast(b, e, t, false, e->span, &cast, err));
    bool lost = fl_expr_is_literal(cast) && cast->value.is_null && !(fl_expr_is_literal(e) && e->value.is_null);
    if (!lost) call->args[arg] = cast; /* a number that is no such DECIMAL is not equal to any */
    return 0;
}

/* The type as which all arguments of an IN are looked up, or NULL. */
static const fl_type *lookup_type(fl_bind *b, const fl_expr *call) {
    const fl_type **types = FL_NEW_N(b->arena, const fl_type *, call->n_args);
    const fl_type *key = call->args[0]->type;
    bool approximate = false, numeric = true;
    for (int i = 0; i < call->n_args; i++) {
        types[i] = call->args[i]->type;
        if (i > 0 && fl_type_is_char(types[i]) && fl_type_is_datetime(key))
            types[i] = fl_type_is_timestamp(key) ? whole_unit(b->arena, key) : key; /* texts become dates */
        if (i > 0 && fl_type_is_char(types[i]) && fl_type_is_numeric(key)) types[i] = key;
        approximate |= fl_type_is_approximate(types[i]);
        numeric &= fl_type_is_numeric(types[i]) || fl_type_is(types[i], FL_T_NULL);
    }
    if (numeric && approximate) return fl_type_of(FL_T_DOUBLE, true);
    const fl_type *t = fl_type_common(b->arena, types, call->n_args);
    if (t == NULL || t->n_fields > 0 || t->kind == FL_T_BOOLEAN) return NULL;
    if (t->kind == FL_T_TINYINT || t->kind == FL_T_SMALLINT) return fl_type_of(FL_T_INT, true);
    if (t->kind == FL_T_DECIMAL && t->precision == FL_DECIMAL_PRECISION_MAX) return NULL; /* may have lost digits */
    return fl_type_is_timestamp(t) ? whole_unit(b->arena, t) : t;
}

bool fl_align_all(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *t = lookup_type(b, call);
    if (t == NULL) return false;
    bool text = fl_type_is_char(t) || fl_type_is_binary(t);
    for (int i = 0; i < call->n_args; i++) {
        const fl_type *have = call->args[i]->type;
        if (text && fl_type_phys(have) == FL_P_VIEW) continue; /* compared as they are, without padding */
        if (fl_type_equal(have, t, false)) continue;
        if (fl_coerce(b, call, i, t, err) < 0 || (i > 0 && !fl_expr_is_literal(call->args[i]))) return false;
    }
    return true;
}
