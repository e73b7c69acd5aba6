/* SPDX-License-Identifier: Apache-2.0 */
/* planner.h -- from bound queries to the plan of one job.
 *
 *     rewrite.c   aggregates over window functions become aggregates by windows
 *     planner.c   every node of algebra becomes plan nodes, with only the columns that somebody needs
 *     share.c     equal nodes become one; window aggregates over the same rows share their slices
 */
#ifndef FL_SQL_PLANNER_H
#define FL_SQL_PLANNER_H

#include "sql/binder.h"

/* One job for all sinks. The plan lives in c->arena, which it takes over. */
int fl_plan_job(fl_sql_ctx *c, const fl_rel_sink *sinks, int n, fl_job_plan **out, fl_error *err);

#endif
