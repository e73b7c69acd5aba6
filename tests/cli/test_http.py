#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Proves that the transport flott-http does what flott_http.h says, against a server of this process: connections are
kept, nothing is followed, time and size have limits, and each way to fail is told in words that help.

http_probe (tests/modules/http_probe.c) sends; $HTTP_PROBE is the program, $FLOTT_MODULE_PATH where the module lies."""
import os
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from http.server import BaseHTTPRequestHandler
from pathlib import Path

PROBE = os.environ["HTTP_PROBE"]
SKIPPED = 77
MIB = 1 << 20


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def reply(self, status, body, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        with server.lock:
            server.peers.add(self.client_address)
            server.seen.append((self.command, self.path, dict(self.headers), len(body)))
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
        try:
            self.act(body)
        finally:
            with server.lock:
                server.at_once -= 1

    do_GET = do_PUT = do_POST

    def act(self, body):
        path, _, argument = self.path.partition("?")
        if path == "/slow":
            time.sleep(int(argument) / 1000)
            self.reply(200, b"slow")
        elif path == "/status":
            self.reply(int(argument), b"so be it\nsecond line")
        elif path == "/redirect":
            self.reply(302, b"", [("Location", "/echo")])
        elif path == "/nothing":
            self.close_connection = True
        elif path == "/reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
        elif path == "/half":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half")
            self.close_connection = True
        elif path == "/big":
            self.big(int(argument))
        elif path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for i in range(100):
                self.wfile.write(b"5\r\nchunk\r\n")
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.reply(200, b"echo of %d bytes, %s" % (len(body), body[-3:]))

    def big(self, size):
        self.send_response(200)
        self.send_header("Content-Length", str(size))
        self.end_headers()
        try:
            for _ in range(size // MIB):
                self.wfile.write(b"x" * MIB)
        except OSError:  # the other side has had enough
            self.close_connection = True


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.lock = threading.Lock()
        self.clear()
        self.port = self.server_address[1]
        self.context = context
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def clear(self):
        self.peers, self.seen, self.at_once, self.most_at_once = set(), [], 0, 0

    def finish_request(self, request, client_address):
        if self.context is not None:
            with self.context.wrap_socket(request, server_side=True) as request:
                super().finish_request(request, client_address)
        else:
            super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


def probe(*args, env=None, code=0):
    """Answers as (tag, status, refused, size, text), by tag."""
    clean = {k: v for k, v in os.environ.items()
             if not k.lower().endswith("_proxy") and not k.endswith("_CA_BUNDLE") and not k.startswith("SSL_CERT_")}
    clean.update(env or {})
    done = subprocess.run([PROBE, *map(str, args)], capture_output=True, text=True, timeout=120, env=clean)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    rows = [line.split(" ", 4) for line in done.stdout.splitlines()]
    return sorted((int(r[0]), int(r[1]), r[2] == "refused", int(r[3]), r[4]) for r in rows)


class Transport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()

    def setUp(self):
        self.server.clear()

    def url(self, path):
        return f"http://localhost:{self.server.port}{path}"

    def test_request(self):
        self.assertEqual(probe("-b", 10, self.url("/echo")), [(0, 200, False, 21, "echo of 10 bytes, hij")])
        method, path, headers, size = self.server.seen[0]
        self.assertEqual((method, path, size), ("POST", "/echo", 10))
        self.assertEqual(headers["X-Tag"], "0")
        self.assertEqual(headers["X-Empty"], "")
        self.assertEqual(headers["Content-Type"], "text/x-probe")
        self.assertEqual(headers["Host"], f"localhost:{self.server.port}")
        self.assertNotIn("Expect", headers)

    def test_methods(self):
        for method in ("GET", "PUT", "POST"):
            self.assertEqual(probe("-m", method, self.url("/echo"))[0][1], 200)
        self.assertEqual([s[0] for s in self.server.seen], ["GET", "PUT", "POST"])
        self.assertEqual(self.server.seen[1][2]["Content-Length"], "0")

    def test_large_body(self):
        self.assertEqual(probe("-b", 5 * MIB, "-n", 4, self.url("/echo"))[3][1], 200)
        self.assertEqual({s[3] for s in self.server.seen}, {5 * MIB})
        self.assertEqual([s for s in self.server.seen if "Expect" in s[2]], [])

    def test_connections_are_kept(self):
        self.assertEqual(len(probe("-s", "-n", 50, self.url("/echo"))), 50)
        self.assertEqual(len(self.server.peers), 1)

    def test_many_at_once(self):
        rows = probe("-n", 500, self.url("/echo"))
        self.assertEqual([r[0] for r in rows], list(range(500)))
        self.assertEqual({r[1] for r in rows}, {200})
        self.assertLessEqual(len(self.server.peers), 64)

    def test_concurrency(self):
        probe("-n", 8, "-c", 2, self.url("/slow?50"))
        self.assertEqual(self.server.most_at_once, 2)

    def test_statuses(self):
        for status in (200, 400, 403, 500, 503):
            self.assertEqual(probe(self.url(f"/status?{status}")), [(0, status, False, 20, "so be it")])

    def test_redirects_are_not_followed(self):
        self.assertEqual(probe(self.url("/redirect"))[0][1], 302)
        self.assertEqual(len(self.server.seen), 1)

    def test_chunks(self):
        self.assertEqual(probe(self.url("/chunks"))[0][3], 500)

    def test_size(self):
        self.assertEqual(probe(self.url(f"/big?{64 * MIB}"))[0][3], 64 * MIB)
        (_, status, refused, size, text), = probe(self.url(f"/big?{65 * MIB}"))
        self.assertEqual((status, refused, size), (0, False, 0))
        self.assertEqual(text, f"the answer of localhost:{self.server.port} is larger than 64 MiB")

    def failed(self, *args, **more):
        (_, status, refused, size, text), = probe(*args, **more)
        self.assertEqual((status, size), (0, 0))
        return refused, text

    def test_too_slow(self):
        at = time.monotonic()
        self.assertEqual(self.failed("-t", 200, self.url("/slow?3000")),
                         (False, f"no answer from localhost:{self.server.port} within 200 ms"))
        self.assertLess(time.monotonic() - at, 2)

    def test_too_slow_in_the_queue(self):
        rows = probe("-t", 300, "-c", 1, "-n", 3, self.url("/slow?1000"))
        self.assertEqual([r[1] for r in rows], [0, 0, 0])
        self.assertIn("the request was not sent within 300 ms", rows[2][4])
        self.assertTrue(rows[2][2])

    def test_broken_connections(self):
        host = f"localhost:{self.server.port}"
        self.assertEqual(self.failed(self.url("/nothing")), (False, f"{host} closed the connection without an answer"))
        self.assertEqual(self.failed(self.url("/half")),
                         (False, f"{host} closed the connection in the middle of its answer"))
        refused, text = self.failed(self.url("/reset"))
        self.assertFalse(refused)
        self.assertIn(f"the connection to {host} broke: ", text)

    def test_nobody_there(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            port = s.getsockname()[1]
        self.assertEqual(self.failed(f"http://127.0.0.1:{port}/"),
                         (True, f"could not connect to 127.0.0.1:{port}: Connection refused"))
        self.assertEqual(self.failed("http://nobody.invalid/"), (True, "unknown host 'nobody.invalid'"))
        self.assertTrue(self.failed("ftp://localhost/")[0])
        self.assertTrue(self.failed("http://[/")[0])

    def test_proxies(self):
        proxy = {"http_proxy": f"http://127.0.0.1:{self.server.port}"}
        self.assertEqual(probe("http://example.invalid/x", env=proxy)[0][1], 200)
        self.assertEqual(self.server.seen[0][1], "http://example.invalid/x")
        self.server.clear()
        probe("-t", 300, "http://169.254.169.254/latest", env=proxy)  # metadata never goes through one
        self.assertEqual(self.server.seen, [])

    def test_abandoned(self):
        at = time.monotonic()
        self.assertEqual(probe("-a", "-n", 20, self.url("/slow?5000")), [])
        self.assertEqual(probe("-a", "-n", 20, "-c", 3, self.url("/slow?5000")), [])
        self.assertLess(time.monotonic() - at, 4)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if shutil.which("openssl") is None:
            raise unittest.SkipTest("there is no openssl to make a certificate with")
        cls.folder = tempfile.TemporaryDirectory(prefix="flott-http-")
        cls.cert, key = Path(cls.folder.name) / "cert.pem", Path(cls.folder.name) / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cls.cert],
                       check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.cert, key)
        cls.server = Server(context)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def url(self, host="localhost"):
        return f"https://{host}:{self.server.port}/echo"

    def test_unknown_certificate(self):
        (_, status, refused, _, text), = probe(self.url())
        self.assertEqual((status, refused), (0, True))
        self.assertIn(f"the certificate of localhost:{self.server.port} is not trusted: ", text)

    def test_trust_all(self):
        for more in ([], ["-2"]):
            self.assertEqual({r[1] for r in probe("-T", *more, "-n", 20, self.url())}, {200})
        self.assertEqual(probe("-T", self.url("127.0.0.1"))[0][1], 200)

    def test_authorities(self):
        for name in ("SSL_CERT_FILE", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE"):
            self.assertEqual(probe(self.url(), env={name: str(self.cert)})[0][1], 200)
        text = probe(self.url("127.0.0.1"), env={"SSL_CERT_FILE": str(self.cert)})[0][4]  # the name is another one
        self.assertIn("is not trusted", text)
        text = probe(self.url(), env={"SSL_CERT_FILE": "/nowhere"})[0][4]
        self.assertIn("the file with the certificate authorities cannot be read", text)

    def test_wrong_protocol(self):
        plain = Server()
        (_, status, refused, _, text), = probe(f"https://localhost:{plain.port}/echo")
        self.assertEqual((status, refused), (0, True))
        self.assertIn(f"TLS with localhost:{plain.port} failed: ", text)


if __name__ == "__main__":
    if subprocess.run([PROBE], capture_output=True).returncode == SKIPPED:
        print("flott-http is not built: skipped")
        sys.exit(SKIPPED)
    unittest.main()
