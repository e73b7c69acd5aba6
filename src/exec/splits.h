/* SPDX-License-Identifier: Apache-2.0 */
/* splits.h -- the parts of a source that run by themselves: shards of a stream, partitions of a topic.
 *
 * Rows of one split are in order, those of different splits are not: one may be hours behind another. So each split has
 * a watermark of its own, and what is sent is the least of them. The source keeps this table and gives batches of one
 * split only (fl_batch.split); the watermark assigner of the same chain looks here (watermark_assign.c).
 *
 *     split     1 "shard-0"   2 "shard-1"   3 "shard-2"
 *     active    yes           ended         yes, no row yet: nothing may be sent before there is one, or it is idle
 */
#ifndef FL_EXEC_SPLITS_H
#define FL_EXEC_SPLITS_H

#include "exec/operator.h"

typedef struct fl_split {
    char *id;    /* owned; names it in checkpoints */
    char *after; /* owned: the split whose rows go on in it; NULL: none. It begins with the watermark of that one */
    bool active;
} fl_split;

/* An operator that is told of changes: `changed` is set and its timer is due. */
typedef struct fl_split_watch fl_split_watch;
struct fl_split_watch {
    fl_op *op;
    bool changed; /* cleared by the operator */
    fl_split_watch *next;
};

typedef struct fl_splits {
    fl_split *splits; /* number i + 1; a number is never given twice */
    int n, cap;
    bool known;      /* the source has looked: if no split is active, no row will come before there is a new one */
    int64_t idle_ms; /* a split without rows for so long holds nothing back; 0: what the job says */
    fl_split_watch *watches;
} fl_splits;

/* The source's side. */
void fl_splits_deinit(fl_splits *s);
/* Rows of the split may come from now on. Its number. `after` may be NULL. */
int fl_splits_start(fl_splits *s, const char *id, const char *after);
/* No more rows of it will come. */
void fl_splits_end(fl_splits *s, int number);
/* The source knows all splits that there are now. */
void fl_splits_known(fl_splits *s);

/* The other side. The watch lives as long as the operator. */
void fl_splits_watch(fl_splits *s, fl_split_watch *watch, fl_op *op);

#endif
