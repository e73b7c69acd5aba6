/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sql.c -- any bytes at all, given to the parser and the splitter of scripts.
 *
 * Proves: no crash, no endless loop, no read beyond the text; what was accepted prints, and the print is accepted too.
 */
#include "fuzz.h"

#include "sql/parser.h"

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

/* clang-format off */
static const fuzz_word words[] = {
    WORD("SELECT"), WORD("SELECT"), WORD("*"), WORD("a"), WORD("b"), WORD("t.c"), WORD("1"), WORD("'x'"), WORD("FROM"),
    WORD("FROM"), WORD("t"), WORD("u"), WORD(","), WORD(","), WORD("("), WORD("("), WORD(")"), WORD(")"), WORD(")"),
    WORD("WHERE"), WORD("AND"), WORD("OR"), WORD("NOT"), WORD("="), WORD("<"), WORD("+"), WORD("-"), WORD("*"),
    WORD("/"), WORD("||"), WORD("IS"), WORD("NULL"), WORD("IN"), WORD("BETWEEN"), WORD("LIKE"), WORD("CASE"),
    WORD("WHEN"), WORD("THEN"), WORD("ELSE"), WORD("END"), WORD("CAST("), WORD("AS"), WORD("INT"), WORD("ROW"),
    WORD("ARRAY["), WORD("]"), WORD("["), WORD("."), WORD("f("), WORD("COUNT(*)"), WORD("OVER"), WORD("PARTITION BY"),
    WORD("ORDER BY"), WORD("GROUP BY"), WORD("HAVING"), WORD("JOIN"), WORD("LEFT JOIN"), WORD("ON"), WORD("USING"),
    WORD("UNION ALL"), WORD("INTERSECT"), WORD("WITH"), WORD("VALUES"), WORD("LIMIT"), WORD("TABLE"), WORD("LATERAL"),
    WORD("UNNEST("), WORD("EXISTS ("), WORD("INTERVAL '1' DAY"), WORD("DATE '2024-01-01'"), WORD("TRIM("),
    WORD("EXTRACT("), WORD("DAY"), WORD("JSON_VALUE("), WORD("JSON_OBJECT("), WORD("VALUE"), WORD("DESCRIPTOR("),
    WORD("=>"), WORD("DEFAULT"), WORD("TUMBLE("), WORD("INSERT INTO"), WORD("CREATE TABLE"), WORD("CREATE VIEW"),
    WORD("WATERMARK FOR"), WORD("PRIMARY KEY"), WORD("STATEMENT SET BEGIN"), WORD(";"), WORD("/*+"), WORD("*/"),
    WORD("`q`"), WORD("MATCH_RECOGNIZE ("), WORD("PATTERN ("), WORD("DEFINE"), WORD("QUALIFY"), WORD("GROUPING SETS ("),
    WORD("ROLLUP ("), WORD("WINDOW w AS ("),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 40, .separator = " ", .start = "SELECT ", .texts = 50000};
