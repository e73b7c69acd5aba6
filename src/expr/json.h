/* SPDX-License-Identifier: Apache-2.0 */
/* json.h -- JSON texts and paths into them, as the functions of SQL see them.
 *
 *     json_read.c     a text is checked, or becomes a tree in an arena
 *     json_skip.h     values that nobody asks for are gone over, and checked
 *     json_path.c     'lax $.a[0]' becomes a list of steps
 *     json_filter.c   [?(@.price > 10)]: conditions
 *     json_find.c     what a path finds: in the text itself where its steps are names and positions, else in a tree
 *     json_variant.c  a text becomes a VARIANT
 *
 * Flink reads with Jackson and finds with Jayway's JsonPath; the rules here are theirs: text behind the value is
 * ignored, of repeated keys the last one's value stands at the place of the first, numbers with a fraction or an
 * exponent are doubles.
 */
#ifndef FL_EXPR_JSON_H
#define FL_EXPR_JSON_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "data/variant.h"

enum { FL_JSON_DEPTH_MAX = 1000 };

/* ---- values ---- */

typedef enum fl_json_kind {
    FL_JSON_NULL,
    FL_JSON_FALSE,
    FL_JSON_TRUE,
    FL_JSON_INT,
    FL_JSON_FLOAT,
    FL_JSON_STRING,
    FL_JSON_ARRAY,
    FL_JSON_OBJECT,
} fl_json_kind;

typedef struct fl_json_node fl_json_node;
struct fl_json_node {
    fl_json_kind kind;
    int n; /* ARRAY, OBJECT: items */
    union {
        fl_str text; /* STRING; INT: its spelling, of any length */
        double d;    /* FLOAT */
        struct {
            fl_json_node *items;
            fl_str *names; /* OBJECT: all different */
        };
    };
};

static inline bool fl_json_is_scalar(fl_json_kind k) { return k < FL_JSON_ARRAY; }

/* Checks the value that the text begins with. Returns 0; FL_E_RUNTIME if it is no JSON; FL_E_LIMIT if it is nested too
 * deep to say. */
int fl_json_check(fl_str text, fl_json_kind *kind, fl_error *err);
/* The same, and makes a tree of it. Texts without escapes are borrowed. */
int fl_json_parse(fl_arena *a, fl_str text, fl_json_node *out, fl_error *err);

/* Appends the value that the text begins with as Flink's JSON function does: without blanks, members sorted by name at
 * every depth, numbers with all their digits. */
int fl_json_normalise(fl_arena *a, fl_str text, fl_buf *out, fl_error *err);

/* Appends a tree as Jackson prints it, without blanks. */
void fl_json_print(fl_buf *out, const fl_json_node *v);
/* Appends a scalar as Java's toString gives it: a string without its quotes. */
void fl_json_print_scalar(fl_buf *out, const fl_json_node *v);
const fl_json_node *fl_json_member(const fl_json_node *object, fl_str name); /* NULL: none */

/* Puts the value that the text begins with into an empty builder. The arena is for texts that had escapes. */
int fl_json_to_variant(fl_arena *a, fl_str text, fl_variant_builder *b, fl_error *err);

/* ---- paths ---- */

typedef struct fl_json_path fl_json_path;

/* Never NULL after success, for what is no path is found out by the row that meets it. Fails with FL_E_UNSUPPORTED for
 * what JsonPath knows and flott does not. The text is copied. */
int fl_json_path_compile(fl_arena *a, fl_str spec, const fl_json_path **out, fl_error *err);
bool fl_json_path_is_bad(const fl_json_path *p); /* no path at all */
bool fl_json_path_is_lax(const fl_json_path *p);

typedef enum fl_json_outcome {
    FL_JSON_FOUND,
    FL_JSON_NOTHING, /* lax: nothing is there, or a null */
    FL_JSON_FAILED,  /* what Flink throws an exception for: see fl_json_fail */
} fl_json_outcome;

typedef struct fl_json_result {
    fl_json_outcome outcome;
    fl_json_node value; /* FOUND; lives in the arena, or in the document */
    int why, step;      /* FAILED: for fl_json_fail */
    fl_error error;     /* FAILED because the document is no JSON */
} fl_json_result;

/* Follows a path into a document. Returns 0, or a negative code where the row cannot be computed at all. `whole`: what
 * is inside of an array or object that was found is wanted, too; else its items may be missing. */
int fl_json_find(const fl_json_path *p, fl_str document, bool whole, fl_arena *a, fl_json_result *out, fl_error *err);
/* The reason of FAILED, in Flink's words. */
int fl_json_fail(const fl_json_path *p, const fl_json_result *r, fl_error *err);

#endif
