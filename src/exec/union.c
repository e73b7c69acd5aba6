/* SPDX-License-Identifier: Apache-2.0 */
/* union.c -- UNION ALL: passes rows of all inputs on. The chain combines their watermarks before they come here. */
#include "exec/ops.h"

static int union_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    return fl_emit(op, 0, b, err);
}

static const fl_op_type union_type = {.name = "Union", .batch = union_batch};
const fl_op_class fl_union_class = {&union_type, sizeof(fl_op)};
