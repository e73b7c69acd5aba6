/* SPDX-License-Identifier: Apache-2.0 */
/* source.c -- the operator at the head of a chain: polls a source, emits what comes, ends with watermark MAX. */
#include "exec/source.h"

#include <stdlib.h>

#include "exec/ops.h"

typedef struct source_op {
    fl_op base;
    fl_source *source;
} source_op;

const fl_source_type *fl_source_type_of(const fl_plan *p) {
    extern const fl_source_type fl_values_source;
    if (p->kind == FL_PLAN_VALUES) return &fl_values_source;
    return p->scan.type;
}

static int source_open(fl_op *op, fl_error *err) {
    source_op *o = (source_op *)op;
    const fl_plan *p = op->plan;
    const fl_source_type *type = fl_source_type_of(p);
    fl_source *s = o->source = fl_calloc(1, type->size);
    s->type = type;
    s->ctx = op->ctx;
    s->plan = p;
    s->schema = &p->outputs[0].schema;
    s->wake_ms = INT64_MAX;
    s->metrics = &op->metrics;
    return type->open(s, err) < 0 ? fl_error_at(err, p->span) : 0;
}

static void source_close(fl_op *op) {
    source_op *o = (source_op *)op;
    if (o->source == NULL) return;
    o->source->type->close(o->source);
    free(o->source);
    o->source = NULL;
}

int fl_source_op_poll(fl_op *op, fl_error *err) {
    source_op *o = (source_op *)op;
    fl_batch *b = NULL;
    o->source->wake_ms = INT64_MAX;
    int rc = o->source->type->poll(o->source, &b, err);
    if (rc == FL_POLL_BATCH) {
        int emitted = fl_emit(op, 0, b, err);
        fl_batch_unref(b);
        if (emitted < 0 && err->row > 0 && o->source->type->place != NULL) return o->source->type->place(o->source, err);
        return emitted < 0 ? emitted : rc;
    }
    if (rc < 0) return fl_error_at(err, ((const fl_plan *)op->plan)->span);
    if (rc == FL_POLL_END) FL_TRY(fl_emit_watermark(op, FL_WATERMARK_MAX, err));
    return rc;
}

fl_splits *fl_source_op_splits(const fl_op *op) { return ((const source_op *)op)->source->splits; }

int64_t fl_source_op_wake_ms(const fl_op *op) { return ((const source_op *)op)->source->wake_ms; }

static int source_snapshot(fl_op *op, int64_t checkpoint, fl_snapshot *s, fl_error *err) {
    source_op *o = (source_op *)op;
    o->source->checkpoint = checkpoint;
    return o->source->type->snapshot(o->source, fl_snapshot_own(s), err);
}

/* A source that had ended is polled again, and says again that it has. */
static int source_restore(fl_op *op, const fl_restore *r, fl_error *err) {
    source_op *o = (source_op *)op;
    return r->n_own > 0 ? o->source->type->restore(o->source, r->own, r->n_own, err) : 0;
}

static int source_commit(fl_op *op, int64_t checkpoint, fl_error *err) {
    source_op *o = (source_op *)op;
    return o->source->type->commit ? o->source->type->commit(o->source, checkpoint, err) : 0;
}

static const fl_op_type source_type = {
    .name = "Source",
    .open = source_open,
    .snapshot = source_snapshot,
    .restore = source_restore,
    .commit = source_commit,
    .close = source_close,
};
const fl_op_class fl_source_class = {&source_type, sizeof(source_op)};
