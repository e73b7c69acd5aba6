/* SPDX-License-Identifier: Apache-2.0 */
/* java_math.h -- functions of DOUBLE to the last bit as Java has them, where the C library's answer is another one.
 *
 * Arguments and errors are those of the C functions of the same names; nothing sets errno. */
#ifndef FL_EXPR_JAVA_MATH_H
#define FL_EXPR_JAVA_MATH_H

double fl_java_sin(double x);
double fl_java_cos(double x);
double fl_java_tan(double x);
double fl_java_log10(double x);
double fl_java_asin(double x);
double fl_java_acos(double x);
double fl_java_atan(double x);
double fl_java_atan2(double y, double x);
double fl_java_cosh(double x);

#endif
