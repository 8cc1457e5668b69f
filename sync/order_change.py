"""Amazon changed what was ordered after it became a sale (row 4.35).

What a sale was made from is compared with what Amazon says now. A difference is shown,
never silently taken over: *Apply* does that (order_change_apply), *Keep* leaves the
sale as it is.
"""

from decimal import Decimal

from odoo import fields

from ..spapi.amounts import order_amounts
from ..spapi.errors import AmountMismatch, MalformedOrder
from ..spapi.orders import parse_order

ACTIVITY = "amazon_connector.activity_changed_order"
# fields of a charge, in the order in which a screen shows them
AMOUNTS = ("amount", "tax", "remitted")
ZERO = "0"
# an order in which sale and Amazon agree
AGREED = {
    "sold_terms": False,
    "kept_terms": False,
    "changes": False,
    "is_changed": False,
}


# What an order asks for


def terms(order, fallback):
    """What a parsed order asks for, as Json without anybody's name.

    ``charges`` is None where Amazon states no amount at all: while it holds amounts
    back, they have not changed.

    :param fallback: whether the marketplace's prices include tax
    """
    items = {
        item.order_item_id: {
            "sku": item.product.seller_sku or item.product.asin or "",
            "quantity": item.quantity_ordered,
        }
        for item in order.items
    }
    found = {"items": items, "currency": order.currency, "charges": None}
    if found["currency"] is None:
        return found
    try:
        amounts = order_amounts(order, fallback=fallback)
    except AmountMismatch as exc:
        return found | {"problem": str(exc)}
    charges = {}
    for charge in amounts.charges:
        key = f"{charge.kind} {charge.order_item_id or ''}".strip()
        sums = charges.setdefault(key, dict.fromkeys(AMOUNTS, Decimal(0)))
        sums["amount"] += charge.gross
        sums["tax"] += charge.tax
        sums["remitted"] += charge.facilitated
    return found | {
        "charges": {
            key: {name: _plain(value) for name, value in sums.items()}
            for key, sums in charges.items()
        }
    }


def terms_of(payload, store):
    """The same of a raw payload; None when it can't be read."""
    try:
        order = parse_order(payload)
    except MalformedOrder:
        return None
    return terms(order, store.marketplace_id.prices_include_tax)


def _plain(value):
    """Equal amounts are equal texts: 5 is 5.00."""
    return f"{value.normalize():f}" if value else ZERO


# Differences


def differences(before, now):
    """[{key, sku, field, before, now}] between two terms; an item that is missing has
    no units and costs nothing."""
    rows = []
    for ref in [
        *before["items"],
        *(r for r in now["items"] if r not in before["items"]),
    ]:
        old, new = before["items"].get(ref), now["items"].get(ref)
        key, sku = f"ITEM {ref}", (new or old)["sku"]
        if old and new and old["sku"] != new["sku"]:
            rows.append(_row(key, old["sku"], "sku", old["sku"], new["sku"]))
        units = [terms["quantity"] if terms else 0 for terms in (old, new)]
        rows += _compare(key, sku, "quantity", *map(str, units))
        rows += _compare_amounts(before, now, key, sku)
    for key in dict.fromkeys([*(before["charges"] or ()), *(now["charges"] or ())]):
        if not key.startswith("ITEM "):
            rows += _compare_amounts(before, now, key, False)
    if now.get("problem") and now.get("problem") != before.get("problem"):
        rows.append(_row("", False, "problem", "", now["problem"]))
    elif before["currency"] and now["currency"]:
        rows += _compare("", False, "currency", before["currency"], now["currency"])
    return rows


def _compare_amounts(before, now, key, sku):
    if now["charges"] is None:
        return []
    nothing = dict.fromkeys(AMOUNTS, ZERO)
    old = (before["charges"] or {}).get(key, nothing)
    new = now["charges"].get(key, nothing)
    return [
        row
        for name in AMOUNTS
        for row in _compare(key, sku, name, old[name], new[name])
    ]


def _compare(key, sku, field, before, now):
    return [_row(key, sku, field, before, now)] if before != now else []


def _row(key, sku, field, before, now):
    return {"key": key, "sku": sku, "field": field, "before": before, "now": now}


# A second sight


def seen(record, order):
    """Values for an imported inbox record that Amazon tells of again; no query.

    The first difference makes the record keep what its sale was made from; as long as
    there is none, the payload is that.

    :param order: the parsed new answer; None when it can't be read
    """
    if not record.sale_order_id:
        return {}
    sold = record.sold_terms or terms_of(record.payload, record.store_id)
    if sold is None:
        return {}
    if order is None:  # the payload will not be readable any more
        return {"sold_terms": sold}
    if order.status == "CANCELLED":
        return _told(record, AGREED | {"sold_terms": sold})
    now = terms(order, record.store_id.marketplace_id.prices_include_tax)
    rows = differences(sold, now)
    if not rows:
        # amounts that are held back for a while may come back changed
        held = now["charges"] is None
        return _told(record, AGREED | ({"sold_terms": sold} if held else {}))
    if record.kept_terms == now:
        return _told(record, AGREED | {"sold_terms": sold, "kept_terms": now})
    return _told(
        record,
        {"sold_terms": sold, "kept_terms": False, "changes": rows, "is_changed": True},
    )


def _told(record, values):
    """The importer tells somebody, or takes that back."""
    if values["is_changed"] != record.is_changed:
        values = values | {"next_try": fields.Datetime.now()}
    return values


def tell(orders):
    """One activity for an order as long as it differs from its sale."""
    changed = orders.filtered("is_changed")
    known = orders.activity_search([ACTIVITY])
    known.filtered(lambda a: a.res_id not in changed.ids).unlink()
    untold = changed.filtered(lambda order: order.id not in known.mapped("res_id"))
    for account in untold.account_id:
        untold.filtered(lambda o, a=account: o.account_id == a).activity_schedule(
            ACTIVITY,
            note=account.env._(
                "Amazon changed this order after it became a sale. Compare, and press "
                "Apply Changes or Keep Sale."
            ),
            user_id=(account.user_id or account.env.user).id,
        )
