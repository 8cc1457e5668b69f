"""Amazon's money for an order pays its invoices once, whatever becomes of them."""

from odoo.tests import tagged

from .consolidation_case import FREE, DailyMixin
from .invoice_case import InvoiceCase


class MoneyCase(InvoiceCase):
    def setUp(self):
        super().setUp()
        self.store.invoice_policy = "posted"
        self.store.payment_journal_id = self.bank()

    def modified(self, invoice):
        """What "Reverse and Create Invoice" makes, as a draft."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "reason": "address"})
        )
        wizard.modify_moves()
        return wizard.new_move_ids

    def made(self):
        """All payments of the store."""
        return self.env["account.payment"].search(
            [("journal_id", "=", self.store.payment_journal_id.id)], order="id"
        )

    def credited(self, invoice, amount):
        note = invoice._reverse_moves()
        note.invoice_line_ids.extra_tax_data = False
        note.invoice_line_ids.price_unit = amount
        note.action_post()
        (invoice | note).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()

    def assertPaid(self, invoice):
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))


@tagged("post_install", "-at_install")
class TestInvoiceMoney(MoneyCase):
    def test_reverse_and_create_invoice(self):
        """row 7.2: the payment of an invoice that was reversed pays the one made
        instead; there is no second one"""
        invoice = self.invoiced()
        payment = self.payments(invoice)
        new = self.modified(invoice)
        new.action_post()
        self.bill()
        self.assertPaid(new)
        self.assertEqual(self.made(), payment)
        self.assertFalse(new.amazon_to_pay or new.activity_ids)

    def test_less_is_left(self):
        """row 7.2: an invoice made instead that asks for more gets what there is"""
        invoice = self.invoiced()
        payment = self.payments(invoice)
        new = self.modified(invoice)
        new.invoice_line_ids.extra_tax_data = False
        new.invoice_line_ids.price_unit = 25
        new.action_post()
        self.bill()
        self.assertEqual(self.made(), payment)
        self.assertMoney(new.amount_residual, "5.00")

    def test_duplicate(self):
        """row 7.2: a copy of a paid invoice is not paid, and says why"""
        invoice = self.invoiced()
        double = invoice.copy()
        double.action_post()
        self.bill()
        self.assertEqual(self.made(), self.payments(invoice))
        self.assertEqual(double.payment_state, "not_paid")
        self.assertIn(invoice.name, double.activity_ids.note)
        self.assertFalse(double.amazon_to_pay)

    def test_partly_credited(self):
        """row 7.2: of an invoice that a credit note reduced, the rest is paid"""
        self.store.invoice_policy = "draft"
        invoice = self.invoiced()
        invoice.action_post()
        self.credited(invoice, 5)
        self.assertMoney(invoice.amount_residual, "15.00")
        self.bill()
        self.assertPaid(invoice)
        self.assertEqual(self.made().mapped("amount"), [15.0])

    def test_partly_paid(self):
        """row 7.2: what somebody paid in part is told, not paid over"""
        self.store.invoice_policy = "draft"
        invoice = self.invoiced()
        invoice.action_post()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"amount": 8, "payment_difference_handling": "open"}
        ).action_create_payments()
        self.bill()
        self.assertMoney(invoice.amount_residual, "12.00")
        self.assertIn("by hand", invoice.activity_ids.note)

    def test_log_entry_deleted(self):
        """rows 5.28, 7.1: partial invoices keep Amazon's cents when the order's entry
        in the log is deleted"""
        self.store.invoice_policy = "draft"
        item = {"sku": "MUG-BLUE-350", "quantity": 3, "total": "10.00"}
        for taxed in ({"tax_rate": "0.0825", "facilitator": False}, {"tax_rate": 0}):
            sale = self.sold(items=[item | taxed])
            total, tax = sale.amount_total, sale.amount_tax
            sale.amazon_order_id.unlink()
            self.assertFalse(sale.order_line.amazon_order_line_id)
            for _part in range(3):
                picking = sale.picking_ids.filtered(lambda p: p.state != "done")
                self.ship(picking, **{"MUG-BLUE-350": 1})
                sale._create_invoices()
            self.assertEqual(len(sale.invoice_ids), 3)
            paid = sum(sale.invoice_ids.mapped("amount_total"))
            self.assertMoney(paid, f"{total:.2f}")
            self.assertMoney(sum(sale.invoice_ids.mapped("amount_tax")), f"{tax:.2f}")


@tagged("post_install", "-at_install")
class TestMoneyOfADay(DailyMixin, MoneyCase):
    def setUp(self):
        super().setUp()
        self.daily(self.account)

    def day(self, *orders):
        """The invoice of a day with these orders, which Amazon ships."""
        made = [
            self.sandbox.add_order(
                self.seller,
                fulfilled_by="AMAZON",
                status="SHIPPED",
                **({"items": [FREE]} | order),
            )
            for order in orders
        ]
        self.take_in(self.account)
        self.end_day(self.account)
        records = self.env["amazon.order"].union(*map(self.inbox, made))
        self.assertEqual(set(records.mapped("state")), {"imported"})
        invoice = records.sale_order_id.invoice_ids
        self.assertEqual(len(invoice), 1)
        return invoice, records

    def test_given_away(self):
        """rows 4.22, 7.2: an order for nothing does not hold up the day's payment"""
        invoice, records = self.day({}, {"items": [FREE | {"discount": "10.00"}]})
        self.assertFalse(all(records.mapped("paid_on")))
        self.assertPaid(invoice)
        self.assertEqual(self.made().mapped("amount"), [10.0])

    def test_paid_on_delivery(self):
        """rows 4.22, 7.2: money that Amazon never gets is told, once"""
        invoice, records = self.day({}, {"payment": "CashOnDelivery"})
        self.bill()
        self.assertFalse(self.made())
        self.assertFalse(invoice.amazon_to_pay)
        self.assertEqual(len(invoice.activity_ids), 1)
        self.assertIn(records[1].amazon_order_ref, invoice.activity_ids.note)
        self.assertNotIn(records[0].amazon_order_ref, invoice.activity_ids.note)

    def test_canceled(self):
        """rows 4.22, 7.2: an order that was canceled after the sale is told, too"""
        self.store.invoice_policy = "draft"
        invoice, records = self.day({}, {})
        records[1].fulfillment_status = "CANCELLED"
        invoice.action_post()
        self.bill()
        self.assertFalse(self.made() or invoice.amazon_to_pay)
        self.assertIn(records[1].amazon_order_ref, invoice.activity_ids.note)

    def test_reverse_and_create_invoice(self):
        """rows 4.22, 7.2: the day's payment pays the invoice made instead"""
        invoice, _records = self.day({}, {})
        payment = self.made()
        self.assertEqual(payment.mapped("amount"), [20.0])
        new = self.modified(invoice)
        new.action_post()
        self.bill()
        self.assertPaid(new)
        self.assertEqual(self.made(), payment)
