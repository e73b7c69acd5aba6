#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Streams to streams over HTTP: a process that is killed with SIGKILL again and again loses nothing, and many records
pass in bounded memory.

KILLS kills (default 5), RECORDS records (default 20000). SEED repeats a run as far as a real clock allows. The service is
service.py, which is quick; with SERVICE=kinesis-local it is that, whose time for a call grows with the records of the stream:
many records are then spread over streams of STREAM_RECORDS each in SERVICES processes of it, all copied by one job."""
import json
import os
import random
import signal
import sys
import threading
import time
import unittest
import zlib
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import endpoint

KILLS = int(os.environ.get("KILLS", "5"))
RECORDS = int(os.environ.get("RECORDS", "20000"))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
LOCAL = os.environ.get("SERVICE") == "kinesis-local"
SERVICE = endpoint.KinesisLocal if LOCAL else endpoint.StandIn
STREAM_RECORDS, SHARDS, CLIENTS = 2500, 2, 8
SERVICES = 8  # one that has too much to do stops to listen, for good
PAUSE, QUIET_TICKS = 30, 300  # a job that has used a tenth of a CPU for half a minute has nothing left to copy
MEMORY_MAX_KB = 160_000
KEYS = 17


def copy(url, **sink):
    return (f"CREATE TABLE a (k INT, i INT, word STRING) "
            f"WITH ({endpoint.options(url, stream='a', scan_stream_initpos='TRIM_HORIZON')});\n"
            f"CREATE TABLE b (k INT, i INT, word STRING) PARTITIONED BY (k) "
            f"WITH ({endpoint.options(url, stream='b', **sink)});\n"
            "INSERT INTO b SELECT * FROM a;\n")


def copy_all(urls):
    """The same for a pair of streams at each of the URLs, as one job."""
    # It is the service that has no time.
    calm = {"scan_shard_getrecords_intervalmillis": "30000", "scan_shard_discovery_intervalmillis": "600000"}
    one = {"sink_requests_max__inflight": "1"}
    tables = "".join(
        f"CREATE TABLE a{j} (k INT, i INT, word STRING) "
        f"WITH ({endpoint.options(url, stream=f'a{j}', scan_stream_initpos='TRIM_HORIZON', **calm)});\n"
        f"CREATE TABLE b{j} (k INT, i INT, word STRING) PARTITIONED BY (i) "
        f"WITH ({endpoint.options(url, stream=f'b{j}', **one)});\n"
        for j, url in enumerate(urls))
    inserts = "".join(f"INSERT INTO b{j} SELECT * FROM a{j};\n" for j in range(len(urls)))
    return f"{tables}EXECUTE STATEMENT SET BEGIN\n{inserts}END;\n"


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
        service = self.endpoint(SERVICE, a=3, b=2)
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
        if LOCAL:
            self.many_streams()
        else:
            self.one_stream()

    def one_stream(self):
        service = self.endpoint(endpoint.StandIn, a=4, b="4:count")
        service.put("a", [record(i) for i in range(RECORDS)])
        expected = sum(zlib.crc32(b64encode(record(i)[1])) for i in range(RECORDS))

        def arrived():
            nonlocal count
            count = service.call("Count", StreamName="b")
            return count["Records"]
        count = None
        self.watch(self.start(copy(service.url), "parallelism.default=2"), arrived, 60 + RECORDS / 2000, 0.05)
        self.assertEqual((count["Records"], count["Sum"]), (RECORDS, expected))

    def many_streams(self):
        n = -(-RECORDS // STREAM_RECORDS)
        os.environ["SHARD_LIMIT"] = str(2 * n * SHARDS + 10)
        os.environ["CREATE_STREAM_DURATION"] = "5ms"  # one stream after the other
        os.environ["NODE_OPTIONS"] = "--max-old-space-size=2000"  # all that it stores is in its memory
        services = [self.endpoint(endpoint.KinesisLocal, **{f"{side}{j}": SHARDS for side in "ab" for j in range(k, n, SERVICES)})
                    for k in range(SERVICES)]
        at = [services[j % SERVICES] for j in range(n)]  # the service of each pair of streams
        with ThreadPoolExecutor(CLIENTS) as clients:
            for j, _ in enumerate(clients.map(lambda j: self.fill(at[j].port, j, n), range(n))):
                if sys.stderr.isatty():
                    print(f"\r{j + 1} of {n} streams", end="", file=sys.stderr)
        process, before, found = self.start(copy_all([service.url for service in at])), None, {}

        def arrived():
            """Reads only what is complete: while the job keeps the service busy, each call of ours would wait long."""
            nonlocal before
            ticks = sum(map(int, Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[11:13]))
            busy, before = before is None or ticks - before > QUIET_TICKS, ticks
            found.clear()
            for j in range(0 if busy else n):
                for _, data in at[j].read(f"b{j}"):
                    i = json.loads(data)["i"]
                    found[i] = found.get(i, 0) + 1
            return len(found)
        self.watch(process, arrived, 60 + RECORDS / 200, PAUSE)
        self.assertEqual(len(found), RECORDS)
        self.assertEqual(sum(found.values()), RECORDS, "without a failure every record comes once")

    @staticmethod
    def fill(port, j, n):
        """Every n-th record from the j-th on into stream aj, no shard of which is busier than others."""
        client = endpoint.Endpoint(port)
        client.put(f"a{j}", [(str(i), record(i)[1]) for i in range(j, RECORDS, n)])
        client.connection.close()

    def watch(self, process, arrived, seconds, pause):
        """Until all records have arrived or the time is over; looks at the memory of the process meanwhile."""
        began, peak = time.monotonic(), 0
        while True:
            n = arrived()
            if process.poll() is not None:
                self.fail(f"the job has ended with {process.returncode}: {process.stderr.read()}")
            with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
                peak = max(peak, *(int(line.split()[1]) for line in status if line.startswith(("VmHWM", "VmRSS"))))
            if n >= RECORDS or time.monotonic() > began + seconds:
                break
            time.sleep(pause)
        took = time.monotonic() - began
        self.stop(process)
        print(f"{n} records in {took:.1f} s, {peak // 1024} MB at most", file=sys.stderr)
        if os.environ.get("FLOTT_SANITIZED") != "1":
            self.assertLess(peak, MEMORY_MAX_KB * (10 if LOCAL else 1))  # there with two clients for each pair of streams


if __name__ == "__main__":
    if LOCAL:
        endpoint.skip_without_kinesis_local()
    unittest.main()
