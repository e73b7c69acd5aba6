/* SPDX-License-Identifier: Apache-2.0 */
/* counter.c -- an example of a loadable module: the connector 'counter', which reads numbers and counts what is
 * written.
 *
 *     CREATE TABLE numbers (n BIGINT) WITH ('connector' = 'counter', 'start' = '10', 'step' = '5', 'rows' = '1000');
 *     CREATE TABLE tally (n BIGINT) WITH ('connector' = 'counter', 'path' = '/tmp/tally');
 *     INSERT INTO tally SELECT n FROM numbers;        -- /tmp/tally.0 then holds: 1000
 *
 * Reading: every column is a BIGINT and holds the row's number. Row i (from 0) is that of subtask i mod parallelism;
 *             its
 * number is start + i * step. Writing: each subtask keeps the number of rows that it has written in a file of its own,
 * exactly once: the file only ever holds what a finished checkpoint covers.
 *
 * To make it by hand:  cc -shared -fPIC -Iinclude modules/counter.c -o flott-counter.so
 * To use it:           FLOTT_MODULE_PATH=. flott run job.sql
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "flott_module.h"

__attribute__((format(printf, 2, 3))) static int fail(flott_module_error *err, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->message, sizeof err->message, fmt, args);
    va_end(args);
    return -1;
}

/* ---- numbers as an Arrow struct array ---- */

/* One allocation holds all that an array points to. */
typedef struct numbers {
    const void *no_buffer[1];
    const void *buffers[2]; /* validity, values */
    struct ArrowArray *children;
    struct ArrowArray **child_list;
    int64_t values[];
} numbers;

static void release_child(struct ArrowArray *a) { a->release = NULL; }

static void release_numbers(struct ArrowArray *a) {
    numbers *all = a->private_data;
    free(all->children);
    free(all->child_list);
    free(all);
    a->release = NULL;
}

/* A struct array of n_columns columns, each with the same numbers: first, first + step, … */
static bool make_numbers(struct ArrowArray *out, int64_t n_columns, int64_t n, int64_t first, int64_t step) {
    numbers *all = malloc(sizeof *all + sizeof(int64_t) * (size_t)n);
    struct ArrowArray *children = calloc((size_t)n_columns + 1, sizeof *children);
    struct ArrowArray **list = calloc((size_t)n_columns + 1, sizeof *list);
    if (all == NULL || children == NULL || list == NULL) {
        free(all);
        free(children);
        free(list);
        return false;
    }
    *all = (numbers){.no_buffer = {NULL}, .buffers = {NULL, all->values}, .children = children, .child_list = list};
    for (int64_t i = 0; i < n; i++) all->values[i] = (int64_t)((uint64_t)first + (uint64_t)i * (uint64_t)step);
    for (int64_t c = 0; c < n_columns; c++) {
        children[c] =
            (struct ArrowArray){.length = n, .n_buffers = 2, .buffers = all->buffers, .release = release_child};
        list[c] = &children[c];
    }
    *out = (struct ArrowArray){.length = n,
                               .n_buffers = 1,
                               .buffers = all->no_buffer,
                               .n_children = n_columns,
                               .children = list,
                               .release = release_numbers,
                               .private_data = all};
    return true;
}

/* ---- reading ---- */

typedef struct reader {
    int64_t start, step, rows; /* rows: of all subtasks together */
    int64_t at;                /* the next row */
    int64_t stride;            /* parallelism */
    int64_t n_columns;
} reader;

static int reader_open(const flott_module_table *t, void **source, flott_module_error *err) {
    for (int64_t i = 0; i < t->columns->n_children; i++)
        if (strcmp(t->columns->children[i]->format, "l") != 0)
            return fail(err, "column '%s' is not a BIGINT", t->columns->children[i]->name);
    reader *r = malloc(sizeof *r);
    if (r == NULL) return fail(err, "out of memory");
    *r = (reader){
        .start = t->integer(t, "start", 0),
        .step = t->integer(t, "step", 1),
        .rows = t->integer(t, "rows", 0),
        .at = t->subtask,
        .stride = t->parallelism,
        .n_columns = t->columns->n_children,
    };
    *source = r;
    return 0;
}

static int reader_poll(void *source, int64_t max_rows, struct ArrowArray *out, int64_t *wait_ms,
                       flott_module_error *err) {
    (void)wait_ms;
    reader *r = source;
    if (r->at >= r->rows) return FLOTT_SOURCE_END;
    int64_t n = (r->rows - r->at + r->stride - 1) / r->stride;
    if (n > max_rows) n = max_rows;
    if (!make_numbers(out, r->n_columns, n, r->start + r->at * r->step, r->step * r->stride))
        return fail(err, "out of memory");
    r->at += n * r->stride;
    return FLOTT_SOURCE_BATCH;
}

static int reader_snapshot(void *source, flott_module_writer *w, flott_module_error *err) {
    (void)err;
    w->put(w, &((reader *)source)->at, sizeof(int64_t));
    return 0;
}

static int reader_restore(void *source, const flott_module_bytes *positions, int n, flott_module_error *err) {
    reader *r = source;
    if (n != r->stride)
        return fail(err, "the rows were dealt to %d subtasks and cannot be dealt to %d now", n, (int)r->stride);
    const flott_module_bytes *own = &positions[r->at];
    if (own->size != sizeof r->at) return fail(err, "a position has %zu bytes", own->size);
    memcpy(&r->at, own->p, sizeof r->at);
    return 0;
}

static void reader_close(void *source) { free(source); }

/* ---- counting ---- */

typedef struct tally {
    char *path;
    int subtask;
    int64_t rows;     /* written so far */
    int64_t prepared; /* of those, covered by the last checkpoint */
} tally;

static int tally_open(const flott_module_table *t, void **sink, flott_module_error *err) {
    const char *path = t->text(t, "path");
    if (path == NULL) {
        snprintf(err->hint, sizeof err->hint, "add 'path' = '…' to WITH");
        return fail(err, "option 'path' is missing");
    }
    tally *s = calloc(1, sizeof *s);
    size_t size = strlen(path) + 16;
    if (s != NULL) s->path = malloc(size);
    if (s == NULL || s->path == NULL) {
        free(s);
        return fail(err, "out of memory");
    }
    s->subtask = t->subtask;
    snprintf(s->path, size, "%s.%d", path, t->subtask);
    *sink = s;
    return 0;
}

static int tally_write(void *sink, const struct ArrowArray *rows, flott_module_error *err) {
    (void)err;
    ((tally *)sink)->rows += rows->length;
    return 0;
}

static int tally_prepare(void *sink, int64_t checkpoint, flott_module_writer *w, flott_module_error *err) {
    (void)checkpoint, (void)err;
    tally *s = sink;
    s->prepared = s->rows;
    w->put(w, &s->prepared, sizeof s->prepared);
    return 0;
}

/* Writes a new file and puts it in the old one's place, so that nobody sees half a number. */
static int show(const tally *s, int64_t rows, flott_module_error *err) {
    char fresh[4096];
    snprintf(fresh, sizeof fresh, "%s.new", s->path);
    FILE *f = fopen(fresh, "w");
    if (f == NULL) return fail(err, "%s: %s", fresh, strerror(errno));
    bool good = fprintf(f, "%lld\n", (long long)rows) > 0 && fflush(f) == 0 && fsync(fileno(f)) == 0;
    if (fclose(f) != 0 || !good || rename(fresh, s->path) != 0) return fail(err, "%s: %s", s->path, strerror(errno));
    return 0;
}

static int tally_commit(void *sink, int64_t checkpoint, flott_module_error *err) {
    (void)checkpoint;
    tally *s = sink;
    return show(s, s->prepared, err);
}

static int tally_restore(void *sink, const flott_module_bytes *prepared, int n, flott_module_error *err) {
    tally *s = sink;
    if (s->subtask >= n) return 0; /* there were fewer subtasks: this one begins at nothing */
    if (prepared[s->subtask].size != sizeof s->rows)
        return fail(err, "a count has %zu bytes", prepared[s->subtask].size);
    memcpy(&s->rows, prepared[s->subtask].p, sizeof s->rows);
    s->prepared = s->rows;
    return 0;
}

static int tally_finish(void *sink, flott_module_error *err) { return show(sink, ((tally *)sink)->rows, err); }

static void tally_close(void *sink) {
    free(((tally *)sink)->path);
    free(sink);
}

/* ---- the module ---- */

static const flott_module_option options[] = {
    {"start", FLOTT_OPTION_INTEGER, false, "0", "The first number."},
    {"step", FLOTT_OPTION_INTEGER, false, "1", "How much is added from row to row."},
    {"rows", FLOTT_OPTION_INTEGER, false, "0", "How many rows there are to read."},
    {"path", FLOTT_OPTION_STRING, false, NULL, "For writing: the file that tells how many rows; .0, .1, … are added."},
    {"scan.parallelism", FLOTT_OPTION_INTEGER, false, NULL, "Parallelism of the source."},
    {"sink.parallelism", FLOTT_OPTION_INTEGER, false, NULL, "Parallelism of the sink."},
    {NULL, 0, false, NULL, NULL},
};

static const flott_module_source source = {
    .bounded = true,
    .open = reader_open,
    .poll = reader_poll,
    .snapshot = reader_snapshot,
    .restore = reader_restore,
    .close = reader_close,
};

static const flott_module_sink sink = {
    .open = tally_open,
    .write = tally_write,
    .prepare = tally_prepare,
    .commit = tally_commit,
    .restore = tally_restore,
    .finish = tally_finish,
    .close = tally_close,
};

const flott_module *flott_module_open(flott_module_error *err) {
    static const flott_module module = {
        .abi = FLOTT_MODULE_ABI,
        .name = "counter",
        .doc = "Reads numbers and counts rows: an example of a module.",
        .options = options,
        .source = &source,
        .sink = &sink,
    };
    (void)err;
    return &module;
}
