/* SPDX-License-Identifier: Apache-2.0 */
/* channel.h -- from one subtask to another: an ordered, bounded queue of everything that travels.
 *
 * One producer and one consumer. Bounded in the way of design: the producer's task asks has_room before it takes more
 * in, and may exceed the bound by what one message or one hook becomes. Pushing wakes a consumer that has nothing to
 * do; popping wakes a producer that was full.
 */
#ifndef FL_RUNTIME_CHANNEL_H
#define FL_RUNTIME_CHANNEL_H

#include "base/platform.h"
#include "exec/operator.h"

typedef enum fl_msg_kind {
    FL_MSG_BATCH,     /* task > next task: rows, with their marks */
    FL_MSG_WATERMARK, /* task > next task: behind the rows so far */
    FL_MSG_IDLE,      /* task > next task: nothing will come for a while, or again something */
    FL_MSG_BARRIER,   /* coordinator > sources, then task > next task: a checkpoint is cut here */
    FL_MSG_END,       /* task > next task: no more rows; barriers may follow */
} fl_msg_kind;

typedef struct fl_msg {
    fl_msg_kind kind;
    fl_batch *batch;    /* BATCH: counted */
    int64_t watermark;  /* WATERMARK */
    bool idle;          /* IDLE */
    int64_t checkpoint; /* BARRIER */
    bool stop;          /* BARRIER: the job ends behind it */
} fl_msg;

enum { FL_CHANNEL_ROOM = 8 /* messages that wait before the producer stops */ };

typedef struct fl_task fl_task;

typedef struct fl_channel {
    fl_port port;  /* what operators of the producer see */
    fl_mutex lock; /* protects the queue; innermost: nothing is locked while it is held */
    fl_msg *queue;
    int head, n, cap;
    fl_task *from, *to;
    /* the consumer's */
    bool ended;
    bool blocked; /* its barrier has come before those of others */
} fl_channel;

void fl_channel_init(fl_channel *c, fl_task *from, fl_task *to);
void fl_channel_deinit(fl_channel *c);
/* Takes over the message's batch. */
void fl_channel_push(fl_channel *c, const fl_msg *m);
/* False: nothing there. */
bool fl_channel_pop(fl_channel *c, fl_msg *out);

#endif
