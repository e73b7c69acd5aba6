#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Scripts with one mistake each about Kinesis, judged as those of tests/cli/test_wrong_scripts.py. The service is a few
canned answers in this process: a stream's name says what is wrong with it."""
import http.server
import json
import sys
import threading
import unittest

import endpoint

sys.path.insert(0, str(endpoint.ROOT / "tests/cli"))
from test_wrong_scripts import Case as C, Runner  # noqa: E402

REFUSALS = {
    "nowhere": ("ResourceNotFoundException", "Stream nowhere under account 000000000000 not found."),
    "wrong-secret": ("InvalidSignatureException", "The request signature we calculated does not match the signature you "
                     "provided."),
    "wrong-key": ("UnrecognizedClientException", "The security token included in the request is invalid."),
    "no-right": ("AccessDeniedException", "User u is not authorized to perform: kinesis:ListShards"),
    "expired": ("ExpiredTokenException", "The security token included in the request is expired"),
}
SHARD = {"ShardId": "shardId-000000000000", "SequenceNumberRange": {"StartingSequenceNumber": "1"},
         "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": str(2 ** 128 - 1)}}
ANSWERS = {
    "ListShards": {"Shards": [SHARD]},
    "GetShardIterator": {"ShardIterator": "x"},
    "GetRecords": {"Records": [{"Data": "eyJrIjogb29wc30=", "PartitionKey": "1", "SequenceNumber": "17",
                                "ApproximateArrivalTimestamp": 1.7e9}], "NextShardIterator": "y", "MillisBehindLatest": 0},
}


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].partition(".")[2]
        stream = body.get("StreamName") or body.get("DeliveryStreamName") or ""
        if stream == "a-web-site":
            self.answer(200, b"<html>hello</html>")
        elif stream in REFUSALS:
            kind, message = REFUSALS[stream]
            self.answer(400, json.dumps({"__type": kind, "message": message}).encode())
        else:
            self.answer(200, json.dumps(ANSWERS[operation]).encode())

    def answer(self, code, body):
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Mistakes(Runner, unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        threading.Thread(target=cls.service.serve_forever, daemon=True).start()

    @classmethod
    def tearDownClass(cls):
        cls.service.shutdown()
        cls.service.server_close()

    def cases(self):
        url = f"http://localhost:{self.service.server_address[1]}"
        alone = "'aws.region' = 'us-east-1', 'format' = 'json'"
        keys = ", 'aws.credentials.basic.accesskeyid' = 'AKIDTEST', 'aws.credentials.basic.secretkey' = 'very-secret'"
        there = f"{alone}, 'aws.endpoint' = '{url}'"
        nowhere = {"HOME": "/nowhere", "AWS_EC2_METADATA_DISABLED": "true"}

        def table(options, common=there + keys, columns="k INT", connector="kinesis", more=""):
            return f"CREATE TABLE t ({columns}) {more}WITH ('connector' = '{connector}', {options}, {common});\n"

        def read(*words, **options):
            return table(*words, **options) + "SELECT * FROM t;"

        def write(*words, query="VALUES (1)", **options):
            return table(*words, **options) + f"INSERT INTO t {query};"
        stream, first = "'stream' = 'a'", "'scan.stream.initpos' = 'TRIM_HORIZON'"
        return [
            C("misspelt option", read(f"{stream}, 'scan.stream.initpoz' = 'LATEST'"), "scan.stream.initpoz",
              "did you mean 'scan.stream.initpos'?"),
            C("options of two versions", read(f"{stream}, 'source.init.position' = 'LATEST'"), "source.init.position",
              "'stream' goes with scan.*"),
            C("two names of the stream", read(f"{stream}, 'stream.arn' = 'arn:aws:kinesis:us-east-1:1:stream/a'"),
              "both name the stream"),
            C("no stream", read("'aws.trust.all.certificates' = 'false'"), "Missing required options", "stream.arn"),
            C("an ARN that is none", read("'stream.arn' = 'arn:kinesis/a'"), "'arn:kinesis/a'", "arn:aws:kinesis:REGION"),
            C("no region", read(stream, "'format' = 'json'"), "aws.region", "us-east-1"),
            C("enhanced fan-out", read(f"{stream}, 'scan.stream.recordpublisher' = 'EFO'"), "'EFO' is not supported",
              "polling"),
            C("unknown start", read(f"{stream}, 'scan.stream.initpos' = 'NEWEST'"), "'NEWEST'", "TRIM_HORIZON"),
            C("a start without its time", read(f"{stream}, 'scan.stream.initpos' = 'AT_TIMESTAMP'"),
              "scan.stream.initpos-timestamp"),
            C("a time that is none", read(f"{stream}, 'scan.stream.initpos' = 'AT_TIMESTAMP', "
                                          "'scan.stream.initpos-timestamp' = 'yesterday'"), "'yesterday'", "1459799926.480"),
            C("unknown metadata", read(stream, columns="k INT, m STRING METADATA FROM 'shard'"), "'shard'", "shard-id"),
            C("a stream in batch mode", "SET 'execution.runtime-mode' = 'batch';\n" + read(stream), "unbounded",
              "streaming"),
            C("reading from Firehose", read("'delivery-stream' = 'a'", connector="firehose"),
              "can only be used as a sink"),
            C("two ways to choose a partition", write(f"{stream}, 'sink.partitioner' = 'random'",
                                                      more="PARTITIONED BY (k) "), "sink.partitioner", "PARTITIONED BY"),
            C("updates into a stream", "CREATE TABLE g (k INT) WITH ('connector' = 'datagen', 'number-of-rows' = '3');\n" +
              write(stream, query="SELECT CAST(COUNT(*) AS INT) FROM g"), "update"),

            C("closed endpoint", read(stream, f"{alone}, 'aws.endpoint' = 'http://localhost:{endpoint.free_port()}'" + keys),
              "Connection refused", "nobody listens there"),
            C("unknown stream", read("'stream' = 'nowhere'"), "ResourceNotFoundException", "'nowhere' in region us-east-1"),
            C("unknown stream of a sink", write("'stream' = 'nowhere'"), "ResourceNotFoundException", "check the name"),
            C("wrong secret", read("'stream' = 'wrong-secret'"), "InvalidSignatureException", "secret key"),
            C("wrong access key", read("'stream' = 'wrong-key'"), "UnrecognizedClientException", "access key id"),
            C("no right", write("'stream' = 'no-right'"), "AccessDeniedException", "IAM"),
            C("expired token", read("'stream' = 'expired'"), "ExpiredTokenException", "new credentials"),
            C("another service", read("'stream' = 'a-web-site'"), "cannot be read", "aws.endpoint"),
            C("a record that is no JSON", read(f"{stream}, {first}"), "shardId-000000000000", "sequence number 17",
              '{"k": oops}', "json.ignore-parse-errors"),

            C("no credentials", read(stream, there), "no AWS credentials were found", "AWS_ACCESS_KEY_ID", env=nowhere),
            C("no profile", read(f"{stream}, 'aws.credentials.provider' = 'PROFILE'", there), "/nowhere/.aws/credentials",
              "aws configure", env=nowhere),
            C("credentials of a JVM", read(f"{stream}, 'aws.credentials.provider' = 'SYS_PROP'", there), "SYS_PROP",
              "ENV_VAR"),
            C("a secret without its key", read(f"{stream}, 'aws.credentials.basic.secretkey' = 'very-secret'", there),
              "aws.credentials.basic.accesskeyid"),
        ]

    def judge(self, case, done):
        super().judge(case, done)
        self.assertNotIn(b"very-secret", done.stderr)

    def test_each_mistake_is_told_well(self):
        self.run_cases(self.cases())


if __name__ == "__main__":
    unittest.main()
