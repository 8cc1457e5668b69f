"""What Amazon has as shipped leaves Odoo's stock, whatever the warehouse (row 4.36)."""

from odoo.fields import Command
from odoo.tests import tagged

from .test_order_automation import AutomationCase


@tagged("post_install", "-at_install")
class TestOutsideShipment(AutomationCase):
    def part(self, sku="MUG-BLUE-350"):
        """An order of three, one of which Amazon has as shipped."""
        return self.sell(
            {"sku": sku, "quantity": 3, "shipped": 1}, status="PARTIALLY_SHIPPED"
        )

    def open(self, record):
        pickings = record.sale_order_id.picking_ids
        return pickings.filtered(lambda p: p.state not in ("done", "cancel"))

    def units(self, pickings):
        return {m.product_id: m.product_uom_qty for m in pickings.move_ids}

    def assertInSteps(self, steps):
        warehouse = self.steps(steps)
        record = self.part()
        sale = record.sale_order_id
        left = sale.picking_ids - self.open(record)
        self.assertEqual(len(left), len(steps.split("_")))
        self.assertEqual(set(left.move_ids.mapped("quantity")), {1})
        out = left.filtered(lambda p: p.picking_type_code == "outgoing")
        self.assertEqual(left.filtered("amazon_shipped_outside"), out)
        self.assertEqual(self.units(self.open(record)), {self.mug: 2})
        self.assertEqual(sale.order_line.mapped("qty_delivered"), [1])
        mug = self.mug.with_context(warehouse_id=warehouse.id)
        self.assertEqual(mug.qty_available, 4)
        while rest := self.open(record):
            row = self.ship(rest)
        self.assertEqual(row.payload["items"], [[record.line_ids.item_ref, 2]])
        self.assertEqual(record.submission_ids, row)
        self.store.capture_option = "paid"
        record = self.sell({"sku": "MUG-BLUE-350", "quantity": 2}, status="SHIPPED")
        self.assertEqual(set(self.states(record).values()), {"done"})
        self.assertFalse(record.submission_ids)
        self.assertEqual(record.sale_order_id.order_line.mapped("qty_delivered"), [2])

    def test_two_steps(self):
        """row 4.36: where goods are picked first, nothing is picked that has left"""
        self.assertInSteps("pick_ship")

    def test_three_steps(self):
        """row 4.36: the same where they are packed as well"""
        self.assertInSteps("pick_pack_ship")

    def test_kit_in_steps(self):
        """rows 4.26, 4.36: the components of the kits that left go through all steps"""
        if "mrp.bom" not in self.env:
            self.skipTest("Manufacturing is not installed")
        warehouse = self.steps("pick_ship")
        self.env["stock.quant"]._update_available_quantity(
            self.mug, warehouse.lot_stock_id, 5
        )
        self.env["stock.quant"]._update_available_quantity(
            self.bag, warehouse.lot_stock_id, 5
        )
        kit = self._product("LAMP-DESK-01", quantity=0, is_storable=False)
        parts = [(self.mug, 2), (self.bag, 1)]
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": count})
                    for part, count in parts
                ],
            }
        )
        record = self.part("LAMP-DESK-01")
        rest = self.open(record)
        left = record.sale_order_id.picking_ids - rest
        self.assertEqual(len(left), 2)
        for picking in left:
            self.assertEqual(self.units(picking), {self.mug: 2, self.bag: 1})
        self.assertEqual(self.units(rest), {self.mug: 4, self.bag: 2})
        self.assertEqual(record.sale_order_id.order_line.mapped("qty_delivered"), [1])
        while rest := self.open(record):
            row = self.ship(rest)
        self.assertEqual(row.payload["items"], [[record.line_ids.item_ref, 2]])

    def test_lot_that_odoo_lacks(self):
        """rows 4.36, 8.10: it becomes a sale all the same; a person names the lot"""
        lamp = self._product("TRACKED-2", quantity=0, tracking="lot")
        for auto_ship in ("no", "ship"):
            with self.subTest(auto_ship=auto_ship):
                self.store.auto_ship = auto_ship
                record = self.part("TRACKED-2")
                self.assertIn("Lot/Serial", record.left_open)
                self.assertEqual(record.line_ids.quantity_outside, 1)
                (picking,) = record.sale_order_id.picking_ids
                self.assertFalse(picking.amazon_shipped_outside)
                said = " ".join(picking.message_ids.mapped("body"))
                self.assertIn("refused to take them out of stock", said)
                self.assertEqual(self.run_of(self.account, "process").left_open, 1)
                lot = self.env["stock.lot"].create(
                    {"name": f"L-{auto_ship}", "product_id": lamp.id}
                )
                self.env["stock.quant"]._update_available_quantity(
                    lamp, self.store.warehouse_id.lot_stock_id, 3, lot_id=lot
                )
                picking.action_assign()
                row = self.ship(picking)
                self.assertEqual(row.payload["items"], [[record.line_ids.item_ref, 2]])
                self.assertFalse(record.left_open)

    def test_lot_named_in_parts(self):
        """rows 4.36, 8.1: what a person takes out first is what Amazon has"""
        lamp = self._product("TRACKED-2", quantity=0, tracking="lot")
        record = self.part("TRACKED-2")
        lot = self.env["stock.lot"].create({"name": "L-1", "product_id": lamp.id})
        self.env["stock.quant"]._update_available_quantity(
            lamp, self.store.warehouse_id.lot_stock_id, 3, lot_id=lot
        )
        (picking,) = record.sale_order_id.picking_ids
        picking.action_assign()
        self.assertFalse(self.ship(picking, **{"TRACKED-2": 1}))
        self.assertTrue(record.left_open)
        row = self.ship(picking.backorder_ids)
        self.assertEqual(row.payload["items"], [[record.line_ids.item_ref, 2]])
