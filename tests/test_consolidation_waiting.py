"""One sale a day: when it is made, and of which orders."""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..sync.consolidation_time import next_time
from .consolidation_case import FREE, DailyCase


@tagged("post_install", "-at_install")
class TestWaiting(DailyCase):
    def test_orders_wait_for_the_end_of_the_day(self):
        """row 4.22: pending with a reason until the local time; the job is woken then,
        once, and finds nothing to do before"""
        orders = [self.order() for _number in range(3)]
        self.take_in(self.account)
        end = next_time(fields.Datetime.now(), 23.0, "America/Los_Angeles")
        for order in orders:
            record = self.inbox(order)
            self.assertEqual(record.state, "pending")
            self.assertEqual(record.reason_code, "consolidation")
            self.assertIn("23:00", record.reason)
            self.assertEqual(record.next_try, end)
            self.assertFalse(record.sale_order_id)
        triggers = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.account.process_cron_id.id), ("call_at", "=", end)]
        )
        self.assertEqual(len(triggers), 1)
        runs = self.run_of(self.account, "process")
        self.process(self.account)
        self.assertEqual(self.run_of(self.account, "process"), runs)

    def test_changed_settings_change_the_time(self):
        """row 4.22: another time or zone holds for what waits; back to one sale per
        order, and it goes at once"""
        self.order()
        self.take_in(self.account)
        record = self.env["amazon.order"].search([("store_id", "=", self.store.id)])
        self.store.write({"consolidation_time": 6.5, "tz": "Europe/Berlin"})
        now = fields.Datetime.now()
        self.assertEqual(record.next_try, next_time(now, 6.5, "Europe/Berlin"))
        self.store.order_mode = "single"
        self.assertFalse(record.reason_code)
        self.process(self.account)
        self.assertEqual(record.sale_order_id.amazon_order_id, record)

    def test_two_stores(self):
        """row 4.22: what another store of the account sells goes at once"""
        account, seller = self.connect(f"US{next(self._keys)}", ["US", "CA"])
        self.rate("CAD", 1.35)
        us, ca = account.store_ids.sorted(
            lambda s: s.marketplace_id.api_id != "ATVPDKIKX0DER"
        )
        us.order_mode = "daily"
        waiting = self.sell(seller, FREE, marketplace="US")
        at_once = self.sell(seller, FREE, marketplace="CA")
        self.take_in(account)
        self.assertEqual(self.inbox(at_once).state, "imported")
        self.assertEqual(self.inbox(waiting).state, "pending")
        self.end_day(account)
        self.assertTrue(self.sales(us).amazon_consolidated)
        self.assertFalse(self.sales(ca).amazon_consolidated)
        self.assertEqual(len(self.sales(us) | self.sales(ca)), 2)

    def test_canceled_before(self):
        """row 4.22: what is canceled before the end of the day is not in the sale"""
        canceled, kept = self.order(), self.order()
        self.take_in(self.account)
        self.sandbox.cancel(canceled.order_id)
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.end_day(self.account)
        self.assertEqual(self.inbox(canceled).state, "canceled")
        self.assertEqual(self.sales(self.store).amazon_order_ids, self.inbox(kept))

    def test_second_sight_keeps_the_turn(self):
        """row 4.22: news of an order whose day has ended do not put it off by a day"""
        order = self.order()
        self.take_in(self.account)
        record = self.inbox(order)
        record.next_try = self.last_end(self.store)
        order.touch(self.sandbox.clock.now())
        self.sandbox.clock.advance(180)
        self.pull(self.account)
        self.process(self.account)
        self.assertEqual(record.state, "imported")

    def test_buttons(self):
        """rows 4.22, 4.24: Process leaves the day whole; Consolidate Now makes a sale of
        what is there, by a user who may not change settings"""
        first, second = self.order(), self.order()
        self.take_in(self.account)
        records = self.inbox(first) | self.inbox(second)
        user = new_test_user(self.env, "operates", "amazon_connector.group_amazon_user")
        with self.assertRaisesRegex(UserError, "Consolidate Now"):
            records.with_user(user).action_process()
        records._retry()
        self.process(self.account)
        self.assertEqual(set(records.mapped("state")), {"pending"})
        self.assertEqual(set(records.mapped("reason_code")), {"consolidation"})
        self.store.with_user(user).action_consolidate_now()
        self.process(self.account)
        sale = self.sales(self.store)
        self.assertEqual(sale.amazon_order_ids, records)
        # what comes in later waits again
        late = self.order()
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(self.inbox(late).state, "pending")
        self.assertGreater(self.inbox(late).next_try, fields.Datetime.now())

    def test_request_ends_with_its_orders(self):
        """rows 4.22, 4.24: what Consolidate Now was pressed for is canceled meanwhile:
        the orders after it wait for the end of the day"""
        order = self.order()
        self.take_in(self.account)
        self.store.action_consolidate_now()
        self.sandbox.cancel(order.order_id)
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "canceled")
        later = self.order()
        self.sandbox.clock.advance(180)
        self.take_in(self.account)
        self.assertFalse(self.sales(self.store))
        self.assertEqual(self.inbox(later).reason_code, "consolidation")

    def test_job_comes_a_day_late(self):
        """rows 4.22, 5.25: what two days have brought are two sales, each of its day"""
        first, second = self.order(), self.order()
        self.take_in(self.account)
        end = self.last_end(self.store)
        self.inbox(second).next_try = end
        before = self.last_end(self.store, before=end)
        self.inbox(first).next_try = before
        self.process(self.account)
        sales = self.sales(self.store)
        self.assertEqual(
            {sale.date_order: sale.amazon_order_ids for sale in sales},
            {before: self.inbox(first), end: self.inbox(second)},
        )
        self.assertEqual(len(set(sales.mapped("client_order_ref"))), 2)

    def test_unforeseen_holds_one_order(self):
        """row 4.22: what another add-on refuses, or stumbles over, is held alone"""
        good, refused, broken = self.order(), self.order(), self.order()
        self.take_in(self.account)
        causes = {
            refused.order_id: UserError("Not on Sundays."),
            broken.order_id: KeyError("Sunday"),
        }
        Order = type(self.env["amazon.order"])
        prepare = Order._prepare_sale_order

        def of_another_addon(record, values, order):
            if record.amazon_order_ref in causes:
                raise causes[record.amazon_order_ref]
            return prepare(record, values, order)

        with (
            patch.object(Order, "_prepare_sale_order", of_another_addon),
            mute_logger("odoo.addons.amazon_connector.sync.order_consolidate"),
        ):
            self.end_day(self.account)
        self.assertEqual(self.sales(self.store).amazon_order_ids, self.inbox(good))
        for order, words in ((refused, "Not on Sundays."), (broken, "KeyError")):
            record = self.inbox(order)
            self.assertEqual((record.state, record.reason_code), ("blocked", "refused"))
            self.assertIn(words, record.reason)

    def test_contradictions(self):
        """rows 4.22, T13: settings that contradict one sale a day are refused"""
        self.store.order_mode = "single"
        self.store.default_carrier_id = self.env["amazon.carrier"].search([], limit=1)
        for values, words in (
            ({"default_customer_id": False}, "default customer"),
            ({"consolidation_time": 24.0}, "23:59"),
            ({"consolidation_time": 23.995}, "23:59"),
            ({"tz": False}, "time zone"),
            ({"confirm_mode": "any"}, "no shipment"),
        ):
            with self.subTest(words), self.assertRaisesRegex(ValidationError, words):
                with self.env.cr.savepoint():
                    self.store.write({"order_mode": "daily", **values})
        with self.assertRaisesRegex(ValidationError, "no shipment"):
            with self.env.cr.savepoint():
                self.store.write({"order_mode": "daily", "auto_ship": "ship"})

    def test_time_zone_of_a_new_store(self):
        """row 4.22: a store counts its day as its marketplace does"""
        account, _seller = self.de()
        self.assertEqual(account.store_ids.tz, account.store_ids.marketplace_id.tz)
        self.assertEqual(account.store_ids.order_mode, "single")
