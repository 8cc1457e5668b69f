"""A quantity on its way to Amazon, and by which way: one patch each, or one feed.

Pure arithmetic over Amazon's usage plans: a patch is in Amazon's hands at once, but
only five a second go; a feed takes thousands, but only one in two minutes goes, and
Amazon works on it for minutes (spapi.md §2.2, §5.3).
"""

import math
from dataclasses import dataclass, field
from datetime import date

from .plans import PLANS

__all__ = [
    "FEED_MESSAGES",
    "FEED_ONLY",
    "MERCHANT",
    "Limits",
    "Plan",
    "QuantityChange",
    "plan",
]

MERCHANT = "DEFAULT"  # the fulfillment channel that is not Amazon's
FEED_MESSAGES = 25_000  # Amazon's maximum
_PATH = "/attributes/fulfillment_availability"
_MOST = 10**9 - 1
# No address can name these SKUs.
FEED_ONLY = (".", "..")


@dataclass(frozen=True, slots=True)
class QuantityChange:
    """One SKU's new quantity of the merchant's own stock.

    lead_time: days until it is shipped, 1 to 30; restock_date: a date; what is None
    stays as Amazon has it.
    """

    sku: str
    quantity: int
    lead_time: int | None = None
    restock_date: date | None = None
    product_type: str = "PRODUCT"

    def __post_init__(self):
        if not isinstance(self.sku, str) or not self.sku:
            raise ValueError("The SKU is missing")
        if type(self.quantity) is not int or not 0 <= self.quantity <= _MOST:
            raise ValueError(
                f"{self.sku}: the quantity is {self.quantity}, but Amazon takes whole "
                f"numbers from 0 to {_MOST}"
            )
        lead = self.lead_time
        if lead is not None and (type(lead) is not int or not 1 <= lead <= 30):
            raise ValueError(
                f"{self.sku}: the lead time is {lead}, but Amazon takes 1 to 30 days"
            )

    def patches(self):
        """As Amazon wants it. "merge" leaves alone what is not named."""
        value = {"fulfillment_channel_code": MERCHANT, "quantity": self.quantity}
        if self.lead_time is not None:
            value["lead_time_to_ship_max_days"] = self.lead_time
        if self.restock_date is not None:
            value["restock_date"] = self.restock_date.isoformat()
        return [{"op": "merge", "path": _PATH, "value": [value]}]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the account may do now. rates: calls per second; tokens: calls that may go
    at once (the limiter knows; by default a full bucket). patch_seconds: how long a
    patch takes on its way; feed_seconds: how long Amazon works on a feed."""

    patch_rate: float = PLANS["patchListingsItem"][0]
    patch_tokens: float = PLANS["patchListingsItem"][1]
    feed_rate: float = PLANS["createFeed"][0]
    feed_tokens: float = PLANS["createFeed"][1]
    patch_seconds: float = 0.15
    feed_seconds: float = 100.0
    feed_messages: int = FEED_MESSAGES

    @classmethod
    def of(cls, buckets, now, **others):
        """From {operation: limiter.Bucket}, where the limiter has them."""
        for name, operation in (("patch", "patchListingsItem"), ("feed", "createFeed")):
            if bucket := buckets.get(operation):
                elapsed = max(0.0, now - bucket.updated)
                tokens = min(bucket.burst, bucket.tokens + elapsed * bucket.rate)
                others.setdefault(f"{name}_rate", bucket.rate)
                others.setdefault(f"{name}_tokens", tokens)
        return cls(**others)

    def by_patches(self, count):
        """Seconds until `count` patches are with Amazon."""
        allowed = (count - self.patch_tokens) / self.patch_rate
        return max(allowed, count * self.patch_seconds, 0.0)

    def by_feed(self, count):
        """Seconds until Amazon is done with `count` quantities in feeds."""
        feeds = math.ceil(count / self.feed_messages)
        wait = max(0.0, (feeds - self.feed_tokens) / self.feed_rate)
        return wait + self.feed_seconds if feeds else 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """patches: to be sent one by one, in this order; feeds: one tuple a feed;
    seconds: until all of it is with Amazon; reason: a sentence."""

    patches: tuple[QuantityChange, ...]
    feeds: tuple[tuple[QuantityChange, ...], ...]
    seconds: float
    reason: str = field(compare=False)


def plan(changes, limits=None):
    """How to send the QuantityChanges soonest. The fewest units go first: what is
    sold out must not be sold once more."""
    limits = limits or Limits()
    changes = sorted(_distinct(changes), key=lambda change: change.quantity)
    by_patches, by_feed = (
        limits.by_patches(len(changes)),
        limits.by_feed(len(changes)),
    )
    if not changes:
        return Plan((), (), 0.0, "Nothing has changed.")
    if by_patches > by_feed:
        patches, rest = [], changes
        reason = (
            f"{len(changes)} quantities would take {by_patches:.0f} s one by one, "
            f"about {by_feed:.0f} s in a feed."
        )
    else:
        patches = [change for change in changes if change.sku not in FEED_ONLY]
        rest = [change for change in changes if change.sku in FEED_ONLY]
        reason = (
            f"{len(changes)} quantities take {by_patches:.0f} s one by one, "
            f"a feed would take about {by_feed:.0f} s."
        )
    step = limits.feed_messages
    feeds = [tuple(rest[start : start + step]) for start in range(0, len(rest), step)]
    seconds = max(limits.by_patches(len(patches)), limits.by_feed(len(rest)))
    return Plan(tuple(patches), tuple(feeds), seconds, reason)


def _distinct(changes):
    """Each SKU once; ValueError when two quantities are meant for one."""
    found = {}
    for change in changes:
        if found.setdefault(change.sku, change) != change:
            raise ValueError(
                f"{change.sku} has two quantities, {found[change.sku].quantity} and "
                f"{change.quantity}; Amazon keeps one per SKU"
            )
    return list(found.values())
