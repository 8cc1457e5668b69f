"""The report of all listings on Amazon's bad days: asked for again only when it is safe."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .catalog_case import CatalogCase, text

AGAIN = "Press Resume"


@tagged("post_install", "-at_install")
class TestReportTrouble(CatalogCase):
    def setUp(self):
        super().setUp()
        self.store.match_mode = "manual"
        self.offer("ONE")

    def failed(self, words):
        load = self.start()
        self.wake()
        self.assertEqual(load.state, "failed", load.message)
        self.assertIn(words, load.message)
        self.assertRegex(load.message, r"^[A-Z][^\n]*\.$")
        run = self.run_of(self.account, "catalog")
        self.assertEqual(run.state, "failed")
        self.assertIn(words, run.message)
        self.assertEqual(self.account.state, "connected")
        return load

    def assertNothingChanged(self, status="listed"):
        self.assertEqual(self.listed(status), ["ONE"])

    def test_canceled_though_there_is_data(self):
        """row 2.1: a list Amazon cancels changes nothing; Resume asks for another one"""
        self.load()
        self.sandbox.faults.add("createReport", kind="cancelled_report")
        load = self.failed("canceled the list")
        self.assertIn(AGAIN, load.message)
        self.assertEqual(load.report_id.state, "canceled")
        self.assertNothingChanged()
        load.action_resume()
        self.wake()
        self.assertEqual((load.state, load.report_id.state), ("done", "done"))
        self.assertFalse(load.message)
        self.assertNothingChanged()
        self.assertEqual(len(self.calls("createReport")), 3)

    def test_canceled_for_want_of_data(self):
        """row 2.1: of a seller without listings Amazon makes no list, which is no error"""
        self.sandbox.remove_listing(self.seller, "ONE")
        load = self.load()
        self.assertIn("lists nothing", load.message)
        self.assertEqual(load.report_id.state, "canceled")
        self.assertFalse(self.store.listing_ids)

    def test_failed_at_amazon(self):
        """row 2.1: of a list Amazon could not make, its own words say why"""
        self.load()
        self.sandbox.faults.add("createReport", kind="fatal_report")
        load = self.failed("internal error")
        self.assertIn(AGAIN, load.message)
        self.assertEqual(load.report_id.state, "failed")
        self.assertNothingChanged()
        load.report_id.action_retry()  # the report's own button does the same
        self.wake()
        self.assertEqual(load.state, "done")

    def test_slow(self):
        """row 2.1: a list in the making is looked after with growing pauses, asked once"""
        self.account.is_sandbox = False  # in a hurry, nobody would see it wait
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=3600)
        load = self.start()
        self.wake()
        report, pauses = load.report_id, []
        for _look in range(5):
            self.assertEqual((load.state, report.state), ("running", "requested"))
            pauses.append(report.next_try - fields.Datetime.now())
            self.assertTrue(self._wakes_at(report.next_try))
            calls = len(self.sandbox.calls)
            self.wake()  # too early: nobody is asked
            self.assertEqual(len(self.sandbox.calls), calls)
            report.next_try = fields.Datetime.now()
            self.wake()
        self.assertEqual(pauses, sorted(pauses))
        self.assertGreater(pauses[-1], timedelta(minutes=4))
        self.assertEqual(self.run_of(self.account, "catalog").state, "waiting")
        self.pass_time(hours=2)
        report.next_try = fields.Datetime.now()
        self.wake()
        self.assertEqual((load.state, report.state), ("done", "done"))
        self.assertNothingChanged()
        self.assertEqual(len(self.calls("createReport")), 1)
        # one entry in the log for all of it
        runs = self.account.run_ids.filtered(lambda run: run.kind == "catalog")
        self.assertEqual(runs.mapped("state"), ["done"])

    def _wakes_at(self, moment):
        return self.env["ir.cron.trigger"].search_count(
            [
                ("cron_id", "=", self.account.catalog_cron_id.id),
                ("call_at", ">=", moment - timedelta(seconds=2)),
                ("call_at", "<=", moment + timedelta(minutes=1)),
            ]
        )

    def test_never_done(self):
        """row 2.1: a list that is not made in half a day is given up, with a sentence"""
        self.account.is_sandbox = False
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=10**6)
        load = self.start()
        self.wake()
        # as if it had been asked for long ago
        for report in self.sandbox.reports.of(self.seller):
            report.created -= timedelta(hours=13)
        load.report_id.next_try = fields.Datetime.now()
        self.wake()
        self.assertEqual(load.state, "failed")
        self.assertIn("12 hours", load.message)

    def test_forgotten_by_amazon(self):
        """row 2.1: a report Amazon no longer knows blocks no load; Resume asks anew"""
        self.account.is_sandbox = False
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=10**6)
        load = self.start()
        self.wake()
        self.assertIn("Amazon makes the list", load.waits_for)
        self.account.is_sandbox = True
        self.sandbox.reports._reports.clear()
        load.report_id.write(
            {"report_ref": "NOBODY-1", "next_try": fields.Datetime.now()}
        )
        self.wake()
        self.assertEqual((load.state, load.waits_for), ("failed", False))
        self.assertIn("no longer knows this report. Press Resume", load.message)
        self.assertEqual(load.report_id.state, "failed")
        load.action_resume()
        self.wake()
        self.assertEqual((load.state, self.listed()), ("done", ["ONE"]), load.message)

    def test_asked_for_long_ago(self):
        """row 2.1: a report that was asked for days ago is not waited for again"""
        self.account.is_sandbox = False
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=10**6)
        first = self.start()
        self.wake()
        self.account.is_sandbox = True
        first.state = "failed"
        first.report_id.created -= timedelta(days=2)
        second = self.load()
        self.assertNotEqual(second.report_id, first.report_id)

    def test_stop_before_asking(self):
        """row 2.1: Stop pressed in that moment asks Amazon for nothing"""
        for kind in ("all", "changes"):
            load = self.start(kind, since=fields.Datetime.now() - timedelta(days=40))
            loads = type(load)
            write = loads.write

            def pressed(records, vals, write=write):
                result = write(records, vals)
                if vals.keys() & {"report_asked", "until"}:
                    records.action_stop()
                return result

            self.patch(loads, "write", pressed)
            self.wake()
            self.patch(loads, "write", write)
            self.assertEqual((load.state, self.sandbox.calls), ("stopped", []))

    def test_in_the_making_is_taken_over(self):
        """row 2.1: what Amazon makes already is waited for, and not asked for again"""
        self.account.is_sandbox = False
        self.sandbox.faults.add("createReport", kind="slow_report", seconds=3600)
        first = self.start()
        self.wake()
        first.state = "failed"
        second = self.start()
        self.assertNotEqual(second, first)
        self.wake()
        self.assertEqual(second.report_id, first.report_id)
        self.assertEqual(len(self.calls("createReport")), 1)

    def test_answer_got_lost(self):
        """row 2.1: after a time-out Amazon's list of reports is read before asking again"""
        self.sandbox.faults.add("createReport", kind="timeout_after")
        load = self.start()
        self.wake()
        self.assertEqual((load.state, bool(load.report_id)), ("running", False))
        self.wake()
        self.assertEqual(load.state, "done", load.message)
        self.assertEqual(len(self.calls("createReport")), 1)
        self.assertEqual(len(self.calls("getReports")), 1)
        self.assertNothingChanged()

    def test_question_got_lost(self):
        """row 2.1: a question that never reached Amazon is asked again"""
        self.sandbox.faults.add("createReport", status=503)
        load = self.start()
        self.wake()
        self.assertEqual(load.state, "running")
        self.wake()
        self.assertEqual(load.state, "done", load.message)
        self.assertEqual(len(self.sandbox.reports.of(self.seller)), 1)

    def test_half_a_file(self):
        """row 2.1: a broken line: the file is fetched again, no half of it is read"""
        self.sandbox.faults.add("document", kind="timeout_after")
        load = self.start()
        self.wake()
        report = load.report_id
        self.assertEqual((load.state, report.state), ("running", "waiting"))
        self.assertTrue(report.reason)
        report.next_try = fields.Datetime.now()
        self.wake()
        self.assertEqual((load.state, report.state), ("done", "done"))
        self.assertNothingChanged()

    def test_file_that_is_gone(self):
        """row 2.1: a file Amazon no longer has is asked for anew"""
        self.sandbox.faults.add("document", status=404)
        load = self.failed("no longer exists")
        self.assertIn(AGAIN, load.message)
        load.action_resume()
        self.wake()
        self.assertEqual(load.state, "done")

    def test_empty(self):
        """row 2.29: an empty list cancels nothing"""
        self.load()
        for content in (b"", text([])):
            self.says(content or "\n")
            load = self.load()
            self.assertIn("empty", load.message)
            self.assertEqual(load.listings_canceled, 0)
            self.assertNothingChanged()

    def test_settlements_are_left_alone(self):
        """row 2.1: the list of listings is no settlement, and is not read as one"""
        self.account.is_sandbox = False
        self.start()
        self.sandbox.faults.add("document", kind="timeout_after")
        self.wake()
        report = self.account.env["amazon.report"].search(
            [("account_id", "=", self.account.id)]
        )
        report.next_try = fields.Datetime.now()
        self._run(self.account.settlements_cron_id)
        self.assertEqual(report.state, "requested")
