"""Loads of what changed since a date, page by page from Listings Items."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .catalog_case import CatalogCase


@tagged("post_install", "-at_install")
class TestCatalogChanges(CatalogCase):
    """row 2.2: only what changed since a date"""

    def since(self, **ago):
        return fields.Datetime.now() - timedelta(**ago)

    def test_changed_since(self):
        """row 2.2: listings Amazon changed since a date, the others stay as they are"""
        old = self.sandbox.clock.now() - timedelta(days=60)
        self.offer("OLD", opened=old)
        for number in range(25):
            self.offer(f"NEW-{number:02}", quantity=number)
        load = self.load("changes", since=self.since(days=40))
        self.assertEqual(len(self.listed()), 25)
        self.assertEqual(load.listings_new, 25)
        self.assertEqual(len(self.calls("searchListingsItems")), 2)
        self.assertFalse(self.calls("createReport"))
        listing = self.listing("NEW-07")
        self.assertTrue(listing.catalog_item_id.fetched)
        self.assertEqual(
            (listing.channel, listing.amazon_status, listing.condition),
            ("merchant", "Active", "new_new"),
        )
        self.assertEqual(listing.effective_quantity, 7)
        self.assertTrue(listing.price and listing.open_date and listing.product_type)
        # the report tells the same, so it changes nothing of these
        load = self.load()
        self.assertEqual((load.listings_new, load.listings_canceled), (1, 0))
        self.assertNotIn("price", load.message or "")
        self.assertContract()

    def test_page_by_page(self):
        """row 2.2: a load that breaks off goes on with the next page"""
        for number in range(45):
            self.offer(f"P-{number:02}")
        self.sandbox.faults.add("searchListingsItems", status=503, after=1, times=3)
        load = self.start("changes", since=self.since(days=40))
        self.wake()
        self.assertEqual((load.state, load.listings_new), ("running", 20))
        self.wake()
        self.assertEqual((load.state, load.listings_new), ("done", 45))
        self.assertEqual(len(self.store.listing_ids), 45)
        paged = ["pageToken" in c["query"] for c in self.calls("searchListingsItems")]
        self.assertEqual(paged.count(False), 1)

    def test_token_refused(self):
        """row 2.2: a page that Amazon no longer gives is no end: it starts over"""
        for number in range(25):
            self.offer(f"T-{number:02}")
        self.sandbox.faults.add("searchListingsItems", status=400, after=1)
        load = self.load("changes", since=self.since(days=40))
        self.assertEqual((load.listings_new, len(self.listed())), (25, 25))

    def test_stop_when_a_token_is_refused(self):
        """row 2.2: Stop pressed in that moment asks Amazon for no further page"""
        for number in range(25):
            self.offer(f"T-{number:02}")
        self.sandbox.faults.add("searchListingsItems", status=400, after=1)
        load = self.start("changes", since=self.since(days=40))
        write = type(load).write

        def pressed(records, vals):
            result = write(records, vals)
            if vals == {"page_token": False}:
                records.action_stop()
            return result

        self.patch(type(load), "write", pressed)
        self.wake()
        self.assertEqual((load.state, load.listings_new), ("stopped", 20))
        self.assertEqual(len(self.calls("searchListingsItems")), 2)

    def test_more_than_amazon_names(self):
        """row 2.2: of more than 1,000 changes the report tells, and the load says so"""
        self.store.match_mode = "manual"
        for number in range(1001):
            self.offer(f"M-{number:04}", asin="B000000001", status="Inactive")
        load = self.load("changes", since=self.since(days=40))
        self.assertIn("from the report", load.message)
        self.assertEqual(len(self.listed()), 1001)
        self.assertEqual(len(self.calls("searchListingsItems")), 1)
        self.assertEqual(len(self.calls("createReport")), 1)
