/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_diag.c -- errors point to the right place of a file and look as they should. */
#include <stdio.h>

#include "cli/diag.h"
#include "test.h"

static cli_buf shown;

static int teardown(void **state) {
    (void)state;
    cli_buf_deinit(&shown);
    return 0;
}

/* Renders an error at line, column, length of the statement that begins with `start` in `text`. */
static const char *render(const char *text, const char *start, int line, int column, int length, const char *hint) {
    char name[] = "job.sql";
    cli_source src = {name, (char *)(uintptr_t)text, strlen(text)};
    cli_place at = {.source = &src, .start = (size_t)(strstr(text, start) - text)};
    flott_error err = {
        .code = FLOTT_E_VALIDATION, .line = line, .column = column, .length = length, .message = "no such thing"};
    snprintf(err.hint, sizeof err.hint, "%s", hint);
    cli_buf_reset(&shown);
    cli_diag_render(&shown, false, at, &err);
    return cli_buf_text(&shown);
}

static void the_caret_stands_below_the_mistake(void **state) {
    (void)state;
    assert_string_equal(render("SELECT a FROM t", "SELECT", 1, 8, 1, ""), "error: no such thing\n"
                                                                          " --> job.sql:1:8\n"
                                                                          "  |\n"
                                                                          "1 | SELECT a FROM t\n"
                                                                          "  |        ^\n");
    assert_string_equal(render("SELECT abc\nFROM order", "SELECT", 2, 6, 5, "did you mean 'orders'?"),
                        "error: no such thing\n"
                        " --> job.sql:2:6\n"
                        "  |\n"
                        "2 | FROM order\n"
                        "  |      ^~~~~\n"
                        "help: did you mean 'orders'?\n");
}

static void positions_count_from_the_statement(void **state) {
    (void)state;
    const char *text = "-- one\n\n\n\n\n\n\n\nCREATE x; SELECT\n  y;\n";
    assert_string_equal(render(text, "SELECT", 1, 1, 6, ""), "error: no such thing\n"
                                                             " --> job.sql:9:11\n"
                                                             "  |\n"
                                                             "9 | CREATE x; SELECT\n"
                                                             "  |           ^~~~~~\n");
    assert_string_equal(render(text, "SELECT", 2, 3, 1, ""), "error: no such thing\n"
                                                             " --> job.sql:10:3\n"
                                                             "   |\n"
                                                             "10 |   y;\n"
                                                             "   |   ^\n");
}

static void an_error_without_position_names_the_statement(void **state) {
    (void)state;
    assert_string_equal(render("A;\n B", "B", 0, 0, 0, ""), "error: no such thing\n --> job.sql:2:2\n");
    flott_error err = {.message = "alone"};
    cli_buf_reset(&shown);
    cli_diag_render(&shown, false, (cli_place){0}, &err);
    assert_string_equal(cli_buf_text(&shown), "error: alone\n");
}

static void tabs_and_wide_characters_keep_the_caret_in_place(void **state) {
    (void)state;
    assert_string_equal(render("\tSELECT '中文', x", "SELECT", 1, 14, 1, ""), "error: no such thing\n"
                                                                              " --> job.sql:1:15\n"
                                                                              "  |\n"
                                                                              "1 |     SELECT '中文', x\n"
                                                                              "  |                    ^\n");
    assert_string_equal(render("SELECT 中文\r\n", "SELECT", 1, 8, 2, ""), "error: no such thing\n"
                                                                          " --> job.sql:1:8\n"
                                                                          "  |\n"
                                                                          "1 | SELECT 中文\n"
                                                                          "  |        ^~~~\n");
    assert_string_equal(render("a\033[31mb", "a", 1, 7, 1, ""), "error: no such thing\n"
                                                                " --> job.sql:1:7\n"
                                                                "  |\n"
                                                                "1 | a?[31mb\n"
                                                                "  |       ^\n");
}

static void a_mark_ends_with_its_line_and_may_stand_behind_it(void **state) {
    (void)state;
    assert_string_equal(render("ab\ncd", "ab", 1, 2, 9, ""), "error: no such thing\n"
                                                             " --> job.sql:1:2\n"
                                                             "  |\n"
                                                             "1 | ab\n"
                                                             "  |  ^\n");
    assert_string_equal(render("SELECT", "SELECT", 1, 7, 1, ""), "error: no such thing\n"
                                                                 " --> job.sql:1:7\n"
                                                                 "  |\n"
                                                                 "1 | SELECT\n"
                                                                 "  |       ^\n");
}

static void long_lines_are_cut_around_the_caret(void **state) {
    (void)state;
    char text[400];
    memset(text, 'x', sizeof text);
    text[399] = '\0';
    memcpy(text + 300, "HERE", 4);
    const char *got = render(text, "xxx", 1, 301, 4, "");
    char line[200] = "", mark[200] = "";
    assert_int_equal(
        sscanf(got, "error: no such thing\n --> job.sql:1:301\n  |\n1 | %199[^\n]\n  |%199[^\n]", line, mark), 2);
    assert_int_equal(cli_width(cli_str_from(line)), 112);
    assert_memory_equal(line, "…", 3);
    size_t caret = strcspn(mark, "^") - 1;
    assert_string_equal(mark + caret + 1, "^~~~");
    assert_memory_equal(line + caret + 2, "HERE", 4); /* the three bytes of … are one column */
    got = render(text, "xxx", 1, 5, 4, "");
    assert_non_null(strstr(got, "x…\n"));
    assert_null(strstr(got, "…x"));
}

static void what_was_put_in_front_does_not_count(void **state) {
    (void)state;
    char name[] = "job.sql", text[] = "SET x; SELECT a";
    cli_source src = {name, text, strlen(text)};
    cli_place at = {.source = &src, .start = 7, .shift = 8}; /* EXPLAIN SELECT a */
    int line, column;
    cli_locate(at, 1, 16, &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 15);
    cli_locate(at, 1, 3, &line, &column);
    assert_int_equal(column, 8);
}

/* The word is the fake's secret; a caret before, in, around and behind it still stands below what it marks. */
static void secrets_are_not_shown(void **state) {
    (void)state;
    const char *text = "SET a = 'secret', secret b";
    render("", "", 1, 1, 1, "");
    assert_non_null(strstr(render(text, "SET", 1, 5, 1, ""), "1 | SET a = '******', ****** b\n  |     ^\n"));
    assert_non_null(strstr(render("x = 'secretsecret', b", "x", 1, 21, 1, ""),
                           "1 | x = '************', b\n  |                     ^\n"));
    assert_non_null(strstr(render(text, "SET", 1, 9, 8, ""), "  |         ^~~~~~~~\n"));
    assert_non_null(strstr(render(text, "SET", 1, 12, 1, ""), "  |          ^~~~~~\n"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_caret_stands_below_the_mistake),
        cmocka_unit_test(positions_count_from_the_statement),
        cmocka_unit_test(an_error_without_position_names_the_statement),
        cmocka_unit_test(tabs_and_wide_characters_keep_the_caret_in_place),
        cmocka_unit_test(a_mark_ends_with_its_line_and_may_stand_behind_it),
        cmocka_unit_test(long_lines_are_cut_around_the_caret),
        cmocka_unit_test(what_was_put_in_front_does_not_count),
        cmocka_unit_test(secrets_are_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
