# SPDX-License-Identifier: Apache-2.0
"""W10: what it costs to come to the first row from nothing, and how large the engines are.

Each run is one process (PyFlink: two), measured from outside: CPU seconds until it has ended, wall time until the first
row was in its output, peak memory. The first row has a number of its own, which is what is looked for.
"""

from dataclasses import dataclass
from pathlib import Path

from harness.engines import flink_command, flott_settings
from harness.install import BENCH, Missing
from harness.process import Failed

FIRST_ROW = "4711"
SQL = BENCH / "sql"


@dataclass(frozen=True)
class Start:
    name: str
    title: str
    scripts: dict[str, str]  # by engine; "": all others


STARTS = (
    Start("w10_select", "SELECT of one row without a table", {"": "w10_select"}),
    Start(
        "w10_datagen",
        "1,000 generated rows through a job to the screen",
        {"": "w10_datagen", "duckdb": "w10_datagen_duckdb", "chdb": "w10_datagen_chdb"},
    ),
)

DUCKDB = "import duckdb, sys; print(duckdb.connect(config={'threads': 1}).sql(open(sys.argv[1]).read()).fetchall())"
CHDB = "import chdb, sys; print(chdb.query(open(sys.argv[1]).read().strip().rstrip(';') + ' SETTINGS max_threads = 1'))"


def command(engine, start, tools):
    """The command that an engine starts with, and the text that tells its first row."""
    installer = tools.installer
    script = SQL / f"{start.scripts.get(engine, start.scripts[''])}.sql"
    if engine == "flott":
        if not tools.flott.exists():
            raise Missing(f"no program at {tools.flott}; build it, or name it with --flott PATH")
        return [tools.flott, "run", *flott_settings(), script], FIRST_ROW
    if engine == "flink":
        return [*flink_command(installer), script], FIRST_ROW
    if engine == "pyflink":
        return [installer.flink_python(), BENCH / "peers" / "pyflink_peer.py", script], FIRST_ROW
    if engine == "duckdb":
        return [installer.peers_python(), "-c", DUCKDB, script], FIRST_ROW
    if engine == "chdb":
        return [installer.peers_python(), "-c", CHDB, script], FIRST_ROW
    return [installer.program("limit_sensors"), "1000"], "tumbled"


def measure(engine, start, tools):
    words, mark = command(engine, start, tools)
    cost, _ = tools.meter.run(words, mark)
    if cost.mark_s is None:
        raise Failed(f"'{Path(words[0]).name}' has ended without showing the row {mark}")
    return cost


def sizes(engine, tools):
    """What an engine is made of on disk: name to megabytes. Python itself is not counted."""
    installer = tools.installer
    if engine == "flott":
        return _megabytes(tools.flott, tools.flott.parent / "libflott.so")
    if engine == "flink":
        java = Path(installer.java()).resolve().parent.parent
        return _megabytes(installer.flink_jars(), java)
    if engine == "pyflink":
        return _megabytes(installer.flink_python().parent.parent)
    if engine == "limit":
        return _megabytes(installer.program("limit_sensors"))
    names = {"duckdb": ("duckdb", "_duckdb*.so"), "chdb": ("chdb", "chdb_core.libs")}[engine]
    environment = installer.peers_python().parent.parent
    return _megabytes(*(path for name in names for path in environment.glob(f"lib/python*/site-packages/{name}")))


def _megabytes(*paths):
    def size(path):
        return sum(f.lstat().st_size for f in path.rglob("*") if f.is_file()) if path.is_dir() else path.stat().st_size

    return {path.name: size(path) / 1e6 for path in paths if path.exists()}
