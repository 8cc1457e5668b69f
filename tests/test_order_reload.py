"""An order is imported anew in one step; entries of the log are deleted by few."""

from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import AmazonCase

USER = "amazon_connector.group_amazon_user"
MANAGER = "amazon_connector.group_amazon_manager"


class ReloadCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.store = cls.account.store_ids
        cls.user = new_test_user(cls.env, "operator", groups=USER)
        cls.manager = new_test_user(cls.env, "administrator", groups=MANAGER)

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.addCleanup(self.sandbox.orders.clear)

    def sell(self, **order):
        """(sandbox order, its inbox record, its sale)"""
        order = self.sandbox.add_order(self.seller, **order)
        self.take_in(self.account)
        record = self.inbox(order)
        self.assertEqual(record.state, "imported", record.reason)
        return order, record, record.sale_order_id

    def reload(self, record):
        wizard = self.env["amazon.reload.order"].with_user(self.user)
        return self.press(wizard.create({"order_id": record.id}).action_reload)

    def sales_of(self, order):
        return self.env["sale.order"].search(
            [("client_order_ref", "=", order.order_id)]
        )


@tagged("post_install", "-at_install")
class TestReload(ReloadCase):
    def test_reload(self):
        """row 4.15: void the sale, fetch the order, import it anew: one action"""
        order, record, first = self.sell()
        twin = self.sandbox.add_order(self.seller, items=["BACKPACK-20L"])
        order.items[:] = twin.items
        order.payload["proceeds"] = twin.payload["proceeds"]
        self.reload(record)
        self.assertEqual(first.state, "cancel")
        self.assertEqual(set(first.picking_ids.mapped("state")), {"cancel"})
        self.assertFalse(record.sale_order_id)
        self.process(self.account)
        second = record.sale_order_id
        self.assertEqual((record.state, second.state), ("imported", "sale"))
        self.assertEqual(self.sales_of(order), first | second)
        self.assertIn(self.bag, second.order_line.product_id)
        self.assertNotIn(self.mug, second.order_line.product_id)
        self.assertEqual(second.picking_ids.move_ids.product_id, self.bag)
        # the next pull finds nothing left to do
        self.take_in(self.account)
        self.assertEqual(self.sales_of(order), first | second)
        self.assertFalse(first.order_line.amazon_order_line_id)

    @mute_logger("odoo.sql_db")
    def test_old_sale_does_not_come_back(self):
        """row 4.15: the canceled sale can't be confirmed again next to the new one"""
        _order, record, first = self.sell()
        self.reload(record)
        self.process(self.account)
        with self.assertRaises(UniqueViolation), self.cr.savepoint():
            first.action_draft()
            first.action_confirm()
            self.env.flush_all()

    def test_canceled_by_hand(self):
        """row 4.15: an order whose sale was canceled by mistake comes in again"""
        _order, record, first = self.sell()
        first._action_cancel()
        self.reload(record)
        self.process(self.account)
        self.assertEqual(record.sale_order_id.state, "sale")
        self.assertNotEqual(record.sale_order_id, first)

    def test_shipped(self):
        """row 4.15: what has left the warehouse is not voided, and the screen says so"""
        _order, record, sale = self.sell(
            items=[{"sku": "MUG-BLUE-350", "quantity": 2}, "BACKPACK-20L"]
        )
        self.ship(sale.picking_ids, **{"MUG-BLUE-350": 1})
        wizard = self.env["amazon.reload.order"].with_user(self.user)
        wizard = wizard.create({"order_id": record.id})
        self.assertIn("have left the warehouse", wizard.obstacle)
        with self.assertRaisesRegex(UserError, "have left the warehouse"):
            self.reload(record)
        self.assertEqual(sale.state, "sale")

    def test_invoiced(self):
        """row 4.15: a posted invoice is not voided; a draft goes with the sale"""
        _order, record, sale = self.sell()
        sale.order_line.qty_delivered = 1
        invoice = sale._create_invoices()
        invoice.action_post()
        with self.assertRaisesRegex(UserError, "posted invoice"):
            self.reload(record)
        self.assertEqual(sale.state, "sale")
        invoice.button_draft()
        self.reload(record)
        self.assertEqual((sale.state, invoice.state), ("cancel", "cancel"))

    def test_amazon_has_no_answer(self):
        """row 4.15: when Amazon can't be asked, nothing has been changed"""
        order, record, sale = self.sell()
        self.sandbox.faults.add("getOrder", status=503, times=5)
        with self.assertRaisesRegex(UserError, "could not be asked"):
            self.reload(record)
        self.sandbox.faults.clear()
        del self.sandbox.orders[order.order_id]
        with self.assertRaisesRegex(UserError, "no longer gives order"):
            self.reload(record)
        self.account.state = "inactive"
        with self.assertRaisesRegex(UserError, "not connected"):
            self.reload(record)
        self.assertEqual((sale.state, record.sale_order_id), ("sale", sale))

    def test_screen(self):
        """row 4.15: the wizard opens from the order and names the sale it cancels"""
        _order, record, sale = self.sell()
        action = record.with_user(self.user).action_reload()
        wizard = self.env[action["res_model"]].with_user(self.user)
        wizard = wizard.with_context(action["context"]).create({})
        self.assertEqual((wizard.sale_name, wizard.obstacle), (sale.name, False))
        self.open_screens(self.user, wizard, kinds=("form",))


@tagged("post_install", "-at_install")
class TestDeleteEntry(ReloadCase):
    def test_only_administrators(self):
        """row 4.14: a user does not delete entries of the order log"""
        _order, record, _sale = self.sell()
        with self.assertRaises(AccessError):
            record.with_user(self.user).action_delete_entries()
        self.assertTrue(record.exists())

    def test_sale_stays(self):
        """row 4.14: the sale of a deleted entry is untouched"""
        order, record, sale = self.sell()
        record.with_user(self.manager).action_delete_entries()
        self.assertFalse(record.exists())
        self.assertEqual(sale.state, "sale")
        self.assertTrue(sale.picking_ids.filtered(lambda p: p.state != "cancel"))
        self.assertIn(order.order_id, sale.message_ids[0].body)
        self.assertFalse(sale.amazon_order_id)

    def test_entry_without_sale(self):
        """row 4.14: a held order is deleted, and stored anew when it is seen again"""
        self.account.store_ids.unknown_sku_policy = "hold"
        order = self.sandbox.add_order(self.seller, items=["UMBRELLA-XL"])
        self.take_in(self.account)
        self.inbox(order).with_user(self.manager).action_delete_entries()
        self.assertFalse(self.inbox(order))
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "blocked")

    def test_shipment_on_its_way(self):
        """row 4.14: a shipment Amazon has not confirmed is not lost with its order"""
        _order, record, sale = self.sell()
        self.ship(sale.picking_ids)
        with self.assertRaisesRegex(UserError, "still on its way to Amazon"):
            record.with_user(self.manager).action_delete_entries()
        self.send(self.account)
        self.assertEqual(record.submission_ids.state, "confirmed")
        record.with_user(self.manager).action_delete_entries()
        self.assertFalse(record.exists())

    def test_held_orders_are_reachable(self):
        """row 4.29: the notice of held orders links each of them, with its reason"""
        self.account.store_ids.unknown_sku_policy = "hold"
        orders = [
            self.sandbox.add_order(self.seller, items=["UMBRELLA-XL"]) for _n in "ab"
        ]
        self.take_in(self.account)
        kind = "amazon_connector.activity_blocked_orders"
        note = self.account.activity_search([kind]).note
        for order in orders:
            record = self.inbox(order)
            self.assertIn(f'href="/odoo/amazon-orders/{record.id}"', note)
            self.assertIn(record.amazon_order_ref, note)
        self.assertIn("No product is linked to SKU UMBRELLA-XL", note)
        self.assertIn('href="/odoo/amazon-held-orders"', note)
        paths = self.env["ir.actions.act_window"].search([]).mapped("path")
        self.assertLessEqual({"amazon-orders", "amazon-held-orders"}, set(paths))
