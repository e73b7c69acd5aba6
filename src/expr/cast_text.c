/* SPDX-License-Identifier: Apache-2.0 */
/* cast_text.c -- CAST from text, to text, and between texts and bytes.
 *
 * Texts are read as Flink reads them: blanks (U+0020 only) around a number do not count, an integer may have a fraction
 * that is ignored, a BOOLEAN is one of ten words, dates and timestamps follow data/timestamp.h. Every value becomes
 * text as data/text.h prints it, then CHAR(n) is cut or padded to n code points and VARCHAR(n) cut.
 */
#include <stdlib.h>

#include "data/text.h"
#include "expr/cast_int.h"
#include "messages/value.h"

/* How much of a user's text a message shows. */
enum { SHOWN = 60 };
#define SHOW(s) (int)FL_MIN((s).n, (size_t)SHOWN), (s).p

/* ---- writing text of a length ---- */

/* The first `length` code points of s. */
static fl_str cut(fl_str s, int length) {
    if (s.n <= (size_t)length) return s; /* a code point takes at least a byte */
    return fl_str_make(s.p, (size_t)(fl_utf8_skip(s.p, s.p + s.n, length) - s.p));
}

/* Blanks that CHAR(length) adds to s, which is not longer. */
static size_t padding(const fl_type *t, fl_str s) {
    return t->kind == FL_T_CHAR ? (size_t)(t->length - fl_utf8_count(s.p, s.n)) : 0;
}

static void put_padded(fl_column *out, int i, fl_str s, size_t blanks, char with) {
    char small[FL_VIEW_INLINE];
    size_t n = s.n + blanks;
    char *to = n <= FL_VIEW_INLINE ? small : fl_column_heap(out, n);
    memcpy(to, s.p, s.n);
    memset(to + s.n, with, blanks);
    fl_put_slice(out, i, to, n);
}

/* Writes a text that lives elsewhere, cut and padded to out's type. */
void fl_cast_put_text(fl_column *out, int i, fl_str s) {
    if (FL_LIKELY(out->type->kind == FL_T_VARCHAR && s.n <= (size_t)out->type->length)) {
        fl_column_put_str(out, i, s);
        return;
    }
    s = cut(s, out->type->length);
    put_padded(out, i, s, padding(out->type, s), ' ');
}

void fl_cast_put_bytes(fl_column *out, int i, fl_str s, bool fill) {
    size_t length = (size_t)out->type->length;
    s.n = FL_MIN(s.n, length);
    put_padded(out, i, s, fill ? length - s.n : 0, 0);
}

/* ---- text to text, bytes to bytes ---- */

static int text_to_text(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    fl_column_share_heaps(out, in[0]);
    FL_EACH_ROW(rows, i, {
        fl_str s = cut(fl_view_str(fl_view_at(in[0], i)), out->type->length);
        size_t blanks = padding(out->type, s);
        if (blanks == 0)
            fl_put_slice(out, i, s.p, s.n);
        else
            put_padded(out, i, s, blanks, ' ');
    });
    return 0;
}

/* Only the name of the type changes. */
static int text_as_it_is(FL_KERNEL_ARGS) {
    int n = in[0]->constant ? 1 : out->n;
    memcpy(out->data, in[0]->data, sizeof(fl_view) * (size_t)n);
    fl_column_share_heaps(out, in[0]);
    if (in[0]->constant) fl_make_constant(out);
    return 0;
}

/* Bytes to out's length: BINARY(n) has exactly n. VARBINARY(n) is cut; from a binary type that may be longer Flink
 * gives it exactly n bytes too. */
static int any_to_bytes(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    size_t length = (size_t)out->type->length;
    bool exact = fl_type_is(out->type, FL_T_BINARY) ||
                 (fl_type_is_binary(in[0]->type) && in[0]->type->length > out->type->length);
    fl_column_share_heaps(out, in[0]);
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        s.n = FL_MIN(s.n, length);
        if (exact && s.n < length)
            put_padded(out, i, s, length - s.n, 0);
        else
            fl_put_slice(out, i, s.p, s.n);
    });
    return 0;
}

fl_kernel_fn *fl_cast_binary(const fl_type *from, const fl_type *to) {
    bool keeps = to->kind == FL_T_VARBINARY && from->length <= to->length;
    return keeps || fl_type_equal(from, to, false) ? text_as_it_is : any_to_bytes;
}

/* The length of the longest well-formed beginning of a code point at p, and whether it is complete. */
static int utf8_piece(const unsigned char *p, const unsigned char *end, bool *complete) {
    static const unsigned char low[] = {0x80, 0x80, 0x80, 0xa0, 0x90}; /* of the second byte after E0 and F0 */
    int n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    *complete = n == 1;
    if (n < 2) return 1;
    unsigned char least = p[0] == 0xe0 ? low[3] : p[0] == 0xf0 ? low[4] : 0x80;
    unsigned char most = p[0] == 0xf4 ? 0x8f : 0xbf;
    int k = 1;
    for (; k < n && p + k < end && p[k] >= least && p[k] <= most; k++) least = 0x80, most = 0xbf;
    *complete = k == n && !(p[0] == 0xed && p[1] >= 0xa0); /* a surrogate is one piece that is none */
    return k;
}

void fl_utf8_put_java(fl_buf *out, fl_str bytes) {
    const unsigned char *p = (const unsigned char *)bytes.p, *end = p + bytes.n;
    while (p < end) {
        bool complete;
        int n = utf8_piece(p, end, &complete);
        fl_buf_put(out, complete ? (const char *)p : "\xef\xbf\xbd", complete ? (size_t)n : 3);
        p += n;
    }
}

static int bytes_to_text(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    fl_buf b;
    fl_buf_init(&b);
    FL_EACH_ROW(rows, i, {
        fl_buf_reset(&b);
        fl_utf8_put_java(&b, fl_view_str(fl_view_at(in[0], i)));
        fl_cast_put_text(out, i, fl_buf_str(&b));
    });
    fl_buf_deinit(&b);
    return 0;
}

/* ---- everything else to text ---- */

static int integer_to_text(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    char text[FL_I64_TEXT];
    FL_EACH_ROW(rows, i, {
        const int n = fl_i64_put(text, fl_column_i64(in[0], i));
        fl_cast_put_text(out, i, fl_str_make(text, (size_t)n));
    });
    return 0;
}

/* Of a BIGINT, to a text that has room for all digits: they are written to where they stay. */
static int bigint_to_text(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    if (rows.n == 0) return 0;
    const int64_t *values = in[0]->data;
    char *at = fl_column_heap(out, (size_t)rows.n * FL_I64_TEXT);
    FL_EACH_ROW(rows, i, {
        const int n = fl_i64_put(at, values[i]);
        FL_DATA(out, fl_view)[i] = fl_view_make(at, (uint32_t)n);
        at += n > FL_VIEW_INLINE ? n : 0;
    });
    fl_column_heap_end(out, at);
    return 0;
}

static int double_to_text(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    fl_buf b;
    fl_buf_init(&b);
    FL_EACH_ROW(rows, i, {
        fl_buf_reset(&b);
        fl_double_print(&b, FL_DATA(in[0], double)[fl_column_at(in[0], i)]);
        fl_cast_put_text(out, i, fl_buf_str(&b));
    });
    fl_buf_deinit(&b);
    return 0;
}

static int decimal_to_text(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    fl_buf b;
    fl_buf_init(&b);
    FL_EACH_ROW(rows, i, {
        fl_buf_reset(&b);
        fl_decimal_print(&b, fl_decimal_at(in[0], fl_column_at(in[0], i)), in[0]->type->scale);
        fl_cast_put_text(out, i, fl_buf_str(&b));
    });
    fl_buf_deinit(&b);
    return 0;
}

static int value_to_text(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    fl_buf b;
    fl_buf_init(&b);
    FL_EACH_ROW(rows, i, {
        fl_buf_reset(&b);
        fl_text_sql(&b, in[0], i, ev->tz);
        fl_cast_put_text(out, i, fl_buf_str(&b));
    });
    fl_buf_deinit(&b);
    return 0;
}

fl_kernel_fn *fl_cast_to_text(const fl_type *from, const fl_type *to) {
    if (fl_type_is_char(from)) {
        bool keeps = to->kind == FL_T_VARCHAR && from->length <= to->length;
        return keeps || fl_type_equal(from, to, false) ? text_as_it_is : text_to_text;
    }
    if (fl_type_is_binary(from)) return bytes_to_text;
    if (fl_type_is_integer(from)) {
        const bool fits = from->kind == FL_T_BIGINT && to->kind == FL_T_VARCHAR && to->length >= FL_I64_TEXT;
        return fits ? bigint_to_text : integer_to_text;
    }
    switch (from->kind) {
    case FL_T_DOUBLE: return double_to_text;
    case FL_T_DECIMAL: return decimal_to_text;
    case FL_T_RAW:
    case FL_T_SYMBOL:
    case FL_T_DESCRIPTOR:
    case FL_T_VARIANT:
    case FL_T_OBJECT: return NULL;
    default: return value_to_text;
    }
}

/* ---- text to numbers ---- */

static fl_str trim(fl_str s) {
    while (s.n > 0 && s.p[0] == ' ') s.p++, s.n--;
    while (s.n > 0 && s.p[s.n - 1] == ' ') s.n--;
    return s;
}

typedef enum reading { READ_OK, READ_EMPTY, READ_JUNK, READ_OVERFLOW } reading;

/* [+-]digits[.digits], either part may be missing; the fraction does not count. */
static reading read_integer(fl_str s, int64_t min, int64_t max, int64_t *out) {
    if (s.n == 0) return READ_EMPTY;
    bool negative = s.p[0] == '-';
    const char *p = s.p + (negative || s.p[0] == '+'), *end = s.p + s.n;
    if (p == end) return READ_JUNK;
    int64_t x = 0; /* negative, as there is one more of those */
    bool overflow = false;
    for (; p < end && *p != '.'; p++) {
        if (*p < '0' || *p > '9') return READ_JUNK;
        overflow |= __builtin_mul_overflow(x, 10, &x) || __builtin_sub_overflow(x, *p - '0', &x);
    }
    for (p += p < end; p < end; p++)
        if (*p < '0' || *p > '9') return READ_JUNK;
    if (overflow || (!negative && x == INT64_MIN)) return READ_OVERFLOW;
    *out = negative ? x : -x;
    return *out < min || *out > max ? READ_OVERFLOW : READ_OK;
}

static int refuse_number(fl_kernel_call *call, fl_column *out, int i, fl_str s, reading why, fl_error *err) {
    static const char *const words[] = {"", "Input is empty.", "Invalid character found.", "Overflow."};
    return fl_cast_refuse(call, out, i, err, FL_ERR_VALUE_NOT_INTEGER, SHOW(s), words[why]);
}

#define INTEGER_READER(name, A, MIN, MAX)                                                                              \
    static int name(FL_KERNEL_ARGS) {                                                                                  \
        if (in[0]->constant) rows = fl_constant_rows(out, rows);                                                       \
        FL_EACH_ROW(rows, i, {                                                                                         \
            fl_str s = trim(fl_view_str(fl_view_at(in[0], i)));                                                        \
            int64_t x = 0;                                                                                             \
            reading why = read_integer(s, MIN, MAX, &x);                                                               \
            if (why == READ_OK)                                                                                        \
                FL_DATA(out, A)[i] = (A)x;                                                                             \
            else                                                                                                       \
                FL_TRY(refuse_number(call, out, i, s, why, err));                                                      \
        });                                                                                                            \
        return 0;                                                                                                      \
    }
INTEGER_READER(text_to_i8, int8_t, INT8_MIN, INT8_MAX)
INTEGER_READER(text_to_i16, int16_t, INT16_MIN, INT16_MAX)
INTEGER_READER(text_to_i32, int32_t, INT32_MIN, INT32_MAX)
INTEGER_READER(text_to_i64, int64_t, INT64_MIN, INT64_MAX)

enum { QUICK_DIGITS_MAX = 18 };

/* Digits that a number has before its point, as written, moved by its exponent. */
static int64_t whole_digits(fl_str s) {
    const char *p = s.p, *end = s.p + s.n;
    int64_t digits = 0, exponent = 0;
    bool point = false;
    for (; p < end && (*p | 32) != 'e'; p++) {
        point |= *p == '.';
        digits += !point && *p >= '0' && *p <= '9';
    }
    if (p < end && fl_i64_parse(fl_str_make(p + 1, (size_t)(end - p - 1)), &exponent) == FL_NUMBER_OK)
        digits += exponent;
    return digits;
}

/* The quick way does not look at the last byte if it is none of a number: 1d is 1, and a lone x is 0. */
static fl_str without_last_byte(fl_str s) {
    char last = s.n > 0 ? s.p[s.n - 1] : '0';
    bool sign = s.n > 0 && (s.p[0] == '-' || s.p[0] == '+');
    if ((last >= '0' && last <= '9') || (signed char)last < 0 || s.n == (size_t)sign) return s;
    if (s.n - 1 == (size_t)sign) return fl_str_from("0");
    bool exponent = memchr(s.p, 'e', s.n) != NULL || memchr(s.p, 'E', s.n) != NULL;
    return last == '.' && !exponent ? s : fl_str_make(s.p, s.n - 1);
}

/* A text and a DECIMAL of 18 digits at most are read as Flink's quick way has it: what counts is the number of digits
 * before the point, before anything is rounded. So 99.995 is 100.00 in a DECIMAL(4, 2), and 0.9 has no room in a
 * DECIMAL(5, 5), where .9 has. */
static fl_number_error read_decimal(fl_str text, const fl_type *t, fl_i128 *x) {
    fl_str s = trim(text);
    if (t->precision > QUICK_DIGITS_MAX || text.n > QUICK_DIGITS_MAX)
        return fl_decimal_parse(s, t->precision, t->scale, x);
    s = without_last_byte(s);
    fl_number_error e = fl_decimal_parse(s, FL_DECIMAL_PRECISION_MAX, t->scale, x);
    return e == FL_NUMBER_OK && whole_digits(s) > t->precision - t->scale ? FL_NUMBER_OVERFLOW : e;
}

static int text_to_decimal(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        fl_str s = trim(fl_view_str(fl_view_at(in[0], i)));
        fl_i128 x;
        fl_number_error e = read_decimal(fl_view_str(fl_view_at(in[0], i)), out->type, &x);
        if (e == FL_NUMBER_OK)
            fl_decimal_put(out, i, x);
        else
            FL_TRY(refuse_number(call, out, i, s,
                                 e == FL_NUMBER_OVERFLOW ? READ_OVERFLOW
                                 : s.n == 0              ? READ_EMPTY
                                                         : READ_JUNK,
                                 err));
    });
    return 0;
}

static bool is_hex(char c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

/* Java's other form of a number, which data/decimal.h leaves out: [+-]0xh.hp[+-]d, then f or d. */
static bool read_hex_float(fl_str s, bool single, double *out) {
    char text[64];
    s = fl_str_trim(s);
    if (s.n < 6 || s.n >= sizeof text) return false;
    if (memchr(s.p, 'p', s.n) == NULL && memchr(s.p, 'P', s.n) == NULL) return false;
    s.n -= strchr("fFdD", s.p[s.n - 1]) != NULL; /* not a digit: an exponent is decimal */
    memcpy(text, s.p, s.n);
    text[s.n] = 0;
    const char *p = text + (text[0] == '-' || text[0] == '+');
    if (p[0] != '0' || (p[1] | 32) != 'x') return false;
    int digits = 0, points = 0;
    for (p += 2; is_hex(*p) || *p == '.'; p++) digits += *p != '.', points += *p == '.';
    if (digits == 0 || points > 1 || (*p | 32) != 'p') return false;
    char *end;
    *out = single ? (double)strtof(text, &end) : strtod(text, &end);
    return *end == 0 && end[-1] >= '0' && end[-1] <= '9';
}

static int text_to_float(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    bool single = out->phys == FL_P_F32;
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        double d = 0;
        float f = 0;
        bool ok = single ? fl_float_parse(s, &f) : fl_double_parse(s, &d);
        if (!ok) {
            ok = read_hex_float(s, single, &d);
            f = (float)d;
        }
        if (!ok)
            FL_TRY(fl_str_trim(s).n == 0 ? fl_cast_refuse(call, out, i, err, FL_ERR_VALUE_EMPTY_NUMBER)
                                         : fl_cast_refuse(call, out, i, err, FL_ERR_VALUE_NOT_NUMBER, SHOW(s)));
        else if (single)
            FL_DATA(out, float)[i] = f;
        else
            FL_DATA(out, double)[i] = d;
    });
    return 0;
}

static int text_to_boolean(FL_KERNEL_ARGS) {
    static const char *const words[] = {"t", "true", "y", "yes", "1", "f", "false", "n", "no", "0"};
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        int w = 0;
        while (w < 10 && !fl_str_iis(s, words[w])) w++;
        if (w < 10)
            fl_bit_put(out->data, i, w < 5);
        else
            FL_TRY(fl_cast_refuse(call, out, i, err, FL_ERR_VALUE_NOT_BOOLEAN, SHOW(s)));
    });
    return 0;
}

/* ---- text to times ---- */

static int text_to_date(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        if (!fl_date_parse(s, &FL_DATA(out, int32_t)[i]))
            FL_TRY(fl_cast_refuse(call, out, i, err, FL_ERR_VALUE_NOT_A_DATE, SHOW(s)));
    });
    return 0;
}

/* What is read can be 24 hours or more, or negative: it can be used, but not shown (exec/sink.c), as in Flink. */
static int text_to_time(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        int32_t ms = 0;
        if (!fl_time_parse(s, &ms) && ms == INT32_MIN)
            FL_TRY(fl_cast_refuse(call, out, i, err, FL_ERR_VALUE_NOT_A_DATE, SHOW(s)));
        FL_DATA(out, int32_t)[i] = ms;
    });
    return 0;
}

static int text_to_timestamp(FL_KERNEL_ARGS) {
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    bool zoned = fl_type_is(out->type, FL_T_TIMESTAMP_LTZ);
    int unit = fl_type_timestamp_unit(out->type);
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        fl_ts t;
        if (fl_ts_parse(s, &t)) {
            if (zoned) t.ms = fl_tz_to_utc(ev->tz, t.ms);
            fl_decimal_put(out, i, fl_ts_pack(fl_ts_truncate(t, out->type->precision), unit)); /* the text is cut */
        } else {
            FL_TRY(fl_cast_refuse(call, out, i, err, FL_ERR_VALUE_NOT_A_TIMESTAMP, SHOW(s)));
        }
    });
    return 0;
}

fl_kernel_fn *fl_cast_from_text(const fl_type *from, const fl_type *to) {
    (void)from;
    switch (to->kind) {
    case FL_T_BOOLEAN: return text_to_boolean;
    case FL_T_TINYINT: return text_to_i8;
    case FL_T_SMALLINT: return text_to_i16;
    case FL_T_INT: return text_to_i32;
    case FL_T_BIGINT: return text_to_i64;
    case FL_T_FLOAT:
    case FL_T_DOUBLE: return text_to_float;
    case FL_T_DECIMAL: return text_to_decimal;
    case FL_T_DATE: return text_to_date;
    case FL_T_TIME: return text_to_time;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return text_to_timestamp;
    case FL_T_BINARY:
    case FL_T_VARBINARY: return any_to_bytes;
    default: return NULL;
    }
}
