from odoo.tests import tagged

from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestOrderImport(AmazonCase):
    def test_merchant_order(self):
        """rows 4.21, 4.27, 5.10, 5.28: one Amazon order is one identical sale"""
        account, seller = self.us()
        order = self.sandbox.add_order(
            seller,
            items=[
                {
                    "sku": "MUG-BLUE-350",
                    "quantity": 3,
                    "total": "10.00",
                    "tax_rate": "0.0825",
                    "facilitator": False,
                    "shipping": "5.99",
                },
                {"sku": "BACKPACK-20L", "total": "25.49", "facilitator": False},
            ],
        )
        self.take_in(account)
        record = self.inbox(order)
        self.assertEqual(record.state, "imported", record.reason)
        sale = record.sale_order_id
        self.assertEqual(sale.state, "sale")
        self.assertEqual(sale.client_order_ref, order.order_id)
        self.assertMoney(sale.amount_total, order.grand_total)
