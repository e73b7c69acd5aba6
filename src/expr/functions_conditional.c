/* SPDX-License-Identifier: Apache-2.0 */
/* functions_conditional.c -- CASE, IF, COALESCE, IFNULL, NULLIF.
 *
 * What:       types only. CASE and COALESCE are special: the evaluator computes each result for the rows that come to
 *             it and merges them; IF is a CASE, IFNULL a COALESCE.
 *                 CASE      args: when, then, when, then, …, else; the parser's common type of the results
 *                 IF        numbers, texts and bytes: the common type; else the type of the second argument
 *                 COALESCE  Flink's merged type, NOT NULL if one argument is
 *                 IFNULL    the type of a if a is NOT NULL, else as COALESCE
 *                 NULLIF    CASE WHEN a = b THEN NULL ELSE a END
 * Interface:  the table at the end.
 */
#include "expr/functions_int.h"

#include "messages/function.h"

static int refuse_mixing(const fl_expr *call, fl_error *err) {
    fl_fail(err, FL_ERR_FUNCTION_MIXED_BRANCHES);
    return fl_error_at(err, call->span);
}

static fl_kernel_fn *choose_none(const fl_expr *call FL_UNUSED) { return NULL; } /* the evaluator's own steps */

/* ---- CASE ---- */

static int infer_case(fl_bind *b, fl_expr *call, fl_error *err) {
    int n = call->n_args / 2 + 1;
    if (call->n_args % 2 == 0) return fl_bad_arguments(call, err);
    const fl_type **results = FL_NEW_N(b->arena, const fl_type *, n);
    int nulls = 0;
    for (int k = 0; k < n; k++) {
        int then = k + 1 < n ? 2 * k + 1 : call->n_args - 1;
        results[k] = call->args[then]->type;
        nulls += fl_type_is(results[k], FL_T_NULL);
        if (k + 1 < n && fl_type_is(call->args[2 * k]->type, FL_T_NULL))
            FL_TRY(fl_coerce(b, call, 2 * k, fl_type_of(FL_T_BOOLEAN, true), err));
        if (k + 1 < n && call->args[2 * k]->type->kind != FL_T_BOOLEAN) {
            fl_fail(err, FL_ERR_FUNCTION_WHEN_CONDITION);
            return fl_error_at(err, call->args[2 * k]->span);
        }
    }
    if (nulls == n) {
        fl_fail(err, FL_ERR_FUNCTION_ALL_NULL);
        return fl_error_at(err, call->span);
    }
    const fl_type *t = fl_type_common(b->arena, results, n);
    if (t == NULL) return refuse_mixing(call, err);
    for (int i = 1; i < call->n_args; i += 2) FL_TRY(fl_coerce(b, call, i, t, err));
    FL_TRY(fl_coerce(b, call, call->n_args - 1, t, err));
    call->type = t;
    return 0;
}

/* ---- IF ---- */

static bool same_family(const fl_type *x, const fl_type *y) {
    if (fl_type_is_numeric(x)) return fl_type_is_numeric(y);
    if (fl_type_is_char(x)) return fl_type_is_char(y);
    if (fl_type_is_binary(x)) return fl_type_is_binary(y);
    if (fl_type_is_timestamp(x)) return fl_type_is_timestamp(y);
    bool plain = x->kind == FL_T_BOOLEAN || x->kind == FL_T_DATE || x->kind == FL_T_TIME; /* no intervals */
    return plain && x->kind == y->kind;
}

/* A text that is written, with blanks up to the length of its CHAR(n). Only characters that are two units of UTF-16,
 * and so count twice in a literal's length, leave room for any. */
static void pad_literal(fl_arena *a, fl_expr **arg) {
    fl_value v = (*arg)->value;
    if (!fl_expr_is_literal(*arg) || v.is_null || v.type->kind != FL_T_CHAR) return;
    int64_t blanks = v.type->length - fl_utf8_count(v.s.p, v.s.n);
    if (blanks <= 0) return;
    v.s = fl_str_from(fl_arena_printf(a, "%.*s%*s", (int)v.s.n, v.s.p, (int)blanks, ""));
    *arg = fl_expr_literal(a, &v);
}

static int infer_if(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *x = call->args[1]->type, *y = call->args[2]->type, *pair[] = {x, y};
    if (fl_type_is(x, FL_T_NULL) && fl_type_is(y, FL_T_NULL)) return fl_refuse_nulls(call, err);
    if (call->args[0]->type->kind != FL_T_BOOLEAN) return fl_bad_arguments(call, err);
    bool one_null = fl_type_is(x, FL_T_NULL) || fl_type_is(y, FL_T_NULL);
    if (!one_null && !same_family(x, y)) return fl_bad_arguments(call, err);
    const fl_type *t = fl_type_common(b->arena, pair, 2);
    if (fl_type_is_timestamp(x) || x->kind == FL_T_TIME) t = x;
    bool nullable = fl_args_nullable(call);
    FL_TRY(fl_coerce_from(b, call, 1, t, err));
    for (int i = 1; i < 3 && t->kind == FL_T_CHAR; i++) pad_literal(b->arena, &call->args[i]);
    return fl_typed(b, call, t, nullable);
}

/* ---- COALESCE, IFNULL ---- */

static int infer_coalesce(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type **types = FL_NEW_N(b->arena, const fl_type *, call->n_args);
    bool nullable = true, any = false;
    for (int i = 0; i < call->n_args; i++) {
        types[i] = call->args[i]->type;
        nullable &= types[i]->nullable;
        any |= !fl_type_is(types[i], FL_T_NULL);
    }
    if (!any) return fl_refuse_nulls(call, err);
    const fl_type *t = fl_type_merged(b->arena, types, call->n_args);
    if (t == NULL) return fl_invalid_arguments(call, err);
    FL_TRY(fl_coerce_from(b, call, 0, t, err));
    int last = 0;
    while (last + 1 < call->n_args && types[last]->nullable) last++;
    if (last == 0 && !nullable) return fl_become(call, call->args[0]);
    call->n_args = last + 1; /* behind what is NOT NULL nothing is asked */
    return fl_typed(b, call, t, nullable);
}

/* A value of the one type is one of the other as it stands, without a cast: texts and bytes of any lengths, also inside
 * of ARRAY, MAP and ROW. */
static bool is_already(const fl_type *x, const fl_type *merged) {
    if (fl_type_is_char(x)) return fl_type_is_char(merged);
    if (fl_type_is_binary(x)) return fl_type_is_binary(merged);
    if (x->n_fields == 0 || x->kind != merged->kind) return fl_type_equal(x, merged, false);
    for (int i = 0; i < x->n_fields; i++)
        if (!is_already(x->fields[i].type, merged->fields[i].type)) return false;
    return true;
}

/* As COALESCE, but what is never NULL keeps its type where no cast is needed. */
static int infer_ifnull(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *pair[] = {call->args[0]->type, call->args[1]->type};
    const fl_type *merged = fl_type_merged(b->arena, pair, 2);
    if (!pair[0]->nullable && merged != NULL && is_already(pair[0], merged)) return fl_become(call, call->args[0]);
    return infer_coalesce(b, call, err);
}

/* ---- NULLIF ---- */

static int infer_nullif(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *a = call->args[0], *equal, *choice;
    if (fl_type_is(a->type, FL_T_NULL)) {
        fl_fail(err, FL_ERR_FUNCTION_ALL_NULL);
        return fl_error_at(err, call->span);
    }
    if (a->type->n_fields > 0) return refuse_mixing(call, err);
    FL_TRY(fl_call2(b, "=", a, call->args[1], call->span, &equal, err));
    FL_TRY(fl_call3(b, "CASE", equal, fl_expr_null(b->arena, a->type), a, call->span, &choice, err));
    return fl_become(call, choice);
}

FL_FUNCTION_TABLE(conditional) = {
    {.name = "CASE",
     .min_args = 3,
     .max_args = -1,
     .flags = FL_FN_OPERATOR,
     .special = FL_SPECIAL_CASE,
     .infer = infer_case,
     .choose = choose_none,
     .signature = "CASE WHEN a THEN x … ELSE y END",
     .doc = "The result of the first condition that is true."},
    {.name = "IF",
     .min_args = 3,
     .max_args = 3,
     .special = FL_SPECIAL_CASE,
     .infer = infer_if,
     .choose = choose_none,
     .signature = "'IF(<ANY_TYPE>, <NUMERIC_TYPE>, <NUMERIC_TYPE>)'",
     .doc = "The second argument if the first is true, else the third."},
    {.name = "COALESCE",
     .min_args = 1,
     .max_args = -1,
     .special = FL_SPECIAL_COALESCE,
     .infer = infer_coalesce,
     .choose = choose_none,
     .signature = "COALESCE(x, …)",
     .doc = "The first argument that is not NULL."},
    {.name = "IFNULL",
     .min_args = 2,
     .max_args = 2,
     .special = FL_SPECIAL_COALESCE,
     .infer = infer_ifnull,
     .choose = choose_none,
     .signature = "IFNULL(a, b)",
     .doc = "a, or b if a is NULL."},
    {.name = "NULLIF",
     .min_args = 2,
     .max_args = 2,
     .infer = infer_nullif,
     .choose = choose_none,
     .signature = "NULLIF(a, b)",
     .doc = "NULL if a = b, else a."},
    {0},
};
