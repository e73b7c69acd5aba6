/* SPDX-License-Identifier: Apache-2.0 */
/* testrun.h -- runs a file of tests in the simulation and counts what passes. */
#ifndef FLOTT_CLI_TESTRUN_H
#define FLOTT_CLI_TESTRUN_H

#include "console.h"
#include "testfile.h"

typedef struct cli_test_options {
    bool crash; /* --sim: tiny batches, a power cut and a restore after each */
    uint64_t seed;
    const char *filter; /* --filter: only queries that contain it, unless the file's name does; NULL: all */
    bool verbose;
} cli_test_options;

typedef struct cli_test_counts {
    int passed, failed, unsupported;
} cli_test_counts;

/* Why flott could not answer, and how often. */
typedef struct cli_test_reason {
    char *text; /* owned */
    int count;
} cli_test_reason;

typedef struct cli_test_reasons {
    cli_test_reason *p; /* owned */
    int n;
} cli_test_reasons;
void cli_test_reasons_deinit(cli_test_reasons *reasons);

/* Runs a file without complaints; failures go to con->out. */
cli_test_counts cli_test_run(cli_console *con, const char *path, const cli_test_file *f, const cli_test_options *opt,
                             cli_test_reasons *reasons);

#endif
