/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c -- makes, orders and checks plan nodes. */
#include "plan/plan.h"

#include <stdlib.h>

const char *const fl_window_kind_name[] = {"TUMBLE", "HOP", "CUMULATE", "SESSION"};

static const char *const kind_names[] = {
    [FL_PLAN_SCAN] = "TableSourceScan",
    [FL_PLAN_VALUES] = "Values",
    [FL_PLAN_CALC] = "Calc",
    [FL_PLAN_CORRELATE] = "Correlate",
    [FL_PLAN_WATERMARK] = "WatermarkAssigner",
    [FL_PLAN_WINDOW_TVF] = "WindowTableFunction",
    [FL_PLAN_WINDOW_AGG] = "WindowAggregate",
    [FL_PLAN_SESSION_TVF] = "WindowTableFunction",
    [FL_PLAN_SESSION_AGG] = "WindowAggregate",
    [FL_PLAN_GROUP_AGG] = "GroupAggregate",
    [FL_PLAN_UNION] = "Union",
    [FL_PLAN_EXCHANGE] = "Exchange",
    [FL_PLAN_SINK] = "Sink",
};

const char *fl_plan_kind_name(const fl_plan *p) {
    bool legacy = (p->kind == FL_PLAN_WINDOW_AGG || p->kind == FL_PLAN_SESSION_AGG) && p->window_agg.n_specs == 1 &&
                  p->window_agg.specs[0].legacy;
    return legacy ? "GroupWindowAggregate" : kind_names[p->kind];
}

fl_plan *fl_plan_new(fl_arena *a, fl_plan_kind kind, int n_inputs, int n_outputs) {
    fl_plan *p = FL_NEW(a, fl_plan);
    p->kind = kind;
    p->id = -1;
    p->n_inputs = n_inputs;
    p->inputs = FL_NEW_N(a, fl_plan_input, n_inputs);
    p->n_outputs = n_outputs;
    p->outputs = FL_NEW_N(a, fl_plan_output, n_outputs);
    for (int i = 0; i < n_outputs; i++) p->outputs[i].changes = FL_CHANGES_INSERT;
    return p;
}

void fl_plan_set_columns(fl_arena *a, fl_plan_output *out, const fl_field *fields, int n) {
    fl_field *copy = FL_NEW_N(a, fl_field, n);
    if (n > 0) memcpy(copy, fields, sizeof *fields * (size_t)n);
    out->schema = (fl_schema){n, copy};
    out->attrs = FL_NEW_N(a, fl_time_attr, n);
}

static void visit(fl_job_plan *job, fl_plan *p, int *cap) {
    if (p->id == -2) return; /* collected already */
    p->id = -2;
    for (int i = 0; i < p->n_inputs; i++) visit(job, p->inputs[i].node, cap);
    FL_PUSH(job->arena, job->nodes, job->n_nodes, *cap, p);
}

void fl_plan_collect(fl_job_plan *job) {
    int cap = 0;
    job->nodes = NULL;
    job->n_nodes = 0;
    for (int i = 0; i < job->n_sinks; i++) visit(job, job->sinks[i], &cap);
    for (int i = 0; i < job->n_nodes; i++) job->nodes[i]->id = i;
}

/* ---- checking ---- */

static void check_columns(const int *cols, int n, int n_columns) {
    for (int i = 0; i < n; i++) fl_assert(cols[i] >= 0 && cols[i] < n_columns);
}

static void check_expr(const fl_expr *e, const fl_schema *in) {
    if (e->kind == FL_EXPR_COLUMN) {
        fl_assert(e->column >= 0 && e->column < in->n);
        fl_assert(fl_type_same_layout(e->type, in->fields[e->column].type));
    }
    for (int i = 0; e->kind == FL_EXPR_CALL && i < e->n_args; i++) check_expr(e->args[i], in);
}

static void check_calls(const fl_agg_call *calls, int n, const fl_schema *in) {
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < calls[i].n_args; k++) {
            const fl_agg_arg *arg = &calls[i].args[k];
            fl_assert(arg->literal != NULL ? arg->column == -1 : arg->column >= 0 && arg->column < in->n);
        }
        fl_assert(calls[i].filter >= -1 && calls[i].filter < in->n);
    }
}

static void check_correlate(const fl_plan *p, const fl_schema *in, const fl_schema *out) {
    const fl_correlate *c = &p->correlate;
    const fl_schema made = {out->n - c->n_keep, out->fields + c->n_keep};
    check_columns(c->keep, c->n_keep, in->n);
    for (int i = 0; i < c->n_args; i++) check_expr(c->args[i], in);
    if (c->condition != NULL) check_expr(c->condition, &made);
    fl_assert(made.n > 0 && (c->call == NULL || c->call->result.n == made.n));
}

static void check_node(const fl_plan *p) {
    const fl_schema *in = p->n_inputs > 0 ? &fl_plan_out(p->inputs[0])->schema : NULL;
    const fl_schema *out = &p->outputs[0].schema;
    switch (p->kind) {
    case FL_PLAN_SCAN: fl_assert(out->n == p->scan.n_columns + p->scan.n_metadata); break;
    case FL_PLAN_VALUES: fl_assert(out->n == p->values.rows->n_cols); break;
    case FL_PLAN_CALC:
        for (int i = 0; i < out->n; i++) check_expr(p->calc.exprs[i], in);
        if (p->calc.condition != NULL) check_expr(p->calc.condition, in);
        break;
    case FL_PLAN_CORRELATE: check_correlate(p, in, out); break;
    case FL_PLAN_WATERMARK:
        check_columns(&p->watermark.rowtime, 1, in->n);
        check_expr(p->watermark.expr, in);
        break;
    case FL_PLAN_WINDOW_TVF:
    case FL_PLAN_SESSION_TVF:
        fl_assert(out->n == in->n + 3);
        check_columns(p->tvf.keys, p->tvf.n_keys, in->n);
        break;
    case FL_PLAN_WINDOW_AGG:
    case FL_PLAN_SESSION_AGG:
        fl_assert(p->n_outputs == p->window_agg.n_specs);
        check_columns(p->window_agg.keys, p->window_agg.n_keys, in->n);
        check_calls(p->window_agg.calls, p->window_agg.n_calls, in);
        for (int i = 0; i < p->n_outputs; i++)
            fl_assert(p->outputs[i].schema.n ==
                      p->window_agg.n_keys + p->window_agg.n_calls + p->window_agg.specs[i].n_props);
        break;
    case FL_PLAN_GROUP_AGG:
        fl_assert(out->n == p->group_agg.n_keys + p->group_agg.n_calls);
        check_columns(p->group_agg.keys, p->group_agg.n_keys, in->n);
        check_calls(p->group_agg.calls, p->group_agg.n_calls, in);
        break;
    case FL_PLAN_UNION:
        for (int i = 0; i < p->n_inputs; i++) fl_assert(fl_plan_out(p->inputs[i])->schema.n == out->n);
        break;
    case FL_PLAN_EXCHANGE: check_columns(p->exchange.keys, p->exchange.n_keys, in->n); break;
    case FL_PLAN_SINK: check_columns(p->sink.not_null, p->sink.n_not_null, in->n); break;
    }
}

void fl_plan_check(const fl_job_plan *job) {
    for (int i = 0; i < job->n_nodes; i++) {
        const fl_plan *p = job->nodes[i];
        fl_assert(p->id == i);
        for (int k = 0; k < p->n_inputs; k++) {
            fl_assert(p->inputs[k].node->id < i);
            fl_assert(p->inputs[k].output < p->inputs[k].node->n_outputs);
        }
        check_node(p);
    }
}
