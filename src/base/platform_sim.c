/* SPDX-License-Identifier: Apache-2.0 */
/* platform_sim.c -- the world in memory.
 *
 * Names:      a flat table path -> node, in two versions. `now` is what programs see; `journal` lists the changes
 *             that lead from the durable tree to it. A change becomes durable when its directory is synced (with all
 *             earlier changes) or, at a crash, by luck. Changes of one rename become durable together. Nodes are
 *             counted: a removed file lives on while the durable tree still names it.
 *
 * Invariants: (1) applying the whole journal to `durable` gives `now`.  (2) node.synced <= node.data.n.
 */
#include "base/platform_sim.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "messages/file.h"

typedef struct node {
    int refs;
    bool is_directory;
    fl_buf data;
    size_t synced; /* bytes of data that survive a crash for certain */
    int64_t mtime_ms;
} node;

typedef struct entry {
    char *path; /* owned */
    node *node; /* counted */
} entry;

typedef struct tree {
    entry *e;
    int n, cap;
} tree;

typedef struct change {
    char *path; /* owned */
    node *node; /* counted; NULL: removed */
    bool more;  /* the next one belongs to it */
} change;

typedef struct sim {
    fl_platform base;
    fl_sim_options opt;
    bool faults;
    int64_t now_ms;
    uint64_t random_at;
    int64_t steps, crash_at, fail_at;
    bool crashed;
    fl_sim_trace_fn *trace;
    void *trace_arg;
    tree now, durable;
    change *journal;
    int n_journal, cap_journal;
    fl_buf out[3]; /* by fl_stream */
} sim;

typedef struct sim_file {
    fl_file base;
    node *node;    /* counted; NULL: a real file */
    fl_file *real; /* owned */
} sim_file;

/* ---- trees of names ---- */

static void node_unref(node *x) {
    if (x == NULL || --x->refs > 0) return;
    fl_buf_deinit(&x->data);
    free(x);
}

static int find(const tree *t, const char *path) {
    for (int i = 0; i < t->n; i++)
        if (strcmp(t->e[i].path, path) == 0) return i;
    return -1;
}

/* Sets or removes (x == NULL) a name. */
static void put(tree *t, const char *path, node *x) {
    int i = find(t, path);
    if (x != NULL) x->refs++;
    if (i >= 0) {
        node_unref(t->e[i].node);
        if (x != NULL) {
            t->e[i].node = x;
            return;
        }
        free(t->e[i].path);
        t->e[i] = t->e[--t->n];
    } else if (x != NULL) {
        if (t->n == t->cap) {
            t->cap = t->cap ? t->cap * 2 : 16;
            t->e = fl_realloc(t->e, sizeof *t->e * (size_t)t->cap);
        }
        t->e[t->n++] = (entry){fl_strdup(path), x};
    }
}

static void clear(tree *t) {
    for (int i = 0; i < t->n; i++) {
        node_unref(t->e[i].node);
        free(t->e[i].path);
    }
    free(t->e);
    *t = (tree){0};
}

/* Changes a name now; durable later. */
static void change_name(sim *s, const char *path, node *x, bool more) {
    put(&s->now, path, x);
    if (s->n_journal == s->cap_journal) {
        s->cap_journal = s->cap_journal ? s->cap_journal * 2 : 16;
        s->journal = fl_realloc(s->journal, sizeof *s->journal * (size_t)s->cap_journal);
    }
    if (x != NULL) x->refs++;
    s->journal[s->n_journal++] = (change){fl_strdup(path), x, more};
}

/* Makes the oldest `n` changes durable, and those that belong to them. */
static void settle(sim *s, int n) {
    while (n > 0 && s->journal[n - 1].more) n++;
    for (int i = 0; i < n; i++) {
        put(&s->durable, s->journal[i].path, s->journal[i].node);
        node_unref(s->journal[i].node);
        free(s->journal[i].path);
    }
    s->n_journal -= n;
    if (s->n_journal > 0) memmove(s->journal, s->journal + n, sizeof *s->journal * (size_t)s->n_journal);
}

static void forget_journal(sim *s) {
    for (int i = 0; i < s->n_journal; i++) {
        node_unref(s->journal[i].node);
        free(s->journal[i].path);
    }
    s->n_journal = 0;
}

static node *node_new(sim *s, bool is_directory) {
    node *x = fl_calloc(1, sizeof *x);
    x->is_directory = is_directory;
    x->mtime_ms = s->now_ms;
    return x;
}

/* "a//b/./c/" -> "a/b/c": one spelling for each path. */
static void normalise(const char *path, char out[4096]) {
    size_t n = 0;
    for (const char *p = path; *p != '\0' && n < 4090;) {
        if (*p == '/') {
            while (*p == '/') p++;
            if (n == 0 || out[n - 1] != '/') out[n++] = '/';
        } else if (*p == '.' && (p[1] == '/' || p[1] == '\0') && (n == 0 || out[n - 1] == '/')) {
            p += p[1] == '/' ? 2 : 1;
        } else {
            out[n++] = *p++;
        }
    }
    while (n > 1 && out[n - 1] == '/') n--;
    if (n == 0) out[n++] = '.';
    out[n] = '\0';
}

/* What `path` is called in directory `dir` (both normal); NULL if it is not directly in it. */
static const char *name_in(const char *path, const char *dir) {
    const char *name = path;
    if (strcmp(dir, "/") == 0) {
        name = path[0] == '/' ? path + 1 : NULL;
    } else if (strcmp(dir, ".") == 0) {
        name = path[0] == '/' ? NULL : path;
    } else {
        size_t n = strlen(dir);
        name = strncmp(path, dir, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
    }
    return name != NULL && name[0] != '\0' && strchr(name, '/') == NULL ? name : NULL;
}

static bool is_below(const char *path, const char *dir) {
    size_t n = strlen(dir);
    return strncmp(path, dir, n) == 0 && path[n] == '/';
}

static bool is_empty(const sim *s, const char *dir) {
    for (int i = 0; i < s->now.n; i++)
        if (is_below(s->now.e[i].path, dir)) return false;
    return true;
}

static bool is_root(const char *norm) { return strcmp(norm, ".") == 0 || strcmp(norm, "/") == 0; }

static node *lookup(sim *s, const char *path, char norm[4096]) {
    normalise(path, norm);
    int i = find(&s->now, norm);
    return i < 0 ? NULL : s->now.e[i].node;
}

/* Whether the directory that `norm` would lie in is there. */
static bool has_parent(sim *s, const char *norm) {
    fl_arena a;
    fl_arena_init(&a);
    const char *parent = fl_path_parent(&a, norm);
    int i = find(&s->now, parent);
    bool there = is_root(parent) || (i >= 0 && s->now.e[i].node->is_directory);
    fl_arena_deinit(&a);
    return there;
}

static int not_found(fl_error *err, const char *what, const char *path) {
    return fl_fail(err, FL_ERR_FILE_DISK, what, path, "No such file or directory");
}

/* ---- time, chance, steps ---- */

static int64_t sim_now_ms(fl_platform *pf) { return ((sim *)pf)->now_ms; }
static int64_t sim_mono_us(fl_platform *pf) { return (((sim *)pf)->now_ms - ((sim *)pf)->opt.start_ms) * 1000; }
static uint64_t sim_random_u64(fl_platform *pf) {
    sim *s = (sim *)pf;
    return fl_splitmix(s->opt.seed + FL_SPLITMIX_STEP * ++s->random_at);
}

static int check_power(fl_platform *pf, fl_error *err) {
    sim *s = (sim *)pf;
    return s->crashed ? fl_fail(err, FL_ERR_FILE_POWER_LOST, (long long)s->steps) : 0;
}

static int fault(fl_error *err, const char *what, const char *path, const char *why) {
    fl_fail(err, FL_ERR_FILE_DISK, what, path, why);
    err->retriable = true;
    return err->code;
}

/* One more step: a turn of the schedule, or a change to the disk. */
static int take_step(sim *s, const char *what, const char *path, fl_error *err) {
    if (s->crash_at >= 0 && s->steps >= s->crash_at) s->crashed = true;
    if (s->trace != NULL) s->trace(s->trace_arg, s->steps, what, path);
    FL_TRY(check_power(&s->base, err));
    bool fails = s->steps++ == s->fail_at && path[0] != '\0';
    return fails ? fault(err, what, path, "Input/output error") : 0;
}

static int sim_step(fl_platform *pf, fl_error *err) { return take_step((sim *)pf, "turn", "", err); }

static bool strikes(sim *s, uint32_t ppm) { return s->faults && ppm > 0 && sim_random_u64(&s->base) % 1000000 < ppm; }

/* ---- files ---- */

static int sim_open(fl_platform *pf, const char *path, fl_open_mode mode, fl_file **out, fl_error *err) {
    sim *s = (sim *)pf;
    char norm[4096];
    node *x = lookup(s, path, norm);
    fl_file *real = NULL;
    FL_TRY(check_power(pf, err));
    if (mode == FL_OPEN_CREATE) {
        FL_TRY(take_step(s, "create", path, err));
        if (!has_parent(s, norm)) return not_found(err, "create", path);
        if (x != NULL && x->is_directory) return fl_fail(err, FL_ERR_FILE_DISK, "create", path, "Is a directory");
        x = node_new(s, false);
        change_name(s, norm, x, false);
    } else if (x == NULL) {
        if (mode != FL_OPEN_READ || !s->opt.read_real_files) return not_found(err, "open", path);
        FL_TRY(fl_file_open(fl_platform_real(), path, FL_OPEN_READ, &real, err));
    } else if (x->is_directory) {
        return fl_fail(err, FL_ERR_FILE_DISK, "open", path, "Is a directory");
    }
    sim_file *f = fl_calloc(1, sizeof *f);
    f->base = (fl_file){pf, fl_strdup(path)};
    f->node = x;
    f->real = real;
    if (x != NULL) x->refs++;
    *out = &f->base;
    return 0;
}

static int64_t sim_read(fl_file *file, int64_t offset, void *buf, size_t n, fl_error *err) {
    sim_file *f = (sim_file *)file;
    if (f->real != NULL) return fl_file_read(f->real, offset, buf, n, err);
    FL_TRY(check_power(file->pf, err));
    if ((uint64_t)offset >= f->node->data.n) return 0;
    size_t got = FL_MIN(n, f->node->data.n - (size_t)offset);
    memcpy(buf, f->node->data.p + offset, got);
    return (int64_t)got;
}

static int sim_write(fl_file *file, const void *buf, size_t n, fl_error *err) {
    sim_file *f = (sim_file *)file;
    sim *s = (sim *)file->pf;
    FL_TRY(take_step(s, "write", file->path, err));
    if (strikes(s, s->opt.disk_full_ppm)) return fault(err, "write", file->path, "No space left on device");
    bool is_short = strikes(s, s->opt.short_write_ppm);
    size_t put_n = is_short && n > 0 ? sim_random_u64(file->pf) % n : n;
    fl_buf_put(&f->node->data, buf, put_n);
    f->node->mtime_ms = s->now_ms;
    return is_short ? fault(err, "write", file->path, "Input/output error after a part of the bytes") : 0;
}

static int sim_truncate(fl_file *file, int64_t size, fl_error *err) {
    sim_file *f = (sim_file *)file;
    FL_TRY(take_step((sim *)file->pf, "truncate", file->path, err));
    fl_buf *d = &f->node->data;
    if ((uint64_t)size > d->n) {
        memset(fl_buf_reserve(d, (size_t)size - d->n), 0, (size_t)size - d->n);
        d->n = (size_t)size;
    }
    d->n = (size_t)size;
    f->node->synced = FL_MIN(f->node->synced, d->n);
    return 0;
}

static int sim_sync(fl_file *file, fl_error *err) {
    sim_file *f = (sim_file *)file;
    sim *s = (sim *)file->pf;
    FL_TRY(take_step(s, "sync", file->path, err));
    if (strikes(s, s->opt.failed_sync_ppm)) return fault(err, "sync", file->path, "Input/output error");
    f->node->synced = f->node->data.n;
    return 0;
}

static void sim_close(fl_file *file) {
    sim_file *f = (sim_file *)file;
    node_unref(f->node);
    fl_file_close(f->real);
    free(file->path);
    free(f);
}

static int sim_stat(fl_platform *pf, const char *path, fl_stat *out, fl_error *err) {
    sim *s = (sim *)pf;
    char norm[4096];
    node *x = lookup(s, path, norm);
    FL_TRY(check_power(pf, err));
    if (x == NULL) {
        if (is_root(norm)) {
            *out = (fl_stat){.is_directory = true};
            return 0;
        }
        if (s->opt.read_real_files) return fl_disk_stat(fl_platform_real(), path, out, err);
        return not_found(err, "find", path);
    }
    *out = (fl_stat){x->is_directory, (int64_t)x->data.n, x->mtime_ms};
    return 0;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int sim_list(fl_platform *pf, const char *dir, fl_arena *a, char ***names, int *n, fl_error *err) {
    sim *s = (sim *)pf;
    char norm[4096];
    node *x = lookup(s, dir, norm);
    FL_TRY(check_power(pf, err));
    if (x == NULL && s->opt.read_real_files) return fl_disk_list(fl_platform_real(), dir, a, names, n, err);
    if (!is_root(norm) && (x == NULL || !x->is_directory)) return not_found(err, "list", dir);
    int cap = 0;
    *names = NULL;
    *n = 0;
    for (int i = 0; i < s->now.n; i++) {
        const char *name = name_in(s->now.e[i].path, norm);
        if (name != NULL) FL_PUSH(a, *names, *n, cap, fl_arena_strdup(a, name));
    }
    if (*n > 0) qsort(*names, (size_t)*n, sizeof **names, by_name);
    return 0;
}

static int sim_rename(fl_platform *pf, const char *from, const char *to, fl_error *err) {
    sim *s = (sim *)pf;
    char norm_from[4096], norm_to[4096];
    FL_TRY(take_step(s, "rename", from, err));
    node *x = lookup(s, from, norm_from), *over = lookup(s, to, norm_to);
    if (x == NULL || !has_parent(s, norm_to)) return not_found(err, "rename", from);
    if (x == over) return 0;
    if (is_below(norm_to, norm_from)) return fl_fail(err, FL_ERR_FILE_DISK, "rename", from, "Invalid argument");
    if (over != NULL && over->is_directory != x->is_directory)
        return fl_fail(err, FL_ERR_FILE_DISK, "rename", from,
                       over->is_directory ? "Is a directory" : "Not a directory");
    if (over != NULL && !is_empty(s, norm_to))
        return fl_fail(err, FL_ERR_FILE_DISK, "rename", from, "Directory not empty");
    for (int i = 0; x->is_directory && i < s->now.n; i++) { /* all names below move along */
        if (!is_below(s->now.e[i].path, norm_from)) continue;
        char old_path[4096], new_path[8200];
        snprintf(old_path, sizeof old_path, "%s", s->now.e[i].path);
        snprintf(new_path, sizeof new_path, "%s%s", norm_to, old_path + strlen(norm_from));
        change_name(s, new_path, s->now.e[i].node, true);
        change_name(s, old_path, NULL, true);
        i = -1; /* the table has moved: look again from the start */
    }
    change_name(s, norm_to, x, true);
    change_name(s, norm_from, NULL, false);
    return 0;
}

static int sim_remove(fl_platform *pf, const char *path, fl_error *err) {
    sim *s = (sim *)pf;
    char norm[4096];
    FL_TRY(take_step(s, "remove", path, err));
    if (lookup(s, path, norm) == NULL) return not_found(err, "remove", path);
    if (!is_empty(s, norm)) return fl_fail(err, FL_ERR_FILE_DISK, "remove", path, "Directory not empty");
    change_name(s, norm, NULL, false);
    return 0;
}

static int sim_mkdirs(fl_platform *pf, const char *dir, fl_error *err) {
    sim *s = (sim *)pf;
    char norm[4096];
    FL_TRY(take_step(s, "mkdirs", dir, err));
    normalise(dir, norm);
    for (char *at = norm + 1; !is_root(norm); at++) {
        if (*at != '/' && *at != '\0') continue;
        char end = *at;
        *at = '\0';
        int i = find(&s->now, norm);
        if (i >= 0 && !s->now.e[i].node->is_directory)
            return fl_fail(err, FL_ERR_FILE_DISK, "create directory", norm, "it is a file");
        if (i < 0) change_name(s, norm, node_new(s, true), false);
        *at = end;
        if (end == '\0') break;
    }
    return 0;
}

static int sim_sync_dir(fl_platform *pf, const char *dir, fl_error *err) {
    sim *s = (sim *)pf;
    char norm[4096];
    FL_TRY(take_step(s, "sync_dir", dir, err));
    node *x = lookup(s, dir, norm);
    if (!is_root(norm) && (x == NULL || !x->is_directory)) return not_found(err, "open directory", dir);
    if (strikes(s, s->opt.failed_sync_ppm)) return fault(err, "sync directory", dir, "Input/output error");
    int last = 0; /* the journal is written in order: all changes before the last one of this directory go along */
    for (int i = 0; i < s->n_journal; i++)
        if (name_in(s->journal[i].path, norm) != NULL) last = i + 1;
    settle(s, last);
    return 0;
}

static int sim_out(fl_platform *pf, fl_stream stream, const void *bytes, size_t n, fl_error *err) {
    FL_TRY(check_power(pf, err));
    fl_buf_put(&((sim *)pf)->out[stream], bytes, n);
    return 0;
}

/* Hermetic: what the machine has in its environment is nobody's business here. */
static const char *sim_env(fl_platform *pf, const char *name) {
    (void)pf, (void)name;
    return NULL;
}

static void sim_advance_to(fl_platform *pf, int64_t now_ms) {
    ((sim *)pf)->now_ms = FL_MAX(((sim *)pf)->now_ms, now_ms);
}

static const fl_platform_ops sim_ops = {
    .name = "simulation",
    .cooperative = true,
    .now_ms = sim_now_ms,
    .mono_us = sim_mono_us,
    .random_u64 = sim_random_u64,
    .open = sim_open,
    .read = sim_read,
    .write = sim_write,
    .truncate = sim_truncate,
    .sync = sim_sync,
    .close = sim_close,
    .stat = sim_stat,
    .list = sim_list,
    .rename = sim_rename,
    .remove = sim_remove,
    .mkdirs = sim_mkdirs,
    .sync_dir = sim_sync_dir,
    .out = sim_out,
    .env = sim_env,
    .step = sim_step,
    .advance_to = sim_advance_to,
};

/* ---- for tests ---- */

void fl_sim_set_http(fl_platform *pf, const struct flott_http *http) { pf->http = http; }

fl_platform *fl_sim_new(const fl_sim_options *opt) {
    sim *s = fl_calloc(1, sizeof *s);
    s->base.ops = &sim_ops;
    s->opt = *opt;
    s->faults = true;
    s->now_ms = opt->start_ms;
    s->crash_at = s->fail_at = -1;
    return &s->base;
}

void fl_sim_free(fl_platform *pf) {
    sim *s = (sim *)pf;
    forget_journal(s);
    free(s->journal);
    clear(&s->now);
    clear(&s->durable);
    for (size_t i = 0; i < FL_ARRAY_LEN(s->out); i++) fl_buf_deinit(&s->out[i]);
    free(s);
}

void fl_sim_advance_ms(fl_platform *pf, int64_t ms) { ((sim *)pf)->now_ms += ms; }
void fl_sim_set_clock_ms(fl_platform *pf, int64_t now_ms) { ((sim *)pf)->now_ms = now_ms; }
int64_t fl_sim_steps(fl_platform *pf) { return ((sim *)pf)->steps; }
void fl_sim_crash_at(fl_platform *pf, int64_t step) { ((sim *)pf)->crash_at = step; }
void fl_sim_trace(fl_platform *pf, fl_sim_trace_fn *trace, void *arg) {
    ((sim *)pf)->trace = trace;
    ((sim *)pf)->trace_arg = arg;
}
void fl_sim_fail_at(fl_platform *pf, int64_t step) { ((sim *)pf)->fail_at = step; }
bool fl_sim_crashed(fl_platform *pf) { return ((sim *)pf)->crashed; }
void fl_sim_set_faults(fl_platform *pf, bool on) { ((sim *)pf)->faults = on; }
fl_buf *fl_sim_output(fl_platform *pf, fl_stream stream) { return &((sim *)pf)->out[stream]; }

void fl_sim_crash(fl_platform *pf) {
    sim *s = (sim *)pf;
    if (s->n_journal > 0) settle(s, (int)(sim_random_u64(pf) % (uint64_t)(s->n_journal + 1)));
    forget_journal(s);
    clear(&s->now);
    for (int i = 0; i < s->durable.n; i++) {
        node *x = s->durable.e[i].node;
        size_t loose = x->data.n - x->synced;
        if (loose > 0) {
            size_t kept = sim_random_u64(pf) % (loose + 1);
            if (kept > 0 && sim_random_u64(pf) % 4 == 0) { /* the length made it to the disk, the bytes did not */
                size_t torn = sim_random_u64(pf) % kept + 1;
                memset(x->data.p + x->synced + kept - torn, 0, torn);
            }
            x->data.n = x->synced += kept;
        }
        put(&s->now, s->durable.e[i].path, x);
    }
    s->crashed = false;
    s->crash_at = -1;
}

void fl_sim_kill(fl_platform *pf) {
    sim *s = (sim *)pf;
    s->crashed = false;
    s->crash_at = -1;
}

void fl_sim_put_file(fl_platform *pf, const char *path, const void *bytes, size_t n) {
    sim *s = (sim *)pf;
    char norm[4096];
    fl_error err;
    fl_arena a;
    int64_t crash_at = s->crash_at, fail_at = s->fail_at;
    s->crash_at = s->fail_at = -1;
    fl_arena_init(&a);
    normalise(path, norm);
    sim_mkdirs(pf, fl_path_parent(&a, norm), &err);
    fl_arena_deinit(&a);
    node *x = node_new(s, false);
    fl_buf_put(&x->data, bytes, n);
    x->synced = n;
    change_name(s, norm, x, false);
    settle(s, s->n_journal);
    s->crash_at = crash_at;
    s->fail_at = fail_at;
}
