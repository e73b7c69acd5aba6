/* SPDX-License-Identifier: Apache-2.0 */
/* graph.c -- cuts a plan at its exchanges.
 *
 * Algorithm:  every node gets a parallelism: its own, else what its exchange asks for, else its input's. Nodes that are
 *             connected without a real exchange are united (union-find); each set is a vertex.
 */
#include "runtime/graph.h"

#include "exec/sink.h"
#include "exec/source.h"

typedef struct cut {
    const fl_job_plan *plan;
    int *parallelism; /* by node */
    int *set;         /* by node: union-find parent */
} cut;

static int find(cut *c, int i) {
    while (c->set[i] != i) i = c->set[i] = c->set[c->set[i]];
    return i;
}

/* An exchange between single subtasks passes everything on: it is nothing. */
static bool is_nothing(const cut *c, const fl_plan *exchange, int consumer_parallelism) {
    return c->parallelism[exchange->inputs[0].node->id] == 1 && consumer_parallelism == 1;
}

static int parallelism_of(const cut *c, const fl_plan *p, int fallback) {
    switch (p->kind) {
    case FL_PLAN_SCAN: return p->scan.parallelism > 0 ? p->scan.parallelism : fallback;
    case FL_PLAN_VALUES: return 1;
    case FL_PLAN_EXCHANGE:
        if (p->exchange.distribution == FL_DIST_SINGLE) return 1;
        return p->exchange.parallelism > 0 ? p->exchange.parallelism : fallback;
    default: return c->parallelism[p->inputs[0].node->id];
    }
}

/* An exchange's parallelism is that of the side behind it. */
static void assign(cut *c, int fallback) {
    for (int i = 0; i < c->plan->n_nodes; i++) {
        const fl_plan *p = c->plan->nodes[i];
        c->parallelism[i] = parallelism_of(c, p, fallback);
        c->set[i] = i;
        for (int k = 0; k < p->n_inputs && p->kind != FL_PLAN_EXCHANGE; k++) {
            const fl_plan *in = p->inputs[k].node;
            fl_assert(c->parallelism[in->id] == c->parallelism[i]);
            if (in->kind == FL_PLAN_EXCHANGE) {
                if (!is_nothing(c, in, c->parallelism[i])) continue;
                in = in->inputs[0].node;
            }
            c->set[find(c, i)] = find(c, in->id);
        }
    }
}

/* Functions of users may do anything. */
static bool any_waits(fl_expr *const *exprs, int n) {
    for (int i = 0; i < n; i++)
        if (fl_expr_waits(exprs[i])) return true;
    return false;
}

static bool calc_blocks(const fl_plan *p) {
    if (any_waits(p->calc.exprs, p->outputs[0].schema.n)) return true;
    return p->calc.condition != NULL && fl_expr_waits(p->calc.condition);
}

static bool any_of_users(const fl_agg_call *calls, int n) {
    for (int i = 0; i < n; i++)
        if (calls[i].user != NULL) return true;
    return false;
}

static bool blocks(const fl_plan *p) {
    if (p->kind == FL_PLAN_SCAN) return p->scan.type->may_block;
    if (p->kind == FL_PLAN_CALC) return calc_blocks(p);
    if (p->kind == FL_PLAN_CORRELATE)
        return p->correlate.call != NULL || any_waits(p->correlate.args, p->correlate.n_args);
    if (p->kind == FL_PLAN_GROUP_AGG) return any_of_users(p->group_agg.calls, p->group_agg.n_calls);
    if (p->kind == FL_PLAN_WINDOW_AGG || p->kind == FL_PLAN_SESSION_AGG)
        return any_of_users(p->window_agg.calls, p->window_agg.n_calls);
    return p->kind == FL_PLAN_SINK && p->sink.type->may_block;
}

static void add_node(fl_arena *a, fl_graph *g, const cut *c, fl_plan *p, int *vertex_of_set, int set) {
    if (vertex_of_set[set] < 0) {
        vertex_of_set[set] = g->n_vertices;
        fl_vertex *v = &g->vertices[g->n_vertices];
        v->id = g->n_vertices++;
        v->nodes = FL_NEW_N(a, fl_plan *, c->plan->n_nodes);
        v->parallelism = c->parallelism[p->id];
    }
    fl_vertex *v = &g->vertices[vertex_of_set[set]];
    g->vertex[p->id] = v->id;
    v->nodes[v->n_nodes++] = p;
    v->may_block = v->may_block || blocks(p);
    v->has_source = v->has_source || p->kind == FL_PLAN_SCAN || p->kind == FL_PLAN_VALUES;
}

static void add_edges(fl_arena *a, fl_graph *g, const cut *c, int *cap) {
    for (int i = 0; i < c->plan->n_nodes; i++) {
        fl_plan *p = c->plan->nodes[i];
        for (int k = 0; k < p->n_inputs && p->kind != FL_PLAN_EXCHANGE; k++) {
            fl_plan *x = p->inputs[k].node;
            if (x->kind != FL_PLAN_EXCHANGE || is_nothing(c, x, c->parallelism[i])) continue;
            fl_graph_edge e = {.exchange = x, .from = x->inputs[0], .to = p, .to_input = k};
            e.source = g->vertex[e.from.node->id];
            e.target = g->vertex[i];
            FL_PUSH(a, g->edges, g->n_edges, *cap, e);
        }
    }
}

fl_graph *fl_graph_new(fl_arena *a, const fl_job_plan *plan, int parallelism) {
    fl_graph *g = FL_NEW(a, fl_graph);
    cut c = {plan, FL_NEW_N(a, int, plan->n_nodes), FL_NEW_N(a, int, plan->n_nodes)};
    int *vertex_of_set = FL_NEW_N(a, int, plan->n_nodes), cap = 0;
    assign(&c, parallelism);
    g->vertices = FL_NEW_N(a, fl_vertex, plan->n_nodes);
    g->vertex = FL_NEW_N(a, int, plan->n_nodes);
    for (int i = 0; i < plan->n_nodes; i++) vertex_of_set[i] = g->vertex[i] = -1;
    for (int i = 0; i < plan->n_nodes; i++)
        if (plan->nodes[i]->kind != FL_PLAN_EXCHANGE) add_node(a, g, &c, plan->nodes[i], vertex_of_set, find(&c, i));
    add_edges(a, g, &c, &cap);
    return g;
}

fl_plan_input fl_graph_input(fl_plan_input in) {
    while (in.node->kind == FL_PLAN_EXCHANGE) in = in.node->inputs[0];
    return in;
}
