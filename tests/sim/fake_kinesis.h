/* SPDX-License-Identifier: Apache-2.0 */
/* fake_kinesis.h -- Kinesis Data Streams and Firehose in the process, on a simulated platform.
 *
 *     fake_kinesis *k = fake_kinesis_new(pf);
 *     fake_kinesis_create(k, "ticks", 2);
 *     fl_sim_set_http(pf, fake_kinesis_http(k));      a job on pf finds it at any endpoint
 *     fake_kinesis_put(k, "ticks", "AAPL", "{…}");
 *     …
 *     fake_kinesis_record *r = fake_kinesis_records(k, "lows", &n);
 *
 * It outlives jobs and power cuts: it is another machine. Operations: PutRecords, PutRecord, ListShards,
 * DescribeStreamSummary, GetShardIterator, GetRecords, and Firehose's PutRecordBatch. Who asks must have signed: the
 * header's form, scope, time, key and token are looked at, the signature itself is not.
 */
#ifndef FL_TESTS_SIM_FAKE_KINESIS_H
#define FL_TESTS_SIM_FAKE_KINESIS_H

#include "fake_http.h"

#define FAKE_ACCOUNT    "123456789012"
#define FAKE_REGION     "us-east-1"
#define FAKE_ACCESS_KEY "AKIAFAKE00000000000"
#define FAKE_SECRET_KEY "never-to-be-seen-in-a-message"

/* What goes wrong in the service itself, each as a chance in a million. */
typedef struct fake_kinesis_faults {
    uint32_t throttle_ppm;         /* of a call: refused as a whole */
    uint32_t partial_ppm;          /* of PutRecords: one shard refuses from some record of the call on */
    uint32_t hole_ppm;             /* of a record of PutRecords: InternalFailure, for it alone */
    uint32_t expired_iterator_ppm; /* of a GetRecords */
    uint32_t expired_token_ppm;    /* of a call: from now on another key and token are wanted; see `renew` */
    uint32_t reshard_ppm;          /* of a GetRecords or PutRecords: one of the stream's shards is split, or merged */
    uint32_t short_read_ppm;       /* of a GetRecords: fewer records than there are, often none */
} fake_kinesis_faults;

typedef struct fake_kinesis_record {
    fl_str data, partition_key;
    const char *shard_id, *sequence_number;
    int64_t arrived_ms;
} fake_kinesis_record;

typedef struct fake_kinesis {
    fake_http http; /* latency and faults of the network */
    fl_platform *pf;
    fl_arena arena; /* all that is ever stored */
    fake_kinesis_faults faults;
    /* the service's limits; change them before use */
    bool limits;              /* a second of a shard: 1,000 records or 1 MB in, 5 reads and 2 MB out */
    int shards_max;           /* open ones of a stream; resharding stops there */
    int reshards_max;         /* shards that a stream has ever had; with more it is not split or merged by chance */
    int page_shards;          /* shards of one answer of ListShards */
    int64_t iterator_life_ms; /* 5 minutes */
    int64_t retention_ms;     /* 1 day */
    const char *access_key, *session_token; /* who may ask; token NULL: a key without one */
    /* Told of new credentials before they are wanted. NULL: the token never changes. */
    void (*renew)(void *arg, const char *access_key, const char *session_token);
    void *renew_arg;
    /* what has happened */
    int64_t n_calls, n_refused_records, n_throttled, n_reshards, n_denied, n_expired;
    char complaint[300]; /* the last thing about a request that no well-behaved client does; "": nothing */
    struct fake_stream **streams;
    int n_streams, cap_streams;
    uint64_t numbered;
} fake_kinesis;

fake_kinesis *fake_kinesis_new(fl_platform *pf);
void fake_kinesis_free(fake_kinesis *k); /* after the jobs */
const flott_http *fake_kinesis_http(fake_kinesis *k);

/* A stream, or a delivery stream of Firehose (one shard). */
void fake_kinesis_create(fake_kinesis *k, const char *stream, int n_shards);
/* Stored at once, arrived now, in the open shard that the key's hash belongs to. */
void fake_kinesis_put(fake_kinesis *k, const char *stream, const char *partition_key, const char *data);
void fake_kinesis_put_bytes(fake_kinesis *k, const char *stream, const char *partition_key, const void *data, size_t n);
/* The same in an open shard, by number, whatever the key's hash. */
void fake_kinesis_put_at(fake_kinesis *k, const char *stream, int open_shard, const char *partition_key,
                         const char *data);
/* Of the open shards, by number. Merge: this one and the next by hash range. False: there is none such, or too many. */
bool fake_kinesis_split(fake_kinesis *k, const char *stream, int open_shard);
bool fake_kinesis_merge(fake_kinesis *k, const char *stream, int open_shard);
int fake_kinesis_open_shards(fake_kinesis *k, const char *stream);
int fake_kinesis_shards(fake_kinesis *k, const char *stream); /* all that were ever */
/* Drops all records that arrived before this time. Closed shards that are empty then are gone. */
void fake_kinesis_trim(fake_kinesis *k, const char *stream, int64_t before_ms);
/* All that were ever stored, trimmed ones too, in the order in which they were. Borrowed until the next change. */
const fake_kinesis_record *fake_kinesis_records(fake_kinesis *k, const char *stream, int *n);

#endif
