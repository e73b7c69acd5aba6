# SPDX-License-Identifier: Apache-2.0
"""The expressions of bench/expr, each as Flink, DuckDB and ClickHouse spell it, and the queries made of them.

An expression is read for all rows of the table `input` (make_columns.c) and reduced in a way that costs little and that no
optimiser sees through:

    number       SELECT SUM(x)
    truth        SELECT COUNT(*) WHERE x
    text         SELECT COUNT(*) WHERE x = 'a text that none has'
    time         SELECT MAX(x)

Its *base* is the same done to the first number that it reads, or to all its texts, without the expression; what is told is the
difference. The probes of the bases lie within the range of their column, so that statistics about a column do not answer them.
Flink drops the rows into a blackhole instead, with the expression and, for the base, with its columns: nothing is cheaper there.
"""

from dataclasses import dataclass

# Column: type in Flink and flott, in DuckDB, in ClickHouse.
INT, BIGINT, DOUBLE = ("INT", "INTEGER", "Int32"), ("BIGINT", "BIGINT", "Int64"), ("DOUBLE", "DOUBLE", "Float64")
MONEY, WIDE = (("DECIMAL(10, 2)",) * 3, ("DECIMAL(36, 10)",) * 3)
NULLABLE = ("INT", "INTEGER", "Nullable(Int32)")
TIME, TEXT = ("TIMESTAMP(3)", "TIMESTAMP", "DateTime64(3, 'UTC')"), ("STRING", "VARCHAR", "String")
LIST = ("ARRAY<INT>", "INTEGER[]", "Array(Int32)")
COLUMNS = {
    "id": BIGINT, "a": INT, "b": INT, "x": BIGINT, "y": BIGINT, "d": DOUBLE, "e": DOUBLE, "price": MONEY, "fee": MONEY,
    "v": WIDE, "w": WIDE, "m": NULLABLE, "n": NULLABLE, "t": TIME, "u": TIME, "name": TEXT, "padded": TEXT, "city": TEXT,
    "agent": TEXT, "url": TEXT, "line": TEXT, "doc": TEXT, "digits": TEXT, "point": TEXT, "stamp": TEXT, "list": LIST,
}
DIALECTS = {"flott": 0, "flink": 0, "duckdb": 1, "chdb": 2}
PROBES = {"name": "grove grove x", "padded": "grove grove x", "city": "grove x", "agent": "Mozilla/5.0 (X11; Linuxx",
          "url": "https://m.x", "line": "INFO x", "doc": '{"id": 4x', "digits": "4x", "point": "4x", "stamp": "2023x"}
NO_TEXT = "none such"


@dataclass(frozen=True)
class Expression:
    name: str
    columns: tuple[str, ...]
    kind: str  # of the result: number, real, truth, text, hex, time
    spellings: tuple[str, str, str]  # by dialect

    def spelled(self, engine):
        return self.spellings[DIALECTS[engine]]

    def query(self, engine):
        """The expression, reduced; flott, DuckDB and ClickHouse."""
        x = self.spelled(engine)
        if self.kind == "truth":
            return f"SELECT COUNT(*) FROM input WHERE {x}"
        if self.kind in ("text", "hex"):
            return f"SELECT COUNT(*) FROM input WHERE {x} = '{NO_TEXT}'"
        return f"SELECT {'MAX' if self.kind == 'time' else 'SUM'}({x}) FROM input"

    def base(self, engine):
        columns = [(c, COLUMNS[c]) for c in self.columns]
        if texts := [c for c, kind in columns if kind is TEXT]:
            return "SELECT COUNT(*) FROM input WHERE " + " OR ".join(f"{c} = '{PROBES[c]}'" for c in texts)
        if self.kind == "truth" or any(kind is TIME for _, kind in columns):
            return "SELECT COUNT(*) FROM input"
        length = {"flott": "CARDINALITY", "duckdb": "len", "chdb": "length"}[engine]
        name, kind = columns[0]
        return f"SELECT SUM({f'{length}({name})' if kind is LIST else name}) FROM input"

    def check(self, engine, rows):
        return f"SELECT id, {self.spelled(engine)} AS r FROM input WHERE id < {rows}"


def same(name, columns, kind, text):
    """All three spell it alike."""
    return differing(name, columns, kind, text, text, text)


def differing(name, columns, kind, flink, duckdb, chdb):
    return Expression(name, tuple(columns.split()), kind, (flink, duckdb, chdb))


EXPRESSIONS = (
    # numbers
    same("int arithmetic", "a b", "number", "(a * 3 + b) * 2 - a"),
    differing("bigint / and MOD", "x y", "number", "(x + y) / 7 + MOD(x, 1000)", "(x + y) // 7 + x % 1000",
              "intDiv(x + y, 7) + x % 1000"),
    same("double arithmetic", "d e", "real", "d * 1.5e0 + SQRT(e) / 3e0"),
    differing("decimal(10,2) * +", "price fee", "number", "price * 1.19 + fee", "price * 1.19 + fee",
              "price * toDecimal64('1.19', 2) + fee"),
    differing("decimal(36,10) - +", "v w", "number", "v - w + 1.5", "v - w + 1.5", "v - w + toDecimal128('1.5', 1)"),
    same("AND OR", "a b d", "truth", "a > 500000 AND b < 200000 OR d > 900e0 AND a <> b"),
    same("CASE", "a b", "number", "CASE WHEN a < 250000 THEN 1 WHEN a < 500000 THEN b WHEN b < 9000 THEN 3 ELSE a END"),
    same("COALESCE", "m n", "number", "COALESCE(m, n, 0)"),
    same("IN numbers", "a", "truth", "a IN (3, 1700, 29000, 5400, 810000, 90, 123456, 654321)"),
    # texts
    same("IN texts", "city", "truth",
         "city IN ('amber-on-the-amber', 'New basil-on-the-amber', 'cedar-on-the-jade', 'hazel-on-the-hazel')"),
    same("UPPER", "name", "text", "UPPER(name)"),
    differing("CHAR_LENGTH", "url", "number", "CHAR_LENGTH(url)", "length(url)", "lengthUTF8(url)"),
    same("SUBSTRING", "url", "text", "SUBSTRING(url, 9, 24)"),
    same("CONCAT", "name digits", "text", "CONCAT(name, '-', digits)"),
    same("TRIM", "padded", "text", "TRIM(padded)"),
    same("REPLACE", "url", "text", "REPLACE(url, 'example', 'sample')"),
    differing("POSITION", "url", "number", "POSITION('/item' IN url)", "strpos(url, '/item')", "position(url, '/item')"),
    differing("SPLIT_INDEX", "url", "text", "SPLIT_INDEX(url, '/', 3)", "split_part(url, '/', 4)",
              "splitByChar('/', url)[4]"),
    differing("MD5", "name", "hex", "MD5(name)", "md5(name)", "hex(MD5(name))"),
    # patterns
    same("LIKE 'x%'", "url", "truth", "url LIKE 'https://shop%'"),
    same("LIKE '%x%'", "url", "truth", "url LIKE '%q=lotus%'"),
    same("LIKE, general", "url", "truth", "url LIKE '%.exampl_.%/item%q=j%'"),
    differing("SIMILAR TO", "url", "truth", "url SIMILAR TO 'http(s)?://(www|shop)%'",
              "url SIMILAR TO 'http(s)?://(www|shop).*'", "match(url, '^http(s)?://(www|shop).*$')"),
    differing("REGEXP", "line", "truth", "REGEXP(line, 'ERROR|WARN')", "regexp_matches(line, 'ERROR|WARN')",
              "match(line, 'ERROR|WARN')"),
    differing("REGEXP_EXTRACT", "url", "text", "REGEXP_EXTRACT(url, 'id=([0-9]+)', 1)",
              "regexp_extract(url, 'id=([0-9]+)', 1)", "regexpExtract(url, 'id=([0-9]+)', 1)"),
    differing("REGEXP_REPLACE", "url", "text", "REGEXP_REPLACE(url, '[0-9]+', '#')",
              "regexp_replace(url, '[0-9]+', '#', 'g')", "replaceRegexpAll(url, '[0-9]+', '#')"),
    # few distinct texts
    same("UPPER, 100 texts", "city", "text", "UPPER(city)"),
    differing("REGEXP_EXTRACT, 50 texts", "agent", "text", "REGEXP_EXTRACT(agent, 'Firefox/([0-9]+)', 1)",
              "regexp_extract(agent, 'Firefox/([0-9]+)', 1)", "regexpExtract(agent, 'Firefox/([0-9]+)', 1)"),
    # JSON
    differing("JSON_VALUE", "doc", "text", "JSON_VALUE(doc, '$.user.name')", "json_extract_string(doc, '$.user.name')",
              "JSONExtractString(doc, 'user', 'name')"),
    differing("JSON_EXISTS", "doc", "truth", "JSON_EXISTS(doc, '$.tags')", "json_exists(doc, '$.tags')",
              "JSONHas(doc, 'tags')"),
    # times
    differing("DATE_FORMAT", "t", "text", "DATE_FORMAT(t, 'yyyy-MM-dd HH:mm')", "strftime(t, '%Y-%m-%d %H:%M')",
              "formatDateTime(t, '%Y-%m-%d %H:%i')"),
    differing("YEAR MONTH", "t", "number", "EXTRACT(YEAR FROM t) * 100 + EXTRACT(MONTH FROM t)",
              "year(t) * 100 + month(t)", "toYear(t) * 100 + toMonth(t)"),
    differing("FLOOR TO HOUR", "t", "time", "FLOOR(t TO HOUR)", "date_trunc('hour', t)", "toStartOfHour(t)"),
    differing("FLOOR TO MONTH", "t", "time", "FLOOR(t TO MONTH)", "date_trunc('month', t)", "toStartOfMonth(t)"),
    differing("TIMESTAMPDIFF", "t u", "number", "TIMESTAMPDIFF(MINUTE, t, u)", "datesub('minute', t, u)",
              "age('minute', t, u)"),
    # casts
    differing("text to BIGINT", "digits", "number", "CAST(digits AS BIGINT)", "CAST(digits AS BIGINT)", "toInt64(digits)"),
    differing("text to DOUBLE", "point", "real", "CAST(point AS DOUBLE)", "CAST(point AS DOUBLE)", "toFloat64(point)"),
    differing("text to TIMESTAMP", "stamp", "time", "CAST(stamp AS TIMESTAMP(3))", "CAST(stamp AS TIMESTAMP)",
              "toDateTime(stamp, 'UTC')"),
    differing("BIGINT to text", "x", "text", "CAST(x AS STRING)", "CAST(x AS VARCHAR)", "toString(x)"),
    differing("DOUBLE to text", "d", "text", "CAST(d AS STRING)", "CAST(d AS VARCHAR)", "toString(d)"),
    differing("DECIMAL to text", "price", "text", "CAST(price AS STRING)", "CAST(price AS VARCHAR)", "toString(price)"),
    # lists
    differing("CARDINALITY, list[2]", "list", "number", "CARDINALITY(list) + list[2]", "len(list) + list[2]",
              "length(list) + list[2]"),
)
