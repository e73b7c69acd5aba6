/* SPDX-License-Identifier: Apache-2.0 */
/* test_cli_text.c -- slices, widths on a screen, suggestions; words of SQL; the program's help and its mistakes. */
#include "cli_output.h"

#include "cli/scan.h"
#include "cli/text.h"

static void slices_are_cut_and_trimmed(void **state) {
    (void)state;
    cli_str s = cli_str_from("a,,b,");
    assert_true(cli_str_is(cli_str_cut(&s, ','), "a"));
    assert_true(cli_str_is(cli_str_cut(&s, ','), ""));
    assert_true(cli_str_is(cli_str_cut(&s, ','), "b"));
    assert_non_null(s.p);
    assert_true(cli_str_is(cli_str_cut(&s, ','), ""));
    assert_null(s.p);
    assert_true(cli_str_is(cli_str_trim(cli_str_from(" \t x y\r\n")), "x y"));
    assert_true(cli_str_is(cli_str_trim(cli_str_from(" \n")), ""));
    assert_true(cli_str_iis(cli_str_from("Select"), "sELECT"));
    assert_true(cli_str_contains("JSON_VALUE", "son_"));
    assert_false(cli_str_contains("JSON", "JSON_"));
}

static void widths_count_wide_characters_twice(void **state) {
    (void)state;
    assert_int_equal(cli_width(cli_str_from("abc")), 3);
    assert_int_equal(cli_width(cli_str_from("äöü€")), 4);
    assert_int_equal(cli_width(cli_str_from("中文字")), 6);
    assert_int_equal(cli_width(cli_str_from("ｱ한글")), 5);
    assert_int_equal(cli_width(cli_str_from("😀")), 2);
    assert_int_equal(cli_width(cli_str_from("\xff\xc3")), 2); /* bytes that are no UTF-8 */
    assert_int_equal(cli_units(cli_str_from("中😀")), 3);
}

static void utf8_is_checked(void **state) {
    (void)state;
    uint32_t c;
    assert_int_equal(cli_utf8("\xe4\xb8\xad", 3, &c), 3);
    assert_int_equal(c, 0x4E2D);
    assert_int_equal(cli_utf8("\xe4\xb8", 2, &c), 1); /* cut */
    assert_int_equal(c, 0xFFFD);
    assert_int_equal(cli_utf8("\xc0\x80", 2, &c), 1);         /* too long a form */
    assert_int_equal(cli_utf8("\xed\xa0\x80", 3, &c), 1);     /* half a surrogate pair */
    assert_int_equal(cli_utf8("\xf4\x90\x80\x80", 4, &c), 1); /* beyond Unicode */
}

static const char *fruit(const void *arg, int i) {
    static const char *const names[] = {"changelog", "sorted", "final", NULL};
    (void)arg;
    return names[i];
}

static void slips_of_the_pen_are_recognised(void **state) {
    (void)state;
    assert_string_equal(cli_nearest("chagnelog", fruit, NULL), "changelog");
    assert_string_equal(cli_nearest("Sorted", fruit, NULL), "sorted");
    assert_string_equal(cli_nearest("finl", fruit, NULL), "final");
    assert_null(cli_nearest("banana", fruit, NULL));
    assert_null(cli_nearest("", fruit, NULL));
}

static void buffers_quote_and_count(void **state) {
    (void)state;
    cli_buf b = {0};
    cli_buf_add_quoted(&b, "job.sql");
    cli_buf_putc(&b, ' ');
    cli_buf_add_quoted(&b, "it's");
    cli_buf_putc(&b, ' ');
    cli_buf_add_count(&b, 1234567);
    cli_buf_putc(&b, ' ');
    cli_buf_add_count(&b, -123);
    cli_buf_printf(&b, " %s", "x");
    assert_string_equal(cli_buf_text(&b), "job.sql 'it'\\''s' 1,234,567 -123 x");
    cli_buf_deinit(&b);
}

static void sql_is_read_word_by_word(void **state) {
    (void)state;
    static const char *const words[] = {"SELECT", "a", ".", "my table", ",", "'it'", "'s; '", "FROM", "é1", ";"};
    cli_str sql = cli_str_from("SELECT /* x; */ a.`my table`, -- y\n 'it''s; ' FROM é1;");
    size_t at = 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        cli_str w = cli_scan(sql, &at);
        if (!cli_str_is(w, words[i])) fail_msg("word %zu is '%.*s'", i, (int)w.n, w.p);
    }
    assert_int_equal(cli_scan(sql, &at).n, 0);
    at = 0;
    assert_int_equal(cli_scan(cli_str_from("'open"), &at).n, 5);
    at = 0;
    assert_true(cli_str_is(cli_scan(cli_str_from("`open"), &at), "open"));
    assert_true(cli_scan_starts(cli_str_from(" create -- x\n table t"), "CREATE TABLE", &at));
    assert_int_equal(at, 19);
    assert_false(cli_scan_starts(cli_str_from("CREATE TABLES"), "CREATE TABLE", NULL));
}

static void the_program_helps(void **state) {
    (void)state;
    flott(0, "--version");
    assert_string_equal(cli_out, "flott fake\n");
    flott(0, "--help");
    check_contains(cli_out, "  run           run SQL scripts\n");
    flott(0, "help", "run");
    check_contains(cli_out, "usage: flott run [OPTION…] FILE…\n");
    check_contains(cli_out, "  -o, --output FORMAT ");
    check_contains(cli_out, "      --restore DIR ");
    check_contains(cli_out, "  -D KEY=VALUE ");
    char *help = strdup(cli_out);
    flott(0, "run", "--help");
    assert_string_equal(cli_out, help);
    flott(0, "run", "-qh");
    assert_string_equal(cli_out, help);
    free(help);
    flott(2, "help", "rnu");
    check_contains(cli_err, "did you mean 'flott run'?");
}

static void mistakes_of_usage_are_told(void **state) {
    (void)state;
    const char *const none[] = {"flott"};
    assert_int_equal(cli_call(1, none), 2);
    check_contains(cli_err, "usage: flott COMMAND");
    flott(2, "tset");
    assert_string_equal(cli_err, "error: unknown command 'tset'; did you mean 'flott test'?\nhelp: flott --help\n");
    flott(2, "/dev/null");
    check_contains(cli_err, "did you mean 'flott run /dev/null'?");
    flott(2, "--verbos");
    check_contains(cli_err, "unknown option --verbos");
    flott(2, "run", "--ouput", "csv");
    check_contains(cli_err, "unknown option --ouput; did you mean --output?");
    flott(2, "run", "-x");
    check_contains(cli_err, "unknown option -x");
    flott(2, "run", "-o");
    check_contains(cli_err, "option -o needs FORMAT");
    flott(2, "run", "--restore");
    check_contains(cli_err, "option --restore needs DIR");
    flott(2, "run", "--quiet=yes");
    check_contains(cli_err, "option --quiet takes no value");
    flott(2, "run", "-o", "xml", "-e", "SELECT 1");
    check_contains(cli_err, "the formats are table, rows, csv and json");
    flott(2, "run", "-D", "novalue", "-e", "SELECT 1");
    check_contains(cli_err, "KEY=VALUE is expected");
    flott(2, "run");
    check_contains(cli_err, "what is to be run?");
    flott(2, "run", "/no/such/file.sql");
    check_contains(cli_err, "cannot read '/no/such/file.sql': No such file or directory");
    flott(2, "run", "--", "-e");
    check_contains(cli_err, "cannot read '-e'");
    flott(2, "test");
    flott(2, "test", "--sim", "x", "/tmp");
    check_contains(cli_err, "a SEED is a number");
    flott(2, "explain");
}

static void what_the_engine_knows_is_listed(void **state) {
    (void)state;
    flott(0, "functions");
    assert_string_equal(cli_out,
                        "ABS\tABS(number)\tThe value without its sign.\nJSON_VALUE\t\tA value out of a JSON text.\n"
                        "JSON_ARRAYAGG\t\tAll values as a JSON array.\n");
    flott(0, "functions", "json");
    assert_null(strstr(cli_out, "ABS"));
    flott(0, "functions", "js?n_a*");
    check_contains(cli_out, "JSON_ARRAYAGG");
    assert_null(strstr(cli_out, "JSON_VALUE"));
    flott(1, "functions", "ASB");
    assert_string_equal(cli_err, "error: no function matches 'ASB'\nhelp: did you mean 'ABS'?\n");
    flott(0, "config", "reuse");
    assert_string_equal(cli_out, "pipeline.object-reuse\tfalse\tnoted\tObjects are always reused.\n");
    flott(0, "connectors");
    flott(0, "formats", "JSON");
    assert_string_equal(cli_out, "json\t\tOne JSON object a line.\n");
    flott(2, "formats", "a", "b");
}

static void folders_are_what_stands_before_the_last_slash(void **state) {
    (void)state;
    static const char *const paths[][2] = {{"a.sql", NULL}, {"/a.sql", "/"}, {"b/a.sql", "b"}, {"../b/c/a", "../b/c"}};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *folder = cli_folder_of(paths[i][0]);
        if (paths[i][1] == NULL)
            assert_null(folder);
        else
            assert_string_equal(folder, paths[i][1]);
        free(folder);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slices_are_cut_and_trimmed),
        cmocka_unit_test(widths_count_wide_characters_twice),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(folders_are_what_stands_before_the_last_slash),
        cmocka_unit_test(slips_of_the_pen_are_recognised),
        cmocka_unit_test(buffers_quote_and_count),
        cmocka_unit_test(sql_is_read_word_by_word),
        cmocka_unit_test_teardown(the_program_helps, cli_teardown),
        cmocka_unit_test_teardown(mistakes_of_usage_are_told, cli_teardown),
        cmocka_unit_test_teardown(what_the_engine_knows_is_listed, cli_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
