/* SPDX-License-Identifier: Apache-2.0 */
/* task.c -- the crank. fl_task_run is the table of contents of the engine.
 *
 * Order of work in a turn: what is full and has room again; requests of the coordinator; timers that are due; then, if
 * the channels behind have room, messages and sources, in turn.
 * Barriers: a channel whose barrier has come is not read until those of all others have; then every operator hands its
 * state over, and the barrier goes on. A task without input channels gets the barrier from the coordinator.
 */
#include "runtime/task.h"

#include <stdlib.h>

#include "exec/ops.h"
#include "exec/source.h"

enum { MESSAGES_A_TURN = 16 };

/* ---- building ---- */

fl_task *fl_task_new(const fl_vertex *v, int subtask, const fl_task_ctx *ctx, const fl_task_hooks *hooks, void *job) {
    fl_task *t = fl_calloc(1, sizeof *t);
    t->vertex = v;
    t->subtask = subtask;
    t->hooks = hooks;
    t->job = job;
    t->ctx = *ctx;
    t->ctx.arena = &t->arena;
    t->ctx.scratch = &t->scratch;
    t->ctx.subtask = subtask;
    t->ctx.parallelism = v->parallelism;
    t->ctx.wake = (void (*)(void *))fl_task_wake;
    t->ctx.task = t;
    t->wake_ms = INT64_MAX;
    t->max_messages = MESSAGES_A_TURN;
    fl_arena_init(&t->arena);
    fl_arena_init(&t->scratch);
    t->chain = fl_chain_new(&t->ctx);
    return t;
}

void fl_task_free(fl_task *t) {
    if (t == NULL) return;
    fl_chain_free(t->chain);
    for (int i = 0; i < t->n_gates; i++) {
        for (int c = 0; c < t->gates[i].n_channels; c++) fl_channel_deinit(&t->gates[i].channels[c]);
        free(t->gates[i].channels);
        free(t->gates[i].states);
    }
    free(t->gates);
    free(t->sources);
    free(t->outputs);
    fl_arena_deinit(&t->scratch);
    fl_arena_deinit(&t->arena);
    free(t);
}

fl_op *fl_task_op(const fl_task *t, int plan_id) {
    for (int i = 0; i < fl_chain_size(t->chain); i++)
        if (fl_chain_op(t->chain, i)->plan_id == plan_id) return fl_chain_op(t->chain, i);
    return NULL;
}

void fl_task_build(fl_task *t, const fl_graph *g) {
    t->sources = fl_calloc((size_t)t->vertex->n_nodes, sizeof *t->sources);
    for (int i = 0; i < t->vertex->n_nodes; i++) {
        const fl_plan *p = t->vertex->nodes[i];
        const fl_op_class *c = fl_op_class_of(p);
        fl_op *op =
            fl_chain_add(t->chain, c->type, c->size, p, p->id, p->n_inputs, p->kind == FL_PLAN_SINK ? 0 : p->n_outputs);
        if (p->kind == FL_PLAN_SCAN || p->kind == FL_PLAN_VALUES) t->sources[t->n_sources++] = op;
        for (int k = 0; k < p->n_inputs; k++) {
            fl_plan_input in = fl_graph_input(p->inputs[k]);
            if (g->vertex[in.node->id] != t->vertex->id || p->inputs[k].node->kind == FL_PLAN_EXCHANGE) {
                bool cut = false;
                for (int e = 0; e < g->n_edges; e++) cut = cut || (g->edges[e].to == p && g->edges[e].to_input == k);
                if (cut) continue;
            }
            fl_chain_connect(fl_task_op(t, in.node->id), in.output, op, k);
        }
    }
}

static void add_output(fl_task *t, fl_channel *c) {
    if (t->n_outputs == t->cap_outputs) {
        t->cap_outputs = t->cap_outputs ? t->cap_outputs * 2 : 8;
        t->outputs = fl_realloc(t->outputs, sizeof *t->outputs * (size_t)t->cap_outputs);
    }
    t->outputs[t->n_outputs++] = c;
}

void fl_task_connect(const fl_graph_edge *e, fl_task **from, int n_from, fl_task **to, int n_to) {
    fl_op **exchange = fl_calloc((size_t)n_from, sizeof *exchange);
    for (int i = 0; i < n_from; i++) {
        const fl_op_class *c = &fl_exchange_class;
        exchange[i] = fl_chain_add(from[i]->chain, c->type, c->size, e->exchange, e->exchange->id, 1, n_to);
        fl_chain_connect(fl_task_op(from[i], e->from.node->id), e->from.output, exchange[i], 0);
    }
    for (int k = 0; k < n_to; k++) {
        fl_task *t = to[k];
        t->gates = fl_realloc(t->gates, sizeof *t->gates * (size_t)(t->n_gates + 1));
        fl_gate *g = &t->gates[t->n_gates++];
        *g = (fl_gate){
            .op = fl_task_op(t, e->to->id), .input = e->to_input, .n_channels = n_from, .watermark = FL_WATERMARK_MIN};
        g->channels = fl_calloc((size_t)n_from, sizeof *g->channels);
        g->states = fl_calloc((size_t)n_from, sizeof *g->states);
        fl_inputs_init(g->states, n_from);
        for (int i = 0; i < n_from; i++) {
            fl_channel_init(&g->channels[i], from[i], t);
            fl_chain_connect_port(exchange[i], k, &g->channels[i].port);
            add_output(from[i], &g->channels[i]);
        }
    }
    free(exchange);
}

int fl_task_open(fl_task *t, fl_error *err) { return fl_chain_open(t->chain, err); }

/* ---- barriers and commits ---- */

static void forward(fl_task *t, const fl_msg *m) {
    for (int i = 0; i < t->n_outputs; i++) fl_channel_push(t->outputs[i], m);
}

/* All barriers have come: hand the states over and pass the barrier on. */
static int cut(fl_task *t, fl_error *err) {
    int n = fl_chain_size(t->chain), n_states = 0;
    fl_op_state *states = fl_calloc((size_t)n, sizeof *states);
    int rc = 0;
    for (int i = 0; i < n && rc >= 0; i++) {
        fl_op *op = fl_chain_op(t->chain, i);
        if (t->barrier_stop && op->type == fl_sink_class.type && !op->finished) {
            rc = op->type->finish(op, err); /* the job ends here: what has been written becomes visible */
            op->finished = true;
        }
        if (op->type->snapshot == NULL || rc < 0) continue;
        fl_op_state *s = &states[n_states++];
        *s = (fl_op_state){op->plan_id, fl_snapshot_new(t->ctx.max_parallelism)};
        rc = op->type->snapshot(op, t->barrier, s->snapshot, err);
    }
    if (rc < 0) {
        for (int i = 0; i < n_states; i++) fl_snapshot_free(states[i].snapshot);
        free(states);
        return rc;
    }
    int64_t id = t->barrier;
    if (t->barrier_stop) t->stopped = true;
    forward(t, &(fl_msg){.kind = FL_MSG_BARRIER, .checkpoint = id, .stop = t->barrier_stop});
    t->barrier = 0;
    t->n_barriers = 0;
    for (int g = 0; g < t->n_gates; g++)
        for (int c = 0; c < t->gates[g].n_channels; c++) t->gates[g].channels[c].blocked = false;
    t->hooks->acknowledge(t->job, t, id, states, n_states);
    return 0;
}

static int count_channels(const fl_task *t) {
    int n = 0;
    for (int g = 0; g < t->n_gates; g++) n += t->gates[g].n_channels;
    return n;
}

static int barrier_arrived(fl_task *t, fl_channel *c, const fl_msg *m, fl_error *err) {
    if (m->checkpoint < t->barrier) return 0; /* given up, and the next one has come on another channel */
    if (t->barrier != m->checkpoint) {        /* an older one was given up: its channels go on */
        for (int g = 0; g < t->n_gates; g++)
            for (int i = 0; i < t->gates[g].n_channels; i++) t->gates[g].channels[i].blocked = false;
        t->barrier = m->checkpoint;
        t->barrier_stop = m->stop;
        t->n_barriers = 0;
    }
    c->blocked = true;
    return ++t->n_barriers == count_channels(t) ? cut(t, err) : 0;
}

static int run_requests(fl_task *t, fl_error *err) {
    int64_t upto = atomic_load(&t->commit_requested);
    if (t->committed < upto) {
        for (int i = 0; i < fl_chain_size(t->chain); i++) {
            fl_op *op = fl_chain_op(t->chain, i);
            if (op->type->commit != NULL) FL_TRY(op->type->commit(op, upto, err));
        }
        t->committed = upto;
        t->hooks->committed(t->job, t, upto);
    }
    if (t->n_gates > 0) return 0; /* barriers come by channel */
    int64_t barrier = atomic_exchange(&t->barrier_requested, 0);
    if (barrier == 0) return 0;
    t->barrier = barrier;
    t->barrier_stop = atomic_load(&t->stop_requested);
    return cut(t, err);
}

/* ---- input ---- */

/* A batch whose marks speak for one channel only. */
static int gate_batch(fl_gate *g, int i, fl_batch *b, fl_error *err) {
    if (b->n_marks == 0 || g->n_channels == 1) {
        if (b->n_marks > 0) g->watermark = g->states[i].watermark = b->marks[b->n_marks - 1].watermark;
        return fl_chain_batch(g->op, g->input, b, err);
    }
    fl_batch *combined = fl_inputs_batch(g->states, g->n_channels, i, b, &g->watermark);
    int rc = combined->n_sel > 0 || combined->n_marks > 0 ? fl_chain_batch(g->op, g->input, combined, err) : 0;
    fl_batch_unref(combined);
    return rc;
}

/* What the channels share goes on: their watermark if it grew, then their idleness if it changed. */
static int gate_state(fl_gate *g, bool grew, fl_error *err) {
    if (grew) FL_TRY(fl_chain_watermark(g->op, g->input, g->watermark, err));
    bool all = fl_inputs_all_idle(g->states, g->n_channels);
    if (all == g->idle) return 0;
    g->idle = all;
    return fl_chain_idle(g->op, g->input, all, err);
}

static int take(fl_task *t, fl_gate *g, int i, fl_msg *m, fl_error *err) {
    fl_channel *c = &g->channels[i];
    switch (m->kind) {
    case FL_MSG_BATCH: {
        int rc = gate_batch(g, i, m->batch, err);
        fl_batch_unref(m->batch);
        return rc < 0 ? rc : gate_state(g, false, err);
    }
    case FL_MSG_WATERMARK:
        return gate_state(g, fl_inputs_watermark(g->states, g->n_channels, i, m->watermark, &g->watermark), err);
    case FL_MSG_IDLE: return gate_state(g, fl_inputs_idle(g->states, g->n_channels, i, m->idle, &g->watermark), err);
    case FL_MSG_BARRIER: return barrier_arrived(t, c, m, err);
    case FL_MSG_END: c->ended = true; return 0;
    }
    return 0;
}

/* Messages and rows of sources are taken only while there is room for what becomes of them; who makes room wakes us. */
static bool has_room(const fl_task *t) {
    for (int i = 0; i < t->n_outputs; i++)
        if (!t->outputs[i]->port.has_room(&t->outputs[i]->port)) return false;
    return true;
}

/* Takes one message, from gates and channels in turn. 1: done, 0: there was none, negative: failed. */
static int take_message(fl_task *t, fl_error *err) {
    for (int n = 0; n < t->n_gates; n++) {
        fl_gate *g = &t->gates[(t->next_gate + n) % t->n_gates];
        for (int k = 0; k < g->n_channels; k++) {
            int i = (g->next + k) % g->n_channels;
            fl_msg m;
            if (g->channels[i].blocked || !fl_channel_pop(&g->channels[i], &m)) continue;
            g->next = (i + 1) % g->n_channels;
            t->next_gate = (t->next_gate + n + 1) % t->n_gates;
            FL_TRY(take(t, g, i, &m, err));
            return 1;
        }
    }
    return 0;
}

/* Polls one source. 1: it gave something or ended, 0: nothing now. */
static int poll_source(fl_task *t, fl_error *err) {
    for (int n = 0; n < t->n_sources && !t->stopped; n++) {
        int i = (t->next_source + n) % t->n_sources;
        fl_op *op = t->sources[i];
        if (op->finished) continue;
        int rc = fl_source_op_poll(op, err);
        if (rc < 0) return rc;
        if (rc == FL_POLL_IDLE) {
            t->wake_ms = FL_MIN(t->wake_ms, fl_source_op_wake_ms(op));
            continue;
        }
        if (rc == FL_POLL_END) {
            op->finished = true;
            t->n_sources_ended++;
        }
        t->next_source = (i + 1) % t->n_sources;
        return 1;
    }
    return 0;
}

static bool input_ended(const fl_task *t) {
    if (t->n_sources_ended < t->n_sources) return false;
    for (int g = 0; g < t->n_gates; g++)
        for (int c = 0; c < t->gates[g].n_channels; c++)
            if (!t->gates[g].channels[c].ended) return false;
    return true;
}

static int finish(fl_task *t, fl_error *err) {
    t->state = FL_TASK_FINISHING;
    int rc = fl_chain_finish(t->chain, err);
    if (rc != FL_DONE) return rc;
    t->state = FL_TASK_FINISHED;
    forward(t, &(fl_msg){.kind = FL_MSG_END});
    t->hooks->finished(t->job, t);
    return FL_DONE;
}

/* ---- the crank ---- */

static int turn(fl_task *t, fl_error *err) {
    for (int n = 0; n < t->max_messages; n++) {
        fl_arena_reset(&t->scratch);
        t->wake_ms = INT64_MAX;
        if (fl_chain_pending(t->chain)) {
            int rc = fl_chain_resume(t->chain, err);
            if (rc < 0) return rc;
            if (rc == FL_MORE) return FL_TURN_WAIT;
        }
        FL_TRY(run_requests(t, err));
        int64_t timer = t->state == FL_TASK_RUNNING && !t->stopped ? fl_chain_next_timer(t->chain) : INT64_MAX;
        if (timer != INT64_MAX) {
            int64_t now = fl_now_ms(t->ctx.pf);
            if (timer <= now) {
                FL_TRY(fl_chain_timers(t->chain, now, err));
                continue;
            }
            t->wake_ms = timer;
        }
        if (t->state == FL_TASK_RUNNING && !t->stopped && input_ended(t)) t->state = FL_TASK_FINISHING;
        if (t->state == FL_TASK_FINISHING) {
            int rc = finish(t, err);
            if (rc < 0) return rc;
            continue;
        }
        if (!has_room(t)) return FL_TURN_WAIT;
        int rc = take_message(t, err);
        if (rc == 0 && t->state == FL_TASK_RUNNING) rc = poll_source(t, err);
        if (rc < 0) return rc;
        if (rc == 0) return FL_TURN_WAIT;
    }
    return FL_TURN_AGAIN;
}

int fl_task_run(fl_task *t, fl_error *err) {
    int rc = turn(t, err);
    fl_arena_reset(&t->scratch);
    if (rc < 0) t->hooks->failed(t->job, t, err);
    return rc;
}

void fl_task_wake(fl_task *t) { t->hooks->wake(t->job, t); }
