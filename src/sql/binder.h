/* SPDX-License-Identifier: Apache-2.0 */
/* binder.h -- gives a syntax tree its meaning: names become columns and tables, calls become functions, types are
 * checked. */
#ifndef FL_SQL_BINDER_H
#define FL_SQL_BINDER_H

#include "base/platform.h"
#include "sql/ast.h"
#include "sql/rel.h"

enum { FL_SQL_VIEW_DEPTH_MAX = 100 }; /* views and subqueries inside each other */

/* What a statement is bound and planned with. Zeroed and filled by the caller; lives as long as what is made from
 * it. */
typedef struct fl_sql_ctx {
    fl_arena *arena; /* of the plan: everything that is made lives here */
    fl_platform *pf;
    const fl_tz *tz;
    bool batch;
    bool legacy_cast;     /* table.exec.legacy-cast-behaviour */
    const char *database; /* the current one; lives in the arena */
    bool dynamic_options; /* OPTIONS hints are allowed */
    fl_catalog_find_fn *find;
    void *find_arg;
    fl_catalog_function_fn *function; /* functions of users; NULL: there are none */
    void *function_arg;
    void (*note)(void *arg, const char *text); /* what deserves a visible note */
    void *note_arg;
    bool qualify; /* names of tables and columns are completed in the tree: how a view is stored */
    /* the planner's */
    int64_t watermark_interval_ms, idle_timeout_ms;
    int bundle_rows;     /* table.exec.mini-batch.size, if it is enabled; 0: no bundles */
    int64_t bundle_ms;   /* table.exec.mini-batch.allow-latency */
    bool drop_null_rows; /* table.exec.sink.not-null-enforcer = DROP */
    bool trim_pad;       /* table.exec.sink.type-length-enforcer = TRIM_PAD */
    const struct fl_arrow_table *(*arrow_table)(void *arg,
                                                const char *name); /* tables from memory; NULL: there are none */
    void *arrow_arg;
    const struct fl_sink_type *client_sink; /* where rows of a SELECT go */
    const void *client_config;
    /* the binder's own: tables that the statement has opened so far */
    fl_rel_table **tables;
    int n_tables, cap_tables;
} fl_sql_ctx;

/* A SELECT and what is around it. */
int fl_bind_query(fl_sql_ctx *c, const fl_ast_query *q, fl_rel **out, fl_error *err);

/* Where rows go: a table, or (table NULL) whoever runs the query. */
typedef struct fl_rel_sink {
    fl_rel *input;               /* the table's columns that are written, in order: physical ones, then metadata */
    const fl_catalog_table *def; /* NULL: the client */
    fl_table table;              /* with the options of hints merged in */
    const fl_metadata_column *metadata; /* that are written, behind the physical columns */
    int n_metadata;
    const fl_option *partition; /* INSERT INTO t PARTITION (k = 'v') */
    int n_partition;
    bool overwrite;
    fl_span span;
} fl_rel_sink;

int fl_bind_insert(fl_sql_ctx *c, const fl_ast_insert *i, fl_rel_sink *out, fl_error *err);

/* The connector that a table's options name. */
int fl_bind_connector(const fl_table *t, const struct fl_connector **out, fl_error *err);

/* Unique names for the columns of a result: `ts` and `ts` become `ts` and `ts0`. */
const char **fl_result_names(fl_arena *a, const fl_rel *r);

/* ---- definitions ---- */

/* Checks CREATE TABLE and makes the definition, which lives in c->arena. Path and `temporary` are the caller's. */
int fl_bind_create_table(fl_sql_ctx *c, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err);
/* Likewise CREATE VIEW; the query is bound once, for its columns. */
int fl_bind_create_view(fl_sql_ctx *c, const fl_ast_create_view *v, fl_catalog_table *out, fl_error *err);

#endif
