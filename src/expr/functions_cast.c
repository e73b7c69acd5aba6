/* SPDX-License-Identifier: Apache-2.0 */
/* functions_cast.c -- CAST and TRY_CAST: the kernels between numbers, times and nested types.
 *
 * What:       one kernel for each pair of layouts; it takes precision, scale and length from the types of its columns,
 *             so that the same kernel serves inside an array. Texts are in cast_text.c, the rules in cast.c.
 * Interface:  fl_cast_kernel finds the kernel of a pair; the table at the end has CAST and TRY_CAST.
 *
 *     from \ to     text  boolean  integer  float  decimal  date  time  timestamp  same constructor
 *     text           x      x        x       x       x       x     x       x
 *     boolean        x      x        x       x       x
 *     number         x      x        x       x       x
 *     date           x                                       x             x
 *     time           x                                             x       x (not LTZ)
 *     timestamp      x                                       x     x       x
 *     interval       x              x                                           x (same kind)
 *     array, …       x                                                          x  element by element
 *     variant        x      x        x       x       x       x     x       x    array, map, row: cast_variant.c
 *
 * Integers wrap, floats saturate, a decimal that does not fit becomes NULL; only texts can be refused. An interval and
 * an INT or BIGINT are the same number here, of months or milliseconds: the binder, which knows the qualifier that the
 * number counts, asks for no other cast of them.
 *
 * Nested casts: the elements of the rows that are asked for are gathered into one column, which is cast in pieces;
 *             TRY_CAST makes the whole value NULL if one element cannot be converted.
 */
#include "expr/cast_int.h"

#include "messages/function.h"
#include "messages/value.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

bool fl_cast_is_try(const fl_kernel_call *call) {
    const cast_state *state = call->cache;
    return state != NULL ? state->try_cast : call->expr->fn->name[0] == 'T';
}

int fl_cast_refuse(fl_kernel_call *call, fl_column *out, int i, fl_error *err, int code, const char *fmt, ...) {
    const cast_state *state = call->cache;
    if (fl_cast_is_try(call)) {
        fl_kernel_null(out, i);
        if (state != NULL) fl_bit_set(state->failed, i);
        return 0;
    }
    va_list ap;
    va_start(ap, fmt);
    fl_vfail(err, code, fmt, ap);
    va_end(ap);
    return fl_kernel_failed(err, call);
}

/* ---- the same bytes ---- */

static int cast_same(FL_KERNEL_ARGS) {
    int n = in[0]->constant ? 1 : out->n;
    if (out->phys >= FL_P_LIST) {
        out->n = 0;
        fl_column_append_rows(out, in[0], NULL, n);
    } else {
        bool bits = out->phys == FL_P_BOOL;
        memcpy(out->data, in[0]->data, bits ? fl_bitmap_bytes(n) : (size_t)n * (size_t)fl_phys_size(out->phys));
        if (out->phys == FL_P_VIEW) fl_column_share_heaps(out, in[0]);
    }
    if (in[0]->constant) fl_make_constant(out);
    return 0;
}

/* ---- numbers ---- */

/* Java's (int) and (long) of a double. */
static inline int32_t to_i32(double x) {
    return x != x ? 0 : x >= 2147483647.0 ? INT32_MAX : x <= -2147483648.0 ? INT32_MIN : (int32_t)x;
}
static inline int64_t to_i64(double x) {
    return x != x ? 0 : x >= 0x1p63 ? INT64_MAX : x <= -0x1p63 ? INT64_MIN : (int64_t)x;
}

/* Y(from, C type, to, C type, expression) */
#define PRIMITIVE_CASTS(Y)                                                                                             \
    Y(i8, int8_t, i16, int16_t, x)                                                                                     \
    Y(i8, int8_t, i32, int32_t, x)                                                                                     \
    Y(i8, int8_t, i64, int64_t, x)                                                                                     \
    Y(i8, int8_t, f32, float, x)                                                                                       \
    Y(i8, int8_t, f64, double, x)                                                                                      \
    Y(i16, int16_t, i8, int8_t, x)                                                                                     \
    Y(i16, int16_t, i32, int32_t, x)                                                                                   \
    Y(i16, int16_t, i64, int64_t, x)                                                                                   \
    Y(i16, int16_t, f32, float, x)                                                                                     \
    Y(i16, int16_t, f64, double, x)                                                                                    \
    Y(i32, int32_t, i8, int8_t, x)                                                                                     \
    Y(i32, int32_t, i16, int16_t, x)                                                                                   \
    Y(i32, int32_t, i64, int64_t, x)                                                                                   \
    Y(i32, int32_t, f32, float, x)                                                                                     \
    Y(i32, int32_t, f64, double, x)                                                                                    \
    Y(i64, int64_t, i8, int8_t, x)                                                                                     \
    Y(i64, int64_t, i16, int16_t, x)                                                                                   \
    Y(i64, int64_t, i32, int32_t, x)                                                                                   \
    Y(i64, int64_t, f32, float, x)                                                                                     \
    Y(i64, int64_t, f64, double, x)                                                                                    \
    Y(f32, float, i8, int8_t, to_i32((double)x))                                                                       \
    Y(f32, float, i16, int16_t, to_i32((double)x))                                                                     \
    Y(f32, float, i32, int32_t, to_i32((double)x))                                                                     \
    Y(f32, float, i64, int64_t, to_i64((double)x))                                                                     \
    Y(f32, float, f64, double, x)                                                                                      \
    Y(f64, double, i8, int8_t, to_i32(x))                                                                              \
    Y(f64, double, i16, int16_t, to_i32(x))                                                                            \
    Y(f64, double, i32, int32_t, to_i32(x))                                                                            \
    Y(f64, double, i64, int64_t, to_i64(x))                                                                            \
    Y(f64, double, f32, float, x)

#define Y(from, A, to, R, expr) FL_UNARY_KERNEL(from##_##to, A, R, expr)
PRIMITIVE_CASTS(Y)
#undef Y

static fl_kernel_fn *primitive_cast(fl_phys from, fl_phys to) {
    enum { i8 = FL_P_I8, i16 = FL_P_I16, i32 = FL_P_I32, i64 = FL_P_I64, f32 = FL_P_F32, f64 = FL_P_F64 };
    static fl_kernel_fn *const kernels[FL_P_OBJECT + 1][FL_P_OBJECT + 1] = {
#define Y(from, A, to, R, expr) [from][to] = from##_##to,
        PRIMITIVE_CASTS(Y)
#undef Y
    };
    return from == to ? cast_same : kernels[from][to];
}

/* A boolean as any number, and any number as a boolean. */
static int from_boolean(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    fl_i128 one = fl_type_is(out->type, FL_T_DECIMAL) ? fl_pow10_i128(out->type->scale) : 1;
    bool fits = out->type->kind != FL_T_DECIMAL || fl_decimal_fits(one, out->type->precision);
    FL_EACH_ROW(rows, i, {
        bool x = fl_bit(in[0]->data, i);
        switch (out->phys) {
        case FL_P_I8: FL_DATA(out, int8_t)[i] = x; break;
        case FL_P_I16: FL_DATA(out, int16_t)[i] = x; break;
        case FL_P_I32: FL_DATA(out, int32_t)[i] = x; break;
        case FL_P_F32: FL_DATA(out, float)[i] = x; break;
        case FL_P_F64: FL_DATA(out, double)[i] = x; break;
        default: fl_decimal_put(out, i, x ? one : 0); break;
        }
        if (x && !fits) fl_kernel_null(out, i);
    });
    return 0;
}

static bool is_nonzero(const fl_column *c, int i) {
    switch (c->phys) {
    case FL_P_F32: return FL_DATA(c, float)[i] != 0;
    case FL_P_F64: return FL_DATA(c, double)[i] != 0;
    default: return fl_column_i128(c, i) != 0;
    }
}

static int to_boolean(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, fl_bit_put(out->data, i, is_nonzero(in[0], i)));
    return 0;
}

/* ---- decimals ---- */

/* An integer type that has room in the decimal: a multiplication. */
#define Y(name, A)                                                                                                     \
    FL_UNARY_KERNEL_LET(name##_decimal64, A, int64_t, const int64_t unit = fl_pow10_i64[out->type->scale],             \
                        (int64_t)((uint64_t)x * (uint64_t)unit))                                                       \
    FL_UNARY_KERNEL_LET(name##_decimal128, A, fl_i128, const fl_i128 unit = fl_pow10_i128(out->type->scale),           \
                        (fl_i128)((fl_u128)x * (fl_u128)unit))
Y(i8, int8_t)
Y(i16, int16_t)
Y(i32, int32_t)
Y(i64, int64_t)
#undef Y

/* A decimal whose digits all have room, to the same or a larger scale. */
FL_UNARY_KERNEL_LET(widen_64_64, int64_t, int64_t,
                    const int64_t unit = fl_pow10_i64[out->type->scale - in[0]->type->scale],
                    (int64_t)((uint64_t)x *(uint64_t)unit))
FL_UNARY_KERNEL_LET(widen_64_128, int64_t, fl_i128,
                    const fl_i128 unit = fl_pow10_i128(out->type->scale - in[0]->type->scale),
                    (fl_i128)((fl_u128)(fl_i128)x *(fl_u128)unit))
FL_UNARY_KERNEL_LET(widen_128_128, fl_i128, fl_i128,
                    const fl_i128 unit = fl_pow10_i128(out->type->scale - in[0]->type->scale),
                    (fl_i128)((fl_u128)x *(fl_u128)unit))

/* Any exact number to a decimal that may have no room for it. */
static int exact_to_decimal(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    const fl_type *to = out->type;
    int from_scale = fl_type_is_integer(in[0]->type) ? 0 : in[0]->type->scale;
    FL_EACH_ROW(rows, i, {
        fl_i128 x;
        if (fl_decimal_rescale(fl_column_i128(in[0], i), from_scale, to->scale, to->precision, &x))
            fl_decimal_put(out, i, x);
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

static int approximate_to_decimal(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        double d = in[0]->phys == FL_P_F32 ? (double)FL_DATA(in[0], float)[i] : FL_DATA(in[0], double)[i];
        fl_i128 x;
        if (!isfinite(d)) return fl_kernel_fail(err, call, FL_ERR_VALUE_INFINITE); /* under TRY_CAST too */
        if (fl_decimal_from_double(d, out->type->precision, out->type->scale, &x))
            fl_decimal_put(out, i, x);
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

static int decimal_to_approximate(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    int scale = in[0]->type->scale;
    FL_EACH_ROW(rows, i, {
        double d = fl_decimal_to_double(fl_decimal_at(in[0], i), scale);
        if (out->phys == FL_P_F32)
            FL_DATA(out, float)[i] = (float)d;
        else
            FL_DATA(out, double)[i] = d;
    });
    return 0;
}

/* Truncates, then wraps. */
static int decimal_to_integer(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    fl_i128 unit = fl_pow10_i128(in[0]->type->scale);
    FL_EACH_ROW(rows, i, {
        int64_t x = (int64_t)(fl_decimal_at(in[0], i) / unit);
        switch (out->phys) {
        case FL_P_I8: FL_DATA(out, int8_t)[i] = (int8_t)x; break;
        case FL_P_I16: FL_DATA(out, int16_t)[i] = (int16_t)x; break;
        case FL_P_I32: FL_DATA(out, int32_t)[i] = (int32_t)x; break;
        default: FL_DATA(out, int64_t)[i] = x; break;
        }
    });
    return 0;
}

static bool always_fits(const fl_type *from, const fl_type *to) {
    int precision, scale;
    fl_as_decimal(from, &precision, &scale);
    return to->scale >= scale && to->precision - to->scale >= precision - scale;
}

static fl_kernel_fn *to_decimal(const fl_type *from, const fl_type *to) {
    if (fl_type_is_approximate(from)) return approximate_to_decimal;
    if (!always_fits(from, to)) return exact_to_decimal;
    bool narrow = fl_type_phys(to) == FL_P_I64;
    switch (from->kind) {
    case FL_T_TINYINT: return narrow ? i8_decimal64 : i8_decimal128;
    case FL_T_SMALLINT: return narrow ? i16_decimal64 : i16_decimal128;
    case FL_T_INT: return narrow ? i32_decimal64 : i32_decimal128;
    case FL_T_BIGINT: return narrow ? i64_decimal64 : i64_decimal128;
    default: break;
    }
    if (fl_type_phys(from) == fl_type_phys(to) && from->scale == to->scale) return cast_same;
    return fl_type_phys(from) == FL_P_I128 ? widen_128_128 : narrow ? widen_64_64 : widen_64_128;
}

static fl_kernel_fn *number_cast(const fl_type *from, const fl_type *to) {
    if (to->kind == FL_T_BOOLEAN) return to_boolean;
    if (from->kind == FL_T_BOOLEAN) return from_boolean;
    if (to->kind == FL_T_DECIMAL) return to_decimal(from, to);
    if (from->kind != FL_T_DECIMAL) return primitive_cast(fl_type_phys(from), fl_type_phys(to));
    return fl_type_is_integer(to) ? decimal_to_integer : decimal_to_approximate;
}

/* ---- dates and times ---- */

void fl_cast_put_ts(fl_column *out, int i, fl_ts t) {
    static const int64_t unit[] = {1000, 100, 10, 1};
    int precision = out->type->precision;
    if (precision < 3) t.ms = t.ms / unit[precision] * unit[precision];
    t = precision <= 3 ? (fl_ts){t.ms, 0} : fl_ts_truncate(t, precision);
    fl_decimal_put(out, i, fl_ts_pack(t, fl_type_timestamp_unit(out->type)));
}

static int date_to_timestamp(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    bool zoned = fl_type_is(out->type, FL_T_TIMESTAMP_LTZ);
    FL_EACH_ROW(rows, i, {
        int64_t ms = FL_DATA(in[0], int32_t)[i] * FL_MS_PER_DAY;
        fl_cast_put_ts(out, i, (fl_ts){zoned ? fl_tz_to_utc(ev->tz, ms) : ms, 0});
    });
    return 0;
}

/* On 1970-01-01. The milliseconds stay, whatever the precision. */
static int time_to_timestamp(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    int unit = fl_type_timestamp_unit(out->type);
    bool zoned = fl_type_is(out->type, FL_T_TIMESTAMP_LTZ);
    FL_EACH_ROW(rows, i, {
        int64_t ms = FL_DATA(in[0], int32_t)[i];
        fl_decimal_put(out, i, fl_ts_pack((fl_ts){zoned ? fl_tz_to_utc(ev->tz, ms) : ms, 0}, unit));
    });
    return 0;
}

/* A TIMESTAMP is cut to its day towards zero, as Flink does; a TIMESTAMP_LTZ by the calendar. */
static int timestamp_to_date(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    bool zoned = fl_type_is(in[0]->type, FL_T_TIMESTAMP_LTZ);
    FL_EACH_ROW(rows, i, {
        int64_t ms = fl_column_ts(in[0], i).ms;
        FL_DATA(out, int32_t)
        [i] = (int32_t)(zoned ? fl_floor_div(fl_tz_to_local(ev->tz, ms), FL_MS_PER_DAY) : ms / FL_MS_PER_DAY);
    });
    return 0;
}

/* Before 1970 a TIMESTAMP's time of day is negative: it can be used, but not shown (exec/sink.c). */
static int timestamp_to_time(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    bool zoned = fl_type_is(in[0]->type, FL_T_TIMESTAMP_LTZ);
    FL_EACH_ROW(rows, i, {
        int64_t ms = fl_column_ts(in[0], i).ms;
        FL_DATA(out, int32_t)
        [i] = (int32_t)(zoned ? fl_floor_mod(fl_tz_to_local(ev->tz, ms), FL_MS_PER_DAY) : ms % FL_MS_PER_DAY);
    });
    return 0;
}

/* Precision, and between wall time and instants. */
static int timestamp_to_timestamp(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    bool from_zoned = fl_type_is(in[0]->type, FL_T_TIMESTAMP_LTZ), zoned = fl_type_is(out->type, FL_T_TIMESTAMP_LTZ);
    bool shift = from_zoned != zoned && !fl_tz_is_utc(ev->tz);
    FL_EACH_ROW(rows, i, {
        fl_ts t = fl_column_ts(in[0], i);
        if (shift) t.ms = zoned ? fl_tz_to_utc(ev->tz, t.ms) : fl_tz_to_local(ev->tz, t.ms);
        fl_cast_put_ts(out, i, t);
    });
    return 0;
}

FL_UNARY_KERNEL(ms_to_us, int64_t, int64_t, (int64_t)((uint64_t)x * 1000u))
FL_UNARY_KERNEL(ms_to_ns, int64_t, fl_i128, (fl_i128)x * 1000000)
FL_UNARY_KERNEL(us_to_ns, int64_t, fl_i128, (fl_i128)x * 1000)

static fl_kernel_fn *timestamp_cast(const fl_type *from, const fl_type *to) {
    if (from->kind != to->kind || from->precision > to->precision) return timestamp_to_timestamp;
    int a = fl_type_timestamp_unit(from), b = fl_type_timestamp_unit(to);
    return a == b ? cast_same : b == 6 ? ms_to_us : a == 3 ? ms_to_ns : us_to_ns;
}

static fl_kernel_fn *time_cast(const fl_type *from, const fl_type *to) {
    bool to_timestamp = fl_type_is_timestamp(to);
    if (fl_type_is_timestamp(from))
        return to_timestamp            ? timestamp_cast(from, to)
               : to->kind == FL_T_DATE ? timestamp_to_date
               : to->kind == FL_T_TIME ? timestamp_to_time
                                       : NULL;
    if (from->kind == to->kind) return cast_same;
    if (from->kind == FL_T_DATE && to_timestamp) return date_to_timestamp;
    return from->kind == FL_T_TIME && to_timestamp ? time_to_timestamp : NULL;
}

/* ---- nested types ---- */

/* Casts all rows of `from`, whose elements belong to nobody else, and appends them to `to`. In failed (NULL unless
 * TRY_CAST) the bits of elements that could not be converted are set. */
static int cast_elements(fl_eval *ev, fl_kernel_call *call, fl_column *from, fl_column *to, uint8_t *failed,
                         fl_error *err) {
    fl_kernel_fn *kernel =
        fl_type_equal(from->type, to->type, false) ? cast_same : fl_cast_kernel(from->type, to->type);
    int rc = 0;
    for (int at = 0; at < from->n && rc >= 0; at += FL_BATCH_ROWS) {
        int n = FL_MIN(from->n - at, (int)FL_BATCH_ROWS), k = 0;
        fl_column *piece = fl_column_slice(from, at, n), *made = fl_column_new(to->type, n);
        uint16_t *sel = fl_arena_alloc(ev->scratch, sizeof *sel * (size_t)n);
        made->n = n;
        for (int i = 0; i < n; i++) {
            sel[k] = (uint16_t)i;
            bool null = fl_column_is_null(piece, i);
            if (null) fl_kernel_null(made, i);
            k += !null;
        }
        if (made->phys == FL_P_VIEW) memset(made->data, 0, sizeof(fl_view) * (size_t)n);
        cast_state state = {fl_cast_is_try(call), failed != NULL ? failed + at / 8 : NULL};
        fl_kernel_call inner = {.expr = call->expr, .cache = &state};
        rc = kernel(ev, &inner, (fl_column *const[]){piece}, made, (fl_rows){sel, k}, err);
        if (rc >= 0) fl_column_append_rows(to, made, NULL, n);
        fl_column_unref(piece);
        fl_column_unref(made);
    }
    return rc;
}

typedef struct gathered {
    int32_t *at;  /* element numbers in the child */
    int32_t *row; /* the row that each belongs to */
    int n;
} gathered;

/* Elements of the lists that are asked for, and out's offsets. */
static gathered gather_elements(fl_eval *ev, const fl_column *in, fl_column *out, fl_rows rows) {
    const int32_t *from = in->data;
    int32_t *to = out->data;
    int64_t total = 0;
    for (int k = 0; k < rows.n; k++) total += from[fl_row_at(rows, k) + 1] - from[fl_row_at(rows, k)];
    gathered g = {.at = fl_arena_alloc(ev->scratch, sizeof(int32_t) * (size_t)(total + 1)),
                  .row = fl_arena_alloc(ev->scratch, sizeof(int32_t) * (size_t)(total + 1))};
    int next = 0;
    for (int k = 0; k < rows.n; k++) {
        int row = fl_row_at(rows, k);
        for (; next <= row; next++) to[next] = g.n;
        for (int e = from[row]; e < from[row + 1]; e++, g.n++) {
            g.at[g.n] = e;
            g.row[g.n] = row;
        }
    }
    for (; next <= out->n; next++) to[next] = g.n;
    return g;
}

/* ARRAY, MAP, MULTISET: child by child. */
static int cast_list(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    gathered g = gather_elements(ev, in[0], out, rows);
    uint8_t *failed = fl_cast_is_try(call) ? fl_arena_zalloc(ev->scratch, fl_bitmap_bytes(g.n) + 8) : NULL;
    for (int c = 0; c < out->n_children; c++) {
        fl_column *from = fl_column_new(in[0]->child[c]->type, g.n);
        fl_column_append_indexed(from, in[0]->child[c], g.at, g.n);
        int rc = cast_elements(ev, call, from, out->child[c], failed, err);
        fl_column_unref(from);
        if (rc < 0) return rc;
    }
    for (int i = 0; failed != NULL && i < g.n; i++)
        if (fl_bit(failed, i)) FL_TRY(fl_cast_refuse(call, out, g.row[i], err, FL_ERR_VALUE_CAST_ELEMENT));
    return 0;
}

static int cast_row(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    int n = out->n;
    int32_t *at = fl_arena_alloc(ev->scratch, sizeof *at * (size_t)(rows.n + 1));
    for (int k = 0; k < rows.n; k++) at[k] = fl_row_at(rows, k);
    uint8_t *failed = fl_cast_is_try(call) ? fl_arena_zalloc(ev->scratch, fl_bitmap_bytes(rows.n) + 8) : NULL;
    for (int c = 0; c < out->n_children; c++) {
        fl_column *from = fl_column_new(in[0]->child[c]->type, rows.n),
                  *to = fl_column_new(out->type->fields[c].type, n);
        fl_column_append_indexed(from, in[0]->child[c], at, rows.n);
        int rc = cast_elements(ev, call, from, to, failed, err);
        for (int k = 0, i = 0; rc >= 0 && i < n; i++) { /* back to the rows they came from */
            if (k < rows.n && at[k] == i)
                fl_column_append_from(out->child[c], to, k++);
            else
                fl_column_append_null(out->child[c]);
        }
        fl_column_unref(from);
        fl_column_unref(to);
        if (rc < 0) return rc;
    }
    for (int k = 0; failed != NULL && k < rows.n; k++)
        if (fl_bit(failed, k)) FL_TRY(fl_cast_refuse(call, out, at[k], err, FL_ERR_VALUE_CAST_FIELD));
    return 0;
}

static fl_kernel_fn *nested_cast(const fl_type *from, const fl_type *to) {
    if (from->kind != to->kind || from->n_fields != to->n_fields) return NULL;
    for (int i = 0; i < from->n_fields; i++)
        if (!fl_cast_is_possible(from->fields[i].type, to->fields[i].type)) return NULL;
    return from->kind == FL_T_ROW ? cast_row : cast_list;
}

/* ---- finding the kernel ---- */

static bool is_constructed(const fl_type *t) {
    return t->kind == FL_T_ARRAY || t->kind == FL_T_MAP || t->kind == FL_T_MULTISET || t->kind == FL_T_ROW;
}

static bool is_numeric_or_boolean(const fl_type *t) { return fl_type_is_numeric(t) || t->kind == FL_T_BOOLEAN; }

fl_kernel_fn *fl_cast_kernel(const fl_type *from, const fl_type *to) {
    if (fl_type_is(from, FL_T_VARIANT)) return fl_cast_from_variant(to);
    if (fl_type_is_char(to)) return fl_cast_to_text(from, to);
    if (fl_type_is_char(from)) return fl_cast_from_text(from, to);
    if (fl_type_is_binary(from) && fl_type_is_binary(to)) return fl_cast_binary(from, to);
    if (from->kind == FL_T_BOOLEAN && to->kind == FL_T_BOOLEAN) return cast_same;
    if (is_numeric_or_boolean(from) && is_numeric_or_boolean(to)) return number_cast(from, to);
    if (fl_type_is_datetime(from) && fl_type_is_datetime(to)) return time_cast(from, to);
    bool counts = to->kind == FL_T_INT || to->kind == FL_T_BIGINT;
    if (fl_type_is_interval(from) && counts) return primitive_cast(fl_type_phys(from), fl_type_phys(to));
    if (fl_type_is_integer(from) && fl_type_is_interval(to))
        return primitive_cast(fl_type_phys(from), fl_type_phys(to));
    if (fl_type_is_interval(from)) return from->kind == to->kind ? cast_same : NULL;
    if (is_constructed(from)) return nested_cast(from, to);
    return fl_type_same_layout(from, to) ? cast_same : NULL;
}

/* ---- the functions ---- */

/* Kernels that follow pointers, can fail, or must not meet a number that has more digits than its type. */
static bool is_careful(fl_kernel_fn *kernel) {
    return !(kernel == cast_same || kernel == i8_decimal64 || kernel == i8_decimal128 || kernel == i16_decimal64 ||
             kernel == i16_decimal128 || kernel == i32_decimal64 || kernel == i32_decimal128 ||
             kernel == i64_decimal64 || kernel == i64_decimal128 || kernel == widen_64_64 || kernel == widen_64_128 ||
             kernel == widen_128_128 || kernel == ms_to_us || kernel == ms_to_ns || kernel == us_to_ns);
}

static bool is_plain_number(const fl_type *t) {
    return fl_type_is_integer(t) || fl_type_is_approximate(t) || fl_type_is_interval(t);
}

static int refuse_pair(const fl_expr *call, const fl_type *from, const fl_type *to, fl_error *err) {
    fl_arena scratch;
    fl_arena_init(&scratch);
    const char *x = fl_type_name(&scratch, from, FL_TYPE_BARE), *y = fl_type_name(&scratch, to, FL_TYPE_BARE);
    const char *fk = from->kind == FL_T_TIMESTAMP ? "TIMESTAMP" : "TIMESTAMP_LTZ";
    const char *tk = to->kind == FL_T_TIMESTAMP ? "TIMESTAMP" : "TIMESTAMP_LTZ";
    if (fl_type_is_numeric(from) && fl_type_is_timestamp(to)) {
        fl_fail(err, FL_ERR_FUNCTION_CAST_NUMBER_TO_TIME, tk);
        fl_error_hint(err, "%s",
                      to->kind == FL_T_TIMESTAMP
                          ? "use TO_TIMESTAMP(FROM_UNIXTIME(numeric_col)), the number being in seconds"
                          : "use TO_TIMESTAMP_LTZ(numeric_col, precision)");
    } else if (fl_type_is_timestamp(from) && fl_type_is_numeric(to)) {
        fl_fail(err, FL_ERR_FUNCTION_CAST_TIME_TO_NUMBER, fk);
    } else {
        fl_fail(err, FL_ERR_FUNCTION_CAST, x, y);
    }
    fl_arena_deinit(&scratch);
    return fl_error_at(err, call->span);
}

static const fl_function careful_cast, careful_try_cast;

static fl_kernel_fn *choose_cast(const fl_expr *call) {
    const fl_type *from = call->args[0]->type, *to = call->type;
    return fl_type_equal(from, to, false) ? cast_same : fl_cast_kernel(from, to);
}

/* What Flink refuses only once it makes code: a NULL that is written never comes that far. */
static bool is_time_and_number(const fl_type *from, const fl_type *to) {
    return (fl_type_is_numeric(from) && fl_type_is_timestamp(to)) ||
           (fl_type_is_timestamp(from) && fl_type_is_numeric(to));
}

/* args[1] is a NULL of the target type: fl_expr_cast puts it there. */
static int infer_cast(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type *from = call->args[0]->type, *to = call->args[1]->type;
    bool try_cast = call->fn->name[0] == 'T';
    call->n_args = 1;
    bool null = fl_type_is(from, FL_T_VARIANT) && !fl_type_is(to, FL_T_VARIANT); /* a JSON null is NULL */
    FL_TRY(fl_typed(b, call, to, try_cast || from->nullable || null));
    fl_kernel_fn *kernel = choose_cast(call);
    if (kernel == NULL && is_time_and_number(from, to) && fl_expr_is_literal(call->args[0]) &&
        call->args[0]->value.is_null)
        return fl_become(call, fl_expr_null(b->arena, to));
    if (kernel == NULL) return refuse_pair(call, from, to, err);
    if (from->kind == FL_T_BOOLEAN && to->kind == FL_T_DECIMAL && to->precision == to->scale && !try_cast) {
        fl_fail(err, FL_ERR_FUNCTION_CAST_ONE, to->precision, to->scale);
        return fl_error_at(err, call->span);
    }
    if (is_careful(kernel) && !(is_plain_number(from) && is_plain_number(to)))
        call->fn = try_cast ? &careful_try_cast : &careful_cast;
    return 0;
}

#define CAST_ROW(word, more_flags)                                                                                     \
    {                                                                                                                  \
        .name = word, .min_args = 2, .max_args = 2, .flags = FL_FN_STRICT | (more_flags), .infer = infer_cast,         \
        .choose = choose_cast, .signature = word "(x AS type)",                                                        \
        .doc = "Converts a value to another type; TRY_CAST gives NULL where CAST fails."                               \
    }

/* The forms for texts, decimals and nested types, which see only rows that need them. */
static const fl_function careful_cast = CAST_ROW("CAST", FL_FN_FALLIBLE | FL_FN_COSTLY);
static const fl_function careful_try_cast = CAST_ROW("TRY_CAST", FL_FN_COSTLY);

FL_FUNCTION_TABLE(cast) = {CAST_ROW("CAST", 0), CAST_ROW("TRY_CAST", 0), {0}};
