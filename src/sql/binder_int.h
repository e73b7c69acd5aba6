/* SPDX-License-Identifier: Apache-2.0 */
/* binder_int.h -- what the files of the binder share.
 *
 *   bind_expr.c     expressions: literals, columns, operators, functions
 *   bind_literal.c  texts of literals to values         bind_scope.c   which names can be seen where
 *   bind_query.c    WITH, SELECT, VALUES, UNION         bind_from.c    FROM: tables, views, subqueries, window
 *   functions bind_group.c    GROUP BY, aggregates, group windows
 *   bind_correlate.c  UNNEST and LATERAL TABLE(…)
 *   bind_insert.c   INSERT INTO                         bind_ddl.c     CREATE TABLE, CREATE VIEW
 */
#ifndef FL_SQL_BINDER_INT_H
#define FL_SQL_BINDER_INT_H

#include "sql/binder.h"

/* Queries that WITH has named, innermost last. */
typedef struct fl_cte_scope fl_cte_scope;
struct fl_cte_scope {
    const fl_ast_cte *cte;
    const fl_cte_scope *outer; /* what the query itself can see */
};

/* A binder at work: what changes as it goes down into queries. */
typedef struct fl_binder {
    fl_sql_ctx *ctx;
    fl_bind fns; /* for type rules */
    const fl_cte_scope *ctes;
    const char *catalog, *database; /* where names are looked for first; NULL: where the session is */
    int depth;
} fl_binder;

fl_binder fl_binder_make(fl_sql_ctx *c);

/* One relation that a FROM clause has made visible: columns [first, first + n) of the scope's node. */
typedef struct fl_scope_table {
    const char *alias;             /* NULL: a subquery without one */
    const fl_catalog_table *table; /* t, db.t and cat.db.t mean it too, if it has no other alias; NULL: no table */
    int first, n;
} fl_scope_table;

typedef struct fl_scope {
    fl_rel *rel; /* NULL: no column can be seen */
    fl_scope_table *tables;
    int n_tables;
} fl_scope;

typedef struct fl_group fl_group;

/* Where an expression stands. */
typedef struct fl_expr_ctx {
    fl_binder *b;
    const fl_scope *scope;
    fl_group *group;    /* collects aggregate calls and functions of the group window; NULL: none may stand here */
    const char *clause; /* for messages: WHERE, GROUP BY */
    bool inside_call;   /* among the arguments of an aggregate */
    const fl_ast_expr *json_part; /* what may be JSON(…) here; NULL: nothing may */
} fl_expr_ctx;

/* Refusals. `what` is named: "JOIN is not supported yet". */
int fl_bind_fail(fl_pos pos, fl_error *err, int code, const char *fmt, ...) FL_PRINTF(4, 5);

/* ---- expressions ---- */

int fl_bind_ast(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err);
/* The same, and it must be BOOLEAN: "WHERE clause must be a condition". */
int fl_bind_condition(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err);
int fl_bind_literal(fl_binder *b, const fl_ast_expr *e, fl_expr **out, fl_error *err);
/* How many months, or milliseconds, one unit of an interval has; 0: it is no such unit. */
int64_t fl_interval_unit_size(fl_time_unit unit);
/* A call of a function of the registry. */
int fl_bind_call(fl_expr_ctx *x, const char *name, fl_expr **args, int n, fl_pos pos, fl_expr **out, fl_error *err);
/* The function of users that a call means; *out NULL: none, so it is a built-in one or nothing. */
int fl_bind_find_user(fl_binder *b, const fl_ast_expr *e, const fl_user_function **out, fl_error *err);
/* The refusal of a call that means nothing, over columns of `scope`. */
int fl_bind_no_function(fl_binder *b, const fl_scope *scope, const fl_ast_expr *e, fl_error *err);
/* A name of Flink's, of any version; *advice is what to do without that function, or NULL. */
bool fl_is_function_of_flink(const char *name, const char **advice);
/* Refuses a function that Flink has and flott has not; 0 if the name is another one's. (bind_expr.c) */
int fl_bind_check_missing(const char *name, fl_pos pos, fl_error *err);

/* ---- scopes ---- */

/* The column that a name means; the rest of the name are fields of it. */
int fl_scope_find(const fl_scope *s, const fl_name *name, int *column, int *n_used, fl_error *err);
/* Columns of a star: all, those of one relation (`t.*`), or with *n = -1 the fields of column *first (`t.r.*`,
 * `r.*`). */
int fl_scope_star(const fl_scope *s, const fl_name *name, int *first, int *n, fl_error *err);

/* ---- queries ---- */

int fl_bind_query_in(fl_binder *b, const fl_ast_query *q, fl_rel **out, fl_error *err);
int fl_bind_from(fl_binder *b, const fl_ast_from *f, fl_scope *out, fl_error *err);
/* `left`, and beside it what UNNEST or a table function makes of each of its rows; *done is false for another join. */
int fl_bind_correlate(fl_binder *b, const fl_ast_from *join, fl_scope *out, bool *done, fl_error *err);
/* UNNEST, or a table function of users, that stands alone. */
int fl_bind_made_rows(fl_binder *b, const fl_ast_from *f, fl_scope *out, fl_error *err);
/* AS t (a, b): the relation with these names. */
int fl_bind_aliases(fl_binder *b, const fl_ast_from *f, fl_rel **rel, fl_error *err);
/* The declared table or view that a name means, as a node. */
int fl_bind_table(fl_binder *b, const fl_name *name, const fl_ast_hint *hints, int n_hints, fl_rel **out,
                  const fl_catalog_table **def, fl_error *err);
/* Window functions: TABLE(TUMBLE(…)). */
int fl_bind_window_function(fl_binder *b, const fl_ast_expr *call, fl_rel **out, fl_error *err);
bool fl_is_window_function(const fl_ast_expr *call);
/* The table's options with those of OPTIONS hints over them. */
int fl_bind_options(fl_sql_ctx *c, const fl_catalog_table *t, const fl_ast_hint *hints, int n_hints, fl_table *out,
                    fl_error *err);

/* The items of a SELECT, stars expanded. */
typedef struct fl_items {
    fl_expr **exprs;
    const char **names;
    int n, cap;
} fl_items;
int fl_bind_items(fl_expr_ctx *x, const fl_ast_select *s, fl_items *out, fl_error *err);

/* ---- grouping ---- */

/* Whether the expression calls an aggregate function outside of subqueries. */
bool fl_ast_aggregates(fl_binder *b, const fl_ast_expr *e);
/* A call of an aggregate function; where none may stand it is refused. */
int fl_bind_aggregate(fl_expr_ctx *x, const fl_agg_function *fn, const fl_ast_expr *e, fl_expr **out, fl_error *err);
/* SELECT … FROM scope with GROUP BY, HAVING or aggregates. */
int fl_bind_grouped(fl_binder *b, const fl_ast_select *s, const fl_scope *scope, bool has_ttl, fl_rel **out,
                    fl_error *err);
/* A call while expressions of a grouped query are being bound: *out is NULL if it is not one that the group answers. */
int fl_group_call(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err);

/* ---- definitions ---- */

/* Binds the expression of a computed column or a watermark over a table's columns. */
int fl_bind_column_expr(fl_binder *b, const fl_scope *scope, const char *text, fl_expr **out, fl_error *err);
/* A scope over columns that are not rows of anything yet. */
fl_scope fl_scope_of_columns(fl_arena *a, const char *table, const fl_rel_column *cols, int n);

#endif
