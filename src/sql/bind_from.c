/* SPDX-License-Identifier: Apache-2.0 */
/* bind_from.c -- FROM: declared tables, views, subqueries, window functions. */
#include "sql/binder_int.h"

#include "connectors/connector.h"
#include "messages/function.h"
#include "messages/name.h"
#include "messages/query.h"
#include "messages/session.h"
#include "messages/table.h"
#include "sql/parser.h"

/* ---- options ---- */

int fl_bind_options(fl_sql_ctx *c, const fl_catalog_table *t, const fl_ast_hint *hints, int n_hints, fl_table *out,
                    fl_error *err) {
    int n = t->n_options, most = n;
    for (int i = 0; i < n_hints; i++) most += hints[i].n;
    fl_option *options = FL_NEW_N(c->arena, fl_option, most + 1);
    if (n > 0) memcpy(options, t->options, sizeof *options * (size_t)n);
    for (int i = 0; i < n_hints; i++) {
        if (!fl_str_iis(fl_str_from(hints[i].name), "OPTIONS")) {
            if (c->note != NULL)
                c->note(c->note_arg, fl_arena_printf(c->arena, "the hint %s has no effect", hints[i].name));
            continue;
        }
        if (!c->dynamic_options) return fl_bind_fail(hints[i].pos, err, FL_ERR_TABLE_HINTS_OFF);
        for (int k = 0; k < hints[i].n; k++) {
            if (hints[i].keys[k] == NULL) return fl_bind_fail(hints[i].pos, err, FL_ERR_TABLE_HINT_PAIR);
            fl_catalog_put_option(options, &n, hints[i].keys[k], hints[i].values[k]);
        }
    }
    out->name = fl_catalog_table_path(c->arena, t);
    out->options = options;
    out->n_options = n;
    return 0;
}

static bool same_options(const fl_table *a, const fl_table *b) {
    if (a->n_options != b->n_options) return false;
    for (int i = 0; i < a->n_options; i++)
        if (strcmp(a->options[i].key, b->options[i].key) != 0 || strcmp(a->options[i].value, b->options[i].value) != 0)
            return false;
    return true;
}

/* ---- declared tables ---- */

int fl_bind_column_expr(fl_binder *b, const fl_scope *scope, const char *text, fl_expr **out, fl_error *err) {
    fl_ast_expr *ast;
    fl_expr_ctx x = {.b = b, .scope = scope, .clause = "column"};
    FL_TRY(fl_sql_parse_expr(b->ctx->arena, fl_str_from(text), &ast, err));
    return fl_bind_ast(&x, ast, out, err);
}

/* The columns as expressions of a table see them; computed ones are not seen by each other. */
static fl_scope scope_of_table(fl_arena *a, const fl_catalog_table *d, bool computed) {
    fl_rel_column *cols = FL_NEW_N(a, fl_rel_column, d->n_columns);
    for (int i = 0; i < d->n_columns; i++) {
        bool hidden = d->columns[i].kind == FL_COLUMN_COMPUTED && !computed;
        cols[i] = (fl_rel_column){.name = hidden ? "" : d->columns[i].name,
                                  .type = fl_type_attr(a, d->columns[i].type, FL_ATTR_NONE)};
    }
    return fl_scope_of_columns(a, d->name, cols, d->n_columns);
}

static int find_metadata(fl_arena *a, const fl_rel_table *t, int column, const fl_metadata_column **out,
                         fl_error *err) {
    const fl_catalog_column *c = &t->def->columns[column];
    const char *key = c->metadata_key ? c->metadata_key : c->name;
    fl_buf keys;
    fl_buf_init(&keys);
    for (const fl_metadata_column *m = t->connector->metadata; m != NULL && m->key != NULL; m++) {
        fl_buf_printf(&keys, "%s%s", keys.n > 0 ? ", " : "", m->key);
        if (strcmp(m->key, key) != 0) continue;
        *out = m;
        fl_buf_deinit(&keys);
        if (fl_cast_is_possible(m->type, c->type)) return 0;
        return fl_fail(err, FL_ERR_TABLE_METADATA_TYPE, c->name, key, t->table.name,
                       fl_type_name(a, c->type, FL_TYPE_SUMMARY), fl_type_name(a, m->type, FL_TYPE_SUMMARY));
    }
    fl_fail(err, FL_ERR_TABLE_METADATA_KEY, key, c->name, t->table.name, t->connector->name,
            keys.n > 0 ? fl_buf_cstr(&keys) : "none");
    fl_buf_deinit(&keys);
    return err->code;
}

/* Types of physical columns, keys and partitions as the connector sees them. */
static void describe_table(fl_arena *a, const fl_catalog_table *d, fl_table *t, int *physical) {
    fl_field *fields = FL_NEW_N(a, fl_field, d->n_columns);
    int n = 0;
    for (int i = 0; i < d->n_columns; i++) {
        physical[i] = d->columns[i].kind == FL_COLUMN_PHYSICAL ? n : -1;
        if (physical[i] >= 0)
            fields[n++] = (fl_field){d->columns[i].name, fl_type_attr(a, d->columns[i].type, FL_ATTR_NONE), NULL};
    }
    int *keys = FL_NEW_N(a, int, d->n_primary_key), *partitions = FL_NEW_N(a, int, d->n_partition_keys);
    for (int i = 0; i < d->n_primary_key; i++) keys[i] = physical[d->primary_key[i]];
    for (int i = 0; i < d->n_partition_keys; i++) partitions[i] = physical[d->partition_keys[i]];
    t->physical = (fl_schema){n, fields};
    t->primary_key = keys;
    t->n_primary_key = d->n_primary_key;
    t->partition_keys = partitions;
    t->n_partition_keys = d->n_partition_keys;
}

int fl_bind_connector(const fl_table *t, const fl_connector **out, fl_error *err) {
    const char *name = fl_table_option(t, "connector");
    if (name == NULL) return fl_fail(err, FL_ERR_TABLE_NO_CONNECTOR_OF, t->name);
    return fl_connector_get(name, out, err);
}

static int open_table(fl_binder *b, fl_rel_table *t, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    const fl_catalog_table *d = t->def;
    fl_scope plain = scope_of_table(a, d, false), all = scope_of_table(a, d, true);
    t->physical = FL_NEW_N(a, int, d->n_columns);
    t->computed = FL_NEW_N(a, fl_expr *, d->n_columns);
    t->metadata = FL_NEW_N(a, const fl_metadata_column *, d->n_columns);
    t->rowtime = -1;
    describe_table(a, d, &t->table, t->physical);
    FL_TRY(fl_bind_connector(&t->table, &t->connector, err));
    if (t->connector->plan_source == NULL) return fl_fail(err, FL_ERR_TABLE_SINK_ONLY, t->connector->name);
    for (int i = 0; i < d->n_columns; i++) {
        if (d->columns[i].kind == FL_COLUMN_COMPUTED)
            FL_TRY(fl_bind_column_expr(b, &plain, d->columns[i].expr, &t->computed[i], err));
        if (d->columns[i].kind == FL_COLUMN_METADATA) FL_TRY(find_metadata(a, t, i, &t->metadata[i], err));
    }
    if (d->watermark_column < 0 || b->ctx->batch) return 0;
    t->rowtime = d->watermark_column;
    return fl_bind_column_expr(b, &all, d->watermark_expr, &t->watermark, err);
}

static int scan_table(fl_binder *b, const fl_catalog_table *d, const fl_ast_hint *hints, int n_hints, fl_rel **out,
                      fl_error *err) {
    fl_sql_ctx *c = b->ctx;
    fl_rel_table *t = FL_NEW(c->arena, fl_rel_table);
    t->def = d;
    FL_TRY(fl_bind_options(c, d, hints, n_hints, &t->table, err));
    for (int i = 0; i < c->n_tables; i++)
        if (c->tables[i]->def == d && same_options(&c->tables[i]->table, &t->table)) {
            *out = fl_rel_scan(c->arena, c->tables[i], c->batch);
            return 0;
        }
    fl_binder fresh = fl_binder_make(c);
    if (open_table(&fresh, t, err) < 0) {
        err->line = 0; /* a position would be one in the text of a column */
        return fl_error_prefix(err, FL_AT_TABLE_READING, t->table.name);
    }
    FL_PUSH(c->arena, c->tables, c->n_tables, c->cap_tables, t);
    *out = fl_rel_scan(c->arena, t, c->batch);
    return 0;
}

/* ---- views ---- */

static int expand_view(fl_binder *b, const fl_catalog_table *d, fl_rel **out, fl_error *err) {
    fl_binder inner = fl_binder_make(b->ctx);
    fl_ast_stmt *stmt;
    inner.catalog = d->query_catalog;
    inner.database = d->query_database;
    inner.depth = b->depth;
    int rc = fl_sql_parse(b->ctx->arena, fl_str_from(d->query), &stmt, err);
    if (rc == 0) rc = fl_bind_query_in(&inner, stmt->query, out, err);
    if (rc == 0 && (*out)->n_cols != d->n_columns)
        rc = fl_fail(err, FL_ERR_TABLE_VIEW_CHANGED, (*out)->n_cols, d->n_columns);
    if (rc < 0) {
        err->line = 0; /* a position would be one in the text of the view */
        return fl_error_prefix(err, FL_AT_TABLE_IN_VIEW, fl_catalog_table_path(b->ctx->arena, d));
    }
    const char **names = FL_NEW_N(b->ctx->arena, const char *, d->n_columns);
    for (int i = 0; i < d->n_columns; i++) names[i] = d->columns[i].name;
    *out = fl_rel_rename(b->ctx->arena, *out, names);
    return 0;
}

/* table becomes catalog.database.table in the tree. */
static void qualify(fl_arena *a, const fl_name *name, const fl_catalog_table *t) {
    fl_name *n = (fl_name *)(uintptr_t)name;
    const char *const path[] = {t->catalog, t->database, t->name};
    n->part = FL_NEW_N(a, const char *, 3);
    memcpy(n->part, path, sizeof path);
    n->n = 3;
}

int fl_bind_table(fl_binder *b, const fl_name *name, const fl_ast_hint *hints, int n_hints, fl_rel **out,
                  const fl_catalog_table **def, fl_error *err) {
    FL_TRY(b->ctx->find(b->ctx->find_arg, name, b->catalog, b->database, def, err));
    if (b->ctx->qualify) qualify(b->ctx->arena, name, *def);
    for (int i = 0; i < n_hints && (*def)->is_view; i++)
        if (fl_str_iis(fl_str_from(hints[i].name), "OPTIONS"))
            return fl_bind_fail(hints[i].pos, err, FL_ERR_TABLE_VIEW_HINT, (*def)->catalog, (*def)->database,
                                (*def)->name);
    int known = b->ctx->n_tables,
        rc = (*def)->is_view ? expand_view(b, *def, out, err) : scan_table(b, *def, hints, n_hints, out, err);
    if (rc < 0) return fl_error_at(err, fl_span_of(name->pos));
    for (int i = known; i < b->ctx->n_tables; i++) b->ctx->tables[i]->span = fl_span_of(name->pos);
    return 0;
}

/* ---- relations of a FROM clause ---- */

static fl_scope single(fl_binder *b, fl_rel *rel, const char *alias, const fl_catalog_table *def) {
    fl_scope s = {.rel = rel, .tables = FL_NEW(b->ctx->arena, fl_scope_table), .n_tables = 1};
    s.tables[0] = (fl_scope_table){.alias = alias, .table = def, .first = 0, .n = rel->n_cols};
    return s;
}

/* AS t (a, b) */
int fl_bind_aliases(fl_binder *b, const fl_ast_from *f, fl_rel **rel, fl_error *err) {
    if (f->n_columns == 0) return 0;
    if (f->n_columns != (*rel)->n_cols) {
        fl_buf names;
        fl_buf_init(&names);
        for (int i = 0; i < (*rel)->n_cols; i++)
            fl_buf_printf(&names, "%s'%s'", i > 0 ? ", " : "", (*rel)->cols[i].name);
        fl_bind_fail(f->pos, err, FL_ERR_QUERY_ALIAS_COUNT, (*rel)->n_cols, fl_buf_cstr(&names), f->n_columns);
        fl_buf_deinit(&names);
        return err->code;
    }
    for (int i = 0; i < f->n_columns; i++)
        for (int k = 0; k < i; k++)
            if (strcmp(f->columns[i], f->columns[k]) == 0)
                return fl_bind_fail(f->pos, err, FL_ERR_QUERY_ALIAS_TWICE, f->columns[i]);
    *rel = fl_rel_rename(b->ctx->arena, *rel, f->columns);
    return 0;
}

static int bind_named(fl_binder *b, const fl_ast_from *f, fl_scope *out, fl_error *err) {
    const char *last = f->name.part[f->name.n - 1];
    const fl_catalog_table *def = NULL;
    fl_rel *rel = NULL;
    if (f->as_of != NULL) return fl_bind_fail(f->pos, err, FL_ERR_SESSION_NOT_YET, "FOR SYSTEM_TIME AS OF");
    for (const fl_cte_scope *c = b->ctes; f->name.n == 1 && c != NULL; c = c->outer) {
        if (strcmp(c->cte->name, last) != 0) continue;
        fl_binder inner = *b;
        inner.ctes = c->outer;
        FL_TRY(fl_bind_query_in(&inner, c->cte->query, &rel, err));
        fl_ast_from names = {.pos = c->cte->pos, .columns = c->cte->columns, .n_columns = c->cte->n_columns};
        FL_TRY(fl_bind_aliases(b, &names, &rel, err));
        break;
    }
    if (rel == NULL) FL_TRY(fl_bind_table(b, &f->name, f->hints, f->n_hints, &rel, &def, err));
    FL_TRY(fl_bind_aliases(b, f, &rel, err));
    *out = single(b, rel, f->alias ? f->alias : last, f->alias ? NULL : def);
    return 0;
}

static int bind_function(fl_binder *b, const fl_ast_from *f, fl_scope *out, fl_error *err) {
    const fl_user_function *user;
    fl_rel *rel;
    FL_TRY(fl_bind_find_user(b, f->call, &user, err));
    if (user != NULL) return fl_bind_made_rows(b, f, out, err);
    FL_TRY(fl_bind_window_function(b, f->call, &rel, err));
    FL_TRY(fl_bind_aliases(b, f, &rel, err));
    *out = single(b, rel, f->alias, NULL);
    return 0;
}

int fl_bind_from(fl_binder *b, const fl_ast_from *f, fl_scope *out, fl_error *err) {
    fl_rel *rel;
    bool done = true;
    switch (f->kind) {
    case FL_FROM_TABLE: return bind_named(b, f, out, err);
    case FL_FROM_QUERY:
        FL_TRY(fl_bind_query_in(b, f->query, &rel, err));
        FL_TRY(fl_bind_aliases(b, f, &rel, err));
        *out = single(b, rel, f->alias, NULL);
        return 0;
    case FL_FROM_FUNCTION: return bind_function(b, f, out, err);
    case FL_FROM_UNNEST: return fl_bind_made_rows(b, f, out, err);
    case FL_FROM_JOIN:
        FL_TRY(fl_bind_correlate(b, f, out, &done, err));
        if (done) return 0;
        return fl_bind_fail(f->pos, err, FL_ERR_SESSION_NOT_YET, "JOIN");
    case FL_FROM_MATCH: return fl_bind_fail(f->pos, err, FL_ERR_SESSION_NOT_YET, "MATCH_RECOGNIZE");
    }
    return 0;
}

/* ---- window functions ---- */

typedef struct window_function {
    const char *name;
    fl_window_kind kind;
    const char *args[5]; /* names of the arguments, in order */
    int required, most;
    const char *form;
} window_function;

static const window_function window_functions[] = {
    {"TUMBLE",
     FL_WINDOW_TUMBLE,
     {"DATA", "TIMECOL", "SIZE", "OFFSET"},
     3,
     4,
     "TUMBLE(TABLE table_name, DESCRIPTOR(timecol), datetime interval[, datetime interval])"},
    {"HOP",
     FL_WINDOW_HOP,
     {"DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"},
     4,
     5,
     "HOP(TABLE table_name, DESCRIPTOR(timecol), datetime interval, datetime interval[, datetime interval])"},
    {"CUMULATE",
     FL_WINDOW_CUMULATE,
     {"DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"},
     4,
     5,
     "CUMULATE(TABLE table_name, DESCRIPTOR(timecol), datetime interval, datetime interval[, datetime interval])"},
    {"SESSION",
     FL_WINDOW_SESSION,
     {"DATA", "TIMECOL", "GAP"},
     3,
     3,
     "SESSION(TABLE table_name [PARTITION BY key], DESCRIPTOR(timecol), datetime interval)"},
};

/* The arguments by position, whether they were named or not. */
static int order_args(const window_function *f, const fl_ast_expr *call, const fl_ast_expr *args[5], fl_error *err) {
    int n = 0;
    for (int i = 0; i < call->n_args; i++) {
        const fl_ast_expr *e = call->args[i];
        if (e->kind != FL_AX_NAMED_ARG) {
            if (i < f->most) args[i] = e;
            n++;
            continue;
        }
        int k = 0;
        while (k < f->most && !fl_str_iis(e->text, f->args[k])) k++;
        if (k == f->most)
            return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_ARGUMENT, (int)e->text.n, e->text.p, f->name, f->form);
        args[k] = e->args[0];
        n++;
    }
    bool complete = n >= f->required && n <= f->most;
    for (int i = 0; i < f->required; i++) complete = complete && args[i] != NULL;
    if (!complete) return fl_bind_fail(call->pos, err, FL_ERR_FUNCTION_WINDOW_ARGUMENTS, f->name, f->required);
    return 0;
}

static int bind_data(fl_binder *b, const window_function *f, const fl_ast_expr *e, fl_scope *out, fl_error *err) {
    fl_rel *rel;
    if (e->kind == FL_AX_NAME) {
        fl_bind_fail(e->pos, err, FL_ERR_NAME_COLUMN_IN_NO_TABLE, e->name.part[0]);
        return fl_error_hint(err, FL_HINT_QUERY_FIRST_ARGUMENT, f->name, e->name.part[0]);
    }
    if (e->kind != FL_AX_TABLE_ARG && e->kind != FL_AX_SUBQUERY)
        return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_TABLE, f->name);
    if (e->n_within > 0) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_ORDER, f->name);
    if (e->n_args > 0 && f->kind != FL_WINDOW_SESSION)
        return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_PARTITION, f->name);
    if (e->query == NULL) {
        fl_ast_from from = {.kind = FL_FROM_TABLE, .name = e->name, .pos = e->pos};
        int rc = bind_named(b, &from, out, err);
        ((fl_ast_expr *)(uintptr_t)e)->name = from.name; /* which may have been qualified */
        return rc;
    }
    FL_TRY(fl_bind_query_in(b, e->query, &rel, err));
    *out = single(b, rel, NULL, NULL);
    return 0;
}

static int bind_time_column(fl_binder *b, const window_function *f, const fl_scope *in, const fl_ast_expr *e,
                            int *column, fl_error *err) {
    if (e->kind == FL_AX_NAME) {
        fl_bind_fail(e->pos, err, FL_ERR_NAME_COLUMN_IN_NO_TABLE, e->name.part[0]);
        return fl_error_hint(err, FL_HINT_QUERY_SECOND_ARGUMENT, f->name, e->name.part[0]);
    }
    if (e->kind != FL_AX_DESCRIPTOR || e->n_args == 0 || e->args[0]->kind != FL_AX_NAME)
        return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_DESCRIPTOR, f->name);
    const fl_ast_expr *col = e->args[0];
    const char *name = col->name.part[col->name.n - 1];
    *column = -1;
    for (int i = in->rel->n_cols - 1; i >= 0; i--)
        if (strcmp(in->rel->cols[i].name, name) == 0) *column = i;
    if (*column < 0) return fl_bind_fail(col->pos, err, FL_ERR_NAME_UNKNOWN_IDENTIFIER, name);
    const fl_rel_column *c = &in->rel->cols[*column];
    if (!fl_type_is_timestamp(c->type))
        return fl_bind_fail(col->pos, err, FL_ERR_QUERY_WINDOW_TIME_TYPE, f->form,
                            fl_type_name(b->ctx->arena, c->type, FL_TYPE_BARE));
    if (b->ctx->batch) {
        if (c->attr == FL_ATTR_PROCTIME) return fl_bind_fail(col->pos, err, FL_ERR_QUERY_PROCTIME_BATCH);
        return 0;
    }
    if (c->attr != FL_ATTR_NONE) return 0;
    return fl_bind_fail(col->pos, err, FL_ERR_QUERY_NO_TIME_ATTRIBUTE,
                        fl_type_name(b->ctx->arena, fl_type_attr(b->ctx->arena, c->type, FL_ATTR_NONE), FL_TYPE_BARE));
}

static int bind_length(fl_binder *b, const window_function *f, const fl_ast_expr *e, int64_t *ms, fl_error *err) {
    fl_scope none = {0};
    fl_expr_ctx x = {.b = b, .scope = &none, .clause = "window"};
    fl_expr *length;
    FL_TRY(fl_bind_ast(&x, e, &length, err));
    if (length->type->kind == FL_T_INTERVAL_MONTH) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_MONTHS, f->name);
    if (length->type->kind != FL_T_INTERVAL_DAY)
        return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_LENGTH, f->name,
                            fl_type_name(b->ctx->arena, length->type, FL_TYPE_BARE), f->form);
    if (!fl_expr_is_literal(length) || length->value.is_null)
        return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_CONSTANT);
    *ms = length->value.i;
    return 0;
}

/* What no window can have. Some lengths do for the function and not for an aggregate over it: see rewrite.c. */
static int check_window(const window_function *f, const fl_window *w, fl_pos pos, fl_error *err) {
    if (w->size <= 0 || w->slide <= 0)
        return fl_bind_fail(pos, err, FL_ERR_QUERY_WINDOW_POSITIVE, f->name,
                            w->size <= 0                    ? f->kind == FL_WINDOW_SESSION ? "gap" : "size"
                            : f->kind == FL_WINDOW_CUMULATE ? "step"
                                                            : "slide",
                            (long long)(w->size <= 0 ? w->size : w->slide));
    if (w->kind == FL_WINDOW_CUMULATE && w->size % w->slide != 0)
        return fl_bind_fail(pos, err, FL_ERR_QUERY_CUMULATE, (long long)w->size, (long long)w->slide);
    return 0;
}

static int bind_partition(const fl_scope *in, const fl_ast_expr *data, fl_arena *a, int **keys, int *n, fl_error *err) {
    int count = data->kind == FL_AX_TABLE_ARG ? data->n_args : 0;
    *keys = FL_NEW_N(a, int, count);
    *n = 0;
    for (int i = 0; i < count; i++) {
        const fl_ast_expr *key = data->args[i];
        int column, used;
        if (key->kind != FL_AX_NAME || key->flag) return fl_bind_fail(key->pos, err, FL_ERR_QUERY_PARTITION_BY);
        FL_TRY(fl_scope_find(in, &key->name, &column, &used, err));
        if (used < key->name.n)
            return fl_bind_fail(key->pos, err, FL_ERR_SESSION_NOT_YET, "PARTITION BY a field of a ROW");
        (*keys)[(*n)++] = column;
    }
    return 0;
}

static const window_function *find_window_function(const fl_ast_expr *call) {
    for (size_t i = 0; i < FL_ARRAY_LEN(window_functions); i++)
        if (fl_str_iis(fl_str_from(call->name.part[call->name.n - 1]), window_functions[i].name))
            return &window_functions[i];
    return NULL;
}

bool fl_is_window_function(const fl_ast_expr *call) { return find_window_function(call) != NULL; }

int fl_bind_window_function(fl_binder *b, const fl_ast_expr *call, fl_rel **out, fl_error *err) {
    static const char *const produced[] = {"window_start", "window_end", "window_time"};
    const char *name = call->name.part[call->name.n - 1];
    const window_function *f = find_window_function(call);
    if (f == NULL) FL_TRY(fl_bind_check_missing(name, call->pos, err));
    if (f == NULL) return fl_bind_fail(call->pos, err, FL_ERR_FUNCTION_UNKNOWN_TABLE_FUNCTION, name);
    const fl_ast_expr *args[5] = {0};
    fl_scope in;
    fl_window *w = FL_NEW(b->ctx->arena, fl_window);
    int *keys, n_keys;
    FL_TRY(order_args(f, call, args, err));
    FL_TRY(bind_data(b, f, args[0], &in, err));
    for (size_t i = 0; i < FL_ARRAY_LEN(produced); i++)
        for (int c = 0; c < in.rel->n_cols; c++)
            if (strcmp(in.rel->cols[c].name, produced[i]) == 0) {
                fl_bind_fail(call->pos, err, FL_ERR_NAME_AMBIGUOUS, produced[i]);
                return fl_error_hint(err, FL_HINT_QUERY_PRODUCED_COLUMN, f->name);
            }
    FL_TRY(bind_time_column(b, f, &in, args[1], &w->time_col, err));
    FL_TRY(bind_partition(&in, args[0], b->ctx->arena, &keys, &n_keys, err));
    int lengths = f->required - 2;
    w->kind = f->kind;
    FL_TRY(bind_length(b, f, args[2], &w->slide, err));
    FL_TRY(bind_length(b, f, args[1 + lengths], &w->size, err));
    if (args[2 + lengths] != NULL) FL_TRY(bind_length(b, f, args[2 + lengths], &w->offset, err));
    w->proctime = in.rel->cols[w->time_col].attr == FL_ATTR_PROCTIME;
    w->ltz = in.rel->cols[w->time_col].type->kind == FL_T_TIMESTAMP_LTZ;
    FL_TRY(check_window(f, w, call->pos, err));
    if (b->ctx->batch && w->kind == FL_WINDOW_SESSION) return fl_bind_fail(call->pos, err, FL_ERR_QUERY_SESSION_BATCH);
    *out = fl_rel_window(b->ctx->arena, in.rel, w, keys, n_keys, b->ctx->batch);
    (*out)->span = fl_span_of(call->pos);
    return 0;
}
