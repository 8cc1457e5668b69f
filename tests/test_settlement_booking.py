"""A settlement ► entries: every cent explained, every order's invoice reconciled."""

from decimal import Decimal

from odoo.tests import tagged

from .settlement_case import (
    COMMISSION,
    RESERVED,
    SALE,
    SHIPPING,
    SUBSCRIPTION,
    TAX,
    WITHHELD,
    SettlementCase,
)


@tagged("post_install", "-at_install")
class TestSettlementBooking(SettlementCase):
    def test_invoiced_order(self):
        """rows 11.3, 11.5, 6.8, 7.3: the invoice is paid, the rest is where it belongs"""
        account, _seller = self.bookable()
        ref, invoice = self.sell(account, "105.00")
        settlement = self.post(
            account,
            [
                self.row(SALE, "100.00", ref),
                self.row(SHIPPING, "5.00", ref),
                self.row(TAX, "8.25", ref),
                self.row(WITHHELD, "-8.25", ref),
                self.row(COMMISSION, "-15.00", ref),
                self.row(SUBSCRIPTION, "-39.99"),
                self.row(RESERVED, "-20.00"),
            ],
        )
        self.assertEqual(settlement.state, "booked")
        self.assertProved(settlement)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.balance(settlement, "transit"), Decimal("30.01"))
        self.assertEqual(self.balance(settlement, "reserve"), 20)
        self.assertEqual(self.balance(settlement, "commission"), 15)
        self.assertEqual(self.balance(settlement, "subscription"), Decimal("39.99"))
        self.assertEqual(self.balance(settlement, "mptax"), 0)
        self.assertFalse(settlement.issue_ids)
