/* SPDX-License-Identifier: Apache-2.0 */
/* results.h -- result rows and watermarks of an operator on their way to one output, gathered into few batches. */
#ifndef FL_EXEC_RESULTS_H
#define FL_EXEC_RESULTS_H

#include "data/schema.h"
#include "exec/operator.h"

typedef struct fl_results {
    const fl_schema *schema;
    fl_column **cols; /* each has n rows; the operator appends to all and then adds to n */
    int n;
    int rows_hint;  /* rows of the last batch: room for the next */
    uint8_t *kinds; /* NULL: all +I */
    int cap_kinds;
    fl_mark *marks;
    int n_marks, cap_marks;
} fl_results;

void fl_results_init(fl_results *r, const fl_schema *schema);
void fl_results_deinit(fl_results *r);
/* The watermark stands behind the rows so far. Of several at one place only the last counts. */
void fl_results_mark(fl_results *r, int64_t watermark);
/* Kinds of the n rows appended last, before they are added to r->n. Only needed where some are not +I. */
void fl_results_kinds(fl_results *r, const uint8_t *kinds, int n);
/* Emits what there is, if anything. */
int fl_results_flush(fl_results *r, fl_op *op, int out, fl_error *err);

#endif
