/* SPDX-License-Identifier: Apache-2.0 */
/* batch.h -- what travels through a job: rows in columns, with row kinds, a selection and watermark marks.
 *
 *     columns      a    b     ts       kinds  sel        marks
 *       row 0      1   'x'   10:00      +I     0         after row 2: 10:01
 *       row 1      2   'y'   10:02      +I     2    (row 1 was filtered out)
 *       row 2      3   'z'   10:01      -U
 *
 * A filter writes a selection instead of moving rows. Marks stand between physical rows: mark {row 2, W} says that W
 * holds once row 2 has been processed; marks grow in row and in watermark. After a batch has been handed on, nobody
 * writes to it: it may be shared by several consumers and threads.
 */
#ifndef FL_DATA_BATCH_H
#define FL_DATA_BATCH_H

#include "data/column.h"

/* Flink's numbers and texts. */
typedef enum fl_row_kind { FL_INSERT, FL_UPDATE_BEFORE, FL_UPDATE_AFTER, FL_DELETE } fl_row_kind;
extern const char *const fl_row_kind_text[4]; /* "+I" "-U" "+U" "-D" */

#define FL_WATERMARK_MIN INT64_MIN
#define FL_WATERMARK_MAX INT64_MAX

typedef struct fl_mark {
    int32_t row;       /* physical row after which it holds, 0-based */
    int64_t watermark; /* ms */
} fl_mark;

typedef struct fl_batch {
    _Atomic int32_t refs;
    int32_t n; /* physical rows */
    int32_t n_cols;
    fl_column **cols; /* counted; each has n rows */
    uint16_t *sel;    /* owned; rows that count, ascending. NULL: all */
    int32_t n_sel;    /* rows that count: n if sel is NULL */
    uint8_t *kinds;   /* owned; fl_row_kind of each physical row. NULL: all +I */
    fl_mark *marks;   /* owned */
    int32_t n_marks, cap_marks;
    int32_t split; /* the part of the source that all rows are of (exec/splits.h), 1 …; 0: none in particular */
    int64_t first; /* the number that the source gave row 0, 1 …; 0: none. Lost where rows move */
} fl_batch;

/* A batch of n rows whose n_cols columns are NULL until set. Owned by the caller. */
fl_batch *fl_batch_new(int n_cols, int n);
static inline fl_batch *fl_batch_ref(fl_batch *b) {
    atomic_fetch_add_explicit(&b->refs, 1, memory_order_relaxed);
    return b;
}
void fl_batch_unref(fl_batch *b); /* NULL is fine */

/* Columns, rows and marks of another batch, shared; to replace some columns or narrow the selection of the copy. */
fl_batch *fl_batch_copy(fl_batch *b);

/* Rows [at, at + n) with their marks. Owned by the caller. */
fl_batch *fl_batch_slice(fl_batch *b, int at, int n);

/* Without a selection: the rows that count, moved together; marks move with them (a mark before the first row that
 * counts gets row -1: it holds before any row). Returns b itself, with one more reference, if nothing is to be done. */
fl_batch *fl_batch_compact(fl_batch *b);

/* The k-th row that counts. */
static inline int fl_batch_row(const fl_batch *b, int k) { return b->sel ? b->sel[k] : k; }
static inline fl_row_kind fl_batch_kind(const fl_batch *b, int row) {
    return b->kinds ? (fl_row_kind)b->kinds[row] : FL_INSERT;
}
/* Room for a selection of n rows, to be filled; sets n_sel = 0. */
uint16_t *fl_batch_need_sel(fl_batch *b);
/* Room for kinds, all +I at first. */
uint8_t *fl_batch_need_kinds(fl_batch *b);
void fl_batch_add_mark(fl_batch *b, int row, int64_t watermark);

/* The index in sel of the first selected row >= row. */
int fl_batch_sel_lower(const fl_batch *b, int row);

void fl_batch_check(const fl_batch *b);

#endif
