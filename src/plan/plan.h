/* SPDX-License-Identifier: Apache-2.0 */
/* plan.h -- what is to be run: nodes from scan to sink, read-only once the planner is done.
 *
 *     Scan ─► Calc ─► WatermarkAssign ─► Exchange(hash[sensor_id]) ─► WindowAgg ─┬─► Calc ─► Sink    (TUMBLE)
 *                                                                                └─► Calc ─► Sink    (HOP)
 *
 * A node has outputs, most of them one; a window aggregate that several queries share has one for each window. An input
 * names a node and one of its outputs, so a plan is a graph and common parts exist once. Everything lives in one arena.
 */
#ifndef FL_PLAN_PLAN_H
#define FL_PLAN_PLAN_H

#include "data/schema.h"
#include "expr/aggregate.h"
#include "expr/expr.h"
#include "expr/user_function.h"

typedef struct fl_plan fl_plan;

/* Row kinds that an edge may carry, as a set of bits 1 << fl_row_kind. */
enum {
    FL_CHANGES_INSERT = 1 << FL_INSERT,
    FL_CHANGES_UPSERT = 1 << FL_INSERT | 1 << FL_UPDATE_AFTER | 1 << FL_DELETE,
    FL_CHANGES_ALL = FL_CHANGES_UPSERT | 1 << FL_UPDATE_BEFORE,
};

typedef struct fl_plan_output {
    fl_schema schema;
    fl_time_attr *attrs; /* of each column: what the column really is, whatever the mark in its type says */
    unsigned changes;    /* kinds that come out */
    const int *key;      /* columns that identify a row among the rows alive; NULL: none known */
    int n_key;
} fl_plan_output;

typedef struct fl_plan_input {
    fl_plan *node;
    int output;
} fl_plan_input;

typedef enum fl_plan_kind {
    FL_PLAN_SCAN,
    FL_PLAN_VALUES,
    FL_PLAN_CALC,
    FL_PLAN_CORRELATE,
    FL_PLAN_WATERMARK,
    FL_PLAN_WINDOW_TVF,
    FL_PLAN_WINDOW_AGG,
    FL_PLAN_SESSION_TVF,
    FL_PLAN_SESSION_AGG,
    FL_PLAN_GROUP_AGG,
    FL_PLAN_UNION,
    FL_PLAN_EXCHANGE,
    FL_PLAN_SINK,
} fl_plan_kind;

/* ---- what the kinds need ---- */

/* A table as a connector sees it; columns are the physical and metadata columns that are read or written. */
typedef struct fl_option {
    const char *key, *value;
} fl_option;

typedef struct fl_table {
    const char *name; /* catalog.database.table, for messages */
    const fl_option *options;
    int n_options;
    fl_schema physical;        /* physical columns in the order of declaration */
    const int *partition_keys; /* indices into physical */
    int n_partition_keys;
    const int *primary_key; /* indices into physical */
    int n_primary_key;
} fl_table;

typedef struct fl_metadata_column {
    const char *key;     /* of the connector */
    const fl_type *type; /* as the connector gives it */
} fl_metadata_column;

struct fl_source_type; /* exec/source.h, filled by connectors: opaque on this floor */
struct fl_sink_type;   /* exec/sink.h, likewise */

typedef struct fl_scan {
    const fl_table *table;
    const struct fl_source_type *type;
    const void *config; /* what the connector made of its options */
    const int *columns; /* physical columns that are read, ascending */
    int n_columns;
    const fl_metadata_column *metadata; /* behind them in the output */
    int n_metadata;
    bool bounded;
    int parallelism; /* scan.parallelism; 0: none of its own */
} fl_scan;

typedef struct fl_calc {
    fl_expr *condition; /* NULL: all rows */
    fl_expr **exprs;    /* one for each output column */
} fl_calc;

/* Each row with those that are made from it. Output: the columns `keep` of the input, then those of the made rows. */
typedef struct fl_correlate {
    const struct fl_user_call *call; /* a table function of users; NULL: UNNEST */
    fl_expr **args;                  /* over the input; UNNEST: the collection */
    int n_args;
    const int *keep;
    int n_keep;
    bool left;          /* a row from which nothing is made comes once, with NULLs */
    fl_expr *condition; /* over the made rows; NULL: all */
} fl_correlate;

typedef struct fl_watermark_assign {
    int rowtime;         /* column */
    fl_expr *expr;       /* over the input; TIMESTAMP or TIMESTAMP_LTZ of precision <= 3 */
    int64_t interval_ms; /* pipeline.auto-watermark-interval; 0: after every row */
    int64_t idle_ms;     /* table.exec.source.idle-timeout; 0: never idle */
} fl_watermark_assign;

typedef enum fl_window_kind { FL_WINDOW_TUMBLE, FL_WINDOW_HOP, FL_WINDOW_CUMULATE, FL_WINDOW_SESSION } fl_window_kind;

/* Times in ms. A row at time t is in window [start, end) if start <= t < end. */
typedef struct fl_window {
    fl_window_kind kind;
    int64_t size;  /* TUMBLE, HOP: length; CUMULATE: largest length; SESSION: gap */
    int64_t slide; /* HOP: distance of starts; CUMULATE: step; else equal to size */
    int64_t offset;
    int time_col; /* column of the time attribute; -1: processing time */
    bool proctime;
    bool ltz;      /* the attribute is TIMESTAMP_LTZ: windows follow the session's wall clock */
    bool attached; /* rows have their window already: time_col is the column of its end */
} fl_window;

/* What a window aggregate adds to a row. START and END are TIMESTAMP(3) wall time; TIME is end - 1 ms as the time
 * attribute's own type, NULL_TIME the same always NULL. */
typedef enum fl_window_prop { FL_PROP_START, FL_PROP_END, FL_PROP_TIME, FL_PROP_NULL_TIME } fl_window_prop;

typedef struct fl_window_tvf {
    fl_window window; /* output: input columns, window_start, window_end, window_time */
    const int *keys;  /* SESSION: PARTITION BY */
    int n_keys;
} fl_window_tvf;

/* One window of a (maybe shared) window aggregate: an output of the node. */
typedef struct fl_window_spec {
    fl_window window;
    const fl_window_prop *props; /* columns behind keys and aggregates */
    int n_props;
    bool legacy; /* GROUP BY TUMBLE(…): differs in what it is called and in when HOP counts a row late */
} fl_window_spec;

/* Output i: keys, aggregates, props of specs[i]. */
typedef struct fl_window_agg {
    const int *keys;
    int n_keys;
    const fl_agg_call *calls;
    int n_calls;
    const fl_window_spec *specs;
    int n_specs;
} fl_window_agg;

typedef struct fl_group_agg {
    const int *keys; /* output: keys, aggregates */
    int n_keys;
    const fl_agg_call *calls;
    int n_calls;
    bool update_before; /* somebody behind needs -U */
    bool has_ttl;    /* STATE_TTL: results are sent again that did not change, so that state behind stays fresh, too */
    int bundle_rows; /* mini-batch: so many rows are folded before results are sent; 0: each row for itself */
    int64_t bundle_ms; /* and so long one of them waits at most */
} fl_group_agg;

typedef enum fl_distribution { FL_DIST_HASH, FL_DIST_SINGLE, FL_DIST_REBALANCE } fl_distribution;
typedef struct fl_exchange {
    fl_distribution distribution;
    const int *keys;
    int n_keys;
    int parallelism; /* of the side behind it; 0: the job's */
} fl_exchange;

typedef struct fl_values {
    fl_batch *rows; /* owned by the plan's arena */
} fl_values;

typedef struct fl_sink_plan {
    const fl_table *table;
    const struct fl_sink_type *type;
    const void *config;
    const int *not_null; /* columns that must not be NULL */
    int n_not_null;
    bool drop_null_rows; /* table.exec.sink.not-null-enforcer = DROP */
    int parallelism;     /* sink.parallelism; 0: that of the input */
} fl_sink_plan;

struct fl_plan {
    fl_plan_kind kind;
    int id; /* in the order of creation from the sources on: names state in a checkpoint */
    fl_plan_input *inputs;
    int n_inputs;
    fl_plan_output *outputs;
    int n_outputs;
    fl_span span;
    union {
        fl_scan scan;
        fl_values values;
        fl_calc calc;
        fl_correlate correlate;
        fl_watermark_assign watermark;
        fl_window_tvf tvf;
        fl_window_agg window_agg;
        fl_group_agg group_agg;
        fl_exchange exchange;
        fl_sink_plan sink;
    };
};

/* A whole job: the sinks, from which all else is reached, and how to run it. */
typedef struct fl_job_plan {
    fl_arena *arena;
    fl_plan **sinks;
    int n_sinks;
    fl_plan **nodes; /* inputs before the nodes that read them */
    int n_nodes;
    bool batch;
    bool bounded; /* every scan ends by itself */
    const fl_tz *tz;
} fl_job_plan;

/* ---- making nodes ---- */

fl_plan *fl_plan_new(fl_arena *a, fl_plan_kind kind, int n_inputs, int n_outputs);
static inline fl_plan_input fl_plan_ref(fl_plan *node) { return (fl_plan_input){node, 0}; }
static inline const fl_plan_output *fl_plan_out(fl_plan_input in) { return &in.node->outputs[in.output]; }
/* Output 0's columns; attrs are zero. */
void fl_plan_set_columns(fl_arena *a, fl_plan_output *out, const fl_field *fields, int n);

/* All nodes that the sinks reach, inputs first; numbers them. */
void fl_plan_collect(fl_job_plan *job);

/* "TUMBLE" … */
extern const char *const fl_window_kind_name[];
const char *fl_plan_kind_name(const fl_plan *p);

/* ---- explain ---- */

/* A node as one line: kind and what it does; equal for nodes whose state has the same layout. */
void fl_plan_describe(fl_buf *out, const fl_plan *p);

/* As EXPLAIN prints it: one line a node, inputs indented below, shared parts once with a Reused mark. */
void fl_plan_explain(fl_buf *out, const fl_job_plan *job, bool changelog_mode);
/* Asserts that columns, keys and expressions refer to what exists. */
void fl_plan_check(const fl_job_plan *job);

#endif
