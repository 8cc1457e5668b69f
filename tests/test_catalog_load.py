"""Loads of products on a good day: what Amazon lists is what the catalog shows."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..sandbox import listings_seed
from .catalog_case import REPORT_CALLS, CatalogCase, row, text

NEW_PRICE = 7


@tagged("post_install", "-at_install")
class TestCatalogLoad(CatalogCase):
    def test_whole_catalog(self):
        """rows 2.1, 2.3, 2.29: listings, details, families; no stock, few calls"""
        listings_seed.populate(self.sandbox)
        quants = self.env["stock.quant"].search_count([])
        load = self.load(user=self.env.user)
        self.assertAmazonAgrees()
        self.assertEqual(load.listings_new, len(self.listed()))
        self.assertEqual((load.stage, load.problems), ("images", 0), load.message)
        self.assertEqual(self.env["stock.quant"].search_count([]), quants)
        self._check_listing()
        self._check_family()
        self._check_calls()
        run = self.run_of(self.account, "catalog")
        self.assertEqual((run.state, run.captured), ("done", load.listings_new))
        self.assertEqual(run.user_id, self.env.user)
        self.assertIn("new listings", run._outcome_text())
        report = load.report_id
        self.assertEqual(report.state, "done")
        self.assertTrue(report.attachment_id.name.startswith("listings-report"))
        self.assertContract()

    def _check_listing(self):
        mug = self.listing("MUG-BLUE-350")
        theirs = self.sandbox.listings.find(
            self.seller, mug.sku, [self.store.marketplace_id.api_id]
        )[self.store.marketplace_id.api_id]
        self.assertMoney(mug.price, theirs.price)
        self.assertEqual(
            (mug.asin, mug.name, mug.channel, mug.amazon_status, mug.condition),
            (theirs.asin, theirs.title, "merchant", "Active", "new_new"),
        )
        self.assertEqual(
            mug.open_date, theirs.opened.replace(tzinfo=None, microsecond=0)
        )
        self.assertEqual(mug.effective_quantity, theirs.stock.quantity)
        self.assertEqual(self.listing("MUG-BLUE-350-FBA").channel, "fba")
        self.assertEqual(self.listing("LAMP-DESK-01-USED").condition, "used_good")
        self.assertEqual(self.listing("NOTEBOOK-A5-OLD").amazon_status, "Inactive")
        self.assertTrue(self.listing("SKU #1+50%"))
        item = mug.catalog_item_id
        self.assertEqual(
            (item.brand, item.category, item.barcode),
            ("Nordhus", "Home & Kitchen", "4006381333931"),
        )
        self.assertEqual(item._parsed().asin, mug.asin)

    def _check_family(self):
        family = self.item("B0SB100001")
        self.assertTrue(family.is_parent)
        blue, white = self.listing("MUG-BLUE-350"), self.listing("MUG-WHITE-350")
        self.assertEqual((blue | white).family_id, family)
        self.assertEqual({blue.family_name, white.family_name}, {family.title})
        parent = self.listing("MUG-350")
        self.assertEqual((parent.is_parent, blue.is_parent), (True, False))

    def _check_calls(self):
        """One report, and Catalog Items twenty at a time."""
        self.assertEqual([len(self.calls(name)) for name in REPORT_CALLS], [1, 1, 0, 1])
        asked = [
            asin
            for call in self.calls()
            for asin in call["query"]["identifiers"].split(",")
        ]
        self.assertEqual(len(asked), len(set(asked)), "an ASIN was asked for twice")
        self.assertEqual(
            sorted(asked), sorted(self.store.listing_ids.catalog_item_id.mapped("asin"))
        )
        self.assertEqual(len(self.calls()), -(-len(asked) // 20))

    def test_parent_that_is_not_listed(self):
        """row 2.4: a family is known by its children alone"""
        skus = self.family("FAM-1", ("Red", "S"), ("Red", "M"), title="A Family")
        parent = self.sandbox.listings.find(
            self.seller, "FAM-1", [self.store.marketplace_id.api_id]
        )
        (parent,) = parent.values()
        self.sandbox.remove_listing(self.seller, "FAM-1")
        self.load()
        self.assertEqual(self.listed(), sorted(skus))
        family = self.listing(skus[0]).family_id
        self.assertEqual((family.asin, family.title), (parent.asin, "A Family"))
        self.assertEqual(len(self.calls()), 2)  # the children, then their parent

    def test_again_changes_nothing(self):
        """rows 2.5, 2.35: a load of the same listings writes none of them"""
        self.store.create_products = True
        for number in range(4):
            self.offer(f"SAME-{number}", quantity=number)
        self.family("SAME-F", ("Red", "S"), ("Red", "M"))
        self.load()
        before = self._dates()
        self.sandbox.calls.clear()
        load = self.load()
        self.assertEqual(
            (load.listings_new, load.listings_changed, load.listings_canceled),
            (0, 0, 0),
        )
        self.assertEqual(load.total, 7)
        self.assertEqual(self._dates(), before)
        self.assertEqual(len(self.calls()), 0)
        self.assertEqual(self.run_of(self.account, "catalog").skipped, 7)

    def _dates(self):
        self.env.invalidate_all()
        return {
            (record._name, record.id): (record.write_date, record.create_date)
            for record in (
                *self.store.listing_ids,
                *self.store.listing_ids.catalog_item_id,
                *self.store.listing_ids.product_id,
            )
        }

    def test_only_what_changed(self):
        """row 2.5: a new price is written, the listing beside it is not"""
        self.offer("OLD-1")
        self.offer("OLD-2")
        self.load()
        self.sandbox.change_listing(self.seller, "OLD-2", price=NEW_PRICE, title="New")
        before = self.listing("OLD-1").write_date
        self.sandbox.calls.clear()
        load = self.load()
        self.assertEqual((load.listings_changed, load.listings_new), (1, 0))
        changed = self.listing("OLD-2")
        self.assertEqual((changed.price, changed.name), (NEW_PRICE, "New"))
        self.assertEqual(changed.load_id, load)
        self.assertEqual(self.listing("OLD-1").write_date, before)
        # its title is new, so its details may be
        (call,) = self.calls()
        self.assertEqual(call["query"]["identifiers"], changed.asin)

    def test_other_asin(self):
        """row 2.12: a SKU that Amazon moves to another ASIN keeps its product, and says so"""
        self.offer("MUG-BLUE-350", asin="B000000001")
        self.load()
        listing = self.listing("MUG-BLUE-350")
        self.assertEqual(listing.product_id, self.mug)
        self.sandbox.change_listing(self.seller, "MUG-BLUE-350", asin="B000000002")
        load = self.load()
        self.assertEqual(
            (listing.asin, listing.previous_asin), ("B000000002", "B000000001")
        )
        self.assertEqual(listing.product_id, self.mug)
        self.assertEqual(listing.catalog_item_id, self.item("B000000002"))
        self.assertTrue(listing.catalog_item_id.fetched)
        self.assertIn("B000000001", self.messages(listing))
        self.assertEqual((load.listings_new, load.listings_changed), (0, 1))
        self.assertEqual(len(self.store.listing_ids), 1)

    def test_gone_and_back(self):
        """row 2.29: what is gone is canceled, keeps its product, and may come back"""
        self.offer("STAYS")
        self.offer("MUG-BLUE-350")
        self.load()
        self.sandbox.remove_listing(self.seller, "MUG-BLUE-350")
        load = self.load()
        gone = self.listing("MUG-BLUE-350")
        self.assertEqual((gone.status, gone.product_id), ("canceled", self.mug))
        self.assertEqual(load.listings_canceled, 1)
        self.assertIn("no longer lists", self.messages(gone))
        self.assertEqual(self.load().listings_canceled, 0)
        self.offer("MUG-BLUE-350")
        self.load()
        self.assertEqual((gone.status, gone.product_id), ("listed", self.mug))
        self.assertAmazonAgrees()

    def test_replaced(self):
        """row 2.32: A, B stay, C is canceled, D is new; orders for C find their product"""
        for sku in ("A", "B", "C"):
            self.offer(sku)
        self.load()
        old = self.listing("C")
        old.product_id = self.mug
        self.sandbox.remove_listing(self.seller, "C")
        self.offer("D")
        self.load()
        self.assertEqual(self.listed(), ["A", "B", "D"])
        self.assertEqual(self.listed("canceled"), ["C"])
        order = self.sandbox.add_order(self.seller, items=[{"sku": "C"}])
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(record.line_ids.listing_id, old)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.order_line.product_id, self.mug)
        self.assertEqual(len(self.listing("C")), 1)

    def test_entered_by_hand(self):
        """row 2.33: a SKU typed in before any load becomes Listed, and keeps its link"""
        mine = self.env["amazon.listing"].create(
            {
                "store_id": self.store.id,
                "sku": "By Hand",
                "name": "?",
                "product_id": self.bag.id,
            }
        )
        self.assertEqual(mine.status, "not_listed")
        self.offer("By Hand", title="From Amazon")
        load = self.load()
        self.assertEqual((mine.status, mine.name), ("listed", "From Amazon"))
        self.assertEqual(mine.product_id, self.bag)
        self.assertEqual((load.listings_new, load.listings_changed), (0, 1))

    def test_master_asks_again(self):
        """row 2.28: of a store that follows Amazon, details are read by every load"""
        self.offer("MUG-BLUE-350")
        self.load()
        self.sandbox.calls.clear()
        self.store.amazon_is_master = True
        self.store.listing_ids.catalog_item_id.fetched -= timedelta(days=1)
        self.load()
        self.assertEqual(len(self.calls()), 1)

    def test_stop_and_resume(self):
        """row 2.1: a load that was stopped asks nothing, and goes on where it was"""
        self.offer("ONE")
        load = self.start()
        load.action_stop()
        self.wake()
        self.assertEqual((load.state, self.sandbox.calls), ("stopped", []))
        self.assertFalse(self.run_of(self.account, "catalog"))
        load.action_resume()
        self.wake()
        self.assertEqual((load.state, self.listed()), ("done", ["ONE"]))

    def test_one_load_a_store(self):
        """row 2.1: pressing twice goes on with the same load"""
        first = self.start()
        self.assertEqual(self.start(), first)
        self.assertEqual(self.start("skus").kind, "skus")  # orders don't wait for it

    def test_idle(self):
        """row 2.35: a wake-up with nothing to do asks nothing and leaves no log"""
        self.offer("ONE")
        self.load()
        self.sandbox.calls.clear()
        runs = self.account.run_ids
        before = self.env.cr.sql_log_count
        self.account._cron_load_products()
        self.assertLess(self.env.cr.sql_log_count - before, 10)
        self.assertEqual((self.account.run_ids, self.sandbox.calls), (runs, []))

    def test_every_night(self):
        """row 2.35: the night's load starts by itself, by the marketplace's clock"""
        self.offer("ONE")
        self.wake()
        self.assertFalse(self.store.load_ids)  # the first one is a person's
        self.load()
        first = self.store.load_ids
        self.hour(3)
        self.wake()
        self.assertEqual(self.store.load_ids, first)  # loaded today
        first.start -= timedelta(hours=25)
        self.hour(12)
        self.wake()
        self.assertEqual(self.store.load_ids, first)  # by day
        self.hour(3)
        self.account.load_nightly = False
        self.wake()
        self.assertEqual(self.store.load_ids, first)  # switched off
        self.account.load_nightly = True
        self.wake()
        nightly = self.store.load_ids - first
        self.assertEqual((nightly.kind, nightly.state), ("all", "done"))
        self.assertFalse(nightly.user_id)

    def test_stopped_for_long(self):
        """row 2.35: a load stopped yesterday no longer keeps the night's from starting"""
        self.offer("ONE")
        self.load()
        self.store.load_ids.start -= timedelta(hours=25)
        stopped = self.start("changes", since=fields.Datetime.now())
        stopped.action_stop()
        self.hour(3)
        self.wake()
        self.assertEqual(stopped.state, "stopped")
        self.assertEqual(len(self.store.load_ids), 2)
        stopped.end -= timedelta(hours=25)
        self.wake()
        self.assertEqual(stopped.state, "replaced")
        self.assertEqual(self.store.load_ids[0].state, "done")
        with self.assertRaisesRegex(UserError, "Only a load that stopped"):
            stopped.action_resume()

    def hour(self, hour):
        """Let it be this hour at the marketplace now."""
        east = (hour - fields.Datetime.now().hour + 11) % 24 - 11
        # these names count to the west
        self.store.marketplace_id.tz = f"Etc/GMT{-east:+}" if east else "Etc/GMT"

    def test_switched_off(self):
        """row 2.35: a direction that is off makes no call"""
        self.start()
        self.account.sync_products = False
        self.wake()
        self.assertEqual(self.sandbox.calls, [])

    def test_stores_of_their_own(self):
        """row 2.13: each store has its own listings; what is sold here may not be there"""
        account, self.seller = self.connect("DE-TWO", ["DE", "FR"])
        german = account.store_ids.filtered(
            lambda store: store.marketplace_id.country_id.code == "DE"
        )
        french = account.store_ids - german
        account.store_ids.load_images = False
        self.offer("BOTH")
        self.offer("ONLY-DE", marketplace="DE")
        loads = self.start(stores=account.store_ids)
        self.wake(account)
        self.assertEqual(set(loads.mapped("state")), {"done"})
        self.assertEqual(self.listed(store=german), ["BOTH", "ONLY-DE"])
        self.assertEqual(self.listed(store=french), ["BOTH"])
        both = self.listing("BOTH", german) | self.listing("BOTH", french)
        self.assertEqual(len(both.quantity_id), 1)  # row 2.15: one quantity a SKU
        self.assertEqual(len(self.calls("createReport")), 2)

    def test_cost(self):
        """row 2.1: what a batch costs in queries does not grow with its rows"""
        self.store.match_mode = "manual"
        counts = []
        for number in (100, 300):
            rows = [
                row(f"N{number}-{n}", asin1="", product_id="") for n in range(number)
            ]
            self.says(text(rows))
            # new ones, then nothing new, then all of them changed
            counts.append([self._queries() for _load in range(2)])
            self.says(text([{**r, "price": "1.99"} for r in rows]))
            counts[-1].append(self._queries())
        for small, large in zip(*counts, strict=True):
            self.assertLess(large - small, 60, counts)

    def _queries(self):
        self.env.invalidate_all(flush=True)
        before = self.env.cr.sql_log_count
        self.load()
        return self.env.cr.sql_log_count - before

    def test_calls_of_details(self):
        """row 2.1: details of many ASINs take a call for twenty"""
        self.sandbox.generate_listings(self.seller, 45)
        self.load()
        self.assertEqual(len(self.calls()), 3)
