"""What the hourly job does with a settlement that is understood."""

from decimal import Decimal

from odoo.tests import tagged

from .settlement_case import COMMISSION, SALE, UNKNOWN, SettlementCase


@tagged("post_install", "-at_install")
class TestSettlementPolicy(SettlementCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()
        self.ref, self.invoice = self.sell(self.account, "50.00")

    def hourly(self, extra=()):
        """A settlement comes in, and the scheduled job runs."""
        number, content = self.file(
            [
                self.row(SALE, "50.00", self.ref),
                self.row(COMMISSION, "-7.50", self.ref),
                *extra,
            ]
        )
        self.upload(self.account, content)
        self._run(self.account.settlements_cron_id)
        return self.env["amazon.settlement"].search([("settlement_ref", "=", number)])

    def test_draft_is_the_default(self):
        """row 11.2: booked as a draft, to be looked at; nothing is reconciled"""
        settlement = self.hourly()
        self.assertEqual(settlement.state, "draft")
        self.assertEqual(settlement.move_ids.mapped("state"), ["draft"])
        self.assertEqual(self.invoice.payment_state, "not_paid")
        settlement.action_post()
        self.assertEqual(settlement.move_ids.mapped("state"), ["posted"])
        self.assertEqual(self.invoice.payment_state, "paid")

    def test_by_hand(self):
        """row 11.2: read and understood, booked by the button alone"""
        self.account.settlement_policy = "manual"
        settlement = self.hourly()
        self.assertEqual(settlement.state, "ready")
        self.assertFalse(settlement.move_ids)

    def test_posted(self):
        """row 11.2: posted and reconciled by itself"""
        self.account.settlement_policy = "posted"
        settlement = self.hourly()
        self.assertEqual(settlement.state, "booked")
        self.assertEqual(self.invoice.payment_state, "paid")
        self.assertEqual(self.balance(settlement, "transit"), Decimal("42.50"))

    def test_held(self):
        """rows 11.2, 11.6: not even then with a row that no rule knows"""
        self.account.settlement_policy = "posted"
        settlement = self.hourly([self.row(UNKNOWN, "-1.00")])
        self.assertEqual(settlement.state, "to_map")
        self.assertFalse(settlement.move_ids)
        self.assertEqual(self.invoice.payment_state, "not_paid")

    def test_reset_stays_reset(self):
        """row 11.2: what was taken back by hand is not booked again by the job"""
        self.account.settlement_policy = "posted"
        settlement = self.hourly()
        settlement.action_reset()
        self._run(self.account.settlements_cron_id)
        self.assertEqual(settlement.state, "ready")
        self.assertFalse(settlement.move_ids)
