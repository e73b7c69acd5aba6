/* SPDX-License-Identifier: Apache-2.0 */
/* job.h -- a plan being run: its tasks, its checkpoints, its restarts, its end.
 *
 * A job is driven by a coordinator: in the real world a thread of its own beside the tasks' threads, in a simulation
 * one more thing that can take a step. The coordinator cuts checkpoints, writes them, tells the tasks when they are
 * durable, and after a failure builds the tasks anew from the last one.
 */
#ifndef FL_RUNTIME_JOB_H
#define FL_RUNTIME_JOB_H

#include "plan/plan.h"
#include "runtime/checkpoint.h"
#include "runtime/task.h"

typedef struct fl_job fl_job;

typedef enum fl_restart_kind {
    FL_RESTART_NONE,
    FL_RESTART_FIXED_DELAY,
    FL_RESTART_FAILURE_RATE,
    FL_RESTART_EXPONENTIAL
} fl_restart_kind;

/* Times in ms. Names and defaults are Flink's. */
typedef struct fl_restart_strategy {
    fl_restart_kind kind;
    int64_t delay_ms;    /* FIXED_DELAY, FAILURE_RATE; EXPONENTIAL: initial-backoff */
    int attempts;        /* FIXED_DELAY; EXPONENTIAL: attempts-before-reset-backoff, -1: no limit */
    int max_failures;    /* FAILURE_RATE: in interval_ms */
    int64_t interval_ms; /* FAILURE_RATE; EXPONENTIAL: reset-backoff-threshold */
    int64_t max_backoff_ms;
    double multiplier, jitter;
} fl_restart_strategy;

typedef struct fl_job_options {
    const char *name;
    int parallelism;
    int max_parallelism;            /* key groups */
    int64_t checkpoint_interval_ms; /* 0: none are taken */
    int64_t checkpoint_timeout_ms, checkpoint_min_pause_ms;
    const char *checkpoint_dir;
    int checkpoints_retained; /* at least 2 */
    int tolerable_failed_checkpoints;
    const char *restore_path; /* NULL: a fresh start */
    bool ignore_unclaimed_state;
    fl_restart_strategy restart;
    int batch_rows; /* rows that a source puts into one batch: FL_BATCH_ROWS */
    /* Told once each: a damaged checkpoint that was passed over, a restart and its reason. May be called from the
     * coordinator's thread. */
    void (*note)(void *arg, const char *text);
    void *note_arg;
    /* Called when the job has ended, from the thread that has ended it; no lock is held. May be NULL. */
    void (*ended)(void *arg);
    void *ended_arg;
} fl_job_options;

typedef enum fl_job_state {
    FL_JOB_CREATED,
    FL_JOB_RUNNING,
    FL_JOB_RESTARTING, /* waiting for the delay of the restart strategy */
    FL_JOB_FINISHED,   /* all input has been worked off */
    FL_JOB_STOPPED,    /* on request, with a last checkpoint if checkpoints are taken */
    FL_JOB_CANCELED,
    FL_JOB_FAILED,
} fl_job_state;
extern const char *const fl_job_state_name[];
static inline bool fl_job_state_ended(fl_job_state s) { return s >= FL_JOB_FINISHED; }

/* Takes over the plan's arena (fl_job_plan.arena), from which everything of the plan is allocated. */
fl_job *fl_job_new(fl_platform *pf, fl_job_plan *plan, const fl_job_options *opt);
/* Cancels first if it runs. */
void fl_job_free(fl_job *j);

/* Restores, opens all operators and starts. A failure here is the caller's to tell; the job is FAILED. */
int fl_job_start(fl_job *j, fl_error *err);
fl_job_state fl_job_get_state(fl_job *j);

/* Waits for the end. 0 for FINISHED and STOPPED, the failure otherwise. In a simulation it takes steps, and moves the
 * clock to the next thing that is due whenever nothing else can be done. */
int fl_job_wait(fl_job *j, fl_error *err);
/* Waits at most so long; true if the job has ended. Real world only. */
bool fl_job_wait_ms(fl_job *j, int64_t ms);

/* Finishes the batches on their way, takes a last checkpoint if checkpoints are taken, and ends; FAILED if that goes
 * wrong. Returns at once. */
void fl_job_stop(fl_job *j);
/* Ends without more. Returns at once. */
void fl_job_cancel(fl_job *j);

/* Simulation: one step of a task or of the coordinator. False: nothing can be done before fl_job_due_ms. */
bool fl_job_step(fl_job *j);
int64_t fl_job_due_ms(fl_job *j);
/* Simulation: the machine goes off, and comes back: what the tasks held is lost, and the job goes on from its last
 * durable checkpoint, or from its beginning. Between the two, fl_sim_crash(). */
void fl_job_power_off(fl_job *j);
int fl_job_power_on(fl_job *j, fl_error *err);
/* Asks for a checkpoint now. */
void fl_job_trigger_checkpoint(fl_job *j);
/* Checkpoints that have become durable, and the id of the last one (0: none). */
int64_t fl_job_checkpoints(fl_job *j);
int64_t fl_job_last_checkpoint(fl_job *j);
/* The id of the checkpoint that is under way, from its barrier to the last commit; 0: none. */
int64_t fl_job_checkpoint_under_way(fl_job *j);

/* Sums over the tasks. */
typedef struct fl_job_metrics {
    int64_t rows_in, rows_out; /* given by sources, taken by sinks */
    int64_t late_rows, bad_records;
    int64_t watermark;   /* least of the operators that know one; FL_WATERMARK_MIN: none yet, or none at all */
    int64_t next_window; /* end of the next window, ms; INT64_MAX: none */
    int64_t restarts;
} fl_job_metrics;
void fl_job_get_metrics(fl_job *j, fl_job_metrics *out);

const fl_job_plan *fl_job_get_plan(const fl_job *j);

#endif
