/* SPDX-License-Identifier: Apache-2.0 */
/* test_datagen.c -- the connectors datagen, print and blackhole: values, pace, positions, and what is refused.
 *
 * Sources and sinks are planned from options and driven directly; time is virtual. The statistics use fixed seeds, so
 * they either always hold or never.
 */
#include "test.h"

#include "ends.h"

#include "base/hash.h"
#include "data/decimal.h"

#define OPTIONS(...) ((const char *const[]){"connector", "datagen", __VA_ARGS__, NULL})
#define FAST         "rows-per-second", "1000000000"

static fl_platform *world(uint64_t seed) {
    return fl_sim_new(&(fl_sim_options){.seed = seed, .start_ms = 1767225600123});
}

/* ---- values ---- */

/* All rows of a bounded source, or the first `rows_max`, as lines; checks every batch. */
static void take_lines(end_task *t, fl_buf *out, int rows_max) {
    fl_batch *b;
    fl_error err;
    int rc, rows = 0;
    while (rows < rows_max && (rc = end_poll(t, &b, &err)) == FL_POLL_BATCH) {
        assert_true(b->n <= t->ctx.batch_rows);
        end_print(out, b);
        rows += b->n;
        fl_batch_unref(b);
    }
}

static void expect_lines(const char *columns, const char *const *options, const char *expected) {
    fl_platform *pf = world(1);
    end_task t;
    fl_buf out;
    fl_buf_init(&out);
    end_source(&t, pf, columns, options);
    take_lines(&t, &out, INT32_MAX);
    assert_string_equal(fl_buf_cstr(&out), expected);
    fl_buf_deinit(&out);
    end_close(&t);
    fl_sim_free(pf);
}

static void sequences_count_in_every_type(void **state) {
    (void)state;
    expect_lines("a TINYINT, b SMALLINT, c INT, d BIGINT, e FLOAT, f DOUBLE, g DECIMAL(4, 2), h STRING, i BYTES",
                 OPTIONS(FAST, "fields.a.kind", "sequence", "fields.a.start", "-1", "fields.a.end", "100",          //
                         "fields.b.kind", "sequence", "fields.b.start", "1", "fields.b.end", "100",                 //
                         "fields.c.kind", "sequence", "fields.c.start", "1", "fields.c.end", "3",                   //
                         "fields.d.kind", "sequence", "fields.d.start", "5000000000", "fields.d.end", "6000000000", //
                         "fields.e.kind", "sequence", "fields.e.start", "1", "fields.e.end", "100",                 //
                         "fields.f.kind", "sequence", "fields.f.start", "1", "fields.f.end", "100",                 //
                         "fields.g.kind", "sequence", "fields.g.start", "98", "fields.g.end", "200",                //
                         "fields.h.kind", "sequence", "fields.h.start", "9", "fields.h.end", "100",                 //
                         "fields.i.kind", "sequence", "fields.i.start", "255", "fields.i.end", "1000"),
                 "+I[-1, 1, 1, 5000000000, 1.0, 1.0, 98.00, 9, [0, 0, 0, 0, 0, 0, 0, -1]]\n"
                 "+I[0, 2, 2, 5000000001, 2.0, 2.0, 99.00, 10, [0, 0, 0, 0, 0, 0, 1, 0]]\n"
                 "+I[1, 3, 3, 5000000002, 3.0, 3.0, null, 11, [0, 0, 0, 0, 0, 0, 1, 1]]\n");
}

static void times_are_now_in_the_zone_of_the_session(void **state) {
    (void)state;
    expect_lines(
        "a DATE, b TIME, c TIMESTAMP(3), d TIMESTAMP(6), e TIMESTAMP(9), f TIMESTAMP_LTZ(3)",
        OPTIONS("number-of-rows", "1"),
        "+I[2026-01-01, 00:00:00.123, 2026-01-01T00:00:00.123, 2026-01-01T00:00:00.123, 2026-01-01T00:00:00.123, "
        "2026-01-01T00:00:00.123Z]\n");
}

static void bounds_and_constants_are_kept(void **state) {
    (void)state;
    expect_lines("a INT, b DECIMAL(5, 2), c DOUBLE, d STRING, e ARRAY<INT>, f ROW<x INT, y BOOLEAN>, g DECIMAL(30, 5)",
                 OPTIONS("number-of-rows", "2", FAST, "fields.a.min", "7", "fields.a.max", "7", "fields.b.min", "1.25",
                         "fields.b.max", "1.25", "fields.c.min", "2.5", "fields.c.max", "2.5", "fields.d.length", "0",
                         "fields.e.length", "2", "fields.e.element.min", "3", "fields.e.element.max", "3",
                         "fields.f.x.min", "4", "fields.f.x.max", "4", "fields.f.y.null-rate", "1", "fields.g.min",
                         "123456789012345678.5", "fields.g.max", "123456789012345678.5"),
                 "+I[7, 1.25, 2.5, , [3, 3], +I[4, null], 123456789012345678.50000]\n"
                 "+I[7, 1.25, 2.5, , [3, 3], +I[4, null], 123456789012345678.50000]\n");
}

/* Values of every type lie where the options say; nested values too. */
static void check_random_row(fl_column *const *cols, int i, int64_t now_ms) {
    assert_in_range(fl_column_i64(cols[0], i) + 128, 0, 255);
    assert_in_range(fl_column_i64(cols[1], i), 10, 20);
    assert_true(fl_column_i128(cols[2], i) >= 1 && fl_column_i128(cols[2], i) < fl_pow10_i128(25));
    assert_true(FL_DATA(cols[3], double)[i] >= -2.0 && FL_DATA(cols[3], double)[i] <= 3.0);
    assert_true(FL_DATA(cols[4], float)[i] >= 0);
    fl_str s = fl_column_str(cols[5], i);
    assert_in_range(s.n, 1, 19);
    for (size_t k = 0; k < s.n; k++) assert_non_null(memchr("0123456789abcdef", s.p[k], 16));
    assert_int_equal(fl_column_str(cols[6], i).n, 40);
    assert_in_range(now_ms - fl_column_i64(cols[7], i), 0, 1000);
    int32_t from = FL_DATA(cols[8], int32_t)[i], to = FL_DATA(cols[8], int32_t)[i + 1];
    assert_in_range(to - from, 1, 3);
    for (int e = from; e < to; e++) {
        assert_in_range(fl_column_i64(cols[8]->child[0], e), 0, 2);
        for (int k = from; k < e; k++) assert_false(fl_column_equal_at(cols[8]->child[0], k, cols[8]->child[0], e));
    }
    for (int e = FL_DATA(cols[9], int32_t)[i]; e < FL_DATA(cols[9], int32_t)[i + 1]; e++)
        assert_in_range(fl_column_i64(cols[9]->child[1], e), 0, 10);
}

static void random_values_lie_within_their_bounds(void **state) {
    (void)state;
    fl_platform *pf = world(3);
    end_task t;
    fl_batch *b;
    fl_error err;
    end_source(
        &t, pf,
        "a TINYINT, b BIGINT, c DECIMAL(25, 3), d DOUBLE, e FLOAT, f STRING, g CHAR(40), h TIMESTAMP(3), "
        "i MAP<INT, STRING>, j MULTISET<STRING>, k INTERVAL YEAR TO MONTH, l INTERVAL DAY TO SECOND, m VARCHAR(5), "
        "n BINARY(3), o VARBINARY(20)",
        OPTIONS(FAST, "number-of-rows", "10000", "fields.b.min", "10", "fields.b.max", "20", "fields.d.min", "-2",
                "fields.d.max", "3", "fields.f.length", "20", "fields.f.var-len", "true", "fields.h.max-past", "1 s",
                "fields.i.key.min", "0", "fields.i.key.max", "2", "fields.j.element.length", "5"));
    int rows = 0;
    for (; end_poll(&t, &b, &err) == FL_POLL_BATCH; fl_batch_unref(b), rows += 1) {
        for (int i = 0; i < b->n; i++) check_random_row(b->cols, i, 1767225600123);
        rows += b->n - 1;
    }
    assert_int_equal(rows, 10000);
    end_close(&t);
    fl_sim_free(pf);
}

/* ---- statistics ---- */

/* Chi-square over `cells` equal cells: within 5 standard deviations of what chance gives. */
static void check_even(const int64_t *counts, int cells, int64_t n, const char *what) {
    double expected = (double)n / cells, chi = 0;
    for (int i = 0; i < cells; i++) {
        double d = (double)counts[i] - expected;
        chi += d * d / expected;
    }
    double deviation = (chi - (cells - 1)) / __builtin_sqrt(2.0 * (cells - 1));
    if (deviation < -5 || deviation > 5) fail_msg("%s: chi-square is %.1f deviations off", what, deviation);
}

enum { CELLS = 64 };

typedef struct evenness {
    const char *columns, *min, *max; /* of column x */
    int64_t base, width;             /* of the first cell, and of each (unscaled) */
} evenness;

/* Single values, and pairs of a value and the one `lag` rows before. */
static void check_column(const evenness *e) {
    static const int lags[] = {1, 2, 3, 64, 1000};
    enum { N = 1 << 20 };
    static uint8_t cell[N];
    int64_t counts[CELLS] = {0}, pairs[16 * 16] = {0};
    fl_platform *pf = world(11);
    end_task t;
    fl_batch *b;
    fl_error err;
    end_source(&t, pf, e->columns, OPTIONS(FAST, "fields.x.min", e->min, "fields.x.max", e->max));
    for (int n = 0; n < N;) {
        assert_int_equal(end_poll(&t, &b, &err), FL_POLL_BATCH);
        for (int i = 0; i < b->n; i++) {
            double d = b->cols[0]->phys == FL_P_F64 ? FL_DATA(b->cols[0], double)[i] : 0;
            fl_i128 x = b->cols[0]->phys == FL_P_F64 ? (fl_i128)(d * 64) : fl_column_i128(b->cols[0], i) - e->base;
            cell[n++] = (uint8_t)(x / e->width);
        }
        fl_batch_unref(b);
    }
    for (int i = 0; i < N; i++) counts[cell[i]]++;
    check_even(counts, CELLS, N, e->columns);
    for (size_t l = 0; l < FL_ARRAY_LEN(lags); l++) {
        memset(pairs, 0, sizeof pairs);
        for (int i = lags[l]; i < N; i++) pairs[(cell[i - lags[l]] / 4) * 16 + cell[i] / 4]++;
        check_even(pairs, 256, N - lags[l], e->columns);
    }
    end_close(&t);
    fl_sim_free(pf);
}

static void values_are_even_and_do_not_depend_on_each_other(void **state) {
    (void)state;
    static const evenness all[] = {
        {"x INT", "1", "64", 1, 1},                                                /* 32-bit mixer */
        {"x SMALLINT", "-3200", "3199", -3200, 100},                               /* … */
        {"x INT", "-2147483648", "2147483647", INT32_MIN, 1ll << 26},              /* 32 of 64 bits */
        {"x BIGINT", "0", "63999999", 0, 1000000},                                 /* range below 2^32 */
        {"x BIGINT", "0", "6399999999999999999", 0, 100000000000000000},           /* range beyond it */
        {"x DECIMAL(6, 2)", "0", "63.99", 0, 100},                                 /* sensor job */
        {"x DOUBLE", "0", "1", 0, 1},                                              /* 52 bits */
        {"x DECIMAL(38, 0)", "0", "63999999999999999999", 0, 1000000000000000000}, /* 128 bits */
    };
    for (size_t i = 0; i < FL_ARRAY_LEN(all); i++) check_column(&all[i]);
}

/* Two columns of one row, and neighbours in two columns, fall together as often as chance has it. */
static void columns_do_not_depend_on_each_other(void **state) {
    (void)state;
    enum { N = 1 << 18 };
    static uint8_t x[N], y[N];
    int64_t pairs[64];
    fl_platform *pf = world(5);
    end_task t;
    fl_batch *b;
    fl_error err;
    end_source(&t, pf, "x INT, y INT",
               OPTIONS(FAST, "fields.x.min", "0", "fields.x.max", "7", "fields.y.min", "0", "fields.y.max", "7"));
    for (int n = 0; n < N; n += b->n, fl_batch_unref(b)) {
        assert_int_equal(end_poll(&t, &b, &err), FL_POLL_BATCH);
        for (int i = 0; i < b->n; i++) {
            x[n + i] = (uint8_t)FL_DATA(b->cols[0], int32_t)[i];
            y[n + i] = (uint8_t)FL_DATA(b->cols[1], int32_t)[i];
        }
    }
    for (int lag = 0; lag < 4; lag++) {
        memset(pairs, 0, sizeof pairs);
        for (int i = lag; i < N; i++) pairs[x[i - lag] * 8 + y[i]]++;
        check_even(pairs, 64, N - lag, "x and y");
    }
    end_close(&t);
    fl_sim_free(pf);
}

static void nulls_and_booleans_come_as_often_as_asked_for(void **state) {
    (void)state;
    fl_platform *pf = world(9);
    end_task t;
    fl_batch *b;
    fl_error err;
    int n = 0, nulls = 0, trues = 0, short_texts = 0;
    end_source(&t, pf, "x STRING, y BOOLEAN, z ARRAY<STRING>",
               OPTIONS(FAST, "fields.x.null-rate", "0.25", "fields.x.length", "5", "fields.z.null-rate", "0.5",
                       "fields.z.element.null-rate", "0.1", "number-of-rows", "100001"));
    for (; end_poll(&t, &b, &err) == FL_POLL_BATCH; fl_batch_unref(b)) {
        for (int i = 0; i < b->n; i++) {
            nulls += fl_column_is_null(b->cols[0], i);
            trues += (int)fl_column_i64(b->cols[1], i);
            short_texts += !fl_column_is_null(b->cols[0], i) && fl_column_str(b->cols[0], i).n != 5;
        }
        n += b->n;
    }
    assert_int_equal(n, 100001);
    assert_int_equal(short_texts, 0);
    assert_in_range(nulls, 24500, 25500);
    assert_in_range(trues, 49500, 50500);
    end_close(&t);
    fl_sim_free(pf);
}

/* ---- positions ---- */

#define MIXED_COLUMNS "id BIGINT, x INT, s STRING, l ARRAY<INT>, b BOOLEAN, d DOUBLE"
#define MIXED_OPTIONS                                                                                                  \
    OPTIONS(FAST, "fields.id.kind", "sequence", "fields.id.start", "0", "fields.id.end", "499", "fields.x.null-rate",  \
            "0.1", "fields.s.length", "16", "fields.s.var-len", "true", "fields.s.null-rate", "0.3")

/* A restore goes on exactly where the snapshot was taken, whatever the batches were and whichever columns are read. */
static void a_restore_replays_the_same_rows(void **state) {
    (void)state;
    for (int batch = 1; batch < 200; batch = batch * 3 + 1) {
        fl_platform *pf = world(4);
        end_task t, again;
        fl_buf first, rest, position;
        fl_error err;
        fl_buf_init(&first);
        fl_buf_init(&rest);
        fl_buf_init(&position);
        end_source(&t, pf, MIXED_COLUMNS, MIXED_OPTIONS);
        t.ctx.batch_rows = batch;
        t.source->type->close(t.source);
        free(t.source);
        assert_int_equal(end_open_source(&t, &err), 0);
        take_lines(&t, &first, 100);
        assert_int_equal(t.source->type->snapshot(t.source, &position, &err), 0);
        size_t at = first.n;
        take_lines(&t, &first, INT32_MAX);
        end_source(&again, pf, MIXED_COLUMNS, MIXED_OPTIONS);
        fl_str own = fl_str_make(position.p, position.n);
        assert_int_equal(again.source->type->restore(again.source, &own, 1, &err), 0);
        take_lines(&again, &rest, INT32_MAX);
        assert_int_equal(rest.n, first.n - at);
        assert_memory_equal(rest.p, first.p + at, rest.n);
        fl_buf_deinit(&first);
        fl_buf_deinit(&rest);
        fl_buf_deinit(&position);
        end_close(&t);
        end_close(&again);
        fl_sim_free(pf);
    }
}

/* One run of a job: `parallelism` subtasks give some rows each, and leave their positions. */
static void run_subtasks(fl_platform *pf, int parallelism, fl_buf *positions, int n_then, int *seen, uint64_t *random,
                         bool to_the_end) {
    fl_str own[8];
    fl_buf next[8] = {0};
    fl_error err;
    for (int j = 0; j < n_then; j++) own[j] = fl_str_make(positions[j].p, positions[j].n);
    for (int sub = 0; sub < parallelism; sub++) {
        end_task t;
        fl_batch *b;
        end_source(&t, pf, "id INT, x INT",
                   OPTIONS(FAST, "fields.id.kind", "sequence", "fields.id.start", "0", "fields.id.end", "999",
                           "number-of-rows", "950"));
        t.ctx.parallelism = parallelism;
        t.ctx.subtask = sub;
        t.ctx.batch_rows = 7;
        t.source->type->close(t.source);
        free(t.source);
        assert_int_equal(end_open_source(&t, &err), 0);
        if (n_then > 0) assert_int_equal(t.source->type->restore(t.source, own, n_then, &err), 0);
        int polls = to_the_end ? 1000 : (int)(fl_splitmix(++*random) % 12);
        for (; polls > 0 && end_poll(&t, &b, &err) == FL_POLL_BATCH; polls--, fl_batch_unref(b))
            for (int i = 0; i < b->n; i++) seen[fl_column_i64(b->cols[0], i)]++;
        assert_int_equal(t.source->type->snapshot(t.source, &next[sub], &err), 0);
        end_close(&t);
    }
    for (int j = 0; j < 8; j++) {
        fl_buf_deinit(&positions[j]);
        positions[j] = next[j];
    }
}

static void sequences_survive_any_change_of_parallelism(void **state) {
    (void)state;
    for (uint64_t seed = 0; seed < 50; seed++) {
        static const int most[] = {3, 3, 5, 1, 2, 4, 8, 3};
        fl_platform *pf = world(seed);
        fl_buf positions[8] = {0};
        int seen[1000] = {0}, then = 0;
        uint64_t random = seed * 1000;
        for (size_t i = 0; i < FL_ARRAY_LEN(most); i++) {
            int parallelism = i < 2 ? most[i] : 1 + (int)(fl_splitmix(++random) % (uint64_t)most[i]);
            run_subtasks(pf, parallelism, positions, then, seen, &random, i + 1 == FL_ARRAY_LEN(most));
            then = parallelism;
        }
        for (int i = 0; i < 1000; i++) assert_int_equal(seen[i], i < 950);
        for (int j = 0; j < 8; j++) fl_buf_deinit(&positions[j]);
        fl_sim_free(pf);
    }
}

/* ---- pace ---- */

/* Runs for `ms` of virtual time, sleeping as the source says. Returns rows; the largest batch in *largest. */
static int run_for(end_task *t, int64_t ms, int *largest, int *polls) {
    fl_platform *pf = t->ctx.pf;
    fl_batch *b;
    fl_error err;
    int64_t end = fl_now_ms(pf) + ms;
    int rows = 0;
    for (*largest = *polls = 0;; ++*polls) {
        int rc = end_poll(t, &b, &err);
        if (rc == FL_POLL_BATCH) {
            rows += b->n;
            *largest = FL_MAX(*largest, b->n);
            fl_batch_unref(b);
        } else {
            assert_int_equal(rc, FL_POLL_IDLE);
            assert_true(t->source->wake_ms > fl_now_ms(pf));
            if (t->source->wake_ms > end) break;
            fl_sim_set_clock_ms(pf, t->source->wake_ms);
        }
    }
    fl_sim_set_clock_ms(pf, end);
    return rows;
}

static void the_pace_is_kept_without_bursts(void **state) {
    (void)state;
    static const struct {
        const char *per_second;
        int in_10_s, largest;
    } cases[] = {{"1", 11, 1}, {"3", 31, 1}, {"50", 501, 1}, {"1000", 10001, 11}, {"100000", 1000001, 1001}};
    for (size_t i = 0; i < FL_ARRAY_LEN(cases); i++) {
        fl_platform *pf = world(1);
        end_task t;
        int largest, polls;
        end_source(&t, pf, "x INT", OPTIONS("rows-per-second", cases[i].per_second));
        int rows = run_for(&t, 10000, &largest, &polls);
        assert_in_range(rows, cases[i].in_10_s - 1000 * (cases[i].largest > 1000), cases[i].in_10_s);
        assert_true(largest <= cases[i].largest);
        assert_true(polls <= 2 * FL_MIN(cases[i].in_10_s, 1001) + 2);
        end_close(&t);
        fl_sim_free(pf);
    }
}

static void subtasks_share_the_rate(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    int64_t start = fl_now_ms(pf);
    int sum = 0, largest, polls;
    for (int sub = 0; sub < 3; sub++) {
        end_task t;
        fl_error err;
        fl_sim_set_clock_ms(pf, start);
        end_source(&t, pf, "x INT", OPTIONS("rows-per-second", "2"));
        t.ctx.parallelism = 3;
        t.ctx.subtask = sub;
        t.source->type->close(t.source);
        free(t.source);
        assert_int_equal(end_open_source(&t, &err), 0);
        sum += run_for(&t, 9900, &largest, &polls);
        end_close(&t);
    }
    assert_int_equal(sum, 20);
    fl_sim_free(pf);
}

static void without_a_pace_batches_are_full(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_batch *b;
    fl_error err;
    end_source(&t, pf, "x INT, y STRING, z INT", OPTIONS(FAST));
    for (int i = 0; i < 10; i++) {
        assert_int_equal(end_poll(&t, &b, &err), FL_POLL_BATCH);
        assert_int_equal(b->n, FL_BATCH_ROWS);
        fl_batch_unref(b);
    }
    end_close(&t);
    end_source(&t, pf, "x STRING", OPTIONS(FAST, "fields.x.length", "100000"));
    assert_int_equal(end_poll(&t, &b, &err), FL_POLL_BATCH);
    assert_in_range(b->n, 1, 60); /* wide rows: fewer of them */
    fl_batch_unref(b);
    end_close(&t);
    fl_sim_free(pf);
}

/* ---- what is refused ---- */

static void expect_refused(const char *columns, const char *const *options, const char *words) {
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    end_init(&t, pf);
    fl_source_plan p = {.table = end_table(&t.arena, columns, options, NULL)};
    int rc = end_plan_source(&t, &p, NULL, &err);
    if (rc == 0 || strstr(err.message, words) == NULL)
        fail_msg("expected '%s', got '%s'", words, rc < 0 ? err.message : "");
    end_close(&t);
    fl_sim_free(pf);
}

static void options_are_refused_in_flinks_words(void **state) {
    (void)state;
    expect_refused("a INT", OPTIONS("rows-per-second", "many"), "For input string: \"many\"");
    expect_refused("a INT", OPTIONS("rows-per-second", "0"), "must be positive");
    expect_refused("a INT", OPTIONS("no.such.option", "1"), "Unsupported options found for 'datagen'.");
    expect_refused("a INT", OPTIONS("fields.b.min", "1"), "Unsupported options found for 'datagen'.");
    expect_refused("a INT", OPTIONS("fields.a.length", "1"), "Unsupported options found for 'datagen'.");
    expect_refused("a INT", OPTIONS("fields.a.kind", "circle"), "Unsupported generator kind: circle");
    expect_refused("a INT", OPTIONS("fields.a.min", "x"), "For input string: \"x\"");
    expect_refused("a TINYINT", OPTIONS("fields.a.max", "300"), "For input string: \"300\"");
    expect_refused("a INT", OPTIONS("fields.a.min", "5", "fields.a.max", "4"),
                   "must be strictly less than upper bound (4)");
    expect_refused("a DECIMAL(5, 2)", OPTIONS("fields.a.min", "5", "fields.a.max", "4.5"), "lower bound (5.00)");
    expect_refused("a DOUBLE", OPTIONS("fields.a.max", "-1"), "lower bound");
    expect_refused("a INT", OPTIONS("fields.a.kind", "sequence"), "Could not find required property 'fields.a.start'");
    expect_refused("a INT", OPTIONS("fields.a.kind", "sequence", "fields.a.start", "3", "fields.a.end", "1"),
                   "The start value (3) cannot be greater than the end value (1).");
    expect_refused("a BOOLEAN", OPTIONS("fields.a.kind", "sequence", "fields.a.start", "3", "fields.a.end", "4"),
                   "Unsupported type: BOOLEAN");
    expect_refused("a CHAR(5)", OPTIONS("fields.a.length", "4"), "Custom length for fixed-length type (CHAR/BINARY)");
    expect_refused("a VARCHAR(5)", OPTIONS("fields.a.length", "6"), "should be shorter than '5'");
    expect_refused("a INT", OPTIONS("fields.a.null-rate", "2"), "between 0 and 1");
    expect_refused("a TIMESTAMP(3)", OPTIONS("fields.a.max-past", "soon"), "Could not parse value 'soon'");
    expect_refused("a ARRAY<ARRAY<STRING>>", OPTIONS("fields.a.length", "100000", "fields.a.element.length", "100000"),
                   "makes rows of up to");
    expect_refused("a INT", OPTIONS("scan.parallelism", "-1"), "parallelism");
}

/* ---- print and blackhole ---- */

static fl_batch *changes(fl_arena *a) {
    const fl_type *row;
    fl_error err;
    size_t used;
    fl_type_parse(a, fl_str_from("ROW<n INT, s STRING>"), false, &row, &used, &err);
    fl_schema *schema = FL_NEW(a, fl_schema);
    *schema = (fl_schema){2, row->fields};
    fl_builder b;
    fl_builder_init(&b, schema, 8);
    for (int i = 0; i < 4; i++) {
        fl_column_append_i64(b.cols[0], i);
        if (i == 2)
            fl_column_append_null(b.cols[1]);
        else
            fl_column_append_str(b.cols[1], fl_str_from("x"));
        fl_builder_end_row(&b, (fl_row_kind)i);
    }
    fl_batch *out = fl_builder_take(&b);
    fl_builder_deinit(&b);
    return out;
}

static void expect_printed(const char *const *options, int subtask, int parallelism, bool partition, fl_stream stream,
                           const char *expected) {
    static const fl_option static_partition[] = {{"s", "x"}};
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    end_init(&t, pf);
    t.ctx.subtask = subtask;
    t.ctx.parallelism = parallelism;
    fl_sink_request r = {.table = end_table(&t.arena, "n INT, s STRING", options, NULL), .changes = FL_CHANGES_ALL};
    r.static_partition = static_partition;
    r.n_static_partition = partition;
    assert_int_equal(end_plan_sink(&t, &r, &err), 0);
    assert_int_equal(r.accepts, FL_CHANGES_ALL);
    assert_int_equal(end_open_sink(&t, &err), 0);
    fl_batch *b = changes(&t.arena);
    assert_int_equal(t.sink->type->write(t.sink, b, &err), 0);
    assert_int_equal(t.sink->type->finish(t.sink, &err), 0);
    assert_string_equal(fl_buf_cstr(fl_sim_output(pf, stream)), expected);
    fl_batch_unref(b);
    end_close(&t);
    fl_sim_free(pf);
}

static void print_writes_lines_as_flink_does(void **state) {
    (void)state;
#define PRINT(...) ((const char *const[]){"connector", "print", ##__VA_ARGS__, NULL})
    expect_printed(PRINT(), 0, 1, false, FL_STDOUT, "+I[0, x]\n-U[1, x]\n+U[2, null]\n-D[3, x]\n");
    expect_printed(PRINT("print-identifier", "id"), 0, 1, false, FL_STDOUT,
                   "id> +I[0, x]\nid> -U[1, x]\nid> +U[2, null]\nid> -D[3, x]\n");
    expect_printed(PRINT(), 1, 2, false, FL_STDOUT, "2> +I[0, x]\n2> -U[1, x]\n2> +U[2, null]\n2> -D[3, x]\n");
    expect_printed(PRINT("print-identifier", "id", "standard-error", "true"), 1, 2, true, FL_STDERR,
                   "id:s=x:2> +I[0, x]\nid:s=x:2> -U[1, x]\nid:s=x:2> +U[2, null]\nid:s=x:2> -D[3, x]\n");
    expect_printed(PRINT(), 0, 1, true, FL_STDOUT, "s=x> +I[0, x]\ns=x> -U[1, x]\ns=x> +U[2, null]\ns=x> -D[3, x]\n");
}

static void blackhole_swallows_all_but_takes_no_update_before(void **state) {
    (void)state;
    fl_platform *pf = world(1);
    end_task t;
    fl_error err;
    fl_buf own;
    fl_buf_init(&own);
    end_init(&t, pf);
    const char *options[] = {"connector", "blackhole", "property-version", "1", NULL};
    fl_sink_request r = {.table = end_table(&t.arena, "n INT, s STRING", options, NULL), .changes = FL_CHANGES_ALL};
    assert_int_equal(end_plan_sink(&t, &r, &err), 0);
    assert_int_equal(r.accepts, FL_CHANGES_UPSERT);
    assert_int_equal(end_open_sink(&t, &err), 0);
    fl_batch *b = changes(&t.arena);
    assert_int_equal(t.sink->type->write(t.sink, b, &err), 0);
    assert_int_equal(t.sink->type->prepare(t.sink, 1, &own, &err), 0);
    assert_int_equal(t.sink->type->commit(t.sink, 1, &err), 0);
    assert_null(fl_connector_find("Blackhole"));
    assert_null(fl_connector_find("blackhole")->plan_source);
    assert_null(fl_connector_find("datagen")->plan_sink);
    fl_buf_deinit(&own);
    fl_batch_unref(b);
    end_close(&t);
    fl_sim_free(pf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_count_in_every_type),
        cmocka_unit_test(times_are_now_in_the_zone_of_the_session),
        cmocka_unit_test(bounds_and_constants_are_kept),
        cmocka_unit_test(random_values_lie_within_their_bounds),
        cmocka_unit_test(values_are_even_and_do_not_depend_on_each_other),
        cmocka_unit_test(columns_do_not_depend_on_each_other),
        cmocka_unit_test(nulls_and_booleans_come_as_often_as_asked_for),
        cmocka_unit_test(a_restore_replays_the_same_rows),
        cmocka_unit_test(sequences_survive_any_change_of_parallelism),
        cmocka_unit_test(the_pace_is_kept_without_bursts),
        cmocka_unit_test(subtasks_share_the_rate),
        cmocka_unit_test(without_a_pace_batches_are_full),
        cmocka_unit_test(options_are_refused_in_flinks_words),
        cmocka_unit_test(print_writes_lines_as_flink_does),
        cmocka_unit_test(blackhole_swallows_all_but_takes_no_update_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
