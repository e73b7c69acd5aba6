/* SPDX-License-Identifier: Apache-2.0 */
/* test_text.c -- values print as Java's Row.toString and as SQL's CAST do. The texts, the order of maps among them, are
 * answers of Flink 1.20.5, or of its Row class and the classes of java.time where SQL has no way to ask. */
#include "model.h"

#include "data/text.h"
#include "data/timestamp.h"

static fl_arena arena;
static fl_buf text;

static int setup(void **state) {
    (void)state;
    fl_arena_init(&arena);
    fl_buf_init(&text);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    fl_arena_deinit(&arena);
    fl_buf_deinit(&text);
    assert_int_equal(thing_refs_alive, 0);
    return 0;
}

static const fl_type *type(const char *t) {
    fl_error err;
    const fl_type *out;
    size_t used;
    if (fl_type_parse(&arena, fl_str_from(t), false, &out, &used, &err) < 0) fail_msg("%s", err.message);
    return out;
}

/* Both texts of row 0. Takes the column. */
static void check(fl_column *c, const char *java, const char *sql) {
    fl_buf_reset(&text);
    fl_text_java(&text, c, 0);
    assert_string_equal(fl_buf_cstr(&text), java);
    fl_buf_reset(&text);
    fl_text_sql(&text, c, 0, fl_tz_utc());
    assert_string_equal(fl_buf_cstr(&text), sql);
    fl_column_unref(c);
}

static fl_column *number(const char *t, fl_i128 x) {
    fl_column *c = fl_column_new(type(t), 1);
    fl_column_append_i128(c, x);
    return c;
}

static fl_column *real(const char *t, double x) {
    fl_column *c = fl_column_new(type(t), 1);
    fl_column_append_f64(c, x);
    return c;
}

static fl_column *string(const char *t, const char *s, size_t n) {
    fl_column *c = fl_column_new(type(t), 1);
    fl_column_append_str(c, fl_str_make(s, n));
    return c;
}

static void scalars_print_in_both_ways(void **state) {
    (void)state;
    check(number("BOOLEAN", 1), "true", "TRUE");
    check(number("BOOLEAN", 0), "false", "FALSE");
    check(number("TINYINT", -128), "-128", "-128");
    check(number("BIGINT", INT64_MIN), "-9223372036854775808", "-9223372036854775808");
    check(real("DOUBLE", 1e10), "1.0E10", "1.0E10");
    check(real("DOUBLE", -0.0), "-0.0", "-0.0");
    check(real("FLOAT", 1.5), "1.5", "1.5");
    check(string("STRING", "it's", 4), "it's", "it's");
    check(string("CHAR(3)", "a  ", 3), "a  ", "a  ");
    check(number("DATE", 0), "1970-01-01", "1970-01-01");
    check(number("TIME(0)", 36660000), "10:11", "10:11:00");
    check(number("TIME(3)", 36672300), "10:11:12.300", "10:11:12.300");
    check(number("TIMESTAMP(3)", 1714910400000), "2024-05-05T12:00", "2024-05-05 12:00:00.000");
    check(number("TIMESTAMP(9)", (fl_i128)1714910400000000001), "2024-05-05T12:00:00.000000001",
          "2024-05-05 12:00:00.000000001");
    check(number("TIMESTAMP_LTZ(3)", 1714910400000), "2024-05-05T12:00:00Z", "2024-05-05 12:00:00.000");
    check(number("INTERVAL DAY", 86400000), "PT24H", "+1 00:00:00.000");
    check(number("INTERVAL MONTH", 14), "P14M", "+1-02");
    fl_column *null = fl_column_new(type("INT"), 1);
    fl_column_append_null(null);
    check(null, "null", "NULL");
}

static void decimals_have_an_exponent_in_java_only(void **state) {
    (void)state;
    check(number("DECIMAL(10, 2)", 1250), "12.50", "12.50");
    check(number("DECIMAL(7, 6)", 1), "0.000001", "0.000001");
    check(number("DECIMAL(8, 7)", 1), "1E-7", "0.0000001");
    check(number("DECIMAL(20, 10)", 0), "0E-10", "0.0000000000");
    check(number("DECIMAL(7, 6)", 0), "0.000000", "0.000000");
    check(number("DECIMAL(10, 8)", -10), "-1.0E-7", "-0.00000010");
    check(number("DECIMAL(38, 38)", 123), "1.23E-36", "0.00000000000000000000000000000000000123");
}

static void bytes_are_numbers_in_java_and_text_in_sql(void **state) {
    (void)state;
    check(string("BYTES", "A\xff", 2), "[65, -1]", "A\xef\xbf\xbd");
    check(string("BINARY(2)", "\xe6\x97", 2), "[-26, -105]", "\xef\xbf\xbd");
    check(string("BYTES", "\xff\x41", 2), "[-1, 65]",
          "\xef\xbf\xbd"
          "A");
    check(string("BYTES", "\xc3\xa9\xf0\x9f\x98\x80", 6), "[-61, -87, -16, -97, -104, -128]", "é😀");
    check(string("BYTES", "\xed\xa0\x80\xf0\x9f\x98", 6), "[-19, -96, -128, -16, -97, -104]",
          "\xef\xbf\xbd\xef\xbf\xbd");
    check(string("BYTES", "", 0), "[]", "");
}

static void nested_values_print_their_parts(void **state) {
    (void)state;
    fl_column *c = fl_column_new(type("ARRAY<INT>"), 1);
    fl_column_append_i64(c->child[0], 1);
    fl_column_append_null(c->child[0]);
    fl_column_append_nested(c);
    check(c, "[1, null]", "[1, NULL]");
    c = fl_column_new(type("MULTISET<STRING>"), 1);
    fl_column_append_str(c->child[0], fl_str_from("x"));
    fl_column_append_i64(c->child[1], 2);
    fl_column_append_nested(c);
    check(c, "{x=2}", "{x=2}");
    c = fl_column_new(type("ROW<a INT, b ROW<c STRING, d BYTES>, e ARRAY<BOOLEAN>>"), 1);
    fl_column_append_i64(c->child[0], 1);
    fl_column_append_str(c->child[1]->child[0], fl_str_from("x"));
    fl_column_append_str(c->child[1]->child[1], fl_str_from("AB"));
    fl_column_append_nested(c->child[1]);
    fl_column_append_i64(c->child[2]->child[0], 1);
    fl_column_append_nested(c->child[2]);
    fl_column_append_nested(c);
    check(c, "+I[1, +I[x, [65, 66]], [true]]", "(1, (x, AB), [TRUE])");
    c = fl_column_new(type("ROW<>"), 1);
    fl_column_append_nested(c);
    check(c, "+I[]", "()");
    c = fl_column_new(fl_type_object(&arena, &thing_ops, true), 1);
    fl_column_append_object(c, thing_new(7));
    check(c, "thing 7", "thing 7");
}

static void rows_of_a_batch_show_their_kind(void **state) {
    (void)state;
    fl_batch *b = fl_batch_new(2, 2);
    b->cols[0] = fl_column_new(type("INT"), 2);
    b->cols[1] = fl_column_new(type("STRING"), 2);
    for (int i = 0; i < 2; i++) fl_column_append_i64(b->cols[0], i), fl_column_append_str(b->cols[1], fl_str_from("a"));
    fl_batch_need_kinds(b)[1] = FL_UPDATE_BEFORE;
    fl_text_row(&text, b, 0);
    fl_text_row(&text, b, 1);
    assert_string_equal(fl_buf_cstr(&text), "+I[0, a]-U[1, a]");
    fl_batch_unref(b);
}

static void local_time_is_that_of_the_session(void **state) {
    (void)state;
    fl_error err;
    const fl_tz *tz;
    assert_int_equal(fl_tz_find("+08:00", &tz, &err), 0);
    fl_column *c = number("TIMESTAMP_LTZ(3)", 1714910400000);
    fl_text_sql(&text, c, 0, tz);
    assert_string_equal(fl_buf_cstr(&text), "2024-05-05 20:00:00.000");
    fl_column_unref(c);
}

/* ---- the order of maps ---- */

/* A map of the keys to 1, 2, 3 …; takes them. */
static void check_order(const char *map_type, fl_column *keys, const char *java) {
    fl_column *c = fl_column_new(type(map_type), 1);
    fl_column_append_rows(c->child[0], keys, NULL, keys->n);
    for (int i = 1; i <= keys->n; i++) fl_column_append_i64(c->child[1], i);
    fl_column_append_nested(c);
    fl_column_unref(keys);
    fl_text_java(&text, c, 0);
    assert_string_equal(fl_buf_cstr(&text), java);
    fl_buf_reset(&text);
    fl_column_unref(c);
}

static fl_column *numbers(const char *t, const fl_i128 *x, int n) {
    fl_column *c = fl_column_new(type(t), n);
    for (int i = 0; i < n; i++) fl_column_append_i128(c, x[i]);
    return c;
}

static fl_column *reals(const char *t, const double *x, int n) {
    fl_column *c = fl_column_new(type(t), n);
    for (int i = 0; i < n; i++) fl_column_append_f64(c, x[i]);
    return c;
}

#define NUMBERS(t, ...) numbers(t, (fl_i128[]){__VA_ARGS__}, (int)(sizeof((fl_i128[]){__VA_ARGS__}) / sizeof(fl_i128)))
#define REALS(t, ...)   reals(t, (double[]){__VA_ARGS__}, (int)(sizeof((double[]){__VA_ARGS__}) / sizeof(double)))

/* Keys of one bucket (aa and zebra, 1 and 17) stay in the order in which they stand. */
static void maps_print_in_the_order_of_a_hash_map(void **state) {
    (void)state;
    static const char *const words[] = {
        "aa", "b", "zebra", "Q",   "",    "grün", "😀", "a long key that hashes somewhere",
        "x",  "y", "z",     "k12", "k13", "k14"};
    fl_column *c = fl_column_new(type("STRING"), 0);
    for (size_t i = 0; i < FL_ARRAY_LEN(words); i++) fl_column_append_str(c, fl_str_from(words[i]));
    fl_column_append_null(c);
    check_order(
        "MAP<STRING, INT>", c,
        "{aa=1, zebra=3, =5, null=15, b=2, a long key that hashes somewhere=8, k13=13, grün=6, k12=12, k14=14, Q=4, "
        "😀=7, x=9, y=10, z=11}");
    check_order("MAP<BOOLEAN, INT>", NUMBERS("BOOLEAN", 1, 0), "{false=2, true=1}");
    check_order("MAP<TINYINT, INT>", NUMBERS("TINYINT", -3, 100, 5), "{-3=1, 100=2, 5=3}");
    check_order("MAP<SMALLINT, INT>", NUMBERS("SMALLINT", -300, 100, 5), "{100=2, 5=3, -300=1}");
    check_order("MAP<INT, INT>", NUMBERS("INT", 1000000007, -5, 1, 16, 17), "{16=4, 1=3, 17=5, -5=2, 1000000007=1}");
    check_order("MAP<BIGINT, INT>", NUMBERS("BIGINT", 10000000000, -5, 17, 4294967296),
                "{17=3, 4294967296=4, -5=2, 10000000000=1}");
    check_order("MAP<DECIMAL(12, 2), INT>", NUMBERS("DECIMAL(12, 2)", -225, 150, 10000, 0, 1234567891),
                "{0.00=4, 12345678.91=5, 100.00=3, -2.25=1, 1.50=2}");
    fl_i128 e10 = 10000000000, wide = (fl_i128)1234567890123456789 * 100 * 1000000000;
    check_order("MAP<DECIMAL(38, 10), INT>",
                NUMBERS("DECIMAL(38, 10)", wide + (fl_i128)5 * 1000000000, -e10, -(e10 * e10 - 1) * e10, 0),
                "{12345678901234567890.5000000000=1, -1.0000000000=2, 0E-10=4, -99999999999999999999.0000000000=3}");
    check_order("MAP<DOUBLE, INT>", REALS("DOUBLE", 1.5, -2, 0, 1e300, 3.14159),
                "{-2.0=2, 0.0=3, 3.14159=5, 1.0E300=4, 1.5=1}");
    check_order("MAP<FLOAT, INT>", REALS("FLOAT", 1e30, 0, -2, 3.3, 1.5), "{0.0=2, -2.0=3, 3.3=4, 1.5=5, 1.0E30=1}");
    check_order("MAP<DATE, INT>", NUMBERS("DATE", -1, 19782, -719162, 19783),
                "{0001-01-01=3, 1969-12-31=1, 2024-02-29=2, 2024-03-01=4}");
    check_order("MAP<TIME(0), INT>", NUMBERS("TIME(0)", 45296000, 1000, 86399000, 0),
                "{23:59:59=3, 00:00=4, 00:00:01=2, 12:34:56=1}");
    check_order("MAP<TIMESTAMP(3), INT>", NUMBERS("TIMESTAMP(3)", 1709210096789, -1, 1709251200000, 0),
                "{2024-02-29T12:34:56.789=1, 1969-12-31T23:59:59.999=2, 1970-01-01T00:00=4, 2024-03-01T00:00=3}");
    check_order(
        "MAP<TIMESTAMP_LTZ(3), INT>", NUMBERS("TIMESTAMP_LTZ(3)", 1709210096789, -1, 0, 1000, 123456789012),
        "{1970-01-01T00:00:00Z=3, 1970-01-01T00:00:01Z=4, 1973-11-29T21:33:09.012Z=5, 1969-12-31T23:59:59.999Z=2, "
        "2024-02-29T12:34:56.789Z=1}");
}

/* Row.hashCode decides the order: {null=…} before {2=…} as Flink's COLLECT shows them. */
static void maps_of_rows_follow_the_hash_of_rows(void **state) {
    (void)state;
    fl_column *c = fl_column_new(type("ROW<a STRING, b INT>"), 2);
    for (int i = 0; i < 2; i++) {
        fl_column_append_str(c->child[0], fl_str_from("b"));
        if (i == 0)
            fl_column_append_i64(c->child[1], 2);
        else
            fl_column_append_null(c->child[1]);
        fl_column_append_nested(c);
    }
    check_order("MAP<ROW<a STRING, b INT>, INT>", c, "{+I[b, null]=2, +I[b, 2]=1}");
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(scalars_print_in_both_ways),
        TEST(decimals_have_an_exponent_in_java_only),
        TEST(bytes_are_numbers_in_java_and_text_in_sql),
        TEST(nested_values_print_their_parts),
        TEST(rows_of_a_batch_show_their_kind),
        TEST(local_time_is_that_of_the_session),
        TEST(maps_print_in_the_order_of_a_hash_map),
        TEST(maps_of_rows_follow_the_hash_of_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
