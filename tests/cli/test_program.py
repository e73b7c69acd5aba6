#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program `flott` from end to end: SQL in, rows, errors and plans out; how fast and how small it starts.

Runs $FLOTT, or build/flott. If that is missing all is skipped, with a message and exit code 77."""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

FLOTT = os.environ.get("FLOTT", "build/flott")
SANITIZED = os.environ.get("FLOTT_SANITIZED") == "1"  # too slow and large for the limits below
FIRST_ROW_MS, RESIDENT_MB, VIRTUAL_TEST_MS = 10, 8, 50
VIRTUAL_TIME = Path(__file__).resolve().parents[1] / "sql" / "virtual_time"


def flott(*args, stdin=None, cwd=None):
    done = subprocess.run([os.path.abspath(FLOTT), *args], input=stdin, capture_output=True, text=True, timeout=60, cwd=cwd)
    return done.returncode, done.stdout, done.stderr


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flott-cli-")
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def write(self, name, text):
        (self.dir / name).write_text(text, encoding="utf-8")
        return str(self.dir / name)

    def check(self, args, code=0, out=None, err=""):
        got = flott(*args, cwd=self.dir)
        self.assertEqual(got[0], code, got)
        if out is not None:
            self.assertEqual(got[1], out)
        if err is not None:
            self.assertEqual(got[2], err)
        return got


NO_TIME = ("-D", "sql-client.display.print-time-cost=false")


class Queries(Case):
    def test_print_writes_a_line_for_each_row(self):
        sql = "SELECT PRINT('a = ', a) AS x FROM (VALUES (1), (CAST(NULL AS INT)), (3)) AS t(a) WHERE a IS NULL OR a < 3"
        self.check(["run", "-e", sql], out="a = 1\na = null\n+I[1]\n+I[null]\n")

    def test_one_row_in_every_shape(self):
        sql = "SELECT 1 AS id, 'a' AS name, CAST(NULL AS STRING) AS nothing"
        self.check(["run", "-e", sql], out="+I[1, a, null]\n")
        self.check(["run", "-o", "csv", "-e", sql], out="1,a,\n")
        got = self.check(["run", "-o", "json", "-e", sql])
        self.assertEqual(json.loads(got[1]), {"id": 1, "name": "a", "nothing": None})
        self.check(["run", *NO_TIME, "-o", "table", "-e", sql], out="""\
+----+-------------+--------------------------------+--------------------------------+
| op |          id |                           name |                        nothing |
+----+-------------+--------------------------------+--------------------------------+
| +I |           1 |                              a |                         <NULL> |
+----+-------------+--------------------------------+--------------------------------+
Received a total of 1 row
""")

    def test_an_updating_result_has_kinds(self):
        sql = "SELECT k, COUNT(*) AS n FROM (VALUES ('a'), ('b'), ('a')) AS t (k) GROUP BY k"
        self.check(["run", "-e", sql], out="+I[a, 1]\n+I[b, 1]\n-U[a, 1]\n+U[a, 2]\n")
        self.check(["run", "-o", "csv", "-e", sql], out="+I,a,1\n+I,b,1\n-U,a,1\n+U,a,2\n")

    def test_a_batch_table_is_as_wide_as_its_content(self):
        self.check(["run", *NO_TIME, "-D", "execution.runtime-mode=batch", "-o", "table", "-e",
                    "SELECT * FROM (VALUES (1, 'Hello'), (22, '中文')) AS t (id, s)"], out="""\
+----+-------+
| id |     s |
+----+-------+
|  1 | Hello |
| 22 |  中文 |
+----+-------+
2 rows in set
""")

    def test_a_script_from_standard_input(self):
        self.assertEqual(flott("run", "-", stdin="SELECT 1;\nSELECT 2"), (0, "+I[1]\n+I[2]\n", ""))

    def test_what_the_session_knows(self):
        self.check(["run", "-o", "table", "-e", "CREATE TABLE t (a INT) WITH ('connector' = 'blackhole'); SHOW TABLES"],
                   out="+------------+\n| table name |\n+------------+\n|          t |\n+------------+\n1 row in set\n")


class Errors(Case):
    def test_a_caret_below_the_mistake(self):
        self.write("job.sql", "-- a job\nCREATE TABLE orders (id INT) WITH ('connector' = 'blackhole');\n\nSELECT *\n  FROM order2;\n")
        code, out, err = self.check(["run", "job.sql"], code=1, out="", err=None)
        lines = err.split("\n")
        self.assertRegex(lines[0], r"^error: .*order2")
        self.assertEqual(lines[1:5], [" --> job.sql:5:8", "  |", "5 |   FROM order2;", "  |        ^~~~~~"])

    def test_what_is_no_sql(self):
        code, _, err = self.check(["run", "-e", "SELECT 1; SELEKT 2"], code=1, out="+I[1]\n", err=None)
        self.assertIn(" --> <command line>:1:11\n", err)

    def test_what_a_connector_refuses_is_shown_at_the_table(self):
        self.write("job.sql", "CREATE TABLE t (id INT) WITH ('connector' = 'datagen', 'number-of-row' = '3');\n"
                              "CREATE VIEW v AS SELECT id + 1 AS x FROM t;\nSELECT x\n  FROM v;\n")
        _, _, err = self.check(["run", "job.sql"], code=1, out="", err=None)
        self.assertIn("\n --> job.sql:4:8\n  |\n4 |   FROM v;\n  |        ^\nhelp: did you mean 'number-of-rows'?\n", err)

    def test_what_the_disk_refuses_is_shown_at_the_table(self):
        self.write("job.sql", "CREATE TABLE t (id INT) WITH ('connector' = 'filesystem', 'path' = '/proc/none', 'format' = 'csv');\n"
                              "INSERT INTO t\nSELECT 1;\n")
        _, _, err = self.check(["run", "job.sql"], code=1, out="", err=None)
        self.assertIn("\n --> job.sql:2:13\n  |\n2 | INSERT INTO t\n  |             ^\n", err)

    def test_an_unknown_key_names_the_nearest(self):
        code, _, err = self.check(["run", "-D", "paralelism.default=2", "-e", "SELECT 1"], code=1, out="", err=None)
        self.assertIn("parallelism.default", err)


class Notes(Case):
    """What is no error in Flink, and hardly meant: an argument as it is written decides every row."""

    def check_note(self, expression, note, row):
        self.check(["run", "-e", f"SELECT {expression} FROM (VALUES ('a')) AS t(a)"], out=f"+I[{row}]\n",
                   err=f"note: {note}\n" if note else "")

    def test_a_pattern_that_is_none(self):
        self.check_note("REGEXP(a, '[')", "REGEXP: the result is FALSE in every row: the pattern is no regular "
                        "expression: missing terminating ] for character class", "false")
        self.check_note("REGEXP_EXTRACT(a, '(')", "REGEXP_EXTRACT: the result is NULL in every row: the pattern is no "
                        "regular expression: missing closing parenthesis", "null")
        self.check_note("REGEXP(a, '[a]')", "", "true")

    def test_a_format_of_times_that_is_none(self):
        self.check_note("TO_TIMESTAMP(a, 'yyyy-bb')", "TO_TIMESTAMP: the result is NULL in every row: Unknown pattern "
                        "letter: b", "null")

    def test_a_path_that_is_none(self):
        self.check_note("JSON_VALUE(a, '$a')", "JSON_VALUE: each row is a case for ON ERROR: '$a' is no path", "null")
        self.check_note("JSON_VALUE(a, '$.a')", "", "null")

    def test_a_part_of_a_url_that_is_none(self):
        self.check_note("PARSE_URL(a, 'host')", "PARSE_URL: the result is NULL in every row: 'host' is no part of a "
                        "URL; did you mean 'HOST'?", "null")
        self.check_note("PARSE_URL(a, 'HOST')", "", "null")

    def test_a_time_zone_that_is_none(self):
        self.check_note("CONVERT_TZ(a, 'UTC', 'America/NewYork')", "CONVERT_TZ: 'America/NewYork' is none of Java's "
                        "time zones, UTC is taken: did you mean 'America/New_York'?", "null")
        self.check_note("CONVERT_TZ(a, 'UTC', '+08:00')", "CONVERT_TZ: '+08:00' is none of Java's time zones, UTC is "
                        "taken: write GMT before an offset", "null")
        self.check_note("CONVERT_TZ(a, 'UTC', 'Asia/Tokyo')", "", "null")


class Jobs(Case):
    TABLES = """
CREATE TABLE s (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '{dir}/in.csv', 'format' = 'csv');
CREATE TABLE o (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '{dir}/out', 'format' = 'csv');
"""

    def setUp(self):
        super().setUp()
        self.write("in.csv", "a,1\nb,2\n")
        self.write("tables.sql", self.TABLES.format(dir=self.dir))

    def output(self):
        return sorted(line for f in (self.dir / "out").rglob("*") if f.is_file() and f.name[0] not in "._"
                      for line in f.read_text().splitlines())

    def test_an_insert_is_waited_for(self):
        self.check(["run", "-i", "tables.sql", "-e", "INSERT INTO o SELECT k, v + 1 FROM s"], out="")
        self.assertEqual(self.output(), ["a,2", "b,3"])

    def test_a_statement_set_is_one_job(self):
        self.check(["run", "-i", "tables.sql", "-e",
                    "EXECUTE STATEMENT SET BEGIN INSERT INTO o SELECT * FROM s; INSERT INTO o SELECT * FROM s; END"], out="")
        self.assertEqual(self.output(), ["a,1", "a,1", "b,2", "b,2"])

    def test_a_failing_job_is_reported(self):
        code, _, err = self.check(["run", "-i", "tables.sql", "-e", "INSERT INTO o SELECT k, v / (v - 1) FROM s"], code=1, out="", err=None)
        self.assertRegex(err, r"^error: ")
        self.assertIn(" --> <command line>:1:25\n", err)

    def test_an_endless_job_stops_on_request(self):
        process = subprocess.Popen([os.path.abspath(FLOTT), "run", "-e",
                                    "CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '10');"
                                    "CREATE TABLE b (a INT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT * FROM g"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 130, err)
        self.assertRegex(err, r"job '.*' stopped after \d+\.\d s: \d+ rows in, \d+ rows out")


class Plans(Case):
    def test_queries_are_explained_and_not_run(self):
        self.write("job.sql", "CREATE TABLE o (a INT) WITH ('connector' = 'print');\nINSERT INTO o SELECT 1;\nSELECT 2;\n")
        _, out, _ = self.check(["explain", "job.sql"])
        self.assertEqual(out.count("== Optimized Execution Plan =="), 2)
        self.assertNotIn("+I[1]", out)

    def test_a_mistake_is_found_where_it_is(self):
        _, _, err = self.check(["explain", "-e", "SELECT x"], code=1, out="", err=None)
        self.assertIn(" --> <command line>:1:8\n", err)


class Tests(Case):
    def test_a_script_passes(self):
        self.write("a.test", """\
file s.csv
a,1
b,2
a,3

sql
CREATE TABLE s (k STRING, v INT) WITH ('connector' = 'filesystem', 'path' = '${dir}/s.csv', 'format' = 'csv')

query changelog
SELECT k, SUM(v) AS v FROM s GROUP BY k
----
(`k` STRING, `v` INT)
+I[a, 1]
+I[b, 2]
-U[a, 1]
+U[a, 4]

query final
SELECT k, SUM(v) AS v FROM s GROUP BY k
----
(`k` STRING, `v` INT)
[a, 4]
[b, 2]

query error
SELECT nothing FROM s
----
validation: Column 'nothing' not found in any table
""")
        self.check(["test", "a.test"], out="4 passed, 0 failed\n")
        self.check(["test", "--sim", "3", "a.test"], out="4 passed, 0 failed\n")

    def test_expressions_pass_and_fail(self):
        self.write("a.tsv", "1 + 1\tINT NOT NULL\t2\n1 + 1\tBIGINT NOT NULL\t2\n")
        self.check(["test", "a.tsv"], code=1, out="FAIL a.tsv:2: 1 + 1\n  expected  BIGINT NOT NULL\t2\n  got       INT NOT NULL\t2\n"
                                                  "1 passed, 1 failed\n")

    def test_power_cuts_and_a_clock_moved_by_hand_do_not_mix(self):
        self.write("t.test", "clock 2026-01-01 00:00:00\n\nadvance 1 s\n\nquery sorted\nSELECT 1 AS a\n----\n(`a` INT NOT NULL)\n+I[2]\n")
        self.check(["test", "t.test"], code=1, out=None)
        _, out, _ = self.check(["test", "--sim", "1", "t.test"], out=None)
        self.assertTrue(out.endswith("\n0 passed, 0 failed, 1 not supported yet\n"), out)

    def test_virtual_time_passes_at_once(self):
        self.write("a.test", """\
start
SELECT COUNT(*) AS n FROM TABLE(TUMBLE((SELECT 1 AS a, PROCTIME() AS t), DESCRIPTOR(t), INTERVAL '1' HOUR)) GROUP BY window_start, window_end

advance 2 h
""")
        begun = time.monotonic()
        flott("test", "a.test", cwd=self.dir)
        self.assertLess(time.monotonic() - begun, 5)


class Documentation(Case):
    def test_what_is_known_is_listed(self):
        for command, entry in ("functions", "UPPER"), ("connectors", "filesystem"), ("formats", "json"), ("config", "parallelism.default"):
            code, out, _ = flott(command, entry)
            self.assertEqual(code, 0)
            self.assertTrue(any(line.split("\t")[0] == entry for line in out.splitlines()), out)


class Start(Case):
    def setUp(self):
        super().setUp()
        if SANITIZED:
            self.skipTest("not with sanitizers")

    def test_the_first_row_comes_at_once(self):
        best = min(self.time_to_first_row() for _ in range(10))
        self.assertLessEqual(best * 1000, FIRST_ROW_MS)

    def time_to_first_row(self):
        begun = time.monotonic()
        with subprocess.Popen([os.path.abspath(FLOTT), "run", "-e", "SELECT 1"], stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"+I[1]\n")
            return time.monotonic() - begun

    def test_processing_time_takes_no_time_in_a_test(self):
        """An hour of windows by the clock, and 46 hours of them, from the start of the process to its end."""
        for name in "hop.test", "zone.test":
            best = min(self.time_of("test", VIRTUAL_TIME / name) for _ in range(5))
            self.assertLess(best * 1000, VIRTUAL_TEST_MS, name)

    def time_of(self, *args):
        begun = time.monotonic()
        self.check(args)
        return time.monotonic() - begun

    def test_it_stays_small(self):
        """The peak that the kernel reports at the end would include Python's own, from before the exec."""
        sql = "CREATE TABLE g (a INT) WITH ('connector' = 'datagen', 'rows-per-second' = '1'); SELECT 1; SELECT a FROM g"
        with subprocess.Popen([os.path.abspath(FLOTT), "run", "-e", sql], stdout=subprocess.PIPE) as process:
            self.assertEqual(process.stdout.readline(), b"+I[1]\n")
            process.stdout.readline()
            status = Path(f"/proc/{process.pid}/status").read_text()
            process.kill()
        peak_kb = int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")))
        self.assertLessEqual(peak_kb / 1024, RESIDENT_MB)


if __name__ == "__main__":
    if not os.path.exists(FLOTT):
        print(f"skipped: {FLOTT} is missing; build it or set FLOTT")
        sys.exit(77)
    unittest.main()
