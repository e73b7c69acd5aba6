/* SPDX-License-Identifier: Apache-2.0 */
/* test_option.c -- values of settings: what Flink's TimeUtils, MemorySize and ConfigurationUtils say of the same texts.
 */
#include "test.h"

#include "base/option.h"

static fl_error err;

typedef int reader(fl_str s, int64_t *out, fl_error *err);

static void reads(reader *read, const char *text, int64_t want) {
    int64_t got = -1;
    if (read(fl_str_from(text), &got, &err) != 0) fail_msg("'%s': %s", text, err.message);
    if (got != want) fail_msg("'%s' is %lld", text, (long long)got);
}

static void refuses(reader *read, const char *text, const char *words) {
    int64_t got;
    assert_int_equal(read(fl_str_from(text), &got, &err), FL_E_VALIDATION);
    if (strstr(err.message, words) == NULL) fail_msg("'%s': %s", text, err.message);
}

static void durations_have_flinks_units(void **state) {
    (void)state;
    reads(fl_parse_duration_ms, "10 s", 10000);
    reads(fl_parse_duration_ms, "5min", 300000);
    reads(fl_parse_duration_ms, " 1 h ", 3600000);
    reads(fl_parse_duration_ms, "200 ms", 200);
    reads(fl_parse_duration_ms, "1 D", 86400000);
    reads(fl_parse_duration_ms, "2 m", 120000);
    reads(fl_parse_duration_ms, "10secs", 10000);
    reads(fl_parse_duration_ms, "3 milliseconds", 3);
    reads(fl_parse_duration_ms, "7", 7);
    reads(fl_parse_duration_ms, "1500 micros", 1);
    reads(fl_parse_duration_ms, "2 µs", 0);
    reads(fl_parse_duration_ms, "3000000 ns", 3);
    refuses(fl_parse_duration_ms, "1 week",
            "Time interval unit label 'week' does not match any of the recognized units: "
            "DAYS: (d | day | days), HOURS: (h | hour | hours), MINUTES: (min | m");
    refuses(fl_parse_duration_ms, "1.5 s", "does not match any of the recognized units");
    refuses(fl_parse_duration_ms, "4 dayss", "does not match any of the recognized units");
    refuses(fl_parse_duration_ms, "1 h min", "does not match any of the recognized units");
    refuses(fl_parse_duration_ms, "-5 s", "text does not start with a number");
    refuses(fl_parse_duration_ms, "PT1H", "text does not start with a number");
    refuses(fl_parse_duration_ms, "  ", "argument is an empty- or whitespace-only string");
    refuses(fl_parse_duration_ms, "99999999999999999999 s",
            "cannot be re represented as 64bit number (numeric overflow)");
    refuses(fl_parse_duration_ms, "9223372036854775807 d", "numeric overflow");
}

static void sizes_have_flinks_units(void **state) {
    (void)state;
    reads(fl_parse_memory, "128MB", 128 << 20);
    reads(fl_parse_memory, "64 kb", 64 << 10);
    reads(fl_parse_memory, "4096", 4096);
    reads(fl_parse_memory, "1g", 1 << 30);
    reads(fl_parse_memory, "12 bytes", 12);
    reads(fl_parse_memory, "1 Tebibytes", 1ll << 40);
    refuses(fl_parse_memory, "12 x",
            "Memory size unit 'x' does not match any of the recognized units: (b | bytes) / (k | kb");
    refuses(fl_parse_memory, "1.5g", "does not match any of the recognized units");
    refuses(fl_parse_memory, "1KiB", "does not match any of the recognized units");
    refuses(fl_parse_memory, "-1", "text does not start with a number");
    refuses(fl_parse_memory, "9999999999999 tb", "numeric overflow");
}

static void numbers_are_javas(void **state) {
    (void)state;
    double d;
    reads(fl_parse_i64, "-7", -7);
    reads(fl_parse_i64, "+5", 5);
    reads(fl_parse_i64, "-9223372036854775808", INT64_MIN);
    refuses(fl_parse_i64, "many", "For input string: \"many\"");
    refuses(fl_parse_i64, " 5", "For input string: \" 5\"");
    refuses(fl_parse_i64, "", "For input string: \"\"");
    refuses(fl_parse_i64, "9223372036854775808", "For input string: \"9223372036854775808\"");
    refuses(fl_parse_i64, "1.0", "For input string: \"1.0\"");
    assert_int_equal(fl_parse_f64(fl_str_from(" 0.25 "), &d, &err), 0);
    assert_true(d == 0.25);
    assert_int_equal(fl_parse_f64(fl_str_from("1e3"), &d, &err), 0);
    assert_true(d == 1000);
    assert_int_equal(fl_parse_f64(fl_str_from("1,5"), &d, &err), FL_E_VALIDATION);
    assert_string_equal(err.message, "For input string: \"1,5\"");
    assert_int_equal(fl_parse_f64(fl_str_from(""), &d, &err), FL_E_VALIDATION);
}

static void words_compare_without_case(void **state) {
    (void)state;
    bool b;
    int i;
    assert_int_equal(fl_parse_bool(fl_str_from("TrUe"), &b, &err), 0);
    assert_true(b);
    assert_int_equal(fl_parse_bool(fl_str_from("FALSE"), &b, &err), 0);
    assert_false(b);
    assert_int_equal(fl_parse_bool(fl_str_from("maybe"), &b, &err), FL_E_VALIDATION);
    assert_string_equal(err.message,
                        "Unrecognized option for boolean: maybe. Expected either true or false(case insensitive)");
    assert_int_equal(fl_parse_enum(fl_str_from("iso-8601"), "SQL|ISO-8601", &i, &err), 0);
    assert_int_equal(i, 1);
    assert_int_equal(fl_parse_enum(fl_str_from("SQL|ISO"), "SQL|ISO-8601", &i, &err), FL_E_VALIDATION);
    assert_non_null(strstr(err.message, "Expected one of: [[SQL, ISO-8601]]"));
}

static void every_type_is_checked(void **state) {
    (void)state;
    static const struct {
        fl_option_type type;
        const char *good, *bad;
    } cases[] = {
        {FL_OPT_BOOL, "true", "yes"},     {FL_OPT_INT, "12", "x"},      {FL_OPT_DOUBLE, "0.5", "half"},
        {FL_OPT_DURATION, "3 s", "soon"}, {FL_OPT_MEMORY, "1 kb", "k"}, {FL_OPT_ENUM, "b", "c"},
        {FL_OPT_MAP, "a:1,b:2", "a:1,b"}, {FL_OPT_MAP, "", "x"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_option_def def = {.key = "k", .type = cases[i].type, .values = "A|B"};
        assert_int_equal(fl_option_check(&def, fl_str_from(cases[i].good), &err), 0);
        assert_int_equal(fl_option_check(&def, fl_str_from(cases[i].bad), &err), FL_E_VALIDATION);
    }
    fl_option_def text = {.key = "k", .type = FL_OPT_STRING}, list = {.key = "k", .type = FL_OPT_LIST};
    assert_int_equal(fl_option_check(&text, fl_str_from("anything"), &err), 0);
    assert_int_equal(fl_option_check(&list, fl_str_from("a;b"), &err), 0);
}

static void ranges_are_kept(void **state) {
    (void)state;
    static const struct {
        fl_option_type type;
        const char *range, *fallback, *value, *words; /* words NULL: allowed */
    } cases[] = {
        {FL_OPT_INT, "1..32768", "-1", "1", NULL},
        {FL_OPT_INT, "1..32768", "-1", "32768", NULL},
        {FL_OPT_INT, "1..32768", "-1", "-1", NULL},
        {FL_OPT_INT, "1..32768", "-1", "0", "must be larger than or equal to 1"},
        {FL_OPT_INT, "1..32768", "-1", "32769", "must be smaller than or equal to 32768"},
        {FL_OPT_DURATION, "10 ms..", NULL, "10", NULL},
        {FL_OPT_DURATION, "10 ms..", NULL, "9 ms", "must be larger than or equal to 10 ms"},
        {FL_OPT_MEMORY, "..1 mb", NULL, "1024 kb", NULL},
        {FL_OPT_MEMORY, "..1 mb", NULL, "1025 kb", "must be smaller than or equal to 1 mb"},
        {FL_OPT_DOUBLE, "0..1", "0.1", "1", NULL},
        {FL_OPT_DOUBLE, "0..1", "0.1", "1.01", "must be smaller than or equal to 1"},
        {FL_OPT_DOUBLE, "0..1", "0.1", "-0.5", "must be larger than or equal to 0"},
        {FL_OPT_DOUBLE, "0..1", "0.1", "nan", "must be larger than or equal to 0"},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_option_def def = {"k", cases[i].type, .fallback = cases[i].fallback, .values = cases[i].range};
        int rc = fl_option_check(&def, fl_str_from(cases[i].value), &err);
        assert_int_equal(rc, cases[i].words == NULL ? 0 : FL_E_VALIDATION);
        if (rc < 0 && strstr(err.message, cases[i].words) == NULL) fail_msg("%s: %s", cases[i].value, err.message);
    }
}

static void the_default_and_fine_values_are_honoured(void **state) {
    (void)state;
    static const struct {
        fl_option_def def;
        const char *honoured[3], *not_honoured[2];
    } cases[] = {
        {{"b", FL_OPT_BOOL, "false", .state = FL_OPT_REFUSED}, {"false", "FALSE"}, {"true"}},
        {{"d", FL_OPT_DURATION, "1 min", .state = FL_OPT_NOTED}, {"60 s", "60000"}, {"61 s", "0"}},
        {{"f", FL_OPT_DOUBLE, "0.5", .state = FL_OPT_NOTED}, {"0.50", "5e-1"}, {"0.4", "1"}},
        {{"e", FL_OPT_ENUM, "AUTO", .values = "NONE|AUTO|FORCE", .state = FL_OPT_REFUSED, .fine = "NONE"},
         {"auto", "none"},
         {"force"}},
        {{"s", FL_OPT_STRING, .state = FL_OPT_REFUSED, .fine = "local|here"},
         {"local", "LOCAL", "here"},
         {"", "local|here"}},
        {{"h", FL_OPT_INT, .state = FL_OPT_HONOURED}, {"1", "2"}, {NULL}},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        const fl_option_def *def = &cases[i].def;
        for (int k = 0; k < 3 && cases[i].honoured[k] != NULL; k++)
            assert_int_equal(fl_option_verdict(def, fl_str_from(cases[i].honoured[k])), FL_OPT_HONOURED);
        for (int k = 0; k < 2 && cases[i].not_honoured[k] != NULL; k++)
            assert_int_equal(fl_option_verdict(def, fl_str_from(cases[i].not_honoured[k])), def->state);
    }
}

static void durations_print_in_the_largest_unit(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {{0, "0 ms"},     {200, "200 ms"},  {10000, "10 s"},   {60000, "1 min"},
                 {90000, "90 s"}, {3600000, "1 h"}, {86400000, "1 d"}, {86400001, "86400001 ms"}};
    fl_buf b;
    fl_buf_init(&b);
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_buf_reset(&b);
        fl_duration_print(&b, cases[i].ms);
        assert_string_equal(fl_buf_cstr(&b), cases[i].text);
    }
    fl_buf_deinit(&b);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_have_flinks_units),
        cmocka_unit_test(sizes_have_flinks_units),
        cmocka_unit_test(numbers_are_javas),
        cmocka_unit_test(words_compare_without_case),
        cmocka_unit_test(every_type_is_checked),
        cmocka_unit_test(ranges_are_kept),
        cmocka_unit_test(the_default_and_fine_values_are_honoured),
        cmocka_unit_test(durations_print_in_the_largest_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
