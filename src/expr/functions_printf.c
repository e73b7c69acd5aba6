/* SPDX-License-Identifier: Apache-2.0 */
/* functions_printf.c -- PRINTF: java.util.Formatter with the rules of Locale.US.
 *
 *     %[index$][flags][width][.precision]conversion        %5d  %-10s|  %,.2f  %08x  %2$s %<s
 *
 * What:       a format is taken apart row by row; each conversion prints one argument into the result. Whatever Java
 *             throws an exception for, be it an unknown conversion, a flag in the wrong place, an argument that is
 *             missing or of another kind, makes the whole result NULL.
 * Numbers:    %f, %e and %g round the digits of Double.toString, half up. (0.35 is 0.4 to one digit.) A FLOAT is widened
 *             first.
 * Units:      widths and precisions count UTF-16 units; half a character is '?'.
 * Values:     as Flink holds them: dates and times are numbers (of days, of milliseconds), timestamps 2024-02-29T12:34,
 *             TIMESTAMP_LTZ in UTC.
 * Left out:   %h, %t and %a with a precision, which are refused by name when they are met; arguments that are no single
 *             values, which Flink prints as places in memory: refused when the call is bound.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "expr/functions_int.h"
#include "messages/function.h"
#include "messages/value.h"

/* ---- conversions ---- */

enum flags {
    LEFT = 1,      /* - */
    ALTERNATE = 2, /* # */
    PLUS = 4,      /* + */
    BLANK = 8,     /* a blank in place of a plus */
    ZERO = 16,     /* 0 */
    GROUP = 32,    /* , */
    PARENS = 64,   /* ( */
    PREVIOUS = 128 /* < */
};

typedef struct conversion {
    unsigned flags;
    int index;            /* 0: none given */
    int width, precision; /* -1: none */
    char letter;          /* in lower case */
    bool upper;
} conversion;

/* Digits at *p as a number; false: too large for an int. */
static bool read_int(const char **p, const char *end, int *x) {
    int64_t n = 0;
    for (; *p < end && **p >= '0' && **p <= '9'; ++*p) {
        n = 10 * n + (**p - '0');
        if (n > INT32_MAX) return false;
    }
    *x = (int)n;
    return true;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* The flags at *p; false: one is there twice. */
static bool read_flags(const char **p, const char *end, unsigned *flags) {
    static const char letters[] = "-#+ 0,(<";
    for (*flags = 0; *p < end; ++*p) {
        const char *at = **p != '\0' ? strchr(letters, **p) : NULL;
        if (at == NULL) return true;
        unsigned flag = 1u << (at - letters);
        if (*flags & flag) return false;
        *flags |= flag;
    }
    return true;
}

/* The conversion behind the % at *p, which is left behind it. False: it is none. */
static bool read_conversion(const char **p, const char *end, conversion *c) {
    const char *q = ++*p;
    *c = (conversion){.width = -1, .precision = -1};
    while (q < end && is_digit(*q)) q++;
    if (q > *p && q < end && *q == '$') {
        if (!read_int(p, end, &c->index) || c->index == 0) return false;
        ++*p;
    }
    if (!read_flags(p, end, &c->flags)) return false;
    if (*p < end && is_digit(**p) && !read_int(p, end, &c->width)) return false;
    if (*p < end && **p == '.') {
        if (++*p == end || !is_digit(**p) || !read_int(p, end, &c->precision)) return false;
    }
    if (*p == end) return false;
    char letter = *(*p)++;
    c->upper = letter >= 'A' && letter <= 'Z';
    c->letter = (char)(letter | (c->upper ? 32 : 0));
    return strchr(c->upper ? "bhscxegat" : "bhscdoxefgatn%", c->letter) != NULL && c->letter != '\0';
}

/* Whether Java takes these flags together, and for the conversion, whatever the argument. */
static bool check_conversion(const conversion *c) {
    static const struct {
        const char *letters;
        unsigned wrong;
        bool precision;
    } rules[] = {
        {"bh", ALTERNATE | PLUS | BLANK | ZERO | GROUP | PARENS, true},
        {"s", ALTERNATE | PLUS | BLANK | ZERO | GROUP | PARENS, true}, /* # is for Formattables, which none is */
        {"c", ALTERNATE | PLUS | BLANK | ZERO | GROUP | PARENS, false},
        {"d", ALTERNATE, false},
        {"ox", GROUP, false},
        {"f", 0, true},
        {"e", GROUP, true},
        {"g", ALTERNATE, true},
        {"a", GROUP | PARENS, true},
        {"%", ALTERNATE | PLUS | BLANK | ZERO | GROUP | PARENS | PREVIOUS, false},
        {"n", 0xff, false},
    };
    if ((c->flags & (LEFT | ZERO)) && c->width < 0) return false;
    if ((c->flags & LEFT) && (c->flags & ZERO)) return false;
    if ((c->flags & PLUS) && (c->flags & BLANK)) return false;
    if (c->letter == 'n' && c->width >= 0) return false;
    for (size_t i = 0; i < FL_ARRAY_LEN(rules); i++)
        if (strchr(rules[i].letters, c->letter) != NULL)
            return !(c->flags & rules[i].wrong) && (rules[i].precision || c->precision < 0);
    return true; /* %t */
}

/* ---- texts ---- */

/* Room for what a conversion is to print, over and above its value. */
static bool is_huge(const conversion *c) { return FL_MAX(c->width, c->precision) > FL_TEXT_BYTES_MAX; }

static void put_blanks(fl_buf *out, int64_t n) {
    if (n > 0) memset(fl_buf_reserve(out, (size_t)n), ' ', (size_t)n), out->n += (size_t)n;
}

static void put_zeros(fl_buf *out, int64_t n) {
    if (n > 0) memset(fl_buf_reserve(out, (size_t)n), '0', (size_t)n), out->n += (size_t)n;
}

/* s, filled up to the width. */
static void put_justified(fl_buf *out, const conversion *c, fl_str s) {
    int64_t blanks = c->width - fl_utf16_count(s);
    if (!(c->flags & LEFT)) put_blanks(out, blanks);
    fl_buf_put_str(out, s);
    if (c->flags & LEFT) put_blanks(out, blanks);
}

/* s, cut to the precision and in upper case if that is asked for. */
static void put_text(fl_buf *out, const conversion *c, fl_str s) {
    fl_buf cut, upper;
    fl_buf_init(&cut);
    fl_buf_init(&upper);
    if (c->precision >= 0 && c->precision < fl_utf16_count(s)) {
        const char *p = s.p, *end = s.p + s.n;
        int left = c->precision;
        for (; left > 0; p = fl_utf8_next(p, end)) {
            left -= 1 + ((unsigned char)*p >= 0xf0);
            if (left < 0) break;
        }
        fl_buf_put(&cut, s.p, (size_t)(p - s.p));
        if (left < 0) fl_buf_putc(&cut, '?');
        s = fl_buf_str(&cut);
    }
    if (c->upper) {
        fl_upper(&upper, s);
        s = fl_buf_str(&upper);
    }
    put_justified(out, c, s);
    fl_buf_deinit(&cut);
    fl_buf_deinit(&upper);
}

static bool put_character(fl_buf *out, const conversion *c, int64_t cp) {
    char text[4] = {'?'};
    bool half = (cp & ~0x7ff) == 0xd800;
    if (cp < 0 || cp > 0x10ffff) return false;
    int n = half ? 1 : fl_utf8_encode((uint32_t)cp, text);
    put_text(out, &(conversion){c->flags, 0, c->width, -1, 'c', c->upper}, fl_str_make(text, (size_t)n));
    return true;
}

/* ---- numbers ---- */

/* Digits with their sign around them: `whole` is what commas and zeros belong to, `rest` follows it. */
static void put_number(fl_buf *out, const conversion *c, bool negative, fl_str whole, fl_str rest) {
    fl_buf b;
    fl_buf_init(&b);
    bool parens = negative && (c->flags & PARENS);
    if (parens)
        fl_buf_putc(&b, '(');
    else if (negative || (c->flags & PLUS))
        fl_buf_putc(&b, negative ? '-' : '+');
    else if (c->flags & BLANK)
        fl_buf_putc(&b, ' ');
    size_t commas = c->flags & GROUP ? (whole.n - 1) / 3 : 0;
    if (c->flags & ZERO) put_zeros(&b, c->width - (int64_t)(b.n + commas + whole.n + rest.n + parens));
    for (size_t i = 0; i < whole.n; i++) {
        if (commas > 0 && i > 0 && (whole.n - i) % 3 == 0) fl_buf_putc(&b, ',');
        fl_buf_putc(&b, whole.p[i]);
    }
    fl_buf_put_str(&b, rest);
    if (parens) fl_buf_putc(&b, ')');
    put_justified(out, c, fl_buf_str(&b));
    fl_buf_deinit(&b);
}

/* %d, %o and %x of an integer of so many bits. */
static bool put_integer(fl_buf *out, const conversion *c, int64_t x, int bits) {
    char digits[32];
    uint64_t mask = bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
    if (c->letter == 'd') {
        uint64_t size = x < 0 ? -(uint64_t)x : (uint64_t)x;
        int n = snprintf(digits, sizeof digits, "%llu", (unsigned long long)size);
        put_number(out, c, x < 0, fl_str_make(digits, (size_t)n), fl_str_make("", 0));
        return true;
    }
    if (c->flags & (PARENS | BLANK | PLUS)) return false;
    int n = snprintf(digits, sizeof digits,
                     c->letter == 'o' ? "%llo"
                     : c->upper       ? "%llX"
                                      : "%llx",
                     (unsigned long long)((uint64_t)x & mask));
    const char *prefix = !(c->flags & ALTERNATE) ? "" : c->letter == 'o' ? "0" : c->upper ? "0X" : "0x";
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_puts(&b, prefix);
    if (c->flags & ZERO) put_zeros(&b, c->width - n - (int64_t)strlen(prefix));
    fl_buf_put(&b, digits, (size_t)n);
    put_justified(out, c, fl_buf_str(&b));
    fl_buf_deinit(&b);
    return true;
}

/* A finite number without its sign as 0.DIGITS · 10^exp10. */
typedef struct decimal_digits {
    char digit[40];
    int n, exp10;
} decimal_digits;

static void read_digits(double x, decimal_digits *d) {
    fl_buf b;
    fl_buf_init(&b);
    fl_double_print(&b, fabs(x)); /* 12.5, 1.25E10 */
    const char *text = fl_buf_cstr(&b), *e = strchr(text, 'E'), *end = e != NULL ? e : text + b.n;
    *d = (decimal_digits){.exp10 = e != NULL ? (int)strtol(e + 1, NULL, 10) : 0};
    bool behind = false;
    for (const char *p = text; p < end; p++) {
        behind |= *p == '.';
        if (*p == '.' || (*p == '0' && d->n == 0 && !behind)) continue;
        if (*p == '0' && d->n == 0) { /* behind the point, in front of all digits */
            d->exp10--;
            continue;
        }
        d->digit[d->n++] = *p;
        d->exp10 += !behind;
    }
    while (d->n > 1 && d->digit[d->n - 1] == '0') d->n--;
    if (d->n == 0) *d = (decimal_digits){.digit = "0", .n = 1, .exp10 = 1};
    fl_buf_deinit(&b);
}

/* Keeps the first `keep` digits, rounded half up. A negative number keeps them all, as in Java. */
static void round_digits(decimal_digits *d, int keep) {
    if (keep < 0 || keep >= d->n) return;
    bool up = d->digit[keep] >= '5';
    d->n = keep;
    while (up && d->n > 0 && d->digit[d->n - 1] == '9') d->n--;
    if (up && d->n > 0) {
        d->digit[d->n - 1]++;
    } else if (up) {
        d->digit[d->n++] = '1';
        d->exp10++;
    }
    if (d->n == 0) d->digit[d->n++] = '0';
}

/* `count` digits from the one at `from` on; where there is none stands a zero. */
static void put_digits(fl_buf *b, const decimal_digits *d, int from, int count) {
    int zeros = FL_MIN(FL_MAX(-from, 0), count), there = FL_MAX(FL_MIN(d->n, from + count) - FL_MAX(from, 0), 0);
    put_zeros(b, zeros);
    if (there > 0) fl_buf_put(b, d->digit + FL_MAX(from, 0), (size_t)there);
    put_zeros(b, count - zeros - there);
}

/* 1234.50 */
static void put_fixed(fl_buf *out, const conversion *c, bool negative, const decimal_digits *d, int precision) {
    fl_buf b;
    fl_buf_init(&b);
    if (d->exp10 <= 0)
        fl_buf_putc(&b, '0');
    else
        put_digits(&b, d, 0, d->exp10);
    size_t whole = b.n;
    if (precision > 0 || (c->flags & ALTERNATE)) fl_buf_putc(&b, '.');
    put_digits(&b, d, d->exp10, precision);
    put_number(out, c, negative, fl_str_make(b.p, whole), fl_str_make(b.p + whole, b.n - whole));
    fl_buf_deinit(&b);
}

/* 1.2345e+03 */
static void put_scientific(fl_buf *out, const conversion *c, bool negative, const decimal_digits *d, int precision) {
    fl_buf b;
    fl_buf_init(&b);
    int exp10 = d->digit[0] == '0' ? 0 : d->exp10 - 1;
    fl_buf_putc(&b, d->digit[0]);
    if (precision > 0 || (c->flags & ALTERNATE)) fl_buf_putc(&b, '.');
    put_digits(&b, d, 1, precision);
    fl_buf_printf(&b, "%c%c%02d", c->upper ? 'E' : 'e', exp10 < 0 ? '-' : '+', abs(exp10));
    put_number(out, c, negative, fl_str_make(b.p, 1), fl_str_make(b.p + 1, b.n - 1));
    fl_buf_deinit(&b);
}

/* Scientific for numbers below 0.0001 and for those with more digits than the precision, else fixed. */
static void put_general(fl_buf *out, const conversion *c, bool negative, decimal_digits *d) {
    int precision = c->precision < 0 ? 6 : FL_MAX(c->precision, 1);
    bool zero = d->digit[0] == '0';
    if (!zero) round_digits(d, precision);
    if (zero || (d->exp10 > -4 && d->exp10 <= precision))
        put_fixed(out, c, negative, d, precision - d->exp10);
    else
        put_scientific(out, c, negative, d, precision - 1);
}

/* As Double.toHexString: C's form with a digit behind the point and no plus in the exponent. */
static void put_hex_float(fl_buf *out, const conversion *c, double x) {
    char text[64];
    fl_buf b;
    fl_buf_init(&b);
    snprintf(text, sizeof text, c->upper ? "%A" : "%a", fabs(x));
    char *p = text + 2, *exponent = strpbrk(text, "pP");
    bool point = strchr(p, '.') != NULL;
    fl_buf_put(&b, p, (size_t)(exponent - p));
    if (!point) fl_buf_puts(&b, ".0");
    fl_buf_putc(&b, *exponent);
    fl_buf_puts(&b, exponent + 1 + (exponent[1] == '+'));
    fl_buf all;
    fl_buf_init(&all);
    if (signbit(x))
        fl_buf_putc(&all, '-');
    else if (c->flags & (PLUS | BLANK))
        fl_buf_putc(&all, c->flags & PLUS ? '+' : ' ');
    fl_buf_puts(&all, c->upper ? "0X" : "0x");
    if (c->flags & ZERO) put_zeros(&all, c->width - (int64_t)(all.n + b.n));
    fl_buf_put(&all, b.p, b.n);
    put_justified(out, c, fl_buf_str(&all));
    fl_buf_deinit(&all);
    fl_buf_deinit(&b);
}

static void put_float(fl_buf *out, const conversion *c, double x) {
    decimal_digits d;
    int precision = c->precision < 0 ? 6 : c->precision;
    conversion plain = *c;
    plain.flags &= ~(unsigned)(ZERO | GROUP);
    if (isnan(x)) {
        put_justified(out, c, fl_str_from(c->upper ? "NAN" : "NaN"));
        return;
    }
    if (isinf(x)) {
        put_number(out, &plain, x < 0, fl_str_from(c->upper ? "INFINITY" : "Infinity"), fl_str_make("", 0));
        return;
    }
    if (c->letter == 'a') {
        put_hex_float(out, c, x);
        return;
    }
    read_digits(x, &d);
    if (c->letter == 'g') {
        put_general(out, c, signbit(x), &d);
    } else if (c->letter == 'e') {
        round_digits(&d, precision + 1);
        put_scientific(out, c, signbit(x), &d, precision);
    } else {
        round_digits(&d, d.exp10 + precision);
        put_fixed(out, c, signbit(x), &d, precision);
    }
}

/* ---- arguments ---- */

/* How many bits an argument has if Java holds it as an integer; else 0. */
static int integer_bits(const fl_type *t) {
    switch (t->kind) {
    case FL_T_TINYINT: return 8;
    case FL_T_SMALLINT: return 16;
    case FL_T_INT:
    case FL_T_DATE:
    case FL_T_TIME:
    case FL_T_INTERVAL_MONTH: return 32;
    case FL_T_BIGINT:
    case FL_T_INTERVAL_DAY: return 64;
    default: return 0;
    }
}

/* The value at index `at` as Java's toString gives it. */
static void put_value(fl_buf *b, const fl_column *c, int at) {
    if (integer_bits(c->type) > 0)
        fl_buf_printf(b, "%lld", (long long)fl_column_i64(c, at));
    else if (fl_type_is_char(c->type))
        fl_buf_put_str(b, fl_column_str(c, at));
    else if (fl_type_is_timestamp(c->type))
        fl_ts_print_java(b, fl_column_ts(c, at));
    else if (c->type->kind == FL_T_DECIMAL)
        fl_decimal_print(b, fl_decimal_at(c, at), c->type->scale);
    else if (c->type->kind == FL_T_BOOLEAN)
        fl_buf_puts(b, fl_bit(c->data, at) ? "true" : "false");
    else if (c->phys == FL_P_F64)
        fl_double_print(b, FL_DATA(c, double)[at]);
    else
        fl_float_print(b, FL_DATA(c, float)[at]);
}

/* Prints row i of an argument; false: it is of a kind that the conversion is not for. */
static bool put_argument(fl_buf *out, const conversion *c, const fl_column *arg, int i) {
    int bits = integer_bits(arg->type), at = fl_column_at(arg, i);
    bool null = fl_column_is_null(arg, i);
    if (null || c->letter == 'b') {
        bool false_ = null || (arg->type->kind == FL_T_BOOLEAN && !fl_bit(arg->data, at));
        put_text(out, c, fl_str_from(c->letter != 'b' ? "null" : false_ ? "false" : "true"));
        return true;
    }
    switch (c->letter) {
    case 's': {
        fl_buf b;
        fl_buf_init(&b);
        put_value(&b, arg, at);
        put_text(out, c, fl_buf_str(&b));
        fl_buf_deinit(&b);
        return true;
    }
    case 'c': return bits > 0 && bits < 64 && put_character(out, c, fl_column_i64(arg, at));
    case 'd':
    case 'o':
    case 'x': return bits > 0 && put_integer(out, c, fl_column_i64(arg, at), bits);
    default:
        if (!fl_type_is_approximate(arg->type)) return false;
        put_float(out, c, arg->phys == FL_P_F64 ? FL_DATA(arg, double)[at] : (double)FL_DATA(arg, float)[at]);
        return true;
    }
}

/* ---- the function ---- */

/* Which argument a conversion prints, counted from 1: the one it names, the one before, or the next in turn. */
static int pick_argument(const conversion *c, int *next, int *last) {
    if (c->index > 0)
        *last = c->index;
    else if (!(c->flags & PREVIOUS))
        *last = ++*next;
    return *last;
}

static int refuse_conversion(const conversion *c, const fl_kernel_call *call, fl_error *err) {
    return fl_kernel_fail(err, call, FL_ERR_VALUE_PRINTF_CONVERSION, c->letter == 'a' ? ".N" : "",
                          c->upper ? c->letter & ~32 : c->letter);
}

/* 1; 0 if Java fails on the format; or an error. */
static int put_row(fl_buf *out, fl_str format, fl_kernel_call *call, fl_column *const *in, int i, fl_error *err) {
    int next = 0, last = 0;
    for (const char *p = format.p, *end = p + format.n; p < end;) {
        conversion c;
        if (*p != '%') {
            fl_buf_putc(out, *p++);
            continue;
        }
        if (!read_conversion(&p, end, &c) || !check_conversion(&c)) return 0;
        if (is_huge(&c) || out->n > (size_t)FL_TEXT_BYTES_MAX)
            return fl_kernel_fail(err, call, FL_ERR_VALUE_BATCH_TEXT, FL_TEXT_BYTES_MAX);
        if (c.letter == 'n') {
            fl_buf_putc(out, '\n');
        } else if (c.letter == '%') {
            put_justified(out, &c, fl_str_make("%", 1));
        } else if (c.letter == 'h' || c.letter == 't' || (c.letter == 'a' && c.precision >= 0)) {
            return refuse_conversion(&c, call, err);
        } else {
            int arg = pick_argument(&c, &next, &last);
            if (arg < 1 || arg >= call->expr->n_args || !put_argument(out, &c, in[arg], i)) return 0;
        }
    }
    return 1;
}

static int kernel_printf(FL_KERNEL_ARGS) {
    uint64_t so_far = 0;
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k), fits = 0;
        fl_buf_reset(&b);
        if (!fl_column_is_null(in[0], i)) rc = fits = put_row(&b, fl_column_str(in[0], i), call, in, i, err);
        if (rc >= 0) rc = fl_text_grow(&so_far, b.n, call, err);
        if (rc >= 0 && fits > 0)
            fl_column_put_str(out, i, fl_buf_str(&b));
        else
            fl_kernel_null(out, i);
    }
    fl_buf_deinit(&b);
    return FL_MIN(rc, 0);
}

static int infer_printf(fl_bind *b, fl_expr *call, fl_error *err) {
    for (int i = 1; i < call->n_args; i++) {
        const fl_type *t = call->args[i]->type;
        if (fl_type_is(t, FL_T_NULL)) FL_TRY(fl_coerce(b, call, i, fl_type_string(true), err));
        if (fl_type_is(t, FL_T_NULL) || fl_type_is_char(t) || fl_type_is_numeric(t) || fl_type_is_timestamp(t) ||
            t->kind == FL_T_BOOLEAN || integer_bits(t) > 0)
            continue;
        fl_fail(err, FL_ERR_FUNCTION_PRINTF_TYPE, fl_type_name(b->arena, t, FL_TYPE_SUMMARY));
        return fl_error_at(err, call->args[i]->span);
    }
    FL_TRY(fl_take_texts(b, call, 0, 1, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_printf(const fl_expr *call FL_UNUSED) { return kernel_printf; }

FL_FUNCTION_TABLE(printf) = {
    {.name = "PRINTF",
     .min_args = 1,
     .max_args = -1,
     .flags = FL_FN_COSTLY | FL_FN_FALLIBLE | FL_FN_SINCE_2,
     .infer = infer_printf,
     .choose = choose_printf,
     .signature = "'PRINTF(<CHARACTER>, …)'",
     .doc = "Values in a text, as Java's String.format has it; NULL if the format is none. From Flink 2.0 on."},
    {0},
};
