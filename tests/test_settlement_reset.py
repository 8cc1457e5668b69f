"""Undone: a settlement back to booked-never, whatever is locked."""

from datetime import date
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from .settlement_case import (
    ADS,
    COMMISSION,
    LOST,
    RELEASED,
    RESERVED,
    SALE,
    STORAGE,
    TAX,
    WITHHELD,
)
from .settlement_ledger_case import SECOND, SettlementLedgerCase


@tagged("post_install", "-at_install")
class TestSettlementReset(SettlementLedgerCase):
    def setUp(self):
        super().setUp()
        self.account, _seller = self.bookable()

    def booked(self, account=None, **values):
        """A settlement of two months with two orders, fees and a reserve."""
        account = account or self.account
        names = {"marketplace_name": account.store_ids[:1].marketplace_id.name}
        self.sales = [self.sell(account, amount) for amount in ("100.00", "60.00")]
        (first, _invoice), (second, _other) = self.sales
        early = {"posted": "2026-09-29 10:00:00 UTC", **names}
        settlement = self.post(
            account,
            [
                self.row(SALE, "100.00", first, **early),
                self.row(COMMISSION, "-15.00", first, **early),
                self.row(SALE, "60.00", second, **names),
                self.row(TAX, "5.00", second, **names),
                self.row(WITHHELD, "-5.00", second, **names),
                self.row(STORAGE, "-7.77"),
                self.row(RESERVED, "-20.00"),
            ],
            **values,
        )
        self.assertEqual(self.states(), ["paid", "paid"])
        return settlement

    def states(self):
        invoices = [invoice for _ref, invoice in self.sales]
        for invoice in invoices:
            invoice.invalidate_recordset()
        return [invoice.payment_state for invoice in invoices]

    def undone(self, settlement):
        return self.env["account.move"].search(
            [("amazon_undone_settlement_id", "=", settlement.id)], order="id"
        )

    def assertUndone(self, settlement):
        """Nothing of it is left in the ledger, and nothing half-open."""
        self.assertEqual(self.states(), ["not_paid", "not_paid"])
        self.assertEqual(settlement.state, "ready")
        self.assertFalse(settlement.move_ids)
        self.assertFalse(settlement.payout_line_id)
        self.assertFalse(settlement.line_ids.move_line_id)
        posted = self.undone(settlement).filtered(lambda move: move.state == "posted")
        totals = {}
        for line in posted.line_ids:
            key = line.account_id, line.amazon_order_ref or line.name
            totals[line.account_id] = totals.get(line.account_id, 0) + self.money(
                line.balance
            )
            if line.account_id.reconcile:
                self.assertTrue(line.reconciled, key)
        self.assertEqual(set(totals.values()) or {0}, {0})
        for kind in ("transit", "reserve", "carried"):
            self.assertEqual(self.open_balance(settlement, kind), 0, kind)

    def assertMirrored(self, settlement, count):
        """`count` entries, each taken back by a mirror matched with it line by line."""
        moves = self.undone(settlement)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        mirrors = moves.filtered("reversed_entry_id")
        self.assertEqual(len(mirrors), count)
        for mirror in mirrors:
            origin = mirror.reversed_entry_id
            self.assertEqual(len(mirror.line_ids), len(origin.line_ids))
            for line in origin.line_ids.filtered("account_id.reconcile"):
                matched = (
                    line.matched_debit_ids.debit_move_id
                    | line.matched_credit_ids.credit_move_id
                )
                self.assertEqual(len(matched), 1)
                self.assertEqual(matched.move_id, mirror)
                self.assertEqual(matched.amount_currency, -line.amount_currency)
        return mirrors

    def test_open_period(self):
        """case 71: invoices are unpaid, transit is empty, booked again it is the same"""
        settlement = self.booked()
        content = self.content(settlement)
        moves = settlement.move_ids
        settlement.action_reset()
        self.assertUndone(settlement)
        self.assertEqual(set(moves.mapped("state")), {"cancel"})
        self.assertEqual(self.undone(settlement), moves)
        self.assertEqual(set(self.proofs(settlement)), {"P1", "P2", "P8"})
        self.hour(self.account)
        self.assertFalse(settlement.move_ids, "it is not booked again by itself")
        settlement.action_post()
        self.assertEqual(self.content(settlement), content)
        self.assertEqual(self.states(), ["paid", "paid"])
        self.assertProved(settlement)

    def test_draft(self):
        """case 71: a draft is deleted, and nothing else happens"""
        settlement = self.settle(self.account, [self.row(LOST, "10.00")])
        with self.assertRaisesRegex(UserError, "nothing to reset"):
            settlement.action_reset()
        settlement.action_book()
        move = settlement.move_ids
        settlement.action_reset()
        self.assertFalse(move.exists())
        self.assertEqual(settlement.state, "ready")

    def test_later_settlement(self):
        """case 71: what a later settlement has taken over is not pulled from under it"""
        first = self.booked()
        second = self.post(
            self.account,
            [self.second(RELEASED, "20.00"), self.second(LOST, "1.00")],
            **SECOND,
        )
        with self.assertRaisesRegex(UserError, "closes balances of this one"):
            first.action_reset()
        self.assertEqual(self.states(), ["paid", "paid"])
        second.action_reset()
        self.assertEqual(self.open_balance(first, "reserve"), 20)
        first.action_reset()
        self.assertUndone(first)

    def test_locked_period(self):
        """case 72: a mirror on the first open day, matched line by line"""
        settlement = self.booked()
        content = self.content(settlement)
        carried = self.ledger(settlement, "carried").id
        moves = settlement.move_ids
        self.company.fiscalyear_lock_date = "2026-10-31"
        settlement.action_reset()
        self.assertUndone(settlement)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        mirrors = self.assertMirrored(settlement, 2)
        self.assertEqual(set(mirrors.mapped("date")), {date(2026, 11, 1)})
        settlement.action_post()
        # both months are in one entry now, so nothing is carried
        self.assertEqual(
            sorted(line[1:] for line in self.content(settlement)),
            sorted(line[1:] for line in content if line[1] != carried),
        )
        self.assertEqual(self.states(), ["paid", "paid"])

    def test_one_month_locked(self):
        """case 72: the locked month is mirrored, the open one is canceled"""
        settlement = self.booked()
        self.company.fiscalyear_lock_date = "2026-09-30"
        settlement.action_reset()
        self.assertUndone(settlement)
        mirror = self.assertOneMirror(settlement)
        self.assertEqual(mirror.date, date(2026, 10, 1))

    def assertOneMirror(self, settlement):
        moves = self.undone(settlement)
        self.assertEqual(sorted(moves.mapped("state")), ["cancel", "posted", "posted"])
        return moves.filtered("reversed_entry_id")

    def test_locked_with_taxes(self):
        """cases 61, 72: a tax lock alone mirrors the entry with taxes, tags and all"""
        tax = self.env["account.tax"].create(
            {"name": "20 % fees", "amount": 20.0, "type_tax_use": "purchase"}
        )
        setting = self.env["amazon.settlement.account"].search(
            [("kind", "=", "commission"), ("company_id", "=", self.company.id)]
        )
        setting.write({"treatment": "tax", "tax_ids": [Command.set(tax.ids)]})
        settlement = self.booked()
        self.company.tax_lock_date = "2026-10-31"
        settlement.action_reset()
        self.assertUndone(settlement)
        mirror = self.assertOneMirror(settlement)
        taxed = mirror.line_ids.filtered("tax_ids") | mirror.line_ids.filtered(
            "tax_repartition_line_id"
        )
        self.assertEqual(
            sorted(map(self.money, taxed.mapped("balance"))),
            [Decimal("-12.50"), Decimal("-2.50")],
        )

    def test_locked_in_another_currency(self):
        """cases 64, 72: mirrored in both currencies, without exchange entries"""
        account, _seller = self.bookable("DE")
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.currency("EUR").id,
                "name": "2026-10-08",
                "rate": 0.8,
                "company_id": self.company.id,
            }
        )
        journal = self.company.currency_exchange_journal_id
        settlement = self.booked(account, currency="EUR")
        self.company.fiscalyear_lock_date = "2026-10-31"
        settlement.action_reset()
        self.assertUndone(settlement)
        self.assertMirrored(settlement, 2)
        self.assertFalse(
            self.env["account.move"].search([("journal_id", "=", journal.id)])
        )

    def test_bank_line_of_a_locked_period(self):
        """case 72: the bank's line keeps its entry, and closes the next payout again"""
        settlement = self.booked()
        bank = self.bank()
        self.receive(settlement, journal_id=bank)
        line = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", bank.id)]
        )
        booked = line.line_ids
        self.company.fiscalyear_lock_date = "2026-10-31"
        settlement.action_reset()
        self.assertEqual(self.states(), ["not_paid", "not_paid"])
        self.assertEqual(line.line_ids, booked)
        amount = self.money(line.amount)
        self.assertEqual(self.open_balance(settlement, "transit"), -amount)
        settlement.action_post()
        self.assertEqual(self.receiving(settlement).statement_line_id, line)
        self.receive(settlement)
        self.assertEqual(self.open_balance(settlement, "transit"), 0)
        self.assertEqual(settlement.state, "paid")

    def test_audit_trail(self):
        """case 73: with an audit trail nothing is deleted"""
        self.company.restrictive_audit_trail = True
        settlement = self.booked()
        moves = settlement.move_ids
        names = moves.mapped("name")
        settlement.action_reset()
        self.assertUndone(settlement)
        self.assertEqual(moves.exists().mapped("name"), names)
        self.assertEqual(set(moves.mapped("state")), {"cancel"})
        settlement.action_post()
        self.assertProved(settlement)
        self.assertEqual(self.states(), ["paid", "paid"])

    def test_by_hand(self):
        """case 74: an entry of a settlement is not undone on the entry itself"""
        settlement = self.booked()
        move = settlement.move_ids[0]
        for button in (move.button_draft, move.button_cancel):
            with self.assertRaisesRegex(UserError, "press Reset"):
                button()
        with self.assertRaises(UserError):
            move.unlink()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        misc = self.env["account.journal"].create(
            {"name": "Miscellaneous", "code": "MISCC", "type": "general"}
        )
        with self.assertRaisesRegex(UserError, "press Reset"):
            wizard.create({"journal_id": misc.id}).reverse_moves()
        self.assertEqual(self.states(), ["paid", "paid"])
        self.assertEqual(set(settlement.move_ids.mapped("state")), {"posted"})

    def test_draft_by_hand(self):
        """case 74: nor is a draft of a settlement deleted there"""
        settlement = self.settle(self.account, [self.row(LOST, "10.00")])
        settlement.action_book()
        with self.assertRaisesRegex(UserError, "press Reset"):
            settlement.move_ids.unlink()

    def test_other_entries_of_the_journal(self):
        """case 75: nobody else posts in the journal of the settlements"""
        settlement = self.settle(self.account, [self.row(ADS, "-10.00")])
        ledger = self.ledger(settlement, "ads")
        move = self.env["account.move"].create(
            {
                "journal_id": self.account.settlement_journal_id.id,
                "date": "2026-10-05",
                "line_ids": [
                    Command.create({"account_id": ledger.id, "debit": 5.0}),
                    Command.create({"account_id": ledger.id, "credit": 5.0}),
                ],
            }
        )
        with self.assertRaisesRegex(UserError, "is for Amazon settlements alone"):
            move.action_post()
        self.assertEqual(move.state, "draft")

    def test_hashed_journal(self):
        """case 89: in a hashed journal only a mirror undoes"""
        self.account.settlement_journal_id.restrict_mode_hash_table = True
        settlement = self.booked()
        moves = settlement.move_ids
        hashes = moves.mapped("inalterable_hash")
        self.assertTrue(all(hashes))
        settlement.action_reset()
        self.assertUndone(settlement)
        self.assertMirrored(settlement, 2)
        self.assertEqual(set(moves.mapped("state")), {"posted"})
        self.assertEqual(moves.mapped("inalterable_hash"), hashes)
        self.env.user.group_ids |= self.env.ref("account.group_account_user")
        report = self.company._check_hash_integrity()["results"]
        name = self.account.settlement_journal_id.name
        statuses = [r["status"] for r in report if r["journal_name"].startswith(name)]
        self.assertEqual(set(statuses), {"verified"})
        settlement.action_post()
        self.assertProved(settlement)
        self.assertEqual(self.states(), ["paid", "paid"])
