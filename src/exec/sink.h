/* SPDX-License-Identifier: Apache-2.0 */
/* sink.h -- where rows go, as the engine sees it. Connectors fill the type table; sink.c is the operator that drives
 * it.
 *
 * Order of calls: open, [restore]; then write, timer and prepare in any mix; commit after prepare; finish, after
 *             which prepare and commit may come once more; close. One thread at a time.
 *
 * Exactly once: what prepare hands over must survive a crash, so that commit, called after the checkpoint is durable
 *             or after it has been restored, can make it visible; commit may be called again for the same checkpoint
 *             and must not harm.
 */
#ifndef FL_EXEC_SINK_H
#define FL_EXEC_SINK_H

#include "data/schema.h"
#include "exec/operator.h"
#include "plan/plan.h"

typedef struct fl_sink fl_sink;

typedef struct fl_sink_type {
    const char *name;
    size_t size;    /* of the instance, fl_sink first */
    bool may_block; /* calls may wait for the outside world: the subtask gets a thread of its own */
    int (*open)(fl_sink *s, fl_error *err);
    /* Takes the rows that count of b (borrowed). */
    int (*write)(fl_sink *s, fl_batch *b, fl_error *err);
    /* False: no more rows now; ctx->wake is called when there is room again. NULL: always room. */
    bool (*has_room)(fl_sink *s);
    int (*watermark)(fl_sink *s, int64_t watermark, fl_error *err); /* may be NULL */
    int (*timer)(fl_sink *s, int64_t now_ms, fl_error *err);        /* s->timer_ms has come; may be NULL */
    /* A barrier: all rows so far must survive. Appends what commit and restore need. */
    int (*prepare)(fl_sink *s, int64_t checkpoint, fl_buf *out, fl_error *err);
    int (*commit)(fl_sink *s, int64_t checkpoint, fl_error *err);
    int (*restore)(fl_sink *s, const fl_str *own, int n, fl_error *err);
    /* No more rows. Without checkpoints everything becomes visible here. */
    int (*finish)(fl_sink *s, fl_error *err);
    void (*close)(fl_sink *s); /* also after a failed open; without finish nothing may become visible */
} fl_sink_type;

struct fl_sink {
    const fl_sink_type *type;
    fl_task_ctx *ctx;
    const fl_sink_plan *plan;
    const fl_schema *schema; /* of the batches */
    int64_t timer_ms;        /* INT64_MAX: none */
    fl_op_metrics *metrics;
};

const fl_sink_type *fl_sink_type_of(const fl_plan *sink);

#endif
