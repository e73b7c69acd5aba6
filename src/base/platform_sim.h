/* SPDX-License-Identifier: Apache-2.0 */
/* platform_sim.h -- a world in memory, from one seed: virtual clock, a disk that forgets, faults on request.
 *
 * The disk keeps for each file what was written and how much of it was synced, and for the tree of names which changes
 * were synced with their directory. fl_sim_crash() plays a power cut: of unsynced bytes a random part survives, its
 * tail possibly as zeros (a torn file); of unsynced renames, creations and removals a random prefix survives, in order,
 * as on a journalling file system.
 */
#ifndef FL_BASE_PLATFORM_SIM_H
#define FL_BASE_PLATFORM_SIM_H

#include "base/platform.h"
#include "base/str.h"

typedef struct fl_sim_options {
    uint64_t seed;
    int64_t start_ms;         /* of the virtual clock, since the epoch */
    bool read_real_files;     /* a path that is not in memory is looked for on the real disk, for reading only */
    uint32_t short_write_ppm; /* faults, each as chance in a million for one call: part is written, then an error */
    uint32_t failed_sync_ppm; /* sync fails; what of it survives a crash is open */
    uint32_t disk_full_ppm;   /* a write finds no space */
} fl_sim_options;

fl_platform *fl_sim_new(const fl_sim_options *opt);
void fl_sim_free(fl_platform *pf);

/* Moves the clock. Time never passes by itself in a simulation. */
void fl_sim_advance_ms(fl_platform *pf, int64_t ms);
void fl_sim_set_clock_ms(fl_platform *pf, int64_t now_ms);

/* Steps (disk changes and turns of the schedule) so far; the step at which the machine dies (-1: never). From that
 * step on every call fails with FL_E_CRASHED until fl_sim_crash() has been called. */
int64_t fl_sim_steps(fl_platform *pf);
void fl_sim_crash_at(fl_platform *pf, int64_t step);
bool fl_sim_crashed(fl_platform *pf);

/* A change to the disk at this step fails, once, and does nothing; -1: none. */
void fl_sim_fail_at(fl_platform *pf, int64_t step);

/* Told of each step before it is taken: a turn of the schedule ("turn"), or a change to the disk and its path. NULL:
 * nobody. */
typedef void fl_sim_trace_fn(void *arg, int64_t step, const char *what, const char *path);
void fl_sim_trace(fl_platform *pf, fl_sim_trace_fn *trace, void *arg);

/* Power cut and reboot: forgets what was not synced, closes nothing (handles of before must not be used again). */
void fl_sim_crash(fl_platform *pf);
/* The process was killed, the machine stays up: the disk is as programs saw it last. */
void fl_sim_kill(fl_platform *pf);

/* Faults on or off, for the quiet part of a test. */
void fl_sim_set_faults(fl_platform *pf, bool on);

/* What was written to standard output and standard error since the last reset. Borrowed. */
fl_buf *fl_sim_output(fl_platform *pf, fl_stream stream);

/* The web services of this world, which it borrows (flott_http.h). NULL: it has none. */
void fl_sim_set_http(fl_platform *pf, const struct flott_http *http);

/* Plants or changes a file, as synced. */
void fl_sim_put_file(fl_platform *pf, const char *path, const void *bytes, size_t n);

#endif
