"""Rows of one refund ► what it comes to per SKU and component: pure."""

from dataclasses import dataclass
from decimal import Decimal

from .settlement_rules import normalise

ZERO = Decimal(0)
# Amazon's wording -> kind of charge (amazon.store: CHARGE_FIELDS); else OTHER
CHARGES = {
    "principal": "ITEM",
    "shipping": "SHIPPING",
    "giftwrap": "GIFT_WRAP",
    "cod": "COD_FEE",
    "codfee": "COD_FEE",
}
TAXES = {
    "tax": "ITEM",
    "shippingtax": "SHIPPING",
    "giftwraptax": "GIFT_WRAP",
    "taxdiscount": "DISCOUNT",
}


@dataclass(slots=True)
class Part:
    """One component of one SKU; amounts with the signs of a credit note.

    label: Amazon's wording, where the component has no product of its own; tax: what
    the seller has remitted and gets back.
    """

    sku: str
    kind: str
    label: str
    net: Decimal = ZERO
    tax: Decimal = ZERO
    quantity: int = 1


def parts(rows):
    """[Part], in the order of the rows.

    :param rows: objects with sku, role, amount_type, amount_description, amount and
        quantity
    """
    found, withheld = {}, False
    for row in rows:
        amount = -Decimal(str(row.amount))
        kind, label, is_tax = _component(row)
        key = (row.sku or "", kind, label)
        part = found.setdefault(key, Part(*key))
        if is_tax:
            part.tax += amount
            withheld |= row.role == "pass_through"
        else:
            part.net += amount
            if kind == "ITEM":
                part.quantity = max(part.quantity, row.quantity)
    if withheld and not sum(part.tax for part in found.values()):
        for part in found.values():  # Amazon takes back all of it itself
            part.tax = ZERO
    return [part for part in found.values() if part.net or part.tax]


def _component(row):
    """(kind, wording, is tax)"""
    wording = normalise(row.amount_description)
    if row.role == "pass_through":
        return "SHIPPING" if wording.endswith("shipping") else "ITEM", "", True
    if wording in TAXES:
        return TAXES[wording], "", True
    if normalise(row.amount_type) == "promotion":
        return "DISCOUNT", "", False
    kind = CHARGES.get(wording, "OTHER")
    return kind, row.amount_description if kind == "OTHER" else "", False
