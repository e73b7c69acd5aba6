/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_int.h -- what the files of the Kinesis connectors share.
 *
 *     kinesis.c          the tables kinesis, kinesis-legacy: options of both generations, planning
 *     kinesis_source.c   reading: shards of this subtask, requests, rows, positions
 *     kinesis_shards.c   the tree of shards: discovery, parents before children, who reads which
 *     kinesis_records.c  answers of the service, read in one pass
 *     kpl.c              records that the Kinesis Producer Library has put into one
 *     sink_options.c     the sinks' options: batches, partition keys
 *     kinesis_sink.c     writing: batches, what is sent again, backpressure; PutRecords and Firehose's PutRecordBatch
 *     firehose.c         the table firehose
 */
#ifndef FL_CONNECTORS_KINESIS_INT_H
#define FL_CONNECTORS_KINESIS_INT_H

#include "connectors/aws/client.h"
#include "connectors/connector_int.h"
#include "data/json_text.h"

typedef enum kinesis_start { KINESIS_LATEST, KINESIS_TRIM_HORIZON, KINESIS_AT_TIMESTAMP } kinesis_start;

/* Readable metadata; the order of kinesis_metadata. */
typedef enum kinesis_meta { KINESIS_META_TIMESTAMP, KINESIS_META_SHARD_ID, KINESIS_META_SEQUENCE_NUMBER } kinesis_meta;

typedef struct kinesis_source_config {
    fl_aws_config aws;
    const char *stream;     /* name */
    const char *stream_arn; /* NULL: the table gives a name only */
    kinesis_start start;
    int64_t start_ms;      /* AT_TIMESTAMP */
    int64_t discovery_ms;  /* pause between two looks at the list of shards */
    int64_t poll_ms;       /* pause between two GetRecords of a shard; the service allows 5 a second */
    int64_t empty_poll_ms; /* the same after an answer without records */
    int max_records;       /* of one GetRecords */
    bool uniform;          /* shards are dealt out by hash range instead of by hash of their id */
    int64_t shard_idle_ms; /* a shard without records for so long holds no watermark back; 0: as the table says */
    fl_aws_retry list_retry, iterator_retry, records_retry;
    fl_format_config format;  /* of the columns that are read from the record */
    fl_schema record;         /* these columns */
    const int *from_record;   /* by output column: position in `record`; -1 */
    const int *from_metadata; /* by output column: kinesis_meta; -1 */
} kinesis_source_config;

/* How a row gets its partition key. */
typedef enum kinesis_partitioner {
    KINESIS_BY_FIELDS, /* PARTITIONED BY: the values, joined */
    KINESIS_FIXED,     /* one key for each subtask */
    KINESIS_RANDOM,
    KINESIS_KEYLESS, /* Firehose has no keys */
} kinesis_partitioner;

/* A part of a partition key. */
typedef struct kinesis_key_part {
    int column;       /* of the sink's schema … */
    const char *text; /* … or what INSERT INTO t PARTITION says; NULL: the column's value */
} kinesis_key_part;

typedef struct kinesis_sink_config {
    fl_aws_config aws;
    bool firehose;          /* PutRecordBatch, no partition keys */
    const char *stream;     /* name of the stream or delivery stream */
    const char *stream_arn; /* NULL: the table gives a name only */
    kinesis_partitioner partitioner;
    const char *delimiter; /* between the parts of a partition key */
    const kinesis_key_part *key;
    int n_key;
    int batch_records;    /* of one request */
    int64_t batch_bytes;  /* of one request */
    int64_t record_bytes; /* of one record, at most */
    int max_in_flight;    /* requests */
    int max_buffered;     /* records */
    int64_t flush_ms;     /* a record waits so long at most for others to go with it */
    bool fail_on_error;
    fl_format_config format; /* of the sink's columns, all of which go into the record */
} kinesis_sink_config;

/* Rows of a fl_option_def table: what every sink of this family understands. */
#define KINESIS_SINK_OPTIONS                                                                                           \
    {.key = "sink.batch.max-size",                                                                                     \
     .type = FL_OPT_INT,                                                                                               \
     .fallback = "500",                                                                                                \
     .values = "1..500",                                                                                               \
     .help = "Records of one request."},                                                                               \
        {.key = "sink.requests.max-inflight",                                                                          \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "16",                                                                                             \
         .values = "1..1000",                                                                                          \
         .help = "Requests on their way at once; with more to send the job waits."},                                   \
        {.key = "sink.requests.max-buffered",                                                                          \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "10000",                                                                                          \
         .values = "1..10000000",                                                                                      \
         .help = "Records that wait to be sent; with more the job waits."},                                            \
        {.key = "sink.flush-buffer.size",                                                                              \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "5242880",                                                                                        \
         .values = "1..",                                                                                              \
         .help = "Bytes at which a request is sent."},                                                                 \
        {.key = "sink.flush-buffer.timeout",                                                                           \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "5000",                                                                                           \
         .values = "1..",                                                                                              \
         .help = "Milliseconds that a record waits for others to go with it."},                                        \
        {.key = "sink.fail-on-error",                                                                                  \
         .type = FL_OPT_BOOL,                                                                                          \
         .fallback = "false",                                                                                          \
         .help = "Fail the job when a record is refused, instead of sending it again."},                               \
        {.key = "sink.http-client.max-concurrency",                                                                    \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "10000",                                                                                          \
         .values = "1..",                                                                                              \
         .help = "Requests at once of the HTTP client."},                                                              \
        {.key = "sink.http-client.read-timeout",                                                                       \
         .type = FL_OPT_INT,                                                                                           \
         .fallback = "360000",                                                                                         \
         .values = "1..",                                                                                              \
         .help = "Milliseconds after which a request without an answer is sent again."},                               \
    {                                                                                                                  \
        .key = "sink.http-client.protocol.version", .type = FL_OPT_ENUM, .fallback = "HTTP2",                          \
        .values = "HTTP1_1|HTTP2", .help = "HTTP/2 where the service has it, or HTTP/1.1 always."                      \
    }

/* And what only streams have: partition keys; options of the producer that Flink had before 1.15, by their new names
 * where they have any. */
#define KINESIS_PARTITION_OPTIONS                                                                                      \
    {.key = "sink.partitioner",                                                                                        \
     .type = FL_OPT_STRING,                                                                                            \
     .help = "fixed or random, for a table without PARTITIONED BY; by default random."},                               \
        {.key = "sink.partitioner-field-delimiter",                                                                    \
         .type = FL_OPT_STRING,                                                                                        \
         .fallback = "|",                                                                                              \
         .help = "Stands between the values of a partition key."},                                                     \
        {.key = "sink.producer.record-max-buffered-time",                                                              \
         .type = FL_OPT_INT,                                                                                           \
         .values = "1..",                                                                                              \
         .help = "Old name of sink.flush-buffer.timeout."},                                                            \
        {.key = "sink.producer.collection-max-size",                                                                   \
         .type = FL_OPT_INT,                                                                                           \
         .values = "1..500",                                                                                           \
         .help = "Old name of sink.batch.max-size."},                                                                  \
        {.key = "sink.producer.collection-max-count",                                                                  \
         .type = FL_OPT_INT,                                                                                           \
         .values = "1..1000",                                                                                          \
         .help = "Old name of sink.requests.max-inflight."},                                                           \
        {.key = "sink.producer.fail-on-error", .type = FL_OPT_BOOL, .help = "Old name of sink.fail-on-error."},        \
        {.key = "sink.producer.verify-certificate",                                                                    \
         .type = FL_OPT_BOOL,                                                                                          \
         .help = "Old opposite of aws.trust.all.certificates."},                                                       \
        {.key = "sink.producer.kinesis-endpoint",                                                                      \
         .type = FL_OPT_STRING,                                                                                        \
         .help = "Old name of aws.endpoint, without https://."},                                                       \
        {.key = "sink.producer.kinesis-port",                                                                          \
         .type = FL_OPT_INT,                                                                                           \
         .values = "1..65535",                                                                                         \
         .help = "Goes with sink.producer.kinesis-endpoint."},                                                         \
    {                                                                                                                  \
        .key = "sink.producer.#", .type = FL_OPT_STRING, .state = FL_OPT_NOTED,                                        \
        .note = "it belongs to the Kinesis Producer Library, which is not used any more, by Flink either",             \
        .help = "Other options of the Kinesis Producer Library: noted, without effect."                                \
    }

extern const fl_source_type fl_kinesis_source;
extern const fl_sink_type fl_kinesis_sink;

/* kinesis.c, kinesis_sink.c */
int kinesis_plan_source(fl_connector_ctx *ctx, fl_source_plan *p, fl_error *err);
int kinesis_plan_sink(fl_connector_ctx *ctx, fl_sink_request *r, fl_error *err);
/* The options sink.* that kinesis and firehose have in common, read into a config. */
int kinesis_sink_options(fl_connector_ctx *ctx, const fl_connector *c, const fl_table *table, kinesis_sink_config *out,
                         fl_error *err);
/* stream or stream.arn: one of them, checked and taken apart (kinesis.c). */
int kinesis_stream_of(fl_connector_ctx *ctx, const fl_table *table, const char **stream, const char **arn,
                      fl_error *err);

/* Appends a text to a request's body, in quotes. */
static inline void kinesis_put_text(fl_buf *out, fl_str s) {
    fl_buf_putc(out, '"');
    fl_json_escape(out, s, false);
    fl_buf_putc(out, '"');
}

/* ---- records (kinesis_records.c) ---- */

typedef struct kinesis_record {
    fl_str data; /* base64 is undone */
    fl_str partition_key, sequence_number;
    int64_t arrived_ms;
    int32_t sub, n_sub; /* of a KPL record: which of how many user records it is; n_sub 0: it is none */
} kinesis_record;

typedef struct kinesis_answer {
    kinesis_record *records; /* owned */
    int n, cap;
    fl_str next_iterator; /* n == 0: the shard has ended */
    int64_t behind_ms;
    bool children; /* the answer names child shards */
} kinesis_answer;

/* Room that kinesis_records_read needs for the data of a body of n bytes. */
static inline size_t kinesis_data_room(size_t n) { return n / 4 * 3 + 64; }

/* Reads the JSON of GetRecords in one pass into an answer (zeroed, or used before). Data goes to `to`, with base64
 * undone; other texts point into the body, which is written to. Malformed input is an error that says where, and may be
 * worth another try. */
int kinesis_records_read(char *body, size_t n, uint8_t *to, kinesis_answer *out, fl_error *err);

/* Reads the JSON of PutRecords (or of Firehose's PutRecordBatch) about `sent` records: how many were refused, which
 * (refused[0 … sent) is 1 or 0, written if some were), and the service's words about one of them, which point into the
 * body. Negative: malformed input, as above. */
int kinesis_refused_read(char *body, size_t n, bool firehose, int sent, uint8_t *refused, fl_str *why, fl_error *err);
/* One more record at the end, to be filled. */
kinesis_record *kinesis_answer_add(kinesis_answer *a);
void kinesis_answer_deinit(kinesis_answer *a);

/* The bytes of a base64 text (with or without '=') to `to`, which has 32 bytes of room behind them; their number, or
 * -1. */
int64_t kinesis_base64(fl_str s, uint8_t *to);

/* ---- KPL (kpl.c) ---- */

/* The hash keys that belong to a shard, both ends included. */
typedef struct kinesis_range {
    fl_u128 first, last;
} kinesis_range;

/* Starts with the mark of an aggregated record. */
static inline bool kpl_is_aggregated(fl_str data) {
    return data.n > 4 + 16 && memcmp(data.p, "\xf3\x89\x9a\xc2", 4) == 0;
}
/* Adds the user records inside of r to `out`, without those of other shards (their producer sends them again). False,
 * with nothing added: it is not aggregated after all, as the mark alone is no proof. Texts point into r->data. */
bool kpl_split(const flott_http *http, const kinesis_record *r, const kinesis_range *range, kinesis_answer *out);

/* "340282366920938463463374607431768211455"; false if that is no number of 128 bits. */
bool kinesis_hash_key(fl_str s, fl_u128 *out);

/* ---- shards (kinesis_shards.c) ---- */

/* One shard of an answer of ListShards; texts point into the body. */
typedef struct kinesis_shard_info {
    fl_str id, parent, adjacent; /* n == 0: none */
    kinesis_range range;
    bool closed;
} kinesis_shard_info;

typedef struct kinesis_shard_page {
    kinesis_shard_info *shards; /* owned */
    int n, cap;
    fl_str next_token; /* n == 0: this was the last page */
} kinesis_shard_page;

/* Reads the JSON of ListShards (kinesis_records.c), as kinesis_records_read does. */
int kinesis_shard_page_read(char *body, size_t n, kinesis_shard_page *out, fl_error *err);
void kinesis_shard_page_deinit(kinesis_shard_page *p);

typedef struct kinesis_shard {
    char *id, *parent, *adjacent; /* owned; NULL: none */
    kinesis_range range;
    bool closed;
    uint32_t seen; /* the listing that named it last */
} kinesis_shard;

/* The shards of the last complete listing, by id. */
typedef struct kinesis_shards {
    kinesis_shard *shards; /* owned */
    int n, cap;
    uint32_t listing; /* the one under way */
} kinesis_shards;

void kinesis_shards_deinit(kinesis_shards *t);
/* A listing: begin, take each page, end. Shards that no page has named are dropped at the end. */
void kinesis_shards_begin(kinesis_shards *t);
void kinesis_shards_take(kinesis_shards *t, const kinesis_shard_page *page);
void kinesis_shards_end(kinesis_shards *t);
/* Borrowed until the next change; NULL: it is not listed. */
const kinesis_shard *kinesis_shards_find(const kinesis_shards *t, fl_str id);

/* What the subtasks of one plan node know together: who reads a shard, and which were read to their end. */
typedef struct kinesis_family kinesis_family;
/* The same for all subtasks that have it open at once. */
kinesis_family *kinesis_family_open(const void *plan_node);
void kinesis_family_close(kinesis_family *f); /* NULL is fine */
/* `checkpoint` is the last whose position the subtask has given. INT64_MIN: the end was before this run. */
void kinesis_family_end(kinesis_family *f, fl_str id, int subtask, int64_t checkpoint);
typedef struct kinesis_dealing {
    int parallelism;
    bool uniform;     /* by hash ranges */
    bool closed_over; /* closed shards will not be read */
} kinesis_dealing;
/* The subtask that reads a shard of the listing. Once told it does not change. */
int kinesis_family_owner(kinesis_family *f, const kinesis_shards *t, const kinesis_shard *s,
                         const kinesis_dealing *how);
/* All parents that are still listed were read to their end: by this subtask, or in a checkpoint that is durable. That
 * is the last of this run; INT64_MIN: none yet; INT64_MAX: none are taken. */
bool kinesis_shards_ready(const kinesis_shards *t, const kinesis_shard *s, kinesis_family *f, int subtask,
                          int64_t durable);

#endif
