/* SPDX-License-Identifier: Apache-2.0 */
/* cast_int.h -- between the files of casts: how a kernel refuses a value, and the kernels from and to text. */
#ifndef FL_EXPR_CAST_INT_H
#define FL_EXPR_CAST_INT_H

#include "expr/functions_int.h"

/* What the kernel of a nested cast hands to the kernel of its elements, in call->cache. */
typedef struct cast_state {
    bool try_cast;
    uint8_t *failed; /* bit i: element i could not be converted; only for TRY_CAST */
} cast_state;

/* Value i cannot be converted: NULL under TRY_CAST, otherwise the end of the job with the given words. */
int fl_cast_refuse(fl_kernel_call *call, fl_column *out, int i, fl_error *err, int code, const char *fmt, ...)
    FL_PRINTF(6, 7);
bool fl_cast_is_try(const fl_kernel_call *call);

/* A timestamp in a column, cut to the precision of the column's type as Flink cuts: towards zero. */
void fl_cast_put_ts(fl_column *out, int i, fl_ts t);

/* Texts and bytes in row i, cut to the length of the column's type; a CHAR is filled up with blanks, bytes with zeros if
 * `fill`. */
void fl_cast_put_text(fl_column *out, int i, fl_str s);
void fl_cast_put_bytes(fl_column *out, int i, fl_str s, bool fill);

/* From CHAR, VARCHAR (or BINARY, VARBINARY) to something else and back (cast_text.c); NULL: none. */
fl_kernel_fn *fl_cast_from_text(const fl_type *from, const fl_type *to);
fl_kernel_fn *fl_cast_to_text(const fl_type *from, const fl_type *to);
fl_kernel_fn *fl_cast_binary(const fl_type *from, const fl_type *to);
/* From VARIANT (cast_variant.c); NULL: none. */
fl_kernel_fn *fl_cast_from_variant(const fl_type *to);

#endif
