/* SPDX-License-Identifier: Apache-2.0 */
/* fill.h -- what a field of a row holds where its value is NULL and its type has none.
 *
 * Flink keeps beside each value a flag that it is NULL, and below the flag a value all the same: -1, FALSE or an empty
 * text. Expressions look at the flag. What becomes a field of a row that is NOT NULL is written without a look at it.
 */
#ifndef FL_EXPR_FILL_H
#define FL_EXPR_FILL_H

#include "data/column.h"

/* Whether a value of this type becomes something else than NULL. */
bool fl_type_has_fill(const fl_type *t);

/* Appends it: NULL, where a value of type t becomes none. out has the layout of t. */
void fl_column_append_fill(fl_column *out, const fl_type *t);

#endif
