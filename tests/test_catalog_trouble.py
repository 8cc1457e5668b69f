"""Amazon's bad days: a load waits, goes on, or says why it can't; nothing is doubled."""

import contextlib

from odoo import fields
from odoo.exceptions import UserError
from odoo.sql_db import db_connect
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..sandbox.sellers import BASE, LISTING
from ..sync import one_writer
from .catalog_case import CatalogCase, row, text


@tagged("post_install", "-at_install")
class TestCatalogTrouble(CatalogCase):
    def setUp(self):
        super().setUp()
        self.store.match_mode = "manual"

    def test_role_missing(self):
        """row 2.1: without the role the load says which; orders go on"""
        self.offer("ONE")
        self.seller.roles -= {BASE, LISTING}
        load = self.start()
        self.wake()
        self.assertEqual(load.state, "failed")
        self.assertIn("Product Listing", load.message)
        self.assertEqual(self.account.state, "connected")
        self.seller.roles |= {BASE, LISTING}
        load.action_resume()
        self.wake()
        self.assertEqual(load.state, "done", load.message)

    def test_revoked(self):
        """row 2.1: a revoked token stops the account; the load goes on with a new one"""
        self.offer("ONE")
        load = self.start()
        self.seller.revoked = True
        self.wake()
        self.assertEqual(self.account.state, "attention")
        self.assertIn("refresh token", self.account.health_message)
        self.assertEqual(load.state, "running")
        self.assertEqual(self.run_of(self.account, "catalog").state, "failed")
        self.seller.revoked = False
        self.press(self.account.action_test)
        self.wake()
        self.assertEqual((load.state, self.listed()), ("done", ["ONE"]))

    def test_products_are_made_by_one_worker(self):
        """rows 2.5, 2.10: while another account makes products, a load waits its turn"""
        self.patch(one_writer, "TRIES", 1)
        self.store.write({"match_mode": "sku", "create_products": True})
        self.offer("ONE")
        load = self.start()
        with db_connect(self.env.cr.dbname).cursor() as other:
            other.execute("SELECT pg_advisory_lock(%s)", [one_writer.LOCK])
            self.wake()
            self.assertEqual((load.state, load.stage), ("running", "match"))
            self.assertIn("another account", load.waits_for)
            [listing] = load.store_id.listing_ids
            with self.assertRaisesRegex(UserError, "in a minute"):
                listing.action_create_products()
            self.assertFalse(listing.product_id)
            other.execute("SELECT pg_advisory_unlock(%s)", [one_writer.LOCK])
        self.wake()
        self.assertEqual((load.state, load.waits_for), ("done", False), load.message)
        self.assertEqual(listing.product_id.default_code, "ONE")

    def test_storm(self):
        """row 2.1: 429, 503 and half answers: the load waits and goes on, no call for nothing"""
        self.sandbox.generate_listings(self.seller, 45)
        storm = [
            self.sandbox.faults.add(name, **fault)
            for name, fault in (
                ("searchCatalogItems", {"status": 503, "after": 1, "times": 3}),
                ("getReport", {"kind": "truncate", "times": 3}),
                ("getReportDocument", {"status": 503, "times": 3}),
                ("document", {"status": 503}),
            )
        ]
        load = self.start()
        for _wake in range(8):
            self.wake()
            if load.report_id.next_try:
                load.report_id.next_try = fields.Datetime.now()
        self.assertEqual(load.state, "done", load.message)
        self.assertEqual([fault.fired for fault in storm], [3, 3, 3, 1])
        self.assertEqual((len(self.listed()), load.listings_new), (45, 45))
        self.assertFalse(
            self.store.listing_ids.catalog_item_id.filtered("to_fetch"), "not fetched"
        )
        self.assertEqual(len([c for c in self.calls() if c["status"] == 200]), 3)
        states = self.account.run_ids.mapped("state")
        self.assertNotIn("failed", states)

    def test_throttled(self):
        """row 2.1: a spent usage plan is waited for, and the log says so"""
        self.offer("ONE")
        self.sandbox.faults.add("createReport", status=429, times=3)
        load = self.start()
        self.wake()
        self.assertEqual(load.state, "running")
        run = self.run_of(self.account, "catalog")
        self.assertEqual(run.state, "waiting")
        self.assertIn("rate limit", run.message)
        self.assertIn("rate limit", load.waits_for)
        self.env["amazon.rate.limit"].search([]).unlink()  # time has passed
        self.wake()
        self.assertEqual((load.state, load.waits_for), ("done", False), load.message)

    def test_one_store_waits_alone(self):
        """row 2.1: a store whose list is slow holds up no other"""
        account, self.seller = self.connect("DE-WAIT", ["DE", "FR"])
        account.is_sandbox = False
        account.store_ids.load_images = False
        self.offer("ONE")
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=3600)
        loads = self.start(stores=account.store_ids)
        self.wake(account)
        loads.report_id.next_try = fields.Datetime.now()
        self.wake(account)
        self.assertEqual(sorted(loads.mapped("state")), ["done", "running"])

    def test_killed_between_two_batches(self):
        """row 2.1: what a dead worker had taken in stays, and is not taken in twice"""
        rows = [row(f"R{number:04}", asin1="", product_id="") for number in range(1100)]
        rows[700]["price"] = "free"
        self.says(text(rows))
        load = self.start()
        listings = type(self.env["amazon.listing"])
        create, batches = listings.create, []

        def killed(records, vals_list):
            batches.append(len(vals_list))
            if len(batches) == 2:
                raise KeyboardInterrupt
            return create(records, vals_list)

        self.patch(listings, "create", killed)
        with contextlib.suppress(KeyboardInterrupt):  # assertRaises would roll back
            self.wake()
        self.env.invalidate_all()
        self.assertEqual((load.state, load.listings_new), ("running", 500))
        self.assertEqual(len(self.listed()), 500)
        self.finish(load)
        self.assertEqual(load.listings_new, 1100)
        self.assertEqual(len(self.listed()), 1100)
        self.assertEqual((load.problems, load.message.count("free")), (1, 1))
        self.assertEqual(batches[2:], [500, 100])
        self.assertEqual(len(self.calls("createReport")), 1)

    def test_stopped_between_two_batches(self):
        """row 2.1: a load notices that a person pressed Stop, after the batch at hand"""
        rows = [row(f"S{number:04}", asin1="", product_id="") for number in range(1100)]
        self.says(text(rows))
        load = self.start()
        listings = type(self.env["amazon.listing"])
        create, batches = listings.create, []

        def pressed(records, vals_list):
            batches.append(len(vals_list))
            if len(batches) == 1:
                records.env["amazon.catalog.load"].browse(load.id).action_stop()
            return create(records, vals_list)

        self.patch(listings, "create", pressed)
        self.wake()
        self.env.invalidate_all()
        self.assertEqual(
            (load.state, load.listings_new, batches), ("stopped", 500, [500])
        )
        load.action_resume()
        self.finish(load)
        self.assertEqual(load.listings_new, 1100)

    @mute_logger("odoo.addons.amazon_connector.sync.catalog_families", "odoo.sql_db")
    def test_one_bad_family_holds_up_nobody(self):
        """row 2.7: a listing that can't be matched says so, all others are matched"""
        self.store.write({"match_mode": "sku", "create_products": True})
        self.env.cr.execute(
            """
            ALTER TABLE amazon_listing
            ADD CONSTRAINT bad_day CHECK (sku != 'FAM-Red-S' OR product_id IS NULL)
            """
        )
        bad = self.family("FAM", ("Red", "S"), ("Red", "M"))
        self.offer("ALONE")
        good = self.family("FINE", ("Red", "S"), ("Red", "M"))
        load = self.load()
        for sku in bad:
            listing = self.listing(sku)
            self.assertFalse(listing.product_id)
            self.assertIn("bad_day", listing.product_problem)
            self.assertTrue(listing.link_note)
        for sku in (*good, "ALONE"):
            self.assertTrue(self.listing(sku).product_id, sku)
        self.assertIn("bad_day", load.message)
        self.assertFalse(self.store.listing_ids.filtered("to_match"))
        self.assertEqual(self.listed(), sorted([*bad, *good, "ALONE", "FAM", "FINE"]))
        again = self.load()
        self.assertEqual((again.listings_changed, again.linked), (0, 0))
        self.assertIn("bad_day", self.listing(bad[0]).product_problem)
        self.env.cr.execute("ALTER TABLE amazon_listing DROP CONSTRAINT bad_day")
        linked = self.listing("ALONE")
        linked._set_remarks({"product": "Its product could not be updated."})
        again = self.load()
        self.assertEqual((again.listings_changed, again.linked), (0, 2))
        for listing in linked | self.listing(bad[0]) | self.listing(bad[1]):
            self.assertTrue(listing.product_id)
            self.assertFalse(listing.product_problem)

    def test_asin_amazon_does_not_know(self):
        """row 2.1: a listing without a catalog item stays, and says so"""
        self.says(
            text([row("GHOST", asin1="B0GHOST001"), row("NONE", asin1="B0GHOST002")])
        )
        load = self.load()
        ghost = self.listing("GHOST")
        self.assertEqual((ghost.status, load.listings_new), ("listed", 2))
        self.assertIn("no details", ghost.problem)
        self.assertTrue(ghost.catalog_item_id.fetched)
        self.assertFalse(ghost.catalog_item_id.to_fetch)
        self.assertEqual(len(self.calls()), 1)
        load = self.load()  # it is not asked for again, and still says so
        self.assertEqual((len(self.calls()), load.listings_changed), (1, 0))
        self.assertIn("no details", ghost.problem)
