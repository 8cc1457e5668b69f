"""Files that can't be taken: one sentence each, the file is kept, nothing is booked."""

import gzip

from odoo.tests import tagged

from .settlement_file_case import SettlementFileCase, written
from .test_spapi_settlement import ROWS, SUMMARY, line, sale, text

MEGABYTE = 2**20


def bad_files():
    """(what is wrong, content, words of the reason)"""
    titles, summary, *rows = text().splitlines(keepends=True)
    return [
        (
            "case 1: rows that do not add up",
            text([sale("100.01"), *ROWS[1:]]),
            "Line 2, column total-amount: the rows add up to 74.21 instead of 74.20",
        ),
        (
            "case 2: no summary row",
            "".join([titles, *rows]),
            "The summary row is missing",
        ),
        (
            "case 2: two summary rows",
            "".join([titles, summary, *rows, summary]),
            "Line 6, column total-amount: a second summary row",
        ),
        (
            "case 2: a summary on every row",
            text([{**SUMMARY, **row} for row in ROWS]),
            "Line 3, column total-amount: only the summary row states a total",
        ),
        ("two files in one", text() + text(), "Line 6: the column titles come again"),
        (
            "text in an amount",
            text([*ROWS, sale("12.5O")]),
            "Line 6, column amount: '12.5O' is not an amount",
        ),
        (
            "case 4: an amount written in two ways",
            text([*ROWS, sale("1,50")]),
            "Line 6, column amount: '1,50' is written differently",
        ),
        (
            "a date that is none",
            text([*ROWS, line("Order", "A", "B", "0.00", posted_date_time="soon")]),
            "Line 6, column posted-date-time: 'soon' is not a date",
        ),
        (
            "a currency Odoo does not know",
            text(currency="XXQ"),
            "Column currency: Odoo does not know the currency XXQ",
        ),
        ("no currency", text(currency="US$"), "Line 2, column currency: 'US$' is not"),
        ("a truncated file", text()[:-30], "Line 5: the line is incomplete"),
        ("an empty file", " \n", "The file is empty"),
        ("another file", "sku\tprice\nA\t1\n", "This is not a settlement report"),
        ("a zero byte", text([sale("74.20", sku="A\0B")]), "Line 3: holds a zero byte"),
        ("an Excel file", "PK\x03\x04xl/workbook.xml", "a ZIP or Excel file"),
    ]


@tagged("post_install", "-at_install")
class TestBadInput(SettlementFileCase):
    def test_from_amazon(self):
        """row 11.1, cases 1, 2, 4: what Amazon's file has wrong is said by row"""
        files = bad_files()
        published = [self.publish(content) for _what, content, _words in files]
        self.fetch()
        for reference, (what, content, words) in zip(published, files, strict=True):
            with self.subTest(what):
                self.assertRefused(self.report(reference), words, content)
        self.assertFalse(self.account.settlement_ids)
        run = self.run_of(self.account, "settlements")
        self.assertEqual((run.state, run.blocked), ("done", len(files)))

    def test_by_hand(self):
        """row 11.1, cases 1, 2, 4: the same words in the upload, and the file is kept"""
        for what, content, words in bad_files():
            with self.subTest(what):
                wizard, action = self.upload(content)
                self.assertRefused(wizard.report_ids, words, content)
                self.assertEqual(action["res_id"], wizard.id)  # stays open and says why
        self.assertFalse(self.account.settlement_ids)

    def test_faults_of_the_sandbox(self):
        """case 1: a row missing or a total a cent too high books nothing"""
        for fault in ("row_missing", "total_wrong"):
            self.sandbox.faults.add("document", kind=fault)
            theirs = self.close()
            self.fetch()
            with self.subTest(fault):
                report = self.report(theirs.reports[0].report_id)
                content = written(theirs, fault=fault)
                self.assertRefused(report, "Line 2, column total-amount", content)
                self.assertFalse(self.settlement(theirs))

    def test_retry_after_mending(self):
        """row 11.1: a reason that is dealt with: the kept file is read again"""
        wizard, _action = self.upload(text(currency="XXQ"))
        report = wizard.report_ids
        report.action_retry()
        self.assertRefused(report, "XXQ")
        currency = self.env["res.currency"].create({"name": "XXQ", "symbol": "Q"})
        marketplace = self.account.store_ids.marketplace_id
        marketplace.currency_id = currency
        report.action_retry()
        self.assertEqual((report.state, report.reason), ("done", False))
        self.assertEqual(report.settlement_id.currency_id, currency)

    def test_inactive_currency(self):
        """case 67: the file comes in; that it can't be booked is said later"""
        euro = self.env.ref("base.EUR")
        euro.active = False
        account, seller = self.connect("DE-euro", ["DE"], activate_currencies=False)
        account.settlement_policy = "manual"
        theirs = self.close(seller=seller)
        self.fetch(account)
        self.assertEqual(self.settlement(theirs).currency_id, euro)

    # -- packed ---------------------------------------------------------------------------

    def test_packed(self):
        """row 11.1: a file packed with gzip is unpacked, and kept as it came"""
        packed = gzip.compress(text().encode())
        wizard, _action = self.upload(packed, names=["settlement.txt.gz"])
        report = wizard.report_ids
        self.assertEqual((report.state, report.reason), ("done", False))
        self.assertEqual(report.attachment_id.raw, packed)
        self.assertRowsOf(report.settlement_id, text().encode())

    def test_truncated_gzip(self):
        """a gzip file that ends too early, from Amazon and by hand"""
        packed = gzip.compress(written(self.close()))
        wizard, _action = self.upload(packed[:-20])
        self.assertRefused(wizard.report_ids, "ends too early", packed[:-20])
        damaged = packed[:40] + b"xxxx" + packed[44:]
        wizard, _action = self.upload(damaged)
        self.assertRefused(wizard.report_ids, "damaged", damaged)

    def test_truncated_gzip_from_amazon(self):
        """a packed report that ends too early is not read as far as it goes"""
        documents = self.sandbox.reports.documents
        self.addCleanup(setattr, documents, "compress", documents.compress)
        documents.compress = False
        packed = gzip.compress(text().encode())[:-20]
        # told as packed, as it is, but not packed once more
        reference = self.publish(packed)
        document_id = self.sandbox.reports._reports[reference].document_id
        view = documents.view

        def told(document, base, by_header=False):
            shown = view(document, base, by_header)
            if document == document_id:
                shown["compressionAlgorithm"] = "GZIP"
            return shown

        documents.view = told
        self.addCleanup(vars(documents).pop, "view")
        self.fetch()
        report = self.report(reference)
        self.assertRefused(report, "its gzip is truncated")
        self.assertIn("upload it", report.reason)
        self.assertTrue(text().startswith(report.attachment_id.raw.decode()))

    def test_300_megabytes(self):
        """a file of 300 MB, by hand and from Amazon, is no settlement"""
        packed = gzip.compress(bytes(MEGABYTE)) * 300
        wizard, _action = self.upload(packed, names=["huge.gz"])
        self.assertRefused(wizard.report_ids, "longer than 256 MB", packed)
        reference = self.publish(bytes(300 * MEGABYTE))
        self.fetch()
        self.assertRefused(self.report(reference), "longer than")

    # -- whose file? ----------------------------------------------------------------------

    def test_other_currency(self):
        """a file in a currency of none of the stores is another account's"""
        wizard, _action = self.upload(text(currency="JPY"))
        self.assertRefused(wizard.report_ids, "JPY is the currency of no store")

    def test_other_marketplace(self):
        """a file about a marketplace of none of the stores is another account's"""
        rows = [sale("100.00", marketplace_name="Amazon.ca"), *ROWS[1:]]
        wizard, _action = self.upload(text(rows))
        words = "Line 3, column marketplace-name: Amazon.ca is no store of"
        self.assertRefused(wizard.report_ids, words)

    def test_order_of_another_account(self):
        """a file with an order that came in through another account is that one's"""
        other, seller = self.us()
        order = self.sandbox.add_order(seller)
        self.take_in(other)
        rows = [*ROWS, {**sale("0.00"), "order-id": order.order_id}]
        wizard, _action = self.upload(text(rows))
        words = "Line 6, column order-id: order " + order.order_id
        self.assertRefused(wizard.report_ids, words)

    def test_settlement_of_another_account(self):
        """a settlement that is here under another account is refused, not doubled"""
        other, _seller = self.us()
        self.upload(text(), account=other)
        wizard, _action = self.upload(text())
        self.assertRefused(
            wizard.report_ids, f"belongs to {other.name} ({other.seller_id})"
        )
        self.assertEqual(len(self.settlement("26000000001")), 1)

    def test_settlement_of_another_company(self):
        """what another company has is refused without telling its name"""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.env.user.company_ids |= company
        other, _seller = self.us(company_id=company.id)
        other.name = "A secret"
        self.upload(text(), account=other)
        self.assertEqual(other.settlement_ids.company_id, company)
        wizard, _action = self.upload(text())
        self.assertRefused(wizard.report_ids, "another company's account")
        self.assertNotIn(other.name, wizard.report_ids.reason)

    # -- two ways of reading ----------------------------------------------------------------

    def test_decimal_sign_is_asked(self):
        """case 4: an amount that fits both ways is a question, never a guess"""
        rows = [sale("1.234"), sale("-1.234"), sale("5")]
        content = text(rows, total_amount="5")
        reference = self.publish(content)
        self.fetch()
        report = self.report(reference)
        self.assertRefused(report, "either way", content)
        self.assertEqual(report.question, "decimal")
        action = report.action_retry()
        wizard = (
            self.env[action["res_model"]].with_context(**action["context"]).create({})
        )
        self.assertTrue(wizard.asks_decimal)
        self.assertFalse(wizard.asks_date_order)
        wizard.decimal = ","
        wizard.action_answer()
        self.assertEqual((report.state, report.question), ("done", False))
        self.assertEqual(
            report.settlement_id.line_ids.sorted("number").mapped("amount"),
            [1234.0, -1234.0, 5.0],
        )

    def test_date_order_is_asked(self):
        """case 5: dates of an uploaded file that fit both ways are a question"""
        dates = {
            "settlement_start_date": "01/02/2026",
            "settlement_end_date": "03/04/2026",
            "deposit_date": "05/04/2026",
        }
        rows = [sale("74.20", posted_date_time="02/03/2026 10:00:00 UTC")]
        content = text(rows, **dates)
        wizard, action = self.upload(content)
        report = wizard.report_ids
        self.assertRefused(report, "either way", content)
        self.assertEqual(action["res_id"], wizard.id)
        self.assertTrue(wizard.asks_date_order)
        wizard.date_order = "dmy"
        wizard.action_answer()
        self.assertEqual(report.state, "done", report.reason)
        self.assertEqual(str(report.settlement_id.start), "2026-02-01 00:00:00")

        # Amazon itself writes as the marketplace does: in the US, the month first
        theirs = content.replace("26000000001", "26000000002")
        reference = self.publish(theirs)
        self.fetch()
        self.assertEqual(self.report(reference).state, "done")
        self.assertEqual(
            str(self.settlement("26000000002").start), "2026-01-02 00:00:00"
        )
