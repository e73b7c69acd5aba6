"""Adds up what test programs have reported: summary.py TESTLOG.json...

Each argument is a log of `meson test`. A program that counts its cases itself (cmocka, unittest, flott test) counts as
many; any other is one. A program that failed without naming a case is one failure. Prints the programs that failed and,
last, `N passed, N failed`; the exit code is 1 if anything failed or nothing ran.

SPDX-License-Identifier: Apache-2.0
"""
import json
import re
import sys


def count(result):
    """The (passed, failed) cases of one entry of a log."""
    text = result.get("stdout", "") + "\n" + result.get("stderr", "")
    passed = failed = 0
    if "[==========]" in text:  # cmocka
        passed = len(re.findall(r"^\[       OK \]", text, re.M))
        failed = len(re.findall(r"^\[  FAILED  \] \S+$", text, re.M)) // 2  # named where it happens and in the summary
    elif ran := re.search(r"^Ran (\d+) tests? in ", text, re.M):  # unittest
        problems = re.search(r"^FAILED \((.*)\)", text, re.M)
        failed = sum(int(n) for n in re.findall(r"(?:failures|errors)=(\d+)", problems[1])) if problems else 0
        skipped = sum(int(n) for n in re.findall(r"^(?:OK|FAILED) \(.*skipped=(\d+)", text, re.M))
        passed = int(ran[1]) - failed - skipped
    elif totals := re.findall(r"^(\d+) passed, (\d+) failed", text, re.M):  # flott test: the last line adds up
        passed, failed = (int(n) for n in totals[-1])
    if result["result"] in ("OK", "EXPECTEDFAIL"):
        return max(passed, 1), failed
    return passed, max(failed, 1)


def main(logs):
    passed = failed = 0
    for log in logs:
        with open(log, encoding="utf-8") as lines:
            for result in map(json.loads, lines):
                if result["result"] == "SKIP":
                    print(f"skipped: {result['name']}")
                    continue
                ok, bad = count(result)
                passed, failed = passed + ok, failed + bad
                if bad:
                    print(f"failed: {result['name']} ({log})")
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
