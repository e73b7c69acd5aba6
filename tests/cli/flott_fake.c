/* SPDX-License-Identifier: Apache-2.0 */
/* flott_fake.c -- the real command line over a fake engine, for tests of what only a process has: signals, a terminal.
 *
 * Its statements are words: SELECT endless, INSERT INTO endless, … See the table.
 */
#include "../unit/fake_flott.h"
#include "cli/command.h"

#define ROWS(...) ((const char *const[]){__VA_ARGS__, NULL})

static const fake_answer answers[] = {
    {.match = "SELECT endless",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "a INT",
     .rows = ROWS("+I|1", "@300 +I|2"),
     .endless = true,
     .metrics = {.rows_in = 12345, .watermark = INT64_C(1714910400000), .next_window = INT64_C(1714910460000)}},
    {.match = "SELECT slow", .kind = FLOTT_RESULT_QUERY, .columns = "a INT", .rows = ROWS("+I|1", "@1500 +I|2")},
    {.match = "SELECT many",
     .kind = FLOTT_RESULT_QUERY,
     .columns = "a INT",
     .rows = ROWS("+I|1", "+I|2"),
     .repeats = true},
    {.match = "SELECT", .kind = FLOTT_RESULT_QUERY, .columns = "a INT|b STRING", .rows = ROWS("+I|1|x", "+I|2|\\N")},
    {.match = "INTO endless", .kind = FLOTT_RESULT_JOB, .endless = true, .metrics = {.rows_in = 7, .late_rows = 3}},
    {.match = "INTO stubborn", .kind = FLOTT_RESULT_JOB, .endless = true, .stubborn = true},
    {.match = "INTO bad",
     .kind = FLOTT_RESULT_JOB,
     .failed = {.code = FLOTT_E_RUNTIME, .message = "broken", .hint = "mend it"}},
};

int main(int argc, char **argv) {
    fake_answers(answers, sizeof answers / sizeof *answers);
    return cli_main(stdout, stderr, argc, argv);
}
