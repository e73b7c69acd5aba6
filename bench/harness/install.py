# SPDX-License-Identifier: Apache-2.0
"""What a run needs besides flott, made when first asked for and kept in a cache folder.

    ~/.cache/flott-bench/
        peers/  flink/     virtual environments with the other engines
        built/             limit programs, the Flink harness; by a hash of source, command and CPU
        data/              input files, by kind and rows
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent.parent
REPOSITORY = BENCH.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "flott-bench"

FLINK_VERSION = "1.20.5"
# Each list is one call of pip. Flink's Python package is built from source by what the first call brings.
PEER_PACKAGES = [["duckdb", "chdb", "numpy", "pyarrow"]]
FLINK_PACKAGES = [["--upgrade", "pip", "wheel", "setuptools<70"], [f"apache-flink=={FLINK_VERSION}"]]
# How Flink finds the classes of bench/peers/.
FLINK_SERVICES = {
    "org.apache.flink.table.factories.Factory": ["RowsInMemory", "ColumnsInMemory"],
    "org.apache.flink.metrics.reporter.MetricReporterFactory": ["SourceProgress"],
}

C_FLAGS = ["-std=gnu17", "-D_GNU_SOURCE", "-O3", "-march=native"]


class Missing(Exception):
    """Something is not installed; the text says what, and what to do."""


class Installer:
    def __init__(self, may_download, log, tell):
        self.may_download = may_download
        self.log = log
        self.tell = tell

    # ---- engines from PyPI ----

    def peers_python(self):
        return self._environment("peers", PEER_PACKAGES)

    def flink_python(self):
        return self._environment("flink", FLINK_PACKAGES)

    def flink_jars(self):
        """The folder with Flink's jars."""
        return next(self.flink_python().parent.parent.glob("lib/python*/site-packages/pyflink/lib"))

    def _environment(self, name, calls):
        """The Python of a virtual environment with these packages; a file in it says that it is complete."""
        folder, wanted = CACHE / name, repr(calls)
        python, complete = folder / "bin" / "python", folder / "complete"
        if complete.exists() and complete.read_text() == wanted:
            return python
        if not self.may_download:
            raise Missing(f"not installed in {folder}; run once without --no-setup")
        self.tell(f"installing {' '.join(calls[-1])} into {folder} (once)")
        shutil.rmtree(folder, ignore_errors=True)
        self._call([sys.executable, "-m", "venv", folder])
        for packages in calls:
            self._call([python, "-m", "pip", "install", "--quiet", *packages])
        complete.write_text(wanted)
        return python

    # ---- what is built here ----

    def program(self, name, *, flags=(), at_end=(), depends=()):
        """An executable from bench/NAME.c, built for this CPU; anew when one of the files in `depends` has changed."""
        compiler = os.environ.get("CC") or shutil.which("cc")
        if compiler is None:
            raise Missing("no C compiler; install gcc or clang")
        source = BENCH / f"{name}.c"
        command = [compiler, *C_FLAGS, *flags, source]
        folder = self._built(command + list(at_end), [source, *sorted(BENCH.glob("*.h")), *depends])
        program = folder / name
        if not program.exists():
            self._call([*command, "-o", program, *at_end])
        return program

    def java(self, name="java"):
        found = shutil.which(name)
        if found is None:
            raise Missing(f"no '{name}' in the PATH; install a JDK 11 or 17 (Debian: openjdk-17-jdk-headless)")
        return found

    def flink_classes(self):
        """The class path of the Flink harness: Flink's jars and what is compiled from bench/peers/*.java."""
        jars = f"{self.flink_jars()}/*"
        sources = sorted((BENCH / "peers").glob("*.java"))
        command = [self.java("javac"), "-nowarn", "-cp", jars]
        folder = self._built(command, sources)
        complete = folder / "complete"
        if not complete.exists():
            self._call([*command, "-d", folder, *sources])
            services = folder / "META-INF" / "services"
            services.mkdir(parents=True, exist_ok=True)
            for interface, names in FLINK_SERVICES.items():
                (services / interface).write_text("".join(f"{name}\n" for name in names))
            complete.touch()
        return f"{jars}:{folder}"

    def _built(self, command, sources):
        """A folder whose name changes with the command, the sources and the CPU."""
        key = hashlib.sha256(f"{command} {cpu_flags()}".encode())
        for source in sources:
            key.update(source.read_bytes())
        folder = CACHE / "built" / key.hexdigest()[:16]
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def input_file(self, kind, rows):
        maker = self.program("make_input")
        path = CACHE / "data" / maker.parent.name / f"{kind}_{rows}"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            half = path.with_suffix(".part")
            self._call([maker, kind, rows, half])
            half.rename(path)
        return path

    def input_columns(self, rows):
        """A folder by make_columns."""
        maker = self.program("make_columns")
        folder = CACHE / "data" / maker.parent.name / f"columns_{rows}"
        if not folder.exists():
            half = folder.with_suffix(".part")
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir(parents=True)
            self._call([maker, rows, half])
            half.rename(folder)
        return folder

    def _call(self, command):
        with open(self.log, "ab") as log:
            log.write(f"\n$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            if subprocess.run(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log).returncode != 0:
                raise Missing(f"'{' '.join(map(str, command[:5]))} …' has failed; see {self.log}")


def cpu_flags():
    """A text that differs between CPUs with different instructions."""
    for line in _cpu_lines():
        if line.startswith(("flags", "Features")):
            return line
    return platform.machine()


def cpu_name():
    for line in _cpu_lines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _cpu_lines():
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
