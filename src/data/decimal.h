/* SPDX-License-Identifier: Apache-2.0 */
/* decimal.h -- exact decimal numbers of up to 38 digits: an integer and a scale kept beside it.
 *
 * A DECIMAL(p, s) value v is stored as v * 10^s. Functions give false where the result has more than `precision`
 * digits; Flink makes that NULL, silently.
 */
#ifndef FL_DATA_DECIMAL_H
#define FL_DATA_DECIMAL_H

#include "base/str.h"

extern const int64_t fl_pow10_i64[19]; /* 10^0 … 10^18 */
fl_i128 fl_pow10_i128(int n);          /* 0 <= n <= 38 */

/* |x| < 10^precision */
bool fl_decimal_fits(fl_i128 x, int precision);

/* From one scale to another, HALF_UP. */
bool fl_decimal_rescale(fl_i128 x, int from_scale, int to_scale, int to_precision, fl_i128 *out);

/* a (scale sa) op b (scale sb), exact, then HALF_UP to (precision, scale). div and mod: b must not be zero; the
 * quotient is first rounded to 38 significant digits, as Flink does. mod has the sign of a. */
bool fl_decimal_add(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out);
bool fl_decimal_sub(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out);
bool fl_decimal_mul(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out);
bool fl_decimal_div(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out);
bool fl_decimal_mod(fl_i128 a, int sa, fl_i128 b, int sb, int precision, int scale, fl_i128 *out);
int fl_decimal_cmp(fl_i128 a, int sa, fl_i128 b, int sb);

/* Plain text: -12.50. At most 41 bytes. */
void fl_decimal_print(fl_buf *out, fl_i128 x, int scale);
/* As Java's BigDecimal.stripTrailingZeros().toString() prints: 100.00 as 1E+2, 0.0000000001 as 1E-10, 12.50 as 12.5. */
void fl_decimal_print_java(fl_buf *out, fl_i128 x, int scale);
/* As Java's BigDecimal.toString() prints, hence Row.toString: the scale stays: 100.00, 1E-10, 0E-7, 12.50. */
void fl_decimal_print_row(fl_buf *out, fl_i128 x, int scale);

typedef enum fl_number_error { FL_NUMBER_OK, FL_NUMBER_BAD, FL_NUMBER_OVERFLOW } fl_number_error;
/* Reads [+-]digits[.digits][e[+-]digits] (all of s, no blanks), rounds HALF_UP to (precision, scale). */
fl_number_error fl_decimal_parse(fl_str s, int precision, int scale, fl_i128 *out);

/* Nearest double; from a double by its shortest text, as Flink's BigDecimal.valueOf. */
double fl_decimal_to_double(fl_i128 x, int scale);
bool fl_decimal_from_double(double d, int precision, int scale, fl_i128 *out); /* false for NaN and infinity too */

/* ---- floating point and integers as text ---- */

/* As Double.toString and Float.toString of Java 17: 1.0, 1.0E10, 1.0E-7, NaN, Infinity. Reading the text gives the
 * number back; it is the shortest such text but for whole numbers and ties (2e23 is 1.9999999999999998E23). */
void fl_double_print(fl_buf *out, double d);
void fl_float_print(fl_buf *out, float f);
/* Reads a whole text as Java's Double.parseDouble does (blanks at both ends, NaN, Infinity, 1e5, .5, 5., trailing d or
 * f, 0x1.8p3). The common case, up to 19 digits and a small exponent, is exact without strtod. */
bool fl_double_parse(fl_str s, double *out);
bool fl_float_parse(fl_str s, float *out);
/* [+-]digits, all of s. OVERFLOW if it does not fit. */
fl_number_error fl_i64_parse(fl_str s, int64_t *out);
void fl_i64_print(fl_buf *out, int64_t x);
/* Writes the digits of x to where there is this much room, which may be written to in full; returns how many they are. */
enum { FL_I64_TEXT = 24 };
int fl_i64_put(char to[FL_I64_TEXT], int64_t x);

#endif
