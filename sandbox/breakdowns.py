"""Amounts as the Finances API nests them: a tree in which every sum is of what's below.

Amazon documents few of the names; those it uses are here, the others are those of the
settlement report.
"""

from decimal import Decimal

# Amount type and description → where it stands in the tree of breakdowns.
_PLACES = {
    ("ItemPrice", "Principal"): ("Sales", "ProductCharges", "OurPricePrincipal"),
    ("ItemPrice", "Shipping"): ("Shipping", "ShippingPrincipal"),
    ("ItemPrice", "GiftWrap"): ("GiftWrap", "GiftWrapPrincipal"),
    ("ItemPrice", "Tax"): ("Tax", "OurPriceTax"),
    ("Cost of Advertising", "TransactionTotalAmount"): (
        "Expenses",
        "AmazonFees",
        "CostOfAdvertising",
    ),
}
_GROUPS = {
    "Promotion": ("Promotions",),
    "ItemWithheldTax": ("Tax",),
    "ItemFees": ("Expenses", "AmazonFees"),
    "Points": ("Expenses", "Points"),
}
_BALANCES = {
    "Payable to Amazon": ("Beginning Balance", "Payable to Amazon"),
    "Previous Reserve Amount Balance": ("Beginning Balance", "Previous Reserve"),
    "Current Reserve Amount": ("Account Level Reserves", "Current Reserve"),
}


def money(amount, marketplace):
    return {"currencyCode": marketplace.currency, "currencyAmount": float(amount)}


def _place(event, row):
    pair = row.amount_type, row.description
    if pair in _PLACES:
        return _PLACES[pair]
    if row.description in _BALANCES:
        return _BALANCES[row.description]
    if row.amount_type in _GROUPS:
        return (*_GROUPS[row.amount_type], row.description)
    if row.amount_type == "ItemPrice":
        top = "Tax" if row.description.endswith("Tax") else "Sales"
        return top, row.description
    if row.amount_type == "FBA Inventory Reimbursement":
        return "Adjustments", row.amount_type, row.description
    return "Expenses", event.transaction_type, row.description


def breakdowns(rows, marketplace):
    """The tree of these (event, row)."""
    tree = {}
    for event, row in rows:
        branch = tree
        for name in _place(event, row):
            total, below = branch.get(name, (Decimal(), {}))
            branch[name] = (total + row.amount, below)
            branch = below
    return _branches(tree, marketplace)


def _branches(tree, marketplace):
    return [
        {
            "breakdownType": name,
            "breakdownAmount": money(total, marketplace),
            "breakdowns": _branches(below, marketplace),
        }
        for name, (total, below) in tree.items()
    ]
