# SPDX-License-Identifier: Apache-2.0
"""W-kinesis: records of one Kinesis stream to another one, by flott's job and by a bare loop over libcurl.

The service is tests/kinesis/service.py on this machine, in a process of its own that does not count: it has no limits,
so what is measured is the client. flott decodes each record from JSON and encodes the row anew; the loop moves bytes.
A Kinesis job has no end: flott is stopped when all records have arrived. What arrives is compared by number and sum."""

import os
import signal
import statistics
import subprocess
import sys
import time
import zlib
from base64 import b64encode

from harness.engines import flott_settings
from harness.install import REPOSITORY
from harness.process import Failed

sys.path.insert(0, str(REPOSITORY / "tests" / "kinesis"))

RECORDS, QUICK_RECORDS = 1_000_000, 50_000
BOUND = 2.0  # CPU of flott at most so many times that of the loop
TIME_LIMIT_S = 600

SCRIPT = """
CREATE TABLE a (sensor_id INT, temperature DOUBLE, word STRING) WITH ({a});
CREATE TABLE b (sensor_id INT, temperature DOUBLE, word STRING) PARTITIONED BY (sensor_id) WITH ({b});
INSERT INTO b SELECT * FROM a;
"""


def record(i):
    return str(i % 100), b'{"sensor_id":%d,"temperature":%d.25,"word":"what the sensor has to say, number %d"}' % (
        i % 100, i % 90, i)


class Copy:
    """A service with the input in it, and the programs that copy it, each to an output of its own."""

    def __init__(self, tools, records):
        from endpoint import StandIn

        self.tools, self.records, self.runs = tools, records, 0
        self.service = StandIn(a=4, **{f"b{i}": "4:count" for i in range(64)})
        self.service.put("a", [record(i) for i in range(records)])
        self.expected = {"Records": records, "Sum": sum(zlib.crc32(b64encode(record(i)[1])) for i in range(records))}

    def command(self, engine, to):
        if engine == "limit":
            program = self.tools.installer.program("limit_kinesis", at_end=("-lcurl", "-lcrypto"))
            return [program, self.service.url, "a", to, str(self.records)]
        from endpoint import options

        script = self.tools.scripts / "kinesis.sql"
        script.write_text(SCRIPT.format(
            a=options(self.service.url, stream="a", scan_stream_initpos="TRIM_HORIZON",
                      scan_shard_getrecords_intervalmillis="10"),
            b=options(self.service.url, stream=to, sink_flush__buffer_timeout="100")))
        return [self.tools.flott, "run", *flott_settings(), script]

    def measure(self, engine):
        """CPU seconds of one run, from the start of the process to its end."""
        self.runs += 1
        to = f"b{self.runs % 64}"
        before = self.service.call("Count", StreamName=to)
        end = time.monotonic() + TIME_LIMIT_S
        with open(os.devnull, "r+b") as null:
            process = subprocess.Popen(list(map(str, self.command(engine, to))), stdin=null, stdout=null, stderr=null)
        try:
            while engine == "flott" and time.monotonic() < end and process.poll() is None:
                if self.service.call("Count", StreamName=to)["Records"] - before["Records"] >= self.records:
                    process.send_signal(signal.SIGINT)
                    break
                time.sleep(0.05)
            _, _, usage = os.wait4(process.pid, 0)
            process.returncode = 0
        finally:
            if process.returncode is None:
                process.kill()
        after = self.service.call("Count", StreamName=to)
        arrived = {name: after[name] - before[name] for name in after}
        if arrived != self.expected:
            raise Failed(f"{engine}: {arrived} have arrived, not {self.expected}")
        return usage.ru_utime + usage.ru_stime

    def close(self):
        self.service.close()


def run(tools, rounds, quick, scale, tell):
    """{records, cpu_ns: {engine: [per record, by round]}, ratio, passed}"""
    records = int((QUICK_RECORDS if quick else RECORDS) * scale)
    tell(f"kinesis: putting {records:,} records into a stream")
    copy = Copy(tools, records)
    cpu = {"flott": [], "limit": []}
    try:
        for number in range(rounds + 1):  # 0 warms up
            tell(f"kinesis: round {number} of {rounds}")
            for engine, samples in cpu.items():
                spent = copy.measure(engine)
                samples.extend([spent / records * 1e9] if number > 0 else [])
    finally:
        copy.close()
    ratio = statistics.median(cpu["flott"]) / statistics.median(cpu["limit"])
    return {"records": records, "cpu_ns": cpu, "ratio": ratio, "bound": BOUND, "passed": ratio <= BOUND}


def table(result):
    lines = [f"W-kinesis: {result['records']:,} records of a stream to another one, CPU nanoseconds a record"]
    for engine, samples in result["cpu_ns"].items():
        lines.append(f"  {engine:8} {statistics.median(samples):8.0f}   ({min(samples):.0f} - {max(samples):.0f})")
    verdict = "passed" if result["passed"] else "FAILED"
    return [*lines, f"  flott spends {result['ratio']:.2f} x the bare loop; at most {result['bound']:g} x: {verdict}"]
