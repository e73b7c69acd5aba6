/* SPDX-License-Identifier: Apache-2.0 */
/* user_function.c -- functions of users: their types, and their calls across the border to Arrow.
 *
 * Example:    SELECT k, f(v) FROM t WHERE v > 0       f: BIGINT → STRING, in geo.so
 * Algorithm:  the rows that are asked for (v > 0) are moved together and handed over as one struct array; what comes
 *             back is checked against the type that the function has named, and put where the rows were.
 * Constants:  a deterministic function is called with one row where all arguments are constant; otherwise constants are
 *             written out, so that a function sees columns only.
 * Instances:  one for each call in a program (fl_kernel_call.cache), opened when the first row comes, closed with the
 *             program.
 */
#include "expr/user_function_int.h"

#include <stdlib.h>

#include "data/arrow.h"
#include "expr/kernel.h"
#include "messages/udf.h"

/* ---- the words of functions ---- */

/* "…" of a function that has failed without a word. */
static const char *words_of(flott_function_error *e) {
    e->message[sizeof e->message - 1] = e->hint[sizeof e->hint - 1] = 0;
    return e->message[0] != 0 ? e->message : "it does not say why";
}

int fl_user_failed(const fl_user_call *c, flott_function_error *why, fl_error *err) {
    fl_fail(err, FL_ERR_UDF_FAILED, c->fn->fn.name, words_of(why));
    return why->hint[0] != 0 ? fl_error_hint(err, "%s", why->hint) : err->code;
}

/* ---- types ---- */

static int parse_type(fl_bind *b, const fl_user_function *f, const char *of, const char *text, const fl_type **out,
                      fl_error *err) {
    size_t used;
    fl_error why;
    fl_str s = fl_str_from(text);
    int rc = fl_type_parse(b->arena, s, false, out, &used, &why);
    if (rc == 0 && fl_str_trim(fl_str_make(s.p + used, s.n - used)).n == 0) return 0;
    return fl_fail(err, FL_ERR_UDF_TYPE, f->fn.name, of, rc < 0 ? why.message : text);
}

static void print_types(fl_buf *out, fl_expr *const *args, int n) {
    for (int i = 0; i < n; i++) {
        if (i > 0) fl_buf_puts(out, ", ");
        fl_type_print(out, args[i]->type, FL_TYPE_SUMMARY);
    }
}

static int refused(const fl_user_function *f, fl_expr *const *args, int n, flott_function_error *e, fl_error *err) {
    fl_buf types;
    fl_buf_init(&types);
    print_types(&types, args, n);
    fl_fail(err, FL_ERR_UDF_REFUSED, f->fn.name, fl_buf_cstr(&types), words_of(e));
    fl_buf_deinit(&types);
    return e->hint[0] != 0 ? fl_error_hint(err, "%s", e->hint) : err->code;
}

static fl_schema schema_of_args(fl_arena *a, fl_expr *const *args, int n) {
    fl_field *fields = FL_NEW_N(a, fl_field, n);
    for (int i = 0; i < n; i++) fields[i] = (fl_field){fl_arena_printf(a, "arg%d", i), args[i]->type, NULL};
    return (fl_schema){n, fields};
}

/* The arguments as the function wants them. */
static int cast_args(fl_bind *b, const fl_user_function *f, const flott_function_types *told, fl_expr **args, int n,
                     fl_error *err) {
    const char *const *types = told->args;
    for (int i = 0; types != NULL && i < FL_MIN(told->n_args, n); i++) {
        const fl_type *type;
        if (types[i] == NULL) continue;
        FL_TRY(parse_type(b, f, "an argument", types[i], &type, err));
        type = fl_type_nullable(b->arena, type, args[i]->type->nullable);
        if (!fl_cast_is_implicit(args[i]->type, type)) {
            fl_fail(err, FL_ERR_UDF_ARGUMENT, f->fn.name, types[i], i + 1,
                    fl_type_name(b->arena, args[i]->type, FL_TYPE_SUMMARY));
            return fl_error_at(err, args[i]->span);
        }
        FL_TRY(fl_expr_cast(b, args[i], type, false, args[i]->span, &args[i], err));
    }
    return 0;
}

static void release_schema(void *schema) {
    struct ArrowSchema *s = schema;
    if (s->release != NULL) s->release(s);
}

/* The columns of a result of this type, and their form at the border: that of `told` if the function has given one. */
static int set_result(fl_bind *b, fl_user_call *c, const fl_type *type, fl_error *err) {
    fl_arena *a = b->arena;
    fl_field *fields;
    bool table = c->fn->impl->kind == FLOTT_FUNCTION_TABLE;
    int n = table && type->kind == FL_T_ROW ? type->n_fields : 1;
    fields = FL_NEW_N(a, fl_field, n);
    if (table && type->kind == FL_T_ROW) {
        for (int i = 0; i < n; i++) fields[i] = type->fields[i];
    } else {
        fields[0] = (fl_field){table ? "EXPR$0" : "result", type, NULL};
    }
    c->result = (fl_schema){n, fields};
    return fl_arrow_export_schema(&c->result, 0, &c->form, err);
}

/* The type behind an Arrow schema, which is released. */
static int type_of_schema(fl_bind *b, const fl_user_function *f, struct ArrowSchema *in, const fl_type **out,
                          fl_error *err) {
    struct ArrowSchema *children[] = {in}, top = {.format = "+s", .name = "", .n_children = 1, .children = children};
    fl_schema read;
    int rc = fl_arrow_import_schema(b->arena, &top, &read, err);
    if (rc < 0) fl_error_prefix(err, FL_AT_UDF_RESULT, f->fn.name);
    if (rc == 0) *out = fl_type_copy(b->arena, read.fields[0].type);
    in->release(in);
    return rc;
}

/* What the function says about a call with these arguments. */
static int ask(const fl_user_function *f, fl_expr *const *args, int n, const fl_schema *schema,
               flott_function_types *out, fl_error *err) {
    struct ArrowSchema form;
    flott_function_error why = {{0}, {0}};
    *out = (flott_function_types){0};
    if (fl_arrow_export_schema(schema, 0, &form, err) < 0) return fl_error_prefix(err, FL_AT_UDF_ARGUMENTS, f->fn.name);
    int rc = f->impl->infer(f->self, &form, out, &why);
    form.release(&form);
    if (rc >= 0) return 0;
    if (out->result_schema.release != NULL) out->result_schema.release(&out->result_schema);
    return refused(f, args, n, &why, err);
}

int fl_user_infer(fl_bind *b, const fl_user_function *f, fl_expr **args, int n, fl_span span, fl_user_call **out,
                  fl_error *err) {
    fl_arena *a = b->arena;
    if (n > FL_USER_ARGS_MAX) {
        fl_fail(err, FL_ERR_UDF_ARGS, f->fn.name, n, FL_USER_ARGS_MAX);
        return fl_error_at(err, span);
    }
    fl_schema given = schema_of_args(a, args, n);
    flott_function_types types;
    const fl_type *result = NULL;
    fl_user_call *c = *out = FL_NEW(a, fl_user_call);
    c->fn = f;
    FL_TRY(ask(f, args, n, &given, &types, err));
    int rc = cast_args(b, f, &types, args, n, err);
    if (rc == 0 && types.result == NULL && types.result_schema.release == NULL)
        rc = fl_fail(err, FL_ERR_UDF_TYPE, f->fn.name, "its result", "there is nothing");
    if (rc == 0 && types.result != NULL) rc = parse_type(b, f, "its result", types.result, &result, err);
    if (types.result_schema.release != NULL) {
        if (rc == 0 && types.result == NULL)
            rc = type_of_schema(b, f, &types.result_schema, &result, err);
        else
            types.result_schema.release(&types.result_schema);
    }
    if (rc == 0) rc = set_result(b, c, result, err);
    if (rc < 0) return fl_error_at(err, span);
    fl_arena_on_free(a, release_schema, &c->form);
    c->args = schema_of_args(a, args, n);
    if (fl_arrow_export_schema(&c->args, 0, &c->args_form, err) < 0) {
        fl_error_prefix(err, FL_AT_UDF_ARGUMENTS, f->fn.name);
        return fl_error_at(err, span);
    }
    fl_arena_on_free(a, release_schema, &c->args_form);
    return 0;
}

/* ---- instances ---- */

int fl_user_open(const fl_user_call *call, fl_user_instance **out, fl_error *err) {
    const fl_user_function *f = call->fn;
    fl_user_instance *x = fl_calloc(1, sizeof *x);
    flott_function_error why = {{0}, {0}};
    bool table = f->impl->kind == FLOTT_FUNCTION_TABLE;
    x->call = call;
    x->instance = f->self;
    x->told = (flott_function_call){&call->args_form, table ? &call->form : call->form.children[0]};
    if (f->impl->open != NULL && f->impl->open(f->self, &x->told, &x->instance, &why) < 0) {
        free(x);
        return fl_user_failed(call, &why, err);
    }
    *out = x;
    return 0;
}

void fl_user_close(fl_user_instance *x) {
    if (x == NULL) return;
    if (x->call->fn->impl->close != NULL) x->call->fn->impl->close(x->instance);
    free(x);
}

/* ---- what comes back ---- */

/* NULL where the type says that there is none. */
static int check_nulls(const fl_user_call *c, const fl_batch *b, fl_error *err) {
    for (int i = 0; i < b->n_cols; i++) {
        const fl_type *t = c->result.fields[i].type;
        const fl_column *col = b->cols[i];
        if (!t->nullable && col->valid != NULL && fl_bitmap_count(col->valid, col->n) < col->n) {
            fl_arena a;
            fl_arena_init(&a);
            fl_fail(err, FL_ERR_UDF_NULL, c->fn->fn.name, fl_type_name(&a, t, FL_TYPE_SUMMARY));
            fl_arena_deinit(&a);
            return err->code;
        }
    }
    return 0;
}

static int import(const fl_user_call *c, const struct ArrowArray *rows, fl_buffer *keep, int64_t at, int n,
                  fl_batch **out, fl_error *err) {
    if (fl_arrow_import_batch(&c->form, rows, keep, &c->result, at, n, out, err) < 0) {
        err->code = FL_E_RUNTIME;
        return fl_error_prefix(err, FL_AT_UDF_RESULT, c->fn->fn.name);
    }
    int rc = check_nulls(c, *out, err);
    if (rc < 0) fl_batch_unref(*out);
    return rc;
}

/* A struct array of one column, which owns it. */
typedef struct wrapped {
    struct ArrowArray child, *children[1];
    const void *buffers[1];
} wrapped;

static void release_wrapped(struct ArrowArray *a) {
    wrapped *w = a->private_data;
    if (w->child.release != NULL) w->child.release(&w->child);
    free(w);
    a->release = NULL;
}

/* Takes `in` over. */
static struct ArrowArray wrap(struct ArrowArray *in) {
    wrapped *w = fl_calloc(1, sizeof *w);
    w->child = *in;
    in->release = NULL;
    w->children[0] = &w->child;
    return (struct ArrowArray){.length = w->child.length,
                               .n_buffers = 1,
                               .buffers = w->buffers,
                               .n_children = 1,
                               .children = w->children,
                               .release = release_wrapped,
                               .private_data = w};
}

int fl_user_hand_over(const fl_user_call *c, fl_batch *args, struct ArrowArray *out, fl_error *err) {
    if (fl_arrow_export_batch(args, &c->args, 0, out, err) == 0) return 0;
    return fl_error_prefix(err, FL_AT_UDF_ARGUMENTS, c->fn->fn.name);
}

/* The answer of eval and eval_table: it is there, or the function says why not. */
static int check_answer(const fl_user_call *c, int rc, struct ArrowArray *result, flott_function_error *why,
                        fl_error *err) {
    if (rc >= 0 && result->release != NULL && result->length >= 0) return 0;
    if (result->release != NULL) result->release(result);
    if (rc >= 0) return fl_fail(err, FL_ERR_UDF_NO_RESULT, c->fn->fn.name);
    return fl_user_failed(c, why, err);
}

/* ---- scalar functions ---- */

int fl_user_take_values(const fl_user_call *c, int rc, struct ArrowArray *result, flott_function_error *why, int n,
                        fl_batch **out, fl_error *err) {
    FL_TRY(check_answer(c, rc, result, why, err));
    if (result->length != n) {
        fl_fail(err, FL_ERR_UDF_LENGTH, c->fn->fn.name, (long long)result->length, n);
        result->release(result);
        return err->code;
    }
    struct ArrowArray top = wrap(result);
    const struct ArrowArray rows = top;
    fl_buffer *keep = fl_arrow_keep(&top);
    rc = import(c, &rows, keep, 0, n, out, err);
    fl_buffer_unref(keep);
    return rc;
}

static int eval(fl_user_instance *x, fl_batch *args, fl_batch **out, fl_error *err) {
    const fl_user_call *c = x->call;
    struct ArrowArray in, result = {0};
    flott_function_error why = {{0}, {0}};
    FL_TRY(fl_user_hand_over(c, args, &in, err));
    int rc = c->fn->impl->eval(x->instance, &in, &result, &why);
    in.release(&in);
    return fl_user_take_values(c, rc, &result, &why, args->n, out, err);
}

/* The result's value k to row rows.sel[k]; rows between get some value. */
static void scatter(fl_column *out, const fl_column *values, fl_rows rows, fl_arena *scratch) {
    int n = out->n;
    out->n = 0;
    if (rows.sel == NULL) {
        fl_column_append_rows(out, values, NULL, n);
        return;
    }
    int32_t *at = fl_arena_zalloc(scratch, sizeof *at * (size_t)n + 4);
    for (int k = 0; k < rows.n; k++) at[rows.sel[k]] = k;
    fl_column_append_indexed(out, values, at, n);
}

static bool all_constant(fl_column *const *in, int n) {
    for (int i = 0; i < n; i++)
        if (!in[i]->constant) return false;
    return true;
}

static int scalar_kernel(FL_KERNEL_ARGS) {
    const fl_user_call *c = call->expr->extra;
    int n_args = call->expr->n_args;
    if (rows.n == 0) {
        int n = out->n;
        out->n = 0;
        fl_column_append_nulls(out, n);
        return 0;
    }
    if (c->fn->impl->deterministic && all_constant(in, n_args)) rows = fl_constant_rows(out, rows);
    fl_user_instance *x = call->cache;
    if (x == NULL) {
        FL_TRY(fl_user_open(c, &x, err));
        call->cache = x;
    }
    fl_batch *args = fl_batch_new(n_args, rows.n), *result;
    for (int i = 0; i < n_args; i++)
        args->cols[i] = rows.sel == NULL && !in[i]->constant && in[i]->n == rows.n
                            ? fl_column_ref(in[i])
                            : fl_column_take(in[i], rows.sel, rows.n);
    int rc = eval(x, args, &result, err);
    fl_batch_unref(args);
    if (rc < 0) return fl_error_at(err, call->expr->span);
    scatter(out, result->cols[0], rows, ev->scratch);
    fl_batch_unref(result);
    return 0;
}

static fl_kernel_fn *scalar_choose(const fl_expr *call) {
    (void)call;
    return scalar_kernel;
}

static int scalar_infer(fl_bind *b, fl_expr *call, fl_error *err) {
    fl_user_call *c;
    FL_TRY(fl_user_infer(b, call->fn->user, call->args, call->n_args, call->span, &c, err));
    call->type = c->result.fields[0].type;
    call->extra = c;
    return 0;
}

static void close_cache(void *cache) { fl_user_close(cache); }

/* ---- table functions ---- */

static int check_origins(const fl_user_call *c, const fl_user_rows *r, int n_args, fl_error *err) {
    const char *name = c->fn->fn.name;
    if (r->n > FL_USER_ROWS_MAX) return fl_fail(err, FL_ERR_UDF_ROWS, name, (long long)r->n, FL_USER_ROWS_MAX);
    if (r->n > 0 && r->origin == NULL) return fl_fail(err, FL_ERR_UDF_NO_RESULT, name);
    for (int64_t i = 0; i < r->n; i++) {
        if (r->origin[i] < 0 || r->origin[i] >= n_args)
            return fl_fail(err, FL_ERR_UDF_ORIGIN, name, (long long)i, r->origin[i], "none");
        if (i > 0 && r->origin[i] < r->origin[i - 1])
            return fl_fail(err, FL_ERR_UDF_ORIGIN, name, (long long)i, r->origin[i], "before that of the row above");
    }
    return 0;
}

int fl_user_table(fl_user_instance *x, fl_batch *args, fl_user_rows *out, fl_error *err) {
    const fl_user_call *c = x->call;
    struct ArrowArray in;
    flott_function_error why = {{0}, {0}};
    *out = (fl_user_rows){0};
    FL_TRY(fl_user_hand_over(c, args, &in, err));
    int rc = c->fn->impl->eval_table(x->instance, &in, &out->array, &out->origin, &why);
    in.release(&in);
    FL_TRY(check_answer(c, rc, &out->array, &why, err));
    struct ArrowArray taken = out->array;
    out->n = taken.length;
    out->keep = fl_arrow_keep(&taken);
    rc = check_origins(c, out, args->n, err);
    if (rc < 0) fl_user_rows_free(out);
    return rc;
}

int fl_user_rows_take(const fl_user_instance *x, const fl_user_rows *rows, int64_t at, int n, fl_batch **out,
                      fl_error *err) {
    return import(x->call, &rows->array, rows->keep, at, n, out, err);
}

void fl_user_rows_free(fl_user_rows *rows) {
    fl_buffer_unref(rows->keep);
    *rows = (fl_user_rows){0};
}

/* ---- making them ---- */

/* The hook that the function's kind needs and that it has not; NULL: none. */
static const char *missing_hook(const flott_function *f) {
    if (f->infer == NULL) return "infer";
    switch (f->kind) {
    case FLOTT_FUNCTION_SCALAR: return f->eval == NULL ? "eval" : NULL;
    case FLOTT_FUNCTION_TABLE: return f->eval_table == NULL ? "eval_table" : NULL;
    case FLOTT_FUNCTION_AGGREGATE:
        return f->create == NULL    ? "create"
               : f->update == NULL  ? "update"
               : f->merge == NULL   ? "merge"
               : f->result == NULL  ? "result"
               : f->encode == NULL  ? "encode"
               : f->decode == NULL  ? "decode"
               : f->discard == NULL ? "discard"
                                    : NULL;
    }
    return "kind";
}

int fl_user_function_new(fl_arena *a, const char *name, const flott_function *impl, void *self,
                         const fl_user_function **out, fl_error *err) {
    if (impl->abi != FLOTT_FUNCTION_ABI)
        return fl_fail(err, FL_ERR_UDF_ABI, name, "its table", impl->abi, (unsigned)FLOTT_FUNCTION_ABI);
    const char *own = impl->name != NULL ? impl->name : name, *missing = missing_hook(impl);
    bool scalar = impl->kind == FLOTT_FUNCTION_SCALAR;
    if (missing != NULL) return fl_fail(err, FL_ERR_UDF_INCOMPLETE, name, own, missing);
    fl_user_function *f = FL_NEW(a, fl_user_function);
    f->impl = impl;
    f->self = self;
    f->fn =
        (fl_function){.name = fl_arena_strdup(a, name),
                      .max_args = -1,
                      .flags = FL_FN_FALLIBLE | FL_FN_COSTLY | FL_FN_USER | (impl->deterministic ? 0 : FL_FN_DYNAMIC),
                      .infer = scalar ? scalar_infer : NULL,
                      .choose = scalar ? scalar_choose : NULL,
                      .signature = name,
                      .doc = impl->doc,
                      .user = f,
                      .close = close_cache};
    if (impl->kind == FLOTT_FUNCTION_AGGREGATE) f->agg = fl_user_aggregate(f);
    *out = f;
    return 0;
}
