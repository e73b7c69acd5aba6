/* SPDX-License-Identifier: Apache-2.0 */
/* functions_math.c -- mathematical functions: of DOUBLE, signs, rounding, random numbers, extremes.
 *
 * What:       SQRT … RADIANS compute in DOUBLE whatever the argument. ABS, SIGN, CEIL, FLOOR, ROUND and TRUNCATE keep
 *             the argument's type; a DECIMAL(p, s) gets the precision and scale that Flink derives.
 * Rounding:   HALF_UP. A float is rounded in its shortest decimal text, as BigDecimal.valueOf does, so ROUND(1.005e0,
 *             2) is 1.01. An integer that is rounded out of its range wraps. TRUNCATE of a float goes through
 *             DECIMAL(38, 18) and fails where that has no room, as in Flink.
 * Random:     RAND(seed) and RAND_INTEGER(seed, bound) with a literal seed continue the sequence of java.util.Random
 *             from row to row; its 48 bits of state live in the call's cache pointer. Another seed starts afresh in
 *             each row.
 * Interface:  the table at the end. The rows of CEIL and FLOOR also serve CEIL(t TO unit) and FLOOR(t TO unit): the
 *             binder passes the unit as a STRING literal in second place (functions_temporal.c).
 */
#include <math.h>
#include <stdio.h>

#include "base/hash.h"
#include "expr/functions_int.h"
#include "expr/java_math.h"
#include "messages/function.h"
#include "messages/value.h"

/* ---- functions of DOUBLE ---- */

/* Java's rules where C has others: 1 to an infinite or unknown power is unknown. */
static double java_pow(double x, double y) {
    if (y != y || (isinf(y) && fabs(x) == 1)) return NAN;
    return pow(x, y);
}

/* Flink's square root is a power of 0.5: of -0.0 it is 0.0, of -Infinity it is Infinity. */
static inline double java_sqrt(double x) { return x == -INFINITY ? INFINITY : sqrt(x) + 0.0; }

/* SQL name, expression, what it is */
#define DOUBLE_FUNCTIONS(X)                                                                                            \
    X(SQRT, java_sqrt(x), "Square root; NaN of a negative number.")                                                    \
    X(LN, log(x), "Natural logarithm.")                                                                                \
    X(LOG10, fl_java_log10(x), "Logarithm to base 10.")                                                                \
    X(LOG2, log(x) / log(2), "Logarithm to base 2.")                                                                   \
    X(EXP, exp(x), "e to the power of n.")                                                                             \
    X(SIN, fl_java_sin(x), "Sine of radians.")                                                                         \
    X(COS, fl_java_cos(x), "Cosine of radians.")                                                                       \
    X(TAN, fl_java_tan(x), "Tangent of radians.")                                                                      \
    X(COT, 1 / fl_java_tan(x), "Cotangent of radians.")                                                                \
    X(SINH, sinh(x), "Hyperbolic sine.")                                                                               \
    X(COSH, fl_java_cosh(x), "Hyperbolic cosine.")                                                                     \
    X(TANH, tanh(x), "Hyperbolic tangent.")                                                                            \
    X(ASIN, fl_java_asin(x), "Arc sine.")                                                                              \
    X(ACOS, fl_java_acos(x), "Arc cosine.")                                                                            \
    X(ATAN, fl_java_atan(x), "Arc tangent.")                                                                           \
    X(DEGREES, x * 57.29577951308232, "Radians to degrees.")                                                           \
    X(RADIANS, x * 0.017453292519943295, "Degrees to radians.")
#define DOUBLE_FUNCTIONS_2(X)                                                                                          \
    X(POWER, java_pow(x, y), "POWER(n, m)", "n to the power of m.")                                                    \
    X(ATAN2, fl_java_atan2(x, y), "ATAN2(y, x)", "Angle of the point (x, y).")

#define X(name, expr, doc) FL_UNARY_KERNEL(kernel_##name, double, double, expr)
DOUBLE_FUNCTIONS(X)
#undef X
#define X(name, expr, form, doc) FL_BINARY_KERNEL(kernel_##name, double, double, double, expr)
DOUBLE_FUNCTIONS_2(X)
#undef X
/* LOG(base, n) */
FL_BINARY_KERNEL(kernel_LOG, double, double, double, log(y) / log(x))

#define X(name, expr, doc)                                                                                             \
    static fl_kernel_fn *choose_##name(const fl_expr *call FL_UNUSED) { return kernel_##name; }
DOUBLE_FUNCTIONS(X)
#undef X
#define X(name, expr, form, doc)                                                                                       \
    static fl_kernel_fn *choose_##name(const fl_expr *call FL_UNUSED) { return kernel_##name; }
DOUBLE_FUNCTIONS_2(X)
#undef X
static fl_kernel_fn *choose_LOG(const fl_expr *call) { return call->n_args == 1 ? kernel_LN : kernel_LOG; }

static int infer_double(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = 0; i < call->n_args; i++)
        if (!fl_type_is_numeric(call->args[i]->type)) return fl_bad_arguments(call, err);
    bool nullable = fl_args_nullable(call);
    FL_TRY(fl_coerce_from(b, call, 0, fl_type_of(FL_T_DOUBLE, true), err));
    return fl_typed(b, call, fl_type_of(FL_T_DOUBLE, true), nullable);
}

/* PI and E become literals. */
static int infer_constant(fl_bind *b, fl_expr *call, fl_error *err) {
    (void)err;
    fl_value v = {.type = fl_type_of(FL_T_DOUBLE, false), .d = call->fn->name[0] == 'P' ? M_PI : M_E};
    fl_expr *e = fl_expr_literal(b->arena, &v);
    e->fn = call->fn;
    return fl_become(call, e);
}

static fl_kernel_fn *choose_none(const fl_expr *call FL_UNUSED) { return NULL; }

/* ---- ABS, SIGN ---- */

FL_UNARY_KERNEL(abs_i8, int8_t, int8_t, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
FL_UNARY_KERNEL(abs_i16, int16_t, int16_t, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
FL_UNARY_KERNEL(abs_i32, int32_t, int32_t, x < 0 ? 0 - (uint32_t)x : (uint32_t)x)
FL_UNARY_KERNEL(abs_i64, int64_t, int64_t, x < 0 ? 0 - (uint64_t)x : (uint64_t)x)
FL_UNARY_KERNEL(abs_i128, fl_i128, fl_i128, x < 0 ? 0 - (fl_u128)x : (fl_u128)x)
FL_UNARY_KERNEL(abs_f32, float, float, fabsf(x))
FL_UNARY_KERNEL(abs_f64, double, double, fabs(x))

/* For a DECIMAL one is 10^scale. */
#define LET_ONE const fl_i128 one = fl_type_is(out->type, FL_T_DECIMAL) ? fl_pow10_i128(out->type->scale) : 1
FL_UNARY_KERNEL(sign_i8, int8_t, int8_t, (x > 0) - (x < 0))
FL_UNARY_KERNEL(sign_i16, int16_t, int16_t, (x > 0) - (x < 0))
FL_UNARY_KERNEL(sign_i32, int32_t, int32_t, (x > 0) - (x < 0))
FL_UNARY_KERNEL_LET(sign_i64, int64_t, int64_t, LET_ONE; const int64_t unit = (int64_t)one, ((x > 0) - (x < 0)) * unit)
FL_UNARY_KERNEL_LET(sign_i128, fl_i128, fl_i128, LET_ONE, ((x > 0) - (x < 0)) * one)
FL_UNARY_KERNEL(sign_f32, float, float, x > 0 ? 1 : x < 0 ? -1 : x)
FL_UNARY_KERNEL(sign_f64, double, double, x > 0 ? 1 : x < 0 ? -1 : x)

static int infer_same_number(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *t = call->args[0]->type;
    bool interval = fl_type_is_interval(t) && call->fn->name[0] == 'A'; /* as SQL has it; Flink finds no code for it */
    if (!fl_type_is_numeric(t) && !interval) return fl_bad_arguments(call, err);
    return fl_typed(b, call, t, t->nullable);
}

static fl_kernel_fn *choose_abs(const fl_expr *call) {
    static const fl_kernels_by_phys k = {abs_i8, abs_i16, abs_i32, abs_i64, abs_i128, abs_f32, abs_f64};
    return fl_pick_kernel(&k, call->type);
}

static fl_kernel_fn *choose_sign(const fl_expr *call) {
    static const fl_kernels_by_phys k = {sign_i8, sign_i16, sign_i32, sign_i64, sign_i128, sign_f32, sign_f64};
    return fl_pick_kernel(&k, call->type);
}

/* ---- CEIL, FLOOR ---- */

FL_UNARY_KERNEL(ceil_f32, float, float, ceilf(x))
FL_UNARY_KERNEL(ceil_f64, double, double, ceil(x))
FL_UNARY_KERNEL(floor_f32, float, float, floorf(x))
FL_UNARY_KERNEL(floor_f64, double, double, floor(x))
#define LET_UNIT(T) const T unit = (T)fl_pow10_i128(in[0]->type->scale)
FL_UNARY_KERNEL_LET(ceil_i64, int64_t, int64_t, LET_UNIT(int64_t), x / unit + (x % unit > 0))
FL_UNARY_KERNEL_LET(floor_i64, int64_t, int64_t, LET_UNIT(int64_t), x / unit - (x % unit < 0))
FL_UNARY_KERNEL_LET(ceil_i128, fl_i128, fl_i128, LET_UNIT(fl_i128), x / unit + (x % unit > 0))
FL_UNARY_KERNEL_LET(floor_i128, fl_i128, fl_i128, LET_UNIT(fl_i128), x / unit - (x % unit < 0))

static int infer_ceil(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    if (call->n_args == 2) return fl_infer_floor_time(b, call, err);
    const fl_type *t = call->args[0]->type;
    if (!fl_type_is_numeric(t)) return fl_bad_arguments(call, err);
    if (fl_type_is_integer(t)) return fl_become(call, call->args[0]);
    if (fl_type_is_approximate(t)) return fl_typed(b, call, t, t->nullable);
    return fl_typed(b, call, fl_type_decimal(b->arena, t->precision, 0, true), t->nullable);
}

static fl_kernel_fn *choose_ceil(const fl_expr *call) {
    static const fl_kernels_by_phys k = {.i64 = ceil_i64, .i128 = ceil_i128, .f32 = ceil_f32, .f64 = ceil_f64};
    return fl_pick_kernel(&k, call->type);
}

static fl_kernel_fn *choose_floor(const fl_expr *call) {
    static const fl_kernels_by_phys k = {.i64 = floor_i64, .i128 = floor_i128, .f32 = floor_f32, .f64 = floor_f64};
    return fl_pick_kernel(&k, call->type);
}

/* ---- ROUND, TRUNCATE ---- */

/* x, whose last digit counts 10^-scale, without digits behind 10^-places. */
static fl_i128 cut_digits(fl_i128 x, int scale, int places, bool half_up) {
    int64_t drop = (int64_t)scale - places;
    if (drop <= 0) return x;
    if (drop > FL_DECIMAL_PRECISION_MAX) return 0;
    fl_i128 unit = fl_pow10_i128((int)drop), q = x / unit, r = x % unit;
    if (half_up && (r < 0 ? -r : r) >= unit - (r < 0 ? -r : r)) q += x < 0 ? -1 : 1;
    return q;
}

/* The number of places of row i: a column or nothing. */
static inline int places_at(fl_column *const *in, int i) { return FL_DATA(in[1], int32_t)[fl_column_at(in[1], i)]; }

static int round_integers(fl_column *const *in, fl_column *out, fl_rows rows, bool half_up) {
    FL_EACH_ROW(rows, i, {
        int places = places_at(in, i);
        fl_i128 x = fl_column_i64(in[0], i);
        if (places < 0) {
            x = cut_digits(x, 0, places, half_up);
            if (x != 0) x *= fl_pow10_i128(-places);
        }
        switch (out->phys) {
        case FL_P_I8: FL_DATA(out, int8_t)[i] = (int8_t)x; break;
        case FL_P_I16: FL_DATA(out, int16_t)[i] = (int16_t)x; break;
        case FL_P_I32: FL_DATA(out, int32_t)[i] = (int32_t)x; break;
        default: FL_DATA(out, int64_t)[i] = (int64_t)x; break;
        }
    });
    return 0;
}

static int round_decimals(fl_column *const *in, fl_column *out, fl_rows rows, bool half_up) {
    int scale = in[0]->type->scale;
    FL_EACH_ROW(rows, i, {
        int places = FL_MIN(places_at(in, i), scale);
        fl_i128 x = cut_digits(fl_decimal_at(in[0], fl_column_at(in[0], i)), scale, places, half_up);
        if (places < 0 && x != 0) x *= fl_pow10_i128(-places);
        if (fl_decimal_rescale(x, FL_MAX(places, 0), out->type->scale, out->type->precision, &x))
            fl_decimal_put(out, i, x);
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

/* The digits of a finite double's shortest text as an integer times 10^exponent. */
static uint64_t shortest_digits(double d, fl_buf *b, int *exponent) {
    uint64_t digits = 0;
    int behind = 0;
    bool point = false;
    fl_buf_reset(b);
    fl_double_print(b, fabs(d));
    const char *p = fl_buf_cstr(b);
    for (; *p != 0 && *p != 'E'; p++) {
        if (*p == '.') {
            point = true;
        } else {
            digits = digits * 10 + (uint64_t)(*p - '0');
            behind += point;
        }
    }
    *exponent = -behind;
    if (*p == 'E') {
        bool negative = p[1] == '-';
        int e = 0;
        for (p += 1 + negative; *p != 0; p++) e = e * 10 + (*p - '0');
        *exponent += negative ? -e : e;
    }
    return digits;
}

static double round_double(double d, int places, fl_buf *b) {
    int exponent;
    uint64_t digits = shortest_digits(d, b, &exponent);
    int64_t drop = -(int64_t)places - exponent;
    if (digits == 0 || drop > 18) return 0;
    if (drop <= 0) return d;
    uint64_t unit = (uint64_t)fl_pow10_i64[drop], q = digits / unit, r = digits % unit;
    q += r >= unit - r;
    if (q == 0) return 0;
    fl_buf_reset(b);
    fl_buf_printf(b, "%s%lluE%d", d < 0 ? "-" : "", (unsigned long long)q, -places);
    bool ok = fl_double_parse(fl_buf_str(b), &d);
    fl_assert(ok);
    return d;
}

static inline double approximate_at(const fl_column *c, int i) {
    i = fl_column_at(c, i);
    return c->phys == FL_P_F32 ? (double)FL_DATA(c, float)[i] : FL_DATA(c, double)[i];
}

static inline void approximate_put(fl_column *c, int i, double d) {
    if (c->phys == FL_P_F32)
        FL_DATA(c, float)[i] = (float)d;
    else
        FL_DATA(c, double)[i] = d;
}

static int refuse_infinite(fl_kernel_call *call, double d, fl_error *err) {
    return fl_kernel_fail(err, call, FL_ERR_VALUE_NO_DIGITS, d != d ? "NaN" : "Infinity");
}

static int round_approximate(FL_KERNEL_ARGS) {
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        double d = approximate_at(in[0], i);
        if (isfinite(d))
            approximate_put(out, i, round_double(d, places_at(in, i), &b));
        else
            rc = refuse_infinite(call, d, err);
    }
    fl_buf_deinit(&b);
    return rc;
}

static int truncate_approximate(FL_KERNEL_ARGS) {
    enum { SCALE = 18 };
    FL_EACH_ROW(rows, i, {
        double d = approximate_at(in[0], i);
        fl_i128 x;
        if (!isfinite(d)) return refuse_infinite(call, d, err);
        if (!fl_decimal_from_double(d, FL_DECIMAL_PRECISION_MAX, SCALE, &x))
            return fl_kernel_fail(err, call, FL_ERR_VALUE_TOO_MANY_DIGITS, d);
        int places = FL_MIN(places_at(in, i), (int)SCALE);
        x = cut_digits(x, SCALE, places, false);
        if (places < 0 && x != 0) x *= fl_pow10_i128(-places);
        approximate_put(out, i, fl_decimal_to_double(x, FL_MAX(places, 0)));
    });
    return 0;
}

static int round_exact(FL_KERNEL_ARGS) {
    bool half_up = call->expr->fn->name[0] == 'R';
    return fl_type_is(out->type, FL_T_DECIMAL) ? round_decimals(in, out, rows, half_up)
                                               : round_integers(in, out, rows, half_up);
}

static fl_kernel_fn *choose_round(const fl_expr *call) {
    if (!fl_type_is_approximate(call->type)) return round_exact;
    return call->fn->name[0] == 'R' ? round_approximate : truncate_approximate;
}

/* DECIMAL(p, s) rounded to a literal number of places. */
static const fl_type *rounded_decimal(fl_arena *a, const fl_type *t, int64_t places) {
    if (places >= t->scale) return t;
    int kept = (int)FL_MAX(places, 0);
    return fl_type_decimal(a, FL_MIN(1 + t->precision - t->scale + kept, FL_DECIMAL_PRECISION_MAX), kept, true);
}

static int infer_round(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *t = call->args[0]->type;
    if (!fl_type_is_numeric(t)) return fl_bad_arguments(call, err);
    if (call->n_args == 1) { /* no places are none */
        fl_expr **args = FL_NEW_N(b->arena, fl_expr *, 2);
        args[0] = call->args[0];
        args[1] = fl_expr_int(b->arena, 0, fl_type_of(FL_T_INT, false));
        call->args = args;
        call->n_args = 2;
    }
    if (!fl_type_is_integer(call->args[1]->type)) return fl_bad_arguments(call, err);
    bool nullable = fl_args_nullable(call);
    int64_t places;
    FL_TRY(fl_coerce(b, call, 1, fl_type_of(FL_T_INT, true), err));
    if (t->kind == FL_T_DECIMAL && fl_literal_int(call->args[1], &places)) t = rounded_decimal(b->arena, t, places);
    return fl_typed(b, call, t, nullable);
}

/* ---- RAND, RAND_INTEGER, UUID ---- */

/* java.util.Random: a linear congruence on 48 bits. */
#define JAVA_FACTOR 0x5deece66du
#define JAVA_MASK   ((1ull << 48) - 1)

static uint64_t java_seed(int32_t seed) { return ((uint64_t)(int64_t)seed ^ JAVA_FACTOR) & JAVA_MASK; }

static int32_t java_next(uint64_t *state, int bits) {
    *state = (*state * JAVA_FACTOR + 0xb) & JAVA_MASK;
    return (int32_t)(uint32_t)(*state >> (48 - bits));
}

static double java_double(uint64_t *state) {
    int64_t high = (int64_t)java_next(state, 26) << 27;
    return (double)(high + java_next(state, 27)) * 0x1p-53;
}

static int32_t java_below(uint64_t *state, int32_t bound) {
    int32_t r = java_next(state, 31), m = bound - 1;
    if ((bound & m) == 0) return (int32_t)(((int64_t)bound * r) >> 31);
    for (int32_t u = r; (int64_t)u - (r = u % bound) + m > INT32_MAX; u = java_next(state, 31)) {}
    return r;
}

/* The generator for row i: with a literal seed the one that the cache continues, and *keep is set. */
static uint64_t generator(fl_eval *ev, fl_kernel_call *call, const fl_column *seed, int i, bool *keep) {
    *keep = false;
    if (seed == NULL) {
        ev->random += FL_SPLITMIX_STEP;
        return java_seed((int32_t)(fl_splitmix(ev->random) >> 32)) ^ (fl_splitmix(~ev->random) & JAVA_MASK);
    }
    *keep = fl_expr_is_literal(call->expr->args[0]);
    if (*keep && call->cache != NULL) return (uintptr_t)call->cache - 1;
    return java_seed(FL_DATA(seed, int32_t)[fl_column_at(seed, i)]);
}

static void put_back(fl_kernel_call *call, uint64_t state, bool keep) {
    if (keep) call->cache = (void *)(uintptr_t)(state + 1); /* never NULL: that means not begun */
}

static int rand_double(FL_KERNEL_ARGS) {
    const fl_column *seed = call->expr->n_args == 1 ? in[0] : NULL;
    FL_EACH_ROW(rows, i, {
        bool keep;
        uint64_t state = generator(ev, call, seed, i, &keep);
        FL_DATA(out, double)[i] = java_double(&state);
        put_back(call, state, keep);
    });
    return 0;
}

static int rand_integer(FL_KERNEL_ARGS) {
    const fl_column *seed = call->expr->n_args == 2 ? in[0] : NULL, *bounds = in[call->expr->n_args - 1];
    FL_EACH_ROW(rows, i, {
        bool keep;
        int32_t bound = FL_DATA(bounds, int32_t)[fl_column_at(bounds, i)];
        if (bound <= 0) return fl_kernel_fail(err, call, FL_ERR_VALUE_RANDOM_BOUND);
        uint64_t state = generator(ev, call, seed, i, &keep);
        FL_DATA(out, int32_t)[i] = java_below(&state, bound);
        put_back(call, state, keep);
    });
    return 0;
}

/* 122 random bits, the version 4 and the variant 10. */
static int uuid(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        char text[36], *at = text;
        uint64_t half[2];
        for (int h = 0; h < 2; h++) half[h] = fl_splitmix(ev->random += FL_SPLITMIX_STEP);
        half[0] = (half[0] & ~(uint64_t)0xf000) | 0x4000;
        half[1] = (half[1] & ~(uint64_t)0 >> 2) | (uint64_t)1 << 63;
        for (int k = 0; k < 32; k++) {
            if (k == 8 || k == 12 || k == 16 || k == 20) *at++ = '-';
            *at++ = "0123456789abcdef"[half[k / 16] >> (60 - 4 * (k % 16)) & 15];
        }
        fl_column_put_str(out, i, fl_str_make(text, sizeof text));
    });
    return 0;
}

static int infer_uuid(fl_bind *b, fl_expr *call, fl_error *err) {
    (void)err;
    return fl_typed(b, call, fl_type_text(b->arena, FL_T_CHAR, 36, false), false);
}

static fl_kernel_fn *choose_uuid(const fl_expr *call FL_UNUSED) { return uuid; }

static int infer_rand(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = 0; i < call->n_args; i++)
        if (!fl_type_is_integer(call->args[i]->type) || call->args[i]->type->kind == FL_T_BIGINT)
            return fl_bad_arguments(call, err);
    bool nullable = fl_args_nullable(call);
    FL_TRY(fl_coerce_from(b, call, 0, fl_type_of(FL_T_INT, true), err));
    return fl_typed(b, call, fl_type_of(call->fn->max_args == 1 ? FL_T_DOUBLE : FL_T_INT, true), nullable);
}

static fl_kernel_fn *choose_rand(const fl_expr *call) { return call->fn->max_args == 1 ? rand_double : rand_integer; }

/* ---- GREATEST, LEAST ---- */

/* Java's order of doubles: -0.0 before 0.0, NaN after everything. */
static inline bool above(double x, double y) {
    if (x > y) return true;
    if (x == y) return signbit(y) && !signbit(x);
    return x != x && y == y;
}

/* The best of all arguments; BEATS(x, y): x takes the place of y. */
#define EXTREME_KERNEL(name, T, BEATS)                                                                                 \
    static int name(FL_KERNEL_ARGS) {                                                                                  \
        T *o = out->data;                                                                                              \
        for (int a = 0; a < call->expr->n_args; a++) {                                                                 \
            const T *from = in[a]->data;                                                                               \
            const int step = fl_column_step(in[a]);                                                                    \
            if (a == 0)                                                                                                \
                FL_EACH_ROW(rows, i, o[i] = from[i * step]);                                                           \
            else                                                                                                       \
                FL_EACH_ROW(rows, i, const T x = from[i * step]; const T y = o[i]; o[i] = (BEATS) ? x : y);            \
        }                                                                                                              \
        return 0;                                                                                                      \
    }
#define EXTREME_KERNELS(name, T)                                                                                       \
    EXTREME_KERNEL(greatest_##name, T, x > y)                                                                          \
    EXTREME_KERNEL(least_##name, T, x < y)
EXTREME_KERNELS(i8, int8_t)
EXTREME_KERNELS(i16, int16_t)
EXTREME_KERNELS(i32, int32_t)
EXTREME_KERNELS(i64, int64_t)
EXTREME_KERNELS(i128, fl_i128)
EXTREME_KERNEL(greatest_f32, float, above((double)x, (double)y))
EXTREME_KERNEL(least_f32, float, above((double)y, (double)x))
EXTREME_KERNEL(greatest_f64, double, above(x, y))
EXTREME_KERNEL(least_f64, double, above(y, x))
EXTREME_KERNEL(greatest_view, fl_view, fl_view_cmp_text(&x, &y) > 0)
EXTREME_KERNEL(least_view, fl_view, fl_view_cmp_text(&x, &y) < 0)

static int extreme_text(FL_KERNEL_ARGS) {
    for (int a = 0; a < call->expr->n_args; a++) fl_column_share_heaps(out, in[a]);
    return (call->expr->fn->name[0] == 'G' ? greatest_view : least_view)(ev, call, in, out, rows, err);
}

static int extreme_boolean(FL_KERNEL_ARGS) {
    bool greatest = call->expr->fn->name[0] == 'G';
    FL_EACH_ROW(rows, i, {
        bool any = false, all = true;
        for (int a = 0; a < call->expr->n_args; a++) {
            bool x = fl_bit(in[a]->data, fl_column_at(in[a], i));
            any |= x;
            all &= x;
        }
        fl_bit_put(out->data, i, greatest ? any : all);
    });
    return 0;
}

/* Decimals of different types, which are brought to that of the result one after the other: there Flink fails on a NULL.
 * One that has that type already is the result, and nobody looks at those behind it. */
static int extreme_decimal(FL_KERNEL_ARGS) {
    const fl_expr *e = call->expr;
    bool greatest = e->fn->name[0] == 'G';
    FL_EACH_ROW(rows, i, {
        fl_i128 best = 0, x;
        bool null = false;
        for (int a = 0; a < e->n_args && !null; a++) {
            const fl_type *from = e->args[a]->type;
            null =
                fl_column_is_null(in[a], i) || !fl_decimal_rescale(fl_decimal_at(in[a], fl_column_at(in[a], i)),
                                                                   from->scale, e->type->scale, e->type->precision, &x);
            if (null && !fl_type_equal(from, e->type, false))
                return fl_kernel_fail(err, call, FL_ERR_VALUE_NULL_DECIMALS);
            if (!null && (a == 0 || (greatest ? x > best : x < best))) best = x;
        }
        if (null)
            fl_kernel_null(out, i);
        else
            fl_decimal_put(out, i, best);
    });
    return 0;
}

static fl_kernel_fn *choose_extreme_decimal(const fl_expr *call FL_UNUSED) { return extreme_decimal; }

static fl_kernel_fn *choose_extreme(const fl_expr *call) {
    static const fl_kernels_by_phys greatest = {greatest_i8,   greatest_i16, greatest_i32, greatest_i64,
                                                greatest_i128, greatest_f32, greatest_f64};
    static const fl_kernels_by_phys least = {least_i8,   least_i16, least_i32, least_i64,
                                             least_i128, least_f32, least_f64};
    if (fl_type_phys(call->type) == FL_P_VIEW) return extreme_text;
    if (fl_type_phys(call->type) == FL_P_BOOL) return extreme_boolean;
    return fl_pick_kernel(call->fn->name[0] == 'G' ? &greatest : &least, call->type);
}

static const fl_function text_extremes[2], decimal_extremes[2];

static int refuse_extreme(const fl_expr *call, fl_error *err) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < call->n_args; i++) {
        if (i > 0) fl_buf_puts(&b, " with ");
        fl_type_print(&b, call->args[i]->type, FL_TYPE_SUMMARY);
    }
    fl_fail(err, FL_ERR_FUNCTION_EXTREME, fl_buf_cstr(&b));
    fl_buf_deinit(&b);
    return fl_error_at(err, call->span);
}

static int infer_extreme(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type **types = FL_NEW_N(b->arena, const fl_type *, call->n_args);
    for (int i = 0; i < call->n_args; i++) types[i] = call->args[i]->type;
    const fl_type *t = fl_type_merged(b->arena, types, call->n_args);
    for (int i = 0; i < call->n_args; i++) /* a DATE beside a TIMESTAMP would lose its time */
        if (t != NULL && fl_type_is_datetime(t) && types[i]->kind != t->kind) t = NULL;
    if (t == NULL || t->n_fields > 0 || fl_type_is_binary(t) || t->kind == FL_T_RAW || t->kind == FL_T_OBJECT ||
        t->kind == FL_T_VARIANT)
        return refuse_extreme(call, err);
    bool nullable = fl_args_nullable(call), mixed = false;
    for (int i = 0; i < call->n_args && t->kind == FL_T_DECIMAL; i++)
        mixed |= types[i]->kind == FL_T_DECIMAL && types[i]->nullable && !fl_type_equal(types[i], t, false);
    for (int i = 0; i < call->n_args; i++)
        if (!mixed || types[i]->kind != FL_T_DECIMAL) FL_TRY(fl_coerce(b, call, i, t, err));
    if (mixed) call->fn = &decimal_extremes[call->fn->name[0] == 'L'];
    if (fl_type_phys(t) == FL_P_VIEW) call->fn = &text_extremes[call->fn->name[0] == 'L'];
    return fl_typed(b, call, t, nullable);
}

/* ---- the table ---- */

#define ROW(word, least, most, more_flags, rule, pick_kernel, form, text)                                              \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = FL_FN_STRICT | (more_flags), .infer = rule,        \
        .choose = pick_kernel, .signature = form, .doc = text                                                          \
    }
#define EXTREME(word, superlative, flags_, pick_kernel)                                                                \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = -1, .flags = flags_, .infer = infer_extreme, .choose = pick_kernel,   \
        .signature = word "(x, …)", .doc = "The " superlative " of its arguments, NULL if one of them is."             \
    }
#define EXTREMES(flags, pick_kernel)                                                                                   \
    EXTREME("GREATEST", "greatest", flags, pick_kernel), EXTREME("LEAST", "least", flags, pick_kernel)

static const fl_function text_extremes[2] = {EXTREMES(FL_FN_STRICT | FL_FN_COSTLY, choose_extreme)};
static const fl_function decimal_extremes[2] = {EXTREMES(FL_FN_FALLIBLE | FL_FN_COSTLY, choose_extreme_decimal)};

FL_FUNCTION_TABLE(math) = {
#define X(name, expr, doc) ROW(#name, 1, 1, 0, infer_double, choose_##name, "'" #name "(<NUMERIC>)'", doc),
    DOUBLE_FUNCTIONS(X)
#undef X
#define X(name, expr, form, doc) ROW(#name, 2, 2, 0, infer_double, choose_##name, form, doc),
        DOUBLE_FUNCTIONS_2(X)
#undef X
            ROW("LOG", 1, 2, 0, infer_double, choose_LOG, "'LOG(<NUMERIC>)', 'LOG(base, <NUMERIC>)'",
                "Natural logarithm, or the one to the given base."),
    ROW("PI", 0, 0, 0, infer_constant, choose_none, "PI()", "3.141592653589793."),
    ROW("E", 0, 0, 0, infer_constant, choose_none, "E()", "2.718281828459045."),
    ROW("ABS", 1, 1, 0, infer_same_number, choose_abs, "'ABS(<NUMERIC>)', 'ABS(<INTERVAL>)'", "The absolute value."),
    ROW("SIGN", 1, 1, 0, infer_same_number, choose_sign, "'SIGN(<NUMERIC>)'", "-1, 0 or 1, in the argument's type."),
    ROW("CEIL", 1, 2, 0, infer_ceil, choose_ceil, "'CEIL(<NUMERIC>)', 'CEIL(<DATETIME> TO unit)'",
        "The least whole number not below n, or the least boundary of a unit not before t."),
    ROW("CEILING", 1, 2, 0, infer_ceil, choose_ceil, "'CEILING(<NUMERIC>)'", "The same as CEIL."),
    ROW("FLOOR", 1, 2, 0, infer_ceil, choose_floor, "'FLOOR(<NUMERIC>)', 'FLOOR(<DATETIME> TO unit)'",
        "The greatest whole number not above n, or the beginning of the unit in which t lies."),
    ROW("ROUND", 1, 2, FL_FN_FALLIBLE, infer_round, choose_round, "'ROUND(<NUMERIC>, <INTEGER>)'",
        "Rounds half up to a number of places, by default none."),
    ROW("TRUNCATE", 1, 2, FL_FN_FALLIBLE, infer_round, choose_round, "'TRUNCATE(<NUMERIC>, <INTEGER>)'",
        "Cuts towards zero to a number of places, by default none."),
    ROW("RAND", 0, 1, FL_FN_DYNAMIC | FL_FN_COSTLY, infer_rand, choose_rand, "'RAND(<INTEGER>)'",
        "A random number in [0, 1); with a seed, the sequence of java.util.Random."),
    ROW("RAND_INTEGER", 1, 2, FL_FN_DYNAMIC | FL_FN_FALLIBLE, infer_rand, choose_rand,
        "'RAND_INTEGER(<INTEGER>)', 'RAND_INTEGER(seed, <INTEGER>)'", "A random integer in [0, bound)."),
    ROW("UUID", 0, 0, FL_FN_DYNAMIC | FL_FN_COSTLY, infer_uuid, choose_uuid, "UUID()",
        "A random UUID of version 4, a new one for each row."),
    EXTREMES(FL_FN_STRICT, choose_extreme),
    {0},
};
