"""Orders of a chosen time span, and a past run once more."""

from datetime import timedelta

from dateutil.relativedelta import relativedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, new_test_user, tagged

from .common import AmazonCase

USER = "amazon_connector.group_amazon_user"


class LoadCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])
        cls.user = new_test_user(cls.env, "operator", groups=USER, tz="UTC")

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.faults.clear)
        self.addCleanup(self.sandbox.orders.clear)
        self.today = fields.Date.context_today(self.account.with_user(self.user))

    def old_order(self, days, **order):
        moment = self.sandbox.clock.now() - timedelta(days=days)
        return self.sandbox.add_order(
            self.seller, created=moment, updated=moment, **order
        )

    def wizard(self, **values):
        Wizard = self.env["amazon.load.orders"].with_user(self.user)
        return Wizard.create({"store_ids": self.account.store_ids.ids} | values)

    def load(self, days=30, **values):
        """What the wizard starts for the last days."""
        values.setdefault("date_from", self.today - timedelta(days=days))
        action = self.wizard(**values).action_load()
        return self.env["amazon.order.load"].browse(action["res_id"])

    def searches(self):
        return [c["query"] for c in self.sandbox.calls_of("searchOrders")]

    def assertRefused(self, words, **values):
        with self.assertRaisesRegex(UserError, words):
            self.wizard(**values).action_load()
        self.assertFalse(self.env["amazon.order.load"].search([]))


@tagged("post_install", "-at_install")
class TestLoadOrders(LoadCase):
    def test_history(self):
        """rows 4.16, 4.18: orders older than any pull come in, by day of purchase"""
        order, older = self.old_order(20), self.old_order(40)
        self.pull(self.account)
        self.assertFalse(self.inbox(order))
        cursor = self.account.orders_cursor
        load = self.load(30)
        self.assertEqual((load.state, load.user_id), ("running", self.user))
        self.take_in(self.account)
        self.assertEqual(self.inbox(order).state, "imported")
        self.assertFalse(self.inbox(older), "outside of the range")
        self.assertEqual((load.state, load.captured, load.progress), ("done", 1, 100))
        self.assertEqual(self.inbox(order).run_id, load.run_id)
        self.assertEqual((load.run_id.kind, load.run_id.state), ("load", "done"))
        self.assertEqual(load.run_id.user_id, self.user)
        self.assertGreaterEqual(self.account.orders_cursor, cursor)
        action = load.with_user(self.user).action_view_orders()
        self.assertIn(self.inbox(order), self.inbox(order).search(action["domain"]))

    def test_nothing_is_doubled(self):
        """row 4.18: a range read again skips what is known, and makes no second sale"""
        order = self.old_order(3)
        self.take_in(self.account)
        load = self.load(5)
        self.take_in(self.account)
        self.assertEqual((load.captured, load.skipped), (0, 1))
        sales = self.env["sale.order"].search(
            [("client_order_ref", "=", order.order_id)]
        )
        self.assertEqual(len(sales), 1)

    def test_by_change(self):
        """row 4.18: a range of changes asks Amazon by change, with both of its ends"""
        self.pull(self.account)
        self.sandbox.calls.clear()
        start, stop = self.today - timedelta(days=9), self.today - timedelta(days=8)
        self.load(by="changed", date_from=start, date_to=stop)
        self.pull(self.account)
        query = self.searches()[-1]
        self.assertEqual(query["lastUpdatedAfter"][:19], f"{start}T00:00:00")
        # the last day is read to its end
        end = stop + timedelta(days=1)
        self.assertEqual(query["lastUpdatedBefore"][:19], f"{end}T00:00:00")

    def test_range_of_a_year(self):
        """row 4.16: a whole year is read in windows, and not a day more is allowed"""
        year_ago = self.today - relativedelta(years=1)
        self.assertRefused(
            f"at most one year back. Begin on {year_ago}",
            date_from=year_ago - timedelta(days=1),
        )
        order = self.old_order(360)
        self.pull(self.account)
        self.sandbox.calls.clear()
        load = self.load(date_from=year_ago)
        self.pull(self.account)
        self.assertEqual(load.state, "done")
        self.assertTrue(self.inbox(order))
        windows = [q for q in self.searches() if "createdAfter" in q]
        self.assertEqual(len(windows), load.pages)
        # every window begins where the one before it ended
        for before, after in zip(windows, windows[1:], strict=False):
            self.assertEqual(before["createdBefore"], after["createdAfter"])
        self.assertNotIn("createdBefore", windows[-1], "as far as Amazon goes")

    def test_impossible_ranges(self):
        """row 4.18: a reversed and a future range are refused with a sentence"""
        day = timedelta(days=1)
        self.assertRefused(
            "ends before it begins",
            date_from=self.today - day,
            date_to=self.today - 2 * day,
        )
        self.assertRefused("in the future", date_to=self.today + day)

    def test_switched_off(self):
        """row 4.16: a load makes no call where orders are switched off"""
        self.account.sync_orders = False
        self.assertRefused("'Orders in' is off")
        self.account.sync_orders = True
        load = self.load()
        self.account.sync_orders = False
        self.sandbox.calls.clear()
        self.pull(self.account)
        self.assertEqual((self.searches(), load.state), ([], "running"))
        self.account.state = "inactive"
        with self.assertRaisesRegex(UserError, "not connected"):
            self.wizard().action_load()

    def test_screens(self):
        """row 4.16: wizard and loads open for a user, who can't change them by hand"""
        with Form(self.env["amazon.load.orders"].with_user(self.user)) as form:
            self.assertEqual(form.store_ids[:], self.account.store_ids)
        load = self.load()
        self.open_screens(self.user, load)
        self.assertFalse(load.with_user(self.user).has_access("write"))

    def test_same_load_twice(self):
        """a load that is pressed twice for whole days past runs once"""
        range_ = {"date_to": self.today - timedelta(days=1)}
        self.assertEqual(self.load(**range_), self.load(**range_))


@tagged("post_install", "-at_install")
class TestLoadGoesOn(LoadCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        moment = cls.sandbox.clock.now() - timedelta(days=12)
        for _number in range(101):
            cls.sandbox.add_order(cls.seller, created=moment, updated=moment)
        cls.orders = dict(cls.sandbox.orders)

    def setUp(self):
        super().setUp()
        self.sandbox.orders.update(self.orders)
        self.account.orders_cursor = fields.Datetime.now()  # the pull reads none of it
        self.account.deep_pull_date = fields.Date.context_today(self.account)
        self.made = self.load(20)
        self.sandbox.calls.clear()

    def captured(self):
        return self.env["amazon.order"].search_count(
            [("account_id", "=", self.account.id)]
        )

    def break_page_two(self, **fault):
        # the first search is the ordinary pull's
        self.sandbox.faults.add("searchOrders", after=2, **fault)
        self.pull(self.account)
        self.sandbox.faults.clear()
        self.assertEqual(self.captured(), 100)
        self.assertEqual(self.made.state, "running")
        self.assertTrue(self.made.page_token)

    def test_goes_on_from_its_page(self):
        """row 4.16: a load that was cut off goes on from its last page"""
        self.break_page_two(status=503, times=3)
        self.assertEqual(self.made.run_id.state, "waiting")
        self.assertIn("Amazon could not be asked", self.made.message)
        token = self.made.page_token
        self.sandbox.calls.clear()
        self.pull(self.account)
        self.assertEqual(self.searches()[-1].get("paginationToken"), token)
        self.assertEqual((self.captured(), self.made.state), (101, "done"))
        self.assertEqual((self.made.pages, self.made.run_id.pages), (2, 2))
        self.assertFalse(self.made.message)

    def test_killed_worker(self):
        """row 4.16: what a killed worker left as running is closed, and taken up"""
        dead = self.env["amazon.sync.run"].create(
            {"account_id": self.account.id, "kind": "load"}
        )
        self.made.run_id = dead
        self.break_page_two(status=503, times=3)
        self.assertEqual(dead.state, "failed")
        self.assertIn("The worker was stopped", dead.message)
        self.assertNotEqual(self.made.run_id, dead)

    def test_pull_leaves_the_call_to_the_load(self):
        """row 4.16: a load that waited for Amazon's limit is not overtaken by a pull"""
        self.break_page_two(status=429, probability=1)
        self.assertTrue(self.made.next_try)
        self.made.next_try = fields.Datetime.now()
        self.account.orders_cron_id.nextcall = fields.Datetime.now() + timedelta(
            minutes=30
        )
        self.sandbox.calls.clear()
        self.pull(self.account)
        self.assertEqual(len(self.searches()), 1)
        self.assertIn("createdAfter", self.searches()[0])
        self.assertEqual(self.made.state, "done")
        # the schedule's own time is for the pull, whatever waits
        self.made.write({"state": "running", "next_try": fields.Datetime.now()})
        self.account.orders_cron_id.nextcall = fields.Datetime.now()
        self.sandbox.calls.clear()
        self.pull(self.account)
        self.assertIn("lastUpdatedAfter", self.searches()[0])

    def test_token_expired(self):
        """a load whose token died reads its window again, and a smaller one"""
        self.break_page_two(status=503, times=3)
        self.made.token_date -= timedelta(hours=24)
        self.sandbox.calls.clear()
        self.pull(self.account)
        self.assertNotIn("paginationToken", self.searches()[1])
        self.assertEqual((self.captured(), self.made.state), (101, "done"))
        self.assertEqual(self.made.window_days, 15)

    def test_token_refused(self):
        """a token that Amazon refuses is dropped: the window starts over"""
        self.break_page_two(status=503, times=3)
        self.made.page_token = "bm9uc2Vuc2U="
        self.pull(self.account)
        self.assertEqual((self.captured(), self.made.state), (101, "done"))

    def test_stop_and_resume(self):
        """row 4.16: a user stops a load and resumes it later, at the same page"""
        self.break_page_two(status=503, times=3)
        made = self.made.with_user(self.user)
        made.action_stop()
        self.pull(self.account)
        self.assertEqual((self.captured(), made.state), (100, "stopped"))
        made.action_resume()
        self.sandbox.calls.clear()
        self.pull(self.account)
        self.assertIn("paginationToken", self.searches()[-1])
        self.assertEqual((self.captured(), made.state), (101, "done"))
        with self.assertRaisesRegex(UserError, "Only a load that stopped"):
            made.action_resume()

    def test_refused(self):
        """row 4.16: what Amazon refuses for good ends the load with Amazon's words"""
        body = {"errors": [{"code": "InvalidInput", "message": "No such thing"}]}
        self.sandbox.faults.add("searchOrders", status=400, body=body, after=1)
        self.pull(self.account)
        self.assertEqual(self.made.state, "failed")
        self.assertIn("No such thing", self.made.message)
        self.assertEqual(self.made.run_id.state, "failed")
        self.assertEqual(self.account.state, "connected")


@tagged("post_install", "-at_install")
class TestRunAgain(LoadCase):
    def test_run_again(self):
        """row 4.17: a past run is read again from the log, and finds what it missed"""
        missed = self.old_order(5)
        self.pull(self.account)
        run = self.run_of(self.account)
        record = self.inbox(missed)
        self.assertLess(run.since, record.last_updated)
        self.assertGreater(run.until, record.last_updated)
        record.unlink()
        self.pull(self.account)
        self.assertFalse(self.inbox(missed), "too old for the ordinary overlap")
        cursor = self.account.orders_cursor

        action = run.with_user(self.user).action_rerun()
        load = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((load.since, load.until), (run.since, run.until))
        self.pull(self.account)
        self.assertTrue(self.inbox(missed))
        self.assertEqual((load.state, load.captured), ("done", 1))
        self.assertGreaterEqual(self.account.orders_cursor, cursor)

    def test_run_that_read_nothing(self):
        """row 4.17: a run without any page has nothing to repeat, and says why"""
        self.sandbox.faults.add("searchOrders", status=503, times=3)
        self.pull(self.account)
        with self.assertRaisesRegex(UserError, "the next pull reads the same"):
            self.run_of(self.account).action_rerun()
        self.process(self.account)
        run = self.env["amazon.sync.run"].create(
            {"account_id": self.account.id, "kind": "process"}
        )
        with self.assertRaisesRegex(UserError, "Only runs that pulled orders"):
            run.action_rerun()

    def test_counts(self):
        """row 4.31: a run tells what was new, changed and skipped, and who started it"""
        self.old_order(1)
        self.pull(self.account)
        order = self.old_order(2)
        order.touch(self.sandbox.clock.now() - timedelta(minutes=5))
        self.account.with_user(self.user).action_pull_now()
        self.pull(self.account)
        run = self.run_of(self.account)
        self.assertEqual((run.captured, run.updated, run.user_id), (1, 0, self.user))
        self.open_screens(self.user, run)
