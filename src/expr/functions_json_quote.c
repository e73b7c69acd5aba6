/* SPDX-License-Identifier: Apache-2.0 */
/* functions_json_quote.c -- JSON_QUOTE and JSON_UNQUOTE: a text as a JSON string, and back.
 *
 * What is not ASCII becomes \u escapes. For a character beyond U+FFFF Flink 2.1 writes its whole number and then the
 * second half of its pair (\u1f600\ude00), which no reader understands; so does this.
 *
 * JSON_UNQUOTE leaves what is no JSON string alone. What stands behind the string is ignored when that is found out, but
 * unquoted with it if the text ends with a quote: "a" "b" becomes a" "b. An escape that is none in there leaves the
 * text as it is.
 */
#include "data/json_text.h"
#include "expr/functions_int.h"
#include "expr/json.h"
#include "messages/json.h"

/* ---- JSON_QUOTE ---- */

/* The letter behind the backslash; 0: the character stands for itself. */
static char escape_letter(char c) {
    switch (c) {
    case '"':
    case '\\':
    case '/': return c;
    case '\b': return 'b';
    case '\f': return 'f';
    case '\n': return 'n';
    case '\r': return 'r';
    case '\t': return 't';
    default: return 0;
    }
}

static void put_quoted(fl_buf *b, fl_str s) {
    fl_buf_putc(b, '"');
    for (const char *p = s.p, *end = p + s.n; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        char letter = cp < 0x80 ? escape_letter((char)cp) : 0;
        if (letter != 0)
            fl_buf_printf(b, "\\%c", letter);
        else if (cp < 0x80)
            fl_buf_putc(b, (char)cp);
        else
            fl_buf_printf(b, "\\u%04x", cp);
        if (cp >= 0x10000) fl_buf_printf(b, "\\u%04x", 0xdc00 | (cp & 0x3ff));
    }
    fl_buf_putc(b, '"');
}

/* ---- JSON_UNQUOTE ---- */

/* The inside of a text in quotes. 1; 0 if an escape is none; or an error. */
static int put_unquoted(fl_buf *b, fl_str s, const fl_kernel_call *call, fl_error *err) {
    fl_json_units units = {b, 0};
    for (const char *p = s.p + 1, *end = s.p + s.n - 1; p < end;) {
        if (*p != '\\' || p + 1 == end) { /* a backslash before the last quote is one */
            fl_json_units_end(&units);
            fl_buf_putc(b, *p++);
            continue;
        }
        int unit = fl_json_unescaped(p[1]);
        if (p[1] == 'u') {
            if (end + 1 - p < 6) return fl_kernel_fail(err, call, FL_ERR_JSON_ESCAPE_ENDS);
            unit = fl_json_unit(p + 2, end + 1);
            p += 4;
        }
        if (unit < 0) return 0;
        fl_json_units_put(&units, (uint16_t)unit);
        p += 2;
    }
    fl_json_units_end(&units);
    return 1;
}

/* The same as put_unquoted; 0 also if the text is no JSON string. */
static int unquote(fl_buf *b, fl_str s, const fl_kernel_call *call, fl_error *err) {
    fl_json_kind kind;
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"') return 0;
    if (fl_json_check(s, &kind, err) < 0) return 0;
    return put_unquoted(b, s, call, err);
}

/* ---- both ---- */

static int kernel_quote(FL_KERNEL_ARGS) {
    bool quotes = call->expr->fn->name[5] == 'Q';
    uint64_t so_far = 0;
    fl_buf b;
    int rc = 0;
    fl_buf_init(&b);
    for (int k = 0; k < rows.n && rc >= 0; k++) {
        int i = fl_row_at(rows, k), unquoted = 1;
        fl_str s = fl_view_str(fl_view_at(in[0], i));
        fl_buf_reset(&b);
        if (quotes)
            put_quoted(&b, s);
        else
            rc = unquoted = unquote(&b, s, call, err);
        if (unquoted > 0) s = fl_buf_str(&b);
        if (rc >= 0) rc = fl_text_grow(&so_far, s.n, call, err);
        if (rc >= 0) fl_column_put_str(out, i, s);
    }
    fl_buf_deinit(&b);
    return FL_MIN(rc, 0);
}

static int infer_quote(fl_bind *b, fl_expr *call, fl_error *err) {
    FL_TRY(fl_take_texts(b, call, 0, 1, err));
    return fl_typed(b, call, fl_type_string(true), fl_args_nullable(call));
}

static fl_kernel_fn *choose_quote(const fl_expr *call FL_UNUSED) { return kernel_quote; }

#define ROW(word, form, text)                                                                                          \
    {                                                                                                                  \
        .name = word, .min_args = 1, .max_args = 1,                                                                    \
        .flags = FL_FN_STRICT | FL_FN_COSTLY | FL_FN_FALLIBLE | FL_FN_SINCE_2, .infer = infer_quote,                   \
        .choose = choose_quote, .signature = form, .doc = text                                                         \
    }

FL_FUNCTION_TABLE(json_quote) = {
    ROW("JSON_QUOTE", "'JSON_QUOTE(<CHARACTER>)'", "The text as a JSON string. From Flink 2.0 on."),
    ROW("JSON_UNQUOTE", "'JSON_UNQUOTE(<CHARACTER>)'",
        "The text that a JSON string spells; any other text as it is. From Flink 2.0 on."),
    {0},
};
