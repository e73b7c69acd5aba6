/* SPDX-License-Identifier: Apache-2.0 */
/* script.h -- what `run` and `explain` have in common: where statements come from, and the session that runs them. */
#ifndef FLOTT_CLI_SCRIPT_H
#define FLOTT_CLI_SCRIPT_H

#include "command.h"
#include "diag.h"

typedef struct cli_script {
    cli_source *sources; /* in the order in which they run: initialisation first */
    int n, n_init;       /* the first n_init come from -i */
    cli_lines settings;  /* key=value */
} cli_script;

/* The options that belong to every command with a script. */
// clang-format off
#define CLI_SCRIPT_OPTIONS                                                                                             \
    {'e', "execute", "SQL", "statements given here"},                                                                  \
    {'f', "file", "FILE", "a script, as Flink's SQL client spells it"},                                                \
    {'i', "init", "FILE", "a script to run before all others"},                                                        \
    {'D', NULL, "KEY=VALUE", "a setting, as SET 'key' = 'value' would make it"}
// clang-format on

/* Takes one of these options, or a word as a script; false if it is another. *code is CLI_OK unless it
 * cannot be read. */
bool cli_script_take(cli_script *s, cli_args *a, int option, int *code);
void cli_script_deinit(cli_script *s);

/* A session with the settings in force, named after the first script, whose notes go to the console, or NULL after
 * reporting what is wrong. */
flott_session *cli_script_open(const cli_script *s, cli_console *con);

/* Walks over the statements. */
typedef struct cli_statement {
    cli_place place;
    cli_str text;
} cli_statement;
typedef struct cli_cursor {
    int source;
    size_t at;
} cli_cursor;
bool cli_script_next(const cli_script *s, cli_cursor *c, cli_statement *out);

#endif
