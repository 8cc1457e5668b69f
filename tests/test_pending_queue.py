from odoo.tests import tagged

from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestPendingQueue(AmazonCase):
    """An order is in the queue before it is a sale, and stays its log afterwards."""

    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.order = self.sandbox.add_order(
            self.seller, items=[{"sku": "MUG-BLUE-350", "quantity": 4}]
        )

    def test_queue_then_reservation(self):
        """row 4.1: stored first, unprocessed; processing reserves the stock at once"""
        self.pull(self.account)
        record = self.inbox(self.order)
        self.assertEqual(record.state, "pending")
        self.assertFalse(record.sale_order_id)
        self.assertEqual(record.line_ids.quantity, 4)
        free = self.mug.free_qty
        self.process(self.account)
        self.assertEqual(self.mug.free_qty, free - 4)
        self.assertEqual(record.sale_order_id.picking_ids.state, "assigned")

    def test_log_shows_the_sale(self):
        """row 4.13: the log entry leads to the sale and shows where it stands"""
        self.pull(self.account)
        record = self.inbox(self.order)
        self.assertFalse(record.sale_state)
        self.process(self.account)
        self.assertEqual(record.sale_state, "sale")
        action = record.action_view_sale()
        self.assertEqual(action["res_id"], record.sale_order_id.id)
        record.sale_order_id._action_cancel()
        self.assertEqual(record.sale_state, "cancel")
