/* SPDX-License-Identifier: Apache-2.0 */
/* fs_sink.c -- writes part files that become visible exactly once.
 *
 * What:       rows are encoded into one part file for each partition directory; a file that is large or old enough is
 *             closed and another one begun ("rolled").
 * Interface:  fl_filesystem_sink.
 *
 *                       first row          rolled                     checkpoint durable
 *             (nothing) ────────► open ────────────► pending ──────────────────────────► finished
 *                                 .part-…-0-3.inprogress (hidden)                        part-…-0-3
 *
 * Order:      open, [restore]; write, watermark, timer and prepare in any mix, commit after prepare; finish; close.
 * Exactly once: prepare makes all bytes and names durable and writes down, for each open file, how long it is, and all
 *             pending files. commit renames what was pending then, and syncs the directories; to do it twice changes
 *             nothing. restore cuts open files to the length of then and goes on appending, finishes the pending ones,
 *             and deletes what the checkpoint does not know of: it belongs to rows that will come again.
 *             Without checkpoints, and in batch mode, finish makes everything visible.
 * Names:      part-<uid>-<subtask>-<number>. The uid is made from the job's lineage and the sink's place in the plan:
 *             no two sinks and no two jobs share one, and a restored job finds its own. Numbers grow, over all files of
 *             a subtask and through all restores.
 * Rescaling:  subtask t of P looks after the files of all subtasks of then whose number is t modulo P. What others than
 *             t had open is cut, and becomes pending for the next checkpoint.
 * Partitions: a partition that counts as complete (fs_commit_config) at a checkpoint is closed with it; once its files
 *             are visible it gets its success file. Only one subtask runs then, so it knows all of them.
 * Invariants: (1) a hidden file of this uid and subtask is open, pending, or a leftover that begin() removes.
 *             (2) written + buf.n is the length of an open file.  (3) numbers below number_next have been used.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "connectors/filesystem/filesystem.h"
#include "messages/checkpoint.h"
#include "messages/connector.h"

enum {
    FLUSH_BYTES = 256 << 10,   /* of one file */
    BUFFERED_BYTES = 32 << 20, /* of all files together */
    HANDLES_MAX = 64,          /* files kept open at the same time; the others are reopened when they are written */
    BUCKETS_SPARE = 1024,      /* directories without anything to do that are remembered */
};
#define NO_CHECKPOINT INT64_MAX /* of a pending file: the next one */

/* A directory, and the file in it that is being written. */
typedef struct bucket {
    char *dir; /* below the table's path; owned */
    bool open;
    int64_t number;  /* of the file */
    int64_t written; /* bytes handed to the file */
    int64_t created_ms, updated_ms;
    fl_file *file; /* NULL: not at hand */
    int64_t used;  /* turn of its last use, for the choice of a file to put away */
    fl_buf buf;    /* bytes to be written */
    /* the partition, if partitions are committed */
    int64_t since_ms;   /* when rows came first; INT64_MAX: none since the last commit */
    int64_t renewed_ms; /* when rows came after it had been found complete; INT64_MAX: none */
    int64_t ready;      /* complete with this checkpoint; NO_CHECKPOINT: not yet */
} bucket;

typedef struct pending {
    char *dir; /* owned */
    int subtask;
    int64_t number, length, checkpoint;
} pending;

typedef struct fs_sink {
    fl_sink base;
    const fs_sink_config *cfg;
    fl_encoder *encoder;
    char uid[20];
    bool direct; /* visible at the end, without checkpoints */
    /* what changes */
    bool begun; /* leftovers of earlier attempts are gone */
    bool ended; /* no more rows */
    int64_t number_next;
    int64_t watermark;
    int64_t turn;
    bucket **buckets; /* owned */
    int n_buckets, cap_buckets;
    uint32_t *slots; /* index of a bucket + 1 by the hash of its dir; 0: empty */
    uint32_t n_slots;
    int n_handles;
    size_t buffered; /* bytes in all buf */
    pending *pending;
    int n_pending, cap_pending;
    char **dirty; /* directories with names that are not durable yet; owned */
    int n_dirty, cap_dirty;
    fl_buf dir, text; /* of the row in hand: its directory, and room to make it */
} fs_sink;

/* ---- paths: in the scratch arena ---- */

static const char *dir_path(const fs_sink *s, const char *dir) {
    return *dir != '\0' ? fl_path_join(s->base.ctx->scratch, s->cfg->path, dir) : s->cfg->path;
}

static const char *part_path(const fs_sink *s, const char *dir, int subtask, int64_t number, bool hidden) {
    fl_arena *a = s->base.ctx->scratch;
    const char *name = fl_arena_printf(a, hidden ? ".part-%s-%d-%lld.inprogress" : "part-%s-%d-%lld", s->uid, subtask,
                                       (long long)number);
    return fl_path_join(a, dir_path(s, dir), name);
}

static const char *open_path(const fs_sink *s, const bucket *b) {
    return part_path(s, b->dir, s->base.ctx->subtask, b->number, true);
}

/* Whether it is a name of this sink, and whose. */
static bool parse_name(const fs_sink *s, const char *name, int *subtask, int64_t *number, bool *hidden) {
    long long n;
    char ending[16] = "";
    *hidden = name[0] == '.';
    name += *hidden;
    if (strncmp(name, "part-", 5) != 0 || strncmp(name + 5, s->uid, strlen(s->uid)) != 0) return false;
    name += 5 + strlen(s->uid);
    if (sscanf(name, "-%d-%lld%15s", subtask, &n, ending) < 2) return false;
    *number = n;
    return strcmp(ending, *hidden ? ".inprogress" : "") == 0;
}

/* ---- directories that have to be synced ---- */

static void mark_dirty(fs_sink *s, const char *path) {
    for (int i = s->n_dirty - 1; i >= 0; i--)
        if (strcmp(s->dirty[i], path) == 0) return;
    if (s->n_dirty == s->cap_dirty) {
        s->cap_dirty = FL_MAX(2 * s->cap_dirty, 8);
        s->dirty = fl_realloc(s->dirty, sizeof *s->dirty * (size_t)s->cap_dirty);
    }
    s->dirty[s->n_dirty++] = fl_strdup(path);
}

static int sync_dirty(fs_sink *s, fl_error *err) {
    for (; s->n_dirty > 0; s->n_dirty--) {
        FL_TRY(fl_disk_sync_dir(s->base.ctx->pf, s->dirty[s->n_dirty - 1], err));
        free(s->dirty[s->n_dirty - 1]);
    }
    return 0;
}

/* Makes a directory with its parents; the names of the new ones become durable with the next sync_dirty. */
static int make_dir(fs_sink *s, const char *path, fl_error *err) {
    fl_platform *pf = s->base.ctx->pf;
    fl_stat st;
    if (fl_disk_stat(pf, path, &st, err) == 0) return 0; /* a file of that name fails what comes next */
    if (err->code != FL_E_IO || err->retriable) return err->code;
    const char *parent = fl_path_parent(s->base.ctx->scratch, path);
    if (strcmp(parent, path) != 0) FL_TRY(make_dir(s, parent, err));
    FL_TRY(fl_disk_mkdirs(pf, path, err));
    mark_dirty(s, parent);
    return 0;
}

/* ---- buckets ---- */

static uint32_t *find_slot(const fs_sink *s, fl_str dir) {
    uint64_t mask = s->n_slots - 1, i = fl_hash_bytes(dir.p, dir.n) & mask;
    while (s->slots[i] != 0 && !fl_str_is(dir, s->buckets[s->slots[i] - 1]->dir)) i = (i + 1) & mask;
    return &s->slots[i];
}

static void index_buckets(fs_sink *s) {
    s->n_slots = 64;
    while (s->n_slots < 4 * (uint32_t)s->n_buckets) s->n_slots *= 2;
    free(s->slots);
    s->slots = fl_calloc(s->n_slots, sizeof *s->slots);
    for (int i = 0; i < s->n_buckets; i++) *find_slot(s, fl_str_from(s->buckets[i]->dir)) = (uint32_t)i + 1;
}

static bucket *bucket_of(fs_sink *s, fl_str dir) {
    if (2 * (uint32_t)s->n_buckets >= s->n_slots) index_buckets(s);
    uint32_t *slot = find_slot(s, dir);
    if (*slot != 0) return s->buckets[*slot - 1];
    if (s->n_buckets == s->cap_buckets) {
        s->cap_buckets = FL_MAX(2 * s->cap_buckets, 8);
        s->buckets = fl_realloc(s->buckets, sizeof *s->buckets * (size_t)s->cap_buckets);
    }
    bucket *b = s->buckets[s->n_buckets++] = fl_calloc(1, sizeof *b);
    b->dir = fl_strndup(dir.p, dir.n);
    b->since_ms = b->renewed_ms = INT64_MAX;
    b->ready = NO_CHECKPOINT;
    *slot = (uint32_t)s->n_buckets;
    return b;
}

static void free_bucket(bucket *b) {
    fl_file_close(b->file);
    fl_buf_deinit(&b->buf);
    free(b->dir);
    free(b);
}

/* Forgets directories without a file and without a partition to commit, when there are many. */
static void forget_idle(fs_sink *s) {
    int kept = 0, idle = 0;
    for (int i = 0; i < s->n_buckets; i++) idle += !s->buckets[i]->open && s->buckets[i]->since_ms == INT64_MAX;
    if (idle < BUCKETS_SPARE) return;
    for (int i = 0; i < s->n_buckets; i++) {
        bucket *b = s->buckets[i];
        if (b->open || b->since_ms != INT64_MAX)
            s->buckets[kept++] = b;
        else
            free_bucket(b);
    }
    s->n_buckets = kept;
    index_buckets(s);
}

/* ---- one file ---- */

static void put_away(fs_sink *s, bucket *b) {
    if (b->file == NULL) return;
    fl_file_close(b->file);
    b->file = NULL;
    s->n_handles--;
}

/* The file of an open bucket, ready to be written. */
static int need_file(fs_sink *s, bucket *b, fl_open_mode mode, fl_error *err) {
    b->used = ++s->turn;
    if (b->file != NULL) return 0;
    if (s->n_handles >= HANDLES_MAX) {
        bucket *oldest = NULL;
        for (int i = 0; i < s->n_buckets; i++)
            if (s->buckets[i]->file != NULL && (oldest == NULL || s->buckets[i]->used < oldest->used))
                oldest = s->buckets[i];
        put_away(s, oldest);
    }
    FL_TRY(fl_file_open(s->base.ctx->pf, open_path(s, b), mode, &b->file, err));
    s->n_handles++;
    return 0;
}

static int flush(fs_sink *s, bucket *b, fl_error *err) {
    if (b->buf.n == 0) return 0;
    FL_TRY(need_file(s, b, FL_OPEN_APPEND, err));
    FL_TRY(fl_file_write(b->file, b->buf.p, b->buf.n, err));
    b->written += (int64_t)b->buf.n;
    s->buffered -= b->buf.n;
    fl_buf_reset(&b->buf);
    return 0;
}

static int flush_all(fs_sink *s, fl_error *err) {
    for (int i = 0; i < s->n_buckets; i++) {
        FL_TRY(flush(s, s->buckets[i], err));
        fl_buf_deinit(&s->buckets[i]->buf);
    }
    return 0;
}

static int sync_part(fs_sink *s, bucket *b, fl_error *err) {
    FL_TRY(flush(s, b, err));
    FL_TRY(need_file(s, b, FL_OPEN_APPEND, err));
    return fl_file_sync(b->file, err);
}

static int begin_part(fs_sink *s, bucket *b, int64_t now_ms, fl_error *err) {
    b->number = s->number_next++;
    b->written = 0;
    b->created_ms = now_ms;
    FL_TRY(make_dir(s, dir_path(s, b->dir), err));
    FL_TRY(need_file(s, b, FL_OPEN_CREATE, err));
    b->open = true;
    mark_dirty(s, dir_path(s, b->dir));
    return 0;
}

static void push_pending(fs_sink *s, pending p) {
    if (s->n_pending == s->cap_pending) {
        s->cap_pending = FL_MAX(2 * s->cap_pending, 8);
        s->pending = fl_realloc(s->pending, sizeof *s->pending * (size_t)s->cap_pending);
    }
    s->pending[s->n_pending++] = p;
}

/* Closes the file: it waits for the next checkpoint. */
static int roll(fs_sink *s, bucket *b, fl_error *err) {
    FL_TRY(sync_part(s, b, err));
    put_away(s, b);
    b->open = false;
    push_pending(s, (pending){fl_strdup(b->dir), s->base.ctx->subtask, b->number, b->written, NO_CHECKPOINT});
    return 0;
}

/* ---- finished files ---- */

/* Gives a pending file its name. One that is gone has got it before, and somebody may have taken it away since. */
static int publish_one(fs_sink *s, const pending *p, fl_error *err) {
    fl_platform *pf = s->base.ctx->pf;
    const char *from = part_path(s, p->dir, p->subtask, p->number, true);
    fl_stat st;
    if (fl_disk_stat(pf, from, &st, err) < 0) return err->code == FL_E_IO && !err->retriable ? 0 : err->code;
    if (st.size_bytes != p->length)
        return fl_fail(err, FL_ERR_CONNECTOR_PART_LENGTH, from, (long long)st.size_bytes, (long long)p->length);
    FL_TRY(fl_disk_rename(pf, from, part_path(s, p->dir, p->subtask, p->number, false), err));
    mark_dirty(s, dir_path(s, p->dir));
    return 0;
}

static int publish(fs_sink *s, int64_t checkpoint, fl_error *err) {
    int kept = 0;
    for (int i = 0; i < s->n_pending; i++)
        if (s->pending[i].checkpoint <= checkpoint) FL_TRY(publish_one(s, &s->pending[i], err));
    FL_TRY(sync_dirty(s, err));
    for (int i = 0; i < s->n_pending; i++) {
        if (s->pending[i].checkpoint <= checkpoint)
            free(s->pending[i].dir);
        else
            s->pending[kept++] = s->pending[i];
    }
    s->n_pending = kept;
    return 0;
}

static int write_success_file(fs_sink *s, const char *dir, fl_error *err) {
    fl_platform *pf = s->base.ctx->pf;
    const char *path = fl_path_join(s->base.ctx->scratch, dir_path(s, dir), s->cfg->commit.success_file);
    fl_file *f;
    FL_TRY(fl_file_open(pf, path, FL_OPEN_CREATE, &f, err));
    fl_file_close(f);
    mark_dirty(s, dir_path(s, dir));
    return 0;
}

/* ---- partitions that are complete ---- */

static bool commits_partitions(const fs_sink *s) { return s->cfg->commit.success_file != NULL && s->cfg->keys.n > 0; }

static void track(bucket *b, int64_t now_ms) {
    int64_t *when = b->ready == NO_CHECKPOINT ? &b->since_ms : &b->renewed_ms;
    *when = FL_MIN(*when, now_ms);
}

static int is_complete(fs_sink *s, const bucket *b, int64_t now_ms, fl_error *err) {
    const fs_commit_config *c = &s->cfg->commit;
    int64_t partition_ms;
    if (s->ended) return true;
    if (!c->by_partition_time) return c->delay_ms == 0 || now_ms > b->since_ms + c->delay_ms;
    FL_TRY(fs_partition_time_ms(s->base.ctx->scratch, c, &s->cfg->keys, b->dir, &partition_ms, err));
    return s->watermark != FL_WATERMARK_MIN && s->watermark > partition_ms + c->delay_ms;
}

/* Closes the files of partitions that are complete now: they become visible with the checkpoint. */
static int find_complete(fs_sink *s, int64_t checkpoint, fl_error *err) {
    int64_t now_ms = fl_now_ms(s->base.ctx->pf);
    for (int i = 0; i < s->n_buckets; i++) {
        bucket *b = s->buckets[i];
        if (b->since_ms == INT64_MAX || b->ready != NO_CHECKPOINT) continue;
        int complete = is_complete(s, b, now_ms, err);
        if (complete < 0) return complete;
        if (!complete) continue;
        if (b->open) FL_TRY(roll(s, b, err));
        b->ready = checkpoint;
    }
    return 0;
}

static int commit_partitions(fs_sink *s, int64_t checkpoint, fl_error *err) {
    for (int i = 0; i < s->n_buckets; i++) {
        bucket *b = s->buckets[i];
        if (b->ready == NO_CHECKPOINT || b->ready > checkpoint) continue;
        FL_TRY(write_success_file(s, b->dir, err));
        b->since_ms = b->renewed_ms;
        b->renewed_ms = INT64_MAX;
        b->ready = NO_CHECKPOINT;
    }
    return sync_dirty(s, err);
}

/* ---- leftovers ---- */

typedef struct cleaner {
    fs_sink *s;
    const int64_t *first_unknown; /* by subtask of then: numbers from here on are unknown to the checkpoint */
    int n_subtasks;
    int64_t first_unknown_else;
} cleaner;

static bool is_known(const fs_sink *s, const char *dir, int subtask, int64_t number) {
    for (int i = 0; i < s->n_pending; i++) {
        const pending *p = &s->pending[i];
        if (p->number == number && p->subtask == subtask && strcmp(p->dir, dir) == 0) return true;
    }
    for (int i = 0; subtask == s->base.ctx->subtask && i < s->n_buckets; i++) {
        const bucket *b = s->buckets[i];
        if (b->open && b->number == number && strcmp(b->dir, dir) == 0) return true;
    }
    return false;
}

static bool is_leftover(const cleaner *c, const char *dir, const char *name) {
    const fl_task_ctx *ctx = c->s->base.ctx;
    int subtask;
    int64_t number;
    bool hidden;
    if (!parse_name(c->s, name, &subtask, &number, &hidden) || subtask % ctx->parallelism != ctx->subtask) return false;
    int64_t first_unknown = subtask < c->n_subtasks ? c->first_unknown[subtask] : c->first_unknown_else;
    return number >= first_unknown || (hidden && !is_known(c->s, dir, subtask, number));
}

static int clean(const cleaner *c, const char *dir, int level, fl_error *err) {
    fs_sink *s = c->s;
    fl_platform *pf = s->base.ctx->pf;
    fl_arena *a = s->base.ctx->scratch;
    char **names;
    int n;
    if (fl_disk_list(pf, dir_path(s, dir), a, &names, &n, err) < 0)
        return err->code == FL_E_IO && !err->retriable ? 0 : err->code;
    for (int i = 0; i < n; i++) {
        const char *below = *dir != '\0' ? fl_path_join(a, dir, names[i]) : names[i];
        if (is_leftover(c, dir, names[i]))
            FL_TRY(fl_disk_remove(pf, dir_path(s, below), err));
        else if (level < s->cfg->keys.n && !fs_is_hidden(names[i]) && strchr(names[i], '=') != NULL)
            FL_TRY(clean(c, below, level + 1, err));
    }
    return 0;
}

/* The first thing that happens to a sink that was not restored. Whatever bears its name is from an attempt that is
 * being made again from the start. */
static int begin(fs_sink *s, fl_error *err) {
    if (s->begun) return 0;
    s->begun = true;
    return clean(&(cleaner){.s = s}, "", 0, err);
}

/* ---- INSERT OVERWRITE ---- */

static int remove_visible(fs_sink *s, const char *dir, fl_error *err) {
    char **names;
    int n;
    fl_platform *pf = s->base.ctx->pf;
    fl_arena *a = s->base.ctx->scratch;
    const char *path = dir_path(s, dir);
    if (!fl_disk_exists(pf, path)) return 0;
    FL_TRY(fl_disk_list(pf, path, a, &names, &n, err));
    for (int i = 0; i < n; i++)
        if (!fs_is_hidden(names[i])) FL_TRY(fl_disk_remove_tree(pf, fl_path_join(a, path, names[i]), err));
    return 0;
}

/* The table, or those of its partitions that rows have come for; the only subtask does it, right before the new files
 * become visible. */
static int overwrite(fs_sink *s, fl_error *err) {
    if (s->cfg->keys.n == 0) return remove_visible(s, "", err);
    if (s->n_pending == 0 && s->cfg->static_dir != NULL) {
        FL_TRY(remove_visible(s, s->cfg->static_dir, err));
        return make_dir(s, dir_path(s, s->cfg->static_dir), err);
    }
    for (int i = 0; i < s->n_pending; i++) FL_TRY(remove_visible(s, s->pending[i].dir, err));
    return 0;
}

/* ---- rows ---- */

/* The columns that stand in files, with the rows and kinds of b. */
static fl_batch *project(const fs_sink *s, fl_batch *b) {
    fl_batch *out = fl_batch_new(s->cfg->file.n, b->n);
    for (int i = 0; i < out->n_cols; i++) out->cols[i] = fl_column_ref(b->cols[s->cfg->file_cols[i]]);
    if (b->kinds != NULL && b->n > 0) memcpy(fl_batch_need_kinds(out), b->kinds, (size_t)b->n);
    return out;
}

static int put_row(fs_sink *s, bucket *b, const fl_batch *projected, int row, int64_t now_ms, fl_error *err) {
    size_t before = b->buf.n;
    bool large = b->written + (int64_t)before > s->cfg->roll_bytes;
    if (b->open && large && !s->cfg->batch) {
        FL_TRY(roll(s, b, err));
        before = 0;
    }
    if (!b->open) FL_TRY(begin_part(s, b, now_ms, err));
    FL_TRY(s->encoder->row(s->encoder, projected, row, &b->buf, err));
    s->buffered += b->buf.n - before;
    b->updated_ms = now_ms;
    if (b->buf.n >= FLUSH_BYTES) FL_TRY(flush(s, b, err));
    if (s->buffered >= BUFFERED_BYTES) FL_TRY(flush_all(s, err));
    return 0;
}

/* Whether two rows lie in the same partition. */
static bool same_keys(const fs_sink *s, const fl_batch *b, int row, int other) {
    for (int i = 0; i < s->cfg->keys.n; i++)
        if (!fl_column_equal_at(b->cols[s->cfg->key_cols[i]], row, b->cols[s->cfg->key_cols[i]], other)) return false;
    return true;
}

static int put_rows(fs_sink *s, fl_batch *b, const fl_batch *projected, fl_error *err) {
    int64_t now_ms = fl_now_ms(s->base.ctx->pf);
    bucket *to = NULL;
    for (int k = 0, last = -1; k < b->n_sel; k++) {
        int row = fl_batch_row(b, k);
        if (to == NULL || !same_keys(s, b, row, last)) {
            fl_buf_reset(&s->dir);
            fs_partition_row_dir(&s->dir, &s->text, &s->cfg->keys, s->cfg->key_cols, b, row);
            to = bucket_of(s, s->dir.n > 0 ? fl_str_make(s->dir.p, s->dir.n) : fl_str_from(""));
            if (commits_partitions(s)) track(to, now_ms);
        }
        FL_TRY(put_row(s, to, projected, row, now_ms, err));
        last = row;
    }
    return 0;
}

/* ---- the sink ---- */

static int fs_open(fl_sink *base, fl_error *err) {
    fs_sink *s = (fs_sink *)base;
    const fl_task_ctx *ctx = base->ctx;
    const fl_plan *node = (const fl_plan *)((const char *)base->plan - offsetof(fl_plan, sink));
    s->cfg = base->plan->config;
    s->watermark = FL_WATERMARK_MIN;
    s->direct = ctx->batch_mode || !ctx->checkpointed;
    uint64_t uid = fl_hash_combine((uint64_t)ctx->job_uid, (uint64_t)node->id);
    snprintf(s->uid, sizeof s->uid, "%016llx", (unsigned long long)uid);
    if (!s->cfg->batch) base->timer_ms = fl_now_ms(ctx->pf) + s->cfg->check_ms;
    return s->cfg->format.format->encoder(&s->cfg->format, &s->encoder, err);
}

static int fs_write(fl_sink *base, fl_batch *b, fl_error *err) {
    fs_sink *s = (fs_sink *)base;
    FL_TRY(begin(s, err));
    fl_batch *projected = project(s, b);
    int rc = put_rows(s, b, projected, err);
    fl_batch_unref(projected);
    return rc;
}

static int fs_watermark(fl_sink *base, int64_t watermark, fl_error *err) {
    (void)err;
    fs_sink *s = (fs_sink *)base;
    s->watermark = FL_MAX(s->watermark, watermark);
    return 0;
}

/* Files that are old, or that no row has come for in a while. */
static int fs_timer(fl_sink *base, int64_t now_ms, fl_error *err) {
    fs_sink *s = (fs_sink *)base;
    FL_TRY(begin(s, err));
    for (int i = 0; i < s->n_buckets; i++) {
        bucket *b = s->buckets[i];
        if (b->open &&
            (now_ms - b->created_ms >= s->cfg->rollover_ms || now_ms - b->updated_ms >= s->cfg->inactivity_ms))
            FL_TRY(roll(s, b, err));
    }
    base->timer_ms = now_ms + s->cfg->check_ms;
    return 0;
}

static int end_of_rows(fs_sink *s, fl_error *err) {
    s->ended = true;
    s->base.timer_ms = INT64_MAX;
    for (int i = 0; i < s->n_buckets; i++)
        if (s->buckets[i]->open) FL_TRY(roll(s, s->buckets[i], err));
    return 0;
}

static int fs_finish(fl_sink *base, fl_error *err) {
    fs_sink *s = (fs_sink *)base;
    FL_TRY(begin(s, err));
    FL_TRY(end_of_rows(s, err));
    if (!s->direct) return 0; /* the last checkpoint does the rest */
    FL_TRY(make_dir(s, s->cfg->path, err));
    if (s->cfg->overwrite) FL_TRY(overwrite(s, err));
    FL_TRY(sync_dirty(s, err));
    FL_TRY(publish(s, NO_CHECKPOINT, err));
    if (s->cfg->commit.success_file != NULL && s->cfg->keys.n == 0 && s->cfg->batch)
        FL_TRY(write_success_file(s, "", err));
    FL_TRY(find_complete(s, 0, err));
    return commit_partitions(s, 0, err);
}

/* ---- checkpoints ---- */

static void put_bytes(fl_buf *out, const char *text) { fl_buf_put_bytes(out, text, strlen(text)); }

/* own = number_next, checkpoint, open files, pending files, partitions: each list with its count in front. */
static void encode(const fs_sink *s, int64_t checkpoint, fl_buf *out) {
    uint32_t n_open = 0, n_tracked = 0;
    for (int i = 0; i < s->n_buckets; i++) {
        n_open += s->buckets[i]->open;
        n_tracked += s->buckets[i]->since_ms != INT64_MAX;
    }
    fl_buf_put_i64(out, s->number_next);
    fl_buf_put_i64(out, checkpoint);
    fl_buf_put_u32(out, n_open);
    for (int i = 0; i < s->n_buckets; i++) {
        const bucket *b = s->buckets[i];
        if (!b->open) continue;
        put_bytes(out, b->dir);
        fl_buf_put_i64(out, b->number);
        fl_buf_put_i64(out, b->written);
        fl_buf_put_i64(out, b->created_ms);
        fl_buf_put_i64(out, b->updated_ms);
    }
    fl_buf_put_u32(out, (uint32_t)s->n_pending);
    for (int i = 0; i < s->n_pending; i++) {
        const pending *p = &s->pending[i];
        put_bytes(out, p->dir);
        fl_buf_put_u32(out, (uint32_t)p->subtask);
        fl_buf_put_i64(out, p->number);
        fl_buf_put_i64(out, p->length);
        fl_buf_put_i64(out, p->checkpoint);
    }
    fl_buf_put_u32(out, n_tracked);
    for (int i = 0; i < s->n_buckets; i++) {
        const bucket *b = s->buckets[i];
        if (b->since_ms == INT64_MAX) continue;
        put_bytes(out, b->dir);
        fl_buf_put_i64(out, b->since_ms);
        fl_buf_put_i64(out, b->renewed_ms);
        fl_buf_put_i64(out, b->ready);
    }
}

static int fs_prepare(fl_sink *base, int64_t checkpoint, fl_buf *out, fl_error *err) {
    fs_sink *s = (fs_sink *)base;
    FL_TRY(begin(s, err));
    if (!s->direct) FL_TRY(find_complete(s, checkpoint, err));
    for (int i = 0; i < s->n_buckets; i++) {
        bucket *b = s->buckets[i];
        if (!b->open) continue;
        bool large = b->written + (int64_t)b->buf.n > s->cfg->roll_bytes;
        FL_TRY(large ? roll(s, b, err) : sync_part(s, b, err));
    }
    FL_TRY(sync_dirty(s, err));
    for (int i = 0; i < s->n_pending; i++) s->pending[i].checkpoint = FL_MIN(s->pending[i].checkpoint, checkpoint);
    encode(s, checkpoint, out);
    forget_idle(s);
    return 0;
}

static int fs_commit(fl_sink *base, int64_t checkpoint, fl_error *err) {
    fs_sink *s = (fs_sink *)base;
    FL_TRY(publish(s, checkpoint, err));
    return commit_partitions(s, checkpoint, err);
}

/* ---- restoring ---- */

static int malformed(fl_error *err) { return fl_fail(err, FL_ERR_CHECKPOINT_FILE_SINK); }

/* Cuts an open file to what the checkpoint knows of it. One that a later checkpoint has made visible is taken back. */
static int cut_part(fs_sink *s, const char *dir, int subtask, int64_t number, int64_t length, fl_error *err) {
    fl_platform *pf = s->base.ctx->pf;
    const char *path = part_path(s, dir, subtask, number, true), *visible = part_path(s, dir, subtask, number, false);
    fl_file *f;
    fl_stat st;
    if (!fl_disk_exists(pf, path) && fl_disk_exists(pf, visible)) {
        FL_TRY(fl_disk_rename(pf, visible, path, err));
        mark_dirty(s, dir_path(s, dir));
    }
    FL_TRY(fl_disk_stat(pf, path, &st, err));
    if (st.size_bytes < length)
        return fl_fail(err, FL_ERR_CONNECTOR_PART_CHANGED, path, (long long)st.size_bytes, (long long)length);
    FL_TRY(fl_file_open(pf, path, FL_OPEN_APPEND, &f, err));
    int rc = fl_file_truncate(f, length, err);
    if (rc == 0) rc = fl_file_sync(f, err);
    fl_file_close(f);
    return rc;
}

static int adopt_open(fs_sink *s, fl_reader *r, int subtask, bool go_on, fl_error *err) {
    fl_str dir = fl_read_bytes(r);
    int64_t number = fl_read_i64(r), length = fl_read_i64(r), created_ms = fl_read_i64(r), updated_ms = fl_read_i64(r);
    if (r->bad) return malformed(err);
    const char *name = fl_arena_strndup(s->base.ctx->scratch, dir.p, dir.n);
    FL_TRY(cut_part(s, name, subtask, number, length, err));
    if (!go_on) {
        push_pending(s, (pending){fl_strdup(name), subtask, number, length, NO_CHECKPOINT});
        return 0;
    }
    bucket *b = bucket_of(s, dir);
    b->open = true;
    b->number = number;
    b->written = length;
    b->created_ms = created_ms;
    b->updated_ms = updated_ms;
    return 0;
}

/* Takes over what one subtask of then had in hand. */
static int adopt(fs_sink *s, fl_reader *r, int subtask, bool go_on, fl_error *err) {
    for (uint32_t n = fl_read_u32(r); n > 0; n--) FL_TRY(adopt_open(s, r, subtask, go_on, err));
    for (uint32_t n = fl_read_u32(r); n > 0; n--) {
        fl_str dir = fl_read_bytes(r);
        int owner = (int)fl_read_u32(r);
        int64_t number = fl_read_i64(r), length = fl_read_i64(r), checkpoint = fl_read_i64(r);
        if (r->bad) return malformed(err);
        push_pending(s, (pending){fl_strndup(dir.p, dir.n), owner, number, length, checkpoint});
    }
    for (uint32_t n = fl_read_u32(r); n > 0; n--) {
        fl_str dir = fl_read_bytes(r);
        int64_t since_ms = fl_read_i64(r), renewed_ms = fl_read_i64(r), ready = fl_read_i64(r);
        if (r->bad) return malformed(err);
        bucket *b = bucket_of(s, dir);
        b->since_ms = FL_MIN(b->since_ms, since_ms);
        b->renewed_ms = FL_MIN(b->renewed_ms, renewed_ms);
        b->ready = FL_MIN(b->ready, ready);
    }
    return r->bad ? malformed(err) : 0;
}

static int fs_restore(fl_sink *base, const fl_str *own, int n, fl_error *err) {
    fs_sink *s = (fs_sink *)base;
    const fl_task_ctx *ctx = base->ctx;
    int64_t *next = FL_NEW_N(ctx->scratch, int64_t, n), checkpoint = 0;
    s->begun = true;
    for (int j = 0; j < n; j++) {
        fl_reader r = fl_reader_make(own[j].p, own[j].n);
        next[j] = fl_read_i64(&r);
        checkpoint = fl_read_i64(&r);
        if (r.bad) return malformed(err);
        s->number_next = FL_MAX(s->number_next, next[j]);
        if (j % ctx->parallelism == ctx->subtask) FL_TRY(adopt(s, &r, j, j == ctx->subtask, err));
    }
    cleaner c = {.s = s, .first_unknown = next, .n_subtasks = n, .first_unknown_else = s->number_next};
    FL_TRY(clean(&c, "", 0, err));
    return fs_commit(base, checkpoint, err);
}

/* Without checkpoints nobody will ever ask for files that are not finished. */
static void remove_unfinished(fs_sink *s) {
    fl_error err;
    for (int i = 0; i < s->n_buckets; i++)
        if (s->buckets[i]->open) fl_disk_remove(s->base.ctx->pf, open_path(s, s->buckets[i]), &err);
    for (int i = 0; i < s->n_pending; i++) {
        const pending *p = &s->pending[i];
        fl_disk_remove(s->base.ctx->pf, part_path(s, p->dir, p->subtask, p->number, true), &err);
    }
}

static void fs_close(fl_sink *base) {
    fs_sink *s = (fs_sink *)base;
    for (int i = 0; i < s->n_buckets; i++) put_away(s, s->buckets[i]);
    if (s->direct) remove_unfinished(s);
    if (s->encoder != NULL) s->encoder->free(s->encoder);
    for (int i = 0; i < s->n_buckets; i++) free_bucket(s->buckets[i]);
    for (int i = 0; i < s->n_pending; i++) free(s->pending[i].dir);
    for (int i = 0; i < s->n_dirty; i++) free(s->dirty[i]);
    free(s->buckets);
    free(s->slots);
    free(s->pending);
    free(s->dirty);
    fl_buf_deinit(&s->dir);
    fl_buf_deinit(&s->text);
}

const fl_sink_type fl_filesystem_sink = {
    .name = "filesystem",
    .size = sizeof(fs_sink),
    .may_block = true, /* fsync */
    .open = fs_open,
    .write = fs_write,
    .watermark = fs_watermark,
    .timer = fs_timer,
    .prepare = fs_prepare,
    .commit = fs_commit,
    .restore = fs_restore,
    .finish = fs_finish,
    .close = fs_close,
};
