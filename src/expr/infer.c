/* SPDX-License-Identifier: Apache-2.0 */
/* infer.c -- what the type rules of all families share. */
#include "expr/functions_int.h"

#include "messages/function.h"
#include "messages/type.h"

bool fl_args_nullable(const fl_expr *call) {
    for (int i = 0; i < call->n_args; i++)
        if (call->args[i]->type->nullable) return true;
    return false;
}

int fl_typed(fl_bind *b, fl_expr *call, const fl_type *t, bool nullable) {
    call->type = fl_type_nullable(b->arena, t, nullable);
    return 0;
}

int fl_refuse_nulls(const fl_expr *call, fl_error *err) {
    for (int i = 0; i < call->n_args; i++) {
        if (!fl_type_is(call->args[i]->type, FL_T_NULL)) continue;
        fl_fail(err, FL_ERR_TYPE_NULL_ARGUMENT, call->fn->name);
        return fl_error_at(err, call->args[i]->span);
    }
    return 0;
}

int fl_invalid_arguments(const fl_expr *call, fl_error *err) {
    fl_bad_arguments(call, err);
    return fl_error_prefix(err, FL_AT_FUNCTION_IN_ARGUMENTS);
}

int fl_become(fl_expr *call, const fl_expr *by) {
    fl_span span = call->span;
    *call = *by;
    if (span.line > 0) call->span = span;
    return 0;
}

int fl_call1(fl_bind *b, const char *name, fl_expr *x, fl_span span, fl_expr **out, fl_error *err) {
    return fl_expr_call_name(b, name, &x, 1, span, out, err);
}

int fl_call2(fl_bind *b, const char *name, fl_expr *x, fl_expr *y, fl_span span, fl_expr **out, fl_error *err) {
    fl_expr *args[] = {x, y};
    return fl_expr_call_name(b, name, args, 2, span, out, err);
}

int fl_call3(fl_bind *b, const char *name, fl_expr *x, fl_expr *y, fl_expr *z, fl_span span, fl_expr **out,
             fl_error *err) {
    fl_expr *args[] = {x, y, z};
    return fl_expr_call_name(b, name, args, 3, span, out, err);
}

int fl_coerce_from(fl_bind *b, fl_expr *call, int first, const fl_type *type, fl_error *err) {
    for (int i = first; i < call->n_args; i++) FL_TRY(fl_coerce(b, call, i, type, err));
    return 0;
}

fl_str fl_symbol(const fl_expr *arg) {
    bool is_word = fl_expr_is_literal(arg) && fl_type_is_char(arg->type) && !arg->value.is_null;
    return is_word ? arg->value.s : fl_str_from("");
}

fl_expr *fl_symbol_literal(fl_arena *a, const char *word) {
    fl_value v = {.type = fl_type_string(false), .s = fl_str_from(word)};
    return fl_expr_literal(a, &v);
}

bool fl_literal_int(const fl_expr *arg, int64_t *x) {
    if (!fl_expr_is_literal(arg) || !fl_type_is_integer(arg->type) || arg->value.is_null) return false;
    *x = arg->value.i;
    return true;
}

void fl_as_decimal(const fl_type *t, int *precision, int *scale) {
    bool integer = fl_type_is_integer(t);
    *precision = integer ? fl_type_integer_digits(t) : t->precision;
    *scale = integer ? 0 : t->scale;
}

/* ---- texts ---- */

bool fl_is_text_arg(const fl_expr *call, int i) { return fl_type_is_char(call->args[i]->type); }

int fl_need_texts(const fl_expr *call, int first, int end, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = first; i < end && i < call->n_args; i++)
        if (!fl_is_text_arg(call, i)) return fl_bad_arguments(call, err);
    return 0;
}

int fl_demand_texts(fl_bind *b, fl_expr *call, int first, int end, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = first; i < end && i < call->n_args; i++) {
        if (fl_is_text_arg(call, i)) continue;
        fl_fail(err, FL_ERR_FUNCTION_NEEDS_TEXT, fl_type_name(b->arena, call->args[i]->type, FL_TYPE_SUMMARY));
        return fl_error_at(err, call->args[i]->span);
    }
    return 0;
}

int fl_take_texts(fl_bind *b, fl_expr *call, int first, int end, fl_error *err) {
    for (int i = first; i < end && i < call->n_args; i++)
        if (fl_type_is(call->args[i]->type, FL_T_NULL)) FL_TRY(fl_coerce(b, call, i, fl_type_string(true), err));
    return fl_demand_texts(b, call, first, end, err);
}

int fl_need_bigint(fl_bind *b, fl_expr *call, int i, fl_error *err) {
    if (i >= call->n_args) return 0;
    if (!fl_type_is_integer(call->args[i]->type)) return fl_bad_arguments(call, err);
    return fl_coerce(b, call, i, fl_type_of(FL_T_BIGINT, true), err);
}

const fl_type *fl_varying(fl_arena *a, const fl_type *t) { return fl_type_text(a, FL_T_VARCHAR, t->length, true); }

/* ---- units of time ---- */

static const char *const unit_names[] = {"",
#define FL_X(u) #u,
                                         FL_UNITS(FL_X)
#undef FL_X
};

fl_unit fl_unit_find(fl_str word) {
    for (int u = 1; u < (int)FL_ARRAY_LEN(unit_names); u++)
        if (fl_str_is(word, unit_names[u])) return (fl_unit)u;
    return FL_U_NONE;
}

const char *fl_unit_name(fl_unit u) { return unit_names[u]; }
