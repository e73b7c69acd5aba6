/* SPDX-License-Identifier: Apache-2.0 */
/* functions_inspect.c -- what a value is: TYPEOF, IS_ALPHA, IS_DIGIT, IS_DECIMAL.
 *
 * What:       TYPEOF is a literal as soon as its argument has a type, which is not computed. The others look at each
 *             UTF-16 unit by itself, as Flink does: a character that takes two is neither a letter nor a digit. They
 *             are FALSE of NULL.
 * Interface:  the table at the end.
 */
#include <utf8proc.h>

#include "expr/functions_int.h"

#include "messages/function.h"

/* ---- TYPEOF(x [, in full]) ---- */

/* A DATE and an interval that is no whole number of days: Flink loses here whether the sum may be NULL. */
static bool is_date_and_time(const fl_expr *e) {
    if (e->fn == NULL || e->type->kind != FL_T_DATE || e->n_args != 2) return false;
    const fl_expr *interval = e->args[1];
    return interval->type->kind == FL_T_INTERVAL_DAY && fl_expr_is_literal(interval) &&
           interval->value.i % FL_MS_PER_DAY != 0;
}

static int infer_typeof(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_expr *x = call->args[0];
    bool full = false;
    if (call->n_args == 2) {
        const fl_value *v = fl_expr_value(call->args[1]);
        if (v == NULL || v->is_null || v->type->kind != FL_T_BOOLEAN) return fl_invalid_arguments(call, err);
        full = v->i != 0;
    }
    if (x->type->attr == FL_ATTR_PROCTIME || is_date_and_time(x)) {
        fl_fail(err, FL_ERR_FUNCTION_TYPEOF);
        return fl_error_at(err, call->span);
    }
    const fl_type *t = fl_type_attr(b->arena, x->type, FL_ATTR_NONE);
    const char *name = fl_type_name(b->arena, t, full ? FL_TYPE_DDL : FL_TYPE_SUMMARY);
    fl_value v = {.type = fl_type_string(true), .s = fl_str_from(name)};
    return fl_become(call, fl_expr_literal(b->arena, &v));
}

static fl_kernel_fn *choose_none(const fl_expr *call FL_UNUSED) { return NULL; }

/* ---- IS_ALPHA IS_DIGIT IS_DECIMAL ---- */

static bool is_letter(uint32_t cp) {
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)cp);
    return cp <= 0xffff && c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO;
}
static bool is_digit(uint32_t cp) {
    return cp <= 0xffff && utf8proc_category((utf8proc_int32_t)cp) == UTF8PROC_CATEGORY_ND;
}

/* Not empty, and all characters are what is asked for. */
static bool all_are(fl_str s, bool (*is)(uint32_t cp)) {
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        if (!is(cp)) return false;
    }
    return s.n > 0;
}

static bool is_decimal(fl_str s) {
    double d;
    return all_are(s, is_digit) || fl_double_parse(s, &d);
}

static int kernel_is(FL_KERNEL_ARGS) {
    char what = call->expr->fn->name[4]; /* IS_Alpha, IS_dIgit, IS_dEcimal */
    const fl_type *t = in[0]->type;
    bool binary = fl_type_is_numeric(t) && t->kind != FL_T_DECIMAL; /* no DECIMAL is one to Flink */
    bool of_number = what == 'E' ? binary : what == 'I' && fl_type_is_integer(t);
    FL_EACH_ROW(rows, i, {
        bool yes = !fl_column_is_null(in[0], i) || (what == 'E' && of_number); /* a NULL number is -1 to Flink here */
        if (yes && in[0]->phys == FL_P_VIEW) {
            fl_str s = fl_view_str(fl_view_at(in[0], i));
            yes = what == 'L' ? all_are(s, is_letter) : what == 'I' ? all_are(s, is_digit) : is_decimal(s);
        } else {
            yes = yes && of_number;
        }
        fl_bit_put(out->data, i, yes);
    });
    return 0;
}

static int infer_is(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    if (!fl_is_text_arg(call, 0) && !fl_type_is_numeric(call->args[0]->type)) return fl_bad_arguments(call, err);
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), false);
}

static fl_kernel_fn *choose_is(const fl_expr *call FL_UNUSED) { return kernel_is; }

/* ---- the table ---- */

#define ROW(word, most, flags_, rule, pick, form, text)                                                                \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = most, .flags = flags_, .infer = rule, .choose = pick,                 \
        .signature = form, .doc = text                                                                                 \
    }

FL_FUNCTION_TABLE(inspect) = {
    ROW("TYPEOF", 2, 0, infer_typeof, choose_none, "TYPEOF(x [, in_full])", "The type of an expression as text."),
    ROW("IS_ALPHA", 1, FL_FN_COSTLY, infer_is, choose_is, "'IS_ALPHA(<CHARACTER>)', 'IS_ALPHA(<NUMERIC>)'",
        "All characters are letters; FALSE of NULL."),
    ROW("IS_DIGIT", 1, FL_FN_COSTLY, infer_is, choose_is, "'IS_DIGIT(<CHARACTER>)', 'IS_DIGIT(<NUMERIC>)'",
        "All characters are digits; FALSE of NULL."),
    ROW("IS_DECIMAL", 1, FL_FN_COSTLY, infer_is, choose_is, "'IS_DECIMAL(<CHARACTER>)', 'IS_DECIMAL(<NUMERIC>)'",
        "The text is a number; FALSE of NULL."),
    {0},
};
