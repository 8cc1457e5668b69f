"""Refunds of a settlement ► credit notes: cleared exactly, or listed and made."""

from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged

from .settlement_case import COMMISSION, REFUND, SALE
from .test_settlement_orders import LATER, OrderCase

TAXED = ("Refund", "ItemPrice", "Tax")
BACK = ("Refund", "ItemFees", "Commission")
KEPT = ("Refund", "ItemFees", "RefundCommission")
RESTOCKING = ("Refund", "ItemPrice", "RestockingFee")
GOODWILL = ("Refund", "ItemPrice", "Goodwill")
CHARGEBACK = ("Chargeback Refund", "ItemPrice", "Principal")
CLAIM = ("A-to-z Guarantee Refund", "ItemPrice", "Principal")
RECOVERY = ("other-transaction", "other-transaction", "ChargeBackRecovery")
CLAIM_BACK = ("other-transaction", "other-transaction", "A2ZGuaranteeRecovery")


class RefundCase(OrderCase):
    def settled(self, amount="100.00"):
        """(order number, invoice) of an order that an earlier settlement has paid."""
        ref, invoice = self.sell(self.account, amount)
        self.post(self.account, [self.row(SALE, amount, ref)])
        self.assertEqual(invoice.payment_state, "paid")
        return ref, invoice

    def refund(self, ref, amount, adjustment="A1", triple=REFUND, **values):
        return self.row(triple, amount, ref, adjustment_id=adjustment, **values)

    def credit_notes(self, issues):
        """What the button makes of mismatches, as the client opens it."""
        action = issues.action_create_credit_note()
        self.assertEqual(action["res_model"], "account.move")
        ids = [action["res_id"]] if "res_id" in action else action["domain"][0][2]
        return self.env["account.move"].browse(ids)


@tagged("post_install", "-at_install")
class TestSettlementRefunds(RefundCase):
    def test_credit_note_matched_with_its_invoice(self):
        """case 20: sale and refund in one settlement meet each other, nothing is open"""
        ref, invoice = self.sell(self.account, "40.00")
        note = invoice._reverse_moves(cancel=True)
        self.assertEqual(invoice.payment_state, "reversed")
        settlement = self.post(
            self.account, [self.row(SALE, "40.00", ref), self.refund(ref, "-40.00")]
        )
        self.assertTrue(all(self.own(settlement, ref).mapped("reconciled")))
        self.assertMoney(note.amount_residual, "0.00")
        self.assertFalse(settlement.issue_ids)
        self.assertProved(settlement)

    def test_partial_credit_note_matched_with_its_invoice(self):
        """case 20: the same where part of the order goes back"""
        ref, invoice = self.sell(self.account, "100.00")
        note = self.credit(self.account, ref, "40.00", reversed_entry_id=invoice.id)
        self.assertMoney(invoice.amount_residual, "60.00")
        settlement = self.post(
            self.account, [self.row(SALE, "100.00", ref), self.refund(ref, "-40.00")]
        )
        self.assertMoney(invoice.amount_residual, "0.00")
        self.assertMoney(note.amount_residual, "0.00")
        self.assertTrue(all(self.own(settlement, ref).mapped("reconciled")))
        self.assertFalse(settlement.issue_ids)

    def test_matched_credit_note_over_two_settlements(self):
        """case 20: sale and refund meet even where a settlement lies between them"""
        ref, invoice = self.sell(self.account, "100.00")
        self.credit(self.account, ref, "40.00", reversed_entry_id=invoice.id)
        first = self.post(self.account, [self.row(SALE, "100.00", ref)])
        issue = self.assertIssue(first, ref, "amount", "40.00")
        second = self.post(self.account, [self.refund(ref, "-40.00")], **LATER)
        self.assertEqual(issue.state, "solved")
        self.assertFalse(second.issue_ids)
        self.assertTrue(all(self.own(first | second, ref).mapped("reconciled")))

    def test_matched_documents_after_the_settlement(self):
        """case 20: the same where invoice and credit note are posted afterwards"""
        order = self.captured(self.account)
        ref = order.amazon_order_ref
        settlement = self.post(
            self.account, [self.row(SALE, "100.00", ref), self.refund(ref, "-40.00")]
        )
        self.assertEqual(len(settlement.issue_ids), 2)
        invoice = self.invoice(order, "100.00", post=False)
        note = self.credit(
            self.account, ref, "40.00", post=False, reversed_entry_id=invoice.id
        )
        (invoice | note).action_post()
        self.assertEqual((invoice | note).mapped("amount_residual"), [0.0, 0.0])
        self.assertTrue(all(self.own(settlement, ref).mapped("reconciled")))
        self.assertEqual(set(settlement.issue_ids.mapped("state")), {"solved"})

    def test_refund_in_a_later_settlement(self):
        """case 21: the credit note is cleared, the settlement is negative"""
        ref, invoice = self.settled("80.00")
        note = self.credit(self.account, ref, "80.00")
        settlement = self.post(
            self.account,
            [
                self.refund(ref, "-80.00"),
                self.refund(ref, "12.00", triple=BACK),
                self.refund(ref, "-2.40", triple=KEPT),
            ],
            **LATER,
        )
        self.assertMoney(settlement.total_amount, "-70.40")
        self.assertMoney(self.balance(settlement, "transit"), "-70.40")
        self.assertEqual(note.payment_state, "reversed")
        self.assertMoney(note.amount_residual, "0.00")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(self.balance(settlement, "commission"), "-12.00")
        self.assertMoney(self.balance(settlement, "refundfee"), "2.40")
        self.assertProved(settlement)

    def test_refund_without_credit_note(self):
        """case 22: an open debit; the button makes a draft that says the same, posting
        it matches it"""
        ref, invoice = self.settled()
        row = self.refund(ref, "-40.00", posted="2026-10-15 10:00:00 UTC")
        settlement = self.post(self.account, [row], **LATER)
        own = self.own(settlement, ref)
        self.assertMoney(own.amount_residual, "40.00")
        issue = self.assertIssue(settlement, ref, "no_credit_note", "-40.00")
        note = self.credit_notes(issue)
        self.assertEqual((note.state, note.move_type), ("draft", "out_refund"))
        self.assertMoney(note.amount_total, "40.00")
        self.assertEqual(note.partner_id, invoice.partner_id)
        self.assertEqual(note.amazon_order_id, invoice.amazon_order_id)
        self.assertEqual(note.amazon_adjustment_ref, "A1")
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(str(note.invoice_date), "2026-10-15")
        note.action_post()
        self.assertTrue(own.reconciled)
        self.assertMoney(note.amount_residual, "0.00")
        self.assertEqual(issue.state, "solved")
        self.assertEqual(invoice.payment_state, "paid")

    def test_refund_of_the_same_settlement(self):
        """case 22: the invoice is paid all the same, the refund waits alone"""
        ref, invoice = self.sell(self.account, "100.00")
        settlement = self.post(
            self.account, [self.row(SALE, "100.00", ref), self.refund(ref, "-40.00")]
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertIssue(settlement, ref, "no_credit_note", "-40.00")

    def test_never_doubled(self):
        """case 22: a refund has one credit note, however often the button is pressed"""
        ref, _invoice = self.settled()
        settlement = self.post(self.account, [self.refund(ref, "-40.00")], **LATER)
        note = self.credit_notes(settlement.issue_ids)
        self.assertEqual(self.credit_notes(settlement.issue_ids), note)
        with self.assertRaises(Exception) as caught, self.cr.savepoint():
            note.copy({"amazon_adjustment_ref": "A1"}).flush_recordset()
        self.assertIn("amazon_adjustment_uniq", str(caught.exception))
        note.button_cancel()
        again = self.credit_notes(settlement.issue_ids)
        self.assertNotEqual(again, note)
        # the same refund after the settlement was booked anew
        settlement.action_reset()
        settlement.action_post()
        self.assertEqual(settlement.issue_ids.kind, "draft_invoice")
        again.action_post()
        self.assertMoney(again.amount_residual, "0.00")
        self.assertEqual(settlement.issue_ids.state, "solved")

    def test_credit_note_made_by_hand(self):
        """case 22: one made by hand stands in the way of a second one"""
        ref, _invoice = self.settled()
        settlement = self.post(self.account, [self.refund(ref, "-40.00")], **LATER)
        self.credit(self.account, ref, "35.00", post=False)
        with self.assertRaisesRegex(UserError, "belongs to no refund yet"):
            settlement.issue_ids.action_create_credit_note()

    def test_several_at_once(self):
        """case 22: several refunds in one go; others are refused in one sentence"""
        refs = [self.settled()[0] for _n in range(3)]
        settlement = self.post(
            self.account,
            [
                *(self.refund(ref, "-40.00") for ref in refs),
                self.row(SALE, "9.00", self.order_ref()),
            ],
            **LATER,
        )
        issues = settlement.issue_ids
        with self.assertRaisesRegex(UserError, "waits for no credit note"):
            issues.action_create_credit_note()
        refunds = issues.filtered(lambda issue: issue.kind == "no_credit_note")
        notes = self.credit_notes(refunds)
        self.assertEqual(len(notes), 3)
        notes.action_post()
        self.assertEqual(set(refunds.mapped("state")), {"solved"})
        self.assertEqual((issues - refunds).state, "open")

    def test_rights(self):
        """case 22: credit notes are made by who has the right Invoicing"""
        ref, _invoice = self.settled()
        settlement = self.post(self.account, [self.refund(ref, "-40.00")], **LATER)
        groups = "amazon_connector.group_amazon_user"
        reader = new_test_user(self.env, "reader", groups)
        with self.assertRaisesRegex(UserError, "Invoicing"):
            settlement.issue_ids.with_user(reader).action_create_credit_note()
        groups += ",account.group_account_invoice"
        accountant = new_test_user(self.env, "accountant", groups)
        note = self.credit_notes(settlement.issue_ids.with_user(accountant))
        self.assertEqual(note.create_uid, accountant)
        note.with_user(accountant).action_post()
        self.assertEqual(settlement.issue_ids.state, "solved")

    def test_two_partial_refunds(self):
        """case 23: two adjustments, two credit notes, each for its own refund"""
        ref, invoice = self.settled("90.00")
        first = self.post(self.account, [self.refund(ref, "-30.00", "A1")], **LATER)
        one = self.credit_notes(first.issue_ids)
        second = self.post(
            self.account,
            [self.refund(ref, "-30.00", "A2")],
            start="2026-10-26 00:00:00 UTC",
            end="2026-11-09 00:00:00 UTC",
        )
        # the first one is a draft still: it is not the second one's
        self.assertEqual(second.issue_ids.kind, "no_credit_note")
        two = self.credit_notes(second.issue_ids)
        self.assertEqual((one | two).mapped("amazon_adjustment_ref"), ["A1", "A2"])
        two.action_post()
        self.assertEqual(second.issue_ids.state, "solved")
        self.assertEqual(first.issue_ids.state, "open")
        one.action_post()
        self.assertEqual(first.issue_ids.state, "solved")
        self.assertEqual(invoice.payment_state, "paid")

    def test_two_refunds_in_one_settlement(self):
        """case 23: posted before, each credit note meets its own refund"""
        ref, _invoice = self.settled("90.00")
        draft = self.settle(
            self.account,
            [self.refund(ref, "-30.00", "A1"), self.refund(ref, "-25.00", "A2")],
            **LATER,
        )
        draft.action_book()
        issues = draft.issue_ids
        self.assertEqual(sorted(issues.mapped("difference")), [-30.0, -25.0])
        larger = issues.filtered(lambda issue: issue.difference == -30)
        note = self.credit_notes(larger)
        note.action_post()
        draft.action_post()
        self.assertMoney(note.amount_residual, "0.00")
        open_lines = self.own(draft, ref).filtered(lambda line: not line.reconciled)
        self.assertMoney(open_lines.amount_residual, "25.00")
        self.assertIssue(draft, ref, "no_credit_note", "-25.00")

    def test_restocking_fee(self):
        """case 24: 8 of 40 are kept: a credit note of 32 with the fee as its own line"""
        ref, _invoice = self.settled("40.00")
        settlement = self.post(
            self.account,
            [
                self.refund(ref, "-40.00", sku="MUG-BLUE-350"),
                self.refund(ref, "8.00", triple=RESTOCKING, sku="MUG-BLUE-350"),
            ],
            **LATER,
        )
        note = self.credit_notes(settlement.issue_ids)
        self.assertMoney(note.amount_total, "32.00")
        self.assertEqual(note.invoice_line_ids.mapped("price_total"), [40.0, -8.0])
        self.assertIn("RestockingFee", note.invoice_line_ids[1].name)
        note.action_post()
        self.assertTrue(self.own(settlement, ref).reconciled)

    def test_refund_above_the_credit_note(self):
        """case 25: goodwill: the credit note is cleared, the rest is listed"""
        ref, _invoice = self.settled("40.00")
        note = self.credit(self.account, ref, "40.00")
        settlement = self.post(
            self.account,
            [
                self.refund(ref, "-40.00"),
                self.refund(ref, "-5.00", triple=GOODWILL),
            ],
            **LATER,
        )
        self.assertMoney(note.amount_residual, "0.00")
        issue = self.assertIssue(settlement, ref, "amount", "-5.00")
        self.assertIn("refunded more", issue.detail)
        self.assertEqual(issue.move_line_id, self.own(settlement, ref))

    def test_refund_below_the_credit_note(self):
        """case 25: the other way round, the credit note stays open for the rest"""
        ref, _invoice = self.settled("40.00")
        note = self.credit(self.account, ref, "40.00")
        settlement = self.post(self.account, [self.refund(ref, "-33.00")], **LATER)
        self.assertMoney(note.amount_residual, "7.00")
        issue = self.assertIssue(settlement, ref, "amount", "7.00")
        self.assertIn("refunded less", issue.detail)
        self.assertEqual(issue.move_line_id.move_id, note)

    def test_short_payment_and_credit_note_stay_apart(self):
        """cases 15, 21: 4 not paid and a credit note not refunded yet: both are open"""
        ref, invoice = self.sell(self.account, "100.00")
        note = self.credit(self.account, ref, "40.00")
        settlement = self.post(self.account, [self.row(SALE, "96.00", ref)])
        self.assertMoney(invoice.amount_residual, "4.00")
        self.assertMoney(note.amount_residual, "40.00")
        self.assertIssue(settlement, ref, "amount", "-4.00")

    def test_chargeback_and_claim(self):
        """case 26: as a refund, with the reason; what comes back later is income"""
        notes = self.env["account.move"]
        for triple, word in ((CHARGEBACK, "Chargeback"), (CLAIM, "A-to-z")):
            ref, _invoice = self.settled()
            settlement = self.post(
                self.account,
                [self.refund(ref, "-100.00", triple=triple)],
                **LATER,
            )
            issue = self.assertIssue(settlement, ref, "no_credit_note", "-100.00")
            note = self.credit_notes(issue)
            self.assertIn(word, note.ref)
            notes |= note
        notes.action_post()
        self.assertEqual(notes.mapped("amount_residual"), [0.0, 0.0])
        settlement = self.post(
            self.account,
            [
                self.row(RECOVERY, "60.00"),
                self.row(CLAIM_BACK, "25.00"),
                self.row(COMMISSION, "-1.00"),
            ],
            start="2026-10-26 00:00:00 UTC",
            end="2026-11-09 00:00:00 UTC",
        )
        self.assertMoney(self.balance(settlement, "recovery"), "-85.00")
        account = self.ledger(settlement, "recovery")
        self.assertEqual(account.internal_group, "income")
