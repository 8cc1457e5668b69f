"""The accountant's work on a settlement in a real browser."""

from odoo.tests import HttpCase, new_test_user, tagged

from .settlement_case import COMMISSION, SALE, SettlementCase

NEW_FEE = ("other-transaction", "other-transaction", "Yearly Subscription Fee")


@tagged("post_install", "-at_install")
class TestSettlementTour(HttpCase, SettlementCase):
    def _run(self, cron):
        # a browser test shares its cursor with every other cursor all the time
        self.env.flush_all()
        self.assertIs(cron.method_direct_trigger(), True)
        self.env.invalidate_all()

    def test_upload_map_book_post_reset(self):
        """rows 11.1, 11.2, 11.6: upload, map, draft, post, paid invoice, undone."""
        account, seller = self.bookable()
        account.store_ids.invoice_policy = "posted"
        order = self.sandbox.add_order(seller, items=["MUG-BLUE-350"])
        self.take_in(account)
        record = self.inbox(order)
        self.ship(record.sale_order_id.picking_ids)
        self.send(account)
        self.process(account)
        invoice = record.sale_order_id.invoice_ids
        self.assertEqual(invoice.state, "posted", record.reason)
        self._publish(
            [
                self.row(SALE, f"{invoice.amount_total:.2f}", order.order_id),
                self.row(COMMISSION, "-1.20", order.order_id),
                self.row(NEW_FEE, "-39.99"),
            ]
        )
        new_test_user(
            self.env,
            "accountant",
            groups="account.group_account_manager,amazon_connector.group_amazon_user",
        )
        self.start_tour(
            "/odoo/amazon-settlements", "amazon_settlement", login="accountant"
        )
        settlement = account.settlement_ids
        self.assertEqual(settlement.state, "ready")
        self.assertFalse(settlement.move_ids)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertEqual(
            settlement.line_ids.mapping_id.mapped("origin").count("user"), 1
        )

    def _publish(self, rows):
        """The file where the tour finds it."""
        _number, content = self.file(rows)
        attachment = self.env["ir.attachment"].create(
            {"name": "settlement.txt", "raw": content, "public": True}
        )
        self.env["ir.model.data"]._update_xmlids(
            [
                {
                    "xml_id": "amazon_connector.settlement_tour_file",
                    "record": attachment,
                }
            ]
        )
