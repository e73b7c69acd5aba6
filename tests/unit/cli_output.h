/* SPDX-License-Identifier: Apache-2.0 */
/* cli_output.h -- runs the command line inside a test and keeps what it prints. */
#ifndef FLOTT_TESTS_CLI_OUTPUT_H
#define FLOTT_TESTS_CLI_OUTPUT_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/command.h"
#include "fake_flott.h"
#include "test.h"

static char *cli_out, *cli_err; /* of the last call */

static int cli_call(int argc, const char *const *arguments) {
    size_t n_out, n_err;
    char *argv[32];
    free(cli_out);
    free(cli_err);
    FILE *out = open_memstream(&cli_out, &n_out), *err = open_memstream(&cli_err, &n_err);
    for (int i = 0; i < argc; i++) argv[i] = strdup(arguments[i]);
    int code = cli_main(out, err, argc, argv);
    for (int i = 0; i < argc; i++) free(argv[i]);
    fclose(out);
    fclose(err);
    return code;
}

/* flott(code, "run", "-e", "…"): runs the command line and checks its exit code. */
#define flott(code, ...)                                                                                               \
    do {                                                                                                               \
        const char *const words[] = {"flott", __VA_ARGS__};                                                            \
        int got = cli_call(sizeof words / sizeof *words, words);                                                       \
        if (got != (code)) fail_msg("exit code %d\n%s%s", got, cli_out, cli_err);                                      \
    } while (0)

static inline void check_contains(const char *text, const char *part) {
    if (strstr(text, part) == NULL) fail_msg("'%s' is not in:\n%s", part, text);
}

/* Writes a temporary file and returns its name, which the caller removes and frees. */
static inline char *temporary(const char *suffix, const char *text) {
    char name[64];
    snprintf(name, sizeof name, "/tmp/flott_cli_XXXXXX%s", suffix);
    int fd = mkstemps(name, (int)strlen(suffix));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (int)strlen(text));
    close(fd);
    return strdup(name);
}

static inline void remove_temporary(char *name) {
    unlink(name);
    free(name);
}

static inline int cli_teardown(void **state) {
    (void)state;
    free(cli_out);
    free(cli_err);
    cli_out = cli_err = NULL;
    fake_answers(NULL, 0);
    return 0;
}

#endif
