/* SPDX-License-Identifier: Apache-2.0 */
/* test_kinesis_shards.c -- listings of shards, who reads which, and when a child may begin.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

#include "connectors/kinesis/kinesis_int.h"

static kinesis_shards t;
static kinesis_shard_page page;
static kinesis_ends *ends;
static fl_error err;
static int node; /* of a plan: only its address counts */

static int setup(void **state) {
    (void)state;
    t = (kinesis_shards){0};
    page = (kinesis_shard_page){0};
    ends = kinesis_ends_open(&node);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    kinesis_shards_deinit(&t);
    kinesis_shard_page_deinit(&page);
    kinesis_ends_close(ends);
    return 0;
}

static int read_page(const char *text) {
    char *body = strdup(text);
    int rc = kinesis_shard_page_read(body, strlen(body), &page, &err);
    if (rc == 0) kinesis_shards_take(&t, &page);
    free(body);
    return rc;
}

#define SHARD(id, more)   "{\"ShardId\":\"" id "\"" more "}"
#define CHILD(id, parent) SHARD(id, ",\"ParentShardId\":\"" parent "\"")
#define MERGED(id, a, b)  SHARD(id, ",\"AdjacentParentShardId\":\"" b "\",\"ParentShardId\":\"" a "\"")

static const kinesis_shard *shard(const char *id) {
    const kinesis_shard *s = kinesis_shards_find(&t, fl_str_from(id));
    assert_non_null(s);
    return s;
}
static bool ready(const char *id, int64_t checkpoint) { return kinesis_shards_ready(&t, shard(id), ends, checkpoint); }

static void a_listing_is_read(void **state) {
    (void)state;
    kinesis_shards_begin(&t);
    assert_int_equal(read_page("{\"NextToken\":\"more\",\"Shards\":[{\"HashKeyRange\":{\"EndingHashKey\":\"99\","
                               "\"StartingHashKey\":\"7\"},\"ParentShardId\":null,\"SequenceNumberRange\":{"
                               "\"EndingSequenceNumber\":\"5\",\"StartingSequenceNumber\":\"1\"},\"ShardId\":\"b\"}]}"),
                     0);
    assert_true(page.next_token.n == 4);
    assert_int_equal(read_page("{\"Shards\":[{\"SequenceNumberRange\":{\"StartingSequenceNumber\":\"1\"},"
                               "\"ShardId\":\"a\",\"Other\":[1]}]}"),
                     0);
    assert_int_equal(page.next_token.n, 0);
    kinesis_shards_end(&t);
    assert_int_equal(t.n, 2);
    assert_string_equal(t.shards[0].id, "a");
    assert_false(t.shards[0].closed);
    assert_true(t.shards[1].closed && t.shards[1].range.first == 7 && t.shards[1].range.last == 99);
    assert_null(t.shards[1].parent);
    assert_true(read_page("{\"Shards\":[{}]}") < 0);
    assert_non_null(strstr(err.message, "ListShards cannot be read: a shard without an id"));
    assert_true(read_page("{\"Shards\":[{\"ShardId\":\"a\",\"HashKeyRange\":{\"EndingHashKey\":\"x\"}}]}") < 0);
    assert_true(read_page("{}") < 0);
}

static void a_shard_that_is_listed_no_more_is_gone(void **state) {
    (void)state;
    kinesis_shards_begin(&t);
    read_page("{\"Shards\":[" SHARD("a", "") "," CHILD("b", "a") "]}");
    kinesis_shards_end(&t);
    assert_false(ready("b", 0));
    kinesis_shards_begin(&t);
    read_page("{\"Shards\":[" CHILD("b", "a") "]}");
    assert_non_null(kinesis_shards_find(&t, fl_str_from("a"))); /* until the listing ends */
    kinesis_shards_end(&t);
    assert_null(kinesis_shards_find(&t, fl_str_from("a")));
    assert_true(ready("b", 0)); /* what has expired counts as read */
}

static void a_child_waits_for_both_parents(void **state) {
    (void)state;
    kinesis_shards_begin(&t);
    read_page("{\"Shards\":[" SHARD("a", "") "," SHARD("b", "") "," MERGED("c", "a", "b") "]}");
    kinesis_shards_end(&t);
    assert_true(ready("a", 0));
    assert_false(ready("c", 0));
    kinesis_ends_put(ends, fl_str_from("b"), 0);
    assert_false(ready("c", 0));
    kinesis_ends_put(ends, fl_str_from("a"), 0);
    assert_true(ready("c", 0));
}

/* The end of the parent is in snapshot 4; the child must not be in one before. */
static void a_child_does_not_begin_in_a_checkpoint_before_the_end(void **state) {
    (void)state;
    kinesis_shards_begin(&t);
    read_page("{\"Shards\":[" SHARD("a", "") "," CHILD("b", "a") "]}");
    kinesis_shards_end(&t);
    kinesis_ends_put(ends, fl_str_from("a"), 3);
    assert_false(ready("b", 2)); /* snapshot 3 of this subtask is still to come */
    assert_true(ready("b", 3));
    assert_true(ready("b", 5));
}

static void ends_are_shared_while_they_are_open(void **state) {
    (void)state;
    int other;
    kinesis_ends *same = kinesis_ends_open(&node), *elsewhere = kinesis_ends_open(&other);
    assert_ptr_equal(same, ends);
    assert_ptr_not_equal(elsewhere, ends);
    kinesis_ends_close(elsewhere);
    kinesis_ends_close(same);
    kinesis_ends_close(NULL);
}

static void shards_are_dealt_out_evenly(void **state) {
    (void)state;
    int counts[4] = {0}, uniform[4] = {0};
    char id[40];
    for (int i = 0; i < 64; i++) {
        snprintf(id, sizeof id, "shardId-%012d", i);
        counts[kinesis_shard_owner(fl_str_from(id), 0, false, 4)]++;
        uniform[kinesis_shard_owner(fl_str_from(id), (fl_u128)i << 122, true, 4)]++;
    }
    for (int i = 0; i < 4; i++) assert_int_equal(counts[i], 16);
    for (int i = 0; i < 4; i++) assert_int_equal(uniform[i], 16);
    assert_int_equal(kinesis_shard_owner(fl_str_from("x"), ~(fl_u128)0, true, 7), 6);
    int by_hash = kinesis_shard_owner(fl_str_from("no number"), 0, false, 7);
    assert_true(by_hash >= 0 && by_hash < 7);
    assert_int_equal(kinesis_shard_owner(fl_str_from("99999999999999999999999"), 0, false, 10), 9);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_listing_is_read),
        TEST(a_shard_that_is_listed_no_more_is_gone),
        TEST(a_child_waits_for_both_parents),
        TEST(a_child_does_not_begin_in_a_checkpoint_before_the_end),
        TEST(ends_are_shared_while_they_are_open),
        TEST(shards_are_dealt_out_evenly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
