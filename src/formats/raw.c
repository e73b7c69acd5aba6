/* SPDX-License-Identifier: Apache-2.0 */
/* raw.c -- the format `raw`: the bytes of a message, or of a line, are the one value of the row.
 *
 * What:       text in a charset, bytes, or a number in its width.
 * Example:    the message 00 00 00 07 is 7 for (id INT); the line `two words` is itself for (line STRING).
 * Interface:  fl_format_raw, at the end.
 * Algorithm:  text is kept in UTF-8; of the other charsets those of one byte for a character are done here. A message
 *             without bytes (p NULL, as Kafka has them) is NULL.
 */
#include <stdlib.h>

#include "formats/format.h"
#include "formats/text_int.h"
#include "messages/format.h"

typedef enum charset { UTF_8, ISO_8859_1, US_ASCII } charset;

typedef struct raw_options {
    charset charset;
    bool little_endian;
} raw_options;

typedef struct raw_decoder {
    fl_decoder base;
    raw_options opt;
    fl_buf text; /* decoded */
} raw_decoder;

typedef struct raw_encoder {
    fl_encoder base;
    raw_options opt;
} raw_encoder;

static const fl_option_def options[] = {
    {"charset", FL_OPT_STRING, "UTF-8", .help = "UTF-8, ISO-8859-1 or US-ASCII."},
    {"endianness", FL_OPT_STRING, "big-endian", .help = "big-endian or little-endian, of numbers."},
    {NULL},
};

/* ---- options and types ---- */

static int read_charset(const char *name, charset *out, fl_error *err) {
    static const struct {
        const char *name;
        charset charset;
    } names[] = {{"UTF-8", UTF_8},       {"UTF8", UTF_8},        {"ISO-8859-1", ISO_8859_1}, {"ISO8859_1", ISO_8859_1},
                 {"LATIN1", ISO_8859_1}, {"US-ASCII", US_ASCII}, {"ASCII", US_ASCII}};
    for (size_t i = 0; i < FL_ARRAY_LEN(names); i++)
        if (fl_str_iis(fl_str_from(name), names[i].name)) {
            *out = names[i].charset;
            return 0;
        }
    return fl_fail(err, FL_ERR_FORMAT_RAW_CHARSET, name);
}

static int read_options(const fl_format_config *c, raw_options *out, fl_error *err) {
    const char *endianness = fl_format_option(c, "endianness");
    out->little_endian = fl_str_iis(fl_str_from(endianness), "little-endian");
    if (!out->little_endian && !fl_str_iis(fl_str_from(endianness), "big-endian"))
        return fl_fail(err, FL_ERR_FORMAT_RAW_ENDIANNESS, endianness);
    return read_charset(fl_format_option(c, "charset"), &out->charset, err);
}

/* Bytes of a value; 0: any number; -1: the type is none of the format's. */
static int value_size(const fl_type *t) {
    switch (t->kind) {
    case FL_T_CHAR:
    case FL_T_VARCHAR:
    case FL_T_BINARY:
    case FL_T_VARBINARY: return 0;
    case FL_T_BOOLEAN:
    case FL_T_TINYINT: return 1;
    case FL_T_SMALLINT: return 2;
    case FL_T_INT:
    case FL_T_FLOAT: return 4;
    case FL_T_BIGINT:
    case FL_T_DOUBLE: return 8;
    default: return -1;
    }
}

static int refuse_columns(const fl_schema *s, fl_error *err) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < s->n; i++) {
        if (i > 0) fl_buf_puts(&b, ", ");
        fl_quote_name(&b, s->fields[i].name);
        fl_buf_putc(&b, ' ');
        fl_type_print(&b, s->fields[i].type, FL_TYPE_SUMMARY);
    }
    fl_fail(err, FL_ERR_FORMAT_RAW_COLUMNS, fl_buf_cstr(&b));
    fl_buf_deinit(&b);
    return err->code;
}

static int check(const fl_format_config *c, bool encode, fl_error *err) {
    (void)encode;
    raw_options opt;
    const fl_schema *all = c->physical != NULL ? c->physical : c->schema;
    FL_TRY(read_options(c, &opt, err));
    if (all->n > 1) return refuse_columns(all, err);
    if (all->n == 0 || value_size(all->fields[0].type) >= 0) return 0;
    char name[TEXT_TYPE_NAME_MAX];
    return fl_fail(err, FL_ERR_FORMAT_RAW_TYPE, text_type_name(name, all->fields[0].type));
}

/* ---- decoding ---- */

static fl_str to_utf8(raw_decoder *d, fl_str s) {
    if (d->opt.charset == UTF_8 || fl_skip_ascii(s.p, s.p + s.n) == s.p + s.n) return s;
    fl_buf_reset(&d->text);
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        uint32_t cp = c >= 0x80 && d->opt.charset == US_ASCII ? 0xfffd : c;
        d->text.n += (size_t)fl_utf8_encode(cp, fl_buf_reserve(&d->text, 4));
    }
    return fl_str_make(d->text.p, d->text.n);
}

static uint64_t load_number(fl_str s, bool little_endian) {
    uint64_t x = 0;
    for (size_t i = 0; i < s.n; i++) x = x << 8 | (unsigned char)s.p[little_endian ? s.n - 1 - i : i];
    return x;
}

static void append_number(const raw_decoder *d, fl_column *c, fl_str s) {
    uint64_t x = load_number(s, d->opt.little_endian);
    uint32_t low = (uint32_t)x;
    double wide;
    float narrow;
    switch (c->phys) {
    case FL_P_F32:
        memcpy(&narrow, &low, sizeof narrow);
        fl_column_append_f64(c, (double)narrow);
        break;
    case FL_P_F64:
        memcpy(&wide, &x, sizeof wide);
        fl_column_append_f64(c, wide);
        break;
    default: fl_column_append_i64(c, (int64_t)x); break;
    }
}

static int read_value(raw_decoder *d, fl_str s, fl_column *c, fl_error *err) {
    char name[TEXT_TYPE_NAME_MAX];
    int size = value_size(c->type);
    if (s.p == NULL) {
        fl_column_append_null(c);
    } else if (size == 0) {
        fl_column_append_str(c, fl_type_is_char(c->type) ? to_utf8(d, s) : s);
    } else if (s.n != (size_t)size) {
        return fl_fail(err, FL_ERR_FORMAT_RAW_SIZE, text_type_name(name, c->type), size);
    } else {
        append_number(d, c, s);
    }
    return 0;
}

static int decode_message(fl_decoder *base, fl_str message, fl_buffer *owner, fl_builder *out, fl_error *err) {
    (void)owner;
    raw_decoder *d = FL_CONTAINER_OF(base, raw_decoder, base);
    if (out->schema->n > 0) FL_TRY(read_value(d, message, out->cols[0], err));
    fl_builder_end_row(out, FL_INSERT);
    return 0;
}

static int decode(fl_decoder *base, fl_str bytes, fl_buffer *owner, bool last, fl_builder *out, size_t *used,
                  fl_error *err) {
    for (*used = 0; *used < bytes.n && !fl_builder_full(out);) {
        const char *p = bytes.p + *used, *nl = memchr(p, '\n', bytes.n - *used);
        if (nl == NULL && !last) break;
        size_t n = nl != NULL ? (size_t)(nl - p) : bytes.n - *used;
        bool cr = nl != NULL && n > 0 && p[n - 1] == '\r';
        FL_TRY(decode_message(base, fl_str_make(p, n - cr), owner, out, err));
        *used += n + (nl != NULL);
    }
    return 0;
}

static void decoder_free(fl_decoder *base) {
    raw_decoder *d = FL_CONTAINER_OF(base, raw_decoder, base);
    fl_buf_deinit(&d->text);
    free(d);
}

static int decoder_new(const fl_format_config *c, fl_decoder **out, fl_error *err) {
    raw_options opt;
    FL_TRY(read_options(c, &opt, err));
    raw_decoder *d = fl_calloc(1, sizeof *d);
    d->base = (fl_decoder){.format = c->format, .decode = decode, .message = decode_message, .free = decoder_free};
    d->opt = opt;
    fl_buf_init(&d->text);
    *out = &d->base;
    return 0;
}

/* ---- encoding ---- */

/* What the charset has not becomes a question mark. */
static void put_text(const raw_encoder *e, fl_str s, fl_buf *out) {
    if (e->opt.charset == UTF_8) {
        fl_buf_put_str(out, s);
        return;
    }
    uint32_t cp, limit = e->opt.charset == US_ASCII ? 0x80 : 0x100;
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        p += fl_utf8_decode(p, end, &cp);
        fl_buf_putc(out, cp < limit ? (char)cp : '?');
    }
}

static uint64_t number_bits(const fl_column *c, int i) {
    uint64_t wide;
    uint32_t narrow;
    switch (c->phys) {
    case FL_P_F32: memcpy(&narrow, &FL_DATA(c, float)[i], sizeof narrow); return narrow;
    case FL_P_F64: memcpy(&wide, &FL_DATA(c, double)[i], sizeof wide); return wide;
    default: return (uint64_t)fl_column_i64(c, i);
    }
}

static int write_message(fl_encoder *base, const fl_batch *b, int row, fl_buf *out, fl_error *err) {
    (void)err;
    raw_encoder *e = FL_CONTAINER_OF(base, raw_encoder, base);
    const fl_column *c = b->cols[0];
    if (fl_column_is_null(c, row)) return 0;
    int size = value_size(c->type);
    if (size == 0) {
        fl_str s = fl_column_str(c, row);
        if (fl_type_is_char(c->type))
            put_text(e, s, out);
        else
            fl_buf_put_str(out, s);
        return 0;
    }
    uint64_t x = number_bits(c, fl_column_at(c, row));
    for (int i = 0; i < size; i++) fl_buf_putc(out, (char)(x >> 8 * (e->opt.little_endian ? i : size - 1 - i)));
    return 0;
}

static int write_line(fl_encoder *base, const fl_batch *b, int row, fl_buf *out, fl_error *err) {
    FL_TRY(write_message(base, b, row, out, err));
    fl_buf_putc(out, '\n');
    return 0;
}

static void encoder_free(fl_encoder *base) { free(FL_CONTAINER_OF(base, raw_encoder, base)); }

static int encoder_new(const fl_format_config *c, fl_encoder **out, fl_error *err) {
    raw_options opt;
    FL_TRY(read_options(c, &opt, err));
    raw_encoder *e = fl_calloc(1, sizeof *e);
    e->base = (fl_encoder){.format = c->format, .row = write_line, .message = write_message, .free = encoder_free};
    e->opt = opt;
    *out = &e->base;
    return 0;
}

const fl_format fl_format_raw = {
    .name = "raw",
    .options = options,
    .changes = FL_CHANGES_INSERT,
    .check = check,
    .decoder = decoder_new,
    .encoder = encoder_new,
};
