/* SPDX-License-Identifier: Apache-2.0 */
/* bind_group.c -- GROUP BY, HAVING, aggregates, and the group windows TUMBLE, HOP and SESSION.
 *
 * What:       SELECT k + 1, SUM(v) / COUNT(*) FROM t GROUP BY k + 1 HAVING … becomes
 *
 *                 Scan ─► Calc(k + 1, v) ─► Aggregate(keys 0; SUM(1), COUNT(*)) ─► Calc(… HAVING …)
 *
 * How:        items and HAVING are bound over the columns below, in which calls of aggregates are replaced by
 *             references to columns that do not exist yet (CALL_BASE + i; functions of the group window: PROP_BASE +
 *             i). When all are bound, each expression is turned into one over the aggregate's output, from the top
 *             down: what equals a key becomes that key, and a column that is left over is one that is not being
 *             grouped.
 */
#include "sql/binder_int.h"

#include "messages/function.h"
#include "messages/query.h"
#include "messages/session.h"
#include "messages/type.h"

enum { CALL_BASE = 1 << 20, PROP_BASE = 1 << 21 };

typedef struct group_call {
    fl_agg_call call;
    fl_expr *args[FL_AGG_ARGS_MAX]; /* over the columns below, or literals that are part of the call */
    fl_expr *filter;                /* over the columns below; NULL: none */
} group_call;

struct fl_group {
    fl_binder *b;
    const fl_scope *scope;
    fl_expr **keys;
    int n_keys, cap_keys;
    group_call *calls;
    int n_calls, cap_calls;
    /* GROUP BY TUMBLE(…) */
    const char *window_name; /* TUMBLE HOP SESSION; NULL: none */
    fl_expr **window_args;
    int n_window_args;
    fl_window window;
    fl_window_prop *props;
    int n_props, cap_props;
};

/* ---- finding aggregates ---- */

static bool is_aggregate(fl_binder *b, const fl_ast_expr *e) {
    const fl_user_function *user;
    fl_error ignored; /* told when the call is bound */
    if (e->kind != FL_AX_CALL || e->over != NULL) return false;
    if (e->name.n == 1 && fl_agg_find(fl_str_from(e->name.part[0])) != NULL) return true;
    return fl_bind_find_user(b, e, &user, &ignored) == 0 && user != NULL &&
           user->impl->kind == FLOTT_FUNCTION_AGGREGATE;
}

bool fl_ast_aggregates(fl_binder *b, const fl_ast_expr *e) {
    if (e == NULL || e->query != NULL) return false;
    if (is_aggregate(b, e)) return true;
    for (int i = 0; i < e->n_args; i++)
        if (fl_ast_aggregates(b, e->args[i])) return true;
    return false;
}

/* ---- aggregate calls ---- */

static bool same_expr(const fl_expr *a, const fl_expr *b) {
    return a == b || (a != NULL && b != NULL && fl_expr_equal(a, b));
}

static bool same_call(const group_call *a, const group_call *b) {
    const fl_agg_call *x = &a->call, *y = &b->call;
    if (x->fn != y->fn || x->n_args != y->n_args || x->distinct != y->distinct || x->ignore_nulls != y->ignore_nulls)
        return false;
    for (int i = 0; i < x->n_args; i++)
        if (!fl_expr_equal(a->args[i], b->args[i])) return false;
    return same_expr(a->filter, b->filter);
}

static int add_call(fl_group *g, const group_call *c) {
    for (int i = 0; i < g->n_calls; i++)
        if (same_call(&g->calls[i], c)) return i;
    FL_PUSH(g->b->ctx->arena, g->calls, g->n_calls, g->cap_calls, *c);
    return g->n_calls - 1;
}

static int check_arguments(const fl_agg_function *fn, const fl_ast_expr *e, fl_error *err) {
    bool count = strcmp(fn->name, "COUNT") == 0;
    if (e->n_within > 0 && !e->order_inside) /* Flink takes an order among the arguments, and keeps the rows' own */
        return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WITHIN_AGGREGATE, fn->name);
    if (e->null_treatment != FL_NULLS_AS_EVER && !fn->takes_null_treatment)
        return fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_NULL_TREATMENT, fn->name);
    if (count && e->n_args > 1) return fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_COUNT_ONE);
    if (count && e->star && !e->distinct) return 0;
    if (e->star || e->n_args < FL_MAX(fn->min_args, 1) || e->n_args > fn->max_args) {
        fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_WINDOW_ARGUMENTS, fn->name, fn->max_args);
        return fl_error_hint(err, FL_HINT_FUNCTION_FORM, fn->signature);
    }
    return 0;
}

/* Tells the call of its arguments; which columns they are is known later. */
static void set_arguments(group_call *c, int n) {
    c->call.n_args = n;
    for (int i = 0; i < n; i++) {
        bool literal = (c->call.fn->literals >> i & 1) != 0 && fl_expr_is_literal(c->args[i]);
        c->call.args[i] = (fl_agg_arg){
            .column = literal ? -1 : 0, .literal = literal ? &c->args[i]->value : NULL, .type = c->args[i]->type};
    }
}

/* A keyword that the parser has put first comes last. */
static int bind_arguments(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    const int first = e->n_args > 0 && e->args[0]->kind == FL_AX_SYMBOL;
    for (int i = 0; i < e->n_args; i++) {
        const fl_ast_expr *arg = e->args[(i + first) % e->n_args];
        FL_TRY(fl_bind_ast(x, arg, &out[i], err));
        if (out[i]->type->kind == FL_T_NULL) return fl_bind_fail(arg->pos, err, FL_ERR_TYPE_NULL_HAS_NO_TYPE);
    }
    return 0;
}

/* Type rule of the call, and a reference to its result. */
static int finish_call(fl_group *g, group_call *c, int n_args, fl_expr **out, fl_error *err) {
    set_arguments(c, n_args);
    FL_TRY(c->call.fn->infer(&g->b->fns, &c->call, err));
    if (c->call.fn->reduce != NULL) return 0;
    *out = fl_expr_column(g->b->ctx->arena, CALL_BASE + add_call(g, c), c->call.type);
    (*out)->span = c->call.span;
    return 0;
}

/* A call that stands for others. */
typedef struct reduction {
    fl_agg_asker base;
    fl_group *g;
    const group_call *call;
} reduction;

static int ask_for_call(fl_agg_asker *asker, const char *name, fl_expr *arg, fl_expr **out, fl_error *err) {
    reduction *r = (reduction *)asker;
    group_call c = *r->call;
    c.call.fn = fl_agg_find(fl_str_from(name));
    c.args[0] = arg;
    return finish_call(r->g, &c, 1, out, err);
}

int fl_bind_aggregate(fl_expr_ctx *x, const fl_agg_function *fn, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_group *g = x->group;
    if (g == NULL)
        return x->inside_call ? fl_bind_fail(e->pos, err, FL_ERR_QUERY_NESTED_AGGREGATE)
                              : fl_bind_fail(e->pos, err, FL_ERR_QUERY_AGGREGATE_PLACE, x->clause);
    fl_expr_ctx inner = {.b = x->b, .scope = x->scope, .clause = "aggregate", .inside_call = true};
    group_call c = {.call = {.fn = fn,
                             .filter = -1,
                             .distinct = e->distinct,
                             .ignore_nulls = e->null_treatment == FL_IGNORE_NULLS,
                             .grouped = g->n_keys > 0 || g->window_name != NULL,
                             .span = fl_span_of(e->pos)}};
    FL_TRY(check_arguments(fn, e, err));
    FL_TRY(bind_arguments(&inner, e, c.args, err));
    if (fn->prepare != NULL) FL_TRY(fn->prepare(&x->b->fns, fn, c.args, e->n_args, c.call.span, err));
    if (e->filter != NULL) {
        if (fl_ast_aggregates(x->b, e->filter)) return fl_bind_fail(e->filter->pos, err, FL_ERR_QUERY_FILTER_AGGREGATE);
        inner.clause = "FILTER";
        FL_TRY(fl_bind_condition(&inner, e->filter, &c.filter, err));
        c.call.filter = 0;
    }
    FL_TRY(finish_call(g, &c, e->n_args, out, err));
    if (fn->reduce == NULL) return 0;
    reduction r = {.base = {ask_for_call}, .g = g, .call = &c};
    return fn->reduce(&x->b->fns, &c.call, c.args[0], &r.base, out, err);
}

/* ---- functions of the group window ---- */

typedef struct window_word {
    const char *suffix;
    fl_window_prop prop;
} window_word;

static const window_word window_words[] = {
    {"_START", FL_PROP_START}, {"_END", FL_PROP_END}, {"_ROWTIME", FL_PROP_TIME}, {"_PROCTIME", FL_PROP_NULL_TIME}};

/* TUMBLE_END: TUMBLE and END. */
static const window_word *split_window_word(const char *name, char base[8]) {
    fl_str s = fl_str_from(name);
    for (size_t i = 0; i < FL_ARRAY_LEN(window_words); i++) {
        size_t n = strlen(window_words[i].suffix);
        if (s.n <= n || s.n - n >= 8 || !fl_str_iis(fl_str_make(s.p + s.n - n, n), window_words[i].suffix)) continue;
        for (size_t k = 0; k < s.n - n; k++) base[k] = (char)(s.p[k] & ~32);
        base[s.n - n] = 0;
        if (strcmp(base, "TUMBLE") == 0 || strcmp(base, "HOP") == 0 || strcmp(base, "SESSION") == 0)
            return &window_words[i];
    }
    return NULL;
}

static fl_expr *prop_ref(fl_group *g, fl_window_prop prop) {
    fl_arena *a = g->b->ctx->arena;
    int i = 0;
    while (i < g->n_props && g->props[i] != prop) i++;
    if (i == g->n_props) FL_PUSH(a, g->props, g->n_props, g->cap_props, prop);
    const fl_type *type = fl_type_time(a, FL_T_TIMESTAMP, 3, false);
    if (prop == FL_PROP_TIME || prop == FL_PROP_NULL_TIME) {
        const fl_type *time = g->window_args[0]->type;
        type = fl_type_attr(a, fl_type_time(a, time->kind, 3, true), time->attr);
    }
    return fl_expr_column(a, PROP_BASE + i, type);
}

static int bind_window_word(fl_expr_ctx *x, const window_word *w, const char *base, const fl_ast_expr *e, fl_expr **out,
                            fl_error *err) {
    fl_group *g = x->group;
    fl_expr_ctx inner = {.b = x->b, .scope = x->scope, .clause = "window"};
    bool same = strcmp(base, g->window_name) == 0 && e->n_args == g->n_window_args;
    for (int i = 0; same && i < e->n_args; i++) {
        fl_expr *arg;
        FL_TRY(fl_bind_ast(&inner, e->args[i], &arg, err));
        same = fl_expr_equal(arg, g->window_args[i]);
    }
    if (!same) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_AUXILIARY, base, w->suffix, base);
    if (g->window.proctime && w->prop == FL_PROP_TIME) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_PROCTIME_ROWTIME);
    if (g->window.proctime && w->prop == FL_PROP_NULL_TIME)
        return fl_bind_call(x, "PROCTIME", NULL, 0, e->pos, out, err);
    *out = prop_ref(g, w->prop);
    (*out)->span = fl_span_of(e->pos);
    return 0;
}

int fl_group_call(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    *out = NULL;
    if (x->group == NULL || e->name.n != 1) return 0;
    const fl_agg_function *fn = fl_agg_find(fl_str_from(e->name.part[0]));
    if (fn != NULL) return fl_bind_aggregate(x, fn, e, out, err);
    char base[8];
    const window_word *w = split_window_word(e->name.part[0], base);
    return w != NULL && x->group->window_name != NULL ? bind_window_word(x, w, base, e, out, err) : 0;
}

/* ---- GROUP BY ---- */

static int window_length(const fl_ast_expr *e, const fl_expr *arg, int64_t *ms, fl_error *err) {
    if (arg->type->kind == FL_T_INTERVAL_MONTH) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_GROUP_MONTHS);
    if (!fl_expr_is_literal(arg)) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WINDOW_CONSTANT);
    *ms = arg->value.i;
    return 0;
}

static int check_time(fl_group *g, const fl_ast_expr *e, fl_error *err) {
    const fl_type *t = g->window_args[0]->type;
    fl_arena *a = g->b->ctx->arena;
    bool all_intervals = true;
    for (int i = 1; i < g->n_window_args; i++)
        all_intervals = all_intervals && (fl_type_is_interval(g->window_args[i]->type) ||
                                          (i > 1 && g->window_args[i]->type->kind == FL_T_TIME));
    if (!fl_type_is_timestamp(t) || !all_intervals) {
        fl_buf b;
        fl_buf_init(&b);
        for (int i = 0; i < g->n_window_args; i++)
            fl_buf_printf(&b, "%s<%s>", i > 0 ? ", " : "", fl_type_name(a, g->window_args[i]->type, FL_TYPE_BARE));
        fl_bind_fail(e->pos, err, FL_ERR_QUERY_GROUP_ARGUMENTS, g->window_name, g->window_name, fl_buf_cstr(&b),
                     g->window_name, g->window_name[0] == 'H' ? ", <DATETIME_INTERVAL>" : "");
        fl_buf_deinit(&b);
        return err->code;
    }
    if (g->b->ctx->batch) {
        if (t->attr == FL_ATTR_PROCTIME) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_GROUP_PROCTIME_BATCH);
        return 0;
    }
    if (t->attr != FL_ATTR_NONE) return 0;
    return fl_bind_fail(e->pos, err, FL_ERR_QUERY_GROUP_NO_TIME_ATTRIBUTE, fl_type_name(a, t, FL_TYPE_BARE));
}

static const char *group_function(const fl_ast_expr *e) {
    static const char *const names[] = {"TUMBLE", "HOP", "SESSION"};
    for (size_t i = 0; e->kind == FL_AX_CALL && e->name.n == 1 && i < FL_ARRAY_LEN(names); i++)
        if (fl_str_iis(fl_str_from(e->name.part[0]), names[i])) return names[i];
    return NULL;
}

static int bind_group_window(fl_expr_ctx *x, fl_group *g, const char *name, const fl_ast_expr *e, fl_error *err) {
    fl_window *w = &g->window;
    int lengths = name[0] == 'H' ? 2 : 1;
    if (g->window_name != NULL) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_ONE_GROUP_WINDOW);
    if (e->n_args != lengths + 1 && e->n_args != lengths + 2)
        return fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_GROUP_ARGUMENT_COUNT, name, lengths + 1);
    g->window_name = name;
    g->n_window_args = e->n_args;
    g->window_args = FL_NEW_N(x->b->ctx->arena, fl_expr *, e->n_args);
    for (int i = 0; i < e->n_args; i++) FL_TRY(fl_bind_ast(x, e->args[i], &g->window_args[i], err));
    FL_TRY(check_time(g, e->args[0], err));
    if (e->n_args == lengths + 2) return fl_bind_fail(e->args[lengths + 1]->pos, err, FL_ERR_QUERY_ALIGNMENT, name);
    FL_TRY(window_length(e->args[1], g->window_args[1], &w->slide, err));
    FL_TRY(window_length(e->args[lengths], g->window_args[lengths], &w->size, err));
    w->kind = name[0] == 'T' ? FL_WINDOW_TUMBLE : name[0] == 'H' ? FL_WINDOW_HOP : FL_WINDOW_SESSION;
    w->proctime = g->window_args[0]->type->attr == FL_ATTR_PROCTIME;
    w->ltz = g->window_args[0]->type->kind == FL_T_TIMESTAMP_LTZ;
    if (w->size > 0 && w->slide > 0) return 0;
    return fl_bind_fail(e->pos, err, FL_ERR_QUERY_GROUP_POSITIVE,
                        w->kind == FL_WINDOW_SESSION ? "SessionWindowAssigner"
                        : w->kind == FL_WINDOW_HOP   ? "Sliding Window"
                                                     : "Tumbling Window",
                        w->kind == FL_WINDOW_HOP ? " and 0 < slide" : "");
}

static int bind_key(fl_expr_ctx *x, fl_group *g, const fl_ast_expr *e, fl_error *err) {
    const char *window = group_function(e);
    fl_expr *key;
    if (window != NULL) return bind_group_window(x, g, window, e, err);
    if (e->kind == FL_AX_ROW && !e->flag) { /* GROUP BY (a, b) */
        for (int i = 0; i < e->n_args; i++) FL_TRY(bind_key(x, g, e->args[i], err));
        return 0;
    }
    FL_TRY(fl_bind_ast(x, e, &key, err));
    for (int i = 0; i < g->n_keys; i++)
        if (fl_expr_equal(g->keys[i], key)) return 0;
    FL_PUSH(x->b->ctx->arena, g->keys, g->n_keys, g->cap_keys, key);
    return 0;
}

static int bind_keys(fl_group *g, const fl_ast_select *s, fl_error *err) {
    fl_expr_ctx x = {.b = g->b, .scope = g->scope, .clause = "GROUP BY"};
    for (int i = 0; i < s->n_group; i++) {
        const fl_ast_group *item = &s->group[i];
        switch (item->kind) {
        case FL_GROUP_EXPR: FL_TRY(bind_key(&x, g, item->expr, err)); break;
        case FL_GROUP_LIST:
            for (int k = 0; k < item->n_items; k++) FL_TRY(bind_key(&x, g, item->items[k].expr, err));
            break;
        case FL_GROUP_EMPTY: break;
        case FL_GROUP_SETS: return fl_bind_fail(item->pos, err, FL_ERR_SESSION_NOT_YET, "GROUPING SETS");
        case FL_GROUP_ROLLUP: return fl_bind_fail(item->pos, err, FL_ERR_SESSION_NOT_YET, "ROLLUP");
        case FL_GROUP_CUBE: return fl_bind_fail(item->pos, err, FL_ERR_SESSION_NOT_YET, "CUBE");
        }
    }
    return 0;
}

/* ---- from the columns below to those of the aggregate ---- */

static int regroup(const fl_group *g, const fl_expr *e, fl_expr **out, fl_error *err) {
    fl_arena *a = g->b->ctx->arena;
    for (int i = 0; i < g->n_keys; i++)
        if (fl_expr_equal(g->keys[i], e)) {
            *out = fl_expr_column(a, i, e->type);
            return 0;
        }
    if (e->kind == FL_EXPR_COLUMN) {
        if (e->column < CALL_BASE) {
            fl_fail(err, FL_ERR_QUERY_NOT_GROUPED, g->scope->rel->cols[e->column].name);
            return fl_error_at(err, e->span);
        }
        int at =
            e->column >= PROP_BASE ? g->n_keys + g->n_calls + e->column - PROP_BASE : g->n_keys + e->column - CALL_BASE;
        *out = fl_expr_column(a, at, e->type);
        return 0;
    }
    fl_expr *copy = FL_NEW(a, fl_expr);
    *copy = *e;
    *out = copy;
    if (e->kind != FL_EXPR_CALL) return 0;
    copy->args = FL_NEW_N(a, fl_expr *, e->n_args);
    for (int i = 0; i < e->n_args; i++) FL_TRY(regroup(g, e->args[i], &copy->args[i], err));
    return 0;
}

/* Columns that the aggregate reads: each expression once. */
typedef struct columns {
    fl_expr **exprs;
    const char **names;
    int n;
} columns;

static int column_for(fl_arena *a, const fl_scope *scope, columns *c, fl_expr *e) {
    for (int i = 0; i < c->n; i++)
        if (fl_expr_equal(c->exprs[i], e)) return i;
    c->names[c->n] = e->kind == FL_EXPR_COLUMN ? scope->rel->cols[e->column].name : fl_arena_printf(a, "$f%d", c->n);
    c->exprs[c->n] = e;
    return c->n++;
}

static fl_rel *make_aggregate(fl_group *g, bool has_ttl) {
    fl_arena *a = g->b->ctx->arena;
    int most = g->n_keys + (FL_AGG_ARGS_MAX + 1) * g->n_calls + 1, n_out = g->n_keys + g->n_calls + g->n_props;
    columns c = {FL_NEW_N(a, fl_expr *, most), FL_NEW_N(a, const char *, most), 0};
    fl_rel_aggregate agg = {
        .n_keys = g->n_keys, .n_calls = g->n_calls, .props = g->props, .n_props = g->n_props, .has_ttl = has_ttl};
    int *keys = FL_NEW_N(a, int, g->n_keys);
    const char **names = FL_NEW_N(a, const char *, n_out);
    agg.keys = keys;
    agg.calls = FL_NEW_N(a, fl_agg_call, g->n_calls);
    for (int i = 0; i < g->n_keys; i++) {
        keys[i] = column_for(a, g->scope, &c, g->keys[i]);
        names[i] = c.names[keys[i]];
    }
    if (g->window_name != NULL) {
        fl_window *w = FL_NEW(a, fl_window);
        *w = g->window;
        w->time_col = column_for(a, g->scope, &c, g->window_args[0]);
        agg.group_window = w;
        agg.legacy = true;
    }
    for (int i = 0; i < g->n_calls; i++) {
        agg.calls[i] = g->calls[i].call;
        for (int k = 0; k < agg.calls[i].n_args; k++)
            if (agg.calls[i].args[k].literal == NULL)
                agg.calls[i].args[k].column = column_for(a, g->scope, &c, g->calls[i].args[k]);
        if (g->calls[i].filter != NULL) agg.calls[i].filter = column_for(a, g->scope, &c, g->calls[i].filter);
        agg.calls[i].name = names[g->n_keys + i] = fl_arena_printf(a, "$a%d", i);
    }
    static const char *const prop_names[] = {"w$start", "w$end", "w$rowtime", "w$proctime"};
    for (int i = 0; i < g->n_props; i++) names[g->n_keys + g->n_calls + i] = prop_names[g->props[i]];
    fl_rel *in = g->scope->rel != NULL ? g->scope->rel : fl_rel_one_row(a);
    return fl_rel_aggregate_new(a, fl_rel_project(a, in, c.exprs, c.names, c.n), &agg, names);
}

/* ---- the query ---- */

int fl_bind_grouped(fl_binder *b, const fl_ast_select *s, const fl_scope *scope, bool has_ttl, fl_rel **out,
                    fl_error *err) {
    fl_arena *a = b->ctx->arena;
    fl_group g = {.b = b, .scope = scope};
    fl_expr_ctx x = {.b = b, .scope = scope, .group = &g, .clause = "SELECT"};
    fl_expr *having = NULL;
    fl_items items = {0};
    FL_TRY(bind_keys(&g, s, err));
    FL_TRY(fl_bind_items(&x, s, &items, err));
    x.clause = "HAVING";
    if (s->having != NULL) FL_TRY(fl_bind_condition(&x, s->having, &having, err));
    fl_rel *rel = make_aggregate(&g, has_ttl);
    rel->span = fl_span_of(s->pos);
    if (having != NULL) {
        FL_TRY(regroup(&g, having, &having, err));
        rel = fl_rel_filter(a, rel, having);
    }
    for (int i = 0; i < items.n; i++) FL_TRY(regroup(&g, items.exprs[i], &items.exprs[i], err));
    *out = fl_rel_project(a, rel, items.exprs, items.names, items.n);
    return 0;
}
