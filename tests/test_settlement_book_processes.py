"""Settlements booked by several processes, and by one that dies."""

from contextlib import contextmanager
from datetime import timedelta

from odoo import sql_db
from odoo.tests import tagged

from .processes import DATABASE, ProcessCase, until

DAY = timedelta(days=1).total_seconds()


@tagged("post_install", "-at_install")
class TestSettlementBookProcesses(ProcessCase):
    def setUp(self):
        super().setUp()
        account = ("amazon.account", [self.account])
        self.press(*account, "action_create_settlement_accounts")
        self.write(*account, settlement_policy="manual", settlement_split="none")
        stores = self.sql(
            "SELECT id FROM amazon_store WHERE account_id = %s", self.account
        )
        self.write("amazon.store", [id_ for (id_,) in stores], invoice_policy="posted")
        self.sandbox.add_order(
            self.seller,
            status="SHIPPED",
            fulfilled_by="AMAZON",
            items=[{"sku": "MUG-BLUE-350", "total": "100.00"}],
        )
        self.cron("orders", "process")
        self.assertEqual(self.invoices(), [("posted", "not_paid")])
        self.sandbox.clock.advance(10 * DAY)
        self.sandbox.close_settlement(self.seller)
        self.cron("settlements")
        (self.settlement,) = self.sql(
            "SELECT id FROM amazon_settlement WHERE account_id = %s", self.account
        )[0]
        self.assertEqual(self.state(), "ready")

    def write(self, model, ids, **values):
        self.run_job("write", model=model, ids=ids, values=values)

    def press(self, model, ids, button):
        self.run_job("press", model=model, ids=ids, button=button)

    def book(self):
        """A worker that posts the settlement."""
        return self.workers.start(
            "press",
            model="amazon.settlement",
            ids=[self.settlement],
            button="action_post",
        )

    def state(self):
        return self.number(
            "SELECT state FROM amazon_settlement WHERE id = %s", self.settlement
        )

    def entries(self):
        """The states of the settlement's entries."""
        rows = self.sql(
            "SELECT state FROM account_move WHERE amazon_settlement_id = %s",
            self.settlement,
        )
        return [state for (state,) in rows]

    def invoices(self):
        return self.sql(
            """
            SELECT m.state, m.payment_state FROM account_move m
            JOIN amazon_order o ON o.id = m.amazon_order_id WHERE o.account_id = %s
            """,
            self.account,
        )

    @contextmanager
    def held_up(self):
        """Nobody can reconcile the invoice for the time being: who books it waits
        after posting, before reconciling."""
        cr = sql_db.db_connect(DATABASE).cursor()
        try:
            cr.execute(
                """
                SELECT l.id FROM account_move_line l
                JOIN account_move m ON m.id = l.move_id
                JOIN amazon_order o ON o.id = m.amazon_order_id
                WHERE o.account_id = %s FOR UPDATE OF l
                """,
                [self.account],
            )
            yield
        finally:
            cr.close()

    def wait_for_lock(self, worker):
        """The worker has posted, in its own transaction, and waits to reconcile."""
        (query,) = until(
            lambda: self.sql(
                """
                SELECT query FROM pg_stat_activity
                WHERE application_name = %s AND wait_event_type = 'Lock'
                """,
                f"odoo-{worker.pid}",
            ),
            "a worker that waits for the invoice",
        )[0]
        self.assertRegex(query, "account_partial_reconcile|account_move_line")

    def assertBookedOnce(self):
        self.assertEqual(self.state(), "booked")
        self.assertEqual(self.entries(), ["posted"])
        self.assertEqual(self.invoices(), [("posted", "paid")])

    def test_two_at_once(self):
        """case 10: one books, the other one is told that somebody does"""
        with self.held_up():
            first = self.book()
            self.wait_for_lock(first)
            error = self.book().outcome()["error"]
            self.assertIn("is being worked on at this moment", error)
            # the scheduled job leaves it alone, too
            self.write("amazon.account", [self.account], settlement_policy="posted")
            self.cron("settlements")
            self.assertEqual(self.entries(), [])
        self.finish(first)
        self.assertBookedOnce()

    def test_two_in_a_race(self):
        """case 10: whoever comes second, there is one entry"""
        pair = [self.book(), self.book()]
        outcomes = [worker.outcome() for worker in pair]
        errors = [outcome["error"] for outcome in outcomes if "error" in outcome]
        self.assertEqual(len(errors), 1)
        self.assertRegex(errors[0], "is being worked on|is booked already")
        self.assertBookedOnce()

    def test_killed_between_posting_and_reconciling(self):
        """case 11: nothing is booked, the settlement is ready, and books again"""
        with self.held_up():
            worker = self.book()
            self.wait_for_lock(worker)
            worker.kill()
        self.died(worker)
        self.assertEqual(self.state(), "ready")
        self.assertEqual(self.entries(), [])
        self.assertEqual(self.invoices(), [("posted", "not_paid")])
        rows = self.number(
            """
            SELECT count(*) FROM amazon_settlement_line
            WHERE settlement_id = %s AND move_line_id IS NOT NULL
            """,
            self.settlement,
        )
        self.assertEqual(rows, 0)
        self.finish(self.book())
        self.assertBookedOnce()
