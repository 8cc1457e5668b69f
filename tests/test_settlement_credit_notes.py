"""From the sandbox's refund to the posted credit note, with the invoice's own taxes."""

from decimal import Decimal

from odoo.tests import tagged

from .money_case import DAY
from .settlement_case import SettlementCase

MUG = "MUG-BLUE-350"
BAG = "BACKPACK-20L"


@tagged("post_install", "-at_install")
class TestSettlementCreditNotes(SettlementCase):
    def connected(self, key="US", **values):
        account, seller = self.bookable(key, fresh=True, settlement_policy="posted")
        account.store_ids.write({"invoice_policy": "posted", **values})
        return account, seller

    def invoiced(self, account, seller, *items):
        """An order Amazon shipped, invoiced and settled: (sandbox order, invoice)."""
        order = self.sandbox.add_order(
            seller, fulfilled_by="AMAZON", status="SHIPPED", items=list(items)
        )
        self.take_in(account)
        self.process(account)
        invoice = self.inbox(order).sale_order_id.invoice_ids
        self.assertEqual(invoice.state, "posted", self.inbox(order).reason)
        settlement = self.close(account, seller)
        self.assertFalse(settlement.issue_ids)
        self.assertEqual(invoice.payment_state, "paid")
        return order, invoice

    def close(self, account, seller):
        """A week later Amazon closes a settlement, and the job posts it."""
        self.sandbox.clock.advance(10 * DAY)
        theirs = self.sandbox.close_settlement(seller)
        self._run(account.settlements_cron_id)
        settlement = self.env["amazon.settlement"].search(
            [("settlement_ref", "=", theirs.settlement_id)]
        )
        self.assertEqual(settlement.state, "booked", settlement.reason)
        return settlement

    def refund(self, account, seller, order, items=None, **values):
        """Amazon refunds and settles it: (settlement, its credit note as a draft)."""
        if items:
            ids = [item["orderItemId"] for item in order.items]
            items = dict(zip(ids, items, strict=False))
        self.sandbox.refund(order.order_id, items, **values)
        settlement = self.close(account, seller)
        self.assertEqual(settlement.issue_ids.mapped("kind"), ["no_credit_note"])
        action = settlement.issue_ids.action_create_credit_note()
        note = self.env["account.move"].browse(action["res_id"])
        self.assertMoney(note.amount_total, -settlement.issue_ids.difference)
        return settlement, note

    def assertMatched(self, settlement, note):
        """Posting it ends the refund, to the cent, and nothing else is touched."""
        note.action_post()
        self.assertMoney(note.amount_residual, "0.00")
        self.assertEqual(settlement.issue_ids.state, "solved")
        self.assertEqual(note.payment_state, "reversed")

    def sums(self, move, field="account_id"):
        """{ledger account: balance} of a move."""
        totals = {}
        for line in move.line_ids:
            amount = Decimal(str(line.balance))
            totals[line[field]] = totals.get(line[field], Decimal(0)) + amount
        return {key: amount for key, amount in totals.items() if amount}

    def assertMirrors(self, note, invoice):
        """On every account the credit note takes back what the invoice booked."""
        expected = {key: -amount for key, amount in self.sums(invoice).items()}
        self.assertEqual(self.sums(note), expected)
        self.assertEqual(
            note.invoice_line_ids.product_id, invoice.invoice_line_ids.product_id
        )

    def test_own_tax(self):
        """case 22: US: tax the seller remits is on the credit note as on the invoice"""
        account, seller = self.connected()
        order, invoice = self.invoiced(
            account,
            seller,
            {
                "sku": MUG,
                "quantity": 3,
                "total": "99.99",
                "tax_rate": "0.0825",
                "facilitator": False,
                "shipping": "5.99",
                "gift_wrap": "2.49",
                "discount": "3.33",
            },
        )
        settlement, note = self.refund(account, seller, order)
        self.assertMirrors(note, invoice)
        self.assertMoney(note.amount_tax, invoice.amount_tax)
        store = account.store_ids
        lines = note.invoice_line_ids
        self.assertEqual(lines.filtered(lambda x: x.product_id == self.mug).quantity, 3)
        self.assertIn(store.shipping_product_id, lines.product_id)
        self.assertIn(store.gift_wrap_product_id, lines.product_id)
        discount = lines.filtered(
            lambda line: line.product_id == store.discount_product_id
        )
        self.assertLess(discount.price_subtotal, 0)
        self.assertMatched(settlement, note)

    def test_mapped_tax(self):
        """case 22: US: a mapped tax with a rate carries Amazon's amounts back, too"""
        account, seller = self.connected()
        store = account.store_ids
        for kind, rate, include in (
            ("any", 8.25, "tax_excluded"),
            ("shipping", 5, "tax_included"),
            ("tax_free", 0, "tax_excluded"),
        ):
            tax = self.env["account.tax"].create(
                {"name": kind, "amount": rate, "price_include_override": include}
            )
            store.tax_mapping_ids.create(
                {"store_id": store.id, "kind": kind, "tax_id": tax.id}
            )
        order, invoice = self.invoiced(
            account,
            seller,
            {
                "sku": MUG,
                "quantity": 7,
                "total": "90.93",
                "tax_rate": "0.0825",
                "tax_by_unit": True,  # 7.49, not 7.50
                "facilitator": False,
                "shipping": "5.99",
            },
            {"sku": BAG, "total": "20.00", "tax_rate": 0},
        )
        self.assertMoney(invoice.amount_tax, "7.98")
        settlement, note = self.refund(account, seller, order)
        self.assertMirrors(note, invoice)
        self.assertMoney(note.amount_tax, "7.98")
        self.assertEqual(
            note.invoice_line_ids.tax_ids, invoice.invoice_line_ids.tax_ids
        )
        self.assertMatched(settlement, note)

    def test_tax_that_amazon_remits(self):
        """case 22: US: facilitator tax is no part of the credit note"""
        account, seller = self.connected()
        order, invoice = self.invoiced(
            account,
            seller,
            {"sku": MUG, "total": "31.00", "tax_rate": "0.08875", "facilitator": True},
        )
        settlement, note = self.refund(account, seller, order)
        self.assertMoney(note.amount_total, "31.00")
        self.assertFalse(note.invoice_line_ids.tax_ids)
        self.assertMirrors(note, invoice)
        self.assertMatched(settlement, note)

    def test_tax_in_the_price(self):
        """case 22: DE: the store's VAT is taken out of the refund, too"""
        account, seller = self.connected("DE")
        order, invoice = self.invoiced(
            account,
            seller,
            {"sku": MUG, "quantity": 2, "total": "23.98", "shipping": "4.99"},
            {"sku": BAG, "total": "59.90"},
        )
        settlement, note = self.refund(account, seller, order)
        self.assertEqual(note.currency_id.name, "EUR")
        self.assertMoney(note.amount_total, invoice.amount_total)
        self.assertMoney(note.amount_tax, invoice.amount_tax)
        self.assertEqual(
            note.invoice_line_ids.tax_ids, invoice.invoice_line_ids.tax_ids
        )
        self.assertMatched(settlement, note)

    def test_one_unit_of_three_then_another(self):
        """cases 22, 23: unit by unit, the credit notes add up to the invoice"""
        account, seller = self.connected()
        order, invoice = self.invoiced(
            account,
            seller,
            {
                "sku": MUG,
                "quantity": 3,
                "total": "10.00",
                "tax_rate": "0.0825",
                "facilitator": False,
            },
        )
        notes = self.env["account.move"]
        for _n in range(3):
            settlement, note = self.refund(account, seller, order, [1])
            self.assertEqual(note.invoice_line_ids.quantity, 1)
            self.assertMatched(settlement, note)
            notes |= note
        self.assertEqual(len(set(notes.mapped("amazon_adjustment_ref"))), 3)
        for field in ("amount_total", "amount_tax"):
            total = sum(Decimal(str(amount)) for amount in notes.mapped(field))
            self.assertMoney(total, Decimal(str(invoice[field])))

    def test_amount_and_restocking_fee(self):
        """case 24: an amount instead of units, less a fee, with taxes in the price"""
        account, seller = self.connected("DE")
        order, _invoice = self.invoiced(account, seller, {"sku": BAG, "total": "59.90"})
        settlement, note = self.refund(
            account, seller, order, ["40.00"], restocking_fee="8.00"
        )
        self.assertMoney(note.amount_total, "32.00")
        fee = note.invoice_line_ids.filtered(lambda line: line.price_total < 0)
        self.assertMoney(fee.price_total, "-8.00")
        self.assertMatched(settlement, note)

    def test_untaxed_fee_beside_a_mapped_tax(self):
        """cases 22, 24: US: Amazon's net amounts contain no tax, whatever the rate of
        the mapped one"""
        account, seller = self.connected()
        store = account.store_ids
        tax = self.env["account.tax"].create({"name": "Mapped", "amount": 8.25})
        store.tax_mapping_ids.create({"store_id": store.id, "tax_id": tax.id})
        item = {"sku": BAG, "total": "59.90", "facilitator": False}
        order, _invoice = self.invoiced(account, seller, item | {"tax_rate": "0.0825"})
        settlement, note = self.refund(
            account, seller, order, ["40.00"], restocking_fee="8.00"
        )
        fee = note.invoice_line_ids.filtered(lambda line: line.price_total < 0)
        self.assertEqual(fee.tax_ids, tax)
        self.assertMoney(fee.price_subtotal, "-8.00")
        self.assertMoney(fee.price_total, "-8.00")
        self.assertMatched(settlement, note)

    def test_chargeback(self):
        """case 26: a chargeback's credit note says so"""
        account, seller = self.connected()
        order, _invoice = self.invoiced(account, seller, {"sku": MUG, "total": "31.00"})
        settlement, note = self.refund(
            account, seller, order, transaction_type="Chargeback Refund"
        )
        self.assertIn("Chargeback", note.ref)
        self.assertMatched(settlement, note)

    def test_without_tax(self):
        """case 22: a store that ignores Amazon's tax: three units of an odd amount"""
        account, seller = self.connected(tax_mode="ignore")
        order, invoice = self.invoiced(
            account,
            seller,
            {"sku": MUG, "quantity": 3, "total": "10.00", "facilitator": True},
        )
        settlement, note = self.refund(account, seller, order)
        self.assertMoney(note.amount_total, invoice.amount_total)
        self.assertFalse(note.invoice_line_ids.tax_ids)
        self.assertMatched(settlement, note)
