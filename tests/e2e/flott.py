# SPDX-License-Identifier: Apache-2.0
"""What the tests of whole jobs share: the program, scripts with checkpoints, and what their files hold.

Runs $FLOTT, or build/flott."""
import os
import re
import subprocess
import tempfile
import unittest
from collections import Counter
from pathlib import Path

FLOTT = os.path.abspath(os.environ.get("FLOTT", "build/flott"))
CHECKPOINT = re.compile(r"chk-(\d+)$")

SOURCES = {
    # every line of every file once; time rises from file to file
    "files": """
CREATE TABLE numbers (id BIGINT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'filesystem', 'path' = '{dir}/in', 'format' = 'json');
""",
    "datagen": """
CREATE TABLE numbers (id BIGINT, ts AS TO_TIMESTAMP_LTZ(id, 3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND)
WITH ('connector' = 'datagen', 'rows-per-second' = '{rate}', 'fields.id.kind' = 'sequence',
      'fields.id.start' = '0', 'fields.id.end' = '{last}');
""",
}

SINKS = """
CREATE TABLE copied (id BIGINT) WITH ('connector' = 'filesystem', 'path' = '{dir}/out/copied', 'format' = 'csv',
      'sink.rolling-policy.file-size' = '{roll}');
CREATE TABLE windows (k INT, least BIGINT, n BIGINT, window_end TIMESTAMP(3))
WITH ('connector' = 'filesystem', 'path' = '{dir}/out/windows', 'format' = 'json');

EXECUTE STATEMENT SET BEGIN
INSERT INTO copied SELECT id FROM numbers;
INSERT INTO windows
SELECT k, MIN(v), COUNT(*), CAST(HOP_END(ts, INTERVAL '2' SECOND, INTERVAL '4' SECOND) AS TIMESTAMP(3))
FROM (SELECT CAST(MOD(id, 7) AS INT) AS k, MOD(id * 7919, 100003) AS v, ts FROM numbers)
GROUP BY k, HOP(ts, INTERVAL '2' SECOND, INTERVAL '4' SECOND);
END;
"""


def script(source, folder, rows, rate=20000, roll="128MB"):
    sql = SOURCES[source] + SINKS
    path = Path(folder) / "job.sql"
    path.write_text(sql.format(dir=folder, rate=rate, last=rows - 1, roll=roll), encoding="utf-8")
    return str(path)


def write_numbers(folder, rows, files=3):
    """rows ids as JSON lines, in files that are read in order of time."""
    (Path(folder) / "in").mkdir()
    for f in range(files):
        ids = range(f * rows // files, (f + 1) * rows // files)
        text = "".join('{"id":%d}\n' % i for i in ids)
        (Path(folder) / "in" / f"part-{f}.json").write_text(text, encoding="utf-8")


def settings(parallelism=1, interval="20 ms", **more):
    """-D options; of `more`, _ stands for a dot and __ for a dash."""
    given = {"parallelism.default": parallelism, "table.local-time-zone": "UTC"}
    if interval is not None:
        given["execution.checkpointing.interval"] = interval
    for key, value in more.items():
        given[key.replace("__", "-").replace("_", ".")] = value
    return [word for key, value in given.items() for word in ("-D", f"{key}={value}")]


def start(folder, sql, *args):
    return subprocess.Popen([FLOTT, "run", *args, sql], cwd=folder, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def run(folder, sql, *args, timeout=120):
    with start(folder, sql, *args) as process:
        try:
            out, err = process.communicate(timeout=timeout)
        finally:
            process.kill()
    return process.returncode, out, err


def checkpoints(folder):
    """Ids of the checkpoints in a folder, ascending."""
    if not os.path.isdir(folder):
        return []
    return sorted(int(m.group(1)) for m in map(CHECKPOINT.match, os.listdir(folder)) if m)


def lines(folder):
    """The lines of all visible files below folder/out, with the folder that they lie in."""
    found = Counter()
    out = Path(folder) / "out"
    for path in out.rglob("*"):
        if path.is_file() and not path.name.startswith((".", "_")):
            where = str(path.parent.relative_to(out))
            text = path.read_text(encoding="utf-8")
            if text and not text.endswith("\n"):
                found[(where, "a line without its end in " + path.name)] += 1
            found.update((where, line) for line in text.splitlines())
    return found


def difference(got, expected):
    """What is wrong with the lines, in a few words; None: nothing."""
    lost, extra = expected - got, got - expected
    if not lost and not extra:
        return None
    return (f"{sum(lost.values())} lines lost, such as {sorted(lost)[:3]}; "
            f"{sum(extra.values())} too many, such as {sorted(extra)[:3]}")


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flott-e2e-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.dir = folder.name
        self.checkpoints = os.path.join(self.dir, "flott-checkpoints", "job")

    def expected(self, rows, source="files"):
        """What a run without checkpoints and without trouble writes."""
        with tempfile.TemporaryDirectory(prefix="flott-e2e-") as folder:
            if source == "files":
                write_numbers(folder, rows)
            sql = script(source, folder, rows, rate=10**9)
            code, _, err = run(folder, sql, *settings(interval=None))
            self.assertEqual(code, 0, err)
            found = lines(folder)
        self.assertEqual(sum(n for (where, _), n in found.items() if where == "copied"), rows)
        return found

    def assert_lines(self, expected, folder=None):
        wrong = difference(lines(folder or self.dir), expected)
        self.assertIsNone(wrong, wrong)
