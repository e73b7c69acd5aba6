/* SPDX-License-Identifier: Apache-2.0 */
/* filesystem.h -- what source and sink of the connector 'filesystem' are told by planning, and partition directories.
 *
 *     /data/orders                                   path of the table
 *       day=2024-01-01/kind=sl%2Fash/                a partition: one directory a key, values escaped
 *         part-00c0ffee00c0ffee-0-0                  finished: subtask 0, its file 0
 *         .part-00c0ffee00c0ffee-0-1.inprogress      hidden: being written, or waiting for its checkpoint
 *         _SUCCESS                                   the partition is complete
 */
#ifndef FL_CONNECTORS_FILESYSTEM_H
#define FL_CONNECTORS_FILESYSTEM_H

#include "connectors/connector_int.h"

/* The columns of PARTITIONED BY. */
typedef struct fs_keys {
    int n;
    const fl_field *fields;
    const char *default_name; /* stands for NULL and for the empty text */
} fs_keys;

typedef struct fs_partition {
    const char *dir;     /* below the table's path */
    const char **values; /* by key; NULL: the default name */
} fs_partition;

typedef enum fs_metadata { FS_META_PATH, FS_META_NAME, FS_META_SIZE, FS_META_MTIME } fs_metadata;

typedef struct fs_source_config {
    const char *path;
    const char *pattern; /* of whole paths; NULL: all that are not hidden */
    int64_t monitor_ms;  /* between two looks at the directory; 0: one look */
    fs_keys keys;
    bool pruned; /* only the partitions below are read */
    const char **partitions;
    int n_partitions;
    fl_format_config format;
    fl_schema file;     /* columns that are read from files */
    int *from_file;     /* by output column: its place in `file`, or -1 */
    int *from_key;      /* … its place in keys, or -1 */
    int *from_metadata; /* … its fs_metadata, or -1 */
} fs_source_config;

/* When a partition counts as complete, and what happens then. */
typedef struct fs_commit_config {
    const char *success_file; /* name; NULL: nothing happens */
    bool by_partition_time; /* the watermark has passed the partition's own time, rather than the clock its creation */
    int64_t delay_ms;
    const fl_tz *tz;       /* in which the watermark is compared */
    const char *pattern;   /* "$day $hour:00:00"; NULL: the first key */
    const char *formatter; /* NULL: yyyy-MM-dd[ HH:mm:ss], leniently */
} fs_commit_config;

typedef struct fs_sink_config {
    const char *path;
    fs_keys keys;
    const int *key_cols; /* columns of the input */
    fl_format_config format;
    fl_schema file; /* columns that stand in files */
    int *file_cols;
    bool batch; /* one file for each subtask and partition, whatever its size and age */
    bool overwrite;
    const char *static_dir; /* the one partition that INSERT names in full; NULL: none */
    int64_t roll_bytes, rollover_ms, inactivity_ms, check_ms;
    fs_commit_config commit;
} fs_sink_config;

extern const fl_source_type fl_filesystem_source;
extern const fl_sink_type fl_filesystem_sink;

/* The keys of a table. */
fs_keys fs_table_keys(fl_arena *a, const fl_table *table, const char *default_name);
/* '.' and '_' in front hide a name. */
static inline bool fs_is_hidden(const char *name) { return name[0] == '.' || name[0] == '_'; }

/* A value of that type can name a directory. */
bool fs_key_type_ok(const fl_type *t);
/* "day=2024-01-01/kind=a" from texts (NULL or "": the default name), and from a row of a batch; `text` is room to work.
 */
void fs_partition_dir(fl_buf *out, const fs_keys *keys, const char *const *values);
void fs_partition_row_dir(fl_buf *out, fl_buf *text, const fs_keys *keys, const int *key_cols, const fl_batch *b,
                          int row);
/* The values in a directory's name, whatever their order; FL_E_VALIDATION if one is missing. */
int fs_partition_parse(fl_arena *a, const fs_keys *keys, const char *dir, fs_partition *out, fl_error *err);
/* All partitions below a path, sorted by directory; a path that does not exist has none. */
int fs_partition_list(fl_platform *pf, fl_arena *a, const char *path, const fs_keys *keys, fs_partition **out, int *n,
                      fl_error *err);
/* Appends a value as the column's type reads it. */
int fs_partition_append(fl_column *c, const char *value, fl_error *err);

/* Refuses a formatter that fs_partition_time_ms could not follow. */
int fs_formatter_check(const char *formatter, fl_error *err);
/* The instant that a partition stands for. */
int fs_partition_time_ms(fl_arena *a, const fs_commit_config *c, const fs_keys *keys, const char *dir, int64_t *ms,
                         fl_error *err);

#endif
