/* SPDX-License-Identifier: Apache-2.0 */
/* rewrite.c -- SELECT … FROM TABLE(TUMBLE(…)) GROUP BY window_start, window_end as an aggregate by windows.
 *
 *     Aggregate(keys k, window_start, window_end)            Calc (columns in their old order)
 *       Calc                                           ─►      Aggregate(keys k; TUMBLE(ts); props start, end)
 *         Window(TUMBLE(ts))                                     Calc
 *           input                                                  input
 *
 * The window function disappears unless something between it and the aggregate looks at window columns. Then, and where
 * the windows come from an earlier aggregate, rows bring their window with them: the new aggregate is `attached` to it.
 */
#include "sql/planner_int.h"

#include "messages/query.h"

/* The node with columns and window of another one, which it stands for. */
static fl_rel *described_as(fl_rel *r, const fl_rel *old) {
    for (int i = 0; i < old->n_cols; i++) r->cols[i] = old->cols[i];
    r->window = old->window;
    r->window_keys = old->window_keys;
    r->n_window_keys = old->n_window_keys;
    return r;
}

/* The window function below `r`, if only a calc lies between that does nothing to window columns but pass them on. */
static const fl_rel *plain_window_below(const fl_rel *r) {
    if (r->kind == FL_REL_WINDOW) return r;
    if (r->kind != FL_REL_CALC || r->inputs[0]->kind != FL_REL_WINDOW) return NULL;
    const fl_rel *w = r->inputs[0];
    if (r->calc.condition != NULL && !fl_rel_can_filter_before(w, r->calc.condition)) return NULL;
    for (int i = 0; i < r->n_cols; i++) {
        const fl_expr *e = r->calc.exprs[i];
        if (e->kind == FL_EXPR_COLUMN) continue;
        bool used[w->n_cols];
        memset(used, 0, sizeof used);
        fl_expr_columns(e, used);
        for (int c = 0; c < w->n_cols; c++)
            if (used[c] && w->cols[c].prop != FL_REL_PLAIN) return NULL;
    }
    return w;
}

/* An aggregate of window_start and the like needs the columns themselves. */
static bool calls_read_window(const fl_rel *agg) {
    const fl_rel *in = agg->inputs[0];
    for (int i = 0; i < agg->aggregate.n_calls; i++) {
        const fl_agg_call *c = &agg->aggregate.calls[i];
        for (int k = 0; k < c->n_args; k++)
            if (c->args[k].column >= 0 && in->cols[c->args[k].column].prop != FL_REL_PLAIN) return true;
    }
    return false;
}

static int check_window(fl_sql_ctx *c, const fl_window *w, fl_span span, fl_error *err) {
    if (w->kind == FL_WINDOW_TUMBLE && (w->offset >= w->size || w->offset <= -w->size)) {
        fl_fail(err, FL_ERR_QUERY_OFFSET, (long long)w->size, (long long)w->offset);
        return fl_error_at(err, span);
    }
    if (w->kind != FL_WINDOW_HOP || c->batch || w->size % w->slide == 0) return 0;
    fl_fail(err, FL_ERR_QUERY_HOP, (long long)w->size, (long long)w->slide);
    return fl_error_at(err, span);
}

/* The rows before the window function: the calc's plain columns, then the time attribute. map[]: new places of
 * columns. */
static fl_rel *below_window(fl_arena *a, const fl_rel *in, const fl_rel *window, int *map, int *time_col) {
    fl_expr **exprs = FL_NEW_N(a, fl_expr *, in->n_cols + 1);
    const char **names = FL_NEW_N(a, const char *, in->n_cols + 1);
    fl_rel *source = window->inputs[0];
    int n = 0;
    for (int i = 0; i < in->n_cols; i++) {
        map[i] = -1;
        if (in->cols[i].prop != FL_REL_PLAIN) continue;
        map[i] = n;
        names[n] = in->cols[i].name;
        exprs[n++] = in->kind == FL_REL_CALC ? in->calc.exprs[i] : fl_rel_ref(a, source, i);
    }
    *time_col = n;
    names[n] = source->cols[window->window->time_col].name;
    exprs[n++] = fl_rel_ref(a, source, window->window->time_col);
    if (in->kind == FL_REL_CALC && in->calc.condition != NULL) source = fl_rel_filter(a, source, in->calc.condition);
    return fl_rel_project(a, source, exprs, names, n);
}

static fl_window_prop prop_of(fl_rel_prop p) {
    return p == FL_REL_WINDOW_START ? FL_PROP_START : p == FL_REL_WINDOW_END ? FL_PROP_END : FL_PROP_TIME;
}

/* The same aggregate by windows over `input`, with its columns in the order and with the types of the old one. */
static fl_rel *regroup(fl_arena *a, const fl_rel *agg, fl_rel *input, const int *map, const fl_window *w) {
    const fl_rel *old = agg->inputs[0];
    int n_keys = agg->aggregate.n_keys, n_calls = agg->aggregate.n_calls, n_plain = 0, n_props = 0;
    int *keys = FL_NEW_N(a, int, n_keys), *place = FL_NEW_N(a, int, n_keys);
    fl_window_prop *props = FL_NEW_N(a, fl_window_prop, n_keys);
    for (int i = 0; i < n_keys; i++) {
        int key = agg->aggregate.keys[i];
        if (old->cols[key].prop == FL_REL_PLAIN) {
            place[i] = n_plain;
            keys[n_plain++] = map[key];
        } else {
            place[i] = n_props;
            props[n_props++] = prop_of(old->cols[key].prop);
        }
    }
    fl_rel_aggregate by = {
        .keys = keys, .n_keys = n_plain, .n_calls = n_calls, .group_window = w, .props = props, .n_props = n_props};
    by.calls = FL_NEW_N(a, fl_agg_call, n_calls);
    const char **names = FL_NEW_N(a, const char *, n_keys + n_calls),
               **old_names = FL_NEW_N(a, const char *, agg->n_cols);
    for (int i = 0; i < n_calls; i++) {
        by.calls[i] = agg->aggregate.calls[i];
        fl_agg_call_map(&by.calls[i], map);
    }
    int *at = FL_NEW_N(a, int, agg->n_cols);
    for (int i = 0; i < agg->n_cols; i++) {
        bool plain = i < n_keys && old->cols[agg->aggregate.keys[i]].prop == FL_REL_PLAIN;
        at[i] = i >= n_keys ? n_plain + i - n_keys : plain ? place[i] : n_plain + n_calls + place[i];
        names[at[i]] = old_names[i] = agg->cols[i].name;
    }
    fl_rel *r = fl_rel_aggregate_new(a, input, &by, names);
    r->span = agg->span;
    fl_expr **exprs = FL_NEW_N(a, fl_expr *, agg->n_cols);
    for (int i = 0; i < agg->n_cols; i++) exprs[i] = fl_expr_column(a, at[i], agg->cols[i].type);
    return described_as(fl_rel_project(a, r, exprs, old_names, agg->n_cols), agg);
}

static int find_end(const fl_rel *r) {
    for (int i = 0; i < r->n_cols; i++)
        if (r->cols[i].prop == FL_REL_WINDOW_END) return i;
    return -1;
}

static int rewrite_aggregate(fl_sql_ctx *c, fl_rel *agg, fl_rel **out, fl_error *err) {
    fl_arena *a = c->arena;
    fl_rel *in = agg->inputs[0];
    int *map = FL_NEW_N(a, int, in->n_cols);
    fl_window *w = FL_NEW(a, fl_window);
    const fl_rel *window = calls_read_window(agg) ? NULL : plain_window_below(in);
    *w = *in->window;
    FL_TRY(check_window(c, w, agg->span, err));
    if (window != NULL) {
        fl_rel *below = below_window(a, in, window, map, &w->time_col);
        *out = regroup(a, agg, below, map, w);
        return 0;
    }
    if (w->kind == FL_WINDOW_SESSION || w->proctime) {
        fl_fail(err, FL_ERR_QUERY_WINDOW_COLUMNS, w->proctime ? "processing-time windows" : "SESSION windows");
        return fl_error_at(err, agg->span);
    }
    w->attached = true;
    w->time_col = find_end(in);
    if (w->kind == FL_WINDOW_HOP) w->offset += w->size; /* the grid of window ends */
    for (int i = 0; i < in->n_cols; i++) map[i] = i;
    *out = regroup(a, agg, in, map, w);
    return 0;
}

/* A rewritten aggregate ends in a calc, which may now meet another one. */
static fl_rel *merge_calcs(fl_arena *a, const fl_rel *calc) {
    const char **names = FL_NEW_N(a, const char *, calc->n_cols);
    for (int i = 0; i < calc->n_cols; i++) names[i] = calc->cols[i].name;
    fl_rel *below = calc->inputs[0];
    if (calc->calc.condition != NULL) below = fl_rel_filter(a, below, calc->calc.condition);
    return described_as(fl_rel_project(a, below, calc->calc.exprs, names, calc->n_cols), calc);
}

int fl_rewrite_windows(fl_sql_ctx *c, fl_rel *rel, fl_rel **out, fl_error *err) {
    fl_rel *copy = FL_NEW(c->arena, fl_rel);
    *copy = *rel;
    copy->inputs = FL_NEW_N(c->arena, fl_rel *, rel->n_inputs);
    bool windowed = rel->kind == FL_REL_AGGREGATE && fl_rel_is_window_aggregate(rel);
    for (int i = 0; i < rel->n_inputs; i++) FL_TRY(fl_rewrite_windows(c, rel->inputs[i], &copy->inputs[i], err));
    if (windowed) return rewrite_aggregate(c, copy, out, err);
    *out = copy->kind == FL_REL_CALC && copy->inputs[0]->kind == FL_REL_CALC ? merge_calcs(c->arena, copy) : copy;
    return 0;
}
