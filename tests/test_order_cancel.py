from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_order_import import ImportCase


@tagged("post_install", "-at_install")
class TestOrderCancel(ImportCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.account.store_ids

    def sell(self, *items, **order):
        return self.take(self.account, self.seller, *items, **order)

    def cancel(self, order, **how):
        self.sandbox.cancel(order.order_id, **how)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        return self.inbox(order)

    def free(self):
        self.mug.invalidate_recordset()
        return self.mug.free_qty

    def test_before_shipping(self):
        """row 4.33: sale and transfer are canceled, the stock is free again"""
        before = self.free()
        order, sale = self.sell({"sku": "MUG-BLUE-350", "quantity": 4})
        self.assertEqual(self.free(), before - 4)
        record = self.cancel(order)
        self.assertEqual(record.state, "canceled")
        self.assertEqual(sale.state, "cancel")
        self.assertEqual(sale.picking_ids.state, "cancel")
        self.assertEqual(self.free(), before)
        told = sale.message_ids.filtered(lambda m: "Canceled at Amazon" in m.body)
        self.assertEqual(len(told), 1)
        self.assertEqual(self.run_of(self.account, "process").canceled, 1)

    def test_twice(self):
        """row 4.33: seen again, a canceled order changes nothing"""
        order, sale = self.sell()
        self.cancel(order)
        messages = len(sale.message_ids)
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "canceled")
        self.assertEqual(len(sale.message_ids), messages)

    def test_after_shipping(self):
        """row 4.33: what has left is only told: nothing is changed in Odoo"""
        order, sale = self.sell()
        self.ship(sale.picking_ids)
        record = self.cancel(order)
        self.assertEqual(record.state, "imported")
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.picking_ids.state, "done")
        self.assertIn("after it was shipped", record.attention)
        self.assertEqual(sale.activity_ids.summary, "Canceled at Amazon")
        self.assertEqual(sale.activity_ids.user_id, self.account.user_id)

    def refuse(self, words="The period is closed."):
        """Another add-on does not let sales be canceled."""
        sale = type(self.env["sale.order"])
        return patch.object(sale, "_action_cancel", side_effect=UserError(words))

    def test_refused_by_odoo(self):
        """row 4.33: where Odoo refuses to cancel, the sale stays the order's, and a
        person is told once; it is canceled as soon as Odoo lets it"""
        order, sale = self.sell()
        other = self.sandbox.add_order(self.seller)
        with self.refuse():
            record = self.cancel(order)
            self.assertEqual(self.inbox(other).state, "imported")
            self.assertEqual((record.state, sale.state), ("imported", "sale"))
            self.assertIn("The period is closed. Don't ship it", record.attention)
            self.assertEqual(sale.activity_ids.summary, "Canceled at Amazon")
            self.assertFalse(record.next_try)
            order.touch(self.sandbox.clock.now())
            self.sandbox.clock.advance(180)
            self.take_in(self.account)
            self.assertEqual(len(sale.activity_ids), 1)
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual((record.state, sale.state), ("canceled", "cancel"))
        self.assertFalse(record.attention)

    def test_held_with_its_sale(self):
        """rows 4.14, 4.33: an order that has its sale never becomes another one; Link
        Sale takes it over, cancellation included"""
        order, sale = self.sell()
        with self.refuse():
            record = self.cancel(order)
        record._block("refused", "The period is closed.")
        record.action_process()
        self.process(self.account)
        self.assertEqual((record.state, record.reason_code), ("blocked", "sold_before"))
        self.assertIn(sale.name, record.reason)
        record.action_link_sale()
        self.process(self.account)
        self.assertEqual((record.state, sale.state), ("canceled", "cancel"))
        self.assertEqual(record.sale_order_id, sale)

    def test_retried_though_canceled(self):
        """row 4.33: no button makes a sale of an order that Amazon has canceled"""
        order, sale = self.sell()
        with self.refuse():
            record = self.cancel(order)
        record._block("refused", "The period is closed.")
        sale._action_cancel()
        record.action_process()
        self.process(self.account)
        self.assertEqual(record.state, "canceled")
        self.assertEqual(record.sale_order_id, sale)

    def test_told_once(self):
        """row 4.33: further changes of the order don't tell it again"""
        order, sale = self.sell()
        self.ship(sale.picking_ids)
        self.cancel(order)
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(len(sale.activity_ids), 1)

    def test_after_a_part_was_shipped(self):
        """row 4.33: with one parcel gone the rest is not canceled behind one's back"""
        order, sale = self.sell({"sku": "MUG-BLUE-350", "quantity": 3})
        self.ship(sale.picking_ids, **{"MUG-BLUE-350": 1})
        record = self.cancel(order)
        self.assertEqual(sale.state, "sale")
        self.assertIn("after it was shipped", record.attention)

    def test_pending(self):
        """row 4.33: a pending order is dropped without ever having been a sale"""
        order = self.sandbox.add_order(self.seller, status="PENDING")
        self.take_in(self.account)
        record = self.cancel(order)
        self.assertEqual(record.state, "canceled")
        self.assertFalse(record.sale_order_id)
        self.assertFalse(record.reason)

    def test_blocked(self):
        """row 4.33: a blocked order that Amazon cancels waits for nobody any more"""
        self.account.store_ids.unknown_sku_policy = "hold"
        order = self.sandbox.add_order(self.seller, items=["UMBRELLA-XL"])
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "blocked")
        record = self.cancel(order)
        self.assertEqual(record.state, "canceled")
        self.assertFalse(record.next_try)
        record.line_ids.listing_id.product_id = self.mug
        self.process(self.account)
        self.assertFalse(record.sale_order_id)

    def test_between_pull_and_processing(self):
        """row 4.33: canceled before it was processed, it never becomes a sale"""
        order = self.sandbox.add_order(self.seller)
        self.pull(self.account)
        record = self.cancel(order)
        self.assertEqual(record.state, "canceled")
        self.assertFalse(record.sale_order_id)

    def test_sale_canceled_by_hand(self):
        """row 4.33: a sale that a person has canceled already is left alone"""
        order, sale = self.sell()
        sale._action_cancel()
        record = self.cancel(order)
        self.assertEqual(record.state, "canceled")

    def test_invoiced(self):
        """row 4.33: a posted invoice is not voided, it is told"""
        order, sale = self.sell()
        sale.order_line.product_id.invoice_policy = "order"
        sale._create_invoices().action_post()
        record = self.cancel(order)
        self.assertEqual(sale.state, "sale")
        self.assertIn("invoiced", record.attention)

    def test_draft_invoice(self):
        """row 4.33: a draft invoice goes with its sale"""
        order, sale = self.sell()
        sale.order_line.product_id.invoice_policy = "order"
        invoice = sale._create_invoices()
        record = self.cancel(order)
        self.assertEqual(record.state, "canceled")
        self.assertEqual(invoice.state, "cancel")

    def test_fba(self):
        """row 4.33: an FBA order canceled before Amazon shipped it is dropped"""
        order = self.sandbox.add_order(self.seller, fulfilled_by="AMAZON")
        self.take_in(self.account)
        self.assertEqual(self.cancel(order).state, "canceled")

    def test_buyer_asks(self):
        """row 4.33: a buyer's request is shown on order and transfer, not acted on"""
        _order, sale = self.sell({"sku": "MUG-BLUE-350", "buyer_cancels": "Too late"})
        self.assertTrue(sale.amazon_order_id.cancel_requested)
        self.assertTrue(sale.picking_ids.amazon_cancel_requested)
        self.assertEqual(sale.state, "sale")

    def test_buyer_asks_later(self):
        """row 4.33: a request that comes after the import shows, too"""
        order, sale = self.sell()
        request = {"requester": "BUYER", "cancelReason": "Changed my mind"}
        order.items[0]["cancellation"] = {"cancellationRequest": request}
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.assertTrue(sale.picking_ids.amazon_cancel_requested)
