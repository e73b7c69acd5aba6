/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_checkpoint.c -- arbitrary and damaged bytes as a checkpoint.
 *
 * The first byte chooses what the rest is:
 *
 *     0   a manifest, and behind a NUL the file task-0-0
 *     1   the same, after what is right has been put around it: head, lengths, checksums
 *     2   the state of an operator, by itself
 *     3   changes (where, two bytes; what) to the files of a checkpoint that a job has really written: refused
 *     4   the same, but the checksums are made right again; then the job is restored, which must refuse it or run
 *
 * Proves: a checkpoint that was changed is refused as damaged; no bytes at all, not even such as the checksums let
 * pass, make a restore break or look beyond them.
 */
#include "fuzz.h"

#include <stdio.h>

#include "base/hash.h"
#include "base/platform_sim.h"
#include "env/session.h"
#include "runtime/checkpoint.h"
#include "state/snapshot.h"

#define DIR  "/fuzz/ck"
#define PATH DIR "/chk-1"

/* ---- bytes that nobody has written ---- */

static void read_states(const fl_checkpoint *c, fl_arena *a) {
    fl_error err;
    fl_restore r;
    fl_str *blobs;
    for (int i = 0; i < c->n_states; i++) {
        int n = fl_checkpoint_states(c, a, c->states[i].plan_id, &blobs);
        if (fl_restore_read(a, blobs, n, 0, 64, &r, &err) < 0) fl_assert(err.code == FL_E_CORRUPT);
    }
}

static void try_files(fl_str manifest, fl_str task) {
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    fl_arena a;
    fl_error err;
    fl_checkpoint *c;
    fl_arena_init(&a);
    fl_sim_put_file(pf, PATH "/manifest", manifest.p, manifest.n);
    fl_sim_put_file(pf, PATH "/task-0-0", task.p, task.n);
    if (fl_checkpoint_read(pf, &a, PATH, &c, &err) == 0)
        read_states(c, &a);
    else
        fl_assert(err.code == FL_E_CORRUPT && strstr(err.message, PATH) != NULL);
    fl_arena_deinit(&a);
    fl_sim_free(pf);
}

static void put_end(fl_buf *manifest) {
    fl_buf_printf(manifest, "end %016llx\n", (unsigned long long)fl_checksum(manifest->p, manifest->n));
}

static void try_guarded(fl_str lines, fl_str task) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_puts(&b, "flott checkpoint 1\nid 1 job 2 started 3 created 4 max-parallelism 128 finished 0\nname x\n");
    fl_buf_put_str(&b, lines);
    fl_buf_printf(&b, "\nfile %zu %016llx task-0-0\n", task.n, (unsigned long long)fl_checksum(task.p, task.n));
    put_end(&b);
    try_files(fl_str_make(b.p, b.n), task);
    fl_buf_deinit(&b);
}

static void try_state(fl_str state) {
    fl_arena a;
    fl_error err;
    fl_restore r;
    fl_arena_init(&a);
    if (fl_restore_read(&a, &state, 1, 3, 70, &r, &err) < 0) fl_assert(err.code == FL_E_CORRUPT);
    fl_arena_deinit(&a);
}

/* ---- a checkpoint that a job has written ---- */

static const char rows[] =
    "1,a,2024-02-29 10:00:01,1.5\n2,b,2024-02-29 10:00:02,2.5\n1,some longer text,2024-02-29 10:00:00,0.75\n"
    "3,,2024-02-29 10:00:09,-0.5\n";

#define SOURCE                                                                                                         \
    "CREATE TABLE t (a INT, b STRING, ts TIMESTAMP(3), d DECIMAL(10, 2), WATERMARK FOR ts AS ts - INTERVAL '1' "       \
    "SECOND) "                                                                                                         \
    "WITH ('connector' = 'filesystem', 'path' = '/fuzz/in', 'format' = 'csv', 'source.monitor-interval' = '1 s')"

static const struct {
    const char *sink, *insert;
} queries[] = {
    {"(a INT, n BIGINT, s DECIMAL(38, 2), m STRING) WITH ('connector' = 'print')",
     "SELECT a, COUNT(DISTINCT b), SUM(d), MAX(b) FROM t GROUP BY a"},
    {"(e TIMESTAMP(3), a INT, n BIGINT, m DOUBLE, l STRING) WITH ('connector' = 'print')",
     "SELECT window_end, a, COUNT(*), CAST(AVG(d) AS DOUBLE), MIN(b) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), "
     "INTERVAL '2' SECOND, INTERVAL '10' SECOND)) GROUP BY window_start, window_end, a"},
    {"(e TIMESTAMP(3), a INT, n BIGINT, m STRING) WITH ('connector' = 'print')",
     "SELECT window_end, a, COUNT(*), MAX(b) FROM TABLE(SESSION(TABLE t PARTITION BY a, DESCRIPTOR(ts), "
     "INTERVAL '4' SECOND)) GROUP BY window_start, window_end, a"},
    {"(e TIMESTAMP(3), a INT, b STRING) WITH ('connector' = 'print')",
     "SELECT window_end, a, b FROM TABLE(SESSION(TABLE t PARTITION BY a, DESCRIPTOR(ts), INTERVAL '4' SECOND))"},
    {"(a INT, b STRING) WITH ('connector' = 'filesystem', 'path' = '/fuzz/out', 'format' = 'json', "
     "'sink.rolling-policy.check-interval' = '1 s')",
     "SELECT a, b FROM t"},
    {"(a INT, b STRING) WITH ('connector' = 'blackhole')",
     "SELECT * FROM (VALUES (1, 'x'), (2, 'y'), (3, 'z')) AS v(a, b) UNION ALL SELECT a, b FROM t"},
    {"(f BIGINT, r STRING) WITH ('connector' = 'print')", "SELECT f, r FROM g"},
};

typedef struct saved_file {
    char name[64];
    fl_buf bytes;
} saved_file;

typedef struct saved {
    saved_file files[16]; /* the manifest is the last */
    int n;
    size_t total;
} saved;

static saved all_saved[FL_ARRAY_LEN(queries)];

static void run(flott_session *s, const char *sql) {
    flott_error err;
    flott_result *r;
    if (flott_execute(s, sql, -1, &r, &err) < 0) {
        fprintf(stderr, "%s\n%s\n", sql, err.message);
        fl_assert(!"statements of the target work");
    }
    flott_result_free(r);
}

/* A session in which the query runs, or has failed on its way up. */
static flott_session *start_job(int q, const saved *restore) {
    flott_error err;
    flott_session *s = flott_session_new(&(flott_options){.simulated = true, .seed = 1, .clock_ms = 1767225600000});
    fl_assert(flott_session_put_file(s, "/fuzz/in/1.csv", rows, sizeof rows - 1, &err) == 0);
    fl_assert(flott_session_set(s, "execution.checkpointing.interval", "10 s", &err) == 0);
    fl_assert(flott_session_set(s, "execution.checkpointing.dir", DIR, &err) == 0);
    run(s, SOURCE);
    run(s, "CREATE TABLE g (f BIGINT, r STRING) WITH ('connector' = 'datagen', 'rows-per-second' = '3', "
           "'fields.f.kind' = 'sequence', 'fields.f.start' = '1', 'fields.f.end' = '100', 'fields.r.length' = '5')");
    char sql[1000];
    snprintf(sql, sizeof sql, "CREATE TABLE o %s", queries[q].sink);
    run(s, sql);
    if (restore != NULL) {
        for (int i = 0; i < restore->n; i++) {
            char path[128];
            const saved_file *f = &restore->files[i];
            snprintf(path, sizeof path, "%s/%s", PATH, f->name);
            fl_assert(flott_session_put_file(s, path, f->bytes.p, f->bytes.n, &err) == 0);
        }
        fl_assert(flott_session_set(s, "execution.state-recovery.path", PATH, &err) == 0);
        fl_assert(flott_session_set(s, "restart-strategy.type", "none", &err) == 0);
    }
    snprintf(sql, sizeof sql, "INSERT INTO o %s", queries[q].insert);
    flott_result *r;
    if (flott_execute(s, sql, -1, &r, &err) < 0)
        fl_assert(restore != NULL && err.message[0] != '\0');
    else
        flott_result_free(r);
    return s;
}

static void save_file(saved *v, flott_session *s, const char *name) {
    fl_arena a;
    fl_error err;
    char *p;
    size_t n;
    fl_arena_init(&a);
    saved_file *f = &v->files[v->n++];
    snprintf(f->name, sizeof f->name, "%s", name);
    fl_buf_init(&f->bytes);
    fl_assert(fl_disk_read_all(s->pf, fl_path_join(&a, PATH, name), 1 << 20, &a, &p, &n, &err) == 0);
    fl_buf_put(&f->bytes, p, n);
    v->total += n;
    fl_arena_deinit(&a);
}

static const saved *get_saved(int q) {
    saved *v = &all_saved[q];
    if (v->n > 0) return v;
    flott_error err;
    fl_arena a;
    char **names;
    int n;
    flott_session *s = start_job(q, NULL);
    fl_assert(flott_session_advance(s, 11000, &err) == 0);
    if (flott_job_get_state(flott_session_job(s, 0)) != FLOTT_JOB_RUNNING) {
        flott_job_wait(flott_session_job(s, 0), 0, &err);
        fprintf(stderr, "%s\n%s\n", queries[q].insert, err.message);
    }
    fl_arena_init(&a);
    fl_assert(fl_disk_list(s->pf, PATH, &a, &names, &n, fl_error_of(&err)) == 0);
    for (int i = 0; i < n; i++)
        if (strcmp(names[i], "manifest") != 0) save_file(v, s, names[i]);
    save_file(v, s, "manifest");
    fl_arena_deinit(&a);
    flott_session_free(s);
    return v;
}

/* ---- changes to it ---- */

static saved *copy_of(const saved *from) {
    saved *v = fl_malloc(sizeof *v);
    *v = *from;
    for (int i = 0; i < v->n; i++) {
        fl_buf_init(&v->files[i].bytes);
        fl_buf_put(&v->files[i].bytes, from->files[i].bytes.p, from->files[i].bytes.n);
    }
    return v;
}

static void free_copy(saved *v) {
    for (int i = 0; i < v->n; i++) fl_buf_deinit(&v->files[i].bytes);
    free(v);
}

/* The byte at a place of the first n files together. */
static char *byte_at(saved *v, int n, size_t at) {
    size_t total = 0;
    for (int i = 0; i < n; i++) total += v->files[i].bytes.n;
    if (total == 0) return NULL;
    at %= total;
    for (int i = 0;; at -= v->files[i++].bytes.n)
        if (at < v->files[i].bytes.n) return v->files[i].bytes.p + at;
}

/* Changes are where, two bytes, and what. */
static void change(saved *v, int n, const uint8_t *p, size_t size) {
    for (; size >= 3; p += 3, size -= 3) {
        char *at = byte_at(v, n, (size_t)p[0] << 8 | p[1]);
        if (at != NULL) *at = (char)p[2];
    }
}

static bool same(const saved *a, const saved *b) {
    for (int i = 0; i < a->n; i++)
        if (memcmp(a->files[i].bytes.p, b->files[i].bytes.p, a->files[i].bytes.n) != 0) return false;
    return true;
}

static void try_changed(const saved *good, const uint8_t *p, size_t size) {
    saved *v = copy_of(good);
    change(v, v->n, p, size);
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    fl_arena a;
    fl_error err;
    fl_checkpoint *c;
    fl_arena_init(&a);
    for (int i = 0; i < v->n; i++) {
        const saved_file *f = &v->files[i];
        fl_sim_put_file(pf, fl_path_join(&a, PATH, f->name), f->bytes.p, f->bytes.n);
    }
    int rc = fl_checkpoint_read(pf, &a, PATH, &c, &err);
    fl_assert(same(v, good) ? rc == 0 : rc == FL_E_CORRUPT);
    fl_arena_deinit(&a);
    fl_sim_free(pf);
    free_copy(v);
}

/* The manifest of `good` with the sums of what the files have become. */
static void repair(saved *v) {
    fl_buf *m = &v->files[v->n - 1].bytes, b;
    fl_buf_init(&b);
    const char *text = fl_buf_cstr(m);
    fl_buf_put(&b, text, (size_t)(strstr(text, "\nfile ") + 1 - text));
    for (int i = 0; i < v->n - 1; i++) {
        const saved_file *f = &v->files[i];
        fl_buf_printf(&b, "file %zu %016llx %s\n", f->bytes.n, (unsigned long long)fl_checksum(f->bytes.p, f->bytes.n),
                      f->name);
    }
    put_end(&b);
    fl_buf_deinit(m);
    *m = b;
}

static void try_restore(int q, const saved *good, const uint8_t *p, size_t size) {
    saved *v = copy_of(good);
    change(v, v->n - 1, p, size);
    repair(v);
    flott_error err;
    flott_session *s = start_job(q, v);
    flott_session_advance(s, 15000, &err);
    if (flott_session_jobs(s) > 0) {
        flott_job *j = flott_session_job(s, 0);
        flott_job_state state = flott_job_get_state(j);
        fl_assert(state == FLOTT_JOB_RUNNING || !same(v, good));
        if (state == FLOTT_JOB_FAILED) fl_assert(flott_job_wait(j, 0, &err) < 0 && err.message[0] != '\0');
    }
    flott_session_free(s);
    free_copy(v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000) return 0;
    const char *p = (const char *)data + 1, *nul = size > 1 ? memchr(p, '\0', size - 1) : NULL;
    fl_str rest = fl_str_make(p, size - 1), first = rest, second = fl_str_make("", 0);
    if (nul != NULL) {
        first.n = (size_t)(nul - p);
        second = fl_str_make(nul + 1, size - 2 - first.n);
    }
    int q = data[0] / 5 % (int)FL_ARRAY_LEN(queries);
    switch (data[0] % 5) {
    case 0: try_files(first, second); break;
    case 1: try_guarded(first, second); break;
    case 2: try_state(rest); break;
    case 3: try_changed(get_saved(q), data + 1, size - 1); break;
    case 4: try_restore(q, get_saved(q), data + 1, size - 1); break;
    }
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("\3"), WORD("\4"), WORD("\11"), WORD("\16"), WORD("\23"), WORD("\30"), WORD("\35"), WORD("\42"), WORD("\0"),
    WORD("\0\0\0\0"), WORD("\1\0\0\0"), WORD("\2\0\0\0"), WORD("\5\0\0\0abcde"), WORD("\377\377\377\377"),
    WORD("\377\377\377\177"), WORD("\0\0\0\200"), WORD("flst\1\0\0\0"), WORD("flst\1\0\0\0\0\0\0\0\0\0\0\0"),
    WORD("\3\0\0\0\0\0\0\0\20\0\0\0\0\0\0\0flst\1\0\0\0\0\0\0\0\0\0\0\0"),
    WORD("\3\0\0\0\377\377\377\377\0\0\0\0\0\0\0\0"), WORD("\3\0\0\0\377\377\377\177\0\0\0\0\0\0\0\0"), WORD("\7"),
    WORD("\5\0\0\0\3\0\0\0\1\0\0\0\1\0\0\0q"), WORD("flott checkpoint 1\n"),
    WORD("id 1 job 2 started 3 created 4 max-parallelism 128 finished 0\n"), WORD("name x\n"),
    WORD("operator 3 1 Source\n"), WORD("file 0 0000000000000000 task-0-0\n"), WORD("file -1 0 ../x\n"),
    WORD("operator 99999999999 0 \n"), WORD("end 0123456789abcdef\n"), WORD("\n"), WORD(" "),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 20, .texts = 40000};
