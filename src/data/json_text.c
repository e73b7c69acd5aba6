/* SPDX-License-Identifier: Apache-2.0 */
/* json_text.c -- the pieces of JSON texts: escapes of strings, and the decimals of Java. */
#include "data/json_text.h"

#include "data/decimal.h"

/* ---- strings ---- */

/* What stands behind the backslash; 0: the character is plain. */
static char short_escape(unsigned char c) {
    switch (c) {
    case '"': return '"';
    case '\\': return '\\';
    case '\b': return 'b';
    case '\t': return 't';
    case '\n': return 'n';
    case '\f': return 'f';
    case '\r': return 'r';
    default: return 0;
    }
}

int fl_json_unit(const char *p, const char *end) {
    int unit = 0;
    if (end - p < 4) return -1;
    for (int i = 0; i < 4; i++) {
        int digit = fl_hex_digit(p[i]);
        if (digit < 0) return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

int fl_json_code_point(const char *p, const char *end, uint32_t *cp) {
    int high = fl_json_unit(p, end), low = -1;
    if (high < 0) return 0;
    if (high >= 0xd800 && high < 0xdc00 && end - p >= 10 && p[4] == '\\' && p[5] == 'u') low = fl_json_unit(p + 6, end);
    if (low >= 0xdc00 && low < 0xe000) {
        *cp = 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
        return 10;
    }
    *cp = high >= 0xd800 && high < 0xe000 ? 0xfffd : (uint32_t)high;
    return 4;
}

static void put_escape(fl_buf *out, unsigned unit) {
    static const char hex[] = "0123456789ABCDEF";
    char text[6] = {'\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    fl_buf_put(out, text, sizeof text);
}

/* One character that is not plain; returns its length. */
static int put_special(fl_buf *out, const char *p, const char *end, bool wide) {
    unsigned char c = (unsigned char)*p;
    if (c < 0x80) {
        char letter = short_escape(c);
        if (letter == 0) {
            put_escape(out, c);
        } else {
            fl_buf_putc(out, '\\');
            fl_buf_putc(out, letter);
        }
        return 1;
    }
    uint32_t cp;
    int n = fl_utf8_decode(p, end, &cp);
    if (wide && cp > 0xffff) {
        put_escape(out, 0xd800 | (cp - 0x10000) >> 10);
        put_escape(out, 0xdc00 | (cp & 0x3ff));
    } else {
        out->n += (size_t)fl_utf8_encode(cp, fl_buf_reserve(out, 4));
    }
    return n;
}

void fl_json_escape(fl_buf *out, fl_str s, bool wide) {
    const char *p = s.p, *end = s.p + s.n;
    while (p < end) {
        const char *q = fl_json_skip_plain(p, end, true);
        fl_buf_put(out, p, (size_t)(q - p));
        p = q < end ? q + put_special(out, q, end, wide) : q;
    }
}

void fl_json_units_end(fl_json_units *u) {
    if (u->high != 0) fl_buf_putc(u->out, '?');
    u->high = 0;
}

void fl_json_units_put(fl_json_units *u, uint16_t c) {
    bool low = (c & 0xfc00) == 0xdc00;
    uint32_t cp = c;
    if (low && u->high != 0) {
        cp = 0x10000 + ((uint32_t)(u->high & 0x3ff) << 10 | (c & 0x3ff));
        u->high = 0;
    }
    fl_json_units_end(u);
    if ((c & 0xfc00) == 0xd800)
        u->high = c;
    else if (low && cp == c)
        fl_buf_putc(u->out, '?');
    else
        u->out->n += (size_t)fl_utf8_encode(cp, fl_buf_reserve(u->out, 4));
}

/* ---- numbers ---- */

bool fl_big_decimal_read(fl_big_decimal *d, fl_str number) {
    const char *p = number.p, *end = number.p + number.n;
    bool behind_point = false;
    *d = (fl_big_decimal){.negative = p < end && *p == '-'};
    for (p += d->negative; p < end && (*p | 32) != 'e'; p++) {
        if (*p == '.') {
            behind_point = true;
            continue;
        }
        d->exp10 -= behind_point;
        if (d->digits.n > 0 || *p != '0') fl_buf_putc(&d->digits, *p);
    }
    if (p == end) return true;
    int64_t e;
    if (fl_i64_parse(fl_str_make(p + 1, (size_t)(end - p - 1)), &e) != FL_NUMBER_OK) return false;
    d->exp10 += e < INT32_MIN ? INT32_MIN : e > INT32_MAX ? INT32_MAX : e;
    return e == (int32_t)e && d->exp10 == (int32_t)d->exp10;
}

void fl_big_decimal_strip(fl_big_decimal *d) {
    for (; d->digits.n > 0 && d->digits.p[d->digits.n - 1] == '0'; d->digits.n--) d->exp10++;
    if (d->digits.n == 0) d->exp10 = 0;
}

void fl_big_decimal_print(fl_buf *out, const fl_big_decimal *d) {
    const char *digits = d->digits.n > 0 ? d->digits.p : "0";
    int64_t n = d->digits.n > 0 ? (int64_t)d->digits.n : 1, point = n + d->exp10; /* digits before the point */
    if (d->negative && d->digits.n > 0) fl_buf_putc(out, '-');
    if (d->exp10 <= 0 && point > -6) {
        if (point <= 0) fl_buf_puts(out, "0.");
        for (int64_t i = point; i < 0; i++) fl_buf_putc(out, '0');
        for (int64_t i = 0; i < n; i++) {
            if (i == point && i > 0) fl_buf_putc(out, '.');
            fl_buf_putc(out, digits[i]);
        }
        return;
    }
    fl_buf_putc(out, digits[0]);
    if (n > 1) fl_buf_putc(out, '.');
    fl_buf_put(out, digits + 1, (size_t)n - 1);
    fl_buf_printf(out, "E%+lld", (long long)(point - 1));
}

bool fl_json_put_decimal(fl_buf *out, fl_str number) {
    fl_big_decimal d;
    bool ok = fl_big_decimal_read(&d, number);
    if (ok) {
        fl_big_decimal_strip(&d);
        fl_big_decimal_print(out, &d);
    }
    fl_big_decimal_deinit(&d);
    return ok;
}
