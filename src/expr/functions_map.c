/* SPDX-License-Identifier: Apache-2.0 */
/* functions_map.c -- functions of maps, and those that take a text apart into a collection: MAP_KEYS, MAP_VALUES,
 * MAP_ENTRIES, MAP_FROM_ARRAYS, MAP_UNION, SPLIT.
 *
 * Interface:  the table at the end.
 */
#include "expr/functions_int.h"

#include "messages/function.h"
#include "messages/value.h"

/* ---- MAP_KEYS MAP_VALUES MAP_ENTRIES ---- */

static int kernel_map_part(FL_KERNEL_ARGS) {
    int part = call->expr->fn->name[4] == 'V';
    FL_EACH_NESTED_ROW(out, rows, i, {
        const int32_t *offsets = FL_DATA(in[0], int32_t) + fl_column_at(in[0], i);
        for (int e = offsets[0]; e < offsets[1]; e++) fl_column_append_from(out->child[0], in[0]->child[part], e);
        fl_column_append_nested(out);
    });
    return 0;
}

static int kernel_map_entries(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        const int32_t *offsets = FL_DATA(in[0], int32_t) + fl_column_at(in[0], i);
        fl_column *row = out->child[0];
        for (int e = offsets[0]; e < offsets[1]; e++) {
            for (int part = 0; part < 2; part++) fl_column_append_from(row->child[part], in[0]->child[part], e);
            fl_column_append_nested(row);
        }
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_map_part(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    const fl_type *t = call->args[0]->type, *element;
    if (t->kind != FL_T_MAP) return fl_invalid_arguments(call, err);
    switch (call->fn->name[4]) {
    case 'K': element = t->fields[0].type; break;
    case 'V': element = t->fields[1].type; break;
    default: {
        fl_field *fields = FL_NEW_N(b->arena, fl_field, 2);
        fields[0] = (fl_field){.name = "key", .type = t->fields[0].type};
        fields[1] = (fl_field){.name = "value", .type = t->fields[1].type};
        element = fl_type_row(b->arena, fields, 2, true);
    }
    }
    return fl_typed(b, call, fl_type_array(b->arena, element, true), t->nullable);
}

/* ---- MAP_FROM_ARRAYS(keys, values) ---- */

/* Of equal keys the first has the place and the last the value, as in a java.util.HashMap. */

/* The last of the keys [from, to) that equals the one at `what`, or -1. */
static int find_key(const fl_column *keys, int what, int from, int to) {
    bool null = fl_column_is_null(keys, what);
    for (int e = to - 1; e >= from; e--)
        if (fl_column_is_null(keys, e) ? null : !null && fl_column_equal_at(keys, what, keys, e)) return e;
    return -1;
}

static int kernel_from_arrays(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        const int32_t *keys = FL_DATA(in[0], int32_t) + fl_column_at(in[0], i);
        const int32_t *values = FL_DATA(in[1], int32_t) + fl_column_at(in[1], i);
        int n = keys[1] - keys[0];
        if (n != values[1] - values[0])
            return fl_kernel_fail(err, call, FL_ERR_VALUE_MAP_ARRAYS, n, values[1] - values[0]);
        for (int e = 0; e < n; e++) {
            if (find_key(in[0]->child[0], keys[0] + e, keys[0], keys[0] + e) >= 0) continue;
            int last = find_key(in[0]->child[0], keys[0] + e, keys[0] + e, keys[1]);
            fl_column_append_from(out->child[0], in[0]->child[0], keys[0] + e);
            fl_column_append_from(out->child[1], in[1]->child[0], values[0] + last - keys[0]);
        }
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_from_arrays(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = 0; i < 2; i++)
        if (call->args[i]->type->kind != FL_T_ARRAY) return fl_invalid_arguments(call, err);
    const fl_type *key = fl_type_element(call->args[0]->type), *value = fl_type_element(call->args[1]->type);
    return fl_typed(b, call, fl_type_map(b->arena, key, value, true), fl_args_nullable(call));
}

/* ---- MAP_UNION(map, …) ---- */

/* A later map among the arguments has this key. */
static bool is_replaced(fl_column *const *in, int n_maps, int map, int e, int i) {
    const fl_column *keys = in[map]->child[0];
    for (int m = map + 1; m < n_maps; m++) {
        const int32_t *offsets = FL_DATA(in[m], int32_t) + fl_column_at(in[m], i);
        for (int other = offsets[0]; other < offsets[1]; other++) {
            bool x = fl_column_is_null(keys, e), y = fl_column_is_null(in[m]->child[0], other);
            if (x ? y : !y && fl_column_equal_at(keys, e, in[m]->child[0], other)) return true;
        }
    }
    return false;
}

/* The entries of the last map come first, as in Flink: who lists them sees it. */
static int kernel_union(FL_KERNEL_ARGS) {
    int n_maps = call->expr->n_args;
    FL_EACH_NESTED_ROW(out, rows, i, {
        for (int m = n_maps - 1; m >= 0; m--) {
            const int32_t *offsets = FL_DATA(in[m], int32_t) + fl_column_at(in[m], i);
            for (int e = offsets[0]; e < offsets[1]; e++) {
                if (is_replaced(in, n_maps, m, e, i)) continue;
                for (int part = 0; part < 2; part++) fl_column_append_from(out->child[part], in[m]->child[part], e);
            }
        }
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_union(fl_bind *b, fl_expr *call, fl_error *err) {
    const fl_type **types = FL_NEW_N(b->arena, const fl_type *, call->n_args);
    FL_TRY(fl_refuse_nulls(call, err));
    for (int i = 0; i < call->n_args; i++) {
        types[i] = call->args[i]->type;
        if (types[i]->kind == FL_T_MAP) continue;
        fl_fail(err, FL_ERR_FUNCTION_NOT_MAPS);
        return fl_error_at(err, call->args[i]->span);
    }
    bool nullable = fl_args_nullable(call);
    const fl_type *t = fl_type_merged(b->arena, types, call->n_args);
    if (t == NULL) return fl_fail(err, FL_ERR_FUNCTION_NO_COMMON_TYPE, call->fn->name);
    FL_TRY(fl_coerce_from(b, call, 0, t, err));
    return fl_typed(b, call, t, nullable);
}

/* ---- SPLIT(text, delimiter) ---- */

/* With an empty delimiter every character is a piece; an empty text has none. */
static void append_pieces(fl_column *pieces, fl_str s, fl_str delimiter) {
    const char *p = s.p, *end = s.p + s.n;
    for (bool more = s.n > 0; more;) {
        const char *cut = NULL, *next = end;
        if (delimiter.n > 0) {
            cut = fl_str_find(fl_str_make(p, (size_t)(end - p)), delimiter);
            if (cut != NULL) next = cut + delimiter.n;
        } else if (p < end && fl_utf8_next(p, end) < end) {
            cut = next = fl_utf8_next(p, end);
        }
        more = cut != NULL;
        fl_column_append_str(pieces, fl_str_make(p, (size_t)((more ? cut : end) - p)));
        p = next;
    }
}

static int kernel_split(FL_KERNEL_ARGS) {
    FL_EACH_NESTED_ROW(out, rows, i, {
        if (fl_column_is_null(in[0], i) || fl_column_is_null(in[1], i)) {
            fl_column_append_null(out);
            continue;
        }
        append_pieces(out->child[0], fl_view_str(fl_view_at(in[0], i)), fl_view_str(fl_view_at(in[1], i)));
        fl_column_append_nested(out);
    });
    return 0;
}

static int infer_split(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_demand_texts(b, call, 0, 2, err));
    return fl_typed(b, call, fl_type_array(b->arena, fl_type_string(true), true), fl_args_nullable(call));
}

/* ---- the table ---- */

#define CHOOSE(kernel)                                                                                                 \
    static fl_kernel_fn *choose_##kernel(const fl_expr *call FL_UNUSED) { return kernel_##kernel; }
CHOOSE(map_part)
CHOOSE(map_entries)
CHOOSE(from_arrays)
CHOOSE(union)
CHOOSE(split)

#define ROW(word, args, flags_, rule, kernel, form, text)                                                              \
    {                                                                                                                  \
        .name = word, .min_args = args, .max_args = args, .flags = (flags_) | FL_FN_COSTLY, .infer = infer_##rule,     \
        .choose = choose_##kernel, .signature = word form, .doc = text                                                 \
    }
#define S FL_FN_STRICT

FL_FUNCTION_TABLE(map) = {
    ROW("MAP_KEYS", 1, S, map_part, map_part, "(map)", "The keys of a map."),
    ROW("MAP_VALUES", 1, S, map_part, map_part, "(map)", "The values of a map."),
    ROW("MAP_ENTRIES", 1, S, map_part, map_entries, "(map)", "The entries of a map, each a row of key and value."),
    ROW("MAP_FROM_ARRAYS", 2, S | FL_FN_FALLIBLE, from_arrays, from_arrays, "(keys, values)",
        "A map of keys and values at the same positions of two arrays."),
    {.name = "MAP_UNION",
     .min_args = 1,
     .max_args = -1,
     .flags = S | FL_FN_COSTLY,
     .infer = infer_union,
     .choose = choose_union,
     .signature = "MAP_UNION(map, …)",
     .doc = "The entries of all maps; of equal keys the last one counts."},
    ROW("SPLIT", 2, 0, split, split, "(text, delimiter)",
        "The pieces of a text between delimiters; an empty delimiter cuts behind every character."),
    {0},
};
