/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_seeds.c -- whole jobs from and to Kinesis, on a machine that dies and a service that misbehaves: every record
 * comes out at least once, and those of a key in order.
 *
 *     kinesis_seeds [--seeds N] [--first S] [--trace] [-v]
 *
 * A seed draws a job, its parallelism, batches, checkpoints, and how bad the network and the service are; one in eight
 * is left in peace. The job is killed at steps drawn from the seed, by a power cut or alone, restarts in the process
 * after failures, and goes on with another parallelism; streams are split and merged meanwhile. From some life on all
 * is calm, so that it comes to an end.
 *
 * What is checked of the stream that is written, in the order in which records were stored:
 *     COPY, FILTER   for each key all records are there; leaving out what came again, they stand in order. Where the
 *                    service refuses single records and stores later ones of the same key, they do so at the end: the
 *                    whole order is contained in what is stored.
 *     WINDOW         the set of result rows is that of the input.
 * All follows from the seed: --first S --seeds 1 repeats it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "env/session.h"
#include "fake_kinesis.h"
#include "seeds.h"

enum { LIVES_MAX = 60, START_S = 1767225600, KEYS_MAX = 40, LIFE_STEPS_MAX = 400000, HOUR_MS = 3600000 };

typedef enum job_kind {
    JOB_COPY,   /* a file to a stream */
    JOB_FILTER, /* a stream to a stream, every other record */
    JOB_WINDOW, /* a stream to a stream, least values in sliding windows */
    JOB_KINDS,
} job_kind;

typedef struct scenario {
    int64_t seed;
    job_kind job;
    int rows, keys;
    int parallelism;
    int shards_in, shards_out;
    int batch_rows, batch_records, max_in_flight, max_buffered, flush_ms;
    int interval_ms, latency_ms;
    bool peace, holes, resharding, profile;
    uint32_t badness; /* a million: as bad as it gets */
} scenario;

typedef enum life_end { LIFE_DONE, LIFE_KILLED, LIFE_GAVE_UP, LIFE_FAILED } life_end;

typedef struct ordeal {
    scenario sc;
    uint64_t at; /* of the draws */
    fl_platform *pf;
    fake_kinesis *k;
    int parallelism;
    bool calm;
    int sentinels; /* so many batches of rows have been put behind the input */
    char problem[1600];
} ordeal;

static struct {
    int64_t seeds, lives, kills, gave_up, calls, faults, refused, reshards, expired, steps, failures, stored;
} total;
static bool tracing, verbose;

static uint64_t draw(uint64_t *at, uint64_t n) { return fl_splitmix(*at += FL_SPLITMIX_STEP) % n; }
static int between(uint64_t *at, int low, int high) { return low + (int)draw(at, (uint64_t)(high - low + 1)); }

/* ---- scenarios ---- */

static job_kind only_job = JOB_KINDS;

static scenario draw_scenario(int64_t seed, uint64_t *at) {
    static const int batches[] = {1, 7, 100, 500}, flights[] = {1, 2, 16};
    scenario sc = {.seed = seed};
    sc.job = only_job != JOB_KINDS ? only_job : (job_kind)draw(at, JOB_KINDS);
    sc.rows = between(at, 50, 400);
    sc.keys = draw(at, 4) == 0 ? 1 : between(at, 2, KEYS_MAX);
    sc.parallelism = between(at, 1, 4);
    sc.shards_in = between(at, 1, 5);
    sc.shards_out = between(at, 1, 5);
    sc.batch_rows = between(at, 1, 40);
    sc.batch_records = batches[draw(at, 4)];
    sc.max_in_flight = flights[draw(at, 3)];
    sc.max_buffered = sc.batch_records + between(at, 1, 50);
    sc.flush_ms = between(at, 1, 300);
    sc.interval_ms = between(at, 20, 400);
    sc.latency_ms = between(at, 0, 60);
    sc.peace = draw(at, 8) == 0;
    sc.holes = draw(at, 3) == 0;
    sc.resharding = draw(at, 2) == 0;
    sc.profile = draw(at, 2) == 0;
    sc.badness = draw(at, 4) == 0 ? 4000000 : 1000000;
    return sc;
}

static void print_scenario(const scenario *sc) {
    static const char *const names[] = {"copy", "filter", "window"};
    printf("  %s: %d rows of %d keys, parallelism %d, %d and %d shards%s, %d rows a batch, %d records a request, %d in "
           "flight, %d buffered, sent after %d ms, checkpoints every %d ms, latency %d ms%s%s\n",
           names[sc->job], sc->rows, sc->keys, sc->parallelism, sc->shards_in, sc->shards_out,
           sc->resharding ? " that split and merge" : "", sc->batch_rows, sc->batch_records, sc->max_in_flight,
           sc->max_buffered, sc->flush_ms, sc->interval_ms, sc->latency_ms, sc->peace ? ", in peace" : "",
           sc->holes && !sc->peace ? ", records refused alone" : "");
}

/* Each fault is drawn: most of them rare or absent, some seeds with one that is frequent. */
static void set_faults(ordeal *o, bool on) {
    const scenario *sc = &o->sc;
    fake_http_faults *n = &o->k->http.faults;
    fake_kinesis_faults *s = &o->k->faults;
    uint32_t *each[] = {&n->refused_ppm,   &n->reset_before_ppm, &n->reset_after_ppm,      &n->slow_ppm,
                        &n->error500_ppm,  &n->error503_ppm,     &n->garbage_ppm,          &n->truncated_ppm,
                        &s->throttle_ppm,  &s->partial_ppm,      &s->expired_iterator_ppm, &s->expired_token_ppm,
                        &s->short_read_ppm};
    uint64_t at = (uint64_t)sc->seed * 31;
    for (size_t i = 0; i < FL_ARRAY_LEN(each); i++)
        *each[i] = on && draw(&at, 2) == 0 ? (uint32_t)(draw(&at, 50000) * sc->badness / 1000000) : 0;
    s->partial_ppm *= on ? 4 : 0;
    s->hole_ppm = on && sc->holes ? (uint32_t)draw(&at, 100000) : 0;
    s->reshard_ppm = on && sc->resharding ? (uint32_t)draw(&at, 60000) : 0;
}

/* ---- input ---- */

static int key_of_row(const scenario *sc, int i) { return (int)(fl_splitmix((uint64_t)i + 77) % (uint64_t)sc->keys); }
static int number_of_row(int i) { return (int)(fl_splitmix((uint64_t)i * 3) % 1000); }

static void put_time(fl_buf *b, int64_t ms) {
    fl_buf_printf(b, "2026-01-01 %02d:%02d:%02d.%03d", (int)(ms / HOUR_MS % 24), (int)(ms / 60000 % 60),
                  (int)(ms / 1000 % 60), (int)(ms % 1000));
}

/* Row i: its place, a number, and a time of its own. */
static void put_row(fl_buf *b, const scenario *sc, int i) {
    fl_buf_printf(b, "{\"k\":\"key-%d\",\"i\":%d,\"v\":%d,\"t\":\"", key_of_row(sc, i), i, number_of_row(i));
    put_time(b, i * 500);
    fl_buf_puts(b, "\"}");
}

static void put_input(ordeal *o) {
    fl_buf b;
    char key[32];
    fl_buf_init(&b);
    for (int i = 0; i < o->sc.rows; i++) {
        if (o->sc.job != JOB_COPY) fl_buf_reset(&b);
        put_row(&b, &o->sc, i);
        if (o->sc.job == JOB_COPY) {
            fl_buf_putc(&b, '\n');
            continue;
        }
        snprintf(key, sizeof key, "key-%d", key_of_row(&o->sc, i));
        fake_kinesis_put_bytes(o->k, "in", key, b.p, b.n);
        if (o->sc.resharding && draw(&o->at, 100) == 0) {
            int shard = (int)draw(&o->at, (uint64_t)fake_kinesis_open_shards(o->k, "in"));
            if (draw(&o->at, 2) == 0)
                fake_kinesis_split(o->k, "in", shard);
            else
                fake_kinesis_merge(o->k, "in", shard);
        }
    }
    if (o->sc.job == JOB_COPY) fl_sim_put_file(o->pf, "in/a.json", b.p, b.n);
    fl_buf_deinit(&b);
}

/* A row of a later time in every shard, so that all windows before it end. */
static void put_sentinels(ordeal *o) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_puts(&b, "{\"k\":\"end\",\"i\":-1,\"v\":0,\"t\":\"");
    put_time(&b, 3 * HOUR_MS + o->sentinels++ * 1000);
    fl_buf_puts(&b, "\"}");
    for (int i = 0; i < fake_kinesis_open_shards(o->k, "in"); i++)
        fake_kinesis_put_at(o->k, "in", i, "end", fl_buf_cstr(&b));
    fl_buf_deinit(&b);
}

/* ---- what is stored ---- */

static int64_t number_at(fl_str s, const char *name) {
    const char *p = memmem(s.p, s.n, name, strlen(name));
    return p != NULL ? strtoll(p + strlen(name), NULL, 10) : -1;
}

static bool is_wanted(const scenario *sc, int i) { return sc->job == JOB_COPY || number_of_row(i) % 2 == 0; }

/* The rows that have not been stored in order so far: 0 if every key's are, in each way that can be asked for.
 * first: leaving out repetitions; else contained. */
static int count_missing(ordeal *o, bool first) {
    const scenario *sc = &o->sc;
    int n, *next = fl_malloc(sizeof *next * (size_t)sc->rows), left = 0;
    int expected[KEYS_MAX]; /* by key: the row that comes next; sc->rows: none */
    bool *seen = fl_calloc((size_t)sc->rows, 1);
    const fake_kinesis_record *r = fake_kinesis_records(o->k, "out", &n);
    for (int k = 0; k < sc->keys; k++) expected[k] = sc->rows;
    for (int i = sc->rows - 1; i >= 0; i--) {
        next[i] = sc->rows;
        if (!is_wanted(sc, i)) continue;
        next[i] = expected[key_of_row(sc, i)];
        expected[key_of_row(sc, i)] = i;
        left++;
    }
    for (int a = 0; a < n && left >= 0; a++) {
        int64_t i = number_at(r[a].data, "\"i\":");
        if (i == -1) continue;
        if (i < 0 || i >= sc->rows || !is_wanted(sc, (int)i)) {
            snprintf(o->problem, sizeof o->problem, "a record that nobody has written: %.*s", (int)r[a].data.n,
                     r[a].data.p);
            left = -1;
        } else if (expected[key_of_row(sc, (int)i)] == i) {
            expected[key_of_row(sc, (int)i)] = next[i];
            left--;
        } else if (first && !seen[i]) {
            snprintf(o->problem, sizeof o->problem,
                     "record %d of the stream, row %d of its key %d, comes before row %d", a, (int)i,
                     key_of_row(sc, (int)i), expected[key_of_row(sc, (int)i)]);
            left = -1;
        }
        if (left >= 0 && i >= 0) seen[i] = true;
    }
    free(next);
    free(seen);
    return left;
}

/* Windows of 10 s by 5 s: the result rows that are missing; -1: one is wrong. */
static int count_missing_windows(ordeal *o) {
    enum { SLICE_ROWS = 10 }; /* of 500 ms in 5 s */
    const scenario *sc = &o->sc;
    int slices = sc->rows / SLICE_ROWS + 2, left = 0, n;
    int *least = fl_malloc(sizeof(int) * (size_t)(slices * sc->keys)); /* by end of the window and key; -1: none */
    for (int i = 0; i < slices * sc->keys; i++) least[i] = -1;
    for (int i = 0; i < sc->rows; i++)
        for (int w = 0; w < 2; w++) {
            int *x = &least[(i / SLICE_ROWS + w) * sc->keys + key_of_row(sc, i)];
            left += *x < 0;
            *x = *x < 0 ? number_of_row(i) : FL_MIN(*x, number_of_row(i));
        }
    bool *seen = fl_calloc((size_t)(slices * sc->keys), 1);
    const fake_kinesis_record *r = fake_kinesis_records(o->k, "out", &n);
    for (int a = 0; a < n && left >= 0; a++) {
        int64_t key = number_at(r[a].data, "\"k\":\"key-"), v = number_at(r[a].data, "\"v\":");
        int h, m, s;
        const char *t = memmem(r[a].data.p, r[a].data.n, "2026-01-01 ", 11);
        if (key < 0) continue; /* a sentinel's */
        if (t == NULL || sscanf(t + 11, "%d:%d:%d", &h, &m, &s) != 3) s = -1, h = m = 0;
        int64_t w = (h * 3600 + m * 60 + s) / 5 - 1; /* the first window ends after 5 s */
        if (key >= sc->keys || w < 0 || w >= slices || least[w * sc->keys + key] != v) {
            snprintf(o->problem, sizeof o->problem, "a result that is wrong: %.*s", (int)r[a].data.n, r[a].data.p);
            left = -1;
        } else if (!seen[w * sc->keys + key]) {
            seen[w * sc->keys + key] = true;
            left--;
        }
    }
    free(least);
    free(seen);
    return left;
}

static int missing(ordeal *o) {
    const scenario *sc = &o->sc;
    if (sc->job == JOB_WINDOW) return count_missing_windows(o);
    return count_missing(o, !sc->holes || sc->peace);
}

/* ---- a life ---- */

static void on_note(void *arg, const char *text) {
    (void)arg;
    if (tracing) printf("    note: %s\n", text);
}

static void on_renewed(void *arg, const char *access_key, const char *token) {
    ordeal *o = arg;
    char text[400];
    int n = snprintf(text, sizeof text, "[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n%s%s\n",
                     access_key, FAKE_SECRET_KEY, token ? "aws_session_token = " : "", token ? token : "");
    fl_sim_put_file(o->pf, "aws/credentials", text, (size_t)n);
}

static void put_script(const ordeal *o, fl_buf *b) {
    const scenario *sc = &o->sc;
    char aws[700];
    snprintf(aws, sizeof aws,
             "'format' = 'json', 'aws.region' = '" FAKE_REGION "', 'aws.endpoint' = 'http://service:4567', %s",
             sc->profile ? "'aws.credentials.provider' = 'PROFILE', 'aws.credentials.profile.path' = 'aws/credentials'"
                         : "'aws.credentials.basic.accesskeyid' = '" FAKE_ACCESS_KEY
                           "', 'aws.credentials.basic.secretkey' = '" FAKE_SECRET_KEY "'");
    fl_buf_puts(b, "CREATE TABLE source (k STRING, i INT, v INT, t TIMESTAMP(3), WATERMARK FOR t AS t - INTERVAL '1' "
                   "HOUR)\nWITH (");
    if (sc->job == JOB_COPY)
        fl_buf_puts(b, "'connector' = 'filesystem', 'path' = 'in', 'format' = 'json');\n");
    else
        fl_buf_printf(b,
                      "'connector' = 'kinesis', 'stream' = 'in', 'scan.stream.initpos' = 'TRIM_HORIZON', "
                      "'scan.shard.discovery.intervalmillis' = '700', %s);\n",
                      aws);
    fl_buf_printf(
        b,
        "CREATE TABLE sink (k STRING, %s) PARTITIONED BY (k)\nWITH ('connector' = 'kinesis', 'stream' = 'out', "
        "'sink.batch.max-size' = '%d', 'sink.requests.max-inflight' = '%d', "
        "'sink.requests.max-buffered' = '%d', 'sink.flush-buffer.timeout' = '%d', "
        "'sink.http-client.read-timeout' = '%d', %s);\n",
        sc->job == JOB_WINDOW ? "v INT, t TIMESTAMP(3)" : "i INT", sc->batch_records, sc->max_in_flight,
        sc->max_buffered, sc->flush_ms, 1000 + sc->latency_ms, aws);
    if (sc->job == JOB_WINDOW)
        fl_buf_puts(b, "INSERT INTO sink SELECT k, MIN(v), HOP_END(t, INTERVAL '5' SECOND, INTERVAL '10' SECOND)\n"
                       "FROM source GROUP BY k, HOP(t, INTERVAL '5' SECOND, INTERVAL '10' SECOND);\n");
    else
        fl_buf_printf(b, "INSERT INTO sink SELECT k, i FROM source%s;\n",
                      sc->job == JOB_FILTER ? " WHERE MOD(v, 2) = 0 AND i >= 0" : "");
}

static int configure(ordeal *o, flott_session *s, flott_error *err) {
    char number[16];
    snprintf(number, sizeof number, "%d", o->parallelism);
    FL_TRY(flott_session_set(s, "parallelism.default", number, err));
    FL_TRY(flott_session_set(s, "execution.checkpointing.dir", "chk", err));
    FL_TRY(seeds_set_ms(s, "execution.checkpointing.interval", o->sc.interval_ms, err));
    FL_TRY(flott_session_set(s, "restart-strategy.type", "fixed-delay", err));
    FL_TRY(flott_session_set(s, "restart-strategy.fixed-delay.attempts", "5", err));
    FL_TRY(seeds_set_ms(s, "restart-strategy.fixed-delay.delay", 10, err));
    return seeds_has_checkpoints(o->pf, "chk") ? flott_session_set(s, "execution.state-recovery.path", "chk", err) : 0;
}

static int submit(ordeal *o, flott_session *s, flott_job **job, flott_error *err) {
    fl_buf script;
    const char *start;
    size_t at = 0, n;
    fl_buf_init(&script);
    put_script(o, &script);
    int rc = configure(o, s, err);
    *job = NULL;
    while (rc == 0 && flott_next_statement(script.p, script.n, &at, &start, &n)) {
        flott_result *r;
        rc = flott_execute(s, start, (int64_t)n, &r, err);
        if (rc < 0) break;
        if (flott_result_get_kind(r) == FLOTT_RESULT_JOB) *job = flott_result_job(r);
        flott_result_free(r);
    }
    fl_buf_deinit(&script);
    return rc;
}

/* Steps until the job ends or, for one that reads a stream, all is there. */
static int run(ordeal *o, flott_session *s, flott_job *job, flott_error *err) {
    int stored = -1, n;
    int64_t next_sentinels = 0, give_up_ms = fl_now_ms(o->pf) + (o->calm ? 10 : 2) * HOUR_MS;
    for (int64_t step = 0; flott_job_get_state(job) < FLOTT_JOB_FINISHED; step++) {
        if (!fl_session_step(s)) {
            int64_t due = fl_session_due_ms(s);
            if (due == INT64_MAX)
                return fl_fail(fl_error_of(err), FL_E_RUNTIME, "the job waits for something that never comes");
            o->pf->ops->advance_to(o->pf, due);
        }
        if (o->sc.job == JOB_COPY || step % 64 != 0) continue;
        if (fl_now_ms(o->pf) >= next_sentinels && o->sc.job == JOB_WINDOW) {
            put_sentinels(o);
            next_sentinels = fl_now_ms(o->pf) + 20000;
        }
        fake_kinesis_records(o->k, "out", &n);
        if (n == stored) {
            if (step < LIFE_STEPS_MAX && fl_now_ms(o->pf) < give_up_ms) continue;
            fl_fail(fl_error_of(err), FL_E_RUNTIME, "%d records are still missing after %lld steps", missing(o),
                    (long long)step);
            err->retriable = !o->calm; /* the network may just be too bad */
            return err->code;
        }
        stored = n;
        int left = missing(o);
        if (left < 0) return fl_fail(fl_error_of(err), FL_E_RUNTIME, "%s", o->problem);
        if (left == 0) flott_job_cancel(job);
    }
    int rc = flott_job_wait(job, -1, err);
    return flott_job_get_state(job) == FLOTT_JOB_CANCELED ? 0 : rc;
}

static life_end live(ordeal *o, int64_t kill_at) {
    flott_options opt = {.simulated = true, .note = on_note, .note_arg = o};
    flott_error err = {0};
    flott_job *job;
    set_faults(o, !o->calm && !o->sc.peace);
    fl_sim_crash_at(o->pf, kill_at);
    flott_session *s = fl_session_new_on(o->pf, &opt);
    s->batch_rows = o->sc.batch_rows;
    int rc = submit(o, s, &job, &err);
    if (rc == 0) rc = run(o, s, job, &err);
    flott_session_free(s);
    if (fl_sim_crashed(o->pf)) return LIFE_KILLED;
    fl_sim_crash_at(o->pf, -1);
    if (rc == 0) return LIFE_DONE;
    snprintf(o->problem, sizeof o->problem, "%s: %s", flott_error_word(err.code), err.message);
    return err.retriable ? LIFE_GAVE_UP : LIFE_FAILED;
}

/* ---- a seed ---- */

static const char *go_through(ordeal *o) {
    for (int n = 0; n < LIVES_MAX; n++) {
        o->calm = n >= 8;
        bool kill = !o->sc.peace && !o->calm && draw(&o->at, 5) > 0;
        int64_t soon = draw(&o->at, 2) == 0 ? 300 : 6000,
                kill_at = kill ? fl_sim_steps(o->pf) + (int64_t)draw(&o->at, (uint64_t)soon) : -1;
        if (tracing) printf("  life %d, parallelism %d, dies at %lld\n", n + 1, o->parallelism, (long long)kill_at);
        life_end end = live(o, kill_at);
        total.lives++;
        if (tracing)
            printf("  end %d at step %lld, %lld ms %s\n", (int)end, (long long)fl_sim_steps(o->pf),
                   (long long)(fl_now_ms(o->pf) - START_S * 1000LL), end > LIFE_KILLED ? o->problem : "");
        if (strstr(o->problem, FAKE_SECRET_KEY) != NULL) return "a secret stands in a message";
        if (o->k->complaint[0] != '\0') return o->k->complaint;
        if (end == LIFE_FAILED) return o->problem;
        if (end == LIFE_DONE) break;
        total.kills += end == LIFE_KILLED;
        total.gave_up += end == LIFE_GAVE_UP;
        if (end == LIFE_KILLED && draw(&o->at, 2) == 0)
            fl_sim_crash(o->pf);
        else if (end == LIFE_KILLED)
            fl_sim_kill(o->pf);
        if (end == LIFE_GAVE_UP && o->sc.peace) return o->problem;
        if (o->sc.job != JOB_COPY || draw(&o->at, 2) == 0) o->parallelism = between(&o->at, 1, 4);
        if (n == LIVES_MAX - 1) return "it does not come to an end";
    }
    int left = missing(o);
    if (left > 0) snprintf(o->problem, sizeof o->problem, "%d records are missing", left);
    return left != 0 ? o->problem : NULL;
}

static void run_seed(int64_t seed) {
    ordeal o = {.at = fl_splitmix((uint64_t)seed * 2654435761u + 1)};
    int n;
    o.sc = draw_scenario(seed, &o.at);
    o.parallelism = o.sc.parallelism;
    o.pf = fl_sim_new(&(fl_sim_options){.seed = (uint64_t)seed, .start_ms = START_S * 1000LL});
    o.k = fake_kinesis_new(o.pf);
    fl_sim_set_http(o.pf, fake_kinesis_http(o.k));
    o.k->http.latency_ms = o.sc.latency_ms;
    o.k->shards_max = 8;
    o.k->page_shards = 1 + (int)draw(&o.at, 5);
    o.k->retention_ms = 1000LL * HOUR_MS;
    fake_kinesis_create(o.k, "in", o.sc.shards_in);
    fake_kinesis_create(o.k, "out", o.sc.shards_out);
    if (o.sc.profile) {
        o.k->session_token = "first/token==";
        o.k->renew = on_renewed;
        o.k->renew_arg = &o;
        on_renewed(&o, o.k->access_key, o.k->session_token);
    }
    put_input(&o);
    if (tracing || verbose) {
        printf("seed %lld\n", (long long)seed);
        print_scenario(&o.sc);
    }
    const char *problem = go_through(&o);
    if (problem != NULL) {
        total.failures++;
        printf("seed %lld: %s\n", (long long)seed, problem);
        print_scenario(&o.sc);
        printf("  again: kinesis_seeds --first %lld --seeds 1 --trace\n", (long long)seed);
        fflush(stdout);
    }
    total.seeds++;
    total.calls += o.k->n_calls;
    total.faults += o.k->http.n_faults + o.k->n_throttled;
    total.refused += o.k->n_refused_records;
    total.reshards += o.k->n_reshards;
    total.expired += o.k->n_expired;
    total.steps += fl_sim_steps(o.pf);
    fake_kinesis_records(o.k, "out", &n);
    total.stored += n;
    fake_kinesis_free(o.k);
    fl_sim_free(o.pf);
}

static const char usage[] = "kinesis_seeds [--seeds N] [--first S] [--job 0|1|2] [--trace] [-v]";

int main(int argc, char **argv) {
    int64_t seeds = 1000, first = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0)
            tracing = true;
        else if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else if (strcmp(argv[i], "--seeds") == 0)
            seeds = seeds_number_after(argc, argv, &i, usage);
        else if (strcmp(argv[i], "--first") == 0)
            first = seeds_number_after(argc, argv, &i, usage);
        else if (strcmp(argv[i], "--job") == 0)
            only_job = (job_kind)(seeds_number_after(argc, argv, &i, usage) % JOB_KINDS);
        else
            seeds_number_after(0, argv, &i, usage);
    }
    for (int64_t seed = first; seed < first + seeds && total.failures < 20; seed++) run_seed(seed);
    printf(
        "%lld seeds, %lld lives, %lld deaths, %lld times given up, %lld steps; %lld calls, %lld failed, %lld records "
        "refused, %lld stored, %lld splits and merges, %lld tokens expired; %lld failed\n",
        (long long)total.seeds, (long long)total.lives, (long long)total.kills, (long long)total.gave_up,
        (long long)total.steps, (long long)total.calls, (long long)total.faults, (long long)total.refused,
        (long long)total.stored, (long long)total.reshards, (long long)total.expired, (long long)total.failures);
    return total.failures == 0 ? 0 : 1;
}
