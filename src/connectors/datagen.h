/* SPDX-License-Identifier: Apache-2.0 */
/* datagen.h -- how the values of one column are made: between the connector (datagen.c) and its loops
 * (datagen_values.c).
 *
 * The generator is counter-based: value i of a column is a function of (seed, name of the column, i) and of nothing
 * else. So a position is all the state that a source has, columns can be left out without changing the others, and
 * what is nested is only a matter of numbering:
 *
 *     row i           of  a ARRAY<ROW<x INT>>, length 3
 *     elements        3i, 3i + 1, 3i + 2 of a.element
 *     numbers x       3i, 3i + 1, 3i + 2 of a.element.x
 */
#ifndef FL_CONNECTORS_DATAGEN_H
#define FL_CONNECTORS_DATAGEN_H

#include "data/batch.h"

typedef enum fl_gen_kind {
    FL_GEN_RANDOM,   /* numbers, booleans, texts, bytes, intervals: by the physical type */
    FL_GEN_SEQUENCE, /* start, start + 1, … */
    FL_GEN_DATE,     /* today, the time of day, now: in the session's time zone where it matters */
    FL_GEN_TIME,
    FL_GEN_TIMESTAMP, /* up to past_ms before now */
    FL_GEN_NESTED,    /* ARRAY, MAP, MULTISET, ROW */
} fl_gen_kind;

/* One column or nested value: read-only once planned. */
typedef struct fl_gen {
    fl_gen_kind kind;
    const fl_type *type;
    const char *path;    /* as in the options: order.items.element */
    uint64_t salt;       /* of the path */
    uint64_t null_below; /* NULL if 32 random bits are below; 0: never */
    fl_i128 min;         /* integers and DECIMAL (unscaled) */
    fl_u128 span;        /* largest - smallest */
    double low, high;    /* FLOAT, DOUBLE */
    int length;          /* characters, bytes or elements */
    bool var_length;     /* 1 … length - 1 instead */
    int64_t past_ms;
    int64_t start, end; /* SEQUENCE: both included */
    struct fl_gen **child;
    int n_children;
    int64_t weight_bytes; /* about what a value takes, for the size of a batch */
} fl_gen;

/* The rows to be made. */
typedef struct fl_gen_rows {
    uint64_t seed;
    uint64_t first; /* number of the first row in the random stream */
    int n;
    int64_t sequence_at, sequence_step; /* offsets from `start` of the first row, and from row to row */
    int64_t now_ms, local_ms;           /* the epoch's and the session zone's clock */
} fl_gen_rows;

/* A column of r->n rows, owned by the caller. */
fl_column *fl_gen_column(const fl_gen *g, const fl_gen_rows *r);

#endif
