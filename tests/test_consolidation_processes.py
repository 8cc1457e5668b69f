from odoo.tests import tagged

from .processes import ProcessCase, until

LINES = """
    SELECT count(l.id), count(DISTINCT l.order_id), count(DISTINCT s.id)
    FROM amazon_order o
    JOIN amazon_order_line i ON i.order_id = o.id
    LEFT JOIN sale_order_line l ON l.amazon_order_line_id = i.id
    LEFT JOIN sale_order s ON s.id = l.order_id AND s.id = o.sale_order_id
    WHERE o.account_id = %s
"""


@tagged("post_install", "-at_install")
class TestConsolidationProcesses(ProcessCase):
    def setUp(self):
        super().setUp()
        store = self.number(
            "SELECT id FROM amazon_store WHERE account_id = %s", self.account
        )
        self.run_job(
            "write", model="amazon.store", ids=[store], values={"order_mode": "daily"}
        )
        self.generate(60)
        self.cron("orders", "process")
        self.assertEqual(self.orders("pending"), 60)
        self.sql(
            """
            UPDATE amazon_order SET next_try = next_try - interval '1 day'
            WHERE account_id = %s
            """,
            self.account,
        )

    def test_killed_in_the_days_sale(self):
        """row 4.22: all or nothing, and the next worker makes the sale once"""
        worker = self.workers.start("cron", account=self.account, job="process")
        until(
            lambda: self.sql(
                """
                SELECT 1 FROM pg_locks k JOIN pg_class c ON c.oid = k.relation
                JOIN pg_stat_activity a ON a.pid = k.pid
                WHERE c.relname = 'stock_move' AND k.mode = 'RowExclusiveLock'
                  AND a.application_name = %s
                """,
                f"odoo-{worker.pid}",
            ),
            "moves of the sale in the making",
        )
        worker.kill()
        self.died(worker)
        self.assertEqual(self.orders("pending"), 60)
        self.assertEqual(self.sql(LINES, self.account)[0], (0, 0, 0))
        self.cron("process")
        self.assertOneSale()

    def test_two_workers_at_once(self):
        """row 4.22: two processes make one sale of the day"""
        self.both("_cron_process_orders")
        self.assertOneSale()

    def assertOneSale(self):
        self.assertEqual(self.orders("imported"), 60)
        self.assertEqual(self.sql(LINES, self.account)[0], (60, 1, 1))
