"""Random settlements, written in any of Amazon's ways, come out as meant or refused."""

import os
import random
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import tagged

from ..spapi.settlement import Ambiguous, SettlementError
from .test_spapi_settlement import SUMMARY, V2, SettlementCase, read, table
from .test_spapi_settlement_v1 import V1

D = Decimal
# `make drill` runs the long version
FILES = 20_000 if os.environ.get("AMAZON_CONNECTOR_DRILL") == "long" else 250
WHAT = (
    ("Order", "ItemPrice", "Principal"),
    ("Order", "ItemFees", "Commission"),
    ("Refund", "ItemPrice", "Tax"),
    ("Refund", "Promotion", "Shipping"),
    ("", "FBA Inventory Storage Fee", "Base fee"),
    ("other-transaction", "other-transaction", "Current Reserve Amount"),
)
DATES = {
    "year first": "%Y-%m-%d",
    "slashes, year first": "%Y/%m/%d",
    "dots": "%d.%m.%Y",
    "day first": "%d/%m/%Y",
    "month first": "%m/%d/%Y",
    "short year": "%m/%d/%y",
}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "cp932")


class Style:
    """One way to write a file."""

    def __init__(self, rng):
        self.rng = rng
        self.comma = rng.random() < 0.5
        self.thousands = rng.choice(
            ["", ".", " ", "\u00a0"] if self.comma else ["", ","]
        )
        self.date = rng.choice(list(DATES.values()))
        self.clock = rng.choice([" %H:%M:%S UTC", "T%H:%M:%S+00:00", " %H:%M:%S"])
        self.encoding = rng.choice(ENCODINGS)
        if self.thousands == "\u00a0":
            self.encoding = "utf-8"
        self.end = rng.choice(["\n", "\r\n"])
        self.columns = list(V2)
        if rng.random() < 0.3:
            self.columns.append("a-new-column")
        if rng.random() < 0.3:
            rng.shuffle(self.columns)

    def amount(self, amount):
        written = f"{amount:,}".replace(",", "_")
        if self.comma:
            written = written.replace(".", ",")
        return written.replace("_", self.thousands)

    def moment(self, moment):
        return moment.strftime(self.date + self.clock)

    def write(self, header, rows):
        words = {
            **SUMMARY,
            "settlement-start-date": self.moment(header["start"]),
            "settlement-end-date": self.moment(header["end"]),
            "deposit-date": self.moment(header["deposit"]),
            "total-amount": self.amount(sum((row[1] for row in rows), D(0))),
            "currency": header["currency"],
        }
        lines = [words, *(self._row(*row) for row in rows)]
        lines = [self.columns, *table(self.columns, lines)]
        lines = [self.end.join(self._spaced("\t".join(cells))) for cells in lines]
        return (self.end.join(lines) + self.end).encode(self.encoding)

    def _row(self, what, amount, posted, sku, quantity):
        names = ("transaction-type", "amount-type", "amount-description")
        return {
            **dict(zip(names, what, strict=True)),
            "settlement-id": SUMMARY["settlement-id"],
            "amount": self.amount(amount),
            "posted-date": posted.strftime(self.date),
            "posted-date-time": self.moment(posted),
            "sku": sku,
            "quantity-purchased": str(quantity or ""),
        }

    def _spaced(self, written):
        """The line, perhaps with spaces in it and blank lines after it."""
        if self.rng.random() < 0.1:
            written = written.replace("\t", " \t")
        blanks = [] if self.rng.random() < 0.95 else ["", "\t\t"]
        return [written, *blanks]


def random_settlement(rng):
    start = datetime(2026, rng.randint(1, 12), rng.randint(1, 28), tzinfo=timezone.utc)
    length = rng.choice([3, 7, 14, 14, 14, 31])
    header = {
        "start": start,
        "end": start + timedelta(days=length),
        "deposit": start + timedelta(days=length + 2),
        "currency": rng.choice(["USD", "EUR", "JPY"]),
    }
    cents = 0 if header["currency"] == "JPY" else 2
    rows = []
    for _ in range(rng.randint(1, 30)):
        most = rng.choice([10, 10_000, 1_000_000])
        amount = D(rng.randint(-most, most)).scaleb(-cents)
        posted = start + timedelta(seconds=rng.randrange(length * 86400))
        sku = rng.choice(["", "A 1", "Grün", "青"])
        rows.append((rng.choice(WHAT), amount, posted, sku, rng.choice([None, 1, 12])))
        if rng.random() < 0.1:
            rows.append(rows[-1])
    return header, rows


def written_in(rng, header, rows):
    """(style, content, rows), with names that the style's encoding knows."""
    style = Style(rng)
    name = {"cp1252": "Grün", "cp932": "青"}.get(style.encoding)
    currency = "JPY" if name == "青" else header["currency"]
    header = {**header, "currency": currency}
    if name:
        known = ("", "A 1", name)
        rows = [(*r[:3], r[3] if r[3] in known else name, r[4]) for r in rows]
    if style.encoding == "cp1252" and currency == "JPY":
        # which encoding this is, only the sender could say
        rows = [(*row[:3], "A 1", row[4]) for row in rows]
    return style, style.write(header, rows), header, rows


@tagged("post_install", "-at_install")
class TestRandomSettlements(SettlementCase):
    def outcome(self, content):
        """The Settlement; where it can be read in two ways, both hold and it is None."""
        try:
            return read(content)
        except Ambiguous as error:
            ways = {"decimal": ".,", "date_order": ("dmy", "mdy")}[error.question]
            found = [self.answered(content, error.question, way) for way in ways]
            self.assertEqual(len({settlement.digest for settlement in found}), 2)
            return None

    def answered(self, content, question, way):
        others = {"decimal": ".", "date_order": "dmy"}
        settlement = read(content, **{**others, question: way})
        total = sum((row.amount for row in settlement.rows), D(0))
        self.assertEqual(total, settlement.header.total)
        return settlement

    def test_any_writing_is_read_as_meant(self):
        ambiguous = 0
        for seed in range(FILES):
            rng = random.Random(seed)
            _style, content, header, rows = written_in(rng, *random_settlement(rng))
            with self.subTest(seed):
                settlement = self.outcome(content)
                if settlement is None:
                    ambiguous += 1
                    continue
                found = settlement.header
                self.assertEqual(
                    (found.start, found.end, found.deposit_date, found.currency),
                    tuple(header.values()),
                )
                self.assertEqual(found.total, sum(row[1] for row in rows))
                self.assertEqual(
                    [
                        (
                            (r.transaction_type, r.amount_type, r.amount_description),
                            r.amount,
                            r.posted,
                            r.sku,
                            r.quantity,
                        )
                        for r in settlement.rows
                    ],
                    rows,
                )
        # short periods at the start of a month, written with slashes
        self.assertLess(ambiguous, FILES * 0.08)

    def test_two_writings_have_one_digest(self):
        compared = 0
        for seed in range(FILES // 2):
            rng = random.Random(seed)
            header, rows = random_settlement(rng)
            rows = [(*row[:3], "A 1", row[4]) for row in rows]
            with self.subTest(seed):
                found = [self.outcome(Style(rng).write(header, rows)) for _ in range(2)]
                if None not in found:
                    self.assertEqual(found[0].digest, found[1].digest)
                    compared += 1
        self.assertGreater(compared, FILES * 0.4)

    def test_a_cent_or_a_row_is_missed(self):
        for seed in range(FILES):
            rng = random.Random(seed)
            header, rows = random_settlement(rng)
            style = Style(rng)
            style.encoding = "utf-8"
            content = style.write(header, rows)
            titles, *others = content.splitlines(keepends=True)
            places = [
                place
                for place, each in enumerate(others)
                if b"2600" in each and header["currency"].encode() not in each
            ]
            amounts = dict(zip(places, (row[1] for row in rows), strict=True))
            places = [place for place in places if amounts[place]]
            if not places:
                continue
            place = rng.choice(places)
            gone = b"".join([titles, *others[:place], *others[place + 1 :]])
            twice = b"".join([titles, *others[:place], others[place], *others[place:]])
            for name, damaged in {"gone": gone, "twice": twice}.items():
                with self.subTest(seed, damage=name):
                    self.assertRaises(SettlementError, read, damaged)

    def test_cut_anywhere(self):
        """A file that ends early is refused, unless what is missing is worth nothing"""
        for seed in range(FILES // 2):
            rng = random.Random(seed)
            header, rows = random_settlement(rng)
            style = Style(rng)
            style.encoding = "utf-8"
            content = style.write(header, rows)
            # within the last cell of the file, nothing could tell
            cut = rng.randrange(content.rstrip().rindex(b"\t") - 1)
            with self.subTest(seed, cut=cut):
                try:
                    settlement = read(content[:cut])
                except SettlementError:
                    continue
                count = settlement.row_count
                self.assertIn(content[cut - 1 : cut + 1].strip(b" \t\r"), (b"", b"\n"))
                self.assertEqual(sum(row[1] for row in rows[count:]), 0)

    def test_old_layout(self):
        """A random V1 line is its amounts, each with the words beside it"""
        kinds = {
            "price-amount": ("price-type", "ItemPrice", "Shipping"),
            "item-related-fee-amount": (
                "item-related-fee-type",
                "ItemFees",
                "Commission",
            ),
            "shipment-fee-amount": (
                "shipment-fee-type",
                "ShipmentFees",
                "FBA transportation fee",
            ),
            "promotion-amount": ("promotion-type", "Promotion", "Principal"),
        }
        for seed in range(FILES // 2):
            rng = random.Random(seed)
            style = Style(rng)
            style.columns = [*V1]
            rng.shuffle(style.columns)
            lines, expected = [], []
            for _ in range(rng.randint(1, 20)):
                cells = {"transaction-type": "Order"}
                for column, (words, kind, description) in kinds.items():
                    if rng.random() < 0.5:
                        amount = D(rng.randint(-9999, 9999)).scaleb(-2)
                        cells |= {column: style.amount(amount), words: description}
                        expected.append((kind, description, amount))
                if len(cells) > 1:
                    lines.append(cells)
            total = style.amount(sum((each[2] for each in expected), D("0.00")))
            lines.insert(0, {**SUMMARY, "total-amount": total})
            lines = [style.columns, *table(style.columns, lines)]
            content = "".join("\t".join(cells) + "\n" for cells in lines)
            with self.subTest(seed):
                found = [
                    (row.amount_type, row.amount_description, row.amount)
                    for row in read(content).rows
                ]
                self.assertEqual(sorted(found), sorted(expected))
