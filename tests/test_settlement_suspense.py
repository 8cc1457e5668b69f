"""Rows that no rule knew when a settlement was posted."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .settlement_case import ADS, COMMISSION, LOST, UNKNOWN
from .settlement_ledger_case import SettlementLedgerCase

NEW_ORDER = ("Order", "Buyer Money", "Principal of a new kind")


@tagged("post_install", "-at_install")
class TestSettlementSuspense(SettlementLedgerCase):
    def rule(self, triple, role, kind, category):
        texts = zip(
            ("transaction_type", "amount_type", "amount_description"),
            triple,
            strict=True,
        )
        return self.env["amazon.settlement.mapping"].create(
            dict(texts) | {"role": role, "kind": kind, "category": category}
        )

    def posted_with_suspense(self, account, rows, **values):
        settlement = self.settle(account, rows, **values)
        settlement.action_post_with_suspense()
        self.assertEqual(settlement.state, "booked")
        return settlement

    def test_draft_and_activity(self):
        """case 48: held, told, shown on suspense in a draft, and not posted"""
        account, _seller = self.bookable(settlement_policy="posted")
        settlement = self.settle(
            account, [self.row(UNKNOWN, "-2.22"), self.row(LOST, "10.00")]
        )
        self.assertEqual(settlement.state, "to_map")
        self.assertEqual(settlement.activity_ids.user_id, account.settlement_user_id)
        self.hour(account)
        self.assertFalse(
            settlement.move_ids, "the policy does not post what is unknown"
        )
        settlement.action_book()
        self.assertEqual(settlement.state, "to_map")
        ledger = self.ledger(settlement, "suspense")
        line = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == ledger)
        self.assertEqual(self.money(line.balance), Decimal("2.22"))
        self.assertEqual(line.partner_id, account.settlement_partner_id)
        for text in UNKNOWN:
            self.assertIn(text, line.name)
        with self.assertRaisesRegex(UserError, "Nothing is posted to suspense"):
            settlement.action_post()
        with self.assertRaisesRegex(UserError, "on the settlement itself"):
            settlement.move_ids.action_post()
        self.assertEqual(settlement.move_ids.mapped("state"), ["draft"])
        settlement.action_post_with_suspense()
        self.assertEqual(settlement.move_ids.mapped("state"), ["posted"])
        self.assertTrue(settlement.allow_suspense)

    def test_mapped_after_posting(self):
        """case 49: an entry of its own takes the amounts off suspense, row by row"""
        account, _seller = self.bookable()
        settlement = self.posted_with_suspense(
            account,
            [
                self.row(UNKNOWN, "-2.22"),
                self.row(UNKNOWN, "-1.11"),
                self.row(ADS, "-5.00"),
                self.row(LOST, "20.00"),
            ],
        )
        booked = self.content(settlement)
        self.assertEqual(self.open_balance(settlement, "suspense"), Decimal("3.33"))
        self.rule(UNKNOWN, "expense", "ads", "advertising")
        settlement.action_classify()
        self.assertEqual(self.open_balance(settlement, "suspense"), 0)
        self.assertEqual(self.balance(settlement, "ads"), Decimal("8.33"))
        self.assertEqual(len(settlement.move_ids), 2)
        self.assertEqual(set(settlement.move_ids.mapped("state")), {"posted"})
        self.assertProved(settlement)
        new = [line for line in self.content(settlement) if line not in booked]
        self.assertEqual(len(self.content(settlement)), len(booked) + len(new))
        self.assertFalse(settlement.unmapped_ids)
        rows = settlement.line_ids
        late = rows.filtered(lambda row: row.amount_description == UNKNOWN[2])
        self.assertEqual(len(late.move_line_id), 1)
        self.assertEqual(late.move_line_id.amount_currency, 3.33)
        settlement.action_reset()
        self.assertEqual(self.open_balance(settlement, "suspense"), 0)
        settlement.action_post()
        self.assertEqual(self.balance(settlement, "ads"), Decimal("8.33"))
        self.assertEqual(self.balance(settlement, "suspense"), 0)

    def test_same_rule_as_other_rows(self):
        """case 49: rows under the same rule keep their journal item, in both rounds"""
        account, _seller = self.bookable()
        second = ("other-transaction", "other-transaction", "Something newer")
        settlement = self.posted_with_suspense(
            account,
            [
                self.row(UNKNOWN, "-2.00"),
                self.row(second, "-3.00"),
                self.row(LOST, "9"),
            ],
        )
        rule = self.rule(
            ("other-transaction", "*", UNKNOWN[2]), "expense", "ads", "other_expense"
        )
        settlement.action_classify()
        first_item = settlement.line_ids.filtered(lambda r: r.amount == -2).move_line_id
        rule.amount_description = "Something new*"
        settlement.action_classify()
        self.assertProved(settlement)
        rows = {row.amount: row.move_line_id for row in settlement.line_ids}
        self.assertEqual(rows[-2.0], first_item)
        self.assertEqual(self.money(rows[-3.0].amount_currency), 3)
        self.assertEqual(self.open_balance(settlement, "suspense"), 0)

    def test_order_money_mapped_late(self):
        """case 49: what turns out to be an order's money closes its invoice"""
        account, _seller = self.bookable()
        ref, invoice = self.sell(account, "50.00")
        settlement = self.posted_with_suspense(
            account,
            [self.row(NEW_ORDER, "50.00", ref), self.row(COMMISSION, "-5", ref)],
        )
        self.assertEqual(invoice.payment_state, "not_paid")
        self.rule(NEW_ORDER, "order", False, "product")
        settlement.action_classify()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.open_balance(settlement, "suspense"), 0)
        self.assertProved(settlement)

    def test_suspense_in_a_locked_period(self):
        """case 49: the entry is on the first open day, in both currencies to the cent"""
        account, _seller = self.bookable("DE")
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.currency("EUR").id,
                "name": "2026-11-01",
                "rate": 0.8,
                "company_id": self.company.id,
            }
        )
        values = {"currency": "EUR"}
        settlement = self.posted_with_suspense(
            account, [self.row(UNKNOWN, "-9.99"), self.row(LOST, "20.00")], **values
        )
        self.company.fiscalyear_lock_date = "2026-10-31"
        self.rule(UNKNOWN, "expense", "ads", "advertising")
        settlement.action_classify()
        move = settlement.move_ids.sorted("id")[-1]
        self.assertEqual(str(move.date), "2026-11-01")
        ledger = self.ledger(settlement, "suspense")
        lines = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == ledger)
        self.assertTrue(all(lines.mapped("reconciled")))
        self.assertEqual(sum(map(self.money, lines.mapped("balance"))), 0)
        exchange = self.env["account.partial.reconcile"].search(
            [("debit_move_id", "in", lines.ids)]
        )
        self.assertFalse(exchange.exchange_move_id)

    def test_needs_the_right_to_book(self):
        """case 49: asking the rules again books nothing for who may not book"""
        account, _seller = self.bookable()
        settlement = self.posted_with_suspense(
            account, [self.row(UNKNOWN, "-2.00"), self.row(LOST, "9.00")]
        )
        self.rule(UNKNOWN, "expense", "ads", "advertising")
        user = new_test_user(
            self.env, "operator", groups="amazon_connector.group_amazon_user"
        )
        with self.assertRaisesRegex(UserError, "needs the right Invoicing"):
            settlement.with_user(user).action_classify()
        self.assertEqual(len(settlement.move_ids), 1)

    def test_rule_changed_after_booking(self):
        """case 52: a rule changed later leaves what is booked as it is"""
        account, _seller = self.bookable()
        settlement = self.post(
            account, [self.row(ADS, "-5.00"), self.row(LOST, "20.00")]
        )
        booked = self.content(settlement)
        self.rule(ADS, "expense", "feeadj", "other_expense")
        with self.assertRaisesRegex(UserError, "waits for a rule"):
            settlement.action_classify()
        self.assertEqual(self.content(settlement), booked)
        self.assertEqual(settlement.line_ids.mapped("kind"), ["ads", "reimb"])
        settlement.action_reset()
        settlement.action_post()
        self.assertEqual(self.balance(settlement, "feeadj"), 5)
