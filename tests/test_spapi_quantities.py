"""Quantities: what Amazon takes, and which way they go soonest."""

from odoo.tests import BaseCase, tagged

from ..spapi.limiter import Bucket
from ..spapi.quantities import Limits, QuantityChange, plan


@tagged("post_install", "-at_install")
class TestQuantityChange(BaseCase):
    def test_what_no_amazon_takes(self):
        wrong = [
            {"quantity": -1},
            {"quantity": 1.0},
            {"quantity": True},
            {"quantity": None},
            {"quantity": 10**9},
            {"lead_time": 0},
            {"lead_time": 31},
            {"lead_time": 1.5},
            {"sku": ""},
        ]
        for values in wrong:
            with self.subTest(values), self.assertRaises(ValueError):
                QuantityChange(**{"sku": "A", "quantity": 1, **values})


@tagged("post_install", "-at_install")
class TestPlan(BaseCase):
    def changes(self, count, quantity=1):
        return [QuantityChange(f"S-{n}", quantity) for n in range(count)]

    def test_few_go_by_patch_many_by_feed(self):
        few = plan(self.changes(20))
        self.assertEqual((len(few.patches), few.feeds), (20, ()))
        self.assertLess(few.seconds, 60)
        many = plan(self.changes(10_000))
        self.assertEqual((many.patches, len(many.feeds)), ((), 1))
        self.assertEqual(len(many.feeds[0]), 10_000)
        self.assertLess(many.seconds, 10_000 / 5)
        self.assertIn("in a feed", many.reason)
        nothing = plan([])
        self.assertEqual((nothing.patches, nothing.feeds), ((), ()))

    def test_the_limits_decide(self):
        """500 patches at five a second take as long as Amazon works on a feed."""
        self.assertFalse(plan(self.changes(500)).feeds)
        self.assertTrue(plan(self.changes(510)).feeds)
        spent = Limits(feed_tokens=0)  # the next feed may go in two minutes
        self.assertFalse(plan(self.changes(1000), spent).feeds)
        self.assertTrue(plan(self.changes(1200), spent).feeds)
        slow = Limits(patch_rate=1, patch_tokens=0)
        self.assertFalse(plan(self.changes(100), slow).feeds)
        self.assertTrue(plan(self.changes(101), slow).feeds)

    def test_limits_of_the_limiter(self):
        buckets = {
            "patchListingsItem": Bucket(tokens=1, updated=100, rate=2, burst=5),
            "createFeed": Bucket(tokens=0, updated=100, rate=0.01, burst=15),
        }
        limits = Limits.of(buckets, now=101)
        self.assertEqual((limits.patch_rate, limits.patch_tokens), (2, 3))
        self.assertEqual(limits.feed_rate, 0.01)
        self.assertAlmostEqual(limits.feed_tokens, 0.01)
        self.assertEqual(limits.by_patches(23), 10)
        self.assertAlmostEqual(limits.by_feed(1), 99 + limits.feed_seconds)
        self.assertEqual(Limits.of({}, now=0), Limits())

    def test_what_is_sold_out_goes_first(self):
        changes = [QuantityChange(f"S-{n}", n) for n in (5, 0, 3)]
        quantities = [change.quantity for change in plan(changes).patches]
        self.assertEqual(quantities, [0, 3, 5])

    def test_more_than_one_feed_holds(self):
        limits = Limits(feed_messages=100)
        feeds = plan(self.changes(1050), limits).feeds
        self.assertEqual([len(feed) for feed in feeds], [100] * 10 + [50])
        skus = {change.sku for feed in feeds for change in feed}
        self.assertEqual(len(skus), 1050)

    def test_a_sku_no_address_can_name(self):
        chosen = plan([QuantityChange("..", 1), QuantityChange("A", 1)])
        self.assertEqual([row.sku for row in chosen.patches], ["A"])
        self.assertEqual([[row.sku for row in feed] for feed in chosen.feeds], [[".."]])

    def test_one_quantity_per_sku(self):
        same = plan([QuantityChange("A", 1), QuantityChange("A", 1)])
        self.assertEqual(len(same.patches), 1)
        with self.assertRaisesRegex(ValueError, "A has two quantities, 1 and 2"):
            plan([QuantityChange("A", 1), QuantityChange("A", 2)])
