/* SPDX-License-Identifier: Apache-2.0 */
/* console.c -- the two streams that the command line writes to. See console.h. */
#include "console.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A terminal that understands control sequences. */
static bool is_terminal(FILE *f) {
    const char *term = getenv("TERM");
    int fd = fileno(f);
    return fd >= 0 && isatty(fd) && (term == NULL || strcmp(term, "dumb") != 0);
}

void cli_console_init(cli_console *con, FILE *out, FILE *err) {
    const char *no_color = getenv("NO_COLOR");
    bool colour = no_color == NULL || *no_color == '\0';
    *con = (cli_console){.out = out, .err = err, .out_terminal = is_terminal(out), .err_terminal = is_terminal(err)};
    con->out_colour = colour && con->out_terminal;
    con->err_colour = colour && con->err_terminal;
    pthread_mutex_init(&con->lock, NULL);
}

void cli_console_deinit(cli_console *con) {
    cli_lines_deinit(&con->notes);
    pthread_mutex_destroy(&con->lock);
}

const char *cli_style_on(bool colour, cli_style style) {
    static const char *const sequences[] = {
        [CLI_PLAIN] = "\033[0m",   [CLI_BOLD] = "\033[1m",  [CLI_ERROR] = "\033[1;31m", [CLI_NOTE] = "\033[1;36m",
        [CLI_HELP] = "\033[1;32m", [CLI_GOOD] = "\033[32m", [CLI_FAINT] = "\033[2m",
    };
    return colour ? sequences[style] : "";
}

int cli_console_columns(const cli_console *con) {
    struct winsize size;
    if (!con->err_terminal) return 0;
    return ioctl(fileno(con->err), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void cli_console_lock(cli_console *con) {
    pthread_mutex_lock(&con->lock);
    if (!con->status_shown) return;
    con->status_shown = false;
    fputs("\r\033[K", con->err);
    fflush(con->err);
}

void cli_console_unlock(cli_console *con) { pthread_mutex_unlock(&con->lock); }

void cli_console_status(cli_console *con, const char *line) {
    pthread_mutex_lock(&con->lock);
    con->status_shown = true;
    fprintf(con->err, "\r%s\033[K", line);
    fflush(con->err);
    pthread_mutex_unlock(&con->lock);
}

static void say(cli_console *con, cli_style style, const char *word, bool once, const char *fmt, va_list args) {
    cli_buf b = {0};
    cli_buf_vprintf(&b, fmt, args);
    const char *text = cli_buf_text(&b);
    cli_console_lock(con);
    bool said = false;
    for (int i = 0; once && i < con->notes.n && !said; i++) said = strcmp(con->notes.p[i], text) == 0;
    if (once && !said) cli_lines_add(&con->notes, cli_str_from(text));
    if (!said) {
        const char *on = cli_style_on(con->err_colour, style), *off = cli_style_on(con->err_colour, CLI_PLAIN);
        fprintf(con->err, "%s%s:%s %s\n", on, word, off, text);
        fflush(con->err);
    }
    cli_console_unlock(con);
    cli_buf_deinit(&b);
}

void cli_error(cli_console *con, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    say(con, CLI_ERROR, "error", false, fmt, args);
    va_end(args);
}

void cli_help(cli_console *con, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    say(con, CLI_HELP, "help", false, fmt, args);
    va_end(args);
}

void cli_note(cli_console *con, const char *fmt, ...) {
    va_list args;
    if (con->quiet) return;
    va_start(args, fmt);
    say(con, CLI_NOTE, "note", true, fmt, args);
    va_end(args);
}
