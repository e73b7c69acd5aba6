"""The example of functions in C as its head says it: compiled with the command that stands there, run with the other,
from a folder that is not the script's, so that the module is found beside the script.

Environment: FLOTT, the program.
SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

FLOTT = os.environ["FLOTT"]
EXAMPLE = Path(__file__).resolve().parents[2] / "examples/functions"
ROWS = """\
+I[home to work, 5.0]
+I[work to lake, 12.0]
+I[home to work, home, 4]
+I[home to work, work, 4]
+I[work to lake, work, 4]
+I[work to lake, lake, 4]
+I[0, 0.0]
+I[3, 0.0]
"""


def run(command, folder):
    environment = {k: v for k, v in os.environ.items() if k != "FLOTT_MODULE_PATH"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


class Example(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copy(EXAMPLE / "functions.sql", self.folder)

    def compile(self):
        head = (EXAMPLE / "functions.c").read_text(encoding="utf-8")
        command = shlex.split(re.search(r"^ \*     (cc .*)$", head, re.M).group(1))
        command[command.index("-o") + 1] = str(self.folder / "functions.so")
        done = run(command, EXAMPLE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_it_runs_as_it_says(self):
        self.compile()
        done = run([FLOTT, "run", str(self.folder / "functions.sql")], "/")
        self.assertEqual((done.returncode, done.stdout), (0, ROWS), done.stderr)

    def test_a_missing_module_is_told_with_the_folders(self):
        done = run([FLOTT, "run", str(self.folder / "functions.sql")], "/")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("cannot find the module 'functions.so'; looked in", done.stderr)
        self.assertIn(str(self.folder), done.stderr)


if __name__ == "__main__":
    unittest.main()
