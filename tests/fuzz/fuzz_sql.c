/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sql.c -- any bytes at all, given to the parser and the splitter of scripts.
 *
 * With a fuzzer:  clang -fsanitize=fuzzer,address -DFL_FUZZER … fuzz_sql.c: LLVMFuzzerTestOneInput is the target.
 * By itself:      fuzz_sql FILE…   runs what a fuzzer has found; without files it makes texts of random tokens from a
 *                 seed that it prints, fuzz_sql -s SEED repeats them.
 * Proves:         no crash, no endless loop, no read beyond the text; what was accepted prints, and the print is
 *                 accepted too.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hash.h"
#include "sql/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fl_arena a;
    fl_error err;
    fl_ast_stmt *s, *again;
    fl_ast_expr *e;
    fl_str sql = fl_str_make((const char *)data, size), piece;
    size_t at = 0;
    fl_buf b;
    fl_arena_init(&a);
    fl_buf_init(&b);
    while (fl_sql_next_statement(sql, &at, &piece)) fl_assert(piece.n > 0 && at <= size);
    if (fl_sql_parse_expr(&a, sql, &e, &err) >= 0) fl_sql_print_expr(&b, e);
    if (fl_sql_parse(&a, sql, &s, &err) >= 0 && s->kind == FL_STMT_QUERY) {
        fl_buf_reset(&b);
        fl_sql_print_query(&b, s->query);
        fl_assert(fl_sql_parse(&a, fl_str_make(b.p, b.n), &again, &err) >= 0);
    }
    fl_buf_deinit(&b);
    fl_arena_deinit(&a);
    return 0;
}

#ifndef FL_FUZZER

static uint64_t random_state;
static uint64_t draw(uint64_t n) {
    random_state += FL_SPLITMIX_STEP;
    return fl_splitmix(random_state) % n;
}

static int run_file(const char *path) {
    FILE *f = fopen(path, "rb");
    if (f == NULL) {
        perror(path);
        return 1;
    }
    fl_buf b;
    fl_buf_init(&b);
    for (size_t n; (n = fread(fl_buf_reserve(&b, 4096), 1, 4096, f)) > 0;) b.n += n;
    fclose(f);
    LLVMFuzzerTestOneInput((const uint8_t *)b.p, b.n);
    fl_buf_deinit(&b);
    return 0;
}

/* Words that often make sense behind one another, so that texts reach deep rules. */
static const char *const words[] = {
    "SELECT",
    "SELECT",
    "*",
    "a",
    "b",
    "t.c",
    "1",
    "'x'",
    "FROM",
    "FROM",
    "t",
    "u",
    ",",
    ",",
    "(",
    "(",
    ")",
    ")",
    ")",
    "WHERE",
    "AND",
    "OR",
    "NOT",
    "=",
    "<",
    "+",
    "-",
    "*",
    "/",
    "||",
    "IS",
    "NULL",
    "IN",
    "BETWEEN",
    "LIKE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "CAST(",
    "AS",
    "INT",
    "ROW",
    "ARRAY[",
    "]",
    "[",
    ".",
    "f(",
    "COUNT(*)",
    "OVER",
    "PARTITION BY",
    "ORDER BY",
    "GROUP BY",
    "HAVING",
    "JOIN",
    "LEFT JOIN",
    "ON",
    "USING",
    "UNION ALL",
    "INTERSECT",
    "WITH",
    "VALUES",
    "LIMIT",
    "TABLE",
    "LATERAL",
    "UNNEST(",
    "EXISTS (",
    "INTERVAL '1' DAY",
    "DATE '2024-01-01'",
    "TRIM(",
    "EXTRACT(",
    "DAY",
    "JSON_VALUE(",
    "JSON_OBJECT(",
    "VALUE",
    "DESCRIPTOR(",
    "=>",
    "DEFAULT",
    "TUMBLE(",
    "INSERT INTO",
    "CREATE TABLE",
    "CREATE VIEW",
    "WATERMARK FOR",
    "PRIMARY KEY",
    "STATEMENT SET BEGIN",
    ";",
    "/*+",
    "*/",
    "`q`",
    "MATCH_RECOGNIZE (",
    "PATTERN (",
    "DEFINE",
    "QUALIFY",
    "GROUPING SETS (",
    "ROLLUP (",
    "WINDOW w AS (",
};

static void run_random(int texts) {
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < texts; i++) {
        fl_buf_reset(&b);
        if (draw(4) > 0) fl_buf_puts(&b, "SELECT ");
        for (uint64_t n = draw(40); n > 0; n--) {
            if (draw(50) == 0)
                fl_buf_putc(&b, (char)draw(256));
            else
                fl_buf_printf(&b, "%s ", words[draw(FL_ARRAY_LEN(words))]);
        }
        uint8_t *copy = fl_malloc(b.n + 1); /* of its own size, for reads beyond it to be seen */
        if (b.n > 0) memcpy(copy, b.p, b.n);
        LLVMFuzzerTestOneInput(copy, b.n);
        free(copy);
    }
    fl_buf_deinit(&b);
}

int main(int argc, char **argv) {
    bool seeded = argc == 3 && strcmp(argv[1], "-s") == 0;
    if (argc > 1 && !seeded) {
        int failed = 0;
        for (int i = 1; i < argc; i++) failed |= run_file(argv[i]);
        return failed;
    }
    random_state = seeded ? strtoull(argv[2], NULL, 10) : (uint64_t)time(NULL);
    printf("seed %llu\n", (unsigned long long)random_state);
    run_random(50000);
    return 0;
}

#endif
