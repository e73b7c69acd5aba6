#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kinesis over HTTP for tests of volume and for the bench: what the jobs need of it, and quick.

    service.py [--port N] STREAM:SHARDS[:count]...     prints its port

kinesis-local answers as the real service does, but a PutRecords takes it longer the more it holds: with ten thousand
records more than a second. This stand-in keeps each record as the JSON text that GetRecords gives, so that a call costs
one pass. It has no limits and looks at no signature. A stream with :count keeps no records, only their number and a sum
of what they say, which the call `Count` answers."""
import argparse
import hashlib
import json
import sys
import threading
import time
import zlib
from bisect import bisect_left
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HASHES = 1 << 128


class Refused(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


class Shard:
    def __init__(self):
        self.records, self.times = [], []  # JSON texts; arrival in ms
        self.n = self.sum = 0


class Stream:
    def __init__(self, name, n_shards, count):
        self.name, self.count = name, count
        self.shards = [Shard() for _ in range(n_shards)]

    def shard_of(self, key):
        return int.from_bytes(hashlib.md5(key.encode()).digest(), "big") * len(self.shards) // HASHES


def number(shard, position):
    return "49%06d%040d" % (shard, position)


class Service:
    def __init__(self, streams):
        self.streams = {s.name: s for s in streams}
        self.lock = threading.Lock()

    def stream(self, body):
        name = body.get("StreamName") or body.get("StreamARN", "").rpartition("/")[2]
        if name not in self.streams:
            raise Refused("ResourceNotFoundException", f"Stream {name} under account 000000000000 not found.")
        return self.streams[name]

    def PutRecords(self, body):
        stream, now, answer = self.stream(body), int(time.time() * 1000), []
        with self.lock:
            for record in body["Records"]:
                key, data = record["PartitionKey"], record["Data"]
                i = stream.shard_of(key)
                shard = stream.shards[i]
                if stream.count:
                    shard.sum += zlib.crc32(data.encode())
                else:
                    shard.records.append(
                        '{"SequenceNumber":"%s","ApproximateArrivalTimestamp":%d.%03d,"Data":"%s","PartitionKey":%s}'
                        % (number(i, shard.n), now // 1000, now % 1000, data, json.dumps(key)))
                    shard.times.append(now)
                answer.append('{"SequenceNumber":"%s","ShardId":"shardId-%012d"}' % (number(i, shard.n), i))
                shard.n += 1
        return '{"FailedRecordCount":0,"Records":[%s]}' % ",".join(answer)

    def ListShards(self, body):
        stream = self.stream(body)
        n = len(stream.shards)
        return json.dumps({"Shards": [
            {"ShardId": "shardId-%012d" % i,
             "HashKeyRange": {"StartingHashKey": str(HASHES * i // n), "EndingHashKey": str(HASHES * (i + 1) // n - 1)},
             "SequenceNumberRange": {"StartingSequenceNumber": number(i, 0)}} for i in range(n)]})

    def GetShardIterator(self, body):
        stream, i, kind = self.stream(body), int(body["ShardId"][-12:]), body["ShardIteratorType"]
        shard, at = stream.shards[i], 0
        if kind == "LATEST":
            at = shard.n
        elif kind == "AT_TIMESTAMP":
            at = bisect_left(shard.times, body["Timestamp"] * 1000)
        elif kind != "TRIM_HORIZON":
            at = int(body["StartingSequenceNumber"][8:]) + (kind == "AFTER_SEQUENCE_NUMBER")
        return json.dumps({"ShardIterator": f"{stream.name}/{i}/{at}"})

    def GetRecords(self, body):
        name, i, at = body["ShardIterator"].rsplit("/", 2)
        shard, at = self.streams[name].shards[int(i)], int(at)
        found, bytes_left = shard.records[at:at + body.get("Limit", 10000)], 10 << 20
        for n, record in enumerate(found):
            bytes_left -= len(record)
            if bytes_left < 0:
                found = found[:n]
                break
        end = at + len(found)
        behind = int(time.time() * 1000) - shard.times[end] if end < len(shard.records) else 0
        return '{"MillisBehindLatest":%d,"NextShardIterator":"%s/%s/%d","Records":[%s]}' % (
            behind, name, i, end, ",".join(found))

    def Count(self, body):
        shards = self.stream(body).shards
        return json.dumps({"Records": sum(s.n for s in shards), "Sum": sum(s.sum for s in shards)})


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # one write for an answer

    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        status, operation = 200, self.headers["X-Amz-Target"].rpartition(".")[2]
        try:
            answer = getattr(self.server.service, operation)(json.loads(text))
        except Refused as refused:
            status, answer = 400, json.dumps({"__type": refused.kind, "message": str(refused)})
        answer = answer.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
        self.wfile.flush()

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):  # whoever asked may have been killed
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("streams", nargs="+")
    given = parser.parse_args()
    server = Server(("127.0.0.1", given.port), Handler)
    parts = [text.split(":") for text in given.streams]
    server.service = Service([Stream(p[0], int(p[1]), p[2:] == ["count"]) for p in parts])
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
