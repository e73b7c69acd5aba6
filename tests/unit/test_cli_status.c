/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_status.c -- the line about running jobs and the line about one that has ended. */
#include "cli/status.h"
#include "test.h"

static cli_buf b;

static int teardown(void **state) {
    (void)state;
    cli_buf_deinit(&b);
    return 0;
}

static const char *status(flott_job_metrics m, double in, double out, int columns) {
    cli_buf_reset(&b);
    cli_status_render(&b, &m, in, out, columns);
    return cli_buf_text(&b);
}

static const char *summary(flott_job_metrics m, flott_job_state state, int64_t elapsed_ms) {
    cli_buf_reset(&b);
    cli_summary_render(&b, "j", state, &m, elapsed_ms);
    return cli_buf_text(&b);
}

static void the_status_tells_rates_times_and_losses(void **state) {
    (void)state;
    flott_job_metrics m = {.watermark = INT64_MIN, .next_window = INT64_MAX};
    assert_string_equal(status(m, 0, 999, 200), "in 0/s, out 999/s");
    m.watermark = INT64_C(1714910400000);
    m.next_window = INT64_C(1714910460000);
    m.late_rows = 1234;
    m.bad_records = 1;
    m.restarts = 2;
    m.last_checkpoint = 4;
    assert_string_equal(status(m, 1234, 1.5e6, 200),
                        "in 1.2 k/s, out 1.5 M/s · watermark 2024-05-05 12:00:00 · next window 12:01:00"
                        " · 1,234 late · 1 bad record · 2 restarts · checkpoint 4");
    m.next_window = INT64_C(1714953600000);
    assert_string_equal(status(m, 12345, 0, 75),
                        "in 12 k/s, out 0/s · watermark 2024-05-05 12:00:00 · next window 2024-05-06");
    m.watermark = -1;
    assert_string_equal(status(m, 0, 0, 50), "in 0/s, out 0/s · watermark 1969-12-31 23:59:59 · ");
}

static void the_summary_tells_sums(void **state) {
    (void)state;
    flott_job_metrics m = {.rows_in = 1, .rows_out = 1234567};
    assert_string_equal(summary(m, FLOTT_JOB_FINISHED, 1249),
                        "job 'j' finished after 1.2 s: 1 row in, 1,234,567 rows out");
    m.late_rows = 3;
    m.last_checkpoint = 9;
    assert_string_equal(summary(m, FLOTT_JOB_STOPPED, 60000),
                        "job 'j' stopped after 60.0 s: 1 row in, 1,234,567 rows out, 3 late, last checkpoint 9");
}

static void jobs_add_up(void **state) {
    (void)state;
    flott_job_metrics sum = {.watermark = INT64_MAX, .next_window = INT64_MAX};
    flott_job_metrics a = {
        .rows_in = 1, .rows_out = 2, .late_rows = 3, .watermark = INT64_MIN, .next_window = 50, .last_checkpoint = 4};
    flott_job_metrics c = {
        .rows_in = 10, .bad_records = 1, .watermark = 100, .next_window = INT64_MAX, .last_checkpoint = 2};
    cli_metrics_add(&sum, &a);
    cli_metrics_add(&sum, &c);
    assert_int_equal(sum.rows_in, 11);
    assert_int_equal(sum.rows_out, 2);
    assert_int_equal(sum.late_rows, 3);
    assert_int_equal(sum.bad_records, 1);
    assert_int_equal(sum.watermark, 100); /* a job without watermarks holds nothing back */
    assert_int_equal(sum.next_window, 50);
    assert_int_equal(sum.last_checkpoint, 4);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_status_tells_rates_times_and_losses),
        cmocka_unit_test(the_summary_tells_sums),
        cmocka_unit_test(jobs_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
