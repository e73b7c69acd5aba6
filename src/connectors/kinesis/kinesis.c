/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis.c -- the connectors 'kinesis' and 'kinesis-legacy': what the options of a source mean.
 *
 * What:       two generations of Flink's connector carry the name kinesis: up to 4.x a table has 'stream' and scan.*,
 *             from 5.x on 'stream.arn' and source.*, and the older one is called kinesis-legacy. Programs of both are
 *             in use, so here 'kinesis' understands both and tells them apart by what names the stream; a table that
 *             mixes them is refused. Both become the same config.
 * Interface:  fl_kinesis_connector, fl_kinesis_legacy_connector, at the end of this file. Sinks: sink_options.c.
 * Patience:   where the table gives no number of attempts, a call is repeated as long as it takes: Flink's few attempts
 *             would fail the job, which then starts again and calls again.
 * Refused:    enhanced fan-out. It reads over HTTP/2 event streams and costs extra; polling reads the same records.
 */
#include "connectors/aws/options.h"
#include "connectors/kinesis/kinesis_int.h"
#include "expr/datetime_pattern.h"
#include "messages/connector.h"
#include "messages/kinesis_source.h"
#include "messages/option.h"

enum { READ_TIMEOUT_MS = 60 * 1000 }; /* of an answer, which is 10 MB at most */

typedef enum generation { OLD, NEW } generation; /* stream and scan.*; stream.arn and source.* */

/* ---- the stream ---- */

static bool has_prefix(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

static bool is_stream_name(fl_str s) {
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!good && c != '_' && c != '.' && c != '-') return false;
    }
    return s.n > 0 && s.n <= 128;
}

/* arn:aws:kinesis:us-east-1:123456789012:stream/NAME; partitions are aws, aws-cn, aws-us-gov. */
static bool read_arn(fl_str arn, fl_str *name) {
    fl_str part[6];
    if (!fl_str_starts(arn, "arn:")) return false;
    for (int i = 0; i < 5; i++) {
        const char *colon = memchr(arn.p, ':', arn.n);
        if (colon == NULL) return false;
        part[i] = fl_str_make(arn.p, (size_t)(colon - arn.p));
        arn = fl_str_make(colon + 1, arn.n - part[i].n - 1);
    }
    if (!fl_str_is(part[2], "kinesis") || part[1].n == 0 || part[3].n == 0 || !fl_str_starts(arn, "stream/"))
        return false;
    *name = fl_str_make(arn.p + 7, arn.n - 7);
    return is_stream_name(*name);
}

static int bad_stream(const char *name, fl_error *err) {
    fl_fail(err, FL_ERR_KINESIS_SOURCE_STREAM, name);
    return has_prefix(name, "arn:") ? fl_error_hint(err, FL_HINT_KINESIS_SOURCE_IS_ARN) : err->code;
}

static int bad_arn(const char *arn, fl_error *err) {
    fl_fail(err, FL_ERR_KINESIS_SOURCE_ARN, arn);
    return has_prefix(arn, "arn:") ? err->code : fl_error_hint(err, FL_HINT_KINESIS_SOURCE_IS_NAME, arn);
}

/* An option of the other generation: which is that, and what belongs there. */
static int check_generation(const fl_table *table, generation g, fl_error *err) {
    for (int i = 0; i < table->n_options; i++) {
        const char *key = table->options[i].key;
        bool of_old = has_prefix(key, "scan.s") || has_prefix(key, "scan.list.") ||
                      has_prefix(key, "shard.consumer.") || has_prefix(key, "scan.watermark.sync.") ||
                      strcmp(key, "scan.watermark.lookahead.millis") == 0;
        if (g == NEW ? !of_old : !has_prefix(key, "source.")) continue;
        return fl_fail(err, FL_ERR_KINESIS_SOURCE_MIXED, key, g == NEW ? "stream.arn" : "stream");
    }
    return 0;
}

int kinesis_stream_of(fl_connector_ctx *ctx, const fl_table *table, const char **stream, const char **arn,
                      fl_error *err) {
    const char *name = fl_table_option(table, "stream"), *given = fl_table_option(table, "stream.arn");
    bool legacy = strcmp(fl_table_option(table, "connector"), "kinesis-legacy") == 0;
    *arn = given;
    if (name != NULL && given != NULL) return fl_fail(err, FL_ERR_KINESIS_SOURCE_TWO_STREAMS);
    if (name == NULL && given == NULL) return fl_fail(err, FL_ERR_OPTION_MISSING, legacy ? "stream" : "stream.arn");
    FL_TRY(check_generation(table, given != NULL ? NEW : OLD, err));
    if (given == NULL) {
        *stream = name;
        return is_stream_name(fl_str_from(name)) ? 0 : bad_stream(name, err);
    }
    fl_str in_arn;
    if (!read_arn(fl_str_from(given), &in_arn)) return bad_arn(given, err);
    *stream = fl_arena_strndup(ctx->arena, in_arn.p, in_arn.n);
    return 0;
}

/* ---- where reading begins ---- */

typedef struct keys {
    const char *position, *timestamp, *format, *assigner;
} keys;

static const keys keys_of[] = {
    [OLD] = {"scan.stream.initpos", "scan.stream.initpos-timestamp", "scan.stream.initpos-timestamp-format",
             "scan.shard-assigner"},
    [NEW] = {"source.init.position", "source.init.timestamp", "source.init.timestamp.format", "source.shard-assigner"},
};

/* By the pattern, or else seconds since 1970: as Flink. */
static int read_timestamp(fl_connector_ctx *ctx, const keys *k, const char *text, const char *pattern, int64_t *out,
                          fl_error *err) {
    fl_dt_pattern *p;
    double seconds;
    if (fl_dt_compile(ctx->arena, fl_str_from(pattern), FL_DT_SIMPLE, &p, err) < 0 || fl_dt_readable(p, err) < 0)
        return fl_connector_bad_value(k->format, pattern, err);
    if (fl_dt_read_simple(p, fl_str_from(text), ctx->tz, out)) return 0;
    if (fl_parse_f64(fl_str_from(text), &seconds, err) == 0 && seconds >= 0 && seconds < 1e12) {
        *out = (int64_t)(seconds * 1000);
        return 0;
    }
    return fl_fail(err, FL_ERR_KINESIS_SOURCE_TIMESTAMP, k->timestamp, text, pattern);
}

static int read_start(fl_connector_ctx *ctx, const fl_connector *c, const fl_table *table, const keys *k,
                      kinesis_source_config *cfg, fl_error *err) {
    const char *text = fl_table_option(table, k->timestamp);
    cfg->start = (kinesis_start)fl_connector_i64(c, table, k->position, 0);
    if (cfg->start != KINESIS_AT_TIMESTAMP) {
        if (text != NULL && ctx->note != NULL)
            ctx->note(ctx->note_arg, fl_arena_printf(ctx->arena, "option '%s' has no effect: '%s' is not AT_TIMESTAMP",
                                                     k->timestamp, k->position));
        return 0;
    }
    if (text == NULL) return fl_fail(err, FL_ERR_KINESIS_SOURCE_NO_TIMESTAMP, k->timestamp);
    return read_timestamp(ctx, k, text, fl_connector_string(c, table, k->format), &cfg->start_ms, err);
}

static int read_assigner(const fl_connector *c, const fl_table *table, const char *key, bool *uniform, fl_error *err) {
    const char *name = fl_connector_string(c, table, key);
    *uniform = strcmp(name, "uniform") == 0;
    if (*uniform || strcmp(name, "default") == 0) return 0;
    return fl_fail(err, FL_ERR_KINESIS_SOURCE_ASSIGNER, key, name);
}

/* ---- patience ---- */

static const fl_aws_retry patient = {.attempts = 0, .base_ms = 300, .max_ms = 5000, .factor = 2};

/* PREFIX.maxretries, PREFIX.backoff.base, .max and .expconst. */
static fl_aws_retry read_retry(fl_connector_ctx *ctx, const fl_connector *c, const fl_table *table,
                               const char *prefix) {
    fl_arena *a = ctx->arena;
    fl_error err;
    fl_aws_retry r = patient;
    int64_t retries = fl_connector_i64(c, table, fl_arena_printf(a, "%s.maxretries", prefix), -1);
    r.attempts = (int)(retries + 1);
    r.base_ms = fl_connector_i64(c, table, fl_arena_printf(a, "%s.backoff.base", prefix), 0);
    r.max_ms = fl_connector_i64(c, table, fl_arena_printf(a, "%s.backoff.max", prefix), 0);
    fl_assert(
        fl_parse_f64(fl_str_from(fl_connector_string(c, table, fl_arena_printf(a, "%s.backoff.expconst", prefix))),
                     &r.factor, &err) == 0); /* checked before */
    return r;
}

static void read_pace(fl_connector_ctx *ctx, const fl_connector *c, const fl_table *table, generation g,
                      kinesis_source_config *cfg) {
    if (g == NEW) {
        cfg->discovery_ms = fl_connector_i64(c, table, "source.shard.discovery.interval", 0);
        cfg->max_records = (int)fl_connector_i64(c, table, "source.shard.get-records.max-record-count", 0);
        cfg->poll_ms = 200;
        cfg->empty_poll_ms = fl_connector_i64(c, table, "source.reader.empty-records-fetch-interval", 0);
        cfg->list_retry = cfg->iterator_retry = cfg->records_retry = patient;
        return;
    }
    cfg->discovery_ms = fl_connector_i64(c, table, "scan.shard.discovery.intervalmillis", 0);
    cfg->max_records = (int)fl_connector_i64(c, table, "scan.shard.getrecords.maxrecordcount", 0);
    cfg->poll_ms = cfg->empty_poll_ms = fl_connector_i64(c, table, "scan.shard.getrecords.intervalmillis", 0);
    cfg->shard_idle_ms = FL_MAX(fl_connector_i64(c, table, "scan.shard.idle.interval", 0), (int64_t)0);
    cfg->list_retry = read_retry(ctx, c, table, "scan.list.shards");
    cfg->iterator_retry = read_retry(ctx, c, table, "scan.shard.getiterator");
    cfg->records_retry = read_retry(ctx, c, table, "scan.shard.getrecords");
}

/* ---- columns ---- */

static const fl_metadata_column metadata_columns[4]; /* at the end of this file */

static int find_metadata(const char *key) {
    for (int i = 0; metadata_columns[i].key != NULL; i++)
        if (strcmp(metadata_columns[i].key, key) == 0) return i;
    return -1;
}

static int plan_columns(fl_connector_ctx *ctx, const fl_source_plan *p, kinesis_source_config *cfg, fl_error *err) {
    int n = p->n_columns + p->n_metadata;
    fl_field *fields = FL_NEW_N(ctx->arena, fl_field, p->n_columns);
    int *from_record = FL_NEW_N(ctx->arena, int, n), *from_metadata = FL_NEW_N(ctx->arena, int, n);
    for (int i = 0; i < n; i++) from_record[i] = from_metadata[i] = -1;
    for (int i = 0; i < p->n_columns; i++) {
        fields[i] = p->table->physical.fields[p->columns[i]];
        from_record[i] = i;
    }
    for (int i = 0; i < p->n_metadata; i++) {
        int which = from_metadata[p->n_columns + i] = find_metadata(p->metadata[i].key);
        if (which < 0) return fl_fail(err, FL_ERR_CONNECTOR_METADATA_KEY, p->metadata[i].key);
    }
    cfg->record = (fl_schema){p->n_columns, fields};
    cfg->from_record = from_record;
    cfg->from_metadata = from_metadata;
    FL_TRY(fl_connector_format(ctx, p->table, &cfg->record, false, &cfg->format, err));
    cfg->format.physical = &p->table->physical;
    cfg->format.positions = p->columns;
    return 0;
}

/* ---- the source ---- */

int kinesis_plan_source(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err) {
    const fl_table *t = p->table;
    const fl_connector *c = fl_connector_find(fl_table_option(t, "connector"));
    kinesis_source_config *cfg = FL_NEW(ctx->arena, kinesis_source_config);
    FL_TRY(fl_connector_check_options(c, t, ctx, err));
    FL_TRY(kinesis_stream_of(ctx, t, &cfg->stream, &cfg->stream_arn, err));
    generation g = cfg->stream_arn != NULL ? NEW : OLD;
    if (ctx->batch) return fl_fail(err, FL_ERR_KINESIS_SOURCE_BATCH, t->name);
    FL_TRY(fl_aws_config_read(ctx, c, t, "kinesis", cfg->stream_arn, &cfg->aws, err));
    cfg->aws.read_timeout_ms = READ_TIMEOUT_MS;
    FL_TRY(read_start(ctx, c, t, &keys_of[g], cfg, err));
    FL_TRY(read_assigner(c, t, keys_of[g].assigner, &cfg->uniform, err));
    read_pace(ctx, c, t, g, cfg);
    cfg->shard_idle_ms = fl_connector_i64(c, t, "scan.watermark.idle-timeout", cfg->shard_idle_ms);
    FL_TRY(plan_columns(ctx, p, cfg, err));
    p->config = cfg;
    p->bounded = false;
    p->changes = cfg->format.format->changes;
    return 0;
}

/* ---- tables ---- */

static const fl_type varchar_not_null = {.kind = FL_T_VARCHAR, .length = 128};
static const fl_type ltz_not_null = {.kind = FL_T_TIMESTAMP_LTZ, .precision = 3};

static const fl_metadata_column metadata_columns[4] = {
    [KINESIS_META_TIMESTAMP] = {"timestamp", &ltz_not_null},
    [KINESIS_META_SHARD_ID] = {"shard-id", &varchar_not_null},
    [KINESIS_META_SEQUENCE_NUMBER] = {"sequence-number", &varchar_not_null},
};

#define FAN_OUT  "enhanced fan-out is not used: records are read by polling, the same ones"
#define DESCRIBE "the stream is not described: its shards are listed"
#define POLL     "enhanced fan-out is not there yet: leave the option out, and the same records are read by polling"
#define JAVA     "it names a Java class; failures that may pass are always tried again"
#define ALIGN    "shards are not held back for each other; their watermarks are joined, so no row is late for that"
#define PATTERN  "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"

/* Tuning of a call that is never made. */
#define TUNING(k, t, why)                                                                                              \
    { .key = (k), .type = (t), .state = FL_OPT_NOTED, .note = (why), .help = "Noted, without effect." }
/* The same where EXPLAIN and the documentation show a default. */
#define TUNED(k, t, value, why)                                                                                        \
    {                                                                                                                  \
        .key = (k), .type = (t), .fallback = (value), .state = FL_OPT_NOTED, .note = (why),                            \
        .help = "Noted, without effect."                                                                               \
    }
#define BACKOFF(prefix, why)                                                                                           \
    TUNING(prefix ".backoff.base", FL_OPT_INT, why), TUNING(prefix ".backoff.max", FL_OPT_INT, why),                   \
        TUNING(prefix ".backoff.expconst", FL_OPT_DOUBLE, why), TUNING(prefix ".maxretries", FL_OPT_INT, why)

/* How a call is repeated. */
#define RETRY(prefix, call, base, max)                                                                                 \
    {.key = prefix ".maxretries",                                                                                      \
     .type = FL_OPT_INT,                                                                                               \
     .values = "0..1000000000",                                                                                        \
     .help = "How often " call " is repeated before the job fails; without it as often as it takes."},                 \
        {.key = prefix ".backoff.base",                                                                                \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = base,                                                                                             \
         .values = "0..",                                                                                              \
         .help = "Milliseconds of the first pause before that, at most."},                                             \
        {.key = prefix ".backoff.max",                                                                                 \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = max,                                                                                              \
         .values = "0..",                                                                                              \
         .help = "Milliseconds of any such pause, at most."},                                                          \
    {                                                                                                                  \
        .key = prefix ".backoff.expconst", .type = FL_OPT_DOUBLE, .fallback = "1.5", .values = "1..",                  \
        .help = "By how much each such pause is longer than the one before."                                           \
    }

/* Where reading begins, and how: the same options under two generations of names. */
#define STARTING(position, time, pattern)                                                                              \
    {.key = position,                                                                                                  \
     .type = FL_OPT_ENUM,                                                                                              \
     .values = "LATEST|TRIM_HORIZON|AT_TIMESTAMP",                                                                     \
     .fallback = "LATEST",                                                                                             \
     .help = "Where reading begins: now, at the oldest record, or at a time."},                                        \
        {.key = time,                                                                                                  \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "AT_TIMESTAMP: the time, by the format below or as seconds since 1970."},                             \
    {                                                                                                                  \
        .key = pattern, .type = FL_OPT_STRING, .fallback = PATTERN,                                                    \
        .help = "AT_TIMESTAMP: a pattern of Java's SimpleDateFormat."                                                  \
    }
#define READING(publisher, assigner)                                                                                   \
    {.key = publisher,                                                                                                 \
     .type = FL_OPT_ENUM,                                                                                              \
     .values = "POLLING|EFO",                                                                                          \
     .fallback = "POLLING",                                                                                            \
     .state = FL_OPT_REFUSED,                                                                                          \
     .note = POLL,                                                                                                     \
     .help = "POLLING; EFO is refused."},                                                                              \
    {                                                                                                                  \
        .key = assigner, .type = FL_OPT_STRING, .fallback = "default",                                                 \
        .help = "default, or uniform: subtasks get stretches of hash keys."                                            \
    }

/* From 5.x on. */
#define NEW_OPTIONS                                                                                                    \
    {.key = "stream.arn", .type = FL_OPT_STRING, .help = "ARN of the stream; goes with source.*."},                    \
        STARTING("source.init.position", "source.init.timestamp", "source.init.timestamp.format"),                     \
        {.key = "source.shard.discovery.interval",                                                                     \
         .type = FL_OPT_DURATION,                                                                                      \
         .fallback = "10 s",                                                                                           \
         .values = "1 ms..",                                                                                           \
         .help = "How often new shards are looked for."},                                                              \
        READING("source.reader.type", "source.shard-assigner"),                                                        \
        {.key = "source.reader.empty-records-fetch-interval",                                                          \
         .type = FL_OPT_DURATION,                                                                                      \
         .fallback = "250 ms",                                                                                         \
         .help = "Pause before a shard is read again that had no records."},                                           \
        {.key = "source.shard.get-records.max-record-count",                                                           \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "10000",                                                                                          \
         .values = "1..10000",                                                                                         \
         .help = "Records of one read at most."},                                                                      \
        TUNING("source.efo.consumer.name", FL_OPT_STRING, FAN_OUT),                                                    \
        TUNING("source.efo.lifecycle", FL_OPT_STRING, FAN_OUT),                                                        \
        TUNING("source.efo.subscription.timeout", FL_OPT_DURATION, FAN_OUT),                                           \
        TUNING("source.efo.deregister.timeout", FL_OPT_DURATION, FAN_OUT),                                             \
        TUNING("source.efo.describe.retry-strategy.attempts.max", FL_OPT_INT, FAN_OUT),                                \
        TUNING("source.efo.describe.retry-strategy.delay.min", FL_OPT_DURATION, FAN_OUT),                              \
        TUNING("source.efo.describe.retry-strategy.delay.max", FL_OPT_DURATION, FAN_OUT)

/* Up to 4.x, and of kinesis-legacy. */
#define OLD_OPTIONS                                                                                                    \
    {.key = "stream", .type = FL_OPT_STRING, .help = "Name of the stream; goes with scan.*."},                         \
        STARTING("scan.stream.initpos", "scan.stream.initpos-timestamp", "scan.stream.initpos-timestamp-format"),      \
        READING("scan.stream.recordpublisher", "scan.shard-assigner"),                                                 \
        RETRY("scan.list.shards", "ListShards", "1000", "5000"),                                                       \
        RETRY("scan.shard.getrecords", "GetRecords", "300", "1000"),                                                   \
        RETRY("scan.shard.getiterator", "GetShardIterator", "300", "1000"),                                            \
        {.key = "scan.shard.getrecords.maxrecordcount",                                                                \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "10000",                                                                                          \
         .values = "1..10000",                                                                                         \
         .help = "Records of one read at most."},                                                                      \
        {.key = "scan.shard.getrecords.intervalmillis",                                                                \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "200",                                                                                            \
         .values = "0..300000",                                                                                        \
         .help = "Milliseconds between two reads of a shard; the service allows five in a second."},                   \
        {.key = "scan.shard.discovery.intervalmillis",                                                                 \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "10000",                                                                                          \
         .values = "1..",                                                                                              \
         .help = "Milliseconds between two looks for new shards."},                                                    \
        {.key = "scan.shard.idle.interval",                                                                            \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "-1",                                                                                             \
         .help =                                                                                                       \
             "Milliseconds without records after which a shard holds no watermark back; below 1: as the job says."},   \
        TUNED("scan.shard.adaptivereads", FL_OPT_BOOL, "false", "the service itself ends an answer at 10 MB"),         \
        TUNING("shard.consumer.error.recoverable[#].exception", FL_OPT_STRING, JAVA),                                  \
        TUNED("scan.watermark.sync.interval", FL_OPT_INT, "30000", ALIGN),                                             \
        TUNED("scan.watermark.lookahead.millis", FL_OPT_INT, "0", ALIGN),                                              \
        TUNED("scan.watermark.sync.queue.capacity", FL_OPT_INT, "100", ALIGN),                                         \
        BACKOFF("scan.stream.describe", DESCRIBE), BACKOFF("scan.stream.describestreamconsumer", FAN_OUT),             \
        BACKOFF("scan.stream.registerstreamconsumer", FAN_OUT),                                                        \
        TUNING("scan.stream.registerstreamconsumer.timeout", FL_OPT_INT, FAN_OUT),                                     \
        BACKOFF("scan.stream.deregisterstreamconsumer", FAN_OUT),                                                      \
        TUNING("scan.stream.deregisterstreamconsumer.timeout", FL_OPT_INT, FAN_OUT),                                   \
        BACKOFF("scan.shard.subscribetoshard", FAN_OUT),                                                               \
        TUNING("scan.stream.efo.consumername", FL_OPT_STRING, FAN_OUT),                                                \
        TUNING("scan.stream.efo.registration", FL_OPT_STRING, FAN_OUT),                                                \
        TUNING("scan.stream.efo.consumerarn", FL_OPT_STRING, FAN_OUT),                                                 \
        TUNING("scan.stream.efo.consumerarn.#", FL_OPT_STRING, FAN_OUT),                                               \
        TUNING("scan.stream.efo.http-client.max-concurrency", FL_OPT_STRING, FAN_OUT)

#define COMMON_OPTIONS                                                                                                 \
    {.key = "format", .type = FL_OPT_STRING, .required = true, .help = "Format of the records."},                      \
        {.key = "scan.watermark.idle-timeout",                                                                         \
         .type = FL_OPT_DURATION,                                                                                      \
         .help = "Time without records after which a shard holds no watermark back; else as the job says."},           \
        FL_AWS_OPTIONS, KINESIS_SINK_OPTIONS, KINESIS_PARTITION_OPTIONS

static const fl_option_def options[] = {NEW_OPTIONS, OLD_OPTIONS, COMMON_OPTIONS, {.key = NULL}};
static const fl_option_def legacy_options[] = {OLD_OPTIONS, COMMON_OPTIONS, {.key = NULL}};

const fl_connector fl_kinesis_connector = {
    .name = "kinesis",
    .options = options,
    .formats = true,
    .metadata = metadata_columns,
    .plan_source = kinesis_plan_source,
    .source = &fl_kinesis_source,
    .plan_sink = kinesis_plan_sink,
    .sink = &fl_kinesis_sink,
    .doc = "Reads and writes a stream of Amazon Kinesis.",
};

const fl_connector fl_kinesis_legacy_connector = {
    .name = "kinesis-legacy",
    .options = legacy_options,
    .formats = true,
    .metadata = metadata_columns,
    .plan_source = kinesis_plan_source,
    .source = &fl_kinesis_source,
    .plan_sink = kinesis_plan_sink,
    .sink = &fl_kinesis_sink,
    .doc = "The same with the options that Flink's connector had up to version 4.",
};
