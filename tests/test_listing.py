from psycopg2.errors import CheckViolation, UniqueViolation

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_order_import import ImportCase


@tagged("post_install", "-at_install")
class TestListing(ImportCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.account.store_ids
        self.store.unknown_sku_policy = "hold"

    def sell(self, *items, **order):
        return self.take(self.account, self.seller, *items, **order)

    def listing(self, sku, product, **values):
        return self.env["amazon.listing"].create(
            {
                "store_id": self.store.id,
                "sku": sku,
                "name": sku,
                "product_id": product.id,
                **values,
            }
        )

    def blocked(self, *items):
        order = self.sandbox.add_order(self.seller, items=list(items))
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual((record.state, record.reason_code), ("blocked", "unlinked"))
        return record

    def test_linked_by_internal_reference(self):
        """row 2.34: a SKU that is an internal reference is linked by itself"""
        _order, sale = self.sell("MUG-BLUE-350")
        listing = self.store.listing_ids
        self.assertEqual(listing.product_id, self.mug)
        self.assertFalse(listing.is_manual)
        self.assertEqual(sale.order_line.product_id, self.mug)

    def test_linked_as_in_another_store(self):
        """rows 2.6, 2.13: a SKU that another store of the account links, as a pack"""
        account, seller = self.connect("US-two", ["US", "CA"])
        other, store = account.store_ids
        self.rate("CAD", 1.35)
        self.listing("BACKPACK-20L", self.mug, store_id=other.id, quantity_factor=2)
        marketplace = store.marketplace_id.country_id.code
        order = self.sandbox.add_order(
            seller, marketplace=marketplace, items=["BACKPACK-20L"]
        )
        self.take_in(account)
        listing = store.listing_ids
        self.assertEqual(
            (listing.product_id, listing.quantity_factor, listing.link_method),
            (self.mug, 2, "account"),
        )
        line = self.inbox(order).sale_order_id.order_line[:1]
        self.assertEqual((line.product_id, line.product_uom_qty), (self.mug, 2))

    def test_link_wins_over_the_text(self):
        """row 2.6: the stored link decides, whatever product has the SKU as reference"""
        self.listing("MUG-BLUE-350", self.bag)
        _order, sale = self.sell("MUG-BLUE-350")
        self.assertEqual(sale.order_line.product_id, self.bag)

    def test_link_outlives_a_new_reference(self):
        """row 2.6: a product that gets another internal reference stays linked"""
        self.sell("MUG-BLUE-350")
        self.mug.default_code = "M-1"
        self.bag.default_code = "MUG-BLUE-350"
        _order, sale = self.sell("MUG-BLUE-350")
        self.assertEqual(sale.order_line.product_id, self.mug)

    def test_many_listings_one_product(self):
        """row 2.13: several SKUs, in several stores, may be one product"""
        self.listing("MUG-A", self.mug)
        self.listing("MUG-B", self.mug)
        _order, sale = self.sell("MUG-A", "MUG-B")
        self.assertEqual(sale.order_line.product_id, self.mug)
        self.assertEqual(len(sale.order_line), 2)
        account, seller = self.connect("CA")
        self.rate("CAD", 1.4)
        _order, sale = self.take(account, seller, "MUG-BLUE-350")
        self.assertEqual(sale.order_line.product_id, self.mug)

    def test_sku_is_not_the_own_one(self):
        """row 2.34: Amazon's SKU and the own reference may differ"""
        self.listing("AMZ-77", self.mug)
        _order, sale = self.sell({"sku": "AMZ-77", "quantity": 2})
        self.assertEqual(sale.order_line.product_id, self.mug)
        self.assertEqual(sale.order_line.product_uom_qty, 2)

    def test_quantity_factor(self):
        """row 2.6: a 3-pack takes three units and costs what Amazon says"""
        self.listing("MUG-3PACK", self.mug, quantity_factor=3)
        order, sale = self.sell(
            {"sku": "MUG-3PACK", "quantity": 2, "total": "59.99", "tax_rate": 0}
        )
        self.assertEqual(sale.order_line.product_uom_qty, 6)
        self.assertEqual(sale.picking_ids.move_ids.product_uom_qty, 6)
        self.assertMoney(sale.amount_total, order.grand_total)

    def test_unlinked_sku_blocks_the_whole_order(self):
        """row 4.27: one unlinked SKU holds the whole order, and the reason names it"""
        record = self.blocked("MUG-BLUE-350", "UMBRELLA-XL", "GLOVE-WINTER-S")
        self.assertFalse(record.sale_order_id)
        self.assertIn("UMBRELLA-XL, GLOVE-WINTER-S", record.reason)
        self.assertNotIn("MUG", record.reason)
        self.assertIn("Link SKUs", record.reason)

    def test_link_wizard(self):
        """row 4.27: Link SKUs imports every order that waited for the product"""
        records = self.blocked("UMBRELLA-XL") | self.blocked(
            "MUG-BLUE-350", "UMBRELLA-XL"
        )
        action = records[0].action_link()
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
        self.assertEqual(len(wizard.line_ids), 1)
        with wizard.line_ids.edit(0) as line:
            self.assertEqual(line.sku, "UMBRELLA-XL")
            line.product_id = self.bag
            line.quantity_factor = 2
        wizard.save().action_link()
        self.process(self.account)
        self.assertEqual(records.mapped("state"), ["imported", "imported"])
        listing = records[0].line_ids.listing_id
        self.assertTrue(listing.is_manual)
        lines = records.sale_order_id.order_line.filtered(
            lambda line: line.product_id == self.bag
        )
        self.assertEqual(lines.mapped("product_uom_qty"), [2, 2])

    def test_link_wizard_without_a_choice(self):
        """row 4.27: pressing Link without a product says what is missing"""
        record = self.blocked("UMBRELLA-XL")
        wizard = self.env["amazon.link.sku"].create({"order_id": record.id})
        with self.assertRaisesRegex(UserError, "Choose a product"):
            wizard.action_link()

    def test_two_products_with_the_sku(self):
        """row 2.6: where two products have the SKU as reference, a person decides"""
        self.bag.copy({"default_code": "UMBRELLA-XL"})
        self.mug.copy({"default_code": "UMBRELLA-XL"})
        record = self.blocked("UMBRELLA-XL")
        self.assertFalse(record.line_ids.listing_id.product_id)

    def test_nobody_links_but_a_person(self):
        """rows 2.6, 2.8: an order links no combo, and nothing in a store linked by hand"""
        self.env["product.product"].create(
            {
                "name": "Set",
                "default_code": "SET-1",
                "type": "combo",
                "combo_ids": [
                    Command.create(
                        {
                            "name": "Choice",
                            "combo_item_ids": [
                                Command.create({"product_id": self.mug.id})
                            ],
                        }
                    )
                ],
            }
        )
        self.assertFalse(self.blocked("SET-1").line_ids.listing_id.product_id)
        self.store.match_mode = "manual"
        self.assertFalse(self.blocked("MUG-BLUE-350").line_ids.listing_id.product_id)

    def test_title_by_default(self):
        """row 2.33: a listing entered by hand is named after its SKU, until it has a
        title of its own"""
        form = Form(self.env["amazon.listing"])
        form.store_id = self.store
        form.sku = "TYPED-1"
        listing = form.save()
        self.assertEqual(listing.name, "TYPED-1")
        listing.name = "A Title"
        self.assertEqual(listing.name, "A Title")

    def test_product_made_later(self):
        """row 2.34: a product created afterwards is linked on request"""
        record = self.blocked("UMBRELLA-XL")
        umbrella = self._product("UMBRELLA-XL")
        record.line_ids.listing_id.action_match()
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.order_line.product_id, umbrella)
        self.assertFalse(record.line_ids.listing_id.is_manual)

    def test_order_without_sku(self):
        """row 2.6: where Amazon gives no SKU the ASIN stands for it"""
        order = self.sandbox.add_order(self.seller)
        del order.items[0]["product"]["sellerSku"]
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(record.line_ids.sku, order.items[0]["product"]["asin"])
        record.line_ids.listing_id.product_id = self.mug
        self.process(self.account)
        self.assertEqual(record.state, "imported", record.reason)

    @mute_logger("odoo.sql_db")
    def test_one_listing_per_sku(self):
        """row 2.6: a SKU is listed once in a store, by the database itself"""
        self.listing("AMZ-1", self.mug)
        with self.assertRaises(UniqueViolation):
            self.listing("AMZ-1", self.bag)

    @mute_logger("odoo.sql_db")
    def test_factor_is_at_least_one(self):
        """row 2.6: a sold unit takes at least one unit of the product"""
        with self.assertRaises(CheckViolation):
            self.listing("AMZ-1", self.mug, quantity_factor=0)
