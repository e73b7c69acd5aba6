/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_run.c -- scripts run in order, end at the first failure, wait for their jobs; explain runs no query.
 * Signals and the live status are tested with a real process in tests/cli. */
#include "cli_output.h"

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const fake_answer answers[] = {
    {.match = "EXPLAIN", .kind = FLOTT_RESULT_TABLE, .columns = "result STRING", .rows = ROWS("+I|the plan")},
    {.match = "SELECT wrong",
     .refused = {.code = FLOTT_E_VALIDATION,
                 .line = 2,
                 .column = 3,
                 .length = 5,
                 .message = "Object 'wrong' not found",
                 .hint = "create it"}},
    {.match = "SELECT", .kind = FLOTT_RESULT_QUERY, .columns = "a INT", .rows = ROWS("+I|1")},
    {.match = "INTO quick", .kind = FLOTT_RESULT_JOB},
    {.match = "INTO lossy",
     .kind = FLOTT_RESULT_JOB,
     .metrics = {.rows_in = 10, .rows_out = 7, .late_rows = 2, .bad_records = 1}},
    {.match = "INTO slow", .kind = FLOTT_RESULT_JOB, .run_ms = 1100, .metrics = {.rows_in = 5}},
    {.match = "INTO bad", .kind = FLOTT_RESULT_JOB, .failed = {.code = FLOTT_E_RUNTIME, .message = "division by zero"}},
    {.match = "INTO endless", .kind = FLOTT_RESULT_JOB, .endless = true},
    {.match = "INTO again", .kind = FLOTT_RESULT_JOB, .unused_checkpoints = "/var/it's"},
    {.match = "breaks",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "a INT",
     .rows = ROWS("+I|1"),
     .failed = {.code = FLOTT_E_RUNTIME, .message = "too much"}},
};

static int setup(void **state) {
    (void)state;
    fake_answers(answers, sizeof answers / sizeof *answers);
    return 0;
}

static void statements_run_in_order(void **state) {
    (void)state;
    char *script = temporary(".sql", "CREATE x;\nINSERT INTO quick;\nSELECT 2;"),
         *init = temporary(".sql", "\xEF\xBB\xBF"
                                   "SET 'a' = 'b';");
    flott(0, "run", "-e", "SELECT 1", script, "-Dk=v", "-i", init);
    char expected[200];
    snprintf(expected, sizeof expected,
             "set k=v\nSET 'a' = 'b'\nset a=b\nSELECT 1\nCREATE x\nINSERT INTO quick\nSELECT 2\n");
    assert_string_equal(fake_log(), expected);
    assert_string_equal(cli_out, "+I[1]\n+I[1]\n");
    assert_string_equal(cli_err, "");
    fake_answers(answers, sizeof answers / sizeof *answers);
    flott(0, "run", "--file", script, "--restore", "/chk");
    check_contains(fake_log(), "set execution.state-recovery.path=/chk\n");
    remove_temporary(script);
    remove_temporary(init);
}

static void the_first_failure_ends_the_script(void **state) {
    (void)state;
    char *script = temporary(".sql", "CREATE x;\n\n  SELECT wrong\n  FROM t;\nSELECT 2;\n");
    flott(1, "run", script);
    assert_null(strstr(fake_log(), "SELECT 2"));
    char expected[300];
    snprintf(expected, sizeof expected,
             "error: Object 'wrong' not found\n"
             " --> %s:4:3\n"
             "  |\n"
             "4 |   FROM t;\n"
             "  |   ^~~~~\n"
             "help: create it\n",
             script);
    assert_string_equal(cli_err, expected);
    remove_temporary(script);
    flott(1, "run", "-e", "SELECT 1; FROB");
    assert_string_equal(cli_out, "+I[1]\n");
    assert_string_equal(cli_err, "error: nothing answers this statement\n"
                                 " --> <command line>:1:11\n"
                                 "  |\n"
                                 "1 | SELECT 1; FROB\n"
                                 "  |           ^~~~\n");
    flott(1, "run", "-D", "unknown.key=1", "-e", "SELECT 1");
    assert_string_equal(cli_err, "error: unknown key 'unknown.key'\n");
    assert_string_equal(cli_out, "");
}

static void a_query_may_fail_after_rows(void **state) {
    (void)state;
    flott(1, "run", "-e", "VALUES breaks");
    assert_string_equal(cli_out, "+I[1]\n");
    assert_string_equal(cli_err, "error: too much\n --> <command line>:1:1\n");
}

static void jobs_are_waited_for_and_summed_up(void **state) {
    (void)state;
    flott(0, "run", "-e", "INSERT INTO quick; INSERT INTO lossy");
    assert_non_null(
        strstr(cli_err, "job 'insert-into_t' finished after 0.0 s: 10 rows in, 7 rows out, 2 late, 1 bad record\n"));
    assert_null(strstr(cli_err + 10, "job 'insert"));
    flott(0, "run", "-q", "-e", "INSERT INTO lossy");
    assert_string_equal(cli_err, "");
    flott(0, "run", "-e", "INSERT INTO slow");
    check_contains(cli_err, "finished after 1.1 s: 5 rows in, 0 rows out\n");
    flott(1, "run", "-e", "INSERT INTO quick;\n INSERT INTO bad;SELECT 1");
    assert_string_equal(cli_err, "error: division by zero\n --> <command line>:2:2\n");
    assert_string_equal(cli_out, "+I[1]\n");
}

static void in_sync_mode_each_job_is_waited_for_at_once(void **state) {
    (void)state;
    flott(1, "run", "-e", "SET 'table.dml-sync' = 'true'; INSERT INTO quick; INSERT INTO bad; SELECT 1");
    assert_string_equal(cli_out, "");
    check_contains(cli_err, "division by zero");
}

static void a_failed_statement_stops_the_jobs_before_it(void **state) {
    (void)state;
    flott(1, "run", "-e", "INSERT INTO endless; FROB");
    check_contains(cli_err, "nothing answers this statement");
    check_contains(cli_err, "job 'insert-into_t' stopped after ");
}

static void checkpoints_that_are_not_resumed_are_pointed_out(void **state) {
    (void)state;
    flott(0, "run", "-e", "INSERT INTO again; INSERT INTO again");
    assert_string_equal(
        cli_err,
        "note: job 'insert-into_t' starts anew although '/var/it's' holds checkpoints of an earlier run; to go on "
        "from them: flott run --restore '/var/it'\\''s' -e 'INSERT INTO again; INSERT INTO again'\n");
    flott(0, "run", "--quiet", "-e", "INSERT INTO again");
    assert_string_equal(cli_err, "");
}

static void explain_runs_definitions_only(void **state) {
    (void)state;
    flott(0, "explain", "-e",
          "CREATE TABLE a (b INT, c AS b + 1); SELECT 1; INSERT INTO quick SELECT 2; SHOW TABLES; TRUNCATE TABLE a;"
          "CREATE TABLE d AS SELECT 3; SET 'x' = 'y'; EXPLAIN SELECT 4; -- c\n WITH q AS (SELECT 5) SELECT * FROM q");
    assert_string_equal(fake_log(), "CREATE TABLE a (b INT, c AS b + 1)\n"
                                    "EXPLAIN SELECT 1\n"
                                    "EXPLAIN INSERT INTO quick SELECT 2\n"
                                    "EXPLAIN CREATE TABLE d AS SELECT 3\n"
                                    "SET 'x' = 'y'\n"
                                    "set x=y\n"
                                    "EXPLAIN SELECT 4\n"
                                    "EXPLAIN WITH q AS (SELECT 5) SELECT * FROM q\n");
    assert_string_equal(cli_out, "the plan\n\nthe plan\n\nthe plan\n\nthe plan\nthe plan\n\n");
}

static void explain_takes_statement_sets_as_one(void **state) {
    (void)state;
    flott(0, "explain", "-e",
          "BEGIN STATEMENT SET; INSERT INTO quick; INSERT INTO slow; END; EXECUTE STATEMENT SET BEGIN x");
    assert_string_equal(fake_log(), "EXPLAIN STATEMENT SET BEGIN INSERT INTO quick; INSERT INTO slow; END\n"
                                    "EXPLAIN EXECUTE STATEMENT SET BEGIN x\n");
}

static void explain_points_to_the_statement_itself(void **state) {
    (void)state;
    const fake_answer bad = {.match = "EXPLAIN",
                             .refused = {.code = FLOTT_E_PARSE, .line = 1, .column = 16, .length = 1, .message = "no"}};
    fake_answers(&bad, 1);
    flott(1, "explain", "-e", "SELECT x");
    assert_string_equal(cli_err, "error: no\n"
                                 " --> <command line>:1:8\n"
                                 "  |\n"
                                 "1 | SELECT x\n"
                                 "  |        ^\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(statements_run_in_order, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(the_first_failure_ends_the_script, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(a_query_may_fail_after_rows, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(jobs_are_waited_for_and_summed_up, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(in_sync_mode_each_job_is_waited_for_at_once, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(a_failed_statement_stops_the_jobs_before_it, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(checkpoints_that_are_not_resumed_are_pointed_out, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(explain_runs_definitions_only, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(explain_takes_statement_sets_as_one, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(explain_points_to_the_statement_itself, setup, cli_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
