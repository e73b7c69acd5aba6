# SPDX-License-Identifier: Apache-2.0
"""bench/expr in DuckDB or ClickHouse (chDB), with one thread: the columns of a folder by make_columns become a table of the
engine, then requests come, a line each with tabs between its parts, and are answered with a line, DONE … or FAIL ….

    rows FILE SQL     runs a query; its rows go to FILE as CSV
    time SQL          runs a query again and again for 0.2 CPU seconds or more; answers the CPU seconds of one run
"""

import sys
import tempfile
import time
from pathlib import Path

import pyarrow

TIMED_S = 0.2
RUNS_MIN = 3
FIXED = {"i": pyarrow.int32(), "l": pyarrow.int64(), "g": pyarrow.float64(), "tsm:": pyarrow.timestamp("ms")}


def column(folder, name, form):
    def part(which):
        path = folder / f"{name}.{which}"
        return pyarrow.py_buffer(path.read_bytes()) if path.exists() else None

    values, offsets = part("values"), part("offsets")
    rows = (folder / "id.values").stat().st_size // 8
    if form == "u":
        return pyarrow.Array.from_buffers(pyarrow.string(), rows, [None, offsets, values])
    if form == "+l:i":
        items = pyarrow.Array.from_buffers(pyarrow.int32(), values.size // 4, [None, values])
        return pyarrow.Array.from_buffers(pyarrow.list_(pyarrow.int32()), rows, [None, offsets], children=[items])
    if form.startswith("d:"):
        return pyarrow.Array.from_buffers(pyarrow.decimal128(*map(int, form[2:].split(","))), rows, [None, values])
    return pyarrow.Array.from_buffers(FIXED[form], rows, [part("valid"), values])


def table(folder):
    listed = [line.split() for line in (folder / "columns").read_text().splitlines()]
    return pyarrow.table({name: column(folder, name, form) for name, form in listed})


class DuckDB:
    def __init__(self, rows, types):
        import duckdb

        self.database = duckdb.connect(config={"threads": 1})
        self.database.register("handed_in", rows)
        self.database.execute("CREATE TABLE input AS SELECT "
                              + ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in types.items())
                              + " FROM handed_in")
        self.database.unregister("handed_in")

    def run(self, sql):
        self.database.execute(sql).fetchall()

    def write(self, sql, path):
        self.database.execute(f"COPY ({sql}) TO '{path}' (FORMAT csv, HEADER false)")


class ChDB:
    def __init__(self, rows, types):
        from chdb.session import Session

        self.session = Session()
        for statement in ("SET max_threads = 1", "CREATE DATABASE bench", "USE bench",
                          f"CREATE TABLE input ({', '.join(f'{name} {kind}' for name, kind in types.items())}) "
                          "ENGINE = Memory"):
            self.session.query(statement)
        with tempfile.NamedTemporaryFile(suffix=".arrow") as file:
            with pyarrow.ipc.new_file(file.name, rows.schema) as out:
                out.write_table(rows, max_chunksize=1 << 16)
            self.session.query(f"INSERT INTO input SELECT * FROM file('{file.name}', Arrow)")

    def run(self, sql):
        self.session.query(sql)

    def write(self, sql, path):
        Path(path).write_bytes(self.session.query(sql, "CSV").bytes())


def answer(engine, request):
    kind, *rest = request.rstrip("\n").split("\t")
    if kind == "rows":
        path, sql = rest
        engine.write(sql, path)
        return ""
    runs, began_s, used_s = 0, time.process_time(), 0.0
    while runs < RUNS_MIN or used_s < TIMED_S:
        engine.run(rest[0])
        runs += 1
        used_s = time.process_time() - began_s
    return f"{used_s / runs:.9f}"


def main():
    name, folder, *types = sys.argv[1:]
    engine = {"duckdb": DuckDB, "chdb": ChDB}[name](table(Path(folder)), dict(t.split("=", 1) for t in types))
    for request in sys.stdin:
        try:
            print(f"DONE {answer(engine, request)}", flush=True)
        except Exception as e:  # whatever the engine refuses is an answer
            print(f"FAIL {' '.join(str(e).split())[:200]}", flush=True)


main()
