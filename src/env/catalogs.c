/* SPDX-License-Identifier: Apache-2.0 */
/* catalogs.c -- the store of catalogs, databases, tables and views. Lists are short, so they are searched from end to
 * end. */
#include "env/catalogs.h"

#include "env/functions.h"
#include "messages/name.h"
#include "messages/session.h"

#include <stdlib.h>

typedef struct database {
    const char *catalog, *name;
    bool dropped;
} database;

struct fl_catalogs {
    fl_arena arena;
    const char **catalogs; /* NULL: dropped */
    int n_catalogs, cap_catalogs;
    database *databases;
    int n_databases, cap_databases;
    fl_catalog_table **entries; /* permanent and temporary ones; NULL: dropped */
    int n_entries, cap_entries;
    fl_functions *functions;
    const char *current, *current_database;
};

static void add_database(fl_catalogs *c, const char *catalog, const char *name) {
    database d = {.catalog = fl_arena_strdup(&c->arena, catalog), .name = fl_arena_strdup(&c->arena, name)};
    FL_PUSH(&c->arena, c->databases, c->n_databases, c->cap_databases, d);
}

static void add_catalog(fl_catalogs *c, const char *name, const char *default_database) {
    FL_PUSH(&c->arena, c->catalogs, c->n_catalogs, c->cap_catalogs, fl_arena_strdup(&c->arena, name));
    add_database(c, name, default_database);
}

fl_catalogs *fl_catalogs_new(void) {
    fl_catalogs *c = fl_calloc(1, sizeof *c);
    fl_arena_init(&c->arena);
    c->functions = fl_functions_new();
    c->current = "default_catalog";
    c->current_database = "default_database";
    add_catalog(c, c->current, c->current_database);
    return c;
}

void fl_catalogs_free(fl_catalogs *c) {
    if (c == NULL) return;
    fl_functions_free(c->functions);
    fl_arena_deinit(&c->arena);
    free(c);
}

const char *fl_catalogs_current(const fl_catalogs *c) { return c->current; }
const char *fl_catalogs_current_database(const fl_catalogs *c) { return c->current_database; }
fl_functions *fl_catalogs_functions(const fl_catalogs *c) { return c->functions; }

/* ---- looking ---- */

static int find_catalog(const fl_catalogs *c, const char *name) {
    for (int i = 0; i < c->n_catalogs; i++)
        if (c->catalogs[i] != NULL && strcmp(c->catalogs[i], name) == 0) return i;
    return -1;
}

static int find_database(const fl_catalogs *c, const char *catalog, const char *name) {
    for (int i = 0; i < c->n_databases; i++)
        if (!c->databases[i].dropped && strcmp(c->databases[i].catalog, catalog) == 0 &&
            strcmp(c->databases[i].name, name) == 0)
            return i;
    return -1;
}

bool fl_catalogs_has(const fl_catalogs *c, const char *catalog, const char *database_name) {
    return database_name != NULL ? find_database(c, catalog, database_name) >= 0 : find_catalog(c, catalog) >= 0;
}

static fl_catalog_table **find_entry(const fl_catalogs *c, const char *const path[3], bool temporary) {
    for (int i = 0; i < c->n_entries; i++) {
        fl_catalog_table *t = c->entries[i];
        if (t != NULL && t->temporary == temporary && strcmp(t->catalog, path[0]) == 0 &&
            strcmp(t->database, path[1]) == 0 && strcmp(t->name, path[2]) == 0)
            return &c->entries[i];
    }
    return NULL;
}

const fl_catalog_table *fl_catalogs_lookup(const fl_catalogs *c, const char *const path[3]) {
    fl_catalog_table **t = find_entry(c, path, true);
    if (t == NULL) t = find_entry(c, path, false);
    return t != NULL ? *t : NULL;
}

static int fail_at(fl_pos pos, fl_error *err) { return fl_error_at(err, fl_span_of(pos)); }

static int resolve_in(const char *catalog, const char *database_name, const fl_name *name, const char *path[3],
                      fl_error *err) {
    if (name->n > 3) {
        fl_fail(err, FL_ERR_NAME_PARTS);
        return fail_at(name->pos, err);
    }
    path[0] = name->n >= 3 ? name->part[0] : catalog;
    path[1] = name->n >= 2 ? name->part[name->n - 2] : database_name;
    path[2] = name->part[name->n - 1];
    return 0;
}

int fl_catalogs_resolve(const fl_catalogs *c, const fl_name *name, const char *path[3], fl_error *err) {
    return resolve_in(c->current, c->current_database, name, path, err);
}

/* The name that is like the one that was not found. */
static const char *nearest(const fl_catalogs *c, const char *const path[3]) {
    const char **names = fl_calloc((size_t)c->n_entries + 1, sizeof *names);
    const char *same = NULL;
    int n = 0;
    for (int i = 0; i < c->n_entries; i++) {
        const fl_catalog_table *t = c->entries[i];
        if (t == NULL || strcmp(t->catalog, path[0]) != 0 || strcmp(t->database, path[1]) != 0) continue;
        if (fl_str_ieq(fl_str_from(t->name), fl_str_from(path[2]))) same = t->name;
        names[n++] = t->name;
    }
    const char *near = same ? same : fl_suggest(path[2], names, n);
    free(names);
    return near;
}

int fl_catalogs_find(void *catalogs, const fl_name *name, const char *catalog, const char *database_name,
                     const fl_catalog_table **out, fl_error *err) {
    const fl_catalogs *c = catalogs;
    const char *path[3] = {0};
    FL_TRY(resolve_in(catalog ? catalog : c->current, database_name ? database_name : c->current_database, name, path,
                      err));
    *out = fl_catalogs_lookup(c, path);
    if (*out != NULL) return 0;
    if (find_catalog(c, path[0]) < 0) {
        fl_fail(err, FL_ERR_NAME_OBJECT, path[0]);
    } else if (find_database(c, path[0], path[1]) < 0) {
        fl_fail(err, FL_ERR_NAME_OBJECT_IN, path[1], path[0]);
    } else {
        const char *near = nearest(c, path);
        fl_fail(err, FL_ERR_NAME_OBJECT, path[2]);
        if (name->n > 1) fl_fail(err, FL_ERR_NAME_OBJECT_IN_DATABASE, path[2], path[0], path[1]);
        if (near != NULL && fl_str_ieq(fl_str_from(near), fl_str_from(path[2])))
            fl_fail(err, FL_ERR_NAME_OBJECT_MISSPELT, path[2], path[0], path[1], near);
        else if (near != NULL)
            fl_error_hint(err, FL_HINT_DID_YOU_MEAN, near);
        else
            fl_error_hint(err, FL_HINT_NAME_SHOW_TABLES);
    }
    return fail_at(name->pos, err);
}

/* ---- catalogs and databases ---- */

int fl_catalogs_use(fl_catalogs *c, const fl_name *catalog, fl_error *err) {
    int i = find_catalog(c, catalog->part[0]);
    if (catalog->n != 1 || i < 0) {
        fl_fail(err, FL_ERR_NAME_CATALOG, catalog->part[0]);
        return fail_at(catalog->pos, err);
    }
    c->current = c->catalogs[i];
    for (int k = 0; k < c->n_databases; k++)
        if (strcmp(c->databases[k].catalog, c->current) == 0) { /* the first one is its default */
            c->current_database = c->databases[k].name;
            break;
        }
    return 0;
}

static void split_database(const fl_catalogs *c, const fl_name *name, const char **catalog,
                           const char **database_name) {
    *catalog = name->n > 1 ? name->part[0] : c->current;
    *database_name = name->part[name->n - 1];
}

static int no_database(const char *catalog, const char *database_name, fl_pos pos, fl_error *err) {
    fl_fail(err, FL_ERR_NAME_DATABASE, database_name, catalog);
    return fail_at(pos, err);
}

int fl_catalogs_use_database(fl_catalogs *c, const fl_name *name, fl_error *err) {
    const char *catalog, *database_name;
    split_database(c, name, &catalog, &database_name);
    int k = find_catalog(c, catalog);
    if (k < 0) {
        fl_fail(err, FL_ERR_NAME_CATALOG, catalog);
        return fail_at(name->pos, err);
    }
    int i = find_database(c, catalog, database_name);
    if (i < 0) return no_database(catalog, database_name, name->pos, err);
    c->current = c->catalogs[k];
    c->current_database = c->databases[i].name;
    return 0;
}

static const char *option_of(const fl_ast_stmt *s, const char *key) {
    for (int i = 0; i < s->n_options; i++)
        if (strcmp(s->options[i].key, key) == 0) return s->options[i].value;
    return NULL;
}

int fl_catalogs_create(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err) {
    const char *name = s->name.part[0], *type = option_of(s, "type"), *database_name = option_of(s, "default-database");
    if (find_catalog(c, name) >= 0) {
        if (s->if_not_exists) return 0;
        fl_fail(err, FL_ERR_NAME_CATALOG_EXISTS, name);
        return fail_at(s->name.pos, err);
    }
    if (type == NULL) {
        fl_fail(err, FL_ERR_SESSION_CATALOG_TYPE_MISSING);
        return fail_at(s->name.pos, err);
    }
    if (strcmp(type, "generic_in_memory") != 0) {
        fl_fail(err, FL_ERR_SESSION_CATALOG_TYPE, type);
        return fail_at(s->name.pos, err);
    }
    add_catalog(c, name, database_name ? database_name : "default");
    return 0;
}

int fl_catalogs_drop(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err) {
    int i = find_catalog(c, s->name.part[0]);
    if (i < 0) {
        if (s->if_exists) return 0;
        fl_fail(err, FL_ERR_NAME_CATALOG, s->name.part[0]);
        return fail_at(s->name.pos, err);
    }
    if (strcmp(c->catalogs[i], c->current) == 0) {
        fl_fail(err, FL_ERR_SESSION_CATALOG_IN_USE);
        return fail_at(s->name.pos, err);
    }
    for (int k = 0; k < c->n_databases; k++)
        if (strcmp(c->databases[k].catalog, c->catalogs[i]) == 0) c->databases[k].dropped = true;
    for (int k = 0; k < c->n_entries; k++)
        if (c->entries[k] != NULL && !c->entries[k]->temporary && strcmp(c->entries[k]->catalog, c->catalogs[i]) == 0)
            c->entries[k] = NULL;
    fl_functions_forget(c->functions, c->catalogs[i], NULL);
    c->catalogs[i] = NULL;
    return 0;
}

int fl_catalogs_create_database(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err) {
    const char *catalog, *database_name;
    split_database(c, &s->name, &catalog, &database_name);
    if (find_catalog(c, catalog) < 0) {
        fl_fail(err, FL_ERR_NAME_CATALOG, catalog);
        return fail_at(s->name.pos, err);
    }
    if (find_database(c, catalog, database_name) >= 0) {
        if (s->if_not_exists) return 0;
        fl_fail(err, FL_ERR_NAME_DATABASE_EXISTS, database_name, catalog);
        return fail_at(s->name.pos, err);
    }
    add_database(c, catalog, database_name);
    return 0;
}

static int not_empty(const char *catalog, const char *database_name, fl_pos pos, fl_error *err) {
    fl_fail(err, FL_ERR_SESSION_DATABASE_FULL, database_name, catalog);
    fl_error_hint(err, FL_HINT_SESSION_DROP_CASCADE, database_name);
    return fail_at(pos, err);
}

int fl_catalogs_drop_database(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err) {
    const char *catalog, *database_name;
    split_database(c, &s->name, &catalog, &database_name);
    int i = find_database(c, catalog, database_name);
    if (i < 0) return s->if_exists ? 0 : no_database(catalog, database_name, s->name.pos, err);
    bool current = strcmp(catalog, c->current) == 0 && strcmp(database_name, c->current_database) == 0;
    if (current) {
        fl_fail(err, FL_ERR_SESSION_DATABASE_IN_USE);
        return fail_at(s->name.pos, err);
    }
    if (!s->cascade && fl_functions_any(c->functions, catalog, database_name))
        return not_empty(catalog, database_name, s->name.pos, err);
    for (int k = 0; k < c->n_entries; k++) {
        fl_catalog_table *t = c->entries[k];
        if (t == NULL || t->temporary || strcmp(t->catalog, catalog) != 0 || strcmp(t->database, database_name) != 0)
            continue;
        if (!s->cascade) return not_empty(catalog, database_name, s->name.pos, err);
        c->entries[k] = NULL;
    }
    fl_functions_forget(c->functions, catalog, database_name);
    c->databases[i].dropped = true;
    return 0;
}

/* ---- tables and views ---- */

static int exists_already(const char *const path[3], bool temporary, bool view, fl_error *err) {
    if (temporary)
        return fl_fail(err, FL_ERR_NAME_TEMPORARY_EXISTS, view ? "view" : "table", path[0], path[1], path[2]);
    return fl_fail(err, FL_ERR_NAME_TABLE_EXISTS, path[1], path[2], path[0]);
}

int fl_catalogs_add(fl_catalogs *c, const fl_name *name, const fl_catalog_table *t, bool if_not_exists, fl_error *err) {
    const char *path[3] = {0};
    FL_TRY(fl_catalogs_resolve(c, name, path, err));
    if (find_catalog(c, path[0]) < 0) {
        fl_fail(err, FL_ERR_NAME_CATALOG, path[0]);
        return fail_at(name->pos, err);
    }
    if (!t->temporary && find_database(c, path[0], path[1]) < 0) return no_database(path[0], path[1], name->pos, err);
    fl_catalog_table **old = find_entry(c, path, t->temporary);
    if (old != NULL) {
        if (if_not_exists) return 0;
        exists_already(path, t->temporary, t->is_view, err);
        return fail_at(name->pos, err);
    }
    fl_catalog_table placed = *t;
    placed.catalog = path[0];
    placed.database = path[1];
    placed.query_catalog = c->current;
    placed.query_database = c->current_database;
    fl_catalog_table *copy = fl_catalog_table_copy(&c->arena, &placed);
    FL_PUSH(&c->arena, c->entries, c->n_entries, c->cap_entries, copy);
    return 0;
}

int fl_catalogs_drop_table(fl_catalogs *c, const fl_ast_stmt *s, bool view, fl_error *err) {
    const char *path[3] = {0}, *what = view ? "view" : "table";
    FL_TRY(fl_catalogs_resolve(c, &s->name, path, err));
    fl_catalog_table **temporary = find_entry(c, path, true), **permanent = find_entry(c, path, false);
    fl_catalog_table **found = s->temporary ? temporary : permanent;
    if (!s->temporary && temporary != NULL && (*temporary)->is_view == view) {
        fl_fail(err, FL_ERR_NAME_TEMPORARY_HIDES, what, path[0], path[1], path[2], what);
        fl_error_hint(err, FL_HINT_NAME_DROP_TEMPORARY, view ? "VIEW" : "TABLE");
        return fail_at(s->name.pos, err);
    }
    if (found == NULL || (*found)->is_view != view) {
        if (s->if_exists) return 0;
        if (s->temporary)
            fl_fail(err, FL_ERR_NAME_NO_TEMPORARY, path[0], path[1], path[2]);
        else
            fl_fail(err, FL_ERR_NAME_NO_OBJECT, view ? "View" : "Table", path[0], path[1], path[2]);
        if (found != NULL)
            fl_error_hint(err, FL_HINT_NAME_DROP_OTHER_KIND, view ? "table" : "view", view ? "TABLE" : "VIEW");
        return fail_at(s->name.pos, err);
    }
    *found = NULL;
    return 0;
}

/* ---- lists ---- */

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int fl_catalogs_list(const fl_catalogs *c, fl_arena *a, const char ***out, int *n) {
    *out = FL_NEW_N(a, const char *, c->n_catalogs);
    *n = 0;
    for (int i = 0; i < c->n_catalogs; i++)
        if (c->catalogs[i] != NULL) (*out)[(*n)++] = c->catalogs[i];
    qsort(*out, (size_t)*n, sizeof **out, compare_names);
    return 0;
}

int fl_catalogs_list_databases(const fl_catalogs *c, fl_arena *a, const char *catalog, const char ***out, int *n,
                               fl_error *err) {
    if (find_catalog(c, catalog) < 0) return fl_fail(err, FL_ERR_NAME_CATALOG, catalog);
    *out = FL_NEW_N(a, const char *, c->n_databases);
    *n = 0;
    for (int i = 0; i < c->n_databases; i++)
        if (!c->databases[i].dropped && strcmp(c->databases[i].catalog, catalog) == 0)
            (*out)[(*n)++] = c->databases[i].name;
    qsort(*out, (size_t)*n, sizeof **out, compare_names);
    return 0;
}

int fl_catalogs_list_tables(const fl_catalogs *c, fl_arena *a, const char *catalog, const char *database_name,
                            bool views_only, const char ***out, int *n, fl_error *err) {
    if (find_catalog(c, catalog) < 0) return fl_fail(err, FL_ERR_NAME_CATALOG, catalog);
    if (find_database(c, catalog, database_name) < 0)
        return fl_fail(err, FL_ERR_NAME_NO_DATABASE, catalog, database_name);
    *out = FL_NEW_N(a, const char *, c->n_entries);
    *n = 0;
    for (int i = 0; i < c->n_entries; i++) {
        const fl_catalog_table *t = c->entries[i];
        if (t == NULL || (views_only && !t->is_view) || strcmp(t->catalog, catalog) != 0 ||
            strcmp(t->database, database_name) != 0)
            continue;
        int k = 0;
        while (k < *n && strcmp((*out)[k], t->name) != 0) k++; /* hidden by a temporary one of the same name */
        if (k == *n) (*out)[(*n)++] = t->name;
    }
    qsort(*out, (size_t)*n, sizeof **out, compare_names);
    return 0;
}
