"""One unit, three stores, many buyers: Amazon sells it once, whatever is pushed."""

import threading
from datetime import timedelta

import requests

from odoo import fields
from odoo.tests import tagged

from .stock_case import StockCase


@tagged("post_install", "-at_install")
class TestStockOversell(StockCase):
    MARKETPLACES = ("US", "CA", "MX")

    def setUp(self):
        super().setUp()
        self.product = self._product("UNIQUE", 1)
        self.listing("UNIQUE", self.product)

    def offer(self):
        """The quantity is in effect."""
        self.push()
        self.prove()
        self.assertEqual(self.row("UNIQUE").state, "confirmed")

    def rush(self, buyers=4):
        """Buyers in all three stores at once; how many got one."""
        start, got = threading.Barrier(buyers * 3), []

        def buy(country):
            start.wait()
            answer = requests.post(
                f"{self.sandbox.url}/sandbox/buy",
                json={
                    "marketplace": country,
                    "sku": "UNIQUE",
                    "quantity": 1,
                    "seller": self.seller.key,
                },
                timeout=20,
            )
            got.append(answer.json()["accepted"])

        threads = [
            threading.Thread(target=buy, args=(country,))
            for country in self.MARKETPLACES
            for _buyer in range(buyers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(got), buyers * 3)
        return sum(got)

    def test_one_unit_three_stores(self):
        """row 2.15: simultaneous buyers in three stores get one unit between them"""
        self.offer()
        self.assertEqual(self.rush(), 1)
        self.take_in_later()
        self.push()
        self.assertEqual(self.row("UNIQUE").quantity, 0)
        self.assertEqual(self.rush(), 0)

    def take_in_later(self):
        self.sandbox.clock.advance(180)
        self.take_in(self.account)

    def test_pushes_around_the_sale(self):
        """rows 2.15, 9.8: a push after an unseen sale does not offer it once more"""
        self.offer()
        self.assertEqual(self.rush(), 1)
        # nothing was pulled yet, and something makes the SKU go out
        self.stores.stock_lead_time = 4
        self.push()
        self.take_effect()
        self.assertEqual(self.rush(), 0)
        self.row("UNIQUE").action_send_now()
        self.push()
        self.take_effect()
        self.assertEqual(self.rush(), 0)
        self.take_in_later()
        self.later()
        self.push()
        self.take_effect()
        self.assertEqual(self.rush(), 0)
        self.assertEqual(self.row("UNIQUE").quantity, 0)

    def test_increase_around_the_sale(self):
        """rows 2.15, 9.8: of two units, one of them sold unseen, one more is sold"""
        self.offer()
        self.assertEqual(self.rush(), 1)
        self.stock(self.product, 1)
        self.push()
        self.take_effect()
        sold = 1 + self.rush()
        self.take_in_later()
        for _round in range(3):
            self.later()
            self.push()
            self.take_effect()
            sold += self.rush()
            self.take_in_later()
        self.assertEqual(sold, 2)
        self.assertEqual(self.row("UNIQUE").quantity, 0)

    def test_increase_before_the_first_is_proven(self):
        """rows 2.15, 9.8: also when nobody has read back the first number yet"""
        self.push()
        self.take_effect()
        sold = self.rush()
        self.stock(self.product, 1)
        for _round in range(3):
            self.push()
            self.take_effect()
            sold += self.rush()
            self.take_in_later()
            self.later()
        self.assertEqual(sold, 2)

    def test_sale_while_the_quantity_is_on_its_way(self):
        """rows 2.15, 9.8: sold before the new number takes effect"""
        self.offer()
        self.stock(self.product, 1)
        self.push()
        sold = self.rush()
        self.take_effect()
        sold += self.rush()
        self.assertEqual(sold, 2)

    def test_increase_only_after_a_pull(self):
        """row 9.8: before units are promised, orders are pulled if that is long ago"""
        self.offer()
        self.env["amazon.sync.run"].search([("kind", "=", "orders")]).unlink()
        searches = len(self.calls("searchOrders"))
        self.stock(self.product, 4)
        self.push()
        self.assertEqual(len(self.calls("searchOrders")), searches + 1)
        self.assertEqual(self.sent()[-1], ("UNIQUE", 5))
        self.stock(self.product, 1)
        self.push()
        self.assertEqual(len(self.calls("searchOrders")), searches + 1)

    def test_nothing_is_raised_without_a_pull(self):
        """row 9.8: while orders can't be pulled, less goes out and more waits"""
        other = self._product("FEWER", 9)
        self.listing("FEWER", other)
        self.offer()
        self.env["amazon.sync.run"].search([("kind", "=", "orders")]).unlink()
        self.sandbox.faults.add("searchOrders", status=503, times=99)
        self.stock(self.product, 4)
        self.stock(other, -2)
        patches = len(self.patches())
        self.push()
        self.assertEqual(self.sent()[patches:], [("FEWER", 7)])
        self.assertEqual(self.row("UNIQUE").state, "queued")
        self.sandbox.faults.clear()
        self.push()
        self.assertEqual(self.sent()[-1], ("UNIQUE", 5))

    def test_amazons_own_decrease_is_no_mismatch(self):
        """rows 9.8, 4.34: sold since it was sent, and lower by exactly that"""
        self.stock(self.product, 9)
        self.push()
        self.take_effect()
        now = self.sandbox.clock.now()
        self.sandbox.buy("US", "UNIQUE", 3, seller=self.seller.key, created=now)
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        # the inbox has it later than it was sent, as time goes by
        self.env.cr.execute(
            "UPDATE amazon_order SET create_date = %s WHERE account_id = %s",
            [fields.Datetime.now() + timedelta(seconds=5), self.account.id],
        )
        self.env.invalidate_all()
        patches = len(self.patches())
        row = self.row("UNIQUE")
        self.prove()
        self.assertEqual((row.state, row.effective_quantity), ("confirmed", 7))
        self.assertEqual(row.quantity, 7)
        self.assertEqual(len(self.patches()), patches, "Amazon has it already")
