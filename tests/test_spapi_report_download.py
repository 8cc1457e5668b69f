"""The file behind a report, over real HTTP: whole, unpacked, and told to nobody."""

import gzip
import hashlib
import io
import logging
import os
import socket
import tempfile
import threading
import tracemalloc
import zlib
from unittest.mock import patch

import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from odoo.tests import BaseCase, tagged

from ..spapi.errors import NotFound, Refused, SpApiError, Temporary
from ..spapi.reports import DocumentError, ReportDocument, download_document

SECRET = "X-Amz-Signature=5ec5e7"


class DownloadCase(BaseCase):
    """A file store on this machine: `content`, `status` and `headers` as set."""

    def setUp(self):
        super().setUp()
        werkzeug = logging.getLogger("werkzeug")
        self.addCleanup(werkzeug.setLevel, werkzeug.level)
        werkzeug.setLevel(logging.ERROR)
        self.content, self.status, self.headers = b"", 200, {}
        self.requests = []
        self.server = make_server("127.0.0.1", 0, self.answer, threaded=True)
        thread = threading.Thread(
            target=self.server.serve_forever, args=(0.01,), daemon=True
        )
        thread.start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)
        self.url = f"http://127.0.0.1:{self.server.server_port}/doc?{SECRET}"

    def answer(self, environ, start_response):
        self.requests.append(Request(environ))
        response = Response(self.content, self.status, content_type="text/plain")
        response.headers.update(self.headers)
        return response(environ, start_response)

    def download(self, content, algorithm="GZIP", url=None, **options):
        self.content = content
        document = ReportDocument("d", url or self.url, algorithm)
        file = io.BytesIO()
        result = download_document(document, file, **options)
        return file.getvalue(), result

    def wire(self, answer):
        """The address of a server that sends these very bytes and hangs up."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)

        def serve():
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        return f"http://127.0.0.1:{listener.getsockname()[1]}/doc?{SECRET}"


@tagged("post_install", "-at_install")
class TestDownload(DownloadCase):
    text = "".join(f"26000000001\tOrder\t{n}\n" for n in range(5000)).encode()

    def test_packed(self):
        self.headers = {"Content-Type": "text/plain; charset=Cp1252"}
        content, result = self.download(gzip.compress(self.text))
        self.assertEqual(content, self.text)
        self.assertEqual(result.size, len(self.text))
        self.assertEqual(result.sha256, hashlib.sha256(self.text).hexdigest())
        self.assertEqual(result.charset, "Cp1252")

    def test_plain(self):
        content, _result = self.download(self.text, algorithm=None)
        self.assertEqual(content, self.text)
        content, _result = self.download(b"", algorithm=None)
        self.assertEqual(content, b"")

    def test_packed_on_the_way_only(self):
        self.headers = {"Content-Encoding": "gzip"}
        for algorithm in (None, "GZIP"):
            packed = gzip.compress(self.text)
            with self.subTest(algorithm):
                self.assertEqual(self.download(packed, algorithm)[0], self.text)

    def test_members_and_padding(self):
        packed = gzip.compress(self.text[:7000]) + gzip.compress(self.text[7000:])
        for chunk_size in (1, 7, 1000, 65536):
            with self.subTest(chunk_size):
                content, _result = self.download(
                    packed + b"\0" * 9, chunk_size=chunk_size
                )
                self.assertEqual(content, self.text)

    def test_neither_token_nor_password_travels(self):
        netrc = tempfile.NamedTemporaryFile("w", suffix="netrc")
        self.addCleanup(netrc.close)
        netrc.write("machine 127.0.0.1 login me password s3cr3t")
        netrc.flush()
        with patch.dict(os.environ, {"NETRC": netrc.name}):
            self.download(b"", algorithm=None)
        names = {name.lower() for name in dict(self.requests[0].headers)}
        self.assertFalse(names & {"x-amz-access-token", "authorization", "cookie"})

    def test_link_is_not_logged(self):
        records = []
        handler = logging.Handler(0)
        handler.emit = lambda record: records.append(record.getMessage())
        for name in ("", "urllib3"):
            logger = logging.getLogger(name)
            self.addCleanup(logger.setLevel, logger.level)
            logger.setLevel(logging.DEBUG)
        logging.getLogger("urllib3").addHandler(handler)
        self.addCleanup(logging.getLogger("urllib3").removeHandler, handler)
        self.download(gzip.compress(self.text))
        self.status = 403
        with self.assertRaises(Temporary) as caught:
            self.download(b"")
        self.assertNotIn("5ec5e7", "\n".join(records) + str(caught.exception))
        # ... and afterwards urllib3 may speak again
        logging.getLogger("urllib3.connectionpool").debug("hello")
        self.assertEqual(records, ["hello"])

    def test_damaged_files(self):
        packed = gzip.compress(self.text)
        turned = bytearray(packed)
        turned[len(packed) // 2] ^= 255
        damaged = {
            "truncated": packed[:-9],
            "not packed": self.text,
            "cannot be unpacked": bytes(turned),
            "ends too early": b"",
            "not packed with gzip": packed + b"more",
        }
        for words, content in damaged.items():
            with self.subTest(words), self.assertRaisesRegex(DocumentError, words):
                self.download(content)
        with self.assertRaisesRegex(DocumentError, "'ZSTD'"):
            self.download(packed, algorithm="ZSTD")
        with self.assertRaisesRegex(DocumentError, "HTTP address"):
            self.download(packed, url="file:///etc/passwd")

    def test_cut_transfer_may_be_repeated(self):
        packed = gzip.compress(self.text)
        half = packed[: len(packed) // 2]
        head = b"HTTP/1.1 200 OK\r\n"
        length = b"Content-Length: %d\r\n\r\n" % len(packed)
        chunked = b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(packed)
        answers = {
            "length": head + length + half,
            "chunked": head + chunked + half,
            "nothing announced": head + b"\r\n" + half,
            "no answer": b"",
        }
        for name, answer in answers.items():
            with self.subTest(name), self.assertRaises(Temporary) as caught:
                self.download(b"", url=self.wire(answer))
            self.assertNotIn("5ec5e7", str(caught.exception))

    def test_cut_transfer_that_the_session_does_not_notice(self):
        """Older versions of urllib3 take fewer bytes than announced for all"""

        class Session(requests.Session):
            def get(self, *args, **options):
                response = super().get(*args, **options)
                response.headers["Content-Length"] = "99999999"
                return response

        with Session() as session, self.assertRaisesRegex(Temporary, "of 99999999"):
            self.download(gzip.compress(self.text), session=session)

    def test_nobody_listens(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        with self.assertRaises(Temporary):
            self.download(b"", url=f"http://127.0.0.1:{port}/?{SECRET}")

    def test_refusals(self):
        statuses = {
            400: Refused,
            403: Temporary,
            404: NotFound,
            429: Temporary,
            503: Temporary,
            302: Temporary,
        }
        for status, error in statuses.items():
            self.status = status
            with self.subTest(status), self.assertRaises(SpApiError) as caught:
                self.download(b"<Error/>")
            self.assertIs(type(caught.exception), error)
            self.assertEqual(caught.exception.status, status)

    def test_too_long(self):
        packed = gzip.compress(self.text)
        limit = len(self.text)
        self.assertEqual(self.download(packed, max_bytes=limit)[1].size, limit)
        for content, algorithm in ((packed, "GZIP"), (self.text, None)):
            with self.subTest(algorithm), self.assertRaisesRegex(DocumentError, "long"):
                self.download(content, algorithm, max_bytes=limit - 1)

    def test_memory_does_not_grow_with_the_file(self):
        """A file of 32 MB that packs to 32 kB leaves no trace."""
        packer = zlib.compressobj(wbits=31)
        packed = b"".join(packer.compress(b"\t" * 2**20) for _ in range(32))
        packed += packer.flush()
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(packed)
        document = ReportDocument("d", self.wire(head + packed), "GZIP")

        class Nowhere(io.RawIOBase):
            def write(self, data):
                return len(data)

        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        result = download_document(document, Nowhere())
        _current, peak = tracemalloc.get_traced_memory()
        self.assertEqual(result.size, 32 * 2**20)
        self.assertLess(peak, 4 * 2**20)
