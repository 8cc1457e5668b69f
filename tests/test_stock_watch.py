"""What changes stock is noticed within its own transaction, at no cost to others."""

from datetime import timedelta

from odoo.tests import tagged

from ..sync import stock_watch
from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockWatch(StockCase):
    def setUp(self):
        super().setUp()
        self.product = self._product("WATCHED", 20)
        self.listing("WATCHED", self.product)
        self.settle()
        self.push()
        self.rest()

    def rest(self):
        self.env["amazon.stock.change"].search([]).unlink()
        self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.account.stock_cron_id.id)]
        ).unlink()

    def assertMarked(self, product=None, what=""):
        """The product is marked and the job is about to run; begin anew."""
        self.settle()
        marked = self.env["amazon.stock.change"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertIn(product or self.product, marked.product_id, what)
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count(
                [("cron_id", "=", self.account.stock_cron_id.id)]
            ),
            what,
        )
        self.rest()

    def test_everything_that_moves_stock(self):
        """rows 9.8, 9.11, 4.34: reserved, rescheduled, shipped, canceled, counted"""
        move = self.demand(self.product, 4)
        self.assertMarked(what="confirmed")
        move.date += timedelta(days=3)
        self.assertMarked(what="rescheduled")
        move.product_uom_qty = 5
        self.assertMarked(what="changed demand")
        move.picking_id.action_assign()
        move.picked = True
        move.picking_id.button_validate()
        self.assertMarked(what="shipped")
        self.demand(self.product, 1).picking_id.action_cancel()
        self.assertMarked(what="canceled")
        quant = self.env["stock.quant"].search(
            [
                ("product_id", "=", self.product.id),
                ("location_id", "=", self.warehouse.lot_stock_id.id),
            ]
        )
        quant.with_context(inventory_mode=True).inventory_quantity = 33
        quant.action_apply_inventory()
        self.assertMarked(what="counted")

    def test_everything_that_sells_otherwise(self):
        """rows 9.7, 9.12, 9.13: links, factors, buffers and flags of a listing"""
        listing = self.row("WATCHED").listing_ids
        other = self._product("OTHER", 1)
        self.rest()
        for values in (
            {"quantity_factor": 2},
            {"stock_buffer": 3},
            {"is_remote": True},
            {"channel": "fba"},
            {"status": "canceled"},
        ):
            listing.write(values)
            self.assertMarked(what=values)
        listing.product_id = other
        self.settle()
        marked = self.env["amazon.stock.change"].search([]).product_id
        self.assertLessEqual(self.product | other, marked)
        self.rest()
        self.row("WATCHED").active_sync = False
        self.assertMarked(other, "switched off")

    def test_store_settings_compute_everything(self):
        """rows 9.2, 9.7: other warehouses, basis or buffer: all SKUs again"""
        for values in (
            {"stock_source": "all"},
            {"stock_basis": "on_hand"},
            {"stock_buffer": 3},
        ):
            self.push()
            self.assertTrue(self.account.stock_checked)
            self.stores.write(values)
            self.assertFalse(self.account.stock_checked)
        self.push()
        self.assertEqual(self.row("WATCHED").quantity, 17)

    def test_an_order_goes_out_to_the_other_skus(self):
        """row 4.34: after a pull the other SKUs of the product go out at once"""
        self.listing("TWIN", self.product)
        other, seller = self.connect(f"US{next(self._keys)}", ["US"])
        other.store_ids.warehouse_id = self.warehouse
        self.switch_on(other)
        self.listing("ELSEWHERE", self.product, other.store_ids)
        for account in (self.account, other):
            self.push(account)
            self.take_effect()
            self.later(self.rows(account))
            self.push(account)
        self.assertEqual(self.sandbox.listings.stock(seller, "ELSEWHERE").quantity, 20)
        self.rest()
        self.sandbox.buy("US", "WATCHED", 3, seller=self.seller.key)
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.assertMarked(what="pulled")
        self.pull(self.account)  # nothing new
        self.process(self.account)
        self.push()
        self.push(other)
        self.assertEqual(dict(self.sent())["TWIN"], 17)
        (last,) = self.patches(seller)[-1:]
        self.assertEqual((last[0], last[1]["quantity"]), ("ELSEWHERE", 17))
        self.assertEqual(self.row("WATCHED").quantity, 17)

    def test_nothing_is_on(self):
        """row 9.8: without Stock out a transfer costs one empty statement"""
        products = [self._product(f"COST-{n}", 20) for n in range(3)]

        def queries():
            moves = [self.demand(product, 1) for product in products]
            pickings = self.env["stock.picking"].union(*(m.picking_id for m in moves))
            pickings.action_assign()
            for move in moves:
                move.picked = True
            self.settle()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            pickings.button_validate()
            self.settle()
            return self.cr.sql_log_count - before

        queries()
        self.account.sync_stock = False
        self.settle()
        off = queries()
        mark, stock_watch.mark = stock_watch.mark, lambda *_args: None
        self.addCleanup(setattr, stock_watch, "mark", mark)
        self.assertLessEqual(off - queries(), 2)

    def test_rows_are_only_added(self):
        """row 9.8: a transfer never waits for the job: no row of it is changed"""
        self.stock(self.product, 1)
        self.settle()
        first = self.env["amazon.stock.change"].search([])
        self.assertTrue(first)
        self.stock(self.product, 1)
        self.settle()
        self.assertEqual(
            len(self.env["amazon.stock.change"].search([])), len(first) + 1
        )
        self.push()
        self.assertFalse(self.env["amazon.stock.change"].search([]))
