/* SPDX-License-Identifier: Apache-2.0 */
/* program.h -- expressions compiled once into a flat list of steps, run a batch at a time.
 *
 * A step calls a kernel on registers (columns) for the rows of a selection register. Register 0 … n-1 of selections
 * are made by steps as well: AND, OR, CASE and COALESCE narrow the rows of their later arguments, so an argument that
 * could fail is computed only where SQL needs it. Equal calls are computed once.
 */
#ifndef FL_EXPR_PROGRAM_H
#define FL_EXPR_PROGRAM_H

#include "expr/expr.h"

typedef struct fl_program fl_program;

/* Compiles `exprs` over batches with `n_columns` columns. Lives in the arena and ends with it. */
int fl_program_new(fl_arena *a, fl_expr *const *exprs, int n, int n_columns, fl_program **out, fl_error *err);

/* The results of `exprs`, those the program was made of, are to become fields of rows: a NULL that an argument hands down
 * to a result whose type is NOT NULL becomes what fill.h says. A function's own NULL stays. */
void fl_program_fill(fl_program *p, fl_expr *const *exprs);

/* Computes all expressions for the rows of b that count. out[i] is a column with b->n rows, owned by the caller, whose
 * rows that do not count are unspecified; a plain column reference is the batch's column itself. Columns may be
 * constant if `keep_constants`, otherwise none is. */
int fl_program_run(fl_program *p, fl_eval *ev, fl_batch *b, bool keep_constants, fl_column **out, fl_error *err);

/* Rows of `rows` for which the BOOLEAN column is true, into sel (room for rows.n). Returns how many. */
int fl_select_true(const fl_column *c, fl_rows rows, uint16_t *sel);

/* Computes an expression without columns. For folding; the value lives in the arena. */
int fl_expr_evaluate(fl_arena *a, const fl_expr *e, fl_eval *ev, fl_value *out, fl_error *err);

#endif
