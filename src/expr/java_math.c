/* SPDX-License-Identifier: Apache-2.0 */
/* java_math.c -- mathematical functions whose last digit is another one in Java than in the C library.
 *
 * What:       All libraries are right to less than a unit in the last place, but they err on different numbers, and the
 *             last digit shows. Each function here is the way that Java takes:
 * Prescribed: arc functions and the hyperbolic cosine are java.lang.StrictMath's, which is defined by the algorithms of
 *             fdlibm: which polynomial, evaluated in which order. The C library differs on 3 to 5 of 100 numbers.
 * Machine:    sine and cosine are the virtual machine's own on x86-64, of Intel's mathematical library: of the nearest
 *             multiple of pi / 32 from a table, and of the rest by a polynomial. That is the DOUBLE nearest to the true
 *             value but for 2 of 1,000 numbers, among them SIN(2.5), whose sine lies halfway between two.
 * Nearest:    so are tangents, powers and logarithms, and the C library answers for most of them. Tangent and the
 *             logarithm to base 10, on which it errs more often, are rounded from more digits here.
 */
#include "expr/java_math.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* c[0] + x (c[1] + x (c[2] + …)) */
static inline double polynomial(const double *c, int n, double x) {
    double sum = c[n - 1];
    for (int i = n - 2; i >= 0; i--) sum = c[i] + x * sum;
    return sum;
}

static uint64_t bits_of(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double of_bits(uint64_t bits) {
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Exponent and the first 20 bits of the fraction, without the sign. */
static int64_t high_word(double x) { return (int64_t)(bits_of(fabs(x)) >> 32); }

/* x without the last 32 bits of its fraction: the square of that is exact. */
static double first_bits(double x) { return of_bits(bits_of(x) & ~(uint64_t)UINT32_MAX); }

double fl_java_tan(double x) { return (double)tanl((long double)x); }
double fl_java_log10(double x) { return (double)log10l((long double)x); }

/* ---- sine and cosine ---- */

enum { STEPS = 64 }; /* in a full turn: pi / 32 each */

/* The sine of `step` steps: the nearest DOUBLE, and what is left of it. */
static void sine_of_step(int step, double *nearest, double *rest) {
    static const struct {
        double nearest, rest;
    } quadrant[STEPS / 4 + 1] = {
        {0, 0},
        {0x1.917a6bc29b42cp-4, -0x1.e2718d26ed688p-60},
        {0x1.8f8b83c69a60bp-3, -0x1.26d19b9ff8d82p-57},
        {0x1.294062ed59f06p-2, -0x1.5d28da2c4612dp-56},
        {0x1.87de2a6aea963p-2, -0x1.72cedd3d5a610p-57},
        {0x1.e2b5d3806f63bp-2, 0x1.e0d891d3c6841p-58},
        {0x1.1c73b39ae68c8p-1, 0x1.b25dd267f6600p-55},
        {0x1.44cf325091dd6p-1, 0x1.8076a2cfdc6b3p-57},
        {0x1.6a09e667f3bcdp-1, -0x1.bdd3413b26456p-55},
        {0x1.8bc806b151741p-1, -0x1.2c5e12ed1336dp-55},
        {0x1.a9b66290ea1a3p-1, 0x1.9f630e8b6dac8p-60},
        {0x1.c38b2f180bdb1p-1, -0x1.6e0b1757c8d07p-56},
        {0x1.d906bcf328d46p-1, 0x1.457e610231ac2p-56},
        {0x1.e9f4156c62ddap-1, 0x1.760b1e2e3f81ep-55},
        {0x1.f6297cff75cb0p-1, 0x1.562172a361fd3p-56},
        {0x1.fd88da3d12526p-1, -0x1.87df6378811c7p-55},
        {1, 0},
    };
    int half = step % (STEPS / 2), i = half <= STEPS / 4 ? half : STEPS / 2 - half;
    double sign = step < STEPS / 2 ? 1 : -1;
    *nearest = sign * quadrant[i].nearest;
    *rest = sign * quadrant[i].rest;
}

/* sin(x + ahead steps). With x = b + r + c, b being the nearest step, r the rest of x and c what r's rounding has lost,
 * it is S + r C + S (cos r - 1) + C (sin r - r + c) with S, C the sine and cosine of b. The cosine is taken apart into
 * a power of two, whose product with r is exact, and the difference to it. */
static double machine_sine(double x, int ahead) {
    static const double step_1 = 0x1.921fb544p-4, step_2 = 0x1.0b4611a6p-38, step_3 = 0x1.3198a2e037073p-73,
                        steps_per_unit = 0x1.45f306dc9c883p+3;
    int n = (int)(x * steps_per_unit + copysign(0.5, x)), at = (n + ahead) & (STEPS - 1);
    double s, s_rest, c, c_rest;
    sine_of_step(at, &s, &s_rest);
    sine_of_step((at + STEPS / 4) & (STEPS - 1), &c, &c_rest);
    double power = of_bits((bits_of(c) + (1ull << 51)) & ~((1ull << 52) - 1)), difference = (c - power) + c_rest;
    double cosine = difference + power;

    double before = x - n * step_1, r = before - n * step_2;
    double minus_lost = n * step_3 - ((before - r) - n * step_2);
    double square = r * r, fourth = square * square;
    double of_sin = (-0x1.5555555555555p-3 + 0x1.1111111111111p-7 * square) +
                    (-0x1.a01a01a01a01ap-13 + 0x1.71de3a556c734p-19 * before * r) * fourth;
    double of_cos =
        (-0.5 + 0x1.5555555555555p-5 * square) + (-0x1.6c16c16c16c17p-10 + 0x1.a01a01a01a01ap-16 * before * r) * fourth;

    double high = power * r, middle = difference * r, sum = s + high, result = sum + middle;
    double low = minus_lost * (s * r - cosine) + s_rest;
    low += (s - sum) + high;
    low += (sum - result) + middle;
    low += of_sin * (cosine * r * square);
    low += of_cos * (s * square);
    return result + low;
}

/* Where the machine takes other ways the C library answers: beyond, more of pi is needed. */
static bool is_near(double x) { return fabs(x) < 90112 && fabs(x) >= 0x1p-252; }

double fl_java_sin(double x) { return is_near(x) ? machine_sine(x, 0) : sin(x); }
double fl_java_cos(double x) { return is_near(x) ? machine_sine(x, STEPS / 4) : cos(x); }

/* ---- arc sine and arc cosine ---- */

static const double half_pi = 1.57079632679489655800e+00, half_pi_rest = 6.12323399573676603587e-17,
                    pi = 3.1415926535897931160e+00, pi_rest = 1.2246467991473531772e-16;

/* (asin(x) - x) / x, by square = x * x up to 1/4 */
static double asin_excess(double square) {
    static const double p[] = {1.66666666666666657415e-01,  -3.25565818622400915405e-01, 2.01212532134862925881e-01,
                               -4.00555345006794114027e-02, 7.91534994289814532176e-04,  3.47933107596021167570e-05};
    static const double q[] = {1.0, -2.40339491173441421878e+00, 2.02094576023350569471e+00,
                               -6.88283971605453293030e-01, 7.70381505559019352791e-02};
    return (square * polynomial(p, 6, square)) / polynomial(q, 5, square);
}

/* Beyond 1/2, by the half of the angle that is left to a right one. */
double fl_java_asin(double x) {
    double size = fabs(x);
    if (!(size < 1)) return size == 1 ? x * half_pi + x * half_pi_rest : NAN;
    if (size < 0x1p-27) return x;
    if (size < 0.5) return x + x * asin_excess(x * x);
    double square = (1.0 - size) * 0.5, excess = asin_excess(square), root = sqrt(square), angle;
    if (size >= 0x1.f3333p-1) { /* 0.975 */
        angle = half_pi - (2.0 * (root + root * excess) - half_pi_rest);
    } else {
        double first = first_bits(root), rest = (square - first * first) / (root + first);
        double p = 2.0 * root * excess - (half_pi_rest - 2.0 * rest), q = half_pi / 2 - 2.0 * first;
        angle = half_pi / 2 - (p - q);
    }
    return x > 0 ? angle : -angle;
}

double fl_java_acos(double x) {
    double size = fabs(x);
    if (!(size < 1)) return x == 1 ? 0 : x == -1 ? pi : NAN;
    if (size < 0x1p-57) return half_pi;
    if (size < 0.5) return half_pi - (x - (half_pi_rest - x * asin_excess(x * x)));
    double square = (1.0 - size) * 0.5, excess = asin_excess(square), root = sqrt(square);
    if (x < 0) return pi - 2.0 * (root + (excess * root - half_pi_rest));
    double first = first_bits(root), rest = (square - first * first) / (root + first);
    return 2.0 * (first + (excess * root + rest));
}

/* ---- arc tangent ---- */

/* Beyond 7/16 the angle is that to the nearest of four directions, and the rest of it is small. */
double fl_java_atan(double x) {
    static const struct {
        double angle, rest;
    } directions[] = {{4.63647609000806093515e-01, 2.26987774529616870924e-17},  /* atan(0.5) */
                      {7.85398163397448278999e-01, 3.06161699786838301793e-17},  /* atan(1) */
                      {9.82793723247329054082e-01, 1.39033110312309984516e-17},  /* atan(1.5) */
                      {1.57079632679489655800e+00, 6.12323399573676603587e-17}}; /* atan(infinity) */
    static const double even[] = {3.33333333333329318027e-01, 1.42857142725034663711e-01, 9.09088713343650656196e-02,
                                  6.66107313738753120669e-02, 4.97687799461593236017e-02, 1.62858201153657823623e-02};
    static const double odd[] = {-1.99999999998764832476e-01, -1.11111104054623557880e-01, -7.69187620504482999495e-02,
                                 -5.83357013379057348645e-02, -3.65315727442169155270e-02};
    double size = fabs(x), t = x;
    int to = -1;
    if (x != x || size < 0x1p-29) return x;
    if (size >= 0x1p66) return copysign(half_pi + half_pi_rest, x);
    if (size >= 2.4375) {
        to = 3;
        t = -1.0 / size;
    } else if (size >= 1.1875) {
        to = 2;
        t = (size - 1.5) / (1.0 + 1.5 * size);
    } else if (size >= 0.6875) {
        to = 1;
        t = (size - 1.0) / (size + 1.0);
    } else if (size >= 0.4375) {
        to = 0;
        t = (2.0 * size - 1.0) / (2.0 + size);
    }
    double square = t * t, fourth = square * square;
    double less = t * (square * polynomial(even, 6, fourth) + fourth * polynomial(odd, 5, fourth));
    if (to < 0) return t - less;
    return copysign(directions[to].angle - ((less - directions[to].rest) - t), x);
}

/* Where y is far greater than x, or far less, the quotient does not matter. */
double fl_java_atan2(double y, double x) {
    if (!isfinite(x) || !isfinite(y) || x == 0 || y == 0) return atan2(y, x);
    if (x == 1) return fl_java_atan(y);
    int binary_digits = (int)((high_word(y) - high_word(x)) >> 20);
    double angle;
    if (binary_digits > 60)
        angle = half_pi + 0.5 * pi_rest;
    else if (x < 0 && binary_digits < -60)
        angle = 0;
    else
        angle = fl_java_atan(fabs(y / x));
    if (x < 0) angle = pi - (angle - pi_rest);
    return y < 0 ? -angle : angle;
}

/* ---- hyperbolic cosine ---- */

/* e^x for 0.34 < x < 710: x = k ln 2 + r, and e^r by a fraction. */
static double prescribed_exp(double x) {
    static const double p[] = {1.66666666666666019037e-01, -2.77777777770155933842e-03, 6.61375632143793436117e-05,
                               -1.65339022054652515390e-06, 4.13813679705723846039e-08};
    const double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
    int k = x < 1.0397207708399179 ? 1 : (int)(1.44269504088896338700e+00 * x + 0.5);
    double high = x - k * ln2_high, low = k * ln2_low, r = high - low, square = r * r;
    double c = r - square * polynomial(p, 5, square);
    return ldexp(1.0 - ((low - (r * c) / (2.0 - c)) - high), k);
}

double fl_java_cosh(double x) {
    const double half_ln2 = 0.34657359027997264, exp_end = 709.782712893384;
    x = fabs(x);
    if (x < half_ln2) {
        double t = expm1(x), w = 1.0 + t;
        return x < 0x1p-55 ? w : 1.0 + (t * t) / (w + w);
    }
    if (x < 22) {
        double t = prescribed_exp(x);
        return 0.5 * t + 0.5 / t;
    }
    if (x < exp_end) return 0.5 * prescribed_exp(x);
    return cosh(x);
}
