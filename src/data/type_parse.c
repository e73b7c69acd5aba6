/* SPDX-License-Identifier: Apache-2.0 */
/* type_parse.c -- reading a type from the front of a text, by recursive descent over its characters.
 *
 * What:      both grammars of Flink in one: column types of CREATE TABLE and CAST (`in_ddl`), and type strings.
 * Example:   "ROW<a INT NOT NULL 'note', `b c` STRING ARRAY> NOT NULL, next …" is read up to the comma.
 * Interface: fl_type_parse, at the end of this file.
 *
 *     type      := base { [NOT] NULL | ARRAY | MULTISET }       nullability at most once before each ARRAY, MULTISET
 *     base      := word that starts a row of the table `words`, with what its function reads after it
 *     length    := ( integer )
 *     field     := name type [ 'comment' ]
 *
 * Blanks and comments may stand between any two tokens. What does not continue a type is left for the caller. Functions
 * that read a type give NULL when they have filled the error.
 *
 * Where the two grammars differ, Flink's own answers decide. DDL clamps a precision that is too large, takes lengths of
 * zero, reads VARCHAR as STRING and drops the fraction of TIME and the comments of fields; a ROW that may be NULL makes
 * its fields so. Type strings refuse what is out of range, and know INTERVAL, NULL and TIMESTAMP WITH TIME ZONE.
 */
#include <stdlib.h>

#include "data/type.h"

#include "messages/name.h"
#include "messages/syntax.h"
#include "messages/type.h"

typedef struct parser {
    fl_arena *a;
    const char *start, *end;
    const char *p; /* just behind the last token that was taken */
    bool ddl;
    fl_error *err;
} parser;

typedef struct word word;
typedef const fl_type *word_fn(parser *ps, const word *w, int depth);
struct word {
    const char *text;
    word_fn *parse;
    fl_type_kind kind;
};

static const fl_type *parse_type(parser *ps, int depth);

/* ---- characters and tokens ---- */

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_word_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}
static bool is_word_part(char c) { return is_word_start(c) || is_digit(c) || c == '$'; }
static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static bool starts(const parser *ps, const char *p, const char *two) {
    return ps->end - p >= 2 && p[0] == two[0] && p[1] == two[1];
}

/* The first character at or behind p that belongs to a token, or the end. A comment that is never closed ends the text.
 */
static const char *skip_blanks(const parser *ps, const char *p) {
    while (p < ps->end) {
        if (is_blank(*p)) {
            p++;
        } else if (starts(ps, p, "--") || starts(ps, p, "//")) {
            while (p < ps->end && *p != '\n') p++;
        } else if (starts(ps, p, "/*")) {
            for (p += 2; p < ps->end && !starts(ps, p, "*/"); p++) {}
            p = p < ps->end ? p + 2 : p;
        } else {
            break;
        }
    }
    return p;
}

/* A word that stands at p; empty if none does. */
static fl_str word_at(const parser *ps, const char *p) {
    const char *from = p;
    if (p < ps->end && is_word_start(*p))
        while (p < ps->end && is_word_part(*p)) p++;
    return fl_str_make(from, (size_t)(p - from));
}

/* The end of a text in quotes q at p, behind the closing quote; a doubled quote does not close. NULL: never closed. */
static const char *quoted_end(const parser *ps, const char *p, char q) {
    for (p++; p < ps->end; p++) {
        if (*p != q) continue;
        if (p + 1 < ps->end && p[1] == q) {
            p++;
        } else {
            return p + 1;
        }
    }
    return NULL;
}

static bool try_char(parser *ps, char c) {
    const char *p = skip_blanks(ps, ps->p);
    if (p == ps->end || *p != c) return false;
    ps->p = p + 1;
    return true;
}

static bool try_word(parser *ps, const char *text) {
    fl_str w = word_at(ps, skip_blanks(ps, ps->p));
    if (!fl_str_iis(w, text)) return false;
    ps->p = w.p + w.n;
    return true;
}

/* ---- errors ---- */

static int fail_at(parser *ps, const char *p, size_t n) {
    ps->err->line = 1;
    ps->err->column = (int)FL_MIN(p - ps->start + 1, (ptrdiff_t)INT32_MAX);
    ps->err->length = (int)FL_MIN(n, (size_t)INT32_MAX);
    return ps->err->code;
}

/* The token at p as it stands in the text. */
static fl_str token_at(const parser *ps, const char *p) {
    fl_str w = word_at(ps, p);
    if (w.n > 0) return w;
    const char *q = p;
    if (*p == '\'' || *p == '`') {
        q = quoted_end(ps, p, *p);
        return fl_str_make(p, q != NULL ? (size_t)(q - p) : (size_t)(ps->end - p));
    }
    while (q < ps->end && is_digit(*q)) q++;
    return fl_str_make(p, FL_MAX((size_t)(q - p), (size_t)1));
}

/* Reserved words that people write where a type is missing: Flink names them as keywords. */
static bool is_reserved(fl_str w) {
    static const char *const reserved[] = {
        "ARRAY",      "AS",      "BIGINT",   "BINARY",    "BLOB",     "BOOLEAN", "CHAR",    "CHARACTER",
        "CONSTRAINT", "CURSOR",  "DATE",     "DEC",       "DECIMAL",  "DOUBLE",  "FLOAT",   "FROM",
        "INT",        "INTEGER", "INTERVAL", "MULTISET",  "NOT",      "NULL",    "NUMERIC", "PRIMARY",
        "REAL",       "ROW",     "SELECT",   "SET",       "SMALLINT", "TABLE",   "TIME",    "TIMESTAMP",
        "TINYINT",    "UNKNOWN", "VALUE",    "VARBINARY", "VARCHAR",  "WITH"};
    for (size_t i = 0; i < FL_ARRAY_LEN(reserved); i++)
        if (fl_str_iis(w, reserved[i])) return true;
    return false;
}

/* The token at p is none of those that may stand there. */
static int unexpected_at(parser *ps, const char *p) {
    fl_str t = p < ps->end ? token_at(ps, p) : fl_str_make("<EOF>", 5);
    int n = (int)FL_MIN(t.n, (size_t)200);
    if (!ps->ddl && p == ps->end)
        fl_fail(ps->err, FL_ERR_TYPE_ENDS, (size_t)(p - ps->start));
    else if (!ps->ddl)
        fl_fail(ps->err, FL_ERR_TYPE_TOKEN, (size_t)(p - ps->start), n, t.p);
    else
        fl_fail(ps->err, FL_ERR_TYPE_SYNTAX, n, t.p);
    return fail_at(ps, p, p < ps->end ? t.n : 0);
}

/* The same where a name or a type should stand. */
static const fl_type *no_name_at(parser *ps, const char *p) {
    fl_str w = word_at(ps, p);
    unexpected_at(ps, p);
    if (!ps->ddl || !is_reserved(w)) return NULL;
    fl_fail(ps->err, FL_ERR_TYPE_KEYWORD, (int)w.n, w.p);
    fail_at(ps, p, w.n);
    return NULL;
}

static int unexpected(parser *ps) { return unexpected_at(ps, skip_blanks(ps, ps->p)); }

static int need_char(parser *ps, char c) { return try_char(ps, c) ? 0 : unexpected(ps); }
static int need_word(parser *ps, const char *text) { return try_word(ps, text) ? 0 : unexpected(ps); }

/* The word that was taken last. */
static fl_str taken(const parser *ps, const char *text) {
    size_t n = strlen(text);
    return fl_str_make(ps->p - n, n);
}

FL_PRINTF(4, 5) static const fl_type *refuse(parser *ps, fl_str at, int code, const char *fmt, ...) {
    va_list ap;
    va_start(ap, fmt);
    fl_vfail(ps->err, code, fmt, ap);
    va_end(ap);
    fail_at(ps, at.p, at.n);
    return NULL;
}

static const fl_type *out_of_range(parser *ps, fl_str at, const char *what, int least, int most) {
    return refuse(ps, at, FL_ERR_TYPE_RANGE, what, least, most);
}

/* ---- parts of a type ---- */

static int parse_int(parser *ps, int *out) {
    const char *p = skip_blanks(ps, ps->p);
    int64_t x = 0;
    const char *q = p;
    for (; q < ps->end && is_digit(*q); q++) x = FL_MIN(x * 10 + (*q - '0'), (int64_t)1 << 40);
    if (q == p) return unexpected_at(ps, p);
    if (x > INT32_MAX) {
        fl_fail(ps->err, FL_ERR_SYNTAX_NUMBER_TOO_LARGE, (int)FL_MIN(q - p, (ptrdiff_t)100), p);
        return fail_at(ps, p, (size_t)(q - p));
    }
    ps->p = q;
    *out = (int)x;
    return 0;
}

/* [ ( integer ) ]: leaves *out alone if there is none. */
static int parse_length(parser *ps, int *out) {
    if (!try_char(ps, '(')) return 0;
    FL_TRY(parse_int(ps, out));
    return need_char(ps, ')');
}

/* Text in quotes q into the arena, doubled quotes made single. */
static int parse_quoted(parser *ps, char q, const char **out) {
    const char *p = skip_blanks(ps, ps->p), *end;
    if (p == ps->end || *p != q || (end = quoted_end(ps, p, q)) == NULL) return unexpected_at(ps, p);
    char *text = fl_arena_alloc(ps->a, (size_t)(end - p)), *to = text;
    for (const char *from = p + 1; from < end - 1; from++) {
        *to++ = *from;
        if (*from == q) from++;
    }
    *to = '\0';
    ps->p = end;
    *out = text;
    return 0;
}

static int parse_name(parser *ps, const char **out) {
    const char *p = skip_blanks(ps, ps->p);
    if (p < ps->end && *p == '`') return parse_quoted(ps, '`', out);
    fl_str w = word_at(ps, p);
    const char *next = skip_blanks(ps, p + w.n);
    bool nothing_follows = next == ps->end || *next == ',' || *next == '>' || *next == ')';
    if (w.n == 0 || (nothing_follows && is_reserved(w))) {
        no_name_at(ps, p);
        return ps->err->code;
    }
    ps->p = p + w.n;
    *out = fl_arena_strndup(ps->a, w.p, w.n);
    return 0;
}

/* ---- scalars ---- */

static const fl_type *parse_plain(parser *ps, const word *w, int depth) {
    (void)ps, (void)depth;
    return fl_type_of(w->kind, true);
}

static const fl_type *parse_string(parser *ps, const word *w, int depth) {
    (void)ps, (void)depth;
    return w->kind == FL_T_VARCHAR ? fl_type_string(true) : fl_type_bytes(true);
}

static const fl_type *parse_double(parser *ps, const word *w, int depth) {
    (void)depth;
    try_word(ps, "PRECISION");
    return fl_type_of(w->kind, true);
}

static const fl_type *parse_null(parser *ps, const word *w, int depth) {
    if (!ps->ddl) return parse_plain(ps, w, depth);
    return no_name_at(ps, taken(ps, w->text).p);
}

/* CHAR, BINARY [VARYING] [length] */
static const fl_type *parse_text(parser *ps, const word *w, int depth) {
    static const char *const what[] = {[FL_T_CHAR] = "Character string length",
                                       [FL_T_VARCHAR] = "Variable character string length",
                                       [FL_T_BINARY] = "Binary string length",
                                       [FL_T_VARBINARY] = "Variable binary string length"};
    (void)depth;
    fl_str at = taken(ps, w->text);
    fl_type_kind kind = w->kind;
    if ((kind == FL_T_CHAR || kind == FL_T_BINARY) && try_word(ps, "VARYING"))
        kind = kind == FL_T_CHAR ? FL_T_VARCHAR : FL_T_VARBINARY;
    bool varying = kind == FL_T_VARCHAR || kind == FL_T_VARBINARY;
    int n = varying && ps->ddl ? FL_LENGTH_MAX : 1;
    if (parse_length(ps, &n) < 0) return NULL;
    if (n < 1 && !ps->ddl) return out_of_range(ps, at, what[kind], 1, FL_LENGTH_MAX);
    return fl_type_text(ps->a, kind, n, true);
}

/* DECIMAL [ ( precision [ , scale ] ) ] */
static const fl_type *parse_decimal(parser *ps, const word *w, int depth) {
    (void)depth;
    fl_str at = taken(ps, w->text);
    int p = 10, s = 0;
    if (try_char(ps, '(')) {
        if (parse_int(ps, &p) < 0 || (try_char(ps, ',') && parse_int(ps, &s) < 0) || need_char(ps, ')') < 0)
            return NULL;
    }
    if (ps->ddl) p = FL_MIN(p, (int)FL_DECIMAL_PRECISION_MAX);
    if (p < 1 || p > FL_DECIMAL_PRECISION_MAX)
        return out_of_range(ps, at, "Decimal precision", 1, FL_DECIMAL_PRECISION_MAX);
    if (s > p) return refuse(ps, at, FL_ERR_TYPE_SCALE, p);
    return fl_type_decimal(ps->a, p, s, true);
}

/* [WITHOUT TIME ZONE | WITH LOCAL TIME ZONE | WITH TIME ZONE], the middle one for TIMESTAMP, the last in strings only.
 * Flink's grammar of SQL takes TIME WITH LOCAL TIME ZONE, too, and then has no such type. */
static int parse_zone(parser *ps, fl_type_kind *kind) {
    if (try_word(ps, "WITHOUT")) {
        FL_TRY(need_word(ps, "TIME"));
        return need_word(ps, "ZONE");
    }
    bool zoned = *kind == FL_T_TIMESTAMP || (*kind == FL_T_TIME && ps->ddl);
    if (!zoned || !try_word(ps, "WITH")) return 0;
    if (try_word(ps, "LOCAL")) {
        if (*kind == FL_T_TIME) return fl_fail(ps->err, FL_ERR_TYPE_UNSUPPORTED, "TIME WITH LOCAL TIME ZONE");
        *kind = FL_T_TIMESTAMP_LTZ;
    } else if (!ps->ddl) {
        *kind = FL_T_TIMESTAMP_TZ;
    } else {
        return unexpected(ps);
    }
    FL_TRY(need_word(ps, "TIME"));
    return need_word(ps, "ZONE");
}

/* TIME, TIMESTAMP, TIMESTAMP_LTZ [ ( precision ) ] [ zone ] */
static const fl_type *parse_time(parser *ps, const word *w, int depth) {
    static const char *const what[] = {[FL_T_TIME] = "Time precision",
                                       [FL_T_TIMESTAMP] = "Timestamp precision",
                                       [FL_T_TIMESTAMP_LTZ] = "Timestamp with local time zone precision",
                                       [FL_T_TIMESTAMP_TZ] = "Timestamp with time zone precision"};
    (void)depth;
    fl_str at = taken(ps, w->text);
    fl_type_kind kind = w->kind;
    int p = kind == FL_T_TIME ? 0 : 6;
    if (parse_length(ps, &p) < 0) return NULL;
    if (kind != FL_T_TIMESTAMP_LTZ && parse_zone(ps, &kind) < 0) return NULL;
    if (ps->ddl) p = kind == FL_T_TIME ? 0 : FL_MIN(p, (int)FL_TIMESTAMP_PRECISION_MAX);
    if (p > FL_TIMESTAMP_PRECISION_MAX) return out_of_range(ps, at, what[kind], 0, FL_TIMESTAMP_PRECISION_MAX);
    return fl_type_time(ps->a, kind, p, true);
}

/* ---- intervals: all of a family are one type here, so precisions are checked and forgotten ---- */

static const char *const interval_units[] = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};
enum { UNIT_YEAR, UNIT_MONTH, UNIT_DAY, UNIT_HOUR, UNIT_MINUTE, UNIT_SECOND, UNITS };

static int parse_unit(parser *ps, int first, int *unit) {
    for (int i = first; i < UNITS; i++) {
        if (!try_word(ps, interval_units[i])) continue;
        *unit = i;
        return 0;
    }
    return unexpected(ps);
}

static int check_precision(parser *ps, const char *p, const char *what, int x, int least, int most) {
    if (x >= least && x <= most) return 0;
    out_of_range(ps, fl_str_make(p, (size_t)(ps->p - p)), what, least, most);
    return FL_E_VALIDATION;
}

/* [ ( precision [ , fraction ] ) ] behind a unit */
static int parse_unit_precision(parser *ps, int unit, bool leading) {
    int x = unit == UNIT_SECOND ? 6 : 2, fraction = 6;
    const char *p = ps->p;
    if (!try_char(ps, '(')) return 0;
    FL_TRY(parse_int(ps, &x));
    if (leading && unit == UNIT_SECOND && try_char(ps, ',')) FL_TRY(parse_int(ps, &fraction));
    FL_TRY(need_char(ps, ')'));
    if (unit == UNIT_YEAR) return check_precision(ps, p, "Year precision of year-month intervals", x, 1, 4);
    if (unit == UNIT_DAY) return check_precision(ps, p, "Day precision of day-time intervals", x, 1, 6);
    if (unit != UNIT_SECOND) return 0;
    FL_TRY(check_precision(ps, p, "Fractional precision of day-time intervals", x, 0, 9));
    return check_precision(ps, p, "Fractional precision of day-time intervals", fraction, 0, 9);
}

/* INTERVAL unit [ TO smaller unit of the same family ] */
static const fl_type *parse_interval(parser *ps, const word *w, int depth) {
    int from = 0, to = 0;
    (void)depth;
    fl_str at = taken(ps, w->text);
    if (ps->ddl) return no_name_at(ps, at.p);
    if (parse_unit(ps, UNIT_YEAR, &from) < 0 || parse_unit_precision(ps, from, true) < 0) return NULL;
    bool months = from <= UNIT_MONTH;
    if (try_word(ps, "TO")) {
        if (parse_unit(ps, from + 1, &to) < 0 || parse_unit_precision(ps, to, false) < 0) return NULL;
        if (months && to != UNIT_MONTH) return refuse(ps, at, FL_ERR_TYPE_INTERVAL_MIX);
    }
    return fl_type_of(months ? FL_T_INTERVAL_MONTH : FL_T_INTERVAL_DAY, true);
}

/* ---- nested types ---- */

/* ARRAY<t>, MULTISET<t> */
static const fl_type *parse_collection(parser *ps, const word *w, int depth) {
    fl_str at = taken(ps, w->text);
    const char *next = skip_blanks(ps, ps->p);
    if (next == ps->end || *next != '<' || starts(ps, next, "<>")) return no_name_at(ps, at.p);
    ps->p = next + 1;
    const fl_type *t = parse_type(ps, depth + 1);
    if (t == NULL || need_char(ps, '>') < 0) return NULL;
    return w->kind == FL_T_ARRAY ? fl_type_array(ps->a, t, true) : fl_type_multiset(ps->a, t, true);
}

/* MAP<k, v> */
static const fl_type *parse_map(parser *ps, const word *w, int depth) {
    (void)w;
    if (need_char(ps, '<') < 0) return NULL;
    const fl_type *key = parse_type(ps, depth + 1);
    if (key == NULL || need_char(ps, ',') < 0) return NULL;
    const fl_type *value = parse_type(ps, depth + 1);
    if (value == NULL || need_char(ps, '>') < 0) return NULL;
    return fl_type_map(ps->a, key, value, true);
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int check_unique_names(parser *ps, const char *at, const fl_field *fields, int n) {
    const char **names = FL_NEW_N(ps->a, const char *, n);
    for (int i = 0; i < n; i++) names[i] = fields[i].name;
    if (n > 1) qsort(names, (size_t)n, sizeof *names, by_text);
    fl_buf found;
    fl_buf_init(&found);
    for (int i = 1; i < n; i++) {
        if (strcmp(names[i - 1], names[i]) != 0) continue;
        if (i > 1 && strcmp(names[i - 2], names[i]) == 0) continue;
        fl_buf_printf(&found, "%s%s", found.n > 0 ? ", " : "", names[i]);
    }
    bool ok = found.n == 0;
    if (!ok) {
        fl_fail(ps->err, FL_ERR_TYPE_FIELD_TWICE, fl_buf_cstr(&found));
        fail_at(ps, at, (size_t)(ps->p - at));
    }
    fl_buf_deinit(&found);
    return ok ? 0 : FL_E_VALIDATION;
}

/* [ field { , field } ] close */
static int parse_fields(parser *ps, char close, int depth, fl_field **out, int *n) {
    const char *at = ps->p;
    int cap = 0;
    *n = 0;
    *out = NULL;
    if (try_char(ps, close)) return 0;
    do {
        fl_field f = {0};
        FL_TRY(parse_name(ps, &f.name));
        f.type = parse_type(ps, depth + 1);
        if (f.type == NULL) return ps->err->code;
        const char *next = skip_blanks(ps, ps->p);
        if (next < ps->end && *next == '\'') FL_TRY(parse_quoted(ps, '\'', &f.comment));
        if (ps->ddl) f.comment = NULL;
        FL_PUSH(ps->a, *out, *n, cap, f);
    } while (try_char(ps, ','));
    FL_TRY(need_char(ps, close));
    return check_unique_names(ps, at, *out, *n);
}

/* ROW< fields > or ROW( fields ) */
static const fl_type *parse_row(parser *ps, const word *w, int depth) {
    (void)w;
    fl_field *fields;
    int n;
    char close = try_char(ps, '(') ? ')' : '>';
    if (close == '>' && need_char(ps, '<') < 0) return NULL;
    if (parse_fields(ps, close, depth, &fields, &n) < 0) return NULL;
    return fl_type_row(ps->a, fields, n, true);
}

/* STRUCTURED<'class' { , field }> */
static const fl_type *parse_structured(parser *ps, const word *w, int depth) {
    fl_type *t = FL_NEW(ps->a, fl_type);
    *t = (fl_type){.kind = w->kind, .nullable = true};
    fl_field *fields = NULL;
    if (need_char(ps, '<') < 0 || parse_quoted(ps, '\'', &t->class_name) < 0) return NULL;
    if (try_char(ps, ',')) {
        if (parse_fields(ps, '>', depth, &fields, &t->n_fields) < 0) return NULL;
    } else if (need_char(ps, '>') < 0) {
        return NULL;
    }
    t->fields = fields;
    return t;
}

/* RAW('class', 'serializer') */
static const fl_type *parse_raw(parser *ps, const word *w, int depth) {
    (void)depth;
    fl_type *t = FL_NEW(ps->a, fl_type);
    *t = (fl_type){.kind = w->kind, .nullable = true};
    if (need_char(ps, '(') < 0 || parse_quoted(ps, '\'', &t->class_name) < 0 || need_char(ps, ',') < 0 ||
        parse_quoted(ps, '\'', &t->serializer) < 0 || need_char(ps, ')') < 0)
        return NULL;
    return t;
}

static const fl_type *parse_unsupported(parser *ps, const word *w, int depth) {
    (void)depth;
    return refuse(ps, taken(ps, w->text), FL_ERR_TYPE_UNSUPPORTED, w->text);
}

static const word words[] = {
    {"ANY", parse_unsupported, 0},
    {"ARRAY", parse_collection, FL_T_ARRAY},
    {"BIGINT", parse_plain, FL_T_BIGINT},
    {"BINARY", parse_text, FL_T_BINARY},
    {"BOOLEAN", parse_plain, FL_T_BOOLEAN},
    {"BYTES", parse_string, FL_T_VARBINARY},
    {"CHAR", parse_text, FL_T_CHAR},
    {"CHARACTER", parse_text, FL_T_CHAR},
    {"DATE", parse_plain, FL_T_DATE},
    {"DEC", parse_decimal, FL_T_DECIMAL},
    {"DECIMAL", parse_decimal, FL_T_DECIMAL},
    {"DOUBLE", parse_double, FL_T_DOUBLE},
    {"FLOAT", parse_plain, FL_T_FLOAT},
    {"INT", parse_plain, FL_T_INT},
    {"INTEGER", parse_plain, FL_T_INT},
    {"INTERVAL", parse_interval, 0},
    {"MAP", parse_map, FL_T_MAP},
    {"MULTISET", parse_collection, FL_T_MULTISET},
    {"NULL", parse_null, FL_T_NULL},
    {"NUMERIC", parse_decimal, FL_T_DECIMAL},
    {"RAW", parse_raw, FL_T_RAW},
    {"REAL", parse_unsupported, 0},
    {"ROW", parse_row, FL_T_ROW},
    {"SMALLINT", parse_plain, FL_T_SMALLINT},
    {"STRING", parse_string, FL_T_VARCHAR},
    {"STRUCTURED", parse_structured, FL_T_STRUCTURED},
    {"TIME", parse_time, FL_T_TIME},
    {"TIMESTAMP", parse_time, FL_T_TIMESTAMP},
    {"TIMESTAMP_LTZ", parse_time, FL_T_TIMESTAMP_LTZ},
    {"TINYINT", parse_plain, FL_T_TINYINT},
    {"VARBINARY", parse_text, FL_T_VARBINARY},
    {"VARCHAR", parse_text, FL_T_VARCHAR},
    {"VARIANT", parse_plain, FL_T_VARIANT},
};

/* ---- whole types ---- */

/* A name, plain, quoted or dotted, that no type has. */
static const fl_type *unknown_name(parser *ps, const char *p) {
    fl_buf name;
    fl_buf_init(&name);
    const char *part;
    int rc = 0;
    ps->p = p;
    do {
        rc = parse_name(ps, &part);
        if (rc == 0) fl_buf_printf(&name, "%s%s", name.n > 0 ? "." : "", part);
    } while (rc == 0 && try_char(ps, '.'));
    if (rc == 0) {
        const char *names[FL_ARRAY_LEN(words)];
        for (size_t i = 0; i < FL_ARRAY_LEN(words); i++) names[i] = words[i].text;
        fl_fail(ps->err, FL_ERR_NAME_UNKNOWN_IDENTIFIER, fl_buf_cstr(&name));
        const char *near = fl_suggest(fl_buf_cstr(&name), names, (int)FL_ARRAY_LEN(names));
        if (near != NULL) fl_error_hint(ps->err, FL_HINT_DID_YOU_MEAN_WORD, near);
        fail_at(ps, p, (size_t)(ps->p - p));
    }
    fl_buf_deinit(&name);
    return NULL;
}

static const fl_type *parse_base(parser *ps, int depth) {
    const char *p = skip_blanks(ps, ps->p);
    fl_str w = word_at(ps, p);
    for (size_t i = 0; i < FL_ARRAY_LEN(words); i++) {
        if (!fl_str_iis(w, words[i].text)) continue;
        ps->p = p + w.n;
        return words[i].parse(ps, &words[i], depth);
    }
    if ((w.n > 0 && !(ps->ddl && is_reserved(w))) || (p < ps->end && *p == '`')) return unknown_name(ps, p);
    return no_name_at(ps, p);
}

static int height(const fl_type *t) {
    int most = 0;
    for (int i = 0; i < t->n_fields; i++) most = FL_MAX(most, height(t->fields[i].type));
    return most + 1;
}

static const fl_type *too_deep(parser *ps) {
    return refuse(ps, fl_str_make(ps->p, 0), FL_ERR_TYPE_DEPTH, FL_TYPE_DEPTH_MAX);
}

const fl_type *fl_type_relax(fl_arena *a, const fl_type *t) {
    if (t->kind != FL_T_ROW) return fl_type_nullable(a, t, true);
    fl_field *fields = FL_NEW_N(a, fl_field, t->n_fields);
    for (int i = 0; i < t->n_fields; i++)
        fields[i] = (fl_field){t->fields[i].name, fl_type_relax(a, t->fields[i].type), t->fields[i].comment};
    return fl_type_row(a, fields, t->n_fields, true);
}

static bool try_not_null(parser *ps) {
    const char *p = ps->p;
    if (try_word(ps, "NOT") && try_word(ps, "NULL")) return true;
    ps->p = p;
    return false;
}

static const fl_type *parse_type(parser *ps, int depth) {
    if (depth > FL_TYPE_DEPTH_MAX) return too_deep(ps);
    const fl_type *t = parse_base(ps, depth);
    while (t != NULL) {
        if (try_not_null(ps)) {
            t = fl_type_nullable(ps->a, t, false);
        } else {
            try_word(ps, "NULL");
            if (ps->ddl && t->kind == FL_T_ROW) t = fl_type_relax(ps->a, t);
        }
        bool array = try_word(ps, "ARRAY");
        if (!array && !try_word(ps, "MULTISET")) break;
        if (depth + height(t) > FL_TYPE_DEPTH_MAX) return too_deep(ps);
        t = array ? fl_type_array(ps->a, t, true) : fl_type_multiset(ps->a, t, true);
    }
    return t;
}

int fl_type_parse(fl_arena *a, fl_str text, bool in_ddl, const fl_type **out, size_t *used, fl_error *err) {
    parser ps = {.a = a, .start = text.p, .p = text.p, .end = text.p + text.n, .ddl = in_ddl, .err = err};
    *out = parse_type(&ps, 1);
    if (*out == NULL) return err->code;
    *used = (size_t)(ps.p - text.p);
    return 0;
}
