/* SPDX-License-Identifier: Apache-2.0 */
/* test_plan.c -- plans as expected text: runs the scripts of tests/plan and compares what EXPLAIN and mistakes say.
 *
 * A file is a script, a line of dashes, and what its statements give, one after the other: texts of tables as they are,
 * of a mistake `word line:column message`. To add a test is to add a file, and to list it in tests/meson.build.
 * With FLOTT_PLAN_PRINT in the environment what came is printed, for a new file's second half.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

#include "flott.h"

enum { TEXT_MAX = 1 << 18 };

static char file[TEXT_MAX], got[TEXT_MAX];
static size_t n_got;

static void put(const char *text) {
    size_t n = strlen(text);
    if (n_got + n >= TEXT_MAX) fail_msg("more text than fits");
    memcpy(got + n_got, text, n + 1);
    n_got += n;
}

static void put_rows(flott_result *r) {
    flott_error err;
    flott_batch *b;
    if (flott_result_get_kind(r) != FLOTT_RESULT_TABLE) return;
    while (flott_result_next(r, -1, &b, &err) == FLOTT_OK) {
        for (int i = 0; i < flott_batch_rows(b); i++)
            for (int c = 0; c < flott_result_columns(r); c++) {
                put(flott_batch_text(b, i, c, FLOTT_TEXT_JAVA, NULL));
                put(c + 1 < flott_result_columns(r) ? " | " : "\n");
            }
        flott_batch_free(b);
    }
}

static void run(flott_session *s, const char *start, size_t n) {
    flott_result *r;
    flott_error err;
    char place[100];
    if (flott_execute(s, start, (int64_t)n, &r, &err) < 0) {
        snprintf(place, sizeof place, "%s %d:%d ", flott_error_word(err.code), err.line, err.column);
        put(place);
        put(err.message);
        put("\n");
        return;
    }
    put_rows(r);
    flott_result_free(r);
}

static const char *path;

static void the_plan_is_the_expected_one(void **state) {
    (void)state;
    FILE *f = fopen(path, "r");
    if (f == NULL) fail_msg("cannot open %s", path);
    file[fread(file, 1, TEXT_MAX - 1, f)] = '\0';
    fclose(f);
    char *line = strstr(file, "\n----\n");
    if (line == NULL) fail_msg("%s has no line of dashes", path);
    *line = '\0';
    const char *want = line + 6, *start;
    flott_session *s = flott_session_new(&(flott_options){.simulated = true, .seed = 1});
    size_t at = 0, n;
    while (flott_next_statement(file, strlen(file), &at, &start, &n)) run(s, start, n);
    assert_int_equal(flott_session_jobs(s), 0); /* to explain is not to run */
    flott_session_free(s);
    if (getenv("FLOTT_PLAN_PRINT") != NULL) fputs(got, stdout);
    int lines = 1;
    size_t same = 0;
    for (size_t i = 0; got[i] != '\0' && got[i] == want[i]; i++)
        if (got[i] == '\n') lines++, same = i + 1;
    if (strcmp(got, want) != 0)
        fail_msg("%s, line %d of what is expected: it is\n%.*s\ninstead of\n%.*s", path, lines,
                 (int)strcspn(got + same, "\n"), got + same, (int)strcspn(want + same, "\n"), want + same);
}

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_plan_is_the_expected_one)};
    if (argc != 2) return 2;
    path = argv[1];
    return cmocka_run_group_tests(tests, NULL, NULL);
}
