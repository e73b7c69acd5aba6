#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""flott and kinesis-local, which answers as Amazon's service does: the example's four windows against a slow model of
them, certificates, and what the user is told when something is wrong.

Windows: readings are put into the input stream in the order of their times, half a second out of order, so none is late.
Behind them one reading of each sensor a minute later moves the watermark of every shard. The windows by event time must
be those of the model, row for row. For those by the clock, whose rows nobody can foresee, the example's average is
replaced by a count: each reading is in one tumbling and in five sliding windows."""
import random
import re
import sys
import time
import unittest
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import endpoint

sys.path.insert(0, str(endpoint.ROOT / "tests/model"))
from test_examples import EPOCH, Row, average, by_event, ms  # noqa: E402

START_MS = 1767225600000  # 2026-01-01
WINDOWS = "tumbling_by_clock", "sliding_by_clock", "tumbling_by_event", "sliding_by_event"


def time_text(at_ms):
    return (EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds")


class Sensors(endpoint.Case):
    N = 3000

    def script(self, url):
        script = (endpoint.ROOT / "examples/sensors_kinesis.sql").read_text(encoding="utf-8")
        for old, new in ((r"INSERT INTO sensor_readings .*?;\n", ""),
                         (r"'http://localhost:4568'", f"'{url}'"),
                         (r"'LATEST'", "'TRIM_HORIZON'"),
                         (r"AVG\(temperature\), TUMBLE_END\(proc", "COUNT(*), TUMBLE_END(proc"),
                         (r"AVG\(temperature\)(, window_end\n.*?DESCRIPTOR\(proc_time)", r"COUNT(*)\1")):
            script, n = re.subn(old, new, script)
            self.assertGreater(n, 0, f"{old} is not in the example")
        return script

    def readings(self):
        draw = random.Random(7)
        rows = [(draw.randrange(10, 21), Decimal(draw.randrange(0, 10000)) / 100,
                 START_MS + i * 10 - draw.randrange(0, 500)) for i in range(self.N)]
        rows += [(sensor, Decimal("1.00"), START_MS + self.N * 10 + 60000) for sensor in range(10, 21)]
        return rows

    def test_four_windows(self):
        service = self.endpoint(endpoint.KinesisLocal, readings=2, **{name: 1 for name in WINDOWS})
        readings = self.readings()
        process = self.start(self.script(service.url), "parallelism.default=2")
        service.put("readings", [
            (str(sensor), ('{"sensor_id":%d,"temperature":%s,"humidity":50.00,"event_time":"%s"}'
                           % (sensor, temperature, time_text(at))).encode()) for sensor, temperature, at in readings])
        expected = {}
        rows = [Row(sensor, temperature, at, None, 0) for sensor, temperature, at in readings]
        for row in rows:
            row.watermark = 0
        for name, slide in (("tumbling_by_event", 10000), ("sliding_by_event", 2000)):
            windows, _ = by_event(rows, 10000, slide)
            ended = max(row.time for row in rows) - 2000
            expected[name] = Counter((key, average(values), end) for (key, end), values in windows.items()
                                     if end - 1 <= ended)
        counted = {"tumbling_by_clock": len(rows), "sliding_by_clock": 5 * len(rows)}
        end = time.monotonic() + 120
        while True:
            got = {name: service.rows(name) for name in WINDOWS}
            complete = all(len(got[n]) >= sum(expected[n].values()) for n in expected) and \
                all(sum(self.counts(got[n]).values()) >= counted[n] for n in counted)
            if complete or time.monotonic() > end or process.poll() is not None:
                break
            time.sleep(1)
        said = self.stop(process) if process.poll() is None else process.stderr.read()
        for name, answer in expected.items():
            found = Counter({(r["sensor_id"], Decimal(str(r["average"])).quantize(Decimal("0.01")), ms(r["window_end"])): 1
                             for _, r in got[name]})
            self.assertEqual(sorted((answer - found).items())[:5], [], f"missing in {name}; {said}")
            self.assertEqual(sorted((found - answer).items())[:5], [], f"too much in {name}")
        for name, n in counted.items():
            self.assertEqual(sum(self.counts(got[name]).values()), n, name)
        for name in WINDOWS:
            self.assertEqual([], [(key, r) for key, r in got[name] if key != str(r["sensor_id"])], "partition keys")

    @staticmethod
    def counts(rows):
        return {(r["sensor_id"], r["window_end"]): int(r["average"]) for _, r in rows}


class Mistakes(endpoint.Case):
    COLUMNS = "(id INT, word STRING) PARTITIONED BY (id)"

    def copy(self, url, stream="there", **more):
        options = endpoint.options(url, stream=stream, **more)
        return self.run_job(f"CREATE TABLE t {self.COLUMNS} WITH ({options});\n"
                            "INSERT INTO t VALUES (1, 'one'), (2, 'zwei'), (3, '三');\n")

    def test_certificates_streams_endpoints(self):
        service = self.endpoint(endpoint.KinesisLocal, there=1)
        with self.subTest("a certificate that nobody has signed"):
            code, said = self.copy(service.tls_url)
            self.assertEqual(code, 1, said)
            self.assertIn("certificate", said)
            self.assertIn("aws.trust.all.certificates", said)
        with self.subTest("and is trusted all the same"):
            code, said = self.copy(service.tls_url, aws_trust_all_certificates="true")
            self.assertEqual(code, 0, said)
            self.assertEqual(sorted(r["word"] for _, r in service.rows("there")), ["one", "zwei", "三"])
        with self.subTest("a stream that is not there"):
            code, said = self.copy(service.url, stream="elsewhere")
            self.assertEqual(code, 1)
            self.assertIn("ResourceNotFoundException", said)
            self.assertIn("elsewhere", said)
        with self.subTest("an endpoint where nobody listens"):
            code, said = self.copy(f"http://localhost:{endpoint.free_port()}")
            self.assertEqual(code, 1)
            self.assertIn("refused", said)
        self.assertNotIn("very-secret", said)


if __name__ == "__main__":
    endpoint.skip_without_kinesis_local()
    unittest.main()
