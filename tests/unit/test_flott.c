/* SPDX-License-Identifier: Apache-2.0 */
/* test_flott.c -- the public interface, by what flott.h alone says: every function, who owns what, what misuse answers,
 * and what may be called from any thread.
 */
#include "test.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "flott.h"
#include "flott_arrow.h"

static flott_session *s;
static flott_error err;
static char notes[4000];

static void note(void *arg, const char *text) {
    assert_ptr_equal(arg, notes);
    snprintf(notes + strlen(notes), sizeof notes - strlen(notes), "%s\n", text);
}

static int real_world(void **state) {
    (void)state;
    notes[0] = '\0';
    s = flott_session_new(&(flott_options){.note = note, .note_arg = notes});
    return 0;
}

static int simulation(void **state) {
    (void)state;
    notes[0] = '\0';
    s = flott_session_new(
        &(flott_options){.note = note, .note_arg = notes, .simulated = true, .seed = 5, .clock_ms = 1000});
    return 0;
}

static int teardown(void **state) {
    (void)state;
    flott_session_free(s);
    return 0;
}

#define OK(call)                                                                                                       \
    do {                                                                                                               \
        if ((call) < 0) fail_msg("%s", err.message);                                                                   \
    } while (0)

static flott_result *execute(const char *sql) {
    flott_result *r;
    int rc = flott_execute(s, sql, -1, &r, &err);
    if (rc < 0) fail_msg("%s: %s", sql, err.message);
    assert_int_equal(rc, FLOTT_OK);
    return r;
}

static void run(const char *sql) { flott_result_free(execute(sql)); }

static void assert_refused(const char *sql, int code, const char *words) {
    flott_result *r = (flott_result *)(uintptr_t)1;
    memset(&err, 0xff, sizeof err); /* nothing of an earlier error stays */
    assert_int_equal(flott_execute(s, sql, -1, &r, &err), code);
    assert_null(r);
    assert_int_equal(err.code, code);
    if (strstr(err.message, words) == NULL) fail_msg("%s: %s", sql, err.message);
}

/* All rows that come, as +I[1, a] lines. Frees the result. */
static const char *all_rows(flott_result *r) {
    static char text[4000];
    static const char *const kinds[] = {"+I", "-U", "+U", "-D"};
    flott_batch *b;
    int rc, n = 0;
    text[0] = '\0';
    while ((rc = flott_result_next(r, -1, &b, &err)) == FLOTT_OK) {
        for (int i = 0; i < flott_batch_rows(b); i++) {
            n += snprintf(text + n, sizeof text - (size_t)n, "%s[", kinds[flott_batch_kind(b, i)]);
            for (int c = 0; c < flott_result_columns(r); c++)
                n += snprintf(text + n, sizeof text - (size_t)n, "%s%s", c > 0 ? ", " : "",
                              flott_batch_text(b, i, c, FLOTT_TEXT_JAVA, NULL));
            n += snprintf(text + n, sizeof text - (size_t)n, "]\n");
        }
        flott_batch_free(b);
    }
    if (rc < 0) fail_msg("%s", err.message);
    assert_int_equal(rc, FLOTT_END);
    assert_null(b);
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_END); /* and again */
    flott_result_free(r);
    return text;
}

static void assert_rows(const char *sql, const char *expected) {
    assert_string_equal(all_rows(execute(sql)), expected);
}

/* ---- sessions and statements ---- */

static void words(void **state) {
    (void)state;
    assert_true(strlen(flott_version()) > 0);
    assert_string_equal(flott_error_word(FLOTT_E_PARSE), "parse");
    assert_string_equal(flott_error_word(FLOTT_E_CRASHED), "crashed");
    assert_non_null(flott_error_word(-99));
    assert_string_equal(flott_job_state_word(FLOTT_JOB_RUNNING), "RUNNING");
    assert_string_equal(flott_job_state_word(FLOTT_JOB_FAILED), "FAILED");
    assert_null(flott_job_state_word((flott_job_state)99));
    assert_null(flott_job_state_word((flott_job_state)-1));
}

static void nothing_is_freed_without_harm(void **state) {
    (void)state;
    flott_session_free(NULL);
    flott_result_free(NULL);
    flott_batch_free(NULL);
    flott_session *plain = flott_session_new(NULL);
    flott_session_free(plain);
}

static void settings(void **state) {
    (void)state;
    assert_string_equal(flott_session_get(s, "parallelism.default"), "1");
    assert_int_equal(flott_session_set(s, "parallelism.default", "3", &err), FLOTT_OK);
    assert_string_equal(flott_session_get(s, "parallelism.default"), "3");
    assert_int_equal(flott_session_set(s, "paralelism.default", "3", &err), FLOTT_E_VALIDATION);
    assert_non_null(strstr(err.hint, "parallelism.default"));
    assert_int_equal(flott_session_set(s, "parallelism.default", "many", &err), FLOTT_E_VALIDATION);
    assert_string_equal(flott_session_get(s, "parallelism.default"), "3");
    assert_null(flott_session_get(s, "no.such.key"));
    run("SET 'parallelism.default' = '2'");
    assert_string_equal(flott_session_get(s, "parallelism.default"), "2");
    run("RESET 'parallelism.default'"); /* to what was given, as the client resets to its configuration */
    assert_string_equal(flott_session_get(s, "parallelism.default"), "3");
}

static void statements_of_a_script(void **state) {
    (void)state;
    static const char script[] = "SELECT 1; -- a; comment\n SELECT 'a;b' ;;\nSELECT 3";
    size_t at = 0, n;
    const char *start;
    char all[200] = "";
    while (flott_next_statement(script, strlen(script), &at, &start, &n)) {
        strncat(all, start, n);
        strcat(all, "|");
    }
    assert_non_null(strstr(all, "SELECT 1|"));
    assert_non_null(strstr(all, "SELECT 'a;b'"));
    assert_non_null(strstr(all, "SELECT 3|"));
    assert_false(flott_next_statement(script, strlen(script), &at, &start, &n));
}

static void mistakes_have_a_place(void **state) {
    (void)state;
    assert_refused("SELEKT 1", FLOTT_E_PARSE,
                   "Non-query expression encountered in illegal context"); /* Flink's words */
    assert_int_equal(err.line, 1);
    assert_int_equal(err.column, 1);
    assert_refused("SELECT\n  x\nFROM (VALUES (1)) AS t (a)", FLOTT_E_VALIDATION, "x");
    assert_int_equal(err.line, 2);
    assert_int_equal(err.column, 3);
    assert_int_equal(err.length, 1);
    assert_refused("", FLOTT_E_PARSE, "");
    assert_refused("SELECT 1; SELECT 2", FLOTT_E_PARSE, "");
    assert_refused("SELECT * FROM nowhere", FLOTT_E_VALIDATION, "nowhere");
    assert_refused("INSERT INTO nowhere SELECT 1", FLOTT_E_VALIDATION, "nowhere");
    assert_refused("CREATE TABLE t (a INT) WITH ('connector' = 'carrier pigeon'); SELECT 1", FLOTT_E_PARSE, "");
    assert_refused("ANALYZE TABLE t COMPUTE STATISTICS", FLOTT_E_UNSUPPORTED, "ANALYZE");
    assert_int_equal(flott_session_jobs(s), 0);
    flott_result *r; /* a size instead of an end */
    OK(flott_execute(s, "SELECT 12 garbage(", 9, &r, &err));
    assert_string_equal(all_rows(r), "+I[12]\n");
}

static void statement_sets_in_pieces(void **state) {
    (void)state;
    run("CREATE TABLE o (a INT) WITH ('connector' = 'print')");
    assert_refused("END", FLOTT_E_VALIDATION, "END without BEGIN");
    run("BEGIN STATEMENT SET");
    assert_refused("SELECT 1", FLOTT_E_VALIDATION, "Only INSERT");
    assert_refused("BEGIN STATEMENT SET", FLOTT_E_VALIDATION, "");
    run("INSERT INTO o VALUES (1)");
    run("INSERT INTO o VALUES (2);");
    flott_result *r = execute("END");
    assert_int_equal(flott_result_get_kind(r), FLOTT_RESULT_JOB);
    assert_int_equal(flott_result_columns(r), 2); /* one for each INSERT */
    assert_string_equal(flott_result_name(r, 1), "default_catalog.default_database.o");
    assert_string_equal(flott_result_type(r, 1), "BIGINT");
    assert_int_equal(flott_session_jobs(s), 1); /* one job */
    assert_int_equal(flott_job_wait(flott_result_job(r), -1, &err), FLOTT_OK);
    flott_result_free(r);
    size_t n;
    const char *out = flott_session_output(s, &n);
    assert_int_equal(n, strlen("+I[1]\n+I[2]\n"));
    assert_non_null(strstr(out, "+I[1]\n"));
    assert_non_null(strstr(out, "+I[2]\n"));
    assert_string_equal(flott_session_output(s, NULL), ""); /* since the last call */
    run("BEGIN STATEMENT SET");
    assert_refused("END", FLOTT_E_VALIDATION, "NO statements in statement set");
    run("SELECT 1"); /* it is over */
}

/* ---- results and rows ---- */

static void a_query_has_columns_and_rows(void **state) {
    (void)state;
    flott_result *r =
        execute("SELECT * FROM (VALUES (1, 'a', CAST(NULL AS DECIMAL(5, 2))), (2, 'b', 1.5)) AS t (id, name, d)");
    assert_int_equal(flott_result_get_kind(r), FLOTT_RESULT_QUERY);
    assert_int_equal(flott_result_columns(r), 3);
    assert_string_equal(flott_result_name(r, 1), "name");
    assert_string_equal(flott_result_type(r, 0), "INT NOT NULL");
    assert_string_equal(flott_result_type(r, 2), "DECIMAL(5, 2)");
    assert_int_equal(flott_result_width(r, 0), 11);
    assert_int_equal(flott_result_width(r, 2), 7);
    for (int c = -1; c <= 3; c += 4) {
        assert_null(flott_result_name(r, c));
        assert_null(flott_result_type(r, c));
        assert_int_equal(flott_result_width(r, c), 0);
    }
    assert_true(flott_result_insert_only(r));
    assert_ptr_equal(flott_result_job(r), flott_session_job(s, 0));
    assert_string_equal(flott_job_name(flott_result_job(r)), "collect");
    assert_string_equal(all_rows(r), "+I[1, a, null]\n+I[2, b, 1.50]\n");
    assert_null(flott_session_job(s, 1));
    assert_null(flott_session_job(s, -1));
}

static void fields_are_texts(void **state) {
    (void)state;
    flott_result *r =
        execute("SELECT TIMESTAMP '2024-05-05 12:00:00' AS ts, 'é' AS e, CAST(NULL AS INT) AS n, ARRAY[1, 2] AS l");
    flott_batch *b;
    size_t n;
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_OK);
    assert_int_equal(flott_batch_rows(b), 1);
    assert_string_equal(flott_batch_text(b, 0, 0, FLOTT_TEXT_JAVA, &n), "2024-05-05T12:00");
    assert_int_equal(n, 16);
    assert_string_equal(flott_batch_text(b, 0, 0, FLOTT_TEXT_SQL, NULL), "2024-05-05 12:00:00");
    flott_batch_text(b, 0, 1, FLOTT_TEXT_JAVA, &n);
    assert_int_equal(n, 2); /* bytes */
    assert_string_equal(flott_batch_text(b, 0, 2, FLOTT_TEXT_JAVA, NULL), "null");
    assert_string_equal(flott_batch_text(b, 0, 2, FLOTT_TEXT_SQL, NULL), "NULL");
    assert_true(flott_batch_is_null(b, 0, 2));
    assert_false(flott_batch_is_null(b, 0, 1));
    assert_string_equal(flott_batch_json(b, 0, &n),
                        "{\"ts\":\"2024-05-05 12:00:00\",\"e\":\"é\",\"n\":null,\"l\":[1,2]}");
    assert_string_equal(flott_batch_csv(b, 0, NULL), "\"2024-05-05 12:00:00\",é,,1;2");
    assert_null(flott_batch_text(b, 1, 0, FLOTT_TEXT_JAVA, &n));
    assert_null(flott_batch_text(b, 0, 4, FLOTT_TEXT_JAVA, &n));
    assert_null(flott_batch_text(b, -1, -1, FLOTT_TEXT_SQL, &n));
    assert_null(flott_batch_json(b, 1, &n));
    assert_null(flott_batch_csv(b, -1, &n));
    assert_true(flott_batch_is_null(b, 7, 7));
    assert_int_equal(flott_batch_kind(b, 7), FLOTT_INSERT);
    flott_batch_free(b);
    flott_result_free(r);
    r = execute("SELECT MAP['a', 1]"); /* has no form in CSV */
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_OK);
    assert_null(flott_batch_csv(b, 0, NULL));
    assert_non_null(flott_batch_json(b, 0, NULL));
    flott_batch_free(b);
    flott_result_free(r);
}

static void bytes_in_tables_are_hexadecimal(void **state) {
    (void)state;
    flott_result *r = execute("SELECT X'6100', ARRAY[X'62', X'ff'], ROW(X'63', TRUE), CAST(NULL AS BYTES)");
    flott_batch *b;
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_OK);
    assert_string_equal(flott_batch_text(b, 0, 0, FLOTT_TEXT_TABLE, NULL), "x'6100'");
    assert_string_equal(flott_batch_text(b, 0, 1, FLOTT_TEXT_TABLE, NULL), "[x'62', x'ff']");
    assert_string_equal(flott_batch_text(b, 0, 2, FLOTT_TEXT_TABLE, NULL), "(x'63', TRUE)");
    assert_string_equal(flott_batch_text(b, 0, 2, FLOTT_TEXT_SQL, NULL), "(c, TRUE)");
    assert_string_equal(flott_batch_text(b, 0, 3, FLOTT_TEXT_TABLE, NULL), "NULL");
    flott_batch_free(b);
    flott_result_free(r);
}

static void a_query_is_described_without_running(void **state) {
    (void)state;
    flott_result *r;
    flott_batch *b;
    run("CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'datagen')"); /* has no end */
    assert_int_equal(flott_describe(s, "SELECT a, b AS name, COUNT(*) FROM t GROUP BY a, b;", -1, &r, &err), FLOTT_OK);
    assert_int_equal(flott_result_get_kind(r), FLOTT_RESULT_OK);
    assert_int_equal(flott_result_columns(r), 3);
    assert_string_equal(flott_result_name(r, 1), "name");
    assert_string_equal(flott_result_name(r, 2), "EXPR$2");
    assert_string_equal(flott_result_type(r, 0), "INT");
    assert_string_equal(flott_result_type(r, 2), "BIGINT NOT NULL");
    assert_null(flott_result_job(r));
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_END);
    flott_result_free(r);
    assert_int_equal(flott_session_jobs(s), 0);
    assert_int_equal(flott_describe(s, "SELECT a, nope FROM t", -1, &r, &err), FLOTT_E_VALIDATION);
    assert_null(r);
    assert_int_equal(err.column, 11);
    assert_int_equal(flott_describe(s, "INSERT INTO t SELECT 1, 'x'", -1, &r, &err), FLOTT_E_VALIDATION);
    assert_non_null(strstr(err.message, "Unsupported SQL query"));
    assert_int_equal(flott_describe(s, "SELEC 1", -1, &r, &err), FLOTT_E_PARSE);
    assert_null(r);
}

static void an_updating_query_says_so(void **state) {
    (void)state;
    flott_result *r = execute("SELECT k, COUNT(*) FROM (VALUES ('a'), ('a')) AS t (k) GROUP BY k");
    assert_false(flott_result_insert_only(r));
    assert_string_equal(all_rows(r), "+I[a, 1]\n-U[a, 1]\n+U[a, 2]\n");
}

static void a_table_is_known_at_once(void **state) {
    (void)state;
    run("CREATE TABLE t1 (a INT) WITH ('connector' = 'blackhole')");
    flott_result *r = execute("SHOW TABLES");
    assert_int_equal(flott_result_get_kind(r), FLOTT_RESULT_TABLE);
    assert_null(flott_result_job(r));
    assert_string_equal(all_rows(r), "+I[t1]\n");
    r = execute("DESCRIBE t1");
    assert_int_equal(flott_result_columns(r), 6);
    flott_result_free(r); /* unread */
    r = execute("USE CATALOG default_catalog");
    assert_int_equal(flott_result_get_kind(r), FLOTT_RESULT_OK);
    assert_int_equal(flott_result_columns(r), 0);
    assert_string_equal(all_rows(r), "");
    assert_int_equal(flott_session_jobs(s), 0);
}

static void a_job_that_fails_says_why(void **state) {
    (void)state;
    flott_batch *b;
    flott_result *r = execute("SELECT 1 / x FROM (VALUES (1), (0)) AS t (x)");
    int rc;
    while ((rc = flott_result_next(r, -1, &b, &err)) == FLOTT_OK) flott_batch_free(b);
    assert_int_equal(rc, FLOTT_E_RUNTIME);
    assert_null(b);
    assert_non_null(strstr(err.message, "by zero"));
    assert_int_equal(flott_job_get_state(flott_result_job(r)), FLOTT_JOB_FAILED);
    memset(&err, 0, sizeof err);
    assert_int_equal(flott_job_wait(flott_result_job(r), 0, &err), FLOTT_E_RUNTIME);
    assert_non_null(strstr(err.message, "by zero"));
    flott_result_free(r);
}

/* ---- Arrow ---- */

static int released;
static void release_schema(struct ArrowSchema *a) {
    released++;
    a->release = NULL;
}
static void release_array(struct ArrowArray *a) {
    released++;
    a->release = NULL;
}

static void tables_come_and_go_by_arrow(void **state) {
    (void)state;
    static const int32_t numbers[] = {7, 8, 9};
    const void *buffers[] = {NULL, numbers}, *none[] = {NULL};
    struct ArrowSchema x = {.format = "i", .name = "x", .flags = 2, .release = release_schema}, *xs = &x;
    struct ArrowSchema schema = {
        .format = "+s", .name = "", .n_children = 1, .children = &xs, .release = release_schema};
    struct ArrowArray column = {.length = 3, .n_buffers = 2, .buffers = buffers, .release = release_array},
                      *columns = &column;
    struct ArrowArray array = {
        .length = 3, .n_buffers = 1, .buffers = none, .n_children = 1, .children = &columns, .release = release_array};
    released = 0;
    OK(flott_session_put_arrow(s, "numbers", &schema, &array, 1, &err));
    assert_null(schema.release); /* taken over */
    assert_null(array.release);
    run("CREATE TABLE t (x INT) WITH ('connector' = 'arrow', 'name' = 'numbers')");
    run("CREATE TABLE u (x STRING) WITH ('connector' = 'arrow', 'name' = 'numbers')");
    run("CREATE TABLE v (x INT) WITH ('connector' = 'arrow', 'name' = 'letters')");
    assert_rows("SELECT x + 1 FROM t", "+I[8]\n+I[9]\n+I[10]\n");
    assert_rows("SELECT x FROM t", "+I[7]\n+I[8]\n+I[9]\n"); /* any number of times */
    assert_refused("SELECT * FROM u", FLOTT_E_VALIDATION, "x");
    assert_refused("SELECT * FROM v", FLOTT_E_VALIDATION, "letters");
    struct ArrowSchema bad = {.format = "i", .name = "x", .release = release_schema};
    assert_true(flott_session_put_arrow(s, "bad", &bad, NULL, 0, &err) < 0); /* no struct */

    flott_result *r = execute("SELECT x, CAST(x AS STRING) AS text FROM t");
    struct ArrowSchema names;
    OK(flott_result_arrow_schema(r, &names, &err));
    assert_string_equal(names.format, "+s");
    assert_int_equal(names.n_children, 2);
    assert_string_equal(names.children[1]->name, "text");
    names.release(&names);
    flott_batch *b;
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_OK);
    struct ArrowArray rows;
    OK(flott_batch_arrow(b, &rows, &err));
    flott_batch_free(b);
    flott_result_free(r);
    assert_int_equal(rows.length, 3); /* lives without them */
    assert_int_equal(((const int32_t *)rows.children[0]->buffers[1])[rows.children[0]->offset + 2], 9);
    rows.release(&rows);
    assert_null(rows.release);
}

/* ---- jobs, in the real world ---- */

static const char *endless =
    "CREATE TABLE src (x BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000', 'fields.x.min' = '0')";

static void waiting_and_stopping(void **state) {
    (void)state;
    run(endless);
    run("CREATE TABLE o (x BIGINT) WITH ('connector' = 'blackhole')");
    flott_result *r = execute("INSERT INTO o SELECT x FROM src");
    flott_job *j = flott_result_job(r);
    flott_result_free(r); /* the job goes on */
    assert_string_equal(flott_job_name(j), "insert-into_default_catalog.default_database.o");
    assert_null(flott_job_unused_checkpoints(j));
    assert_int_equal(flott_job_wait(j, 0, &err), FLOTT_TIMEOUT);
    flott_job_metrics m = {0};
    while (m.rows_out == 0) {
        assert_int_equal(flott_job_wait(j, 1, &err), FLOTT_TIMEOUT);
        flott_job_get_metrics(j, &m);
    }
    assert_true(m.rows_in >= m.rows_out);
    assert_int_equal(m.watermark, INT64_MIN);
    assert_int_equal(m.next_window, INT64_MAX);
    assert_int_equal(flott_job_get_state(j), FLOTT_JOB_RUNNING);
    flott_job_stop(j);
    assert_int_equal(flott_job_wait(j, -1, &err), FLOTT_OK);
    assert_int_equal(flott_job_get_state(j), FLOTT_JOB_STOPPED);
    flott_job_cancel(j); /* too late */
    assert_int_equal(flott_job_get_state(j), FLOTT_JOB_STOPPED);
}

static void a_query_is_canceled_with_its_result(void **state) {
    (void)state;
    run(endless);
    flott_result *r = execute("SELECT x FROM src");
    flott_job *j = flott_result_job(r);
    flott_batch *b;
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_OK);
    flott_batch_free(b);
    flott_result_free(r);
    assert_int_equal(flott_job_wait(j, -1, &err), FLOTT_E_CANCELED);
    assert_int_equal(flott_job_get_state(j), FLOTT_JOB_CANCELED);
    r = execute("SELECT x FROM src WHERE x < 0"); /* nothing ever: the time is over */
    assert_int_equal(flott_result_next(r, 0, &b, &err), FLOTT_TIMEOUT);
    assert_int_equal(flott_result_next(r, 5, &b, &err), FLOTT_TIMEOUT);
    assert_null(b);
    flott_job_cancel(flott_result_job(r));
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_E_CANCELED);
    flott_result_free(r);
    run("CREATE TABLE o (x BIGINT) WITH ('connector' = 'blackhole')");
    run("INSERT INTO o SELECT x FROM src"); /* the session ends it */
}

/* [any thread] */
static void *watch(void *arg) {
    flott_job *j = arg;
    flott_job_metrics m;
    for (int i = 0; flott_job_get_state(j) <= FLOTT_JOB_RESTARTING; i++) {
        flott_job_get_metrics(j, &m);
        usleep(100);
        if (i == 200) flott_job_stop(j);
    }
    flott_job_cancel(j);
    return NULL;
}

static void others_may_watch_and_stop(void **state) {
    (void)state;
    pthread_t threads[3];
    run("CREATE TABLE fast (x BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '1000000000')");
    OK(flott_session_set(s, "parallelism.default", "2", &err));
    flott_result *r = execute("SELECT x, COUNT(*) FROM fast GROUP BY x");
    flott_job *j = flott_result_job(r);
    for (int i = 0; i < 3; i++) assert_int_equal(pthread_create(&threads[i], NULL, watch, j), 0);
    flott_batch *b;
    int rc;
    while ((rc = flott_result_next(r, -1, &b, &err)) == FLOTT_OK) flott_batch_free(b);
    assert_int_equal(rc, FLOTT_END);
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    assert_int_equal(flott_job_get_state(j), FLOTT_JOB_STOPPED);
    flott_result_free(r);
}

static void time_is_not_ours_in_the_real_world(void **state) {
    (void)state;
    assert_int_equal(flott_session_advance(s, 1, &err), FLOTT_E_VALIDATION);
    assert_int_equal(flott_session_set_clock(s, 1, &err), FLOTT_E_VALIDATION);
    assert_int_equal(flott_session_settle(s, &err), FLOTT_E_VALIDATION);
    assert_int_equal(flott_session_put_file(s, "/tmp/x", "", 0, &err), FLOTT_E_VALIDATION);
    assert_true(flott_session_clock(s) > 1700000000000);
    assert_string_equal(flott_session_output(s, NULL), "");
}

/* ---- jobs in a simulation ---- */

static void time_passes_when_it_is_told_to(void **state) {
    (void)state;
    OK(flott_session_set_clock(s, 5000, &err));
    assert_int_equal(flott_session_clock(s), 5000);
    run("CREATE TABLE src (x BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10', 'number-of-rows' = '25',"
        " 'fields.x.kind' = 'sequence', 'fields.x.start' = '1', 'fields.x.end' = '1000')");
    flott_result *r = execute("SELECT COUNT(*) FROM src");
    assert_int_equal(flott_session_set_clock(s, 1, &err), FLOTT_E_VALIDATION); /* too late */
    flott_job *j = flott_result_job(r);
    flott_job_metrics m;
    OK(flott_session_settle(s, &err));
    assert_int_equal(flott_session_clock(s), 5000);
    OK(flott_session_advance(s, 1000, &err));
    assert_int_equal(flott_session_clock(s), 6000);
    flott_job_get_metrics(j, &m);
    assert_in_range(m.rows_in, 10, 20);
    assert_int_equal(flott_job_wait(j, 100, &err), FLOTT_TIMEOUT);
    assert_int_equal(flott_session_clock(s), 6100);
    assert_int_equal(flott_job_wait(j, -1, &err), FLOTT_OK);
    assert_in_range(flott_session_clock(s), 7000, 8000);
    flott_job_get_metrics(j, &m);
    assert_int_equal(m.rows_in, 25);
    flott_batch *b;
    int n = 0;
    while (flott_result_next(r, 0, &b, &err) == FLOTT_OK) { /* all is there */
        n += flott_batch_rows(b);
        flott_batch_free(b);
    }
    assert_int_equal(n, 49);
    flott_result_free(r);
}

static void gather(void *arg, const char *path, const char *bytes, size_t n) {
    char *text = arg;
    snprintf(text + strlen(text), 500 - strlen(text), "%s: %.*s", path, (int)n, bytes);
}

static void files_are_in_memory(void **state) {
    (void)state;
    char text[500] = "";
    OK(flott_session_put_file(s, "/in/deep/a.csv", "1,a\n2,b\n", 8, &err));
    OK(flott_session_put_file(s, "/in/.hidden", "x", 1, &err));
    OK(flott_session_read_files(s, "/in", gather, text, &err));
    assert_string_equal(text, "/in/deep/a.csv: 1,a\n2,b\n");
    OK(flott_session_read_files(s, "/no/such/folder", gather, text, &err));
    run("CREATE TABLE i (n INT, t STRING) WITH ('connector' = 'filesystem', 'path' = '/in/deep', 'format' = 'csv')");
    run("CREATE TABLE o (n INT) WITH ('connector' = 'filesystem', 'path' = '/out', 'format' = 'csv')");
    flott_result *r = execute("INSERT INTO o SELECT n * 10 FROM i");
    assert_int_equal(flott_job_wait(flott_result_job(r), -1, &err), FLOTT_OK);
    flott_result_free(r);
    text[0] = '\0';
    OK(flott_session_read_files(s, "/out", gather, text, &err));
    assert_non_null(strstr(text, ": 10\n20\n"));
    assert_int_not_equal(access("/in", F_OK), 0);
}

static void what_never_comes_is_said(void **state) {
    (void)state;
    flott_batch *b;
    run("CREATE TABLE src (x INT) WITH ('connector' = 'filesystem', 'path' = '/in', 'format' = 'csv', "
        "'source.monitor-interval' = '1 s')");
    OK(flott_session_put_file(s, "/in/a.csv", "1\n", 2, &err));
    flott_result *r = execute("SELECT x FROM src");
    assert_int_equal(flott_result_next(r, -1, &b, &err), FLOTT_OK);
    flott_batch_free(b);
    assert_int_equal(flott_result_next(r, 0, &b, &err), FLOTT_TIMEOUT);
    OK(flott_session_advance(s, 2000, &err));
    assert_int_equal(flott_result_next(r, 0, &b, &err), FLOTT_TIMEOUT);
    OK(flott_session_put_file(s, "/in/b.csv", "2\n", 2, &err)); /* found within a second */
    OK(flott_session_advance(s, 1000, &err));
    assert_int_equal(flott_result_next(r, 0, &b, &err), FLOTT_OK);
    assert_string_equal(flott_batch_text(b, 0, 0, FLOTT_TEXT_JAVA, NULL), "2");
    flott_batch_free(b);
    flott_result_free(r);
}

static void checkpoints_of_an_earlier_run_are_told(void **state) {
    (void)state;
    OK(flott_session_set(s, "execution.checkpointing.interval", "1 s", &err));
    OK(flott_session_set(s, "execution.checkpointing.dir", "/chk", &err));
    run("CREATE TABLE src (x BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '10')");
    flott_result *r = execute("SELECT x FROM src");
    flott_job *j = flott_result_job(r);
    assert_null(flott_job_unused_checkpoints(j));
    OK(flott_session_advance(s, 3500, &err));
    flott_job_metrics m;
    flott_job_get_metrics(j, &m);
    assert_int_equal(m.checkpoints, 3);
    assert_int_equal(m.last_checkpoint, 3);
    flott_job_stop(j);
    assert_int_equal(flott_job_wait(j, -1, &err), FLOTT_OK);
    flott_result_free(r);
    OK(flott_session_put_file(s, "/chk/job-2/chk-7/manifest", "", 0, &err)); /* the second job's folder */
    r = execute("SELECT x FROM src");
    assert_string_equal(flott_job_unused_checkpoints(flott_result_job(r)), "/chk/job-2");
    flott_result_free(r);
    OK(flott_session_set(s, "execution.state-recovery.path", "/chk/none", &err));
    r = execute("SELECT x FROM src"); /* jobs behind the first may be new */
    assert_non_null(strstr(notes, "there is no checkpoint for job 3"));
    flott_result_free(r);
}

static void a_job_that_cannot_start_is_no_job(void **state) {
    (void)state;
    OK(flott_session_set(s, "execution.checkpointing.interval", "1 s", &err));
    OK(flott_session_set(s, "execution.state-recovery.path", "/chk/none", &err));
    run("CREATE TABLE src (x BIGINT) WITH ('connector' = 'datagen')");
    run("CREATE TABLE o (x BIGINT) WITH ('connector' = 'blackhole')");
    assert_refused("SELECT x FROM src", FLOTT_E_VALIDATION, "there is no checkpoint at '/chk/none'");
    assert_refused("INSERT INTO o SELECT x FROM src", FLOTT_E_VALIDATION, "there is no checkpoint at '/chk/none'");
    assert_int_equal(flott_session_jobs(s), 0);
    OK(flott_session_set(s, "execution.state-recovery.path", "s3://bucket/x", &err));
    assert_refused("SELECT x FROM src", FLOTT_E_UNSUPPORTED, "only local files");
}

/* ---- documentation ---- */

static void everything_has_a_name(void **state) {
    (void)state;
    for (int topic = FLOTT_TOPIC_CONFIG; topic <= FLOTT_TOPIC_FORMAT; topic++) {
        int n = flott_entries((flott_topic)topic);
        assert_true(n > 2);
        for (int i = 0; i < n; i++) {
            flott_entry e = flott_entry_at((flott_topic)topic, i);
            assert_true(strlen(e.name) > 0);
            assert_int_equal(e.state != NULL, topic == FLOTT_TOPIC_CONFIG);
        }
        assert_null(flott_entry_at((flott_topic)topic, n).name);
        assert_null(flott_entry_at((flott_topic)topic, -1).name);
    }
    assert_int_equal(flott_entries((flott_topic)99), 0);
    assert_null(flott_entry_at((flott_topic)99, 0).name);
}

#define REAL(name)      cmocka_unit_test_setup_teardown(name, real_world, teardown)
#define SIMULATED(name) cmocka_unit_test_setup_teardown(name, simulation, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),
        cmocka_unit_test(nothing_is_freed_without_harm),
        REAL(settings),
        REAL(statements_of_a_script),
        REAL(mistakes_have_a_place),
        SIMULATED(statement_sets_in_pieces),
        REAL(a_query_has_columns_and_rows),
        SIMULATED(a_query_has_columns_and_rows),
        REAL(fields_are_texts),
        REAL(bytes_in_tables_are_hexadecimal),
        REAL(a_query_is_described_without_running),
        REAL(an_updating_query_says_so),
        SIMULATED(an_updating_query_says_so),
        REAL(a_table_is_known_at_once),
        REAL(a_job_that_fails_says_why),
        SIMULATED(a_job_that_fails_says_why),
        REAL(tables_come_and_go_by_arrow),
        SIMULATED(tables_come_and_go_by_arrow),
        REAL(waiting_and_stopping),
        REAL(a_query_is_canceled_with_its_result),
        REAL(others_may_watch_and_stop),
        REAL(time_is_not_ours_in_the_real_world),
        SIMULATED(time_passes_when_it_is_told_to),
        SIMULATED(files_are_in_memory),
        SIMULATED(what_never_comes_is_said),
        SIMULATED(checkpoints_of_an_earlier_run_are_told),
        SIMULATED(a_job_that_cannot_start_is_no_job),
        cmocka_unit_test(everything_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
