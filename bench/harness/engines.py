# SPDX-License-Identifier: Apache-2.0
"""How each engine runs a job, and which of its CPU seconds count.

    flott     one process for each run, all of it counts. W1a: a C program over flott.h; the query alone counts
    flink     one JVM for each workload; of a job, the last three quarters of the rows count, so that its start does not
    duckdb    one process for each run, one thread; the second run of the statement counts
    chdb      likewise
    limit     one process for each run, all of it counts. W1a: the windows alone
"""

import json
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template

from harness.install import BENCH, C_FLAGS, FLINK_VERSION, REPOSITORY, Installer, Missing
from harness.process import Failed, Meter
from harness.results import read_rows

FLINK_HEAP = "4g"
FLOTT_LIBRARIES = ["-lutf8proc", "-lpcre2-8", "-lnettle", "-lm", "-ldl", "-pthread"]


class Noise(Exception):
    """A measurement that says nothing; the text says why. Another round may do better."""


@dataclass(frozen=True)
class Sample:
    rows: int
    cpu_s: float
    wall_s: float
    peak_mb: float | None = None


@dataclass(frozen=True)
class Tools:
    installer: Installer
    meter: Meter
    scripts: Path  # where filled-in SQL goes, to be run again by hand
    temporary: Path
    flott: Path


class Values(dict):
    """What placeholders stand for. The input file is made when it is asked for: a generated job has no need of it."""

    def __init__(self, make_input, *values, **more):
        super().__init__(*values, **more)
        self._make_input = make_input

    def __missing__(self, name):
        if name != "INPUT":
            raise KeyError(name)
        return self._make_input()


def told(printed, name):
    """A number that a program has measured itself and printed in a JSON object."""
    try:
        return json.loads(printed)[name]
    except (ValueError, LookupError):
        raise Failed(f"it should have printed {{\"{name}\": …}}, not: {printed[:200]!r}") from None


class Engine:
    """One of the engines. What it lacks is told by Missing, at the first call for a job."""

    name = ""
    version = ""

    def __init__(self, tools):
        self.tools = tools

    def prepare(self, job):
        """Installs and builds what the job needs."""

    def leave(self):
        """Ends what is still running after a workload."""

    def check(self, job, variant, rows):
        """The results of the job, to be compared: sorted rows, or for a conserved job what the windows have counted."""
        with self._output() as output:
            printed = self._execute(job, variant, variant.checked, rows, output)[1]
            try:
                return self._counted(job, output, printed) if job.conserved else read_rows(output, job.columns)
            except (ValueError, ArithmeticError, LookupError) as e:
                raise Failed(f"its results are not what they should look like: {e!r}") from None

    def measure(self, job, variant, rows):
        with self._output() as output:
            return self._execute(job, variant, variant.timed, rows, output)[0]

    def _execute(self, job, variant, commands, rows, output):
        """Runs the commands; returns a sample and what was printed."""
        raise NotImplementedError

    def _counted(self, job, output, printed):
        """Rows counted by tumbling and by sliding windows."""
        readings = list(job.columns).index("readings")
        return tuple(int(sum(row[readings] for row in read_rows(output / f, job.columns))) for f in ("tumbled", "slid"))

    @contextmanager
    def _output(self):
        path = self.tools.temporary / f"{self.name}_result"
        try:
            yield path
        finally:
            if path.is_dir():
                shutil.rmtree(path)
            path.unlink(missing_ok=True)

    def _values(self, job, rows, output):
        return Values(lambda: self.tools.installer.input_file(job.input, rows), job.values, ROWS=rows, OUTPUT=output)

    def _script(self, job, variant, parts, values):
        """Parts of SQL, joined and filled in, as a file."""
        text = "\n".join((BENCH / "sql" / f"{part}.sql").read_text() for part in parts)
        path = self.tools.scripts / f"{job.name}_{variant.label.replace(' ', '_')}.sql"
        path.write_text(Template(text).substitute(values))
        return path


class Flott(Engine):
    name = "flott"

    def prepare(self, job):
        if not self.tools.flott.exists():
            raise Missing(f"no program at {self.tools.flott}; build it, or name it with --flott PATH")
        if job.in_memory:
            flott_program(self.tools, "w1a_flott")

    def _execute(self, job, variant, commands, rows, output):
        values = self._values(job, rows, output)
        script = self._script(job, variant, commands, values)
        if job.in_memory:
            command = [flott_program(self.tools, "w1a_flott"), script, values["INPUT"], output]
        else:
            command = [self.tools.flott, "run", *flott_settings(), script]
        cost, printed = self.tools.meter.run(command)
        cpu_s = told(printed, "cpu_s") if job.in_memory else cost.cpu_s
        return Sample(rows, cpu_s, cost.wall_s, cost.peak_mb), printed


def flott_program(tools, name):
    """A program of bench/ over flott.h, linked with the library of the build that is measured."""
    library = tools.flott.parent / "libflott_core.a"
    if not library.exists():
        raise Missing(f"no libflott_core.a in {library.parent}, which the job needs for flott.h")
    # the archive only points to objects, so the program that is linked with it stands for what is in it
    return tools.installer.program(name, flags=[f"-I{REPOSITORY / 'include'}"],
                                   at_end=[library, *FLOTT_LIBRARIES], depends=[tools.flott])


def flott_settings():
    return ["-D", "parallelism.default=1", "-D", "table.local-time-zone=UTC"]


class Limit(Engine):
    name = "limit"

    def prepare(self, job):
        self.version = " ".join(C_FLAGS)
        for variant in job.variants:
            if variant.engine == self.name:
                self.tools.installer.program(variant.timed[0])

    def _execute(self, job, variant, commands, rows, output):
        values = self._values(job, rows, output)
        program, *arguments = (Template(part).substitute(values) for part in commands)
        cost, printed = self.tools.meter.run([self.tools.installer.program(program), *arguments])
        cpu_s = told(printed, "cpu_s") if job.in_memory else cost.cpu_s
        return Sample(rows, cpu_s, cost.wall_s, cost.peak_mb), printed

    def _counted(self, job, output, printed):
        return told(printed, "tumbled"), told(printed, "slid")


class BatchEngine(Engine):
    """DuckDB or chDB: a program in bench/peers/ that measures inside."""

    def prepare(self, job):
        python = self.tools.installer.peers_python()
        packages = "import importlib.metadata as m, sys; print(m.version(sys.argv[1]))"
        self.version = self.tools.meter.run([python, "-c", packages, self.name])[1].strip()

    def _execute(self, job, variant, commands, rows, output):
        values = self._values(job, rows, output)
        script = self._script(job, variant, commands, values)
        command = [self.tools.installer.peers_python(), BENCH / "peers" / f"{self.name}_peer.py", script]
        if job.in_memory and self.name == "duckdb":
            command += ["--input", values["INPUT"]]
        if "${OUTPUT}" not in (BENCH / "sql" / f"{commands[-1]}.sql").read_text():
            command += ["--rows-to", output]
        cost, printed = self.tools.meter.run(command)
        return Sample(rows, told(printed, "cpu_s"), told(printed, "wall_s"), cost.peak_mb), printed


class DuckDB(BatchEngine):
    name = "duckdb"


class ChDB(BatchEngine):
    name = "chdb"


class Flink(Engine):
    name = "flink"

    def __init__(self, tools):
        super().__init__(tools)
        self._jvm = ExitStack()
        self._ask = None

    def prepare(self, job):
        self.tools.installer.flink_classes()
        self.version = FLINK_VERSION

    def leave(self):
        self._jvm.close()
        self._ask = None

    def measure(self, job, variant, rows):
        sample = super().measure(job, variant, rows)
        if sample.rows == 0:
            raise Noise(f"{rows:,} rows were through at once; use more")
        return sample

    def _execute(self, job, variant, commands, rows, output):
        script = self._script(job, variant, commands, self._values(job, rows, output))
        if not self._ask:
            self._ask = self._jvm.enter_context(self.tools.meter.conversation(flink_session(self.tools.installer)))
        answer, text = self._ask(f"{rows} {script}")
        if answer == "FAIL":
            raise Failed(f"Flink refuses {script}: {text.strip()}")
        left, cpu_s, wall_s = text.split()
        return Sample(int(left), float(cpu_s), float(wall_s)), ""


def flink_session(installer):
    """A JVM that takes one job after the other."""
    return flink_command(installer, [f"-Xms{FLINK_HEAP}", f"-Xmx{FLINK_HEAP}", "-XX:+AlwaysPreTouch"])


def flink_command(installer, options=()):
    opens = [f"--add-opens=java.base/java.{name}=ALL-UNNAMED" for name in ("lang", "util")]
    quiet = ["-Dlog4j2.level=OFF"]
    return [installer.java(), *opens, *quiet, *options, "-cp", installer.flink_classes(), "FlinkPeer"]


ENGINES = (Flott, Flink, DuckDB, ChDB, Limit)
