"""What the screens say, and that it is true."""

from odoo.tests import tagged

from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestScreens(AmazonCase):
    def test_account_warns_of_a_missing_exchange_rate(self):
        """row 1.15: told on the account, before the first order is blocked for it"""
        account, _seller = self.connect("DE", ["DE"])
        self.env["res.currency"].search([("name", "=", "EUR")]).rate_ids.unlink()
        account.invalidate_recordset(["currency_warning"])
        self.assertIn("no exchange rate for EUR", account.currency_warning)
        self.rate("EUR", 0.9)
        account.invalidate_recordset(["currency_warning"])
        self.assertFalse(account.currency_warning)

    def test_account_shows_the_running_job(self):
        """row 4.31: the account says how far a long pull is, and nothing once it ended"""
        account, _seller = self.us()
        run = self.env["amazon.sync.run"].create(
            {"account_id": account.id, "kind": "orders", "pages": 3, "captured": 250}
        )
        self.assertIn("3 pages", account.running_text)
        self.assertIn("250", account.running_text)
        run._finish()
        account.invalidate_recordset(["running_text"])
        self.assertFalse(account.running_text)

    def test_sale_tells_the_tax_amazon_keeps(self):
        """row 6.8: Amazon's total is the sale's plus the tax Amazon remits itself"""
        account, seller = self.us()
        item = {"sku": "MUG-BLUE-350", "tax_rate": "0.0825"}
        order = self.sandbox.add_order(seller, items=[item])
        self.take_in(account)
        sale = self.inbox(order).sale_order_id
        self.assertTrue(sale.amazon_remitted_tax)
        self.assertMoney(
            sale.amazon_amount_total - sale.amount_total,
            f"{sale.amazon_remitted_tax:.2f}",
        )

    def test_blocked_orders_of_a_listing_are_those_it_counts(self):
        """row 2.34: the count of a listing opens the orders it counts"""
        account, seller = self.us()
        account.store_ids.unknown_sku_policy = "hold"
        self.sandbox.add_order(seller, items=["UMBRELLA-XL"])
        self.sandbox.add_order(seller, items=["UMBRELLA-XL"], status="CANCELLED")
        self.take_in(account)
        listing = self.env["amazon.listing"].search([("sku", "=", "UMBRELLA-XL")])
        self.assertEqual(listing.blocked_count, 1)
        action = listing.action_view_orders()
        self.assertEqual(action["context"], {"search_default_blocked": 1})
        orders = self.env["amazon.order"].search(action["domain"])
        self.assertEqual(orders.mapped("state").count("blocked"), 1)
