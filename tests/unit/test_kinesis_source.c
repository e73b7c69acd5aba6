/* SPDX-License-Identifier: Apache-2.0 */
/* test_kinesis_source.c -- the connector 'kinesis' as a source: jobs that print what they read from a Kinesis in the
 * process, in virtual time. Where reading begins, what a checkpoint keeps, resharding in the middle, aggregated
 * records, metadata; and what is said about options that make no sense.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "../sim/fake_kinesis.h"
#include "base/platform_sim.h"
#include "env/session.h"
#include "flott.h"

enum { START_S = 1767225600 };

static fl_platform *pf;
static fake_kinesis *k;
static flott_session *session;
static flott_job *job;
static flott_error err;
static char notes[4000];
static const char *interval = "500 ms"; /* of checkpoints */

static void on_note(void *arg, const char *text) {
    (void)arg;
    size_t n = strlen(notes);
    snprintf(notes + n, sizeof notes - n, "%s\n", text);
}

static int setup(void **state) {
    (void)state;
    pf = fl_sim_new(&(fl_sim_options){.seed = 5, .start_ms = START_S * 1000LL});
    k = fake_kinesis_new(pf);
    fl_sim_set_http(pf, fake_kinesis_http(k));
    fake_kinesis_create(k, "in", 2);
    notes[0] = '\0';
    interval = "500 ms";
    session = NULL;
    return 0;
}

static int teardown(void **state) {
    (void)state;
    flott_session_free(session);
    assert_string_equal(k->complaint, "");
    fake_kinesis_free(k);
    fl_sim_free(pf);
    return 0;
}

/* ---- jobs ---- */

#define TABLE(columns, options)                                                                                        \
    "CREATE TABLE source (" columns ") WITH ('connector' = 'kinesis', 'format' = 'json', 'aws.region' = 'us-east-1', " \
    "'aws.credentials.basic.accesskeyid' = '" FAKE_ACCESS_KEY "', 'aws.credentials.basic.secretkey' = "                \
    "'" FAKE_SECRET_KEY "', " options ");\n"
#define ARN "'stream.arn' = 'arn:aws:kinesis:us-east-1:123456789012:stream/in'"
#define PRINT(columns, select)                                                                                         \
    "CREATE TABLE sink (" columns ") WITH ('connector' = 'print');\nINSERT INTO sink " select ";\n"
#define COPY "SELECT * FROM source"

static int set(const char *key, const char *value) { return flott_session_set(session, key, value, &err); }

/* Starts the job of a script. */
static int start(const char *script, int parallelism, const char *restore) {
    flott_options opt = {.simulated = true, .note = on_note};
    char number[16];
    size_t at = 0, n;
    const char *from;
    snprintf(number, sizeof number, "%d", parallelism);
    flott_session_free(session);
    session = fl_session_new_on(pf, &opt);
    job = NULL;
    int rc = set("parallelism.default", number);
    if (rc == 0) rc = set("execution.checkpointing.dir", "chk");
    if (rc == 0) rc = set("execution.checkpointing.interval", interval);
    if (rc == 0 && restore != NULL) rc = set("execution.state-recovery.path", restore);
    while (rc == 0 && flott_next_statement(script, strlen(script), &at, &from, &n)) {
        flott_result *r;
        rc = flott_execute(session, from, (int64_t)n, &r, &err);
        if (rc < 0) break;
        if (flott_result_get_kind(r) == FLOTT_RESULT_JOB) job = flott_result_job(r);
        flott_result_free(r);
    }
    return rc;
}

/* Lets the job run for so long. */
static void run_ms(int64_t ms) {
    int64_t until = fl_now_ms(pf) + ms;
    while (flott_job_get_state(job) < FLOTT_JOB_FINISHED) {
        if (fl_session_step(session)) continue;
        int64_t due = fl_session_due_ms(session);
        if (due > until) break;
        pf->ops->advance_to(pf, due);
    }
    if (flott_job_get_state(job) == FLOTT_JOB_FAILED) {
        flott_job_wait(job, -1, &err);
        fail_msg("%s", err.message);
    }
    if (fl_now_ms(pf) < until) pf->ops->advance_to(pf, until);
}

static void cancel(void) {
    flott_job_cancel(job);
    flott_job_wait(job, -1, &err);
}

static void put(const char *key, int i) {
    char text[64];
    snprintf(text, sizeof text, "{\"i\":%d,\"k\":\"%s\"}", i, key);
    fake_kinesis_put(k, "in", key, text);
}

/* Merges any two neighbours. */
static void merge_two(void) {
    int i = 0, n = fake_kinesis_open_shards(k, "in");
    while (i < n && !fake_kinesis_merge(k, "in", i)) i++;
    assert_true(i < n);
}

/* What has been printed since the last look, the lines sorted. */
static void assert_printed(const char *expected) {
    fl_buf *out = fl_sim_output(pf, FL_STDOUT);
    char *lines[200], *text = strdup(fl_buf_cstr(out)), *save, got[8000] = "";
    int n = 0;
    for (char *line = strtok_r(text, "\n", &save); line != NULL && n < 200; line = strtok_r(NULL, "\n", &save)) {
        char *row = strchr(line, '>');
        lines[n++] = row != NULL ? row + 2 : line;
    }
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && strcmp(lines[j - 1], lines[j]) > 0; j--) {
            char *x = lines[j];
            lines[j] = lines[j - 1];
            lines[j - 1] = x;
        }
    for (int i = 0; i < n; i++) snprintf(got + strlen(got), sizeof got - strlen(got), "%s\n", lines[i]);
    free(text);
    fl_buf_reset(out);
    assert_string_equal(got, expected);
}

/* ---- where reading begins ---- */

static void latest_begins_when_the_job_does(void **state) {
    (void)state;
    put("a", 1);
    fl_sim_advance_ms(pf, 1000);
    assert_int_equal(start(TABLE("i INT", ARN) PRINT("i INT", COPY), 1, NULL), 0);
    run_ms(500);
    put("a", 2);
    put("b", 3);
    run_ms(2000);
    assert_printed("+I[2]\n+I[3]\n");
    cancel();
}

/* Records that come between the first checkpoint and the restore of it are read: LATEST is a time. */
static void latest_is_kept_before_the_first_record(void **state) {
    (void)state;
    put("a", 1);
    fl_sim_advance_ms(pf, 1000);
    const char *script = TABLE("i INT", ARN) PRINT("i INT", COPY);
    assert_int_equal(start(script, 1, NULL), 0);
    run_ms(3000);
    cancel();
    put("a", 2);
    put("b", 3);
    fl_sim_advance_ms(pf, 60000);
    assert_int_equal(start(script, 3, "chk"), 0);
    run_ms(2000);
    assert_printed("+I[2]\n+I[3]\n");
    cancel();
}

static void latest_reads_nothing_of_closed_shards(void **state) {
    (void)state;
    put("a", 1);
    assert_true(fake_kinesis_split(k, "in", 0));
    assert_true(fake_kinesis_split(k, "in", 1));
    fl_sim_advance_ms(pf, 1000);
    assert_int_equal(start(TABLE("i INT", "'stream' = 'in'") PRINT("i INT", COPY), 2, NULL), 0);
    run_ms(500);
    put("a", 2);
    run_ms(2000);
    assert_printed("+I[2]\n");
    cancel();
}

static void at_timestamp_takes_a_text_or_seconds(void **state) {
    (void)state;
    put("a", 1);
    fl_sim_advance_ms(pf, 2500);
    put("a", 2);
    fl_sim_advance_ms(pf, 1000);
    assert_int_equal(start(TABLE("i INT", ARN ", 'source.init.position' = 'AT_TIMESTAMP', "
                                              "'source.init.timestamp' = '2026-01-01T01:00:02.500+01:00'")
                               PRINT("i INT", COPY),
                           1, NULL),
                     0);
    run_ms(1000);
    assert_printed("+I[2]\n");
    cancel();
    assert_int_equal(start(TABLE("i INT", "'stream' = 'in', 'scan.stream.initpos' = 'AT_TIMESTAMP', "
                                          "'scan.stream.initpos-timestamp' = '1767225602.501'") PRINT("i INT", COPY),
                           1, NULL),
                     0);
    run_ms(1000);
    assert_printed("");
    cancel();
}

/* ---- resharding, restoring ---- */

#define OLDEST "'stream' = 'in', 'scan.stream.initpos' = 'TRIM_HORIZON'"

static void children_follow_their_parents(void **state) {
    (void)state;
    for (int i = 0; i < 10; i++) put(i % 2 ? "a" : "b", i);
    assert_int_equal(start(TABLE("i INT", OLDEST) PRINT("i INT", COPY), 3, NULL), 0);
    run_ms(300);
    assert_true(fake_kinesis_split(k, "in", 0));
    merge_two();
    merge_two();
    for (int i = 10; i < 20; i++) put(i % 2 ? "a" : "b", i);
    run_ms(5000); /* before the pause between two listings has passed: an end is looked behind at once */
    assert_printed("+I[0]\n+I[10]\n+I[11]\n+I[12]\n+I[13]\n+I[14]\n+I[15]\n+I[16]\n+I[17]\n+I[18]\n+I[19]\n+I[1]\n"
                   "+I[2]\n+I[3]\n+I[4]\n+I[5]\n+I[6]\n+I[7]\n+I[8]\n+I[9]\n");
    cancel();
}

static void a_restore_goes_on_behind_the_last_record(void **state) {
    (void)state;
    const char *script = TABLE("i INT", OLDEST) PRINT("i INT", COPY);
    static const int parallelism[] = {1, 3, 2, 4, 1};
    k->iterator_life_ms = 1; /* each read needs a new iterator */
    for (int life = 0; life < 5; life++) {
        char expected[40];
        if (life == 2) assert_true(fake_kinesis_split(k, "in", 1));
        if (life == 3) merge_two();
        put("a", 2 * life);
        put("b", 2 * life + 1);
        assert_int_equal(start(script, parallelism[life], life > 0 ? "chk" : NULL), 0);
        run_ms(6000);
        snprintf(expected, sizeof expected, "+I[%d]\n+I[%d]\n", 2 * life, 2 * life + 1);
        assert_printed(expected);
        cancel();
    }
}

static void a_shard_that_has_expired_is_told(void **state) {
    (void)state;
    const char *script = TABLE("i INT", OLDEST) PRINT("i INT", COPY);
    put("a", 1);
    assert_int_equal(start(script, 1, NULL), 0);
    run_ms(2000);
    cancel();
    put("a", 2);
    merge_two();
    k->retention_ms = 5000;
    fl_sim_advance_ms(pf, 6000);
    put("a", 3);
    assert_int_equal(start(script, 2, "chk"), 0);
    run_ms(2000);
    assert_printed("+I[1]\n+I[3]\n");
    assert_non_null(strstr(notes, "has expired since the checkpoint"));
    cancel();
}

/* ---- records ---- */

/* A record of the producer library: one key, these texts, and the checksum that this world's MD5 makes. */
static void put_aggregated(const char *key, const char *const *texts, int n) {
    fl_buf b;
    fl_buf_init(&b);
    fl_buf_put(&b, "\xf3\x89\x9a\xc2\x0a", 5);
    fl_buf_putc(&b, (char)strlen(key));
    fl_buf_puts(&b, key);
    for (int i = 0; i < n; i++) {
        size_t size = strlen(texts[i]);
        fl_buf_put(&b, (char[]){0x1a, (char)(size + 4), 8, 0, 0x1a, (char)size}, 6);
        fl_buf_puts(&b, texts[i]);
    }
    uint8_t md5[16];
    k->http.table.md5(b.p + 4, b.n - 4, md5);
    fl_buf_put(&b, md5, 16);
    fake_kinesis_put_bytes(k, "in", key, b.p, b.n);
    fl_buf_deinit(&b);
}

static void aggregated_records_are_taken_apart(void **state) {
    (void)state;
    static const char *const texts[] = {"{\"i\":1}", "{\"i\":2}", "{\"i\":3}"};
    put("a", 0);
    put_aggregated("a", texts, 3);
    put("a", 4);
    assert_int_equal(start(TABLE("i INT", OLDEST) PRINT("i INT", COPY), 1, NULL), 0);
    run_ms(1000);
    assert_printed("+I[0]\n+I[1]\n+I[2]\n+I[3]\n+I[4]\n");
    cancel();
}

/* Batches of two rows and many checkpoints; the process is killed again and again, in the middle of records. */
static void a_checkpoint_in_the_middle_of_a_record_loses_nothing(void **state) {
    (void)state;
    static const char *const texts[] = {"{\"i\":1}", "{\"i\":2}", "{\"i\":3}", "{\"i\":4}", "{\"i\":5}"};
    const char *script = TABLE(
        "i INT",
        OLDEST) "CREATE TABLE sink (i INT) WITH ('connector' = 'filesystem', 'path' = 'out', 'format' = 'json');\n"
                "INSERT INTO sink SELECT * FROM source;\n";
    int n, n_rows = 0, counts[7] = {0};
    char **names, *text;
    size_t size;
    fl_arena a;
    fl_error e;
    fl_arena_init(&a);
    interval = "10 ms";
    for (int i = 0; i < 20; i++) put_aggregated("a", texts, 5);
    for (int life = 0; life < 60; life++) {
        assert_int_equal(start(script, 1, fl_disk_exists(pf, "chk") ? "chk" : NULL), 0);
        session->batch_rows = 2;
        for (int step = 0; step < 60 + life % 17 && flott_job_get_state(job) < FLOTT_JOB_FINISHED; step++)
            if (!fl_session_step(session)) pf->ops->advance_to(pf, fl_session_due_ms(session));
        if (life == 59) run_ms(5000);
        fl_sim_crash_at(pf, fl_sim_steps(pf));
        fl_session_step(session);
        flott_session_free(session);
        session = NULL;
        fl_sim_kill(pf);
    }
    interval = "500 ms";
    assert_int_equal(fl_disk_list(pf, "out", &a, &names, &n, &e), 0);
    for (int i = 0; i < n; i++) {
        assert_int_equal(fl_disk_read_all(pf, fl_path_join(&a, "out", names[i]), 10000, &a, &text, &size, &e), 0);
        for (char *p = text; (p = strstr(p, "\"i\":")) != NULL; p++, n_rows++) counts[atoi(p + 4)]++;
    }
    for (int i = 1; i <= 5; i++) assert_int_equal(counts[i], 20);
    assert_int_equal(n_rows, 100);
    fl_arena_deinit(&a);
}

static void metadata_comes_with_each_row(void **state) {
    (void)state;
    fl_sim_advance_ms(pf, 1234);
    put("a", 7);
    assert_int_equal(start(TABLE("i INT, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', s STRING METADATA FROM "
                                 "'shard-id' VIRTUAL, n STRING METADATA FROM 'sequence-number'",
                                 OLDEST)
                               PRINT("i INT, t STRING, s STRING, same BOOLEAN",
                                     "SELECT i, DATE_FORMAT(ts, 'HH:mm:ss.SSS'), SUBSTRING(s, 1, 8), CHAR_LENGTH(n) > "
                                     "10 FROM source"),
                           1, NULL),
                     0);
    run_ms(1000);
    assert_printed("+I[7, 00:00:01.234, shardId-, true]\n");
    cancel();
}

static void records_that_cannot_be_read_follow_the_format(void **state) {
    (void)state;
    put("a", 1);
    fake_kinesis_put(k, "in", "a", "no json");
    put("a", 2);
    assert_int_equal(
        start(TABLE("i INT", OLDEST ", 'json.ignore-parse-errors' = 'true'") PRINT("i INT", COPY), 1, NULL), 0);
    run_ms(1000);
    assert_printed("+I[1]\n+I[2]\n");
    cancel();
}

/* A shard that ends leaves its watermark to its children, one that is quiet holds nothing back after a while. */
static void watermarks_are_held_by_shard(void **state) {
    (void)state;
    char text[80];
    assert_int_equal(
        start(TABLE("i INT, t TIMESTAMP(3), WATERMARK FOR t AS t", OLDEST ", 'scan.shard.idle.interval' = '3000'")
                  PRINT("e TIMESTAMP(3), n BIGINT", "SELECT TUMBLE_END(t, INTERVAL '1' MINUTE), COUNT(*) FROM source "
                                                    "GROUP BY TUMBLE(t, INTERVAL '1' MINUTE)"),
              1, NULL),
        0);
    for (int i = 0; i < 4; i++) {
        snprintf(text, sizeof text, "{\"i\":%d,\"t\":\"2026-01-01 00:%02d:00\"}", i, i);
        fake_kinesis_put(k, "in", "a", text);
    }
    run_ms(1500);
    assert_printed(""); /* the other shard has said nothing */
    run_ms(4000);
    assert_printed("+I[2026-01-01T00:01, 1]\n+I[2026-01-01T00:02, 1]\n+I[2026-01-01T00:03, 1]\n");
    cancel();
}

/* ---- options ---- */

static void options_are_checked(void **state) {
    (void)state;
    static const struct {
        const char *options, *why, *hint;
    } bad[] = {
        {"'connector' = 'kinesis'", "Missing required options are:\n\nstream.arn", ""},
        {"'connector' = 'kinesis-legacy'", "Missing required options are:\n\nstream", ""},
        {"'connector' = 'kinesis-legacy', " ARN, "Unsupported options found for 'kinesis-legacy'", ""},
        {"'connector' = 'kinesis', 'stream' = 'in', " ARN, "both name the stream", "'stream' goes with scan.*"},
        {"'connector' = 'kinesis', 'stream' = 'in', 'source.init.position' = 'LATEST'",
         "'source.init.position' does not go with 'stream'", "'stream.arn' with source.*"},
        {"'connector' = 'kinesis', 'scan.stream.initpos' = 'LATEST', " ARN,
         "'scan.stream.initpos' does not go with 'stream.arn'", "'stream' goes with scan.*"},
        {"'connector' = 'kinesis', 'stream' = 'arn:aws:kinesis:us-east-1:1:stream/in'", "not the name of a stream",
         "give it as 'stream.arn'"},
        {"'connector' = 'kinesis', 'stream.arn' = 'in'", "not the ARN of a Kinesis stream", "stream/in"},
        {"'connector' = 'kinesis', 'stream.arn' = 'arn:aws:s3:::bucket'", "not the ARN of a Kinesis stream", "NAME"},
        {"'connector' = 'kinesis', 'source.reader.type' = 'EFO', " ARN, "'source.reader.type' = 'EFO' is not supported",
         "read by polling"},
        {"'connector' = 'kinesis', 'stream' = 'in', 'scan.stream.recordpublisher' = 'efo'", "is not supported",
         "read by polling"},
        {"'connector' = 'kinesis', 'source.init.position' = 'AT_TIMESTAMP', " ARN,
         "Please set value for initial timestamp ('source.init.timestamp')", ""},
        {"'connector' = 'kinesis', 'source.init.position' = 'AT_TIMESTAMP', 'source.init.timestamp' = 'noon', " ARN,
         "Invalid value given for initial timestamp", ""},
        {"'connector' = 'kinesis', 'source.init.position' = 'EARLIEST', " ARN, "LATEST, TRIM_HORIZON, AT_TIMESTAMP",
         ""},
        {"'connector' = 'kinesis', 'source.shard-assigner' = 'com.x.Y', " ARN, "there is no Java here", "uniform"},
        {"'connector' = 'kinesis', 'source.shard.get-records.max-record-count' = '10001', " ARN, "10000", ""},
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(bad); i++) {
        char script[1000];
        snprintf(script, sizeof script,
                 "CREATE TABLE source (i INT) WITH (%s, 'format' = 'json', 'aws.endpoint' = 'localhost:1');\n" PRINT(
                     "i INT", COPY),
                 bad[i].options);
        assert_true(start(script, 1, NULL) < 0);
        if (strstr(err.message, bad[i].why) == NULL || strstr(err.hint, bad[i].hint) == NULL)
            fail_msg("%s: %s (%s)", bad[i].options, err.message, err.hint);
    }
}

static void options_without_effect_are_noted(void **state) {
    (void)state;
    assert_int_equal(start(TABLE("i INT", OLDEST ", 'scan.stream.recordpublisher' = 'POLLING', "
                                                 "'scan.stream.efo.consumername' = 'x', 'scan.shard.adaptivereads' = "
                                                 "'true', 'scan.watermark.sync.interval' = '1', "
                                                 "'shard.consumer.error.recoverable[0].exception' = 'java.x'")
                               PRINT("i INT", COPY),
                           1, NULL),
                     0);
    cancel();
    assert_non_null(strstr(notes, "'scan.stream.efo.consumername' has no effect: enhanced fan-out"));
    assert_non_null(strstr(notes, "'scan.shard.adaptivereads' has no effect"));
    assert_non_null(strstr(notes, "'shard.consumer.error.recoverable[0].exception' has no effect"));
    assert_null(strstr(notes, "recordpublisher"));
}

static void a_stream_has_no_end_in_batch_mode(void **state) {
    (void)state;
    assert_true(start("SET 'execution.runtime-mode' = 'batch';\n" TABLE("i INT", ARN) PRINT("i INT", COPY), 1, NULL) <
                0);
    assert_non_null(strstr(err.message, "unbounded"));
}

static void a_stream_that_is_not_there_is_told(void **state) {
    (void)state;
    assert_int_equal(start(TABLE("i INT", "'stream' = 'other'") PRINT("i INT", COPY), 1, NULL), 0);
    while (flott_job_get_state(job) < FLOTT_JOB_FINISHED)
        if (!fl_session_step(session)) pf->ops->advance_to(pf, fl_session_due_ms(session));
    assert_true(flott_job_wait(job, -1, &err) < 0);
    assert_non_null(strstr(err.message, "ListShards failed for 'other'"));
    assert_non_null(strstr(err.message, "ResourceNotFoundException"));
    assert_non_null(strstr(err.hint, "there is no 'other' in region us-east-1"));
}

int main(void) {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(latest_begins_when_the_job_does),
        TEST(latest_is_kept_before_the_first_record),
        TEST(latest_reads_nothing_of_closed_shards),
        TEST(at_timestamp_takes_a_text_or_seconds),
        TEST(children_follow_their_parents),
        TEST(a_restore_goes_on_behind_the_last_record),
        TEST(a_shard_that_has_expired_is_told),
        TEST(aggregated_records_are_taken_apart),
        TEST(a_checkpoint_in_the_middle_of_a_record_loses_nothing),
        TEST(metadata_comes_with_each_row),
        TEST(records_that_cannot_be_read_follow_the_format),
        TEST(watermarks_are_held_by_shard),
        TEST(options_are_checked),
        TEST(options_without_effect_are_noted),
        TEST(a_stream_has_no_end_in_batch_mode),
        TEST(a_stream_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
