/* SPDX-License-Identifier: Apache-2.0 */
/* script.c -- where statements come from, and the session that runs them. See script.h. */
#include "script.h"

#include <errno.h>
#include <stdlib.h>

static void add(cli_script *s, const char *name, char *text, size_t size, bool init) {
    s->sources = cli_grow(s->sources, (size_t)(s->n + 1) * sizeof *s->sources);
    int at = init ? s->n_init++ : s->n;
    memmove(s->sources + at + 1, s->sources + at, (size_t)(s->n - at) * sizeof *s->sources);
    s->sources[at] = (cli_source){cli_copy(cli_str_from(name)), text, size};
    s->n++;
}

static bool add_file(cli_script *s, cli_args *a, bool init) {
    char *text;
    size_t size;
    if (!cli_read_file(a->value, &text, &size)) {
        bool missing = errno == ENOENT;
        cli_error(a->con, "cannot read '%s': %s", a->value, strerror(errno));
        cli_help(a->con,
                 missing ? "check the path; flott %s -e SQL takes statements from the command line"
                         : "flott %s takes a file that this user may read",
                 a->cmd->name);
        return false;
    }
    if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) memmove(text, text + 3, size -= 3); /* a byte order mark */
    add(s, strcmp(a->value, "-") == 0 ? "<stdin>" : a->value, text, size, init);
    return true;
}

bool cli_script_take(cli_script *s, cli_args *a, int option, int *code) {
    *code = CLI_OK;
    switch (option) {
    case 'e': add(s, "<command line>", cli_copy(cli_str_from(a->value)), strlen(a->value), false); return true;
    case 'f':
    case 'i':
    case CLI_ARG_WORD:
        if (!add_file(s, a, option == 'i')) *code = CLI_USAGE;
        return true;
    case 'D':
        if (strchr(a->value, '=') == NULL)
            *code = cli_usage_error(a->con, a->cmd, "-D %s: KEY=VALUE is expected", a->value);
        else
            cli_lines_add(&s->settings, cli_str_from(a->value));
        return true;
    default: return false;
    }
}

void cli_script_deinit(cli_script *s) {
    for (int i = 0; i < s->n; i++) {
        free(s->sources[i].name);
        free(s->sources[i].text);
    }
    free(s->sources);
    cli_lines_deinit(&s->settings);
}

/* What is run, for people and for the folder of its checkpoints: a file's name without folder and ending. Owned by the
 * caller; NULL: no file. */
static char *script_name(const cli_script *s) {
    const char *path = s->n > s->n_init ? s->sources[s->n_init].name : "<";
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1, *dot = strrchr(name, '.');
    if (path[0] == '<' || *name == '\0') return NULL;
    return cli_copy((cli_str){name, dot == NULL || dot == name ? strlen(name) : (size_t)(dot - name)});
}

static void print_note(void *arg, const char *text) { cli_note(arg, "%s", text); }

flott_session *cli_script_open(const cli_script *s, cli_console *con) {
    char *name = script_name(s), *folder = cli_folder_of(s->n > s->n_init ? s->sources[s->n_init].name : "");
    flott_options options = {.note = print_note, .note_arg = con, .script = name, .folder = folder};
    flott_session *session = flott_session_new(&options);
    free(name);
    free(folder);
    for (int i = 0; i < s->settings.n; i++) {
        flott_error err = {0};
        cli_str value = cli_str_from(s->settings.p[i]);
        cli_str key = cli_str_trim(cli_str_cut(&value, '='));
        char *k = cli_copy(key), *v = cli_copy(cli_str_trim(value));
        int rc = flott_session_set(session, k, v, &err);
        free(k);
        free(v);
        if (rc >= 0) continue;
        cli_diag_print(con, (cli_place){0}, &err);
        flott_session_free(session);
        return NULL;
    }
    return session;
}

bool cli_script_next(const cli_script *s, cli_cursor *c, cli_statement *out) {
    for (; c->source < s->n; c->source++, c->at = 0) {
        const cli_source *src = &s->sources[c->source];
        if (!flott_next_statement(src->text, src->size, &c->at, &out->text.p, &out->text.n)) continue;
        out->place = (cli_place){.source = src, .start = (size_t)(out->text.p - src->text)};
        return true;
    }
    return false;
}
