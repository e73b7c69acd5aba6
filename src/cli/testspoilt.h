/* SPDX-License-Identifier: Apache-2.0 */
/* testspoilt.h -- what in a test cannot be as it should because an earlier statement is not supported yet.
 *
 * Such a statement spoils the names that it would have defined or filled: after a refused CREATE TABLE t, what uses t
 * fails, and so does a list of all tables; after a refused INSERT INTO t, so does what reads t or the folder that t
 * writes to. These failures say nothing new and are counted under the reason of the first.
 */
#ifndef FLOTT_CLI_TESTSPOILT_H
#define FLOTT_CLI_TESTSPOILT_H

#include "testfile.h"

/* A table, view, function, …; or a path below ${dir}. */
typedef struct cli_spoilt_name {
    char *name; /* owned */
    bool is_path;
    char *reason; /* owned */
} cli_spoilt_name;

typedef struct cli_spoilt {
    cli_spoilt_name *p; /* owned */
    int n;
    char *all; /* the reason, if nothing that follows can be trusted: after a SET or USE. Owned */
} cli_spoilt;

/* Record `t` of file `f` is not supported, or fails because of what is spoilt already. */
void cli_spoilt_add(cli_spoilt *s, const cli_test_file *f, const cli_test_record *t, const char *reason);
/* A statement that has succeeded makes the name that it defines good again. */
void cli_spoilt_restore(cli_spoilt *s, cli_str sql);
/* The reason for which a record cannot be expected to pass, or NULL. */
const char *cli_spoilt_by(const cli_spoilt *s, const cli_test_record *t);
void cli_spoilt_deinit(cli_spoilt *s); /* nothing is spoilt any more */

#endif
