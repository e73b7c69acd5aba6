/* SPDX-License-Identifier: Apache-2.0 */
/* text_search.h -- the first occurrence of a text in each text of a column. */
#ifndef FL_EXPR_TEXT_SEARCH_H
#define FL_EXPR_TEXT_SEARCH_H

#include "expr/kernel.h"

/* Of each row i of `rows`, at[i] becomes the place of `what`, which is not empty, in bytes from the beginning of the row's
 * text; -1: it is not in there. `at` has room for all rows of the column. */
void fl_find_rows(const fl_column *texts, fl_rows rows, fl_str what, int32_t *at);

#endif
