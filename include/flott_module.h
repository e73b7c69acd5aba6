/* SPDX-License-Identifier: Apache-2.0 */
/* flott_module.h -- what a loadable module gives to flott: connectors that bring a library of their own.
 *
 * A module is a shared object flott-NAME.so that exports one symbol, flott_module_open. It is looked for and opened
 * when a table first says 'connector' = 'NAME': in the folders of $FLOTT_MODULE_PATH (separated by colons), then in
 * modules/ beside the program, then in the library folder of the installation (lib/flott/). It is opened with
 * RTLD_LOCAL, so that nothing of what it links to is seen by another, and stays open until the process ends.
 *
 * Rows travel as Arrow struct arrays. An instance (a subtask's source or sink) is used by one thread at a time and may
 * block: it has a thread of its own. Functions return 0 or a positive answer when all went well; on failure they fill
 * *err and return a negative number, and the job fails with these words. modules/counter.c is an example of all this.
 */
#ifndef FLOTT_MODULE_H
#define FLOTT_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flott_arrow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Grows when a struct below changes; a module made for another number is refused by name. */
#define FLOTT_MODULE_ABI 1

typedef struct flott_module_error {
    char message[480]; /* what failed, and why */
    char hint[240];    /* what to do about it; may be empty */
} flott_module_error;

typedef enum flott_module_option_type {
    FLOTT_OPTION_STRING,
    FLOTT_OPTION_BOOLEAN,
    FLOTT_OPTION_INTEGER,  /* 64 bits */
    FLOTT_OPTION_DURATION, /* 10 s, 5 min; flott_module_table.integer gives milliseconds */
    FLOTT_OPTION_MEMORY,   /* 64 kb, 128MB; in bytes */
} flott_module_option_type;

/* One key of WITH (…). */
typedef struct flott_module_option {
    const char *key;
    flott_module_option_type type;
    bool required;
    const char *fallback; /* default as text; NULL: none */
    const char *help;     /* one sentence */
} flott_module_option;

/* The table that an instance reads or writes; borrowed, and valid until close. */
typedef struct flott_module_table flott_module_table;
struct flott_module_table {
    const char *name;
    const struct ArrowSchema *columns; /* a struct: the columns that the query reads, or all that are written */
    int subtask, parallelism;          /* this instance is the subtask-th of so many */
    bool checkpointed;                 /* checkpoints are being taken */
    const char *(*text)(const flott_module_table *t, const char *key); /* an option or its default; NULL: neither */
    int64_t (*integer)(const flott_module_table *t, const char *key, int64_t if_missing);
};

/* Takes bytes of a snapshot; may be called any number of times. */
typedef struct flott_module_writer flott_module_writer;
struct flott_module_writer {
    void (*put)(flott_module_writer *w, const void *bytes, size_t size);
};

/* What an instance of a former run has put into a snapshot. */
typedef struct flott_module_bytes {
    const void *p;
    size_t size;
} flott_module_bytes;

enum { FLOTT_SOURCE_IDLE = 0, FLOTT_SOURCE_BATCH = 1, FLOTT_SOURCE_END = 2 };

/* Order of calls: open, [restore]; poll and snapshot in any mix; close. */
typedef struct flott_module_source {
    bool bounded; /* ends by itself */
    /* *source becomes the instance. On failure nothing is left behind, and close is not called. */
    int (*open)(const flott_module_table *t, void **source, flott_module_error *err);
    /* BATCH: *out is a struct array of t->columns with at most max_rows rows, which flott releases. IDLE: nothing now;
     * flott asks again after *wait_ms. END: there will never be more. */
    int (*poll)(void *source, int64_t max_rows, struct ArrowArray *out, int64_t *wait_ms, flott_module_error *err);
    /* The position behind the last batch given. */
    int (*snapshot)(void *source, flott_module_writer *w, flott_module_error *err);
    /* What all subtasks of then have written, in their order; there may have been more or fewer than now. */
    int (*restore)(void *source, const flott_module_bytes *positions, int n, flott_module_error *err);
    void (*close)(void *source);
} flott_module_source;

/* Order of calls: open, [restore]; write and prepare in any mix, commit after prepare; finish, after which prepare and
 * commit may come once more; close. Rows are all insertions. */
typedef struct flott_module_sink {
    int (*open)(const flott_module_table *t, void **sink, flott_module_error *err);
    /* A struct array of t->columns. Borrowed: what is to be kept is copied. */
    int (*write)(void *sink, const struct ArrowArray *rows, flott_module_error *err);
    /* All rows so far must survive a crash. What is written here comes back in restore. */
    int (*prepare)(void *sink, int64_t checkpoint, flott_module_writer *w, flott_module_error *err);
    /* The checkpoint is durable: its rows may be seen. May come again for the same one, and for several in one call. */
    int (*commit)(void *sink, int64_t checkpoint, flott_module_error *err);
    int (*restore)(void *sink, const flott_module_bytes *prepared, int n, flott_module_error *err);
    /* No more rows. Without checkpoints everything becomes visible here. */
    int (*finish)(void *sink, flott_module_error *err);
    void (*close)(void *sink); /* without finish, nothing more may become visible */
} flott_module_sink;

typedef struct flott_module {
    uint32_t abi;                       /* FLOTT_MODULE_ABI */
    const char *name;                   /* as in flott-NAME.so and 'connector' = 'NAME' */
    const char *doc;                    /* one sentence */
    const flott_module_option *options; /* ends with key NULL */
    const flott_module_source *source;  /* NULL: cannot be read */
    const flott_module_sink *sink;      /* NULL: cannot be written */
} flott_module;

/* The module's table, which lives as long as the module; NULL with *err filled if it cannot work on this machine. */
typedef const flott_module *flott_module_open_fn(flott_module_error *err);
#define FLOTT_MODULE_EXPORT __attribute__((visibility("default")))
FLOTT_MODULE_EXPORT flott_module_open_fn flott_module_open;

#ifdef __cplusplus
}
#endif
#endif
