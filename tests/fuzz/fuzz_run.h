/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_run.h -- a script run from end to end through flott.h in a simulation, for the targets that make scripts.
 *
 * There are a few small tables; the statements are executed in turn, their rows read in every form, and some time
 * passes. Each statement must give a result, or an error with a message.
 */
#ifndef FL_TESTS_FUZZ_RUN_H
#define FL_TESTS_FUZZ_RUN_H

#include <stdlib.h>

#include "base/common.h"
#include "data/arrow.h"
#include "flott.h"

enum { STATEMENTS_MAX = 6, BATCHES_MAX = 20 };

static const char json[] =
    "{\"a\":1,\"b\":\"x\",\"c\":1.5,\"ts\":\"2024-02-29 10:11:12\",\"k\":true,\"d\":9.99,\"n\":[1,2],\"m\":{\"p\":1},"
    "\"r\":{\"x\":1,\"y\":\"q\"},\"i\":7,\"s\":\"abc\",\"f\":\"2024-02-29\",\"g\":\"10:11:12\",\"y\":\"YWI=\",\"e\":3,"
    "\"h\":0.5,\"l\":\"2024-02-29 10:11:12.5Z\"}\n"
    "{\"a\":2,\"b\":\"y\",\"c\":-0.0,\"ts\":\"2024-02-29 "
    "10:11:13.5\",\"k\":false,\"n\":[],\"m\":{},\"i\":-1,\"s\":\"\"}\n"
    "{\"a\":1,\"b\":\"a longer text of some words\",\"c\":1e300,\"ts\":\"2024-02-29 "
    "10:11:11\",\"d\":-0.01,\"e\":-32768}\n"
    "{\"ts\":\"2024-02-29 12:00:00\"}\n";

#define PLAIN "i BIGINT, s VARCHAR(3), f DATE, g TIME, l TIMESTAMP_LTZ(3), y BYTES, e SMALLINT, h FLOAT"

static const char *const setup[] = {
    "CREATE TABLE t (a INT, b STRING, c DOUBLE, ts TIMESTAMP(3), k BOOLEAN, d DECIMAL(10, 2), n ARRAY<INT>, "
    "m MAP<STRING, INT>, r ROW<x INT, y STRING>, " PLAIN ", p AS PROCTIME(), "
    "WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) "
    "WITH ('connector' = 'filesystem', 'path' = '/fuzz/t.json', 'format' = 'json')",
    "CREATE TABLE u (" PLAIN ") WITH ('connector' = 'filesystem', 'path' = '/fuzz/u.csv', 'format' = 'csv')",
    "CREATE TABLE o (a INT, b STRING) WITH ('connector' = 'print')",
    "CREATE VIEW v AS SELECT a AS q, b FROM t WHERE a = 1",
};

static void run_setup(flott_session *s) {
    static const char csv[] = "1,abc,2024-02-29,10:11:12,2024-02-29 10:11:12Z,YWI=,7,1.5\n2,,,,,,,\n";
    flott_error err;
    flott_result *r;
    fl_assert(flott_session_put_file(s, "/fuzz/t.json", json, sizeof json - 1, &err) == 0);
    fl_assert(flott_session_put_file(s, "/fuzz/u.csv", csv, sizeof csv - 1, &err) == 0);
    for (size_t i = 0; i < FL_ARRAY_LEN(setup); i++) {
        fl_assert(flott_execute(s, setup[i], -1, &r, &err) == 0);
        flott_result_free(r);
    }
}

static void read_batch(flott_result *r, flott_batch *b) {
    size_t n;
    flott_error err;
    struct ArrowArray array;
    for (int row = 0; row < flott_batch_rows(b) && row < 50; row++) {
        flott_batch_kind(b, row);
        for (int c = 0; c < flott_result_columns(r); c++)
            for (int style = 0; style < 2; style++)
                fl_assert(flott_batch_text(b, row, c, (flott_text)style, &n) != NULL);
        flott_batch_json(b, row, &n);
        flott_batch_csv(b, row, &n);
    }
    if (flott_batch_arrow(b, &array, &err) == 0) array.release(&array);
}

static void read_rows(flott_session *s, flott_result *r) {
    flott_error err;
    flott_batch *b;
    int rc = 0;
    for (int c = 0; c < flott_result_columns(r); c++) {
        flott_result_name(r, c);
        flott_result_type(r, c);
        flott_result_width(r, c);
    }
    for (int i = 0; i < BATCHES_MAX && (rc == 0 || rc == FLOTT_TIMEOUT); i++) {
        rc = flott_result_next(r, 0, &b, &err);
        if (rc == FLOTT_TIMEOUT) flott_session_advance(s, i < 3 ? 1000 : 3600000, &err);
        if (rc != 0) continue;
        read_batch(r, b);
        flott_batch_free(b);
    }
    fl_assert(rc >= 0 || (err.code == rc && err.message[0] != '\0'));
}

/* `mode` chooses batch or streaming, parallelism, and whether power is cut after every batch. */
static void fuzz_run(uint8_t mode, const char *script, size_t size) {
    flott_error err;
    const char *start;
    size_t at = 0, length;
    flott_session *s = flott_session_new(
        &(flott_options){.simulated = true, .seed = mode, .clock_ms = 1767225600000, .crash_always = mode % 4 == 1});
    if (mode % 4 == 2) fl_assert(flott_session_set(s, "execution.runtime-mode", "batch", &err) == 0);
    if (mode & 8) fl_assert(flott_session_set(s, "parallelism.default", "3", &err) == 0);
    run_setup(s);
    for (int i = 0; i < STATEMENTS_MAX && flott_next_statement(script, size, &at, &start, &length); i++) {
        flott_result *r;
        int rc = flott_execute(s, start, (int64_t)length, &r, &err);
        if (rc < 0) {
            fl_assert(err.code == rc && err.message[0] != '\0');
            continue;
        }
        flott_result_kind kind = flott_result_get_kind(r);
        if (kind == FLOTT_RESULT_TABLE || kind == FLOTT_RESULT_QUERY) read_rows(s, r);
        if (kind == FLOTT_RESULT_JOB) flott_session_advance(s, 5000, &err);
        flott_result_free(r);
    }
    flott_session_free(s);
}

#endif
