"""What sales are called, and on which accounts their invoices are booked."""

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .invoice_case import InvoiceCase

FULL = [
    {
        "sku": "MUG-BLUE-350",
        "quantity": 2,
        "total": "20.00",
        "tax_rate": "0.0825",
        "facilitator": False,
        "shipping": "5.99",
        "discount": "3.00",
    }
]


@tagged("post_install", "-at_install")
class TestInvoiceAccounts(InvoiceCase):
    def income(self, code, **values):
        return self.env["account.account"].create(
            {"name": code, "code": code, "account_type": "income", **values}
        )

    def accounts(self, moves):
        """Accounts of what was sold; the taxes have theirs."""
        return moves.invoice_line_ids.account_id

    # -- revenue account ---------------------------------------------------------------

    def test_products_decide(self):
        """row 5.15: without the setting, product and category decide"""
        own = self.income("400101")
        self.mug.property_account_income_id = own
        self.assertIn(own, self.accounts(self.invoiced()))

    def test_revenue_account_of_the_store(self):
        """row 5.15: wins over product, category and fiscal position, on every line and
        on credit notes"""
        store_account, own, mapped = map(self.income, ("400111", "400112", "400113"))
        self.mug.property_account_income_id = own
        self.bag.categ_id.property_account_income_categ_id = own
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Elsewhere",
                "account_ids": [
                    Command.create(
                        {"account_src_id": own.id, "account_dest_id": mapped.id}
                    )
                ],
            }
        )
        self.store.income_account_id = store_account
        self.store.invoice_policy = "posted"
        sale = self.sold(items=[*FULL, "BACKPACK-20L"])
        sale.fiscal_position_id = position
        self.ship(sale.picking_ids)
        self.bill()
        invoice = sale.invoice_ids
        self.assertGreaterEqual(len(invoice.invoice_line_ids), 4)
        self.assertEqual(self.accounts(invoice), store_account)
        self.assertEqual(invoice.state, "posted")
        note = invoice._reverse_moves()
        self.assertEqual(self.accounts(note), store_account)
        self.assertEqual(note.amazon_store_id, self.store)

    def test_no_income_account(self):
        """row 5.15: only an income account may be chosen"""
        expense = self.income("600101", account_type="expense")
        with self.assertRaisesRegex(ValidationError, "no income account"):
            self.store.income_account_id = expense

    def test_revenue_account_of_another_company(self):
        """row 5.15: nor one of another company"""
        other = self.env["res.company"].create({"name": "Elsewhere Inc."})
        account = self.income("400121", company_ids=[Command.set(other.ids)])
        with self.assertRaises(UserError):
            self.store.income_account_id = account

    def test_revenue_account_of_the_order(self):
        """row 5.16: one order may have its own, which wins over the store's, until it is
        invoiced"""
        store_account, own = map(self.income, ("400131", "400132"))
        self.store.income_account_id = store_account
        sale = self.sold(items=FULL)
        self.assertFalse(sale.amazon_income_account_id)
        sale.amazon_income_account_id = own
        self.ship(sale.picking_ids)
        self.bill()
        self.assertEqual(self.accounts(sale.invoice_ids), own)
        with self.assertRaisesRegex(UserError, "invoice"):
            sale.amazon_income_account_id = store_account
        self.assertEqual(self.accounts(self.invoiced()), store_account)

    # -- what the sale carries -----------------------------------------------------------

    def test_prefix(self):
        """row 5.10: with a prefix the sale is named after Amazon's number"""
        plain = self.sold()
        self.assertNotIn(plain.amazon_order_ref, plain.name)
        self.assertEqual(plain.client_order_ref, plain.amazon_order_ref)
        self.store.order_prefix = "AMZ-"
        sale = self.sold()
        self.assertEqual(sale.name, f"AMZ-{sale.amazon_order_ref}")
        self.assertEqual(sale.client_order_ref, sale.amazon_order_ref)
        self.assertEqual(sale.picking_ids.origin, sale.name)

    def test_prefix_of_a_reloaded_order(self):
        """row 5.10: an order that is imported anew has the same name, next to the
        canceled sale"""
        self.store.order_prefix = "AMZ-"
        sale = self.sold()
        record = sale.amazon_order_id
        wizard = self.env["amazon.reload.order"].create({"order_id": record.id})
        self.press(wizard.action_reload)
        self.process(self.account)
        again = record.sale_order_id
        self.assertNotEqual(again, sale)
        self.assertEqual((sale.state, again.state), ("cancel", "sale"))
        self.assertEqual(again.name, sale.name)

    def test_source(self):
        """row 5.14: salesperson and team as configured, and the store's name as source,
        on the sale and on its invoice"""
        user = self.env["res.users"].create({"name": "Rep", "login": "rep-of-amazon"})
        team = self.env["crm.team"].create({"name": "Marketplaces"})
        self.store.write({"user_id": user.id, "team_id": team.id})
        invoice = self.invoiced()
        sale = invoice.line_ids.sale_line_ids.order_id
        self.assertEqual((sale.user_id, sale.team_id), (user, team))
        self.assertEqual((invoice.invoice_user_id, invoice.team_id), (user, team))
        self.assertEqual(sale.source_id.name, self.store.name)
        self.assertEqual(invoice.source_id, sale.source_id)

    def test_source_by_code(self):
        """row 5.14: or a code like Amazon_US; without a salesperson there is none"""
        self.store.source_label = "code"
        invoice = self.invoiced()
        self.assertEqual(invoice.source_id.name, "Amazon_US")
        self.assertFalse(invoice.line_ids.sale_line_ids.order_id.user_id)

    def test_renamed_store(self):
        """row 5.14: a store that is renamed names its new sales anew; two stores of one
        name share the source"""
        before = self.store.utm_source_id
        self.store.name = "Amazon, New York"
        self.assertEqual(self.store.utm_source_id.name, "Amazon, New York")
        self.assertNotEqual(self.store.utm_source_id, before)
        self.store.name = before.name
        self.assertEqual(self.store.utm_source_id, before)

    def test_pricelist(self):
        """row 5.12: the sale has the store's pricelist, its prices are Amazon's, even
        where the pricelist would halve them"""
        self.store.pricelist_id = self.env["product.pricelist"].create(
            {
                "name": "Half",
                "currency_id": self.store.currency_id.id,
                "item_ids": [
                    Command.create(
                        {
                            "applied_on": "3_global",
                            "compute_price": "percentage",
                            "percent_price": 50,
                        }
                    )
                ],
            }
        )
        sale = self.sold(items=FULL)
        self.assertEqual(sale.pricelist_id, self.store.pricelist_id)
        line = sale.order_line.filtered(lambda x: x.product_id == self.mug)
        self.assertMoney(line.price_unit, "10.00")
        self.assertEqual(line.discount, 0)
        self.assertMoney(sale.amount_total, self.due(sale))
        self.ship(sale.picking_ids)
        self.bill()
        self.assertMoney(sale.invoice_ids.amount_total, self.due(sale))

    def due(self, sale):
        return self.sandbox.order(sale.amazon_order_ref).grand_total

    def test_pricelist_in_another_currency(self):
        """row 5.12: a pricelist in another currency is refused in a sentence"""
        euro = self.env.ref("base.EUR")
        pricelist = self.env["product.pricelist"].create(
            {"name": "Euros", "currency_id": euro.id}
        )
        with self.assertRaisesRegex(ValidationError, "Choose a pricelist in USD"):
            self.store.pricelist_id = pricelist

    def test_screens(self):
        """rows 5.10, 5.15, 5.16: the settings are on the store, the order's on the sale"""
        arch = self.store.get_views([(False, "form")])["views"]["form"]["arch"]
        for name in ("order_prefix", "income_account_id", "payment_journal_id"):
            self.assertIn(f'name="{name}"', arch)
        sale = self.sold()
        self.assertIn(
            'name="amazon_income_account_id"',
            sale.get_views([(False, "form")])["views"]["form"]["arch"],
        )
        self.open_screens(self.env.user, self.store)
