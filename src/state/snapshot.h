/* SPDX-License-Identifier: Apache-2.0 */
/* snapshot.h -- an operator's state between its memory and a checkpoint.
 *
 * At a barrier an operator hands over what it keeps, in two forms:
 *   - keyed: entries, each in the key group of its key. Groups are dealt out again when the parallelism changes.
 *   - own:   one run of bytes a subtask (source positions, pending files). On restore each subtask gets those of all
 *            subtasks and takes what is its.
 * Handing over is short: a large state gives a frozen view (copy-on-write) and a function that turns it into entries
 * later, in the background, on another thread.
 */
#ifndef FL_STATE_SNAPSHOT_H
#define FL_STATE_SNAPSHOT_H

#include "base/error.h"
#include "base/str.h"

typedef struct fl_snapshot fl_snapshot;

fl_snapshot *fl_snapshot_new(int max_parallelism);
void fl_snapshot_free(fl_snapshot *s);

/* ---- for the operator, at the barrier ---- */

/* Where to append the subtask's own bytes. */
fl_buf *fl_snapshot_own(fl_snapshot *s);
/* Where to append entries of a key group: each is put by fl_snapshot_entry. */
void fl_snapshot_entry(fl_snapshot *s, int key_group, const void *bytes, size_t n);
/* `write` is called once, later, maybe on another thread, to put the entries of `frozen`; then `release`. */
void fl_snapshot_defer(fl_snapshot *s, void *frozen, int (*write)(void *frozen, fl_snapshot *s, fl_error *err),
                       void (*release)(void *frozen));

/* ---- for the checkpoint ---- */

/* Runs what was deferred. */
int fl_snapshot_write_deferred(fl_snapshot *s, fl_error *err);
/* All of it as one run of bytes. */
void fl_snapshot_encode(fl_snapshot *s, fl_buf *out);

/* ---- restoring ---- */

typedef struct fl_restore {
    const fl_str *own; /* the own bytes of each subtask of then */
    int n_own;         /* parallelism of then; 0: the operator is new */
    /* keyed entries of this subtask's groups, in any order */
    const fl_str *entries;
    int n_entries;
} fl_restore;

/* Reads what fl_snapshot_encode wrote by the subtasks of then and picks the groups [first, end). Borrows `blobs`. */
int fl_restore_read(fl_arena *a, const fl_str *blobs, int n_blobs, int first_group, int end_group, fl_restore *out,
                    fl_error *err);

#endif
