/* SPDX-License-Identifier: Apache-2.0 */
/* commands.c -- the list of commands, the help that is made from it, and the choice of one. See command.h. */
#include <flott.h>
#include <unistd.h>

#include "command.h"

static const cli_command *const commands[] = {
    &cli_run, &cli_explain, &cli_test, &cli_functions, &cli_connectors, &cli_formats, &cli_config,
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

static const cli_command *find(const char *name) {
    for (int i = 0; i < N_COMMANDS; i++) {
        if (strcmp(commands[i]->name, name) == 0) return commands[i];
    }
    return NULL;
}

static const char *command_name(const void *arg, int i) {
    (void)arg;
    return i < N_COMMANDS ? commands[i]->name : i == N_COMMANDS ? "help" : NULL;
}

/* ---- help ---- */

static void heading(FILE *out, bool colour, const char *text) {
    fprintf(out, "\n%s%s%s\n", cli_style_on(colour, CLI_BOLD), text, cli_style_on(colour, CLI_PLAIN));
}

static void option_help(FILE *out, const cli_option *o) {
    char left[64];
    int n = o->letter > 255   ? snprintf(left, sizeof left, "    --%s", o->name)
            : o->name == NULL ? snprintf(left, sizeof left, "-%c", o->letter)
                              : snprintf(left, sizeof left, "-%c, --%s", o->letter, o->name);
    if (o->value != NULL) snprintf(left + n, sizeof left - (size_t)n, " %s", o->value);
    fprintf(out, "  %-24s  %s\n", left, o->help);
}

void cli_command_help(cli_console *con, const cli_command *cmd) {
    static const cli_option help = {'h', "help", NULL, "print this"};
    fprintf(con->out, "%s\n\nusage: flott %s %s\n", cmd->summary, cmd->name, cmd->words);
    if (cmd->about != NULL) fprintf(con->out, "\n%s", cmd->about);
    heading(con->out, con->out_colour, "options");
    for (const cli_option *o = cmd->options; o->letter != 0; o++) option_help(con->out, o);
    option_help(con->out, &help);
    if (cmd->examples == NULL) return;
    heading(con->out, con->out_colour, "examples");
    fputs(cmd->examples, con->out);
}

static void program_help(FILE *out, bool colour) {
    fprintf(out, "flott %s runs Apache Flink SQL in one small process.\n\nusage: flott COMMAND …\n", flott_version());
    heading(out, colour, "commands");
    for (int i = 0; i < N_COMMANDS; i++) fprintf(out, "  %-12s  %s\n", commands[i]->name, commands[i]->summary);
    fprintf(out, "  %-12s  %s\n", "help COMMAND", "what a command does, its options, examples");
    heading(out, colour, "examples");
    fputs("  flott run job.sql\n"
          "  flott run -e \"SELECT 1 + 1\"\n"
          "  flott test tests/\n"
          "  flott functions json\n",
          out);
}

/* ---- the choice ---- */

static int unknown_command(cli_console *con, const char *name) {
    const char *near = cli_nearest(name, command_name, NULL);
    if (near != NULL) return cli_usage_error(con, NULL, "unknown command '%s'; did you mean 'flott %s'?", name, near);
    if (access(name, R_OK) == 0) {
        return cli_usage_error(con, NULL, "unknown command '%s'; did you mean 'flott run %s'?", name, name);
    }
    return cli_usage_error(con, NULL, "unknown command '%s'", name);
}

static int help_command(cli_console *con, int argc, char **argv) {
    if (argc == 0) {
        program_help(con->out, con->out_colour);
        return CLI_OK;
    }
    const cli_command *cmd = find(argv[0]);
    if (cmd == NULL) return unknown_command(con, argv[0]);
    cli_command_help(con, cmd);
    return CLI_OK;
}

static int choose(cli_console *con, int argc, char **argv) {
    if (argc < 2) {
        program_help(con->err, con->err_colour);
        return CLI_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return help_command(con, argc - 2, argv + 2);
    }
    if (strcmp(name, "version") == 0 || strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        fprintf(con->out, "flott %s\n", flott_version());
        return CLI_OK;
    }
    if (name[0] == '-') return cli_usage_error(con, NULL, "unknown option %s", name);
    const cli_command *cmd = find(name);
    return cmd == NULL ? unknown_command(con, name) : cmd->run(con, cmd, argc - 2, argv + 2);
}

int cli_main(FILE *out, FILE *err, int argc, char **argv) {
    cli_console con;
    cli_console_init(&con, out, err);
    int code = choose(&con, argc, argv);
    bool lost = fflush(out) != 0 || ferror(out);
    if (lost && code == CLI_OK) code = CLI_FAILED;
    cli_console_deinit(&con);
    return code;
}
