"""What the sellers have listed, and how many units of it Amazon believes they have.

A `Listing` is one SKU in one marketplace. A `Stock` is the SKU's quantity, and there is
one for all marketplaces of a seller (who has a region): Amazon keeps one number.

Amazon leaves open, and the sandbox chose: a quantity takes effect a minute after it was
accepted, and what is sold in that minute is taken off it; an offer of the merchant
without units left is told as Inactive; the units of an order cancelled while it was
pending come back, those of a later cancellation don't; an order the sandbox is told of
(`add_order`) is a fact and lowers the quantity to zero at most, while `buy` is a buyer,
who is refused what isn't there.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from .amounts import rounded
from .builder import CLOSED
from .marketplaces import Marketplace
from .orders import PENDING

DEFAULT = "DEFAULT"
STATUSES = ("Active", "Inactive", "Incomplete")
# As the listings report numbers them.
CONDITIONS = {
    "used_like_new": "1",
    "used_very_good": "2",
    "used_good": "3",
    "used_acceptable": "4",
    "collectible_like_new": "5",
    "collectible_very_good": "6",
    "collectible_good": "7",
    "collectible_acceptable": "8",
    "refurbished_refurbished": "10",
    "new_new": "11",
}
CHANGEABLE = ("asin", "title", "price", "status", "condition", "issues")


def amazon_channel(marketplace):
    """The channel of Amazon's own warehouses there."""
    if marketplace.region == "fe":
        return f"AMAZON_{marketplace.country}"
    return f"AMAZON_{marketplace.region.upper()}"


@dataclass
class Change:
    """What was accepted and will take effect."""

    due: datetime
    values: dict  # of a Stock's channel, quantity and lead_time, those that change
    source: str  # the submission's or feed's id


@dataclass(eq=False)
class Stock:
    seller_key: str
    sku: str
    channel: str
    quantity: int
    lead_time: int | None = None
    submitted: list = field(default_factory=list)  # fulfillment_availability, as sent
    pending: list = field(default_factory=list)  # of Change, the earliest first
    reserved: dict = field(default_factory=dict)  # id of a pending order → units

    @property
    def by_merchant(self):
        return self.channel == DEFAULT

    def settle(self, now):
        """Let what is due take effect."""
        while self.pending and self.pending[0].due <= now:
            for name, value in self.pending.pop(0).values.items():
                setattr(self, name, value)
        return self

    def plan(self, change):
        self.pending.append(change)
        self.pending.sort(key=lambda planned: planned.due)

    def move(self, units):
        """Units leave (negative) or come back; planned quantities follow."""
        self.quantity = max(0, self.quantity + units)
        for change in self.pending:
            if "quantity" in change.values:
                planned = change.values["quantity"] + units
                change.values["quantity"] = max(0, planned)


@dataclass(eq=False)
class Listing:
    stock: Stock
    marketplace: Marketplace
    asin: str
    title: str
    price: Decimal | None
    status: str
    condition: str
    listing_id: str
    opened: datetime
    updated: datetime
    issues: list = field(default_factory=list)

    @property
    def sku(self):
        return self.stock.sku

    def shown_status(self, now):
        stock = self.stock.settle(now)
        empty = stock.by_merchant and not stock.quantity and self.price is not None
        return "Inactive" if self.status == "Active" and empty else self.status


class Listings:
    """All listings. Tests and drills change `delay`: until a quantity is effective."""

    def __init__(self, clock):
        self.clock = clock
        self.delay = timedelta(seconds=60)
        self._stocks = {}  # (seller key, SKU) → Stock
        self._listings = {}  # (seller key, SKU) → {marketplace id: Listing}
        self._skus = {}  # (seller key, ASIN) → {SKU: None}, in order
        self._count = 0

    def add(
        self,
        seller,
        sku,
        marketplace,
        product,
        *,
        title=None,
        price=None,
        quantity=0,
        status="Active",
        condition="new_new",
        by_amazon=False,
        lead_time=None,
        opened=None,
        issues=(),
    ):
        """List a SKU in one marketplace; in a further one its Stock stays as it is."""
        if status not in STATUSES:
            raise ValueError(f"Unknown status {status!r}: {', '.join(STATUSES)}")
        if condition not in CONDITIONS:
            raise ValueError(f"Unknown condition {condition!r}")
        key, now = (seller.key, sku), self.clock.now()
        there = self._listings.setdefault(key, {})
        if marketplace.id in there:
            raise ValueError(f"{sku} is listed in {marketplace.country} already")
        if key not in self._stocks:
            channel = amazon_channel(marketplace) if by_amazon else DEFAULT
            self._stocks[key] = Stock(seller.key, sku, channel, quantity, lead_time)
        self._count += 1
        opened = opened or now - timedelta(days=30)
        there[marketplace.id] = Listing(
            self._stocks[key],
            marketplace,
            product.asin,
            title or product.title_in(marketplace.country),
            None if price is None else rounded(price, marketplace),
            status,
            condition,
            f"{self._count:04}SBX{self._count * 7919 % 100000:05}",
            opened,
            opened,
            list(issues),
        )
        self._skus.setdefault((seller.key, product.asin), {})[sku] = None
        return there[marketplace.id]

    def change(self, seller, sku, marketplaces=None, **changes):
        """Change single attributes of a listing, by default wherever it is listed."""
        there = self._listings[seller.key, sku]
        for name in changes:
            if name not in CHANGEABLE:
                raise ValueError(f"A listing's {name} cannot be changed")
        for marketplace_id in marketplaces or there:
            for name, value in changes.items():
                if name == "price" and value is not None:
                    value = rounded(value, there[marketplace_id].marketplace)
                setattr(there[marketplace_id], name, value)
        if "asin" in changes:
            self._skus.setdefault((seller.key, changes["asin"]), {})[sku] = None
        self.touch(seller, sku)
        return list(there.values())

    def remove(self, seller, sku, marketplaces=None):
        """Take a SKU off some marketplaces, or off all."""
        there = self._listings[seller.key, sku]
        for marketplace_id in marketplaces or list(there):
            del there[marketplace_id]
        if not there:
            del self._listings[seller.key, sku], self._stocks[seller.key, sku]

    def of(self, seller, marketplace_ids):
        """(SKU, its listings there by marketplace id) of everything listed there."""
        for (key, sku), there in self._listings.items():
            if key == seller.key:
                found = {i: there[i] for i in marketplace_ids if i in there}
                if found:
                    yield sku, found

    def find(self, seller, sku, marketplace_ids):
        there = self._listings.get((seller.key, sku), {})
        return {i: there[i] for i in marketplace_ids if i in there}

    def skus_of(self, seller, asins, marketplace_ids):
        """The SKUs that sell these ASINs there."""
        return [
            sku
            for asin in asins
            for sku in self._skus.get((seller.key, asin), ())
            if any(
                listing.asin == asin
                for listing in self.find(seller, sku, marketplace_ids).values()
            )
        ]

    def stock(self, seller, sku):
        """A SKU's Stock as it is by now, or None."""
        found = self._stocks.get((seller.key, sku))
        return found and found.settle(self.clock.now())

    def touch(self, seller, sku):
        for listing in self._listings.get((seller.key, sku), {}).values():
            listing.updated = max(self.clock.now(), listing.updated)

    def drop_changes(self, source):
        """What a cancelled submission would have done won't happen."""
        for stock in self._stocks.values():
            stock.settle(self.clock.now())
            stock.pending = [c for c in stock.pending if c.source != source]

    # Orders

    def reserve(self, order):
        """An order that is to be sent takes its units."""
        elsewhere = order.payload["salesChannel"].get("channelName") == "NON_AMAZON"
        if order.status in CLOSED or elsewhere:
            return
        by_merchant = order.fulfilled_by == "MERCHANT"
        for sku, units in units_of(order).items():
            stock = self.stock(order.seller, sku)
            if stock and stock.by_merchant == by_merchant:
                taken = min(units, stock.quantity)
                stock.move(-taken)
                if order.status in PENDING:
                    stock.reserved[order.order_id] = taken

    def confirm(self, order):
        """A pending order was paid: its units are gone for good."""
        self._unreserve(order)

    def release(self, order):
        """An order cancelled while pending gives its units back."""
        for stock, units in self._unreserve(order):
            stock.move(units)

    def _unreserve(self, order):
        stocks = [self.stock(order.seller, sku) for sku in units_of(order)]
        return [
            (stock, stock.reserved.pop(order.order_id, 0)) for stock in stocks if stock
        ]


def units_of(order):
    """{SKU: units ordered}"""
    units = {}
    for item in order.items:
        sku = item["product"].get("sellerSku")
        units[sku] = units.get(sku, 0) + item["quantityOrdered"]
    return units


def listing_state(listing, now):
    """What the control paths show."""
    stock = listing.stock.settle(now)
    return {
        "seller": stock.seller_key,
        "marketplaceId": listing.marketplace.id,
        "sku": listing.sku,
        "asin": listing.asin,
        "title": listing.title,
        "price": None if listing.price is None else str(listing.price),
        "currency": listing.marketplace.currency,
        "status": listing.shown_status(now),
        "condition": listing.condition,
        "channel": stock.channel,
        "quantity": stock.quantity,
        "leadTime": stock.lead_time,
        "pending": [change.values for change in stock.pending],
    }
