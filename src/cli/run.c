/* SPDX-License-Identifier: Apache-2.0 */
/* run.c -- flott run: executes scripts.
 *
 * What:    statements run in order and the first that fails ends the script. SHOW and its like print their rows. An
 *          INSERT is submitted and goes on while later statements run, unless table.dml-sync is set; a SELECT is in the
 *          foreground. At the end all jobs are waited for.
 * Stops:   Ctrl-C and SIGTERM end a SELECT, or ask all jobs to stop with a last checkpoint; a second one cancels them.
 *          A failed statement stops the jobs that earlier ones have started, since the script is not what was meant.
 * Loops:   whatever waits wakes up every POLL_MS to look for signals and to draw the status line.
 */
#include <errno.h>
#include <stdlib.h>

#include "rows.h"
#include "script.h"
#include "signals.h"
#include "status.h"

enum { POLL_MS = 100, SUMMARY_MS = 1000, OPT_RESTORE = 256 };

/* A job that an INSERT or a statement set has started. */
typedef struct watch {
    flott_job *job;
    cli_place place;
    int64_t begun_ms;
    bool ended;
} watch;

typedef struct run {
    cli_console *con;
    flott_session *session;
    cli_format format;
    bool format_given; /* by -o */
    int argc;          /* the arguments, to be shown in advice */
    char **argv;
    watch *watches; /* owned */
    int n_watches;
    int signals_seen; /* signals that the jobs have been told of */
    bool failed;      /* a statement or a job */
} run;

static bool interrupted(void) { return cli_signals_count() > 0; }

/* ---- jobs ---- */

static void summarise(run *r, const watch *w) {
    flott_job_metrics m;
    flott_job_state state = flott_job_get_state(w->job);
    int64_t elapsed = cli_now_ms() - w->begun_ms;
    flott_job_get_metrics(w->job, &m);
    bool worth = elapsed >= SUMMARY_MS || state == FLOTT_JOB_STOPPED || m.late_rows > 0 || m.bad_records > 0;
    if (r->con->quiet || !worth) return;
    cli_buf b = {0};
    cli_summary_render(&b, flott_job_name(w->job), state, &m, elapsed);
    cli_console_lock(r->con);
    fprintf(r->con->err, "%s\n", cli_buf_text(&b));
    fflush(r->con->err);
    cli_console_unlock(r->con);
    cli_buf_deinit(&b);
}

/* Looks whether a job has ended, for at most `timeout_ms`. */
static void look(run *r, watch *w, int64_t timeout_ms) {
    flott_error err = {0};
    int rc = flott_job_wait(w->job, timeout_ms, &err);
    if (rc == FLOTT_TIMEOUT) return;
    w->ended = true;
    if (rc < 0 && rc != FLOTT_E_CANCELED) {
        r->failed = true;
        cli_diag_print(r->con, w->place, &err);
    }
    summarise(r, w);
}

/* Tells the jobs of signals that have come since the last call. */
static void pass_signals_on(run *r) {
    int count = cli_signals_count();
    if (count == r->signals_seen) return;
    r->signals_seen = count;
    for (int i = 0; i < r->n_watches; i++) {
        if (r->watches[i].ended) continue;
        if (count == 1 && r->con->err_terminal) cli_note(r->con, "stopping; press Ctrl-C again to cancel");
        if (count == 1)
            flott_job_stop(r->watches[i].job);
        else
            flott_job_cancel(r->watches[i].job);
    }
}

/* Waits until the watched jobs from `first` on have ended. */
static void wait_for(run *r, int first) {
    cli_status status;
    cli_status_init(&status, r->con);
    flott_job **running = cli_grow(NULL, (size_t)r->n_watches * sizeof(flott_job *));
    for (int n = 1; n > 0;) {
        n = 0;
        for (int i = first; i < r->n_watches; i++) {
            /* the first that still runs is waited for, the others are only looked at */
            if (!r->watches[i].ended) look(r, &r->watches[i], n == 0 ? POLL_MS : 0);
            if (!r->watches[i].ended) running[n++] = r->watches[i].job;
        }
        pass_signals_on(r);
        cli_status_tick(&status, running, n);
    }
    free(running);
}

static void stop_jobs(run *r) {
    for (int i = 0; i < r->n_watches; i++) {
        if (!r->watches[i].ended) flott_job_stop(r->watches[i].job);
    }
}

/* A word of the command line as it may be shown: KEY=VALUE of -D, and SQL, may hold secrets. */
static void add_argument(cli_buf *out, const char *word) {
    const char *equals = strchr(word, '=');
    cli_buf option = {0}, shown = {0};
    size_t begin, end;
    if (equals != NULL) cli_buf_printf(&option, "'%.*s' = ''", (int)(equals - word), word);
    if (equals != NULL && flott_secret_find(cli_buf_text(&option), option.n, 0, &begin, &end))
        cli_buf_printf(&shown, "%.*s=******", (int)(equals - word), word);
    else
        cli_add_sql(&shown, cli_str_from(word));
    cli_buf_add_quoted(out, cli_buf_text(&shown));
    cli_buf_deinit(&option);
    cli_buf_deinit(&shown);
}

static void advise_on_checkpoints(run *r, const flott_job *job) {
    const char *dir = flott_job_unused_checkpoints(job);
    if (dir == NULL) return;
    cli_buf command = {0};
    cli_buf_puts(&command, "flott run --restore ");
    cli_buf_add_quoted(&command, dir);
    for (int i = 0; i < r->argc; i++) {
        cli_buf_putc(&command, ' ');
        add_argument(&command, r->argv[i]);
    }
    cli_note(r->con, "job '%s' starts anew although '%s' holds checkpoints of an earlier run; to go on from them: %s",
             flott_job_name(job), dir, cli_buf_text(&command));
    cli_buf_deinit(&command);
}

static void watch_job(run *r, flott_job *job, cli_place place) {
    advise_on_checkpoints(r, job);
    r->watches = cli_grow(r->watches, (size_t)(r->n_watches + 1) * sizeof *r->watches);
    r->watches[r->n_watches++] = (watch){.job = job, .place = place, .begun_ms = cli_now_ms()};
    if (cli_setting_is(r->session, "table.dml-sync", "true")) wait_for(r, r->n_watches - 1);
}

/* ---- rows ---- */

/* What is printed must arrive; that a reader has gone away is not worth a message. */
static bool has_arrived(run *r, cli_rows *rows) {
    int error = cli_rows_flush(rows);
    if (error == 0) return true;
    if (error != EPIPE && !r->failed) {
        cli_error(r->con, "cannot write the result: %s", strerror(error));
        cli_help(r->con, error == ENOSPC ? "make room: df -h shows what is free" : "check where standard output goes");
    }
    r->failed = true;
    return false;
}

/* -o decides; without it a script that asks for Flink's tables gets them, wherever they go. */
static cli_format choose_format(run *r) {
    if (!r->format_given && cli_setting_is(r->session, "sql-client.execution.result-mode", "TABLEAU")) return CLI_TABLE;
    return r->format;
}

/* Prints the rows of a result as they come. */
static void print_rows(run *r, flott_result *result, cli_place place) {
    flott_error err = {0};
    flott_batch *b;
    cli_rows rows;
    cli_status status;
    flott_job *job = flott_result_job(result);
    watch w = {.job = job, .place = place, .begun_ms = cli_now_ms()};
    int64_t printed_ms = w.begun_ms;
    int rc = FLOTT_OK;
    bool flushed = false;
    if (job != NULL) advise_on_checkpoints(r, job);
    cli_status_init(&status, r->con);
    cli_rows_begin(&rows, r->con->out, r->session, result, choose_format(r));
    while (rc >= 0 && rc != FLOTT_END && !r->failed && !interrupted()) {
        rc = flott_result_next(result, flushed ? POLL_MS : 0, &b, &err);
        if (rc == FLOTT_OK) {
            if (r->con->out_terminal) cli_console_clear(r->con);
            rc = cli_rows_batch(&rows, b, &err);
            flott_batch_free(b);
            flushed = false;
            printed_ms = cli_now_ms();
        }
        if (rows.write_error != 0 || (rc == FLOTT_TIMEOUT && !flushed)) {
            has_arrived(r, &rows);
            flushed = true;
        }
        /* on one terminal, the status shows only while no rows come */
        if (job != NULL && !(r->con->out_terminal && cli_now_ms() - printed_ms < SUMMARY_MS)) {
            cli_status_tick(&status, &job, 1);
        }
    }
    cli_console_clear(r->con);
    if (rc >= 0) cli_rows_end(&rows, rc != FLOTT_END, cli_now_ms() - w.begun_ms);
    has_arrived(r, &rows);
    if (rc < 0) {
        r->failed = true;
        cli_diag_print(r->con, place, &err);
    }
    cli_rows_deinit(&rows);
    if (job == NULL) return;
    if (interrupted()) {
        flott_job_cancel(job);
        flott_job_wait(job, SUMMARY_MS, &err);
    }
    flott_job_metrics m;
    flott_job_get_metrics(job, &m);
    if (m.late_rows > 0 || m.bad_records > 0) summarise(r, &w);
}

/* ---- statements ---- */

static void run_statement(run *r, cli_statement st) {
    flott_error err = {0};
    flott_result *result;
    if (flott_execute(r->session, st.text.p, (int64_t)st.text.n, &result, &err) < 0) {
        r->failed = true;
        cli_diag_print(r->con, st.place, &err);
        return;
    }
    switch (flott_result_get_kind(result)) {
    case FLOTT_RESULT_OK: break;
    case FLOTT_RESULT_TABLE:
    case FLOTT_RESULT_QUERY: print_rows(r, result, st.place); break;
    case FLOTT_RESULT_JOB: watch_job(r, flott_result_job(result), st.place); break;
    }
    flott_result_free(result);
}

/* The script has ended, and its INSERTs have not begun. */
static void refuse_open_set(run *r, cli_place begin) {
    flott_error err = {.code = FLOTT_E_VALIDATION, .line = 1, .column = 1, .length = 5};
    snprintf(err.message, sizeof err.message, "BEGIN STATEMENT SET without END: none of its INSERTs has run");
    snprintf(err.hint, sizeof err.hint, "write END; behind the last INSERT");
    r->failed = true;
    cli_diag_print(r->con, begin, &err);
}

static void run_script(run *r, const cli_script *script) {
    cli_cursor cursor = {0};
    cli_statement st;
    cli_place set = {0};
    bool any = false, in_set = false;
    while (!r->failed && !interrupted() && cli_script_next(script, &cursor, &st)) {
        run_statement(r, st);
        if (!in_set) set = st.place;
        in_set = flott_session_in_statement_set(r->session);
        any = true;
    }
    if (in_set && !r->failed && !interrupted()) refuse_open_set(r, set);
    if (!any && !r->failed && !interrupted()) {
        r->failed = true;
        cli_error(r->con, "'%s' has no statement", script->sources[script->n - 1].name);
        cli_help(r->con, "is it the right file, and is it complete? flott run -e \"SELECT 1\" runs a statement");
    }
    if (r->failed) stop_jobs(r);
    wait_for(r, 0);
}

static const cli_option options[] = {
    CLI_SCRIPT_OPTIONS,
    {OPT_RESTORE, "restore", "DIR", "go on from the checkpoint or savepoint in DIR"},
    {'o', "output", "FORMAT", "table, rows, csv or json; see above"},
    {'q', "quiet", NULL, "no notes, no status, no summaries"},
    {0},
};

/* Reads the arguments; true if the script is to be run. */
static bool read_arguments(run *r, cli_script *script, cli_args *a, int *code) {
    *code = CLI_OK;
    r->format = r->con->out_terminal ? CLI_TABLE : CLI_ROWS;
    for (int option; (option = cli_args_next(a)) != CLI_ARG_END && *code == CLI_OK;) {
        if (option == CLI_ARG_STOP) {
            *code = a->exit;
            return false;
        }
        if (cli_script_take(script, a, option, code)) continue;
        if (option == OPT_RESTORE) {
            cli_buf setting = {0};
            cli_buf_printf(&setting, "execution.state-recovery.path=%s", a->value);
            cli_lines_add(&script->settings, cli_str_from(cli_buf_text(&setting)));
            cli_buf_deinit(&setting);
        } else if (option == 'o') {
            r->format_given = cli_format_parse(a->value, &r->format);
            if (!r->format_given) {
                *code = cli_usage_error(r->con, a->cmd, "-o %s: the formats are table, rows, csv and json", a->value);
            }
        } else if (option == 'q') {
            r->con->quiet = true;
        }
    }
    if (*code == CLI_OK && script->n == script->n_init) {
        *code = cli_usage_error(r->con, a->cmd, "what is to be run? A FILE, - for standard input, or -e SQL");
    }
    return *code == CLI_OK;
}

static int run_command(cli_console *con, const cli_command *cmd, int argc, char **argv) {
    run r = {.con = con, .argc = argc, .argv = argv};
    cli_script script = {0};
    cli_args args = cli_args_start(con, cmd, argc, argv);
    int code;
    if (read_arguments(&r, &script, &args, &code)) {
        cli_signals_install();
        r.session = cli_script_open(&script, con);
        if (r.session != NULL) {
            run_script(&r, &script);
            flott_session_free(r.session);
        }
        code = interrupted() ? cli_signals_exit_code() : r.session == NULL || r.failed ? CLI_FAILED : CLI_OK;
    }
    free(r.watches);
    cli_script_deinit(&script);
    return code;
}

const cli_command cli_run = {
    .name = "run",
    .words = "[OPTION…] FILE…",
    .summary = "run SQL scripts",
    .about =
        "Statements run in order; the first that fails ends the script. An INSERT runs on in the background, unless\n"
        "'table.dml-sync' is set; a SELECT prints its rows. At the end flott waits for all jobs. FILE may be - for\n"
        "standard input.\n"
        "\n"
        "Ctrl-C and SIGTERM stop all jobs with a last checkpoint; once more cancels them.\n"
        "\n"
        "-o sets how rows are printed. Default: table on a terminal or after SET 'sql-client.execution.result-mode' =\n"
        "'tableau', otherwise rows.\n"
        "  table   as Flink's SQL client prints in tableau mode\n"
        "  rows    +I[1, a]: Flink's Row.toString, one row a line\n"
        "  csv     1,a; where rows are updated, the kind of change comes first: +U,1,a\n"
        "  json    {\"id\":1}; likewise {\"op\":\"+U\",\"id\":1}\n"
        "\n"
        "Exit code: 0 all went well, 1 a statement or job failed, 2 the command line is wrong, 130 after Ctrl-C,\n"
        "143 after SIGTERM.\n",
    .options = options,
    .examples = "  flott run job.sql\n"
                "  flott run -e \"SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t (id, name)\"\n"
                "  flott run -i tables.sql -D parallelism.default=4 -f job.sql\n"
                "  flott run --restore /var/lib/job/checkpoints job.sql\n"
                "  flott run -o json -e \"SELECT 1 AS one\" | jq .one\n",
    .run = run_command,
};
