"""The same settlement once more: the same, another version of it, or another layout."""

import tempfile
import tracemalloc

from odoo.tests import tagged

from ..sync import settlement_import
from .settlement_file_case import SettlementFileCase, rows_of, written
from .test_spapi_settlement import ROWS, line, sale, text
from .test_spapi_settlement_v1 import V1


@tagged("post_install", "-at_install")
class TestTwice(SettlementFileCase):
    def test_two_reports_of_one_settlement(self):
        """case 7: Amazon's second report of a settlement changes nothing"""
        theirs = self.close()
        self.fetch()
        settlement = self.settlement(theirs)
        rows, state = settlement.line_ids.ids, settlement.state
        self.sandbox.publish_settlement(theirs)
        self.fetch()
        second = self.report(theirs.reports[1].report_id)
        self.assertEqual(second.state, "done")
        self.assertIn("nothing has changed", second.reason)
        self.assertIn(theirs.reports[0].report_id, second.reason)
        self.assertEqual(second.settlement_id, settlement)
        self.assertEqual(settlement.line_ids.ids, rows)
        self.assertEqual(settlement.state, state)
        self.assertEqual(settlement.report_id.report_ref, theirs.reports[0].report_id)

    def test_uploaded_after_it_was_fetched(self):
        """case 7: the file from Seller Central, of a settlement that is here"""
        theirs = self.close()
        self.fetch()
        settlement = self.settlement(theirs)
        rows = settlement.line_ids.ids
        wizard, action = self.upload(written(theirs))
        self.assertEqual(wizard.report_ids.state, "done")
        self.assertIn("nothing has changed", wizard.report_ids.reason)
        self.assertEqual(action["res_id"], wizard.id)
        self.assertEqual(settlement.line_ids.ids, rows)

    def test_the_same_upload_twice(self):
        """case 7: the same file by hand is one report, and one settlement"""
        first, _action = self.upload(text())
        rows = first.report_ids.settlement_id.line_ids.ids
        second, _action = self.upload(text())
        self.assertEqual(second.report_ids, first.report_ids)
        self.assertIn("nothing has changed", second.report_ids.reason)
        self.assertEqual(self.account.settlement_ids.line_ids.ids, rows)
        self.assertEqual(self.attachments(), first.report_ids.attachment_id)

    def attachments(self):
        return self.env["ir.attachment"].search([("res_model", "=", "amazon.report")])

    def test_another_way_of_writing(self):
        """case 7: the same rows with other line ends and columns are the same"""
        self.upload(text())
        wizard, _action = self.upload(text(end="\r\n"))
        self.assertIn("nothing has changed", wizard.report_ids.reason)
        self.assertEqual(len(self.account.settlement_ids), 1)

    def test_changed_before_it_was_booked(self):
        """case 8: rows are replaced and proved again"""
        self.upload(text())
        settlement = self.account.settlement_ids
        old, proofs = settlement.line_ids, settlement.proof_ids
        rows = [*ROWS, line("ServiceFee", "Cost of Advertising", "Total", "-4.20")]
        content = text(rows, total_amount="70.00")
        wizard, _action = self.upload(content)
        self.assertEqual(wizard.report_ids.state, "done", wizard.report_ids.reason)
        self.assertEqual(self.account.settlement_ids, settlement)
        self.assertFalse(old.exists())
        self.assertRowsOf(settlement, content.encode())
        self.assertEqual(settlement.report_id, wizard.report_ids)
        self.assertNotIn(settlement.state, ("imported", "error"))
        self.assertFalse(proofs.exists())
        proof = settlement.proof_ids.filtered(lambda proof: proof.code == "P1")
        self.assertEqual(proof.state, "ok")

    def test_changed_after_it_was_booked(self):
        """case 9: the ledger is left alone, the file is kept, the accountant is told"""
        self.account.action_create_settlement_accounts()
        self.account.settlement_user_id = self.env.ref("base.user_admin")
        theirs = self.close()
        self.fetch()
        settlement = self.settlement(theirs)
        settlement.action_book()
        self.assertTrue(settlement.move_ids)
        ledger = settlement.move_ids.line_ids.read(["debit", "credit", "account_id"])
        rows, state = settlement.line_ids.ids, settlement.state
        content = written(theirs).replace(b"-12.00", b"-13.50")
        for _time in range(2):
            wizard, _action = self.upload(content)
            report = wizard.report_ids
            self.assertEqual(report.state, "failed")
            self.assertIn("total -13.50 instead of -12.00", report.reason)
            self.assertIn("Reset", report.reason)
            self.assertEqual(report.attachment_id.raw, content)
            self.assertEqual(report.settlement_id, settlement)
        self.assertEqual(settlement.line_ids.ids, rows)
        self.assertEqual(settlement.state, state)
        self.assertEqual(
            settlement.move_ids.line_ids.read(["debit", "credit", "account_id"]), ledger
        )
        issue = settlement.issue_ids.filtered(lambda issue: issue.kind == "revision")
        self.assertEqual((len(issue), issue.state), (1, "open"))
        told = settlement.activity_ids.filtered(lambda a: report.reason in str(a.note))
        self.assertEqual(told.user_id, self.account.settlement_user_id)

        settlement.action_reset()
        report.action_retry()
        self.assertEqual(report.state, "done")
        self.assertMoney(settlement.total_amount, "-13.50")

    def test_old_layout_of_the_same_settlement(self):
        """case 7: the old V1 file of a settlement that came as V2 changes nothing"""
        self.upload(text())
        settlement = self.account.settlement_ids
        rows = settlement.line_ids.ids
        wizard, _action = self.upload(v1())
        report = wizard.report_ids
        self.assertEqual(report.state, "done", report.reason)
        self.assertIn("layout V1", report.reason)
        self.assertEqual((settlement.version, settlement.line_ids.ids), ("V2", rows))

    def test_old_layout_that_says_something_else(self):
        """case 9: a V1 file never replaces the rows of a V2 file"""
        self.upload(text())
        settlement = self.account.settlement_ids
        rows = settlement.line_ids.ids
        wizard, _action = self.upload(v1(fee="-14.00", total="75.20"))
        self.assertEqual(wizard.report_ids.state, "failed")
        self.assertIn("total 75.20 instead of 74.20", wizard.report_ids.reason)
        self.assertEqual(settlement.line_ids.ids, rows)

    def test_todays_layout_after_the_old_one(self):
        """case 8: a V2 file replaces the rows of a V1 file that says something else"""
        self.upload(v1(fee="-14.00", total="75.20"))
        settlement = self.account.settlement_ids
        self.assertEqual(settlement.version, "V1")
        self.upload(text())
        self.assertEqual(settlement.version, "V2")
        self.assertRowsOf(settlement, text().encode())


@tagged("post_install", "-at_install")
class TestCost(SettlementFileCase):
    def queries(self, content):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        wizard, _action = self.upload(content)
        self.assertEqual(wizard.report_ids.state, "done", wizard.report_ids.reason)
        return self.env.cr.sql_log_count - before

    def test_a_page_of_rows_is_one_query(self):
        """case 86: four times the rows cost three queries more, one for each page"""
        for number in "12":  # caches
            self.queries(rows_of(1).replace("26000000001", number))
        small = self.queries(rows_of(2000).replace("26000000001", "3"))
        large = self.queries(rows_of(8000).replace("26000000001", "4"))
        self.assertEqual(large - small, 3)

    def test_memory_does_not_grow_with_the_file(self):
        """case 86: twice the rows need no more memory while they are stored"""
        small, large = (self.peak(rows) for rows in (4000, 8000))
        self.assertLess(large, small * 1.2)

    def peak(self, rows):
        """The most that was held while a file of so many rows was stored, in bytes."""
        reference = self.publish("not yet a settlement")
        self.fetch()
        report = self.report(reference)
        content = rows_of(rows).replace("26000000001", reference)
        with tempfile.TemporaryFile() as file:
            file.write(content.encode())
            del content
            tracemalloc.start()
            self.addCleanup(tracemalloc.stop)
            settlement = settlement_import.stage(report, file)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        self.assertEqual(settlement.row_count, rows)
        return peak


def v1(fee="-15.00", total="74.20"):
    """The rows of `text()` in the old layout."""
    cells = {"settlement-id": "26000000001", "posted-date": "2026-10-07"}
    order = sale("")
    item = {
        **cells,
        "transaction-type": "Order",
        "order-id": order["order-id"],
        "price-type": "Principal",
        "price-amount": "100.00",
        "item-related-fee-type": "Commission",
        "item-related-fee-amount": fee,
    }
    fees = {**cells, "transaction-type": "Storage Fee", "other-amount": "-10.80"}
    return text([item, fees], columns=V1, total_amount=total)
