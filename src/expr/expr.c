/* SPDX-License-Identifier: Apache-2.0 */
/* expr.c -- makes, compares, walks and prints expressions, and folds what is constant. */
#include "expr/expr.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "data/decimal.h"
#include "data/text.h"
#include "expr/kernel.h"
#include "expr/program.h"
#include "messages/function.h"

fl_expr *fl_expr_column(fl_arena *a, int column, const fl_type *type) {
    fl_expr *e = FL_NEW(a, fl_expr);
    e->kind = FL_EXPR_COLUMN;
    e->column = column;
    e->type = type;
    return e;
}

fl_expr *fl_expr_literal(fl_arena *a, const fl_value *v) {
    fl_expr *e = FL_NEW(a, fl_expr);
    e->kind = FL_EXPR_LITERAL;
    e->value = *v;
    e->type = v->type;
    return e;
}

fl_expr *fl_expr_null(fl_arena *a, const fl_type *type) {
    fl_value v = fl_value_null(fl_type_nullable(a, type, true));
    return fl_expr_literal(a, &v);
}

fl_expr *fl_expr_int(fl_arena *a, int64_t x, const fl_type *type) {
    fl_value v = {.type = type, .i = x};
    return fl_expr_literal(a, &v);
}

static bool all_literals(const fl_expr *e) {
    for (int i = 0; i < e->n_args; i++)
        if (e->args[i]->kind != FL_EXPR_LITERAL) return false;
    return true;
}

/* A CHAR(n) literal has n characters, whatever the call makes of its argument: UPPER('ß') is 'S'. */
static void fit_char(fl_arena *a, fl_value *v) {
    int length = v->type->length, points = 0, units = 0;
    const char *p = v->s.p, *end = p + v->s.n;
    while (p < end && points < length) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        points++;
        units += cp > 0xffff ? 2 : 1;
    }
    size_t kept = (size_t)(p - v->s.p), blanks = (size_t)FL_MAX(length - units, 0);
    char *text = fl_arena_alloc(a, kept + blanks + 1);
    memcpy(text, v->s.p, kept);
    memset(text + kept, ' ', blanks);
    v->s = fl_str_make(text, kept + blanks);
}

static bool is_number(const fl_expr *e, double x) {
    if (e->kind != FL_EXPR_LITERAL || e->value.is_null) return false;
    return fl_type_is_approximate(e->type) ? e->value.d == x : fl_type_is_integer(e->type) && e->value.i == (int64_t)x;
}

/* Calls that are their argument: a cast of a number as it was written, x + 0, x * 1. */
static bool is_identity(const fl_expr *call) {
    const char *name = call->fn->name;
    if (strcmp(name, "CAST") == 0) return call->args[0]->fn == NULL && !fl_type_is_char(call->args[0]->type);
    if (call->n_args == 2 && (name[0] == '+' || name[0] == '-')) return is_number(call->args[1], 0);
    return call->n_args == 2 && (name[0] == '*' || name[0] == '/') && is_number(call->args[1], 1);
}

/* A FLOAT literal that is computed keeps seven digits. */
static void round_float(fl_value *v) {
    char text[32];
    if (v->d - v->d != 0) return;
    int n = snprintf(text, sizeof text, "%.6e", v->d);
    float f;
    if (fl_float_parse(fl_str_make(text, (size_t)n), &f)) v->d = (double)f;
}

/* What a computed value has to become to be a literal of its type. */
static void make_literal(fl_arena *a, const fl_expr *call, fl_value *v) {
    if (v->is_null) return;
    if (v->type->kind == FL_T_CHAR) fit_char(a, v);
    if (fl_type_is_approximate(v->type) && v->d == 0) v->d = 0; /* a literal has no -0.0 */
    if (v->type->kind == FL_T_FLOAT && !is_identity(call)) round_float(v);
    if (v->type->kind == FL_T_DECIMAL && v->type->nullable) {
        fl_i128 x = fl_type_phys(v->type) == FL_P_I128 ? v->w : v->i;
        if (!fl_decimal_fits(x, v->type->precision)) *v = fl_value_null(v->type);
    }
}

/* Replaces a call of constants by its value. A call that fails is left: it fails at run time, if its row is reached. */
static fl_expr *fold(fl_bind *b, fl_expr *call) {
    if (call->fn->flags & (FL_FN_DYNAMIC | FL_FN_MARKS) || !all_literals(call)) return call;
    if (fl_type_phys(call->type) == FL_P_NONE) return call;
    fl_arena scratch;
    fl_error err;
    fl_arena_init(&scratch);
    fl_eval ev = {.pf = NULL, .tz = b->tz, .scratch = &scratch, .watermark = FL_WATERMARK_MIN};
    fl_value v;
    int rc = fl_expr_evaluate(b->arena, call, &ev, &v, &err);
    fl_arena_deinit(&scratch);
    if (rc < 0) return call;
    make_literal(b->arena, call, &v);
    fl_expr *e = FL_NEW(b->arena, fl_expr);
    *e = *call;
    e->kind = FL_EXPR_LITERAL;
    e->value = v;
    return e;
}

/* An element that is missing stands for -1, blank or false only as a column of its own, and where nobody looks for NULL
 * because the element's type has none: to all other functions it is NULL. */
static int missing_as_null(fl_bind *b, fl_expr *call, fl_error *err) {
    if (call->fn->flags & FL_FN_SUBSTITUTE) return 0;
    for (int i = 0; i < call->n_args; i++) {
        const fl_expr *e = call->args[i];
        if (e->fn == NULL || strcmp(e->fn->name, "ITEM") != 0 || fl_type_is(e->type, FL_T_VARIANT)) continue;
        FL_TRY(fl_expr_call_name(b, "ITEM OR NULL", e->args, e->n_args, e->span, &call->args[i], err));
    }
    return 0;
}

int fl_expr_call(fl_bind *b, const fl_function *fn, fl_expr **args, int n_args, fl_span span, fl_expr **out,
                 fl_error *err) {
    fl_expr *e = FL_NEW(b->arena, fl_expr);
    e->kind = FL_EXPR_CALL;
    e->fn = fn;
    e->args = FL_NEW_N(b->arena, fl_expr *, n_args);
    if (n_args > 0) memcpy(e->args, args, sizeof *args * (size_t)n_args);
    e->n_args = n_args;
    e->span = span;
    if (n_args < fn->min_args || (fn->max_args >= 0 && n_args > fn->max_args)) {
        char more[32] = "";
        if (fn->max_args > fn->min_args) snprintf(more, sizeof more, " (%d at most)", fn->max_args);
        fl_fail(err, FL_ERR_FUNCTION_ARGUMENT_COUNT, fn->name, fn->min_args, fn->max_args < 0 ? " or more" : more,
                n_args);
        fl_error_hint(err, FL_HINT_FUNCTION_FORM, fn->signature);
        return fl_error_at(err, span);
    }
    FL_TRY(missing_as_null(b, e, err));
    int rc = fn->infer(b, e, err);
    if (rc < 0) return fl_error_at(err, span);
    fl_assert(e->type != NULL);
    *out = e->kind == FL_EXPR_CALL ? fold(b, e) : e; /* a type rule may have turned the call into something else */
    return 0;
}

int fl_expr_call_name(fl_bind *b, const char *name, fl_expr **args, int n_args, fl_span span, fl_expr **out,
                      fl_error *err) {
    const fl_function *fn = fl_function_find(fl_str_from(name));
    fl_assert(fn != NULL);
    return fl_expr_call(b, fn, args, n_args, span, out, err);
}

int fl_coerce(fl_bind *b, fl_expr *call, int arg, const fl_type *type, fl_error *err) {
    fl_expr *e = call->args[arg];
    type = fl_type_nullable(b->arena, type, e->type->nullable);
    return fl_expr_cast(b, e, type, false, e->span, &call->args[arg], err);
}

int fl_bad_arguments(const fl_expr *call, fl_error *err) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < call->n_args; i++) {
        fl_buf_puts(&b, i ? ", <" : "<");
        fl_type_print(&b, call->args[i]->type, FL_TYPE_BARE);
        fl_buf_putc(&b, '>');
    }
    fl_fail(err, FL_ERR_FUNCTION_BAD_ARGUMENTS, call->fn->name, call->fn->name, fl_buf_cstr(&b), call->fn->signature);
    fl_buf_deinit(&b);
    return fl_error_at(err, call->span);
}

int fl_kernel_fail(fl_error *err, const fl_kernel_call *call, int code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fl_vfail(err, code, fmt, ap);
    va_end(ap);
    return fl_kernel_failed(err, call);
}

int fl_kernel_failed(fl_error *err, const fl_kernel_call *call) {
    fl_error_prefix(err, FL_AT_FUNCTION_CALL, call->expr->fn->name);
    return fl_error_at(err, call->expr->span);
}

/* ---- walking ---- */

static bool value_equal(const fl_value *a, const fl_value *b) {
    if (a->is_null != b->is_null || !fl_type_equal(a->type, b->type, true)) return false;
    if (a->is_null) return true;
    fl_column *x = fl_value_column(a), *y = fl_value_column(b);
    bool equal = fl_column_equal_at(x, 0, y, 0);
    fl_column_unref(x);
    fl_column_unref(y);
    return equal;
}

bool fl_expr_equal(const fl_expr *a, const fl_expr *b) {
    if (a == b) return true;
    if (a->kind != b->kind || !fl_type_equal(a->type, b->type, true)) return false;
    switch (a->kind) {
    case FL_EXPR_COLUMN: return a->column == b->column;
    case FL_EXPR_LITERAL: return value_equal(&a->value, &b->value);
    case FL_EXPR_CALL: break;
    }
    if (a->fn != b->fn || a->n_args != b->n_args) return false; /* extra follows from these and the types */
    for (int i = 0; i < a->n_args; i++)
        if (!fl_expr_equal(a->args[i], b->args[i])) return false;
    return true;
}

bool fl_expr_is_named_row(const fl_expr *e) {
    return e->type->kind == FL_T_ROW && e->fn != NULL && strstr(e->fn->name, "CAST") != NULL;
}

/* True if some call in e has one of the flags. */
static bool has_flag(const fl_expr *e, unsigned flags) {
    if (e->kind != FL_EXPR_CALL) return false;
    if (e->fn->flags & flags) return true;
    for (int i = 0; i < e->n_args; i++)
        if (has_flag(e->args[i], flags)) return true;
    return false;
}

bool fl_expr_deterministic(const fl_expr *e) { return !has_flag(e, FL_FN_DYNAMIC); }
bool fl_expr_guarded(const fl_expr *e) { return has_flag(e, FL_FN_FALLIBLE | FL_FN_COSTLY); }
bool fl_expr_waits(const fl_expr *e) { return has_flag(e, FL_FN_USER); }
bool fl_expr_reads_marks(const fl_expr *e) { return has_flag(e, FL_FN_MARKS); }

void fl_expr_columns(const fl_expr *e, bool *used) {
    if (e->kind == FL_EXPR_COLUMN) used[e->column] = true;
    for (int i = 0; e->kind == FL_EXPR_CALL && i < e->n_args; i++) fl_expr_columns(e->args[i], used);
}

/* A copy whose columns are what `column` makes of them. */
static fl_expr *copy(fl_arena *a, const fl_expr *e, fl_expr *(*column)(fl_arena *a, const fl_expr *e, const void *arg),
                     const void *arg) {
    if (e->kind == FL_EXPR_COLUMN) return column(a, e, arg);
    fl_expr *c = FL_NEW(a, fl_expr);
    *c = *e;
    if (e->kind == FL_EXPR_CALL) {
        c->args = FL_NEW_N(a, fl_expr *, e->n_args);
        for (int i = 0; i < e->n_args; i++) c->args[i] = copy(a, e->args[i], column, arg);
    }
    return c;
}

static fl_expr *renumbered(fl_arena *a, const fl_expr *e, const void *arg) {
    const int *map = arg;
    fl_assert(map[e->column] >= 0);
    fl_expr *c = fl_expr_column(a, map[e->column], e->type);
    c->span = e->span;
    return c;
}

fl_expr *fl_expr_renumber(fl_arena *a, const fl_expr *e, const int *map) { return copy(a, e, renumbered, map); }

static fl_expr *substituted(fl_arena *a, const fl_expr *e, const void *arg) {
    (void)a;
    return ((fl_expr *const *)arg)[e->column];
}

fl_expr *fl_expr_substitute(fl_arena *a, const fl_expr *e, fl_expr *const *by) { return copy(a, e, substituted, by); }

/* ---- printing ---- */

static void print_literal(fl_buf *out, const fl_value *v) {
    if (v->is_null) {
        fl_buf_puts(out, "NULL");
        return;
    }
    if (fl_type_is_interval(v->type)) { /* as Flink's plans do */
        bool months = v->type->kind == FL_T_INTERVAL_MONTH;
        fl_buf_printf(out, "%lld:INTERVAL %s", (long long)v->i, months ? "MONTH" : "SECOND");
        return;
    }
    fl_column *c = fl_value_column(v);
    bool quoted = fl_type_is_char(v->type) || fl_type_is_datetime(v->type);
    if (quoted) fl_buf_putc(out, '\'');
    fl_text_sql(out, c, 0, fl_tz_utc());
    if (quoted) fl_buf_putc(out, '\'');
    fl_column_unref(c);
}

static void print_list(fl_buf *out, const fl_expr *e, const char *separator, const char *const *names) {
    for (int i = 0; i < e->n_args; i++) {
        if (i > 0) fl_buf_puts(out, separator);
        fl_expr_print(out, e->args[i], names);
    }
}

void fl_expr_print(fl_buf *out, const fl_expr *e, const char *const *names) {
    switch (e->kind) {
    case FL_EXPR_COLUMN:
        if (names != NULL)
            fl_buf_puts(out, names[e->column]);
        else
            fl_buf_printf(out, "$%d", e->column);
        return;
    case FL_EXPR_LITERAL: print_literal(out, &e->value); return;
    case FL_EXPR_CALL: break;
    }
    const char *name = e->fn->name;
    if (strcmp(name, "CAST") == 0 || strcmp(name, "TRY_CAST") == 0) {
        fl_buf_printf(out, "%s(", name);
        fl_expr_print(out, e->args[0], names);
        fl_buf_puts(out, " AS ");
        fl_type_print(out, e->type, FL_TYPE_BARE);
        fl_buf_putc(out, ')');
    } else if ((e->fn->flags & FL_FN_OPERATOR) && e->n_args >= 2) {
        char separator[64];
        snprintf(separator, sizeof separator, " %s ", name);
        fl_buf_putc(out, '(');
        print_list(out, e, separator, names);
        fl_buf_putc(out, ')');
    } else if ((e->fn->flags & FL_FN_OPERATOR) && e->n_args == 1 && strncmp(name, "IS ", 3) == 0) {
        fl_expr_print(out, e->args[0], names);
        fl_buf_printf(out, " %s", name);
    } else {
        fl_buf_printf(out, "%s(", name);
        print_list(out, e, ", ", names);
        fl_buf_putc(out, ')');
    }
}
