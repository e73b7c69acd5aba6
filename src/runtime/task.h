/* SPDX-License-Identifier: Apache-2.0 */
/* task.h -- a subtask: a chain of operators, its input channels, and the crank that turns them.
 *
 * A task is one logical thread of control: it owns its operators, state and timers, and shares nothing with others but
 * channels. It runs when somebody has woken it or a timer is due, for a short while, and never blocks (a task whose
 * connectors do has a thread of its own).
 */
#ifndef FL_RUNTIME_TASK_H
#define FL_RUNTIME_TASK_H

#include "exec/operator.h"
#include "runtime/channel.h"
#include "runtime/graph.h"

typedef struct fl_task fl_task;

/* One input of one operator that comes from other tasks. */
typedef struct fl_gate {
    fl_op *op;
    int input;
    fl_channel *channels;   /* owned: one from each subtask of the vertex before */
    fl_input_state *states; /* of the channels */
    int n_channels;
    int64_t watermark; /* combined over the channels */
    bool idle;
    int next; /* channel to look at first: in turn */
} fl_gate;

typedef enum fl_task_state {
    FL_TASK_RUNNING,
    FL_TASK_FINISHING, /* input has ended; finish hooks are being called */
    FL_TASK_FINISHED,  /* still takes part in checkpoints */
} fl_task_state;

/* What a turn of the crank has come to. */
enum {
    FL_TURN_AGAIN = 0, /* there is more to do at once */
    FL_TURN_WAIT = 1,  /* until woken, or until t->wake_ms */
};

/* An operator's state, cut at a barrier. */
typedef struct fl_op_state {
    int plan_id;
    fl_snapshot *snapshot; /* owned by who holds the struct */
} fl_op_state;

typedef struct fl_task_hooks {
    /* The barrier of a checkpoint has passed: takes over states[0..n). From the task's thread. */
    void (*acknowledge)(void *job, fl_task *t, int64_t checkpoint, fl_op_state *states, int n);
    /* All operators have made visible what waited for checkpoints up to this one. */
    void (*committed)(void *job, fl_task *t, int64_t checkpoint);
    void (*finished)(void *job, fl_task *t);
    void (*failed)(void *job, fl_task *t, const fl_error *err);
    /* The task has something to do: queue it. From any thread. */
    void (*wake)(void *job, fl_task *t);
} fl_task_hooks;

struct fl_task {
    const fl_vertex *vertex;
    int subtask;
    fl_task_ctx ctx;
    fl_arena arena, scratch;
    fl_chain *chain;
    fl_gate *gates;
    int n_gates, next_gate;
    fl_op **sources; /* source operators of the chain */
    int n_sources, next_source, n_sources_ended;
    fl_op **exchanges;    /* exchange operators: their outputs lead to channels */
    fl_channel **outputs; /* borrowed: the channels of other tasks that this one fills */
    int n_outputs, cap_outputs;
    fl_task_state state;
    bool stopped;     /* no more polling: the job is being stopped */
    int64_t wake_ms;  /* WAIT: look again at this time; INT64_MAX: only when woken */
    int max_messages; /* in one turn */
    /* the barrier being aligned; 0: none */
    int64_t barrier;
    bool barrier_stop;
    int n_barriers; /* channels where it has arrived */
    /* requests of the coordinator, from its thread */
    _Atomic int64_t barrier_requested; /* to tasks that have sources and no gates */
    _Atomic bool stop_requested;
    _Atomic int64_t commit_requested; /* checkpoint ids up to here are durable */
    int64_t committed;
    const fl_task_hooks *hooks;
    void *job;
    /* the scheduler's */
    _Atomic int sched_state;
    struct fl_queue *_Atomic queue; /* NULL: not in one yet */
    int64_t due_ms;                 /* protected by the queue's lock */
};

/* The chain of one subtask of a vertex, not yet connected. Fails where an operator cannot open. */
fl_task *fl_task_new(const fl_vertex *v, int subtask, const fl_task_ctx *ctx, const fl_task_hooks *hooks, void *job);
void fl_task_free(fl_task *t);

/* Builds operators and the edges inside the chain. After all tasks exist, fl_task_connect makes channels between
 * them. */
void fl_task_build(fl_task *t, const fl_graph *g);
/* For an edge of the graph: gives `from` (all subtasks of the source vertex) exchange operators and each of `to` a
 * gate. */
void fl_task_connect(const fl_graph_edge *e, fl_task **from, int n_from, fl_task **to, int n_to);
/* Opens all operators, after connecting. */
int fl_task_open(fl_task *t, fl_error *err);

/* The operator that runs a plan node; NULL: not in this task. */
fl_op *fl_task_op(const fl_task *t, int plan_id);

/* One turn. FL_TURN_*, or a negative code: the task has failed. */
int fl_task_run(fl_task *t, fl_error *err);

/* Marks the task runnable. From any thread. */
void fl_task_wake(fl_task *t);

#endif
