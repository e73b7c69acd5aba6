/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c -- prints the rows of a result in one of four shapes. See rows.h.
 *
 * Algorithm of a table by content: rows are held until the widths are known, that is until the last row or until
 * HELD_MAX rows, whichever comes first; later rows are cut to the widths found. So a result of any size can be printed.
 */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>

#define NULL_TEXT "<NULL>"
enum { HELD_MAX = 10000, WIDTH_DEFAULT = 30, NULL_WIDTH = sizeof NULL_TEXT - 1 };

static const char *const kinds[] = {
    [FLOTT_INSERT] = "+I", [FLOTT_UPDATE_BEFORE] = "-U", [FLOTT_UPDATE_AFTER] = "+U", [FLOTT_DELETE] = "-D"};

bool cli_format_parse(const char *name, cli_format *out) {
    static const char *const names[] = {
        [CLI_TABLE] = "table", [CLI_ROWS] = "rows", [CLI_CSV] = "csv", [CLI_JSON] = "json"};
    for (int i = 0; i <= CLI_JSON; i++) {
        if (strcmp(names[i], name) == 0) {
            *out = (cli_format)i;
            return true;
        }
    }
    return false;
}

/* ---- tables ---- */

/* The columns of the table: `op`, if there is one, and those of the result. */
static int table_columns(const cli_rows *p) { return p->columns + p->with_kind; }

static const char *table_name(const cli_rows *p, int i) {
    if (p->with_kind && i == 0) return "op";
    return flott_result_name(p->result, i - p->with_kind);
}

static void border(cli_rows *p) {
    cli_buf_putc(&p->line, '+');
    for (int i = 0; i < table_columns(p); i++) {
        cli_buf_fill(&p->line, '-', (size_t)p->widths[i] + 2);
        cli_buf_putc(&p->line, '+');
    }
    cli_buf_putc(&p->line, '\n');
}

/* Text on the right of `width` columns; what does not fit is cut and ends in dots. */
static void cell(cli_rows *p, int i, cli_str text) {
    static const char dots[] = "...";
    int width = p->widths[i], needed = cli_width(text);
    if (i == 0) cli_buf_putc(&p->line, '|');
    cli_buf_putc(&p->line, ' ');
    if (needed <= width) {
        cli_buf_fill(&p->line, ' ', (size_t)(width - needed));
        cli_buf_add_str(&p->line, text);
    } else {
        int room = width - (int)strlen(dots), used = 0;
        size_t keep = 0;
        while (keep < text.n) {
            uint32_t c;
            size_t n = cli_utf8(text.p + keep, text.n - keep, &c);
            if (used + cli_char_width(c) > room) break;
            used += cli_char_width(c);
            keep += n;
        }
        if (room > used) cli_buf_fill(&p->line, ' ', (size_t)(room - used));
        cli_buf_add(&p->line, text.p, keep);
        cli_buf_puts(&p->line, dots);
    }
    cli_buf_puts(&p->line, " |");
    if (i == table_columns(p) - 1) cli_buf_putc(&p->line, '\n');
}

static void header(cli_rows *p) {
    p->header_done = true;
    border(p);
    for (int i = 0; i < table_columns(p); i++) cell(p, i, cli_str_from(table_name(p, i)));
    border(p);
}

static void write_out(cli_rows *p) {
    bool good = fwrite(cli_buf_text(&p->line), 1, p->line.n, p->out) == p->line.n;
    if (!good && p->write_error == 0) p->write_error = errno;
    cli_buf_reset(&p->line);
}

/* Prints what is held; from here on rows go out as they come. */
static void settle(cli_rows *p) {
    int n = table_columns(p);
    for (int k = 0; k < p->held.n; k++) {
        int width = cli_width(cli_str_from(p->held.p[k]));
        if (width > p->widths[k % n]) p->widths[k % n] = width;
    }
    for (int i = 0; i < n && p->width_max > 0; i++) {
        if (p->widths[i] > p->width_max) p->widths[i] = p->width_max;
    }
    header(p);
    for (int k = 0; k < p->held.n; k++) cell(p, k % n, cli_str_from(p->held.p[k]));
    cli_lines_deinit(&p->held);
    write_out(p);
}

static cli_str field(const cli_rows *p, flott_batch *b, int row, int column) {
    cli_str s = {NULL, 0};
    if (flott_batch_is_null(b, row, column)) return cli_str_from(p->null_empty ? "" : NULL_TEXT);
    s.p = flott_batch_text(b, row, column, FLOTT_TEXT_TABLE, &s.n);
    return s;
}

static void table_row(cli_rows *p, flott_batch *b, int row) {
    if (p->with_kind) cell(p, 0, cli_str_from(kinds[flott_batch_kind(b, row)]));
    for (int i = 0; i < p->columns; i++) {
        cli_str text = field(p, b, row, i);
        if (p->header_done)
            cell(p, i + p->with_kind, text);
        else
            cli_lines_add(&p->held, text);
    }
    if (!p->header_done && p->count == HELD_MAX) settle(p);
}

/* ---- lines ---- */

void cli_row_java(cli_buf *out, flott_batch *b, int row, int columns) {
    cli_buf_puts(out, kinds[flott_batch_kind(b, row)]);
    cli_buf_putc(out, '[');
    for (int i = 0; i < columns; i++) {
        cli_str text = {NULL, 0};
        text.p = flott_batch_text(b, row, i, FLOTT_TEXT_JAVA, &text.n);
        if (i > 0) cli_buf_puts(out, ", ");
        cli_buf_add_str(out, text);
    }
    cli_buf_putc(out, ']');
}

static void text_cell(cli_rows *p, flott_batch *b, int row) {
    cli_str text = field(p, b, row, 0);
    cli_buf_add_str(&p->line, text);
    if (text.n == 0 || text.p[text.n - 1] != '\n') cli_buf_putc(&p->line, '\n');
}

static int encoded_row(cli_rows *p, flott_batch *b, int row, flott_error *err) {
    bool json = p->format == CLI_JSON;
    size_t n;
    const char *text = json ? flott_batch_json(b, row, &n) : flott_batch_csv(b, row, &n),
               *kind = kinds[flott_batch_kind(b, row)];
    if (text == NULL) {
        *err = (flott_error){.code = FLOTT_E_UNSUPPORTED};
        snprintf(err->message, sizeof err->message, "a column of this result cannot be written as %s",
                 json ? "JSON" : "CSV");
        snprintf(err->hint, sizeof err->hint, "-o table and -o rows print every type");
        return err->code;
    }
    if (p->with_kind && json)
        cli_buf_printf(&p->line, "{\"op\":\"%s\"%s", kind, n > 2 ? "," : ""), text++, n--;
    else if (p->with_kind)
        cli_buf_printf(&p->line, "%s,", kind);
    cli_buf_add(&p->line, text, n);
    cli_buf_putc(&p->line, '\n');
    return FLOTT_OK;
}

/* ---- the whole ---- */

bool cli_setting_is(flott_session *s, const char *key, const char *value) {
    const char *v = flott_session_get(s, key);
    return v != NULL && cli_str_iis(cli_str_from(v), value);
}

void cli_rows_begin(cli_rows *p, FILE *out, flott_session *s, flott_result *r, cli_format format) {
    bool query = flott_result_get_kind(r) == FLOTT_RESULT_QUERY;
    bool batch = cli_setting_is(s, "execution.runtime-mode", "BATCH");
    int n = flott_result_columns(r);
    *p = (cli_rows){.out = out, .result = r, .format = format, .columns = n};
    p->plain_text = !query && n == 1 && format <= CLI_ROWS && strcmp(flott_result_name(r, 0), "result") == 0;
    if (format != CLI_TABLE) {
        p->with_kind = query && !flott_result_insert_only(r);
        return;
    }
    const char *width = flott_session_get(s, "table.display.max-column-width");
    p->with_kind = query && !batch;
    p->by_content = !p->with_kind;
    p->null_empty = !query;
    p->print_time = query && !cli_setting_is(s, "sql-client.display.print-time-cost", "false");
    if (query) p->width_max = width != NULL && atoi(width) > 3 ? atoi(width) : WIDTH_DEFAULT;
    p->widths = cli_grow(NULL, (size_t)table_columns(p) * sizeof *p->widths);
    for (int i = 0; i < table_columns(p); i++) {
        int width = cli_units(cli_str_from(table_name(p, i))), by_type = 0;
        if (!p->by_content && i >= p->with_kind) by_type = flott_result_width(r, i - p->with_kind);
        if (by_type > 0 && by_type < NULL_WIDTH) by_type = NULL_WIDTH;
        p->widths[i] = by_type > width ? by_type : width;
    }
    if (p->by_content || p->plain_text) return;
    header(p);
    write_out(p);
}

int cli_rows_batch(cli_rows *p, flott_batch *b, flott_error *err) {
    int rc = FLOTT_OK;
    for (int row = 0; row < flott_batch_rows(b) && rc == FLOTT_OK; row++) {
        p->count++;
        if (p->plain_text) {
            text_cell(p, b, row);
        } else if (p->format == CLI_TABLE) {
            table_row(p, b, row);
        } else if (p->format == CLI_ROWS) {
            cli_row_java(&p->line, b, row, p->columns);
            cli_buf_putc(&p->line, '\n');
        } else {
            rc = encoded_row(p, b, row, err);
        }
    }
    write_out(p);
    return rc;
}

int cli_rows_flush(cli_rows *p) {
    if (fflush(p->out) != 0 && p->write_error == 0) p->write_error = errno;
    return p->write_error;
}

void cli_rows_end(cli_rows *p, bool terminated, int64_t elapsed_ms) {
    if (p->format != CLI_TABLE || p->plain_text) return;
    const char *rows = p->count > 1 ? "rows" : "row";
    bool empty = p->by_content && p->count == 0 && !terminated;
    if (!p->header_done && p->count > 0) settle(p);
    if (p->count > 0 && !terminated) border(p);
    if (terminated)
        cli_buf_printf(&p->line, "Query terminated, received a total of %lld %s", (long long)p->count, rows);
    else if (empty)
        cli_buf_puts(&p->line, "Empty set");
    else if (p->by_content)
        cli_buf_printf(&p->line, "%lld %s in set", (long long)p->count, rows);
    else
        cli_buf_printf(&p->line, "Received a total of %lld %s", (long long)p->count, rows);
    if (p->print_time) cli_buf_printf(&p->line, " (%.2f seconds)", (double)elapsed_ms / 1000);
    cli_buf_putc(&p->line, '\n');
    write_out(p);
}

void cli_rows_deinit(cli_rows *p) {
    free(p->widths);
    cli_lines_deinit(&p->held);
    cli_buf_deinit(&p->line);
}
