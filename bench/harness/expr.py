# SPDX-License-Identifier: Apache-2.0
"""How bench/expr asks each engine for an expression: its rows, to be compared, and the CPU time of its query and its base."""

import csv
import re
import shutil
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal

from harness.engines import Noise, flink_session, flott_program
from harness.expressions import COLUMNS, DIALECTS
from harness.install import BENCH, FLINK_VERSION
from harness.process import Failed
from harness.results import differences

CHECK_ROWS = 2000
LEAST_NS = 0.1  # a row: a difference of two queries that is less says nothing,
NOISE = 0.05  # and so does one that is a smaller share of the base
REAL_DIGITS = 12


# ---- engines ----


class Engine:
    """A program that is asked line by line; it has the rows in memory."""

    def __init__(self, name, tools, rows):
        self.name, self.tools, self.rows = name, tools, rows
        self.version = ""
        self._program = ExitStack()

    def start(self):
        """Whatever is missing is told by Missing."""
        self._ask_program = self._program.enter_context(self.tools.meter.conversation(self._command()))

    def leave(self):
        self._program.close()

    def check(self, expression):
        """The expression of the first rows: (row, value), sorted."""
        path = self.tools.temporary / f"{self.name}_rows"
        self._ask(f"rows\t{path}\t{expression.check(self.name, CHECK_ROWS)}")
        return read_results([path], expression.kind)

    def warm(self, expression):
        """What must run before it is measured; the other programs repeat a query many times anyway."""

    def time(self, expression):
        """CPU nanoseconds a row of the query and of its base."""
        return tuple(self._time(sql) for sql in (expression.query(self.name), expression.base(self.name)))

    def _time(self, sql):
        return float(self._ask(f"time\t{sql}")) / self.rows * 1e9

    def _ask(self, request):
        answer, *text = self._ask_program(request)
        if answer == "FAIL":
            raise Failed(text[0].strip() if text else "refused")
        return text[0] if text else ""


class Flott(Engine):
    def start(self):
        super().start()
        types = ", ".join(f"{name} {kinds[DIALECTS['flott']]}" for name, kinds in COLUMNS.items())
        self._ask(f"rows\t/dev/null\tCREATE TABLE input ({types}) WITH ('connector' = 'arrow', 'name' = 'columns')")

    def _command(self):
        return [flott_program(self.tools, "expr_flott"), self.tools.installer.input_columns(self.rows)]


class BatchEngine(Engine):
    def _command(self):
        python = self.tools.installer.peers_python()
        packages = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
        self.version = self.tools.meter.run([python, "-c", packages, self.name])[1].strip()
        types = [f"{name}={kinds[DIALECTS[self.name]]}" for name, kinds in COLUMNS.items()]
        return [python, BENCH / "peers" / "expr_peer.py", self.name, self.tools.installer.input_columns(self.rows), *types]


class Flink(Engine):
    """Each query is a job into a blackhole; of its rows the last three quarters count (FlinkPeer.java)."""

    RUN_ROWS = 2_000_000

    def _command(self):
        self.version = FLINK_VERSION
        return flink_session(self.tools.installer)

    def check(self, expression):
        folder = self.tools.temporary / "flink_rows" / re.sub(r"\W+", "_", expression.name)
        sink = f"'connector' = 'filesystem', 'path' = '{folder}', 'format' = 'csv'"
        self._job(expression, CHECK_ROWS, ("id", *expression.columns), sink, f"id, {expression.spelled('flink')} AS r",
                  self.tools.installer.input_columns(CHECK_ROWS))
        files = [f for f in folder.rglob("*") if f.is_file() and f.name[0] not in "._"]
        try:
            return read_results(files, expression.kind)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def warm(self, expression):
        self._cost(expression, f"{expression.spelled('flink')} AS r")

    def time(self, expression):
        return tuple(self._cost(expression, text) for text in
                     (f"{expression.spelled('flink')} AS r", ", ".join(expression.columns)))

    def _cost(self, expression, selected):
        left, cpu_s, _ = self._job(expression, self.RUN_ROWS, expression.columns, "'connector' = 'blackhole'", selected,
                                   self.tools.installer.input_columns(self.rows)).split()
        if int(left) == 0:
            raise Noise(f"{self.RUN_ROWS:,} rows were through at once")
        return float(cpu_s) / int(left) * 1e9

    def _job(self, expression, rows, columns, sink, selected, folder):
        types = ", ".join(f"{name} {COLUMNS[name][DIALECTS['flink']]}" for name in columns)
        script = self.tools.scripts / "expr_flink.sql"
        script.write_text(f"CREATE TABLE input ({types})\n"
                          f"WITH ('connector' = 'columns', 'path' = '{folder}', 'rows' = '{rows}')\n\n"
                          f"CREATE TABLE dropped WITH ({sink}) AS\nSELECT {selected} FROM input\n")
        return self._ask(f"{rows} {script}")


ENGINES = {"flott": Flott, "flink": Flink, "duckdb": BatchEngine, "chdb": BatchEngine}


# ---- results ----


def _truth(text):
    return {"true": True, "1": True, "false": False, "0": False}[text.lower()]


def _time(text):
    return datetime.fromisoformat(text.rstrip("Z"))


def _real(text):
    return f"{float(text):.{REAL_DIGITS}g}"


KINDS = {"number": lambda text: Decimal(text).normalize(), "real": _real, "truth": _truth, "text": str, "hex": str.lower,
         "time": _time}


def read_results(files, kind):
    """Rows of a number and a value, which are compared as values: 1 and true, 1.50 and 1.5. NULL is the empty text."""
    read, rows = KINDS[kind], []
    for file in files:
        with open(file, newline="") as lines:
            for number, value in csv.reader(lines):
                rows.append((int(number), "" if value in ("", "\\N", "NULL") else _value(read, kind, value)))
    return sorted(rows, key=lambda row: row[0])


def _value(read, kind, text):
    """A number that one engine writes as 5 and another as 5.0 is one text, too."""
    try:
        return _real(text) if kind == "text" else read(text)
    except (ValueError, ArithmeticError, LookupError):
        if kind != "text":
            raise Failed(f"'{text}' is no {kind}") from None
        return text


# ---- all ----


class Bench:
    def __init__(self, engines, rounds, tell):
        self.engines, self.rounds, self.tell = engines, rounds, tell
        self.sound = True

    def expression(self, expression):
        """The record of an expression (report.py)."""
        results, problems, samples = {}, {}, {}
        self.tell(f"{expression.name}: comparing results")
        for name, engine in self.engines.items():
            self._try(problems, name, lambda: results.update({name: engine.check(expression)}))
        model = next((name for name in ("flink", "duckdb", "chdb", "flott") if name in results), None)
        for name, found in results.items():
            if lines := differences(found, results[model]):
                self._fail(problems, name, "\n".join(["results differ from " + model, *lines]))
        for name, engine in self.engines.items():
            if self.rounds > 0 and name not in problems:
                self._try(problems, name, lambda: engine.warm(expression))
        for number in range(self.rounds):
            for name, engine in _turned(list(self.engines.items()), number):
                if name not in problems:
                    self._try(problems, name, lambda: samples.setdefault(name, []).append(engine.time(expression)))
        return {"name": expression.name, "sql": expression.spelled("flink"), "problems": problems, "samples": samples,
                "compared": [name for name in results if name not in problems],
                "ns": {name: ns for name, done in samples.items() if name not in problems and (ns := _net(done))}}

    def _try(self, problems, name, do):
        try:
            do()
        except Noise as e:
            self.tell(f"{name}: no figure from this round: {e}")
        except Failed as e:
            self._fail(problems, name, str(e))

    def _fail(self, problems, name, problem):
        self.sound = False
        problems[name] = problem


def _turned(items, by):
    """Another one comes first in each round: whoever comes after a JVM has its compiler and collector for company."""
    by %= len(items)
    return items[by:] + items[:by]


def _net(samples):
    """Nanoseconds a row of the expression alone; None: they are lost in those of its base. The least of the rounds count,
    for whatever else runs on a machine only adds, and adds more than a cheap expression costs."""
    whole, base = (min(sample[k] for sample in samples) for k in (0, 1))
    return whole - base if whole - base > max(NOISE * base, LEAST_NS) else None
