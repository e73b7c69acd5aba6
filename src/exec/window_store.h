/* SPDX-License-Identifier: Apache-2.0 */
/* window_store.h -- accumulators by key and slice, and what each window makes of them.
 *
 *     slices        |  s1   |  s2   |  s3   |  s4   |  s5   |          one table a slice: key id -> accumulator row
 *     HOP window            [--------------------------)  fires at its end from s2 … s4
 *
 * Putting a window together, by strategy:
 *   DIRECT   the window is one slice, or its rows are told by its end: its rows are the result.
 *   MERGE    few slices, or functions that must be merged in Flink's order (newest first): merged anew at each firing.
 *   RUNNING  CUMULATE: each slice is added once to a running accumulator a key, which a new period empties.
 *   STACK    HOP over many slices: two stacks. The back holds one accumulator a key of all complete slices behind
 * `mid`; the front holds, for each slice up to `mid` and each of its keys, the merge of that slice with all later ones
 *            up to `mid`. A window is front(oldest slice in it) + back: one merge a key, whatever the number of slices.
 *            When the window has left `mid` behind, the front is built anew from the slices and the back starts empty.
 *
 * Invariants: (1) a slice exists while some window that contains it has not fired.  (2) uses[id] is the number of
 *             slices that have a row of the key; a key without one does not exist.  (3) STACK: back and front cover
 *             exactly the complete slices of the current window.
 */
#ifndef FL_EXEC_WINDOW_STORE_H
#define FL_EXEC_WINDOW_STORE_H

#include "exec/window.h"
#include "state/keytab.h"
#include "state/snapshot.h"

typedef struct fl_slice fl_slice;
typedef struct fl_window_store fl_window_store;

/* `specs` are windows over one time attribute with one offset; keys of these types. */
fl_window_store *fl_window_store_new(const fl_agg_layout *layout, const fl_window_spec *specs, int n_specs,
                                     const fl_type *const *key_types, int n_keys);
void fl_window_store_free(fl_window_store *s);

int64_t fl_window_store_slice_size(const fl_window_store *s);
const fl_keytab *fl_window_store_keys(const fl_window_store *s);

/* Adds rows to the slice [end - slice_size, end). keys and cols are columns of the batch. */
int fl_window_store_add(fl_window_store *s, int64_t end, fl_column *const *keys, fl_column *const *cols, fl_rows rows,
                        fl_arena *scratch, fl_error *err);
/* The same for rows of several slices: ends[k] is the slice of the k-th row. */
int fl_window_store_add_mixed(fl_window_store *s, const int64_t *ends, fl_column *const *keys, fl_column *const *cols,
                              fl_rows rows, fl_arena *scratch, fl_error *err);

/* The end of the next window of a spec that contains rows and has not fired; INT64_MAX: none. */
int64_t fl_window_store_next(const fl_window_store *s, int spec);
/* Prepares the window of `spec` that ends at `end` for reading; it must be fl_window_store_next. */
void fl_window_store_begin(fl_window_store *s, int spec, int64_t end, fl_arena *scratch);
/* Up to `max` keys of the window begun, in the order of their ids, with their accumulators. 0: all read. The
 * accumulators are valid until the next call. */
int fl_window_store_read(fl_window_store *s, uint32_t *ids, char **acc, int max, fl_arena *scratch);
/* The window has fired. */
void fl_window_store_end(fl_window_store *s);
/* Drops slices, and keys with them, of which all windows have fired. */
void fl_window_store_expire(fl_window_store *s);
/* The last end that has fired for a spec; INT64_MIN: none. A window may be passed over without firing. */
int64_t fl_window_store_fired(const fl_window_store *s, int spec);
void fl_window_store_pass(fl_window_store *s, int spec, int64_t end);

void fl_window_store_snapshot(fl_window_store *s, int max_parallelism, fl_snapshot *out);
/* r->own: of the subtasks whose keys may be among the entries; only one if the parallelism is as it was. */
int fl_window_store_restore(fl_window_store *s, const fl_restore *r, fl_error *err);

#endif
