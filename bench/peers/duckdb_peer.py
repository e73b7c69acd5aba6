# SPDX-License-Identifier: Apache-2.0
"""Runs a script on DuckDB with one thread and prints what its last statement cost."""

import duckdb
import numpy

import measured

READING = numpy.dtype([("sensor", "i4"), ("reading", "i4"), ("at_ms", "i8")])


def main():
    arguments = measured.arguments()
    database = duckdb.connect(config={"threads": 1})
    if arguments.input:
        readings = numpy.fromfile(arguments.input, dtype=READING)
        database.register("input", {name: numpy.ascontiguousarray(readings[name]) for name in READING.names})
        del readings
    measured.run(arguments.script, database.execute)
    if arguments.rows_to:
        database.execute(f"COPY results TO '{arguments.rows_to}' (FORMAT csv, HEADER false)")


main()
