from odoo.fields import Command
from odoo.tests import tagged

from .match_case import MatchCase

FACTS = {
    "brand": "Nordhus",
    "category": ("Home & Kitchen", "Kitchen & Dining", "Mugs"),
    "barcode": "4006381333931",
    "dimensions": (12.0, 8.5, 9.6),
    "weight": 0.38,
    "description": "Dishwasher-proof.",
    "price": "12.99",
}


@tagged("post_install", "-at_install")
class TestProductBuild(MatchCase):
    def product(self, sku="NEW-1", **facts):
        """The product made of one listing."""
        [listing] = self.created(self.offer(sku, **facts))
        self.assertEqual(listing.link_method, "created")
        return listing.product_id

    def test_fields(self):
        """rows 2.10, 2.17, 2.18, 2.20, 2.21, 2.23: what Amazon tells, in Odoo's fields"""
        product = self.product(title="Stoneware Mug, Blue", **FACTS)
        self.assertEqual(product.name, "Stoneware Mug, Blue")
        self.assertEqual(product.default_code, "NEW-1")
        self.assertEqual(product.description_sale, "Dishwasher-proof.")
        self.assertEqual(product.amazon_brand_id.name, "Nordhus")
        self.assertEqual(product.barcode, "4006381333931")
        self.assertTrue(product.is_storable and product.sale_ok)
        self.assertMoney(product.list_price, "12.99")

    def test_no_stock(self):
        """row 2.3: a load creates no stock, whatever Amazon has"""
        product = self.product(quantity=40)
        self.assertFalse(
            self.env["stock.quant"].search([("product_id", "=", product.id)])
        )
        self.assertFalse(
            self.env["stock.move"].search([("product_id", "=", product.id)])
        )

    def test_counts(self):
        """rows 2.1, 2.10: the load counts what it linked and created"""
        self.store.create_products = True
        listings = self.take_in_listings(
            self.offer("MUG-BLUE-350"), self.offer("NEW-1"), self.offer("NEW-2")
        )
        load = self.match(listings)
        self.assertEqual((load.linked, load.created, load.updated), (3, 2, 0))

    def test_not_created_unless_wanted(self):
        """row 2.10: without the option nothing is made, and by hand not either"""
        [listing] = self.matched(self.offer("NEW-1"))
        self.assertUnlinked(listing, "NEW-1")
        self.store.write({"create_products": True, "match_mode": "manual"})
        self.match(listing)
        self.assertFalse(listing.product_id)

    def test_category(self):
        """row 2.19: the top level only, found or made"""
        known = self.env["product.category"].create({"name": "Books"})
        deep = self.env["product.category"].create(
            {"name": "Home & Kitchen", "parent_id": known.id}
        )
        one, two, three = (
            self.product("NEW-1", category=("Home & Kitchen", "Mugs")),
            self.product("NEW-2", category=("Home & Kitchen", "Kettles")),
            self.product("NEW-3", category=("Books",)),
        )
        self.assertEqual(one.categ_id.complete_name, "Home & Kitchen")
        self.assertEqual(one.categ_id, two.categ_id)
        self.assertNotEqual(one.categ_id, deep)
        self.assertEqual(three.categ_id, known)

    def test_units(self):
        """row 2.22: pounds, ounces, inches, grams, … become what the database uses"""
        facts = {"dimensions": (25.4, 10.0, 5.0), "weight": 0.9}
        units = {
            "NEW-1": ("inches", "pounds"),
            "NEW-2": ("meters", "kilograms"),
            "NEW-3": ("millimeters", "grams"),
            "NEW-4": ("centimeters", "ounces"),
        }
        for sku, told in units.items():
            product = self.product(sku, units=told, **facts)
            self.assertAlmostEqual(product.weight, 0.9, 2)
            self.assertAlmostEqual(product.amazon_length, 254.0, 1)
            self.assertAlmostEqual(product.amazon_width, 100.0, 1)
            self.assertAlmostEqual(product.amazon_height, 50.0, 1)

    def test_imperial_database(self):
        """row 2.22: a database that weighs in pounds and measures in feet"""
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("product.weight_in_lbs", "1")
        parameters.set_param("product.volume_in_cubic_feet", "1")
        product = self.product(dimensions=(60.96, 30.48, 91.44), weight=0.45359237)
        self.assertAlmostEqual(product.weight, 1.0, 2)
        self.assertAlmostEqual(product.amazon_length, 2.0, 2)
        self.assertAlmostEqual(product.volume, 6.0, 1)

    def test_volume(self):
        """row 2.22: length, width and height make the volume"""
        product = self.product(dimensions=(100.0, 50.0, 40.0))
        self.assertAlmostEqual(product.volume, 0.2, 2)

    def test_unknown_unit(self):
        """row 2.22: a unit nobody knows is a remark, and no number is guessed"""
        listing = self.take_in_listings(self.offer("NEW-1", **FACTS))
        payload = dict(listing.catalog_item_id.payload)
        [dimensions] = payload["dimensions"]
        dimensions["item"]["weight"]["unit"] = "stones"
        listing.catalog_item_id.payload = payload
        self.store.create_products = True
        self.match(listing)
        self.assertFalse(listing.product_id.weight)
        self.assertAlmostEqual(listing.product_id.amazon_length, 120.0, 1)
        self.assertIn("stones", listing.product_problem)

    def test_barcode_is_taken(self):
        """row 2.23: a barcode clash is a remark, the product is made without barcode"""
        self.bag.barcode = FACTS["barcode"]
        [listing] = self.created(self.offer("NEW-1", **FACTS))
        self.assertFalse(listing.product_id.barcode)
        self.assertIn(FACTS["barcode"], listing.product_problem)
        self.assertIn("BACKPACK-20L", listing.product_problem)

    def test_barcode_twice_in_a_batch(self):
        """row 2.23: of two listings with one barcode the first gets it"""
        one, two = self.created(
            self.offer("NEW-1", **FACTS), self.offer("NEW-2", **FACTS)
        )
        self.assertTrue(one.product_id.barcode)
        self.assertFalse(two.product_id.barcode)
        self.assertFalse(one.product_problem)
        self.assertIn("NEW-1", two.product_problem)

    def test_barcode_of_a_packaging(self):
        """row 2.23: a packaging's barcode is taken as well"""
        self.env["product.uom"].create(
            {
                "product_id": self.mug.id,
                "uom_id": self.env.ref("uom.product_uom_dozen").id,
                "barcode": FACTS["barcode"],
            }
        )
        [listing] = self.created(self.offer("NEW-1", **FACTS))
        self.assertIn(FACTS["barcode"], listing.product_problem)

    def test_barcode_of_what_all_companies_share(self):
        """row 2.23: a product of all companies can't have any company's barcode"""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        barcode = FACTS["barcode"]
        self._product("THEIRS", quantity=0, company_id=other.id, barcode=barcode)
        self.store.amazon_is_master = True
        shared, own = self.take_in_listings(
            self.offer("MUG-BLUE-350", **FACTS), self.offer("NEW-1", **FACTS)
        )
        self.store.create_products = True
        self.match(own)
        self.assertEqual(own.product_id.barcode, barcode)
        own.product_id.barcode = False
        shared.product_id = self.mug
        self.assertFalse(self.mug.company_id)
        self.match(shared)
        self.assertFalse(self.mug.barcode)
        self.assertIn("THEIRS", shared.product_problem)

    def test_long_title(self):
        """row 2.18: a title of 10,000 characters is a name like any other"""
        product = self.product(title="Long " * 2000, brand="B" * 5000)
        self.assertGreater(len(product.name), 9900)
        self.assertEqual(len(product.amazon_brand_id.name), 200)

    def test_description_with_tags(self):
        """row 2.21: Amazon's HTML becomes text"""
        product = self.product(description="<p>Two<br>lines &amp; more</p>")
        self.assertEqual(
            product.description_sale.split(), ["Two", "lines", "&", "more"]
        )

    def test_taxes(self):
        """row 2.27: new products get the store's default taxes, or none"""
        self.assertFalse(self.product("NEW-1").taxes_id)
        tax = self.env["account.tax"].create({"name": "7 %", "amount": 7.0})
        self.store.product_tax_ids = [Command.set(tax.ids)]
        self.assertEqual(self.product("NEW-2").taxes_id, tax)

    def test_company(self):
        """row 2.10: where there are several companies the product is the store's"""
        self.env["res.company"].create({"name": "Another"})
        self.assertEqual(self.product("NEW-1").company_id, self.company)

    def test_prices(self):
        """row 2.25: the store's price goes to its pricelist, and follows Amazon"""
        offers = self.offer("NEW-1", price="12.99"), self.offer("NEW-2", price=None)
        priced, unpriced = self.created(*offers)
        [item] = self.store.pricelist_id.item_ids
        self.assertEqual(item.product_id, priced.product_id)
        self.assertEqual(item.applied_on, "0_product_variant")
        self.assertMoney(item.fixed_price, "12.99")
        self.assertMoney(unpriced.product_id.list_price, 0)
        priced.price = 14.5
        load = self.match(priced)
        self.assertEqual(self.store.pricelist_id.item_ids, item)
        self.assertMoney(item.fixed_price, "14.50")
        self.assertMoney(priced.product_id.list_price, "12.99")
        self.assertEqual(load.updated, 1)

    def test_pricelist_per_store(self):
        """row 2.25: every store has a pricelist of its own, in its currency"""
        self.assertNotEqual(self.us_store.pricelist_id, self.ca_store.pricelist_id)
        self.assertIn(self.us_store.name, self.us_store.pricelist_id.name)
        other, _seller = self.connect("US2", ["US"])
        self.assertNotEqual(other.store_ids.pricelist_id, self.us_store.pricelist_id)
        self.assertFalse(other.store_ids.price_warning)

    def test_other_currency(self):
        """row 2.25: a price in another currency is in the pricelist only"""
        self.store = self.ca_store
        [listing] = self.created(self.offer("NEW-1", country="CA", price="15.00"))
        self.assertMoney(listing.product_id.list_price, 0)
        [item] = self.ca_store.pricelist_id.item_ids
        self.assertMoney(item.fixed_price, "15.00")
        self.assertEqual(item.currency_id.name, "CAD")

    def test_price_of_new_and_used(self):
        """row 2.25: of several listings of a product one price counts, always the same"""
        used, new = self.take_in_listings(
            self.offer("USED-1", price="5.00", condition="used_good"),
            self.offer("NEW-1", price="9.00"),
        )
        (used | new).product_id = self.mug
        for batch in (used | new, used, new):
            self.match(batch)
            [item] = self.store.pricelist_id.item_ids
            self.assertMoney(item.fixed_price, "9.00")

    def test_price_of_a_pack(self):
        """rows 2.6, 2.25: the price of a 3-pack is not the product's price"""
        listing = self.take_in_listings(self.offer("PACK-1", price="30.00"))
        listing.write({"product_id": self.mug.id, "quantity_factor": 3})
        self.match(listing)
        self.assertFalse(self.store.pricelist_id.item_ids)

    def test_prices_switched_off(self):
        """row 2.25: a store that does not load prices leaves its pricelist alone"""
        self.store.load_prices = False
        self.created(self.offer("NEW-1", price="12.99"))
        self.assertFalse(self.store.pricelist_id.item_ids)

    def test_refused_by_odoo(self):
        """row 2.10: what Odoo does not take gets a note and holds up no other"""
        self.env.cr.execute(
            "ALTER TABLE product_product ADD CONSTRAINT no_bad_sku "
            "CHECK (default_code != 'BAD-1')"
        )
        self.store.create_products = True
        with self.assertLogs("odoo.sql_db", "ERROR"):
            listings = self.matched(*map(self.offer, ("NEW-1", "BAD-1", "NEW-2")))
        one, bad, two = listings
        self.assertUnlinked(bad, "Odoo does not take the product")
        self.assertEqual(
            (one | two).product_id.mapped("default_code"), ["NEW-1", "NEW-2"]
        )

    def test_queries_do_not_grow(self):
        """row 2.10: what is added to Odoo's own creation does not grow with products"""
        self.created(self.offer("WARM-1", **FACTS))
        self.bare("WARM", 1)
        bare = [self.queries(self.bare, name, n) for name, n in (("X", 10), ("Y", 40))]
        ours = []
        for name, number in (("S", 10), ("L", 40)):
            listings = self.take_in_listings(
                *(
                    self.offer(f"{name}-{n}", **{**FACTS, "barcode": f"{name}{n}"})
                    for n in range(number)
                )
            )
            ours.append(self.queries(self.match, listings))
            self.assertEqual(len(listings.product_id), number)
        self.assertLessEqual(ours[1] - ours[0], bare[1] - bare[0] + 4)
        self.assertLessEqual(ours[0] - bare[0], 60)

    def bare(self, name, number):
        """Products like those of the listings, as Odoo makes them."""
        self.env["product.product"].with_context(tracking_disable=True).create(
            [
                {
                    "name": name,
                    "default_code": f"{name}-{n}",
                    "barcode": f"{name}{n}",
                    "is_storable": True,
                }
                for n in range(number)
            ]
        )
        self.env.flush_all()

    def queries(self, work, *arguments):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        work(*arguments)
        return self.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestAmazonIsMaster(MatchCase):
    def setUp(self):
        super().setUp()
        self.store.amazon_is_master = True

    def linked(self, sku="MUG-BLUE-350", **facts):
        [listing] = self.matched(self.offer(sku, **facts))
        return listing

    def test_overwrites(self):
        """row 2.28: name, price, weight, sizes, … become Amazon's; the SKU never"""
        self.mug.default_code = "OWN-REF"
        listing = self.take_in_listings(
            self.offer("MUG-BLUE-350", title="Amazon's Mug", **FACTS)
        )
        listing.product_id = self.mug
        load = self.match(listing)
        self.assertEqual(self.mug.name, "Amazon's Mug")
        self.assertEqual(self.mug.default_code, "OWN-REF")
        self.assertMoney(self.mug.list_price, "12.99")
        self.assertAlmostEqual(self.mug.weight, 0.38, 2)
        self.assertAlmostEqual(self.mug.amazon_length, 120.0, 1)
        self.assertEqual(self.mug.description_sale, "Dishwasher-proof.")
        self.assertEqual(self.mug.categ_id.name, "Home & Kitchen")
        self.assertEqual(self.mug.amazon_brand_id.name, "Nordhus")
        self.assertEqual(self.mug.barcode, FACTS["barcode"])
        self.assertEqual(load.updated, 1)

    def test_again(self):
        """row 2.28: what is equal is not written again"""
        listing = self.linked(title="Amazon's Mug", **FACTS)
        load = self.match(listing)
        self.assertEqual(load.updated, 0)
        self.mug.name = "Mine"
        self.match(listing)
        self.assertEqual(self.mug.name, "Amazon's Mug")

    def test_off_by_default(self):
        """row 2.28: without the switch a linked product stays as it is"""
        self.assertFalse(self.ca_store.amazon_is_master)
        self.store.amazon_is_master = False
        name = self.mug.name
        self.linked(title="Amazon's Mug", **FACTS)
        self.assertEqual(self.mug.name, name)
        self.assertFalse(self.mug.weight)
        self.assertFalse(self.mug.barcode)

    def test_what_amazon_lacks(self):
        """row 2.28: nothing is overwritten with nothing"""
        self.mug.write({"weight": 2.0, "description_sale": "Mine"})
        self.linked(title="Amazon's Mug", price=None)
        self.assertEqual((self.mug.weight, self.mug.description_sale), (2.0, "Mine"))

    def test_two_stores(self):
        """row 2.28: of two stores that both rule one speaks, whoever is loaded last"""
        self.ca_store.amazon_is_master = True
        self.linked(title="American Mug")
        [canadian] = self.matched(
            self.offer("MUG-BLUE-350", country="CA", title="American Mug")
        )
        canadian.catalog_item_id.payload = False
        canadian.name = "Canadian Mug"
        load = self.match(canadian)
        self.assertEqual(self.mug.name, "American Mug")
        self.assertEqual(load.updated, 0)

    def test_barcode_of_another(self):
        """rows 2.23, 2.28: a barcode that another product has stays there"""
        self.bag.barcode = FACTS["barcode"]
        listing = self.linked(**FACTS)
        self.assertFalse(self.mug.barcode)
        self.assertIn("BACKPACK-20L", listing.product_problem)
        self.bag.barcode = False
        self.match(listing)
        self.assertEqual(self.mug.barcode, FACTS["barcode"])
        self.assertFalse(listing.product_problem)
