"""GET_MERCHANT_LISTINGS_ALL_DATA: all listings of one marketplace, as a stream.

The file is read twice: first to see how it writes prices and dates, which is decided by
the whole file, then for its rows. A row that cannot be read becomes a Problem, and the
rest goes on. Source: spapi.md §8.2, §8.4
"""

import codecs
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from .flat_file import (
    FlatFileError,
    choose_encoding,
    nearly_utf8,
    read_amount,
    read_lines,
    read_moment,
    read_quantity,
    show,
)
from .quantities import MERCHANT

__all__ = [
    "REPORT_TYPE",
    "EmptyReport",
    "ListingRow",
    "ListingsReport",
    "ListingsReportError",
    "Problem",
    "read_listings_report",
]

REPORT_TYPE = "GET_MERCHANT_LISTINGS_ALL_DATA"
_WHAT = "listings report"
_LOST = "\ufffd"  # stands where a byte was no character

# Without these a row says too little to be of use. For asin1 product-id will do.
_NEEDED = (
    "item-name",
    "seller-sku",
    "price",
    "quantity",
    "asin1",
    "fulfillment-channel",
    "status",
)
_OTHERS = (
    "item-description",
    "listing-id",
    "open-date",
    "image-url",
    "product-id-type",
    "product-id",
    "item-condition",
    "pending-quantity",
    "merchant-shipping-group",
)
# The titles of accounts whose reports are in Japanese.
_JAPANESE = {
    "商品名": "item-name",
    "出品id": "listing-id",
    "出品者sku": "seller-sku",
    "価格": "price",
    "数量": "quantity",
    "出品日": "open-date",
    "商品idタイプ": "product-id-type",
    "コンディション": "item-condition",
    "商品id": "product-id",
    "在庫数": "pending-quantity",
    "フルフィルメント・チャンネル": "fulfillment-channel",
    "ステータス": "status",
}
_IS_ASIN = "1"  # of product-id-type
_ASIN = re.compile("[0-9A-Z]{10}")
_FAULTS = {
    "too long": "is longer than any line of a listings report, and is left out.",
    "damaged": "holds a zero byte: the row is damaged, and is left out.",
}


class ListingsReportError(FlatFileError):
    """Why the file cannot be taken: one sentence."""


class EmptyReport(ListingsReportError):
    """Not even titles: as Amazon writes it, sometimes, when nothing is listed."""


@dataclass(frozen=True, slots=True)
class ListingRow:
    """One SKU. line: where an editor finds it (titles are line 1); sku: exactly as
    written, blanks included, or, where there is none, the ASIN or product id; other
    texts are "" where the file says nothing.

    quantity: None where the file gives none, as for Amazon's warehouses; price: None
    likewise, in the currency of the marketplace; open_date: aware, in UTC; status:
    Amazon's word ("Active", "Inactive", "Incomplete").
    """

    line: int
    sku: str
    asin: str
    title: str
    description: str
    price: Decimal | None
    quantity: int | None
    pending_quantity: int | None
    open_date: datetime | None
    fulfillment_channel: str
    status: str
    listing_id: str
    image_url: str
    product_id: str
    product_id_type: str
    item_condition: str
    merchant_shipping_group: str

    @property
    def is_fba(self):
        return self.fulfillment_channel.startswith("AMAZON")

    @property
    def is_merchant(self):
        """Only of these may a quantity be sent."""
        return self.fulfillment_channel == MERCHANT

    @property
    def is_active(self):
        return self.status.lower() == "active"


@dataclass(frozen=True, slots=True)
class Problem:
    """line, words: where, and one sentence; sku: "" where it cannot be told; left_out:
    whether the row is missing from the stream (else it came, without what is said)."""

    line: int
    words: str
    sku: str = ""
    left_out: bool = True

    def __str__(self):
        return f"Line {self.line}: {self.words}"


def read_listings_report(file, *, charset="", country="", date_order=None):
    """The ListingsReport in `file`, or ListingsReportError with one sentence.

    file: binary and seekable; it has to stay open while rows are read. charset: what
    the sender calls the encoding; country: of the marketplace ("US", "JP");
    date_order ("dmy" or "mdy"): used only where the file alone can be read either way.
    """
    if date_order not in (None, "dmy", "mdy"):
        raise ValueError('date_order: "dmy" or "mdy"')
    file.seek(0)
    head = file.read(2**10)
    if not head.strip(codecs.BOM_UTF8 + b" \t\r\n"):
        raise EmptyReport("The file is empty: Amazon names no listings.")
    japanese = country == "JP"
    encoding = choose_encoding(file, charset, _WHAT, ListingsReportError, japanese)
    errors = "strict"
    if encoding != "utf-8-sig":
        if head.startswith(codecs.BOM_UTF8) or nearly_utf8(file):
            encoding, errors = "utf-8-sig", "replace"
    line, titles, _fault = next(read_lines(file, encoding, errors))
    layout = _Layout(line, titles)
    return ListingsReport(file, encoding, errors, layout, country, date_order)


class ListingsReport:
    """Iterate over it for ListingRows and Problems, in the order of the file, from the
    first one each time. encoding: a Python codec; columns: as the file names them."""

    def __init__(self, file, encoding, errors, layout, country, date_order):
        self.encoding = encoding
        self.columns = layout.names
        self._file = file
        self._errors = errors
        self._layout = layout
        survey = _Survey(layout)
        for _line, text, fault in self._lines():
            if not fault:
                survey.see(layout.cells(text))
        self._decimal = survey.decimal()
        self._date_order = survey.date_order(country, date_order)

    def __iter__(self):
        seen, dates = {}, set()
        for line, text, fault in self._lines():
            if fault:
                yield Problem(line, _FAULTS[fault])
                continue
            cells = self._layout.cells(text)
            words = self._layout.broken(cells)
            if words:
                yield Problem(line, words, self._layout.sku(cells))
                continue
            row, problems = self._row(line, cells, dates)
            problem = _twin(row, seen)
            if problem:
                yield problem
            if problem and problem.left_out:
                continue
            yield row
            yield from problems

    def _lines(self):
        source = read_lines(self._file, self.encoding, self._errors)
        next(source)  # the titles
        return source

    def _row(self, line, cells, dates):
        """(the ListingRow, [what it had to be left without])."""
        layout, problems = self._layout, []
        sku = layout.sku(cells)

        def lacks(words):
            problems.append(Problem(line, words, sku, left_out=False))

        if not layout.has_sku(cells):
            lacks(f"has no SKU: {show(sku)} is taken instead.")

        def number(column, read):
            text = layout.get(cells, column)
            value = read(text) if text else None
            if text and (value is None or value < 0):
                lacks(
                    f"the {column} {show(text)} is not a number from 0 up, and is left out."
                )
                value = None
            return value

        text = layout.get(cells, "open-date")
        moment = read_moment(text)[self._date_order] if text else None
        if text and moment is None and (form := re.sub(r"\d", "9", text)) not in dates:
            dates.add(form)
            lacks(
                f"the open-date {show(text)} is no date known here; dates like it are "
                "left out."
            )
        channel = layout.get(cells, "fulfillment-channel").upper()
        if channel != MERCHANT and not channel.startswith("AMAZON"):
            lacks(
                f"the fulfillment-channel {show(channel)} is neither DEFAULT nor "
                "Amazon's; no quantity will be sent."
            )
        get = layout.get
        row = ListingRow(
            line=line,
            sku=sku,
            asin=_asin(layout, cells),
            title=get(cells, "item-name"),
            description=get(cells, "item-description"),
            price=number("price", lambda text: read_amount(text)[self._decimal]),
            quantity=number("quantity", read_quantity),
            pending_quantity=number("pending-quantity", read_quantity),
            open_date=moment,
            fulfillment_channel=channel,
            status=get(cells, "status"),
            listing_id=get(cells, "listing-id"),
            image_url=get(cells, "image-url"),
            product_id=get(cells, "product-id"),
            product_id_type=get(cells, "product-id-type"),
            item_condition=get(cells, "item-condition"),
            merchant_shipping_group=get(cells, "merchant-shipping-group"),
        )
        return row, problems


def _asin(layout, cells):
    asin = layout.get(cells, "asin1")
    if not asin and layout.get(cells, "product-id-type") == _IS_ASIN:
        asin = layout.get(cells, "product-id")
    return asin if _ASIN.fullmatch(asin) else ""


def _twin(row, seen):
    """The Problem of a SKU that has been there before, in the same or other letters."""
    key = row.sku.casefold()
    known = seen.setdefault(key, {})
    first = known.get(row.sku)
    others = [(line, sku) for sku, line in known.items() if sku != row.sku]
    known.setdefault(row.sku, row.line)
    if first:
        words = f"the SKU {show(row.sku)} was in line {first} already; it is left out."
        return Problem(row.line, words, row.sku)
    if others:
        line, sku = others[0]
        words = (
            f"the SKU {show(row.sku)} differs from {show(sku)} in line {line} only in "
            "capital and small letters; both are taken, as two listings."
        )
        return Problem(row.line, words, row.sku, left_out=False)
    return None


class _Layout:
    """Where the columns are; read by name, in any order."""

    def __init__(self, line, text):
        titles = text.rstrip("\r\n").split("\t")
        names = [re.sub(r"[\s_]+", "-", title.strip().lower()) for title in titles]
        names = [_JAPANESE.get(name, name) for name in names]
        while names and not names[-1]:
            names.pop()
        known = (*_NEEDED, *_OTHERS)
        for name in names:
            if name in known and names.count(name) > 1:
                raise ListingsReportError("the column occurs twice.", line, name)
        self.names = tuple(names)
        self._at = {name: names.index(name) for name in known if name in names}
        missing = [name for name in _NEEDED if name not in self._at]
        if "product-id" in self._at and "asin1" in missing:
            missing.remove("asin1")
        if len(missing) > len(_NEEDED) // 2:
            raise ListingsReportError(
                "This is not a listings report in English: the first line begins with "
                f"{show(text.strip())}. Ask Amazon for another one after setting the "
                "language of reports to English in Seller Central."
            )
        if missing:
            listed = ", ".join(missing)
            words = f"these columns of a listings report are missing: {listed}."
            raise ListingsReportError(words, line)

    def cells(self, text):
        return text.rstrip("\r\n").split("\t")

    def get(self, cells, name):
        place = self._at.get(name, len(cells))
        return cells[place].strip() if place < len(cells) else ""

    def sku(self, cells):
        """As written; in a row without one, what stands for it."""
        place = self._at["seller-sku"]
        sku = cells[place] if place < len(cells) else ""
        return sku if sku.strip() else self.stand_in(cells)

    def stand_in(self, cells):
        """The ASIN, else the product's id: of a book, its ISBN."""
        return _asin(self, cells) or self.get(cells, "product-id")

    def has_sku(self, cells):
        return bool(self.get(cells, "seller-sku"))

    def broken(self, cells):
        """Why the row is of no use, or ""."""
        count, width = len(cells), len(self.names)
        if count > width and any(cells[width:]):
            return f"has {count} cells, but there are only {width} columns; left out."
        if not self.get(cells, "status"):
            return f"ends after {count} of {width} columns; the row is left out."
        sku = self.sku(cells)
        if not sku.strip():
            return "has no SKU, ASIN or product id; the row is left out."
        if _LOST in sku:
            return f"the SKU {show(sku)} holds a damaged character; left out."
        return ""


class _Survey:
    """The first reading: which of two ways reads more of the prices and the dates."""

    def __init__(self, layout):
        self._layout = layout
        self._unread = [0, 0]
        self._odd = [0, 0]  # more than two decimals: no currency of Amazon's has them
        self._unread_dates = [0, 0]
        self._american = False

    def see(self, cells):
        if price := self._layout.get(cells, "price"):
            for way, value in enumerate(read_amount(price)):
                if value is None:
                    self._unread[way] += 1
                elif value.as_tuple().exponent < -2:
                    self._odd[way] += 1
        if date := self._layout.get(cells, "open-date"):
            for way, value in enumerate(read_moment(date)):
                self._unread_dates[way] += value is None
            zone = date.rpartition(" ")[2].upper()
            self._american |= zone in ("PST", "PDT", "EST", "EDT")

    def decimal(self):
        """0: point, 1: comma."""
        return int((self._unread[1], self._odd[1]) < (self._unread[0], self._odd[0]))

    def date_order(self, country, said):
        """0: day first, 1: month first."""
        first, second = self._unread_dates
        if first != second:
            return int(second < first)
        return int(said == "mdy" if said else country == "US" or self._american)
