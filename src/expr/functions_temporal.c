/* SPDX-License-Identifier: Apache-2.0 */
/* functions_temporal.c -- parts of dates and times: EXTRACT, FLOOR and CEIL TO a unit, differences and sums in units.
 *
 * What:       every value is first milliseconds (a DATE at midnight, a TIMESTAMP_LTZ as wall time of the session
 *             zone); a unit is then a loop over those. The calendar part of a TIMESTAMP before 1970 is cut towards
 *             zero, as in Flink: EXTRACT(YEAR FROM TIMESTAMP '1969-12-31 23:59:59.999') is 1970.
 * Rewrites:   YEAR(t) is EXTRACT('YEAR', t); TIMESTAMPADD(unit, n, t) is t + n * INTERVAL '1' unit.
 * Interface:  the table at the end. Units come as STRING literals in upper case: EXTRACT(unit, t), FLOOR(t, unit),
 *             TIMESTAMPADD(unit, n, t), TIMESTAMPDIFF(unit, a, b), MINUS_DATE(a, b, unit). FLOOR and CEIL have their
 *             rows in functions_math.c; fl_infer_floor_time moves them to the forms here.
 */
#include "expr/functions_int.h"

#include "messages/function.h"

enum { MS_SECOND = 1000, MS_MINUTE = 60000, MS_HOUR = 3600000, MS_DAY = 86400000 };

/* ---- a value as milliseconds ---- */

static inline int64_t ms_at(const fl_column *c, int i) {
    i = fl_column_at(c, i);
    switch (c->type->kind) {
    case FL_T_DATE: return FL_DATA(c, int32_t)[i] * FL_MS_PER_DAY;
    case FL_T_TIME:
    case FL_T_INTERVAL_MONTH: return FL_DATA(c, int32_t)[i];
    case FL_T_INTERVAL_DAY: return FL_DATA(c, int64_t)[i];
    default: return fl_type_timestamp_unit(c->type) == 3 ? FL_DATA(c, int64_t)[i] : fl_column_ts(c, i).ms;
    }
}

/* Whether the column's memory is milliseconds as it is. */
static bool holds_ms(const fl_column *c) {
    return c->phys == FL_P_I64 && !(fl_type_is_timestamp(c->type) && fl_type_timestamp_unit(c->type) != 3);
}

/* x / by of n numbers, cut towards zero, as doubles, of which a CPU divides many at once. They are exact below 2^53: the
 * quotient is further from the next whole number than it is rounded. False, and nothing of use: some number is larger. */
FL_CLONES static bool divide_all(const int64_t *restrict x, int64_t by, int64_t *restrict out, int n) {
    const double divisor = (double)by;
    uint64_t beyond = 0;
    for (int i = 0; i < n; i++) {
        beyond |= ((uint64_t)x[i] + (1ull << 52)) >> 53;
        out[i] = (int64_t)((double)x[i] / divisor);
    }
    return beyond == 0;
}

/* The zone whose wall time a column shows, or NULL if it needs none. */
static const fl_tz *zone_of(const fl_eval *ev, const fl_column *c) {
    return fl_type_is(c->type, FL_T_TIMESTAMP_LTZ) && !fl_tz_is_utc(ev->tz) ? ev->tz : NULL;
}

static inline int64_t wall_ms_at(const fl_column *c, int i, const fl_tz *zone) {
    int64_t ms = ms_at(c, i);
    return zone != NULL ? fl_tz_to_local(zone, ms) : ms;
}

/* ---- the calendar ---- */

static inline fl_civil date_of(int64_t day) {
    fl_civil c = {0};
    fl_civil_from_days(day, &c.year, &c.month, &c.day);
    return c;
}

static inline int64_t year_of(int64_t day) { return date_of(day).year; }
static inline int month_of(int64_t day) { return date_of(day).month; }
static inline int day_of_month(int64_t day) { return date_of(day).day; }

/* Monday is 1; 1970-01-01 was a Thursday. */
static int iso_weekday(int64_t day) { return (int)fl_floor_mod(day + 3, 7) + 1; }
/* The Thursday of the week decides to which year the week belongs. */
static int64_t thursday_of(int64_t day) { return day - iso_weekday(day) + 4; }
static int64_t iso_week(int64_t day) {
    int64_t thursday = thursday_of(day);
    return (thursday - fl_days_from_civil(year_of(thursday), 1, 1)) / 7 + 1;
}

/* ---- EXTRACT(unit, t) ---- */

/* Milliseconds are in o already; each unit makes its number of them. */
#define EACH(expr) FL_EACH_ROW(rows, i, const int64_t t = o[i], day = t / MS_DAY; (void)day; o[i] = (expr))

/* ---- row by row ---- */

static void extract_calendar_at(fl_unit unit, int64_t *o, fl_rows rows) {
    switch (unit) {
    case FL_U_YEAR: EACH(year_of(day)); break;
    case FL_U_QUARTER: EACH((month_of(day) + 2) / 3); break;
    case FL_U_MONTH: EACH(month_of(day)); break;
    case FL_U_WEEK: EACH(iso_week(day)); break;
    case FL_U_DAY: EACH(day_of_month(day)); break;
    case FL_U_DOW: EACH(iso_weekday(day) % 7 + 1); break;
    case FL_U_ISODOW: EACH(iso_weekday(day)); break;
    case FL_U_DOY: EACH(day - fl_days_from_civil(year_of(day), 1, 1) + 1); break;
    case FL_U_ISOYEAR: EACH(year_of(thursday_of(day))); break;
    case FL_U_DECADE: EACH(year_of(day) / 10); break;
    case FL_U_CENTURY: EACH(year_of(day) > 0 ? (year_of(day) + 99) / 100 : (year_of(day) - 99) / 100); break;
    case FL_U_MILLENNIUM: EACH(year_of(day) > 0 ? (year_of(day) + 999) / 1000 : (year_of(day) - 999) / 1000); break;
    default: fl_assert(!"a unit of the calendar");
    }
}

/* ---- of all rows at once ---- */

enum { BLOCK = 512 };

#define CALENDAR_PART(part)                                                                                            \
    FL_CLONES static void part##s_of(const int64_t *restrict days, int64_t *restrict o, int n) {                       \
        for (int i = 0; i < n; i++) o[i] = fl_calendar_at(days[i]).part;                                               \
    }
CALENDAR_PART(year)
CALENDAR_PART(month)
CALENDAR_PART(day)

static void extract_calendar(fl_unit unit, int64_t *o, fl_rows rows) {
    if (rows.sel != NULL || (unit != FL_U_YEAR && unit != FL_U_MONTH && unit != FL_U_DAY)) {
        extract_calendar_at(unit, o, rows);
        return;
    }
    int64_t days[BLOCK];
    for (int at = 0; at < rows.n; at += BLOCK) {
        const int n = FL_MIN((int)BLOCK, rows.n - at);
        if (!divide_all(o + at, MS_DAY, days, n)) /* all others are days that the calendar reaches */
            extract_calendar_at(unit, o + at, (fl_rows){NULL, n});
        else if (unit == FL_U_YEAR)
            years_of(days, o + at, n);
        else if (unit == FL_U_MONTH)
            months_of(days, o + at, n);
        else
            days_of(days, o + at, n);
    }
}

/* ---- the others ---- */

static void extract_clock(fl_unit unit, int64_t *o, fl_rows rows) {
    switch (unit) {
    case FL_U_HOUR: EACH(t % MS_DAY / MS_HOUR); break;
    case FL_U_MINUTE: EACH(t % MS_HOUR / MS_MINUTE); break;
    case FL_U_SECOND: EACH(t % MS_MINUTE / MS_SECOND); break;
    case FL_U_MILLISECOND: EACH(t % MS_SECOND); break;
    case FL_U_EPOCH: EACH(t / MS_SECOND); break;
    default: fl_assert(!"a unit of the clock");
    }
}

/* Months of an INTERVAL YEAR TO MONTH, milliseconds of the other. */
static void extract_interval(fl_unit unit, int64_t *o, fl_rows rows) {
    switch (unit) {
    case FL_U_YEAR: EACH(t / 12); break;
    case FL_U_MONTH: EACH(t % 12); break;
    case FL_U_DECADE: EACH(t / 120); break;
    case FL_U_CENTURY: EACH(t / 1200); break;
    case FL_U_MILLENNIUM: EACH(t / 12000); break;
    case FL_U_DAY: EACH(day); break;
    default: extract_clock(unit, o, rows); break;
    }
}

/* The fraction of the second of a timestamp, in microseconds or nanoseconds. */
static void extract_fraction(fl_unit unit, const fl_column *c, int64_t *o, fl_rows rows) {
    FL_EACH_ROW(rows, i, {
        fl_ts t = fl_column_ts(c, i);
        int64_t ms = t.ms % MS_SECOND; /* before 1970 below zero, and what t.nanos has is added to it */
        o[i] = unit == FL_U_NANOSECOND ? ms * 1000000 + t.nanos : ms * 1000 + t.nanos / 1000;
    });
}

static bool is_calendar_unit(fl_unit u) {
    return (u >= FL_U_DAY && u <= FL_U_MILLENNIUM) || (u >= FL_U_DOW && u <= FL_U_ISOYEAR);
}

static int extract(FL_KERNEL_ARGS) {
    const fl_column *c = in[1];
    int64_t *o = out->data;
    fl_unit unit = fl_unit_find(fl_symbol(call->expr->args[0]));
    if (c->constant) rows = fl_constant_rows(out, rows);
    if (unit == FL_U_MICROSECOND || unit == FL_U_NANOSECOND) {
        extract_fraction(unit, c, o, rows);
        return 0;
    }
    const fl_tz *zone = unit == FL_U_EPOCH ? NULL : zone_of(ev, c);
    if (zone == NULL && holds_ms(c))
        memcpy(o, c->data, sizeof *o * (size_t)(c->constant ? 1 : out->n)); /* they are milliseconds */
    else
        FL_EACH_ROW(rows, i, o[i] = wall_ms_at(c, i, zone));
    if (fl_type_is_interval(c->type))
        extract_interval(unit, o, rows);
    else if (is_calendar_unit(unit))
        extract_calendar(unit, o, rows);
    else
        extract_clock(unit, o, rows);
    return 0;
}

static int refuse_unit(const fl_expr *call, fl_unit unit, const char *what, fl_error *err) {
    if (unit == FL_U_NONE) return fl_bad_arguments(call, err);
    fl_fail(err, FL_ERR_FUNCTION_UNIT, fl_unit_name(unit), what);
    return fl_error_at(err, call->span);
}

/* Which units a kind of value has. */
static bool has_unit(const fl_type *t, fl_unit u) {
    bool clock = u == FL_U_HOUR || u == FL_U_MINUTE || u == FL_U_SECOND || u == FL_U_MILLISECOND;
    switch (t->kind) {
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return u != FL_U_NONE;
    case FL_T_DATE: return is_calendar_unit(u) || clock || u == FL_U_EPOCH;
    case FL_T_TIME: return clock;
    case FL_T_INTERVAL_MONTH:
        return u == FL_U_YEAR || u == FL_U_MONTH || u == FL_U_DECADE || u == FL_U_CENTURY || u == FL_U_MILLENNIUM;
    case FL_T_INTERVAL_DAY: return clock || u == FL_U_DAY;
    default: return false;
    }
}

static int infer_extract(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    fl_unit unit = fl_unit_find(fl_symbol(call->args[0]));
    const fl_type *t = call->args[1]->type;
    if (!fl_type_is_datetime(t) && !fl_type_is_interval(t)) return fl_bad_arguments(call, err);
    if (!has_unit(t, unit))
        return refuse_unit(call, unit, t->kind == FL_T_TIME ? "time" : t->kind == FL_T_DATE ? "DATE" : "INTERVAL", err);
    return fl_typed(b, call, fl_type_of(FL_T_BIGINT, true), t->nullable);
}

static fl_kernel_fn *choose_extract(const fl_expr *call FL_UNUSED) { return extract; }

/* YEAR(t) and its like. */
static int infer_part(fl_bind *b, fl_expr *call, fl_error *err) {
    const char *name = call->fn->name, *unit = name;
    if (strcmp(name, "DAYOFMONTH") == 0) unit = "DAY";
    if (strcmp(name, "DAYOFWEEK") == 0) unit = "DOW";
    if (strcmp(name, "DAYOFYEAR") == 0) unit = "DOY";
    fl_expr *e;
    FL_TRY(fl_call2(b, "EXTRACT", fl_symbol_literal(b->arena, unit), call->args[0], call->span, &e, err));
    return fl_become(call, e);
}

static fl_kernel_fn *choose_none(const fl_expr *call FL_UNUSED) { return NULL; }

/* ---- FLOOR and CEIL to a unit ---- */

static int64_t years_in(fl_unit u) { return u == FL_U_DECADE ? 10 : u == FL_U_CENTURY ? 100 : 1000; }

/* Flink rounds days before 15 October 1582 by the Julian calendar: it takes year, month and day there, and counts from
 * them in the Gregorian. */
static int64_t julian_as_gregorian(int64_t day) {
    enum { GREGORIAN_FROM = -141427 }; /* 1582-10-15 */
    if (day >= GREGORIAN_FROM) return day;
    int64_t since = day + 2472670, years = fl_floor_div(4 * since + 3, 1461); /* since 1 March -4800 */
    int64_t of_year = since - fl_floor_div(1461 * years, 4), march = (5 * of_year + 2) / 153;
    int64_t month = march + 3 - 12 * (march / 10);
    return fl_days_from_civil(years - 4800 + march / 10, (int)month, 1) + of_year - (153 * march + 2) / 5;
}

/* The first day of the unit in which a day lies; `up`: of the next one, unless the day is a first day itself. Decades
 * and what is longer always go on to the next. A week begins on Sunday. */
static int64_t round_day(int64_t day, fl_unit unit, bool up) {
    const int back = iso_weekday(day) % 7;
    day = julian_as_gregorian(day);
    const fl_civil c = date_of(day);
    int64_t year = c.year, first;
    int month = c.month, length;
    if (unit == FL_U_MONTH && !up) return day - c.day + 1;
    switch (unit) {
    case FL_U_WEEK: return up && back > 0 ? day + 7 - back : day - back;
    case FL_U_MONTH:
    case FL_U_QUARTER:
    case FL_U_YEAR:
        length = unit == FL_U_MONTH ? 1 : unit == FL_U_QUARTER ? 3 : 12;
        month -= (month - 1) % length;
        first = fl_days_from_civil(year, month, 1);
        return up && day > first ? fl_days_add_months(first, length) : first;
    case FL_U_DECADE: first = year - fl_floor_mod(year, 10); break;
    default: first = year - fl_floor_mod(year - 1, years_in(unit)); break;
    }
    return fl_days_from_civil(first + (up ? years_in(unit) : 0), 1, 1);
}

static int64_t unit_ms(fl_unit u) {
    switch (u) {
    case FL_U_DAY: return MS_DAY;
    case FL_U_HOUR: return MS_HOUR;
    case FL_U_MINUTE: return MS_MINUTE;
    case FL_U_SECOND: return MS_SECOND;
    default: return 1;
    }
}

/* Units longer than a day go by the calendar. */
static bool is_long(fl_unit u) { return u >= FL_U_WEEK && u <= FL_U_MILLENNIUM; }

/* Times that no calendar has, which arithmetic may make, wrap as in Java. */
static int64_t round_ms(int64_t ms, fl_unit unit, bool up) {
    if (is_long(unit)) return (int64_t)((uint64_t)round_day(ms / MS_DAY, unit, up) * (uint64_t)MS_DAY);
    int64_t length = unit_ms(unit);
    if (up) ms = (int64_t)((uint64_t)ms + (uint64_t)length - 1);
    return (int64_t)((uint64_t)ms - (uint64_t)fl_floor_mod(ms, length));
}

static int round_timestamp(FL_KERNEL_ARGS) {
    const fl_column *c = in[0];
    fl_unit unit = fl_unit_find(fl_symbol(call->expr->args[1]));
    bool up = call->expr->fn->name[0] == 'C';
    const fl_tz *zone = zone_of(ev, c);
    int digits = fl_type_timestamp_unit(out->type);
    if (c->constant) rows = fl_constant_rows(out, rows);
    if (zone == NULL && digits == 3 && c->type->kind != FL_T_DATE && fl_type_timestamp_unit(c->type) == 3) {
        const int64_t *from = c->data;
        FL_EACH_ROW(rows, i, FL_DATA(out, int64_t)[i] = round_ms(from[i], unit, up));
        return 0;
    }
    FL_EACH_ROW(rows, i, {
        int64_t ms = round_ms(wall_ms_at(c, i, zone), unit, up);
        if (zone != NULL) ms = fl_tz_to_utc(zone, ms);
        fl_decimal_put(out, i, fl_ts_pack((fl_ts){ms, 0}, digits));
    });
    return 0;
}

/* Units within the day leave a DATE as it is; CEIL TO DAY goes on to the next day always, as in Flink. */
static int round_date(FL_KERNEL_ARGS) {
    const int32_t *days = in[0]->data;
    fl_unit unit = fl_unit_find(fl_symbol(call->expr->args[1]));
    bool up = call->expr->fn->name[0] == 'C';
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        int64_t day = unit == FL_U_DAY ? julian_as_gregorian(days[i]) : days[i];
        if (is_long(unit)) day = round_day(day, unit, up);
        if (unit == FL_U_DAY) day += up;
        FL_DATA(out, int32_t)[i] = (int32_t)day;
    });
    return 0;
}

static int round_time(FL_KERNEL_ARGS) {
    const int32_t *times = in[0]->data;
    fl_unit unit = fl_unit_find(fl_symbol(call->expr->args[1]));
    bool up = call->expr->fn->name[0] == 'C';
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        int64_t ms = round_ms(times[i], unit, up);
        if (ms == MS_DAY && times[i] < MS_DAY) ms = 0; /* one that was beyond the day stays there */
        FL_DATA(out, int32_t)[i] = (int32_t)ms;
    });
    return 0;
}

/* To days and what is longer Flink takes the milliseconds of a TIME for days, and the result may be beyond a day. */
static bool is_time_as_date(const fl_type *t, fl_unit u) {
    return t->kind == FL_T_TIME && (u == FL_U_DAY || is_long(u));
}

static fl_kernel_fn *choose_round(const fl_expr *call) {
    switch (call->type->kind) {
    case FL_T_DATE: return round_date;
    case FL_T_TIME:
        return is_time_as_date(call->type, fl_unit_find(fl_symbol(call->args[1]))) ? round_date : round_time;
    default: return round_timestamp;
    }
}

static bool can_round(const fl_type *t, fl_unit u) {
    bool clock = u >= FL_U_MILLISECOND && u <= FL_U_DAY;
    bool odd = u == FL_U_DOW || u == FL_U_ISODOW || u == FL_U_DOY || u == FL_U_ISOYEAR;
    switch (t->kind) {
    case FL_T_DATE: return clock || is_long(u) || odd;
    default: return clock || is_long(u);
    }
}

static const fl_function floor_form, ceil_form, floor_time_form, ceil_time_form;

int fl_infer_floor_time(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_unit unit = fl_unit_find(fl_symbol(call->args[1]));
    const fl_type *t = call->args[0]->type;
    if (!fl_type_is_datetime(t)) return fl_bad_arguments(call, err);
    if (!can_round(t, unit) && t->kind == FL_T_TIME) {
        fl_fail(err, FL_ERR_FUNCTION_TIME_UNIT, call->fn->name, fl_unit_name(unit));
        return fl_error_at(err, call->span);
    }
    if (!can_round(t, unit)) return refuse_unit(call, unit, "such a", err);
    bool up = call->fn->name[0] == 'C', as_date = is_time_as_date(t, unit);
    call->fn = as_date ? (up ? &ceil_time_form : &floor_time_form) : (up ? &ceil_form : &floor_form);
    if (t->attr == FL_ATTR_PROCTIME) t = fl_type_attr(b->arena, t, FL_ATTR_NONE);
    return fl_typed(b, call, t, t->nullable);
}

/* ---- differences ---- */

/* Wrapping around, as Java's numbers do. */
static int64_t minus(int64_t x, int64_t y) { return (int64_t)((uint64_t)x - (uint64_t)y); }
static int64_t times(int64_t x, int64_t y) { return (int64_t)((uint64_t)x * (uint64_t)y); }

/* Whole units from a to b, cut towards zero. Below a second Flink counts whole seconds. */
static int64_t difference(fl_unit unit, int64_t a, int64_t b) {
    switch (unit) {
    case FL_U_YEAR: return fl_months_between(b, a) / 12;
    case FL_U_QUARTER: return fl_months_between(b, a) / 3;
    case FL_U_MONTH: return fl_months_between(b, a);
    case FL_U_WEEK: return minus(b, a) / (7 * (int64_t)MS_DAY);
    case FL_U_MICROSECOND: return times(minus(b, a) / MS_SECOND, 1000000);
    case FL_U_NANOSECOND: return times(minus(b, a) / MS_SECOND, 1000000000);
    default: return minus(b, a) / unit_ms(unit);
    }
}

/* All differences of two columns of milliseconds, in units of a length. */
static void diff_ms(const int64_t *a, const int64_t *b, int64_t length, int32_t *o, int rows) {
    int64_t apart[BLOCK], whole[BLOCK];
    for (int at = 0; at < rows; at += BLOCK) {
        const int n = FL_MIN((int)BLOCK, rows - at);
        for (int i = 0; i < n; i++) apart[i] = minus(b[at + i], a[at + i]);
        if (!divide_all(apart, length, whole, n))
            for (int i = 0; i < n; i++) whole[i] = apart[i] / length;
        for (int i = 0; i < n; i++) o[at + i] = (int32_t)whole[i];
    }
}

static int timestamp_diff(FL_KERNEL_ARGS) {
    fl_unit unit = fl_unit_find(fl_symbol(call->expr->args[0]));
    const bool steady = unit == FL_U_SECOND || unit == FL_U_MINUTE || unit == FL_U_HOUR || unit == FL_U_DAY;
    if (steady && rows.sel == NULL && !in[1]->constant && !in[2]->constant && holds_ms(in[1]) && holds_ms(in[2])) {
        diff_ms(in[1]->data, in[2]->data, unit_ms(unit), out->data, rows.n);
        return 0;
    }
    FL_EACH_ROW(rows, i, {
        int64_t x = difference(unit, ms_at(in[1], i), ms_at(in[2], i));
        if (out->phys == FL_P_I32)
            FL_DATA(out, int32_t)[i] = (int32_t)x;
        else
            FL_DATA(out, int64_t)[i] = x;
    });
    return 0;
}

/* MINUS_DATE(a, b, unit): an interval of months, or of milliseconds. */
static int minus_date(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        int64_t a = ms_at(in[0], i), b = ms_at(in[1], i);
        if (out->phys == FL_P_I32)
            FL_DATA(out, int32_t)[i] = (int32_t)fl_months_between(a, b);
        else
            FL_DATA(out, int64_t)[i] = minus(a, b);
    });
    return 0;
}

/* Dates and timestamps, but no TIME; an instant only with an instant. */
static int need_days(const fl_expr *call, int first, fl_error *err) {
    const fl_type *x = call->args[first]->type, *y = call->args[first + 1]->type;
    if (!fl_type_is_datetime(x) || !fl_type_is_datetime(y)) return fl_bad_arguments(call, err);
    bool zoned = x->kind == FL_T_TIMESTAMP_LTZ || y->kind == FL_T_TIMESTAMP_LTZ;
    if (x->kind == FL_T_TIME || y->kind == FL_T_TIME) return fl_bad_arguments(call, err);
    if (zoned && x->kind != y->kind) {
        fl_fail(err, FL_ERR_FUNCTION_DIFF_TYPES);
        return fl_error_at(err, call->span);
    }
    return 0;
}

static int infer_timestamp_diff(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    FL_TRY(need_days(call, 1, err));
    fl_unit unit = fl_unit_find(fl_symbol(call->args[0]));
    if (unit == FL_U_NONE || unit > FL_U_YEAR) return refuse_unit(call, unit, "such a", err);
    return fl_typed(b, call, fl_type_of(unit == FL_U_NANOSECOND ? FL_T_BIGINT : FL_T_INT, true),
                    fl_args_nullable(call));
}

static int infer_minus_date(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    FL_TRY(need_days(call, 0, err));
    if (call->args[0]->type->kind != call->args[1]->type->kind) {
        fl_fail(err, FL_ERR_FUNCTION_SAME_TYPES);
        return fl_error_at(err, call->span);
    }
    fl_unit unit = fl_unit_find(fl_symbol(call->args[2]));
    if (unit == FL_U_NONE || unit > FL_U_YEAR) return fl_bad_arguments(call, err);
    bool months = unit == FL_U_MONTH || unit == FL_U_QUARTER || unit == FL_U_YEAR;
    return fl_typed(b, call, fl_type_of(months ? FL_T_INTERVAL_MONTH : FL_T_INTERVAL_DAY, true),
                    fl_args_nullable(call));
}

static fl_kernel_fn *choose_timestamp_diff(const fl_expr *call FL_UNUSED) { return timestamp_diff; }
static fl_kernel_fn *choose_minus_date(const fl_expr *call FL_UNUSED) { return minus_date; }

/* ---- TIMESTAMPADD(unit, n, t) ---- */

/* One unit as an interval literal; false below a millisecond. */
static bool one_unit(fl_arena *a, fl_unit unit, fl_expr **out) {
    int64_t months = unit == FL_U_MONTH ? 1 : unit == FL_U_QUARTER ? 3 : unit == FL_U_YEAR ? 12 : 0;
    if (unit < FL_U_MILLISECOND || unit > FL_U_YEAR) return false;
    if (months > 0)
        *out = fl_expr_int(a, months, fl_type_of(FL_T_INTERVAL_MONTH, false));
    else
        *out = fl_expr_int(a, unit == FL_U_WEEK ? 7 * (int64_t)MS_DAY : unit_ms(unit),
                           fl_type_of(FL_T_INTERVAL_DAY, false));
    return true;
}

static int infer_timestamp_add(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    fl_unit unit = fl_unit_find(fl_symbol(call->args[0]));
    fl_expr *n = call->args[1], *t = call->args[2], *by, *sum;
    if (!fl_type_is_integer(n->type) || !fl_type_is_datetime(t->type)) return fl_bad_arguments(call, err);
    if (unit == FL_U_NONE) return fl_bad_arguments(call, err);
    if (!one_unit(b->arena, unit, &by)) {
        fl_fail(err, FL_ERR_FUNCTION_ADD_UNIT, fl_unit_name(unit));
        return fl_error_at(err, call->span);
    }
    if (t->type->kind == FL_T_DATE && unit < FL_U_DAY)
        FL_TRY(fl_expr_cast(b, t, fl_type_time(b->arena, FL_T_TIMESTAMP, 6, true), false, t->span, &t, err));
    FL_TRY(fl_call2(b, "*", by, n, call->span, &by, err));
    FL_TRY(fl_call2(b, "+", t, by, call->span, &sum, err));
    return fl_become(call, sum);
}

/* ---- (start, end) OVERLAPS (start, end) ---- */

/* The earlier and the later end of a period, whose second one may be the interval to it. */
static int period_ends(fl_bind *b, const fl_expr *call, const fl_expr *row, fl_expr *ends[2], fl_error *err) {
    fl_expr *before;
    if (row->fn == NULL || strcmp(row->fn->name, "ROW") != 0 || row->n_args != 2) return fl_bad_arguments(call, err);
    fl_expr *start = row->args[0], *end = row->args[1];
    if (!fl_type_is_datetime(start->type)) return fl_bad_arguments(call, err);
    if (fl_type_is_interval(end->type)) FL_TRY(fl_call2(b, "+", start, end, call->span, &end, err));
    if (start->type->kind != end->type->kind) return fl_bad_arguments(call, err);
    FL_TRY(fl_call2(b, "<=", start, end, call->span, &before, err));
    FL_TRY(fl_call3(b, "CASE", before, start, end, call->span, &ends[0], err));
    return fl_call3(b, "CASE", before, end, start, call->span, &ends[1], err);
}

/* Each ends at the start of the other one or later: with NULLs, what CASE and AND make of them, as in Flink. */
static int infer_overlaps(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *left[2], *right[2], *first, *second, *both;
    FL_TRY(period_ends(b, call, call->args[0], left, err));
    FL_TRY(period_ends(b, call, call->args[1], right, err));
    FL_TRY(fl_call2(b, ">=", left[1], right[0], call->span, &first, err));
    FL_TRY(fl_call2(b, ">=", right[1], left[0], call->span, &second, err));
    FL_TRY(fl_call2(b, "AND", first, second, call->span, &both, err));
    return fl_become(call, both);
}

/* ---- the table ---- */

#define ROW(word, args, rule, pick, form, text)                                                                        \
    {                                                                                                                  \
        .name = word, .min_args = args, .max_args = args, .flags = FL_FN_STRICT | FL_FN_COSTLY, .infer = rule,         \
        .choose = pick, .signature = form, .doc = text                                                                 \
    }
#define PART(word, text) ROW(word, 1, infer_part, choose_none, "'" word "(<DATETIME>)'", text)

#define ROUND(word, more_flags, text)                                                                                  \
    {                                                                                                                  \
        .name = word, .min_args = 2, .max_args = 2, .flags = FL_FN_STRICT | FL_FN_COSTLY | (more_flags),               \
        .infer = fl_infer_floor_time, .choose = choose_round, .signature = "'" word "(<DATETIME> TO unit)'",           \
        .doc = text                                                                                                    \
    }

static const fl_function floor_form = ROUND("FLOOR", 0, "The beginning of the unit.");
static const fl_function ceil_form = ROUND("CEIL", 0, "The next beginning of the unit.");
static const fl_function floor_time_form = ROUND("FLOOR", FL_FN_FALLIBLE, "The beginning of the unit.");
static const fl_function ceil_time_form = ROUND("CEIL", FL_FN_FALLIBLE, "The next beginning of the unit.");

FL_FUNCTION_TABLE(temporal) = {
    ROW("EXTRACT", 2, infer_extract, choose_extract, "'EXTRACT(<DATETIME_INTERVAL> FROM <DATETIME_INTERVAL>)'",
        "A part of a date, a time, a timestamp or an interval."),
    PART("YEAR", "The year."),
    PART("QUARTER", "The quarter, 1 to 4."),
    PART("MONTH", "The month, 1 to 12."),
    PART("WEEK", "The week of ISO 8601, 1 to 53."),
    PART("DAYOFYEAR", "The day of the year, 1 to 366."),
    PART("DAYOFMONTH", "The day of the month, 1 to 31."),
    PART("DAYOFWEEK", "The day of the week, Sunday being 1."),
    PART("HOUR", "The hour, 0 to 23."),
    PART("MINUTE", "The minute, 0 to 59."),
    PART("SECOND", "The second, 0 to 59."),
    ROW("TIMESTAMPADD", 3, infer_timestamp_add, choose_none, "'TIMESTAMPADD(<ANY>, <INTEGER>, <DATETIME>)'",
        "A date or time plus a number of units."),
    ROW("TIMESTAMPDIFF", 3, infer_timestamp_diff, choose_timestamp_diff,
        "'TIMESTAMPDIFF(<ANY>, <DATETIME>, <DATETIME>)'", "Whole units from one time to another."),
    ROW("MINUS_DATE", 3, infer_minus_date, choose_minus_date, "'(<DATETIME> - <DATETIME>) unit'",
        "The interval between two times."),
    {.name = "OVERLAPS",
     .min_args = 2,
     .max_args = 2,
     .flags = FL_FN_OPERATOR,
     .infer = infer_overlaps,
     .choose = choose_none,
     .signature = "'<DATETIME> OVERLAPS <DATETIME>'",
     .doc = "Two periods have a moment in common; a period may be a start and an interval."},
    {0},
};
