"""The settlement file: what is read from it, and what is refused, in which words."""

import io
import tracemalloc
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..spapi.settlement import (
    SettlementError,
    read_settlement,
    triples,
)

D = Decimal
V2 = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name amount-type amount-description amount fulfillment-id posted-date "
    "posted-date-time order-item-code merchant-order-item-id "
    "merchant-adjustment-item-id sku quantity-purchased promotion-id"
).split()
SUMMARY = {
    "settlement-id": "26000000001",
    "settlement-start-date": "2026-09-28 00:00:00 UTC",
    "settlement-end-date": "2026-10-12 00:00:00 UTC",
    "deposit-date": "2026-10-14 00:00:00 UTC",
    "total-amount": "74.20",
    "currency": "USD",
}
ORDER = "111-0000001-0000001"


def line(*words, **cells):
    """A row: the last word is the amount, the others are what it is (V2)."""
    names = ("transaction-type", "amount-type", "amount-description", "amount")
    cells = {name.replace("_", "-"): text for name, text in cells.items()}
    values = {
        "settlement-id": "26000000001",
        "posted-date": "2026-10-07",
        "posted-date-time": "2026-10-07 10:11:12 UTC",
    }
    return {**values, **dict(zip(names, words, strict=False)), **cells}


def sale(amount, **cells):
    return line("Order", "ItemPrice", "Principal", amount, order_id=ORDER, **cells)


ROWS = (
    sale("100.00", marketplace_name="Amazon.com", sku="SKU-1", quantity_purchased="2"),
    line("Order", "ItemFees", "Commission", "-15.00", order_id=ORDER),
    line("other-transaction", "other-transaction", "Storage Fee", "-10.80"),
)


def table(columns, rows):
    return [[row.get(name, "") for name in columns] for row in rows]


def text(rows=ROWS, columns=V2, end="\n", **summary):
    summary = {name.replace("_", "-"): words for name, words in summary.items()}
    lines = [columns, *table(columns, [{**SUMMARY, **summary}, *rows])]
    return "".join("\t".join(cells) + end for cells in lines)


def read(content, **options):
    content = content.encode() if isinstance(content, str) else content
    return read_settlement(io.BytesIO(content), **options)


class SettlementCase(BaseCase):
    def refused(self, content, words, line=None, column=None, error=SettlementError):
        with self.assertRaises(error) as caught:
            read(content)
        message = str(caught.exception)
        self.assertIn(words, message)
        where = (caught.exception.line, caught.exception.column)
        self.assertEqual(where, (line, column), message)
        self.assertRegex(message, r"^[A-Z][^\n]*\.$")
        return caught.exception

    def amounts(self, content, **options):
        return [row.amount for row in read(content, **options).rows]


@tagged("post_install", "-at_install")
class TestContent(SettlementCase):
    def test_summary_and_rows(self):
        settlement = read(text())
        header = settlement.header
        self.assertEqual(header.settlement_id, "26000000001")
        self.assertEqual(header.start, datetime(2026, 9, 28, tzinfo=timezone.utc))
        self.assertEqual(header.end, datetime(2026, 10, 12, tzinfo=timezone.utc))
        self.assertEqual(header.deposit_date, header.end + timedelta(days=2))
        self.assertEqual((header.total, header.currency), (D("74.20"), "USD"))
        self.assertEqual((settlement.version, settlement.row_count), ("V2", 3))
        rows = list(settlement.rows)
        self.assertEqual([row.number for row in rows], [1, 2, 3])
        self.assertEqual([row.line for row in rows], [3, 4, 5])
        posted = datetime(2026, 10, 7, 10, 11, 12, tzinfo=timezone.utc)
        self.assertEqual({row.posted for row in rows}, {posted})
        self.assertEqual([row.quantity for row in rows], [2, None, None])

    def test_every_column_has_its_place(self):
        row = {name: f"<{name}>" for name in V2[6:]}
        row |= line(amount="74.20", quantity_purchased="3")
        (found,) = read(text([row])).rows
        for name in V2[6:]:
            attribute = {
                "order-item-code": "order_item_id",
                "merchant-order-item-id": "merchant_order_item_id",
                "quantity-purchased": "quantity",
            }.get(name, name.replace("-", "_"))
            if name not in ("amount", "posted-date", "posted-date-time"):
                value = getattr(found, attribute)
                self.assertEqual(str(value), "3" if value == 3 else f"<{name}>")

    def test_posted_date_alone(self):
        row = sale("74.20", posted_date_time="", posted_date="10/07/26")
        (found,) = read(text([row])).rows
        self.assertEqual(found.posted, datetime(2026, 10, 7, tzinfo=timezone.utc))
        row = sale("74.20", posted_date_time="", posted_date="")
        self.assertIsNone(next(read(text([row])).rows).posted)

    def test_case_3_blank_lines_crlf_bom_and_trailing_spaces(self):
        """case 3: blank line in the middle, CRLF, BOM, trailing spaces: same total"""
        plain = read(text())
        lines = text(end="\r\n").replace("-10.80", "-10.80    ").split("\r\n")
        lines[3:3] = ["", "\t" * 23, "   "]
        content = "\ufeff" + "\r\n".join(lines) + "\r\n\r\n\t\t\r\n"
        settlement = read(content)
        self.assertEqual(settlement.header, plain.header)
        self.assertEqual([row.line for row in settlement.rows], [3, 7, 8])
        self.assertEqual([row.number for row in settlement.rows], [1, 2, 3])
        self.assertEqual(settlement.digest, plain.digest)

    def test_description_with_trailing_spaces(self):
        row = line("other-transaction", "other-transaction", "Successful charge  ", "9")
        (found,) = read(text([row], total_amount="9.00")).rows
        self.assertEqual(found.amount_description, "Successful charge")

    def test_quotes_are_data(self):
        rows = [sale("74.20", sku='"A 5" nail', amount_description='6"')]
        (found,) = read(text(rows)).rows
        self.assertEqual((found.sku, found.amount_description), ('"A 5" nail', '6"'))

    def test_case_6_columns_by_name(self):
        """case 6: 23 columns, an extra new column, another order: read by name"""
        plain = read(text())
        self.assertEqual(read(text(columns=V2[:-1])).digest, plain.digest)
        self.assertEqual(read(text(columns=V2[::-1])).digest, plain.digest)
        self.assertEqual(read(text(columns=[*V2, ""])).digest, plain.digest)
        rows = [{**ROWS[0], "carbon-fee": "0.00"}, *ROWS[1:]]
        settlement = read(text(rows, columns=[*V2[:9], "carbon-fee", *V2[9:]]))
        extras = [row.extra for row in settlement.rows]
        self.assertEqual(extras, [{"carbon-fee": "0.00"}, {}, {}])
        self.assertEqual(settlement.digest, plain.digest)

    def test_titles_in_another_spelling(self):
        columns = [name.replace("-", "_").upper() for name in V2]
        content = text().replace("\t".join(V2), "\t".join(columns))
        self.assertEqual(read(content).digest, read(text()).digest)

    def test_case_12_identical_rows(self):
        """case 12: identical rows are legal, and both count"""
        rows = [sale("37.10"), sale("37.10")]
        found = list(read(text(rows)).rows)
        self.assertEqual([row.amount for row in found], [D("37.10")] * 2)
        self.assertEqual([row.number for row in found], [1, 2])

    def test_case_35_order_of_another_channel(self):
        """case 35: a multi-channel order, Principal 0.00, "Non-Amazon US" """
        cells = {"marketplace_name": "Non-Amazon US", "order_id": "S01-1-2"}
        rows = [*ROWS, line("Order", "ItemPrice", "Principal", "0.00", **cells)]
        found = list(read(text(rows)).rows)[-1]
        self.assertEqual(found.marketplace_name, "Non-Amazon US")
        self.assertEqual((found.order_id, found.amount), ("S01-1-2", 0))

    def test_case_36_rows_with_a_blank_transaction_type_are_no_summary(self):
        """case 36: FBAFees rows keep the shipment id, typed or not"""
        fee = ("FBA Amazon-Partnered Carrier Shipment Fee", "Base fee", "-5.00")
        rows = [
            line("", *fee, order_id="FBA15ABC"),
            line("FBAFees", *fee, order_id="FBA15ABC"),
            line("", "", "", "10.00", order_id=""),
            *ROWS,
        ]
        found = list(read(text(rows)).rows)
        self.assertEqual(len(found), 6)
        ids = [row.order_id for row in found[:3]]
        self.assertEqual(ids, ["FBA15ABC", "FBA15ABC", ""])

    def test_case_37_blank_marketplace(self):
        """case 37: a row without marketplace is not dropped"""
        self.assertEqual(
            [row.marketplace_name for row in read(text()).rows], ["Amazon.com", "", ""]
        )

    def test_case_38_rows_of_zero_and_without_amount(self):
        """case 38: rows of 0.00, and rows that state no amount, are rows of zero"""
        zero = line("Order", "ItemPrice", "Shipping", "0.00")
        blank = line("Order", "ItemPrice", "GiftWrap", "")
        nothing = {"settlement-id": "26000000001"}
        settlement = read(text([*ROWS, zero, blank, nothing]))
        self.assertEqual(settlement.row_count, 6)
        amounts = [row.amount for row in settlement.rows]
        self.assertEqual(amounts[3:], [D("0.00"), D(0), D(0)])

    def test_case_39_and_40_totals_of_zero_and_below(self):
        """case 39: total 0.00; case 40: a negative total"""
        settlement = read(text([*ROWS, sale("-74.20")], total_amount="0.00"))
        self.assertEqual(settlement.header.total, 0)
        settlement = read(text([sale("-70.40")], total_amount="-70.40"))
        self.assertEqual(settlement.header.total, D("-70.40"))
        self.assertEqual(read(text([], total_amount="0")).row_count, 0)

    def test_summary_that_is_not_first(self):
        first, second, *rest = text().splitlines(keepends=True)
        settlement = read("".join([first, *rest, second]))
        self.assertEqual(settlement.row_count, 3)
        self.assertEqual(settlement.header.total, D("74.20"))

    def test_rows_may_be_read_again_and_side_by_side(self):
        settlement = read(text())
        first, second = settlement.rows, settlement.rows
        one = next(first)
        self.assertEqual(list(second)[0], one)
        self.assertEqual(len(list(first)), 2)

    def test_file_that_stands_elsewhere(self):
        file = io.BytesIO(text().encode())
        file.seek(99)
        settlement = read_settlement(file)
        file.seek(0, io.SEEK_END)
        self.assertEqual(len(list(settlement.rows)), 3)

    def test_triples(self):
        found = triples(read(text([*ROWS, sale("5.00"), sale("-5.00")])).rows)
        principal = found["Order", "ItemPrice", "Principal"]
        self.assertEqual((principal.count, principal.amount), (3, D("100.00")))
        self.assertEqual(
            list(found),
            [
                ("Order", "ItemPrice", "Principal"),
                ("Order", "ItemFees", "Commission"),
                ("other-transaction", "other-transaction", "Storage Fee"),
            ],
        )

    def test_case_7_digest_says_same_or_not(self):
        """case 7: the same file again has the same digest; case 8: changed content"""
        plain = read(text())
        self.assertRegex(plain.digest, "^[0-9a-f]{64}$")
        self.assertEqual(read(text()).digest, plain.digest)
        streamed = read(text())
        list(streamed.rows)
        self.assertEqual(streamed.digest, plain.digest)
        others = {
            "order of rows": text(ROWS[::-1]),
            "a text": text([{**ROWS[0], "sku": "SKU-2"}, *ROWS[1:]]),
            "a quantity": text([{**ROWS[0], "quantity-purchased": "1"}, *ROWS[1:]]),
            "a second": text(
                [{**ROWS[0], "posted-date-time": "2026-10-07 10:11:13 UTC"}, *ROWS[1:]]
            ),
            "a cent": text([sale("100.01"), *ROWS[1:]], total_amount="74.21"),
            "the deposit": text(deposit_date="2026-10-15 00:00:00 UTC"),
            "a neighbour's cell": text(
                [{**ROWS[0], "sku": "", "promotion-id": "SKU-1"}, *ROWS[1:]]
            ),
        }
        digests = {name: read(content).digest for name, content in others.items()}
        self.assertEqual(len({plain.digest, *digests.values()}), len(others) + 1)

    def test_memory_does_not_grow_with_the_file(self):
        peaks = []
        for count in (1_000, 8_000):
            rows = (sale("1.00", sku=f"SKU-{n}") for n in range(count))
            file = io.BytesIO(text(rows, total_amount=f"{count}.00").encode())
            tracemalloc.start()
            self.addCleanup(tracemalloc.stop)
            self.assertEqual(sum(1 for _ in read_settlement(file).rows), count)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
        self.assertLess(peaks[1], peaks[0] + 200_000)
