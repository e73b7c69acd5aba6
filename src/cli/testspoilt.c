/* SPDX-License-Identifier: Apache-2.0 */
/* testspoilt.c -- what in a test cannot be as it should because an earlier statement is not supported. See
 * testspoilt.h.
 */
#include "testspoilt.h"

#include <stdlib.h>

#include "scan.h"

/* ---- names in statements ---- */

/* Reads a name `a.b.c` that begins with *word and returns its last part; *word becomes what stands behind it. */
static cli_str read_name(cli_str sql, size_t *at, cli_str *word) {
    cli_str name = *word;
    while (cli_str_is(*word = cli_scan(sql, at), ".")) name = cli_scan(sql, at);
    return name;
}

/* The name that a CREATE, REPLACE or ALTER statement is about, or an empty one. */
static cli_str defined_name(cli_str sql) {
    static const char *const between[] = {"OR",    "REPLACE", "TEMPORARY", "SYSTEM",  "MATERIALIZED",
                                          "TABLE", "VIEW",    "FUNCTION",  "CATALOG", "DATABASE",
                                          "MODEL", "IF",      "NOT",       "EXISTS"};
    size_t at = 0;
    cli_str word = cli_scan(sql, &at);
    if (!cli_str_iis(word, "CREATE") && !cli_str_iis(word, "REPLACE") && !cli_str_iis(word, "ALTER"))
        return (cli_str){NULL, 0};
    for (bool skip = true; skip;) {
        word = cli_scan(sql, &at);
        skip = false;
        for (size_t i = 0; i < sizeof between / sizeof *between && !skip; i++) skip = cli_str_iis(word, between[i]);
    }
    return read_name(sql, &at, &word);
}

static bool path_within(cli_str path, cli_str folder) {
    return path.n >= folder.n && memcmp(path.p, folder.p, folder.n) == 0 &&
           (path.n == folder.n || path.p[folder.n] == '/');
}

/* ---- spoiling ---- */

static void add(cli_spoilt *s, cli_str name, bool is_path, const char *reason) {
    s->p = cli_grow(s->p, (size_t)(s->n + 1) * sizeof *s->p);
    s->p[s->n++] = (cli_spoilt_name){cli_copy(name), is_path, cli_copy(cli_str_from(reason))};
}

/* The paths below ${dir} that a statement names. */
static void add_paths(cli_spoilt *s, cli_str sql, const char *reason) {
    static const char dir[] = "${dir}/";
    size_t n = strlen(dir);
    for (size_t i = 0; i + n < sql.n; i++) {
        if (memcmp(sql.p + i, dir, n) != 0) continue;
        size_t end = i += n;
        while (end < sql.n && strchr("'\" \t\n,", sql.p[end]) == NULL) end++;
        while (end > i && sql.p[end - 1] == '/') end--;
        if (end > i) add(s, (cli_str){sql.p + i, end - i}, true, reason);
    }
}

/* A name, and what a table of that name writes to by the latest definition up to record `t`. */
static void add_name(cli_spoilt *s, const cli_test_file *f, const cli_test_record *t, cli_str name,
                     const char *reason) {
    if (name.n == 0) return;
    add(s, name, false, reason);
    for (; t >= f->records; t--) {
        if (t->kind != CLI_TEST_SQL || !cli_str_eq(defined_name(t->text), name)) continue;
        add_paths(s, t->text, reason);
        return;
    }
}

void cli_spoilt_add(cli_spoilt *s, const cli_test_file *f, const cli_test_record *t, const char *reason) {
    static const char *const session_words[] = {"SET", "RESET", "USE", "LOAD", "UNLOAD"};
    size_t at = 0;
    if (t->kind != CLI_TEST_SQL && t->kind != CLI_TEST_START) return;
    cli_str word = cli_scan(t->text, &at);
    for (size_t i = 0; i < sizeof session_words / sizeof *session_words; i++) {
        if (cli_str_iis(word, session_words[i]) && s->all == NULL) s->all = cli_copy(cli_str_from(reason));
    }
    add_name(s, f, t, defined_name(t->text), reason);
    if (cli_scan_starts(t->text, "INSERT", NULL)) add_paths(s, t->text, reason); /* of a hint */
    while (word.n > 0) { /* all INSERT INTO of a statement set, too; ALTER … RENAME TO makes a second name */
        bool insert = cli_str_iis(word, "INSERT"), rename = cli_str_iis(word, "RENAME");
        word = cli_scan(t->text, &at);
        if (rename && cli_str_iis(word, "TO")) {
            word = cli_scan(t->text, &at);
            add(s, read_name(t->text, &at, &word), false, reason);
        }
        if (!insert || (!cli_str_iis(word, "INTO") && !cli_str_iis(word, "OVERWRITE"))) continue;
        word = cli_scan(t->text, &at);
        add_name(s, f, t, read_name(t->text, &at, &word), reason);
    }
}

void cli_spoilt_restore(cli_spoilt *s, cli_str sql) {
    cli_str name = defined_name(sql);
    if (cli_scan_starts(sql, "ALTER", NULL)) return;
    for (int i = s->n - 1; i >= 0; i--) {
        if (name.n == 0 || !cli_str_is(name, s->p[i].name)) continue;
        free(s->p[i].name);
        free(s->p[i].reason);
        s->p[i] = s->p[--s->n];
    }
}

/* ---- asking ---- */

/* SHOW TABLES and its like, which name nothing and show everything. */
static bool is_list(cli_str sql) {
    static const char *const lists[] = {"SHOW TABLES", "SHOW VIEWS", "SHOW USER FUNCTIONS", "SHOW DATABASES",
                                        "SHOW CATALOGS"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (cli_scan_starts(sql, lists[i], NULL)) return true;
    return false;
}

static bool uses(const cli_test_record *t, const cli_spoilt_name *n) {
    size_t at = 0;
    cli_str name = cli_str_from(n->name);
    if (!n->is_path && t->kind != CLI_TEST_OUTPUT && is_list(t->text)) return true;
    if (t->kind == CLI_TEST_OUTPUT) return n->is_path && (path_within(t->name, name) || path_within(name, t->name));
    for (cli_str word; !n->is_path && (word = cli_scan(t->text, &at)).n > 0;) {
        if (cli_str_iis(word, n->name)) return true;
    }
    return false;
}

const char *cli_spoilt_by(const cli_spoilt *s, const cli_test_record *t) {
    if (s->all != NULL) return s->all;
    for (int i = 0; i < s->n; i++) {
        if (uses(t, &s->p[i])) return s->p[i].reason;
    }
    return NULL;
}

void cli_spoilt_deinit(cli_spoilt *s) {
    for (int i = 0; i < s->n; i++) {
        free(s->p[i].name);
        free(s->p[i].reason);
    }
    free(s->p);
    free(s->all);
    *s = (cli_spoilt){0};
}
