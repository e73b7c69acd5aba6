#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line as a process: signals, a terminal, closed pipes. Runs over a fake engine (flott_fake.c)."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest

FLOTT = os.environ.get("FLOTT_FAKE", "build/tests/flott_fake")


class Process(unittest.TestCase):
    """A process whose output is watched while it runs."""

    def start(self, *args, **options):
        self.process = subprocess.Popen([FLOTT, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
        self.addCleanup(self.end)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def finish(self):
        out, err = self.process.communicate(timeout=10)
        return self.process.returncode, out, err

    def read_line(self):
        ready, _, _ = select.select([self.process.stdout], [], [], 5)
        self.assertTrue(ready, "nothing came within 5 s")
        return self.process.stdout.readline()


class Signals(Process):
    def test_rows_arrive_while_the_query_runs(self):
        self.start("run", "-e", "SELECT endless")
        self.assertEqual(self.read_line(), "+I[1]\n")
        self.assertEqual(self.read_line(), "+I[2]\n")
        self.assertIsNone(self.process.poll())

    def test_ctrl_c_ends_a_query_and_the_script(self):
        self.start("run", "-o", "table", "-e", "SELECT endless; SELECT 2")
        for _ in range(5):
            line = self.read_line()
        self.assertEqual(line, "| +I |           2 |\n")
        self.process.send_signal(signal.SIGINT)
        code, out, err = self.finish()
        self.assertEqual(code, 130)
        self.assertRegex(out, r"^Query terminated, received a total of 2 rows \(\d\.\d\d seconds\)\n$")
        self.assertEqual(err, "")

    def test_ctrl_c_stops_jobs(self):
        self.start("run", "-e", "INSERT INTO endless; SELECT 1")
        self.read_line()
        time.sleep(0.1)
        self.process.send_signal(signal.SIGINT)
        code, out, err = self.finish()
        self.assertEqual(code, 130)
        self.assertRegex(err, r"^job 'insert-into_t' stopped after \d\.\d s: 7 rows in, 0 rows out, 3 late\n$")

    def test_sigterm_has_its_own_exit_code(self):
        self.start("run", "-e", "SELECT 1; INSERT INTO endless")
        self.read_line()
        self.process.send_signal(signal.SIGTERM)  # in the query or in the job, it is the same
        self.assertEqual(self.finish()[0], 143)

    def test_the_second_signal_cancels(self):
        self.start("run", "-e", "INSERT INTO stubborn; SELECT 1")
        self.read_line()
        time.sleep(0.1)
        self.process.send_signal(signal.SIGINT)
        with self.assertRaises(subprocess.TimeoutExpired):
            self.process.wait(timeout=0.5)
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(self.finish()[0], 130)

    def test_a_closed_pipe_ends_the_query_in_silence(self):
        self.start("run", "-e", "SELECT many")
        self.read_line()
        self.process.stdout.close()
        self.process.stdout = None
        _, err = self.process.communicate(timeout=10)
        self.assertEqual((self.process.returncode, err), (1, ""))

    def test_a_full_disk_is_reported(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        with open("/dev/full", "w") as full:
            done = subprocess.run([FLOTT, "run", "-e", "SELECT 1"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=10)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "error: cannot write the result: No space left on device\n"
                         "help: make room: df -h shows what is free\n")

    def test_a_script_comes_from_standard_input(self):
        done = subprocess.run([FLOTT, "run", "-"], input="SELECT 1;\nFROB", capture_output=True, text=True, timeout=10)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "+I[1, x]\n+I[2, null]\n")
        self.assertIn(" --> <stdin>:2:1\n", done.stderr)


class Terminal(unittest.TestCase):
    """What is printed to a terminal."""

    @classmethod
    def setUpClass(cls):
        try:
            for end in pty.openpty():
                os.close(end)
        except OSError as e:
            raise unittest.SkipTest(f"there are no pseudo-terminals here ({e}); is /dev/pts mounted?") from e

    def run_on_terminal(self, *args, stdout=None, interrupt_after=None, env=None):
        """Runs with stderr, and unless given stdout, on a pseudo-terminal; returns the exit code and what came."""
        controller, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 25, 100, 0, 0))
        process = subprocess.Popen([FLOTT, *args], stdin=subprocess.DEVNULL, stdout=stdout or terminal, stderr=terminal,
                                   env={**os.environ, "TERM": "xterm", **(env or {})})
        os.close(terminal)
        begun, text, interrupted = time.monotonic(), b"", False
        while time.monotonic() - begun < 10:
            if interrupt_after and not interrupted and time.monotonic() - begun > interrupt_after:
                process.send_signal(signal.SIGINT)
                interrupted = True
            ready, _, _ = select.select([controller], [], [], 0.05)
            if not ready:
                continue
            try:
                chunk = os.read(controller, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            text += chunk
        code = process.wait(timeout=10)
        os.close(controller)
        return code, text.decode().replace("\r\n", "\n")

    def test_a_table_is_the_default(self):
        code, text = self.run_on_terminal("run", "-e", "SELECT 1")
        self.assertEqual(code, 0)
        self.assertIn("| op |           a |", text)
        self.assertIn(" <NULL> |\n", text)

    def test_errors_have_colours_unless_refused(self):
        self.assertIn("\033[1;31merror:\033[0m", self.run_on_terminal("run", "-e", "FROB")[1])
        self.assertNotIn("\033[", self.run_on_terminal("run", "-e", "FROB", env={"NO_COLOR": "1"})[1])
        self.assertNotIn("\033[", self.run_on_terminal("run", "-e", "FROB", env={"TERM": "dumb"})[1])

    def test_the_status_is_drawn_and_taken_away(self):
        code, text = self.run_on_terminal("run", "-e", "INSERT INTO endless", interrupt_after=1.5)
        self.assertEqual(code, 130)
        self.assertRegex(text, r"\rin \d+/s, out 0/s · 3 late\033\[K")
        last = text.rindex("\rin ")
        self.assertIn("\r\033[K", text[last:])
        self.assertIn("note:", text)
        self.assertIn("stopping; press Ctrl-C again to cancel\n", text)
        self.assertTrue(text.endswith(" s: 7 rows in, 0 rows out, 3 late\n"), text)

    def test_the_status_tells_when_no_rows_come(self):
        _, text = self.run_on_terminal("run", "-e", "SELECT endless", interrupt_after=2)
        self.assertIn("watermark 2024-05-05 12:00:00 · next window 12:01:00", text)
        self.assertRegex(text, r"\r\033\[KQuery terminated, received a total of 2 rows")

    def test_quiet_means_quiet(self):
        _, text = self.run_on_terminal("run", "-q", "-e", "INSERT INTO endless", interrupt_after=1.2)
        self.assertEqual(text, "")

    def test_rows_in_a_pipe_and_the_status_on_the_terminal(self):
        with open(os.devnull, "w") as null:
            _, text = self.run_on_terminal("run", "-e", "SELECT slow", stdout=null)
        self.assertIn("\rin 0/s", text)
        self.assertTrue(text.endswith("\r\033[K"), repr(text))


if __name__ == "__main__":
    if not os.path.exists(FLOTT):
        print(f"skipped: {FLOTT} is missing; set FLOTT_FAKE")
        sys.exit(77)
    unittest.main()
