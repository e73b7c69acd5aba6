/* SPDX-License-Identifier: Apache-2.0 */
/* functions_json.c -- asking JSON texts: IS JSON, JSON_EXISTS, JSON_VALUE, JSON_QUERY.
 *
 * What:       a path is followed into the text of each row (json.h); what becomes of the outcome is said by the clauses
 *             of the call:
 *
 *                 found nothing (lax)              ON EMPTY
 *                 an exception in Flink            ON ERROR
 *                 an object where a scalar is      lax: ON EMPTY, strict: ON ERROR; so is a scalar for JSON_QUERY
 *                 wanted
 *
 * RETURNING:  nothing is converted but numbers to wider ones: a value of another kind is an error of the row, which is
 *             for ON ERROR. (Flink takes BOOLEAN, INTEGER and DOUBLE only, and dies of a value of another kind.)
 * Arguments:  parse_special.c tells their order. The clauses stay arguments, so that calls that differ in them are
 *             different calls; a type is replaced by its name. What the kernels need is in call->extra.
 * Life:       a literal path is compiled when the call is bound; one of a row is kept until another one comes.
 */
#include "expr/functions_int.h"
#include "expr/json.h"
#include "messages/json.h"

/* ---- settings ---- */

typedef enum behaviour {
    GIVE_NULL,
    GIVE_ERROR,
    GIVE_DEFAULT,
    GIVE_TRUE,
    GIVE_FALSE,
    GIVE_ARRAY,
    GIVE_OBJECT
} behaviour;
typedef enum wrapper { WITHOUT, CONDITIONAL, UNCONDITIONAL } wrapper;

typedef struct clause {
    behaviour what;
    int arg; /* GIVE_DEFAULT: where the value stands */
    bool given;
} clause;

typedef struct settings {
    const fl_json_path *path; /* NULL: it differs from row to row */
    clause empty, error;
    wrapper wrap;
} settings;

/* ---- the search of a row ---- */

typedef struct search {
    fl_kernel_call *call;
    const settings *set;
    fl_column *const *in;
    fl_error *err;
    const fl_json_path *path; /* of the row */
    fl_str path_text;
    fl_arena paths;  /* of a path that is none of the plan's */
    fl_arena values; /* of the row's document */
    fl_buf text;
    uint64_t so_far; /* bytes of text made in this batch */
    fl_json_result result;
} search;

static void search_init(search *s, fl_kernel_call *call, fl_column *const *in, fl_error *err) {
    s->call = call;
    s->set = call->expr->extra;
    s->in = in;
    s->err = err;
    s->path = s->set->path;
    s->path_text = (fl_str){0};
    s->so_far = 0;
    fl_arena_init(&s->paths);
    fl_arena_init(&s->values);
    fl_buf_init(&s->text);
}

static void search_deinit(search *s) {
    fl_buf_deinit(&s->text);
    fl_arena_deinit(&s->values);
    fl_arena_deinit(&s->paths);
}

static int path_of_row(search *s, fl_str text) {
    if (s->set->path != NULL || (s->path != NULL && fl_str_eq(text, s->path_text))) return 0;
    s->path_text = text;
    fl_arena_reset(&s->paths);
    int rc = fl_json_path_compile(&s->paths, text, &s->path, s->err);
    if (rc == FL_E_UNSUPPORTED) rc = s->err->code = FL_E_RUNTIME; /* it is the row that is refused */
    return rc;
}

/* 1: s->result is that of row i; 0: document or path is NULL. */
static int find_row(search *s, int i, bool whole) {
    if (fl_column_is_null(s->in[0], i) || fl_column_is_null(s->in[1], i)) return 0;
    FL_TRY(path_of_row(s, fl_view_str(fl_view_at(s->in[1], i))));
    fl_arena_reset(&s->values);
    FL_TRY(fl_json_find(s->path, fl_view_str(fl_view_at(s->in[0], i)), whole, &s->values, &s->result, s->err));
    return 1;
}

static int explain(search *s) {
    fl_json_fail(s->path, &s->result, s->err);
    return fl_kernel_failed(s->err, s->call);
}

/* ---- IS JSON ---- */

static int is_json(FL_KERNEL_ARGS) {
    char kind = *(const char *)call->expr->extra;
    if (in[0]->constant) rows = fl_constant_rows(out, rows);
    FL_EACH_ROW(rows, i, {
        fl_json_kind k = FL_JSON_NULL;
        int rc = FL_E_RUNTIME;
        if (!fl_column_is_null(in[0], i)) rc = fl_json_check(fl_view_str(fl_view_at(in[0], i)), &k, err);
        if (rc == FL_E_LIMIT) return fl_kernel_failed(err, call);
        bool fits = kind == 'V' || (kind == 'S' && fl_json_is_scalar(k)) || (kind == 'A' && k == FL_JSON_ARRAY) ||
                    (kind == 'O' && k == FL_JSON_OBJECT);
        fl_bit_put(out->data, i, rc == 0 && fits);
    });
    return 0;
}

static int infer_is_json(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    fl_str kind = fl_symbol(call->args[1]);
    if (!fl_is_text_arg(call, 0)) {
        fl_fail(err, FL_ERR_JSON_IS_JSON, (int)kind.n, kind.p,
                fl_type_name(b->arena, call->args[0]->type, FL_TYPE_BARE), (int)kind.n, kind.p, (int)kind.n, kind.p);
        return fl_error_at(err, call->span);
    }
    if (kind.n == 0) return fl_bad_arguments(call, err);
    call->extra = kind.p;
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), false);
}

static int infer_is_not_json(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *e;
    FL_TRY(fl_expr_call_name(b, "IS JSON", call->args, call->n_args, call->span, &e, err));
    FL_TRY(fl_call1(b, "NOT", e, call->span, &e, err));
    return fl_become(call, e);
}

/* ---- clauses ---- */

/* A path that is a literal is compiled here; document and path must be texts. */
static int infer_path(fl_bind *b, fl_expr *call, settings **out, fl_error *err) {
    settings *set = *out = FL_NEW(b->arena, settings);
    call->extra = set;
    for (int i = 0; i < 2; i++) {
        if (fl_type_is(call->args[i]->type, FL_T_NULL)) return fl_refuse_nulls(call, err);
        if (!fl_is_text_arg(call, i)) return fl_bad_arguments(call, err);
    }
    const fl_value *path = fl_expr_value(call->args[1]);
    if (path == NULL || path->is_null) return 0;
    FL_TRY(fl_json_path_compile(b->arena, path->s, &set->path, err));
    if (fl_json_path_is_bad(set->path))
        fl_bind_note(b, fl_arena_printf(b->arena, "%s: each row is a case for ON ERROR: '%.*s' is no path",
                                        call->fn->name, (int)FL_MIN(path->s.n, 200u), path->s.p));
    return 0;
}

/* RETURNING is passed as a NULL of its type: the type is taken, and its name stays. */
static const fl_type *take_type(fl_bind *b, fl_expr *call, int arg) {
    if (arg >= call->n_args || !fl_expr_is_literal(call->args[arg]) || !call->args[arg]->value.is_null) return NULL;
    const fl_type *t = fl_type_nullable(b->arena, call->args[arg]->type, true);
    call->args[arg] = fl_symbol_literal(b->arena, fl_type_name(b->arena, t, FL_TYPE_SUMMARY));
    return t;
}

/* `NULL ON EMPTY` and its like; false if the word is none of the clauses. */
static bool read_clause(settings *set, fl_str word, int arg) {
    static const char *const words[] = {[GIVE_NULL] = "NULL ON ",
                                        [GIVE_ERROR] = "ERROR ON ",
                                        [GIVE_DEFAULT] = "DEFAULT ON ",
                                        [GIVE_TRUE] = "TRUE",
                                        [GIVE_FALSE] = "FALSE",
                                        [GIVE_ARRAY] = "EMPTY ARRAY ON ",
                                        [GIVE_OBJECT] = "EMPTY OBJECT ON "};
    for (int w = 0; w < (int)FL_ARRAY_LEN(words); w++) {
        if (!fl_str_starts(word, words[w])) continue;
        bool empty = word.p[word.n - 1] == 'Y';
        clause *c = empty ? &set->empty : &set->error;
        if (!c->given) *c = (clause){.what = (behaviour)w, .arg = arg, .given = true};
        return true;
    }
    return false;
}

/* ---- JSON_EXISTS ---- */

static int exists(FL_KERNEL_ARGS) {
    search s;
    int rc = 0;
    search_init(&s, call, in, err);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        if ((rc = find_row(&s, i, false)) < 0) break;
        bool failed = rc > 0 && s.result.outcome == FL_JSON_FAILED, yes = false;
        if (failed && s.set->error.what == GIVE_ERROR) rc = explain(&s);
        if (rc > 0) yes = failed ? s.set->error.what == GIVE_TRUE : s.result.outcome == FL_JSON_FOUND;
        fl_bit_put(out->data, i, yes);
        if (rc == 0 || (failed && s.set->error.what == GIVE_NULL)) fl_kernel_null(out, i);
    }
    search_deinit(&s);
    return FL_MIN(rc, 0);
}

static int infer_exists(fl_bind *b, fl_expr *call, fl_error *err) {
    settings *set;
    FL_TRY(infer_path(b, call, &set, err));
    fl_str word = call->n_args > 2 ? fl_symbol(call->args[2]) : fl_str_from("FALSE");
    if (fl_str_is(word, "ERROR"))
        set->error.what = GIVE_ERROR;
    else if (fl_str_is(word, "UNKNOWN"))
        set->error.what = GIVE_NULL;
    else if (!read_clause(set, word, 0))
        return fl_bad_arguments(call, err);
    return fl_typed(b, call, fl_type_of(FL_T_BOOLEAN, true), true);
}

/* ---- JSON_VALUE ---- */

/* A text cut, or filled with blanks, to what its type holds. */
static void put_fitted(fl_column *out, int i, fl_str text, const fl_type *t) {
    char small[FL_VIEW_INLINE];
    size_t blanks = 0;
    if (t->length < FL_LENGTH_MAX) {
        int64_t n = fl_utf8_count(text.p, text.n);
        if (n > t->length) text.n = (size_t)(fl_utf8_skip(text.p, text.p + text.n, t->length) - text.p);
        if (n < t->length && t->kind == FL_T_CHAR) blanks = (size_t)(t->length - n);
    }
    char *to = fl_text_room(out, text.n + blanks, small);
    memcpy(to, text.p, text.n);
    memset(to + text.n, ' ', blanks);
    fl_put_slice(out, i, to, text.n + blanks);
}

static bool put_integer(fl_column *out, int i, fl_str number) {
    int64_t x;
    if (fl_i64_parse(number, &x) != FL_NUMBER_OK) return false;
    switch (out->phys) {
    case FL_P_I8: FL_DATA(out, int8_t)[i] = (int8_t)x; return x == (int8_t)x;
    case FL_P_I16: FL_DATA(out, int16_t)[i] = (int16_t)x; return x == (int16_t)x;
    case FL_P_I32: FL_DATA(out, int32_t)[i] = (int32_t)x; return x == (int32_t)x;
    default: FL_DATA(out, int64_t)[i] = x; return true;
    }
}

/* A scalar as Java's toString gives it. */
static fl_str scalar_text(search *s, const fl_json_node *v) {
    if (v->kind == FL_JSON_STRING || v->kind == FL_JSON_INT) return v->text;
    fl_buf_reset(&s->text);
    fl_json_print_scalar(&s->text, v);
    return fl_buf_str(&s->text);
}

/* Writes a scalar, whose text is given too, as a value of the column's type; false if it is of another kind, or too
 * large. */
static bool put_scalar(const search *s, fl_column *out, int i, const fl_json_node *v, fl_str text) {
    const fl_type *t = s->call->expr->type;
    bool number = v->kind == FL_JSON_INT || v->kind == FL_JSON_FLOAT;
    double d = v->d;
    fl_i128 x = 0;
    switch (t->kind) {
    case FL_T_BOOLEAN:
        fl_bit_put(out->data, i, v->kind == FL_JSON_TRUE);
        return v->kind == FL_JSON_TRUE || v->kind == FL_JSON_FALSE;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT: return v->kind == FL_JSON_INT && put_integer(out, i, text);
    case FL_T_FLOAT:
    case FL_T_DOUBLE:
        if (!number || (v->kind == FL_JSON_INT && !fl_double_parse(text, &d))) return false;
        if (out->phys == FL_P_F32)
            FL_DATA(out, float)[i] = (float)d;
        else
            FL_DATA(out, double)[i] = d;
        return true;
    case FL_T_DECIMAL:
        if (!number || fl_decimal_parse(text, t->precision, t->scale, &x) != FL_NUMBER_OK) return false;
        fl_decimal_put(out, i, x);
        return true;
    default: put_fitted(out, i, text, t); return true;
    }
}

/* Row i becomes that of a column of the same layout. */
static void put_default(fl_column *out, int i, const fl_column *from) {
    int at = fl_column_at(from, i), size = fl_phys_size(out->phys);
    if (fl_column_is_null(from, i))
        fl_kernel_null(out, i);
    else if (out->phys == FL_P_VIEW)
        fl_column_put_str(out, i, fl_column_str(from, i));
    else if (out->phys == FL_P_BOOL)
        fl_bit_put(out->data, i, fl_bit(from->data, at));
    else
        memcpy((char *)out->data + (size_t)i * (size_t)size, (const char *)from->data + (size_t)at * (size_t)size,
               (size_t)size);
}

static int give_empty(search *s, fl_column *out, int i) {
    const clause *c = &s->set->empty;
    if (c->what == GIVE_ERROR)
        return fl_kernel_fail(s->err, s->call, FL_ERR_JSON_EMPTY_RESULT, s->call->expr->fn->name);
    if (c->what == GIVE_DEFAULT)
        put_default(out, i, s->in[c->arg]);
    else
        fl_kernel_null(out, i);
    return 0;
}

/* What the clause ON ERROR gives, if that is no error. */
static int give_error(search *s, fl_column *out, int i) {
    if (s->set->error.what == GIVE_DEFAULT)
        put_default(out, i, s->in[s->set->error.arg]);
    else
        fl_kernel_null(out, i);
    return 0;
}

static int value_of_row(search *s, fl_column *out, int i) {
    int rc = find_row(s, i, false);
    if (rc <= 0) {
        fl_kernel_null(out, i);
        return rc;
    }
    bool scalar = s->result.outcome == FL_JSON_FOUND && fl_json_is_scalar(s->result.value.kind);
    bool fatal = s->set->error.what == GIVE_ERROR;
    if (s->result.outcome == FL_JSON_FAILED) return fatal ? explain(s) : give_error(s, out, i);
    if (s->result.outcome == FL_JSON_NOTHING || (!scalar && fl_json_path_is_lax(s->path))) return give_empty(s, out, i);
    const fl_str text = scalar ? scalar_text(s, &s->result.value) : (fl_str){0};
    if (scalar && put_scalar(s, out, i, &s->result.value, text))
        return fl_text_grow(&s->so_far, text.n, s->call, s->err);
    if (!fatal) return give_error(s, out, i);
    if (scalar) return fl_kernel_fail(s->err, s->call, FL_ERR_JSON_CAST, (int)FL_MIN(text.n, (size_t)100), text.p);
    bool array = s->result.value.kind == FL_JSON_ARRAY;
    return fl_kernel_fail(s->err, s->call, FL_ERR_JSON_NOT_SCALAR, array ? "[…]" : "{…}");
}

static int json_value(FL_KERNEL_ARGS) {
    search s;
    int rc = 0;
    search_init(&s, call, in, err);
    for (int k = 0; k < rows.n && rc >= 0; k++) rc = value_of_row(&s, out, fl_row_at(rows, k));
    search_deinit(&s);
    return FL_MIN(rc, 0);
}

static int refuse_returning(fl_bind *b, const fl_expr *call, const fl_type *t, fl_error *err) {
    fl_fail(err, FL_ERR_JSON_RETURNING, fl_type_name(b->arena, t, FL_TYPE_BARE), call->fn->name);
    return fl_error_at(err, call->span);
}

static bool is_scalar_type(const fl_type *t) {
    return fl_type_is_numeric(t) || fl_type_is_char(t) || t->kind == FL_T_BOOLEAN;
}

/* What is no text is searched as Java's toString has it: a TIMESTAMP or DECIMAL as the text that it is. That of ARRAY,
 * MAP, ROW and bytes begins with a name, and is no JSON: here with that of the type. */
static int document_as_text(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_expr *e = call->args[0], *unknown;
    if (fl_type_is_timestamp(e->type) || e->type->kind == FL_T_DECIMAL)
        return fl_coerce(b, call, 0, fl_type_string(true), err);
    if (e->type->n_fields == 0 && !fl_type_is_binary(e->type)) return 0;
    fl_expr *name = fl_symbol_literal(b->arena, fl_type_name(b->arena, e->type, FL_TYPE_BARE));
    FL_TRY(fl_call1(b, "IS NULL", e, e->span, &unknown, err));
    return fl_call3(b, "CASE", unknown, fl_expr_null(b->arena, fl_type_string(true)), name, e->span, &call->args[0],
                    err);
}

static int infer_value(fl_bind *b, fl_expr *call, fl_error *err) {
    settings *set;
    FL_TRY(document_as_text(b, call, err));
    FL_TRY(infer_path(b, call, &set, err));
    const fl_type *t = take_type(b, call, 2);
    int i = t != NULL ? 3 : 2;
    if (t == NULL) t = fl_type_string(true);
    if (!is_scalar_type(t)) return refuse_returning(b, call, t, err);
    for (; i < call->n_args; i++) {
        fl_str word = fl_symbol(call->args[i]);
        bool value_follows = fl_str_starts(word, "DEFAULT ");
        if (!read_clause(set, word, i + 1) || (value_follows && i + 1 == call->n_args))
            return fl_bad_arguments(call, err);
        if (value_follows) FL_TRY(fl_coerce(b, call, ++i, t, err));
    }
    return fl_typed(b, call, t, true);
}

/* ---- JSON_QUERY ---- */

static int fail_query(search *s, bool empty) {
    if (empty) return fl_kernel_fail(s->err, s->call, FL_ERR_JSON_EMPTY_RESULT, s->call->expr->fn->name);
    if (s->result.outcome == FL_JSON_FAILED) return explain(s);
    fl_buf_reset(&s->text);
    fl_json_print(&s->text, &s->result.value);
    return fl_kernel_fail(s->err, s->call, FL_ERR_JSON_SCALAR, (int)FL_MIN(s->text.n, (size_t)100), s->text.p);
}

/* What the row gives: a tree, or NULL for NULL. */
static int query_row(search *s, int i, const fl_json_node **out) {
    static const fl_json_node array = {.kind = FL_JSON_ARRAY}, object = {.kind = FL_JSON_OBJECT};
    const clause *c = &s->set->error;
    int rc = find_row(s, i, true);
    *out = NULL;
    if (rc <= 0) return rc;
    fl_json_node *v = &s->result.value;
    bool found = s->result.outcome == FL_JSON_FOUND;
    if (found && (s->set->wrap == UNCONDITIONAL || (s->set->wrap == CONDITIONAL && v->kind != FL_JSON_ARRAY))) {
        fl_json_node *item = FL_NEW(&s->values, fl_json_node);
        *item = *v;
        *v = (fl_json_node){.kind = FL_JSON_ARRAY, .n = 1, .items = item};
    }
    bool scalar = found && fl_json_is_scalar(v->kind), array_wanted = s->call->expr->type->kind == FL_T_ARRAY;
    if (found && !scalar && (v->kind == FL_JSON_ARRAY || !array_wanted)) {
        *out = v;
        return 0;
    }
    bool empty = s->result.outcome == FL_JSON_NOTHING || (scalar && fl_json_path_is_lax(s->path));
    if (empty) c = &s->set->empty;
    if (c->what == GIVE_ERROR) return fail_query(s, empty);
    *out = c->what == GIVE_ARRAY ? &array : c->what == GIVE_OBJECT ? &object : NULL;
    return 0;
}

static int query_text(FL_KERNEL_ARGS) {
    search s;
    const fl_json_node *v;
    int rc = 0;
    search_init(&s, call, in, err);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        if ((rc = query_row(&s, i, &v)) < 0) break;
        if (v == NULL) {
            fl_kernel_null(out, i);
            continue;
        }
        fl_buf_reset(&s.text);
        fl_json_print(&s.text, v);
        rc = fl_text_grow(&s.so_far, s.text.n, call, err);
        if (rc == 0) put_fitted(out, i, fl_buf_str(&s.text), call->expr->type);
    }
    search_deinit(&s);
    return FL_MIN(rc, 0);
}

static int append_items(search *s, fl_column *texts, const fl_json_node *array) {
    for (int e = 0; e < array->n; e++) {
        const fl_json_node *v = &array->items[e];
        fl_buf_reset(&s->text);
        if (v->kind == FL_JSON_NULL) {
            fl_column_append_null(texts);
            continue;
        }
        if (fl_json_is_scalar(v->kind))
            fl_json_print_scalar(&s->text, v);
        else
            fl_json_print(&s->text, v);
        FL_TRY(fl_text_grow(&s->so_far, s->text.n + sizeof(fl_view), s->call, s->err));
        fl_column_append_str(texts, fl_buf_str(&s->text));
    }
    return 0;
}

static int query_array(FL_KERNEL_ARGS) {
    search s;
    int rc = 0;
    search_init(&s, call, in, err);
    FL_EACH_NESTED_ROW(out, rows, i, {
        const fl_json_node *v = NULL;
        if (rc >= 0) rc = query_row(&s, i, &v);
        if (rc >= 0 && v != NULL) rc = append_items(&s, out->child[0], v);
        if (v == NULL)
            fl_column_append_null(out);
        else
            fl_column_append_nested(out);
    });
    search_deinit(&s);
    return FL_MIN(rc, 0);
}

static int refuse_object(fl_bind *b, const fl_expr *call, const char *when, fl_error *err) {
    fl_fail(err, FL_ERR_JSON_EMPTY_OBJECT, when, fl_type_name(b->arena, call->type, FL_TYPE_BARE));
    return fl_error_at(err, call->span);
}

static int infer_query(fl_bind *b, fl_expr *call, fl_error *err) {
    settings *set;
    FL_TRY(document_as_text(b, call, err));
    FL_TRY(infer_path(b, call, &set, err));
    const fl_type *t = take_type(b, call, 2);
    int i = t != NULL ? 3 : 2;
    if (t == NULL) t = fl_type_string(true);
    bool array = t->kind == FL_T_ARRAY && fl_type_is(fl_type_element(t), FL_T_VARCHAR) &&
                 fl_type_element(t)->length == FL_LENGTH_MAX;
    if (!array && !fl_type_is_char(t)) return refuse_returning(b, call, t, err);
    if (call->n_args != i + 3) return fl_bad_arguments(call, err);
    fl_str wrap = fl_symbol(call->args[i]);
    set->wrap = fl_str_starts(wrap, "WITHOUT")            ? WITHOUT
                : fl_str_starts(wrap, "WITH CONDITIONAL") ? CONDITIONAL
                                                          : UNCONDITIONAL;
    for (int k = i + 1; k < i + 3; k++)
        if (!read_clause(set, fl_symbol(call->args[k]), 0)) return fl_bad_arguments(call, err);
    FL_TRY(fl_typed(b, call, t, true));
    if (array && set->empty.what == GIVE_OBJECT) return refuse_object(b, call, "empty", err);
    return array && set->error.what == GIVE_OBJECT ? refuse_object(b, call, "error", err) : 0;
}

/* ---- the table ---- */

static fl_kernel_fn *choose_is_json(const fl_expr *call FL_UNUSED) { return is_json; }
static fl_kernel_fn *choose_exists(const fl_expr *call FL_UNUSED) { return exists; }
static fl_kernel_fn *choose_value(const fl_expr *call FL_UNUSED) { return json_value; }
static fl_kernel_fn *choose_query(const fl_expr *call) {
    return call->type->kind == FL_T_ARRAY ? query_array : query_text;
}

#define ROW(word, least, most, more_flags, rule, kernel, form, text)                                                   \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = FL_FN_FALLIBLE | FL_FN_COSTLY | (more_flags),      \
        .infer = infer_##rule, .choose = choose_##kernel, .signature = form, .doc = text                               \
    }

FL_FUNCTION_TABLE(json) = {
    ROW("IS JSON", 2, 2, FL_FN_OPERATOR, is_json, is_json, "'<CHARACTER> IS JSON [VALUE | SCALAR | ARRAY | OBJECT]'",
        "The text is JSON, of the kind that is named."),
    ROW("IS NOT JSON", 2, 2, FL_FN_OPERATOR, is_not_json, is_json,
        "'<CHARACTER> IS NOT JSON [VALUE | SCALAR | ARRAY | OBJECT]'", "The text is no JSON, or none of that kind."),
    ROW("JSON_EXISTS", 2, 3, 0, exists, exists, "JSON_EXISTS(json, path [{TRUE | FALSE | UNKNOWN | ERROR} ON ERROR])",
        "The path finds something in the text."),
    ROW("JSON_VALUE", 2, -1, 0, value, value,
        "JSON_VALUE(json, path [RETURNING type] [{NULL | ERROR | DEFAULT value} ON EMPTY] "
        "[{NULL | ERROR | DEFAULT value} ON ERROR])",
        "The scalar that a path finds in a JSON text."),
    ROW("JSON_QUERY", 2, 6, 0, query, query,
        "JSON_QUERY(json, path [RETURNING {STRING | ARRAY<STRING>}] [WITHOUT | WITH [CONDITIONAL] [ARRAY] WRAPPER] "
        "[{NULL | ERROR | EMPTY ARRAY | EMPTY OBJECT} ON EMPTY] [… ON ERROR])",
        "The array or object that a path finds in a JSON text."),
    {0},
};
