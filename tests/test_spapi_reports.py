"""Reports: what is asked, and what the answers mean."""

import json
from datetime import datetime, timezone

from odoo.tests import BaseCase, tagged

from ..spapi.errors import Temporary
from ..spapi.reports import (
    Report,
    create_report,
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
