/* SPDX-License-Identifier: Apache-2.0 */
/* arrow_table.c -- the connector 'arrow': reads tables that the program around flott has handed in as Arrow record
 * batches.
 *
 * Columns are taken by position and shared, not copied, where the layouts agree (data/arrow.h). With several subtasks
 * each reads every n-th record batch. A position is, for each record batch, how many of its rows have been read.
 */
#include "connectors/arrow_table.h"

#include <stdlib.h>

#include "connectors/connector_int.h"
#include "messages/checkpoint.h"
#include "messages/connector.h"

struct fl_arrow_table {
    char *name;
    fl_arena arena; /* of the schema */
    fl_schema schema;
    struct ArrowSchema form;
    struct ArrowArray *arrays; /* released by `keep` */
    fl_buffer **keep;
    int n;
};

/* ---- tables ---- */

int fl_arrow_table_new(const char *name, struct ArrowSchema *schema, struct ArrowArray *arrays, int n,
                       fl_arrow_table **out, fl_error *err) {
    fl_arrow_table *t = fl_calloc(1, sizeof *t);
    t->name = fl_strdup(name);
    t->form = *schema;
    schema->release = NULL;
    t->arrays = fl_calloc((size_t)n + 1, sizeof *t->arrays);
    t->keep = fl_calloc((size_t)n + 1, sizeof *t->keep);
    fl_arena_init(&t->arena);
    for (t->n = 0; t->n < n; t->n++) {
        t->arrays[t->n] = arrays[t->n]; /* how it looks; it is given back through `keep` */
        t->keep[t->n] = fl_arrow_keep(&arrays[t->n]);
    }
    int rc = fl_arrow_import_schema(&t->arena, &t->form, &t->schema, err);
    if (rc < 0) {
        fl_error_prefix(err, FL_AT_CONNECTOR_TABLE_IN_MEMORY, name);
        fl_arrow_table_free(t);
        return rc;
    }
    *out = t;
    return 0;
}

void fl_arrow_table_free(fl_arrow_table *t) {
    if (t == NULL) return;
    for (int i = 0; i < t->n; i++) fl_buffer_unref(t->keep[i]);
    if (t->form.release != NULL) t->form.release(&t->form);
    fl_arena_deinit(&t->arena);
    free(t->arrays);
    free(t->keep);
    free(t->name);
    free(t);
}

const char *fl_arrow_table_name(const fl_arrow_table *t) { return t->name; }

/* ---- planning ---- */

static int arrow_plan(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err) {
    const fl_connector *c = &fl_arrow_connector;
    FL_TRY(fl_connector_check_options(c, p->table, ctx, err));
    const char *name = fl_connector_string(c, p->table, "name");
    const fl_arrow_table *t = ctx->arrow_table != NULL ? ctx->arrow_table(ctx->arrow_arg, name) : NULL;
    if (t == NULL) return fl_fail(err, FL_ERR_CONNECTOR_NO_ARROW_TABLE, name);
    if (t->schema.n != p->table->physical.n)
        return fl_fail(err, FL_ERR_CONNECTOR_ARROW_COLUMNS, p->table->name, p->table->physical.n, name, t->schema.n);
    for (int i = 0; i < t->schema.n; i++) {
        const fl_field *declared = &p->table->physical.fields[i];
        if (fl_type_same_layout(declared->type, t->schema.fields[i].type)) continue;
        return fl_fail(err, FL_ERR_CONNECTOR_ARROW_TYPE, declared->name,
                       fl_type_name(ctx->arena, declared->type, FL_TYPE_BARE), i + 1, name,
                       fl_type_name(ctx->arena, t->schema.fields[i].type, FL_TYPE_BARE));
    }
    p->config = t;
    p->bounded = true;
    return 0;
}

/* ---- reading ---- */

typedef struct arrow_source {
    fl_source base;
    const fl_arrow_table *table;
    struct ArrowSchema form; /* of the columns that are read */
    int64_t *read;           /* rows of each record batch that have been read; by anybody, after a restore */
    int at;                  /* record batch in hand */
} arrow_source;

static int arrow_open(fl_source *s, fl_error *err) {
    (void)err;
    arrow_source *a = (arrow_source *)s;
    const fl_scan *scan = &s->plan->scan;
    a->table = scan->config;
    a->form = a->table->form;
    a->form.n_children = scan->n_columns;
    a->form.children = FL_NEW_N(s->ctx->arena, struct ArrowSchema *, scan->n_columns + 1);
    for (int i = 0; i < scan->n_columns; i++) a->form.children[i] = a->table->form.children[scan->columns[i]];
    a->read = FL_NEW_N(s->ctx->arena, int64_t, a->table->n + 1);
    a->at = s->ctx->subtask;
    return 0;
}

static int arrow_poll(fl_source *s, fl_batch **out, fl_error *err) {
    arrow_source *a = (arrow_source *)s;
    const fl_scan *scan = &s->plan->scan;
    while (a->at < a->table->n && a->read[a->at] == a->table->arrays[a->at].length) a->at += s->ctx->parallelism;
    if (a->at >= a->table->n) return FL_POLL_END;
    struct ArrowArray in = a->table->arrays[a->at], *children[scan->n_columns + 1];
    for (int i = 0; i < scan->n_columns; i++) children[i] = in.children[scan->columns[i]];
    in.n_children = scan->n_columns;
    in.children = children;
    int n = (int)FL_MIN(in.length - a->read[a->at], (int64_t)s->ctx->batch_rows);
    FL_TRY(fl_arrow_import_batch(&a->form, &in, a->table->keep[a->at], s->schema, a->read[a->at], n, out, err));
    a->read[a->at] += n;
    return FL_POLL_BATCH;
}

static int arrow_snapshot(fl_source *s, fl_buf *out, fl_error *err) {
    (void)err;
    arrow_source *a = (arrow_source *)s;
    for (int i = s->ctx->subtask; i < a->table->n; i += s->ctx->parallelism) {
        fl_buf_put_u32(out, (uint32_t)i);
        fl_buf_put_i64(out, a->read[i]);
    }
    return 0;
}

static int arrow_restore(fl_source *s, const fl_str *own, int n, fl_error *err) {
    arrow_source *a = (arrow_source *)s;
    for (int i = 0; i < n; i++) {
        fl_reader in = fl_reader_make(own[i].p, own[i].n);
        while (in.p < in.end && !in.bad) {
            uint32_t k = fl_read_u32(&in);
            int64_t rows = fl_read_i64(&in);
            if (in.bad || k >= (uint32_t)a->table->n || rows < 0 || rows > a->table->arrays[k].length)
                return fl_fail(err, FL_ERR_CHECKPOINT_ARROW_POSITION, a->table->name);
            a->read[k] = rows;
        }
    }
    return 0;
}

static void arrow_close(fl_source *s) { (void)s; }

static const fl_source_type arrow_source_type = {
    .name = "arrow",
    .size = sizeof(arrow_source),
    .open = arrow_open,
    .poll = arrow_poll,
    .snapshot = arrow_snapshot,
    .restore = arrow_restore,
    .close = arrow_close,
};

static const fl_option_def options[] = {
    {.key = "name",
     .type = FL_OPT_STRING,
     .required = true,
     .help = "Name under which the program has handed the table in."},
    {.key = NULL},
};

const fl_connector fl_arrow_connector = {
    .name = "arrow",
    .options = options,
    .plan_source = arrow_plan,
    .source = &arrow_source_type,
    .doc = "Reads record batches that the program around flott has handed in.",
};
