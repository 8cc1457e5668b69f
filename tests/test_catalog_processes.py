"""Loads of products by real processes: twice, at once, and killed."""

from collections import Counter

from odoo.tests import tagged

from .processes import ProcessCase


@tagged("post_install", "-at_install")
class TestCatalogProcesses(ProcessCase):
    def setUp(self):
        super().setUp()
        self.sandbox.reports.wait *= 0
        self.sandbox.reports.work *= 0
        self.skus = self.sandbox.generate_listings(self.seller, 150)
        self.store = self.number(
            "SELECT id FROM amazon_store WHERE account_id = %s", self.account
        )
        self.sql(
            "UPDATE amazon_store SET load_images = false WHERE id = %s", self.store
        )

    def begin(self):
        self.sql(
            """
            INSERT INTO amazon_catalog_load
                   (store_id, account_id, company_id, kind, state, stage, start, total,
                    listings_new, listings_changed, listings_canceled, problems,
                    details, linked, created, updated, images, lines_done)
            SELECT id, account_id, company_id, 'all', 'running', 'list',
                   now() at time zone 'UTC', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
              FROM amazon_store WHERE id = %s
            """,
            self.store,
        )

    def load(self):
        return self.sql(
            "SELECT state, listings_new, details FROM amazon_catalog_load "
            "WHERE store_id = %s ORDER BY id DESC LIMIT 1",
            self.store,
        )[0]

    def said(self):
        return self.sql(
            "SELECT message FROM amazon_catalog_load WHERE store_id = %s", self.store
        )

    def assertAllThere(self):
        """Every SKU once, with its catalog item, which was fetched."""
        rows = self.sql(
            """
            SELECT listing.sku, listing.status, item.fetched IS NOT NULL
              FROM amazon_listing listing
         LEFT JOIN amazon_catalog_item item ON item.id = listing.catalog_item_id
             WHERE listing.store_id = %s
            """,
            self.store,
        )
        expected = [(sku, "listed", True) for sku in self.skus]
        self.assertEqual(Counter(rows), Counter(expected))

    def calls(self, operation):
        return [
            call
            for call in self.sandbox.calls_of(operation)
            if call["seller"] == self.seller.key
        ]

    def test_two_loads_at_once(self):
        """row 2.5: two processes at one load: each listing once, nothing counted twice"""
        self.begin()
        for operation in ("document", "searchCatalogItems"):
            self.sandbox.faults.add(
                operation, kind="slow", seconds=0.3, times=None, probability=1
            )
        self.both("_cron_load_products")
        self.cron("catalog")
        self.assertEqual(self.load(), ("done", 150, 150), self.said())
        self.assertAllThere()

    def test_killed_while_asking_for_the_list(self):
        """row 2.1: a list whose number died with a worker is found again"""
        self.begin()
        self.kill_after_answer("catalog", "createReport", 1)
        self.cron("catalog")
        self.assertEqual(self.load(), ("done", 150, 150))
        self.assertAllThere()
        self.assertEqual(len(self.calls("createReport")), 1)

    def test_killed_among_the_details(self):
        """row 2.1: what a dead worker had fetched is not asked for again"""
        self.begin()
        self.kill_after_answer("catalog", "searchCatalogItems", 7)
        self.assertEqual(self.load(), ("running", 150, 100))
        self.cron("catalog")
        self.assertEqual(self.load(), ("done", 150, 150))
        self.assertAllThere()
        # five that were kept, two that were lost, and three for the last fifty
        self.assertEqual(len(self.calls("searchCatalogItems")), 5 + 2 + 3)
        self.assertEqual(len(self.calls("createReport")), 1)
        (first, message), (second, _none) = self.runs("catalog")
        self.assertEqual((first, second), ("failed", "done"))
        self.assertIn("stopped", message)
