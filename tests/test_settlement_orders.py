"""What a settlement pays for orders ► their invoices: closed, or listed and left open."""

from decimal import Decimal

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .settlement_case import COMMISSION, REFUND, SALE, SettlementCase

LATER = {
    "start": "2026-10-12 00:00:00 UTC",
    "end": "2026-10-26 00:00:00 UTC",
    "deposit": "2026-10-28 00:00:00 UTC",
}
LAST = {
    "start": "2026-10-26 00:00:00 UTC",
    "end": "2026-11-09 00:00:00 UTC",
    "deposit": "2026-11-11 00:00:00 UTC",
}


def paid(case, ref, amount, **values):
    """A row of the order's money."""
    return case.row(SALE, amount, ref, **values)


class OrderCase(SettlementCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.bookable()

    def sale(self, amount, record=None, **values):
        """A confirmed sale of an order of the inbox, nothing delivered or invoiced."""
        record = record or self.captured(self.account)
        product = self.env.ref("amazon_connector.product_amazon_other")
        sale = self.env["sale.order"].create(
            {
                "partner_id": record.store_id.default_customer_id.id,
                "amazon_order_id": record.id,
                "amazon_store_id": record.store_id.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "price_unit": float(amount),
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        sale.action_confirm()
        record.sale_order_id = sale
        return sale

    def own(self, settlement, ref):
        """The settlement's journal item of an order."""
        return settlement.move_ids.line_ids.filtered(
            lambda line: line.amazon_order_ref == ref
        )

    def issue(self, settlement, ref):
        return settlement.issue_ids.filtered(lambda issue: issue.order_ref == ref)

    def assertIssue(self, settlement, ref, kind, difference):
        """Exactly one mismatch of the order; it says what to do and what is open."""
        issue = self.issue(settlement, ref)
        self.assertEqual(issue.mapped("kind"), [kind])
        self.assertEqual(issue.state, "open")
        self.assertMoney(issue.difference, difference)
        self.assertMoney(abs(issue.residual), abs(Decimal(difference)))
        self.assertTrue(issue.detail)
        return issue


@tagged("post_install", "-at_install")
class TestSettlementOrders(OrderCase):
    def test_two_shipments_in_two_settlements(self):
        """case 13: first partial, then paid; the first mismatch is solved by itself"""
        ref, invoice = self.sell(self.account, "90.00")
        first = self.post(self.account, [paid(self, ref, "30.00")])
        self.assertEqual(invoice.payment_state, "partial")
        issue = self.assertIssue(first, ref, "amount", "-60.00")
        self.assertEqual(issue.move_line_id.move_id, invoice)
        second = self.post(self.account, [paid(self, ref, "60.00")], **LATER)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(invoice.amount_residual, "0.00")
        self.assertEqual(issue.state, "solved")
        self.assertFalse(second.issue_ids)
        self.assertProved(second)

    def test_two_invoices_of_one_order(self):
        """case 14: both are paid by one line"""
        ref, first = self.sell(self.account, "60.00", date="2026-10-02")
        second = self.invoice(self.inbox(ref), "40.00", date="2026-10-06")
        settlement = self.post(self.account, [paid(self, ref, "100.00")])
        self.assertEqual((first + second).mapped("payment_state"), ["paid", "paid"])
        self.assertEqual(len(self.own(settlement, ref)), 1)
        self.assertFalse(settlement.issue_ids)

    def test_two_invoices_not_quite_paid(self):
        """case 14: the oldest first; what is open on the newer one is listed"""
        ref, first = self.sell(self.account, "60.00", date="2026-10-02")
        second = self.invoice(self.inbox(ref), "40.00", date="2026-10-06")
        settlement = self.post(self.account, [paid(self, ref, "85.00")])
        self.assertEqual(first.payment_state, "paid")
        self.assertMoney(second.amount_residual, "15.00")
        issue = self.assertIssue(settlement, ref, "amount", "-15.00")
        self.assertEqual(issue.move_line_id.move_id, second)

    def test_pays_less(self):
        """case 15: 100 for an invoice of 120: partial, 20 open, listed"""
        ref, invoice = self.sell(self.account, "120.00")
        settlement = self.post(self.account, [paid(self, ref, "100.00")])
        self.assertEqual(invoice.payment_state, "partial")
        self.assertMoney(invoice.amount_residual, "20.00")
        issue = self.assertIssue(settlement, ref, "amount", "-20.00")
        self.assertIn("less", issue.detail)

    def test_pays_more(self):
        """case 16: 104 for an invoice of 100: paid, a credit of 4 is open, listed"""
        ref, invoice = self.sell(self.account, "100.00")
        settlement = self.post(self.account, [paid(self, ref, "104.00")])
        self.assertEqual(invoice.payment_state, "paid")
        own = self.own(settlement, ref)
        self.assertMoney(own.amount_residual, "-4.00")
        issue = self.assertIssue(settlement, ref, "amount", "4.00")
        self.assertEqual(issue.move_line_id, own)
        self.assertIn("more", issue.detail)

    def test_unknown_order(self):
        """case 17: a credit on the store's customer; the invoice finds it later"""
        ref = self.order_ref()
        settlement = self.post(
            self.account, [paid(self, ref, "25.00"), self.row(COMMISSION, "-3.75", ref)]
        )
        own = self.own(settlement, ref)
        self.assertMoney(own.amount_residual, "-25.00")
        self.assertEqual(own.account_id.account_type, "asset_receivable")
        self.assertEqual(own.partner_id, self.account.store_ids.default_customer_id)
        issue = self.assertIssue(settlement, ref, "unknown_order", "25.00")
        self.assertProved(settlement)
        _ref, invoice = self.sell(self.account, "25.00", ref)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertTrue(own.reconciled)
        self.assertEqual(issue.state, "solved")

    def test_unknown_order_of_another_buyer(self):
        """case 17: the later invoice may be another partner's"""
        ref = self.order_ref()
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        buyer = self.env["res.partner"].create({"name": "Jane Buyer"})
        order = self.captured(self.account, ref)
        invoice = self.invoice(order, "20.00", partner_id=buyer.id)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertMoney(self.own(settlement, ref).amount_residual, "-5.00")

    def test_order_without_invoice(self):
        """case 17: the buyer is known already; invoiced later, it is paid at once"""
        buyer = self.env["res.partner"].create({"name": "Jane Buyer"})
        sale = self.sale("25.00", partner_id=buyer.id)
        ref = sale.amazon_order_ref
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        self.assertEqual(self.own(settlement, ref).partner_id, buyer)
        issue = self.assertIssue(settlement, ref, "no_invoice", "25.00")
        invoice = sale._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(issue.state, "solved")

    def test_order_that_is_not_imported(self):
        """case 17: an order that waits in the inbox is said to wait there"""
        order = self.captured(self.account, state="blocked")
        ref = order.amazon_order_ref
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        issue = self.assertIssue(settlement, ref, "no_invoice", "25.00")
        self.assertIn("Amazon > Orders", issue.detail)

    def test_unknown_order_with_refund(self):
        """case 17: sale and refund of an unknown order wait for their documents apart"""
        ref = self.order_ref()
        settlement = self.post(
            self.account,
            [
                paid(self, ref, "25.00"),
                self.row(REFUND, "-10.00", ref, adjustment_id="A1"),
            ],
        )
        self.assertEqual(
            sorted(self.issue(settlement, ref).mapped("difference")), [-10.0, 25.0]
        )
        _ref, invoice = self.sell(self.account, "25.00", ref)
        self.assertEqual(invoice.payment_state, "paid")
        note = self.credit(self.account, ref, "10.00")
        self.assertMoney(note.amount_residual, "0.00")
        self.assertTrue(all(self.own(settlement, ref).mapped("reconciled")))

    def test_canceled_in_odoo(self):
        """case 18: as an unknown one, and the reason says canceled"""
        sale = self.sale("25.00")
        sale._action_cancel()
        ref = sale.amazon_order_ref
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        self.assertMoney(self.own(settlement, ref).amount_residual, "-25.00")
        issue = self.assertIssue(settlement, ref, "canceled", "25.00")
        self.assertIn("canceled", issue.detail)

    def test_draft_invoice(self):
        """case 19: open until the invoice is posted, then matched at once"""
        ref, invoice = self.sell(self.account, "25.00", post=False)
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        issue = self.assertIssue(settlement, ref, "draft_invoice", "25.00")
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(issue.state, "solved")

    def test_posted_without_amazon_rights(self):
        """case 19: who posts the invoice needs no right to Amazon's records"""
        ref, invoice = self.sell(self.account, "25.00", post=False)
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        clerk = new_test_user(self.env, "clerk", "account.group_account_invoice")
        invoice.with_user(clerk).action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(settlement.issue_ids.state, "solved")

    def test_draft_credit_note(self):
        """case 19: the same for a credit note"""
        ref, _invoice = self.sell(self.account, "25.00")
        note = self.credit(self.account, ref, "25.00", post=False)
        settlement = self.post(
            self.account,
            [paid(self, ref, "25.00"), self.row(REFUND, "-25.00", ref)],
        )
        issue = self.assertIssue(settlement, ref, "draft_invoice", "-25.00")
        self.assertIn("credit note", issue.detail)
        note.action_post()
        self.assertEqual(issue.state, "solved")
        self.assertMoney(note.amount_residual, "0.00")

    def test_daily_invoice_over_three_settlements(self):
        """case 76: one invoice of many orders is open until the last one is settled"""
        amounts = [Decimal(10 + n) for n in range(12)]
        sales = self.env["sale.order"].union(*map(self.sale, amounts))
        invoice = sales._create_invoices(grouped=False)
        self.assertEqual(len(invoice), 1)
        invoice.action_post()
        refs = sales.mapped("amazon_order_ref")
        money = dict(zip(refs, amounts, strict=True))
        left = sum(amounts)
        for chosen, period in ((refs[:5], {}), (refs[5:9], LATER), (refs[9:], LAST)):
            rows = [paid(self, ref, money[ref]) for ref in chosen]
            settlement = self.post(self.account, rows, **period)
            left -= sum(money[ref] for ref in chosen)
            self.assertMoney(invoice.amount_residual, left)
            lines = settlement.move_ids.line_ids.filtered("amazon_order_ref")
            self.assertEqual(len(lines), len(chosen))
            self.assertTrue(all(lines.mapped("reconciled")))
            self.assertEqual(len(settlement.issue_ids), 1 if left else 0)
        self.assertEqual(invoice.payment_state, "paid")

    def test_daily_invoice_after_the_settlement(self):
        """case 76: posted late, it is matched with all of its orders"""
        sales = self.env["sale.order"].union(*map(self.sale, ("10.00", "11.00")))
        rows = [paid(self, sale.amazon_order_ref, sale.amount_total) for sale in sales]
        settlement = self.post(self.account, rows)
        self.assertEqual(len(settlement.issue_ids), 2)
        invoice = sales._create_invoices(grouped=False)
        invoice.action_post()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(set(settlement.issue_ids.mapped("state")), {"solved"})

    def test_reloaded_order(self):
        """case 79: the living invoice is found, not the one of the voided sale"""
        old = self.sale("50.00")
        record = old.amazon_order_id
        voided = old._create_invoices()
        voided.action_post()
        credit = voided._reverse_moves(cancel=True)
        old._action_cancel()
        self.env.flush_all()
        new = self.sale("55.00", record)
        invoice = new._create_invoices()
        invoice.action_post()
        canceled = self.invoice(record, "50.00")
        canceled.button_draft()
        canceled.button_cancel()
        ref = record.amazon_order_ref
        settlement = self.post(self.account, [paid(self, ref, "55.00")])
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(voided.payment_state, "reversed")
        self.assertMoney(credit.amount_residual, "0.00")
        self.assertFalse(settlement.issue_ids)

    def test_another_company(self):
        """case 80: what another company of the database has is never matched"""
        company = self.env["res.company"].create({"name": "Sister"})
        self.env.user.company_ids += company
        self.env["account.chart.template"].try_loading(
            "generic_coa", company, install_demo=False
        )
        theirs, _seller = self.us(company_id=company.id)
        ref = self.order_ref()
        _ref, foreign = self.sell(theirs, "25.00", ref, company_id=company.id)
        self.assertEqual(foreign.company_id, company)
        # even where it names our own order, as an invoice between companies may
        order = self.captured(self.account, ref)
        foreign_too = self.invoice(
            order,
            "25.00",
            company_id=company.id,
            partner_id=theirs.store_ids.default_customer_id.id,
        )
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        self.assertMoney(foreign.amount_residual, "25.00")
        self.assertMoney(foreign_too.amount_residual, "25.00")
        self.assertIssue(settlement, ref, "no_invoice", "25.00")
        # nor when one of theirs is posted afterwards
        late = self.invoice(
            order,
            "25.00",
            company_id=company.id,
            partner_id=theirs.store_ids.default_customer_id.id,
        )
        self.assertMoney(late.amount_residual, "25.00")
        self.assertMoney(self.own(settlement, ref).amount_residual, "-25.00")

    def test_invoiced_orders_overlap(self):
        """case 81: settlements of invoiced orders overlap the others; no gap is told"""
        ref, _invoice = self.sell(self.account, "10.00")
        self.post(self.account, [paid(self, ref, "10.00")])
        ref, invoice = self.sell(self.account, "30.00")
        business = self.post(
            self.account,
            [paid(self, ref, "30.00")],
            start="2026-10-01 00:00:00 UTC",
            end="2026-10-08 00:00:00 UTC",
        )
        self.assertEqual(self.proofs(business)["P8"], "ok")
        self.assertEqual(invoice.payment_state, "paid")
        ref, _invoice = self.sell(self.account, "20.00")
        following = self.post(self.account, [paid(self, ref, "20.00")], **LATER)
        self.assertEqual(self.proofs(following)["P8"], "ok")
        # and a real gap is told
        missing = self.post(
            self.account,
            [self.row(COMMISSION, "-1.00")],
            **{**LAST, "start": LAST["end"]},
        )
        self.assertEqual(self.proofs(missing)["P8"], "warning")

    def test_paid_already(self):
        """case 90: an invoice paid by hand: our line stays open and says so"""
        ref, invoice = self.sell(self.account, "25.00")
        self.pay(invoice)
        settlement = self.post(self.account, [paid(self, ref, "25.00")])
        self.assertMoney(self.own(settlement, ref).amount_residual, "-25.00")
        issue = self.assertIssue(settlement, ref, "already_paid", "25.00")
        self.assertIn("paid", issue.detail)
        # the payment is taken back, and Match offers the invoice
        payment = invoice.matched_payment_ids
        payment.action_draft()
        payment.action_cancel()
        self.assertEqual(invoice.payment_state, "not_paid")
        wizard = self.env["amazon.settlement.match"].browse(
            issue.action_match()["res_id"]
        )
        self.assertEqual(wizard.line_ids.move_id, invoice)
        wizard.action_match()
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(issue.state, "solved")

    def pay(self, invoice):
        """Register a payment in the bank journal, as a user does."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({}).action_create_payments()
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
