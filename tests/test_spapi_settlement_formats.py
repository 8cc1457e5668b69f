"""Amounts, dates and characters as the marketplaces write them, decided by file."""

from datetime import datetime, timezone
from decimal import Decimal

from odoo.tests import tagged

from ..spapi.settlement import Ambiguous
from .test_spapi_settlement import SettlementCase, read, sale, text

D = Decimal


@tagged("post_install", "-at_install")
class TestDecimals(SettlementCase):
    def test_case_4_decimal_comma(self):
        """case 4: 1.234,56 is read by the file, not by the row"""
        rows = [sale("1.234,56"), sale("-234,56"), sale("1.000")]
        content = text(rows, total_amount="2.000,00")
        self.assertEqual(self.amounts(content), [D("1234.56"), D("-234.56"), D(1000)])
        rows = [sale("1,234.56"), sale("-234.56"), sale("1.000")]
        content = text(rows, total_amount="1,001.00")
        self.assertEqual(self.amounts(content), [D("1234.56"), D("-234.56"), D(1)])

    def test_case_4_the_total_decides(self):
        """case 4: where every row could be either, the reading that meets the total"""
        rows = [sale("1.234"), sale("2")]
        content = text(rows, total_amount="1236")
        self.assertEqual(self.amounts(content), [D(1234), D(2)])
        content = text(rows, total_amount="3.234")
        self.assertEqual(self.amounts(content), [D("1.234"), D(2)])

    def test_case_4_ambiguous(self):
        """case 4: both readings meet the total: refused, until somebody says which"""
        content = text([sale("1.234"), sale("0")], total_amount="1.234")
        words = "'1.234' is 1.234 with decimal point or 1234 with decimal comma"
        error = self.refused(content, words, 3, "amount", Ambiguous)
        self.assertEqual(error.question, "decimal")
        self.assertEqual(self.amounts(content, decimal=","), [1234, 0])
        self.assertEqual(self.amounts(content, decimal="."), [D("1.234"), 0])
        # an answer nobody asked for changes nothing
        self.assertEqual(self.amounts(text(), decimal=",")[0], 100)
        with self.assertRaises(ValueError):
            read(content, decimal="dot")

    def test_mixed(self):
        rows = [sale("50.00"), sale("24,20")]
        words = "'24,20' is written differently from '50.00' in line 3, column amount"
        self.refused(text(rows), words, 4, "amount")
        rows = [sale("74,20")]
        words = "'74.20' is written differently from '74,20' in line 3"
        self.refused(text(rows), words, 2, "total-amount")

    def test_forms_of_the_marketplaces(self):
        forms = {
            "1,234,567.89": "1234567.89",
            "12,34,567.89": "1234567.89",  # India
            "1.234.567,89": "1234567.89",
            "1 234 567,89": "1234567.89",
            "1\u00a0234\u00a0567,89": "1234567.89",
            "1\u202f234\u202f567,89": "1234567.89",
            "\u221212,50": "-12.50",  # Sweden
            "-.50": "-0.50",
            "+7.5": "7.5",
            "1234567": "1234567",
            "-0.00": "0",
        }
        for written, meant in forms.items():
            with self.subTest(written):
                content = text([sale(written)], total_amount=written)
                self.assertEqual(self.amounts(content), [D(meant)])

    def test_case_66_yen(self):
        """case 66: a currency without cents"""
        content = text([sale("1,500"), sale("-300")], total_amount="1,200")
        settlement = read(text([sale("1500")], total_amount="1500", currency="JPY"))
        self.assertEqual(settlement.header.total, 1500)
        self.assertEqual(self.amounts(content), [1500, -300])

    def test_quantities(self):
        forms = {"3": 3, "-1": -1, "2.0": 2, "1,00": 1, "1,000": 1000, "1.000": 1000}
        for written, meant in forms.items():
            rows = [sale("74.20", quantity_purchased=written)]
            with self.subTest(written):
                self.assertEqual(next(read(text(rows)).rows).quantity, meant)


@tagged("post_install", "-at_install")
class TestDates(SettlementCase):
    def dated(self, start, end, posted, deposit=""):
        row = sale("74.20", posted_date_time=posted)
        return text(
            [row],
            settlement_start_date=start,
            settlement_end_date=end,
            deposit_date=deposit,
        )

    def test_forms(self):
        noon = datetime(2026, 7, 17, 7, 6, 34, tzinfo=timezone.utc)
        forms = {
            "2026-07-17 07:06:34 UTC": noon,
            "2026-07-17T07:06:34+00:00": noon,
            "2026-07-17T07:06:34Z": noon,
            "2026-07-17T09:06:34.250+0200": noon,
            "2026/07/17 16:06:34 JST": noon,
            "17.07.2026 07:06:34 UTC": noon,
            "17.7.2026 7:06:34 UTC": noon,
            "17/07/2026 07:06:34 UTC": noon,
            "17-07-2026 07:06:34 UTC": noon,
            "07/17/2026 00:06:34 PDT": noon,
            "07/17/26 07:06:34": noon,
            "17.07.26": noon.replace(hour=0, minute=0, second=0),
            "2026-07-17 07:06": noon.replace(second=0),
        }
        for written, meant in forms.items():
            with self.subTest(written):
                content = self.dated("2026-07-10", "2026-07-24", written)
                self.assertEqual(next(read(content).rows).posted, meant)

    def test_case_5_the_period_decides(self):
        """case 5: dd/mm or mm/dd with days up to 12: the one inside the period"""
        content = self.dated("28/09/2026", "12/10/2026", "07/10/2026 01:00:00 UTC")
        posted = next(read(content).rows).posted
        self.assertEqual((posted.month, posted.day), (10, 7))
        content = self.dated("2026-09-28", "2026-10-12", "10/07/2026 01:00:00 UTC")
        posted = next(read(content).rows).posted
        self.assertEqual((posted.month, posted.day), (10, 7))
        content = self.dated("05/09/2026", "04/10/2026", "05/09/2026")
        posted = next(read(content).rows).posted
        self.assertEqual((posted.month, posted.day), (9, 5))

    def test_case_5_dots_are_day_first(self):
        """case 5: nobody writes month.day.year, a short period in May is in May"""
        content = self.dated("03.05.2026", "06.05.2026", "04.05.2026 01:00:00 UTC")
        settlement = read(content)
        self.assertEqual(
            settlement.header.end, datetime(2026, 5, 6, tzinfo=timezone.utc)
        )
        self.assertEqual(next(settlement.rows).posted.month, 5)

    def test_case_5_ambiguous(self):
        """case 5: both readings fit: refused, until somebody says which"""
        content = self.dated("03/05/2026", "06/05/2026", "04/05/2026")
        words = (
            "'04/05/2026' is 2026-05-04 with the day first or 2026-04-05 with the "
            "month first, and the rows lie inside the settlement's period either way"
        )
        error = self.refused(content, words, 3, "posted-date-time", Ambiguous)
        self.assertEqual(error.question, "date_order")
        start = read(content, date_order="dmy").header.start
        self.assertEqual((start.month, start.day), (5, 3))
        start = read(content, date_order="mdy").header.start
        self.assertEqual((start.month, start.day), (3, 5))
        content = self.dated("2026-01-01", "2026-01-14", "04/05/2026")
        self.refused(content, "in neither way", 3, "posted-date-time", Ambiguous)

    def test_case_5_deposit_before_the_start(self):
        """case 5: money is not paid out before the period began"""
        content = self.dated("05/03/2026", "05/06/2026", "05/04/2026", "03/12/2026")
        self.assertEqual(read(content).header.start.month, 3)
        content = self.dated("05/03/2026", "05/06/2026", "05/04/2026", "05/08/2026")
        self.refused(content, "either way", 3, "posted-date-time", Ambiguous)

    def test_same_day_and_month_leave_no_choice(self):
        content = self.dated("05/05/2026", "05/05/2026", "05/05/2026")
        self.assertEqual(next(read(content).rows).posted.day, 5)

    def test_rows_outside_the_period_are_no_reason_to_refuse(self):
        content = self.dated("2026-09-28", "2026-10-12", "2026-01-02 00:00:00 UTC")
        self.assertEqual(next(read(content).rows).posted.month, 1)

    def test_mixed(self):
        rows = [
            sale("70.20", posted_date_time="10/13/2026"),
            sale("4.00", posted_date_time="13/10/2026"),
        ]
        words = "'13/10/2026' is written differently from '10/13/2026' in line 3"
        self.refused(text(rows), words, 4, "posted-date-time")


@tagged("post_install", "-at_install")
class TestCharacters(SettlementCase):
    def encoded(
        self, name, encoding, marketplace="Amazon.de", currency="EUR", **options
    ):
        rows = [sale("74.20", sku=name, marketplace_name=marketplace)]
        content = text(rows, currency=currency).encode(encoding)
        settlement = read(content, **options)
        return next(settlement.rows).sku, settlement.encoding

    def test_encodings(self):
        japan = {"marketplace": "Amazon.co.jp", "currency": "JPY"}
        self.assertEqual(self.encoded("Grün", "utf-8"), ("Grün", "utf-8-sig"))
        self.assertEqual(self.encoded("Grün", "utf-8-sig"), ("Grün", "utf-8-sig"))
        self.assertEqual(self.encoded("Grün €", "cp1252"), ("Grün €", "cp1252"))
        self.assertEqual(self.encoded("青い傘", "cp932", **japan), ("青い傘", "cp932"))
        self.assertEqual(self.encoded("青い傘", "utf-8", **japan)[0], "青い傘")
        self.assertEqual(self.encoded("Grün", "cp1252", **japan)[0], "Grün")

    def test_what_the_sender_says(self):
        for charset in ("Shift_JIS", "windows-31j"):
            found = self.encoded("青い傘", "cp932", charset=charset)
            self.assertEqual(found, ("青い傘", "cp932"))
        found = self.encoded("Grün €", "cp1252", charset="ISO-8859-1")
        self.assertEqual(found, ("Grün €", "cp1252"))
        # UTF-8 proves itself; nonsense is not believed
        found = self.encoded("Grün", "utf-8", charset="ISO-8859-1")
        self.assertEqual(found, ("Grün", "utf-8-sig"))
        for charset in ("utf-16", "rot13", "zlib", "no-such-thing", "\0"):
            found = self.encoded("Grün", "cp1252", charset=charset)
            self.assertEqual(found, ("Grün", "cp1252"))

    def test_one_encoding_for_the_file_not_for_the_row(self):
        rows = [sale("50.00", sku="Grün"), sale("24.20", sku="Grün")]
        first, second = text(rows).rsplit("Grün", 1)
        content = first.encode("utf-8") + "Grün".encode("cp1252") + second.encode()
        settlement = read(content)
        self.assertEqual(settlement.encoding, "cp1252")
        self.assertEqual([row.sku for row in settlement.rows], ["GrÃ¼n", "Grün"])

    def test_bytes_that_are_nothing(self):
        """Nothing is lost: any byte comes out as some character"""
        content = text([sale("74.20", sku="A?B")]).encode()
        content = content.replace(b"A?B", b"A\x81\xff\x9dB")
        settlement = read(content)
        self.assertEqual(settlement.encoding, "latin-1")
        self.assertEqual(next(settlement.rows).sku, "A\x81ÿ\x9dB")

    def test_digest_does_not_depend_on_the_encoding(self):
        content = text([sale("74.20", sku="Grün")])
        digests = {read(content.encode(e)).digest for e in ("utf-8", "cp1252")}
        self.assertEqual(len(digests), 1)
