#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints docs/functions.md, and tells how many recorded lines exercise each function of Flink SQL.

    functions_coverage.py page FLOTT > docs/functions.md      what `flott functions` knows, by category, with its version
    functions_coverage.py count                               a line for each function of the census: lines, name
    functions_coverage.py check FLOTT                         the test: fails if a function has no line, or the page is stale

The census of functions is tests/data/functions.tsv. A line is a row of a table (*.tsv), or a statement of a script
(*.test), below tests/golden and tests/sql; functions that only later versions than 1.20 have may still be without one.
The page leaves the counts out, so that a new test does not make it stale.
"""
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TITLES = {  # category of the census: title on the page, in its order
    "comparison": "Comparison", "logical": "Logic", "arithmetic": "Numbers", "string": "Texts", "temporal": "Time",
    "conditional": "Conditions", "conversion": "Conversion", "collection": "Arrays and maps", "json": "JSON",
    "variant": "VARIANT", "valueconstruction": "Making values", "valuemodification": "Changing values",
    "valueaccess": "Reading values", "hash": "Digests", "aggregate": "Aggregates", "grouping": "Grouping sets",
    "window": "Windows", "match_recognize": "MATCH_RECOGNIZE", "table-function": "Table functions", "model": "Models",
    "scalar-function": "Functions of users", "catalog": "Catalog", "": "Others",
}
HEAD = """# Functions

The functions and operators that flott knows, by topic: how each is called, what it gives, and the version of Apache Flink
that brought it. `flott functions NAME` shows the same in a terminal.

This page is printed from the tables in `src/expr`: `ninja -C build docs` writes it anew.
"""
# What a census name is called in our tables, where it is not the same.
SPELLED = {"TUMBLE (group)": "TUMBLE", "ARRAY[]": "ARRAY", "MAP[]": "MAP", "array[i]": "ITEM", "row.field": "FIELD",
           "LOG(base)": "LOG", "CASE value": "CASE", "COUNT(*)": "COUNT", "IN (list)": "IN", "NOT IN (list)": "NOT IN",
           "CARDINALITY(array)": "CARDINALITY", "UNIX_TIMESTAMP()": "UNIX_TIMESTAMP",
           "datetime - datetime": "MINUS_DATE"}
INTERNAL = {"ITEM OR NULL"}  # forms that nobody writes


class Function:
    """A line of the census."""

    def __init__(self, line):
        self.category, self.name, self.since, *pattern = line.split("\t")
        pattern = pattern[0] if pattern else ""
        self.in_programs = pattern.startswith("py:")
        self.pattern = re.compile(pattern.removeprefix("py:"), re.I) if pattern else None   # None: NAME(
        self.later = self.since != "1.20"


def read_census():
    text = (ROOT / "tests/data/functions.tsv").read_text(encoding="utf-8")
    return [Function(line) for line in text.split("\n") if line and not line.startswith("#")]


def statements(text):
    """The records of a script without their answers."""
    for record in re.split(r"\n\s*\n", text):
        lines = [line for line in record.split("\n") if not line.startswith("#")]
        if lines and lines[0].split(" ")[0] in ("sql", "query", "start"):
            yield " ".join(lines[1:lines.index("----")] if "----" in lines else lines[1:])


def test_lines():
    for folder in ("tests/golden", "tests/sql"):
        for path in sorted((ROOT / folder).rglob("*.tsv")):
            for line in path.read_text(encoding="utf-8").split("\n"):
                if line and not line.startswith("#") and path.name != "oddities.tsv":
                    yield line.split("\t")[0].replace("RAND() < 2", "RAND()")
        for path in sorted((ROOT / folder).rglob("*.test")):
            yield from statements(path.read_text(encoding="utf-8"))


def count():
    """-> [(function, number of lines that exercise it)]"""
    lines = list(test_lines())
    calls = Counter(name for line in lines for name in set(re.findall(r"\b(\w+)\(", line.upper())))
    programs = [p.read_text(encoding="utf-8") for p in sorted((ROOT / "tests/golden/python").glob("*.py"))]
    return [(f, calls[f.name] if f.pattern is None else
             sum(1 for line in (programs if f.in_programs else lines) if f.pattern.search(line)))
            for f in read_census()]


def cell(text):
    """As the cell of a table: text in Markdown."""
    return re.sub(r"([|<>*_\[\]])", r"\\\1", text)


def code(signature):
    return "`" + signature.replace("|", "\\|") + "`"


def page(flott):
    listed = subprocess.run([flott, "functions"], check=True, capture_output=True, encoding="utf-8").stdout
    known = {}
    for f in read_census():
        known.setdefault(SPELLED.get(f.name, f.name), f)
    topics = {category: [] for category in TITLES}
    for line in listed.splitlines():
        name, signature, sentence = line.split("\t")
        if name in INTERNAL:
            continue
        f = known.get(name) or known.get(name.replace("IS NOT ", "IS "))
        forms = ", ".join(code(form) for form in re.findall(r"'(?:[^']|'')*?'(?=, '|$)", signature)) or code(signature)
        row = f"| {code(name)} | {forms.replace(chr(39), '')} | {cell(sentence)} | {f.since if f else ''} |"
        topics[f.category if f else ""].append(row)
    out = HEAD
    for category, rows in topics.items():
        if rows:
            out += f"\n## {TITLES[category]}\n\n| name | forms | what it gives | since |\n|---|---|---|---|\n"
            out += "\n".join(sorted(rows)) + "\n"
    return out


def check(flott):
    findings = [f"no test line exercises {f.name} ({f.category}, Flink {f.since})" for f, n in count()
                if n == 0 and not f.later]
    written = ROOT / "docs/functions.md"
    if not written.exists() or written.read_text(encoding="utf-8") != page(flott):
        findings.append("docs/functions.md is stale: ninja -C build docs")
    print("\n".join(findings) or "every function has a test line, and docs/functions.md is up to date")
    return len(findings) > 0


def main():
    match sys.argv[1:]:
        case ["page", flott]:
            sys.stdout.write(page(flott))
        case ["count"]:
            for f, n in count():
                print(f"{n:6}  {f.name}" + (f"  (Flink {f.since})" if f.later else ""))
        case ["check", flott]:
            return check(flott)
        case _:
            sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main())
