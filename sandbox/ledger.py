"""What Amazon owes its sellers: every event that moves money, as it happens.

An order brings money when its units ship, shipment by shipment; refunds, fees and
Amazon's own payments follow. Amazon leaves open, and the sandbox chose:

* DD+7 counts from shipping: an order's money is deferred for seven days. Refunds,
  charges and orders from outside Amazon count at once, even before the sale they undo;
* an event is dated by its release in the settlement, so all rows of a settlement lie
  between its start and its end; nothing is ever dated into a period already closed;
* units once paid for stay so, even if an edited package says that fewer left;
* a refund of units gives back a share of all the buyer paid, shipping too; a refund of
  an amount is one of the item's price as it stands in the shop, with its share of tax;
* the fee for sending is not given back.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from . import charges
from .amounts import rounded
from .charges import COMMISSION
from .marketplaces import Marketplace
from .sellers import Seller

DEFERRAL = timedelta(days=7)
OTHER = "other-transaction"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


class Row(NamedTuple):
    amount_type: str
    description: str
    amount: Decimal
    item_id: str = ""
    sku: str = ""
    quantity: str = ""
    promotion_id: str = ""


@dataclass(eq=False)
class Event:
    """Something that moved money; `release` is when the seller can have it."""

    transaction_type: str
    posted: datetime
    release: datetime
    rows: list
    order_id: str = ""
    merchant_order_id: str = ""
    adjustment_id: str = ""
    shipment_id: str = ""
    marketplace_name: str = ""
    fulfillment: str = ""
    transaction_id: str = ""
    release_id: str = ""
    settlement: object = None
    order: object = None

    @property
    def total(self):
        return sum((row.amount for row in self.rows), Decimal())

    @property
    def deferred(self):
        """Whether its money was or is held back."""
        return self.release > self.posted

    def standing(self, now):
        """Where its money is: settled, released to be settled next, or deferred."""
        if self.settlement:
            return "settled"
        return "released" if self.release <= now else "deferred"


@dataclass(eq=False)
class Account:
    """A seller's money in one marketplace."""

    seller: Seller
    marketplace: Marketplace
    group_id: str  # of the settlement that is still open
    events: list = field(default_factory=list)
    open: list = field(default_factory=list)  # the events in no settlement yet
    settlements: list = field(default_factory=list)

    @property
    def end(self):
        """Until when it is settled, or None."""
        return self.settlements[-1].end if self.settlements else None

    @property
    def reserve(self):
        """What Amazon kept back at the last settlement."""
        return self.settlements[-1].reserve if self.settlements else Decimal()

    @property
    def payable(self):
        """What the seller was left owing by the last settlement: zero or negative."""
        total = self.settlements[-1].total if self.settlements else Decimal()
        return min(total, Decimal())

    def balances(self, now):
        deferred = sum((e.total for e in self.open if e.release > now), Decimal())
        everything = sum((e.total for e in self.open), Decimal())
        return {
            "deferred": deferred,
            "released": everything - deferred,
            "reserve": self.reserve,
            "payable": self.payable,
        }


class _Sold:
    """What has been charged and given back of one order item."""

    def __init__(self, item):
        self.item = item
        self.units = self.refunded_units = 0
        self.parts, self.refunded = {}, {}


class Ledger:
    def __init__(self, seed=0):
        self._rng = Random(f"ledger {seed}")
        self.accounts = {}  # (seller key, country) → Account
        self._orders = {}  # order id → its events
        self._sold = {}  # order id → {order item id: _Sold}

    def account(self, seller, marketplace):
        key = seller.key, marketplace.country
        if key not in self.accounts:
            self.accounts[key] = Account(seller, marketplace, self.new_id(43))
        return self.accounts[key]

    def new_id(self, length, prefix=""):
        return prefix + "".join(self._rng.choices(_LETTERS, k=length))

    def events_of(self, order):
        return self._orders.get(order.order_id, ())

    # Orders

    def follow(self, order, now):
        """Charge what has shipped since it was last looked at; the event or None."""
        rows = []
        for item in order.items:
            done = item["fulfillment"]["quantityFulfilled"]
            if done:
                rows += self._charge_units(order, item, done)
        if not rows:
            return None
        outside = order.payload["salesChannel"].get("channelName") == "NON_AMAZON"
        return self._add_order_event(
            order,
            Event("Order", now, now if outside else now + DEFERRAL, rows),
            shipment_id=self.new_id(9, "D"),
        )

    def _charge_units(self, order, item, done):
        sold = self._sold.setdefault(order.order_id, {}).setdefault(
            item["orderItemId"], _Sold(item)
        )
        if done <= sold.units:
            return []
        terms = charges.terms_of(order, item)
        parts = charges.parts_of(item, done, terms.marketplace)
        amounts = charges.difference(
            charges.rows_of(parts, terms, done),
            charges.rows_of(sold.parts, terms, sold.units),
        )
        quantity = done - sold.units
        sold.units, sold.parts = done, parts
        return _item_rows(item, amounts, quantity)

    def refund(
        self,
        order,
        now,
        items=None,
        restocking_fee=0,
        goodwill=0,
        transaction_type="Refund",
    ):
        """Money goes back to the buyer.

        `items`: {order item id: units as an int, or a Decimal or str for an amount};
        None refunds all that has shipped and isn't refunded yet.
        """
        known = self._sold.get(order.order_id, {})
        if items is None:
            items = {
                item_id: sold.units - sold.refunded_units
                for item_id, sold in known.items()
                if sold.units > sold.refunded_units
            }
        for item_id in items:
            if item_id not in known:
                raise ValueError(f"No unit of item {item_id} has shipped")
        marketplace = order.marketplace
        kept, given = (
            rounded(restocking_fee, marketplace),
            rounded(goodwill, marketplace),
        )
        if not items and not (given and known):
            raise ValueError(f"Nothing of {order.order_id} is left to refund")
        if kept < 0 or given < 0:
            raise ValueError("Restocking fee and goodwill are positive")
        # All is checked before anything is kept.
        refunds = {
            item_id: _refunded(known[item_id], wanted, marketplace)
            for item_id, wanted in items.items()
        }
        rows = []
        for item_id, (units, parts) in refunds.items():
            rows += _refund_item(order, known[item_id], units, parts)
        first = known[next(iter(items), next(iter(known)))].item
        extra = {
            ("ItemPrice", "RestockingFee"): kept,
            ("ItemPrice", "Goodwill"): -given,
        }
        rows += _item_rows(
            first, {name: amount for name, amount in extra.items() if amount}
        )
        return self._add_order_event(
            order,
            Event(transaction_type, now, now, rows),
            adjustment_id=self.new_id(20, "amzn1:crow:"),
        )

    def _add_order_event(self, order, event, **ids):
        channel = order.payload["salesChannel"]
        event.order, event.order_id = order, order.order_id
        event.merchant_order_id = next(
            (row["aliasId"] for row in order.payload.get("orderAliases", ())), ""
        )
        event.marketplace_name = channel.get("marketplaceName", "")
        event.fulfillment = "AFN" if order.fulfilled_by == "AMAZON" else "MFN"
        for name, value in ids.items():
            setattr(event, name, value)
        self._orders.setdefault(order.order_id, []).append(event)
        return self._add(self.account(order.seller, order.marketplace), event)

    # The account itself

    def charge(self, seller, marketplace, event):
        """A fee, a payment of Amazon's, whatever concerns no single shipment."""
        account = self.account(seller, marketplace)
        if account.end and event.posted < account.end:
            raise ValueError(f"The account is settled until {account.end}")
        return self._add(account, event)

    def _add(self, account, event):
        if account.end:
            event.release = max(event.release, account.end)
        event.transaction_id = self.new_id(43)
        event.release_id = self.new_id(43) if event.deferred else event.transaction_id
        account.events.append(event)
        account.open.append(event)
        return event


def _refunded(sold, wanted, marketplace):
    """Refunded units and parts of an item after this refund too."""
    if isinstance(wanted, bool):
        raise ValueError(f"{wanted} is neither a quantity nor an amount")
    if not isinstance(wanted, int):
        return sold.refunded_units, _refunded_amount(sold, wanted, marketplace)
    units = sold.refunded_units + wanted
    if wanted < 1 or units > sold.units:
        raise ValueError(f"{wanted} units of {sold.item['orderItemId']} can't go back")
    if units == sold.units:
        return units, dict(sold.parts)
    parts = {}
    for name, amount in charges.share(
        sold.parts, wanted, sold.units, marketplace
    ).items():
        amount += sold.refunded.get(name, Decimal())
        # Never more than was paid, where an amount went back before.
        limit = sold.parts[name]
        parts[name] = min(amount, limit) if limit > 0 else max(amount, limit)
    return units, parts


def _refunded_amount(sold, wanted, marketplace):
    amount = rounded(wanted, marketplace)
    paid = charges.price_of(sold.parts, "ITEM", marketplace)
    left = paid - charges.price_of(sold.refunded, "ITEM", marketplace)
    if not 0 < amount <= left:
        raise ValueError(f"{wanted} can't go back: {left} is left of the price")
    tax_paid = charges.tax_of(sold.parts, "ITEM")
    tax_left = tax_paid - charges.tax_of(sold.refunded, "ITEM")
    tax = min(rounded(amount * tax_paid / paid, marketplace), tax_left)
    if amount == left:
        tax = tax_left
    parts = dict(sold.refunded)
    net = amount - tax if marketplace.includes_tax else amount
    for name, more in (("price", net), ("tax", tax)):
        parts["ITEM", name] = parts.get(("ITEM", name), Decimal()) + more
    return parts


def _refund_item(order, sold, units, parts):
    terms = charges.terms_of(order, sold.item)
    amounts = {
        name: -amount
        for name, amount in charges.difference(
            charges.rows_of(parts, terms), charges.rows_of(sold.refunded, terms)
        ).items()
    }
    if ("Points", "PointsGranted") in amounts:
        returned = amounts.pop(("Points", "PointsGranted"))
        amounts["Points", "PointsReturned"] = returned
    fee = charges.refund_fee(amounts.get(COMMISSION, Decimal()), terms)
    if fee:
        amounts["ItemFees", "RefundCommission"] = fee
    quantity = units - sold.refunded_units
    sold.refunded_units, sold.refunded = units, parts
    return _item_rows(sold.item, amounts, quantity or "")


def _item_rows(item, amounts, quantity=""):
    promotions = item.get("promotion", {}).get("breakdowns", ())
    promotion_id = promotions[0].get("promotionId", "") if promotions else ""
    return [
        Row(
            amount_type,
            description,
            amount,
            item["orderItemId"],
            item["product"].get("sellerSku", ""),
            str(quantity),
            promotion_id if amount_type == "Promotion" else "",
        )
        for (amount_type, description), amount in amounts.items()
    ]
