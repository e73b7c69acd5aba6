/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_rows.c -- rows print in every shape; tables look as Flink's SQL client prints them. */
#include "cli_output.h"

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void check(const char *sql, const char *format, const char *printed) {
    flott(0, "run", "-D", "sql-client.display.print-time-cost=false", "-o", format, "-e", sql);
    assert_string_equal(cli_out, printed);
}

static void check_batch(const char *sql, const char *printed) {
    flott(0, "run", "-D", "sql-client.display.print-time-cost=false", "-D", "execution.runtime-mode=batch", "-o",
          "table", "-e", sql);
    assert_string_equal(cli_out, printed);
}

static const fake_answer answers[] = {
    {.match = "updating",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "id INT|name STRING",
     .rows = ROWS("+I|1|abc", "-U|1|abc", "+U|1|\\N", "-D|2|x"),
     .updating = true},
    {.match = "plain",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "id INT|name STRING",
     .rows = ROWS("+I|1|abc", "+I|\\N|")},
    {.match = "wide",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "数量 INT|t STRING",
     .rows = ROWS("+I|1|中文", "+I|2|一二三四五六七八九十一二三四五六", "+I|3|a一二三四五六七八九十一二三四五")},
    {.match = "long",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "a_name_of_more_than_thirty_characters INT|s STRING",
     .rows = ROWS("+I|1|123456789012345678901234567890", "+I|2|1234567890123456789012345678901")},
    {.match = "nothing", .kind = FLOTT_RESULT_QUERY, .columns = "id INT"},
    {.match = "single", .kind = FLOTT_RESULT_QUERY, .columns = "id INT", .rows = ROWS("+I|7")},
    {.match = "opaque", .kind = FLOTT_RESULT_QUERY, .columns = "o OPAQUE", .rows = ROWS("+I|7")},
    {.match = "DESCRIBE", .kind = FLOTT_RESULT_TABLE, .columns = "name STRING|key STRING", .rows = ROWS("+I|id|\\N")},
    {.match = "SHOW VIEWS", .kind = FLOTT_RESULT_TABLE, .columns = "view STRING"},
    {.match = "EXPLAIN", .kind = FLOTT_RESULT_TABLE, .columns = "result STRING", .rows = ROWS("+I|== Plan ==\nCalc\n")},
};

static int setup(void **state) {
    (void)state;
    fake_answers(answers, sizeof answers / sizeof *answers);
    return 0;
}

static void streaming_tables_have_kinds_and_widths_by_type(void **state) {
    (void)state;
    check("SELECT updating", "table",
          "+----+-------------+--------------------------------+\n"
          "| op |          id |                           name |\n"
          "+----+-------------+--------------------------------+\n"
          "| +I |           1 |                            abc |\n"
          "| -U |           1 |                            abc |\n"
          "| +U |           1 |                         <NULL> |\n"
          "| -D |           2 |                              x |\n"
          "+----+-------------+--------------------------------+\n"
          "Received a total of 4 rows\n");
    check("SELECT nothing", "table",
          "+----+-------------+\n"
          "| op |          id |\n"
          "+----+-------------+\n"
          "Received a total of 0 row\n");
    check("SELECT single", "table",
          "+----+-------------+\n"
          "| op |          id |\n"
          "+----+-------------+\n"
          "| +I |           7 |\n"
          "+----+-------------+\n"
          "Received a total of 1 row\n");
}

static void wide_characters_are_counted_and_long_texts_cut(void **state) {
    (void)state;
    check("SELECT wide", "table",
          "+----+-------------+--------------------------------+\n"
          "| op |        数量 |                              t |\n"
          "+----+-------------+--------------------------------+\n"
          "| +I |           1 |                           中文 |\n"
          "| +I |           2 |  一二三四五六七八九十一二三... |\n"
          "| +I |           3 | a一二三四五六七八九十一二三... |\n"
          "+----+-------------+--------------------------------+\n"
          "Received a total of 3 rows\n");
    check("SELECT long", "table",
          "+----+---------------------------------------+--------------------------------+\n"
          "| op | a_name_of_more_than_thirty_characters |                              s |\n"
          "+----+---------------------------------------+--------------------------------+\n"
          "| +I |                                     1 | 123456789012345678901234567890 |\n"
          "| +I |                                     2 | 123456789012345678901234567... |\n"
          "+----+---------------------------------------+--------------------------------+\n"
          "Received a total of 2 rows\n");
}

static void batch_tables_have_widths_by_content(void **state) {
    (void)state;
    check_batch("SELECT plain", "+--------+------+\n"
                                "|     id | name |\n"
                                "+--------+------+\n"
                                "|      1 |  abc |\n"
                                "| <NULL> |      |\n"
                                "+--------+------+\n"
                                "2 rows in set\n");
    check_batch("SELECT nothing", "Empty set\n");
    check_batch("SELECT long", "+--------------------------------+--------------------------------+\n"
                               "| a_name_of_more_than_thirty_... |                              s |\n"
                               "+--------------------------------+--------------------------------+\n"
                               "|                              1 | 123456789012345678901234567890 |\n"
                               "|                              2 | 123456789012345678901234567... |\n"
                               "+--------------------------------+--------------------------------+\n"
                               "2 rows in set\n");
    flott(0, "run", "-D", "execution.runtime-mode=BATCH", "-D", "table.display.max-column-width=10", "-o", "table",
          "-e", "SELECT long");
    check_contains(cli_out, "| 1234567... |\n");
    check_contains(cli_out, "2 rows in set (0.0");
    check_contains(cli_out, " seconds)\n");
}

static void tables_of_the_session_show_null_as_nothing(void **state) {
    (void)state;
    check("DESCRIBE t", "table",
          "+------+-----+\n"
          "| name | key |\n"
          "+------+-----+\n"
          "|   id |     |\n"
          "+------+-----+\n"
          "1 row in set\n");
    check("SHOW VIEWS", "table", "Empty set\n");
    check("EXPLAIN SELECT 1", "table", "== Plan ==\nCalc\n");
    check("EXPLAIN SELECT 1", "rows", "== Plan ==\nCalc\n");
}

static void lines_hold_a_row_each(void **state) {
    (void)state;
    check("SELECT updating", "rows", "+I[1, abc]\n-U[1, abc]\n+U[1, null]\n-D[2, x]\n");
    check("SELECT plain", "csv", "1,abc\n,\n");
    check("SELECT updating", "csv", "+I,1,abc\n-U,1,abc\n+U,1,\n-D,2,x\n");
    check("SELECT plain", "json", "{\"id\":1,\"name\":\"abc\"}\n{\"id\":null,\"name\":\"\"}\n");
    check("SELECT updating; SELECT single", "json",
          "{\"op\":\"+I\",\"id\":1,\"name\":\"abc\"}\n{\"op\":\"-U\",\"id\":1,\"name\":\"abc\"}\n{\"op\":\"+U\",\"id\":"
          "1,\"name\":null}\n"
          "{\"op\":\"-D\",\"id\":2,\"name\":\"x\"}\n{\"id\":7}\n");
    flott(0, "run", "-e", "SELECT single");
    assert_string_equal(cli_out, "+I[7]\n"); /* not a terminal */
    flott(0, "run", "-e", "SET 'sql-client.execution.result-mode' = 'tableau'; SELECT single");
    check_contains(cli_out, "| +I |           7 |\n");
    flott(0, "run", "-o", "csv", "-e", "SET 'sql-client.execution.result-mode' = 'tableau'; SELECT single");
    assert_string_equal(cli_out, "7\n");
    flott(1, "run", "-o", "json", "-e", "SELECT opaque");
    assert_string_equal(cli_err, "error: a column of this result cannot be written as JSON\n"
                                 " --> <command line>:1:1\n"
                                 "help: -o table and -o rows print every type\n");
}

static void a_large_batch_table_is_printed_in_full(void **state) {
    (void)state;
    enum { N = 10005 };
    const char **rows = calloc(N + 1, sizeof *rows);
    for (int i = 0; i < N; i++) rows[i] = i == N - 1 ? "+I|123456789" : "+I|12";
    const fake_answer many = {.match = "many", .kind = FLOTT_RESULT_QUERY, .columns = "id INT", .rows = rows};
    fake_answers(&many, 1);
    flott(0, "run", "-D", "execution.runtime-mode=batch", "-o", "table", "-e", "SELECT many");
    check_contains(cli_out, "+----+\n| id |\n+----+\n| 12 |\n");
    check_contains(cli_out, "| 12 |\n| ... |\n+----+\n10005 rows in set");
    free(rows);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(streaming_tables_have_kinds_and_widths_by_type, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(wide_characters_are_counted_and_long_texts_cut, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(batch_tables_have_widths_by_content, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(tables_of_the_session_show_null_as_nothing, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(lines_hold_a_row_each, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(a_large_batch_table_is_printed_in_full, setup, cli_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
