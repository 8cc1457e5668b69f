"""Settlement reports taken in by several processes, and by some that die."""

from odoo.tests import tagged

from .processes import ProcessCase, until
from .settlement_file_case import rows_of


@tagged("post_install", "-at_install")
class TestSettlementProcesses(ProcessCase):
    def close(self, number):
        """So many settlements of two rows; the last one."""
        for _n in range(number):
            for amount in ("1.00", "2.00"):
                self.sandbox.charge(
                    self.seller, "SAFE-T Reimbursement", "A", "B", amount
                )
            settlement = self.sandbox.close_settlement(self.seller)
        return settlement

    def assertAllThere(self, number, rows=2):
        """Each settlement once, with all its rows, and each report done."""
        found = self.sql(
            """
            SELECT s.settlement_ref, s.row_count, count(l.id), count(DISTINCT l.number)
            FROM amazon_settlement s JOIN amazon_settlement_line l
            ON l.settlement_id = s.id WHERE s.account_id = %s
            GROUP BY s.id ORDER BY s.settlement_ref
            """,
            self.account,
        )
        self.assertEqual([row[1:] for row in found], [(rows, rows, rows)] * number)
        self.assertEqual(self.states(), ["done"] * len(self.states()))

    def states(self):
        states = self.sql(
            "SELECT state FROM amazon_report WHERE account_id = %s", self.account
        )
        return [state for (state,) in states]

    def test_two_fetch_at_once(self):
        """row 11.1: two processes fetch one account, each settlement is there once"""
        last = self.close(4)
        self.sandbox.publish_settlement(last)  # and one of them has two reports
        self.sandbox.faults.add("getReports", kind="slow", seconds=1, times=2)
        self.both("_cron_settlements")
        self.cron("settlements")
        self.assertAllThere(4)
        self.assertEqual(len(self.states()), 5)

    def test_killed_while_fetching(self):
        """row 11.1: what was fetched is not fetched again, what was not, is"""
        self.close(3)
        self.kill_after_answer("settlements", "getReportDocument", 2)
        self.assertEqual(sorted(self.states()), ["downloaded", "waiting", "waiting"])
        self.cron("settlements")
        self.assertAllThere(3)
        calls = self.sandbox.calls_of("document")
        own = [call for call in calls if call["status"] == 200]
        self.assertEqual(len(own), 3)
        (first, _message), (second, _none) = self.runs("settlements")
        self.assertEqual((first, second), ("failed", "done"))

    def test_killed_while_reading(self):
        """row 11.1: half a settlement is none; the next run reads the kept file"""
        self.sandbox.calls.clear()
        rows = 6_000
        content = rows_of(rows).replace("26000000001", "36000000001").encode()
        self.sandbox.reports.publish_file(self.seller, content)
        worker = self.workers.start("cron", account=self.account, job="settlements")
        begun = "SELECT 1 FROM amazon_report WHERE account_id = %s AND tries = 1"
        until(lambda: self.sql(begun, self.account), "the begin of the reading")
        worker.kill()
        self.died(worker)
        self.assertEqual(self.states(), ["downloaded"])
        count = "SELECT count(*) FROM amazon_settlement WHERE account_id = %s"
        self.assertEqual(self.number(count, self.account), 0)
        self.cron("settlements")
        self.assertAllThere(1, rows)
        self.assertEqual(len(self.sandbox.calls_of("document")), 1)
