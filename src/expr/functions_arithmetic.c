/* SPDX-License-Identifier: Apache-2.0 */
/* functions_arithmetic.c -- + - * / % and MOD on numbers.
 *
 * What:       types as Flink derives them, kernels one for each C type.
 *                 integers   the wider of the two, wrapping; % has the type of the divisor
 *                 floats     FLOAT with DOUBLE has the type of the first; with DECIMAL everything is DOUBLE
 *                 decimals   precision and scale from the rules below; a result that does not fit is NULL
 * Example:    DECIMAL(5, 2) * INT       INT counts as DECIMAL(10, 0): DECIMAL(16, 2), computed as int64 * int64
 * Interface:  the table at the end. + and - with one argument are the signs. Dates, timestamps and intervals among the
 *             operands are left to time_arithmetic.c.
 *
 * Two DECIMALs of at most 18 digits are added and multiplied exactly in plain loops: their result has at most 37
 * digits. So are longer ones added if their sum has room for every digit. All else goes through data/decimal.h, a row
 * at a time, and only for rows that need it (the careful forms).
 */
#include "expr/functions_int.h"

#include "messages/function.h"
#include "messages/value.h"

/* ---- integers and floats ---- */

/* name, C type, unsigned type wide enough that nothing overflows before the result is cut */
#define INTEGERS(X)                                                                                                    \
    X(i8, int8_t, uint32_t)                                                                                            \
    X(i16, int16_t, uint32_t)                                                                                          \
    X(i32, int32_t, uint32_t)                                                                                          \
    X(i64, int64_t, uint64_t)

#define X(name, A, U)                                                                                                  \
    FL_BINARY_KERNEL(add_##name, A, A, A, (U)x + (U)y)                                                                 \
    FL_BINARY_KERNEL(sub_##name, A, A, A, (U)x - (U)y)                                                                 \
    FL_BINARY_KERNEL(mul_##name, A, A, A, (U)x *(U)y)                                                                  \
    FL_UNARY_KERNEL(neg_##name, A, A, 0 - (U)x)
INTEGERS(X)
#undef X

#define X(name, A)                                                                                                     \
    FL_BINARY_KERNEL(add_##name, A, A, A, x + y)                                                                       \
    FL_BINARY_KERNEL(sub_##name, A, A, A, x - y)                                                                       \
    FL_BINARY_KERNEL(mul_##name, A, A, A, x *y)                                                                        \
    FL_BINARY_KERNEL(div_##name, A, A, A, x / y)                                                                       \
    FL_UNARY_KERNEL(neg_##name, A, A, -x)
X(f32, float)
X(f64, double)
#undef X

/* Division by -1 is a negation: the least integer divided so would trap. */
#define X(name, A, U)                                                                                                  \
    static int div_##name(FL_KERNEL_ARGS) {                                                                            \
        const A *a = in[0]->data, *b = in[1]->data;                                                                    \
        const int sa = fl_column_step(in[0]), sb = fl_column_step(in[1]);                                              \
        FL_EACH_ROW(rows, i, {                                                                                         \
            const A x = a[i * sa], y = b[i * sb];                                                                      \
            if (FL_UNLIKELY(y == 0)) return fl_kernel_fail(err, call, FL_ERR_VALUE_DIVISION_BY_ZERO);                  \
            FL_DATA(out, A)[i] = y == -1 ? (A)(0 - (U)x) : (A)(x / y);                                                 \
        });                                                                                                            \
        return 0;                                                                                                      \
    }
INTEGERS(X)
#undef X

/* The remainder of two A as an R. */
#define MOD_KERNEL(name, A, R)                                                                                         \
    static int name(FL_KERNEL_ARGS) {                                                                                  \
        const A *a = in[0]->data, *b = in[1]->data;                                                                    \
        const int sa = fl_column_step(in[0]), sb = fl_column_step(in[1]);                                              \
        FL_EACH_ROW(rows, i, {                                                                                         \
            const A x = a[i * sa], y = b[i * sb];                                                                      \
            if (FL_UNLIKELY(y == 0)) return fl_kernel_fail(err, call, FL_ERR_VALUE_MODULO_BY_ZERO);                    \
            FL_DATA(out, R)[i] = y == -1 ? (R)0 : (R)(x % y);                                                          \
        });                                                                                                            \
        return 0;                                                                                                      \
    }
MOD_KERNEL(mod_i8, int8_t, int8_t)
MOD_KERNEL(mod_i16, int16_t, int16_t)
MOD_KERNEL(mod_i32, int32_t, int32_t)
MOD_KERNEL(mod_i64, int64_t, int64_t)
MOD_KERNEL(mod_i64_i8, int64_t, int8_t)
MOD_KERNEL(mod_i64_i16, int64_t, int16_t)
MOD_KERNEL(mod_i64_i32, int64_t, int32_t)

/* ---- decimals ---- */

#define LET_UNITS(T, pow10)                                                                                            \
    const T ka = (T)pow10(out->type->scale - in[0]->type->scale), kb = (T)pow10(out->type->scale - in[1]->type->scale)
#define POW10_I64(n) fl_pow10_i64[n]

FL_BINARY_KERNEL_LET(add_d64, int64_t, int64_t, int64_t, LET_UNITS(uint64_t, POW10_I64),
                     (uint64_t)x *ka + (uint64_t)y * kb)
FL_BINARY_KERNEL_LET(sub_d64, int64_t, int64_t, int64_t, LET_UNITS(uint64_t, POW10_I64),
                     (uint64_t)x *ka - (uint64_t)y * kb)
#define WIDE_KERNELS(name, A, B)                                                                                       \
    FL_BINARY_KERNEL_LET(add_##name, A, B, fl_i128, LET_UNITS(fl_u128, fl_pow10_i128),                                 \
                         (fl_u128)(fl_i128)x *ka + (fl_u128)(fl_i128)y * kb)                                           \
    FL_BINARY_KERNEL_LET(sub_##name, A, B, fl_i128, LET_UNITS(fl_u128, fl_pow10_i128),                                 \
                         (fl_u128)(fl_i128)x *ka - (fl_u128)(fl_i128)y * kb)
WIDE_KERNELS(d64_d64, int64_t, int64_t)
WIDE_KERNELS(d64_d128, int64_t, fl_i128)
WIDE_KERNELS(d128_d64, fl_i128, int64_t)
WIDE_KERNELS(d128_d128, fl_i128, fl_i128)
#undef WIDE_KERNELS
FL_BINARY_KERNEL(mul_d64_d128, int64_t, int64_t, fl_i128, (fl_i128)x *y)
FL_UNARY_KERNEL(neg_d128, fl_i128, fl_i128, 0 - (fl_u128)x)

/* An integer type as result: the remainder of a DECIMAL(p, 0) by an integer. */
static void put_exact(fl_column *out, int i, fl_i128 x) {
    switch (out->phys) {
    case FL_P_I8: FL_DATA(out, int8_t)[i] = (int8_t)x; break;
    case FL_P_I16: FL_DATA(out, int16_t)[i] = (int16_t)x; break;
    case FL_P_I32: FL_DATA(out, int32_t)[i] = (int32_t)x; break;
    default: fl_decimal_put(out, i, x); break;
    }
}

/* What fails is NULL; a divisor of zero ends the job. */
#define DECIMAL_KERNEL(name, op, divides)                                                                              \
    static int name(FL_KERNEL_ARGS) {                                                                                  \
        const int sa = in[0]->type->scale, sb = in[1]->type->scale;                                                    \
        int precision, scale;                                                                                          \
        fl_as_decimal(out->type, &precision, &scale);                                                                  \
        FL_EACH_ROW(rows, i, {                                                                                         \
            const fl_i128 x = fl_decimal_at(in[0], fl_column_at(in[0], i));                                            \
            const fl_i128 y = fl_decimal_at(in[1], fl_column_at(in[1], i));                                            \
            fl_i128 z;                                                                                                 \
            if ((divides) && FL_UNLIKELY(y == 0)) return fl_kernel_fail(err, call, FL_ERR_VALUE_DIVISION_BY_ZERO);     \
            if (op(x, sa, y, sb, precision, scale, &z))                                                                \
                put_exact(out, i, z);                                                                                  \
            else                                                                                                       \
                fl_kernel_null(out, i);                                                                                \
        });                                                                                                            \
        return 0;                                                                                                      \
    }
DECIMAL_KERNEL(add_decimal, fl_decimal_add, false)
DECIMAL_KERNEL(sub_decimal, fl_decimal_sub, false)
DECIMAL_KERNEL(mul_decimal, fl_decimal_mul, false)
DECIMAL_KERNEL(div_decimal, fl_decimal_div, true)
DECIMAL_KERNEL(mod_decimal, fl_decimal_mod, true)

/* ---- types ---- */

/* Digits before the point go first; of those behind it at least six stay, if there were so many. */
static const fl_type *capped_decimal(fl_arena *a, int precision, int scale) {
    if (precision > FL_DECIMAL_PRECISION_MAX) {
        int whole = precision - scale;
        scale = FL_MAX(FL_DECIMAL_PRECISION_MAX - whole, FL_MIN(scale, 6));
        precision = FL_DECIMAL_PRECISION_MAX;
    }
    return fl_type_decimal(a, precision, scale, false);
}

/* LogicalTypeMerging's rules. */
static const fl_type *decimal_result(fl_arena *a, char op, const fl_type *x, const fl_type *y) {
    int p1, s1, p2, s2;
    fl_as_decimal(x, &p1, &s1);
    fl_as_decimal(y, &p2, &s2);
    int s = FL_MAX(s1, s2);
    switch (op) {
    case '*': return capped_decimal(a, p1 + p2 + 1, s1 + s2);
    case '/': s = FL_MAX(6, s1 + p2 + 1); return capped_decimal(a, p1 - s1 + s2 + s, s);
    case '%': return s == 0 ? y : fl_type_decimal(a, FL_MIN(p1 - s1, p2 - s2) + s, s, false);
    default: return capped_decimal(a, FL_MAX(p1 - s1, p2 - s2) + s + 1, s);
    }
}

static bool is_mod(const fl_expr *call) { return call->fn->name[0] == '%' || call->fn->name[0] == 'M'; }

static int infer_decimals(fl_bind *b, fl_expr *call, fl_error *err) {
    bool nullable = fl_args_nullable(call);
    const fl_type *y = call->args[1]->type;
    const fl_type *t = decimal_result(b->arena, is_mod(call) ? '%' : call->fn->name[0], call->args[0]->type, y);
    for (int i = 0; i < 2; i++) {
        int p, s;
        fl_as_decimal(call->args[i]->type, &p, &s);
        FL_TRY(fl_coerce(b, call, i, fl_type_decimal(b->arena, p, s, true), err));
    }
    return fl_typed(b, call, t, nullable);
}

/* A % whose type is not that of its second operand, in what gives `e` its type. */
static const fl_expr *find_odd_percent(const fl_expr *e) {
    if (e->fn == NULL || strcmp(e->fn->name, "CAST") == 0 || strcmp(e->fn->name, "TRY_CAST") == 0) return NULL;
    if (e->type->kind != FL_T_DECIMAL && e->type->n_fields == 0) return NULL;
    if (e->fn->name[0] == '%' && e->type->scale > 0 && !fl_type_equal(e->type, e->args[1]->type, false)) return e;
    const fl_expr *found = NULL;
    for (int i = 0; i < e->n_args && found == NULL; i++) found = find_odd_percent(e->args[i]);
    return found;
}

int fl_expr_check_column(const fl_expr *e, fl_error *err) {
    const fl_expr *odd = find_odd_percent(e);
    if (odd == NULL) return 0;
    fl_fail(err, FL_ERR_FUNCTION_PERCENT_TYPES);
    return fl_error_at(err, odd->span);
}

static int infer_numbers(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type, *pair[] = {x, y};
    bool approximate = fl_type_is_approximate(x) || fl_type_is_approximate(y);
    if (approximate && is_mod(call)) return fl_bad_arguments(call, err);
    if (!approximate && (x->kind == FL_T_DECIMAL || y->kind == FL_T_DECIMAL)) return infer_decimals(b, call, err);
    const fl_type *t = fl_type_common(b->arena, pair, 2);
    bool mixed_mod = is_mod(call) && x->kind != y->kind;
    FL_TRY(fl_coerce_from(b, call, 0, mixed_mod ? fl_type_of(FL_T_BIGINT, true) : t, err));
    return fl_typed(b, call, is_mod(call) ? y : t, t->nullable);
}

/* ---- choosing kernels ---- */

/* By operator (+ - *) and by layouts: both operands and the result are int64; the operands are; see the names. NULL: a
 * row at a time, with a look at each result. */
static fl_kernel_fn *plain_decimal_kernel(const fl_expr *call) {
    static fl_kernel_fn *const narrow[] = {add_d64, sub_d64, mul_i64},
                               *const wide[2][2][2] = {{{add_d64_d64, add_d64_d128}, {add_d128_d64, add_d128_d128}},
                                                       {{sub_d64_d64, sub_d64_d128}, {sub_d128_d64, sub_d128_d128}}};
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type, *t = call->type;
    const int op = call->fn->name[0] == '+' ? 0 : call->fn->name[0] == '-' ? 1 : 2;
    const bool long_x = fl_type_phys(x) == FL_P_I128, long_y = fl_type_phys(y) == FL_P_I128;
    const int scale = FL_MAX(x->scale, y->scale);
    if (fl_type_phys(t) == FL_P_I64 && !long_x && !long_y) return narrow[op];
    if (op == 2) return long_x || long_y ? NULL : mul_d64_d128;
    bool all_digits =
        t->scale == scale && FL_MAX(x->precision - x->scale, y->precision - y->scale) + scale < t->precision;
    return all_digits ? wide[op][long_x][long_y] : NULL;
}

static fl_kernel_fn *choose_number(const fl_expr *call) {
    static const fl_kernels_by_phys add = {add_i8, add_i16, add_i32, add_i64, NULL, add_f32, add_f64};
    static const fl_kernels_by_phys sub = {sub_i8, sub_i16, sub_i32, sub_i64, NULL, sub_f32, sub_f64};
    static const fl_kernels_by_phys mul = {mul_i8, mul_i16, mul_i32, mul_i64, NULL, mul_f32, mul_f64};
    static const fl_kernels_by_phys div = {div_i8, div_i16, div_i32, div_i64, NULL, div_f32, div_f64};
    const fl_type *t = call->args[0]->type;
    bool decimal = t->kind == FL_T_DECIMAL;
    fl_kernel_fn *plain = decimal && strchr("+-*", call->fn->name[0]) != NULL ? plain_decimal_kernel(call) : NULL;
    if (plain != NULL) return plain;
    switch (call->fn->name[0]) {
    case '+': return decimal ? add_decimal : fl_pick_kernel(&add, t);
    case '-': return decimal ? sub_decimal : fl_pick_kernel(&sub, t);
    case '*': return decimal ? mul_decimal : fl_pick_kernel(&mul, t);
    case '/': return decimal ? div_decimal : fl_pick_kernel(&div, t);
    default: break;
    }
    static const fl_kernels_by_phys mod = {mod_i8, mod_i16, mod_i32, mod_i64, NULL, NULL, NULL};
    static const fl_kernels_by_phys wide_mod = {mod_i64_i8, mod_i64_i16, mod_i64_i32, mod_i64, NULL, NULL, NULL};
    return decimal                       ? mod_decimal
           : t->kind == call->type->kind ? fl_pick_kernel(&mod, t)
                                         : fl_pick_kernel(&wide_mod, call->type);
}

static fl_kernel_fn *choose_negation(const fl_expr *call) {
    static const fl_kernels_by_phys neg = {neg_i8, neg_i16, neg_i32, neg_i64, neg_d128, neg_f32, neg_f64};
    return fl_pick_kernel(&neg, call->type);
}

static fl_kernel_fn *choose(const fl_expr *call) {
    if (call->n_args == 1) return choose_negation(call);
    return fl_type_is_numeric(call->type) ? choose_number(call) : fl_time_kernel(call);
}

/* ---- type rules ---- */

static const fl_function careful_forms[3], plain_divide;

static bool is_timely(const fl_type *t) { return fl_type_is_datetime(t) || fl_type_is_interval(t); }

static int infer_sign(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *t = call->args[0]->type;
    if (!fl_type_is_numeric(t) && !fl_type_is_interval(t)) return fl_bad_arguments(call, err);
    return call->fn->name[0] == '+' ? fl_become(call, call->args[0]) : fl_typed(b, call, t, t->nullable);
}

/* + - *: what needs care moves to the form that has the flag. */
static int infer_operator(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    if (call->n_args == 1) return infer_sign(b, call, err);
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    char op = call->fn->name[0];
    bool careful;
    if (fl_type_is_numeric(x) && fl_type_is_numeric(y)) {
        FL_TRY(infer_numbers(b, call, err));
        careful = call->args[0]->type->kind == FL_T_DECIMAL && plain_decimal_kernel(call) == NULL;
    } else if (is_timely(x) || is_timely(y)) {
        FL_TRY(fl_infer_time(b, call, err));
        careful = fl_time_kernel_careful(call);
    } else {
        return fl_bad_arguments(call, err);
    }
    if (careful) call->fn = &careful_forms[op == '+' ? 0 : op == '-' ? 1 : 2];
    return 0;
}

static int infer_divide(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    if (fl_type_is_interval(x) && fl_type_is_numeric(y)) {
        fl_fail(err, FL_ERR_FUNCTION_INTERVAL_NUMBER, call->fn->name);
        return fl_error_at(err, call->span);
    }
    if (!fl_type_is_numeric(x) || !fl_type_is_numeric(y)) return fl_bad_arguments(call, err);
    FL_TRY(infer_numbers(b, call, err));
    if (fl_type_is_approximate(call->type)) call->fn = &plain_divide;
    return 0;
}

#define ROW(word, least, more_flags, rule, form, text)                                                                 \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = 2, .flags = FL_FN_STRICT | (more_flags), .infer = rule,           \
        .choose = choose, .signature = form, .doc = text                                                               \
    }
#define PLUS(flags)                                                                                                    \
    ROW("+", 1, FL_FN_OPERATOR | (flags), infer_operator, "'<NUMERIC> + <NUMERIC>'",                                   \
        "Sum; a date or time plus an interval; with one argument, the argument.")
#define MINUS(flags)                                                                                                   \
    ROW("-", 1, FL_FN_OPERATOR | (flags), infer_operator, "'<NUMERIC> - <NUMERIC>'",                                   \
        "Difference; a date or time minus an interval; with one argument, its negative.")
#define TIMES(flags)                                                                                                   \
    ROW("*", 2, FL_FN_OPERATOR | (flags), infer_operator, "'<NUMERIC> * <NUMERIC>'",                                   \
        "Product; an interval times an integer.")
#define DIVIDE(flags)                                                                                                  \
    ROW("/", 2, FL_FN_OPERATOR | (flags), infer_divide, "'<NUMERIC> / <NUMERIC>'",                                     \
        "Quotient; of integers cut towards zero. An exact division by zero fails.")

/* Forms whose kernel must not be given rows that nobody needs, and the one of / that cannot fail. */
static const fl_function careful_forms[3] = {PLUS(FL_FN_COSTLY), MINUS(FL_FN_COSTLY), TIMES(FL_FN_COSTLY)};
static const fl_function plain_divide = DIVIDE(0);

FL_FUNCTION_TABLE(arithmetic) = {
    PLUS(0),
    MINUS(0),
    TIMES(0),
    DIVIDE(FL_FN_FALLIBLE),
    ROW("%", 2, FL_FN_OPERATOR | FL_FN_FALLIBLE, infer_divide, "'<EXACT_NUMERIC> % <EXACT_NUMERIC>'",
        "Remainder with the sign of the dividend and the type of the divisor."),
    ROW("MOD", 2, FL_FN_FALLIBLE, infer_divide, "'MOD(<EXACT_NUMERIC>, <EXACT_NUMERIC>)'",
        "Remainder with the sign of the dividend."),
    {0},
};
