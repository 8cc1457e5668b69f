from odoo.fields import Command
from odoo.tests import tagged

from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestOrderKits(ShipmentCase):
    def setUp(self):
        super().setUp()
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed")
        kit = self._product("LAMP-DESK-01", quantity=0, is_storable=False)
        self.kit = kit
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.mug.id, "product_qty": 2}),
                    Command.create({"product_id": self.bag.id, "product_qty": 1}),
                ],
            }
        )

    def test_expanded_on_download(self):
        """row 4.26: components leave the stock, the price stays on the kit's line"""
        order, picking = self.sell(
            {"sku": "LAMP-DESK-01", "quantity": 3, "total": "30.00", "tax_rate": 0}
        )
        sale = self.inbox(order).sale_order_id
        (line,) = sale.order_line
        self.assertEqual((line.product_id, line.product_uom_qty), (self.kit, 3))
        self.assertMoney(line.price_subtotal, "30.00")
        needed = {move.product_id: move.product_uom_qty for move in picking.move_ids}
        self.assertEqual(needed, {self.mug: 6, self.bag: 3})
        mugs = self.mug.qty_available
        row = self.ship(picking)
        self.assertEqual(row.payload["items"], [[self.item_ids(order)[0], 3]])
        self.assertEqual(self.mug.qty_available, mugs - 6)
        self.assertEqual(line.qty_delivered, 3)

    def test_partial_shipment(self):
        """row 4.26: a part of the components confirms the kits that are whole"""
        order, picking = self.sell({"sku": "LAMP-DESK-01", "quantity": 3})
        (item,) = self.item_ids(order)
        row = self.ship(picking, **{"MUG-BLUE-350": 5, "BACKPACK-20L": 1})
        self.assertEqual(row.payload["items"], [[item, 1]])
        rest = picking.backorder_ids
        needed = {move.product_id: move.product_uom_qty for move in rest.move_ids}
        self.assertEqual(needed, {self.mug: 1, self.bag: 2})
        row = self.ship(rest)
        self.assertEqual(row.payload["items"], [[item, 2]])
