/* SPDX-License-Identifier: Apache-2.0 */
/* test_kinesis_shards.c -- listings of shards, who reads which, and when a child may begin.
 */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>

#include "connectors/kinesis/kinesis_int.h"

static kinesis_shards t;
static kinesis_shard_page page;
static kinesis_family *family;
static fl_error err;
static int node; /* of a plan: only its address counts */

static int setup(void **state) {
    (void)state;
    t = (kinesis_shards){0};
    page = (kinesis_shard_page){0};
    family = kinesis_family_open(&node);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    kinesis_shards_deinit(&t);
    kinesis_shard_page_deinit(&page);
    kinesis_family_close(family);
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
/* For subtask 0. */
static bool ready(const char *id, int64_t durable) { return kinesis_shards_ready(&t, shard(id), family, 0, durable); }

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
    kinesis_family_end(family, fl_str_from("b"), 0, 0);
    assert_false(ready("c", 0));
    kinesis_family_end(family, fl_str_from("a"), 0, 0);
    assert_true(ready("c", 0));
}

/* The end of the parent will be in checkpoint 4. */
static void a_parent_of_another_subtask_must_have_ended_for_good(void **state) {
    (void)state;
    kinesis_shards_begin(&t);
    read_page("{\"Shards\":[" SHARD("a", "") "," CHILD("b", "a") "," SHARD("c", "") "," CHILD("d", "c") "]}");
    kinesis_shards_end(&t);
    kinesis_family_end(family, fl_str_from("a"), 1, 3);
    assert_false(ready("b", INT64_MIN));
    assert_false(ready("b", 3));
    assert_true(ready("b", 4));
    assert_true(ready("b", INT64_MAX)); /* no checkpoints are taken */
    kinesis_family_end(family, fl_str_from("c"), 1, INT64_MIN);
    assert_true(ready("d", INT64_MIN));
}

static void a_family_is_shared_while_it_is_open(void **state) {
    (void)state;
    int other;
    kinesis_family *same = kinesis_family_open(&node), *elsewhere = kinesis_family_open(&other);
    assert_ptr_equal(same, family);
    assert_ptr_not_equal(elsewhere, family);
    kinesis_family_close(elsewhere);
    kinesis_family_close(same);
    kinesis_family_close(NULL);
}

static int owner(const kinesis_shard *s, bool uniform, int parallelism) {
    return kinesis_family_owner(family, &t, s, &(kinesis_dealing){parallelism, uniform, false});
}

static void shards_without_parents_are_dealt_out_evenly(void **state) {
    (void)state;
    int counts[4] = {0}, uniform[4] = {0};
    char id[40];
    for (int i = 0; i < 64; i++) {
        snprintf(id, sizeof id, "shardId-%012d", i);
        counts[owner(&(kinesis_shard){.id = id}, false, 4)]++;
        snprintf(id, sizeof id, "uniform-%012d", i);
        uniform[owner(&(kinesis_shard){.id = id, .range = {(fl_u128)i << 122, 0}}, true, 4)]++;
    }
    for (int i = 0; i < 4; i++) assert_int_equal(counts[i], 16);
    for (int i = 0; i < 4; i++) assert_int_equal(uniform[i], 16);
    char x[] = "x", name[] = "no number", large[] = "99999999999999999999999";
    assert_int_equal(owner(&(kinesis_shard){.id = x, .range = {~(fl_u128)0, 0}}, true, 7), 6);
    int by_hash = owner(&(kinesis_shard){.id = name}, false, 7);
    assert_true(by_hash >= 0 && by_hash < 7);
    assert_int_equal(owner(&(kinesis_shard){.id = large}, false, 10), 9);
}

static void a_child_goes_where_its_parent_is_read(void **state) {
    (void)state;
    kinesis_shards_begin(&t);
    read_page("{\"Shards\":[" SHARD("s-0", "") "," SHARD("s-1", "") "," CHILD("s-3", "s-0") "," MERGED(
        "s-5", "s-3", "s-1") "," CHILD("s-6", "s-9") "," CHILD("s-7", "s-2") "]}");
    kinesis_shards_end(&t);
    kinesis_family_end(family, fl_str_from("s-2"), 1, INT64_MIN);
    assert_int_equal(owner(shard("s-5"), false, 2), 0); /* of s-3, of s-0 */
    assert_int_equal(owner(shard("s-1"), false, 2), 1);
    assert_int_equal(owner(shard("s-6"), false, 2), 0); /* the parent is listed no more */
    assert_int_equal(owner(shard("s-7"), false, 2), 1); /* the parent has ended before */
    kinesis_shards_begin(&t);
    read_page("{\"Shards\":[" CHILD("s-11", "s-5") "," CHILD("s-13", "s-0") "]}");
    kinesis_shards_end(&t);
    assert_int_equal(owner(shard("s-11"), false, 2), 0); /* whatever this subtask has seen */
    assert_int_equal(owner(shard("s-13"), false, 2), 0);
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_listing_is_read),
        TEST(a_shard_that_is_listed_no_more_is_gone),
        TEST(a_child_waits_for_both_parents),
        TEST(a_parent_of_another_subtask_must_have_ended_for_good),
        TEST(a_family_is_shared_while_it_is_open),
        TEST(shards_without_parents_are_dealt_out_evenly),
        TEST(a_child_goes_where_its_parent_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
