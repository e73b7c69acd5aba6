/* SPDX-License-Identifier: Apache-2.0 */
/* operator.h -- what stands between source and sink: operators, and how they are chained.
 *
 * An operator takes batches and gives batches. Operators that need no exchange between them form a chain and call each
 * other directly; a chain with its input channels is a subtask, and one thread at a time runs it. The type table holds
 * the hooks, the instance what changes.
 *
 * Full output: a hook whose output is unbounded (a firing of a million keys) checks fl_has_room() before each batch
 *             it emits and answers FL_MORE when there is none. The chain then calls the same hook again, with b =
 *             NULL in the case of `batch`, when there is room, and gives the operator nothing else until it answers
 *             FL_DONE. A hook that emits at most one batch for each call need not check.
 *
 * Order of calls: open, [restore]; then batch, watermark, timer in any mix, snapshot between them; finish; snapshot
 *             may follow; close. All hooks of a chain run on one thread at a time, and none is entered while another
 *             is running, except that emitting enters the next operator. A NULL hook passes the event on (snapshot,
 *             timer: nothing to do).
 */
#ifndef FL_EXEC_OPERATOR_H
#define FL_EXEC_OPERATOR_H

#include "base/platform.h"
#include "data/batch.h"
#include "data/timezone.h"
#include "expr/expr.h"
#include "state/snapshot.h"

enum { FL_DONE = 0, FL_MORE = 1 };

typedef struct fl_op fl_op;
typedef struct fl_op_type fl_op_type;
typedef struct fl_chain fl_chain;

/* Counters that others read while the operator runs. Plain adds by one thread, relaxed reads by all. */
typedef struct fl_op_metrics {
    _Atomic int64_t rows_in, rows_out, late_rows, bad_records;
    _Atomic int64_t watermark;   /* FL_WATERMARK_MIN: none */
    _Atomic int64_t next_window; /* end of the next window that will fire, ms; INT64_MAX: none */
} fl_op_metrics;

/* What a subtask gives its operators. Lives as long as they do. */
typedef struct fl_task_ctx {
    fl_platform *pf;
    fl_arena *arena;   /* life of the subtask: what open allocates */
    fl_arena *scratch; /* emptied when a hook called by the task has returned: not between operators of a chain */
    const fl_tz *tz;
    int subtask, parallelism, max_parallelism;
    bool batch_mode;
    bool checkpointed;        /* checkpoints are being taken */
    int64_t start_ms;         /* when the job was first started */
    int64_t job_uid;          /* the job's lineage: the same after a restore */
    int batch_rows;           /* rows that sources put into one batch: FL_BATCH_ROWS, fewer in tests */
    void (*wake)(void *task); /* may be called from any thread: the subtask has something to do again */
    void *task;
    /* The job is being taken down: who waits for the outside world inside a hook looks here a few times a second, and
     * gives up with FL_E_CANCELED. */
    const _Atomic bool *leaving;
    /* A visible note for the user: a service that has been failing for a while. May be NULL. */
    void (*note)(void *arg, const char *text);
    void *note_arg;
} fl_task_ctx;

/* Takes b (borrowed) on input `input`. Marks in b hold for that input. */
typedef int fl_op_batch_fn(fl_op *op, int input, fl_batch *b, fl_error *err);
/* The watermark over all inputs has become `watermark`. To pass it on is the hook's business (fl_emit_watermark). */
typedef int fl_op_watermark_fn(fl_op *op, int64_t watermark, fl_error *err);
/* op->timer_ms has been reached. The hook sets the next time, or INT64_MAX. */
typedef int fl_op_timer_fn(fl_op *op, int64_t now_ms, fl_error *err);
/* No more input will come on any input. All windows have seen watermark MAX before, if time is event time. */
typedef int fl_op_finish_fn(fl_op *op, fl_error *err);
/* Hands state over. The operator is between calls and holds nothing back. */
typedef int fl_op_snapshot_fn(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err);
typedef int fl_op_restore_fn(fl_op *op, const fl_restore *r, fl_error *err);
/* All checkpoints up to this one are durable: what waits for them may become visible. Called in order, not for every
 * checkpoint, and once after a restore for the checkpoint that was restored. */
typedef int fl_op_commit_fn(fl_op *op, int64_t checkpoint, fl_error *err);

struct fl_op_type {
    const char *name; /* as EXPLAIN and metrics show it */
    int (*open)(fl_op *op, fl_error *err);
    fl_op_batch_fn *batch;
    fl_op_watermark_fn *watermark;
    fl_op_timer_fn *timer;
    fl_op_finish_fn *finish;
    fl_op_snapshot_fn *snapshot;
    fl_op_restore_fn *restore;
    fl_op_commit_fn *commit;
    void (*close)(fl_op *op); /* frees what open made outside the arena; also after a failed open */
};

/* Where an output leads besides the next operator: a channel, seen from here. */
typedef struct fl_port fl_port;
struct fl_port {
    int (*batch)(fl_port *p, fl_batch *b, fl_error *err); /* takes its own reference */
    int (*watermark)(fl_port *p, int64_t watermark, fl_error *err);
    int (*idle)(fl_port *p, bool idle, fl_error *err);
    bool (*has_room)(fl_port *p);
};

typedef struct fl_edge {
    fl_op *to; /* in the same chain … */
    int input;
    fl_port *port; /* … or out of it */
} fl_edge;

typedef struct fl_output {
    fl_edge *edges;
    int n_edges, cap_edges;
} fl_output;

/* One input's share in the combined watermark. */
typedef struct fl_input_state {
    int64_t watermark;
    bool idle;
    bool aligned; /* counts: an input that was idle counts again once it has caught up with the combined watermark */
} fl_input_state;

/* Something that happens to an operator. */
typedef enum fl_event_kind {
    FL_EVENT_NONE,
    FL_EVENT_BATCH,
    FL_EVENT_WATERMARK,
    FL_EVENT_IDLE,
    FL_EVENT_TIMER,
    FL_EVENT_FINISH
} fl_event_kind;
typedef struct fl_event {
    fl_event_kind kind;
    int input;
    bool idle;
    int64_t watermark;
    fl_batch *batch; /* counted */
} fl_event;

struct fl_op {
    const fl_op_type *type;
    fl_task_ctx *ctx;
    fl_chain *chain;
    const void *plan; /* the plan node it was made from, for the type's own open */
    int plan_id;      /* names its state in a checkpoint */
    fl_output *outputs;
    int n_outputs;
    int64_t timer_ms; /* when the timer hook is due; INT64_MAX: never */
    fl_op_metrics metrics;
    /* what the chain keeps for it */
    fl_input_state *inputs;
    int n_inputs;
    int64_t combined;  /* watermark over all inputs; FL_WATERMARK_MIN at first */
    int64_t watermark; /* the same without what waits in the queue */
    bool idle;         /* all inputs are */
    fl_event pending;  /* the event whose hook has answered FL_MORE; kind NONE: not pending */
    fl_event *queue;   /* what came meanwhile, in order */
    int n_queue, cap_queue;
    bool finished; /* its finish hook is done */
};

/* ---- for operators ---- */

/* Hands a batch to output `out`. The batch may be shared; the caller keeps its reference. Empty batches without marks
 * go nowhere. */
int fl_emit(fl_op *op, int out, fl_batch *b, fl_error *err);
/* To all outputs. */
int fl_emit_watermark(fl_op *op, int64_t watermark, fl_error *err);
int fl_emit_watermark_to(fl_op *op, int out, int64_t watermark, fl_error *err);
/* Whether this operator's outputs have something to say: to all of them. */
int fl_emit_idle(fl_op *op, bool idle, fl_error *err);
/* There is room behind every edge of output `out`. */
bool fl_has_room(fl_op *op, int out);
static inline void fl_metric_add(_Atomic int64_t *m, int64_t n) {
    atomic_store_explicit(m, atomic_load_explicit(m, memory_order_relaxed) + n, memory_order_relaxed);
}
static inline void fl_metric_set(_Atomic int64_t *m, int64_t x) { atomic_store_explicit(m, x, memory_order_relaxed); }
static inline int64_t fl_metric_get(const _Atomic int64_t *m) {
    return atomic_load_explicit((_Atomic int64_t *)(uintptr_t)m, memory_order_relaxed);
}
/* Fills what kernels may ask. `b` may be NULL. */
void fl_op_eval(fl_op *op, const fl_batch *b, fl_eval *ev);

/* ---- for who builds and runs a chain ---- */

fl_chain *fl_chain_new(fl_task_ctx *ctx);
/* Closes all operators. */
void fl_chain_free(fl_chain *c);

/* An operator instance of `size` bytes (the type's own struct, fl_op first), zeroed, at the end of the chain. Operators
 * are added upstream first. */
fl_op *fl_chain_add(fl_chain *c, const fl_op_type *type, size_t size, const void *plan, int plan_id, int n_inputs,
                    int n_outputs);
void fl_chain_connect(fl_op *from, int out, fl_op *to, int input);
void fl_chain_connect_port(fl_op *from, int out, fl_port *port);
int fl_chain_open(fl_chain *c, fl_error *err);

/* Events from outside for an operator of the chain. 0, or a negative code. Whoever feeds a chain waits until nothing is
 * pending, so that what is queued stays small. */
int fl_chain_batch(fl_op *op, int input, fl_batch *b, fl_error *err);
int fl_chain_watermark(fl_op *op, int input, int64_t watermark, fl_error *err);
int fl_chain_idle(fl_op *op, int input, bool idle, fl_error *err);
/* Runs timers that are due. */
int fl_chain_timers(fl_chain *c, int64_t now_ms, fl_error *err);
int64_t fl_chain_next_timer(const fl_chain *c);
/* Calls finish hooks, upstream first; call again while FL_MORE. */
int fl_chain_finish(fl_chain *c, fl_error *err);

/* Some operator has answered FL_MORE. */
bool fl_chain_pending(const fl_chain *c);
/* Goes on with operators that were full, deepest first, as far as there is room. FL_DONE when none is left. */
int fl_chain_resume(fl_chain *c, fl_error *err);

int fl_chain_size(const fl_chain *c);
fl_op *fl_chain_op(const fl_chain *c, int i);

/* ---- watermarks of several inputs ---- */

void fl_inputs_init(fl_input_state *in, int n);
/* Input i has reached `watermark`, or has become idle or active. *combined is the least watermark of the inputs that
 * count, the greatest of all if all are idle; it only grows. Inputs that have reached MAX have ended: they do not
 * count, until all have. Both return true if it grew. */
bool fl_inputs_watermark(fl_input_state *in, int n, int i, int64_t watermark, int64_t *combined);
bool fl_inputs_idle(fl_input_state *in, int n, int i, bool idle, int64_t *combined);
/* Of those that have not ended. */
bool fl_inputs_all_idle(const fl_input_state *in, int n);
/* A copy of b whose marks, made on input i, say what they mean for the combined watermark. Owned by the caller. */
fl_batch *fl_inputs_batch(fl_input_state *in, int n, int i, fl_batch *b, int64_t *combined);

#endif
