"""The first reading of a settlement file: how it is written, and whether it is sound.

Decimal sign and order of day and month are decided for the whole file, never for a
row: every text is read in both ways, and the way is right that reads them all, adds
up to the summary row's total, and lies inside the settlement's period.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .settlement_formats import (
    Ambiguous,
    SettlementError,
    read_amount,
    read_moment,
    read_quantity,
    show,
)
from .settlement_layout import HEADER

_DECIMALS = (".", ",")
_DATE_ORDERS = ("dmy", "mdy")
_DAY = timedelta(days=1)
_MOST_UNITS = 10**9


@dataclass(frozen=True, slots=True)
class SettlementHeader:
    """The summary row. Times in UTC; total: what Amazon transfers, may be negative."""

    settlement_id: str
    start: datetime
    end: datetime
    deposit_date: datetime | None
    total: Decimal
    currency: str


class _Readings:
    """What the texts of one kind say, read in two ways at once."""

    def __init__(self, read, words):
        self._read = read
        self._words = words
        self.impossible = [None, None]  # the first text each way cannot read
        self.differing = None  # the first text that both read, differently

    def read(self, text, line, column):
        values = first, second = self._read(text)
        if first is None or second is None:
            if first is second:
                raise SettlementError(f"{show(text)} {self._words}.", line, column)
            way = values.index(None)
            if not self.impossible[way]:
                self._rule_out(way, text, line, column)
        elif not self.differing and first != second:
            self.differing = (text, line, column)
        return values

    def _rule_out(self, way, text, line, column):
        self.impossible[way] = (text, line, column)
        if other := self.impossible[1 - way]:
            raise SettlementError(
                f"{show(text)} is written differently from {show(other[0])} in line "
                f"{other[1]}, column {other[2]}.", line, column,
            )  # fmt: skip

    @property
    def possible(self):
        return [way for way in (0, 1) if not self.impossible[way]]


class Survey:
    """What the first reading of the file finds out."""

    def __init__(self, layout):
        self._layout = layout
        self._amounts = _Readings(read_amount, "is not an amount")
        self._moments = _Readings(read_moment, "is not a date in a known form")
        self._sums = [Decimal(0), Decimal(0)]
        self._first = [None, None]
        self._last = [None, None]
        self._summary = None  # line and cells
        self._id = None
        self.row_count = 0
        self._short = (0, None)  # how many lines, and the last
        self._line = None
        self._posted = None
        at = layout.at
        self._at = [
            at[name]
            for name in (
                "settlement-id", "total-amount", "posted-date-time", "posted-date",
                "quantity-purchased",
            )
        ]  # fmt: skip

    def see(self, line, text):
        settlement_id, total, time, date, quantity = self._at
        cells, count = self._layout.cells(line, text)
        self._line = line
        if count < self._layout.width and not cells[total]:
            self._short = (self._short[0] + 1, line)
        if cells[settlement_id] != self._id and cells[settlement_id]:
            self._see_id(line, cells[settlement_id])
        pieces = self._layout.pieces(cells)
        if cells[total]:
            self._see_summary(line, cells, pieces)
            return
        for _what, amount, column, _promotion_id in pieces:
            self.row_count += 1
            if amount:
                point, comma = self._amounts.read(amount, line, column)
                if point is not None:
                    self._sums[0] += point
                if comma is not None:
                    self._sums[1] += comma
        posted = cells[time] or cells[date]
        if posted and posted != self._posted:
            column = "posted-date-time" if cells[time] else "posted-date"
            self._see_posted(posted, line, column)
        if cells[quantity]:
            self._see_quantity(cells[quantity], line)

    def _see_id(self, line, text):
        column = "settlement-id"
        if self._id:
            if re.sub(r"[\s_]+", "-", text.lower()) == column:
                words = "the column titles come again: these are two files in one."
                raise SettlementError(words, line)
            words = (
                f"{show(text)} follows {show(self._id)}: two settlements in one file."
            )
            raise SettlementError(words, line, column)
        if not re.fullmatch(r"[0-9A-Za-z-]+", text):
            raise SettlementError(f"{show(text)} is not a settlement id.", line, column)
        self._id = text

    def _see_summary(self, line, cells, pieces):
        column = "total-amount"
        if any(what[0] or what[1] or amount for what, amount, *_rest in pieces):
            words = "only the summary row states a total, this row is a transaction."
            raise SettlementError(words, line, column)
        if self._summary:
            words = f"a second summary row, the first is line {self._summary[0]}."
            raise SettlementError(words, line, column)
        self._summary = (line, cells)

    def _see_quantity(self, text, line):
        quantity = read_quantity(text)
        if quantity is None:
            words = f"{show(text)} is not a whole number."
            raise SettlementError(words, line, "quantity-purchased")
        if abs(quantity) > _MOST_UNITS:
            words = f"{show(text)} is more than one order can be about."
            raise SettlementError(words, line, "quantity-purchased")

    def _see_posted(self, text, line, column):
        self._posted = text
        moments = self._moments.read(text, line, column)
        for way, moment in enumerate(moments):
            if moment is None:
                continue
            if self._first[way] is None or moment < self._first[way]:
                self._first[way] = moment
            if self._last[way] is None or moment > self._last[way]:
                self._last[way] = moment

    # Verdict

    def check_end(self):
        """SettlementError if the last line stops short, and no other does."""
        if self._short == (1, self._line):
            words = "the line is incomplete: the file ends too early."
            raise SettlementError(words, self._line)

    def verdict(self, decimal, date_order):
        """(SettlementHeader, the way to read amounts and dates), or SettlementError."""
        self.check_end()
        if not self._summary:
            raise SettlementError(
                "The summary row is missing: no line has a total-amount and no "
                "transaction."
            )
        line, cells = self._summary
        found = {name: cells[self._layout.at[name]] for name in HEADER}
        self._check_header(line, found)
        moments = [
            self._moments.read(found[name], line, name) if found[name] else (None, None)
            for name in HEADER[1:4]
        ]
        totals = self._amounts.read(found["total-amount"], line, "total-amount")
        way = self._decide_decimal(totals, line, _answer(_DECIMALS, decimal))
        order = self._decide_dates(moments, line, _answer(_DATE_ORDERS, date_order))
        dates = (pair[order] for pair in moments)
        header = SettlementHeader(self._id, *dates, totals[way], found["currency"])
        return header, (way, order)

    def _check_header(self, line, found):
        for name in ("settlement-id", "settlement-start-date", "settlement-end-date"):
            if not found[name]:
                raise SettlementError("is empty.", line, name)
        if not re.fullmatch("[A-Z]{3}", found["currency"]):
            words = f"{show(found['currency'])} is not a currency of three letters."
            raise SettlementError(words, line, "currency")

    def _decide_decimal(self, totals, line, answer):
        possible = self._amounts.possible
        fitting = [way for way in possible if self._sums[way] == totals[way]]
        if not fitting:
            ways = possible if self._amounts.differing else possible[:1]
            figures = " or, with decimal comma, ".join(
                f"{self._sums[way]:f} instead of {totals[way]:f}" for way in ways
            )
            words = f"the rows add up to {figures}."
            raise SettlementError(words, line, "total-amount")
        if len(fitting) == 1 or not self._amounts.differing:
            return fitting[0]
        if answer is not None:
            return answer
        text, line, column = self._amounts.differing
        point, comma = read_amount(text)
        words = (
            f"{show(text)} is {point:f} with decimal point or {comma:f} with decimal "
            "comma, and the rows add up to the total either way."
        )
        raise Ambiguous(words, "decimal", line, column)

    def _decide_dates(self, moments, line, answer):
        possible = self._moments.possible
        sound = [way for way in possible if moments[0][way] <= moments[1][way]]
        if not sound:
            words = "the settlement ends before it starts."
            raise SettlementError(words, line, "settlement-end-date")
        if len(sound) == 1 or not self._moments.differing:
            return sound[0]
        fitting = [way for way in sound if self._fits(way, moments)]
        if len(fitting) == 1:
            return fitting[0]
        if answer is not None:
            return answer
        text, line, column = self._moments.differing
        day, month = (moment.date() for moment in read_moment(text))
        either = "either way" if fitting else "in neither way"
        words = (
            f"{show(text)} is {day} with the day first or {month} with the month first, "
            f"and the rows lie inside the settlement's period {either}."
        )
        raise Ambiguous(words, "date_order", line, column)

    def _fits(self, way, moments):
        """Whether rows and deposit lie where they belong, up to a day."""
        start, end, deposit = (pair[way] for pair in moments)
        if deposit and deposit < start - _DAY:
            return False
        if self._first[way] is None:
            return True
        return start - _DAY <= self._first[way] and self._last[way] <= end + _DAY


def _answer(ways, answer):
    if answer is None:
        return None
    if answer not in ways:
        raise ValueError(f"{answer!r} is none of {', '.join(ways)}")
    return ways.index(answer)
