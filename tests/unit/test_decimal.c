/* SPDX-License-Identifier: Apache-2.0 */
/* test_decimal.c -- decimal arithmetic against schoolbook arithmetic on digits; number texts against Flink's own and
 * against the C library. */
#include "test.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "data/decimal.h"

/* ---- the model: numbers as digits, added, multiplied and divided as at school ---- */

enum { NAT_MAX = 400 };

typedef struct nat {
    int n;                    /* digits; no leading zeros; zero has none */
    unsigned char d[NAT_MAX]; /* least significant first */
} nat;

static nat nat_trim(nat x) {
    while (x.n > 0 && x.d[x.n - 1] == 0) x.n--;
    return x;
}

static nat nat_of(fl_i128 x) {
    nat r = {0};
    for (fl_u128 m = x < 0 ? -(fl_u128)x : (fl_u128)x; m > 0; m /= 10) r.d[r.n++] = (unsigned char)(m % 10);
    return r;
}

static int nat_cmp(const nat *a, const nat *b) {
    if (a->n != b->n) return a->n - b->n;
    for (int i = a->n - 1; i >= 0; i--)
        if (a->d[i] != b->d[i]) return a->d[i] - b->d[i];
    return 0;
}

static nat nat_add(const nat *a, const nat *b) {
    nat r = {0};
    for (int carry = 0; r.n < a->n || r.n < b->n || carry > 0; carry /= 10) {
        carry += (r.n < a->n ? a->d[r.n] : 0) + (r.n < b->n ? b->d[r.n] : 0);
        r.d[r.n++] = (unsigned char)(carry % 10);
    }
    return r;
}

static nat nat_subtract(const nat *a, const nat *b) {
    nat r = *a;
    for (int i = 0, borrow = 0; i < a->n; i++) {
        int x = a->d[i] - (i < b->n ? b->d[i] : 0) - borrow;
        borrow = x < 0;
        r.d[i] = (unsigned char)(x + 10 * borrow);
    }
    return nat_trim(r);
}

/* x * 10^n; for n < 0 rounded HALF_UP. */
static nat nat_shift(const nat *x, int n) {
    nat r = {0};
    for (int i = 0; i < x->n; i++)
        if (i + n >= 0) r.d[i + n] = x->d[i];
    r.n = x->n > 0 && x->n + n > 0 ? x->n + n : 0;
    nat one = {1, {1}};
    return n < 0 && -n - 1 < x->n && x->d[-n - 1] >= 5 ? nat_add(&r, &one) : r;
}

static nat nat_multiply(const nat *a, const nat *b) {
    nat r = {0};
    for (int i = 0; i < b->n; i++) {
        nat row = nat_shift(a, i);
        for (int k = 0; k < b->d[i]; k++) r = nat_add(&r, &row);
    }
    return r;
}

static nat nat_divide(const nat *a, const nat *b, nat *rem) {
    nat q = {0};
    *rem = *a;
    for (int i = a->n - b->n; i >= 0; i--) {
        nat part = nat_shift(b, i);
        for (; nat_cmp(rem, &part) >= 0; q.d[i]++) *rem = nat_subtract(rem, &part);
        if (q.n == 0 && q.d[i] > 0) q.n = i + 1;
    }
    return q;
}

typedef struct answer {
    bool fits;
    fl_i128 value;
} answer;

static answer model_settle(const nat *x, bool negative, int from, int precision, int scale) {
    nat r = nat_shift(x, scale - from);
    if (r.n > precision) return (answer){false, 0};
    fl_i128 value = 0;
    for (int i = r.n - 1; i >= 0; i--) value = value * 10 + r.d[i];
    return (answer){true, negative ? -value : value};
}

static answer model(char op, fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale) {
    int s = FL_MAX(sa, sb);
    nat x = nat_of(a), y = nat_of(b), rem;
    nat xs = nat_shift(&x, s - sa), ys = nat_shift(&y, s - sb), r;
    switch (op) {
    case '+':
        if ((a < 0) == (b < 0))
            r = nat_add(&xs, &ys);
        else if (nat_cmp(&xs, &ys) >= 0)
            r = nat_subtract(&xs, &ys);
        else {
            r = nat_subtract(&ys, &xs);
            a = b;
        }
        return model_settle(&r, a < 0, s, precision, scale);
    case '*': r = nat_multiply(&x, &y); return model_settle(&r, (a < 0) != (b < 0), sa + sb, precision, scale);
    case '%': nat_divide(&xs, &ys, &rem); return model_settle(&rem, a < 0, s, precision, scale);
    default:
        x = nat_shift(&x, 120);
        r = nat_divide(&x, &y, &rem);
        s = FL_MIN(38 - r.n, 0); /* to 38 significant digits first */
        r = nat_shift(&r, s);
        return model_settle(&r, (a < 0) != (b < 0), 120 + sa - sb + s, precision, scale);
    }
}

/* ---- random decimals: every length, with runs of nines, zeros and fours, where carries and roundings live ---- */

static uint64_t rng;
static uint64_t next_u64(void) { return fl_splitmix(rng += FL_SPLITMIX_STEP); }
static int below(int n) { return (int)(next_u64() % (uint64_t)n); }

static fl_i128 random_decimal(int digits_max) {
    static const int favourite[] = {9, 0, 4, 5};
    int n = below(digits_max + 1), run = below(3) == 0 ? favourite[below(4)] : -1;
    fl_i128 x = 0;
    for (int i = 0; i < n; i++) x = x * 10 + (i > 0 && run >= 0 && below(8) > 0 ? run : below(10));
    return below(2) ? x : -x;
}

static const char *text_of(fl_i128 x, int scale) {
    static fl_buf turns[4];
    static int turn;
    fl_buf *b = &turns[turn = (turn + 1) % 4];
    fl_buf_reset(b);
    fl_decimal_print(b, x, scale);
    return fl_buf_cstr(b);
}

static void check_operation(uint64_t seed, char op) {
    rng = seed;
    int wide = below(2) ? 38 : 17;
    fl_i128 a = random_decimal(wide), b = random_decimal(below(2) ? wide : 4), got = -7;
    int sa = below(below(2) ? 39 : 6), sb = below(below(2) ? 39 : 6), precision = 1 + below(38),
        scale = below(precision + 1);
    if (below(2)) precision = 38;
    if (b == 0 && (op == '/' || op == '%')) b = 1;
    bool fits = op == '+'   ? fl_decimal_add(a, sa, b, sb, precision, scale, &got)
                : op == '-' ? fl_decimal_sub(a, sa, b, sb, precision, scale, &got)
                : op == '*' ? fl_decimal_mul(a, sa, b, sb, precision, scale, &got)
                : op == '/' ? fl_decimal_div(a, sa, b, sb, precision, scale, &got)
                            : fl_decimal_mod(a, sa, b, sb, precision, scale, &got);
    answer want = op == '-' ? model('+', a, sa, -b, sb, precision, scale) : model(op, a, sa, b, sb, precision, scale);
    if (fits == want.fits && got == (fits ? want.value : -7)) return;
    fail_msg("seed %llu: %s %c %s as DECIMAL(%d, %d) gives %s, expected %s", (unsigned long long)seed, text_of(a, sa),
             op, text_of(b, sb), precision, scale, fits ? text_of(got, scale) : "NULL",
             want.fits ? text_of(want.value, scale) : "NULL");
}

static void arithmetic_agrees_with_schoolbook_arithmetic(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 4000; seed++)
        for (const char *op = "+-*/%"; *op != '\0'; op++) check_operation(seed, *op);
}

static void comparison_and_rescaling_agree_with_the_model(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        rng = seed;
        fl_i128 a = random_decimal(38), b = below(4) ? random_decimal(38) : a, got;
        int sa = below(39), sb = below(39), precision = 1 + below(38), s = FL_MAX(sa, sb);
        nat x = nat_of(a), y = nat_of(b);
        x = nat_shift(&x, s - sa), y = nat_shift(&y, s - sb);
        int order = (a < 0) != (b < 0) ? (a < 0 ? -1 : 1) : a < 0 ? nat_cmp(&y, &x) : nat_cmp(&x, &y);
        order = (order > 0) - (order < 0);
        if (fl_decimal_cmp(a, sa, b, sb) != order)
            fail_msg("seed %llu: order of %s and %s is not %d", (unsigned long long)seed, text_of(a, sa),
                     text_of(b, sb), order);
        nat m = nat_of(a);
        answer want = model_settle(&m, a < 0, sa, precision, sb);
        bool fits = fl_decimal_rescale(a, sa, sb, precision, &got);
        if (fits != want.fits || (fits && got != want.value))
            fail_msg("seed %llu: %s as DECIMAL(%d, %d)", (unsigned long long)seed, text_of(a, sa), precision, sb);
    }
}

/* ---- Flink's own answers ---- */

static fl_i128 dec(const char *text, int scale) {
    fl_i128 x;
    assert_int_equal(fl_decimal_parse(fl_str_from(text), 38, scale, &x), FL_NUMBER_OK);
    return x;
}

static void arithmetic_gives_what_flink_gives(void **state) {
    (void)state;
    static const struct {
        const char *a;
        int sa;
        char op;
        const char *b;
        int sb, precision, scale;
        const char *result;
    } cases[] = {
        {"99999999999999999999999999999999999999", 0, '+', "1", 0, 38, 0, NULL},
        {"99999999999999999999999999999999999999", 0, '+', "0", 0, 38, 0, "99999999999999999999999999999999999999"},
        {"99999999999999999999999999999999999999", 0, '-', "-1", 0, 38, 0, NULL},
        {"99999999999999999999999999999999999999", 0, '*', "2", 0, 38, 0, NULL},
        {"99999999999999999999999999999999999999", 0, '/', "3", 0, 38, 6, NULL},
        {"9999999999", 18, '*', "9999999999", 18, 38, 6, "99999999980000000001.000000"},
        {"9999999999", 18, '*', "0.000000000000000009", 18, 38, 6, "0.000000"},
        {"0.00000000000000000000000000000000000001", 38, '*', "0.1", 38, 38, 37,
         "0.0000000000000000000000000000000000000"},
        {"999999999999999999", 0, '*', "999999999999999999", 0, 37, 0, "999999999999999998000000000000000001"},
        {"-999999999999999999", 0, '-', "2", 0, 19, 0, "-1000000000000000001"},
        {"1.5", 5, '+', "2.25", 10, 38, 6, "3.750000"},
        {"1.10", 2, '+', "2.20", 2, 4, 2, "3.30"},
        {"1.5", 10, '/', "7", 10, 38, 6, "0.214286"},
        {"1", 0, '/', "3", 0, 7, 6, "0.333333"},
        {"1", 37, '/', "3", 37, 38, 6, "0.333333"},
        {"1.0", 1, '/', "3", 0, 14, 12, "0.333333333333"},
        {"10", 0, '%', "3", 0, 5, 0, "1"},
        {"-7.5", 1, '%', "2", 0, 2, 1, "-1.5"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_i128 a = dec(cases[i].a, cases[i].sa), b = dec(cases[i].b, cases[i].sb), r = 0;
        int p = cases[i].precision, s = cases[i].scale, sa = cases[i].sa, sb = cases[i].sb;
        bool fits = cases[i].op == '+'   ? fl_decimal_add(a, sa, b, sb, p, s, &r)
                    : cases[i].op == '-' ? fl_decimal_sub(a, sa, b, sb, p, s, &r)
                    : cases[i].op == '*' ? fl_decimal_mul(a, sa, b, sb, p, s, &r)
                    : cases[i].op == '/' ? fl_decimal_div(a, sa, b, sb, p, s, &r)
                                         : fl_decimal_mod(a, sa, b, sb, p, s, &r);
        assert_int_equal(fits, cases[i].result != NULL);
        if (fits) assert_string_equal(text_of(r, s), cases[i].result);
    }
}

static void a_quotient_is_rounded_to_38_digits_first(void **state) {
    (void)state;
    /* 10000000.4999999999999999999999999999999: less than a half, but not in 38 digits */
    fl_i128 b = 5 * fl_pow10_i128(30) + 1, a = 10000000 * b + (b - 1) / 2, r;
    assert_true(fl_decimal_div(a, 0, b, 0, 38, 0, &r));
    assert_string_equal(text_of(r, 0), "10000001");
    assert_true(fl_decimal_div(a - 10, 0, b, 0, 38, 0, &r));
    assert_string_equal(text_of(r, 0), "10000000");
}

static void texts_become_decimals_as_in_flink(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int precision, scale;
        const char *result; /* NULL: BAD; "": OVERFLOW */
    } cases[] = {
        {"-1.255", 10, 2, "-1.26"},
        {"-1.245", 10, 2, "-1.25"},
        {"1.5", 5, 0, "2"},
        {"-0.5", 5, 0, "-1"},
        {"0.04", 2, 1, "0.0"},
        {"9.94", 2, 1, "9.9"},
        {"9.95", 2, 1, ""},
        {"99.994", 4, 2, "99.99"},
        {"99.995", 4, 2, ""},
        {"-0.004", 3, 2, "0.00"},
        {"1", 10, 4, "1.0000"},
        {"12345.6785", 8, 3, "12345.679"},
        {"0", 20, 5, "0.00000"},
        {".5", 20, 5, "0.50000"},
        {"5.", 20, 5, "5.00000"},
        {"+7", 20, 5, "7.00000"},
        {"4e-6", 20, 5, "0.00000"},
        {"5e-6", 20, 5, "0.00001"},
        {"1e14", 20, 5, "100000000000000.00000"},
        {"1E+2", 20, 5, "100.00000"},
        {"123456e-3", 20, 2, "123.46"},
        {"0.000123e5", 20, 2, "12.30"},
        {"1e999999999999", 20, 2, ""},
        {"0e999999999999", 20, 2, "0.00"},
        {"1e-999999999999", 20, 2, "0.00"},
        {"00000000000000000000000000000000000000000000000001.5", 3, 1, "1.5"},
        {"0.00000000000000000000000000000000000000000000000001", 38, 38, "0.00000000000000000000000000000000000000"},
        {"99999999999999999999999999999999999999.4", 38, 0, "99999999999999999999999999999999999999"},
        {"99999999999999999999999999999999999999.5", 38, 0, ""},
        {"340282366920938463463374607431768211457", 38, 0, ""},
        {"1234.5", 5, 2, ""},
        {"", 20, 5, NULL},
        {"-", 20, 5, NULL},
        {".", 20, 5, NULL},
        {"- 4", 20, 5, NULL},
        {" 4", 20, 5, NULL},
        {"abc", 20, 5, NULL},
        {"1.2.3", 20, 5, NULL},
        {"1e", 20, 5, NULL},
        {"1e+", 20, 5, NULL},
        {"1 2", 20, 5, NULL},
        {"Infinity", 20, 5, NULL},
        {"0x10", 20, 5, NULL},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_i128 x = 0;
        fl_number_error rc = fl_decimal_parse(fl_str_from(cases[i].text), cases[i].precision, cases[i].scale, &x);
        if (cases[i].result == NULL)
            assert_int_equal(rc, FL_NUMBER_BAD);
        else if (cases[i].result[0] == '\0')
            assert_int_equal(rc, FL_NUMBER_OVERFLOW);
        else {
            assert_int_equal(rc, FL_NUMBER_OK);
            assert_string_equal(text_of(x, cases[i].scale), cases[i].result);
        }
    }
}

static void every_decimal_survives_its_text(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        rng = seed;
        fl_i128 x = random_decimal(38), y = 0;
        int scale = below(39);
        fl_buf b;
        fl_buf_init(&b);
        fl_decimal_print(&b, x, scale);
        bool same = b.n <= 41 && fl_decimal_parse(fl_str_make(b.p, b.n), 38, scale, &y) == FL_NUMBER_OK && x == y;
        fl_buf_reset(&b);
        fl_decimal_print_row(&b, x, scale);
        same = same && fl_decimal_parse(fl_str_make(b.p, b.n), 38, scale, &y) == FL_NUMBER_OK && x == y;
        fl_buf_reset(&b);
        fl_decimal_print_java(&b, x, scale);
        same = same && fl_decimal_parse(fl_str_make(b.p, b.n), 38, scale, &y) == FL_NUMBER_OK && x == y;
        fl_buf_deinit(&b);
        if (!same) fail_msg("seed %llu: %s", (unsigned long long)seed, text_of(x, scale));
    }
}

static void decimals_print_as_java_prints_them(void **state) {
    (void)state;
    static const struct {
        const char *value;
        int scale;
        const char *row, *stripped;
    } cases[] = {
        {"0", 0, "0", "0"},
        {"0", 6, "0.000000", "0"},
        {"0", 7, "0E-7", "0"},
        {"0", 10, "0E-10", "0"},
        {"0.0000001", 7, "1E-7", "1E-7"},
        {"0.000001", 6, "0.000001", "0.000001"},
        {"0.000000027", 9, "2.7E-8", "2.7E-8"},
        {"100000", 0, "100000", "1E+5"},
        {"100.00", 2, "100.00", "1E+2"},
        {"-1200.0", 1, "-1200.0", "-1.2E+3"},
        {"12.50", 2, "12.50", "12.5"},
        {"1000000000000000000000000000000", 0, "1000000000000000000000000000000", "1E+30"},
        {"0.0000000001000000000100000000", 38, "1.0000000001000000000000000000E-10", "1.0000000001E-10"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_i128 x = dec(cases[i].value, cases[i].scale);
        fl_buf b;
        fl_buf_init(&b);
        fl_decimal_print_row(&b, x, cases[i].scale);
        assert_string_equal(fl_buf_cstr(&b), cases[i].row);
        fl_buf_reset(&b);
        fl_decimal_print_java(&b, x, cases[i].scale);
        assert_string_equal(fl_buf_cstr(&b), cases[i].stripped);
        fl_buf_deinit(&b);
    }
}

static void doubles_become_decimals_by_their_text(void **state) {
    (void)state;
    static const struct {
        double d;
        int precision, scale;
        const char *result;
    } cases[] = {
        {0.1, 38, 20, "0.10000000000000000000"},
        {1.005, 10, 2, "1.01"},
        {2.675, 10, 2, "2.68"},
        {-1.005, 10, 2, "-1.01"},
        {1e20, 38, 0, "100000000000000000000"},
        {1e20, 20, 0, NULL},
        {5e-11, 20, 10, "0.0000000001"},
        {123456789.987654321, 20, 5, "123456789.98765"},
        {1.0 / 3.0, 38, 30, "0.333333333333333300000000000000"},
        {0.1 + 0.2, 38, 20, "0.30000000000000004000"},
        {-0.0, 5, 2, "0.00"},
        {(float)1e37, 38, 0, "9999999933815813000000000000000000000"},
        {99.995, 4, 2, NULL},
        {1e300, 38, 0, NULL},
        {1e-300, 38, 38, "0.00000000000000000000000000000000000000"},
        {NAN, 38, 0, NULL},
        {INFINITY, 38, 0, NULL},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_i128 x;
        assert_int_equal(fl_decimal_from_double(cases[i].d, cases[i].precision, cases[i].scale, &x),
                         cases[i].result != NULL);
        if (cases[i].result != NULL) assert_string_equal(text_of(x, cases[i].scale), cases[i].result);
    }
}

static void decimals_become_the_nearest_double(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 50000; seed++) {
        rng = seed;
        fl_i128 x = random_decimal(below(2) ? 38 : 17);
        int scale = below(39);
        double want = strtod(text_of(x, scale), NULL), got = fl_decimal_to_double(x, scale);
        if (want != got) fail_msg("seed %llu: %s gives %.17g", (unsigned long long)seed, text_of(x, scale), got);
    }
}

/* ---- floating point ---- */

static void assert_double_prints(double d, const char *want) {
    fl_buf b;
    fl_buf_init(&b);
    fl_double_print(&b, d);
    assert_string_equal(fl_buf_cstr(&b), want);
    fl_buf_deinit(&b);
}

static void assert_float_prints(float f, const char *want) {
    fl_buf b;
    fl_buf_init(&b);
    fl_float_print(&b, f);
    assert_string_equal(fl_buf_cstr(&b), want);
    fl_buf_deinit(&b);
}

static void doubles_print_as_in_flink(void **state) {
    (void)state;
    static const struct {
        double d;
        const char *text;
    } cases[] = {
        {0, "0.0"},
        {-0.0, "-0.0"},
        {100, "100.0"},
        {1.0 / 3.0, "0.3333333333333333"},
        {1e6, "1000000.0"},
        {9999999, "9999999.0"},
        {1e7, "1.0E7"},
        {12345678, "1.2345678E7"},
        {0.001, "0.001"},
        {0.0001, "1.0E-4"},
        {1e10, "1.0E10"},
        {1e16, "1.0E16"},
        {1e22, "1.0E22"},
        {1e23, "9.999999999999999E22"},
        {2e23, "1.9999999999999998E23"},
        {8.41e21, "8.409999999999999E21"},
        {1e100, "1.0E100"},
        {1e308, "1.0E308"},
        {1.7976931348623157e308, "1.7976931348623157E308"},
        {2.2250738585072014e-308, "2.2250738585072014E-308"},
        {4.9e-324, "4.9E-324"},
        {1e-323, "1.0E-323"},
        {2.17e-322, "2.17E-322"},
        {0.1 + 0.2, "0.30000000000000004"},
        {100 * 1.1, "110.00000000000001"},
        {9007199254740993.0, "9.007199254740992E15"},
        {4611686018427387904.0, "4.6116860184273879E18"},
        {-1.5e-5, "-1.5E-5"},
        {1.2345678912345679e8, "1.2345678912345679E8"},
        {1e-38, "1.0E-38"},
        {1e-45, "1.0E-45"},
        {3.141592653589793, "3.141592653589793"},
        {2.718281828459045, "2.718281828459045"},
        {1.5811388300841898, "1.5811388300841898"},
        {NAN, "NaN"},
        {INFINITY, "Infinity"},
        {-INFINITY, "-Infinity"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) assert_double_prints(cases[i].d, cases[i].text);
}

static void floats_print_as_in_flink(void **state) {
    (void)state;
    static const struct {
        float f;
        const char *text;
    } cases[] = {
        {0.0f, "0.0"},
        {-0.0f, "-0.0"},
        {-1.0f, "-1.0"},
        {0.1f, "0.1"},
        {16777216.0f, "1.6777216E7"},
        {1e7f, "1.0E7"},
        {0.0001f, "1.0E-4"},
        {3.3e10f, "3.29999995E10"},
        {2e9f, "2.0E9"},
        {123456789.0f, "1.23456792E8"},
        {9007199254740993.0f, "9.0071993E15"},
        {3.4028235e38f, "3.4028235E38"},
        {1.4e-45f, "1.4E-45"},
        {1.1754944e-38f, "1.17549435E-38"},
        {1e-43f, "1.0E-43"},
        {NAN, "NaN"},
        {-INFINITY, "-Infinity"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) assert_float_prints(cases[i].f, cases[i].text);
}

/* Any bits, numbers with few digits, whole numbers, subnormals. */
static double random_double(void) {
    uint64_t bits = next_u64();
    double d;
    switch (below(5)) {
    case 0: return (double)(below(2000001) - 1000000) / (double)fl_pow10_i64[below(9)];
    case 1: return (double)(int64_t)(bits >> below(64));
    case 2: return ldexp(1 + (double)below(3), below(2090) - 1074);
    case 3: bits >>= 12 + below(52); break;
    default: break;
    }
    memcpy(&d, &bits, sizeof d);
    return isfinite(d) ? d : 1.5;
}

static int significant_digits(const char *text) {
    int n = 0, zeros = 0;
    for (; *text != '\0' && *text != 'E'; text++) {
        if (*text < '0' || *text > '9' || (n == 0 && *text == '0')) continue;
        n++;
        zeros = *text == '0' ? zeros + 1 : 0;
    }
    return n - zeros;
}

static void every_double_survives_its_text_and_no_shorter_text_does(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    for (uint64_t seed = 1; seed <= 60000; seed++) {
        rng = seed;
        double d = random_double(), back = 0;
        fl_buf_reset(&b);
        fl_double_print(&b, d);
        const char *text = fl_buf_cstr(&b);
        if (strtod(text, NULL) != d || !fl_double_parse(fl_str_from(text), &back) || back != d)
            fail_msg("seed %llu: %.17g prints as %s", (unsigned long long)seed, d, text);
        int n = significant_digits(text);
        bool whole = d == floor(d) && fabs(d) < 0x1p63; /* printed in full */
        bool power = frexp(fabs(d), &(int){0}) == 0.5;  /* with a narrower margin */
        if (n <= 2 || whole || power) continue;
        char shorter[64];
        snprintf(shorter, sizeof shorter, "%.*e", n - 2, d);
        if (strtod(shorter, NULL) == d)
            fail_msg("seed %llu: %s would do for %s", (unsigned long long)seed, shorter, text);
    }
    fl_buf_deinit(&b);
}

static void every_float_survives_its_text(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    for (uint64_t seed = 1; seed <= 60000; seed++) {
        rng = seed;
        uint32_t bits = (uint32_t)next_u64() >> (below(4) ? 0 : below(32));
        float f, back = 0;
        memcpy(&f, &bits, sizeof f);
        if (!isfinite(f)) continue;
        fl_buf_reset(&b);
        fl_float_print(&b, f);
        if (!fl_float_parse(fl_str_make(b.p, b.n), &back) || back != f || strtof(fl_buf_cstr(&b), NULL) != f)
            fail_msg("seed %llu: %.9g prints as %s", (unsigned long long)seed, f, fl_buf_cstr(&b));
    }
    fl_buf_deinit(&b);
}

static void texts_become_the_nearest_double_and_float(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 100000; seed++) {
        rng = seed;
        char text[80];
        int n = 0, digits = 1 + below(below(8) ? 20 : 40), point = below(digits + 1);
        for (int i = 0; i < digits; i++) {
            if (i == point) text[n++] = '.';
            text[n++] = (char)('0' + (below(6) ? below(10) : 0));
        }
        if (below(2)) n += sprintf(text + n, "e%d", below(4) ? below(61) - 30 : below(700) - 350);
        text[n] = '\0';
        double d;
        float f;
        if (!fl_double_parse(fl_str_make(text, (size_t)n), &d) || d != strtod(text, NULL))
            fail_msg("seed %llu: %s", (unsigned long long)seed, text);
        if (!fl_float_parse(fl_str_make(text, (size_t)n), &f) || f != strtof(text, NULL))
            fail_msg("seed %llu: %s as a float", (unsigned long long)seed, text);
    }
}

static void doubles_are_read_as_in_flink(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0},
        {"-1.5", -1.5},
        {"+1.5", 1.5},
        {".5", 0.5},
        {"5.", 5},
        {"1E-3", 0.001},
        {"1e400", INFINITY},
        {"-1e400", -INFINITY},
        {"1e-400", 0},
        {"  2.5  ", 2.5},
        {"\t2.5\n", 2.5},
        {"Infinity", INFINITY},
        {"+Infinity", INFINITY},
        {"-Infinity", -INFINITY},
        {"1f", 1},
        {"1.5F", 1.5},
        {"1.5D", 1.5},
        {"1e3d", 1000},
        {"0x1p3", 8},
        {"-0x1.8p1", -3},
        {"0x.8p1f", 1},
        {"9007199254740993", 9007199254740992.0},
        {"4.9e-324", 4.9e-324},
        {"3.4028236e38", 3.4028236e38},
        {"0000000000000000000000000000000000000000000000012.5", 12.5},
        {"0.0000000000000000000000000000000000000000000000125", 1.25e-47},
    };
    static const char *const bad[] = {"",     " ",     "abc", "nan",  "infinity", "Inf",  "1,5",   "2 .5", ".",
                                      "-",    "1e",    "1e+", "1.5x", "1_000",    "1ff",  "0x",    "0x1",  "0x1p",
                                      "0xp1", "0x.p1", "e5",  "--1",  "1.2.3",    "NaNx", "0x1p3q"};
    double d;
    for (size_t i = 0; i < FL_ARRAY_LEN(good); i++) {
        assert_true(fl_double_parse(fl_str_from(good[i].text), &d));
        assert_true(d == good[i].value);
    }
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++) assert_false(fl_double_parse(fl_str_from(bad[i]), &d));
    assert_true(fl_double_parse(fl_str_from("NaN"), &d) && isnan(d));
    assert_true(fl_double_parse(fl_str_from("-0"), &d) && d == 0 && signbit(d));
    float f;
    assert_true(fl_float_parse(fl_str_from("3.4028235e38"), &f) && f == 3.4028235e38f);
    assert_true(fl_float_parse(fl_str_from("3.4028236e38"), &f) && isinf(f));
    assert_true(fl_float_parse(fl_str_from("4.9e-324"), &f) && f == 0);
    /* halfway to the eye of a double, a little more in truth */
    assert_true(fl_float_parse(fl_str_from("1.00000017881393432617187499"), &f) && f == 1.00000011920928955f);
    assert_true(fl_float_parse(fl_str_from("1.0000001788139343263"), &f) && f == 1.00000023841857910f);
}

static void long_texts_of_numbers_are_read_too(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    double d;
    fl_buf_puts(&b, "0.");
    for (int i = 0; i < 5000; i++) fl_buf_putc(&b, '0');
    fl_buf_puts(&b, "1e5001");
    assert_true(fl_double_parse(fl_str_make(b.p, b.n), &d));
    assert_true(d == 1);
    fl_buf_deinit(&b);
}

static void a_comma_in_the_locale_changes_nothing(void **state) {
    (void)state;
    static const char *const names[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE"};
    for (size_t i = 0; i < FL_ARRAY_LEN(names) && setlocale(LC_NUMERIC, names[i]) == NULL; i++) continue;
    double d;
    assert_true(fl_double_parse(fl_str_from("1.25000000000000000000000000001"), &d));
    assert_true(d == 1.25);
    setlocale(LC_NUMERIC, "C");
}

/* ---- integers ---- */

static void integers_are_read_to_their_limits(void **state) {
    (void)state;
    int64_t x = 0;
    assert_int_equal(fl_i64_parse(fl_str_from("9223372036854775807"), &x), FL_NUMBER_OK);
    assert_true(x == INT64_MAX);
    assert_int_equal(fl_i64_parse(fl_str_from("-9223372036854775808"), &x), FL_NUMBER_OK);
    assert_true(x == INT64_MIN);
    assert_int_equal(fl_i64_parse(fl_str_from("+00000000000000000000007"), &x), FL_NUMBER_OK);
    assert_true(x == 7);
    static const char *const overflow[] = {"9223372036854775808", "-9223372036854775809", "99999999999999999999999"};
    for (size_t i = 0; i < FL_ARRAY_LEN(overflow); i++)
        assert_int_equal(fl_i64_parse(fl_str_from(overflow[i]), &x), FL_NUMBER_OVERFLOW);
    static const char *const bad[] = {"", "-", "+", "1 ", " 1", "1.0", "1e3", "--5", "0x1", "99999999999999999999999a"};
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++)
        assert_int_equal(fl_i64_parse(fl_str_from(bad[i]), &x), FL_NUMBER_BAD);
}

static void every_integer_survives_its_text(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    for (uint64_t seed = 1; seed <= 20000; seed++) {
        rng = seed;
        int64_t x = (int64_t)(next_u64() >> below(64)) * (below(2) ? 1 : -1), y = 0;
        if (below(50) == 0) x = INT64_MIN;
        if (seed < 10000) x = (int64_t)seed * (below(2) ? 1 : 10000) * (below(2) ? 1 : 100000000); /* each four digits */
        char want[32];
        snprintf(want, sizeof want, "%lld", (long long)x);
        fl_buf_reset(&b);
        fl_i64_print(&b, x);
        if (strcmp(fl_buf_cstr(&b), want) != 0 || fl_i64_parse(fl_str_make(b.p, b.n), &y) != FL_NUMBER_OK || x != y)
            fail_msg("seed %llu: %s prints as %s", (unsigned long long)seed, want, fl_buf_cstr(&b));
    }
    fl_buf_deinit(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arithmetic_agrees_with_schoolbook_arithmetic),
        cmocka_unit_test(comparison_and_rescaling_agree_with_the_model),
        cmocka_unit_test(arithmetic_gives_what_flink_gives),
        cmocka_unit_test(a_quotient_is_rounded_to_38_digits_first),
        cmocka_unit_test(texts_become_decimals_as_in_flink),
        cmocka_unit_test(every_decimal_survives_its_text),
        cmocka_unit_test(decimals_print_as_java_prints_them),
        cmocka_unit_test(doubles_become_decimals_by_their_text),
        cmocka_unit_test(decimals_become_the_nearest_double),
        cmocka_unit_test(doubles_print_as_in_flink),
        cmocka_unit_test(floats_print_as_in_flink),
        cmocka_unit_test(every_double_survives_its_text_and_no_shorter_text_does),
        cmocka_unit_test(every_float_survives_its_text),
        cmocka_unit_test(texts_become_the_nearest_double_and_float),
        cmocka_unit_test(doubles_are_read_as_in_flink),
        cmocka_unit_test(long_texts_of_numbers_are_read_too),
        cmocka_unit_test(a_comma_in_the_locale_changes_nothing),
        cmocka_unit_test(integers_are_read_to_their_limits),
        cmocka_unit_test(every_integer_survives_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
