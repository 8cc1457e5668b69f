"""Invoices that wait for a person to give them date and number, many at once."""

from datetime import date, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestInvoiceBatch(InvoiceCase):
    def setUp(self):
        super().setUp()
        self.store.invoice_policy = "batch"

    def wizard(self, records=None, **values):
        """Opened from the menu, or from a list in which `records` are selected."""
        Wizard = self.env["amazon.post.invoices"]
        if records is not None:
            Wizard = Wizard.with_context(
                active_model=records._name, active_ids=records.ids
            )
        return Wizard.create(values)

    def latest(self):
        return self.env["amazon.invoice.batch"].search([], limit=1)

    def test_wait_without_date_and_number(self):
        """row 4.23: each order is its own sale; its invoice has neither date nor number
        until it is posted in batch"""
        invoices = self.invoiced(2)
        self.assertEqual(len(invoices.line_ids.sale_line_ids.order_id), 2)
        self.assertEqual(set(invoices.mapped("state")), {"draft"})
        self.assertFalse(any(invoices.mapped("invoice_date")))
        self.assertFalse(any(invoices.mapped("name")))
        self.bill()
        self.assertFalse(any(invoices.mapped("invoice_date")))
        self.wizard().action_post()
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        self.assertEqual(
            invoices.mapped("invoice_date"), invoices.mapped("amazon_invoice_date")
        )
        self.assertTrue(all(invoices.mapped("name")))
        batch = self.latest()
        self.assertEqual((batch.state, batch.total, batch.posted), ("done", 2, 2))
        self.assertEqual(batch.progress, 100)

    def test_one_date_for_all(self):
        """row 4.23: with the date that was entered"""
        invoices = self.invoiced(2)
        day = fields.Date.today() - timedelta(days=2)
        self.wizard(date_mode="date", invoice_date=day).action_post()
        self.assertEqual(set(invoices.mapped("invoice_date")), {day})

    def test_selected(self):
        """row 4.23: only those selected in the list of invoices"""
        invoices = self.invoiced(2)
        wizard = self.wizard(invoices[:1])
        self.assertEqual(wizard.count, 1)
        wizard.action_post()
        self.assertEqual(invoices.mapped("state"), ["posted", "draft"])
        with self.assertRaisesRegex(UserError, "no draft invoice"):
            self.wizard(invoices[:1]).action_post()

    def test_by_hand(self):
        """row 4.23: posted by hand, an invoice gets its day as in the batch"""
        invoice = self.invoiced()
        invoice.amazon_invoice_date = date(2026, 11, 3)
        invoice.action_post()
        self.assertEqual(invoice.invoice_date, date(2026, 11, 3))

    def test_paid_in_batch(self):
        """row 4.23: registering the payments posts as well"""
        invoices = self.invoiced(2)
        journal = self.bank()
        self.wizard(journal_id=journal.id).action_post()
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        for invoice in invoices:
            self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        payments = self.payments(invoices)
        self.assertEqual(len(payments), 2)
        self.assertEqual(payments.journal_id, journal)
        self.assertEqual(payments.mapped("date"), invoices.mapped("invoice_date"))
        self.bill()
        self.assertEqual(self.payments(invoices), payments)

    def test_one_that_fails(self):
        """row 4.23: one that can't be posted is named, and holds nobody up"""
        good, bad, other = self.invoiced(3)
        account = bad.invoice_line_ids.account_id.copy({"code": "499871"})
        bad.invoice_line_ids.account_id = account
        account.active = False
        self.wizard().action_post()
        self.assertEqual((good | other).mapped("state"), ["posted", "posted"])
        self.assertEqual(bad.state, "draft")
        batch = self.latest()
        self.assertEqual((batch.state, batch.posted), ("done", 2))
        self.assertEqual(batch.failed_ids, bad)
        self.assertRegex(batch.problems, f"{bad.ref}: .*archived")
        self.assertEqual(batch.activity_ids.user_id, self.env.user)
        account.active = True
        batch.action_retry()
        self.bill()
        self.assertEqual(bad.state, "posted")
        self.assertEqual((batch.state, batch.posted), ("done", 3))
        self.assertFalse(batch.problems or batch.failed_ids)

    def test_many_in_the_background(self):
        """row 4.23: many are posted by the job, which goes on where it was stopped"""
        invoices = self.invoiced(3)
        batch = self.env["amazon.invoice.batch"].create(
            {
                "account_id": self.account.id,
                "user_id": self.env.user.id,
                "total": 3,
                "waiting_ids": invoices.ids,
            }
        )
        invoices[0].action_post()  # by hand, in the meantime
        self.bill()
        self.assertEqual(set(invoices.mapped("state")), {"posted"})
        self.assertEqual((batch.state, batch.posted), ("done", 3))
        names = invoices.mapped("name")
        self.bill()
        self.assertEqual(invoices.mapped("name"), names)

    def test_account_not_connected(self):
        """row 4.23: what no job would post is refused; a few are posted at once"""
        invoices = self.invoiced(2)
        self.account.state = "draft"
        self.assertFalse(self.account.process_cron_id.active)
        at_once = "odoo.addons.amazon_connector.models.amazon_invoice_batch.AT_ONCE"
        # this one undoes what was made before the error, as a request does
        with patch(at_once, 1), self.assertRaises(UserError) as caught:
            self.wizard().action_post()
        self.assertIn("not connected", str(caught.exception))
        self.assertFalse(self.latest())
        self.wizard().action_post()
        self.assertEqual(set(invoices.mapped("state")), {"posted"})

    def test_journal_that_cannot_receive(self):
        """rows 4.23, 7.4: a journal without incoming payments is refused in a sentence"""
        self.invoiced()
        journal = self.bank()
        journal.inbound_payment_method_line_ids.unlink()
        with self.assertRaisesRegex(UserError, "can't receive payments"):
            self.wizard(journal_id=journal.id).action_post()

    def test_rights(self):
        """row 4.23: who may not post invoices may not do it in batch either"""
        user = new_test_user(
            self.env,
            "seller",
            "amazon_connector.group_amazon_user,sales_team.group_sale_salesman_all_leads",
        )
        invoice = self.invoiced()
        wizard = self.env["amazon.post.invoices"].with_user(user).create({})
        with self.assertRaisesRegex(AccessError, "Invoicing"):
            wizard.action_post()
        self.assertEqual(invoice.state, "draft")

    def test_screens(self):
        """row 4.23: an accountant who works with Amazon opens and posts"""
        user = new_test_user(
            self.env,
            "batcher",
            "amazon_connector.group_amazon_user,account.group_account_invoice",
        )
        invoice = self.invoiced()
        wizard = self.env["amazon.post.invoices"].with_user(user).create({})
        self.assertIn(self.store, wizard.store_ids)
        self.assertEqual(wizard.count, 1)
        wizard.action_post()
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(self.latest().user_id, user)
        self.open_screens(user, self.latest())
