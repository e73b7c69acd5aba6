/* SPDX-License-Identifier: Apache-2.0 */
/* text.c -- the parts of text_int.h that are too long for a header. */
#include "formats/text_int.h"

#include "messages/format.h"
#include "messages/value.h"

#include <stdio.h>

const double text_pow10_f64[19] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                   1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

/* ---- UTF-8 ---- */

static bool is_tail(unsigned char c) { return (c & 0xc0) == 0x80; }

/* ---- base64 ---- */

int text_base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (text_is_digit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int text_bad_base64(char c, int place, fl_error *err) {
    return fl_fail(err, FL_ERR_FORMAT_BASE64_CHARACTER, c, (unsigned char)c, place + 1);
}

int text_unpadded_base64(fl_error *err) { return fl_fail(err, FL_ERR_FORMAT_BASE64_END); }

int text_base64_decode(fl_str s, fl_buf *out, fl_error *err) {
    const char *p = s.p, *end = s.p + s.n;
    for (;;) {
        while (p < end && (unsigned char)*p <= ' ') p++;
        if (p == end) return 0;
        uint32_t bits = 0;
        int n = 0;
        for (; n < 4 && p < end; n++, p++) {
            int value = text_base64_value(*p);
            if (value < 0 && (*p != '=' || n < 2)) return text_bad_base64(*p, n, err);
            if (value < 0) break;
            bits = bits << 6 | (uint32_t)value;
        }
        for (int i = n; i < 4; i++, p++) {
            if (p == end) return text_unpadded_base64(err);
            if (*p != '=') return text_bad_base64(*p, i, err);
        }
        bits <<= 6 * (4 - n);
        char bytes[3] = {(char)(bits >> 16), (char)(bits >> 8), (char)bits};
        fl_buf_put(out, bytes, (size_t)n - 1);
    }
}

/* ---- values from their text ---- */

enum { SHOWN_MAX = 100, RECORD_SHOWN_MAX = 200 };

/* The most of a text that a message shows: whole characters. */
static int shown(fl_str s, size_t most) {
    size_t n = FL_MIN(s.n, most);
    while (n < s.n && n > 0 && is_tail((unsigned char)s.p[n])) n--;
    return (int)n;
}

int text_no_value(fl_str s, const char *what, fl_error *err) {
    return fl_fail(err, FL_ERR_FORMAT_TEXT_AS, shown(s, SHOWN_MAX), s.p, what);
}

static int no_number(fl_str s, fl_error *err) {
    fl_fail(err, FL_ERR_VALUE_NOT_NUMBER, shown(s, SHOWN_MAX), s.p);
    return fl_error_hint(err, FL_DO_RECORD);
}

void text_append_bool(fl_column *c, fl_str s) { fl_column_append_i64(c, fl_str_iis(text_trim(s), "true")); }

int text_append_integer(fl_column *c, fl_str s, fl_error *err) {
    int bits = 8 * fl_phys_size(c->phys);
    int64_t x, max = (int64_t)(((uint64_t)1 << (bits - 1)) - 1);
    s = text_trim(s);
    if (fl_i64_parse(s, &x) != FL_NUMBER_OK) return no_number(s, err);
    if (x > max || x < -max - 1) {
        if (bits > 16 || x != (int32_t)x) return no_number(s, err);
        return fl_fail(err, FL_ERR_FORMAT_TEXT_RANGE, shown(s, SHOWN_MAX), s.p);
    }
    fl_column_append_i64(c, x);
    return 0;
}

int text_append_double(fl_column *c, fl_str s, fl_error *err) {
    double x;
    float f;
    bool single = c->phys == FL_P_F32;
    if (single ? fl_float_parse(s, &f) : fl_double_parse(s, &x)) {
        fl_column_append_f64(c, single ? (double)f : x);
        return 0;
    }
    s = text_trim(s);
    if (s.n > 0) return no_number(s, err);
    fl_fail(err, FL_ERR_VALUE_EMPTY_NUMBER);
    return fl_error_hint(err, FL_DO_RECORD);
}

static int no_decimal(fl_str s, fl_error *err) {
    size_t good = 0;
    while (good < s.n && s.p[good] != '\0' && strchr("+-.eE0123456789", s.p[good]) != NULL) good++;
    if (good == s.n) return text_no_value(s, "a decimal number", err);
    uint32_t cp;
    int n = fl_utf8_decode(s.p + good, s.p + s.n, &cp);
    return fl_fail(err, FL_ERR_FORMAT_TEXT_DECIMAL, n, s.p + good, shown(s, SHOWN_MAX), s.p);
}

int text_append_decimal(fl_column *c, fl_str s, fl_error *err) {
    fl_i128 x;
    switch (fl_decimal_parse(s, c->type->precision, c->type->scale, &x)) {
    case FL_NUMBER_OK: fl_column_append_i128(c, x); return 0;
    case FL_NUMBER_OVERFLOW: fl_column_append_null(c); return 0;
    default: return no_decimal(s, err);
    }
}

void text_append_string(fl_column *c, fl_str s, fl_buffer *owner) {
    const char *from = owner != NULL ? (const char *)owner->data : NULL;
    if (s.n <= FL_VIEW_INLINE || from == NULL || s.p < from || s.p >= from + owner->size) {
        fl_column_append_str(c, s);
        return;
    }
    fl_column_add_heap(c, owner);
    fl_column_append_str(c, fl_str_make("", 0));
    FL_DATA(c, fl_view)[c->n - 1] = fl_view_make(s.p, (uint32_t)s.n);
}

int text_record_failed(fl_decoder *d, const char *format, fl_str record, int64_t offset, fl_error *err) {
    int n = shown(record, RECORD_SHOWN_MAX);
    d->failed_at = offset;
    return fl_error_prefix(err, FL_AT_FORMAT_RECORD, format, n, record.p, (size_t)n < record.n ? "…" : "");
}

const char *text_type_name(char out[TEXT_TYPE_NAME_MAX], const fl_type *t) {
    fl_buf b;
    fl_buf_init(&b);
    fl_type_print(&b, t, FL_TYPE_SUMMARY);
    snprintf(out, TEXT_TYPE_NAME_MAX, "%s", fl_buf_cstr(&b));
    fl_buf_deinit(&b);
    return out;
}

/* ---- timestamps ---- */

/* The length of the front of `s` that has the form of a timestamp; *whole if nothing is missing at its end. Two digits
 * are one field, which counts from its first digit, and so do the four of a year, which must not be five. */
static int timestamp_form(fl_str s, char separator, bool utc, bool *whole) {
    static const char pattern[] = "dddd-dd-dd?dd:dd:dd";
    int n = (int)FL_MIN(s.n, (size_t)INT32_MAX), i = 0, field = 0;
    *whole = false;
    for (; i < 19; i++) {
        bool digit = pattern[i] == 'd';
        if (digit && (i == 0 || pattern[i - 1] != 'd')) field = i;
        char want = pattern[i] == '?' ? separator : pattern[i];
        if (i == n || (digit ? !text_is_digit(s.p[i]) : s.p[i] != want))
            return digit || (i == 4 && n > 4 && text_is_digit(s.p[4])) ? field : i;
    }
    if (i < n && s.p[i] == '.')
        for (i++; i < n && i < 29 && text_is_digit(s.p[i]);) i++;
    *whole = !utc || (i < n && s.p[i] == 'Z');
    return i + (utc && *whole);
}

static int bad_timestamp(fl_str s, char separator, bool utc, fl_error *err) {
    bool whole;
    int n = shown(s, SHOWN_MAX), form = timestamp_form(s, separator, utc, &whole);
    if (!whole) return fl_fail(err, FL_ERR_FORMAT_TIME_AT, n, s.p, form);
    if (form < (int)s.n) return fl_fail(err, FL_ERR_FORMAT_TIME_REST, n, s.p, form);
    return fl_fail(err, FL_ERR_FORMAT_TIME_NONE, n, s.p);
}

/* java.time is strict about the plain ISO form only; with a Z, February 30 is the last of February and 24:00 the next
 * day, as with a blank. And in the plain form, the T may be a small one. */
static bool read_iso_loosely(fl_str body, bool utc, fl_ts *out) {
    char copy[64];
    char *t = body.n < sizeof copy ? memchr(memcpy(copy, body.p, body.n), utc ? 'T' : 't', body.n) : NULL;
    if (t == NULL) return false;
    *t = utc ? ' ' : 'T';
    return fl_ts_parse_strict(fl_str_make(copy, body.n), *t, true, out);
}

int text_append_timestamp(fl_column *c, fl_str s, char separator, fl_error *err) {
    fl_str body = s;
    fl_ts t;
    bool utc = c->type->kind == FL_T_TIMESTAMP_LTZ, ends = !utc || (s.n > 0 && s.p[s.n - 1] == 'Z');
    body.n -= utc && ends;
    bool ok = ends && fl_ts_parse_strict(body, separator, separator == 'T', &t);
    if (!ok && ends && separator == 'T') ok = read_iso_loosely(body, utc, &t);
    if (!ok) return bad_timestamp(s, separator, utc, err);
    fl_column_append_ts(c, t);
    return 0;
}

bool text_minute_read(text_minute *m, const char *p, char separator) {
    char text[20];
    fl_ts t;
    memcpy(text, p, 16);
    memcpy(text + 16, ":00", 3);
    if (memcmp(text + 11, "24", 2) == 0) return false; /* midnight, but only with no minutes and seconds */
    if (!fl_ts_parse_strict(fl_str_make(text, 19), separator, false, &t)) return false;
    memcpy(m->text, text, 16);
    m->ms = t.ms;
    return true;
}

/* ---- quick writers ---- */

static char *put_digits(char *end, uint64_t x) {
    do {
        *--end = (char)('0' + x % 10);
        x /= 10;
    } while (x > 0);
    return end;
}

/* A decimal of at most 15 digits that is read back as d is the shortest, but for zeros at its end: no two such decimals
 * are the same double. */
void text_put_double(fl_buf *out, double d) {
    double a = d < 0 ? -d : d;
    uint64_t x = a < 1e7 ? (uint64_t)(a * 1000 + 0.5) : 0;
    if (x < 1 || (double)(int64_t)x / 1000 != a) {
        fl_double_print(out, d);
        return;
    }
    char text[24], *end = text + sizeof text, *at = put_digits(end, x / 1000);
    char *to = fl_buf_reserve(out, sizeof text), *from = to;
    unsigned part = (unsigned)(x % 1000);
    if (d < 0) *to++ = '-';
    while (at < end) *to++ = *at++;
    *to++ = '.';
    *to++ = (char)('0' + part / 100);
    if (part % 100 != 0) *to++ = (char)('0' + part / 10 % 10);
    if (part % 10 != 0) *to++ = (char)('0' + part % 10);
    out->n += (size_t)(to - from);
}

static void put_minute(text_minute_text *m, int64_t minute, char separator) {
    fl_buf b;
    fl_buf_init(&b);
    fl_ts_print_short(&b, (fl_ts){minute * 60000, 0}, separator);
    fl_assert(b.n - 2 <= sizeof m->text);
    m->minute = minute;
    m->n = (int)b.n - 2; /* without the seconds */
    memcpy(m->text, b.p, b.n - 2);
    fl_buf_deinit(&b);
}

void text_put_timestamp(text_minute_text *m, fl_buf *out, fl_ts t, char separator) {
    int64_t minute = fl_floor_div(t.ms, 60000);
    if (FL_UNLIKELY(minute != m->minute || m->n == 0)) put_minute(m, minute, separator);
    char *to = fl_buf_reserve(out, sizeof m->text + 16), *from = to;
    unsigned ms = (unsigned)(t.ms - minute * 60000), second = ms / 1000;
    uint64_t nanos = (uint64_t)(ms % 1000) * 1000000 + (unsigned)t.nanos;
    memcpy(to, m->text, sizeof m->text);
    to += m->n;
    *to++ = (char)('0' + second / 10);
    *to++ = (char)('0' + second % 10);
    if (nanos != 0) {
        int digits = 9;
        if (nanos % 1000000 == 0) {
            nanos /= 1000000;
            digits = 3;
        }
        for (; nanos % 10 == 0; digits--) nanos /= 10;
        *to = '.';
        for (int i = digits; i > 0; i--, nanos /= 10) to[i] = (char)('0' + nanos % 10);
        to += digits + 1;
    }
    out->n += (size_t)(to - from);
}
