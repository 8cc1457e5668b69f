"""What the tests of shipments share: one merchant order, ready to leave."""

from datetime import timedelta

from odoo import fields

from .common import AmazonCase

TRACKING = "1Z999AA10123456784"


class ShipmentCase(AmazonCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.account, self.seller = self.us()
        self.store = self.account.store_ids
        self.patient()

    def patient(self):
        """Amazon's answers are asked for later, as at the real Amazon: the states in
        between can be seen."""
        self.account.is_sandbox = False

    def sell(self, *items, **values):
        """An Amazon order that has become a sale: (sandbox order, its transfer)."""
        items = items or ({"sku": "MUG-BLUE-350", "quantity": 2},)
        order = self.sandbox.add_order(self.seller, items=list(items), **values)
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(record.state, "imported", record.reason)
        return order, record.sale_order_id.picking_ids

    def shipped(self, **values):
        """A validated transfer of a fresh order: (sandbox order, transfer, row)."""
        order, picking = self.sell()
        return order, picking, self.ship(picking, **values)

    def confirmed(self, **values):
        """A shipment that Amazon has and that was read back."""
        order, picking, row = self.shipped(**values)
        self.send(self.account)
        self.read_back()
        self.assertEqual(row.state, "confirmed", row.reason)
        return order, picking, row

    def later(self, rows=None):
        """Time passes: what waits for a moment in the future is due."""
        rows = rows or self.env["amazon.submission"].search(
            [("account_id", "=", self.account.id), ("next_try", "!=", False)]
        )
        rows.next_try = fields.Datetime.now() - timedelta(seconds=1)

    def read_back(self, rows=None):
        self.later(rows)
        self.send(self.account)

    def confirmations(self, order=None):
        """Requests of confirmShipment, as the sandbox received them."""
        return [
            call
            for call in self.sandbox.calls_of("confirmShipment")
            # earlier tests had sellers of the same key
            if self.sandbox.order(call["order_id"]).seller is self.seller
            and (order is None or call["order_id"] == order.order_id)
        ]

    def quantities(self, order):
        """{package id: {order item id: quantity}} as Amazon has them."""
        return {
            package["packageReferenceId"]: {
                item["orderItemId"]: item["quantity"]
                for item in package["packageItems"]
            }
            for package in order.packages
        }

    def item_ids(self, order):
        return [item["orderItemId"] for item in order.items]

    def warnings(self, record):
        kind = self.env.ref("mail.mail_activity_data_warning")
        return record.activity_ids.filtered(lambda a: a.activity_type_id == kind)

    def scheduled(self, cron, within):
        """Whether the job is going to run at the latest ``within`` from now."""
        self.env.flush_all()
        return bool(
            self.env["ir.cron.trigger"].search_count(
                [
                    ("cron_id", "=", cron.id),
                    ("call_at", "<=", fields.Datetime.now() + within),
                ]
            )
        )

    def rest(self, account):
        """Forget what is scheduled, so that a test sees only what it causes."""
        self.env["ir.cron.trigger"].search(
            [("cron_id", "in", account._crons().ids)]
        ).unlink()
