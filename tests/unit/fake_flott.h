/* SPDX-License-Identifier: Apache-2.0 */
/* fake_flott.h -- flott.h without an engine: a test says what each statement answers.
 *
 * The command line is tested against it, so that its tests need no SQL and can ask for what a real engine does rarely:
 * a job that does not stop, a write that fails, a query that ends in the middle.
 */
#ifndef FLOTT_TESTS_FAKE_FLOTT_H
#define FLOTT_TESTS_FAKE_FLOTT_H

#include <flott.h>

/* What a statement that contains `match` answers. Of several that match, the first does. Statements that nothing
 * matches succeed if they begin with CREATE, DROP, ALTER, USE or SET, and are invalid otherwise. */
typedef struct fake_answer {
    const char *match;
    flott_result_kind kind;
    flott_error refused; /* .code < 0: flott_execute returns it */
    const char *columns; /* "id INT|name STRING" */
    const char *const
        *rows;          /* "+I|1|x", ended by NULL; a field \N is NULL; "@500 +I|1|x" comes 500 ms after the start */
    bool updating;      /* not only +I */
    flott_error failed; /* .code < 0: comes after the rows, or is how the job ends */
    bool repeats;       /* the rows come again and again */
    bool endless;       /* does not end by itself */
    bool stubborn;      /* does not stop on request, only when canceled */
    int64_t run_ms;     /* JOB: how long it takes */
    flott_job_metrics metrics;
    const char *unused_checkpoints;
    const char *path, *bytes; /* JOB: a file that it writes on the simulated disk */
} fake_answer;

/* From now on; the answers are borrowed. Forgets what was executed before. */
void fake_answers(const fake_answer *answers, int n);
/* All statements and settings so far, one a line. */
const char *fake_log(void);

#endif
