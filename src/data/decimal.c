/* SPDX-License-Identifier: Apache-2.0 */
/* decimal.c -- exact decimal arithmetic, and numbers as text in both directions.
 *
 * What:       DECIMAL values are integers with a scale beside them; this file adds, multiplies, divides, rounds, prints
 *             and reads them, and does the same service for the texts of BIGINT, FLOAT and DOUBLE.
 * Example:    1.10 + 2.2 is 110 (scale 2) + 22 (scale 1): 22 becomes 220, the sum is 330 with scale 2, "3.30".
 * Interface:  decimal.h.
 * Algorithm:  Each operation has two ways. Values of up to 64 bits with scales near each other, which is nearly all
 *             data, stay in 128 bits. Everything else is done on magnitudes of 256 bits, which hold any exact sum or
 *             product of two DECIMALs, and rounded once at the end.
 *             A double is printed as the fraction b / s of two integers, digit by digit, and read as an integer times
 *             or over a power of five: both are exact, so there is no table of rounded powers.
 * Invariants: (1) a DECIMAL's magnitude is below 10^38: it fits 127 bits, twice it does not.
 *             (2) a result is written to *out only if the function says that it fits.
 */
#include "data/decimal.h"

#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

enum { DIGITS_MAX = 38 };

/* ---- powers ---- */

#define E9  ((int64_t)1000000000)
#define E18 ((fl_i128)1000000000000000000)
#define E36 (E18 * E18)

/* x * 10^0 … x * 10^8 */
#define NINE(x) (x), (x)*10, (x)*100, (x)*1000, (x)*10000, (x)*100000, (x)*1000000, (x)*10000000, (x)*100000000

const int64_t fl_pow10_i64[19] = {NINE((int64_t)1), NINE(E9), (int64_t)E18};

static const fl_i128 pow10_i128[DIGITS_MAX + 1] = {
    NINE((fl_i128)1), NINE((fl_i128)E9), NINE(E18), NINE(E18 * 1000000000), E36, E36 * 10, E36 * 100};

fl_i128 fl_pow10_i128(int n) {
    fl_assert(n >= 0 && n <= DIGITS_MAX);
    return pow10_i128[n];
}

static fl_u128 pow5(int n) { return (fl_u128)fl_pow10_i128(n) >> n; }

/* ---- 128 bits ---- */

static fl_u128 magnitude(fl_i128 x) { return x < 0 ? -(fl_u128)x : (fl_u128)x; }
static fl_i128 with_sign(fl_u128 x, bool negative) { return negative ? -(fl_i128)x : (fl_i128)x; }
static bool fits_i64(fl_i128 x) { return x == (int64_t)x; }

static int bit_length(fl_u128 x) {
    uint64_t high = (uint64_t)(x >> 64), low = (uint64_t)x;
    return high != 0 ? 128 - __builtin_clzll(high) : low != 0 ? 64 - __builtin_clzll(low) : 0;
}

/* Decimal digits of x < 10^38; 1 for zero. */
static int digit_count(fl_u128 x) {
    int n = bit_length(x) * 1233 >> 12; /* a little below log10(x) */
    return n + (x >= (fl_u128)pow10_i128[n] || n == 0);
}

/* ---- 256 bits, unsigned: what exact sums, products and quotients of DECIMALs need ---- */

typedef struct u256 {
    uint64_t w[4]; /* least significant first */
} u256;

static u256 u256_of(fl_u128 x) { return (u256){{(uint64_t)x, (uint64_t)(x >> 64)}}; }
static fl_u128 u256_low(const u256 *x) { return (fl_u128)x->w[1] << 64 | x->w[0]; }
static bool u256_is_wide(const u256 *x) { return (x->w[2] | x->w[3]) != 0; }

static u256 u256_product(fl_u128 a, fl_u128 b) {
    u256 p = {{0}};
    uint64_t x[2] = {(uint64_t)a, (uint64_t)(a >> 64)}, y[2] = {(uint64_t)b, (uint64_t)(b >> 64)};
    for (int i = 0; i < 2; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < 2; j++) {
            fl_u128 t = (fl_u128)x[i] * y[j] + p.w[i + j] + carry;
            p.w[i + j] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        p.w[i + 2] = carry;
    }
    return p;
}

static int u256_cmp(const u256 *a, const u256 *b) {
    for (int i = 3; i >= 0; i--)
        if (a->w[i] != b->w[i]) return a->w[i] < b->w[i] ? -1 : 1;
    return 0;
}

/* a + b, which the caller knows to fit. */
static u256 u256_sum(const u256 *a, const u256 *b) {
    u256 r;
    fl_u128 t = 0;
    for (int i = 0; i < 4; i++) {
        t += (fl_u128)a->w[i] + b->w[i];
        r.w[i] = (uint64_t)t;
        t >>= 64;
    }
    return r;
}

/* a - b for a >= b. */
static u256 u256_difference(const u256 *a, const u256 *b) {
    u256 r;
    uint64_t borrow = 0;
    for (int i = 0; i < 4; i++) {
        fl_u128 t = (fl_u128)a->w[i] - b->w[i] - borrow;
        r.w[i] = (uint64_t)t;
        borrow = (uint64_t)(t >> 64) & 1;
    }
    return r;
}

/* Divides in place; returns the remainder. */
static uint64_t u256_divide_u64(u256 *x, uint64_t d) {
    uint64_t rem = 0;
    for (int i = 3; i >= 0; i--) {
        fl_u128 t = (fl_u128)rem << 64 | x->w[i];
        x->w[i] = (uint64_t)(t / d);
        rem = (uint64_t)(t % d);
    }
    return rem;
}

/* One step of long division in base 2^64: the digit (rem:next) / d, for rem < d and d with its top bit set. */
static uint64_t quotient_digit(fl_u128 *rem, uint64_t next, fl_u128 d) {
    uint64_t d1 = (uint64_t)(d >> 64), d0 = (uint64_t)d, top = (uint64_t)(*rem >> 64);
    fl_u128 q = top >= d1 ? UINT64_MAX : *rem / d1; /* one or two too large at most */
    fl_u128 left = *rem - q * d1;
    while (left >> 64 == 0 && q * d0 > (left << 64 | next)) {
        q--;
        left += d1;
    }
    *rem = (left << 64 | next) - q * d0;
    return (uint64_t)q;
}

static u256 u256_quotient(u256 n, fl_u128 d, fl_u128 *rem) {
    if (d >> 64 == 0) {
        *rem = u256_divide_u64(&n, (uint64_t)d);
        return n;
    }
    int shift = __builtin_clzll((uint64_t)(d >> 64));
    d <<= shift;
    uint64_t spilt = shift ? n.w[3] >> (64 - shift) : 0;
    for (int i = 3; i >= 0 && shift; i--) n.w[i] = n.w[i] << shift | (i > 0 ? n.w[i - 1] >> (64 - shift) : 0);
    *rem = (fl_u128)spilt << 64 | n.w[3];
    u256 q = {{0}};
    for (int i = 2; i >= 0; i--) q.w[i] = quotient_digit(rem, n.w[i], d);
    *rem >>= shift;
    return q;
}

/* Times 10^digits; false if that is more than 256 bits. */
static bool u256_scale_up(u256 *x, int digits) {
    for (; digits > 0; digits -= 18) {
        uint64_t by = (uint64_t)fl_pow10_i64[FL_MIN(digits, 18)], carry = 0;
        for (int i = 0; i < 4; i++) {
            fl_u128 t = (fl_u128)x->w[i] * by + carry;
            x->w[i] = (uint64_t)t;
            carry = (uint64_t)(t >> 64);
        }
        if (carry != 0) return false;
    }
    return true;
}

/* Over 10^digits, HALF_UP: whether to round up is told by the last digit that goes. */
static void u256_scale_down(u256 *x, int digits) {
    if (digits <= 0) return;
    for (digits--; digits > 0; digits -= 18) u256_divide_u64(x, (uint64_t)fl_pow10_i64[FL_MIN(digits, 18)]);
    if (u256_divide_u64(x, 10) >= 5) *x = u256_sum(x, &(u256){{1}});
}

/* The last step of every operation: a magnitude with scale `from` becomes a DECIMAL(precision, scale). */
static bool settle(u256 x, bool negative, int from, int precision, int scale, fl_i128 *out) {
    if (scale > from && !u256_scale_up(&x, scale - from)) return false;
    u256_scale_down(&x, from - scale);
    if (u256_is_wide(&x) || u256_low(&x) >= (fl_u128)fl_pow10_i128(precision)) return false;
    *out = with_sign(u256_low(&x), negative);
    return true;
}

/* ---- arithmetic ---- */

bool fl_decimal_fits(fl_i128 x, int precision) { return magnitude(x) < (fl_u128)fl_pow10_i128(precision); }

static fl_i128 divide_half_up(fl_i128 x, int digits) {
    if (fits_i64(x) && digits <= 18) {
        int64_t d = fl_pow10_i64[digits], q = (int64_t)x / d, r = (int64_t)x % d;
        return q + (r >= d - r) - (-r >= d + r); /* d - r rather than 2 * r, which may not fit */
    }
    if (digits > DIGITS_MAX) return 0; /* less than half of the last digit */
    fl_i128 d = pow10_i128[digits], q = x / d, r = x % d;
    return q + (r >= d - r) - (-r >= d + r);
}

/* Scales may lie outside 0 … 38 here: a product's, a double's. */
bool fl_decimal_rescale(fl_i128 x, int from_scale, int to_scale, int to_precision, fl_i128 *out) {
    int up = to_scale - from_scale;
    if (up > 0) {
        if (x == 0) up = 0;
        if (up > to_precision || !fl_decimal_fits(x, to_precision - up)) return false;
        *out = x * pow10_i128[up];
        return true;
    }
    fl_i128 rounded = up == 0 ? x : divide_half_up(x, -up);
    if (!fl_decimal_fits(rounded, to_precision)) return false;
    *out = rounded;
    return true;
}

/* Both values are small and their scales near: 64 bits times 10^18 leaves room for one addition in 128 bits. */
static bool near_and_small(fl_i128 a, int sa, fl_i128 b, int sb) {
    return FL_LIKELY(fits_i64(a) && fits_i64(b) && sa - sb <= 18 && sb - sa <= 18);
}

/* a and b as integers of one scale, the larger. */
static void align(fl_i128 *a, int sa, fl_i128 *b, int sb) {
    if (sa < sb) *a *= fl_pow10_i64[sb - sa];
    if (sb < sa) *b *= fl_pow10_i64[sa - sb];
}

static u256 widened(fl_i128 x, int digits) {
    u256 r = u256_of(magnitude(x));
    fl_assert(u256_scale_up(&r, digits)); /* 38 digits and 38 more are 253 bits */
    return r;
}

static bool add_wide(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out) {
    int s = FL_MAX(sa, sb);
    u256 x = widened(a, s - sa), y = widened(b, s - sb);
    if ((a < 0) == (b < 0)) return settle(u256_sum(&x, &y), a < 0, s, precision, scale, out);
    bool a_wins = u256_cmp(&x, &y) >= 0;
    u256 rest = a_wins ? u256_difference(&x, &y) : u256_difference(&y, &x);
    return settle(rest, a_wins ? a < 0 : b < 0, s, precision, scale, out);
}

bool fl_decimal_add(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out) {
    if (!near_and_small(a, sa, b, sb)) return add_wide(a, sa, b, sb, precision, scale, out);
    align(&a, sa, &b, sb);
    return fl_decimal_rescale(a + b, FL_MAX(sa, sb), scale, precision, out);
}

bool fl_decimal_sub(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out) {
    return fl_decimal_add(a, sa, -b, sb, precision, scale, out);
}

bool fl_decimal_mul(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out) {
    if (FL_LIKELY(fits_i64(a) && fits_i64(b))) return fl_decimal_rescale(a * b, sa + sb, scale, precision, out);
    u256 p = u256_product(magnitude(a), magnitude(b));
    return settle(p, (a < 0) != (b < 0), sa + sb, precision, scale, out);
}

/* a / b to 38 significant digits, HALF_UP, then to the result's scale, HALF_UP again: two roundings, as Flink's. */
static bool div_wide(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out) {
    fl_u128 x = magnitude(a), y = magnitude(b), rem;
    int up = DIGITS_MAX - digit_count(x) + digit_count(y); /* gives the quotient 38 or 39 digits */
    u256 q = u256_quotient(widened(a, up), y, &rem);
    bool one_more = u256_is_wide(&q) || u256_low(&q) >= (fl_u128)pow10_i128[DIGITS_MAX];
    bool round_up = one_more ? u256_divide_u64(&q, 10) >= 5 : rem >= y - rem;
    if (round_up) q = u256_sum(&q, &(u256){{1}});
    return settle(q, (a < 0) != (b < 0), sa - sb + up - one_more, precision, scale, out);
}

bool fl_decimal_div(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out) {
    fl_assert(b != 0);
    if (a == 0) {
        *out = 0;
        return true;
    }
    int up = scale + sb - sa;
    if (FL_LIKELY(fits_i64(a) && fits_i64(b) && up >= 0 && up <= 18)) {
        fl_u128 x = magnitude(a) * (uint64_t)fl_pow10_i64[up], y = magnitude(b), q = x / y, r = x % y;
        /* With a quotient of 18 digits the first rounding moves it by less than 10^-20, and with a divisor of 64 bits
         * it is at least 5 * 10^-20 away from the middle that decides the second: one rounding does. */
        if (q < (fl_u128)E18) {
            fl_i128 rounded = with_sign(q + (r >= y - r), (a < 0) != (b < 0));
            if (!fl_decimal_fits(rounded, precision)) return false;
            *out = rounded;
            return true;
        }
    }
    return div_wide(a, sa, b, sb, precision, scale, out);
}

/* |a| mod |b| for any scales; the answer has the larger scale. */
static u256 mod_wide(fl_i128 a, int sa, fl_i128 b, int sb) {
    fl_u128 rem;
    if (sa <= sb) {
        u256_quotient(widened(a, sb - sa), magnitude(b), &rem);
        return u256_of(rem);
    }
    u256 x = u256_of(magnitude(a)), y = widened(b, sa - sb);
    return u256_cmp(&x, &y) < 0 ? x : u256_of(u256_low(&x) % u256_low(&y));
}

bool fl_decimal_mod(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out) {
    fl_assert(b != 0);
    int s = FL_MAX(sa, sb);
    if (!near_and_small(a, sa, b, sb)) return settle(mod_wide(a, sa, b, sb), a < 0, s, precision, scale, out);
    align(&a, sa, &b, sb);
    return fl_decimal_rescale(a % b, s, scale, precision, out);
}

int fl_decimal_cmp(fl_i128 a, int sa, fl_i128 b, int sb) {
    if (sa != sb && !near_and_small(a, sa, b, sb)) {
        if ((a < 0) != (b < 0)) return a < 0 ? -1 : 1;
        u256 x = widened(a, FL_MAX(sb - sa, 0)), y = widened(b, FL_MAX(sa - sb, 0));
        return a < 0 ? u256_cmp(&y, &x) : u256_cmp(&x, &y);
    }
    align(&a, sa, &b, sb);
    return (a > b) - (a < b);
}

/* ---- integers and decimals to text ---- */

enum { U128_DIGITS = 39 };

/* The eight digits of x < 100000000, the first in the lowest byte, as numbers 0 … 9: halves become quarters of two digits,
 * and these become digits, side by side in one word. */
static uint64_t eight_digits(uint32_t x) {
    uint64_t v = x / 10000 | (uint64_t)(x % 10000) << 32, upper = (v * 5243 >> 19) & 0x0000007f0000007f; /* v / 100 */
    v = upper | (v - 100 * upper) << 16;
    upper = (v * 103 >> 10) & 0x000f000f000f000f; /* v / 10 */
    return upper | (v - 10 * upper) << 8;
}

static char *put_eight(char *to, uint32_t x) {
    const uint64_t v = eight_digits(x) | 0x3030303030303030;
    memcpy(to, &v, 8);
    return to + 8;
}

/* The same without zeros in front; eight bytes are written all the same. */
static char *put_first(char *to, uint32_t x) {
    const uint64_t digits = eight_digits(x), v = digits | 0x3030303030303030;
    const int zeros = __builtin_ctzll(digits | 1ull << 56) / 8; /* one digit at least */
    const uint64_t shifted = v >> 8 * zeros;
    memcpy(to, &shifted, 8);
    return to + 8 - zeros;
}

static int put_u64(char *to, uint64_t x) {
    enum { E8 = 100000000 };
    const uint64_t upper = x / E8;
    char *at;
    if (upper == 0)
        at = put_first(to, (uint32_t)x);
    else if (upper < E8)
        at = put_eight(put_first(to, (uint32_t)upper), (uint32_t)(x % E8));
    else
        at = put_eight(put_eight(put_first(to, (uint32_t)(upper / E8)), (uint32_t)(upper % E8)), (uint32_t)(x % E8));
    return (int)(at - to);
}

int fl_i64_put(char to[FL_I64_TEXT], int64_t x) {
    *to = '-';
    return (x < 0) + put_u64(to + (x < 0), x < 0 ? -(uint64_t)x : (uint64_t)x);
}

/* As many bytes as digits are written, and FL_I64_TEXT at least. */
static int put_u128(char *to, fl_u128 x) {
    if (x >> 64 == 0) return put_u64(to, (uint64_t)x);
    const int n = put_u128(to, x / (fl_u128)E18);
    char text[FL_I64_TEXT];
    const uint64_t low = (uint64_t)(x % (fl_u128)E18) + (uint64_t)E18; /* a 1 and the eighteen digits, zeros included */
    put_u64(text, low);
    memcpy(to + n, text + 1, 18);
    return n + 18;
}

void fl_i64_print(fl_buf *out, int64_t x) { out->n += (size_t)fl_i64_put(fl_buf_reserve(out, FL_I64_TEXT), x); }

void fl_decimal_print(fl_buf *out, fl_i128 x, int scale) {
    char text[2 * U128_DIGITS], *at = text + U128_DIGITS, *end = at + put_u128(at, magnitude(x));
    while (end - at <= scale) *--at = '0'; /* at least one digit before the point */
    if (x < 0) fl_buf_putc(out, '-');
    fl_buf_put(out, at, (size_t)(end - at - scale));
    if (scale == 0) return;
    fl_buf_putc(out, '.');
    fl_buf_put(out, end - scale, (size_t)scale);
}

void fl_decimal_print_row(fl_buf *out, fl_i128 x, int scale) {
    char text[U128_DIGITS], *at = text, *end = at + put_u128(at, magnitude(x));
    int exponent = (int)(end - at) - 1 - scale;
    if (scale >= 0 && exponent >= -6) {
        fl_decimal_print(out, x, scale);
        return;
    }
    if (x < 0) fl_buf_putc(out, '-');
    fl_buf_putc(out, *at++);
    if (at < end) {
        fl_buf_putc(out, '.');
        fl_buf_put(out, at, (size_t)(end - at));
    }
    fl_buf_putc(out, 'E');
    if (exponent > 0) fl_buf_putc(out, '+');
    fl_i64_print(out, exponent);
}

void fl_decimal_print_java(fl_buf *out, fl_i128 x, int scale) {
    if (x == 0) scale = 0;
    for (; x != 0 && x % 10 == 0; scale--) x /= 10;
    fl_decimal_print_row(out, x, scale);
}

/* ---- text to integers and decimals ---- */

static bool is_digit(char c) { return (unsigned char)(c - '0') < 10; }

static bool take_sign(const char **p, const char *end) {
    if (*p == end || (**p != '-' && **p != '+')) return false;
    return *(*p)++ == '-';
}

fl_number_error fl_i64_parse(fl_str s, int64_t *out) {
    const char *p = s.p, *end = s.p + s.n;
    bool negative = take_sign(&p, end), overflow = false;
    if (p == end) return FL_NUMBER_BAD;
    uint64_t x = 0, limit = (uint64_t)INT64_MAX + negative;
    for (; p < end; p++) {
        if (!is_digit(*p)) return FL_NUMBER_BAD;
        uint64_t digit = (uint64_t)(*p - '0');
        overflow |= x > limit / 10 || x * 10 > limit - digit;
        x = x * 10 + digit;
    }
    if (overflow) return FL_NUMBER_OVERFLOW;
    *out = (int64_t)(negative ? -x : x);
    return FL_NUMBER_OK;
}

/* A decimal number as written: where its digits are, and the exponent after them. */
typedef struct number_text {
    bool negative;
    const char *whole, *whole_end; /* digits before the point */
    const char *part, *part_end;   /* digits after it */
    int exponent;                  /* beyond EXPONENT_MAX: that */
    const char *end;               /* behind the last character that belongs to it */
} number_text;

enum { EXPONENT_MAX = 1000000 };

static bool scan_exponent(const char **at, const char *end, int *exponent) {
    const char *p = *at;
    *exponent = 0;
    if (p == end || (*p | 32) != 'e') return true;
    p++;
    bool negative = take_sign(&p, end);
    if (p == end || !is_digit(*p)) return false;
    for (; p < end && is_digit(*p); p++) *exponent = FL_MIN(*exponent * 10 + (*p - '0'), EXPONENT_MAX);
    if (negative) *exponent = -*exponent;
    *at = p;
    return true;
}

/* [+-]digits[.digits][e[+-]digits] with at least one digit before the exponent. */
static bool scan_number(fl_str s, number_text *t) {
    const char *p = s.p, *end = s.p + s.n;
    t->negative = take_sign(&p, end);
    for (t->whole = p; p < end && is_digit(*p);) p++;
    t->whole_end = t->part = t->part_end = p;
    if (p < end && *p == '.') {
        for (t->part = ++p; p < end && is_digit(*p);) p++;
        t->part_end = p;
    }
    if (t->whole == t->whole_end && t->part == t->part_end) return false;
    if (!scan_exponent(&p, end, &t->exponent)) return false;
    t->end = p;
    return true;
}

/* Appends digits [from, to) of one run to *x. False as soon as *x has more than 38. */
static bool append_digits(fl_u128 *x, const char *from, const char *to) {
    for (; from < to; from++) {
        if (*x >= (fl_u128)pow10_i128[DIGITS_MAX - 1]) return false;
        *x = *x * 10 + (fl_u128)(*from - '0');
    }
    return true;
}

fl_number_error fl_decimal_parse(fl_str s, int precision, int scale, fl_i128 *out) {
    number_text t;
    if (!scan_number(s, &t) || t.end != s.p + s.n) return FL_NUMBER_BAD;
    while (t.whole < t.whole_end && *t.whole == '0') t.whole++;
    int64_t n_whole = t.whole_end - t.whole, n_part = t.part_end - t.part;
    int64_t keep = n_whole + t.exponent + scale; /* leading digits that make up the result; the next one rounds it */
    int64_t keep_whole = FL_MIN(FL_MAX(keep, 0), n_whole), keep_part = FL_MIN(FL_MAX(keep - n_whole, 0), n_part);
    fl_u128 x = 0;
    if (!append_digits(&x, t.whole, t.whole + keep_whole) || !append_digits(&x, t.part, t.part + keep_part))
        return FL_NUMBER_OVERFLOW;
    if (keep >= 0 && keep < n_whole + n_part) x += (keep < n_whole ? t.whole[keep] : t.part[keep - n_whole]) >= '5';
    int64_t up = x == 0 ? 0 : FL_MAX(keep - n_whole - n_part, 0);
    if (up > precision || !fl_decimal_fits((fl_i128)x, precision - (int)up)) return FL_NUMBER_OVERFLOW;
    *out = with_sign(x * (fl_u128)pow10_i128[up], t.negative);
    return FL_NUMBER_OK;
}

/* ---- floating point to text ----
 *
 * Java 17 prints a double that is a whole number below 2^63 with all its digits, less those that a double of that size
 * cannot tell apart. Of any other it prints the fewest digits d such that the number d lies less than half a unit in
 * the last place away (a quarter for powers of two); of several, the nearest. On a tie with the half unit it goes on:
 * 2e23 is 1.9999999999999998E23. Flink's texts are Java's, so this is what we do. (Not copied: for some numbers near
 * 10^25 an overflow in Java makes the last of 17 digits one too small.)
 */

/* value * 10^exp10, without trailing zeros. */
typedef struct shortest {
    uint64_t value;
    int exp10;
} shortest;

static shortest strip_zeros(uint64_t value, int exp10) {
    for (; value % 10 == 0; value /= 10) exp10++;
    return (shortest){value, exp10};
}

/* The number is b / s * 10^exp10 with b < 10 * s, and m / s is how far away what is printed may be: digits are taken
 * off b until what is left of it, or what is missing to the next digit, is less than m. There are two digits at least;
 * a leading zero counts only if the number may be printed as a one. */
#define SHORTEST_LOOP(name, T)                                                                                         \
    static shortest name(T b, T s, T m, int exp10) {                                                                   \
        uint64_t value = 0;                                                                                            \
        bool low = false, high = false;                                                                                \
        for (int n = 0;; b *= 10, m *= 10, exp10--) {                                                                  \
            value = value * 10 + (uint64_t)(b / s);                                                                    \
            b %= s;                                                                                                    \
            low = b < m;                                                                                               \
            high = b + m > s;                                                                                          \
            n += value > 0 || high;                                                                                    \
            if (n >= 2 && (low || high)) break;                                                                        \
        }                                                                                                              \
        if (high && (!low || b > s - b || (b == s - b && value % 2 == 1))) value++;                                    \
        return strip_zeros(value, exp10);                                                                              \
    }
SHORTEST_LOOP(shortest_u64, uint64_t)
SHORTEST_LOOP(shortest_u128, fl_u128)
#undef SHORTEST_LOOP

/* Integers of any size that a double can lead to: 5^324 * 2^53 * 20 has 811 bits. */
typedef struct big {
    int n; /* words in use */
    uint32_t w[32];
} big;

static big big_of(uint64_t x) { return (big){x >> 32 ? 2 : 1, {(uint32_t)x, (uint32_t)(x >> 32)}}; }

static void big_multiply(big *x, uint32_t by) {
    uint64_t t = 0;
    for (int i = 0; i < x->n; i++, t >>= 32) {
        t += (uint64_t)x->w[i] * by;
        x->w[i] = (uint32_t)t;
    }
    if (t == 0) return;
    fl_assert(x->n < (int)FL_ARRAY_LEN(x->w));
    x->w[x->n++] = (uint32_t)t;
}

/* Times 5^fives * 2^twos. */
static void big_scale(big *x, int fives, int twos) {
    for (; fives >= 13; fives -= 13) big_multiply(x, 1220703125);
    for (; fives > 0; fives--) big_multiply(x, 5);
    for (; twos >= 31; twos -= 31) big_multiply(x, 1u << 31);
    if (twos > 0) big_multiply(x, 1u << twos);
}

static int big_cmp(const big *a, const big *b) {
    if (a->n != b->n) return a->n < b->n ? -1 : 1;
    for (int i = a->n - 1; i >= 0; i--)
        if (a->w[i] != b->w[i]) return a->w[i] < b->w[i] ? -1 : 1;
    return 0;
}

/* a - b for a >= b. */
static void big_subtract(big *a, const big *b) {
    int64_t t = 0;
    for (int i = 0; i < a->n; i++, t >>= 32) {
        t += (int64_t)a->w[i] - (i < b->n ? b->w[i] : 0);
        a->w[i] = (uint32_t)t;
    }
    while (a->n > 1 && a->w[a->n - 1] == 0) a->n--;
}

/* The loop above for numbers beyond 10^±38; the digit is found by subtracting, for these are rare. */
static shortest shortest_big(big b, big s, big m, int exp10) {
    big rest;
    uint64_t value = 0;
    bool low = false, high = false;
    for (int n = 0;; big_multiply(&b, 10), big_multiply(&m, 10), exp10--) {
        for (value *= 10; big_cmp(&b, &s) >= 0; value++) big_subtract(&b, &s);
        rest = s;
        big_subtract(&rest, &b);
        low = big_cmp(&b, &m) < 0;
        high = big_cmp(&m, &rest) > 0;
        n += value > 0 || high;
        if (n >= 2 && (low || high)) break;
    }
    int half = big_cmp(&b, &rest);
    if (high && (!low || half > 0 || (half == 0 && value % 2 == 1))) value++;
    return strip_zeros(value, exp10);
}

/* Of a whole number x, where a floating point number of its size has `bits` digits in base two. */
static shortest shortest_integer(uint64_t x, int bits) {
    int vague = FL_MAX(bit_length(x) - 2 - bits, 0) * 30103 / 100000; /* decimal digits below the last binary one */
    uint64_t d = (uint64_t)fl_pow10_i64[vague];
    return strip_zeros(x / d + (vague > 0 && x % d >= d / 2), vague);
}

/* The decimal exponent of 1.xxx * 2^e, or one more: log10 along its tangent at 1.5, as Java guesses. It matters to the
 * text of the smallest numbers, for a guess too large brings a leading zero. */
static int exponent_guess(uint64_t f, int length, int e) {
    double mantissa = (double)f / (double)((uint64_t)1 << (length - 1));
    return (int)floor((mantissa - 1.5) * 0.289529654 + 0.176091259 + e * 0.301029995663981);
}

/* Of f * 2^e > 0, a number with `bits` binary digits at most. */
static shortest shortest_digits(uint64_t f, int e, int bits) {
    int length = bit_length(f);
    if (e + length <= 63 && (e >= 0 || (-e < length && f << (64 + e) == 0)))
        return shortest_integer(e >= 0 ? f << e : f >> -e, bits);
    /* b / s is f * 2^e / 10^k, and m / s half of f's last binary digit, for a power of two a quarter. */
    int unit = (f & (f - 1)) == 0 ? 2 : 1, k = exponent_guess(f, length, e + length - 1), two = e - unit - k;
    int b5 = FL_MAX(-k, 0), s5 = FL_MAX(k, 0), s2 = FL_MAX(-two, 0);
    if (two <= 0 && b5 <= DIGITS_MAX && s5 <= DIGITS_MAX) {
        fl_u128 m = pow5(b5);
        int size = FL_MAX(length + unit + bit_length(m), bit_length(pow5(s5)) + s2);
        if (size <= 60) return shortest_u64((f << unit) * (uint64_t)m, (uint64_t)pow5(s5) << s2, (uint64_t)m, k);
        if (size <= 124) return shortest_u128((f << unit) * m, pow5(s5) << s2, m, k);
    }
    big b = big_of(f << unit), s = big_of(1), m = big_of(1);
    big_scale(&b, b5, FL_MAX(two, 0));
    big_scale(&m, b5, FL_MAX(two, 0));
    big_scale(&s, s5, s2);
    return shortest_big(b, s, m, k);
}

/* Of a number like most that people write: at most eight digits behind the point and fifteen in all. Both v and 10^8 are
 * exact, so v / 10^8 is the double nearest to that decimal; no other decimal of fifteen digits has the same one, so it is
 * the shortest. */
static bool shortest_plain(double d, shortest *out) {
    enum { DIGITS = 8 };
    if (!(d >= 1e-3 && d < 1e7)) return false;
    int64_t v = (int64_t)(d * 1e8 + 0.5);
    if ((double)v / 1e8 != d) return false;
    int exp10 = -DIGITS;
    if (v % 10000 == 0) v /= 10000, exp10 += 4;
    *out = strip_zeros((uint64_t)v, exp10);
    return true;
}

/* Takes a finite positive number apart. */
static shortest shortest_double(double d) {
    shortest plain;
    if (shortest_plain(d, &plain)) return plain;
    uint64_t bits;
    memcpy(&bits, &d, sizeof bits);
    uint64_t fraction = bits & (((uint64_t)1 << 52) - 1);
    int exponent = (int)(bits >> 52 & 0x7ff);
    return exponent == 0 ? shortest_digits(fraction, -1074, 53)
                         : shortest_digits(fraction | (uint64_t)1 << 52, exponent - 1075, 53);
}

static shortest shortest_float(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    uint32_t fraction = bits & ((1u << 23) - 1);
    int exponent = (int)(bits >> 23 & 0xff);
    return exponent == 0 ? shortest_digits(fraction, -149, 24)
                         : shortest_digits(fraction | 1u << 23, exponent - 150, 24);
}

/* Java's layout: 0.001 … 9999999.0 plain, everything else as 1.5E-7. */
static void put_shortest(fl_buf *out, shortest s) {
    char text[FL_I64_TEXT], *at = text, *end = text + put_u64(text, s.value);
    int n = (int)(end - at), point = n + s.exp10; /* digits before the point */
    char *p = fl_buf_reserve(out, 40), *start = p;
    bool plain = point > -3 && point <= 7;
    int whole = !plain ? 1 : FL_MAX(point, 0);
    if (whole == 0) *p++ = '0';
    for (int i = 0; i < whole; i++) *p++ = at < end ? *at++ : '0';
    *p++ = '.';
    for (int i = plain ? point : 0; i < 0; i++) *p++ = '0';
    if (at == end) *p++ = '0';
    while (at < end) *p++ = *at++;
    if (!plain) *p++ = 'E';
    out->n += (size_t)(p - start);
    if (!plain) fl_i64_print(out, point - 1);
}

void fl_double_print(fl_buf *out, double d) {
    if (isnan(d)) {
        fl_buf_puts(out, "NaN");
        return;
    }
    if (signbit(d)) fl_buf_putc(out, '-');
    if (isinf(d))
        fl_buf_puts(out, "Infinity");
    else if (d == 0)
        fl_buf_puts(out, "0.0");
    else
        put_shortest(out, shortest_double(fabs(d)));
}

void fl_float_print(fl_buf *out, float f) {
    if (isfinite(f) && f != 0) {
        if (f < 0) fl_buf_putc(out, '-');
        put_shortest(out, shortest_float(fabsf(f)));
    } else {
        fl_double_print(out, f);
    }
}

/* ---- text to floating point ---- */

static double power_of_two(int e) {
    fl_assert(e > -1023 && e < 1024);
    uint64_t bits = (uint64_t)(e + 1023) << 52;
    double d;
    memcpy(&d, &bits, sizeof d);
    return d;
}

/* x * 2^e, rounded half to even to `bits` binary digits; `more`: the number is a little larger than that. x has more
 * than `bits` digits if so. */
static double round_to_bits(fl_u128 x, bool more, int e, int bits) {
    int drop = FL_MAX(bit_length(x) - bits, 0);
    if (drop > 0) {
        fl_u128 half = (fl_u128)1 << (drop - 1), rest = x & (2 * half - 1);
        x >>= drop;
        x += rest > half || (rest == half && (more || (x & 1)));
    }
    return (double)(uint64_t)x * power_of_two(e + drop);
}

enum { POW5_U64_MAX = 27 }; /* 5^27 fits 64 bits */

/* x * 10^exp10 for |exp10| <= POW5_U64_MAX, rounded once. */
static double scale_exact(uint64_t x, int exp10, int bits) {
    if (x == 0) return 0;
    if (exp10 >= 0) return round_to_bits(x * pow5(exp10), false, exp10, bits);
    int shift = __builtin_clzll(x);
    fl_u128 n = (fl_u128)(x << shift) << 64, d = pow5(-exp10), q = n / d; /* q has 65 bits or more */
    return round_to_bits(q, q * d != n, exp10 - 64 - shift, bits);
}

double fl_decimal_to_double(fl_i128 x, int scale) {
    static const uint64_t exact_max = (uint64_t)1 << 53;
    fl_u128 m = magnitude(x), rem;
    if (m == 0) return 0;
    if (m <= exact_max && scale <= 18) return (double)(int64_t)x / (double)fl_pow10_i64[scale];
    if (m <= UINT64_MAX && scale <= POW5_U64_MAX) {
        double d = scale_exact((uint64_t)m, -scale, 53);
        return x < 0 ? -d : d;
    }
    int shift = 128 - bit_length(m), e = -64 - shift - scale;
    m <<= shift;
    u256 q = u256_quotient((u256){{0, (uint64_t)m, (uint64_t)(m >> 64), 0}}, pow5(scale), &rem);
    bool more = rem != 0;
    if (q.w[2] != 0) {
        more |= q.w[0] != 0;
        q = (u256){{q.w[1], q.w[2]}};
        e += 64;
    }
    double d = round_to_bits(u256_low(&q), more, e, 53);
    return x < 0 ? -d : d;
}

bool fl_decimal_from_double(double d, int precision, int scale, fl_i128 *out) {
    if (!isfinite(d)) return false;
    shortest s = d == 0 ? (shortest){0, 0} : shortest_double(fabs(d));
    return fl_decimal_rescale(with_sign(s.value, d < 0), -s.exp10, scale, precision, out);
}

static locale_t c_locale;
static void make_c_locale(void) { c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

/* The C library's reader, for what the fast way cannot do. The host's locale may write a comma for the point. */
static double read_slowly(fl_str s, bool as_float) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    char small[128], *text = s.n < sizeof small ? small : fl_malloc(s.n + 1);
    pthread_once(&once, make_c_locale);
    memcpy(text, s.p, s.n);
    text[s.n] = '\0';
    double d = as_float ? (double)strtof_l(text, NULL, c_locale) : strtod_l(text, NULL, c_locale);
    if (text != small) free(text);
    return d;
}

/* The digits as one integer of up to 19 digits and an exponent; false if there are more. */
static bool gather_digits(const number_text *t, uint64_t *x, int64_t *exp10) {
    const char *whole = t->whole, *part = t->part;
    while (whole < t->whole_end && *whole == '0') whole++;
    if (whole == t->whole_end)
        while (part < t->part_end && *part == '0') part++;
    if ((t->whole_end - whole) + (t->part_end - part) > 19) return false;
    *x = 0;
    for (; whole < t->whole_end; whole++) *x = *x * 10 + (uint64_t)(*whole - '0');
    for (; part < t->part_end; part++) *x = *x * 10 + (uint64_t)(*part - '0');
    *exp10 = t->exponent - (t->part_end - t->part);
    return true;
}

static double read_number(const number_text *t, fl_str s, bool as_float) {
    uint64_t x;
    int64_t exp10;
    if (FL_UNLIKELY(!gather_digits(t, &x, &exp10) || exp10 < -POW5_U64_MAX || exp10 > POW5_U64_MAX))
        return read_slowly(fl_str_make(s.p, (size_t)(t->end - s.p)), as_float);
    double d;
    if (FL_LIKELY(!as_float && x <= (uint64_t)1 << 53 && exp10 <= 18 && exp10 >= -18)) /* both exact: one rounding */
        d = exp10 < 0 ? (double)x / (double)fl_pow10_i64[-exp10] : (double)x * (double)fl_pow10_i64[exp10];
    else
        d = scale_exact(x, (int)exp10, as_float ? 24 : 53);
    return t->negative ? -d : d;
}

static const char *skip_hex_digits(const char *p, const char *end) {
    while (p < end && (is_digit(*p) || ((*p | 32) >= 'a' && (*p | 32) <= 'f'))) p++;
    return p;
}

/* Java lets a literal's last letter say whether it is a float or a double. */
static bool is_type_letter(char c) { return (c | 32) == 'f' || (c | 32) == 'd'; }

/* 0x1.8p3 behind the sign, Java's hexadecimal form: the exponent must be there. */
static bool is_hex_number(const char *p, const char *end) {
    if (end - p < 2 || p[0] != '0' || (p[1] | 32) != 'x') return false;
    const char *whole = p + 2, *point = skip_hex_digits(whole, end), *after = point;
    if (point < end && *point == '.') after = skip_hex_digits(point + 1, end);
    if (after - whole == (point < after)) return false; /* no digit at all */
    if (end - after < 2 || (*after | 32) != 'p') return false;
    p = after + 1;
    take_sign(&p, end);
    if (p == end || !is_digit(*p)) return false;
    while (p < end && is_digit(*p)) p++;
    return p == end || (p + 1 == end && is_type_letter(*p));
}

static bool is_java_blank(char c) { return (unsigned char)c <= ' '; }

/* Words and hexadecimal numbers. */
static bool read_rarity(fl_str s, bool as_float, double *out) {
    const char *p = s.p, *end = s.p + s.n;
    bool negative = take_sign(&p, end);
    fl_str word = fl_str_make(p, (size_t)(end - p));
    if (fl_str_is(word, "NaN"))
        *out = NAN;
    else if (fl_str_is(word, "Infinity"))
        *out = negative ? -INFINITY : INFINITY;
    else if (is_hex_number(p, end))
        *out = read_slowly(s, as_float);
    else
        return false;
    return true;
}

static bool read_floating(fl_str s, bool as_float, double *out) {
    number_text t;
    while (s.n > 0 && is_java_blank(s.p[0])) s.p++, s.n--;
    while (s.n > 0 && is_java_blank(s.p[s.n - 1])) s.n--;
    const char *end = s.p + s.n;
    if (FL_UNLIKELY(!scan_number(s, &t))) return read_rarity(s, as_float, out);
    if (t.end != end && !(t.end + 1 == end && is_type_letter(*t.end))) return read_rarity(s, as_float, out);
    *out = read_number(&t, s, as_float);
    return true;
}

bool fl_double_parse(fl_str s, double *out) { return read_floating(s, false, out); }

bool fl_float_parse(fl_str s, float *out) {
    double d;
    if (!read_floating(s, true, &d)) return false;
    *out = (float)d;
    return true;
}
