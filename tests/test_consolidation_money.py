"""One sale a day ► one invoice ► settlements and refunds of its single orders."""

from odoo.tests import tagged

from .consolidation_case import DailyMixin
from .money_case import DAY
from .settlement_case import SettlementCase

ORDERS = (
    [{"sku": "MUG-BLUE-350", "quantity": 2, "total": "25.98", "shipping": "4.99"}],
    [
        {"sku": "MUG-BLUE-350", "total": "12.99"},
        {"sku": "BACKPACK-20L", "total": "79.00", "discount": "7.90"},
    ],
    [{"sku": "BACKPACK-20L", "total": "81.01"}],
)


@tagged("post_install", "-at_install")
class TestConsolidationMoney(DailyMixin, SettlementCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.bookable(
            fresh=True, settlement_policy="posted"
        )
        self.store = self.daily(self.account, invoice_policy="posted")
        self.orders = [self.sell_items(items) for items in ORDERS]
        self.take_in(self.account)

    def sell_items(self, items):
        return self.sandbox.add_order(
            self.seller, fulfilled_by="AMAZON", status="SHIPPED", items=items
        )

    def close(self):
        """Some days later Amazon closes a settlement, and the job posts it."""
        self.sandbox.clock.advance(10 * DAY)
        theirs = self.sandbox.close_settlement(self.seller)
        self._run(self.account.settlements_cron_id)
        settlement = self.env["amazon.settlement"].search(
            [("settlement_ref", "=", theirs.settlement_id)]
        )
        self.assertEqual(settlement.state, "booked", settlement.reason)
        return settlement

    def test_settlement_pays_the_days_invoice(self):
        """row 4.22: orders of one invoice are settled to the cent; a refund is credited
        with that order's lines only"""
        self.end_day(self.account)
        sale = self.sales(self.store)
        invoice = sale.invoice_ids
        self.assertEqual(len(invoice), 1)
        self.assertEqual(invoice.state, "posted")
        self.assertMoney(invoice.amount_total, sale.amount_total)
        self.assertMoney(invoice.amount_tax, sale.amount_tax)
        settlement = self.close()
        self.assertFalse(settlement.issue_ids)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(invoice.amount_residual, "0.00")
        self.assertEqual(self.open_balance(settlement, "clearing"), 0)
        self.assertProved(settlement)
        self.assertMoney(sale.amazon_settled, invoice.amount_total)
        self.assertEqual(invoice.amazon_settled_count, 3)
        self.refund_of_one(self.orders[1], invoice)

    def refund_of_one(self, order, invoice):
        self.sandbox.refund(order.order_id)
        settlement = self.close()
        self.assertEqual(settlement.issue_ids.mapped("kind"), ["no_credit_note"])
        action = settlement.issue_ids.action_create_credit_note()
        note = self.env["account.move"].browse(action["res_id"])
        record = self.inbox(order)
        lines = invoice.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids.amazon_order_id == record
            and line.product_id
        )
        self.assertEqual(
            note.invoice_line_ids.mapped("product_id.id"), lines.mapped("product_id.id")
        )
        total = sum(lines.mapped("price_total"))
        self.assertMoney(note.amount_total, f"{total:.2f}")
        self.assertEqual(note.partner_id, invoice.partner_id)
        note.action_post()
        self.assertMoney(note.amount_residual, "0.00")
        self.assertEqual(settlement.issue_ids.state, "solved")
        self.assertEqual(self.open_balance(settlement, "clearing"), 0)

    def test_invoice_posted_after_its_settlement(self):
        """row 4.22: what a settlement paid before the invoice was posted is found"""
        self.store.invoice_policy = "draft"
        self.end_day(self.account)
        invoice = self.sales(self.store).invoice_ids
        settlement = self.close()
        self.assertEqual(len(settlement.issue_ids), 3)
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(set(settlement.issue_ids.mapped("state")), {"solved"})

    def test_settled_in_parts(self):
        """row 4.22: a settlement with some of the day's orders pays that part"""
        self.end_day(self.account)
        invoice = self.sales(self.store).invoice_ids
        refs = [order.order_id for order in self.orders]
        totals = [
            sum(
                line.price_total
                for line in invoice.invoice_line_ids
                if line.sale_line_ids.amazon_order_id.amazon_order_ref == ref
            )
            for ref in refs
        ]
        self.post_rows(refs[:1], totals[:1])
        self.assertEqual(invoice.payment_state, "partial")
        self.assertMoney(invoice.amount_residual, f"{sum(totals[1:]):.2f}")
        self.post_rows(refs[1:], totals[1:])
        self.assertEqual(invoice.payment_state, "paid")

    def post_rows(self, refs, totals):
        self.post(
            self.account,
            [
                self.row(("Order", "ItemPrice", "Principal"), f"{total:.2f}", ref)
                for ref, total in zip(refs, totals, strict=True)
            ],
        )
