/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_query.c -- queries that are right, or nearly so, made from the input by a small grammar and run from end to end.
 *
 * The first byte chooses how they are run. Each further byte chooses a rule: in the rules below a $ and a letter stand
 * for an expression of a type, or for what the letter's list holds. A deep expression, or one behind the end of the
 * input, is a column or a literal: those come first in each list. With FUZZ_PRINT in the environment the queries are
 * printed.
 */
#include "fuzz.h"

#include <stdio.h>

#include "base/str.h"
#include "fuzz_run.h"

enum { DEPTH_MAX = 4, QUERIES = 2 };

typedef struct rules {
    char letter;
    int n, n_plain; /* rules; those without a $ at the front */
    const char *const *list;
} rules;

/* clang-format off */
static const char *const numbers[] = {
    "a", "d", "c", "i", "e", "h", "1", "-1", "0", "NULL", "2147483647", "1.5", "CAST(NULL AS BIGINT)", "0.000001",
    "1e300", "n[1]", "r.x", "m['p']", "$N + $N", "$N - $N", "$N * $N", "$N / $N", "MOD($N, $N)", "-$N", "ABS($N)",
    "FLOOR($N)", "CEIL($N)", "ROUND($N, $N)", "TRUNCATE($N, $N)", "POWER($N, $N)", "SQRT($N)", "EXP($N)", "LN($N)",
    "LOG10($N)", "LOG($N, $N)", "SIN($N)", "ATAN2($N, $N)", "SIGN($N)", "CHAR_LENGTH($S)", "POSITION($S IN $S)",
    "LOCATE($S, $S, $N)", "ASCII($S)", "INSTR($S, $S)", "EXTRACT($U FROM $T)", "TIMESTAMPDIFF($V, $T, $T)",
    "CAST($S AS $M)", "TRY_CAST($S AS $M)", "CAST($N AS $M)", "CAST($B AS INT)", "COALESCE($N, $N)", "NULLIF($N, $N)",
    "IF($B, $N, $N)", "CASE WHEN $B THEN $N ELSE $N END", "CASE $N WHEN $N THEN $N END", "CARDINALITY($A)",
    "UNIX_TIMESTAMP($S, $P)", "GREATEST($N, $N)", "LEAST($N, $N, $N)", "YEAR($T)", "DAYOFWEEK($T)",
    "TO_TIMESTAMP_LTZ($N, 3)", "HASH_CODE($S)", "BIN($N)",
};
static const char *const strings[] = {
    "b", "s", "CAST(X'C3' AS STRING)", "CAST(X'41F09F98' AS STRING)", "CAST(X'FF80C2E282AC' AS STRING)", "''", "'x'", "'2024-02-29 10:11:12'",
    "NULL", "'a longer text, ä €'", "CAST(NULL AS STRING)", "r.y",
    "' 12 '", "U&'\\d83d\\de00'", "'%_'", "$S || $S", "CONCAT($S, $S, $S)", "CONCAT_WS($S, $S, $S)", "UPPER($S)",
    "LOWER($S)", "INITCAP($S)", "SUBSTRING($S, $N, $N)", "SUBSTRING($S FROM $N)", "LEFT($S, $N)", "RIGHT($S, $N)",
    "TRIM($S)", "TRIM(BOTH $S FROM $S)", "LTRIM($S)", "RTRIM($S)", "BTRIM($S, $S)", "LPAD($S, $I, $S)",
    "RPAD($S, $I, $S)", "REPEAT($S, $I)", "REPLACE($S, $S, $S)", "REVERSE($S)", "OVERLAY($S PLACING $S FROM $N)",
    "OVERLAY($S PLACING $S FROM $N FOR $N)", "SPLIT_INDEX($S, $S, $N)", "REGEXP_EXTRACT($S, $R, $I)",
    "REGEXP_REPLACE($S, $R, $S)", "MD5($S)", "SHA256($S)", "TO_BASE64($S)", "FROM_BASE64($S)", "HEX($S)", "CHR($N)",
    "DATE_FORMAT($T, $P)", "DATE_FORMAT($S, $P)", "FROM_UNIXTIME($I, $P)", "CONVERT_TZ($S, 'UTC', 'Europe/Berlin')",
    "CAST($N AS STRING)", "CAST($T AS STRING)", "CAST($B AS STRING)", "CAST($A AS STRING)", "CAST($S AS VARCHAR(3))",
    "CAST($S AS CHAR(5))", "CAST($N AS CHAR(2))", "COALESCE($S, $S)", "IF($B, $S, $S)",
    "CASE WHEN $B THEN $S ELSE $S END", "ELT($I, $S, $S)", "TRANSLATE($S, $S, $S)", "SUBSTR($S, $N)",
    "CAST(CAST($S AS BYTES) AS STRING)", "JSON_VALUE($S, '$.a')", "STR_TO_MAP($S)['p']", "PARSE_URL($S, 'HOST')",
    "CAST($D AS STRING)", "CAST(r AS STRING)", "CAST(m AS STRING)", "DECODE(ENCODE($S, 'UTF-16'), 'UTF-8')", "UUID()",
};
static const char *const bools[] = {
    "k", "TRUE", "FALSE", "CAST(NULL AS BOOLEAN)", "$N = $N", "$N < $N", "$N >= $N", "$S = $S", "$S <> $S", "$S < $S",
    "$T <= $T", "$T = $T", "$N BETWEEN $N AND $N", "$S LIKE $S", "$S NOT LIKE $S ESCAPE '%'", "$S SIMILAR TO $S",
    "$N IN ($N, $N, 3)", "$S IN ('x', $S)", "$N NOT IN (1, 2, 3, 4, 5)", "$N IS NULL", "$S IS NOT NULL", "$B AND $B",
    "$B OR $B", "NOT $B", "$B IS TRUE", "$B IS NOT FALSE", "$B IS UNKNOWN", "$N IS DISTINCT FROM $N", "$A = $A",
    "CAST($S AS BOOLEAN)", "CAST($N AS BOOLEAN)", "REGEXP($S, $R)", "IS_ALPHA($S)", "IS_DIGIT($S)",
    "STARTSWITH($S, $S)", "($T, $T) OVERLAPS ($T, $T)", "$T BETWEEN $T AND $T",
};
static const char *const times[] = {
    "ts", "l", "f", "TIMESTAMP '2024-02-29 10:11:12.123456789'", "DATE '1969-12-31'", "CAST(NULL AS TIMESTAMP(3))",
    "TIMESTAMP '0001-01-01 00:00:00'", "TIMESTAMP '9999-12-31 23:59:59.999'", "CURRENT_TIMESTAMP", "LOCALTIMESTAMP",
    "$T + $D", "$T - $D", "FLOOR($T TO $U)", "CEIL($T TO $U)", "TIMESTAMPADD($V, $I, $T)", "TO_TIMESTAMP($S)",
    "TO_TIMESTAMP($S, $P)", "TO_DATE($S, $P)", "CAST($S AS $Q)", "TRY_CAST($S AS $Q)", "CAST($T AS $Q)",
    "CAST($N AS $Q)", "TO_TIMESTAMP_LTZ($N, 0)", "COALESCE($T, $T)", "IF($B, $T, $T)", "CASE WHEN $B THEN $T END",
    "TO_DATE($S)",
};
static const char *const spans[] = {
    "INTERVAL '1' DAY", "INTERVAL '-5' SECOND", "INTERVAL '1-2' YEAR TO MONTH",
    "INTERVAL '3 04:05:06.789' DAY TO SECOND", "INTERVAL '99' HOUR", "$D + $D", "-$D", "$D * $I",
    "CAST($S AS INTERVAL DAY TO SECOND)",
};
static const char *const arrays[] = {
    "n", "ARRAY[1, 2, NULL]", "ARRAY[$N, $N]", "ARRAY[$S, $S]", "ARRAY[$A, $A]", "ARRAY_DISTINCT($A)",
    "ARRAY_REVERSE($A)", "ARRAY_CONCAT($A, $A)", "ARRAY_SLICE($A, $I, $I)", "MAP_KEYS(m)", "MAP_VALUES(m)",
    "ARRAY_SORT($A)", "ARRAY_UNION($A, $A)", "ARRAY_EXCEPT($A, $A)", "CAST($A AS ARRAY<STRING>)", "SPLIT($S, $S)",
};
static const char *const patterns[] = {
    "'yyyy-MM-dd HH:mm:ss'", "'yyyyMMdd'", "'MMM d, uuuu'", "'yyyy-MM-dd''T''HH:mm:ss.SSS'", "'EEEE D w'", "'hh a'",
    "'[yy]'", "'XXX z'", "$S",
};
static const char *const regexes[] = {
    "'x'", "'(.*)-(.*)'", "'[a-z]+'", "'('", "'^\\d{2,}$'", "'(a|b)*c'", "$S",
};
static const char *const units[] = {
    "YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "QUARTER", "WEEK", "MILLISECOND", "DOW", "DOY", "EPOCH",
    "DECADE", "CENTURY", "MILLENNIUM", "ISODOW", "ISOYEAR", "MICROSECOND",
};
static const char *const point_units[] = {
    "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR",
};
static const char *const small[] = {
    "1", "0", "-1", "2", "3", "7", "40", "NULL", "a", "i",
};
static const char *const number_types[] = {
    "INT", "TINYINT", "SMALLINT", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(10, 2)", "DECIMAL(38, 18)", "DECIMAL(3, 3)",
    "DECIMAL(38, 0)",
};
static const char *const time_types[] = {
    "TIMESTAMP(3)", "TIMESTAMP(0)", "TIMESTAMP(9)", "TIMESTAMP_LTZ(3)", "TIMESTAMP_LTZ(6)", "DATE", "TIME", "TIME(3)",
};
static const char *const any[] = {
    "$N", "$S", "$B", "$T", "$A", "$D", "g", "y", "m", "r", "ROW($N, $S)", "MAP[$S, $N]", "n[$I]", "m[$S]", "p",
    "CAST($S AS BYTES)", "CAST(g AS STRING)",
};
static const char *const aggregates[] = {
    "COUNT(*)", "COUNT($E)", "COUNT(DISTINCT $E)", "SUM($N)", "AVG($N)", "MIN($N)", "MAX($N)", "MIN($S)", "MAX($T)",
    "SUM(DISTINCT $N)", "FIRST_VALUE($E)", "LAST_VALUE($E)", "STDDEV_POP($N)", "VAR_SAMP($N)", "LISTAGG($S)",
    "COLLECT($E)", "COUNT(*) FILTER (WHERE $B)", "SUM($N) FILTER (WHERE $B)", "SUM($N) + MAX($N)", "ARRAY_AGG($E)",
    "SINGLE_VALUE($N)", "AVG($N) OVER (ORDER BY ts)",
};
static const char *const sources[] = {
    "t", "u", "t, u", "(SELECT * FROM t WHERE $B)", "(SELECT $E AS a, $S AS b FROM t)",
    "(VALUES ($N, $S), ($N, $S)) AS w(a, b)", "t CROSS JOIN UNNEST(n) AS w(x)", "v",
};
static const char *const windows[] = {
    "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND)",
    "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '3' SECOND)",
    "CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '4' SECOND)",
    "SESSION(TABLE t PARTITION BY a, DESCRIPTOR(ts), INTERVAL '1' SECOND)",
    "TUMBLE(TABLE t, DESCRIPTOR(p), INTERVAL '2' SECOND)", "TUMBLE(TABLE t, DESCRIPTOR(ts), $D)",
    "HOP(TABLE t, DESCRIPTOR(ts), $D, $D)",
};
static const char *const queries[] = {
    "SELECT $E FROM t", "SELECT $E FROM u", "SELECT $E, $E, $E FROM t WHERE $B", "SELECT $E",
    "SELECT $E FROM $F WHERE $B", "SELECT a, $G, $G FROM t GROUP BY a", "SELECT $G FROM t", "SELECT $G, $G FROM $F",
    "SELECT $E, $G FROM t GROUP BY $E", "SELECT a, b, $G FROM t WHERE $B GROUP BY a, b HAVING $G > 0",
    "SELECT window_start, window_end, $G, $G FROM TABLE($W) GROUP BY window_start, window_end",
    "SELECT a, window_end, $G, $G FROM TABLE($W) GROUP BY window_start, window_end, a",
    "SELECT $E, window_start FROM TABLE($W) WHERE $B", "INSERT INTO o SELECT $N, $S FROM t",
    "INSERT INTO o SELECT a, b FROM t UNION ALL SELECT $N, $S FROM t", "SELECT DISTINCT $E FROM t",
    "SELECT $E FROM t UNION ALL SELECT $E FROM t",
    "SELECT TUMBLE_END(ts, INTERVAL '2' SECOND), $G FROM t GROUP BY TUMBLE(ts, INTERVAL '2' SECOND), a",
    "EXPLAIN CHANGELOG_MODE SELECT $E, $G FROM t GROUP BY $E",
    "SELECT COUNT(*) FROM (SELECT a, $G AS q FROM t GROUP BY a)", "CREATE VIEW w AS SELECT $N AS a, $S AS b FROM t",
    "SELECT SUM(q) FROM (SELECT a, $G AS q FROM t GROUP BY a) GROUP BY $N", "SELECT * FROM $F",
    "WITH w AS (SELECT $N AS a, $E AS b FROM t) SELECT a, $G FROM w GROUP BY a",
    "SELECT SESSION_END(ts, INTERVAL '1' SECOND), $G FROM t GROUP BY SESSION(ts, INTERVAL '1' SECOND), b",
};
/* clang-format on */

#define RULES(letter, plain, list)                                                                                     \
    { letter, FL_ARRAY_LEN(list), plain, list }
static const rules all_rules[] = {
    RULES('N', 18, numbers),   RULES('S', 15, strings),    RULES('B', 4, bools),       RULES('T', 10, times),
    RULES('D', 5, spans),      RULES('A', 2, arrays),      RULES('P', 8, patterns),    RULES('R', 6, regexes),
    RULES('U', 18, units),     RULES('V', 8, point_units), RULES('I', 10, small),      RULES('M', 10, number_types),
    RULES('Q', 8, time_types), RULES('E', 17, any),        RULES('G', 22, aggregates), RULES('F', 8, sources),
    RULES('W', 7, windows),
};

typedef struct input {
    const uint8_t *p, *end;
} input;

static void expand(fl_buf *out, input *in, const char *rule, int depth);

static void choose(fl_buf *out, input *in, char letter, int depth) {
    for (size_t i = 0; i < FL_ARRAY_LEN(all_rules); i++) {
        const rules *r = &all_rules[i];
        if (r->letter != letter) continue;
        int n = depth >= DEPTH_MAX || in->p == in->end ? r->n_plain : r->n;
        expand(out, in, r->list[(in->p < in->end ? *in->p++ : 0) % n], depth + 1);
        return;
    }
}

static void expand(fl_buf *out, input *in, const char *rule, int depth) {
    bool bracket = depth > 1 && strchr(rule, '$') != NULL && strpbrk(rule, "=<>+-*/|") != NULL;
    if (bracket) fl_buf_putc(out, '(');
    for (const char *p = rule; *p != '\0'; p++)
        if (*p == '$' && p[1] >= 'A' && p[1] <= 'Z')
            choose(out, in, *++p, depth);
        else
            fl_buf_putc(out, *p);
    if (bracket) fl_buf_putc(out, ')');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > 1000) return 0;
    input in = {data + 1, data + size};
    fl_buf b;
    fl_buf_init(&b);
    for (int i = 0; i < QUERIES && in.p < in.end; i++) {
        expand(&b, &in, queries[*in.p++ % FL_ARRAY_LEN(queries)], 0);
        fl_buf_puts(&b, ";\n");
    }
    if (getenv("FUZZ_PRINT") != NULL) fprintf(stderr, "%.*s\n", (int)b.n, b.p);
    fuzz_run(data[0], b.p, b.n);
    fl_buf_deinit(&b);
    return 0;
}

const fuzz_target fuzz = {.words_max = 40, .texts = 3000}; /* without words: random bytes */
