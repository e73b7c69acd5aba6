/* SPDX-License-Identifier: Apache-2.0 */
/* session_tvf.c -- SESSION as a table function by itself: rows wait until their session ends, then come out with its
 * bounds.
 *
 * A session keeps its rows, as bytes of rowcodec.h with their kinds, in the order in which they came; session_op.c
 * tells when they come out. Retracted rows stretch a session like any other, as in Flink.
 */
#include <stdlib.h>

#include "data/rowcodec.h"
#include "exec/ops.h"
#include "exec/session_op.h"

typedef struct session_tvf {
    fl_session_op base;
    const fl_schema *in;
    size_t emit_at; /* where the rows of the session that comes out go on */
} session_tvf;

/* The rows of a session: u8 kind and an encoded row, one after the other. */
static fl_buf *rows_of(const fl_session *x) { return x->data; }

static void drop(void *op, void *data) {
    (void)op;
    if (data == NULL) return;
    fl_buf_deinit(data);
    free(data);
}

static void merge(void *op, fl_session *into, fl_session *from) {
    fl_buf_put(rows_of(into), rows_of(from)->p, rows_of(from)->n);
    drop(op, from->data);
}

static int place(fl_session_op *op, fl_session *x, fl_batch *b, uint16_t row, fl_error *err) {
    (void)op;
    if (x->data == NULL) x->data = fl_calloc(1, sizeof(fl_buf));
    fl_buf_put_u8(rows_of(x), (uint8_t)fl_batch_kind(b, row));
    return fl_encode_row(rows_of(x), b->cols, b->n_cols, row, err);
}

static int append_row(session_tvf *s, fl_reader *in, const fl_session *x, fl_error *err) {
    fl_session_op *op = &s->base;
    uint8_t kind = fl_read_u8(in);
    FL_TRY(fl_decode_row(in, op->out.cols, s->in->n, err));
    for (int i = 0; i < 3; i++)
        fl_window_append_prop(op->out.cols[s->in->n + i], (fl_window_prop)i, op->w, op->base.ctx->tz, x->start, x->end,
                              1);
    if (kind != FL_INSERT) fl_results_kinds(&op->out, &kind, 1);
    op->out.n++;
    return 0;
}

static int emit(fl_session_op *op, fl_session *x, fl_error *err) {
    session_tvf *s = (session_tvf *)op;
    const fl_buf *rows = rows_of(x);
    while (s->emit_at < rows->n) {
        int rc = fl_session_op_room(op, err);
        if (rc != FL_DONE) return rc;
        fl_reader in = fl_reader_make(rows->p + s->emit_at, rows->n - s->emit_at);
        FL_TRY(append_row(s, &in, x, err));
        s->emit_at = (size_t)(in.p - rows->p);
    }
    s->emit_at = 0;
    return FL_DONE;
}

static void encode(const fl_session_op *op, const fl_session *x, fl_buf *out) {
    (void)op;
    fl_buf_put(out, rows_of(x)->p, rows_of(x)->n);
}

/* Rows are decoded once to see that they fit: later they are trusted. */
static int decode(fl_session_op *op, fl_session *x, fl_reader *in, fl_error *err) {
    const fl_schema *schema = ((session_tvf *)op)->in;
    const char *from = in->p;
    fl_builder b;
    fl_builder_init(&b, schema, 1);
    int rc = 0;
    while (rc == 0 && in->p < in->end) {
        if (fl_read_u8(in) > FL_DELETE) rc = fl_session_op_corrupt(err);
        if (rc == 0) rc = fl_decode_row(in, b.cols, schema->n, err);
        if (rc == 0 && in->bad) rc = fl_session_op_corrupt(err);
        for (int i = 0; i < schema->n; i++) fl_column_reset(b.cols[i]);
    }
    fl_builder_deinit(&b);
    FL_TRY(rc);
    x->data = fl_calloc(1, sizeof(fl_buf));
    fl_buf_put(rows_of(x), from, (size_t)(in->end - from));
    return 0;
}

static const fl_session_content waiting_rows = {merge, drop, place, NULL, emit, encode, decode};

static int session_tvf_open(fl_op *op, fl_error *err) {
    (void)err;
    session_tvf *s = (session_tvf *)op;
    const fl_plan *p = op->plan;
    s->in = &fl_plan_out(p->inputs[0])->schema;
    fl_session_op_open(&s->base, &waiting_rows, &p->tvf.window, p->tvf.keys, p->tvf.n_keys);
    return 0;
}

static const fl_op_type session_tvf_type = {
    .name = "SessionWindowTableFunction",
    .open = session_tvf_open,
    .batch = fl_session_op_batch,
    .watermark = fl_session_op_watermark,
    .timer = fl_session_op_timer,
    .snapshot = fl_session_op_snapshot,
    .restore = fl_session_op_restore,
    .close = fl_session_op_close,
};
const fl_op_class fl_session_tvf_class = {&session_tvf_type, sizeof(session_tvf)};
