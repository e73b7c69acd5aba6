/* SPDX-License-Identifier: Apache-2.0 */
/* planner.c -- algebra to plan: which columns are read, where rows are exchanged, which row kinds travel, who may take
 * them.
 *
 * Algorithm:  1. from the sinks down, find out which columns of each declared table somebody needs, over all queries of
 *                the job; the table is then read once with these columns.
 *             2. from the tables up, make plan nodes. A projection that only picks columns is no node: its parent looks
 *                for its columns at other places (`map`). Equal nodes become one (share.c).
 *             3. window aggregates over the same rows share their slices (share.c).
 * A declared table becomes   Scan ─ [Exchange] ─ [Calc: computed columns] ─ [WatermarkAssigner].
 */
#include <stdio.h>

#include "connectors/connector.h"
#include "expr/program.h"
#include "messages/query.h"
#include "messages/table.h"
#include "sql/planner_int.h"

/* A declared table in the plan. */
typedef struct table_plan {
    const fl_rel_table *table;
    bool *needed; /* of each declared column */
    bool planned;
    fl_plan_input out;
    int *map;          /* of each declared column: its place in `out`, or -1 */
    int n_reads;       /* how often the job names it, and by how many of these rows are filtered at once */
    fl_expr **filters; /* what must be true of a row's partition keys to be wanted, once for each read with a filter */
    int n_filters, cap_filters;
} table_plan;

typedef struct planner {
    fl_sql_ctx *c;
    fl_arena *a;
    fl_job_plan *job;
    fl_plan_pool pool;
    table_plan *tables;
    int n_tables;
} planner;

/* A node of algebra in the plan: where its rows come from, and at which place each of its columns is (-1: nowhere). */
typedef struct planned {
    fl_plan_input in;
    int *map;
} planned;

static const fl_plan_output *output_of(const planned *p) { return fl_plan_out(p->in); }

static table_plan *find_table(planner *p, const fl_rel_table *t) {
    for (int i = 0; i < p->n_tables; i++)
        if (p->tables[i].table == t) return &p->tables[i];
    fl_assert(!"a table that the binder has opened");
    return NULL;
}

/* ---- 1. what is needed ---- */

/* needed[] of the input, for what is needed of the node. */
static void needs_of_input(const fl_rel *r, const bool *needed, bool *of_input) {
    const fl_rel *in = r->inputs[0];
    switch (r->kind) {
    case FL_REL_CALC:
        for (int i = 0; i < r->n_cols; i++)
            if (needed[i]) fl_expr_columns(r->calc.exprs[i], of_input);
        if (r->calc.condition != NULL) fl_expr_columns(r->calc.condition, of_input);
        break;
    case FL_REL_CORRELATE:
        for (int i = 0; i < in->n_cols; i++) of_input[i] = needed[i];
        for (int i = 0; i < r->correlate.n_args; i++) fl_expr_columns(r->correlate.args[i], of_input);
        break;
    case FL_REL_WINDOW:
        for (int i = 0; i < in->n_cols; i++) of_input[i] = needed[i];
        if (!r->window->proctime) of_input[r->window->time_col] = true;
        for (int i = 0; i < r->n_window_keys; i++) of_input[r->window_keys[i]] = true;
        break;
    case FL_REL_AGGREGATE:
        for (int i = 0; i < r->aggregate.n_keys; i++) of_input[r->aggregate.keys[i]] = true;
        for (int i = 0; i < r->aggregate.n_calls; i++) {
            const fl_agg_call *call = &r->aggregate.calls[i];
            for (int k = 0; k < call->n_args; k++)
                if (call->args[k].column >= 0) of_input[call->args[k].column] = true;
            if (call->filter >= 0) of_input[call->filter] = true;
        }
        if (r->aggregate.group_window != NULL && !r->aggregate.group_window->proctime)
            of_input[r->aggregate.group_window->time_col] = true;
        break;
    case FL_REL_UNION:
        for (int i = 0; i < r->n_cols; i++) of_input[i] = needed[i];
        break;
    default: break;
    }
}

/* ---- partitions that nobody wants ---- */

/* True if the expression reads partition keys only; map[] has their places among the keys, -1 for other columns. */
static bool reads_keys_only(const fl_expr *e, const int *map) {
    if (e->kind == FL_EXPR_COLUMN) return map[e->column] >= 0;
    for (int i = 0; e->kind == FL_EXPR_CALL && i < e->n_args; i++)
        if (!reads_keys_only(e->args[i], map)) return false;
    return true;
}

static fl_expr *both(planner *p, const char *op, fl_expr *x, fl_expr *y, fl_error *err) {
    fl_bind b = {.arena = p->a};
    fl_expr *args[2] = {x, y}, *out;
    int rc = x == NULL || y == NULL ? 0 : fl_expr_call_name(&b, op, args, 2, y->span, &out, err);
    fl_assert(rc == 0); /* both are BOOLEAN */
    return x == NULL ? y : y == NULL ? x : out;
}

/* The part of a condition that is about partition keys, over a row of those; NULL: none is. */
static fl_expr *about_keys(planner *p, const fl_expr *e, const int *map, fl_error *err) {
    if (!fl_expr_deterministic(e) || fl_expr_reads_marks(e)) return NULL;
    if (reads_keys_only(e, map)) return fl_expr_renumber(p->a, e, map);
    fl_expr *part = NULL;
    for (int i = 0; fl_expr_is_call(e, "AND") && i < e->n_args; i++)
        part = both(p, "AND", part, about_keys(p, e->args[i], map, err), err);
    return part;
}

static void note_filter(planner *p, const fl_rel *calc) {
    table_plan *t = find_table(p, calc->inputs[0]->scan);
    const fl_catalog_table *d = t->table->def;
    int *map = FL_NEW_N(p->a, int, d->n_columns);
    fl_error err;
    for (int i = 0; i < d->n_columns; i++) map[i] = -1;
    for (int i = 0; i < d->n_partition_keys; i++) map[d->partition_keys[i]] = i;
    fl_expr *filter =
        calc->calc.condition != NULL && d->n_partition_keys > 0 ? about_keys(p, calc->calc.condition, map, &err) : NULL;
    if (filter != NULL) FL_PUSH(p->a, t->filters, t->n_filters, t->cap_filters, filter);
}

typedef struct pruning {
    fl_sql_ctx *c;
    fl_expr *condition;
    int n_keys;
} pruning;

static int prune(void *arg, const fl_batch *partitions, bool *keep, fl_error *err) {
    const pruning *pr = arg;
    fl_arena scratch;
    fl_program *program;
    fl_column *wanted = NULL;
    fl_arena_init(&scratch);
    fl_eval ev = {.pf = pr->c->pf, .tz = pr->c->tz, .scratch = &scratch, .watermark = FL_WATERMARK_MIN};
    int rc = fl_program_new(&scratch, &pr->condition, 1, pr->n_keys, &program, err);
    if (rc == 0) rc = fl_program_run(program, &ev, (fl_batch *)(uintptr_t)partitions, true, &wanted, err);
    for (int i = 0; rc == 0 && i < partitions->n; i++)
        keep[i] = !fl_column_is_null(wanted, i) && fl_bit(wanted->data, fl_column_at(wanted, i));
    if (rc == 0) fl_column_unref(wanted);
    fl_arena_deinit(&scratch);
    return rc;
}

/* A partition is left out if no read of the table wants it: each of them must have a filter. */
static void set_pruning(planner *p, const table_plan *t, fl_source_plan *source) {
    fl_error err;
    if (t->n_filters == 0 || t->n_filters < t->n_reads) return;
    pruning *pr = FL_NEW(p->a, pruning);
    *pr = (pruning){.c = p->c, .n_keys = t->table->def->n_partition_keys};
    for (int i = 0; i < t->n_filters; i++) pr->condition = both(p, "OR", pr->condition, t->filters[i], &err);
    source->prune = prune;
    source->prune_arg = pr;
}

static void collect_needs(planner *p, const fl_rel *r, const bool *needed) {
    if (r->kind == FL_REL_CALC && r->inputs[0]->kind == FL_REL_SCAN) note_filter(p, r);
    if (r->kind == FL_REL_SCAN) {
        table_plan *t = find_table(p, r->scan);
        t->n_reads++;
        for (int i = 0; i < r->n_cols; i++) t->needed[i] = t->needed[i] || needed[i];
    }
    for (int i = 0; i < r->n_inputs; i++) {
        bool *of_input = FL_NEW_N(p->a, bool, r->inputs[i]->n_cols);
        needs_of_input(r, needed, of_input);
        collect_needs(p, r->inputs[i], of_input);
    }
}

/* ---- plan nodes ---- */

static void set_column(fl_plan_output *out, fl_field *fields, int i, const char *name, const fl_type *type,
                       fl_time_attr attr) {
    fields[i] = (fl_field){name, type, NULL};
    out->attrs[i] = attr;
}

/* Room for n columns in an output. */
static fl_field *new_columns(planner *p, fl_plan_output *out, int n) {
    fl_field *fields = FL_NEW_N(p->a, fl_field, n);
    out->schema = (fl_schema){n, fields};
    out->attrs = FL_NEW_N(p->a, fl_time_attr, n);
    return fields;
}

/* The same columns as the input. */
static void same_columns(fl_plan *node, fl_plan_input in) {
    const fl_plan_output *from = fl_plan_out(in);
    node->inputs[0] = in;
    node->outputs[0] = *from;
}

/* A calc from expressions over the input. */
static fl_plan *new_calc(planner *p, fl_plan_input in, fl_expr *condition, fl_expr **exprs, const fl_rel_column *cols,
                         int n) {
    fl_plan *calc = fl_plan_new(p->a, FL_PLAN_CALC, 1, 1);
    fl_field *fields = new_columns(p, &calc->outputs[0], n);
    calc->inputs[0] = in;
    calc->outputs[0].changes = fl_plan_out(in)->changes;
    for (int i = 0; i < n; i++) set_column(&calc->outputs[0], fields, i, cols[i].name, cols[i].type, cols[i].attr);
    calc->calc.condition = condition;
    calc->calc.exprs = exprs;
    return fl_plan_intern(&p->pool, calc);
}

static fl_plan_input exchange(planner *p, fl_plan_input in, fl_distribution how, const int *keys, int n_keys,
                              int parallelism) {
    fl_plan *x = fl_plan_new(p->a, FL_PLAN_EXCHANGE, 1, 1);
    same_columns(x, in);
    x->exchange = (fl_exchange){how, keys, n_keys, parallelism};
    return fl_plan_ref(fl_plan_intern(&p->pool, x));
}

/* Rows with equal keys meet in one subtask. */
static fl_plan_input exchange_by_keys(planner *p, fl_plan_input in, const int *keys, int n_keys) {
    return exchange(p, in, n_keys > 0 ? FL_DIST_HASH : FL_DIST_SINGLE, keys, n_keys, 0);
}

/* Exactly the columns cols[0..n), column i at place i, whatever else the input has. */
static fl_plan_input exact(planner *p, const planned *in, const fl_rel_column *cols, const int *which, int n) {
    const fl_plan_output *out = output_of(in);
    fl_expr **exprs = FL_NEW_N(p->a, fl_expr *, n);
    fl_rel_column *described = FL_NEW_N(p->a, fl_rel_column, n);
    bool same = out->schema.n == n;
    for (int i = 0; i < n; i++) {
        int column = which != NULL ? which[i] : i, at = in->map[column];
        fl_assert(at >= 0);
        described[i] = cols[column];
        exprs[i] = fl_expr_column(p->a, at, out->schema.fields[at].type);
        same = same && at == i && strcmp(out->schema.fields[i].name, cols[column].name) == 0;
    }
    return same ? in->in : fl_plan_ref(new_calc(p, in->in, NULL, exprs, described, n));
}

/* ---- declared tables ---- */

static fl_connector_ctx connector_ctx(const fl_sql_ctx *c) {
    return (fl_connector_ctx){.arena = c->arena,
                              .pf = c->pf,
                              .tz = c->tz,
                              .batch = c->batch,
                              .arrow_table = c->arrow_table,
                              .arrow_arg = c->arrow_arg,
                              .note = c->note,
                              .note_arg = c->note_arg};
}

/* What is needed of a table besides: the time attribute, and columns that expressions read. */
static void close_needs(const table_plan *t) {
    const fl_rel_table *r = t->table;
    if (r->rowtime >= 0) {
        t->needed[r->rowtime] = true;
        fl_expr_columns(r->watermark, t->needed);
    }
}

/* Columns that come from the connector: needed ones, and those that needed computed columns read. */
static bool *columns_read(planner *p, const table_plan *t) {
    int n = t->table->def->n_columns;
    bool *read = FL_NEW_N(p->a, bool, n);
    for (int i = 0; i < n; i++) {
        if (!t->needed[i]) continue;
        if (t->table->computed[i] != NULL)
            fl_expr_columns(t->table->computed[i], read);
        else
            read[i] = true;
    }
    return read;
}

/* The scan of the columns in `read`; at[]: their places. */
static int plan_scan(planner *p, const table_plan *t, const bool *read, int *at, fl_plan **out, fl_error *err) {
    const fl_rel_table *r = t->table;
    int n = r->def->n_columns, n_physical = 0, n_metadata = 0;
    int *columns = FL_NEW_N(p->a, int, n);
    fl_metadata_column *metadata = FL_NEW_N(p->a, fl_metadata_column, n);
    fl_plan *scan = fl_plan_new(p->a, FL_PLAN_SCAN, 0, 1);
    for (int i = 0; i < n; i++) at[i] = -1;
    for (int i = 0; i < n; i++) {
        if (!read[i] || r->physical[i] < 0) continue;
        at[i] = n_physical;
        columns[n_physical++] = r->physical[i];
    }
    for (int i = 0; i < n; i++) {
        if (!read[i] || r->metadata[i] == NULL) continue;
        at[i] = n_physical + n_metadata;
        metadata[n_metadata++] = *r->metadata[i];
    }
    fl_field *fields = new_columns(p, &scan->outputs[0], n_physical + n_metadata);
    for (int i = 0; i < n; i++)
        if (at[i] >= 0)
            set_column(&scan->outputs[0], fields, at[i], r->def->columns[i].name,
                       at[i] < n_physical ? r->table.physical.fields[columns[at[i]]].type
                                          : metadata[at[i] - n_physical].type,
                       FL_ATTR_NONE);
    fl_source_plan source = {.table = &r->table,
                             .columns = columns,
                             .n_columns = n_physical,
                             .metadata = metadata,
                             .n_metadata = n_metadata,
                             .changes = FL_CHANGES_INSERT};
    fl_connector_ctx ctx = connector_ctx(p->c);
    set_pruning(p, t, &source);
    scan->span = r->span;
    if (r->connector->plan_source(&ctx, &source, err) < 0) {
        fl_error_prefix(err, FL_AT_TABLE_READING, r->table.name);
        return fl_error_at(err, r->span);
    }
    scan->outputs[0].changes = source.changes;
    scan->scan = (fl_scan){.table = &r->table,
                           .type = r->connector->source,
                           .config = source.config,
                           .columns = columns,
                           .n_columns = n_physical,
                           .metadata = metadata,
                           .n_metadata = n_metadata,
                           .bounded = source.bounded,
                           .parallelism = source.parallelism};
    *out = scan;
    return 0;
}

/* Declared columns from those that the scan gives. map[]: their places from now on. */
static fl_plan_input plan_computed(planner *p, const table_plan *t, fl_plan_input in, const int *at, int *map,
                                   fl_error *err) {
    const fl_rel_table *r = t->table;
    int n = r->def->n_columns, n_out = 0;
    bool any = false;
    for (int i = 0; i < n; i++) any = any || (t->needed[i] && at[i] < 0) || (t->needed[i] && r->metadata[i] != NULL);
    for (int i = 0; i < n; i++) map[i] = any ? -1 : at[i];
    if (!any) return in;
    fl_expr **exprs = FL_NEW_N(p->a, fl_expr *, n);
    fl_rel_column *cols = FL_NEW_N(p->a, fl_rel_column, n);
    fl_bind b = {.arena = p->a, .tz = p->c->tz, .batch = p->c->batch, .legacy_cast = p->c->legacy_cast};
    for (int i = 0; i < n; i++) {
        if (!t->needed[i]) continue;
        const fl_type *type = fl_type_attr(p->a, r->def->columns[i].type, FL_ATTR_NONE);
        if (r->computed[i] != NULL) {
            exprs[n_out] = fl_expr_renumber(p->a, r->computed[i], at);
        } else {
            exprs[n_out] = fl_expr_column(p->a, at[i], fl_plan_out(in)->schema.fields[at[i]].type);
            if (r->metadata[i] != NULL &&
                fl_expr_cast(&b, exprs[n_out], type, false, (fl_span){0}, &exprs[n_out], err) < 0)
                return (fl_plan_input){0};
        }
        cols[n_out] =
            (fl_rel_column){.name = r->def->columns[i].name, .type = type, .attr = r->def->columns[i].type->attr};
        map[i] = n_out++;
    }
    return fl_plan_ref(new_calc(p, in, NULL, exprs, cols, n_out));
}

static fl_plan_input plan_watermark(planner *p, const table_plan *t, fl_plan_input in) {
    const fl_rel_table *r = t->table;
    fl_plan *w = fl_plan_new(p->a, FL_PLAN_WATERMARK, 1, 1);
    const fl_plan_output *from = fl_plan_out(in);
    fl_field *fields = new_columns(p, &w->outputs[0], from->schema.n);
    w->inputs[0] = in;
    w->outputs[0].changes = from->changes;
    for (int i = 0; i < from->schema.n; i++)
        set_column(&w->outputs[0], fields, i, from->schema.fields[i].name, from->schema.fields[i].type, from->attrs[i]);
    int at = t->map[r->rowtime];
    const fl_type *time = r->def->columns[r->rowtime].type;
    fields[at].type = fl_type_attr(p->a, fl_type_time(p->a, time->kind, 3, time->nullable), FL_ATTR_ROWTIME);
    w->outputs[0].attrs[at] = FL_ATTR_ROWTIME;
    w->watermark = (fl_watermark_assign){.rowtime = at,
                                         .expr = fl_expr_renumber(p->a, r->watermark, t->map),
                                         .interval_ms = p->c->watermark_interval_ms,
                                         .idle_ms = p->c->idle_timeout_ms};
    return fl_plan_ref(w);
}

static int plan_table(planner *p, table_plan *t, fl_error *err) {
    if (t->planned) return 0;
    int n = t->table->def->n_columns, *at = FL_NEW_N(p->a, int, n);
    fl_plan *scan = NULL;
    t->map = FL_NEW_N(p->a, int, n);
    close_needs(t);
    FL_TRY(plan_scan(p, t, columns_read(p, t), at, &scan, err));
    fl_plan_input in = fl_plan_ref(scan);
    if (scan->scan.parallelism > 0) in = exchange(p, in, FL_DIST_REBALANCE, NULL, 0, 0);
    in = plan_computed(p, t, in, at, t->map, err);
    if (in.node == NULL) return err->code;
    if (t->table->rowtime >= 0) in = plan_watermark(p, t, in);
    t->out = in;
    t->planned = true;
    return 0;
}

/* ---- 2. from algebra to plan ---- */

static int plan_rel(planner *p, const fl_rel *r, const bool *needed, bool need_before, planned *out, fl_error *err);

static int plan_input(planner *p, const fl_rel *r, const bool *needed, bool need_before, planned *out, fl_error *err) {
    bool *of_input = FL_NEW_N(p->a, bool, r->inputs[0]->n_cols);
    needs_of_input(r, needed, of_input);
    return plan_rel(p, r->inputs[0], of_input, need_before, out, err);
}

static int plan_values(planner *p, const fl_rel *r, planned *out) {
    fl_plan *v = fl_plan_new(p->a, FL_PLAN_VALUES, 0, 1);
    fl_field *fields = new_columns(p, &v->outputs[0], r->n_cols);
    out->map = FL_NEW_N(p->a, int, r->n_cols);
    for (int i = 0; i < r->n_cols; i++) {
        set_column(&v->outputs[0], fields, i, r->cols[i].name, r->cols[i].type, FL_ATTR_NONE);
        out->map[i] = i;
    }
    v->values.rows = r->values;
    out->in = fl_plan_ref(v);
    return 0;
}

static int plan_calc(planner *p, const fl_rel *r, const bool *needed, bool need_before, planned *out, fl_error *err) {
    planned in;
    FL_TRY(plan_input(p, r, needed, need_before || r->calc.condition != NULL, &in, err));
    bool picks = r->calc.condition == NULL;
    for (int i = 0; i < r->n_cols; i++) picks = picks && (!needed[i] || r->calc.exprs[i]->kind == FL_EXPR_COLUMN);
    out->map = FL_NEW_N(p->a, int, r->n_cols);
    for (int i = 0; i < r->n_cols; i++) out->map[i] = -1;
    if (picks) {
        for (int i = 0; i < r->n_cols; i++)
            if (needed[i]) out->map[i] = in.map[r->calc.exprs[i]->column];
        out->in = in.in;
        return 0;
    }
    fl_expr **exprs = FL_NEW_N(p->a, fl_expr *, r->n_cols);
    fl_rel_column *cols = FL_NEW_N(p->a, fl_rel_column, r->n_cols);
    int n = 0;
    for (int i = 0; i < r->n_cols; i++) {
        if (!needed[i]) continue;
        exprs[n] = fl_expr_renumber(p->a, r->calc.exprs[i], in.map);
        cols[n] = r->cols[i];
        out->map[i] = n++;
    }
    fl_expr *condition = r->calc.condition ? fl_expr_renumber(p->a, r->calc.condition, in.map) : NULL;
    out->in = fl_plan_ref(new_calc(p, in.in, condition, exprs, cols, n));
    return 0;
}

/* Made rows are made anew when a row is taken back, so whole rows must come back. */
static int plan_correlate(planner *p, const fl_rel *r, const bool *needed, planned *out, fl_error *err) {
    planned in;
    FL_TRY(plan_input(p, r, needed, true, &in, err));
    const fl_plan_output *from = output_of(&in);
    int n_in = r->inputs[0]->n_cols, n_made = r->n_cols - n_in, n = 0;
    int *keep = FL_NEW_N(p->a, int, n_in);
    fl_plan *c = fl_plan_new(p->a, FL_PLAN_CORRELATE, 1, 1);
    fl_field *fields = new_columns(p, &c->outputs[0], n_in + n_made);
    out->map = FL_NEW_N(p->a, int, r->n_cols);
    for (int i = 0; i < n_in; i++) {
        out->map[i] = -1;
        if (!needed[i]) continue;
        const int at = in.map[i];
        set_column(&c->outputs[0], fields, n, from->schema.fields[at].name, from->schema.fields[at].type,
                   from->attrs[at]);
        keep[n] = at;
        out->map[i] = n++;
    }
    for (int i = 0; i < n_made; i++) {
        const fl_rel_column *col = &r->cols[n_in + i];
        set_column(&c->outputs[0], fields, n + i, col->name, col->type, FL_ATTR_NONE);
        out->map[n_in + i] = n + i;
    }
    c->outputs[0].schema.n = n + n_made;
    c->outputs[0].changes = from->changes;
    c->inputs[0] = in.in;
    c->span = r->span;
    c->correlate = (fl_correlate){.call = r->correlate.call,
                                  .args = FL_NEW_N(p->a, fl_expr *, r->correlate.n_args),
                                  .n_args = r->correlate.n_args,
                                  .keep = keep,
                                  .n_keep = n,
                                  .left = r->correlate.left,
                                  .condition = r->correlate.condition};
    for (int i = 0; i < r->correlate.n_args; i++)
        c->correlate.args[i] = fl_expr_renumber(p->a, r->correlate.args[i], in.map);
    out->in = fl_plan_ref(fl_plan_intern(&p->pool, c));
    return 0;
}

static int *map_keys(planner *p, const int *keys, int n, const int *map) {
    int *out = FL_NEW_N(p->a, int, n);
    for (int i = 0; i < n; i++) {
        out[i] = map[keys[i]];
        fl_assert(out[i] >= 0);
    }
    return out;
}

/* Operators that keep rows do not take retractions yet. */
static int check_insert_only(const fl_rel *r, const planned *in, const char *what, fl_error *err) {
    if (output_of(in)->changes == FL_CHANGES_INSERT) return 0;
    fl_fail(err, FL_ERR_QUERY_UPDATES, what);
    return fl_error_at(err, r->span);
}

/* The window as the plan has it: time_col at its place, or -1 for the clock. */
static fl_window place_window(const fl_window *w, const int *map) {
    fl_window out = *w;
    out.time_col = w->proctime ? -1 : map[w->time_col];
    return out;
}

static int plan_window(planner *p, const fl_rel *r, const bool *needed, bool need_before, planned *out, fl_error *err) {
    planned in;
    bool session = r->window->kind == FL_WINDOW_SESSION;
    FL_TRY(plan_input(p, r, needed, need_before, &in, err));
    if (session) FL_TRY(check_insert_only(r, &in, "SESSION", err));
    int *keys = map_keys(p, r->window_keys, r->n_window_keys, in.map), n = output_of(&in)->schema.n,
        n_in = r->inputs[0]->n_cols;
    if (session) in.in = exchange_by_keys(p, in.in, keys, r->n_window_keys);
    fl_plan *w = fl_plan_new(p->a, session ? FL_PLAN_SESSION_TVF : FL_PLAN_WINDOW_TVF, 1, 1);
    fl_field *fields = new_columns(p, &w->outputs[0], n + 3);
    const fl_plan_output *from = output_of(&in);
    w->inputs[0] = in.in;
    w->outputs[0].changes = from->changes;
    w->tvf = (fl_window_tvf){place_window(r->window, in.map), keys, r->n_window_keys};
    w->span = r->span;
    for (int i = 0; i < n; i++)
        set_column(&w->outputs[0], fields, i, from->schema.fields[i].name, from->schema.fields[i].type, from->attrs[i]);
    out->map = FL_NEW_N(p->a, int, r->n_cols);
    for (int i = 0; i < n_in; i++) out->map[i] = in.map[i];
    for (int i = 0; i < 3; i++) {
        const fl_rel_column *c = &r->cols[n_in + i];
        set_column(&w->outputs[0], fields, n + i, c->name, c->type, c->attr);
        out->map[n_in + i] = n + i;
    }
    out->in = fl_plan_ref(fl_plan_intern(&p->pool, w));
    return 0;
}

static fl_agg_call *map_calls(planner *p, const fl_rel *r, const int *map) {
    fl_agg_call *calls = FL_NEW_N(p->a, fl_agg_call, r->aggregate.n_calls);
    for (int i = 0; i < r->aggregate.n_calls; i++) {
        calls[i] = r->aggregate.calls[i];
        fl_agg_call_map(&calls[i], map);
    }
    return calls;
}

/* In Flink windows that share slices, and sessions, merge accumulators, and not every function can. */
static int check_mergeable(const planner *p, const fl_rel_aggregate *agg, fl_error *err) {
    const fl_window *w = agg->group_window;
    if (w == NULL || p->c->batch || w->attached || w->kind == FL_WINDOW_TUMBLE) return 0;
    for (int i = 0; i < agg->n_calls; i++) {
        const fl_agg_function *fn = agg->calls[i].fn;
        if (fn->unmergeable == NULL) continue;
        fl_fail(err, FL_ERR_QUERY_UNMERGEABLE, fn->unmergeable, fn->name, fl_window_kind_name[w->kind]);
        return fl_error_at(err, agg->calls[i].span);
    }
    return 0;
}

static int plan_aggregate(planner *p, const fl_rel *r, const bool *needed, bool need_before, planned *out,
                          fl_error *err) {
    const fl_rel_aggregate *agg = &r->aggregate;
    planned in;
    bool windowed = agg->group_window != NULL, session = windowed && agg->group_window->kind == FL_WINDOW_SESSION;
    FL_TRY(check_mergeable(p, agg, err));
    FL_TRY(plan_input(p, r, needed, true, &in, err));
    FL_TRY(check_insert_only(r, &in, windowed ? "a window aggregate" : "GROUP BY", err));
    int *keys = map_keys(p, agg->keys, agg->n_keys, in.map);
    fl_agg_call *calls = map_calls(p, r, in.map);
    in.in = exchange_by_keys(p, in.in, keys, agg->n_keys);
    fl_plan *n = fl_plan_new(p->a,
                             session    ? FL_PLAN_SESSION_AGG
                             : windowed ? FL_PLAN_WINDOW_AGG
                                        : FL_PLAN_GROUP_AGG,
                             1, 1);
    fl_field *fields = new_columns(p, &n->outputs[0], r->n_cols);
    out->map = FL_NEW_N(p->a, int, r->n_cols);
    for (int i = 0; i < r->n_cols; i++) {
        set_column(&n->outputs[0], fields, i, r->cols[i].name, r->cols[i].type, r->cols[i].attr);
        out->map[i] = i;
    }
    n->inputs[0] = in.in;
    n->span = r->span;
    if (windowed) {
        fl_window_spec *spec = FL_NEW(p->a, fl_window_spec);
        *spec = (fl_window_spec){place_window(agg->group_window, in.map), agg->props, agg->n_props, agg->legacy};
        n->window_agg = (fl_window_agg){keys, agg->n_keys, calls, agg->n_calls, spec, 1};
    } else {
        int *key = FL_NEW_N(p->a, int, agg->n_keys);
        for (int i = 0; i < agg->n_keys; i++) key[i] = i;
        n->group_agg = (fl_group_agg){keys,
                                      agg->n_keys,
                                      calls,
                                      agg->n_calls,
                                      need_before,
                                      agg->has_ttl && agg->n_calls > 0,
                                      p->c->batch ? 0 : p->c->bundle_rows,
                                      p->c->bundle_ms};
        n->outputs[0].key = key;
        n->outputs[0].n_key = agg->n_keys;
        if (!p->c->batch && agg->n_calls > 0)
            n->outputs[0].changes = need_before ? FL_CHANGES_INSERT | 1 << FL_UPDATE_BEFORE | 1 << FL_UPDATE_AFTER
                                                : FL_CHANGES_INSERT | 1 << FL_UPDATE_AFTER;
    }
    out->in = fl_plan_ref(fl_plan_intern(&p->pool, n));
    return 0;
}

static int plan_union(planner *p, const fl_rel *r, const bool *needed, bool need_before, planned *out, fl_error *err) {
    int *which = FL_NEW_N(p->a, int, r->n_cols), n = 0;
    out->map = FL_NEW_N(p->a, int, r->n_cols);
    for (int i = 0; i < r->n_cols; i++) {
        out->map[i] = needed[i] ? n : -1;
        if (needed[i]) which[n++] = i;
    }
    fl_plan *u = fl_plan_new(p->a, FL_PLAN_UNION, r->n_inputs, 1);
    fl_field *fields = new_columns(p, &u->outputs[0], n);
    u->outputs[0].changes = 0;
    for (int i = 0; i < n; i++)
        set_column(&u->outputs[0], fields, i, r->cols[which[i]].name, r->cols[which[i]].type, r->cols[which[i]].attr);
    for (int i = 0; i < r->n_inputs; i++) {
        planned in;
        FL_TRY(plan_rel(p, r->inputs[i], needed, need_before, &in, err));
        u->inputs[i] = exact(p, &in, r->cols, which, n);
        u->outputs[0].changes |= fl_plan_out(u->inputs[i])->changes;
    }
    out->in = fl_plan_ref(fl_plan_intern(&p->pool, u));
    return 0;
}

static int plan_rel(planner *p, const fl_rel *r, const bool *needed, bool need_before, planned *out, fl_error *err) {
    switch (r->kind) {
    case FL_REL_SCAN: {
        table_plan *t = find_table(p, r->scan);
        FL_TRY(plan_table(p, t, err));
        *out = (planned){t->out, t->map};
        return 0;
    }
    case FL_REL_VALUES: return plan_values(p, r, out);
    case FL_REL_CALC: return plan_calc(p, r, needed, need_before, out, err);
    case FL_REL_CORRELATE: return plan_correlate(p, r, needed, out, err);
    case FL_REL_WINDOW: return plan_window(p, r, needed, need_before, out, err);
    case FL_REL_AGGREGATE: return plan_aggregate(p, r, needed, need_before, out, err);
    case FL_REL_UNION: return plan_union(p, r, needed, need_before, out, err);
    }
    return 0;
}

/* ---- sinks ---- */

/* The node below that makes updates of inserts, for the refusal. */
static const fl_plan *origin_of_updates(fl_plan_input in) {
    const fl_plan *n = in.node;
    for (int i = 0; i < n->n_inputs; i++)
        if (fl_plan_out(n->inputs[i])->changes != FL_CHANGES_INSERT) return origin_of_updates(n->inputs[i]);
    return n;
}

static int check_changes(const fl_rel_sink *s, unsigned accepts, fl_plan_input in, fl_error *err) {
    unsigned refused = fl_plan_out(in)->changes & ~accepts;
    if (refused == 0) return 0;
    bool updates = refused & (1u << FL_UPDATE_BEFORE | 1u << FL_UPDATE_AFTER), deletes = refused & 1u << FL_DELETE;
    fl_buf node;
    fl_buf_init(&node);
    fl_plan_describe(&node, origin_of_updates(in));
    fl_fail(err, FL_ERR_TABLE_SINK_CHANGES, s->table.name,
            updates && deletes ? "update and delete"
            : updates          ? "update"
                               : "delete",
            fl_buf_cstr(&node));
    fl_buf_deinit(&node);
    return fl_error_at(err, s->span);
}

/* Columns that must not be NULL: by the table's declaration, or by the type of a result. */
static void set_not_null(planner *p, const fl_rel_sink *s, fl_plan *sink, int n) {
    int *columns = FL_NEW_N(p->a, int, n), count = 0;
    for (int i = 0; i < n; i++) {
        const fl_type *type =
            s->def != NULL && i < s->table.physical.n ? s->table.physical.fields[i].type : s->input->cols[i].type;
        if (!type->nullable) columns[count++] = i;
    }
    sink->sink.not_null = columns;
    sink->sink.n_not_null = count;
    sink->sink.drop_null_rows = p->c->drop_null_rows && s->def != NULL;
}

/* What the connector makes of the table. *accepts: the row kinds that it takes. */
static int plan_table_sink(planner *p, const fl_rel_sink *s, fl_plan_input in, fl_plan *sink, unsigned *accepts,
                           fl_error *err) {
    const fl_connector *connector;
    fl_sink_request r = {.table = &s->table,
                         .changes = fl_plan_out(in)->changes,
                         .overwrite = s->overwrite,
                         .static_partition = s->partition,
                         .n_static_partition = s->n_partition,
                         .accepts = FL_CHANGES_INSERT};
    fl_connector_ctx ctx = connector_ctx(p->c);
    int rc = fl_bind_connector(&s->table, &connector, err);
    if (rc == 0 && connector->plan_sink == NULL) rc = fl_fail(err, FL_ERR_TABLE_SOURCE_ONLY, connector->name);
    if (rc == 0) rc = connector->plan_sink(&ctx, &r, err);
    if (rc < 0) {
        fl_error_prefix(err, FL_AT_TABLE_WRITING, s->table.name);
        return fl_error_at(err, s->span);
    }
    *accepts = r.accepts;
    sink->sink =
        (fl_sink_plan){.table = &s->table, .type = connector->sink, .config = r.config, .parallelism = r.parallelism};
    return 0;
}

/* All columns of a query, in their order. */
static int plan_rows(planner *p, const fl_rel *rel, bool need_before, fl_plan_input *out, fl_error *err) {
    bool *needed = FL_NEW_N(p->a, bool, rel->n_cols);
    planned in;
    for (int i = 0; i < rel->n_cols; i++) needed[i] = true;
    FL_TRY(plan_rel(p, rel, needed, need_before, &in, err));
    *out = exact(p, &in, rel->cols, NULL, rel->n_cols);
    return 0;
}

static int plan_sink(planner *p, const fl_rel_sink *s, const fl_rel *rel, fl_plan **out, fl_error *err) {
    int n = rel->n_cols;
    fl_plan_input rows;
    fl_plan *sink = fl_plan_new(p->a, FL_PLAN_SINK, 1, 1);
    sink->span = s->span;
    FL_TRY(plan_rows(p, rel, true, &rows, err));
    if (s->def != NULL) {
        unsigned accepts;
        FL_TRY(plan_table_sink(p, s, rows, sink, &accepts, err));
        if (!(accepts & 1u << FL_UPDATE_BEFORE) &&
            (fl_plan_out(rows)->changes & 1u << FL_UPDATE_BEFORE)) { /* upserts will do */
            FL_TRY(plan_rows(p, rel, false, &rows, err));
            FL_TRY(plan_table_sink(p, s, rows, sink, &accepts, err));
        }
        FL_TRY(check_changes(s, accepts, rows, err));
    } else {
        sink->sink = (fl_sink_plan){.type = p->c->client_sink, .config = p->c->client_config};
        rows = exchange(p, rows, FL_DIST_SINGLE, NULL, 0, 0);
    }
    set_not_null(p, s, sink, n);
    if (sink->sink.parallelism > 0) rows = exchange(p, rows, FL_DIST_REBALANCE, NULL, 0, sink->sink.parallelism);
    same_columns(sink, rows);
    *out = sink;
    return 0;
}

/* ---- the job ---- */

static void add_tables(planner *p) {
    p->n_tables = p->c->n_tables;
    p->tables = FL_NEW_N(p->a, table_plan, p->n_tables);
    for (int i = 0; i < p->n_tables; i++)
        p->tables[i] =
            (table_plan){.table = p->c->tables[i], .needed = FL_NEW_N(p->a, bool, p->c->tables[i]->def->n_columns)};
}

int fl_plan_job(fl_sql_ctx *c, const fl_rel_sink *sinks, int n, fl_job_plan **out, fl_error *err) {
    planner p = {.c = c, .a = c->arena, .job = FL_NEW(c->arena, fl_job_plan), .pool = {.arena = c->arena}};
    fl_rel **rels = FL_NEW_N(p.a, fl_rel *, n);
    *p.job = (fl_job_plan){.arena = c->arena,
                           .batch = c->batch,
                           .tz = c->tz,
                           .bounded = true,
                           .n_sinks = n,
                           .sinks = FL_NEW_N(p.a, fl_plan *, n)};
    add_tables(&p);
    for (int i = 0; i < n; i++) {
        FL_TRY(fl_rewrite_windows(c, sinks[i].input, &rels[i], err));
        bool *needed = FL_NEW_N(p.a, bool, rels[i]->n_cols);
        for (int k = 0; k < rels[i]->n_cols; k++) needed[k] = true;
        collect_needs(&p, rels[i], needed);
    }
    for (int i = 0; i < n; i++) FL_TRY(plan_sink(&p, &sinks[i], rels[i], &p.job->sinks[i], err));
    fl_plan_share_windows(p.job);
    fl_plan_collect(p.job);
    for (int i = 0; i < p.job->n_nodes; i++) {
        const fl_plan *node = p.job->nodes[i];
        if (node->kind == FL_PLAN_SCAN && !node->scan.bounded) p.job->bounded = false;
    }
    fl_plan_check(p.job);
    *out = p.job;
    return 0;
}
