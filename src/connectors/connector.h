/* SPDX-License-Identifier: Apache-2.0 */
/* connector.h -- the two ends of a job: what a connector must tell the planner, and the tables that it fills.
 *
 * A connector is one file or folder that ends with its fl_connector; registry.c lists them. At planning its hook looks
 * at the table's options once and makes a config; at run time source and sink instances (exec/source.h, exec/sink.h)
 * find that config in their plan node. Connectors reach the outside world through the platform, or through a transport
 * table of their own that tests can replace.
 */
#ifndef FL_CONNECTORS_CONNECTOR_H
#define FL_CONNECTORS_CONNECTOR_H

#include "base/option.h"
#include "base/platform.h"
#include "exec/sink.h"
#include "exec/source.h"
#include "formats/format.h"
#include "plan/plan.h"

typedef struct fl_connector fl_connector;

/* What planning gives to a connector. */
typedef struct fl_connector_ctx {
    fl_arena *arena; /* of the plan */
    fl_platform *pf;
    const fl_tz *tz;
    bool batch;
    /* Tables from memory, by name; NULL: there are none. */
    const struct fl_arrow_table *(*arrow_table)(void *arg, const char *name);
    void *arrow_arg;
    /* Collects notes for the user (an option that has no effect); may be called any number of times. */
    void (*note)(void *arg, const char *text);
    void *note_arg;
} fl_connector_ctx;

/* In: table and what the query reads. Out: what the source will do. */
typedef struct fl_source_plan {
    const fl_table *table;
    const int *columns; /* physical columns read, ascending */
    int n_columns;
    const fl_metadata_column *metadata;
    int n_metadata;
    /* Leaves out what the query cannot need: row i of `partitions` holds one partition's values, a column for each
     * partition key; clears keep[i] if none of its rows can pass. NULL: everything is read. */
    int (*prune)(void *arg, const fl_batch *partitions, bool *keep, fl_error *err);
    void *prune_arg;
    /* filled by the connector */
    const void *config; /* for the source; lives in ctx->arena */
    bool bounded;
    unsigned changes; /* row kinds that come */
    int parallelism;  /* scan.parallelism; 0: none */
} fl_source_plan;

typedef struct fl_sink_request {
    const fl_table *table;
    unsigned changes;                  /* row kinds that will come */
    bool overwrite;                    /* INSERT OVERWRITE */
    const fl_option *static_partition; /* INSERT INTO t PARTITION (k = 'v') */
    int n_static_partition;
    /* filled by the connector */
    const void *config;
    unsigned accepts; /* row kinds that it can take; the planner compares and refuses with Flink's words */
    int parallelism;  /* sink.parallelism; 0: none */
} fl_sink_request;

struct fl_connector {
    const char *name;
    const fl_option_def *options;       /* ends with key NULL; # in a key stands for a column path */
    bool formats;                       /* understands 'format' and format options */
    const fl_metadata_column *metadata; /* readable metadata keys; ends with key NULL; NULL: none */
    int (*plan_source)(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err); /* NULL: cannot be read */
    const fl_source_type *source;
    int (*plan_sink)(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err); /* NULL: cannot be written */
    const fl_sink_type *sink;
    const char *doc; /* one sentence */
};

/* A built-in one, or NULL. Case matters, as in Flink. */
const fl_connector *fl_connector_find(const char *name);
/* A built-in one or that of a loadable module, which is opened now (module.h); or says what is wrong with the name:
 * unknown, or one of Flink's that is not supported yet. */
int fl_connector_get(const char *name, const fl_connector **out, fl_error *err);
int fl_connector_count(void);
const fl_connector *fl_connector_at(int i);

/* Checks all options of a table against the connector's: missing ("One or more required options are missing."), unknown
 * ("Unsupported options found for 'filesystem'." with a suggestion), and values that do not parse. Options under the
 * prefix of the table's format are the format's business. */
int fl_connector_check_options(const fl_connector *c, const fl_table *table, fl_connector_ctx *ctx, fl_error *err);

/* An option as written, or NULL. */
const char *fl_table_option(const fl_table *table, const char *key);
/* Typed, with the definition's default; the value has been checked before, so this cannot fail. `missing` if
 * neither. */
int64_t fl_connector_i64(const fl_connector *c, const fl_table *table, const char *key, int64_t missing);
bool fl_connector_bool(const fl_connector *c, const fl_table *table, const char *key);
const char *fl_connector_string(const fl_connector *c, const fl_table *table, const char *key);

/* 'format' = '…': finds it, reads its options and checks it for the columns. */
int fl_connector_format(fl_connector_ctx *ctx, const fl_table *table, const fl_schema *schema, bool encode,
                        fl_format_config *out, fl_error *err);

/* The parallelism option of a table (scan.parallelism, sink.parallelism): 0 if absent, refused if not positive. */
int fl_connector_parallelism(const fl_table *table, const char *key, int *out, fl_error *err);

#endif
