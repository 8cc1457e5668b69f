"""A settlement report, read from a file of any length without keeping it in memory.

The file is read twice or more: first to decide how it is written and whether it
proves itself, then for its rows. Source: spapi.md §8.3, settlement.md §1.1
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .settlement_formats import (
    Ambiguous,
    SettlementError,
    choose_encoding,
    lines,
    read_amount,
    read_moment,
    read_quantity,
)
from .settlement_layout import read_layout
from .settlement_survey import SettlementHeader, Survey

__all__ = [
    "Ambiguous",
    "Row",
    "Settlement",
    "SettlementError",
    "SettlementHeader",
    "TripleSum",
    "read_settlement",
    "triples",
]


@dataclass(frozen=True, slots=True)
class Row:
    """One amount. number: 1, 2, 3… over the rows, the row's identity in its
    settlement; line: where an editor finds it in the file (titles are line 1).

    Texts are "" where the file says nothing; amount is 0 then. A line of the old V1
    layout becomes several rows. extra: {column: text} of columns unknown here.
    """

    number: int
    line: int
    transaction_type: str
    amount_type: str
    amount_description: str
    order_id: str
    merchant_order_id: str
    adjustment_id: str
    shipment_id: str
    marketplace_name: str
    fulfillment_id: str
    order_item_id: str
    merchant_order_item_id: str
    merchant_adjustment_item_id: str
    sku: str
    amount: Decimal
    posted: datetime | None
    quantity: int | None
    promotion_id: str
    extra: dict


@dataclass(frozen=True, slots=True)
class TripleSum:
    count: int
    amount: Decimal


def read_settlement(file, *, charset="", decimal=None, date_order=None):
    """The Settlement in `file`, or SettlementError with one sentence for the user.

    file: binary and seekable; it has to stay open while rows are read. charset: what
    the sender calls the encoding. decimal ("." or ","), date_order ("dmy" or "mdy"):
    answers, used only where the file alone can be read in two ways (Ambiguous).
    """
    encoding = choose_encoding(file, charset)
    source = lines(file, encoding)
    line, titles = next(source, (1, ""))
    layout = read_layout(line, titles.split("\t"))
    survey = Survey(layout)
    for line, text in source:
        try:
            survey.see(line, text)
        except SettlementError:
            if next(source, None) is None:
                survey.check_end()  # half a cell is nothing to complain about
            raise
    header, readings = survey.verdict(decimal, date_order)
    return Settlement(file, encoding, layout, header, survey.row_count, readings)


class Settlement:
    """header, row_count, version ("V2" or "V1"), encoding; the rows add up to
    header.total."""

    def __init__(self, file, encoding, layout, header, row_count, readings):
        self.header = header
        self.row_count = row_count
        self.version = layout.version
        self.encoding = encoding
        self._file = file
        self._layout = layout
        self._readings = readings
        self._digest = None

    @property
    def rows(self):
        """An iterator over the Rows, from the first one each time it is asked for."""
        return self._rows()

    @property
    def digest(self):
        """SHA-256 over header and rows, their order and content: the same for the
        same settlement in another encoding, number or date form or column order.
        Columns unknown here do not count."""
        if self._digest is None:
            for _row in self._rows():
                pass
        return self._digest

    def _rows(self):
        layout, (decimal, date_order) = self._layout, self._readings
        at, shared = layout.at, layout.shared
        total, quantity = at["total-amount"], at["quantity-purchased"]
        time, date = at["posted-date-time"], at["posted-date"]
        digest = _digest(self.header)
        number, seen, posted, stamp = 0, "", None, "None"
        source = lines(self._file, self.encoding)
        next(source)  # the titles
        for line, text in source:
            cells, _count = layout.cells(line, text)
            if cells[total]:
                continue
            if (moment := cells[time] or cells[date]) != seen:
                seen = moment
                posted = read_moment(moment)[date_order] if moment else None
                stamp = str(posted)
            ids = shared(cells)
            count = read_quantity(cells[quantity]) if cells[quantity] else None
            extra = layout.extras(cells)
            for what, amount, _column, promotion_id in layout.pieces(cells):
                number += 1
                amount = read_amount(amount)[decimal] if amount else Decimal(0)
                row = Row(
                    number,
                    line,
                    *what,
                    *ids,
                    amount,
                    posted,
                    count,
                    promotion_id,
                    extra,
                )
                digest.update(_canonical(row, what, ids, stamp))
                yield row
        self._digest = digest.hexdigest()


def _canonical(row, what, ids, stamp):
    amount = str(row.amount.normalize()) if row.amount else "0"
    rest = (amount, stamp, str(row.quantity), row.promotion_id, "\x1e")
    return "\x1f".join((*what, *ids, *rest)).encode()


def _digest(header):
    total = header.total.normalize() if header.total else 0
    moments = (header.start, header.end, header.deposit_date)
    texts = (header.settlement_id, *map(str, moments), str(total), header.currency)
    return hashlib.sha256("\x1f".join((*texts, "\x1e")).encode())


def triples(rows):
    """{(transaction type, amount type, amount description): TripleSum}, in the order
    of their first rows."""
    counts, sums = {}, {}
    for row in rows:
        key = (row.transaction_type, row.amount_type, row.amount_description)
        counts[key] = counts.get(key, 0) + 1
        sums[key] = sums.get(key, 0) + row.amount
    return {key: TripleSum(count, sums[key]) for key, count in counts.items()}
