"""What an order shows: by includedData, by role, by status."""

from odoo.tests import tagged

from .sandbox_case import EVERYTHING, SandboxCase

ALWAYS = {"orderId", "createdTime", "lastUpdatedTime", "salesChannel", "orderItems"}
FULL_ITEM = {
    "sku": "PEN SET/3",
    "shipping": "5.00",
    "discount": "2.00",
    "gift_wrap": "3.99",
    "gift_message": "Happy birthday!",
    "buyer_cancels": "Found it cheaper",
    "customized_url": "https://sandbox.invalid/custom.zip",
    "programs": ["SUBSCRIBE_AND_SAVE"],
}


@tagged("post_install", "-at_install")
class TestViews(SandboxCase):
    def full_order(self, seller="US", **keywords):
        registration = {
            "legalName": "Initech",
            "taxRegistrationType": "VAT",
            "taxRegistrationNumber": "DE136695976",
        }
        return self.sandbox.add_order(
            seller, items=[FULL_ITEM], tax_registration=registration, **keywords
        )

    def test_included_data_switches_exactly_its_fields(self):
        order = self.full_order()
        self.confirm(order)
        for included, on_order, on_items in (
            ("", set(), set()),
            ("BUYER", {"buyer"}, set()),
            ("RECIPIENT", {"recipient"}, set()),
            ("PROCEEDS", {"proceeds"}, {"proceeds"}),
            ("EXPENSE", set(), set()),
            ("PROMOTION", set(), {"promotion"}),
            ("CANCELLATION", set(), {"cancellation"}),
            ("FULFILLMENT", {"fulfillment"}, {"fulfillment"}),
            ("PACKAGES", {"packages"}, set()),
            ("TAX", {"tax"}, {"tax"}),
            ("PAYMENT", {"payment"}, set()),
            ("FULFILLMENT_ORDERS", set(), set()),
        ):
            with self.subTest(included):
                shown = self.read(order, included)
                self.assertEqual(set(shown), ALWAYS | on_order)
                basic = {"orderItemId", "quantityOrdered", "product", "programs"}
                self.assertEqual(set(shown["orderItems"][0]), basic | on_items)

    def test_search_and_get_show_the_same(self):
        order = self.full_order()
        found = self.search(includedData=EVERYTHING).json()["orders"]
        self.assertEqual(found, [self.read(order)])

    def test_role_for_addresses(self):
        order = self.full_order()
        shown = self.read(order)
        self.assertIn("addressLine1", shown["recipient"]["deliveryAddress"])
        self.assertIn("@marketplace.amazon.com", shown["buyer"]["buyerEmail"])
        gift = shown["orderItems"][0]["fulfillment"]["packing"]["giftOption"]
        self.assertEqual(gift["giftMessage"], "Happy birthday!")

        self.us.roles.discard("direct_to_consumer_shipping")
        shown = self.read(order)
        public = {"city", "stateOrRegion", "countryCode", "addressType"}
        self.assertEqual(set(shown["recipient"]["deliveryAddress"]), public)
        self.assertNotIn("buyer", shown)  # the tax role gets no names in the US
        item = shown["orderItems"][0]
        gift = item["fulfillment"]["packing"]["giftOption"]
        self.assertEqual(set(gift), {"giftWrapLevel"})
        self.assertNotIn("customization", item["product"])

    def test_role_for_taxes(self):
        german = self.full_order("DE", fulfilled_by="AMAZON")
        american = self.full_order("US", fulfilled_by="AMAZON")
        shown = self.read(german)
        self.assertEqual(set(shown["buyer"]), {"buyerName"})
        self.assertIn("taxRegistrations", shown["tax"])
        self.assertNotIn("name", shown["recipient"]["deliveryAddress"])
        self.assertNotIn("buyer", self.read(american))

        self.de.roles.discard("tax_invoicing")
        shown = self.read(german)
        self.assertNotIn("buyer", shown)
        self.assertNotIn("tax", shown)

    def test_pending_shows_neither_buyer_nor_price(self):
        order = self.full_order(status="PENDING")
        shown = self.read(order)
        hidden = {"buyer", "proceeds", "payment", "tax"}
        self.assertFalse(hidden & set(shown))
        self.assertNotIn("shipByWindow", shown["fulfillment"])
        self.assertNotIn("addressLine1", shown["recipient"]["deliveryAddress"])
        item = shown["orderItems"][0]
        self.assertNotIn("proceeds", item)
        self.assertNotIn("price", item["product"])
        self.assertNotIn("giftMessage", item["fulfillment"]["packing"]["giftOption"])

        self.sandbox.release_pending(order.order_id)
        shown = self.read(order)
        self.assertEqual(shown["fulfillment"]["fulfillmentStatus"], "UNSHIPPED")
        self.assertTrue(hidden <= set(shown))

    def test_cancelled_while_pending_never_shows(self):
        order = self.full_order(status="PENDING")
        self.sandbox.cancel(order.order_id)
        shown = self.read(order)
        self.assertEqual(shown["fulfillment"]["fulfillmentStatus"], "CANCELLED")
        self.assertFalse({"buyer", "proceeds", "payment"} & set(shown))

    def test_phone_is_hidden_once_delivery_is_due(self):
        order = self.full_order()
        self.assertIn("phone", self.read(order)["recipient"]["deliveryAddress"])
        self.sandbox.clock.advance(30 * 86400)
        self.tokens.clear()
        shown = self.read(order)["recipient"]["deliveryAddress"]
        self.assertNotIn("phone", shown)
        self.assertIn("addressLine1", shown)

    def test_payload_written_by_hand(self):
        order = self.sandbox.add_order(
            "DE",
            {
                "orderId": "302-1234567-7654321",
                "orderItems": [
                    {
                        "quantityOrdered": 2,
                        "product": {"sellerSku": "ONE"},
                        "proceeds": {
                            "proceedsTotal": {"amount": "9.98", "currencyCode": "EUR"},
                            "breakdowns": [],
                        },
                    }
                ],
            },
        )
        shown = self.read(order)
        self.assertEqual(shown["orderId"], "302-1234567-7654321")
        self.assertEqual(shown["proceeds"]["grandTotal"]["amount"], "9.98")
        self.assertEqual(shown["fulfillment"]["fulfillmentStatus"], "UNSHIPPED")
        self.assertEqual(self.ids(self.search(self.de)), [order.order_id])
