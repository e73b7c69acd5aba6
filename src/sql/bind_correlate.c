/* SPDX-License-Identifier: Apache-2.0 */
/* bind_correlate.c -- FROM t, UNNEST(t.a) and FROM t, LATERAL TABLE(f(t.a)): each row with what is made from it.
 *
 *     FROM t LEFT JOIN UNNEST(a) AS u (e) ON TRUE            Scan(t) ─► Correlate(UNNEST(a), LEFT)       t's columns, e
 *     FROM UNNEST(ARRAY[1, 2]) AS u (e)        Values(one row) ─► Correlate(UNNEST(…)) ─► Calc(e)
 */
#include "messages/query.h"
#include "messages/session.h"
#include "messages/udf.h"
#include "sql/binder_int.h"

/* What is made, before aliases. */
typedef struct made {
    fl_rel_correlate call;
    fl_rel_column *cols;
    int n;
} made;

/* ---- UNNEST ---- */

/* A single column is called as the relation is. */
static const char *single_name(const fl_ast_from *f) { return f->alias != NULL ? f->alias : "EXPR$0"; }

static int unnest_columns(fl_binder *b, const fl_ast_from *f, const fl_type *t, made *m, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    const fl_type *element;
    if (t->kind == FL_T_MAP) {
        m->n = 2;
        m->cols = FL_NEW_N(a, fl_rel_column, 2);
        m->cols[0] = (fl_rel_column){.name = "KEY", .type = t->fields[0].type};
        m->cols[1] = (fl_rel_column){.name = "VALUE", .type = t->fields[1].type};
        return 0;
    }
    if (t->kind != FL_T_ARRAY && t->kind != FL_T_MULTISET)
        return fl_bind_fail(f->call->pos, err, FL_ERR_QUERY_UNNEST, fl_type_name(a, t, FL_TYPE_BARE));
    element = fl_type_element(t);
    bool row = element->kind == FL_T_ROW;
    m->n = row ? element->n_fields : 1;
    m->cols = FL_NEW_N(a, fl_rel_column, m->n);
    m->cols[0] = (fl_rel_column){.name = single_name(f), .type = element};
    for (int i = 0; row && i < m->n; i++)
        m->cols[i] = (fl_rel_column){.name = element->fields[i].name, .type = element->fields[i].type};
    return 0;
}

static int bind_unnest(fl_expr_ctx *x, const fl_ast_from *f, made *m, fl_error *err) {
    if (f->with_ordinality) return fl_bind_fail(f->pos, err, FL_ERR_SESSION_NOT_YET, "UNNEST … WITH ORDINALITY");
    if (f->call->n_args != 1) return fl_bind_fail(f->pos, err, FL_ERR_SESSION_NOT_YET, "UNNEST of several collections");
    m->call.n_args = 1;
    m->call.args = FL_NEW(x->b->ctx->arena, fl_expr *);
    FL_TRY(fl_bind_ast(x, f->call->args[0], m->call.args, err));
    return unnest_columns(x->b, f, m->call.args[0]->type, m, err);
}

/* ---- table functions of users ---- */

static int bind_table_function(fl_expr_ctx *x, const fl_ast_from *f, const fl_user_function *user, made *m,
                               fl_error *err) {
    fl_arena *a = x->b->ctx->arena;
    const fl_ast_expr *call = f->call;
    fl_user_call *c;
    if (user->impl->kind != FLOTT_FUNCTION_TABLE)
        return fl_bind_fail(call->pos, err, FL_ERR_UDF_NOT_TABLE, user->fn.name);
    m->call.n_args = call->n_args;
    m->call.args = FL_NEW_N(a, fl_expr *, call->n_args);
    for (int i = 0; i < call->n_args; i++) FL_TRY(fl_bind_ast(x, call->args[i], &m->call.args[i], err));
    if (fl_user_infer(&x->b->fns, user, m->call.args, call->n_args, fl_span_of(call->pos), &c, err) < 0)
        return fl_error_at(err, fl_span_of(call->pos));
    m->call.call = c;
    m->n = c->result.n;
    m->cols = FL_NEW_N(a, fl_rel_column, m->n);
    for (int i = 0; i < m->n; i++)
        m->cols[i] = (fl_rel_column){.name = c->result.fields[i].name, .type = c->result.fields[i].type};
    return 0;
}

/* ---- both ---- */

static int bind_made(fl_binder *b, const fl_ast_from *f, const fl_user_function *user, const fl_scope *left, made *m,
                     fl_error *err) {
    fl_expr_ctx x = {.b = b, .scope = left, .clause = "FROM"};
    *m = (made){0};
    FL_TRY(user != NULL ? bind_table_function(&x, f, user, m, err) : bind_unnest(&x, f, m, err));
    fl_rel *named = fl_scope_of_columns(b->ctx->arena, f->alias, m->cols, m->n).rel;
    FL_TRY(fl_bind_aliases(b, f, &named, err));
    m->cols = named->cols;
    return 0;
}

int fl_bind_made_rows(fl_binder *b, const fl_ast_from *f, fl_scope *out, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    const fl_scope none = {0};
    const fl_user_function *user = NULL;
    fl_rel *one = fl_rel_one_row(a);
    made m;
    if (f->kind == FL_FROM_FUNCTION) FL_TRY(fl_bind_find_user(b, f->call, &user, err));
    FL_TRY(bind_made(b, f, user, &none, &m, err));
    fl_rel *all = fl_rel_correlate_new(a, one, &m.call, m.cols, m.n);
    fl_expr **exprs = FL_NEW_N(a, fl_expr *, m.n);
    const char **names = FL_NEW_N(a, const char *, m.n);
    all->span = fl_span_of(f->pos);
    for (int i = 0; i < m.n; i++) {
        exprs[i] = fl_rel_ref(a, all, one->n_cols + i);
        names[i] = m.cols[i].name;
    }
    *out = (fl_scope){.rel = fl_rel_project(a, all, exprs, names, m.n), .tables = FL_NEW(a, fl_scope_table)};
    out->tables[out->n_tables++] = (fl_scope_table){.alias = f->alias, .n = m.n};
    return 0;
}

/* The condition over the made columns alone: Flink cannot plan one that reads the row, too. */
static int bind_condition(fl_binder *b, const fl_ast_from *join, const fl_scope *both, int n_left, fl_expr **out,
                          fl_error *err) {
    fl_expr_ctx x = {.b = b, .scope = both, .clause = "ON"};
    int n = both->rel->n_cols, *map = FL_NEW_N(b->ctx->arena, int, n);
    bool *used = FL_NEW_N(b->ctx->arena, bool, n);
    FL_TRY(fl_bind_condition(&x, join->on, out, err));
    const fl_value *constant = fl_expr_value(*out);
    if (constant != NULL && !constant->is_null && constant->i != 0) {
        *out = NULL; /* ON TRUE */
        return 0;
    }
    fl_expr_columns(*out, used);
    for (int i = 0; i < n; i++) {
        if (used[i] && i < n_left) return fl_bind_fail(join->on->pos, err, FL_ERR_QUERY_CORRELATE_ON);
        map[i] = i - n_left;
    }
    *out = fl_expr_renumber(b->ctx->arena, *out, map);
    return 0;
}

/* Both relations beside each other. */
static fl_scope join_scopes(fl_arena *a, const fl_scope *left, fl_rel *rel, const fl_ast_from *right, int n_made) {
    fl_scope s = {.rel = rel, .n_tables = left->n_tables, .tables = FL_NEW_N(a, fl_scope_table, left->n_tables + 1)};
    memcpy(s.tables, left->tables, sizeof *s.tables * (size_t)left->n_tables);
    s.tables[s.n_tables++] = (fl_scope_table){.alias = right->alias, .first = rel->n_cols - n_made, .n = n_made};
    return s;
}

static int check_kind(const fl_ast_from *join, fl_error *err) {
    if (join->join == FL_JOIN_RIGHT || join->join == FL_JOIN_FULL)
        return fl_bind_fail(join->pos, err, FL_ERR_QUERY_CORRELATE_KIND,
                            join->join == FL_JOIN_RIGHT ? "RIGHT" : "FULL");
    if (join->natural || join->n_using > 0)
        return fl_bind_fail(join->pos, err, FL_ERR_SESSION_NOT_YET, join->natural ? "NATURAL JOIN" : "JOIN … USING");
    return 0;
}

int fl_bind_correlate(fl_binder *b, const fl_ast_from *join, fl_scope *out, bool *done, fl_error *err) {
    fl_arena *a = b->ctx->arena;
    const fl_ast_from *right = join->right;
    const fl_user_function *user = NULL;
    fl_scope left = {0};
    made m;
    bool function = right->kind == FL_FROM_FUNCTION && right->lateral;
    *done = false;
    if (function && !fl_is_window_function(right->call)) {
        FL_TRY(fl_bind_find_user(b, right->call, &user, err));
        FL_TRY(fl_bind_from(b, join->left, &left, err));
        if (user == NULL) return fl_bind_no_function(b, &left, right->call, err);
    } else if (right->kind == FL_FROM_UNNEST) {
        FL_TRY(fl_bind_from(b, join->left, &left, err));
    } else {
        return 0;
    }
    *done = true;
    FL_TRY(check_kind(join, err));
    FL_TRY(bind_made(b, right, user, &left, &m, err));
    m.call.left = join->join == FL_JOIN_LEFT;
    fl_rel *rel = fl_rel_correlate_new(a, left.rel, &m.call, m.cols, m.n);
    rel->span = fl_span_of(right->pos);
    *out = join_scopes(a, &left, rel, right, m.n);
    return join->on != NULL ? bind_condition(b, join, out, left.rel->n_cols, &rel->correlate.condition, err) : 0;
}
