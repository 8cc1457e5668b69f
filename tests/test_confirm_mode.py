"""When Amazon is told that an order has left: by itself, at once, or by button."""

from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged

from . import openapi
from .shipment_case import TRACKING, ShipmentCase


@tagged("post_install", "-at_install")
class TestConfirmMode(ShipmentCase):
    def where(self, row):
        return row.state, row.reason_code

    def detail(self, order, number=-1):
        call = self.confirmations(order)[number]
        self.assertEqual(call["status"], 204)
        return call["request_body"]["packageDetail"]

    # -- automatic ---------------------------------------------------------------------

    def test_with_tracking_is_the_default(self):
        """row 8.11: a new store confirms once tracking and carrier are there"""
        self.assertEqual(self.store.confirm_mode, "tracking")
        order, _picking, row = self.shipped(tracking=False)
        self.assertEqual(self.where(row), ("waiting", "tracking"))
        self.send(self.account)
        self.assertFalse(self.confirmations(order))

    def test_without_tracking(self):
        """row 8.11: every dispatched order is confirmed, irrespective of tracking; Amazon
        is told no made-up number, and its proof is found"""
        self.store.confirm_mode = "any"
        order, _picking, row = self.shipped(tracking=False)
        self.assertEqual(row.state, "queued")
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")
        self.assertEqual(self.detail(order)["trackingNumber"], "")
        self.assertNotIn("trackingNumber", order.packages[0])
        self.read_back()
        self.assertEqual(row.state, "confirmed", row.reason)

    def test_what_is_sent_fits_amazons_model(self):
        """row 8.11: a confirmation without a number is as Amazon's model demands"""
        if openapi.missing():
            self.skipTest(openapi.missing())
        self.store.confirm_mode = "any"
        order, _picking, _row = self.shipped(tracking=False)
        self.send(self.account)
        self.read_back()
        for call in self.sandbox.calls[-3:]:
            openapi.validate_call(call)
        self.assertEqual(len(self.confirmations(order)), 1)

    def test_tracking_that_comes_later_is_an_edit(self):
        """row 8.11: the number that comes after the confirmation edits the package"""
        self.store.confirm_mode = "any"
        order, picking, row = self.confirmed(tracking=False)
        picking.carrier_tracking_ref = TRACKING
        self.assertEqual(row.state, "queued")
        self.send(self.account)
        (package,) = order.packages
        self.assertEqual(package["trackingNumber"], TRACKING)
        self.assertEqual(package["packageReferenceId"], row.package_reference)
        self.read_back()
        self.assertEqual(row.state, "confirmed", row.reason)

    def test_two_parcels_without_tracking(self):
        """row 8.11: each of two parcels without a number is proven by its own package"""
        self.store.confirm_mode = "any"
        order, picking = self.sell({"sku": "MUG-BLUE-350", "quantity": 4})
        first = self.ship(picking, tracking=False, **{"MUG-BLUE-350": 1})
        self.send(self.account)
        second = self.ship(picking.backorder_ids, tracking=False)
        self.sandbox.faults.add("confirmShipment", kind="silent_confirm")
        self.send(self.account)
        self.read_back()
        self.assertEqual(len(order.packages), 1)
        self.assertEqual((first.state, second.state), ("confirmed", "sent"))

    def test_amazon_may_refuse(self):
        """row 8.11: where Amazon wants a number, its words are shown and the number that
        comes is sent"""
        self.store.confirm_mode = "any"
        order, picking, row = self.shipped(tracking=False)
        self.sandbox.faults.add("confirmShipment", status=400)
        self.send(self.account)
        self.assertEqual(row.state, "refused")
        self.assertTrue(self.warnings(picking))
        picking.carrier_tracking_ref = TRACKING
        self.assertFalse(self.warnings(picking))
        self.send(self.account)
        self.assertEqual(order.packages[0]["trackingNumber"], TRACKING)

    def test_at_once_needs_a_carrier(self):
        """row 8.11: Amazon demands a carrier in any case, so 'at once' without a default
        Amazon carrier is refused when saved, from either side"""
        self.store.default_carrier_id = False
        with self.assertRaisesRegex(ValidationError, "default Amazon carrier"):
            self.store.confirm_mode = "any"
        self.store.confirm_mode = "tracking"
        self.store.default_carrier_id = self.env["amazon.carrier"].search(
            [("name", "=", "UPS")]
        )
        self.store.confirm_mode = "any"
        with self.assertRaisesRegex(ValidationError, "default Amazon carrier"):
            self.store.default_carrier_id = False

    # -- by button ---------------------------------------------------------------------

    def test_by_button_only(self):
        """row 8.12: nothing goes out by itself, and the row says what it waits for; the
        button sends it without waiting for Amazon"""
        self.store.confirm_mode = "manual"
        order, picking, row = self.shipped()
        self.assertEqual(self.where(row), ("waiting", "manual"))
        self.assertIn("press Update Dispatched Orders", row.reason)
        self.assertEqual(picking.amazon_answer, row.reason)
        self.send(self.account)
        self.assertFalse(self.confirmations(order))
        self.assertEqual((self.store.unsent_count, self.account.unsent_count), (1, 1))
        calls = len(self.sandbox.calls)
        message = self.account.action_update_dispatched()["params"]["message"]
        self.assertEqual(len(self.sandbox.calls), calls)
        self.assertIn("1 dispatched order", message)
        self.assertEqual(row.state, "queued")
        self.send(self.account)
        self.assertEqual(self.detail(order)["trackingNumber"], TRACKING)
        self.read_back()
        self.assertEqual(row.state, "confirmed")

    def test_correction_waits_for_the_button_too(self):
        """row 8.12: by button only means corrected numbers as well, except where a person
        presses Correct and Resend"""
        self.store.confirm_mode = "manual"
        order, picking, row = self.shipped()
        self.store.action_update_dispatched()
        self.send(self.account)
        picking.carrier_tracking_ref = "1Z999AA10000000009"
        self.assertEqual(self.where(row), ("waiting", "manual"))
        action = row.action_correct()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"tracking": TRACKING}).action_resend()
        self.assertEqual(row.state, "queued")
        self.send(self.account)
        self.assertEqual(self.detail(order)["trackingNumber"], TRACKING)

    def test_button_sends_without_tracking(self):
        """row 8.12: the button sends all that is not yet sent, also what waits for a
        number; that comes after by itself"""
        order, picking, row = self.shipped(tracking=False)
        picking2 = self.sell()[1]
        self.store.default_carrier_id = False
        carrierless = self.ship(picking2, carrier=self.env["delivery.carrier"])
        answer = self.store.action_update_dispatched()["params"]
        self.assertEqual(answer["type"], "warning")
        self.assertIn("1 dispatched order", answer["message"])
        self.assertIn("lack a carrier", answer["message"])
        self.assertEqual(row.state, "queued")
        self.assertTrue(row.without_tracking)
        self.assertEqual(self.where(carrierless), ("waiting", "carrier_code"))
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")
        # another carrier is sent as well, although there is no number still
        picking.carrier_id = self.env["delivery.carrier"].create(
            {"name": "Bike", "product_id": self.ups.product_id.id}
        )
        self.assertEqual(row.state, "queued")
        picking.carrier_tracking_ref = TRACKING
        self.send(self.account)
        (package,) = order.packages
        self.assertEqual(package["trackingNumber"], TRACKING)
        self.assertEqual(package["carrier"], "Bike")
        self.assertFalse(row.without_tracking)

    def test_button_twice(self):
        """row 8.12: pressed again it sends nothing twice, and says so"""
        order, _picking, row = self.shipped(tracking=False)
        self.store.action_update_dispatched()
        self.send(self.account)
        self.read_back()
        self.assertEqual(row.state, "confirmed")
        message = self.store.action_update_dispatched()["params"]["message"]
        self.assertIn("told of every dispatched order", message)
        self.send(self.account)
        self.assertEqual(len(self.confirmations(order)), 1)

    def test_button_leaves_what_amazon_knows(self):
        """row 8.12: FBM Ship+ and units shipped outside Odoo are never sent"""
        self.store.confirm_mode = "manual"
        _order, plus = self.sell(programs=["FBM_SHIP_PLUS"])
        self.ship(plus)
        _order, picking, row = self.shipped()
        picking.amazon_shipped_outside = True
        self.account.action_update_dispatched()
        self.assertEqual(self.where(row), ("waiting", "manual"))
        self.send(self.account)
        self.assertFalse(self.confirmations())

    def test_button_is_for_operators(self):
        """row 8.12: who operates Amazon may press it, without rights in the warehouse"""
        self.store.confirm_mode = "manual"
        _order, _picking, row = self.shipped()
        user = new_test_user(
            self.env, "operator", groups="amazon_connector.group_amazon_user"
        )
        self.account.with_user(user).action_update_dispatched()
        self.assertEqual(row.state, "queued")

    def test_button_off_means_off(self):
        """row 8.12: with shipments switched off the button says so and queues nothing"""
        _order, _picking, row = self.shipped(tracking=False)
        self.account.sync_shipments = False
        with self.assertRaisesRegex(UserError, "sends no shipments now"):
            self.store.action_update_dispatched()
        self.assertEqual(row.state, "waiting")

    # -- a change of mind --------------------------------------------------------------

    def test_change_of_mode(self):
        """rows 8.11, 8.12: changing the mode looks at all that waits again, and what is
        not sent yet waits when nothing may go by itself"""
        _order, _picking, with_number = self.shipped()
        _order, _picking, without = self.shipped(tracking=False)
        rows = with_number | without
        for mode, expected in (
            ("manual", [("waiting", "manual"), ("waiting", "manual")]),
            ("tracking", [("queued", False), ("waiting", "tracking")]),
            ("any", [("queued", False), ("queued", False)]),
            ("tracking", [("queued", False), ("waiting", "tracking")]),
        ):
            self.store.confirm_mode = mode
            self.assertEqual([self.where(row) for row in rows], expected, mode)
        self.send(self.account)
        self.assertEqual(with_number.state, "sent")
        self.store.confirm_mode = "manual"
        self.assertEqual(with_number.state, "sent")

    def test_button_costs_the_same_for_many(self):
        """row 8.12: a backlog of 8 costs no more queries than one of 2"""
        self.store.confirm_mode = "manual"
        costs = []
        for size in (2, 8):
            orders = self.sandbox.generate_orders(
                self.seller, size, items=(1, 1), skus=("MUG-BLUE-350",)
            )
            self.account.orders_cursor = False  # the orders are some days old
            self.take_in(self.account)
            records = self.env["amazon.order"].search(
                [("amazon_order_ref", "in", [o.order_id for o in orders])]
            )
            pickings = records.sale_order_id.picking_ids
            pickings.carrier_tracking_ref = TRACKING
            pickings.move_ids.picked = True
            pickings.with_context(skip_backorder=True).button_validate()
            costs.append(self.button_queries(size))
        self.assertLessEqual(costs[1], costs[0])

    def button_queries(self, size):
        self.assertEqual(self.store.unsent_count, size)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.store.action_update_dispatched()
        self.env.flush_all()
        return self.cr.sql_log_count - before
