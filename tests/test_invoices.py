"""Shipped ► invoiced: once, by the store's policy, with Amazon's cents."""

from decimal import Decimal

from odoo.tests import tagged

from .shipment_case import ShipmentCase


@tagged("post_install", "-at_install")
class TestInvoices(ShipmentCase):
    def setUp(self):
        super().setUp()
        self.mug.invoice_policy = self.bag.invoice_policy = "delivery"

    def bill(self):
        """The scheduled job makes the invoices."""
        self.process(self.account)

    def invoices(self, order):
        return self.inbox(order).sale_order_id.invoice_ids.sorted("id")

    def assertSum(self, moves, field, expected):
        self.assertMoney(sum(Decimal(str(m[field])) for m in moves), expected)

    def ship_in_parts(self, order, sku, *parts):
        """Validate, invoice, and so on, part by part; the invoices."""
        sale = self.inbox(order).sale_order_id
        for units in parts:
            picking = sale.picking_ids.filtered(lambda p: p.state != "done")
            self.ship(picking, **{sku: units})
            self.bill()
        return self.invoices(order)

    def test_draft_is_the_default(self):
        """row 7.1: shipping makes a draft invoice of Amazon's total, once"""
        order, picking = self.sell()
        self.bill()
        self.assertFalse(self.invoices(order))
        self.ship(picking)
        self.assertFalse(self.invoices(order))
        self.assertEqual(self.store.invoice_policy, "draft")
        self.bill()
        invoice = self.invoices(order)
        self.assertEqual((len(invoice), invoice.state), (1, "draft"))
        self.assertMoney(
            invoice.amount_total, self.inbox(order).sale_order_id.amount_total
        )
        self.assertEqual(invoice.amazon_order_id, self.inbox(order))
        self.bill()
        self.assertEqual(self.invoices(order), invoice)

    def test_posted(self):
        """row 7.1: posted, where the store says so"""
        self.store.invoice_policy = "posted"
        order, picking = self.sell(
            {"sku": "MUG-BLUE-350", "total": "10.00", "facilitator": False}
        )
        self.ship(picking)
        self.bill()
        invoice = self.invoices(order)
        self.assertEqual(invoice.state, "posted")
        self.assertMoney(invoice.amount_total, order.grand_total)

    def test_none(self):
        """row 7.1: no invoice, where the store says so"""
        self.store.invoice_policy = "none"
        order, picking = self.sell()
        self.ship(picking)
        self.bill()
        self.assertFalse(self.invoices(order))

    def test_fba_after_import(self):
        """rows 7.1, 12.1: an order that Amazon ships is invoiced after its import"""
        order = self.sandbox.add_order(
            self.seller,
            fulfilled_by="AMAZON",
            status="SHIPPED",
            items=[{"sku": "MUG-BLUE-350", "total": "10.00", "facilitator": False}],
        )
        self.take_in(self.account)
        self.bill()
        invoice = self.invoices(order)
        self.assertEqual(len(invoice), 1)
        self.assertMoney(invoice.amount_total, order.grand_total)

    def test_parts_of_an_order_without_tax(self):
        """rows 5.28, 7.1: partial invoices without tax add up to Amazon's line"""
        self.store.invoice_policy = "posted"
        order, _picking = self.sell(
            {"sku": "MUG-BLUE-350", "quantity": 3, "total": "10.00", "tax_rate": 0}
        )
        invoices = self.ship_in_parts(order, "MUG-BLUE-350", 1, 1, 1)
        amounts = [str(m.amount_total) for m in invoices]
        self.assertEqual(amounts, ["3.33", "3.34", "3.33"])

    def test_parts_of_an_order_with_tax(self):
        """rows 5.28, 6.1, 7.1: partial invoices and their credit notes keep Amazon's
        amount and Amazon's tax"""
        self.store.invoice_policy = "posted"
        order, _picking = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "quantity": 7,
                "total": "99.99",
                "tax_rate": "0.0825",
                "facilitator": False,
                "shipping": "5.99",
                "discount": "3.33",
            }
        )
        tax = sum(
            Decimal(row["subtotal"]["amount"])
            for row in order.items[0]["proceeds"]["breakdowns"]
            if row["type"] == "TAX"
        )
        invoices = self.ship_in_parts(order, "MUG-BLUE-350", 2, 4, 1)
        self.assertEqual(len(invoices), 3)
        self.assertSum(invoices, "amount_total", order.grand_total)
        self.assertSum(invoices, "amount_tax", tax)
        notes = invoices._reverse_moves(cancel=True)
        for invoice, note in zip(invoices, notes, strict=True):
            self.assertEqual(note.state, "posted")
            self.assertMoney(note.amount_total, invoice.amount_total)
            self.assertMoney(note.amount_tax, invoice.amount_tax)
            self.assertEqual(note.amazon_order_id, self.inbox(order))

    def test_parts_of_an_order_whose_tax_amazon_remits(self):
        """row 6.8: facilitator tax nets to zero on every partial invoice"""
        self.store.invoice_policy = "posted"
        order, _picking = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "quantity": 3,
                "total": "31.00",
                "tax_rate": "0.08875",
                "facilitator": True,
            }
        )
        pair = self.store.collected_tax_id | self.store.remitted_tax_id
        invoices = self.ship_in_parts(order, "MUG-BLUE-350", 1, 1, 1)
        for invoice in invoices:
            lines = invoice.line_ids.filtered(lambda line: line.tax_line_id in pair)
            self.assertEqual(len(lines), 2)
            self.assertTrue(all(lines.mapped("balance")))
            self.assertMoney(sum(lines.mapped("balance")), "0.00")
            self.assertMoney(invoice.amount_tax, "0.00")
        self.assertSum(invoices, "amount_total", "31.00")
        collected = invoices.line_ids.filtered(
            lambda line: line.tax_line_id == self.store.collected_tax_id
        )
        self.assertSum(collected, "balance", "-2.75")

    def test_discount_larger_than_the_first_part(self):
        """rows 5.26, 7.1: no invoice below zero; the next shipment's one takes it all"""
        self.store.invoice_policy = "posted"
        order, _picking = self.sell(
            {
                "sku": "MUG-BLUE-350",
                "quantity": 10,
                "total": "100.00",
                "tax_rate": 0,
                "discount": "25.00",
            }
        )
        first = self.ship_in_parts(order, "MUG-BLUE-350", 1)
        self.assertFalse(first)
        self.assertFalse(self.inbox(order).activity_ids)
        invoices = self.ship_in_parts(order, "MUG-BLUE-350", 9)
        self.assertEqual(len(invoices), 1)
        self.assertMoney(invoices.amount_total, "75.00")

    def test_replacement_at_zero(self):
        """row 7.1: what is given away is shipped without an invoice"""
        order, picking = self.sell(
            {"sku": "MUG-BLUE-350", "total": 0, "tax_rate": 0},
            replaces="111-1111111-1111111",
        )
        self.ship(picking)
        self.bill()
        self.assertFalse(self.invoices(order))
        self.assertFalse(self.inbox(order).activity_ids)

    def test_one_that_fails_holds_up_nobody(self):
        """row 7.1: an invoice that can't be made is told; the others are made"""
        self.store.invoice_policy = "posted"
        self.store.tax_mode = "ignore"
        account = self.bag.property_account_income_id = self.env[
            "account.account"
        ].create(
            {
                "name": "Old sales",
                "code": "499999",
                "account_type": "income",
            }
        )
        good, picking = self.sell({"sku": "MUG-BLUE-350"})
        self.ship(picking)
        bad, picking = self.sell({"sku": "BACKPACK-20L"})
        self.ship(picking)
        account.active = False
        self.bill()
        self.assertEqual(self.invoices(good).state, "posted")
        self.assertFalse(self.invoices(bad))
        record = self.inbox(bad)
        self.assertIn("could not be made", record.attention)
        self.assertEqual(len(self.warnings(record)), 1)
        self.assertFalse(self.inbox(good).attention)
        account.active = True
        record.sale_order_id._create_invoices()
        self.assertEqual(len(self.invoices(bad)), 1)

    def test_many_in_one_run(self):
        """row 7.1: orders shipped together are invoiced in one run, each on its own"""
        orders = [self.sell()[0] for _number in range(4)]
        for order in orders:
            self.ship(self.inbox(order).sale_order_id.picking_ids)
        self.bill()
        for order in orders:
            self.assertEqual(len(self.invoices(order)), 1)
