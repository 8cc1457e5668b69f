"""Reports of the sandbox and their documents, over HTTP."""

import gzip
from datetime import timedelta
from decimal import Decimal

import requests

from odoo.tests import tagged

from ..sandbox.clock import iso
from ..sandbox.settlements import flat_file
from .money_case import (
    DAY,
    DOCUMENTS,
    LISTINGS,
    REPORTS,
    SETTLEMENT,
    ReportCase,
    read_settlement,
)
from .sandbox_case import CA, DE, SINCE, US


@tagged("post_install", "-at_install")
class TestSettlementReports(ReportCase):
    def test_a_closed_settlement_appears_with_its_document(self):
        self.assertEqual(self.report_ids(), [])
        self.shipped("MUG-BLUE-350", seller="DE")
        self.advance(8 * DAY)
        settlement = self.sandbox.close_settlement("DE")
        self.assertEqual(self.report_ids(), [])  # another seller's
        [report_id] = self.report_ids(self.de)
        report = self.report(report_id, self.de)
        self.assertEqual(report["processingStatus"], "DONE")
        self.assertEqual(report["reportType"], SETTLEMENT)
        self.assertEqual(report["marketplaceIds"], [DE])
        self.assertEqual(report["dataEndTime"], iso(settlement.end))
        text = self.download(report_id, self.de)
        self.assertEqual(text, flat_file(settlement))
        header, rows = read_settlement(text, "DE")
        self.assertEqual(header["total-amount"], sum(row["amount"] for row in rows))
        self.assertGreater(header["total-amount"], 0)

    def test_published_twice(self):
        settlement = self.sandbox.close_settlement("US")
        self.sandbox.publish_settlement(settlement)
        first, second = self.report_ids()
        self.assertNotEqual(first, second)
        self.assertEqual(self.download(first), self.download(second))

    def test_cannot_be_requested(self):
        self.assertRefused(self.request(SETTLEMENT), 400, "not allowed at this time")

    def test_gone_after_ninety_days(self):
        self.sandbox.close_settlement("US")
        [report_id] = self.report_ids()
        self.advance(89 * DAY)
        self.assertEqual(self.report_ids(), [report_id])
        self.advance(2 * DAY)
        self.assertEqual(self.report_ids(), [])
        self.assertRefused(self.call("GET", f"{REPORTS}/{report_id}"), 404)

    def test_role(self):
        self.sandbox.close_settlement("US")
        [report_id] = self.report_ids()
        document_id = self.report(report_id)["reportDocumentId"]
        self.us.roles.discard("finance_and_accounting")
        self.assertRefused(self.list(), 403)
        self.assertRefused(self.call("GET", f"{REPORTS}/{report_id}"), 403)
        self.assertRefused(self.call("GET", f"{DOCUMENTS}/{document_id}"), 403)
        self.assertEqual(self.report_ids(reportTypes=LISTINGS), [])

    def test_filters(self):
        made = []
        for marketplace in ("US", "CA", "US"):
            self.sandbox.close_settlement("US", marketplace)
            made += [i for i in self.report_ids() if i not in made]
            self.advance(DAY)
        first, canadian, last = made
        noon = self.sandbox.clock.now()
        for expected, query in (
            ([last, canadian, first], {"processingStatuses": "DONE,FATAL"}),
            ([], {"processingStatuses": "CANCELLED"}),
            ([canadian], {"marketplaceIds": CA}),
            ([last, canadian, first], {"marketplaceIds": f"{CA},{US}"}),
            ([last], {"createdSince": iso(noon - timedelta(hours=30))}),
            ([first], {"createdUntil": iso(noon - timedelta(hours=60))}),
            ([], {"reportTypes": LISTINGS}),
        ):
            with self.subTest(**query):
                self.assertEqual(self.report_ids(**query), expected)

    def test_pages(self):
        for _number in range(12):
            self.sandbox.close_settlement("US")
        every = self.report_ids(pageSize=100)
        answer = self.list()
        found = [report["reportId"] for report in answer.json()["reports"]]
        self.assertEqual(len(found), 10)
        token = answer.json()["nextToken"]
        self.assertRefused(
            self.list(nextToken=token, pageSize=5), 400, "only parameter"
        )
        self.assertRefused(self.list(self.de, nextToken=token), 400)
        self.assertRefused(self.list(nextToken="nonsense"), 400)
        answer = self.list(nextToken=token)
        found += [report["reportId"] for report in answer.json()["reports"]]
        self.assertNotIn("nextToken", answer.json())
        self.assertEqual(found, every)
        self.assertEqual(len(set(found)), 12)

    def test_wrong_parameters(self):
        for query in (
            {"pageSize": 0},
            {"pageSize": 101},
            {"processingStatuses": "READY"},
            {"createdSince": "yesterday"},
            {"createdSince": "2020-01-01T00:00:00Z"},
            {"marketplaceIds": "A1"},
            {"reportTypes": ""},
            {"reportTypes": ",".join([SETTLEMENT] * 11)},
        ):
            with self.subTest(**query):
                self.assertRefused(self.list(**query), 400, "InvalidInput")
        self.assertRefused(self.list(marketplaceIds=DE), 403)


@tagged("post_install", "-at_install")
class TestRequestedReports(ReportCase):
    def test_waits_is_worked_on_and_done(self):
        self.sandbox.reports.contents[LISTINGS] = "seller-sku\tprice\nÄ-1\t9.99\n"
        answer = self.request(dataStartTime=SINCE)
        self.assertEqual(answer.status_code, 202)
        report_id = answer.json()["reportId"]
        self.assertEqual(self.report(report_id)["processingStatus"], "IN_QUEUE")
        self.advance(16)
        report = self.report(report_id)
        self.assertEqual(report["processingStatus"], "IN_PROGRESS")
        self.assertNotIn("reportDocumentId", report)
        self.advance(45)
        report = self.report(report_id)
        self.assertEqual(report["processingStatus"], "DONE")
        self.assertEqual(report["dataStartTime"], iso_since())
        self.assertIn("processingEndTime", report)
        self.assertEqual(
            self.download(report_id), self.sandbox.reports.contents[LISTINGS]
        )

    def test_without_data_it_is_cancelled(self):
        report_id = self.request().json()["reportId"]
        self.advance(61)
        report = self.report(report_id)
        self.assertEqual(report["processingStatus"], "CANCELLED")
        self.assertNotIn("reportDocumentId", report)

    def test_cancel(self):
        self.sandbox.reports.contents[LISTINGS] = "x"
        waiting, working = (self.request().json()["reportId"] for _ in range(2))
        answer = self.call("DELETE", f"{REPORTS}/{waiting}")
        self.assertEqual((answer.status_code, answer.content), (200, b""))
        self.advance(20)
        self.assertRefused(self.call("DELETE", f"{REPORTS}/{working}"), 400, "IN_QUEUE")
        self.advance(60)
        self.assertEqual(self.report(waiting)["processingStatus"], "CANCELLED")
        self.assertEqual(self.report(working)["processingStatus"], "DONE")

    def test_refused(self):
        for body in (
            {"report_type": None},
            {"report_type": "listings"},
            {"marketplaces": []},
            {"marketplaces": ["A1"]},
            {"dataStartTime": "yesterday"},
            {"dataEndTime": "2999-01-01T00:00:00Z"},
            {"dataEndTime": SINCE},
        ):
            with self.subTest(**body):
                self.assertRefused(self.request(**body), 400)
        self.assertRefused(self.request(marketplaces=[DE]), 403)
        self.assertRefused(self.call("POST", REPORTS, json=[]), 400)


def iso_since():
    return SINCE.replace("Z", ".000Z")


@tagged("post_install", "-at_install")
class TestDocuments(ReportCase):
    def url(self, compress=None, **query):
        self.sandbox.reports.documents.compress = compress
        self.sandbox.close_settlement("US")
        self.document_shown = self.document(self.report_ids()[0], **query)
        return self.document_shown["url"]

    def get_url(self, url, **keywords):
        return requests.get(url, timeout=20, **keywords)

    def test_link_lives_five_minutes_and_for_nobody_who_changes_it(self):
        url = self.url()
        self.assertEqual(self.get_url(url).status_code, 200)
        self.assertEqual(
            self.get_url(url).headers["Content-Type"], "text/plain; charset=UTF-8"
        )
        tampered = url.replace("X-Amz-Expires=300", "X-Amz-Expires=999")
        self.assertIn("SignatureDoesNotMatch", self.get_url(tampered).text)
        self.advance(290)
        self.assertEqual(self.get_url(url).status_code, 200)
        self.advance(15)
        answer = self.get_url(url)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("Request has expired", answer.text)
        self.assertEqual(self.get_url(tampered).status_code, 403)

    def test_the_access_token_stays_at_home(self):
        headers = {"x-amz-access-token": self.token(self.us)}
        answer = self.get_url(self.url(), headers=headers)
        self.assertEqual(answer.status_code, 403)
        self.assertIn("not signed", answer.text)

    def test_compressed_or_plain(self):
        plain = self.get_url(self.url(compress=False)).content
        self.assertNotIn("compressionAlgorithm", self.document_shown)
        self.assertTrue(plain.startswith(b"settlement-id\t"))
        packed = self.get_url(self.url(compress=True))
        self.assertEqual(self.document_shown["compressionAlgorithm"], "GZIP")
        self.assertNotIn("Content-Encoding", packed.headers)
        unpacked = gzip.decompress(packed.content)
        self.assertTrue(unpacked.startswith(b"settlement-id\t"))
        # The storage can say so itself, and HTTP clients unpack by themselves.
        url = self.url(compress=True, enableContentEncodingUrlHeader="true")
        self.assertTrue(self.get_url(url).content.startswith(b"settlement-id\t"))

    def test_large_ones_are_compressed(self):
        self.url()
        self.assertNotIn("compressionAlgorithm", self.document_shown)
        for _number in range(80):
            self.fee("-1.00")
        self.url()
        self.assertEqual(self.document_shown["compressionAlgorithm"], "GZIP")

    def test_recorded_without_the_file(self):
        self.get_url(self.url())
        [call] = self.sandbox.calls_of("document")
        self.assertEqual((call["status"], call["response_body"]), (200, None))


@tagged("post_install", "-at_install")
class TestReportFaults(ReportCase):
    def setUp(self):
        super().setUp()
        self.shipped("MUG-BLUE-350")
        self.advance(8 * DAY)

    def read(self):
        [report_id] = self.report_ids()
        return read_settlement(self.download(report_id), "US")

    def test_file_is_spoiled_once_and_well_the_next_time(self):
        self.sandbox.close_settlement("US")
        good_header, good_rows = self.read()
        fault = self.sandbox.faults.add
        fault("document", kind="row_missing")
        self.assertEqual(self.read(), (good_header, good_rows[:-1]))
        fault("document", kind="total_wrong")
        header, rows = self.read()
        cent = header["total-amount"] - good_header["total-amount"]
        self.assertEqual((cent, rows), (Decimal("0.01"), good_rows))
        fault(kind="new_type")
        header, rows = self.read()
        self.assertEqual(header, good_header)
        [changed] = [n for n, row in enumerate(rows) if row != good_rows[n]]
        self.assertEqual(rows[changed]["amount-description"], "Brand New Fee 2026")
        self.assertEqual(rows[changed]["amount"], good_rows[changed]["amount"])
        self.assertEqual(self.read(), (good_header, good_rows))

    def test_cancelled_report(self):
        self.sandbox.faults.add(kind="cancelled_report")
        settlement = self.sandbox.close_settlement("US")
        [report_id] = self.report_ids()
        report = self.report(report_id)
        self.assertEqual(report["processingStatus"], "CANCELLED")
        self.assertNotIn("reportDocumentId", report)
        self.sandbox.publish_settlement(settlement)
        self.assertEqual(len(self.report_ids(processingStatuses="DONE")), 1)

    def test_truncated_and_refused_documents(self):
        self.sandbox.reports.documents.compress = True
        self.sandbox.close_settlement("US")
        self.sandbox.faults.add("document", kind="truncate")
        with self.assertRaises(EOFError):
            self.read()
        self.sandbox.faults.add("document", status=503)
        url = self.document(self.report_ids()[0])["url"]
        self.assertEqual(requests.get(url, timeout=20).status_code, 503)
        self.read()
