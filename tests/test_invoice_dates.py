"""Which day, number and due date an invoice gets."""

from datetime import UTC, datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from .invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestInvoiceDates(InvoiceCase):
    def setUp(self):
        super().setUp()
        self.store.invoice_policy = "posted"
        now = fields.Datetime.now()
        # late in the evening in New York, the next day already in UTC
        self.left = (now - timedelta(days=4)).replace(hour=3, minute=30)
        self.left_on = (self.left - timedelta(hours=5)).date()

    def invoice(self, **values):
        """The invoice of an order bought six days ago, whose goods left four days ago."""
        bought = datetime.now(UTC) - timedelta(days=6)
        sale = self.shipped_sales(created=bought, **values)
        self.shipped_on(sale, self.left)
        self.bill()
        return sale.invoice_ids

    def test_day_the_goods_left(self):
        """rows 5.18, 7.1: by default the day the goods left, in the company's time zone"""
        self.assertEqual(self.store.invoice_date_source, "ship")
        invoice = self.invoice()
        self.assertEqual(
            (invoice.state, invoice.invoice_date), ("posted", self.left_on)
        )

    def test_day_of_purchase(self):
        """row 5.18: the day of the purchase"""
        self.store.invoice_date_source = "purchase"
        sale = self.invoice().line_ids.sale_line_ids.order_id
        bought = sale.amazon_order_id.purchase_date - timedelta(hours=5)
        self.assertEqual(sale.invoice_ids.invoice_date, bought.date())

    def test_day_of_capture_and_posting(self):
        """row 5.18: the day the order came in, or that of posting"""
        today = (datetime.now(UTC) - timedelta(hours=5)).date()
        self.store.invoice_date_source = "capture"
        self.assertEqual(self.invoice().invoice_date, today)
        self.store.invoice_date_source = "post"
        self.store.invoice_policy = "draft"
        invoice = self.invoice()
        self.assertFalse(invoice.invoice_date)
        invoice.action_post()
        self.assertEqual(invoice.invoice_date, fields.Date.context_today(invoice))

    def test_drafts_have_the_day_already(self):
        """rows 5.18, 7.1: what is posted by hand later keeps the day"""
        self.store.invoice_policy = "draft"
        invoice = self.invoice()
        self.assertEqual(invoice.invoice_date, self.left_on)
        invoice.action_post()
        self.assertEqual(invoice.invoice_date, self.left_on)

    def test_shipped_by_amazon(self):
        """row 5.18: of FBA orders, the day on which Amazon called them shipped"""
        order = self.sandbox.add_order(
            self.seller,
            fulfilled_by="AMAZON",
            status="SHIPPED",
            items=[{"sku": "MUG-BLUE-350", "total": "20.00", "tax_rate": 0}],
            created=self.left.replace(tzinfo=UTC) - timedelta(days=1),
            updated=self.left.replace(tzinfo=UTC),
        )
        self.take_in(self.account)
        self.bill()
        sale = self.inbox(order).sale_order_id
        self.assertEqual(sale.invoice_ids.invoice_date, self.left_on)

    def test_shipped_outside(self):
        """row 5.18: what was shipped before it came in left when its package did"""
        order = self.sandbox.add_order(
            self.seller,
            items=[{"sku": "MUG-BLUE-350", "quantity": 2, "tax_rate": 0}],
        )
        self.sandbox.clock.advance(1)
        fulfillment = order.items[0]["fulfillment"]
        fulfillment["quantityFulfilled"] = fulfillment["quantityUnfulfilled"] = 1
        order.payload["fulfillment"]["fulfillmentStatus"] = "PARTIALLY_SHIPPED"
        order.payload["packages"] = [
            {
                "packageReferenceId": "1",
                "shipTime": f"{self.left:%Y-%m-%dT%H:%M:%SZ}",
                "packageItems": [],
            }
        ]
        self.take_in(self.account)
        self.bill()
        invoice = self.inbox(order).sale_order_id.invoice_ids
        self.assertEqual(invoice.invoice_date, self.left_on)

    def test_each_shipment_its_own_day(self):
        """row 5.18: partial invoices have the days of their shipments"""
        self.store.invoice_policy = "batch"
        items = [{"sku": "MUG-BLUE-350", "quantity": 2, "tax_rate": 0}]
        sale = self.sold(items=items)
        days = []
        for back in (9, 3):
            picking = sale.picking_ids.filtered(lambda p: p.state != "done")
            self.ship(picking, **{"MUG-BLUE-350": 1})
            left = fields.Datetime.now() - timedelta(days=back)
            picking.move_ids.filtered(lambda m: m.state == "done").date = left
            days.append((left - timedelta(hours=5)).date())
            self.bill()
        invoices = sale.invoice_ids.sorted("id")
        self.assertEqual(invoices.mapped("amazon_invoice_date"), days)
        invoices.action_post()
        self.assertEqual(invoices.mapped("invoice_date"), days)

    def test_due_date_follows_the_terms(self):
        """row 5.13: due on the invoice date plus the store's payment terms"""
        self.store.payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "14 days",
                "line_ids": [
                    fields.Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 14}
                    )
                ],
            }
        )
        invoice = self.invoice()
        self.assertEqual(invoice.invoice_payment_term_id, self.store.payment_term_id)
        self.assertEqual(invoice.invoice_date_due, self.left_on + timedelta(days=14))

    def test_numbers_are_odoos(self):
        """row 5.17: invoices get the next numbers of Odoo's own sequence"""
        first = self.invoice()
        second = self.invoice()
        self.assertEqual(first.sequence_prefix, second.sequence_prefix)
        self.assertEqual(second.sequence_number, first.sequence_number + 1)
        self.assertEqual(first.ref, first.amazon_order_ref)

    def test_closed_books(self):
        """row 5.18: where the books are closed Odoo takes the next open day, and the
        order next to it is not held up"""
        self.company.sale_lock_date = self.left_on
        invoice = self.invoice()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.invoice_date, self.left_on)
        self.assertGreater(invoice.date, self.left_on)
        self.assertFalse(self.account.activity_ids)
