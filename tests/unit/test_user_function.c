/* SPDX-License-Identifier: Apache-2.0 */
/* test_user_function.c -- functions of users by what flott.h says: what they are given, what is made of their answers,
 * and what is said when one is missing, made for another flott, refuses, fails or answers nonsense.
 *
 * The functions are those of tests/modules/functions.c, in FLOTT_TEST_FUNCTIONS.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "flott.h"

static flott_session *s;
static flott_error err;

static int setup(void **state) {
    (void)state;
    s = flott_session_new(&(flott_options){.simulated = true, .seed = 3});
    return 0;
}

static int teardown(void **state) {
    (void)state;
    flott_session_free(s);
    return 0;
}

static void run(const char *sql) {
    flott_result *r;
    if (flott_execute(s, sql, -1, &r, &err) < 0) fail_msg("%s: %s", sql, err.message);
    flott_result_free(r);
}

/* CREATE FUNCTION symbol AS 'module:symbol'. */
static void create(const char *symbol) {
    char sql[400];
    snprintf(sql, sizeof sql, "CREATE FUNCTION %s AS '%s:%s' LANGUAGE C", symbol, getenv("FLOTT_TEST_FUNCTIONS"),
             symbol);
    run(sql);
}

/* All rows of a query, each as +I[…], one after the other. */
static int rows_of(const char *sql, char *out, size_t size) {
    flott_result *r;
    flott_batch *b;
    int rc = flott_execute(s, sql, -1, &r, &err);
    if (rc < 0) return rc;
    out[0] = 0;
    while ((rc = flott_result_next(r, -1, &b, &err)) == FLOTT_OK) {
        for (int i = 0; i < flott_batch_rows(b); i++)
            for (int c = 0; c < flott_result_columns(r); c++)
                snprintf(out + strlen(out), size - strlen(out), "%s%s%s", c > 0 ? ", " : "[",
                         flott_batch_text(b, i, c, FLOTT_TEXT_JAVA, NULL),
                         c + 1 == flott_result_columns(r) ? "] " : "");
        flott_batch_free(b);
    }
    flott_result_free(r);
    return rc;
}

static void assert_rows(const char *sql, const char *expected) {
    char out[4000];
    int rc = rows_of(sql, out, sizeof out);
    if (rc < 0) fail_msg("%s: %s", sql, err.message);
    assert_string_equal(out, expected);
}

/* Refused when the statement is made or when it runs: with this code, these words, at this column. */
static void assert_fails(const char *sql, int code, const char *words, int column) {
    char out[4000];
    int rc = rows_of(sql, out, sizeof out);
    if (rc >= 0) fail_msg("%s: not refused but %s", sql, out);
    if (strstr(err.message, words) == NULL) fail_msg("%s: '%s' lacks '%s'", sql, err.message, words);
    assert_int_equal(rc, code);
    assert_true(err.hint[0] != 0);
    if (column > 0) assert_int_equal(err.column, column);
}

#define T "FROM (VALUES (1, 'a'), (2, 'bb'), (CAST(NULL AS INT), 'a text that is longer than a view')) AS t (n, s)"

/* ---- what goes well ---- */

static void test_scalar(void **state) {
    (void)state;
    create("twice");
    assert_rows("SELECT n, twice(n) " T, "[1, 2] [2, 4] [null, null] ");
    assert_rows("SELECT twice(21), twice(CAST(NULL AS INT))", "[42, null] ");
    assert_rows("SELECT n " T " WHERE twice(n) > 2", "[2] ");
    assert_rows("SELECT CASE WHEN n = 2 THEN twice(n) ELSE -1 END " T, "[-1] [4] [-1] ");
    assert_rows("SELECT SUM(twice(n)) FROM (VALUES (1), (2)) AS t (n) GROUP BY twice(1)", "[2] [2] [6] ");
}

static void test_getter(void **state) {
    (void)state;
    create("get_twice");
    assert_rows("SELECT get_twice(4)", "[8] ");
}

static void test_rows_and_texts(void **state) {
    (void)state;
    create("pair");
    assert_rows("SELECT pair(s, CAST(7 AS BIGINT)).s, pair(s, CAST(7 AS BIGINT)).n " T,
                "[a, 7] [bb, 7] [a text that is longer than a view, 7] ");
}

/* Only rows that need the value are given; what is not deterministic is called for each row and each call. */
static void test_which_rows_are_given(void **state) {
    (void)state;
    create("rows_seen");
    assert_rows("SELECT n, CASE WHEN n IS NULL THEN rows_seen(n) ELSE 0 END " T, "[1, 0] [2, 0] [null, 1] ");
    assert_rows("SELECT rows_seen(5), rows_seen(5) FROM (VALUES (1), (2)) AS t (n)", "[1, 1] [2, 2] ");
}

static void test_table(void **state) {
    (void)state;
    create("upto");
    assert_rows("SELECT n, x " T ", LATERAL TABLE(upto(n)) AS r (x)", "[1, 1] [2, 1] [2, 2] ");
    assert_rows("SELECT n, x " T " LEFT JOIN LATERAL TABLE(upto(n)) AS r (x) ON TRUE",
                "[1, 1] [2, 1] [2, 2] [null, null] ");
    assert_rows("SELECT n, x " T " LEFT JOIN LATERAL TABLE(upto(n)) AS r (x) ON x > 1",
                "[1, null] [2, 2] [null, null] ");
    assert_rows("SELECT x FROM TABLE(upto(3)) AS r (x)", "[1] [2] [3] ");
    assert_rows(
        "SELECT x, y FROM (VALUES (1)) AS t (n), LATERAL TABLE(upto(2)) AS r (x), LATERAL TABLE(upto(x)) AS q (y)",
        "[1, 1] [2, 1] [2, 2] ");
    assert_rows("SELECT COUNT(*), SUM(x) FROM (SELECT x FROM TABLE(upto(10000)) AS r (x)) AS t GROUP BY x > 0 "
                "HAVING COUNT(*) = 10000",
                "[10000, 50005000] ");
    assert_fails("SELECT x FROM (VALUES (5), (0)) AS t (n), LATERAL TABLE(upto(10 / n)) AS r (x)", FLOTT_E_RUNTIME,
                 "n = 0", 0);
}

static void test_names(void **state) {
    (void)state;
    create("upto");
    run("CREATE DATABASE d");
    run("CREATE VIEW v AS SELECT x FROM TABLE(upto(2)) AS r (x)");
    run("USE d");
    assert_rows("SELECT x FROM default_database.v", "[1] [2] ");
    assert_rows("SELECT x FROM (VALUES (2)) AS t (n), LATERAL TABLE(default_database.upto(n)) AS r (x)", "[1] [2] ");
    assert_fails("SELECT x FROM (VALUES (2)) AS t (n), LATERAL TABLE(upto(n)) AS r (x)", FLOTT_E_VALIDATION,
                 "No match found for function signature upto(<NUMERIC>)", 52);
}

static void test_aggregate(void **state) {
    (void)state;
    create("gather");
    run("SET 'execution.runtime-mode' = 'batch'");
    assert_rows("SELECT gather(s), COUNT(*) " T, "[[a][bb][a text that is longer than a view], 3] ");
    assert_rows("SELECT gather(s) || '!' " T " WHERE n > 5", "[!] ");
    assert_rows(
        "SELECT MOD(n, 2), gather(CAST(n AS STRING)) FROM (VALUES (1), (2), (3), (4)) AS t (n) GROUP BY MOD(n, 2)",
        "[1, [1][3]] [0, [2][4]] ");
    assert_rows("SELECT gather(CAST(n AS STRING)), gather(s) FILTER (WHERE n = 2) " T, "[[1][2][null], [bb]] ");
    assert_rows("SELECT gather(DISTINCT s) FROM (VALUES ('x'), ('y'), ('x')) AS t (s)", "[[x][y]] ");
    assert_rows("SELECT gather(s) FROM (VALUES ('x')) AS t (s) HAVING gather(s) <> 'x'", "[[x]] ");
}

/* ---- mistakes of whoever writes SQL ---- */

static void test_refused_calls(void **state) {
    (void)state;
    create("twice");
    create("upto");
    assert_fails("SELECT twice()", FLOTT_E_VALIDATION, "Invalid function call: twice(): it takes one to four numbers",
                 8);
    assert_string_equal(err.hint, "give it numbers");
    assert_fails("SELECT 1, twice('x')", FLOTT_E_VALIDATION, "twice takes BIGINT as argument 1, and CHAR(1) NOT NULL",
                 17);
    create("gather");
    assert_fails("SELECT n " T " WHERE gather(s) = 'x'", FLOTT_E_VALIDATION, "WHERE", 0);
    assert_fails("SELECT gather(gather(s)) " T, FLOTT_E_VALIDATION, "Aggregate expressions cannot be nested", 15);
    assert_fails("SELECT * FROM TABLE(gather('x')) AS r (x)", FLOTT_E_VALIDATION, "gives one value, not rows", 21);
    assert_fails("SELECT gather(s, s, s, s) " T, FLOTT_E_VALIDATION, "Invalid number of arguments", 8);
    assert_fails("SELECT gather(DISTINCT s, s) " T, FLOTT_E_UNSUPPORTED, "of several arguments", 8);
    assert_fails("SELECT upto(1)", FLOTT_E_VALIDATION, "function upto is a table function", 8);
    assert_fails("SELECT * FROM TABLE(twice(1)) AS r (x)", FLOTT_E_VALIDATION, "gives one value, not rows", 21);
    assert_fails("SELECT twice(DISTINCT 1)", FLOTT_E_VALIDATION, "DISTINCT", 8);
    assert_fails("SELECT n, x " T " LEFT JOIN LATERAL TABLE(upto(n)) AS r (x) ON x > n", FLOTT_E_VALIDATION,
                 "unexpected correlate variable", 0);
    assert_fails("SELECT n, x " T ", LATERAL TABLE(upto(n)) AS r (x, y)", FLOTT_E_VALIDATION,
                 "List of column aliases must have same degree as table", 0);
    assert_fails("SELECT x FROM (VALUES (2)) AS t (n), TABLE(upto(n)) AS r (x)", FLOTT_E_UNSUPPORTED, "JOIN", 0);
}

static void test_number_of_arguments(void **state) {
    (void)state;
    static const char *const forms[] = {"SELECT twice(0", "SELECT * FROM TABLE(upto(0"};
    create("twice");
    create("upto");
    for (int f = 0; f < 2; f++) {
        char sql[2000];
        strcpy(sql, forms[f]);
        for (int i = 1; i < 256; i++) strcat(sql, ", 0");
        strcat(sql, f == 0 ? ")" : ")) AS r (x)");
        assert_fails(sql, FLOTT_E_LIMIT, "is given 256 arguments; at most 255", 0);
    }
}

static void test_java(void **state) {
    (void)state;
    run("CREATE FUNCTION j AS 'com.example.J'");
    assert_fails("SELECT j(1)", FLOTT_E_UNSUPPORTED, "com.example.J", 8);
    assert_fails("CREATE TEMPORARY FUNCTION k AS 'com.example.K' LANGUAGE SCALA", FLOTT_E_UNSUPPORTED,
                 "the Scala class com.example.K", 27);
}

/* ---- modules that are not what they are said to be ---- */

static void test_modules(void **state) {
    (void)state;
    run("CREATE FUNCTION a AS 'nowhere.so:a' LANGUAGE C");
    assert_fails("SELECT a(1)", FLOTT_E_VALIDATION, "function a: cannot find the module 'nowhere.so'; looked in ", 8);
    run("CREATE FUNCTION b AS '/nowhere/b.so:b' LANGUAGE C");
    assert_fails("SELECT b(1)", FLOTT_E_VALIDATION, "cannot find the module '/nowhere/b.so'; looked in /nowhere", 8);
    run("CREATE FUNCTION c AS 'c.so' LANGUAGE C");
    assert_fails("SELECT c(1)", FLOTT_E_VALIDATION, "'c.so' does not name a function in C", 8);
    create("no_such_symbol");
    assert_fails("SELECT no_such_symbol(1)", FLOTT_E_IO, "it does not export no_such_symbol", 8);
    assert_fails("CREATE TEMPORARY FUNCTION d AS 'nowhere.so:d' LANGUAGE C", FLOTT_E_VALIDATION, "cannot find", 27);
}

static void test_tables_of_functions(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *words;
    } cases[] = {
        {"other_abi", "is made for interface 2 of flott_function.h, this is 1"},
        {"not_a_function", "is made for interface"},
        {"get_nothing", "get_nothing has no table to return"},
        {"other_kind", "other_kind has no kind"},
        {"no_infer", "no_infer has no infer"},
        {"no_eval", "no_eval has no eval"},
        {"no_eval_table", "no_eval_table has no eval_table"},
        {"no_merge", "no_merge has no merge"},
        {"no_discard", "no_discard has no discard"},
        {"gives_no_type", "the type that it gives for its result is none: BIGINT NOTHING"},
        {"gives_nothing", "the type that it gives for its result is none: there is nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[100];
        create(cases[i].symbol);
        snprintf(sql, sizeof sql, "SELECT %s(1)", cases[i].symbol);
        assert_fails(sql, FLOTT_E_VALIDATION, cases[i].words, 8);
    }
}

/* ---- functions that do not do as they are asked ---- */

static void test_answers(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *words;
    } cases[] = {
        {"fails_to_open", "function fails_to_open failed: it will not be opened"},
        {"fails", "function fails failed: row 0 is not to its taste"},
        {"gives_no_array", "function gives_no_array gave no result"},
        {"gives_too_few", "function gives_too_few gave 0 values for 1 rows"},
        {"gives_no_values", "function gives_no_values: its result cannot be read"},
        {"gives_text", "function gives_text: its result cannot be read"},
        {"gives_null", "function gives_null gave NULL, and its result is BIGINT NOT NULL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[300];
        create(cases[i].symbol);
        snprintf(sql, sizeof sql, "SELECT s, %s(n) " T, cases[i].symbol);
        assert_fails(sql, FLOTT_E_RUNTIME, cases[i].words, 11);
    }
}

static void test_answers_of_tables(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *words;
    } cases[] = {
        {"wild_origins", "its row 0 is said to be made from argument row 70000, which is none"},
        {"falling_origins", "which is before that of the row above"},
        {"no_origins", "gave no result"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[300];
        create(cases[i].symbol);
        snprintf(sql, sizeof sql, "SELECT n, x FROM (VALUES (1), (2)) AS t (n), LATERAL TABLE(%s(n)) AS r (x)",
                 cases[i].symbol);
        assert_fails(sql, FLOTT_E_RUNTIME, cases[i].words, 0);
    }
}

static void test_answers_of_aggregates(void **state) {
    (void)state;
    static const struct {
        const char *symbol, *words;
    } cases[] = {
        {"fails_to_create", "function fails_to_create failed: no more groups"},
        {"fails_to_update", "function fails_to_update failed: these rows are too many"},
        {"gives_too_few_results", "function gives_too_few_results gave 0 values for 1 rows"},
    };
    run("SET 'execution.runtime-mode' = 'batch'");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char sql[300];
        create(cases[i].symbol);
        snprintf(sql, sizeof sql, "SELECT COUNT(*), %s(s) " T, cases[i].symbol);
        assert_fails(sql, FLOTT_E_RUNTIME, cases[i].words, 18);
    }
}

/* Accumulators that cannot go into a checkpoint, or not come back from one: here after every batch. */
static void test_checkpoints_of_aggregates(void **state) {
    (void)state;
    flott_session_free(s);
    s = flott_session_new(&(flott_options){.simulated = true, .seed = 3, .crash_always = true});
    create("fails_to_encode");
    create("fails_to_decode");
    assert_fails("SELECT fails_to_encode(s) " T, FLOTT_E_RUNTIME, "function fails_to_encode failed: it has no bytes",
                 0);
    assert_fails("SELECT fails_to_decode(s) " T, FLOTT_E_RUNTIME,
                 "function fails_to_decode failed: these bytes mean nothing", 0);
}

/* ---- languages ---- */

static void test_no_python(void **state) {
    (void)state;
    run("CREATE FUNCTION p AS 'words.shout' LANGUAGE PYTHON");
    assert_fails("SELECT p(1)", FLOTT_E_UNSUPPORTED, "function p is 'words.shout' in LANGUAGE PYTHON", 8);
    assert_int_equal(flott_session_set_language(s, "JAVA", NULL, NULL, &err), FLOTT_E_VALIDATION);
    assert_non_null(strstr(err.message, "LANGUAGE JAVA cannot come from outside"));
}

/* A language of one function, whose `self` is what the function says. */
static int said_types(void *self, const struct ArrowSchema *args, flott_function_types *out, flott_function_error *e) {
    (void)args, (void)e;
    assert_string_equal(self, "a self");
    out->result = "BOOLEAN NOT NULL";
    return 0;
}

static void said_release(struct ArrowArray *a) { a->release = NULL; }

static int said_eval(void *instance, const struct ArrowArray *args, struct ArrowArray *result,
                     flott_function_error *e) {
    static const uint8_t yes[64] = {0xff};
    static const void *buffers[] = {NULL, yes};
    (void)e;
    assert_string_equal(instance, "a self"); /* without open, the instance is `self` */
    assert_int_equal(args->n_children, 0);
    *result = (struct ArrowArray){.length = args->length, .n_buffers = 2, .buffers = buffers, .release = said_release};
    return 0;
}

static int resolve(void *arg, const char *what, const flott_function **function, void **self, flott_function_error *e) {
    static const flott_function said = {.abi = FLOTT_FUNCTION_ABI,
                                        .kind = FLOTT_FUNCTION_SCALAR,
                                        .name = "said",
                                        .infer = said_types,
                                        .eval = said_eval};
    static char a_self[] = "a self";
    assert_ptr_equal(arg, s);
    if (strcmp(what, "words.said") != 0) {
        snprintf(e->message, sizeof e->message, "no module named '%s'", what);
        snprintf(e->hint, sizeof e->hint, "install it");
        return -1;
    }
    *function = &said;
    *self = a_self;
    return 0;
}

static void test_python(void **state) {
    (void)state;
    assert_int_equal(flott_session_set_language(s, "PYTHON", resolve, s, &err), FLOTT_OK);
    run("CREATE TEMPORARY SYSTEM FUNCTION p AS 'words.said' LANGUAGE PYTHON");
    run("CREATE TEMPORARY FUNCTION q AS 'nowhere.q' LANGUAGE PYTHON");
    assert_rows("SELECT p() FROM (VALUES (1), (2)) AS t (n)", "[true] [true] ");
    assert_fails("SELECT q()", FLOTT_E_VALIDATION, "function q: cannot load 'nowhere.q': no module named 'nowhere.q'",
                 8);
    assert_string_equal(err.hint, "install it");
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_scalar),
        TEST(test_getter),
        TEST(test_rows_and_texts),
        TEST(test_which_rows_are_given),
        TEST(test_table),
        TEST(test_names),
        TEST(test_refused_calls),
        TEST(test_java),
        TEST(test_number_of_arguments),
        TEST(test_modules),
        TEST(test_answers),
        TEST(test_tables_of_functions),
        TEST(test_answers_of_tables),
        TEST(test_no_python),
        TEST(test_aggregate),
        TEST(test_answers_of_aggregates),
        TEST(test_checkpoints_of_aggregates),
        TEST(test_python),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
