from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .test_order_import import ImportCase


@tagged("post_install", "-at_install")
class TestFba(ImportCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.account.store_ids
        self.location = self.store.fba_location_id

    def sell(self, *items, **order):
        order = {"fulfilled_by": "AMAZON", "status": "SHIPPED"} | order
        return self.take(self.account, self.seller, *items, **order)

    def stock(self, product):
        return product.with_context(location=self.location.id).qty_available

    def test_delivered_from_the_fba_location(self):
        """rows 12.1, 12.8: an FBA order is delivered, locked, and never confirmed"""
        self.env["stock.quant"]._update_available_quantity(self.mug, self.location, 10)
        own = self.mug.with_context(warehouse_id=self.warehouse.id).qty_available
        order, sale = self.sell({"sku": "MUG-BLUE-350", "quantity": 3})
        self.assertTrue(sale.locked)
        self.assertFalse(sale.picking_ids)
        self.assertEqual(sale.order_line.qty_delivered, 3)
        self.assertEqual(sale.order_line.move_ids.location_id, self.location)
        self.assertEqual(self.stock(self.mug), 7)
        self.assertEqual(
            self.mug.with_context(warehouse_id=self.warehouse.id).qty_available, own
        )
        self.send(self.account)
        self.assertFalse(sale.amazon_submission_ids)
        self.assertEqual(self.sandbox.calls_of("confirmShipment"), [])
        self.assertEqual(order.status, "SHIPPED")

    def test_not_editable(self):
        """row 12.8: Amazon has delivered it: quantities can't be changed any more"""
        _order, sale = self.sell()
        with self.assertRaises(UserError):
            sale.order_line[:1].product_uom_qty = 5

    def test_waits_for_amazon_to_ship(self):
        """row 12.8: an FBA order comes in once Amazon has shipped it"""
        order = self.sandbox.add_order(self.seller, fulfilled_by="AMAZON")
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(
            (record.state, record.reason_code), ("pending", "fba_unshipped")
        )
        self.sandbox.ship_by_amazon(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(record.state, "imported", record.reason)
        self.assertEqual(record.sale_order_id.order_line.qty_delivered, 1)

    def test_short_stock_shows(self):
        """row 12.1: where Odoo has less than Amazon sent, stock goes below zero"""
        _order, sale = self.sell({"sku": "MUG-BLUE-350", "quantity": 2})
        self.assertEqual(self.stock(self.mug), -2)
        self.assertEqual(sale.order_line.qty_delivered, 2)

    def test_policy_confirm(self):
        """row 12.1: import without stock moves"""
        self.store.fba_policy = "confirm"
        _order, sale = self.sell()
        self.assertEqual(sale.state, "sale")
        self.assertFalse(sale.picking_ids)
        self.assertFalse(sale.order_line.move_ids)

    def test_policy_ignore(self):
        """row 12.1: do not import FBA orders; merchant orders come in as ever"""
        self.store.fba_policy = "ignore"
        fba = self.sandbox.add_order(
            self.seller, fulfilled_by="AMAZON", status="SHIPPED"
        )
        merchant = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        record = self.inbox(fba)
        self.assertEqual((record.state, record.reason_code), ("ignored", "fba_off"))
        self.assertIn("FBA Orders", record.reason)
        self.assertEqual(self.inbox(merchant).state, "imported")

    def test_location_outside_the_warehouse(self):
        """row 12.1: stock at Amazon can't lie in the own warehouse"""
        with self.assertRaisesRegex(ValidationError, "sold twice"):
            self.store.fba_location_id = self.store.warehouse_id.lot_stock_id

    def test_one_product_sold_both_ways(self):
        """row 2.13: an FBA and a merchant listing share one product"""
        self.env["amazon.listing"].create(
            {
                "store_id": self.store.id,
                "sku": "MUG-BLUE-350-FBA",
                "name": "Mug, from Amazon",
                "channel": "fba",
                "product_id": self.mug.id,
            }
        )
        _order, fba = self.sell({"sku": "MUG-BLUE-350-FBA"})
        _order, merchant = self.sell(fulfilled_by="MERCHANT", status="UNSHIPPED")
        self.assertEqual(fba.order_line.product_id, merchant.order_line.product_id)
        self.assertFalse(fba.picking_ids)
        self.assertEqual(merchant.picking_ids.state, "assigned")
        channels = self.store.listing_ids.mapped("channel")
        self.assertEqual(sorted(channels), ["fba", "merchant"])

    def test_kit(self):
        """rows 4.25, 12.8: of a kit its components leave the FBA location"""
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed")
        kit = self._product("LAMP-DESK-01", quantity=0)
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.mug.id, "product_qty": 2})
                ],
            }
        )
        _order, sale = self.sell({"sku": "LAMP-DESK-01", "quantity": 3})
        self.assertEqual(self.stock(self.mug), -6)
        self.assertEqual(sale.order_line.qty_delivered, 3)

    def test_buyer_is_withheld(self):
        """rows 5.1, 12.8: Amazon names no buyer of an FBA order: the store's customer"""
        self.seller.roles.discard("direct_to_consumer_shipping")
        _order, sale = self.sell()
        self.assertEqual(sale.partner_id, self.store.default_customer_id)
