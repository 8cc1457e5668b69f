"""Reports: what is asked, what comes back, and the file behind it, over real HTTP."""

import gzip
import hashlib
import io
import json
import logging
import socket
import threading
import tracemalloc
import zlib
from datetime import datetime, timezone

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from odoo.tests import BaseCase, tagged

from ..spapi.errors import NotFound, Refused, SpApiError, Temporary
from ..spapi.reports import (
    DocumentError,
    Report,
    ReportDocument,
    create_report,
    download_document,
    get_report,
    get_report_document,
    list_reports,
)
from .test_spapi_orders import SINCE, US, fake_client

SETTLEMENTS = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
SECRET = "X-Amz-Signature=5ec5e7"
BASE = "https://sellingpartnerapi-eu.amazon.com/reports/2021-06-30"
DONE = {
    "reportId": "9001",
    "reportType": SETTLEMENTS,
    "processingStatus": "DONE",
    "createdTime": "2026-10-12T01:02:03+00:00",
    "marketplaceIds": [US],
    "dataStartTime": "2026-09-28T00:00:00+00:00",
    "dataEndTime": "2026-10-12T00:00:00+00:00",
    "processingStartTime": "2026-10-12T01:02:04Z",
    "processingEndTime": "2026-10-12T01:03:00Z",
    "reportDocumentId": "amzn1.spdoc.1.4.eu.7f-1",
}


@tagged("post_install", "-at_install")
class TestReports(BaseCase):
    def test_list_parameters(self):
        client = fake_client({"reports": [], "nextToken": "more"})
        page = list_reports(
            client,
            report_types=[SETTLEMENTS],
            processing_statuses=["DONE"],
            marketplace_ids=(US, "A2EUQ1WTGCTBG2"),
            created_since=SINCE,
            created_until=SINCE,
            page_size=10,
        )
        (request,) = client._transport.requests
        self.assertEqual(request["method"], "GET")
        self.assertEqual(request["url"], f"{BASE}/reports")
        self.assertEqual(
            request["params"],
            {
                "reportTypes": SETTLEMENTS,
                "processingStatuses": "DONE",
                "marketplaceIds": f"{US},A2EUQ1WTGCTBG2",
                "createdSince": "2026-11-01T10:30:00.000Z",
                "createdUntil": "2026-11-01T10:30:00.000Z",
                "pageSize": 10,
            },
        )
        self.assertEqual((page.reports, page.next_token), ((), "more"))

    def test_next_token_travels_alone(self):
        client = fake_client({"reports": []})
        arguments = {"report_types": [SETTLEMENTS], "created_since": SINCE}
        page = list_reports(client, **arguments, next_token="more")
        (request,) = client._transport.requests
        self.assertEqual(request["params"], {"nextToken": "more"})
        self.assertIsNone(page.next_token)

    def test_a_report_with_all_fields(self):
        page = list_reports(fake_client({"reports": [DONE]}), report_types=["X"])
        at = datetime(2026, 10, 12, 1, 2, 3, tzinfo=timezone.utc)
        (report,) = page.reports
        expected = Report(
            report_id="9001",
            report_type=SETTLEMENTS,
            processing_status="DONE",
            created_time=at,
            marketplace_ids=(US,),
            data_start_time=datetime(2026, 9, 28, tzinfo=timezone.utc),
            data_end_time=datetime(2026, 10, 12, tzinfo=timezone.utc),
            processing_start_time=at.replace(second=4),
            processing_end_time=at.replace(minute=3, second=0),
            report_document_id="amzn1.spdoc.1.4.eu.7f-1",
        )
        self.assertEqual(report, expected)

    def test_states(self):
        states = {
            "IN_QUEUE": "in_progress",
            "IN_PROGRESS": "in_progress",
            "DONE": "done",
            "CANCELLED": "cancelled",
            "FATAL": "fatal",
            "A_NEW_ONE": None,
        }
        names = ("in_progress", "done", "cancelled", "fatal")
        for status, expected in states.items():
            body = {**DONE, "processingStatus": status}
            report = get_report(fake_client(body), "9001")
            with self.subTest(status):
                self.assertEqual(report.processing_status, status)
                true = [name for name in names if getattr(report, name)]
                self.assertEqual(true, [expected] if expected else [])

    def test_get_one_that_is_waiting(self):
        keys = ("reportId", "reportType", "createdTime")
        body = {key: DONE[key] for key in keys} | {"processingStatus": "IN_QUEUE"}
        client = fake_client(body)
        report = get_report(client, "9001")
        self.assertEqual(client._transport.requests[0]["url"], f"{BASE}/reports/9001")
        self.assertEqual(report.marketplace_ids, ())
        self.assertIsNone(report.report_document_id)

    def test_create(self):
        client = fake_client({"reportId": "9002"}, status=202)
        report_id = create_report(
            client, "GET_X", (US,), SINCE, SINCE, {"custom": "true"}
        )
        self.assertEqual(report_id, "9002")
        (request,) = client._transport.requests
        self.assertEqual(
            (request["method"], request["url"]), ("POST", f"{BASE}/reports")
        )
        self.assertEqual(
            json.loads(request["content"]),
            {
                "reportType": "GET_X",
                "marketplaceIds": [US],
                "dataStartTime": "2026-11-01T10:30:00.000Z",
                "dataEndTime": "2026-11-01T10:30:00.000Z",
                "reportOptions": {"custom": "true"},
            },
        )

    def test_create_is_not_repeated_blindly(self):
        client = fake_client({}, status=503)
        with self.assertRaises(Temporary):
            create_report(client, "GET_X", [US])
        self.assertEqual(client.calls, 1)

    def test_document(self):
        body = {
            "reportDocumentId": "amzn1.spdoc.1",
            "url": f"https://s3.invalid/x?{SECRET}",
            "compressionAlgorithm": "GZIP",
        }
        client = fake_client(body)
        document = get_report_document(client, "amzn1.spdoc.1")
        url = client._transport.requests[0]["url"]
        self.assertEqual(url, f"{BASE}/documents/amzn1.spdoc.1")
        self.assertEqual(document.url, body["url"])
        self.assertEqual(document.compression_algorithm, "GZIP")
        self.assertNotIn("5ec5e7", repr(document))

    def test_answers_that_are_none(self):
        odd = [
            lambda: list_reports(fake_client({"reports": [{}]}), report_types=["X"]),
            lambda: list_reports(fake_client({"reports": {}}), report_types=["X"]),
            lambda: get_report(fake_client({**DONE, "createdTime": "soon"}), "1"),
            lambda: get_report_document(fake_client({"url": "https://x"}), "1"),
        ]
        for number, ask in enumerate(odd):
            with self.subTest(number), self.assertRaises(Temporary):
                ask()

    def test_wrong_arguments(self):
        client = fake_client({})
        wrong = [
            lambda: list_reports(client),
            lambda: list_reports(client, report_types=SETTLEMENTS),
            lambda: list_reports(client, report_types=["X"] * 11),
            lambda: list_reports(client, report_types=["X"], marketplace_ids=[US] * 11),
            lambda: list_reports(client, report_types=["X"], page_size=101),
            lambda: list_reports(
                client, report_types=["X"], created_since=SINCE.replace(tzinfo=None)
            ),
            lambda: create_report(client, "X", US),
            lambda: create_report(client, "X", []),
            lambda: get_report(client, "../orders"),
            lambda: get_report_document(client, ".."),
        ]
        for number, ask in enumerate(wrong):
            with self.subTest(number), self.assertRaises(ValueError):
                ask()
        self.assertEqual(client.calls, 0)


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
        self.content = packed + packer.flush()

        class Nowhere(io.RawIOBase):
            written = 0

            def write(self, data):
                if not self.written:  # the connection stands, whatever that cost
                    tracemalloc.reset_peak()
                self.written += len(data)
                return len(data)

        document = ReportDocument("d", self.url, "GZIP")
        tracemalloc.start()
        self.addCleanup(tracemalloc.stop)
        result = download_document(document, Nowhere())
        _current, peak = tracemalloc.get_traced_memory()
        self.assertEqual(result.size, 32 * 2**20)
        self.assertLess(peak, 2 * 2**20)
