"""confirmShipment: what it changes and what it refuses."""

from datetime import timedelta

from odoo.tests import tagged

from ..sandbox.clock import iso
from .sandbox_case import CA, DE, SandboxCase


@tagged("post_install", "-at_install")
class TestShipments(SandboxCase):
    def two_lines(self, **keywords):
        items = [{"sku": "MUG-BLUE-350", "quantity": 3}, {"sku": "KETTLE-1.7"}]
        return self.sandbox.add_order("US", items=items, **keywords)

    def test_whole_order_in_one_package(self):
        order = self.two_lines()
        before = order.updated
        answer = self.confirm(order, shippingMethod="Ground", trackingNumber="1Z42")
        self.assertEqual((answer.status_code, answer.content), (204, b""))
        shown = self.read(order)
        self.assertEqual(shown["fulfillment"]["fulfillmentStatus"], "SHIPPED")
        self.assertGreater(order.updated, before)
        [package] = shown["packages"]
        self.assertEqual(package["packageReferenceId"], "1")
        self.assertEqual(package["carrier"], "UPS")
        self.assertEqual(package["trackingNumber"], "1Z42")
        self.assertEqual(package["shippingService"], "Ground")
        for item in shown["orderItems"]:
            fulfilled = item["fulfillment"]["quantityFulfilled"]
            self.assertEqual(fulfilled, item["quantityOrdered"])
            self.assertEqual(item["fulfillment"]["quantityUnfulfilled"], 0)

    def test_packages_add_up(self):
        order = self.two_lines()
        mug, kettle = (item["orderItemId"] for item in order.items)
        self.assertEqual(self.confirm(order, "1", {mug: 2}).status_code, 204)
        self.assertEqual(order.status, "PARTIALLY_SHIPPED")
        self.assertEqual(order.item(mug)["fulfillment"]["quantityUnfulfilled"], 1)
        self.assertEqual(self.confirm(order, "2", {mug: 1}).status_code, 204)
        self.assertEqual(order.status, "PARTIALLY_SHIPPED")
        self.assertEqual(self.confirm(order, "3", {kettle: 1}).status_code, 204)
        self.assertEqual(order.status, "SHIPPED")
        self.assertEqual(len(order.packages), 3)

    def test_same_reference_edits(self):
        order = self.two_lines()
        for number in ("OLD", "NEW"):
            answer = self.confirm(order, "1", trackingNumber=number)
            self.assertEqual(answer.status_code, 204)
        [package] = order.packages
        self.assertEqual(package["trackingNumber"], "NEW")
        self.assertEqual(order.items[0]["fulfillment"]["quantityFulfilled"], 3)

    def test_everything_shipped_under_another_reference(self):
        order = self.two_lines()
        self.confirm(order, "1")
        self.assertRefused(self.confirm(order, "2"), 400, "PackageToUpdateNotFound")
        self.assertEqual(len(order.packages), 1)

    def test_refusals(self):
        order = self.two_lines()
        mug = order.items[0]["orderItemId"]
        tomorrow = iso(self.sandbox.clock.now() + timedelta(days=1))
        for words, changes in (
            ("invalid type [packageDetail.packageReferenceId]", {"reference": 1}),
            ("must be a positive numeric value", {"reference": "0"}),
            ("must be a positive numeric value", {"reference": "WH/OUT/1"}),
            ("OrderItemId", {"quantities": {"12345": 1}}),
            ("OrderItemId", {"orderItems": {"orderItemId": mug, "quantity": 1}}),
            ("exceeds the 3 left", {"quantities": {mug: 4}}),
            ("Quantity", {"quantities": {mug: 0}}),
            ("invalid type", {"quantities": {mug: "1"}}),
            ("missing", {"orderItems": []}),
            ("missing", {"carrierCode": None}),
            ("missing", {"trackingNumber": None}),
            ("missing", {"trackingNumber": " "}),
            ("pigeon post is not a valid carrier", {"carrierCode": "pigeon post"}),
            ("ups is not a valid carrier", {"carrierCode": "ups"}),
            ("CarrierName", {"carrierCode": "Other"}),
            ("Invalid Input", {"shipDate": "02/21/2022"}),
            ("Invalid Input", {"shipDate": "2026-11-20"}),
            ("future", {"shipDate": tomorrow}),
            ("before the order", {"shipDate": "2020-01-01T00:00:00Z"}),
        ):
            with self.subTest(words, **changes):
                self.assertRefused(self.confirm(order, **changes), 400, words)
        self.assertEqual(order.status, "UNSHIPPED")
        self.assertEqual(order.packages, [])

    def test_orders_not_to_be_confirmed(self):
        add = self.sandbox.add_order
        for words, order in (
            ("fulfilled by Amazon", add("US", fulfilled_by="AMAZON")),
            ("FBM Ship+", add("US", programs=["FBM_SHIP_PLUS"])),
            ("PENDING", add("US", status="PENDING")),
            ("CANCELLED", add("US", status="CANCELLED")),
        ):
            with self.subTest(words):
                self.assertRefused(self.confirm(order), 400, words)
        mine = add("US")
        self.assertRefused(self.confirm(mine, seller=self.de), 404)
        url = f"/orders/v0/orders/{mine.order_id}/shipmentConfirmation"
        self.assertRefused(self.call("POST", url, data="no JSON"), 400, "payload")
        for marketplace_id, status in ((CA, 400), (DE, 403)):
            package = self.package(mine)
            body = {"marketplaceId": marketplace_id, "packageDetail": package}
            self.assertRefused(self.call("POST", url, json=body), status)

    def test_other_carrier_goes_by_its_name(self):
        order = self.two_lines()
        self.confirm(order, carrierCode="Other", carrierName="Pigeon Post")
        self.assertEqual(order.packages[0]["carrier"], "Pigeon Post")

    def test_dropped_carrier_is_accepted_without_effect(self):
        order = self.two_lines()
        answer = self.confirm(order, carrierCode="Amazon Shipping")
        self.assertEqual(answer.status_code, 204)
        self.assertEqual((order.status, order.packages), ("UNSHIPPED", []))

    def test_transparency_codes(self):
        items = [{"sku": "PEN SET/3", "quantity": 2, "programs": ["TRANSPARENCY"]}]
        order = self.sandbox.add_order("US", items=items)
        self.assertRefused(self.confirm(order), 400, "TransparencyCodes")
        line = {
            "orderItemId": order.items[0]["orderItemId"],
            "quantity": 2,
            "transparencyCodes": ["AZ:1", "AZ:2"],
        }
        self.assertEqual(self.confirm(order, orderItems=[line]).status_code, 204)
        [shipped] = order.packages[0]["packageItems"]
        self.assertEqual(shipped["transparencyCodes"], ["AZ:1", "AZ:2"])

    def test_part_cancelled_then_shipped(self):
        order = self.two_lines()
        mug, _kettle = (item["orderItemId"] for item in order.items)
        total = order.grand_total
        self.sandbox.cancel(order.order_id, items={mug: 1})
        self.assertEqual(order.item(mug)["quantityOrdered"], 2)
        self.assertLess(order.grand_total, total)
        self.assertEqual(self.confirm(order).status_code, 204)
        self.assertEqual(order.status, "SHIPPED")

    def test_rest_of_a_partial_shipment_cancelled(self):
        order = self.two_lines()
        mug, _kettle = (item["orderItemId"] for item in order.items)
        self.confirm(order, "1", {mug: 1})
        self.sandbox.cancel(order.order_id)
        self.assertEqual(order.status, "SHIPPED")
        self.assertEqual([i["quantityOrdered"] for i in order.items], [1, 0])

    def test_amazon_ships_its_own(self):
        order = self.sandbox.add_order("US", fulfilled_by="AMAZON")
        self.sandbox.ship_by_amazon(order.order_id)
        shown = self.read(order)
        self.assertEqual(shown["fulfillment"]["fulfillmentStatus"], "SHIPPED")
        self.assertNotIn("packages", shown)
