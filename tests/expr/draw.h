/* SPDX-License-Identifier: Apache-2.0 */
/* draw.h -- for the programs that compare ways to evaluate an expression: types, values that are often trouble, and
 * which types the functions of the registry take.
 *
 * A signature is a function with types for its arguments that its type rule has accepted. To find some, calls over
 * columns are bound: of one or two arguments with every combination of types, of more with many that chance picks so
 * that types come again. Arguments that are words of the syntax are drawn from the words that may stand there.
 */
#ifndef FL_TESTS_EXPR_DRAW_H
#define FL_TESTS_EXPR_DRAW_H

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "evaluate.h"

enum { ARGS_MAX = 6, TYPES_MAX = 64 };

/* ---- types ---- */

static const char *const type_names[] = {
    "BOOLEAN",
    "TINYINT",
    "SMALLINT",
    "INT",
    "BIGINT",
    "FLOAT",
    "DOUBLE",
    "DECIMAL(5, 2)",
    "DECIMAL(18, 6)",
    "DECIMAL(20, 0)",
    "DECIMAL(38, 10)",
    "CHAR(3)",
    "VARCHAR(5)",
    "STRING",
    "BINARY(3)",
    "BYTES",
    "DATE",
    "TIME(3)",
    "TIMESTAMP(0)",
    "TIMESTAMP(3)",
    "TIMESTAMP(6)",
    "TIMESTAMP(9)",
    "TIMESTAMP_LTZ(3)",
    "TIMESTAMP_LTZ(9)",
    "INTERVAL MONTH",
    "INTERVAL SECOND(3)",
    "ARRAY<INT>",
    "ARRAY<STRING>",
    "ARRAY<DOUBLE NOT NULL>",
    "ARRAY<ARRAY<INT>>",
    "MAP<STRING, DOUBLE>",
    "MAP<INT, STRING>",
    "MULTISET<STRING>",
    "ROW<a INT, b STRING>",
    "ARRAY<ROW<a BIGINT, b DATE>>",
};
enum { N_TYPES = FL_ARRAY_LEN(type_names) };

static const fl_type *drawn_types[N_TYPES]; /* nullable; live as long as the program */
static fl_arena drawn_arena;

/* ---- values ---- */

static const char *const drawn_texts[] = {
    "",
    " ",
    "a",
    "b",
    "abc",
    "ABC",
    "aXbXc",
    "Hello World, this is long enough",
    "stra\xc3\x9f"
    "e \xce\x91\xce\xa3 \xc4\xb0",
    "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
    "\xf0\x9f\x98\x80x",
    "e\xcc\x81",
    "\xc3",
    "\xff\xfe",
    "12",
    " -7.50 ",
    "1e3",
    "NaN",
    "-Infinity",
    "9223372036854775808",
    "0.00000001",
    "true",
    "FALSE",
    "2024-02-29",
    "2024-02-29 12:34:56.789",
    "1969-12-31T23:59:59.123456789",
    "12:30:01",
    "24:00:00",
    "a,b,,c",
    "%b_",
    "a%",
    "%o%o",
    "!%",
    "(a)(b)?",
    "[",
    "\\d+",
    "aGVsbG8=",
    "68656C6C6F",
    "yyyy-MM-dd",
    "yyyy-MM-dd HH:mm:ss.SSS",
    "America/New_York",
    "UTC",
    "UTF-16",
    "a=1,b=2,a=3",
    "{\"a\":{\"b\":[7,\"x\",1.50]},\"c\":null,\"a\":{\"b\":[8]}}",
    "[{\"a\":1},{\"a\":\"\\u00e9\"},2]",
    "{\"a\":tru",
    "$.a.b[0]",
    "lax $.a",
    "$..a",
    "$[?(@.a == 1)]",
    "http://user@flott.org:80/p/q?x=1&y=2#r",
    "\t\n",
    "a\xc2\xa0"
    "b",
    "hour",
    "SECOND",
    "g",
    "i",
    "YEAR",
};

static const double drawn_doubles[] = {
    0.0,          -0.0,          1.0,       -1.0,    0.5,   -0.5,  1.5,    2.5,         -2.25,
    (double)NAN,  INFINITY,      -INFINITY, 1e10,    1e-10, 1e300, -1e300, DBL_MIN / 4, 9007199254740993.0,
    2147483648.0, -2147483649.0, 9.3e18,    -9.3e18, 127.9, 0.1,
};

static inline int64_t draw_integer(chance *c, int bits) {
    static const int64_t small[] = {0, 1, -1, 2, 3, 7, -7, 10, 12, 31, 59, 100, 365};
    const int64_t most = (int64_t)(UINT64_MAX >> (65 - bits));
    switch (chance_below(c, 8)) {
    case 0: return most - chance_below(c, 2);
    case 1: return -most - 1 + chance_below(c, 2);
    case 2: return (int64_t)(chance_u64(c) << (64 - bits)) >> (64 - bits);
    case 3: return chance_below(c, (int)FL_MIN(most, 2000));
    default: return small[chance_below(c, FL_ARRAY_LEN(small))];
    }
}

static inline fl_i128 draw_decimal(chance *c, const fl_type *t) {
    fl_i128 most = 1, unit = 1;
    for (int i = 0; i < t->precision; i++) most *= 10;
    for (int i = 0; i < t->scale; i++) unit *= 10;
    switch (chance_below(c, 8)) {
    case 0: return most - 1;
    case 1: return 1 - most;
    case 2: return (fl_i128)((fl_u128)chance_u64(c) << 64 | chance_u64(c)) % most;
    case 3: return unit % most;
    case 4: return unit / 2;
    case 5: return -unit / 2 - 1;
    default: return chance_below(c, 400) - 200;
    }
}

/* The stored number of a DATE or TIMESTAMP: mostly within the years that can be printed. */
static inline fl_i128 draw_moment(chance *c, const fl_type *t) {
    static const int days[] = {0, -1, 19782, 11016, -719162, 2932896, 3000000, -800000, 19723, 365, 20088};
    bool date = t->kind == FL_T_DATE;
    fl_i128 day = days[chance_below(c, FL_ARRAY_LEN(days))], per_second = 1, step = 1;
    if (chance_below(c, 2)) day = chance_below(c, 40000) - 10000;
    if (chance_below(c, 40) == 0) return draw_integer(c, date ? 32 : 64);
    if (date) return day;
    for (int i = 0; i < fl_type_timestamp_unit(t); i++) per_second *= 10;
    for (int i = t->precision; i < fl_type_timestamp_unit(t); i++) step *= 10;
    fl_i128 x = (day * 86400 + (chance_below(c, 3) ? chance_below(c, 43200) * 2 + 1 : 0)) * per_second;
    if (chance_below(c, 2)) x += (fl_i128)(chance_u64(c) % (uint64_t)per_second) / step * step;
    return x;
}

static inline void append_drawn(fl_column *col, chance *c);

static inline void append_drawn_nested(fl_column *col, chance *c) {
    const fl_type *t = col->type;
    int n = t->kind == FL_T_ROW ? 1 : chance_below(c, 4);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < col->n_children; k++) {
            bool key = k == 0 && (t->kind == FL_T_MAP || t->kind == FL_T_MULTISET); /* no two are equal */
            if (key && col->child[0]->phys == FL_P_VIEW)
                fl_column_append_str(col->child[0], fl_str_make(&"abcd"[i], 1));
            else if (key)
                fl_column_append_i64(col->child[0], i);
            else if (t->kind == FL_T_MULTISET)
                fl_column_append_i64(col->child[1], 1 + chance_below(c, 3));
            else
                append_drawn(col->child[k], c);
        }
    fl_column_append_nested(col);
}

static inline fl_str draw_text(chance *c, const fl_type *t) {
    fl_str s = fl_str_from(drawn_texts[chance_below(c, FL_ARRAY_LEN(drawn_texts))]);
    if (t->kind == FL_T_CHAR || t->kind == FL_T_BINARY) return fl_str_from(chance_below(c, 2) ? "abc" : "1 2");
    if (t->length < (int)s.n) return fl_str_from(chance_below(c, 2) ? "ab" : "-7"); /* of ASCII: units are bytes */
    return s;
}

/* Appends a value, or NULL where the type allows it. */
static inline void append_drawn(fl_column *col, chance *c) {
    const fl_type *t = col->type;
    if (t->nullable && chance_below(c, 6) == 0) {
        fl_column_append_null(col);
        return;
    }
    if (t->kind == FL_T_DATE || fl_type_is_timestamp(t)) {
        fl_i128 x = draw_moment(c, t);
        col->phys == FL_P_I128 ? fl_column_append_i128(col, x) : fl_column_append_i64(col, (int64_t)x);
        return;
    }
    switch (col->phys) {
    case FL_P_BOOL: fl_column_append_i64(col, chance_below(c, 2)); break;
    case FL_P_I8: fl_column_append_i64(col, draw_integer(c, 8)); break;
    case FL_P_I16: fl_column_append_i64(col, draw_integer(c, 16)); break;
    case FL_P_I32:
        fl_column_append_i64(col, t->kind == FL_T_TIME ? (int64_t)(chance_u64(c) % 86400000) : draw_integer(c, 32));
        break;
    case FL_P_I64:
        fl_column_append_i64(col, t->kind == FL_T_DECIMAL ? (int64_t)draw_decimal(c, t) : draw_integer(c, 64));
        break;
    case FL_P_I128: fl_column_append_i128(col, draw_decimal(c, t)); break;
    case FL_P_F32:
    case FL_P_F64: {
        double d = chance_below(c, 5) ? drawn_doubles[chance_below(c, FL_ARRAY_LEN(drawn_doubles))]
                                      : (double)(int64_t)chance_u64(c) / 1024;
        fl_column_append_f64(col, col->phys == FL_P_F32 ? (double)(float)d : d);
        break;
    }
    case FL_P_VIEW: fl_column_append_str(col, draw_text(c, t)); break;
    default: append_drawn_nested(col, c); break;
    }
}

/* Puts stray bits under the NULLs of a column, where its layout leaves them open. */
static inline void spoil_nulls(fl_column *col, chance *c) {
    size_t size = (size_t)fl_phys_size(col->phys);
    if (col->phys == FL_P_VIEW || col->n_children > 0) return;
    for (int i = 0; i < col->n; i++)
        for (size_t k = 0; k < size && fl_column_is_null(col, i); k++)
            ((uint8_t *)col->data)[(size_t)i * size + k] = (uint8_t)chance_u64(c);
}

static inline fl_column *drawn_column(const fl_type *t, int n, chance *c) {
    fl_column *col = fl_column_new(t, n);
    while (col->n < n) append_drawn(col, c);
    spoil_nulls(col, c);
    return col;
}

/* Values of whole numbers that say how long a text is to be. */
static inline fl_column *small_column(const fl_type *t, int n, chance *c) {
    fl_column *col = fl_column_new(t, n);
    while (col->n < n) fl_column_append_i64(col, chance_below(c, 12) - 1);
    return col;
}

/* ---- words of the syntax ---- */

#define WORDS_OF(...)                                                                                                  \
    .words = (const char *const[]) { __VA_ARGS__, NULL }
#define DRAWN_UNITS                                                                                                    \
    WORDS_OF("MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR", "EPOCH", "DECADE",  \
             "CENTURY", "MILLENNIUM", "DOW", "ISODOW", "DOY", "ISOYEAR", "MICROSECOND", "NANOSECOND")
static const struct drawn_words {
    const char *function;
    int arg;
    const char *const *words;
} drawn_words[] = {
    {"EXTRACT", 0, DRAWN_UNITS},
    {"TIMESTAMPADD", 0, DRAWN_UNITS},
    {"TIMESTAMPDIFF", 0, DRAWN_UNITS},
    {"MINUS_DATE", 2, DRAWN_UNITS},
    {"FLOOR", 1, DRAWN_UNITS},
    {"CEIL", 1, DRAWN_UNITS},
    {"CEILING", 1, DRAWN_UNITS},
    {"TRIM", 0, WORDS_OF("BOTH", "LEADING", "TRAILING")},
    {"FIELD", 1, WORDS_OF("a", "b")},
    {"IS JSON", 1, WORDS_OF("VALUE", "SCALAR", "ARRAY", "OBJECT")},
    {"IS NOT JSON", 1, WORDS_OF("VALUE", "SCALAR", "ARRAY", "OBJECT")},
    {"JSON_EXISTS", 1, WORDS_OF("$.a", "lax $.a.b[0]", "strict $.c", "$..a")},
    {"JSON_EXISTS", 2, WORDS_OF("TRUE", "FALSE", "UNKNOWN", "ERROR")},
    {"JSON_VALUE", 1, WORDS_OF("$.a", "lax $.a.b[0]", "strict $.c", "$.a.b[2]")},
    {"JSON_VALUE", 2, WORDS_OF("NULL ON EMPTY", "NULL ON ERROR", "ERROR ON EMPTY", "ERROR ON ERROR")},
    {"JSON_VALUE", 3, WORDS_OF("NULL ON EMPTY", "NULL ON ERROR", "ERROR ON EMPTY", "ERROR ON ERROR")},
    {"JSON_QUERY", 1, WORDS_OF("$.a", "lax $.a.b", "strict $.c", "$[*].a")},
    {"JSON_QUERY", 2,
     WORDS_OF("WITHOUT ARRAY WRAPPER", "WITH CONDITIONAL ARRAY WRAPPER", "WITH UNCONDITIONAL ARRAY WRAPPER")},
    {"JSON_QUERY", 3, WORDS_OF("NULL ON EMPTY", "EMPTY ARRAY ON EMPTY", "EMPTY OBJECT ON EMPTY")},
    {"JSON_QUERY", 4, WORDS_OF("NULL ON ERROR", "EMPTY ARRAY ON ERROR", "ERROR ON ERROR")},
    {"JSON_OBJECT", 0, WORDS_OF("NULL ON NULL", "ABSENT ON NULL")},
    {"JSON_OBJECT", 1, WORDS_OF("k", "l")},
    {"JSON_OBJECT", 3, WORDS_OF("m", "k")},
    {"JSON_ARRAY", 0, WORDS_OF("NULL ON NULL", "ABSENT ON NULL")},
};

static inline const char *const *words_at(const fl_function *fn, int arg) {
    for (size_t i = 0; i < FL_ARRAY_LEN(drawn_words); i++)
        if (arg == drawn_words[i].arg && strcmp(fn->name, drawn_words[i].function) == 0) return drawn_words[i].words;
    return NULL;
}

/* Makes texts as long as a number among its arguments says. */
static inline bool is_lengthy(const fl_function *fn) {
    return strcmp(fn->name, "REPEAT") == 0 || strcmp(fn->name, "LPAD") == 0 || strcmp(fn->name, "RPAD") == 0;
}

static inline bool is_cast(const fl_function *fn) { return strstr(fn->name, "CAST") != NULL; }

/* ---- signatures ---- */

typedef struct signature {
    const fl_function *fn;
    int n;
    int8_t type[ARGS_MAX]; /* index of drawn_types; -1: one of the words that may stand there */
    int8_t result;         /* the drawn type that is most like the result */
} signature;

typedef struct signatures {
    signature *p;
    int n, cap;
} signatures;

static inline fl_expr *word_literal(fl_arena *a, const char *const *words, chance *c) {
    int n = 0;
    while (words[n] != NULL) n++;
    fl_value v = {.type = fl_type_string(false), .s = fl_str_from(words[chance_below(c, n)])};
    return fl_expr_literal(a, &v);
}

/* The index of a drawn type of the same kind, of the same parameters if there is one; -1: there is none. */
static inline int like_type(const fl_type *t) {
    int found = -1;
    for (int i = 0; i < N_TYPES; i++) {
        if (fl_type_equal(drawn_types[i], t, false)) return i;
        if (drawn_types[i]->kind == t->kind && t->n_fields == 0) found = i;
    }
    return found;
}

/* Gives the same value each time that it is asked. */
static inline bool is_steady(const fl_function *fn) { return !(fn->flags & (FL_FN_DYNAMIC | FL_FN_MARKS)); }

/* Calls of it can be drawn: it is none that no table of arguments makes, that is always refused, or that writes. */
static inline bool is_drawn(const fl_function *fn) {
    static const char *const others[] = {"OVERLAPS", "SOURCE_WATERMARK", "PRINT"};
    for (size_t i = 0; i < FL_ARRAY_LEN(others); i++)
        if (strcmp(fn->name, others[i]) == 0) return false;
    return is_steady(fn);
}

/* Binds the call over columns; false: its type rule has refused. Arguments that are words are drawn. */
static inline bool accepts(fl_bind *b, signature *s, chance *c) {
    fl_expr *args[ARGS_MAX], *e;
    fl_error err;
    for (int i = 0; i < s->n; i++) {
        const char *const *words = words_at(s->fn, i);
        const fl_type *t = drawn_types[FL_MAX(s->type[i], 0)];
        bool as_word = words != NULL && (s->type[i] < 0 || s->fn->min_args > i);
        if (as_word) s->type[i] = -1;
        args[i] = as_word                    ? word_literal(b->arena, words, c)
                  : i == 1 && is_cast(s->fn) ? fl_expr_null(b->arena, t)
                                             : fl_expr_column(b->arena, i, t);
    }
    if (fl_expr_call(b, s->fn, args, s->n, (fl_span){0}, &e, &err) < 0) return false;
    s->result = (int8_t)like_type(e->type);
    return true;
}

/* All signatures that are found of a function, each once but for words; at most `most`. */
static inline void find_signatures(signatures *out, const fl_function *fn, chance *c, int most) {
    enum { TRIES = 3000, INT = 3, STRING = 13 }; /* both are often among them */
    fl_arena a;
    fl_arena_init(&a);
    fl_bind b = {.arena = &a, .tz = fl_tz_utc(), .database = "default_database"};
    int max = fn->max_args < 0 ? fn->min_args + 3 : fn->max_args, first = out->n;
    for (int n = fn->min_args; n <= FL_MIN(max, ARGS_MAX); n++) {
        int all = n == 0 ? 1 : n == 1 ? N_TYPES : n == 2 ? N_TYPES * N_TYPES : TRIES;
        for (int k = 0; k < all; k++) {
            signature s = {.fn = fn, .n = n, .type = {(int8_t)(k % N_TYPES), (int8_t)(k / N_TYPES)}};
            int favourite[] = {chance_below(c, 3) ? chance_below(c, N_TYPES) : STRING, chance_below(c, N_TYPES), INT};
            int kinds = 1 + chance_below(c, 3);
            for (int i = 0; i < n && n > 2; i++)
                s.type[i] = (int8_t)(i + 1 == n && chance_below(c, 2) ? chance_below(c, N_TYPES)
                                                                      : favourite[chance_below(c, kinds)]);
            if (n > 2 && chance_below(c, 3) == 0) s.type[0] = 0; /* a condition */
            for (int i = 0; i < n; i++)
                if (i >= fn->min_args && words_at(fn, i) != NULL && chance_below(c, 2)) s.type[i] = -1;
            if (accepts(&b, &s, c)) FL_PUSH(&drawn_arena, out->p, out->n, out->cap, s);
            fl_arena_reset(&a);
        }
    }
    while (out->n - first > most) { /* any of them may go */
        out->p[first + chance_below(c, out->n - first)] = out->p[out->n - 1];
        out->n--;
    }
    fl_arena_deinit(&a);
}

static inline void drawing_init(void) {
    fl_error err;
    size_t used;
    fl_arena_init(&drawn_arena);
    for (int i = 0; i < N_TYPES; i++)
        if (fl_type_parse(&drawn_arena, fl_str_from(type_names[i]), false, &drawn_types[i], &used, &err) < 0) {
            fprintf(stderr, "%s: %s\n", type_names[i], err.message);
            abort();
        }
}

#endif
