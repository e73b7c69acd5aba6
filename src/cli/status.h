/* SPDX-License-Identifier: Apache-2.0 */
/* status.h -- how jobs get on: one line on a terminal that is rewritten while they run, one line when they have ended.
 *
 *     in 1.2 M/s, out 340/s · watermark 2024-05-05 12:00:00 · next window 12:01:00 · 3 late · checkpoint 4
 *     job 'insert-into_daily' finished after 12.3 s: 1,234,567 rows in, 340 rows out, 3 late
 */
#ifndef FLOTT_CLI_STATUS_H
#define FLOTT_CLI_STATUS_H

#include <flott.h>

#include "console.h"

typedef struct cli_status {
    cli_console *con;
    int64_t begun_ms, next_ms; /* when the first job began; when to draw next */
    int64_t sample_ms;         /* when the counts below were taken */
    int64_t rows_in, rows_out;
    double in_rate, out_rate; /* rows per second over the last sample */
} cli_status;

int64_t cli_now_ms(void); /* a clock that only goes forward */

void cli_status_init(cli_status *st, cli_console *con);
/* Called often; draws a few times a second, nothing unless `err` is a terminal. */
void cli_status_tick(cli_status *st, flott_job *const *jobs, int n);

/* The counts of several jobs as one: sums, and the least of times. Starts from
 * {.watermark = INT64_MAX, .next_window = INT64_MAX}. */
void cli_metrics_add(flott_job_metrics *sum, const flott_job_metrics *m);
void cli_status_render(cli_buf *out, const flott_job_metrics *m, double in_rate, double out_rate, int columns);
void cli_summary_render(cli_buf *out, const char *job, flott_job_state state, const flott_job_metrics *m,
                        int64_t elapsed_ms);

#endif
