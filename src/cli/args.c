/* SPDX-License-Identifier: Apache-2.0 */
/* args.c -- reads a command's options by its table: -o x, -ox, --output x, --output=x, -qv, and -- before words.
 *
 * Options and words may come in any order. -h and --help belong to every command. See command.h.
 */
#include <stdarg.h>
#include <stdlib.h>

#include "command.h"

cli_args cli_args_start(cli_console *con, const cli_command *cmd, int argc, char **argv) {
    return (cli_args){.con = con, .cmd = cmd, .argc = argc, .argv = argv};
}

int cli_usage_error(cli_console *con, const cli_command *cmd, const char *fmt, ...) {
    cli_buf b = {0};
    va_list args;
    va_start(args, fmt);
    cli_buf_vprintf(&b, fmt, args);
    va_end(args);
    cli_error(con, "%s", cli_buf_text(&b));
    cli_help(con, "flott %s%s--help", cmd == NULL ? "" : cmd->name, cmd == NULL ? "" : " ");
    cli_buf_deinit(&b);
    return CLI_USAGE;
}

static const char *option_name(const void *options, int i) {
    const cli_option *o = options;
    for (; o->letter != 0; o++) {
        if (o->name != NULL && i-- == 0) return o->name;
    }
    return i == 0 ? "help" : NULL;
}

static int stop(cli_args *a, int code) {
    a->exit = code;
    return CLI_ARG_STOP;
}

static int unknown(cli_args *a, const char *name) {
    const char *near = cli_nearest(name, option_name, a->cmd->options);
    return stop(a, near == NULL
                       ? cli_usage_error(a->con, a->cmd, "unknown option --%s", name)
                       : cli_usage_error(a->con, a->cmd, "unknown option --%s; did you mean --%s?", name, near));
}

static int help(cli_args *a) {
    cli_command_help(a->con, a->cmd);
    return stop(a, CLI_OK);
}

/* Gives option `o` its value: `attached`, or the next argument. */
static int take(cli_args *a, const cli_option *o, const char *attached) {
    a->value = NULL;
    if (o->value == NULL) {
        if (attached == NULL) return o->letter;
        return stop(a, cli_usage_error(a->con, a->cmd, "option --%s takes no value", o->name));
    }
    if (attached == NULL && a->at == a->argc) {
        if (o->letter > 255) return stop(a, cli_usage_error(a->con, a->cmd, "option --%s needs %s", o->name, o->value));
        return stop(a, cli_usage_error(a->con, a->cmd, "option -%c needs %s", o->letter, o->value));
    }
    a->value = attached != NULL ? attached : a->argv[a->at++];
    return o->letter;
}

static int take_letter(cli_args *a) {
    char letter = *a->cluster++;
    const char *rest = *a->cluster == '\0' ? NULL : a->cluster;
    if (letter == 'h') return help(a);
    for (const cli_option *o = a->cmd->options; o->letter != 0; o++) {
        if (o->letter != letter) continue;
        a->cluster = o->value == NULL ? rest : NULL;
        return take(a, o, o->value == NULL ? NULL : rest);
    }
    return stop(a, cli_usage_error(a->con, a->cmd, "unknown option -%c", letter));
}

static int take_name(cli_args *a, const char *name) {
    const char *equals = strchr(name, '=');
    cli_str word = {name, equals == NULL ? strlen(name) : (size_t)(equals - name)};
    if (cli_str_is(word, "help")) return help(a);
    for (const cli_option *o = a->cmd->options; o->letter != 0; o++) {
        if (o->name != NULL && cli_str_is(word, o->name)) return take(a, o, equals == NULL ? NULL : equals + 1);
    }
    char *copy = cli_copy(word);
    int code = unknown(a, copy);
    free(copy);
    return code;
}

int cli_args_next(cli_args *a) {
    if (a->cluster != NULL) return take_letter(a);
    if (a->at == a->argc) return CLI_ARG_END;
    const char *arg = a->argv[a->at++];
    if (!a->only_words && strcmp(arg, "--") == 0) {
        a->only_words = true;
        return cli_args_next(a);
    }
    if (!a->only_words && arg[0] == '-' && arg[1] == '-') return take_name(a, arg + 2);
    if (!a->only_words && arg[0] == '-' && arg[1] != '\0') {
        a->cluster = arg + 1;
        return take_letter(a);
    }
    a->value = arg;
    return CLI_ARG_WORD;
}
