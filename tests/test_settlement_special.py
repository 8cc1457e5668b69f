"""Orders whose invoices need Odoo's own way: other currencies, discounts, cash basis."""

from odoo.fields import Command
from odoo.tests import tagged

from .settlement_case import SALE
from .test_settlement_orders import LATER
from .test_settlement_refunds import RefundCase


@tagged("post_install", "-at_install")
class TestSettlementSpecial(RefundCase):
    # -- early payment discounts and cash-basis taxes --------------------------------

    def discounted(self):
        """An invoice of 100 that is 98 when it is paid within ten days."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"value": "percent", "nb_days": 30})],
            }
        )
        ref, invoice = self.sell(
            self.account, "100.00", invoice_payment_term_id=term.id
        )
        self.assertTrue(self.receivable(invoice).discount_date)
        return ref, invoice

    def receivable(self, invoice):
        return invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )

    def test_early_payment_discount(self):
        """case 88: Amazon pays all of it: no discount is taken"""
        ref, invoice = self.discounted()
        settlement = self.post(self.account, [self.row(SALE, "100.00", ref)])
        self.assertEqual(invoice.payment_state, "paid")
        partials = self.receivable(invoice).matched_credit_ids
        self.assertEqual(partials.credit_move_id, self.own(settlement, ref))
        self.assertFalse(settlement.issue_ids)

    def test_paid_less_within_the_discount(self):
        """case 88: Amazon pays the discounted amount: nothing is given away by itself"""
        ref, invoice = self.discounted()
        settlement = self.post(self.account, [self.row(SALE, "98.00", ref)])
        self.assertMoney(invoice.amount_residual, "2.00")
        self.assertIssue(settlement, ref, "amount", "-2.00")

    def test_cash_basis(self):
        """case 88: the tax becomes due when the settlement pays, and only once"""
        tax, due = self.cash_basis_tax()
        order = self.captured(self.account)
        line = {
            "name": "Goods",
            "price_unit": 100.0,
            "tax_ids": [Command.set(tax.ids)],
        }
        invoice = self.invoice(order, "100.00", invoice_line_ids=[Command.create(line)])
        ref = order.amazon_order_ref
        self.assertFalse(invoice.always_tax_exigible)
        plain, other = self.sell(self.account, "20.00")
        settlement = self.post(
            self.account,
            [self.row(SALE, "110.00", ref), self.row(SALE, "20.00", plain)],
        )
        self.assertEqual((invoice | other).mapped("payment_state"), ["paid", "paid"])
        entry = invoice.tax_cash_basis_created_move_ids
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.state, "posted")
        taxes = entry.line_ids.filtered(lambda x: x.account_id == due)
        self.assertMoney(sum(taxes.mapped("balance")), "-10.00")
        self.assertProved(settlement)

    def cash_basis_tax(self):
        """(tax, the account on which it is due once the invoice is paid)"""
        Account = self.env["account.account"]
        waiting = Account.create(
            {
                "name": "Tax not due yet",
                "code": "251997",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        due = Account.create(
            {
                "name": "Tax due",
                "code": "251998",
                "account_type": "liability_current",
            }
        )
        self.company.tax_exigibility = True
        lines = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": due.id}),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "10 % when paid",
                "amount": 10,
                "price_include_override": "tax_excluded",
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": waiting.id,
                "invoice_repartition_line_ids": lines,
                "refund_repartition_line_ids": lines,
            }
        )
        return tax, due

    # -- another currency ----------------------------------------------------------------

    def german(self):
        """A German account; the euro gains between invoice and settlement."""
        account, _seller = self.bookable("DE")
        euro = account.store_ids.currency_id
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": "2026-10-08", "rate": 0.8}
        )
        return account

    def euros(self, amount, ref, triple=SALE, **values):
        return self.row(triple, amount, ref, marketplace_name="Amazon.de", **values)

    def exchange_entries(self):
        journal = self.company.currency_exchange_journal_id
        return self.env["account.move"].search_count([("journal_id", "=", journal.id)])

    def assertClosed(self, *moves):
        """In both currencies."""
        for move in moves:
            for line in self.receivable(move):
                self.assertTrue(line.reconciled)
                self.assertMoney(line.amount_residual, "0.00")
                self.assertMoney(line.amount_residual_currency, "0.00")

    def test_two_shipments_in_euros(self):
        """cases 13, 64: partial, then paid, at book value: no exchange entry"""
        account = self.german()
        ref, invoice = self.sell(account, "90.00", date="2026-10-05")
        before = self.exchange_entries()
        first = self.post(account, [self.euros("30.00", ref)], currency="EUR")
        self.assertMoney(invoice.amount_residual, "60.00")
        self.assertMoney(self.own(first, ref).balance, "-33.33")
        second = self.post(account, [self.euros("60.00", ref)], currency="EUR", **LATER)
        self.assertClosed(invoice)
        self.assertEqual(self.exchange_entries(), before)
        self.assertProved(second)

    def test_refunds_in_euros(self):
        """cases 20, 21, 64: credit notes, matched before or not, end at zero"""
        account = self.german()
        ref, invoice = self.sell(account, "100.00", date="2026-10-05")
        note = self.credit(
            account, ref, "40.00", date="2026-10-06", reversed_entry_id=invoice.id
        )
        other, second = self.sell(account, "70.00", date="2026-10-05")
        later = self.credit(account, other, "20.00", date="2026-10-09")
        settlement = self.post(
            account,
            [
                self.euros("100.00", ref),
                self.euros("-40.00", ref, self.refund_triple, adjustment_id="A1"),
                self.euros("70.00", other),
                self.euros("-20.00", other, self.refund_triple, adjustment_id="A2"),
            ],
            currency="EUR",
        )
        self.assertClosed(invoice, note, second, later)
        for line in self.own(settlement, ref) | self.own(settlement, other):
            self.assertTrue(line.reconciled)
            self.assertMoney(line.amount_residual, "0.00")
        self.assertFalse(settlement.issue_ids)
        self.assertProved(settlement)

    refund_triple = ("Refund", "ItemPrice", "Principal")

    def test_invoice_in_another_currency(self):
        """cases 65, 90: not matched; invoiced anew in the settlement's, it is"""
        ref, wrong = self.sell(self.account, "25.00", currency_id=self.euro().id)
        settlement = self.post(self.account, [self.row(SALE, "25.00", ref)])
        self.assertMoney(wrong.amount_residual, "25.00")
        issue = self.assertIssue(settlement, ref, "currency", "25.00")
        self.assertIn("EUR", issue.detail)
        self.assertIn("USD", issue.detail)
        wrong.button_draft()
        wrong.button_cancel()
        invoice = self.invoice(self.inbox(ref), "25.00")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(issue.state, "solved")

    def euro(self):
        self.rate("EUR", 0.9)
        return self.env.ref("base.EUR")
