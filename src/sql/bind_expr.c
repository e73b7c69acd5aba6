/* SPDX-License-Identifier: Apache-2.0 */
/* bind_expr.c -- expressions of a syntax tree as typed expressions over the columns in scope.
 *
 * Operators and functions are all calls of the registry (expr/expr.h), whose type rules check the arguments. What a
 * grouped query answers itself, aggregates and functions of its window, is asked of fl_group_call first.
 */
#include "sql/binder_int.h"

#include <stdio.h>

#include "data/decimal.h"
#include "messages/function.h"
#include "messages/json.h"
#include "messages/name.h"
#include "messages/query.h"
#include "messages/session.h"
#include "messages/type.h"
#include "messages/udf.h"

fl_binder fl_binder_make(fl_sql_ctx *c) {
    return (fl_binder){.ctx = c,
                       .fns = {.arena = c->arena,
                               .tz = c->tz,
                               .batch = c->batch,
                               .legacy_cast = c->legacy_cast,
                               .database = c->database,
                               .note = c->note,
                               .note_arg = c->note_arg}};
}

static int bind_args(fl_expr_ctx *x, fl_ast_expr *const *args, int n, fl_expr ***out, fl_error *err) {
    *out = FL_NEW_N(x->b->ctx->arena, fl_expr *, n + 1);
    for (int i = 0; i < n; i++) FL_TRY(fl_bind_ast(x, args[i], &(*out)[i], err));
    return 0;
}

/* ---- columns ---- */

/* A field of a row value, by name. */
static int bind_field(fl_expr_ctx *x, fl_expr *row, const char *table, const fl_name *path, int part, fl_expr **out,
                      fl_error *err) {
    const char *field = path->part[part];
    if (row->type->kind != FL_T_ROW && row->type->kind != FL_T_STRUCTURED)
        return fl_bind_fail(path->pos, err, FL_ERR_NAME_NOT_A_ROW, part > 0 ? path->part[part - 1] : "", field);
    const char *names[row->type->n_fields + 1], *near = NULL;
    for (int i = 0; i < row->type->n_fields; i++) {
        names[i] = row->type->fields[i].name;
        if (fl_str_ieq(fl_str_from(names[i]), fl_str_from(field))) near = names[i];
        if (strcmp(names[i], field) != 0) continue;
        fl_value name = {.type = fl_type_string(false), .s = fl_str_from(field)};
        fl_expr *args[2] = {row, fl_expr_literal(x->b->ctx->arena, &name)};
        return fl_bind_call(x, "FIELD", args, 2, path->pos, out, err);
    }
    fl_buf whole;
    fl_buf_init(&whole);
    for (int i = 0; i <= part; i++) fl_buf_printf(&whole, "%s%s", i > 0 ? "." : "", path->part[i]);
    if (near == NULL) near = fl_suggest(field, names, row->type->n_fields);
    fl_bind_fail(path->pos, err, FL_ERR_NAME_NO_SUCH_FIELD, fl_buf_cstr(&whole), table ? table : "",
                 near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    fl_buf_deinit(&whole);
    return err->code;
}

static const char *table_of_column(const fl_scope *s, int column) {
    for (int i = 0; i < s->n_tables; i++)
        if (column >= s->tables[i].first && column < s->tables[i].first + s->tables[i].n) return s->tables[i].alias;
    return NULL;
}

/* PI is a function that needs no parentheses, and comes before any column; in backticks it is none. */
static bool is_pi(const fl_ast_expr *e) {
    return e->name.n == 1 && e->pos.length == 2 && fl_str_iis(fl_str_from(e->name.part[0]), "PI");
}

/* column becomes table.column in the tree. */
static void qualify(fl_expr_ctx *x, const fl_ast_expr *e, int column, int used) {
    fl_name *name = &((fl_ast_expr *)(uintptr_t)e)->name;
    const char *table = table_of_column(x->scope, column), **part;
    if (used > 1 || table == NULL) return;
    part = FL_NEW_N(x->b->ctx->arena, const char *, name->n + 1);
    part[0] = table;
    memcpy(part + 1, name->part, sizeof *part * (size_t)name->n);
    name->part = part;
    name->n++;
}

static int bind_name(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    int column, used;
    if (is_pi(e)) return fl_bind_call(x, "PI", NULL, 0, e->pos, out, err);
    if (e->flag) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_STAR);
    FL_TRY(fl_scope_find(x->scope, &e->name, &column, &used, err));
    *out = fl_rel_ref(x->b->ctx->arena, x->scope->rel, column);
    (*out)->span = fl_span_of(e->pos);
    int in_name = used;
    for (; used < e->name.n; used++)
        FL_TRY(bind_field(x, *out, table_of_column(x->scope, column), &e->name, used, out, err));
    if (x->b->ctx->qualify) qualify(x, e, column, in_name);
    return 0;
}

static int bind_field_of(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    const char *part = fl_arena_strndup(x->b->ctx->arena, e->text.p, e->text.n);
    fl_name path = {.n = 1, .part = &part, .pos = e->pos};
    FL_TRY(fl_bind_ast(x, e->args[0], out, err));
    return bind_field(x, *out, NULL, &path, 0, out, err);
}

/* ---- calls ---- */

/* Kinds of arguments as the refusal of an unknown function names them. */
static void print_family(fl_buf *out, const fl_type *t) {
    if (fl_type_is_numeric(t))
        fl_buf_puts(out, "<NUMERIC>");
    else if (fl_type_is_char(t))
        fl_buf_puts(out, "<CHARACTER>");
    else if (fl_type_is_binary(t))
        fl_buf_puts(out, "<BINARY>");
    else if (fl_type_is_interval(t))
        fl_buf_puts(out, "<DATETIME_INTERVAL>");
    else if (fl_type_is_timestamp(t))
        fl_buf_puts(out, "<TIMESTAMP>");
    else {
        fl_buf_putc(out, '<');
        fl_type_print(out, t, FL_TYPE_BARE);
        fl_buf_putc(out, '>');
    }
}

int fl_bind_check_missing(const char *name, fl_pos pos, fl_error *err) {
    const char *advice;
    if (fl_function_find(fl_str_from(name)) != NULL || !fl_is_function_of_flink(name, &advice)) return 0;
    fl_bind_fail(pos, err, FL_ERR_FUNCTION_NOT_YET, name);
    return advice != NULL ? fl_error_hint(err, FL_HINT_FUNCTION_INSTEAD, advice) : err->code;
}

static int unknown_function(fl_expr_ctx *x, const char *name, fl_expr **args, int n, fl_pos pos, fl_error *err) {
    fl_buf types;
    fl_buf_init(&types);
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(&types, ", ");
        print_family(&types, args[i]->type);
    }
    fl_bind_fail(pos, err, FL_ERR_FUNCTION_UNKNOWN, name, fl_buf_cstr(&types));
    fl_buf_deinit(&types);
    int count = fl_function_count();
    const char **names = FL_NEW_N(x->b->ctx->arena, const char *, count);
    for (int i = 0; i < count; i++) names[i] = fl_function_at(i)->name;
    const char *near = fl_suggest(name, names, count);
    return near != NULL ? fl_error_hint(err, FL_HINT_DID_YOU_MEAN_WORD, near) : err->code;
}

static int no_such_function(fl_expr_ctx *x, const char *name, fl_expr **args, int n, fl_pos pos, fl_error *err) {
    FL_TRY(fl_bind_check_missing(name, pos, err));
    return unknown_function(x, name, args, n, pos, err);
}

int fl_bind_call(fl_expr_ctx *x, const char *name, fl_expr **args, int n, fl_pos pos, fl_expr **out, fl_error *err) {
    const fl_function *fn = fl_function_find(fl_str_from(name));
    if (fn == NULL) return no_such_function(x, name, args, n, pos, err);
    int rc = fl_expr_call(&x->b->fns, fn, args, n, fl_span_of(pos), out, err);
    return rc < 0 ? fl_error_at(err, fl_span_of(pos)) : 0;
}

/* CURRENT_WATERMARK asks for what really is the time attribute, not for a type that still says so. */
static int check_watermark_argument(const fl_expr_ctx *x, const fl_expr *arg, fl_pos pos, fl_error *err) {
    if (arg->kind == FL_EXPR_COLUMN && x->scope->rel->cols[arg->column].attr == FL_ATTR_ROWTIME) return 0;
    return fl_bind_fail(
        pos, err, FL_ERR_FUNCTION_WATERMARK_ARGUMENT,
        fl_type_name(x->b->ctx->arena, fl_type_attr(x->b->ctx->arena, arg->type, FL_ATTR_NONE), FL_TYPE_BARE));
}

static bool is_group_function(const char *name) {
    return fl_str_iis(fl_str_from(name), "TUMBLE") || fl_str_iis(fl_str_from(name), "HOP") ||
           fl_str_iis(fl_str_from(name), "SESSION");
}

/* Functions of group windows that stand where no group window is. */
static int check_window_words(const fl_ast_expr *e, const char *name, fl_error *err) {
    static const char *const suffixes[] = {"_START", "_END", "_ROWTIME", "_PROCTIME"};
    fl_str s = fl_str_from(name);
    if (is_group_function(name)) {
        char upper[8] = {0};
        for (size_t i = 0; i < s.n; i++) upper[i] = (char)(s.p[i] & ~32);
        return fl_bind_fail(e->pos, err, FL_ERR_QUERY_GROUP_FUNCTION, upper);
    }
    for (size_t i = 0; i < FL_ARRAY_LEN(suffixes); i++) {
        size_t n = strlen(suffixes[i]);
        char base[9] = {0};
        if (s.n <= n || s.n - n >= sizeof base || !fl_str_iis(fl_str_make(s.p + s.n - n, n), suffixes[i])) continue;
        memcpy(base, s.p, s.n - n);
        if (!is_group_function(base)) continue;
        fl_bind_fail(e->pos, err, FL_ERR_QUERY_NO_WINDOW, name);
        return fl_error_hint(err, FL_HINT_QUERY_ADD_GROUP_BY, base);
    }
    return 0;
}

/* CURRENT_DATE and its like with an empty pair of parentheses. */
static bool has_needless_parens(const fl_ast_expr *e, const char *name) {
    static const char *const words[] = {"CURRENT_DATE", "CURRENT_TIME", "CURRENT_TIMESTAMP", "LOCALTIME",
                                        "LOCALTIMESTAMP"};
    for (size_t i = 0; i < FL_ARRAY_LEN(words); i++)
        if (fl_str_iis(fl_str_from(name), words[i])) return e->n_args == 0 && !e->no_parens;
    return false;
}

/* The arguments of JSON_OBJECT (clause, name, value, …) or JSON_ARRAY (clause, item, …), of which values and items may
 * be JSON(…), also inside of a CAST. */
static int bind_json_parts(fl_expr_ctx *x, const fl_ast_expr *e, bool object, fl_expr ***out, fl_error *err) {
    *out = FL_NEW_N(x->b->ctx->arena, fl_expr *, e->n_args + 1);
    for (int i = 0, rc; i < e->n_args; i++) {
        const fl_ast_expr *part = e->args[i];
        while (part->kind == FL_AX_CAST) part = part->args[0];
        x->json_part = object && i % 2 == 1 ? NULL : part;
        rc = fl_bind_ast(x, e->args[i], &(*out)[i], err);
        x->json_part = NULL;
        FL_TRY(rc);
    }
    return 0;
}

static int bind_call_args(fl_expr_ctx *x, const fl_ast_expr *e, const char *name, fl_expr ***out, fl_error *err) {
    bool object = fl_str_iis(fl_str_from(name), "JSON_OBJECT"), part = x->json_part == e;
    x->json_part = NULL;
    if (object || fl_str_iis(fl_str_from(name), "JSON_ARRAY")) return bind_json_parts(x, e, object, out, err);
    if (!part && fl_str_iis(fl_str_from(name), "JSON")) return fl_bind_fail(e->pos, err, FL_ERR_JSON_PLACE);
    return bind_args(x, e->args, e->n_args, out, err);
}

/* Functions of Flink 1.20: they come before those of a database. Where one is missing here, a user may fill the gap. */
static bool is_built_in(const char *name) {
    fl_str s = fl_str_from(name);
    const fl_function *fn = fl_function_find(s);
    return fn != NULL ? !(fn->flags & FL_FN_SINCE_2) : fl_agg_find(s) != NULL;
}

/* f becomes catalog.database.f in the tree: what is stored of it means the same wherever the session is. */
static void qualify_function(fl_arena *a, const fl_ast_expr *e, const fl_catalog_function *f) {
    fl_name *name = &((fl_ast_expr *)(uintptr_t)e)->name;
    const char *const path[] = {f->catalog, f->database, f->name};
    name->part = FL_NEW_N(a, const char *, 3);
    memcpy(name->part, path, sizeof path);
    name->n = 3;
}

int fl_bind_find_user(fl_binder *b, const fl_ast_expr *e, const fl_user_function **out, fl_error *err) {
    const fl_sql_ctx *c = b->ctx;
    const fl_catalog_function *f = NULL;
    int rc = 0;
    *out = NULL;
    if (c->function == NULL || e->name.n == 0) return 0;
    if (e->name.n == 1) rc = c->function(c->function_arg, &e->name, NULL, NULL, FL_PLACE_SYSTEM, &f, err);
    if (rc == 0 && f == NULL && (e->name.n > 1 || !is_built_in(e->name.part[0])))
        rc = c->function(c->function_arg, &e->name, b->catalog, b->database, FL_PLACE_CATALOG, &f, err);
    if (rc < 0) return fl_error_at(err, fl_span_of(e->pos));
    if (f == NULL) return 0;
    if (f->catalog != NULL) qualify_function(c->arena, e, f);
    *out = f->opened;
    return 0;
}

/* What only aggregates and calls of other kinds may have. */
static int check_clauses(const fl_ast_expr *e, const char *name, fl_error *err) {
    if (e->filter != NULL) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_FILTER);
    if (e->n_within > 0) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_WITHIN, name);
    if (e->distinct) return fl_bind_fail(e->pos, err, FL_ERR_QUERY_DISTINCT, name);
    return 0;
}

int fl_bind_no_function(fl_binder *b, const fl_scope *scope, const fl_ast_expr *e, fl_error *err) {
    fl_expr_ctx x = {.b = b, .scope = scope, .clause = "FROM"};
    fl_expr **args;
    FL_TRY(bind_args(&x, e->args, e->n_args, &args, err));
    return unknown_function(&x, e->name.part[e->name.n - 1], args, e->n_args, e->pos, err);
}

static int bind_user(fl_expr_ctx *x, const fl_user_function *f, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_expr **args;
    if (f->impl->kind == FLOTT_FUNCTION_AGGREGATE) return fl_bind_aggregate(x, &f->agg, e, out, err);
    if (f->impl->kind == FLOTT_FUNCTION_TABLE)
        return fl_bind_fail(e->pos, err, FL_ERR_UDF_NOT_SCALAR, f->fn.name, f->fn.name);
    FL_TRY(check_clauses(e, f->fn.name, err));
    FL_TRY(bind_args(x, e->args, e->n_args, &args, err));
    int rc = fl_expr_call(&x->b->fns, &f->fn, args, e->n_args, fl_span_of(e->pos), out, err);
    return rc < 0 ? fl_error_at(err, fl_span_of(e->pos)) : 0;
}

static int bind_function(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    const char *name = e->name.part[e->name.n - 1];
    const fl_user_function *user;
    fl_expr **args = NULL;
    if (e->over != NULL) return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET, "OVER windows");
    FL_TRY(fl_bind_find_user(x->b, e, &user, err));
    if (user != NULL) return bind_user(x, user, e, out, err);
    if (e->name.n > 1) return fl_bind_no_function(x->b, x->scope, e, err);
    FL_TRY(fl_group_call(x, e, out, err));
    if (*out != NULL) return 0;
    const fl_agg_function *agg = fl_agg_find(fl_str_from(name));
    if (agg != NULL) return fl_bind_aggregate(x, agg, e, out, err);
    FL_TRY(check_window_words(e, name, err));
    FL_TRY(fl_bind_check_missing(name, e->pos, err));
    FL_TRY(check_clauses(e, name, err));
    if (has_needless_parens(e, name)) return fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_PARENTHESES, name);
    FL_TRY(bind_call_args(x, e, name, &args, err));
    FL_TRY(fl_bind_call(x, name, args, e->n_args, e->pos, out, err));
    if (fl_str_iis(fl_str_from(name), "CURRENT_WATERMARK")) return check_watermark_argument(x, args[0], e->pos, err);
    return 0;
}

/* ---- operators ---- */

/* ROW(…) IS NULL: a row that is made is there, even of bare NULLs that could be in no other row. */
static int bind_row_test(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    const fl_ast_expr *row = e->args[0];
    for (int i = 0; i < row->n_args; i++)
        if (row->args[i]->kind != FL_AX_NULL) FL_TRY(fl_bind_ast(x, row->args[i], out, err));
    *out = fl_expr_int(x->b->ctx->arena, e->op == FL_OP_IS_NOT_NULL, fl_type_of(FL_T_BOOLEAN, false));
    return 0;
}

static bool is_integer(const fl_ast_expr *e) {
    if (e->kind != FL_AX_NUMBER || e->parenthesised) return false;
    for (size_t i = 0; i < e->text.n; i++)
        if (e->text.p[i] < '0' || e->text.p[i] > '9') return false;
    return true;
}

/* The index of an array as it is written; one that is computed has no element if it is less than 1. */
static int check_index(const fl_ast_expr *e, fl_error *err) {
    bool negative = e->kind == FL_AX_OP && e->op == FL_OP_NEGATE;
    const fl_ast_expr *number = negative ? e->args[0] : e;
    int64_t at;
    if (!is_integer(number) || fl_i64_parse(number->text, &at) != FL_NUMBER_OK || (!negative && at > 0)) return 0;
    return fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_INDEX, negative ? "-" : "", (long long)at);
}

static int bind_operator(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_expr **args;
    int n = e->n_args;
    if (e->op == FL_OP_NEGATE && is_integer(e->args[0])) {
        fl_ast_expr number = *e->args[0]; /* the sign is part of it: two numbers are INT and BIGINT only with theirs */
        number.text = fl_str_from(fl_arena_printf(x->b->ctx->arena, "-%.*s", (int)number.text.n, number.text.p));
        number.pos = e->pos;
        return fl_bind_literal(x->b, &number, out, err);
    }
    if ((e->op == FL_OP_IS_NULL || e->op == FL_OP_IS_NOT_NULL) && e->args[0]->kind == FL_AX_ROW)
        return bind_row_test(x, e, out, err);
    while (n > 0 && e->args[n - 1] == NULL) n--; /* LIKE without ESCAPE */
    FL_TRY(bind_args(x, e->args, n, &args, err));
    if (e->op == FL_OP_ITEM && args[0]->type->kind == FL_T_ARRAY) FL_TRY(check_index(e->args[1], err));
    const char *name = e->op == FL_OP_ITEM ? "ITEM" : fl_ast_op_text[e->op];
    if (e->op == FL_OP_MINUS_DATE) {
        name = "MINUS_DATE";
        const char *unit = fl_time_unit_name[e->interval.to != FL_UNIT_NONE ? e->interval.to : e->interval.from];
        fl_value v = {.type = fl_type_string(false), .s = fl_str_from(unit)};
        args[n++] = fl_expr_literal(x->b->ctx->arena, &v);
    }
    if (fl_function_find(fl_str_from(name)) == NULL) /* all of them are Flink's */
        return fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_NOT_YET, name);
    return fl_bind_call(x, name, args, n, e->pos, out, err);
}

static int bind_case(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_arena *a = x->b->ctx->arena;
    fl_expr *value = NULL, **args = FL_NEW_N(a, fl_expr *, e->n_args + 1);
    int first = 0, n = 0;
    if (e->flag) FL_TRY(fl_bind_ast(x, e->args[first++], &value, err));
    for (int i = first; i + 1 < e->n_args; i += 2) {
        FL_TRY(fl_bind_ast(x, e->args[i], &args[n], err));
        if (value != NULL) {
            fl_expr *pair[2] = {value, args[n]};
            FL_TRY(fl_bind_call(x, "=", pair, 2, e->args[i]->pos, &args[n], err));
        } else if (args[n]->type->kind != FL_T_BOOLEAN && args[n]->type->kind != FL_T_NULL) {
            return fl_bind_fail(e->args[i]->pos, err, FL_ERR_QUERY_NOT_BOOLEAN);
        }
        n++;
        FL_TRY(fl_bind_ast(x, e->args[i + 1], &args[n++], err));
    }
    const fl_ast_expr *otherwise = e->args[e->n_args - 1];
    if (otherwise != NULL)
        FL_TRY(fl_bind_ast(x, otherwise, &args[n], err));
    else
        args[n] = fl_expr_null(a, fl_type_of(FL_T_NULL, true));
    return fl_bind_call(x, "CASE", args, n + 1, e->pos, out, err);
}

/* The unit that counts when an expression of an interval type becomes a number: that of its qualifier, which the type
 * does not keep. FL_UNIT_NONE: it has several fields, or nothing tells. */
static fl_time_unit interval_unit(const fl_ast_expr *e) {
    if (e->kind == FL_AX_OP && (e->op == FL_OP_NEGATE || e->op == FL_OP_POSITIVE)) return interval_unit(e->args[0]);
    if (e->kind == FL_AX_OP && (e->op == FL_OP_TIMES || e->op == FL_OP_PLUS || e->op == FL_OP_MINUS)) {
        fl_time_unit x = interval_unit(e->args[0]), y = interval_unit(e->args[1]);
        if (e->op == FL_OP_TIMES) return x != FL_UNIT_NONE ? x : y;
        return x == y ? x : FL_UNIT_NONE;
    }
    bool has_qualifier =
        e->kind == FL_AX_INTERVAL || e->kind == FL_AX_CAST || (e->kind == FL_AX_OP && e->op == FL_OP_MINUS_DATE);
    return has_qualifier && e->interval.to == FL_UNIT_NONE ? e->interval.from : FL_UNIT_NONE;
}

/* CAST(INTERVAL … AS INT): how many whole units it has. */
static int cast_interval_to_number(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr *arg, fl_expr **out, fl_error *err) {
    fl_bind *b = &x->b->fns;
    fl_span span = fl_span_of(e->pos);
    fl_time_unit unit = interval_unit(e->args[0]);
    if (unit == FL_UNIT_NONE)
        return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET,
                            "CAST of an interval of several fields or of unknown unit to a number");
    fl_expr *args[2];
    FL_TRY(fl_expr_cast(b, arg, fl_type_of(FL_T_BIGINT, arg->type->nullable), false, span, &args[0], err));
    if (e->flag) /* TRY_CAST: as it is stored, in milliseconds or months */
        return fl_expr_cast(b, args[0], e->type, true, span, out, err);
    args[1] = fl_expr_int(b->arena, fl_interval_unit_size(unit), fl_type_of(FL_T_BIGINT, false));
    FL_TRY(fl_bind_call(x, "/", args, 2, e->pos, &arg, err));
    return fl_expr_cast(b, arg, fl_type_nullable(b->arena, e->type, arg->type->nullable), e->flag, span, out, err);
}

/* CAST(n AS INTERVAL unit): a number that is written counts units, any other one months or milliseconds. */
static int cast_number_to_interval(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr *arg, fl_expr **out, fl_error *err) {
    fl_bind *b = &x->b->fns;
    bool written = is_integer(e->args[0]) ||
                   (e->args[0]->kind == FL_AX_OP && e->args[0]->op == FL_OP_NEGATE && is_integer(e->args[0]->args[0]));
    if (e->interval.to != FL_UNIT_NONE)
        return fl_bind_fail(e->pos, err, FL_ERR_FUNCTION_CAST_WRITTEN, fl_type_name(b->arena, arg->type, FL_TYPE_BARE),
                            (int)e->text.n, e->text.p);
    if (written) {
        fl_expr *args[2] = {
            arg, fl_expr_int(b->arena, fl_interval_unit_size(e->interval.from), fl_type_of(FL_T_BIGINT, false))};
        FL_TRY(fl_bind_call(x, "*", args, 2, e->pos, &arg, err));
    }
    return fl_expr_cast(b, arg, fl_type_nullable(b->arena, e->type, arg->type->nullable), e->flag, fl_span_of(e->pos),
                        out, err);
}

static int bind_cast(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_expr *arg;
    FL_TRY(fl_bind_ast(x, e->args[0], &arg, err));
    bool from_interval = fl_type_is_interval(arg->type), to_interval = fl_type_is_interval(e->type);
    if (from_interval && (e->type->kind == FL_T_INT || e->type->kind == FL_T_BIGINT || e->type->kind == FL_T_DECIMAL))
        return cast_interval_to_number(x, e, arg, out, err);
    if (to_interval && fl_type_is_integer(arg->type)) return cast_number_to_interval(x, e, arg, out, err);
    const fl_type *type = e->type;
    if (type->kind == FL_T_ROW && (e->flag || arg->type->nullable || arg->type->kind == FL_T_VARIANT))
        type = fl_type_relax(x->b->ctx->arena, type);
    int rc = fl_expr_cast(&x->b->fns, arg, type, e->flag, fl_span_of(e->pos), out, err);
    return rc < 0 ? fl_error_at(err, fl_span_of(e->pos)) : 0;
}

static int bind_in(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_expr **args;
    if (e->query != NULL) return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET, "IN (SELECT …)");
    FL_TRY(bind_args(x, e->args, e->n_args, &args, err));
    return fl_bind_call(x, e->flag ? "NOT IN" : "IN", args, e->n_args, e->pos, out, err);
}

/* INTERVAL x unit with an expression: x times one unit. */
static int bind_interval_of(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    fl_ast_expr one = *e;
    one.text = fl_str_from("1");
    one.n_args = 0;
    fl_expr *args[2];
    FL_TRY(fl_bind_ast(x, e->args[0], &args[0], err));
    FL_TRY(fl_bind_literal(x->b, &one, &args[1], err));
    return fl_bind_call(x, "*", args, 2, e->pos, out, err);
}

static int bind_constructor(fl_expr_ctx *x, const fl_ast_expr *e, const char *name, fl_expr **out, fl_error *err) {
    fl_expr **args;
    if (e->query != NULL) return fl_bind_fail(e->pos, err, FL_ERR_SESSION_SUBQUERY_NOT_YET, name);
    FL_TRY(bind_args(x, e->args, e->n_args, &args, err));
    return fl_bind_call(x, name, args, e->n_args, e->pos, out, err);
}

/* An interval of days to seconds is a value with three digits before its first separator at most. As the length of a
 * window it is none. */
static int check_interval(const fl_expr_ctx *x, const fl_ast_expr *e, fl_error *err) {
    enum { DIGITS_MAX = 3 };
    bool window = strcmp(x->clause, "window") == 0 || strcmp(x->clause, "GROUP BY") == 0;
    bool months = e->interval.from == FL_UNIT_YEAR || e->interval.from == FL_UNIT_MONTH;
    if (window || months || e->interval.precision <= DIGITS_MAX) return 0;
    return fl_bind_fail(e->pos, err, FL_ERR_TYPE_DAY_PRECISION, e->interval.precision);
}

int fl_bind_ast(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    *out = NULL;
    if (e->kind == FL_AX_INTERVAL) FL_TRY(check_interval(x, e, err));
    switch (e->kind) {
    case FL_AX_NUMBER:
    case FL_AX_STRING:
    case FL_AX_BINARY:
    case FL_AX_BOOLEAN:
    case FL_AX_NULL:
    case FL_AX_UNKNOWN:
    case FL_AX_DATE:
    case FL_AX_TIME:
    case FL_AX_TIMESTAMP:
    case FL_AX_SYMBOL: return fl_bind_literal(x->b, e, out, err);
    case FL_AX_INTERVAL: return e->n_args > 0 ? bind_interval_of(x, e, out, err) : fl_bind_literal(x->b, e, out, err);
    case FL_AX_NAME: return bind_name(x, e, out, err);
    case FL_AX_OP: return bind_operator(x, e, out, err);
    case FL_AX_CALL: return bind_function(x, e, out, err);
    case FL_AX_CAST: return bind_cast(x, e, out, err);
    case FL_AX_CASE: return bind_case(x, e, out, err);
    case FL_AX_IN: return bind_in(x, e, out, err);
    case FL_AX_ROW: return bind_constructor(x, e, "ROW", out, err);
    case FL_AX_ARRAY: return bind_constructor(x, e, "ARRAY", out, err);
    case FL_AX_MAP: return bind_constructor(x, e, "MAP", out, err);
    case FL_AX_MULTISET: return bind_constructor(x, e, "MULTISET", out, err);
    case FL_AX_FIELD: return bind_field_of(x, e, out, err);
    case FL_AX_EXISTS: return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET, "EXISTS");
    case FL_AX_SUBQUERY: return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET, "A scalar subquery");
    case FL_AX_QUANTIFIED:
        return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET, "A comparison with SOME, ANY or ALL");
    case FL_AX_TYPE: *out = fl_expr_null(x->b->ctx->arena, e->type); return 0; /* RETURNING: a NULL of the type */
    case FL_AX_NAMED_ARG: return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET, "A named argument");
    case FL_AX_DEFAULT: return fl_bind_fail(e->pos, err, FL_ERR_SESSION_NOT_YET, "DEFAULT as an argument");
    case FL_AX_DESCRIPTOR:
    case FL_AX_TABLE_ARG: return fl_bind_fail(e->pos, err, FL_ERR_QUERY_TABLE_ARGUMENT);
    }
    return 0;
}

/* Flink's planner takes what is compared with itself in a condition for equal, even if it is NULL. */
static fl_expr *without_same_sides(fl_arena *a, fl_expr *e) {
    if (e->kind != FL_EXPR_CALL) return e;
    const char *name = e->fn->name;
    bool equal = strcmp(name, "=") == 0 || strcmp(name, ">=") == 0 || strcmp(name, "<=") == 0;
    bool unequal = strcmp(name, "<>") == 0 || strcmp(name, ">") == 0 || strcmp(name, "<") == 0;
    if ((equal || unequal) && fl_expr_equal(e->args[0], e->args[1]) && fl_expr_deterministic(e))
        return fl_expr_int(a, equal, fl_type_of(FL_T_BOOLEAN, false));
    if (strcmp(name, "AND") != 0 && strcmp(name, "OR") != 0 && strcmp(name, "NOT") != 0) return e;
    fl_expr *copy = FL_NEW(a, fl_expr);
    *copy = *e;
    copy->args = FL_NEW_N(a, fl_expr *, e->n_args);
    for (int i = 0; i < e->n_args; i++) copy->args[i] = without_same_sides(a, e->args[i]);
    return copy;
}

int fl_bind_condition(fl_expr_ctx *x, const fl_ast_expr *e, fl_expr **out, fl_error *err) {
    FL_TRY(fl_bind_ast(x, e, out, err));
    *out = without_same_sides(x->b->ctx->arena, *out);
    if ((*out)->type->kind == FL_T_NULL) *out = fl_expr_null(x->b->ctx->arena, fl_type_of(FL_T_BOOLEAN, true));
    if ((*out)->type->kind == FL_T_BOOLEAN) return 0;
    return fl_bind_fail(e->pos, err, FL_ERR_QUERY_CONDITION, x->clause);
}
