/* SPDX-License-Identifier: Apache-2.0 */
/* testdiff.h -- how an answer differs from what was expected, line by line.
 *
 *     same      +I[a, 1]
 *     expected  +I[b, 2]
 *     got       +I[b, 3]
 */
#ifndef FLOTT_CLI_TESTDIFF_H
#define FLOTT_CLI_TESTDIFF_H

#include "text.h"

/* Appends the difference. Lines that are the same are shown only near a difference; no more than `lines_max` lines. */
void cli_diff(cli_buf *out, bool colour, const cli_lines *expected, const cli_lines *got, int lines_max);
bool cli_lines_equal(const cli_lines *a, const cli_lines *b);

/* The rows that are left after a changelog ("+I[a, 1]") has been applied, without kinds, sorted. */
void cli_apply_changelog(const cli_lines *changes, cli_lines *left);

#endif
