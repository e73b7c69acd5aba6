/* SPDX-License-Identifier: Apache-2.0 */
/* kernel.h -- how kernels are written: loops over the rows of a call, made per type from one list.
 *
 * A kernel is a plain function over primitive pointers. The macros below write the loop apart for (column, column),
 * (column, constant) and (constant, column), so that the compiler sees each as a simple loop and vectorises it; rows
 * picked by a selection share one loop in which a constant is read with step 0. If all arguments are constant, so is
 * the result: one value is computed and the column marked.
 *
 * What a kernel may touch depends on the flags of its function. Without COSTLY or FALLIBLE it may be given any row,
 * also one that is NULL or that nobody computed: it must not follow pointers and not overflow in a way that C leaves
 * open.
 */
#ifndef FL_EXPR_KERNEL_H
#define FL_EXPR_KERNEL_H

#include "base/bytes.h"
#include "expr/expr.h"

/* Runs what follows `i` with i set to each row. */
#define FL_EACH_ROW(rows, i, ...)                                                                                      \
    do {                                                                                                               \
        const uint16_t *each_sel_ = (rows).sel;                                                                        \
        const int each_n_ = (rows).n;                                                                                  \
        if (each_sel_ == NULL) {                                                                                       \
            for (int i = 0; i < each_n_; i++) { __VA_ARGS__; }                                                         \
        } else {                                                                                                       \
            for (int each_k_ = 0; each_k_ < each_n_; each_k_++) {                                                      \
                const int i = each_sel_[each_k_];                                                                      \
                __VA_ARGS__;                                                                                           \
            }                                                                                                          \
        }                                                                                                              \
    } while (0)

/* The k-th row. */
static inline int fl_row_at(fl_rows rows, int k) { return rows.sel ? rows.sel[k] : k; }

/* 0 for a constant column, whose only value stands for all rows; else 1. */
static inline int fl_column_step(const fl_column *c) { return !c->constant; }

#define FL_KERNEL_ARGS                                                                                                 \
    fl_eval *ev FL_UNUSED, fl_kernel_call *call FL_UNUSED, fl_column *const *in FL_UNUSED, fl_column *out FL_UNUSED,   \
        fl_rows rows FL_UNUSED, fl_error *err FL_UNUSED

/* A column that is one value for all rows. */
static inline void fl_make_constant(fl_column *out) {
    out->constant = true;
    out->n = 1;
}

/* For kernels that are not made by the macros below and whose arguments are all constant: the one row to compute. */
static inline fl_rows fl_constant_rows(fl_column *out, fl_rows rows) {
    if (rows.n == 0) return rows; /* nobody asks, and to compute might fail */
    fl_make_constant(out);
    return (fl_rows){NULL, 1};
}

/* out[i] = EXPR(x), x of type A, result of type R. EXPR may mention x, and what LET declares before the loop. */
#define FL_UNARY_KERNEL(name, A, R, EXPR) FL_UNARY_KERNEL_LET(name, A, R, , EXPR)
#define FL_UNARY_KERNEL_LET(name, A, R, LET, EXPR)                                                                     \
    FL_CLONES static int name(FL_KERNEL_ARGS) {                                                                        \
        const A *restrict a = in[0]->data;                                                                             \
        R *restrict o = out->data;                                                                                     \
        LET;                                                                                                           \
        if (in[0]->constant) {                                                                                         \
            const A x = a[0];                                                                                          \
            o[0] = (R)(EXPR);                                                                                          \
            fl_make_constant(out);                                                                                     \
            return 0;                                                                                                  \
        }                                                                                                              \
        FL_EACH_ROW(rows, i, const A x = a[i]; o[i] = (R)(EXPR));                                                      \
        return 0;                                                                                                      \
    }

/* out[i] = EXPR(x, y), x of type A, y of type B, result of type R. */
#define FL_BINARY_KERNEL(name, A, B, R, EXPR) FL_BINARY_KERNEL_LET(name, A, B, R, , EXPR)
#define FL_BINARY_KERNEL_LET(name, A, B, R, LET, EXPR)                                                                 \
    FL_CLONES static int name(FL_KERNEL_ARGS) {                                                                        \
        const A *restrict a = in[0]->data;                                                                             \
        const B *restrict b = in[1]->data;                                                                             \
        R *restrict o = out->data;                                                                                     \
        LET;                                                                                                           \
        if (in[0]->constant && in[1]->constant) {                                                                      \
            const A x = a[0];                                                                                          \
            const B y = b[0];                                                                                          \
            o[0] = (R)(EXPR);                                                                                          \
            fl_make_constant(out);                                                                                     \
        } else if (rows.sel != NULL) {                                                                                 \
            const int sa = fl_column_step(in[0]), sb = fl_column_step(in[1]);                                          \
            for (int k = 0; k < rows.n; k++) {                                                                         \
                const int i = rows.sel[k];                                                                             \
                const A x = a[i * sa];                                                                                 \
                const B y = b[i * sb];                                                                                 \
                o[i] = (R)(EXPR);                                                                                      \
            }                                                                                                          \
        } else if (in[0]->constant) {                                                                                  \
            const A x = a[0];                                                                                          \
            for (int i = 0; i < rows.n; i++) {                                                                         \
                const B y = b[i];                                                                                      \
                o[i] = (R)(EXPR);                                                                                      \
            }                                                                                                          \
        } else if (in[1]->constant) {                                                                                  \
            const B y = b[0];                                                                                          \
            for (int i = 0; i < rows.n; i++) {                                                                         \
                const A x = a[i];                                                                                      \
                o[i] = (R)(EXPR);                                                                                      \
            }                                                                                                          \
        } else {                                                                                                       \
            for (int i = 0; i < rows.n; i++) {                                                                         \
                const A x = a[i];                                                                                      \
                const B y = b[i];                                                                                      \
                o[i] = (R)(EXPR);                                                                                      \
            }                                                                                                          \
        }                                                                                                              \
        return 0;                                                                                                      \
    }

/* Writes a bitmap from a condition COND(i) on rows. Where all rows are computed, 64 conditions become bytes in a loop
 * that vectorises, then one word; the last word is written whole, which bitmaps have room for. */
#define FL_EACH_BIT(rows, bits, i, COND)                                                                               \
    do {                                                                                                               \
        uint8_t *bits_ = (bits);                                                                                       \
        if ((rows).sel == NULL) {                                                                                      \
            const int bits_n_ = (rows).n;                                                                              \
            for (int base_ = 0; base_ < bits_n_; base_ += 64) {                                                        \
                uint8_t byte_[64] = {0};                                                                               \
                const int here_ = FL_MIN(64, bits_n_ - base_);                                                         \
                if (here_ == 64)                                                                                       \
                    for (int j_ = 0; j_ < 64; j_++) {                                                                  \
                        const int i = base_ + j_;                                                                      \
                        byte_[j_] = (uint8_t)(bool)(COND);                                                             \
                    }                                                                                                  \
                else                                                                                                   \
                    for (int j_ = 0; j_ < here_; j_++) {                                                               \
                        const int i = base_ + j_;                                                                      \
                        byte_[j_] = (uint8_t)(bool)(COND);                                                             \
                    }                                                                                                  \
                const uint64_t word_ = fl_pack_bits64(byte_);                                                          \
                memcpy(bits_ + base_ / 8, &word_, 8);                                                                  \
            }                                                                                                          \
        } else {                                                                                                       \
            FL_EACH_ROW(rows, i, fl_bit_put(bits_, i, (COND)));                                                        \
        }                                                                                                              \
    } while (0)

/* A comparison of two columns of type T: out bit = EXPR(x, y). */
#define FL_COMPARE_KERNEL(name, T, EXPR)                                                                               \
    FL_CLONES static int name(FL_KERNEL_ARGS) {                                                                        \
        const T *restrict a = in[0]->data, *restrict b = in[1]->data;                                                  \
        uint8_t *restrict bits = out->data;                                                                            \
        if (in[0]->constant && in[1]->constant) {                                                                      \
            const T x = a[0], y = b[0];                                                                                \
            bits[0] = (EXPR);                                                                                          \
            fl_make_constant(out);                                                                                     \
        } else if (rows.sel != NULL) {                                                                                 \
            const int sa = fl_column_step(in[0]), sb = fl_column_step(in[1]);                                          \
            for (int k = 0; k < rows.n; k++) {                                                                         \
                const int i = rows.sel[k];                                                                             \
                const T x = a[i * sa], y = b[i * sb];                                                                  \
                fl_bit_put(bits, i, (EXPR));                                                                           \
            }                                                                                                          \
        } else if (in[0]->constant) {                                                                                  \
            const T x = a[0];                                                                                          \
            FL_EACH_BIT(rows, bits, i, ({                                                                              \
                            const T y = b[i];                                                                          \
                            (EXPR);                                                                                    \
                        }));                                                                                           \
        } else if (in[1]->constant) {                                                                                  \
            const T y = b[0];                                                                                          \
            FL_EACH_BIT(rows, bits, i, ({                                                                              \
                            const T x = a[i];                                                                          \
                            (EXPR);                                                                                    \
                        }));                                                                                           \
        } else {                                                                                                       \
            FL_EACH_BIT(rows, bits, i, ({                                                                              \
                            const T x = a[i], y = b[i];                                                                \
                            (EXPR);                                                                                    \
                        }));                                                                                           \
        }                                                                                                              \
        return 0;                                                                                                      \
    }

/* A table of functions ends with a row of zeros. */
#define FL_FUNCTION_TABLE(name) const fl_function fl_functions_##name[]

/* For a kernel that finds its result NULL at row i. */
static inline void fl_kernel_null(fl_column *out, int i) { fl_column_set_null(out, i); }

/* A runtime failure at a value, with one of FL_ERR_VALUE_…; the function's name is put before it. */
int fl_kernel_fail(fl_error *err, const fl_kernel_call *call, int code, const char *fmt, ...) FL_PRINTF(4, 5);
/* Puts the function's name and place on the error that is there. */
int fl_kernel_failed(fl_error *err, const fl_kernel_call *call);

#endif
