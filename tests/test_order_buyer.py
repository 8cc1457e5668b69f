"""Buyer data that Amazon tells only after the order was seen, or became a sale."""

from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .customer_case import CustomerCase

GIFT = {"name": "Noah Brown", "addressLine1": "9 Gift Lane"}


@tagged("post_install", "-at_install")
class TestLateBuyer(CustomerCase):
    def told_later(self, **order):
        """(order, its sale) of an order that came in without buyer and address."""
        order = self.sandbox.add_order(self.seller, **self.order(**order))
        self.kept = {name: order.payload.pop(name) for name in ("buyer", "recipient")}
        self.take_in(self.account)
        record = self.inbox(order)
        if record.state == "ignored":
            record.action_import_anyway()
            self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.partner_id, self.default)
        return order, record.sale_order_id

    def tell(self, order):
        order.payload.update(self.kept)
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.take_in(self.account)

    def test_pending(self):
        """rows 5.1, 5.21: nobody is named while payment is pending; the sale has buyer
        and delivery address once Amazon tells them"""
        order = self.sandbox.add_order(
            self.seller, status="PENDING", **self.order(address=GIFT)
        )
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "pending")
        self.sandbox.release_pending(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        sale = self.inbox(order).sale_order_id
        self.assertEqual(sale.partner_id.name, "Ava Nguyen")
        self.assertEqual(sale.partner_shipping_id.street, "9 Gift Lane")

    def test_after_the_import(self):
        """rows 5.1, 5.21: a sale without buyer gets customer, delivery and transfer
        address; its terms and taxes stay"""
        order, sale = self.told_later(address=GIFT)
        before = (sale.amount_total, sale.pricelist_id, sale.fiscal_position_id)
        self.tell(order)
        self.assertEqual(sale.partner_id.name, "Ava Nguyen")
        self.assertEqual(sale.partner_invoice_id, sale.partner_id)
        self.assertEqual(sale.partner_shipping_id.street, "9 Gift Lane")
        self.assertEqual(sale.picking_ids.partner_id, sale.partner_shipping_id)
        after = (sale.amount_total, sale.pricelist_id, sale.fiscal_position_id)
        self.assertEqual(after, before)
        self.assertFalse(self.inbox(order).attention)

    def test_refused_by_odoo(self):
        """rows 5.1, 5.21: a buyer whom Odoo refuses stops nothing: the sale stays, a
        person is told once, and other orders come in"""
        order, sale = self.told_later()
        write = type(sale).write

        def of_another_addon(sales, values):
            if "partner_id" in values:
                raise ValidationError("Customers need a number.")
            return write(sales, values)

        other = self.sandbox.add_order(self.seller)
        with patch.object(type(sale), "write", of_another_addon):
            self.tell(order)
        record = self.inbox(order)
        self.assertEqual(record.state, "imported")
        self.assertFalse(record.next_try or record.to_redirect)
        self.assertIn("Customers need a number.", record.attention)
        self.assertEqual(len(sale.activity_ids), 1)
        self.assertEqual(sale.partner_id, self.default)
        self.assertEqual(self.inbox(other).state, "imported")

    def test_chosen_by_hand(self):
        """row 5.21: a customer whom a person chose stays"""
        order, sale = self.told_later()
        sale.partner_id = self.known()
        self.tell(order)
        self.assertEqual(sale.partner_id.name, "Ava N.")

    def test_already_left(self):
        """row 5.21: Import Anyway of a shipped order: what has left keeps its address"""
        order, sale = self.told_later(status="SHIPPED")
        self.assertEqual(sale.picking_ids.state, "done")
        self.tell(order)
        self.assertEqual(sale.partner_id, self.default)

    def test_fba(self):
        """rows 5.1, 5.21: an FBA sale gets its customer as long as it is not invoiced"""
        # Amazon names the buyers of what it ships in Europe alone
        self.account, self.seller = self.de()
        self.store = self.account.store_ids
        self.default = self.store.default_customer_id
        self.store.invoice_policy = "none"
        order, sale = self.told_later(fulfilled_by="AMAZON", status="SHIPPED")
        self.tell(order)
        self.assertEqual(sale.partner_id.name, "Ava Nguyen")
        self.assertIn("Austin", sale.partner_shipping_id.city)

    def test_invoiced(self):
        """row 5.21: with an invoice the sale keeps the customer it was invoiced to"""
        order, sale = self.told_later()
        sale.order_line.product_id.invoice_policy = "order"
        sale._create_invoices()
        self.tell(order)
        self.assertEqual(sale.partner_id, self.default)
