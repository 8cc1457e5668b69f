"""Tax of orders in a settlement: Amazon's nets to zero, the seller's stays open."""

from decimal import Decimal

from odoo.fields import Command
from odoo.tests import tagged

from .settlement_case import COMMISSION, SALE, SHIPPING, TAX, WITHHELD
from .test_settlement_orders import LATER, OrderCase

SHIPPING_TAX = ("Order", "ItemPrice", "ShippingTax")
SHIPPING_WITHHELD = ("Order", "ItemWithheldTax", "MarketplaceFacilitatorTax-Shipping")
VAT_WITHHELD = ("Order", "ItemWithheldTax", "MarketplaceFacilitatorVAT-Principal")
LOW_VALUE = ("Order", "ItemWithheldTax", "LowValueGoodsTax-Principal")
LOW_VALUE_SHIPPING = ("Order", "ItemWithheldTax", "LowValueGoodsTax-Shipping")
RETROCHARGE = ("Order_Retrocharge", "ItemPrice", "Tax")
RETROCHARGE_WITHHELD = (
    "Order_Retrocharge",
    "ItemWithheldTax",
    "MarketplaceFacilitatorTax-Principal",
)
TCS = [("Order", "ItemWithheldTax", f"TCS-{name}") for name in ("CGST", "SGST", "IGST")]
TDS = ("Order", "ItemWithheldTax", "TDS (Section 194-O)")


@tagged("post_install", "-at_install")
class TestSettlementTax(OrderCase):
    def rows(self, ref, *pairs):
        return [self.row(triple, amount, ref) for triple, amount in pairs]

    def tax(self, percent, ledger=None):
        """A sales tax on top of the price, booked on a ledger account."""
        ledger = ledger or self.env["account.account"].create(
            {
                "name": "Sales tax payable",
                "code": "251999",
                "account_type": "liability_current",
            }
        )
        lines = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": ledger.id}),
        ]
        return self.env["account.tax"].create(
            {
                "name": f"{percent} %",
                "amount": percent,
                "price_include_override": "tax_excluded",
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        )

    def taxed(self, amount, tax, account=None):
        """(order number, invoice of the amount and its tax)"""
        order = self.captured(account or self.account)
        line = {
            "name": "Goods",
            "price_unit": float(amount),
            "tax_ids": [Command.set(tax.ids)],
        }
        invoice = self.invoice(order, amount, invoice_line_ids=[Command.create(line)])
        return order.amazon_order_ref, invoice

    def assertPaid(self, settlement, invoice):
        """To the cent, with nothing left open or listed."""
        self.assertEqual(invoice.payment_state, "paid")
        ref = invoice.amazon_order_ref
        self.assertTrue(self.own(settlement, ref).reconciled)
        self.assertFalse(self.issue(settlement, ref))
        self.assertProved(settlement)

    def test_retrocharge(self):
        """case 27: the pair nets to zero and leaves the order alone"""
        ref, invoice = self.sell(self.account, "50.00")
        self.post(self.account, self.rows(ref, (SALE, "50.00")))
        settlement = self.post(
            self.account,
            [
                *self.rows(ref, (RETROCHARGE, "4.13"), (RETROCHARGE_WITHHELD, "-4.13")),
                self.row(COMMISSION, "-1.00"),
            ],
            **LATER,
        )
        self.assertFalse(self.own(settlement, ref))
        self.assertEqual(self.balance(settlement, "mptax"), 0)
        self.assertFalse(settlement.issue_ids)
        self.assertEqual(self.proofs(settlement)["P6"], "ok")
        self.assertEqual(invoice.payment_state, "paid")

    def test_retrocharge_that_does_not_net(self):
        """case 27: what is left of a pair is listed"""
        ref = self.order_ref()
        settlement = self.post(
            self.account,
            self.rows(ref, (RETROCHARGE, "4.13"), (RETROCHARGE_WITHHELD, "-4.00")),
        )
        self.assertEqual(self.balance(settlement, "mptax"), Decimal("-0.13"))
        self.assertEqual(self.proofs(settlement)["P6"], "warning")
        self.assertEqual(self.issue(settlement, ref).kind, "tax")
        self.assertMoney(self.issue(settlement, ref).difference, "0.13")

    def test_facilitated(self):
        """case 28: tax that Amazon remits: the invoice without it is paid exactly"""
        ref, invoice = self.sell(self.account, "105.00")
        settlement = self.post(
            self.account,
            self.rows(
                ref,
                (SALE, "100.00"),
                (SHIPPING, "5.00"),
                (TAX, "8.25"),
                (SHIPPING_TAX, "0.41"),
                (WITHHELD, "-8.25"),
                (SHIPPING_WITHHELD, "-0.41"),
                (COMMISSION, "-15.00"),
            ),
        )
        self.assertPaid(settlement, invoice)
        self.assertEqual(self.balance(settlement, "mptax"), 0)
        # and the auditor sees how much it was
        mptax = settlement.move_ids.line_ids.filtered(
            lambda line: line.account_id == self.ledger(settlement, "mptax")
        )
        self.assertEqual(sorted(mptax.mapped("balance")), [-8.66, 8.66])
        self.assertEqual(self.proofs(settlement)["P6"], "ok")

    def test_facilitated_and_on_the_invoice(self):
        """case 29: the invoice has the tax: what is withheld comes off the tax account"""
        self.account.settlement_tax_on_invoice = True
        payable = self.env["amazon.settlement.account"]._resolver(self.account)
        payable = payable.get("mptax").ledger_account_id
        ref, invoice = self.taxed("100.00", self.tax(8.25, payable))
        self.assertMoney(invoice.amount_total, "108.25")
        settlement = self.post(
            self.account,
            self.rows(ref, (SALE, "100.00"), (TAX, "8.25"), (WITHHELD, "-8.25")),
        )
        self.assertPaid(settlement, invoice)
        self.assertEqual(self.balance(settlement, "mptax"), Decimal("8.25"))
        self.assertMoney(self.total_of(payable), "0.00")

    def total_of(self, account):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("parent_state", "=", "posted")]
        )
        return sum(Decimal(str(line.balance)) for line in lines)

    def test_no_facilitator_law(self):
        """case 30: tax that the seller remits stays with the order"""
        ref, invoice = self.taxed("100.00", self.tax(6.0))
        settlement = self.post(
            self.account, self.rows(ref, (SALE, "100.00"), (TAX, "6.00"))
        )
        self.assertPaid(settlement, invoice)
        self.assertMoney(self.own(settlement, ref).balance, "-106.00")
        self.assertFalse(
            settlement.move_ids.line_ids.filtered(
                lambda line: line.account_id == self.ledger(settlement, "mptax")
            )
        )

    def test_withheld_is_not_the_tax(self):
        """case 31: the difference stays on the order and is listed"""
        ref, invoice = self.sell(self.account, "100.00")
        settlement = self.post(
            self.account,
            self.rows(ref, (SALE, "100.00"), (TAX, "8.25"), (WITHHELD, "-8.00")),
        )
        self.assertEqual(self.balance(settlement, "mptax"), 0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(self.own(settlement, ref).amount_residual, "-0.25")
        self.assertEqual(self.proofs(settlement)["P6"], "warning")
        issues = self.issue(settlement, ref)
        self.assertEqual(sorted(issues.mapped("kind")), ["amount", "tax"])
        self.assertEqual(issues.mapped("difference"), [0.25, 0.25])

    def test_deemed_supplier(self):
        """case 32: EU: the net invoice is paid, VAT in is VAT out"""
        account, _seller = self.bookable("DE")
        ref, invoice = self.sell(account, "12.44")
        settlement = self.post(
            account,
            self.german(ref, (SALE, "12.44"), (TAX, "2.36"), (VAT_WITHHELD, "-2.36")),
            currency="EUR",
        )
        self.assertEqual(invoice.currency_id.name, "EUR")
        self.assertPaid(settlement, invoice)
        self.assertEqual(self.balance(settlement, "mptax"), 0)

    def test_own_vat(self):
        """case 32: EU: VAT of the seller's own stays with the order"""
        account, _seller = self.bookable("DE")
        ref, invoice = self.taxed("12.44", self.tax(19.0), account)
        settlement = self.post(
            account,
            self.german(ref, (SALE, "12.44"), (TAX, "2.36")),
            currency="EUR",
        )
        self.assertMoney(invoice.amount_total, "14.80")
        self.assertPaid(settlement, invoice)

    def german(self, ref, *pairs):
        return [
            self.row(triple, amount, ref, marketplace_name="Amazon.de")
            for triple, amount in pairs
        ]

    def test_low_value_goods(self):
        """case 33: Australia's tax on low-value goods is Amazon's to remit"""
        ref, invoice = self.sell(self.account, "44.00")
        settlement = self.post(
            self.account,
            self.rows(
                ref,
                (SALE, "40.00"),
                (SHIPPING, "4.00"),
                (TAX, "4.00"),
                (SHIPPING_TAX, "0.40"),
                (LOW_VALUE, "-4.00"),
                (LOW_VALUE_SHIPPING, "-0.40"),
            ),
        )
        self.assertPaid(settlement, invoice)
        self.assertEqual(self.balance(settlement, "mptax"), 0)

    def test_tax_collected_at_source(self):
        """case 34: India: TCS and TDS are assets, the invoice is paid in full"""
        ref, invoice = self.taxed("1000.00", self.tax(18.0))
        settlement = self.post(
            self.account,
            self.rows(
                ref,
                (SALE, "1000.00"),
                (TAX, "180.00"),
                (TCS[0], "-2.50"),
                (TCS[1], "-2.50"),
                (TCS[2], "-5.00"),
                (TDS, "-1.00"),
                (COMMISSION, "-50.00"),
            ),
        )
        self.assertPaid(settlement, invoice)
        self.assertEqual(self.balance(settlement, "tcs"), 10)
        self.assertEqual(self.balance(settlement, "tds"), 1)
        for kind in ("tcs", "tds"):
            account = self.ledger(settlement, kind)
            self.assertEqual(account.account_type, "asset_current")
        self.assertEqual(self.balance(settlement, "transit"), 1119)
