"""Finances: what is asked, what the answers mean, and the sandbox's over HTTP."""

import unittest
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import Temporary, Unauthorised
from ..spapi.finances import (
    DEFERRED,
    DEFERRED_RELEASED,
    RELEASED,
    Summary,
    Transaction,
    list_summary,
    list_transactions,
)
from ..spapi.limiter import MemoryLimiter
from ..spapi.tokens import MemoryTokenCache
from . import openapi
from .money_case import DAY, MoneyCase
from .sandbox_case import US
from .test_spapi_orders import SINCE, fake_client

BASE = "https://sellingpartnerapi-eu.amazon.com/finances/2024-06-19"


def euro(amount):
    return {"currencyCode": "EUR", "currencyAmount": amount}


def node(name, amount, *below):
    return {
        "breakdownType": name,
        "breakdownAmount": euro(amount),
        "breakdowns": list(below),
    }


def identifiers(**values):
    return [
        {"relatedIdentifierName": name, "relatedIdentifierValue": value}
        for name, value in values.items()
    ]


HELD = {
    "sellingPartnerMetadata": {
        "sellingPartnerId": "A1",
        "accountType": "Invoiced Orders",
        "marketplaceId": "A1PA6795UKMFR9",
    },
    "relatedIdentifiers": identifiers(
        ORDER_ID="302-1", SHIPMENT_ID="Dx", RELEASE_TRANSACTION_ID="t2"
    ),
    "transactionType": "Shipment",
    "transactionId": "t1",
    "transactionStatus": "DEFERRED",
    "description": "Order Payment",
    "postedDate": "2026-11-01T10:00:00Z",
    "totalAmount": euro(85.1),
    "marketplaceDetails": {
        "marketplaceId": "A1PA6795UKMFR9",
        "marketplaceName": "Amazon.de",
    },
    "contexts": [
        {"contextType": "PaymentsContext", "paymentType": "CreditCard"},
        {
            "contextType": "DeferredContext",
            "deferralReason": "B2B",
            "maturityDate": "2026-12-01T00:00:00Z",
        },
    ],
    "breakdowns": [
        node("Sales", 100.1, node("ProductCharges", 100.1, node("OurPrice", 100.1))),
        node("Expenses", -15, node("AmazonFees", -15, node("Commission", -15))),
    ],
}


@tagged("post_install", "-at_install")
class TestFinances(BaseCase):
    def test_parameters(self):
        client = fake_client({"payload": {"transactions": [], "nextToken": "more"}})
        page = list_transactions(
            client,
            posted_after=SINCE,
            posted_before=SINCE + timedelta(days=180),
            transaction_status=DEFERRED,
            marketplace_id=US,
            related_identifier_name="ORDER_ID",
            related_identifier_value="302-1",
            next_token="this",
        )
        (request,) = client._transport.requests
        self.assertEqual(request["url"], f"{BASE}/transactions")
        self.assertEqual(
            request["params"],
            {
                "postedAfter": "2026-11-01T10:30:00.000Z",
                "postedBefore": "2027-04-30T10:30:00.000Z",
                "transactionStatus": "DEFERRED",
                "marketplaceId": US,
                "relatedIdentifierName": "ORDER_ID",
                "relatedIdentifierValue": "302-1",
                "nextToken": "this",
            },
        )
        # an empty page that has a next one is legal
        self.assertEqual((page.transactions, page.next_token), ((), "more"))

    def test_a_transaction_with_all_fields(self):
        body = {"payload": {"transactions": [HELD], "nextToken": None}}
        page = list_transactions(fake_client(body), posted_after=SINCE)
        expected = Transaction(
            transaction_id="t1",
            type="Shipment",
            status="DEFERRED",
            description="Order Payment",
            posted=datetime(2026, 11, 1, 10, tzinfo=timezone.utc),
            total=Decimal("85.1"),
            currency="EUR",
            order_id="302-1",
            shipment_id="Dx",
            refund_id="",
            settlement_id="",
            group_id="",
            deferred_id="",
            release_id="t2",
            marketplace_id="A1PA6795UKMFR9",
            marketplace_name="Amazon.de",
            account_type="Invoiced Orders",
            deferral_reason="B2B",
            maturity=datetime(2026, 12, 1, tzinfo=timezone.utc),
            breakdowns=(
                (("Sales", "ProductCharges", "OurPrice"), Decimal("100.1")),
                (("Expenses", "AmazonFees", "Commission"), Decimal("-15")),
            ),
        )
        self.assertEqual(page.transactions, (expected,))
        self.assertIsNone(page.next_token)
        self.assertTrue(expected.deferred)

    def test_a_transaction_with_the_least(self):
        """what Amazon leaves out or gives as null is no reason to stop"""
        names = ("transactionId", "transactionStatus", "postedDate", "totalAmount")
        row = {name: HELD[name] for name in names} | {"breakdowns": None}
        body = {"payload": {"transactions": [row]}}
        page = list_transactions(fake_client(body), posted_after=SINCE)
        (transaction,) = page.transactions
        self.assertEqual((transaction.order_id, transaction.type), ("", ""))
        self.assertIsNone(transaction.maturity)
        self.assertEqual(transaction.breakdowns, ())

    def test_amounts_keep_every_digit(self):
        """JSON numbers become the decimals that stand there, not floats near them"""
        for number in (0.1, 1234567.89, -0.01, 12, 1e-7):
            row = {**HELD, "totalAmount": euro(number)}
            body = {"payload": {"transactions": [row]}}
            page = list_transactions(fake_client(body), posted_after=SINCE)
            self.assertEqual(page.transactions[0].total, Decimal(str(number)))

    def test_summary(self):
        body = {
            "summaries": [
                {
                    "partnerMetadata": {
                        "partnerId": "A1",
                        "accountType": "Standard Orders",
                        "marketplaceId": US,
                    },
                    "netProceeds": euro(-5.27),
                    "relatedIdentifiers": identifiers(SETTLEMENT_ID="26000000001"),
                    "breakdowns": [node("Sales", 1), node("Expenses", -6.27)],
                    "periodStart": "2026-10-01T00:00:00Z",
                    "periodEnd": "2026-10-14T00:00:00Z",
                }
            ]
        }
        client = fake_client(body)
        page = list_summary(client, settlement_id="26000000001")
        (request,) = client._transport.requests
        self.assertEqual(request["method"], "GET")
        self.assertEqual(request["url"], f"{BASE}/summary")
        self.assertEqual(
            request["params"],
            {
                "relatedIdentifierName": "SETTLEMENT_ID",
                "relatedIdentifierValue": "26000000001",
            },
        )
        expected = Summary(
            net_proceeds=Decimal("-5.27"),
            currency="EUR",
            settlement_id="26000000001",
            marketplace_id=US,
            account_type="Standard Orders",
            period_start=datetime(2026, 10, 1, tzinfo=timezone.utc),
            period_end=datetime(2026, 10, 14, tzinfo=timezone.utc),
            breakdowns=(
                (("Sales",), Decimal(1)),
                (("Expenses",), Decimal("-6.27")),
            ),
        )
        self.assertEqual(page.summaries, (expected,))
        self.assertIsNone(page.next_token)

    def test_summary_of_a_period(self):
        client = fake_client({"summaries": []})
        page = list_summary(
            client,
            period_start=date(2026, 10, 1),
            period_end=date(2026, 10, 31),
            marketplace_ids=[US, "A2EUQ1WTGCTBG2"],
            next_token="more",
        )
        (request,) = client._transport.requests
        self.assertEqual(
            request["params"],
            {
                "periodStart": "2026-10-01",
                "periodEnd": "2026-10-31",
                "marketplaceIds": f"{US},A2EUQ1WTGCTBG2",
                "nextToken": "more",
            },
        )
        self.assertEqual(page.summaries, ())

    def test_answers_that_are_none(self):
        odd = [
            {},
            {"payload": {"transactions": {}}},
            {"payload": {"transactions": [{**HELD, "postedDate": "soon"}]}},
            {"payload": {"transactions": [{**HELD, "transactionId": None}]}},
            {"payload": {"transactions": [{**HELD, "totalAmount": euro("much")}]}},
        ]
        for body in odd:
            with self.subTest(body=body), self.assertRaises(Temporary):
                list_transactions(fake_client(body), posted_after=SINCE)
        for body in ({}, {"summaries": [{}]}):
            with self.subTest(body=body), self.assertRaises(Temporary):
                list_summary(fake_client(body), settlement_id="1")

    def test_wrong_arguments(self):
        client = fake_client({})
        late = SINCE + timedelta(days=180, seconds=1)
        order = {"related_identifier_name": "ORDER_ID"}
        settlement = {
            "related_identifier_name": "SETTLEMENT_ID",
            "related_identifier_value": "1",
        }
        for arguments in (
            {},
            {"posted_after": SINCE.replace(tzinfo=None)},
            {"posted_after": SINCE, "posted_before": late},
            {"posted_after": SINCE, "posted_before": SINCE},
            {"posted_after": SINCE, "transaction_status": "HELD"},
            {"posted_after": SINCE, **order},
            settlement,
        ):
            with self.subTest(arguments), self.assertRaises(ValueError):
                list_transactions(client, **arguments)
        for arguments in (
            {},
            {"period_start": date(2026, 1, 1)},
            {"settlement_id": "1", "marketplace_ids": US},
            {
                "settlement_id": "1",
                "period_start": date(2026, 1, 1),
                "period_end": date(2026, 1, 2),
            },
        ):
            with self.subTest(arguments), self.assertRaises(ValueError):
                list_summary(client, **arguments)
        self.assertEqual(client.calls, 0)


@tagged("post_install", "-at_install")
class TestFinancesOfTheSandbox(MoneyCase):
    """Over HTTP; Amazon's own models judge every request and every answer."""

    def setUp(self):
        super().setUp()
        self.client = self.client_of(self.us)

    def client_of(self, seller):
        keys = ("client_id", "client_secret", "refresh_token")
        client = Client(
            "na",
            Credentials(*(seller.credentials[key] for key in keys)),
            endpoint=f"{self.sandbox.url}/{seller.region}",
            token_url=f"{self.sandbox.url}/auth/o2/token",
            token_cache=MemoryTokenCache(),
            limiter=MemoryLimiter(),
            sleep=lambda seconds: None,
        )
        self.addCleanup(client.close)
        return client

    def _check_answers(self):
        if not openapi.missing():
            for call in self.sandbox.calls:
                openapi.validate_call(call)

    def ago(self, **span):
        return self.sandbox.clock.now() - timedelta(**span)

    def all(self, **arguments):
        """All pages of one list."""
        pages = [list_transactions(self.client, **arguments)]
        while token := pages[-1].next_token:
            page = list_transactions(self.client, **arguments, next_token=token)
            pages.append(page)
        return [row for page in pages for row in page.transactions]

    def test_deferred_then_released(self):
        """row 11.8: held until seven days after, then another transaction pays"""
        order = self.shipped({"unit_price": "100.00"})
        self.sandbox.clock.advance(180)
        (held,) = self.all(posted_after=self.ago(days=1))
        self.assertEqual((held.status, held.order_id), (DEFERRED, order.order_id))
        self.assertEqual((held.total, held.currency), (Decimal("85.0"), "USD"))
        self.assertEqual(sum(amount for _path, amount in held.breakdowns), held.total)
        self.assertEqual(held.maturity - held.posted, timedelta(days=7))
        self.assertEqual(held.deferral_reason, "DD7")
        self.sandbox.clock.advance(8 * DAY)
        settlement = self.sandbox.close_settlement("US")
        before, release = self.all(posted_after=self.ago(days=30))
        self.assertEqual(before.status, DEFERRED_RELEASED)
        self.assertEqual(before.release_id, release.transaction_id)
        self.assertEqual(release.status, RELEASED)
        self.assertEqual(release.deferred_id, held.transaction_id)
        self.assertEqual(release.settlement_id, settlement.settlement_id)
        self.assertFalse(self.all(posted_after=SINCE, transaction_status=DEFERRED))

    def test_page_borders(self):
        """every transaction once, over pages that end in the middle of a moment"""
        for number in range(205):
            self.fee(-1 - number)
        self.sandbox.clock.advance(180)
        rows = self.all(posted_after=self.ago(days=1))
        self.assertEqual(len({row.transaction_id for row in rows}), 205)
        self.assertEqual(sorted(-row.total for row in rows), list(range(1, 206)))
        self.assertEqual(len(self.sandbox.calls_of("listTransactions")), 3)
        rows = self.all(posted_after=self.ago(days=1), transaction_status=RELEASED)
        self.assertEqual(len(rows), 205)

    def test_180_days(self):
        """a longer span brings nothing at all, as Amazon's model warns"""
        self.fee("-5.00")
        self.sandbox.clock.advance(180)
        self.assertTrue(self.all(posted_after=self.ago(days=179)))
        self.assertFalse(self.all(posted_after=self.ago(days=181)))

    def test_american_merchant_orders_hide_from_the_marketplace(self):
        self.shipped("MUG-BLUE-350")
        self.sandbox.clock.advance(180)
        since = self.ago(days=1)
        self.assertFalse(self.all(posted_after=since, marketplace_id=US))
        self.assertEqual(len(self.all(posted_after=since)), 1)

    def test_by_order(self):
        order = self.shipped("MUG-BLUE-350")
        self.shipped("MUG-BLUE-350")
        self.sandbox.refund(order.order_id)
        self.sandbox.clock.advance(180)
        rows = self.all(
            related_identifier_name="ORDER_ID",
            related_identifier_value=order.order_id,
        )
        self.assertEqual({row.type for row in rows}, {"Shipment", "Refund"})
        (refund,) = (row for row in rows if row.type == "Refund")
        self.assertTrue(refund.refund_id)

    def test_summary_is_the_settlements_total(self):
        """a second source for what a settlement pays, to the cent"""
        self.shipped({"unit_price": "19.99", "quantity": 3})
        self.fee("-39.99")
        self.sandbox.clock.advance(8 * DAY)
        settlement = self.sandbox.close_settlement("US", reserve=Decimal("7.77"))
        page = list_summary(self.client, settlement_id=settlement.settlement_id)
        (summary,) = page.summaries
        self.assertEqual(summary.net_proceeds, settlement.total)
        self.assertEqual(summary.settlement_id, settlement.settlement_id)
        self.assertEqual(
            sum(amount for _path, amount in summary.breakdowns), settlement.total
        )
        unknown = list_summary(self.client, settlement_id="1")
        self.assertEqual(unknown.summaries, ())
        today = self.sandbox.clock.now().date()
        page = list_summary(
            self.client, period_start=today - timedelta(days=30), period_end=today
        )
        # a period knows neither reserves nor what was owed before
        self.assertEqual(
            page.summaries[0].net_proceeds, settlement.total + Decimal("7.77")
        )

    def test_missing_role(self):
        self.us.roles.discard("finance_and_accounting")
        for ask in (
            lambda: list_transactions(self.client, posted_after=self.ago(days=1)),
            lambda: list_summary(self.client, settlement_id="1"),
        ):
            with self.assertRaises(Unauthorised) as caught:
                ask()
            self.assertEqual(caught.exception.mend, "role")
            self.assertEqual(caught.exception.role, "Finance and Accounting")

    @unittest.skipIf(openapi.missing(), openapi.missing())
    def test_the_judge_sees_these_calls(self):
        """what the cleanup validates are calls, and our own"""
        self.fee("-5.00")
        self.sandbox.clock.advance(180)
        self.all(posted_after=self.ago(days=1), transaction_status=RELEASED)
        (call,) = self.sandbox.calls_of("listTransactions")
        openapi.validate_call(call)
        with self.assertRaises(openapi.ContractError):
            openapi.validate_call({**call, "query": {"postedSince": "2026-01-01"}})
