/* SPDX-License-Identifier: Apache-2.0 */
/* json_tree.c -- JSON records to rows as if a tree had been built first (json.decode.json-parser.enabled = false).
 *
 * What:       the other of Flink's two ways to read JSON. The whole record must be well formed before any field
 *             counts; of repeated keys the last one's value is taken, and a field that cannot be read never disturbs
 *             the next.
 * Example:    columns (a INT, b STRING): {"a":3,"a":4,"b":1.50} gives [4, 1.5], where the streaming way gives [4,
 *             NULL].
 * Algorithm:  no tree is built: the record is scanned once from end to end, and then each object once more for the
 *             places of its values, from which they are read. A value that is not of the column's kind is first
 *             turned into text as Jackson's nodes do it (numbers through double, or through BigDecimal if some column
 *             is a DECIMAL; containers as ''), and the text is read.
 */
#include <math.h>
#include <stdlib.h>

#include "formats/json_int.h"

#include "messages/format.h"

static int tree_value(json_decoder *d, const json_reader *r, fl_column *c, const char *at);

static int wrong_kind(json_decoder *d, const char *what) { return fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_KIND, what); }

/* ---- scalars ---- */

static fl_str put_float(json_decoder *d) {
    fl_str number = d->scan.number;
    double x = 0;
    fl_double_parse(number, &x);
    fl_buf_reset(&d->text);
    if (!d->exact || isinf(x) || !fl_json_put_decimal(&d->text, number)) fl_double_print(&d->text, x);
    return fl_str_make(d->text.p, d->text.n);
}

/* The value as JsonNode.asText gives it. */
static int as_text(json_decoder *d, fl_str *out) {
    switch (d->scan.token) {
    case JSON_OBJECT:
    case JSON_ARRAY: *out = fl_str_make("", 0); return 0;
    case JSON_FLOAT: *out = put_float(d); return 0;
    default: break;
    }
    FL_TRY(json_text(&d->scan, out));
    if (d->scan.token == JSON_INT && fl_str_is(*out, "-0")) *out = fl_str_from("0");
    return 0;
}

static int tree_string(json_decoder *d, fl_column *c) {
    fl_str text;
    if (d->scan.token == JSON_OBJECT || d->scan.token == JSON_ARRAY) {
        fl_buf_reset(&d->text);
        FL_TRY(json_compact(&d->scan, d->exact, &d->text));
        text = fl_str_make(d->text.p, d->text.n);
    } else {
        FL_TRY(as_text(d, &text));
    }
    text_append_string(c, text, d->owner);
    return 0;
}

static int tree_scalar(json_decoder *d, const fl_type *t, fl_column *c) {
    fl_str text;
    bool narrow = t->kind == FL_T_INT || t->kind == FL_T_INTERVAL_MONTH;
    if (d->scan.token == JSON_FLOAT && (narrow || t->kind == FL_T_BIGINT || t->kind == FL_T_INTERVAL_DAY)) {
        int64_t x;
        FL_TRY(json_read_truncated(d, d->scan.number, !narrow, &x));
        fl_column_append_i64(c, x);
        return 0;
    }
    if (d->scan.token == JSON_FLOAT && t->kind == FL_T_FLOAT && !d->exact) {
        double x = 0;
        fl_double_parse(d->scan.number, &x);
        fl_column_append_f64(c, x); /* rounded twice */
        return 0;
    }
    FL_TRY(as_text(d, &text));
    return json_read_text(d, text, c);
}

/* ---- nested values ---- */

/* The places of the values in the array or object that has just been entered; keys go to `keys` if it is not NULL. */
static int collect_values(json_decoder *d, fl_arena *a, fl_column *keys, const char ***values, int *n) {
    int cap = 0;
    *values = NULL;
    for (*n = 0;;) {
        FL_TRY(json_next(&d->scan));
        if (d->scan.token == JSON_ARRAY_END || d->scan.token == JSON_OBJECT_END) return 0;
        if (d->scan.token == JSON_NAME) {
            if (keys != NULL) text_append_string(keys, d->scan.name, d->owner);
            FL_TRY(json_next(&d->scan));
        }
        FL_PUSH(a, *values, *n, cap, d->scan.value);
        int depth = d->scan.depth - (d->scan.token == JSON_OBJECT || d->scan.token == JSON_ARRAY);
        while (d->scan.depth > depth) FL_TRY(json_next(&d->scan));
    }
}

/* Of entries with the same key only the last counts. */
static void drop_repeated(fl_column *keys, int first, const char **values, int *n) {
    int *rows = json_distinct_keys(keys, first, n);
    if (rows == NULL) return;
    json_keep_rows(keys, first, rows, *n);
    const char **kept = fl_malloc(sizeof *kept * (size_t)*n);
    for (int i = 0; i < *n; i++) kept[i] = values[rows[i] - first];
    memcpy(values, kept, sizeof *kept * (size_t)*n);
    free(kept);
    free(rows);
}

static int tree_list(json_decoder *d, const json_reader *r, fl_column *c) {
    bool map = c->phys == FL_P_MAP;
    if (!map && d->scan.token != JSON_ARRAY) return wrong_kind(d, "array");
    fl_arena a;
    fl_arena_init(&a);
    const char **values = NULL;
    int n = 0, rc = 0, first = c->child[0]->n;
    if (!map || d->scan.token == JSON_OBJECT) rc = collect_values(d, &a, map ? c->child[0] : NULL, &values, &n);
    if (map && rc >= 0 && n > 1) drop_repeated(c->child[0], first, values, &n);
    for (int i = 0; rc >= 0 && i < n; i++) rc = tree_value(d, &r->kids[map], c->child[map], values[i]);
    fl_arena_deinit(&a);
    if (rc < 0) return rc;
    fl_column_append_nested(c);
    return 0;
}

/* The last place of each field's value in the object that has just been entered; NULL: missing. */
static int find_fields(json_decoder *d, const json_reader *r, const char **at) {
    json_scan *s = &d->scan;
    memset(at, 0, sizeof *at * (size_t)r->n_kids);
    for (;;) {
        FL_TRY(json_next(s));
        if (s->token == JSON_OBJECT_END) return 0;
        int i = json_names_find(&r->names, s->name);
        FL_TRY(json_next(s));
        if (i >= 0) at[i] = s->value;
        int depth = s->depth - (s->token == JSON_OBJECT || s->token == JSON_ARRAY);
        while (s->depth > depth) FL_TRY(json_next(s));
    }
}

static int tree_field(json_decoder *d, const json_reader *r, int i, fl_column *c, const char *at) {
    if (at == NULL && !d->opt.fail_on_missing_field) {
        fl_column_append_null(c);
        return 0;
    }
    fl_str name = r->names.names[i];
    int rc = at != NULL ? tree_value(d, &r->kids[i], c, at)
                        : fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_NO_FIELD, (int)name.n, name.p);
    return rc < 0 ? json_field_failed(d, name) : 0;
}

static int tree_fields(json_decoder *d, const json_reader *r, fl_column **cols) {
    if (d->scan.token != JSON_OBJECT) return wrong_kind(d, "object");
    fl_arena a;
    fl_arena_init(&a);
    const char **at = FL_NEW_N(&a, const char *, r->n_kids);
    int rc = find_fields(d, r, at);
    for (int i = 0; rc >= 0 && i < r->n_kids; i++) rc = tree_field(d, r, i, cols[i], at[i]);
    fl_arena_deinit(&a);
    return rc;
}

static int tree_present(json_decoder *d, const json_reader *r, fl_column *c) {
    switch (r->type->kind) {
    case FL_T_CHAR:
    case FL_T_VARCHAR: return tree_string(d, c);
    case FL_T_ARRAY:
    case FL_T_MAP:
    case FL_T_MULTISET: return tree_list(d, r, c);
    case FL_T_VARIANT: return json_read_variant(d, c);
    case FL_T_ROW:
        FL_TRY(tree_fields(d, r, c->child));
        fl_column_append_nested(c);
        return 0;
    default: return tree_scalar(d, r->type, c);
    }
}

/* The value at `at` as one more of the column. */
static int tree_value(json_decoder *d, const json_reader *r, fl_column *c, const char *at) {
    json_scan *s = &d->scan;
    FL_TRY(json_scan_value(s, at, d->record.p + d->record.n, s->err));
    bool no_text = fl_type_is_binary(r->type) && s->token != JSON_STRING;
    if (s->token == JSON_NULL || r->type->kind == FL_T_NULL || no_text) {
        fl_column_append_null(c);
        return 0;
    }
    int n = c->n, rc = tree_present(d, r, c);
    if (rc >= 0) return 0;
    fl_column_truncate(c, n);
    if (!d->opt.ignore_parse_errors) return rc;
    fl_column_append_null(c);
    return 0;
}

int json_tree_record(json_decoder *d, fl_column **cols, int row, bool *none) {
    (void)row;
    json_scan *s = &d->scan;
    FL_TRY(json_next(s));
    *none = s->token == JSON_NULL || s->token == JSON_NONE;
    if (*none) return 0;
    if (s->token != JSON_OBJECT) return fl_fail(s->err, FL_ERR_FORMAT_JSON_NO_CONTENT);
    const char *at = s->value;
    while (s->depth > 0) FL_TRY(json_next(s));
    FL_TRY(json_scan_value(s, at, d->record.p + d->record.n, s->err));
    return tree_fields(d, &d->row, cols);
}
