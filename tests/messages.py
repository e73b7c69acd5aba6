#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that every message stands in the catalogue, src/messages, and that docs/errors.md is printed from it.

Told as file:line are: a call with words of its own, an entry that nobody uses, one without a reason or without advice, two
entries that say the same, and a page that is not up to date. First it shows itself trees with such faults."""
import re
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))
import errors  # noqa: E402

# Who makes an error, and with what: the macro that the call must name.
CALL = re.compile(r"\b(?P<function>fl_fail|fl_bind_fail|fl_parser_fail|fl_kernel_fail|fl_cast_refuse|fl_error_prefix|"
                  r"fl_error_hint)\((?P<rest>[^;]*)")
WANTED = {"fl_error_prefix": ("FL_AT_",), "fl_error_hint": ("FL_HINT_", "FL_DO_")}
CODE_AND_WORDS = re.compile(r'\bFL_E_[A-Z]+,\s*"')
PASSED_ON = re.compile(r'"%(?:\.\*)?s"')  # words of a table, of a module: they come from elsewhere


def blank_comments(text):
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


def judge_calls(path, text):
    def at(m):
        return f"{path}:{text.count(chr(10), 0, m.start()) + 1}"

    for m in CALL.finditer(text):
        line = text[text.rfind("\n", 0, m.start()) + 1:m.start()]
        if re.fullmatch(r"\s*(?:static )?int ", line):  # its declaration
            continue
        wanted = WANTED.get(m["function"], ("FL_ERR_",))
        if any(w in m["rest"] for w in wanted) or m["function"] == "fl_error_hint" and PASSED_ON.search(m["rest"]):
            continue
        yield f"{at(m)}: {m['function']} {'has words of its own' if chr(34) in m['rest'] else 'names no ' + wanted[0] + '…'}"
    for m in CODE_AND_WORDS.finditer(text):
        yield f"{at(m)}: a code with words of its own"


def judge_entries(entries, sources):
    seen = {}
    used = set(re.findall(r"\bFL_(?:ERR|AT|HINT|DO)_\w+", sources))
    for e in entries:
        place = f"src/messages/{e.topic}.h: {e.name}"
        kind = e.name.split("_")[1]
        if not e.why and kind != "DO":
            yield f"{place} has no comment that says why"
        if kind == "ERR":
            if not e.code or not e.text or not e.advice:
                yield f"{place} is not CODE, \"text\" FL_ADVICE \"what to do\""
            if not e.name.startswith(f"FL_ERR_{e.topic.upper()}_"):
                yield f"{place} does not begin with its topic"
            if e.advice.endswith("."):
                yield f"{place}: advice is no sentence, it ends without a full stop"
        same = seen.setdefault((e.code, e.text), e)
        if same is not e and kind == "ERR":
            yield f"{place} says the same as {same.name}"
        if e.name not in used:
            yield f"{place} is used nowhere"


def findings(root):
    entries = errors.read_catalogue(root)
    paths = sorted(p for p in (root / "src").rglob("*.[ch]") if p.parent.name != "messages" and p.parent.name != "cli")
    texts = {str(p.relative_to(root)): blank_comments(p.read_text(encoding="utf-8")) for p in paths}
    found = [f for path, text in texts.items() for f in judge_calls(path, text)]
    shared = " ".join(p.read_text(encoding="utf-8") for p in (root / "src/messages").glob("*.h"))
    advice = re.sub(r"#define FL_\w+", "", shared)  # what other entries name
    found += judge_entries(entries, "".join(texts.values()) + " ".join(re.findall(r"FL_DO_\w+", advice)))
    page = root / "docs/errors.md"
    if not page.is_file() or page.read_text(encoding="utf-8") != errors.page(entries):
        found.append("docs/errors.md is not printed from the catalogue: run `ninja -C build docs`")
    return found


# ---- the test of the test ----

CATALOGUE = '''/* Nothing is there. */
#define FL_ERR_FILE_NONE \\
    FL_E_IO, "cannot open '%s'" \\
    FL_ADVICE "check the path"
'''
SOURCE = "int f(void) { return fl_fail(err, FL_ERR_FILE_NONE, path); }\n"
FAULTS = [  # catalogue, source, words of the finding
    (CATALOGUE, SOURCE + 'int g(void) { return fl_fail(err, code, "no"); }\n', "words of its own"),
    (CATALOGUE, SOURCE + 'int g(void) { return refuse(p, FL_E_IO, "no"); }\n', "a code with words"),
    (CATALOGUE, SOURCE + 'int g(void) { return fl_error_hint(err, "go on"); }\n', "words of its own"),
    (CATALOGUE, "int f;\n", "used nowhere"),
    (CATALOGUE.replace("/* Nothing is there. */\n", ""), SOURCE, "says why"),
    (CATALOGUE.replace("FL_ADVICE", ""), SOURCE, "what to do"),
    (CATALOGUE + CATALOGUE.replace("NONE", "TWICE"), SOURCE + "FL_ERR_FILE_TWICE\n", "says the same"),
    (CATALOGUE.replace("ERR_FILE", "ERR_DISK"), SOURCE.replace("ERR_FILE", "ERR_DISK"), "its topic"),
]


def try_out(catalogue, source):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in (("src/messages/file.h", catalogue), ("src/base/disk.c", source), ("docs/errors.md", "")):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
        (root / "docs/errors.md").write_text(errors.page(errors.read_catalogue(root)), encoding="utf-8")
        return findings(root)


def main():
    faults = try_out(CATALOGUE, SOURCE)
    assert not faults, faults
    for catalogue, source, words in FAULTS:
        faults = try_out(catalogue, source)
        assert any(words in f for f in faults), (words, faults)
    faults = findings(errors.ROOT)
    print("\n".join(faults) or "every message stands in the catalogue")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
