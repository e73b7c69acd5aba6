/* SPDX-License-Identifier: Apache-2.0 */
/* bind_scope.c -- which column a name means. */
#include "sql/binder_int.h"

#include "messages/name.h"
#include "messages/query.h"

#include <stdio.h>

int fl_bind_fail(fl_pos pos, fl_error *err, int code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fl_vfail(err, code, fmt, ap);
    va_end(ap);
    return fl_error_at(err, fl_span_of(pos));
}

/* ---- relations ---- */

/* The relation that the first parts of a name mean: t, db.t, cat.db.t. *n_used: how many parts. */
static const fl_scope_table *find_table(const fl_scope *s, const fl_name *name, int *n_used) {
    for (int i = 0; i < s->n_tables; i++) {
        const fl_scope_table *t = &s->tables[i];
        if (t->alias != NULL && strcmp(t->alias, name->part[0]) == 0) {
            *n_used = 1;
            return t;
        }
        if (t->table == NULL || t->alias == NULL || strcmp(t->alias, t->table->name) != 0) continue;
        if (name->n >= 3 && strcmp(name->part[0], t->table->database) == 0 &&
            strcmp(name->part[1], t->table->name) == 0) {
            *n_used = 2;
            return t;
        }
        if (name->n >= 4 && strcmp(name->part[0], t->table->catalog) == 0 &&
            strcmp(name->part[1], t->table->database) == 0 && strcmp(name->part[2], t->table->name) == 0) {
            *n_used = 3;
            return t;
        }
    }
    return NULL;
}

/* How many columns [first, first + n) have the name; *column is the first of them. */
static int count_columns(const fl_scope *s, int first, int n, const char *name, int *column) {
    int found = 0;
    for (int i = first + n - 1; i >= first; i--) {
        if (strcmp(s->rel->cols[i].name, name) != 0) continue;
        *column = i;
        found++;
    }
    return found;
}

/* "Column 'x' not found in any table", with what is like it. */
static int not_found(const fl_scope *s, const fl_name *name, const fl_scope_table *in, int part, fl_error *err) {
    int first = in ? in->first : 0, n = in ? in->n : s->rel ? s->rel->n_cols : 0;
    const char *candidates[n + 1], *wanted = name->part[part];
    candidates[n] = NULL; /* so that there is one, for gcc */
    for (int i = 0; i < n; i++) candidates[i] = s->rel->cols[first + i].name;
    const char *near = fl_suggest(wanted, candidates, n);
    for (int i = 0; i < n; i++) /* the same but for its case: Flink says so too */
        if (fl_str_ieq(fl_str_from(wanted), fl_str_from(candidates[i]))) near = candidates[i];
    char where[300] = "any table";
    if (in != NULL) snprintf(where, sizeof where, "table '%s'", in->alias);
    if (near != NULL) return fl_bind_fail(name->pos, err, FL_ERR_NAME_COLUMN_MISSPELT, wanted, where, near);
    fl_bind_fail(name->pos, err, FL_ERR_NAME_COLUMN, wanted, where);
    if (n == 0) return err->code;
    fl_buf list;
    fl_buf_init(&list);
    for (int i = 0; i < n && i < 12; i++) fl_buf_printf(&list, "%s%s", i > 0 ? ", " : "", candidates[i]);
    if (n > 12) fl_buf_puts(&list, ", …");
    fl_error_hint(err, FL_HINT_NAME_COLUMNS_ARE, fl_buf_cstr(&list));
    fl_buf_deinit(&list);
    return err->code;
}

static int ambiguous(const fl_name *name, int part, fl_error *err) {
    return fl_bind_fail(name->pos, err, FL_ERR_NAME_AMBIGUOUS, name->part[part]);
}

int fl_scope_find(const fl_scope *s, const fl_name *name, int *column, int *n_used, fl_error *err) {
    if (s->rel == NULL) return not_found(s, name, NULL, 0, err);
    int n_table = 0, found;
    const fl_scope_table *t = name->n > 1 ? find_table(s, name, &n_table) : NULL;
    if (t != NULL) {
        found = count_columns(s, t->first, t->n, name->part[n_table], column);
        *n_used = n_table + 1;
        if (found == 1) return 0;
        if (found > 1) return ambiguous(name, n_table, err);
    }
    found = count_columns(s, 0, s->rel->n_cols, name->part[0], column);
    *n_used = 1;
    if (found > 1) return ambiguous(name, 0, err);
    if (found == 1 && (name->n == 1 || !s->rel->cols[*column].named_row)) return 0;
    if (t != NULL) return not_found(s, name, t, n_table, err); /* no column either that has the name of the table */
    if (name->n > 1) {
        int at;
        fl_bind_fail(name->pos, err, FL_ERR_NAME_TABLE_OF_COLUMN, name->part[0]);
        if (s->rel != NULL && count_columns(s, 0, s->rel->n_cols, name->part[0], &at) > 0)
            fl_error_hint(err, FL_HINT_NAME_FIELDS, name->part[0], name->part[1]);
        return err->code;
    }
    return not_found(s, name, NULL, 0, err);
}

int fl_scope_star(const fl_scope *s, const fl_name *name, int *first, int *n, fl_error *err) {
    *first = 0;
    *n = s->rel != NULL ? s->rel->n_cols : 0;
    if (s->rel == NULL || s->n_tables == 0) return fl_bind_fail(name->pos, err, FL_ERR_QUERY_STAR_ALONE);
    if (name->n == 1) return 0;
    int n_table = 0, column = 0;
    const fl_scope_table *t = find_table(s, name, &n_table);
    if (t != NULL && name->n == n_table + 1) {
        *first = t->first;
        *n = t->n;
        return 0;
    }
    int found = t != NULL ? count_columns(s, t->first, t->n, name->part[n_table], &column)
                          : count_columns(s, 0, s->rel->n_cols, name->part[0], &column);
    if (found != 1 || name->n > (t != NULL ? n_table + 2 : 2) || s->rel->cols[column].type->kind != FL_T_ROW)
        return fl_bind_fail(name->pos, err, FL_ERR_NAME_UNKNOWN_IDENTIFIER, name->part[name->n - 2]);
    *first = column;
    *n = -1;
    return 0;
}

fl_scope fl_scope_of_columns(fl_arena *a, const char *table, const fl_rel_column *cols, int n) {
    fl_scope s = {.rel = FL_NEW(a, fl_rel), .tables = FL_NEW(a, fl_scope_table), .n_tables = 1};
    s.rel->kind = FL_REL_SCAN;
    s.rel->n_cols = n;
    s.rel->cols = FL_NEW_N(a, fl_rel_column, n);
    if (n > 0) memcpy(s.rel->cols, cols, sizeof *cols * (size_t)n);
    s.tables[0] = (fl_scope_table){.alias = table, .first = 0, .n = n};
    return s;
}
