/* SPDX-License-Identifier: Apache-2.0 */
/* ends.h -- drives a source or a sink by hand on the simulated platform: tables, plan nodes and a task made for a test.
 */
#ifndef FL_TESTS_UNIT_ENDS_H
#define FL_TESTS_UNIT_ENDS_H

#include <stdlib.h>

#include "base/platform_sim.h"
#include "connectors/connector.h"
#include "data/text.h"

/* One subtask and what it stands on. The platform is the test's and survives it. */
typedef struct end_task {
    fl_arena arena, scratch;
    fl_task_ctx ctx;
    fl_plan node, input; /* SCAN; or SINK and what feeds it */
    fl_plan_output output;
    fl_plan_input edge;
    fl_op_metrics metrics;
    fl_source *source;
    fl_sink *sink;
    fl_buf notes; /* what planning told the user */
} end_task;

/* "a INT, b STRING" and pairs of options, ending with NULL. Keys are names, ending with NULL, or NULL. */
static inline fl_table *end_table(fl_arena *a, const char *columns, const char *const *options,
                                  const char *const *keys) {
    fl_table *t = FL_NEW(a, fl_table);
    const fl_type *row;
    fl_error err;
    size_t used;
    char *text = fl_arena_printf(a, "ROW<%s>", columns);
    if (fl_type_parse(a, fl_str_from(text), false, &row, &used, &err) < 0) fail_msg("%s: %s", text, err.message);
    t->name = "t";
    t->physical = (fl_schema){row->n_fields, row->fields};
    int cap = 0;
    for (int i = 0; options[i] != NULL; i += 2) {
        fl_option *all = FL_NEW_N(a, fl_option, t->n_options + 1);
        if (t->n_options > 0) memcpy(all, t->options, sizeof *all * (size_t)t->n_options);
        all[t->n_options++] = (fl_option){options[i], options[i + 1]};
        t->options = all;
    }
    int *indices = NULL;
    for (int i = 0; keys != NULL && keys[i] != NULL; i++)
        FL_PUSH(a, indices, t->n_partition_keys, cap, fl_schema_find(&t->physical, keys[i]));
    t->partition_keys = indices;
    return t;
}

static inline void end_note(void *arg, const char *text) {
    fl_buf_puts(arg, text);
    fl_buf_putc(arg, '\n');
}

static inline void end_init(end_task *t, fl_platform *pf) {
    memset(t, 0, sizeof *t);
    fl_arena_init(&t->arena);
    fl_arena_init(&t->scratch);
    t->ctx = (fl_task_ctx){.pf = pf,
                           .arena = &t->arena,
                           .scratch = &t->scratch,
                           .tz = fl_tz_utc(),
                           .parallelism = 1,
                           .max_parallelism = 128,
                           .checkpointed = true,
                           .job_uid = 77,
                           .batch_rows = FL_BATCH_ROWS};
}

static inline fl_connector_ctx end_planning(end_task *t) {
    return (fl_connector_ctx){.arena = &t->arena,
                              .pf = t->ctx.pf,
                              .tz = t->ctx.tz,
                              .batch = t->ctx.batch_mode,
                              .note = end_note,
                              .note_arg = &t->notes};
}

/* Plans a scan of all columns, or of those named in `columns`. Metadata keys end with NULL. */
static inline int end_plan_source(end_task *t, fl_source_plan *p, const char *const *metadata, fl_error *err) {
    fl_connector_ctx ctx = end_planning(t);
    const fl_connector *c = fl_connector_find(fl_table_option(p->table, "connector"));
    assert_non_null(c);
    if (p->columns == NULL) {
        int *all = FL_NEW_N(&t->arena, int, p->table->physical.n);
        for (int i = 0; i < p->table->physical.n; i++) all[i] = i;
        p->columns = all;
        p->n_columns = p->table->physical.n;
    }
    fl_metadata_column *m = FL_NEW_N(&t->arena, fl_metadata_column, 8);
    for (int i = 0; metadata != NULL && metadata[i] != NULL; i++)
        for (int k = 0; c->metadata[k].key != NULL; k++)
            if (strcmp(c->metadata[k].key, metadata[i]) == 0) m[p->n_metadata++] = c->metadata[k];
    p->metadata = m;
    if (c->plan_source(&ctx, p, err) < 0) return err->code;
    fl_field *fields = FL_NEW_N(&t->arena, fl_field, p->n_columns + p->n_metadata);
    for (int i = 0; i < p->n_columns; i++) fields[i] = p->table->physical.fields[p->columns[i]];
    for (int i = 0; i < p->n_metadata; i++) fields[p->n_columns + i] = (fl_field){m[i].key, m[i].type, NULL};
    t->output.schema = (fl_schema){p->n_columns + p->n_metadata, fields};
    t->node = (fl_plan){.kind = FL_PLAN_SCAN, .id = 3, .outputs = &t->output, .n_outputs = 1};
    t->node.scan = (fl_scan){.table = p->table,
                             .type = c->source,
                             .config = p->config,
                             .columns = p->columns,
                             .n_columns = p->n_columns,
                             .metadata = m,
                             .n_metadata = p->n_metadata,
                             .bounded = p->bounded,
                             .parallelism = p->parallelism};
    return 0;
}

static inline int end_open_source(end_task *t, fl_error *err) {
    const fl_source_type *type = t->node.scan.type;
    t->source = fl_calloc(1, type->size);
    t->source->type = type;
    t->source->ctx = &t->ctx;
    t->source->plan = &t->node;
    t->source->schema = &t->output.schema;
    t->source->wake_ms = INT64_MAX;
    t->source->metrics = &t->metrics;
    return type->open(t->source, err);
}

/* Plans with the table's own options; fails the test if that is refused. */
static inline void end_source(end_task *t, fl_platform *pf, const char *columns, const char *const *options) {
    fl_error err;
    end_init(t, pf);
    fl_source_plan p = {.table = end_table(&t->arena, columns, options, NULL)};
    if (end_plan_source(t, &p, NULL, &err) < 0) fail_msg("%s", err.message);
    if (end_open_source(t, &err) < 0) fail_msg("%s", err.message);
}

static inline int end_poll(end_task *t, fl_batch **out, fl_error *err) {
    *out = NULL;
    t->source->wake_ms = INT64_MAX;
    int rc = t->source->type->poll(t->source, out, err);
    fl_arena_reset(&t->scratch);
    if (rc == FL_POLL_BATCH) fl_batch_check(*out);
    return rc;
}

/* A sink's plan node over all physical columns. */
static inline int end_plan_sink(end_task *t, fl_sink_request *r, fl_error *err) {
    fl_connector_ctx ctx = end_planning(t);
    const fl_connector *c = fl_connector_find(fl_table_option(r->table, "connector"));
    assert_non_null(c);
    if (r->changes == 0) r->changes = FL_CHANGES_INSERT;
    if (c->plan_sink(&ctx, r, err) < 0) return err->code;
    t->output.schema = r->table->physical;
    t->input = (fl_plan){.kind = FL_PLAN_VALUES, .id = 1, .outputs = &t->output, .n_outputs = 1};
    t->edge = fl_plan_ref(&t->input);
    t->node = (fl_plan){.kind = FL_PLAN_SINK, .id = 2, .inputs = &t->edge, .n_inputs = 1};
    t->node.sink =
        (fl_sink_plan){.table = r->table, .type = c->sink, .config = r->config, .parallelism = r->parallelism};
    return 0;
}

static inline int end_open_sink(end_task *t, fl_error *err) {
    const fl_sink_type *type = t->node.sink.type;
    t->sink = fl_calloc(1, type->size);
    t->sink->type = type;
    t->sink->ctx = &t->ctx;
    t->sink->plan = &t->node.sink;
    t->sink->schema = &t->output.schema;
    t->sink->timer_ms = INT64_MAX;
    t->sink->metrics = &t->metrics;
    return type->open(t->sink, err);
}

static inline void end_close(end_task *t) {
    if (t->source != NULL) t->source->type->close(t->source);
    if (t->sink != NULL) t->sink->type->close(t->sink);
    free(t->source);
    free(t->sink);
    fl_buf_deinit(&t->notes);
    fl_arena_deinit(&t->scratch);
    fl_arena_deinit(&t->arena);
    t->source = NULL;
    t->sink = NULL;
}

/* The rows of a batch as lines. */
static inline void end_print(fl_buf *out, const fl_batch *b) {
    for (int k = 0; k < b->n_sel; k++) {
        fl_text_row(out, b, fl_batch_row(b, k));
        fl_buf_putc(out, '\n');
    }
}

#endif
