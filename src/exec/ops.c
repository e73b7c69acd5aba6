/* SPDX-License-Identifier: Apache-2.0 */
/* ops.c -- which operator runs which plan node. */
#include "exec/ops.h"

static const fl_op_class *const classes[] = {
    [FL_PLAN_SCAN] = &fl_source_class,
    [FL_PLAN_VALUES] = &fl_source_class,
    [FL_PLAN_CALC] = &fl_calc_class,
    [FL_PLAN_CORRELATE] = &fl_correlate_class,
    [FL_PLAN_WATERMARK] = &fl_watermark_assign_class,
    [FL_PLAN_WINDOW_TVF] = &fl_window_tvf_class,
    [FL_PLAN_WINDOW_AGG] = &fl_window_agg_class,
    [FL_PLAN_SESSION_TVF] = &fl_session_tvf_class,
    [FL_PLAN_SESSION_AGG] = &fl_session_agg_class,
    [FL_PLAN_GROUP_AGG] = &fl_group_agg_class,
    [FL_PLAN_UNION] = &fl_union_class,
    [FL_PLAN_SINK] = &fl_sink_class,
};

const fl_op_class *fl_op_class_of(const fl_plan *p) {
    fl_assert(p->kind != FL_PLAN_EXCHANGE);
    return classes[p->kind];
}
