"""Amazon ► settlements: listed, fetched, kept and read, over the sandbox's HTTP."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ..sandbox.clock import parse_time
from .settlement_file_case import SettlementFileCase, written
from .test_spapi_settlement import line, sale, text

HAND = "upload it"


@tagged("post_install", "-at_install")
class TestImport(SettlementFileCase):
    def test_settlement_comes_in(self):
        """row 11.1: the raw file is kept, and every line is there as Amazon wrote it"""
        order = self.sell({"sku": "MUG-BLUE-350", "quantity": 2, "discount": "1.00"})
        self.take_in(self.account)
        self.fee(posted=self.sandbox.clock.now() - timedelta(days=2))
        theirs = self.sandbox.close_settlement(self.seller, reserve="5.00")
        self.fetch()

        report = self.report(theirs.reports[0].report_id)
        self.assertEqual((report.state, report.reason), ("done", False))
        self.assertEqual(report.attachment_id.raw, written(theirs))
        self.assertEqual(report.size, len(written(theirs)))
        self.assertEqual(report.processing_status, "DONE")
        settlement = report.settlement_id
        self.assertEqual(settlement.settlement_ref, theirs.settlement_id)
        self.assertEqual(settlement.attachment_id, report.attachment_id)
        self.assertEqual(settlement.currency_id.name, "USD")
        self.assertEqual(settlement.marketplace_name, "Amazon.com")
        self.assertRowsOf(settlement, written(theirs))
        self.assertNotEqual(settlement.state, "error")
        rows = settlement.line_ids.filtered("order_ref")
        self.assertEqual(set(rows.mapped("order_ref")), {order.order_id})
        self.assertEqual(rows.amazon_order_id, self.inbox(order))
        self.assertFalse((settlement.line_ids - rows).amazon_order_id)

    def test_every_way_of_writing(self):
        """row 11.1, case 5: comma, dots, slashes and no cents at all"""
        for country in ("DE", "FR", "JP", "CA"):
            account, seller = self.connect(f"{country}-in", [country])
            account.settlement_policy = "manual"
            self.sell(seller=seller)
            theirs = self.close("-1234.50", seller=seller)
            self.fetch(account)
            with self.subTest(country):
                report = self.report(theirs.reports[0].report_id, account)
                self.assertEqual(report.state, "done", report.reason)
                settlement = report.settlement_id
                self.assertMoney(settlement.total_amount, f"{theirs.total:.2f}")
                self.assertEqual(
                    settlement.end, theirs.end.replace(tzinfo=None, microsecond=0)
                )
                self.assertEqual(
                    settlement.line_ids.sorted("number").mapped("posted"),
                    [
                        event.release.replace(tzinfo=None, microsecond=0)
                        for event, _row in theirs.rows
                    ],
                )

    def test_large_file_is_kept_packed(self):
        """row 11.1: a large file is kept, too, and read from there again"""
        name = "N" * 9000
        rows = [sale("1.00", sku=f"{name}{n}") for n in range(1000)]
        content = text(rows, total_amount="1000.00").encode()
        self.assertGreater(len(content), 8 * 2**20)
        reference = self.publish(content)
        self.fetch()
        report = self.report(reference)
        self.assertEqual(report.state, "done", report.reason)
        self.assertEqual(report.size, len(content))
        self.assertTrue(report.attachment_id.name.endswith(".txt.gz"))
        self.assertLess(report.attachment_id.file_size, len(content) / 10)
        report.settlement_id.unlink()
        report.state = "failed"
        report.action_retry()
        self.assertEqual(len(report.settlement_id.line_ids), 1000)

    def test_marketplace_of_rows_without_one(self):
        """case 37: a blank marketplace is the settlement's"""
        theirs = self.close()
        self.fetch()
        settlement = self.settlement(theirs)
        self.assertFalse(any(settlement.line_ids.mapped("marketplace_name")))
        self.assertEqual(settlement.marketplace_name, "Amazon.com")

    def test_rows_that_look_odd(self):
        """cases 3, 12, 35, 36, 37, 38: all rows of the file are rows of the settlement

        Blank lines, trailing spaces, identical rows, orders of another shop, an FBA
        shipment where an order should be, no marketplace, and amounts of zero.
        """
        other = {"marketplace_name": "Non-Amazon US", "order_id": "S01-1234567-7654321"}
        rows = [
            sale("10.00", marketplace_name="Amazon.com"),
            sale("10.00", marketplace_name="Amazon.com"),
            line("Order", "ItemPrice", "Principal", "0.00", **other),
            line("Order", "ItemFees", "FBAPerUnitFulfillmentFee", "-5.00", **other),
            line("FBAFees", "Inbound", "Base fee", "-2.00  ", order_id="FBA15ABCDEF"),
            line("ServiceFee", "Cost of Advertising", "TransactionTotalAmount", ""),
        ]
        content = text(rows, total_amount="13.00", end="\r\n")
        head, _line, tail = content.partition("\r\n26000000001\t\t")
        content = f"\ufeff{head}\r\n   \r\n26000000001\t\t{tail}\r\n\r\n"
        self.fetch_file(content)
        settlement = self.settlement("26000000001")
        lines = settlement.line_ids.sorted("number")
        self.assertEqual(lines.mapped("number"), [1, 2, 3, 4, 5, 6])
        self.assertEqual(lines.mapped("file_line"), [4, 5, 6, 7, 8, 9])
        self.assertEqual(lines.mapped("amount"), [10.0, 10.0, 0.0, -5.0, -2.0, 0.0])
        self.assertEqual(lines[4].order_ref, "FBA15ABCDEF")
        self.assertEqual(lines[3].order_ref, "S01-1234567-7654321")
        self.assertFalse(lines[5].marketplace_name)
        self.assertEqual(settlement.marketplace_name, "Amazon.com")

    def test_columns_in_any_order(self):
        """case 6: a new column is kept with the row, a missing promotion-id is none"""
        columns = [
            *"transaction-type amount-type amount-description amount order-id".split(),
            *"settlement-id settlement-start-date settlement-end-date".split(),
            *"deposit-date total-amount currency posted-date-time".split(),
            *"merchant-order-item-id brand-new".split(),
        ]
        more = {"brand-new": "as told", "merchant-order-item-id": "OWN-1"}
        row = {**sale("5.00"), **more}
        self.fetch_file(text([row], columns=columns, total_amount="5.00"))
        (found,) = self.settlement("26000000001").line_ids
        self.assertEqual(found.extra, more)

    def test_negative_and_empty(self):
        """cases 39, 40: a total of nothing, and one below it, come in as they are"""
        rows = [sale("5.00"), line("other-transaction", "", "Current Reserve", "-5.00")]
        self.fetch_file(text(rows, total_amount="0.00"))
        self.assertMoney(self.settlement("26000000001").total_amount, "0.00")
        nothing = text([], settlement_id="26000000002", total_amount="0.00")
        self.fetch_file(nothing)
        self.assertFalse(self.settlement("26000000002").line_ids)
        theirs = self.close("-5.27")
        self.fetch()
        self.assertMoney(self.settlement(theirs).total_amount, "-5.27")

    def test_overlapping_and_short_settlements(self):
        """cases 81, 83: periods that overlap or last three days are settlements, too"""
        month = {"settlement_start_date": "2026-10-10 00:00:00 UTC"}
        for number, end in ((1, "13"), (2, "24"), (3, "12")):
            content = text(
                [sale("1.00", settlement_id=f"2700000000{number}")],
                settlement_id=f"2700000000{number}",
                settlement_end_date=f"2026-10-{end} 00:00:00 UTC",
                total_amount="1.00",
                **month,
            )
            self.fetch_file(content.replace("26000000001", f"2700000000{number}"))
        found = self.account.settlement_ids
        self.assertEqual(len(found), 3)
        self.assertFalse(self.reports("failed"))

    def fetch_file(self, content):
        reference = self.publish(content)
        self.fetch()
        report = self.report(reference)
        self.assertEqual(report.state, "done", report.reason)


@tagged("post_install", "-at_install")
class TestListing(SettlementFileCase):
    def test_an_idle_hour_is_one_call(self):
        """row 11.1: nothing new costs one call, and no file is fetched twice"""
        self.close()
        self.fetch()
        self.assertEqual(len(self.calls("getReports")), 1)
        self.assertEqual(len(self.calls("getReportDocument")), 1)
        settlement = self.account.settlement_ids
        rows = settlement.line_ids.ids
        self.sandbox.calls.clear()
        self.fetch()
        self.assertEqual(len(self.calls()), 1)
        self.assertEqual(self.account.settlement_ids, settlement)
        self.assertEqual(settlement.line_ids.ids, rows)
        run = self.run_of(self.account, "settlements")
        self.assertEqual((run.state, run.captured, run.skipped), ("done", 0, 1))
        self.assertEqual(run.calls, 1)

    def test_the_log_says_what_came(self):
        """row 11.1: the run counts reports listed, read and refused"""
        self.close()
        self.sandbox.faults.add("document", kind="total_wrong")
        self.close()
        self.fetch()
        run = self.run_of(self.account, "settlements")
        counts = (run.captured, run.processed, run.blocked, run.pages, run.calls)
        self.assertEqual(counts, (2, 1, 1, 1, 3))
        self.assertIn("2 reports new, 1 read, 1 refused", run._progress_text())
        action = run.action_view_reports()
        self.assertEqual(
            self.env["amazon.report"].search(action["domain"]), run.report_ids
        )
        self.assertEqual(len(run.report_ids), 2)

    def test_pages(self):
        """row 11.1: more than a page of reports; a canceled one is explained"""
        self.sandbox.faults.add("createReport", kind="cancelled_report", times=105)
        for _n in range(105):
            self.sandbox.close_settlement(self.seller)
        self.fetch()
        self.assertEqual(len(self.calls("getReports")), 2)
        self.assertEqual(len(self.calls()), 2)
        reports = self.reports("canceled")
        self.assertEqual(len(reports), 105)
        self.assertIn(HAND, reports[0].reason)
        self.assertFalse(self.account.settlement_ids)

    def test_since_when(self):
        """row 11.1: all that Amazon has at first, then from a week before the newest"""
        theirs = self.close()
        self.fetch()
        self.assertNotIn("createdSince", self.calls("getReports")[0]["query"])
        newest = theirs.reports[0].created.replace(tzinfo=None, microsecond=0)
        self.assertEqual(self.account.settlements_cursor, newest)
        self.fetch()
        since = parse_time(self.calls("getReports")[1]["query"]["createdSince"])
        self.assertEqual(since.replace(tzinfo=None), newest - timedelta(days=7))

    def test_cursor_older_than_amazon_remembers(self):
        """case 82: after a break of months, the list starts where Amazon's does"""
        theirs = self.close()
        self.account.settlements_cursor = fields.Datetime.now() - timedelta(days=200)
        self.fetch()
        self.assertEqual(self.report().state, "done")
        self.assertTrue(self.settlement(theirs))

    def test_amazons_clock_is_ahead(self):
        """a date that Amazon finds too long ago is left out"""
        self.close()
        self.fetch()
        self.sandbox.clock.advance(100 * 86400)
        self.addCleanup(self.sandbox.clock.advance, -100 * 86400)
        theirs = self.close()
        self.fetch()
        self.assertTrue(self.settlement(theirs))
        self.assertEqual(self.run_of(self.account, "settlements").state, "done")

    def test_report_that_is_not_ready(self):
        """a report still in work is waited for, without further calls"""
        reference = self.publish(text(), work=timedelta(days=9))
        self.fetch()
        self.assertEqual(self.report(reference).state, "waiting")
        self.assertEqual(self.report(reference).processing_status, "IN_PROGRESS")
        self.sandbox.clock.advance(9 * 86400)
        self.addCleanup(self.sandbox.clock.advance, -9 * 86400)
        self.close()  # a newer one, from which the next listing counts
        self.sandbox.calls.clear()
        self.fetch()
        self.assertEqual(self.report(reference).state, "done")
        answers = [call["status"] for call in self.calls("getReports")]
        self.assertEqual(answers.count(200), 1)

    def test_report_that_amazon_failed_to_make(self):
        """row 11.1: FATAL is said in words, and asks for nothing more"""
        reference = self.publish(text())
        answer = {
            "reports": [
                {
                    "reportId": reference,
                    "reportType": "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
                    "createdTime": "2026-11-01T00:00:00Z",
                    "processingStatus": "FATAL",
                    "reportDocumentId": "amzn1.spdoc.error",
                }
            ]
        }
        self.sandbox.faults.add("getReports", status=200, body=answer)
        self.fetch()
        report = self.report(reference)
        self.assertRefused(report, HAND)
        self.assertEqual(len(self.calls()), 1)

    def test_off_means_off(self):
        """row 11.1: switched off, disabled or archived: no call"""
        self.close()
        self.account.sync_settlements = False
        self.fetch()
        self.account.sync_settlements = True
        self.account.action_deactivate()
        self.fetch()
        self.assertEqual(self.calls(), [])
        self.assertFalse(self.account.settlements_cron_id.active)
