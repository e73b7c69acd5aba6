/* SPDX-License-Identifier: Apache-2.0 */
/* console.h -- the two streams that the command line writes to: answers go to `out`, everything about them to `err`.
 *
 * Colours, the live status line and nothing else depend on whether a stream is a terminal. The status line is the last
 * line of the terminal; whoever writes a line calls cli_console_lock, which takes it away, and cli_console_unlock.
 */
#ifndef FLOTT_CLI_CONSOLE_H
#define FLOTT_CLI_CONSOLE_H

#include <pthread.h>
#include <stdio.h>

#include "text.h"

typedef struct cli_console {
    FILE *out, *err;
    bool out_terminal, err_terminal;
    bool out_colour, err_colour;
    bool quiet;           /* neither notes nor status nor summaries */
    pthread_mutex_t lock; /* of what follows, and of a line on `err`; never held while the engine is called */
    bool status_shown;
    cli_lines notes; /* that have been printed */
} cli_console;

typedef enum cli_style { CLI_PLAIN, CLI_BOLD, CLI_ERROR, CLI_NOTE, CLI_HELP, CLI_GOOD, CLI_FAINT } cli_style;
/* The sequence that switches to a style, "" without colours. */
const char *cli_style_on(bool colour, cli_style style);

void cli_console_init(cli_console *con, FILE *out, FILE *err);
void cli_console_deinit(cli_console *con);

/* Columns of the terminal behind `err`, or 0 if it is none. */
int cli_console_columns(const cli_console *con);

void cli_console_lock(cli_console *con); /* takes the status line away */
void cli_console_unlock(cli_console *con);
static inline void cli_console_clear(cli_console *con) {
    cli_console_lock(con);
    cli_console_unlock(con);
}
/* Shows `line` as the status line, which the caller has cut to the width. */
void cli_console_status(cli_console *con, const char *line);

/* Lines on `err`: "error: …", "note: …". A note is printed once, and not at all when quiet. */
void cli_error(cli_console *con, const char *fmt, ...) CLI_PRINTF(2, 3);
void cli_help(cli_console *con, const char *fmt, ...) CLI_PRINTF(2, 3);
void cli_note(cli_console *con, const char *fmt, ...) CLI_PRINTF(2, 3);

#endif
