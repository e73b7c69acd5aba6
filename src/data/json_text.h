/* SPDX-License-Identifier: Apache-2.0 */
/* json_text.h -- the pieces of JSON texts, both ways: strings with their escapes, numbers as Java prints them. */
#ifndef FL_DATA_JSON_TEXT_H
#define FL_DATA_JSON_TEXT_H

#include "base/bytes.h"
#include "base/str.h"

/* ---- strings ---- */

/* The first byte that is a quote, a backslash or a control character; or, if `ascii`, none of ASCII. */
static inline const char *fl_json_skip_plain(const char *p, const char *end, bool ascii) {
    const uint64_t other = ascii ? FL_HIGH8 : 0;
    for (; end - p >= 8; p += 8) {
        const uint64_t x = fl_load8(p), control = (x - FL_EACH8 * ' ') & ~x & FL_HIGH8;
        const uint64_t hit = control | (x & other) | fl_match8(x, '"') | fl_match8(x, '\\');
        if (hit != 0) return p + __builtin_ctzll(hit) / 8;
    }
    while (p < end && (unsigned char)*p >= ' ' && *p != '"' && *p != '\\' && !(ascii && (unsigned char)*p >= 0x80)) p++;
    return p;
}

/* Appends text as the inside of a JSON string, as Jackson escapes it. `wide`: characters beyond U+FFFF are written as
 * two \u escapes. */
void fl_json_escape(fl_buf *out, fl_str s, bool wide);

/* What a backslash and this letter stand for; -1: nothing, or it is the u of four digits. */
static inline int fl_json_unescaped(char letter) {
    switch (letter) {
    case 'b': return '\b';
    case 't': return '\t';
    case 'n': return '\n';
    case 'f': return '\f';
    case 'r': return '\r';
    case '"':
    case '/':
    case '\\': return letter;
    default: return -1;
    }
}

/* The unit of UTF-16 that the four hexadecimal digits at p are; -1: there are no four. */
int fl_json_unit(const char *p, const char *end);

/* What stands behind a \u at p: four hexadecimal digits, or ten characters where these are half of a pair and \uXXXX is
 * the other half. Their number; 0: there are no four digits. Half a pair becomes U+FFFD. */
int fl_json_code_point(const char *p, const char *end, uint32_t *cp);

/* Collects UTF-16 units as UTF-8: a high unit waits for its low one, and what stays alone becomes a question mark, as
 * in Java. */
typedef struct fl_json_units {
    fl_buf *out;
    uint16_t high; /* 0: none waits */
} fl_json_units;

void fl_json_units_put(fl_json_units *u, uint16_t c);
void fl_json_units_end(fl_json_units *u);

/* ---- numbers ---- */

/* A number of any length as Java's BigDecimal has it: ±digits · 10^exp10. */
typedef struct fl_big_decimal {
    bool negative;
    fl_buf digits; /* without zeros in front; empty: zero */
    int64_t exp10;
} fl_big_decimal;

/* Reads the text of a JSON number; false if its exponent is beyond all bounds. Deinit the digits in either case. */
bool fl_big_decimal_read(fl_big_decimal *d, fl_str number);
static inline void fl_big_decimal_deinit(fl_big_decimal *d) { fl_buf_deinit(&d->digits); }
/* Drops zeros at the end. */
void fl_big_decimal_strip(fl_big_decimal *d);
/* Appends it as BigDecimal.toString does: 0.00, 1.5, 1E+2. */
void fl_big_decimal_print(fl_buf *out, const fl_big_decimal *d);
/* The same in one, without zeros at the end. */
bool fl_json_put_decimal(fl_buf *out, fl_str number);

#endif
