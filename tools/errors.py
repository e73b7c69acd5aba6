#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints docs/errors.md from the catalogue of messages, src/messages/*.h: `tools/errors.py > docs/errors.md`, or
`ninja docs`. tests/messages.py uses it to prove that the catalogue and the sources fit together.

An entry of the catalogue is a comment (why), and a macro of a code, a format, and advice behind FL_ADVICE:

    /* The connector cannot do without this option. */
    #define FL_ERR_OPTION_MISSING \\
        FL_E_VALIDATION, "Missing required options are:\\n\\n%s" \\
        FL_ADVICE "add the option to WITH"
"""
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TITLES = {  # header: the title of its part of the page, in the order of the page
    "syntax": "Syntax", "name": "Names", "type": "Types and time zones", "function": "Functions", "query": "Queries",
    "table": "Tables", "session": "Statements and jobs", "option": "Options", "connector": "Connectors",
    "aws": "Amazon Web Services",
    "kinesis_source": "Kinesis: reading", "kinesis_sink": "Kinesis and Firehose: writing",
    "format": "Formats", "file": "Files", "value": "Values while a job runs", "checkpoint": "Checkpoints",
    "arrow": "Arrow",
}
ENTRY = re.compile(r"(?:/\*(?P<why>(?:(?!\*/).)*)\*/\n)?#define (?P<name>FL_(?:ERR|AT|HINT|DO)_\w+)"
                   r"(?P<body>(?:[^\n]*\\\n)*[^\n]*)", re.S)
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
HEAD = """# Messages

What flott can say when something is wrong, by topic: the message, why it comes, and what to do. Where Apache Flink has words
for a mistake, ours contain them. `…` stands for what only the case knows. With the message comes the place, in the script or
in the data, and advice, often more exact than here.

This page is printed from the headers in `src/messages`: `ninja -C build docs` writes it anew.
"""


class Entry:
    """One macro: `name`, `code` (FL_E_…, or '' where it has none), `text`, `advice`, `why`, and where it stands."""

    def __init__(self, topic, m, line, shared):
        self.topic, self.name, self.line = topic, m["name"], line
        self.why = " ".join(re.sub(r"^ ?\* ?", "", m["why"] or "", flags=re.M).split())
        body = m["body"].replace("\\\n", " ")
        code = re.match(r"\s*(FL_E_\w+),", body)
        self.code = code[1] if code else ""
        text, advice = (body + " FL_ADVICE").split("FL_ADVICE")[:2]
        self.text, self.advice = literals(text, shared), literals(advice, shared)


def literals(body, shared):
    """The text of adjoining literals and of advice that is shared."""
    parts = re.findall(r'"(?:[^"\\]|\\.)*"|FL_DO_\w+', body)
    return "".join(shared.get(p, "") if p.startswith("FL_DO_") else p[1:-1] for p in parts)


def read_catalogue(root):
    entries = []
    for path in sorted((root / "src/messages").glob("*.h")):
        text, shared = path.read_text(encoding="utf-8"), {}
        for m in ENTRY.finditer(text):
            e = Entry(path.stem, m, text.count("\n", 0, m.start("name")) + 1, shared)
            shared[e.name] = e.text
            entries.append(e)
    return entries


def shown(text):
    """A format as people read it."""
    text = re.sub(r"%[-+ 0#]*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:ll|l|z|h)*[a-zA-Z]", "…", text).replace("%%", "%")
    text = text.replace('\\"', '"').replace("\\n", " ").replace("\\\\", "\\").replace("\\r", "\\r")
    text = re.sub(r"([<>`*_|])", r"\\\1", " ".join(text.split()))
    return text.strip()


def page(entries):
    out = HEAD
    words = {"": "a place, before another message"}
    for topic, title in TITLES.items():
        out += f"\n## {title}\n"
        for e in entries:
            if e.topic != topic or e.name.startswith(("FL_HINT_", "FL_DO_")):
                continue
            code = e.code.removeprefix("FL_E_").lower() or words[""]
            name = e.name.split("_", 2)[2].lower().replace("_", "-")
            out += f"\n**{shown(e.text)}**\n<br>{name} ({code}): {shown(e.why)}"
            out += f"\n<br>→ {shown(e.advice)}\n" if e.advice else "\n"
    return out


if __name__ == "__main__":
    sys.stdout.write(page(read_catalogue(ROOT)))
