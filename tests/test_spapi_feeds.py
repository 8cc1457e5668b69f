"""Feeds: what is asked, what is uploaded, and what became of each message."""

import json
import logging
import unittest

from werkzeug.wrappers import Request, Response

from odoo.tests import BaseCase, tagged

from ..spapi.errors import Refused, Temporary
from ..spapi.feed_report import read_processing_report
from ..spapi.feeds import (
    CONTENT_TYPE,
    Feed,
    FeedDocument,
    create_feed,
    create_feed_document,
    get_feed,
    get_feed_document,
    list_feeds,
    quantity_feed,
    upload,
)
from ..spapi.quantities import QuantityChange
from ..spapi.reports import DocumentError
from . import openapi
from .test_spapi_listings import ODD_SKUS, validate
from .test_spapi_orders import SINCE, US, fake_client
from .test_spapi_report_download import SECRET, DownloadCase

DE = "A1PA6795UKMFR9"
BASE = "https://sellingpartnerapi-eu.amazon.com/feeds/2021-06-30"
DONE = {
    "feedId": "60200",
    "feedType": "JSON_LISTINGS_FEED",
    "marketplaceIds": [US],
    "createdTime": "2026-11-01T10:30:00+00:00",
    "processingStatus": "DONE",
    "processingStartTime": "2026-11-01T10:31:00Z",
    "processingEndTime": "2026-11-01T10:32:00Z",
    "resultFeedDocumentId": "amzn1.tortuga.4.eu.7f-1",
}


@tagged("post_install", "-at_install")
class TestFeeds(BaseCase):
    def test_open_a_document(self):
        url = f"https://s3.invalid/x?{SECRET}"
        body = {"feedDocumentId": "amzn1.tortuga.1", "url": url}
        client = fake_client(body, status=201)
        document = create_feed_document(client)
        (request,) = client._transport.requests
        self.assertEqual(
            (request["method"], request["url"]), ("POST", f"{BASE}/documents")
        )
        self.assertEqual(json.loads(request["content"]), {"contentType": CONTENT_TYPE})
        self.assertEqual(document, FeedDocument("amzn1.tortuga.1", url))
        self.assertNotIn("5ec5e7", repr(document))
        validate(client, body)

    def test_create(self):
        client = fake_client({"feedId": "60200"}, status=202)
        feed_id = create_feed(client, "amzn1.tortuga.1", (US, DE), options={"a": "b"})
        self.assertEqual(feed_id, "60200")
        (request,) = client._transport.requests
        self.assertEqual((request["method"], request["url"]), ("POST", f"{BASE}/feeds"))
        self.assertEqual(
            json.loads(request["content"]),
            {
                "feedType": "JSON_LISTINGS_FEED",
                "marketplaceIds": [US, DE],
                "inputFeedDocumentId": "amzn1.tortuga.1",
                "feedOptions": {"a": "b"},
            },
        )
        validate(client, {"feedId": "60200"})

    def test_create_is_not_repeated_blindly(self):
        client = fake_client({}, status=503)
        with self.assertRaises(Temporary):
            create_feed(client, "amzn1.tortuga.1", [US])
        self.assertEqual(client.calls, 1)

    def test_get(self):
        client = fake_client(DONE)
        feed = get_feed(client, "60200")
        (request,) = client._transport.requests
        self.assertEqual(
            (request["method"], request["url"]), ("GET", f"{BASE}/feeds/60200")
        )
        self.assertEqual(feed.created_time, SINCE)
        self.assertEqual(feed.result_feed_document_id, "amzn1.tortuga.4.eu.7f-1")
        validate(client, DONE)

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
            feed = get_feed(fake_client({**DONE, "processingStatus": status}), "60200")
            with self.subTest(status):
                true = [name for name in names if getattr(feed, name)]
                self.assertEqual(true, [expected] if expected else [])

    def test_list(self):
        body = {"feeds": [DONE], "nextToken": "more"}
        client = fake_client(body)
        page = list_feeds(client, created_since=SINCE, marketplace_ids=[US])
        (request,) = client._transport.requests
        self.assertEqual((request["method"], request["url"]), ("GET", f"{BASE}/feeds"))
        self.assertEqual(
            request["params"],
            {
                "feedTypes": "JSON_LISTINGS_FEED",
                "marketplaceIds": US,
                "createdSince": "2026-11-01T10:30:00.000Z",
                "pageSize": 100,
            },
        )
        validate(client, body)
        self.assertIsInstance(page.feeds[0], Feed)
        self.assertEqual(page.next_token, "more")
        client = fake_client({"feeds": []})
        page = list_feeds(client, created_since=SINCE, next_token="more")
        params = client._transport.requests[0]["params"]
        self.assertEqual(params, {"nextToken": "more"})
        self.assertIsNone(page.next_token)

    def test_document_of_the_result(self):
        body = {
            "feedDocumentId": "amzn1.tortuga.2",
            "url": f"https://s3.invalid/x?{SECRET}",
            "compressionAlgorithm": "GZIP",
        }
        client = fake_client(body)
        document = get_feed_document(client, "amzn1.tortuga.2")
        (request,) = client._transport.requests
        self.assertEqual(request["url"], f"{BASE}/documents/amzn1.tortuga.2")
        self.assertEqual(document.compression_algorithm, "GZIP")
        validate(client, body)

    def test_wrong_arguments(self):
        client = fake_client({})
        document = FeedDocument("d", "https://s3.invalid/x")
        wrong = [
            lambda: create_feed(client, "amzn1.1", US),
            lambda: create_feed(client, "amzn1.1", []),
            lambda: create_feed(client, "../x", [US]),
            lambda: get_feed(client, ".."),
            lambda: get_feed_document(client, "a/b"),
            lambda: list_feeds(client, feed_types="JSON_LISTINGS_FEED"),
            lambda: list_feeds(client, feed_types=()),
            lambda: list_feeds(client, page_size=0),
            lambda: upload(document, "text"),
            lambda: upload(document, b""),
            lambda: upload(FeedDocument("d", "file:///etc/passwd"), b"x"),
            lambda: quantity_feed("A2", []),
            lambda: quantity_feed("A2", [QuantityChange("A", 1)] * 2),
        ]
        for number, ask in enumerate(wrong):
            with self.subTest(number), self.assertRaises(ValueError):
                ask()
        self.assertEqual(client.calls, 0)


@tagged("post_install", "-at_install")
class TestUpload(DownloadCase):
    def answer(self, environ, start_response):
        request = Request(environ)
        self.requests.append((request.method, dict(request.headers), request.data))
        return Response(b"", self.status)(environ, start_response)

    def document(self):
        return FeedDocument("d", self.url)

    def test_neither_token_nor_log(self):
        """The link lets anybody in: it gets no token and appears in no log."""
        logger = logging.getLogger("urllib3.connectionpool")
        self.addCleanup(logger.setLevel, logger.level)
        logger.setLevel(logging.DEBUG)
        with self.assertLogs(logger, logging.DEBUG) as caught:
            upload(self.document(), b"{}")
            logger.debug("something else")
        self.assertNotIn("5ec5e7", " ".join(caught.output))
        ((method, headers, data),) = self.requests
        self.assertEqual((method, data), ("PUT", b"{}"))
        self.assertEqual(headers["Content-Type"], CONTENT_TYPE)
        names = {name.lower() for name in headers}
        self.assertFalse(names & {"x-amz-access-token", "authorization", "cookie"})

    def test_refused_or_later(self):
        expected = {403: Temporary, 400: Refused, 503: Temporary, 302: Temporary}
        for status, error in expected.items():
            self.status = status
            with self.subTest(status), self.assertRaises(error) as caught:
                upload(self.document(), b"{}")
            self.assertEqual(caught.exception.status, status)
            self.assertNotIn("5ec5e7", str(caught.exception))

    def test_nobody_there(self):
        document = FeedDocument("d", f"http://127.0.0.1:9/doc?{SECRET}")
        with self.assertRaises(Temporary) as caught:
            upload(document, b"{}")
        self.assertNotIn("5ec5e7", str(caught.exception))


def report(issues, *counts):
    """A processing report; counts: processed, accepted, invalid."""
    processed, accepted, invalid = counts
    return {
        "header": {"sellerId": "A2", "version": "2.0", "feedId": "60200"},
        "issues": issues,
        "summary": {
            "errors": len(issues),
            "warnings": 0,
            "messagesProcessed": processed,
            "messagesAccepted": accepted,
            "messagesInvalid": invalid,
        },
    }


def problem(message_id=None, severity="ERROR", message="is required"):
    row = {"code": "90220", "severity": severity, "message": message}
    return row if message_id is None else {**row, "messageId": message_id}


@tagged("post_install", "-at_install")
class TestProcessingReport(BaseCase):
    messages = {1: "A", 2: "B", 3: "C"}

    def outcomes(self, issues, *counts):
        content = json.dumps(report(issues, *counts)).encode()
        rows = read_processing_report(content).outcomes(self.messages)
        self.assertEqual(
            [(row.message_id, row.sku) for row in rows], [*self.messages.items()]
        )
        return [row.accepted for row in rows], [row.reason for row in rows]

    def test_one_refused(self):
        issues = [
            {**problem(2), "attributeName": "size"},
            problem(2, "WARNING", "by the way"),
            problem(3, "WARNING", "careful"),
        ]
        accepted, reasons = self.outcomes(issues, 3, 2, 1)
        self.assertEqual(accepted, [True, False, True])
        self.assertEqual(reasons, ["", "90220: is required (size)", ""])

    def test_the_feed_as_a_whole(self):
        accepted, reasons = self.outcomes([problem(), problem(1, "WARNING")], 0, 0, 0)
        self.assertEqual(accepted, [False] * 3)
        self.assertEqual(set(reasons), {"90220: is required"})

    def test_counts_that_do_not_agree(self):
        """Somebody was refused, and Amazon does not say who: nobody knows."""
        accepted, _reasons = self.outcomes([problem(2)], 3, 1, 2)
        self.assertEqual(accepted, [None, False, None])
        accepted, _reasons = self.outcomes([], 2, 2, 0)
        self.assertEqual(accepted, [None] * 3)

    def test_no_report(self):
        odd = [
            b"",
            b"Internal error",
            b"[]",
            b"{}",
            json.dumps({"header": {}}).encode(),
        ]
        for content in odd:
            with self.subTest(content), self.assertRaises(DocumentError):
                read_processing_report(content)


@tagged("post_install", "-at_install")
class TestQuantityFeed(BaseCase):
    def test_body(self):
        changes = [QuantityChange(sku, n) for n, sku in enumerate([*ODD_SKUS, ".."])]
        content, messages = quantity_feed("A2EXAMPLE1", changes)
        self.assertEqual([*messages.values()], [change.sku for change in changes])
        body = json.loads(content)
        self.assertEqual(body["header"]["sellerId"], "A2EXAMPLE1")
        self.assertEqual(
            body["messages"][1],
            {
                "messageId": 2,
                "sku": changes[1].sku,
                "operationType": "PATCH",
                "productType": "PRODUCT",
                "patches": changes[1].patches(),
            },
        )

    @unittest.skipIf(openapi.missing(), openapi.missing())
    def test_amazons_schemas(self):
        content, _messages = quantity_feed("A2", [QuantityChange("A", 0, 30)])
        self.check("listings-feed-schema-v2.json", json.loads(content))
        body = report([problem(), problem(1)], 1, 0, 1)
        self.check("listings-feed-processing-report-schema-v2.json", body)

    def check(self, name, body):
        schema = json.loads((openapi.MODELS / name).read_text(encoding="utf-8"))
        openapi.jsonschema.Draft7Validator(schema).validate(body)
