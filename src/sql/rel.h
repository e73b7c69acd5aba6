/* SPDX-License-Identifier: Apache-2.0 */
/* rel.h -- a bound query as relational algebra: what the binder makes of a syntax tree and the planner turns into a
 * plan.
 *
 *     SELECT k, SUM(v) FROM TABLE(TUMBLE(TABLE t, …)) WHERE v > 0 GROUP BY k, window_start, window_end
 *
 *     Scan(t) ─► Calc(v > 0) ─► Window(TUMBLE) ─► Calc ─► Aggregate ─► Calc
 *
 * Nodes are immutable, live in the arena of the statement and may be shared. Projections and filters that meet are one
 * Calc from the start; a filter that does not ask for window columns goes below the window function.
 */
#ifndef FL_SQL_REL_H
#define FL_SQL_REL_H

#include "sql/catalog.h"

struct fl_connector; /* connectors/connector.h */

typedef struct fl_rel fl_rel;

/* What a column is of the window that its row belongs to. */
typedef enum fl_rel_prop { FL_REL_PLAIN, FL_REL_WINDOW_START, FL_REL_WINDOW_END, FL_REL_WINDOW_TIME } fl_rel_prop;

typedef struct fl_rel_column {
    const char *name;
    const fl_type *type;
    fl_time_attr attr; /* what the column really is, whatever the mark in its type says */
    fl_rel_prop prop;
    bool named_row; /* a ROW that a cast has made: its fields are found behind table.column, but not behind column */
} fl_rel_column;

typedef enum fl_rel_kind {
    FL_REL_SCAN,
    FL_REL_VALUES,
    FL_REL_CALC,
    FL_REL_CORRELATE,
    FL_REL_WINDOW,
    FL_REL_AGGREGATE,
    FL_REL_UNION,
} fl_rel_kind;

/* A declared table as one job reads it: once, however often queries name it. Its columns are the declared ones, in
 * order: physical, metadata and computed. */
typedef struct fl_rel_table {
    const fl_catalog_table *def;
    const struct fl_connector *connector;
    fl_table table;                      /* with the options of hints merged in */
    int *physical;                       /* of each column: its index in table.physical, or -1 */
    fl_expr **computed;                  /* of each column: its expression over the declared columns, or NULL */
    const fl_metadata_column **metadata; /* of each column: the connector's metadata that it reads, or NULL */
    fl_expr *watermark;                  /* over the declared columns; NULL: none, or batch mode */
    int rowtime;                         /* -1: none */
    fl_span span;                        /* where the statement names it first, or the view that reads it */
} fl_rel_table;

typedef struct fl_rel_calc {
    fl_expr *condition; /* NULL: all rows */
    fl_expr **exprs;
} fl_rel_calc;

/* Each row of the input with those that are made from it: input columns, then columns of the made rows. */
typedef struct fl_rel_correlate {
    const fl_user_call *call; /* a table function of users; NULL: UNNEST */
    fl_expr **args;           /* over the input */
    int n_args;
    bool left;
    fl_expr *condition; /* over the made columns alone, numbered from 0; NULL: none */
} fl_rel_correlate;

typedef struct fl_rel_aggregate {
    const int *keys; /* columns of the input; output: keys, calls, props of the group window */
    int n_keys;
    fl_agg_call *calls;
    int n_calls;
    const fl_window *group_window; /* the aggregate is one by windows; time_col is a column of the input. NULL: none */
    bool has_ttl;                  /* a STATE_TTL hint names its input */
    bool legacy;                   /* spelled GROUP BY TUMBLE(…) rather than as a window function */
    const fl_window_prop *props;
    int n_props;
} fl_rel_aggregate;

struct fl_rel {
    fl_rel_kind kind;
    fl_rel **inputs;
    int n_inputs;
    fl_rel_column *cols;
    int n_cols;
    const fl_window *window; /* the window whose columns are marked in cols; NULL: none */
    const int *window_keys;  /* SESSION: PARTITION BY, as columns of this node; -1 for one that is not there any more */
    int n_window_keys;
    fl_span span;
    union {
        fl_rel_table *scan;
        fl_batch *values; /* owned by the arena */
        fl_rel_calc calc;
        fl_rel_correlate correlate;
        fl_rel_aggregate aggregate;
    };
};

/* ---- making nodes: all borrowed from the arena ---- */

fl_rel *fl_rel_scan(fl_arena *a, fl_rel_table *t, bool batch);
/* rows[r * n_cols + c] are literals of exactly cols[c].type. */
fl_rel *fl_rel_values(fl_arena *a, const fl_rel_column *cols, int n_cols, fl_expr *const *rows, int n_rows);
/* One row of one column that nobody asks for: FROM is missing. */
fl_rel *fl_rel_one_row(fl_arena *a);
/* Names may repeat. */
fl_rel *fl_rel_project(fl_arena *a, fl_rel *input, fl_expr *const *exprs, const char *const *names, int n);
fl_rel *fl_rel_filter(fl_arena *a, fl_rel *input, fl_expr *condition);
/* The same columns under other names. */
fl_rel *fl_rel_rename(fl_arena *a, fl_rel *input, const char *const *names);
/* Input columns, then window_start, window_end, window_time. */
fl_rel *fl_rel_window(fl_arena *a, fl_rel *input, const fl_window *w, const int *keys, int n_keys, bool batch);
/* `c` is copied, its arrays are borrowed; made columns: name and type of each. */
fl_rel *fl_rel_correlate_new(fl_arena *a, fl_rel *input, const fl_rel_correlate *c, const fl_rel_column *made, int n);
/* `agg` is copied, its arrays are borrowed; names: of keys, calls and props. */
fl_rel *fl_rel_aggregate_new(fl_arena *a, fl_rel *input, const fl_rel_aggregate *agg, const char *const *names);
/* All inputs have columns of the same layout; types are those of `types`. */
fl_rel *fl_rel_union(fl_arena *a, fl_rel *const *inputs, int n, const fl_type *const *types);

/* Rows that fail the condition may be left out before the window function as well: it reads no window columns and, as
 * rows make sessions longer, of a SESSION only the keys. */
bool fl_rel_can_filter_before(const fl_rel *window, const fl_expr *condition);

/* The column as an expression. */
fl_expr *fl_rel_ref(fl_arena *a, const fl_rel *r, int column);

/* What an AGGREGATE is: by windows, if it groups by start and end of its input's windows (and, of sessions, by their
 * keys and nothing else), or ordinary. */
bool fl_rel_is_window_aggregate(const fl_rel *r);

#endif
