/* SPDX-License-Identifier: Apache-2.0 */
/* job.c -- the coordinator: what happens to a job from start to end.
 *
 *     CREATED ─start─► RUNNING ─► FINISHED | STOPPED | CANCELED | FAILED
 *                        │  ▲
 *                 failure▼  │delay over
 *                      RESTARTING
 *
 * A checkpoint (or the barrier of a stop, which is cut in the same way even if nothing is written):
 *     1. a barrier is requested of the tasks that have sources, and travels with the rows;
 *     2. each task hands its operators' states over as it passes (acknowledge);
 *     3. when all have, the states are turned into bytes and written, a task's file at a time;
 *     4. when manifest and directory are durable, the tasks are told to commit;
 *     5. after the last checkpoint of a stop or of the end, the job ends when all have committed.
 * Threads: `lock` protects the fields that tasks' hooks and callers touch; the coordinator alone does the rest.
 */
#include "runtime/job.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "messages/checkpoint.h"
#include "messages/session.h"
#include "runtime/scheduler.h"

const char *const fl_job_state_name[] = {"CREATED", "RUNNING",  "RESTARTING", "FINISHED",
                                         "STOPPED", "CANCELED", "FAILED"};

typedef enum phase {
    PHASE_NONE,
    PHASE_ALIGN,  /* barriers are travelling */
    PHASE_WRITE,  /* all states are here */
    PHASE_COMMIT, /* durable; of the last checkpoint the commits are awaited */
} phase;

typedef enum purpose { PERIODIC, STOP, FINAL } purpose;

typedef struct task_states {
    fl_op_state *states;
    int n;
    bool acknowledged, committed;
} task_states;

struct fl_job {
    fl_platform *pf;
    fl_job_plan *plan;
    fl_arena arena; /* options, graph */
    fl_job_options opt;
    fl_graph *graph;
    fl_arena restored; /* the checkpoint that the tasks were built from */

    fl_mutex lock; /* protects everything from here to `changed`; taken before a queue's lock, never inside one */
    fl_job_state state;
    fl_error failure; /* of FAILED; code 0: none */
    bool task_failed;
    fl_error task_error;
    bool stop_wanted, cancel_wanted, checkpoint_wanted;
    int n_finished;
    fl_task **tasks; /* all of the present run; NULL between runs */
    int n_tasks;
    task_states *states; /* by task, of the checkpoint in progress */
    int n_acknowledged, n_committed;
    int64_t checkpoint;    /* id in progress; 0: none */
    fl_job_metrics before; /* of earlier runs */
    int64_t n_checkpoints, last_checkpoint;
    fl_cond changed; /* wakes coordinator and waiters */

    /* the coordinator's */
    fl_sched *sched;
    _Atomic bool leaving; /* the tasks of this run are to come to an end */
    fl_thread thread;
    bool has_thread, quit;
    int64_t uid, start_ms;
    int64_t newest_id; /* greatest id used */
    int64_t first_id;  /* checkpoints from here on are this job's own; 0: it has not started yet */
    phase phase;
    purpose purpose;
    bool final_done;
    int64_t next_checkpoint_ms, checkpoint_started_ms;
    int failed_checkpoints; /* in a row */
    fl_checkpoint_writer *writer;
    int write_at;            /* next task to write */
    const char *resume_path; /* newest checkpoint of this job, for a restart */
    int64_t restart_at_ms, last_failure_ms;
    int restarts;
    double backoff_ms;
    int64_t failures_ms[64]; /* FAILURE_RATE: when the last ones were */
    int n_failures;
};

static void note(fl_job *j, const char *text) {
    if (j->opt.note != NULL) j->opt.note(j->opt.note_arg, text);
}

/* ---- hooks: from tasks' threads ---- */

static int task_index(const fl_job *j, const fl_task *t) {
    for (int i = 0; i < j->n_tasks; i++)
        if (j->tasks[i] == t) return i;
    return -1;
}

static void free_states(fl_op_state *states, int n) {
    for (int i = 0; i < n; i++) fl_snapshot_free(states[i].snapshot);
    free(states);
}

static void on_acknowledge(void *job, fl_task *t, int64_t checkpoint, fl_op_state *states, int n) {
    fl_job *j = job;
    fl_mutex_lock(&j->lock);
    int i = task_index(j, t);
    if (checkpoint != j->checkpoint || i < 0 || j->states[i].acknowledged) { /* of one that was given up */
        free_states(states, n);
    } else {
        j->states[i] = (task_states){states, n, true, false};
        j->n_acknowledged++;
    }
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

static void on_committed(void *job, fl_task *t, int64_t checkpoint) {
    fl_job *j = job;
    fl_mutex_lock(&j->lock);
    int i = task_index(j, t);
    if (i >= 0 && checkpoint == j->checkpoint && !j->states[i].committed) {
        j->states[i].committed = true;
        j->n_committed++;
    }
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

static void on_finished(void *job, fl_task *t) {
    (void)t;
    fl_job *j = job;
    fl_mutex_lock(&j->lock);
    j->n_finished++;
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

static void on_failed(void *job, fl_task *t, const fl_error *err) {
    (void)t;
    fl_job *j = job;
    fl_mutex_lock(&j->lock);
    if (!j->task_failed) j->task_error = *err; /* the first one is the cause */
    j->task_failed = true;
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

static void on_wake(void *job, fl_task *t) {
    (void)job;
    fl_sched_wake(t);
}

static const fl_task_hooks hooks = {on_acknowledge, on_committed, on_finished, on_failed, on_wake};

/* ---- building and taking down the tasks ---- */

/* Those of a vertex among all. */
static fl_task **tasks_of(const fl_graph *g, fl_task **tasks, int vertex) {
    for (int v = 0; v < vertex; v++) tasks += g->vertices[v].parallelism;
    return tasks;
}

/* What decides the layout of an operator's state, as one line. */
static const char *digest_of(fl_arena *a, const fl_plan *p) {
    fl_buf b;
    fl_buf_init(&b);
    fl_plan_describe(&b, p);
    for (size_t i = 0; i < b.n; i++) /* a text may have several lines, the manifest has one for each operator */
        if (b.p[i] == '\n' || b.p[i] == '\r') b.p[i] = ' ';
    return fl_buf_finish(&b, a);
}

static fl_checkpoint_op *list_ops(fl_job *j, fl_arena *a, int *n) {
    fl_checkpoint_op *ops = FL_NEW_N(a, fl_checkpoint_op, j->plan->n_nodes);
    *n = 0;
    for (int v = 0; v < j->graph->n_vertices; v++)
        for (int i = 0; i < j->graph->vertices[v].n_nodes; i++) {
            const fl_plan *p = j->graph->vertices[v].nodes[i];
            ops[(*n)++] = (fl_checkpoint_op){p->id, j->graph->vertices[v].parallelism, digest_of(a, p)};
        }
    return ops;
}

/* A checkpoint fits if it holds the same operators. */
static int check_ops(fl_job *j, fl_arena *a, const fl_checkpoint *c, fl_error *err) {
    int n;
    fl_checkpoint_op *ops = list_ops(j, a, &n);
    for (int k = 0; k < c->meta.n_ops; k++) {
        const fl_checkpoint_op *old = &c->meta.ops[k];
        const char *now = NULL;
        for (int i = 0; i < n; i++)
            if (ops[i].plan_id == old->plan_id) now = ops[i].digest;
        if (now != NULL && strcmp(now, old->digest) == 0) continue;
        if (now == NULL && j->opt.ignore_unclaimed_state) continue;
        return fl_fail(err, FL_ERR_CHECKPOINT_OTHER_QUERY, c->path, old->plan_id, old->digest, now ? now : "gone");
    }
    return 0;
}

static int restore_op(fl_job *j, fl_task *t, fl_op *op, const fl_checkpoint *c, fl_error *err) {
    fl_str *blobs;
    fl_restore r;
    int n = fl_checkpoint_states(c, &t->arena, op->plan_id, &blobs), p = t->ctx.parallelism,
        max = j->opt.max_parallelism;
    if (op->type->restore == NULL || n == 0) return 0;
    FL_TRY(fl_restore_read(&t->arena, blobs, n, fl_key_group_first(t->subtask, max, p),
                           fl_key_group_first(t->subtask + 1, max, p), &r, err));
    int rc = op->type->restore(op, &r, err);
    return rc < 0 ? fl_error_prefix(err, FL_AT_CHECKPOINT_RESTORING, op->type->name) : 0;
}

static int restore_tasks(fl_job *j, fl_task **tasks, int n, const fl_checkpoint *c, fl_error *err) {
    for (int i = 0; i < n; i++) {
        fl_task *t = tasks[i];
        for (int k = 0; k < fl_chain_size(t->chain); k++) FL_TRY(restore_op(j, t, fl_chain_op(t->chain, k), c, err));
        for (int k = 0; k < fl_chain_size(t->chain); k++) { /* what was durable and not yet visible becomes so now */
            fl_op *op = fl_chain_op(t->chain, k);
            if (op->type->commit != NULL) FL_TRY(op->type->commit(op, c->meta.id, err));
        }
        t->committed = c->meta.id;
        atomic_store(&t->commit_requested, c->meta.id);
    }
    return 0;
}

/* Makes the tasks and what is between them. */
static void make_tasks(fl_job *j, fl_task **tasks) {
    const fl_graph *g = j->graph;
    fl_task_ctx ctx = {.pf = j->pf,
                       .tz = j->plan->tz,
                       .max_parallelism = j->opt.max_parallelism,
                       .batch_mode = j->plan->batch,
                       .checkpointed = j->opt.checkpoint_interval_ms > 0,
                       .start_ms = j->start_ms,
                       .job_uid = j->uid,
                       .batch_rows = j->opt.batch_rows,
                       .leaving = &j->leaving,
                       .note = j->opt.note,
                       .note_arg = j->opt.note_arg};
    int n = 0;
    for (int v = 0; v < g->n_vertices; v++)
        for (int s = 0; s < g->vertices[v].parallelism; s++) {
            fl_task *t = tasks[n++] = fl_task_new(&g->vertices[v], s, &ctx, &hooks, j);
            if (fl_platform_cooperative(j->pf)) t->max_messages = 1; /* as many orders of steps as possible */
            fl_task_build(t, g);
        }
    for (int i = 0; i < g->n_edges; i++) {
        const fl_graph_edge *e = &g->edges[i];
        fl_task_connect(e, tasks_of(g, tasks, e->source), g->vertices[e->source].parallelism,
                        tasks_of(g, tasks, e->target), g->vertices[e->target].parallelism);
    }
}

/* Others may ask for metrics meanwhile: they see the tasks when these are ready, or have failed and are to be freed. */
static int build(fl_job *j, const fl_checkpoint *c, fl_error *err) {
    int n = 0, rc = 0;
    for (int v = 0; v < j->graph->n_vertices; v++) n += j->graph->vertices[v].parallelism;
    fl_task **tasks = fl_calloc((size_t)n, sizeof *tasks);
    atomic_store(&j->leaving, false);
    make_tasks(j, tasks);
    for (int i = 0; i < n && rc == 0; i++) rc = fl_task_open(tasks[i], err);
    if (rc == 0 && c != NULL) rc = restore_tasks(j, tasks, n, c, err);
    if (rc == 0) j->sched = fl_sched_new(j->pf, tasks, n);
    fl_mutex_lock(&j->lock);
    j->tasks = tasks;
    j->n_tasks = n;
    j->states = fl_calloc((size_t)n, sizeof *j->states);
    fl_mutex_unlock(&j->lock);
    return rc;
}

static void drop_checkpoint(fl_job *j) {
    for (int i = 0; i < j->n_tasks && j->states != NULL; i++) {
        free_states(j->states[i].states, j->states[i].n);
        j->states[i] = (task_states){0};
    }
    if (j->writer != NULL) {
        fl_checkpoint_abort(j->writer);
        fl_checkpoint_writer_free(j->writer);
        j->writer = NULL;
    }
    j->checkpoint = 0;
    j->n_acknowledged = j->n_committed = 0;
    j->phase = PHASE_NONE;
}

static void add_metrics(fl_job *j, fl_job_metrics *m);

/* Stops the threads and frees all tasks. */
static void take_down(fl_job *j) {
    atomic_store(&j->leaving, true);
    if (j->sched != NULL) fl_sched_stop(j->sched);
    fl_mutex_lock(&j->lock);
    fl_job_metrics m = {.watermark = FL_WATERMARK_MAX, .next_window = INT64_MAX};
    add_metrics(j, &m);
    j->before.rows_in += m.rows_in;
    j->before.rows_out += m.rows_out;
    j->before.late_rows += m.late_rows;
    j->before.bad_records += m.bad_records;
    drop_checkpoint(j);
    for (int i = 0; i < j->n_tasks; i++) fl_task_free(j->tasks[i]);
    free(j->tasks);
    free(j->states);
    j->tasks = NULL;
    j->states = NULL;
    j->n_tasks = j->n_finished = 0;
    j->task_failed = false;
    fl_mutex_unlock(&j->lock);
    fl_sched_free(j->sched);
    j->sched = NULL;
    fl_arena_reset(&j->restored);
}

static void warn_damaged(void *arg, const char *text) {
    char line[FL_ERROR_MESSAGE_MAX + 32];
    snprintf(line, sizeof line, "%s; an older one is tried", text);
    note(arg, line);
}

/* Numbers go on behind those of checkpoints that earlier runs have left, so that the newest is always the greatest. One
 * of our own that is there counts, even if its writing failed at the last step, when its name had to become durable: a
 * later start would find it, and it would not fit what we did since. */
static int count_on(fl_job *j, fl_error *err) {
    fl_arena a;
    int64_t *ids;
    int n;
    if (j->opt.checkpoint_interval_ms <= 0) return 0;
    fl_arena_init(&a);
    int rc = fl_checkpoint_list(j->pf, &a, j->opt.checkpoint_dir, &ids, &n, err);
    if (rc == 0 && n > 0) {
        j->newest_id = FL_MAX(j->newest_id, ids[0]);
        if (j->first_id > 0 && ids[0] >= j->first_id) j->resume_path = j->opt.checkpoint_dir;
    }
    fl_arena_deinit(&a);
    return rc;
}

/* What is newer than the checkpoint that the job goes on from is damaged, or the user does not want it; and it will not
 * fit any more, since sinks take back what came after. It is kept under a name that nobody looks for. */
static int put_newer_aside(fl_job *j, const fl_checkpoint *c, fl_error *err) {
    int64_t *ids;
    int n;
    FL_TRY(fl_checkpoint_list(j->pf, &j->restored, j->opt.checkpoint_dir, &ids, &n, err));
    for (int i = 0; i < n && ids[i] > c->meta.id; i++) {
        const char *from = fl_arena_printf(&j->restored, "%s/chk-%lld", j->opt.checkpoint_dir, (long long)ids[i]);
        const char *to = fl_arena_printf(&j->restored, "%s.abandoned", from);
        FL_TRY(fl_disk_remove_tree(j->pf, to, err));
        FL_TRY(fl_disk_rename(j->pf, from, to, err));
    }
    return 0;
}

/* What follows from a restore becomes visible to others, so the checkpoint must be the newest and not vanish any more:
 * its name may be that of a process that died before it was durable. Checkpoints of other folders are left alone. */
static int settle_on(fl_job *j, const fl_checkpoint *c, fl_error *err) {
    const char *parent = fl_path_parent(&j->restored, c->path);
    if (j->opt.checkpoint_interval_ms <= 0 || strcmp(parent, j->opt.checkpoint_dir) != 0) return 0;
    FL_TRY(put_newer_aside(j, c, err));
    return fl_disk_sync_dir(j->pf, j->opt.checkpoint_dir, err);
}

/* Builds the tasks, from the newest checkpoint of the job, from the one that the user named, or from nothing. */
static int bring_up(fl_job *j, fl_error *err) {
    fl_checkpoint *c = NULL;
    FL_TRY(count_on(j, err));
    const char *path = j->resume_path ? j->resume_path : j->opt.restore_path;
    if (path != NULL) {
        int64_t whose =
            j->resume_path
                ? j->uid
                : 0; /* the user may name any; from another's, a restart would show again what it has shown */
        FL_TRY(fl_checkpoint_find(j->pf, &j->restored, path, whose, warn_damaged, j, &c, err));
        FL_TRY(check_ops(j, &j->restored, c, err));
        j->uid = c->meta.job_uid;
        j->start_ms = c->meta.start_ms;
        j->opt.max_parallelism = c->meta.max_parallelism; /* keys cannot be dealt into other groups any more */
        j->newest_id = FL_MAX(j->newest_id, c->meta.id);
    }
    if (j->first_id == 0) j->first_id = j->newest_id + 1;
    for (int v = 0; v < j->graph->n_vertices; v++)
        if (j->graph->vertices[v].parallelism > j->opt.max_parallelism)
            return fl_fail(err, FL_ERR_SESSION_MAX_PARALLELISM, j->graph->vertices[v].parallelism,
                           j->opt.max_parallelism, c ? " of the checkpoint" : "");
    if (c != NULL) FL_TRY(settle_on(j, c, err));
    FL_TRY(build(j, c, err));
    int64_t now = fl_now_ms(j->pf);
    j->next_checkpoint_ms = j->opt.checkpoint_interval_ms > 0 ? now + j->opt.checkpoint_interval_ms : INT64_MAX;
    return fl_sched_start(j->sched, err);
}

/* ---- checkpoints ---- */

static void begin_barrier(fl_job *j, purpose why) {
    fl_mutex_lock(&j->lock);
    j->checkpoint = ++j->newest_id;
    j->n_acknowledged = j->n_committed = 0;
    for (int i = 0; i < j->n_tasks; i++) j->states[i] = (task_states){0};
    fl_mutex_unlock(&j->lock);
    j->purpose = why;
    j->phase = PHASE_ALIGN;
    j->checkpoint_started_ms = fl_now_ms(j->pf);
    for (int i = 0; i < j->n_tasks; i++) {
        fl_task *t = j->tasks[i];
        if (t->n_gates > 0) continue;
        if (why == STOP) atomic_store(&t->stop_requested, true);
        atomic_store(&t->barrier_requested, j->checkpoint);
        fl_sched_wake(t);
    }
}

static int start_writing(fl_job *j, fl_error *err) {
    fl_checkpoint_meta meta = {.id = j->checkpoint,
                               .job_uid = j->uid,
                               .start_ms = j->start_ms,
                               .created_ms = fl_now_ms(j->pf),
                               .max_parallelism = j->opt.max_parallelism,
                               .job_name = j->opt.name,
                               .finished = j->purpose == FINAL};
    fl_arena a;
    fl_arena_init(&a);
    meta.ops = list_ops(j, &a, &meta.n_ops);
    int rc = fl_disk_mkdirs(j->pf, j->opt.checkpoint_dir, err);
    if (rc == 0) rc = fl_checkpoint_begin(j->pf, j->opt.checkpoint_dir, &meta, &j->writer, err);
    fl_arena_deinit(&a);
    j->write_at = 0;
    return rc;
}

static int write_task(fl_job *j, int i, fl_error *err) {
    task_states *s = &j->states[i];
    fl_buf file, bytes;
    fl_buf_init(&file);
    fl_buf_init(&bytes);
    int rc = 0;
    for (int k = 0; k < s->n && rc == 0; k++) {
        rc = fl_snapshot_write_deferred(s->states[k].snapshot, err);
        if (rc < 0) break;
        fl_buf_reset(&bytes);
        fl_snapshot_encode(s->states[k].snapshot, &bytes);
        fl_checkpoint_put_op(&file, s->states[k].plan_id, j->tasks[i]->subtask, fl_buf_str(&bytes));
    }
    if (rc == 0)
        rc = fl_checkpoint_write(j->writer, j->tasks[i]->vertex->id, j->tasks[i]->subtask, fl_buf_str(&file), err);
    fl_buf_deinit(&file);
    fl_buf_deinit(&bytes);
    return rc;
}

static void delete_old(fl_job *j) {
    fl_arena a;
    fl_error err;
    int64_t *ids;
    int n;
    fl_arena_init(&a);
    if (fl_checkpoint_list(j->pf, &a, j->opt.checkpoint_dir, &ids, &n, &err) == 0)
        for (int i = j->opt.checkpoints_retained; i < n; i++)
            if (ids[i] < j->checkpoint)
                fl_checkpoint_delete(j->pf, j->opt.checkpoint_dir, ids[i], &err); /* tried again next time */
    fl_arena_deinit(&a);
}

static void request_commits(fl_job *j) {
    for (int i = 0; i < j->n_tasks; i++) {
        atomic_store(&j->tasks[i]->commit_requested, j->checkpoint);
        fl_sched_wake(j->tasks[i]);
    }
}

/* One piece of writing. 0: more to do or done; negative: the checkpoint has failed. */
static int write_step(fl_job *j, fl_error *err) {
    if (j->writer == NULL) return start_writing(j, err);
    if (j->write_at < j->n_tasks) return write_task(j, j->write_at++, err);
    FL_TRY(fl_checkpoint_finish(j->writer, err));
    fl_checkpoint_writer_free(j->writer);
    j->writer = NULL;
    fl_mutex_lock(&j->lock);
    j->n_checkpoints++;
    j->last_checkpoint = j->checkpoint;
    fl_mutex_unlock(&j->lock);
    j->failed_checkpoints = 0;
    j->resume_path = j->opt.checkpoint_dir;
    delete_old(j);
    j->phase = PHASE_COMMIT;
    request_commits(j);
    return 0;
}

static void end_checkpoint(fl_job *j) {
    fl_mutex_lock(&j->lock);
    drop_checkpoint(j);
    fl_mutex_unlock(&j->lock);
    if (j->opt.checkpoint_interval_ms > 0)
        j->next_checkpoint_ms = FL_MAX(j->checkpoint_started_ms + j->opt.checkpoint_interval_ms,
                                       fl_now_ms(j->pf) + j->opt.checkpoint_min_pause_ms);
}

/* ---- ends and failures ---- */

static void set_state(fl_job *j, fl_job_state s) {
    fl_mutex_lock(&j->lock);
    j->state = s;
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

static void end(fl_job *j, fl_job_state s) {
    take_down(j);
    set_state(j, s);
    if (j->opt.ended != NULL) j->opt.ended(j->opt.ended_arg);
}

static void fail(fl_job *j, const fl_error *err) {
    fl_mutex_lock(&j->lock);
    j->failure = *err;
    fl_mutex_unlock(&j->lock);
    end(j, FL_JOB_FAILED);
}

/* The delay before the next attempt; negative: there is none. */
static int64_t restart_delay(fl_job *j) {
    const fl_restart_strategy *s = &j->opt.restart;
    int64_t now = fl_now_ms(j->pf);
    switch (s->kind) {
    case FL_RESTART_NONE: return -1;
    case FL_RESTART_FIXED_DELAY: return j->restarts < s->attempts ? s->delay_ms : -1;
    case FL_RESTART_FAILURE_RATE: {
        int recent = 1;
        for (int i = 0; i < j->n_failures; i++) recent += now - j->failures_ms[i] <= s->interval_ms;
        if (recent > s->max_failures) return -1;
        j->failures_ms[j->n_failures++ % (int)FL_ARRAY_LEN(j->failures_ms)] = now;
        j->n_failures = FL_MIN(j->n_failures, (int)FL_ARRAY_LEN(j->failures_ms));
        return s->delay_ms;
    }
    case FL_RESTART_EXPONENTIAL: {
        if (s->attempts >= 0 && j->restarts >= s->attempts) return -1;
        bool calm = j->last_failure_ms == 0 || now - j->last_failure_ms > s->interval_ms;
        j->backoff_ms = calm ? (double)s->delay_ms : FL_MIN(j->backoff_ms * s->multiplier, (double)s->max_backoff_ms);
        double chance = (double)(fl_random_u64(j->pf) >> 11) / (double)(1ull << 53) * 2 - 1;
        return (int64_t)(j->backoff_ms * (1 + chance * s->jitter));
    }
    }
    return -1;
}

static bool stop_wanted(fl_job *j) {
    fl_mutex_lock(&j->lock);
    bool wanted = j->stop_wanted;
    fl_mutex_unlock(&j->lock);
    return wanted;
}

/* A failure that would come again the same way is not worth a restart; nor is one of a job that was asked to stop: that
 * it ends without a last checkpoint must be told. */
static void restart_or_fail(fl_job *j, const fl_error *err) {
    int64_t delay = err->retriable && !stop_wanted(j) ? restart_delay(j) : -1;
    if (delay < 0) {
        fail(j, err);
        return;
    }
    char text[FL_ERROR_MESSAGE_MAX + 128];
    snprintf(text, sizeof text, "the job failed and is restarted in %lld ms from %s: %s", (long long)delay,
             j->resume_path || j->opt.restore_path ? "the last checkpoint" : "the beginning", err->message);
    note(j, text);
    take_down(j);
    j->restarts++;
    j->last_failure_ms = fl_now_ms(j->pf);
    j->restart_at_ms = j->last_failure_ms + delay;
    fl_mutex_lock(&j->lock);
    j->before.restarts++;
    fl_mutex_unlock(&j->lock);
    set_state(j, FL_JOB_RESTARTING);
}

static void checkpoint_failed(fl_job *j, fl_error *err) {
    int64_t id = j->checkpoint;
    bool last = j->purpose != PERIODIC;
    end_checkpoint(j);
    if (err->code == FL_E_CRASHED || (!last && ++j->failed_checkpoints <= j->opt.tolerable_failed_checkpoints)) {
        if (err->code == FL_E_CRASHED) {
            fail(j, err);
            return;
        }
        char text[FL_ERROR_MESSAGE_MAX + 64];
        snprintf(text, sizeof text, "checkpoint %lld failed: %s", (long long)id, err->message);
        note(j, text);
        return;
    }
    fl_error_prefix(err, FL_AT_CHECKPOINT_FAILED, (long long)id);
    restart_or_fail(j, err);
}

/* ---- the coordinator ---- */

typedef struct seen {
    bool stop, cancel, checkpoint, task_failed, all_finished, all_acknowledged, all_committed;
    fl_error error;
} seen;

static seen look(fl_job *j) {
    fl_mutex_lock(&j->lock);
    seen s = {j->stop_wanted,
              j->cancel_wanted,
              j->checkpoint_wanted,
              j->task_failed,
              j->n_finished == j->n_tasks,
              j->n_acknowledged == j->n_tasks,
              j->n_committed == j->n_tasks,
              j->task_error};
    fl_mutex_unlock(&j->lock);
    return s;
}

static bool writes_checkpoints(const fl_job *j) { return j->opt.checkpoint_interval_ms > 0; }

/* Begins what is due while no checkpoint is in progress. True if it did something. */
static bool begin_next(fl_job *j, const seen *s) {
    int64_t now = fl_now_ms(j->pf);
    if (s->all_finished) {
        if (writes_checkpoints(j) && !j->final_done)
            begin_barrier(j, FINAL);
        else
            end(j, FL_JOB_FINISHED);
        return true;
    }
    if (s->stop) {
        begin_barrier(j, STOP);
        return true;
    }
    if (!writes_checkpoints(j) || (now < j->next_checkpoint_ms && !s->checkpoint)) return false;
    fl_mutex_lock(&j->lock);
    j->checkpoint_wanted = false;
    fl_mutex_unlock(&j->lock);
    begin_barrier(j, PERIODIC);
    return true;
}

/* Goes on with the checkpoint in progress. True if it did something. */
static bool go_on(fl_job *j, const seen *s) {
    fl_error err;
    switch (j->phase) {
    case PHASE_ALIGN:
        if (s->all_acknowledged) {
            if (writes_checkpoints(j)) {
                j->phase = PHASE_WRITE;
            } else {
                end(j, FL_JOB_STOPPED); /* only a stop cuts barriers without writing */
            }
            return true;
        }
        if (j->opt.checkpoint_timeout_ms > 0 &&
            fl_now_ms(j->pf) - j->checkpoint_started_ms > j->opt.checkpoint_timeout_ms) {
            fl_fail(&err, FL_ERR_CHECKPOINT_TIMEOUT, (long long)j->opt.checkpoint_timeout_ms);
            err.retriable = true;
            checkpoint_failed(j, &err);
            return true;
        }
        return false;
    case PHASE_WRITE:
        if (write_step(j, &err) < 0) checkpoint_failed(j, &err);
        return true;
    case PHASE_COMMIT:
        if (!s->all_committed) return false;
        if (j->purpose == STOP) {
            end(j, FL_JOB_STOPPED);
        } else {
            j->final_done = j->purpose == FINAL;
            end_checkpoint(j);
        }
        return true;
    case PHASE_NONE: return begin_next(j, s);
    }
    return false;
}

static bool restart(fl_job *j) {
    fl_error err;
    if (fl_now_ms(j->pf) < j->restart_at_ms) return false;
    set_state(j, FL_JOB_RUNNING);
    if (bring_up(j, &err) < 0) restart_or_fail(j, &err);
    return true;
}

/* One step of the coordinator. True if it did something. */
static bool coordinate(fl_job *j) {
    fl_job_state state = fl_job_get_state(j);
    seen s = look(j);
    if (fl_job_state_ended(state)) return false;
    if (s.cancel || (s.stop && state == FL_JOB_RESTARTING)) {
        end(j, s.cancel ? FL_JOB_CANCELED : FL_JOB_STOPPED);
        return true;
    }
    if (state == FL_JOB_RESTARTING) return restart(j);
    if (s.task_failed) {
        restart_or_fail(j, &s.error);
        return true;
    }
    return go_on(j, &s);
}

/* When the coordinator has something to do by the clock. */
static int64_t coordinator_due_ms(fl_job *j) {
    fl_job_state state = fl_job_get_state(j);
    if (state == FL_JOB_RESTARTING) return j->restart_at_ms;
    if (state != FL_JOB_RUNNING) return INT64_MAX;
    if (j->phase == PHASE_NONE) return j->next_checkpoint_ms;
    if (j->phase == PHASE_ALIGN && j->opt.checkpoint_timeout_ms > 0)
        return j->checkpoint_started_ms + j->opt.checkpoint_timeout_ms + 1;
    return INT64_MAX;
}

static void *run_coordinator(void *arg) {
    fl_job *j = arg;
    while (!fl_job_state_ended(fl_job_get_state(j))) {
        if (coordinate(j)) continue;
        int64_t due = coordinator_due_ms(j), now = fl_now_ms(j->pf);
        seen s = look(j);
        fl_mutex_lock(&j->lock);
        bool news = s.stop != j->stop_wanted || s.cancel != j->cancel_wanted || s.checkpoint != j->checkpoint_wanted ||
                    s.task_failed != j->task_failed || s.all_finished != (j->n_finished == j->n_tasks) ||
                    s.all_acknowledged != (j->n_acknowledged == j->n_tasks) ||
                    s.all_committed != (j->n_committed == j->n_tasks);
        if (!news)
            fl_cond_wait_us(&j->changed, &j->lock,
                            due == INT64_MAX ? 1000000 : FL_MAX(FL_MIN(due - now, (int64_t)1000), (int64_t)1) * 1000);
        fl_mutex_unlock(&j->lock);
    }
    return NULL;
}

/* ---- for callers ---- */

fl_job *fl_job_new(fl_platform *pf, fl_job_plan *plan, const fl_job_options *opt) {
    fl_job *j = fl_calloc(1, sizeof *j);
    j->pf = pf;
    j->plan = plan;
    fl_arena_init(&j->arena);
    fl_arena_init(&j->restored);
    fl_mutex_init(&j->lock);
    fl_cond_init(&j->changed);
    j->opt = *opt;
    j->opt.name = fl_arena_strdup(&j->arena, opt->name ? opt->name : "job");
    if (opt->checkpoint_dir != NULL) j->opt.checkpoint_dir = fl_arena_strdup(&j->arena, opt->checkpoint_dir);
    if (opt->restore_path != NULL) j->opt.restore_path = fl_arena_strdup(&j->arena, opt->restore_path);
    j->opt.checkpoints_retained = FL_MAX(opt->checkpoints_retained, 2);
    if (j->opt.batch_rows <= 0) j->opt.batch_rows = FL_BATCH_ROWS;
    j->graph = fl_graph_new(&j->arena, plan, opt->parallelism);
    j->uid = (int64_t)(fl_random_u64(pf) >> 1 | 1); /* never 0 */
    j->start_ms = fl_now_ms(pf);
    j->next_checkpoint_ms = INT64_MAX;
    j->before.watermark = FL_WATERMARK_MIN;
    j->before.next_window = INT64_MAX;
    return j;
}

int fl_job_start(fl_job *j, fl_error *err) {
    set_state(j, FL_JOB_RUNNING);
    int rc = bring_up(j, err);
    if (rc < 0) {
        fail(j, err);
        return rc;
    }
    if (!fl_platform_cooperative(j->pf)) {
        rc = fl_thread_start(j->pf, &j->thread, "flott-job", run_coordinator, j, err);
        if (rc < 0) {
            fail(j, err);
            return rc;
        }
        j->has_thread = true;
    }
    return 0;
}

fl_job_state fl_job_get_state(fl_job *j) {
    fl_mutex_lock(&j->lock);
    fl_job_state s = j->state;
    fl_mutex_unlock(&j->lock);
    return s;
}

static int outcome(fl_job *j, fl_error *err) {
    fl_mutex_lock(&j->lock);
    if (j->state == FL_JOB_FAILED)
        *err = j->failure;
    else if (j->state == FL_JOB_CANCELED)
        fl_fail(err, FL_ERR_SESSION_CANCELED, j->opt.name);
    int rc = j->state == FL_JOB_FAILED || j->state == FL_JOB_CANCELED ? err->code : 0;
    fl_mutex_unlock(&j->lock);
    return rc;
}

bool fl_job_wait_ms(fl_job *j, int64_t ms) {
    int64_t until = fl_mono_us(j->pf) + ms * 1000;
    fl_mutex_lock(&j->lock);
    while (!fl_job_state_ended(j->state)) {
        int64_t left = until - fl_mono_us(j->pf);
        if (left <= 0) break;
        fl_cond_wait_us(&j->changed, &j->lock, left);
    }
    bool ended = fl_job_state_ended(j->state);
    fl_mutex_unlock(&j->lock);
    return ended;
}

int fl_job_wait(fl_job *j, fl_error *err) {
    if (!fl_platform_cooperative(j->pf)) {
        while (!fl_job_wait_ms(j, 3600000)) continue;
        return outcome(j, err);
    }
    while (!fl_job_state_ended(fl_job_get_state(j))) {
        if (fl_job_step(j)) continue;
        int64_t due = fl_job_due_ms(j);
        if (due == INT64_MAX) return fl_fail(err, FL_ERR_SESSION_STUCK, j->opt.name);
        j->pf->ops->advance_to(j->pf, due);
    }
    return outcome(j, err);
}

void fl_job_stop(fl_job *j) {
    fl_mutex_lock(&j->lock);
    j->stop_wanted = true;
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

void fl_job_cancel(fl_job *j) {
    fl_mutex_lock(&j->lock);
    j->cancel_wanted = true;
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

void fl_job_trigger_checkpoint(fl_job *j) {
    fl_mutex_lock(&j->lock);
    j->checkpoint_wanted = true;
    fl_cond_broadcast(&j->changed);
    fl_mutex_unlock(&j->lock);
}

int64_t fl_job_checkpoints(fl_job *j) {
    fl_mutex_lock(&j->lock);
    int64_t n = j->n_checkpoints;
    fl_mutex_unlock(&j->lock);
    return n;
}

int64_t fl_job_last_checkpoint(fl_job *j) {
    fl_mutex_lock(&j->lock);
    int64_t id = j->last_checkpoint;
    fl_mutex_unlock(&j->lock);
    return id;
}

int64_t fl_job_checkpoint_under_way(fl_job *j) {
    fl_mutex_lock(&j->lock);
    int64_t id = j->checkpoint;
    fl_mutex_unlock(&j->lock);
    return id;
}

void fl_job_free(fl_job *j) {
    if (j == NULL) return;
    if (j->has_thread) {
        fl_job_cancel(j);
        fl_thread_join(j->thread);
    } else {
        take_down(j);
    }
    fl_arena *plan_arena = j->plan->arena;
    fl_arena_deinit(plan_arena);
    free(plan_arena);
    fl_arena_deinit(&j->restored);
    fl_arena_deinit(&j->arena);
    fl_mutex_deinit(&j->lock);
    fl_cond_deinit(&j->changed);
    free(j);
}

/* ---- simulation ---- */

bool fl_job_step(fl_job *j) {
    fl_error err;
    if (fl_job_state_ended(fl_job_get_state(j))) return false;
    if (j->pf->ops->step(j->pf, &err) < 0) { /* the machine is off */
        fail(j, &err);
        return true;
    }
    int runnable = j->sched != NULL ? fl_sched_runnable(j->sched) : 0;
    bool first = runnable == 0 || fl_random_u64(j->pf) % (uint64_t)(runnable + 1) == 0;
    if (first && coordinate(j)) return true;
    if (j->sched != NULL && fl_sched_step(j->sched)) return true;
    return !first && coordinate(j);
}

void fl_job_power_off(fl_job *j) {
    if (!fl_job_state_ended(fl_job_get_state(j))) take_down(j);
}

int fl_job_power_on(fl_job *j, fl_error *err) {
    if (fl_job_state_ended(fl_job_get_state(j))) return 0;
    j->final_done = false;
    int rc = bring_up(j, err);
    if (rc < 0) fail(j, err);
    return rc;
}

int64_t fl_job_due_ms(fl_job *j) {
    int64_t due = coordinator_due_ms(j);
    return j->sched != NULL ? FL_MIN(due, fl_sched_due_ms(j->sched)) : due;
}

/* ---- metrics ---- */

static void add_metrics(fl_job *j, fl_job_metrics *m) {
    for (int i = 0; i < j->n_tasks; i++) {
        fl_task *t = j->tasks[i];
        for (int k = 0; k < fl_chain_size(t->chain); k++) {
            fl_op *op = fl_chain_op(t->chain, k);
            const fl_plan *p = op->plan;
            if (p->kind == FL_PLAN_SCAN || p->kind == FL_PLAN_VALUES)
                m->rows_in += fl_metric_get(&op->metrics.rows_out);
            if (p->kind == FL_PLAN_SINK) m->rows_out += fl_metric_get(&op->metrics.rows_in);
            m->late_rows += fl_metric_get(&op->metrics.late_rows);
            m->bad_records += fl_metric_get(&op->metrics.bad_records);
            int64_t w = fl_metric_get(&op->metrics.watermark);
            if (w != FL_WATERMARK_MIN) m->watermark = FL_MIN(m->watermark, w);
            m->next_window = FL_MIN(m->next_window, fl_metric_get(&op->metrics.next_window));
        }
    }
}

void fl_job_get_metrics(fl_job *j, fl_job_metrics *out) {
    fl_mutex_lock(&j->lock);
    *out = j->before;
    out->watermark = FL_WATERMARK_MAX;
    out->next_window = INT64_MAX;
    add_metrics(j, out);
    if (out->watermark == FL_WATERMARK_MAX) out->watermark = FL_WATERMARK_MIN;
    fl_mutex_unlock(&j->lock);
}

const fl_job_plan *fl_job_get_plan(const fl_job *j) { return j->plan; }
