/* SPDX-License-Identifier: Apache-2.0 */
/* values.c -- VALUES and SELECT without FROM: rows that stand in the plan. Subtask 0 gives them all. */
#include "exec/source.h"

#include "messages/checkpoint.h"

typedef struct values_source {
    fl_source base;
    fl_batch *rows; /* borrowed from the plan */
    int at;
} values_source;

static int values_open(fl_source *s, fl_error *err) {
    (void)err;
    values_source *v = (values_source *)s;
    v->rows = s->plan->values.rows;
    v->at = s->ctx->subtask == 0 ? 0 : v->rows->n;
    return 0;
}

static int values_poll(fl_source *s, fl_batch **out, fl_error *err) {
    (void)err;
    values_source *v = (values_source *)s;
    if (v->at >= v->rows->n) return FL_POLL_END;
    int n = FL_MIN(v->rows->n - v->at, s->ctx->batch_rows);
    *out = fl_batch_slice(v->rows, v->at, n);
    v->at += n;
    return FL_POLL_BATCH;
}

static int values_snapshot(fl_source *s, fl_buf *out, fl_error *err) {
    (void)err;
    fl_buf_put_u32(out, (uint32_t)((values_source *)s)->at);
    return 0;
}

/* Only the first subtask of then had rows to give; the first of now goes on. */
static int values_restore(fl_source *s, const fl_str *own, int n, fl_error *err) {
    (void)n;
    values_source *v = (values_source *)s;
    fl_reader r = fl_reader_make(own[0].p, own[0].n);
    uint32_t at = fl_read_u32(&r);
    if (r.bad || at > (uint32_t)v->rows->n) return fl_fail(err, FL_ERR_CHECKPOINT_VALUES);
    if (s->ctx->subtask == 0) v->at = (int)at;
    return 0;
}

static void values_close(fl_source *s) { (void)s; }

const fl_source_type fl_values_source = {
    .name = "Values",
    .size = sizeof(values_source),
    .open = values_open,
    .poll = values_poll,
    .snapshot = values_snapshot,
    .restore = values_restore,
    .close = values_close,
};
