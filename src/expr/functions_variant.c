/* SPDX-License-Identifier: Apache-2.0 */
/* functions_variant.c -- PARSE_JSON, TRY_PARSE_JSON, and v['name'] and v[1] of a VARIANT.
 *
 * What:       a JSON text becomes a VARIANT; TRY_PARSE_JSON gives NULL where PARSE_JSON fails. Of what is inside of one
 *             a member or an item is taken; NULL if it is not there, an error if there can be none: a name needs an
 *             object, a position an array.
 * Paths:      v['a'][1]['b'] is one call with three steps, so that only what is found at its end is copied.
 * Interface:  the table at the end; fl_infer_variant_item for the [] of functions_collection.c. Casts are in
 *             cast_variant.c.
 */
#include "data/variant.h"

#include "expr/functions_int.h"
#include "expr/json.h"

/* ---- PARSE_JSON(s [, allow duplicate keys]) ---- */

static int parse_one(fl_str text, bool last_wins, fl_arena *a, fl_variant_builder *b, fl_str *out, fl_error *err) {
    FL_TRY(fl_json_to_variant(a, text, b, err));
    return fl_variant_finish(b, last_wins, out, err);
}

static int parse_json(FL_KERNEL_ARGS) {
    bool lenient = call->expr->fn->name[0] == 'T';
    uint64_t so_far = 0;
    int rc = 0;
    fl_arena arena;
    fl_variant_builder b;
    fl_arena_init(&arena);
    fl_variant_builder_init(&b);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        bool last_wins = call->expr->n_args > 1 && fl_column_i64(in[1], i);
        fl_str bytes;
        fl_arena_reset(&arena);
        rc = parse_one(fl_view_str(fl_view_at(in[0], i)), last_wins, &arena, &b, &bytes, err);
        if (rc < 0 && lenient) {
            fl_kernel_null(out, i);
            rc = 0;
            continue;
        }
        rc = rc < 0 ? fl_kernel_failed(err, call) : fl_text_grow(&so_far, bytes.n, call, err);
        if (rc >= 0) fl_column_put_str(out, i, bytes);
    }
    fl_variant_builder_deinit(&b);
    fl_arena_deinit(&arena);
    return FL_MIN(rc, 0);
}

static int infer_parse(fl_bind *b, fl_expr *call, fl_error *err) {
    bool lenient = call->fn->name[0] == 'T';
    if (fl_type_is(call->args[0]->type, FL_T_NULL)) FL_TRY(fl_coerce(b, call, 0, fl_type_string(true), err));
    if (call->n_args > 1 && fl_type_is(call->args[1]->type, FL_T_NULL))
        FL_TRY(fl_coerce(b, call, 1, fl_type_of(FL_T_BOOLEAN, true), err));
    if (!fl_is_text_arg(call, 0) || (call->n_args > 1 && call->args[1]->type->kind != FL_T_BOOLEAN))
        return fl_invalid_arguments(call, err);
    return fl_typed(b, call, fl_type_of(FL_T_VARIANT, true), lenient || fl_args_nullable(call));
}

static fl_kernel_fn *choose_parse(const fl_expr *call FL_UNUSED) { return parse_json; }

/* ---- v[…][…] ---- */

static int no_container(const fl_kernel_call *call, const fl_variant *v, bool by_name, fl_error *err) {
    fl_variant_kind k = fl_variant_kind_of(v);
    const char *name = fl_variant_kind_name(k);
    if (k == FL_VARIANT_BAD) return fl_kernel_fail(err, call, FL_ERR_VALUE_VARIANT_BAD);
    return by_name ? fl_kernel_fail(err, call, FL_ERR_VALUE_VARIANT_KEY, name)
                   : fl_kernel_fail(err, call, FL_ERR_VALUE_VARIANT_INDEX, name);
}

/* Takes one step in place; *found is false if nothing is there. */
static int take_step(const fl_kernel_call *call, const fl_column *step, int i, fl_variant *v, bool *found,
                     fl_error *err) {
    bool by_name = fl_type_is_char(step->type);
    if (fl_variant_kind_of(v) != (by_name ? FL_VARIANT_OBJECT : FL_VARIANT_ARRAY))
        return no_container(call, v, by_name, err);
    if (by_name) {
        *found = fl_variant_member(v, fl_view_str(fl_view_at(step, i)), v);
    } else {
        int32_t at = (int32_t)fl_column_i64(step, i); /* Flink cuts a BIGINT to its lower half */
        *found = at > 0 && fl_variant_item(v, at - 1, v);
    }
    return 0;
}

static int variant_item(FL_KERNEL_ARGS) {
    int rc = 0;
    fl_variant_builder b;
    fl_variant_builder_init(&b);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k);
        fl_variant v = fl_variant_of(fl_view_str(fl_view_at(in[0], i)));
        bool found = true;
        for (int a = 1; a < call->expr->n_args && found && rc >= 0; a++)
            rc = take_step(call, in[a], i, &v, &found, err);
        if (rc < 0) break;
        fl_str bytes = found ? fl_variant_extract(&b, &v) : fl_str_from("");
        if (!found)
            fl_kernel_null(out, i);
        else if (bytes.n == 0)
            rc = fl_kernel_fail(err, call, FL_ERR_VALUE_VARIANT_BAD);
        else
            fl_column_put_str(out, i, bytes);
    }
    fl_variant_builder_deinit(&b);
    return FL_MIN(rc, 0);
}

static fl_kernel_fn *choose_item(const fl_expr *call FL_UNUSED) { return variant_item; }

static int infer_path(fl_bind *b, fl_expr *call, fl_error *err);

/* A path: the VARIANT, then its steps. */
static const fl_function variant_path = {
    .name = "ITEM",
    .min_args = 2,
    .max_args = -1,
    .flags = FL_FN_STRICT | FL_FN_FALLIBLE | FL_FN_COSTLY,
    .infer = infer_path,
    .choose = choose_item,
    .signature = "<VARIANT>[<CHARACTER>], <VARIANT>[<INTEGER>]",
    .doc = "The member of a name, or the item at a position, counted from 1.",
};

static int infer_path(fl_bind *b, fl_expr *call, fl_error *err) { return fl_infer_variant_item(b, call, err); }

int fl_infer_variant_item(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_expr *v = call->args[0];
    const fl_type *step = call->args[call->n_args - 1]->type;
    if (!fl_type_is_char(step) && !fl_type_is_integer(step)) return fl_bad_arguments(call, err);
    if (v->kind == FL_EXPR_CALL && v->fn == &variant_path) {
        fl_expr **args = FL_NEW_N(b->arena, fl_expr *, v->n_args + 1);
        memcpy(args, v->args, sizeof *args * (size_t)v->n_args);
        args[v->n_args] = call->args[1];
        call->args = args;
        call->n_args = v->n_args + 1;
    }
    call->fn = &variant_path;
    return fl_typed(b, call, fl_type_of(FL_T_VARIANT, true), true);
}

/* ---- the table ---- */

#define ROW(word, more_flags, form, text)                                                                              \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = 2, .flags = FL_FN_STRICT | FL_FN_COSTLY | (more_flags),               \
        .infer = infer_parse, .choose = choose_parse, .signature = form, .doc = text                                   \
    }

FL_FUNCTION_TABLE(variant) = {
    ROW("PARSE_JSON", FL_FN_FALLIBLE, "PARSE_JSON(json [, allow_duplicate_keys])",
        "The VARIANT that a JSON text tells; of repeated keys the last counts, if they are allowed."),
    ROW("TRY_PARSE_JSON", 0, "TRY_PARSE_JSON(json [, allow_duplicate_keys])",
        "The same, and NULL if the text is no JSON."),
    {0},
};
