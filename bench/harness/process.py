# SPDX-License-Identifier: Apache-2.0
"""Runs programs through the meter (meter.c), so that their cost is known and nothing outlives this process."""

import json
import os
import subprocess
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TIME_LIMIT_S = 900
LOG_LINES_SHOWN = 6


class Failed(Exception):
    """A program ended badly; the text says which, how, and what it wrote last."""


@dataclass(frozen=True)
class Cost:
    cpu_s: float  # user and system time of the program and its descendants
    wall_s: float
    mark_s: float | None  # from the start until the mark was seen in the output
    peak_mb: float


class Meter:
    """Starts programs; their standard error goes to one log file."""

    def __init__(self, program, log, temporary):
        self.program = program
        self.log = log
        self.temporary = temporary
        self.environment = {
            **os.environ,
            "TZ": "UTC",
            "LC_ALL": "C.UTF-8",
            "TMPDIR": str(temporary),
            "JAVA_TOOL_OPTIONS": f"-Djava.io.tmpdir={temporary}",
        }

    @contextmanager
    def _start(self, command, mark="", stdin=subprocess.DEVNULL):
        """The running meter and the file that it reports to. Whatever still runs at the end of the block is killed."""
        with tempfile.NamedTemporaryFile(dir=self.temporary) as report, open(self.log, "ab") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            with subprocess.Popen(
                [self.program, report.name, mark, *map(str, command)],
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=self.environment,
                cwd=self.temporary,
                start_new_session=True,  # the meter kills its group; Ctrl-C comes to this process alone
            ) as process:
                try:
                    yield process, Path(report.name)
                finally:
                    process.terminate()

    def run(self, command, mark=""):
        """Runs a program to its end; returns its cost and its output."""
        with self._start(command, mark) as (process, report):
            try:
                output, _ = process.communicate(timeout=TIME_LIMIT_S)
            except subprocess.TimeoutExpired:
                raise Failed(f"'{command[0]}' was stopped after {TIME_LIMIT_S} s") from None
            cost = json.loads(report.read_text() or '{"status": "killed"}')
        if cost["status"] != 0:
            raise Failed(self._complaint(command, cost["status"]))
        return Cost(cost["user_s"] + cost["system_s"], cost["wall_s"], cost["mark_s"], cost["peak_kb"] / 1024), output

    @contextmanager
    def conversation(self, command):
        """A program that answers a line with a line: a function from the one to the other."""
        with self._start(command, stdin=subprocess.PIPE) as (process, _):

            def ask(request):
                try:
                    process.stdin.write(f"{request}\n")
                    process.stdin.flush()
                except BrokenPipeError:
                    pass
                for line in process.stdout:
                    if line.startswith(("DONE", "FAIL")):
                        return line.split(maxsplit=1)
                raise Failed(self._complaint(command, "early"))

            yield ask

    def _complaint(self, command, status):
        written = self.log.read_text(errors="replace").rpartition("\n$ ")[2].splitlines()[1:]
        last = [line for line in written if line.strip()][-LOG_LINES_SHOWN:]
        return "\n".join([f"'{Path(command[0]).name}' ended with status {status}; see {self.log}", *last])
