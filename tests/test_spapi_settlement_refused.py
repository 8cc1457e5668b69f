"""What is no settlement, or not all of it: one sentence, line and column."""

from odoo.tests import tagged

from .test_spapi_settlement import (
    ROWS,
    SUMMARY,
    V2,
    SettlementCase,
    read,
    sale,
    text,
)


@tagged("post_install", "-at_install")
class TestRefused(SettlementCase):
    def test_case_1_rows_that_do_not_add_up(self):
        """case 1: summary 74.20, rows 74.21"""
        rows = [sale("100.01"), *ROWS[1:]]
        words = "the rows add up to 74.21 instead of 74.20"
        self.refused(text(rows), words, 2, "total-amount")
        self.refused(text(ROWS[:2]), "85.00 instead of 74.20", 2, "total-amount")
        rows = [sale("1.234"), sale("2.000")]
        words = "3.234 instead of 5 or, with decimal comma, 3234 instead of 5."
        self.refused(text(rows, total_amount="5"), words, 2, "total-amount")

    def test_case_2_summary_missing_or_repeated(self):
        """case 2: summary row missing, on each row, or twice"""
        titles, summary, *rows = text().splitlines(keepends=True)
        self.refused("".join([titles, *rows]), "The summary row is missing")
        self.refused(titles, "The summary row is missing")
        everywhere = [{**SUMMARY, **row} for row in ROWS]
        words = "only the summary row states a total"
        self.refused(text(everywhere), words, 3, "total-amount")
        content = "".join([titles, summary, *rows, summary])
        words = "a second summary row, the first is line 2"
        self.refused(content, words, 6, "total-amount")

    def test_two_files_in_one(self):
        words = "the column titles come again"
        self.refused(text() + text(), words, 6)
        rows = [*ROWS, {**ROWS[0], "settlement-id": "26000000002"}]
        words = "'26000000002' follows '26000000001'"
        self.refused(text(rows), words, 6, "settlement-id")

    def test_cells_that_are_not_what_they_should_be(self):
        cases = [
            ("amount", "12.5O", "is not an amount"),
            ("amount", "#REF!", "is not an amount"),
            ("amount", "NaN", "is not an amount"),
            ("amount", "1e5", "is not an amount"),
            ("amount", "12,34,56", "is not an amount"),
            ("amount", "€ 5.00", "is not an amount"),
            ("amount", "9" * 16, "is not an amount"),
            ("posted-date-time", "7 Oct 2026", "is not a date"),
            ("posted-date-time", "2026-13-07", "is not a date"),
            ("posted-date-time", "2026-10-07 25:00:00 UTC", "is not a date"),
            ("posted-date-time", "2026-10-07 10:11:12 IST", "is not a date"),
            ("posted-date-time", "46302.42", "is not a date"),
            ("quantity-purchased", "two", "is not a whole number"),
            ("quantity-purchased", "1.5", "is not a whole number"),
            ("quantity-purchased", "98765432109", "is more than one order"),
        ]
        for column, words, message in cases:
            rows = [*ROWS, {**sale("0.00"), column: words}]
            with self.subTest(words):
                self.refused(text(rows), message, 6, column)

    def test_summary_cells(self):
        cases = {
            "settlement-id": [("2.6E+10", "is not a settlement id"), ("", "is empty")],
            "settlement-start-date": [("", "is empty"), ("soon", "is not a date")],
            "settlement-end-date": [
                ("", "is empty"),
                ("2026-09-01 00:00:00 UTC", "ends before it starts"),
            ],
            "total-amount": [("lots", "is not an amount")],
            "currency": [
                ("", "is not a currency"),
                ("US$", "is not a currency"),
                ("usd", "is not a currency"),
                ("EURO", "is not a currency"),
            ],
        }
        for column, values in cases.items():
            for value, words in values:
                rows = [{**row, "settlement-id": ""} for row in ROWS]
                with self.subTest(column, value=value):
                    content = text(rows, **{column.replace("-", "_"): value})
                    self.refused(content, words, 2, column)
        self.assertIsNone(read(text(deposit_date="")).header.deposit_date)

    def test_truncated(self):
        """A file that breaks off in its last line, wherever"""
        content = text([*ROWS, sale("0.00", promotion_id="P-1")])
        last = content.rindex("26000000001")
        for end in range(last + 1, content.rindex("\t") + 1):
            with self.subTest(content[last:end]):
                self.refused(content[:end], "the file ends too early", 6)

    def test_truncated_after_a_short_summary_row(self):
        """The summary row may leave out its empty cells, and says nothing by it"""
        titles, summary, *rows = text().splitlines()
        content = "\n".join([titles, summary.rstrip("\t"), *rows])
        self.assertEqual(read(content).row_count, 3)
        self.refused(content[:-5], "the file ends too early", 5)

    def test_lines_shortened_everywhere(self):
        """An editor that cuts the tabs at line ends does no harm"""
        lines = [each.rstrip("\t") for each in text().splitlines()]
        settlement = read("\n".join(lines))
        self.assertEqual(settlement.digest, read(text()).digest)

    def test_too_many_cells(self):
        content = text() + "\t" * 24 + "more\n"
        self.refused(content, "has 25 cells, but there are only 24 columns", 6)

    def test_not_a_settlement_file(self):
        cases = {
            "": "The file is empty",
            "\n \n": "The file is empty",
            "sku\tasin\tprice\nA\tB\t1\n": "it begins with 'sku asin price'",
            text().replace("\t", ";"): "This is not a settlement report",
            text().replace("\t", ","): "This is not a settlement report",
            "\n".join(text().split("\n")[1:]): "This is not a settlement report",
            "<?xml version='1.0'?><AmazonEnvelope/>": "an XML or HTML file",
            "PK\x03\x04xl/workbook.xml": "a ZIP or Excel file",
        }
        for content, words in cases.items():
            with self.subTest(words):
                self.refused(content, words)
        self.refused(b"\x1f\x8b\x08\x00abc", "a gzip file")
        self.refused(text().encode("utf-16"), "saved as UTF-16")
        self.refused(b"\x89PNG" + bytes(range(256)), "This is not a settlement report")
        self.refused("x" * 100_000, "is longer than any line", 1)
        self.refused(text() + "\t" * 100_000, "is longer than any line", 6)

    def test_zero_bytes(self):
        """No text holds them, and no database takes them"""
        content = text([sale("74.20", sku="SKU\0-1")])
        self.refused(content, "holds a zero byte: the file is damaged", 3)

    def test_columns_missing_or_twice(self):
        columns = [name for name in V2 if name != "amount-description"]
        words = "the column amount-description is missing"
        self.refused(text(columns=columns), words, 1)
        self.refused(text(columns=[*V2, "sku"]), "the column occurs twice", 1, "sku")
