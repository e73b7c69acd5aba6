/* SPDX-License-Identifier: Apache-2.0 */
/* operator.c -- runs a chain: delivers events to operators, keeps what a full operator cannot take yet, and combines
 * the watermarks of several inputs.
 *
 * Delivery:   an event enters the operator's hook at once, unless the operator is pending; then it waits in the
 *             operator's queue. A hook that emits enters the hook of the next operator, and so on to the ports.
 *
 * Invariants: (1) an operator with a queue is pending, or being resumed.  (2) op->watermark never goes back and is
 *             the last watermark that the operator has been told, by hook or by mark.  (3) op->watermark <=
 *             op->combined; they are equal where nothing waits.
 */
#include "exec/operator.h"

#include <stdlib.h>

#include "data/rowcodec.h"

struct fl_chain {
    fl_task_ctx *ctx;
    fl_op **ops;
    int n, cap;
    int n_pending;
    bool opened;
};

static int deliver(fl_op *op, const fl_event *e, fl_error *err);

/* ---- watermarks of several inputs ---- */

void fl_inputs_init(fl_input_state *in, int n) {
    for (int i = 0; i < n; i++) in[i] = (fl_input_state){.watermark = FL_WATERMARK_MIN, .aligned = true};
}

/* An input that has ended holds nothing back, and says nothing about those that have not. */
static bool has_ended(const fl_input_state *in) { return in->watermark == FL_WATERMARK_MAX; }

static bool combine(const fl_input_state *in, int n, int64_t *combined) {
    int64_t least = FL_WATERMARK_MAX, greatest = FL_WATERMARK_MIN;
    bool any = false, open = false;
    for (int i = 0; i < n; i++) {
        if (has_ended(&in[i])) continue;
        open = true;
        greatest = FL_MAX(greatest, in[i].watermark);
        if (in[i].idle || !in[i].aligned) continue;
        least = FL_MIN(least, in[i].watermark);
        any = true;
    }
    int64_t now = any || !open ? least : fl_inputs_all_idle(in, n) ? greatest : FL_WATERMARK_MIN;
    if (now <= *combined) return false;
    *combined = now;
    return true;
}

bool fl_inputs_all_idle(const fl_input_state *in, int n) {
    bool open = false;
    for (int i = 0; i < n; i++) {
        if (has_ended(&in[i])) continue;
        if (!in[i].idle) return false;
        open = true;
    }
    return open;
}

bool fl_inputs_watermark(fl_input_state *in, int n, int i, int64_t watermark, int64_t *combined) {
    in[i].watermark = FL_MAX(in[i].watermark, watermark);
    if (!in[i].idle && in[i].watermark >= *combined) in[i].aligned = true;
    return combine(in, n, combined);
}

bool fl_inputs_idle(fl_input_state *in, int n, int i, bool idle, int64_t *combined) {
    in[i].idle = idle;
    in[i].aligned = !idle && in[i].watermark >= *combined;
    return combine(in, n, combined);
}

fl_batch *fl_inputs_batch(fl_input_state *in, int n, int i, fl_batch *b, int64_t *combined) {
    fl_batch *copy = fl_batch_copy(b);
    copy->n_marks = 0;
    for (int m = 0; m < b->n_marks; m++)
        if (fl_inputs_watermark(in, n, i, b->marks[m].watermark, combined))
            fl_batch_add_mark(copy, b->marks[m].row, *combined);
    return copy;
}

/* ---- emitting ---- */

/* The second operator that gets a batch gets objects of its own; ports see to theirs. */
static int to_operator(const fl_edge *edge, bool second, const fl_event *e, fl_error *err) {
    fl_event at = *e;
    at.input = edge->input;
    if (!second || e->kind != FL_EVENT_BATCH) return deliver(edge->to, &at, err);
    FL_TRY(fl_copy_objects(e->batch, &at.batch, err));
    int rc = deliver(edge->to, &at, err);
    fl_batch_unref(at.batch);
    return rc;
}

static int to_edges(fl_op *op, int out, const fl_event *e, fl_error *err) {
    fl_output *o = &op->outputs[out];
    int operators = 0;
    for (int i = 0; i < o->n_edges; i++) {
        fl_edge *edge = &o->edges[i];
        if (edge->to != NULL) {
            FL_TRY(to_operator(edge, operators++ > 0, e, err));
            continue;
        }
        switch (e->kind) {
        case FL_EVENT_BATCH: FL_TRY(edge->port->batch(edge->port, e->batch, err)); break;
        case FL_EVENT_WATERMARK: FL_TRY(edge->port->watermark(edge->port, e->watermark, err)); break;
        case FL_EVENT_IDLE: FL_TRY(edge->port->idle(edge->port, e->idle, err)); break;
        default: fl_assert(!"an event that does not travel");
        }
    }
    return 0;
}

int fl_emit(fl_op *op, int out, fl_batch *b, fl_error *err) {
    if (b->n_sel == 0 && b->n_marks == 0) return 0;
    fl_metric_add(&op->metrics.rows_out, b->n_sel);
    return to_edges(op, out, &(fl_event){.kind = FL_EVENT_BATCH, .batch = b}, err);
}

static int to_all(fl_op *op, const fl_event *e, fl_error *err) {
    for (int i = 0; i < op->n_outputs; i++) FL_TRY(to_edges(op, i, e, err));
    return 0;
}

int fl_emit_watermark(fl_op *op, int64_t watermark, fl_error *err) {
    return to_all(op, &(fl_event){.kind = FL_EVENT_WATERMARK, .watermark = watermark}, err);
}

int fl_emit_watermark_to(fl_op *op, int out, int64_t watermark, fl_error *err) {
    return to_edges(op, out, &(fl_event){.kind = FL_EVENT_WATERMARK, .watermark = watermark}, err);
}

int fl_emit_idle(fl_op *op, bool idle, fl_error *err) {
    return to_all(op, &(fl_event){.kind = FL_EVENT_IDLE, .idle = idle}, err);
}

bool fl_has_room(fl_op *op, int out) {
    fl_output *o = &op->outputs[out];
    for (int i = 0; i < o->n_edges; i++) {
        fl_op *to = o->edges[i].to;
        if (to == NULL) {
            if (!o->edges[i].port->has_room(o->edges[i].port)) return false;
            continue;
        }
        if (to->pending.kind != FL_EVENT_NONE) return false;
        for (int k = 0; k < to->n_outputs; k++)
            if (!fl_has_room(to, k)) return false;
    }
    return true;
}

void fl_op_eval(fl_op *op, const fl_batch *b, fl_eval *ev) {
    fl_task_ctx *ctx = op->ctx;
    *ev = (fl_eval){.pf = ctx->pf,
                    .tz = ctx->tz,
                    .scratch = ctx->scratch,
                    .now_ms = fl_now_ms(ctx->pf),
                    .start_ms = ctx->start_ms,
                    .batch = b,
                    .watermark = op->watermark};
}

/* ---- delivering ---- */

static void note_watermark(fl_op *op, int64_t watermark) {
    op->watermark = FL_MAX(op->watermark, watermark);
    fl_metric_set(&op->metrics.watermark, op->watermark);
}

/* Calls the hook of an event, first or again. FL_DONE, FL_MORE or an error. */
static int call_hook(fl_op *op, const fl_event *e, bool again, fl_error *err) {
    switch (e->kind) {
    case FL_EVENT_BATCH: return op->type->batch(op, e->input, again ? NULL : e->batch, err);
    case FL_EVENT_WATERMARK:
        if (op->type->watermark != NULL) return op->type->watermark(op, e->watermark, err);
        return fl_emit_watermark(op, e->watermark, err);
    case FL_EVENT_TIMER: return op->type->timer(op, fl_now_ms(op->ctx->pf), err);
    case FL_EVENT_FINISH: return op->type->finish ? op->type->finish(op, err) : FL_DONE;
    case FL_EVENT_IDLE: return to_all(op, e, err);
    default: fl_assert(!"an event without a hook"); return 0;
    }
}

/* The event has been worked off. */
static void complete(fl_op *op, const fl_event *e) {
    if (e->kind == FL_EVENT_BATCH && e->batch->n_marks > 0)
        note_watermark(op, e->batch->marks[e->batch->n_marks - 1].watermark);
    if (e->kind == FL_EVENT_WATERMARK) note_watermark(op, e->watermark);
    if (e->kind == FL_EVENT_FINISH) op->finished = true;
    fl_batch_unref(e->batch);
}

/* Runs an event that owns its batch. */
static int run(fl_op *op, fl_event e, fl_error *err) {
    int rc = call_hook(op, &e, false, err);
    if (rc == FL_MORE) {
        op->pending = e;
        op->chain->n_pending++;
        return 0;
    }
    complete(op, &e);
    return rc;
}

/* Translates an event on one of several inputs into what it means for all of them. False: it means nothing yet. */
static bool combine_inputs(fl_op *op, fl_event *e) {
    switch (e->kind) {
    case FL_EVENT_WATERMARK:
        if (!fl_inputs_watermark(op->inputs, op->n_inputs, e->input, e->watermark, &op->combined)) return false;
        e->watermark = op->combined;
        return true;
    case FL_EVENT_IDLE: /* the idleness itself follows, if all inputs share it */
        if (!fl_inputs_idle(op->inputs, op->n_inputs, e->input, e->idle, &op->combined)) return false;
        *e = (fl_event){.kind = FL_EVENT_WATERMARK, .watermark = op->combined};
        return true;
    default:
        if (op->n_inputs > 1 && e->batch->n_marks > 0) {
            e->batch = fl_inputs_batch(op->inputs, op->n_inputs, e->input, e->batch, &op->combined);
            return true;
        }
        fl_batch_ref(e->batch);
        if (e->batch->n_marks > 0) /* of the only input: the marks are right as they are */
            fl_inputs_watermark(op->inputs, 1, 0, e->batch->marks[e->batch->n_marks - 1].watermark, &op->combined);
        return true;
    }
}

static int deliver_one(fl_op *op, fl_event e, fl_error *err) {
    if (e.kind == FL_EVENT_BATCH) fl_metric_add(&op->metrics.rows_in, e.batch->n_sel);
    if (op->pending.kind == FL_EVENT_NONE) return run(op, e, err);
    if (op->n_queue == op->cap_queue) {
        op->cap_queue = op->cap_queue ? op->cap_queue * 2 : 4;
        op->queue = fl_realloc(op->queue, sizeof *op->queue * (size_t)op->cap_queue);
    }
    op->queue[op->n_queue++] = e;
    return 0;
}

static int deliver(fl_op *op, const fl_event *event, fl_error *err) {
    fl_event e = *event;
    if (combine_inputs(op, &e)) FL_TRY(deliver_one(op, e, err));
    bool all = fl_inputs_all_idle(op->inputs, op->n_inputs);
    if (all == op->idle) return 0;
    op->idle = all;
    return deliver_one(op, (fl_event){.kind = FL_EVENT_IDLE, .idle = all}, err);
}

/* ---- building ---- */

fl_chain *fl_chain_new(fl_task_ctx *ctx) {
    fl_chain *c = fl_calloc(1, sizeof *c);
    c->ctx = ctx;
    return c;
}

fl_op *fl_chain_add(fl_chain *c, const fl_op_type *type, size_t size, const void *plan, int plan_id, int n_inputs,
                    int n_outputs) {
    fl_assert(size >= sizeof(fl_op));
    fl_op *op = fl_aligned(64, size);
    memset(op, 0, size);
    op->type = type;
    op->ctx = c->ctx;
    op->chain = c;
    op->plan = plan;
    op->plan_id = plan_id;
    op->n_inputs = n_inputs;
    op->inputs = fl_calloc((size_t)n_inputs, sizeof *op->inputs);
    fl_inputs_init(op->inputs, n_inputs);
    op->n_outputs = n_outputs;
    op->outputs = fl_calloc((size_t)n_outputs, sizeof *op->outputs);
    op->timer_ms = INT64_MAX;
    op->watermark = op->combined = FL_WATERMARK_MIN;
    op->metrics.watermark = FL_WATERMARK_MIN;
    op->metrics.next_window = INT64_MAX;
    if (c->n == c->cap) {
        c->cap = c->cap ? c->cap * 2 : 8;
        c->ops = fl_realloc(c->ops, sizeof *c->ops * (size_t)c->cap);
    }
    c->ops[c->n++] = op;
    return op;
}

static fl_edge *add_edge(fl_output *o) {
    if (o->n_edges == o->cap_edges) {
        o->cap_edges = o->cap_edges ? o->cap_edges * 2 : 2;
        o->edges = fl_realloc(o->edges, sizeof *o->edges * (size_t)o->cap_edges);
    }
    fl_edge *e = &o->edges[o->n_edges++];
    *e = (fl_edge){0};
    return e;
}

void fl_chain_connect(fl_op *from, int out, fl_op *to, int input) {
    fl_edge *e = add_edge(&from->outputs[out]);
    e->to = to;
    e->input = input;
}

void fl_chain_connect_port(fl_op *from, int out, fl_port *port) { add_edge(&from->outputs[out])->port = port; }

int fl_chain_open(fl_chain *c, fl_error *err) {
    c->opened = true;
    for (int i = 0; i < c->n; i++)
        if (c->ops[i]->type->open != NULL) FL_TRY(c->ops[i]->type->open(c->ops[i], err));
    return 0;
}

void fl_chain_free(fl_chain *c) {
    if (c == NULL) return;
    for (int i = c->n - 1; i >= 0; i--) {
        fl_op *op = c->ops[i];
        if (c->opened && op->type->close != NULL) op->type->close(op);
        fl_batch_unref(op->pending.batch);
        for (int k = 0; k < op->n_queue; k++) fl_batch_unref(op->queue[k].batch);
        for (int k = 0; k < op->n_outputs; k++) free(op->outputs[k].edges);
        free(op->queue);
        free(op->outputs);
        free(op->inputs);
        free(op);
    }
    free(c->ops);
    free(c);
}

/* ---- running ---- */

int fl_chain_batch(fl_op *op, int input, fl_batch *b, fl_error *err) {
    return deliver(op, &(fl_event){.kind = FL_EVENT_BATCH, .input = input, .batch = b}, err);
}

int fl_chain_watermark(fl_op *op, int input, int64_t watermark, fl_error *err) {
    return deliver(op, &(fl_event){.kind = FL_EVENT_WATERMARK, .input = input, .watermark = watermark}, err);
}

int fl_chain_idle(fl_op *op, int input, bool idle, fl_error *err) {
    return deliver(op, &(fl_event){.kind = FL_EVENT_IDLE, .input = input, .idle = idle}, err);
}

int64_t fl_chain_next_timer(const fl_chain *c) {
    int64_t next = INT64_MAX;
    for (int i = 0; i < c->n; i++) next = FL_MIN(next, c->ops[i]->timer_ms);
    return next;
}

int fl_chain_timers(fl_chain *c, int64_t now_ms, fl_error *err) {
    for (int i = 0; i < c->n; i++) {
        fl_op *op = c->ops[i];
        if (op->timer_ms <= now_ms && op->pending.kind == FL_EVENT_NONE)
            FL_TRY(run(op, (fl_event){.kind = FL_EVENT_TIMER}, err));
    }
    return 0;
}

int fl_chain_finish(fl_chain *c, fl_error *err) {
    for (int i = 0; i < c->n; i++) {
        fl_op *op = c->ops[i];
        if (op->finished) continue;
        if (c->n_pending > 0) return FL_MORE;
        FL_TRY(run(op, (fl_event){.kind = FL_EVENT_FINISH}, err));
    }
    return c->n_pending > 0 ? FL_MORE : FL_DONE;
}

bool fl_chain_pending(const fl_chain *c) { return c->n_pending > 0; }

static bool room_behind(fl_op *op) {
    for (int k = 0; k < op->n_outputs; k++)
        if (!fl_has_room(op, k)) return false;
    return true;
}

/* Goes on with one pending operator until it is done with all that waits, or full again. */
static int resume_op(fl_op *op, fl_error *err) {
    while (op->pending.kind != FL_EVENT_NONE && room_behind(op)) {
        fl_event e = op->pending;
        int rc = call_hook(op, &e, true, err);
        if (rc != FL_DONE) return FL_MIN(rc, 0); /* full again: whoever makes room wakes the subtask */
        op->pending = (fl_event){0};
        op->chain->n_pending--;
        complete(op, &e);
        while (op->n_queue > 0 && op->pending.kind == FL_EVENT_NONE) {
            e = op->queue[0];
            op->n_queue--;
            memmove(op->queue, op->queue + 1, sizeof *op->queue * (size_t)op->n_queue);
            FL_TRY(run(op, e, err));
        }
    }
    return 0;
}

int fl_chain_resume(fl_chain *c, fl_error *err) {
    for (int i = c->n - 1; i >= 0 && c->n_pending > 0; i--) FL_TRY(resume_op(c->ops[i], err));
    return c->n_pending > 0 ? FL_MORE : FL_DONE;
}

int fl_chain_size(const fl_chain *c) { return c->n; }
fl_op *fl_chain_op(const fl_chain *c, int i) { return c->ops[i]; }
