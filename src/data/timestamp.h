/* SPDX-License-Identifier: Apache-2.0 */
/* timestamp.h -- dates, times of day, timestamps and intervals: calendar arithmetic and texts.
 *
 * The proleptic Gregorian calendar as in java.time. A timestamp here is a pair: milliseconds since the epoch (floor)
 * and nanoseconds within that millisecond; columns store it as one number whose unit follows from the precision
 * (fl_type_timestamp_unit): fl_ts_pack and fl_ts_unpack convert.
 */
#ifndef FL_DATA_TIMESTAMP_H
#define FL_DATA_TIMESTAMP_H

#include "data/calendar.h"
#include "data/column.h"

#define FL_MS_PER_DAY 86400000LL

typedef struct fl_ts {
    int64_t ms;
    int32_t nanos; /* 0 … 999999 */
} fl_ts;

typedef struct fl_civil {
    int64_t year;
    int month, day;                   /* 1 … 12, 1 … 31 */
    int hour, minute, second, millis; /* of the day */
    int nanos;                        /* within the millisecond */
} fl_civil;

static inline int64_t fl_floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a ^ b) < 0); }
static inline int64_t fl_floor_mod(int64_t a, int64_t b) {
    int64_t r = a % b;
    return r != 0 && (r ^ b) < 0 ? r + b : r;
}

int64_t fl_days_from_civil(int64_t year, int month, int day);
void fl_civil_from_far_days(int64_t days, int64_t *year, int *month, int *day); /* any; the other is quicker */

static inline void fl_civil_from_days(int64_t days, int64_t *year, int *month, int *day) {
    if (!FL_LIKELY(fl_calendar_reaches(days))) {
        fl_civil_from_far_days(days, year, month, day);
        return;
    }
    const fl_calendar_day c = fl_calendar_at(days);
    *year = c.year;
    *month = c.month;
    *day = c.day;
}

fl_civil fl_civil_from_ts(fl_ts t);
fl_ts fl_civil_to_ts(const fl_civil *c);
bool fl_leap_year(int64_t year);
int fl_month_days(int64_t year, int month);

/* Stored number <-> pair, for the unit (3, 6 or 9 digits) of a TIMESTAMP type. Packing cuts what the unit cannot
 * hold. */
fl_i128 fl_ts_pack(fl_ts t, int unit_digits);
fl_ts fl_ts_unpack(fl_i128 x, int unit_digits);
/* Row i of a TIMESTAMP or TIMESTAMP_LTZ column. */
static inline fl_ts fl_column_ts(const fl_column *c, int i) {
    i = fl_column_at(c, i);
    fl_i128 x = c->phys == FL_P_I128 ? FL_DATA(c, fl_i128)[i] : FL_DATA(c, int64_t)[i];
    return fl_ts_unpack(x, fl_type_timestamp_unit(c->type));
}
static inline void fl_column_append_ts(fl_column *c, fl_ts t) {
    fl_i128 x = fl_ts_pack(t, fl_type_timestamp_unit(c->type));
    c->phys == FL_P_I128 ? fl_column_append_i128(c, x) : fl_column_append_i64(c, (int64_t)x);
}
/* Cuts the digits beyond `precision` (0 … 9) of the value's text: towards the past, also before 1970. */
fl_ts fl_ts_truncate(fl_ts t, int precision);

/* ---- texts ---- */

void fl_date_print(fl_buf *out, int32_t days);           /* 2024-02-29, as Java's LocalDate */
void fl_time_print_java(fl_buf *out, int32_t ms_of_day); /* 10:11, 10:11:12, 10:11:12.300: as Java's LocalTime */
void fl_time_print(fl_buf *out, int32_t ms_of_day, int precision); /* 10:11:12.30: exactly `precision` digits */
/* 2024-02-29T10:11, …:12, …:12.300: as Java's LocalDateTime (fraction in groups of three). */
void fl_ts_print_java(fl_buf *out, fl_ts t);
/* The same as Java's Instant: seconds always, then Z. */
void fl_ts_print_instant(fl_buf *out, fl_ts t);
/* 2024-02-29 10:11:12.300: at least `precision` digits, more if the value has them. */
void fl_ts_print_sql(fl_buf *out, fl_ts t, int precision);
/* 2024-02-29<sep>10:11:12[.f]: the fewest digits that tell the value, no fraction if it is zero. */
void fl_ts_print_short(fl_buf *out, fl_ts t, char separator);
void fl_interval_day_print(fl_buf *out, int64_t ms);       /* +1 02:03:04.567, as CAST to STRING */
void fl_interval_month_print(fl_buf *out, int64_t months); /* +1-02 */
void fl_duration_print_java(fl_buf *out, int64_t ms);      /* PT26H3M4.567S: as Java's Duration */
void fl_period_print_java(fl_buf *out, int64_t months);    /* P14M: as Java's Period of months */

/* All of these read the whole text and give false if it is malformed. */
bool fl_date_parse(fl_str s, int32_t *days);        /* y, y-m or y-m-d, lenient as Flink's CAST; day must exist */
bool fl_date_parse_strict(fl_str s, int32_t *days); /* yyyy-MM-dd */
/* h[:m[:s[.f]]], then perhaps an offset that is added, +hh:mm; no part has a bound, as in Flink's CAST. False also if
 * the sum is outside the day: *ms is that sum then, and INT32_MIN if the text is malformed. */
bool fl_time_parse(fl_str s, int32_t *ms);
/* HH:mm:ss[.f]; seconds may be missing if `short_ok`. */
bool fl_time_parse_strict(fl_str s, bool short_ok, int32_t *ms);
/* yyyy-MM-dd<sep>HH:mm:ss[.f]; seconds may be missing if `short_ok`. Java reads Flink's SQL form and the ISO form in
 * two ways: with a blank, February 30 is the last of February and 24:00:00 the next day; with a T both are
 * malformed. */
bool fl_ts_parse_strict(fl_str s, char separator, bool short_ok, fl_ts *out);
/* As Flink's CAST(STRING AS TIMESTAMP): date, or date and time after a blank, one-digit fields allowed, from year 1 on;
 * February 30 and 24:00:00 as above. */
bool fl_ts_parse(fl_str s, fl_ts *out);

/* Adds calendar months, clamping the day, as java.time's plusMonths. */
int64_t fl_days_add_months(int64_t days, int64_t months);

#endif
