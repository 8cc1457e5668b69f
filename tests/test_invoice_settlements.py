"""Payments registered at once, and settlements that pay: never both for one invoice."""

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .consolidation_case import DailyMixin
from .invoice_case import InvoiceCase
from .settlement_case import COMMISSION, SALE
from .test_settlement_orders import OrderCase


@tagged("post_install", "-at_install")
class TestPaymentsAndSettlements(InvoiceCase):
    """Both a payment journal and settlements that are booked."""

    def setUp(self):
        super().setUp()
        self.store.invoice_policy = "posted"

    def clearing(self):
        resolver = self.env["amazon.settlement.account"]._resolver(self.account)
        return resolver.get("clearing").ledger_account_id

    def test_double_payment_is_refused(self):
        """rows 7.2, 7.3: payments elsewhere and settlements would pay twice: refused,
        whichever comes second"""
        self.account.action_create_settlement_accounts()
        journal = self.bank()
        with self.assertRaisesRegex(ValidationError, "clearing account"):
            self.store.payment_journal_id = journal
        lines = journal.inbound_payment_method_line_ids
        lines.payment_account_id = self.clearing()
        self.store.payment_journal_id = journal
        self.assertEqual(self.store.payment_journal_id, journal)

    def test_settlements_after_payments(self):
        """rows 7.2, 7.3: settlements can't be prepared while payments go elsewhere"""
        self.store.payment_journal_id = self.bank()
        with self.assertRaisesRegex(ValidationError, "pay the invoices .* again"):
            self.account.action_create_settlement_accounts()

    def test_changed_behind_the_store(self):
        """row 7.2: where the journal's account was changed since, nothing is paid twice:
        the invoice waits for the settlement, and says why"""
        self.account.action_create_settlement_accounts()
        journal = self.bank()
        lines = journal.inbound_payment_method_line_ids
        other = lines.payment_account_id
        lines.payment_account_id = self.clearing()
        self.store.payment_journal_id = journal
        lines.payment_account_id = other
        invoice = self.invoiced()
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "not_paid"))
        self.assertIn("clearing account", invoice.activity_ids.note)


@tagged("post_install", "-at_install")
class TestPaymentsMeetSettlement(OrderCase):
    """Payments that wait on the clearing account until Amazon's settlement."""

    def setUp(self):
        super().setUp()
        resolver = self.env["amazon.settlement.account"]._resolver(self.account)
        self.clearing = resolver.get("clearing").ledger_account_id
        journal = self.env["account.journal"].create(
            {"name": "Amazon payments", "code": "AMP", "type": "bank"}
        )
        journal.inbound_payment_method_line_ids.payment_account_id = self.clearing
        self.account.store_ids[0].payment_journal_id = journal

    def open_clearing(self):
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", self.clearing.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
            ]
        )
        return sum(lines.mapped("amount_residual"))

    def bought(self, amount):
        record = self.captured(
            self.account,
            fulfillment_status="SHIPPED",
            amount_total=float(amount),
            purchase_date="2026-10-01 12:00:00",
        )
        return record.amazon_order_ref, self.invoice(record, amount)

    def test_settlement_clears_the_payments(self):
        """rows 7.2, 7.3: registered at once, cleared by the settlement, paid once"""
        first, invoice = self.bought("100.00")
        second, other = self.bought("60.00")
        self.process(self.account)
        self.assertMoney(self.open_clearing(), "160.00")
        settlement = self.post(
            self.account,
            [
                self.row(SALE, "100.00", first),
                self.row(COMMISSION, "-15.00", first),
                self.row(SALE, "60.00", second),
            ],
        )
        self.assertMoney(self.open_clearing(), "0.00")
        self.assertMoney(self.balance(settlement, "transit"), "145.00")
        self.assertFalse(settlement.issue_ids)
        self.assertEqual(set((invoice | other).mapped("payment_state")), {"paid"})
        self.process(self.account)
        self.assertMoney(self.open_clearing(), "0.00")

    def test_settlement_comes_first(self):
        """rows 7.2, 7.3: what a settlement paid before the invoice was posted is not
        paid again"""
        record = self.captured(
            self.account,
            fulfillment_status="SHIPPED",
            amount_total=100.0,
            purchase_date="2026-10-01 12:00:00",
        )
        self.post(self.account, [self.row(SALE, "100.00", record.amazon_order_ref)])
        invoice = self.invoice(record, "100.00")
        self.assertEqual(invoice.payment_state, "paid")
        self.process(self.account)
        self.assertFalse(invoice.amazon_to_pay)
        self.assertFalse(invoice.matched_payment_ids)


@tagged("post_install", "-at_install")
class TestPaymentOfADay(DailyMixin, OrderCase):
    """One invoice of a day's orders: one payment, cleared order by order."""

    def test_paid_once(self):
        """rows 4.22, 5.18, 7.2, 7.3: of the day's sale one payment, which settlements
        of its orders clear"""
        account, seller = self.bookable(fresh=True)
        store = self.daily(account, invoice_policy="posted")
        resolver = self.env["amazon.settlement.account"]._resolver(account)
        clearing = resolver.get("clearing").ledger_account_id
        journal = self.env["account.journal"].create(
            {"name": "Amazon payments", "code": "AMP", "type": "bank"}
        )
        journal.inbound_payment_method_line_ids.payment_account_id = clearing
        store.payment_journal_id = journal
        orders = [
            self.sell(
                seller,
                {"sku": "MUG-BLUE-350", "total": total, "tax_rate": 0},
                fulfilled_by="AMAZON",
                status="SHIPPED",
            )
            for total in ("20.00", "30.00")
        ]
        self.take_in(account)
        self.end_day(account)
        invoice = self.sales(store).invoice_ids
        self.assertEqual(invoice.amazon_store_id, store)
        self.assertTrue(invoice.invoice_date)
        payment = invoice.matched_payment_ids
        self.assertEqual(len(payment), 1)
        self.assertMoney(payment.amount, "50.00")
        records = self.env["amazon.order"].union(*map(self.inbox, orders))
        self.assertEqual(set(records.mapped("payment_state")), {"done"})
        today = f"{invoice.date:%Y-%m-%d} 10:00:00 UTC"
        settlement = self.post(
            account,
            [
                self.row(SALE, total, order.order_id, posted=today)
                for order, total in zip(orders, ("20.00", "30.00"), strict=True)
            ],
            start=f"{invoice.date:%Y-%m-01} 00:00:00 UTC",
            end=today,
            deposit=today,
        )
        self.assertFalse(settlement.issue_ids)
        self.assertTrue(payment.is_matched)
        self.assertEqual(invoice.payment_state, "paid")
