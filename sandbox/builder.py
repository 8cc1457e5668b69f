"""Writes orders: from a few keyword arguments to Amazon's whole field tree.

What comes out holds everything Amazon knows of the order. How much of it a caller may
see is decided when it is answered (`views.py`).
"""

import json
from datetime import timedelta

from .amounts import money, order_proceeds
from .buyers import anonymous_email, random_buyer
from .clock import iso
from .items import build_item
from .marketplaces import marketplace_of

CLOSED = ("SHIPPED", "CANCELLED", "UNFULFILLABLE")


def build_order(
    rng,
    marketplace,
    now,
    *,
    items=("MUG-BLUE-350",),
    order_id=None,
    status="UNSHIPPED",
    fulfilled_by="MERCHANT",
    created=None,
    updated=None,
    service_level="STANDARD",
    ship_within=timedelta(days=2),
    programs=(),
    buyer=None,
    address=None,
    replaces=None,
    alias=None,
    non_amazon=False,
    payment="CreditCard",
    tax_registration=None,
    delivery_preference=None,
    ship_from=None,
):
    """A whole `Order`. `items` are SKUs or keyword arguments of `build_item`.

    `buyer` and `address` change single fields of an invented buyer and address; a
    field set to None goes missing. `delivery_preference` and `ship_from`, the address
    of a package that has not left yet, are in Amazon's own field tree. `created` and
    `updated` are datetimes; by default an hour and ten minutes ago, so that a search
    finds the order.
    """
    marketplace = marketplace_of(marketplace)
    created = created or now - timedelta(hours=1)
    updated = updated or max(created, now - timedelta(minutes=10))
    lines = [
        build_item(
            rng, marketplace, **({"sku": item} if isinstance(item, str) else item)
        )
        for item in items
    ]
    if status == "SHIPPED":
        for line in lines:
            line["fulfillment"]["quantityFulfilled"] = line["quantityOrdered"]
    if status in CLOSED:
        for line in lines:
            line["fulfillment"]["quantityUnfulfilled"] = 0
    name, home = random_buyer(rng, marketplace.country)
    buyer = {
        "buyerName": name,
        "buyerEmail": anonymous_email(rng, marketplace),
        **(buyer or {}),
    }
    if fulfilled_by == "AMAZON":
        buyer.pop("buyerEmail", None)
    ship_by = now if status not in CLOSED else created
    total = order_proceeds(lines, marketplace)
    order = {
        "orderId": order_id or random_order_id(rng),
        "createdTime": iso(created),
        "lastUpdatedTime": iso(updated),
        "salesChannel": {
            "channelName": "NON_AMAZON" if non_amazon else "AMAZON",
            "marketplaceId": marketplace.id,
            "marketplaceName": (
                f"Non-Amazon {marketplace.country}" if non_amazon else marketplace.name
            ),
        },
        "buyer": _without_none(buyer),
        "recipient": {"deliveryAddress": _without_none({**home, **(address or {})})},
        "proceeds": total,
        "payment": {
            "paymentExecutions": [
                {"paymentMethod": payment, "paymentAmount": total["grandTotal"]}
            ]
        },
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": fulfilled_by,
            "fulfillmentServiceLevel": service_level,
            "shipByWindow": _window(ship_by, ship_within),
            "deliverByWindow": _window(ship_by + ship_within, timedelta(days=4)),
        },
        "orderItems": lines,
    }
    if delivery_preference:
        order["recipient"]["deliveryPreference"] = delivery_preference
    if ship_from:
        order["packages"] = [
            {
                "packageReferenceId": "1",
                "packageStatus": {"status": "PENDING"},
                "shipFromAddress": ship_from,
                "packageItems": [],
            }
        ]
    if alias:
        order["orderAliases"] = [{"aliasId": alias, "aliasType": "SELLER_ORDER_ID"}]
    if programs:
        order["programs"] = list(programs)
    if replaces:
        origin = {"orderId": replaces, "associationType": "REPLACEMENT_ORIGINAL_ID"}
        order["associatedOrders"] = [origin]
    if tax_registration:
        order["tax"] = {
            "taxRegistrations": [{"entityType": "BUYER", **tax_registration}]
        }
    return order


def complete_order(rng, marketplace, now, payload):
    """A payload written by hand, with what the sandbox cannot do without."""
    payload = json.loads(json.dumps(payload))  # the caller's own stays as it is
    nothing = {"type": "ITEM", "subtotal": money(0, marketplace)}
    model = build_order(rng, marketplace, now, items=())
    items = []
    for item in payload["orderItems"]:
        quantity = item["quantityOrdered"]
        item = {
            "orderItemId": f"{rng.randrange(10**13, 10**14)}",
            "product": {},
            "proceeds": {"proceedsTotal": nothing["subtotal"], "breakdowns": [nothing]},
            **item,
        }
        item["fulfillment"] = {
            "quantityFulfilled": 0,
            "quantityUnfulfilled": quantity,
            **item.get("fulfillment", {}),
        }
        items.append(item)
    needed = ("orderId", "createdTime", "lastUpdatedTime", "salesChannel")
    return {
        **{name: model[name] for name in needed},
        "proceeds": order_proceeds(items, marketplace),
        **payload,
        "fulfillment": {**model["fulfillment"], **payload.get("fulfillment", {})},
        "orderItems": items,
    }


def random_order_id(rng, prefix=None):
    prefix = prefix or f"{rng.randrange(100, 1000)}"
    return f"{prefix}-{rng.randrange(10**7):07}-{rng.randrange(10**7):07}"


def _window(start, length):
    return {"earliestDateTime": iso(start), "latestDateTime": iso(start + length)}


def _without_none(fields):
    return {name: value for name, value in fields.items() if value is not None}
