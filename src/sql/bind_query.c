/* SPDX-License-Identifier: Apache-2.0 */
/* bind_query.c -- queries: WITH, SELECT, VALUES, TABLE, UNION, and what stands behind them. */
#include "base/option.h"
#include "messages/query.h"
#include "messages/session.h"
#include "messages/type.h"
#include "sql/binder_int.h"

/* ---- SELECT ---- */

static void add_item(fl_arena *a, fl_items *items, fl_expr *e, const char *name) {
    int cap = items->cap, n = items->n;
    FL_PUSH(a, items->names, n, cap, name);
    FL_PUSH(a, items->exprs, items->n, items->cap, e);
}

/* The item's alias, its column's name, or EXPR$i. */
static const char *item_name(fl_arena *a, const fl_ast_item *item, int i) {
    const fl_ast_expr *e = item->expr;
    if (item->alias != NULL) return item->alias;
    if (e->kind == FL_AX_NAME) return e->name.part[e->name.n - 1];
    bool of_name = e->kind == FL_AX_FIELD && e->args[0]->kind == FL_AX_NAME; /* (r).x */
    if (e->kind == FL_AX_FIELD && !of_name) return fl_arena_strndup(a, e->text.p, e->text.n);
    return fl_arena_printf(a, "EXPR$%d", i);
}

static int expand_star(fl_expr_ctx *x, const fl_ast_expr *star, fl_items *items, fl_error *err) {
    fl_arena *a = x->b->ctx->arena;
    const fl_rel *rel = x->scope->rel;
    int first, n;
    FL_TRY(fl_scope_star(x->scope, &star->name, &first, &n, err));
    for (int c = first; c < first + n; c++) {
        fl_expr *ref = fl_rel_ref(a, rel, c);
        ref->span = fl_span_of(star->pos);
        add_item(a, items, ref, rel->cols[c].name);
    }
    for (int f = 0; n < 0 && f < rel->cols[first].type->n_fields; f++) {
        const char *field = rel->cols[first].type->fields[f].name;
        fl_value name = {.type = fl_type_string(false), .s = fl_str_from(field)};
        fl_expr *args[2] = {fl_rel_ref(a, rel, first), fl_expr_literal(a, &name)}, *e;
        FL_TRY(fl_bind_call(x, "FIELD", args, 2, star->pos, &e, err));
        add_item(a, items, e, field);
    }
    return 0;
}

int fl_bind_items(fl_expr_ctx *x, const fl_ast_select *s, fl_items *out, fl_error *err) {
    for (int i = 0; i < s->n_items; i++) {
        const fl_ast_expr *e = s->items[i].expr;
        fl_expr *item;
        if (e->kind == FL_AX_NAME && e->flag) {
            FL_TRY(expand_star(x, e, out, err));
            continue;
        }
        FL_TRY(fl_bind_ast(x, e, &item, err));
        FL_TRY(fl_expr_check_column(item, err));
        add_item(x->b->ctx->arena, out, item, item_name(x->b->ctx->arena, &s->items[i], out->n));
    }
    return 0;
}

static int bind_plain(fl_binder *b, const fl_ast_select *s, const fl_scope *scope, fl_rel **out, fl_error *err) {
    fl_expr_ctx x = {.b = b, .scope = scope, .clause = "SELECT"};
    fl_items items = {0};
    FL_TRY(fl_bind_items(&x, s, &items, err));
    *out = fl_rel_project(b->ctx->arena, scope->rel != NULL ? scope->rel : fl_rel_one_row(b->ctx->arena), items.exprs,
                          items.names, items.n);
    return 0;
}

/* Each row once: an aggregate with all columns as keys and nothing to compute. */
static fl_rel *distinct(fl_arena *a, fl_rel *r) {
    int *keys = FL_NEW_N(a, int, r->n_cols);
    const char **names = FL_NEW_N(a, const char *, r->n_cols);
    for (int i = 0; i < r->n_cols; i++) {
        keys[i] = i;
        names[i] = r->cols[i].name;
    }
    return fl_rel_aggregate_new(a, r, &(fl_rel_aggregate){.keys = keys, .n_keys = r->n_cols}, names);
}

static bool is_grouped(fl_binder *b, const fl_ast_select *s) {
    if (s->has_group || s->having != NULL) return true;
    for (int i = 0; i < s->n_items; i++)
        if (fl_ast_aggregates(b, s->items[i].expr)) return true;
    return false;
}

/* The relation of FROM that a hint means: by its alias, or the last part of its name. */
static bool is_relation(const fl_ast_from *f, const char *name) {
    if (f == NULL) return false;
    if (f->kind == FL_FROM_JOIN) return is_relation(f->left, name) || is_relation(f->right, name);
    if (f->alias != NULL) return strcmp(f->alias, name) == 0;
    return f->kind == FL_FROM_TABLE && strcmp(f->name.part[f->name.n - 1], name) == 0;
}

/* STATE_TTL('t' = '1d', …); *has_ttl: one is longer than nothing. */
static int bind_state_ttl(fl_binder *b, const fl_ast_select *s, const fl_ast_hint *h, bool *has_ttl, fl_error *err) {
    for (int i = 0; i < h->n; i++) {
        int64_t ms;
        if (h->keys[i] == NULL) return fl_bind_fail(h->pos, err, FL_ERR_QUERY_TTL_EMPTY);
        if (!is_relation(s->from, h->keys[i])) return fl_bind_fail(h->pos, err, FL_ERR_QUERY_TTL_TABLE, h->keys[i]);
        if (fl_parse_duration_ms(fl_str_from(h->values[i]), &ms, err) < 0) {
            fl_error_prefix(err, FL_AT_QUERY_TTL_VALUE);
            return fl_error_at(err, fl_span_of(h->pos));
        }
        *has_ttl = *has_ttl || ms > 0;
    }
    if (*has_ttl && b->ctx->note != NULL)
        b->ctx->note(b->ctx->note_arg, "state does not expire yet: STATE_TTL keeps none from growing");
    return 0;
}

/* Hints of a query block: those that nobody here knows are noted. */
static int bind_hints(fl_binder *b, const fl_ast_select *s, bool *has_ttl, fl_error *err) {
    for (int i = 0; i < s->n_hints; i++) {
        if (fl_str_iis(fl_str_from(s->hints[i].name), "STATE_TTL"))
            FL_TRY(bind_state_ttl(b, s, &s->hints[i], has_ttl, err));
        else if (b->ctx->note != NULL)
            b->ctx->note(b->ctx->note_arg,
                         fl_arena_printf(b->ctx->arena, "the hint %s has no effect", s->hints[i].name));
    }
    return 0;
}

static int bind_select(fl_binder *b, const fl_ast_select *s, fl_rel **out, fl_error *err) {
    fl_scope scope = {0};
    if (s->qualify != NULL) return fl_bind_fail(s->qualify->pos, err, FL_ERR_SESSION_NOT_YET, "QUALIFY");
    if (s->n_windows > 0) return fl_bind_fail(s->windows[0].pos, err, FL_ERR_SESSION_NOT_YET, "OVER windows");
    bool has_ttl = false;
    FL_TRY(bind_hints(b, s, &has_ttl, err));
    if (s->from != NULL) FL_TRY(fl_bind_from(b, s->from, &scope, err));
    if (s->where != NULL) {
        fl_expr_ctx x = {.b = b, .scope = &scope, .clause = "WHERE"};
        fl_expr *condition;
        if (scope.rel == NULL) return fl_bind_fail(s->where->pos, err, FL_ERR_QUERY_WHERE_ALONE);
        FL_TRY(fl_bind_condition(&x, s->where, &condition, err));
        scope.rel = fl_rel_filter(b->ctx->arena, scope.rel, condition);
    }
    FL_TRY(is_grouped(b, s) ? fl_bind_grouped(b, s, &scope, has_ttl, out, err) : bind_plain(b, s, &scope, out, err));
    if (s->distinct) *out = distinct(b->ctx->arena, *out);
    return 0;
}

/* ---- rows of several inputs under one type ---- */

/* The input with each column cast to types[], where its layout differs. */
static int cast_columns(fl_binder *b, fl_rel **rel, const fl_type *const *types, fl_span span, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    fl_rel *r = *rel;
    fl_expr **exprs = FL_NEW_N(a, fl_expr *, r->n_cols);
    const char **names = FL_NEW_N(a, const char *, r->n_cols);
    bool same = true;
    for (int i = 0; i < r->n_cols; i++) {
        exprs[i] = fl_rel_ref(a, r, i);
        names[i] = r->cols[i].name;
        if (fl_type_same_layout(r->cols[i].type, types[i])) continue;
        FL_TRY(fl_expr_cast(&b->fns, exprs[i], types[i], false, span, &exprs[i], err));
        same = false;
    }
    if (!same) *rel = fl_rel_project(a, r, exprs, names, r->n_cols);
    return 0;
}

static int bind_union(fl_binder *b, const fl_ast_query *q, fl_rel **out, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    fl_rel *in[2];
    FL_TRY(fl_bind_query_in(b, q->left, &in[0], err));
    FL_TRY(fl_bind_query_in(b, q->right, &in[1], err));
    if (in[0]->n_cols != in[1]->n_cols) return fl_bind_fail(q->pos, err, FL_ERR_QUERY_UNION_COLUMNS);
    const fl_type **types = FL_NEW_N(a, const fl_type *, in[0]->n_cols);
    for (int c = 0; c < in[0]->n_cols; c++) {
        const fl_type *pair[2] = {in[0]->cols[c].type, in[1]->cols[c].type};
        types[c] = fl_type_common(a, pair, 2);
        if (types[c] == NULL)
            return fl_bind_fail(q->pos, err, FL_ERR_QUERY_UNION_TYPES, c + 1, fl_type_name(a, pair[0], FL_TYPE_SUMMARY),
                                fl_type_name(a, pair[1], FL_TYPE_SUMMARY));
        for (int i = 0; i < 2; i++) /* one time attribute makes the column one */
            if (pair[i]->attr != FL_ATTR_NONE && fl_type_is_timestamp(types[c]))
                types[c] = fl_type_attr(a, types[c], pair[i]->attr);
    }
    for (int i = 0; i < 2; i++) FL_TRY(cast_columns(b, &in[i], types, fl_span_of(q->pos), err));
    *out = fl_rel_union(a, in, 2, types);
    if (!q->all) *out = distinct(a, *out);
    return 0;
}

/* ---- VALUES ---- */

static int bind_values_rows(fl_binder *b, const fl_ast_query *q, int n_cols, fl_expr **cells, fl_error *err) {
    fl_scope none = {0};
    fl_expr_ctx x = {.b = b, .scope = &none, .clause = "VALUES"};
    for (int r = 0; r < q->n_rows; r++) {
        const fl_ast_expr *row = q->rows[r];
        bool tuple = row->kind == FL_AX_ROW;
        if ((tuple ? row->n_args : 1) != n_cols)
            return fl_bind_fail(row->pos, err, FL_ERR_QUERY_VALUES_WIDTH, n_cols, tuple ? row->n_args : 1);
        for (int c = 0; c < n_cols; c++)
            FL_TRY(fl_bind_ast(&x, tuple ? row->args[c] : row, &cells[r * n_cols + c], err));
    }
    return 0;
}

/* Rows that cannot be folded are computed when the job runs: a union of one-row queries. */
static fl_rel *union_of_rows(fl_binder *b, fl_expr **cells, const fl_rel_column *cols, int n_cols, int n_rows) {
    fl_arena *a = b->ctx->arena;
    fl_rel **rows = FL_NEW_N(a, fl_rel *, n_rows);
    const char **names = FL_NEW_N(a, const char *, n_cols);
    const fl_type **types = FL_NEW_N(a, const fl_type *, n_cols);
    for (int c = 0; c < n_cols; c++) {
        names[c] = cols[c].name;
        types[c] = cols[c].type;
    }
    for (int r = 0; r < n_rows; r++) rows[r] = fl_rel_project(a, fl_rel_one_row(a), cells + r * n_cols, names, n_cols);
    return n_rows == 1 ? rows[0] : fl_rel_union(a, rows, n_rows, types);
}

static int bind_values(fl_binder *b, const fl_ast_query *q, fl_rel **out, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    int n_cols = q->rows[0]->kind == FL_AX_ROW ? q->rows[0]->n_args : 1;
    fl_expr **cells = FL_NEW_N(a, fl_expr *, n_cols * q->n_rows);
    fl_rel_column *cols = FL_NEW_N(a, fl_rel_column, n_cols);
    const fl_type **types = FL_NEW_N(a, const fl_type *, q->n_rows);
    bool literal = true;
    FL_TRY(bind_values_rows(b, q, n_cols, cells, err));
    for (int c = 0; c < n_cols; c++) {
        for (int r = 0; r < q->n_rows; r++) types[r] = cells[r * n_cols + c]->type;
        cols[c] =
            (fl_rel_column){.name = fl_arena_printf(a, "EXPR$%d", c), .type = fl_type_common(a, types, q->n_rows)};
        cols[c].named_row = fl_expr_is_named_row(cells[c]);
        if (cols[c].type == NULL) return fl_bind_fail(q->pos, err, FL_ERR_QUERY_VALUES_TYPES);
        for (int r = 0; r < q->n_rows; r++)
            if (types[r]->kind == FL_T_NULL) return fl_bind_fail(q->rows[r]->pos, err, FL_ERR_TYPE_NULL_HAS_NO_TYPE);
        for (int r = 0; r < q->n_rows; r++) {
            fl_expr **cell = &cells[r * n_cols + c];
            if (!fl_type_same_layout((*cell)->type, cols[c].type))
                FL_TRY(fl_expr_cast(&b->fns, *cell, cols[c].type, false, fl_span_of(q->pos), cell, err));
            literal = literal && fl_expr_is_literal(*cell);
        }
    }
    *out =
        literal ? fl_rel_values(a, cols, n_cols, cells, q->n_rows) : union_of_rows(b, cells, cols, n_cols, q->n_rows);
    return 0;
}

/* ---- queries ---- */

static int bind_body(fl_binder *b, const fl_ast_query *q, fl_rel **out, fl_error *err) {
    const fl_catalog_table *def;
    switch (q->kind) {
    case FL_QUERY_SELECT: return bind_select(b, q->select, out, err);
    case FL_QUERY_VALUES: return bind_values(b, q, out, err);
    case FL_QUERY_TABLE: return fl_bind_table(b, &q->table, NULL, 0, out, &def, err);
    case FL_QUERY_NESTED: return fl_bind_query_in(b, q->nested, out, err);
    case FL_QUERY_SET_OP:
        if (q->op == FL_SET_UNION) return bind_union(b, q, out, err);
        return fl_bind_fail(q->pos, err, FL_ERR_SESSION_NOT_YET, q->op == FL_SET_INTERSECT ? "INTERSECT" : "EXCEPT");
    }
    return 0;
}

int fl_bind_query_in(fl_binder *b, const fl_ast_query *q, fl_rel **out, fl_error *err) {
    fl_binder inner = *b;
    if (++inner.depth > FL_SQL_VIEW_DEPTH_MAX) {
        fl_fail(err, FL_ERR_QUERY_TOO_DEEP, FL_SQL_VIEW_DEPTH_MAX);
        return fl_error_at(err, fl_span_of(q->pos));
    }
    for (int i = 0; i < q->n_ctes; i++) {
        fl_cte_scope *c = FL_NEW(b->ctx->arena, fl_cte_scope);
        *c = (fl_cte_scope){&q->ctes[i], inner.ctes};
        inner.ctes = c;
    }
    if (q->n_order > 0) return fl_bind_fail(q->order[0].expr->pos, err, FL_ERR_SESSION_NOT_YET, "ORDER BY");
    if (q->offset != NULL || q->fetch != NULL)
        return fl_bind_fail(q->fetch ? q->fetch->pos : q->offset->pos, err, FL_ERR_SESSION_NOT_YET,
                            "LIMIT, OFFSET or FETCH");
    return bind_body(&inner, q, out, err);
}

int fl_bind_query(fl_sql_ctx *c, const fl_ast_query *q, fl_rel **out, fl_error *err) {
    fl_binder b = fl_binder_make(c);
    FL_TRY(fl_bind_query_in(&b, q, out, err));
    for (int i = 0; i < (*out)->n_cols; i++)
        if ((*out)->cols[i].type->kind == FL_T_NULL)
            return fl_bind_fail(q->pos, err, FL_ERR_TYPE_NULL_COLUMN, (*out)->cols[i].name);
    return 0;
}

const char **fl_result_names(fl_arena *a, const fl_rel *r) {
    const char **names = FL_NEW_N(a, const char *, r->n_cols);
    for (int i = 0; i < r->n_cols; i++) {
        const char *name = r->cols[i].name;
        for (int suffix = 0, k = 0; k < i; k++) {
            if (strcmp(names[k], name) != 0) continue;
            name = fl_arena_printf(a, "%s%d", r->cols[i].name, suffix++);
            k = -1; /* the new name must be new too */
        }
        names[i] = name;
    }
    return names;
}
