/* SPDX-License-Identifier: Apache-2.0 */
/* scan.c -- SQL word by word. See scan.h. */
#include "scan.h"

static bool in_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           (c & 0x80) != 0;
}

/* The byte behind what starts at `from` and ends with `end`, or the end of the text. */
static size_t behind(cli_str sql, size_t from, const char *end) {
    size_t n = strlen(end);
    for (; from + n <= sql.n; from++) {
        if (memcmp(sql.p + from, end, n) == 0) return from + n;
    }
    return sql.n;
}

static size_t skip(cli_str sql, size_t at) {
    while (at < sql.n) {
        bool two = at + 1 < sql.n;
        if (sql.p[at] == ' ' || (sql.p[at] >= '\t' && sql.p[at] <= '\r'))
            at++;
        else if (two && sql.p[at] == '-' && sql.p[at + 1] == '-')
            at = behind(sql, at, "\n");
        else if (two && sql.p[at] == '/' && sql.p[at + 1] == '*')
            at = behind(sql, at + 2, "*/");
        else
            break;
    }
    return at;
}

cli_str cli_scan(cli_str sql, size_t *at) {
    size_t from = skip(sql, *at), to = from;
    if (from >= sql.n) {
        *at = sql.n;
        return (cli_str){NULL, 0};
    }
    char c = sql.p[from];
    if (c == '`') {
        *at = to = behind(sql, from + 1, "`");
        bool closed = to > from + 1 && sql.p[to - 1] == '`';
        return (cli_str){sql.p + from + 1, to - from - 1 - closed};
    }
    if (c == '\'')
        to = behind(sql, from + 1, "'");
    else if (in_name(c))
        while (to < sql.n && in_name(sql.p[to])) to++;
    else
        to++;
    *at = to;
    return (cli_str){sql.p + from, to - from};
}

bool cli_scan_starts(cli_str sql, const char *words, size_t *rest) {
    size_t at = 0;
    for (cli_str wanted = cli_str_from(words); wanted.n > 0;) {
        cli_str word = cli_str_cut(&wanted, ' '), found = cli_scan(sql, &at);
        if (found.n != word.n) return false;
        for (size_t i = 0; i < word.n; i++) {
            char c = found.p[i];
            if ((c >= 'a' && c <= 'z' ? c - 32 : c) != word.p[i]) return false;
        }
    }
    if (rest != NULL) *rest = at;
    return true;
}
