/* SPDX-License-Identifier: Apache-2.0 */
/* ops.h -- the operators there are: each plan kind and the type that runs it.
 *
 * To add one: write its file, end it with its fl_op_type, name it here and in ops.c's table.
 */
#ifndef FL_EXEC_OPS_H
#define FL_EXEC_OPS_H

#include "exec/operator.h"
#include "plan/plan.h"

typedef struct fl_op_class {
    const fl_op_type *type;
    size_t size; /* of the instance */
} fl_op_class;

/* What runs a node of this kind. SCAN and SINK are run by operators that hold a connector (source.h, sink.h). */
const fl_op_class *fl_op_class_of(const fl_plan *p);

/* Says in err at which row of ev->batch, the operator's only input, a program has failed: the values that the failed
 * call was made from, and err->row if the source has numbered its rows. Returns err->code. (failed_row.c) */
int fl_op_fail_row(fl_op *op, const fl_eval *ev, fl_error *err);

extern const fl_op_class fl_calc_class, fl_correlate_class;
extern const fl_op_class fl_watermark_assign_class, fl_window_tvf_class, fl_window_agg_class;
extern const fl_op_class fl_session_tvf_class, fl_session_agg_class, fl_group_agg_class, fl_union_class;
extern const fl_op_class fl_source_class, fl_sink_class;

/* The exchange: not in the table, for it is made with one output for each subtask behind it. */
extern const fl_op_class fl_exchange_class;

#endif
