"""The layout Amazon gave up: old files read as if they were of today."""

from datetime import datetime, timezone

from odoo.tests import tagged

from .test_spapi_settlement import ORDER, SettlementCase, read, text

V1 = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name shipment-fee-type shipment-fee-amount order-fee-type "
    "order-fee-amount fulfillment-id posted-date order-item-code "
    "merchant-order-item-id merchant-adjustment-item-id sku quantity-purchased "
    "price-type price-amount item-related-fee-type item-related-fee-amount "
    "misc-fee-amount other-fee-amount other-fee-reason-description promotion-id "
    "promotion-type promotion-amount direct-payment-type direct-payment-amount "
    "other-amount"
).split()


@tagged("post_install", "-at_install")
class TestOldLayout(SettlementCase):
    def one(self, columns=V1, total="74.20", **cells):
        cells = {name.replace("_", "-"): words for name, words in cells.items()}
        row = {"settlement-id": "26000000001", **cells}
        return read(text([row], columns=columns, total_amount=total))

    def what(self, settlement):
        return [
            (r.transaction_type, r.amount_type, r.amount_description, str(r.amount))
            for r in settlement.rows
        ]

    def test_one_line_becomes_several_rows(self):
        settlement = self.one(
            transaction_type="Order",
            order_id=ORDER,
            posted_date="2026-10-07T03:27:08+00:00",
            sku="SKU-1",
            quantity_purchased="1",
            price_type="Principal",
            price_amount="100.00",
            item_related_fee_type="Commission",
            item_related_fee_amount="-15.00",
            order_fee_type="FBAPerOrderFulfillmentFee",
            order_fee_amount="-1.00",
            shipment_fee_type="FBA transportation fee",
            shipment_fee_amount="-2.00",
            misc_fee_amount="-0.10",
            other_fee_amount="-0.20",
            other_fee_reason_description="TaxAmount",
            promotion_id="P-1",
            promotion_type="Shipping",
            promotion_amount="-5.00",
            direct_payment_type="CollectOnDeliveryRevenue",
            direct_payment_amount="-2.50",
        )
        self.assertEqual(
            self.what(settlement),
            [
                ("Order", "ItemPrice", "Principal", "100.00"),
                ("Order", "ItemFees", "Commission", "-15.00"),
                ("Order", "ItemFees", "FBAPerOrderFulfillmentFee", "-1.00"),
                ("Order", "ShipmentFees", "FBA transportation fee", "-2.00"),
                ("Order", "Promotion", "Shipping", "-5.00"),
                ("Order", "DirectPayment", "CollectOnDeliveryRevenue", "-2.50"),
                ("Order", "MiscFee", "MiscFee", "-0.10"),
                ("Order", "OtherFee", "TaxAmount", "-0.20"),
            ],
        )
        rows = list(settlement.rows)
        self.assertEqual((settlement.version, settlement.row_count), ("V1", 8))
        self.assertEqual([row.number for row in rows], [*range(1, 9)])
        self.assertEqual({row.line for row in rows}, {3})
        self.assertEqual({row.sku for row in rows}, {"SKU-1"})
        self.assertEqual(
            [row.promotion_id for row in rows if row.promotion_id], ["P-1"]
        )
        self.assertEqual(rows[4].promotion_id, "P-1")
        posted = datetime(2026, 10, 7, 3, 27, 8, tzinfo=timezone.utc)
        self.assertEqual({row.posted for row in rows}, {posted})

    def test_taxes_get_the_types_of_today(self):
        kinds = {
            "MarketplaceFacilitatorTax-Principal": "ItemWithheldTax",
            "LowValueGoodsTax-Shipping": "ItemWithheldTax",
            "TCS-CGST": "ItemTCS",
            "TDS (Section 194-O)": "ItemTDS",
            "Tax": "ItemPrice",
        }
        for description, kind in kinds.items():
            settlement = self.one(
                transaction_type="Order", price_type=description, price_amount="74.20"
            )
            expected = [("Order", kind, description, "74.20")]
            self.assertEqual(self.what(settlement), expected)

    def test_other_amounts(self):
        types = {
            "Subscription Fee": ("other-transaction", "Subscription Fee"),
            "Current Reserve Amount": ("other-transaction", "Current Reserve Amount"),
            "WAREHOUSE_DAMAGE": ("other-transaction", "WAREHOUSE_DAMAGE"),
            "Debt Adjustment": ("Debt Adjustment", "Debt Adjustment"),
        }
        for name, (transaction, description) in types.items():
            settlement = self.one(transaction_type=name, other_amount="74.20")
            expected = [(transaction, "other-transaction", description, "74.20")]
            self.assertEqual(self.what(settlement), expected)

    def test_33_columns(self):
        for gone in (V1[30:33], V1[33:]):
            columns = [name for name in V1 if name not in gone]
            settlement = self.one(
                columns,
                transaction_type="Order",
                price_type="Principal",
                price_amount="74.20",
            )
            self.assertEqual(len(columns), 33)
            self.assertEqual(len(self.what(settlement)), 1)

    def test_line_without_amounts(self):
        settlement = self.one(total="0.00", transaction_type="Order", order_id=ORDER)
        self.assertEqual(self.what(settlement), [("Order", "", "", "0")])
        settlement = self.one(total="0.00", transaction_type="Order", price_type="Tax")
        self.assertEqual(self.what(settlement), [("Order", "ItemPrice", "Tax", "0")])

    def test_zero_differs_from_nothing(self):
        settlement = self.one(
            transaction_type="Order",
            price_type="Principal",
            price_amount="74.20",
            promotion_amount="0.00",
        )
        self.assertEqual(settlement.row_count, 2)

    def test_twice_over(self):
        content = text([{"other-amount": "74.20"}], columns=V1)
        self.assertEqual(read(content).row_count, 1)
        self.refused(content * 2, "the column titles come again", 4)
        titles, rest = content.split("\n", 1)
        words = "a second summary row, the first is line 2"
        self.refused(f"{titles}\n{rest}{rest}", words, 4, "total-amount")

    def test_wrong_amount_names_its_column(self):
        content = text([{"order-fee-amount": "x"}], columns=V1)
        self.refused(content, "is not an amount", 3, "order-fee-amount")
