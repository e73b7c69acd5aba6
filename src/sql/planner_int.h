/* SPDX-License-Identifier: Apache-2.0 */
/* planner_int.h -- what the files of the planner share. */
#ifndef FL_SQL_PLANNER_INT_H
#define FL_SQL_PLANNER_INT_H

#include "sql/planner.h"

/* Aggregates over window functions in the form of aggregates by windows, with checks that only they ask for. */
int fl_rewrite_windows(fl_sql_ctx *c, fl_rel *rel, fl_rel **out, fl_error *err);

/* Nodes of the plan so far, to find equal ones among. */
typedef struct fl_plan_pool {
    fl_arena *arena;
    fl_plan **nodes;
    int n, cap;
} fl_plan_pool;

/* The node itself, or an equal one that was there before. */
fl_plan *fl_plan_intern(fl_plan_pool *pool, fl_plan *p);
/* Window aggregates over the same rows become one with several outputs. `job` has its sinks. */
void fl_plan_share_windows(fl_job_plan *job);

#endif
