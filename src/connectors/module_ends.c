/* SPDX-License-Identifier: Apache-2.0 */
/* module_ends.c -- sources and sinks of loadable modules: rows cross as Arrow struct arrays, the rest is handed
 * through.
 */
#include "connectors/module.h"

#include "data/arrow.h"
#include "messages/connector.h"

/* What planning leaves for the instances. */
typedef struct config {
    const flott_module *module;
    const fl_connector *connector;
    const fl_table *table;
} config;

/* The table that a module sees. */
typedef struct view {
    flott_module_table table; /* first: the module's callbacks look behind it */
    const config *config;
    struct ArrowSchema columns; /* owned */
} view;

static const char *option_text(const flott_module_table *t, const char *key) {
    const config *c = ((const view *)t)->config;
    for (const fl_option_def *d = c->connector->options; d->key != NULL; d++)
        if (strcmp(d->key, key) == 0) return fl_connector_string(c->connector, c->table, key);
    return NULL;
}

static int64_t option_integer(const flott_module_table *t, const char *key, int64_t if_missing) {
    const config *c = ((const view *)t)->config;
    return option_text(t, key) != NULL ? fl_connector_i64(c->connector, c->table, key, if_missing) : if_missing;
}

static int failed(const view *v, const char *what, const flott_module_error *why, fl_error *err) {
    fl_fail(err, FL_ERR_CONNECTOR_MODULE_FAILED, v->config->module->name, what, v->table.name, (int)sizeof why->message,
            why->message);
    if (why->hint[0] != '\0') fl_error_hint(err, "%.*s", (int)sizeof why->hint, why->hint);
    return err->code;
}

static int view_open(view *v, const config *c, const fl_schema *schema, const fl_task_ctx *ctx, fl_error *err) {
    v->config = c;
    FL_TRY(fl_arrow_export_schema(schema, 0, &v->columns, err));
    v->table = (flott_module_table){
        .name = c->table->name,
        .columns = &v->columns,
        .subtask = ctx->subtask,
        .parallelism = ctx->parallelism,
        .checkpointed = ctx->checkpointed,
        .text = option_text,
        .integer = option_integer,
    };
    return 0;
}

static void view_close(view *v) {
    if (v->columns.release != NULL) v->columns.release(&v->columns);
}

typedef struct writer {
    flott_module_writer base;
    fl_buf *out;
} writer;

static void put(flott_module_writer *w, const void *bytes, size_t size) { fl_buf_put(((writer *)w)->out, bytes, size); }

static const flott_module_bytes *pieces(fl_arena *a, const fl_str *own, int n) {
    flott_module_bytes *p = FL_NEW_N(a, flott_module_bytes, n);
    for (int i = 0; i < n; i++) p[i] = (flott_module_bytes){own[i].p, own[i].n};
    return p;
}

static int plan(fl_connector_ctx *ctx, const fl_table *table, const char *parallelism_key, const void **out,
                int *parallelism, fl_error *err) {
    config *c = FL_NEW(ctx->arena, config);
    c->table = table;
    FL_TRY(fl_connector_get(fl_table_option(table, "connector"), &c->connector, err));
    c->module = fl_module_of(c->connector);
    FL_TRY(fl_connector_check_options(c->connector, table, ctx, err));
    *out = c;
    return fl_connector_parallelism(table, parallelism_key, parallelism, err);
}

/* ---- source ---- */

typedef struct source {
    fl_source base;
    view view;
    const flott_module_source *ops;
    void *instance;
} source;

int fl_module_plan_source(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err) {
    FL_TRY(plan(ctx, p->table, "scan.parallelism", &p->config, &p->parallelism, err));
    p->bounded = ((const config *)p->config)->module->source->bounded;
    p->changes = FL_CHANGES_INSERT;
    return 0;
}

static int source_open(fl_source *base, fl_error *err) {
    source *s = (source *)base;
    flott_module_error why = {{0}, {0}};
    const config *c = base->plan->scan.config;
    s->ops = c->module->source;
    FL_TRY(view_open(&s->view, c, base->schema, base->ctx, err));
    return s->ops->open(&s->view.table, &s->instance, &why) < 0 ? failed(&s->view, "read", &why, err) : 0;
}

/* What the module has made, as a batch; released by the batch's last column. */
static int take(source *s, struct ArrowArray *rows, fl_batch **out, fl_error *err) {
    struct ArrowArray form = *rows;
    const int64_t most = s->base.ctx->batch_rows;
    if (form.length < 0 || form.length > most || form.n_children != s->base.schema->n) {
        if (rows->release != NULL) rows->release(rows);
        return fl_fail(err, FL_ERR_CONNECTOR_MODULE_ROWS, s->view.config->module->name, (long long)form.n_children,
                       (long long)form.length, s->base.schema->n, (long long)most);
    }
    fl_buffer *keep = fl_arrow_keep(rows);
    int rc = fl_arrow_import_batch(&s->view.columns, &form, keep, s->base.schema, 0, (int)form.length, out, err);
    fl_buffer_unref(keep);
    return rc;
}

static int source_poll(fl_source *base, fl_batch **out, fl_error *err) {
    source *s = (source *)base;
    struct ArrowArray rows = {0};
    flott_module_error why = {{0}, {0}};
    int64_t wait_ms = 0;
    int rc = s->ops->poll(s->instance, base->ctx->batch_rows, &rows, &wait_ms, &why);
    if (rc < 0) return failed(&s->view, "read", &why, err);
    if (rc == FLOTT_SOURCE_END) return FL_POLL_END;
    if (rc == FLOTT_SOURCE_IDLE) {
        base->wake_ms = fl_now_ms(base->ctx->pf) + FL_MAX(wait_ms, 1);
        return FL_POLL_IDLE;
    }
    FL_TRY(take(s, &rows, out, err));
    return FL_POLL_BATCH;
}

static int source_snapshot(fl_source *base, fl_buf *out, fl_error *err) {
    source *s = (source *)base;
    flott_module_error why = {{0}, {0}};
    writer w = {{put}, out};
    return s->ops->snapshot(s->instance, &w.base, &why) < 0 ? failed(&s->view, "keep the position in", &why, err) : 0;
}

static int source_restore(fl_source *base, const fl_str *own, int n, fl_error *err) {
    source *s = (source *)base;
    flott_module_error why = {{0}, {0}};
    int rc = s->ops->restore(s->instance, pieces(base->ctx->scratch, own, n), n, &why);
    return rc < 0 ? failed(&s->view, "resume", &why, err) : 0;
}

static void source_close(fl_source *base) {
    source *s = (source *)base;
    if (s->instance != NULL) s->ops->close(s->instance);
    view_close(&s->view);
}

const fl_source_type fl_module_source_type = {
    .name = "module",
    .size = sizeof(source),
    .may_block = true,
    .open = source_open,
    .poll = source_poll,
    .snapshot = source_snapshot,
    .restore = source_restore,
    .close = source_close,
};

/* ---- sink ---- */

typedef struct sink {
    fl_sink base;
    view view;
    const flott_module_sink *ops;
    void *instance;
} sink;

int fl_module_plan_sink(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err) {
    if (r->overwrite || r->n_static_partition > 0) return fl_fail(err, FL_ERR_CONNECTOR_NO_OVERWRITE, r->table->name);
    r->accepts = FL_CHANGES_INSERT;
    return plan(ctx, r->table, "sink.parallelism", &r->config, &r->parallelism, err);
}

static int sink_open(fl_sink *base, fl_error *err) {
    sink *s = (sink *)base;
    flott_module_error why = {{0}, {0}};
    const config *c = base->plan->config;
    s->ops = c->module->sink;
    FL_TRY(view_open(&s->view, c, base->schema, base->ctx, err));
    return s->ops->open(&s->view.table, &s->instance, &why) < 0 ? failed(&s->view, "write", &why, err) : 0;
}

static int sink_write(fl_sink *base, fl_batch *b, fl_error *err) {
    sink *s = (sink *)base;
    struct ArrowArray rows;
    flott_module_error why = {{0}, {0}};
    FL_TRY(fl_arrow_export_batch(b, base->schema, 0, &rows, err));
    int rc = s->ops->write(s->instance, &rows, &why);
    rows.release(&rows);
    return rc < 0 ? failed(&s->view, "write", &why, err) : 0;
}

static int sink_prepare(fl_sink *base, int64_t checkpoint, fl_buf *out, fl_error *err) {
    sink *s = (sink *)base;
    flott_module_error why = {{0}, {0}};
    writer w = {{put}, out};
    int rc = s->ops->prepare(s->instance, checkpoint, &w.base, &why);
    return rc < 0 ? failed(&s->view, "prepare a checkpoint of", &why, err) : 0;
}

static int sink_commit(fl_sink *base, int64_t checkpoint, fl_error *err) {
    sink *s = (sink *)base;
    flott_module_error why = {{0}, {0}};
    return s->ops->commit(s->instance, checkpoint, &why) < 0 ? failed(&s->view, "commit to", &why, err) : 0;
}

static int sink_restore(fl_sink *base, const fl_str *own, int n, fl_error *err) {
    sink *s = (sink *)base;
    flott_module_error why = {{0}, {0}};
    int rc = s->ops->restore(s->instance, pieces(base->ctx->scratch, own, n), n, &why);
    return rc < 0 ? failed(&s->view, "resume", &why, err) : 0;
}

static int sink_finish(fl_sink *base, fl_error *err) {
    sink *s = (sink *)base;
    flott_module_error why = {{0}, {0}};
    return s->ops->finish(s->instance, &why) < 0 ? failed(&s->view, "finish", &why, err) : 0;
}

static void sink_close(fl_sink *base) {
    sink *s = (sink *)base;
    if (s->instance != NULL) s->ops->close(s->instance);
    view_close(&s->view);
}

const fl_sink_type fl_module_sink_type = {
    .name = "module",
    .size = sizeof(sink),
    .may_block = true,
    .open = sink_open,
    .write = sink_write,
    .prepare = sink_prepare,
    .commit = sink_commit,
    .restore = sink_restore,
    .finish = sink_finish,
    .close = sink_close,
};
