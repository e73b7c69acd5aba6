#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that the floors of the tree hold: includes go downwards, and the engine meets the operating
system in one place. Each finding is told as file:line.

Run without arguments it first shows itself trees with faults in them, each of which it must find, and then reads src/,
include/ and python/."""
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# The floors, lowest first: a file includes files of its own floor and of those before it.
FLOORS = ["messages", "base", "data", "expr", "plan", "state", "exec", "formats", "connectors", "runtime", "sql", "env"]
PUBLIC = {  # public headers stand on nothing but each other; who sees them
    "include/flott.h": ["env", "cli", "python"],  # env implements it, the command line and the Python package use it
    "include/flott_arrow.h": ["data", "python"],  # the structs of the Arrow C data interface
    "include/flott_function.h": ["expr"],
    "include/flott_module.h": ["connectors"],
    "include/flott_http.h": ["connectors"],  # the transport to web services
}
DOORS = ["cli", "python"]   # see the engine through the public header only
WITHIN = "_int.h"           # such a header belongs to its folder and those in it

# What reaches the operating system: decision 4 wants it behind src/base/platform.h.
SYSTEM_HEADERS = ["dirent.h", "dlfcn.h", "fcntl.h", "netdb.h", "poll.h", "pthread.h", "signal.h", "threads.h", "time.h",
                  "unistd.h", r"arpa/\S*", r"net(?:inet\w*)?/\S*", r"sys/\S*"]
SYSTEM_CALLS = ["access", "clock", "clock_gettime", "close", "closedir", "connect", "creat", "dlopen", "exit",
                "fclose", "fdopen", "fflush", "fgets", "fileno", "fopen", "fork", "fprintf", "fputs", "fread",
                "freopen", "fsync", "ftruncate", "fwrite", "getc", "getenv", "getline", "getpid", "getrandom",
                "gettimeofday", "gmtime", "gmtime_r", "kill", "localtime", "localtime_r", "lseek", "mkdir",
                "mkstemp", "mktime", "mmap", "nanosleep", "open", "openat", "opendir", "popen", "pread", "printf",
                "putchar", "puts", "pwrite", "rand", "rand_r", "random", "read", "readdir", "remove", "rename",
                "rmdir", "scanf", "sched_yield", "setenv", "signal", "sigaction", "sleep", "socket", "srand",
                "srandom", "stat", "lstat", "fstat", "sysconf", "system", "time", "tmpfile", "truncate", "unlink",
                "usleep", "vfprintf", "vprintf", "write", r"pthread_\w+"]

# file: what it may name of the above, and why.
ALLOWED = {
    "src/base/platform.h": "pthread.h pthread_mutex_lock pthread_mutex_unlock pthread_cond_signal "
                           "pthread_cond_broadcast pthread_cond_wait",  # the layer itself: threads
    "src/base/platform.c": "errno.h time.h unistd.h clock_gettime sysconf pthread_*",  # the layer itself: threads
    "src/base/platform_real.c": "*",                  # the layer itself: everything else
    "src/base/common.c": "fprintf",                   # last words before abort()
    "src/connectors/module.c": "dlfcn.h dlopen getenv",  # loading code: FLOTT_MODULE_PATH says from where
    "src/data/timezone.c": "getenv",                  # TZ and TZDIR: where the system keeps what it knows of time zones
    "src/data/decimal.c": "pthread.h pthread_once",   # a table that is made once in a process
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]*)"|<([^>]*)>)', re.M)
CALL = re.compile(r"(?<![\w.])(?<!->)(" + "|".join(SYSTEM_CALLS) + r")[ \t]*\(")
DECLARES = re.compile(r"\b(?:int|int64_t|void|bool|char|size_t|static|double|fl_\w+)\s+\**$")
HEADER = re.compile("|".join(f"(?:{h})" for h in SYSTEM_HEADERS))


def blank(text):
    """The text with comments and literals blanked; every character keeps its line, and includes keep their names."""
    def cut(m):
        s = m.group()
        if s.lstrip().startswith("#"):
            return s
        return re.sub(r"[^\n]", " ", s)
    comment, include = r"/\*.*?\*/|//[^\n]*", r"^[ \t]*#[ \t]*include[^\n]*"
    text_literal, character = r'"(?:\\.|[^"\\\n])*"', r"'(?:\\.|[^'\\\n])*'"
    return re.sub(f"{comment}|{include}|{text_literal}|{character}", cut, text, flags=re.S | re.M)


def floor_of(path):
    parts = Path(path).parts
    if parts[0] == "python":
        return "python"
    return parts[1] if len(parts) > 2 and parts[0] == "src" else None


def find_include(root, path, name):
    """The file of the tree that an include names; None: there is none."""
    for folder in ("src", "include", str(Path(path).parent)):
        if (root / folder / name).is_file():
            return str(Path(folder) / name)
    return None


def judge_include(root, path, name):
    """Why a file may not include this; None: it may."""
    mine, target = floor_of(path), find_include(root, path, name)
    if target is None:
        return f"includes '{name}', which is not in the tree"
    if path in PUBLIC:
        return None if target in PUBLIC else f"the public header includes '{name}'"
    if target in PUBLIC:
        return None if mine in PUBLIC[target] else f"includes '{name}', which only {', '.join(PUBLIC[target])} may see"
    theirs = floor_of(target)
    if mine in DOORS:
        return None if theirs == mine else f"{mine} includes '{name}': it sees the engine through flott.h only"
    if theirs not in FLOORS:
        return f"{mine} includes '{name}' of a door"
    if FLOORS.index(theirs) > FLOORS.index(mine):
        return f"{mine} includes '{name}' of a higher floor"
    if name.endswith(WITHIN) and Path(target).parent not in Path(path).parents:
        return f"includes '{name}', which belongs to its own folder"
    return None


def is_allowed(path, name):
    words = ALLOWED.get(path, "").split()
    return any(w == name or (w.endswith("*") and name.startswith(w[:-1])) for w in words)


def judge_file(root, path):
    text = blank((root / path).read_text(encoding="utf-8"))

    def at(m):
        return text.count("\n", 0, m.start(0) + len(m.group(0)) - len(m.group(0).lstrip())) + 1

    if path not in PUBLIC and floor_of(path) not in FLOORS + DOORS:
        yield 1, "stands on no floor: name its folder in the table"
        return
    for m in INCLUDE.finditer(text):
        if m.group(1) is not None:
            why = judge_include(root, path, m.group(1))
            if why is not None:
                yield at(m), why
        elif floor_of(path) not in DOORS and HEADER.fullmatch(m.group(2)) and not is_allowed(path, m.group(2)):
            yield at(m), f"includes <{m.group(2)}>: the outside world is behind base/platform.h"
    if floor_of(path) in DOORS:
        return
    for m in CALL.finditer(text):
        before = text[text.rfind("\n", 0, m.start()) + 1:m.start()]
        if not DECLARES.search(before) and not is_allowed(path, m.group(1)):
            yield at(m), f"calls {m.group(1)}(): the outside world is behind base/platform.h"


def findings(root):
    files = [p for top in ("src", "include", "python") for p in (root / top).rglob("*") if p.suffix in (".c", ".h")]
    paths = sorted(str(p.relative_to(root)) for p in files)
    return [f"{path}:{line}: {why}" for path in paths for line, why in judge_file(root, path)]


# ---- the test of the test ----

GOOD = {
    "include/flott.h": "#include <stdint.h>\n",
    "src/base/str.h": "",
    "src/exec/operator.h": '#include "base/str.h"\n',
    "src/exec/calc_int.h": "",
    "src/exec/calc.c": '#include "exec/operator.h"\n#include "exec/calc_int.h"\n/* write() and open(x)\n * "time(" */\n'
                       'int n = f->read(d), m = t->type.open(s);\nchar s[] = "rand()";\n'
                       "static int open(int x);\nint fl_time(void);\n"
                       "static const struct ops ops = {.read = my_read};\n",
    "src/env/session.c": '#include "flott.h"\n#include "exec/operator.h"\n',
    "src/cli/main.c": '#include "flott.h"\n#include "rows.h"\n#include <time.h>\nint x = open(1);\n',
    "src/cli/rows.h": "",
    "include/flott_arrow.h": "",
    "include/flott_module.h": "",
    "python/engine.h": '#include <Python.h>\n#include "flott.h"\n#include "flott_arrow.h"\n',
    "python/engine.c": '#include "engine.h"\n#include <string.h>\n',
}
FAULTS = [  # file, what is appended, and the line and the words of the finding
    ("src/base/str.h", '#include "exec/operator.h"\n', 1, "of a higher floor"),
    ("src/base/str.h", '\n  #  include "exec/operator.h"\n', 2, "of a higher floor"),
    ("src/base/str.h", '#include "flott.h"\n', 1, "which only env, cli, python may see"),
    ("src/base/str.h", '#include "nowhere.h"\n', 1, "not in the tree"),
    ("src/exec/operator.h", '#include "cli/rows.h"\n', 2, "of a door"),
    ("src/env/session.c", '#include "exec/calc_int.h"\n', 3, "its own folder"),
    ("src/cli/main.c", '#include "base/str.h"\n', 5, "through flott.h only"),
    ("python/engine.c", '#include "base/str.h"\n', 3, "through flott.h only"),
    ("python/engine.c", '#include "flott_module.h"\n', 3, "which only connectors may see"),
    ("include/flott.h", '#include "base/str.h"\n', 2, "the public header includes"),
    ("src/exec/calc.c", "#include <time.h>\n", 10, "<time.h>"),
    ("src/exec/calc.c", "#include <sys/stat.h>\n", 10, "<sys/stat.h>"),
    ("src/exec/calc.c", "int64_t t = time(NULL);\n", 10, "time()"),
    ("src/exec/calc.c", "/* a\n */ x = y ? rand () : 0;\n", 11, "rand()"),
    ("src/exec/calc.c", "void f(void) { fopen(a, b); }\n", 10, "fopen()"),
    ("src/exec/calc.c", "void f(void) { return clock_gettime(a, b); }\n", 10, "clock_gettime()"),
    ("src/attic/old.c", "", 1, "no floor"),
]


def grow(root, files):
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_itself():
    with tempfile.TemporaryDirectory(prefix="flott-includes-") as name:
        root = Path(name)
        grow(root, GOOD)
        found = findings(root)
        assert found == [], found
        for path, text, line, words in FAULTS:
            grow(root, {path: GOOD.get(path, "") + text})
            found = findings(root)
            right = len(found) == 1 and found[0].startswith(f"{path}:{line}: ") and words in found[0]
            assert right, (path, text, found)
            (root / path).unlink()
            if path in GOOD:
                grow(root, {path: GOOD[path]})


def main():
    test_itself()
    found = findings(ROOT)
    for path in ALLOWED:
        if not (ROOT / path).is_file():
            found.append(f"tests/includes.py: {path} has exceptions but is gone")
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
