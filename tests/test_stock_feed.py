"""Many quantities in one feed: its life at Amazon, and what became of each SKU."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..spapi.quantities import Limits
from ..sync import stock_feed
from . import openapi
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockFeed(StockCase):
    def setUp(self):
        super().setUp()
        self.products = [self._product(f"F{n}", n * 10) for n in range(4)]
        for product in self.products:
            self.listing(product.default_code, product)
        # a feed at once is not worth its while for so few, unless patches are slow
        slow = patch.object(Limits, "by_patches", lambda limits, count: count * 1e6)
        slow.start()
        self.addCleanup(slow.stop)

    def feed_is_done(self):
        """Amazon has worked on the feed; its report is read."""
        self.take_effect()
        self.later(self.feeds())
        self.push()

    def states(self):
        return set(self.rows().mapped("state"))

    def test_one_feed(self):
        """rows 9.8, 2.15: many go in one feed; its report, then the read-back decide"""
        if not openapi.missing():
            self.addCleanup(
                lambda: [openapi.validate_call(call) for call in self.sandbox.calls]
            )
        self.sandbox.calls.clear()
        self.push()
        self.assertFalse(self.patches())
        self.assertEqual(len(self.calls("createFeed")), 1)
        feed = self.feeds()
        self.assertEqual((feed.state, feed.total), ("processing", 4))
        self.assertEqual(self.states(), {"sent"})
        self.assertFalse(any(self.rows().mapped("next_try")))
        self.feed_is_done()
        self.assertEqual(
            (feed.state, feed.accepted, feed.refused), ("done", 4, 0), feed.reason
        )
        self.assertTrue(feed.attachment_id)
        self.prove()
        self.assertEqual(self.states(), {"confirmed"})
        self.assertEqual([self.at_amazon(f"F{n}") for n in range(4)], [0, 10, 20, 30])
        self.assertEqual(len(self.calls("searchListingsItems")), 1)
        self.assertEqual(self.row("F1").action_view_feed()["res_id"], feed.id)

    def test_refused_messages(self):
        """row 9.1: what a feed's report refuses is refused, the others go on"""
        self.sandbox.faults.add(kind="invalid_patch", sku="F2")
        self.push()
        self.feed_is_done()
        row = self.row("F2")
        self.assertEqual(row.state, "refused")
        self.assertIn("batteries_required", row.reason)
        self.assertEqual((self.feeds().accepted, self.feeds().refused), (3, 1))
        self.assertEqual(self.row("F3").state, "sent")
        self.assertEqual(len(self.alarms()), 1)

    def test_slow_feed(self):
        """row 9.8: a SKU in an unfinished feed waits; its new number goes afterwards"""
        self.sandbox.faults.add("createFeed", kind="slow_feed", seconds=600)
        self.push()
        self.stock(self.products[1], 6)
        self.feed_is_done()
        self.push()
        feed = self.feeds()
        self.assertEqual(
            (feed.state, feed.processing_status), ("processing", "IN_PROGRESS")
        )
        self.assertGreater(feed.next_try, fields.Datetime.now())
        self.assertEqual(len(self.calls("createFeed")), 1)
        self.assertEqual((self.row("F1").quantity, self.row("F1").state), (16, "sent"))
        self.row("F1").action_send_now()
        self.push()
        self.assertEqual(len(self.calls("createFeed")), 1)
        self.sandbox.clock.advance(600)
        self.feed_is_done()
        self.assertEqual(feed.state, "done")
        self.push()
        self.assertEqual(len(self.calls("createFeed")), 2)
        second = self.feeds()[0]
        self.assertEqual(second.messages, {"1": "F1"})
        self.feed_is_done()
        self.prove()
        self.assertEqual(self.at_amazon("F1"), 16)

    def test_given_up_feeds(self):
        """row 9.8: a FATAL or CANCELLED feed is sent again, and not for ever"""
        self.sandbox.faults.add("createFeed", kind="cancelled_feed")
        self.sandbox.faults.add("createFeed", kind="fatal_feed", times=2)
        self.push()
        for status in ("CANCELLED", "FATAL"):
            self.feed_is_done()
            feed = self.feeds()[0]
            self.assertEqual((feed.state, feed.processing_status), ("failed", status))
            self.assertIn(status, feed.reason)
            self.assertEqual(self.states(), {"queued"})
            self.later()
            self.push()
        self.feed_is_done()
        self.assertEqual(self.states(), {"refused"})
        self.assertIn("3", self.row("F1").reason)
        self.assertEqual(len(self.alarms()), 1)
        self.rows().action_retry()
        self.push()
        self.feed_is_done()
        self.prove()
        self.assertEqual(self.states(), {"confirmed"})

    def test_unreadable_report(self):
        """row 9.1: where Amazon does not tell what became of it, it is read back"""
        self.push()
        self.sandbox.faults.add("getFeedDocument", status=400, times=1, body={})
        self.take_effect()
        self.sandbox.clock.advance(60)
        self.later(self.feeds())
        self.push()
        self.assertEqual(self.feeds().state, "done")
        self.assertTrue(self.feeds().reason)
        self.later()
        self.push()
        self.assertEqual(self.states(), {"confirmed"})

    def test_amazon_is_down_at_the_handover(self):
        """row 9.8: nothing is lost, and no row is left with a lease"""
        self.sandbox.faults.add("createFeed", status=503, times=9)
        self.push()
        self.assertEqual(self.states(), {"queued"})
        for row in self.rows():
            self.assertLessEqual(row.next_try, fields.Datetime.now() + stock_feed.RETRY)
            self.assertTrue(row.answer)
        self.sandbox.faults.clear()
        self.later()
        self.push()
        self.assertEqual(self.states(), {"sent"})

    def test_refused_at_the_handover(self):
        """row 9.8: a feed that is refused is not handed over again at every computation"""
        self.stores.stock_lead_time = 3
        self.sandbox.faults.add("createFeed", status=400, body={})
        self.push()
        self.assertEqual(self.states(), {"refused"})
        self.account.stock_checked = False
        self.push()
        self.assertEqual(len(self.calls("createFeed")), 1)
        self.stock(self.products[1], 20)
        self.push()
        self.assertEqual(self.row("F1").state, "sent")

    def test_scarce_ones_are_looked_at(self):
        """rows 2.15, 9.8: what two buyers may want goes by patch, before the feed"""
        product = self._product("SCARCE", 3)
        self.listing("SCARCE", product)
        self.push()
        self.assertEqual(self.sent(), [("SCARCE", 3)])
        self.assertEqual(self.feeds().total, 4)
        self.feed_is_done()
        self.prove()
        self.sandbox.buy("US", "SCARCE", 1, seller=self.seller.key)
        for each in (*self.products, product):
            self.stock(each, 1)
        self.push()
        self.assertEqual(self.sent()[1:], [("F0", 1), ("SCARCE", 3)])

    def test_feed_that_cannot_be_asked_about(self):
        """row 9.8: its SKUs are not blocked for ever"""
        self.push()
        feed = self.feeds()
        for fault in ({"status": 400, "body": {}}, {"status": 503}):
            self.sandbox.faults.clear()
            self.sandbox.faults.add("getFeed", times=9, **fault)
            feed.created = fields.Datetime.now()
            self.feed_is_done()
            self.assertEqual((feed.state, self.states()), ("processing", {"sent"}))
        feed.created -= timedelta(days=2)
        self.feed_is_done()
        self.assertEqual((feed.state, self.states()), ("failed", {"queued"}))

    def test_endless_feed(self):
        """row 9.8: given up after a day; what it changes later is put right"""
        self.sandbox.faults.add("createFeed", kind="slow_feed", seconds=3000)
        self.push()
        feed = self.feeds()
        feed.created -= timedelta(days=2)
        self.feed_is_done()
        self.assertEqual((feed.state, self.states()), ("failed", {"queued"}))
        self.stock(self.products[1], 7)
        self.later()
        self.push()
        self.feed_is_done()
        self.prove()
        self.assertEqual(self.states(), {"confirmed"})
        self.assertEqual(self.at_amazon("F1"), 17)
        rest = feed.next_try - fields.Datetime.now()
        self.assertLessEqual(rest, timedelta(hours=1))
        self.sandbox.clock.advance(3000)
        self.assertEqual(self.at_amazon("F1"), 10, "Amazon has worked on it after all")
        self.feed_is_done()
        self.assertEqual((feed.state, feed.next_try), ("done", False))
        for _round in range(3):  # nobody knows yet why it is less than was proven
            self.later()
            self.push()
            self.take_effect()
        self.assertEqual(self.at_amazon("F1"), 17)

    def test_bulk_does_not_grow_in_statements(self):
        """row 9.8: handing over and settling a feed takes the same statements for all"""
        counts = []
        for extra in (0, 0, 40):  # the first time everything is read once
            for n in range(extra):
                product = self._product(f"G{n}", 50)
                self.listing(product.default_code, product)
            for product in self.products:
                self.stock(product, 1)
            self.settle()
            before = self.cr.sql_log_count
            self.push()
            self.feed_is_done()
            counts.append(self.cr.sql_log_count - before)
            self.prove()
        self.assertLessEqual(counts[2], counts[1] + 5)
