"""The operations log is kept for a time, by rule."""

from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import amazon_sync_run_retention
from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestRunRetention(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account, cls.seller = cls.connect_for_all("US", ["US"])

    def setUp(self):
        super().setUp()
        self.addCleanup(self.sandbox.orders.clear)
        self.env["amazon.sync.run"].search([]).unlink()

    def entry(self, state, days, account=None, **values):
        return self.env["amazon.sync.run"].create(
            {
                "account_id": (account or self.account).id,
                "kind": "orders",
                "state": state,
                "start": fields.Datetime.now() - timedelta(days=days),
            }
            | values
        )

    def clean(self):
        """Run the clean-up as the daily job does: until nothing is left."""
        while self.env["amazon.sync.run"]._gc_runs()[1]:
            pass
        return self.env["amazon.sync.run"].search([])

    def test_one_month_and_two(self):
        """row 4.32: successful runs go after a month, failed ones after two"""
        kept = (
            self.entry("done", 29)
            | self.entry("failed", 59)
            | self.entry("waiting", 59)
            | self.entry("running", 400)
        )
        for state, days in (("done", 31), ("failed", 61), ("waiting", 61)):
            self.entry(state, days)
        self.assertEqual(self.clean(), kept)

    def test_terms_of_the_account(self):
        """row 4.32: each account keeps its log as long as it is told to"""
        other, _seller = self.us()
        other.write({"keep_runs_days": 3, "keep_failed_runs_days": 5})
        self.env["amazon.sync.run"].search([]).unlink()
        kept = (
            self.entry("done", 4)
            | self.entry("done", 2, other)
            | self.entry("failed", 4, other)
        )
        self.entry("done", 4, other)
        self.entry("failed", 6, other)
        other.active = False  # its log grows old all the same
        self.assertEqual(self.clean(), kept)

    @mute_logger("odoo.sql_db")
    def test_never_at_once(self):
        """row 4.32: a log that keeps nothing is refused"""
        with self.assertRaises(CheckViolation), self.cr.savepoint():
            self.account.keep_runs_days = 0
            self.env.flush_all()

    def test_orders_stay(self):
        """row 4.32: orders outlive the run that captured them"""
        order = self.sandbox.add_order(self.seller)
        self.take_in(self.account)
        record = self.inbox(order)
        runs = record.run_id | record.process_run_id
        self.assertEqual(len(runs), 2)
        runs.write({"start": fields.Datetime.now() - timedelta(days=31)})
        self.assertFalse(self.clean() & runs)
        self.assertEqual(record.state, "imported")
        self.assertFalse(record.run_id)
        self.take_in(self.account)

    def test_batches(self):
        """row 4.32: a long log goes batch by batch, at the same few queries each"""
        for _number in range(25):
            self.entry("done", 40)
        with patch.object(amazon_sync_run_retention, "BATCH", 10):
            steps = [self.env["amazon.sync.run"]._gc_runs() for _n in range(3)]
        self.assertEqual([done for done, _left in steps], [10, 10, 5])
        self.assertEqual([bool(left) for _done, left in steps], [True, True, False])

    def test_daily(self):
        """row 4.32: the database's daily clean-up is what calls it"""
        self.assertTrue(self.env["amazon.sync.run"]._gc_runs._autovacuum)
        self.assertTrue(self.env.ref("base.autovacuum_job").active)
