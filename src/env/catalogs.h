/* SPDX-License-Identifier: Apache-2.0 */
/* catalogs.h -- catalogs, databases, and the tables and views in them: what CREATE and DROP change.
 *
 * All catalogs are kept in memory. A definition that has been dropped is forgotten by name only: queries that run may
 * still use it, so its memory lives as long as the store. Temporary tables have a space of their own and hide the
 * permanent one of the same path.
 */
#ifndef FL_ENV_CATALOGS_H
#define FL_ENV_CATALOGS_H

#include "sql/catalog.h"

typedef struct fl_catalogs fl_catalogs;

/* With default_catalog.default_database, which is the current one. */
fl_catalogs *fl_catalogs_new(void);
void fl_catalogs_free(fl_catalogs *c);

const char *fl_catalogs_current(const fl_catalogs *c);
const char *fl_catalogs_current_database(const fl_catalogs *c);
int fl_catalogs_use(fl_catalogs *c, const fl_name *catalog, fl_error *err);
int fl_catalogs_use_database(fl_catalogs *c, const fl_name *database, fl_error *err);

int fl_catalogs_create(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err);          /* CREATE CATALOG */
int fl_catalogs_drop(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err);            /* DROP CATALOG */
int fl_catalogs_create_database(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err); /* CREATE DATABASE */
int fl_catalogs_drop_database(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err);   /* DROP DATABASE */

/* Whether there is such a catalog, and in it such a database (NULL: any). */
bool fl_catalogs_has(const fl_catalogs *c, const char *catalog, const char *database);
/* Functions of users (functions.h). */
struct fl_functions *fl_catalogs_functions(const fl_catalogs *c);

/* Where a name of one to three parts lies: fills path[3] with catalog, database and name. */
int fl_catalogs_resolve(const fl_catalogs *c, const fl_name *name, const char *path[3], fl_error *err);

/* Adds a copy of the definition at the name. `if_not_exists`: nothing happens if there is one. */
int fl_catalogs_add(fl_catalogs *c, const fl_name *name, const fl_catalog_table *t, bool if_not_exists, fl_error *err);
/* DROP [TEMPORARY] TABLE and VIEW. */
int fl_catalogs_drop_table(fl_catalogs *c, const fl_ast_stmt *s, bool view, fl_error *err);

/* fl_catalog_find_fn over a store. */
int fl_catalogs_find(void *catalogs, const fl_name *name, const char *catalog, const char *database,
                     const fl_catalog_table **out, fl_error *err);
/* NULL if there is none. */
const fl_catalog_table *fl_catalogs_lookup(const fl_catalogs *c, const char *const path[3]);

/* Names in order, owned by the arena. Tables: with views; views_only: views. An unknown catalog or database is
 * refused. */
int fl_catalogs_list(const fl_catalogs *c, fl_arena *a, const char ***out, int *n);
int fl_catalogs_list_databases(const fl_catalogs *c, fl_arena *a, const char *catalog, const char ***out, int *n,
                               fl_error *err);
int fl_catalogs_list_tables(const fl_catalogs *c, fl_arena *a, const char *catalog, const char *database,
                            bool views_only, const char ***out, int *n, fl_error *err);

#endif
