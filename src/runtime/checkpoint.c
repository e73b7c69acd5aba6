/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint.c -- writes and reads checkpoint directories.
 *
 * The manifest, line by line; fields are separated by blanks, names come last because they may hold blanks:
 *     flott checkpoint 1
 *     id 12   job 81985529216486895   started 1767225600000   created 1767225660000   max-parallelism 128   finished 0
 *     name sensors
 *     operator 3 1 WindowAggregate …          plan id, parallelism, digest
 *     file 5120 0123456789abcdef task-0-0     bytes, checksum
 *     end fedcba9876543210                    checksum of all lines before
 */
#include "runtime/checkpoint.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "messages/checkpoint.h"

enum { VERSION = 1, MANIFEST_BYTES_MAX = 64 << 20, LAST_LINE_BYTES = 4 + 16 + 1, SUBTASKS_MAX = 1 << 15 };
#define STATE_BYTES_MAX ((size_t)1 << 40)

struct fl_checkpoint_writer {
    fl_platform *pf;
    fl_arena arena;
    const char *dir, *tmp, *final;
    fl_buf manifest;
};

static const char *checkpoint_path(fl_arena *a, const char *dir, int64_t id, const char *suffix) {
    return fl_arena_printf(a, "%s/chk-%lld%s", dir, (long long)id, suffix);
}

/* What ends a manifest of these bytes. */
static const char *last_line(fl_arena *a, const char *manifest, size_t n) {
    return fl_arena_printf(a, "end %016llx\n", (unsigned long long)fl_checksum(manifest, n));
}

/* ---- writing ---- */

static void put_line_safe(fl_buf *b, const char *s) {
    for (; *s != '\0'; s++) fl_buf_putc(b, *s == '\n' || *s == '\r' ? ' ' : *s);
    fl_buf_putc(b, '\n');
}

int fl_checkpoint_begin(fl_platform *pf, const char *dir, const fl_checkpoint_meta *m, fl_checkpoint_writer **out,
                        fl_error *err) {
    fl_checkpoint_writer *w = fl_calloc(1, sizeof *w);
    w->pf = pf;
    fl_arena_init(&w->arena);
    w->dir = fl_arena_strdup(&w->arena, dir);
    w->tmp = checkpoint_path(&w->arena, dir, m->id, ".tmp");
    w->final = checkpoint_path(&w->arena, dir, m->id, "");
    fl_buf_printf(
        &w->manifest,
        "flott checkpoint %d\nid %lld job %lld started %lld created %lld max-parallelism %d finished %d\nname ",
        VERSION, (long long)m->id, (long long)m->job_uid, (long long)m->start_ms, (long long)m->created_ms,
        m->max_parallelism, m->finished);
    put_line_safe(&w->manifest, m->job_name);
    for (int i = 0; i < m->n_ops; i++) {
        fl_buf_printf(&w->manifest, "operator %d %d ", m->ops[i].plan_id, m->ops[i].parallelism);
        put_line_safe(&w->manifest, m->ops[i].digest);
    }
    int rc = fl_disk_remove_tree(pf, w->tmp, err);
    if (rc == 0) rc = fl_disk_mkdirs(pf, w->tmp, err);
    if (rc < 0) {
        fl_checkpoint_writer_free(w);
        return fl_error_prefix(err, FL_AT_CHECKPOINT_WRITING, (long long)m->id);
    }
    *out = w;
    return 0;
}

static int write_file(fl_checkpoint_writer *w, const char *name, fl_str bytes, fl_error *err) {
    fl_file *f;
    FL_TRY(fl_file_open(w->pf, fl_path_join(&w->arena, w->tmp, name), FL_OPEN_CREATE, &f, err));
    int rc = fl_file_write(f, bytes.p, bytes.n, err);
    if (rc == 0) rc = fl_file_sync(f, err);
    fl_file_close(f);
    return rc;
}

void fl_checkpoint_put_op(fl_buf *out, int plan_id, int subtask, fl_str state) {
    fl_buf_put_u32(out, (uint32_t)plan_id);
    fl_buf_put_u32(out, (uint32_t)subtask);
    fl_buf_put_u64(out, state.n);
    fl_buf_put_str(out, state);
}

int fl_checkpoint_write(fl_checkpoint_writer *w, int vertex, int subtask, fl_str bytes, fl_error *err) {
    char name[64];
    snprintf(name, sizeof name, "task-%d-%d", vertex, subtask);
    FL_TRY(write_file(w, name, bytes, err));
    fl_buf_printf(&w->manifest, "file %zu %016llx %s\n", bytes.n, (unsigned long long)fl_checksum(bytes.p, bytes.n),
                  name);
    return 0;
}

int fl_checkpoint_finish(fl_checkpoint_writer *w, fl_error *err) {
    fl_buf_puts(&w->manifest, last_line(&w->arena, w->manifest.p, w->manifest.n));
    FL_TRY(write_file(w, "manifest", fl_str_make(w->manifest.p, w->manifest.n), err));
    FL_TRY(fl_disk_sync_dir(w->pf, w->tmp, err));
    FL_TRY(fl_disk_rename(w->pf, w->tmp, w->final, err));
    return fl_disk_sync_dir(w->pf, w->dir, err);
}

void fl_checkpoint_abort(fl_checkpoint_writer *w) {
    fl_error err;
    fl_disk_remove_tree(w->pf, w->tmp, &err); /* the next attempt clears it again: a failure here loses nothing */
}

void fl_checkpoint_writer_free(fl_checkpoint_writer *w) {
    if (w == NULL) return;
    fl_buf_deinit(&w->manifest);
    fl_arena_deinit(&w->arena);
    free(w);
}

/* ---- reading ---- */

static int damaged(fl_error *err, const char *path, const char *what) {
    return fl_fail(err, FL_ERR_CHECKPOINT_DAMAGED, path, what);
}

/* Takes the next line off *text. */
static bool next_line(fl_str *text, fl_str *line) {
    const char *nl = text->n > 0 ? memchr(text->p, '\n', text->n) : NULL;
    if (nl == NULL) return false;
    *line = fl_str_make(text->p, (size_t)(nl - text->p));
    text->n -= line->n + 1;
    text->p = nl + 1;
    return true;
}

static int read_states(fl_arena *a, fl_checkpoint *c, fl_str bytes, int *cap, const char *file, fl_error *err) {
    fl_reader r = fl_reader_make(bytes.p, bytes.n);
    while (r.p < r.end) {
        struct fl_checkpoint_state s;
        s.plan_id = (int)fl_read_u32(&r);
        s.subtask = (int)fl_read_u32(&r);
        uint64_t n = fl_read_u64(&r);
        const char *p = n <= (uint64_t)(r.end - r.p) ? fl_read_raw(&r, (size_t)n) : NULL;
        if (p == NULL || r.bad)
            return damaged(err, c->path, fl_arena_printf(a, "file '%s' ends in the middle of a state", file));
        if (s.subtask < 0 || s.subtask >= SUBTASKS_MAX)
            return damaged(err, c->path, fl_arena_printf(a, "file '%s' has a state of no possible subtask", file));
        s.bytes = fl_str_make(p, (size_t)n);
        FL_PUSH(a, c->states, c->n_states, *cap, s);
    }
    return 0;
}

static int read_file_line(fl_platform *pf, fl_arena *a, fl_checkpoint *c, fl_str line, int *cap, fl_error *err) {
    size_t bytes, got;
    unsigned long long sum;
    char name[256], *p;
    if (sscanf(fl_arena_strndup(a, line.p, line.n), "file %zu %llx %255s", &bytes, &sum, name) != 3 ||
        strchr(name, '/') != NULL)
        return damaged(err, c->path, "a line of the manifest is malformed");
    int rc = fl_disk_read_all(pf, fl_path_join(a, c->path, name), STATE_BYTES_MAX, a, &p, &got, err);
    if (rc < 0) return damaged(err, c->path, fl_arena_printf(a, "file '%s' cannot be read: %s", name, err->message));
    if (got != bytes)
        return damaged(err, c->path,
                       fl_arena_printf(a, "file '%s' has %zu bytes, the manifest says %zu", name, got, bytes));
    if (fl_checksum(p, got) != sum)
        return damaged(err, c->path, fl_arena_printf(a, "the checksum of file '%s' does not match", name));
    return read_states(a, c, fl_str_make(p, got), cap, name, err);
}

static int read_op_line(fl_arena *a, fl_checkpoint *c, fl_str line, int *cap, fl_error *err) {
    fl_checkpoint_op op, *ops = (fl_checkpoint_op *)(uintptr_t)c->meta.ops;
    int used = 0;
    const char *text = fl_arena_strndup(a, line.p, line.n);
    if (sscanf(text, "operator %d %d %n", &op.plan_id, &op.parallelism, &used) != 2 || used == 0 || op.parallelism < 1)
        return damaged(err, c->path, "a line of the manifest is malformed");
    op.digest = text + used;
    FL_PUSH(a, ops, c->meta.n_ops, *cap, op);
    c->meta.ops = ops;
    return 0;
}

static int read_head(fl_arena *a, fl_checkpoint *c, fl_str *text, fl_error *err) {
    fl_str line;
    int version, finished;
    long long id, job, started, created;
    if (!next_line(text, &line) || sscanf(fl_arena_strndup(a, line.p, line.n), "flott checkpoint %d", &version) != 1)
        return damaged(err, c->path, "the manifest does not begin as one");
    if (version != VERSION) return fl_fail(err, FL_ERR_CHECKPOINT_VERSION, c->path, version, VERSION);
    if (!next_line(text, &line) ||
        sscanf(fl_arena_strndup(a, line.p, line.n),
               "id %lld job %lld started %lld created %lld max-parallelism %d finished %d", &id, &job, &started,
               &created, &c->meta.max_parallelism, &finished) != 6 ||
        c->meta.max_parallelism < 1 || c->meta.max_parallelism > 32768 || !next_line(text, &line) ||
        !fl_str_starts(line, "name "))
        return damaged(err, c->path, "the head of the manifest is malformed");
    c->meta.id = id;
    c->meta.job_uid = job;
    c->meta.start_ms = started;
    c->meta.created_ms = created;
    c->meta.finished = finished != 0;
    c->meta.job_name = fl_arena_strndup(a, line.p + 5, line.n - 5);
    return 0;
}

int fl_checkpoint_read(fl_platform *pf, fl_arena *a, const char *path, fl_checkpoint **out, fl_error *err) {
    fl_checkpoint *c = FL_NEW(a, fl_checkpoint);
    char *p;
    size_t n;
    c->path = fl_arena_strdup(a, path);
    if (fl_disk_read_all(pf, fl_path_join(a, path, "manifest"), MANIFEST_BYTES_MAX, a, &p, &n, err) < 0)
        return damaged(err, path, fl_arena_printf(a, "its manifest cannot be read: %s", err->message));
    const char *end = n > LAST_LINE_BYTES ? p + n - LAST_LINE_BYTES : NULL;
    if (end == NULL || end[-1] != '\n' || memcmp(end, "end ", 4) != 0 || p[n - 1] != '\n')
        return damaged(err, path, "the manifest is cut off");
    if (memcmp(end, last_line(a, p, (size_t)(end - p)), LAST_LINE_BYTES) != 0)
        return damaged(err, path, "the checksum of the manifest does not match");
    fl_str text = fl_str_make(p, (size_t)(end - p)), line;
    int cap_ops = 0, cap_states = 0;
    FL_TRY(read_head(a, c, &text, err));
    while (next_line(&text, &line)) {
        if (fl_str_starts(line, "operator "))
            FL_TRY(read_op_line(a, c, line, &cap_ops, err));
        else if (fl_str_starts(line, "file "))
            FL_TRY(read_file_line(pf, a, c, line, &cap_states, err));
        else
            return damaged(err, path, "a line of the manifest is of no known kind");
    }
    *out = c;
    return 0;
}

static int descending(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

/* Whether a directory's name is that of a checkpoint. */
static bool parse_name(const char *name, int64_t *id) {
    long long n;
    int used = 0;
    if (sscanf(name, "chk-%lld%n", &n, &used) != 1 || name[used] != '\0' || n <= 0) return false;
    *id = n;
    return true;
}

/* chk-12, dir/chk-12, dir/chk-12/ */
static bool names_one(fl_arena *a, const char *path, int64_t *id) {
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/') n--;
    const char *bare = fl_arena_strndup(a, path, n), *slash = strrchr(bare, '/');
    return parse_name(slash != NULL ? slash + 1 : bare, id);
}

int fl_checkpoint_list(fl_platform *pf, fl_arena *a, const char *dir, int64_t **ids, int *n, fl_error *err) {
    char **names;
    int n_names, cap = 0;
    *ids = NULL;
    *n = 0;
    if (!fl_disk_exists(pf, dir)) return 0;
    if (fl_disk_list(pf, dir, a, &names, &n_names, err) < 0) return fl_error_prefix(err, FL_AT_CHECKPOINT_LISTING);
    int64_t id;
    for (int i = 0; i < n_names; i++)
        if (parse_name(names[i], &id)) FL_PUSH(a, *ids, *n, cap, id);
    if (*n > 0) qsort(*ids, (size_t)*n, sizeof **ids, descending);
    return 0;
}

int fl_checkpoint_find(fl_platform *pf, fl_arena *a, const char *path, int64_t job_uid,
                       void (*warn)(void *arg, const char *text), void *arg, fl_checkpoint **out, fl_error *err) {
    const char *whose = job_uid != 0 ? " of this job" : "";
    int64_t *ids, id;
    int n, n_damaged = 0;
    if (!fl_disk_exists(pf, path)) return fl_fail(err, FL_ERR_CHECKPOINT_NOT_THERE, path);
    bool is_one = names_one(a, path, &id) || fl_disk_exists(pf, fl_path_join(a, path, "manifest"));
    if (is_one) return fl_checkpoint_read(pf, a, path, out, err);
    FL_TRY(fl_checkpoint_list(pf, a, path, &ids, &n, err));
    if (n == 0) return fl_fail(err, FL_ERR_CHECKPOINT_NONE, path);
    for (int i = 0; i < n; i++) {
        int rc = fl_checkpoint_read(pf, a, checkpoint_path(a, path, ids[i], ""), out, err);
        if (rc == 0 && job_uid != 0 && (*out)->meta.job_uid != job_uid) break; /* older ones are no more ours */
        if (rc != FL_E_CORRUPT) return rc;
        n_damaged++;
        warn(arg, err->message);
    }
    if (n_damaged == 0) return fl_fail(err, FL_ERR_CHECKPOINT_NONE_OF_JOB, whose, path);
    return fl_fail(err, FL_ERR_CHECKPOINT_NONE_WHOLE, n_damaged, whose, path, fl_arena_strdup(a, err->message));
}

int fl_checkpoint_delete(fl_platform *pf, const char *dir, int64_t id, fl_error *err) {
    fl_arena a;
    fl_arena_init(&a);
    const char *path = checkpoint_path(&a, dir, id, "");
    const char *manifest = fl_path_join(&a, path, "manifest");
    int rc = fl_disk_exists(pf, manifest) ? fl_disk_remove(pf, manifest, err) : 0;
    if (rc == 0) rc = fl_disk_remove_tree(pf, path, err);
    fl_arena_deinit(&a);
    return rc;
}

int fl_checkpoint_states(const fl_checkpoint *c, fl_arena *a, int plan_id, fl_str **out) {
    int n = 0;
    for (int i = 0; i < c->n_states; i++)
        if (c->states[i].plan_id == plan_id) n = FL_MAX(n, c->states[i].subtask + 1);
    *out = FL_NEW_N(a, fl_str, n);
    for (int i = 0; i < c->n_states; i++)
        if (c->states[i].plan_id == plan_id) (*out)[c->states[i].subtask] = c->states[i].bytes;
    return n;
}
