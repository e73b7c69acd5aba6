/* SPDX-License-Identifier: Apache-2.0 */
/* session_op.h -- what the operators over SESSION windows share: when rows are placed, sessions fire and state is
 * saved.
 *
 * A session carries what its operator keeps of its rows: an accumulator (session_agg.c) or the rows themselves
 * (session_tvf.c). The operator begins with a fl_session_op, opens it with its fl_session_content, and takes the hooks
 * below.
 */
#ifndef FL_EXEC_SESSION_OP_H
#define FL_EXEC_SESSION_OP_H

#include "exec/operator.h"
#include "exec/results.h"
#include "exec/sessions.h"
#include "exec/window.h"
#include "state/keytab.h"

typedef struct fl_session_op fl_session_op;

/* What a session keeps, and what becomes of it. x->data is NULL in a new session. */
typedef struct fl_session_content {
    /* Adds from->data to into->data and frees it. */
    void (*merge)(void *op, fl_session *into, fl_session *from);
    void (*drop)(void *op, void *data); /* data may be NULL */
    /* Row `row` of b now belongs to x, which may have grown and merged by it. */
    int (*place)(fl_session_op *s, fl_session *x, fl_batch *b, uint16_t row, fl_error *err);
    /* All rows of a stretch have been placed: rows.sel[i] in x[i], as it has become (fl_session_now). May be NULL. */
    int (*placed)(fl_session_op *s, fl_session *const *x, fl_batch *b, fl_rows rows, fl_error *err);
    /* x has ended: puts its rows into s->out, asking fl_session_op_room before each. FL_MORE: the same again later. */
    int (*emit)(fl_session_op *s, fl_session *x, fl_error *err);
    void (*encode)(const fl_session_op *s, const fl_session *x, fl_buf *out);
    /* Fills x->data from what encode has written, to its end; the bytes are not trusted. */
    int (*decode)(fl_session_op *s, fl_session *x, fl_reader *in, fl_error *err);
} fl_session_content;

struct fl_session_op {
    fl_op base;
    const fl_session_content *content;
    const fl_window *w;
    const int *key_at; /* columns */
    int n_keys;
    fl_keytab *keys;
    fl_sessions *sessions;
    fl_column **key_cols; /* scratch */
    fl_results out;
    int64_t watermark; /* processing time: the millisecond before the clock's, for rows may still come in this one */
    /* work in progress, while full */
    fl_batch *in; /* counted */
    int at, mark;
    bool firing;
    fl_session *emitting; /* has ended, and not all of it has come out */
};

void fl_session_op_open(fl_session_op *s, const fl_session_content *content, const fl_window *w, const int *key_at,
                        int n_keys);
/* FL_DONE: s->out takes one more row. FL_MORE: the output is full. */
int fl_session_op_room(fl_session_op *s, fl_error *err);
int fl_session_op_corrupt(fl_error *err);

/* Hooks. */
fl_op_batch_fn fl_session_op_batch;
fl_op_watermark_fn fl_session_op_watermark;
fl_op_timer_fn fl_session_op_timer;
fl_op_snapshot_fn fl_session_op_snapshot;
fl_op_restore_fn fl_session_op_restore;
void fl_session_op_close(fl_op *op);

#endif
