/* SPDX-License-Identifier: Apache-2.0 */
/* json_int.h -- what json_*.c share: the reader of texts, and what a path is made of. */
#ifndef FL_EXPR_JSON_INT_H
#define FL_EXPR_JSON_INT_H

#include "expr/functions_int.h"
#include "expr/json.h"

/* ---- reading (json_read.c) ---- */

typedef struct json_reader {
    const char *p, *end;
    int depth;
    bool unsure;     /* something could not be skipped: the rest is read with care */
    bool exact;      /* numbers keep all their digits: those with a fraction or an exponent are INT, too, and spelled as
                      * Java's BigDecimal */
    fl_arena *arena; /* of the trees */
    fl_error *err;
} json_reader;

/* A string as it is written. */
typedef struct json_string {
    fl_str raw; /* between the quotes */
    bool escaped;
} json_string;

json_reader fl_json_reader_make(fl_str text, fl_arena *a, fl_error *err);
/* Over blanks to the first character of a value; fails at the end. */
int fl_json_begin(json_reader *r);
/* Reads the value whose first character stands at p; out NULL: only checks it. Then p is behind it. */
int fl_json_value(json_reader *r, fl_json_node *out);
/* Behind `[` or `{`, and then behind each item: is there another one? Stands at its first character if so, and behind
 * the `]` or `}` if not. */
int fl_json_first(json_reader *r, char close, bool *more);
int fl_json_next(json_reader *r, char close, bool *more);
/* The name of a member, and over the colon to its value. */
int fl_json_name(json_reader *r, json_string *out);
/* Enters an object or array; fails if there are too many around it. Leaving is r->depth--. */
int fl_json_enter(json_reader *r);
fl_str fl_json_unescape(fl_arena *a, json_string s);

/* ---- paths ---- */

typedef struct json_filter json_filter;

typedef enum json_step_kind {
    STEP_NAMES,    /* .a ['a'] ['a','b'] */
    STEP_INDEXES,  /* [0] [-1] [0,2] */
    STEP_SLICE,    /* [1:] [:2] [1:2] */
    STEP_STAR,     /* .* [*] */
    STEP_SCAN,     /* .. */
    STEP_FILTER,   /* [?(…)] */
    STEP_FUNCTION, /* .max() */
} json_step_kind;

typedef enum json_function {
    FUNCTION_NONE, /* a name that is none: fails when it is called */
    FUNCTION_AVG,
    FUNCTION_MAX,
    FUNCTION_MIN,
    FUNCTION_STDDEV,
    FUNCTION_SUM,
    FUNCTION_FIRST,
    FUNCTION_LAST,
    FUNCTION_KEYS,
    FUNCTION_LENGTH,
} json_function;

typedef struct json_step {
    json_step_kind kind;
    int n; /* NAMES, INDEXES */
    union {
        fl_str *names;
        int32_t *indexes;
        struct {
            int32_t from, to;
            bool has_from, has_to;
        };
        const json_filter *filter;
        json_function function;
    };
    bool definite;          /* finds one value at most */
    bool upstream_definite; /* so do all steps before */
    const char *text;       /* as messages show it */
} json_step;

struct fl_json_path {
    fl_str spec; /* as given */
    bool lax;
    bool bad;       /* no path at all */
    bool from_item; /* begins with @ */
    bool simple;    /* only names and positions: found in the text */
    bool scanned;   /* `$..a.sum()`: the function is called on what the steps before it find */
    bool definite;
    json_step *steps;
    int n;
};

/* The path that [from, to) of UTF-16 text spells; *out is bad if it is none. (json_path.c) */
enum { JSON_NESTED_MAX = 30 }; /* filters and parentheses inside of one another */
int fl_json_path_read(fl_arena *a, const uint16_t *text, int n, int depth, fl_json_path *out, fl_error *err);

/* The text that a quoted name or string spells; JSON_INVALID if its escapes are none. */
int fl_json_path_unescape(fl_arena *a, const uint16_t *s, int n, fl_str *out);

/* `[?(…)]` with its brackets; *out NULL if it is no filter. (json_filter.c) */
int fl_json_filter_compile(fl_arena *a, const uint16_t *text, int n, int depth, const json_filter **out, fl_error *err);

/* ---- following paths (json_find.c) ---- */

/* What JsonPath throws, beside codes of errors. A filter takes INVALID and MISSING for no. */
enum { JSON_MISSING = -100, JSON_INVALID = -101, JSON_THROWN = -102 };

/* Why nothing was found. */
enum {
    WHY_NO_JSON = 1,
    WHY_NULL_DOCUMENT,
    WHY_NO_PATH,
    WHY_NO_RESULT,
    WHY_NO_PROPERTY,
    WHY_NO_OBJECT,
    WHY_NO_ARRAY,
    WHY_NULL_ARRAY,
    WHY_NULL_RESULT,
    WHY_PRIMITIVE,
    WHY_NO_FUNCTION,
    WHY_EMPTY,
    WHY_FILTER,
};

/* The text of a path or of a filter in it, as UTF-16 units, and how far it was read. */
typedef struct json_path_reader {
    const uint16_t *s;
    int n, at, end;
    int depth;
    fl_arena *a;
    fl_error *err;
    fl_json_path *out; /* of a path */
    int cap;
} json_path_reader;

static inline bool json_inside(const json_path_reader *r, int i) { return i >= 0 && i < r->end; }
/* 0 where there is no unit. */
static inline uint16_t json_unit(const json_path_reader *r, int i) { return i >= 0 && i < r->n ? r->s[i] : 0; }
/* Behind the text or pattern in quotes that begins at i; -1: it does not end. */
int json_behind_quoted(const json_path_reader *r, int i);
/* Units as UTF-8 in the arena. */
fl_str json_units_text(fl_arena *a, const uint16_t *s, int n);

typedef struct json_search {
    const fl_json_node *root;
    fl_arena *arena;
    fl_error *err;
    bool lax;      /* exceptions are suppressed */
    int64_t steps; /* left: no path may run for ever */
    int why, step; /* of the first failure */
} json_search;

/* What a path finds: one value, or an array of all. `require`: also of names at its end. */
int fl_json_follow(json_search *s, const fl_json_path *p, const fl_json_node *item, bool require, fl_json_node *out);
/* Whether an item passes a filter: 1, 0 or an error. (json_filter.c) */
int fl_json_filter_accepts(json_search *s, const json_filter *f, const fl_json_node *item);
/* As Java's equals. (json_read.c) */
bool fl_json_equal(const fl_json_node *a, const fl_json_node *b);

#endif
