/* SPDX-License-Identifier: Apache-2.0 */
/* simulate.c -- virtual time: all jobs of a session take steps on the caller's thread, and time passes when it is told
 * to.
 *
 * A session that crashes always takes a checkpoint whenever a source has given rows, goes on for a few steps, and loses
 * its power: memory is gone, of the disk what was synced remains, and every job goes on from its last checkpoint. After
 * a power cut without new rows it goes on for longer each time, so that the end of a job, which takes a checkpoint of
 * its own, is hit too but is reached.
 */
#include "base/platform_sim.h"
#include "env/session.h"
#include "messages/session.h"

#include <stdlib.h>

enum { STEPS_TO_CRASH = 12, IDLE_CRASHES_MAX = 20 };

/* ---- crashes ---- */

static void power_cycle(flott_session *s) {
    fl_error err;
    for (int i = 0; i < s->n_jobs; i++) fl_job_power_off(s->jobs[i]->job);
    fl_sim_crash(s->pf);
    for (int i = 0; i < s->n_jobs; i++)
        fl_job_power_on(s->jobs[i]->job, &err); /* a failure is the job's own, and told by it */
    for (int i = 0; i < s->n_jobs; i++) {
        s->jobs[i]->steps_to_crash = -1;
        s->jobs[i]->idle_crashes = FL_MIN(s->jobs[i]->idle_crashes + 1, IDLE_CRASHES_MAX);
    }
}

/* After each step of a job: asks for a checkpoint when rows have come, and crashes some steps after it is durable. */
static void consider_crash(flott_session *s, flott_job *j) {
    fl_job_metrics m;
    fl_job_get_metrics(j->job, &m);
    int64_t checkpoints = fl_job_checkpoints(j->job);
    if (m.rows_in != j->rows_seen && j->steps_to_crash < 0) {
        j->rows_seen = m.rows_in;
        j->idle_crashes = 0;
        fl_job_trigger_checkpoint(j->job);
    }
    if (checkpoints != j->checkpoints_seen) {
        j->checkpoints_seen = checkpoints;
        j->steps_to_crash = (int64_t)(fl_random_u64(s->pf) % ((uint64_t)STEPS_TO_CRASH << j->idle_crashes));
    }
    if (j->steps_to_crash >= 0 && j->steps_to_crash-- == 0) power_cycle(s);
}

/* ---- steps and time ---- */

bool fl_session_step(flott_session *s) {
    int first = s->n_jobs > 0 ? (int)(fl_random_u64(s->pf) % (uint64_t)s->n_jobs) : 0;
    for (int i = 0; i < s->n_jobs; i++) {
        flott_job *j = s->jobs[(first + i) % s->n_jobs];
        if (!fl_job_step(j->job)) continue;
        if (s->opt.crash_always && !fl_job_get_plan(j->job)->batch) consider_crash(s, j);
        return true;
    }
    return false;
}

int64_t fl_session_due_ms(flott_session *s) {
    int64_t due = INT64_MAX;
    for (int i = 0; i < s->n_jobs; i++)
        if (!fl_job_state_ended(fl_job_get_state(s->jobs[i]->job))) due = FL_MIN(due, fl_job_due_ms(s->jobs[i]->job));
    return due;
}

static int need_simulation(const flott_session *s, fl_error *err) {
    return s->opt.simulated ? 0 : fl_fail(err, FL_ERR_SESSION_NOT_SIMULATED);
}

int flott_session_settle(flott_session *s, flott_error *err) {
    FL_TRY(need_simulation(s, fl_error_of(err)));
    while (fl_session_step(s)) continue;
    return 0;
}

int flott_session_advance(flott_session *s, int64_t ms, flott_error *err) {
    FL_TRY(flott_session_settle(s, err));
    int64_t until = fl_now_ms(s->pf) + ms;
    for (;;) {
        int64_t due = fl_session_due_ms(s);
        if (due > until) break;
        s->pf->ops->advance_to(s->pf, due);
        while (fl_session_step(s)) continue;
    }
    s->pf->ops->advance_to(s->pf, until);
    return 0;
}

int64_t flott_session_clock(const flott_session *s) { return fl_now_ms(s->pf); }

int flott_session_set_clock(flott_session *s, int64_t clock_ms, flott_error *err) {
    fl_error *e = fl_error_of(err);
    FL_TRY(need_simulation(s, e));
    if (s->n_jobs > 0) return fl_fail(e, FL_ERR_SESSION_CLOCK_LATE);
    fl_sim_set_clock_ms(s->pf, clock_ms);
    return 0;
}

/* ---- the simulated world outside ---- */

int flott_session_put_file(flott_session *s, const char *path, const void *bytes, size_t size, flott_error *err) {
    FL_TRY(need_simulation(s, fl_error_of(err)));
    fl_sim_put_file(s->pf, path, bytes, size);
    return 0;
}

typedef struct reader {
    flott_session *s;
    fl_arena arena;
    void (*each)(void *arg, const char *path, const char *bytes, size_t size);
    void *arg;
} reader;

static int read_below(reader *r, const char *dir, fl_error *err) {
    char **names, *content;
    int n;
    size_t size;
    fl_stat st;
    FL_TRY(fl_disk_list(r->s->pf, dir, &r->arena, &names, &n, err));
    for (int i = 0; i < n; i++) {
        if (names[i][0] == '.' || names[i][0] == '_') continue;
        const char *path = fl_path_join(&r->arena, dir, names[i]);
        FL_TRY(fl_disk_stat(r->s->pf, path, &st, err));
        if (st.is_directory) {
            FL_TRY(read_below(r, path, err));
            continue;
        }
        FL_TRY(fl_disk_read_all(r->s->pf, path, SIZE_MAX / 2, &r->arena, &content, &size, err));
        r->each(r->arg, path, content, size);
    }
    return 0;
}

int flott_session_read_files(flott_session *s, const char *dir,
                             void (*each)(void *arg, const char *path, const char *bytes, size_t size), void *arg,
                             flott_error *err) {
    reader r = {.s = s, .each = each, .arg = arg};
    if (!fl_disk_exists(s->pf, dir)) return 0;
    fl_arena_init(&r.arena);
    int rc = read_below(&r, dir, fl_error_of(err));
    fl_arena_deinit(&r.arena);
    return rc;
}

const char *flott_session_output(flott_session *s, size_t *length) {
    fl_buf_reset(&s->output);
    if (s->opt.simulated) {
        fl_buf *out = fl_sim_output(s->pf, FL_STDOUT);
        fl_buf_put(&s->output, out->p, out->n);
        fl_buf_reset(out);
    }
    if (length != NULL) *length = s->output.n;
    return fl_buf_cstr(&s->output);
}
