"""Mismatches worked off: written off, matched, ignored, each with its reason."""

from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .settlement_case import COMMISSION, SALE
from .test_settlement_orders import LATER
from .test_settlement_refunds import RefundCase


@tagged("post_install", "-at_install")
class TestSettlementIssues(RefundCase):
    def setUp(self):
        super().setUp()
        self.loss = self.env["account.account"].create(
            {"name": "Amazon losses", "code": "659999", "account_type": "expense"}
        )

    def write_off(self, issues, reason="before the connection", **values):
        """The wizard, filled in by the client; the entry it makes."""
        action = issues.action_write_off()
        model = self.env[action["res_model"]].with_user(issues.env.user)
        form = Form(model.with_context(**action["context"]))
        form.ledger_account_id = self.loss
        form.reason = reason
        for name, value in values.items():
            setattr(form, name, value)
        wizard = form.save()
        items = issues.move_line_id
        wizard.action_write_off()
        partials = items.matched_debit_ids | items.matched_credit_ids
        entries = (partials.debit_move_id | partials.credit_move_id).move_id
        return wizard, entries.filtered(
            lambda move: move.journal_id == wizard.journal_id
        )

    def test_write_off(self):
        """row 6.8, cases 15, 17: what is open goes to an account, with the reason"""
        unknown = self.order_ref()
        short, invoice = self.sell(self.account, "120.00")
        settlement = self.post(
            self.account,
            [self.row(SALE, "25.00", unknown), self.row(SALE, "100.00", short)],
        )
        issues = settlement.issue_ids
        wizard, entry = self.write_off(issues)
        self.assertEqual(wizard.journal_id.type, "general")
        self.assertNotEqual(wizard.journal_id, self.account.settlement_journal_id)
        self.assertEqual(len(entry), 1)
        self.assertEqual(entry.state, "posted")
        self.assertIn("before the connection", entry.ref)
        self.assertEqual(set(issues.mapped("state")), {"solved"})
        self.assertEqual(set(issues.mapped("note")), {"before the connection"})
        self.assertEqual(invoice.payment_state, "paid")
        self.assertTrue(self.own(settlement, unknown).reconciled)
        losses = entry.line_ids.filtered(lambda line: line.account_id == self.loss)
        self.assertMoney(sum(losses.mapped("balance")), "-5.00")

    def test_write_off_outlives_a_reset(self):
        """row 6.8: booked anew, the settlement finds what was written off"""
        ref = self.order_ref()
        settlement = self.post(self.account, [self.row(SALE, "25.00", ref)])
        _wizard, entry = self.write_off(settlement.issue_ids)
        settlement.action_reset()
        settlement.action_post()
        self.assertTrue(self.own(settlement, ref).reconciled)
        self.assertTrue(
            all(entry.line_ids.filtered("amazon_order_ref").mapped("reconciled"))
        )
        self.assertFalse(settlement.issue_ids)

    def test_write_off_in_another_currency(self):
        """row 6.8: in the settlement's currency, with the company's value it has"""
        account, _seller = self.bookable("DE")
        ref = self.order_ref()
        settlement = self.post(
            account,
            [self.row(SALE, "90.00", ref, marketplace_name="Amazon.de")],
            currency="EUR",
        )
        own = self.own(settlement, ref)
        value = own.balance
        _wizard, entry = self.write_off(settlement.issue_ids)
        self.assertTrue(own.reconciled)
        loss = entry.line_ids.filtered(lambda line: line.account_id == self.loss)
        self.assertMoney(loss.amount_currency, "-90.00")
        self.assertMoney(loss.balance, value)
        self.assertFalse(own.matched_debit_ids.exchange_move_id)

    def test_write_off_of_a_draft(self):
        """row 6.8: what is not posted can't be written off"""
        settlement = self.settle(
            self.account, [self.row(SALE, "25.00", self.order_ref())]
        )
        settlement.action_book()
        with self.assertRaisesRegex(UserError, "is a draft"):
            settlement.issue_ids.action_write_off()

    def test_write_off_twice(self):
        """row 6.8: nothing is written off a second time"""
        settlement = self.post(
            self.account, [self.row(SALE, "25.00", self.order_ref())]
        )
        wizard, _entry = self.write_off(settlement.issue_ids)
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            settlement.issue_ids.action_write_off()
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            wizard.action_write_off()

    def test_write_off_in_a_locked_period(self):
        """row 6.8: Odoo would move the entry to another day; we say so"""
        settlement = self.post(
            self.account, [self.row(SALE, "25.00", self.order_ref())]
        )
        self.company.fiscalyear_lock_date = "2026-10-31"
        with self.assertRaisesRegex(UserError, "2026-10-15 is locked"):
            self.write_off(settlement.issue_ids, date="2026-10-15")

    def test_rights(self):
        """row 6.8: writing off and matching need the right Invoicing"""
        settlement = self.post(
            self.account, [self.row(SALE, "25.00", self.order_ref())]
        )
        groups = "amazon_connector.group_amazon_user"
        reader = new_test_user(self.env, "reader", groups)
        issues = settlement.issue_ids.with_user(reader)
        for button in (issues.action_write_off, issues.action_match):
            with self.assertRaisesRegex(UserError, "Invoicing"):
                button()
        groups += ",account.group_account_invoice"
        accountant = new_test_user(self.env, "accountant", groups)
        _wizard, entry = self.write_off(settlement.issue_ids.with_user(accountant))
        self.assertEqual(entry.create_uid, accountant)

    def test_match_with_a_chosen_invoice(self):
        """case 17: an invoice that does not name the order is matched by hand"""
        settlement = self.post(
            self.account, [self.row(SALE, "25.00", self.order_ref())]
        )
        other = self.captured(self.account)
        invoice = self.invoice(other, "25.00")
        refund = self.credit(self.account, other.amazon_order_ref, "10.00")
        action = settlement.issue_ids.action_match()
        wizard = self.env["amazon.settlement.match"].browse(action["res_id"])
        self.assertFalse(wizard.line_ids)
        with self.assertRaisesRegex(UserError, "so take debits"):
            wizard.action_match()
        wizard.line_ids = self.term(refund)
        with self.assertRaisesRegex(UserError, "so take debits"):
            wizard.action_match()
        wizard.line_ids = self.term(invoice)
        wizard.action_match()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(settlement.issue_ids.state, "solved")

    def term(self, move):
        return move.line_ids.filtered(lambda line: line.display_type == "payment_term")

    def test_ignored_stays_ignored(self):
        """row 6.8: what was left as it is, with a reason, stays so when booked anew"""
        settlement = self.settle(
            self.account,
            [
                self.row(SALE, "25.00", self.order_ref()),
                self.row(SALE, "30.00", self.order_ref()),
            ],
        )
        settlement.action_book()
        issue = settlement.issue_ids[0]
        with self.assertRaisesRegex(UserError, "reason"):
            issue.action_ignore()
        issue.note = "private sale"
        issue.action_ignore()
        ref = issue.order_ref
        settlement.action_post()
        self.assertEqual(
            sorted(settlement.issue_ids.mapped("state")), ["ignored", "open"]
        )
        self.assertEqual(self.issue(settlement, ref).note, "private sale")
        settlement.action_reset()
        settlement.action_post()
        self.assertEqual(self.issue(settlement, ref).state, "ignored")

    def test_other_invoices_offer_only_what_is_theirs(self):
        """case 87: thousands of open items of one partner: an invoice shows its own"""
        ref, invoice = self.sell(self.account, "10.00")
        rows = [self.row(SALE, "20.00", self.order_ref()) for _n in range(40)]
        few = self.queries_of_form(invoice)
        self.post(self.account, rows)
        self.assertEqual(self.queries_of_form(invoice), few)
        self.assertFalse(invoice.invoice_has_outstanding)
        own = self.order_ref()
        self.post(
            self.account,
            [self.row(SALE, "12.00", own), self.row(COMMISSION, "-1.00", own)],
            **LATER,
        )
        buyer = self.env["res.partner"].create({"name": "Elsewhere"})
        order = self.captured(self.account, own)
        late = self.invoice(order, "30.00", post=False)
        late.partner_id = buyer
        late.partner_id = order.store_id.default_customer_id
        widget = late.invoice_outstanding_credits_debits_widget
        self.assertEqual([line["amount"] for line in widget["content"]], [12.0])

    def queries_of_form(self, invoice):
        self.env.flush_all()
        self.env.invalidate_all()
        start = self.cr.sql_log_count
        invoice.read(["invoice_outstanding_credits_debits_widget"])
        return self.cr.sql_log_count - start

    def test_booking_is_not_slowed_down(self):
        """case 87: open items of other orders cost nothing when one is booked"""
        counts = []
        for others in (0, 60):
            if others:
                rows = [
                    self.row(SALE, "20.00", self.order_ref()) for _n in range(others)
                ]
                self.post(self.account, rows)
            ref, _invoice = self.sell(self.account, "10.00")
            settlement = self.settle(
                self.account, [self.row(SALE, "10.00", ref)], **LATER
            )
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            settlement.action_post()
            counts.append(self.cr.sql_log_count - start)
        self.assertLessEqual(counts[1], counts[0] + 10)
