/* SPDX-License-Identifier: Apache-2.0 */
/* sink.c -- the operator at the end of a chain: enforces NOT NULL, refuses what is no time of day, and hands rows to a
 * sink. */
#include "exec/sink.h"

#include <stdlib.h>

#include "data/timestamp.h"
#include "exec/ops.h"
#include "messages/table.h"
#include "messages/value.h"

typedef struct sink_op {
    fl_op base;
    const fl_plan *plan;
    fl_sink *sink;
    int *times; /* columns that hold a TIME, themselves or inside */
    int n_times;
    fl_batch *waiting; /* the sink has no room; counted */
} sink_op;

const fl_sink_type *fl_sink_type_of(const fl_plan *p) { return p->sink.type; }

static bool has_time(const fl_type *t) {
    if (t->kind == FL_T_TIME) return true;
    for (int i = 0; i < t->n_fields; i++)
        if (has_time(t->fields[i].type)) return true;
    return false;
}

static void find_times(sink_op *o, const fl_schema *schema) {
    o->times = FL_NEW_N(o->base.ctx->arena, int, schema->n);
    for (int i = 0; i < schema->n; i++)
        if (has_time(schema->fields[i].type)) o->times[o->n_times++] = i;
}

static int sink_open(fl_op *op, fl_error *err) {
    sink_op *o = (sink_op *)op;
    o->plan = op->plan;
    const fl_sink_type *type = fl_sink_type_of(o->plan);
    fl_sink *s = o->sink = fl_calloc(1, type->size);
    s->type = type;
    s->ctx = op->ctx;
    s->plan = &o->plan->sink;
    s->schema = &fl_plan_out(o->plan->inputs[0])->schema;
    s->timer_ms = INT64_MAX;
    s->metrics = &op->metrics;
    find_times(o, s->schema);
    int rc = type->open(s, err);
    op->timer_ms = s->timer_ms;
    return rc < 0 ? fl_error_at(err, o->plan->span) : 0;
}

static void sink_close(fl_op *op) {
    sink_op *o = (sink_op *)op;
    fl_batch_unref(o->waiting);
    if (o->sink == NULL) return;
    o->sink->type->close(o->sink);
    free(o->sink);
    o->sink = NULL;
}

/* Rows with a NULL where the table says NOT NULL fail the job, or are dropped. */
static int enforce_not_null(const sink_op *o, fl_batch *b, fl_batch **out, fl_error *err) {
    const fl_sink_plan *p = &o->plan->sink;
    *out = fl_batch_ref(b);
    for (int i = 0; i < p->n_not_null; i++) {
        const fl_column *c = b->cols[p->not_null[i]];
        if (c->valid == NULL) continue;
        fl_batch *in = *out;
        uint16_t *sel = fl_arena_alloc(o->base.ctx->scratch, sizeof *sel * (size_t)in->n_sel + 2);
        int n = 0;
        for (int k = 0; k < in->n_sel; k++) {
            int row = fl_batch_row(in, k);
            sel[n] = (uint16_t)row;
            n += !fl_column_is_null(c, row);
        }
        if (n == in->n_sel) continue;
        if (!p->drop_null_rows) {
            fl_fail(err, FL_ERR_TABLE_NULL_FOR_NOT_NULL, o->sink->schema->fields[p->not_null[i]].name);
            fl_batch_unref(in);
            *out = NULL;
            return err->code;
        }
        *out = fl_batch_copy(in);
        memcpy(fl_batch_need_sel(*out), sel, sizeof *sel * (size_t)n);
        (*out)->n_sel = n;
        fl_batch_unref(in);
    }
    return 0;
}

/* A TIME somewhere in these rows that is no time of day; expressions may compute such, but nobody can show it. */
static bool find_odd_time(const fl_column *c, int row, int32_t *ms) {
    if (fl_column_is_null(c, row)) return false;
    row = fl_column_at(c, row);
    if (c->type->kind == FL_T_TIME) {
        *ms = FL_DATA(c, int32_t)[row];
        return *ms < 0 || *ms >= FL_MS_PER_DAY;
    }
    bool list = c->phys == FL_P_LIST || c->phys == FL_P_MAP;
    int from = list ? FL_DATA(c, int32_t)[row] : row, to = list ? FL_DATA(c, int32_t)[row + 1] : row + 1;
    for (int k = 0; k < c->n_children; k++)
        for (int e = from; e < to; e++)
            if (find_odd_time(c->child[k], e, ms)) return true;
    return false;
}

static int check_times(const sink_op *o, const fl_batch *b, fl_error *err) {
    int32_t ms;
    for (int i = 0; i < o->n_times; i++)
        for (int k = 0; k < b->n_sel; k++)
            if (find_odd_time(b->cols[o->times[i]], fl_batch_row(b, k), &ms))
                return fl_fail(err, FL_ERR_VALUE_HOUR_RANGE, (int)fl_floor_div(ms, 3600000));
    return 0;
}

/* The sink's own clock is the operator's timer. */
static int after(sink_op *o, int rc, fl_error *err) {
    o->base.timer_ms = o->sink->timer_ms;
    return rc < 0 ? fl_error_at(err, o->plan->span) : rc;
}

static int sink_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    (void)input;
    sink_op *o = (sink_op *)op;
    if (b != NULL) FL_TRY(check_times(o, b, err));
    if (b != NULL) FL_TRY(enforce_not_null(o, b, &o->waiting, err));
    if (o->sink->type->has_room != NULL && !o->sink->type->has_room(o->sink)) return FL_MORE;
    fl_batch *now = o->waiting;
    o->waiting = NULL;
    int rc = now->n_sel > 0 ? o->sink->type->write(o->sink, now, err) : 0;
    if (rc == 0 && now->n_marks > 0 && o->sink->type->watermark != NULL)
        rc = o->sink->type->watermark(o->sink, now->marks[now->n_marks - 1].watermark, err);
    fl_batch_unref(now);
    return after(o, rc, err);
}

static int sink_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    sink_op *o = (sink_op *)op;
    return after(o, o->sink->type->watermark ? o->sink->type->watermark(o->sink, watermark, err) : 0, err);
}

static int sink_timer(fl_op *op, int64_t now_ms, fl_error *err) {
    sink_op *o = (sink_op *)op;
    o->sink->timer_ms = INT64_MAX;
    return after(o, o->sink->type->timer(o->sink, now_ms, err), err);
}

static int sink_finish(fl_op *op, fl_error *err) {
    sink_op *o = (sink_op *)op;
    return o->sink->type->finish(o->sink, err);
}

static int sink_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err) {
    sink_op *o = (sink_op *)op;
    return after(o, o->sink->type->prepare(o->sink, checkpoint, fl_snapshot_own(s), err), err);
}

static int sink_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    sink_op *o = (sink_op *)op;
    return r->n_own > 0 ? after(o, o->sink->type->restore(o->sink, r->own, r->n_own, err), err) : 0;
}

static int sink_commit(fl_op *op, int64_t checkpoint, fl_error *err) {
    sink_op *o = (sink_op *)op;
    return after(o, o->sink->type->commit(o->sink, checkpoint, err), err);
}

static const fl_op_type sink_type = {
    .name = "Sink",
    .open = sink_open,
    .batch = sink_batch,
    .watermark = sink_watermark,
    .timer = sink_timer,
    .finish = sink_finish,
    .snapshot = sink_snapshot,
    .restore = sink_restore,
    .commit = sink_commit,
    .close = sink_close,
};
const fl_op_class fl_sink_class = {&sink_type, sizeof(sink_op)};
