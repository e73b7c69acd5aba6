/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.h -- tables and views as they were declared, and how the binder finds them.
 *
 * A definition is immutable and outlives the statements that use it. Expressions and queries are kept as text, which is
 * parsed anew where it is used: a definition then needs nothing but its own arena.
 */
#ifndef FL_SQL_CATALOG_H
#define FL_SQL_CATALOG_H

#include "expr/user_function.h"
#include "plan/plan.h"
#include "sql/ast.h"

typedef struct fl_catalog_column {
    const char *name;
    fl_column_kind kind;
    const fl_type *type;      /* as queries see it; a time attribute carries its mark */
    const char *expr;         /* COMPUTED: text of the expression, as Flink prints it */
    const char *metadata_key; /* METADATA FROM 'key'; NULL: the column's name */
    bool is_virtual;          /* METADATA … VIRTUAL: cannot be written */
    const char *comment;      /* NULL: none */
} fl_catalog_column;

typedef struct fl_catalog_table {
    const char *catalog, *database, *name;
    bool is_view, temporary;
    fl_catalog_column *columns;
    int n_columns;
    int watermark_column; /* -1: none */
    const char *watermark_expr;
    const char *primary_key_name;
    const int *primary_key;
    int n_primary_key;
    const int *partition_keys;
    int n_partition_keys;
    bool distributed;
    const char *distribution; /* HASH, RANGE or NULL */
    const int *bucket_keys;
    int n_bucket_keys, n_buckets; /* n_buckets -1: not given */
    const fl_option *options;     /* in the order of their keys */
    int n_options;
    const char *comment; /* NULL: none */
    /* views */
    const char *query;                          /* as written */
    const char *qualified_query;                /* as Flink stores it, for SHOW CREATE VIEW: every name is complete */
    const char *query_catalog, *query_database; /* where its names are looked for first */
} fl_catalog_table;

/* Finds what a name of one to three parts means; fewer parts are looked for in `catalog` and `database`, or where the
 * session is if these are NULL. FL_E_VALIDATION with "Object '…' not found" and the nearest name otherwise. */
typedef int fl_catalog_find_fn(void *arg, const fl_name *name, const char *catalog, const char *database,
                               const fl_catalog_table **out, fl_error *err);

/* A function as it was created; names are in lower case. */
typedef struct fl_catalog_function {
    const char *catalog, *database; /* NULL: a temporary system function, which is in every database */
    const char *name;
    bool temporary;
    const char *what;               /* a class, module.name, or file:symbol */
    const char *language;           /* JAVA SCALA PYTHON C */
    const char *jars;               /* as Flink lists them: [] */
    const fl_user_function *opened; /* NULL: nobody has called it yet */
} fl_catalog_function;

/* Where a name of a function is looked for, in this order: temporary system functions, Flink's own (the binder knows
 * them), temporary ones of the database, permanent ones. A name of several parts means the last two only. */
typedef enum fl_function_place { FL_PLACE_SYSTEM, FL_PLACE_CATALOG } fl_function_place;

/* The function of users that a name means there, opened; *out NULL: there is none. One that is there and cannot be
 * called is an error that tells why. */
typedef int fl_catalog_function_fn(void *arg, const fl_name *name, const char *catalog, const char *database,
                                   fl_function_place place, const fl_catalog_function **out, fl_error *err);

/* "default_catalog.default_database.t", for messages. Owned by the arena. */
const char *fl_catalog_table_path(fl_arena *a, const fl_catalog_table *t);
/* A copy of everything into another arena. */
fl_catalog_table *fl_catalog_table_copy(fl_arena *a, const fl_catalog_table *t);
/* Adds an option, or replaces the one with its key; sorted by key. There is room for one more. */
void fl_catalog_put_option(fl_option *options, int *n, const char *key, const char *value);
/* The index of a column, or -1. */
int fl_catalog_column_find(const fl_catalog_table *t, const char *name);

#endif
