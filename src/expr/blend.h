/* SPDX-License-Identifier: Apache-2.0 */
/* blend.h -- a column made of several: each row from the one whose bit says so. */
#ifndef FL_EXPR_BLEND_H
#define FL_EXPR_BLEND_H

#include "data/column.h"

/* Whether columns of this layout can be blended: values in places of a fixed size. */
bool fl_can_blend(fl_phys phys);

/* All n rows of `out`, which is empty, become those of `from`, which may be constant or a bare NULL. */
void fl_blend_all(fl_column *out, const fl_column *from, int n);
/* So do the rows whose bits are set; `take` has whole words. */
void fl_blend(fl_column *out, const fl_column *from, const uint64_t *take, int n);

#endif
