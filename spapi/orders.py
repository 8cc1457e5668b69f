"""Orders API 2026-01-01: which orders changed, and what an order says."""

import re
from dataclasses import dataclass
from datetime import datetime

from . import library
from .errors import MalformedOrder, Temporary
from .operations import Operation
from .order_fields import Order
from .shape import Malformed, Money, iso, read

__all__ = [
    "INCLUDED_DATA",
    "Money",
    "Order",
    "OrdersPage",
    "get_order",
    "parse_order",
    "search_orders",
]

# One call brings everything the import needs: the limit counts calls, not data.
INCLUDED_DATA = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
)

SEARCH_ORDERS = Operation(
    name="searchOrders",
    api=library.api.OrdersV20260101,
    method="search_orders",
    repeatable=True,
    role="Inventory and Order Tracking",
    required="orders",
)
GET_ORDER = Operation(
    name="getOrder",
    api=library.api.OrdersV20260101,
    method="get_order",
    repeatable=True,
    role="Inventory and Order Tracking",
    required="order",
)


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """One page. orders: the payloads as they came; next_token: None on the last page;
    last_updated_before: where the next search starts, aware (created_before likewise
    for a search by creation)."""

    orders: tuple[dict, ...]
    next_token: str | None
    last_updated_before: datetime | None
    request_id: str
    created_before: datetime | None = None


def search_orders(
    client,
    *,
    marketplace_ids,
    last_updated_after=None,
    last_updated_before=None,
    created_after=None,
    created_before=None,
    fulfillment_statuses=(),
    fulfilled_by=(),
    page_size=100,
    pagination_token=None,
    included_data=INCLUDED_DATA,
):
    """One OrdersPage of the orders changed (or created) in a time span.

    Exactly one of last_updated_after and created_after; all times aware, the end at
    least two minutes ago. A pagination_token lives for 24 hours and wants all other
    arguments as before, except page_size and included_data.
    Source: searchOrders (spapi.md §3.2)
    """
    span = {
        "lastUpdatedAfter": last_updated_after,
        "lastUpdatedBefore": last_updated_before,
        "createdAfter": created_after,
        "createdBefore": created_before,
    }
    _check_search(span, marketplace_ids, page_size)
    lists = {
        "marketplaceIds": marketplace_ids,
        "fulfillmentStatuses": fulfillment_statuses,
        "fulfilledBy": fulfilled_by,
        "includedData": included_data,
    }
    parameters = {key: iso(value) for key, value in span.items() if value}
    parameters |= {key: list(values) for key, values in lists.items() if values}
    parameters["maxResultsPerPage"] = page_size
    if pagination_token:
        parameters["paginationToken"] = pagination_token
    answer = client.call(SEARCH_ORDERS, **parameters)
    try:
        return _page(answer)
    except Malformed as error:
        # Taken for the last page, it would move the cursor past unseen orders.
        raise _unreadable(answer, SEARCH_ORDERS, error) from None


def get_order(client, order_id, included_data=INCLUDED_DATA):
    """The payload of one order as it came. Source: getOrder (spapi.md §3)"""
    check_order_id(order_id)
    answer = client.call(GET_ORDER, order_id, includedData=list(included_data))
    order = answer.body["order"]
    if not isinstance(order, dict):
        raise _unreadable(answer, GET_ORDER, "order: is not an object")
    return order


def parse_order(payload):
    """The Order in a payload, or MalformedOrder with the JSON path of the fault."""
    try:
        return read(Order, payload)
    except Malformed as error:
        raise MalformedOrder(str(error)) from None


def check_order_id(order_id):
    """ValueError unless it may stand in a path; the screen lets users type one."""
    if not isinstance(order_id, str) or not re.fullmatch(r"[0-9A-Za-z-]+", order_id):
        raise ValueError(f"{order_id!r} is not an Amazon order id")


def _check_search(span, marketplace_ids, page_size):
    by_update = bool(span["lastUpdatedAfter"])
    if by_update == bool(span["createdAfter"]):
        raise ValueError("exactly one of last_updated_after and created_after")
    if span["createdBefore" if by_update else "lastUpdatedBefore"]:
        raise ValueError("a *_before goes with its own *_after")
    if isinstance(marketplace_ids, str) or not 1 <= len(marketplace_ids) <= 50:
        raise ValueError("marketplace_ids: between 1 and 50 ids")
    if not 1 <= page_size <= 100:
        raise ValueError("page_size: between 1 and 100")


@dataclass(frozen=True, slots=True)
class _Pagination:
    next_token: str | None = None


@dataclass(frozen=True, slots=True)
class _SearchBounds:
    pagination: _Pagination | None = None
    last_updated_before: datetime | None = None
    created_before: datetime | None = None


def _page(answer):
    bounds = read(_SearchBounds, answer.body)
    orders = answer.body["orders"]
    if not isinstance(orders, list) or not all(isinstance(o, dict) for o in orders):
        raise Malformed("is not a list of objects").under("orders")
    return OrdersPage(
        orders=tuple(orders),
        next_token=(bounds.pagination and bounds.pagination.next_token) or None,
        last_updated_before=bounds.last_updated_before,
        request_id=answer.request_id,
        created_before=bounds.created_before,
    )


def _unreadable(answer, operation, error):
    return Temporary(
        f"the answer is not as Amazon's model has it ({error})",
        operation=operation.name,
        status=answer.status,
        request_id=answer.request_id,
    )
