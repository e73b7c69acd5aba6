/* SPDX-License-Identifier: Apache-2.0 */
/* datetime_pattern.c -- compiles Java's date patterns and prints with them.
 *
 * Example:    yyyy-MM-dd'T'HH:mm      y4 "-" M2 "-" d2 "T" H2 ":" m2
 * Interface:  datetime_pattern.h; reading is in datetime_read.c.
 * Printing:   the value is taken apart once, then each item appends its part. Width rules differ: a number of n
 *             letters has at least n digits in both dialects, but in FORMATTER two letters of a year are its last two
 *             digits, more than four digits of a four-letter year get a sign, and some letters take one or two places
 *             only.
 */
#include "expr/datetime_pattern.h"

#include "data/decimal.h"
#include "messages/function.h"
#include "messages/value.h"

const char *const fl_dt_months[12] = {"January", "February", "March",     "April",   "May",      "June",
                                      "July",    "August",   "September", "October", "November", "December"};
const char *const fl_dt_weekdays[7] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};

/* ---- the calendar of 1582 ---- */

enum { CUTOVER_DAY = -141427 /* 1582-10-15 */, JULIAN_EPOCH = 2440588 /* Julian day number of 1970-01-01 */ };

static int64_t julian_days(int64_t year, int month, int64_t day) {
    int64_t a = (14 - month) / 12, y = year + 4800 - a, m = month + 12 * a - 3;
    return day + (153 * m + 2) / 5 + 365 * y + fl_floor_div(y, 4) - 32083 - JULIAN_EPOCH;
}

static void julian_civil(int64_t days, int64_t *year, int *month, int *day) {
    int64_t c = days + JULIAN_EPOCH + 32082;
    int64_t d = fl_floor_div(4 * c + 3, 1461), e = c - fl_floor_div(1461 * d, 4), m = (5 * e + 2) / 153;
    *day = (int)(e - (153 * m + 2) / 5 + 1);
    *month = (int)(m + 3 - 12 * (m / 10));
    *year = d - 4800 + m / 10;
}

int64_t fl_dt_hybrid_days(int64_t year, int64_t month, int64_t day) {
    year += fl_floor_div(month - 1, 12);
    int m = (int)fl_floor_mod(month - 1, 12) + 1;
    int64_t days = fl_days_from_civil(year, m, 1) + day - 1;
    return days >= CUTOVER_DAY ? days : julian_days(year, m, 1) + day - 1;
}

void fl_dt_hybrid_civil(int64_t days, int64_t *year, int *month, int *day) {
    if (days >= CUTOVER_DAY)
        fl_civil_from_days(days, year, month, day);
    else
        julian_civil(days, year, month, day);
}

/* ---- compiling ---- */

static const char formatter_letters[] = "GuyDMLdQqYwWEecFahKkHmsSAnNVvzOXxZ";
static const char simple_letters[] = "GyYMLwWDdFEuaHkKhmsSzZX";

static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
static bool is_reserved(char c) { return c == '{' || c == '}' || c == '#' || c == '[' || c == ']'; }

static void push(fl_arena *a, fl_dt_pattern *p, fl_dt_item item) { FL_PUSH(a, p->items, p->n, p->cap, item); }

/* The most letters that FORMATTER takes of a kind; 0: any. */
static int most_letters(char letter) {
    switch (letter) {
    case 'a':
    case 'F':
    case 'W': return 1;
    case 'd':
    case 'h':
    case 'H':
    case 'k':
    case 'K':
    case 'm':
    case 's':
    case 'w': return 2;
    case 'D': return 3;
    case 'z': return 4;
    case 'G':
    case 'M':
    case 'L':
    case 'Q':
    case 'q':
    case 'E':
    case 'e':
    case 'c':
    case 'X':
    case 'x':
    case 'Z': return 5;
    case 'S': return 9;
    default: return 19;
    }
}

/* A quoted text from `p` (behind the quote) on, two quotes being one. Returns the place behind it, or NULL. */
static const char *quoted(fl_arena *a, fl_dt_pattern *p, const char *c, const char *end) {
    if (c < end && *c == '\'') {
        push(a, p, (fl_dt_item){.text = fl_str_make("'", 1)});
        return c + 1;
    }
    fl_buf b;
    fl_buf_init(&b);
    for (; c < end; c++) {
        if (*c == '\'' && !(c + 1 < end && c[1] == '\'')) break;
        fl_buf_putc(&b, *c);
        c += *c == '\'';
    }
    push(a, p, (fl_dt_item){.text = fl_str_make(fl_arena_strndup(a, b.p != NULL ? b.p : "", b.n), b.n)});
    fl_buf_deinit(&b);
    return c < end ? c + 1 : NULL;
}

static int refuse_letter(char c, fl_dt_dialect dialect, fl_error *err) {
    if (c == 'B') return fl_fail(err, FL_ERR_FUNCTION_PATTERN_PERIOD);
    return dialect == FL_DT_SIMPLE ? fl_fail(err, FL_ERR_FUNCTION_PATTERN_LETTER, c)
                                   : fl_fail(err, FL_ERR_FUNCTION_FORMATTER_LETTER, c);
}

static bool is_number(const fl_dt_item *it) {
    return it->letter != 0 && strchr("uyDdYwWFhKkHmsSAnN", it->letter) != NULL;
}

/* FORMATTER: exactly as many digits as letters. */
static bool is_fixed_width(const fl_dt_item *it) {
    if (it->letter == 'S') return true;
    return it->count == 2 || (it->letter == 'D' && it->count == 3);
}

static bool is_numeric(const fl_dt_item *it) {
    bool month = it->letter == 'M' || it->letter == 'L';
    return is_number(it) || (month && it->count <= 2);
}

/* Numbers without a gap between them: the first leaves the digits that those of fixed width behind it need. */
static void mark_adjacent(fl_dt_pattern *p) {
    for (int k = 0; k < p->n; k++) {
        if (!is_numeric(&p->items[k])) continue;
        p->items[k].adjacent = k + 1 < p->n && is_numeric(&p->items[k + 1]);
        for (int j = k + 1; j < p->n && is_numeric(&p->items[j]) && is_fixed_width(&p->items[j]); j++)
            p->items[k].following += p->items[j].count;
    }
}

/* How many milliseconds print alike. */
static int64_t stretch_of(char letter) {
    if (letter == 0 || strchr("GuyMLdDQqYwWEecF[]", letter) != NULL) return FL_MS_PER_DAY;
    if (strchr("HkKha", letter) != NULL) return 3600000;
    return letter == 'm' ? 60000 : letter == 's' ? 1000 : 1;
}

/* Parts of a time, of two digits each but the last. */
enum { PART_CENTURY, PART_YEAR, PART_MONTH, PART_DAY, PART_HOUR, PART_MINUTE, PART_SECOND, PART_FRACTION };
static const char part_letters[] = "  MdHmsS";

static void add_part(fl_dt_fixed *f, int part, int count) {
    f->fields[f->n_fields].part = (uint8_t)part;
    f->fields[f->n_fields].at = (uint8_t)f->n;
    f->fields[f->n_fields++].count = (uint8_t)count;
    f->n += count;
}

/* Whether the item is always of one length; adds it to what is fixed. */
static bool add_fixed(fl_dt_fixed *f, const fl_dt_item *it) {
    const size_t width = it->letter == 0 ? it->text.n : (size_t)it->count;
    const bool year = (it->letter == 'y' || it->letter == 'u') && it->count == 4;
    if (it->pad != 0 || (size_t)f->n + width > FL_DT_FIXED_MAX) return false;
    if (it->letter == 0) {
        if (width > 0) memcpy(f->text + f->n, it->text.p, width);
        f->n += (int)width;
        return true;
    }
    if (year) {
        add_part(f, PART_CENTURY, 2);
        add_part(f, PART_YEAR, 2);
        return true;
    }
    const char *letter = strchr(part_letters, it->letter);
    const bool fits = letter != NULL && (it->letter == 'S' ? it->count <= 9 : it->count == 2);
    if (fits) add_part(f, (int)(letter - part_letters), it->count);
    return fits;
}

static void find_fixed(fl_dt_pattern *p) {
    fl_dt_fixed f = {0};
    for (int k = 0; k < p->n; k++)
        if (!add_fixed(&f, &p->items[k])) return;
    p->fixed = f;
}

int fl_dt_compile(fl_arena *a, fl_str text, fl_dt_dialect dialect, fl_dt_pattern **out, fl_error *err) {
    fl_dt_pattern *p = FL_NEW(a, fl_dt_pattern);
    const char *end = text.p + text.n;
    int pad = 0, depth = 0;
    bool formatter = dialect == FL_DT_FORMATTER;
    p->dialect = dialect;
    for (const char *c = text.p; c < end;) {
        const char *from = c;
        if (*c == '\'') {
            c = quoted(a, p, c + 1, end);
            if (c == NULL) return fl_fail(err, FL_ERR_FUNCTION_PATTERN_QUOTE, (int)FL_MIN(text.n, 80u), text.p);
        } else if (is_letter(*c)) {
            while (c < end && *c == *from) c++;
            int count = (int)(c - from);
            if (formatter && *from == 'p') {
                pad = count;
                continue;
            }
            if (strchr(formatter ? formatter_letters : simple_letters, *from) == NULL)
                return refuse_letter(*from, dialect, err);
            if (formatter && count > most_letters(*from)) return fl_fail(err, FL_ERR_FUNCTION_PATTERN_COUNT, *from);
            push(a, p, (fl_dt_item){.letter = *from, .count = count, .pad = pad});
            pad = 0;
        } else if (formatter && is_reserved(*c) && *c != '[' && *c != ']') {
            return fl_fail(err, FL_ERR_FUNCTION_PATTERN_RESERVED, *c);
        } else if (formatter && (*c == '[' || *c == ']')) {
            depth += *c == '[' ? 1 : -1;
            if (depth < 0) return fl_fail(err, FL_ERR_FUNCTION_PATTERN_BRACKET);
            push(a, p, (fl_dt_item){.letter = *c++});
        } else {
            while (c < end && !is_letter(*c) && *c != '\'' && !(formatter && is_reserved(*c))) c++;
            push(a, p,
                 (fl_dt_item){.text = fl_str_make(fl_arena_strndup(a, from, (size_t)(c - from)), (size_t)(c - from))});
        }
    }
    for (; depth > 0; depth--) push(a, p, (fl_dt_item){.letter = ']'});
    mark_adjacent(p);
    p->stretch_ms = FL_MS_PER_DAY;
    for (int k = 0; k < p->n; k++) p->stretch_ms = FL_MIN(p->stretch_ms, stretch_of(p->items[k].letter));
    if (formatter) find_fixed(p);
    *out = p;
    return 0;
}

/* ---- printing ---- */

/* A value taken apart. */
typedef struct parts {
    int64_t days, year;
    int month, day; /* 1 … */
    int hour, minute, second, nanos;
    int weekday;        /* 0: Sunday */
    int day_of_year;    /* 1 … */
    int offset_minutes; /* SIMPLE: of the zone */
    const fl_tz *tz;    /* SIMPLE */
} parts;

static void put_number(fl_buf *out, int64_t x, int width) {
    uint64_t rest = x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
    char digits[24], *end = digits + sizeof digits, *p = end;
    do *--p = (char)('0' + rest % 10);
    while ((rest /= 10) != 0);
    if (x < 0) fl_buf_putc(out, '-');
    for (int zeros = width - (int)(end - p); zeros > 0; zeros--) fl_buf_putc(out, '0');
    fl_buf_put(out, p, (size_t)(end - p));
}

/* Days of Jan 1 of the value's year, by the value's own calendar. */
static int64_t year_start(const parts *v) { return v->days - v->day_of_year + 1; }

/* Weeks begin on Sunday, and the 1st of January lies in week 1. */
static void week_of(const parts *v, int64_t *year, int *week) {
    int first = fl_dt_weekday(year_start(v));
    int length = fl_leap_year(v->year) ? 366 : 365;
    *year = v->year;
    *week = (v->day_of_year + first - 1) / 7 + 1;
    if (v->day_of_year - v->weekday + 6 <= length) return;
    *year = v->year + 1; /* the week has the next 1st of January */
    *week = 1;
}

static int64_t year_of_era(int64_t year) { return year > 0 ? year : 1 - year; }

static void put_year(fl_buf *out, const fl_dt_item *it, int64_t year, fl_dt_dialect dialect) {
    if (it->count == 2) {
        put_number(out, (year < 0 ? -year : year) % 100, 2);
    } else if (dialect == FL_DT_FORMATTER && it->count >= 4) {
        if (it->count < 19 && year >= fl_pow10_i64[it->count]) fl_buf_putc(out, '+');
        put_number(out, year, it->count);
    } else {
        put_number(out, year, it->count);
    }
}

/* A name in its short, full or narrow form. */
static void put_name(fl_buf *out, const char *name, int count) {
    if (count >= 5)
        fl_buf_put(out, name, 1);
    else if (count == 4)
        fl_buf_puts(out, name);
    else
        fl_buf_put(out, name, 3);
}

static void put_quarter(fl_buf *out, int month, int count) {
    static const char *const ordinals[] = {"1st", "2nd", "3rd", "4th"};
    int quarter = (month + 2) / 3;
    if (count <= 2 || count == 5)
        put_number(out, quarter, count == 2 ? 2 : 1);
    else if (count == 3)
        fl_buf_printf(out, "Q%d", quarter);
    else
        fl_buf_printf(out, "%s quarter", ordinals[quarter - 1]);
}

static void put_fraction(fl_buf *out, int nanos, int count) {
    char digits[10];
    for (int k = 8; k >= 0; k--, nanos /= 10) digits[k] = (char)('0' + nanos % 10);
    fl_buf_put(out, digits, (size_t)FL_MIN(count, 9));
}

/* Letters that mean the same in both dialects; false: not one of them. */
static bool print_common(const fl_dt_item *it, const parts *v, fl_dt_dialect dialect, fl_buf *out) {
    int64_t year;
    int week, n = it->count;
    switch (it->letter) {
    case 'y': put_year(out, it, year_of_era(v->year), dialect); return true;
    case 'd': put_number(out, v->day, n); return true;
    case 'D': put_number(out, v->day_of_year, n); return true;
    case 'a': fl_buf_puts(out, v->hour < 12 ? "AM" : "PM"); return true;
    case 'H': put_number(out, v->hour, n); return true;
    case 'k': put_number(out, v->hour == 0 ? 24 : v->hour, n); return true;
    case 'K': put_number(out, v->hour % 12, n); return true;
    case 'h': put_number(out, v->hour % 12 == 0 ? 12 : v->hour % 12, n); return true;
    case 'm': put_number(out, v->minute, n); return true;
    case 's': put_number(out, v->second, n); return true;
    case 'Y':
        week_of(v, &year, &week);
        put_year(out, it, year, dialect);
        return true;
    case 'w':
        week_of(v, &year, &week);
        put_number(out, week, n);
        return true;
    case 'W': put_number(out, (v->day + fl_dt_weekday(v->days - v->day + 1) - 1) / 7 + 1, n); return true;
    default: return false;
    }
}

static void print_formatter_item(const fl_dt_item *it, const parts *v, fl_buf *out) {
    int n = it->count;
    int64_t nano_of_day = ((v->hour * 60 + v->minute) * 60 + v->second) * 1000000000LL + v->nanos;
    if (print_common(it, v, FL_DT_FORMATTER, out)) return;
    switch (it->letter) {
    case 'u': put_year(out, it, v->year, FL_DT_FORMATTER); break;
    case 'M':
    case 'L':
        if (n <= 2)
            put_number(out, v->month, n);
        else
            put_name(out, fl_dt_months[v->month - 1], n);
        break;
    case 'E': put_name(out, fl_dt_weekdays[v->weekday], n); break;
    case 'e':
    case 'c':
        if (n <= 2)
            put_number(out, v->weekday + 1, n);
        else
            put_name(out, fl_dt_weekdays[v->weekday], n);
        break;
    case 'F': put_number(out, (v->day - 1) % 7 + 1, n); break;
    case 'Q':
    case 'q': put_quarter(out, v->month, n); break;
    case 'S': put_fraction(out, v->nanos, n); break;
    case 'A': put_number(out, nano_of_day / 1000000, n); break;
    case 'n': put_number(out, v->nanos, n); break;
    case 'N': put_number(out, nano_of_day, n); break;
    default: /* G */
        fl_buf_puts(out, n == 4 ? (v->year > 0 ? "Anno Domini" : "Before Christ") : v->year > 0 ? "AD" : "BC");
        if (n == 5) out->n--;
        break;
    }
}

/* Fills with blanks from `start` on to the width of the item. */
static int pad_left(fl_buf *out, size_t start, int width, fl_error *err) {
    size_t n = out->n - start;
    if (width == 0) return 0;
    if (n > (size_t)width) return fl_fail(err, FL_ERR_VALUE_PAD_WIDTH, n, width);
    fl_buf_reserve(out, (size_t)width);
    memmove(out->p + start + ((size_t)width - n), out->p + start, n);
    memset(out->p + start, ' ', (size_t)width - n);
    out->n = start + (size_t)width;
    return 0;
}

static int64_t day_of_year(int64_t days, int64_t year, bool hybrid) {
    return days - (hybrid ? fl_dt_hybrid_days(year, 1, 1) : fl_days_from_civil(year, 1, 1)) + 1;
}

static inline void put_two(char *p, int x) {
    const int tens = x * 103 >> 10;
    p[0] = (char)('0' + tens);
    p[1] = (char)('0' + x - 10 * tens);
}

static void print_fixed(const fl_dt_fixed *f, int year, int month, int day, int ms, int nanos, fl_buf *out) {
    char *text = fl_buf_reserve(out, FL_DT_FIXED_MAX);
    memcpy(text, f->text, FL_DT_FIXED_MAX);
    out->n += (size_t)f->n;
    const int parts[] = {year / 100, year % 100, month, day, ms / 3600000, ms / 60000 % 60, ms / 1000 % 60};
    for (int k = 0; k < f->n_fields; k++) {
        char *at = text + f->fields[k].at;
        if (FL_LIKELY(f->fields[k].part != PART_FRACTION)) {
            put_two(at, parts[f->fields[k].part]);
            continue;
        }
        for (int j = 8, left = nanos; j >= 0; j--, left /= 10)
            if (j < f->fields[k].count) at[j] = (char)('0' + left % 10);
    }
}

int fl_dt_print(const fl_dt_pattern *p, fl_ts local, fl_buf *out, fl_error *err) {
    const int64_t days = fl_floor_div(local.ms, FL_MS_PER_DAY);
    /* The first day begins outside of 64 bits. */
    const int ms = (int)((uint64_t)local.ms - (uint64_t)days * FL_MS_PER_DAY);
    const int nanos = ms % 1000 * 1000000 + local.nanos;
    int64_t year;
    int month, day;
    fl_civil_from_days(days, &year, &month, &day);
    if (p->fixed.n > 0 && year >= 1 && year <= 9999) {
        print_fixed(&p->fixed, (int)year, month, day, ms, nanos, out);
        return 0;
    }
    parts v = {.days = days,
               .year = year,
               .month = month,
               .day = day,
               .hour = ms / 3600000,
               .minute = ms / 60000 % 60,
               .second = ms / 1000 % 60,
               .nanos = nanos};
    v.weekday = fl_dt_weekday(v.days);
    v.day_of_year = (int)day_of_year(v.days, v.year, false);
    for (int k = 0; k < p->n; k++) {
        const fl_dt_item *it = &p->items[k];
        size_t start = out->n;
        if (it->letter == 0) {
            fl_buf_put_str(out, it->text);
        } else if (strchr("VzvZOXx", it->letter) != NULL) {
            return fl_fail(err, FL_ERR_VALUE_NO_ZONE_TO_PRINT, it->letter);
        } else if (it->letter != '[' && it->letter != ']') {
            print_formatter_item(it, &v, out);
        }
        FL_TRY(pad_left(out, start, it->pad, err));
    }
    return 0;
}

static void put_offset(fl_buf *out, int minutes, const char *separator, bool hours_only) {
    int size = minutes < 0 ? -minutes : minutes;
    fl_buf_printf(out, "%c%02d", minutes < 0 ? '-' : '+', size / 60);
    if (!hours_only) fl_buf_printf(out, "%s%02d", separator, size % 60);
}

static int print_simple_item(const fl_dt_item *it, const parts *v, fl_buf *out, fl_error *err) {
    int n = it->count;
    if (print_common(it, v, FL_DT_SIMPLE, out)) return 0;
    switch (it->letter) {
    case 'M':
    case 'L':
        if (n <= 2)
            put_number(out, v->month, n);
        else
            put_name(out, fl_dt_months[v->month - 1], n >= 4 ? 4 : 3);
        break;
    case 'E': put_name(out, fl_dt_weekdays[v->weekday], n >= 4 ? 4 : 3); break;
    case 'u': put_number(out, v->weekday == 0 ? 7 : v->weekday, n); break;
    case 'F': put_number(out, (v->day - 1) / 7 + 1, n); break;
    case 'S': put_number(out, v->nanos / 1000000, n); break;
    case 'Z': put_offset(out, v->offset_minutes, "", false); break;
    case 'X':
        if (v->offset_minutes == 0)
            fl_buf_putc(out, 'Z');
        else
            put_offset(out, v->offset_minutes, n == 3 ? ":" : "", n == 1);
        break;
    case 'z':
        if (!fl_tz_is_utc(v->tz)) return fl_fail(err, FL_ERR_FUNCTION_PATTERN_ZONE);
        fl_buf_puts(out, n >= 4 ? "Coordinated Universal Time" : "UTC");
        break;
    default: fl_buf_puts(out, v->year > 0 ? "AD" : "BC"); break; /* G */
    }
    return 0;
}

int fl_dt_print_simple(const fl_dt_pattern *p, int64_t utc_ms, const fl_tz *tz, fl_buf *out, fl_error *err) {
    int64_t offset = fl_tz_legacy_offset_ms(tz, utc_ms), ms = utc_ms + offset, of_day = fl_floor_mod(ms, FL_MS_PER_DAY);
    parts v = {.days = fl_floor_div(ms, FL_MS_PER_DAY),
               .offset_minutes = (int)(offset / 60000),
               .tz = tz,
               .hour = (int)(of_day / 3600000),
               .minute = (int)(of_day / 60000 % 60),
               .second = (int)(of_day / 1000 % 60),
               .nanos = (int)(of_day % 1000) * 1000000};
    fl_dt_hybrid_civil(v.days, &v.year, &v.month, &v.day);
    v.weekday = fl_dt_weekday(v.days);
    v.day_of_year = (int)day_of_year(v.days, v.year, true);
    for (int k = 0; k < p->n; k++) {
        if (p->items[k].letter == 0)
            fl_buf_put_str(out, p->items[k].text);
        else
            FL_TRY(print_simple_item(&p->items[k], &v, out, err));
    }
    return 0;
}
