/* SPDX-License-Identifier: Apache-2.0 */
/* str.c -- text and byte buffers. */
#include "base/str.h"

#include "base/bytes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <utf8proc.h>

static int lower(int c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; }

bool fl_str_ieq(fl_str a, fl_str b) {
    if (a.n != b.n) return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i])) return false;
    return true;
}

bool fl_str_iis(fl_str a, const char *b) { return fl_str_ieq(a, fl_str_from(b)); }

bool fl_str_starts(fl_str s, const char *prefix) {
    size_t n = strlen(prefix);
    return s.n >= n && memcmp(s.p, prefix, n) == 0;
}

static bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

fl_str fl_str_trim(fl_str s) {
    while (s.n > 0 && is_blank(s.p[0])) s.p++, s.n--;
    while (s.n > 0 && is_blank(s.p[s.n - 1])) s.n--;
    return s;
}

int fl_str_cmp(fl_str a, fl_str b) {
    size_t n = FL_MIN(a.n, b.n);
    int c = n ? memcmp(a.p, b.p, n) : 0;
    return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* Edit distance (insert, delete, replace, swap of neighbours) in half steps: a change of case costs one half. */
static int edit_distance(const char *a, const char *b) {
    enum { MAX = 64 };
    int n = (int)strlen(a), m = (int)strlen(b);
    if (n >= MAX || m >= MAX) return 1000;
    int row[3][MAX];
    for (int j = 0; j <= m; j++) row[0][j] = 2 * j;
    for (int i = 1; i <= n; i++) {
        int *now = row[i % 3], *up = row[(i - 1) % 3], *up2 = row[(i + 1) % 3];
        now[0] = 2 * i;
        for (int j = 1; j <= m; j++) {
            int swap = a[i - 1] == b[j - 1] ? 0 : lower(a[i - 1]) == lower(b[j - 1]) ? 1 : 2;
            int best = FL_MIN(up[j - 1] + swap, FL_MIN(up[j], now[j - 1]) + 2);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) best = FL_MIN(best, up2[j - 2] + 2);
            now[j] = best;
        }
    }
    return row[n % 3][m];
}

const char *fl_suggest(const char *word, const char *const *candidates, int n) {
    const char *best = NULL;
    int best_cost = 2 * FL_MAX(1, (int)strlen(word) / 3) + 1;
    for (int i = 0; i < n; i++) {
        int cost = edit_distance(word, candidates[i]);
        if (cost < best_cost) best_cost = cost, best = candidates[i];
    }
    if (best == NULL) /* a name that differs by case only is always meant */
        for (int i = 0; i < n; i++)
            if (fl_str_ieq(fl_str_from(word), fl_str_from(candidates[i]))) return candidates[i];
    return best;
}

void fl_buf_init(fl_buf *b) { *b = (fl_buf){0}; }
void fl_buf_deinit(fl_buf *b) {
    free(b->p);
    fl_buf_init(b);
}

void fl_buf_grow(fl_buf *b, size_t more) {
    size_t cap = FL_MAX(b->cap * 2, FL_MAX(b->n + more, (size_t)64));
    b->p = fl_realloc(b->p, cap);
    b->cap = cap;
}

void fl_buf_printf(fl_buf *b, const char *fmt, ...) {
    va_list ap, again;
    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    fl_assert(n >= 0);
    vsnprintf(fl_buf_reserve(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
    va_end(again);
    b->n += (size_t)n;
}

const char *fl_buf_cstr(fl_buf *b) {
    *fl_buf_reserve(b, 1) = '\0';
    return b->p;
}

char *fl_buf_finish(fl_buf *b, fl_arena *a) {
    char *text = fl_arena_strndup(a, b->p, b->n);
    fl_buf_deinit(b);
    return text;
}

void fl_buf_put_bytes(fl_buf *b, const void *p, size_t n) {
    fl_assert(n <= UINT32_MAX);
    fl_buf_put_u32(b, (uint32_t)n);
    fl_buf_put(b, p, n);
}

/* ---- UTF-8 ---- */

static bool is_tail(unsigned char c) { return (c & 0xc0) == 0x80; }

/* The length of the well-formed sequence at p, or 0. */
static int sequence_length(const unsigned char *p, const unsigned char *end) {
    unsigned char c = p[0];
    if (c < 0xc2) return 0;
    if (c < 0xe0) return end - p >= 2 && is_tail(p[1]) ? 2 : 0;
    if (c < 0xf0) {
        if (end - p < 3 || !is_tail(p[1]) || !is_tail(p[2])) return 0;
        return (c == 0xe0 && p[1] < 0xa0) || (c == 0xed && p[1] >= 0xa0) ? 0 : 3;
    }
    if (c > 0xf4 || end - p < 4 || !is_tail(p[1]) || !is_tail(p[2]) || !is_tail(p[3])) return 0;
    return (c == 0xf0 && p[1] < 0x90) || (c == 0xf4 && p[1] >= 0x90) ? 0 : 4;
}

bool fl_utf8_valid(fl_str s) {
    const char *end = s.p + s.n;
    for (const char *p = fl_skip_ascii(s.p, end); p < end; p = fl_skip_ascii(p, end)) {
        int n = sequence_length((const unsigned char *)p, (const unsigned char *)end);
        if (n == 0) return false;
        p += n;
    }
    return true;
}

int fl_utf8_decode(const char *p, const char *end, uint32_t *cp) {
    utf8proc_int32_t c;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)p, end - p, &c);
    if (n <= 0) {
        *cp = 0xfffd;
        return 1;
    }
    *cp = (uint32_t)c;
    return (int)n;
}

int fl_utf8_encode(uint32_t cp, char out[4]) {
    return (int)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)out);
}

int fl_utf8_width(const char *p, size_t n) {
    int width = 0;
    for (const char *end = p + n; p < end;) {
        uint32_t cp;
        p += fl_utf8_decode(p, end, &cp);
        width += utf8proc_charwidth((utf8proc_int32_t)cp);
    }
    return width;
}
