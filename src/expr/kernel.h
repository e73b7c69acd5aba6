/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.h -- how kernels are written: loops over the rows of a call, made per type from one list.
 *
 * A kernel is a plain function over primitive pointers. The macros below write the loop three times, for (column, column),
 * (column, constant) and (constant, column), with and without a selection, so that the compiler sees each as a simple
 * loop and vectorises it.
 */
#ifndef FL_EXPR_KERNEL_H
#define FL_EXPR_KERNEL_H

#include "expr/expr.h"

/* Runs BODY with `i` set to each row. */
#define FL_EACH_ROW(rows, i, BODY)                                                                                     \
    do {                                                                                                               \
        const uint16_t *each_sel_ = (rows).sel;                                                                        \
        const int each_n_ = (rows).n;                                                                                  \
        if (each_sel_ == NULL) {                                                                                       \
            for (int i = 0; i < each_n_; i++) {                                                                        \
                BODY;                                                                                                  \
            }                                                                                                          \
        } else {                                                                                                       \
            for (int each_k_ = 0; each_k_ < each_n_; each_k_++) {                                                      \
                const int i = each_sel_[each_k_];                                                                      \
                BODY;                                                                                                  \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

#define FL_KERNEL_ARGS                                                                                                 \
    fl_eval *ev FL_UNUSED, fl_kernel_call *call FL_UNUSED, fl_column *const *in FL_UNUSED, fl_column *out FL_UNUSED,   \
        fl_rows rows FL_UNUSED, fl_error *err FL_UNUSED

/* out[i] = EXPR(x), x of type A, result of type R. EXPR may mention x. */
#define FL_UNARY_KERNEL(name, A, R, EXPR)                                                                              \
    FL_CLONES static int name(FL_KERNEL_ARGS) {                                                                        \
        const A *a = in[0]->data;                                                                                      \
        R *o = out->data;                                                                                              \
        if (in[0]->constant) {                                                                                         \
            const A x = a[0];                                                                                          \
            const R y = (EXPR);                                                                                        \
            FL_EACH_ROW(rows, i, o[i] = y);                                                                            \
            return 0;                                                                                                  \
        }                                                                                                              \
        FL_EACH_ROW(rows, i, const A x = a[i]; o[i] = (EXPR));                                                         \
        return 0;                                                                                                      \
    }

/* out[i] = EXPR(x, y), x of type A, y of type B, result of type R. */
#define FL_BINARY_KERNEL(name, A, B, R, EXPR)                                                                          \
    FL_CLONES static int name(FL_KERNEL_ARGS) {                                                                        \
        const A *a = in[0]->data;                                                                                      \
        const B *b = in[1]->data;                                                                                      \
        R *o = out->data;                                                                                              \
        if (in[0]->constant && in[1]->constant) {                                                                      \
            const A x = a[0];                                                                                          \
            const B y = b[0];                                                                                          \
            const R z = (EXPR);                                                                                        \
            FL_EACH_ROW(rows, i, o[i] = z);                                                                            \
        } else if (in[0]->constant) {                                                                                  \
            const A x = a[0];                                                                                          \
            FL_EACH_ROW(rows, i, const B y = b[i]; o[i] = (EXPR));                                                     \
        } else if (in[1]->constant) {                                                                                  \
            const B y = b[0];                                                                                          \
            FL_EACH_ROW(rows, i, const A x = a[i]; o[i] = (EXPR));                                                     \
        } else {                                                                                                       \
            FL_EACH_ROW(rows, i, const A x = a[i]; const B y = b[i]; o[i] = (EXPR));                                   \
        }                                                                                                              \
        return 0;                                                                                                      \
    }

/* Writes a bitmap from a condition COND(i) on rows: whole words where all rows are computed. */
#define FL_EACH_BIT(rows, bits, i, COND)                                                                               \
    do {                                                                                                               \
        uint8_t *bits_ = (bits);                                                                                       \
        if ((rows).sel == NULL) {                                                                                      \
            const int bits_n_ = (rows).n;                                                                              \
            int base_ = 0;                                                                                             \
            for (; base_ + 8 <= bits_n_; base_ += 8) {                                                                 \
                unsigned byte_ = 0;                                                                                    \
                for (int j_ = 0; j_ < 8; j_++) {                                                                       \
                    const int i = base_ + j_;                                                                          \
                    byte_ |= (unsigned)(bool)(COND) << j_;                                                             \
                }                                                                                                      \
                bits_[base_ >> 3] = (uint8_t)byte_;                                                                    \
            }                                                                                                          \
            for (int i = base_; i < bits_n_; i++) fl_bit_put(bits_, i, (COND));                                        \
        } else {                                                                                                       \
            FL_EACH_ROW(rows, i, fl_bit_put(bits_, i, (COND)));                                                        \
        }                                                                                                              \
    } while (0)

/* A comparison of two columns of type T: out bit = EXPR(x, y). */
#define FL_COMPARE_KERNEL(name, T, EXPR)                                                                               \
    FL_CLONES static int name(FL_KERNEL_ARGS) {                                                                        \
        const T *a = in[0]->data, *b = in[1]->data;                                                                    \
        if (in[0]->constant && in[1]->constant) {                                                                      \
            const T x = a[0], y = b[0];                                                                                \
            const bool z = (EXPR);                                                                                     \
            FL_EACH_BIT(rows, out->data, i, z);                                                                        \
        } else if (in[0]->constant) {                                                                                  \
            const T x = a[0];                                                                                          \
            FL_EACH_BIT(rows, out->data, i, ({ const T y = b[i]; (EXPR); }));                                          \
        } else if (in[1]->constant) {                                                                                  \
            const T y = b[0];                                                                                          \
            FL_EACH_BIT(rows, out->data, i, ({ const T x = a[i]; (EXPR); }));                                          \
        } else {                                                                                                       \
            FL_EACH_BIT(rows, out->data, i, ({ const T x = a[i], y = b[i]; (EXPR); }));                                \
        }                                                                                                              \
        return 0;                                                                                                      \
    }

/* A table of functions ends with a row of zeros. */
#define FL_FUNCTION_TABLE(name) const fl_function fl_functions_##name[]

/* For a kernel that finds its result NULL at row i. */
static inline void fl_kernel_null(fl_column *out, int i) {
    fl_column_need_valid(out);
    fl_bit_clear(out->valid, i);
}

/* A runtime failure at a value: "…: 'text'" with the text shortened. */
int fl_kernel_fail(fl_error *err, const fl_kernel_call *call, const char *fmt, ...) FL_PRINTF(3, 4);

#endif
