# SPDX-License-Identifier: Apache-2.0
"""Runs a script on ClickHouse within this process (chDB), with one thread, and prints what its last statement cost."""

from chdb.session import Session

import measured


def main():
    arguments = measured.arguments()
    with Session() as session:
        for statement in ("SET max_threads = 1", "CREATE DATABASE bench", "USE bench"):
            session.query(statement)
        measured.run(arguments.script, session.query)
        if arguments.rows_to:
            arguments.rows_to.write_bytes(session.query("SELECT * FROM results", "CSV").bytes())


main()
