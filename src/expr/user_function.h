/* SPDX-License-Identifier: Apache-2.0 */
/* user_function.h -- functions of users (flott_function.h) as the engine has them: checked, typed, called.
 *
 *     session ─ fl_user_function_new ─► binder ─ fl_user_infer ─► fl_user_call ─► operator: fl_user_open, …, close
 *                                                                  in the plan      one instance each
 *
 * A scalar function is an fl_function like any other: its kernel takes the rows that are asked for across the border to
 * Arrow and back. Nothing that comes back is trusted.
 */
#ifndef FL_EXPR_USER_FUNCTION_H
#define FL_EXPR_USER_FUNCTION_H

#include "data/schema.h"
#include "expr/aggregate.h"
#include "expr/expr.h"
#include "flott_function.h"

enum {
    FL_USER_ARGS_MAX = 255,       /* of one call, as Java's methods have it */
    FL_USER_ROWS_MAX = INT32_MAX, /* that a table function makes of one batch */
};

typedef struct fl_user_function {
    fl_function fn;             /* name, flags; of a scalar function all that a call needs */
    fl_agg_function agg;        /* AGGREGATE */
    const flott_function *impl; /* borrowed for ever */
    void *self;                 /* what its hooks are given */
} fl_user_function;

/* The function under the name that CREATE FUNCTION gave it, in the arena. Another interface or a missing hook is
 * refused. */
int fl_user_function_new(fl_arena *a, const char *name, const flott_function *impl, void *self,
                         const fl_user_function **out, fl_error *err);

/* A call whose types are known; lives in the plan's arena. */
typedef struct fl_user_call {
    const fl_user_function *fn;
    fl_schema args;
    fl_schema result; /* SCALAR, AGGREGATE: one column; TABLE: its columns */
    struct ArrowSchema args_form, form;
} fl_user_call;

/* Asks the function for its types; args[] may be replaced by casts. */
int fl_user_infer(fl_bind *b, const fl_user_function *f, fl_expr **args, int n, fl_span span, fl_user_call **out,
                  fl_error *err);

typedef struct fl_user_instance fl_user_instance;
int fl_user_open(const fl_user_call *call, fl_user_instance **out, fl_error *err);
void fl_user_close(fl_user_instance *x); /* NULL is fine */

/* Rows that a table function has made. */
typedef struct fl_user_rows {
    struct ArrowArray array;
    fl_buffer *keep; /* owns what is in the array */
    const int32_t *origin;
    int64_t n;
} fl_user_rows;

/* All rows for a batch of arguments, which has no selection; until fl_user_rows_free or the next call. */
int fl_user_table(fl_user_instance *x, fl_batch *args, fl_user_rows *out, fl_error *err);
/* Rows [at, at + n) as columns of the call's result. */
int fl_user_rows_take(const fl_user_instance *x, const fl_user_rows *rows, int64_t at, int n, fl_batch **out,
                      fl_error *err);
void fl_user_rows_free(fl_user_rows *rows);

#endif
