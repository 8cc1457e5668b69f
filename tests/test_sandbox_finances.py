"""The Finances API of the sandbox, and its money over the control paths."""

import copy
import unittest
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import requests

from odoo.tests import tagged

from ..sandbox.clock import iso
from . import openapi
from .money_case import DAY, OTHER, ReportCase
from .sandbox_case import CA, SINCE, US


@tagged("post_install", "-at_install")
class TestFinances(ReportCase):
    def transactions(self, seller=None, **query):
        """All pages."""
        if "relatedIdentifierName" not in query:
            query.setdefault("postedAfter", iso(self.sandbox.clock.now() - 100 * _DAY))
        found = []
        while True:
            payload = self.ask("transactions", seller, **query).json()["payload"]
            found += payload["transactions"]
            if "nextToken" not in payload:
                return found
            query["nextToken"] = payload["nextToken"]

    def ask(self, what, seller=None, **query):
        return self.call("GET", f"/finances/2024-06-19/{what}", seller, params=query)

    def summaries(self, seller=None, **query):
        answer = self.ask("summary", seller, **query)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()["summaries"]

    def identifiers(self, row):
        return {
            each["relatedIdentifierName"]: each["relatedIdentifierValue"]
            for each in row["relatedIdentifiers"]
        }

    def assertAddsUp(self, node, total):
        """Breakdowns add up to the amount above them, all the way down."""
        if node["breakdowns"]:
            parts = [row["breakdownAmount"] for row in node["breakdowns"]]
            self.assertEqual(sum(map(exact, parts)), exact(total))
        for row in node["breakdowns"]:
            self.assertAddsUp(row, row["breakdownAmount"])

    def test_deferred_then_released_then_settled(self):
        order = self.shipped({"unit_price": "100.00"}, seller="DE")
        self.advance(180)
        [sale] = self.transactions(self.de)
        self.assertEqual(sale["transactionStatus"], "DEFERRED")
        self.assertEqual(sale["transactionType"], "Shipment")
        self.assertEqual(sale["totalAmount"]["currencyCode"], "EUR")
        self.assertEqual(exact(sale["totalAmount"]), Decimal("85.00"))
        self.assertEqual(sale["contexts"][0]["deferralReason"], "DD7")
        self.assertEqual(self.identifiers(sale)["ORDER_ID"], order.order_id)
        self.assertNotIn("SETTLEMENT_ID", self.identifiers(sale))
        self.advance(8 * DAY)
        settlement = self.sandbox.close_settlement("DE")
        held, release = self.transactions(self.de)
        self.assertEqual(held["transactionId"], sale["transactionId"])
        self.assertEqual(held["transactionStatus"], "DEFERRED_RELEASED")
        self.assertEqual(release["transactionStatus"], "RELEASED")
        ids = self.identifiers(release)
        self.assertEqual(ids["SETTLEMENT_ID"], settlement.settlement_id)
        self.assertEqual(ids["DEFERRED_TRANSACTION_ID"], sale["transactionId"])
        other = self.identifiers(held)["RELEASE_TRANSACTION_ID"]
        self.assertEqual(other, release["transactionId"])
        self.assertEqual(
            self.transactions(self.de, transactionStatus="RELEASED"), [release]
        )
        self.assertEqual(self.transactions(self.de, transactionStatus="DEFERRED"), [])

    def test_by_order_and_by_group(self):
        first, second = (self.shipped("MUG-BLUE-350", seller="DE") for _ in range(2))
        self.sandbox.refund(first.order_id)
        self.advance(8 * DAY)
        self.sandbox.close_settlement("DE")
        query = {"relatedIdentifierName": "ORDER_ID"}
        rows = self.transactions(
            self.de, relatedIdentifierValue=first.order_id, **query
        )
        kinds = [row["transactionType"] for row in rows]
        self.assertEqual(sorted(kinds), ["Refund", "Shipment", "Shipment"])
        group = self.identifiers(rows[-1])["FINANCIAL_EVENT_GROUP_ID"]
        rows = self.transactions(
            self.de,
            relatedIdentifierName="FINANCIAL_EVENT_GROUP_ID",
            relatedIdentifierValue=group,
        )
        orders = Counter(self.identifiers(row)["ORDER_ID"] for row in rows)
        self.assertEqual(orders, {first.order_id: 2, second.order_id: 1})

    def test_american_merchant_orders_hide_from_the_marketplace_filter(self):
        order = self.shipped("MUG-BLUE-350")
        self.fee("-5.00")
        self.advance(180)
        self.assertEqual(len(self.transactions()), 2)
        [fee] = self.transactions(marketplaceId=US)
        self.assertEqual(fee["transactionType"], "ServiceFee")
        self.assertEqual(self.transactions(marketplaceId=CA), [])
        self.assertTrue(order)

    def test_pages(self):
        for number in range(101):
            self.fee(-1 - number)
        self.advance(180)
        query = {"postedAfter": SINCE, "postedBefore": iso(self.sandbox.clock.now())}
        self.assertRefused(self.ask("transactions", **query), 400, "postedBefore")
        rows = self.transactions()
        self.assertEqual(len(rows), 101)
        self.assertEqual(len({row["transactionId"] for row in rows}), 101)
        self.assertEqual(len(self.sandbox.calls_of("listTransactions")), 3)
        since = iso(self.sandbox.clock.now() - _DAY)
        answer = self.ask("transactions", postedAfter=since)
        token = answer.json()["payload"]["nextToken"]
        answer = self.ask("transactions", nextToken=token, transactionStatus="RELEASED")
        self.assertRefused(answer, 400)
        answer = self.ask("transactions", postedAfter=SINCE, nextToken=token)
        self.assertRefused(answer, 400, "must be the same")

    def test_window(self):
        start = self.sandbox.clock.now()
        self.fee("-1.00")
        self.assertEqual(self.transactions(), [])  # not of the last two minutes
        self.advance(DAY)
        self.fee("-2.00")
        self.advance(DAY)
        before = iso(start + timedelta(hours=1))
        [row] = self.transactions(postedBefore=before)
        self.assertEqual(exact(row["totalAmount"]), -1)
        [row] = self.transactions(postedAfter=before)
        self.assertEqual(exact(row["totalAmount"]), -2)
        # More than 180 days are too many, and the answer is empty.
        self.assertEqual(self.transactions(postedAfter=iso(start - 190 * _DAY)), [])
        for query in (
            {},
            {"postedAfter": iso(self.sandbox.clock.now())},
            {"postedAfter": "yesterday"},
            {"postedAfter": before, "transactionStatus": "HELD"},
            {"relatedIdentifierName": "ORDER_ID"},
            {"relatedIdentifierName": "SETTLEMENT_ID", "relatedIdentifierValue": "1"},
        ):
            with self.subTest(**query):
                self.assertRefused(self.ask("transactions", **query), 400)

    def test_role(self):
        self.us.roles.discard("finance_and_accounting")
        self.assertRefused(self.ask("transactions", postedAfter=SINCE), 403)
        self.assertRefused(self.ask("summary", periodStart="2026-01-01"), 403)

    def test_agrees_with_the_settlement_to_the_cent(self):
        orders = self.sandbox.generate_orders("DE", 8, seed=7, kind="random")
        for order in orders:
            self.confirm(order)
            self.sandbox.refund(order.order_id, goodwill="1.11")
        for order in self.sandbox.generate_orders("DE", 8, seed=8, kind="random"):
            self.confirm(order)
        charge = self.sandbox.charge
        charge("DE", "ServiceFee", "Cost of Advertising", "TransactionTotalAmount", -7)
        reimbursed = ("FBA Inventory Reimbursement", "WAREHOUSE_LOST")
        charge("DE", OTHER, *reimbursed, "18.20")
        self.advance(8 * DAY)
        settlement = self.sandbox.close_settlement("DE", reserve=Decimal("45.00"))
        self.advance(180)
        transactions = self.transactions(self.de)
        released = Decimal()
        for row in transactions:
            self.assertAddsUp(row, row["totalAmount"])
            for item in row["items"]:
                self.assertAddsUp(item, item["totalAmount"])
            if self.identifiers(row).get("SETTLEMENT_ID") == settlement.settlement_id:
                self.assertEqual(row["transactionStatus"], "RELEASED")
                released += exact(row["totalAmount"])
        self.assertEqual(released, settlement.total + Decimal("45.00"))
        [summary] = self.summaries(
            self.de,
            relatedIdentifierName="SETTLEMENT_ID",
            relatedIdentifierValue=settlement.settlement_id,
        )
        self.assertEqual(exact(summary["netProceeds"]), settlement.total)
        self.assertAddsUp(summary, summary["netProceeds"])
        kinds = {row["transactionType"] for row in transactions}
        self.assertEqual(
            kinds, {"Shipment", "Refund", "ProductAdsPayment", "Adjustment"}
        )

    @unittest.skipIf(openapi.missing(), openapi.missing())
    def test_the_judge_knows_these_operations(self):
        self.shipped("MUG-BLUE-350")
        self.advance(180)
        self.transactions(transactionStatus="DEFERRED")
        self.sandbox.close_settlement("US")
        [report_id] = self.report_ids(pageSize=20)
        self.document(report_id, enableContentEncodingUrlHeader="false")
        for call in self.sandbox.calls:
            openapi.validate_call(call)
        [call] = self.sandbox.calls_of("listTransactions")
        call = copy.deepcopy(call)
        [row] = call["response_body"]["payload"]["transactions"]
        row["contexts"][0]["mood"] = "good"
        with self.assertRaisesRegex(openapi.ContractError, "'mood' was unexpected"):
            openapi.validate_call(call)

    def test_summary_of_a_period(self):
        self.fee("-3.00")
        self.advance(2 * DAY)
        self.fee("-4.00")
        today = self.sandbox.clock.now().date()
        then = today - timedelta(days=2)
        for start, end, total in (
            (then, then, -3),
            (then, today, -7),
            (then + timedelta(days=1), then + timedelta(days=1), 0),
        ):
            period = {"periodStart": str(start), "periodEnd": str(end)}
            [summary] = self.summaries(**period)
            self.assertEqual(exact(summary["netProceeds"]), total)
        self.assertEqual(self.summaries(marketplaceIds=CA, **period), [])
        self.assertRefused(self.ask("summary"), 400)
        self.assertRefused(self.ask("summary", periodStart="2026-01-01"), 400)


_DAY = timedelta(days=1)


def exact(amount):
    """A JSON number as the decimal it was written as."""
    return Decimal(str(amount["currencyAmount"]))


@tagged("post_install", "-at_install")
class TestMoneyControl(ReportCase):
    def control(self, path, body=None, status=200):
        url = f"{self.sandbox.url}/sandbox/{path}"
        answer = requests.post(url, json=body or {}, timeout=20)
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def state(self):
        return requests.get(f"{self.sandbox.url}/sandbox/state", timeout=20).json()

    def test_refund_charge_and_settle(self):
        order = self.shipped({"quantity": 2, "unit_price": "50.00"})
        item_id = order.items[0]["orderItemId"]
        [shown] = self.state()["orders"]
        self.assertEqual((shown["settled"], shown["deferred"]), ("0.00", "85.00"))
        body = {"items": {item_id: 1}, "restocking_fee": "10.00"}
        refund = self.control(f"orders/{order.order_id}/refund", body)
        self.assertIn(["ItemPrice", "Principal", "-50.00"], refund["rows"])
        charge = {
            "transaction_type": "ServiceFee",
            "amount_type": OTHER,
            "description": "Subscription Fee",
            "amount": "-39.99",
        }
        self.assertEqual(self.control("sellers/US/charge", charge)["total"], "-39.99")
        self.advance(8 * DAY)
        body = {"marketplace": "US", "reserve": "1.00"}
        closed = self.control("sellers/US/settle", body)
        total = Decimal("85.00") + Decimal(refund["total"]) - Decimal("40.99")
        self.assertEqual(Decimal(closed["total"]), total)
        self.assertEqual(closed["reportIds"], self.report_ids())
        state = self.state()
        self.assertEqual(state["settlements"], [closed])
        [shown] = state["orders"]
        self.assertEqual(Decimal(shown["settled"]), total + Decimal("40.99"))
        self.assertEqual(shown["deferred"], "0.00")
        self.assertEqual(shown["settlements"], [closed["settlementId"]])
        [account] = state["accounts"]
        self.assertEqual((account["reserve"], account["currency"]), ("1.00", "USD"))

    def test_mistakes_are_told(self):
        order = self.sandbox.add_order("US")
        self.control(f"orders/{order.order_id}/refund", status=400)
        self.control("orders/111-0000000-0000000/refund", status=404)
        self.control("sellers/US/settle", {"marketplace": "DE"}, status=400)
        self.control("sellers/US/settle", {"reserve": "much"}, status=400)
        self.control("sellers/MX/settle", status=404)
        self.control("sellers/US/refund", status=404)
