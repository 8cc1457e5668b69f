"""Payouts arrive: a line of the bank that is there already, or a new one."""

from decimal import Decimal

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from ..sync import settlement_watch
from .settlement_case import CHARGED, LOST, SUBSCRIPTION
from .settlement_ledger_case import SECOND, SettlementLedgerCase


@tagged("post_install", "-at_install")
class TestSettlementPayout(SettlementLedgerCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()
        self.journal = self.bank()

    def paying(self, amount="100.00", **values):
        """A posted settlement that Amazon pays out on 14 October."""
        return self.post(self.account, [self.row(LOST, amount)], **values)

    def bank_lines(self, journal=None):
        return self.env["account.bank.statement.line"].search(
            [("journal_id", "=", (journal or self.journal).id)]
        )

    def assertArrived(self, settlement):
        self.assertEqual(settlement.state, "paid")
        self.assertTrue(settlement.payout_line_id.reconciled)
        self.assertEqual(self.proofs(settlement)["P7"], "ok")

    def assertInTransit(self, settlement):
        self.assertEqual(settlement.state, "booked")
        self.assertFalse(settlement.payout_line_id.reconciled)
        self.assertEqual(self.proofs(settlement)["P7"], "warning")

    # -- which bank line --------------------------------------------------------------

    def test_bank_line_is_there(self):
        """row 11.3, case 69: the imported bank line that fits is proposed, and used"""
        self.bank_line(self.journal, "100.00", "2026-12-24", "Too late")
        self.bank_line(self.journal, "99.00", "2026-10-14", "Near")
        right = self.bank_line(self.journal, "100.00", "2026-10-16", "AMAZON PAYMENTS")
        self.bank_line(self.journal, "-100.00", "2026-10-14", "The other way")
        settlement = self.paying()
        self.assertInTransit(settlement)
        wizard = self.receiving(settlement)
        self.assertEqual(wizard.statement_line_id, right)
        self.assertEqual((wizard.journal_id, wizard.amount), (self.journal, 100))
        self.assertInTransit(settlement)
        wizard.save().action_receive()
        self.assertArrived(settlement)
        self.assertEqual(len(self.bank_lines()), 4, "no bank line was made")
        self.assertTrue(right.is_reconciled)
        ledger = self.ledger(settlement, "transit")
        self.assertIn(ledger, right.line_ids.account_id)
        self.assertNotIn(self.journal.suspense_account_id, right.line_ids.account_id)
        with self.assertRaisesRegex(UserError, "Nothing of settlement"):
            settlement.action_receive_payout()

    def test_new_bank_line(self):
        """row 11.3, case 69: without a line of the bank one is made, of Amazon's day"""
        settlement = self.paying()
        wizard = self.receiving(settlement)
        self.assertFalse(wizard.statement_line_id)
        self.assertEqual((str(wizard.date), wizard.amount), ("2026-10-14", 100))
        wizard.journal_id = self.journal
        wizard.save().action_receive()
        self.assertArrived(settlement)
        line = self.bank_lines()
        self.assertEqual(line.amount, 100)
        self.assertIn(settlement.settlement_ref, line.payment_ref)
        self.assertEqual(self.journal.default_account_id.current_balance, 100)
        self.assertEqual(self.open_balance(settlement, "transit"), 0)

    def test_second_bank_line(self):
        """case 69: a bank line imported after it is listed as a duplicate"""
        settlement = self.paying()
        self.receive(settlement, journal_id=self.journal)
        self.hour(self.account)
        self.assertEqual(self.issues(settlement), [])
        twin = self.bank_line(self.journal, "100.00", "2026-10-15")
        self.hour(self.account)
        self.assertEqual(self.issues(settlement), ["duplicate"])
        self.hour(self.account)
        self.assertEqual(self.issues(settlement), ["duplicate"], "told once")
        twin.unlink()
        self.hour(self.account)
        self.assertEqual(self.issues(settlement), [])

    def test_two_payouts_of_one_amount(self):
        """case 69: the line of another payout of the same amount is no duplicate"""
        first = self.paying()
        self.receive(first, journal_id=self.journal)
        self.post(self.account, [self.second(LOST, "100.00")], **SECOND)
        self.bank_line(self.journal, "100.00", "2026-10-17")
        self.hour(self.account)
        self.assertEqual(self.issues(first), [])

    def test_duplicate_is_told_before(self):
        """case 69: nor is a second line made without a word"""
        settlement = self.paying()
        line = self.bank_line(self.journal, "100.00", "2026-10-16")
        wizard = self.receiving(settlement)
        wizard.statement_line_id = self.env["account.bank.statement.line"]
        wizard.journal_id = self.journal
        wizard.date = "2026-10-14"
        self.assertIn("has a line of the same amount", wizard.warning)
        record = wizard.save()
        with self.assertRaisesRegex(UserError, "has a line of the same amount"):
            record.action_receive()
        self.assertInTransit(settlement)
        record.is_another = True
        record.action_receive()
        self.assertArrived(settlement)
        self.assertFalse(line.is_reconciled)

    def test_taken_line(self):
        """case 69: a bank line that is matched already can't be taken again"""
        first, second = self.paying(), self.paying()
        line = self.bank_line(self.journal, "100.00", "2026-10-16")
        wizards = [self.receiving(settlement).save() for settlement in (first, second)]
        wizards[0].action_receive()
        with self.assertRaisesRegex(UserError, "is reconciled already"):
            wizards[1].action_receive()
        self.assertArrived(first)
        self.assertInTransit(second)
        self.assertTrue(line.is_reconciled)

    # -- amounts that differ ------------------------------------------------------------

    def test_fee_of_the_bank(self):
        """case 70: the fee a bank has taken goes to an account, with a reason"""
        settlement = self.paying()
        fees = self.env["account.account"].create(
            {"name": "Bank fees", "code": "669991", "account_type": "expense"}
        )
        self.bank_line(self.journal, "96.50", "2026-10-16")
        wizard = self.receiving(settlement)
        self.assertEqual(self.money(wizard.difference), Decimal("3.50"))
        wizard.ledger_account_id = fees
        wizard.reason = "Fee of the bank"
        wizard.save().action_receive()
        self.assertArrived(settlement)
        self.assertEqual(fees.current_balance, 3.5)
        line = self.bank_lines().line_ids.filtered(lambda x: x.account_id == fees)
        self.assertEqual(line.name, "Fee of the bank")

    def test_difference_stays_open(self):
        """case 70: without an account what is missing stays in transit, listed"""
        settlement = self.paying()
        line = self.bank_line(self.journal, "96.50", "2026-10-16")
        self.receive(settlement)
        self.assertTrue(line.is_reconciled)
        self.assertInTransit(settlement)
        self.assertEqual(self.items(settlement, "transit"), [(100, Decimal("3.50"))])
        self.hour(self.account)
        self.assertEqual(self.issues(settlement), ["payout"])
        rest = self.bank_line(self.journal, "3.50", "2026-10-20")
        self.receive(settlement, statement_line_id=rest)
        self.assertArrived(settlement)
        self.assertEqual(self.issues(settlement), [])

    def test_more_than_in_transit(self):
        """case 70: more than Amazon paid is refused, unless an account takes it"""
        settlement = self.paying()
        line = self.bank_line(self.journal, "101.00", "2026-10-16")
        wizard = self.receiving(settlement)
        wizard.statement_line_id = line
        record = wizard.save()
        with self.assertRaisesRegex(UserError, "only .* is in transit"):
            record.action_receive()
        self.assertInTransit(settlement)
        self.assertFalse(line.is_reconciled)
        gains = self.env["account.account"].create(
            {"name": "Odd cents", "code": "449991", "account_type": "income_other"}
        )
        record.ledger_account_id = gains
        with self.assertRaisesRegex(UserError, "reason"):
            record.action_receive()
        record.reason = "Bank's bonus"
        record.action_receive()
        self.assertArrived(settlement)
        self.assertEqual(gains.current_balance, -1)

    def test_other_way_round(self):
        """case 70: money in is not taken for money out"""
        settlement = self.paying()
        line = self.bank_line(self.journal, "-100.00", "2026-10-16")
        with self.assertRaisesRegex(UserError, "one goes in, the other out"):
            self.receive(settlement, statement_line_id=line)
        self.assertInTransit(settlement)

    def test_negative_total_charged_to_the_card(self):
        """case 41: a negative total is closed by the line of the card"""
        card = self.bank("CARD", "credit")
        settlement = self.post(self.account, [self.row(SUBSCRIPTION, "-70.00")])
        self.receive(settlement, journal_id=card)
        self.assertArrived(settlement)
        self.assertEqual(self.bank_lines(card).amount, -70)

    # -- other currencies -----------------------------------------------------------------

    def euros(self, amount="90.00"):
        """A settlement in EUR of a company in USD; 0.9 when settled, then 0.8."""
        account, _seller = self.bookable("DE")
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.currency("EUR").id,
                "name": "2026-10-15",
                "rate": 0.8,
                "company_id": self.company.id,
            }
        )
        return self.post(account, [self.row(LOST, amount)], currency="EUR")

    def exchange_moves(self):
        journal = self.company.currency_exchange_journal_id
        return self.env["account.move"].search([("journal_id", "=", journal.id)])

    def test_deposit_in_another_currency(self):
        """case 68: the bank converts: transit is closed, with one exchange entry"""
        settlement = self.euros()
        before = self.exchange_moves()
        wizard = self.receiving(settlement)
        wizard.journal_id = self.journal
        wizard.date = "2026-10-16"
        self.assertTrue(wizard.is_converted)
        self.assertEqual(wizard.amount, 0)
        wizard.amount = 111.11
        self.assertEqual(wizard.difference, 0)
        wizard.save().action_receive()
        self.assertArrived(settlement)
        payout = settlement.payout_line_id
        self.assertEqual((payout.balance, payout.amount_residual), (100, 0))
        exchange = self.exchange_moves() - before
        self.assertEqual(len(exchange), 1)
        gain = self.money(sum(exchange.line_ids.mapped("debit")))
        self.assertEqual(gain, Decimal("11.11"))
        self.assertEqual(self.open_balance(settlement, "transit"), 0)
        self.assertEqual(self.journal.default_account_id.current_balance, 111.11)

    def test_imported_line_in_another_currency(self):
        """case 68: nor needs the imported bank line to know Amazon's currency"""
        settlement = self.euros()
        line = self.bank_line(self.journal, "98.00", "2026-10-16")
        self.receive(settlement, statement_line_id=line)
        self.assertArrived(settlement)
        self.assertEqual(line.foreign_currency_id.name, "EUR")
        self.assertEqual(line.amount_currency, 90)
        self.assertEqual(self.open_balance(settlement, "transit"), 0)

    def test_bank_in_the_same_foreign_currency(self):
        """case 68: a bank account in EUR, its fee in EUR"""
        settlement = self.euros()
        journal = self.bank("BNKE", currency="EUR")
        fees = self.env["account.account"].create(
            {"name": "Bank fees", "code": "669992", "account_type": "expense"}
        )
        line = self.bank_line(journal, "88.00", "2026-10-16")
        self.receive(
            settlement,
            statement_line_id=line,
            ledger_account_id=fees,
            reason="Fee of the bank",
        )
        self.assertArrived(settlement)
        self.assertEqual(self.open_balance(settlement, "transit"), 0)
        self.assertEqual(fees.current_balance, 2.5)
        self.assertEqual(sum(line.line_ids.mapped("balance")), 0)

    # -- undone, watched, by whom -----------------------------------------------------------

    def test_undo(self):
        """row 11.3: the payout is in transit again, by Odoo's way or by the button"""
        settlement = self.paying()
        self.receive(settlement, journal_id=self.journal)
        line = self.bank_lines()
        line.action_undo_reconciliation()
        self.assertInTransit(settlement)
        self.assertFalse(line.is_reconciled)
        self.receive(settlement)
        self.assertArrived(settlement)
        self.assertEqual(self.bank_lines(), line)
        settlement.action_undo_payout()
        self.assertInTransit(settlement)
        self.assertFalse(line.is_reconciled)

    def test_reset(self):
        """row 11.3: Reset gives the bank line back, and the next booking finds it"""
        settlement = self.paying()
        self.receive(settlement, journal_id=self.journal)
        line = self.bank_lines()
        settlement.action_reset()
        self.assertFalse(line.is_reconciled)
        settlement.action_post()
        self.assertInTransit(settlement)
        self.receive(settlement)
        self.assertArrived(settlement)
        self.assertEqual(self.bank_lines(), line)

    def test_matched_elsewhere(self):
        """row 11.3: what another tool has matched, or undone, is seen within the hour"""
        settlement = self.paying()
        line = self.bank_line(
            self.journal,
            "100.00",
            counterpart_account_id=self.ledger(settlement, "transit").id,
        )
        item = line.line_ids.filtered(lambda x: x.account_id.reconcile)
        (item | settlement.payout_line_id).reconcile()
        self.assertEqual(settlement.state, "booked")
        self.hour(self.account)
        self.assertArrived(settlement)
        item.remove_move_reconcile()
        self.hour(self.account)
        self.assertInTransit(settlement)

    def test_late(self):
        """row 11.3: a payout not in the bank a week after Amazon's day is listed, once"""
        late = self.paying()
        owed = self.post(
            self.account,
            [self.second(SUBSCRIPTION, "-5.00"), self.second(CHARGED, "3.00")],
            **SECOND,
        )
        self.hour(self.account)
        self.hour(self.account)
        self.assertEqual(self.issues(late), ["payout"])
        self.assertEqual(late.issue_ids.residual, 100)
        self.assertEqual(self.issues(owed), ["payout", "payout"])
        self.receive(late, journal_id=self.journal)
        self.assertEqual(self.issues(late), [])
        self.assertEqual(self.issues(late, "solved"), ["payout"])

    def test_not_late_yet(self):
        """row 11.3: before that nothing is listed, and a debt waits for its settlement"""
        now = fields.Datetime.now()
        soon = self.paying()
        soon.deposit_date = fields.Datetime.subtract(now, days=6)
        owed = self.post(self.account, [self.second(SUBSCRIPTION, "-5.00")], **SECOND)
        owed.deposit_date = fields.Datetime.subtract(now, days=20)
        self.hour(self.account)
        self.assertEqual(self.issues(soon) + self.issues(owed), [])

    def test_idle_watch_is_cheap(self):
        """row 11.3: looking after payouts costs no more queries for a longer history,
        nor for more that is in transit"""

        def cost():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            settlement_watch.watch(self.account)
            return self.env.cr.sql_log_count - before

        self.receive(self.paying("1.00"), journal_id=self.journal)
        self.paying("21.00")
        cost()
        few = cost()
        for number in range(2, 5):
            self.receive(self.paying(f"{number}.00"), journal_id=self.journal)
            self.paying(f"2{number}.00")
        cost()
        self.assertLessEqual(cost(), few)
        self.assertLess(few, 15)

    def test_rights(self):
        """row 11.3: Invoicing and Amazon / User receive a payout; without, nobody does"""
        settlement = self.paying()
        self.bank_line(self.journal, "100.00", "2026-10-16")
        user = "amazon_connector.group_amazon_user"
        operator = new_test_user(self.env, "operator", groups=user)
        accountant = new_test_user(
            self.env, "accountant", groups=f"{user},account.group_account_invoice"
        )
        with self.assertRaisesRegex(UserError, "needs the right Invoicing"):
            settlement.with_user(operator).action_receive_payout()
        self.receive(settlement.with_user(accountant))
        self.assertArrived(settlement)

    def test_locked_day(self):
        """row 11.3: a new bank line in a locked period is refused, not moved"""
        settlement = self.paying()
        self.company.fiscalyear_lock_date = "2026-10-31"
        with self.assertRaisesRegex(UserError, "is locked"):
            self.receive(settlement, journal_id=self.journal)
        self.assertInTransit(settlement)
