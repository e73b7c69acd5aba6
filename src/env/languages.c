/* SPDX-License-Identifier: Apache-2.0 */
/* languages.c -- from what CREATE FUNCTION … AS names to a function that can be called, language by language.
 *
 * C is a symbol of a shared object; other languages come from whoever runs the session (flott_session_set_language).
 * Java's have no one who could.
 */
#include "connectors/module.h"
#include "env/functions.h"
#include "env/session.h"
#include "messages/udf.h"

#include <stdlib.h>

/* ---- C ---- */

/* 'module.so:symbol' */
static int split(fl_arena *a, const fl_catalog_function *f, const char **file, const char **symbol, fl_error *err) {
    const char *colon = strrchr(f->what, ':');
    if (colon == NULL || colon == f->what || colon[1] == 0) return fl_fail(err, FL_ERR_UDF_C_FORM, f->name, f->what);
    *file = fl_arena_strndup(a, f->what, (size_t)(colon - f->what));
    *symbol = colon + 1;
    return 0;
}

static int open_c(const flott_session *s, fl_arena *a, const fl_catalog_function *f, const fl_user_function **out,
                  fl_error *err) {
    const char *file = NULL, *symbol = NULL, *looked = NULL;
    void *found;
    bool code;
    FL_TRY(split(a, f, &file, &symbol, err));
    int rc = fl_module_symbol(a, file, symbol, s->folder, &found, &code, &looked, err);
    if (rc < 0) return fl_error_prefix(err, FL_AT_UDF_MODULE, f->name);
    if (rc == 0) return fl_fail(err, FL_ERR_UDF_FILE, f->name, file, looked);
    const flott_function *table = found;
    if (code) {
        flott_function_get *get;
        memcpy(&get, &found, sizeof get); /* ISO C has no cast for it */
        table = get();
        if (table == NULL) return fl_fail(err, FL_ERR_UDF_INCOMPLETE, f->name, symbol, "table to return");
    }
    return fl_user_function_new(a, f->name, table, NULL, out, err);
}

/* ---- other languages ---- */

int flott_session_set_language(flott_session *s, const char *language, flott_language_fn *resolve, void *arg,
                               flott_error *error) {
    fl_error *err = fl_error_of(error);
    if (strcmp(language, "PYTHON") != 0) return fl_fail(err, FL_ERR_UDF_LANGUAGE_FIXED, language);
    s->python = resolve;
    s->python_arg = arg;
    return 0;
}

static int open_python(flott_session *s, fl_arena *a, const fl_catalog_function *f, const fl_user_function **out,
                       fl_error *err) {
    const flott_function *table = NULL;
    void *self = NULL;
    flott_function_error why = {{0}, {0}};
    if (s->python == NULL) return fl_fail(err, FL_ERR_UDF_LANGUAGE, f->name, f->what, "PYTHON", "Python");
    if (s->python(s->python_arg, f->what, &table, &self, &why) < 0 || table == NULL) {
        why.message[sizeof why.message - 1] = why.hint[sizeof why.hint - 1] = 0;
        fl_fail(err, FL_ERR_UDF_RESOLVE, f->name, f->what, why.message[0] ? why.message : "it does not say why");
        return why.hint[0] != 0 ? fl_error_hint(err, "%s", why.hint) : err->code;
    }
    return fl_user_function_new(a, f->name, table, self, out, err);
}

int fl_session_open_function(void *session, fl_arena *a, const fl_catalog_function *f, const fl_user_function **out,
                             fl_error *err) {
    if (strcmp(f->language, "C") == 0) return open_c(session, a, f, out, err);
    if (strcmp(f->language, "PYTHON") == 0) return open_python(session, a, f, out, err);
    return fl_fail(err, FL_ERR_UDF_JAVA, f->name, strcmp(f->language, "JAVA") == 0 ? "Java" : "Scala", f->what);
}

int fl_session_find_function(void *session, const fl_name *name, const char *catalog, const char *database,
                             fl_function_place place, const fl_catalog_function **out, fl_error *err) {
    flott_session *s = session;
    const fl_user_function *opened;
    *out = fl_functions_find(s->catalogs, name, catalog, database, place);
    return *out == NULL ? 0 : fl_functions_open(s->catalogs, *out, fl_session_open_function, s, &opened, err);
}
