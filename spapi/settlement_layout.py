"""The two layouts of a settlement file, both read by column name.

V2 has one amount a line, with what it is beside it. V1, which Amazon stopped making,
has up to nine, each in a column of its own; a line of V1 becomes the lines it would
be in V2.
"""

import re
from operator import itemgetter

from .settlement_formats import SettlementError, show

HEADER = (
    "settlement-id",
    "settlement-start-date",
    "settlement-end-date",
    "deposit-date",
    "total-amount",
    "currency",
)
# What the rows of both layouts say in the same way.
SHARED = (
    "order-id",
    "merchant-order-id",
    "adjustment-id",
    "shipment-id",
    "marketplace-name",
    "fulfillment-id",
    "order-item-code",
    "merchant-order-item-id",
    "merchant-adjustment-item-id",
    "sku",
)
_OTHERS = (
    "transaction-type",
    "posted-date",
    "posted-date-time",
    "quantity-purchased",
    "promotion-id",
)
_V2 = ("amount-type", "amount-description", "amount")
_V1 = {
    # column of the amount: (column of its description, V2's amount type)
    "price-amount": ("price-type", "ItemPrice"),
    "item-related-fee-amount": ("item-related-fee-type", "ItemFees"),
    "order-fee-amount": ("order-fee-type", "ItemFees"),
    "shipment-fee-amount": ("shipment-fee-type", "ShipmentFees"),
    "promotion-amount": ("promotion-type", "Promotion"),
    "direct-payment-amount": ("direct-payment-type", "DirectPayment"),
    "misc-fee-amount": (None, "MiscFee"),
    "other-fee-amount": ("other-fee-reason-description", "OtherFee"),
    "other-amount": (None, "other-transaction"),
}
# V1 names these tax rows as prices or fees; V2 gives them amount types of their own.
_TAXES = {
    "MarketplaceFacilitator": "ItemWithheldTax",
    "LowValueGoodsTax": "ItemWithheldTax",
    "TCS": "ItemTCS",
    "TDS": "ItemTDS",
}
# Transaction types of V2. Any other type of V1 is what V2 calls an amount description
# of "other-transaction": "Subscription Fee", "Current Reserve Amount", …
_KEPT = {
    "a-to-z guarantee chargeback",
    "a-to-z guarantee refund",
    "amazonfees",
    "cancellation",
    "chargeback refund",
    "commingling vat",
    "couponredemptionfee",
    "debt adjustment",
    "fbafees",
    "fee adjustment",
    "grade and resell charge",
    "grade and resell fees",
    "income tax charged",
    "lightning deal fee",
    "liquidations",
    "liquidations adjustments",
    "order",
    "order_retrocharge",
    "other-transaction",
    "refund",
    "refund_retrocharge",
    "retrocharge",
    "safe-t reimbursement",
    "sellerreviewenrollmentpayment",
    "servicefee",
    "vine enrollment fee",
}


def read_layout(line, titles):
    """The layout the title line announces, or SettlementError."""
    names = [re.sub(r"[\s_]+", "-", title.strip().lower()) for title in titles]
    while names and not names[-1]:
        names.pop()
    names = [name or f"column-{place}" for place, name in enumerate(names, 1)]
    if double := next((name for name in names if names.count(name) > 1), None):
        raise SettlementError("the column occurs twice.", line, double)
    cls = LayoutV1 if "price-amount" in names else LayoutV2
    missing = [name for name in cls.needed if name not in names]
    if len(missing) > len(cls.needed) // 2:
        raise SettlementError(
            "This is not a settlement report: the first line names no columns of one, "
            f"it begins with {show(' '.join(titles).strip())}."
        )
    if missing:
        raise SettlementError(f"the column {missing[0]} is missing.", line)
    return cls(names)


class _Layout:
    """`at`: where a column is in a line's cells; missing columns are in an empty cell
    after the last. shared: takes the SHARED ones out of the cells."""

    def __init__(self, names):
        self.names = names
        self.width = len(names)
        self.at = dict.fromkeys(self.columns, self.width)
        self.at.update((name, index) for index, name in enumerate(names))
        self.shared = itemgetter(*(self.at[name] for name in SHARED))
        self.extra = [
            (name, index)
            for index, name in enumerate(names)
            if name not in self.columns
        ]

    def cells(self, line, text):
        """The cells of a line, bare, and how many there were."""
        text = text.strip(" \r\n")
        cells = text.split("\t")
        if not text.isascii() or " \t" in text or "\t " in text:
            cells = [cell.strip() for cell in cells]
        count = len(cells)
        if count > self.width:
            if any(cells[self.width :]):
                words = f"has {count} cells, but there are only {self.width} columns."
                raise SettlementError(words, line)
            del cells[self.width :]
        cells.extend([""] * (self.width + 1 - len(cells)))
        return cells, count

    def extras(self, cells):
        return {name: cells[index] for name, index in self.extra if cells[index]}


class LayoutV2(_Layout):
    version = "V2"
    columns = (*HEADER, *SHARED, *_OTHERS, *_V2)
    needed = (*HEADER[:3], *HEADER[4:], "transaction-type", *_V2)

    def __init__(self, names):
        super().__init__(names)
        keys = ("transaction-type", *_V2, "promotion-id")
        self._piece = [self.at[key] for key in keys]

    def pieces(self, cells):
        """[((transaction type, amount type, description), amount, the column it is
        in, promotion id)] of a line."""
        transaction, kind, description, amount, promotion = self._piece
        what = (cells[transaction], cells[kind], cells[description])
        return ((what, cells[amount], "amount", cells[promotion]),)


class LayoutV1(_Layout):
    version = "V1"
    columns = (
        *HEADER,
        *SHARED,
        *_OTHERS,
        *_V1,
        *dict.fromkeys(name for name, _kind in _V1.values() if name),
    )
    needed = (*HEADER[:3], *HEADER[4:], "transaction-type", "price-type")

    def __init__(self, names):
        super().__init__(names)
        self._pairs = [
            (self.at[column], self.at[name] if name else self.width, kind, column)
            for column, (name, kind) in _V1.items()
        ]

    def pieces(self, cells):
        transaction = cells[self.at["transaction-type"]]
        promotion = cells[self.at["promotion-id"]]
        result = []
        for amount, name, kind, column in self._pairs:
            if cells[amount] or (cells[name] and kind != "OtherFee"):
                words = _words(transaction, kind, cells[name])
                promoted = promotion if kind == "Promotion" else ""
                result.append((words, cells[amount], column, promoted))
        return result or [((transaction, "", ""), "", "price-amount", "")]


def _words(transaction, kind, description):
    """V2's transaction type, amount type and description for an amount of V1."""
    if kind == "MiscFee":
        return transaction, kind, kind
    if kind == "other-transaction":
        if transaction.lower() in _KEPT:
            return transaction, kind, transaction
        return kind, kind, transaction
    if kind in ("ItemPrice", "ItemFees"):
        for start, own in _TAXES.items():
            if description.startswith(start):
                return transaction, own, description
    return transaction, kind, description
