/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_kinesis.c -- arbitrary bytes as answers of GetRecords and ListShards, and as a record of the Kinesis Producer
 * Library.
 *
 * The first byte chooses. Whatever an answer yields lies inside of the body or of the data; so do user records.
 */
#include "fuzz.h"

#include <stdlib.h>

#include "connectors/kinesis/kinesis_int.h"

static void md5(const void *p, size_t n, uint8_t out[16]) {
    (void)p;
    memset(out, (int)n, 16);
}
static const flott_http http = {.md5 = md5};

static void within(fl_str s, const void *from, size_t n) {
    const char *p = from;
    fl_assert(s.n == 0 || (s.p >= p && s.n <= n && s.p + s.n <= p + n));
}

static void read_answer(const uint8_t *bytes, size_t n) {
    fl_error err;
    kinesis_answer a = {0};
    char *body = malloc(n + 1);
    memcpy(body, bytes, n);
    body = realloc(body, n > 0 ? n : 1);
    uint8_t *data = malloc(kinesis_data_room(n));
    int rc = kinesis_records_read(body, n, data, &a, &err);
    fl_assert(rc == 0 || (rc == err.code && err.message[0] != '\0'));
    for (int i = 0; rc == 0 && i < a.n; i++) {
        within(a.records[i].data, data, n);
        within(a.records[i].sequence_number, body, n);
        within(a.records[i].partition_key, body, n);
        fl_assert(a.records[i].sequence_number.n > 0);
    }
    kinesis_answer_deinit(&a);
    free(data);
    free(body);
}

static void put_records(const uint8_t *bytes, size_t n) {
    enum { SENT = 3 };
    fl_error err;
    uint8_t refused[SENT];
    fl_str why = {0};
    for (int firehose = 0; firehose < 2; firehose++) {
        char *body = malloc(n > 0 ? n : 1);
        memcpy(body, bytes, n);
        int count = kinesis_refused_read(body, n, firehose, SENT, refused, &why, &err);
        fl_assert(count <= SENT && (count >= 0 || (count == err.code && err.message[0] != '\0')));
        if (count > 0) within(why, body, n);
        free(body);
    }
}

static void list_shards(const uint8_t *bytes, size_t n) {
    fl_error err;
    kinesis_shard_page page = {0};
    kinesis_shards t = {0};
    char *body = malloc(n + 1);
    memcpy(body, bytes, n);
    body = realloc(body, n > 0 ? n : 1);
    kinesis_shards_begin(&t);
    if (kinesis_shard_page_read(body, n, &page, &err) == 0) kinesis_shards_take(&t, &page);
    kinesis_shards_end(&t);
    for (int i = 0; i < page.n && t.n > 0; i++) within(page.shards[i].id, body, n);
    fl_assert(t.n <= page.n);
    kinesis_shards_deinit(&t);
    kinesis_shard_page_deinit(&page);
    free(body);
}

/* The bytes as the message, with the mark and a checksum that holds. */
static void split(const uint8_t *bytes, size_t n) {
    kinesis_answer a = {0};
    size_t size = 4 + n + 16;
    char *record = malloc(size);
    memcpy(record, "\xf3\x89\x9a\xc2", 4);
    memcpy(record + 4, bytes, n);
    md5(record + 4, n, (uint8_t *)record + 4 + n);
    kinesis_record r = {.data = {record, size}};
    kinesis_range range = {0, ~(fl_u128)0 >> (n % 64)};
    bool is = kpl_split(&http, &r, &range, &a);
    fl_assert(is || a.n == 0);
    for (int i = 0; i < a.n; i++) {
        within(a.records[i].data, record, size);
        within(a.records[i].partition_key, record, size);
        fl_assert(a.records[i].sub < a.records[i].n_sub);
    }
    kinesis_answer_deinit(&a);
    free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 20000) return 0;
    if (data[0] & 1)
        split(data + 1, size - 1);
    else if (data[0] & 2)
        put_records(data + 1, size - 1);
    else if (data[0] & 4)
        list_shards(data + 1, size - 1);
    else
        read_answer(data + 1, size - 1);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("{"), WORD("}"), WORD("["), WORD("]"), WORD(","), WORD(":"), WORD("\""), WORD("\\"), WORD(" "), WORD("null"),
    WORD("{\"Records\":["), WORD("\"Records\":"), WORD("\"NextShardIterator\":\"AAAA\""), WORD("\"ChildShards\":[]"),
    WORD("\"MillisBehindLatest\":12"), WORD("{\"Data\":\"aGVsbG8=\",\"SequenceNumber\":\"123\"}"), WORD("\"Data\":"),
    WORD("\"SequenceNumber\":\"49\""), WORD("\"PartitionKey\":\"a\\u00e9\\ud83d\\ude00\""), WORD("\"\\\"\""),
    WORD("\"ApproximateArrivalTimestamp\":1.7E9"), WORD("-1.5e-3"), WORD("\"x\":{\"y\":[1,2]}"), WORD("]}"), WORD("},{"),
    WORD("\"aGVsbG8gd29ybGQsIGhlbGxvIHdvcmxkLCBoZWxsbw==\""), WORD("\"aGVs\\/bG8=\""), WORD("\"=\""),
    WORD("\x0a\x01" "a"), WORD("\x12\x02" "77"), WORD("\x1a\x07\x08\x00\x1a\x03" "abc"), WORD("\x08\x00"), WORD("\x1a"),
    WORD("\x10\x01"), WORD("\x1a\x05\x08\x00\x10\x00\x1a"), WORD("\xff\xff\xff\xff\x0f"), WORD("\x0a\x00"), WORD("\x05"),
    WORD("{\"FailedRecordCount\":1,"), WORD("\"RequestResponses\":["), WORD("{\"ErrorCode\":\"E\",\"ErrorMessage\":null}"),
    WORD("{\"Shards\":["), WORD("{\"ShardId\":\"s-1\",\"ParentShardId\":\"s-0\"}"), WORD("\"NextToken\":\"x\""),
    WORD("\"HashKeyRange\":{\"StartingHashKey\":\"0\",\"EndingHashKey\":\"3402823\"}"),
    WORD("\"SequenceNumberRange\":{\"EndingSequenceNumber\":\"5\"}"), WORD("\"ShardId\":\"s-2\""),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 40, .start = "\002{\"Records\":[", .texts = 60000};
