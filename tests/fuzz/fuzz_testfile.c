/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_testfile.c -- any bytes at all, given to the reader of test files.
 *
 * With a fuzzer: clang -fsanitize=fuzzer,address -DFL_FUZZER … fuzz_testfile.c: LLVMFuzzerTestOneInput is the target.
 * By itself:  fuzz_testfile FILE…   runs what a fuzzer has found; without files it makes texts of random lines from a
 *             seed that it prints, fuzz_testfile -s SEED repeats them.
 * Proves:     no crash, no read beyond the text; each block of lines gives one record or one complaint, as a slow
 *             count of blocks says, and lines ascend; what a record holds lies inside the text; spoiling and asking
 *             what is spoilt survives any statement.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "cli/testfile.h"
#include "cli/testspoilt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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

#ifndef FL_FUZZER

static uint64_t random_state;

/* splitmix64 */
static uint64_t draw(uint64_t n) {
    uint64_t x = random_state += 0x9E3779B97F4A7C15;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * 0x94D049BB133111EB;
    return (x ^ x >> 31) % n;
}

static int run_file(const char *path) {
    char *text;
    size_t size;
    if (!cli_read_file(path, &text, &size)) {
        perror(path);
        return 1;
    }
    LLVMFuzzerTestOneInput((const uint8_t *)text, size);
    free(text);
    return 0;
}

/* Lines that often make sense below one another. */
static const char *const lines[] = {
    "",
    "",
    "",
    "# c",
    "----",
    "----",
    "sql",
    "sql error",
    "query",
    "query changelog",
    "query final",
    "query error",
    "file a",
    "mode batch",
    "mode",
    "output o",
    "clock 2024-01-01",
    "start",
    "advance 1 s",
    "expect sorted",
    "  ",
    "\r",
    "(`a` INT)",
    "+I[1]",
    "parse: x",
    "limit: y",
    "SELECT 1;",
    ";",
    "CREATE TABLE t ('${dir}/o')",
    "INSERT INTO a.`t` SELECT 'it''s'",
    "INSERT INTO",
    "ALTER",
    "CREATE TEMPORARY VIEW",
    "SET 'a' = 'b'",
    "1\tINT\t2",
    "1\t!\tparse: x",
    "\t",
    "1\t2",
    "`",
    "'",
    "/*",
    "${dir}/",
};

static void run_random(int texts) {
    cli_buf b = {0};
    for (int i = 0; i < texts; i++) {
        cli_buf_reset(&b);
        for (uint64_t n = draw(30); n > 0; n--) {
            cli_buf_puts(&b, lines[draw(sizeof lines / sizeof *lines)]);
            cli_buf_puts(&b, draw(8) == 0 ? "" : draw(8) == 0 ? "\r\n" : "\n");
        }
        for (uint64_t n = draw(4); n > 0 && b.n > 0; n--) b.p[draw(b.n)] = (char)draw(256);
        LLVMFuzzerTestOneInput((const uint8_t *)cli_buf_text(&b), b.n);
    }
    cli_buf_deinit(&b);
}

int main(int argc, char **argv) {
    random_state = (uint64_t)time(NULL);
    if (argc > 1 && strcmp(argv[1], "-s") != 0) {
        int failures = 0;
        for (int i = 1; i < argc; i++) failures += run_file(argv[i]);
        return failures > 0;
    }
    if (argc > 2) random_state = strtoull(argv[2], NULL, 10);
    printf("seed %llu\n", (unsigned long long)random_state);
    fflush(stdout);
    run_random(100000);
    return 0;
}

#endif
