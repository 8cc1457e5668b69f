"""Rows that are easy to lose or to misread, and where they are booked."""

from decimal import Decimal

from odoo.tests import tagged

from .settlement_case import ADS, COMMISSION, RESERVED, SALE, STORAGE, SettlementCase

LOAN = ("other-transaction", "other-transaction", "Amazon Capital Services")
FBA = ("Order", "ItemFees", "FBAPerUnitFulfillmentFee")
MCF = "Non-Amazon US"


@tagged("post_install", "-at_install")
class TestSettlementRows(SettlementCase):
    def test_multi_channel_order(self):
        """case 35: an order from outside Amazon is no receivable, only its fees"""
        account, _seller = self.bookable()
        order = {"order": "S01-1234567-1234567", "marketplace_name": MCF}
        settlement = self.post(
            account,
            [
                self.row(SALE, "0.00", **order),
                self.row(FBA, "-7.25", **order),
                self.row(FBA, "-3.50", self.order_ref()),
            ],
        )
        self.assertProved(settlement)
        self.assertEqual(self.balance(settlement, "mcf"), Decimal("7.25"))
        self.assertEqual(self.balance(settlement, "fba"), Decimal("3.50"))
        types = settlement.move_ids.line_ids.account_id.mapped("account_type")
        self.assertNotIn("asset_receivable", types)
        self.assertFalse(settlement.issue_ids)

    def test_fee_of_a_shipment(self):
        """case 36: a shipment's number in order-id makes no order without invoice"""
        account, _seller = self.bookable()
        inbound = ("FBAFees", "Amazon-Partnered Carrier Program Fee", "Base fee")
        settlement = self.post(account, [self.row(inbound, "-31.40", "FBA15D7XJ2K9")])
        self.assertProved(settlement)
        self.assertEqual(self.balance(settlement, "inbound"), Decimal("31.40"))
        self.assertFalse(settlement.issue_ids)
        self.assertEqual(settlement.order_count, 0)

    def test_no_marketplace(self):
        """case 37: a row without marketplace belongs to the settlement's"""
        account, _seller = self.bookable()
        store = account.store_ids
        own = self.env["account.account"].create(
            {"name": "Ads of the store", "code": "629991", "account_type": "expense"}
        )
        self.env["amazon.settlement.account"].create(
            {
                "company_id": self.company.id,
                "store_id": store.id,
                "kind": "ads",
                "ledger_account_id": own.id,
            }
        )
        ref, invoice = self.sell(account, "50.00")
        settlement = self.post(
            account, [self.row(SALE, "50.00", ref), self.row(ADS, "-8.00")]
        )
        self.assertEqual(settlement.marketplace_name, "Amazon.com")
        line = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == own)
        self.assertEqual(line.balance, 8)
        self.assertEqual(line.amazon_row_count, 1)
        self.assertEqual(invoice.payment_state, "paid")

    def test_order_without_marketplace(self):
        """case 37: nor is an order's row dropped that names no marketplace"""
        account, _seller = self.bookable()
        ref, invoice = self.sell(account, "50.00")
        rows = [self.row(SALE, "50.00", ref, marketplace_name="")]
        settlement = self.post(account, rows)
        self.assertProved(settlement)
        self.assertEqual(invoice.payment_state, "paid")

    def test_zero_amounts(self):
        """case 38: a row of 0.00 is kept, and makes no journal item"""
        account, _seller = self.bookable()
        settlement = self.post(
            account,
            [
                self.row(ADS, "-8.00"),
                self.row(STORAGE, "0.00"),
                self.row(SALE, "0.00", self.order_ref()),
                self.row(("Order", "ItemPrice", "Unheard of"), "0.00", "1-2-3"),
            ],
        )
        self.assertProved(settlement)
        self.assertEqual(settlement.row_count, 4)
        self.assertEqual(len(settlement.line_ids), 4)
        self.assertEqual(len(settlement.move_ids.line_ids), 2)
        zero = settlement.line_ids.filtered(lambda row: not row.amount)
        self.assertEqual(len(zero), 3)
        self.assertFalse(zero.move_line_id)

    def test_rows_that_cancel_out(self):
        """case 38: amounts that come to zero are booked all the same"""
        account, _seller = self.bookable()
        settlement = self.post(
            account,
            [
                self.row(STORAGE, "-4.00"),
                self.row(STORAGE, "4.00"),
                self.row(ADS, "-1"),
            ],
        )
        self.assertProved(settlement)
        rows = settlement.line_ids.filtered(lambda row: abs(row.amount) == 4)
        self.assertEqual(
            rows.move_line_id.account_id, self.ledger(settlement, "storage")
        )

    def test_all_reserved(self):
        """case 39: a total of 0.00 has no payout: posted is paid"""
        account, _seller = self.bookable()
        ref, invoice = self.sell(account, "60.00")
        settlement = self.post(
            account,
            [
                self.row(SALE, "60.00", ref),
                self.row(COMMISSION, "-9.00", ref),
                self.row(RESERVED, "-51.00"),
            ],
        )
        self.assertProved(settlement)
        self.assertFalse(settlement.payout_line_id)
        self.assertEqual(self.balance(settlement, "transit"), 0)
        self.assertEqual(self.open_balance(settlement, "reserve"), 51)
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(self.proofs(settlement)["P7"], "ok")
        self.assertEqual(invoice.payment_state, "paid")

    def test_loan(self):
        """case 84: a loan is a debt, neither its advance nor its repayment is profit"""
        account, _seller = self.bookable()
        settlement = self.post(
            account, [self.row(LOAN, "10000.00"), self.row(LOAN, "-500.00")]
        )
        self.assertProved(settlement)
        self.assertEqual(self.balance(settlement, "loan"), -9500)
        self.assertEqual(self.balance(settlement, "transit"), 9500)
        groups = settlement.move_ids.line_ids.account_id.mapped("internal_group")
        self.assertLessEqual(set(groups), {"asset", "liability"})

    def test_programmes(self):
        """case 85: base fee, discount and tax of coupons, deals, Vine and EPR"""
        account, _seller = self.bookable()
        fees = {
            "Coupon Performance Based Fee": "-20.00",
            "Deal Participation Fee": "-70.00",
            "Vine Enrollment Fee": "-200.00",
        }
        rows = []
        for name, amount in fees.items():
            rows += [
                self.row(("AmazonFees", name, "Base fee"), amount),
                self.row(("AmazonFees", name, "Discount on Fee"), "5.00"),
                self.row(("AmazonFees", name, "Tax on fee"), "-1.30"),
            ]
        packaging = "Eco-contribution for EPR Pay on Behalf (Period 01.07.2026)"
        service = "Amazon service fee for EPR Pay on Behalf"
        rows += [
            self.row(("AmazonFees", packaging, "Base fee"), "-33.00"),
            self.row(("AmazonFees", service, "Base fee"), "-3.00"),
        ]
        settlement = self.post(account, rows)
        self.assertProved(settlement)
        self.assertFalse(settlement.unmapped_ids)
        self.assertEqual(self.balance(settlement, "marketing"), 290 - 15)
        self.assertEqual(self.balance(settlement, "feetax"), Decimal("3.90"))
        self.assertEqual(self.balance(settlement, "epr"), 36)
