/* SPDX-License-Identifier: Apache-2.0 */
/* bind_literal.c -- the texts of literals as typed values. */
#include "data/decimal.h"
#include "data/timestamp.h"
#include "messages/syntax.h"
#include "messages/value.h"
#include "sql/binder_int.h"

/* ---- numbers ---- */

static int out_of_range(const fl_ast_expr *e, fl_error *err) {
    return fl_bind_fail(e->pos, err, FL_ERR_VALUE_LITERAL_RANGE, (int)e->text.n, e->text.p);
}

static fl_expr *literal(fl_binder *b, const fl_ast_expr *e, const fl_value *v) {
    fl_expr *x = fl_expr_literal(b->ctx->arena, v);
    x->span = fl_span_of(e->pos);
    return x;
}

static int bind_integer(fl_binder *b, const fl_ast_expr *e, fl_str digits, fl_expr **out, fl_error *err) {
    fl_value v = {0};
    if (fl_i64_parse(digits, &v.i) != FL_NUMBER_OK) return out_of_range(e, err);
    v.type = fl_type_of(v.i >= INT32_MIN && v.i <= INT32_MAX ? FL_T_INT : FL_T_BIGINT, false);
    *out = literal(b, e, &v);
    return 0;
}

/* The digits decide the type as they are written: 0.50 is DECIMAL(3, 2), .5 is DECIMAL(1, 1). The value without its
 * point must be a BIGINT. */
static int bind_decimal(fl_binder *b, const fl_ast_expr *e, size_t point, fl_expr **out, fl_error *err) {
    int scale = (int)(e->text.n - point - 1), precision = FL_MIN((int)e->text.n - 1, FL_DECIMAL_PRECISION_MAX);
    fl_i128 x;
    if (scale > FL_DECIMAL_PRECISION_MAX || fl_decimal_parse(e->text, precision, scale, &x) != FL_NUMBER_OK ||
        x != (int64_t)x)
        return out_of_range(e, err);
    fl_value v = {.type = fl_type_decimal(b->ctx->arena, precision, scale, false)};
    if (fl_type_phys(v.type) == FL_P_I128)
        v.w = x;
    else
        v.i = (int64_t)x;
    *out = literal(b, e, &v);
    return 0;
}

static int bind_number(fl_binder *b, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    size_t point = e->text.n;
    for (size_t i = 0; i < e->text.n; i++) {
        if (e->text.p[i] == 'e' || e->text.p[i] == 'E') {
            fl_value v = {.type = fl_type_of(FL_T_DOUBLE, false)};
            if (!fl_double_parse(e->text, &v.d) || v.d - v.d != 0) return out_of_range(e, err);
            *out = literal(b, e, &v);
            return 0;
        }
        if (e->text.p[i] == '.') point = i;
    }
    if (point >= e->text.n - 1)
        return bind_integer(b, e, fl_str_make(e->text.p, FL_MIN(point, e->text.n)), out, err); /* 1. is INT */
    return bind_decimal(b, e, point, out, err);
}

/* ---- texts and bytes ---- */

static int bind_text(fl_binder *b, const fl_ast_expr *e, fl_expr **out) {
    bool binary = e->kind == FL_AX_BINARY;
    int length = (int)(binary ? (int64_t)e->text.n : fl_utf16_count(e->text)); /* Flink counts units of UTF-16 */
    fl_value v = {.type = fl_type_text(b->ctx->arena, binary ? FL_T_BINARY : FL_T_CHAR, length, false), .s = e->text};
    *out = literal(b, e, &v);
    return 0;
}

/* ---- dates and times ---- */

static int illegal(const fl_ast_expr *e, const char *what, const char *form, fl_error *err) {
    return fl_bind_fail(e->pos, err, FL_ERR_SYNTAX_LITERAL, what, (int)e->text.n, e->text.p, form);
}

static int bind_date(fl_binder *b, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    int32_t days;
    if (!fl_date_parse_strict(e->text, &days)) return illegal(e, "DATE", "yyyy-MM-dd", err);
    fl_value v = {.type = fl_type_of(FL_T_DATE, false), .i = days};
    *out = literal(b, e, &v);
    return 0;
}

static int bind_time(fl_binder *b, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    int32_t ms;
    if (!fl_time_parse_strict(e->text, false, &ms)) return illegal(e, "TIME", "HH:mm:ss", err);
    fl_value v = {.type = fl_type_time(b->ctx->arena, FL_T_TIME, 0, false), .i = ms};
    *out = literal(b, e, &v);
    return 0;
}

static int bind_timestamp(fl_binder *b, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_ts t;
    if (!fl_ts_parse_strict(e->text, ' ', false, &t)) return illegal(e, "TIMESTAMP", "yyyy-MM-dd HH:mm:ss", err);
    const char *point = memchr(e->text.p, '.', e->text.n);
    int digits = point != NULL ? (int)(e->text.p + e->text.n - point - 1) : 0;
    fl_value v = {.type =
                      fl_type_time(b->ctx->arena, FL_T_TIMESTAMP, FL_MIN(digits, FL_TIMESTAMP_PRECISION_MAX), false)};
    fl_i128 packed = fl_ts_pack(t, fl_type_timestamp_unit(v.type));
    if (fl_type_phys(v.type) == FL_P_I128)
        v.w = packed;
    else
        v.i = (int64_t)packed;
    *out = literal(b, e, &v);
    return 0;
}

/* ---- intervals ---- */

typedef struct interval_unit {
    fl_time_unit unit;
    int64_t months, ms; /* one of the two */
    char separator;     /* before this field when it is not the first */
    int most;           /* its largest value then */
} interval_unit;

static const interval_unit interval_units[] = {
    {FL_UNIT_YEAR, 12, 0, 0, 0},           {FL_UNIT_QUARTER, 3, 0, 0, 0},
    {FL_UNIT_MONTH, 1, 0, '-', 11},        {FL_UNIT_WEEK, 0, 7 * FL_MS_PER_DAY, 0, 0},
    {FL_UNIT_DAY, 0, FL_MS_PER_DAY, 0, 0}, {FL_UNIT_HOUR, 0, 3600000, ' ', 23},
    {FL_UNIT_MINUTE, 0, 60000, ':', 59},   {FL_UNIT_SECOND, 0, 1000, ':', 59},
};
enum { INTERVAL_FRACTION_DEFAULT = 6, LEADING_PRECISION_MAX = 10 };

static int unit_index(fl_time_unit u) {
    for (int i = 0; i < (int)FL_ARRAY_LEN(interval_units); i++)
        if (interval_units[i].unit == u) return i;
    return -1;
}

/* Digits at *p as a number that is at most `most`; -1: there are none, or it is more. */
static int64_t take_digits(const char **p, const char *end, int64_t most) {
    int64_t x = 0;
    int n = 0;
    for (; *p < end && (unsigned char)(**p - '0') < 10; (*p)++, n++) {
        x = x * 10 + (**p - '0');
        if (x > most) return -1;
    }
    return n > 0 ? x : -1;
}

/* ".123456": up to `digits` may be written, the first three count. */
static bool take_fraction(const char **p, const char *end, int digits, int64_t *ms) {
    if (*p == end || **p != '.') return true;
    int n = 0, scale = 100;
    for ((*p)++; *p < end && (unsigned char)(**p - '0') < 10; (*p)++, n++) {
        *ms += (**p - '0') * scale;
        scale /= 10;
    }
    return n > 0 && n <= digits;
}

/* The fields from..to of the qualifier, in order. False: the text does not have that form. */
static bool parse_interval(const fl_ast_expr *e, int64_t *months, int64_t *ms) {
    const fl_interval_qualifier *q = &e->interval;
    fl_str s = fl_str_trim(e->text);
    const char *p = s.p, *end = s.p + s.n;
    bool negative = e->flag;
    int fraction = q->fraction_precision >= 0 ? q->fraction_precision : INTERVAL_FRACTION_DEFAULT;
    if (p < end && (*p == '-' || *p == '+')) negative ^= *p++ == '-';
    int first = unit_index(q->from), last = q->to != FL_UNIT_NONE ? unit_index(q->to) : first;
    if (first < 0 || last < first) return false;
    for (int u = first; u <= last; u++) {
        const interval_unit *unit = &interval_units[u];
        if (u > first && (unit->unit == FL_UNIT_QUARTER || unit->unit == FL_UNIT_WEEK))
            continue; /* between YEAR and MONTH: no field */
        if (u > first && (p == end || *p++ != unit->separator)) return false;
        int64_t x =
            take_digits(&p, end, u > first ? unit->most : fl_pow10_i64[q->precision > 0 ? q->precision : 2] - 1);
        if (x < 0) return false;
        *months += x * unit->months;
        *ms += x * unit->ms;
        if (unit->unit == FL_UNIT_SECOND && !take_fraction(&p, end, fraction, ms)) return false;
    }
    if (p != end) return false;
    if (negative) {
        *months = -*months;
        *ms = -*ms;
    }
    return true;
}

static int bind_interval(fl_binder *b, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    int64_t months = 0, ms = 0;
    bool long_unit = interval_units[unit_index(e->interval.from)].months > 0;
    if (e->interval.precision == 0 || e->interval.precision > LEADING_PRECISION_MAX)
        return fl_bind_fail(e->pos, err, FL_ERR_SYNTAX_INTERVAL_PRECISION, e->interval.precision,
                            fl_time_unit_name[e->interval.from]);
    if (!parse_interval(e, &months, &ms))
        return fl_bind_fail(e->pos, err, FL_ERR_SYNTAX_INTERVAL_LITERAL, (int)e->text.n, e->text.p,
                            fl_time_unit_name[e->interval.from], e->interval.to ? " TO " : "",
                            e->interval.to ? fl_time_unit_name[e->interval.to] : "");
    fl_value v = {.type = fl_type_of(long_unit ? FL_T_INTERVAL_MONTH : FL_T_INTERVAL_DAY, false),
                  .i = long_unit ? months : ms};
    *out = literal(b, e, &v);
    return 0;
}

int64_t fl_interval_unit_size(fl_time_unit unit) {
    int i = unit_index(unit);
    return i < 0 ? 0 : interval_units[i].months + interval_units[i].ms;
}

int fl_bind_literal(fl_binder *b, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_value v = {0};
    switch (e->kind) {
    case FL_AX_NUMBER: return bind_number(b, e, out, err);
    case FL_AX_STRING:
    case FL_AX_BINARY: return bind_text(b, e, out);
    case FL_AX_SYMBOL: v = (fl_value){.type = fl_type_string(false), .s = e->text}; break;
    case FL_AX_BOOLEAN: v = (fl_value){.type = fl_type_of(FL_T_BOOLEAN, false), .i = e->flag}; break;
    case FL_AX_UNKNOWN: v = fl_value_null(fl_type_of(FL_T_BOOLEAN, true)); break;
    case FL_AX_NULL: v = fl_value_null(fl_type_of(FL_T_NULL, true)); break;
    case FL_AX_DATE: return bind_date(b, e, out, err);
    case FL_AX_TIME: return bind_time(b, e, out, err);
    case FL_AX_TIMESTAMP: return bind_timestamp(b, e, out, err);
    case FL_AX_INTERVAL: return bind_interval(b, e, out, err);
    default: fl_assert(!"a literal");
    }
    *out = literal(b, e, &v);
    return 0;
}
