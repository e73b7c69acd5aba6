/* SPDX-License-Identifier: Apache-2.0 */
/* functions_json_make.c -- making JSON texts: JSON_STRING, JSON_OBJECT, JSON_ARRAY, JSON.
 *
 * What:       values of SQL as Jackson prints them. Names are sorted by their UTF-16 units at every depth, and of equal
 *             ones the last counts; decimals lose their zeros: 100.00 is 1E+2; bytes are Base64; timestamps ISO 8601.
 * Raw:        JSON_OBJECT, JSON_ARRAY and JSON as an argument of these functions are part of the result as they are; any
 *             other text, be it of JSON_QUERY or JSON_STRING, is a string in it. JSON stands nowhere else: the binder
 *             sees to that.
 * Refused:    DATE, TIME and intervals, for which Flink has no form, and maps whose keys are no texts.
 * Interface:  the table at the end. Arguments of JSON_OBJECT: the null clause, then names and values in turn; of
 *             JSON_ARRAY: the null clause, then values.
 */
#include <math.h>
#include <stdlib.h>

#include "base/base64.h"
#include "data/json_text.h"
#include "data/variant.h"
#include "expr/functions_int.h"
#include "expr/json.h"
#include "messages/json.h"

/* One text being made. */
typedef struct writer {
    fl_kernel_call *call;
    fl_arena *arena; /* of this row */
    fl_error *err;
    fl_buf out;
} writer;

/* A member of an object: its value is row `row` of a column. */
typedef struct member {
    fl_str name;
    int order; /* as given */
    const fl_column *c;
    int row;
    bool raw;
} member;

static int put_value(writer *w, const fl_column *c, int i, bool raw);

/* ---- scalars ---- */

static void put_quoted(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '"');
    fl_json_escape(out, s, false);
    fl_buf_putc(out, '"');
}

static void put_float(fl_buf *out, const fl_column *c, int i) {
    bool wide = c->phys == FL_P_F64;
    double d = wide ? FL_DATA(c, double)[i] : (double)FL_DATA(c, float)[i];
    if (!isfinite(d)) fl_buf_putc(out, '"');
    if (wide)
        fl_double_print(out, d);
    else
        fl_float_print(out, FL_DATA(c, float)[i]);
    if (!isfinite(d)) fl_buf_putc(out, '"');
}

static void put_bytes(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '"');
    fl_base64_put(out, s);
    fl_buf_putc(out, '"');
}

/* 2024-01-02T03:04:05.12, with a Z for TIMESTAMP_LTZ: the fraction as long as it needs to be. */
static void put_timestamp(fl_buf *out, const fl_column *c, int i) {
    fl_buf_putc(out, '"');
    fl_ts_print_short(out, fl_column_ts(c, i), 'T');
    if (c->type->kind == FL_T_TIMESTAMP_LTZ) fl_buf_putc(out, 'Z');
    fl_buf_putc(out, '"');
}

/* Part of the text as it is. */
static int put_variant(writer *w, const fl_column *c, int i) {
    fl_variant v = fl_variant_of(fl_column_str(c, i));
    return fl_variant_print(&w->out, &v) ? 0 : fl_kernel_fail(w->err, w->call, FL_ERR_VALUE_VARIANT_BAD);
}

/* ---- containers ---- */

/* By UTF-16 units; equal names in their order. */
static int by_name(const void *a, const void *b) {
    const member *x = a, *y = b;
    fl_view p = fl_view_make(x->name.p, (uint32_t)x->name.n), q = fl_view_make(y->name.p, (uint32_t)y->name.n);
    int c = fl_view_cmp_text(&p, &q);
    return c != 0 ? c : x->order - y->order;
}

static int put_object(writer *w, member *members, int n) {
    bool first = true;
    for (int k = 0; k < n; k++) members[k].order = k;
    if (n > 1) qsort(members, (size_t)n, sizeof *members, by_name);
    fl_buf_putc(&w->out, '{');
    for (int k = 0; k < n; k++) {
        if (k + 1 < n && fl_str_eq(members[k].name, members[k + 1].name)) continue;
        if (!first) fl_buf_putc(&w->out, ',');
        first = false;
        put_quoted(&w->out, members[k].name);
        fl_buf_putc(&w->out, ':');
        FL_TRY(put_value(w, members[k].c, members[k].row, members[k].raw));
    }
    fl_buf_putc(&w->out, '}');
    return 0;
}

static int put_map(writer *w, const fl_column *c, int i) {
    const int32_t *offsets = FL_DATA(c, int32_t) + i;
    int n = offsets[1] - offsets[0];
    member *members = FL_NEW_N(w->arena, member, n + 1);
    for (int k = 0; k < n; k++) {
        int e = offsets[0] + k;
        if (fl_column_is_null(c->child[0], e)) return fl_kernel_fail(w->err, w->call, FL_ERR_JSON_NULL_KEY, k);
        members[k] = (member){.name = fl_column_str(c->child[0], e), .c = c->child[1], .row = e};
    }
    return put_object(w, members, n);
}

static int put_row(writer *w, const fl_column *c, int i) {
    member *members = FL_NEW_N(w->arena, member, c->n_children + 1);
    for (int k = 0; k < c->n_children; k++)
        members[k] = (member){.name = fl_str_from(c->type->fields[k].name), .c = c->child[k], .row = i};
    return put_object(w, members, c->n_children);
}

static int put_list(writer *w, const fl_column *c, int i) {
    const int32_t *offsets = FL_DATA(c, int32_t) + i;
    fl_buf_putc(&w->out, '[');
    for (int e = offsets[0]; e < offsets[1]; e++) {
        if (e > offsets[0]) fl_buf_putc(&w->out, ',');
        FL_TRY(put_value(w, c->child[0], e, false));
    }
    fl_buf_putc(&w->out, ']');
    return 0;
}

static int put_value(writer *w, const fl_column *c, int i, bool raw) {
    fl_buf *out = &w->out;
    if (fl_column_is_null(c, i)) {
        fl_buf_puts(out, "null");
        return 0;
    }
    i = fl_column_at(c, i);
    switch (c->type->kind) {
    case FL_T_BOOLEAN: fl_buf_puts(out, fl_bit(c->data, i) ? "true" : "false"); return 0;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT: fl_i64_print(out, fl_column_i64(c, i)); return 0;
    case FL_T_FLOAT:
    case FL_T_DOUBLE: put_float(out, c, i); return 0;
    case FL_T_DECIMAL: fl_decimal_print_java(out, fl_decimal_at(c, i), c->type->scale); return 0;
    case FL_T_CHAR:
    case FL_T_VARCHAR:
        if (raw)
            fl_buf_put_str(out, fl_column_str(c, i));
        else
            put_quoted(out, fl_column_str(c, i));
        return 0;
    case FL_T_BINARY:
    case FL_T_VARBINARY: put_bytes(out, fl_column_str(c, i)); return 0;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: put_timestamp(out, c, i); return 0;
    case FL_T_VARIANT: return put_variant(w, c, i);
    case FL_T_ARRAY: return put_list(w, c, i);
    case FL_T_MAP: return put_map(w, c, i);
    case FL_T_ROW: return put_row(w, c, i);
    default: fl_assert(!"a type that the type rule has let through");
    }
}

/* ---- type rules ---- */

static int check_type(fl_bind *b, const fl_type *t, fl_error *err) {
    switch (t->kind) {
    case FL_T_MAP:
        if (!fl_type_is_char(t->fields[0].type))
            return fl_fail(err, FL_ERR_JSON_KEY_TYPE, fl_type_name(b->arena, t->fields[0].type, FL_TYPE_SUMMARY));
        return check_type(b, t->fields[1].type, err);
    case FL_T_ARRAY:
    case FL_T_ROW:
        for (int i = 0; i < t->n_fields; i++) FL_TRY(check_type(b, t->fields[i].type, err));
        return 0;
    case FL_T_NULL:
    case FL_T_BOOLEAN:
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ:
    case FL_T_VARIANT: return 0;
    default: break;
    }
    if (fl_type_is_numeric(t) || fl_type_is_char(t) || fl_type_is_binary(t)) return 0;
    return fl_fail(err, FL_ERR_JSON_TYPE, fl_type_name(b->arena, t, FL_TYPE_SUMMARY));
}

/* JSON_OBJECT(…) and JSON_ARRAY(…), also folded, cast to a text, or as the first of a COALESCE: they are never NULL.
 * JSON(…), also folded or cast. */
static bool is_raw(const fl_expr *e) {
    if (e->fn == NULL) return false;
    if (strcmp(e->fn->name, "JSON_OBJECT") == 0 || strcmp(e->fn->name, "JSON_ARRAY") == 0) return true;
    if (strcmp(e->fn->name, "JSON") == 0) return true;
    bool passes = strcmp(e->fn->name, "COALESCE") == 0 ||
                  (strcmp(e->fn->name, "CAST") == 0 && fl_type_equal(e->type, e->args[0]->type, false));
    return passes && is_raw(e->args[0]);
}

static int infer_string(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(check_type(b, call->args[0]->type, err));
    return fl_typed(b, call, fl_type_string(true), call->args[0]->type->nullable);
}

static int check_name(fl_bind *b, const fl_expr *call, int arg, fl_error *err) {
    const fl_expr *name = call->args[arg];
    const fl_value *v = fl_expr_value(name);
    if (v != NULL && v->is_null) return fl_fail(err, FL_ERR_JSON_NAME_NULL, call->fn->name);
    if (fl_is_text_arg(call, arg)) return 0;
    return fl_fail(err, FL_ERR_JSON_NAME_TYPE, call->fn->name, fl_type_name(b->arena, name->type, FL_TYPE_SUMMARY));
}

static int infer_make(fl_bind *b, fl_expr *call, fl_error *err) {
    bool object = call->fn->name[5] == 'O';
    bool clause = call->n_args > 0 && fl_str_starts(fl_symbol(call->args[0]), "NULL ON NULL");
    bool absent = call->n_args > 0 && fl_str_starts(fl_symbol(call->args[0]), "ABSENT ON NULL");
    if ((!clause && !absent) || (object && call->n_args % 2 == 0)) return fl_bad_arguments(call, err);
    for (int i = 1, rc = 0; i < call->n_args; i++) {
        if (object && i % 2 == 1)
            rc = check_name(b, call, i, err);
        else
            rc = check_type(b, call->args[i]->type, err);
        if (rc < 0) return fl_error_at(err, call->args[i]->span);
    }
    return fl_typed(b, call, fl_type_string(true), false);
}

/* ---- kernels ---- */

static int put_members(writer *w, fl_column *const *in, int i, bool absent) {
    int n = 0, n_args = w->call->expr->n_args;
    member *members = FL_NEW_N(w->arena, member, n_args / 2 + 1);
    for (int a = 1; a < n_args; a += 2) {
        if (absent && fl_column_is_null(in[a + 1], i)) continue;
        if (fl_column_is_null(in[a], i)) return fl_kernel_fail(w->err, w->call, FL_ERR_JSON_NULL_KEY, n);
        members[n++] = (member){fl_column_str(in[a], i), 0, in[a + 1], i, is_raw(w->call->expr->args[a + 1])};
    }
    return put_object(w, members, n);
}

static int put_items(writer *w, fl_column *const *in, int i, bool absent) {
    int n = 0;
    fl_buf_putc(&w->out, '[');
    for (int a = 1; a < w->call->expr->n_args; a++) {
        if (absent && fl_column_is_null(in[a], i)) continue;
        if (n++ > 0) fl_buf_putc(&w->out, ',');
        FL_TRY(put_value(w, in[a], i, is_raw(w->call->expr->args[a])));
    }
    fl_buf_putc(&w->out, ']');
    return 0;
}

static int make(FL_KERNEL_ARGS) {
    const fl_expr *e = call->expr;
    bool string = e->fn->name[5] == 'S', object = e->fn->name[5] == 'O';
    bool absent = !string && fl_symbol(e->args[0]).p[0] == 'A';
    uint64_t so_far = 0;
    int rc = 0;
    fl_arena arena;
    fl_arena_init(&arena);
    writer w = {.call = call, .arena = &arena, .err = err};
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        fl_buf_reset(&w.out);
        fl_arena_reset(&arena);
        rc = string   ? put_value(&w, in[0], i, is_raw(e->args[0]))
             : object ? put_members(&w, in, i, absent)
                      : put_items(&w, in, i, absent);
        if (rc >= 0) rc = fl_text_grow(&so_far, w.out.n, call, err);
        if (rc >= 0) fl_column_put_str(out, i, fl_str_make(w.out.p, w.out.n));
    }
    fl_buf_deinit(&w.out);
    fl_arena_deinit(&arena);
    return FL_MIN(rc, 0);
}

static fl_kernel_fn *choose(const fl_expr *call FL_UNUSED) { return make; }

/* ---- JSON(text) ---- */

/* A text without anything in it is NULL. */
static int normalise(FL_KERNEL_ARGS) {
    uint64_t so_far = 0;
    int rc = 0;
    fl_arena arena;
    fl_buf b;
    fl_arena_init(&arena);
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        if (fl_str_trim(s).n == 0) {
            fl_kernel_null(out, i);
            continue;
        }
        fl_buf_reset(&b);
        fl_arena_reset(&arena);
        if ((rc = fl_json_normalise(&arena, s, &b, err)) < 0) rc = fl_kernel_failed(err, call);
        if (rc >= 0) rc = fl_text_grow(&so_far, b.n, call, err);
        if (rc >= 0) fl_column_put_str(out, i, fl_buf_str(&b));
    }
    fl_buf_deinit(&b);
    fl_arena_deinit(&arena);
    return FL_MIN(rc, 0);
}

static int infer_json(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_take_texts(b, call, 0, 1, err));
    return fl_typed(b, call, fl_type_string(true), true);
}

static fl_kernel_fn *choose_json(const fl_expr *call FL_UNUSED) { return normalise; }

#define ROW(word, least, most, more_flags, rule, form, text)                                                           \
    {                                                                                                                  \
        .name = word, .min_args = least, .max_args = most, .flags = FL_FN_FALLIBLE | FL_FN_COSTLY | (more_flags),      \
        .infer = rule, .choose = choose, .signature = form, .doc = text                                                \
    }

FL_FUNCTION_TABLE(json_make) = {
    ROW("JSON_STRING", 1, 1, FL_FN_STRICT, infer_string, "JSON_STRING(x)", "The value as a JSON text."),
    ROW("JSON_OBJECT", 1, -1, 0, infer_make, "JSON_OBJECT([[KEY] key VALUE value, …] [{NULL | ABSENT} ON NULL])",
        "A JSON object of names and values, sorted by name."),
    ROW("JSON_ARRAY", 1, -1, 0, infer_make, "JSON_ARRAY([value, …] [{NULL | ABSENT} ON NULL])",
        "A JSON array of the values."),
    {.name = "JSON",
     .min_args = 1,
     .max_args = 1,
     .flags = FL_FN_STRICT | FL_FN_FALLIBLE | FL_FN_COSTLY | FL_FN_SINCE_2,
     .infer = infer_json,
     .choose = choose_json,
     .signature = "'JSON(<CHARACTER>)'",
     .doc = "A JSON text as a part of JSON_OBJECT or JSON_ARRAY, the only places for it. From Flink 2.1 on."},
    {0},
};
