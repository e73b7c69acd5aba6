/* SPDX-License-Identifier: Apache-2.0 */
/* channel.c -- a ring of messages under a lock: it is taken once a batch, not once a row. */
#include "runtime/channel.h"

#include <stdlib.h>

#include "data/rowcodec.h"
#include "runtime/task.h"

/* Objects have one owner on one thread: those that travel are made anew here, where they still have it. */
static int port_batch(fl_port *p, fl_batch *b, fl_error *err) {
    fl_batch *own;
    FL_TRY(fl_copy_objects(b, &own, err));
    fl_channel_push(FL_CONTAINER_OF(p, fl_channel, port), &(fl_msg){.kind = FL_MSG_BATCH, .batch = own});
    return 0;
}

static int port_watermark(fl_port *p, int64_t watermark, fl_error *err) {
    (void)err;
    fl_channel_push(FL_CONTAINER_OF(p, fl_channel, port), &(fl_msg){.kind = FL_MSG_WATERMARK, .watermark = watermark});
    return 0;
}

static int port_idle(fl_port *p, bool idle, fl_error *err) {
    (void)err;
    fl_channel_push(FL_CONTAINER_OF(p, fl_channel, port), &(fl_msg){.kind = FL_MSG_IDLE, .idle = idle});
    return 0;
}

static bool port_has_room(fl_port *p) {
    fl_channel *c = FL_CONTAINER_OF(p, fl_channel, port);
    fl_mutex_lock(&c->lock);
    bool room = c->n < FL_CHANNEL_ROOM;
    fl_mutex_unlock(&c->lock);
    return room;
}

void fl_channel_init(fl_channel *c, fl_task *from, fl_task *to) {
    *c = (fl_channel){.port = {port_batch, port_watermark, port_idle, port_has_room}, .from = from, .to = to};
    fl_mutex_init(&c->lock);
}

void fl_channel_deinit(fl_channel *c) {
    for (int i = 0; i < c->n; i++) fl_batch_unref(c->queue[(c->head + i) % c->cap].batch);
    free(c->queue);
    fl_mutex_deinit(&c->lock);
}

void fl_channel_push(fl_channel *c, const fl_msg *m) {
    fl_mutex_lock(&c->lock);
    if (c->n == c->cap) {
        int cap = c->cap ? c->cap * 2 : 16;
        fl_msg *queue = fl_malloc(sizeof *queue * (size_t)cap);
        for (int i = 0; i < c->n; i++) queue[i] = c->queue[(c->head + i) % c->cap];
        free(c->queue);
        c->queue = queue;
        c->cap = cap;
        c->head = 0;
    }
    c->queue[(c->head + c->n++) % c->cap] = *m;
    fl_mutex_unlock(&c->lock);
    fl_task_wake(c->to);
}

bool fl_channel_pop(fl_channel *c, fl_msg *out) {
    fl_mutex_lock(&c->lock);
    bool any = c->n > 0, was_full = c->n == FL_CHANNEL_ROOM;
    if (any) {
        *out = c->queue[c->head];
        c->head = (c->head + 1) % c->cap;
        c->n--;
    }
    fl_mutex_unlock(&c->lock);
    if (was_full) fl_task_wake(c->from);
    return any;
}
