from odoo.tests import tagged

from .match_case import MatchCase

FIELDS = ["store_id", "sku", "product_id", "quantity_factor", "alias"]


@tagged("post_install", "-at_install")
class TestListingImport(MatchCase):
    """SKU mappings from a file, through Odoo's own importer."""

    def load(self, *rows, fields=FIELDS):
        """What the importer does with the rows of a CSV or XLSX file."""
        rows = [[self.store.name, *row] for row in rows]
        Listing = self.env["amazon.listing"].with_context(import_file=True)
        return Listing.load(fields, rows)

    def loaded(self, *rows, **options):
        result = self.load(*rows, **options)
        self.assertFalse(result["messages"])
        return self.env["amazon.listing"].browse(result["ids"])

    def refused(self, *rows):
        result = self.load(*rows)
        self.assertFalse(result["ids"])
        return " ".join(
            message["message"]
            for message in result["messages"]
            if message["type"] == "error"
        )

    def test_new_and_known(self):
        """rows 2.33, 2.34: a row updates the SKU's listing, or makes it"""
        known = self.take_in_listings(self.offer("AMZ-1", title="At Amazon"))
        other = self.take_in_listings(self.offer("AMZ-1", country="CA"))
        listings = self.loaded(
            ["AMZ-1", "MUG-BLUE-350", "3", "Three mugs"],
            ["AMZ-2", "BACKPACK-20L", "1", ""],
        )
        self.assertEqual(listings[0], known)
        self.assertEqual((known.product_id, known.quantity_factor), (self.mug, 3))
        self.assertEqual((known.alias, known.name), ("Three mugs", "At Amazon"))
        self.assertEqual((listings[1].sku, listings[1].name), ("AMZ-2", "AMZ-2"))
        self.assertEqual(listings[1].product_id, self.bag)
        self.assertFalse(other.product_id)

    def test_link_of_a_file_is_sticky(self):
        """rows 2.9, 2.34: what a file links, and what it makes, no load changes"""
        known = self.take_in_listings(self.offer("BACKPACK-20L"))
        listings = self.loaded(
            ["BACKPACK-20L", "MUG-BLUE-350", "1", ""],
            ["AMZ-2", "BACKPACK-20L", "1", ""],
        )
        self.assertEqual(listings.mapped("is_manual"), [True, True])
        self.assertEqual(listings.mapped("link_method"), ["manual", "manual"])
        self.match(listings)
        self.assertEqual(known.product_id, self.mug)

    def test_again(self):
        """row 2.34: the same file once more changes nothing"""
        rows = [["AMZ-1", "MUG-BLUE-350", "2", ""], ["AMZ-2", "BACKPACK-20L", "1", ""]]
        self.assertEqual(self.loaded(*rows), self.loaded(*rows))

    def test_empty_cell(self):
        """row 2.34: an empty cell takes no link away"""
        known = self.take_in_listings(self.offer("AMZ-1"))
        known.product_id = self.bag
        self.loaded(["AMZ-1", "", "", "A name"])
        self.assertEqual((known.product_id, known.quantity_factor), (self.bag, 1))
        self.assertEqual(known.alias, "A name")

    def test_twice_in_the_file(self):
        """row 2.34: a SKU that stands in the file twice is named, nothing is taken"""
        known = self.take_in_listings(self.offer("AMZ-1"))
        words = self.refused(
            ["AMZ-1", "MUG-BLUE-350", "1", ""],
            ["amz-1", "MUG-BLUE-350", "1", ""],
            ["AMZ-1", "BACKPACK-20L", "1", ""],
        )
        self.assertIn("SKU AMZ-1", words)
        self.assertIn("rows 1 and 3", words)
        self.assertFalse(known.product_id)

    def test_unknown_product(self):
        """row 2.34: an internal reference that nothing has is an error of its row"""
        words = self.refused(["AMZ-1", "NO-SUCH-REF", "1", ""])
        self.assertIn("NO-SUCH-REF", words)

    def test_two_products(self):
        """row 2.34: an internal reference of two products is an error, no guess"""
        self._product("TWICE", quantity=0)
        self._product("TWICE", quantity=0)
        known = self.take_in_listings(self.offer("AMZ-1"))
        self.assertIn("TWICE", self.refused(["AMZ-1", "TWICE", "1", ""]))
        self.assertFalse(known.product_id)

    def test_factor_of_zero(self):
        """row 2.34: a factor below one is refused in words"""
        self.assertIn(
            "at least one unit", self.refused(["A", "MUG-BLUE-350", "-1", ""])
        )

    def test_through_the_import_screen(self):
        """row 2.34: a CSV file, as the import screen reads it"""
        known = self.take_in_listings(self.offer("AMZ-1"))
        screen = self.env["base_import.import"].create(
            {
                "res_model": "amazon.listing",
                "file": (
                    "Store,Seller SKU,Product,Units per Sale\n"
                    f"{self.store.name},AMZ-1,MUG-BLUE-350,2\n"
                ).encode(),
                "file_type": "text/csv",
                "file_name": "skus.csv",
            }
        )
        options = {"quoting": '"', "separator": ",", "has_headers": True}
        result = screen.execute_import(FIELDS[:4], [], options)
        self.assertFalse(result["messages"])
        self.assertEqual((known.product_id, known.quantity_factor), (self.mug, 2))

    def test_waiting_orders(self):
        """rows 2.34, 4.27: orders that waited for a SKU are imported after the file"""
        account, seller = self.us()
        account.store_ids.unknown_sku_policy = "hold"
        order = self.sandbox.add_order(seller, items=["UMBRELLA-XL"])
        self.take_in(account)
        self.store = account.store_ids
        self.store.name = "Shop of the test"
        self.loaded(["UMBRELLA-XL", "BACKPACK-20L", "1", ""])
        self.process(account)
        self.assertEqual(self.inbox(order).state, "imported")
