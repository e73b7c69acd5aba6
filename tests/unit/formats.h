/* SPDX-License-Identifier: Apache-2.0 */
/* formats.h -- a format under test: columns and options from text, bytes to rows as text, rows to bytes. */
#ifndef FL_TESTS_UNIT_FORMATS_H
#define FL_TESTS_UNIT_FORMATS_H

#include "model.h"

#include <stdio.h>

#include "data/decimal.h"
#include "data/text.h"
#include "data/timestamp.h"
#include "formats/format.h"

typedef struct fixture {
    fl_arena arena;
    fl_schema schema, physical;
    fl_format_config config;
    fl_decoder *d;
    fl_encoder *e;
    fl_buf out;
    fl_error err;
} fixture;

/* Options as in WITH, one string: "ignore-parse-errors=true timestamp-format.standard=ISO-8601"; a ~ stands for a
 * blank. */
static inline void fixture_options(fixture *f, const char *options) {
    char *copy = fl_arena_strdup(&f->arena, options);
    fl_option *o = FL_NEW_N(&f->arena, fl_option, 16);
    f->config.options = o;
    for (char *word = strtok(copy, " "); word != NULL; word = strtok(NULL, " ")) {
        char *eq = strchr(word, '=');
        *eq = '\0';
        for (char *p = eq + 1; *p != '\0'; p++)
            if (*p == '~') *p = ' ';
        o[f->config.n_options++] = (fl_option){word, eq + 1};
    }
}

static inline void fixture_init(fixture *f, const char *format, const char *row_type, const char *options) {
    const fl_type *t;
    size_t used;
    *f = (fixture){0};
    fl_arena_init(&f->arena);
    fl_buf_init(&f->out);
    if (fl_type_parse(&f->arena, fl_str_from(row_type), false, &t, &used, &f->err) < 0) fail_msg("%s", f->err.message);
    f->schema = (fl_schema){t->n_fields, t->fields};
    f->config = (fl_format_config){.format = fl_format_find(format), .schema = &f->schema};
    fixture_options(f, options);
}

/* Reads only some columns of the record. */
static inline void fixture_project(fixture *f, const int *positions, int n) {
    fl_field *fields = FL_NEW_N(&f->arena, fl_field, n);
    f->physical = f->schema;
    for (int i = 0; i < n; i++) fields[i] = f->physical.fields[positions[i]];
    f->schema = (fl_schema){n, fields};
    f->config.physical = &f->physical;
    f->config.positions = positions;
}

static inline void fixture_renew_decoder(fixture *f) {
    if (f->d != NULL) f->d->free(f->d);
    if (f->config.format->decoder(&f->config, &f->d, &f->err) < 0) fail_msg("%s", f->err.message);
}

static inline void fixture_deinit(fixture *f) {
    if (f->d != NULL) f->d->free(f->d);
    if (f->e != NULL) f->e->free(f->e);
    fl_buf_deinit(&f->out);
    fl_arena_deinit(&f->arena);
}

static inline void put_rows(fixture *f, fl_builder *b) {
    fl_batch *batch = fl_builder_take(b);
    if (batch == NULL) return;
    fl_batch_check(batch);
    for (int i = 0; i < batch->n; i++) {
        fl_text_row(&f->out, batch, i);
        fl_buf_putc(&f->out, '\n');
    }
    fl_batch_unref(batch);
}

/* The bytes in a buffer of their own, so that sanitizers see what is read beyond them. */
static inline fl_buffer *bytes_of(fl_str s) {
    fl_buffer *b = fl_buffer_wrap(s.n > 0 ? memcpy(malloc(s.n), s.p, s.n) : NULL, s.n, NULL, NULL);
    return b;
}
static inline void release_bytes(fl_buffer *b) { free(b->data); }

/* Decodes from the front until all is used or nothing more can be, in builders of `cap` rows; rows go to f->out, and at
 * last "! message" if it fails. Returns the bytes used. */
static inline size_t decode_some(fixture *f, fl_str bytes, bool last, int cap) {
    fl_builder b;
    fl_buffer *owner = bytes_of(bytes);
    owner->release = release_bytes;
    fl_builder_init(&b, &f->schema, cap);
    size_t at = 0, used = 1;
    int rc = 0;
    while (rc == 0 && at < bytes.n && used > 0) {
        rc = f->d->decode(f->d, fl_str_make((char *)owner->data + at, bytes.n - at), owner, last, &b, &used, &f->err);
        at += used;
        put_rows(f, &b);
    }
    if (rc < 0) fl_buf_printf(&f->out, "! %s (record at byte %lld)\n", f->err.message, (long long)f->d->failed_at);
    fl_builder_deinit(&b);
    fl_buffer_unref(owner);
    return at;
}

/* All rows of a file, as lines of text; borrowed until the next call. */
static inline const char *decode_all(fixture *f, fl_str bytes, int cap) {
    fixture_renew_decoder(f);
    fl_buf_reset(&f->out);
    decode_some(f, bytes, true, cap);
    return fl_buf_cstr(&f->out);
}

/* The same in two steps, cut at `at`. */
static inline const char *decode_cut(fixture *f, fl_str bytes, size_t at) {
    fixture_renew_decoder(f);
    fl_buf_reset(&f->out);
    size_t used = decode_some(f, fl_str_make(bytes.p, at), false, 7);
    assert_true(used <= at);
    decode_some(f, fl_str_make(bytes.p + used, bytes.n - used), true, 7);
    return fl_buf_cstr(&f->out);
}

/* Every cut and every size of batches give the same rows. */
static inline FL_UNUSED void assert_cuts_do_not_matter(fixture *f, fl_str bytes) {
    char *want = strdup(decode_all(f, bytes, 1000));
    for (size_t at = 0; at <= bytes.n; at++) assert_string_equal(decode_cut(f, bytes, at), want);
    for (int cap = 1; cap < 9; cap++) assert_string_equal(decode_all(f, bytes, cap), want);
    free(want);
}

/* One message: the row, "" for none, or "! message". */
static inline const char *decode_message(fixture *f, fl_str message, bool shared) {
    fl_builder b;
    fl_buffer *owner = bytes_of(message);
    owner->release = release_bytes;
    fl_builder_init(&b, &f->schema, 4);
    fl_buf_reset(&f->out);
    int rc = f->d->message(f->d, fl_str_make((char *)owner->data, message.n), shared ? owner : NULL, &b, &f->err);
    put_rows(f, &b);
    if (rc < 0) fl_buf_printf(&f->out, "! %s\n", f->err.message);
    fl_builder_deinit(&b);
    fl_buffer_unref(owner);
    return fl_buf_cstr(&f->out);
}

/* ---- what golden files say ---- */

static inline void reads(const char *format, const char *type, const char *options, const char *bytes,
                         const char *rows) {
    fixture f;
    fixture_init(&f, format, type, options);
    assert_int_equal(f.config.format->check(&f.config, false, &f.err), 0);
    assert_string_equal(decode_all(&f, fl_str_from(bytes), 1000), rows);
    fixture_deinit(&f);
}

/* Fails with these words in the message. */
static inline void refuses(const char *format, const char *type, const char *options, const char *bytes,
                           const char *words) {
    fixture f;
    fixture_init(&f, format, type, options);
    const char *out = decode_all(&f, fl_str_from(bytes), 1000);
    const char *message = strchr(out, '!');
    if (message == NULL || strstr(message, words) == NULL) fail_msg("%s instead of %s", out, words);
    assert_int_equal(f.err.code, FL_E_RUNTIME);
    fixture_deinit(&f);
}

/* Refused at planning. */
static inline void plans_not(const char *format, const char *type, const char *options, bool encode,
                             const char *words) {
    fixture f;
    fixture_init(&f, format, type, options);
    assert_true(f.config.format->check(&f.config, encode, &f.err) < 0);
    if (strstr(f.err.message, words) == NULL) fail_msg("%s instead of %s", f.err.message, words);
    fixture_deinit(&f);
}

/* Rows that are given as JSON lines, written by the format; options are those of writing. */
static inline const char *encode_rows(fixture *f, const char *json_lines, bool messages) {
    fixture source = {0};
    source.schema = f->schema;
    source.config = (fl_format_config){.format = fl_format_find("json"), .schema = &source.schema};
    fixture_renew_decoder(&source);
    if (f->e == NULL && f->config.format->encoder(&f->config, &f->e, &f->err) < 0) fail_msg("%s", f->err.message);
    fl_builder b;
    fl_builder_init(&b, &f->schema, 1000);
    size_t used;
    fl_str lines = fl_str_from(json_lines);
    if (source.d->decode(source.d, lines, NULL, true, &b, &used, &f->err) < 0) fail_msg("%s", f->err.message);
    fl_batch *batch = fl_builder_take(&b);
    fl_buf_reset(&f->out);
    for (int i = 0; i < batch->n; i++) {
        int rc = (messages ? f->e->message : f->e->row)(f->e, batch, i, &f->out, &f->err);
        if (rc < 0) fl_buf_printf(&f->out, "! %s\n", f->err.message);
    }
    fl_batch_unref(batch);
    fl_builder_deinit(&b);
    source.d->free(source.d);
    return fl_buf_cstr(&f->out);
}

static inline void writes(const char *format, const char *type, const char *options, const char *json_lines,
                          const char *bytes) {
    fixture f;
    fixture_init(&f, format, type, options);
    assert_int_equal(f.config.format->check(&f.config, true, &f.err), 0);
    assert_string_equal(encode_rows(&f, json_lines, false), bytes);
    fixture_deinit(&f);
}

/* ---- random values that have a text: no NaN, no invalid UTF-8, dates of four-digit years, map keys that differ ----
 */

static inline fl_str draw_utf8(fl_arena *a) {
    static const char *const pieces[] = {"a",  "b",  "7",    " ", ",", ";", "\"", "\\",
                                         "\n", "\t", "\x01", "é", "€", "😀", "{",  "#"};
    fl_buf b;
    fl_buf_init(&b);
    for (int n = draw(4) ? draw(9) : draw(40); n > 0; n--)
        fl_buf_puts(&b, draw(2) ? "x" : pieces[draw(FL_ARRAY_LEN(pieces))]);
    fl_str s = fl_str_make(fl_arena_strndup(a, b.n > 0 ? b.p : "", b.n), b.n);
    fl_buf_deinit(&b);
    return s;
}

static inline fl_i128 draw_within(fl_i128 low, fl_i128 high) {
    fl_u128 range = (fl_u128)high - (fl_u128)low + 1, x = (fl_u128)draw_u64() << 64 | draw_u64();
    return (fl_i128)((fl_u128)low + x % range);
}

static inline fl_i128 draw_instant(const fl_type *t) {
    fl_i128 ms = draw_within(-62135596800000, 253402300799999);
    int unit = fl_type_timestamp_unit(t);
    return unit == 3 ? ms : unit == 6 ? ms * 1000 + draw(1000) : ms * 1000000 + draw(1000000);
}

static inline model draw_printable(fl_arena *a, const fl_type *t) {
    model v = {.null = t->kind == FL_T_NULL || (t->nullable && draw(6) == 0)};
    if (v.null) return v;
    switch (t->kind) {
    case FL_T_CHAR:
    case FL_T_VARCHAR: v.s = draw_utf8(a); break;
    case FL_T_BINARY:
    case FL_T_VARBINARY: v.s = draw_text(a); break;
    case FL_T_FLOAT:
        v.d = (double)(float)(draw(2) ? draw(1000) / 100.0 : ldexp((double)(int64_t)draw_u64(), draw(60) - 60));
        break;
    case FL_T_DOUBLE: v.d = draw(2) ? draw(100000) / 100.0 : ldexp((double)(int64_t)draw_u64(), draw(200) - 100); break;
    case FL_T_DECIMAL: v.w = draw_within(1 - fl_pow10_i128(t->precision), fl_pow10_i128(t->precision) - 1); break;
    case FL_T_DATE: v.w = draw_within(-719162, 2932896); break;
    case FL_T_TIME: v.w = draw(86400) * 1000; break;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ: v.w = draw_instant(t); break;
    case FL_T_ARRAY:
    case FL_T_MAP:
    case FL_T_MULTISET: v.n = draw(4); break;
    case FL_T_ROW: v.n = t->n_fields; break;
    default: v.w = draw_number(t); break;
    }
    bool map = fl_type_phys(t) == FL_P_MAP;
    v.kid = fl_arena_zalloc(a, sizeof *v.kid * (size_t)(2 * v.n));
    for (int k = 0; k < (map ? 2 * v.n : v.n); k++) {
        v.kid[k] = draw_printable(a, model_kid_type(t, k));
        if (!map || k % 2 != 0) continue;
        char *key = fl_arena_printf(a, "k%d", k); /* differs from the others */
        v.kid[k] = (model){.s = fl_str_from(key)};
    }
    return v;
}

/* Rows of models to bytes and back: the same. */
static inline void round_trip(const char *format, const fl_schema *s, const char *options, fl_arena *a, int rows) {
    fixture f = {.schema = *s};
    fl_arena_init(&f.arena);
    fl_buf_init(&f.out);
    f.config = (fl_format_config){.format = fl_format_find(format), .schema = &f.schema};
    fixture_options(&f, options);
    if (f.config.format->encoder(&f.config, &f.e, &f.err) < 0) fail_msg("%s", f.err.message);
    fixture_renew_decoder(&f);
    fl_batch *b = fl_batch_new(s->n, rows);
    model **values = fl_arena_alloc(a, sizeof *values * (size_t)s->n);
    for (int c = 0; c < s->n; c++) {
        values[c] = fl_arena_alloc(a, sizeof **values * (size_t)rows);
        for (int i = 0; i < rows; i++) values[c][i] = draw_printable(a, s->fields[c].type);
        b->cols[c] = model_column(s->fields[c].type, values[c], rows);
    }
    for (int i = 0; i < rows; i++)
        if (f.e->row(f.e, b, i, &f.out, &f.err) < 0) fail_msg("%s", f.err.message);
    fl_batch_unref(b);
    fl_builder builder;
    fl_builder_init(&builder, &f.schema, rows);
    fl_buffer *owner = bytes_of(fl_str_make(f.out.p, f.out.n));
    owner->release = release_bytes;
    size_t used;
    if (f.d->decode(f.d, fl_str_make((char *)owner->data, f.out.n), owner, true, &builder, &used, &f.err) < 0)
        fail_msg("%s", f.err.message);
    fl_buffer_unref(owner);
    b = fl_builder_take(&builder);
    for (int c = 0; c < s->n; c++) assert_column(b->cols[c], values[c], rows);
    fl_batch_unref(b);
    fl_builder_deinit(&builder);
    fixture_deinit(&f);
}

/* Changes a few bytes. */
static inline fl_str mutate(fl_arena *a, fl_str s, const char *alphabet) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_put(&b, s.p, s.n);
    for (int n = 1 + draw(3); n > 0 && b.n > 1; n--) {
        size_t at = (size_t)draw((int)b.n);
        char c = alphabet[draw((int)strlen(alphabet))];
        switch (draw(4)) {
        case 0: b.p[at] = c; break;
        case 1: memmove(b.p + at, b.p + at + 1, --b.n - at); break;
        case 2: b.n = at; break;
        default:
            fl_buf_putc(&b, c);
            memmove(b.p + at + 1, b.p + at, b.n - 1 - at);
            b.p[at] = c;
            break;
        }
    }
    s = fl_str_make(fl_arena_strndup(a, b.p, b.n), b.n);
    fl_buf_deinit(&b);
    return s;
}

#endif
