"""A 2xx is no proof: the package on Amazon's order is."""

from odoo.tests import tagged

from ..sandbox.shipments import ship as ship_at_amazon
from .shipment_case import TRACKING, ShipmentCase

OTHER_TRACKING = "1Z999AA10000000009"


@tagged("post_install", "-at_install")
class TestShipmentProof(ShipmentCase):
    def reads(self):
        return len(self.sandbox.calls_of("getOrder"))

    def ship_elsewhere(self, order, tracking):
        """The seller types the whole shipment into Seller Central."""
        package = {
            "packageReferenceId": "7",
            "carrierCode": "UPS",
            "trackingNumber": tracking,
            "shipDate": order.payload["createdTime"],
            "orderItems": [],
        }
        quantities = {i["orderItemId"]: i["quantityOrdered"] for i in order.items}
        with self.sandbox.lock:
            ship_at_amazon(order, package, quantities, self.sandbox.clock.now())

    def test_read_back_confirms(self):
        """row 8.1: sent is sent; confirmed is what Amazon shows"""
        order, picking, row = self.shipped()
        self.send(self.account)
        self.assertEqual(row.state, "sent")
        self.assertTrue(
            self.scheduled(
                self.account.shipments_cron_id, self.account._readback_delay()
            )
        )
        reads = self.reads()
        self.send(self.account)  # too early to ask
        self.assertEqual((row.state, self.reads()), ("sent", reads))
        self.read_back()
        self.assertEqual((row.state, self.reads()), ("confirmed", reads + 1))
        self.assertTrue(row.confirmed_date)
        self.assertEqual(picking.amazon_submission_state, "confirmed")
        self.assertEqual(self.inbox(order).fulfillment_status, "SHIPPED")
        self.read_back(row)
        self.assertEqual(self.reads(), reads + 1)

    def test_pull_proves_for_free(self):
        """row 8.14: the pull that passes proves the shipment, without a call for it"""
        _order, _picking, row = self.shipped()
        self.send(self.account)
        self.sandbox.clock.advance(180)
        reads = self.reads()
        self.pull(self.account)
        self.assertEqual((row.state, self.reads()), ("confirmed", reads))

    def test_many_are_proven_by_pages(self):
        """row 8.14: 25 shipments are proven by one page, not by 25 calls"""
        self.sandbox.generate_orders(
            self.seller, 25, items=(1, 1), skus=("BACKPACK-20L",)
        )
        self.take_in(self.account)
        records = self.env["amazon.order"].search(
            [("account_id", "=", self.account.id)]
        )
        pickings = records.sale_order_id.picking_ids
        pickings.carrier_tracking_ref = TRACKING
        pickings.move_ids.picked = True
        pickings.with_context(skip_backorder=True).button_validate()
        rows = pickings.amazon_submission_ids
        self.assertEqual(len(rows), 25)
        self.send(self.account)
        self.assertEqual(set(rows.mapped("state")), {"sent"})
        reads, pages = self.reads(), len(self.sandbox.calls_of("searchOrders"))
        self.rest(self.account)
        self.read_back(rows)
        self.assertEqual(self.reads(), reads)
        self.assertTrue(
            self.scheduled(self.account.orders_cron_id, self.account._readback_delay())
        )
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.assertEqual(set(rows.mapped("state")), {"confirmed"})
        self.assertEqual(self.reads(), reads)
        self.assertEqual(len(self.sandbox.calls_of("searchOrders")), pages + 1)

    def without_effect(self, row, picking):
        self.send(self.account)
        for _number in range(3):
            self.assertEqual(row.state, "sent")
            self.assertFalse(self.warnings(picking))
            self.read_back(row)
        self.read_back(row)
        self.assertEqual((row.state, row.reason_code), ("refused", "unproven"))
        self.assertIn("does not appear on the order", row.reason)
        self.assertEqual(len(self.warnings(picking)), 1)

    def test_accepted_without_effect(self):
        """row 8.1: accepted by Amazon, yet not on the order: asked for some time, then
        shown to a person, who sends it again"""
        order, picking, row = self.shipped()
        self.sandbox.faults.add("confirmShipment", kind="silent_confirm")
        self.without_effect(row, picking)
        self.assertFalse(order.packages)
        row.action_resend()
        self.send(self.account)
        self.read_back(row)
        self.assertEqual(row.state, "confirmed")
        self.assertFalse(self.warnings(picking))

    def test_carrier_that_amazon_drops(self):
        """row 8.6: 'Amazon Shipping' is accepted and dropped; the proof finds out"""
        self.env["amazon.carrier.mapping"].create(
            {
                "store_id": self.store.id,
                "delivery_carrier_id": self.ups.id,
                "carrier_id": self.env["amazon.carrier"]
                .search([("name", "=", "Amazon Shipping")])
                .id,
            }
        )
        _order, picking, row = self.shipped()
        self.without_effect(row, picking)

    def test_old_number_is_no_proof(self):
        """row 8.2: after a correction only the new number proves the shipment"""
        _order, picking, row = self.confirmed()
        self.sandbox.faults.add("confirmShipment", kind="silent_confirm")
        picking.carrier_tracking_ref = OTHER_TRACKING
        self.send(self.account)
        self.read_back(row)
        self.assertEqual(row.state, "sent")

    def test_shipped_already_by_ourselves(self):
        """row 8.1: 'already shipped' with our own number is a confirmation"""
        order, picking, row = self.shipped()
        self.ship_elsewhere(order, f"{TRACKING.lower()} ")
        self.send(self.account)
        self.assertEqual(row.state, "confirmed")
        self.assertFalse(self.warnings(picking))
        self.assertEqual(len(order.packages), 1)

    def test_shipped_already_by_somebody(self):
        """row 8.1: 'already shipped' with another number is shown, with Amazon's words"""
        order, picking, row = self.shipped()
        self.ship_elsewhere(order, OTHER_TRACKING)
        self.send(self.account)
        self.assertEqual((row.state, row.reason_code), ("refused", "shipped"))
        self.assertIn("already fulfilled", row.answer)
        self.assertIn("shipped already", row.reason)
        self.assertEqual(len(self.warnings(picking)), 1)
        self.assertEqual(
            [p["trackingNumber"] for p in order.packages], [OTHER_TRACKING]
        )

    def test_unreachable_amazon_is_asked_again(self):
        """row 8.14: a read-back that fails decides nothing"""
        _order, picking, row = self.shipped()
        self.send(self.account)
        self.sandbox.faults.add("getOrder", status=503, times=100)
        for _number in range(6):
            self.read_back(row)
            self.assertEqual(row.state, "sent")
        self.assertFalse(self.warnings(picking))
        self.sandbox.faults.clear()
        self.read_back(row)
        self.assertEqual(row.state, "confirmed")

    def test_impossible_message_holds_up_nobody(self):
        """row 8.14: what Amazon's model excludes is refused before it is sent"""
        bad_order, bad_picking, bad = self.shipped()
        order, _picking, good = self.shipped(tracking=OTHER_TRACKING)
        bad.package_reference = "no number"
        self.send(self.account)
        self.assertEqual((bad.state, good.state), ("refused", "sent"))
        self.assertIn("no number", bad.reason)
        self.assertTrue(bad_picking.activity_ids)
        self.assertEqual(bad_order.packages, [])
        self.assertEqual(len(order.packages), 1)
