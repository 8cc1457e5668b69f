"""Service lines have no transfer: the warehouse is told, and Amazon gets them confirmed."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ..sync import order_reload
from .test_unlinked_items import UnlinkedCase

USER = "amazon_connector.group_amazon_user"
TASK = "amazon_connector.activity_ship_by_hand"


@tagged("post_install", "-at_install")
class TestShippedByHand(UnlinkedCase):
    def messages_of(self, record):
        return " ".join(str(body) for body in record.message_ids.mapped("body"))

    def told(self, record):
        """{SKU: units} of all confirmations."""
        skus = {line.item_ref: line.sku for line in record.line_ids}
        told = {}
        for row in record.submission_ids:
            for item_ref, units in row.payload["items"]:
                told[skus[item_ref]] = told.get(skus[item_ref], 0) + units
        return told

    def test_warehouse_is_told(self):
        """row 4.28: the warehouse sees what no transfer line shows, and Amazon gets the
        whole order confirmed with the goods"""
        record = self.unknown(
            "MUG-BLUE-350", {"sku": "LONG-GONE", "quantity": 2, "tax_rate": 0}
        )
        picking = record.sale_order_id.picking_ids
        self.assertEqual(picking.move_ids.product_id, self.mug)
        for document in (picking, record.sale_order_id):
            self.assertIn("2 × SKU LONG-GONE", self.messages_of(document))
            self.assertIn("ship it by hand", self.messages_of(document))
        self.assertFalse(record.can_ship_by_hand)
        self.assertFalse(record.activity_search([TASK]))
        self.ship(picking)
        self.assertEqual(self.told(record), {"MUG-BLUE-350": 1, "LONG-GONE": 2})
        self.assertEqual(self.service_line(record).qty_delivered, 2)
        self.send(self.account)
        self.assertEqual(record.submission_ids.state, "confirmed")
        sent = self.sandbox.order(record.amazon_order_ref)
        self.assertEqual(sent.status, "SHIPPED")
        self.process(self.account)
        self.assertMoney(
            record.sale_order_id.invoice_ids.amount_total,
            f"{record.sale_order_id.amount_total:.2f}",
        )

    def test_last_goods_take_it_along(self):
        """row 4.28: of two parcels the last one confirms it, and no unit twice"""
        record = self.unknown("MUG-BLUE-350", "BACKPACK-20L", "LONG-GONE")
        picking = record.sale_order_id.picking_ids
        self.ship(picking, **{"MUG-BLUE-350": 1})
        rest = record.sale_order_id.picking_ids - picking
        self.assertEqual(self.told(record), {"MUG-BLUE-350": 1})
        self.assertFalse(self.service_line(record).qty_delivered)
        self.ship(rest, tracking="1Z999AA10123456799")
        self.assertEqual(
            self.told(record), {"MUG-BLUE-350": 1, "BACKPACK-20L": 1, "LONG-GONE": 1}
        )

    def test_only_service_lines(self):
        """row 4.28: without a transfer a person is told to ship and press a button"""
        record = self.unknown({"sku": "LONG-GONE", "quantity": 2, "tax_rate": 0})
        task = record.activity_search([TASK])
        self.assertIn("2 × SKU LONG-GONE", task.note)
        user = new_test_user(self.env, "shipper", groups=USER)
        own = record.with_user(user)
        self.assertTrue(own.can_ship_by_hand)
        action = own.action_ship_by_hand()
        wizard = self.env[action["res_model"]].with_user(user)
        wizard = wizard.with_context(**action["context"]).create(
            {"tracking": " 1Z999AA10123456784 "}
        )
        self.assertIn("2 × [LONG-GONE]", wizard.items)
        self.assertEqual(wizard.carrier_id, self.store.default_carrier_id)
        wizard.action_confirm()
        self.assertFalse(record.activity_search([TASK]))
        self.assertEqual(self.told(record), {"LONG-GONE": 2})
        self.send(self.account)
        self.assertEqual(record.submission_ids.state, "confirmed")
        self.assertEqual(self.sandbox.order(record.amazon_order_ref).status, "SHIPPED")
        self.assertFalse(own.can_ship_by_hand)
        with self.assertRaisesRegex(UserError, "Nothing of this order"):
            own.action_ship_by_hand()
        self.process(self.account)
        self.assertTrue(record.sale_order_id.invoice_ids)

    def test_orders_of_others(self):
        """row 1.4: nobody ships, or sees, the orders of a company that is not his"""
        record = self.unknown("LONG-GONE")
        other = self.env["res.company"].create({"name": "Another"})
        user = new_test_user(
            self.env,
            "stranger",
            groups=USER,
            company_id=other.id,
            company_ids=[other.id],
        )
        wizard = self.env["amazon.ship.by.hand"].with_user(user)
        wizard = wizard.create(
            {
                "order_id": record.id,
                "carrier_id": self.store.default_carrier_id.id,
                "tracking": "1Z999AA10123456784",
            }
        )
        with self.assertRaises(AccessError):
            self.assertFalse(wizard.items)
        with self.assertRaises(AccessError):
            wizard.action_confirm()
        self.assertFalse(record.submission_ids)

    def test_refused_by_hand(self):
        """row 4.28: what Amazon refuses is corrected by the same button"""
        record = self.unknown("LONG-GONE")
        wizard = self.env["amazon.ship.by.hand"]
        wizard = wizard.with_context(default_order_id=record.id)
        self.sandbox.faults.add(
            "confirmShipment",
            status=400,
            body={"errors": [{"code": "InvalidInput", "message": "No such carrier"}]},
        )
        wizard.create({"tracking": "WRONG"}).action_confirm()
        self.send(self.account)
        row = record.submission_ids
        self.assertEqual(row.state, "refused")
        self.assertTrue(record.activity_search([TASK]))
        self.assertTrue(record.can_ship_by_hand)
        action = row.action_correct()
        self.assertEqual(action["res_model"], "amazon.ship.by.hand")
        again = wizard.create({"tracking": "1Z999AA10123456784"})
        self.assertIn("LONG-GONE", again.items)
        again.action_confirm()
        self.send(self.account)
        self.assertEqual(row.state, "confirmed", row.reason)
        self.assertEqual(record.submission_ids, row)

    def test_shipped_outside(self):
        """row 4.28: units Amazon has as shipped are nobody's task"""
        self.store.capture_option = "paid"
        record = self.unknown("LONG-GONE", "MUG-BLUE-350", status="SHIPPED")
        self.assertEqual(record.sale_order_id.picking_ids.state, "done")
        self.assertEqual(self.service_line(record).qty_delivered, 1)
        alone = self.sell("LONG-GONE", status="SHIPPED")
        self.assertEqual(self.service_line(alone).qty_delivered, 1)
        for one in (record, alone):
            self.assertFalse(one.can_ship_by_hand)
            self.assertFalse(one.activity_search([TASK]))
            self.assertFalse(one.submission_ids)

    def test_confirmed_by_amazon(self):
        """rows 4.28, 8.1: FBM Ship+ is delivered and invoiced, and not confirmed"""
        record = self.unknown("LONG-GONE", programs=["FBM_SHIP_PLUS"])
        self.assertTrue(record.can_ship_by_hand)
        wizard = self.env["amazon.ship.by.hand"]
        wizard = wizard.with_context(default_order_id=record.id)
        wizard.create({"tracking": "1Z999AA10123456784"}).action_confirm()
        self.assertFalse(record.submission_ids)
        self.assertFalse(record.activity_search([TASK]))
        self.assertEqual(self.service_line(record).qty_delivered, 1)
        self.process(self.account)
        self.assertTrue(record.sale_order_id.invoice_ids)

    def test_all_shipped_outside(self):
        """rows 4.28, 8.9: where everything leaves outside Odoo, service lines do too"""
        self.store.auto_ship = "outside"
        alone = self.unknown("LONG-GONE")
        mixed = self.sell("LONG-GONE", "MUG-BLUE-350")
        for record in (alone, mixed):
            self.assertEqual(self.service_line(record).qty_delivered, 1)
            self.assertFalse(record.can_ship_by_hand)
            self.assertFalse(record.activity_search([TASK]))
            self.assertFalse(record.submission_ids)
            (invoice,) = record.sale_order_id.invoice_ids
            self.assertMoney(
                invoice.amount_total, f"{record.sale_order_id.amount_total:.2f}"
            )

    def test_fba(self):
        """row 4.28: what Amazon has shipped is delivered, the service line as well"""
        record = self.unknown("LONG-GONE", status="SHIPPED", fulfilled_by="AMAZON")
        line = self.service_line(record)
        self.assertEqual(line.qty_delivered, 1)
        self.assertFalse(record.can_ship_by_hand)
        self.assertFalse(record.sale_order_id.picking_ids)
        self.process(self.account)
        self.assertEqual(record.sale_order_id.invoice_status, "invoiced")

    def test_canceled_after_it_left(self):
        """row 4.28: what left by hand is no longer canceled or reloaded in silence"""
        record = self.unknown("LONG-GONE")
        wizard = self.env["amazon.ship.by.hand"]
        wizard = wizard.with_context(default_order_id=record.id)
        self.assertFalse(order_reload.obstacle(record))
        wizard.create({"tracking": "1Z999AA10123456784"}).action_confirm()
        self.assertIn("have left", order_reload.obstacle(record))
        self.sandbox.cancel(record.amazon_order_ref)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertIn("after it was shipped", record.attention)
        self.assertEqual(record.sale_order_id.state, "sale")
