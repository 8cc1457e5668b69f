"""What Amazon books for an item that ships, in the words of its settlement report.

Amazon documents names, not arithmetic. The sandbox chose:

* Principal, Shipping, GiftWrap and CODFee are without tax wherever Amazon states the
  tax (it has a row of its own then), and with tax where it doesn't;
* what is withheld is the tax of its kind less the tax on the discount;
* Commission is 15 % of the item's price after discounts as it stands in the shop, so
  without tax in the US and Canada and with tax elsewhere; ShippingHB is the same of
  shipping. Gift wrap and COD fee are free of it;
* Amazon keeps shipping and gift wrap of an order it sends itself (…Chargeback);
* a share of the units bears a share of everything, rounded so that the last shipment
  brings the item's amounts to the cent.
"""

from decimal import Decimal
from typing import NamedTuple

from .amounts import rounded, share_of
from .marketplaces import Marketplace

REFERRAL_RATE = Decimal("0.15")
REFUND_FEE_RATE = Decimal("0.20")  # of the referral fee given back, but no more than
REFUND_FEE_LIMIT = {"JPY": Decimal(500)}
REFUND_FEE_DEFAULT = Decimal("5.00")
UNIT_FEE = {"JPY": Decimal(450)}
UNIT_FEE_DEFAULT = Decimal("4.50")

# Kind of charge: its description, that of its tax, and how the withheld tax ends.
_NAMES = {
    "ITEM": ("Principal", "Tax", "Principal"),
    "SHIPPING": ("Shipping", "ShippingTax", "Shipping"),
    "GIFT_WRAP": ("GiftWrap", "GiftWrapTax", "Giftwrap"),
    "COD_FEE": ("CODFee", "COD Tax", "Other"),
}
_WITHHELD = {
    "US": "MarketplaceFacilitatorTax",
    "CA": "MarketplaceFacilitatorTax",
    "AU": "LowValueGoodsTax",
    "SG": "LowValueGoodsTax",
}
PRINCIPAL = ("ItemPrice", "Principal")
COMMISSION = ("ItemFees", "Commission")


class Terms(NamedTuple):
    """What decides about an item's fees besides its amounts."""

    marketplace: Marketplace
    by_amazon: bool
    withheld: bool

    def rounded(self, amount):
        return rounded(amount, self.marketplace)


def terms_of(order, item):
    collections = item.get("tax", {}).get("taxCollections", ())
    return Terms(
        order.marketplace,
        order.fulfilled_by == "AMAZON",
        any(row.get("model") == "MARKETPLACE_FACILITATOR" for row in collections),
    )


def parts_of(item, units, marketplace):
    """{(kind, price | tax | promotion | promotion_tax): amount} of so many units."""
    proceeds, ordered = item["proceeds"], item["quantityOrdered"]
    if units < ordered:
        # The same share that is left of the order when the rest is cancelled.
        proceeds = share_of(proceeds, units, ordered, marketplace)
    prices, taxes, discounts = {}, {}, {}
    for row in proceeds["breakdowns"]:
        if row["type"] == "TAX":
            _add_details(taxes, row)
        elif row["type"] == "DISCOUNT":
            _add_details(discounts, row)
        else:
            kind = row["type"] if row["type"] in _NAMES else "ITEM"
            _add(prices, kind, Decimal(row["subtotal"]["amount"]))
    discount_tax = taxes.pop("DISCOUNT", Decimal())
    parts = {}
    for kind, tax in _discount_taxes(discounts, discount_tax, marketplace).items():
        parts[kind, "promotion_tax"] = tax
    for kind, amount in discounts.items():
        parts[kind, "promotion"] = amount
    for kind, amount in taxes.items():
        parts[kind if kind in _NAMES else "ITEM", "tax"] = amount
    for kind, amount in prices.items():
        parts[kind, "price"] = amount
    if marketplace.includes_tax:
        for (kind, name), tax in list(parts.items()):
            if name in ("tax", "promotion_tax"):
                gross = "price" if name == "tax" else "promotion"
                parts[kind, gross] = parts.get((kind, gross), Decimal()) - tax
    points = item.get("expense", {}).get("pointsCost", {}).get("pointsGranted", {})
    if "pointsMonetaryValue" in points:
        amount = Decimal(points["pointsMonetaryValue"]["amount"])
        parts["POINTS", "granted"] = -rounded(amount * units / ordered, marketplace)
    return parts


def _add_details(amounts, row):
    details = row.get("detailedBreakdowns")
    if not details:
        _add(amounts, "ITEM", Decimal(row["subtotal"]["amount"]))
    for part in details or ():
        _add(amounts, part["subtype"], Decimal(part["value"]["amount"]))


def _add(amounts, kind, amount):
    amounts[kind] = amounts.get(kind, Decimal()) + amount


def _discount_taxes(discounts, tax, marketplace):
    """Amazon states one tax for all discounts; it is shared by their amounts."""
    granted = sum(discounts.values())
    taxes, left = {}, tax
    for kind, amount in discounts.items():
        if kind != "ITEM" and granted:
            taxes[kind] = rounded(tax * amount / granted, marketplace)
            left -= taxes[kind]
    return {**taxes, "ITEM": left} if tax else {}


def share(parts, units, of, marketplace):
    return {
        name: rounded(amount * units / of, marketplace)
        for name, amount in parts.items()
    }


def price_of(parts, kind, marketplace):
    """What the buyer pays after discounts, as prices stand in the shop."""
    names = ["price", "promotion"]
    if marketplace.includes_tax:
        names += ["tax", "promotion_tax"]
    return sum((parts.get((kind, name), Decimal()) for name in names), Decimal())


def tax_of(parts, kind):
    names = ("tax", "promotion_tax")
    return sum((parts.get((kind, name), Decimal()) for name in names), Decimal())


def rows_of(parts, terms, units=0):
    """{(amount type, amount description): amount} for these parts of an item.

    `units` are those for which Amazon takes its fee for sending them.
    """
    rows = {}
    for kind, (description, tax, _withheld) in _NAMES.items():
        rows["ItemPrice", description] = parts.get((kind, "price"), Decimal())
        rows["ItemPrice", tax] = parts.get((kind, "tax"), Decimal())
        rows["Promotion", description] = parts.get((kind, "promotion"), Decimal())
    rows["Promotion", "TaxDiscount"] = sum(
        (amount for (_kind, name), amount in parts.items() if name == "promotion_tax"),
        Decimal(),
    )
    if terms.withheld:
        word = _WITHHELD.get(terms.marketplace.country, "MarketplaceFacilitatorVAT")
        for kind, (_description, _tax, ending) in _NAMES.items():
            rows["ItemWithheldTax", f"{word}-{ending}"] = -tax_of(parts, kind)
    rows["Points", "PointsGranted"] = parts.get(("POINTS", "granted"), Decimal())
    rows.update(_fees(parts, terms, units))
    return rows


def _fees(parts, terms, units):
    marketplace = terms.marketplace
    item, shipping, wrap = (
        price_of(parts, kind, marketplace) for kind in ("ITEM", "SHIPPING", "GIFT_WRAP")
    )
    fees = {COMMISSION: -terms.rounded(item * REFERRAL_RATE)}
    if terms.by_amazon:
        fee = UNIT_FEE.get(marketplace.currency, UNIT_FEE_DEFAULT)
        fees["ItemFees", "FBAPerUnitFulfillmentFee"] = -fee * units
        fees["ItemFees", "ShippingChargeback"] = -shipping
        fees["ItemFees", "GiftwrapChargeback"] = -wrap
    else:
        fees["ItemFees", "ShippingHB"] = -terms.rounded(shipping * REFERRAL_RATE)
    return fees


def difference(after, before):
    """What came on top; without rows of nothing, but for the principal."""
    rows = {name: amount - before[name] for name, amount in after.items()}
    return {n: amount for n, amount in rows.items() if amount or n == PRINCIPAL}


def refund_fee(returned, terms):
    """Amazon keeps a part of the referral fee that it gives back."""
    limit = REFUND_FEE_LIMIT.get(terms.marketplace.currency, REFUND_FEE_DEFAULT)
    return -min(limit, terms.rounded(returned * REFUND_FEE_RATE))
