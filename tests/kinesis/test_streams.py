#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Streams to streams over HTTP: a process that is killed with SIGKILL again and again loses nothing, and many records
pass in bounded memory.

KILLS kills (default 5), RECORDS records (default 20000). SEED repeats a run as far as a real clock allows."""
import os
import random
import signal
import sys
import threading
import time
import unittest
import zlib
from base64 import b64encode

import endpoint

KILLS = int(os.environ.get("KILLS", "5"))
RECORDS = int(os.environ.get("RECORDS", "20000"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
MEMORY_MAX_KB = 160_000
KEYS = 17


def copy(url, **sink):
    return (f"CREATE TABLE a (k INT, i INT, word STRING) "
            f"WITH ({endpoint.options(url, stream='a', scan_stream_initpos='TRIM_HORIZON')});\n"
            f"CREATE TABLE b (k INT, i INT, word STRING) PARTITIONED BY (k) "
            f"WITH ({endpoint.options(url, stream='b', **sink)});\n"
            "INSERT INTO b SELECT * FROM a;\n")


def record(i):
    return str(i % KEYS), b'{"k":%d,"i":%d,"word":"some words of record %d"}' % (i % KEYS, i, i)


class Feeder(threading.Thread):
    """Puts records into stream a, some hundreds a second, until it is told to stop."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.client, self.n, self.enough = endpoint.Endpoint(port), 0, threading.Event()

    def run(self):
        while not self.enough.wait(0.05):
            self.client.put("a", [record(self.n + i) for i in range(30)])
            self.n += 30
        self.client.connection.close()


class Kill9(endpoint.Case):
    def test_nothing_is_lost(self):
        print(f"KILLS={KILLS} SEED={SEED}", file=sys.stderr)
        draw = random.Random(SEED)
        service = self.endpoint(endpoint.StandIn, a=3, b=2)
        feeder = Feeder(service.port)
        feeder.start()
        settings = ("execution.checkpointing.interval=50 ms", "parallelism.default=2")
        saved = self.dir / "flott-checkpoints" / "job"
        for kill in range(KILLS + 1):
            restore = ("--restore", str(saved)) if any(saved.glob("chk-*[0-9]")) else ()
            process = self.start(copy(service.url, sink_flush__buffer_timeout="30"), *settings, args=restore)
            if kill == KILLS:
                break
            time.sleep(draw.uniform(0.02, 0.6))
            process.send_signal(signal.SIGKILL)
            _, err = process.communicate()
            self.assertEqual(process.returncode, -signal.SIGKILL, err)
        feeder.enough.set()
        feeder.join()
        end = time.monotonic() + 60
        while len({r["i"] for _, r in service.rows("b")}) < feeder.n and time.monotonic() < end:
            self.assertIsNone(process.poll(), "the job has ended")
            time.sleep(0.2)
        self.stop(process)
        stored = service.rows("b")
        self.assertEqual(sorted(set(range(feeder.n)) - {r["i"] for _, r in stored})[:5], [], "records that are lost")
        seen = {}
        for key, r in stored:
            self.assertEqual(key, str(r["k"]))
            if r["i"] not in seen.setdefault(r["k"], {}):
                self.assertEqual(r["i"], len(seen[r["k"]]) * KEYS + r["k"], "the order of a key")
                seen[r["k"]][r["i"]] = True
        print(f"{feeder.n} records, {len(stored) - feeder.n} came again", file=sys.stderr)


class Volume(endpoint.Case):
    def test_many_records_in_bounded_memory(self):
        service = self.endpoint(endpoint.StandIn, a=4, b="4:count")
        service.put("a", [record(i) for i in range(RECORDS)])
        expected = sum(zlib.crc32(b64encode(record(i)[1])) for i in range(RECORDS))
        began, end, peak = time.monotonic(), time.monotonic() + 60 + RECORDS / 2000, 0
        process = self.start(copy(service.url), "parallelism.default=2")
        while True:
            count = service.call("Count", StreamName="b")
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                peak = max(peak, *(int(line.split()[1]) for line in status if line.startswith(("VmHWM", "VmRSS"))))
            if count["Records"] >= RECORDS or time.monotonic() > end or process.poll() is not None:
                break
            time.sleep(0.05)
        took = time.monotonic() - began
        self.stop(process)
        self.assertEqual((count["Records"], count["Sum"]), (RECORDS, expected))
        print(f"{RECORDS} records in {took:.1f} s, {peak // 1024} MB at most", file=sys.stderr)
        if os.environ.get("FLOTT_SANITIZED") != "1":
            self.assertLess(peak, MEMORY_MAX_KB)


if __name__ == "__main__":
    unittest.main()
