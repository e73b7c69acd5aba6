/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c -- flott explain: the plans of a script's queries, without running them.
 *
 * What:       settings and definitions are executed; each query, INSERT and statement set is given to the engine behind
 *             the word EXPLAIN. Statements that would only show or change data are passed over.
 * Positions:  the engine sees `EXPLAIN ` in front of the first line, so errors there are shifted back (cli_place).
 * Sets:       BEGIN STATEMENT SET; INSERT …; END; is explained as one, whether it comes as one statement or several.
 */
#include <stdlib.h>

#include "rows.h"
#include "scan.h"
#include "script.h"

typedef enum action { RUN, EXPLAIN, PASS_OVER, SET_BEGINS, SET_ENDS } action;

/* CREATE TABLE … AS SELECT: the word AS outside of parentheses. */
static bool has_query(cli_str sql) {
    int depth = 0;
    size_t at = 0;
    for (cli_str w; (w = cli_scan(sql, &at)).n > 0;) {
        if (cli_str_is(w, "("))
            depth++;
        else if (cli_str_is(w, ")"))
            depth--;
        else if (depth == 0 && cli_str_iis(w, "AS"))
            return true;
    }
    return false;
}

static action action_for(cli_str sql) {
    static const struct {
        const char *words;
        action action;
    } table[] = {
        {"SELECT", EXPLAIN},     {"WITH", EXPLAIN},
        {"VALUES", EXPLAIN},     {"(", EXPLAIN},
        {"INSERT", EXPLAIN},     {"UPDATE", EXPLAIN},
        {"DELETE", EXPLAIN},     {"EXECUTE", EXPLAIN},
        {"EXPLAIN", RUN},        {"BEGIN STATEMENT SET", SET_BEGINS},
        {"END", SET_ENDS},       {"SHOW", PASS_OVER},
        {"DESC", PASS_OVER},     {"DESCRIBE", PASS_OVER},
        {"TRUNCATE", PASS_OVER}, {"ANALYZE", PASS_OVER},
        {"CALL", PASS_OVER},     {"STOP", PASS_OVER},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (cli_scan_starts(sql, table[i].words, NULL)) return table[i].action;
    }
    bool table_with_query = cli_scan_starts(sql, "CREATE TABLE", NULL) || cli_scan_starts(sql, "REPLACE TABLE", NULL) ||
                            cli_scan_starts(sql, "CREATE OR REPLACE TABLE", NULL);
    return table_with_query && has_query(sql) ? EXPLAIN : RUN;
}

/* Executes `sql` and prints what it answers. */
static int execute(cli_console *con, flott_session *s, cli_str sql, cli_place place) {
    flott_error err = {0};
    flott_result *result;
    flott_batch *b;
    int rc = flott_execute(s, sql.p, (int64_t)sql.n, &result, &err);
    if (rc >= 0) {
        if (flott_result_get_kind(result) == FLOTT_RESULT_TABLE) {
            cli_rows rows;
            cli_rows_begin(&rows, con->out, s, result, CLI_TABLE);
            while (rc >= 0 && (rc = flott_result_next(result, -1, &b, &err)) == FLOTT_OK) {
                rc = cli_rows_batch(&rows, b, &err);
                flott_batch_free(b);
            }
            cli_rows_end(&rows, false, 0);
            cli_rows_deinit(&rows);
        }
        flott_result_free(result);
    }
    if (rc < 0) cli_diag_print(con, place, &err);
    return rc;
}

/* Explains what stands behind `skipped` bytes of `sql`. */
static int explain(cli_console *con, flott_session *s, const char *head, cli_str sql, size_t skipped, cli_place place) {
    cli_buf b = {0};
    cli_buf_puts(&b, head);
    cli_buf_add(&b, sql.p + skipped, sql.n - skipped);
    place.shift = (int)strlen(head) - (int)skipped;
    int rc = execute(con, s, (cli_str){cli_buf_text(&b), b.n}, place);
    cli_buf_deinit(&b);
    if (rc >= 0) fputc('\n', con->out);
    return rc;
}

static int explain_set(cli_console *con, flott_session *s, cli_str sql, cli_place place) {
    size_t behind = 0;
    cli_scan_starts(sql, "BEGIN STATEMENT SET", &behind);
    size_t after = behind;
    if (cli_str_is(cli_scan(sql, &after), ";")) behind = after;
    return explain(con, s, "EXPLAIN STATEMENT SET BEGIN", sql, behind, place);
}

static int explain_script(cli_console *con, flott_session *s, const cli_script *script) {
    cli_cursor cursor = {0};
    cli_statement st, set = {0};
    int rc = FLOTT_OK;
    while (rc >= 0 && cli_script_next(script, &cursor, &st)) {
        action what = action_for(st.text);
        if (what == SET_BEGINS) {
            set = st;
            cli_str last = cli_str_trim((cli_str){st.text.p + st.text.n - 3, st.text.n < 3 ? 0 : 3});
            if (!cli_str_iis(last, "END")) continue; /* its INSERTs come as statements of their own */
            what = SET_ENDS;
        }
        if (what == SET_ENDS && set.text.p != NULL && set.place.source == st.place.source) {
            set.text.n = (size_t)(st.text.p + st.text.n - set.text.p);
            rc = explain_set(con, s, set.text, set.place);
            set.text.p = NULL;
        } else if (set.text.p != NULL || what == PASS_OVER) {
            continue;
        } else if (what == EXPLAIN) {
            rc = explain(con, s, "EXPLAIN ", st.text, 0, st.place);
        } else {
            rc = execute(con, s, st.text, st.place);
        }
    }
    return rc;
}

static const cli_option options[] = {CLI_SCRIPT_OPTIONS, {0}};

static int explain_command(cli_console *con, const cli_command *cmd, int argc, char **argv) {
    cli_script script = {0};
    cli_args args = cli_args_start(con, cmd, argc, argv);
    int code = CLI_OK, option = CLI_ARG_WORD;
    while (code == CLI_OK && (option = cli_args_next(&args)) >= 0) cli_script_take(&script, &args, option, &code);
    if (option == CLI_ARG_STOP) {
        code = args.exit;
    } else if (code == CLI_OK && script.n == script.n_init) {
        code = cli_usage_error(con, cmd, "what is to be explained? A FILE, or -e SQL");
    } else if (code == CLI_OK) {
        flott_session *s = cli_script_open(&script, con);
        if (s == NULL || explain_script(con, s, &script) < 0) code = CLI_FAILED;
        if (s != NULL) flott_session_free(s);
    }
    cli_script_deinit(&script);
    return code;
}

const cli_command cli_explain = {
    .name = "explain",
    .words = "[OPTION…] FILE…",
    .summary = "print the plans of a script's queries without running them",
    .about =
        "Settings and definitions are executed; each query, INSERT and statement set is explained as EXPLAIN does.\n",
    .options = options,
    .examples = "  flott explain job.sql\n"
                "  flott explain -i tables.sql -e \"SELECT k, COUNT(*) FROM clicks GROUP BY k\"\n",
    .run = explain_command,
};
