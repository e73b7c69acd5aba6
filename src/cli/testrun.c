/* SPDX-License-Identifier: Apache-2.0 */
/* testrun.c -- runs a file of tests in the simulation.
 *
 * What:        each record acts on one simulated session and passes, fails, or is not supported yet. `mode` puts a
 *              fresh session in its place; the files of ${dir} move along.
 * Refusals:    what Flink refuses must be refused, before any row where Flink's kind is parse or validation. `limit` is
 *              something that Flink cannot do: any outcome passes.
 * Unsupported: FLOTT_E_UNSUPPORTED where an answer was expected. What follows from it is counted under the same reason
 *              (testspoilt.h).
 * Patience:    virtual time moves as far as a query or an INSERT needs; what does not end within a year of it, or
 *              within REAL_MS of ours, fails.
 */
#include "testrun.h"

#include <flott.h>
#include <stdlib.h>

#include "diag.h"
#include "rows.h"
#include "status.h"
#include "testdiff.h"
#include "testspoilt.h"

#define DIR "/flott-test" /* ${dir}, on the simulated disk */

enum {
    ROWS_MAX = 1000000,  /* of one query */
    DIFF_LINES_MAX = 40, /* unless verbose */
    REAL_MS = 120 * 1000,
};
#define VIRTUAL_MS  INT64_C(31622400000)   /* a year */
#define CLOCK_START INT64_C(1767225600000) /* 2026-01-01 00:00:00 UTC */

static const char *const settings[][2] = {
    {"parallelism.default", "1"},
    {"table.exec.resource.default-parallelism", "1"},
    {"pipeline.auto-watermark-interval", "0 ms"},
    {"table.local-time-zone", "UTC"},
    {"restart-strategy.type", "none"},
};

typedef struct runner {
    cli_console *con;
    const char *path;
    const cli_test_file *file;
    const cli_test_options *opt;
    cli_test_reasons *reasons;
    cli_test_counts counts;

    flott_session *session; /* NULL: could not be set up */
    int64_t clock_ms;
    flott_result *running; /* the SELECT that was started last */
    flott_job **jobs;      /* INSERTs that were started; the array is owned */
    int n_jobs;

    cli_spoilt spoilt;
} runner;

/* What came of a statement. */
typedef struct outcome {
    int rc; /* of the engine */
    flott_error err;
    bool early;      /* it failed before any row */
    cli_lines lines; /* the columns, then the rows */
} outcome;

/* ---- texts ---- */

/* `text` with every `from` replaced. */
static void replace(cli_buf *out, cli_str text, const char *from, const char *to) {
    size_t n = strlen(from);
    for (size_t i = 0; i < text.n;) {
        if (i + n <= text.n && memcmp(text.p + i, from, n) == 0) {
            cli_buf_puts(out, to);
            i += n;
        } else {
            cli_buf_putc(out, text.p[i++]);
        }
    }
}

static void split_lines(cli_lines *out, cli_str text) {
    while (text.p != NULL) cli_lines_add(out, cli_str_cut(&text, '\n'));
}

/* Adds a line as answers spell it. */
static void add_escaped(cli_lines *out, cli_str line) {
    cli_buf named = {0}, b = {0};
    replace(&named, line, DIR, "${dir}");
    cli_test_escape(&b, (cli_str){cli_buf_text(&named), named.n});
    cli_lines_add(out, (cli_str){cli_buf_text(&b), b.n});
    cli_buf_deinit(&named);
    cli_buf_deinit(&b);
}

static void add_error(cli_lines *out, const flott_error *err) {
    cli_buf b = {0};
    cli_buf_printf(&b, "%s: %s", flott_error_word(err->code), err->message);
    add_escaped(out, (cli_str){cli_buf_text(&b), b.n});
    cli_buf_deinit(&b);
}

static char *first_sentence(const char *message) {
    cli_str s = cli_str_from(message);
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '\n' || (s.p[i] == '.' && (i + 1 == s.n || s.p[i + 1] == ' ' || s.p[i + 1] == '\n'))) s.n = i;
    }
    return cli_copy(s);
}

/* ---- reports ---- */

static void print_title(runner *r, const char *word, cli_style style, const cli_test_record *t) {
    bool colour = r->con->out_colour;
    cli_console_clear(r->con);
    fprintf(r->con->out, "%s%s%s %s:%d: %.*s\n", cli_style_on(colour, style), word, cli_style_on(colour, CLI_PLAIN),
            r->path, t->line, (int)t->title.n, t->title.p);
}

static void pass(runner *r, const cli_test_record *t) {
    r->counts.passed++;
    if (r->opt->verbose) print_title(r, "pass", CLI_GOOD, t);
}

static void count_unsupported(runner *r, const cli_test_record *t, const char *reason) {
    cli_test_reasons *all = r->reasons;
    int i = 0;
    r->counts.unsupported++;
    if (r->opt->verbose) {
        print_title(r, "skip", CLI_FAINT, t);
        fprintf(r->con->out, "  %s\n", reason);
    }
    while (i < all->n && strcmp(all->p[i].text, reason) != 0) i++;
    if (i == all->n) {
        all->p = cli_grow(all->p, (size_t)(all->n + 1) * sizeof *all->p);
        all->p[all->n++] = (cli_test_reason){cli_copy(cli_str_from(reason)), 0};
    }
    all->p[i].count++;
}

static void print_failure(runner *r, const cli_test_record *t, const cli_lines *expected, const cli_lines *got) {
    r->counts.failed++;
    print_title(r, "FAIL", CLI_ERROR, t);
    bool shown = t->text.p != NULL && t->kind != CLI_TEST_EXPRESSION && t->kind != CLI_TEST_FILE;
    cli_buf sql = {0}, b = {0};
    if (shown) cli_add_sql(&sql, t->text);
    for (cli_str rest = shown ? (cli_str){cli_buf_text(&sql), sql.n} : (cli_str){NULL, 0}; rest.p != NULL;) {
        cli_str line = cli_str_cut(&rest, '\n');
        fprintf(r->con->out, "    %.*s\n", (int)line.n, line.p);
    }
    cli_buf_deinit(&sql);
    cli_diff(&b, r->con->out_colour, expected, got, r->opt->verbose ? INT32_MAX : DIFF_LINES_MAX);
    fputs(cli_buf_text(&b), r->con->out);
    cli_buf_deinit(&b);
}

/* ---- judgement ---- */

static void fail(runner *r, const cli_test_record *t, const cli_lines *expected, const cli_lines *got) {
    const char *reason = cli_spoilt_by(&r->spoilt, t);
    if (reason == NULL) {
        print_failure(r, t, expected, got);
        return;
    }
    char *copy = cli_copy(cli_str_from(reason)); /* spoiling moves what it points to */
    count_unsupported(r, t, copy);
    cli_spoilt_add(&r->spoilt, r->file, t, copy);
    free(copy);
}

static void fail_with_error(runner *r, const cli_test_record *t, const flott_error *err) {
    cli_lines none = {0}, got = {0};
    if (err->code == FLOTT_E_UNSUPPORTED) {
        char *reason = first_sentence(err->message);
        count_unsupported(r, t, reason);
        cli_spoilt_add(&r->spoilt, r->file, t, reason);
        free(reason);
        return;
    }
    add_error(&got, err);
    fail(r, t, &none, &got);
    cli_lines_deinit(&got);
}

/* The answer of a record that Flink refuses. */
static void judge_refusal(runner *r, const cli_test_record *t, const outcome *o) {
    bool late = (t->refusal == CLI_REFUSAL_PARSE || t->refusal == CLI_REFUSAL_VALIDATION) && !o->early;
    if (t->refusal == CLI_REFUSAL_LIMIT) {
        pass(r, t);
    } else if (o->rc < 0 && !late) {
        const char *reason = o->err.code == FLOTT_E_UNSUPPORTED ? NULL : cli_spoilt_by(&r->spoilt, t);
        if (reason == NULL)
            pass(r, t);
        else
            count_unsupported(r, t, reason); /* refused perhaps only because a table is missing */
    } else {
        cli_lines expected = {0}, got = {0};
        cli_lines_add(&expected, t->expected);
        for (int i = 0; i < o->lines.n; i++) cli_lines_add(&got, cli_str_from(o->lines.p[i]));
        if (o->rc < 0)
            add_error(&got, &o->err);
        else if (got.n == 0)
            cli_lines_add(&got, cli_str_from("it succeeded"));
        fail(r, t, &expected, &got);
        cli_lines_deinit(&expected);
        cli_lines_deinit(&got);
    }
}

/* Compares lines, of which the first may be the columns, in the way that the record wants. Changes `got`. */
static void judge_lines(runner *r, const cli_test_record *t, cli_lines *got) {
    cli_lines expected = {0};
    split_lines(&expected, t->expected);
    if (t->answer == CLI_ANSWER_SORTED || t->answer == CLI_ANSWER_FINAL) {
        cli_lines rows = {got->p + 1, got->n - 1, 0}, left = {0}; /* got's own; behind the columns */
        if (t->answer == CLI_ANSWER_SORTED) {
            cli_lines_sort(&rows);
        } else {
            cli_apply_changelog(&rows, &left);
            while (got->n > 1) free(got->p[--got->n]);
            for (int i = 0; i < left.n; i++) cli_lines_add(got, cli_str_from(left.p[i]));
            cli_lines_deinit(&left);
        }
        rows = (cli_lines){expected.p + 1, expected.n - 1, 0};
        cli_lines_sort(&rows);
    } else if (t->answer == CLI_ANSWER_LINES) {
        cli_lines_sort(&expected);
        cli_lines_sort(got);
    }
    if (cli_lines_equal(&expected, got))
        pass(r, t);
    else
        fail(r, t, &expected, got);
    cli_lines_deinit(&expected);
}

/* ---- statements ---- */

static void give_up(outcome *o, const char *message) {
    o->rc = FLOTT_E_LIMIT;
    o->err = (flott_error){.code = FLOTT_E_LIMIT};
    snprintf(o->err.message, sizeof o->err.message, "%s", message);
}

static void add_columns(cli_lines *out, const flott_result *result, bool expression) {
    cli_buf b = {0};
    for (int i = 0; i < flott_result_columns(result); i++) {
        if (expression)
            cli_buf_puts(&b, flott_result_type(result, i));
        else
            cli_buf_printf(&b, "%s`%s` %s", i == 0 ? "(" : ", ", flott_result_name(result, i),
                           flott_result_type(result, i));
    }
    if (!expression) cli_buf_putc(&b, ')');
    cli_lines_add(out, (cli_str){cli_buf_text(&b), b.n});
    cli_buf_deinit(&b);
}

static void add_rows(cli_lines *out, flott_batch *b, int columns) {
    cli_buf line = {0};
    for (int row = 0; row < flott_batch_rows(b); row++) {
        cli_buf_reset(&line);
        cli_row_java(&line, b, row, columns);
        add_escaped(out, (cli_str){cli_buf_text(&line), line.n});
    }
    cli_buf_deinit(&line);
}

/* How long a statement may take: virtual time in steps that double, and real time. */
typedef struct patience {
    int64_t step_ms, spent_ms, begun_ms;
} patience;

static patience patience_start(void) { return (patience){.step_ms = 1000, .begun_ms = cli_now_ms()}; }

static bool patience_ends(const patience *p) {
    return p->spent_ms >= VIRTUAL_MS || cli_now_ms() - p->begun_ms >= REAL_MS;
}

/* Lets time pass as far as the job needs, but no further than a step. */
static int wait_a_step(patience *p, flott_job *job, flott_error *err) {
    int rc = flott_job_wait(job, p->step_ms, err);
    p->spent_ms += p->step_ms;
    p->step_ms *= 2;
    return rc;
}

/* Collects the rows of a query until its end, or those that come without time passing. Returns FLOTT_END,
 * FLOTT_TIMEOUT, or an error that is in *o. */
static int collect(outcome *o, flott_result *result, bool to_the_end) {
    flott_job *job = flott_result_job(result);
    patience p = patience_start();
    flott_error ignored = {0};
    flott_batch *b;
    while (o->lines.n <= ROWS_MAX && !patience_ends(&p)) {
        int rc = flott_result_next(result, 0, &b, &o->err);
        if (rc == FLOTT_OK) {
            add_rows(&o->lines, b, flott_result_columns(result));
            flott_batch_free(b);
        } else if (rc == FLOTT_TIMEOUT && to_the_end) {
            wait_a_step(&p, job, &ignored); /* how it ends comes behind its rows */
        } else {
            if (rc < 0) o->rc = rc;
            return rc;
        }
    }
    give_up(o, "this query does not end; `start`, `advance` and `expect` test such ones");
    return o->rc;
}

static int await(outcome *o, flott_job *job) {
    for (patience p = patience_start(); !patience_ends(&p);) {
        int rc = wait_a_step(&p, job, &o->err);
        if (rc != FLOTT_TIMEOUT) return rc;
    }
    give_up(o, "this job does not end; `start` runs such ones");
    return o->rc;
}

static int execute(runner *r, const cli_test_record *t, flott_result **result, flott_error *err) {
    bool expression = t->kind == CLI_TEST_EXPRESSION;
    cli_buf b = {0};
    if (expression) cli_buf_puts(&b, "SELECT ");
    replace(&b, t->text, "${dir}", DIR);
    if (expression) cli_buf_puts(&b, " AS x"); /* a word behind the expression is no alias of it */
    int rc = flott_execute(r->session, cli_buf_text(&b), (int64_t)b.n, result, err);
    cli_buf_deinit(&b);
    return rc;
}

/* Runs the record's statement to its end. */
static void ask(runner *r, const cli_test_record *t, outcome *o) {
    flott_result *result;
    bool expression = t->kind == CLI_TEST_EXPRESSION;
    *o = (outcome){.early = true};
    o->rc = execute(r, t, &result, &o->err);
    if (o->rc < 0) return;
    if (flott_result_get_kind(result) == FLOTT_RESULT_JOB) {
        flott_job *job = flott_result_job(result);
        o->rc = await(o, job);
        flott_job_metrics m;
        flott_job_get_metrics(job, &m);
        o->early = m.rows_out == 0;
    } else if (flott_result_get_kind(result) != FLOTT_RESULT_OK) {
        add_columns(&o->lines, result, expression);
        o->rc = collect(o, result, true);
        o->early = o->lines.n == 1;
    }
    flott_result_free(result);
}

static void run_statement(runner *r, const cli_test_record *t) {
    outcome o;
    ask(r, t, &o);
    if (t->answer == CLI_ANSWER_ERROR) {
        judge_refusal(r, t, &o);
    } else if (o.rc < 0) {
        fail_with_error(r, t, &o.err);
    } else if (t->answer == CLI_ANSWER_NONE) {
        cli_spoilt_restore(&r->spoilt, t->text);
        pass(r, t);
    } else if (t->answer == CLI_ANSWER_VALUE) {
        cli_buf line = {0};
        if (o.lines.n > 0) cli_buf_puts(&line, o.lines.p[0]);
        for (int i = 1; i < o.lines.n; i++) { /* the row without its kind and brackets */
            cli_str row = cli_str_from(o.lines.p[i]);
            cli_buf_putc(&line, '\t');
            cli_buf_add(&line, row.p + 3, row.n - 4);
        }
        cli_lines_reset(&o.lines);
        cli_lines_add(&o.lines, (cli_str){cli_buf_text(&line), line.n});
        judge_lines(r, t, &o.lines);
        cli_buf_deinit(&line);
    } else if (o.lines.n == 0) {
        cli_lines none = {0};
        cli_lines_add(&o.lines, cli_str_from("no rows: this statement is not a query"));
        fail(r, t, &none, &o.lines);
    } else {
        judge_lines(r, t, &o.lines);
    }
    cli_lines_deinit(&o.lines);
}

/* ---- sessions and files ---- */

static bool put(runner *r, const char *path, cli_str bytes, flott_error *err) {
    return flott_session_put_file(r->session, path, bytes.p == NULL ? "" : bytes.p, bytes.n, err) >= 0;
}

static void open_session(runner *r, bool batch, flott_error *err) {
    char *folder = cli_folder_of(r->path);
    flott_options options = {.folder = folder,
                             .simulated = true,
                             .seed = r->opt->seed,
                             .clock_ms = r->clock_ms,
                             .crash_always = r->opt->crash};
    r->session = flott_session_new(&options);
    free(folder);
    int rc = flott_session_set(r->session, "execution.runtime-mode", batch ? "batch" : "streaming", err);
    for (size_t i = 0; i < sizeof settings / sizeof *settings && rc >= 0; i++) {
        rc = flott_session_set(r->session, settings[i][0], settings[i][1], err);
    }
    if (rc >= 0) return;
    flott_session_free(r->session);
    r->session = NULL;
}

static void close_session(runner *r) {
    if (r->running != NULL) flott_result_free(r->running);
    if (r->session != NULL) flott_session_free(r->session);
    free(r->jobs);
    r->running = NULL;
    r->session = NULL;
    r->jobs = NULL;
    r->n_jobs = 0;
}

/* Paths and contents in turn. */
static void keep_file(void *arg, const char *path, const char *bytes, size_t size) {
    cli_buf *kept = arg;
    cli_buf_add(kept, path, strlen(path) + 1);
    cli_buf_add(kept, (const char *)&size, sizeof size);
    cli_buf_add(kept, bytes, size);
}

static void change_mode(runner *r, const cli_test_record *t) {
    cli_buf kept = {0};
    flott_error err = {0};
    if (r->session != NULL) flott_session_read_files(r->session, DIR, keep_file, &kept, &err);
    close_session(r);
    cli_spoilt_deinit(&r->spoilt);
    open_session(r, t->batch, &err);
    bool good = r->session != NULL;
    for (size_t at = 0; at < kept.n && good;) {
        const char *path = kept.p + at;
        cli_str bytes;
        at += strlen(path) + 1;
        memcpy(&bytes.n, kept.p + at, sizeof bytes.n);
        at += sizeof bytes.n;
        bytes.p = kept.p + at;
        at += bytes.n;
        good = put(r, path, bytes, &err);
    }
    if (!good) fail_with_error(r, t, &err);
    if (!good && err.code == FLOTT_E_UNSUPPORTED) r->spoilt.all = first_sentence(err.message);
    cli_buf_deinit(&kept);
}

static void write_file(runner *r, const cli_test_record *t) {
    cli_buf path = {0}, bytes = {0};
    flott_error err = {0};
    cli_buf_puts(&path, DIR "/");
    cli_buf_add_str(&path, t->name);
    cli_buf_add_str(&bytes, t->text);
    if (t->text.p != NULL) cli_buf_putc(&bytes, '\n');
    if (!put(r, cli_buf_text(&path), (cli_str){cli_buf_text(&bytes), bytes.n}, &err)) fail_with_error(r, t, &err);
    cli_buf_deinit(&path);
    cli_buf_deinit(&bytes);
}

static void add_file_lines(void *arg, const char *path, const char *bytes, size_t size) {
    (void)path;
    while (size > 0 && bytes[size - 1] == '\n') size--;
    for (cli_str rest = {size == 0 ? NULL : bytes, size}; rest.p != NULL;) add_escaped(arg, cli_str_cut(&rest, '\n'));
}

static void check_output(runner *r, const cli_test_record *t) {
    cli_buf dir = {0};
    cli_lines got = {0};
    flott_error err = {0};
    cli_buf_puts(&dir, DIR "/");
    cli_buf_add_str(&dir, t->name);
    int rc = flott_session_settle(r->session, &err);
    if (rc >= 0) rc = flott_session_read_files(r->session, cli_buf_text(&dir), add_file_lines, &got, &err);
    if (rc < 0)
        fail_with_error(r, t, &err);
    else
        judge_lines(r, t, &got);
    cli_buf_deinit(&dir);
    cli_lines_deinit(&got);
}

/* ---- virtual time ---- */

static void set_clock(runner *r, const cli_test_record *t) {
    flott_error err = {0};
    r->clock_ms = t->ms;
    if (flott_session_set_clock(r->session, t->ms, &err) < 0) fail_with_error(r, t, &err);
}

static void start(runner *r, const cli_test_record *t) {
    flott_error err = {0};
    flott_result *result;
    int rc = execute(r, t, &result, &err);
    if (rc >= 0) {
        if (flott_result_get_kind(result) == FLOTT_RESULT_QUERY) {
            if (r->running != NULL) flott_result_free(r->running);
            r->running = result;
        } else {
            flott_job *job = flott_result_job(result);
            r->jobs = cli_grow(r->jobs, (size_t)(r->n_jobs + 1) * sizeof(flott_job *));
            if (job != NULL) r->jobs[r->n_jobs++] = job;
            flott_result_free(result);
        }
        rc = flott_session_settle(r->session, &err);
    }
    if (rc < 0)
        fail_with_error(r, t, &err);
    else
        pass(r, t);
}

static void advance(runner *r, const cli_test_record *t) {
    flott_error err = {0};
    int rc = flott_session_advance(r->session, t->ms, &err);
    for (int i = 0; i < r->n_jobs && rc >= 0; i++) {
        if (flott_job_get_state(r->jobs[i]) == FLOTT_JOB_FAILED) rc = flott_job_wait(r->jobs[i], 0, &err);
    }
    if (rc < 0) fail_with_error(r, t, &err);
}

static void expect(runner *r, const cli_test_record *t) {
    outcome o = {0};
    if (r->running == NULL) {
        give_up(&o, "no SELECT is running; `start` comes first");
    } else {
        add_columns(&o.lines, r->running, false);
        collect(&o, r->running, false);
    }
    if (o.rc < 0)
        fail_with_error(r, t, &o.err);
    else
        judge_lines(r, t, &o.lines);
    cli_lines_deinit(&o.lines);
}

/* ---- the whole ---- */

/* --filter leaves out what only gives an answer; statements that change something always run. */
static bool is_wanted(const runner *r, const cli_test_record *t) {
    bool optional = t->kind == CLI_TEST_QUERY || t->kind == CLI_TEST_EXPRESSION || t->kind == CLI_TEST_OUTPUT;
    if (r->opt->filter == NULL || !optional || strstr(r->path, r->opt->filter) != NULL) return true;
    char *text = cli_copy(t->kind == CLI_TEST_OUTPUT ? t->name : t->text);
    bool wanted = strstr(text, r->opt->filter) != NULL;
    free(text);
    return wanted;
}

static void run_record(runner *r, const cli_test_record *t) {
    if (r->session == NULL && t->kind != CLI_TEST_MODE) { /* the mode was refused, and that reported */
        if (t->answer == CLI_ANSWER_NONE) return;
        if (r->spoilt.all != NULL)
            count_unsupported(r, t, r->spoilt.all);
        else
            r->counts.failed++;
        return;
    }
    switch (t->kind) {
    case CLI_TEST_MODE: change_mode(r, t); break;
    case CLI_TEST_FILE: write_file(r, t); break;
    case CLI_TEST_OUTPUT: check_output(r, t); break;
    case CLI_TEST_CLOCK: set_clock(r, t); break;
    case CLI_TEST_START: start(r, t); break;
    case CLI_TEST_ADVANCE: advance(r, t); break;
    case CLI_TEST_EXPECT: expect(r, t); break;
    case CLI_TEST_SQL:
    case CLI_TEST_QUERY:
    case CLI_TEST_EXPRESSION: run_statement(r, t); break;
    }
}

/* Such a test says what is there at each moment, which a power cut delays. */
static bool moves_time(const cli_test_file *f) {
    for (int i = 0; i < f->n; i++)
        if (f->records[i].kind == CLI_TEST_ADVANCE) return true;
    return false;
}

cli_test_counts cli_test_run(cli_console *con, const char *path, const cli_test_file *f, const cli_test_options *opt,
                             cli_test_reasons *reasons) {
    runner r = {.con = con, .path = path, .file = f, .opt = opt, .reasons = reasons, .clock_ms = CLOCK_START};
    flott_error err = {0};
    open_session(&r, false, &err);
    if (r.session == NULL) {
        cli_error(con, "%s: the session of a test cannot be set up: %s", path, err.message);
        r.counts.failed = 1;
        return r.counts;
    }
    bool by_hand = opt->crash && moves_time(f);
    for (int i = 0; i < f->n; i++) {
        const cli_test_record *t = &f->records[i];
        if (!is_wanted(&r, t)) continue;
        if (!by_hand)
            run_record(&r, t);
        else if (t->answer != CLI_ANSWER_NONE)
            count_unsupported(&r, t, "power cuts while a test moves the clock are not supported");
    }
    close_session(&r);
    cli_spoilt_deinit(&r.spoilt);
    return r.counts;
}

void cli_test_reasons_deinit(cli_test_reasons *reasons) {
    for (int i = 0; i < reasons->n; i++) free(reasons->p[i].text);
    free(reasons->p);
    *reasons = (cli_test_reasons){0};
}
