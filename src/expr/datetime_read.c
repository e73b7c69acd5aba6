/* SPDX-License-Identifier: Apache-2.0 */
/* datetime_read.c -- reads dates and times by a pattern, as Java's two classes do.
 *
 * FORMATTER is strict: a number of two letters has two digits, text must agree in case, the whole input must be used;
 *             then the fields are put together, the day of the month being clamped to the month's end (29 February
 *             2023 is the 28th) and 24:00:00 being the next day. SIMPLE is lenient: blanks before a field are
 *             skipped, numbers take what digits there are unless another number follows, names in any case, every
 *             field may overflow, and what follows the last field is ignored. A year of two digits lies in 2000 …
 *             2099 (FORMATTER) or 1946 … 2045 (SIMPLE; Java: from 80 years before now).
 */
#include "expr/datetime_pattern.h"

#include "messages/function.h"

enum { CENTURY_FORMATTER = 2000, CENTURY_SIMPLE = 1946, MISSING = INT32_MIN };

/* What was read, by meaning; MISSING: not there. */
typedef struct fields {
    int64_t year, month, day, day_of_year;
    int64_t hour, hour24, half_hour, hour12; /* H, k, K, h */
    int64_t half;                            /* 0: AM, 1: PM */
    int64_t minute, second, nanos, milli_of_day, nano_of_day;
    int64_t weekday; /* 0: Sunday */
    int64_t offset_ms;
} fields;

static const fields nothing = {MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING,
                               MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING, MISSING};

typedef struct cursor {
    const char *p, *end;
} cursor;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* ---- names ---- */

static bool agrees(const char *p, const char *end, const char *name, size_t n, bool any_case) {
    if ((size_t)(end - p) < n) return false;
    return any_case ? fl_str_ieq(fl_str_make(p, n), fl_str_make(name, n)) : memcmp(p, name, n) == 0;
}

/* The longest name that stands here, full or cut to three letters. Returns its index, or -1. */
static int read_name(cursor *c, const char *const *names, int n, bool full, bool brief, bool any_case) {
    int best = -1;
    size_t longest = 0;
    for (int k = 0; k < n; k++) {
        size_t whole = strlen(names[k]), lengths[] = {full ? whole : 0, brief ? 3 : 0};
        for (int l = 0; l < 2; l++) {
            if (lengths[l] <= longest || !agrees(c->p, c->end, names[k], lengths[l], any_case)) continue;
            best = k;
            longest = lengths[l];
        }
    }
    c->p += longest;
    return best;
}

static int read_half(cursor *c, bool any_case) {
    static const char *const halves[] = {"AM", "PM"};
    for (int k = 0; k < 2; k++) {
        if (!agrees(c->p, c->end, halves[k], 2, any_case)) continue;
        c->p += 2;
        return k;
    }
    return -1;
}

/* ---- offsets and zones ---- */

/* [+-]hh[[:]mm] */
typedef enum offset_minutes { WITHOUT_MINUTES, MINUTES_OPTIONAL, WITH_MINUTES } offset_minutes;

static bool read_offset(cursor *c, offset_minutes minutes, int64_t *ms) {
    if (c->end - c->p < 3 || (*c->p != '+' && *c->p != '-') || !is_digit(c->p[1]) || !is_digit(c->p[2])) return false;
    bool negative = *c->p == '-';
    int64_t total = ((c->p[1] - '0') * 10 + c->p[2] - '0') * 60;
    c->p += 3;
    const char *m = c->p + (c->p < c->end && *c->p == ':');
    if (minutes != WITHOUT_MINUTES && c->end - m >= 2 && is_digit(m[0]) && is_digit(m[1])) {
        total += (m[0] - '0') * 10 + m[1] - '0';
        c->p = m + 2;
    } else if (minutes == WITH_MINUTES) {
        return false;
    }
    *ms = (negative ? -total : total) * 60000;
    return true;
}

/* Names of zones that SimpleDateFormat reads in English texts. */
static bool read_zone(cursor *c, int64_t *ms) {
    static const struct {
        const char *name;
        int hours;
    } zones[] = {{"GMT", 0},  {"UTC", 0},  {"UT", 0},   {"PST", -8}, {"PDT", -7}, {"MST", -7},
                 {"MDT", -6}, {"CST", -6}, {"CDT", -5}, {"EST", -5}, {"EDT", -4}};
    if (c->p < c->end && (*c->p == '+' || *c->p == '-')) return read_offset(c, WITH_MINUTES, ms);
    for (size_t k = 0; k < FL_ARRAY_LEN(zones); k++) {
        size_t n = strlen(zones[k].name);
        if (!agrees(c->p, c->end, zones[k].name, n, true)) continue;
        c->p += n;
        *ms = zones[k].hours * 3600000LL;
        if (k == 0 && c->p < c->end && (*c->p == '+' || *c->p == '-')) return read_offset(c, WITH_MINUTES, ms);
        return true;
    }
    return false;
}

static bool read_offset_item(cursor *c, const fl_dt_item *it, fl_dt_dialect dialect, int64_t *ms) {
    bool z = c->p < c->end && *c->p == 'Z';
    if (it->letter == 'z' || (it->letter == 'Z' && dialect == FL_DT_SIMPLE)) return read_zone(c, ms);
    if (it->letter == 'X' && z) {
        c->p++;
        *ms = 0;
        return true;
    }
    bool brief = it->letter != 'Z' && it->count == 1;
    offset_minutes few = dialect == FL_DT_FORMATTER ? MINUTES_OPTIONAL : WITHOUT_MINUTES;
    return read_offset(c, brief ? few : WITH_MINUTES, ms);
}

/* ---- fields ---- */

static void set_number(fields *f, char letter, int64_t x) {
    switch (letter) {
    case 'y':
    case 'u': f->year = x; break;
    case 'M':
    case 'L': f->month = x; break;
    case 'd': f->day = x; break;
    case 'D': f->day_of_year = x; break;
    case 'H': f->hour = x; break;
    case 'k': f->hour24 = x; break;
    case 'K': f->half_hour = x; break;
    case 'h': f->hour12 = x; break;
    case 'm': f->minute = x; break;
    case 's': f->second = x; break;
    case 'n': f->nanos = x; break;
    case 'A': f->milli_of_day = x; break;
    case 'N': f->nano_of_day = x; break;
    default: break;
    }
}

int fl_dt_readable(const fl_dt_pattern *p, fl_error *err) {
    const char *known = p->dialect == FL_DT_FORMATTER ? "yuMLdDHkKhmsnANSaEXxZ[]" : "yMLdDHkKhmsSaEuXZzG";
    for (int k = 0; k < p->n; k++) {
        char c = p->items[k].letter;
        if (c != 0 && strchr(known, c) == NULL) return fl_fail(err, FL_ERR_FUNCTION_PATTERN_READ, c);
    }
    return 0;
}

/* ---- FORMATTER ---- */

/* Fewest and most digits of a number, and whether it may have a sign. */
static void formatter_width(const fl_dt_item *it, int *least, int *most, bool *sign) {
    *sign = false;
    *least = *most = it->count;
    if (strchr("yu", it->letter) != NULL) {
        *most = it->count == 2 ? 2 : 19;
        *sign = it->count != 2;
    } else if (it->letter == 'D' && it->count == 2) {
        *most = 3;
    } else if (it->count == 1 && it->letter != 'S') {
        *most = 19;
        *sign = true;
    } else if (strchr("nAN", it->letter) != NULL) {
        *most = 19;
    }
}

static bool read_formatter_number(cursor *c, const fl_dt_item *it, int64_t *out) {
    int least, most;
    bool sign, year = it->letter == 'y' || it->letter == 'u';
    formatter_width(it, &least, &most, &sign);
    bool negative = sign && c->p < c->end && *c->p == '-';
    bool plus = sign && year && it->count >= 4 && c->p < c->end && *c->p == '+';
    const char *start = c->p + (negative || plus);
    int n = 0;
    while (start + n < c->end && n < most + it->following && is_digit(start[n])) n++;
    if (n < least) return false;
    n = least == most ? least : FL_MIN(most, FL_MAX(least, n - it->following));
    if (n > 18) return false;
    if (year && it->count >= 4 && !negative && (n > it->count) != plus) return false; /* a sign if it has more digits */
    int64_t x = 0;
    for (int k = 0; k < n; k++) x = x * 10 + (start[k] - '0');
    if (year && it->count == 2) x += CENTURY_FORMATTER;
    if (it->letter == 'y' && (negative || x == 0)) return false; /* a year of an era */
    *out = negative ? -x : x;
    c->p = start + n;
    return true;
}

static bool read_formatter_item(cursor *c, const fl_dt_item *it, fields *f) {
    int64_t x;
    int k = 0;
    if (it->letter == 0) {
        if (!agrees(c->p, c->end, it->text.p, it->text.n, false)) return false;
        c->p += it->text.n;
        return true;
    }
    switch (it->letter) {
    case 'M':
    case 'L':
        if (it->count <= 2) break;
        k = read_name(c, fl_dt_months, 12, it->count == 4, it->count == 3, false);
        f->month = k + 1;
        return k >= 0;
    case 'E':
        k = read_name(c, fl_dt_weekdays, 7, it->count == 4, it->count <= 3, false);
        f->weekday = k;
        return k >= 0;
    case 'a':
        k = read_half(c, false);
        f->half = k;
        return k >= 0;
    case 'X':
    case 'x':
    case 'Z': return read_offset_item(c, it, FL_DT_FORMATTER, &f->offset_ms);
    case 'S':
        if (!read_formatter_number(c, it, &x)) return false;
        for (k = it->count; k < 9; k++) x *= 10;
        f->nanos = x;
        return true;
    default: break;
    }
    if (!read_formatter_number(c, it, &x)) return false;
    set_number(f, it->letter, x);
    return true;
}

/* Items [from, to); an optional section that does not agree is passed over. */
static bool read_section(const fl_dt_pattern *p, int from, int to, cursor *c, fields *f) {
    for (int k = from; k < to; k++) {
        if (p->items[k].letter == '[') {
            int depth = 1, close = k + 1;
            for (; depth > 0; close++)
                depth += p->items[close].letter == '[' ? 1 : p->items[close].letter == ']' ? -1 : 0;
            cursor try_c = *c;
            fields try_f = *f;
            if (read_section(p, k + 1, close - 1, &try_c, &try_f)) {
                *c = try_c;
                *f = try_f;
            }
            k = close - 1;
        } else if (!read_formatter_item(c, &p->items[k], f)) {
            return false;
        }
    }
    return true;
}

static bool within(int64_t x, int64_t least, int64_t most) { return x == MISSING || (x >= least && x <= most); }

/* The hour of the day, or MISSING; false: out of range. */
static bool resolve_hour(fields *f) {
    if (!within(f->hour24, 1, 24) || !within(f->hour12, 1, 12) || !within(f->half_hour, 0, 11)) return false;
    if (f->hour24 != MISSING) f->hour = f->hour24 % 24;
    if (f->hour12 != MISSING) f->half_hour = f->hour12 % 12;
    if (f->half_hour != MISSING && f->half != MISSING) f->hour = f->half * 12 + f->half_hour;
    return true;
}

static bool resolve_date(fields *f) {
    if (!within(f->month, 1, 12) || !within(f->day, 1, 31) || !within(f->day_of_year, 1, 366)) return false;
    if (f->year == MISSING || f->day_of_year == MISSING) return true;
    if (f->day_of_year > (fl_leap_year(f->year) ? 366 : 365)) return false;
    int64_t year;
    int month, day;
    fl_civil_from_days(fl_days_from_civil(f->year, 1, 1) + f->day_of_year - 1, &year, &month, &day);
    if ((f->month != MISSING && f->month != month) || (f->day != MISSING && f->day != day)) return false;
    f->month = month;
    f->day = day;
    return true;
}

static int64_t or_else(int64_t x, int64_t otherwise) { return x == MISSING ? otherwise : x; }

static bool assemble(fields *f, fl_ts *out) {
    if (!resolve_hour(f) || !resolve_date(f) || !within(f->minute, 0, 59) || !within(f->second, 0, 59)) return false;
    bool midnight =
        f->hour == 24 && or_else(f->minute, 0) == 0 && or_else(f->second, 0) == 0 && or_else(f->nanos, 0) == 0;
    if (!within(f->hour, 0, 23) && !midnight) return false;
    bool whole_date = f->year != MISSING && f->month != MISSING && f->day != MISSING;
    int64_t year = or_else(f->year, 1970), month = or_else(f->month, 1), day = or_else(f->day, 1);
    if (year < -999999 || year > 999999) return false;
    int last = fl_month_days(year, (int)month);
    if (day > last && !whole_date) return false;
    int64_t days = fl_days_from_civil(year, (int)month, (int)FL_MIN(day, last));
    if (f->weekday != MISSING && whole_date && fl_dt_weekday(days) != f->weekday) return false;
    int64_t hour = midnight && !whole_date ? 0 : or_else(f->hour, 0); /* only a date has a next day */
    int64_t seconds = (hour * 60 + or_else(f->minute, 0)) * 60 + or_else(f->second, 0);
    int64_t nanos = or_else(f->nanos, 0);
    if (f->nano_of_day != MISSING) seconds = f->nano_of_day / 1000000000, nanos = f->nano_of_day % 1000000000;
    if (f->milli_of_day != MISSING) seconds = f->milli_of_day / 1000, nanos = f->milli_of_day % 1000 * 1000000;
    *out = (fl_ts){days * FL_MS_PER_DAY + seconds * 1000 + nanos / 1000000, (int32_t)(nanos % 1000000)};
    return true;
}

bool fl_dt_read(const fl_dt_pattern *p, fl_str s, fl_ts *local) {
    cursor c = {s.p, s.p + s.n};
    fields f = nothing;
    return read_section(p, 0, p->n, &c, &f) && c.p == c.end && assemble(&f, local);
}

/* ---- SIMPLE ---- */

/* Java reads a long with its minus, or a double if it does not fit, and makes an int of it. *plain: the digits, if there
 * is nothing else. */
static bool read_simple_number(cursor *c, const fl_dt_item *it, int64_t *x, int *plain) {
    bool too_long = false, negative = c->p < c->end && *c->p == '-';
    const char *start = c->p + negative, *stop = c->end;
    if (it->adjacent) {
        if (c->end - c->p < it->count) return false;
        stop = c->p + it->count;
    }
    *x = 0;
    for (c->p = start; c->p < stop && is_digit(*c->p); c->p++)
        too_long = too_long || __builtin_mul_overflow(*x, 10, x) || __builtin_add_overflow(*x, *c->p - '0', x);
    *x = too_long ? INT32_MAX : (int32_t)*x;
    if (negative) *x = -*x;
    *plain = negative ? 0 : (int)(c->p - start);
    return c->p > start;
}

static bool read_simple_item(cursor *c, const fl_dt_item *it, fields *f) {
    int64_t x;
    int k, plain;
    if (it->letter == 0) {
        if (!agrees(c->p, c->end, it->text.p, it->text.n, false)) return false;
        c->p += it->text.n;
        return true;
    }
    while (c->p < c->end && (*c->p == ' ' || *c->p == '\t')) c->p++;
    switch (it->letter) {
    case 'G': return agrees(c->p, c->end, "AD", 2, true) ? (c->p += 2, true) : false;
    case 'M':
    case 'L':
        if (it->count <= 2) break;
        k = read_name(c, fl_dt_months, 12, true, true, true);
        f->month = k + 1;
        return k >= 0;
    case 'E': return read_name(c, fl_dt_weekdays, 7, true, true, true) >= 0; /* the date decides */
    case 'a':
        k = read_half(c, true);
        f->half = k;
        return k >= 0;
    case 'z':
    case 'Z':
    case 'X': return read_offset_item(c, it, FL_DT_SIMPLE, &f->offset_ms);
    default: break;
    }
    if (!read_simple_number(c, it, &x, &plain)) return false;
    if (it->letter == 'y' && it->count <= 2 && plain == 2)
        x += x >= CENTURY_SIMPLE % 100 ? CENTURY_SIMPLE / 100 * 100 : CENTURY_SIMPLE / 100 * 100 + 100;
    if (it->letter == 'S')
        f->nanos = x; /* milliseconds here */
    else
        set_number(f, it->letter, x);
    return true;
}

/* The instant of a wall time as java.util.Calendar sees it: of two, the later one. */
static int64_t calendar_to_utc(const fl_tz *tz, int64_t local_ms) {
    int64_t later = fl_tz_timer_to_utc(tz, local_ms), standard = local_ms - fl_tz_legacy_offset_ms(tz, INT64_MIN / 2);
    if (standard + fl_tz_legacy_offset_ms(tz, standard) == local_ms && standard < later)
        return standard; /* before 1900 */
    return fl_tz_to_local(tz, later) == local_ms ? later : fl_tz_to_utc(tz, local_ms);
}

#define DAYS_MAX 106000000000 /* of which the milliseconds fit a BIGINT, whatever hours are added */

bool fl_dt_read_simple(const fl_dt_pattern *p, fl_str s, const fl_tz *tz, int64_t *utc_ms) {
    cursor c = {s.p, s.p + s.n};
    fields f = nothing;
    if (p->n == 0) return false;
    for (int k = 0; k < p->n; k++)
        if (!read_simple_item(&c, &p->items[k], &f)) return false;
    int64_t year = or_else(f.year, 1970), hour = or_else(f.hour, 0);
    int64_t days = f.day_of_year != MISSING && f.month == MISSING && f.day == MISSING
                       ? fl_dt_hybrid_days(year, 1, 1) + f.day_of_year - 1
                       : fl_dt_hybrid_days(year, or_else(f.month, 1), or_else(f.day, 1));
    if (days > DAYS_MAX || days < -DAYS_MAX) return false;
    if (f.hour24 != MISSING) hour = f.hour24 == 24 ? 0 : f.hour24;
    if (f.hour12 != MISSING) f.half_hour = f.hour12 == 12 ? 0 : f.hour12;
    if (f.half_hour != MISSING) hour = f.half_hour + 12 * or_else(f.half, 0);
    int64_t ms =
        ((days * 24 + hour) * 60 + or_else(f.minute, 0)) * 60000 + or_else(f.second, 0) * 1000 + or_else(f.nanos, 0);
    *utc_ms = f.offset_ms != MISSING ? ms - f.offset_ms : calendar_to_utc(tz, ms);
    return true;
}

/* ---- java.sql ---- */

/* Digits up to a separator or the end: [least, most] of them. */
static bool read_int(cursor *c, int least, int most, char separator, int64_t *x) {
    const char *start = c->p;
    *x = 0;
    while (c->p < c->end && c->p - start <= most && is_digit(*c->p)) *x = *x * 10 + (*c->p++ - '0');
    int n = (int)(c->p - start);
    if (n < least || n > most) return false;
    if (separator == 0) return true;
    return c->p < c->end && *c->p++ == separator;
}

bool fl_dt_read_jdbc(fl_str s, fl_ts *local) {
    s = fl_str_trim(s);
    cursor c = {s.p, s.p + s.n};
    int64_t year, month, day, hour = 0, minute = 0, second = 0, nanos = 0;
    if (!read_int(&c, 4, 4, '-', &year) || !read_int(&c, 1, 2, '-', &month) || !read_int(&c, 1, 2, 0, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > 31) return false;
    if (c.p < c.end) {
        if (*c.p++ != ' ') return false;
        while (c.p < c.end && *c.p == ' ') c.p++;
        if (!read_int(&c, 1, 9, ':', &hour) || !read_int(&c, 1, 9, ':', &minute) || !read_int(&c, 1, 9, 0, &second))
            return false;
        if (c.p < c.end) {
            const char *start = ++c.p;
            if (start[-1] != '.' || !read_int(&c, 1, 9, 0, &nanos) || c.p != c.end) return false;
            for (int64_t k = c.p - start; k < 9; k++) nanos *= 10;
        }
    }
    int64_t days = fl_days_from_civil(year == 0 ? 1 : year, (int)month, 1) + day - 1; /* 1 BC, which prints as 1 */
    local->ms = ((days * 24 + hour) * 60 + minute) * 60000 + second * 1000 + nanos / 1000000;
    local->nanos = (int32_t)(nanos % 1000000);
    return true;
}
