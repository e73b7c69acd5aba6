/* SPDX-License-Identifier: Apache-2.0 */
/* test_variant.c -- the bytes of VARIANT values: what is made, found, printed and refused.
 *
 * The bytes of the first tests are written out by hand after the open Variant encoding, so that others can read what is
 * made here.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "expr/json.h"

static fl_variant_builder builder;

static fl_str parse(const char *json, bool last_wins) {
    fl_arena a;
    fl_error err;
    fl_str out = {"", 0};
    fl_arena_init(&a);
    if (fl_json_to_variant(&a, fl_str_from(json), &builder, &err) < 0 ||
        fl_variant_finish(&builder, last_wins, &out, &err) < 0)
        fail_msg("%s: %s", json, err.message);
    fl_arena_deinit(&a);
    return out;
}

static void check_print(const fl_variant *v, const char *text) {
    fl_buf b;
    fl_buf_init(&b);
    assert_true(fl_variant_print(&b, v));
    assert_string_equal(fl_buf_cstr(&b), text);
    fl_buf_deinit(&b);
}

static void check_bytes(const char *json, const char *bytes, size_t n) {
    fl_str made = parse(json, false);
    assert_true(fl_variant_check(made));
    assert_int_equal(made.n, n);
    assert_memory_equal(made.p, bytes, n);
}
#define BYTES(json, text) check_bytes(json, text, sizeof(text) - 1)

static void bytes_are_those_of_the_open_encoding(void **state) {
    (void)state;
    BYTES("null", "\x01\0\0"
                  "\x00");
    BYTES("true", "\x01\0\0"
                  "\x04");
    BYTES("false", "\x01\0\0"
                   "\x08");
    BYTES("-128", "\x01\0\0"
                  "\x0c\x80");
    BYTES("128", "\x01\0\0"
                 "\x10\x80\x00");
    BYTES("32768", "\x01\0\0"
                   "\x14\x00\x80\0\0");
    BYTES("2147483648", "\x01\0\0"
                        "\x18\0\0\0\x80\0\0\0\0");
    BYTES("1e0", "\x01\0\0"
                 "\x1c\0\0\0\0\0\0\xf0\x3f");
    BYTES("1.50", "\x01\0\0"
                  "\x20\x02\x96\0\0\0");
    BYTES("1234567890.5", "\x01\0\0"
                          "\x24\x01\x39\x1c\xdc\xdf\x02\0\0\0");
    BYTES("9223372036854775808", "\x01\0\0"
                                 "\x28\0\0\0\0\0\0\0\0\x80\0\0\0\0\0\0\0\0");
    BYTES("\"abc\"", "\x01\0\0"
                     "\x0d"
                     "abc");
    BYTES("[]", "\x01\0\0"
                "\x03\0\0");
    BYTES("{}", "\x01\0\0"
                "\x02\0\0");
    BYTES("{\"b\":[1,true],\"a\":\"x\"}", "\x01\x02\0\x01\x02"
                                          "ba"
                                          "\x02\x02\x01\0\0\x02\x0a"
                                          "\x05x"
                                          "\x03\x02\0\x02\x03\x0c\x01\x04");
}

static void long_texts_and_lists_have_wide_lengths(void **state) {
    (void)state;
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_putc(&b, '"');
    for (int i = 0; i < 64; i++) fl_buf_putc(&b, 'x');
    fl_buf_putc(&b, '"');
    fl_str made = parse(fl_buf_cstr(&b), false);
    assert_int_equal(made.n, 3 + 1 + 4 + 64);
    assert_memory_equal(made.p + 3, "\x40\x40\0\0\0xxx", 8);
    fl_buf_reset(&b);
    for (int i = 0; i < 300; i++) fl_buf_printf(&b, "%c%d", i == 0 ? '[' : ',', i % 7);
    fl_buf_putc(&b, ']');
    made = parse(fl_buf_cstr(&b), false);
    assert_memory_equal(made.p + 3, "\x17\x2c\x01\0\0\0\0\x02\0", 9); /* 4-byte count, 2-byte offsets */
    fl_variant v = fl_variant_of(made), item;
    assert_int_equal(fl_variant_count(&v), 300);
    assert_true(fl_variant_item(&v, 299, &item));
    check_print(&item, "5");
    fl_buf_deinit(&b);
}

static void many_members_are_found_by_name(void **state) {
    (void)state;
    fl_buf b;
    char name[8];
    fl_buf_init(&b);
    for (int i = 0; i < 1000; i++) fl_buf_printf(&b, "%c\"k%d\":%d", i == 0 ? '{' : ',', i * 7 % 1000, i * 7 % 1000);
    fl_buf_putc(&b, '}');
    fl_str made = parse(fl_buf_cstr(&b), false);
    assert_true(fl_variant_check(made));
    fl_variant v = fl_variant_of(made), member;
    for (int i = 0; i < 1000; i++) {
        snprintf(name, sizeof name, "k%d", i);
        assert_true(fl_variant_member(&v, fl_str_from(name), &member));
        check_print(&member, name + 1);
    }
    assert_false(fl_variant_member(&v, fl_str_from("k1000"), &member));
    assert_false(fl_variant_member(&v, fl_str_from(""), &member));
    fl_buf_deinit(&b);
}

/* A part by itself is what its own text is. */
static void parts_have_their_own_bytes(void **state) {
    (void)state;
    fl_variant_builder b;
    fl_variant_builder_init(&b);
    fl_buf whole;
    fl_buf_init(&whole);
    fl_buf_put_str(&whole, parse("{\"x\":0,\"o\":{\"b\":[{\"c\":1.0}],\"a\":null},\"s\":\"text\"}", false));
    fl_variant v = fl_variant_of(fl_str_make(whole.p, whole.n)), part;
    assert_true(fl_variant_member(&v, fl_str_from("o"), &part));
    assert_true(fl_str_eq(fl_variant_extract(&b, &part), parse("{\"b\":[{\"c\":1.0}],\"a\":null}", false)));
    assert_true(fl_variant_member(&v, fl_str_from("s"), &part));
    assert_true(fl_str_eq(fl_variant_extract(&b, &part), parse("\"text\"", false)));
    fl_buf_deinit(&whole);
    fl_variant_builder_deinit(&b);
}

static void of_repeated_names_the_last_counts_if_they_are_allowed(void **state) {
    (void)state;
    fl_error err;
    fl_str made;
    const char *json = "{\"a\":{\"lost\":1},\"b\":[{\"c\":1,\"c\":2}],\"a\":3}";
    fl_str bytes = parse(json, true);
    assert_true(fl_variant_check(bytes));
    fl_variant v = fl_variant_of(bytes);
    check_print(&v, "{\"a\":3,\"b\":[{\"c\":2}]}");
    assert_null(memmem(bytes.p, bytes.n, "lost", 4));
    fl_arena a;
    fl_arena_init(&a);
    assert_int_equal(fl_json_to_variant(&a, fl_str_from(json), &builder, &err), 0);
    assert_int_equal(fl_variant_finish(&builder, false, &made, &err), FL_E_RUNTIME);
    assert_non_null(strstr(err.message, "VARIANT_DUPLICATE_KEY"));
    fl_arena_deinit(&a);
}

static void what_is_too_big_is_refused(void **state) {
    (void)state;
    fl_error err;
    char *zeros = calloc(1, FL_VARIANT_BYTES_MAX);
    fl_str made, text = {zeros, FL_VARIANT_BYTES_MAX - 5};
    fl_variant_builder_reset(&builder);
    fl_variant_put_text(&builder, text); /* its header takes five bytes */
    assert_int_equal(fl_variant_finish(&builder, false, &made, &err), 0);
    text.n++;
    fl_variant_builder_reset(&builder);
    fl_variant_put_text(&builder, text);
    assert_int_equal(fl_variant_finish(&builder, false, &made, &err), FL_E_LIMIT);
    assert_non_null(strstr(err.message, "VARIANT_SIZE_LIMIT"));
    /* what comes after there was too much does not disturb */
    fl_variant_builder_reset(&builder);
    fl_variant_begin(&builder, FL_VARIANT_OBJECT);
    fl_variant_put_name(&builder, fl_str_from("a"));
    fl_variant_put_text(&builder, text);
    fl_variant_put_name(&builder, fl_str_from("b"));
    fl_variant_begin(&builder, FL_VARIANT_ARRAY);
    fl_variant_put_null(&builder);
    fl_variant_end(&builder);
    fl_variant_end(&builder);
    assert_int_equal(fl_variant_finish(&builder, false, &made, &err), FL_E_LIMIT);
    fl_variant_builder_reset(&builder);
    free(zeros);
}

/* Kinds that no JSON text has, as other programs write them. */
static void check_foreign(const char *bytes, size_t n, const char *text) {
    fl_str s = fl_str_make(bytes, n);
    fl_variant v = fl_variant_of(s);
    assert_true(fl_variant_check(s));
    check_print(&v, text);
}
#define FOREIGN(bytes, text) check_foreign(bytes, sizeof(bytes) - 1, text)

static void kinds_of_other_writers_are_printed(void **state) {
    (void)state;
    FOREIGN("\x11\0\0"
            "\x2c\x01\0\0\0",
            "\"1970-01-02\"");
    FOREIGN("\x01\0\0"
            "\x30\x01\0\0\0\0\0\0\0",
            "\"1970-01-01T00:00:00.000001Z\"");
    FOREIGN("\x01\0\0"
            "\x34\xff\xff\xff\xff\xff\xff\xff\xff",
            "\"1969-12-31T23:59:59.999999\"");
    FOREIGN("\x01\0\0"
            "\x38\0\0\xc0\x3f",
            "1.5");
    FOREIGN("\x01\0\0"
            "\x3c\x02\0\0\0"
            "ab",
            "\"YWI=\"");
    FOREIGN("\x01\0\0"
            "\x40\x02\0\0\0"
            "ab",
            "\"ab\"");
    FOREIGN("\x01\0\0"
            "\x44\x20\xa1\x07\0\0\0\0\0",
            "\"00:00:00.5\"");
    FOREIGN("\x01\0\0"
            "\x48\x01\0\0\0\0\0\0\0",
            "\"1970-01-01T00:00:00.000000001Z\"");
    FOREIGN("\x01\0\0"
            "\x4c\x01\0\0\0\0\0\0\0",
            "\"1970-01-01T00:00:00.000000001\"");
    FOREIGN("\x01\0\0"
            "\x50"
            "0123456789abcdef",
            "\"30313233-3435-3637-3839-616263646566\"");
    FOREIGN("\x01\0\0"
            "\x1c\0\0\0\0\0\0\xf0\x7f",
            "\"Infinity\"");
}

static void check_bad(const char *bytes, size_t n) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_puts(&b, "before");
    fl_variant v = fl_variant_of(fl_str_make(bytes, n));
    assert_false(fl_variant_check(fl_str_make(bytes, n)));
    if (!fl_variant_print(&b, &v)) assert_string_equal(fl_buf_cstr(&b), "before");
    fl_buf_deinit(&b);
}
#define BAD(bytes) check_bad(bytes, sizeof(bytes) - 1)

static void malformed_bytes_are_noticed(void **state) {
    (void)state;
    BAD("");
    BAD("\x01");
    BAD("\x02\0\0"
        "\x00");     /* another version */
    BAD("\x01\0\0"); /* no value */
    BAD("\x01\0\0"
        "\x0c"); /* its end is missing */
    BAD("\x01\0\0"
        "\x00\x00"); /* more than a value */
    BAD("\x01\0\0"
        "\x54"); /* no such kind */
    BAD("\x01\0\0"
        "\x0d"
        "ab"); /* a text that is cut */
    BAD("\x01\0\0"
        "\x05\xff"); /* not UTF-8 */
    BAD("\x01\0\0"
        "\x20\x27\x01\0\0\0"); /* 39 digits behind the point */
    BAD("\x01\0\0"
        "\x02\x01\0\0\x01\0"); /* a name that is not there */
    BAD("\x01\x02\0\x01\x02"
        "ab"
        "\x02\x02\x01\0\0\x01\x02\0\0"); /* names not in order */
    BAD("\x01\0\0"
        "\x03\x02\0\0\x01\0"); /* two items share a byte */
    BAD("\x01\0\0"
        "\x03\x01\x05\x01\0"); /* an item beyond the end */
    BAD("\x01\0\0"
        "\x13\xff\xff\xff\xff\0"); /* a count that no bytes stand for */
    BAD("\x01\0\0"
        "\x44\xff\xff\xff\xff\xff\xff\xff\xff"); /* a time before midnight */
}

/* Each array holds the next one twice: printed, it would be 2^40 values. */
static void overlapping_parts_end(void **state) {
    (void)state;
    fl_buf b, out;
    fl_buf_init(&b);
    fl_buf_init(&out);
    fl_buf_put(&b, "\x01\0\0", 3);
    enum { LEVELS = 40, HEAD = 5 };
    for (int i = LEVELS; i > 0; i--) {
        char head[HEAD] = {0x03, 2, 0, 0, (char)((i - 1) * HEAD + 1)};
        fl_buf_put(&b, head, sizeof head);
    }
    fl_buf_putc(&b, 0);
    fl_variant v = fl_variant_of(fl_str_make(b.p, b.n));
    assert_false(fl_variant_print(&out, &v));
    assert_false(fl_variant_check(fl_str_make(b.p, b.n)));
    fl_variant_builder_reset(&builder);
    assert_false(fl_variant_put(&builder, &v));
    assert_int_equal(fl_variant_extract(&builder, &v).n, 0);
    fl_buf_deinit(&out);
    fl_buf_deinit(&b);
}

static int setup(void **state) {
    (void)state;
    fl_variant_builder_init(&builder);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_variant_builder_deinit(&builder);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_those_of_the_open_encoding),
        cmocka_unit_test(long_texts_and_lists_have_wide_lengths),
        cmocka_unit_test(many_members_are_found_by_name),
        cmocka_unit_test(parts_have_their_own_bytes),
        cmocka_unit_test(of_repeated_names_the_last_counts_if_they_are_allowed),
        cmocka_unit_test(what_is_too_big_is_refused),
        cmocka_unit_test(kinds_of_other_writers_are_printed),
        cmocka_unit_test(malformed_bytes_are_noticed),
        cmocka_unit_test(overlapping_parts_end),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
