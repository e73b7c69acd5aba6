/* SPDX-License-Identifier: Apache-2.0 */
/* json_encode.c -- rows to JSON objects: fields in the order of the columns, no blanks.
 *
 * What:       the encoder of the format. A writer for each column, made from its type, appends the value's text.
 * Example:    [1, 2024-02-29 10:11:12.1, +I[NULL]] is {"id":1,"ts":"2024-02-29 10:11:12.1","r":{"x":null}}.
 * Interface:  json_encoder_new.
 * Invariants: a row that cannot be written leaves nothing behind in the output.
 */
#include <math.h>
#include <stdlib.h>

#include "base/base64.h"
#include "formats/json_int.h"

#include "messages/format.h"
#include "messages/value.h"

typedef struct json_encoder json_encoder;
typedef struct json_writer json_writer;

/* Appends the text of row i of the column, which is not NULL. */
typedef int json_write_fn(json_encoder *e, const json_writer *w, const fl_column *c, int i, fl_buf *out, fl_error *err);

struct json_writer {
    const fl_type *type;
    json_write_fn *write;
    const json_writer *kids;
    int n_kids;
    fl_str key;       /* of a field: "name": with quotes and colon */
    const char *name; /* the same for messages */
};

struct json_encoder {
    fl_encoder base;
    fl_arena arena;
    json_options opt;
    json_writer row;
    text_minute_text minute;
};

static int write_value(json_encoder *e, const json_writer *w, const fl_column *c, int i, fl_buf *out, fl_error *err) {
    if (!fl_column_is_null(c, i)) return w->write(e, w, c, fl_column_at(c, i), out, err);
    fl_buf_put(out, "null", 4);
    return 0;
}

/* ---- scalars ---- */

#define WRITER(name)                                                                                                   \
    static int name(FL_UNUSED json_encoder *e, FL_UNUSED const json_writer *w, const fl_column *c, int i, fl_buf *out, \
                    FL_UNUSED fl_error *err)

WRITER(write_bool) {
    fl_buf_puts(out, fl_bit(c->data, i) ? "true" : "false");
    return 0;
}

WRITER(write_integer) {
    fl_i64_print(out, fl_column_i64(c, i));
    return 0;
}

/* What is no number in JSON is a text. */
WRITER(write_f32) {
    float f = FL_DATA(c, float)[i];
    bool quoted = !isfinite(f);
    if (quoted) fl_buf_putc(out, '"');
    fl_float_print(out, f);
    if (quoted) fl_buf_putc(out, '"');
    return 0;
}

WRITER(write_f64) {
    double d = FL_DATA(c, double)[i];
    bool quoted = !isfinite(d);
    if (quoted) fl_buf_putc(out, '"');
    text_put_double(out, d);
    if (quoted) fl_buf_putc(out, '"');
    return 0;
}

WRITER(write_decimal) {
    fl_i128 x = fl_column_i128(c, i);
    int scale = w->type->scale;
    if (!e->opt.plain_decimals) {
        fl_decimal_print_java(out, x, scale);
        return 0;
    }
    for (; scale > 0 && x % 10 == 0; scale--) x /= 10;
    fl_decimal_print(out, x, scale);
    return 0;
}

static void put_string(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '"');
    fl_json_escape(out, s, true);
    fl_buf_putc(out, '"');
}

WRITER(write_string) {
    put_string(out, fl_view_str(&FL_DATA(c, fl_view)[i]));
    return 0;
}

WRITER(write_bytes) {
    fl_buf_putc(out, '"');
    fl_base64_put(out, fl_view_str(&FL_DATA(c, fl_view)[i]));
    fl_buf_putc(out, '"');
    return 0;
}

WRITER(write_date) {
    fl_buf_putc(out, '"');
    fl_date_print(out, FL_DATA(c, int32_t)[i]);
    fl_buf_putc(out, '"');
    return 0;
}

WRITER(write_time) {
    fl_buf_putc(out, '"');
    fl_time_print(out, FL_DATA(c, int32_t)[i], 0);
    fl_buf_putc(out, '"');
    return 0;
}

WRITER(write_timestamp) {
    fl_buf_putc(out, '"');
    text_put_timestamp(&e->minute, out, fl_column_ts(c, i), e->opt.separator);
    if (w->type->kind == FL_T_TIMESTAMP_LTZ) fl_buf_putc(out, 'Z');
    fl_buf_putc(out, '"');
    return 0;
}

WRITER(write_variant) {
    fl_variant v = fl_variant_of(fl_view_str(&FL_DATA(c, fl_view)[i]));
    return fl_variant_print(out, &v) ? 0 : fl_fail(err, FL_ERR_VALUE_VARIANT_BAD);
}

/* ---- nested values ---- */

WRITER(write_array) {
    const int32_t *offsets = c->data;
    fl_buf_putc(out, '[');
    for (int k = offsets[i]; k < offsets[i + 1]; k++) {
        if (k > offsets[i]) fl_buf_putc(out, ',');
        FL_TRY(write_value(e, &w->kids[0], c->child[0], k, out, err));
    }
    fl_buf_putc(out, ']');
    return 0;
}

/* The key of entry k as it is written; *drop if the entry is not. */
static int entry_key(const json_encoder *e, const fl_column *keys, int k, fl_str *out, bool *drop, fl_error *err) {
    bool null = fl_column_is_null(keys, k);
    *drop = null && e->opt.null_key == JSON_NULL_KEY_DROP;
    *out = null ? e->opt.null_literal : fl_column_str(keys, k);
    if (!null || e->opt.null_key != JSON_NULL_KEY_FAIL) return 0;
    return fl_fail(err, FL_ERR_FORMAT_JSON_NULL_KEY);
}

/* Where a NULL key is written as a literal that is a key too, the entries become one: the first one's place, the last
 * one's value. Returns the entry whose value stands for entry k, or -1 if an earlier entry has k's key. */
static int value_of_entry(const json_encoder *e, const fl_column *keys, int first, int end, int k) {
    if (e->opt.null_key != JSON_NULL_KEY_LITERAL || keys->valid == NULL) return k;
    fl_str key, other;
    bool drop;
    fl_error ignored;
    int last = k;
    entry_key(e, keys, k, &key, &drop, &ignored);
    if (!fl_str_eq(key, e->opt.null_literal)) return k;
    for (int m = first; m < end; m++) {
        entry_key(e, keys, m, &other, &drop, &ignored);
        if (!fl_str_eq(key, other)) continue;
        if (m < k) return -1;
        last = m;
    }
    return last;
}

WRITER(write_map) {
    const int32_t *offsets = c->data;
    int first = offsets[i], end = offsets[i + 1];
    char lead = '{';
    for (int k = first; k < end; k++) {
        fl_str key;
        bool drop;
        FL_TRY(entry_key(e, c->child[0], k, &key, &drop, err));
        int value = drop ? -1 : value_of_entry(e, c->child[0], first, end, k);
        if (value < 0) continue;
        fl_buf_putc(out, lead);
        lead = ',';
        put_string(out, key);
        fl_buf_putc(out, ':');
        FL_TRY(write_value(e, &w->kids[1], c->child[1], value, out, err));
    }
    fl_buf_puts(out, lead == '{' ? "{}" : "}");
    return 0;
}

/* Row i of some columns as an object. */
static int write_fields(json_encoder *e, const json_writer *w, fl_column *const *cols, int i, fl_buf *out,
                        fl_error *err) {
    char lead = '{';
    for (int k = 0; k < w->n_kids; k++) {
        const json_writer *field = &w->kids[k];
        if (e->opt.skip_null_fields && fl_column_is_null(cols[k], i)) continue;
        char *to = fl_buf_reserve(out, field->key.n + 1);
        *to = lead;
        memcpy(to + 1, field->key.p, field->key.n);
        out->n += field->key.n + 1;
        lead = ',';
        if (FL_UNLIKELY(write_value(e, field, cols[k], i, out, err) < 0))
            return fl_error_prefix(err, FL_AT_FORMAT_WRITING_FIELD, field->name);
    }
    fl_buf_puts(out, lead == '{' ? "{}" : "}");
    return 0;
}

WRITER(write_row) { return write_fields(e, w, c->child, i, out, err); }

/* ---- making writers ---- */

static json_write_fn *writer_fn(const fl_type *t) {
    switch (t->kind) {
    case FL_T_BOOLEAN: return write_bool;
    case FL_T_FLOAT: return write_f32;
    case FL_T_DOUBLE: return write_f64;
    case FL_T_DECIMAL: return write_decimal;
    case FL_T_CHAR:
    case FL_T_VARCHAR: return write_string;
    case FL_T_BINARY:
    case FL_T_VARBINARY: return write_bytes;
    case FL_T_DATE: return write_date;
    case FL_T_TIME: return write_time;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: return write_timestamp;
    case FL_T_ARRAY: return write_array;
    case FL_T_MAP:
    case FL_T_MULTISET: return write_map;
    case FL_T_ROW: return write_row;
    case FL_T_VARIANT: return write_variant;
    default: return write_integer; /* also of NULL, which is never asked */
    }
}

static json_writer writer_of(fl_arena *a, const fl_type *t);

static const json_writer *field_writers(fl_arena *a, const fl_field *fields, int n) {
    json_writer *w = FL_NEW_N(a, json_writer, n);
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < n; i++) {
        w[i] = writer_of(a, fields[i].type);
        fl_buf_reset(&b);
        put_string(&b, fl_str_from(fields[i].name));
        fl_buf_putc(&b, ':');
        w[i].key = fl_str_make(fl_arena_strndup(a, b.p, b.n), b.n);
        w[i].name = fields[i].name;
    }
    fl_buf_deinit(&b);
    return w;
}

static json_writer writer_of(fl_arena *a, const fl_type *t) {
    json_writer w = {.type = t, .write = writer_fn(t), .n_kids = t->n_fields};
    if (t->kind == FL_T_MULTISET) {
        const fl_field entry[] = {t->fields[0], {"", fl_type_of(FL_T_INT, false), NULL}};
        w.n_kids = 2;
        w.kids = field_writers(a, entry, 2);
    } else if (t->n_fields > 0) {
        w.kids = field_writers(a, t->fields, t->n_fields);
    }
    return w;
}

/* ---- records ---- */

static int write_message(fl_encoder *base, const fl_batch *b, int row, fl_buf *out, fl_error *err) {
    json_encoder *e = FL_CONTAINER_OF(base, json_encoder, base);
    size_t before = out->n;
    if (FL_LIKELY(write_fields(e, &e->row, b->cols, row, out, err) >= 0)) return 0;
    out->n = before;
    return fl_error_prefix(err, FL_AT_FORMAT_WRITING_ROW);
}

static int write_line(fl_encoder *base, const fl_batch *b, int row, fl_buf *out, fl_error *err) {
    FL_TRY(write_message(base, b, row, out, err));
    fl_buf_putc(out, '\n');
    return 0;
}

static void encoder_free(fl_encoder *base) {
    json_encoder *e = FL_CONTAINER_OF(base, json_encoder, base);
    fl_arena_deinit(&e->arena);
    free(e);
}

int json_encoder_new(const fl_format_config *c, fl_encoder **out, fl_error *err) {
    json_options opt;
    FL_TRY(json_options_read(c, true, &opt, err));
    json_encoder *e = fl_calloc(1, sizeof *e);
    e->base = (fl_encoder){.format = c->format, .row = write_line, .message = write_message, .free = encoder_free};
    e->opt = opt;
    fl_arena_init(&e->arena);
    e->row = (json_writer){.kids = field_writers(&e->arena, c->schema->fields, c->schema->n), .n_kids = c->schema->n};
    *out = &e->base;
    return 0;
}
