/* SPDX-License-Identifier: Apache-2.0 */
/* bind_ddl.c -- CREATE TABLE and CREATE VIEW: checks a declaration and makes the definition that queries use. */
#include "messages/session.h"
#include "messages/table.h"
#include "messages/type.h"
#include "sql/binder_int.h"
#include "sql/parser.h"

/* ---- columns ---- */

/* "[a, b]" or "['a', 'b']" for messages; physical columns only if asked. */
static const char *list_columns(fl_arena *a, const fl_catalog_table *t, const char *quote, bool physical) {
    fl_buf b;
    fl_buf_init(&b);
    int n = 0;
    for (int i = 0; i < t->n_columns; i++)
        if (!physical || t->columns[i].kind == FL_COLUMN_PHYSICAL)
            fl_buf_printf(&b, "%s%s%s%s", n++ > 0 ? ", " : "", quote, t->columns[i].name, quote);
    const char *text = fl_arena_printf(a, "[%s]", fl_buf_cstr(&b));
    fl_buf_deinit(&b);
    return text;
}

static const char *expr_text(fl_arena *a, const fl_ast_expr *e) {
    fl_buf b;
    fl_buf_init(&b);
    fl_sql_print_expr(&b, e);
    return fl_buf_finish(&b, a);
}

static const char *query_text(fl_arena *a, const fl_ast_query *q) {
    fl_buf b;
    fl_buf_init(&b);
    fl_sql_print_query(&b, q);
    return fl_buf_finish(&b, a);
}

static int declare_columns(fl_sql_ctx *c, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err) {
    out->columns = FL_NEW_N(c->arena, fl_catalog_column, t->n_columns);
    for (int i = 0; i < t->n_columns; i++) {
        const fl_ast_column *col = &t->columns[i];
        for (int k = 0; k < i; k++)
            if (strcmp(t->columns[k].name, col->name) == 0)
                return fl_bind_fail(col->pos, err, FL_ERR_TABLE_COLUMN_TWICE, col->name, t->columns[k].pos.line,
                                    t->columns[k].pos.column);
        out->columns[i] = (fl_catalog_column){.name = col->name,
                                              .kind = col->kind,
                                              .type = col->type,
                                              .metadata_key = col->metadata_key,
                                              .is_virtual = col->is_virtual,
                                              .comment = col->comment};
    }
    out->n_columns = t->n_columns;
    return 0;
}

/* Computed columns see all others but each other. */
static int bind_computed(fl_binder *b, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    fl_rel_column *cols = FL_NEW_N(a, fl_rel_column, t->n_columns);
    for (int i = 0; i < t->n_columns; i++) {
        bool computed = out->columns[i].kind == FL_COLUMN_COMPUTED;
        cols[i] = (fl_rel_column){.name = computed ? "" : out->columns[i].name,
                                  .type = computed ? fl_type_of(FL_T_NULL, true) : out->columns[i].type};
    }
    fl_scope scope = fl_scope_of_columns(a, out->name, cols, t->n_columns);
    fl_expr_ctx x = {.b = b, .scope = &scope, .clause = "column"};
    for (int i = 0; i < t->n_columns; i++) {
        fl_expr *e;
        if (out->columns[i].kind != FL_COLUMN_COMPUTED) continue;
        if (fl_ast_aggregates(b, t->columns[i].expr)) /* Flink refuses it only where the table is read */
            return fl_bind_fail(t->columns[i].pos, err, FL_ERR_TABLE_COMPUTED_AGGREGATE, out->columns[i].name);
        FL_TRY(fl_bind_ast(&x, t->columns[i].expr, &e, err));
        if (e->type->kind == FL_T_NULL)
            return fl_bind_fail(t->columns[i].pos, err, FL_ERR_TYPE_NULL_COLUMN, out->columns[i].name);
        out->columns[i].type = e->type;
        out->columns[i].expr = expr_text(a, t->columns[i].expr); /* with complete names of functions */
    }
    return 0;
}

/* ---- watermark ---- */

static bool can_be_rowtime(const fl_type *t) { return fl_type_is_timestamp(t) && t->precision <= 3; }

/* SOURCE_WATERMARK() and nothing else: a mark that the source has watermarks of its own. */
static bool is_source_watermark(const fl_ast_expr *e) {
    return e->kind == FL_AX_CALL && e->name.n == 1 && e->n_args == 0 &&
           fl_str_iis(fl_str_from(e->name.part[0]), "SOURCE_WATERMARK");
}

/* Whether the expression gives a time that fits the column. */
static int check_watermark(fl_binder *b, const fl_ast_watermark *w, const fl_catalog_table *out, const char *demand,
                           fl_error *err) {
    fl_arena *a = b->ctx->arena;
    fl_rel_column *cols = FL_NEW_N(a, fl_rel_column, out->n_columns);
    for (int i = 0; i < out->n_columns; i++)
        cols[i] = (fl_rel_column){.name = out->columns[i].name, .type = out->columns[i].type};
    fl_scope scope = fl_scope_of_columns(a, out->name, cols, out->n_columns);
    fl_expr_ctx x = {.b = b, .scope = &scope, .clause = "WATERMARK"};
    fl_expr *e;
    FL_TRY(fl_bind_ast(&x, w->expr, &e, err));
    if (can_be_rowtime(e->type)) return 0;
    return fl_bind_fail(w->pos, err, FL_ERR_TABLE_WATERMARK_EXPRESSION, demand, fl_type_name(a, e->type, FL_TYPE_BARE));
}

static int bind_watermark(fl_binder *b, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    static const char *const demand = "The field must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p), the supported "
                                      "precision 'p' is from 0 to 3, but the";
    out->watermark_column = -1;
    if (t->n_watermarks == 0) return 0;
    if (t->n_watermarks > 1) return fl_bind_fail(t->watermarks[1].pos, err, FL_ERR_TABLE_WATERMARKS);
    const fl_ast_watermark *w = &t->watermarks[0];
    int column = fl_catalog_column_find(out, w->column.part[0]);
    if (column < 0)
        return fl_bind_fail(w->column.pos, err, FL_ERR_TABLE_WATERMARK_COLUMN, w->column.part[0], w->column.pos.line,
                            w->column.pos.column);
    if (w->column.n > 1)
        return fl_bind_fail(w->column.pos, err, FL_ERR_TABLE_WATERMARK_FIELD, w->column.part[0], w->column.part[1],
                            list_columns(a, out, "", false));
    fl_catalog_column *col = &out->columns[column];
    if (col->type->attr == FL_ATTR_PROCTIME) return fl_bind_fail(w->column.pos, err, FL_ERR_TABLE_WATERMARK_PROCTIME);
    if (!can_be_rowtime(col->type))
        return fl_bind_fail(w->column.pos, err, FL_ERR_TABLE_WATERMARK_TYPE, demand,
                            fl_type_name(a, col->type, FL_TYPE_SUMMARY));
    bool of_source = is_source_watermark(w->expr);
    if (!of_source) FL_TRY(check_watermark(b, w, out, demand, err));
    out->watermark_column = column;
    out->watermark_expr = of_source ? "`SOURCE_WATERMARK`()" : expr_text(a, w->expr);
    col->type = fl_type_attr(a, col->type, FL_ATTR_ROWTIME);
    return 0;
}

/* ---- keys, partitions, buckets, options ---- */

static int bind_primary_key(fl_arena *a, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err) {
    const fl_ast_key *k = NULL;
    for (int i = 0; i < t->n_keys; i++) {
        if (t->keys[i].unique) return fl_bind_fail(t->keys[i].pos, err, FL_ERR_TABLE_UNIQUE);
        if (k != NULL) return fl_bind_fail(t->keys[i].pos, err, FL_ERR_TABLE_TWO_KEYS);
        k = &t->keys[i];
    }
    if (k == NULL) return 0;
    if (k->enforced) return fl_bind_fail(k->pos, err, FL_ERR_TABLE_ENFORCED);
    int *columns = FL_NEW_N(a, int, k->n_columns);
    fl_buf name;
    fl_buf_init(&name);
    fl_buf_puts(&name, "PK");
    for (int i = 0; i < k->n_columns; i++) {
        fl_pos pos = k->column_pos[i];
        fl_buf_printf(&name, "_%s", k->columns[i]);
        columns[i] = fl_catalog_column_find(out, k->columns[i]);
        int rc = 0;
        if (columns[i] < 0)
            rc = fl_bind_fail(pos, err, FL_ERR_TABLE_KEY_COLUMN, k->columns[i], pos.line, pos.column);
        else if (out->columns[columns[i]].kind != FL_COLUMN_PHYSICAL)
            rc = fl_bind_fail(pos, err, FL_ERR_TABLE_KEY_NOT_PHYSICAL, k->columns[i], pos.line, pos.column);
        for (int j = 0; j < i && rc == 0; j++)
            if (columns[j] == columns[i]) rc = fl_bind_fail(pos, err, FL_ERR_TABLE_KEY_TWICE, k->columns[i]);
        if (rc < 0) {
            fl_buf_deinit(&name);
            return rc;
        }
        fl_catalog_column *col = &out->columns[columns[i]];
        col->type = fl_type_nullable(a, col->type, false);
    }
    out->primary_key = columns;
    out->n_primary_key = k->n_columns;
    const char *made_up = fl_buf_finish(&name, a);
    out->primary_key_name = k->constraint ? k->constraint : made_up;
    return 0;
}

static int bind_partitions(fl_arena *a, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err) {
    int *keys = FL_NEW_N(a, int, t->n_partitions);
    for (int i = 0; i < t->n_partitions; i++) {
        keys[i] = fl_catalog_column_find(out, t->partitions[i].part[0]);
        if (keys[i] < 0 || out->columns[keys[i]].kind != FL_COLUMN_PHYSICAL)
            return fl_bind_fail(t->partitions[i].pos, err, FL_ERR_TABLE_PARTITION_COLUMN, t->partitions[i].part[0],
                                list_columns(a, out, "'", true));
    }
    out->partition_keys = keys;
    out->n_partition_keys = t->n_partitions;
    return 0;
}

static int bind_distribution(fl_arena *a, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err) {
    if (!t->distributed) return 0;
    int *keys = FL_NEW_N(a, int, t->n_bucket_columns);
    for (int i = 0; i < t->n_bucket_columns; i++) {
        keys[i] = fl_catalog_column_find(out, t->bucket_columns[i]);
        if (keys[i] < 0 || out->columns[keys[i]].kind != FL_COLUMN_PHYSICAL)
            return fl_bind_fail(t->name.pos, err, FL_ERR_TABLE_BUCKET_KEY, t->bucket_columns[i],
                                list_columns(a, out, "", true));
    }
    if (t->n_buckets == 0) return fl_bind_fail(t->name.pos, err, FL_ERR_TABLE_BUCKET_COUNT);
    out->distributed = true;
    out->distribution = t->distribution;
    out->bucket_keys = keys;
    out->n_bucket_keys = t->n_bucket_columns;
    out->n_buckets = t->n_buckets;
    return 0;
}

static void bind_table_options(fl_arena *a, const fl_ast_create_table *t, fl_catalog_table *out) {
    fl_option *options = FL_NEW_N(a, fl_option, t->n_options);
    int n = 0;
    for (int i = 0; i < t->n_options; i++) fl_catalog_put_option(options, &n, t->options[i].key, t->options[i].value);
    out->options = options;
    out->n_options = n;
}

/* Which connector it is, and whether its options are right, is looked at when the table is used. */
static int check_connector(const fl_ast_create_table *t, const fl_catalog_table *out, fl_error *err) {
    for (int i = 0; i < out->n_options; i++)
        if (strcmp(out->options[i].key, "connector") == 0) return 0;
    return fl_bind_fail(t->name.pos, err, FL_ERR_TABLE_NO_CONNECTOR);
}

int fl_bind_create_table(fl_sql_ctx *c, const fl_ast_create_table *t, fl_catalog_table *out, fl_error *err) {
    fl_binder b = fl_binder_make(c);
    *out = (fl_catalog_table){.name = t->name.part[t->name.n - 1], .temporary = t->temporary, .comment = t->comment};
    if (t->as != NULL) return fl_bind_fail(t->name.pos, err, FL_ERR_SESSION_NOT_YET, "CREATE TABLE AS");
    if (t->has_like) return fl_bind_fail(t->like.pos, err, FL_ERR_SESSION_NOT_YET, "CREATE TABLE LIKE");
    FL_TRY(declare_columns(c, t, out, err));
    FL_TRY(bind_primary_key(c->arena, t, out, err));
    FL_TRY(bind_computed(&b, t, out, err));
    FL_TRY(bind_watermark(&b, t, out, err));
    FL_TRY(bind_partitions(c->arena, t, out, err));
    FL_TRY(bind_distribution(c->arena, t, out, err));
    bind_table_options(c->arena, t, out);
    return check_connector(t, out, err);
}

/* ---- views ---- */

int fl_bind_create_view(fl_sql_ctx *c, const fl_ast_create_view *v, fl_catalog_table *out, fl_error *err) {
    fl_rel *query;
    *out = (fl_catalog_table){.name = v->name.part[v->name.n - 1],
                              .is_view = true,
                              .temporary = v->temporary,
                              .watermark_column = -1,
                              .comment = v->comment};
    c->qualify = true;
    int rc = fl_bind_query(c, v->query, &query, err);
    c->qualify = false;
    if (rc < 0) return rc;
    const char *const *names = v->columns;
    if (v->n_columns == 0) names = fl_result_names(c->arena, query);
    if (v->n_columns > 0 && v->n_columns != query->n_cols)
        return fl_bind_fail(v->name.pos, err, FL_ERR_TABLE_VIEW_COLUMNS, v->n_columns, query->n_cols);
    out->columns = FL_NEW_N(c->arena, fl_catalog_column, query->n_cols);
    out->n_columns = query->n_cols;
    for (int i = 0; i < query->n_cols; i++) {
        for (int k = 0; k < i; k++)
            if (strcmp(names[k], names[i]) == 0)
                return fl_bind_fail(v->name.pos, err, FL_ERR_TABLE_VIEW_COLUMN_TWICE, names[i]);
        out->columns[i] =
            (fl_catalog_column){.name = names[i], .kind = FL_COLUMN_PHYSICAL, .type = query->cols[i].type};
    }
    out->query = fl_arena_strndup(c->arena, v->query_text.p, v->query_text.n);
    out->qualified_query = query_text(c->arena, v->query);
    return 0;
}
