/* SPDX-License-Identifier: Apache-2.0 */
/* diag.h -- a failed statement shown as a good compiler would: what, where, the line with a caret below, what to do.
 *
 *     error: Object 'order' not found
 *      --> job.sql:12:15
 *        |
 *     12 | SELECT * FROM order
 *        |               ^~~~~
 *     help: did you mean 'orders'?
 */
#ifndef FLOTT_CLI_DIAG_H
#define FLOTT_CLI_DIAG_H

#include <flott.h>

#include "console.h"

/* Where statements come from. */
typedef struct cli_source {
    char *name; /* the file as it was given, or <stdin>, <command line>. Owned */
    char *text; /* owned */
    size_t size;
} cli_source;

/* A statement, or what the engine was given for it. */
typedef struct cli_place {
    const cli_source *source;
    size_t start; /* byte of the source at which the statement begins */
    int shift;    /* characters that were put before its first line: error columns there count from further left */
} cli_place;

/* Line and column of the source, both from 1, for a position that counts from the start of the statement. */
void cli_locate(cli_place at, int line, int column, int *file_line, int *file_column);

/* Adds a piece of SQL with its secrets as ******. */
void cli_add_sql(cli_buf *out, cli_str sql);

void cli_diag_render(cli_buf *out, bool colour, cli_place at, const flott_error *err);
void cli_diag_print(cli_console *con, cli_place at, const flott_error *err);

#endif
