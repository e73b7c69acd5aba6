/* SPDX-License-Identifier: Apache-2.0 */
/* graph.h -- a plan cut into vertices: which nodes run chained in one subtask, and what lies between.
 *
 *     Scan ─ Calc ─ Watermark ─╫─ WindowAgg ─ Calc ─ Sink        ╫ = exchange; with parallelism 1 on both sides it is
 *     nothing, └──── vertex 0 ────────┘ ╫ └──── vertex 1 ────────┘            and all is one vertex
 */
#ifndef FL_RUNTIME_GRAPH_H
#define FL_RUNTIME_GRAPH_H

#include "plan/plan.h"

typedef struct fl_vertex {
    int id;
    fl_plan **nodes; /* inputs first; no exchanges */
    int n_nodes;
    int parallelism;
    bool may_block; /* has a source, sink or function of users that waits for the outside world */
    bool has_source;
} fl_vertex;

/* An exchange between two vertices. */
typedef struct fl_graph_edge {
    fl_plan *exchange;  /* how rows are dealt out */
    fl_plan_input from; /* node and output in vertex `source` */
    fl_plan *to;        /* node in vertex `target` */
    int to_input;
    int source, target; /* vertices */
} fl_graph_edge;

typedef struct fl_graph {
    fl_vertex *vertices; /* sources first */
    int n_vertices;
    fl_graph_edge *edges;
    int n_edges;
    int *vertex; /* by node id; -1: an exchange */
} fl_graph;

/* Borrows the plan; lives in the arena. `parallelism` is that of nodes without one of their own. */
fl_graph *fl_graph_new(fl_arena *a, const fl_job_plan *plan, int parallelism);

/* The node that an input reads, looking through exchanges that are nothing. */
fl_plan_input fl_graph_input(fl_plan_input in);

#endif
