"""A validated transfer writes what Amazon is to be told, and nothing else happens."""

from datetime import timedelta
from unittest.mock import patch

from odoo import modules
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from ..sync import shipment_outbox
from .shipment_case import TRACKING, ShipmentCase

MINUTE = timedelta(minutes=1)


@tagged("post_install", "-at_install")
class TestShipmentOutbox(ShipmentCase):
    def outbox(self, picking):
        return self.env["amazon.submission"].search([("picking_id", "=", picking.id)])

    def test_validation_writes_one_row_and_calls_nobody(self):
        """rows 8.1, 8.14: validating writes the message; the job is woken at once"""
        order, picking = self.sell()
        self.rest(self.account)
        calls = len(self.sandbox.calls)
        row = self.ship(picking)
        self.assertEqual(len(self.sandbox.calls), calls)
        self.assertEqual(len(row), 1)
        self.assertEqual(row.state, "queued")
        self.assertEqual(row.reference, f"{order.order_id}/1")
        self.assertEqual(row.payload["items"], [[self.item_ids(order)[0], 2]])
        self.assertEqual((row.tracking, row.carrier), (TRACKING, "UPS Ground"))
        self.assertTrue(self.scheduled(self.account.shipments_cron_id, MINUTE))

    def test_warehouse_worker_needs_no_amazon_rights(self):
        """row 1.7: who may validate transfers may ship Amazon orders, and correct them"""
        order, picking = self.sell()
        worker = new_test_user(
            self.env,
            "worker",
            groups="stock.group_stock_user,base.group_partner_manager",
        )
        picking.carrier_id = self.ups
        picking = picking.with_user(worker)
        with Form(picking) as form:
            form.carrier_tracking_ref = TRACKING
        picking.with_context(skip_backorder=True).button_validate()
        self.assertEqual(picking.amazon_submission_state, "queued")
        self.send(self.account)
        with Form(picking) as form:
            form.carrier_tracking_ref = "1Z999AA10000000009"
        self.send(self.account)
        self.assertEqual(order.packages[0]["trackingNumber"], "1Z999AA10000000009")

    def test_row_lives_and_dies_with_the_validation(self):
        """row 8.1: a validation that is undone leaves nothing in the outbox"""
        _order, picking = self.sell()
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.assertTrue(self.ship(picking))
            raise UserError("The printer is on fire.")
        self.assertNotEqual(picking.state, "done")
        self.assertFalse(self.outbox(picking))

    def test_unfinished_transfer_is_no_news(self):
        """row 8.1: entering tracking before validating tells Amazon nothing"""
        _order, picking = self.sell()
        picking.carrier_tracking_ref = TRACKING
        self.assertFalse(self.outbox(picking))

    def test_missing_tracking_waits(self):
        """row 8.2: without a tracking number the message waits and says for what"""
        order, picking, row = self.shipped(tracking=False)
        self.assertEqual((row.state, row.reason_code), ("waiting", "tracking"))
        self.assertIn("no tracking number", row.reason)
        self.send(self.account)
        self.assertFalse(self.confirmations(order))
        self.rest(self.account)
        with Form(picking) as form:
            form.carrier_tracking_ref = TRACKING
        self.assertEqual(row.state, "queued")
        self.assertTrue(self.scheduled(self.account.shipments_cron_id, MINUTE))
        self.send(self.account)
        self.assertEqual(order.packages[0]["trackingNumber"], TRACKING)

    def test_missing_carrier_waits(self):
        """row 8.1: without any carrier the message waits until one is chosen"""
        self.store.default_carrier_id = False
        order, picking, row = self.shipped(carrier=self.env["delivery.carrier"])
        self.assertEqual((row.state, row.reason_code), ("waiting", "carrier_code"))
        self.assertIn("needs a carrier", row.reason)
        picking.carrier_id = self.ups
        self.assertEqual(row.state, "queued")
        self.send(self.account)
        self.assertEqual(order.packages[0]["carrier"], "UPS Ground")

    def test_default_carrier_of_the_store_sends_what_waited(self):
        """row 8.1: a default carrier, chosen later, sends the messages that lacked one"""
        self.store.default_carrier_id = False
        order, _picking, row = self.shipped(carrier=self.env["delivery.carrier"])
        self.store.default_carrier_id = self.env["amazon.carrier"].search(
            [("name", "=", "USPS")]
        )
        self.assertEqual(row.state, "queued")
        self.send(self.account)
        self.assertEqual(order.packages[0]["carrier"], "USPS")

    def test_two_items_of_one_sku(self):
        """row 8.1: two order items of one SKU keep their own ids and quantities"""
        order, picking = self.sell(
            {"sku": "MUG-BLUE-350", "quantity": 1, "total": "10.00"},
            {"sku": "MUG-BLUE-350", "quantity": 2, "total": "18.00"},
        )
        row = self.ship(picking)
        first, second = self.item_ids(order)
        self.assertEqual(dict(row.payload["items"]), {first: 1, second: 2})

    def test_kit_ships_as_one(self):
        """row 8.1: a kit counts as the one unit Amazon sold, once it is complete"""
        kit = self._product("KETTLE-1.7")
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    (0, 0, {"product_id": self.mug.id, "product_qty": 4}),
                    (0, 0, {"product_id": self.bag.id, "product_qty": 1}),
                ],
            }
        )
        order, picking = self.sell({"sku": "KETTLE-1.7", "quantity": 1})
        self.assertEqual(picking.move_ids.product_id, self.mug | self.bag)
        self.assertFalse(self.ship(picking, **{"MUG-BLUE-350": 4}))
        rest = picking.backorder_ids
        row = self.ship(rest)
        self.assertEqual(row.payload["items"], [[self.item_ids(order)[0], 1]])
        self.assertEqual(row.package_reference, "1")

    def test_multipack_ships_when_complete(self):
        """row 8.1: of a 3-pack only whole packs are confirmed"""
        self.env["amazon.listing"].create(
            {
                "store_id": self.store.id,
                "sku": "MUG-3",
                "name": "Three mugs",
                "product_id": self.mug.id,
                "quantity_factor": 3,
            }
        )
        order, picking = self.sell({"sku": "MUG-3", "quantity": 2})
        item = self.item_ids(order)[0]
        self.assertEqual(picking.move_ids.product_uom_qty, 6)
        first = self.ship(picking, **{"MUG-BLUE-350": 4})
        self.assertEqual(first.payload["items"], [[item, 1]])
        picking = picking.backorder_ids
        self.assertFalse(self.ship(picking, **{"MUG-BLUE-350": 1}))
        last = self.ship(picking.backorder_ids)
        self.assertEqual(last.payload["items"], [[item, 1]])
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")

    def test_multi_step_delivery(self):
        """row 8.1: in a pick-and-ship warehouse only the last step is a shipment"""
        self.warehouse.delivery_steps = "pick_ship"
        order, pick = self.sell()
        self.assertEqual(pick.picking_type_code, "internal")
        self.assertFalse(self.ship(pick))
        out = self.inbox(order).sale_order_id.picking_ids - pick
        self.assertEqual(out.picking_type_code, "outgoing")
        row = self.ship(out)
        self.assertEqual(row.payload["items"], [[self.item_ids(order)[0], 2]])

    def test_fba_never(self):
        """row 8.13: what Amazon ships itself is never confirmed, whatever is done here"""
        order = self.sandbox.add_order(
            self.seller, fulfilled_by="AMAZON", status="SHIPPED"
        )
        self.take_in(self.account)
        sale = self.inbox(order).sale_order_id
        self.assertFalse(sale.picking_ids)
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.ref("stock.stock_location_customers"),
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.mug.id,
                            "product_uom_qty": 1,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.ref(
                                "stock.stock_location_customers"
                            ),
                            "sale_line_id": sale.order_line[:1].id,
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        self.assertEqual(picking.sale_id, sale)
        self.assertFalse(self.ship(picking))
        self.send(self.account)
        self.assertFalse(self.confirmations())

    def test_ship_plus_never(self):
        """row 8.1: what Amazon confirms itself (FBM Ship+) is invoiced, not confirmed"""
        order, picking = self.sell(programs=["FBM_SHIP_PLUS"])
        self.assertFalse(self.ship(picking))
        self.send(self.account)
        self.assertFalse(self.confirmations())
        self.process(self.account)
        self.assertTrue(self.inbox(order).sale_order_id.invoice_ids)

    def test_shipped_outside_never(self):
        """row 8.13: units that left outside Odoo are not confirmed again"""
        order, pickings = self.sell(
            {"sku": "MUG-BLUE-350", "quantity": 3, "shipped": 1},
            status="PARTIALLY_SHIPPED",
        )
        outside = pickings.filtered("amazon_shipped_outside")
        self.assertEqual(outside.state, "done")
        self.assertFalse(self.outbox(outside))
        row = self.ship(pickings - outside)
        self.assertEqual(row.payload["items"], [[self.item_ids(order)[0], 2]])

    def test_multipack_shipped_outside_in_part(self):
        """row 8.13: packs that left outside Odoo are in no later confirmation either"""
        self.env["amazon.listing"].create(
            {
                "store_id": self.store.id,
                "sku": "MUG-3",
                "name": "Three mugs",
                "product_id": self.mug.id,
                "quantity_factor": 3,
            }
        )
        order, pickings = self.sell(
            {"sku": "MUG-3", "quantity": 3, "shipped": 1}, status="PARTIALLY_SHIPPED"
        )
        item = self.item_ids(order)[0]
        picking = pickings.filtered(lambda p: p.state != "done")
        first = self.ship(picking, **{"MUG-BLUE-350": 3})
        second = self.ship(picking.backorder_ids)
        self.assertEqual(first.payload["items"], [[item, 1]])
        self.assertEqual(second.payload["items"], [[item, 1]])

    def test_canceled_order_has_nothing_to_ship(self):
        """rows 4.33, 8.1: the transfer of a canceled order is canceled, not confirmed"""
        order, picking = self.sell()
        self.sandbox.cancel(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(picking.state, "cancel")
        self.assertFalse(self.outbox(picking))

    def test_no_message_to_the_buyer(self):
        """row 8.1: Amazon forbids own mails and text messages to its buyers"""
        self.env.company.stock_move_email_validation = True
        order, picking = self.sell()
        other = picking.copy()
        other.action_confirm()
        self.assertTrue(picking.partner_id)
        mails = self.env["mail.mail"].search_count([])
        posted = picking.message_ids
        self.ship(picking)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertFalse(
            (picking.message_ids - posted).filtered(lambda m: m.partner_ids)
        )

    def test_other_customers_get_their_mail(self):
        """row 8.1: only Amazon's buyers are spared Odoo's shipping mail"""
        self.env.company.stock_move_email_validation = True
        picking = self.env["stock.picking"].create(
            {
                "partner_id": self.env["res.partner"]
                .create({"name": "Own customer", "email": "own@example.com"})
                .id,
                "picking_type_id": self.warehouse.out_type_id.id,
                "location_id": self.warehouse.lot_stock_id.id,
                "location_dest_id": self.ref("stock.stock_location_customers"),
                "move_ids": [
                    (
                        0,
                        0,
                        {
                            "product_id": self.mug.id,
                            "product_uom_qty": 1,
                            "location_id": self.warehouse.lot_stock_id.id,
                            "location_dest_id": self.ref(
                                "stock.stock_location_customers"
                            ),
                        },
                    )
                ],
            }
        )
        picking.action_confirm()
        mails = self.env["mail.mail"].search_count([])
        self.ship(picking)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails + 1)

    def test_no_text_message_to_the_buyer(self):
        """row 8.1: nor a text message, nor a question about one, where SMS is on"""
        company = self.env.company
        if "stock_sms_confirmation_template_id" not in company:
            self.skipTest("stock_sms is not installed")
        company.stock_move_email_validation = True
        company.has_received_warning_stock_sms = False
        company.stock_text_confirmation = True
        company.stock_confirmation_type = "sms"
        _order, picking = self.sell()
        self.assertTrue(picking.partner_id.phone)
        texts = self.env["sms.sms"].search_count([])
        picking = picking.with_context(skip_sms=False)
        with patch.object(modules.module, "current_test", None):
            self.ship(picking)
        self.assertEqual(self.env["sms.sms"].search_count([]), texts)

    def test_cost_does_not_grow_with_the_batch(self):
        """row 8.1: the outbox takes as many queries for 12 transfers as for 3"""
        sizes = (3, 12)
        costs = []
        for size in sizes:
            orders = self.sandbox.generate_orders(
                self.seller, size, items=(1, 2), skus=("MUG-BLUE-350", "BACKPACK-20L")
            )
            self.account.orders_cursor = False  # the orders are some days old
            self.take_in(self.account)
            records = self.env["amazon.order"].search(
                [("amazon_order_ref", "in", [o.order_id for o in orders])]
            )
            pickings = records.sale_order_id.picking_ids
            self.assertEqual(len(pickings), size)
            pickings.carrier_id = self.ups
            pickings.carrier_tracking_ref = TRACKING
            pickings.move_ids.picked = True
            costs.append(self.outbox_queries(pickings))
            self.assertEqual(len(pickings.amazon_submission_ids), size)
        self.assertLessEqual(costs[1], costs[0])

    def outbox_queries(self, pickings):
        """Queries of the outbox alone while a batch of transfers is validated."""
        queue = shipment_outbox.queue
        counts = []

        def counted(records):
            records.env.flush_all()
            before = self.env.cr.sql_log_count
            queue(records)
            records.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)

        with patch.object(shipment_outbox, "queue", counted):
            pickings.with_context(skip_backorder=True).button_validate()
        self.assertEqual(len(counts), 1)
        return counts[0]
