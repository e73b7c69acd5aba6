/* SPDX-License-Identifier: Apache-2.0 */
/* collect.h -- the sink behind a SELECT: from a job to the client that fetches its rows.
 *
 * Without checkpoints rows are there for the client at once. With checkpoints they are held back until the checkpoint
 * that covers them is durable, so that a client never sees a row twice or one that a restart takes back.
 */
#ifndef FL_ENV_COLLECT_H
#define FL_ENV_COLLECT_H

#include "exec/sink.h"

/* The meeting point of one sink instance and one client. */
typedef struct fl_collector fl_collector;

/* `bounded`: the sink waits when the client is slow. */
fl_collector *fl_collector_new(bool bounded);
void fl_collector_free(fl_collector *c);

/* For fl_sink_plan: the config of this sink is a collector. */
extern const fl_sink_type fl_collect_sink;

/* The next batch, without selection and owned by the caller; NULL: none now. Never waits. */
fl_batch *fl_collector_take(fl_collector *c);
/* Waits until there may be a batch, or there will be no more, or so long (us; -1: for ever). */
void fl_collector_wait(fl_collector *c, int64_t us);
/* The job has ended: nobody need wait any more, neither now nor later. Any thread. */
void fl_collector_end(fl_collector *c);

#endif
