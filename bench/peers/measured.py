# SPDX-License-Identifier: Apache-2.0
"""What the Python peers share: a script's statements, and the cost of its last one.

The statements before the last prepare (they load the input); the last one runs twice and the second run is measured, so
that neither Python's start nor the first touch of the engine counts. The CPU time is that of the process.
"""

import argparse
import json
import time
from pathlib import Path


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("script", type=Path)
    parser.add_argument("--input", type=Path, help="a file by make_input readings, for scripts that read 'input'")
    parser.add_argument("--rows-to", type=Path, help="write the table 'results' to this file as CSV")
    return parser.parse_args()


def run(script, execute):
    """Prints the cost of the script's last statement as JSON."""
    text = "\n".join(line for line in script.read_text().splitlines() if not line.startswith("--"))
    *before, last = [part.strip() for part in text.split("\n\n") if part.strip()]
    for statement in before + [last]:
        execute(statement)
    cpu_s, wall_s = time.process_time(), time.monotonic()
    execute(last)
    print(json.dumps({"cpu_s": time.process_time() - cpu_s, "wall_s": time.monotonic() - wall_s}))
