/* SPDX-License-Identifier: Apache-2.0 */
/* java_math.c -- sine, cosine and hyperbolic cosine by the polynomials that Java prescribes.
 *
 * What:       java.lang.StrictMath is defined by the algorithms of fdlibm: which polynomial, evaluated in which order.
 *             Both libraries are right to less than a unit in the last place, but they err on different numbers, and
 *             the last digit shows: SIN(2.5) ends in 4 there and in 5 here.
 * Sine:       x is brought to y + z, a quarter turn at most around 0, with z what y's rounding has left; one
 *             polynomial is the sine of that, one its cosine. Beyond 2^20 the C library answers.
 * Cosh:       (e^x + 1 / e^x) / 2, by an e^x that is exact to less than a unit only, as in fdlibm.
 */
#include "expr/java_math.h"

#include <math.h>

/* c[0] + x (c[1] + x (c[2] + …)) */
static inline double polynomial(const double *c, int n, double x) {
    double sum = c[n - 1];
    for (int i = n - 2; i >= 0; i--) sum = c[i] + x * sum;
    return sum;
}

/* ---- sine and cosine ---- */

/* sin(y + z) */
static double near_sin(double y, double z) {
    static const double s[] = {8.33333333332248946124e-03, -1.98412698298579493134e-04, 2.75573137070700676789e-06,
                               -2.50507602534068634195e-08, 1.58969099521155010221e-10};
    const double s1 = -1.66666666666666324348e-01;
    double square = y * y, cube = square * y, rest = polynomial(s, 5, square);
    return y - ((square * (0.5 * z - cube * rest) - z) - cube * s1);
}

/* cos(y + z): 1 - square / 2 is split so that nothing is lost where it is small. */
static double near_cos(double y, double z) {
    static const double c[] = {4.16666666666666019037e-02,  -1.38888888888741095749e-03, 2.48015872894767294178e-05,
                               -2.75573143513906633035e-07, 2.08757232129817482790e-09,  -1.13596475577881948265e-11};
    double square = y * y, rest = square * polynomial(c, 6, square), size = fabs(y), part = 0;
    if (size >= 0x1.33333p-2) { /* 0.3 */
        int exponent;
        double head = frexp(size, &exponent);
        head = ldexp((double)(long)ldexp(head, 21), exponent - 21); /* its first 21 bits */
        part = size > 0.78125 ? 0.28125 : head / 4;
    }
    return (1.0 - part) - ((0.5 * square - part) - (square * rest - y * z));
}

/* A quarter turn in pieces of 33 bits, each with what is left of it: n times a piece is exact. */
static const struct {
    double head, rest;
} quarter[] = {{1.57079632673412561417e+00, 6.07710050650619224932e-11},
               {6.07710050630396597660e-11, 2.02226624879595063154e-21},
               {2.02226624871116645580e-21, 8.47842766036889956997e-32}};

/* Quarter turns in x, modulo 4; *y + *z is what is left. Where x lies near one, more pieces are needed. */
static int turn(double x, double *y, double *z) {
    static const int lost_bits[] = {16, 49, 1100};
    double size = fabs(x);
    int exponent, left_exponent, piece = 0;
    *y = x;
    *z = 0;
    if (size <= 0.78539816339744830962) return 0;
    int n = (int)(size * 6.36619772367581382433e-01 + 0.5);
    double r = size - n * quarter[0].head, w = n * quarter[0].rest;
    frexp(size, &exponent);
    for (*y = r - w; frexp(*y, &left_exponent), exponent - left_exponent > lost_bits[piece]; *y = r - w) {
        double before = r;
        w = n * quarter[++piece].head;
        r = before - w;
        w = n * quarter[piece].rest - ((before - r) - w);
    }
    *z = (r - *y) - w;
    if (x > 0) return n & 3;
    *y = -*y;
    *z = -*z;
    return -n & 3;
}

enum { FAR = 1 << 20 };

double fl_java_sin(double x) {
    double y, z;
    if (!(fabs(x) < FAR)) return sin(x);
    switch (turn(x, &y, &z)) {
    case 0: return near_sin(y, z);
    case 1: return near_cos(y, z);
    case 2: return -near_sin(y, z);
    default: return -near_cos(y, z);
    }
}

double fl_java_cos(double x) {
    double y, z;
    if (!(fabs(x) < FAR)) return cos(x);
    switch (turn(x, &y, &z)) {
    case 0: return near_cos(y, z);
    case 1: return -near_sin(y, z);
    case 2: return -near_cos(y, z);
    default: return near_sin(y, z);
    }
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
