"""Stores with one sale a day: what their tests share."""

from datetime import timedelta

from odoo import fields

from ..sync import consolidation_time, order_wait
from .test_order_import import ImportCase

FREE = {"sku": "MUG-BLUE-350", "total": "10.00", "tax_rate": 0}


class DailyMixin:
    """For classes with the jobs of AmazonCase."""

    def daily(self, account, **values):
        """The account's store, from now on with one sale a day."""
        store = account.store_ids
        self.assertEqual(len(store), 1)
        store.write({"order_mode": "daily", **values})
        return store

    def last_end(self, store, before=None):
        """The latest end of a day; the one before another."""
        before = before or fields.Datetime.now()
        end = before - timedelta(days=3)
        while (later := self.end_after(store, end)) < before:
            end = later
        return end

    def end_after(self, store, moment):
        return consolidation_time.next_time(
            moment + timedelta(seconds=1), store.consolidation_time, store.tz
        )

    def end_day(self, account):
        """What waits has done so since before the day's last end; the job runs."""
        for store in order_wait.stores(account):
            orders = self.env["amazon.order"].search(order_wait.waiting(store))
            orders.next_try = self.last_end(store)
        self.process(account)

    def sell(self, seller, *items, **order):
        return self.sandbox.add_order(
            seller, items=list(items) or ["MUG-BLUE-350"], **order
        )

    def sales(self, store):
        return self.env["sale.order"].search(
            [("amazon_store_id", "=", store.id)], order="id"
        )


class DailyCase(DailyMixin, ImportCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.store = self.daily(self.account)

    def order(self, *items, **order):
        return self.sell(self.seller, *(items or [FREE]), **order)
