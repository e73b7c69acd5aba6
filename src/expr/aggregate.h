/* SPDX-License-Identifier: Apache-2.0 */
/* aggregate.h -- aggregate functions: what they remember of a group, and how it is updated, merged and read.
 *
 * A group's accumulator is one row of memory, cut into cells. A cell is a primitive that several functions share:
 *
 *     SELECT COUNT(*), SUM(v), AVG(v), MIN(v)        cells:  ROWS | SUM(v) with its count | MIN(v)
 *
 *     accumulator row  [ rows:8 ][ sum:16 count:8 ][ min:8 has:1 ]          all functions on one column share cells
 *
 * Cells are updated a column at a time through an array of pointers to accumulator rows, merged the same way (slices of
 * windows), and read into a result column. DISTINCT is a cell that owns a set of values and passes each new one on to
 * the cells behind it.
 */
#ifndef FL_EXPR_AGGREGATE_H
#define FL_EXPR_AGGREGATE_H

#include "expr/expr.h"

typedef struct fl_agg_function fl_agg_function;
typedef struct fl_agg_call fl_agg_call;
typedef struct fl_agg_layout fl_agg_layout;
typedef struct fl_cell fl_cell;
typedef struct fl_cell_type fl_cell_type;

enum {
    FL_AGG_ARGS_MAX = 3,
    FL_AGG_TEXT_MAX = 64 << 20,   /* bytes of a text that an aggregate makes of a group */
    FL_AGG_VALUES_MAX = 64 << 20, /* values that an aggregate keeps of a group */
};

/* An argument: a column of the operator's input, or a literal that is part of the call. */
typedef struct fl_agg_arg {
    int column;              /* -1: a literal */
    const fl_value *literal; /* NULL: a column */
    const fl_type *type;
} fl_agg_arg;

/* One call as bound. */
struct fl_agg_call {
    const fl_agg_function *fn;
    fl_agg_arg args[FL_AGG_ARGS_MAX];
    int n_args; /* 0: COUNT(*) */
    int filter; /* BOOLEAN input column of FILTER (WHERE …); -1: none */
    bool distinct;
    bool ignore_nulls;   /* IGNORE NULLS was written */
    bool grouped;        /* GROUP BY has a key: no group is empty */
    const fl_type *type; /* result */
    const char *name;    /* as EXPLAIN shows it */
    fl_span span;
    const struct fl_user_call *user; /* the function is of users: its types (user_function.h); NULL: it is not */
};

/* Appends the results of n accumulator rows to out. */
typedef void fl_agg_result_fn(const fl_agg_call *call, const fl_cell *cell, char *const *acc, int n, fl_column *out);

/* Who reduces a call to others asks for them here: adds a call of aggregate `name` with DISTINCT and FILTER of the call
 * that is being reduced; *out becomes its result. */
typedef struct fl_agg_asker fl_agg_asker;
struct fl_agg_asker {
    int (*ask)(fl_agg_asker *asker, const char *name, fl_expr *arg, fl_expr **out, fl_error *err);
};

/* Replaces arguments by others before anything else is done with them, or refuses them. */
typedef int fl_agg_prepare_fn(fl_bind *b, const fl_agg_function *fn, fl_expr **args, int n, fl_span at, fl_error *err);

/* The call as an expression over the results of others; `arg` is its argument. */
typedef int fl_agg_reduce_fn(fl_bind *b, const fl_agg_call *call, fl_expr *arg, fl_agg_asker *asker, fl_expr **out,
                             fl_error *err);

struct fl_agg_function {
    const char *name;
    int min_args, max_args;
    unsigned literals;          /* bit i: argument i, if it is a literal, is part of the call rather than a column */
    fl_agg_prepare_fn *prepare; /* NULL: arguments stay as they are */
    /* The result type for the argument's, or a refusal; checks DISTINCT too. */
    int (*infer)(fl_bind *b, fl_agg_call *call, fl_error *err);
    /* The cell that holds what the call needs. */
    const fl_cell_type *(*cell)(const fl_agg_call *call);
    fl_agg_result_fn *result;
    fl_agg_reduce_fn *reduce;  /* not NULL: there is no cell, the binder puts others in its place */
    bool takes_null_treatment; /* IGNORE NULLS or RESPECT NULLS may stand behind it */
    /* Set: Flink's class cannot be merged, so the call is refused in windows whose results are put together from
     * parts, though the cell itself could be. */
    const char *unmergeable;
    const char *signature, *doc;
    const void *user; /* the fl_user_function that it is part of; NULL: built in */
};

/* Adds the k-th of `rows` to the cell in accumulator row acc[k], for all k. args[i] is the column of the call's i-th
 * argument, NULL for a literal. `scratch` is for selections. */
typedef void fl_cell_update_fn(const fl_cell *cell, char *const *acc, fl_column *const *args, fl_rows rows,
                               fl_arena *scratch);
/* The cell of row src[i] is added to that of row dst[i]; src stays. */
typedef void fl_cell_merge_fn(const fl_cell *cell, char *const *dst, char *const *src, int n, fl_arena *scratch);

struct fl_cell_type {
    const char *name;
    int size;        /* bytes; aligned to 16 in the row */
    bool plain;      /* bytes that may be copied and dropped freely: clone and free are NULL */
    bool ordered;    /* what it holds depends on the order of the rows: sums of FLOAT and DOUBLE do, too */
    bool grows;      /* so does its result, with every row */
    bool takes_null; /* rows whose first argument is NULL count, too */
    void (*open)(fl_arena *a, fl_cell *cell); /* fills cell->own, which lives as long as the layout; NULL: nothing */
    fl_cell_update_fn *update;
    fl_cell_update_fn *update_one; /* the same for rows whose acc[k] are all one accumulator; NULL: as update */
    fl_cell_merge_fn *merge;
    /* These get the accumulator row, as all others do. */
    void (*clone)(const fl_cell *cell, char *dst, const char *src); /* dst is a copy of src's bytes */
    void (*free)(const fl_cell *cell, char *acc);
    void (*encode)(const fl_cell *cell, const char *acc, fl_buf *out);           /* NULL: the plain bytes */
    int (*decode)(const fl_cell *cell, char *acc, fl_reader *in, fl_error *err); /* acc is zeroed */
};

/* A cell in the accumulator row. A zeroed row is an empty accumulator. */
struct fl_cell {
    const fl_cell_type *type;
    const fl_agg_call *call; /* the first call that reads it; NULL: a counter of rows that no call has asked for */
    int arg, filter;         /* arg: column of the call's first argument; -1: none */
    bool distinct;
    fl_error *failure;    /* the layout's: filled by who cannot go on */
    void *own;            /* what the type's open has made */
    int offset;           /* in the accumulator row */
    const fl_cell *inner; /* DISTINCT: the cell behind the set, at its own offset */
    bool hidden;          /* behind a DISTINCT: not updated by itself */
};

struct fl_agg_layout {
    const fl_agg_call *calls;
    int n_calls;
    fl_cell *cells;
    int n_cells;
    const fl_cell **call_cell; /* the cell of each call */
    int rows_cell;             /* index of the cell that counts rows, or -1 */
    int size;                  /* of an accumulator row; a multiple of 16 */
    bool plain;                /* all cells are */
    bool grows;                /* some cell does */
    fl_error *failure;
};

const fl_agg_function *fl_agg_find(fl_str name);
int fl_agg_count(void);
const fl_agg_function *fl_agg_at(int i);

/* The same function of the same rows, whatever the column of the result is called. */
bool fl_agg_call_same(const fl_agg_call *a, const fl_agg_call *b);
/* The same columns and literals, clauses aside. */
bool fl_agg_same_args(const fl_agg_call *a, const fl_agg_call *b);
/* Columns of the input are renumbered by map[]. */
void fl_agg_call_map(fl_agg_call *call, const int *map);

/* Equal results whatever the order of the rows: sums of FLOAT and DOUBLE are not. */
bool fl_agg_call_exact(const fl_agg_call *call);

/* Lays out the accumulators of `calls`; `count_rows` adds a ROWS cell if no call has one. */
const fl_agg_layout *fl_agg_layout_new(fl_arena *a, const fl_agg_call *calls, int n, bool count_rows);

/* Adds rows of `cols` (columns of the input) to the accumulators: acc[k] is the accumulator row of the k-th of `rows`.
 * `scratch` is for selections. */
void fl_agg_update(const fl_agg_layout *l, char *const *acc, fl_column *const *cols, fl_rows rows, fl_arena *scratch);

enum { FL_AGG_GROUPS_MAX = 256 };
/* The same where few groups are hit by many rows: group[k] is the group of the k-th row, group_acc[] the accumulators
 * of the n_groups groups. Sums, counts and extremes of 32-bit values are first packed into 8 or 16 bytes a group, one
 * read-modify-write a row, and then carried over. */
void fl_agg_update_groups(const fl_agg_layout *l, const uint32_t *group, char *const *group_acc, int n_groups,
                          fl_column *const *cols, fl_rows rows, fl_arena *scratch);

void fl_agg_merge(const fl_agg_layout *l, char *const *dst, char *const *src, int n, fl_arena *scratch);

/* Some functions cannot take every row (a second row of SINGLE_VALUE, a key that comes twice), and all have limits.
 * Whoever has updated, merged, read or saved accumulators asks here before the results go on: 0, or the failure's code. */
int fl_agg_failed(const fl_agg_layout *l, fl_error *err);

/* Appends results of n accumulator rows, one column for each call. */
void fl_agg_result(const fl_agg_layout *l, int call, char *const *acc, int n, fl_column *out);

void fl_agg_clone(const fl_agg_layout *l, char *dst, const char *src);
void fl_agg_free(const fl_agg_layout *l, char *acc);
void fl_agg_encode(const fl_agg_layout *l, const char *acc, fl_buf *out);
int fl_agg_decode(const fl_agg_layout *l, char *acc, fl_reader *in, fl_error *err);

#endif
