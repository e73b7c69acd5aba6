/* SPDX-License-Identifier: Apache-2.0 */
/* fs_source.c -- reads the files of a directory.
 *
 * What:       one split for each file. A subtask lists the directory by itself and takes the paths whose hash falls to
 *             it, so subtasks need not talk to each other. Splits are read one after the other, in the order of paths.
 * Interface:  fl_filesystem_source.
 * Reading:    a buffer is filled with a large read and handed to the decoder together with its owner, so that strings
 *             point into it; the record that it ends in the middle of is carried over to the next one.
 *
 *                 buffer   |… record │ record │ reco|  ─ read ─►  |record │ record │ …|
 *                                              └────── carried over ──┘
 *
 * Position:   of a split: the offset of the first record whose rows have not all been given, and how many of them have
 *             (a record may hold many rows, a JSON array for one). A snapshot is: the splits that are not finished,
 *             with their positions; when the directory is being watched also all paths that were ever taken. A restore
 *             puts together what all subtasks knew and keeps the paths that fall to this one now.
 * Watching:   with source.monitor-interval the directory is listed again whenever the interval has passed; a path is
 *             read once. A directory that is not there yet is an empty one then.
 * Invariants: (1) cur.offset is where the rows in hand begin, or where the next ones will.
 *             (2) at <= end <= the size of the buffer.
 */
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/hash.h"
#include "connectors/filesystem/filesystem.h"
#include "messages/checkpoint.h"
#include "messages/connector.h"

enum {
    READ_BYTES = 512 << 10,
    RECORD_BYTES_MAX = 1 << 30,
    READS_A_POLL = 8, /* then the task gets its turn back, also if no row has come out */
};

typedef struct split {
    char *path;     /* owned */
    int64_t offset; /* of the first record that still has rows to give */
    int64_t skip;   /* rows of it and behind it that were given */
} split;

/* Paths that were ever taken: open addressing over a list. */
typedef struct path_set {
    char **paths;    /* owned */
    uint32_t *slots; /* index + 1; 0: empty */
    uint32_t n, cap, n_slots;
} path_set;

typedef struct fs_source {
    fl_source base;
    const fs_source_config *cfg;
    pcre2_code *re; /* NULL: no pattern */
    pcre2_match_data *match;
    /* what is to be read */
    split *queue; /* from queue_at on */
    int queue_at, n_queue, cap_queue;
    path_set taken; /* only when watching */
    bool listed;
    int64_t next_list_ms;
    /* the split in hand */
    split cur; /* path NULL: none */
    fl_file *file;
    fl_decoder *decoder;
    int64_t bad_records; /* of the decoder, as far as counted */
    fl_column **same;    /* by output column: the value that all rows of the file have; NULL: from the decoder */
    fl_buffer *buf;
    size_t at, end;  /* bytes not yet decoded */
    int64_t read_at; /* where the next read begins */
    bool eof;
    int64_t n_rows; /* decoded since the file's beginning; -1: it was not read from there */
    fl_builder builder;
    fl_batch *rows;      /* decoded; NULL: none in hand */
    int rows_at;         /* of them given */
    int64_t next_offset; /* where the rows behind them begin */
} fs_source;

/* ---- paths ---- */

static uint32_t *find_slot(const path_set *s, const char *path) {
    uint64_t mask = s->n_slots - 1, i = fl_hash_bytes(path, strlen(path)) & mask;
    while (s->slots[i] != 0 && strcmp(s->paths[s->slots[i] - 1], path) != 0) i = (i + 1) & mask;
    return &s->slots[i];
}

static void grow(path_set *s) {
    s->n_slots = FL_MAX(2 * s->n_slots, 64u);
    free(s->slots);
    s->slots = fl_calloc(s->n_slots, sizeof *s->slots);
    for (uint32_t i = 0; i < s->n; i++) *find_slot(s, s->paths[i]) = i + 1;
}

/* False if the path was there before. */
static bool add_path(path_set *s, const char *path) {
    if (2 * s->n >= s->n_slots) grow(s);
    uint32_t *slot = find_slot(s, path);
    if (*slot != 0) return false;
    if (s->n == s->cap) {
        s->cap = FL_MAX(2 * s->cap, 16u);
        s->paths = fl_realloc(s->paths, sizeof *s->paths * s->cap);
    }
    s->paths[s->n++] = fl_strdup(path);
    *slot = s->n;
    return true;
}

static void free_paths(path_set *s) {
    for (uint32_t i = 0; i < s->n; i++) free(s->paths[i]);
    free(s->paths);
    free(s->slots);
}

static bool is_mine(const fs_source *s, const char *path) {
    const fl_task_ctx *ctx = s->base.ctx;
    return (int)(fl_hash_bytes(path, strlen(path)) % (uint64_t)ctx->parallelism) == ctx->subtask;
}

static void push_split(fs_source *s, const char *path, int64_t offset, int64_t skip) {
    if (s->n_queue == s->cap_queue) {
        s->cap_queue = FL_MAX(2 * s->cap_queue, 16);
        s->queue = fl_realloc(s->queue, sizeof *s->queue * (size_t)s->cap_queue);
    }
    s->queue[s->n_queue++] = (split){fl_strdup(path), offset, skip};
}

/* ---- listing ---- */

typedef struct listing {
    fs_source *s;
    fl_arena *a;
    const char **paths;
    int n, cap;
} listing;

static const char *name_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* The pattern, where there is one, is the only judge of a file; else hidden names are left out. */
static bool wanted(const fs_source *s, const char *path) {
    if (s->re == NULL) return !fs_is_hidden(name_of(path));
    return pcre2_match(s->re, (PCRE2_SPTR)path, strlen(path), 0, PCRE2_ANCHORED | PCRE2_ENDANCHORED, s->match, NULL) >=
           0;
}

/* A name that has just gone is no mistake while the directory is being watched. */
static int gone(const listing *l, fl_error *err) {
    return l->s->cfg->monitor_ms > 0 && err->code == FL_E_IO && !err->retriable ? 0 : err->code;
}

static int list_path(listing *l, const char *path, fl_error *err) {
    fl_platform *pf = l->s->base.ctx->pf;
    fl_stat st;
    char **names;
    int n;
    if (fl_disk_stat(pf, path, &st, err) < 0) return gone(l, err);
    if (!st.is_directory) {
        if (wanted(l->s, path)) FL_PUSH(l->a, l->paths, l->n, l->cap, path);
        return 0;
    }
    if (fs_is_hidden(name_of(path))) return 0;
    if (fl_disk_list(pf, path, l->a, &names, &n, err) < 0) return gone(l, err);
    for (int i = 0; i < n; i++) FL_TRY(list_path(l, fl_path_join(l->a, path, names[i]), err));
    return 0;
}

static int list_partitions(listing *l, fl_error *err) {
    const fs_source_config *cfg = l->s->cfg;
    fs_partition *list = NULL;
    int n = cfg->n_partitions;
    if (!cfg->pruned) FL_TRY(fs_partition_list(l->s->base.ctx->pf, l->a, cfg->path, &cfg->keys, &list, &n, err));
    for (int i = 0; i < n; i++)
        FL_TRY(list_path(l, fl_path_join(l->a, cfg->path, cfg->pruned ? cfg->partitions[i] : list[i].dir), err));
    return 0;
}

static int list_table(listing *l, fl_error *err) {
    const fs_source_config *cfg = l->s->cfg;
    fl_stat st;
    if (cfg->keys.n > 0) return list_partitions(l, err);
    if (fl_disk_stat(l->s->base.ctx->pf, cfg->path, &st, err) == 0) return list_path(l, cfg->path, err);
    if (gone(l, err) == 0) return 0;
    if (err->retriable || err->code != FL_E_IO) return err->code;
    return fl_fail(err, FL_ERR_CONNECTOR_FILE_GONE, cfg->path);
}

static int by_path(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

/* Puts the paths of this subtask that are new into the queue. */
static int list_now(fs_source *s, fl_error *err) {
    fl_arena a;
    fl_arena_init(&a);
    listing l = {.s = s, .a = &a};
    int rc = list_table(&l, err);
    if (rc == 0 && l.n > 0) qsort(l.paths, (size_t)l.n, sizeof *l.paths, by_path);
    for (int i = 0; rc == 0 && i < l.n; i++)
        if (is_mine(s, l.paths[i]) && (s->cfg->monitor_ms == 0 || add_path(&s->taken, l.paths[i])))
            push_split(s, l.paths[i], 0, 0);
    fl_arena_deinit(&a);
    if (rc < 0) return rc;
    s->listed = true;
    s->next_list_ms = fl_now_ms(s->base.ctx->pf) + s->cfg->monitor_ms;
    return 0;
}

static int list_once(fs_source *s, fl_error *err) { return s->listed ? 0 : list_now(s, err); }

/* ---- one file ---- */

/* Flink would decompress these; taken for text they would give nonsense. */
static int refuse_compressed(const char *path, fl_error *err) {
    static const char *const endings[] = {".gz", ".gzip", ".deflate", ".bz2", ".xz", ".zst"};
    size_t n = strlen(path);
    for (size_t i = 0; i < FL_ARRAY_LEN(endings); i++) {
        size_t k = strlen(endings[i]);
        if (n <= k || strcmp(path + n - k, endings[i]) != 0) continue;
        return fl_fail(err, FL_ERR_CONNECTOR_COMPRESSED, path);
    }
    return 0;
}

static fl_column *one_row(const fl_type *t) {
    fl_column *c = fl_column_new(t, 1);
    c->constant = true;
    return c;
}

static fl_column *metadata_value(const fl_type *t, fs_metadata which, const char *path, const fl_stat *st) {
    fl_column *c = one_row(t);
    switch (which) {
    case FS_META_PATH: fl_column_append_str(c, fl_str_from(path)); break;
    case FS_META_NAME: fl_column_append_str(c, fl_str_from(name_of(path))); break;
    case FS_META_SIZE: fl_column_append_i64(c, st->size_bytes); break;
    case FS_META_MTIME: fl_column_append_i64(c, st->mtime_ms); break;
    }
    return c;
}

/* What all rows of the file have in common: partition values and metadata. */
static int set_same(fs_source *s, const fl_stat *st, fl_error *err) {
    const fs_source_config *cfg = s->cfg;
    const fl_schema *schema = s->base.schema;
    fl_arena *a = s->base.ctx->scratch;
    fs_partition p = {0};
    const char *below = s->cur.path + strlen(cfg->path);
    if (cfg->keys.n > 0) FL_TRY(fs_partition_parse(a, &cfg->keys, fl_path_parent(a, below), &p, err));
    for (int i = 0; i < schema->n; i++) {
        const fl_type *t = schema->fields[i].type;
        if (cfg->from_metadata[i] >= 0)
            s->same[i] = metadata_value(t, (fs_metadata)cfg->from_metadata[i], s->cur.path, st);
        if (cfg->from_key[i] < 0) continue;
        s->same[i] = one_row(t);
        FL_TRY(fs_partition_append(s->same[i], p.values[cfg->from_key[i]], err));
    }
    return 0;
}

static void close_split(fs_source *s) {
    for (int i = 0; i < s->base.schema->n; i++) {
        fl_column_unref(s->same[i]);
        s->same[i] = NULL;
    }
    fl_file_close(s->file);
    if (s->decoder != NULL) s->decoder->free(s->decoder);
    fl_batch_unref(s->rows);
    free(s->cur.path);
    s->file = NULL;
    s->decoder = NULL;
    s->rows = NULL;
    s->cur = (split){0};
    s->at = s->end = 0;
}

static int open_split(fs_source *s, fl_error *err) {
    fl_platform *pf = s->base.ctx->pf;
    fl_stat st;
    s->cur = s->queue[s->queue_at++];
    s->read_at = s->next_offset = s->cur.offset;
    s->at = s->end = 0;
    s->eof = false;
    s->bad_records = 0;
    s->n_rows = s->cur.offset == 0 ? 0 : -1;
    FL_TRY(refuse_compressed(s->cur.path, err));
    FL_TRY(fl_disk_stat(pf, s->cur.path, &st, err));
    FL_TRY(set_same(s, &st, err));
    FL_TRY(fl_file_open(pf, s->cur.path, FL_OPEN_READ, &s->file, err));
    return s->cfg->format.format->decoder(&s->cfg->format, &s->decoder, err);
}

/* The next split, if there is one. False: none now. */
static int next_split(fs_source *s, fl_error *err) {
    FL_TRY(list_once(s, err));
    if (s->queue_at == s->n_queue && s->cfg->monitor_ms > 0 && fl_now_ms(s->base.ctx->pf) >= s->next_list_ms)
        FL_TRY(list_now(s, err));
    if (s->queue_at < s->n_queue) {
        FL_TRY(open_split(s, err));
        return true;
    }
    s->queue_at = s->n_queue = 0;
    return false;
}

/* ---- bytes ---- */

/* Room behind the bytes that wait for their end; they move to the front, or into a buffer that nobody else holds. */
static int make_room(fs_source *s, fl_error *err) {
    size_t carried = s->end - s->at, size = s->buf != NULL ? s->buf->size : READ_BYTES;
    if (carried > size / 2) size *= 2;
    if (size > RECORD_BYTES_MAX)
        return fl_fail(err, FL_ERR_CONNECTOR_RECORD_TOO_LONG, s->cur.path, (long long)s->read_at - (long long)carried,
                       RECORD_BYTES_MAX >> 20);
    bool ours = s->buf != NULL && size == s->buf->size && atomic_load(&s->buf->refs) == 1;
    fl_buffer *to = ours ? s->buf : fl_buffer_new(size);
    if (carried > 0) memmove(to->data, s->buf->data + s->at, carried);
    if (!ours) fl_buffer_unref(s->buf);
    s->buf = to;
    s->at = 0;
    s->end = carried;
    return 0;
}

static int read_more(fs_source *s, fl_error *err) {
    FL_TRY(make_room(s, err));
    int64_t got = fl_file_read(s->file, s->read_at, s->buf->data + s->end, s->buf->size - s->end, err);
    if (got < 0) return (int)got;
    s->eof = got == 0;
    s->end += (size_t)got;
    s->read_at += got;
    return 0;
}

/* The line of the file that byte `at` is in, from 1; 0: the file is large, or cannot be read again. */
static int64_t line_of(fs_source *s, int64_t at) {
    enum { PIECE = 64 << 10, SIZE_MAX_LINES = 256 << 20 };
    fl_error ignored;
    char *piece = at < SIZE_MAX_LINES ? fl_malloc(PIECE) : NULL;
    int64_t line = piece != NULL, got = 0;
    for (int64_t from = 0; line > 0 && from < at; from += got) {
        got = fl_file_read(s->file, from, piece, (size_t)FL_MIN(at - from, PIECE), &ignored);
        if (got <= 0) line = 0;
        for (int64_t i = 0; i < got; i++) line += piece[i] == '\n';
    }
    free(piece);
    return line;
}

/* The bytes at hand have a record that cannot be read: tells where in the file it stands. */
static int bad_record(fs_source *s, fl_str bytes, fl_error *err) {
    int64_t at = s->read_at - (int64_t)bytes.n + s->decoder->failed_at, line = line_of(s, at);
    if (line == 0) return fl_error_prefix(err, FL_AT_CONNECTOR_IN_LARGE_FILE, s->cur.path, (long long)at);
    return fl_error_prefix(err, FL_AT_CONNECTOR_IN_FILE, s->cur.path, (long long)line, (long long)at);
}

/* Decodes from the bytes at hand; false: more are needed, or the file has ended. */
static int decode_once(fs_source *s, fl_error *err) {
    fl_str bytes = fl_str_make(s->buf != NULL ? (const char *)s->buf->data + s->at : "", s->end - s->at);
    size_t used = 0;
    if (bytes.n == 0) return false;
    if (s->decoder->decode(s->decoder, bytes, s->buf, s->eof, &s->builder, &used, err) < 0)
        return bad_record(s, bytes, err);
    s->at += used;
    fl_metric_add(&s->base.metrics->bad_records, s->decoder->bad_records - s->bad_records);
    s->bad_records = s->decoder->bad_records;
    return used > 0;
}

/* Fills the builder as far as a few reads go. True: the file has ended. */
static int decode_rows(fs_source *s, fl_error *err) {
    for (int reads = 0; !fl_builder_full(&s->builder);) {
        int more = decode_once(s, err);
        if (more < 0) return more;
        if (more) continue;
        if (s->eof) return true;
        if (reads++ == READS_A_POLL) return false;
        FL_TRY(read_more(s, err));
    }
    return false;
}

/* ---- rows ---- */

/* Decoded columns, and those that are the same in the whole file, in the order of the plan. */
static fl_batch *compose(fs_source *s, fl_batch *decoded) {
    const fl_schema *schema = s->base.schema;
    fl_batch *b = fl_batch_new(schema->n, decoded->n);
    for (int i = 0; i < schema->n; i++)
        b->cols[i] = s->same[i] != NULL ? fl_column_take(s->same[i], NULL, decoded->n)
                                        : fl_column_ref(decoded->cols[s->cfg->from_file[i]]);
    b->kinds = decoded->kinds;
    decoded->kinds = NULL;
    fl_batch_unref(decoded);
    return b;
}

/* The next rows of the split in hand into s->rows. True: the split has ended, maybe with rows still in hand. */
static int take_rows(fs_source *s, fl_error *err) {
    int ended = decode_rows(s, err);
    if (ended < 0) return ended;
    fl_batch *decoded = fl_builder_take(&s->builder);
    s->next_offset = s->read_at - (int64_t)(s->end - s->at);
    if (decoded == NULL) {
        s->cur.offset = s->next_offset;
        return ended;
    }
    s->rows = compose(s, decoded);
    s->rows->first = s->n_rows < 0 || s->bad_records > 0 ? 0 : s->n_rows + 1;
    if (s->n_rows >= 0) s->n_rows += s->rows->n;
    s->rows_at = (int)FL_MIN((int64_t)s->rows->n, s->cur.skip); /* given before the restore */
    s->cur.skip -= s->rows_at;
    return ended;
}

static void drop_rows(fs_source *s) {
    fl_batch_unref(s->rows);
    s->rows = NULL;
    s->cur.offset = s->next_offset;
}

/* As many rows as one batch may have. */
static fl_batch *give_rows(fs_source *s) {
    int n = FL_MIN(s->rows->n - s->rows_at, s->base.ctx->batch_rows);
    fl_batch *b = fl_batch_slice(s->rows, s->rows_at, n);
    s->rows_at += n;
    if (s->rows_at == s->rows->n) drop_rows(s);
    return b;
}

static int idle(fs_source *s) {
    if (s->cfg->monitor_ms == 0) return FL_POLL_END;
    s->base.wake_ms = s->next_list_ms;
    return FL_POLL_IDLE;
}

/* ---- the source ---- */

static int fs_open(fl_source *base, fl_error *err) {
    fs_source *s = (fs_source *)base;
    int code;
    PCRE2_SIZE at;
    s->cfg = base->plan->scan.config;
    s->same = fl_calloc((size_t)base->schema->n, sizeof *s->same);
    fl_builder_init(&s->builder, &s->cfg->file, base->ctx->batch_rows);
    if (s->cfg->pattern == NULL) return 0;
    s->re = pcre2_compile((PCRE2_SPTR)s->cfg->pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_MATCH_INVALID_UTF,
                          &code, &at, NULL);
    if (s->re == NULL) return fl_fail(err, FL_ERR_CONNECTOR_PATH_REGEX, s->cfg->pattern);
    s->match = pcre2_match_data_create_from_pattern(s->re, NULL);
    return 0;
}

static int fs_poll(fl_source *base, fl_batch **out, fl_error *err) {
    fs_source *s = (fs_source *)base;
    for (;;) {
        if (s->rows != NULL) {
            *out = give_rows(s);
            return FL_POLL_BATCH;
        }
        if (s->cur.path == NULL) {
            int found = next_split(s, err);
            if (found <= 0) return found < 0 ? found : idle(s);
        }
        int ended = take_rows(s, err);
        if (ended < 0) return ended;
        if (s->rows != NULL && s->rows_at == s->rows->n) drop_rows(s);
        if (s->rows == NULL && ended) close_split(s);
        if (s->rows == NULL && !ended) {
            *out = fl_batch_new(base->schema->n, 0);
            for (int i = 0; i < base->schema->n; i++) (*out)->cols[i] = fl_column_new(base->schema->fields[i].type, 0);
            return FL_POLL_BATCH;
        }
    }
}

static int fs_place(fl_source *base, fl_error *err) {
    const fs_source *s = (fs_source *)base;
    return fl_error_prefix(err, FL_AT_CONNECTOR_IN_FILE_ROW, s->cur.path, (long long)err->row);
}

static void put_split(fl_buf *out, const char *path, int64_t offset, int64_t skip) {
    fl_buf_put_bytes(out, path, strlen(path));
    fl_buf_put_i64(out, offset);
    fl_buf_put_i64(out, skip);
}

static int fs_snapshot(fl_source *base, fl_buf *out, fl_error *err) {
    fs_source *s = (fs_source *)base;
    FL_TRY(list_once(s, err));
    int n_splits = s->n_queue - s->queue_at + (s->cur.path != NULL);
    fl_buf_put_u32(out, (uint32_t)n_splits);
    if (s->cur.path != NULL) put_split(out, s->cur.path, s->cur.offset, s->rows != NULL ? s->rows_at : s->cur.skip);
    for (int i = s->queue_at; i < s->n_queue; i++)
        put_split(out, s->queue[i].path, s->queue[i].offset, s->queue[i].skip);
    fl_buf_put_u32(out, s->taken.n);
    for (uint32_t i = 0; i < s->taken.n; i++) fl_buf_put_bytes(out, s->taken.paths[i], strlen(s->taken.paths[i]));
    return 0;
}

/* What one subtask of then knew, as far as it is this subtask's business now. */
static bool restore_one(fs_source *s, fl_str own) {
    fl_arena *a = s->base.ctx->scratch;
    fl_reader r = fl_reader_make(own.p, own.n);
    for (uint32_t n = fl_read_u32(&r); n > 0 && !r.bad; n--) {
        fl_str path = fl_read_bytes(&r);
        int64_t offset = fl_read_i64(&r), skip = fl_read_i64(&r);
        const char *name = fl_arena_strndup(a, path.p, path.n);
        if (!r.bad && is_mine(s, name)) push_split(s, name, offset, skip);
    }
    for (uint32_t n = fl_read_u32(&r); n > 0 && !r.bad; n--) {
        fl_str path = fl_read_bytes(&r);
        const char *name = fl_arena_strndup(a, path.p, path.n);
        if (!r.bad && is_mine(s, name)) add_path(&s->taken, name);
    }
    return !r.bad;
}

static int fs_restore(fl_source *base, const fl_str *own, int n, fl_error *err) {
    fs_source *s = (fs_source *)base;
    s->listed = true;
    s->next_list_ms = fl_now_ms(base->ctx->pf);
    for (int j = 0; j < n; j++)
        if (!restore_one(s, own[j])) return fl_fail(err, FL_ERR_CHECKPOINT_FILE_SOURCE);
    return 0;
}

static void fs_close(fl_source *base) {
    fs_source *s = (fs_source *)base;
    if (s->same != NULL) {
        close_split(s);
        fl_builder_deinit(&s->builder);
    }
    for (int i = s->queue_at; i < s->n_queue; i++) free(s->queue[i].path);
    free(s->queue);
    free(s->same);
    free_paths(&s->taken);
    fl_buffer_unref(s->buf);
    pcre2_match_data_free(s->match);
    pcre2_code_free(s->re);
}

const fl_source_type fl_filesystem_source = {
    .name = "filesystem",
    .size = sizeof(fs_source),
    .may_block = true, /* the disk */
    .open = fs_open,
    .poll = fs_poll,
    .place = fs_place,
    .snapshot = fs_snapshot,
    .restore = fs_restore,
    .close = fs_close,
};
