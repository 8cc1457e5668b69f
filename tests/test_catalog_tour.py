"""The catalog's screens in a real browser."""

from odoo.tests import HttpCase, tagged

from .catalog_case import CatalogCase


@tagged("post_install", "-at_install")
class TestCatalogTour(HttpCase, CatalogCase):
    def _run(self, cron):
        # a browser test shares its cursor with every other cursor all the time
        self.env.flush_all()
        self.assertIs(cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def finish(self, load):
        """Let the scheduled job go on until it is done."""
        for _wakeup in range(5):
            if load.state == "running":
                self._run(self.account.catalog_cron_id)
        self.assertEqual(load.state, "done", load.message)

    def test_load_link_stock(self):
        """rows 2.1, 2.10, 2.11, 2.16, 2.28, 2.30, 9.1: by clicks only"""
        for sku, title in (("MUG-BLUE-350", "Blue Mug"), ("CLOCK-1", "Wall Clock")):
            self.offer(sku, title=title, quantity=7)
        self.start_tour("/odoo/amazon-listings", "amazon_catalog_load", login="admin")
        self.finish(self.store.load_ids)
        listings = self.env["amazon.listing"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertEqual(len(listings.product_id), 2)
        self.store.create_products = False
        [pair] = self.offer("TWO-MUGS", title="Two Mugs", quantity=3)
        self.finish(self.env["amazon.catalog.load"]._start(self.store))
        listing = self.env["amazon.listing"].search([("sku", "=", "TWO-MUGS")])
        self.assertFalse(listing.product_id)
        self.assertTrue(listing.link_note)

        self.start_tour(
            "/odoo/amazon-listings-to-link", "amazon_catalog_link", login="admin"
        )
        self.assertEqual((listing.product_id, listing.quantity_factor), (self.mug, 2))

        self.start_tour(
            f"/odoo/amazon-accounts/{self.account.id}", "amazon_stock_on", login="admin"
        )
        self.assertTrue(self.account.sync_stock)
        self._run(self.account.stock_cron_id)
        self.pass_time(minutes=2)
        self.assertEqual(pair.stock.settle(self.sandbox.clock.now()).quantity, 50)
