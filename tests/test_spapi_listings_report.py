"""The listings report: every way of writing it, and rows that cannot be read."""

import io
from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..spapi.listings_report import (
    EmptyReport,
    ListingRow,
    ListingsReportError,
    Problem,
    read_listings_report,
)

COLUMNS = (
    "item-name item-description listing-id seller-sku price quantity open-date "
    "image-url item-is-marketplace product-id-type zshop-shipping-fee item-note "
    "item-condition zshop-category1 zshop-browse-path zshop-storefront-feature asin1 "
    "asin2 asin3 will-ship-internationally expedited-shipping zshop-boldface "
    "product-id bid-for-featured-placement add-delete pending-quantity "
    "fulfillment-channel merchant-shipping-group status"
).split()
ROW = {
    "item-name": "Becher, blau",
    "listing-id": "0701SBX00001",
    "seller-sku": "MUG-1",
    "price": "19.99",
    "quantity": "12",
    "open-date": "2022-07-11 01:34:18 PDT",
    "product-id-type": "1",
    "item-condition": "11",
    "asin1": "B000000001",
    "product-id": "B000000001",
    "pending-quantity": "1",
    "fulfillment-channel": "DEFAULT",
    "status": "Active",
}
OPENED = datetime(2022, 7, 11, 8, 34, 18, tzinfo=timezone.utc)


def row(sku="MUG-1", **changes):
    changes = {key.replace("_", "-"): value for key, value in changes.items()}
    return {**ROW, "seller-sku": sku, **changes}


def text(rows, columns=COLUMNS, end="\n"):
    lines = [columns, *([r.get(name, "") for name in columns] for r in rows)]
    return "".join("\t".join(line) + end for line in lines)


@tagged("post_install", "-at_install")
class ListingsReportCase(BaseCase):
    def read(self, content, encoding="utf-8", **options):
        if isinstance(content, str):
            content = content.encode(encoding)
        report = read_listings_report(io.BytesIO(content), **options)
        found = list(report)
        self.assertEqual(list(report), found)  # from the first row each time
        self.encoding = report.encoding
        self.problems = [each for each in found if isinstance(each, Problem)]
        return [each for each in found if isinstance(each, ListingRow)]

    def one(self, *arguments, **options):
        (found,) = self.read(*arguments, **options)
        self.assertEqual(self.problems, [])
        return found

    def refused(self, content, words, error=ListingsReportError):
        with self.assertRaises(error) as caught:
            self.read(content)
        self.assertIn(words, str(caught.exception))
        return caught.exception


@tagged("post_install", "-at_install")
class TestRows(ListingsReportCase):
    def test_all_fields(self):
        more = {"item_description": 'A 10" mug', "image_url": "https://x.invalid/1"}
        found = self.one(text([row(merchant_shipping_group="Standard", **more)]))
        expected = ListingRow(
            line=2,
            sku="MUG-1",
            asin="B000000001",
            title="Becher, blau",
            description='A 10" mug',
            price=Decimal("19.99"),
            quantity=12,
            pending_quantity=1,
            open_date=OPENED,
            fulfillment_channel="DEFAULT",
            status="Active",
            listing_id="0701SBX00001",
            image_url="https://x.invalid/1",
            product_id="B000000001",
            product_id_type="1",
            item_condition="11",
            merchant_shipping_group="Standard",
        )
        self.assertEqual(found, expected)
        self.assertTrue(found.is_merchant and found.is_active and not found.is_fba)

    def test_columns_in_any_order(self):
        shuffled = ["a-new-one", *reversed(COLUMNS)]
        found = self.one(text([row()], shuffled, "\r\n"))
        self.assertEqual((found.sku, found.status), ("MUG-1", "Active"))
        self.assertEqual(found, self.one(text([row()])))
        titles = [name.replace("-", " ").title() for name in COLUMNS]
        content = text([row()]).split("\n", 1)[1]
        self.assertEqual(self.one("\t".join(titles) + "\n" + content), found)

    def test_columns_a_marketplace_leaves_out(self):
        fewer = [n for n in COLUMNS if "description" not in n and "url" not in n]
        found = self.one(text([row()], fewer))
        self.assertEqual((found.description, found.image_url), ("", ""))
        fewer.remove("asin1")
        self.assertEqual(self.one(text([row()], fewer)).asin, "B000000001")
        ean = row(product_id="4006381333931", product_id_type="4")
        found = self.one(text([ean], fewer))
        self.assertEqual((found.asin, found.product_id), ("", "4006381333931"))

    def test_in_amazons_warehouses(self):
        found = self.one(
            text(
                [row(fulfillment_channel="AMAZON_EU", quantity="", pending_quantity="")]
            )
        )
        self.assertTrue(found.is_fba)
        self.assertFalse(found.is_merchant)
        self.assertEqual((found.quantity, found.pending_quantity), (None, None))

    def test_a_familys_parent(self):
        found = self.one(text([row(price="", quantity="", status="Incomplete")]))
        self.assertEqual((found.price, found.quantity), (None, None))
        self.assertFalse(found.is_active)

    def test_skus_come_as_they_are(self):
        skus = ["A/B", "A#1", "A+B", "100%", " X ", "Größe", '"Q"', "商品", "a,b"]
        rows = self.read(text([row(sku) for sku in skus]))
        self.assertEqual([found.sku for found in rows], skus)
        self.assertEqual(self.problems, [])

    def test_skus_that_differ_in_case_only(self):
        rows = self.read(text([row("abc"), row("ABC"), row("abc"), row("Abc")]))
        self.assertEqual([found.sku for found in rows], ["abc", "ABC", "Abc"])
        told = [(each.line, each.sku, each.left_out) for each in self.problems]
        self.assertEqual(told, [(3, "ABC", False), (4, "abc", True), (5, "Abc", False)])
        self.assertEqual(
            str(self.problems[0]),
            "Line 3: the SKU 'ABC' differs from 'abc' in line 2 only in capital and "
            "small letters; both are taken, as two listings.",
        )
        self.assertIn("was in line 2 already", str(self.problems[1]))

    def test_broken_rows(self):
        cells = text([row("CUT")]).split("\n")[1].split("\t")
        lines = [
            text([row("GOOD-1")]).rstrip("\n"),
            "\t".join(cells[:10]),
            "\t".join([*cells, "", "more"]),
            "\t".join(cells).replace("CUT", "").replace("B000000001", ""),
            "\t".join(cells).replace("CUT", "ZERO\0"),
            "\t".join(cells).replace("CUT", "L" * 70_000),
            "\t".join(cells).replace("CUT", "GOOD-2"),
            "",
        ]
        rows = self.read("\n".join(lines))
        self.assertEqual([found.sku for found in rows], ["GOOD-1", "GOOD-2"])
        self.assertEqual(rows[1].line, 8)
        told = [str(each) for each in self.problems]
        expected = [
            "Line 3: ends after 10 of 29 columns",
            "Line 4: has 31 cells, but there are only 29 columns",
            "Line 5: has no SKU",
            "Line 6: holds a zero byte",
            "Line 7: is longer than any line",
        ]
        for sentence, words in zip(told, expected, strict=True):
            self.assertIn(words, sentence)
        self.assertEqual(self.problems[0].sku, "CUT")

    def test_row_without_a_sku(self):
        """row 2.17: the ASIN stands for the SKU, else the product id (a book's ISBN)"""
        book = {"asin1": "", "product_id": "3161484100", "product_id_type": "2"}
        rows = self.read(text([row(" "), row("", **book)]))
        self.assertEqual([found.sku for found in rows], ["B000000001", "3161484100"])
        self.assertEqual([each.left_out for each in self.problems], [False] * 2)
        self.assertIn("no SKU: '3161484100' is taken", str(self.problems[1]))

    def test_what_cannot_be_read_is_left_out_of_the_row(self):
        rows = self.read(
            text(
                [
                    row("P", price="cheap"),
                    row("Q", quantity="many"),
                    row("N", quantity="-3"),
                    row("C", fulfillment_channel="PIGEON"),
                    row("D", open_date="yesterday"),
                    row("E", open_date="yesterday"),
                ]
            )
        )
        self.assertEqual([found.sku for found in rows], ["P", "Q", "N", "C", "D", "E"])
        self.assertEqual([found.price for found in rows[:2]], [None, Decimal("19.99")])
        self.assertEqual([found.quantity for found in rows[1:3]], [None, None])
        self.assertFalse(rows[3].is_fba or rows[3].is_merchant)
        self.assertIsNone(rows[4].open_date)
        # of dates written alike the first one is told
        self.assertEqual([each.sku for each in self.problems], list("PQNCD"))
        self.assertFalse(any(each.left_out for each in self.problems))
        words = "Line 2: the price 'cheap' is not a number from 0 up, and is left out."
        self.assertEqual(str(self.problems[0]), words)


@tagged("post_install", "-at_install")
class TestWriting(ListingsReportCase):
    def test_encodings(self):
        ways = [
            ("utf-8", "Größe – 商品", {}, "utf-8-sig"),
            ("utf-8-sig", "Größe – 商品", {}, "utf-8-sig"),
            ("cp1252", "Größe – 5 €", {"charset": "ISO-8859-1"}, "cp1252"),
            ("cp1252", "Größe – 5 €", {}, "cp1252"),
            ("cp932", "青いマグカップ①", {"charset": "Shift_JIS"}, "cp932"),
            ("cp932", "青いマグカップ①", {"country": "JP"}, "cp932"),
        ]
        for encoding, title, options, expected in ways:
            with self.subTest(encoding, **options):
                content = text([row(item_name=title), row("Z-2")])
                first, second = self.read(content, encoding, **options)
                self.assertEqual((first.title, second.sku), (title, "Z-2"))
                self.assertEqual(self.encoding, expected)
                self.assertEqual(self.problems, [])

    def test_a_character_cut_in_two(self):
        """Amazon cuts long texts by bytes: that must not garble all other rows."""
        good = [row(f"S-{n}", item_name="Größe 商品") for n in range(5)]
        content = text([*good, row("CUT", item_name="Gr@")]).encode()
        for bad in (content, b"\xef\xbb\xbf" + content):
            rows = self.read(bad.replace(b"Gr@", "Grö".encode()[:-1]))
            self.assertEqual(rows[0].title, "Größe 商品")
            self.assertEqual(rows[-1].title, "Gr\ufffd")
        content = content.replace(b"CUT", "CUÄ".encode()[:-1])
        rows = self.read(content)
        self.assertEqual(len(rows), 5)
        self.assertIn("damaged character", str(self.problems[0]))

    def test_dates(self):
        moment = datetime(2022, 7, 13, 8, 34, 18, tzinfo=timezone.utc)
        ways = {
            "2022-07-13 01:34:18 PDT": moment,
            "2022-07-13 08:34:18 UTC": moment,
            "2022-07-13T08:34:18+00:00": moment,
            "13/07/2022 10:34:18 MEST": moment,
            "13/07/2022 09:34:18 BST": moment,
            "07/13/2022 01:34:18 PDT": moment,
            "13.07.2022 08:34:18 UTC": moment,
            "2022/07/13 17:34:18 JST": moment,
            "13-07-2022": moment.replace(hour=0, minute=0, second=0),
            "07/13/22": moment.replace(hour=0, minute=0, second=0),
            "13-Jul-2022 UTC": moment.replace(hour=0, minute=0, second=0),
            "": None,
        }
        for written, expected in ways.items():
            with self.subTest(written):
                found = self.one(text([row(open_date=written)]))
                self.assertEqual(found.open_date, expected)

    def test_day_and_month_are_told_by_the_file(self):
        def months(*written, **options):
            rows = [row(f"S-{n}", open_date=date) for n, date in enumerate(written)]
            return [found.open_date.month for found in self.read(text(rows), **options)]

        self.assertEqual(months("03/04/2022", "25/04/2022"), [4, 4])
        self.assertEqual(months("03/04/2022", "03/25/2022"), [3, 3])
        self.assertEqual(months("03/04/2022"), [4])
        self.assertEqual(months("03/04/2022", country="US"), [3])
        self.assertEqual(months("03/04/2022 10:00:00 PST"), [3])
        self.assertEqual(months("03/04/2022", date_order="mdy"), [3])
        self.assertEqual(months("03/04/2022", country="US", date_order="dmy"), [4])
        with self.assertRaises(ValueError):
            months("03/04/2022", date_order="US")

    def test_decimals_are_told_by_the_file(self):
        def prices(*written):
            rows = [row(f"S-{n}", price=price) for n, price in enumerate(written)]
            found = [str(each.price) for each in self.read(text(rows))]
            self.assertEqual(self.problems, [])
            return found

        self.assertEqual(prices("19.99", "1,234.50"), ["19.99", "1234.50"])
        self.assertEqual(prices("19,99", "1.234,50"), ["19.99", "1234.50"])
        self.assertEqual(prices("19,99", "1.234"), ["19.99", "1234"])
        self.assertEqual(prices("1,234", "500"), ["1234", "500"])
        self.assertEqual(prices("1.234", "500"), ["1234", "500"])
        self.assertEqual(prices("5", "7.5"), ["5", "7.5"])

    def test_japanese_titles(self):
        titles = {
            "商品名": "item-name",
            "出品ID": "listing-id",
            "出品者SKU": "seller-sku",
            "価格": "price",
            "数量": "quantity",
            "出品日": "open-date",
            "商品IDタイプ": "product-id-type",
            "コンディション": "item-condition",
            "商品ID": "product-id",
            "フルフィルメント・チャンネル": "fulfillment-channel",
            "ステータス": "status",
        }
        content = text([row(item_name="マグ")], [*titles.values()]).split("\n", 1)[1]
        content = "\t".join(titles) + "\r\n" + content
        found = self.one(content, "cp932", country="JP")
        self.assertEqual((found.title, found.asin), ("マグ", "B000000001"))
        self.assertEqual((found.price, found.quantity), (Decimal("19.99"), 12))


@tagged("post_install", "-at_install")
class TestRefused(ListingsReportCase):
    def test_missing_columns(self):
        fewer = [name for name in COLUMNS if name not in ("price", "status")]
        error = self.refused(text([row()], fewer), "are missing: price, status.")
        self.assertEqual(error.line, 1)
        fewer = [n for n in COLUMNS if n not in ("asin1", "product-id")]
        self.refused(text([row()], fewer), "are missing: asin1.")

    def test_column_twice(self):
        error = self.refused(text([row()], [*COLUMNS, "price"]), "occurs twice")
        self.assertEqual(error.column, "price")
        self.one(text([row()], [*COLUMNS, "odd", "odd"]))  # nobody reads it

    def test_another_file(self):
        self.refused("settlement-id\tamount\n1\t2\n", "not a listings report")
        self.refused(
            "Artikelbezeichnung\tHändler-SKU\n", "to English in Seller Central"
        )
        self.refused("<html>", "an XML or HTML file, not a listings report")
        self.refused(b"PK\x03\x04", "a ZIP or Excel file")
        self.refused(b"\x1f\x8b", "a gzip file")

    def test_nothing_listed(self):
        for content in (b"", b"\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"):
            with self.subTest(content):
                self.refused(content, "The file is empty", EmptyReport)
        self.assertEqual(self.read(text([])), [])
        self.assertEqual(self.problems, [])
