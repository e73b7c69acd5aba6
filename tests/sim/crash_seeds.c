/* SPDX-License-Identifier: Apache-2.0 */
/* crash_seeds.c -- whole jobs in simulation, killed at every step of a checkpoint: nothing is lost and nothing doubled.
 *
 *     crash_seeds [--seeds N] [--first S] [--trace] [-v]
 *
 * SWEEP seeds share a scenario (world.h). It is run once in peace, which tells at which steps each checkpoint begins
 * and ends; one of them is chosen, and seed after seed kills the machine one step later, from the first of its steps to
 * the last. The same number of seeds has the disk refuse what it is asked at one step after the other and kills soon
 * after; the seeds that are left over kill anywhere. Then the job goes on from its checkpoints, often to be killed
 * again a few times at steps drawn from the seed, by a power cut or by a kill of the process alone, perhaps with
 * another parallelism, on a disk that fails in many scenarios. What is visible is checked after each death: never more
 * than the right lines. At the end it is all of them.
 *
 * What is printed at the end tells how many steps of how many checkpoints have been hit, and what the machine was about
 * to do there. All follows from the seed: --first S --seeds 1 repeats it, --trace prints every step.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "seeds.h"
#include "world.h"

enum { SWEEP = 200, LIVES_MAX = 40, KILLS_MAX = 4, DOINGS_MAX = 64 };

/* What a machine was about to do at a step, told apart by operation and kind of path. */
typedef struct doing {
    const char *what, *where;
    int64_t kills, steps; /* in swept checkpoints: killed there; there were */
} doing;

/* One scenario and what it did in peace. */
typedef struct sweep {
    int64_t number; /* -1: none yet */
    scenario sc;
    record peace;    /* owned */
    span target;     /* the checkpoint that is swept */
    uint8_t *doings; /* by step of the machine: what it did; owned */
    int64_t cap_doings;
    bool hit[4096]; /* by step of the target */
} sweep;

typedef struct totals {
    int64_t seeds, scenarios, lives, kills, stops, steps, failures;
    int64_t target_steps, target_hits,
        whole; /* steps of swept checkpoints, of them killed at, checkpoints swept whole */
} totals;

static doing doings[DOINGS_MAX];
static int n_doings;
static totals total;
static bool tracing, verbose;

/* ---- scenarios ---- */

static uint64_t draw(uint64_t *at, uint64_t n) { return fl_splitmix(*at += FL_SPLITMIX_STEP) % n; }

static scenario draw_scenario(int64_t number) {
    static const int parallelisms[] = {1, 2, 4};
    uint64_t at = fl_splitmix((uint64_t)number * 7919 + 17);
    scenario sc = {.seed = fl_splitmix(at + 1)};
    sc.job = (job_kind)(number % JOB_KINDS);
    sc.parallelism = parallelisms[number / JOB_KINDS % 3];
    sc.n_files = draw(&at, 2) == 0 ? 1 : 3;
    sc.batch_rows = 1 + (int)draw(&at, 8);
    sc.tick_one_in = 1 + (int)draw(&at, 3);
    sc.tick_ms = 1 + (int)draw(&at, 3);
    sc.interval_ms = 10 + (int)draw(&at, 40);
    sc.timeout_ms = draw(&at, 4) == 0 ? 40 + (int)draw(&at, 200) : 60000;
    sc.tolerable = draw(&at, 2) == 0 ? 0 : 10;
    sc.attempts = (int)draw(&at, 2) * (int)draw(&at, 20);
    sc.roll_bytes = draw(&at, 2) == 0 ? 1 << 20 : 60 + (int)draw(&at, 200);
    uint32_t *faults[] = {&sc.short_write_ppm, &sc.failed_sync_ppm, &sc.disk_full_ppm};
    switch (draw(&at, 3)) {
    case 0: break; /* a good disk */
    case 1:
        for (int i = 0; i < 3; i++) *faults[i] = (uint32_t)draw(&at, 20000);
        break;
    case 2: *faults[draw(&at, 3)] = (uint32_t)draw(&at, 200000); break; /* a very bad one, in one way */
    }
    return sc;
}

static void print_scenario(const scenario *sc) {
    static const char *const names[] = {"ticker", "sensors"};
    printf("  %s, %d input file%s, parallelism %d, %d rows a batch, checkpoints every %d ms (timeout %d ms, %d may "
           "fail), files of "
           "%d bytes, faults in a million: %u short writes, %u failed syncs, %u full disks\n",
           names[sc->job], sc->n_files, sc->n_files == 1 ? "" : "s", sc->parallelism, sc->batch_rows, sc->interval_ms,
           sc->timeout_ms, sc->tolerable, sc->roll_bytes, sc->short_write_ppm, sc->failed_sync_ppm, sc->disk_full_ppm);
}

/* ---- what a machine is about to do ---- */

static const char *kind_of_path(const char *path) {
    const char *name = strrchr(path, '/');
    name = name != NULL ? name + 1 : path;
    if (path[0] == '\0') return "";
    if (strcmp(path, CHECKPOINTS) == 0) return "folder of checkpoints";
    if (strncmp(path, CHECKPOINTS "/", strlen(CHECKPOINTS) + 1) == 0) {
        bool tmp = strstr(path, ".tmp") != NULL;
        if (strcmp(name, "manifest") == 0) return tmp ? "new manifest" : "old manifest";
        if (strncmp(name, "task-", 5) == 0) return tmp ? "new state" : "old state";
        return tmp ? "new checkpoint" : "old checkpoint";
    }
    if (strstr(name, ".inprogress") != NULL) return "hidden file";
    if (strncmp(name, "part-", 5) == 0) return "visible file";
    if (strcmp(name, "_SUCCESS") == 0) return "success file";
    return "folder of a table";
}

static uint8_t doing_of(const char *what, const char *path) {
    const char *where = kind_of_path(path);
    for (int i = 0; i < n_doings; i++)
        if (strcmp(doings[i].what, what) == 0 && strcmp(doings[i].where, where) == 0) return (uint8_t)i;
    fl_assert(n_doings < DOINGS_MAX);
    doings[n_doings] = (doing){.what = what, .where = where};
    return (uint8_t)n_doings++;
}

static void on_peaceful_step(void *arg, int64_t step, const char *what, const char *path) {
    sweep *s = arg;
    if (step >= s->cap_doings) {
        s->cap_doings = s->cap_doings ? s->cap_doings * 2 : 4096;
        s->doings = fl_realloc(s->doings, (size_t)s->cap_doings);
    }
    s->doings[step] = doing_of(what, path);
}

static void on_traced_step(void *arg, int64_t step, const char *what, const char *path) {
    (void)arg;
    printf("    %6lld %s %s\n", (long long)step, what, path);
}

/* ---- peace ---- */

static void fail_seed(int64_t seed, const scenario *sc, const char *what) {
    total.failures++;
    printf("seed %lld: %s\n", (long long)seed, what);
    print_scenario(sc);
    printf("  again: crash_seeds --first %lld --seeds 1 --trace\n", (long long)seed);
    fflush(stdout);
}

/* Closes the books of a sweep. */
static void end_sweep(sweep *s) {
    if (s->number < 0) return;
    int64_t n = s->target.end - s->target.begin, hits = 0;
    for (int64_t i = 0; i < n; i++) {
        hits += s->hit[i];
        doings[s->doings[s->target.begin + i]].steps++;
    }
    total.target_steps += n;
    total.target_hits += hits;
    total.whole += hits == n;
    s->number = -1;
}

/* One run in peace: its record, and whether it went as it should. A disk may be too bad for a single checkpoint. */
static const char *run_in_peace(sweep *s, bool *finished) {
    static char problem[1700];
    world w;
    lines got = {0};
    const char *differ = NULL;
    world_init(&w, &s->sc);
    fl_sim_trace(w.pf, on_peaceful_step, s);
    life_end end = world_live(&w, -1, &s->peace);
    fl_sim_trace(w.pf, NULL, NULL);
    world_lines(&w, &got);
    differ = lines_differ(&got, expected_lines(s->sc.job, s->sc.n_files), end != LIFE_FINISHED);
    *finished = end == LIFE_FINISHED;
    if (end == LIFE_FAILED) differ = w.problem;
    snprintf(problem, sizeof problem, "in peace: %s", differ ? differ : "");
    lines_deinit(&got);
    world_deinit(&w);
    return differ != NULL ? problem : NULL;
}

/* One of the checkpoints that SWEEP seeds are enough for; if there is none, the first. */
static span choose_target(const sweep *s) {
    uint64_t at = s->sc.seed;
    span target = s->peace.checkpoints[0];
    for (int tries = 0; tries < 100; tries++) {
        span c = s->peace.checkpoints[draw(&at, (uint64_t)s->peace.n)];
        if (c.end - c.begin > SWEEP) continue;
        target = c;
        break;
    }
    fl_assert(target.end - target.begin <= (int64_t)FL_ARRAY_LEN(s->hit));
    return target;
}

static bool begin_sweep(sweep *s, int64_t number, int64_t seed) {
    const char *problem = NULL;
    bool finished;
    end_sweep(s);
    s->sc = draw_scenario(number);
    memset(s->hit, 0, sizeof s->hit);
    for (;;) {
        problem = run_in_peace(s, &finished);
        if (problem == NULL && finished && s->peace.n == 0) problem = "in peace: no checkpoint is taken";
        if (problem != NULL || s->peace.n > 0) break;
        s->sc.short_write_ppm /= 2; /* the disk is too bad to come as far as a checkpoint */
        s->sc.failed_sync_ppm /= 2;
        s->sc.disk_full_ppm /= 2;
    }
    s->number = problem == NULL ? number : -1;
    if (problem != NULL) {
        fail_seed(seed, &s->sc, problem);
        return false;
    }
    s->target = choose_target(s);
    total.scenarios++;
    if (verbose) {
        printf("scenario %lld: steps %lld to %lld, %d checkpoints, the one swept has %lld steps\n", (long long)number,
               (long long)s->peace.begin, (long long)s->peace.end, s->peace.n,
               (long long)(s->target.end - s->target.begin));
        print_scenario(&s->sc);
    }
    return true;
}

/* ---- one seed ---- */

typedef struct ordeal {
    int64_t seed;
    uint64_t at; /* of the draws */
    const sweep *sweep;
    world w;
    lines got;
    int kills;
} ordeal;

/* The machine has died, or the job was stopped: what is left, and what is started next. */
static const char *after_death(ordeal *o, life_end how) {
    const scenario *sc = &o->sweep->sc;
    o->kills++;
    total.kills += how == LIFE_KILLED;
    total.stops += how == LIFE_STOPPED;
    if (how == LIFE_STOPPED || draw(&o->at, 4) == 0)
        world_process_kill(&o->w);
    else
        world_power_cut(&o->w);
    if (sc->n_files == 1 && draw(&o->at, 3) == 0) { /* with more, rows of a later file could overtake */
        static const int parallelisms[] = {1, 2, 4};
        o->w.parallelism = parallelisms[draw(&o->at, 3)];
    }
    world_lines(&o->w, &o->got);
    return lines_differ(&o->got, expected_lines(sc->job, sc->n_files), true);
}

static int64_t next_kill(ordeal *o) {
    if (o->kills > KILLS_MAX || draw(&o->at, 2) == 0) return -1;
    int64_t length = o->sweep->peace.end - o->sweep->peace.begin;
    uint64_t soon = draw(&o->at, 3) == 0 ? 40 : (uint64_t)length + 1;
    int64_t at = fl_sim_steps(o->w.pf) + (int64_t)draw(&o->at, soon);
    if (draw(&o->at, 3) > 0) return at;
    o->w.stop_at = at;
    return draw(&o->at, 2) == 0 ? -1 : at + 1 + (int64_t)draw(&o->at, 80);
}

static const char *go_through(ordeal *o, int64_t first_kill, bool fails) {
    int64_t kill_at = first_kill;
    for (int n = 0; n < LIVES_MAX; n++) {
        o->w.calm = n >= LIVES_MAX / 2;
        if (tracing) printf("  life %d, parallelism %d, dies at %lld\n", n + 1, o->w.parallelism, (long long)kill_at);
        life_end end = world_live(&o->w, kill_at, NULL);
        total.lives++;
        if (tracing)
            printf("%s  end %d at step %lld %s\n", fl_buf_cstr(&o->w.notes), (int)end, (long long)fl_sim_steps(o->w.pf),
                   end == LIFE_GAVE_UP ? o->w.problem : "");
        if (end == LIFE_FAILED) return o->w.problem;
        if (n == 0 && end == LIFE_FINISHED && !fails) return "the machine did not die where it should have";
        if (end == LIFE_FINISHED && draw(&o->at, 8) != 0) break;
        if (end == LIFE_KILLED || end == LIFE_STOPPED) {
            const char *problem = after_death(o, end);
            if (problem != NULL) return problem;
        }
        kill_at = next_kill(o);
        if (n == LIVES_MAX - 1) return "it does not come to an end";
    }
    world_lines(&o->w, &o->got);
    return lines_differ(&o->got, expected_lines(o->sweep->sc.job, o->sweep->sc.n_files), false);
}

static void run_seed(sweep *s, int64_t seed) {
    int64_t position = seed % SWEEP, n = s->target.end - s->target.begin;
    ordeal o = {.seed = seed, .at = fl_splitmix((uint64_t)seed), .sweep = s};
    int64_t step = s->target.begin + position, fail_at = -1;
    if (position >= n && position < 2 * n) {
        fail_at = s->target.begin + position - n;
        step = fail_at + 1 + (int64_t)draw(&o.at, (uint64_t)(s->peace.end - fail_at));
    } else if (position >= n) {
        step = s->peace.begin + (int64_t)draw(&o.at, (uint64_t)(s->peace.end - s->peace.begin));
    }
    if (fail_at < 0 && step >= s->target.begin && step < s->target.end) s->hit[step - s->target.begin] = true;
    if (fail_at < 0) doings[s->doings[step]].kills++; /* else the machine takes another way */
    world_init(&o.w, &s->sc);
    fl_sim_fail_at(o.w.pf, fail_at);
    if (tracing) {
        print_scenario(&s->sc);
        fl_sim_trace(o.w.pf, on_traced_step, NULL);
    }
    const char *problem = go_through(&o, step, fail_at >= 0);
    if (problem != NULL) fail_seed(seed, &s->sc, problem);
    total.seeds++;
    total.steps += fl_sim_steps(o.w.pf);
    lines_deinit(&o.got);
    world_deinit(&o.w);
}

/* ---- all of them ---- */

static void print_totals(void) {
    printf("%lld seeds, %lld scenarios, %lld lives, %lld deaths, %lld stops, %lld steps; %lld failed\n",
           (long long)total.seeds, (long long)total.scenarios, (long long)total.lives, (long long)total.kills,
           (long long)total.stops, (long long)total.steps, (long long)total.failures);
    printf("killed at %lld of the %lld steps of %lld checkpoints; at every step of %lld of them\n",
           (long long)total.target_hits, (long long)total.target_steps, (long long)total.scenarios,
           (long long)total.whole);
    printf("about to …                              times killed there   steps of that kind in these checkpoints\n");
    for (int i = 0; i < n_doings; i++)
        printf("  %-10s %-25s %15lld %25lld\n", doings[i].what, doings[i].where, (long long)doings[i].kills,
               (long long)doings[i].steps);
}

static const char usage[] = "crash_seeds [--seeds N] [--first S] [--trace] [-v]";

int main(int argc, char **argv) {
    int64_t seeds = 10000, first = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--trace") == 0)
            tracing = true;
        else if (strcmp(argv[i], "-v") == 0)
            verbose = true;
        else if (strcmp(argv[i], "--seeds") == 0)
            seeds = seeds_number_after(argc, argv, &i, usage);
        else if (strcmp(argv[i], "--first") == 0)
            first = seeds_number_after(argc, argv, &i, usage);
        else
            seeds_number_after(0, argv, &i, usage);
    }
    sweep s = {.number = -1};
    int64_t tried = -1;
    for (int64_t seed = first; seed < first + seeds && total.failures < 20; seed++) {
        if (seed / SWEEP != tried) begin_sweep(&s, tried = seed / SWEEP, seed);
        if (s.number >= 0) run_seed(&s, seed);
    }
    end_sweep(&s);
    record_deinit(&s.peace);
    free(s.doings);
    print_totals();
    return total.failures == 0 ? 0 : 1;
}
