/* SPDX-License-Identifier: Apache-2.0 */
/* status.c -- how jobs get on, in one line. See status.h. */
#include "status.h"

#include <ctype.h>
#include <time.h>

enum {
    FIRST_MS = 700, /* shorter jobs show no status */
    REDRAW_MS = 250,
    NAME_WIDTH = 60,  /* of a job in its summary: an INSERT is named after all its tables */
    SAMPLE_MS = 1000, /* rates are taken over about as long */
};

int64_t cli_now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void cli_status_init(cli_status *st, cli_console *con) {
    int64_t now = cli_now_ms();
    *st = (cli_status){.con = con, .begun_ms = now, .next_ms = now + FIRST_MS, .sample_ms = now};
}

void cli_metrics_add(flott_job_metrics *sum, const flott_job_metrics *m) {
    sum->rows_in += m->rows_in;
    sum->rows_out += m->rows_out;
    sum->late_rows += m->late_rows;
    sum->bad_records += m->bad_records;
    sum->restarts += m->restarts;
    sum->checkpoints += m->checkpoints;
    if (m->watermark != INT64_MIN && m->watermark < sum->watermark) sum->watermark = m->watermark;
    if (m->next_window < sum->next_window) sum->next_window = m->next_window;
    if (m->last_checkpoint > sum->last_checkpoint) sum->last_checkpoint = m->last_checkpoint;
}

/* ---- texts ---- */

static void add_rate(cli_buf *out, double rate) {
    const char *unit = rate < 1000 ? "" : rate < 1e6 ? "k" : "M";
    double shown = rate < 1000 ? rate : rate < 1e6 ? rate / 1e3 : rate / 1e6;
    cli_buf_printf(out, "%.*f%s%s/s", *unit != '\0' && shown < 10, shown, *unit == '\0' ? "" : " ", unit);
}

/* Seconds since the epoch, rounded down. */
static time_t seconds(int64_t ms) { return (time_t)(ms / 1000 - (ms % 1000 < 0)); }

/* A moment as UTC; without its day if that is the same as that of `known`, which may be INT64_MIN. */
static void add_time(cli_buf *out, int64_t ms, int64_t known) {
    struct tm t, k;
    char text[64];
    time_t at = seconds(ms), known_at = seconds(known);
    if (gmtime_r(&at, &t) == NULL) return;
    bool same_day = gmtime_r(&known_at, &k) != NULL && k.tm_yday == t.tm_yday && k.tm_year == t.tm_year;
    strftime(text, sizeof text, same_day ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &t);
    cli_buf_puts(out, text);
}

/* ", 3 late, 1 bad record": what must not pass unseen. */
static void add_incidents(cli_buf *out, const flott_job_metrics *m, const char *separator) {
    if (m->late_rows > 0) {
        cli_buf_puts(out, separator);
        cli_buf_add_count(out, m->late_rows);
        cli_buf_puts(out, " late");
    }
    if (m->bad_records > 0) {
        cli_buf_puts(out, separator);
        cli_buf_add_count(out, m->bad_records);
        cli_buf_puts(out, m->bad_records == 1 ? " bad record" : " bad records");
    }
    if (m->restarts > 0) {
        cli_buf_puts(out, separator);
        cli_buf_add_count(out, m->restarts);
        cli_buf_puts(out, m->restarts == 1 ? " restart" : " restarts");
    }
}

/* Keeps what fits into `columns` columns. */
static void cut(cli_buf *b, int columns) {
    int width = 0;
    for (size_t i = 0; i < b->n;) {
        uint32_t c;
        size_t n = cli_utf8(b->p + i, b->n - i, &c);
        width += cli_char_width(c);
        if (width > columns) {
            b->n = i;
            b->p[i] = '\0';
            return;
        }
        i += n;
    }
}

void cli_status_render(cli_buf *out, const flott_job_metrics *m, double in_rate, double out_rate, int columns) {
    cli_buf_puts(out, "in ");
    add_rate(out, in_rate);
    cli_buf_puts(out, ", out ");
    add_rate(out, out_rate);
    if (m->watermark != INT64_MIN && m->watermark != INT64_MAX) {
        cli_buf_puts(out, " · watermark ");
        add_time(out, m->watermark, INT64_MIN);
    }
    if (m->next_window != INT64_MAX) {
        cli_buf_puts(out, " · next window ");
        add_time(out, m->next_window, m->watermark);
    }
    add_incidents(out, m, " · ");
    if (m->last_checkpoint > 0) cli_buf_printf(out, " · checkpoint %lld", (long long)m->last_checkpoint);
    cut(out, columns);
}

void cli_summary_render(cli_buf *out, const char *job, flott_job_state state, const flott_job_metrics *m,
                        int64_t elapsed_ms) {
    cli_buf name = {0};
    cli_buf_puts(&name, job);
    cut(&name, NAME_WIDTH);
    cli_buf_printf(out, "job '%s%s' ", cli_buf_text(&name), name.n < strlen(job) ? "…" : "");
    cli_buf_deinit(&name);
    for (const char *c = flott_job_state_word(state); *c != '\0'; c++) cli_buf_putc(out, (char)tolower(*c));
    cli_buf_printf(out, " after %.1f s: ", (double)elapsed_ms / 1000);
    cli_buf_add_count(out, m->rows_in);
    cli_buf_puts(out, m->rows_in == 1 ? " row in, " : " rows in, ");
    cli_buf_add_count(out, m->rows_out);
    cli_buf_puts(out, m->rows_out == 1 ? " row out" : " rows out");
    add_incidents(out, m, ", ");
    if (m->last_checkpoint > 0) cli_buf_printf(out, ", last checkpoint %lld", (long long)m->last_checkpoint);
}

/* ---- the live line ---- */

/* Less than nothing is what it looks like when a job has ended. */
static double rate(int64_t rows, int64_t ms) { return rows <= 0 || ms <= 0 ? 0 : (double)rows * 1000 / (double)ms; }

void cli_status_tick(cli_status *st, flott_job *const *jobs, int n) {
    if (!st->con->err_terminal || st->con->quiet || n == 0) return;
    int64_t now = cli_now_ms();
    if (now < st->next_ms) return;
    st->next_ms = now + REDRAW_MS;
    flott_job_metrics sum = {.watermark = INT64_MAX, .next_window = INT64_MAX}, m;
    bool restarting = false;
    for (int i = 0; i < n; i++) {
        flott_job_get_metrics(jobs[i], &m);
        cli_metrics_add(&sum, &m);
        restarting = restarting || flott_job_get_state(jobs[i]) == FLOTT_JOB_RESTARTING;
    }
    double in_rate = rate(sum.rows_in - st->rows_in, now - st->sample_ms);
    double out_rate = rate(sum.rows_out - st->rows_out, now - st->sample_ms);
    if (now - st->sample_ms >= SAMPLE_MS) {
        st->in_rate = in_rate, st->out_rate = out_rate;
        st->rows_in = sum.rows_in, st->rows_out = sum.rows_out;
        st->sample_ms = now;
    } else if (st->begun_ms == st->sample_ms) { /* the first sample is not full yet: what there is */
        st->in_rate = in_rate, st->out_rate = out_rate;
    }
    cli_buf line = {0};
    if (restarting) cli_buf_puts(&line, "restarting · ");
    cli_status_render(&line, &sum, st->in_rate, st->out_rate, cli_console_columns(st->con) - 1);
    cli_console_status(st->con, cli_buf_text(&line));
    cli_buf_deinit(&line);
}
