/* SPDX-License-Identifier: Apache-2.0 */
/* rel.c -- makes nodes of relational algebra, merging what can be one as it goes. */
#include "sql/rel.h"

static fl_rel *new_rel(fl_arena *a, fl_rel_kind kind, fl_rel *const *inputs, int n_inputs, int n_cols) {
    fl_rel *r = FL_NEW(a, fl_rel);
    r->kind = kind;
    r->n_inputs = n_inputs;
    r->inputs = FL_NEW_N(a, fl_rel *, n_inputs);
    for (int i = 0; i < n_inputs; i++) r->inputs[i] = inputs[i];
    r->n_cols = n_cols;
    r->cols = FL_NEW_N(a, fl_rel_column, n_cols);
    return r;
}

fl_expr *fl_rel_ref(fl_arena *a, const fl_rel *r, int column) {
    return fl_expr_column(a, column, r->cols[column].type);
}

/* ---- leaves ---- */

fl_rel *fl_rel_scan(fl_arena *a, fl_rel_table *t, bool batch) {
    const fl_catalog_table *d = t->def;
    fl_rel *r = new_rel(a, FL_REL_SCAN, NULL, 0, d->n_columns);
    r->scan = t;
    for (int i = 0; i < d->n_columns; i++) {
        const fl_type *type = d->columns[i].type;
        fl_time_attr attr = type->attr;
        if (batch && attr == FL_ATTR_ROWTIME) attr = FL_ATTR_NONE; /* in batch mode time is like any other column */
        if (attr == FL_ATTR_ROWTIME) type = fl_type_time(a, type->kind, 3, type->nullable);
        r->cols[i] = (fl_rel_column){.name = d->columns[i].name, .type = fl_type_attr(a, type, attr), .attr = attr};
    }
    return r;
}

fl_rel *fl_rel_values(fl_arena *a, const fl_rel_column *cols, int n_cols, fl_expr *const *rows, int n_rows) {
    fl_rel *r = new_rel(a, FL_REL_VALUES, NULL, 0, n_cols);
    memcpy(r->cols, cols, sizeof *cols * (size_t)n_cols);
    r->values = fl_batch_new(n_cols, n_rows);
    for (int c = 0; c < n_cols; c++) {
        r->values->cols[c] = fl_column_new(cols[c].type, n_rows);
        for (int i = 0; i < n_rows; i++) fl_column_append_value(r->values->cols[c], &rows[i * n_cols + c]->value);
    }
    fl_arena_on_free(a, (void (*)(void *))fl_batch_unref, r->values);
    return r;
}

fl_rel *fl_rel_one_row(fl_arena *a) {
    const fl_type *type = fl_type_of(FL_T_INT, false);
    fl_expr *zero = fl_expr_int(a, 0, type);
    return fl_rel_values(a, &(fl_rel_column){.name = "ZERO", .type = type}, 1, &zero, 1);
}

/* ---- projections and filters ---- */

static void count_uses(const fl_expr *e, int *uses) {
    if (e->kind == FL_EXPR_COLUMN) uses[e->column]++;
    for (int i = 0; e->kind == FL_EXPR_CALL && i < e->n_args; i++) count_uses(e->args[i], uses);
}

/* Whether a calc's columns can be put in the place of references to them: what differs from call to call is computed in
 * one place only. `uses` counts the references. */
static bool can_inline(const fl_rel *calc, const int *uses, int most) {
    for (int i = 0; i < calc->n_cols; i++)
        if (uses[i] > most && !fl_expr_deterministic(calc->calc.exprs[i])) return false;
    return true;
}

static void describe_calc_columns(fl_arena *a, fl_rel *r, const char *const *names) {
    const fl_rel *in = r->inputs[0];
    for (int i = 0; i < r->n_cols; i++) {
        const fl_expr *e = r->calc.exprs[i];
        fl_rel_column *c = &r->cols[i];
        *c = (fl_rel_column){.name = names[i], .type = e->type};
        if (e->kind == FL_EXPR_COLUMN) {
            c->attr = in->cols[e->column].attr;
            c->prop = in->cols[e->column].prop;
            c->named_row = in->cols[e->column].named_row;
        } else if (fl_expr_is_named_row(e)) {
            c->named_row = true;
        } else if (fl_expr_is_call(e, "PROCTIME")) {
            c->attr = FL_ATTR_PROCTIME;
        }
    }
    r->window = in->window;
    r->n_window_keys = in->n_window_keys;
    int *keys = FL_NEW_N(a, int, in->n_window_keys);
    for (int k = 0; k < in->n_window_keys; k++) {
        keys[k] = -1;
        for (int i = r->n_cols - 1; i >= 0; i--)
            if (r->calc.exprs[i]->kind == FL_EXPR_COLUMN && r->calc.exprs[i]->column == in->window_keys[k]) keys[k] = i;
    }
    r->window_keys = keys;
}

static fl_rel *new_calc(fl_arena *a, fl_rel *input, fl_expr *condition, fl_expr *const *exprs, const char *const *names,
                        int n) {
    fl_rel *r = new_rel(a, FL_REL_CALC, &input, 1, n);
    r->calc.condition = condition;
    r->calc.exprs = FL_NEW_N(a, fl_expr *, n);
    if (n > 0) memcpy(r->calc.exprs, exprs, sizeof *exprs * (size_t)n);
    describe_calc_columns(a, r, names);
    return r;
}

static const char **names_of(fl_arena *a, const fl_rel *r) {
    const char **names = FL_NEW_N(a, const char *, r->n_cols);
    for (int i = 0; i < r->n_cols; i++) names[i] = r->cols[i].name;
    return names;
}

fl_rel *fl_rel_project(fl_arena *a, fl_rel *input, fl_expr *const *exprs, const char *const *names, int n) {
    if (input->kind != FL_REL_CALC) return new_calc(a, input, NULL, exprs, names, n);
    int *uses = FL_NEW_N(a, int, input->n_cols);
    for (int i = 0; i < n; i++) count_uses(exprs[i], uses);
    if (!can_inline(input, uses, 1)) return new_calc(a, input, NULL, exprs, names, n);
    fl_expr **merged = FL_NEW_N(a, fl_expr *, n);
    for (int i = 0; i < n; i++) merged[i] = fl_expr_substitute(a, exprs[i], input->calc.exprs);
    return new_calc(a, input->inputs[0], input->calc.condition, merged, names, n);
}

static fl_expr *conjunction(fl_arena *a, fl_expr *x, fl_expr *y) {
    if (x == NULL) return y;
    fl_bind b = {.arena = a};
    fl_expr *args[2] = {x, y}, *both;
    fl_error err;
    int rc = fl_expr_call_name(&b, "AND", args, 2, y->span, &both, &err);
    fl_assert(rc == 0); /* both are BOOLEAN */
    return both;
}

bool fl_rel_can_filter_before(const fl_rel *window, const fl_expr *condition) {
    bool used[window->n_cols];
    memset(used, 0, sizeof used);
    fl_expr_columns(condition, used);
    for (int i = 0; i < window->n_window_keys && window->window->kind == FL_WINDOW_SESSION; i++)
        used[window->window_keys[i]] = false;
    for (int i = 0; i < window->n_cols; i++)
        if (used[i] && (window->cols[i].prop != FL_REL_PLAIN || window->window->kind == FL_WINDOW_SESSION))
            return false;
    return true;
}

fl_rel *fl_rel_filter(fl_arena *a, fl_rel *input, fl_expr *condition) {
    if (input->kind == FL_REL_WINDOW && fl_rel_can_filter_before(input, condition)) {
        fl_rel *copy = FL_NEW(a, fl_rel);
        *copy = *input;
        copy->inputs = FL_NEW_N(a, fl_rel *, 1);
        copy->inputs[0] = fl_rel_filter(a, input->inputs[0], condition);
        return copy;
    }
    if (input->kind == FL_REL_CALC) {
        int *uses = FL_NEW_N(a, int, input->n_cols);
        count_uses(condition, uses);
        if (can_inline(input, uses, 0)) {
            fl_expr *both = conjunction(a, input->calc.condition, fl_expr_substitute(a, condition, input->calc.exprs));
            return new_calc(a, input->inputs[0], both, input->calc.exprs, names_of(a, input), input->n_cols);
        }
    }
    fl_expr **same = FL_NEW_N(a, fl_expr *, input->n_cols);
    for (int i = 0; i < input->n_cols; i++) same[i] = fl_rel_ref(a, input, i);
    return new_calc(a, input, condition, same, names_of(a, input), input->n_cols);
}

fl_rel *fl_rel_rename(fl_arena *a, fl_rel *input, const char *const *names) {
    fl_rel *copy = FL_NEW(a, fl_rel);
    *copy = *input;
    copy->cols = FL_NEW_N(a, fl_rel_column, input->n_cols);
    for (int i = 0; i < input->n_cols; i++) {
        copy->cols[i] = input->cols[i];
        copy->cols[i].name = names[i];
    }
    return copy;
}

/* ---- rows made from rows ---- */

fl_rel *fl_rel_correlate_new(fl_arena *a, fl_rel *input, const fl_rel_correlate *c, const fl_rel_column *made, int n) {
    fl_rel *r = new_rel(a, FL_REL_CORRELATE, &input, 1, input->n_cols + n);
    r->correlate = *c;
    for (int i = 0; i < input->n_cols; i++) r->cols[i] = input->cols[i];
    for (int i = 0; i < n; i++) {
        r->cols[input->n_cols + i] = made[i];
        if (c->left) r->cols[input->n_cols + i].type = fl_type_nullable(a, made[i].type, true);
    }
    r->window = input->window; /* what is made of a row belongs to the row's window */
    r->window_keys = input->window_keys;
    r->n_window_keys = input->n_window_keys;
    return r;
}

/* ---- windows and aggregates ---- */

fl_rel *fl_rel_window(fl_arena *a, fl_rel *input, const fl_window *w, const int *keys, int n_keys, bool batch) {
    int n = input->n_cols;
    fl_rel *r = new_rel(a, FL_REL_WINDOW, &input, 1, n + 3);
    for (int i = 0; i < n; i++) {
        r->cols[i] = input->cols[i];
        r->cols[i].prop = FL_REL_PLAIN;
        if (i == w->time_col && r->cols[i].attr == FL_ATTR_ROWTIME)
            r->cols[i].attr = FL_ATTR_NONE; /* the mark in its type stays */
    }
    const fl_type *bound = fl_type_time(a, FL_T_TIMESTAMP, 3, false), *time = input->cols[w->time_col].type;
    fl_time_attr attr = batch && !w->proctime ? FL_ATTR_NONE : w->proctime ? FL_ATTR_PROCTIME : FL_ATTR_ROWTIME;
    time = fl_type_attr(a, fl_type_time(a, time->kind, FL_MIN(time->precision, 3), false), attr);
    r->cols[n] = (fl_rel_column){.name = "window_start", .type = bound, .prop = FL_REL_WINDOW_START};
    r->cols[n + 1] = (fl_rel_column){.name = "window_end", .type = bound, .prop = FL_REL_WINDOW_END};
    r->cols[n + 2] = (fl_rel_column){.name = "window_time", .type = time, .attr = attr, .prop = FL_REL_WINDOW_TIME};
    r->window = w;
    r->window_keys = keys;
    r->n_window_keys = n_keys;
    return r;
}

bool fl_rel_is_window_aggregate(const fl_rel *r) {
    const fl_rel *in = r->inputs[0];
    if (in->window == NULL || r->aggregate.group_window != NULL) return false;
    bool start = false, end = false;
    int plain = 0, matched = 0;
    for (int i = 0; i < r->aggregate.n_keys; i++) {
        int key = r->aggregate.keys[i];
        start = start || in->cols[key].prop == FL_REL_WINDOW_START;
        end = end || in->cols[key].prop == FL_REL_WINDOW_END;
        plain += in->cols[key].prop == FL_REL_PLAIN;
        for (int k = 0; k < in->n_window_keys; k++) matched += in->window_keys[k] == key;
    }
    if (!start || !end) return false;
    return in->window->kind != FL_WINDOW_SESSION || (matched == in->n_window_keys && plain == matched);
}

static const fl_type *prop_type(fl_arena *a, const fl_rel *input, const fl_rel_aggregate *agg, fl_window_prop prop,
                                fl_time_attr *attr) {
    const fl_window *w = agg->group_window;
    *attr = FL_ATTR_NONE;
    if (prop == FL_PROP_START || prop == FL_PROP_END) return fl_type_time(a, FL_T_TIMESTAMP, 3, false);
    const fl_rel_column *time = &input->cols[w->time_col];
    *attr = w->proctime ? FL_ATTR_PROCTIME : time->type->attr;
    return fl_type_attr(a, fl_type_time(a, w->ltz ? FL_T_TIMESTAMP_LTZ : FL_T_TIMESTAMP, 3, agg->legacy), *attr);
}

fl_rel *fl_rel_aggregate_new(fl_arena *a, fl_rel *input, const fl_rel_aggregate *agg, const char *const *names) {
    fl_rel *r = new_rel(a, FL_REL_AGGREGATE, &input, 1, agg->n_keys + agg->n_calls + agg->n_props);
    r->aggregate = *agg;
    int c = 0;
    bool windowed = fl_rel_is_window_aggregate(r);
    for (int i = 0; i < agg->n_keys; i++, c++) {
        r->cols[c] = input->cols[agg->keys[i]];
        if (windowed && r->cols[c].prop != FL_REL_PLAIN) continue; /* window columns stay what they are */
        r->cols[c].attr = FL_ATTR_NONE;
        r->cols[c].prop = FL_REL_PLAIN;
    }
    for (int i = 0; i < agg->n_calls; i++, c++) r->cols[c] = (fl_rel_column){.type = agg->calls[i].type};
    for (int i = 0; i < agg->n_props; i++, c++)
        r->cols[c].type = prop_type(a, input, agg, agg->props[i], &r->cols[c].attr);
    for (int i = 0; i < r->n_cols; i++) r->cols[i].name = names[i];
    if (windowed) {
        r->window = input->window;
        r->n_window_keys = 0;
    }
    return r;
}

/* ---- union ---- */

fl_rel *fl_rel_union(fl_arena *a, fl_rel *const *inputs, int n, const fl_type *const *types) {
    fl_rel *r = new_rel(a, FL_REL_UNION, inputs, n, inputs[0]->n_cols);
    for (int c = 0; c < r->n_cols; c++) {
        r->cols[c] = (fl_rel_column){.name = inputs[0]->cols[c].name, .type = types[c]};
        for (int i = 0; i < n; i++) /* one attribute makes the column one */
            if (inputs[i]->cols[c].attr == types[c]->attr) r->cols[c].attr = types[c]->attr;
    }
    return r;
}
