# SPDX-License-Identifier: Apache-2.0
"""What the tests against real HTTP share: a service on a free port, a client for it, flott beside it.

KinesisLocal is the npm package kinesis-local, run by node, which answers as Amazon's service does. It is looked for in
$KINESIS_LOCAL (the folder with its main.js), build/npm and ~/.cache/flott-kinesis. StandIn is service.py: no limits, and
quick with many records."""
import base64
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

FLOTT = os.path.abspath(os.environ.get("FLOTT", "build/flott"))
ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = "Kinesis_20131202."


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def kinesis_local():
    """The folder of kinesis-local, or None."""
    places = [os.environ.get("KINESIS_LOCAL"), ROOT / "build/npm/node_modules/kinesis-local",
              Path.home() / ".cache/flott-kinesis/node_modules/kinesis-local"]
    if shutil.which("node") is None:
        return None
    return next((Path(p) for p in places if p and (Path(p) / "main.js").is_file()), None)


def skip_without_kinesis_local():
    if kinesis_local() is None:
        print("skipped: node or the npm package kinesis-local is missing (npm install --prefix build/npm kinesis-local)")
        sys.exit(77)


class Endpoint:
    """A client of a service on this machine. Records are (partition key, bytes)."""

    def __init__(self, port):
        self.port, self.url, self.connection = port, f"http://localhost:{port}", None
        self.process = self.words = None

    def call(self, operation, **body):
        headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": OPERATIONS + operation,
                   "X-Amz-Date": time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()),
                   "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, "
                                    "SignedHeaders=host, Signature=00"}
        for again in range(20, -1, -1):  # a service that has much to do closes connections that wait
            try:
                if self.connection is None:
                    self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
                self.connection.request("POST", "/", json.dumps(body), headers)
                answer = self.connection.getresponse()
                found = json.loads(answer.read())
                break
            except (http.client.HTTPException, OSError) as e:
                if self.connection is not None:
                    self.connection.close()
                self.connection = None
                if not again or (self.process is not None and self.process.poll() is not None):
                    raise RuntimeError(f"{operation}: no answer from the service, {self.state()}") from e
                time.sleep(0.1)
        if answer.status != 200:
            raise RuntimeError(f"{operation}: {found}")
        return found

    def state(self):
        """How the process of the service does, and its last words."""
        if self.process is None:
            return "which is not ours"
        try:
            state = f"which has ended with {self.process.wait(1)}"
        except subprocess.TimeoutExpired:
            state = "which runs"
        if self.words is not None:
            self.words.seek(0)
            state += ": " + self.words.read()[-2000:].decode(errors="replace")
        return state

    def put(self, stream, records, batch=500):
        for i in range(0, len(records), batch):
            left = [{"Data": base64.b64encode(data).decode(), "PartitionKey": key} for key, data in records[i:i + batch]]
            while left:
                answers = self.call("PutRecords", StreamName=stream, Records=left)["Records"]
                left = [r for r, a in zip(left, answers) if a.get("ErrorCode")]
                if left:
                    time.sleep(0.3)

    def read(self, stream):
        """All records of all shards, those of a shard in order, as (partition key, bytes)."""
        found = []
        for shard in self.call("ListShards", StreamName=stream)["Shards"]:
            at = self.call("GetShardIterator", StreamName=stream, ShardId=shard["ShardId"],
                           ShardIteratorType="TRIM_HORIZON")["ShardIterator"]
            while at:
                answer = self.call("GetRecords", ShardIterator=at, Limit=10000)
                found += [(r["PartitionKey"], base64.b64decode(r["Data"])) for r in answer["Records"]]
                if not answer["Records"] and not answer["MillisBehindLatest"]:
                    break
                at = answer["NextShardIterator"]
        return found

    def rows(self, stream):
        """The records as JSON rows, each with its partition key."""
        return [(key, json.loads(data)) for key, data in self.read(stream)]

    def wait_for_streams(self, names, seconds=600):
        end = time.monotonic() + seconds
        while True:
            try:
                for name in names:
                    if not self.call("ListShards", StreamName=name)["Shards"]:
                        raise RuntimeError("not there yet")
                return
            except (OSError, RuntimeError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.process.kill()
        self.process.wait()
        if self.words is not None:
            self.words.close()


class KinesisLocal(Endpoint):
    def __init__(self, **streams):
        """streams: shards by name."""
        super().__init__(free_port())
        self.tls_port = free_port()
        self.tls_url = f"https://localhost:{self.tls_port}"
        settings = {"INITIALIZE_STREAMS": ",".join(f"{name}:{n}" for name, n in streams.items()),
                    "KINESIS_MOCK_PLAIN_PORT": str(self.port), "KINESIS_MOCK_TLS_PORT": str(self.tls_port),
                    "LOG_LEVEL": "ERROR", "ROOT_LOG_LEVEL": "ERROR"}
        self.words = tempfile.TemporaryFile()
        self.process = subprocess.Popen(["node", "main.js"], cwd=kinesis_local(), env={**os.environ, **settings},
                                        stdin=subprocess.DEVNULL, stdout=self.words, stderr=self.words)
        try:
            self.wait_for_streams(streams)
        except BaseException:
            self.close()
            raise


class StandIn(Endpoint):
    def __init__(self, **streams):
        """streams: shards by name, or "N:count"."""
        process = subprocess.Popen(
            [sys.executable, ROOT / "tests/kinesis/service.py", *(f"{name}:{n}" for name, n in streams.items())],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        super().__init__(int(process.stdout.readline()))
        process.stdout.close()
        self.process = process


def options(url, **more):
    """WITH options of a table at an endpoint; of the names, _ stands for a dot and __ for a dash."""
    given = {"connector": "kinesis", "format": "json", "aws_region": "us-east-1", "aws_endpoint": url,
             "aws_credentials_basic_accesskeyid": "test", "aws_credentials_basic_secretkey": "very-secret", **more}
    return ", ".join(f"'{k.replace('__', '-').replace('_', '.')}' = '{v}'" for k, v in given.items())


class Case(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="flott-kinesis-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)

    def endpoint(self, kind, **streams):
        e = kind(**streams)
        self.addCleanup(e.close)
        return e

    def start(self, sql, *settings, name="job.sql", args=()):
        """A job in a process; it is killed at the end of the test if it still runs."""
        path = self.dir / name
        path.write_text(sql, encoding="utf-8")
        words = [word for s in settings for word in ("-D", s)]
        return self.run_process([FLOTT, "run", *words, *args, path])

    def run_process(self, words, environment=None):
        """A process; it is killed at the end of the test if it still runs."""
        process = subprocess.Popen(words, cwd=self.dir, text=True, env=environment,
                                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.end, process)
        return process

    def run_job(self, sql, *settings, timeout=300, **more):
        """Exit code and what it said."""
        process = self.start(sql, *settings, **more)
        _, err = process.communicate(timeout=timeout)
        return process.returncode, err

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        process.stderr.close()

    def stop(self, process, timeout=60):
        """Ctrl-C: the job is canceled, or stopped with what it has."""
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=timeout)
        return err
