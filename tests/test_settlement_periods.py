"""Months, time zones, locked periods, and the chain of settlements."""

from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from ..sync import settlement_parts
from .settlement_case import ADS, COMMISSION, LOST, SALE, STORAGE
from .settlement_ledger_case import SECOND, THIRD, SettlementLedgerCase

SEPTEMBER = "2026-09-29 10:00:00 UTC"
# midnight UTC of the 12th is still the 11th in Seattle
LAST_DAY = date(2026, 10, 11)


@tagged("post_install", "-at_install")
class TestSettlementPeriods(SettlementLedgerCase):
    def parts(self, settlement):
        """[(date, prior period?, total of debits)] of the entries."""
        return [
            (
                move.date,
                "prior period" in move.ref,
                self.money(sum(move.line_ids.mapped("debit"))),
            )
            for move in settlement.move_ids.sorted(lambda m: (m.date, m.id))
        ]

    def rows_of_two_months(self, account):
        ref, invoice = self.sell(account, "80.00", date="2026-09-28")
        rows = [
            self.row(SALE, "80.00", ref, posted=SEPTEMBER),
            self.row(COMMISSION, "-12.00", ref, posted=SEPTEMBER),
            self.row(LOST, "40.00"),
            self.row(ADS, "-8.00"),
        ]
        return rows, invoice

    def assertCarried(self, settlement, *amounts):
        """What the entries carry over, and that it is reconciled."""
        carried = self.items(settlement, "carried")
        self.assertEqual(sorted(amount for amount, _open in carried), sorted(amounts))
        self.assertEqual({rest for _amount, rest in carried} or {0}, {0})
        self.assertEqual(self.open_balance(settlement, "carried"), 0)

    def test_month_split(self):
        """case 58: an entry a month, the balance carried, the payout in the last one"""
        account, _seller = self.bookable()
        rows, invoice = self.rows_of_two_months(account)
        settlement = self.post(account, rows)
        self.assertProved(settlement)
        self.assertEqual(
            self.parts(settlement),
            [(date(2026, 9, 30), False, 80), (LAST_DAY, False, 108)],
        )
        self.assertCarried(settlement, 68, -68)
        self.assertEqual(self.balance(settlement, "transit"), 100)
        self.assertEqual(settlement.payout_line_id.move_id.date, LAST_DAY)
        self.assertEqual(invoice.payment_state, "paid")
        commission = self.ledger(settlement, "commission")
        lines = settlement.move_ids.line_ids
        self.assertEqual(
            lines.filtered(lambda x: x.account_id == commission).date, date(2026, 9, 30)
        )

    def test_no_split(self):
        """case 58: without the split all of it is in one entry at the end"""
        account, _seller = self.bookable(settlement_split="none")
        rows, _invoice = self.rows_of_two_months(account)
        settlement = self.settle(account, rows)
        self.company.fiscalyear_lock_date = "2026-09-30"
        self.assertFalse(settlement.date_warning, "nothing is booked in September")
        settlement.action_post()
        self.assertProved(settlement)
        self.assertEqual(self.parts(settlement), [(LAST_DAY, False, 120)])
        self.assertCarried(settlement)

    def test_many_orders(self):
        """case 86: many orders are booked in entries of a bounded size, carried over"""
        account, _seller = self.bookable()
        sales = [self.sell(account, 10 + number) for number in range(5)]
        rows = [
            self.row(SALE, invoice.amount_total, ref, posted=SEPTEMBER)
            for ref, invoice in sales
        ]
        settlement = self.settle(account, [*rows, self.row(ADS, "-8.00")])
        with patch.object(settlement_parts, "SLICE", 2):
            settlement.action_post()
        self.assertProved(settlement)
        self.assertEqual(len(settlement.move_ids), 4)
        self.assertCarried(settlement, 21, -21, 46, -46, 60, -60)
        self.assertEqual(self.balance(settlement, "transit"), 52)
        for _ref, invoice in sales:
            self.assertEqual(invoice.payment_state, "paid")

    def test_clock_of_the_marketplace(self):
        """case 59: three in the morning UTC is the day before in the United States"""
        account, _seller = self.bookable()
        settlement = self.post(
            account,
            [
                self.row(STORAGE, "-5.00", posted="2026-10-01 03:00:00 UTC"),
                self.row(STORAGE, "-7.00", posted="2026-10-01 08:00:00 UTC"),
                self.row(LOST, "20.00"),
            ],
        )
        rows = settlement.line_ids.sorted("number")
        self.assertEqual(
            rows.mapped("accounting_date"),
            [date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 7)],
        )
        storage = self.ledger(settlement, "storage")
        items = settlement.move_ids.line_ids.filtered(lambda x: x.account_id == storage)
        self.assertEqual(
            {item.date: item.balance for item in items},
            {date(2026, 9, 30): 5, LAST_DAY: 7},
        )

    def test_locked_month(self):
        """case 60: rows of a locked month go to the first open day, labelled and told"""
        account, _seller = self.bookable()
        rows, invoice = self.rows_of_two_months(account)
        settlement = self.settle(account, rows)
        self.assertFalse(settlement.date_warning)
        self.company.fiscalyear_lock_date = "2026-09-30"
        settlement.invalidate_recordset(["date_warning"])
        self.assertIn("2026-09 is locked", settlement.date_warning)
        self.assertIn("2026-10-01", settlement.date_warning)
        settlement.action_post()
        self.assertProved(settlement)
        self.assertEqual(
            self.parts(settlement),
            [(date(2026, 10, 1), True, 80), (LAST_DAY, False, 108)],
        )
        self.assertCarried(settlement, 68, -68)
        self.assertEqual(invoice.payment_state, "paid")
        activity = settlement.activity_ids
        self.assertEqual(activity.summary, "Booked outside a locked period")
        self.assertIn("2026-10-01", activity.note)
        self.assertEqual(activity.user_id, account.settlement_user_id)

    def test_everything_locked(self):
        """case 60: a lock after the end moves all of it, the payout too"""
        account, _seller = self.bookable()
        rows, _invoice = self.rows_of_two_months(account)
        settlement = self.settle(account, rows)
        self.company.fiscalyear_lock_date = "2026-10-31"
        settlement.action_post()
        self.assertProved(settlement)
        self.assertEqual(self.parts(settlement), [(date(2026, 11, 1), True, 120)])

    def with_taxed_storage(self, account):
        tax = self.env["account.tax"].create(
            {
                "name": "20 % on fees",
                "amount": 20.0,
                "type_tax_use": "purchase",
                "company_id": self.company.id,
            }
        )
        setting = self.env["amazon.settlement.account"].search(
            [("kind", "=", "storage"), ("company_id", "=", self.company.id)]
        )
        setting.write({"treatment": "tax", "tax_ids": [Command.set(tax.ids)]})
        return [
            self.row(STORAGE, "-12.00", posted=SEPTEMBER),
            self.row(ADS, "-3.00", posted=SEPTEMBER),
            self.row(STORAGE, "-24.00"),
            self.row(LOST, "100.00"),
        ]

    def test_tax_lock(self):
        """case 61: a tax lock moves the taxed fees, and nothing else"""
        account, _seller = self.bookable()
        settlement = self.settle(account, self.with_taxed_storage(account))
        self.company.tax_lock_date = "2026-09-30"
        settlement.invalidate_recordset(["date_warning"])
        self.assertIn("2026-09 is locked for taxes", settlement.date_warning)
        self.assertIn("2026-10-01", settlement.date_warning)
        settlement.action_post()
        self.assertProved(settlement)
        dates = {
            self.money(row.amount): row.move_line_id.date for row in settlement.line_ids
        }
        self.assertEqual(
            dates,
            {
                Decimal("-3.00"): date(2026, 9, 30),
                Decimal("-12.00"): date(2026, 10, 1),
                Decimal("-24.00"): LAST_DAY,
                Decimal("100.00"): LAST_DAY,
            },
        )
        self.assertCarried(settlement, -3, 3, -15, 15)

    def test_tax_lock_after_the_end(self):
        """case 61: the payout stays on the settlement's day"""
        account, _seller = self.bookable()
        settlement = self.settle(account, self.with_taxed_storage(account))
        self.company.tax_lock_date = "2026-10-31"
        settlement.action_post()
        self.assertProved(settlement)
        self.assertEqual(settlement.payout_line_id.date, LAST_DAY)
        self.assertEqual(settlement.payout_line_id.balance, 61)
        taxed = settlement.line_ids.filtered(lambda row: row.kind == "storage")
        self.assertEqual(set(taxed.move_line_id.mapped("date")), {date(2026, 11, 1)})
        self.assertCarried(settlement, -3, 3, 36, -36)

    def test_deposit_to_come(self):
        """case 62: entries are of the settlement's end, and posted, even tomorrow's"""
        account, _seller = self.bookable()
        now = fields.Datetime.now().replace(hour=12, minute=0, second=0)
        moments = [now - timedelta(days=3), now + timedelta(days=2), now + timedelta(9)]
        start, end, deposit = (f"{moment} UTC" for moment in moments)
        settlement = self.post(
            account,
            [self.row(LOST, "10.00", posted=f"{now - timedelta(days=1)} UTC")],
            start=start,
            end=end,
            deposit=deposit,
        )
        move = settlement.move_ids
        last = move.sorted("date")[-1]
        self.assertEqual(set(move.mapped("state")), {"posted"})
        self.assertEqual(last.date, moments[1].date())
        self.assertEqual(set(move.mapped("auto_post")), {"no"})

    def test_older_settlement(self):
        """case 63: an older one is booked after newer ones, numbered in its month"""
        account, _seller = self.bookable()
        newer = self.post(account, [self.third(LOST, "10.00")], **THIRD)
        older = self.post(account, [self.row(LOST, "20.00", posted=SEPTEMBER)])
        self.assertProved(older)
        self.assertEqual(
            [move.name for move in (newer | older).move_ids.sorted("date")],
            [f"AMZ/2026/{month}/0001" for month in ("09", "10", "11")],
        )

    def test_missing_settlement(self):
        """case 82: a gap is told; the missing file, by hand, closes it"""
        account, _seller = self.bookable()
        self.post(account, [self.row(LOST, "10.00")])
        third = self.post(account, [self.third(LOST, "30.00")], **THIRD)
        proof = third.proof_ids.filtered(lambda p: p.code == "P8")
        self.assertEqual(proof.state, "warning")
        self.assertIn("there is no settlement", proof.detail)
        second = self.settle(account, [self.second(LOST, "20.00")], **SECOND)
        self.assertEqual(proof.state, "ok")
        self.assertIn(second.settlement_ref, proof.detail)
        second.action_post()
        self.assertEqual(self.proofs(second)["P8"], "ok")

    def test_payout_on_demand(self):
        """case 83: a settlement of three days is one like any other"""
        account, _seller = self.bookable()
        self.post(account, [self.row(LOST, "10.00")])
        short = self.post(
            account,
            [self.row(LOST, "5.00", posted="2026-10-13 10:00:00 UTC")],
            start="2026-10-12 00:00:00 UTC",
            end="2026-10-15 00:00:00 UTC",
            deposit="2026-10-15 00:00:00 UTC",
        )
        self.assertProved(short)
        self.assertEqual(self.proofs(short)["P8"], "ok")
        rest = self.post(
            account,
            [self.second(LOST, "7.00")],
            **SECOND | {"start": "2026-10-15 00:00:00 UTC"},
        )
        self.assertEqual(self.proofs(rest)["P8"], "ok")
