/* SPDX-License-Identifier: Apache-2.0 */
/* rows.h -- prints the rows of a result in one of four shapes.
 *
 *     table   as Flink's SQL client prints in tableau mode
 *     rows    +I[1, a]      Flink's Row.toString
 *     csv     1,a           as the format csv writes them; an updating result has the row kind in front: +U,1,a
 *     json    {"id":1}      as the format json writes them; likewise {"op":"+U","id":1}
 *
 * A streaming table has a column `op` and widths by type, so that each row can go out as it comes. A batch table, and
 * what SHOW and DESCRIBE give, has widths by content. A text of several lines (EXPLAIN, SHOW CREATE) is printed as it
 * is by `table` and `rows`.
 */
#ifndef FLOTT_CLI_ROWS_H
#define FLOTT_CLI_ROWS_H

#include <flott.h>

#include "console.h"

typedef enum cli_format { CLI_TABLE, CLI_ROWS, CLI_CSV, CLI_JSON } cli_format;
bool cli_format_parse(const char *name, cli_format *out);
/* Whether a setting of the session has this value, in any case. */
bool cli_setting_is(flott_session *s, const char *key, const char *value);

/* Appends row `row` as Row.toString prints it. */
void cli_row_java(cli_buf *out, flott_batch *b, int row, int columns);

typedef struct cli_rows {
    /* set at the beginning */
    FILE *out;
    flott_result *result;
    cli_format format;
    int columns;
    bool with_kind;  /* TABLE: a column `op`; CSV, JSON: the kind in front */
    bool by_content; /* TABLE: widths from what the rows hold */
    bool plain_text; /* one cell of several lines */
    bool null_empty; /* TABLE: NULL is printed as nothing */
    bool print_time; /* TABLE: after the number of rows */
    int width_max;   /* TABLE by content; 0: none */

    /* changes */
    int64_t count;
    int write_error; /* errno of the first write that failed, or 0 */
    int *widths;     /* TABLE: of each column of the table; owned */
    bool header_done;
    cli_lines held; /* TABLE by content: cells of rows whose widths are not settled */
    cli_buf line;
} cli_rows;

/* Settles the shape by what kind of result it is and by the session's settings. */
void cli_rows_begin(cli_rows *p, FILE *out, flott_session *s, flott_result *r, cli_format format);
/* Prints the rows of a batch, or holds them. FLOTT_OK, or FLOTT_E_UNSUPPORTED if a type has no such shape. */
int cli_rows_batch(cli_rows *p, flott_batch *b, flott_error *err);
/* Lets everything arrive; 0, or the errno of the first write that failed. */
int cli_rows_flush(cli_rows *p);
/* Prints what is held and a table's last lines. `terminated`: the query was stopped before its end. */
void cli_rows_end(cli_rows *p, bool terminated, int64_t elapsed_ms);
void cli_rows_deinit(cli_rows *p);

#endif
