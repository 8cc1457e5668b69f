"""What an order's amounts come to: per charge net, tax and gross, to Amazon's cent.

Whether ITEM, SHIPPING, … include the tax is not documented (spapi.md §3.6), so it is
decided by arithmetic against what the seller receives, and by the marketplace's
setting where the arithmetic is silent. Nothing is rounded and nothing is spread:
what does not add up is an AmountMismatch that names the figures.
"""

from dataclasses import dataclass
from decimal import Decimal

from .errors import AmountMismatch

PARTS = ("ITEM", "SHIPPING", "GIFT_WRAP", "COD_FEE", "OTHER")
_KNOWN = {*PARTS, "TAX", "DISCOUNT", "DELIVERY_TIP"}
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a sale. net + tax = gross; a DISCOUNT is negative.

    kind: one of PARTS, DISCOUNT or TIP; order_item_id: of an ITEM, else None;
    quantity: ordered units of an ITEM, else 1; gross, net, tax: of the whole line;
    facilitated: the part of `tax` that Amazon remits to the authority itself.
    """

    kind: str
    order_item_id: str | None
    quantity: int
    gross: Decimal
    net: Decimal
    tax: Decimal
    facilitated: Decimal


@dataclass(frozen=True, slots=True)
class OrderAmounts:
    """charges: one ITEM per order item, then at most one of each other kind, or two
    where Amazon remits the tax of some items only;
    currency: ISO code, None where no amount is stated at all (a replacement);
    inclusive: whether Amazon's amounts include the tax; grand_total: Amazon's own
    figure, None where it gave none."""

    charges: tuple[Charge, ...]
    currency: str | None
    inclusive: bool
    grand_total: Decimal | None

    @property
    def total_gross(self):
        return sum((charge.gross for charge in self.charges), _ZERO)

    @property
    def total_net(self):
        return sum((charge.net for charge in self.charges), _ZERO)

    @property
    def total_tax(self):
        return sum((charge.tax for charge in self.charges), _ZERO)

    @property
    def total_facilitated(self):
        return sum((charge.facilitated for charge in self.charges), _ZERO)


def order_amounts(order, *, fallback):
    """The OrderAmounts of a parsed order, or AmountMismatch.

    fallback: whether the marketplace's prices include tax (a setting).
    """
    currency = _currency(order)
    items = [item for item in order.items if item.quantity_ordered]
    for item in order.items:
        _check_item(item, order)
    inclusive = _order_inclusive(items, fallback)
    amounts = OrderAmounts(
        charges=tuple(_charges(order, items, inclusive)),
        currency=currency,
        inclusive=inclusive,
        grand_total=_grand_total(order),
    )
    _check_grand_total(order, amounts)
    return amounts


def item_inclusive(item, fallback):
    """True: the item's amounts include its tax; False: they don't; None: they don't
    tell. AmountMismatch where neither reading leads to Amazon's total."""
    parts, tax, total = _parts(item), item.tax_amount(), _total(item)
    if total is None or (tax == 0 and parts == total):
        return None
    if parts + tax == total:
        return False
    if parts == total:
        # Amazon keeps the tax it remits: net prices may lack it in the total.
        return not (item.facilitated and not fallback)
    if item.facilitated and parts - tax == total:
        return True
    raise AmountMismatch(
        f"Item {item.order_item_id}: the parts come to {parts} and the tax to {tax}, "
        f"but Amazon's total is {total}"
    )


def _order_inclusive(items, fallback):
    said = {}
    for item in items:
        inclusive = item_inclusive(item, fallback)
        if inclusive is not None:
            said.setdefault(inclusive, item.order_item_id)
    if len(said) > 1:
        raise AmountMismatch(
            f"The amounts of item {said[True]} include tax, those of item "
            f"{said[False]} do not"
        )
    return next(iter(said), fallback)


# Charges


def _charges(order, items, inclusive):
    splits = [(item, _tax_split(item)) for item in items]
    for item, split in splits:
        tax = split.get("ITEM", _ZERO)
        yield _charge(
            "ITEM",
            item.amount("ITEM") or _ZERO,
            tax,
            tax if item.facilitated else _ZERO,
            inclusive,
            order_item_id=item.order_item_id,
            quantity=item.quantity_ordered,
        )
    # tax that Amazon remits has a rule of its own: it stays apart from the seller's
    groups = [
        [row for row in splits if bool(row[0].facilitated) == facilitated]
        for facilitated in (False, True)
    ]
    for kind in (*PARTS[1:], "DISCOUNT"):
        for group in groups:
            amount = sum((_amount(item, kind) for item, _split in group), _ZERO)
            tax = sum((split.get(kind, _ZERO) for _item, split in group), _ZERO)
            facilitated = sum(
                (split.get(kind, _ZERO) for item, split in group if item.facilitated),
                _ZERO,
            )
            if amount or tax or facilitated:
                yield _charge(kind, amount, tax, facilitated, inclusive)
    if order.tip:
        yield _charge("TIP", order.tip, _ZERO, _ZERO, inclusive)


def _charge(
    kind, amount, tax, facilitated, inclusive, *, order_item_id=None, quantity=1
):
    gross, net = (amount, amount - tax) if inclusive else (amount + tax, amount)
    return Charge(kind, order_item_id, quantity, gross, net, tax, facilitated)


def _amount(item, kind):
    return -item.discount if kind == "DISCOUNT" else item.amount(kind) or _ZERO


def _parts(item):
    return sum((_amount(item, kind) for kind in (*PARTS, "DISCOUNT")), _ZERO)


def _total(item):
    total = item.proceeds and item.proceeds.total
    return total.amount if total else None


def _tax_split(item):
    """{kind: tax}, adding up to the TAX of the item."""
    tax, split = item.tax_amount(), {}
    for part in item.breakdowns:
        for detail in part.details if part.type == "TAX" else ():
            if detail.value:
                kind = detail.subtype or "ITEM"
                split[kind] = split.get(kind, _ZERO) + detail.value.amount
    if not split:
        # Amazon gave one figure: it stays whole, on the first amount there is.
        return {next(filter(item.amount, PARTS), "ITEM"): tax}
    if sum(split.values()) != tax and "DISCOUNT" in split:
        # Whether the tax on a discount has a minus is as undocumented as the rest.
        split["DISCOUNT"] = -split["DISCOUNT"]
    if sum(split.values()) != tax:
        listed = ", ".join(f"{kind} {amount}" for kind, amount in split.items())
        raise AmountMismatch(
            f"Item {item.order_item_id}: the tax of {tax} is not the sum of {listed}"
        )
    for kind in split:
        if kind not in (*PARTS, "DISCOUNT"):
            _raise_unknown(item.order_item_id, kind)
    return split


# Checks


def _currency(order):
    currencies = sorted({money.currency for money in order.moneys()})
    if len(currencies) > 1:
        raise AmountMismatch(
            f"The order mixes the currencies {' and '.join(currencies)}"
        )
    return currencies[0] if currencies else None


def _check_item(item, order):
    name = item.order_item_id
    for part in item.breakdowns:
        if part.type not in _KNOWN and part.subtotal.amount:
            _raise_unknown(name, part.type)
    if item.quantity_ordered < 0:
        raise AmountMismatch(f"Item {name}: the quantity is {item.quantity_ordered}")
    stated = {kind: item.amount(kind) for kind in (*PARTS, "TAX")}
    for kind, amount in stated.items():
        if amount is not None and amount < 0:
            raise AmountMismatch(f"Item {name}: {kind} is negative ({amount})")
    if not item.quantity_ordered:
        if any(stated.values()) or item.discount or _total(item):
            raise AmountMismatch(f"Item {name}: quantity 0, but amounts are stated")
    elif stated["ITEM"] is None and (item.breakdowns or not order.is_replacement):
        raise AmountMismatch(f"Item {name}: the ITEM amount is missing")


def _raise_unknown(name, kind):
    raise AmountMismatch(f"Item {name}: {kind!r} is an unknown kind of amount")


def _grand_total(order):
    total = order.proceeds and order.proceeds.grand_total
    return total.amount if total else None


def _check_grand_total(order, amounts):
    """Amazon's grand total may or may not hold the tip and the tax it remits."""
    total, goods = amounts.grand_total, amounts.total_gross - order.tip
    tips = order.tip + order.pending_tip
    with_tax = {goods, goods - amounts.total_facilitated}
    readings = {base + tip for base in with_tax for tip in (_ZERO, order.tip, tips)}
    if total is not None and total not in readings:
        figures = f"Amazon's grand total is {total}, the items come to {goods}"
        if amounts.total_facilitated:
            figures += f" ({amounts.total_facilitated} of it tax that Amazon remits)"
        raise AmountMismatch(figures + (f", the tip to {tips}" if tips else ""))
