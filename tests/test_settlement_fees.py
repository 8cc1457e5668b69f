"""Taxes on Amazon's fees: contained in them, reverse charge, or on Amazon's own bill."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .settlement_case import ADS, COMMISSION, LOST, STORAGE
from .settlement_ledger_case import IN_SECOND, SECOND, SettlementLedgerCase

GIVEN_BACK = ("Refund", "ItemFees", "Commission")


@tagged("post_install", "-at_install")
class TestSettlementFees(SettlementLedgerCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()
        self.tax_ledger = self.env["account.account"].create(
            {"name": "Input VAT", "code": "139991", "account_type": "asset_current"}
        )
        self.owed_ledger = self.env["account.account"].create(
            {"name": "VAT owed", "code": "259991", "account_type": "liability_current"}
        )
        tags = [
            self.env["account.account.tag"].create(
                {
                    "name": name,
                    "applicability": "taxes",
                    "country_id": self.company.account_fiscal_country_id.id,
                }
            )
            for name in ("base", "vat", "base back", "vat back")
        ]
        self.tags = tags
        self.tax = self.purchase_tax(
            20.0,
            [("tax", 100, self.tax_ledger, tags[1])],
            [("tax", 100, self.tax_ledger, tags[3])],
            (tags[0], tags[2]),
        )

    def purchase_tax(self, rate, invoice, refund, base=(None, None), name="VAT"):
        def lines(base_tag, taxes):
            base_tags = base_tag.ids if base_tag else []
            yield Command.create(
                {"repartition_type": "base", "tag_ids": [Command.set(base_tags)]}
            )
            for kind, percent, ledger, tag in taxes:
                yield Command.create(
                    {
                        "repartition_type": kind,
                        "factor_percent": percent,
                        "account_id": ledger.id,
                        "tag_ids": [Command.set(tag.ids if tag else [])],
                    }
                )

        return self.env["account.tax"].create(
            {
                "name": f"{name} {rate}",
                "amount": rate,
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": list(lines(base[0], invoice)),
                "refund_repartition_line_ids": list(lines(base[1], refund)),
            }
        )

    def setting(self, kind):
        return self.env["amazon.settlement.account"].search(
            [("kind", "=", kind), ("company_id", "=", self.company.id)]
        )

    def contains(self, kind, taxes):
        self.setting(kind).write(
            {"treatment": "tax", "tax_ids": [Command.set(taxes.ids)]}
        )

    def lines(self, settlement, ledger):
        return settlement.move_ids.line_ids.filtered(lambda x: x.account_id == ledger)

    def assertSplit(self, amount, base, tax):
        """A fee of `amount` is booked as base and tax."""
        settlement = self.post(
            self.account, [self.row(ADS, amount), self.row(LOST, "5000.00")]
        )
        self.assertProved(settlement)
        self.assertEqual(self.balance(settlement, "ads"), Decimal(base))
        vat = self.lines(settlement, self.tax_ledger)
        self.assertEqual(sum(map(self.money, vat.mapped("balance"))), Decimal(tax))
        fee = self.lines(settlement, self.ledger(settlement, "ads"))
        self.assertEqual(fee.tax_ids, self.tax)
        self.assertEqual(fee.tax_tag_ids, self.tags[0])
        return vat

    def test_tax_contained(self):
        """case 53: base and tax come to the fee, to the cent"""
        self.contains("ads", self.tax)
        vat = self.assertSplit("-12.00", "10.00", "2.00")
        self.assertEqual(vat.tax_tag_ids, self.tags[1])
        self.assertEqual(vat.tax_line_id, self.tax)
        self.assertEqual(vat.tax_base_amount, 10)
        self.assertSplit("-0.01", "0.01", "0.00")
        self.assertSplit("-1234.57", "1028.81", "205.76")

    def test_tax_contained_in_another_currency(self):
        """cases 53, 64: in both currencies base and tax come to the fee"""
        account, _seller = self.bookable("DE")
        self.contains("ads", self.tax)
        values = {"currency": "EUR"}
        settlement = self.post(
            account, [self.row(ADS, "-1234.57"), self.row(LOST, "5000.00")], **values
        )
        self.assertProved(settlement)
        fee = self.lines(settlement, self.ledger(settlement, "ads"))
        vat = self.lines(settlement, self.tax_ledger)
        self.assertEqual(self.money(fee.amount_currency), Decimal("1028.81"))
        self.assertEqual(self.money(vat.amount_currency), Decimal("205.76"))
        self.assertEqual(
            self.money(fee.balance + vat.balance), self.money(1234.57 / 0.9)
        )

    def test_fee_given_back(self):
        """case 54: a fee given back has its tax with refund repartition and tags"""
        self.contains("commission", self.tax)
        ref = self.order_ref()
        settlement = self.post(
            self.account,
            [
                self.row(COMMISSION, "-12.00", ref),
                self.row(GIVEN_BACK, "6.00", ref),
                self.row(LOST, "10.00"),
            ],
        )
        self.assertProved(settlement)
        self.assertEqual(self.balance(settlement, "commission"), 5)
        fees = self.lines(settlement, self.ledger(settlement, "commission"))
        self.assertEqual(
            {self.money(line.balance): line.tax_tag_ids.name for line in fees},
            {Decimal(10): "base", Decimal(-5): "base back"},
        )
        taxes = self.lines(settlement, self.tax_ledger)
        self.assertEqual(
            {
                self.money(line.balance): (
                    line.tax_tag_ids.name,
                    line.tax_repartition_line_id.document_type,
                )
                for line in taxes
            },
            {Decimal(2): ("vat", "invoice"), Decimal(-1): ("vat back", "refund")},
        )

    def test_reverse_charge(self):
        """case 55: the fee is the base, what is deducted and owed nets to zero"""
        both = [
            ("tax", 100, self.tax_ledger, None),
            ("tax", -100, self.owed_ledger, None),
        ]
        self.contains("ads", self.purchase_tax(21.0, both, both, name="Reverse"))
        settlement = self.post(
            self.account, [self.row(ADS, "-100.00"), self.row(LOST, "500.00")]
        )
        self.assertProved(settlement)
        self.assertEqual(self.balance(settlement, "ads"), 100)
        vat, owed = (
            self.lines(settlement, ledger).balance
            for ledger in (self.tax_ledger, self.owed_ledger)
        )
        self.assertEqual((vat, owed), (21, -21))

    def test_taxes_that_do_not_fit(self):
        """case 56: taxes that don't come to the fee are refused, nothing balances them"""
        both = [
            ("tax", 100, self.tax_ledger, None),
            ("tax", -100, self.owed_ledger, None),
        ]
        reverse = self.purchase_tax(21.0, both, both, name="Reverse")
        self.contains("ads", reverse | self.tax)
        settlement = self.settle(
            self.account, [self.row(ADS, "-100.00"), self.row(LOST, "500.00")]
        )
        moves = self.env["account.move"].search_count([])
        with self.assertRaisesRegex(UserError, "would be out by .*Check the taxes"):
            settlement.action_post()
        self.assertEqual(self.env["account.move"].search_count([]), moves)
        self.assertEqual(settlement.state, "ready")
        self.contains("ads", self.tax)
        settlement.action_post()
        self.assertNotIn(
            "Automatic Balancing Line", settlement.move_ids.line_ids.mapped("name")
        )

    def bill(self, amount, date):
        """Amazon's monthly tax invoice, entered as a vendor bill."""
        bill = self.env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.account.settlement_partner_id.id,
                "invoice_date": date,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Fees",
                            "account_id": self.setting("ads").ledger_account_id.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        bill.action_post()
        return bill

    def test_to_be_invoiced(self):
        """case 57: fees wait on the payable until Amazon's bill; the rest is seen"""
        self.setting("ads").treatment = "to_invoice"
        self.setting("storage").treatment = "to_invoice"
        first = self.post(
            self.account,
            [
                self.row(ADS, "-70.00"),
                self.row(STORAGE, "-30.00"),
                self.row(LOST, "500"),
            ],
        )
        second = self.post(
            self.account,
            [self.second(ADS, "-20.00"), self.row(LOST, "50", posted=IN_SECOND)],
            **SECOND,
        )
        self.assertEqual(self.balance(first, "ads"), 0)
        self.assertEqual(self.open_balance(first, "toinvoice"), 120)
        bill = self.bill(120.03, "2026-11-03")
        self.assertEqual(
            bill.line_ids.filtered(
                lambda x: x.display_type == "payment_term"
            ).account_id,
            self.ledger(first, "toinvoice"),
        )
        widget = bill.invoice_outstanding_credits_debits_widget
        offered = {item["id"] for item in widget["content"]}
        waiting = (first | second).move_ids.line_ids.filtered(
            lambda x: x.account_id == self.ledger(first, "toinvoice")
        )
        self.assertLessEqual(set(waiting.ids), offered)
        for line in waiting:
            bill.js_assign_outstanding_line(line.id)
        self.assertTrue(all(waiting.mapped("reconciled")))
        self.assertEqual(self.open_balance(first, "toinvoice"), Decimal("-0.03"))
        self.assertEqual(self.money(bill.amount_residual), Decimal("0.03"))
        misc = self.env["account.journal"].create(
            {"name": "Miscellaneous", "code": "MISCB", "type": "general"}
        )
        rest = self.env["account.move"].create(
            {
                "journal_id": misc.id,
                "date": "2026-11-04",
                "ref": "Amazon rounds each fee",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.ledger(first, "toinvoice").id,
                            "partner_id": bill.partner_id.id,
                            "debit": 0.03,
                        }
                    ),
                    Command.create(
                        {"account_id": self.ledger(first, "ads").id, "credit": 0.03}
                    ),
                ],
            }
        )
        rest.action_post()
        bill.js_assign_outstanding_line(rest.line_ids[0].id)
        self.assertEqual(self.open_balance(first, "toinvoice"), 0)
        self.assertEqual(bill.payment_state, "paid")
