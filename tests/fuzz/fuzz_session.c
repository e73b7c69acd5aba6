/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_session.c -- any text at all as a script, run from end to end. The first byte chooses how it is run. */
#include "fuzz.h"

#include "fuzz_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size > 0 && size <= 4000) fuzz_run(data[0], (const char *)data + 1, size - 1);
    return 0;
}

/* clang-format off */
static const fuzz_word words[] = {
    WORD("SELECT"), WORD("SELECT a, b FROM t"), WORD("SELECT * FROM u"), WORD("FROM t"), WORD("FROM u"), WORD("FROM v"),
    WORD("*"), WORD("a"), WORD("b"), WORD("c"), WORD("ts"), WORD("k"), WORD("d"), WORD("n"), WORD("m"), WORD("r"),
    WORD("r.x"), WORD("n[1]"), WORD("m['p']"), WORD("i"), WORD("s"), WORD("f"), WORD("g"), WORD("l"), WORD("y"),
    WORD("e"), WORD("h"), WORD("t.b"), WORD("1"), WORD("0"), WORD("-1"), WORD("2147483648"), WORD("1.5"), WORD("1e9"),
    WORD("'x'"), WORD("''"), WORD("NULL"), WORD("TRUE"), WORD("DATE '2024-02-29'"),
    WORD("TIMESTAMP '2024-02-29 10:11:12.123'"), WORD("TIME '10:11:12'"), WORD("INTERVAL '1' DAY"),
    WORD("INTERVAL '5' SECOND"), WORD("INTERVAL '1-2' YEAR TO MONTH"), WORD("ARRAY[1, 2]"), WORD("MAP['p', 1]"),
    WORD("ROW(1, 'x')"), WORD(","), WORD(","), WORD("("), WORD("("), WORD(")"), WORD(")"), WORD("+"), WORD("-"),
    WORD("/"), WORD("%"), WORD("||"), WORD("="), WORD("<>"), WORD("<"), WORD(">="), WORD("AND"), WORD("OR"),
    WORD("NOT"), WORD("IS NULL"), WORD("IN (1, 2)"), WORD("BETWEEN 1 AND 2"), WORD("LIKE '%x_'"), WORD("CASE WHEN"),
    WORD("THEN"), WORD("ELSE"), WORD("END"), WORD("CAST("), WORD("TRY_CAST("), WORD("AS INT)"), WORD("AS STRING)"),
    WORD("AS TIMESTAMP(3))"), WORD("AS DECIMAL(38, 18))"), WORD("AS DOUBLE)"), WORD("AS BYTES)"), WORD("AS x"),
    WORD("WHERE"), WORD("GROUP BY"), WORD("GROUP BY a"), WORD("HAVING"), WORD("ORDER BY"), WORD("LIMIT 3"),
    WORD("DISTINCT"), WORD("UNION ALL"), WORD("COUNT(*)"), WORD("SUM(a)"), WORD("AVG(d)"), WORD("MIN(b)"),
    WORD("MAX(c)"), WORD("COUNT(DISTINCT b)"), WORD("FILTER (WHERE k)"), WORD("LAST_VALUE(b)"), WORD("LISTAGG(b)"),
    WORD("SUBSTRING("), WORD("UPPER("), WORD("COALESCE("), WORD("DATE_FORMAT(ts, 'yyyy')"), WORD("TO_TIMESTAMP("),
    WORD("EXTRACT(DAY FROM ts)"), WORD("FLOOR(ts TO HOUR)"), WORD("TIMESTAMPDIFF(DAY, ts, ts)"),
    WORD("REGEXP_REPLACE("), WORD("SPLIT_INDEX("), WORD("ROUND("), WORD("POWER("), WORD("MD5("), WORD("LPAD("),
    WORD("REPEAT("), WORD("OVERLAY(b PLACING 'q' FROM 1)"), WORD("POSITION('x' IN b)"), WORD("TRIM(BOTH 'x' FROM b)"),
    WORD("IF(k, 1, 2)"), WORD("CARDINALITY(n)"),
    WORD("FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND))"),
    WORD("FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '2' SECOND))"),
    WORD("FROM TABLE(SESSION(TABLE t PARTITION BY a, DESCRIPTOR(ts), INTERVAL '1' SECOND))"),
    WORD("GROUP BY window_start, window_end"), WORD("window_start"), WORD("TUMBLE(ts, INTERVAL '1' SECOND)"),
    WORD("VALUES (1, 'x'), (2, NULL)"), WORD("(VALUES (1, 'x')) AS w(a, b)"), WORD("INSERT INTO o"),
    WORD("CREATE TABLE z (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '5')"), WORD("CREATE VIEW w AS"),
    WORD("WITH w AS ("), WORD("SET 'parallelism.default' = '2'"), WORD("EXPLAIN"), WORD("DESCRIBE t"),
    WORD("SHOW TABLES"), WORD("BEGIN STATEMENT SET"), WORD(";"), WORD(";"), WORD("EXISTS ("), WORD("UNNEST(n)"),
    WORD("JOIN"), WORD("ON"), WORD("OVER (ORDER BY ts)"), WORD("/*+ OPTIONS('format' = 'raw') */"),
};
/* clang-format on */

const fuzz_target fuzz = {WORDS(words), .words_max = 12, .separator = " ", .start = "\020SELECT ", .texts = 8000};
