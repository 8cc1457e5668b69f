"""Goods that leave reach the accounts: Odoo's own stock valuation, FBA included."""

from odoo.tests import tagged

from .invoice_case import InvoiceCase


@tagged("post_install", "-at_install")
class TestInvoiceValuation(InvoiceCase):
    def setUp(self):
        super().setUp()
        if "stock_move_ids" not in self.env["account.move"]._fields:
            self.skipTest("Stock valuation is not installed")
        self.store.invoice_policy = "posted"
        self.stock, self.cost = (
            self.env["account.account"].create(
                {"name": code, "code": code, "account_type": kind}
            )
            for code, kind in (("110771", "asset_current"), ("500771", "expense"))
        )
        category = self.env["product.category"].create(
            {
                "name": "Valued",
                "property_cost_method": "average",
                "property_valuation": "real_time",
                "property_stock_valuation_account_id": self.stock.id,
                "property_account_expense_categ_id": self.cost.id,
            }
        )
        self.mug.categ_id = category
        self.mug.standard_price = 7.5

    def balances(self, invoice):
        """(cost of goods sold, stock) as the invoice's entry books them."""
        lines = invoice.line_ids
        return tuple(
            sum(
                lines.filtered(lambda x, a=account: x.account_id == a).mapped("balance")
            )
            for account in (self.cost, self.stock)
        )

    def value(self):
        self.mug.invalidate_recordset()
        return self.mug.total_value

    def test_merchant(self):
        """row 7.6: a delivery from the warehouse costs what the goods were worth"""
        before = self.value()
        items = [{"sku": "MUG-BLUE-350", "quantity": 2, "tax_rate": 0}]
        invoice = self.invoiced(items=items)
        self.assertEqual(self.balances(invoice), (15.0, -15.0))
        self.assertMoney(before - self.value(), "15.00")
        move = invoice.line_ids.sale_line_ids.move_ids
        self.assertMoney(move.value, "15.00")

    def test_fba(self):
        """row 7.6: and so does one from the FBA location"""
        location = self.store.fba_location_id
        Quant = self.env["stock.quant"]
        Quant._update_available_quantity(self.mug, location, 10)
        before = self.value()
        order = self.sandbox.add_order(
            self.seller,
            fulfilled_by="AMAZON",
            status="SHIPPED",
            items=[{"sku": "MUG-BLUE-350", "quantity": 3, "tax_rate": 0}],
        )
        self.take_in(self.account)
        self.bill()
        sale = self.inbox(order).sale_order_id
        self.assertEqual(sale.order_line.move_ids.location_id, location)
        self.assertEqual(self.balances(sale.invoice_ids), (22.5, -22.5))
        self.assertMoney(before - self.value(), "22.50")

    def test_revenue_account_leaves_the_cost_alone(self):
        """rows 5.15, 7.6: the store's revenue account is for revenue alone"""
        self.store.income_account_id = self.env["account.account"].create(
            {"name": "Amazon", "code": "400771", "account_type": "income"}
        )
        invoice = self.invoiced()
        self.assertEqual(self.balances(invoice), (7.5, -7.5))
        self.assertEqual(
            invoice.invoice_line_ids.account_id, self.store.income_account_id
        )
