"""Every kind of user opens what Amazon orders become, and finds no closed door."""

from odoo.tests import new_test_user, tagged

from .common import AmazonCase

# Odoo's own delivery methods ask a little more of the warehouse than Inventory / User
WAREHOUSE = ("stock.group_stock_user", "base.group_partner_manager")


@tagged("post_install", "-at_install")
class TestUserRights(AmazonCase):
    def setUp(self):
        super().setUp()
        account, seller = self.us()
        self.sandbox.add_order(seller)
        self.take_in(account)
        self.order = self.env["amazon.order"].search([("account_id", "=", account.id)])
        self.sale = self.order.sale_order_id
        self.picking = self.sale.picking_ids
        self.ship(self.picking)
        self.send(account)
        self.process(account)
        self.invoice = self.sale.invoice_ids

    def user(self, *groups):
        return new_test_user(self.env, "someone", groups=",".join(groups))

    def test_warehouse_without_amazon_rights(self):
        """row 1.7: transfers of Amazon orders open for who knows nothing of Amazon"""
        user = self.user(*WAREHOUSE)
        self.open_screens(user, self.picking)
        self.assertEqual(
            self.picking.with_user(user).amazon_submission_state, "confirmed"
        )

    def test_accountant_without_amazon_rights(self):
        """row 1.7: invoices of Amazon orders open and post without rights on Amazon's"""
        user = self.user("account.group_account_invoice")
        self.open_screens(user, self.invoice)
        self.invoice.with_user(user).action_post()
        self.assertEqual(self.invoice.state, "posted")

    def test_seller_without_amazon_rights(self):
        """row 1.7: sales of Amazon orders open for every salesperson"""
        self.open_screens(
            self.user("sales_team.group_sale_salesman_all_leads"), self.sale
        )

    def test_warehouse_with_amazon(self):
        """row 1.7: the warehouse sees order, shipment and transfer, not the settings"""
        user = self.user(*WAREHOUSE, "amazon_connector.group_amazon_user")
        self.open_screens(
            user,
            self.picking,
            self.order,
            self.order.submission_ids,
            self.order.run_id,
            self.order.line_ids.listing_id,
            self.order.account_id,
            self.order.store_id,
        )
        self.assertFalse(self.order.account_id.with_user(user).has_access("write"))
        action = self.order.with_user(user).action_view_pickings()
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("stock.picking", self.picking.id)
        )

    def test_accountant_with_amazon(self):
        """row 1.7: the accountant gets from the invoice to the Amazon order and back"""
        user = self.user(
            "account.group_account_invoice", "amazon_connector.group_amazon_user"
        )
        self.open_screens(user, self.invoice, self.order, self.sale)
        action = self.invoice.with_user(user).action_view_amazon_order()
        self.assertEqual(action["res_id"], self.order.id)

    def test_amazon_user_alone(self):
        """row 1.7: orders open for a user who has nothing but Amazon"""
        user = self.user("amazon_connector.group_amazon_user")
        self.open_screens(user, self.order, self.order.submission_ids)
