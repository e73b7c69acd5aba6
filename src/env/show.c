/* SPDX-License-Identifier: Apache-2.0 */
/* show.c -- SHOW and DESCRIBE: what there is, as rows. */
#include <stdlib.h>

#include "base/secret.h"
#include "data/text.h"
#include "env/functions.h"
#include "env/session.h"
#include "expr/aggregate.h"
#include "messages/name.h"
#include "messages/session.h"
#include "messages/udf.h"
#include "sql/parser.h"

/* Cells collected row by row. */
typedef struct table {
    fl_arena *arena;
    const char **cells;
    int n, cap;
} table;

static void add(table *t, const char *cell) { FL_PUSH(t->arena, t->cells, t->n, t->cap, cell); }

/* ---- SHOW … LIKE ---- */

/* SQL's LIKE: % is anything, _ one character, \ takes the next one as it is. */
static bool like(const char *s, const char *pattern, bool ignore_case) {
    for (; *pattern != 0; pattern++, s++) {
        if (*pattern == '%') {
            for (;; s++) {
                if (like(s, pattern + 1, ignore_case)) return true;
                if (*s == 0) return false;
            }
        }
        bool literal = *pattern == '\\' && pattern[1] != 0;
        if (literal) pattern++;
        if (*s == 0) return false;
        if (*pattern == '_' && !literal) continue;
        if (*s != *pattern && !(ignore_case && fl_str_ieq(fl_str_make(s, 1), fl_str_make(pattern, 1)))) return false;
    }
    return *s == 0;
}

static bool wanted(const fl_ast_show *show, const char *name) {
    return !show->has_like || like(name, show->pattern, show->ilike) != show->not_like;
}

static flott_result *list_of(flott_session *s, const fl_ast_show *show, const char *column, const char *const *names,
                             int n, fl_arena *a) {
    table t = {a};
    for (int i = 0; i < n; i++)
        if (wanted(show, names[i])) add(&t, names[i]);
    return fl_result_table(s, &column, "S", t.cells, t.n);
}

/* ---- tables in full ---- */

/* In batch mode a row time is a timestamp like any other. */
static const char *type_text(fl_arena *a, const fl_type *t, bool batch) {
    if (batch && t->attr == FL_ATTR_ROWTIME) t = fl_type_attr(a, t, FL_ATTR_NONE);
    return fl_type_name(a, t, FL_TYPE_BARE);
}

static const char *key_text(fl_arena *a, const fl_catalog_table *t, int column) {
    bool in_key = false;
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_puts(&b, "PRI(");
    for (int i = 0; i < t->n_primary_key; i++) {
        in_key = in_key || t->primary_key[i] == column;
        fl_buf_printf(&b, "%s%s", i > 0 ? ", " : "", t->columns[t->primary_key[i]].name);
    }
    fl_buf_putc(&b, ')');
    const char *text = fl_buf_finish(&b, a);
    return in_key ? text : NULL;
}

static const char *extras_text(fl_arena *a, const fl_catalog_column *c) {
    if (c->kind == FL_COLUMN_COMPUTED) return fl_arena_printf(a, "AS %s", c->expr);
    if (c->kind != FL_COLUMN_METADATA) return NULL;
    return fl_arena_printf(a, "METADATA%s%s%s%s", c->metadata_key ? " FROM '" : "",
                           c->metadata_key ? c->metadata_key : "", c->metadata_key ? "'" : "",
                           c->is_virtual ? " VIRTUAL" : "");
}

static flott_result *describe(flott_session *s, const fl_ast_show *show, const fl_catalog_table *t, fl_arena *a) {
    static const char *const names[] = {"name", "type", "null", "key", "extras", "watermark", "comment"};
    bool comments = false;
    table rows = {a};
    for (int i = 0; i < t->n_columns; i++) comments = comments || t->columns[i].comment != NULL;
    for (int i = 0; i < t->n_columns; i++) {
        const fl_catalog_column *c = &t->columns[i];
        if (!wanted(show, c->name)) continue;
        add(&rows, c->name);
        add(&rows, type_text(a, c->type, fl_config_is(s->config, "execution.runtime-mode", "BATCH")));
        add(&rows, c->type->nullable ? "true" : "false");
        add(&rows, key_text(a, t, i));
        add(&rows, extras_text(a, c));
        add(&rows, i == t->watermark_column ? t->watermark_expr : NULL);
        if (comments) add(&rows, c->comment);
    }
    return fl_result_table(s, names, comments ? "SSBSSSS" : "SSBSSS", rows.cells, rows.n / (comments ? 7 : 6));
}

static void put_string(fl_buf *out, const char *s) { fl_sql_print_string(out, fl_str_from(s)); }

static void put_column(fl_buf *out, const fl_catalog_column *c) {
    fl_quote_name(out, c->name);
    fl_buf_putc(out, ' ');
    if (c->kind != FL_COLUMN_COMPUTED) fl_type_print(out, c->type, FL_TYPE_DDL);
    if (c->kind == FL_COLUMN_COMPUTED) fl_buf_printf(out, "AS %s", c->expr);
    if (c->kind == FL_COLUMN_METADATA) {
        fl_buf_puts(out, " METADATA");
        if (c->metadata_key != NULL) {
            fl_buf_puts(out, " FROM ");
            put_string(out, c->metadata_key);
        }
        if (c->is_virtual) fl_buf_puts(out, " VIRTUAL");
    }
    if (c->comment != NULL && c->comment[0] != 0) {
        fl_buf_puts(out, " COMMENT ");
        put_string(out, c->comment);
    }
}

static void put_columns(fl_buf *out, const fl_catalog_table *t, const int *which, int n) {
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        fl_quote_name(out, t->columns[which[i]].name);
    }
}

static void put_path(fl_buf *out, const fl_catalog_table *t) {
    fl_quote_name(out, t->catalog);
    fl_buf_putc(out, '.');
    fl_quote_name(out, t->database);
    fl_buf_putc(out, '.');
    fl_quote_name(out, t->name);
}

/* Flink lists options as a HashMap made for their number does: by bucket. */
static void put_options(fl_buf *out, const fl_catalog_table *t) {
    uint32_t buckets = 1, n = 0;
    while (buckets < (uint32_t)((float)t->n_options / 0.75f + 1)) buckets *= 2;
    fl_buf_puts(out, "WITH (\n");
    for (uint32_t b = 0; b < buckets; b++)
        for (int i = 0; i < t->n_options; i++) {
            uint32_t hash = fl_java_hash(fl_str_from(t->options[i].key));
            if (((hash ^ hash >> 16) & (buckets - 1)) != b) continue;
            fl_buf_puts(out, n++ > 0 ? ",\n  " : "  ");
            put_string(out, t->options[i].key);
            fl_buf_puts(out, " = ");
            put_string(out, fl_option_shown(t->options[i].key, t->options[i].value));
        }
    fl_buf_puts(out, "\n)\n");
}

static void put_create_table(fl_buf *out, const fl_catalog_table *t) {
    fl_buf_puts(out, t->temporary ? "CREATE TEMPORARY TABLE " : "CREATE TABLE ");
    put_path(out, t);
    fl_buf_puts(out, " (\n");
    for (int i = 0; i < t->n_columns; i++) {
        fl_buf_puts(out, i > 0 ? ",\n  " : "  ");
        put_column(out, &t->columns[i]);
    }
    if (t->watermark_column >= 0) {
        fl_buf_puts(out, ",\n  WATERMARK FOR ");
        fl_quote_name(out, t->columns[t->watermark_column].name);
        fl_buf_printf(out, " AS %s", t->watermark_expr);
    }
    if (t->n_primary_key > 0) {
        fl_buf_puts(out, ",\n  CONSTRAINT ");
        fl_quote_name(out, t->primary_key_name);
        fl_buf_puts(out, " PRIMARY KEY (");
        put_columns(out, t, t->primary_key, t->n_primary_key);
        fl_buf_puts(out, ") NOT ENFORCED");
    }
    fl_buf_puts(out, "\n) ");
    if (t->comment != NULL) {
        fl_buf_puts(out, "COMMENT ");
        put_string(out, t->comment);
        fl_buf_putc(out, '\n');
    }
    if (t->distributed) {
        fl_buf_printf(out, "DISTRIBUTED%s%s", t->n_bucket_keys > 0 ? " BY " : "",
                      t->distribution ? t->distribution : "");
        if (t->n_bucket_keys > 0) {
            fl_buf_putc(out, '(');
            put_columns(out, t, t->bucket_keys, t->n_bucket_keys);
            fl_buf_putc(out, ')');
        }
        if (t->n_buckets > 0) fl_buf_printf(out, " INTO %d BUCKETS", t->n_buckets);
        fl_buf_putc(out, '\n');
    }
    if (t->n_partition_keys > 0) {
        fl_buf_puts(out, "PARTITIONED BY (");
        put_columns(out, t, t->partition_keys, t->n_partition_keys);
        fl_buf_puts(out, ")\n");
    }
    put_options(out, t);
}

static void put_create_view(fl_buf *out, const fl_catalog_table *t) {
    fl_buf_puts(out, t->temporary ? "CREATE TEMPORARY VIEW " : "CREATE VIEW ");
    put_path(out, t);
    fl_buf_putc(out, '(');
    for (int i = 0; i < t->n_columns; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        fl_quote_name(out, t->columns[i].name);
    }
    fl_buf_puts(out, ") as\n");
    fl_secret_put(out, fl_str_from(t->qualified_query));
    if (t->comment == NULL) return;
    fl_buf_puts(out, " COMMENT ");
    put_string(out, t->comment);
    fl_buf_putc(out, '\n');
}

static int show_create(flott_session *s, const fl_ast_show *show, bool view, fl_arena *a, flott_result **out,
                       fl_error *err) {
    static const char *const column = "result";
    const char *path[3] = {0}, *other = view ? "TABLE" : "VIEW", *own = view ? "VIEW" : "TABLE";
    FL_TRY(fl_catalogs_resolve(s->catalogs, &show->name, path, err));
    const fl_catalog_table *t = fl_catalogs_lookup(s->catalogs, path);
    if (t == NULL)
        return fl_fail(err, FL_ERR_NAME_SHOW_CREATE, own, view ? "View" : "Table", path[0], path[1], path[2]);
    if (t->is_view != view)
        return fl_fail(err, FL_ERR_SESSION_SHOW_CREATE_KIND, own, view ? "view" : "table", path[0], path[1], path[2],
                       view ? "table" : "view", other);
    fl_buf b;
    fl_buf_init(&b);
    view ? put_create_view(&b, t) : put_create_table(&b, t);
    const char *cell = fl_buf_finish(&b, a);
    *out = fl_result_table(s, &column, "S", &cell, 1);
    return 0;
}

static int show_columns(flott_session *s, const fl_ast_show *show, fl_arena *a, flott_result **out, fl_error *err) {
    const char *path[3] = {0};
    FL_TRY(fl_catalogs_resolve(s->catalogs, &show->name, path, err));
    const fl_catalog_table *t = fl_catalogs_lookup(s->catalogs, path);
    if (t == NULL) return fl_fail(err, FL_ERR_NAME_SHOW_COLUMNS, path[0], path[1], path[2]);
    *out = describe(s, show, t, a);
    return 0;
}

/* ---- lists ---- */

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The name under which Flink lists a function: regexpExtract, but ARRAY_CONTAINS of the younger families. */
static const char *listed_name(fl_arena *a, const char *name) {
    static const char *const as_they_are[] = {"ARRAY_", "MAP_",     "JSON_", "COALESCE",         "IFNULL",
                                              "TYPEOF", "GREATEST", "LEAST", "CURRENT_WATERMARK"};
    for (size_t i = 0; i < FL_ARRAY_LEN(as_they_are); i++)
        if (strncmp(name, as_they_are[i], strlen(as_they_are[i])) == 0) return name;
    char *listed = fl_arena_strdup(a, name), *to = listed;
    for (const char *p = name; *p != 0; p++) {
        bool upper = p > name && p[-1] == '_';
        if (*p != '_') *to++ = upper || *p < 'A' || *p > 'Z' ? *p : (char)(*p | 32);
    }
    *to = 0;
    return listed;
}

/* The functions of users, and names[0..n). */
static flott_result *list_functions(flott_session *s, const fl_ast_show *show, const char **names, int n, fl_arena *a) {
    const fl_name *in = &show->name;
    const char **own, **all, *catalog = in->n > 1 ? in->part[0] : fl_catalogs_current(s->catalogs);
    int n_own;
    fl_functions_list(s->catalogs, a, catalog,
                      in->n > 0 ? in->part[in->n - 1] : fl_catalogs_current_database(s->catalogs), &own, &n_own);
    all = FL_NEW_N(a, const char *, n + n_own);
    if (n > 0) memcpy(all, names, sizeof *names * (size_t)n);
    for (int i = 0; i < n_own; i++) {
        int k = 0;
        while (k < n && strcmp(all[k], own[i]) != 0) k++;
        if (k == n) all[n++] = own[i];
    }
    qsort(all, (size_t)n, sizeof *all, compare_names);
    return list_of(s, show, "function name", all, n, a);
}

/* Those of Flink 1.20: functions that came later are found by who asks for them, and listed by `flott functions`. */
static flott_result *show_functions(flott_session *s, const fl_ast_show *show, fl_arena *a) {
    int n = 0, n_functions = fl_function_count(), n_aggregates = fl_agg_count();
    const char **names = FL_NEW_N(a, const char *, n_functions + n_aggregates);
    for (int i = 0; i < n_functions; i++)
        if (!(fl_function_at(i)->flags & (FL_FN_OPERATOR | FL_FN_SINCE_2)))
            names[n++] = listed_name(a, fl_function_at(i)->name);
    for (int i = 0; i < n_aggregates; i++) names[n++] = listed_name(a, fl_agg_at(i)->name);
    return list_functions(s, show, names, n, a);
}

/* What DESCRIBE FUNCTION has found: a function of users, a built-in one or an aggregate. */
typedef struct described {
    const fl_catalog_function *user;
    const fl_function *fn;
    const fl_agg_function *agg;
} described;

static bool find_described(flott_session *s, const fl_name *name, described *d) {
    *d = (described){0};
    if (name->n == 1) d->user = fl_functions_find(s->catalogs, name, NULL, NULL, FL_PLACE_SYSTEM);
    if (d->user != NULL) return true;
    if (name->n == 1) {
        d->fn = fl_function_find(fl_str_from(name->part[0]));
        d->agg = fl_agg_find(fl_str_from(name->part[0]));
    }
    bool since_2 = d->fn != NULL && d->fn->flags & FL_FN_SINCE_2;
    if ((d->fn == NULL || since_2) && d->agg == NULL)
        d->user = fl_functions_find(s->catalogs, name, NULL, NULL, FL_PLACE_CATALOG);
    return d->user != NULL || d->fn != NULL || d->agg != NULL;
}

static void add_info(table *t, const char *name, const char *value) {
    add(t, name);
    add(t, value);
}

static const char *yes(bool x) { return x ? "true" : "false"; }

static int describe_more(flott_session *s, const described *d, table *t, fl_error *err) {
    const char *kind = d->user == NULL && d->agg != NULL ? "AGGREGATE" : "SCALAR";
    bool deterministic = d->fn == NULL || !(d->fn->flags & FL_FN_DYNAMIC);
    if (d->user != NULL) {
        const fl_user_function *f;
        FL_TRY(fl_functions_open(s->catalogs, d->user, fl_session_open_function, s, &f, err));
        kind = f->impl->kind == FLOTT_FUNCTION_TABLE       ? "TABLE"
               : f->impl->kind == FLOTT_FUNCTION_AGGREGATE ? "AGGREGATE"
                                                           : "SCALAR";
        deterministic = f->impl->deterministic;
    }
    add_info(t, "kind", kind);
    add_info(t, "is deterministic", yes(deterministic));
    add_info(t, "supports constant folding", yes(deterministic));
    return 0;
}

/* DESCRIBE FUNCTION, which Flink has from 2.0 on. */
static int describe_function(flott_session *s, const fl_ast_show *show, fl_arena *a, flott_result **out,
                             fl_error *err) {
    static const char *const names[] = {"info name", "info value"};
    described d;
    table t = {a};
    if (!find_described(s, &show->name, &d))
        return fl_fail(err, FL_ERR_UDF_DESCRIBE, show->name.part[show->name.n - 1]);
    add_info(&t, "is system function", yes(d.user == NULL));
    add_info(&t, "is temporary", yes(d.user != NULL && d.user->temporary));
    if (d.user != NULL) {
        add_info(&t, "class name", d.user->what);
        add_info(&t, "function language", d.user->language);
        add_info(&t, "resource uris", d.user->jars);
    }
    if (show->extended) FL_TRY(describe_more(s, &d, &t, err));
    *out = fl_result_table(s, names, "SS", t.cells, t.n / 2);
    return 0;
}

static int show_tables(flott_session *s, const fl_ast_show *show, bool views, fl_arena *a, flott_result **out,
                       fl_error *err) {
    const fl_name *in = &show->name;
    const char **names, *catalog = in->n > 1 ? in->part[0] : fl_catalogs_current(s->catalogs);
    const char *database = in->n > 0 ? in->part[in->n - 1] : fl_catalogs_current_database(s->catalogs);
    int n;
    FL_TRY(fl_catalogs_list_tables(s->catalogs, a, catalog, database, views, &names, &n, err));
    *out = list_of(s, show, views ? "view name" : "table name", names, n, a);
    return 0;
}

static int show_databases(flott_session *s, const fl_ast_show *show, fl_arena *a, flott_result **out, fl_error *err) {
    const char **names;
    int n;
    FL_TRY(fl_catalogs_list_databases(
        s->catalogs, a, show->name.n > 0 ? show->name.part[0] : fl_catalogs_current(s->catalogs), &names, &n, err));
    *out = list_of(s, show, "database name", names, n, a);
    return 0;
}

static flott_result *show_catalogs(flott_session *s, const fl_ast_show *show, fl_arena *a) {
    const char **names;
    int n;
    fl_catalogs_list(s->catalogs, a, &names, &n);
    return list_of(s, show, "catalog name", names, n, a);
}

static flott_result *show_jobs(flott_session *s, fl_arena *a) {
    static const char *const names[] = {"job id", "job name", "status"};
    table t = {a};
    for (int i = 0; i < s->n_jobs; i++) {
        add(&t, fl_arena_printf(a, "%d", i + 1));
        add(&t, s->jobs[i]->name);
        add(&t, fl_job_state_name[fl_job_get_state(s->jobs[i]->job)]);
    }
    return fl_result_table(s, names, "SSS", t.cells, t.n / 3);
}

static flott_result *one_cell(flott_session *s, const char *column, const char *cell) {
    return fl_result_table(s, &column, "S", &cell, 1);
}

static int show(flott_session *s, const fl_ast_stmt *stmt, fl_arena *a, flott_result **out, fl_error *err) {
    const fl_ast_show *show = stmt->show;
    const char *what = show->what;
    if (stmt->kind == FL_STMT_DESCRIBE) {
        if (strcmp(what, "TABLE") == 0) return show_columns(s, show, a, out, err);
        if (strcmp(what, "FUNCTION") == 0) return describe_function(s, show, a, out, err);
        return fl_fail(err, FL_ERR_SESSION_DESCRIBE_NOT_YET, what);
    }
    if (strcmp(what, "COLUMNS") == 0) return show_columns(s, show, a, out, err);
    if (strcmp(what, "CREATE TABLE") == 0) return show_create(s, show, false, a, out, err);
    if (strcmp(what, "CREATE VIEW") == 0) return show_create(s, show, true, a, out, err);
    if (strcmp(what, "TABLES") == 0) return show_tables(s, show, false, a, out, err);
    if (strcmp(what, "VIEWS") == 0) return show_tables(s, show, true, a, out, err);
    if (strcmp(what, "DATABASES") == 0) return show_databases(s, show, a, out, err);
    if (strcmp(what, "CATALOGS") == 0)
        *out = show_catalogs(s, show, a);
    else if (strcmp(what, "CURRENT CATALOG") == 0)
        *out = one_cell(s, "current catalog name", fl_catalogs_current(s->catalogs));
    else if (strcmp(what, "CURRENT DATABASE") == 0)
        *out = one_cell(s, "current database name", fl_catalogs_current_database(s->catalogs));
    else if (strcmp(what, "FUNCTIONS") == 0)
        *out = show_functions(s, show, a);
    else if (strcmp(what, "USER FUNCTIONS") == 0)
        *out = list_functions(s, show, NULL, 0, a);
    else if (strcmp(what, "MODULES") == 0)
        *out = one_cell(s, "module name", "core");
    else if (strcmp(what, "JOBS") == 0)
        *out = show_jobs(s, a);
    else
        return fl_fail(err, FL_ERR_SESSION_SHOW_NOT_YET, what);
    return 0;
}

int fl_session_show(flott_session *s, const fl_ast_stmt *stmt, flott_result **out, fl_error *err) {
    fl_arena a;
    fl_arena_init(&a);
    int rc = show(s, stmt, &a, out, err);
    fl_arena_deinit(&a);
    if (rc < 0 && stmt->show->name.n > 0) fl_error_at(err, fl_span_of(stmt->show->name.pos));
    return rc;
}
