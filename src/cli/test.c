/* SPDX-License-Identifier: Apache-2.0 */
/* test.c -- flott test: finds files of tests, runs them, tells what passed.
 *
 * The last line is `N passed, N failed`, followed by `, N not supported yet` if there are any; above it stand the
 * reasons for those, the most frequent first. Files are read by testfile.c and run by testrun.c; oddities.tsv, which
 * says where recorded answers do not count, is read here.
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "command.h"
#include "testrun.h"

#define ODDITIES "oddities.tsv"

enum { OPT_SIM = 256, OPT_FILTER };

/* ---- files ---- */

static bool ends_with(const char *s, const char *end) {
    size_t n = strlen(s), m = strlen(end);
    return n > m && strcmp(s + n - m, end) == 0;
}

static int visible(const struct dirent *d) { return d->d_name[0] != '.'; }

/* Adds a file, or the tests below a folder in the order of their names. */
static bool find_tests(cli_console *con, const char *path, cli_lines *found) {
    struct stat st;
    struct dirent **entries;
    if (stat(path, &st) != 0) {
        cli_error(con, "cannot read '%s': %s", path, strerror(errno));
        return false;
    }
    if (!S_ISDIR(st.st_mode)) {
        cli_lines_add(found, cli_str_from(path));
        return true;
    }
    int n = scandir(path, &entries, visible, alphasort);
    if (n < 0) {
        cli_error(con, "cannot read '%s': %s", path, strerror(errno));
        return false;
    }
    bool good = true;
    for (int i = 0; i < n; i++) {
        cli_buf below = {0};
        cli_buf_printf(&below, "%s%s%s", path, ends_with(path, "/") ? "" : "/", entries[i]->d_name);
        bool folder = stat(cli_buf_text(&below), &st) == 0 && S_ISDIR(st.st_mode);
        bool tests = ends_with(entries[i]->d_name, ".test") || ends_with(entries[i]->d_name, ".tsv");
        if (folder || (tests && strcmp(entries[i]->d_name, ODDITIES) != 0)) {
            good = find_tests(con, cli_buf_text(&below), found) && good;
        }
        cli_buf_deinit(&below);
        free(entries[i]);
    }
    free(entries);
    return good;
}

/* Recorded answers, and refusals, that contradict what the same expression gives otherwise are listed in oddities.tsv,
 * in the folder above that of the table: `expression TAB type TAB value TAB reason`. What is listed counts. */
static char *apply_oddities(cli_test_file *f, const char *path) {
    cli_buf beside = {0};
    char *text = NULL;
    size_t size;
    const char *slash = strrchr(path, '/');
    cli_buf_printf(&beside, "%.*s../" ODDITIES, slash == NULL ? 0 : (int)(slash - path + 1), path);
    if (!cli_read_file(cli_buf_text(&beside), &text, &size)) size = 0;
    for (cli_str rest = {text, size}; size > 0 && rest.p != NULL;) {
        cli_str line = cli_str_cut(&rest, '\n'), expression = cli_str_cut(&line, '\t'), answer = line;
        cli_str_cut(&line, '\t');
        cli_str_cut(&line, '\t');
        if (line.p == NULL) continue; /* a comment, or no reason */
        answer.n = (size_t)(line.p - answer.p) - 1;
        for (int i = 0; i < f->n; i++)
            if (f->records[i].kind == CLI_TEST_EXPRESSION && cli_str_eq(f->records[i].text, expression))
                cli_testfile_take_answer(&f->records[i], answer);
    }
    cli_buf_deinit(&beside);
    return text;
}

static cli_test_counts run_file(cli_console *con, const char *path, const cli_test_options *opt,
                                cli_test_reasons *reasons) {
    cli_test_counts counts = {0};
    cli_test_file file;
    char *text, *odd = NULL;
    size_t size;
    if (!cli_read_file(path, &text, &size)) {
        cli_error(con, "cannot read '%s': %s", path, strerror(errno));
        counts.failed = 1;
        return counts;
    }
    cli_testfile_parse(&file, ends_with(path, ".tsv"), text, size);
    if (ends_with(path, ".tsv")) odd = apply_oddities(&file, path);
    for (int i = 0; i < file.n_complaints; i++) {
        cli_error(con, "%s:%d: %s", path, file.complaints[i].line, file.complaints[i].text);
        counts.failed++;
    }
    if (counts.failed == 0) counts = cli_test_run(con, path, &file, opt, reasons);
    cli_testfile_deinit(&file);
    free(text);
    free(odd);
    return counts;
}

/* ---- reports ---- */

static void print_counts(cli_console *con, cli_test_counts c) {
    const char *plain = cli_style_on(con->out_colour, CLI_PLAIN);
    fprintf(con->out, "%d passed, %s%d failed%s", c.passed,
            c.failed > 0 ? cli_style_on(con->out_colour, CLI_ERROR) : "", c.failed, c.failed > 0 ? plain : "");
    if (c.unsupported > 0) fprintf(con->out, ", %d not supported yet", c.unsupported);
    fputc('\n', con->out);
}

static int compare_reasons(const void *a, const void *b) {
    const cli_test_reason *x = a, *y = b;
    return x->count != y->count ? (x->count < y->count ? 1 : -1) : strcmp(x->text, y->text);
}

static void print_reasons(cli_console *con, cli_test_reasons *reasons) {
    if (reasons->n == 0) return;
    qsort(reasons->p, (size_t)reasons->n, sizeof *reasons->p, compare_reasons);
    fputs("not supported yet:\n", con->out);
    for (int i = 0; i < reasons->n; i++) fprintf(con->out, "%6d  %s\n", reasons->p[i].count, reasons->p[i].text);
}

static int run_files(cli_console *con, const cli_lines *files, const cli_test_options *opt) {
    cli_test_counts total = {0};
    cli_test_reasons reasons = {0};
    for (int i = 0; i < files->n; i++) {
        const char *path = files->p[i];
        if (con->err_terminal && files->n > 1) cli_console_status(con, path);
        cli_test_counts c = run_file(con, path, opt, &reasons);
        total.passed += c.passed;
        total.failed += c.failed;
        total.unsupported += c.unsupported;
        cli_console_clear(con);
        if (files->n == 1 || c.passed + c.failed + c.unsupported == 0) continue;
        fprintf(con->out, "%s: ", path);
        print_counts(con, c);
    }
    print_reasons(con, &reasons);
    if (total.failed > 0 && opt->crash)
        fprintf(con->out, "the same again: flott test --sim %llu …\n", (unsigned long long)opt->seed);
    print_counts(con, total);
    cli_test_reasons_deinit(&reasons);
    return total.failed > 0 ? CLI_FAILED : CLI_OK;
}

/* ---- the command ---- */

static bool parse_seed(const char *s, uint64_t *out) {
    char *end;
    errno = 0;
    *out = strtoull(s, &end, 10);
    return *s >= '0' && *s <= '9' && *end == '\0' && errno == 0;
}

static int test_command(cli_console *con, const cli_command *cmd, int argc, char **argv) {
    cli_test_options opt = {0};
    cli_lines files = {0};
    cli_args args = cli_args_start(con, cmd, argc, argv);
    int code = CLI_OK;
    for (int option; code == CLI_OK && (option = cli_args_next(&args)) != CLI_ARG_END;) {
        switch (option) {
        case CLI_ARG_STOP: cli_lines_deinit(&files); return args.exit;
        case OPT_SIM:
            opt.crash = true;
            if (!parse_seed(args.value, &opt.seed))
                code = cli_usage_error(con, cmd, "--sim %s: a SEED is a number", args.value);
            break;
        case OPT_FILTER: opt.filter = args.value; break;
        case 'v': opt.verbose = true; break;
        default:
            if (!find_tests(con, args.value, &files)) code = CLI_USAGE;
        }
    }
    if (code == CLI_OK && files.n == 0)
        code = cli_usage_error(con, cmd, "no tests: FILE or FOLDER with .test and .tsv files is missing");
    if (code == CLI_OK) code = run_files(con, &files, &opt);
    cli_lines_deinit(&files);
    return code;
}

static const cli_option options[] = {
    {OPT_SIM, "sim", "SEED", "batches of one to three rows, and after each a power cut and a restore"},
    {OPT_FILTER, "filter", "TEXT",
     "only queries, expressions and outputs with TEXT in them, or files with it in their name"},
    {'v', "verbose", NULL, "name what passes and what is skipped too; show differences in full"},
    {0},
};

const cli_command cli_test = {
    .name = "test",
    .words = "[OPTION…] FILE|FOLDER…",
    .summary = "run tests of SQL scripts in virtual time",
    .about = "A .test file is a script of records with their expected answers, a .tsv file a table of expressions, "
             "their types\n"
             "and values. Everything runs in a simulation: the clock starts at 2026-01-01 00:00:00 UTC and moves only "
             "as far as\n"
             "a query needs, files live on a disk in memory. See flott(1) for the records.\n"
             "\n"
             "Exit code: 0 nothing failed, 1 something did, 2 the command line is wrong. What flott does not support "
             "yet is\n"
             "counted apart and is no failure.\n",
    .options = options,
    .examples = "  flott test tests/\n"
                "  flott test --sim 7 tests/sql/window\n"
                "  flott test -v --filter TUMBLE tests/sql/window/tumble.test\n",
    .run = test_command,
};
