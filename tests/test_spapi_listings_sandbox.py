"""Listings, catalog, feeds and the report, over HTTP, by Amazon's own models."""

import io
from decimal import Decimal

from odoo.tests import tagged

from ..spapi.catalog import get_catalog_item, search_catalog_items
from ..spapi.client import Client
from ..spapi.credentials import Credentials
from ..spapi.errors import NotFound, Temporary
from ..spapi.feed_report import read_processing_report
from ..spapi.feeds import (
    create_feed,
    create_feed_document,
    get_feed,
    get_feed_document,
    list_feeds,
    quantity_feed,
    upload,
)
from ..spapi.limiter import MemoryLimiter
from ..spapi.listings import (
    InvalidListing,
    get_listings_item,
    patch_quantity,
    search_listings_items,
)
from ..spapi.listings_report import REPORT_TYPE, Problem, read_listings_report
from ..spapi.quantities import QuantityChange
from ..spapi.reports import (
    create_report,
    download_document,
    get_report,
    get_report_document,
)
from ..spapi.tokens import MemoryTokenCache
from . import openapi
from .sandbox_case import CA, DE, US, SandboxCase
from .test_spapi_listings import ODD_SKUS


class MarketCase(SandboxCase):
    def setUp(self):
        super().setUp()
        # Before the answers are looked at, so that a wrong request is seen as such.
        self.addCleanup(self._check_requests)

    def _check_requests(self):
        if not openapi.missing():
            for call in self.sandbox.calls:
                openapi.validate_call(call)

    def client(self, seller):
        keys = ("client_id", "client_secret", "refresh_token")
        client = Client(
            seller.region,
            Credentials(*(seller.credentials[key] for key in keys)),
            endpoint=f"{self.sandbox.url}/{seller.region}",
            token_url=f"{self.sandbox.url}/auth/o2/token",
            token_cache=MemoryTokenCache(),
            limiter=MemoryLimiter(),
        )
        self.addCleanup(client.close)
        return client

    def get(self, sku, seller=None, marketplace_ids=(US, CA)):
        seller = seller or self.us
        client = self.client(seller)
        return get_listings_item(client, seller.seller_id, sku, marketplace_ids)

    def wait(self, minutes=2):
        self.sandbox.clock.advance(60 * minutes)


@tagged("post_install", "-at_install")
class TestListingsOfTheSandbox(MarketCase):
    def test_odd_skus_arrive_as_they_are(self):
        client = self.client(self.us)
        for number, sku in enumerate(ODD_SKUS, 1):
            with self.subTest(sku):
                self.sandbox.add_listing(self.us, sku, price="9.90", quantity=1)
                change = QuantityChange(sku, number, lead_time=2)
                patch_quantity(client, self.us.seller_id, [US], change)
        self.wait()
        for number, sku in enumerate(ODD_SKUS, 1):
            with self.subTest(sku):
                listing = self.get(sku)
                self.assertEqual((listing.sku, listing.quantity), (sku, number))
                self.assertEqual(listing.submitted["quantity"], number)
                self.assertEqual(listing.price(US).amount, Decimal("9.90"))
        with self.assertRaises(NotFound):
            self.get("A%2FB-unknown")

    def test_accepted_is_not_yet_effective(self):
        self.sandbox.add_listing(self.us, "A", quantity=5)
        client = self.client(self.us)
        change = QuantityChange("A", 8)
        submission = patch_quantity(client, self.us.seller_id, [US], change)
        self.assertEqual(submission.status, "ACCEPTED")
        self.assertEqual(self.get("A").quantity, 5)
        self.assertEqual(self.get("A").submitted["quantity"], 8)
        self.wait()
        self.assertEqual(self.get("A").quantity, 8)
        self.sandbox.faults.add(kind="silent_quantity")
        patch_quantity(client, self.us.seller_id, [US], QuantityChange("A", 1))
        self.wait()
        self.assertEqual(self.get("A").quantity, 8)

    def test_invalid(self):
        self.sandbox.add_listing(self.us, "A", quantity=5)
        self.sandbox.faults.add(kind="invalid_patch")
        client, change = self.client(self.us), QuantityChange("A", 8)
        with self.assertRaisesRegex(InvalidListing, "batteries_required"):
            patch_quantity(client, self.us.seller_id, [US], change)
        with self.assertRaisesRegex(InvalidListing, "does not exist"):
            patch_quantity(client, self.us.seller_id, [US], QuantityChange("B", 8))

    def test_in_amazons_warehouses(self):
        self.sandbox.add_listing(self.us, "F", quantity=5, by_amazon=True)
        listing = self.get("F")
        self.assertTrue(listing.is_fba)
        self.assertIsNone(listing.quantity)

    def test_pages(self):
        skus = self.sandbox.generate_listings(self.us, 45, families=2)
        client, found, token = self.client(self.us), [], None
        while True:
            page = search_listings_items(
                client, self.us.seller_id, [US], page_token=token
            )
            self.assertEqual(page.problems, ())
            found += [listing.sku for listing in page.listings]
            token = page.next_token
            if not token:
                break
        self.assertEqual(len(found), len(set(found)))
        self.assertLessEqual(set(skus), set(found))
        self.assertEqual((page.number_of_results, page.out_of_reach), (len(found), 0))
        page = search_listings_items(
            client, self.us.seller_id, [US], identifiers=skus[:3]
        )
        self.assertEqual({each.sku for each in page.listings}, set(skus[:3]))


@tagged("post_install", "-at_install")
class TestCatalogOfTheSandbox(MarketCase):
    seed = 1

    def asin(self, sku):
        return self.get(sku, marketplace_ids=[US]).summary(US).asin

    def test_an_item_and_its_family(self):
        client = self.client(self.us)
        mug = get_catalog_item(client, self.asin("MUG-BLUE-350"), US)
        self.assertEqual(mug.brand, "Nordhus")
        self.assertEqual(mug.top_category, "Home & Kitchen")
        self.assertEqual(mug.barcode, "4006381333931")
        self.assertEqual(mug.options, (("color", "Blue"),))
        self.assertTrue(mug.main_image.link.startswith("http"))
        self.assertTrue(mug.package.weight or mug.item.weight)
        parent = get_catalog_item(client, mug.parent_asins[0], US)
        self.assertTrue(parent.is_parent)
        self.assertIn(mug.asin, parent.child_asins)
        self.assertEqual(parent.variation_attributes, ("color",))

    def test_many(self):
        skus = ("MUG-BLUE-350", "TEE-BLK-M", "LAMP-DESK-01")
        asins = [self.asin(sku) for sku in skus]
        page = search_catalog_items(self.client(self.us), US, [*asins, "B0UNKNOWN1"])
        self.assertEqual({item.asin for item in page.items}, set(asins))
        self.assertEqual((page.problems, page.next_token), ((), None))
        self.assertEqual(page.missing, ("B0UNKNOWN1",))
        tee = next(item for item in page.items if item.asin == asins[1])
        self.assertEqual(dict(tee.options), {"color": "Black", "size": "M"})


@tagged("post_install", "-at_install")
class TestFeedsOfTheSandbox(MarketCase):
    def send(self, changes):
        client = self.client(self.us)
        content, messages = quantity_feed(self.us.seller_id, changes)
        document = create_feed_document(client)
        upload(document, content)
        feed_id = create_feed(client, document.feed_document_id, [US])
        return client, feed_id, messages

    def outcomes(self, client, feed_id, messages):
        feed = get_feed(client, feed_id)
        document = get_feed_document(client, feed.result_feed_document_id)
        file = io.BytesIO()
        download_document(document, file)
        report = read_processing_report(file.getvalue())
        self.assertEqual(report.feed_id, feed_id)
        return feed, report.outcomes(messages)

    def test_from_the_document_to_what_buyers_meet(self):
        changes = [QuantityChange(sku, n) for n, sku in enumerate([*ODD_SKUS, ".."], 3)]
        for change in changes:
            self.sandbox.add_listing(self.us, change.sku, quantity=1)
        client, feed_id, messages = self.send([*changes, QuantityChange("GONE", 1)])
        self.assertTrue(get_feed(client, feed_id).in_progress)
        (listed,) = list_feeds(client).feeds
        self.assertEqual(listed.feed_id, feed_id)
        self.wait()
        feed, outcomes = self.outcomes(client, feed_id, messages)
        self.assertTrue(feed.done)
        *accepted, refused = outcomes
        self.assertEqual({row.accepted for row in accepted}, {True})
        self.assertEqual((refused.sku, refused.accepted), ("GONE", False))
        self.assertIn("does not exist", refused.reason)
        self.wait()
        for change in changes[:-1]:  # no address can name the last one
            self.assertEqual(self.get(change.sku).quantity, change.quantity)
        self.assertEqual(
            self.sandbox.listings.stock(self.us, "..")
            .settle(self.sandbox.clock.now())
            .quantity,
            changes[-1].quantity,
        )

    def test_cancelled_and_fatal(self):
        self.sandbox.add_listing(self.us, "A", quantity=1)
        for kind, word in (("cancelled_feed", "cancelled"), ("fatal_feed", "fatal")):
            self.sandbox.faults.add(kind=kind)
            client, feed_id, _messages = self.send([QuantityChange("A", 2)])
            self.wait()
            with self.subTest(kind):
                self.assertTrue(getattr(get_feed(client, feed_id), word))
        self.assertEqual(self.get("A").quantity, 1)

    def test_the_link_lives_five_minutes(self):
        document = create_feed_document(self.client(self.us))
        self.wait(6)
        with self.assertRaises(Temporary) as caught:
            upload(document, b"{}")
        self.assertEqual(caught.exception.status, 403)


@tagged("post_install", "-at_install")
class TestReportOfTheSandbox(MarketCase):
    def rows(self, seller, marketplace_id, country):
        client = self.client(seller)
        report_id = create_report(client, REPORT_TYPE, [marketplace_id])
        self.wait()
        report = get_report(client, report_id)
        document = get_report_document(client, report.report_document_id)
        file = io.BytesIO()
        charset = download_document(document, file).charset
        found = list(read_listings_report(file, charset=charset, country=country))
        self.assertFalse([str(row) for row in found if isinstance(row, Problem)])
        return {row.sku: row for row in found}

    def test_every_way_of_writing(self):
        jp = self.sandbox.add_seller("JP", ["JP"])
        pl = self.sandbox.add_seller("PL", ["PL"])
        self.sandbox.reports.listings.localized = {"JP"}
        places = {
            "US": (self.us, US),
            "DE": (self.de, DE),
            "JP": (jp, "A1VC38T7YXB528"),
            "PL": (pl, "A1C3SOZRARQ6R3"),
        }
        for country, (seller, marketplace_id) in places.items():
            for sku in ("A/B #1+%", "FBA", "PARENT"):
                title = "青いマグ" if country == "JP" else "Größe"
                price = (
                    None if sku == "PARENT" else "1990" if country == "JP" else "19.9"
                )
                self.sandbox.add_listing(
                    seller,
                    sku,
                    title=title,
                    price=price and Decimal(price),
                    quantity=7,
                    by_amazon=sku == "FBA",
                )
            with self.subTest(country):
                rows = self.rows(seller, marketplace_id, country)
                self.assertEqual(set(rows), {"A/B #1+%", "FBA", "PARENT"})
                row = rows["A/B #1+%"]
                self.assertEqual((row.title, row.quantity), (title, 7))
                self.assertEqual(row.price, Decimal(price_of(country)))
                self.assertTrue(row.is_merchant and row.is_active)
                listing = self.get(row.sku, seller, [marketplace_id])
                self.assertEqual(row.asin, listing.summary(marketplace_id).asin)
                created = listing.summary(marketplace_id).created_date
                self.assertEqual(row.open_date, created.replace(microsecond=0))
                self.assertTrue(rows["FBA"].is_fba)
                self.assertIsNone(rows["FBA"].quantity)
                self.assertIsNone(rows["PARENT"].price)


def price_of(country):
    return "1990" if country == "JP" else "19.90"
