"""What the tests of matching share: listings of the sandbox, as a load stores them."""

import json

from ..sandbox import catalog_items
from ..sandbox.listings import Listings
from ..sandbox.marketplaces import marketplace_of
from ..sandbox.products import Products
from ..spapi.catalog import INCLUDED_DATA, parse_item
from ..sync.catalog_match import match_batch
from .common import AmazonCase


class MatchCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.ref("base.CAD").active = True
        cls.account, cls.seller = cls.connect_for_all("US", ["US", "CA"])
        cls.us_store = cls.store_in("US")
        cls.ca_store = cls.store_in("CA")
        cls.store = cls.us_store

    def setUp(self):
        super().setUp()
        # what a test lists is gone after it
        self.sandbox.listings = Listings(self.sandbox.clock)
        self.sandbox.products = Products()

    @classmethod
    def store_in(cls, country):
        return cls.account.store_ids.filtered(
            lambda store: store.marketplace_id.country_id.code == country
        )

    # -- Amazon's side --------------------------------------------------------------

    def offer(self, sku, *, country="US", **facts):
        """List a SKU at the sandbox; what the seller and the catalog know of it."""
        facts.setdefault("title", f"Thing {sku}")
        [listing] = self.sandbox.add_listing(
            self.seller, sku, marketplaces=[country], **facts
        )
        return listing

    def family(self, asin="B0FAMILY01", title="Wool Hat", theme=("color", "size")):
        """A parent in the catalog; its members are offered with `parent=asin`."""
        product = self.sandbox.products.put(asin, title, {"theme": theme})
        product.title = title
        product.countries |= {"US", "CA"}
        return asin

    def hat(self, color, size, **facts):
        """One listing of the family of hats."""
        options = {"color": color, "size": size}
        options = {name: value for name, value in options.items() if value}
        facts.setdefault("sku", f"HAT-{color}-{size}")
        facts = {"parent": "B0FAMILY01", "options": options} | facts
        return self.offer(facts.pop("sku"), **facts)

    # -- what a load stores -----------------------------------------------------------

    def take_in_listings(self, *offers, **values):
        """The `amazon.listing` records of these sandbox listings, of one store."""
        records = [self._listing(offer, **values) for offer in offers]
        return self.env["amazon.listing"].union(*records)

    def _listing(self, offer, **values):
        store = self.store_in(offer.marketplace.country)
        item = self._item(store, offer.asin)
        values = {
            "store_id": store.id,
            "sku": offer.sku,
            "asin": offer.asin,
            "name": offer.title,
            "status": "listed",
            "condition": offer.condition,
            "price": float(offer.price or 0),
            "channel": "merchant" if offer.stock.by_merchant else "fba",
            "catalog_item_id": item.id,
            "is_parent": item.is_parent,
            **values,
        }
        Listing = self.env["amazon.listing"]
        known = Listing.search([("store_id", "=", store.id), ("sku", "=", offer.sku)])
        if known:
            known.write(values)
        return known or Listing.create(values)

    def _item(self, store, asin):
        product = self.sandbox.products.get(asin)
        place = marketplace_of(store.marketplace_id.country_id.code)
        payload = catalog_items.view(self.sandbox, product, [place], INCLUDED_DATA)
        payload = json.loads(json.dumps(payload), parse_float=str)  # as the client does
        parsed = parse_item(payload, place.id)
        values = {
            "store_id": store.id,
            "asin": asin,
            "payload": payload,
            "title": parsed.title,
            "is_parent": parsed.is_parent,
        }
        if parsed.parent_asins:
            values["parent_id"] = self._item(store, parsed.parent_asins[0]).id
        Item = self.env["amazon.catalog.item"]
        known = Item.search([("store_id", "=", store.id), ("asin", "=", asin)])
        if known:
            known.write(values)
        return known or Item.create(values)

    # -- Odoo's side ------------------------------------------------------------------

    def match(self, listings):
        """One load's matching of them; the load with its counts."""
        load = self.env["amazon.catalog.load"].create(
            {"store_id": listings.store_id.id, "state": "done"}
        )
        match_batch(load, listings)
        self.env.flush_all()
        listings.invalidate_recordset()
        return load

    def matched(self, *offers, **values):
        """Take in and match: the listings."""
        listings = self.take_in_listings(*offers, **values)
        self.match(listings)
        return listings

    def created(self, *offers, **values):
        self.store.create_products = True
        listings = self.matched(*offers, **values)
        self.assertTrue(
            all(listings.mapped("product_id")), listings.mapped("link_note")
        )
        return listings

    def assertLinked(self, listing, product, method):
        self.assertEqual(
            (listing.product_id, listing.link_method, listing.link_note),
            (product, method, False),
        )

    def assertUnlinked(self, listing, words):
        self.assertFalse(listing.product_id)
        self.assertIn(words, listing.link_note)
