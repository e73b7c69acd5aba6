/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_testdiff.c -- differences are shown line by line; changelogs are applied. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/testdiff.h"
#include "test.h"

/* "a b c" as three lines. */
static cli_lines lines(const char *words) {
    cli_lines l = {0};
    for (cli_str rest = cli_str_from(words); rest.p != NULL && rest.n > 0;) cli_lines_add(&l, cli_str_cut(&rest, ' '));
    return l;
}

static void check(const char *expected, const char *got, int lines_max, const char *shown) {
    cli_lines e = lines(expected), g = lines(got);
    cli_buf b = {0};
    cli_diff(&b, false, &e, &g, lines_max);
    assert_string_equal(cli_buf_text(&b), shown);
    assert_int_equal(cli_lines_equal(&e, &g), strcmp(expected, got) == 0);
    cli_buf_deinit(&b);
    cli_lines_deinit(&e);
    cli_lines_deinit(&g);
}

static void differences_are_shown(void **state) {
    (void)state;
    check("a", "a", 9, "  … 1 equal line\n");
    check("", "", 9, "");
    check("a b c", "a x c", 9, "  same      a\n  expected  b\n  got       x\n  same      c\n");
    check("a b", "a", 9, "  same      a\n  expected  b\n");
    check("", "a b", 9, "  got       a\n  got       b\n");
    check("a b c d", "b c x d", 9, "  expected  a\n  same      b\n  same      c\n  got       x\n  same      d\n");
}

static void only_the_surroundings_of_a_difference_are_shown(void **state) {
    (void)state;
    check("1 2 3 4 5 6 7 8 9", "1 2 3 4 x 6 7 8 9", 9,
          "  … 2 equal lines\n  same      3\n  same      4\n  expected  5\n  got       x\n  same      6\n  same      "
          "7\n  … 2 equal lines\n");
    check("a b c d e", "", 2, "  expected  a\n  expected  b\n  … 3 more lines\n");
}

static void blanks_at_the_end_of_a_line_are_seen(void **state) {
    (void)state;
    cli_lines e = {0}, g = {0};
    cli_buf b = {0};
    cli_lines_add(&e, cli_str_from("a  "));
    cli_lines_add(&g, cli_str_from("a"));
    cli_diff(&b, false, &e, &g, 9);
    assert_string_equal(cli_buf_text(&b), "  expected  a··\n  got       a\n");
    cli_buf_deinit(&b);
    cli_lines_deinit(&e);
    cli_lines_deinit(&g);
}

static void large_answers_are_compared_without_the_table(void **state) {
    (void)state;
    cli_lines e = {0}, g = {0};
    cli_buf b = {0};
    char number[16];
    for (int i = 0; i < 5000; i++) {
        cli_lines_add(&e, (cli_str){number, (size_t)snprintf(number, sizeof number, "e%d", i)});
        cli_lines_add(&g, (cli_str){number, (size_t)snprintf(number, sizeof number, "g%d", i)});
    }
    cli_diff(&b, false, &e, &g, 1);
    assert_string_equal(cli_buf_text(&b), "  expected  e0\n  … 9999 more lines\n");
    cli_buf_deinit(&b);
    cli_lines_deinit(&e);
    cli_lines_deinit(&g);
}

static void a_changelog_leaves_rows(void **state) {
    (void)state;
    cli_lines changes = lines("+I[b] +I[a] -U[a] +U[c] +I[b] -D[b] -D[never] +I[b]"), left = {0},
              expected = lines("[b] [b] [c]");
    cli_apply_changelog(&changes, &left);
    assert_true(cli_lines_equal(&left, &expected));
    cli_lines_deinit(&changes);
    cli_lines_deinit(&expected);
    cli_lines_deinit(&left);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(differences_are_shown),
        cmocka_unit_test(only_the_surroundings_of_a_difference_are_shown),
        cmocka_unit_test(blanks_at_the_end_of_a_line_are_seen),
        cmocka_unit_test(large_answers_are_compared_without_the_table),
        cmocka_unit_test(a_changelog_leaves_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
