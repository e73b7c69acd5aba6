/* SPDX-License-Identifier: Apache-2.0 */
/* kinesis_source.h -- reading Kinesis: which stream, where to begin, what the service answers.
 *
 * One of the catalogues of messages; base/error.h tells how an entry is read.
 */
#ifndef FL_MESSAGES_KINESIS_SOURCE_H
#define FL_MESSAGES_KINESIS_SOURCE_H

// clang-format off: one part of an entry on a line

#define FL_DO_KINESIS_SOURCE_VERSIONS "'stream' goes with scan.* (Flink's connector up to 4.x, and kinesis-legacy), " \
                                      "'stream.arn' with source.* (from 5.x on)"

/* ---- the stream ---- */

/* A name of Kinesis has only such characters. */
#define FL_ERR_KINESIS_SOURCE_STREAM \
    FL_E_VALIDATION, "'stream' = '%s' is not the name of a stream" \
    FL_ADVICE "letters, digits, and _ . - are allowed, 128 at most"

/* An ARN where a name belongs. */
#define FL_HINT_KINESIS_SOURCE_IS_ARN \
    "that is an ARN: give it as 'stream.arn', and options source.* instead of scan.*"

/* The ARN is malformed, or that of something else. */
#define FL_ERR_KINESIS_SOURCE_ARN \
    FL_E_VALIDATION, "'stream.arn' = '%s' is not the ARN of a Kinesis stream" \
    FL_ADVICE "it looks like arn:aws:kinesis:REGION:ACCOUNT:stream/NAME"

/* A name where an ARN belongs. */
#define FL_HINT_KINESIS_SOURCE_IS_NAME \
    "write arn:aws:kinesis:REGION:ACCOUNT:stream/%s, or give the name alone as 'stream'"

/* Flink's connector has had two sets of options: both in one table say nothing. */
#define FL_ERR_KINESIS_SOURCE_MIXED \
    FL_E_VALIDATION, "'%s' does not go with '%s': they belong to two versions of the connector" \
    FL_ADVICE FL_DO_KINESIS_SOURCE_VERSIONS

/* The two could name different streams, and they decide which options are meant. */
#define FL_ERR_KINESIS_SOURCE_TWO_STREAMS \
    FL_E_VALIDATION, "'stream' and 'stream.arn' both name the stream: give one of them" \
    FL_ADVICE FL_DO_KINESIS_SOURCE_VERSIONS

/* ---- planning ---- */

/* AT_TIMESTAMP without a time. */
#define FL_ERR_KINESIS_SOURCE_NO_TIMESTAMP \
    FL_E_VALIDATION, "Please set value for initial timestamp ('%s') when using AT_TIMESTAMP initial position." \
    FL_ADVICE "give a time such as 2016-04-04T19:58:46.480-00:00, or seconds since 1970 such as 1459799926.480"

/* The time to begin at is neither of the pattern nor a number. */
#define FL_ERR_KINESIS_SOURCE_TIMESTAMP \
    FL_E_VALIDATION, "Invalid value given for initial timestamp for AT_TIMESTAMP initial position in stream: '%s' = '%s'. " \
                     "Must be a valid format: ('%s') or non-negative double value." \
    FL_ADVICE "for example, 2016-04-04T19:58:46.480-00:00 or 1459799926.480"

/* Flink loads a class of this name. */
#define FL_ERR_KINESIS_SOURCE_ASSIGNER \
    FL_E_UNSUPPORTED, "'%s' = '%s' cannot be loaded: there is no Java here" \
    FL_ADVICE "use default, or uniform, which deals out shards by their hash ranges"

/* A batch job would never end. */
#define FL_ERR_KINESIS_SOURCE_BATCH \
    FL_E_VALIDATION, "Querying an unbounded table '%s' in batch mode is not allowed. The table source is unbounded." \
    FL_ADVICE "a stream has no end: SET 'execution.runtime-mode' = 'streaming'"

/* ---- reading ---- */

/* An answer was cut off, or it comes from something that is not Kinesis; tried again some times. */
#define FL_ERR_KINESIS_SOURCE_ANSWER \
    FL_E_IO, "the answer of %s cannot be read: %s at byte %zu of %zu" \
    FL_ADVICE "is that really Kinesis? check 'aws.endpoint'"

/* An answer that is JSON, without what was asked for. */
#define FL_ERR_KINESIS_SOURCE_NO_ITERATOR \
    FL_E_IO, "the answer of GetShardIterator has no ShardIterator" \
    FL_ADVICE "is that really Kinesis? check 'aws.endpoint'"

/* The service does not know the sequence number that the checkpoint remembers. */
#define FL_HINT_KINESIS_SOURCE_OTHER_STREAM \
    "the checkpoint's position is none of this shard: has the stream been deleted and created anew? then start the job " \
    "without the checkpoint"

/* The service refuses to begin at a time that has not come. */
#define FL_HINT_KINESIS_SOURCE_FUTURE "the time to begin at must not lie in the future"

/* While shards were listed. */
#define FL_AT_KINESIS_SOURCE_STREAM "stream '%s': "

/* While a shard was read. */
#define FL_AT_KINESIS_SOURCE_SHARD "stream '%s', shard %s: "

/* The record that the format could not read. */
#define FL_AT_KINESIS_SOURCE_RECORD "stream '%s', shard %s, sequence number %.*s: "

/* The checkpoint is of another version, or damaged. */
#define FL_ERR_KINESIS_SOURCE_POSITION \
    FL_E_CORRUPT, "the position of a Kinesis source in the checkpoint is malformed" \
    FL_ADVICE "start the job without the checkpoint, or from another one"

// clang-format on

#endif
