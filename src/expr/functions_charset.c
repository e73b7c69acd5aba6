/* SPDX-License-Identifier: Apache-2.0 */
/* functions_charset.c -- ENCODE and DECODE: texts to bytes of a character set, and back.
 *
 * What:       the character sets that every Java has. What a set has no byte for becomes a question mark; bytes that
 *             are no character become U+FFFD, as many as Java makes of them.
 * Types:      Flink types what ENCODE gives as BINARY(1), and the bytes are as many as they are.
 * Interface:  the table at the end.
 */
#include "expr/functions_int.h"
#include "messages/value.h"

typedef enum charset { NO_CHARSET, UTF_8, US_ASCII, ISO_8859_1, UTF_16, UTF_16BE, UTF_16LE } charset;

/* Names that java.nio.charset knows, without regard to case. */
static const struct {
    const char *name;
    charset set;
} names[] = {
    {"UTF-8", UTF_8},
    {"UTF8", UTF_8},
    {"unicode-1-1-utf-8", UTF_8},
    {"US-ASCII", US_ASCII},
    {"ASCII", US_ASCII},
    {"ASCII7", US_ASCII},
    {"ISO646-US", US_ASCII},
    {"us", US_ASCII},
    {"646", US_ASCII},
    {"cp367", US_ASCII},
    {"ANSI_X3.4-1968", US_ASCII},
    {"ISO-8859-1", ISO_8859_1},
    {"ISO8859-1", ISO_8859_1},
    {"ISO8859_1", ISO_8859_1},
    {"ISO_8859-1", ISO_8859_1},
    {"ISO_8859_1", ISO_8859_1},
    {"8859_1", ISO_8859_1},
    {"latin1", ISO_8859_1},
    {"l1", ISO_8859_1},
    {"cp819", ISO_8859_1},
    {"IBM819", ISO_8859_1},
    {"UTF-16", UTF_16},
    {"UTF_16", UTF_16},
    {"utf16", UTF_16},
    {"unicode", UTF_16},
    {"UnicodeBig", UTF_16},
    {"UTF-16BE", UTF_16BE},
    {"UTF_16BE", UTF_16BE},
    {"X-UTF-16BE", UTF_16BE},
    {"UnicodeBigUnmarked", UTF_16BE},
    {"UTF-16LE", UTF_16LE},
    {"UTF_16LE", UTF_16LE},
    {"X-UTF-16LE", UTF_16LE},
    {"UnicodeLittleUnmarked", UTF_16LE},
};

static charset find_charset(fl_str name) {
    for (size_t i = 0; i < FL_ARRAY_LEN(names); i++)
        if (fl_str_iis(name, names[i].name)) return names[i].set;
    return NO_CHARSET;
}

static int charset_of_row(fl_kernel_call *call, const fl_column *c, int i, charset *out, fl_error *err) {
    fl_str name = fl_view_str(fl_view_at(c, i));
    *out = find_charset(name);
    if (*out != NO_CHARSET) return 0;
    return fl_kernel_fail(err, call, FL_ERR_VALUE_CHARSET, (int)FL_MIN(name.n, (size_t)100), name.p);
}

/* ---- ENCODE ---- */

static void put_unit(fl_buf *out, charset set, uint32_t unit) {
    bool little = set == UTF_16LE;
    fl_buf_putc(out, (char)(little ? unit : unit >> 8));
    fl_buf_putc(out, (char)(little ? unit >> 8 : unit));
}

static void put_character(fl_buf *out, charset set, uint32_t cp) {
    uint32_t most = set == US_ASCII ? 0x7f : 0xff;
    if (set == US_ASCII || set == ISO_8859_1) {
        fl_buf_putc(out, (char)(cp <= most ? cp : '?'));
    } else if (cp > 0xffff) {
        put_unit(out, set, 0xd800 | (cp - 0x10000) >> 10);
        put_unit(out, set, 0xdc00 | (cp & 0x3ff));
    } else {
        put_unit(out, set, cp);
    }
}

static void encode_text(fl_buf *out, charset set, fl_str s) {
    if (set == UTF_8) {
        fl_buf_put_str(out, s);
        return;
    }
    if (set == UTF_16 && s.n > 0) put_unit(out, set, 0xfeff);
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        put_character(out, set, cp);
    }
}

/* ---- DECODE ---- */

static void put_utf8(fl_buf *out, uint32_t cp) { out->n += (size_t)fl_utf8_encode(cp, fl_buf_reserve(out, 4)); }

static void decode_bytes(fl_buf *out, charset set, fl_str s) {
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        put_utf8(out, set == US_ASCII && c > 0x7f ? 0xfffd : c);
    }
}

/* A high unit that no low one follows takes the unit behind it along; a byte order mark tells the order of UTF-16. */
static void decode_units(fl_buf *out, charset set, fl_str s) {
    const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;
    bool little = set == UTF_16LE;
    if (set == UTF_16 && s.n >= 2 && ((p[0] == 0xfe && p[1] == 0xff) || (p[0] == 0xff && p[1] == 0xfe))) {
        little = p[0] == 0xff;
        p += 2;
    }
    for (; end - p >= 2; p += 2) {
        uint32_t unit = little ? p[0] | (uint32_t)p[1] << 8 : (uint32_t)p[0] << 8 | p[1];
        if ((unit & 0xfc00) != 0xd800) {
            put_utf8(out, (unit & 0xfc00) == 0xdc00 ? 0xfffd : unit);
            continue;
        }
        if (end - p < 4) break;
        p += 2;
        uint32_t low = little ? p[0] | (uint32_t)p[1] << 8 : (uint32_t)p[0] << 8 | p[1];
        bool pair = (low & 0xfc00) == 0xdc00;
        put_utf8(out, pair ? 0x10000 + ((unit & 0x3ff) << 10 | (low & 0x3ff)) : 0xfffd);
    }
    if (p < end) put_utf8(out, 0xfffd);
}

static void decode_text(fl_buf *out, charset set, fl_str s) {
    if (set == UTF_8)
        fl_utf8_put_java(out, s);
    else if (set == US_ASCII || set == ISO_8859_1)
        decode_bytes(out, set, s);
    else
        decode_units(out, set, s);
}

/* ---- kernel and type rule ---- */

static int convert(FL_KERNEL_ARGS) {
    bool encode = call->expr->fn->name[0] == 'E';
    charset set = NO_CHARSET;
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc == 0; k++) {
        int i = fl_row_at(rows, k);
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        fl_buf_reset(&b);
        if ((rc = charset_of_row(call, in[1], i, &set, err)) < 0) break;
        if (encode)
            encode_text(&b, set, s);
        else
            decode_text(&b, set, s);
        fl_column_put_str(out, i, fl_str_make(b.n > 0 ? b.p : "", b.n));
    }
    fl_buf_deinit(&b);
    return rc;
}

static int infer_convert(fl_bind *b, fl_expr *call, fl_error *err) {
    bool encode = call->fn->name[0] == 'E';
    FL_TRY(fl_refuse_nulls(call, err));
    if (encode != fl_is_text_arg(call, 0) || (!encode && !fl_type_is_binary(call->args[0]->type)) ||
        !fl_is_text_arg(call, 1))
        return fl_bad_arguments(call, err);
    const fl_type *t = encode ? fl_type_text(b->arena, FL_T_BINARY, 1, true) : fl_type_string(true);
    return fl_typed(b, call, t, true);
}

static fl_kernel_fn *choose_convert(const fl_expr *call FL_UNUSED) { return convert; }

#define ROW(word, form, text)                                                                                          \
    {                                                                                                                  \
        .name = word, .min_args = 2, .max_args = 2, .flags = FL_FN_STRICT | FL_FN_COSTLY | FL_FN_FALLIBLE,             \
        .infer = infer_convert, .choose = choose_convert, .signature = form, .doc = text                               \
    }

FL_FUNCTION_TABLE(charset) = {
    ROW("ENCODE", "'ENCODE(<CHARACTER>, <CHARACTER>)'", "The bytes of a text in a character set."),
    ROW("DECODE", "'DECODE(<BINARY>, <CHARACTER>)'", "The text that bytes are in a character set."),
    {0},
};
