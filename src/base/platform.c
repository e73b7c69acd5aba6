/* SPDX-License-Identifier: Apache-2.0 */
/* platform.c -- what both worlds share: whole files, trees and paths, and thin names for POSIX threads. */
#include "base/platform.h"

#include "messages/file.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

int fl_disk_read_all(fl_platform *pf, const char *path, size_t limit, fl_arena *a, char **out, size_t *n,
                     fl_error *err) {
    fl_stat st;
    FL_TRY(fl_disk_stat(pf, path, &st, err));
    if (st.is_directory) return fl_fail(err, FL_ERR_FILE_READ_DIRECTORY, path);
    if ((uint64_t)st.size_bytes > limit)
        return fl_fail(err, FL_ERR_FILE_TOO_LARGE, path, (long long)st.size_bytes, limit);
    fl_file *f;
    FL_TRY(fl_file_open(pf, path, FL_OPEN_READ, &f, err));
    char *p = fl_arena_alloc(a, (size_t)st.size_bytes + 1);
    int64_t have = 0;
    while (have < st.size_bytes) {
        int64_t got = fl_file_read(f, have, p + have, (size_t)(st.size_bytes - have), err);
        if (got < 0) {
            fl_file_close(f);
            return (int)got;
        }
        if (got == 0) break;
        have += got;
    }
    fl_file_close(f);
    p[have] = '\0';
    *out = p;
    *n = (size_t)have;
    return 0;
}

bool fl_disk_exists(fl_platform *pf, const char *path) {
    fl_stat st;
    fl_error err;
    return fl_disk_stat(pf, path, &st, &err) == 0;
}

int fl_disk_remove_tree(fl_platform *pf, const char *path, fl_error *err) {
    fl_stat st;
    if (!fl_disk_exists(pf, path)) return 0;
    FL_TRY(fl_disk_stat(pf, path, &st, err));
    if (st.is_directory) {
        fl_arena a;
        char **names;
        int n;
        fl_arena_init(&a);
        int rc = fl_disk_list(pf, path, &a, &names, &n, err);
        for (int i = 0; rc == 0 && i < n; i++) rc = fl_disk_remove_tree(pf, fl_path_join(&a, path, names[i]), err);
        fl_arena_deinit(&a);
        if (rc < 0) return rc;
    }
    return fl_disk_remove(pf, path, err);
}

char *fl_path_parent(fl_arena *a, const char *path) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    while (n > 0 && path[n - 1] != '/') n--;
    while (n > 1 && path[n - 1] == '/') n--;
    return n == 0 ? fl_arena_strdup(a, ".") : fl_arena_strndup(a, path, n);
}

char *fl_path_join(fl_arena *a, const char *dir, const char *name) {
    size_t n = strlen(dir);
    return fl_arena_printf(a, n > 0 && dir[n - 1] == '/' ? "%s%s" : "%s/%s", dir, name);
}

void fl_mutex_init(fl_mutex *m) { fl_assert(pthread_mutex_init(m, NULL) == 0); }
void fl_mutex_deinit(fl_mutex *m) { pthread_mutex_destroy(m); }

void fl_cond_init(fl_cond *c) {
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    fl_assert(pthread_cond_init(c, &attr) == 0);
    pthread_condattr_destroy(&attr);
}

void fl_cond_deinit(fl_cond *c) { pthread_cond_destroy(c); }

void fl_cond_wait_us(fl_cond *c, fl_mutex *m, int64_t us) {
    if (us < 0) {
        fl_cond_wait(c, m);
        return;
    }
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    int64_t ns = t.tv_nsec + us % 1000000 * 1000;
    t.tv_sec += us / 1000000 + ns / 1000000000;
    t.tv_nsec = ns % 1000000000;
    pthread_cond_timedwait(c, m, &t);
}

int fl_thread_start(fl_platform *pf, fl_thread *t, const char *name, void *(*run)(void *), void *arg, fl_error *err) {
    fl_assert(!fl_platform_cooperative(pf));
    int rc = pthread_create(t, NULL, run, arg);
    if (rc != 0) {
        fl_fail(err, FL_ERR_FILE_NO_THREAD, name, strerror(rc));
        err->retriable = true;
        return err->code;
    }
    char shortened[16];
    snprintf(shortened, sizeof shortened, "%s", name);
    pthread_setname_np(*t, shortened);
    return 0;
}

void fl_thread_join(fl_thread t) { pthread_join(t, NULL); }

int fl_cpu_count(void) {
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (int)n : 1;
}
