/* SPDX-License-Identifier: Apache-2.0 */
/* type_double.c -- stands in for data/type.c where only the parser is tested: reads types, and makes none of them.
 *
 * Every type becomes the same STRING; what counts is how much text was consumed, and where a wrong one is refused.
 */
#include <limits.h>

#include "data/type.h"

static const fl_type any_type = {.kind = FL_T_VARCHAR, .nullable = true, .length = FL_LENGTH_MAX};

const fl_type *fl_type_of(fl_type_kind kind, bool nullable) {
    (void)kind, (void)nullable;
    return &any_type;
}

void fl_quote_name(fl_buf *out, const char *name) {
    fl_buf_putc(out, '`');
    for (; *name != '\0'; name++) {
        if (*name == '`') fl_buf_putc(out, '`');
        fl_buf_putc(out, *name);
    }
    fl_buf_putc(out, '`');
}

typedef struct reader {
    const char *start, *p, *end;
    fl_error *err;
} reader;

static int read_type(reader *r, int depth);

static void blanks(reader *r) {
    while (r->p < r->end && strchr(" \t\r\n", *r->p) != NULL && *r->p != '\0') r->p++;
}

static bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

/* The word at the current place, or one character. */
static fl_str token(reader *r) {
    blanks(r);
    const char *q = r->p;
    if (q < r->end && (*q == '`' || *q == '\'')) {
        for (char quote = *q++; q < r->end; q++) {
            if (*q == quote && q + 1 < r->end && q[1] == quote)
                q++;
            else if (*q == quote)
                break;
        }
        return fl_str_make(r->p, (size_t)(q - r->p) + (q < r->end));
    }
    while (q < r->end && is_letter(*q)) q++;
    return fl_str_make(r->p, q > r->p ? (size_t)(q - r->p) : (size_t)(q < r->end));
}

static bool take(reader *r, const char *text) {
    fl_str t = token(r);
    if (!fl_str_iis(t, text)) return false;
    r->p += t.n;
    return true;
}

static int refuse(reader *r, int code) {
    fl_str t = token(r);
    fl_fail(r->err, code, code == FL_E_PARSE ? "Encountered \"%.*s\"" : "Unknown identifier '%.*s'", (int)t.n, t.p);
    r->err->column = (int)(r->p - r->start) + 1;
    return code;
}

/* ['(' number [',' number] ')'] */
static int read_parameters(reader *r, int n) {
    if (n == 0 || !take(r, "(")) return 0;
    do {
        fl_str t = token(r);
        int64_t value = 0;
        size_t n = 0;
        for (; n < t.n && t.p[n] >= '0' && t.p[n] <= '9'; n++)
            if (value <= INT_MAX) value = value * 10 + (t.p[n] - '0');
        if (n == 0) return refuse(r, FL_E_PARSE);
        t.n = n;
        if (value > INT_MAX) {
            r->err->column = (int)(r->p - r->start) + 1;
            return fl_fail(r->err, FL_E_PARSE, "Literal '%.*s' can not be parsed to type 'java.lang.Integer'", (int)t.n,
                           t.p);
        }
        r->p += t.n;
    } while (--n > 0 && take(r, ","));
    return take(r, ")") ? 0 : refuse(r, FL_E_PARSE);
}

/* '<' type {',' type} '>' */
static int read_elements(reader *r, int n, int depth) {
    if (!take(r, "<")) {
        while (r->p > r->start && !is_letter(r->p[-1])) r->p--;
        while (r->p > r->start && is_letter(r->p[-1])) r->p--;
        return refuse(r, FL_E_PARSE); /* ARRAY alone: the word is refused */
    }
    for (int i = 0; i < n; i++) {
        if (i > 0 && !take(r, ",")) return refuse(r, FL_E_PARSE);
        FL_TRY(read_type(r, depth));
    }
    return take(r, ">") ? 0 : refuse(r, FL_E_PARSE);
}

/* ('<' | '(') name type ['comment'] {',' …} ('>' | ')') */
static int read_fields(reader *r, int depth) {
    const char *close = take(r, "<") ? ">" : take(r, "(") ? ")" : NULL;
    if (close == NULL) return refuse(r, FL_E_PARSE);
    if (take(r, close)) return 0;
    do {
        fl_str name = token(r);
        if (name.n == 0 || (name.p[0] != '`' && !is_letter(name.p[0])) || (name.p[0] >= '0' && name.p[0] <= '9'))
            return refuse(r, FL_E_PARSE);
        r->p += name.n;
        FL_TRY(read_type(r, depth));
        if (token(r).n > 0 && token(r).p[0] == '\'') r->p += token(r).n;
    } while (take(r, ","));
    return take(r, close) ? 0 : refuse(r, FL_E_PARSE);
}

static int read_base(reader *r, int depth) {
    static const struct {
        const char *name;
        int parameters;
    } plain[] = {
        {"INT", 0},       {"INTEGER", 0},       {"BIGINT", 0}, {"SMALLINT", 0},  {"TINYINT", 0}, {"BOOLEAN", 0},
        {"FLOAT", 0},     {"REAL", 0},          {"STRING", 0}, {"BYTES", 0},     {"DATE", 0},    {"TIME", 1},
        {"TIMESTAMP", 1}, {"TIMESTAMP_LTZ", 1}, {"CHAR", 1},   {"CHARACTER", 1}, {"VARCHAR", 1}, {"BINARY", 1},
        {"VARBINARY", 1}, {"DECIMAL", 2},       {"DEC", 2},    {"NUMERIC", 2},   {"DOUBLE", 0},
    };
    const char *start = r->p;
    if (take(r, "ROW")) return read_fields(r, depth);
    if (take(r, "ARRAY") || take(r, "MULTISET")) return read_elements(r, 1, depth);
    if (take(r, "MAP")) return read_elements(r, 2, depth);
    for (size_t i = 0; i < FL_ARRAY_LEN(plain); i++) {
        if (!take(r, plain[i].name)) continue;
        take(r, "VARYING");
        FL_TRY(read_parameters(r, plain[i].parameters));
        take(r, "PRECISION");
        const char *before = r->p;
        bool zoned = take(r, "WITHOUT") || (take(r, "WITH") && (take(r, "LOCAL") || plain[i].parameters == 1));
        if (!zoned || plain[i].parameters != 1 || !take(r, "TIME"))
            r->p = before;
        else if (!take(r, "ZONE"))
            return refuse(r, FL_E_PARSE);
        return 0;
    }
    r->p = start;
    fl_str word = token(r);
    bool name = word.n > 0 && is_letter(word.p[0]) && !fl_str_iis(word, "NULL");
    return refuse(r, name ? FL_E_VALIDATION : FL_E_PARSE);
}

static int read_type(reader *r, int depth) {
    if (depth > FL_TYPE_DEPTH_MAX) return fl_fail(r->err, FL_E_PARSE, "Types are nested too deeply");
    FL_TRY(read_base(r, depth + 1));
    for (;;) {
        const char *before = r->p;
        bool negated = take(r, "NOT");
        if (take(r, "NULL")) continue;
        if (negated || (!take(r, "ARRAY") && !take(r, "MULTISET"))) {
            r->p = before;
            return 0;
        }
    }
}

int fl_type_parse(fl_arena *a, fl_str text, bool in_ddl, const fl_type **out, size_t *used, fl_error *err) {
    reader r = {text.p, text.p, text.p + text.n, err};
    (void)a, (void)in_ddl;
    *out = &any_type;
    FL_TRY(read_type(&r, 0));
    *used = (size_t)(r.p - text.p);
    return 0;
}
