"""The sandbox's money: what orders bring and what is given back."""

from decimal import Decimal

from odoo.tests import tagged

from .money_case import MoneyCase


@tagged("post_install", "-at_install")
class TestOrders(MoneyCase):
    def test_american_order_with_tax_that_amazon_remits(self):
        item = {"quantity": 2, "unit_price": "50.00", "tax_rate": "0.0825"}
        order = self.shipped({**item, "shipping": 5, "shipping_discount": 5})
        self.assertEqual(
            self.amounts(order),
            {
                "ItemPrice/Principal": "100.00",
                "ItemPrice/Tax": "8.25",
                "ItemPrice/Shipping": "5.00",
                "ItemPrice/ShippingTax": "0.41",
                "Promotion/Shipping": "-5.00",
                "Promotion/TaxDiscount": "-0.41",
                "ItemWithheldTax/MarketplaceFacilitatorTax-Principal": "-8.25",
                "ItemFees/Commission": "-15.00",
            },
        )

    def test_tax_that_the_seller_remits_is_paid_out(self):
        item = {"unit_price": "80.00", "tax_rate": "0.05", "facilitator": False}
        order = self.shipped({**item, "shipping": 10, "gift_wrap": 4})
        self.assertEqual(
            self.amounts(order),
            {
                "ItemPrice/Principal": "80.00",
                "ItemPrice/Tax": "4.00",
                "ItemPrice/Shipping": "10.00",
                "ItemPrice/ShippingTax": "0.50",
                "ItemPrice/GiftWrap": "4.00",
                "ItemPrice/GiftWrapTax": "0.20",
                "ItemFees/Commission": "-12.00",
                "ItemFees/ShippingHB": "-1.50",
            },
        )

    def test_where_prices_include_tax_a_stated_tax_gets_a_row_of_its_own(self):
        item = {"unit_price": "11.90", "tax_rate": "0.19", "discount": "1.19"}
        stated = self.shipped(item, seller="DE")
        self.assertEqual(
            self.amounts(stated),
            {
                "ItemPrice/Principal": "10.00",
                "ItemPrice/Tax": "1.90",
                "Promotion/Principal": "-1.00",
                "Promotion/TaxDiscount": "-0.19",
                "ItemFees/Commission": "-1.61",
            },
        )
        untold = self.shipped({**item, "tax_stated": False}, seller="DE")
        amounts = self.amounts(untold)
        self.assertEqual(amounts["ItemPrice/Principal"], "11.90")
        self.assertEqual(amounts["Promotion/Principal"], "-1.19")
        self.assertNotIn("ItemPrice/Tax", amounts)

    def test_deemed_supplier(self):
        item = {"unit_price": "11.90", "tax_rate": "0.19", "facilitator": True}
        amounts = self.amounts(self.shipped(item, seller="DE"))
        self.assertEqual(amounts["ItemPrice/Tax"], "1.90")
        withheld = "ItemWithheldTax/MarketplaceFacilitatorVAT-Principal"
        self.assertEqual(amounts[withheld], "-1.90")

    def test_amazon_takes_its_fee_and_keeps_the_shipping_of_what_it_sends(self):
        item = {"quantity": 2, "unit_price": "10.00", "tax_rate": 0, "shipping": "4.99"}
        order = self.sandbox.add_order("US", items=[item], fulfilled_by="AMAZON")
        self.assertEqual(self.amounts(order), {})
        self.sandbox.ship_by_amazon(order.order_id)
        self.assertEqual(
            self.amounts(order),
            {
                "ItemPrice/Principal": "20.00",
                "ItemPrice/Shipping": "4.99",
                "ItemFees/Commission": "-3.00",
                "ItemFees/FBAPerUnitFulfillmentFee": "-9.00",
                "ItemFees/ShippingChargeback": "-4.99",
            },
        )

    def test_order_from_outside_amazon_costs_a_fee_only(self):
        order = self.sandbox.add_order(
            "US",
            items=[{"unit_price": 0}],
            order_id="S01-1234567-1234567",
            alias="CONSUMER-1",
            status="SHIPPED",
            fulfilled_by="AMAZON",
            non_amazon=True,
        )
        _header, rows = self.settle("US")
        self.assertEqual(
            [(r["amount-description"], str(r["amount"])) for r in rows],
            [("Principal", "0.00"), ("FBAPerUnitFulfillmentFee", "-4.50")],
        )
        self.assertEqual(
            {
                (r["order-id"], r["merchant-order-id"], r["marketplace-name"])
                for r in rows
            },
            {(order.order_id, "CONSUMER-1", "Non-Amazon US")},
        )

    def test_points_are_granted_at_the_sellers_cost(self):
        self.jp = self.sandbox.add_seller("JP", ["JP"])
        item = {"unit_price": 1000, "points": 30, "tax_stated": False}
        order = self.shipped(item, seller="JP")
        self.sandbox.refund(order.order_id)
        self.assertEqual(self.amounts(order)["Points/PointsGranted"], "-30")
        self.assertEqual(self.amounts(order, "Refund")["Points/PointsReturned"], "30")

    def test_shipments_add_up_to_the_order(self):
        item = {"quantity": 3, "total": "29.99", "discount": "1.00", "shipping": "4.99"}
        whole, parts = self.shipped(item), self.sandbox.add_order("US", items=[item])
        item_id = parts.items[0]["orderItemId"]
        for reference in "123":
            self.confirm(parts, reference, {item_id: 1})
        self.assertEqual(len(self.events(parts)), 3)
        self.assertEqual(len({event.shipment_id for event in self.events(parts)}), 3)
        self.assertEqual(self.amounts(parts), self.amounts(whole))

    def test_what_is_cancelled_after_a_first_shipment_is_never_charged(self):
        item = {"quantity": 7, "total": "99.97", "shipping": "5.55", "discount": "8.88"}
        for shipped in range(1, 7):  # the cents fall differently each time
            order = self.sandbox.add_order("DE", items=[item])
            item_id = order.items[0]["orderItemId"]
            self.confirm(order, "1", {item_id: shipped})
            self.sandbox.cancel(order.order_id)
            self.assertEqual(order.status, "SHIPPED")
            [event] = self.events(order)
            paid = sum(
                row.amount
                for row in event.rows
                if row.amount_type in ("ItemPrice", "Promotion")
            )
            self.assertEqual(paid, order.grand_total)

    def test_an_edited_package_is_not_charged_again(self):
        order = self.shipped("MUG-BLUE-350")
        self.confirm(order, trackingNumber="OTHER")
        self.assertEqual(len(self.events(order)), 1)


@tagged("post_install", "-at_install")
class TestRefunds(MoneyCase):
    item = {
        "quantity": 3,
        "unit_price": "33.33",
        "shipping": "5.00",
        "discount": "7.00",
        "gift_wrap": "3.99",
    }

    def assertMirrored(self, order):
        """Everything of the sale is undone, but for fees that Amazon keeps."""
        sale, refund = self.amounts(order), self.amounts(order, "Refund")
        self.assertLess(Decimal(refund.pop("ItemFees/RefundCommission")), 0)
        sale.pop("ItemFees/FBAPerUnitFulfillmentFee", None)
        mirrored = {name: str(-Decimal(amount)) for name, amount in refund.items()}
        self.assertEqual(mirrored, sale)

    def test_all_at_once(self):
        order = self.shipped(self.item, self.item)
        event = self.sandbox.refund(order.order_id)
        self.assertMirrored(order)
        self.assertTrue(event.adjustment_id)
        with self.assertRaisesRegex(ValueError, "left to refund"):
            self.sandbox.refund(order.order_id)

    def test_unit_by_unit_after_an_amount(self):
        order = self.shipped(self.item, seller="DE")
        item_id = order.items[0]["orderItemId"]
        refunds = [
            self.sandbox.refund(order.order_id, {item_id: what})
            for what in ("60.00", 1, 1, 1)
        ]
        for event in refunds:  # no unit gives back what is back already
            principal = event.rows[0]
            self.assertEqual(principal.description, "Principal")
            self.assertLessEqual(principal.amount, 0)
        self.assertMirrored(order)
        self.assertEqual(len({event.adjustment_id for event in refunds}), 4)

    def test_what_amazon_sent(self):
        order = self.sandbox.add_order("US", items=[self.item], fulfilled_by="AMAZON")
        self.sandbox.ship_by_amazon(order.order_id)
        self.sandbox.refund(order.order_id)
        self.assertMirrored(order)

    def test_amazon_keeps_a_fifth_of_its_fee_but_five_at_most(self):
        for price, fee in (("40.00", "-1.20"), ("900.00", "-5.00")):
            order = self.shipped({"unit_price": price})
            self.sandbox.refund(order.order_id)
            refund = self.amounts(order, "Refund")
            self.assertEqual(refund["ItemFees/RefundCommission"], fee)

    def test_amount_carries_its_share_of_tax(self):
        item = {"unit_price": "100.00", "tax_rate": "0.08"}
        order = self.shipped(item)
        self.sandbox.refund(order.order_id, {order.items[0]["orderItemId"]: "25.00"})
        self.assertEqual(
            self.amounts(order, "Refund"),
            {
                "ItemPrice/Principal": "-25.00",
                "ItemPrice/Tax": "-2.00",
                "ItemWithheldTax/MarketplaceFacilitatorTax-Principal": "2.00",
                "ItemFees/Commission": "3.75",
                "ItemFees/RefundCommission": "-0.75",
            },
        )

    def test_amount_of_a_price_with_tax(self):
        order = self.shipped({"unit_price": "119.00", "tax_rate": "0.19"}, seller="DE")
        self.sandbox.refund(order.order_id, {order.items[0]["orderItemId"]: "11.90"})
        refund = self.amounts(order, "Refund")
        self.assertEqual(refund["ItemPrice/Principal"], "-10.00")
        self.assertEqual(refund["ItemPrice/Tax"], "-1.90")

    def test_restocking_fee_and_goodwill(self):
        order = self.shipped({"unit_price": "40.00"})
        self.sandbox.refund(order.order_id, restocking_fee=8)
        refund = self.amounts(order, "Refund")
        self.assertEqual(refund["ItemPrice/Principal"], "-40.00")
        self.assertEqual(refund["ItemPrice/RestockingFee"], "8.00")
        event = self.sandbox.refund(order.order_id, {}, goodwill="5.00")
        self.assertEqual(event.total, Decimal("-5.00"))

    def test_refused(self):
        order = self.shipped(self.item)
        item_id = order.items[0]["orderItemId"]
        unsent = self.sandbox.add_order("US")
        for refused, items in (
            (unsent, None),
            (unsent, {unsent.items[0]["orderItemId"]: 1}),
            (order, {item_id: 4}),
            (order, {item_id: 0}),
            (order, {item_id: True}),
            (order, {item_id: "93.00"}),
            (order, {item_id: "-1.00"}),
            (order, {"123": 1}),
            (order, {}),
        ):
            with self.subTest(items), self.assertRaises(ValueError):
                self.sandbox.refund(refused.order_id, items)
        with self.assertRaises(ValueError):
            self.sandbox.refund(order.order_id, restocking_fee=-1)
        self.assertEqual(self.amounts(order, "Refund"), {})
