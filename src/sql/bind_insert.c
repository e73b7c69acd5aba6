/* SPDX-License-Identifier: Apache-2.0 */
/* bind_insert.c -- INSERT INTO: which query column goes to which table column, and as what type. */
#include "connectors/connector.h"
#include "messages/name.h"
#include "messages/table.h"
#include "sql/binder_int.h"

/* The columns of a table that can be written: physical ones, then metadata that is not VIRTUAL. */
typedef struct targets {
    const fl_catalog_table *def;
    int *columns; /* indices into def->columns */
    int n, n_physical;
} targets;

static targets writable(fl_arena *a, const fl_catalog_table *d) {
    targets t = {.def = d, .columns = FL_NEW_N(a, int, d->n_columns)};
    for (int i = 0; i < d->n_columns; i++)
        if (d->columns[i].kind == FL_COLUMN_PHYSICAL) t.columns[t.n++] = i;
    t.n_physical = t.n;
    for (int i = 0; i < d->n_columns; i++)
        if (d->columns[i].kind == FL_COLUMN_METADATA && !d->columns[i].is_virtual) t.columns[t.n++] = i;
    return t;
}

/* Those columns in the order of declaration: what a query without a column list must give. */
static int *in_declared_order(fl_arena *a, const targets *t) {
    int *order = FL_NEW_N(a, int, t->n), n = 0;
    for (int c = 0; c < t->def->n_columns; c++)
        for (int i = 0; i < t->n; i++)
            if (t->columns[i] == c) order[n++] = i;
    return order;
}

static int mismatch(fl_arena *a, const targets *t, const int *order, const fl_rel *query, const char *cause,
                    fl_error *err) {
    fl_buf given, wanted;
    fl_buf_init(&given);
    fl_buf_init(&wanted);
    for (int i = 0; i < query->n_cols; i++)
        fl_buf_printf(&given, "%s%s: %s", i > 0 ? ", " : "", query->cols[i].name,
                      fl_type_name(a, query->cols[i].type, FL_TYPE_SUMMARY));
    for (int i = 0; i < t->n; i++) {
        const fl_catalog_column *c = &t->def->columns[t->columns[order[i]]];
        fl_buf_printf(&wanted, "%s%s: %s", i > 0 ? ", " : "", c->name, fl_type_name(a, c->type, FL_TYPE_SUMMARY));
    }
    fl_fail(err, FL_ERR_TABLE_MISMATCH, fl_catalog_table_path(a, t->def), cause, fl_buf_cstr(&given),
            fl_buf_cstr(&wanted));
    fl_buf_deinit(&given);
    fl_buf_deinit(&wanted);
    return err->code;
}

/* For each target the query's column, -1: NULL, or a literal of PARTITION (k = 'v'). */
typedef struct source_of {
    int column;
    fl_expr *literal;
} source_of;

static int find_target(const targets *t, const char *name) {
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->def->columns[t->columns[i]].name, name) == 0) return i;
    return -1;
}

static int bind_static_partition(fl_binder *b, const fl_ast_insert *s, const targets *t, source_of *from,
                                 fl_rel_sink *out, fl_error *err) {
    fl_option *partition = FL_NEW_N(b->ctx->arena, fl_option, s->n_partition);
    for (int i = 0; i < s->n_partition; i++) {
        const fl_ast_option *p = &s->partition[i];
        int at = find_target(t, p->key);
        bool is_key = false;
        for (int k = 0; k < t->def->n_partition_keys; k++)
            is_key = is_key || (at >= 0 && t->def->partition_keys[k] == t->columns[at]);
        if (!is_key) return fl_bind_fail(p->pos, err, FL_ERR_TABLE_NOT_A_PARTITION, p->key, out->table.name);
        if (p->value == NULL) continue; /* the query gives it */
        fl_value v = {.type = fl_type_string(false), .s = fl_str_from(p->value)};
        fl_expr *text = fl_expr_literal(b->ctx->arena, &v);
        FL_TRY(fl_expr_cast(&b->fns, text, t->def->columns[t->columns[at]].type, false, fl_span_of(p->pos),
                            &from[at].literal, err));
        partition[out->n_partition++] = (fl_option){p->key, p->value};
    }
    out->partition = partition;
    return 0;
}

/* INSERT INTO t (b, a): the targets in the order of the query's columns. */
static int bind_column_list(const fl_ast_insert *s, const targets *t, int *order, int *n, fl_error *err) {
    *n = 0;
    for (int i = 0; i < s->n_columns; i++) {
        const fl_name *name = &s->columns[i];
        int at = name->n == 1 ? find_target(t, name->part[0]) : -1;
        if (at < 0) {
            fl_buf whole;
            fl_buf_init(&whole);
            for (int k = 0; k < name->n; k++) fl_buf_printf(&whole, "%s%s", k > 0 ? "." : "", name->part[k]);
            fl_bind_fail(name->pos, err, FL_ERR_NAME_TARGET, fl_buf_cstr(&whole));
            fl_buf_deinit(&whole);
            return err->code;
        }
        for (int k = 0; k < i; k++)
            if (order[k] == at) return fl_bind_fail(name->pos, err, FL_ERR_TABLE_TARGET_TWICE, name->part[0]);
        order[(*n)++] = at;
    }
    return 0;
}

static int match_columns(fl_binder *b, const fl_ast_insert *s, const targets *t, const fl_rel *query, source_of *from,
                         fl_error *err) {
    fl_arena *a = b->ctx->arena;
    int *declared = in_declared_order(a, t), *order = FL_NEW_N(a, int, t->n + s->n_columns), n = 0;
    if (s->has_columns) {
        FL_TRY(bind_column_list(s, t, order, &n, err));
    } else {
        for (int i = 0; i < t->n; i++)
            if (from[declared[i]].literal == NULL) order[n++] = declared[i];
    }
    if (n != query->n_cols) return mismatch(a, t, declared, query, "Different number of columns.", err);
    for (int i = 0; i < n; i++) from[order[i]].column = i;
    for (int i = 0; i < t->n; i++) {
        const fl_catalog_column *c = &t->def->columns[t->columns[i]];
        if (from[i].column < 0 && from[i].literal == NULL && !c->type->nullable)
            return fl_bind_fail(s->name.pos, err, FL_ERR_TABLE_NO_DEFAULT, c->name);
    }
    return 0;
}

/* Values of a type with a length may be longer or shorter where a source has not looked. A cast from the type without
 * one cuts and pads them; to the same type there would be none. */
static int forget_length(fl_binder *b, fl_expr **e, fl_span span, fl_error *err) {
    const fl_type *t = (*e)->type;
    if (!b->ctx->trim_pad || t->length == FL_LENGTH_MAX) return 0;
    if (fl_type_is_char(t)) return fl_expr_cast(&b->fns, *e, fl_type_string(t->nullable), false, span, e, err);
    if (fl_type_is_binary(t)) return fl_expr_cast(&b->fns, *e, fl_type_bytes(t->nullable), false, span, e, err);
    return 0;
}

/* The query's columns as the table's types. */
static int convert(fl_binder *b, const fl_ast_insert *s, const targets *t, const source_of *from, fl_rel *query,
                   fl_rel **out, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    fl_expr **exprs = FL_NEW_N(a, fl_expr *, t->n);
    const char **names = FL_NEW_N(a, const char *, t->n);
    for (int i = 0; i < t->n; i++) {
        const fl_catalog_column *c = &t->def->columns[t->columns[i]];
        const fl_type *to = fl_type_attr(a, c->type, FL_ATTR_NONE);
        names[i] = c->name;
        if (from[i].literal != NULL) {
            exprs[i] = from[i].literal;
            continue;
        }
        if (from[i].column < 0) {
            exprs[i] = fl_expr_null(a, to);
            continue;
        }
        fl_expr *e = fl_rel_ref(a, query, from[i].column);
        if (e->type->kind != FL_T_NULL && !fl_cast_is_implicit(e->type, to)) {
            const char *cause =
                fl_arena_printf(a, "Incompatible types for sink column '%s' at position %d.", c->name, from[i].column);
            mismatch(a, t, in_declared_order(a, t), query, cause, err);
            fl_error_hint(err, FL_HINT_TABLE_CAST_COLUMN, query->cols[from[i].column].name,
                          fl_type_name(a, to, FL_TYPE_BARE));
            return fl_error_at(err, fl_span_of(s->name.pos));
        }
        const fl_type *nullable = fl_type_nullable(a, to, e->type->nullable); /* the sink checks NOT NULL itself */
        FL_TRY(forget_length(b, &e, fl_span_of(s->name.pos), err));
        FL_TRY(fl_expr_cast(&b->fns, e, nullable, false, fl_span_of(s->name.pos), &exprs[i], err));
    }
    *out = fl_rel_project(a, query, exprs, names, t->n);
    return 0;
}

static int check_rowtimes(fl_binder *b, const fl_rel *query, const char *table, fl_pos pos, fl_error *err) {
    fl_buf names;
    int n = 0;
    if (b->ctx->batch) return 0;
    fl_buf_init(&names);
    for (int i = 0; i < query->n_cols; i++)
        if (query->cols[i].type->attr == FL_ATTR_ROWTIME)
            fl_buf_printf(&names, "%s%s", n++ > 0 ? ", " : "", query->cols[i].name);
    if (n > 1) { fl_bind_fail(pos, err, FL_ERR_TABLE_TWO_ROWTIMES, fl_buf_cstr(&names), table); }
    fl_buf_deinit(&names);
    return n > 1 ? err->code : 0;
}

/* Metadata columns that are written. */
static int bind_metadata(fl_arena *a, const targets *t, fl_rel_sink *out, fl_error *err) {
    fl_metadata_column *m = FL_NEW_N(a, fl_metadata_column, t->n);
    for (int i = t->n_physical; i < t->n; i++) {
        const fl_catalog_column *c = &t->def->columns[t->columns[i]];
        m[out->n_metadata++] = (fl_metadata_column){c->metadata_key ? c->metadata_key : c->name, c->type};
    }
    out->metadata = m;
    if (out->n_metadata == 0) return 0;
    fl_fail(err, FL_ERR_TABLE_METADATA_SINK, out->table.name);
    return err->code;
}

static void describe_sink_table(fl_arena *a, const targets *t, fl_table *table) {
    fl_field *fields = FL_NEW_N(a, fl_field, t->n_physical);
    int *index = FL_NEW_N(a, int, t->def->n_columns);
    int *keys = FL_NEW_N(a, int, t->def->n_primary_key), *partitions = FL_NEW_N(a, int, t->def->n_partition_keys);
    for (int i = 0; i < t->n_physical; i++) {
        const fl_catalog_column *c = &t->def->columns[t->columns[i]];
        index[t->columns[i]] = i;
        fields[i] = (fl_field){c->name, fl_type_attr(a, c->type, FL_ATTR_NONE), NULL};
    }
    for (int i = 0; i < t->def->n_primary_key; i++) keys[i] = index[t->def->primary_key[i]];
    for (int i = 0; i < t->def->n_partition_keys; i++) partitions[i] = index[t->def->partition_keys[i]];
    table->physical = (fl_schema){t->n_physical, fields};
    table->primary_key = keys;
    table->n_primary_key = t->def->n_primary_key;
    table->partition_keys = partitions;
    table->n_partition_keys = t->def->n_partition_keys;
}

int fl_bind_insert(fl_sql_ctx *c, const fl_ast_insert *s, fl_rel_sink *out, fl_error *err) {
    fl_binder b = fl_binder_make(c);
    fl_rel *query;
    *out = (fl_rel_sink){.overwrite = s->overwrite, .span = fl_span_of(s->name.pos)};
    FL_TRY(c->find(c->find_arg, &s->name, NULL, NULL, &out->def, err));
    if (out->def->is_view)
        return fl_bind_fail(s->name.pos, err, FL_ERR_TABLE_INSERT_VIEW, fl_catalog_table_path(c->arena, out->def));
    FL_TRY(fl_bind_options(c, out->def, s->hints, s->n_hints, &out->table, err));
    if (out->def->distributed) return fl_bind_fail(s->name.pos, err, FL_ERR_TABLE_BUCKETS, out->table.name);
    FL_TRY(fl_bind_query_in(&b, s->query, &query, err));
    FL_TRY(check_rowtimes(&b, query, out->table.name, s->name.pos, err));
    targets t = writable(c->arena, out->def);
    source_of *from = FL_NEW_N(c->arena, source_of, t.n);
    for (int i = 0; i < t.n; i++) from[i].column = -1;
    FL_TRY(bind_static_partition(&b, s, &t, from, out, err));
    int rc = match_columns(&b, s, &t, query, from, err);
    if (rc < 0) return fl_error_at(err, fl_span_of(s->name.pos));
    FL_TRY(convert(&b, s, &t, from, query, &out->input, err));
    describe_sink_table(c->arena, &t, &out->table);
    rc = bind_metadata(c->arena, &t, out, err);
    return rc < 0 ? fl_error_at(err, fl_span_of(s->name.pos)) : 0;
}
