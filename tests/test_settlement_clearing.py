"""Payments registered on the Amazon clearing account, and the settlements that end them."""

from odoo.tests import tagged

from .settlement_case import COMMISSION, REFUND, SALE
from .test_settlement_orders import LATER, OrderCase


@tagged("post_install", "-at_install")
class TestSettlementClearing(OrderCase):
    def setUp(self):
        super().setUp()
        resolver = self.env["amazon.settlement.account"]._resolver(self.account)
        self.clearing = resolver.get("clearing").ledger_account_id
        self.journal = self.env["account.journal"].create(
            {"name": "Amazon payments", "code": "AMP", "type": "bank"}
        )
        lines = (
            self.journal.inbound_payment_method_line_ids
            | self.journal.outbound_payment_method_line_ids
        )
        lines.payment_account_id = self.clearing

    def pay(self, invoices, **values):
        """Register a payment in the Amazon journal, as a user or a job does."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoices.ids
        )
        wizard.create(
            {"journal_id": self.journal.id, **values}
        ).action_create_payments()
        return invoices.matched_payment_ids

    def open_clearing(self):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.clearing.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        return sum(lines.mapped("amount_residual"))

    def test_payment_is_there(self):
        """case 77: the clearing account ends at zero, the payment is matched"""
        ref, invoice = self.sell(self.account, "100.00")
        payment = self.pay(invoice)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertMoney(self.open_clearing(), "100.00")
        settlement = self.post(
            self.account,
            [self.row(SALE, "100.00", ref), self.row(COMMISSION, "-15.00", ref)],
        )
        self.assertEqual(self.own(settlement, ref).account_id, self.clearing)
        self.assertMoney(self.open_clearing(), "0.00")
        self.assertMoney(self.balance(settlement, "transit"), "85.00")
        self.assertEqual(payment.state, "paid")
        self.assertTrue(payment.is_matched)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertFalse(settlement.issue_ids)
        self.assertProved(settlement)

    def test_no_payment(self):
        """case 77: an order that nobody registered a payment for is listed, or its
        invoice is paid directly"""
        ref, invoice = self.sell(self.account, "100.00")
        lost = self.order_ref()
        settlement = self.post(
            self.account,
            [self.row(SALE, "100.00", ref), self.row(SALE, "30.00", lost)],
        )
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(self.open_clearing(), "0.00")
        self.assertIssue(settlement, lost, "unknown_order", "30.00")

    def test_refunded(self):
        """case 77: a refund paid on the clearing account meets the settlement's"""
        ref, invoice = self.sell(self.account, "100.00")
        self.pay(invoice)
        note = self.credit(self.account, ref, "40.00")
        self.pay(note)
        self.assertMoney(self.open_clearing(), "60.00")
        settlement = self.post(
            self.account,
            [
                self.row(SALE, "100.00", ref),
                self.row(REFUND, "-40.00", ref, adjustment_id="A1"),
            ],
        )
        self.assertEqual(self.own(settlement, ref).account_id, self.clearing)
        self.assertMoney(self.open_clearing(), "0.00")
        self.assertTrue(all(self.own(settlement, ref).mapped("reconciled")))
        self.assertFalse(settlement.issue_ids)

    def test_other_amount(self):
        """case 77: Amazon pays less than was registered: open on clearing, listed"""
        ref, invoice = self.sell(self.account, "100.00")
        payment = self.pay(invoice)
        settlement = self.post(self.account, [self.row(SALE, "97.00", ref)])
        self.assertMoney(self.open_clearing(), "3.00")
        issue = self.assertIssue(settlement, ref, "amount", "-3.00")
        self.assertEqual(issue.move_line_id.move_id, payment.move_id)
        proof = settlement.proof_ids.filtered(lambda proof: proof.code == "P7")
        self.assertRegex(proof.detail, r"clearing account: \W*3\.00")

    def test_one_payment_of_many_orders(self):
        """case 77: a payment of several invoices is cleared as their orders are settled"""
        sold = [self.sell(self.account, "50.00") for _n in range(3)]
        invoices = self.env["account.move"].union(*(invoice for _ref, invoice in sold))
        payment = self.pay(invoices, group_payment=True)
        self.assertEqual(len(payment), 1)
        rows = [self.row(SALE, "50.00", ref) for ref, _invoice in sold]
        self.post(self.account, rows[:2])
        self.assertMoney(self.open_clearing(), "50.00")
        self.post(self.account, rows[2:], **LATER)
        self.assertMoney(self.open_clearing(), "0.00")
        self.assertTrue(payment.is_matched)

    def test_undone(self):
        """case 77: reset, the payment waits on the clearing account again"""
        ref, invoice = self.sell(self.account, "100.00")
        payment = self.pay(invoice)
        settlement = self.post(self.account, [self.row(SALE, "100.00", ref)])
        settlement.action_reset()
        self.assertMoney(self.open_clearing(), "100.00")
        self.assertFalse(payment.is_matched)
        settlement.action_post()
        self.assertMoney(self.open_clearing(), "0.00")
        self.assertTrue(payment.is_matched)

    def test_mode_switched(self):
        """case 78: each order's line goes where its money is open"""
        unpaid, invoice = self.sell(self.account, "100.00")
        registered, other = self.sell(self.account, "60.00")
        self.pay(other)
        settlement = self.post(
            self.account,
            [self.row(SALE, "100.00", unpaid), self.row(SALE, "60.00", registered)],
        )
        receivable = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).account_id
        self.assertEqual(self.own(settlement, unpaid).account_id, receivable)
        self.assertEqual(self.own(settlement, registered).account_id, self.clearing)
        self.assertEqual((invoice | other).mapped("payment_state"), ["paid", "paid"])
        self.assertFalse(settlement.issue_ids)

    def test_switched_within_an_order(self):
        """case 78: one invoice of an order paid on clearing, the other one not"""
        ref, first = self.sell(self.account, "60.00", date="2026-10-02")
        second = self.invoice(self.inbox(ref), "40.00")
        self.pay(first)
        settlement = self.post(
            self.account,
            [self.row(SALE, "60.00", ref), self.row(SALE, "40.00", ref)],
        )
        self.assertMoney(self.open_clearing(), "0.00")
        self.assertEqual(second.payment_state, "paid")
        self.assertFalse(settlement.issue_ids)
        self.assertProved(settlement)
