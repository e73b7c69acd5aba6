/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h -- names and types of the columns of a batch. */
#ifndef FL_DATA_SCHEMA_H
#define FL_DATA_SCHEMA_H

#include "data/batch.h"

typedef struct fl_schema {
    int n;
    const fl_field *fields; /* borrowed from the arena that the schema was made in */
} fl_schema;

/* The column's index, or -1. Names are case-sensitive. */
int fl_schema_find(const fl_schema *s, const char *name);
/* (`a` INT, `b` STRING NOT NULL) */
void fl_schema_print(fl_buf *out, const fl_schema *s);

/* Collects rows into a batch: one writable column for each field. */
typedef struct fl_builder {
    const fl_schema *schema;
    fl_column **cols; /* owned until fl_builder_take */
    uint8_t *kinds;   /* of each row; NULL until one is not +I */
    int n, cap;       /* rows finished; rows that fit before the builder wants to be taken */
} fl_builder;

void fl_builder_init(fl_builder *b, const fl_schema *schema, int cap);
void fl_builder_deinit(fl_builder *b);
static inline bool fl_builder_full(const fl_builder *b) { return b->n >= b->cap; }
/* Ends a row: each column must have gained exactly one value. */
void fl_builder_end_row(fl_builder *b, fl_row_kind kind);
/* Cuts all columns back to the last finished row, after an error in the middle of one. */
void fl_builder_abandon_row(fl_builder *b);
/* The rows so far as a batch, owned by the caller, or NULL if there are none. The builder starts afresh. */
fl_batch *fl_builder_take(fl_builder *b);

#endif
