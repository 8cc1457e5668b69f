"""What an order item costs, as Amazon breaks it down.

Amazon documents neither sign nor inclusiveness of its proceeds. The sandbox chose:

* breakdowns ITEM, SHIPPING, GIFT_WRAP, COD_FEE are line totals; DISCOUNT is negative;
* US and CA: they exclude tax, and proceedsTotal is the sum of all, TAX too, even where
  a marketplace facilitator collects it;
* elsewhere: they include tax, proceedsTotal is the sum without TAX, and TAX says how
  much of it is tax, on some items only;
* grandTotal is the sum of the items' proceedsTotal.
"""

from decimal import ROUND_HALF_UP, Decimal


def money(amount, marketplace):
    return {
        "amount": str(rounded(amount, marketplace)),
        "currencyCode": marketplace.currency,
    }


def rounded(amount, marketplace):
    unit = Decimal(1).scaleb(-marketplace.decimals)
    return Decimal(str(amount)).quantize(unit, ROUND_HALF_UP)


def proceeds(charges, discounts, taxes, marketplace):
    """`ItemProceeds` of charges, discounts (positive) and taxes, each {type: amount}.

    `taxes` is None where Amazon states none; tax on the discount is negative.
    """
    rows = [
        {"type": kind, "subtotal": money(amount, marketplace)}
        for kind, amount in charges.items()
        if amount or kind == "ITEM"
    ]
    total = sum(charges.values())
    granted = {kind: -amount for kind, amount in discounts.items() if amount}
    if granted:
        rows.append(_row("DISCOUNT", granted, marketplace))
        total += sum(granted.values())
    if taxes is not None:
        stated = {kind: tax for kind, tax in taxes.items() if tax}
        rows.append(_row("TAX", stated, marketplace))
        if not marketplace.includes_tax:
            total += sum(stated.values())
    return {"proceedsTotal": money(total, marketplace), "breakdowns": rows}


def share_of(item_proceeds, kept, of, marketplace):
    """The proceeds that remain when only so many of so many units are kept."""
    charges, discounts, taxes = {}, {}, None
    for row in item_proceeds["breakdowns"]:
        parts = {
            part["subtype"]: rounded(
                Decimal(part["value"]["amount"]) * kept / of, marketplace
            )
            for part in row.get("detailedBreakdowns", ())
        }
        if row["type"] == "DISCOUNT":
            discounts = {kind: -amount for kind, amount in parts.items()}
        elif row["type"] == "TAX":
            taxes = parts
        else:
            amount = Decimal(row["subtotal"]["amount"]) * kept / of
            charges[row["type"]] = rounded(amount, marketplace)
    return proceeds(charges, discounts, taxes, marketplace)


def _row(kind, parts, marketplace):
    row = {"type": kind, "subtotal": money(sum(parts.values()), marketplace)}
    if parts:
        row["detailedBreakdowns"] = [
            {"subtype": subtype, "value": money(value, marketplace)}
            for subtype, value in parts.items()
        ]
    return row


def taxes_of(charges, discounts, rate, quantity, marketplace, by_unit=False):
    """Tax per charge; `by_unit` rounds per unit, a cent away from rate × total."""

    def tax(amount, units=1):
        share = rate / (1 + rate) if marketplace.includes_tax else rate
        return rounded(amount * share / units, marketplace) * units

    taxes = {
        kind: tax(amount, quantity if by_unit and kind == "ITEM" else 1)
        for kind, amount in charges.items()
    }
    discount_tax = sum((tax(amount) for amount in discounts.values()), Decimal())
    if discount_tax:
        taxes["DISCOUNT"] = -discount_tax
    return taxes


def order_proceeds(items, marketplace):
    """`OrderProceeds`: the items' proceeds added up."""
    kinds, total = {}, Decimal()
    for item in items:
        total += Decimal(item["proceeds"]["proceedsTotal"]["amount"])
        for row in item["proceeds"]["breakdowns"]:
            amount = Decimal(row["subtotal"]["amount"])
            kinds[row["type"]] = kinds.get(row["type"], Decimal()) + amount
    return {
        "grandTotal": money(total, marketplace),
        "breakdowns": [
            {"type": kind, "subtotal": money(amount, marketplace)}
            for kind, amount in kinds.items()
        ],
    }
