"""Orders that are in the books are acknowledged to Amazon, where a store wants it."""

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..sandbox.sellers import BASE
from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestAcknowledge(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.store.acknowledge_orders = True

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.addCleanup(self.sandbox.orders.clear)
        self.addCleanup(self.sandbox.feeds._feeds.clear)
        self.addCleanup(setattr, self.seller, "roles", set(self.seller.roles))
        self.sandbox.calls.clear()

    def sell(self, count=1, **values):
        orders = [self.sandbox.add_order(self.seller, **values) for _n in range(count)]
        self.take_in(self.account)
        return [(order, self.inbox(order)) for order in orders]

    @property
    def feeds(self):
        return self.env["amazon.feed"].search([("account_id", "=", self.account.id)])

    def settle(self):
        """Amazon has worked on it, and is asked."""
        self.sandbox.clock.advance(61)
        self.feeds.next_try = fields.Datetime.now()
        self.send(self.account)

    def test_off_by_default(self):
        """row 4.20, T7: it is off until somebody wants it, and says it is unproven"""
        self.assertFalse(self.store.default_get(["acknowledge_orders"]))
        self.assertIn("Unproven", self.store._fields["acknowledge_orders"].help)
        self.store.acknowledge_orders = False
        [(order, record)] = self.sell()
        self.send(self.account)
        self.assertFalse(record.acknowledge_state)
        self.assertFalse(self.feeds)
        self.assertIsNone(order.acknowledged)

    def test_one_feed_for_many(self):
        """row 4.20: imported orders go in one feed, with the sale's number, and once"""
        pairs = self.sell(3)
        self.assertFalse(
            self.sandbox.calls_of("createFeed"), "only once they are stored"
        )
        self.assertEqual({record.acknowledge_state for _o, record in pairs}, {"due"})
        self.send(self.account)
        self.assertEqual(len(self.sandbox.calls_of("createFeed")), 1)
        feed = self.feeds
        self.assertEqual((feed.kind, feed.total), ("acknowledgement", 3))
        self.settle()
        self.assertEqual((feed.state, feed.accepted, feed.refused), ("done", 3, 0))
        for order, record in pairs:
            self.assertEqual(order.acknowledged, record.sale_order_id.name)
            self.assertEqual(record.acknowledge_state, "done")
        self.send(self.account)
        self.take_in(self.account)
        self.send(self.account)
        self.assertEqual(len(self.sandbox.calls_of("createFeed")), 1)
        self.assertFalse(
            self.env["amazon.quantity"].search([("feed_id", "=", feed.id)])
        )

    def test_not_for_every_order(self):
        """row 4.20: no order that Amazon ships, that is held, or that was shipped"""
        self.store.write({"capture_option": "paid", "unknown_sku_policy": "hold"})
        records = [
            self.sell(status="SHIPPED", fulfilled_by="AMAZON")[0][1],
            self.sell(items=["UMBRELLA-XL"])[0][1],
            self.sell(status="SHIPPED")[0][1],
        ]
        self.assertEqual(
            [record.state for record in records], ["imported", "blocked", "imported"]
        )
        self.assertFalse(any(record.acknowledge_state for record in records))

    def test_refused(self):
        """row 4.20: the report's error is shown on its order; it may go again"""
        (order, record), (good, other) = self.sell(2)
        self.sandbox.cancel(order.order_id)
        self.send(self.account)
        self.settle()
        self.assertEqual(record.acknowledge_state, "refused")
        self.assertIn("is canceled", record.acknowledge_answer)
        self.assertEqual(other.acknowledge_state, "done")
        self.assertEqual(good.acknowledged, other.sale_order_id.name)
        self.assertEqual((self.feeds.accepted, self.feeds.refused), (1, 1))
        self.assertTrue(self.feeds.attachment_id)
        record.action_acknowledge()
        self.assertEqual(record.acknowledge_state, "due")
        with self.assertRaisesRegex(UserError, "refused"):
            other.action_acknowledge()

    def test_feed_given_up(self):
        """row 4.20: a feed that Amazon gives up leaves its orders refused, not lost"""
        [(_order, record)] = self.sell()
        self.sandbox.faults.add("createFeed", kind="fatal_feed")
        self.send(self.account)
        self.settle()
        self.assertEqual(self.feeds.state, "failed")
        self.assertEqual(record.acknowledge_state, "refused")
        self.assertIn("FATAL", record.acknowledge_answer)

    def test_trouble(self):
        """row 4.20: what fails on the way is tried again later, and shipments go on"""
        [(order, record)] = self.sell()
        self.sandbox.faults.add("createFeed", status=503, times=5)
        self.send(self.account)
        self.assertEqual(record.acknowledge_state, "due")
        self.assertGreater(record.acknowledge_try, fields.Datetime.now())
        self.sandbox.faults.clear()
        self.seller.roles.discard(BASE)
        self.send(self.account)
        self.assertFalse(self.feeds, "not before its time")
        self.seller.roles.add(BASE)
        record.acknowledge_try = fields.Datetime.now()
        self.send(self.account)
        self.settle()
        self.assertEqual(record.acknowledge_state, "done")
        self.assertEqual(order.acknowledged, record.sale_order_id.name)
