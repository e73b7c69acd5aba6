/* SPDX-License-Identifier: Apache-2.0 */
/* scan.h -- SQL word by word, enough to tell kinds of statements and names apart. The engine alone understands SQL. */
#ifndef FLOTT_CLI_SCAN_H
#define FLOTT_CLI_SCAN_H

#include "text.h"

/* The next word of `sql` from *at on, behind blanks and comments: a name (without its backticks), a number, a string
 * with its quotes, or one other character. Empty at the end. *at moves behind it. */
cli_str cli_scan(cli_str sql, size_t *at);

/* Whether the statement begins with these words, given in capitals and separated by single blanks. *behind, if not
 * NULL, is where the rest begins. */
bool cli_scan_starts(cli_str sql, const char *words, size_t *behind);

#endif
