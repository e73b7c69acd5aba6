/* SPDX-License-Identifier: Apache-2.0 */
/* testdiff.c -- how an answer differs from what was expected. See testdiff.h.
 *
 * Algorithm:  lines that are equal at both ends are set aside. Between them the longest common subsequence is found
 *             by the usual table, unless that would be too large: then all expected lines come first and all others
 *             after them.
 */
#include "testdiff.h"

#include <stdlib.h>

#include "console.h"

enum {
    CONTEXT = 2,         /* equal lines that are shown around a difference */
    TABLE_MAX = 4 << 20, /* cells */
};

bool cli_lines_equal(const cli_lines *a, const cli_lines *b) {
    for (int i = 0; i < a->n && i < b->n; i++) {
        if (strcmp(a->p[i], b->p[i]) != 0) return false;
    }
    return a->n == b->n;
}

/* ---- the lines of a difference ---- */

typedef enum side { SAME, EXPECTED, GOT } side;
typedef struct step {
    side side;
    const char *line;
} step;

typedef struct steps {
    step *p;
    int n;
} steps;

static void add(steps *s, side side, const char *line) { s->p[s->n++] = (step){side, line}; }

/* Lines expected[i..e_end) against got[j..g_end). */
static void compare(steps *s, const cli_lines *expected, int i, int e_end, const cli_lines *got, int j, int g_end) {
    int ne = e_end - i, ng = g_end - j;
    size_t width = (size_t)ng + 1;
    if (ne > 0 && ng > 0 && ((size_t)ne + 1) * width <= TABLE_MAX) {
        char *const *e = expected->p + i, *const *g = got->p + j;
        int *best = cli_grow(NULL, ((size_t)ne + 1) * width * sizeof *best); /* [a][b]: what e[a..] and g[b..] share */
        for (int a = ne; a >= 0; a--) {
            for (int b = ng; b >= 0; b--) {
                int *cell = &best[(size_t)a * width + (size_t)b];
                if (a == ne || b == ng)
                    *cell = 0;
                else if (strcmp(e[a], g[b]) == 0)
                    *cell = cell[width + 1] + 1;
                else
                    *cell = cell[width] > cell[1] ? cell[width] : cell[1];
            }
        }
        int a = 0, b = 0;
        while (a < ne && b < ng) {
            const int *cell = &best[(size_t)a * width + (size_t)b];
            if (strcmp(e[a], g[b]) == 0)
                add(s, SAME, e[a]), a++, b++;
            else if (cell[width] >= cell[1])
                add(s, EXPECTED, e[a++]);
            else
                add(s, GOT, g[b++]);
        }
        i += a;
        j += b;
        free(best);
    }
    while (i < e_end) add(s, EXPECTED, expected->p[i++]);
    while (j < g_end) add(s, GOT, got->p[j++]);
}

/* Blanks at the end of a line are shown as dots. */
static void add_line(cli_buf *out, const char *line) {
    size_t n = strlen(line), solid = n;
    while (solid > 0 && line[solid - 1] == ' ') solid--;
    cli_buf_add(out, line, solid);
    for (; solid < n; solid++) cli_buf_puts(out, "·");
}

static void render(cli_buf *out, bool colour, const steps *s, int lines_max) {
    static const struct {
        const char *word;
        cli_style style;
    } sides[] = {[SAME] = {"same", CLI_FAINT}, [EXPECTED] = {"expected", CLI_GOOD}, [GOT] = {"got", CLI_ERROR}};
    int shown = 0, skipped = 0;
    for (int i = 0; i < s->n; i++) {
        bool near = s->p[i].side != SAME;
        for (int k = i - CONTEXT; k <= i + CONTEXT && !near; k++) near = k >= 0 && k < s->n && s->p[k].side != SAME;
        if (!near) {
            skipped++;
            continue;
        }
        if (shown == lines_max) {
            cli_buf_printf(out, "  … %d more lines\n", s->n - i);
            return;
        }
        if (skipped > 0) cli_buf_printf(out, "  … %d equal %s\n", skipped, skipped == 1 ? "line" : "lines");
        skipped = 0;
        shown++;
        cli_buf_printf(out, "  %s%-8s%s  ", cli_style_on(colour, sides[s->p[i].side].style), sides[s->p[i].side].word,
                       cli_style_on(colour, CLI_PLAIN));
        add_line(out, s->p[i].line);
        cli_buf_putc(out, '\n');
    }
    if (skipped > 0) cli_buf_printf(out, "  … %d equal %s\n", skipped, skipped == 1 ? "line" : "lines");
}

void cli_diff(cli_buf *out, bool colour, const cli_lines *expected, const cli_lines *got, int lines_max) {
    steps s = {cli_grow(NULL, (size_t)(expected->n + got->n) * sizeof(step)), 0};
    int head = 0, tail = 0;
    while (head < expected->n && head < got->n && strcmp(expected->p[head], got->p[head]) == 0) head++;
    while (tail < expected->n - head && tail < got->n - head &&
           strcmp(expected->p[expected->n - 1 - tail], got->p[got->n - 1 - tail]) == 0) {
        tail++;
    }
    for (int i = 0; i < head; i++) add(&s, SAME, expected->p[i]);
    compare(&s, expected, head, expected->n - tail, got, head, got->n - tail);
    for (int i = expected->n - tail; i < expected->n; i++) add(&s, SAME, expected->p[i]);
    render(out, colour, &s, lines_max);
    free(s.p);
}

/* ---- changelogs ---- */

/* A change: what it does to the number of rows equal to `body`, and where it stood. */
typedef struct change {
    const char *body;
    int by;
} change;

static int compare_changes(const void *a, const void *b) {
    return strcmp(((const change *)a)->body, ((const change *)b)->body);
}

void cli_apply_changelog(const cli_lines *changes, cli_lines *left) {
    change *c = cli_grow(NULL, (size_t)changes->n * sizeof *c);
    int n = changes->n;
    for (int i = 0; i < n; i++) {
        const char *line = changes->p[i];
        bool kind = strlen(line) >= 2;
        c[i] = (change){kind ? line + 2 : line, kind && line[0] == '-' ? -1 : 1};
    }
    if (n > 1) qsort(c, (size_t)n, sizeof *c, compare_changes);
    for (int i = 0, count; i < n;) {
        const char *body = c[i].body;
        for (count = 0; i < n && strcmp(c[i].body, body) == 0; i++) count += c[i].by;
        for (; count > 0; count--) cli_lines_add(left, cli_str_from(body));
    }
    free(c);
}
