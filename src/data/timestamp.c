/* SPDX-License-Identifier: Apache-2.0 */
/* timestamp.c -- dates, times of day, timestamps and intervals: calendar arithmetic and texts.
 *
 * What:       day numbers to year, month, day and back; every text that Flink writes or reads for a temporal type.
 * Example:    "2024-02-29 12:34:56.789" is day 19782 and 45296789 ms of it: {ms = 1709210096789, nanos = 0}.
 * Interface:  timestamp.h.
 * Algorithm:  The calendar is counted in years that begin on March 1, so that the leap day is a year's last, from a
 *             first year so far back that every number is positive and divisions need not care about signs.
 *             The fixed form of a timestamp is read eight bytes at a time: "0000-00-" is taken off, and what remains
 *             must be digits 0 … 9, and 0 where the separators stand. Any other form, and fields that are out of
 *             bounds, go to a reader that takes one field after the other.
 * Invariants: (1) 0 <= nanos < 1000000, also before 1970: ms is a floor.
 *             (2) a year that does not fit 64 bits of milliseconds is refused when it is read.
 */
#include "data/timestamp.h"

#include "base/bytes.h"
#include "data/decimal.h"

/* ---- calendar ---- */

enum {
    DAYS_PER_400_YEARS = 146097,
    YEAR_MAX = 292000000, /* about what 64 bits of milliseconds reach */
};
#define EPOCH_YEARS     (400LL * 1000000)                         /* years from the first one counted to year 0 */
#define EPOCH_DAY_SHIFT (DAYS_PER_400_YEARS * 1000000LL + 719468) /* days from there to 1970-01-01 */
#define NANOS_PER_MS    1000000

bool fl_leap_year(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int fl_month_days(int64_t year, int month) {
    static const int8_t days[] = {0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    fl_assert(month >= 1 && month <= 12);
    return days[month] + (month == 2 && fl_leap_year(year));
}

int64_t fl_days_from_civil(int64_t year, int month, int day) {
    bool early = month <= 2; /* January and February belong to the year before */
    uint64_t y = (uint64_t)(year + EPOCH_YEARS - early), m = (uint64_t)(month + (early ? 9 : -3));
    uint64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5;
    return (int64_t)days + day - 1 - EPOCH_DAY_SHIFT;
}

void fl_civil_from_far_days(int64_t days, int64_t *year, int *month, int *day) {
    uint64_t n = (uint64_t)(days + EPOCH_DAY_SHIFT);
    uint32_t of_cycle = (uint32_t)(n % DAYS_PER_400_YEARS); /* 400 years, 4 centuries, 100 leap cycles */
    uint32_t y = (of_cycle - of_cycle / 1460 + of_cycle / 36524 - of_cycle / 146096) / 365;
    uint32_t of_year = of_cycle - (365 * y + y / 4 - y / 100), m = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * m + 2) / 5 + 1);
    *month = (int)(m < 10 ? m + 3 : m - 9);
    *year = (int64_t)(n / DAYS_PER_400_YEARS * 400 + y) - EPOCH_YEARS + (*month <= 2);
}

fl_civil fl_civil_from_ts(fl_ts t) {
    fl_civil c = {.nanos = t.nanos};
    int64_t days = fl_floor_div(t.ms, FL_MS_PER_DAY);
    int ms = (int)fl_floor_mod(t.ms, FL_MS_PER_DAY);
    fl_civil_from_days(days, &c.year, &c.month, &c.day);
    c.hour = ms / 3600000;
    c.minute = ms / 60000 % 60;
    c.second = ms / 1000 % 60;
    c.millis = ms % 1000;
    return c;
}

static int32_t ms_of_day(int hour, int minute, int second, int millis) {
    return ((hour * 60 + minute) * 60 + second) * 1000 + millis;
}

fl_ts fl_civil_to_ts(const fl_civil *c) {
    int64_t days = fl_days_from_civil(c->year, c->month, c->day);
    return (fl_ts){days * FL_MS_PER_DAY + ms_of_day(c->hour, c->minute, c->second, c->millis), c->nanos};
}

int64_t fl_days_add_months(int64_t days, int64_t months) {
    int64_t year;
    int month, day;
    fl_civil_from_days(days, &year, &month, &day);
    int64_t total = year * 12 + month - 1 + months;
    year = fl_floor_div(total, 12);
    month = (int)fl_floor_mod(total, 12) + 1;
    return fl_days_from_civil(year, month, FL_MIN(day, fl_month_days(year, month)));
}

/* ---- the number in a column ---- */

fl_i128 fl_ts_pack(fl_ts t, int unit_digits) {
    switch (unit_digits) {
    case 3: return t.ms;
    case 6: return (fl_i128)t.ms * 1000 + t.nanos / 1000;
    default: return (fl_i128)t.ms * NANOS_PER_MS + t.nanos;
    }
}

fl_ts fl_ts_unpack(fl_i128 x, int unit_digits) {
    if (unit_digits == 3) return (fl_ts){(int64_t)x, 0};
    if (unit_digits == 6) {
        int64_t us = (int64_t)x;
        return (fl_ts){fl_floor_div(us, 1000), (int32_t)fl_floor_mod(us, 1000) * 1000};
    }
    const int32_t rest = (int32_t)(x % NANOS_PER_MS);
    return (fl_ts){(int64_t)(x / NANOS_PER_MS - (rest < 0)), rest < 0 ? rest + NANOS_PER_MS : rest};
}

fl_ts fl_ts_truncate(fl_ts t, int precision) {
    if (precision >= 9) return t;
    if (precision > 3) return (fl_ts){t.ms, t.nanos - t.nanos % (int32_t)fl_pow10_i64[9 - precision]};
    return (fl_ts){t.ms - fl_floor_mod(t.ms, fl_pow10_i64[3 - precision]), 0};
}

/* ---- values to text ---- */

/* The low `n` digits of x. */
static char *put_digits(char *p, uint32_t x, int n) {
    for (int i = n - 1; i >= 0; i--, x /= 10) p[i] = (char)('0' + x % 10);
    return p + n;
}

/* Four digits at least; a year beyond 9999 has a plus sign in Java's texts, none in SQL's. */
static char *put_year(char *p, int64_t year, bool plus) {
    if (FL_LIKELY(year >= 0 && year <= 9999)) return put_digits(p, (uint32_t)year, 4);
    if (year < 0 || plus) *p++ = year < 0 ? '-' : '+';
    uint32_t y = (uint32_t)(year < 0 ? -year : year);
    int n = 4;
    while (n < 9 && y >= (uint64_t)fl_pow10_i64[n]) n++;
    return put_digits(p, y, n);
}

static char *put_date(char *p, const fl_civil *c, bool plus) {
    p = put_year(p, c->year, plus);
    *p++ = '-';
    p = put_digits(p, (uint32_t)c->month, 2);
    *p++ = '-';
    return put_digits(p, (uint32_t)c->day, 2);
}

static char *put_minutes(char *p, const fl_civil *c) {
    p = put_digits(p, (uint32_t)c->hour, 2);
    *p++ = ':';
    return put_digits(p, (uint32_t)c->minute, 2);
}

static char *put_seconds(char *p, const fl_civil *c) {
    *p++ = ':';
    return put_digits(p, (uint32_t)c->second, 2);
}

static uint32_t nano_of_second(const fl_civil *c) { return (uint32_t)(c->millis * NANOS_PER_MS + c->nanos); }

/* As many digits of the fraction as it needs, rounded up to a multiple of `step`, and `least` at least. */
static char *put_fraction(char *p, uint32_t nanos, int step, int least) {
    int n = 9;
    while (n > least && nanos % (uint32_t)fl_pow10_i64[9 - n + step] == 0) n -= step;
    if (n == 0) return p;
    *p++ = '.';
    return put_digits(p, nanos / (uint32_t)fl_pow10_i64[9 - n], n);
}

enum { TEXT_MAX = 48 }; /* the longest timestamp: a year of 10 characters, 6 of date, 9 of time, 10 of fraction, Z */

static void finish(fl_buf *out, const char *end) { out->n = (size_t)(end - out->p); }

static fl_civil civil_of_day(int32_t ms) { return fl_civil_from_ts((fl_ts){ms, 0}); }

void fl_date_print(fl_buf *out, int32_t days) {
    fl_civil c;
    fl_civil_from_days(days, &c.year, &c.month, &c.day);
    finish(out, put_date(fl_buf_reserve(out, TEXT_MAX), &c, true));
}

void fl_time_print_java(fl_buf *out, int32_t ms) {
    fl_civil c = civil_of_day(ms);
    char *p = put_minutes(fl_buf_reserve(out, TEXT_MAX), &c);
    if (c.second != 0 || c.millis != 0) p = put_fraction(put_seconds(p, &c), nano_of_second(&c), 3, 0);
    finish(out, p);
}

void fl_time_print(fl_buf *out, int32_t ms, int precision) {
    fl_civil c = civil_of_day(ms);
    if (ms >= FL_MS_PER_DAY) c.hour = ms / 3600000; /* 24:00:00, as Flink has it; before 00:00 it is the day before */
    char *p = put_seconds(put_minutes(fl_buf_reserve(out, TEXT_MAX), &c), &c);
    if (precision > 0) {
        *p++ = '.';
        p = put_digits(p, nano_of_second(&c) / (uint32_t)fl_pow10_i64[9 - precision], precision);
    }
    finish(out, p);
}

void fl_ts_print_java(fl_buf *out, fl_ts t) {
    fl_civil c = fl_civil_from_ts(t);
    char *p = put_date(fl_buf_reserve(out, TEXT_MAX), &c, true);
    *p++ = 'T';
    p = put_minutes(p, &c);
    if (c.second != 0 || nano_of_second(&c) != 0) p = put_fraction(put_seconds(p, &c), nano_of_second(&c), 3, 0);
    finish(out, p);
}

void fl_ts_print_instant(fl_buf *out, fl_ts t) {
    fl_civil c = fl_civil_from_ts(t);
    char *p = put_date(fl_buf_reserve(out, TEXT_MAX), &c, true);
    *p++ = 'T';
    p = put_fraction(put_seconds(put_minutes(p, &c), &c), nano_of_second(&c), 3, 0);
    *p++ = 'Z';
    finish(out, p);
}

static void print_ts(fl_buf *out, fl_ts t, char separator, int least, bool plus) {
    fl_civil c = fl_civil_from_ts(t);
    char *p = put_date(fl_buf_reserve(out, TEXT_MAX), &c, plus);
    *p++ = separator;
    finish(out, put_fraction(put_seconds(put_minutes(p, &c), &c), nano_of_second(&c), 1, least));
}

void fl_ts_print_sql(fl_buf *out, fl_ts t, int precision) { print_ts(out, t, ' ', precision, false); }
void fl_ts_print_short(fl_buf *out, fl_ts t, char separator) { print_ts(out, t, separator, 0, true); }

static uint64_t magnitude(int64_t x) { return x < 0 ? -(uint64_t)x : (uint64_t)x; }

void fl_interval_day_print(fl_buf *out, int64_t ms) {
    uint64_t m = magnitude(ms);
    fl_civil c = civil_of_day((int32_t)(m % FL_MS_PER_DAY));
    fl_buf_putc(out, ms < 0 ? '-' : '+');
    fl_i64_print(out, (int64_t)(m / FL_MS_PER_DAY));
    fl_buf_putc(out, ' ');
    finish(out,
           put_fraction(put_seconds(put_minutes(fl_buf_reserve(out, TEXT_MAX), &c), &c), nano_of_second(&c), 3, 3));
}

void fl_interval_month_print(fl_buf *out, int64_t months) {
    uint64_t m = magnitude(months);
    fl_buf_putc(out, months < 0 ? '-' : '+');
    fl_i64_print(out, (int64_t)(m / 12));
    fl_buf_putc(out, '-');
    finish(out, put_digits(fl_buf_reserve(out, 2), (uint32_t)(m % 12), 2));
}

/* x and its unit, unless x is zero. */
static void print_part(fl_buf *out, int64_t x, char unit) {
    if (x == 0) return;
    fl_i64_print(out, x);
    fl_buf_putc(out, unit);
}

void fl_duration_print_java(fl_buf *out, int64_t ms) {
    int64_t seconds = ms / 1000 % 60;
    uint32_t fraction = (uint32_t)magnitude(ms % 1000);
    fl_buf_puts(out, "PT");
    print_part(out, ms / 3600000, 'H');
    print_part(out, ms / 60000 % 60, 'M');
    if (ms != 0 && seconds == 0 && fraction == 0) return;
    if (ms < 0 && seconds == 0) fl_buf_putc(out, '-'); /* -0.5 */
    fl_i64_print(out, seconds);
    finish(out, put_fraction(fl_buf_reserve(out, TEXT_MAX), fraction * NANOS_PER_MS, 1, 0));
    fl_buf_putc(out, 'S');
}

void fl_period_print_java(fl_buf *out, int64_t months) {
    if (months == 0)
        fl_buf_puts(out, "P0D");
    else
        fl_buf_putc(out, 'P');
    print_part(out, months, 'M');
}

/* ---- text to values: the fixed form, in a few steps ---- */

/* Not zero if a byte of x is above 9. */
static uint64_t above_nine(uint64_t x) { return (x | (x + FL_EACH8 * (0x7f - 9))) & FL_HIGH8; }

static int byte_of(uint64_t x, int i) { return (int)(x >> 8 * i & 0xff); }
static int two_digits(uint64_t x, int i) { return byte_of(x, i) * 10 + byte_of(x, i + 1); }

/* A fraction of 1 … 9 digits after a point, or only the point, or nothing: all of [p, end). In nanoseconds. */
static bool read_fraction(const char *p, const char *end, int32_t *nanos) {
    *nanos = 0;
    if (p == end) return true;
    int64_t n = end - p - 1;
    if (*p != '.' || n > 9) return false;
    uint32_t x = 0;
    for (p++; p < end; p++) {
        uint32_t digit = (uint32_t)(*p - '0');
        if (digit > 9) return false;
        x = x * 10 + digit;
    }
    *nanos = (int32_t)(x * (uint32_t)fl_pow10_i64[9 - n]);
    return true;
}

/* yyyy-MM-dd<sep>HH:mm:ss at p, every field within its bounds; reads 19 bytes. */
static bool read_fixed(const char *p, char separator, int64_t *ms) {
    uint64_t date = fl_load8(p) ^ fl_load8("0000-00-"), day = fl_load8(p + 3) ^ fl_load8("0-00-00\0"),
             time = fl_load8(p + 11) ^ fl_load8("00:00:00");
    day ^= (uint64_t)(unsigned char)separator << 56;
    uint64_t separators = (date & 0xff0000ff00000000u) | (day & 0xff0000ff0000ff00u) | (time & 0x0000ff0000ff0000u);
    if (FL_UNLIKELY((separators | above_nine(date) | above_nine(day) | above_nine(time)) != 0)) return false;
    int y = two_digits(date, 0) * 100 + two_digits(date, 2), m = two_digits(date, 5), d = two_digits(day, 5);
    int hh = two_digits(time, 0), mm = two_digits(time, 3), ss = two_digits(time, 6);
    if (FL_UNLIKELY((m < 1) | (m > 12) | (d < 1) | (d > 31) | (hh > 23) | (mm > 59) | (ss > 59))) return false;
    if (FL_UNLIKELY(d > 28 && d > fl_month_days(y, m))) return false;
    *ms = fl_days_from_civil(y, m, d) * FL_MS_PER_DAY + ms_of_day(hh, mm, ss, 0);
    return true;
}

/* ---- text to values: field by field ---- */

typedef struct cursor {
    const char *p, *end;
    bool bad;
} cursor;

static cursor cursor_of(fl_str s) { return (cursor){s.p, s.p + s.n, false}; }
static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }
static bool at_end(const cursor *c) { return !c->bad && c->p == c->end; }
static bool at_char(const cursor *c, char ch) { return c->p < c->end && *c->p == ch; }

static void take_char(cursor *c, char ch) {
    if (at_char(c, ch))
        c->p++;
    else
        c->bad = true;
}

/* A number of `least` … `most` (<= 9) digits. */
static int take_number(cursor *c, int least, int most) {
    int x = 0, n = 0;
    for (; n < most && c->p < c->end && is_digit(*c->p); n++) x = x * 10 + (*c->p++ - '0');
    c->bad |= n < least;
    return x;
}

/* Java's year: four digits, or a sign and as many as it takes; + only where four are too few. */
static int64_t take_year(cursor *c) {
    bool minus = at_char(c, '-'), plus = at_char(c, '+');
    if (minus || plus) c->p++;
    int64_t year = take_number(c, plus ? 5 : 4, minus || plus ? 9 : 4);
    c->bad |= year > YEAR_MAX;
    return minus ? -year : year;
}

/* A date with two digits for month and day, or with `least` = 1 digit and up. */
static void take_date(cursor *c, int least, fl_civil *out) {
    out->year = take_year(c);
    take_char(c, '-');
    out->month = take_number(c, least, 2);
    take_char(c, '-');
    out->day = take_number(c, least, 2);
    c->bad |= out->month < 1 || out->month > 12 || out->day < 1 || out->day > 31;
}

/* The rest of the text as a time of day. 24:00:00 is let through for the caller to judge. */
static void take_time(cursor *c, int least, bool short_ok, fl_civil *out) {
    int32_t nanos = 0;
    out->hour = take_number(c, least, 2);
    take_char(c, ':');
    out->minute = take_number(c, least, 2);
    out->second = 0;
    if (!short_ok || c->p < c->end) {
        take_char(c, ':');
        out->second = take_number(c, least, 2);
        c->bad |= !read_fraction(c->p, c->end, &nanos);
        c->p = c->end;
    }
    out->millis = nanos / NANOS_PER_MS;
    out->nanos = nanos % NANOS_PER_MS;
    bool midnight = out->hour == 24 && out->minute == 0 && out->second == 0 && nanos == 0;
    c->bad |= (out->hour > 23 && !midnight) || out->minute > 59 || out->second > 59;
}

bool fl_date_parse_strict(fl_str s, int32_t *days) {
    cursor c = cursor_of(s);
    fl_civil d;
    take_date(&c, 2, &d);
    if (!at_end(&c) || d.day > fl_month_days(d.year, d.month)) return false;
    int64_t n = fl_days_from_civil(d.year, d.month, d.day);
    if (n != (int32_t)n) return false;
    *days = (int32_t)n;
    return true;
}

bool fl_time_parse_strict(fl_str s, bool short_ok, int32_t *ms) {
    cursor c = cursor_of(s);
    fl_civil t;
    take_time(&c, 2, short_ok, &t);
    if (!at_end(&c) || t.hour == 24) return false;
    *ms = ms_of_day(t.hour, t.minute, t.second, t.millis);
    return true;
}

/* The forms that read_fixed does not take. */
static bool parse_unusual(fl_str s, char separator, bool short_ok, fl_ts *out) {
    cursor c = cursor_of(s);
    fl_civil t;
    take_date(&c, 2, &t);
    take_char(&c, separator);
    take_time(&c, 2, short_ok, &t);
    if (!at_end(&c)) return false;
    int last = fl_month_days(t.year, t.month);
    if (separator == 'T' && (t.day > last || t.hour == 24)) return false;
    t.day = FL_MIN(t.day, last);
    *out = fl_civil_to_ts(&t);
    return true;
}

bool fl_ts_parse_strict(fl_str s, char separator, bool short_ok, fl_ts *out) {
    int64_t ms;
    int32_t nanos;
    if (FL_UNLIKELY(s.n < 19 || !read_fixed(s.p, separator, &ms) || !read_fraction(s.p + 19, s.p + s.n, &nanos)))
        return parse_unusual(s, separator, short_ok, out);
    *out = (fl_ts){ms + nanos / NANOS_PER_MS, nanos % NANOS_PER_MS};
    return true;
}

/* Flink's pattern would also let fields be empty, so that "2024--" is New Year: that is an accident we do not repeat.
 */
bool fl_ts_parse(fl_str s, fl_ts *out) {
    cursor c = cursor_of(s);
    fl_civil t = {0};
    take_date(&c, 1, &t);
    if (!c.bad && t.year < 1) return false;
    if (c.p < c.end) {
        take_char(&c, ' ');
        take_time(&c, 1, false, &t);
    }
    if (!at_end(&c)) return false;
    t.day = FL_MIN(t.day, fl_month_days(t.year, t.month));
    *out = fl_civil_to_ts(&t);
    return true;
}

/* ---- text to values: Flink's casts, which cut the text at its separators and trim the pieces ---- */

static fl_str between(const char *from, const char *to) { return fl_str_make(from, (size_t)(to - from)); }

/* Where `ch` first stands in [from, end), or NULL. */
static const char *find(const char *from, const char *end, char ch) {
    return from < end ? memchr(from, ch, (size_t)(end - from)) : NULL;
}

/* Digits with blanks around them, as an int of Java's. */
static bool read_piece(fl_str s, int64_t *out) {
    while (s.n > 0 && (unsigned char)s.p[0] <= ' ') s.p++, s.n--;
    while (s.n > 0 && (unsigned char)s.p[s.n - 1] <= ' ') s.n--;
    return s.n > 0 && is_digit(s.p[0]) && fl_i64_parse(s, out) == FL_NUMBER_OK && *out <= INT32_MAX;
}

bool fl_date_parse(fl_str s, int32_t *days) {
    const char *p = s.p, *end = s.p + s.n, *blank = find(p, end, ' ');
    if (blank != NULL && blank > p) end = blank; /* a time may follow */
    const char *dash = find(p, end, '-'), *dash2 = dash ? find(dash + 1, end, '-') : NULL;
    int64_t y, m = 1, d = 1;
    if (!read_piece(between(p, dash ? dash : end), &y)) return false;
    if (dash != NULL && !read_piece(between(dash + 1, dash2 ? dash2 : end), &m)) return false;
    if (dash2 != NULL && !read_piece(between(dash2 + 1, end), &d)) return false;
    if (y > 9999 || m < 1 || m > 12 || d < 1 || d > fl_month_days(y, (int)m)) return false;
    *days = (int32_t)fl_days_from_civil(y, (int)m, (int)d);
    return true;
}

/* Three digits, rounded by the fourth; Flink takes any other character for a zero. */
static int64_t read_millis(fl_str s) {
    s = fl_str_trim(s);
    int64_t ms = 0;
    for (size_t i = 0; i < 3; i++) ms = ms * 10 + (i < s.n && is_digit(s.p[i]) ? s.p[i] - '0' : 0);
    return ms + (s.n > 3 && (unsigned char)s.p[3] >= '5');
}

/* hh or hh:mm in ms. */
static bool read_offset(const char *p, const char *end, int64_t *ms) {
    const char *colon = find(p, end, ':');
    int64_t h, m = 0;
    if (!read_piece(between(p, colon ? colon : end), &h)) return false;
    if (colon != NULL && !read_piece(between(colon + 1, end), &m)) return false;
    *ms = h * 3600000 + m * 60000;
    return true;
}

static bool read_loose_time(fl_str s, int64_t *ms) {
    const char *p = s.p, *end = s.p + s.n, *sign = find(p, end, '-'), *colon = find(p, end, ':');
    int64_t h, m = 0, sec = 0, millis = 0, offset = 0;
    if (sign == NULL) sign = find(p, end, '+');
    const char *colon2 = colon ? find(colon + 1, end, ':') : NULL;
    if (sign != NULL) {
        if (!read_offset(sign + 1, end, &offset)) return false;
        if (*sign == '-') offset = -offset;
        end = sign;
    }
    if ((colon != NULL && colon > end) || (colon2 != NULL && colon2 > end)) return false; /* those of the offset */
    if (!read_piece(between(p, colon ? colon : end), &h)) return false;
    if (colon != NULL && !read_piece(between(colon + 1, colon2 ? colon2 : end), &m)) return false;
    if (colon2 != NULL) {
        const char *dot = find(colon2 + 1, end, '.');
        if (!read_piece(between(colon2 + 1, dot ? dot : end), &sec)) return false;
        if (dot != NULL) millis = read_millis(between(dot + 1, end));
    }
    *ms = h * 3600000 + m * 60000 + sec * 1000 + millis + offset;
    return true;
}

bool fl_time_parse(fl_str s, int32_t *ms) {
    int64_t sum;
    *ms = INT32_MIN;
    if (!read_loose_time(s, &sum)) return false;
    *ms = (int32_t)FL_MAX(FL_MIN(sum, INT32_MAX), -INT32_MAX);
    return sum >= 0 && sum < FL_MS_PER_DAY;
}
