"""What a caller sees of an order: by includedData, by roles, by status.

Undocumented, so the sandbox's choice: company name and deliveryPreference are personal
data like the street; an FBA order shows its postal code to the tax roles only; a gift
message comes with FULFILLMENT (where it sits) and BUYER (which it belongs to).
"""

from .clock import parse_time
from .sellers import DIRECT_TO_CONSUMER, TAX_INVOICING

INCLUDED_DATA = (
    "BUYER",
    "RECIPIENT",
    "PROCEEDS",
    "EXPENSE",
    "PROMOTION",
    "CANCELLATION",
    "FULFILLMENT",
    "PACKAGES",
    "TAX",
    "PAYMENT",
    "FULFILLMENT_ORDERS",
)
_PUBLIC_ADDRESS = ("city", "stateOrRegion", "countryCode", "addressType")
_NO_NAMES_FOR_TAX = ("US", "JP", "SG")  # tax roles get no names of buyers there


def view(order, included, now):
    """The order as JSON for its seller."""
    source, roles = order.payload, order.seller.roles
    sight = _Sight(order, included, roles, now)
    shown = {
        name: source[name]
        for name in (
            "orderId",
            "orderAliases",
            "createdTime",
            "lastUpdatedTime",
            "programs",
            "associatedOrders",
            "salesChannel",
        )
        if name in source
    }
    parts = {
        "BUYER": ("buyer", sight.buyer),
        "RECIPIENT": ("recipient", sight.recipient),
        "PROCEEDS": ("proceeds", sight.prices),
        "PAYMENT": ("payment", sight.prices),
        "TAX": ("tax", sight.tax),
        "FULFILLMENT": ("fulfillment", sight.fulfillment),
        "PACKAGES": ("packages", lambda packages: packages),
        "FULFILLMENT_ORDERS": ("fulfillmentOrders", lambda orders: orders),
    }
    for dataset, (name, see) in parts.items():
        if dataset in included and name in source:
            part = see(source[name])
            if part:
                shown[name] = part
    shown["orderItems"] = [sight.item(item) for item in source["orderItems"]]
    return shown


class _Sight:
    def __init__(self, order, included, roles, now):
        self.included = included
        self.disclosed = order.disclosed
        self.merchant = order.fulfilled_by == "MERCHANT"
        address = order.payload.get("recipient", {}).get("deliveryAddress", {})
        country = address.get("countryCode")
        self.ships_to_buyer = (
            self.disclosed and self.merchant and DIRECT_TO_CONSUMER in roles
        )
        self.invoices = self.disclosed and TAX_INVOICING in roles
        self.invoices_by_name = self.invoices and country not in _NO_NAMES_FOR_TAX
        window = order.payload["fulfillment"].get("deliverByWindow", {})
        latest = parse_time(window.get("latestDateTime"))
        self.delivered = latest is not None and latest < now
        self.cancelled = order.status == "CANCELLED"

    def buyer(self, buyer):
        shown = {}
        for name, value in buyer.items():
            if name == "buyerEmail":
                visible = self.ships_to_buyer and not self.cancelled
            elif name == "buyerPurchaseOrderNumber":
                visible = self.disclosed
            else:
                visible = self.ships_to_buyer or self.invoices_by_name
            if visible:
                shown[name] = value
        return shown

    def recipient(self, recipient):
        address = recipient.get("deliveryAddress", {})
        shown = {}
        for name, value in address.items():
            if name in _PUBLIC_ADDRESS:
                visible = True
            elif name == "phone":
                visible = self.ships_to_buyer and not self.delivered
            elif name == "postalCode":
                visible = self.ships_to_buyer or self.invoices_by_name
            else:
                visible = self.ships_to_buyer
            if visible:
                shown[name] = value
        result = {"deliveryAddress": shown} if shown else {}
        if self.ships_to_buyer and "deliveryPreference" in recipient:
            result["deliveryPreference"] = recipient["deliveryPreference"]
        return result

    def prices(self, value):
        return value if self.disclosed else None

    def tax(self, tax):
        registrations = [
            row
            for row in tax.get("taxRegistrations", [])
            if self.invoices or row.get("entityType") != "BUYER"
        ]
        shown = {name: value for name, value in tax.items() if self.disclosed}
        shown.pop("taxRegistrations", None)
        return {
            **shown,
            **({"taxRegistrations": registrations} if registrations else {}),
        }

    def fulfillment(self, fulfillment):
        if self.disclosed:
            return fulfillment
        # A pending order comes without a promise.
        windows = ("shipByWindow", "deliverByWindow", "labelPrintingWindow")
        return {k: v for k, v in fulfillment.items() if k not in windows}

    def item(self, item):
        shown = {
            name: item[name]
            for name in (
                "orderItemId",
                "quantityOrdered",
                "measurement",
                "associatedOrderItems",
                "programs",
            )
            if name in item
        }
        shown["product"] = product = dict(item["product"])
        if not self.disclosed:
            product.pop("price", None)
        if not (self.ships_to_buyer and "BUYER" in self.included):
            product.pop("customization", None)
        parts = {
            "PROCEEDS": ("proceeds", self.prices),
            "EXPENSE": ("expense", self.prices),
            "PROMOTION": ("promotion", self.prices),
            "CANCELLATION": ("cancellation", lambda value: value),
            "FULFILLMENT": ("fulfillment", self._item_fulfillment),
            "TAX": ("tax", self.prices),
        }
        for dataset, (name, see) in parts.items():
            if dataset in self.included and name in item:
                part = see(item[name])
                if part:
                    shown[name] = part
        return shown

    def _item_fulfillment(self, fulfillment):
        packing = fulfillment.get("packing")
        if not packing or "giftOption" not in packing:
            return fulfillment
        gift = dict(packing["giftOption"])
        if not (self.ships_to_buyer and "BUYER" in self.included):
            gift.pop("giftMessage", None)
        return {**fulfillment, "packing": {**packing, "giftOption": gift}}
