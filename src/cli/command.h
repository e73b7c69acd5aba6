/* SPDX-License-Identifier: Apache-2.0 */
/* command.h -- what a command of `flott` is: a name, its options, its help and a function that runs it. */
#ifndef FLOTT_CLI_COMMAND_H
#define FLOTT_CLI_COMMAND_H

#include "console.h"

/* What the process returns. */
enum {
    CLI_OK = 0,
    CLI_FAILED = 1,      /* a statement, a job or a test failed */
    CLI_USAGE = 2,       /* the command line is wrong, or a file that it names cannot be read */
    CLI_SIGNALLED = 128, /* plus the signal's number: 130 after Ctrl-C, 143 after SIGTERM */
};

typedef struct cli_option {
    int letter;        /* as in -o; above 255 for an option that has only a name. 0 ends a table */
    const char *name;  /* as in --output; NULL: none */
    const char *value; /* what its value is called in help; NULL: takes none */
    const char *help;
} cli_option;

typedef struct cli_command cli_command;
struct cli_command {
    const char *name;
    const char *words;   /* what follows the name, for the line of usage */
    const char *summary; /* one line */
    const char *about;   /* paragraphs, each line ended; may be NULL */
    const cli_option *options;
    const char *examples;                                                        /* lines; may be NULL */
    int (*run)(cli_console *con, const cli_command *cmd, int argc, char **argv); /* arguments behind the name */
};

extern const cli_command cli_run, cli_explain, cli_test, cli_functions, cli_connectors, cli_formats, cli_config;

/* The program: picks a command and runs it. Returns the exit code. */
int cli_main(FILE *out, FILE *err, int argc, char **argv);

void cli_command_help(cli_console *con, const cli_command *cmd);

/* ---- reading arguments ---- */

typedef struct cli_args {
    cli_console *con;
    const cli_command *cmd;
    int argc, at;
    char **argv;
    const char *cluster; /* rest of an argument such as -qv, or NULL */
    bool only_words;     /* behind -- */
    const char *value;   /* of the option, or the word */
    int exit;            /* what to return after CLI_ARG_STOP */
} cli_args;

enum {
    CLI_ARG_END = -1,  /* no more */
    CLI_ARG_STOP = -2, /* --help was printed or a mistake reported */
    CLI_ARG_WORD = 0,  /* not an option */
};

cli_args cli_args_start(cli_console *con, const cli_command *cmd, int argc, char **argv);
/* The letter of the next option, or one of CLI_ARG_…; sets a->value. */
int cli_args_next(cli_args *a);
/* Reports a mistake of usage and returns CLI_USAGE. */
int cli_usage_error(cli_console *con, const cli_command *cmd, const char *fmt, ...) CLI_PRINTF(3, 4);

#endif
