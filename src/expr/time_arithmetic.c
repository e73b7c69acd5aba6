/* SPDX-License-Identifier: Apache-2.0 */
/* time_arithmetic.c -- + - * where a date, a time, a timestamp or an interval is among the operands.
 *
 *     TIMESTAMP, TIMESTAMP_LTZ ± INTERVAL DAY TO SECOND     milliseconds: a vector loop in the unit of the column
 *     TIMESTAMP, TIMESTAMP_LTZ ± INTERVAL YEAR TO MONTH     the calendar, the day clamped to the month's end
 *     DATE ± INTERVAL                                       stays a DATE: whole days of the interval, cut towards zero
 *     TIME ± INTERVAL                                       wraps within the day; months do nothing
 *     INTERVAL ± INTERVAL of one kind, INTERVAL * integer
 *
 * The result of TIMESTAMP ± INTERVAL keeps the mark of a row time, as in Flink. fl_infer_time puts the interval second
 * and the kernel is picked by the types of both and the operator.
 */
#include "expr/functions_int.h"

/* ---- timestamps and days of interval ---- */

#define TIMESTAMP_KERNELS(name, sign)                                                                                  \
    FL_BINARY_KERNEL(name##_ms, int64_t, int64_t, int64_t, (uint64_t)x sign(uint64_t) y)                               \
    FL_BINARY_KERNEL(name##_us, int64_t, int64_t, int64_t, (uint64_t)x sign(uint64_t) y * 1000u)                       \
    FL_BINARY_KERNEL(name##_ns, fl_i128, int64_t, fl_i128, (fl_u128)x sign(fl_u128)((fl_i128)y * 1000000))             \
    FL_BINARY_KERNEL(name##_date, int32_t, int64_t, int32_t, (uint32_t)x sign(uint32_t)(y / FL_MS_PER_DAY))            \
    FL_BINARY_KERNEL(name##_time, int32_t, int64_t, int32_t,                                                           \
                     (int32_t)fl_floor_mod((int64_t)x sign(y % FL_MS_PER_DAY), FL_MS_PER_DAY))
TIMESTAMP_KERNELS(plus, +)
TIMESTAMP_KERNELS(minus, -)

/* ---- months ---- */

static inline int64_t clamped(fl_i128 days, int64_t months) { return fl_days_add_months((int64_t)days, months); }

/* Moves the stored number of a timestamp by months; unit: how many of it make a day. */
static fl_i128 add_months(fl_i128 x, fl_i128 per_day, int64_t months) {
    fl_i128 days = x / per_day - (x % per_day < 0);
    return (fl_i128)clamped(days, months) * per_day + (x - days * per_day);
}

static int shift_months(const fl_column *a, const fl_column *b, fl_column *out, fl_rows rows, int sign) {
    bool date = a->phys == FL_P_I32;
    fl_i128 per_day = date ? 1 : FL_MS_PER_DAY * fl_pow10_i128(fl_type_timestamp_unit(out->type) - 3);
    if (a->constant && b->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        int64_t months = (int64_t)sign * FL_DATA(b, int32_t)[fl_column_at(b, i)];
        if (date)
            FL_DATA(out, int32_t)[i] = (int32_t)fl_days_add_months(FL_DATA(a, int32_t)[fl_column_at(a, i)], months);
        else
            fl_decimal_put(out, i, add_months(fl_decimal_at(a, fl_column_at(a, i)), per_day, months));
    });
    return 0;
}

static int plus_months(FL_KERNEL_ARGS) { return shift_months(in[0], in[1], out, rows, 1); }
static int minus_months(FL_KERNEL_ARGS) { return shift_months(in[0], in[1], out, rows, -1); }

/* A TIME does not change with the month. */
FL_BINARY_KERNEL(time_and_months, int32_t, int32_t, int32_t, ((void)y, x))

/* ---- intervals ---- */

FL_BINARY_KERNEL(plus_interval_months, int32_t, int32_t, int32_t, (uint32_t)x + (uint32_t)y)
FL_BINARY_KERNEL(minus_interval_months, int32_t, int32_t, int32_t, (uint32_t)x - (uint32_t)y)
FL_BINARY_KERNEL(times_interval_day, int64_t, int64_t, int64_t, (uint64_t)x *(uint64_t)y)
FL_BINARY_KERNEL(times_interval_months, int32_t, int64_t, int32_t, (uint64_t)(int64_t)x *(uint64_t)y)

/* ---- whole months between two times ---- */

int64_t fl_months_between_days(int64_t d0, int64_t d1) {
    if (d0 < d1) return -fl_months_between_days(d1, d0);
    int64_t y0, y1;
    int m0, m1, day;
    fl_civil_from_days(d0, &y0, &m0, &day);
    fl_civil_from_days(d1, &y1, &m1, &day);
    int64_t m = (y0 - y1) * 12 + m0 - m1; /* brings d1 into the month of d0 */
    return fl_days_add_months(d1, m) > d0 ? m - 1 : m;
}

int64_t fl_months_between(int64_t t0, int64_t t1) {
    int64_t d0 = fl_floor_div(t0, FL_MS_PER_DAY), d1 = fl_floor_div(t1, FL_MS_PER_DAY);
    int64_t x = fl_months_between_days(d0, d1);
    return x - (fl_days_add_months(d1, x) == d0 && fl_floor_mod(t0, FL_MS_PER_DAY) < fl_floor_mod(t1, FL_MS_PER_DAY));
}

/* ---- types ---- */

static void swap(fl_expr *call) {
    fl_expr *first = call->args[0];
    call->args[0] = call->args[1];
    call->args[1] = first;
}

/* Nullable if either operand is; only the mark of a row time stays. */
static int typed(fl_bind *b, fl_expr *call, const fl_type *t) {
    if (t->attr == FL_ATTR_PROCTIME) t = fl_type_attr(b->arena, t, FL_ATTR_NONE);
    return fl_typed(b, call, t, fl_args_nullable(call));
}

int fl_infer_time(fl_bind *b, fl_expr *call, fl_error *err) {
    char op = call->fn->name[0];
    const fl_type *x = call->args[0]->type, *y = call->args[1]->type;
    if (op != '-' && fl_type_is_interval(x) && !fl_type_is_interval(y)) {
        if (op == '+') swap(call);
    } else if (op == '*' && fl_type_is_interval(y)) {
        swap(call);
    }
    x = call->args[0]->type, y = call->args[1]->type;
    if (op == '*') {
        if (!fl_type_is_interval(x) || !fl_type_is_integer(y)) return fl_bad_arguments(call, err);
        FL_TRY(fl_coerce(b, call, 1, fl_type_of(FL_T_BIGINT, true), err));
        return typed(b, call, x);
    }
    if (!fl_type_is_interval(y)) return fl_bad_arguments(call, err);
    if (!fl_type_is_datetime(x) && x->kind != y->kind) return fl_bad_arguments(call, err);
    return typed(b, call, x);
}

/* Kernels by first operand and whether the interval counts months. */
static fl_kernel_fn *add_kernel(const fl_type *x, bool months) {
    switch (x->kind) {
    case FL_T_DATE: return months ? plus_months : plus_date;
    case FL_T_TIME: return months ? time_and_months : plus_time;
    case FL_T_INTERVAL_MONTH: return plus_interval_months;
    case FL_T_INTERVAL_DAY: return plus_ms;
    default: break;
    }
    int unit = fl_type_timestamp_unit(x);
    return months ? plus_months : unit == 3 ? plus_ms : unit == 6 ? plus_us : plus_ns;
}

static fl_kernel_fn *subtract_kernel(const fl_type *x, bool months) {
    switch (x->kind) {
    case FL_T_DATE: return months ? minus_months : minus_date;
    case FL_T_TIME: return months ? time_and_months : minus_time;
    case FL_T_INTERVAL_MONTH: return minus_interval_months;
    case FL_T_INTERVAL_DAY: return minus_ms;
    default: break;
    }
    int unit = fl_type_timestamp_unit(x);
    return months ? minus_months : unit == 3 ? minus_ms : unit == 6 ? minus_us : minus_ns;
}

fl_kernel_fn *fl_time_kernel(const fl_expr *call) {
    const fl_type *x = call->args[0]->type;
    bool months = call->args[1]->type->kind == FL_T_INTERVAL_MONTH;
    switch (call->fn->name[0]) {
    case '+': return add_kernel(x, months);
    case '-': return subtract_kernel(x, months);
    default: return x->kind == FL_T_INTERVAL_MONTH ? times_interval_months : times_interval_day;
    }
}

bool fl_time_kernel_careful(const fl_expr *call) {
    fl_kernel_fn *kernel = fl_time_kernel(call);
    return kernel == plus_months || kernel == minus_months;
}
