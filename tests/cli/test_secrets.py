#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No secret is shown: each script holds one, and does something that prints options, statements or mistakes. Neither standard
output nor standard error may have it, and where an option is shown it reads ******. Runs $FLOTT."""
import os
import subprocess
import tempfile
import unittest
from pathlib import Path

FLOTT = os.path.abspath(os.environ.get("FLOTT", "build/flott"))
SECRET = "hunter2-hunter2"
TABLE = f"CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1', 'x.password' = '{SECRET}');\n"
VIEW = f"CREATE VIEW v AS SELECT a FROM t /*+ OPTIONS('x.password' = '{SECRET}') */;\n"
PLAIN = "CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '1');\n"
HINTS = "SET 'table.dynamic-table-options.enabled' = 'true';\n"
SET = f"SET 'pipeline.global-job-parameters.apikey' = '{SECRET}';\n"

CASES = [  # name, script, stars are shown
    ("SHOW CREATE TABLE", TABLE + "SHOW CREATE TABLE t;", True),
    ("SHOW CREATE VIEW", HINTS + PLAIN + VIEW + "SHOW CREATE VIEW v;", None),
    ("DESCRIBE", TABLE + "DESCRIBE t;", False),
    ("SET", SET + "SET;", True),
    ("an option that the connector refuses", TABLE + "SELECT * FROM t;", None),
    ("EXPLAIN", TABLE + "EXPLAIN SELECT * FROM t;", None),
    ("EXPLAIN of a hint", HINTS + PLAIN + f"EXPLAIN SELECT * FROM t /*+ OPTIONS('token' = '{SECRET}') */;", None),
    ("a mistake in the line", f"CREATE TABLE t (a INTT) WITH ('connector' = 'print', 'password' = '{SECRET}');", True),
    ("a mistake behind it in the line", f"CREATE TABLE t (a INT) WITH ('password' = '{SECRET}', x);", True),
    ("no equals sign", f"CREATE TABLE t (a INT) WITH ('connector' = 'print', 'password' '{SECRET}');", True),
    ("two values", f"CREATE TABLE t (a INT) WITH ('password' = '{SECRET}' '{SECRET}');", None),
    ("no closing quote", f"CREATE TABLE t (a INT) WITH ('password' = '{SECRET});", True),
    ("several lines", f"CREATE TABLE t (a INT) WITH ('password' = 'x\n{SECRET}' ?", True),
    ("SET of an unknown key", f"SET 'my.password' = '{SECRET}';", True),
    ("a comment in the line", f"SELECT x; -- 'password' = '{SECRET}'", True),
    ("a bad value", f"CREATE TABLE t (a INT) WITH ('connector' = 'filesystem', 'path' = '/tmp/x', 'format' = 'csv',\n"
     f"'csv.secret-delimiter' = '{SECRET}'); SELECT * FROM t;", None),
]


class Secrets(unittest.TestCase):
    def run_flott(self, *args):
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([FLOTT, *args], capture_output=True, text=True, timeout=60, cwd=folder)
        return done.stdout + done.stderr

    def check(self, shown, stars):
        self.assertNotIn("hunter2", shown)
        if stars is not None:
            self.assertEqual("******" in shown, stars, shown)

    def test_scripts(self):
        for name, script, stars in CASES:
            with self.subTest(name):
                self.check(self.run_flott("run", "-e", script), stars)

    def test_explain_prints_no_options(self):
        self.check(self.run_flott("explain", "-e", TABLE + "SELECT * FROM t"), None)

    def test_settings_of_the_command_line(self):
        self.check(self.run_flott("run", "-D", f"pipeline.global-job-parameters.token={SECRET}", "-e", "SET"), True)

    def test_the_command_line_in_advice(self):
        script = ("SET 'execution.checkpointing.interval' = '50 ms'; SET 'execution.checkpointing.dir' = 'chk';\n"
                  f"CREATE VIEW v AS SELECT 'password' = '{SECRET}' AS x;\n"
                  "CREATE TABLE t (a INT) WITH ('connector' = 'datagen', 'number-of-rows' = '20', 'rows-per-second' = '50');\n"
                  "CREATE TABLE b (a INT) WITH ('connector' = 'blackhole'); INSERT INTO b SELECT a FROM t;")
        command = [FLOTT, "run", "-D", f"pipeline.global-job-parameters.token={SECRET}", "-e", script]
        with tempfile.TemporaryDirectory() as folder:
            for _ in range(2):  # the second run tells how to go on from the first
                done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=folder)
        self.assertIn("--restore", done.stderr)
        self.check(done.stdout + done.stderr, True)

    def test_tests_that_fail(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.test"
            path.write_text(f"sql\nCREATE TABLE t (a INTT) WITH ('password' = '{SECRET}')\n", encoding="utf-8")
            self.check(self.run_flott("test", str(path)), True)


if __name__ == "__main__":
    unittest.main()
