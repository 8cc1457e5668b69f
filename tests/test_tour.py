"""The main job in a real browser, against the sandbox."""

from odoo.tests import HttpCase, tagged

from .common import AmazonCase

ORDER = "111-2222222-3333333"


@tagged("post_install", "-at_install")
class TestTour(HttpCase, AmazonCase):
    def _run(self, cron):
        # a browser test shares its cursor with every other cursor all the time
        self.env.flush_all()
        self.assertIs(cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def test_connect_pull_validate_confirmed(self):
        """row 1.1: from pasted credentials to a shipment Amazon has, by clicks only."""
        seller = self.sandbox.add_seller("TOUR", ["US"])
        seller.seller_id = "A1TOURSELLER"
        seller.client_id = "amzn1.application-oa2-client.tour"
        seller.client_secret = "amzn1.oa2-cs.v1.tour"
        seller.refresh_token = "Atzr|tour"
        order = self.sandbox.add_order(
            seller,
            marketplace="US",
            items=[{"sku": "MUG-BLUE-350", "quantity": 2}],
            order_id=ORDER,
        )
        Default = self.env["ir.default"]
        Default.set("amazon.connect", "use_sandbox", True)
        Default.set("amazon.connect", "sandbox_url", self.sandbox.url)

        self.start_tour("/odoo/amazon-orders", "amazon_connect_and_pull", login="admin")
        account = self.env["amazon.account"].search(
            [("seller_id", "=", "A1TOURSELLER")]
        )
        self.take_in(account)
        record = self.inbox(ORDER)
        self.assertEqual(record.state, "imported", record.reason)

        self.start_tour("/odoo/amazon-orders", "amazon_ship", login="admin")
        self.send(account)

        self.assertEqual(order.status, "SHIPPED")
        picking = record.sale_order_id.picking_ids
        self.start_tour(
            f"/odoo/action-stock.action_picking_tree_all/{picking.id}",
            "amazon_confirmed",
            login="admin",
        )
        self.process(account)
        self.assertEqual(record.sale_order_id.invoice_status, "invoiced")
