/* SPDX-License-Identifier: Apache-2.0 */
/* text.c -- slices, a growing buffer, lists of lines, widths on a screen. See text.h. */
#include "text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- slices ---- */

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool cli_str_iis(cli_str a, const char *b) {
    if (a.n != strlen(b)) return false;
    for (size_t i = 0; i < a.n; i++) {
        if (lower((unsigned char)a.p[i]) != lower((unsigned char)b[i])) return false;
    }
    return true;
}

cli_str cli_str_trim(cli_str s) {
    while (s.n > 0 && is_blank(s.p[0])) s.p++, s.n--;
    while (s.n > 0 && is_blank(s.p[s.n - 1])) s.n--;
    return s;
}

cli_str cli_str_cut(cli_str *s, char separator) {
    cli_str rest = *s;
    const char *cut = rest.n == 0 ? NULL : memchr(rest.p, separator, rest.n);
    if (cut == NULL) {
        *s = (cli_str){NULL, 0};
        return rest;
    }
    size_t n = (size_t)(cut - rest.p);
    *s = (cli_str){cut + 1, rest.n - n - 1};
    return (cli_str){rest.p, n};
}

bool cli_str_contains(const char *hay, const char *needle) {
    size_t n = strlen(needle);
    for (; *hay != '\0'; hay++) {
        if (strlen(hay) >= n && cli_str_iis((cli_str){hay, n}, needle)) return true;
    }
    return n == 0;
}

/* ---- memory ---- */

void *cli_grow(void *p, size_t size) {
    p = realloc(p, size == 0 ? 1 : size);
    if (p == NULL) {
        fputs("flott: out of memory\n", stderr);
        abort();
    }
    return p;
}

char *cli_copy(cli_str s) {
    char *p = cli_grow(NULL, s.n + 1);
    if (s.n > 0) memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

/* ---- the buffer ---- */

void cli_buf_deinit(cli_buf *b) {
    free(b->p);
    *b = (cli_buf){0};
}

static void make_room(cli_buf *b, size_t more) {
    if (b->cap - b->n > more) return;
    b->cap = b->n + more + 1 > 2 * b->cap ? b->n + more + 1 : 2 * b->cap;
    b->p = cli_grow(b->p, b->cap);
}

void cli_buf_add(cli_buf *b, const char *p, size_t n) {
    make_room(b, n);
    if (n > 0) memcpy(b->p + b->n, p, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void cli_buf_fill(cli_buf *b, char c, size_t n) {
    make_room(b, n);
    memset(b->p + b->n, c, n);
    b->n += n;
    b->p[b->n] = '\0';
}

void cli_buf_vprintf(cli_buf *b, const char *fmt, va_list args) {
    va_list again;
    if (fmt == NULL)
        return; /* never; but a sanitizer that checks for it goes on behind its check, and gcc warns of that */
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, again);
    va_end(again);
    if (n <= 0) return;
    make_room(b, (size_t)n);
    vsnprintf(b->p + b->n, (size_t)n + 1, fmt, args);
    b->n += (size_t)n;
}

void cli_buf_printf(cli_buf *b, const char *fmt, ...) {
    va_list args;
    va_start(args, fmt);
    cli_buf_vprintf(b, fmt, args);
    va_end(args);
}

void cli_buf_add_quoted(cli_buf *b, const char *s) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
    if (*s != '\0' && strspn(s, plain) == strlen(s)) {
        cli_buf_puts(b, s);
        return;
    }
    cli_buf_putc(b, '\'');
    for (; *s != '\0'; s++) {
        if (*s == '\'')
            cli_buf_puts(b, "'\\''");
        else
            cli_buf_putc(b, *s);
    }
    cli_buf_putc(b, '\'');
}

void cli_buf_add_count(cli_buf *b, int64_t n) {
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%lld", (long long)n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-') cli_buf_putc(b, ',');
        cli_buf_putc(b, digits[i]);
    }
}

/* ---- lines ---- */

void cli_lines_add(cli_lines *l, cli_str line) {
    if (l->n == l->cap) {
        l->cap = l->cap == 0 ? 16 : 2 * l->cap;
        l->p = cli_grow(l->p, (size_t)l->cap * sizeof *l->p);
    }
    l->p[l->n++] = cli_copy(line);
}

static int compare_lines(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

void cli_lines_sort(cli_lines *l) {
    if (l->n > 1) qsort(l->p, (size_t)l->n, sizeof *l->p, compare_lines);
}

void cli_lines_reset(cli_lines *l) {
    for (int i = 0; i < l->n; i++) free(l->p[i]);
    l->n = 0;
}

void cli_lines_deinit(cli_lines *l) {
    cli_lines_reset(l);
    free(l->p);
    *l = (cli_lines){0};
}

/* ---- characters ---- */

size_t cli_utf8(const char *p, size_t n, uint32_t *c) {
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *u = (const unsigned char *)p;
    size_t len = u[0] < 0x80                   ? 1
                 : u[0] >= 0xC2 && u[0] < 0xE0 ? 2
                 : (u[0] & 0xF0) == 0xE0       ? 3
                 : u[0] >= 0xF0 && u[0] < 0xF5 ? 4
                                               : 0;
    *c = 0xFFFD;
    if (len == 0 || len > n) return 1;
    uint32_t x = len == 1 ? u[0] : u[0] & (0x7Fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((u[i] & 0xC0) != 0x80) return 1;
        x = x << 6 | (u[i] & 0x3F);
    }
    if (x < least[len] || x > 0x10FFFF || (x >= 0xD800 && x < 0xE000)) return 1;
    *c = x;
    return len;
}

/* East Asian Width W and F of Unicode 14; unassigned characters between two wide ones count as wide. */
static const uint32_t wide[][2] = {
    {0x1100, 0x115F},   {0x231A, 0x231B},   {0x2329, 0x232A},   {0x23E9, 0x23EC},   {0x23F0, 0x23F0},
    {0x23F3, 0x23F3},   {0x25FD, 0x25FE},   {0x2614, 0x2615},   {0x2648, 0x2653},   {0x267F, 0x267F},
    {0x2693, 0x2693},   {0x26A1, 0x26A1},   {0x26AA, 0x26AB},   {0x26BD, 0x26BE},   {0x26C4, 0x26C5},
    {0x26CE, 0x26CE},   {0x26D4, 0x26D4},   {0x26EA, 0x26EA},   {0x26F2, 0x26F3},   {0x26F5, 0x26F5},
    {0x26FA, 0x26FA},   {0x26FD, 0x26FD},   {0x2705, 0x2705},   {0x270A, 0x270B},   {0x2728, 0x2728},
    {0x274C, 0x274C},   {0x274E, 0x274E},   {0x2753, 0x2755},   {0x2757, 0x2757},   {0x2795, 0x2797},
    {0x27B0, 0x27B0},   {0x27BF, 0x27BF},   {0x2B1B, 0x2B1C},   {0x2B50, 0x2B50},   {0x2B55, 0x2B55},
    {0x2E80, 0x303E},   {0x3041, 0x3247},   {0x3250, 0x4DBF},   {0x4E00, 0xA4C6},   {0xA960, 0xA97C},
    {0xAC00, 0xD7A3},   {0xF900, 0xFAD9},   {0xFE10, 0xFE19},   {0xFE30, 0xFE6B},   {0xFF01, 0xFF60},
    {0xFFE0, 0xFFE6},   {0x16FE0, 0x1B2FB}, {0x1F004, 0x1F004}, {0x1F0CF, 0x1F0CF}, {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A}, {0x1F200, 0x1F320}, {0x1F32D, 0x1F335}, {0x1F337, 0x1F37C}, {0x1F37E, 0x1F393},
    {0x1F3A0, 0x1F3CA}, {0x1F3CF, 0x1F3D3}, {0x1F3E0, 0x1F3F0}, {0x1F3F4, 0x1F3F4}, {0x1F3F8, 0x1F43E},
    {0x1F440, 0x1F440}, {0x1F442, 0x1F4FC}, {0x1F4FF, 0x1F53D}, {0x1F54B, 0x1F54E}, {0x1F550, 0x1F567},
    {0x1F57A, 0x1F57A}, {0x1F595, 0x1F596}, {0x1F5A4, 0x1F5A4}, {0x1F5FB, 0x1F64F}, {0x1F680, 0x1F6C5},
    {0x1F6CC, 0x1F6CC}, {0x1F6D0, 0x1F6D2}, {0x1F6D5, 0x1F6DF}, {0x1F6EB, 0x1F6EC}, {0x1F6F4, 0x1F6FC},
    {0x1F7E0, 0x1F7F0}, {0x1F90C, 0x1F93A}, {0x1F93C, 0x1F945}, {0x1F947, 0x1F9FF}, {0x1FA70, 0x1FAF6},
    {0x20000, 0x3FFFD},
};

int cli_char_width(uint32_t c) {
    if (c < wide[0][0]) return 1;
    size_t lo = 0, hi = sizeof wide / sizeof *wide;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (c > wide[mid][1])
            lo = mid + 1;
        else if (c < wide[mid][0])
            hi = mid;
        else
            return 2;
    }
    return 1;
}

int cli_width(cli_str s) {
    int width = 0;
    for (uint32_t c; s.n > 0;) {
        size_t n = cli_utf8(s.p, s.n, &c);
        width += cli_char_width(c);
        s.p += n;
        s.n -= n;
    }
    return width;
}

int cli_units(cli_str s) {
    int units = 0;
    for (uint32_t c; s.n > 0;) {
        size_t n = cli_utf8(s.p, s.n, &c);
        units += c >= 0x10000 ? 2 : 1;
        s.p += n;
        s.n -= n;
    }
    return units;
}

/* ---- suggestions ---- */

enum { NEAREST_MAX = 80 }; /* longer words have no near ones */

/* Edit distance, an exchange of neighbours counting as one. */
static int distance(const char *a, const char *b) {
    int rows[3][NEAREST_MAX + 2], na = (int)strlen(a), nb = (int)strlen(b);
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (int j = 0; j <= nb; j++) last[j] = j;
    for (int i = 1; i <= na; i++) {
        now[0] = i;
        for (int j = 1; j <= nb; j++) {
            int same = lower((unsigned char)a[i - 1]) == lower((unsigned char)b[j - 1]);
            int best = last[j - 1] + !same;
            if (last[j] + 1 < best) best = last[j] + 1;
            if (now[j - 1] + 1 < best) best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < best) {
                best = before[j - 2] + 1;
            }
            now[j] = best;
        }
        int *spare = before;
        before = last;
        last = now;
        now = spare;
    }
    return last[nb];
}

const char *cli_nearest(const char *word, const char *(*next)(const void *arg, int i), const void *arg) {
    size_t n = strlen(word);
    int least = n < 4 ? 2 : (int)n / 3 + 1; /* the first distance that is too far */
    const char *best = NULL, *candidate;
    if (n > NEAREST_MAX) return NULL;
    for (int i = 0; (candidate = next(arg, i)) != NULL; i++) {
        if (strlen(candidate) > NEAREST_MAX) continue;
        int d = distance(word, candidate);
        if (d < least) least = d, best = candidate;
    }
    return best;
}

/* ---- files ---- */

char *cli_folder_of(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash == NULL ? NULL : cli_copy((cli_str){path, slash == path ? 1 : (size_t)(slash - path)});
}

bool cli_read_file(const char *path, char **text, size_t *size) {
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "rb");
    if (f == NULL) return false;
    cli_buf b = {0};
    char chunk[16384];
    errno = 0;
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, f)) > 0;) cli_buf_add(&b, chunk, n);
    int failed = ferror(f) ? errno : 0;
    if (!standard) fclose(f);
    if (failed != 0) {
        cli_buf_deinit(&b);
        errno = failed;
        return false;
    }
    *text = b.p == NULL ? cli_copy((cli_str){NULL, 0}) : b.p;
    *size = b.n;
    return true;
}
