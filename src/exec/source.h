/* SPDX-License-Identifier: Apache-2.0 */
/* source.h -- where rows come from, as the engine sees it. Connectors fill the type table; source.c is the operator
 * that drives it.
 *
 * Order of calls: open, [restore]; then poll and snapshot in any mix; close. One thread at a time.
 */
#ifndef FL_EXEC_SOURCE_H
#define FL_EXEC_SOURCE_H

#include "data/schema.h"
#include "exec/operator.h"
#include "exec/splits.h"
#include "plan/plan.h"

typedef struct fl_source fl_source;

enum { FL_POLL_IDLE = 0, FL_POLL_BATCH = 1, FL_POLL_END = 2 };

typedef struct fl_source_type {
    const char *name;
    size_t size;    /* of the instance, fl_source first */
    bool may_block; /* calls may wait for the outside world: the subtask gets a thread of its own */
    int (*open)(fl_source *s, fl_error *err);
    /* FL_POLL_BATCH: *out is a batch of s->schema, owned by the caller, at most ctx->batch_rows rows (it may have
     * none), all of one split if the source has splits. FL_POLL_IDLE: nothing now; s->wake_ms says when to ask again,
     * if ctx->wake is not called before.
     * FL_POLL_END: there will never be more. */
    int (*poll)(fl_source *s, fl_batch **out, fl_error *err);
    /* Appends the position after the last batch given. */
    int (*snapshot)(fl_source *s, fl_buf *out, fl_error *err);
    /* own[]: what the subtasks of then appended; each subtask of now takes its part. */
    int (*restore)(fl_source *s, const fl_str *own, int n, fl_error *err);
    /* Puts before a failure further down where the row err->row came from. May be NULL: rows have no numbers. */
    int (*place)(fl_source *s, fl_error *err);
    /* The checkpoint is durable. May be NULL. */
    int (*commit)(fl_source *s, int64_t checkpoint, fl_error *err);
    void (*close)(fl_source *s);
} fl_source_type;

struct fl_source {
    const fl_source_type *type;
    fl_task_ctx *ctx;
    const fl_plan *plan;     /* SCAN or VALUES */
    const fl_schema *schema; /* of the batches: read columns, then metadata */
    fl_splits *splits;       /* parts with a time each, made by open and freed by close; NULL: the source has none */
    int64_t checkpoint;      /* whose position was asked for last; 0: none since the start or restore */
    int64_t wake_ms;         /* INT64_MAX: only ctx->wake */
    fl_op_metrics *metrics;
};

/* One turn of a source operator: polls and emits. FL_POLL_*, or a negative code. */
int fl_source_op_poll(fl_op *op, fl_error *err);
int64_t fl_source_op_wake_ms(const fl_op *op);
/* Borrowed; NULL: the source has no splits. */
fl_splits *fl_source_op_splits(const fl_op *op);
const fl_source_type *fl_source_type_of(const fl_plan *scan);

#endif
