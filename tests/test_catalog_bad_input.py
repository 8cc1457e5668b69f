"""Lists of listings as no model has them: each gets its sentence, the rest goes on."""

from odoo.tests import tagged

from .catalog_case import CatalogCase, row, text
from .test_spapi_listings_report import COLUMNS


@tagged("post_install", "-at_install")
class TestCatalogBadInput(CatalogCase):
    def setUp(self):
        super().setUp()
        self.store.match_mode = "manual"

    def take(self, rows, columns=COLUMNS, encoding="utf-8", charset="UTF-8"):
        """A load of this file."""
        content = rows if isinstance(rows, str) else text(rows, columns)
        self.says(content.encode(encoding), charset)
        return self.load()

    def refuse(self, content, words):
        """A load that fails with this sentence and keeps the file."""
        self.says(content)
        load = self.start()
        self.wake()
        self.assertEqual(load.state, "failed")
        self.assertIn(words, load.message)
        self.assertIn("Nothing was canceled", load.message)
        self.assertEqual(load.report_id.state, "failed")
        self.assertEqual(load.report_id.reason, load.message)
        self.assertEqual(load.report_id.attachment_id.raw, content.encode())
        return load

    def bare(self, sku, **changes):
        """A row about which the catalog is not asked."""
        return row(sku, asin1="", product_id="", **changes)

    def test_columns_in_another_order(self):
        """row 2.1: columns are known by their names, in whatever order they come"""
        columns = ["unheard-of", *reversed(COLUMNS)]
        self.take([self.bare("MIXED", item_name="Ein Becher")], columns)
        listing = self.listing("MIXED")
        self.assertEqual((listing.name, listing.price), ("Ein Becher", 19.99))
        self.assertEqual(listing.listing_ref, "0701SBX00001")

    def test_missing_columns(self):
        """row 2.1: a file without the columns that matter is refused with their names"""
        self.take([self.bare("OLD")])
        columns = [name for name in COLUMNS if name not in ("price", "status")]
        self.refuse(text([self.bare("NEW")], columns), "price, status")
        self.assertEqual(self.listed(), ["OLD"])

    def test_no_list_of_listings(self):
        """row 2.1: something else than a list is refused, and nothing is canceled"""
        self.take([self.bare("OLD")])
        self.refuse("<html>Service Unavailable</html>", "HTML")
        self.assertEqual(self.listed(), ["OLD"])

    def test_optional_columns_lack(self):
        """row 2.1: what a European file leaves out leaves what is known alone"""
        whole = self.bare(
            "EU", item_description="Warm", image_url="https://x.invalid/1"
        )
        self.take([whole])
        lacking = {"item-description", "image-url", "listing-id"}
        load = self.take([whole], [n for n in COLUMNS if n not in lacking])
        self.assertEqual(load.listings_changed, 0)
        self.assertEqual(self.listing("EU").description, "Warm")

    def test_broken_rows(self):
        """row 2.29: a row that can't be read is told, and its listing is not canceled"""
        self.take([self.bare("CUT"), self.bare("FINE"), self.bare("GONE")])
        self.assertEqual(len(self.listed()), 3)
        cut = "\t".join(["", "", "", "CUT", "1"])
        content = text([self.bare("FINE", price="12.00")]) + cut + "\n"
        load = self.take(content)
        self.assertEqual(self.listed(), ["CUT", "FINE"])
        self.assertEqual(self.listed("canceled"), ["GONE"])
        self.assertEqual(self.listing("FINE").price, 12)
        self.assertEqual(load.problems, 1)
        self.assertIn("Line 3: ends after 5 of 29 columns", load.message)
        self.assertEqual(self.run_of(self.account, "catalog").blocked, 1)

    def test_row_of_nobody(self):
        """row 2.29: while a row may be anybody's, nothing is canceled, and that is said"""
        self.take([self.bare("HERE"), self.bare("THERE")])
        load = self.take(text([self.bare("HERE")]) + "\t\t\0\n")
        self.assertEqual(self.listed(), ["HERE", "THERE"])
        self.assertIn("nothing was canceled", load.message)

    def test_many_problems(self):
        """row 2.1: of many broken rows the first fifty are named, the others counted"""
        load = self.take(text([self.bare("FINE")]) + "a\tb\tc\n" * 70)
        self.assertEqual(load.problems, 70)
        self.assertEqual(len(load.message.splitlines()), 51)
        self.assertIn("20 more", load.message.splitlines()[-1])

    def test_values_that_cannot_be_read(self):
        """row 2.1: a price or quantity that is none is left out, and the listing says so"""
        self.take([self.bare("ODD", price="12.00", quantity="5")])
        load = self.take([self.bare("ODD", price="free", quantity="-5")])
        listing = self.listing("ODD")
        self.assertEqual((listing.price, listing.effective_quantity), (12, 5))
        self.assertIn("'free' is not a number", listing.problem)
        self.assertIn("'-5' is not a number", listing.problem)
        self.assertEqual(load.problems, 2)
        self.take([self.bare("ODD", price="12.00", quantity="5")])
        self.assertFalse(listing.problem)

    def test_unknown_channel(self):
        """row 2.13: of a listing of an unknown channel no quantity will be sent"""
        load = self.take([self.bare("ODD", fulfillment_channel="WAREHOUSE-7")])
        listing = self.listing("ODD")
        self.assertIn("WAREHOUSE-7", listing.problem)
        self.assertFalse(listing.quantity_id.active_sync)
        self.assertEqual(load.problems, 1)

    def test_skus_of_every_kind(self):
        """row 2.34: SKUs are kept letter by letter, whatever they hold"""
        skus = [
            "A/B#C+D%E",
            "with space",
            " leading",
            "comma,comma",
            ".",
            "Größe-Ä",
            "色-赤",
            "emoji-🎁",
            "case-a",
            "CASE-A",
            "quote\"s'",
            "100%_\\",
        ]
        self.take([self.bare(sku) for sku in skus])
        self.assertEqual(self.listed(), sorted(skus))
        load = self.take([self.bare(sku) for sku in skus])
        self.assertEqual((load.listings_new, load.listings_changed), (0, 0))
        self.assertIn("capital and small letters", self.listing("CASE-A").problem)
        self.assertNotEqual(self.listing("case-a"), self.listing("CASE-A"))

    def test_same_sku_twice(self):
        """row 2.5: a SKU that comes twice is one listing, and the load says so"""
        load = self.take([self.bare("TWICE", price="1.00"), self.bare("TWICE")])
        self.assertEqual((load.listings_new, self.listing("TWICE").price), (1, 1))
        self.assertIn("was in line 2 already", load.message)

    def test_too_long(self):
        """row 2.14: a title has room; a SKU that none can be is left out"""
        load = self.take(
            [
                self.bare("TITLE", item_name="T" * 10_000),
                self.bare("S" * 5000),
                self.bare("LAST"),
            ]
        )
        self.assertEqual(self.listed(), ["LAST", "TITLE"])
        self.assertEqual(len(self.listing("TITLE").name), 10_000)
        self.assertIn("Line 3: the SKU SSS", load.message)
        self.assertEqual(load.problems, 1)

    def test_without_sku(self):
        """row 2.17: SKU = SellerSKU, else ASIN, else ISBN"""
        book = {"asin1": "", "product_id": "3161484100", "product_id_type": "2"}
        load = self.take([row("", asin1="B0GHOST001"), row("", **book)])
        self.assertEqual(self.listed(), ["3161484100", "B0GHOST001"])
        self.assertEqual(load.problems, 2)

    def test_without_title(self):
        """row 2.18: a listing Amazon has no title for is called by its SKU"""
        self.take([self.bare("PLAIN", item_name="")])
        self.assertEqual(self.listing("PLAIN").name, "PLAIN")

    def test_encodings(self):
        """row 2.1: the same texts in UTF-8 with a mark, cp1252, or wrongly declared"""
        title = "Türstopper – groß, 5 €"
        rows = [self.bare("ENC", item_name=title)]
        for encoding, charset in (
            ("utf-8-sig", "UTF-8"),
            ("cp1252", "ISO-8859-1"),
            ("cp1252", ""),
            ("utf-8", "ISO-8859-1"),
        ):
            with self.subTest(encoding=encoding, charset=charset):
                load = self.take(rows, encoding=encoding, charset=charset)
                self.assertEqual(self.listing("ENC").name, title)
        self.assertEqual(load.listings_changed, 0)

    def test_japan(self):
        """row 2.1: a Japanese list, in Shift-JIS and with Japanese columns"""
        account, self.seller = self.connect("JP-ENC", ["JP"])
        self.store = account.store_ids
        self.store.load_images = False
        self.store.match_mode = "manual"
        self.account = account
        title = "ステンレスボトル 750ml"
        self.offer("BOTTLE-750", title=title, price=2980)
        reports = self.sandbox.reports.listings
        reports.localized.add("JP")
        self.addCleanup(reports.localized.clear)
        self.load()
        listing = self.listing("BOTTLE-750")
        self.assertEqual((listing.name, listing.price), (title, 2980))
        self.assertEqual(self.store.load_ids.report_id.charset, "Shift_JIS")

    def test_german_prices(self):
        """row 2.25: prices with a comma and dates with slashes are Germany's"""
        rows = [
            self.bare("EU-1", price="1.234,50", open_date="24/12/2025 08:00:00 MET"),
            self.bare("EU-2", price="9,90", open_date="03/04/2025 08:00:00 MEST"),
        ]
        account, self.seller = self.connect("DE-COMMA", ["DE"])
        self.account, self.store = account, account.store_ids
        self.store.write({"match_mode": "manual", "load_images": False})
        self.take(rows, encoding="cp1252", charset="ISO-8859-1")
        self.assertEqual(self.listing("EU-1").price, 1234.5)
        self.assertEqual(self.listing("EU-2").price, 9.9)
        self.assertEqual(f"{self.listing('EU-2').open_date}", "2025-04-03 06:00:00")
