/* SPDX-License-Identifier: Apache-2.0 */
/* columns.h -- reading and making Arrow arrays by hand, as little of it as functions of users need.
 *
 * A column's buffers are: a bitmap of the rows that are not NULL (absent: all), the values; a text has offsets and
 * bytes. Rows of an array begin at `offset`. Everything made here owns its memory and gives it back when released.
 */
#ifndef COLUMNS_H
#define COLUMNS_H

#include <stdlib.h>
#include <string.h>

#include "flott_function.h"

/* ---- reading ---- */

static inline bool is_null(const struct ArrowArray *a, int64_t row) {
    const uint8_t *bits = a->buffers[0];
    int64_t i = row + a->offset;
    return bits != NULL && !(bits[i / 8] >> (i % 8) & 1);
}

static inline const int64_t *longs(const struct ArrowArray *a) { return (const int64_t *)a->buffers[1] + a->offset; }
static inline const double *doubles(const struct ArrowArray *a) { return (const double *)a->buffers[1] + a->offset; }

/* Where row's text begins, and its length. */
static inline const char *text(const struct ArrowArray *a, int64_t row, int32_t *length) {
    const int32_t *at = (const int32_t *)a->buffers[1] + a->offset + row;
    *length = at[1] - at[0];
    return (const char *)a->buffers[2] + at[0];
}

/* ---- making ---- */

typedef struct column {
    const void *buffers[3];
    void *memory[3];
    struct ArrowArray **children;
    int64_t n_children;
} column;

static inline void column_release(struct ArrowArray *a) {
    column *c = a->private_data;
    for (int64_t i = 0; i < c->n_children; i++) {
        if (c->children[i]->release != NULL) c->children[i]->release(c->children[i]);
        free(c->children[i]);
    }
    for (int i = 0; i < 3; i++) free(c->memory[i]);
    free(c->children);
    free(c);
    a->release = NULL;
}

/* Buffers of these sizes; the first is the bitmap, in which all rows are there. */
static inline column *column_make(struct ArrowArray *out, int64_t rows, int n_buffers, const size_t *sizes) {
    column *c = calloc(1, sizeof *c);
    for (int i = 0; i < n_buffers; i++) c->buffers[i] = c->memory[i] = calloc(1, sizes[i] + 8);
    memset(c->memory[0], 0xff, sizes[0]);
    *out = (struct ArrowArray){.length = rows,
                               .null_count = -1,
                               .n_buffers = n_buffers,
                               .buffers = c->buffers,
                               .release = column_release,
                               .private_data = c};
    return c;
}

static inline size_t bitmap_size(int64_t rows) { return (size_t)(rows + 7) / 8; }

/* A column of values of `size` bytes each, to be filled. */
static inline void *make_values(struct ArrowArray *out, int64_t rows, size_t size) {
    const size_t sizes[] = {bitmap_size(rows), (size_t)rows * size};
    return column_make(out, rows, 2, sizes)->memory[1];
}

/* A column of texts: rows + 1 offsets and so many bytes, to be filled. */
static inline char *make_texts(struct ArrowArray *out, int64_t rows, size_t bytes, int32_t **offsets) {
    const size_t sizes[] = {bitmap_size(rows), (size_t)(rows + 1) * sizeof(int32_t), bytes};
    column *c = column_make(out, rows, 3, sizes);
    *offsets = c->memory[1];
    return c->memory[2];
}

/* Rows of n columns, which are to be made. */
static inline struct ArrowArray **make_rows(struct ArrowArray *out, int64_t rows, int64_t n) {
    const size_t sizes[] = {bitmap_size(rows)};
    column *c = column_make(out, rows, 1, sizes);
    c->n_children = out->n_children = n;
    c->children = out->children = calloc((size_t)n + 1, sizeof *c->children);
    for (int64_t i = 0; i < n; i++) c->children[i] = calloc(1, sizeof **c->children);
    return c->children;
}

static inline void set_null(struct ArrowArray *a, int64_t row) {
    column *c = a->private_data;
    ((uint8_t *)c->memory[0])[row / 8] &= (uint8_t) ~(1 << (row % 8));
}

#endif
