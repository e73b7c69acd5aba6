"""Loadable modules, with the real program: the example module reads, counts and resumes; broken ones are refused.

Environment: FLOTT, the program; FLOTT_BROKEN, the folder of broken modules.
SPDX-License-Identifier: Apache-2.0
"""
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

FLOTT = os.environ["FLOTT"]
BROKEN = os.environ["FLOTT_BROKEN"]


def flott(sql, *options, path=None):
    """Runs a script; (exit code, stdout, stderr)."""
    environment = dict(os.environ, FLOTT_MODULE_PATH=path or "")
    done = subprocess.run([FLOTT, "run", *options, "-e", sql], capture_output=True, text=True, timeout=120, env=environment)
    return done.returncode, done.stdout, done.stderr


class Counter(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.dir = pathlib.Path(scratch.name)

    def tally(self):
        return sorted(int(f.read_text()) for f in self.dir.glob("tally.?"))

    def job(self, rows):
        return (f"CREATE TABLE numbers (n BIGINT, m BIGINT) WITH ('connector' = 'counter', 'start' = '10', 'step' = '5', 'rows' = '{rows}');"
                f"CREATE TABLE tally (n BIGINT) WITH ('connector' = 'counter', 'path' = '{self.dir}/tally');"
                "INSERT INTO tally SELECT m FROM numbers WHERE n >= 20")

    def test_rows_are_read_as_any_others(self):
        code, out, err = flott("SET 'execution.runtime-mode' = 'batch'; CREATE TABLE t (n BIGINT, m BIGINT) WITH ("
                               "'connector' = 'counter', 'start' = '-1', 'rows' = '10000'); SELECT COUNT(*), MIN(n), SUM(m) FROM t", "-o", "csv")
        self.assertEqual((code, out.splitlines()[-1]), (0, "10000,-1,49985000"), err)

    def test_rows_are_counted_by_each_subtask(self):
        self.assertEqual(flott(self.job(1000), "-D", "parallelism.default=1")[0], 0)
        self.assertEqual(self.tally(), [998])
        self.assertEqual(flott(self.job(1000), "-D", "parallelism.default=3")[0], 0)
        self.assertEqual((len(self.tally()), sum(self.tally())), (3, 998))

    def test_a_stopped_job_resumes_where_it_was(self):
        rows, checkpoints = 200_000_000, str(self.dir / "checkpoints")
        options = ["-D", "execution.checkpointing.interval=20 ms", "-D", f"execution.checkpointing.dir={checkpoints}"]
        process = subprocess.Popen([FLOTT, "run", *options, "-e", self.job(rows)], stderr=subprocess.PIPE, text=True)
        while not list(pathlib.Path(checkpoints).glob("chk-*/manifest")) and process.poll() is None:
            time.sleep(0.01)  # until the job is well on its way, however busy the machine is
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("stopped", err)
        self.assertTrue(0 < self.tally()[0] < rows - 2, self.tally())
        code, _, err = flott(self.job(rows), *options, "--restore", checkpoints)
        self.assertEqual(code, 0, err)
        self.assertEqual(self.tally(), [rows - 2])

    def test_what_the_module_refuses_is_told_in_its_words(self):
        code, _, err = flott("CREATE TABLE t (a STRING) WITH ('connector' = 'counter', 'rows' = '3'); SELECT * FROM t")
        self.assertEqual(code, 1)
        self.assertIn("connector 'counter' cannot read 'default_catalog.default_database.t': column 'a' is not a BIGINT", err)
        code, _, err = flott("CREATE TABLE t (a BIGINT) WITH ('connector' = 'counter'); INSERT INTO t SELECT 1")
        self.assertEqual(code, 1)
        self.assertIn("option 'path' is missing", err)
        self.assertIn("help: add 'path'", err)

    def test_options_are_checked(self):
        _, _, err = flott("CREATE TABLE t (a BIGINT) WITH ('connector' = 'counter', 'rwos' = '3'); SELECT * FROM t")
        self.assertIn("Unsupported options found for 'counter'", err)
        self.assertIn("help: did you mean 'rows'?", err)
        _, _, err = flott("CREATE TABLE t (a BIGINT) WITH ('connector' = 'counter', 'rows' = 'many'); SELECT * FROM t")
        self.assertIn("Could not parse value 'many' for key 'rows'", err)


class Broken(unittest.TestCase):
    def refused(self, name, words, path=BROKEN):
        code, _, err = flott(f"CREATE TABLE t (a BIGINT) WITH ('connector' = '{name}'); SELECT * FROM t", path=path)
        self.assertEqual(code, 1, err)
        self.assertIn(words, err)

    def test_each_is_refused_with_the_reason(self):
        self.refused("no-symbol", f"module '{BROKEN}/flott-no-symbol.so' cannot be opened: it does not export flott_module_open")
        self.refused("other-abi", "was made for version 2 of the module interface; this is version 1")
        self.refused("other-name", "calls itself 'somebody-else'")
        self.refused("no-ends", "has neither a source nor a sink")
        self.refused("no-help", "cannot be opened: its library is too old")
        self.refused("no-help", "help: install a newer one")

    def test_a_file_that_is_no_library(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "flott-text.so").write_text("not a library")
            self.refused("text", "flott-text.so' cannot be opened: ", path=f"/nowhere:{folder}")

    def test_no_module_is_an_unknown_connector(self):
        self.refused("nobody", "Could not find any factory for identifier 'nobody'")
        self.refused("../modules/counter", "Could not find any factory")


if __name__ == "__main__":
    unittest.main()
