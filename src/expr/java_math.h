/* SPDX-License-Identifier: Apache-2.0 */
/* java_math.h -- functions of DOUBLE to the last bit as Java has them, where the C library's answer is another one. */
#ifndef FL_EXPR_JAVA_MATH_H
#define FL_EXPR_JAVA_MATH_H

double fl_java_sin(double x);
double fl_java_cos(double x);
double fl_java_cosh(double x);

#endif
