"""Orders API v0 confirmShipment: telling Amazon that a package has left.

A 204 says that Amazon took the message, not that it took effect; getOrder with
PACKAGES and FULFILLMENT tells (spapi.md §4.2).
"""

import re
from dataclasses import dataclass
from datetime import datetime

from . import library
from .operations import Operation
from .orders import check_order_id
from .shape import iso

CONFIRM_SHIPMENT = Operation(
    name="confirmShipment",
    api=library.api.OrdersV0,
    method="confirm_shipment",
    # The same packageReferenceId edits the same package: once more does no harm.
    repeatable=True,
    role="Inventory and Order Tracking or Direct-to-Consumer Shipping",
)


@dataclass(frozen=True, slots=True)
class Package:
    """One package of one order.

    package_reference_id: a positive whole number as a text, unique and stable within
    the order; carrier_code: exactly as Amazon spells it; carrier_name: needed where
    the code is "Other"; tracking_number: "" for a parcel without one, since Amazon's
    model demands the field but no text in it; ship_date: aware; items: ((order item
    id, quantity), …).
    """

    package_reference_id: str
    carrier_code: str
    carrier_name: str | None
    shipping_method: str | None
    tracking_number: str
    ship_date: datetime
    items: tuple[tuple[str, int], ...]


def confirm_shipment(
    client, order_id, marketplace_id, package, cod_collection_method=None
):
    """Confirm `package`, or edit it if its reference is known to Amazon.

    Sending the same again does no harm. cod_collection_method: "DirectPayment", JP
    only. ValueError for what Amazon's model excludes, before anything is sent.
    Source: confirmShipment (spapi.md §4)
    """
    check_order_id(order_id)
    body = {"marketplaceId": marketplace_id, "packageDetail": _detail(package)}
    if not _is_text(marketplace_id):
        raise ValueError("marketplace_id is missing")
    if cod_collection_method:
        body["codCollectionMethod"] = cod_collection_method
    client.call(CONFIRM_SHIPMENT, order_id, **body)


def already_shipped(error):
    """Whether a Refused says that all is shipped, under another package reference."""
    words = f"{error.message} {error.details}".lower()
    return "packagetoupdatenotfound" in words or "already fulfilled" in words


def _detail(package):
    _check(package)
    detail = {
        "packageReferenceId": package.package_reference_id,
        "carrierCode": package.carrier_code,
        "carrierName": package.carrier_name,
        "shippingMethod": package.shipping_method,
        "trackingNumber": package.tracking_number,
        "shipDate": iso(package.ship_date),
        "orderItems": [
            {"orderItemId": item_id, "quantity": quantity}
            for item_id, quantity in package.items
        ],
    }
    required = ("trackingNumber",)
    return {key: value for key, value in detail.items() if value or key in required}


def _check(package):
    reference = package.package_reference_id
    if not _is_text(reference) or not re.fullmatch(r"[1-9][0-9]*", reference):
        raise ValueError(f"package_reference_id: {reference!r} is no positive number")
    if not _is_text(package.carrier_code):
        raise ValueError("carrier_code is missing")
    if package.tracking_number != "" and not _is_text(package.tracking_number):
        raise ValueError("tracking_number is neither a number nor empty")
    if package.carrier_code == "Other" and not _is_text(package.carrier_name):
        raise ValueError('carrier_name is missing, carrier_code is "Other"')
    if not package.items:
        raise ValueError("items: a package holds at least one")
    for item_id, quantity in package.items:
        if not _is_text(item_id):
            raise ValueError(f"items: {item_id!r} is not an order item id")
        if type(quantity) is not int or quantity < 1:
            raise ValueError(f"items: quantity {quantity!r} is no positive number")
    if len({item_id for item_id, _ in package.items}) < len(package.items):
        raise ValueError("items: an order item occurs twice")


def _is_text(value):
    return isinstance(value, str) and bool(value.strip())
