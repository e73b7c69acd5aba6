/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_test.c -- flott test: what passes, what fails and how that looks, what is not supported yet, virtual time.
 */
#include <sys/stat.h>

#include "cli_output.h"

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const fake_answer answers[] = {
    {.match = "unsupported",
     .refused = {.code = FLOTT_E_UNSUPPORTED, .message = "MATCH_RECOGNIZE is not supported yet. Use 1.20's."}},
    {.match = "invalid", .refused = {.code = FLOTT_E_VALIDATION, .message = "it has\nno meaning"}},
    {.match = "spoilt", .refused = {.code = FLOTT_E_VALIDATION, .message = "Object 'spoilt' not found"}},
    {.match = "late error",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "a INT",
     .rows = ROWS("+I|1"),
     .failed = {.code = FLOTT_E_RUNTIME, .message = "overflow"}},
    {.match = "two", .kind = FLOTT_RESULT_QUERY, .columns = "a INT|b STRING", .rows = ROWS("+I|2|y", "+I|1|\\N")},
    {.match = "updates",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "a INT",
     .rows = ROWS("+I|1", "-U|1", "+U|2", "+I|1"),
     .updating = true},
    {.match = "files", .kind = FLOTT_RESULT_QUERY, .columns = "path STRING", .rows = ROWS("+I|/flott-test/a\tb")},
    {.match = "INTO out",
     .kind = FLOTT_RESULT_JOB,
     .run_ms = 1000,
     .path = "/flott-test/out/part-0",
     .bytes = "b\na\\\n"},
    {.match = "INTO bad", .kind = FLOTT_RESULT_JOB, .failed = {.code = FLOTT_E_RUNTIME, .message = "broken"}},
    {.match = "INTO forever", .kind = FLOTT_RESULT_JOB, .endless = true},
    {.match = "slowly",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "a INT",
     .rows = ROWS("+I|1", "@10000 +I|2", "@10000 -D|1", "@20000 +I|3"),
     .updating = true},
    {.match = "without end", .kind = FLOTT_RESULT_QUERY, .columns = "a INT", .rows = ROWS("+I|1"), .endless = true},
    {.match = "SELECT 1 + 1", .kind = FLOTT_RESULT_QUERY, .columns = "EXPR$0 INT", .rows = ROWS("+I|2")},
    {.match = "SELECT 'x\\'", .kind = FLOTT_RESULT_QUERY, .columns = "EXPR$0 CHAR(2)", .rows = ROWS("+I|x\\ ")},
};

static int setup(void **state) {
    (void)state;
    fake_answers(answers, sizeof answers / sizeof *answers);
    return 0;
}

/* Runs a script and checks the exit code and the whole output, in which FILE stands for its name. */
static void check_file(const char *suffix, const char *text, int code, const char *printed) {
    char *name = temporary(suffix, text);
    flott(code, "test", name);
    cli_buf expected = {0};
    for (const char *p = printed; *p != '\0';) {
        bool here = strncmp(p, "FILE", 4) == 0;
        if (here)
            cli_buf_puts(&expected, name);
        else
            cli_buf_putc(&expected, *p);
        p += here ? 4 : 1;
    }
    assert_string_equal(cli_out, cli_buf_text(&expected));
    cli_buf_deinit(&expected);
    remove_temporary(name);
}

static void check(const char *text, int code, const char *printed) { check_file(".test", text, code, printed); }

static void answers_are_compared(void **state) {
    (void)state;
    check("query changelog\nSELECT two\n----\n(`a` INT, `b` STRING)\n+I[2, y]\n+I[1, null]\n\n"
          "query sorted\nSELECT two\n----\n(`a` INT, `b` STRING)\n+I[1, null]\n+I[2, y]\n\n"
          "query final\nSELECT updates\n----\n(`a` INT)\n[1]\n[2]\n\n"
          "sql\nCREATE TABLE t\n",
          0, "4 passed, 0 failed\n");
    check("query changelog\nSELECT two\n----\n(`a` INT, `b` STRING)\n+I[1, null]\n+I[2, y]\n", 1,
          "FAIL FILE:1: query changelog\n"
          "    SELECT two\n"
          "  same      (`a` INT, `b` STRING)\n"
          "  expected  +I[1, null]\n"
          "  same      +I[2, y]\n"
          "  got       +I[1, null]\n"
          "0 passed, 1 failed\n");
    check("\nquery final\nSELECT\n  updates\n----\n(`a` INT NOT NULL)\n[1]\n[2]\n", 1,
          "FAIL FILE:2: query final\n"
          "    SELECT\n"
          "      updates\n"
          "  expected  (`a` INT NOT NULL)\n"
          "  got       (`a` INT)\n"
          "  same      [1]\n"
          "  same      [2]\n"
          "0 passed, 1 failed\n");
    check("query changelog\nSELECT invalid\n----\n(`a` INT)\n", 1,
          "FAIL FILE:1: query changelog\n"
          "    SELECT invalid\n"
          "  got       validation: it has\\nno meaning\n"
          "0 passed, 1 failed\n");
    check("query changelog\nCREATE x\n----\n(`a` INT)\n", 1,
          "FAIL FILE:1: query changelog\n    CREATE x\n  got       no rows: this statement is not a query\n0 passed, 1 "
          "failed\n");
}

static void the_session_is_set_up_as_the_answers_were_recorded(void **state) {
    (void)state;
    check("file a\n1\n\nsql\nCREATE TABLE t '${dir}/a'\n\nmode batch\n\nsql\nSET 'x' = 'y';\n", 0,
          "2 passed, 0 failed\n");
    assert_string_equal(fake_log(), "set execution.runtime-mode=streaming\n"
                                    "set parallelism.default=1\n"
                                    "set table.exec.resource.default-parallelism=1\n"
                                    "set pipeline.auto-watermark-interval=0 ms\n"
                                    "set table.local-time-zone=UTC\n"
                                    "set restart-strategy.type=none\n"
                                    "CREATE TABLE t '/flott-test/a'\n"
                                    "set execution.runtime-mode=batch\n"
                                    "set parallelism.default=1\n"
                                    "set table.exec.resource.default-parallelism=1\n"
                                    "set pipeline.auto-watermark-interval=0 ms\n"
                                    "set table.local-time-zone=UTC\n"
                                    "set restart-strategy.type=none\n"
                                    "SET 'x' = 'y'\n"
                                    "set x=y\n");
}

static void files_are_written_and_read(void **state) {
    (void)state;
    check("file in/a\nx\ny\n\nfile in/b\n\nsql\nINSERT INTO out\n\noutput in\n----\nx\ny\n\nmode batch\n\noutput "
          "out\n----\na\\\\\nb\n\noutput none\n----\n\n"
          "query changelog\nSELECT files\n----\n(`path` STRING)\n+I[${dir}/a\\tb]\n",
          0, "5 passed, 0 failed\n");
    check("sql\nINSERT INTO out\n\noutput out\n----\nb\n", 1,
          "FAIL FILE:4: output out\n"
          "  got       a\\\\\n"
          "  same      b\n"
          "1 passed, 1 failed\n");
    check("file ../x\n1\n", 1, "FAIL FILE:1: file ../x\n  got       io: cannot write it\n0 passed, 1 failed\n");
}

static void refusals_are_demanded(void **state) {
    (void)state;
    check("query error\nSELECT invalid\n----\nparse: x\n\nsql error\nCREATE invalid\n----\nvalidation: x\n\n"
          "query error\nSELECT late error\n----\nruntime: x\n\nsql error\nINSERT INTO bad\n----\nruntime: x\n\n"
          "query error\nSELECT unsupported\n----\nvalidation: x\n\nquery error\nSELECT unsupported\n----\nlimit: x\n\n"
          "query error\nSELECT two\n----\nlimit: x\n\nquery error\nSELECT without end\n----\nlimit: x\n",
          0, "8 passed, 0 failed\n");
    check("query error\nSELECT two\n----\nvalidation: no \\n two\n\nquery error\nSELECT late error\n----\nvalidation: "
          "x\n\n"
          "sql error\nCREATE TABLE x\n----\nruntime: x\n",
          1,
          "FAIL FILE:1: query error\n    SELECT two\n  expected  validation: no \\n two\n  got       (`a` INT, `b` "
          "STRING)\n  got       +I[2, y]\n"
          "  got       +I[1, null]\n"
          "FAIL FILE:6: query error\n    SELECT late error\n  expected  validation: x\n  got       (`a` INT)\n  got    "
          "   +I[1]\n"
          "  got       runtime: overflow\n"
          "FAIL FILE:11: sql error\n    CREATE TABLE x\n  expected  runtime: x\n  got       it succeeded\n"
          "0 passed, 3 failed\n");
}

static void what_is_not_supported_is_counted_with_what_follows_from_it(void **state) {
    (void)state;
    check("sql\nCREATE TABLE cat.db.spoilt (unsupported) WITH ('path' = '${dir}/o')\n\n"
          "query changelog\nSELECT * FROM spoilt\n----\n(`a` INT)\n\n"
          "sql\nCREATE VIEW v AS SELECT * FROM spoilt\n\n"
          "query changelog\nSELECT invalid FROM `v`\n----\n(`a` INT)\n\n"
          "sql error\nINSERT INTO bad SELECT * FROM spoilt\n----\nvalidation: x\n\n"
          "output o/part\n----\nx\n\n"
          "output other\n----\n\n"
          "query changelog\nSELECT invalid\n----\n(`a` INT)\n",
          1,
          "FAIL FILE:29: query changelog\n"
          "    SELECT invalid\n"
          "  got       validation: it has\\nno meaning\n"
          "not supported yet:\n"
          "     6  MATCH_RECOGNIZE is not supported yet\n"
          "1 passed, 1 failed, 6 not supported yet\n");
    /* a table that could not be filled, until it is defined anew; a setting */
    check("sql\nCREATE TABLE t ('${dir}/t/')\n\nsql\nINSERT INTO t SELECT unsupported\n\nquery changelog\nSELECT two "
          "FROM t\n----\n(`a` INT)\n\n"
          "output t\n----\nx\n\nsql\nCREATE TABLE t (x)\n\nsql\nSET 'x' = 'refused'\n\nquery changelog\nSELECT "
          "two\n----\n(`a` INT)\n",
          0,
          "not supported yet:\n"
          "     3  MATCH_RECOGNIZE is not supported yet\n"
          "     2  this setting is not supported yet\n"
          "2 passed, 0 failed, 5 not supported yet\n");
    char *name = temporary(".test", "sql\nunsupported\n\nsql\nCREATE x\n");
    flott(0, "test", "-v", name);
    check_contains(cli_out, "skip ");
    check_contains(cli_out, ":1: sql\n  MATCH_RECOGNIZE is not supported yet\n");
    check_contains(cli_out, "pass ");
    remove_temporary(name);
}

static void expressions_are_compared(void **state) {
    (void)state;
    check_file(
        ".tsv", "# sums\n1 + 1\tINT\t2\n'x\\'\tCHAR(2)\tx\\\\ \ninvalid\t!\tvalidation: x\nunsupported\tINT\t1\n", 0,
        "not supported yet:\n     1  MATCH_RECOGNIZE is not supported yet\n3 passed, 0 failed, 1 not supported yet\n");
    check_contains(fake_log(), "\nSELECT 1 + 1 AS x\n");
    check_file(".tsv", "1 + 1\tINT NOT NULL\t2\n'x\\'\tCHAR(2)\tx\\\\\n1 + 1\t!\tparse: x\ninvalid\tINT\t1\n", 1,
               "FAIL FILE:1: 1 + 1\n  expected  INT NOT NULL\t2\n  got       INT\t2\n"
               "FAIL FILE:2: 'x\\'\n  expected  CHAR(2)\tx\\\\\n  got       CHAR(2)\tx\\\\·\n"
               "FAIL FILE:3: 1 + 1\n  expected  parse: x\n  got       INT\n  got       +I[2]\n"
               "FAIL FILE:4: invalid\n  got       validation: it has\\nno meaning\n"
               "0 passed, 4 failed\n");
}

static void virtual_time_passes_on_command(void **state) {
    (void)state;
    check("clock 2024-01-01 00:00:00\n\nstart\nSELECT slowly\n\nexpect changelog\n----\n(`a` INT)\n+I[1]\n\n"
          "advance 9 s\n\nexpect sorted\n----\n(`a` INT)\n\nadvance 1 s\n\nexpect changelog\n----\n(`a` "
          "INT)\n+I[2]\n-D[1]\n\n"
          "advance 10 s\n\nexpect final\n----\n(`a` INT)\n[3]\n\nexpect final\n----\n(`a` INT)\n",
          0, "6 passed, 0 failed\n");
    /* a query takes the time that it needs, but not for ever */
    check("query changelog\nSELECT slowly\n----\n(`a` INT)\n+I[1]\n+I[2]\n-D[1]\n+I[3]\n", 0, "1 passed, 0 failed\n");
    check("query changelog\nSELECT without end\n----\n(`a` INT)\n+I[1]\n", 1,
          "FAIL FILE:1: query changelog\n    SELECT without end\n"
          "  got       limit: this query does not end; `start`, `advance` and `expect` test such ones\n0 passed, 1 "
          "failed\n");
    check("sql\nINSERT INTO forever\n", 1,
          "FAIL FILE:1: sql\n    INSERT INTO forever\n  got       limit: this job does not end; `start` runs such "
          "ones\n0 passed, 1 failed\n");
    check("expect final\n----\n(`a` INT)\n", 1,
          "FAIL FILE:1: expect final\n  got       limit: no SELECT is running; `start` comes first\n0 passed, 1 "
          "failed\n");
    check("start\nINSERT INTO forever\n\nadvance 1 h\n\nstart\nINSERT INTO bad\n\nadvance 1 s\n\nclock 2024-01-01\n", 1,
          "FAIL FILE:9: advance 1 s\n  got       runtime: broken\n"
          "FAIL FILE:11: clock 2024-01-01\n  got       validation: the clock is set before the first job\n"
          "2 passed, 2 failed\n");
}

static void mistakes_in_files_are_told(void **state) {
    (void)state;
    char *name = temporary(".test", "sql\nCREATE x\n\nquery\nSELECT 1\n");
    flott(1, "test", name);
    assert_string_equal(cli_out, "0 passed, 1 failed\n");
    check_contains(cli_err, ":4: this query has no recorded answer");
    remove_temporary(name);
    flott(2, "test", "/no/such/folder");
    check_contains(cli_err, "cannot read '/no/such/folder'");
}

static void folders_are_searched_and_filtered(void **state) {
    (void)state;
    char dir[] = "/tmp/flott_cli_XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/sub", dir);
    mkdir(path, 0700);
    static const char *const files[][2] = {{"b.test", "sql\nCREATE TABLE t\n\nquery sorted\nSELECT two\n----\n(`a` "
                                                      "INT)\n\nquery sorted\nSELECT updates\n----\n(`a` INT)\n"},
                                           {"sub/a.tsv", "1 + 1\tINT\t2\n"},
                                           {"notes.txt", "nothing"},
                                           {".hidden.test", "nonsense"}};
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i][0]);
        FILE *f = fopen(path, "w");
        fputs(files[i][1], f);
        fclose(f);
    }
    flott(1, "test", dir);
    cli_buf expected = {0};
    cli_buf_printf(&expected, "%s/b.test: 1 passed, 2 failed\n%s/sub/a.tsv: 1 passed, 0 failed\n2 passed, 2 failed\n",
                   dir, dir);
    const char *tail = strstr(cli_out, "b.test: 1 passed");
    assert_non_null(tail);
    assert_string_equal(tail, cli_buf_text(&expected) + strlen(dir) + 1);
    cli_buf_deinit(&expected);
    flott(1, "test", "--filter", "two", dir);
    check_contains(cli_out, "1 passed, 1 failed\n");
    flott(0, "test", "--filter", "a.tsv", dir);
    check_contains(cli_out, "\n2 passed, 0 failed\n"); /* the definition runs always */
    flott(1, "test", "--sim", "42", dir);
    check_contains(cli_out, "the same again: flott test --sim 42 …\n");
    for (int i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i][0]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/sub", dir);
    rmdir(path);
    rmdir(dir);
}

static void oddities_replace_answers(void **state) {
    (void)state;
    char dir[] = "/tmp/flott_cli_XXXXXX", path[64];
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/sub", dir);
    mkdir(path, 0700);
    static const char *const files[][2] = {
        {"oddities.tsv", "# odd\n1 + 1\tINT\t2\tfolded to three\n'no reason'\tINT\t2\n"},
        {"sub/a.tsv", "1 + 1\tINT\t3\n1 + 1\t!\truntime: of no sense\n"}};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i][0]);
        FILE *f = fopen(path, "w");
        fputs(files[i][1], f);
        fclose(f);
    }
    flott(0, "test", dir); /* and the list itself is no table of tests */
    check_contains(cli_out, "2 passed, 0 failed\n");
    snprintf(path, sizeof path, "%s/oddities.tsv", dir);
    unlink(path);
    flott(1, "test", dir);
    snprintf(path, sizeof path, "%s/sub/a.tsv", dir);
    unlink(path);
    snprintf(path, sizeof path, "%s/sub", dir);
    rmdir(path);
    rmdir(dir);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_are_compared, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(the_session_is_set_up_as_the_answers_were_recorded, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(files_are_written_and_read, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(refusals_are_demanded, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(what_is_not_supported_is_counted_with_what_follows_from_it, setup,
                                        cli_teardown),
        cmocka_unit_test_setup_teardown(expressions_are_compared, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(virtual_time_passes_on_command, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(mistakes_in_files_are_told, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(folders_are_searched_and_filtered, setup, cli_teardown),
        cmocka_unit_test_setup_teardown(oddities_replace_answers, setup, cli_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
