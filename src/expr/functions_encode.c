/* SPDX-License-Identifier: Apache-2.0 */
/* functions_encode.c -- texts of codes and codes of texts: CHR, BIN, HEX, UNHEX, TO_BASE64, FROM_BASE64. */
#include "base/base64.h"
#include "base/bytes.h"
#include "expr/functions_int.h"
#include "messages/value.h"

static inline int64_t bigint_at(const fl_column *c, int i) { return FL_DATA(c, int64_t)[fl_column_at(c, i)]; }

/* The low eight bits as a character; a negative number has none. */
static int chr(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        int64_t x = bigint_at(in[0], i);
        char text[FL_VIEW_INLINE]; /* four bytes at most */
        int n = x < 0 ? 0 : fl_utf8_encode((uint32_t)(x & 255), text);
        fl_put_slice(out, i, text, (size_t)n);
    });
    return 0;
}

/* Digits of the 64 bits, without zeros in front. */
static void put_digits(fl_column *out, int i, uint64_t x, int bits) {
    char text[64], *at = text + sizeof text;
    do {
        *--at = "0123456789ABCDEF"[x & ((1u << bits) - 1)];
        x >>= bits;
    } while (x != 0);
    fl_column_put_str(out, i, fl_str_make(at, (size_t)(text + sizeof text - at)));
}

static int bin(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, put_digits(out, i, (uint64_t)bigint_at(in[0], i), 1));
    return 0;
}

static int hex_of_integer(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, put_digits(out, i, (uint64_t)bigint_at(in[0], i), 4));
    return 0;
}

static int hex_of_text(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, 2 * s.n, small);
        fl_put_hex(to, s.p, s.n, 'A');
        fl_put_slice(out, i, to, 2 * s.n);
    });
    return 0;
}

static int infer_digits(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    bool hex = call->fn->name[0] == 'H';
    if (!hex || !fl_is_text_arg(call, 0)) FL_TRY(fl_need_bigint(b, call, 0, err));
    return fl_typed(b, call, fl_type_string(true), call->fn->name[0] == 'C' || fl_args_nullable(call));
}

static fl_kernel_fn *choose_digits(const fl_expr *call) {
    if (call->fn->name[0] != 'H') return call->fn->name[0] == 'C' ? chr : bin;
    return fl_is_text_arg(call, 0) ? hex_of_text : hex_of_integer;
}

/* ---- UNHEX ---- */

/* The bytes of pairs of digits; a digit without a partner, in front, is a zero byte. False: there is another character.
 */
static bool put_unhexed(char *to, fl_str s) {
    size_t odd = s.n % 2;
    if (odd > 0 && fl_hex_digit(s.p[0]) < 0) return false;
    if (odd > 0) *to++ = 0;
    for (size_t k = odd; k < s.n; k += 2) {
        int high = fl_hex_digit(s.p[k]), low = fl_hex_digit(s.p[k + 1]);
        if (high < 0 || low < 0) return false;
        *to++ = (char)(high << 4 | low);
    }
    return true;
}

static int unhex(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        size_t n = (s.n + 1) / 2;
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, n, small);
        if (put_unhexed(to, s))
            fl_put_slice(out, i, to, n);
        else
            fl_kernel_null(out, i);
    });
    return 0;
}

static int infer_unhex(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_take_texts(b, call, 0, 1, err));
    return fl_typed(b, call, fl_type_text(b->arena, FL_T_VARBINARY, FL_LENGTH_MAX, true), true);
}

static fl_kernel_fn *choose_unhex(const fl_expr *call FL_UNUSED) { return unhex; }

/* ---- Base64 ---- */

static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int to_base64(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        size_t n = fl_base64_size(s.n);
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, n, small);
        fl_base64_write(to, s);
        fl_put_slice(out, i, to, n);
    });
    return 0;
}

static int base64_value(char c) {
    const char *at = c != 0 ? strchr(base64_digits, c) : NULL;
    return at != NULL ? (int)(at - base64_digits) : -1;
}

/* As java.util.Base64's basic decoder: padding may be missing, but not half of it, and nothing follows it. Returns the
 * number of bytes, or -1 after filling err. */
static int64_t decode_base64(fl_kernel_call *call, fl_str s, char *to, fl_error *err) {
    size_t digits = 0, pads = 0, n = 0;
    uint32_t x = 0;
    for (size_t k = 0; k < s.n; k++) {
        int value = base64_value(s.p[k]);
        if (s.p[k] == '=')
            pads++;
        else if (value < 0)
            return fl_kernel_fail(err, call, FL_ERR_VALUE_BASE64_CHARACTER, (unsigned char)s.p[k]);
        else if (pads > 0)
            return fl_kernel_fail(err, call, FL_ERR_VALUE_BASE64_ENDING, k);
        else {
            x = x << 6 | (uint32_t)value;
            if (++digits % 4 != 0) continue;
            to[n++] = (char)(x >> 16);
            to[n++] = (char)(x >> 8);
            to[n++] = (char)x;
        }
    }
    size_t left = digits % 4, wanted = left == 2 ? 2 : left == 3 ? 1 : 0;
    if (left == 1) return fl_kernel_fail(err, call, FL_ERR_VALUE_BASE64_SHORT);
    if (pads != 0 && pads != wanted) return fl_kernel_fail(err, call, FL_ERR_VALUE_BASE64_PADDING);
    if (left == 2) to[n++] = (char)(x >> 4);
    if (left == 3) {
        to[n++] = (char)(x >> 10);
        to[n++] = (char)(x >> 2);
    }
    return (int64_t)n;
}

static int from_base64(FL_KERNEL_ARGS) {
    FL_EACH_ROW(rows, i, {
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        size_t room = s.n / 4 * 3 + 3;
        char small[FL_VIEW_INLINE], *to = fl_text_room(out, room, small);
        int64_t n = decode_base64(call, s, to, err);
        if (n < 0) return (int)n;
        fl_put_slice(out, i, to, (size_t)n);
    });
    return 0;
}

static int infer_base64(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_refuse_nulls(call, err));
    bool bytes = call->fn->name[0] == 'T' && fl_type_is_binary(call->args[0]->type);
    if (!bytes && !fl_is_text_arg(call, 0)) return fl_bad_arguments(call, err);
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

static fl_kernel_fn *choose_base64(const fl_expr *call) { return call->fn->name[0] == 'T' ? to_base64 : from_base64; }

#define ROW(word, more_flags, rule, pick, form, text)                                                                  \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = 1, .flags = FL_FN_STRICT | FL_FN_COSTLY | (more_flags),               \
        .infer = rule, .choose = pick, .signature = form, .doc = text                                                  \
    }

FL_FUNCTION_TABLE(encode) = {
    ROW("CHR", 0, infer_digits, choose_digits, "'CHR(<INTEGER>)'", "The character of a code, modulo 256."),
    ROW("BIN", 0, infer_digits, choose_digits, "'BIN(<INTEGER>)'", "The number in binary digits."),
    ROW("HEX", 0, infer_digits, choose_digits, "'HEX(<INTEGER>)', 'HEX(<CHARACTER>)'",
        "The number, or the bytes of the UTF-8 text, in hexadecimal digits."),
    ROW("UNHEX", FL_FN_SINCE_2, infer_unhex, choose_unhex, "'UNHEX(<CHARACTER>)'",
        "The bytes that hexadecimal digits spell; NULL if there is another character. From Flink 2.0 on."),
    ROW("TO_BASE64", 0, infer_base64, choose_base64, "'TO_BASE64(<STRING>)'", "The bytes of the text in Base64."),
    ROW("FROM_BASE64", FL_FN_FALLIBLE, infer_base64, choose_base64, "'FROM_BASE64(<CHARACTER>)'",
        "The text whose bytes are written in Base64."),
    {0},
};
