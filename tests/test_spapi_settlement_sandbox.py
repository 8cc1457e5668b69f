"""A closed settlement of the sandbox: listed, fetched and read, over HTTP."""

import io

from odoo.tests import tagged

from ..sandbox.settlements import flat_file
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import Temporary
from ..spapi.limiter import MemoryLimiter
from ..spapi.reports import (
    download_document,
    get_report,
    get_report_document,
    list_reports,
)
from ..spapi.settlement import SettlementError, read_settlement, triples
from ..spapi.tokens import MemoryTokenCache
from .money_case import DAY, SETTLEMENT, MoneyCase


@tagged("post_install", "-at_install")
class TestSettlementOfTheSandbox(MoneyCase):
    def client(self, seller):
        keys = ("client_id", "client_secret", "refresh_token")
        values = self.sandbox.sellers[seller].credentials
        client = Client(
            "na",
            Credentials(*(values[key] for key in keys)),
            endpoint=f"{self.sandbox.url}/{self.sandbox.sellers[seller].region}",
            token_url=f"{self.sandbox.url}/auth/o2/token",
            token_cache=MemoryTokenCache(),
            limiter=MemoryLimiter(),
        )
        self.addCleanup(client.close)
        return client

    def document(self, seller):
        client = self.client(seller)
        page = list_reports(client, report_types=[SETTLEMENT])
        report = get_report(client, page.reports[0].report_id)
        self.assertTrue(report.done)
        self.assertEqual(report, page.reports[0])
        return get_report_document(client, report.report_document_id)

    def close(self, country):
        """(the sandbox's settlement, the file as the connector fetches it)"""
        self.sandbox.clock.advance(8 * DAY)
        settlement = self.sandbox.close_settlement(country)
        file = io.BytesIO()
        download_document(self.document(country), file)
        return settlement, file

    def test_every_way_of_writing(self):
        self.sandbox.add_seller("FR", ["FR"])
        self.sandbox.add_seller("JP", ["JP"])
        for country in ("US", "DE", "FR", "JP"):
            for compress in (True, False):
                self.sandbox.reports.documents.compress = compress
                self.fee("-1234.50", country)
                with self.subTest(country, compress=compress):
                    theirs, file = self.close(country)
                    # a short period early in a month leaves slashes open
                    order = "dmy" if country == "FR" else None
                    settlement = read_settlement(file, date_order=order)
                    header = settlement.header
                    self.assertEqual(header.settlement_id, theirs.settlement_id)
                    self.assertEqual(header.total, theirs.total)
                    self.assertEqual(header.currency, theirs.currency)
                    moments = (theirs.start, theirs.end, theirs.deposit)
                    self.assertEqual(
                        (header.start, header.end, header.deposit_date),
                        tuple(moment.replace(microsecond=0) for moment in moments),
                    )
                    rows = list(settlement.rows)
                    self.assertEqual(
                        [row.amount for row in rows],
                        [row.amount for _event, row in theirs.rows],
                    )
                    self.assertEqual(
                        [row.posted for row in rows],
                        [e.release.replace(microsecond=0) for e, _row in theirs.rows],
                    )

    def test_order_and_refund(self):
        order = self.shipped({"sku": "MUG-BLUE-350", "quantity": 2})
        settlement, file = self.close("US")
        found = read_settlement(file)
        self.assertIn(order.order_id, {row.order_id for row in found.rows})
        self.assertEqual({row.quantity for row in found.rows} - {None}, {2})
        whole = sum(each.amount for each in triples(found.rows).values())
        self.assertEqual(whole, settlement.total)

    def test_spoilt_files(self):
        self.fee("-12.00")
        self.fee("-3.00")
        settlement, file = self.close("US")
        sound = read_settlement(file)
        for fault in ("row_missing", "total_wrong"):
            spoilt = io.BytesIO(flat_file(settlement, fault).encode())
            with self.subTest(fault), self.assertRaisesRegex(SettlementError, "add up"):
                read_settlement(spoilt)
        new = read_settlement(io.BytesIO(flat_file(settlement, "new_type").encode()))
        self.assertEqual(new.header, sound.header)
        self.assertNotEqual(new.digest, sound.digest)

    def test_link_that_is_too_old(self):
        self.fee("-12.00")
        self.sandbox.clock.advance(8 * DAY)
        self.sandbox.close_settlement("US")
        document = self.document("US")
        self.sandbox.clock.advance(301)
        with self.assertRaisesRegex(Temporary, "no longer valid"):
            download_document(document, io.BytesIO())
