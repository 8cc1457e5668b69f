"""What one order payload says, as values for the inbox. Pure: no database."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime

from ..spapi.errors import MalformedOrder
from ..spapi.orders import parse_order
from . import buyer_vat
from .delivery_method import services
from .order_choice import TO_SHIP, position

# Amazon keeps prices and buyer data back until then
WAITING = frozenset({"PENDING", "PENDING_AVAILABILITY"})
HUGE = 10**9  # an integer column holds twice that
LONG = 256


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``reference`` is Amazon's order id; ``order`` is None when unreadable."""

    reference: str
    digest: str
    payload: object
    order: object = None
    problem: str = ""
    values: dict = field(default_factory=dict)


def snapshot(payload):
    """A :class:`Snapshot` of a raw payload; never raises for what Amazon sends, and
    never holds what PostgreSQL can't keep."""
    text = json.dumps(payload, sort_keys=True)
    if "\\u0000" in text or "\\ud" in text:
        payload = _storable(payload)
        text = json.dumps(payload, sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()
    order_id = payload.get("orderId") if isinstance(payload, dict) else None
    reference = (
        order_id
        if isinstance(order_id, str) and order_id.strip() and len(order_id) < LONG
        else f"unreadable-{digest[:16]}"
    )
    try:
        order = parse_order(payload)
    except MalformedOrder as exc:
        return Snapshot(reference, digest, payload, problem=str(exc))
    problem = _implausible(order)
    if problem:
        return Snapshot(reference, digest, payload, problem=problem)
    return Snapshot(reference, digest, payload, order, values=_values(order))


def _storable(value):
    """Without NUL and halves of characters."""
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_storable(element) for element in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(element) for key, element in value.items()}
    return value


def _implausible(order):
    """What no order can mean, in words: numbers and texts beyond every range."""
    item_ids = [item.order_item_id for item in order.items]
    if len(set(item_ids)) < len(item_ids):
        return "orderItems: the same orderItemId stands there twice"
    if any(abs(money.amount) >= HUGE for money in order.moneys()):
        return "proceeds: an amount is out of every range"
    for index, item in enumerate(order.items):
        shipped = (item.fulfillment and item.fulfillment.quantity_fulfilled) or 0
        if max(abs(item.quantity_ordered), abs(shipped)) >= HUGE:
            return f"orderItems[{index}]: a quantity is out of every range"
        if len(item.product.seller_sku or "") >= LONG:
            return f"orderItems[{index}].product.sellerSku: is too long"
    return "orderId: is too long" if len(order.order_id) >= LONG else ""


def naive(moment):
    """Odoo's datetimes: naive, UTC, whole seconds."""
    if moment is None:
        return False
    return moment.replace(tzinfo=None, microsecond=0)


def _values(order):
    fulfillment = order.fulfillment
    grand_total = order.proceeds.grand_total if order.proceeds else None
    return {
        "fulfillment_status": order.status or False,
        "fulfilled_by": "AMAZON" if order.is_fba else "MERCHANT",
        "purchase_date": naive(order.created_time),
        "last_updated": naive(order.last_updated_time),
        "ship_by": naive(_latest(fulfillment and fulfillment.ship_by)),
        "deliver_by": naive(_latest(fulfillment and fulfillment.deliver_by)),
        "amount_total": float(grand_total.amount) if grand_total else 0.0,
        "currency_code": order.currency or False,
        "cancel_requested": any(
            item.cancellation and item.cancellation.request for item in order.items
        ),
        "is_replacement": order.is_replacement,
        "programs": ", ".join(order.programs) or False,
        "buyer_vat": buyer_vat.number_of(order) or False,
        "shipping_service": ", ".join(services(order)) or False,
    }


def _latest(window) -> datetime | None:
    return window.latest if window else None


def item_values(item):
    """Values of an ``amazon.order.line``."""
    total = item.proceeds.total if item.proceeds else None
    return {
        "item_ref": item.order_item_id,
        "sku": item.product.seller_sku or item.product.asin or False,
        "asin": item.product.asin or False,
        "name": item.product.title or item.product.seller_sku or item.product.asin,
        "quantity": item.quantity_ordered,
        "quantity_fulfilled": (
            item.fulfillment.quantity_fulfilled or 0 if item.fulfillment else 0
        ),
        "amount_total": float(total.amount) if total else 0.0,
    }


def classify(order, choice=TO_SHIP):
    """Where a readable order stands before Odoo has done anything with it.

    :param choice: which merchant orders the store takes in
    :return: (state, reason code, due): ``due`` means it can be imported now
    """
    status = order.status
    if order.sales_channel and order.sales_channel.channel_name == "NON_AMAZON":
        return "ignored", "non_amazon", False
    if status == "CANCELLED":
        return "canceled", False, False
    if status in WAITING:
        return "pending", "waiting", False
    if status == "UNFULFILLABLE":
        return "ignored", "unfulfillable", False
    if order.is_fba:
        if status == "SHIPPED":
            return "pending", False, True
        return "pending", "fba_unshipped", False
    return position(status, choice)
