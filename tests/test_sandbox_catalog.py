"""Catalog items of the sandbox, their images, and the seeded catalog."""

import struct
import zlib

import requests

from odoo.tests import tagged

from ..sandbox.images import HUGE
from .sandbox_case import CA, DE, US
from .sandbox_listing_case import ListingCase

EVERY_SET = (
    "attributes,classifications,dimensions,identifiers,images,productTypes,"
    "relationships,salesRanks,summaries,vendorDetails"
)


@tagged("post_install", "-at_install")
class TestCatalogItems(ListingCase):
    def setUp(self):
        super().setUp()
        self.sandbox.add_listing(
            "US", "FAM", asin="B0FAM00000", theme=("color", "size"), title="Shirt"
        )
        for size in ("M", "L"):
            self.sandbox.add_listing(
                "US",
                f"SHIRT-{size}",
                asin=f"B0SHIRT00{size}",
                title=f"Shirt, Red, {size}",
                marketplaces=["US"],
                parent="B0FAM00000",
                options={"color": "Red", "size": size},
                brand="Threadwell",
                category=("Clothing", "Men", "Shirts"),
                barcode="036000291452",
                dimensions=(25.4, 12.7, 2.54),
                weight=0.45359237,
                images=("good", "missing"),
                product_type="SHIRT",
                description="Soft.",
            )

    def read_item(self, asin, *arguments, **keywords):
        answer = self.catalog(asin, *arguments, included=EVERY_SET, **keywords)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def test_every_set(self):
        item = self.read_item("B0SHIRT00M")
        [summary] = item["summaries"]
        self.assertEqual(summary["itemName"], "Shirt, Red, M")
        self.assertEqual(summary["brand"], "Threadwell")
        self.assertEqual((summary["color"], summary["size"]), ("Red", "M"))
        [sizes] = item["dimensions"]
        self.assertEqual(sizes["item"]["length"], {"unit": "inches", "value": 10.0})
        self.assertEqual(sizes["item"]["weight"], {"unit": "pounds", "value": 1.0})
        codes = item["identifiers"][0]["identifiers"]
        self.assertEqual(codes[0]["identifierType"], "UPC")
        self.assertEqual(codes[1]["identifier"], "0036000291452")
        [leaf] = item["classifications"][0]["classifications"]
        self.assertEqual(leaf["displayName"], "Shirts")
        self.assertEqual(leaf["parent"]["parent"]["displayName"], "Clothing")
        [family] = item["relationships"][0]["relationships"]
        self.assertEqual(family["parentAsins"], ["B0FAM00000"])
        self.assertEqual(family["variationTheme"]["attributes"], ["color", "size"])
        self.assertEqual(item["productTypes"][0]["productType"], "SHIRT")
        text = item["attributes"]["product_description"][0]["value"]
        self.assertEqual(text, "Soft.")
        variants = {image["variant"] for image in item["images"][0]["images"]}
        self.assertEqual(variants, {"MAIN", "PT01"})
        self.validate()

    def test_parent(self):
        item = self.read_item("B0FAM00000")
        [family] = item["relationships"][0]["relationships"]
        self.assertEqual(family["childAsins"], ["B0SHIRT00M", "B0SHIRT00L"])
        classified = item["summaries"][0]["itemClassification"]
        self.assertEqual(classified, "VARIATION_PARENT")
        # Its children aren't sold in Canada.
        item = self.read_item("B0FAM00000", CA)
        self.assertEqual(item["relationships"][0]["relationships"], [])
        self.validate()

    def test_units_and_titles_by_place(self):
        for seller, sku, units in (
            ("DE", "A", None),
            ("DE", "B", ["millimeters", "grams"]),
        ):
            self.sandbox.add_listing(
                seller,
                sku,
                asin=f"B0{sku * 8}",
                dimensions=[10, 5, 2],
                weight=0.5,
                titles={"DE": "Becher"},
                **({"units": units} if units else {}),
            )
        for asin, length, weight in (
            ("B0AAAAAAAA", ("centimeters", 10), ("kilograms", 0.5)),
            ("B0BBBBBBBB", ("millimeters", 100), ("grams", 500)),
        ):
            item = self.read_item(asin, DE, seller=self.de)
            shown = item["dimensions"][0]["item"]
            for name, (unit, value) in (("length", length), ("weight", weight)):
                self.assertEqual(shown[name], {"unit": unit, "value": value})
            self.assertEqual(item["summaries"][0]["itemName"], "Becher")
        self.validate()

    def test_a_bare_product(self):
        self.sandbox.add_listing("US", "BARE", asin="B0BARE0000", images=())
        item = self.read_item("B0BARE0000")
        self.assertEqual(item["images"], [{"marketplaceId": US, "images": []}])
        self.assertEqual(item["identifiers"][0]["identifiers"], [])
        self.assertEqual(item["dimensions"], [{"marketplaceId": US}])
        self.assertEqual(item["relationships"][0]["relationships"], [])
        self.validate()

    def test_refused(self):
        self.assertRefused(self.catalog("B0NOTHING0"), 404, "NOT_FOUND")
        self.assertRefused(self.catalog("B0SHIRT00M", CA), 404)
        self.assertRefused(self.catalog("B0SHIRT00M", DE), 403)
        self.assertRefused(self.catalog("B0SHIRT00M", "", "summaries"), 400)
        self.assertRefused(self.catalog("B0SHIRT00M", US, "everything"), 400)
        self.us.roles.discard("product_listing")
        self.assertRefused(self.catalog("B0SHIRT00M"), 403)

    def found(self, **query):
        answer = self.find_catalog(**query)
        self.assertEqual(answer.status_code, 200, answer.text)
        return [item["asin"] for item in answer.json()["items"]]

    def test_search(self):
        both = ["B0SHIRT00M", "B0SHIRT00L"]
        seller = {"sellerId": self.us.seller_id}
        for expected, kind, identifiers, more in (
            (both, "ASIN", ",".join(both), {}),
            (["B0SHIRT00L"], "ASIN", "B0SHIRT00L,B0NOTHING0", {}),
            (both, "UPC", "036000291452", {}),
            (both, "EAN", "0036000291452", {}),
            (["B0SHIRT00M"], "SKU", "SHIRT-M,NONE", seller),
            ([], "ASIN", "B0SHIRT00M", {"marketplace": CA}),
        ):
            with self.subTest(kind, identifiers=identifiers):
                found = self.found(
                    identifiers=identifiers, identifiersType=kind, **more
                )
                self.assertEqual(found, expected)
        self.assertEqual(self.found(keywords="shirt,red"), both)
        self.assertEqual(self.found(keywords="shirt", brandNames="None"), [])
        self.validate()

    def test_pages(self):
        skus = self.sandbox.generate_listings("US", 20)
        asins = ",".join(
            listing.asin
            for sku in skus
            for listing in self.sandbox.listings.find(self.us, sku, [US]).values()
        )
        query = {"identifiers": asins, "identifiersType": "ASIN", "pageSize": 7}
        body, pages = self.find_catalog(**query).json(), []
        while True:
            pages.append([item["asin"] for item in body["items"]])
            token = body["pagination"].get("nextToken")
            if not token:
                break
            body = self.find_catalog(pageToken=token, **query).json()
        self.assertEqual([len(page) for page in pages], [7, 7, 6])
        self.assertEqual(",".join(sum(pages, [])), asins)
        self.validate()

    def test_search_refused(self):
        for query in (
            {},
            {"identifiers": "A", "identifiersType": "FNSKU"},
            {"identifiers": "A"},
            {"identifiers": "A", "identifiersType": "SKU"},
            {"identifiers": "A", "identifiersType": "ASIN", "keywords": "b"},
            {"keywords": "a", "pageSize": 0},
            {"keywords": "a", "marketplace": f"{US},{CA}"},
            {"keywords": "a", "pageToken": "nonsense"},
        ):
            with self.subTest(**query):
                self.assertRefused(self.find_catalog(**query), 400, "InvalidInput")

    def test_rate_limit(self):
        self.sandbox.limits.factor = 1
        answers = [self.catalog("B0SHIRT00M").status_code for _number in range(5)]
        self.assertEqual(answers[:2], [200, 200])
        self.assertIn(429, answers)


@tagged("post_install", "-at_install")
class TestImages(ListingCase):
    def links(self, *kinds):
        self.sandbox.add_listing("US", "A", asin="B0AAAAAAAA", images=kinds)
        item = self.catalog("B0AAAAAAAA", included="images").json()
        pictures = item["images"][0]["images"]
        return [i["link"] for i in pictures if i["height"] == 75]

    def test_a_small_png(self):
        [link] = self.links("good")
        answer = requests.get(link, timeout=20)
        self.assertEqual(answer.headers["Content-Type"], "image/png")
        data = answer.content
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(struct.unpack(">II", data[16:24]), (75, 75))
        self.assertEqual(len(data), int(answer.headers["Content-Length"]))
        size = struct.unpack(">I", data[33:37])[0]
        pixels = zlib.decompress(data[41 : 41 + size])
        self.assertEqual(len(pixels), 75 * (75 * 3 + 1))

    def test_bad_ones(self):
        missing, huge, text = self.links("missing", "huge", "text")
        self.assertEqual(requests.get(missing, timeout=20).status_code, 404)
        answer = requests.get(text, timeout=20)
        self.assertEqual(answer.headers["Content-Type"].partition(";")[0], "text/html")
        with requests.get(huge, timeout=20, stream=True) as answer:
            self.assertEqual(int(answer.headers["Content-Length"]), HUGE)
            self.assertEqual(next(answer.iter_content(8)), b"\x89PNG\r\n\x1a\n")

    def test_faults(self):
        [link] = self.links("good")
        self.sandbox.faults.add("image", status=503)
        self.assertEqual(requests.get(link, timeout=20).status_code, 503)
        self.assertEqual(requests.get(link, timeout=20).status_code, 200)
        wrong = link.replace("_SL75_", "_SL76_")
        self.assertEqual(requests.get(wrong, timeout=20).status_code, 404)


@tagged("post_install", "-at_install")
class TestSeed(ListingCase):
    seed = 1

    def test_every_listing_and_product(self):
        for seller, marketplace in ((self.us, US), (self.us, CA), (self.de, DE)):
            skus = [sku for sku, _ in self.sandbox.listings.of(seller, [marketplace])]
            self.assertLessEqual(set(self.sandbox.catalog), set(skus))
            for sku in skus:
                item = self.item(sku, seller, marketplace)
                asin = item["summaries"][0]["asin"]
                found = self.catalog(asin, marketplace, EVERY_SET, seller)
                self.assertEqual(found.status_code, 200)
        families = [product for product in self.sandbox.products if product.theme]
        self.assertEqual(len(families), 3)
        for family in families:
            self.assertGreater(
                len(self.sandbox.products.children(family.asin, "FR")), 1
            )
        self.validate()

    def test_orders_stay_what_they_are(self):
        self.assertEqual(len(self.sandbox.orders), 96)
        first = next(iter(self.sandbox.orders))
        again = type(self.sandbox)(seed=1)
        self.assertEqual(next(iter(again.orders)), first)
        # Listed after the orders: they took nothing from the quantities.
        self.assertEqual(self.effective("MUG-BLUE-350"), 20)
