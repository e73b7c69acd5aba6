/* SPDX-License-Identifier: Apache-2.0 */
/* rowcodec.h -- values as bytes: equal values have equal bytes, so keys are compared and hashed as memory.
 *
 * Used for keys of state, rows kept in state, and OBJECT values that leave their task. The form is stable: it stands in
 * checkpoints. One byte says whether the value is there (1) or NULL (0); then numbers little-endian in their width,
 * strings as u32 length and bytes, lists and maps as u32 count and elements, rows as their fields. All NaN are one.
 */
#ifndef FL_DATA_ROWCODEC_H
#define FL_DATA_ROWCODEC_H

#include "data/batch.h"

int fl_encode_value(fl_buf *out, const fl_column *c, int i, fl_error *err);
/* Appends one value to the column. Bytes that do not fit the type are FL_E_CORRUPT. */
int fl_decode_value(fl_reader *r, fl_column *c, fl_error *err);

/* All columns of one row, in order. */
int fl_encode_row(fl_buf *out, fl_column *const *cols, int n_cols, int i, fl_error *err);
int fl_decode_row(fl_reader *r, fl_column *const *cols, int n_cols, fl_error *err);

/* For a second owner, who may live on another thread: the batch with its OBJECT values made anew from their serialised
 * form, all else shared. Without such columns it is b itself with one more reference. Owned by the caller. */
int fl_copy_objects(fl_batch *b, fl_batch **out, fl_error *err);

/* A type as bytes, and back into an arena: a checkpoint knows the types of what it holds. */
void fl_encode_type(fl_buf *out, const fl_type *t);
int fl_decode_type(fl_reader *r, fl_arena *a, const fl_type **out, fl_error *err);

#endif
