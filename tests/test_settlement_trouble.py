"""Amazon's bad days: nothing is lost, nothing is doubled, nobody is held up."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..sandbox.sellers import FINANCE
from .settlement_file_case import SettlementFileCase, written
from .test_spapi_settlement import text

HAND = "upload it"


@tagged("post_install", "-at_install")
class TestTrouble(SettlementFileCase):
    def test_one_bad_report_holds_up_nobody(self):
        """row 11.1: the settlements before and after a bad file are imported"""
        first = self.close()
        bad = self.close()
        last = self.close()
        self.sandbox.faults.add("document", kind="row_missing", after=1)
        self.fetch()
        self.assertTrue(self.settlement(first))
        self.assertTrue(self.settlement(last))
        self.assertFalse(self.settlement(bad))
        report = self.report(bad.reports[0].report_id)
        self.assertRefused(report, "add up", written(bad, fault="row_missing"))

    def test_rate_limit_and_outage(self):
        """429 and 503 wait and go on: each file is fetched once"""
        theirs = [self.close() for _n in range(3)]
        for fault in (
            {"operation": "getReports", "status": 503, "times": 3},
            {"operation": "getReportDocument", "status": 503, "times": 4},
            {"operation": "document", "status": 503, "times": 2},
        ):
            self.sandbox.faults.add(**fault)
        for _hour in range(6):
            self.fetch()
            self.wait_over()
            if len(self.reports("done")) == 3:
                break
        self.assertEqual(len(self.account.settlement_ids), 3)
        for settlement in theirs:
            self.assertRowsOf(self.settlement(settlement), written(settlement))
        states = self.env["amazon.sync.run"].search(
            [("account_id", "=", self.account.id), ("kind", "=", "settlements")]
        )
        self.assertNotIn("failed", states.mapped("state"))
        self.assertEqual(self.account.state, "connected")

    def wait_over(self):
        """What was put off is due."""
        self.reports("waiting").write({"next_try": fields.Datetime.now()})

    def test_half_a_file(self):
        """a broken line: the file is fetched again, and no half of it is read"""
        theirs = self.close()
        self.sandbox.faults.add("document", kind="timeout_after")
        self.fetch()
        report = self.report(theirs.reports[0].report_id)
        self.assertEqual((report.state, report.tries), ("waiting", 1))
        self.assertTrue(report.reason)
        self.assertGreater(report.next_try, fields.Datetime.now())
        self.wait_over()
        self.fetch()
        self.assertEqual((report.state, report.reason), ("done", False))

    def test_given_up_after_ten_tries(self):
        """a file that never comes is a case for a person, who can start anew"""
        theirs = self.close()
        self.sandbox.faults.add("document", status=403, times=10)
        for _hour in range(10):
            self.fetch()
            self.wait_over()
        report = self.report(theirs.reports[0].report_id)
        self.assertEqual((report.state, report.tries), ("failed", 10))
        self.assertIn("no longer valid", report.reason)
        report.action_retry()
        self.assertEqual(report.state, "waiting")
        self.fetch()
        self.assertEqual(report.state, "done")

    def test_file_that_is_gone(self):
        """a file that Amazon no longer has is asked for by hand"""
        theirs = self.close()
        self.sandbox.faults.add("document", status=404)
        other = self.close()
        self.fetch()
        self.assertRefused(self.report(theirs.reports[0].report_id), HAND)
        self.assertTrue(self.settlement(other))

    def test_missing_role(self):
        """without the role only settlements stand still; once told, once a day asked"""
        self.close()
        order = self.sandbox.add_order(self.seller)
        self.seller.roles.discard(FINANCE)
        self.fetch()
        self.assertIn("Finance and Accounting", self.account.settlements_message)
        self.assertEqual(self.account.state, "connected")
        self.assertEqual(len(self.warnings()), 1)
        run = self.run_of(self.account, "settlements")
        self.assertEqual(run.state, "failed")
        self.assertIn("Finance and Accounting", run.message)
        self.take_in(self.account)
        self.assertTrue(self.inbox(order))

        self.sandbox.calls.clear()
        self.fetch()
        self.assertEqual(self.calls(), [])
        self.account.settlements_refused_date -= timedelta(days=1)
        self.fetch()
        self.assertEqual({call["status"] for call in self.calls()}, {403})
        self.assertEqual(len(self.warnings()), 1)

        self.seller.roles.add(FINANCE)
        self.account.action_fetch_settlements()
        self.fetch()
        self.assertFalse(self.account.settlements_message)
        self.assertFalse(self.warnings())
        self.assertEqual(len(self.account.settlement_ids), 1)

    def warnings(self):
        return self.account.activity_ids.filtered(
            lambda activity: "settlement reports" in activity.summary
        )

    def test_revoked_token(self):
        """a revoked token stops the account and is explained"""
        self.seller.revoked = True
        self.sandbox.clock.advance(7200)  # its last access token is spent
        self.addCleanup(self.sandbox.clock.advance, -7200)
        self.fetch()
        self.assertEqual(self.account.state, "attention")
        self.assertIn("refresh token", self.account.health_message)

    def test_what_was_fetched_is_read_without_amazon(self):
        """row 11.1: files that are here are read while the account is stopped"""
        wizard, _action = self.upload(text())
        report = wizard.report_ids
        report.settlement_id.unlink()
        report.state = "downloaded"
        self.account._mark_attention("Amazon no longer accepts the token.")
        self.sandbox.calls.clear()
        self.fetch()
        self.assertEqual(report.state, "done")
        self.assertEqual(self.calls(), [])

    def test_file_that_kills_its_reader(self):
        """a file whose reading is broken off three times is given up, with words"""
        wizard, _action = self.upload(text())
        report = wizard.report_ids
        report.settlement_id.unlink()
        report.write({"state": "downloaded", "tries": 3})
        theirs = self.close()
        self.fetch()
        self.assertEqual(report.state, "failed")
        self.assertIn("broken off 3 times", report.reason)
        self.assertTrue(self.settlement(theirs))

    def test_fetch_now(self):
        """row 11.1: the button starts the job, and says what is in the way"""
        theirs = self.close()
        self.account.action_fetch_settlements()
        trigger = self.env["ir.cron.trigger"].search(
            [("cron_id", "=", self.account.settlements_cron_id.id)]
        )
        self.assertTrue(trigger)
        self.fetch()
        self.assertTrue(self.settlement(theirs))
        run = self.run_of(self.account, "settlements")
        self.assertEqual(run.user_id, self.env.user)
        self.account.sync_settlements = False
        with self.assertRaisesRegex(Exception, "Settlements in"):
            self.account.action_fetch_settlements()
        self.account.action_deactivate()
        with self.assertRaisesRegex(Exception, "Connect the account"):
            self.account.action_fetch_settlements()

    def test_account_from_before(self):
        """an account of an earlier version gets the job when it is tested"""
        self.account.settlements_cron_id.unlink()
        self.assertFalse(self.account.settlements_cron_id)
        self.press(self.account.action_test)
        self.assertTrue(self.account.settlements_cron_id.active)
