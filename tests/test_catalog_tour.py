"""The catalog's screens in a real browser."""

from odoo.tests import HttpCase, tagged

from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestCatalogTour(HttpCase, AmazonCase):
    def _run(self, cron):
        # a browser test shares its cursor with every other cursor all the time
        self.env.flush_all()
        self.assertIs(cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def load(self, account):
        """Let Amazon make the report, and the scheduled job take it in."""
        self._run(account.catalog_cron_id)
        self.sandbox.clock.advance(120)
        self._run(account.catalog_cron_id)

    def test_load_link_stock(self):
        """rows 2.1, 2.10, 2.11, 2.16, 2.28, 2.30, 9.1: by clicks only"""
        account, seller = self.connect("US-tour", ["US"])
        for sku, title in (("MUG-BLUE-350", "Blue Mug"), ("CLOCK-1", "Wall Clock")):
            self.sandbox.add_listing(seller, sku, title=title, quantity=7)
        self.start_tour("/odoo/amazon-listings", "amazon_catalog_load", login="admin")
        self.load(account)
        load = account.store_ids.load_ids
        self.assertEqual(load.state, "done", load.message)
        listings = self.env["amazon.listing"].search([("account_id", "=", account.id)])
        self.assertEqual(len(listings.product_id), 2)
        account.store_ids.create_products = False
        self.sandbox.add_listing(seller, "TWO-MUGS", title="Two Mugs", quantity=3)
        load = self.env["amazon.catalog.load"]._start(account.store_ids)
        self.load(account)
        self.assertEqual(load.state, "done", load.message)
        pair = self.env["amazon.listing"].search([("sku", "=", "TWO-MUGS")])
        self.assertFalse(pair.product_id)
        self.assertTrue(pair.link_note)

        self.start_tour(
            "/odoo/amazon-listings-to-link", "amazon_catalog_link", login="admin"
        )
        self.assertEqual((pair.product_id, pair.quantity_factor), (self.mug, 2))

        self.start_tour(
            f"/odoo/amazon-accounts/{account.id}", "amazon_stock_on", login="admin"
        )
        self.assertTrue(account.sync_stock)
        self._run(account.stock_cron_id)
        self.sandbox.clock.advance(120)
        listing = self.sandbox.listings.find(
            seller, "TWO-MUGS", [seller.marketplaces[0].id]
        )
        self.assertEqual(listing[seller.marketplaces[0].id].stock.quantity, 50)
