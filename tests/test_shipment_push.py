"""Outbox ► Amazon: what Amazon gets, what it refuses, and what is tried again."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from ..sandbox.shipments import ship as ship_at_amazon
from ..sync import shipment_push
from .processes import ProcessCase
from .shipment_case import TRACKING, ShipmentCase

OTHER_TRACKING = "1Z999AA10000000009"


@tagged("post_install", "-at_install")
class TestShipmentPush(ShipmentCase):
    def carrier(self, name):
        return self.env["amazon.carrier"].search([("name", "=", name)])

    def map_carrier(self, name, **values):
        self.env["amazon.carrier.mapping"].create(
            {
                "store_id": self.store.id,
                "delivery_carrier_id": self.ups.id,
                "carrier_id": self.carrier(name).id,
                **values,
            }
        )

    def test_amazon_gets_the_package(self):
        """rows 8.1, 8.14: ids, quantities, tracking and ship time as on the transfer"""
        self.map_carrier("UPS", shipping_method="Ground")
        order, picking = self.sell(
            {"sku": "MUG-BLUE-350", "quantity": 3}, {"sku": "BACKPACK-20L"}
        )
        row = self.ship(picking)
        self.send(self.account)
        self.assertEqual(row.state, "sent")
        self.assertTrue(row.sent_date)
        first, second = self.item_ids(order)
        self.assertEqual(self.quantities(order), {"1": {first: 3, second: 1}})
        (package,) = order.packages
        self.assertEqual(package["trackingNumber"], TRACKING)
        self.assertEqual(package["carrier"], "UPS")
        self.assertEqual(package["shippingService"], "Ground")
        self.assertEqual(package["shipTime"][:19], picking.date_done.isoformat())
        self.assertEqual(order.status, "SHIPPED")

    def test_unmapped_carrier_goes_as_other(self):
        """row 8.6: a delivery method without mapping is 'Other' with its own name"""
        order, _picking, _row = self.shipped()
        self.send(self.account)
        (call,) = self.confirmations(order)
        detail = call["request_body"]["packageDetail"]
        self.assertEqual(detail["carrierCode"], "Other")
        self.assertEqual(detail["carrierName"], "UPS Ground")
        self.assertEqual(order.packages[0]["carrier"], "UPS Ground")

    def test_mapped_carrier_goes_by_its_code(self):
        """row 8.6: a mapped delivery method is sent as Amazon's exact code"""
        self.map_carrier("USPS")
        order, _picking, _row = self.shipped()
        self.send(self.account)
        (call,) = self.confirmations(order)
        self.assertEqual(call["request_body"]["packageDetail"]["carrierCode"], "USPS")

    def test_store_default_without_delivery_method(self):
        """row 8.6: a transfer without delivery method has the store's default carrier"""
        order, _picking, _row = self.shipped(carrier=self.env["delivery.carrier"])
        self.send(self.account)
        self.assertEqual(order.packages[0]["carrier"], "UPS")

    def test_nothing_due_makes_no_call(self):
        """row 8.14: an idle job asks Amazon nothing"""
        calls = len(self.sandbox.calls)
        self.send(self.account)
        self.assertEqual(len(self.sandbox.calls), calls)

    def test_three_transfers_three_packages(self):
        """rows 8.1, 8.14: every partial transfer is a package of its own, sent once"""
        order, picking = self.sell({"sku": "MUG-BLUE-350", "quantity": 6})
        item = self.item_ids(order)[0]
        for number, units in (("1", 1), ("2", 2), ("3", 3)):
            row = self.ship(
                picking,
                tracking=f"1Z999AA1000000000{number}",
                **{"MUG-BLUE-350": units},
            )
            self.assertEqual(row.package_reference, number)
            self.send(self.account)
            picking = picking.backorder_ids
            status = "SHIPPED" if number == "3" else "PARTIALLY_SHIPPED"
            self.assertEqual(order.status, status)
        self.assertEqual(
            self.quantities(order), {"1": {item: 1}, "2": {item: 2}, "3": {item: 3}}
        )
        self.read_back()
        self.send(self.account)
        self.assertEqual(len(self.confirmations(order)), 3)
        states = self.inbox(order).submission_ids.mapped("state")
        self.assertEqual(states, ["confirmed"] * 3)

    def test_numbers_go_on_after_packages_made_elsewhere(self):
        """row 8.1: a package that Amazon has already is never overwritten"""
        order = self.sandbox.add_order(
            self.seller, items=[{"sku": "MUG-BLUE-350", "quantity": 3}]
        )
        item = self.item_ids(order)[0]
        self.ship_elsewhere(order, "1", OTHER_TRACKING, {item: 1})
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        picking = self.inbox(order).sale_order_id.picking_ids.filtered(
            lambda p: p.state != "done"
        )
        row = self.ship(picking)
        self.assertEqual(row.package_reference, "2")
        self.send(self.account)
        self.assertEqual(self.quantities(order), {"1": {item: 1}, "2": {item: 2}})

    def ship_elsewhere(self, order, reference, tracking, quantities):
        """The seller types a shipment into Seller Central."""
        package = {
            "packageReferenceId": reference,
            "carrierCode": "UPS",
            "trackingNumber": tracking,
            "shipDate": order.payload["createdTime"],
            "orderItems": [],
        }
        with self.sandbox.lock:
            ship_at_amazon(order, package, quantities, self.sandbox.clock.now())

    def test_corrected_tracking_edits_the_package(self):
        """row 8.2: a number corrected after the proof replaces the old one at Amazon"""
        order, picking, row = self.confirmed()
        with Form(picking) as form:
            form.carrier_tracking_ref = OTHER_TRACKING
        self.assertEqual(row.state, "queued")
        self.send(self.account)
        self.assertEqual(
            [p["trackingNumber"] for p in order.packages], [OTHER_TRACKING]
        )
        self.assertEqual(self.quantities(order), {"1": {self.item_ids(order)[0]: 2}})
        self.read_back()
        self.assertEqual(row.state, "confirmed")

    def test_correction_while_the_message_is_out(self):
        """row 8.2: a number corrected before the proof of the first one is sent too"""
        order, picking, row = self.shipped()
        self.send(self.account)
        self.assertEqual(row.state, "sent")
        picking.carrier_tracking_ref = OTHER_TRACKING
        self.send(self.account)
        self.read_back()
        self.assertEqual(row.state, "confirmed")
        self.assertEqual(
            [p["trackingNumber"] for p in order.packages], [OTHER_TRACKING]
        )

    def test_first_of_several_numbers(self):
        """row 8.2: of several tracking numbers on one transfer Amazon gets the first"""
        order, _picking, _row = self.shipped(tracking=f" {TRACKING} , {OTHER_TRACKING}")
        self.send(self.account)
        self.assertEqual(order.packages[0]["trackingNumber"], TRACKING)

    # -- refusals -----------------------------------------------------------------

    def refused(self, words, row, picking):
        """The row shows Amazon's words, and the transfer asks a person to act."""
        self.assertEqual((row.state, row.reason_code), ("refused", "refused"))
        self.assertIn(words, row.answer)
        self.assertIn(words, row.reason)
        self.assertTrue(row.request_ref)
        self.assertEqual(picking.amazon_submission_state, "refused")
        activity = self.warnings(picking)
        self.assertEqual(len(activity), 1)
        self.assertIn(words, activity.note)

    def correct(self, picking, **values):
        action = picking.action_amazon_correct()
        form = Form(self.env[action["res_model"]].with_context(action["context"]))
        for name, value in values.items():
            form[name] = value
        form.save().action_resend()

    def test_unknown_carrier_is_corrected(self):
        """row 8.6: a carrier Amazon doesn't know is refused; Correct and Resend mends it
        for later shipments as well"""
        unknown = self.env["amazon.carrier"].create({"name": "Snail Mail Express"})
        self.map_carrier(unknown.name)
        order, picking, row = self.shipped()
        self.send(self.account)
        self.refused("not a valid carrier code", row, picking)
        self.correct(picking, amazon_carrier_id=self.carrier("UPS"))
        self.assertEqual(row.state, "queued")
        self.assertFalse(self.warnings(picking))
        self.send(self.account)
        self.read_back(row)
        self.assertEqual(row.state, "confirmed")
        self.assertEqual(order.packages[0]["carrier"], "UPS")
        later, _picking, _row = self.shipped()
        self.send(self.account)
        self.assertEqual(later.packages[0]["carrier"], "UPS")

    def test_refused_tracking_is_corrected(self):
        """row 8.2: a number Amazon refuses is corrected and sent again"""
        words = "TrackingNumber: the check digit is wrong."
        self.sandbox.faults.add(
            "confirmShipment",
            status=400,
            body={"errors": [{"code": "InvalidInput", "message": words}]},
        )
        order, picking, row = self.shipped()
        self.send(self.account)
        self.refused("check digit", row, picking)
        self.correct(picking, tracking=OTHER_TRACKING)
        self.send(self.account)
        self.read_back(row)
        self.assertEqual(row.state, "confirmed")
        self.assertFalse(self.warnings(picking))
        self.assertEqual(picking.carrier_tracking_ref, OTHER_TRACKING)
        self.assertEqual(order.packages[0]["trackingNumber"], OTHER_TRACKING)

    def test_resend_unchanged(self):
        """row 8.1: what was mended at Amazon is sent again as it is"""
        fault = self.sandbox.faults.add(
            "confirmShipment", status=400, body={"errors": [{"code": "InvalidInput"}]}
        )
        order, picking, row = self.shipped()
        self.send(self.account)
        self.assertEqual((fault.fired, row.state), (1, "refused"))
        row.action_resend()
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")
        self.assertFalse(self.warnings(picking))

    def test_typing_on_the_transfer_mends_too(self):
        """row 8.2: a corrected number on a refused transfer is sent without any button"""
        self.sandbox.faults.add(
            "confirmShipment", status=400, body={"errors": [{"code": "InvalidInput"}]}
        )
        order, picking, row = self.shipped()
        self.send(self.account)
        self.assertEqual(row.state, "refused")
        picking.carrier_tracking_ref = OTHER_TRACKING
        self.assertFalse(self.warnings(picking))
        self.send(self.account)
        self.assertEqual(order.packages[0]["trackingNumber"], OTHER_TRACKING)

    def test_one_refusal_stops_nobody(self):
        """row 8.14: the message after a refused one is sent in the same run"""
        canceled, picking, first = self.shipped()
        self.sandbox.cancel(canceled.order_id)
        _order, _picking, second = self.shipped()
        self.send(self.account)
        self.refused("CANCELLED", first, picking)
        self.assertEqual(second.state, "sent")

    def test_what_waits_cannot_be_resent(self):
        """row 8.2: Resend on a message without tracking says what is missing"""
        _order, _picking, row = self.shipped(tracking=False)
        with self.assertRaisesRegex(UserError, "tracking number"):
            row.action_resend()

    # -- trouble on the way ---------------------------------------------------------

    def test_rate_limit_waits(self):
        """row 8.14: a 429 loses nothing: all goes on later, and every package once"""
        shipments = [self.shipped() for _number in range(3)]
        rows = self.env["amazon.submission"].union(*(s[2] for s in shipments))
        self.sandbox.faults.add("confirmShipment", status=429, after=1, times=20)
        self.send(self.account)
        self.assertEqual(sorted(rows.mapped("state")), ["queued", "queued", "sent"])
        self.assertFalse(rows.filtered("answer"))
        self.sandbox.faults.clear()
        self.send(self.account)
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        for order, _picking, _row in shipments:
            self.assertEqual(list(self.quantities(order)), ["1"])

    def test_server_error_backs_off(self):
        """row 8.14: 5xx is nobody's decision: later and later, never refused"""
        order, picking, row = self.shipped()
        self.sandbox.faults.add("confirmShipment", status=503, times=1000)
        waits = []
        for _number in range(3):
            start = fields.Datetime.now()
            self.send(self.account)
            self.assertEqual(row.state, "queued")
            self.assertGreater(row.next_try, start)
            waits.append(row.next_try - start)
            self.assertTrue(
                self.scheduled(
                    self.account.shipments_cron_id, waits[-1] + timedelta(minutes=1)
                )
            )
            calls = len(self.confirmations(order))
            self.send(self.account)  # not due yet
            self.assertEqual(len(self.confirmations(order)), calls)
            self.later(row)
        self.assertEqual(waits, sorted(waits))
        self.assertGreater(waits[2], waits[0] * 2)
        self.assertFalse(self.warnings(picking))
        self.sandbox.faults.clear()
        self.send(self.account)
        self.assertEqual(row.state, "sent")

    def test_answer_lost_after_the_work(self):
        """row 8.1: when Amazon did it and the answer was lost, repeating does no harm"""
        order, _picking, row = self.shipped()
        self.sandbox.faults.add("confirmShipment", kind="timeout_after", times=3)
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")
        self.read_back(row)
        self.read_back(row)
        self.assertEqual(row.state, "confirmed")
        self.assertGreater(len(self.confirmations(order)), 1)
        self.assertEqual(self.quantities(order), {"1": {self.item_ids(order)[0]: 2}})

    def test_crash_after_the_call(self):
        """row 8.1: a worker that dies before it can note the success repeats the same
        package"""
        order, _picking, row = self.shipped()
        with self.crash_after_confirm():
            self.send_and_die()
        self.assertEqual(order.status, "SHIPPED")
        self.assertEqual(row.state, "queued")
        self.later(row)
        self.send(self.account)
        self.assertEqual(row.state, "sent")
        self.assertEqual(len(self.confirmations(order)), 2)
        self.assertEqual(self.quantities(order), {"1": {self.item_ids(order)[0]: 2}})

    def crash_after_confirm(self):
        confirm = shipment_push.confirm_shipment

        def confirm_and_die(*args, **kwargs):
            confirm(*args, **kwargs)
            raise MemoryError("the worker dies here")

        return patch.object(shipment_push, "confirm_shipment", confirm_and_die)

    def send_and_die(self):
        with self.enter_registry_test_mode(), self.assertLogs("odoo", "ERROR"):
            try:
                self.account.shipments_cron_id.method_direct_trigger()
            except Exception:
                return

    def test_revoked_token_keeps_the_rows(self):
        """rows 1.11, 8.1: a revoked token stops the account; reconnected, all is sent"""
        order, _picking, row = self.shipped()
        self.seller.revoked = True
        self.send(self.account)
        self.assertEqual(self.account.state, "attention")
        self.assertIn("refresh token", self.account.health_message)
        self.assertTrue(self.warnings(self.account))
        self.assertEqual(row.state, "queued")
        calls = len(self.sandbox.calls)
        self.send(self.account)
        self.assertEqual(len(self.sandbox.calls), calls)
        self.seller.revoked = False
        with self.enter_registry_test_mode():
            self.account.action_test()
        self.assertEqual(self.account.state, "connected")
        self.send(self.account)
        self.assertEqual(row.state, "sent")
        self.assertEqual(order.status, "SHIPPED")

    def test_switched_off_makes_no_call(self):
        """row 1.9: shipments out switched off: no call at all, the messages wait"""
        order, _picking, row = self.shipped()
        self.account.sync_shipments = False
        calls = len(self.sandbox.calls)
        self.send(self.account)
        self.assertEqual(len(self.sandbox.calls), calls)
        self.assertEqual(row.state, "queued")
        self.account.sync_shipments = True
        self.send(self.account)
        self.assertEqual(order.status, "SHIPPED")


@tagged("post_install", "-at_install")
class TestRevokedWhileRunning(ProcessCase):
    def test_the_running_job_stops_the_account(self):
        """rows 1.2, 1.11: the job that meets the revoked token can mark its account"""
        self.seller.revoked = True
        self.cron("orders")
        state, active = self.sql(
            """
            SELECT a.state, c.active FROM amazon_account a
            JOIN ir_cron c ON c.id = a.shipments_cron_id WHERE a.id = %s
            """,
            self.account,
        )[0]
        self.assertEqual((state, active), ("attention", False))
