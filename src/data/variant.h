/* SPDX-License-Identifier: Apache-2.0 */
/* variant.h -- values of type VARIANT: bytes that say themselves what they are.
 *
 * The bytes are those of the open Variant encoding that Parquet, Iceberg and Flink's BinaryVariant share, metadata and
 * value one behind the other:
 *
 *     {"b":[1,true],"a":"x"}
 *
 *     metadata   01           version 1, 1-byte offsets
 *                02  00 01 02 two names, and where each begins; the last offset is the length of all
 *                62 61        b a: in the order in which they came
 *     value      02  02       object, 1-byte ids and offsets; two members,
 *                01 00        sorted by name: the ids of their names,
 *                00 02 0a     where each value begins, and the length of all
 *                05 78        a short string of one byte: x
 *                03  02  00 02 03  0c 01  04    an array of two items: a 1-byte integer, 1, and true
 *
 * The builder gives each value the least widths that do. Two VARIANTs are equal if their bytes are, as in Flink: so
 * 1.5 is not 1.50, and objects differ if their names came in another order, though both are printed in the same way.
 *
 * Readers trust no bytes: whatever they are given they stay inside of it, and what makes no sense is FL_VARIANT_BAD, or
 * not there.
 */
#ifndef FL_DATA_VARIANT_H
#define FL_DATA_VARIANT_H

#include "base/error.h"
#include "base/str.h"

enum {
    FL_VARIANT_BYTES_MAX = 0xffffff, /* of metadata, and of a value: what 3-byte offsets can tell, and Flink's limit */
    FL_VARIANT_DEPTH_MAX = 1000,     /* arrays and objects inside of one another */
};

/* Names as Flink's messages have them. */
#define FL_VARIANT_KINDS(X)                                                                                            \
    X(BAD, "MALFORMED")                                                                                                \
    X(NULL, "NULL")                                                                                                    \
    X(BOOLEAN, "BOOLEAN")                                                                                              \
    X(TINYINT, "TINYINT")                                                                                              \
    X(SMALLINT, "SMALLINT")                                                                                            \
    X(INT, "INT")                                                                                                      \
    X(BIGINT, "BIGINT")                                                                                                \
    X(FLOAT, "FLOAT")                                                                                                  \
    X(DOUBLE, "DOUBLE")                                                                                                \
    X(DECIMAL, "DECIMAL")                                                                                              \
    X(STRING, "STRING")                                                                                                \
    X(BYTES, "BYTES")                                                                                                  \
    X(DATE, "DATE")                                                                                                    \
    X(TIME, "TIME")                                                                                                    \
    X(TIMESTAMP, "TIMESTAMP")                                                                                          \
    X(TIMESTAMP_LTZ, "TIMESTAMP_LTZ")                                                                                  \
    X(TIMESTAMP_NS, "TIMESTAMP_NS")                                                                                    \
    X(TIMESTAMP_LTZ_NS, "TIMESTAMP_LTZ_NS")                                                                            \
    X(UUID, "UUID")                                                                                                    \
    X(ARRAY, "ARRAY")                                                                                                  \
    X(OBJECT, "OBJECT")

typedef enum fl_variant_kind {
#define FL_X(kind, name) FL_VARIANT_##kind,
    FL_VARIANT_KINDS(FL_X)
#undef FL_X
} fl_variant_kind;

const char *fl_variant_kind_name(fl_variant_kind k);
static inline bool fl_variant_is_integer(fl_variant_kind k) {
    return k >= FL_VARIANT_TINYINT && k <= FL_VARIANT_BIGINT;
}

/* ---- reading ---- */

/* A value, or one inside of another. Borrows the bytes. */
typedef struct fl_variant {
    const char *names; /* the metadata */
    size_t names_n;
    const char *p, *end; /* the value begins at p; nothing behind end is looked at */
} fl_variant;

/* The whole of a column's bytes. If they are none of a VARIANT, its kind is BAD. */
fl_variant fl_variant_of(fl_str bytes);
fl_variant_kind fl_variant_kind_of(const fl_variant *v);

/* A value that is neither array nor object. */
typedef struct fl_variant_scalar {
    fl_variant_kind kind;
    union {
        int64_t i; /* BOOLEAN, integers; days of DATE; us of TIME, TIMESTAMP, TIMESTAMP_LTZ; ns of …_NS */
        double d;  /* FLOAT, DOUBLE */
        struct {
            fl_i128 unscaled; /* DECIMAL, of at most 38 digits */
            int scale;        /* 0 … 38 */
        };
        fl_str s; /* STRING, BYTES, UUID */
    };
} fl_variant_scalar;

/* BAD for arrays and objects, too. */
fl_variant_scalar fl_variant_scalar_of(const fl_variant *v);

/* Items of an array, members of an object; -1: it is neither. */
int fl_variant_count(const fl_variant *v);
/* Item or member i, members in the order of their names. False if there is none; *out may be BAD. */
bool fl_variant_item(const fl_variant *v, int i, fl_variant *out);
bool fl_variant_name(const fl_variant *v, int i, fl_str *out);
/* The member of that name. False if there is none. */
bool fl_variant_member(const fl_variant *v, fl_str name, fl_variant *out);

/* Appends the value as JSON text, without blanks: numbers as Java prints them, what JSON has no form for as a text.
 * False if some part is malformed; then nothing is appended. */
bool fl_variant_print(fl_buf *out, const fl_variant *v);

/* Every part is well formed, and no two overlap. */
bool fl_variant_check(fl_str bytes);

/* ---- making ---- */

/* Values are put one after the other; between begin and end they are items, or members if each is named before. */
typedef struct fl_variant_builder {
    struct variant_node *nodes; /* each container before what is inside */
    int n, cap;
    fl_buf scalars;             /* bytes of the scalars */
    struct variant_name *names; /* all different, in the order in which they came */
    int n_names, cap_names;
    fl_buf text;    /* of the names, one behind the other */
    int32_t *slots; /* of a hash table: 1 + name; 0: free */
    int n_slots;
    struct variant_kid *kids; /* of finish: the nodes in each container */
    int cap_kids;
    int open;     /* the innermost container that is not ended; -1: none */
    int depth;    /* of it */
    int next;     /* name of what comes next; -1: none */
    int ignored;  /* containers begun after there was too much */
    size_t bytes; /* at least so many are needed; beyond the limit nothing more is kept */
    fl_buf out;   /* what finish made */
} fl_variant_builder;

void fl_variant_builder_init(fl_variant_builder *b);
void fl_variant_builder_deinit(fl_variant_builder *b);
void fl_variant_builder_reset(fl_variant_builder *b);

void fl_variant_put_null(fl_variant_builder *b);
void fl_variant_put_bool(fl_variant_builder *b, bool x);
void fl_variant_put_int(fl_variant_builder *b, int64_t x); /* in the least width */
void fl_variant_put_double(fl_variant_builder *b, double x);
void fl_variant_put_decimal(fl_variant_builder *b, fl_i128 unscaled, int scale); /* of at most 38 digits */
void fl_variant_put_text(fl_variant_builder *b, fl_str s);
/* Puts a copy; false if it is malformed, or nested too deep. */
bool fl_variant_put(fl_variant_builder *b, const fl_variant *v);

void fl_variant_put_name(fl_variant_builder *b, fl_str name);
void fl_variant_begin(fl_variant_builder *b, fl_variant_kind container);
void fl_variant_end(fl_variant_builder *b);

/* The bytes of what was put, borrowed until the next change. `last_wins`: of members of one name the last counts, else
 * they are refused. */
int fl_variant_finish(fl_variant_builder *b, bool last_wins, fl_str *out, fl_error *err);

/* The bytes of a value inside of another as a value by itself, with those names only that it has, in the order in which
 * they stood: what the builder would make of the value's own text. Quick for scalars. Uses the builder; borrowed from
 * it. An empty text if it is malformed. */
fl_str fl_variant_extract(fl_variant_builder *b, const fl_variant *v);

#endif
