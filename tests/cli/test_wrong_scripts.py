#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Over a hundred scripts with one mistake each, run by the real program. What a user sees must help: one error, in words that
name the thing; the line and column; advice. The program ends by itself, soon, with the exit code of a failure.

A case is a line of CASES: a name, the script, words that must be seen, and what differs from the rule. Runs $FLOTT."""
import os
import re
import resource
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

FLOTT = os.path.abspath(os.environ.get("FLOTT", "build/flott"))
ROOT = os.geteuid() == 0
NOBODY = 65534
SECONDS = 10

# Tables that scripts use.
G = ("CREATE TABLE g (id INT, s STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)"
     " WITH ('connector' = 'datagen', 'number-of-rows' = '5');\n")
PLAIN = "CREATE TABLE p (id INT) WITH ('connector' = 'print');\n"
SLOW = ("CREATE TABLE slow (id INT) WITH ('connector' = 'datagen', 'number-of-rows' = '100', 'rows-per-second' = '50');\n"
        "CREATE TABLE b (id INT) WITH ('connector' = 'blackhole');\n")
OFTEN = "SET 'execution.checkpointing.interval' = '100 ms';\nSET 'execution.checkpointing.dir' = 'chk';\n"
V = " FROM (VALUES ('abc', 0)) AS v(s, n);"


def table(name, columns, connector, **options):
    given = "".join(f", '{k.replace('_', '-')}' = '{v}'" for k, v in options.items())
    return f"CREATE TABLE {name} ({columns}) WITH ('connector' = '{connector}'{given});\n"


def file(name, path, fmt="csv", columns="id INT", **options):
    return table(name, columns, "filesystem", path=path, format=fmt, **options)


def into(path, fmt="csv"):
    """Rows of g into a file."""
    return G + file("o", path, fmt) + "INSERT INTO o SELECT id FROM g;"


# ---- what a case needs besides its script ----

def write(name, content):
    def prepare(folder):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return prepare


def locked(name):
    """A file that nobody may read, or a folder that nobody may change."""
    def prepare(folder):
        path = folder / name
        path.mkdir() if name.endswith("/") else path.write_text("1\n")
        path.chmod(0o500 if name.endswith("/") else 0)
    return prepare


def take_checkpoints(folder):
    subprocess.run([FLOTT, "run", "-e", OFTEN + SLOW + "INSERT INTO b SELECT id FROM slow;"], cwd=folder, check=True,
                   capture_output=True, timeout=60)
    assert list(folder.glob("chk/**/manifest")), "no checkpoint was taken"


def damage(name, change):
    def prepare(folder):
        take_checkpoints(folder)
        for path in folder.glob("chk/**/" + name):
            path.write_bytes(change(path.read_bytes()))
    return prepare


class Case:
    """One script, and what is seen: `words` all stand in the error, `at` is LINE:COLUMN. Where the mistake is not in the SQL,
    `place` is False. `code`: 1, a statement or a job has failed; 2, the command line is wrong."""

    def __init__(self, name, script, *words, at=None, place=True, code=1, args=None, prepare=(), env=None, stdin=b"",
                 user=False, stdout=subprocess.PIPE):
        self.name, self.script, self.words, self.at, self.place, self.code = name, script, words, at, place, code
        self.args, self.env, self.stdin, self.user, self.stdout = args, env or {}, stdin, user, stdout
        self.prepare = prepare if isinstance(prepare, (list, tuple)) else [prepare]


RESTORE = ("run", "--restore", "chk", "script.sql")
AGAIN = SLOW + "INSERT INTO b SELECT id FROM slow;"
C = Case
CASES = [
    # ---- options of tables ----
    C("misspelt option", G.replace("number-of", "numbr-of") + "SELECT id FROM g;", "Unsupported options found for 'datagen'",
      "numbr-of-rows", "did you mean 'number-of-rows'?", at="2:16"),
    C("option is no number", G.replace("'5'", "'five'") + "SELECT id FROM g;", "'five'", "'number-of-rows'", "whole number"),
    C("option is no boolean", file("t", "x", csv__x="1").replace("csv--x' = '1", "csv.ignore-parse-errors' = 'perhaps") +
      "SELECT * FROM t;", "'perhaps'", "csv.ignore-parse-errors", "'true' or 'false'"),
    C("option out of range", table("t", "a INT", "datagen", number_of_rows="-1") + "SELECT * FROM t;", "number-of-rows", "-1"),
    C("negative speed", table("t", "a INT", "datagen", rows_per_second="0") + "SELECT * FROM t;", "rows-per-second",
      "positive"),
    C("unknown connector", table("t", "a INT", "filesytem") + "SELECT * FROM t;", "Could not find any factory",
      "'filesytem'", "did you mean 'filesystem'?", at="2:15"),
    C("connector of Flink that is not there", table("t", "a INT", "mongodb") + "SELECT * FROM t;", "connector 'mongodb'",
      "flott connectors"),
    C("unknown format", file("t", "x", "jsn") + "SELECT * FROM t;", "format factory for identifier 'jsn'",
      "did you mean 'json'?"),
    C("no connector", "CREATE TABLE t (a INT);", "option key 'connector'", "WITH ('connector' = '…')", at="1:14"),
    C("required option is missing", table("t", "a INT", "filesystem", format="csv") + "SELECT * FROM t;",
      "Missing required options are:\n\npath", "add the option"),
    C("format is missing", table("t", "a INT", "filesystem", path="x") + "SELECT * FROM t;", "format", "add the option"),
    C("delimiter of two characters", file("t", "x").replace("'csv')", "'csv', 'csv.field-delimiter' = '||')") +
      "SELECT * FROM t;", "field-delimiter", "single character"),
    C("storage that is not there", into("s3://bucket/x"), "scheme 's3'", "mounted", at="3:13"),
    C("reading from a sink", PLAIN + "SELECT * FROM p;", "can only be used as a sink", "flott connectors"),
    C("writing to a source", G + "INSERT INTO g SELECT * FROM g;", "can only be used as a source"),
    C("hint without leave", "SET 'table.dynamic-table-options.enabled' = 'false';\n" + G + "SELECT id FROM g /*+ OPTIONS('number-of-rows' = '1') */;", "table.dynamic-table-options"),
    C("WITH without quotes", "CREATE TABLE t (a INT) WITH (connector = 'print');", "text in single quotes", at="1:30"),

    # ---- files ----
    C("missing file", file("t", "/nowhere/x.csv") + "SELECT * FROM t;", "File /nowhere/x.csv does not exist", "path"),
    C("unreadable file", file("t", "locked.csv") + "SELECT * FROM t;", "locked.csv", "Permission denied", "ls -l",
      prepare=locked("locked.csv"), user=True),
    C("compressed file", file("t", "x.csv.gz") + "SELECT * FROM t;", "x.csv.gz", "compressed", "decompress",
      prepare=write("x.csv.gz", b"\x1f\x8b")),
    C("bad JSON", file("t", "x.json", "json") + "SELECT * FROM t;", "x.json', line 3 (byte 18)", "Unrecognized token 'x'",
      '{"id":x}', "json.ignore-parse-errors", prepare=write("x.json", '{"id":1}\n{"id":2}\n{"id":x}\n')),
    C("JSON breaks off", file("t", "x.json", "json") + "SELECT * FROM t;", "line 1", "end-of-input",
      prepare=write("x.json", '{"id":1')),
    C("JSON number is too large", file("t", "x.json", "json") + "SELECT * FROM t;", "line 1", "out of range", "BIGINT",
      prepare=write("x.json", '{"id":99999999999}\n')),
    C("JSON field is missing", file("t", "x.json", "json", json__x="1").replace("json--x' = '1",
      "json.fail-on-missing-field' = 'true") + "SELECT * FROM t;", "'id'", "fail-on-missing-field",
      prepare=write("x.json", "{}\n")),
    C("bad CSV number", file("t", "x.csv") + "SELECT * FROM t;", "x.csv', line 2 (byte 2)", 'For input string: "x"',
      "field: id", "ignore-parse-errors", prepare=write("x.csv", "1\nx\n")),
    C("CSV with too many cells", file("t", "x.csv") + "SELECT * FROM t;", "line 1", "Too many entries",
      prepare=write("x.csv", "1,2,3\n")),
    C("CSV with an open quote", file("t", "x.csv", columns="s STRING") + "SELECT * FROM t;", "closing quote", "line 1",
      prepare=write("x.csv", '"abc\n')),
    C("file is a folder's place", into("x.csv"), "x.csv", "Not a directory", prepare=write("x.csv", "1\n")),
    C("sink on a device", into("/dev/full"), "/dev/full", "Not a directory", "name another directory"),
    C("sink on a disk that takes nothing", into("/proc/nowhere"), "/proc/nowhere", "cannot create directory"),
    C("sink in a locked folder", into("locked/x"), "locked/x", "Permission denied", "permissions",
      prepare=locked("locked/"), user=True),
    C("full output", "SELECT 1;", "cannot write the result", "No space left", stdout="/dev/full", place=False),
    C("full output of print", G + PLAIN + "INSERT INTO p SELECT id FROM g;", "No space left", "df -h", stdout="/dev/full"),

    # ---- names ----
    C("unknown table", "SELECT * FROM ordrs;", "Object 'ordrs' not found", "SHOW TABLES", at="1:15"),
    C("misspelt table", G.replace("TABLE g", "TABLE orders") + "SELECT * FROM ordrs;", "did you mean 'orders'?", at="2:15"),
    C("table in another case", G.replace("TABLE g", "TABLE orders") + "SELECT * FROM Orders;", "Object 'Orders' not found",
      "did you mean 'orders'?"),
    C("unknown column", G + "SELECT idd FROM g;", "Column 'idd' not found in any table", "did you mean 'id'?", at="2:8"),
    C("column without similar ones", G + "SELECT quantity FROM g;", "'quantity'", "columns are: id, s, ts"),
    C("text in place of a name", "SELECT a;", "Column 'a' not found", "single quotes", at="1:8"),
    C("ambiguous column", "SELECT a FROM (SELECT 1 AS a, 2 AS a) AS x;", "Column 'a' is ambiguous", at="1:8"),
    C("missing field of a ROW", "SELECT r.zz FROM (SELECT CAST(ROW(1) AS ROW<yy INT>) AS r) AS t;", "'zz'", "'r'"),
    C("missing field by way of its table", "SELECT t.r.zz FROM (SELECT CAST(ROW(1) AS ROW<yy INT>) AS r) AS t;", "zz"),
    C("unknown function", "SELECT UPER('a');", "No match found for function signature UPER(<CHARACTER>)",
      "did you mean UPPER?", at="1:8"),
    C("function with too many arguments", "SELECT REGEXP_EXTRACT_ALL('a', 'b', 1, 2);",
      "Was expecting 2 arguments (3 at most); got 4", "REGEXP_EXTRACT_ALL(<CHARACTER>", at="1:8"),
    C("function of models", "SELECT ML_PREDICT(1);", "ML_PREDICT is not supported", "models", at="1:8"),
    C("function of structured objects", "SELECT OBJECT_OF('c', 'k', 1);", "OBJECT_OF is not supported", "ROW", at="1:8"),
    C("search of vectors", G + "SELECT * FROM TABLE(VECTOR_SEARCH(TABLE g, DESCRIPTOR(id), 1, 3));",
      "VECTOR_SEARCH is not supported", "connector", at="2:21"),
    C("JSON by itself", "SELECT JSON('1');", "only supported inside JSON_ARRAY()", "JSON_OBJECT('a' VALUE JSON(x))", at="1:8"),
    C("watermarks of the source", "CREATE TABLE t (ts TIMESTAMP(3), WATERMARK FOR ts AS SOURCE_WATERMARK()) WITH"
      " ('connector' = 'datagen');\nSELECT * FROM t;", "declarative marker function", "WATERMARK FOR ts AS ts - INTERVAL"),
    C("duplicate table", G + G, "already exists", "IF NOT EXISTS", at="2:14"),
    C("duplicate column", "CREATE TABLE t (a INT, a INT) WITH ('connector' = 'print');", "same name `a`", at="1:24"),
    C("dropping an unknown table", "DROP TABLE nope;", "'default_catalog.default_database.nope' does not exist",
      "IF EXISTS", at="1:12"),
    C("dropping a table as a view", G + "DROP VIEW g;", "does not exist", "DROP TABLE"),
    C("unknown catalog", "USE CATALOG nope;", "Catalog nope does not exist", "SHOW CATALOGS", at="1:13"),
    C("unknown database", "USE nope;", "Database nope does not exist", "SHOW DATABASES", at="1:5"),
    C("very long name", "SELECT " + "a" * 5000 + ";", "must be less than or equal to 256 characters", "shorten", at="1:8"),
    C("reserved word as a name", "CREATE TABLE t (order INT) WITH ('connector' = 'print');", 'Encountered "order"', "`order`",
      at="1:17"),

    # ---- types and declarations ----
    C("misspelt type", "CREATE TABLE t (a INTT) WITH ('connector' = 'print');", "Unknown identifier 'INTT'",
      "did you mean INT?", at="1:19"),
    C("type that Flink does not run", "CREATE TABLE t (a REAL) WITH ('connector' = 'print');", "Type is not supported: REAL"),
    C("scale above precision", "CREATE TABLE t (a DECIMAL(3, 5)) WITH ('connector' = 'print');", "scale", "precision 3"),
    C("watermark on a text", "CREATE TABLE t (a STRING, WATERMARK FOR a AS a) WITH ('connector' = 'print');",
      "Invalid data type of time field for watermark", "STRING", "TO_TIMESTAMP_LTZ", at="1:41"),
    C("watermark on a missing column", "CREATE TABLE t (a INT, WATERMARK FOR b AS b) WITH ('connector' = 'print');",
      "'b' is not defined in the table schema"),
    C("enforced key", "CREATE TABLE t (a INT PRIMARY KEY) WITH ('connector' = 'print');", "ENFORCED", "NOT ENFORCED",
      at="1:23"),
    C("key on a missing column", "CREATE TABLE t (a INT, PRIMARY KEY (b) NOT ENFORCED) WITH ('connector' = 'print');",
      "Primary key column 'b' is not defined"),
    C("view with too many names", G + "CREATE VIEW v (a, b) AS SELECT id FROM g;", "names 2 columns, its query has 1"),

    # ---- INSERT ----
    C("too many columns", G + PLAIN + "INSERT INTO p SELECT id, s FROM g;", "Different number of columns",
      "Query schema: [id: INT, s: STRING]", "Sink schema:  [id: INT]", at="3:13"),
    C("column of another type", G + PLAIN + "INSERT INTO p SELECT s FROM g;", "Incompatible types for sink column 'id'",
      "CAST(s AS INT)"),
    C("unknown column in the list", G + PLAIN + "INSERT INTO p (idd) SELECT id FROM g;", "Unknown target column 'idd'",
      "DESCRIBE", at="3:16"),
    C("unknown sink", G + "INSERT INTO nope SELECT id FROM g;", "Object 'nope' not found", at="2:13"),
    C("NULL for NOT NULL", G + PLAIN.replace("INT)", "INT NOT NULL)") + "INSERT INTO p SELECT NULLIF(id, id) FROM g;",
      "Column 'id' is NOT NULL", "COALESCE"),
    C("sink that takes no updates", G + file("o", "x", columns="n BIGINT") + "INSERT INTO o SELECT COUNT(*) FROM g;",
      "doesn't support consuming update changes", "GroupAggregate", "window"),

    # ---- queries ----
    C("GROUP BY misses a column", G + "SELECT id, s, COUNT(*) FROM g GROUP BY id;", "Expression 's' is not being grouped",
      "MAX(…)", at="2:12"),
    C("aggregate in WHERE", G + "SELECT id FROM g WHERE COUNT(*) > 1 GROUP BY id;", "illegal in WHERE", "HAVING", at="2:24"),
    C("nested aggregates", G + "SELECT SUM(COUNT(*)) FROM g;", "cannot be nested", "subquery", at="2:12"),
    C("WHERE is no condition", G + "SELECT id FROM g WHERE id;", "WHERE clause must be a condition", at="2:24"),
    C("UNION of different types", G + "SELECT id FROM g UNION ALL SELECT s FROM g;", "column 1 of UNION", "CAST"),
    C("UNION of different lengths", G + "SELECT id FROM g UNION ALL SELECT id, s FROM g;", "Column count mismatch in UNION"),
    C("rows of different lengths", "SELECT * FROM (VALUES (1, 2), (3)) AS t(a, b);", "rows of 2 and of 1 columns", at="1:31"),
    C("star without FROM", "SELECT *;", "requires a FROM clause", at="1:8"),
    C("window on a number", G + "SELECT COUNT(*) FROM g GROUP BY TUMBLE(id, INTERVAL '1' SECOND);", "$TUMBLE(<INT>", at="2:40"),
    C("window on an ordinary time", G.replace(", WATERMARK FOR ts AS ts", "") +
      "SELECT COUNT(*) FROM TABLE(TUMBLE(TABLE g, DESCRIPTOR(ts), INTERVAL '1' SECOND)) GROUP BY window_start, window_end;",
      "time attribute", "WATERMARK FOR"),
    C("slides that do not fit", G + "SELECT COUNT(*) FROM TABLE(HOP(TABLE g, DESCRIPTOR(ts), INTERVAL '3' SECOND,"
      " INTERVAL '10' SECOND)) GROUP BY window_start, window_end;", "integral multiple of slide", "10000 ms", "3000 ms"),
    C("steps that do not fit", G + "SELECT COUNT(*) FROM TABLE(CUMULATE(TABLE g, DESCRIPTOR(ts), INTERVAL '3' SECOND,"
      " INTERVAL '10' SECOND)) GROUP BY window_start, window_end;", "integral multiple of step"),
    C("unknown table function", G + "SELECT * FROM TABLE(TUMBEL(TABLE g, DESCRIPTOR(ts), INTERVAL '3' SECOND));",
      "No match found for table function", "TUMBLE"),
    C("condition in CASE", "SELECT CASE WHEN 1 THEN 2 END;", "Expected a boolean type", at="1:18"),
    C("text plus number", "SELECT 'a' + 1;", "Cannot apply '+'", "CHAR(1)", "CAST", at="1:8"),
    C("number compared with a boolean", G + "SELECT id FROM g WHERE id = TRUE;", "<INT> = <BOOLEAN>", at="2:24"),
    C("too many arguments", "SELECT UPPER('a', 'b');", "Invalid number of arguments", "got 2", "UPPER(<CHARACTER>)"),
    C("argument of another type", "SELECT UPPER(1);", "Cannot apply 'UPPER'", "<INT>", "UPPER(<CHARACTER>)"),
    C("array indexed by a text", "SELECT ARRAY[1, 2]['a'];", "ITEM", "CHAR(1)", at="1:8"),
    C("array indexed by 0", "SELECT ARRAY[1, 2][0];", "index starting at 1 but was 0", at="1:20"),
    C("escape of two characters", "SELECT s LIKE 'a' ESCAPE 'ab'" + V, "Invalid escape character 'ab'"),
    C("escape before a plain character", "SELECT s LIKE 'a!b' ESCAPE '!'" + V, "Invalid escape sequence 'a!b'"),
    C("bad pattern of SIMILAR TO", "SELECT s SIMILAR TO '('" + V, "Invalid regular expression '('", "parentheses"),
    C("bad regular expression", "SELECT REGEXP_REPLACE('a', '(', 'b');", "REGEXP_REPLACE", "no regular expression"),
    C("bad date pattern", "SELECT DATE_FORMAT(TIMESTAMP '2020-01-01 00:00:00', 'qqqqqqq');", "pattern letter", "yyyy"),
    C("JSON_VALUE with a bad path", "SELECT JSON_VALUE('{}', '$.a[x]' ERROR ON ERROR);", "Illegal jsonpath spec"),

    # ---- values while a job runs ----
    C("division by zero", "SELECT 1 / n" + V, "Division by zero", "NULLIF", at="1:8"),
    C("modulo by zero", "SELECT MOD(1, n)" + V, "/ by zero", "NULLIF"),
    C("text that is no number", "SELECT CAST(s AS INT)" + V, "'abc'", "TRY_CAST", at="1:8"),
    C("number that is too large", "SELECT CAST('99999999999' AS INT);", "'99999999999'", "Overflow", "TRY_CAST"),
    C("text that is no date", "SELECT CAST(s AS DATE)" + V, "'abc'", "TRY_CAST"),
    C("text that is no boolean", "SELECT CAST(s AS BOOLEAN)" + V, "'abc'", "BOOLEAN"),
    C("which row of a file it is, by its number and what was read of it", file("t", "in.csv", columns="k INT, s STRING, w STRING") +
      "SELECT k, 10 / (CHAR_LENGTH(s) - k) FROM t WHERE k > 2;", "in.csv', row 4: ", "with k = 3, s = 'sun': ", "Division by zero",
      at="2:11", prepare=write("in.csv", "1,a,x\n2,bc,x\n3,moon,x\n3,sun,x\n3,sea,x\n")),
    C("a row with a long value", file("t", "in.csv", columns="s STRING") + "SELECT CAST(s AS DATE) FROM t;", "row 2: ",
      "with s = '" + "ä" * 60 + "…': ", prepare=write("in.csv", "2026-01-01\n" + "ä" * 500 + "\n")),
    C("a row behind an aggregate has values, but no number", file("t", "in.csv") + "SELECT 1 / (m - 7) FROM "
      "(SELECT id, MAX(id) AS m FROM t GROUP BY id) AS g;", "error: with 7: /: Division", prepare=write("in.csv", "5\n7\n")),
    C("NULL as event time", "CREATE TABLE t (a INT, ts AS CAST(NULL AS TIMESTAMP(3)), WATERMARK FOR ts AS ts) WITH ("
      "'connector' = 'datagen', 'number-of-rows' = '1'); SELECT COUNT(*) FROM t GROUP BY TUMBLE(ts, INTERVAL '1' SECOND);",
      "RowTime field should not be null", "COALESCE"),

    # ---- what is no SQL ----
    C("misspelt keyword", "SELCT 1;", "Non-query expression", "did you mean SELECT?", at="1:1"),
    C("no statement of SQL", "FROBNICATE x;", "a statement begins with SELECT", at="1:1"),
    C("open text", "SELECT 'abc FROM t;", "no closing quote", at="1:8"),
    C("open comment", "SELECT 1 /* abc ;", "has no end", "close it", at="1:10"),
    C("open parenthesis", "SELECT (1 + 2;", "Expected ')'", at="1:13"),
    C("open name", "SELECT `abc FROM t;", "has no closing backtick", at="1:8"),
    C("double quotes", 'SELECT "a";', "backticks", at="1:8"),
    C("not equal in C", "SELECT 1 != 2;", "'!='", "<>", at="1:10"),
    C("cast of PostgreSQL", "SELECT 1::INT;", "CAST(x AS INT)", at="1:9"),
    C("deep nesting", "SELECT " + "(" * 10000 + "1" + ")" * 10000 + ";", "nested deeper than"),
    C("long chain", "SELECT " + "1 + " * 20000 + "1;", "operators follow one another"),
    C("gigantic number", "SELECT " + "9" * 400 + ";", "out of range", at="1:8"),
    C("huge LIMIT", G + "SELECT id FROM g LIMIT 99999999999999999999;", "LIMIT"),
    C("date that does not exist", "SELECT DATE '2020-13-01';", "'2020-13-01'", "yyyy-MM-dd", at="1:8"),
    C("bad interval", "SELECT INTERVAL 'abc' SECOND;", "Illegal interval literal", "INTERVAL '10' SECOND"),
    C("unknown unit", "SELECT INTERVAL '1' FORTNIGHT;", 'Encountered "FORTNIGHT"', "YEAR, MONTH, DAY", at="1:21"),
    C("two values without an operator", "SELECT 1 2;", 'Encountered "2"', at="1:10"),
    C("LIMIT of MySQL", "SELECT 1 LIMIT 1, 2;", "LIMIT start, count", "OFFSET"),
    C("second of three statements", "SELECT 1;\nSELECT 2 FROM;\nSELECT 3;", "Encountered", "Expected a table", at="2:13"),

    # ---- settings ----
    C("misspelt key", "SET 'paralelism.default' = '3';", "'paralelism.default'", "did you mean 'parallelism.default'?", at="1:5"),
    C("unknown key", "SET 'colour' = 'red';", "'colour'", "pipeline.global-job-parameters"),
    C("value is no number", "SET 'parallelism.default' = 'x';", "'x'", "'parallelism.default'", "whole number"),
    C("negative parallelism", "SET 'parallelism.default' = '-3';", "'-3'", "larger than or equal to 1"),
    C("unknown word", "SET 'execution.runtime-mode' = 'fast';", "[[STREAMING, BATCH, AUTOMATIC]]", "one of the words"),
    C("unknown unit of time", "SET 'execution.checkpointing.interval' = '1 fortnight';", "'fortnight'", "DAYS", "10 s"),
    C("no value", "SET 'parallelism.default';", "Expected '='"),
    C("misspelt time zone", "SET 'table.local-time-zone' = 'Europe/Berln';", "'Europe/Berln'",
      "did you mean 'Europe/Berlin'?", at="1:5"),
    C("parallelism above its maximum", "SET 'pipeline.max-parallelism' = '2';\nSET 'parallelism.default' = '4';\n" + G + PLAIN +
      "INSERT INTO p SELECT id FROM g;", "parallelism 4", "maximum parallelism 2"),
    C("setting of the command line", "SELECT 1;", "'paralelism.default'", "did you mean", place=False,
      args=("run", "-D", "paralelism.default=3", "script.sql")),

    # ---- statement sets ----
    C("set without END", G + PLAIN + "BEGIN STATEMENT SET;\nINSERT INTO p SELECT id FROM g;", "without END", "none of its INSERTs",
      at="3:1"),
    C("END without a set", "END;", "END without BEGIN STATEMENT SET", at="1:1"),
    C("query in a set", "BEGIN STATEMENT SET;\nSELECT 1;\nEND;", "Only INSERT statements", at="2:1"),
    C("set without INSERT", "BEGIN STATEMENT SET;\nEND;", "NO statements in statement set", at="2:1"),

    # ---- checkpoints and modules ----
    C("nothing to restore", AGAIN, "there is no checkpoint at 'chk'", "chk-N", args=RESTORE),
    C("folder without checkpoints", AGAIN, "there is no checkpoint in 'chk'", "interval", args=RESTORE,
      prepare=write("chk/note", "x")),
    C("damaged manifests", AGAIN, "is whole", "checksum", "without --restore", args=RESTORE,
      prepare=damage("manifest", lambda b: b[:20] + b"X" + b[21:])),
    C("cut checkpoints", AGAIN, "is whole", "without --restore", args=RESTORE, prepare=damage("task-*", lambda b: b[:-1])),
    C("checkpoint of another query", SLOW.replace("slow", "other") + "INSERT INTO b SELECT id + 1 FROM other WHERE id > 2;",
      "taken by another query", "without --restore", args=RESTORE, prepare=take_checkpoints),
    C("folder of checkpoints that is a file", OFTEN + AGAIN, "chk", "checkpoint", prepare=write("chk", "x")),
    C("locked folder of checkpoints", OFTEN.replace("'chk'", "'locked/chk'") + AGAIN, "locked/chk", "Permission denied",
      prepare=locked("locked/"), user=True),
    C("checkpoints in a storage that is not there", OFTEN.replace("'chk'", "'s3://bucket/chk'") + AGAIN, "s3://bucket/chk",
      "local path"),
    C("module that is no library", table("t", "a INT", "odd") + "SELECT * FROM t;", "flott-odd.so", "cannot be opened",
      "FLOTT_MODULE_PATH", prepare=write("flott-odd.so", "no library"), env={"FLOTT_MODULE_PATH": "."}),

    # ---- the script as a file ----
    C("missing script", None, "cannot read 'nowhere.sql'", "No such file", "check the path", code=2, place=False,
      args=("run", "nowhere.sql")),
    C("script is a folder", None, "cannot read '.'", "Is a directory", code=2, place=False, args=("run", ".")),
    C("empty script", "", "'script.sql' has no statement", place=False),
    C("script of comments", "-- to do\n", "'script.sql' has no statement", place=False),
    C("script in another encoding", b"SELECT \xe9t\xe9;", "UTF-8", "iconv", at="1:8"),
    C("script with a byte order mark", b"\xef\xbb\xbfSELECT 1 AS;", "Expected a name", at="1:11"),
    C("script with a zero", b"SELECT 1;\0SELECT 2;", "\\u0000", at="1:10"),
    C("script that breaks off in a character", b"SELECT 1\xc3", "Lexical error", at="1:9"),
    C("script from standard input", None, "SELCT", "did you mean SELECT?", at="1:1", args=("run", "-"), stdin=b"SELCT 1;"),
    C("lines of Windows", "SELECT 1;\r\nSELECT a;\r\n", "Column 'a' not found", at="2:8"),
    C("unknown option of the command", None, "--restor", "did you mean --restore?", code=2, place=False,
      args=("run", "--restor", "x")),
    C("unknown form of output", None, "-o xml", "csv", code=2, place=False, args=("run", "-o", "xml", "-e", "SELECT 1")),
]


class Runner:
    """Runs the cases of a test and judges what is seen."""

    def prepare(self, case, folder):
        folder.chmod(0o755)
        for step in case.prepare:
            step(folder)
        if isinstance(case.script, bytes):
            (folder / "script.sql").write_bytes(case.script)
        elif case.script is not None:
            (folder / "script.sql").write_text(case.script, encoding="utf-8")

    def run_case(self, case, folder):
        self.prepare(case, folder)

        def limit():
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            if case.user and ROOT:
                os.setuid(NOBODY)
        out = open(case.stdout, "wb") if isinstance(case.stdout, str) else case.stdout
        try:
            return subprocess.run([FLOTT, *(case.args or ("run", "script.sql"))], stdout=out, stderr=subprocess.PIPE,
                                  input=case.stdin, cwd=folder, timeout=SECONDS, preexec_fn=limit,
                                  env=dict(os.environ, LC_ALL="C", **case.env))
        finally:
            if isinstance(case.stdout, str):
                out.close()

    def judge(self, case, done):
        seen = done.stderr.decode("utf-8")
        self.assertEqual(done.returncode, case.code, seen)
        self.assertEqual(len(re.findall(r"^error: ", seen, re.M)), 1, seen)
        self.assertRegex(seen, r"(?m)^help: .", "there is no advice: " + seen)
        for words in case.words:
            self.assertIn(words, seen)
        if case.place:
            self.assertRegex(seen, r"(?m)^ --> .+:\d+:\d+$", "there is no place: " + seen)
        if case.at is not None:
            self.assertRegex(seen, rf"(?m)^ --> .+:{case.at}$", seen)

    def run_cases(self, cases):
        for case in cases:
            with self.subTest(case.name):
                folder = Path(tempfile.mkdtemp(prefix="flott-wrong-"))
                try:
                    self.judge(case, self.run_case(case, folder))
                finally:
                    shutil.rmtree(folder, ignore_errors=True)


class WrongScripts(Runner, unittest.TestCase):
    def test_each_mistake_is_told_well(self):
        self.run_cases(CASES)

    def test_there_are_a_hundred(self):
        names = [case.name for case in CASES]
        self.assertGreaterEqual(len(names), 100)
        self.assertEqual(len(names), len(set(names)))


if __name__ == "__main__":
    unittest.main()
