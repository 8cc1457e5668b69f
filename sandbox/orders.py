"""An order and its life: what changes it, and that every change moves its time."""

from datetime import timedelta
from decimal import Decimal

from .amounts import order_proceeds, share_of
from .clock import iso, parse_time
from .marketplaces import marketplace_of

PENDING = ("PENDING_AVAILABILITY", "PENDING")


class Order:
    """All Amazon knows of an order, in Amazon's own field tree (`payload`)."""

    def __init__(self, payload, seller):
        self.payload = payload
        self.seller = seller
        self.created = parse_time(payload["createdTime"])
        self.updated = parse_time(payload["lastUpdatedTime"])
        # Prices and buyer are told once the order leaves PENDING, and never of one
        # that is cancelled before.
        self.disclosed = self.status not in PENDING
        self.acknowledged = None  # the seller's own number, once told

    @property
    def order_id(self):
        return self.payload["orderId"]

    @property
    def status(self):
        return self.payload["fulfillment"]["fulfillmentStatus"]

    @property
    def fulfilled_by(self):
        return self.payload["fulfillment"]["fulfilledBy"]

    @property
    def marketplace_id(self):
        return self.payload["salesChannel"]["marketplaceId"]

    @property
    def marketplace(self):
        return marketplace_of(self.marketplace_id)

    @property
    def items(self):
        return self.payload["orderItems"]

    @property
    def packages(self):
        return self.payload.get("packages", [])

    @property
    def grand_total(self):
        return Decimal(self.payload["proceeds"]["grandTotal"]["amount"])

    def item(self, item_id):
        return next((i for i in self.items if i["orderItemId"] == item_id), None)

    def touch(self, now):
        """Something changed: a moment later than before, to the millisecond."""
        self.updated = max(now, self.updated + timedelta(milliseconds=1))
        self.payload["lastUpdatedTime"] = iso(self.updated)

    def set_status(self, status, now):
        self.payload["fulfillment"]["fulfillmentStatus"] = status
        self.disclosed = self.disclosed or status not in (*PENDING, "CANCELLED")
        self.touch(now)

    def release(self, now):
        """The payment is in: prices, buyer and address are told from now on."""
        if self.status not in PENDING:
            raise ValueError(f"{self.order_id} is {self.status}, not pending")
        self.set_status("UNSHIPPED", now)

    def cancel(self, now, by="BUYER", reason="Ordered by mistake", items=None):
        """Cancel the order, or of single items so many: {order item id: quantity}.

        Items of an order cancelled as a whole keep their quantityOrdered (the
        sandbox's choice); a part cancelled lowers it and the amounts, as Amazon does.
        """
        if self.status in ("SHIPPED", "CANCELLED"):
            raise ValueError(f"{self.order_id} is {self.status}")
        if not items and self.status == "PARTIALLY_SHIPPED":
            items = {  # what has left cannot be cancelled, only the rest
                item["orderItemId"]: item["fulfillment"]["quantityUnfulfilled"]
                for item in self.items
                if item["fulfillment"]["quantityUnfulfilled"]
            }
        execution = {"cancelledBy": by, "cancelReason": reason}
        for item_id in items or [item["orderItemId"] for item in self.items]:
            if items:
                self._reduce(item_id, items[item_id])
            item = self.item(item_id)
            item.setdefault("cancellation", {})["cancellationExecution"] = execution
        if items and any(item["quantityOrdered"] for item in self.items):
            self.touch(now)
            self.settle_status(now)
            return
        for item in self.items:
            item["fulfillment"]["quantityUnfulfilled"] = 0
        self.set_status("CANCELLED", now)

    def _reduce(self, item_id, quantity):
        item = self.item(item_id)
        if item is None:
            raise ValueError(f"{self.order_id} has no item {item_id}")
        left = item["fulfillment"]["quantityUnfulfilled"]
        if not 0 < quantity <= left:
            raise ValueError(f"{quantity} of {item_id} cannot be cancelled")
        ordered, marketplace = item["quantityOrdered"], self.marketplace
        item["quantityOrdered"] = ordered - quantity
        item["fulfillment"]["quantityUnfulfilled"] = left - quantity
        item["proceeds"] = share_of(
            item["proceeds"], ordered - quantity, ordered, marketplace
        )
        self.payload["proceeds"] = order_proceeds(self.items, marketplace)

    def ship_by_amazon(self, now):
        """Amazon's warehouse has sent everything."""
        if self.fulfilled_by != "AMAZON" or self.status == "CANCELLED":
            raise ValueError(f"{self.order_id} is not Amazon's to ship")
        for item in self.items:
            item["fulfillment"]["quantityFulfilled"] = item["quantityOrdered"]
            item["fulfillment"]["quantityUnfulfilled"] = 0
        self.set_status("SHIPPED", now)

    def settle_status(self, now):
        """What the shipped quantities say: unshipped, partially shipped or shipped."""
        shipped = [item["fulfillment"]["quantityFulfilled"] for item in self.items]
        left = [item["fulfillment"]["quantityUnfulfilled"] for item in self.items]
        if not any(shipped):
            status = "UNSHIPPED"
        else:
            status = "PARTIALLY_SHIPPED" if any(left) else "SHIPPED"
        if status != self.status and self.status not in PENDING:
            self.set_status(status, now)
