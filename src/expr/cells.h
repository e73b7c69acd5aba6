/* SPDX-License-Identifier: Apache-2.0 */
/* cells.h -- the primitives that aggregate functions are made of. Inside the folder only. */
#ifndef FL_EXPR_CELLS_H
#define FL_EXPR_CELLS_H

#include "expr/aggregate.h"

#define CELL_UPDATE_ARGS                                                                                               \
    const fl_cell *cell, char *const *acc, fl_column *const *args, fl_rows rows, fl_arena *scratch FL_UNUSED
#define CELL_MERGE_ARGS const fl_cell *cell, char *const *dst, char *const *src, int n, fl_arena *scratch FL_UNUSED

typedef struct fl_sum_integer {
    int64_t sum; /* wraps */
    int64_t count;
} fl_sum_integer;

typedef struct fl_sum_decimal {
    fl_i128 sum;
    int64_t count;
    bool has;        /* sum is not NULL */
    bool overflowed; /* at some time: the average is NULL from then on, the sum has started again */
} fl_sum_decimal;

typedef struct fl_sum_double {
    union {
        double sum;
        float as_float; /* SUM(FLOAT) adds in FLOAT */
    };
    int64_t count;
} fl_sum_double;

extern const fl_cell_type fl_cell_rows, fl_cell_count;
extern const fl_cell_type fl_cell_sum_integer, fl_cell_sum_decimal, fl_cell_sum_double, fl_cell_sum_float;
extern const fl_cell_type fl_cell_min_integer, fl_cell_max_integer; /* I8 … I64 and BOOL, as int64 */
extern const fl_cell_type fl_cell_min_wide, fl_cell_max_wide, fl_cell_min_double, fl_cell_max_double;
extern const fl_cell_type fl_cell_min_string, fl_cell_max_string;
extern const fl_cell_type fl_cell_first_integer, fl_cell_first_wide, fl_cell_first_double, fl_cell_first_string;
extern const fl_cell_type fl_cell_last_integer, fl_cell_last_wide, fl_cell_last_double, fl_cell_last_string;

static inline void *fl_cell_at(const fl_cell *c, const char *acc) { return (void *)(uintptr_t)(acc + c->offset); }

/* Rows, or values that were not NULL, of a row counter, a counter or a sum. */
int64_t fl_cell_counted(const fl_cell *c, const char *acc);
/* A value that has come before changes nothing, so that DISTINCT does not matter. */
bool fl_cell_is_idempotent(const fl_cell_type *t);
void fl_cell_append_kept(const fl_cell *c, const char *acc, fl_column *out);

/* Cells that keep the values (cells_values.c), and what is made of them. */
extern const fl_cell_type fl_cell_joined, fl_cell_json_array; /* LISTAGG, JSON_ARRAYAGG */
extern const fl_cell_type fl_cell_list, fl_cell_single;       /* ARRAY_AGG, SINGLE_VALUE */
extern const fl_cell_type fl_cell_multiset;                   /* COLLECT */
extern const fl_cell_type fl_cell_json_object;                /* JSON_OBJECTAGG */
extern const fl_cell_type fl_cell_numbers;                    /* PERCENTILE */
fl_agg_result_fn fl_agg_result_listagg, fl_agg_result_json_array, fl_agg_result_array, fl_agg_result_single;
fl_agg_result_fn fl_agg_result_multiset, fl_agg_result_json_object, fl_agg_result_percentile;
/* The first fraction of PERCENTILE that is not within [0, 1]; NAN: there is none. */
double fl_agg_wrong_fraction(const fl_value *literal);

/* APPROX_COUNT_DISTINCT (cells_sketch.c). */
extern const fl_cell_type fl_cell_sketch;
fl_agg_result_fn fl_agg_result_sketch;

/* STDDEV and VAR (aggregate_moments.c). */
fl_agg_reduce_fn fl_agg_reduce_moment;

/* DISTINCT: a set of values before an inner cell. */
void fl_cell_update_distinct(const fl_cell *c, char *const *acc, fl_column *const *args, fl_rows rows,
                             fl_arena *scratch);
void fl_cell_merge_distinct(const fl_cell *c, char *const *dst, char *const *src, int n, fl_arena *scratch);
void fl_cell_clone_distinct(const fl_cell *c, char *dst, const char *src);
void fl_cell_free_distinct(const fl_cell *c, char *acc);
void fl_cell_encode_distinct(const fl_cell *c, const char *acc, fl_buf *out);
int fl_cell_decode_distinct(const fl_cell *c, char *acc, fl_reader *in, fl_error *err);

/* Cells on one column that are updated together; indices, -1: none. */
typedef struct fl_cell_group {
    int rows, sum, min, max;
} fl_cell_group;
/* Adds a column to few groups through packed accumulators. False: nothing done, the column does not lend itself (NULLs,
 * a layout or values too wide). */
bool fl_cells_pack(const fl_cell *cells, const fl_cell_group *g, const uint32_t *group, char *const *group_acc,
                   int n_groups, const fl_column *arg, fl_rows rows);

#endif
