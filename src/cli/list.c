/* SPDX-License-Identifier: Apache-2.0 */
/* list.c -- flott functions, connectors, formats, config: what the engine knows by name.
 *
 * On a terminal each entry takes a line for its name and what belongs to it, and below it what it does. Otherwise it is
 * one line of fields between tabs, for programs: name, detail, state (config only), sentence.
 */
#include <flott.h>
#include <fnmatch.h>

#include "command.h"

static const char *text(const char *s) { return s == NULL ? "" : s; }

/* A pattern with * or ? matches whole names, another one parts of them. */
static bool matches(const char *pattern, const char *name) {
    if (pattern == NULL) return true;
    return strpbrk(pattern, "*?") != NULL ? fnmatch(pattern, name, FNM_CASEFOLD) == 0 : cli_str_contains(name, pattern);
}

static void print_entry(cli_console *con, flott_topic topic, const flott_entry *e) {
    FILE *out = con->out;
    bool config = topic == FLOTT_TOPIC_CONFIG;
    if (!con->out_terminal) {
        fprintf(out, "%s\t%s", e->name, text(e->detail));
        if (config) fprintf(out, "\t%s", text(e->state));
        fprintf(out, "\t%s\n", text(e->doc));
        return;
    }
    const char *plain = cli_style_on(con->out_colour, CLI_PLAIN);
    fprintf(out, "%s%s%s", cli_style_on(con->out_colour, CLI_BOLD), e->name, plain);
    if (e->detail != NULL) fprintf(out, "%s%s", config ? " = " : "  ", e->detail);
    if (config && e->state != NULL && strcmp(e->state, "honoured") != 0) {
        fprintf(out, "  %s(%s)%s", cli_style_on(con->out_colour, CLI_FAINT), e->state, plain);
    }
    if (e->doc != NULL) fprintf(out, "\n    %s", e->doc);
    fputc('\n', out);
}

static int print_topic(cli_console *con, flott_topic topic, const char *pattern) {
    int shown = 0;
    for (int i = 0; i < flott_entries(topic); i++) {
        flott_entry e = flott_entry_at(topic, i);
        if (!matches(pattern, e.name)) continue;
        print_entry(con, topic, &e);
        shown++;
    }
    return shown;
}

static const char *entry_name(const void *arg, int i) {
    const flott_topic *topic = arg;
    return i < flott_entries(*topic) ? flott_entry_at(*topic, i).name : NULL;
}

static int list_command(cli_console *con, const cli_command *cmd, int argc, char **argv) {
    static const struct {
        const cli_command *command;
        flott_topic topic;
        const char *one; /* what an entry is called */
    } topics[] = {
        {&cli_functions, FLOTT_TOPIC_FUNCTION, "function"},
        {&cli_connectors, FLOTT_TOPIC_CONNECTOR, "connector"},
        {&cli_formats, FLOTT_TOPIC_FORMAT, "format"},
        {&cli_config, FLOTT_TOPIC_CONFIG, "configuration key"},
    };
    const char *pattern = NULL;
    cli_args args = cli_args_start(con, cmd, argc, argv);
    for (int option; (option = cli_args_next(&args)) != CLI_ARG_END;) {
        if (option == CLI_ARG_STOP) return args.exit;
        if (pattern != NULL) return cli_usage_error(con, cmd, "one PATTERN is enough");
        pattern = args.value;
    }
    int t = 0;
    while (topics[t].command != cmd) t++;
    int shown = print_topic(con, topics[t].topic, pattern);
    if (cmd == &cli_functions) shown += print_topic(con, FLOTT_TOPIC_AGGREGATE, pattern);
    if (shown > 0 || pattern == NULL) return CLI_OK;
    const char *near = cli_nearest(pattern, entry_name, &topics[t].topic);
    cli_error(con, "no %s matches '%s'", topics[t].one, pattern);
    if (near != NULL) cli_help(con, "did you mean '%s'?", near);
    return CLI_FAILED;
}

static const cli_option no_options[] = {{0}};

#define PATTERN_ABOUT                                                                                                  \
    "PATTERN is a part of a name, or with * and ? a whole name; upper and lower case are the same. When the output "   \
    "is\n"                                                                                                             \
    "not a terminal, each line has fields between tabs.\n"

const cli_command cli_functions = {
    .name = "functions",
    .words = "[PATTERN]",
    .summary = "list the functions and aggregates of SQL",
    .about = PATTERN_ABOUT,
    .options = no_options,
    .examples = "  flott functions json\n  flott functions 'TO_*'\n",
    .run = list_command,
};

const cli_command cli_connectors = {
    .name = "connectors",
    .words = "[PATTERN]",
    .summary = "list the connectors, for WITH ('connector' = …)",
    .about = PATTERN_ABOUT,
    .options = no_options,
    .run = list_command,
};

const cli_command cli_formats = {
    .name = "formats",
    .words = "[PATTERN]",
    .summary = "list the formats, for WITH ('format' = …)",
    .about = PATTERN_ABOUT,
    .options = no_options,
    .run = list_command,
};

const cli_command cli_config = {
    .name = "config",
    .words = "[PATTERN]",
    .summary = "list the configuration keys, for SET and -D",
    .about = "A key that is `noted` is accepted but has no effect here, one that is `refused` is an error; both say "
             "why.\n" PATTERN_ABOUT,
    .options = no_options,
    .examples = "  flott config checkpoint\n",
    .run = list_command,
};
