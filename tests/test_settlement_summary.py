"""P8: what the Finances API states for a settlement, beside what its file says."""

from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from .money_case import DAY
from .settlement_case import SUBSCRIPTION, SettlementCase

REFUSED = {"errors": [{"code": "Unauthorized", "message": "Access denied"}]}


@tagged("post_install", "-at_install")
class TestSettlementSummary(SettlementCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.bookable(
            fresh=True, settlement_policy="posted"
        )
        self.addCleanup(self.sandbox.faults.clear)

    def close(self, amount="-39.99"):
        """A settlement of the sandbox's, its report ready to be fetched."""
        self.sandbox.add_order(self.seller, status="SHIPPED")
        self.sandbox.charge(
            self.seller, "ServiceFee", *SUBSCRIPTION[1:2], "Subscription Fee", amount
        )
        self.sandbox.clock.advance(8 * DAY)
        closed = self.sandbox.close_settlement(self.seller, reserve=Decimal("5.00"))
        self.sandbox.calls.clear()
        return closed

    def read(self):
        self.env.flush_all()
        self._run(self.account.settlements_cron_id)

    def asked(self):
        calls = self.sandbox.calls_of("listSummary")
        self.sandbox.calls.clear()
        return [call["query"]["relatedIdentifierValue"] for call in calls]

    def settlement(self, reference):
        return self.env["amazon.settlement"].search(
            [
                ("account_id", "=", self.account.id),
                ("settlement_ref", "=", reference),
            ]
        )

    def proof(self, settlement):
        return settlement.proof_ids.filtered(lambda proof: proof.code == "P8")

    def test_agrees(self):
        """asked once, when the file is in, and the same to the cent"""
        closed = self.close()
        self.read()
        settlement = self.settlement(closed.settlement_id)
        self.assertEqual(settlement.state, "booked", settlement.reason)
        self.assertTrue(settlement.finances_checked)
        self.assertMoney(settlement.finances_total, closed.total)
        self.assertEqual(self.proof(settlement).state, "ok")
        self.assertEqual(self.asked(), [closed.settlement_id])
        self.read()
        self.assertEqual(self.asked(), [])

    def test_disagrees(self):
        """a second source that says otherwise is told, never forced"""
        closed = self.close()
        currency = {"currencyCode": "USD", "currencyAmount": 1234.56}
        identifier = {
            "relatedIdentifierName": "SETTLEMENT_ID",
            "relatedIdentifierValue": closed.settlement_id,
        }
        summary = {"netProceeds": currency, "relatedIdentifiers": [identifier]}
        body = {"summaries": [summary]}
        self.sandbox.faults.add("listSummary", status=200, body=body)
        self.read()
        settlement = self.settlement(closed.settlement_id)
        self.assertMoney(settlement.finances_total, "1234.56")
        proof = self.proof(settlement)
        self.assertEqual(proof.state, "warning")
        self.assertIn("1234.56", proof.detail)

    def test_told_after_the_booking(self):
        """Finances that answer late still reach the proof"""
        closed = self.close()
        fault = self.sandbox.faults.add("listSummary", status=503, times=3)
        self.read()
        settlement = self.settlement(closed.settlement_id)
        self.assertEqual(fault.fired, 3)
        self.assertEqual(settlement.state, "booked", settlement.reason)
        self.assertFalse(settlement.finances_checked)
        self.read()
        self.assertTrue(settlement.finances_checked)
        self.assertEqual(self.proof(settlement).state, "ok")

    def test_unknown_at_amazon(self):
        """case 82: a file from elsewhere: asked again after a day, not every hour"""
        settlement = self.settle(self.account, [self.row(SUBSCRIPTION, "-39.99")])
        settlement.end = fields.Datetime.now() - timedelta(days=40)
        self.sandbox.calls.clear()
        self.read()
        self.assertEqual(self.asked(), [settlement.settlement_ref])
        self.assertFalse(settlement.finances_checked)
        self.read()
        self.assertEqual(self.asked(), [])
        settlement.finances_asked -= timedelta(days=1, minutes=1)
        self.read()
        self.assertEqual(self.asked(), [settlement.settlement_ref])

    def test_a_few_a_run(self):
        """bounded: ten a run, and nothing older than two years"""
        known = self.settle(self.account, [self.row(SUBSCRIPTION, "-39.99")])
        now = fields.Datetime.now()
        known.end = now - timedelta(days=731)
        copies = self.env["amazon.settlement"].create(
            [
                {
                    "settlement_ref": f"4400000{number}",
                    "account_id": self.account.id,
                    "currency_id": known.currency_id.id,
                    "end": now - timedelta(days=number),
                    "state": "error",
                }
                for number in range(12)
            ]
        )
        self.sandbox.calls.clear()
        self.read()
        self.assertEqual(self.asked(), copies[:10].mapped("settlement_ref"))
        self.read()
        self.assertEqual(self.asked(), copies[10:].mapped("settlement_ref"))

    def test_missing_role(self):
        """row 1.12: without the right to ask, settlements are booked all the same"""
        closed = self.close()
        self.sandbox.faults.add("listSummary", status=403, body=REFUSED, probability=1)
        self.read()
        settlement = self.settlement(closed.settlement_id)
        self.assertEqual(settlement.state, "booked", settlement.reason)
        self.assertFalse(settlement.finances_checked)
        self.assertIn("listSummary", self.account.finances_message)
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(set(self.asked()), {closed.settlement_id})
        self.read()
        self.assertEqual(self.asked(), [])
