/* SPDX-License-Identifier: Apache-2.0 */
/* platform_real.c -- the world as POSIX offers it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/platform.h"
#include "messages/file.h"

typedef struct real_file {
    fl_file base;
    int fd;
} real_file;

static int64_t real_now_ms(fl_platform *pf) {
    (void)pf;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t real_mono_us(fl_platform *pf) {
    (void)pf;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint64_t real_random_u64(fl_platform *pf) {
    (void)pf;
    uint64_t x;
    fl_assert(getrandom(&x, sizeof x, 0) == sizeof x);
    return x;
}

static int fail_path(fl_error *err, const char *what, const char *path) {
    int e = errno;
    fl_fail(err, FL_ERR_FILE_DISK, what, path, strerror(e));
    switch (e) {
    case ENOENT: fl_error_hint(err, FL_HINT_FILE_MISSING); break;
    case EACCES:
    case EPERM: fl_error_hint(err, FL_HINT_FILE_PERMISSION); break;
    case EDQUOT:
    case ENOSPC: fl_error_hint(err, FL_HINT_FILE_FULL); break;
    case EISDIR: fl_error_hint(err, FL_HINT_FILE_IS_DIRECTORY); break;
    case ENOTDIR: fl_error_hint(err, FL_HINT_FILE_NO_DIRECTORY); break;
    case EROFS: fl_error_hint(err, FL_HINT_FILE_READ_ONLY); break;
    case EMFILE:
    case ENFILE: fl_error_hint(err, FL_HINT_FILE_TOO_MANY); break;
    default: break;
    }
    err->retriable = e != ENOENT && e != EACCES && e != ENOTDIR && e != EISDIR;
    return err->code;
}

static int real_open(fl_platform *pf, const char *path, fl_open_mode mode, fl_file **out, fl_error *err) {
    static const int flags[] = {[FL_OPEN_READ] = O_RDONLY,
                                [FL_OPEN_CREATE] = O_WRONLY | O_CREAT | O_TRUNC | O_APPEND,
                                [FL_OPEN_APPEND] = O_WRONLY | O_APPEND};
    int fd = open(path, flags[mode] | O_CLOEXEC, 0666);
    if (fd < 0) return fail_path(err, "open", path);
    real_file *f = fl_calloc(1, sizeof *f);
    f->base = (fl_file){pf, fl_strdup(path)};
    f->fd = fd;
    *out = &f->base;
    return 0;
}

static int64_t real_read(fl_file *file, int64_t offset, void *buf, size_t n, fl_error *err) {
    real_file *f = (real_file *)file;
    for (;;) {
        ssize_t got = pread(f->fd, buf, n, offset);
        if (got >= 0) return got;
        if (errno != EINTR) return fail_path(err, "read", file->path);
    }
}

static int write_all(int fd, const char *path, const char *p, size_t n, fl_error *err) {
    while (n > 0) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return fail_path(err, "write", path);
        p += put;
        n -= (size_t)put;
    }
    return 0;
}

static int real_write(fl_file *file, const void *buf, size_t n, fl_error *err) {
    return write_all(((real_file *)file)->fd, file->path, buf, n, err);
}

static int real_truncate(fl_file *file, int64_t size, fl_error *err) {
    return ftruncate(((real_file *)file)->fd, size) == 0 ? 0 : fail_path(err, "truncate", file->path);
}

static int real_sync(fl_file *file, fl_error *err) {
    return fdatasync(((real_file *)file)->fd) == 0 ? 0 : fail_path(err, "sync", file->path);
}

static void real_close(fl_file *file) {
    close(((real_file *)file)->fd);
    free(file->path);
    free(file);
}

static int real_stat(fl_platform *pf, const char *path, fl_stat *out, fl_error *err) {
    (void)pf;
    struct stat st;
    if (stat(path, &st) != 0) return fail_path(err, "find", path);
    out->is_directory = S_ISDIR(st.st_mode);
    out->size_bytes = st.st_size;
    out->mtime_ms = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
    return 0;
}

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static int real_list(fl_platform *pf, const char *dir, fl_arena *a, char ***names, int *n, fl_error *err) {
    (void)pf;
    DIR *d = opendir(dir);
    if (d == NULL) return fail_path(err, "list", dir);
    int cap = 0;
    *names = NULL;
    *n = 0;
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            FL_PUSH(a, *names, *n, cap, fl_arena_strdup(a, e->d_name));
    closedir(d);
    if (*n > 0) qsort(*names, (size_t)*n, sizeof **names, by_name);
    return 0;
}

static int real_rename(fl_platform *pf, const char *from, const char *to, fl_error *err) {
    (void)pf;
    return rename(from, to) == 0 ? 0 : fail_path(err, "rename", from);
}

static int real_remove(fl_platform *pf, const char *path, fl_error *err) {
    (void)pf;
    return remove(path) == 0 ? 0 : fail_path(err, "remove", path);
}

static int real_mkdirs(fl_platform *pf, const char *dir, fl_error *err) {
    (void)pf;
    char *p = fl_strdup(dir);
    int rc = 0;
    for (char *at = p + 1; rc == 0; at++) {
        if (*at != '/' && *at != '\0') continue;
        char end = *at;
        *at = '\0';
        struct stat st;
        if (mkdir(p, 0777) != 0 && (errno != EEXIST || stat(p, &st) != 0 || !S_ISDIR(st.st_mode)))
            rc = fail_path(err, "create directory", p);
        *at = end;
        if (end == '\0') break;
    }
    free(p);
    return rc;
}

static int real_sync_dir(fl_platform *pf, const char *dir, fl_error *err) {
    (void)pf;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fail_path(err, "open directory", dir);
    int rc = fsync(fd) == 0 ? 0 : fail_path(err, "sync directory", dir);
    close(fd);
    return rc;
}

static int real_out(fl_platform *pf, fl_stream stream, const void *bytes, size_t n, fl_error *err) {
    (void)pf;
    return write_all((int)stream, stream == FL_STDOUT ? "standard output" : "standard error", bytes, n, err);
}

static int real_step(fl_platform *pf, fl_error *err) {
    (void)pf, (void)err;
    return 0;
}

static const char *real_env(fl_platform *pf, const char *name) {
    (void)pf;
    return getenv(name);
}

static const fl_platform_ops real_ops = {
    .name = "real",
    .cooperative = false,
    .now_ms = real_now_ms,
    .mono_us = real_mono_us,
    .random_u64 = real_random_u64,
    .open = real_open,
    .read = real_read,
    .write = real_write,
    .truncate = real_truncate,
    .sync = real_sync,
    .close = real_close,
    .stat = real_stat,
    .list = real_list,
    .rename = real_rename,
    .remove = real_remove,
    .mkdirs = real_mkdirs,
    .sync_dir = real_sync_dir,
    .out = real_out,
    .env = real_env,
    .step = real_step,
};

fl_platform *fl_platform_real(void) {
    static fl_platform real = {.ops = &real_ops};
    return &real;
}
