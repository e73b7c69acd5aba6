#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/sigv4.tsv: requests, and how AWS's own Python library signs them.

    pip install botocore && tests/oracle/sigv4.py > tests/data/sigv4.tsv

The requests are ours; canonical request, text to sign and signature are botocore's. What each column holds stands in
tests/unit/test_sigv4.c.
"""
import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TIME, REGION, SERVICE = "20240229T123456Z", "eu-central-1", "kinesis"
PLAIN = Credentials("AKIDFLOTTPLAIN", "flott/secret+KEY=0123456789")
TEMPORARY = Credentials("ASIDFLOTTTEMP", "another/secret", "token/With+Signs==and a blank")
JSON = [("Content-Type", "application/x-amz-json-1.1")]
UTF8 = "\u00fc\u4f60\U0001f600"

# name, credentials, method, path and query as they are sent, headers, body
CASES = [
    ("get", PLAIN, "GET", "/", "", [], ""),
    ("post without body", PLAIN, "POST", "/", "", [], ""),
    ("get records", PLAIN, "POST", "/", "", JSON + [("X-Amz-Target", "Kinesis_20131202.GetRecords")],
     '{"ShardIterator":"AAAAAAAA==","Limit":10000}'),
    ("put records, temporary", TEMPORARY, "POST", "/", "", JSON + [("X-Amz-Target", "Kinesis_20131202.PutRecords")],
     '{"Records":[{"Data":"YQ==","PartitionKey":"\u00fc"}],"StreamName":"s"}'),
    ("body of many bytes", PLAIN, "POST", "/", "", JSON, "0123456789abcdef" * 64),
    ("body with breaks", PLAIN, "POST", "/", "", [], "one\ntwo\tthree\\four\n"),
    ("form", PLAIN, "POST", "/", "", [("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")],
     "Action=AssumeRole&Version=2011-06-15"),
    ("headers out of order", PLAIN, "GET", "/", "", [("Zebra", "z"), ("alpha", "a"), ("Mike", "m"), ("a", "1")], ""),
    ("headers with blanks", PLAIN, "GET", "/", "", [("Blanks", "   a    b  c "), ("Tabs", "\ta b")], ""),
    ("header without value", PLAIN, "GET", "/", "", [("Empty", "")], ""),
    ("header in capitals", PLAIN, "GET", "/", "", [("X-UPPER-Case", "Value Stays")], ""),
    ("header twice", PLAIN, "GET", "/", "", [("Again", "second"), ("Again", "first"), ("again", "second")], ""),
    ("header in UTF-8", PLAIN, "GET", "/", "", [("Utf", UTF8)], ""),
    ("path", PLAIN, "GET", "/latest/meta-data/iam", "", [], ""),
    ("path ends in slash", PLAIN, "GET", "/a/b/", "", [], ""),
    ("path with dots", PLAIN, "GET", "/a/./b/../c", "", [], ""),
    ("path above the root", PLAIN, "GET", "/../../a", "", [], ""),
    ("path of dots only", PLAIN, "GET", "/a/..", "", [], ""),
    ("path with doubled slashes", PLAIN, "GET", "//a///b//", "", [], ""),
    ("path unreserved", PLAIN, "GET", "/-._~0123ABCxyz", "", [], ""),
    ("path with signs", PLAIN, "GET", "/a:b@c,d;e=f+g$h!i*j'k(l)", "", [], ""),
    ("path encoded already", PLAIN, "GET", "/a%20b/%E4%BD%A0", "", [], ""),
    ("path in UTF-8", PLAIN, "GET", "/" + UTF8, "", [], ""),
    ("query", PLAIN, "GET", "/", "b=2&a=1", [], ""),
    ("query by value", PLAIN, "GET", "/", "a=2&a=1&a=10&a=", [], ""),
    ("query by case", PLAIN, "GET", "/", "b=1&B=2&a=3&A=4", [], ""),
    ("query encoded", PLAIN, "GET", "/", "k%20y=v%2Fw&%E4%BD%A0=%C3%BC", [], ""),
    ("query with empty parts", PLAIN, "GET", "/", "a=1&b=&c=3", [], ""),
    ("query unreserved", PLAIN, "GET", "/", "-._~09AZaz=-._~09AZaz", [], ""),
    ("query with equals signs", PLAIN, "GET", "/", "a=b%3Dc", [], ""),
    ("put", TEMPORARY, "PUT", "/latest/api/token", "", [("X-aws-ec2-metadata-token-ttl-seconds", "21600")], ""),
    ("path and query", TEMPORARY, "DELETE", "/x/y", "z=1&w=2", JSON, "{}"),
]


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def row(name, who, method, path, query, headers, body):
    headers = headers + [("Host", "kinesis.eu-central-1.amazonaws.com"), ("X-Amz-Date", TIME)]
    if who.token is not None:
        headers = headers + [("X-Amz-Security-Token", who.token)]
    url = "https://kinesis.eu-central-1.amazonaws.com" + path + ("?" + query if query else "")
    request = AWSRequest(method=method, url=url, data=body.encode())
    for key, value in headers:
        request.headers[key] = value
    request.context["timestamp"] = TIME
    auth = SigV4Auth(who, SERVICE, REGION)
    canonical = auth.canonical_request(request)
    to_sign = auth.string_to_sign(request, canonical)
    fields = [name, who.access_key, who.secret_key, TIME, REGION, SERVICE, method, path, query,
              "".join(f"{key}:{value}\n" for key, value in headers), body, canonical, to_sign,
              auth.signature(to_sign, request)]
    return "\t".join(map(escape, fields))


print(f"# Requests, and how botocore {botocore.__version__} signs them; made by tests/oracle/sigv4.py.")
for case in CASES:
    print(row(*case))
