/* SPDX-License-Identifier: Apache-2.0 */
/* share.c -- what several queries of a job have in common is done once.
 *
 * What:       equal nodes over equal inputs are one node. Window aggregates over the same rows, by the same keys and on
 *             grids of which one refines the other, become one node with an output for each window: rows are added to
 *             slices once, and each window puts its results together from slices.
 * Limits:     only functions whose results do not depend on the order of merging are shared: sums of FLOAT and DOUBLE
 *             are not. SESSION windows have no slices.
 */
#include "exec/window.h"
#include "sql/planner_int.h"

/* ---- equal nodes ---- */

static bool same_ints(const int *a, const int *b, int n) { return n == 0 || memcmp(a, b, sizeof *a * (size_t)n) == 0; }

static bool same_window(const fl_window *a, const fl_window *b) {
    return a->kind == b->kind && a->size == b->size && a->slide == b->slide && a->offset == b->offset &&
           a->time_col == b->time_col && a->proctime == b->proctime && a->ltz == b->ltz && a->attached == b->attached;
}

static bool same_calls(const fl_agg_call *a, const fl_agg_call *b, int n) {
    for (int i = 0; i < n; i++)
        if (!fl_agg_call_same(&a[i], &b[i])) return false;
    return true;
}

static bool same_spec(const fl_window_spec *a, const fl_window_spec *b) {
    if (!same_window(&a->window, &b->window) || a->legacy != b->legacy || a->n_props != b->n_props) return false;
    for (int i = 0; i < a->n_props; i++)
        if (a->props[i] != b->props[i]) return false;
    return true;
}

static bool same_calc(const fl_plan *a, const fl_plan *b) {
    const fl_expr *x = a->calc.condition, *y = b->calc.condition;
    if ((x == NULL) != (y == NULL) || (x != NULL && !fl_expr_equal(x, y))) return false;
    for (int i = 0; i < a->outputs[0].schema.n; i++) {
        x = a->calc.exprs[i];
        y = b->calc.exprs[i];
        if (!fl_expr_equal(x, y) || !fl_expr_deterministic(x)) return false;
    }
    return a->calc.condition == NULL || fl_expr_deterministic(a->calc.condition);
}

static bool same_correlate(const fl_correlate *a, const fl_correlate *b) {
    bool one = a->call == NULL && b->call == NULL; /* two calls of a function each have an instance */
    if (!one || a->n_args != b->n_args || a->left != b->left || a->n_keep != b->n_keep) return false;
    for (int i = 0; i < a->n_args; i++)
        if (!fl_expr_equal(a->args[i], b->args[i]) || !fl_expr_deterministic(a->args[i])) return false;
    return a->condition == NULL && b->condition == NULL && same_ints(a->keep, b->keep, a->n_keep);
}

static bool same_details(const fl_plan *a, const fl_plan *b) {
    switch (a->kind) {
    case FL_PLAN_CALC: return same_calc(a, b);
    case FL_PLAN_CORRELATE: return same_correlate(&a->correlate, &b->correlate);
    case FL_PLAN_WINDOW_TVF:
    case FL_PLAN_SESSION_TVF:
        return same_window(&a->tvf.window, &b->tvf.window) && a->tvf.n_keys == b->tvf.n_keys &&
               same_ints(a->tvf.keys, b->tvf.keys, a->tvf.n_keys);
    case FL_PLAN_WINDOW_AGG:
    case FL_PLAN_SESSION_AGG: {
        const fl_window_agg *x = &a->window_agg, *y = &b->window_agg;
        return x->n_keys == y->n_keys && same_ints(x->keys, y->keys, x->n_keys) && x->n_calls == y->n_calls &&
               same_calls(x->calls, y->calls, x->n_calls) && x->n_specs == 1 && y->n_specs == 1 &&
               same_spec(x->specs, y->specs);
    }
    case FL_PLAN_GROUP_AGG: {
        const fl_group_agg *x = &a->group_agg, *y = &b->group_agg;
        return x->n_keys == y->n_keys && same_ints(x->keys, y->keys, x->n_keys) && x->n_calls == y->n_calls &&
               same_calls(x->calls, y->calls, x->n_calls) && x->update_before == y->update_before &&
               x->has_ttl == y->has_ttl && x->bundle_rows == y->bundle_rows;
    }
    case FL_PLAN_EXCHANGE: {
        const fl_exchange *x = &a->exchange, *y = &b->exchange;
        return x->distribution == y->distribution && x->parallelism == y->parallelism && x->n_keys == y->n_keys &&
               same_ints(x->keys, y->keys, x->n_keys);
    }
    case FL_PLAN_UNION: return true;
    default: return false; /* scans are one by table already; rows of VALUES and sinks are each their own */
    }
}

static bool same_node(const fl_plan *a, const fl_plan *b) {
    if (a->kind != b->kind || a->n_inputs != b->n_inputs || a->outputs[0].schema.n != b->outputs[0].schema.n)
        return false;
    for (int i = 0; i < a->n_inputs; i++)
        if (a->inputs[i].node != b->inputs[i].node || a->inputs[i].output != b->inputs[i].output) return false;
    for (int i = 0; i < a->outputs[0].schema.n; i++)
        if (!fl_type_equal(a->outputs[0].schema.fields[i].type, b->outputs[0].schema.fields[i].type, true))
            return false;
    return same_details(a, b);
}

fl_plan *fl_plan_intern(fl_plan_pool *pool, fl_plan *p) {
    for (int i = 0; i < pool->n; i++)
        if (same_node(pool->nodes[i], p)) return pool->nodes[i];
    FL_PUSH(pool->arena, pool->nodes, pool->n, pool->cap, p);
    return p;
}

/* ---- shared windows ---- */

static bool can_share(const fl_plan *a, const fl_plan *b) {
    const fl_window_agg *x = &a->window_agg, *y = &b->window_agg;
    if (a->kind != FL_PLAN_WINDOW_AGG || b->kind != FL_PLAN_WINDOW_AGG) return false;
    if (a->inputs[0].node != b->inputs[0].node || a->inputs[0].output != b->inputs[0].output) return false;
    if (x->n_keys != y->n_keys || !same_ints(x->keys, y->keys, x->n_keys)) return false;
    for (int i = 0; i < x->n_calls; i++)
        if (!fl_agg_call_exact(&x->calls[i])) return false;
    for (int i = 0; i < y->n_calls; i++)
        if (!fl_agg_call_exact(&y->calls[i])) return false;
    const fl_window *v = &y->specs[0].window;
    for (int i = 0; i < x->n_specs; i++) {
        const fl_window *w = &x->specs[i].window;
        int64_t s = fl_window_slice(w), t = fl_window_slice(v), g = fl_gcd(s, t);
        if (w->attached || v->attached || w->proctime != v->proctime || w->ltz != v->ltz || w->time_col != v->time_col)
            return false;
        if ((g != s && g != t) || fl_floor_mod(w->offset, g) != fl_floor_mod(v->offset, g) || w->offset != v->offset)
            return false;
    }
    return true;
}

static int add_call(fl_window_agg *w, fl_agg_call *calls, const fl_agg_call *c) {
    for (int i = 0; i < w->n_calls; i++)
        if (fl_agg_call_same(&calls[i], c)) return i;
    calls[w->n_calls] = *c;
    return w->n_calls++;
}

/* Both as one node; map[i]: the column of the new output for column i of output `output` of `old`. */
static void map_columns(const fl_plan *old, const fl_plan *merged, const fl_agg_call *calls, int *map) {
    int n_keys = old->window_agg.n_keys, n_old = old->window_agg.n_calls, n = old->outputs[0].schema.n;
    for (int i = 0; i < n; i++) {
        if (i < n_keys) {
            map[i] = i;
        } else if (i < n_keys + n_old) {
            int c = 0;
            while (!fl_agg_call_same(&calls[c], &old->window_agg.calls[i - n_keys])) c++;
            map[i] = n_keys + c;
        } else {
            map[i] = i - n_old + merged->window_agg.n_calls;
        }
    }
}

static void describe_output(fl_arena *a, fl_plan *merged, int output, const fl_plan_output *old, int n_keys, int n_old,
                            int n_props) {
    int n_calls = merged->window_agg.n_calls, n = n_keys + n_calls + n_props;
    fl_field *fields = FL_NEW_N(a, fl_field, n);
    fl_plan_output *out = &merged->outputs[output];
    *out = *old;
    out->attrs = FL_NEW_N(a, fl_time_attr, n);
    for (int i = 0; i < n; i++) {
        if (i >= n_keys && i < n_keys + n_calls) {
            const fl_agg_call *c = &merged->window_agg.calls[i - n_keys];
            fields[i] = (fl_field){c->name, c->type, NULL};
            continue;
        }
        int from = i < n_keys ? i : i - n_calls + n_old;
        fields[i] = old->schema.fields[from];
        out->attrs[i] = old->attrs[from];
    }
    out->schema = (fl_schema){n, fields};
}

/* Who reads output `output` of `old` reads `merged` from now on. */
static void redirect(fl_job_plan *job, fl_plan *old, int output, fl_plan *merged, int new_output, const int *map) {
    for (int i = 0; i < job->n_nodes; i++) {
        fl_plan *p = job->nodes[i];
        for (int k = 0; k < p->n_inputs; k++) {
            if (p->inputs[k].node != old || p->inputs[k].output != output) continue;
            if (p->kind != FL_PLAN_CALC) { /* everybody else knows columns by their places */
                const fl_plan_output *was = &old->outputs[output];
                fl_plan *calc = fl_plan_new(job->arena, FL_PLAN_CALC, 1, 1);
                calc->outputs[0] = *was;
                calc->calc.exprs = FL_NEW_N(job->arena, fl_expr *, was->schema.n);
                for (int c = 0; c < was->schema.n; c++)
                    calc->calc.exprs[c] = fl_expr_column(job->arena, map[c], was->schema.fields[c].type);
                calc->inputs[0] = (fl_plan_input){merged, new_output};
                p->inputs[k] = fl_plan_ref(calc);
                continue;
            }
            p->inputs[k] = (fl_plan_input){merged, new_output};
            fl_expr **exprs = FL_NEW_N(job->arena, fl_expr *, p->outputs[0].schema.n);
            for (int c = 0; c < p->outputs[0].schema.n; c++)
                exprs[c] = fl_expr_renumber(job->arena, p->calc.exprs[c], map);
            p->calc.exprs = exprs;
            if (p->calc.condition != NULL) p->calc.condition = fl_expr_renumber(job->arena, p->calc.condition, map);
        }
    }
}

static void merge(fl_job_plan *job, fl_plan *a, fl_plan *b) {
    const fl_window_agg *x = &a->window_agg, *y = &b->window_agg;
    fl_plan *m = fl_plan_new(job->arena, FL_PLAN_WINDOW_AGG, 1, x->n_specs + y->n_specs);
    fl_agg_call *calls = FL_NEW_N(job->arena, fl_agg_call, x->n_calls + y->n_calls);
    fl_window_spec *specs = FL_NEW_N(job->arena, fl_window_spec, x->n_specs + y->n_specs);
    m->inputs[0] = a->inputs[0];
    m->span = a->span;
    m->window_agg = (fl_window_agg){
        .keys = x->keys, .n_keys = x->n_keys, .calls = calls, .specs = specs, .n_specs = x->n_specs + y->n_specs};
    for (int i = 0; i < x->n_calls; i++) add_call(&m->window_agg, calls, &x->calls[i]);
    for (int i = 0; i < y->n_calls; i++) add_call(&m->window_agg, calls, &y->calls[i]);
    for (int i = 0; i < m->window_agg.n_calls; i++) calls[i].name = fl_arena_printf(job->arena, "$a%d", i);
    for (int i = 0; i < m->n_outputs; i++) {
        fl_plan *old = i < x->n_specs ? a : b;
        int output = i < x->n_specs ? i : i - x->n_specs;
        specs[i] = old->window_agg.specs[output];
        describe_output(job->arena, m, i, &old->outputs[output], x->n_keys, old->window_agg.n_calls, specs[i].n_props);
        int *map = FL_NEW_N(job->arena, int, old->outputs[output].schema.n);
        const fl_plan one = {.window_agg = old->window_agg, .outputs = &old->outputs[output]};
        map_columns(&one, m, calls, map);
        redirect(job, old, output, m, i, map);
    }
}

void fl_plan_share_windows(fl_job_plan *job) {
    fl_plan_collect(job);
    for (int i = 0; i < job->n_nodes; i++)
        for (int k = i + 1; k < job->n_nodes; k++) {
            if (!can_share(job->nodes[i], job->nodes[k])) continue;
            merge(job, job->nodes[i], job->nodes[k]);
            for (int n = 0; n < job->n_nodes; n++) job->nodes[n]->id = -1;
            fl_plan_collect(job);
            i = -1; /* the list is a new one */
            break;
        }
    for (int i = 0; i < job->n_nodes; i++) job->nodes[i]->id = -1;
}
