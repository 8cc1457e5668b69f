"""Switching Stock out on: the difference first, then what is true at that moment."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockActivation(StockCase):
    def setUp(self):
        super().setUp()
        self.account.sync_stock = False
        self.product = self._product("LAMP", 8)
        self.listing("LAMP", self.product, at_amazon=3)
        self.listing("SAME", self._product("SAME", 5), at_amazon=5)

    def compare(self):
        return self.press(self.account.action_compare_stock)

    def test_difference_first(self):
        """row 9.1: what would be overwritten is shown before anything is sent"""
        with self.assertRaisesRegex(ValidationError, "Compare Stock"):
            self.account.sync_stock = True
        with self.assertRaisesRegex(UserError, "Compare Stock"):
            self.account.action_activate_stock()
        action = self.compare()
        self.assertEqual(action["res_model"], "amazon.quantity")
        row = self.row("LAMP")
        self.assertEqual(
            (row.quantity, row.effective_quantity, row.difference), (8, 3, 5)
        )
        self.assertEqual(self.row("SAME").difference, 0)
        self.assertFalse(self.patches())
        self.push()
        self.assertFalse(self.patches(), "still off")
        self.account.action_activate_stock()
        self.assertTrue(self.account.sync_stock)
        self.push()
        self.assertEqual(self.sent(), [("LAMP", 8)])
        self.assertEqual(self.row("SAME").state, "confirmed")

    def test_an_old_comparison_does_not_count(self):
        """row 9.1: what was compared hours ago has to be looked at again"""
        self.compare()
        self.account.stock_checked = fields.Datetime.now() - timedelta(hours=2)
        with self.assertRaises(UserError):
            self.account.action_activate_stock()

    def test_comparing_asks_little(self):
        """row 9.1: twenty SKUs a call, and none of those Amazon has shown"""
        self.compare()
        self.assertEqual(len(self.calls("searchListingsItems")), 1)
        self.compare()
        self.assertEqual(len(self.calls("searchListingsItems")), 1)

    def test_who_shares_the_products(self):
        """row 9.14: other accounts and channels that sell the same products are named"""
        self.assertFalse(self.account.stock_shared_warning)
        other, _seller = self.connect(f"US{next(self._keys)}", ["US"])
        self.env["amazon.listing"].create(
            {
                "store_id": other.store_ids.id,
                "sku": "ELSEWHERE",
                "name": "The same lamp",
                "product_id": self.product.id,
            }
        )
        self.account.invalidate_recordset(["stock_shared_warning"])
        self.assertIn(other.name, self.account.stock_shared_warning)

    def test_stock_that_moved_since_the_comparison(self):
        """row 9.1: what changed between comparing and switching on is in what is sent"""
        self.compare()
        self.stock(self.product, -3)
        self.push()
        self.account.action_activate_stock()
        self.push()
        self.assertEqual(self.sent(), [("LAMP", 5)])

    def test_what_amazon_never_told_is_not_unchanged(self):
        """row 9.1: SKUs whose quantity at Amazon is unknown are counted as such"""
        self.listing("UNSEEN", self._product("UNSEEN", 2), at_amazon=None)
        self.compare()
        wizard = self.env["amazon.activate.stock"].create(
            {"account_id": self.account.id}
        )
        self.assertEqual(
            (wizard.unknown, wizard.same, wizard.higher, wizard.lower, wizard.held),
            (1, 1, 1, 0, 0),
        )
        self.assertEqual(self.filtered("unknown").mapped("sku"), ["UNSEEN"])
        self.assertEqual(self.filtered("different").mapped("sku"), ["LAMP"])

    def test_fba_is_seen_in_the_comparison(self):
        """row 9.1: a SKU that Amazon ships now is not compared as the merchant's"""
        self.sandbox.listings.stock(self.seller, "LAMP").channel = "AMAZON_NA"
        self.compare()
        row = self.row("LAMP")
        self.assertEqual((row.state, row.reason_code), ("off", "fba"))

    def test_confirmed_by_comparison_is_not_sent_later(self):
        """row 9.8: what was the same when switched on is not sent when time has passed"""
        self.compare()
        self.account.action_activate_stock()
        self.push()
        row = self.row("SAME")
        self.assertEqual((row.state, row.sent_date), ("confirmed", False))
        row.effective_date -= timedelta(hours=2)
        self.account.stock_checked = False
        self.push()
        self.assertEqual(row.state, "confirmed")
        self.assertEqual(self.sent(), [("LAMP", 8)])
