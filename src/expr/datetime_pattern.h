/* SPDX-License-Identifier: Apache-2.0 */
/* datetime_pattern.h -- patterns of dates and times, in Java's two dialects: compiled once, then printed with or read
 * by.
 *
 *     FL_DT_FORMATTER   java.time.format.DateTimeFormatter: DATE_FORMAT of a timestamp, TO_TIMESTAMP. Strict
 *     FL_DT_SIMPLE      java.text.SimpleDateFormat: DATE_FORMAT of a text, FROM_UNIXTIME, UNIX_TIMESTAMP, TO_DATE,
 *                       CONVERT_TZ. Lenient, and days before 1582-10-15 are those of the Julian calendar
 *
 * English names, weeks as in the United States (from Sunday, week 1 has the 1st of January). Left out, and refused by
 * name: localised forms, names of zones in print, weeks while reading.
 *
 * For src/expr, and for options of connectors that are times.
 */
#ifndef FL_EXPR_DATETIME_PATTERN_H
#define FL_EXPR_DATETIME_PATTERN_H

#include "data/timestamp.h"
#include "data/timezone.h"

typedef enum fl_dt_dialect { FL_DT_FORMATTER, FL_DT_SIMPLE } fl_dt_dialect;

/* A field, or text between fields. */
typedef struct fl_dt_item {
    char letter;   /* of the field; 0: literal text; '[' and ']': ends of an optional section (FORMATTER) */
    int count;     /* how often the letter stands */
    int pad;       /* FORMATTER's p: width to which the field is padded with blanks; 0: none */
    fl_str text;   /* literal */
    bool adjacent; /* reading: a number that another one follows without a gap */
    int following; /* reading: digits that the numbers of fixed width behind this one need */
} fl_dt_item;

/* A pattern whose texts are all of one length, for years 1 to 9999: yyyy, two digits for the other numbers. */
enum { FL_DT_FIXED_MAX = 48 };
typedef struct fl_dt_fixed {
    int n;                      /* bytes of a text; 0: the pattern is not of this kind */
    char text[FL_DT_FIXED_MAX]; /* with what stands between the numbers */
    struct {
        uint8_t part, at, count; /* which of the parts of a time, where, how many digits */
    } fields[FL_DT_FIXED_MAX];
    int n_fields;
} fl_dt_fixed;

typedef struct fl_dt_pattern {
    fl_dt_dialect dialect;
    fl_dt_fixed fixed; /* FORMATTER */
    fl_dt_item *items;
    int n, cap;
    int64_t stretch_ms; /* wall times within one such stretch print alike; 1: nanoseconds may differ too */
} fl_dt_pattern;

/* A pattern that is none is FL_E_VALIDATION, one that this engine leaves out FL_E_UNSUPPORTED. */
int fl_dt_compile(fl_arena *a, fl_str text, fl_dt_dialect dialect, fl_dt_pattern **out, fl_error *err);

/* Prints a wall time; FORMATTER. Fails if the pattern asks for a zone. */
int fl_dt_print(const fl_dt_pattern *p, fl_ts local, fl_buf *out, fl_error *err);
/* Prints an instant as wall time of a zone; SIMPLE. */
int fl_dt_print_simple(const fl_dt_pattern *p, int64_t utc_ms, const fl_tz *tz, fl_buf *out, fl_error *err);

/* Reads a wall time, all of s; what is missing is that of 1970-01-01 00:00:00. FORMATTER. */
bool fl_dt_read(const fl_dt_pattern *p, fl_str s, fl_ts *local);
/* Reads an instant from the front of s. SIMPLE. */
bool fl_dt_read_simple(const fl_dt_pattern *p, fl_str s, const fl_tz *tz, int64_t *utc_ms);
/* Whether the pattern can be read with at all; fills err with what cannot. */
int fl_dt_readable(const fl_dt_pattern *p, fl_error *err);

/* java.sql.Timestamp.valueOf and Date.valueOf: yyyy-m-d[ h:m:s[.f]], hours and so on may overflow. */
bool fl_dt_read_jdbc(fl_str s, fl_ts *local);

/* Days since the epoch, by the calendar that SimpleDateFormat uses: Julian before 1582-10-15. Month and day may
 * overflow. */
int64_t fl_dt_hybrid_days(int64_t year, int64_t month, int64_t day);
void fl_dt_hybrid_civil(int64_t days, int64_t *year, int *month, int *day);

/* Names and weeks, for printing and reading. */
extern const char *const fl_dt_months[12], *const fl_dt_weekdays[7];                     /* January …; Sunday … */
static inline int fl_dt_weekday(int64_t days) { return (int)fl_floor_mod(days + 4, 7); } /* 0: Sunday */

#endif
