/* SPDX-License-Identifier: Apache-2.0 */
/* world.h -- a simulated machine on which a job is run, killed, and run again from its checkpoints.
 *
 * A scenario says what is run and how: one of two jobs, its parallelism, when checkpoints are taken, how bad the disk
 * is. A world is the machine with the job's input on its disk. A life is one process on it: from the start of the
 * script to the end of the job, or to the step at which the machine dies. Everything follows from the scenario's seed.
 *
 *     world w;
 *     world_init(&w, &scenario);
 *     while (world_live(&w, kill_at, NULL) != LIFE_FINISHED) world_power_cut(&w);
 *     world_lines(&w, &lines);                 what the finished files hold
 */
#ifndef FL_TESTS_SIM_WORLD_H
#define FL_TESTS_SIM_WORLD_H

#include "base/platform_sim.h"
#include "flott.h"

typedef enum job_kind {
    JOB_TICKER,  /* JSON lines; HOP, MIN; JSON lines */
    JOB_SENSORS, /* a statement set: TUMBLE and HOP, AVG, and all readings once more; three folders from one scan */
    JOB_KINDS,
} job_kind;

typedef struct scenario {
    uint64_t seed;
    job_kind job;
    int n_files; /* of the input, each later than the one before it */
    int parallelism;
    int batch_rows;  /* that the source gives at once */
    int tick_one_in; /* the clock moves by up to tick_ms after one in so many steps */
    int tick_ms;
    int interval_ms; /* between checkpoints; 0: none are taken */
    int timeout_ms;  /* after which one is given up */
    int tolerable;   /* checkpoints in a row that may fail */
    int attempts;    /* restarts of the job in one process */
    int roll_bytes;  /* size at which an output file is closed */
    uint32_t short_write_ppm, failed_sync_ppm, disk_full_ppm;
} scenario;

/* Lines of all finished files as "folder: line", sorted. */
typedef struct lines {
    fl_arena arena;
    const char **p;
    int n, cap;
} lines;

typedef enum life_end {
    LIFE_FINISHED,
    LIFE_STOPPED, /* on request, with a last checkpoint */
    LIFE_KILLED,  /* the machine has died */
    LIFE_GAVE_UP, /* the disk was too bad for the job's restarts: start it again */
    LIFE_FAILED,  /* what must not happen; w->problem tells */
} life_end;

/* The steps of one checkpoint: [begin, end). */
typedef struct span {
    int64_t id, begin, end;
} span;

/* What is written down of a life. */
typedef struct record {
    span *checkpoints; /* owned */
    int n, cap;
    int64_t begin, end; /* steps of the life */
} record;

typedef struct world {
    const scenario *sc;
    fl_platform *pf;
    int parallelism;          /* of the next life */
    bool calm;                /* from now on the disk is good and checkpoints have all the time that they want */
    bool fresh;               /* nothing is restored */
    int64_t stop_at;          /* the step at which the next life is asked to stop; -1: it is not */
    const char *restore_path; /* NULL: the folder of checkpoints, if it holds any */
    uint64_t drawn;
    fl_buf notes;     /* what the user was told in the last life */
    int64_t restarts; /* of the job in the last life */
    char problem[1600];
} world;

#define CHECKPOINTS "chk"

void world_init(world *w, const scenario *sc);
void world_deinit(world *w);

/* One process. It dies at step `kill_at` of the machine; -1: it does not. rec may be NULL; else it is emptied first. */
life_end world_live(world *w, int64_t kill_at, record *rec);
void record_deinit(record *r);

/* After LIFE_KILLED: the power comes back, and what was not synced may be gone; or it was only the process that died.
 */
void world_power_cut(world *w);
void world_process_kill(world *w);

/* Fills *out, which the caller has zeroed or filled before. */
void world_lines(world *w, lines *out);
void lines_deinit(lines *l);
/* The first difference as text, or NULL. `subset`: a may lack lines of b. Borrowed until the next call. */
const char *lines_differ(const lines *a, const lines *b, bool subset);

/* What the job writes when nothing happens to it; computed once for each. Borrowed. */
const lines *expected_lines(job_kind job, int n_files);

/* A number below n, from the scenario's seed. */
uint64_t world_draw(world *w, uint64_t n);

#endif
