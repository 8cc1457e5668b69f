from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import BaseCase, tagged

from ..sync import poll_schedule
from .common import AmazonCase
from .processes import ProcessCase, until


@tagged("post_install", "-at_install")
class TestPollTimes(BaseCase):
    def test_pause_doubles(self):
        """row 4.4: 5, 10, 20, … 120 minutes while nothing comes; any order: 5 again"""
        waits, wait = [], 0
        for found in (True, False, False, False, False, False, False, True):
            wait = poll_schedule.next_wait(wait, found)
            waits.append(wait)
        self.assertEqual(waits, [5, 10, 20, 40, 80, 120, 120, 5])

    def test_start_of_the_day(self):
        """row 4.5: nothing before the chosen time of day, in the account's time zone"""

        def after(*moment):
            return poll_schedule.after(datetime(*moment), 60, 6.5, "Europe/Berlin")

        # 23:00 in Berlin is still the evening; an hour later begins the next day
        self.assertEqual(after(2026, 1, 10, 21, 0), datetime(2026, 1, 10, 22, 0))
        self.assertEqual(after(2026, 1, 10, 22, 0), datetime(2026, 1, 11, 5, 30))
        self.assertEqual(after(2026, 1, 11, 5, 0), datetime(2026, 1, 11, 6, 0))

    def test_start_over_daylight_saving(self):
        """row 4.5: half past six stays half past six when the clocks are changed"""

        def start(*moment):
            return poll_schedule.not_before_start(
                datetime(*moment), 6.5, "Europe/Berlin"
            )

        self.assertEqual(start(2026, 3, 28, 0, 0), datetime(2026, 3, 28, 5, 30))
        self.assertEqual(start(2026, 3, 29, 0, 0), datetime(2026, 3, 29, 4, 30))
        self.assertEqual(start(2026, 10, 25, 0, 0), datetime(2026, 10, 25, 5, 30))

    def test_end_of_the_day(self):
        """row 4.5: 23:59:42 begins a minute before midnight, and stops no pull"""
        moment = datetime(2026, 1, 10, 12, 0)
        self.assertEqual(
            poll_schedule.not_before_start(moment, 23.995, "UTC"),
            datetime(2026, 1, 10, 23, 59),
        )

    def test_around_the_clock(self):
        """row 4.5: without a start every hour of the day will do"""
        moment = datetime(2026, 1, 10, 23, 0)
        self.assertEqual(
            poll_schedule.not_before_start(moment, 0.0, "Asia/Tokyo"), moment
        )


@tagged("post_install", "-at_install")
class TestPollSchedule(AmazonCase):
    def setUp(self):
        super().setUp()
        self.account, self.seller = self.us()
        self.cron = self.account.orders_cron_id

    def assertNext(self, minutes, cron=None):
        """The scheduler's own next call is about `minutes` from now."""
        cron = cron or self.cron
        self.account.invalidate_recordset()
        cron.invalidate_recordset()
        ahead = cron.nextcall - fields.Datetime.now()
        self.assertAlmostEqual(ahead / timedelta(minutes=1), minutes, delta=0.5)
        self.assertEqual(self.account.next_check, self.cron.nextcall)

    def test_job_is_scheduled_by_what_came(self):
        """row 4.4: the account's own job moves: no wake-up in between does nothing"""
        self.account.adaptive_polling = True
        self.assertNext(5)
        self.pull(self.account)
        self.assertNext(10)
        self.pull(self.account)
        self.assertNext(20)
        self.sandbox.add_order(self.seller)
        self.pull(self.account)
        self.assertNext(5)
        self.pull(self.account)  # the overlap brings the same order: nothing new
        self.assertNext(10)

    def test_changed_order_resets_the_pause(self):
        """row 4.4: a canceled order is a hit as well"""
        order = self.sandbox.add_order(self.seller)
        self.account.adaptive_polling = True
        self.pull(self.account)
        self.pull(self.account)
        self.pull(self.account)
        self.assertNext(20)
        self.sandbox.cancel(order.order_id)
        self.sandbox.clock.advance(180)  # Amazon's list is late
        self.pull(self.account)
        self.assertNext(5)

    def test_fixed_pause(self):
        """row 4.3: without it Odoo's own schedule goes on, every so many minutes"""
        self.account.orders_interval = 30
        self.cron.nextcall = fields.Datetime.now() - timedelta(minutes=1)
        self.pull(self.account)
        self.assertNext(29)
        self.assertFalse(self.account.next_poll)

    def test_start_time(self):
        """row 4.5: after the day's last pull the next one is at the start of the day"""
        # a day whose start is always later than the hour after next
        self.account.write({"tz": "UTC", "orders_start": 23.75})
        self.cron.flush_recordset()
        self.pull(self.account)
        self.account.invalidate_recordset()
        hour = self.account.next_poll.hour + self.account.next_poll.minute / 60
        self.assertGreaterEqual(hour, 23.75)
        self.assertEqual(self.cron.nextcall, self.account.next_poll)

    def test_pause_per_direction(self):
        """row 4.3: shipments, stock and settlements have pauses of their own"""
        self.account.write(
            {
                "shipments_interval": 30,
                "stock_interval": 720,
                "settlements_interval": 240,
            }
        )
        jobs = ("orders", "shipments", "stock", "settlements", "process", "catalog")
        self.assertEqual(
            [self.account[f"{job}_cron_id"].interval_number for job in jobs],
            [60, 30, 720, 240, 60, 60],
        )

    def test_shorter_pause_holds_at_once(self):
        """row 4.3: a shorter pause does not wait for the end of the long one"""
        jobs = ("orders", "shipments", "stock", "settlements")
        crons = {job: self.account[f"{job}_cron_id"] for job in jobs}
        for job, cron in crons.items():
            self.account[f"{job}_interval"] = 1440
            cron.nextcall = fields.Datetime.now() + timedelta(hours=23)
        for job, cron in crons.items():
            self.account[f"{job}_interval"] = 15
            self.assertNext(15, cron)
        self.account.orders_interval = 120
        self.assertNext(15)  # what was due sooner stays so

    def test_start_time_cleared(self):
        """row 4.5: around the clock again, the next pull is not put off any more"""
        self.account.write({"tz": "UTC", "orders_start": 23.75})
        self.cron.nextcall = fields.Datetime.now() + timedelta(hours=20)
        self.account.orders_start = 0
        self.assertNext(60)

    def test_job_takes_over_what_was_changed_meanwhile(self):
        """row 4.3: what was saved while a job ran holds once it ends"""
        cron = self.account.shipments_cron_id
        due = fields.Datetime.now() - timedelta(hours=1)
        cron.write({"interval_number": 1440, "nextcall": due})
        self.send(self.account)
        self.assertNext(60, cron)
        self.assertEqual(cron.interval_number, 60)
        # a job for which the account has no setting stays as it is
        other = self.account.process_cron_id
        other.interval_number = 90
        self.process(self.account)
        other.invalidate_recordset()
        self.assertEqual(other.interval_number, 90)

    def test_impossible_settings(self):
        """rows 4.3, 4.5: refused with what can be chosen"""
        for values, words in (
            ({"orders_interval": 4}, "Choose 5 or more"),
            ({"stock_interval": 2000}, "Send Stock Every: choose between 5"),
            ({"orders_start": 24.0}, "between 00:00 and"),
        ):
            with self.assertRaisesRegex(ValidationError, words), self.cr.savepoint():
                self.account.write(values)

    def test_direction_that_is_off_sleeps(self):
        """row 4.3: a direction that is switched off does not wake up to do nothing"""
        self.assertTrue(self.cron.active)
        self.account.sync_orders = False
        self.assertFalse(self.cron.active)
        self.account.sync_orders = True
        self.assertTrue(self.cron.active)
        trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])
        self.assertTrue(trigger)


@tagged("post_install", "-at_install")
class TestPauseChangedMeanwhile(ProcessCase):
    def test_saved_while_the_job_runs(self):
        """row 4.3: a pause can be saved while its job runs, which takes it over"""
        self.save(1440)
        self.sandbox.faults.add("searchOrders", kind="slow", seconds=4, times=1)
        job = self.workers.start("cron", account=self.account, job="orders")
        until(lambda: "running" in dict(self.runs("orders")), "the pull")
        self.save(5)
        self.assertTrue(job.alive(), "the pull has ended before")
        self.finish(job)
        pause, ahead = self.sql(
            """
            SELECT interval_number, nextcall - now() AT TIME ZONE 'UTC'
              FROM ir_cron JOIN amazon_account a ON a.orders_cron_id = ir_cron.id
             WHERE a.id = %s
            """,
            self.account,
        )[0]
        self.assertEqual(pause, 5)
        self.assertLessEqual(ahead, timedelta(minutes=5))

    def save(self, minutes):
        self.run_job(
            "write",
            model="amazon.account",
            ids=[self.account],
            values={"orders_interval": minutes},
        )
