from odoo.tests import tagged

from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestGift(AmazonCase):
    def test_gift_message(self):
        """row 5.27: gift wrap is a charge of its own, the message goes with the parcel"""
        account, seller = self.us()
        order = self.sandbox.add_order(
            seller,
            items=[
                {
                    "sku": "MUG-BLUE-350",
                    "total": "20.00",
                    "gift_wrap": "3.99",
                    "gift_message": "Alles Gute, Jürgen!",
                }
            ],
        )
        self.take_in(account)
        sale = self.inbox(order).sale_order_id
        wrap = sale.order_line.filtered(
            lambda x: x.product_id == account.store_ids.gift_wrap_product_id
        )
        self.assertMoney(wrap.price_subtotal, "3.99")
        self.assertEqual(sale.amazon_gift_message, "Alles Gute, Jürgen!")
        slip = self.env["ir.actions.report"]._render_qweb_html(
            "stock.action_report_delivery", sale.picking_ids.ids
        )[0]
        self.assertIn("Alles Gute, Jürgen!", slip.decode())
