/* SPDX-License-Identifier: Apache-2.0 */
/* option.c -- reads the values of settings, as Flink reads them.
 *
 * What:       one function for each type of option.h; and of any value, whether its definition allows it and what the
 *             engine makes of it.
 * Example:    `10 s` is 10000 ms, `64kb` is 65536 bytes, `TRUE` is true; `maybe` is refused with Flink's sentence.
 * Algorithm:  a duration or a size is blanks, digits, blanks, a unit in any case; the units stand in two tables, in
 *             Flink's order, and the refusal of a wrong one lists them.
 */
#include "base/option.h"

#include "messages/option.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- plain values ---- */

int fl_parse_bool(fl_str s, bool *out, fl_error *err) {
    *out = fl_str_iis(s, "true");
    if (*out || fl_str_iis(s, "false")) return 0;
    return fl_fail(err, FL_ERR_OPTION_NOT_BOOLEAN, (int)s.n, s.p);
}

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

/* [+-]digits, all of s; no blanks. */
static bool read_i64(fl_str s, int64_t *out) {
    const char *p = s.p, *end = s.p + s.n;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    if (p == end) return false;
    for (*out = 0; p < end; p++) {
        int digit = *p - '0';
        if (!is_digit(*p) || __builtin_mul_overflow(*out, 10, out) ||
            __builtin_add_overflow(*out, negative ? -digit : digit, out))
            return false;
    }
    return true;
}

static int bad_number(fl_str s, fl_error *err) { return fl_fail(err, FL_ERR_OPTION_NOT_NUMBER, (int)s.n, s.p); }

int fl_parse_i64(fl_str s, int64_t *out, fl_error *err) { return read_i64(s, out) ? 0 : bad_number(s, err); }

/* strtod in the C locale: the user's may write a comma for the point. */
static double read_double(const char *text, char **end) {
    locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double d = strtod_l(text, end, c);
    freelocale(c);
    return d;
}

int fl_parse_f64(fl_str s, double *out, fl_error *err) {
    char text[64], *end = text;
    fl_str trimmed = fl_str_trim(s);
    if (trimmed.n > 0 && trimmed.n < sizeof text) {
        memcpy(text, trimmed.p, trimmed.n);
        text[trimmed.n] = '\0';
        *out = read_double(text, &end);
    }
    return end == text + trimmed.n && end > text ? 0 : bad_number(s, err);
}

/* ---- amounts with a unit ---- */

typedef struct unit {
    int64_t size;         /* in the amount's own unit: ms (below that: 0), bytes */
    int per_size;         /* how many make one of the amount's own unit, if that is larger */
    const char *spelling; /* all of them, a blank around each; in lower case */
    const char *list;     /* as the refusal tells them */
} unit;

static const unit duration_units[] = {
    {86400000, 1, " d day days ", "DAYS: (d | day | days)"},
    {3600000, 1, " h hour hours ", "HOURS: (h | hour | hours)"},
    {60000, 1, " min m minute minutes ", "MINUTES: (min | m | minute | minutes)"},
    {1000, 1, " s sec secs second seconds ", "SECONDS: (s | sec | secs | second | seconds)"},
    {1, 1, " ms milli millis millisecond milliseconds ",
     "MILLISECONDS: (ms | milli | millis | millisecond | milliseconds)"},
    {0, 1000, " µs micro micros microsecond microseconds ",
     "MICROSECONDS: (µs | micro | micros | microsecond | microseconds)"},
    {0, 1000000, " ns nano nanos nanosecond nanoseconds ",
     "NANOSECONDS: (ns | nano | nanos | nanosecond | nanoseconds)"},
};

static const unit memory_units[] = {
    {1, 1, " b bytes ", "(b | bytes)"},
    {1 << 10, 1, " k kb kibibytes ", "(k | kb | kibibytes)"},
    {1 << 20, 1, " m mb mebibytes ", "(m | mb | mebibytes)"},
    {1 << 30, 1, " g gb gibibytes ", "(g | gb | gibibytes)"},
    {1ll << 40, 1, " t tb tebibytes ", "(t | tb | tebibytes)"},
};

static const unit *find_unit(fl_str label, const unit *units, size_t n) {
    char word[24] = " ";
    if (label.n == 0 || label.n + 3 > sizeof word) return NULL;
    for (size_t i = 0; i < label.n; i++)
        word[i + 1] = (char)(label.p[i] >= 'A' && label.p[i] <= 'Z' ? label.p[i] + 32 : label.p[i]);
    word[label.n + 1] = ' ';
    word[label.n + 2] = '\0';
    for (size_t i = 0; i < n; i++)
        if (strchr(word + 1, ' ') == word + label.n + 1 && strstr(units[i].spelling, word) != NULL) return &units[i];
    return NULL;
}

static int unknown_unit(const char *what, const char *separator, fl_str label, const unit *units, size_t n,
                        fl_error *err) {
    fl_buf list;
    fl_buf_init(&list);
    for (size_t i = 0; i < n; i++) fl_buf_printf(&list, "%s%s", i ? separator : "", units[i].list);
    fl_fail(err, FL_ERR_OPTION_UNKNOWN_UNIT, what, (int)label.n, label.p, fl_buf_cstr(&list));
    fl_buf_deinit(&list);
    return err->code;
}

/* The digits in front and the unit behind; `bare` is the unit of a number alone. */
static int read_amount(fl_str s, const char *what, const char *separator, const unit *units, size_t n, const unit *bare,
                       int64_t *out, fl_error *err) {
    fl_str text = fl_str_trim(s), number = text;
    if (text.n == 0) return fl_fail(err, FL_ERR_OPTION_EMPTY_QUANTITY);
    for (number.n = 0; number.n < text.n && is_digit(text.p[number.n]); number.n++) {}
    if (number.n == 0) return fl_fail(err, FL_ERR_OPTION_NO_QUANTITY, (int)s.n, s.p);
    fl_str label = fl_str_trim(fl_str_make(text.p + number.n, text.n - number.n));
    const unit *u = label.n == 0 ? bare : find_unit(label, units, n);
    if (u == NULL) return unknown_unit(what, separator, label, units, n, err);
    bool fits = read_i64(number, out);
    if (fits && u->per_size > 1) *out /= u->per_size;
    if (fits && u->per_size == 1) fits = !__builtin_mul_overflow(*out, u->size, out);
    if (fits) return 0;
    return fl_fail(err, FL_ERR_OPTION_QUANTITY_TOO_LARGE, (int)text.n, text.p);
}

int fl_parse_duration_ms(fl_str s, int64_t *out, fl_error *err) {
    return read_amount(s, "Time interval unit label", ", ", duration_units, FL_ARRAY_LEN(duration_units),
                       &duration_units[4], out, err);
}

int fl_parse_memory(fl_str s, int64_t *out, fl_error *err) {
    return read_amount(s, "Memory size unit", " / ", memory_units, FL_ARRAY_LEN(memory_units), &memory_units[0], out,
                       err);
}

void fl_duration_print(fl_buf *out, int64_t ms) {
    static const struct {
        int64_t ms;
        const char *label;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}, {1, "ms"}};
    size_t i = ms == 0 ? FL_ARRAY_LEN(units) - 1 : 0;
    while (ms % units[i].ms != 0) i++;
    fl_buf_printf(out, "%lld %s", (long long)(ms / units[i].ms), units[i].label);
}

/* ---- one of several words, lists, maps ---- */

/* Takes the next piece of a text that `separator` cuts; false at its end. */
static bool next_piece(fl_str *rest, char separator, fl_str *piece) {
    if (rest->p == NULL) return false;
    const char *at = memchr(rest->p, separator, rest->n);
    *piece = fl_str_make(rest->p, at != NULL ? (size_t)(at - rest->p) : rest->n);
    *rest = at != NULL ? fl_str_make(at + 1, rest->n - piece->n - 1) : (fl_str){0};
    return true;
}

int fl_parse_enum(fl_str s, const char *values, int *out, fl_error *err) {
    fl_str rest = fl_str_from(values), piece;
    for (*out = 0; next_piece(&rest, '|', &piece); ++*out)
        if (fl_str_ieq(piece, s)) return 0;
    fl_buf list;
    fl_buf_init(&list);
    rest = fl_str_from(values);
    while (next_piece(&rest, '|', &piece))
        fl_buf_printf(&list, "%.*s%s", (int)piece.n, piece.p, rest.p != NULL ? ", " : "");
    fl_fail(err, FL_ERR_OPTION_NOT_IN_ENUM, (int)s.n, s.p, fl_buf_cstr(&list));
    fl_buf_deinit(&list);
    return err->code;
}

static int check_map(fl_str value, fl_error *err) {
    fl_str rest = value, piece;
    while (value.n > 0 && next_piece(&rest, ',', &piece))
        if (memchr(piece.p, ':', piece.n) == NULL) return fl_fail(err, FL_ERR_OPTION_NOT_A_MAP, (int)piece.n, piece.p);
    return 0;
}

/* ---- values by their definition ---- */

/* What a value stands for: a truth, a number, an amount, a place in the list. Texts, lists and maps stand for
 * themselves. */
typedef struct meaning {
    int64_t i;
    double d; /* DOUBLE */
} meaning;

static int read_meaning(const fl_option_def *def, fl_str value, meaning *out, fl_error *err) {
    bool b = false;
    int place = 0, rc = 0;
    *out = (meaning){0};
    switch (def->type) {
    case FL_OPT_STRING:
    case FL_OPT_LIST: break;
    case FL_OPT_MAP: return check_map(value, err);
    case FL_OPT_BOOL: rc = fl_parse_bool(value, &b, err); break;
    case FL_OPT_ENUM: rc = fl_parse_enum(value, def->values, &place, err); break;
    case FL_OPT_INT: return fl_parse_i64(value, &out->i, err);
    case FL_OPT_DOUBLE: return fl_parse_f64(value, &out->d, err);
    case FL_OPT_DURATION: return fl_parse_duration_ms(value, &out->i, err);
    case FL_OPT_MEMORY: return fl_parse_memory(value, &out->i, err);
    }
    out->i = b + place;
    return rc;
}

static bool is_text(fl_option_type t) { return t == FL_OPT_STRING || t == FL_OPT_LIST || t == FL_OPT_MAP; }
static bool has_range(const fl_option_def *def) {
    return def->values != NULL && def->type != FL_OPT_ENUM && !is_text(def->type) && strstr(def->values, "..") != NULL;
}

/* Both are of the option's type. */
static bool same_value(const fl_option_def *def, fl_str a, fl_str b) {
    meaning x, y;
    fl_error err;
    if (is_text(def->type)) return fl_str_ieq(a, b);
    return read_meaning(def, a, &x, &err) == 0 && read_meaning(def, b, &y, &err) == 0 && x.i == y.i && x.d == y.d;
}

static bool is_default(const fl_option_def *def, fl_str value) {
    return def->fallback != NULL && same_value(def, value, fl_str_from(def->fallback));
}

/* One of the two numbers is in use, the other 0 on both sides. */
static bool reaches(meaning x, meaning bound) { return x.i >= bound.i && x.d >= bound.d; }

/* "1..32768": one of the bounds may be missing. */
static int check_range(const fl_option_def *def, meaning x, fl_error *err) {
    const char *dots = strstr(def->values, "..");
    fl_str least = fl_str_make(def->values, (size_t)(dots - def->values)), most = fl_str_from(dots + 2);
    meaning bound;
    if (least.n > 0) {
        FL_TRY(read_meaning(def, least, &bound, err));
        if (!reaches(x, bound)) return fl_fail(err, FL_ERR_OPTION_TOO_SMALL, (int)least.n, least.p);
    }
    if (most.n > 0) {
        FL_TRY(read_meaning(def, most, &bound, err));
        if (!reaches(bound, x)) return fl_fail(err, FL_ERR_OPTION_TOO_LARGE, (int)most.n, most.p);
    }
    return 0;
}

int fl_option_check(const fl_option_def *def, fl_str value, fl_error *err) {
    meaning x;
    FL_TRY(read_meaning(def, value, &x, err));
    return has_range(def) && !is_default(def, value) ? check_range(def, x, err) : 0;
}

fl_option_state fl_option_verdict(const fl_option_def *def, fl_str value) {
    fl_str rest = def->fine != NULL ? fl_str_from(def->fine) : (fl_str){0}, piece;
    if (is_default(def, value)) return FL_OPT_HONOURED;
    while (next_piece(&rest, '|', &piece))
        if (same_value(def, value, piece)) return FL_OPT_HONOURED;
    return def->state;
}
