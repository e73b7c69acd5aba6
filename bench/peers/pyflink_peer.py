# SPDX-License-Identifier: Apache-2.0
"""Runs a script as a PyFlink program would, and prints the rows of its queries: W10 only."""

import sys
from pathlib import Path

from pyflink.table import EnvironmentSettings, TableEnvironment


def main():
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    text = "\n".join(line for line in Path(sys.argv[1]).read_text().splitlines() if not line.startswith("--"))
    for statement in text.split("\n\n"):
        result = tables.execute_sql(statement)
        if not statement.strip().startswith("SELECT"):
            result.wait()
            continue
        with result.collect() as rows:
            for row in rows:
                print(row, flush=True)


main()
