/* SPDX-License-Identifier: Apache-2.0 */
/* test_kinesis_sink.c -- INSERT INTO a stream or delivery stream: what is stored, under which partition key, in which
 * requests; and what is refused before or while the job runs.
 *
 * How: whole statements in a simulated session; the service is fake_kinesis.c. Faults are tests/sim/kinesis_seeds.c's.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "../sim/fake_kinesis.h"
#include "env/session.h"
#include "flott.h"

typedef struct rig {
    fl_platform *pf;
    fake_kinesis *k;
    flott_session *s;
    flott_error err;
    char notes[2000];
} rig;

static void on_note(void *arg, const char *text) {
    rig *r = arg;
    size_t n = strlen(r->notes);
    snprintf(r->notes + n, sizeof r->notes - n, "%s\n", text);
}

static int set_up(void **state) {
    rig *r = fl_calloc(1, sizeof *r);
    flott_options opt = {.simulated = true, .note = on_note, .note_arg = r};
    r->pf = fl_sim_new(&(fl_sim_options){.seed = 1, .start_ms = 1767225600000});
    r->k = fake_kinesis_new(r->pf);
    fl_sim_set_http(r->pf, fake_kinesis_http(r->k));
    fake_kinesis_create(r->k, "out", 3);
    r->s = fl_session_new_on(r->pf, &opt);
    *state = r;
    return 0;
}

static int tear_down(void **state) {
    rig *r = *state;
    assert_string_equal(r->k->complaint, "");
    flott_session_free(r->s);
    fake_kinesis_free(r->k);
    fl_sim_free(r->pf);
    free(r);
    return 0;
}

/* Runs statements; the jobs to their ends. */
static int run(rig *r, const char *script) {
    const char *start;
    size_t at = 0, n;
    while (flott_next_statement(script, strlen(script), &at, &start, &n)) {
        flott_result *result;
        int rc = flott_execute(r->s, start, (int64_t)n, &result, &r->err);
        if (rc < 0) return rc;
        flott_job *job = flott_result_get_kind(result) == FLOTT_RESULT_JOB ? flott_result_job(result) : NULL;
        flott_result_free(result);
        while (job != NULL && flott_job_get_state(job) < FLOTT_JOB_FINISHED)
            if (!fl_session_step(r->s)) r->pf->ops->advance_to(r->pf, fl_session_due_ms(r->s));
        if (job != NULL && (rc = flott_job_wait(job, -1, &r->err)) < 0) return rc;
    }
    return 0;
}

#define AWS                                                                                                            \
    "'format' = 'json', 'aws.region' = 'us-east-1', 'aws.credentials.basic.accesskeyid' = '" FAKE_ACCESS_KEY           \
    "', 'aws.credentials.basic.secretkey' = '" FAKE_SECRET_KEY "'"
#define STREAM "'connector' = 'kinesis', 'stream' = 'out', " AWS

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* "key: data" of each record, sorted. */
static const char *stored(rig *r) {
    static char text[4000];
    char *lines[16];
    int n;
    fl_arena a;
    const fake_kinesis_record *rec = fake_kinesis_records(r->k, "out", &n);
    assert_true(n <= 16);
    fl_arena_init(&a);
    for (int i = 0; i < n; i++) lines[i] = fl_arena_printf(&a, "%s: %s\n", rec[i].partition_key.p, rec[i].data.p);
    qsort(lines, (size_t)n, sizeof *lines, by_text);
    text[0] = '\0';
    for (int i = 0; i < n; i++) strcat(text, lines[i]);
    fl_arena_deinit(&a);
    return text;
}

static void assert_refused(rig *r, const char *script, const char *words) {
    assert_true(run(r, script) < 0);
    if (strstr(r->err.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, r->err.message);
    assert_null(strstr(r->err.message, FAKE_SECRET_KEY));
}

/* Keys are joined from the columns of PARTITIONED BY, which stay in the record. */
static void test_keys(void **state) {
    rig *r = *state;
    assert_int_equal(
        run(r, "CREATE TABLE t (a INT, b STRING, c BOOLEAN, d DOUBLE) PARTITIONED BY (b, a, c, d) WITH (" STREAM
               ");\nINSERT INTO t VALUES (1, 'x', TRUE, 1.5e0), (-2, CAST(NULL AS STRING), FALSE, 1e10);"),
        0);
    assert_string_equal(stored(r), "null|-2|false|1.0E10: {\"a\":-2,\"b\":null,\"c\":false,\"d\":1.0E10}\n"
                                   "x|1|true|1.5: {\"a\":1,\"b\":\"x\",\"c\":true,\"d\":1.5}\n");
}

static void test_static_keys_and_delimiters(void **state) {
    rig *r = *state;
    assert_int_equal(run(r, "CREATE TABLE t (a INT, b STRING) PARTITIONED BY (b, a) WITH (" STREAM
                            ", 'sink.partitioner-field-delimiter' = '');\n"
                            "INSERT INTO t PARTITION (b = 'fixed \"word\"') SELECT 7;"),
                     0);
    assert_string_equal(stored(r), "fixed \"word\"7: {\"a\":7,\"b\":\"fixed \\\"word\\\"\"}\n");
}

static void test_long_keys_are_cut(void **state) {
    rig *r = *state;
    int n;
    assert_int_equal(run(r, "CREATE TABLE t (a STRING) PARTITIONED BY (a) WITH (" STREAM
                            ");\nINSERT INTO t SELECT REPEAT('ä', 300);"),
                     0);
    const fake_kinesis_record *rec = fake_kinesis_records(r->k, "out", &n);
    assert_int_equal(n, 1);
    assert_int_equal(rec[0].partition_key.n, 512);
}

static void test_partitioners(void **state) {
    rig *r = *state;
    int n;
    assert_int_equal(run(r, "CREATE TABLE t (a INT) WITH (" STREAM ", 'sink.partitioner' = 'fixed');\n"
                            "INSERT INTO t VALUES (1), (2);"),
                     0);
    assert_string_equal(stored(r), "0: {\"a\":1}\n0: {\"a\":2}\n");
    assert_int_equal(run(r, "CREATE TABLE u (a INT) WITH (" STREAM ");\nINSERT INTO u VALUES (3), (4);"), 0);
    const fake_kinesis_record *rec = fake_kinesis_records(r->k, "out", &n);
    assert_int_equal(n, 4);
    assert_string_not_equal(rec[2].partition_key.p, rec[3].partition_key.p);
}

static void test_refusals(void **state) {
    rig *r = *state;
    assert_refused(r,
                   "CREATE TABLE a (a INT) PARTITIONED BY (a) WITH (" STREAM ", 'sink.partitioner' = 'random');\n"
                   "INSERT INTO a VALUES (1);",
                   "Cannot set sink.partitioner option for a table defined with a PARTITIONED BY clause");
    assert_refused(r,
                   "CREATE TABLE b (a INT) WITH (" STREAM ", 'sink.partitioner' = 'org.example.Mine');\n"
                   "INSERT INTO b VALUES (1);",
                   "org.example.Mine");
    assert_refused(
        r, "CREATE TABLE c (a DATE) PARTITIONED BY (a) WITH (" STREAM ");\nINSERT INTO c VALUES (CURRENT_DATE);",
        "The following partition keys have types that are not supported by Kinesis: a");
    assert_refused(r,
                   "CREATE TABLE d (a INT) WITH (" STREAM ", 'sink.flush-buffer.size' = '1000');\n"
                   "INSERT INTO d VALUES (1);",
                   "The maximum allowed size in bytes per flush must be greater");
    assert_refused(r,
                   "CREATE TABLE e (a INT) WITH (" STREAM ", 'sink.requests.max-buffered' = '500');\n"
                   "INSERT INTO e VALUES (1);",
                   "should be strictly greater");
    assert_refused(r, "CREATE TABLE f (a STRING) WITH (" STREAM ");\nINSERT INTO f SELECT REPEAT('x', 1100000);",
                   "when the maxRecordSizeInBytes was set to [1048576].");
    assert_refused(r, "CREATE TABLE g (a STRING) PARTITIONED BY (a) WITH (" STREAM ");\nINSERT INTO g VALUES ('');",
                   "the partition key of a row for stream 'out' is empty");
    assert_refused(r,
                   "CREATE TABLE h (a INT) WITH ('connector' = 'kinesis', 'stream' = 'nowhere', " AWS ");\n"
                   "INSERT INTO h VALUES (1);",
                   "ResourceNotFoundException");
}

/* Options of the Kinesis Producer Library: by their new names, or noted. */
static void test_old_options(void **state) {
    rig *r = *state;
    assert_int_equal(
        run(r, "CREATE TABLE t (a INT) WITH (" STREAM ", 'sink.producer.collection-max-size' = '2', "
               "'sink.producer.record-max-buffered-time' = '50', 'sink.producer.aggregation-enabled' = 'false');\n"
               "INSERT INTO t VALUES (1), (2), (3), (4), (5);"),
        0);
    int n;
    fake_kinesis_records(r->k, "out", &n);
    assert_int_equal(n, 5);
    assert_int_equal(r->k->n_calls, 3);
    assert_non_null(strstr(r->notes, "sink.producer.aggregation-enabled"));
}

/* A refused record ends the job if the table says so; else it is sent again. */
static void test_fail_on_error(void **state) {
    rig *r = *state;
    r->k->faults.hole_ppm = 1000000;
    assert_refused(
        r, "CREATE TABLE t (a INT) WITH (" STREAM ", 'sink.fail-on-error' = 'true');\nINSERT INTO t VALUES (1);",
        "Encountered an exception while persisting records, not retrying due to {failOnError} being set.");
    r->k->faults.hole_ppm = 500000;
    assert_int_equal(
        run(r, "CREATE TABLE u (a INT) PARTITIONED BY (a) WITH (" STREAM ");\nINSERT INTO u VALUES (1), (2), (3);"), 0);
    int n;
    fake_kinesis_records(r->k, "out", &n);
    assert_int_equal(n, 3); /* only what was refused came again */
}

static void test_firehose(void **state) {
    rig *r = *state;
    int n;
    assert_int_equal(
        run(r, "CREATE TABLE t (a INT, b STRING) WITH ('connector' = 'firehose', 'delivery-stream' = 'out', " AWS
               ");\nINSERT INTO t SELECT 1, REPEAT('x', 900000) UNION ALL SELECT 2, REPEAT('y', 900000) "
               "UNION ALL SELECT 3, REPEAT('z', 900000) UNION ALL SELECT 4, REPEAT('w', 900000) "
               "UNION ALL SELECT 5, REPEAT('v', 900000);"),
        0);
    fake_kinesis_records(r->k, "out", &n);
    assert_int_equal(n, 5);
    assert_true(r->k->n_calls > 1); /* 4 MiB a request */
    assert_refused(
        r,
        "CREATE TABLE p (a INT) PARTITIONED BY (a) WITH ('connector' = 'firehose', 'delivery-stream' = 'out', " AWS
        ");\nINSERT INTO p VALUES (1);",
        "doesn't implement the SupportsPartitioning interface");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_static_keys_and_delimiters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_long_keys_are_cut, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_partitioners, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_old_options, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fail_on_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_firehose, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
