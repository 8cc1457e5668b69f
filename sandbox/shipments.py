"""confirmShipment of Orders API v0: what it refuses and what it changes.

Amazon's wording where it is known (`spapi.md` §4.3). The sandbox's choice where it is
not: an unknown carrierCode is refused by name (Amazon treats some as "Other"), a ship
date may be neither in the future nor before the order, an edit replaces the package's
quantities, an empty tracking number is a parcel without one (the model demands the
field, and no text in it).
"""

from pathlib import Path

from .clock import iso, parse_time
from .errors import denied, invalid
from .search import find_order

# The CarrierCode enumeration of Amazon's amzn-base.xsd, exact spelling.
CARRIER_CODES = frozenset(
    Path(__file__).with_name("carriers.txt").read_text(encoding="utf-8").splitlines()
)
# Accepted with 204 and dropped: issue #5232 of Amazon's models.
DROPPED_CARRIERS = ("Amazon Shipping",)

_WRONG_TYPE = (
    "The input you have submitted is not valid. Please check the fields with "
    "invalid type [{}]."
)
_MISSING = (
    "The input you have submitted is not valid. Please check the missing fields [{}]."
)
_WRONG_ITEM = (
    "OrderItemId {} is invalid, please obtain the value through the getOrderItems API "
    "or Manage Orders page"
)
_NOTHING_LEFT = (
    "Failed to create package due to not finding a matching package or order already "
    "fulfilled. ErrorMessage(errorCode=GeneralError, errorDescription=Unable to find "
    "package to update for order ({}), errorMetric=PackageToUpdateNotFound, "
    "isRetryable=false)"
)


def confirm_shipment(sandbox, call):
    order = find_order(sandbox, call)
    now = sandbox.clock.now()
    package = _check_types(call["request_body"])
    _check_order(order, call["request_body"]["marketplaceId"])
    _check_package(package, order, now)
    quantities = _check_quantities(package, order)
    dropped = package["carrierCode"] in DROPPED_CARRIERS
    if sandbox.faults.take(("silent_confirm",), "confirmShipment", order.order_id):
        call["fault"] = "silent_confirm"
        dropped = True
    if not dropped:
        ship(order, package, quantities, now)
        sandbox.ledger.follow(order, now)
    return 204, None


def _check_types(body):
    """The package of a well-formed body."""
    if not isinstance(body, dict):
        raise invalid(_WRONG_TYPE.format("payload"))
    _demand(body, "", {"marketplaceId": str, "packageDetail": dict})
    if body.get("codCollectionMethod", "DirectPayment") != "DirectPayment":
        raise invalid("Invalid Input", "codCollectionMethod must be DirectPayment")
    package = body["packageDetail"]
    # Seen at Amazon: an object instead of a list complains about the item id.
    if isinstance(package.get("orderItems"), dict):
        raise invalid(_WRONG_ITEM.format(""))
    _demand(
        package,
        "packageDetail.",
        {
            "packageReferenceId": str,
            "carrierCode": str,
            "trackingNumber": str,
            "shipDate": str,
            "orderItems": list,
        },
    )
    for name in ("carrierName", "shippingMethod", "shipFromSupplySourceId"):
        if not isinstance(package.get(name, ""), str):
            raise invalid(_WRONG_TYPE.format(f"packageDetail.{name}"))
    if not package["orderItems"]:
        raise invalid(_MISSING.format("packageDetail.orderItems"))
    for item in package["orderItems"]:
        if not isinstance(item, dict):
            raise invalid(_WRONG_TYPE.format("packageDetail.orderItems"))
        where = "packageDetail.orderItems."
        _demand(item, where, {"orderItemId": str, "quantity": int})
        codes = item.get("transparencyCodes", [])
        if not isinstance(codes, list) or not all(isinstance(c, str) for c in codes):
            raise invalid(_WRONG_TYPE.format(where + "transparencyCodes"))
    return package


def _demand(body, where, types):
    for name, kind in types.items():
        value = body.get(name)
        if value is None:
            raise invalid(_MISSING.format(where + name))
        if not isinstance(value, kind) or isinstance(value, bool):
            raise invalid(_WRONG_TYPE.format(where + name))


def _check_order(order, marketplace_id):
    if marketplace_id not in order.seller.marketplace_ids:
        raise denied(f"The seller doesn't sell in marketplace {marketplace_id}.")
    if marketplace_id != order.marketplace_id:
        raise invalid("Invalid Input", "The order is of another marketplace")
    if order.fulfilled_by == "AMAZON":
        text = "The order is fulfilled by Amazon and cannot be confirmed by the seller."
        raise invalid(text)
    if "FBM_SHIP_PLUS" in order.payload.get("programs", ()):
        raise invalid("FBM Ship+ orders cannot be confirmed manually.")
    if order.status not in ("UNSHIPPED", "PARTIALLY_SHIPPED", "SHIPPED"):
        text = f"The order is {order.status} and cannot be confirmed as shipped."
        raise invalid(text)


def _check_package(package, order, now):
    reference = package["packageReferenceId"]
    if not reference.isascii() or not reference.isdecimal() or not int(reference):
        text = "PackageReferenceId: is invalid, must be a positive numeric value."
        raise invalid(text)
    carrier = package["carrierCode"]
    if carrier not in CARRIER_CODES:
        raise invalid(f"CarrierCode: {carrier} is not a valid carrier code.")
    if carrier == "Other" and not package.get("carrierName", "").strip():
        raise invalid("CarrierName: is required when the carrierCode is Other.")
    if package["trackingNumber"] and not package["trackingNumber"].strip():
        raise invalid(_MISSING.format("packageDetail.trackingNumber"))
    shipped = parse_time(package["shipDate"])
    if shipped is None or len(package["shipDate"]) == 10:
        raise invalid("Invalid Input", "shipDate must be an ISO 8601 date-time")
    if shipped > now:
        raise invalid("ShipDate: is invalid, must not be in the future.")
    if shipped < order.created:
        raise invalid("ShipDate: is invalid, must not be before the order date.")


def _check_quantities(package, order):
    """{order item id: quantity} of the package, within what the order has left."""
    quantities = {}
    for line in package["orderItems"]:
        item = order.item(line["orderItemId"])
        if item is None:
            raise invalid(_WRONG_ITEM.format(line["orderItemId"]))
        if line["quantity"] <= 0:
            raise invalid("Quantity: is invalid, must be a positive numeric value.")
        codes = line.get("transparencyCodes", [])
        if "TRANSPARENCY" in item.get("programs", ()) and (
            len(set(codes)) != line["quantity"]
        ):
            text = "TransparencyCodes: one code is required for every unit."
            raise invalid(text, line["orderItemId"])
        item_id = item["orderItemId"]
        quantities[item_id] = quantities.get(item_id, 0) + line["quantity"]
    elsewhere = _shipped(order, other_than=package["packageReferenceId"])
    left = {
        item["orderItemId"]: item["quantityOrdered"]
        - elsewhere.get(item["orderItemId"], 0)
        for item in order.items
    }
    if not any(left[item_id] > 0 for item_id in quantities):
        raise invalid(_NOTHING_LEFT.format(order.order_id))
    for item_id, quantity in quantities.items():
        if quantity > left[item_id]:
            text = (
                f"Quantity: {quantity} of OrderItemId {item_id} exceeds the "
                f"{left[item_id]} left to ship."
            )
            raise invalid(text)
    return quantities


def _shipped(order, other_than=None):
    """{order item id: quantity} over the order's packages."""
    shipped = {}
    for package in order.packages:
        # "01" is the same number as "1", and so the same package.
        if other_than and int(package["packageReferenceId"]) == int(other_than):
            continue
        for line in package["packageItems"]:
            item_id = line["orderItemId"]
            shipped[item_id] = shipped.get(item_id, 0) + line["quantity"]
    return shipped


def ship(order, package, quantities, now):
    reference = str(int(package["packageReferenceId"]))
    codes = {
        line["orderItemId"]: line["transparencyCodes"]
        for line in package["orderItems"]
        if line.get("transparencyCodes")
    }
    known = {row["packageReferenceId"]: row for row in order.packages}
    created = known.get(reference, {}).get("createdTime", iso(now))
    row = {
        "packageReferenceId": reference,
        "createdTime": created,
        "packageStatus": {"status": "SHIPPED"},
        "carrier": (
            package.get("carrierName")
            if package["carrierCode"] == "Other"
            else package["carrierCode"]
        ),
        "shipTime": iso(parse_time(package["shipDate"])),
        "packageItems": [
            {
                "orderItemId": item_id,
                "quantity": quantity,
                **({"transparencyCodes": codes[item_id]} if item_id in codes else {}),
            }
            for item_id, quantity in quantities.items()
        ],
    }
    if package["trackingNumber"]:
        row["trackingNumber"] = package["trackingNumber"]
    if package.get("shippingMethod"):
        row["shippingService"] = package["shippingMethod"]
    order.payload["packages"] = list({**known, reference: row}.values())
    shipped = _shipped(order)
    for item in order.items:
        done = shipped.get(item["orderItemId"], 0)
        item["fulfillment"]["quantityFulfilled"] = done
        item["fulfillment"]["quantityUnfulfilled"] = item["quantityOrdered"] - done
    order.touch(now)
    order.settle_status(now)
