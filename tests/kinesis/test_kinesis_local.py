#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""flott and kinesis-local, which answers as Amazon's service does: the four windows of the examples, in SQL and as a
PyFlink program, against a slow model of them, certificates, and what the user is told when something is wrong.

Windows: readings are put into the input stream in the order of their times, half a second out of order, so none is late.
Behind them one reading of each sensor a minute later moves the watermark of every shard. The windows by event time must
be those of the model, row for row. For those by the clock, whose rows nobody can foresee, the example's average is
replaced by a count: each reading is in one tumbling and in five sliding windows."""
import json
import os
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
PYTHONPATH = os.environ.get("FLOTT_PYTHONPATH")  # of the package in the build tree
WINDOWS = "tumbling_by_clock", "sliding_by_clock", "tumbling_by_event", "sliding_by_event"


def time_text(at_ms):
    return (EPOCH + timedelta(milliseconds=at_ms)).isoformat(timespec="milliseconds")


class Sensors(endpoint.Case):
    N = 3000

    @staticmethod
    def changed(text, *changes):
        for old, new in changes:
            text, n = re.subn(old, new, text)
            assert n > 0, f"{old} is not in the example"
        return text

    def script(self, service):
        text = (endpoint.ROOT / "examples/sensors_kinesis.sql").read_text(encoding="utf-8")
        return self.start(self.changed(
            text, (r"INSERT INTO sensor_readings .*?;\n", ""), (r"'http://localhost:4568'", f"'{service.url}'"),
            (r"'LATEST'", "'TRIM_HORIZON'"), (r"AVG\(temperature\), TUMBLE_END\(proc", "COUNT(*), TUMBLE_END(proc"),
            (r"AVG\(temperature\)(, window_end\n.*?DESCRIPTOR\(proc_time)", r"COUNT(*)\1")), "parallelism.default=2")

    def program(self, service):
        """The PyFlink program, as its author would change it for another endpoint: in the file of properties."""
        folder = endpoint.ROOT / "examples/python"
        groups = json.loads((folder / "application_properties_kinesis.json").read_text(encoding="utf-8"))
        for group in groups[1:]:
            group["PropertyMap"].update({
                "aws.endpoint": service.url, "aws.credentials.basic.accesskeyid": "test",
                "aws.credentials.basic.secretkey": "very-secret"})
        groups[1]["PropertyMap"].update({"input.stream.name": "readings", "flink.stream.initpos": "TRIM_HORIZON"})
        (self.dir / "properties.json").write_text(json.dumps(groups), encoding="utf-8")
        program = self.dir / "sensors.py"
        program.write_text(self.changed(
            (folder / "sensors.py").read_text(encoding="utf-8"),
            (r"SELECT sensor_id, AVG\(temperature\)",
             r"SELECT sensor_id, {'COUNT(*)' if time == 'proc_time' else 'AVG(temperature)'}")), encoding="utf-8")
        return self.run_process([sys.executable, "-m", "flott", program, self.dir / "properties.json"],
                                {**os.environ, "PYTHONPATH": PYTHONPATH})

    def readings(self):
        draw = random.Random(7)
        rows = [(draw.randrange(10, 21), Decimal(draw.randrange(0, 10000)) / 100,
                 START_MS + i * 10 - draw.randrange(0, 500)) for i in range(self.N)]
        rows += [(sensor, Decimal("1.00"), START_MS + self.N * 10 + 60000) for sensor in range(10, 21)]
        return rows

    def test_the_script(self):
        self.check_four_windows(self.script, {name: name for name in WINDOWS})

    @unittest.skipIf(PYTHONPATH is None, "the Python package was not built")
    def test_the_pyflink_program(self):
        self.check_four_windows(self.program, {name: "sensor-averages-" + name.replace("_", "-") for name in WINDOWS})

    def check_four_windows(self, start, streams):
        """streams: their names by window."""
        service = self.endpoint(endpoint.KinesisLocal, readings=2, **{stream: 1 for stream in streams.values()})
        readings = self.readings()
        process = start(service)
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
            got = {name: service.rows(streams[name]) for name in WINDOWS}
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
