#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The jobs of examples/ against a slow, obvious model of what they compute, row for row.

How: a test takes an example as it is, bounds its source, and adds one more INSERT to its statement set, which writes
every source row with the time that the clock showed. $RUN_SIMULATED (run_simulated.c) runs that in virtual time from a
seed. The model then reads the source rows, puts each into its windows, and says which results must have come: the same
rows, as often, in any order.

The clock: in a simulation time passes only when nothing is left to do, so a row meets the window operator at the very
millisecond that PROCTIME() has written beside it, on any number of subtasks. At the end of the input, processing-time
windows that are still open give nothing, as in Flink.

Late rows: a row is late for a window if `window end - 1 <= watermark` where it meets the window operator; there the
watermark is the least of those that the source's subtasks have sent. The sensors of the example are at most 500 ms late
and the watermark 2 s, so nothing is ever dropped, in whatever order the subtasks run. The tests with late rows need the
order. They have it because there the source gives one row a millisecond at most, because what a subtask of the source
sends has arrived everywhere before the next row is made, and because the extra INSERT is chained to the source: file
number s holds the rows of subtask s in their order. With an interval of 0 ms a watermark follows every row that moves
it. The tickers come from files, all in one millisecond: there rows are late only in tests with one subtask.

$FLOTT_MODEL_SEEDS says how many seeds each test runs (2)."""
import collections
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import unittest
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

RUN_SIMULATED = os.environ.get("RUN_SIMULATED", "build/tests/run_simulated")
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
EPOCH = datetime(1970, 1, 1)
START_MS = 1767225600000  # 2026-01-01 00:00:00 UTC
END_OF_TIME = 1 << 62
SEEDS = range(1, 1 + int(os.environ.get("FLOTT_MODEL_SEEDS", "2")))

# ---- what is run ----


def ms(text):
    """A timestamp as Flink writes it, in ms since 1970."""
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(milliseconds=1)


def replaced(script, old, new):
    """`script` with the only `old` replaced: an example that has changed is noticed."""
    assert script.count(old) == 1, f"{old!r} is {script.count(old)} times in the example"
    return script.replace(old, new)


class Outcome:
    """What a script has left behind: a line for each job, printed lines, files."""

    def __init__(self, folder, jobs):
        self.folder, self.jobs = folder, jobs
        self.printed = (folder / "printed").read_text(encoding="utf-8").splitlines()

    def files(self, table):
        """The JSON rows of a table's files, file by file: of subtask 0, 1, …"""
        def subtask(path):
            return [int(n) for n in path.name.split("-")[-2:]]
        paths = sorted((self.folder / table).glob("part-*"), key=subtask)
        return [[json.loads(line, parse_float=Decimal) for line in p.read_text().splitlines()] for p in paths]

    def rows(self, table):
        return [row for file in self.files(table) for row in file]


class Case(unittest.TestCase):
    maxDiff = 3000

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flott-model-")
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def run_script(self, script, parallelism=1, seed=1, clock_ms=START_MS, crash=False, settings=()):
        settings = [f"parallelism.default={parallelism}", *settings]
        with tempfile.TemporaryDirectory(dir=self.dir) as folder:
            path, out = Path(folder) / "script.sql", Path(folder) / "out"
            path.write_text(script, encoding="utf-8")
            args = [RUN_SIMULATED, "--seed", str(seed), "--clock", str(clock_ms), *(["--crash"] if crash else [])]
            for setting in settings:
                args += ["-D", setting]
            done = subprocess.run([*args, path, out], capture_output=True, text=True, timeout=100)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            result = Outcome(out, [json.loads(line) for line in done.stdout.splitlines()])
            result.tables = {p.name: result.files(p.name) for p in out.iterdir() if p.is_dir()}
        return result

    def assert_same_rows(self, got, expected):
        """As multisets; a difference names the rows."""
        got, expected = collections.Counter(got), collections.Counter(expected)
        self.assertTrue(expected, "the model expects no rows at all: the test says nothing")
        self.assertEqual(sorted((got - expected).items())[:20], [], "rows that should not have come")
        self.assertEqual(sorted((expected - got).items())[:20], [], "rows that are missing")


# ---- the model ----


def window_ends(t, size, slide):
    """The ends of all windows [end - size, end) that contain t, the first one first."""
    first = t - t % slide + slide
    return [end for end in range(first, first + size, slide) if end - size <= t]


def average(values):
    """AVG of NUMERIC(6, 2): exact sum, DECIMAL(38, 6) rounded half up; then the column's NUMERIC(6, 2), likewise."""
    exact = (sum(values) / len(values)).quantize(Decimal("0.000001"), ROUND_HALF_UP)
    return exact.quantize(Decimal("0.01"), ROUND_HALF_UP)


def by_clock(rows, size, slide):
    """{(key, window end): values} of processing-time windows: those that have ended when the input does."""
    windows = collections.defaultdict(list)
    for row in rows:
        for end in window_ends(row.clock, size, slide):
            if end <= rows[-1].clock:
                windows[row.key, end].append(row.value)
    return windows


def by_event(rows, size, slide):
    """({(key, window end): values}, rows that were late for all their windows) of event-time windows."""
    windows, late = collections.defaultdict(list), 0
    for row in rows:
        open_ends = [end for end in window_ends(row.time, size, slide) if end - 1 > row.watermark]
        late += not open_ends
        for end in open_ends:
            windows[row.key, end].append(row.value)
    return windows, late


class Row:
    """A source row: what the windows need of it, and the watermark that it meets (set by meet_watermarks)."""

    def __init__(self, key, value, time, clock, subtask):
        self.key, self.value, self.time, self.clock, self.subtask = key, value, time, clock, subtask
        self.watermark = None


def meet_watermarks(rows, delay, interval=0):
    """Sets row.watermark, for rows in the order in which they were made.

    A subtask sends its greatest `time - delay` behind a row, when that has grown by more than the interval; from 0 on,
    as Flink does. One that has no more rows holds nobody back."""
    greatest = collections.Counter()
    sent = {row.subtask: 0 for row in rows}
    left = collections.Counter(row.subtask for row in rows)
    for row in rows:
        row.watermark = min(sent.values())
        s = row.subtask
        greatest[s] = max(greatest[s], row.time - delay)
        if greatest[s] - sent[s] > interval:
            sent[s] = greatest[s]
        left[s] -= 1
        if left[s] == 0:
            sent[s] = END_OF_TIME


# ---- sensors.sql, sensors_tvf.sql ----

READINGS = """
CREATE TABLE readings (sensor_id INT, temperature NUMERIC(6, 2), event_time TIMESTAMP(3), proc_time TIMESTAMP(3)) WITH (
    'connector' = 'filesystem', 'path' = '/out/readings', 'format' = 'json'
);

EXECUTE STATEMENT SET
"""
INSERT_READINGS = """
    INSERT INTO readings
    SELECT sensor_id, temperature, event_time, CAST(proc_time AS TIMESTAMP(3)) FROM sensor_readings;
END;
"""


class Sensors(Case):
    def script(self, name, rows, rows_per_second=100, max_past="500 ms", into_files=False):
        script = (EXAMPLES / name).read_text(encoding="utf-8")
        if into_files:
            script = re.sub(r"'connector' = 'print', 'print-identifier' = '([a-z ]+)'",
                            r"'connector' = 'filesystem', 'path' = '/out/\1', 'format' = 'json'", script)
        script = replaced(script, "'rows-per-second' = '100',",
                          f"'rows-per-second' = '{rows_per_second}', 'number-of-rows' = '{rows}',")
        script = replaced(script, "'fields.event_time.max-past' = '500 ms'",
                          f"'fields.event_time.max-past' = '{max_past}'")
        script = replaced(script, "\nEXECUTE STATEMENT SET\n", READINGS)
        return replaced(script, "\nEND;\n", INSERT_READINGS)

    def readings(self, outcome):
        """In the order in which they were made; of the same millisecond in any."""
        rows = [Row(r["sensor_id"], Decimal(r["temperature"]), ms(r["event_time"]), ms(r["proc_time"]), subtask)
                for subtask, file in enumerate(outcome.tables["readings"]) for r in file]
        rows.sort(key=lambda row: row.clock)
        return rows

    def results(self, outcome, name):
        """The results under a print identifier or in the files of that name, whatever subtask has written them."""
        if name in outcome.tables:
            rows = [row for file in outcome.tables[name] for row in file]
            return [(r["sensor_id"], Decimal(r["average"]), ms(r["window_end"])) for r in rows]
        pattern = re.compile(re.escape(name) + r"(?::\d+)?> \+I\[(\d+), ([\d.]+), (\S+)\]")
        found = [pattern.fullmatch(line) for line in outcome.printed]
        return [(int(f[1]), Decimal(f[2]), ms(f[3])) for f in found if f]

    def check(self, outcome, rows, expect_late=False):
        n_rows = len(rows)
        total = late_total = 0
        for size, slide, kind in (10000, 10000, "tumbling"), (10000, 2000, "sliding"):
            by_event_windows, late = by_event(rows, size, slide)
            late_total += late
            for windows, how in (by_clock(rows, size, slide), "clock"), (by_event_windows, "event"):
                with self.subTest(windows=f"{kind} by {how}"):
                    got = self.results(outcome, f"{kind} by {how}")
                    total += len(got)
                    self.assert_same_rows(got, [(key, average(v), end) for (key, end), v in windows.items()])
        self.assertEqual(late_total > 0, expect_late)
        if outcome.printed:
            self.assertEqual(len(outcome.printed), total, "lines that nobody has asked for")
            self.assertEqual((outcome.jobs[0]["rows_in"], outcome.jobs[0]["late_rows"]), (n_rows, late_total))

    def run_and_check(self, script, n_rows, delay=2000, expect_late=False, **how):
        with self.subTest(**how):
            outcome = self.run_script(script, **how)
            rows = self.readings(outcome)
            self.assertEqual(len(rows), n_rows)
            if expect_late:
                self.assertTrue(how["parallelism"] == 1 or len({row.clock for row in rows}) == n_rows)
            meet_watermarks(rows, delay)
            self.check(outcome, rows, expect_late)

    def test_as_it_is(self):
        for name in "sensors.sql", "sensors_tvf.sql":
            script = self.script(name, 3500)
            for parallelism in 1, 2, 4:
                for seed in SEEDS:
                    with self.subTest(name=name):
                        self.run_and_check(script, 3500, parallelism=parallelism, seed=seed,
                                           clock_ms=START_MS + 1237 * seed)

    def test_many_rows_a_millisecond_in_another_time_zone(self):
        script = self.script("sensors.sql", 20000, rows_per_second=1000)
        for parallelism in 1, 4:
            self.run_and_check(script, 20000, parallelism=parallelism, seed=7,
                               settings=["table.local-time-zone=Asia/Kathmandu"])

    def test_late_rows(self):
        for name in "sensors.sql", "sensors_tvf.sql":
            script = self.script(name, 3500, max_past="9 s")
            for parallelism in 1, 2, 4:
                for seed in SEEDS:
                    with self.subTest(name=name):
                        self.run_and_check(script, 3500, expect_late=True, parallelism=parallelism, seed=seed,
                                           clock_ms=START_MS + 777 * seed,
                                           settings=["pipeline.auto-watermark-interval=0 ms"])

    def test_power_cuts(self):
        for name in "sensors.sql", "sensors_tvf.sql":
            script = self.script(name, 1300, into_files=True)
            for parallelism in 1, 2, 4:
                self.run_and_check(script, 1300, parallelism=parallelism, seed=5, crash=True)


# ---- tickers.sql ----

INSERT_TICKERS = """
CREATE TABLE lines_read (event_time TIMESTAMP(3), ticker STRING, price DOUBLE, proc_time TIMESTAMP(3)) WITH (
    'connector' = 'filesystem', 'path' = '/out/lines_read', 'format' = 'json'
);

EXECUTE STATEMENT SET
BEGIN
INSERT INTO lines_read SELECT event_time, ticker, price, CAST(PROCTIME() AS TIMESTAMP(3)) FROM ticker_lines;

INSERT INTO ticker_lows
"""


class Tickers(Case):
    def script(self, tickers):
        script = (EXAMPLES / "tickers.sql").read_text(encoding="utf-8")
        script = replaced(script, "'path' = 'tickers'", f"'path' = '{tickers}'")
        script = replaced(script, "'path' = 'ticker_lows'", "'path' = '/out/ticker_lows'")
        return replaced(script, "\nINSERT INTO ticker_lows\n", INSERT_TICKERS) + "\nEND;\n"

    def write_tickers(self, files, n, lag_max_ms):
        """A folder of JSON lines in `files` files: a quote every 50 ms, with its line up to lag_max_ms late."""
        rnd = random.Random(n * 31 + files)
        names = "AAPL", "AMZN", "MSFT", "TBV"
        quotes = [(50 * i, rnd.choice(names), round(rnd.uniform(0, 100), 2)) for i in range(n)]
        arrivals = sorted(quotes, key=lambda q: q[0] + rnd.uniform(0, lag_max_ms))
        folder = self.dir / f"tickers-{files}-{n}-{lag_max_ms}"
        folder.mkdir()
        for k in range(files):
            with open(folder / f"lines-{k}", "w", encoding="utf-8") as out:
                for at, ticker, price in arrivals[k::files]:
                    time = (EPOCH + timedelta(milliseconds=START_MS + at)).isoformat(timespec="milliseconds")
                    print(json.dumps({"event_time": time, "ticker": ticker, "price": price}), file=out)
        return folder

    def run_and_check(self, script, n_rows, expect_late=False, interval=200, **how):
        with self.subTest(**how):
            outcome = self.run_script(script, settings=[f"pipeline.auto-watermark-interval={interval} ms"], **how)
            files = [file for file in outcome.tables["lines_read"] if file]
            self.assertEqual(len(files), 1, "several subtasks have read, so the order of the rows is not known")
            rows = [Row(r["ticker"], r["price"], ms(r["event_time"]), ms(r["proc_time"]), 0) for r in files[0]]
            self.assertEqual(len(rows), n_rows)
            meet_watermarks(rows, 5000, interval)
            windows, late = by_event(rows, 10000, 5000)
            self.assertEqual(late > 0, expect_late)
            if "crash" not in how:
                self.assertEqual(outcome.jobs[-1]["late_rows"], late)
            lows = [row for file in outcome.tables["ticker_lows"] for row in file]
            self.assert_same_rows([(r["ticker"], r["low"], ms(r["window_end"])) for r in lows],
                                  [(ticker, min(prices), end) for (ticker, end), prices in windows.items()])

    def test_as_it_is(self):
        maker = (EXAMPLES / "make_tickers.sql").read_text(encoding="utf-8")
        maker = replaced(maker, "'number-of-rows' = '1000000'", "'number-of-rows' = '15000'")
        maker = replaced(maker, "'path' = 'tickers'", "'path' = '/out/tickers'")
        script = ("SET 'parallelism.default' = '1';\n" + maker + "DROP TABLE ticker_lines;\n"
                  + "SET 'parallelism.default' = '%d';\n" + self.script("/out/tickers"))
        for parallelism in 1, 2, 4:
            for seed in SEEDS:
                self.run_and_check(script % parallelism, 15000, parallelism=parallelism, seed=seed)

    def test_late_rows(self):
        script = self.script(self.write_tickers(1, 6000, 14000))
        for interval in 0, 200:
            self.run_and_check(script, 6000, expect_late=True, interval=interval, parallelism=1)

    def test_several_files_in_any_order(self):
        script = self.script(self.write_tickers(3, 6000, 2000))
        for seed in SEEDS:
            self.run_and_check(script, 6000, expect_late=True, parallelism=1, seed=seed)

    def test_power_cuts(self):
        late, timely = (self.script(self.write_tickers(1, 1000, lag_ms)) for lag_ms in (14000, 4500))
        self.run_and_check(late, 1000, expect_late=True, interval=0, parallelism=1, seed=3, crash=True)
        self.run_and_check(timely, 1000, interval=0, parallelism=4, seed=3, crash=True)


if __name__ == "__main__":
    if not os.access(RUN_SIMULATED, os.X_OK):
        print(f"skipped: {RUN_SIMULATED} is missing")
        sys.exit(77)
    unittest.main()
