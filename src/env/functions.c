/* SPDX-License-Identifier: Apache-2.0 */
/* functions.c -- the store of functions of users. Lists are short, so they are searched from end to end. */
#include "env/functions.h"

#include <stdlib.h>

#include "messages/name.h"
#include "messages/udf.h"

struct fl_functions {
    fl_arena arena;
    fl_catalog_function **entries; /* NULL: dropped */
    int n, cap;
};

fl_functions *fl_functions_new(void) {
    fl_functions *f = fl_calloc(1, sizeof *f);
    fl_arena_init(&f->arena);
    return f;
}

void fl_functions_free(fl_functions *f) {
    if (f == NULL) return;
    fl_arena_deinit(&f->arena);
    free(f);
}

/* ---- looking ---- */

static bool same(const char *a, const char *b) { return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0; }

/* path[0] and path[1] NULL: a temporary system function. Names of functions have no case. */
static fl_catalog_function **find(const fl_functions *f, const char *const path[3], bool temporary) {
    for (int i = 0; i < f->n; i++) {
        fl_catalog_function *e = f->entries[i];
        if (e != NULL && e->temporary == temporary && same(e->catalog, path[0]) && same(e->database, path[1]) &&
            fl_str_ieq(fl_str_from(e->name), fl_str_from(path[2])))
            return &f->entries[i];
    }
    return NULL;
}

const fl_catalog_function *fl_functions_find(const fl_catalogs *c, const fl_name *name, const char *catalog,
                                             const char *database, fl_function_place place) {
    const fl_functions *f = fl_catalogs_functions(c);
    const char *path[3] = {NULL, NULL, name->part[name->n - 1]};
    if (place == FL_PLACE_CATALOG) {
        if (name->n > 3) return NULL;
        path[0] = name->n > 2 ? name->part[0] : catalog != NULL ? catalog : fl_catalogs_current(c);
        path[1] = name->n > 1 ? name->part[name->n - 2] : database != NULL ? database : fl_catalogs_current_database(c);
    }
    fl_catalog_function **e = find(f, path, true);
    if (e == NULL && place == FL_PLACE_CATALOG) e = find(f, path, false);
    return e != NULL ? *e : NULL;
}

int fl_functions_open(fl_catalogs *c, const fl_catalog_function *f, fl_function_open_fn *load, void *arg,
                      const fl_user_function **out, fl_error *err) {
    fl_catalog_function *entry = (fl_catalog_function *)(uintptr_t)f; /* the store's own */
    if (f->opened == NULL) FL_TRY(load(arg, &fl_catalogs_functions(c)->arena, f, &entry->opened, err));
    *out = f->opened;
    return 0;
}

static bool lies_in(const fl_catalog_function *e, const char *catalog, const char *database) {
    return e != NULL && !e->temporary && same(e->catalog, catalog) && (database == NULL || same(e->database, database));
}

bool fl_functions_any(const fl_functions *f, const char *catalog, const char *database) {
    for (int i = 0; i < f->n; i++)
        if (lies_in(f->entries[i], catalog, database)) return true;
    return false;
}

void fl_functions_forget(fl_functions *f, const char *catalog, const char *database) {
    for (int i = 0; i < f->n; i++)
        if (lies_in(f->entries[i], catalog, database)) f->entries[i] = NULL;
}

/* ---- CREATE, ALTER, DROP ---- */

static int fail_at(fl_pos pos, fl_error *err) { return fl_error_at(err, fl_span_of(pos)); }

/* The catalog must exist, and for CREATE the database too. */
static int check_path(const fl_catalogs *c, const char *const path[3], bool database, fl_error *err) {
    if (!fl_catalogs_has(c, path[0], NULL)) return fl_fail(err, FL_ERR_NAME_CATALOG, path[0]);
    if (database && !fl_catalogs_has(c, path[0], path[1])) return fl_fail(err, FL_ERR_NAME_DATABASE, path[1], path[0]);
    return 0;
}

static const char *lower(fl_arena *a, const char *name) {
    char *out = fl_arena_strdup(a, name);
    for (char *p = out; *p != 0; p++)
        if (*p >= 'A' && *p <= 'Z') *p = (char)(*p | 32);
    return out;
}

static const char *copy(fl_arena *a, const char *s) { return s != NULL ? fl_arena_strdup(a, s) : NULL; }

/* Flink's list of the resources of a function. */
static const char *list_jars(fl_arena *a, const fl_ast_function *f) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < f->n_jars; i++)
        fl_buf_printf(&b, "%sResourceUri{resourceType=JAR, uri='%s'}", i > 0 ? ", " : "[", f->jars[i]);
    fl_buf_puts(&b, f->n_jars > 0 ? "]" : "[]");
    return fl_buf_finish(&b, a);
}

static fl_catalog_function *new_entry(fl_arena *a, const fl_ast_function *s, const char *const path[3],
                                      bool temporary) {
    fl_catalog_function *e = FL_NEW(a, fl_catalog_function);
    *e = (fl_catalog_function){.catalog = copy(a, path[0]),
                               .database = copy(a, path[1]),
                               .name = lower(a, path[2]),
                               .temporary = temporary,
                               .what = fl_arena_strdup(a, s->what),
                               .language = fl_arena_strdup(a, s->language),
                               .jars = list_jars(a, s)};
    return e;
}

static int check_body(const fl_ast_function *s, fl_error *err) {
    if (strcmp(s->language, "SQL") == 0) return fl_fail(err, FL_ERR_UDF_LANGUAGE_SQL);
    if (s->what[0] == 0) return fl_fail(err, FL_ERR_UDF_NOTHING);
    return 0;
}

static int exists(const fl_ast_stmt *s, const char *const path[3], const fl_catalog_function *there, fl_error *err) {
    if (s->function->system) return fl_fail(err, FL_ERR_UDF_SYSTEM_EXISTS, path[2]);
    if (s->temporary) return fl_fail(err, FL_ERR_UDF_TEMPORARY_EXISTS, path[0], path[1], path[2]);
    return fl_fail(err, FL_ERR_UDF_EXISTS, path[1], there->name, path[0]);
}

static int create(fl_catalogs *c, const fl_ast_stmt *s, fl_function_open_fn *load, void *arg, fl_error *err) {
    fl_functions *f = fl_catalogs_functions(c);
    const char *path[3] = {NULL, NULL, s->name.part[0]};
    bool python = strcmp(s->function->language, "PYTHON") == 0;
    FL_TRY(check_body(s->function, err));
    if (!s->function->system) FL_TRY(fl_catalogs_resolve(c, &s->name, path, err));
    if (!s->temporary) FL_TRY(check_path(c, path, true, err));
    fl_catalog_function **there = find(f, path, s->temporary);
    if (there != NULL) return s->if_not_exists ? 0 : exists(s, path, *there, err);
    fl_catalog_function *e = new_entry(&f->arena, s->function, path, s->temporary);
    if (s->temporary && !python) FL_TRY(load(arg, &f->arena, e, &e->opened, err));
    FL_PUSH(&f->arena, f->entries, f->n, f->cap, e);
    return 0;
}

static int alter(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err) {
    fl_functions *f = fl_catalogs_functions(c);
    const char *path[3] = {0};
    if (s->temporary) return fl_fail(err, FL_ERR_UDF_ALTER_TEMPORARY, s->function->system ? "system" : "catalog");
    FL_TRY(check_body(s->function, err));
    FL_TRY(fl_catalogs_resolve(c, &s->name, path, err));
    FL_TRY(check_path(c, path, false, err));
    fl_catalog_function **e = find(f, path, false);
    if (e == NULL) return s->if_exists ? 0 : fl_fail(err, FL_ERR_UDF_MISSING, path[1], path[2], path[0]);
    *e = new_entry(&f->arena, s->function, path, false);
    return 0;
}

static int drop(fl_catalogs *c, const fl_ast_stmt *s, bool system, fl_error *err) {
    fl_functions *f = fl_catalogs_functions(c);
    const char *path[3] = {NULL, NULL, s->name.part[s->name.n - 1]};
    if (!system) FL_TRY(fl_catalogs_resolve(c, &s->name, path, err));
    if (!s->temporary) FL_TRY(check_path(c, path, false, err));
    fl_catalog_function **e = find(f, path, s->temporary);
    if (e != NULL) *e = NULL;
    if (e != NULL || s->if_exists) return 0;
    if (system) return fl_fail(err, FL_ERR_UDF_SYSTEM_MISSING, path[2]);
    if (s->temporary) return fl_fail(err, FL_ERR_UDF_TEMPORARY_MISSING, path[0], path[1], path[2]);
    return fl_fail(err, FL_ERR_UDF_MISSING, path[1], path[2], path[0]);
}

int fl_functions_create(fl_catalogs *c, const fl_ast_stmt *s, fl_function_open_fn *load, void *arg, fl_error *err) {
    return create(c, s, load, arg, err) < 0 ? fail_at(s->name.pos, err) : 0;
}

int fl_functions_alter(fl_catalogs *c, const fl_ast_stmt *s, fl_error *err) {
    return alter(c, s, err) < 0 ? fail_at(s->name.pos, err) : 0;
}

int fl_functions_drop(fl_catalogs *c, const fl_ast_stmt *s, bool system, fl_error *err) {
    return drop(c, s, system, err) < 0 ? fail_at(s->name.pos, err) : 0;
}

/* ---- lists ---- */

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void fl_functions_list(const fl_catalogs *c, fl_arena *a, const char *catalog, const char *database, const char ***out,
                       int *n) {
    const fl_functions *f = fl_catalogs_functions(c);
    *out = FL_NEW_N(a, const char *, f->n);
    *n = 0;
    for (int i = 0; i < f->n; i++) {
        const fl_catalog_function *e = f->entries[i];
        bool here = e != NULL && (e->catalog == NULL || (same(e->catalog, catalog) && same(e->database, database)));
        int k = 0;
        while (here && k < *n && strcmp((*out)[k], e->name) != 0) k++; /* one that hides another of its name */
        if (here && k == *n) (*out)[(*n)++] = e->name;
    }
    qsort(*out, (size_t)*n, sizeof **out, compare_names);
}
