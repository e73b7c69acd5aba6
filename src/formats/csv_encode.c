/* SPDX-License-Identifier: Apache-2.0 */
/* csv_encode.c -- rows to CSV records.
 *
 * What:       the encoder of the format. Texts are quoted by Jackson's loose rule, which asks how a text looks, not
 *             what it needs: more than 24 characters, or one that is not above the delimiter and the quote, or a
 *             backslash. Numbers are not quoted, but decimals are texts.
 * Example:    [1, a b, 100.00, [1, NULL]] is 1,"a b","1E+2",1;
 * Interface:  csv_encoder_new.
 */
#include <stdlib.h>

#include "base/base64.h"
#include "formats/csv_int.h"

enum { UNQUOTED_MAX = 24 };

typedef struct csv_encoder {
    fl_encoder base;
    csv_options opt;
    const fl_schema *schema;
    fl_buf text; /* of one cell */
    text_minute_text minute;
    /* of what is being written */
    bool message;
    uint32_t safe; /* characters from here on need no quotes */
} csv_encoder;

/* ---- quotes ---- */

static uint32_t first_code_point(fl_str s) {
    uint32_t cp = 0;
    if (s.n > 0) fl_utf8_decode(s.p, s.p + s.n, &cp);
    return cp;
}

/* Whether a character of the text is below e->safe, or the escape: by bytes if both are ASCII, for then no byte of
 * another character is. */
static bool has_unsafe_byte(const char *p, const char *end, unsigned char safe, unsigned char escape) {
    for (; end - p >= 8; p += 8) {
        uint64_t x = fl_load8(p), below = (x - FL_EACH8 * safe) & ~x & FL_HIGH8;
        if ((below | fl_match8(x, escape)) != 0) return true;
    }
    for (; p < end; p++)
        if ((unsigned char)*p < safe || (unsigned char)*p == escape) return true;
    return false;
}

static bool has_unsafe_character(const char *p, const char *end, uint32_t safe, uint32_t escape) {
    for (uint32_t cp; p < end;) {
        p += fl_utf8_decode(p, end, &cp);
        if (cp < safe || cp == escape) return true;
    }
    return false;
}

static bool needs_quotes(const csv_encoder *e, fl_str s) {
    if (e->opt.quote.n == 0) return false;
    if (s.n > UNQUOTED_MAX && fl_utf16_count(s) > UNQUOTED_MAX) return true;
    uint32_t escape = e->opt.escape.n > 0 ? first_code_point(e->opt.escape) : '\\';
    if (e->safe <= 0x80 && escape < 0x80)
        return has_unsafe_byte(s.p, s.p + s.n, (unsigned char)e->safe, (unsigned char)escape);
    return has_unsafe_character(s.p, s.p + s.n, e->safe, escape);
}

/* Doubles the quotes within, and puts an escape before each escape. */
static void put_quoted(const csv_encoder *e, fl_str s, fl_buf *out) {
    fl_str quote = e->opt.quote, escape = e->opt.escape;
    const char *p = s.p, *end = s.p + s.n;
    fl_buf_put_str(out, quote);
    while (p < end) {
        const char *q = fl_find3(p, end, quote.p[0], quote.p[0], escape.n > 0 ? escape.p[0] : quote.p[0]);
        size_t left = (size_t)(end - q);
        fl_buf_put(out, p, (size_t)(q - p));
        if (left >= quote.n && memcmp(q, quote.p, quote.n) == 0)
            fl_buf_put_str(out, quote);
        else if (escape.n > 0 && left >= escape.n && memcmp(q, escape.p, escape.n) == 0)
            fl_buf_put_str(out, escape);
        if (q < end) fl_buf_putc(out, *q++);
        p = q;
    }
    fl_buf_put_str(out, quote);
}

static void put_text(const csv_encoder *e, fl_str s, fl_buf *out) {
    if (needs_quotes(e, s))
        put_quoted(e, s, out);
    else
        fl_buf_put_str(out, s);
}

/* ---- values ---- */

/* A decimal cell of a message; elsewhere Java's text with its exponent is written. */
static void print_plain(const fl_column *c, int i, fl_buf *out) {
    fl_i128 x = fl_column_i128(c, i);
    int scale = c->type->scale;
    for (; scale > 0 && x % 10 == 0; scale--) x /= 10;
    fl_decimal_print(out, x, scale);
}

static void print_time(int32_t ms, fl_buf *out) {
    int digits = 3;
    while (digits > 0 && ms % (int32_t)fl_pow10_i64[4 - digits] == 0) digits--;
    fl_time_print(out, ms, digits);
}

/* The text of a value that is no array or row. True if it may have to be quoted: numbers are written as they are. */
static bool print_simple(csv_encoder *e, const fl_column *c, int i, fl_buf *out) {
    switch (c->type->kind) {
    case FL_T_BOOLEAN: fl_buf_puts(out, fl_column_i64(c, i) ? "true" : "false"); return false;
    case FL_T_FLOAT: fl_float_print(out, FL_DATA(c, float)[i]); return false;
    case FL_T_DOUBLE: text_put_double(out, FL_DATA(c, double)[i]); return false;
    case FL_T_DECIMAL: fl_decimal_print_java(out, fl_column_i128(c, i), c->type->scale); return true;
    case FL_T_CHAR:
    case FL_T_VARCHAR: fl_buf_put_str(out, fl_column_str(c, i)); return true;
    case FL_T_BINARY:
    case FL_T_VARBINARY: fl_base64_put(out, fl_column_str(c, i)); return true;
    case FL_T_DATE: fl_date_print(out, FL_DATA(c, int32_t)[i]); return true;
    case FL_T_TIME: print_time(FL_DATA(c, int32_t)[i], out); return true;
    case FL_T_TIMESTAMP:
    case FL_T_TIMESTAMP_LTZ:
        text_put_timestamp(&e->minute, out, fl_column_ts(c, i), ' ');
        if (c->type->kind == FL_T_TIMESTAMP_LTZ) fl_buf_putc(out, 'Z');
        return true;
    default: fl_i64_print(out, fl_column_i64(c, i)); return false;
    }
}

static void print_element(csv_encoder *e, const fl_column *c, int i, bool first, fl_buf *out) {
    if (!first) fl_buf_put_str(out, e->opt.element_delimiter);
    if (fl_column_is_null(c, i))
        fl_buf_put_str(out, e->opt.null_literal);
    else
        print_simple(e, c, i, out);
}

static void print_nested(csv_encoder *e, const fl_column *c, int i, fl_buf *out) {
    if (c->phys == FL_P_ROW) {
        for (int k = 0; k < c->n_children; k++) print_element(e, c->child[k], i, k == 0, out);
        return;
    }
    const int32_t *offsets = c->data;
    for (int k = offsets[i]; k < offsets[i + 1]; k++) print_element(e, c->child[0], k, k == offsets[i], out);
}

static void put_cell(csv_encoder *e, const fl_column *c, int i, fl_buf *out) {
    if (fl_column_is_null(c, i)) {
        fl_buf_put_str(out, e->opt.null_literal);
        return;
    }
    if (fl_type_is_char(c->type)) {
        put_text(e, fl_column_str(c, i), out);
        return;
    }
    size_t from = out->n;
    bool text = true;
    if (c->n_children > 0)
        print_nested(e, c, i, out);
    else if (c->type->kind == FL_T_DECIMAL && e->message && !e->opt.scientific)
        print_plain(c, i, out);
    else
        text = print_simple(e, c, i, out);
    if (!text || !needs_quotes(e, fl_str_make(out->p + from, out->n - from))) return;
    fl_buf_reset(&e->text);
    fl_buf_put(&e->text, out->p + from, out->n - from);
    out->n = from;
    put_quoted(e, fl_str_make(e->text.p, e->text.n), out);
}

/* ---- the encoder ---- */

static void put_row(csv_encoder *e, const fl_batch *b, int row, bool message, fl_buf *out) {
    e->message = message;
    e->safe = FL_MAX(first_code_point(e->opt.delimiter), first_code_point(e->opt.quote)) + 1;
    if (!message) e->safe = FL_MAX(e->safe, (uint32_t)'\n' + 1);
    for (int i = 0; i < b->n_cols; i++) {
        if (i > 0) fl_buf_put_str(out, e->opt.delimiter);
        put_cell(e, b->cols[i], fl_column_at(b->cols[i], row), out);
    }
}

static int write_line(fl_encoder *base, const fl_batch *b, int row, fl_buf *out, fl_error *err) {
    csv_encoder *e = FL_CONTAINER_OF(base, csv_encoder, base);
    (void)err;
    put_row(e, b, row, false, out);
    fl_buf_putc(out, '\n');
    return 0;
}

static int write_message(fl_encoder *base, const fl_batch *b, int row, fl_buf *out, fl_error *err) {
    csv_encoder *e = FL_CONTAINER_OF(base, csv_encoder, base);
    (void)err;
    put_row(e, b, row, true, out);
    return 0;
}

static void encoder_free(fl_encoder *base) {
    csv_encoder *e = FL_CONTAINER_OF(base, csv_encoder, base);
    fl_buf_deinit(&e->text);
    free(e);
}

int csv_encoder_new(const fl_format_config *c, fl_encoder **out, fl_error *err) {
    csv_encoder *e = fl_calloc(1, sizeof *e);
    if (csv_options_read(c, &e->opt, err) < 0) {
        free(e);
        return err->code;
    }
    e->base = (fl_encoder){.format = c->format, .row = write_line, .message = write_message, .free = encoder_free};
    e->schema = c->schema;
    fl_buf_init(&e->text);
    *out = &e->base;
    return 0;
}
