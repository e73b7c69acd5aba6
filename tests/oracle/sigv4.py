#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes tests/data/sigv4.tsv: requests, and how AWS's own Python library signs them.

    pip install botocore && tests/oracle/sigv4.py > tests/data/sigv4.tsv

The requests are ours, and some of AWS's published test suite, whose signatures AWS has published: botocore must come to
the same. Canonical request and text to sign are botocore's. What each column holds stands in tests/unit/test_sigv4.c.
"""
import botocore
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

OURS = ("20240229T123456Z", "eu-central-1", "kinesis", "kinesis.eu-central-1.amazonaws.com")
AWS = ("20150830T123600Z", "us-east-1", "service", "example.amazonaws.com")
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

EXAMPLE = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")

# The same of AWS's suite, and the signature that AWS gives.
PUBLISHED = [
    ("get-vanilla", EXAMPLE, "GET", "/", "", [], "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("post-vanilla", EXAMPLE, "POST", "/", "", [], "",
     "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ("get-unreserved", EXAMPLE, "GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", "", [], "",
     "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    ("get-utf8", EXAMPLE, "GET", "/\u1234", "", [], "",
     "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    ("get-relative-normalized", EXAMPLE, "GET", "/example/..", "", [], "",
     "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    ("get-header-key-duplicate", EXAMPLE, "GET", "/", "",
     [("My-Header1", "value2"), ("My-Header1", "value2"), ("My-Header1", "value1")], "",
     "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    ("get-header-value-trim", EXAMPLE, "GET", "/", "", [("My-Header1", " value1"), ("My-Header2", ' "a   b   c"')], "",
     "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    ("post-header-key-sort", EXAMPLE, "POST", "/", "", [("My-Header1", "value1")], "",
     "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
]


def escape(text):
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def row(place, name, who, method, path, query, headers, body, published=None):
    time, region, service, host = place
    headers = headers + [("Host", host), ("X-Amz-Date", time)]
    if who.token is not None:
        headers = headers + [("X-Amz-Security-Token", who.token)]
    url = f"https://{host}" + path + ("?" + query if query else "")
    request = AWSRequest(method=method, url=url, data=body.encode())
    for key, value in headers:
        request.headers[key] = value
    request.context["timestamp"] = time
    auth = SigV4Auth(who, service, region)
    canonical = auth.canonical_request(request)
    to_sign = auth.string_to_sign(request, canonical)
    signature = auth.signature(to_sign, request)
    assert published in (None, signature), f"{name}: AWS has published another signature than botocore's"
    fields = [name, who.access_key, who.secret_key, time, region, service, method, path, query,
              "".join(f"{key}:{value}\n" for key, value in headers), body, canonical, to_sign, signature]
    return "\t".join(map(escape, fields))


print(f"# Requests, and how botocore {botocore.__version__} signs them; made by tests/oracle/sigv4.py.")
for case in CASES:
    print(row(OURS, *case))
print("# Those of AWS's published suite, with the signatures that AWS gives.")
for case in PUBLISHED:
    print(row(AWS, *case))
