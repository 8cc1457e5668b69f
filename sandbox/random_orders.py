"""Orders by chance: for benchmarks (plain) and for property tests (anything goes)."""

from datetime import datetime, timedelta
from decimal import Decimal

from .builder import build_order
from .catalog import LINKED_SKUS
from .clock import UTC
from .marketplaces import marketplace_of

_RATES = {
    "US": ("0", "0.0625", "0.0825", "0.08875", "0.1025"),
    "CA": ("0.05", "0.13", "0.14975"),
    "DE": ("0.19", "0.07"),
    "FR": ("0.20", "0.055"),
    "GB": ("0.20", "0.05", "0"),
    "JP": ("0.10", "0.08"),
    "AU": ("0.10", "0"),
}


def random_order(rng, marketplace="US", now=None, **keywords):
    """An order with everything that makes amounts awkward, in Amazon's field tree.

    Random quantities, cents, tax rates, roundings, discounts, shipping, gift wrap.
    `keywords` are those of `build_order` and win over chance.
    """
    marketplace = marketplace_of(marketplace)
    now = now or datetime.now(UTC)
    if "items" not in keywords:
        count = rng.choice((1, 1, 1, 2, 2, 3, 5))
        keywords["items"] = [
            _awkward_item(rng, marketplace) for _number in range(count)
        ]
    if "created" not in keywords:
        keywords.update(_past(rng, now))
    return build_order(rng, marketplace, now, **keywords)


def plain_order(rng, marketplace, now, items, quantities, shipping, skus):
    """What most orders are: a few things to send, nothing special about them."""
    marketplace = marketplace_of(marketplace)
    count = rng.randint(*items)
    lines = [
        {
            "sku": sku,
            "quantity": rng.randint(*quantities),
            "shipping": _amount(rng, marketplace, 3, 9) if shipping else 0,
        }
        for sku in rng.choices(skus, k=count)
    ]
    return build_order(rng, marketplace, now, items=lines, **_past(rng, now))


def _awkward_item(rng, marketplace):
    quantity = rng.choice((1, 1, 1, 2, 3, 4, 7, 12, 144))
    unit_price = _amount(rng, marketplace, 1, rng.choice((5, 50, 900)))
    line = unit_price * quantity
    item = {
        "sku": rng.choice(LINKED_SKUS),
        "quantity": quantity,
        "unit_price": unit_price,
        "tax_rate": rng.choice(
            _RATES.get(marketplace.country, (marketplace.tax_rate,))
        ),
        "tax_stated": not marketplace.includes_tax or rng.random() < 0.5,
        "tax_by_unit": rng.random() < 0.3,
        "facilitator": rng.random() < (0.05 if marketplace.includes_tax else 0.8),
    }
    if quantity > 1 and rng.random() < 0.2:
        # Tier prices: the line is not unit × quantity.
        item["total"] = line - _amount(rng, marketplace, 0, min(unit_price, 3))
        line = item["total"]
    if rng.random() < 0.4:
        item["shipping"] = _amount(rng, marketplace, 2, 15)
        if rng.random() < 0.4:
            item["shipping_discount"] = item["shipping"]  # free shipping: +5 and -5
    if rng.random() < 0.25:
        share = Decimal(rng.randint(5, 40)) / 100
        item["discount"] = line * share
    if rng.random() < 0.15:
        item["gift_wrap"] = _amount(rng, marketplace, 2, 6)
        item["gift_message"] = rng.choice(("Happy birthday!", "Alles Gute!", "お祝い"))
    if marketplace.country == "JP" and rng.random() < 0.2:
        item["cod_fee"] = 330
    return item


def _amount(rng, marketplace, low, high):
    """An amount with odd cents between so many units of the currency."""
    if marketplace.decimals == 0:
        return Decimal(rng.randint(int(low * 150), int(high * 150)))
    return Decimal(rng.randint(int(low * 100), int(high * 100))) / 100


def _past(rng, now):
    """Created within the last five days, changed some time since, not just now."""
    created = now - timedelta(seconds=rng.randint(3600, 5 * 86400))
    updated = min(created + timedelta(seconds=rng.randint(0, 3600)), now - _QUIET)
    return {"created": created, "updated": updated}


_QUIET = timedelta(minutes=5)
