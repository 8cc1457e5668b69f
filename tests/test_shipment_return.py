"""Goods that come back, and leave again: what of it is news to Amazon."""

from odoo.tests import tagged

from .shipment_case import ShipmentCase

OTHER = "1Z999AA10000000009"


@tagged("post_install", "-at_install")
class TestShipmentReturn(ShipmentCase):
    def give_back(self, picking, units=2):
        wizard = self.env["stock.return.picking"].create({"picking_id": picking.id})
        for line in wizard.product_return_moves:
            line.quantity = units
        action = wizard.action_create_returns()
        back = picking.browse(action["res_id"])
        back.move_ids.picked = True
        back.button_validate()
        self.assertEqual(back.state, "done")
        return back

    def test_return_sends_nothing(self):
        """row 8.1: goods that come back are no shipment"""
        order, picking, _row = self.confirmed()
        back = self.give_back(picking)
        self.assertFalse(back.amazon_submission_ids)
        self.send(self.account)
        self.assertEqual(len(self.confirmations(order)), 1)

    def test_shipping_again_sends_nothing(self):
        """row 8.1: Amazon has every unit as shipped; a second parcel is no news to it"""
        order, picking, _row = self.confirmed()
        self.give_back(picking)
        sale = self.inbox(order).sale_order_id
        again = self.replacement(picking)
        self.assertEqual(again.sale_id, sale)
        self.assertFalse(self.ship(again, tracking=OTHER))
        self.send(self.account)
        self.assertEqual(len(self.confirmations(order)), 1)

    def replacement(self, picking):
        """The same goods once more."""
        again = picking.copy({"move_ids": []})
        for move in picking.move_ids:
            move.copy({"picking_id": again.id, "sale_line_id": move.sale_line_id.id})
        again.action_confirm()
        return again

    def part(self, units):
        """Of three mugs some have left: (item id, their transfer, the rest's)."""
        order, picking = self.sell({"sku": "MUG-BLUE-350", "quantity": 3})
        row = self.ship(picking, **{"MUG-BLUE-350": units})
        (item,) = self.item_ids(order)
        self.assertEqual(row.payload["items"], [[item, units]])
        return item, picking, picking.backorder_ids

    def test_sent_again_before_the_rest(self):
        """row 8.1: a unit sent again is not taken for one that is still to be sent"""
        item, picking, rest = self.part(1)
        self.give_back(picking, 1)
        self.assertFalse(self.ship(self.replacement(picking), tracking=OTHER))
        self.assertEqual(self.ship(rest).payload["items"], [[item, 2]])

    def test_rest_after_a_return(self):
        """row 8.1: what came back for good does not keep the rest from being told"""
        item, picking, rest = self.part(2)
        self.give_back(picking, 1)
        self.assertEqual(self.ship(rest).payload["items"], [[item, 1]])

    def test_rest_in_steps_after_a_return(self):
        """row 8.1: the same where the rest is still to be picked"""
        self.warehouse.delivery_steps = "pick_ship"
        order, pick = self.sell({"sku": "MUG-BLUE-350", "quantity": 3})
        self.assertFalse(self.ship(pick, **{"MUG-BLUE-350": 1}))
        sale = self.inbox(order).sale_order_id
        out = sale.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
        (item,) = self.item_ids(order)
        self.assertEqual(self.ship(out).payload["items"], [[item, 1]])
        self.give_back(out, 1)
        self.env["stock.quant"]._update_available_quantity(self.mug, out.location_id, 1)
        self.assertFalse(self.ship(self.replacement(out), tracking=OTHER))
        known = sale.picking_ids
        self.ship(pick.backorder_ids)
        self.assertEqual(
            self.ship(sale.picking_ids - known).payload["items"], [[item, 2]]
        )
