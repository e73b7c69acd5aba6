/* SPDX-License-Identifier: Apache-2.0 */
/* submit.c -- from the session's settings and a plan to a job that runs. */
#include "env/session.h"

#include "messages/session.h"

#include <stdlib.h>

/* ---- binding and planning ---- */

static const fl_arrow_table *find_arrow_table(void *session, const char *name) {
    const flott_session *s = session;
    for (int i = s->n_tables - 1; i >= 0; i--)
        if (strcmp(fl_arrow_table_name(s->tables[i]), name) == 0) return s->tables[i];
    return NULL;
}

static int find_zone(const flott_session *s, const fl_tz **out, fl_error *err) {
    const char *name = fl_config_string(s->config, "table.local-time-zone");
    if (strcmp(name, "default") == 0) {
        *out = s->opt.simulated ? fl_tz_utc() : fl_tz_system();
        return 0;
    }
    int rc = fl_tz_find(name, out, err);
    return rc < 0 ? fl_error_prefix(err, FL_AT_SESSION_TIME_ZONE) : 0;
}

int fl_session_sql_ctx(flott_session *s, fl_arena *arena, fl_sql_ctx *out, fl_error *err) {
    *out = (fl_sql_ctx){.arena = arena,
                        .pf = s->pf,
                        .batch = fl_config_is(s->config, "execution.runtime-mode", "BATCH"),
                        .legacy_cast = fl_config_is(s->config, "table.exec.legacy-cast-behaviour", "ENABLED"),
                        .database = fl_arena_strdup(arena, fl_catalogs_current_database(s->catalogs)),
                        .dynamic_options = fl_config_bool(s->config, "table.dynamic-table-options.enabled"),
                        .find = fl_catalogs_find,
                        .find_arg = s->catalogs,
                        .function = fl_session_find_function,
                        .function_arg = s,
                        .note = fl_session_note,
                        .note_arg = s,
                        .arrow_table = find_arrow_table,
                        .arrow_arg = s,
                        .watermark_interval_ms = fl_config_duration_ms(s->config, "pipeline.auto-watermark-interval"),
                        .idle_timeout_ms = fl_config_duration_ms(s->config, "table.exec.source.idle-timeout"),
                        .trim_pad = fl_config_is(s->config, "table.exec.sink.type-length-enforcer", "TRIM_PAD"),
                        .drop_null_rows = fl_config_is(s->config, "table.exec.sink.not-null-enforcer", "DROP"),
                        .client_sink = &fl_collect_sink};
    if (fl_config_bool(s->config, "table.exec.mini-batch.enabled")) {
        out->bundle_rows = (int)FL_MIN(FL_MAX(fl_config_i64(s->config, "table.exec.mini-batch.size"), 0), INT32_MAX);
        out->bundle_ms = fl_config_duration_ms(s->config, "table.exec.mini-batch.allow-latency");
    }
    return find_zone(s, &out->tz, err);
}

/* ---- settings of a job ---- */

/* Flink's rule for the number of key groups: at least 128, else one and a half times the parallelism, as a power of
 * two. */
static int max_parallelism(const flott_session *s, int parallelism) {
    int64_t max = fl_config_i64(s->config, "pipeline.max-parallelism");
    if (max > 0) return (int)max;
    int power = 128;
    while (power < parallelism + parallelism / 2) power *= 2;
    return FL_MIN(power, 32768);
}

/* A path as users write it in options: file:///a/b is /a/b; other file systems are refused by name. */
static int local_path(fl_arena *a, const char *key, const char *value, const char **out, fl_error *err) {
    const char *scheme = strstr(value, "://");
    *out = value;
    if (strncmp(value, "file:", 5) == 0) {
        const char *p = value + 5;
        while (p[0] == '/' && p[1] == '/') p++;
        *out = p;
        return 0;
    }
    if (scheme == NULL) return 0;
    (void)a;
    return fl_fail(err, FL_ERR_SESSION_LOCAL_FILES, key, value);
}

/* The k-th job of a session has a folder of its own below that of the first. */
static const char *job_folder(fl_arena *a, const char *dir, int k) {
    return k == 0 ? dir : fl_arena_printf(a, "%s/job-%d", dir, k + 1);
}

static const char *default_checkpoint_folder(fl_arena *a, const flott_session *s) {
    const char *name = fl_config_string(s->config, "pipeline.name");
    return fl_arena_printf(a, "flott-checkpoints/%s", name ? name : s->script);
}

static int checkpoint_options(flott_session *s, fl_arena *a, bool batch, fl_job_options *o, fl_error *err) {
    const char *dir = fl_config_string(s->config, "execution.checkpointing.dir");
    const char *restore = fl_config_string(s->config, "execution.state-recovery.path");
    o->checkpoint_interval_ms = fl_config_duration_ms(s->config, "execution.checkpointing.interval");
    if (batch && o->checkpoint_interval_ms > 0) {
        fl_session_note(s, "no checkpoints are taken in batch mode: execution.checkpointing.interval has no effect");
        o->checkpoint_interval_ms = 0;
    }
    if (s->opt.crash_always && !batch) o->checkpoint_interval_ms = (int64_t)1 << 40; /* only when asked for */
    o->checkpoint_timeout_ms = fl_config_duration_ms(s->config, "execution.checkpointing.timeout");
    o->checkpoint_min_pause_ms = fl_config_duration_ms(s->config, "execution.checkpointing.min-pause");
    o->checkpoints_retained = (int)fl_config_i64(s->config, "execution.checkpointing.num-retained");
    o->tolerable_failed_checkpoints =
        (int)fl_config_i64(s->config, "execution.checkpointing.tolerable-failed-checkpoints");
    o->ignore_unclaimed_state = fl_config_bool(s->config, "execution.state-recovery.ignore-unclaimed-state");
    if (dir != NULL)
        FL_TRY(local_path(a, "execution.checkpointing.dir", dir, &dir, err));
    else
        dir = default_checkpoint_folder(a, s);
    o->checkpoint_dir = job_folder(a, dir, s->n_jobs);
    if (restore == NULL || batch) return 0;
    FL_TRY(local_path(a, "execution.state-recovery.path", restore, &restore, err));
    o->restore_path = job_folder(a, restore, s->n_jobs);
    if (s->n_jobs > 0 && !fl_disk_exists(s->pf, o->restore_path)) {
        fl_session_note(s, fl_arena_printf(a, "there is no checkpoint for job %d at '%s': it starts afresh",
                                           s->n_jobs + 1, o->restore_path));
        o->restore_path = NULL;
    }
    return 0;
}

/* Checkpoints of an earlier run that nobody has asked for. */
static char *unused_checkpoints(flott_session *s, const fl_job_options *o) {
    fl_arena a;
    fl_error err;
    int64_t *ids;
    int n = 0;
    if (o->checkpoint_interval_ms <= 0 || o->restore_path != NULL || s->opt.crash_always) return NULL;
    fl_arena_init(&a);
    if (fl_checkpoint_list(s->pf, &a, o->checkpoint_dir, &ids, &n, &err) < 0)
        n = 0; /* the first checkpoint will tell what is wrong */
    fl_arena_deinit(&a);
    return n > 0 ? fl_strdup(o->checkpoint_dir) : NULL;
}

static void job_ended(void *job) {
    flott_job *j = job;
    if (j->collector != NULL) fl_collector_end(j->collector);
}

static int fill_options(flott_session *s, fl_arena *a, const fl_job_plan *plan, const char *name, fl_job_options *o,
                        fl_error *err) {
    int64_t parallelism = fl_config_i64(s->config, "parallelism.default");
    int64_t table_parallelism = fl_config_i64(s->config, "table.exec.resource.default-parallelism");
    if (table_parallelism > 0) parallelism = table_parallelism;
    *o = (fl_job_options){
        .name = name, .parallelism = (int)parallelism, .note = fl_session_note, .note_arg = s, .ended = job_ended};
    o->max_parallelism = max_parallelism(s, o->parallelism);
    o->batch_rows = s->batch_rows;
    if (s->opt.crash_always) o->batch_rows = 1 + (int)(fl_random_u64(s->pf) % 3);
    FL_TRY(checkpoint_options(s, a, plan->batch, o, err));
    return fl_config_restart(s->config, &o->restart, err);
}

/* ---- starting ---- */

int fl_session_submit(flott_session *s, fl_job_plan *plan, const char *name, fl_collector *collector, flott_job **out,
                      fl_error *err) {
    fl_arena scratch;
    fl_job_options o;
    const char *given = fl_config_string(s->config, "pipeline.name");
    fl_arena_init(&scratch);
    int rc = fill_options(s, &scratch, plan, given ? given : name, &o, err);
    flott_job *j = fl_calloc(1, sizeof *j);
    if (rc == 0) {
        o.ended_arg = j;
        j->session = s;
        j->name = fl_strdup(o.name);
        j->collector = collector;
        j->unused_checkpoints = unused_checkpoints(s, &o);
        j->steps_to_crash = -1;
        j->job = fl_job_new(s->pf, plan, &o);
        rc = fl_job_start(j->job, err);
    }
    fl_arena_deinit(&scratch);
    if (rc < 0) {
        if (j->job != NULL) {
            fl_job_free(j->job); /* with the plan's arena */
        } else {
            fl_arena *a = plan->arena;
            fl_arena_deinit(a);
            free(a);
        }
        free(j->unused_checkpoints);
        free(j->name);
        free(j);
        fl_collector_free(collector);
        return rc;
    }
    if (s->n_jobs == s->cap_jobs) {
        s->cap_jobs = s->cap_jobs ? s->cap_jobs * 2 : 4;
        s->jobs = fl_realloc(s->jobs, sizeof *s->jobs * (size_t)s->cap_jobs);
    }
    s->jobs[s->n_jobs++] = j;
    *out = j;
    return 0;
}

/* ---- jobs, for callers ---- */

const char *flott_job_name(const flott_job *j) { return j->name; }
flott_job_state flott_job_get_state(flott_job *j) { return (flott_job_state)fl_job_get_state(j->job); }
const char *flott_job_state_word(flott_job_state state) {
    return (unsigned)state <= FLOTT_JOB_FAILED ? fl_job_state_name[state] : NULL;
}
const char *flott_job_unused_checkpoints(const flott_job *j) { return j->unused_checkpoints; }
void flott_job_stop(flott_job *j) { fl_job_stop(j->job); }
void flott_job_cancel(flott_job *j) { fl_job_cancel(j->job); }

_Static_assert((int)FLOTT_JOB_FAILED == (int)FL_JOB_FAILED && (int)FLOTT_JOB_STOPPED == (int)FL_JOB_STOPPED,
               "job states are numbered alike");

void flott_job_get_metrics(flott_job *j, flott_job_metrics *out) {
    fl_job_metrics m;
    fl_job_get_metrics(j->job, &m);
    *out = (flott_job_metrics){.rows_in = m.rows_in,
                               .rows_out = m.rows_out,
                               .late_rows = m.late_rows,
                               .bad_records = m.bad_records,
                               .watermark = m.watermark,
                               .next_window = m.next_window,
                               .restarts = m.restarts,
                               .checkpoints = fl_job_checkpoints(j->job),
                               .last_checkpoint = fl_job_last_checkpoint(j->job)};
}

int flott_job_wait(flott_job *j, int64_t timeout_ms, flott_error *err) {
    flott_session *s = j->session;
    if (!s->opt.simulated) {
        if (timeout_ms >= 0 && !fl_job_wait_ms(j->job, timeout_ms)) return FLOTT_TIMEOUT;
        return fl_job_wait(j->job, fl_error_of(err));
    }
    int64_t until = timeout_ms < 0 ? INT64_MAX : fl_now_ms(s->pf) + timeout_ms;
    while (!fl_job_state_ended(fl_job_get_state(j->job))) {
        if (fl_session_step(s)) continue;
        int64_t due = fl_session_due_ms(s);
        if (due > until) return FLOTT_TIMEOUT;
        if (due == INT64_MAX) return fl_fail(fl_error_of(err), FL_ERR_SESSION_STUCK, j->name);
        s->pf->ops->advance_to(s->pf, due);
    }
    return fl_job_wait(j->job, fl_error_of(err));
}
