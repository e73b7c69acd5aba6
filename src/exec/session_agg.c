/* SPDX-License-Identifier: Apache-2.0 */
/* session_agg.c -- GROUP BY over SESSION windows, in both spellings.
 *
 * What:       a session has one accumulator and gives one row; session_op.c tells when.
 * Algorithm:  placing the rows between two marks is only list work; then all accumulators are updated in one go. Sums
 *             of FLOAT and DOUBLE are added row by row instead, so that merges keep Flink's order.
 */
#include <stdlib.h>

#include "exec/ops.h"
#include "exec/session_op.h"

typedef struct session_agg {
    fl_session_op base;
    const fl_window_agg *plan;
    const fl_window_spec *spec;
    const fl_agg_layout *layout;
    bool exact;
} session_agg;

static void merge(void *op, fl_session *into, fl_session *from) {
    session_agg *s = op;
    char *dst = into->data, *src = from->data;
    fl_agg_merge(s->layout, &dst, &src, 1, s->base.base.ctx->scratch);
    fl_agg_free(s->layout, src);
    free(src);
}

static void drop(void *op, void *data) {
    if (data == NULL) return;
    fl_agg_free(((session_agg *)op)->layout, data);
    free(data);
}

static char *new_acc(const session_agg *s) {
    char *acc = fl_aligned(16, (size_t)s->layout->size);
    return memset(acc, 0, (size_t)s->layout->size);
}

static int place(fl_session_op *op, fl_session *x, fl_batch *b, uint16_t row, fl_error *err) {
    session_agg *s = (session_agg *)op;
    if (x->data == NULL) x->data = new_acc(s);
    char *acc = x->data;
    if (!s->exact) fl_agg_update(s->layout, &acc, b->cols, (fl_rows){&row, 1}, op->base.ctx->scratch);
    return fl_agg_failed(s->layout, err);
}

static int placed(fl_session_op *op, fl_session *const *x, fl_batch *b, fl_rows rows, fl_error *err) {
    session_agg *s = (session_agg *)op;
    if (!s->exact) return 0;
    char **acc = fl_arena_alloc(op->base.ctx->scratch, sizeof *acc * (size_t)rows.n);
    for (int k = 0; k < rows.n; k++) acc[k] = fl_session_now(x[k])->data;
    fl_agg_update(s->layout, acc, b->cols, rows, op->base.ctx->scratch);
    return fl_agg_failed(s->layout, err);
}

static int emit(fl_session_op *op, fl_session *x, fl_error *err) {
    session_agg *s = (session_agg *)op;
    char *acc = x->data;
    int rc = fl_session_op_room(op, err), c = op->n_keys;
    if (rc != FL_DONE) return rc;
    fl_keytab_emit(op->keys, &x->key, 1, op->out.cols);
    for (int i = 0; i < s->plan->n_calls; i++) fl_agg_result(s->layout, i, &acc, 1, op->out.cols[c++]);
    for (int i = 0; i < s->spec->n_props; i++)
        fl_window_append_prop(op->out.cols[c++], s->spec->props[i], op->w, op->base.ctx->tz, x->start, x->end, 1);
    op->out.n++;
    FL_TRY(fl_agg_failed(s->layout, err));
    return FL_DONE;
}

static void encode(const fl_session_op *op, const fl_session *x, fl_buf *out) {
    fl_agg_encode(((const session_agg *)op)->layout, x->data, out);
}

static int decode(fl_session_op *op, fl_session *x, fl_reader *in, fl_error *err) {
    session_agg *s = (session_agg *)op;
    x->data = new_acc(s);
    return fl_agg_decode(s->layout, x->data, in, err);
}

static const fl_session_content accumulator = {merge, drop, place, placed, emit, encode, decode};

static int session_agg_open(fl_op *op, fl_error *err) {
    (void)err;
    session_agg *s = (session_agg *)op;
    s->plan = &((const fl_plan *)op->plan)->window_agg;
    s->spec = &s->plan->specs[0];
    s->layout = fl_agg_layout_new(op->ctx->arena, s->plan->calls, s->plan->n_calls, false);
    s->exact = true;
    for (int i = 0; i < s->plan->n_calls; i++) s->exact = s->exact && fl_agg_call_exact(&s->plan->calls[i]);
    fl_session_op_open(&s->base, &accumulator, &s->spec->window, s->plan->keys, s->plan->n_keys);
    return 0;
}

static int session_agg_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *out, fl_error *err) {
    FL_TRY(fl_session_op_snapshot(op, checkpoint, out, err));
    return fl_agg_failed(((const session_agg *)op)->layout, err);
}

static const fl_op_type session_agg_type = {
    .name = "SessionWindowAggregate",
    .open = session_agg_open,
    .batch = fl_session_op_batch,
    .watermark = fl_session_op_watermark,
    .timer = fl_session_op_timer,
    .snapshot = session_agg_snapshot,
    .restore = fl_session_op_restore,
    .close = fl_session_op_close,
};
const fl_op_class fl_session_agg_class = {&session_agg_type, sizeof(session_agg)};
