"""Feeds of the sandbox: uploads, processing, their reports and what they do."""

import json
import unittest

import requests

from odoo.tests import tagged

from . import openapi
from .money_case import DAY
from .sandbox_case import CA, DE
from .sandbox_listing_case import (
    FEED_DOCUMENTS,
    FEEDS,
    JSON,
    MINUTE,
    ListingCase,
    quantity_patch,
)

REPORT_SCHEMA = "listings-feed-processing-report-schema-v2.json"


class FeedCase(ListingCase):
    def setUp(self):
        super().setUp()
        for sku in ("A", "B", "C"):
            self.sandbox.add_listing("US", sku, quantity=5)

    def quantities(self):
        return [self.effective(sku) for sku in ("A", "B", "C")]

    def status(self, feed_id):
        return self.feed(feed_id)["processingStatus"]


@tagged("post_install", "-at_install")
class TestFeed(FeedCase):
    def test_waits_is_worked_on_and_done(self):
        feed_id = self.send_feed(
            self.message(1, "A", quantity_patch(7)),
            self.message(2, "B", quantity_patch(-7)),
            self.message(3, "NONE", quantity_patch(7)),
            self.message(4, "C", quantity_patch(8)),
            self.message(4, "C", quantity_patch(9)),
        )
        self.assertEqual(self.status(feed_id), "IN_QUEUE")
        self.advance(20)
        shown = self.feed(feed_id)
        self.assertEqual(shown["processingStatus"], "IN_PROGRESS")
        self.assertNotIn("resultFeedDocumentId", shown)
        self.advance(45)
        self.assertEqual(self.status(feed_id), "DONE")
        report = self.processing_report(feed_id)
        self.assertEqual(report["header"]["feedId"], feed_id)
        self.assertEqual(
            report["summary"],
            {
                "errors": 3,
                "warnings": 0,
                "messagesProcessed": 5,
                "messagesAccepted": 2,
                "messagesInvalid": 3,
            },
        )
        told = [(i["messageId"], i["sku"], i["code"]) for i in report["issues"]]
        self.assertEqual(
            told, [(2, "B", "4000003"), (3, "NONE", "13013"), (4, "C", "4000001")]
        )
        self.assertEqual(self.quantities(), [5, 5, 5])
        self.advance(2 * MINUTE)
        self.assertEqual(self.quantities(), [7, 5, 8])
        self.validate()

    @unittest.skipIf(openapi.missing(), openapi.missing())
    def test_report_is_as_amazon_describes_it(self):
        feed_id = self.send_feed(
            self.message(1, "A", quantity_patch(7)),
            self.message(2, "B", quantity_patch(-7)),
        )
        bad = self.send_feed(data=b"{}")
        self.advance(2 * MINUTE)
        schema = json.loads((openapi.MODELS / REPORT_SCHEMA).read_text())
        for number in (feed_id, bad):
            report = self.processing_report(number)
            openapi.jsonschema.validate(report, schema)
            self.assertTrue(report["issues"])

    def test_later_messages_win(self):
        self.send_feed(
            self.message(1, "A", quantity_patch(7)),
            self.message(2, "A", quantity_patch(6)),
        )
        self.advance(3 * MINUTE)
        self.assertEqual(self.effective("A"), 6)

    def test_bad_messages(self):
        feed_id = self.send_feed(
            {**self.message(1, "A", quantity_patch(1)), "operationType": "DELETE"},
            {"messageId": 2, "operationType": "PATCH"},
            {**self.message(3, "A"), "patches": "none"},
            self.message("4", "A", quantity_patch(1)),
        )
        self.advance(3 * MINUTE)
        summary = self.processing_report(feed_id)["summary"]
        self.assertEqual(summary["messagesInvalid"], 4)
        self.assertEqual(self.quantities(), [5, 5, 5])

    def test_bad_documents(self):
        other = self.feed_body([self.message(1, "A", quantity_patch(1))], self.de)
        many = [self.message(n + 1, "A", quantity_patch(1)) for n in range(25001)]
        bodies = (b"\xff", b"[]", b"{}", other, self.feed_body([]))
        for data in (*bodies, self.feed_body(many)):
            with self.subTest(data[:60]):
                feed_id = self.send_feed(data=data)
                self.advance(2 * MINUTE)
                self.assertEqual(self.status(feed_id), "FATAL")
                self.assertEqual(len(self.processing_report(feed_id)["issues"]), 1)
        self.assertEqual(self.quantities(), [5, 5, 5])

    def test_cancel(self):
        feed_id = self.send_feed(self.message(1, "A", quantity_patch(7)))
        path = f"{FEEDS}/{feed_id}"
        self.assertEqual(self.call("DELETE", path).status_code, 200)
        self.advance(3 * MINUTE)
        self.assertEqual(self.status(feed_id), "CANCELLED")
        self.assertEqual(self.effective("A"), 5)
        self.assertRefused(self.call("DELETE", path), 400, "IN_QUEUE")
        self.validate_answers()

    def validate_answers(self):
        if not openapi.missing():
            for call in self.sandbox.calls:
                openapi.validate_answer(call)

    def test_removed_and_unknown_types(self):
        document_id = self.upload(b"{}")
        removed = "POST_INVENTORY_AVAILABILITY_DATA"
        unknown = self.create_feed(document_id, "POST_SOMETHING")
        self.assertRefused(unknown, 400, "feedType")
        feed_id = self.create_feed(document_id, removed).json()["feedId"]
        self.advance(2 * MINUTE)
        self.assertEqual(self.status(feed_id), "FATAL")

    def test_refused(self):
        document_id = self.upload(self.feed_body([]))
        self.assertRefused(self.create_feed("amzn1.none"), 400, "inputFeedDocumentId")
        self.assertRefused(self.create_feed(document_id, places=()), 400)
        self.assertRefused(self.create_feed(document_id, places=(DE,)), 403)
        self.assertEqual(self.create_feed(document_id).status_code, 202)
        self.assertRefused(self.create_feed(document_id), 400, "inputFeedDocumentId")
        self.assertRefused(self.call("GET", f"{FEEDS}/1"), 404)
        self.assertRefused(self.call("GET", f"{FEED_DOCUMENTS}/1"), 404)
        self.assertRefused(self.call("POST", FEED_DOCUMENTS, json={}), 400)
        self.us.roles.discard("product_listing")
        self.assertRefused(self.call("POST", FEED_DOCUMENTS, json={}), 403)

    def test_rate_limit(self):
        self.sandbox.limits.factor = 1
        refused = [
            self.create_feed("amzn1.none").status_code == 429 for _number in range(16)
        ]
        self.assertEqual(refused, [False] * 15 + [True])

    def test_gone_in_time(self):
        feed_id = self.send_feed(self.message(1, "A", quantity_patch(7)))
        self.advance(2 * MINUTE)
        document_id = self.feed(feed_id)["resultFeedDocumentId"]
        path = f"{FEED_DOCUMENTS}/{document_id}"
        self.advance(27 * DAY)
        self.assertEqual(self.call("GET", path).status_code, 200)
        self.advance(2 * DAY)
        self.assertRefused(self.call("GET", path), 404)
        self.advance(62 * DAY)
        self.assertRefused(self.call("GET", f"{FEEDS}/{feed_id}"), 404)


@tagged("post_install", "-at_install")
class TestUploads(FeedCase):
    def test_the_link_wants_what_was_announced(self):
        self.upload(b"{}", "application/json")
        self.assertIn("SignatureDoesNotMatch", self.uploaded.text)
        self.upload(b"{}", **{"x-amz-access-token": "secret"})
        self.assertIn("not signed", self.uploaded.text)
        self.assertEqual(self.uploaded.status_code, 403)

    def test_the_link_lives_five_minutes(self):
        answer = self.call("POST", FEED_DOCUMENTS, json={"contentType": JSON})
        url = answer.json()["url"]
        self.advance(290)
        headers = {"Content-Type": JSON}
        put = requests.put(url, b"{}", headers=headers, timeout=20)
        self.assertEqual(put.status_code, 200)
        self.advance(15)
        put = requests.put(url, b"{}", headers=headers, timeout=20)
        self.assertIn("expired", put.text)
        wrong = requests.put(url[:-1], b"{}", headers=headers, timeout=20)
        self.assertEqual(wrong.status_code, 403)

    def test_nothing_uploaded(self):
        answer = self.call("POST", FEED_DOCUMENTS, json={"contentType": JSON})
        feed_id = self.create_feed(answer.json()["feedDocumentId"]).json()["feedId"]
        self.advance(2 * MINUTE)
        self.assertEqual(self.status(feed_id), "FATAL")


@tagged("post_install", "-at_install")
class TestFeedFaults(FeedCase):
    def send(self):
        return self.send_feed(
            self.message(1, "A", quantity_patch(7)),
            self.message(2, "B", quantity_patch(7)),
        )

    def test_ends_badly(self):
        for kind, status in (("cancelled_feed", "CANCELLED"), ("fatal_feed", "FATAL")):
            self.sandbox.faults.add(kind=kind)
            feed_id = self.send()
            self.advance(3 * MINUTE)
            self.assertEqual(self.status(feed_id), status)
            self.assertNotIn("resultFeedDocumentId", self.feed(feed_id))
        self.assertEqual(self.quantities(), [5, 5, 5])
        self.validate()

    def test_slow(self):
        self.sandbox.faults.add(kind="slow_feed", seconds=600)
        feed_id = self.send()
        self.advance(3 * MINUTE)
        self.assertEqual(self.status(feed_id), "IN_PROGRESS")
        self.assertEqual(self.quantities(), [5, 5, 5])
        self.advance(600)
        self.assertEqual(self.status(feed_id), "DONE")
        self.assertEqual(self.quantities(), [7, 7, 5])

    def test_single_messages(self):
        self.sandbox.faults.add("createFeed", kind="silent_quantity", sku="A")
        self.sandbox.faults.add("createFeed", kind="invalid_patch", sku="B")
        feed_id = self.send()
        self.advance(3 * MINUTE)
        report = self.processing_report(feed_id)
        self.assertEqual(report["summary"]["messagesAccepted"], 1)
        self.assertEqual(report["issues"][0]["attributeName"], "batteries_required")
        self.assertEqual(self.quantities(), [5, 5, 5])

    def test_created_but_no_answer(self):
        document_id = self.upload(self.feed_body([]))
        self.sandbox.faults.add("createFeed", kind="timeout_after")
        with self.assertRaises(OSError):
            self.create_feed(document_id)
        answer = self.call("GET", FEEDS, params={"feedTypes": "JSON_LISTINGS_FEED"})
        self.assertEqual(len(answer.json()["feeds"]), 1)


@tagged("post_install", "-at_install")
class TestGetFeeds(FeedCase):
    def found(self, **query):
        query = {"feedTypes": "JSON_LISTINGS_FEED", **query}
        answer = self.call("GET", FEEDS, params=query)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def test_filters_and_pages(self):
        made = []
        for number in range(12):
            message = self.message(1, "A", quantity_patch(number))
            made.insert(0, self.send_feed(message))
            self.advance(1)
        body = self.found()
        ids = [feed["feedId"] for feed in body["feeds"]]
        answer = self.call("GET", FEEDS, params={"nextToken": body["nextToken"]})
        ids += [feed["feedId"] for feed in answer.json()["feeds"]]
        self.assertEqual(ids, made)
        self.assertNotIn("nextToken", answer.json())
        self.assertEqual(len(self.found(pageSize=100)["feeds"]), 12)
        self.assertEqual(self.found(marketplaceIds=CA)["feeds"], [])
        self.assertEqual(self.found(processingStatuses="DONE")["feeds"], [])
        self.assertEqual(self.found(feedTypes="POST_X")["feeds"], [])
        since = self.sandbox.clock.now().isoformat()
        self.advance(1)
        self.assertEqual(self.found(createdSince=since)["feeds"], [])
        self.validate()

    def test_refused(self):
        for query in (
            {"feedTypes": ""},
            {"pageSize": 101},
            {"processingStatuses": "READY"},
            {"createdSince": "2020-01-01T00:00:00Z"},
            {"nextToken": "nonsense"},
        ):
            query = {"feedTypes": "JSON_LISTINGS_FEED", **query}
            with self.subTest(**query):
                answer = self.call("GET", FEEDS, params=query)
                self.assertRefused(answer, 400, "InvalidInput")
