/* SPDX-License-Identifier: Apache-2.0 */
/* csv_scan.c -- CSV text to the cells of one record.
 *
 * What:       splits a record at its delimiters, takes quotes and escapes away, and finds where the record ends.
 * Example:    7,"a ""b"", c",  and a line end give the cells `7`, `a "b", c` and ``.
 * Interface:  csv_int.h.
 * Algorithm:  as Jackson's reader: a cell is quoted only if the quote is its first character; within quotes a doubled
 *             quote is one, and line ends are text; behind the closing quote blanks may stand, nothing else. A cell
 *             that is no contiguous part of the record (doubled quotes, escapes) is put together in `text`.
 * Invariants: the record is complete (CSV_LINE, or CSV_INPUT because `last`) or nothing is decided (CSV_MORE).
 */
#include "formats/csv_int.h"

#include "messages/format.h"

#include <stdio.h>
#include <stdlib.h>

void csv_scan_init(csv_scan *s, const csv_options *opt, int cells_max) {
    *s = (csv_scan){.opt = opt, .cells_max = cells_max};
    s->cells = fl_calloc((size_t)cells_max + 1, sizeof *s->cells);
    fl_buf_init(&s->text);
}

void csv_scan_deinit(csv_scan *s) {
    free(s->cells);
    fl_buf_deinit(&s->text);
}

/* The character stands at p. */
static bool at(const csv_scan *s, const char *p, fl_str c) {
    return c.n > 0 && (size_t)(s->end - p) >= c.n && memcmp(p, c.p, c.n) == 0;
}

/* The character may stand at p: the bytes that are there begin it, and more may come. */
static bool perhaps_at(const csv_scan *s, const char *p, fl_str c) {
    size_t n = (size_t)(s->end - p);
    return !s->last && n < c.n && memcmp(p, c.p, n) == 0;
}

static csv_end at_input_end(const csv_scan *s) { return s->last ? CSV_INPUT : CSV_MORE; }

/* Over a line end at p. */
static csv_end take_line_end(csv_scan *s) {
    bool cr = *s->p == '\r';
    if (cr && s->p + 1 == s->end && !s->last) return CSV_MORE;
    s->p += 1 + (cr && s->p + 1 < s->end && s->p[1] == '\n');
    return CSV_LINE;
}

static csv_end open_escape(csv_scan *s) {
    fl_fail(s->err, FL_ERR_FORMAT_CSV_ESCAPE);
    return CSV_BAD;
}

/* ---- cells ---- */

/* The text so far goes into `text`, if it is not there yet. */
static void gather(csv_scan *s, csv_cell *c, const char *from, const char *to) {
    if (c->p != NULL) {
        c->p = NULL;
        c->at = s->text.n;
    }
    fl_buf_put(&s->text, from, (size_t)(to - from));
    c->n = s->text.n - c->at;
}

/* Ends a run of bytes that are text as they are. */
static void close_cell(csv_scan *s, csv_cell *c, const char *from) {
    if (c->p != NULL)
        *c = (csv_cell){.p = from, .n = (size_t)(s->p - from)};
    else
        gather(s, c, from, s->p);
}

/* Over an escape at p, whose meaning goes into the cell. */
static csv_end take_escape(csv_scan *s, csv_cell *c, const char *from) {
    static const char letters[] = "0nrt", meanings[] = "\0\n\r\t";
    gather(s, c, from, s->p);
    s->p += s->opt->escape.n;
    if (s->p == s->end) return s->last ? open_escape(s) : CSV_MORE;
    const char *letter = *s->p != '\0' ? strchr(letters, *s->p) : NULL;
    uint32_t cp;
    int n = fl_utf8_decode(s->p, s->end, &cp);
    fl_buf_put(&s->text, letter != NULL ? &meanings[letter - letters] : s->p, (size_t)n);
    c->n = s->text.n - c->at;
    s->p += n;
    return CSV_DELIMITER;
}

static csv_end scan_plain(csv_scan *s, csv_cell *c) {
    const csv_options *o = s->opt;
    const char *from = s->p;
    *c = (csv_cell){.p = from};
    char escape = o->escape.n > 0 ? o->escape.p[0] : '\n';
    for (;;) {
        s->p = fl_find4(s->p, s->end, o->delimiter.p[0], '\n', '\r', escape);
        if (s->p == s->end || perhaps_at(s, s->p, o->delimiter) || perhaps_at(s, s->p, o->escape)) {
            close_cell(s, c, from);
            return at_input_end(s);
        }
        if (*s->p == '\n' || *s->p == '\r') {
            close_cell(s, c, from);
            return take_line_end(s);
        }
        if (at(s, s->p, o->delimiter)) {
            close_cell(s, c, from);
            s->p += o->delimiter.n;
            return CSV_DELIMITER;
        }
        if (at(s, s->p, o->escape)) {
            csv_end end = take_escape(s, c, from);
            if (end != CSV_DELIMITER) return end;
            from = s->p;
        } else {
            s->p++; /* the first byte of another character */
        }
    }
}

/* Behind the closing quote. */
static csv_end end_of_quoted(csv_scan *s) {
    for (;; s->p++) {
        if (s->p == s->end || perhaps_at(s, s->p, s->opt->delimiter)) return at_input_end(s);
        if (at(s, s->p, s->opt->delimiter)) {
            s->p += s->opt->delimiter.n;
            return CSV_DELIMITER;
        }
        if (*s->p == '\n' || *s->p == '\r') return take_line_end(s);
        if ((unsigned char)*s->p > ' ') break;
    }
    uint32_t cp, delimiter;
    int n = fl_utf8_decode(s->p, s->end, &cp);
    fl_utf8_decode(s->opt->delimiter.p, s->opt->delimiter.p + s->opt->delimiter.n, &delimiter);
    fl_fail(s->err, FL_ERR_FORMAT_CSV_AFTER_QUOTE, n, s->p, cp, (int)s->opt->delimiter.n, s->opt->delimiter.p,
            delimiter);
    s->p += n;
    return CSV_BAD;
}

static csv_end open_quote(csv_scan *s) {
    if (!s->last) return CSV_MORE;
    s->p = s->end;
    fl_fail(s->err, FL_ERR_FORMAT_CSV_UNCLOSED);
    return CSV_BAD;
}

static csv_end scan_quoted(csv_scan *s, csv_cell *c) {
    const csv_options *o = s->opt;
    const char *from = s->p += o->quote.n;
    *c = (csv_cell){.p = from};
    char escape = o->escape.n > 0 ? o->escape.p[0] : o->quote.p[0];
    for (;;) {
        s->p = fl_find3(s->p, s->end, o->quote.p[0], escape, escape);
        if (s->p == s->end || perhaps_at(s, s->p, o->quote) || perhaps_at(s, s->p, o->escape)) return open_quote(s);
        if (at(s, s->p, o->quote)) {
            const char *next = s->p + o->quote.n;
            if (!s->last && (next == s->end || perhaps_at(s, next, o->quote))) return CSV_MORE;
            if (!at(s, next, o->quote)) {
                close_cell(s, c, from);
                s->p = next;
                return end_of_quoted(s);
            }
            gather(s, c, from, next);
            from = s->p = next + o->quote.n;
        } else if (at(s, s->p, o->escape)) {
            csv_end end = take_escape(s, c, from);
            if (end != CSV_DELIMITER) return end;
            from = s->p;
        } else {
            s->p++;
        }
    }
}

csv_end csv_scan_cell(csv_scan *s, csv_cell *out) {
    if (perhaps_at(s, s->p, s->opt->quote)) return CSV_MORE;
    return at(s, s->p, s->opt->quote) ? scan_quoted(s, out) : scan_plain(s, out);
}

/* ---- records ---- */

static csv_end skip_line(csv_scan *s, csv_end end) {
    csv_cell ignored;
    fl_error *err = s->err, other;
    s->err = &other;
    while (end == CSV_DELIMITER || (end == CSV_BAD && s->p < s->end)) end = csv_scan_cell(s, &ignored);
    s->err = err;
    bool cut = end == CSV_BAD && s->p == s->end && !s->last; /* the line may go on */
    return cut || end == CSV_MORE ? CSV_MORE : CSV_BAD;
}

static csv_end too_many(csv_scan *s, csv_end end) {
    fl_str text = csv_text(s, &s->cells[s->cells_max]);
    bool blank = text_trim(text).n == 0;
    if (blank && end != CSV_DELIMITER) return end; /* one delimiter too many at the end is fine */
    if (blank) text = (fl_str){"", 0};
    fl_fail(s->err, FL_ERR_FORMAT_CSV_TOO_MANY, s->cells_max, s->cells_max, (long long)fl_utf16_count(text),
            (int)FL_MIN(text.n, (size_t)100), text.p);
    return skip_line(s, end);
}

csv_end csv_scan_record(csv_scan *s) {
    csv_end end = CSV_DELIMITER;
    fl_buf_reset(&s->text);
    for (s->n = 0; end == CSV_DELIMITER; s->n++) {
        end = csv_scan_cell(s, &s->cells[s->n]);
        if (end == CSV_MORE) return CSV_MORE;
        if (end == CSV_BAD) return skip_line(s, end);
        if (s->n == s->cells_max) return too_many(s, end);
    }
    return end;
}

bool csv_skip_comments(csv_scan *s) {
    while (s->p < s->end) {
        const char *p = s->p;
        if (*p == ' ') {
            s->p++;
            continue;
        }
        if (*p == '#') p = fl_find3(p, s->end, '\n', '\r', '\r');
        if (p == s->end) {
            if (s->last) s->p = s->end;
            return s->last;
        }
        if (*p != '\n' && *p != '\r') return true;
        s->p = p;
        if (take_line_end(s) == CSV_MORE) return false;
    }
    return true;
}

/* ---- elements ---- */

csv_elements csv_elements_of(fl_str cell, fl_str delimiter) {
    bool none = text_trim(cell).n == 0 && memmem(cell.p, cell.n, delimiter.p, delimiter.n) == NULL;
    return (csv_elements){none ? (fl_str){0} : cell, delimiter};
}

bool csv_next_element(csv_elements *e, fl_str *out) {
    if (e->rest.p == NULL) return false;
    const char *end = memmem(e->rest.p, e->rest.n, e->delimiter.p, e->delimiter.n);
    *out = fl_str_make(e->rest.p, end != NULL ? (size_t)(end - e->rest.p) : e->rest.n);
    size_t used = out->n + e->delimiter.n;
    e->rest = end != NULL ? fl_str_make(e->rest.p + used, e->rest.n - used) : (fl_str){0};
    return true;
}
