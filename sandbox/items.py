"""Writes order items: from a few keyword arguments to Amazon's field tree."""

from decimal import Decimal

from .amounts import money, proceeds, rounded, taxes_of
from .catalog import CATALOG, price_of


def build_item(
    rng,
    marketplace,
    sku="MUG-BLUE-350",
    quantity=1,
    *,
    unit_price=None,
    total=None,
    shipping=0,
    gift_wrap=0,
    cod_fee=0,
    discount=0,
    shipping_discount=0,
    tax_rate=None,
    tax_stated=True,
    tax_by_unit=False,
    facilitator=None,
    gift_message=None,
    gift_level=None,
    promotions=None,
    buyer_cancels=None,
    reporting_scheme=None,
    ioss_number=None,
    business_price=False,
    points=0,
    customized_url=None,
    programs=(),
    shipped=0,
    item_id=None,
    title=None,
    asin=None,
):
    """One `OrderItem`.

    `total` is the line's ITEM amount, by default unit price × quantity; amounts are
    without tax where the marketplace's are. `tax_rate` 0 means tax-free, `tax_stated`
    False leaves TAX out. `facilitator` says whether Amazon collects the tax: by default
    in the US and Canada. `buyer_cancels` is the reason of a cancellation request,
    `points` are those granted in Japan at the seller's expense.
    """
    known = CATALOG.get(sku, {})
    if unit_price is None:
        unit_price = price_of(sku, marketplace.currency)
    unit_price = rounded(unit_price, marketplace)
    charges = {
        "ITEM": rounded(unit_price * quantity if total is None else total, marketplace),
        "SHIPPING": rounded(shipping, marketplace),
        "GIFT_WRAP": rounded(gift_wrap, marketplace),
        "COD_FEE": rounded(cod_fee, marketplace),
    }
    discounts = {
        "ITEM": rounded(discount, marketplace),
        "SHIPPING": rounded(shipping_discount, marketplace),
    }
    taxes = None
    if tax_stated:
        rate = Decimal(str(marketplace.tax_rate if tax_rate is None else tax_rate))
        taxes = taxes_of(charges, discounts, rate, quantity, marketplace, tax_by_unit)
    item = {
        "orderItemId": item_id or f"{rng.randrange(10**13, 10**14)}",
        "quantityOrdered": quantity,
        "product": {
            "asin": asin or known.get("asin", "B0SB999999"),
            "title": title or known.get("title", f"Product {sku}"),
            "sellerSku": sku,
            "condition": {"conditionType": "NEW", "conditionSubtype": "NEW"},
            "price": {"unitPrice": money(unit_price, marketplace)},
        },
        "proceeds": proceeds(charges, discounts, taxes, marketplace),
        "fulfillment": {
            "quantityFulfilled": shipped,
            "quantityUnfulfilled": quantity - shipped,
        },
    }
    if business_price:
        item["product"]["price"]["priceDesignation"] = "BUSINESS_PRICE"
    if customized_url:
        item["product"]["customization"] = {"customizedUrl": customized_url}
    if programs:
        item["programs"] = list(programs)
    if promotions is None and any(discounts.values()):
        promotions = [f"PAWS-V2-{rng.randrange(10**9):09}-1"]
    if promotions:
        item["promotion"] = {"breakdowns": [{"promotionId": p} for p in promotions]}
    if points:
        granted = {"pointsNumber": points}
        granted["pointsMonetaryValue"] = money(points, marketplace)
        item["expense"] = {"pointsCost": {"pointsGranted": granted}}
    if buyer_cancels:
        request = {"requester": "BUYER", "cancelReason": buyer_cancels}
        item["cancellation"] = {"cancellationRequest": request}
    fulfillment = item["fulfillment"]
    if gift_wrap or gift_message or gift_level:
        gift = {"giftWrapLevel": gift_level or "Classic"}
        if gift_message:
            gift["giftMessage"] = gift_message
        fulfillment["packing"] = {"giftOption": gift}
    if ioss_number:
        fulfillment["shipping"] = {"internationalShipping": {"iossNumber": ioss_number}}
    if facilitator is None:
        facilitator = not marketplace.includes_tax
    collected = facilitator and taxes and any(taxes.values())
    if tax := _tax(reporting_scheme, collected):
        item["tax"] = tax
    return item


def _tax(reporting_scheme, collected):
    """`ItemTax`: what Amazon says about the tax besides its amount."""
    tax = {}
    if reporting_scheme:
        tax["taxCalculationBreakdowns"] = [{"reportingScheme": reporting_scheme}]
    if collected:
        collection = {
            "model": "MARKETPLACE_FACILITATOR",
            "responsibleParty": "Amazon Services, Inc.",
        }
        tax["taxCollections"] = [collection]
    return tax
