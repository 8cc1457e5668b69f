"""An order whose log entry was deleted does not become a second sale."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..sync import order_again
from .test_order_reload import ReloadCase


@tagged("post_install", "-at_install")
class TestOrderAgain(ReloadCase):
    def forget(self, **order):
        """(order, its sale, its new inbox record) after the entry was deleted and
        Amazon has told of the order again."""
        order, record, sale = self.sell(**order)
        record.with_user(self.manager).action_delete_entries()
        self.take_in(self.account)  # within the overlap of the pull
        return order, sale, self.inbox(order)

    def test_no_second_sale(self):
        """row 4.14: the order is held and says which sale it is"""
        order, sale, record = self.forget()
        self.assertEqual((record.state, record.reason_code), ("blocked", "sold_before"))
        self.assertIn(f"Sale {sale.name} was made from this order", record.reason)
        self.assertEqual(self.sales_of(order), sale)
        record.action_process()
        self.process(self.account)
        self.assertEqual(self.sales_of(order), sale)

    def test_cancel_and_retry(self):
        """row 4.14: with the old sale canceled the order comes in again"""
        order, sale, record = self.forget()
        sale._action_cancel()
        record.action_process()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(self.sales_of(order), sale | record.sale_order_id)
        self.assertNotEqual(record.sale_order_id, sale)

    def test_link(self):
        """row 4.14: Link Sale connects them, and the shipment is confirmed again"""
        order, sale, record = self.forget(
            items=[{"sku": "MUG-BLUE-350", "quantity": 2}, "BACKPACK-20L"]
        )
        record.with_user(self.user).action_link_sale()
        self.assertEqual((record.state, record.sale_order_id), ("imported", sale))
        self.assertEqual(sale.amazon_order_id, record)
        self.assertEqual(sale.order_line.amazon_order_line_id, record.line_ids)
        self.ship(sale.picking_ids)
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")

    def test_shipped_while_it_was_forgotten(self):
        """row 4.14: what has left meanwhile is confirmed with the link; what Amazon had
        confirmed before is not told twice"""
        order, record, sale = self.sell()
        record.with_user(self.manager).action_delete_entries()
        self.ship(sale.picking_ids)
        self.take_in(self.account)
        self.inbox(order).with_user(self.user).action_link_sale()
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")
        sent = len(self.sandbox.calls_of("confirmShipment"))
        record = self.inbox(order)
        record.with_user(self.manager).action_delete_entries()
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        again = self.inbox(order)
        again.action_import_anyway()
        self.process(self.account)
        again.action_link_sale()
        self.send(self.account)
        self.assertEqual(len(self.sandbox.calls_of("confirmShipment")), sent)

    def test_other_units(self):
        """row 4.14: a sale that is not what Amazon sells is not linked"""
        _order, sale, record = self.forget()
        sale.order_line.filtered(
            lambda line: line.product_id == self.mug
        ).product_uom_qty = 5
        with self.assertRaisesRegex(UserError, "no line with 1 units of SKU MUG"):
            record.action_link_sale()
        self.assertFalse(sale.amazon_order_id)
        sale._action_cancel()
        with self.assertRaisesRegex(UserError, "no sale of order"):
            record.action_link_sale()

    def test_trace(self):
        """rows 4.14, 4.29: the trace names the sale, too"""
        order, sale, _record = self.forget()
        trace = self.env["amazon.order.trace"].create({"order_ref": order.order_id})
        self.press(trace.action_ask)
        step = trace.step_ids.filtered(lambda s: s.key == "sale")
        self.assertEqual(step.state, "failed")
        self.assertIn(sale.name, step.message)

    def test_queries(self):
        """row 4.14: one query for a batch tells which orders are sales already"""
        orders = [self.sandbox.add_order(self.seller) for _n in range(5)]
        self.pull(self.account)
        records = self.env["amazon.order"].union(*map(self.inbox, orders))
        order_again.hold(records)
        counts = []
        for batch in (records[:1], records):
            before = self.cr.sql_log_count
            order_again.hold(batch)
            counts.append(self.cr.sql_log_count - before)
        self.assertEqual(counts[0], counts[1])
