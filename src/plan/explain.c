/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c -- plans as text, in the words of Flink's EXPLAIN.
 *
 *     Sink(table=[default_catalog.default_database.out], fields=[k, s])
 *     +- Calc(select=[k, s])
 *        +- WindowAggregate(groupBy=[k], window=[TUMBLE(time_col=[ts], size=[10 s])], select=[SUM(v) AS s])
 *           +- Exchange(distribution=[hash[k]])
 *              +- WatermarkAssigner(rowtime=[ts], watermark=[ts])
 *                 +- TableSourceScan(table=[default_catalog.default_database.t], fields=[k, v, ts])
 */
#include "plan/plan.h"

#include <stdlib.h>

#include "base/option.h"
#include "data/text.h"

static const char *const *names_of(const fl_schema *s, const char **names) {
    for (int i = 0; i < s->n; i++) names[i] = s->fields[i].name;
    return names;
}

static void put_fields(fl_buf *out, const fl_schema *s, const int *which, int n) {
    for (int i = 0; i < n; i++) fl_buf_printf(out, "%s%s", i > 0 ? ", " : "", s->fields[which ? which[i] : i].name);
}

/* ", label=[" … "]", without the comma at the front of the parenthesis. */
static void begin_attribute(fl_buf *out, const char *label) {
    if (out->p[out->n - 1] != '(') fl_buf_puts(out, ", ");
    fl_buf_printf(out, "%s=[", label);
}

static void put_duration(fl_buf *out, const char *label, int64_t ms) {
    begin_attribute(out, label);
    fl_duration_print(out, ms);
    fl_buf_putc(out, ']');
}

static void describe_calc(fl_buf *out, const fl_plan *p, const fl_schema *in) {
    const char *names[in->n + 1];
    names_of(in, names);
    begin_attribute(out, "select");
    for (int i = 0; i < p->outputs[0].schema.n; i++) {
        const fl_expr *e = p->calc.exprs[i];
        const char *name = p->outputs[0].schema.fields[i].name;
        if (i > 0) fl_buf_puts(out, ", ");
        fl_expr_print(out, e, names);
        if (e->kind != FL_EXPR_COLUMN || strcmp(names[e->column], name) != 0) fl_buf_printf(out, " AS %s", name);
    }
    fl_buf_putc(out, ']');
    if (p->calc.condition == NULL) return;
    begin_attribute(out, "where");
    fl_expr_print(out, p->calc.condition, names);
    fl_buf_putc(out, ']');
}

static void describe_correlate(fl_buf *out, const fl_plan *p, const fl_schema *in) {
    const fl_correlate *c = &p->correlate;
    const fl_schema *own = &p->outputs[0].schema;
    const char *names[in->n + 1], *made[own->n + 1];
    names_of(in, names);
    begin_attribute(out, "invocation");
    fl_buf_printf(out, "%s(", c->call != NULL ? c->call->fn->fn.name : "UNNEST");
    for (int i = 0; i < c->n_args; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        fl_expr_print(out, c->args[i], names);
    }
    fl_buf_puts(out, ")]");
    begin_attribute(out, "select");
    put_fields(out, own, NULL, own->n);
    fl_buf_putc(out, ']');
    begin_attribute(out, "joinType");
    fl_buf_printf(out, "%s]", c->left ? "LEFT" : "INNER");
    if (c->condition == NULL) return;
    names_of(own, made);
    begin_attribute(out, "condition");
    fl_expr_print(out, c->condition, made + c->n_keep);
    fl_buf_putc(out, ']');
}

static void describe_window(fl_buf *out, const fl_window *w, const fl_schema *in) {
    begin_attribute(out, "window");
    fl_buf_printf(out, "%s(", fl_window_kind_name[w->kind]);
    if (w->attached)
        fl_buf_printf(out, "win_end=[%s]", in->fields[w->time_col].name);
    else
        fl_buf_printf(out, "time_col=[%s]", w->time_col < 0 ? "PROCTIME()" : in->fields[w->time_col].name);
    if (w->kind == FL_WINDOW_SESSION) {
        put_duration(out, "gap", w->size);
    } else {
        put_duration(out, w->kind == FL_WINDOW_CUMULATE ? "max_size" : "size", w->size);
        if (w->kind != FL_WINDOW_TUMBLE) put_duration(out, w->kind == FL_WINDOW_CUMULATE ? "step" : "slide", w->slide);
        if (w->offset != 0 && !w->attached) put_duration(out, "offset", w->offset);
    }
    fl_buf_puts(out, ")]");
}

static void describe_keys(fl_buf *out, const char *label, const fl_schema *in, const int *keys, int n) {
    if (n == 0) return;
    begin_attribute(out, label);
    put_fields(out, in, keys, n);
    fl_buf_putc(out, ']');
}

static void put_literal(fl_buf *out, const fl_value *v) {
    const char *quote = fl_type_is_char(v->type) ? "'" : "";
    fl_column *c = fl_value_column(v);
    fl_buf_puts(out, quote);
    fl_text_sql(out, c, 0, fl_tz_utc());
    fl_buf_puts(out, quote);
    fl_column_unref(c);
}

/* A call by the names of its columns. */
static void describe_call(fl_buf *out, const fl_agg_call *c, const fl_schema *in) {
    fl_buf_printf(out, "%s(%s%s", c->fn->name, c->distinct ? "DISTINCT " : "", c->n_args == 0 ? "*" : "");
    for (int i = 0; i < c->n_args; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        if (c->args[i].literal == NULL)
            fl_buf_puts(out, in->fields[c->args[i].column].name);
        else
            put_literal(out, c->args[i].literal);
    }
    fl_buf_putc(out, ')');
    if (c->ignore_nulls) fl_buf_puts(out, " IGNORE NULLS");
    if (c->filter >= 0) fl_buf_printf(out, " FILTER %s", in->fields[c->filter].name);
}

static void describe_calls(fl_buf *out, const fl_agg_call *calls, int n, int n_keys, const fl_schema *in,
                           const fl_schema *names) {
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        describe_call(out, &calls[i], in);
        fl_buf_printf(out, " AS %s", names->fields[n_keys + i].name);
    }
}

static void describe_window_agg(fl_buf *out, const fl_plan *p, const fl_schema *in) {
    static const char *const props[] = {"start", "end", "rowtime", "proctime"};
    const fl_window_agg *w = &p->window_agg;
    describe_keys(out, "groupBy", in, w->keys, w->n_keys);
    for (int i = 0; i < w->n_specs; i++) describe_window(out, &w->specs[i].window, in);
    begin_attribute(out, "select");
    describe_calls(out, w->calls, w->n_calls, w->n_keys, in, &p->outputs[0].schema);
    for (int i = 0; w->n_specs == 1 && i < w->specs[0].n_props; i++)
        fl_buf_printf(out, "%s%s('w$) AS %s", i + w->n_calls > 0 ? ", " : "", props[w->specs[0].props[i]],
                      p->outputs[0].schema.fields[w->n_keys + w->n_calls + i].name);
    fl_buf_putc(out, ']');
}

static void describe_group_agg(fl_buf *out, const fl_plan *p, const fl_schema *in) {
    const fl_group_agg *g = &p->group_agg;
    describe_keys(out, "groupBy", in, g->keys, g->n_keys);
    begin_attribute(out, "select");
    put_fields(out, in, g->keys, g->n_keys);
    if (g->n_keys > 0 && g->n_calls > 0) fl_buf_puts(out, ", ");
    describe_calls(out, g->calls, g->n_calls, g->n_keys, in, &p->outputs[0].schema);
    fl_buf_putc(out, ']');
}

static void describe_values(fl_buf *out, const fl_plan *p) {
    const fl_batch *b = p->values.rows;
    begin_attribute(out, "tuples");
    for (int r = 0; r < b->n && r < 10; r++) {
        fl_buf_puts(out, r > 0 ? ", {" : "{");
        for (int c = 0; c < b->n_cols; c++) {
            if (c > 0) fl_buf_puts(out, ", ");
            fl_text_sql(out, b->cols[c], r, fl_tz_utc());
        }
        fl_buf_putc(out, '}');
    }
    fl_buf_puts(out, b->n > 10 ? ", …]" : "]");
}

static void describe_exchange(fl_buf *out, const fl_exchange *x, const fl_schema *in) {
    begin_attribute(out, "distribution");
    if (x->distribution == FL_DIST_HASH) {
        fl_buf_puts(out, "hash[");
        put_fields(out, in, x->keys, x->n_keys);
        fl_buf_putc(out, ']');
    } else {
        fl_buf_puts(out, x->distribution == FL_DIST_SINGLE ? "single" : "rebalance");
    }
    fl_buf_putc(out, ']');
}

static void describe_watermark(fl_buf *out, const fl_watermark_assign *w, const fl_schema *in) {
    const char *names[in->n + 1];
    fl_buf_printf(out, "rowtime=[%s], watermark=[", in->fields[w->rowtime].name);
    fl_expr_print(out, w->expr, names_of(in, names));
    fl_buf_putc(out, ']');
}

void fl_plan_describe(fl_buf *out, const fl_plan *p) {
    const fl_schema *in = p->n_inputs > 0 ? &fl_plan_out(p->inputs[0])->schema : NULL, *own = &p->outputs[0].schema;
    fl_buf_printf(out, "%s(", fl_plan_kind_name(p));
    switch (p->kind) {
    case FL_PLAN_SCAN:
        fl_buf_printf(out, "table=[%s], fields=[", p->scan.table->name);
        put_fields(out, own, NULL, own->n);
        fl_buf_putc(out, ']');
        break;
    case FL_PLAN_VALUES: describe_values(out, p); break;
    case FL_PLAN_CALC: describe_calc(out, p, in); break;
    case FL_PLAN_CORRELATE: describe_correlate(out, p, in); break;
    case FL_PLAN_WATERMARK: describe_watermark(out, &p->watermark, in); break;
    case FL_PLAN_WINDOW_TVF:
    case FL_PLAN_SESSION_TVF:
        describe_window(out, &p->tvf.window, in);
        describe_keys(out, "partition keys", in, p->tvf.keys, p->tvf.n_keys);
        break;
    case FL_PLAN_WINDOW_AGG:
    case FL_PLAN_SESSION_AGG: describe_window_agg(out, p, in); break;
    case FL_PLAN_GROUP_AGG: describe_group_agg(out, p, in); break;
    case FL_PLAN_UNION:
        fl_buf_puts(out, "all=[true], union=[");
        put_fields(out, own, NULL, own->n);
        fl_buf_putc(out, ']');
        break;
    case FL_PLAN_EXCHANGE: describe_exchange(out, &p->exchange, in); break;
    case FL_PLAN_SINK:
        if (p->sink.table != NULL) fl_buf_printf(out, "table=[%s], ", p->sink.table->name);
        fl_buf_puts(out, "fields=[");
        put_fields(out, in, NULL, in->n);
        fl_buf_putc(out, ']');
        break;
    }
    fl_buf_putc(out, ')');
}

/* ---- whole plans ---- */

typedef struct explainer {
    fl_buf *out;
    const int *uses; /* of each node: inputs that name it */
    int *reuse_id;   /* of each node: given when it is printed first; 0: not yet */
    int n_reused;
    bool changelog_mode;
} explainer;

static void put_changes(fl_buf *out, unsigned changes) {
    static const char *const letters[] = {"I", "UB", "UA", "D"};
    fl_buf_puts(out, ", changelogMode=[");
    for (int k = 0, n = 0; k < 4; k++)
        if (changes & 1u << k) fl_buf_printf(out, "%s%s", n++ > 0 ? "," : "", letters[k]);
    fl_buf_putc(out, ']');
}

static void put_node(explainer *x, fl_plan_input in, int depth) {
    const fl_plan *p = in.node;
    for (int i = 1; i < depth; i++) fl_buf_puts(x->out, "   ");
    if (depth > 0) fl_buf_puts(x->out, "+- ");
    if (x->reuse_id[p->id] > 0) {
        fl_buf_printf(x->out, "Reused(reference_id=[%d])", x->reuse_id[p->id]);
        if (p->n_outputs > 1) fl_buf_printf(x->out, "[output %d]", in.output + 1);
        fl_buf_putc(x->out, '\n');
        return;
    }
    fl_plan_describe(x->out, p);
    if (x->changelog_mode && p->kind != FL_PLAN_SINK) {
        x->out->n--; /* before the closing parenthesis */
        put_changes(x->out, p->outputs[in.output].changes);
        fl_buf_putc(x->out, ')');
    }
    if (x->uses[p->id] > 1) {
        x->reuse_id[p->id] = ++x->n_reused;
        fl_buf_printf(x->out, "(reuse_id=[%d])", x->n_reused);
    }
    if (p->n_outputs > 1) fl_buf_printf(x->out, "[output %d]", in.output + 1);
    fl_buf_putc(x->out, '\n');
    for (int i = 0; i < p->n_inputs; i++) put_node(x, p->inputs[i], depth + 1);
}

void fl_plan_explain(fl_buf *out, const fl_job_plan *job, bool changelog_mode) {
    int *uses = fl_calloc((size_t)job->n_nodes + 1, sizeof *uses),
        *reuse_id = fl_calloc((size_t)job->n_nodes + 1, sizeof *reuse_id);
    explainer x = {.out = out, .uses = uses, .reuse_id = reuse_id, .changelog_mode = changelog_mode};
    for (int i = 0; i < job->n_nodes; i++)
        for (int k = 0; k < job->nodes[i]->n_inputs; k++) uses[job->nodes[i]->inputs[k].node->id]++;
    for (int i = 0; i < job->n_sinks; i++) {
        if (i > 0) fl_buf_putc(out, '\n');
        const fl_plan *sink = job->sinks[i];
        put_node(&x, sink->sink.table != NULL ? fl_plan_ref(job->sinks[i]) : sink->inputs[0],
                 0); /* a SELECT has no sink to be shown */
    }
    free(uses);
    free(reuse_id);
}
