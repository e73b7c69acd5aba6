/* SPDX-License-Identifier: Apache-2.0 */
/* test_kinesis_records.c -- answers of GetRecords: what the service writes, what stand-ins for it write, and what is no
 * answer. base64 of every length against a slow, obvious model.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

#include "connectors/kinesis/kinesis_int.h"

static kinesis_answer answer;
static fl_error err;
static char *body;
static uint8_t *data;

/* The text at the very end of its memory, so that any look beyond it is seen. */
static int read_bytes(const char *text, size_t n) {
    free(body);
    free(data);
    body = malloc(n > 0 ? n : 1);
    memcpy(body, text, n);
    data = malloc(kinesis_data_room(n));
    return kinesis_records_read(body, n, data, &answer, &err);
}
static int read_answer(const char *text) { return read_bytes(text, strlen(text)); }

static int teardown(void **state) {
    (void)state;
    kinesis_answer_deinit(&answer);
    free(body);
    free(data);
    body = NULL;
    data = NULL;
    return 0;
}

static void assert_str(fl_str s, const char *want) {
    if (!fl_str_is(s, want)) fail_msg("'%.*s' instead of '%s'", (int)s.n, s.p, want);
}

static void the_service_writes_its_members_in_the_order_of_the_alphabet(void **state) {
    (void)state;
    assert_int_equal(
        read_answer("{\"MillisBehindLatest\":2100,\"NextShardIterator\":\"AAAA+/==\",\"Records\":["
                    "{\"ApproximateArrivalTimestamp\":1.441215410867E9,\"Data\":\"aGVsbG8=\","
                    "\"PartitionKey\":\"k\",\"SequenceNumber\":\"21269319989652663814458848515492872193\"},"
                    "{\"ApproximateArrivalTimestamp\":1.44121541E9,\"Data\":\"\","
                    "\"PartitionKey\":\"\",\"SequenceNumber\":\"2\",\"EncryptionType\":\"KMS\"}]}"),
        0);
    assert_int_equal(answer.n, 2);
    assert_int_equal(answer.behind_ms, 2100);
    assert_str(answer.next_iterator, "AAAA+/==");
    assert_false(answer.children);
    assert_str(answer.records[0].data, "hello");
    assert_str(answer.records[0].partition_key, "k");
    assert_str(answer.records[0].sequence_number, "21269319989652663814458848515492872193");
    assert_int_equal(answer.records[0].arrived_ms, 1441215410867);
    assert_str(answer.records[1].data, "");
    assert_int_equal(answer.records[1].arrived_ms, 1441215410000);
}

static void stand_ins_write_as_they_like(void **state) {
    (void)state;
    assert_int_equal(
        read_answer(" {\n \"Records\" : [ { \"SequenceNumber\": \"1\", \"Tags\": {\"a\": [1, -2.5e3, true, null, {}, "
                    "[]]}, \"Data\": \"\\/\\/8=\" , \"PartitionKey\": \"a\\\"\\u00e9\\ud83d\\ude00\\n\\\\\", "
                    "\"ApproximateArrivalTimestamp\": 1700000000.5 } ], \"ChildShards\": [{\"ShardId\": \"x\"}], "
                    "\"NextShardIterator\" : null , \"MillisBehindLatest\": 0 } \n"),
        0);
    assert_int_equal(answer.n, 1);
    assert_str(answer.records[0].data, "\xff\xff");
    assert_str(answer.records[0].partition_key, "a\"\xc3\xa9\xf0\x9f\x98\x80\n\\");
    assert_int_equal(answer.records[0].arrived_ms, 1700000000500);
    assert_int_equal(answer.next_iterator.n, 0);
    assert_true(answer.children);
}

static void an_answer_without_records_may_lack_the_rest(void **state) {
    (void)state;
    assert_int_equal(read_answer("{\"Records\":[]}"), 0);
    assert_int_equal(answer.n, 0);
    assert_int_equal(answer.next_iterator.n, 0);
}

static void what_is_no_answer_is_told_with_its_place(void **state) {
    (void)state;
    static const struct {
        const char *text, *why;
    } bad[] = {
        {"", "no object at byte 0 of 0"},
        {"<html>", "no object at byte 0"},
        {"{}", "no Records"},
        {"{\"Records\":[", "no object"},
        {"{\"Records\":[]} x", "something behind the end"},
        {"{\"Records\":[{\"Data\":\"\"}]}", "a record without a number"},
        {"{\"Records\":[{\"SequenceNumber\":\"1\"}]}", "a record without data"},
        {"{\"Records\":[{\"Data\":\"a*==\",\"SequenceNumber\":\"1\"}]}", "no base64 at byte 26"},
        {"{\"Records\":[{\"Data\":\"aGVsbG8=\",\"SequenceNumber\":\"1\"", "neither a comma nor the end"},
        {"{\"Records\":[{\"PartitionKey\":\"\\x\"}]}", "no such escape"},
        {"{\"Records\":[{\"PartitionKey\":\"\\u12", "no such escape"},
        {"{\"Records\":[{\"PartitionKey\":\"abc", "a text without an end"},
        {"{\"Records\":[],\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
         "too deep"},
        {"{\"Records\":[],\"MillisBehindLatest\":1e300}", "too large"},
        {"{\"Records\":[],\"MillisBehindLatest\":\"1\"}", "no number"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++) {
        assert_true(read_answer(bad[i].text) < 0);
        if (strstr(err.message, bad[i].why) == NULL) fail_msg("%s: %s", bad[i].text, err.message);
        assert_true(err.retriable);
    }
}

/* ---- base64 ---- */

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static size_t encode(const uint8_t *p, size_t n, bool pad, char *to) {
    char *at = to;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t x = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) | (i + 2 < n ? p[i + 2] : 0);
        for (int k = 0; k < 4; k++)
            if (i + (size_t)k <= n) *at++ = letters[x >> (18 - 6 * k) & 63];
    }
    while (pad && (at - to) % 4 != 0) *at++ = '=';
    return (size_t)(at - to);
}

static void base64_of_any_length_comes_back(void **state) {
    (void)state;
    uint8_t bytes[300], got[300 + 64];
    char text[500];
    draw_from(11);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)draw_u64();
        for (int pad = 0; pad < 2; pad++) {
            size_t size = encode(bytes, n, pad, text);
            char *end = malloc(size > 0 ? size : 1);
            memcpy(end, text, size);
            assert_int_equal(kinesis_base64(fl_str_make(end, size), got), n);
            assert_memory_equal(got, bytes, n);
            if (size > 0) { /* any byte that is none of base64, anywhere */
                uint8_t c = (uint8_t)draw_u64();
                end[draw_u64() % size] = (char)c;
                if (c != '=' && (c == 0 || strchr(letters, c) == NULL))
                    assert_int_equal(kinesis_base64(fl_str_make(end, size), got), -1);
            }
            free(end);
        }
    }
}

static void every_byte_is_good_or_bad_alike_in_wide_and_in_single_steps(void **state) {
    (void)state;
    char text[64];
    uint8_t got[128], same[128];
    for (int c = 0; c < 256; c++) {
        memset(text, 'A', sizeof text);
        text[5] = (char)c;
        bool good = c != 0 && strchr(letters, c) != NULL;
        int64_t wide = kinesis_base64(fl_str_make(text, 64), got), single = kinesis_base64(fl_str_make(text, 8), same);
        assert_int_equal(wide, good ? 48 : -1);
        assert_int_equal(single, good ? 6 : -1);
        if (good) assert_memory_equal(got, same, 6);
    }
    assert_int_equal(kinesis_base64(fl_str_from("A"), got), -1);
    assert_int_equal(kinesis_base64(fl_str_from("AA="), got), -1);
    assert_int_equal(kinesis_base64(fl_str_from("AA==="), got), -1);
}

static uint8_t refused[3];
static fl_str why;
static int read_refused(const char *text, bool firehose) {
    size_t n = strlen(text);
    free(body);
    body = malloc(n + 1);
    memcpy(body, text, n);
    why = (fl_str){0};
    memset(refused, 7, sizeof refused);
    return kinesis_refused_read(body, n, firehose, 3, refused, &why, &err);
}

static void refused_records_are_those_with_a_code(void **state) {
    (void)state;
    assert_int_equal(read_refused("{\"FailedRecordCount\":0,\"Records\":[{}]}", false), 0);
    assert_int_equal(read_refused("{\"Records\":[{},{},{}],\"FailedRecordCount\": 0 }", false), 0);
    assert_int_equal(
        read_refused("{\"FailedRecordCount\":1,\"Records\":[{\"SequenceNumber\":\"1\",\"ErrorCode\":null},"
                     "{\"ErrorMessage\":\"Rate \\\"exceeded\\\" for \\u00e9\",\"ErrorCode\":\"Throughput\"},"
                     "{\"ShardId\":\"s\"}]}",
                     false),
        1);
    assert_memory_equal(refused, ((uint8_t[]){0, 1, 0}), 3);
    assert_str(why, "Rate \"exceeded\" for é");
    assert_int_equal(
        read_refused("{\"RequestResponses\":[{\"ErrorCode\":\"A\"},{\"ErrorCode\":\"B\"},{\"RecordId\":\"r\"}],"
                     "\"FailedPutCount\":2,\"Encrypted\":false}",
                     true),
        2);
    assert_str(why, "B");
}

static void answers_that_do_not_fit_the_request_are_none(void **state) {
    (void)state;
    static const char *const bad[] = {
        "",
        "<html>",
        "{}",
        "{\"FailedRecordCount\":1}",
        "{\"FailedRecordCount\":1,\"Records\":[]}",
        "{\"FailedRecordCount\":1,\"Records\":[{},{}]}",
        "{\"FailedRecordCount\":1,\"Records\":[{},{},{},{}]}",
        "{\"FailedRecordCount\":1,\"Records\":[{},{},{\"ErrorCode\":\"x\"]}",
        "{\"FailedRecordCount\":1,\"Records\":null}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (read_refused(bad[i], false) >= 0) fail_msg("%s was taken for an answer", bad[i]);
}

int main(void) {
#define TEST(f) cmocka_unit_test_teardown(f, teardown)
    const struct CMUnitTest tests[] = {
        TEST(the_service_writes_its_members_in_the_order_of_the_alphabet),
        TEST(stand_ins_write_as_they_like),
        TEST(an_answer_without_records_may_lack_the_rest),
        TEST(what_is_no_answer_is_told_with_its_place),
        TEST(base64_of_any_length_comes_back),
        TEST(every_byte_is_good_or_bad_alike_in_wide_and_in_single_steps),
        TEST(refused_records_are_those_with_a_code),
        TEST(answers_that_do_not_fit_the_request_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
