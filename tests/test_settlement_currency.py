"""Settlements in another currency than the company's, to the cent in both."""

from decimal import Decimal

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..sync.settlement_entry import Entry
from .settlement_case import ADS, COMMISSION, LOST, REFUND, SALE, STORAGE
from .settlement_ledger_case import SECOND, SettlementLedgerCase

EUR = {"currency": "EUR"}


@tagged("post_install", "-at_install")
class TestSettlementCurrency(SettlementLedgerCase):
    def german(self):
        """A seller in Germany with a company in US dollars; the rate moves in October."""
        account, _seller = self.bookable("DE")
        self.assertEqual(self.company.currency_id.name, "USD")
        self.set_rate("EUR", "2026-10-08", 0.8)
        return account

    def set_rate(self, name, day, rate):
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.currency(name).id,
                "name": day,
                "rate": rate,
                "company_id": self.company.id,
            }
        )

    def exchange_moves(self):
        journal = self.company.currency_exchange_journal_id
        return self.env["account.move"].search([("journal_id", "=", journal.id)])

    def receivables(self, settlement):
        return settlement.move_ids.line_ids.filtered("amazon_order_ref")

    def exchange_line(self, settlement):
        accounts = (
            self.company.income_currency_exchange_account_id
            | self.company.expense_currency_exchange_account_id
        )
        return settlement.move_ids.line_ids.filtered(
            lambda line: line.account_id in accounts
        )

    def eur_row(self, triple, amount, ref="", **values):
        return self.row(triple, amount, ref, marketplace_name="Amazon.de", **values)

    def test_one_exchange_line(self):
        """case 64: receivables clear in both currencies, with one exchange line"""
        account = self.german()
        before = self.exchange_moves()
        sales = [self.sell(account, amount) for amount in ("100.00", "33.33", "0.07")]
        rows = [
            self.eur_row(SALE, amount, ref)
            for (ref, _invoice), amount in zip(
                sales, ("100.00", "33.33", "0.07"), strict=True
            )
        ]
        rows += [
            self.eur_row(COMMISSION, "-15.01", sales[0][0]),
            self.eur_row(STORAGE, "-3.33"),
            self.eur_row(ADS, "-7.77"),
        ]
        settlement = self.post(account, rows, **EUR)
        self.assertProved(settlement)
        for _ref, invoice in sales:
            self.assertEqual(invoice.payment_state, "paid")
        for line in self.receivables(settlement):
            self.assertTrue(line.reconciled)
            self.assertEqual(
                (line.amount_residual, line.amount_residual_currency), (0, 0)
            )
        self.assertEqual(self.exchange_moves(), before)
        exchange = self.exchange_line(settlement)
        self.assertEqual(len(exchange), 1)
        # 133.40 EUR were worth 1/0.9 when invoiced and 1/0.8 when settled
        gain = self.money(133.40 / 0.8) - self.money(133.40 / 0.9)
        self.assertLessEqual(abs(self.money(-exchange.balance) - gain), Decimal("0.05"))
        payout = settlement.payout_line_id
        self.assertEqual(self.money(payout.balance), self.money(107.29 / 0.8))

    def test_partial_payment(self):
        """case 64: an invoice paid in two settlements ends at zero in both currencies"""
        account = self.german()
        before = self.exchange_moves()
        ref, invoice = self.sell(account, "100.00")
        first = self.post(account, [self.eur_row(SALE, "33.33", ref)], **EUR)
        self.assertEqual(invoice.payment_state, "partial")
        self.assertEqual(self.money(invoice.amount_residual), Decimal("66.67"))
        self.set_rate("EUR", "2026-10-20", 0.95)
        second = self.post(
            account,
            [self.second(SALE, "66.67", ref, marketplace_name="Amazon.de")],
            **EUR,
            **SECOND,
        )
        self.assertEqual(invoice.payment_state, "paid")
        term = invoice.line_ids.filtered(lambda x: x.display_type == "payment_term")
        self.assertEqual((term.amount_residual, term.amount_residual_currency), (0, 0))
        lines = self.receivables(first) | self.receivables(second)
        self.assertTrue(all(lines.mapped("reconciled")))
        self.assertEqual(
            sum(map(self.money, lines.mapped("balance"))), -self.money(term.balance)
        )
        self.assertEqual(self.exchange_moves(), before)

    def test_refund(self):
        """case 64: a credit note at another rate clears as well"""
        account = self.german()
        before = self.exchange_moves()
        ref, invoice = self.sell(account, "100.00")
        self.post(account, [self.eur_row(SALE, "100.00", ref)], **EUR)
        self.set_rate("EUR", "2026-10-20", 0.95)
        note = self.credit(account, ref, "40.00", date="2026-10-21")
        self.set_rate("EUR", "2026-10-23", 0.7)
        second = self.post(
            account,
            [self.second(REFUND, "-40.00", ref, marketplace_name="Amazon.de")],
            **EUR,
            **SECOND,
        )
        self.assertProved(second)
        self.assertEqual(invoice.payment_state, "paid")
        term = note.line_ids.filtered(lambda x: x.display_type == "payment_term")
        self.assertEqual((term.amount_residual, term.amount_residual_currency), (0, 0))
        self.assertEqual(self.exchange_moves(), before)

    def test_month_split(self):
        """cases 58, 64: the balance is carried at one value, in both currencies"""
        account = self.german()
        settlement = self.post(
            account,
            [
                self.eur_row(LOST, "70.01", posted="2026-09-29 10:00:00 UTC"),
                self.eur_row(ADS, "-7.77"),
            ],
            **EUR,
        )
        self.assertProved(settlement)
        self.assertEqual(len(settlement.move_ids), 2)
        self.assertEqual(self.balance(settlement, "carried"), 0)
        self.assertEqual(self.open_balance(settlement, "carried"), 0)
        self.assertEqual(
            self.money(self.exchange_line(settlement).balance),
            self.money(70.01 / 0.9) - self.money(70.01 / 0.8),
        )

    def test_yen(self):
        """case 66: no decimals in the settlement's currency, two in the company's"""
        self.rate("JPY", 151.37)
        account, _seller = self.connect("JP0", ["JP"])
        account.action_create_settlement_accounts()
        settlement = self.post(
            account,
            [
                self.row(LOST, "1001", marketplace_name="Amazon.co.jp"),
                self.row(STORAGE, "-333", marketplace_name="Amazon.co.jp"),
                self.row(ADS, "-1", marketplace_name="Amazon.co.jp"),
            ],
            currency="JPY",
        )
        self.assertProved(settlement)
        self.assertEqual(settlement.payout_line_id.amount_currency, 667)
        self.assertEqual(self.items(settlement, "storage"), [(333, 0)])
        self.assertEqual(
            self.money(self.balance(settlement, "storage")), self.money(333 / 151.37)
        )
        lines = settlement.move_ids.line_ids
        rounding = sum(
            map(self.money, self.exchange_line(settlement).mapped("balance"))
        )
        self.assertLessEqual(abs(rounding), Decimal("0.01") * len(lines))
        self.assertEqual(sum(map(self.money, lines.mapped("balance"))), 0)

    def test_company_in_yen(self):
        """case 66: and the other way round, rounding is no more than half a yen a line"""
        company = self.env["res.company"].create(
            {"name": "Tokyo", "currency_id": self.currency("JPY").id}
        )
        self.currency("JPY").active = True
        self.assertEqual(company.currency_id.decimal_places, 0)
        account, _seller = self.bookable()
        settlement = self.settle(account, [self.row(LOST, "1.00")])
        entry = Entry(settlement, settlement.end.date())
        entry.company, entry.foreign = company, True
        entry.company_currency = company.currency_id
        entry.rate = Decimal("151.37")
        ledger = self.ledger(settlement, "storage").id
        for _number in range(9):
            entry.add(ledger, Decimal("0.33"), "a")
        entry.add(ledger, Decimal("-2.97"), "b")
        exchange = self.env["account.account"].create(
            {
                "name": "Exchange",
                "code": "779991",
                "account_type": "expense",
                "company_ids": [Command.set(company.ids)],
            }
        )
        company.expense_currency_exchange_account_id = exchange
        company.income_currency_exchange_account_id = exchange
        entry.close(account.settlement_partner_id)
        self.assertEqual(sum(line["balance"] for line in entry.lines), 0)

    def test_inactive_currency(self):
        """case 67: a currency that is not active stops the booking, in words"""
        account = self.german()
        settlement = self.settle(account, [self.eur_row(LOST, "10.00")], **EUR)
        self.currency("EUR").active = False
        with self.assertRaisesRegex(UserError, "no exchange rate for EUR"):
            settlement.action_post()
        self.assertFalse(settlement.move_ids)

    def test_no_rate(self):
        """case 67: nor is a currency without a rate worth as much as the company's"""
        account = self.german()
        settlement = self.settle(account, [self.eur_row(LOST, "10.00")], **EUR)
        self.currency("EUR").rate_ids.unlink()
        with self.assertRaisesRegex(UserError, "no exchange rate for EUR"):
            settlement.action_post()
        self.set_rate("EUR", "2026-10-05", 0.9)
        settlement.action_post()
        self.assertEqual(settlement.state, "booked")

    def test_no_rate_in_the_first_month(self):
        """case 67: every entry needs a rate of its day, not only the last one"""
        account = self.german()
        early = self.eur_row(LOST, "10.00", posted="2026-09-29 10:00:00 UTC")
        settlement = self.settle(account, [early, self.eur_row(LOST, "5.00")], **EUR)
        self.currency("EUR").rate_ids.unlink()
        self.set_rate("EUR", "2026-10-05", 0.9)
        with self.assertRaisesRegex(UserError, "EUR on 2026-09-30"):
            settlement.action_post()
        self.assertFalse(settlement.move_ids)
