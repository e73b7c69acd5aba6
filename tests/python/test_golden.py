# SPDX-License-Identifier: Apache-2.0
"""Runs the recorded PyFlink programs (tests/golden/python) and compares what they print, byte for byte.

Those named in passing.txt must agree. One that is not named and agrees is to be added, so that the number never sinks.

    test_golden.py [NAME…]        all, or those named; with names, differences are shown
"""
import difflib
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden" / "python"
PASSING = HERE / "passing.txt"


def run(program):
    """Exit code, output and errors of a program on flott."""
    env = dict(os.environ, TZ="UTC", LC_ALL="C.UTF-8", PYTHONUNBUFFERED="1")
    try:
        done = subprocess.run([sys.executable, "-m", "flott", str(program)], stdin=subprocess.DEVNULL,
                              capture_output=True, env=env, timeout=60)
    except subprocess.TimeoutExpired as e:
        return None, e.stdout or b"", b"still running after 60 s"
    return done.returncode, done.stdout, done.stderr


def last_line(text):
    lines = text.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""


def main(names):
    must = {line.strip() for line in PASSING.read_text().splitlines() if line.strip() and not line.startswith("#")}
    programs = sorted(p for p in GOLDEN.glob("*.py") if not names or p.stem in names)
    unknown = (must | set(names)) - {p.stem for p in GOLDEN.glob("*.py")}
    faults = [f"{name}: there is no such program" for name in sorted(unknown)]
    good = 0
    for program in programs:
        expected = program.with_suffix(".out").read_bytes()
        code, out, errors = run(program)
        right = code == 0 and out == expected
        good += right
        if right and program.stem not in must:
            faults.append(f"{program.stem}: agrees with Flink: add it to {PASSING.name}")
        if not right and program.stem in must:
            faults.append(f"{program.stem}: exit code {code}; {last_line(errors)}")
        if not right and (names or program.stem in must):
            sys.stdout.writelines(difflib.unified_diff(
                expected.decode("utf-8", "replace").splitlines(True), out.decode("utf-8", "replace").splitlines(True),
                f"{program.stem}: Flink", "flott"))
    print(f"{good} of {len(programs)} programs print what they print on Flink")
    for fault in faults:
        print(f"FAULT {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
