/* SPDX-License-Identifier: Apache-2.0 */
/* json_decode.c -- JSON records to rows, straight from the tokens into the columns.
 *
 * What:       the decoder of the format, and the readers that turn the value under the scanner into one more value of
 *             a column, made from the column's type when the decoder is made.
 * Example:    columns (id INT, r ROW<x INT>) and {"r":{"x":1,"y":2},"id":7} give [7, +I[1]].
 * Interface:  json_decoder_new; the readers for json_tree.c and json_layout.c (json_int.h).
 * Algorithm:  a record is a line, or a message. If it looks like a record that was read before, json_layout.c reads
 *             it; else it is read by tokens here, and then its looks are learned. A row takes its fields in the order
 *             in which they come. As Flink's reader it counts them: after as many as the row has columns, the rest of
 *             the object is skipped, so a repeated key uses up the place of another. When a field cannot be read and
 *             such errors are ignored, the field is NULL and the scanner goes on from where it stands, be it in the
 *             middle of an object. Flink's users see the rows that come of this; so do ours.
 * Invariants: (1) a reader appends exactly one value or fails; who catches a failure cuts the column back first. (2)
 *             outside of json_row every child of a ROW column is as long as the column.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "expr/json.h"
#include "formats/json_int.h"
#include "messages/format.h"

enum { NAMES_COMPARED = 6 };

/* ---- names ---- */

void json_names_init(json_names *t, fl_arena *a, const fl_field *fields, int n) {
    fl_str *names = FL_NEW_N(a, fl_str, n);
    for (int i = 0; i < n; i++) names[i] = fl_str_from(fields[i].name);
    *t = (json_names){.names = names, .n = n};
    if (n <= NAMES_COMPARED) return;
    uint32_t size = 1;
    while (size < 2 * (uint32_t)n) size *= 2;
    t->mask = size - 1;
    t->slots = FL_NEW_N(a, int16_t, size);
    memset(t->slots, 0xff, size * sizeof *t->slots);
    for (int i = 0; i < n; i++) {
        uint32_t at = (uint32_t)fl_hash_bytes(names[i].p, names[i].n) & t->mask;
        while (t->slots[at] >= 0) at = (at + 1) & t->mask;
        t->slots[at] = (int16_t)i;
    }
}

int json_names_find(const json_names *t, fl_str name) {
    if (name.p == NULL) return -1;
    if (t->slots == NULL) {
        for (int i = 0; i < t->n; i++)
            if (fl_str_eq(t->names[i], name)) return i;
        return -1;
    }
    uint32_t at = (uint32_t)fl_hash_bytes(name.p, name.n) & t->mask;
    for (; t->slots[at] >= 0; at = (at + 1) & t->mask)
        if (fl_str_eq(t->names[t->slots[at]], name)) return t->slots[at];
    return -1;
}

/* ---- text to scalar values ---- */

/* 24:00:00 and no more, which java.time takes for midnight here. */
static bool is_day_end(fl_str text) {
    return text.n >= 8 && text.n <= 18 && memcmp(text.p, "24:00:00.000000000", text.n) == 0;
}

static int read_time(fl_str text, fl_column *c, fl_error *err) {
    int32_t ms = 0;
    if (!is_day_end(text) && !fl_time_parse_strict(text, false, &ms))
        return text_no_value(text, "a time HH:mm:ss", err);
    fl_column_append_i64(c, ms / 1000 * 1000);
    return 0;
}

static int read_date(fl_str text, fl_column *c, fl_error *err) {
    int32_t days;
    if (!fl_date_parse_strict(text, &days)) return text_no_value(text, "a date yyyy-MM-dd", err);
    fl_column_append_i64(c, days);
    return 0;
}

int json_read_text(json_decoder *d, fl_str text, fl_column *c) {
    fl_error *err = d->scan.err;
    switch (c->type->kind) {
    case FL_T_BOOLEAN: text_append_bool(c, text); return 0;
    case FL_T_FLOAT:
    case FL_T_DOUBLE: return text_append_double(c, text, err);
    case FL_T_DECIMAL: return text_append_decimal(c, text, err);
    case FL_T_DATE: return read_date(text, c, err);
    case FL_T_TIME: return read_time(text, c, err);
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return text_append_timestamp(c, text, d->opt.separator, err);
    case FL_T_BINARY:
    case FL_T_VARBINARY:
        fl_buf_reset(&d->text);
        FL_TRY(text_base64_decode(text, &d->text, err));
        fl_column_append_str(c, fl_str_make(d->text.p, d->text.n));
        return 0;
    default: return text_append_integer(c, text, err);
    }
}

/* ---- tokens to scalar values ---- */

static int out_of_range(json_decoder *d, const char *type, const char *bounds) {
    fl_str n = d->scan.number;
    return fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_RANGE, (int)FL_MIN(n.n, (size_t)100), n.p, type, bounds);
}

int json_read_truncated(json_decoder *d, fl_str number, bool wide, int64_t *out) {
    double x = 0;
    fl_double_parse(number, &x);
    if (wide ? x < -0x1p63 || x > 0x1p63 : x < INT32_MIN || x > INT32_MAX)
        return wide ? out_of_range(d, "long", " (-9223372036854775808 - 9223372036854775807)")
                    : out_of_range(d, "int", " (-2147483648 - 2147483647)");
    *out = x >= 0x1p63 ? INT64_MAX : (int64_t)x;
    return 0;
}

static int read_integer(json_decoder *d, const json_reader *r, fl_column *c) {
    (void)r;
    json_scan *s = &d->scan;
    bool wide = c->phys == FL_P_I64, narrow = c->phys < FL_P_I32;
    int64_t x;
    if (s->token == JSON_FLOAT && !narrow) {
        FL_TRY(json_read_truncated(d, s->number, wide, &x));
        fl_column_append_i64(c, x);
        return 0;
    }
    if (s->token != JSON_INT) {
        fl_str text;
        FL_TRY(json_text(s, &text));
        return json_read_text(d, text, c);
    }
    bool fits = fl_i64_parse(s->number, &x) == FL_NUMBER_OK;
    switch (c->phys) {
    case FL_P_I8: fits = fits && x == (int8_t)x; break;
    case FL_P_I16: fits = fits && x == (int16_t)x; break;
    case FL_P_I32: fits = fits && x == (int32_t)x; break;
    default: break;
    }
    if (!fits && narrow) return out_of_range(d, c->phys == FL_P_I8 ? "Java byte." : "Java short", "");
    if (!fits) return json_read_truncated(d, fl_str_from("1e99"), wide, &x);
    fl_column_append_i64(c, x);
    return 0;
}

static int read_scalar(json_decoder *d, const json_reader *r, fl_column *c) {
    (void)r;
    fl_str text;
    FL_TRY(json_text(&d->scan, &text));
    return json_read_text(d, text, c);
}

static int read_number_or_text(json_decoder *d, const json_reader *r, fl_column *c) {
    (void)r;
    fl_str text;
    json_token t = d->scan.token;
    if (t != JSON_STRING && t != JSON_INT && t != JSON_FLOAT) return fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_NO_NUMBER);
    FL_TRY(json_text(&d->scan, &text));
    return json_read_text(d, text_trim(text), c);
}

static int read_bytes(json_decoder *d, const json_reader *r, fl_column *c) {
    (void)r;
    if (d->scan.token != JSON_STRING) return fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_NO_BINARY);
    fl_buf_reset(&d->text);
    FL_TRY(json_base64(&d->scan, &d->text));
    fl_column_append_str(c, fl_str_make(d->text.p, d->text.n));
    return 0;
}

static int read_string(json_decoder *d, const json_reader *r, fl_column *c) {
    (void)r;
    fl_str text;
    if (d->scan.token == JSON_OBJECT || d->scan.token == JSON_ARRAY) {
        fl_buf_reset(&d->text);
        FL_TRY(json_compact(&d->scan, d->exact, &d->text));
        fl_column_append_str(c, fl_str_make(d->text.p, d->text.n));
        return 0;
    }
    FL_TRY(json_text(&d->scan, &text));
    text_append_string(c, text, d->owner);
    return 0;
}

static int read_nothing(json_decoder *d, const json_reader *r, fl_column *c) {
    (void)d, (void)r;
    fl_column_append_null(c);
    return 0;
}

/* ---- nested values ---- */

int json_read_value(json_decoder *d, const json_reader *r, fl_column *c) {
    if (d->scan.token == JSON_NULL || d->scan.token == JSON_NONE) {
        fl_column_append_null(c);
        return 0;
    }
    int n = c->n, rc = r->read(d, r, c);
    if (FL_LIKELY(rc >= 0)) return 0;
    fl_column_truncate(c, n);
    if (!d->opt.ignore_parse_errors) return rc;
    fl_column_append_null(c);
    return 0;
}

/* A list that never ends: its scopes were closed by mistake. */
static int check_progress(json_decoder *d) {
    if (d->scan.token != JSON_NONE || d->scan.p < d->scan.end) return 0;
    return fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_END);
}

static int read_array(json_decoder *d, const json_reader *r, fl_column *c) {
    if (d->scan.token != JSON_ARRAY) return fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_NO_ARRAY);
    for (;;) {
        FL_TRY(json_next(&d->scan));
        if (d->scan.token == JSON_ARRAY_END) break;
        FL_TRY(check_progress(d));
        FL_TRY(json_read_value(d, &r->kids[0], c->child[0]));
    }
    fl_column_append_nested(c);
    return 0;
}

static bool all_differ(const fl_view *v, int n) {
    for (int i = 1; i < n; i++)
        for (int j = 0; j < i; j++)
            if (fl_view_eq(&v[i], &v[j])) return false;
    return true;
}

int *json_distinct_keys(const fl_column *keys, int first, int *n_out) {
    int n = keys->n - first, kept = 0;
    if (n < 2 || (n <= NAMES_COMPARED && all_differ(FL_DATA(keys, fl_view) + first, n))) return NULL;
    uint32_t size = 4;
    while (size < 2 * (uint32_t)n) size *= 2;
    int *rows = fl_malloc(sizeof *rows * (size_t)n), *slots = fl_malloc(sizeof *slots * size);
    memset(slots, 0xff, sizeof *slots * size);
    for (int i = first; i < keys->n; i++) {
        fl_str key = fl_column_str(keys, i);
        uint32_t at = (uint32_t)fl_hash_bytes(key.p, key.n) & (size - 1);
        while (slots[at] >= 0 && !fl_column_equal_at(keys, rows[slots[at]], keys, i)) at = (at + 1) & (size - 1);
        if (slots[at] < 0) slots[at] = kept++;
        rows[slots[at]] = i;
    }
    free(slots);
    *n_out = kept;
    if (kept < n) return rows;
    free(rows);
    return NULL;
}

void json_keep_rows(fl_column *c, int first, const int *rows, int n) {
    fl_column *kept = fl_column_new(c->type, n);
    for (int i = 0; i < n; i++) fl_column_append_from(kept, c, rows[i]);
    fl_column_truncate(c, first);
    fl_column_append_rows(c, kept, NULL, n);
    fl_column_unref(kept);
}

static int read_map(json_decoder *d, const json_reader *r, fl_column *c) {
    if (d->scan.token != JSON_OBJECT) return fl_fail(d->scan.err, FL_ERR_FORMAT_JSON_NO_MAP);
    int first = c->child[0]->n, n;
    for (;;) {
        FL_TRY(json_next(&d->scan));
        if (d->scan.token == JSON_OBJECT_END) break;
        FL_TRY(check_progress(d));
        FL_TRY(json_read_value(d, &r->kids[0], c->child[0]));
        FL_TRY(json_next(&d->scan));
        FL_TRY(json_read_value(d, &r->kids[1], c->child[1]));
    }
    int *rows = json_distinct_keys(c->child[0], first, &n);
    for (int k = 0; rows != NULL && k < 2; k++) json_keep_rows(c->child[k], first, rows, n);
    free(rows);
    fl_column_append_nested(c);
    return 0;
}

int json_field_failed(json_decoder *d, fl_str name) {
    return fl_error_prefix(d->scan.err, FL_AT_FORMAT_IN_JSON_FIELD, (int)name.n, name.p);
}

/* The fields of an object whose first token is the current one, each as the value of row `row` of its column. */
static int read_fields(json_decoder *d, const json_reader *r, fl_column **cols, int row) {
    json_scan *s = &d->scan;
    if (s->token != JSON_OBJECT) return fl_fail(s->err, FL_ERR_FORMAT_JSON_NO_OBJECT);
    int taken = 0, n = r->n_kids;
    FL_TRY(json_next(s));
    while (s->token != JSON_OBJECT_END) {
        if (taken >= n) {
            FL_TRY(json_skip(s));
            continue;
        }
        fl_str name;
        FL_TRY(json_text(s, &name));
        int i = json_names_find(&r->names, name);
        FL_TRY(json_next(s));
        if (i < 0) {
            FL_TRY(json_skip(s));
            continue;
        }
        if (cols[i]->n > row) fl_column_truncate(cols[i], row); /* a repeated key */
        if (json_read_value(d, &r->kids[i], cols[i]) < 0) return json_field_failed(d, r->names.names[i]);
        taken++;
        FL_TRY(json_next(s));
    }
    for (int i = 0; i < n; i++) {
        if (cols[i]->n > row) continue;
        if (taken < n && d->opt.fail_on_missing_field)
            return fl_fail(s->err, FL_ERR_FORMAT_JSON_MISSING, (int)r->names.names[i].n, r->names.names[i].p);
        fl_column_append_null(cols[i]);
    }
    return 0;
}

static int read_row(json_decoder *d, const json_reader *r, fl_column *c) {
    FL_TRY(read_fields(d, r, c->child, c->n));
    fl_column_append_nested(c);
    return 0;
}

/* ---- VARIANT ---- */

int json_read_variant(json_decoder *d, fl_column *c) {
    json_scan *s = &d->scan;
    const char *from = s->value;
    int depth = s->depth - (s->token == JSON_OBJECT || s->token == JSON_ARRAY);
    fl_str text, bytes;
    while (s->depth > depth) FL_TRY(json_next(s));
    if (s->token == JSON_STRING) FL_TRY(json_text(s, &text));
    fl_arena_reset(&d->scratch);
    FL_TRY(fl_json_to_variant(&d->scratch, fl_str_make(from, (size_t)(s->p - from)), &d->variant, s->err));
    FL_TRY(fl_variant_finish(&d->variant, true, &bytes, s->err));
    fl_column_append_str(c, bytes);
    return 0;
}

static int read_variant(json_decoder *d, const json_reader *r, fl_column *c) {
    (void)r;
    return json_read_variant(d, c);
}

/* ---- making readers ---- */

static json_read_fn *reader_fn(const fl_type *t) {
    switch (t->kind) {
    case FL_T_NULL: return read_nothing;
    case FL_T_TINYINT:
    case FL_T_SMALLINT:
    case FL_T_INT:
    case FL_T_BIGINT:
    case FL_T_INTERVAL_MONTH:
    case FL_T_INTERVAL_DAY: return read_integer;
    case FL_T_DECIMAL: return read_number_or_text;
    case FL_T_CHAR:
    case FL_T_VARCHAR: return read_string;
    case FL_T_BINARY:
    case FL_T_VARBINARY: return read_bytes;
    case FL_T_ARRAY: return read_array;
    case FL_T_MAP:
    case FL_T_MULTISET: return read_map;
    case FL_T_ROW: return read_row;
    case FL_T_VARIANT: return read_variant;
    default: return read_scalar;
    }
}

json_reader json_reader_of(json_decoder *d, const fl_type *t) {
    json_reader r = {.type = t, .read = reader_fn(t)};
    d->exact |= t->kind == FL_T_DECIMAL;
    r.n_kids = t->n_fields + (t->kind == FL_T_MULTISET);
    if (r.n_kids == 0) return r;
    json_reader *kids = FL_NEW_N(&d->arena, json_reader, r.n_kids);
    for (int i = 0; i < t->n_fields; i++) kids[i] = json_reader_of(d, t->fields[i].type);
    if (t->kind == FL_T_MULTISET) kids[1] = json_reader_of(d, fl_type_of(FL_T_INT, false));
    if (t->kind == FL_T_ROW) json_names_init(&r.names, &d->arena, t->fields, t->n_fields);
    r.kids = kids;
    return r;
}

/* ---- records ---- */

static int stream_record(json_decoder *d, fl_column **cols, int row, bool *none) {
    (void)none;
    FL_TRY(json_next(&d->scan));
    if (d->scan.token != JSON_OBJECT) return fl_fail(d->scan.err, FL_ERR_FORMAT_EMPTY_RECORD);
    return read_fields(d, &d->row, cols, row);
}

/* One row, or none if the record is empty or cannot be read and such records are skipped. */
static int read_record(json_decoder *d, fl_str record, int64_t offset, fl_builder *out, fl_error *err) {
    bool none = record.n == 0;
    if (none) return 0;
    d->record = record;
    json_scan_start(&d->scan, record, err);
    int rc =
        d->opt.streaming ? stream_record(d, out->cols, out->n, &none) : json_tree_record(d, out->cols, out->n, &none);
    if (FL_UNLIKELY(rc < 0 || none)) {
        fl_builder_abandon_row(out);
        if (rc < 0 && !d->opt.ignore_parse_errors) return text_record_failed(&d->base, "JSON", record, offset, err);
        d->base.bad_records += rc < 0;
        return 0;
    }
    fl_builder_end_row(out, FL_INSERT);
    if (d->layouts != NULL) json_layouts_learn(d);
    return 0;
}

static int decode(fl_decoder *base, fl_str bytes, fl_buffer *owner, bool last, fl_builder *out, size_t *used,
                  fl_error *err) {
    json_decoder *d = FL_CONTAINER_OF(base, json_decoder, base);
    d->owner = owner;
    for (*used = 0; *used < bytes.n && !fl_builder_full(out);) {
        fl_str rest = fl_str_make(bytes.p + *used, bytes.n - *used);
        if (d->layouts != NULL) {
            size_t taken = json_layouts_lines(d, rest, out);
            *used += taken;
            if (taken > 0) continue;
        }
        const char *nl = memchr(rest.p, '\n', rest.n);
        if (nl == NULL && !last) break;
        fl_str line = fl_str_make(rest.p, nl != NULL ? (size_t)(nl - rest.p) : rest.n);
        size_t size = line.n + (nl != NULL);
        if (nl != NULL && line.n > 0 && line.p[line.n - 1] == '\r') line.n--;
        FL_TRY(read_record(d, line, (int64_t)*used, out, err));
        *used += size;
    }
    return 0;
}

static int decode_message(fl_decoder *base, fl_str message, fl_buffer *owner, fl_builder *out, fl_error *err) {
    json_decoder *d = FL_CONTAINER_OF(base, json_decoder, base);
    d->owner = owner;
    if (d->layouts != NULL && json_layouts_message(d, message, out)) return 0;
    return read_record(d, message, -1, out, err);
}

static void decoder_free(fl_decoder *base) {
    json_decoder *d = FL_CONTAINER_OF(base, json_decoder, base);
    json_layouts_free(d->layouts);
    json_scan_deinit(&d->scan);
    fl_variant_builder_deinit(&d->variant);
    fl_arena_deinit(&d->scratch);
    fl_buf_deinit(&d->text);
    fl_arena_deinit(&d->arena);
    free(d);
}

int json_decoder_new(const fl_format_config *c, fl_decoder **out, fl_error *err) {
    json_options opt;
    FL_TRY(json_options_read(c, false, &opt, err));
    json_decoder *d = fl_calloc(1, sizeof *d);
    d->base = (fl_decoder){.format = c->format, .decode = decode, .message = decode_message, .free = decoder_free};
    d->opt = opt;
    fl_arena_init(&d->arena);
    json_scan_init(&d->scan);
    fl_buf_init(&d->text);
    fl_arena_init(&d->scratch);
    fl_variant_builder_init(&d->variant);
    json_reader *kids = FL_NEW_N(&d->arena, json_reader, c->schema->n);
    for (int i = 0; i < c->schema->n; i++) kids[i] = json_reader_of(d, c->schema->fields[i].type);
    d->row = (json_reader){.kids = kids, .n_kids = c->schema->n};
    json_names_init(&d->row.names, &d->arena, c->schema->fields, c->schema->n);
    if (opt.streaming) d->layouts = json_layouts_new(d);
    *out = &d->base;
    return 0;
}
