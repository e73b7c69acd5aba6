/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.h -- a checkpoint on disk: written so that it is there whole or not at all, read with every byte checked.
 *
 *     <dir>/chk-12/task-0-0      the states of the operators of vertex 0, subtask 0
 *     <dir>/chk-12/task-1-0
 *     <dir>/chk-12/manifest      text: what the job is, and length and checksum of each file; its last line is its own
 *
 * Writing goes to <dir>/chk-12.tmp; when all files and the manifest are synced, the directory is renamed and its parent
 * synced. Whatever the moment of a crash, chk-12 is complete or absent. A job that goes on from chk-11 although chk-12
 * is there renames that one to chk-12.abandoned: it is damaged or unwanted, and fits no more.
 */
#ifndef FL_RUNTIME_CHECKPOINT_H
#define FL_RUNTIME_CHECKPOINT_H

#include "base/platform.h"
#include "base/str.h"

/* An operator of the job, as the manifest names it. A restore refuses a query whose operators differ. */
typedef struct fl_checkpoint_op {
    int plan_id;
    int parallelism;
    const char *digest; /* one line: kind and what decides the layout of its state */
} fl_checkpoint_op;

typedef struct fl_checkpoint_meta {
    int64_t id;
    int64_t job_uid;
    int64_t start_ms; /* when the job was first started */
    int64_t created_ms;
    int max_parallelism;
    const char *job_name;
    const fl_checkpoint_op *ops;
    int n_ops;
    bool finished; /* the job had ended: only its last results were still to be made visible */
} fl_checkpoint_meta;

/* ---- writing, a file at a time ---- */

typedef struct fl_checkpoint_writer fl_checkpoint_writer;

int fl_checkpoint_begin(fl_platform *pf, const char *dir, const fl_checkpoint_meta *meta, fl_checkpoint_writer **out,
                        fl_error *err);
/* One task's file: bytes are those of fl_checkpoint_put_op, one after the other. */
int fl_checkpoint_write(fl_checkpoint_writer *w, int vertex, int subtask, fl_str bytes, fl_error *err);
/* Manifest, rename. The checkpoint is durable when this returns 0. */
int fl_checkpoint_finish(fl_checkpoint_writer *w, fl_error *err);
/* Removes what an unfinished one has left, as far as that is possible. */
void fl_checkpoint_abort(fl_checkpoint_writer *w);
void fl_checkpoint_writer_free(fl_checkpoint_writer *w);

/* Appends one operator's state to the bytes of a task. */
void fl_checkpoint_put_op(fl_buf *out, int plan_id, int subtask, fl_str state);

/* ---- reading ---- */

typedef struct fl_checkpoint {
    fl_checkpoint_meta meta;
    const char *path;
    struct fl_checkpoint_state {
        int plan_id, subtask;
        fl_str bytes;
    } * states;
    int n_states;
} fl_checkpoint;

/* Reads and checks one checkpoint directory. Everything lives in the arena. FL_E_CORRUPT names file and fault. */
int fl_checkpoint_read(fl_platform *pf, fl_arena *a, const char *path, fl_checkpoint **out, fl_error *err);

/* `path` is a checkpoint (its name says so, or it has a manifest), or the directory of several: then the newest good
 * one, of this job only unless job_uid is 0. Damaged ones are told to `warn`, one call each, with what is wrong. */
int fl_checkpoint_find(fl_platform *pf, fl_arena *a, const char *path, int64_t job_uid,
                       void (*warn)(void *arg, const char *text), void *arg, fl_checkpoint **out, fl_error *err);

/* The ids of complete-looking checkpoints under dir, newest first, without reading them. */
int fl_checkpoint_list(fl_platform *pf, fl_arena *a, const char *dir, int64_t **ids, int *n, fl_error *err);

/* Deletes a checkpoint. The manifest goes first, so that a half-deleted one is never taken for good. */
int fl_checkpoint_delete(fl_platform *pf, const char *dir, int64_t id, fl_error *err);

/* States of an operator by subtask of then; n = 0 if the checkpoint has none. */
int fl_checkpoint_states(const fl_checkpoint *c, fl_arena *a, int plan_id, fl_str **out);

#endif
