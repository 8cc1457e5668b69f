"""Amazon has the money ► the invoice is paid, once, or left to the settlement."""

from datetime import UTC, datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestInvoicePayments(InvoiceCase):
    def setUp(self):
        super().setUp()
        self.store.invoice_policy = "posted"

    def with_journal(self, **values):
        self.store.payment_journal_id = self.bank(**values)
        return self.store.payment_journal_id

    def assertPaid(self, invoices):
        for invoice in invoices:
            self.assertIn(invoice.payment_state, ("paid", "in_payment"))
            self.assertMoney(invoice.amount_residual, "0.00")

    def test_left_open_by_default(self):
        """row 7.3: without a payment journal invoices stay open for the settlement"""
        self.assertFalse(self.store.payment_journal_id)
        invoice = self.invoiced()
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "not_paid"))
        self.assertFalse(self.payments(invoice))
        self.assertFalse(invoice.amazon_to_pay)

    def test_paid_when_amazon_has_it(self):
        """row 7.2: the payment is registered on the day Amazon had the money"""
        journal = self.with_journal()
        bought = datetime.now(UTC).replace(hour=3, minute=30) - timedelta(days=3)
        invoices = self.invoiced(2, created=bought)
        self.assertPaid(invoices)
        payments = self.payments(invoices)
        self.assertEqual(len(payments), 2)
        self.assertEqual(payments.journal_id, journal)
        self.assertEqual(set(payments.mapped("amount")), {20.0})
        # half past three in UTC is the evening before in New York
        self.assertEqual(
            set(payments.mapped("date")), {bought.date() - timedelta(days=1)}
        )
        accounts = payments.move_id.line_ids.account_id
        outstanding = journal.inbound_payment_method_line_ids.payment_account_id
        self.assertIn(outstanding, accounts)
        for payment in payments:
            self.assertEqual(payment.invoice_ids, payment.amazon_invoice_id)

    def test_once(self):
        """row 7.2: a second run, or one after a killed worker, pays nothing twice"""
        self.with_journal()
        invoice = self.invoiced()
        payment = self.payments(invoice)
        self.bill()
        invoice.amazon_to_pay = True  # what a worker killed before its commit leaves
        self.bill()
        self.assertEqual(self.payments(invoice), payment)
        self.assertFalse(invoice.amazon_to_pay)
        invoice.button_draft()  # undoes the match, but not the payment
        invoice.action_post()
        self.bill()
        self.assertEqual(self.payments(invoice), payment)
        self.assertPaid(invoice)

    def test_drafts_are_paid_when_posted(self):
        """rows 7.2, 7.7: what is posted by hand later is paid then"""
        self.store.invoice_policy = "draft"
        self.with_journal()
        invoice = self.invoiced()
        self.assertFalse(self.payments(invoice))
        self.rest(self.account)
        invoice.action_post()
        self.assertTrue(self.scheduled(self.account.process_cron_id, timedelta(0)))
        self.bill()
        self.assertPaid(invoice)

    def test_each_part(self):
        """row 7.2: partial invoices get their parts of the money"""
        self.with_journal()
        items = [
            {"sku": "MUG-BLUE-350", "quantity": 3, "total": "10.00", "tax_rate": 0}
        ]
        sale = self.sold(items=items)
        for _part in range(3):
            picking = sale.picking_ids.filtered(lambda p: p.state != "done")
            self.ship(picking, **{"MUG-BLUE-350": 1})
            self.bill()
        payments = self.payments(sale.invoice_ids).sorted("id")
        amounts = [str(payment.amount) for payment in payments]
        self.assertEqual(amounts, ["3.33", "3.34", "3.33"])
        self.assertPaid(sale.invoice_ids)

    def test_nothing_to_pay(self):
        """row 7.2: invoices of zero and credit notes get no payment"""
        self.with_journal()
        invoice = self.invoiced()
        free = invoice.copy({"amazon_order_id": invoice.amazon_order_id.id})
        free.invoice_line_ids.price_unit = 0
        free.invoice_line_ids.extra_tax_data = False
        free.action_post()
        note = invoice._reverse_moves()
        note.action_post()
        self.bill()
        self.assertFalse(self.payments(free | note))

    def test_kept_from_capture_on(self):
        """row 7.7: what the buyer paid is kept with the order until it is processed"""
        self.with_journal()
        self.mug.active = False
        self.store.listing_ids.product_id = False
        order = self.sandbox.add_order(
            self.seller, items=[{"sku": "NOT-LINKED-1", "total": "20.00"}]
        )
        self.pull(self.account)
        record = self.inbox(order)
        self.assertFalse(record.sale_order_id)
        self.assertEqual(record.paid_on, record.purchase_date)
        self.assertMoney(record.paid_amount, order.grand_total)
        self.assertEqual(record.payment_state, "amazon")

    def test_pending_then_paid(self):
        """rows 7.2, 7.7: a pending order is not paid; once Amazon confirms it is"""
        order = self.sandbox.add_order(self.seller, status="PENDING")
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertFalse(record.paid_on)
        self.assertEqual(record.payment_state, "open")
        self.sandbox.release_pending(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(record.paid_on, record.last_updated)
        self.assertGreater(record.paid_on, record.purchase_date)
        self.assertMoney(record.paid_amount, order.grand_total)

    def test_paid_on_delivery(self):
        """row 7.2: Amazon has no money yet of what is paid on delivery or by invoice"""
        self.with_journal()
        invoices = self.invoiced(payment="CashOnDelivery") | self.invoiced(
            payment="Invoice"
        )
        self.bill()
        self.assertEqual(set(invoices.mapped("payment_state")), {"not_paid"})
        self.assertFalse(any(invoices.amazon_order_id.mapped("paid_on")))
        self.assertEqual(
            set(invoices.amazon_order_id.mapped("payment_state")), {"open"}
        )

    def test_canceled_is_not_paid(self):
        """row 7.7: a canceled order's money has gone back"""
        order = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertTrue(record.paid_on)
        self.sandbox.cancel(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(record.state, "canceled")
        self.assertFalse(record.paid_on or record.paid_amount or record.payment_state)

    def test_payment_state(self):
        """row 7.5: the Amazon order says what is paid, instead of a comment"""
        self.store.invoice_policy = "draft"
        self.with_journal()
        items = [{"sku": "MUG-BLUE-350", "quantity": 2, "tax_rate": 0}]
        sale = self.sold(items=items)
        record = sale.amazon_order_id
        states = [record.payment_state]
        for _part in range(2):
            picking = sale.picking_ids.filtered(lambda p: p.state != "done")
            self.ship(picking, **{"MUG-BLUE-350": 1})
            self.bill()
            sale.invoice_ids.filtered(lambda m: m.state == "draft").action_post()
            self.bill()
            record.invalidate_recordset(["payment_state"])
            states.append(record.payment_state)
        self.assertEqual(states, ["amazon", "partial", "done"])
        self.open_screens(self.env.user, record)

    def test_one_that_fails(self):
        """row 7.2: a payment that can't be made is named; the invoice stays posted and
        the others are paid"""
        journal = self.with_journal()
        self.store.invoice_policy = "draft"
        good, bad = self.invoiced(2)
        term = bad.line_ids.filtered(lambda x: x.display_type == "payment_term")
        term.account_id = term.account_id.copy({"code": "129871"})
        (good | bad).action_post()
        term.account_id.active = False
        self.bill()
        self.assertPaid(good)
        self.assertEqual((bad.state, bad.payment_state), ("posted", "not_paid"))
        self.assertIn("payment", bad.activity_ids.summary)
        self.assertEqual(self.payments(good | bad).amazon_invoice_id, good)
        self.assertEqual(self.store.payment_journal_id, journal)

    def test_journal_must_receive(self):
        """row 7.4: only a journal that can receive payments may be chosen"""
        journal = self.bank()
        lines = journal.inbound_payment_method_line_ids
        sale_journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        for wrong in (sale_journal, journal):
            lines.unlink() if wrong == journal else None
            with self.assertRaisesRegex(ValidationError, "can't receive payments"):
                self.store.payment_journal_id = wrong
        arch = self.store.get_views([(False, "form")])["models"]["amazon.store"]
        domain = arch["fields"]["payment_journal_id"]["domain"]
        self.assertIn("inbound_payment_method_line_ids", domain)

    def test_query_count(self):
        """row 7.2: many invoices are paid together, not one by one"""
        self.store.invoice_policy = "draft"
        self.with_journal()

        def cost(count):
            invoices = self.invoiced(count)
            invoices.action_post()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.bill()
            self.env.flush_all()
            queries = self.env.cr.sql_log_count - before
            self.assertPaid(invoices)
            return queries

        cost(1)
        few, many = cost(2), cost(8)
        # Odoo's own payment, entry and number; its wizard takes 83
        self.assertLess((many - few) / 6, 32)
