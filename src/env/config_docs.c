/* SPDX-License-Identifier: Apache-2.0 */
/* config_docs.c -- prints docs/configuration.md from the tables of config_keys.c. */
#include "env/config_int.h"

static const char introduction[] =
    "# Configuration\n"
    "\n"
    "<!-- Printed from src/env/config_keys.c by `ninja docs`; a test compares the two. -->\n"
    "\n"
    "flott understands the configuration keys of Apache Flink SQL, with Flink's types and defaults. They are\n"
    "given with `flott run -D key=value`, set with `SET 'key' = 'value'`, and taken back with `RESET 'key'`.\n"
    "What flott makes of a key is its state:\n"
    "\n"
    "- **honoured**: the engine does what the key says.\n"
    "- **noted**: results are the same with and without it; setting it tells the reason.\n"
    "- **refused**: results or guarantees would not be those that the key asks for; setting it is an error.\n"
    "\n"
    "The default of a key, and the values named behind *except*, are accepted in silence in every state. A key\n"
    "that nobody knows is an error that names the nearest one.\n";

/* "execution" of "execution.target": a chapter's name. */
static fl_str first_word(const char *key) { return fl_str_make(key, strcspn(key, ".")); }

static void print_code(fl_buf *out, fl_str text) { fl_buf_printf(out, "`%.*s`", (int)text.n, text.p); }

/* `A`, `B` for "A|B". */
static void print_list(fl_buf *out, const char *values) {
    for (const char *at = values;; at++) {
        size_t n = strcspn(at, "|");
        print_code(out, fl_str_make(at, n));
        at += n;
        if (*at == '\0') return;
        fl_buf_puts(out, ", ");
    }
}

static void print_default(fl_buf *out, const fl_option_def *def) {
    if (def->fallback == NULL)
        fl_buf_puts(out, "not set");
    else if (def->fallback[0] == '\0')
        fl_buf_puts(out, "empty");
    else
        print_code(out, fl_str_from(def->fallback));
}

/* The default may be set in every state; it is named where all else is an error. */
static void print_state(fl_buf *out, const fl_option_def *def) {
    bool default_too = def->state == FL_OPT_REFUSED && def->fallback != NULL;
    fl_buf_puts(out, fl_config_state_name[def->state]);
    if (default_too || def->fine != NULL) fl_buf_puts(out, ", except ");
    if (default_too) print_default(out, def);
    if (default_too && def->fine != NULL) fl_buf_puts(out, ", ");
    if (def->fine != NULL) print_list(out, def->fine);
}

/* "1..32768": either end may be missing. */
static void print_range(fl_buf *out, const char *range) {
    const char *dots = strstr(range, "..");
    if (dots > range) {
        fl_buf_puts(out, " At least ");
        print_code(out, fl_str_make(range, (size_t)(dots - range)));
    }
    if (dots[2] != '\0') {
        fl_buf_puts(out, dots > range ? ", at most " : " At most ");
        print_code(out, fl_str_from(dots + 2));
    }
}

/* What it does, what may be written, and why it is noted or refused. */
static void print_help(fl_buf *out, const fl_option_def *def) {
    fl_buf_puts(out, def->help);
    if (def->type == FL_OPT_ENUM) {
        fl_buf_puts(out, " One of ");
        print_list(out, def->values);
        fl_buf_putc(out, '.');
    } else if (def->values != NULL) {
        print_range(out, def->values);
        fl_buf_putc(out, '.');
    }
    if (def->state == FL_OPT_NOTED) fl_buf_printf(out, " *No effect: %s.*", def->note);
    if (def->state == FL_OPT_REFUSED) fl_buf_printf(out, " *%s*", def->note);
}

static void print_key(fl_buf *out, const fl_option_def *def) {
    fl_buf_printf(out, "| `%s` | ", def->key);
    print_default(out, def);
    fl_buf_puts(out, " | ");
    print_state(out, def);
    fl_buf_puts(out, " | ");
    print_help(out, def);
    fl_buf_puts(out, " |\n");
}

static void print_chapter(fl_buf *out, fl_str name) {
    fl_buf_printf(out, "\n## %.*s\n\n", (int)name.n, name.p);
    fl_buf_puts(out, "| Key | Default | State | What it does |\n|---|---|---|---|\n");
}

void fl_config_markdown(fl_buf *out) {
    fl_str chapter = {0};
    fl_buf_puts(out, introduction);
    for (int i = 0; i < fl_config_keys(); i++) {
        const fl_option_def *def = fl_config_key_at(i);
        if (!fl_str_eq(chapter, first_word(def->key))) print_chapter(out, chapter = first_word(def->key));
        print_key(out, def);
    }
    fl_buf_puts(out, "\n## Older spellings\n\n| Written | Means |\n|---|---|\n");
    for (const fl_config_alias *a = fl_config_aliases; a->key != NULL; a++)
        fl_buf_printf(out, "| `%s` | `%s` |\n", a->key, a->stands_for);
    fl_buf_puts(out, "\n## Keys that are known by how they begin\n\nAll are noted.\n\n"
                     "| Begins with | No effect, because |\n|---|---|\n");
    for (const fl_config_family *f = fl_config_families; f->prefix != NULL; f++)
        fl_buf_printf(out, "| `%s` | %s |\n", f->prefix, f->note);
}
