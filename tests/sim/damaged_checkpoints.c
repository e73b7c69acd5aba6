/* SPDX-License-Identifier: Apache-2.0 */
/* damaged_checkpoints.c -- what befalls a checkpoint on disk is noticed, named, and survived.
 *
 *     damaged_checkpoints [--seeds N] [--first S] [--trace]
 *
 * A job is killed when it has taken a few checkpoints (world.h). Then, for each file of the newest one: every byte is
 * changed, in one bit of eight; the file is cut to every shorter length, made longer, and removed. Each time the
 * checkpoint is refused by its name, and its folder gives the one before. For some of these damages the job really goes
 * on from the folder, to the right end; and in between it is killed once more and its first new checkpoint is damaged
 * as well, which leaves the one that it had gone on from.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "runtime/checkpoint.h"
#include "world.h"

enum { RESTORES = 12 /* for each seed */, LIVES_MAX = 20 };

static int64_t failures, damages, restores, earlier;
static bool tracing;

static scenario draw_scenario(int64_t seed) {
    static const int parallelisms[] = {1, 2, 4};
    uint64_t at = fl_splitmix((uint64_t)seed * 104729 + 5);
    scenario sc = {.seed = fl_splitmix(at + 1), .attempts = 3, .timeout_ms = 60000};
    sc.job = (job_kind)(seed % JOB_KINDS);
    sc.parallelism = parallelisms[seed / JOB_KINDS % 3];
    sc.n_files = at % 2 == 0 ? 1 : 3;
    sc.batch_rows = 1 + (int)(at / 2 % 4);
    sc.tick_one_in = 1;
    sc.tick_ms = sc.parallelism == 1 ? 8 : 4;
    sc.interval_ms = 10 + (int)(at / 8 % 5);
    sc.roll_bytes = at / 256 % 2 == 0 ? 1 << 20 : 150;
    return sc;
}

static void complain(int64_t seed, const char *what, const char *why) {
    failures++;
    printf("seed %lld, %s: %s\n  again: damaged_checkpoints --first %lld --seeds 1 --trace\n", (long long)seed, what,
           why, (long long)seed);
}

/* ---- the killed job ---- */

static int list(fl_platform *pf, fl_arena *a, int64_t **ids) {
    fl_error err;
    int n = 0;
    fl_assert(fl_checkpoint_list(pf, a, CHECKPOINTS, ids, &n, &err) == 0);
    return n;
}

/* A step at which two checkpoints and more are there; makes time pass faster until the job is long enough for that. */
static int64_t find_step(scenario *sc) {
    int64_t step = -1;
    for (; step < 0; sc->tick_ms += step < 0) {
        world w;
        record rec = {0};
        world_init(&w, sc);
        fl_assert(world_live(&w, -1, &rec) == LIFE_FINISHED);
        if (rec.n >= 3) step = rec.checkpoints[rec.n - 2].end;
        record_deinit(&rec);
        world_deinit(&w);
        fl_assert(sc->tick_ms < 1000);
    }
    return step;
}

static void bring_to(world *w, const scenario *sc, int64_t step) {
    world_init(w, sc);
    fl_assert(world_live(w, step, NULL) == LIFE_KILLED);
    world_power_cut(w);
}

/* ---- damages ---- */

typedef struct damage {
    char file[300]; /* whole path */
    enum { BIT, CUT, LONGER, MISSING } kind;
    size_t at;
    char text[400];
} damage;

static void inflict(fl_platform *pf, damage *d) {
    fl_arena a;
    fl_error err;
    char *p;
    size_t n;
    fl_arena_init(&a);
    fl_assert(fl_disk_read_all(pf, d->file, 1 << 24, &a, &p, &n, &err) == 0);
    switch (d->kind) {
    case BIT:
        p[d->at] = (char)(p[d->at] ^ (1 << (d->at % 8)));
        snprintf(d->text, sizeof d->text, "bit %zu of byte %zu of %s", d->at % 8, d->at, d->file);
        break;
    case CUT:
        n = d->at;
        snprintf(d->text, sizeof d->text, "%s cut to %zu", d->file, d->at);
        break;
    case LONGER: {
        char *more = fl_arena_alloc(&a, n + 1);
        memcpy(more, p, n);
        more[n++] = '\n';
        p = more;
        snprintf(d->text, sizeof d->text, "%s made longer", d->file);
        break;
    }
    case MISSING:
        snprintf(d->text, sizeof d->text, "%s missing", d->file);
        fl_assert(fl_disk_remove(pf, d->file, &err) == 0);
        fl_assert(fl_disk_sync_dir(pf, fl_path_parent(&a, d->file), &err) == 0);
        break;
    }
    if (d->kind != MISSING) fl_sim_put_file(pf, d->file, p, n);
    fl_arena_deinit(&a);
}

typedef struct warned {
    int n;
    char text[1400];
} warned;

static void on_warning(void *arg, const char *text) {
    warned *w = arg;
    w->n++;
    snprintf(w->text, sizeof w->text, "%s", text);
}

/* The newest is refused by name, and the folder gives the one before. NULL, or what is wrong. */
static const char *check_refused(fl_platform *pf, int64_t newest, int64_t before) {
    static char why[1500];
    fl_arena a;
    fl_error err = {0};
    fl_checkpoint *c;
    warned w = {0};
    fl_arena_init(&a);
    const char *path = fl_arena_printf(&a, CHECKPOINTS "/chk-%lld", (long long)newest), *problem = NULL;
    if (fl_checkpoint_find(pf, &a, path, 0, on_warning, &w, &c, &err) != FL_E_CORRUPT ||
        strstr(err.message, path) == NULL) {
        snprintf(why, sizeof why, "named by itself it is not refused: %s", err.message);
        problem = why;
    } else if (fl_checkpoint_find(pf, &a, CHECKPOINTS, 0, on_warning, &w, &c, &err) < 0 || c->meta.id != before) {
        problem = "the one before is not taken";
    } else if (w.n != 1 || strstr(w.text, path) == NULL) {
        snprintf(why, sizeof why, "%d warnings: %s", w.n, w.text);
        problem = why;
    }
    fl_arena_deinit(&a);
    return problem;
}

/* All damages to one file, each undone. */
static void damage_file(int64_t seed, fl_platform *pf, const char *path, int64_t newest, int64_t before) {
    fl_arena a;
    fl_error err;
    char *p;
    size_t n;
    fl_arena_init(&a);
    fl_assert(fl_disk_read_all(pf, path, 1 << 24, &a, &p, &n, &err) == 0);
    for (size_t i = 0; i < 2 * n + 2 && failures < 20; i++) {
        damage d = {.kind = i < n ? BIT : i < 2 * n ? CUT : i == 2 * n ? LONGER : MISSING, .at = i % n};
        snprintf(d.file, sizeof d.file, "%s", path);
        inflict(pf, &d);
        const char *problem = check_refused(pf, newest, before);
        if (problem != NULL) complain(seed, d.text, problem);
        fl_sim_put_file(pf, path, p, n);
        damages++;
    }
    fl_arena_deinit(&a);
}

/* ---- going on ---- */

static void draw_damage(world *w, int64_t id, damage *d) {
    fl_arena a;
    fl_error err;
    char **names;
    int n;
    fl_stat st;
    fl_arena_init(&a);
    const char *dir = fl_arena_printf(&a, CHECKPOINTS "/chk-%lld", (long long)id);
    fl_assert(fl_disk_list(w->pf, dir, &a, &names, &n, &err) == 0);
    snprintf(d->file, sizeof d->file, "%s/%s", dir, names[world_draw(w, (uint64_t)n)]);
    fl_assert(fl_disk_stat(w->pf, d->file, &st, &err) == 0);
    d->kind = world_draw(w, 4);
    d->at = world_draw(w, (uint64_t)st.size_bytes);
    fl_arena_deinit(&a);
}

static bool has_two_whole(fl_platform *pf) {
    fl_arena a;
    fl_error err;
    fl_checkpoint *c;
    int64_t *ids;
    fl_arena_init(&a);
    int whole = 0, n = list(pf, &a, &ids);
    for (int i = 0; i < n; i++)
        whole +=
            fl_checkpoint_read(pf, &a, fl_arena_printf(&a, CHECKPOINTS "/chk-%lld", (long long)ids[i]), &c, &err) == 0;
    fl_arena_deinit(&a);
    return whole >= 2;
}

/* The id of the newest checkpoint but k. */
static int64_t newest_but(fl_platform *pf, int k) {
    fl_arena a;
    int64_t *ids;
    fl_arena_init(&a);
    int n = list(pf, &a, &ids);
    int64_t id = n > k ? ids[k] : 0;
    fl_arena_deinit(&a);
    return id;
}

/* Lives on from `good`, since the newest is damaged, and damages the first new one too. NULL, or what is wrong. */
static const char *go_on(world *w, int64_t good, damage *d) {
    static lines got;
    bool damaged = true;
    inflict(w->pf, d);
    for (int life = 0; life < LIVES_MAX; life++) {
        int64_t steps = life < 4 ? 10 + (int64_t)world_draw(w, 150) : -1;
        life_end end = world_live(w, steps < 0 ? -1 : fl_sim_steps(w->pf) + steps, NULL);
        if (tracing)
            printf("  life %d ends %d: %s%s\n", life, (int)end, fl_buf_cstr(&w->notes),
                   end == LIFE_FAILED ? w->problem : "");
        if (end == LIFE_FAILED || end == LIFE_GAVE_UP) return w->problem;
        if (damaged && strstr(fl_buf_cstr(&w->notes), "is damaged") == NULL) return "the damage is not told";
        if (end == LIFE_FINISHED) break;
        world_power_cut(w);
        int64_t newest = newest_but(w->pf, 0);
        damaged = newest != good;
        if (!damaged) continue; /* no new checkpoint; the damaged one is out of the way */
        if (!has_two_whole(w->pf)) return "fewer than two whole checkpoints are kept";
        draw_damage(w, newest, d);
        inflict(w->pf, d);
        good = newest_but(w->pf, 1);
    }
    world_lines(w, &got);
    return lines_differ(&got, expected_lines(w->sc->job, w->sc->n_files), false);
}

static void restore_damaged(int64_t seed, const scenario *sc, int64_t step, int k) {
    world w;
    damage d = {0};
    bring_to(&w, sc, step);
    w.drawn = (uint64_t)k * 1000;
    draw_damage(&w, newest_but(w.pf, 0), &d);
    const char *problem = go_on(&w, newest_but(w.pf, 1), &d);
    if (problem != NULL) complain(seed, d.text, problem);
    restores++;
    world_deinit(&w);
}

/* Named by itself, a damaged checkpoint starts nothing and changes nothing. */
static void name_damaged(int64_t seed, const scenario *sc, int64_t step) {
    world w;
    damage d = {0};
    fl_arena a;
    int64_t *ids;
    lines before = {0}, after = {0};
    bring_to(&w, sc, step);
    fl_arena_init(&a);
    fl_assert(list(w.pf, &a, &ids) >= 2);
    w.restore_path = fl_arena_printf(&a, CHECKPOINTS "/chk-%lld", (long long)ids[0]);
    draw_damage(&w, ids[0], &d);
    inflict(w.pf, &d);
    world_lines(&w, &before);
    life_end end = world_live(&w, -1, NULL);
    world_lines(&w, &after);
    if (end != LIFE_FAILED || strstr(w.problem, w.restore_path) == NULL)
        complain(seed, d.text, "named by itself it starts a job");
    else if (lines_differ(&before, &after, false) != NULL)
        complain(seed, d.text, "what is visible has changed");
    fl_arena_deinit(&a);
    lines_deinit(&before);
    lines_deinit(&after);
    world_deinit(&w);
}

/* ---- a job that has an earlier run's checkpoints beside its own ---- */

typedef struct meddler {
    world *w;
    bool own, spoilt; /* its first checkpoint is there; has been damaged */
} meddler;

/* Damages the first checkpoint as soon as it is durable, and fails what the disk is asked for next. */
static void on_step(void *arg, int64_t step, const char *what, const char *path) {
    meddler *m = arg;
    (void)step;
    if (m->spoilt || strcmp(what, "turn") != 0) {
        m->own = m->own || (strcmp(what, "sync_dir") == 0 && strcmp(path, CHECKPOINTS) == 0);
    } else if (m->own) {
        damage d = {.kind = CUT};
        m->spoilt = true;
        snprintf(d.file, sizeof d.file, CHECKPOINTS "/chk-%lld/manifest", (long long)newest_but(m->w->pf, 0));
        inflict(m->w->pf, &d);
        fl_sim_fail_at(m->w->pf, fl_sim_steps(m->w->pf) + 1);
    }
}

/* The job was started anew beside those of its first run: they are not its own, and restoring one would write all
 * again. */
static void earlier_run(int64_t seed, const scenario *sc) {
    world w;
    meddler m = {.w = &w};
    world_init(&w, sc);
    fl_assert(world_live(&w, -1, NULL) == LIFE_FINISHED);
    w.fresh = true;
    fl_sim_trace(w.pf, on_step, &m);
    life_end end = world_live(&w, -1, NULL);
    fl_sim_trace(w.pf, NULL, NULL);
    fl_assert(m.spoilt);
    if (end == LIFE_FAILED && strstr(w.problem, "of this job in") != NULL) {
        earlier++;
    } else if (end != LIFE_FINISHED || w.restarts > 0) {
        complain(seed, "a job beside the checkpoints of an earlier run",
                 end == LIFE_FAILED ? w.problem : "it goes on from them");
    }
    world_deinit(&w);
}

static void run_seed(int64_t seed) {
    scenario sc = draw_scenario(seed);
    world w;
    fl_arena a;
    fl_error err;
    int64_t *ids, step = find_step(&sc);
    char **names;
    int n;
    bring_to(&w, &sc, step);
    fl_arena_init(&a);
    fl_assert(list(w.pf, &a, &ids) >= 2);
    const char *dir = fl_arena_printf(&a, CHECKPOINTS "/chk-%lld", (long long)ids[0]);
    fl_assert(fl_disk_list(w.pf, dir, &a, &names, &n, &err) == 0);
    for (int i = 0; i < n; i++) damage_file(seed, w.pf, fl_path_join(&a, dir, names[i]), ids[0], ids[1]);
    fl_arena_deinit(&a);
    world_deinit(&w);
    name_damaged(seed, &sc, step);
    for (int k = 0; k < RESTORES; k++) restore_damaged(seed, &sc, step, k);
    earlier_run(seed, &sc);
}

int main(int argc, char **argv) {
    long long seeds = 30, first = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0)
            tracing = true;
        else if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0)
            seeds = atoll(argv[++i]);
        else if (i + 1 < argc && strcmp(argv[i], "--first") == 0)
            first = atoll(argv[++i]);
        else {
            fprintf(stderr, "usage: damaged_checkpoints [--seeds N] [--first S] [--trace]\n");
            return 2;
        }
    }
    for (long long seed = first; seed < first + seeds && failures < 20; seed++) run_seed(seed);
    printf("%lld seeds, %lld damages refused, %lld jobs gone on, %lld that had only the checkpoints of others; %lld "
           "failures\n",
           seeds, (long long)damages, (long long)restores, (long long)earlier, (long long)failures);
    return failures == 0 ? 0 : 1;
}
