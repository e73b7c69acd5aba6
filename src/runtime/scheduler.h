/* SPDX-License-Identifier: Apache-2.0 */
/* scheduler.h -- which task runs next, and on which thread.
 *
 * Real world: tasks that may block have a thread each; all others share a few worker threads. Simulation: no thread
 *             at all; fl_sched_step runs one runnable task, drawn at random from the platform's seed.
 */
#ifndef FL_RUNTIME_SCHEDULER_H
#define FL_RUNTIME_SCHEDULER_H

#include "runtime/task.h"

typedef struct fl_sched fl_sched;

fl_sched *fl_sched_new(fl_platform *pf, fl_task **tasks, int n_tasks);
/* Stops first. Borrows the tasks to the end. */
void fl_sched_free(fl_sched *s);

/* Starts the threads (none in a simulation) and makes all tasks runnable. */
int fl_sched_start(fl_sched *s, fl_error *err);
/* Ends the threads after the turns that they are in. No task runs afterwards. */
void fl_sched_stop(fl_sched *s);

/* From any thread, also while the scheduler is being made. */
void fl_sched_wake(fl_task *t);

/* Simulation: runs a turn of one runnable task. False: none is. */
bool fl_sched_step(fl_sched *s);
/* Simulation: how many tasks could run now, and when the next one is due. */
int fl_sched_runnable(fl_sched *s);
int64_t fl_sched_due_ms(fl_sched *s);

#endif
