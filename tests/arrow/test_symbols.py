#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""libflott.so exports what flott.h declares as FLOTT_API, and nothing else.

test_symbols.py NM LIBRARY HEADER"""
import re
import subprocess
import sys

nm, library, header = sys.argv[1:]
listed = subprocess.run([nm, "-D", "--defined-only", library], capture_output=True, text=True, check=True).stdout
exported = {line.split()[-1].split("@")[0] for line in listed.splitlines()}
with open(header, encoding="utf-8") as f:
    declared = set(re.findall(r"^FLOTT_API [^;(]*?(flott_\w+)\(", f.read(), re.MULTILINE))
for what, names in ("not declared", exported - declared), ("not exported", declared - exported):
    for name in sorted(names):
        print(f"{what}: {name}")
sys.exit(exported != declared or not declared)
