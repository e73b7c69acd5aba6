# SPDX-License-Identifier: Apache-2.0
"""Reads what the engines have written and compares it, row for row.

Engines agree on values, not on texts: 0, 0.0 and 0.00 are one number; 1767225610000, 2026-01-01T00:00:10 and
"2026-01-01 00:00:10.000" are one time. A field is brought into one form by its kind.
"""

import csv
import json
from datetime import datetime, timedelta
from decimal import Decimal

DIFFERENCES_SHOWN = 3
EPOCH = datetime(1970, 1, 1)


def _time(text):
    if text.isdigit():
        return EPOCH + timedelta(milliseconds=int(text))
    whole, _, fraction = text.rstrip("Z").replace("T", " ").partition(".")
    return datetime.strptime(whole, "%Y-%m-%d %H:%M:%S").replace(microsecond=int(fraction[:6].ljust(6, "0")))


KINDS = {"text": str, "number": lambda text: Decimal(text).normalize(), "time": _time}


def read_rows(path, columns):
    """The rows of a CSV or JSON-lines file, or of the files in a folder, sorted; `columns` is a name and kind each."""
    files = [path] if path.is_file() else sorted(f for f in path.rglob("*") if f.is_file() and f.name[0] not in "._")
    read = [KINDS[kind] for kind in columns.values()]
    rows = []
    for file in files:
        with open(file, newline="") as lines:
            for fields in _fields(lines, list(columns)):
                rows.append(tuple(make(field) for make, field in zip(read, fields, strict=True)))
    return sorted(rows)


def _fields(lines, names):
    first = lines.read(1)
    lines.seek(0)
    if first != "{":
        return csv.reader(lines)
    objects = (json.loads(line, parse_float=str, parse_int=str) for line in lines)
    return ([row[name] for name in names] for row in objects)


def differences(rows, wanted):
    """What the first differing rows are, as lines of text; none if all are equal. Both lists are sorted."""
    if rows == wanted:
        return []
    missing, extra = _without(wanted, rows), _without(rows, wanted)
    lines = [f"{len(rows)} rows, expected {len(wanted)}; {len(missing)} are missing, {len(extra)} should not be there"]
    lines += [f"missing: {_show(row)}" for row in missing[:DIFFERENCES_SHOWN]]
    lines += [f"extra:   {_show(row)}" for row in extra[:DIFFERENCES_SHOWN]]
    return lines


def _without(rows, others):
    """The rows that are left when each of the others has taken away one that is equal to it. Sorted, as its arguments."""
    left, others = [], iter(others)
    other = next(others, None)
    for row in rows:
        while other is not None and other < row:
            other = next(others, None)
        if other == row:
            other = next(others, None)
        else:
            left.append(row)
    return left


def _show(row):
    return ", ".join(str(field) for field in row)
