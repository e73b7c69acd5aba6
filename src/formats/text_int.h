/* SPDX-License-Identifier: Apache-2.0 */
/* text_int.h -- what the text formats share: numbers and times in a row of bytes, base64.
 *
 * The readers named `quick` are for the fast ways through a record. Each takes the usual spelling of a value and
 * returns the place behind it, or NULL for anything else: then the record is read again with care. They look at up to
 * TEXT_SLACK bytes from where they start, which must be readable, though not part of the record.
 */
#ifndef FL_FORMATS_TEXT_INT_H
#define FL_FORMATS_TEXT_INT_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/str.h"
#include "data/column.h"
#include "data/decimal.h"
#include "data/timestamp.h"
#include "formats/format.h"

enum { TEXT_SLACK = 40 };

static inline bool text_is_digit(char c) { return (unsigned char)(c - '0') < 10; }

/* Java's String.trim. */
static inline fl_str text_trim(fl_str s) {
    while (s.n > 0 && (unsigned char)s.p[0] <= ' ') s.p++, s.n--;
    while (s.n > 0 && (unsigned char)s.p[s.n - 1] <= ' ') s.n--;
    return s;
}

/* Standard base64 with padding, as Jackson reads it: blanks between groups of four are skipped. Appends the bytes;
 * false with a reason if the text is malformed. */
int text_base64_decode(fl_str s, fl_buf *out, fl_error *err);
int text_base64_value(char c); /* of one character; -1: none */
int text_bad_base64(char c, int place, fl_error *err);
int text_unpadded_base64(fl_error *err);

/* ---- values from their text, appended to a column of their type; refused in the words of Java ---- */

void text_append_bool(fl_column *c, fl_str s);
/* TINYINT … BIGINT and intervals, by the width of the column. */
int text_append_integer(fl_column *c, fl_str s, fl_error *err);
int text_append_double(fl_column *c, fl_str s, fl_error *err);
int text_append_decimal(fl_column *c, fl_str s, fl_error *err); /* NULL if it does not fit */
/* yyyy-MM-dd<sep>HH:mm:ss[.f], with a Z behind it for TIMESTAMP_LTZ; seconds may be missing if sep is T. */
int text_append_timestamp(fl_column *c, fl_str s, char separator, fl_error *err);
/* As a view if the text lies in `owner` (which may be NULL), else as a copy. */
void text_append_string(fl_column *c, fl_str s, fl_buffer *owner);
int text_no_value(fl_str s, const char *what, fl_error *err);

/* Puts the record, shortened, before what is wrong with it, and keeps where it begins. */
int text_record_failed(fl_decoder *d, const char *format, fl_str record, int64_t offset, fl_error *err);

enum { TEXT_TYPE_NAME_MAX = 200 };
/* The type's name for a message, cut if it is long. */
const char *text_type_name(char out[TEXT_TYPE_NAME_MAX], const fl_type *t);

/* ---- quick writers ---- */

/* As Java's Double.toString, faster where few decimals tell the value. */
void text_put_double(fl_buf *out, double d);

/* The text of the last timestamp down to its minute. */
typedef struct text_minute_text {
    int64_t minute; /* since 1970 */
    int n;          /* 0: none yet */
    char text[24];  /* yyyy-MM-dd HH:mm: */
} text_minute_text;

/* yyyy-MM-dd<sep>HH:mm:ss[.f] with the fewest digits; the separator is the same in all calls. */
void text_put_timestamp(text_minute_text *m, fl_buf *out, fl_ts t, char separator);

/* ---- quick readers ---- */

/* [-]digits without a leading zero, at most 18 of them. */
static inline const char *text_quick_i64(const char *p, int64_t *out) {
    bool negative = *p == '-';
    p += negative;
    const char *from = p;
    uint64_t x = (unsigned char)(*p++ - '0');
    if (FL_UNLIKELY(x > 9)) return NULL;
    for (unsigned digit; (digit = (unsigned char)(*p - '0')) <= 9; p++) {
        if (FL_UNLIKELY(p - from == 18)) return NULL;
        x = x * 10 + digit;
    }
    if (FL_UNLIKELY(*from == '0' && p - from > 1)) return NULL;
    *out = negative ? -(int64_t)x : (int64_t)x;
    return p;
}

/* [-]digits[.digits], at most 18 digits in all, no leading zero, no exponent: the digits as one number and how many
 * stand behind the point. */
static inline const char *text_quick_decimal(const char *p, uint64_t *x, int *scale, bool *negative) {
    *negative = *p == '-';
    p += *negative;
    const char *from = p, *point = NULL;
    uint64_t m = (unsigned char)(*p++ - '0');
    if (FL_UNLIKELY(m > 9)) return NULL;
    for (;; p++) {
        unsigned digit = (unsigned char)(*p - '0');
        if (digit <= 9) {
            if (FL_UNLIKELY(p - from == 19)) return NULL;
            m = m * 10 + digit;
        } else if (*p == '.' && point == NULL) {
            point = p;
        } else {
            break;
        }
    }
    if (FL_UNLIKELY((*p | 32) == 'e' || (*from == '0' && text_is_digit(from[1])))) return NULL;
    *scale = point != NULL ? (int)(p - point) - 1 : 0;
    if (FL_UNLIKELY((point != NULL && *scale == 0) || p - from - (point != NULL) > 18)) return NULL;
    *x = m;
    return p;
}

extern const double text_pow10_f64[19];

/* A quick decimal that is exact in both parts of one division, so that it is rounded once. */
static inline const char *text_quick_f64(const char *p, double *out) {
    uint64_t x;
    int scale;
    bool negative;
    p = text_quick_decimal(p, &x, &scale, &negative);
    if (FL_UNLIKELY(p == NULL || x > (uint64_t)1 << 53)) return NULL;
    double d = (double)(int64_t)x / text_pow10_f64[scale];
    *out = negative ? -d : d;
    return p;
}

/* A quick decimal as the stored number of a DECIMAL(precision <= 18, scale). */
static inline const char *text_quick_fixed(const char *p, int precision, int to_scale, int64_t *out) {
    uint64_t x;
    int scale;
    bool negative;
    p = text_quick_decimal(p, &x, &scale, &negative);
    if (FL_UNLIKELY(p == NULL || scale > to_scale)) return NULL; /* rounding */
    uint64_t up = (uint64_t)fl_pow10_i64[to_scale - scale];
    if (FL_UNLIKELY(__builtin_mul_overflow(x, up, &x) || x >= (uint64_t)fl_pow10_i64[precision])) return NULL;
    *out = negative ? -(int64_t)x : (int64_t)x;
    return p;
}

/* The date, hour and minute of the last timestamp that a column saw: most rows of a stream share them with the row
 * before, and finding the days since 1970 is what costs. */
typedef struct text_minute {
    uint64_t text[2]; /* yyyy-MM-ddTHH:mm */
    int64_t ms;
} text_minute;

/* Reads the minute at p into the cache. False unless it is a plain one. */
bool text_minute_read(text_minute *m, const char *p, char separator);

/* yyyy-MM-dd<sep>HH:mm:ss[.f], f of 1 … 9 digits. */
static inline const char *text_quick_timestamp(text_minute *m, const char *p, char separator, fl_ts *out) {
    if (FL_UNLIKELY(fl_load8(p) != m->text[0] || fl_load8(p + 8) != m->text[1]))
        if (!text_minute_read(m, p, separator)) return NULL;
    unsigned tens = (unsigned char)(p[17] - '0'), ones = (unsigned char)(p[18] - '0');
    if (FL_UNLIKELY(p[16] != ':' || tens > 5 || ones > 9)) return NULL;
    out->ms = m->ms + (int64_t)(tens * 10 + ones) * 1000;
    out->nanos = 0;
    p += 19;
    if (*p != '.') return p;
    const char *from = ++p;
    uint32_t f = 0;
    for (unsigned digit; (digit = (unsigned char)(*p - '0')) <= 9; p++) {
        if (FL_UNLIKELY(p - from == 9)) return NULL;
        f = f * 10 + digit;
    }
    if (FL_UNLIKELY(p == from)) return NULL;
    f *= (uint32_t)fl_pow10_i64[9 - (p - from)];
    out->ms += f / 1000000;
    out->nanos = (int32_t)(f % 1000000);
    return p;
}

/* A view of n bytes at p, 16 bytes from where can be read. */
static inline fl_view text_quick_view(const char *p, size_t n) {
    if (n > FL_VIEW_INLINE) return fl_view_make(p, (uint32_t)n);
    uint64_t x[2];
    uint64_t low = fl_load8(p), high = fl_load8(p + 8);
    low &= n >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << 8 * n) - 1;
    high &= n > 8 ? ((uint64_t)1 << 8 * (n - 8)) - 1 : 0;
    x[0] = (uint64_t)n | low << 32;
    x[1] = low >> 32 | high << 32;
    fl_view v;
    memcpy(&v, x, sizeof v);
    return v;
}

#endif
