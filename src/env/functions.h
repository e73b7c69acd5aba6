/* SPDX-License-Identifier: Apache-2.0 */
/* functions.h -- functions of users by name: what CREATE, ALTER and DROP FUNCTION change.
 *
 * Names are in lower case, whatever the statement wrote. A function that has been dropped or altered is forgotten by
 * name only: jobs that run may still call it, so its memory lives as long as the store.
 */
#ifndef FL_ENV_FUNCTIONS_H
#define FL_ENV_FUNCTIONS_H

#include "env/catalogs.h"

/* Makes what a function's AS names callable, into the arena; or says why it cannot. */
typedef int fl_function_open_fn(void *arg, fl_arena *a, const fl_catalog_function *f, const fl_user_function **out,
                                fl_error *err);

/* CREATE, ALTER and DROP FUNCTION. A temporary function in JAVA, SCALA or C is opened at once, as Flink does. */
int fl_functions_create(fl_catalogs *c, const fl_ast_stmt *s, fl_function_open_fn *load, void *arg, fl_error *err);
int fl_functions_alter(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err);
int fl_functions_drop(fl_catalogs *c, const fl_ast_stmt *s, bool system, fl_error *err);

/* The function that a name means (sql/catalog.h tells the places), or NULL. Fewer than three parts are looked for in
 * `catalog` and `database`, or where the session is if these are NULL. */
const fl_catalog_function *fl_functions_find(const fl_catalogs *c, const fl_name *name, const char *catalog,
                                             const char *database, fl_function_place place);
/* The same, opened once. */
int fl_functions_open(fl_catalogs *c, const fl_catalog_function *f, fl_function_open_fn *load, void *arg,
                      const fl_user_function **out, fl_error *err);

/* Names in order, owned by the arena: of the database and temporary system functions. */
void fl_functions_list(const fl_catalogs *c, fl_arena *a, const char *catalog, const char *database, const char ***out,
                       int *n);

/* ---- for catalogs.c ---- */

typedef struct fl_functions fl_functions;
fl_functions *fl_functions_new(void);
void fl_functions_free(fl_functions *f);
/* Whether a database (NULL: a catalog) has permanent functions; forgets them. */
bool fl_functions_any(const fl_functions *f, const char *catalog, const char *database);
void fl_functions_forget(fl_functions *f, const char *catalog, const char *database);

#endif
