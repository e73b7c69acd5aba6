/* SPDX-License-Identifier: Apache-2.0 */
/* diag.c -- a failed statement shown as a good compiler would. See diag.h. */
#include "diag.h"

enum {
    TAB_WIDTH = 4,
    SHOWN_MAX = 110,   /* columns of a source line that are shown; a longer line is cut around the caret */
    BEFORE_CARET = 50, /* of them before the caret, in a line that is cut */
};

/* ---- positions ---- */

/* The byte at which line `line` (from 1) of the text from `start` on begins. Past the end: the last line. */
static size_t line_start(const cli_source *src, size_t start, int line) {
    for (; line > 1; line--) {
        const char *end = memchr(src->text + start, '\n', src->size - start);
        if (end == NULL) break;
        start = (size_t)(end + 1 - src->text);
    }
    return start;
}

static int count_characters(cli_str s) {
    int count = 0;
    for (uint32_t c; s.n > 0; count++) {
        size_t n = cli_utf8(s.p, s.n, &c);
        s.p += n;
        s.n -= n;
    }
    return count;
}

void cli_locate(cli_place at, int line, int column, int *file_line, int *file_column) {
    const cli_source *src = at.source;
    int before = 1;
    size_t begin = 0; /* of the line in which the statement starts */
    for (size_t i = 0; i < at.start; i++) {
        if (src->text[i] == '\n') before++, begin = i + 1;
    }
    if (line < 1) line = 1;
    if (column < 1) column = 1;
    *file_line = before + line - 1;
    *file_column = column;
    if (line > 1) return;
    int moved = column - at.shift;
    *file_column = (moved < 1 ? 1 : moved) + count_characters((cli_str){src->text + begin, at.start - begin});
}

/* ---- the source line ---- */

/* What is shown for a character, and its width. */
static int show(cli_buf *out, const char *p, size_t n, uint32_t c) {
    if (c == '\t') {
        cli_buf_fill(out, ' ', TAB_WIDTH);
        return TAB_WIDTH;
    }
    if (c < 0x20 || c == 0x7F || c == 0xFFFD) {
        cli_buf_putc(out, '?');
        return 1;
    }
    cli_buf_add(out, p, n);
    return cli_char_width(c);
}

typedef struct shown_line {
    cli_buf text;
    int caret, marked; /* columns before the mark and of the mark */
} shown_line;

/* Lays out `line` with a mark over `length` characters from the `column`-th on. */
static shown_line lay_out(cli_str line, int column, int length) {
    shown_line s = {0};
    cli_buf all = {0}; /* the line as shown, unless it is too long */
    int width = 0, i = 1;
    for (cli_str rest = line; rest.n > 0; i++) {
        uint32_t c;
        size_t n = cli_utf8(rest.p, rest.n, &c);
        int w = show(&all, rest.p, n, c);
        if (i < column)
            s.caret += w;
        else if (i - column < length)
            s.marked += w;
        width += w;
        rest.p += n;
        rest.n -= n;
    }
    if (column > i) s.caret += column - i; /* behind the end: where the rest should have stood */
    if (s.marked == 0) s.marked = 1;
    if (width <= SHOWN_MAX) {
        s.text = all;
        return s;
    }
    int skip = s.caret > SHOWN_MAX - BEFORE_CARET ? s.caret - BEFORE_CARET : 0, at = 0, left = 0;
    for (size_t k = 0; k < all.n;) {
        uint32_t c;
        size_t n = cli_utf8(all.p + k, all.n - k, &c);
        int w = cli_char_width(c);
        if (at < skip)
            left = at + w;
        else if (at + w <= skip + SHOWN_MAX)
            cli_buf_add(&s.text, all.p + k, n);
        at += w;
        k += n;
    }
    cli_buf framed = {0};
    if (skip > 0) cli_buf_puts(&framed, "…");
    cli_buf_add(&framed, cli_buf_text(&s.text), s.text.n);
    if (at > skip + SHOWN_MAX) cli_buf_puts(&framed, "…");
    s.caret -= left - (skip > 0);
    if (s.caret + s.marked > SHOWN_MAX) s.marked = s.caret < SHOWN_MAX ? SHOWN_MAX - s.caret : 1;
    cli_buf_deinit(&all);
    cli_buf_deinit(&s.text);
    s.text = framed;
    return s;
}

void cli_add_sql(cli_buf *out, cli_str sql) {
    size_t at = 0, begin, end;
    for (; flott_secret_find(sql.p, sql.n, at, &begin, &end); at = end) {
        cli_buf_add(out, sql.p + at, begin - at);
        cli_buf_puts(out, "******");
    }
    cli_buf_add(out, sql.p + at, sql.n - at);
}

/* The bytes from begin to end as they may be shown, secrets as ******. The mark from the *column-th of these
 * characters on moves along. */
static cli_buf hide_secrets(const cli_source *src, size_t begin, size_t end, int *column, int *length) {
    cli_buf out = {0};
    const int shown = 6, first = *column, last = *column + *length - 1;
    size_t at = begin, b, e;
    for (size_t from = 0; flott_secret_find(src->text, src->size, from, &b, &e) && b < end; from = e) {
        if (e < begin) continue;
        if (b < begin) b = begin;
        size_t to = e < end ? e : end;
        int before = count_characters((cli_str){src->text + begin, b - begin});
        int n = count_characters((cli_str){src->text + b, to - b});
        if (first > before + n)
            *column += shown - n;
        else if (first > before)
            *column -= first - before - 1, *length = shown;
        else if (last > before)
            *length += shown - n;
        cli_buf_add(&out, src->text + at, b - at);
        cli_buf_puts(&out, "******");
        at = to;
    }
    cli_buf_add(&out, src->text + at, end - at);
    return out;
}

static void render_line(cli_buf *out, bool colour, cli_place at, const flott_error *err, int file_line,
                        int file_column) {
    const cli_source *src = at.source;
    size_t begin = line_start(src, 0, file_line), end = begin;
    while (end < src->size && src->text[end] != '\n') end++;
    if (end > begin && src->text[end - 1] == '\r') end--;
    int length = err->length > 0 ? err->length : 1;
    cli_buf line = hide_secrets(src, begin, end, &file_column, &length);

    char number[16];
    int digits = snprintf(number, sizeof number, "%d", file_line);
    const char *faint = cli_style_on(colour, CLI_FAINT), *red = cli_style_on(colour, CLI_ERROR);
    const char *plain = cli_style_on(colour, CLI_PLAIN);
    shown_line s = lay_out((cli_str){cli_buf_text(&line), line.n}, file_column, length);
    cli_buf_printf(out, "%s%*s |%s\n", faint, digits, "", plain);
    cli_buf_printf(out, "%s%s |%s %s\n", faint, number, plain, cli_buf_text(&s.text));
    cli_buf_printf(out, "%s%*s |%s %*s%s^", faint, digits, "", plain, s.caret, "", red);
    cli_buf_fill(out, '~', (size_t)s.marked - 1);
    cli_buf_printf(out, "%s\n", plain);
    cli_buf_deinit(&s.text);
    cli_buf_deinit(&line);
}

/* ---- the whole ---- */

void cli_diag_render(cli_buf *out, bool colour, cli_place at, const flott_error *err) {
    const char *plain = cli_style_on(colour, CLI_PLAIN);
    cli_buf_printf(out, "%serror:%s %s%s%s\n", cli_style_on(colour, CLI_ERROR), plain, cli_style_on(colour, CLI_BOLD),
                   err->message, plain);
    if (at.source != NULL) {
        int line, column;
        cli_locate(at, err->line, err->column, &line, &column);
        cli_buf_printf(out, "%s -->%s %s:%d:%d\n", cli_style_on(colour, CLI_FAINT), plain, at.source->name, line,
                       column);
        if (err->line > 0) render_line(out, colour, at, err, line, column);
    }
    if (err->hint[0] != '\0') cli_buf_printf(out, "%shelp:%s %s\n", cli_style_on(colour, CLI_HELP), plain, err->hint);
}

void cli_diag_print(cli_console *con, cli_place at, const flott_error *err) {
    cli_buf b = {0};
    cli_diag_render(&b, con->err_colour, at, err);
    cli_console_lock(con);
    fputs(cli_buf_text(&b), con->err);
    fflush(con->err);
    cli_console_unlock(con);
    cli_buf_deinit(&b);
}
