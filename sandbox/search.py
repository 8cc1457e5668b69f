"""searchOrders and getOrder of Orders API 2026-01-01."""

import base64
import json
import re
from datetime import timedelta

from .clock import iso, parse_time
from .errors import ApiError, invalid
from .queries import check_marketplaces, listed, time_of
from .views import INCLUDED_DATA, view

STATUSES = (
    "PENDING_AVAILABILITY",
    "PENDING",
    "UNSHIPPED",
    "PARTIALLY_SHIPPED",
    "SHIPPED",
    "CANCELLED",
    "UNFULFILLABLE",
)
LAG = timedelta(minutes=2)  # what happened since is not told yet
TOKEN_LIFE = timedelta(hours=24)
ORDER_ID = re.compile(r"[A-Z0-9]{3}-\d{7}-\d{7}")
_CHANGEABLE = ("paginationToken", "maxResultsPerPage", "includedData")


def get_order(sandbox, call):
    order = find_order(sandbox, call)
    return 200, {"order": view(order, _included(call["query"]), sandbox.clock.now())}


def find_order(sandbox, call):
    order_id = call["order_id"]
    if not ORDER_ID.fullmatch(order_id):
        raise invalid("Invalid Input", f"{order_id} is no order id in 3-7-7 format")
    order = sandbox.orders.get(order_id)
    if order is None or order.seller.key != call["seller"]:
        raise ApiError(404, details=f"Order {order_id} was not found")
    return order


def search_orders(sandbox, call):
    query, now = call["query"], sandbox.clock.now()
    seller = sandbox.sellers[call["seller"]]
    limit = _page_size(query)
    included = _included(query)
    field, after, before, seen = _window(query, seller, now)
    chosen = _filter(query, seller)
    rows = sorted(
        (
            order
            for order in list(sandbox.orders.values())
            if order.seller is seller
            and after <= getattr(order, field) <= before
            and chosen(order)
        ),
        key=lambda order: _key(order, field),
    )
    if seen:
        rows = [order for order in rows if _key(order, field) > seen]
    page, more = rows[:limit], len(rows) > limit
    token_key = _key(page[-1], field) if page else None
    answered = page
    if more:
        # Page borders are where rows get lost; a fault may have a hand in it.
        if sandbox.faults.take(("drop_rows",), "searchOrders"):
            call["fault"] = "drop_rows"
            answered = page[:-1]
        elif sandbox.faults.take(("repeat_rows",), "searchOrders"):
            call["fault"] = "repeat_rows"
            token_key = _key(page[-2], field) if len(page) > 1 else seen
    body = {"orders": [view(order, included, now) for order in answered]}
    if more:
        token = _token(query, seller, token_key, before, now)
        body["pagination"] = {"nextToken": token}
        if field == "updated" and sandbox.faults.take(
            ("change_between_pages",), "searchOrders"
        ):
            call["fault"] = "change_between_pages"
            page[0].touch(max(before, page[0].updated))
    name = "lastUpdatedBefore" if field == "updated" else "createdBefore"
    body[name] = iso(before)
    return 200, body


def _key(order, field):
    """Position in the answer. It doesn't move when other orders change."""
    return iso(getattr(order, field)), order.order_id


def _page_size(query):
    text = query.get("maxResultsPerPage", "100")
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise invalid("Invalid Input", "maxResultsPerPage must be between 1 and 100")
    return int(text)


def _included(query):
    return set(listed(query, "includedData", INCLUDED_DATA))


def _filter(query, seller):
    statuses = listed(query, "fulfillmentStatuses", STATUSES)
    parties = listed(query, "fulfilledBy", ("MERCHANT", "AMAZON"))
    marketplaces = listed(query, "marketplaceIds")
    if len(marketplaces) > 50:
        raise invalid("Invalid Input", "marketplaceIds may hold up to 50 values")
    check_marketplaces(marketplaces, seller)
    return lambda order: (
        (not statuses or order.status in statuses)
        and (not parties or order.fulfilled_by in parties)
        and (not marketplaces or order.marketplace_id in marketplaces)
    )


def _window(query, seller, now):
    """Which time decides, from when to when, and after which row to go on."""
    names = [n for n in ("createdAfter", "lastUpdatedAfter") if n in query]
    if len(names) != 1:
        text = "Provide exactly one of createdAfter and lastUpdatedAfter"
        raise invalid("Invalid Input", text)
    kind = names[0].removesuffix("After")
    other = "lastUpdatedBefore" if kind == "created" else "createdBefore"
    if other in query:
        raise invalid("Invalid Input", f"{other} may not be given with {names[0]}")
    after = time_of(query, names[0])
    if "paginationToken" in query:
        before, seen = _resume(query, seller, now)
    else:
        before, seen = _before(query, f"{kind}Before", after, now), None
    return ("created" if kind == "created" else "updated"), after, before, seen


def _before(query, name, after, now):
    if name not in query:
        # To the millisecond, as it is echoed: the next search starts right there.
        latest = max(now - LAG, after)
        return latest.replace(microsecond=latest.microsecond // 1000 * 1000)
    before = time_of(query, name)
    if before > now - LAG:
        raise invalid("Invalid Input", f"{name} must be at least two minutes ago")
    if before < after:
        raise invalid("Invalid Input", f"{name} must not be earlier than its After")
    return before


def _token(query, seller, key, before, now):
    content = [_fixed(query), seller.key, key, iso(before), iso(now)]
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _resume(query, seller, now):
    try:
        content = json.loads(base64.urlsafe_b64decode(query["paginationToken"]))
        fixed, owner, key, before, issued = content
        before, issued = parse_time(before), parse_time(issued)
    except (ValueError, TypeError):
        raise invalid("Invalid Input", "paginationToken is not valid") from None
    if now - issued > TOKEN_LIFE:
        raise invalid("Invalid Input", "paginationToken has expired")
    if owner != seller.key or fixed != _fixed(query):
        text = "With a paginationToken, all other parameters must be the same"
        raise invalid("Invalid Input", text)
    return before, tuple(key) if key else None


def _fixed(query):
    return {name: query[name] for name in sorted(query) if name not in _CHANGEABLE}
