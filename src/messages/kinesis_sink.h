/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_sink.h -- writing to Kinesis and Firehose.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_KINESIS_SINK_H
#define FL_MESSAGES_KINESIS_SINK_H

// clang-format off: one part of an entry on a line

/* ---- options ---- */

/* Otherwise a whole batch would never be there to be sent. */
#define FL_ERR_KINESIS_SINK_BUFFERED \
    FL_E_VALIDATION, "The maximum number of requests that may be buffered should be strictly greater than the maximum " \
    "number of requests per batch. ('sink.requests.max-buffered' = '%d', 'sink.batch.max-size' = '%d')" \
    FL_ADVICE "raise the one or lower the other"

/* Otherwise a large record would fit into no request. */
#define FL_ERR_KINESIS_SINK_FLUSH_SIZE \
    FL_E_VALIDATION, "The maximum allowed size in bytes per flush must be greater than or equal to the maximum allowed " \
    "size in bytes of a single record. ('sink.flush-buffer.size' = '%lld', a record may have %lld)" \
    FL_ADVICE "raise 'sink.flush-buffer.size'; 'sink.batch.max-size' limits requests by records"

/* The key comes from the columns of PARTITIONED BY, or from a partitioner, not from both. */
#define FL_ERR_KINESIS_SINK_PARTITIONER_BOTH \
    FL_E_VALIDATION, "Cannot set sink.partitioner option for a table defined with a PARTITIONED BY clause" \
    FL_ADVICE "leave one of them out"

/* Flink loads a partitioner of this name as a Java class. */
#define FL_ERR_KINESIS_SINK_PARTITIONER_CLASS \
    FL_E_UNSUPPORTED, "partitioner class '%s' cannot be loaded: there is no JVM here" \
    FL_ADVICE "'sink.partitioner' can be fixed or random; PARTITIONED BY makes the key from columns"

/* A partition key is joined from texts, numbers and booleans; other types have no text of their own. */
#define FL_ERR_KINESIS_SINK_KEY_TYPE \
    FL_E_VALIDATION, "The following partition keys have types that are not supported by Kinesis: %s" \
    FL_ADVICE "'%s' is %s: add a column with its text to the table, and partition by that"

/* Delivery streams have no partitions. */
#define FL_ERR_KINESIS_SINK_FIREHOSE_PARTITIONED \
    FL_E_VALIDATION, "Table '%s' is a partitioned table, but the underlying DynamicTableSink doesn't implement the " \
    "SupportsPartitioning interface." \
    FL_ADVICE "leave PARTITIONED BY out: a delivery stream of Firehose has no partitions"

/* ---- rows ---- */

/* The columns of PARTITIONED BY are all empty texts. */
#define FL_ERR_KINESIS_SINK_KEY_EMPTY \
    FL_E_RUNTIME, "the partition key of a row for stream '%s' is empty, which Kinesis refuses" \
    FL_ADVICE "leave such rows out, or put a word in the place of the empty text"

/* The service takes records up to this size, data and partition key together. */
#define FL_ERR_KINESIS_SINK_RECORD_SIZE \
    FL_E_LIMIT, "The request entry sent to the buffer was of size [%zu], when the maxRecordSizeInBytes was set to [%lld]." \
    FL_ADVICE "'%s' cannot take a record of that size: leave columns out, or filter such rows"

/* ---- answers ---- */

/* Some records were refused, and sink.fail-on-error says that this ends the job. */
#define FL_ERR_KINESIS_SINK_REFUSED \
    FL_E_IO, "Encountered an exception while persisting records, not retrying due to {failOnError} being set. '%s' has " \
    "refused %d of %d records: \"%.*s\"" \
    FL_ADVICE "without 'sink.fail-on-error' refused records are sent again; more shards take more"

/* The same for a call that failed as a whole. */
#define FL_AT_KINESIS_SINK_REFUSED \
    "Encountered an exception while persisting records, not retrying due to {failOnError} being set. "

/* Answers came again and again that are not those of the service. */
#define FL_ERR_KINESIS_SINK_ANSWER \
    FL_E_IO, "the answers of %s to %s for '%s' make no sense" \
    FL_ADVICE "is that really the service? check 'aws.endpoint'"

// clang-format on

#endif
