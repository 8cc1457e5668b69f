"""Balances that one settlement hands to the next: each explains itself."""

from decimal import Decimal

from odoo.fields import Command
from odoo.tests import Form, tagged

from .settlement_case import (
    ADS,
    CHARGED,
    LOST,
    PAYABLE,
    RELEASED,
    RESERVED,
    STORAGE,
    SUBSCRIPTION,
)
from .settlement_ledger_case import SECOND, THIRD, SettlementLedgerCase

FAILED = (
    "other-transaction",
    "other-transaction",
    "Transfer of funds unsuccessful: Amazon has cancelled your transfer of funds.",
)
DECLINED = ("other-transaction", "other-transaction", "Failed charge")
MICRO = ("Transfers", "Micro Deposit", "Micro Deposit")
DEBT_FOR = "Cross-Account Debt Adjustment for BE"
DEBT_AGAINST = "Cross-Account Debt Adjustment against DE"


@tagged("post_install", "-at_install")
class TestSettlementBalances(SettlementLedgerCase):
    def test_negative_total_rolled_forward(self):
        """case 40: what is owed is closed by Payable of the next settlement"""
        account, _seller = self.bookable()
        first = self.post(account, [self.row(SUBSCRIPTION, "-5.27")])
        self.assertEqual(first.total_amount, -5.27)
        self.assertEqual(first.state, "booked")
        self.assertEqual(self.proofs(first)["P7"], "warning")
        second = self.post(
            account, [self.second(PAYABLE, "-5.27"), self.second(LOST, "30")], **SECOND
        )
        self.assertProved(second)
        self.assertEqual(self.items(first, "transit"), [(Decimal("-5.27"), 0)])
        self.assertEqual(
            self.items(second, "transit"),
            [(Decimal("5.27"), 0), (Decimal("24.73"), Decimal("24.73"))],
        )
        self.assertEqual(first.state, "paid")
        self.assertEqual(self.proofs(first)["P7"], "ok")
        self.assertEqual(second.state, "booked")
        self.assertEqual(self.issues(second), [])

    def test_negative_total_charged_later(self):
        """case 41: the next settlement has the debt and the charge; the card closes it"""
        account, _seller = self.bookable()
        card = self.bank("CARD", "credit")
        first = self.post(account, [self.row(SUBSCRIPTION, "-70.00")])
        second = self.post(
            account,
            [
                self.second(PAYABLE, "-70.00"),
                self.second(CHARGED, "70.00"),
                self.second(LOST, "30.00"),
            ],
            **SECOND,
        )
        self.assertEqual(first.state, "paid")
        self.assertEqual(self.items(second, "transit"), [(70, 0), (-70, -70), (30, 30)])
        paid = self.bank_line(card, "-70.00", "2026-10-16", "AMZ CARD")
        charge = second._open_transit() - second.payout_line_id
        self.receive(second, item_id=charge, statement_line_id=paid)
        self.assertTrue(paid.is_reconciled)
        self.assertEqual(self.items(second, "transit"), [(70, 0), (-70, 0), (30, 30)])
        self.assertEqual(second.state, "booked", "the payout of 30 is still to come")

    def test_charged_in_the_same_settlement(self):
        """case 41: subscription and charge in one settlement of 0.00"""
        account, _seller = self.bookable()
        card = self.bank("CARD", "credit")
        settlement = self.post(
            account,
            [self.row(SUBSCRIPTION, "-32.09"), self.row(CHARGED, "32.09")],
        )
        self.assertFalse(settlement.payout_line_id)
        self.assertEqual(settlement.state, "booked", "the card's line is to come")
        self.receive(settlement, journal_id=card)
        line = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", card.id)]
        )
        self.assertEqual(line.amount, -32.09)
        self.assertTrue(line.is_reconciled)
        self.assertEqual(settlement.state, "paid")
        self.assertEqual(self.open_balance(settlement, "transit"), 0)

    def test_charge_declined(self):
        """case 42: a charge the card declined stays open on transit, and is listed"""
        account, _seller = self.bookable()
        first = self.post(account, [self.row(SUBSCRIPTION, "-70.00")])
        second = self.post(
            account,
            [self.second(PAYABLE, "-70.00"), self.second(CHARGED, "70.00")],
            **SECOND,
        )
        third = self.post(
            account,
            [self.third(DECLINED, "-70.00"), self.third(LOST, "100.00")],
            **THIRD,
        )
        self.assertEqual(first.state, "paid")
        self.assertEqual(second.state, "paid", "the charge never was")
        self.assertEqual(self.open_balance(third, "transit"), 30)
        declined = self.post(
            account,
            [self.row(DECLINED, "-8.00"), self.row(LOST, "9.00")],
            start="2026-09-01 00:00:00 UTC",
            end="2026-09-14 00:00:00 UTC",
            deposit="2026-09-16 00:00:00 UTC",
        )
        self.assertEqual(self.issues(declined), ["balance"])
        self.assertEqual(self.items(declined, "transit"), [(8, 8), (1, 1)])

    def test_payout_came_back(self):
        """case 43: a failed payout is closed by the next settlement; income once"""
        account, _seller = self.bookable()
        first = self.post(account, [self.row(LOST, "100.00")])
        second = self.post(
            account,
            [self.second(FAILED, "100.00"), self.second(LOST, "50.00")],
            **SECOND,
        )
        self.assertEqual(self.items(first, "transit"), [(100, 0)])
        self.assertEqual(self.items(second, "transit"), [(-100, 0), (150, 150)])
        self.assertEqual(first.state, "paid")
        income = self.balance(first, "reimb") + self.balance(second, "reimb")
        self.assertEqual(income, -150)
        bank = self.bank()
        self.receive(second, statement_line_id=self.bank_line(bank, 150, "2026-10-29"))
        self.assertEqual(self.open_balance(second, "transit"), 0)

    def test_micro_deposit(self):
        """case 44: the cents that verify the bank account arrive in the bank"""
        account, _seller = self.bookable()
        settlement = self.post(
            account, [self.row(MICRO, "-0.01"), self.row(LOST, "10.01")]
        )
        cent = Decimal("0.01")
        self.assertEqual(self.items(settlement, "transit"), [(cent, cent), (10, 10)])
        bank = self.bank()
        item = settlement._open_transit() - settlement.payout_line_id
        line = self.bank_line(bank, "0.01")
        self.receive(settlement, item_id=item, statement_line_id=line)
        self.assertEqual(self.items(settlement, "transit"), [(cent, 0), (10, 10)])

    def test_reserve(self):
        """case 45: what is kept back and released later is one pair"""
        account, _seller = self.bookable()
        first = self.post(
            account, [self.row(LOST, "100.00"), self.row(RESERVED, "-45.00")]
        )
        self.assertEqual(self.open_balance(first, "reserve"), 45)
        second = self.post(
            account,
            [
                self.second(RELEASED, "45.00"),
                self.second(RESERVED, "-30.00"),
                self.second(LOST, "1.00"),
            ],
            **SECOND,
        )
        self.assertEqual(self.items(first, "reserve"), [(45, 0)])
        self.assertEqual(self.items(second, "reserve"), [(-45, 0), (30, 30)])
        self.assertEqual(self.open_balance(second, "reserve"), 30)
        self.assertEqual(self.proofs(second)["P8"], "ok")

    def test_reserve_of_the_other_order(self):
        """cases 45, 63: booked the other way round, the pair is the same"""
        account, _seller = self.bookable()
        first = self.settle(
            account, [self.row(LOST, "-100.00"), self.row(RESERVED, "-45.00")]
        )
        second = self.post(
            account,
            [
                self.second(PAYABLE, "-145.00"),
                self.second(RELEASED, "45.00"),
                self.second(LOST, "200.00"),
            ],
            **SECOND,
        )
        self.assertEqual(self.issues(second), ["balance", "reserve"])
        self.assertEqual(self.proofs(second)["P8"], "warning")
        first.action_post()
        self.assertEqual(self.open_balance(first, "reserve"), 0)
        self.assertEqual(self.items(first, "transit"), [(-145, 0)])
        self.assertEqual(first.state, "paid")
        self.assertEqual(self.issues(second), [])
        self.assertEqual(self.proofs(second)["P8"], "ok")

    def test_reserve_that_differs(self):
        """case 46: another amount is released than was kept: both open, and listed"""
        account, _seller = self.bookable()
        first = self.post(
            account, [self.row(LOST, "100.00"), self.row(RESERVED, "-45.00")]
        )
        second = self.post(
            account,
            [self.second(RELEASED, "40.00"), self.second(STORAGE, "-1.00")],
            **SECOND,
        )
        self.assertEqual(self.items(first, "reserve"), [(45, 45)])
        self.assertEqual(self.items(second, "reserve"), [(-40, -40)])
        self.assertEqual(self.issues(second), ["reserve"])
        self.assertEqual(self.proofs(second)["P8"], "warning")

    def test_first_settlement(self):
        """case 46: the reserve from before is written off to the opening balances"""
        account, _seller = self.bookable()
        first = self.post(account, [self.row(RELEASED, "40.00"), self.row(LOST, "1")])
        self.assertEqual(self.issues(first), ["reserve"])
        self.env["account.journal"].create(
            {"name": "Miscellaneous", "code": "MISCA", "type": "general"}
        )
        opening = self.env["account.account"].create(
            {"name": "Opening", "code": "399991", "account_type": "equity"}
        )
        action = first.issue_ids.action_write_off()
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"]))
        wizard.ledger_account_id = opening
        wizard.reason = "Reserve before Odoo"
        wizard.date = "2026-10-12"
        wizard.save().action_write_off()
        self.assertEqual(self.open_balance(first, "reserve"), 0)
        self.assertEqual(opening.current_balance, -40)
        self.assertEqual(self.issues(first), [])
        self.assertEqual(self.proofs(first)["P8"], "ok")

    def test_opening_entry_by_hand(self):
        """case 46: an opening entry on the reserve account is found by itself"""
        account, _seller = self.bookable()
        first = self.settle(account, [self.row(RELEASED, "40.00"), self.row(LOST, "1")])
        equity = self.env["account.account"].create(
            {"name": "Opening", "code": "399992", "account_type": "equity"}
        )
        misc = self.env["account.journal"].create(
            {"name": "Opening", "code": "OPN", "type": "general"}
        )
        self.env["account.move"].create(
            {
                "journal_id": misc.id,
                "date": "2026-09-27",
                "line_ids": [
                    Command.create(
                        {"account_id": self.ledger(first, "reserve").id, "debit": 40}
                    ),
                    Command.create({"account_id": equity.id, "credit": 40}),
                ],
            }
        ).action_post()
        first.action_post()
        self.assertEqual(self.items(first, "reserve"), [(-40, 0)])
        self.assertEqual(self.issues(first), [])

    def test_debt_between_marketplaces(self):
        """case 47: one marketplace's debt paid by another nets to zero"""
        account, _seller = self.bookable()
        debt = "Debt Adjustment"
        first = self.post(
            account,
            [self.row((debt, debt, DEBT_FOR), "-50.00"), self.row(LOST, "80.00")],
        )
        self.assertEqual(self.items(first, "crossacct"), [(50, 50)])
        self.assertEqual(self.issues(first), ["balance"], "until the other is here")
        second = self.post(
            account,
            [
                self.row((debt, debt, DEBT_AGAINST), "50.00"),
                self.row(ADS, "-55.00"),
            ],
        )
        self.assertEqual(self.items(first, "crossacct"), [(50, 0)])
        self.assertEqual(self.items(second, "crossacct"), [(-50, 0)])
        self.assertEqual(self.issues(first) + self.issues(second), [])
        # neither is later than the other: both can be undone
        first.action_reset()
        self.assertEqual(self.items(second, "crossacct"), [(-50, -50)])
        first.action_post()
        self.assertEqual(self.items(second, "crossacct"), [(-50, 0)])

    def test_debt_in_another_currency(self):
        """case 47: in two currencies what is left is the difference of the rates"""
        account, _seller = self.bookable()
        german, _seller = self.bookable("DE", settlement_split="none")
        self.assertNotEqual(german.company_id.currency_id.name, "EUR")
        crossacct = self.env["amazon.settlement.account"].search(
            [("kind", "=", "crossacct"), ("account_id", "in", (account | german).ids)]
        )
        crossacct.ledger_account_id = crossacct[0].ledger_account_id
        debt = "Debt Adjustment"
        first = self.post(
            account,
            [self.row((debt, debt, DEBT_FOR), "-50.00"), self.row(LOST, "80.00")],
        )
        second = self.post(
            german,
            [self.row((debt, debt, DEBT_AGAINST), "44.00"), self.row(LOST, "1.00")],
            currency="EUR",
        )
        left = self.open_balance(first, "crossacct")
        self.assertEqual(left, self.money(50 - 44 / 0.9))
        self.assertEqual(self.issues(first), ["balance"])
        self.assertEqual(self.issues(second), ["balance"])
