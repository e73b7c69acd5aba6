/* SPDX-License-Identifier: Apache-2.0 */
/* test_platform_sim.c -- the world in memory: a disk that is like any disk until the power goes, and then has kept at
 * least what was synced; faults and crashes that come when asked for, and again from the same seed.
 *
 * The model is a list of the trees of names after each change, and for each file all that was ever written to it. After
 * a power cut the names must be those of one such tree, not older than the last synced one, and the bytes of each file
 * those that were synced and then some of the others, the last of them perhaps as zeros.
 */
#define SEED 113
#include "own_arena.h"

#include "base/platform_sim.h"
#include "base/str.h"

enum { ROUNDS = 300, STEPS = 60, NAMES_MAX = 32 };

/* ---- the model ---- */

typedef struct inode {
    bool is_directory;
    char bytes[4096];
    size_t n, synced;
} inode;

typedef struct name {
    const char *path;
    inode *node;
} name;

typedef struct names {
    name at[NAMES_MAX];
    int n;
    const char *touched[2]; /* paths of the change that led here */
} names;

typedef struct disk {
    names tree[STEPS * 3 + 1]; /* after each change; the last is what programs see */
    int n, durable;            /* trees; the newest that has been synced */
} disk;

static names *now_of(disk *d) { return &d->tree[d->n - 1]; }

static inode *look(const names *t, const char *path) {
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->at[i].path, path) == 0) return t->at[i].node;
    return NULL;
}

/* A new tree, like the last. */
static names *change(disk *d, const char *path, const char *other) {
    d->tree[d->n] = d->tree[d->n - 1];
    names *t = &d->tree[d->n++];
    t->touched[0] = path;
    t->touched[1] = other;
    return t;
}

static void set(names *t, const char *path, inode *node) {
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->at[i].path, path) == 0) {
            if (node != NULL)
                t->at[i].node = node;
            else
                t->at[i] = t->at[--t->n];
            return;
        }
    assert_true(t->n < NAMES_MAX);
    if (node != NULL) t->at[t->n++] = (name){path, node};
}

static const char *parent_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == path ? "/" : fl_arena_strndup(&arena, path, (size_t)(slash - path));
}

static bool is_below(const char *path, const char *dir) {
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/';
}

static bool is_directory(const names *t, const char *path) {
    const inode *x = look(t, path);
    return strcmp(path, "/") == 0 || (x != NULL && x->is_directory);
}

static bool is_empty(const names *t, const char *dir) {
    for (int i = 0; i < t->n; i++)
        if (is_below(t->at[i].path, dir)) return false;
    return true;
}

/* ---- steps: on the disk and in the model ---- */

static const char *draw_path(void) {
    static const char *const paths[] = {"/a", "/b", "/a/x", "/a/y", "/b/x", "/b/d", "/b/d/x", "/a/d", "/a/d/y"};
    return paths[draw((int)FL_ARRAY_LEN(paths))];
}

static void do_mkdirs(fl_platform *pf, disk *d, const char *path) {
    fl_error err;
    bool fine = true;
    for (const char *p = path; strcmp(p, "/") != 0; p = parent_of(p))
        fine = fine && (look(now_of(d), p) == NULL || is_directory(now_of(d), p));
    int rc = fl_disk_mkdirs(pf, path, &err);
    assert_int_equal(rc, fine ? 0 : FL_E_IO);
    for (const char *at = path + 1;; at++) { /* parents first; also those before a file in the way */
        if (*at != '/' && *at != '\0') continue;
        const char *p = fl_arena_strndup(&arena, path, (size_t)(at - path));
        if (look(now_of(d), p) != NULL && !is_directory(now_of(d), p)) return;
        if (look(now_of(d), p) == NULL) {
            inode *x = FL_NEW(&arena, inode);
            x->is_directory = true;
            set(change(d, p, NULL), p, x);
        }
        if (*at == '\0') return;
    }
}

static void write_some(fl_file *f, inode *x) {
    fl_error err;
    char bytes[60];
    int n = draw(60);
    for (int i = 0; i < n; i++) bytes[i] = (char)(1 + draw(100));
    assert_int_equal(fl_file_write(f, bytes, (size_t)n, &err), 0);
    memcpy(x->bytes + x->n, bytes, (size_t)n);
    x->n += (size_t)n;
}

static void do_write(fl_platform *pf, disk *d, const char *path) {
    fl_error err;
    fl_file *f;
    fl_open_mode mode = draw(2) ? FL_OPEN_CREATE : FL_OPEN_APPEND;
    names *t = now_of(d);
    bool possible = mode == FL_OPEN_CREATE ? is_directory(t, parent_of(path)) && !is_directory(t, path)
                                           : look(t, path) != NULL && !is_directory(t, path);
    assert_int_equal(fl_file_open(pf, path, mode, &f, &err), possible ? 0 : FL_E_IO);
    if (!possible) return;
    if (mode == FL_OPEN_CREATE) set(change(d, path, NULL), path, FL_NEW(&arena, inode));
    inode *x = look(now_of(d), path);
    write_some(f, x);
    if (draw(4) == 0) {
        size_t n = (size_t)draw((int)x->n + 20);
        assert_int_equal(fl_file_truncate(f, (int64_t)n, &err), 0);
        if (n > x->n) memset(x->bytes + x->n, 0, n - x->n);
        x->n = n;
        x->synced = FL_MIN(x->synced, n);
    }
    if (draw(2)) {
        assert_int_equal(fl_file_sync(f, &err), 0);
        x->synced = x->n;
        if (draw(2)) write_some(f, x);
    }
    fl_file_close(f);
}

static void do_rename(fl_platform *pf, disk *d, const char *from, const char *to) {
    fl_error err;
    const names *t = now_of(d);
    const inode *x = look(t, from), *over = look(t, to);
    bool fine = x != NULL && is_directory(t, parent_of(to)) && !is_below(to, from) &&
                (over == NULL || (over->is_directory == x->is_directory && (!x->is_directory || is_empty(t, to))));
    if (x != NULL && strcmp(from, to) == 0) fine = true;
    assert_int_equal(fl_disk_rename(pf, from, to, &err), fine ? 0 : FL_E_IO);
    if (!fine || strcmp(from, to) == 0) return;
    names before = *t, *after = change(d, from, to);
    for (int i = 0; i < before.n; i++) {
        const char *p = before.at[i].path;
        if (strcmp(p, from) != 0 && !is_below(p, from)) continue;
        set(after, p, NULL);
        set(after, fl_arena_printf(&arena, "%s%s", to, p + strlen(from)), before.at[i].node);
    }
}

static void do_remove(fl_platform *pf, disk *d, const char *path) {
    fl_error err;
    bool fine = look(now_of(d), path) != NULL && is_empty(now_of(d), path);
    assert_int_equal(fl_disk_remove(pf, path, &err), fine ? 0 : FL_E_IO);
    if (fine) set(change(d, path, NULL), path, NULL);
}

/* The newest change in the directory is durable, and with it all before. */
static void do_sync_dir(fl_platform *pf, disk *d, const char *dir) {
    fl_error err;
    assert_int_equal(fl_disk_sync_dir(pf, dir, &err), is_directory(now_of(d), dir) ? 0 : FL_E_IO);
    for (int i = d->n - 1; i > d->durable && is_directory(now_of(d), dir); i--)
        for (int k = 0; k < 2; k++)
            if (d->tree[i].touched[k] != NULL && strcmp(parent_of(d->tree[i].touched[k]), dir) == 0)
                d->durable = FL_MAX(d->durable, i);
}

static void assert_sees(fl_platform *pf, const names *t) {
    static const char *const dirs[] = {"/", "/a", "/b", "/a/d", "/b/d"};
    for (size_t k = 0; k < FL_ARRAY_LEN(dirs); k++) {
        fl_error err;
        char **list;
        int n, found = 0;
        int rc = fl_disk_list(pf, dirs[k], &arena, &list, &n, &err);
        assert_int_equal(rc, is_directory(t, dirs[k]) ? 0 : FL_E_IO);
        if (rc < 0) continue;
        for (int i = 0; i < t->n; i++) found += strcmp(parent_of(t->at[i].path), dirs[k]) == 0;
        assert_int_equal(n, found);
        for (int i = 0; i < n; i++) {
            assert_true(i == 0 || strcmp(list[i - 1], list[i]) < 0);
            assert_non_null(look(t, fl_path_join(&arena, dirs[k], list[i])));
        }
    }
    for (int i = 0; i < t->n; i++) {
        fl_error err;
        fl_stat st;
        const inode *x = t->at[i].node;
        char *bytes;
        size_t n;
        assert_int_equal(fl_disk_stat(pf, t->at[i].path, &st, &err), 0);
        assert_int_equal(st.is_directory, x->is_directory);
        if (x->is_directory) continue;
        assert_int_equal(st.size_bytes, x->n);
        assert_int_equal(fl_disk_read_all(pf, t->at[i].path, sizeof x->bytes, &arena, &bytes, &n, &err), 0);
        assert_int_equal(n, x->n);
        assert_memory_equal(bytes, x->bytes, n);
    }
}

/* ---- the power cut ---- */

static int count_names(fl_platform *pf, const char *dir) {
    fl_error err;
    char **list;
    fl_stat st;
    int n, total = 0;
    assert_int_equal(fl_disk_list(pf, dir, &arena, &list, &n, &err), 0);
    for (int i = 0; i < n; i++) {
        char *path = fl_path_join(&arena, dir, list[i]);
        assert_int_equal(fl_disk_stat(pf, path, &st, &err), 0);
        total += 1 + (st.is_directory ? count_names(pf, path) : 0);
    }
    return total;
}

/* Synced bytes are there; of the others a part, whose end may be zeros. */
static bool may_be(const inode *x, const char *bytes, size_t n) {
    size_t at = 0;
    if (n < x->synced || n > x->n) return false;
    while (at < n && bytes[at] == x->bytes[at]) at++;
    if (at < x->synced) return false;
    while (at < n && bytes[at] == 0) at++;
    return at == n;
}

/* Whether the disk may have come out of a power cut as this tree. */
static bool may_have_survived(fl_platform *pf, const names *t, int n_names) {
    if (t->n != n_names) return false;
    for (int i = 0; i < t->n; i++) {
        const inode *x = t->at[i].node;
        fl_stat st;
        fl_error err;
        char *bytes;
        size_t n;
        if (fl_disk_stat(pf, t->at[i].path, &st, &err) < 0 || st.is_directory != x->is_directory) return false;
        if (x->is_directory) continue;
        assert_int_equal(fl_disk_read_all(pf, t->at[i].path, sizeof x->bytes, &arena, &bytes, &n, &err), 0);
        if (!may_be(x, bytes, n)) return false;
    }
    return true;
}

/* The model goes on with what is left: one tree, all of it durable. */
static void take_over(fl_platform *pf, disk *d, int survived) {
    d->tree[0] = d->tree[survived];
    d->n = 1;
    d->durable = 0;
    for (int i = 0; i < d->tree[0].n; i++) {
        inode *x = d->tree[0].at[i].node;
        fl_error err;
        char *bytes;
        if (x->is_directory) continue;
        assert_int_equal(fl_disk_read_all(pf, d->tree[0].at[i].path, sizeof x->bytes, &arena, &bytes, &x->n, &err), 0);
        memcpy(x->bytes, bytes, x->n);
        x->synced = x->n;
    }
}

static int crash(fl_platform *pf, disk *d) {
    fl_sim_crash(pf);
    int n = count_names(pf, "/"), survived = d->n - 1;
    while (survived >= d->durable && !may_have_survived(pf, &d->tree[survived], n)) survived--;
    assert_true(survived >= d->durable);
    int lost = d->n - 1 - survived;
    take_over(pf, d, survived);
    return lost;
}

static void do_step(fl_platform *pf, disk *d) {
    const char *path = draw_path();
    switch (draw(6)) {
    case 0: do_mkdirs(pf, d, path); break;
    case 1: do_rename(pf, d, path, draw_path()); break;
    case 2: do_remove(pf, d, path); break;
    case 3: do_sync_dir(pf, d, draw(3) ? parent_of(path) : path); break;
    default: do_write(pf, d, path); break;
    }
}

static void the_disk_is_like_any_until_the_power_goes(void **state) {
    (void)state;
    int crashes = 0, harmless = 0;
    for (int round = 0; round < ROUNDS; round++) {
        fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64()});
        static disk d;
        d.n = 1;
        d.durable = d.tree[0].n = 0;
        for (int step = 0; step < STEPS; step++) {
            do_step(pf, &d);
            if (draw(30) == 0) {
                harmless += crash(pf, &d) == 0;
                crashes++;
            }
            assert_sees(pf, now_of(&d));
        }
        fl_sim_free(pf);
        fl_arena_reset(&arena);
    }
    assert_true(harmless > 0 && harmless < crashes);
}

/* ---- dying, faults, time ---- */

static void a_dead_machine_answers_nothing(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    fl_error err;
    fl_file *f, *g;
    fl_stat st;
    char byte, **list;
    int n;
    fl_sim_put_file(pf, "/d/x", "abc", 3);
    assert_int_equal(fl_file_open(pf, "/d/x", FL_OPEN_READ, &f, &err), 0);
    fl_sim_crash_at(pf, fl_sim_steps(pf));
    assert_int_equal(fl_disk_mkdirs(pf, "/e", &err), FL_E_CRASHED);
    assert_true(fl_sim_crashed(pf));
    assert_int_equal(fl_file_read(f, 0, &byte, 1, &err), FL_E_CRASHED);
    assert_int_equal(fl_file_open(pf, "/d/x", FL_OPEN_READ, &g, &err), FL_E_CRASHED);
    assert_int_equal(fl_disk_stat(pf, "/d/x", &st, &err), FL_E_CRASHED);
    assert_int_equal(fl_disk_list(pf, "/d", &arena, &list, &n, &err), FL_E_CRASHED);
    assert_int_equal(fl_disk_remove(pf, "/d/x", &err), FL_E_CRASHED);
    assert_int_equal(fl_out(pf, FL_STDOUT, "x", 1, &err), FL_E_CRASHED);
    assert_int_equal(pf->ops->step(pf, &err), FL_E_CRASHED);
    fl_file_close(f);
    fl_sim_crash(pf);
    assert_int_equal(fl_disk_stat(pf, "/d/x", &st, &err), 0);
    assert_int_equal(st.size_bytes, 3);
    assert_int_equal(fl_sim_output(pf, FL_STDOUT)->n, 0);
    fl_sim_free(pf);
}

/* A directory that is renamed is at its old place with all that is in it, or at its new one. */
static void a_renamed_directory_is_never_torn(void **state) {
    (void)state;
    int moved = 0;
    for (int round = 0; round < ROUNDS; round++) {
        fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = draw_u64()});
        fl_error err;
        int here = 0, there = 0;
        for (int i = 0; i < 5; i++) fl_sim_put_file(pf, fl_arena_printf(&arena, "/from/%d", i), "x", 1);
        assert_int_equal(fl_disk_rename(pf, "/from", "/to", &err), 0);
        fl_sim_crash(pf);
        for (int i = 0; i < 5; i++) {
            here += fl_disk_exists(pf, fl_arena_printf(&arena, "/from/%d", i));
            there += fl_disk_exists(pf, fl_arena_printf(&arena, "/to/%d", i));
        }
        assert_true(here + there == 5 && (here == 0 || there == 0));
        assert_int_equal(fl_disk_exists(pf, "/from"), here > 0);
        assert_int_equal(fl_disk_exists(pf, "/to"), there > 0);
        moved += there > 0;
        fl_sim_free(pf);
    }
    assert_true(moved > 0 && moved < ROUNDS);
}

static void faults_come_as_often_as_asked_and_can_be_tried_again(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){
        .seed = draw_u64(), .short_write_ppm = 200000, .failed_sync_ppm = 300000, .disk_full_ppm = 100000});
    fl_error err;
    fl_file *f;
    int failed_writes = 0, full = 0, failed_syncs = 0;
    assert_int_equal(fl_file_open(pf, "/x", FL_OPEN_CREATE, &f, &err), 0);
    for (int i = 0; i < 1000; i++) {
        if (fl_file_write(f, "0123456789", 10, &err) < 0) {
            assert_true(err.code == FL_E_IO && err.retriable);
            full += strstr(err.message, "No space") != NULL;
            failed_writes++;
        }
        if (fl_file_sync(f, &err) < 0) {
            assert_true(err.code == FL_E_IO && err.retriable);
            failed_syncs++;
        }
    }
    assert_true(failed_writes > 200 && failed_writes < 360 && full > 60 && full < 140);
    assert_true(failed_syncs > 240 && failed_syncs < 360);
    fl_sim_set_faults(pf, false);
    for (int i = 0; i < 1000; i++) assert_int_equal(fl_file_write(f, "x", 1, &err), 0);
    fl_file_close(f);
    fl_sim_free(pf);
}

static void the_clock_stands_still_by_itself(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1, .start_ms = 5000});
    assert_int_equal(fl_now_ms(pf), 5000);
    assert_int_equal(fl_now_ms(pf), 5000);
    assert_int_equal(fl_mono_us(pf), 0);
    fl_sim_advance_ms(pf, 30);
    pf->ops->advance_to(pf, 5020); /* not back */
    assert_int_equal(fl_now_ms(pf), 5030);
    pf->ops->advance_to(pf, 5040);
    assert_int_equal(fl_mono_us(pf), 40000);
    fl_sim_set_clock_ms(pf, 4000); /* unless somebody sets it */
    assert_int_equal(fl_now_ms(pf), 4000);
    fl_sim_free(pf);
}

static void one_seed_is_one_world(void **state) {
    (void)state;
    uint64_t seed = draw_u64(), first[2];
    for (int run = 0; run < 2; run++) {
        fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = seed});
        first[run] = 0;
        for (int i = 0; i < 100; i++) first[run] = fl_hash_combine(first[run], fl_random_u64(pf));
        fl_sim_free(pf);
    }
    assert_true(first[0] == first[1]);
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = seed + 1});
    assert_true(fl_random_u64(pf) != fl_random_u64(pf));
    fl_sim_free(pf);
}

static void paths_have_one_meaning_each(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    fl_error err;
    char **list;
    int n;
    fl_sim_put_file(pf, "/a//b/./c", "x", 1);
    assert_true(fl_disk_exists(pf, "/a/b/c") && fl_disk_exists(pf, "/./a/b//c/"));
    fl_sim_put_file(pf, "here/x", "x", 1);
    fl_sim_put_file(pf, "y", "x", 1);
    assert_true(fl_disk_exists(pf, "./here/x") && fl_disk_exists(pf, ".") && fl_disk_exists(pf, "/"));
    assert_int_equal(fl_disk_list(pf, ".", &arena, &list, &n, &err), 0);
    assert_int_equal(n, 2);
    assert_string_equal(list[0], "here");
    assert_string_equal(list[1], "y");
    assert_int_equal(fl_disk_list(pf, "/", &arena, &list, &n, &err), 0);
    assert_int_equal(n, 1);
    assert_int_equal(fl_disk_list(pf, "/a/b/c", &arena, &list, &n, &err), FL_E_IO);
    fl_sim_free(pf);
}

static void count_step(void *arg, int64_t step, const char *what, const char *path) {
    (void)path;
    ((int64_t *)arg)[0] = step;
    ((int64_t *)arg)[1] += strcmp(what, "turn") != 0;
}

static void steps_are_told_and_one_can_be_made_to_fail(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    fl_error err;
    int64_t seen[2] = {-1, 0};
    fl_sim_trace(pf, count_step, seen);
    fl_sim_fail_at(pf, 2);
    assert_int_equal(pf->ops->step(pf, &err), 0);
    assert_int_equal(fl_disk_mkdirs(pf, "a", &err), 0);
    assert_int_equal(fl_disk_sync_dir(pf, ".", &err), FL_E_IO);
    assert_true(err.retriable);
    assert_int_equal(fl_disk_sync_dir(pf, ".", &err), 0);
    assert_int_equal(seen[0], 3);
    assert_int_equal(seen[1], 3);
    fl_sim_free(pf);
}

static void a_killed_process_leaves_the_disk_as_it_is(void **state) {
    (void)state;
    fl_platform *pf = fl_sim_new(&(fl_sim_options){.seed = 1});
    fl_error err;
    assert_int_equal(fl_disk_mkdirs(pf, "a", &err), 0);
    fl_sim_crash_at(pf, 0);
    assert_int_equal(fl_disk_mkdirs(pf, "b", &err), FL_E_CRASHED);
    fl_sim_kill(pf);
    assert_true(fl_disk_exists(pf, "a") && !fl_disk_exists(pf, "b"));
    assert_int_equal(fl_disk_mkdirs(pf, "b", &err), 0);
    fl_sim_free(pf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_disk_is_like_any_until_the_power_goes),
        TEST(a_dead_machine_answers_nothing),
        TEST(a_renamed_directory_is_never_torn),
        TEST(faults_come_as_often_as_asked_and_can_be_tried_again),
        TEST(the_clock_stands_still_by_itself),
        TEST(one_seed_is_one_world),
        TEST(paths_have_one_meaning_each),
        TEST(steps_are_told_and_one_can_be_made_to_fail),
        TEST(a_killed_process_leaves_the_disk_as_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
