/* SPDX-License-Identifier: Apache-2.0 */
/* world.c -- machines, jobs and lives. See world.h.
 *
 * The input is a few dozen rows, the same for every scenario, in files of rising time, so that no row is late whatever
 * the order of steps, and the answer is always the same set of lines. Time passes by the step: a checkpoint's interval
 * is over while rows are still on their way.
 */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "env/session.h"
#include "seeds.h"

enum { ROWS = 60, START_MS = 1767225600 };

uint64_t world_draw(world *w, uint64_t n) { return fl_splitmix(w->sc->seed + FL_SPLITMIX_STEP * ++w->drawn) % n; }

/* ---- the jobs ---- */

static const char *const scripts[] = {
    [JOB_TICKER] = "CREATE TABLE ticks (ticker VARCHAR(6), price DOUBLE, event_time TIMESTAMP(3),\n"
                   "    WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND)\n"
                   "WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json');\n"
                   "CREATE TABLE lows (ticker VARCHAR(6), low DOUBLE, window_end TIMESTAMP(3))\n"
                   "WITH ('connector' = 'filesystem', 'path' = 'out/lows', 'format' = 'json',\n"
                   "    'sink.rolling-policy.file-size' = '%d b');\n"
                   "INSERT INTO lows\n"
                   "SELECT ticker, MIN(price), HOP_END(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND)\n"
                   "FROM ticks GROUP BY ticker, HOP(event_time, INTERVAL '5' SECOND, INTERVAL '10' SECOND);\n",
    [JOB_SENSORS] =
        "CREATE TABLE readings (sensor_id INT, temperature NUMERIC(6, 2), event_time TIMESTAMP(3),\n"
        "    WATERMARK FOR event_time AS event_time - INTERVAL '5' SECOND)\n"
        "WITH ('connector' = 'filesystem', 'path' = 'in', 'format' = 'json');\n"
        "CREATE TABLE tumbling (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3))\n"
        "WITH ('connector' = 'filesystem', 'path' = 'out/tumbling', 'format' = 'csv');\n"
        "CREATE TABLE sliding (sensor_id INT, average NUMERIC(6, 2), window_end TIMESTAMP(3))\n"
        "WITH ('connector' = 'filesystem', 'path' = 'out/sliding', 'format' = 'json',\n"
        "    'sink.rolling-policy.file-size' = '%d b');\n"
        "CREATE TABLE copied (event_time TIMESTAMP(3), temperature NUMERIC(6, 2), sensor_id INT)\n"
        "PARTITIONED BY (sensor_id)\n"
        "WITH ('connector' = 'filesystem', 'path' = 'out/copied', 'format' = 'csv',\n"
        "    'sink.partition-commit.policy.kind' = 'success-file');\n"
        "EXECUTE STATEMENT SET BEGIN\n"
        "INSERT INTO tumbling SELECT sensor_id, AVG(temperature), TUMBLE_END(event_time, INTERVAL '10' SECOND)\n"
        "FROM readings GROUP BY sensor_id, TUMBLE(event_time, INTERVAL '10' SECOND);\n"
        "INSERT INTO sliding SELECT sensor_id, AVG(temperature), HOP_END(event_time, INTERVAL '2' SECOND, INTERVAL "
        "'10' SECOND)\n"
        "FROM readings GROUP BY sensor_id, HOP(event_time, INTERVAL '2' SECOND, INTERVAL '10' SECOND);\n"
        "INSERT INTO copied SELECT event_time, temperature, sensor_id FROM readings;\n"
        "END;\n",
};

static void put_row(fl_buf *b, job_kind job, int i) {
    static const char *const tickers[] = {"AAPL", "AMZN", "MSFT", "TBV"};
    int ms = i * 1700 + (int)(fl_splitmix((uint64_t)i) % 3000); /* out of order by less than the watermark's delay */
    char time[32];
    snprintf(time, sizeof time, "2026-01-01 00:%02d:%02d.%03d", ms / 60000, ms / 1000 % 60, ms % 1000);
    if (job == JOB_TICKER)
        fl_buf_printf(b, "{\"ticker\":\"%s\",\"price\":%d.25,\"event_time\":\"%s\"}\n", tickers[i * 7 % 4],
                      i * 37 % 100, time);
    else
        fl_buf_printf(b, "{\"sensor_id\":%d,\"temperature\":%d.%02d,\"event_time\":\"%s\"}\n", i * 5 % 3, i * 31 % 50,
                      i % 100, time);
}

static void put_input(world *w) {
    fl_buf b;
    fl_buf_init(&b);
    for (int f = 0; f < w->sc->n_files; f++) {
        char path[64];
        snprintf(path, sizeof path, "in/%c.json", 'a' + f);
        fl_buf_reset(&b);
        for (int i = f * ROWS / w->sc->n_files; i < (f + 1) * ROWS / w->sc->n_files; i++) put_row(&b, w->sc->job, i);
        fl_sim_put_file(w->pf, path, b.p, b.n);
    }
    fl_buf_deinit(&b);
}

/* ---- the machine ---- */

void world_init(world *w, const scenario *sc) {
    *w = (world){.sc = sc, .parallelism = sc->parallelism, .stop_at = -1};
    w->pf = fl_sim_new(&(fl_sim_options){.seed = sc->seed,
                                         .start_ms = (int64_t)START_MS * 1000,
                                         .short_write_ppm = sc->short_write_ppm,
                                         .failed_sync_ppm = sc->failed_sync_ppm,
                                         .disk_full_ppm = sc->disk_full_ppm});
    fl_buf_init(&w->notes);
    put_input(w);
}

void world_deinit(world *w) {
    fl_sim_free(w->pf);
    fl_buf_deinit(&w->notes);
}

void world_power_cut(world *w) { fl_sim_crash(w->pf); }
void world_process_kill(world *w) { fl_sim_kill(w->pf); }

/* ---- a life ---- */

static void on_note(void *arg, const char *text) {
    world *w = arg;
    fl_buf_puts(&w->notes, text);
    fl_buf_putc(&w->notes, '\n');
}

static int set(flott_session *s, const char *key, const char *value, flott_error *err) {
    return flott_session_set(s, key, value, err);
}

static int configure(world *w, flott_session *s, flott_error *err) {
    const scenario *sc = w->sc;
    char number[16];
    snprintf(number, sizeof number, "%d", w->parallelism);
    FL_TRY(set(s, "parallelism.default", number, err));
    if (sc->interval_ms == 0) return 0;
    snprintf(number, sizeof number, "%d", sc->tolerable);
    FL_TRY(set(s, "execution.checkpointing.tolerable-failed-checkpoints", number, err));
    FL_TRY(set(s, "execution.checkpointing.dir", CHECKPOINTS, err));
    FL_TRY(seeds_set_ms(s, "execution.checkpointing.interval", sc->interval_ms, err));
    FL_TRY(seeds_set_ms(s, "execution.checkpointing.timeout", w->calm ? 1 << 20 : sc->timeout_ms, err));
    FL_TRY(set(s, "restart-strategy.type", "fixed-delay", err));
    snprintf(number, sizeof number, "%d", sc->attempts);
    FL_TRY(set(s, "restart-strategy.fixed-delay.attempts", number, err));
    FL_TRY(seeds_set_ms(s, "restart-strategy.fixed-delay.delay", 3, err));
    if (w->fresh) return 0;
    if (w->restore_path != NULL) return set(s, "execution.state-recovery.path", w->restore_path, err);
    return seeds_has_checkpoints(w->pf, CHECKPOINTS) ? set(s, "execution.state-recovery.path", CHECKPOINTS, err) : 0;
}

static int submit(world *w, flott_session *s, flott_job **job, flott_error *err) {
    char script[4096];
    snprintf(script, sizeof script, scripts[w->sc->job], w->sc->roll_bytes);
    const char *start;
    size_t at = 0, n;
    FL_TRY(configure(w, s, err));
    *job = NULL;
    while (flott_next_statement(script, strlen(script), &at, &start, &n)) {
        flott_result *r;
        FL_TRY(flott_execute(s, start, (int64_t)n, &r, err));
        if (flott_result_get_kind(r) == FLOTT_RESULT_JOB) *job = flott_result_job(r);
        flott_result_free(r);
    }
    return 0;
}

static void note_checkpoint(record *rec, int64_t id, int64_t before, int64_t after) {
    if (rec == NULL) return;
    span *last = rec->n > 0 ? &rec->checkpoints[rec->n - 1] : NULL;
    if (last != NULL && last->end == 0 && last->id != id) last->end = after;
    if (id == 0 || (last != NULL && last->id == id)) return;
    if (rec->n == rec->cap) {
        rec->cap = rec->cap ? rec->cap * 2 : 16;
        rec->checkpoints = fl_realloc(rec->checkpoints, sizeof *rec->checkpoints * (size_t)rec->cap);
    }
    rec->checkpoints[rec->n++] = (span){.id = id, .begin = before};
}

void record_deinit(record *r) {
    free(r->checkpoints);
    *r = (record){0};
}

static int run(world *w, flott_session *s, flott_job *job, record *rec, flott_error *err) {
    const scenario *sc = w->sc;
    int64_t newest = -1; /* checkpoint when the job was asked to stop; -1: that need not lead to another one */
    while (flott_job_get_state(job) < FLOTT_JOB_FINISHED) {
        int64_t before = fl_sim_steps(w->pf);
        if (w->stop_at >= 0 && before >= w->stop_at) {
            newest = flott_job_get_state(job) == FLOTT_JOB_RUNNING ? fl_job_last_checkpoint(job->job) : -1;
            flott_job_stop(job);
            w->stop_at = -1;
        }
        if (fl_session_step(s)) {
            if (sc->tick_ms > 0 && fl_random_u64(w->pf) % (uint64_t)sc->tick_one_in == 0)
                fl_sim_advance_ms(w->pf, 1 + (int64_t)(fl_random_u64(w->pf) % (uint64_t)sc->tick_ms));
        } else {
            int64_t due = fl_session_due_ms(s);
            if (due == INT64_MAX)
                return fl_fail(fl_error_of(err), FL_E_RUNTIME, "the job waits for something that never comes");
            w->pf->ops->advance_to(w->pf, due);
        }
        note_checkpoint(rec, fl_job_checkpoint_under_way(job->job), before, fl_sim_steps(w->pf));
    }
    if (flott_job_get_state(job) == FLOTT_JOB_STOPPED && fl_job_last_checkpoint(job->job) == newest)
        return fl_fail(fl_error_of(err), FL_E_RUNTIME, "the job was stopped without a last checkpoint");
    return flott_job_wait(job, -1, err);
}

life_end world_live(world *w, int64_t kill_at, record *rec) {
    flott_options opt = {.simulated = true, .note = on_note, .note_arg = w};
    flott_error err = {0};
    flott_job *job;
    flott_job_metrics m = {0};
    fl_buf_reset(&w->notes);
    if (rec != NULL) {
        rec->n = 0;
        rec->begin = fl_sim_steps(w->pf);
    }
    fl_sim_crash_at(w->pf, kill_at);
    fl_sim_set_faults(w->pf, !w->calm);
    flott_session *s = fl_session_new_on(w->pf, &opt);
    s->batch_rows = w->sc->batch_rows;
    int rc = submit(w, s, &job, &err);
    if (rc == 0) rc = run(w, s, job, rec, &err);
    if (rc == 0) flott_job_get_metrics(job, &m);
    bool stopped = rc == 0 && flott_job_get_state(job) == FLOTT_JOB_STOPPED;
    w->stop_at = -1;
    w->restarts = m.restarts;
    flott_session_free(s);
    note_checkpoint(rec, 0, 0, fl_sim_steps(w->pf)); /* one that a failure has ended */
    if (rec != NULL) rec->end = fl_sim_steps(w->pf);
    if (fl_sim_crashed(w->pf)) return LIFE_KILLED;
    fl_sim_crash_at(w->pf, -1);
    if (rc == 0) return stopped ? LIFE_STOPPED : LIFE_FINISHED;
    snprintf(w->problem, sizeof w->problem, "%s: %s", flott_error_word(err.code), err.message);
    return err.retriable ? LIFE_GAVE_UP : LIFE_FAILED;
}

/* ---- lines ---- */

static void add_file(void *arg, const char *path, const char *bytes, size_t size) {
    lines *l = arg;
    const char *folder_end = strrchr(path, '/');
    for (size_t at = 0; at < size;) {
        const char *nl = memchr(bytes + at, '\n', size - at);
        size_t n = nl != NULL ? (size_t)(nl - bytes) - at : size - at;
        char *line = fl_arena_printf(&l->arena, "%.*s: %.*s%s", (int)(folder_end - path), path, (int)n, bytes + at,
                                     nl ? "" : " [cut off]");
        FL_PUSH(&l->arena, l->p, l->n, l->cap, line);
        at += n + 1;
    }
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

void world_lines(world *w, lines *out) {
    flott_error err;
    lines_deinit(out);
    fl_arena_init(&out->arena);
    flott_session *s = fl_session_new_on(w->pf, &(flott_options){.simulated = true});
    if (flott_session_read_files(s, "out", add_file, out, &err) < 0)
        FL_PUSH(&out->arena, out->p, out->n, out->cap, "cannot read the files");
    flott_session_free(s);
    if (out->n > 0) qsort(out->p, (size_t)out->n, sizeof *out->p, by_text);
}

void lines_deinit(lines *l) {
    if (l->p != NULL || l->n > 0 || l->cap > 0) fl_arena_deinit(&l->arena);
    *l = (lines){0};
}

const char *lines_differ(const lines *a, const lines *b, bool subset) {
    static char text[1200];
    int i = 0, k = 0;
    while (i < a->n || k < b->n) {
        int c = i == a->n ? 1 : k == b->n ? -1 : strcmp(a->p[i], b->p[k]);
        if (c < 0) {
            snprintf(text, sizeof text, "too much: %s", a->p[i]);
            return text;
        }
        if (c > 0 && !subset) {
            snprintf(text, sizeof text, "missing: %s", b->p[k]);
            return text;
        }
        i += c == 0;
        k++;
    }
    return NULL;
}

const lines *expected_lines(job_kind job, int n_files) {
    static lines known[JOB_KINDS][8];
    lines *l = &known[job][n_files];
    if (l->n > 0) return l;
    scenario sc = {.seed = 1, .job = job, .n_files = n_files, .parallelism = 1, .roll_bytes = 1 << 20};
    world w;
    world_init(&w, &sc);
    if (world_live(&w, -1, NULL) == LIFE_FINISHED) {
        world_lines(&w, l);
    } else {
        fprintf(stderr, "the job fails even in peace: %s\n", w.problem);
        exit(1);
    }
    world_deinit(&w);
    return l;
}
