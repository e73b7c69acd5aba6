/* SPDX-License-Identifier: Apache-2.0 */
/* catalog.c -- definitions of tables and views as values: looked into, put together, copied. */
#include "sql/catalog.h"

int fl_catalog_column_find(const fl_catalog_table *t, const char *name) {
    for (int i = 0; i < t->n_columns; i++)
        if (strcmp(t->columns[i].name, name) == 0) return i;
    return -1;
}

void fl_catalog_put_option(fl_option *options, int *n, const char *key, const char *value) {
    int at = 0;
    while (at < *n && strcmp(options[at].key, key) < 0) at++;
    if (at == *n || strcmp(options[at].key, key) != 0) {
        memmove(options + at + 1, options + at, sizeof *options * (size_t)(*n - at));
        (*n)++;
    }
    options[at] = (fl_option){key, value};
}

const char *fl_catalog_table_path(fl_arena *a, const fl_catalog_table *t) {
    return fl_arena_printf(a, "%s.%s.%s", t->catalog, t->database, t->name);
}

static const char *copy_text(fl_arena *a, const char *s) { return s != NULL ? fl_arena_strdup(a, s) : NULL; }

static const int *copy_ints(fl_arena *a, const int *x, int n) {
    int *copy = FL_NEW_N(a, int, n);
    if (n > 0) memcpy(copy, x, sizeof *x * (size_t)n);
    return copy;
}

fl_catalog_table *fl_catalog_table_copy(fl_arena *a, const fl_catalog_table *t) {
    fl_catalog_table *c = FL_NEW(a, fl_catalog_table);
    *c = *t;
    c->catalog = copy_text(a, t->catalog);
    c->database = copy_text(a, t->database);
    c->name = copy_text(a, t->name);
    c->columns = FL_NEW_N(a, fl_catalog_column, t->n_columns);
    for (int i = 0; i < t->n_columns; i++) {
        const fl_catalog_column *from = &t->columns[i];
        c->columns[i] = (fl_catalog_column){.name = copy_text(a, from->name),
                                            .kind = from->kind,
                                            .type = fl_type_copy(a, from->type),
                                            .expr = copy_text(a, from->expr),
                                            .metadata_key = copy_text(a, from->metadata_key),
                                            .is_virtual = from->is_virtual,
                                            .comment = copy_text(a, from->comment)};
    }
    c->watermark_expr = copy_text(a, t->watermark_expr);
    c->primary_key_name = copy_text(a, t->primary_key_name);
    c->primary_key = copy_ints(a, t->primary_key, t->n_primary_key);
    c->partition_keys = copy_ints(a, t->partition_keys, t->n_partition_keys);
    c->distribution = copy_text(a, t->distribution);
    c->bucket_keys = copy_ints(a, t->bucket_keys, t->n_bucket_keys);
    fl_option *options = FL_NEW_N(a, fl_option, t->n_options);
    for (int i = 0; i < t->n_options; i++)
        options[i] = (fl_option){copy_text(a, t->options[i].key), copy_text(a, t->options[i].value)};
    c->options = options;
    c->comment = copy_text(a, t->comment);
    c->query = copy_text(a, t->query);
    c->qualified_query = copy_text(a, t->qualified_query);
    c->query_catalog = copy_text(a, t->query_catalog);
    c->query_database = copy_text(a, t->query_database);
    return c;
}
