"""SKUs that only an order knew: Amazon is asked what they are, the order goes on."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..sandbox.sellers import BASE, LISTING
from .catalog_case import CatalogCase


@tagged("post_install", "-at_install")
class TestCatalogSkus(CatalogCase):
    def sell(self, *skus):
        order = self.sandbox.add_order(
            self.seller, items=[{"sku": sku} for sku in skus]
        )
        self.take_in(self.account)
        return self.inbox(order)

    def asked(self):
        return [c["query"]["identifiers"] for c in self.calls("searchListingsItems")]

    def test_unknown_sku_is_loaded_and_the_order_goes_on(self):
        """rows 2.10, 2.35: an unknown SKU is loaded, made a product, and its order sold"""
        self.store.create_products = True
        self.offer("NEVER-SEEN", title="A New Thing", price=12, quantity=3)
        record = self.sell("NEVER-SEEN")
        self.assertEqual((record.state, record.reason_code), ("pending", "loading"))
        listing = self.listing("NEVER-SEEN")
        self.assertEqual((listing.status, listing.to_load), ("not_listed", True))
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count(
                [("cron_id", "=", self.account.catalog_cron_id.id)]
            )
        )
        self.wake()
        load = self.store.load_ids
        self.assertEqual((load.kind, load.state), ("skus", "done"))
        self.assertFalse(load.user_id)
        self.assertEqual((listing.status, listing.to_load), ("listed", False))
        self.assertEqual((listing.name, listing.price), ("A New Thing", 12))
        self.assertEqual(listing.product_id.default_code, "NEVER-SEEN")
        self.assertTrue(listing.catalog_item_id.fetched)
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.order_line.product_id, listing.product_id)
        self.assertFalse(self.calls("createReport"))
        self.assertContract()

    def test_known_skus_are_not_asked_for(self):
        """row 2.35: a second order of the same SKU asks nothing"""
        self.offer("MUG-BLUE-350")
        self.sell("MUG-BLUE-350")
        self.wake()
        self.sandbox.calls.clear()
        self.sell("MUG-BLUE-350")
        self.wake()
        self.assertEqual(self.asked(), [])
        self.assertEqual(len(self.store.load_ids), 1)

    def test_switched_off(self):
        """row 2.35: where products are not loaded, an order asks for none"""
        self.account.sync_products = False
        self.offer("NEVER-SEEN")
        self.sell("NEVER-SEEN")
        self.assertFalse(self.listing("NEVER-SEEN").to_load)
        self.wake()
        self.assertEqual(self.asked(), [])

    def test_sku_amazon_does_not_list(self):
        """row 2.29: a SKU that is gone from Amazon stays Not Listed, and says so"""
        self.sell("LONG-GONE")
        self.wake()
        listing = self.listing("LONG-GONE")
        self.assertEqual((listing.status, listing.to_load), ("not_listed", False))
        self.assertIn("no such SKU", listing.problem)
        self.wake()
        self.assertEqual(len(self.asked()), 1)

    def test_listed_sku_that_is_gone(self):
        """row 2.29: what was listed and is asked for in vain is canceled"""
        self.offer("ONE")
        self.load()
        self.sandbox.remove_listing(self.seller, "ONE")
        self.listing("ONE").to_load = True
        self.wake()
        self.assertEqual(self.listing("ONE").status, "canceled")

    def test_twenty_a_call(self):
        """row 2.1: SKUs are asked for twenty at a time; one with a comma by itself"""
        skus = [f"MANY-{number:02}" for number in range(25)] + ["A,B", ".", "S/ #+%"]
        for sku in skus:
            self.offer(sku)
        self.env["amazon.listing"].create(
            [
                {"store_id": self.store.id, "sku": sku, "name": sku, "to_load": True}
                for sku in skus
            ]
        )
        self.store.match_mode = "manual"
        self.wake()
        self.assertEqual(len(self.asked()), 2)
        self.assertEqual(len(self.calls("getListingsItem")), 1)
        self.assertEqual(self.listed(), sorted(set(skus) - {"."}))
        dot = self.listing(".")
        self.assertEqual((dot.status, dot.to_load), ("not_listed", False))
        self.assertIn("only in a feed", dot.problem)

    def test_big_load_holds_up_no_order(self):
        """row 2.35: while a list is in the making, SKUs of orders are loaded"""
        self.account.is_sandbox = False
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=3600)
        self.offer("NEVER-SEEN")
        big = self.start()
        self.wake()
        self.sell("NEVER-SEEN")
        self.wake()
        self.assertEqual(big.state, "running")
        self.assertEqual(self.listing("NEVER-SEEN").status, "listed")

    def test_list_older_than_the_sku(self):
        """row 2.29: a SKU found after the list was made is not canceled by the list"""
        self.account.is_sandbox = False
        self.offer("OLD")
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=3600)
        big = self.start()
        self.wake()
        self.offer("NEVER-SEEN")
        self.sell("NEVER-SEEN")
        self.wake()
        skus = self.store.load_ids - big
        skus.start += timedelta(minutes=1)
        self.pass_time(hours=2)
        big.report_id.next_try = fields.Datetime.now()
        self.wake()
        self.assertEqual(big.state, "done", big.message)
        self.assertEqual(self.listed(), ["NEVER-SEEN", "OLD"])
        self.assertEqual(big.listings_canceled, 0)

    def test_role_missing(self):
        """row 2.1: without the role it is said once a day, and orders go on"""
        self.seller.roles.discard(LISTING)
        self.offer("MUG-BLUE-350")
        record = self.sell("MUG-BLUE-350")
        self.wake()
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(self.store.load_ids.state, "failed")
        self.assertIn("Product Listing", self.store.load_ids.message)
        self.assertEqual(self.account.state, "connected")
        self.assertIn(BASE, self.seller.roles)
        asked = self.asked()
        self.wake()
        self.assertEqual((len(self.store.load_ids), self.asked()), (1, asked))
