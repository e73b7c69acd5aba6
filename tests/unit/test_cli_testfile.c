/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_testfile.c -- files of tests are read, and each mistake in them is told with its line. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/testfile.h"
#include "test.h"

static cli_test_file file;

static int teardown(void **state) {
    (void)state;
    cli_testfile_deinit(&file);
    return 0;
}

static void parse(bool table, const char *text) {
    cli_testfile_deinit(&file);
    cli_testfile_parse(&file, table, text, strlen(text));
}

static void check_clean(void) {
    if (file.n_complaints > 0) fail_msg("%d: %s", file.complaints[0].line, file.complaints[0].text);
}

static void check_str(cli_str s, const char *expected) {
    if (!cli_str_is(s, expected)) fail_msg("'%.*s' instead of '%s'", (int)s.n, s.p == NULL ? "" : s.p, expected);
}

static void check_complaint(const char *text, bool table, int line, const char *part) {
    parse(table, text);
    if (file.n_complaints != 1) fail_msg("%d complaints about: %s", file.n_complaints, text);
    assert_int_equal(file.complaints[0].line, line);
    if (strstr(file.complaints[0].text, part) == NULL) fail_msg("'%s' is not in '%s'", part, file.complaints[0].text);
}

static void scripts_are_cut_into_records(void **state) {
    (void)state;
    parse(false, "# what this proves\n"
                 "file a b.csv\n"
                 "1,x\n"
                 "# no comment\n"
                 "\n"
                 "  \t\n"
                 "# a table\n"
                 "sql\n"
                 "CREATE TABLE t (\n"
                 "  a INT\n"
                 ") ;\n"
                 "\n"
                 "# alone\n"
                 "\n"
                 "query sorted\n"
                 "SELECT 1;\n"
                 "----\n"
                 "(`a` INT)\n"
                 "+I[1]");
    check_clean();
    assert_int_equal(file.n, 3);
    const cli_test_record *r = file.records;
    assert_int_equal(r[0].kind, CLI_TEST_FILE);
    assert_int_equal(r[0].line, 2);
    check_str(r[0].name, "a");
    check_str(r[0].text, "1,x\n# no comment");
    assert_int_equal(r[1].kind, CLI_TEST_SQL);
    assert_int_equal(r[1].line, 8);
    assert_int_equal(r[1].answer, CLI_ANSWER_NONE);
    check_str(r[1].text, "CREATE TABLE t (\n  a INT\n) ");
    assert_int_equal(r[2].kind, CLI_TEST_QUERY);
    assert_int_equal(r[2].answer, CLI_ANSWER_SORTED);
    assert_int_equal(r[2].line, 15);
    check_str(r[2].title, "query sorted");
    check_str(r[2].text, "SELECT 1");
    check_str(r[2].expected, "(`a` INT)\n+I[1]");
}

static void every_record_is_understood(void **state) {
    (void)state;
    parse(
        false,
        "mode batch\n\nmode streaming\n\nclock 2024-02-29 12:00\n\nsql error\nX\n----\nparse: why\n\nstart\nSELECT "
        "1\n\n"
        "advance 1 min 30 s\n\nexpect final\n----\n(`a` INT)\n\noutput o\n----\n\noutput p/q\n----\nx\n\nfile empty\n\n"
        "query error\nX\n----\nlimit: not yet\n");
    check_clean();
    assert_int_equal(file.n, 11);
    const cli_test_record *r = file.records;
    assert_true(r[0].batch);
    assert_false(r[1].batch);
    assert_int_equal(r[2].ms, INT64_C(1709208000000));
    assert_int_equal(r[3].answer, CLI_ANSWER_ERROR);
    assert_int_equal(r[3].refusal, CLI_REFUSAL_PARSE);
    assert_int_equal(r[4].kind, CLI_TEST_START);
    assert_int_equal(r[5].ms, 90000);
    assert_int_equal(r[6].answer, CLI_ANSWER_FINAL);
    assert_int_equal(r[7].answer, CLI_ANSWER_LINES);
    assert_null(r[7].expected.p);
    check_str(r[8].name, "p/q");
    assert_null(r[9].text.p);
}

static void returns_of_other_systems_are_dropped(void **state) {
    (void)state;
    parse(false, "query changelog\r\nSELECT 1\r\n----\r\n(`a` INT)\r\n+I[1]\r\n\r\nsql\r\nX\r\n");
    check_clean();
    assert_int_equal(file.n, 2);
    check_str(file.records[0].expected, "(`a` INT)\n+I[1]");
    check_str(file.records[1].text, "X");
}

static void mistakes_have_lines(void **state) {
    (void)state;
    check_complaint("\n\nqurey sorted\nSELECT 1\n", false, 3, "did you mean 'query'?");
    check_complaint("SELECT 1\n", false, 1, "a record begins with");
    check_complaint("query\nSELECT 1\n----\n(`a` INT)\n", false, 1, "no recorded answer");
    check_complaint("query last\nSELECT 1\n----\n(`a` INT)\n", false, 1, "changelog sorted final error");
    check_complaint("query sorted\nSELECT 1\n", false, 1, "the answer is missing");
    check_complaint("query sorted\n----\n(`a` INT)\n", false, 1, "needs a statement");
    check_complaint("query sorted\nSELECT 1\n----\n", false, 4, "begins with the columns");
    check_complaint("query sorted\nSELECT 1\n----\n+I[1]\n", false, 4, "begins with the columns");
    check_complaint("query error\nSELECT 1\n----\nwrong: x\n", false, 4, "kind: message");
    check_complaint("query error\nSELECT 1\n----\nparse\n", false, 4, "kind: message");
    check_complaint("sql error\nX\n----\nparse: a\nparse: b\n", false, 4, "one line");
    check_complaint("sql\nX\n----\nparse: a\n", false, 3, "has no answer");
    check_complaint("sql twice\nX\n", false, 1, "or nothing");
    check_complaint("sql\n;\n", false, 1, "needs a statement");
    check_complaint("mode\n", false, 1, "batch or streaming");
    check_complaint("mode batch\nmore\n", false, 2, "one line");
    check_complaint("file\n1\n", false, 1, "a name");
    check_complaint("start now\nSELECT 1\n", false, 1, "nothing is expected");
    check_complaint("clock yesterday\n", false, 1, "a timestamp such as");
    check_complaint("advance 10 parsecs\n", false, 1, "an interval such as");
    check_complaint("expect error\n----\nparse: x\n", false, 1, "changelog sorted final");
    parse(false, "bad\n\nworse\n");
    assert_int_equal(file.n_complaints, 2);
    assert_int_equal(file.complaints[1].line, 3);
}

static void tables_have_three_fields(void **state) {
    (void)state;
    parse(true, "# head\n\n1 + 1\tINT NOT NULL\t2\nTRIM('')\tSTRING\t\nx\t!\tparse: no\r\n");
    check_clean();
    assert_int_equal(file.n, 3);
    assert_int_equal(file.records[0].line, 3);
    check_str(file.records[0].text, "1 + 1");
    check_str(file.records[0].expected, "INT NOT NULL\t2");
    check_str(file.records[1].expected, "STRING\t");
    assert_int_equal(file.records[2].answer, CLI_ANSWER_ERROR);
    assert_int_equal(file.records[2].refusal, CLI_REFUSAL_PARSE);
    check_complaint("1 + 1\n", true, 1, "expression TAB type TAB value");
    check_complaint("\n1\tINT\n", true, 2, "expression TAB type TAB value");
    check_complaint("1\tINT\t1\t2\n", true, 1, "expression TAB type TAB value");
    check_complaint("1\t!\tno idea\n", true, 1, "kind: message");
}

static void values_are_escaped(void **state) {
    (void)state;
    cli_buf b = {0};
    cli_test_escape(&b, (cli_str){"a\\b\tc\nd\re\0f", 11});
    assert_string_equal(cli_buf_text(&b), "a\\\\b\\tc\\nd\\re\\0f");
    cli_buf_deinit(&b);
}

static void times_are_read(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int64_t ms;
    } timestamps[] = {{"1970-01-01", 0},
                      {"2026-01-01 00:00:00", INT64_C(1767225600000)},
                      {"2026-01-01T00:00:00.5Z", INT64_C(1767225600500)},
                      {"1969-12-31 23:59:59.999", -1},
                      {"2000-02-29 00:00:00.05", INT64_C(951782400050)},
                      {"0001-01-01", INT64_C(-62135596800000)}},
      intervals[] = {{"10 s", 10000},       {"500ms", 500},     {"1 h", 3600000},
                     {"2 DAYS", 172800000}, {"1min30s", 90000}, {" 3 minutes ", 180000}};
    static const char *const bad[] = {
        "", "2026", "2026-02-29", "2026-13-01", "2026-01-01 24:00", "2026-01-01 1:00", "2026-01-01 00:00:00.1234", "x"};
    static const char *const worse[] = {"", "10", "s", "10 s 5", "-1 s", "1.5 s", "9999999999 s"};
    int64_t ms;
    for (size_t i = 0; i < sizeof timestamps / sizeof *timestamps; i++) {
        if (!cli_parse_timestamp(cli_str_from(timestamps[i].text), &ms)) fail_msg("%s", timestamps[i].text);
        assert_int_equal(ms, timestamps[i].ms);
    }
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++) {
        if (!cli_parse_interval(cli_str_from(intervals[i].text), &ms)) fail_msg("%s", intervals[i].text);
        assert_int_equal(ms, intervals[i].ms);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (cli_parse_timestamp(cli_str_from(bad[i]), &ms)) fail_msg("%s", bad[i]);
    }
    for (size_t i = 0; i < sizeof worse / sizeof *worse; i++) {
        if (cli_parse_interval(cli_str_from(worse[i]), &ms)) fail_msg("%s", worse[i]);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scripts_are_cut_into_records),
        cmocka_unit_test(every_record_is_understood),
        cmocka_unit_test(returns_of_other_systems_are_dropped),
        cmocka_unit_test(mistakes_have_lines),
        cmocka_unit_test(tables_have_three_fields),
        cmocka_unit_test(values_are_escaped),
        cmocka_unit_test(times_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
