/* SPDX-License-Identifier: Apache-2.0 */
/* filesystem.c -- the connector 'filesystem': what its options mean.
 *
 * What:       at planning, options become the configs of filesystem.h; fs_source.c and fs_sink.c work from these.
 * Interface:  fl_filesystem_connector, at the end of this file.
 * Refused:    what needs a metastore, a Java class or another process is refused by name, when a table is used so.
 */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "connectors/filesystem/filesystem.h"

#include "messages/connector.h"

/* ---- paths ---- */

/* file:///x, file:/x and /x are /x; doubled and trailing slashes go. Other schemes are other connectors' business. */
static int read_path(fl_arena *a, const char *text, const char **out, fl_error *err) {
    size_t scheme = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    const char *p = text;
    if (text[scheme] == ':' && scheme > 1) {
        if (!fl_str_iis(fl_str_make(text, scheme), "file"))
            return fl_fail(err, FL_ERR_CONNECTOR_SCHEME, (int)scheme, text, text);
        p += scheme + 1;
        if (strncmp(p, "///", 3) == 0)
            p += 2;
        else if (strncmp(p, "//", 2) == 0)
            return fl_fail(err, FL_ERR_CONNECTOR_PATH_HOST, text);
    }
    if (*p == '\0') return fl_fail(err, FL_ERR_CONNECTOR_PATH_EMPTY);
    char *path = fl_arena_alloc(a, strlen(p) + 1), *at = path;
    for (; *p != '\0'; p++)
        if (*p != '/' || at == path || at[-1] != '/') *at++ = *p;
    if (at > path + 1 && at[-1] == '/') at--;
    *at = '\0';
    *out = path;
    return 0;
}

static bool is_key(const fl_table *table, int column) {
    for (int i = 0; i < table->n_partition_keys; i++)
        if (table->partition_keys[i] == column) return true;
    return false;
}

static int check_keys(const fs_keys *keys, fl_arena *a, fl_error *err) {
    for (int i = 0; i < keys->n; i++)
        if (!fs_key_type_ok(keys->fields[i].type))
            return fl_fail(err, FL_ERR_CONNECTOR_PARTITION_TYPE, fl_type_name(a, keys->fields[i].type, FL_TYPE_SUMMARY),
                           keys->fields[i].name);
    return 0;
}

static void note(fl_connector_ctx *ctx, const char *text) {
    if (ctx->note != NULL) ctx->note(ctx->note_arg, text);
}

/* ---- reading ---- */

static const fl_metadata_column metadata_columns[5]; /* at the end of this file */

static int find_metadata(const char *key) {
    for (int i = 0; metadata_columns[i].key != NULL; i++)
        if (strcmp(metadata_columns[i].key, key) == 0) return i;
    return -1;
}

static int *nowhere(fl_arena *a, int n) {
    int *from = FL_NEW_N(a, int, n);
    for (int i = 0; i < n; i++) from[i] = -1;
    return from;
}

/* All columns that stand in the files, for formats that count cells; place[]: of each physical column among them. */
static fl_schema *file_columns(fl_arena *a, const fl_table *t, int *place) {
    fl_schema *all = FL_NEW(a, fl_schema);
    fl_field *fields = FL_NEW_N(a, fl_field, t->physical.n);
    all->fields = fields;
    for (int i = 0; i < t->physical.n; i++) {
        place[i] = all->n;
        if (!is_key(t, i)) fields[all->n++] = t->physical.fields[i];
    }
    return all;
}

/* Where each output column comes from, and which columns the decoder has to give. */
static int plan_columns(fl_connector_ctx *ctx, fl_source_plan *p, fs_source_config *cfg, fl_error *err) {
    const fl_table *t = p->table;
    int n_out = p->n_columns + p->n_metadata;
    fl_field *read = FL_NEW_N(ctx->arena, fl_field, p->n_columns);
    int *positions = FL_NEW_N(ctx->arena, int, p->n_columns), *place = FL_NEW_N(ctx->arena, int, t->physical.n);
    const fl_schema *all = file_columns(ctx->arena, t, place);
    cfg->from_file = nowhere(ctx->arena, n_out);
    cfg->from_key = nowhere(ctx->arena, n_out);
    cfg->from_metadata = nowhere(ctx->arena, n_out);
    cfg->file = (fl_schema){0, read};
    for (int i = 0; i < p->n_columns; i++) {
        int column = p->columns[i];
        for (int k = 0; k < t->n_partition_keys; k++)
            if (t->partition_keys[k] == column) cfg->from_key[i] = k;
        if (cfg->from_key[i] >= 0) continue;
        positions[cfg->file.n] = place[column];
        read[cfg->file.n] = t->physical.fields[column];
        cfg->from_file[i] = cfg->file.n++;
    }
    for (int i = 0; i < p->n_metadata; i++) {
        int which = cfg->from_metadata[p->n_columns + i] = find_metadata(p->metadata[i].key);
        if (which < 0) return fl_fail(err, FL_ERR_CONNECTOR_METADATA_KEY, p->metadata[i].key);
    }
    FL_TRY(fl_connector_format(ctx, t, &cfg->file, false, &cfg->format, err));
    cfg->format.physical = all;
    cfg->format.positions = positions;
    return 0;
}

/* Asks the planner which partitions the query can need. */
static int prune(fl_source_plan *p, const fs_keys *keys, const fs_partition *list, int n, bool *keep, fl_error *err) {
    enum { AT_ONCE = 4096 };
    for (int from = 0; from < n; from += AT_ONCE) {
        int count = FL_MIN(n - from, (int)AT_ONCE), rc = 0;
        fl_batch *b = fl_batch_new(keys->n, count);
        for (int k = 0; k < keys->n; k++) {
            b->cols[k] = fl_column_new(keys->fields[k].type, count);
            for (int i = 0; rc == 0 && i < count; i++)
                rc = fs_partition_append(b->cols[k], list[from + i].values[k], err);
        }
        if (rc == 0) rc = p->prune(p->prune_arg, b, keep + from, err);
        fl_batch_unref(b);
        if (rc < 0) return rc;
    }
    return 0;
}

/* Lists the partitions, as Flink does at planning: a table that cannot be read is refused before it is read. */
static int plan_partitions(fl_connector_ctx *ctx, fl_source_plan *p, fs_source_config *cfg, fl_error *err) {
    fs_partition *list;
    int n;
    FL_TRY(fs_partition_list(ctx->pf, ctx->arena, cfg->path, &cfg->keys, &list, &n, err));
    bool *keep = FL_NEW_N(ctx->arena, bool, n);
    memset(keep, true, (size_t)n);
    if (p->prune != NULL) FL_TRY(prune(p, &cfg->keys, list, n, keep, err));
    cfg->pruned = p->prune != NULL;
    cfg->partitions = FL_NEW_N(ctx->arena, const char *, n);
    for (int i = 0; i < n; i++) {
        if (!keep[i]) continue;
        for (int k = 0; k < cfg->keys.n; k++) {
            if (list[i].values[k] != NULL) continue;
            fl_fail(err, FL_ERR_CONNECTOR_PARTITION_NULL);
            return fl_error_hint(err, FL_HINT_CONNECTOR_PARTITION_NULL, list[i].dir);
        }
        cfg->partitions[cfg->n_partitions++] = list[i].dir;
    }
    return 0;
}

static int check_pattern(const char *pattern, fl_error *err) {
    int code;
    PCRE2_SIZE at;
    PCRE2_UCHAR why[160];
    pcre2_code *re = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, PCRE2_UTF, &code, &at, NULL);
    pcre2_code_free(re);
    if (re != NULL) return 0;
    pcre2_get_error_message(code, why, sizeof why);
    return fl_fail(err, FL_ERR_CONNECTOR_PATH_PATTERN, (const char *)why, at, pattern);
}

static int plan_source(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err) {
    const fl_connector *c = &fl_filesystem_connector;
    const fl_table *t = p->table;
    fs_source_config *cfg = FL_NEW(ctx->arena, fs_source_config);
    FL_TRY(fl_connector_check_options(c, t, ctx, err));
    FL_TRY(read_path(ctx->arena, fl_connector_string(c, t, "path"), &cfg->path, err));
    cfg->pattern = fl_connector_string(c, t, "source.path.regex-pattern");
    if (cfg->pattern != NULL) FL_TRY(check_pattern(cfg->pattern, err));
    cfg->monitor_ms = fl_connector_i64(c, t, "source.monitor-interval", 0);
    if (fl_table_option(t, "source.monitor-interval") != NULL && cfg->monitor_ms <= 0)
        return fl_fail(err, FL_ERR_CONNECTOR_MONITOR);
    cfg->keys = fs_table_keys(ctx->arena, t, fl_connector_string(c, t, "partition.default-name"));
    FL_TRY(plan_columns(ctx, p, cfg, err));
    if (cfg->keys.n > 0) FL_TRY(plan_partitions(ctx, p, cfg, err));
    p->config = cfg;
    p->bounded = cfg->monitor_ms == 0;
    p->changes = cfg->format.format->changes;
    return 0;
}

/* ---- writing ---- */

static int refuse(fl_error *err, const char *key, const char *value, const char *instead) {
    fl_fail(err, FL_ERR_CONNECTOR_VALUE_NOT_YET, key, value);
    return fl_error_hint(err, "%s", instead);
}

/* The list of policies, separated by commas. */
static int plan_policy(const fl_table *t, fs_commit_config *cfg, fl_error *err) {
    static const char key[] = "sink.partition-commit.policy.kind";
    const char *kinds = fl_table_option(t, key);
    for (const char *p = kinds; p != NULL && *p != '\0';) {
        size_t n = strcspn(p, ",");
        fl_str kind = fl_str_trim(fl_str_make(p, n));
        if (fl_str_iis(kind, "success-file"))
            cfg->success_file =
                fl_connector_string(&fl_filesystem_connector, t, "sink.partition-commit.success-file.name");
        else if (fl_str_iis(kind, "metastore"))
            return refuse(err, key, kinds, "there is no metastore for a filesystem table: use 'success-file'");
        else if (fl_str_iis(kind, "custom"))
            return refuse(err, key, kinds, "a Java class cannot be loaded: use 'success-file' and watch for that file");
        else
            return fl_fail(err, FL_ERR_CONNECTOR_COMMIT_POLICY, (int)kind.n, kind.p);
        p += n;
        if (*p == ',') p++;
    }
    return 0;
}

static int invalid_zone(fl_error *err) { return fl_fail(err, FL_ERR_CONNECTOR_COMMIT_ZONE); }

static int plan_commit(const fl_table *t, fs_commit_config *cfg, fl_error *err) {
    const fl_connector *c = &fl_filesystem_connector;
    FL_TRY(plan_policy(t, cfg, err));
    cfg->by_partition_time = fl_connector_i64(c, t, "sink.partition-commit.trigger", 0) == 1;
    cfg->delay_ms = fl_connector_i64(c, t, "sink.partition-commit.delay", 0);
    cfg->pattern = fl_connector_string(c, t, "partition.time-extractor.timestamp-pattern");
    cfg->formatter = fl_connector_string(c, t, "partition.time-extractor.timestamp-formatter");
    if (cfg->formatter != NULL) FL_TRY(fs_formatter_check(cfg->formatter, err));
    if (fl_tz_find(fl_connector_string(c, t, "sink.partition-commit.watermark-time-zone"), &cfg->tz, err) < 0)
        return invalid_zone(err);
    if (fl_connector_i64(c, t, "partition.time-extractor.kind", 0) == 1)
        return refuse(err, "partition.time-extractor.kind", "custom",
                      "a Java class cannot be loaded: use 'default' with a timestamp-pattern");
    return 0;
}

static int plan_rolling(const fl_table *t, fs_sink_config *cfg, fl_error *err) {
    const fl_connector *c = &fl_filesystem_connector;
    const struct {
        const char *key;
        int64_t *to;
    } limits[] = {
        {"sink.rolling-policy.file-size", &cfg->roll_bytes},
        {"sink.rolling-policy.rollover-interval", &cfg->rollover_ms},
        {"sink.rolling-policy.inactivity-interval", &cfg->inactivity_ms},
        {"sink.rolling-policy.check-interval", &cfg->check_ms},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(limits); i++) {
        *limits[i].to = fl_connector_i64(c, t, limits[i].key, 0);
        if (*limits[i].to <= 0) return fl_fail(err, FL_ERR_CONNECTOR_POSITIVE, limits[i].key);
    }
    return 0;
}

/* INSERT names rows in the order of the table's physical columns; keys among them stay out of the files. */
static void plan_file_columns(fl_arena *a, const fl_table *t, fs_sink_config *cfg) {
    fl_field *fields = FL_NEW_N(a, fl_field, t->physical.n);
    cfg->file_cols = FL_NEW_N(a, int, t->physical.n);
    cfg->file = (fl_schema){0, fields};
    cfg->key_cols = t->partition_keys;
    for (int i = 0; i < t->physical.n; i++) {
        if (is_key(t, i)) continue;
        fields[cfg->file.n] = t->physical.fields[i];
        cfg->file_cols[cfg->file.n++] = i;
    }
}

/* PARTITION (k = 'v', …) of all keys names one directory. */
static void plan_static(fl_arena *a, const fl_sink_request *r, fs_sink_config *cfg) {
    const char **values = FL_NEW_N(a, const char *, cfg->keys.n);
    fl_buf dir;
    if (cfg->keys.n == 0 || r->n_static_partition < cfg->keys.n) return;
    for (int i = 0; i < cfg->keys.n; i++)
        for (int k = 0; k < r->n_static_partition; k++)
            if (strcmp(r->static_partition[k].key, cfg->keys.fields[i].name) == 0)
                values[i] = r->static_partition[k].value;
    fl_buf_init(&dir);
    fs_partition_dir(&dir, &cfg->keys, values);
    cfg->static_dir = fl_buf_finish(&dir, a);
}

static int plan_sink_parallelism(fl_connector_ctx *ctx, fl_sink_request *r, const fs_sink_config *cfg, fl_error *err) {
    FL_TRY(fl_connector_parallelism(r->table, "sink.parallelism", &r->parallelism, err));
    if (r->parallelism > 0 && r->changes != FL_CHANGES_INSERT) {
        const char *kinds = "";
        for (int k = 0; k < 4; k++)
            if (r->changes & 1u << k)
                kinds = fl_arena_printf(ctx->arena, "%s%s%s", kinds, *kinds != '\0' ? "," : "", fl_row_kind_text[k]);
        return fl_fail(err, FL_ERR_CONNECTOR_SINK_PARALLELISM, r->parallelism, kinds);
    }
    /* Both promise something about all files of a directory: one subtask has to know them all. */
    if (!cfg->overwrite && cfg->commit.success_file == NULL) return 0;
    if (r->parallelism > 1)
        note(ctx, cfg->overwrite
                      ? "option 'sink.parallelism' has no effect: INSERT OVERWRITE writes with one subtask"
                      : "option 'sink.parallelism' has no effect: a partition commit policy needs one subtask");
    r->parallelism = 1;
    return 0;
}

static int plan_sink(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err) {
    const fl_connector *c = &fl_filesystem_connector;
    const fl_table *t = r->table;
    fs_sink_config *cfg = FL_NEW(ctx->arena, fs_sink_config);
    FL_TRY(fl_connector_check_options(c, t, ctx, err));
    FL_TRY(read_path(ctx->arena, fl_connector_string(c, t, "path"), &cfg->path, err));
    cfg->keys = fs_table_keys(ctx->arena, t, fl_connector_string(c, t, "partition.default-name"));
    cfg->batch = ctx->batch;
    cfg->overwrite = r->overwrite;
    if (cfg->overwrite && !cfg->batch) return fl_fail(err, FL_ERR_CONNECTOR_OVERWRITE);
    if (fl_connector_bool(c, t, "auto-compaction"))
        return refuse(err, "auto-compaction", "true",
                      "leave it out; a larger 'sink.rolling-policy.file-size' makes fewer files");
    FL_TRY(check_keys(&cfg->keys, ctx->arena, err));
    plan_file_columns(ctx->arena, t, cfg);
    plan_static(ctx->arena, r, cfg);
    FL_TRY(plan_rolling(t, cfg, err));
    FL_TRY(plan_commit(t, &cfg->commit, err));
    FL_TRY(plan_sink_parallelism(ctx, r, cfg, err));
    FL_TRY(fl_connector_format(ctx, t, &cfg->file, true, &cfg->format, err));
    r->config = cfg;
    r->accepts = cfg->format.format->changes;
    return 0;
}

/* ---- tables ---- */

static const fl_type string_not_null = {.kind = FL_T_VARCHAR, .length = FL_LENGTH_MAX};
static const fl_type bigint_not_null = {.kind = FL_T_BIGINT};
static const fl_type ltz_not_null = {.kind = FL_T_TIMESTAMP_LTZ, .precision = 3};

static const fl_metadata_column metadata_columns[5] = {
    [FS_META_PATH] = {"file.path", &string_not_null},
    [FS_META_NAME] = {"file.name", &string_not_null},
    [FS_META_SIZE] = {"file.size", &bigint_not_null},
    [FS_META_MTIME] = {"file.modification-time", &ltz_not_null},
};

#define COMPACTION "files are not compacted; a larger 'sink.rolling-policy.file-size' makes fewer files"
#define JAVA       "a Java class cannot be loaded; leave it out"

static const fl_option_def options[] = {
    {.key = "path", .type = FL_OPT_STRING, .required = true, .help = "Directory, or a file to be read."},
    {.key = "format", .type = FL_OPT_STRING, .required = true, .help = "Format of the files."},
    {.key = "partition.default-name",
     .type = FL_OPT_STRING,
     .fallback = "__DEFAULT_PARTITION__",
     .help = "Directory value for NULL or empty partition values."},
    {.key = "source.monitor-interval",
     .type = FL_OPT_DURATION,
     .help = "Look for new files that often; without it the directory is read once."},
    {.key = "source.path.regex-pattern", .type = FL_OPT_STRING, .help = "Reads files whose whole path matches."},
    {.key = "source.report-statistics",
     .type = FL_OPT_ENUM,
     .values = "all|file-size|none",
     .state = FL_OPT_NOTED,
     .note = "plans do not depend on the size of files",
     .help = "Statistics for the planner."},
    {.key = "sink.rolling-policy.file-size",
     .type = FL_OPT_MEMORY,
     .fallback = "128MB",
     .help = "Size of a part file."},
    {.key = "sink.rolling-policy.rollover-interval",
     .type = FL_OPT_DURATION,
     .fallback = "30 min",
     .help = "How long a part file stays open at most."},
    {.key = "sink.rolling-policy.inactivity-interval",
     .type = FL_OPT_DURATION,
     .fallback = "30 min",
     .help = "How long a part file stays open without rows."},
    {.key = "sink.rolling-policy.check-interval",
     .type = FL_OPT_DURATION,
     .fallback = "1 min",
     .help = "How often both intervals are looked at."},
    {.key = "sink.shuffle-by-partition.enable",
     .type = FL_OPT_BOOL,
     .state = FL_OPT_NOTED,
     .note = "rows are written where they are",
     .help = "Brings the rows of a partition together before writing."},
    {.key = "sink.parallelism", .type = FL_OPT_INT, .help = "Subtasks of the sink."},
    {.key = "auto-compaction", .type = FL_OPT_BOOL, .fallback = "false", .help = "Refused if true."},
    {.key = "compaction.file-size",
     .type = FL_OPT_MEMORY,
     .state = FL_OPT_REFUSED,
     .note = COMPACTION,
     .help = "Refused."},
    {.key = "compaction.parallelism",
     .type = FL_OPT_INT,
     .state = FL_OPT_REFUSED,
     .note = COMPACTION,
     .help = "Refused."},
    {.key = "sink.partition-commit.trigger",
     .type = FL_OPT_ENUM,
     .values = "process-time|partition-time",
     .fallback = "process-time",
     .help = "What makes a partition complete."},
    {.key = "sink.partition-commit.delay",
     .type = FL_OPT_DURATION,
     .fallback = "0 s",
     .help = "Time to wait after that."},
    {.key = "sink.partition-commit.watermark-time-zone",
     .type = FL_OPT_STRING,
     .fallback = "UTC",
     .help = "Zone of the times that partitions stand for."},
    {.key = "sink.partition-commit.policy.kind", .type = FL_OPT_STRING, .help = "success-file."},
    {.key = "sink.partition-commit.policy.class",
     .type = FL_OPT_STRING,
     .state = FL_OPT_REFUSED,
     .note = JAVA,
     .help = "Refused."},
    {.key = "sink.partition-commit.policy.class.parameters",
     .type = FL_OPT_LIST,
     .state = FL_OPT_REFUSED,
     .note = JAVA,
     .help = "Refused."},
    {.key = "sink.partition-commit.success-file.name",
     .type = FL_OPT_STRING,
     .fallback = "_SUCCESS",
     .help = "Name of the file that marks a complete partition."},
    {.key = "partition.time-extractor.kind",
     .type = FL_OPT_ENUM,
     .values = "default|custom",
     .fallback = "default",
     .help = "custom is refused."},
    {.key = "partition.time-extractor.class",
     .type = FL_OPT_STRING,
     .state = FL_OPT_REFUSED,
     .note = JAVA,
     .help = "Refused."},
    {.key = "partition.time-extractor.timestamp-pattern", .type = FL_OPT_STRING, .help = "Such as $day $hour:00:00."},
    {.key = "partition.time-extractor.timestamp-formatter", .type = FL_OPT_STRING, .help = "Such as yyyyMMddHH."},
    {.key = NULL},
};

const fl_connector fl_filesystem_connector = {
    .name = "filesystem",
    .options = options,
    .formats = true,
    .metadata = metadata_columns,
    .plan_source = plan_source,
    .source = &fl_filesystem_source,
    .plan_sink = plan_sink,
    .sink = &fl_filesystem_sink,
    .doc = "Reads and writes files of one directory.",
};
