/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_testfile.c -- any bytes at all, given to the reader of test files.
 *
 * Proves: no crash, no read beyond the text; each block of lines gives one record or one complaint, as a slow count of
 *         blocks says, and lines ascend; what a record holds lies inside the text; spoiling and asking what is spoilt
 *         survives any statement.
 */
#include "fuzz.h"

#include <assert.h>
#include <string.h>

#include "cli/testfile.h"
#include "cli/testspoilt.h"

/* Blocks of lines between blank ones that are not only comments; or in a table, lines that are neither. */
static int count_blocks(const char *text, size_t size, bool table) {
    int blocks = 0;
    bool open = false;
    for (size_t at = 0; at <= size;) {
        size_t end = at;
        bool blank = true;
        for (; end < size && text[end] != '\n'; end++)
            blank = blank && strchr(" \t\v\f\r", text[end]) != NULL && text[end] != '\0';
        bool comment = !blank && text[at] == '#';
        if (table) open = false;
        if (!open && !blank && !comment) blocks++, open = true;
        if (blank) open = false;
        at = end + 1;
    }
    return blocks;
}

static void check_inside(const cli_test_file *f, size_t size, cli_str s) {
    assert(s.p == NULL ? s.n == 0 : s.p >= f->bytes && s.p + s.n <= f->bytes + size);
}

static void check(const char *text, size_t size, bool table) {
    cli_test_file f;
    cli_spoilt spoilt = {0};
    cli_testfile_parse(&f, table, text, size);
    assert(f.n + f.n_complaints == count_blocks(text, size, table));
    for (int i = 0; i < f.n; i++) {
        const cli_test_record *r = &f.records[i];
        assert(r->line > (i == 0 ? 0 : r[-1].line));
        check_inside(&f, size, r->title);
        check_inside(&f, size, r->name);
        check_inside(&f, size, r->text);
        check_inside(&f, size, r->expected);
        cli_spoilt_by(&spoilt, r);
        if (i % 2 == 0)
            cli_spoilt_add(&spoilt, &f, r, "because");
        else if (r->kind == CLI_TEST_SQL)
            cli_spoilt_restore(&spoilt, r->text);
    }
    for (int i = 0; i < f.n_complaints; i++) assert(f.complaints[i].line > 0 && f.complaints[i].text[0] != '\0');
    cli_spoilt_deinit(&spoilt);
    cli_testfile_deinit(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    check((const char *)data, size, false);
    check((const char *)data, size, true);
    return 0;
}

/* Lines that often make sense below one another, and two ends that lines may have besides. */
/* clang-format off */
static const fuzz_word words[] = {
    WORD(""), WORD(""), WORD(""), WORD("# c"), WORD("----"), WORD("----"), WORD("sql"), WORD("sql error"),
    WORD("query"), WORD("query changelog"), WORD("query final"), WORD("query error"), WORD("file a"),
    WORD("mode batch"), WORD("mode"), WORD("output o"), WORD("clock 2024-01-01"), WORD("start"), WORD("advance 1 s"),
    WORD("expect sorted"), WORD("  "), WORD("\r"), WORD("(`a` INT)"), WORD("+I[1]"), WORD("parse: x"), WORD("limit: y"),
    WORD("SELECT 1;"), WORD(";"), WORD("CREATE TABLE t ('${dir}/o')"), WORD("INSERT INTO a.`t` SELECT 'it''s'"),
    WORD("INSERT INTO"), WORD("ALTER"), WORD("CREATE TEMPORARY VIEW"), WORD("SET 'a' = 'b'"), WORD("1\tINT\t2"),
    WORD("1\t!\tparse: x"), WORD("\t"), WORD("1\t2"), WORD("`"), WORD("'"), WORD("/*"), WORD("${dir}/"), WORD("\r\n"),
    WORD("\n\n"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 30, .separator = "\n", .texts = 150000};
