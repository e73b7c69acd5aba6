/* SPDX-License-Identifier: Apache-2.0 */
/* platform.h -- the outside world: clocks, disk, randomness, standard streams and threads.
 *
 * Nothing else in the engine touches any of these. There are two worlds: the real one (platform_real.c), and a
 * simulation (platform_sim.c) in which a whole job runs on one thread from one seed, with virtual time, a disk in
 * memory that forgets what was not synced, and faults on request. A job cannot tell which one it lives in.
 *
 * Threads:    the real platform starts them; the simulation is `cooperative`: the scheduler of the runtime runs every
 *             task itself, one step at a time, in an order drawn from fl_random_u64.
 */
#ifndef FL_BASE_PLATFORM_H
#define FL_BASE_PLATFORM_H

#include <pthread.h>

#include "base/arena.h"
#include "base/error.h"

typedef struct fl_platform fl_platform;
typedef struct fl_file fl_file;

typedef enum fl_open_mode {
    FL_OPEN_READ,   /* must exist */
    FL_OPEN_CREATE, /* write at the end; an existing file is emptied */
    FL_OPEN_APPEND, /* write at the end; must exist */
} fl_open_mode;

typedef struct fl_stat {
    bool is_directory;
    int64_t size_bytes;
    int64_t mtime_ms; /* since the epoch */
} fl_stat;

typedef enum fl_stream { FL_STDOUT = 1, FL_STDERR = 2 } fl_stream;

/* One per kind of world. All paths are UTF-8, absolute or relative to the working directory. Errors are FL_E_IO, except
 * that a missing file sets err->retriable = false. No call is retried inside. */
typedef struct fl_platform_ops {
    const char *name;
    bool cooperative; /* no threads: the scheduler drives everything */

    int64_t (*now_ms)(fl_platform *pf);  /* wall clock, milliseconds since the epoch */
    int64_t (*mono_us)(fl_platform *pf); /* never goes back */
    uint64_t (*random_u64)(fl_platform *pf);

    int (*open)(fl_platform *pf, const char *path, fl_open_mode mode, fl_file **out, fl_error *err);
    int64_t (*read)(fl_file *f, int64_t offset, void *buf, size_t n, fl_error *err); /* bytes read; 0 at the end */
    int (*write)(fl_file *f, const void *buf, size_t n, fl_error *err);              /* all of it, or an error */
    int (*truncate)(fl_file *f, int64_t size, fl_error *err);
    int (*sync)(fl_file *f, fl_error *err); /* content and length survive a crash */
    void (*close)(fl_file *f);

    int (*stat)(fl_platform *pf, const char *path, fl_stat *out, fl_error *err);
    int (*list)(fl_platform *pf, const char *dir, fl_arena *a, char ***names, int *n, fl_error *err); /* sorted */
    int (*rename)(fl_platform *pf, const char *from, const char *to, fl_error *err); /* replaces `to`; atomic */
    int (*remove)(fl_platform *pf, const char *path, fl_error *err);                 /* a file or an empty directory */
    int (*mkdirs)(fl_platform *pf, const char *dir, fl_error *err);   /* with parents; existing is fine */
    int (*sync_dir)(fl_platform *pf, const char *dir, fl_error *err); /* names in it survive a crash */

    int (*out)(fl_platform *pf, fl_stream stream, const void *bytes, size_t n, fl_error *err);
    const char *(*env)(fl_platform *pf, const char *name); /* an environment variable; NULL: not set */

    /* Simulation: one step of the schedule has been taken. Returns FL_E_CRASHED when the machine dies here. */
    int (*step)(fl_platform *pf, fl_error *err);
    /* Simulation: nothing happens before this time; moves the clock there. The real clock moves by itself: NULL. */
    void (*advance_to)(fl_platform *pf, int64_t now_ms);
} fl_platform_ops;

struct fl_platform {
    const fl_platform_ops *ops;
    const struct flott_http *http; /* simulation: the web services of this world; NULL: none are there */
};

struct fl_file {
    fl_platform *pf;
    char *path; /* owned, for messages */
};

/* The real world: one for the process, never freed. */
fl_platform *fl_platform_real(void);

static inline int64_t fl_now_ms(fl_platform *pf) { return pf->ops->now_ms(pf); }
static inline int64_t fl_mono_us(fl_platform *pf) { return pf->ops->mono_us(pf); }
static inline uint64_t fl_random_u64(fl_platform *pf) { return pf->ops->random_u64(pf); }
static inline bool fl_platform_cooperative(fl_platform *pf) { return pf->ops->cooperative; }

static inline int fl_file_open(fl_platform *pf, const char *path, fl_open_mode mode, fl_file **out, fl_error *err) {
    return pf->ops->open(pf, path, mode, out, err);
}
static inline int64_t fl_file_read(fl_file *f, int64_t offset, void *buf, size_t n, fl_error *err) {
    return f->pf->ops->read(f, offset, buf, n, err);
}
static inline int fl_file_write(fl_file *f, const void *buf, size_t n, fl_error *err) {
    return f->pf->ops->write(f, buf, n, err);
}
static inline int fl_file_truncate(fl_file *f, int64_t size, fl_error *err) {
    return f->pf->ops->truncate(f, size, err);
}
static inline int fl_file_sync(fl_file *f, fl_error *err) { return f->pf->ops->sync(f, err); }
/* NULL is fine. */
static inline void fl_file_close(fl_file *f) {
    if (f != NULL) f->pf->ops->close(f);
}
static inline int fl_disk_stat(fl_platform *pf, const char *path, fl_stat *out, fl_error *err) {
    return pf->ops->stat(pf, path, out, err);
}
static inline int fl_disk_list(fl_platform *pf, const char *dir, fl_arena *a, char ***names, int *n, fl_error *err) {
    return pf->ops->list(pf, dir, a, names, n, err);
}
static inline int fl_disk_rename(fl_platform *pf, const char *from, const char *to, fl_error *err) {
    return pf->ops->rename(pf, from, to, err);
}
static inline int fl_disk_remove(fl_platform *pf, const char *path, fl_error *err) {
    return pf->ops->remove(pf, path, err);
}
static inline int fl_disk_mkdirs(fl_platform *pf, const char *dir, fl_error *err) {
    return pf->ops->mkdirs(pf, dir, err);
}
static inline int fl_disk_sync_dir(fl_platform *pf, const char *dir, fl_error *err) {
    return pf->ops->sync_dir(pf, dir, err);
}
static inline int fl_out(fl_platform *pf, fl_stream stream, const void *bytes, size_t n, fl_error *err) {
    return pf->ops->out(pf, stream, bytes, n, err);
}
static inline const char *fl_env(fl_platform *pf, const char *name) { return pf->ops->env(pf, name); }

/* Whole files, for small ones. The content is owned by the arena and NUL-terminated; more than `limit` is an error. */
int fl_disk_read_all(fl_platform *pf, const char *path, size_t limit, fl_arena *a, char **out, size_t *n,
                     fl_error *err);
bool fl_disk_exists(fl_platform *pf, const char *path);
/* A directory and all below it. Missing is fine. */
int fl_disk_remove_tree(fl_platform *pf, const char *path, fl_error *err);
/* The directory part of a path ("." for a bare name). Owned by the arena. */
char *fl_path_parent(fl_arena *a, const char *path);
char *fl_path_join(fl_arena *a, const char *dir, const char *name);

/* ---- threads: used by the scheduler of the runtime and by what stands behind a queue, nobody else ---- */

typedef pthread_mutex_t fl_mutex;
typedef pthread_cond_t fl_cond;
typedef pthread_t fl_thread;

void fl_mutex_init(fl_mutex *m);
void fl_mutex_deinit(fl_mutex *m);
static inline void fl_mutex_lock(fl_mutex *m) { pthread_mutex_lock(m); }
static inline void fl_mutex_unlock(fl_mutex *m) { pthread_mutex_unlock(m); }
void fl_cond_init(fl_cond *c);
void fl_cond_deinit(fl_cond *c);
static inline void fl_cond_signal(fl_cond *c) { pthread_cond_signal(c); }
static inline void fl_cond_broadcast(fl_cond *c) { pthread_cond_broadcast(c); }
static inline void fl_cond_wait(fl_cond *c, fl_mutex *m) { pthread_cond_wait(c, m); }
/* Waits at most `us` microseconds; -1: for ever. */
void fl_cond_wait_us(fl_cond *c, fl_mutex *m, int64_t us);

int fl_thread_start(fl_platform *pf, fl_thread *t, const char *name, void *(*run)(void *), void *arg, fl_error *err);
void fl_thread_join(fl_thread t);
int fl_cpu_count(void);

#endif
