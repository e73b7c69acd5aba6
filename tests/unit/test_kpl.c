/* SPDX-License-Identifier: Apache-2.0 */
/* test_kpl.c -- records of the Kinesis Producer Library taken apart: keys, numbers, what belongs to other shards, and
 * what only looks like one of them. Messages are put together here by hand.
 */
#include "model.h"

#include <stdlib.h>

#include "connectors/kinesis/kinesis_int.h"

/* A stand-in for MD5: the text's length and first byte, so that a test can choose hash keys. */
static void md5(const void *p, size_t n, uint8_t out[16]) {
    memset(out, (int)n, 16);
    out[0] = n > 0 ? *(const uint8_t *)p : 0;
}
static const flott_http http = {.md5 = md5};
static const kinesis_range all = {0, ~(fl_u128)0};

static fl_buf message;
static kinesis_answer out;

static int setup(void **state) {
    (void)state;
    fl_buf_init(&message);
    out = (kinesis_answer){0};
    fl_buf_put(&message, "\xf3\x89\x9a\xc2", 4);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_buf_deinit(&message);
    kinesis_answer_deinit(&out);
    return 0;
}

static void put_text(fl_buf *b, int field, fl_str s) {
    fl_buf_putc(b, (char)(field << 3 | 2));
    if (s.n >= 128) fl_buf_putc(b, (char)(s.n | 0x80));
    fl_buf_putc(b, (char)(s.n >= 128 ? s.n >> 7 : s.n));
    fl_buf_put_str(b, s);
}

static void put_key(const char *text) { put_text(&message, 1, fl_str_from(text)); }
static void put_hash(const char *text) { put_text(&message, 2, fl_str_from(text)); }

/* hash < 0: none. */
static void put_record(int key, int hash, const char *text) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_put(&b, (char[]){8, (char)key}, 2);
    if (hash >= 0) fl_buf_put(&b, (char[]){16, (char)hash}, 2);
    put_text(&b, 3, fl_str_from(text));
    put_text(&b, 4, fl_str_from("tag"));
    put_text(&message, 3, fl_str_make(b.p, b.n));
    fl_buf_deinit(&b);
}

static void finish(void) {
    uint8_t sum[16];
    md5(message.p + 4, message.n - 4, sum);
    fl_buf_put(&message, sum, 16);
}

/* At the very end of its memory. */
static bool split(const kinesis_range *range) {
    char *copy = malloc(message.n);
    memcpy(copy, message.p, message.n);
    kinesis_record r = {
        .data = {copy, message.n}, .partition_key = {"whole", 5}, .sequence_number = {"77", 2}, .arrived_ms = 5};
    bool is = kpl_split(&http, &r, range, &out);
    for (int i = 0; i < out.n; i++) { /* texts outlive the copy for the assertions */
        out.records[i].data.p = message.p + (out.records[i].data.p - copy);
        out.records[i].partition_key.p = message.p + (out.records[i].partition_key.p - copy);
    }
    free(copy);
    return is;
}

static void assert_record(int i, const char *key, const char *data, int sub, int n_sub) {
    const kinesis_record *r = &out.records[i];
    assert_true(i < out.n);
    assert_true(fl_str_is(r->partition_key, key));
    assert_true(fl_str_is(r->data, data));
    assert_true(fl_str_is(r->sequence_number, "77"));
    assert_int_equal(r->arrived_ms, 5);
    assert_int_equal(r->sub, sub);
    assert_int_equal(r->n_sub, n_sub);
}

static void user_records_come_out_in_order(void **state) {
    (void)state;
    char large[300];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    put_key("a");
    put_key("b");
    put_record(0, -1, "one");
    put_record(1, -1, large);
    put_record(0, -1, "");
    finish();
    assert_true(split(&all));
    assert_int_equal(out.n, 3);
    assert_record(0, "a", "one", 0, 3);
    assert_record(1, "b", large, 1, 3);
    assert_record(2, "a", "", 2, 3);
}

static void those_of_other_shards_are_left_out_and_keep_their_numbers(void **state) {
    (void)state;
    put_key("a"); /* hash key 61 01 01 … */
    put_key("\x10");
    put_hash("340282366920938463463374607431768211455");
    put_hash("5");
    put_record(0, -1, "in");
    put_record(1, -1, "out");
    put_record(1, 0, "in by its explicit hash key");
    put_record(0, 1, "out by it");
    finish();
    kinesis_range range = {(fl_u128)0x60 << 120, ~(fl_u128)0};
    assert_true(split(&range));
    assert_int_equal(out.n, 2);
    assert_record(0, "a", "in", 0, 4);
    assert_record(1, "\x10", "in by its explicit hash key", 2, 4);
}

static void a_wrong_checksum_makes_it_an_ordinary_record(void **state) {
    (void)state;
    put_key("a");
    put_record(0, -1, "one");
    finish();
    message.p[message.n - 1] ^= 1;
    assert_false(split(&all));
    assert_int_equal(out.n, 0);
}

static void so_does_a_message_that_does_not_read(void **state) {
    (void)state;
    put_key("a");
    put_record(0, -1, "one");
    put_record(1, -1, "there is no second key");
    finish();
    assert_false(split(&all));
    assert_int_equal(out.n, 0);
    static const char *const bad[] = {"\x1a\x7f", "\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x1b",
                                      "\x1d\x01", "\x1a\x03\x08\x01\x10"};
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++) {
        message.n = 4;
        fl_buf_puts(&message, bad[i]);
        finish();
        assert_false(split(&all));
    }
    message.n = 4;
    assert_false(split(&all));
}

static void hash_keys_are_numbers_of_128_bits(void **state) {
    (void)state;
    fl_u128 x;
    assert_true(kinesis_hash_key(fl_str_from("340282366920938463463374607431768211455"), &x));
    assert_true(x == ~(fl_u128)0);
    assert_true(kinesis_hash_key(fl_str_from("0"), &x) && x == 0);
    assert_false(kinesis_hash_key(fl_str_from("340282366920938463463374607431768211456"), &x));
    assert_false(kinesis_hash_key(fl_str_from(""), &x));
    assert_false(kinesis_hash_key(fl_str_from("1a"), &x));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(user_records_come_out_in_order),
        TEST(those_of_other_shards_are_left_out_and_keep_their_numbers),
        TEST(a_wrong_checksum_makes_it_an_ordinary_record),
        TEST(so_does_a_message_that_does_not_read),
        TEST(hash_keys_are_numbers_of_128_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
