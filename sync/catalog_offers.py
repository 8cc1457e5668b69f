"""What Amazon says of a listing, from the report or from Listings Items, in one form."""

import re
from dataclasses import dataclass, field

from .order_snapshot import naive

LONGEST_SKU = 200  # Amazon: 40; the database's index: some hundreds
# The report numbers what Listings Items names.
CONDITIONS = {
    "1": "used_like_new",
    "2": "used_very_good",
    "3": "used_good",
    "4": "used_acceptable",
    "5": "collectible_like_new",
    "6": "collectible_very_good",
    "7": "collectible_good",
    "8": "collectible_acceptable",
    "9": "club_club",
    "10": "refurbished_refurbished",
    "11": "new_new",
    "new": "new_new",
    "refurbished": "refurbished_refurbished",
}


@dataclass(slots=True)
class Offer:
    """values: of the listing, what Amazon told of it; defaults: for where there is
    nothing yet; quantity: the merchant's, or None; takes_quantity: whether one may be
    sent; problems: sentences."""

    sku: str
    values: dict
    defaults: dict = field(default_factory=dict)
    quantity: int | None = None
    takes_quantity: bool = True
    problems: list = field(default_factory=list)


def too_long(env, sku):
    """The sentence about a SKU that no database index takes, or ""."""
    if len(sku) <= LONGEST_SKU:
        return ""
    return env._(
        "the SKU %(sku)s… has %(count)s characters, more than any of Amazon's; the row "
        "is left out.",
        sku=sku[:40],
        count=len(sku),
    )


def of_row(row):
    """The Offer in a row of the report."""
    values = _known(
        asin=row.asin,
        name=row.title,
        amazon_status=row.status,
        condition=_condition(row.item_condition),
        price=None if row.price is None else float(row.price),
        open_date=naive(row.open_date),
        listing_ref=row.listing_id,
        image_url=row.image_url,
        description=row.description,
        channel=_channel(row.is_fba, row.is_merchant),
    )
    return Offer(
        sku=row.sku,
        values=values | {"status": "listed"},
        quantity=row.quantity if row.is_merchant else None,
        takes_quantity=row.is_merchant or row.is_fba,
    )


def of_listing(listing, marketplace_id):
    """The Offer in a Listing of Listings Items, or None: not listed there."""
    summary = listing.summary(marketplace_id)
    if not summary:
        return None
    price = listing.price(marketplace_id)
    told = [
        row.product_type
        for row in listing.product_types
        if row.marketplace_id == marketplace_id
    ]
    by_merchant = listing.quantity is not None
    values = _known(
        asin=summary.asin,
        name=summary.item_name,
        amazon_status=_status(summary.status),
        condition=_condition(summary.condition_type),
        price=float(price.amount) if price else None,
        product_type=next(iter(told), summary.product_type),
        channel=_channel(listing.is_fba, by_merchant),
    )
    if _has_children(listing, marketplace_id):
        values["is_parent"] = True
    image = summary.main_image
    return Offer(
        sku=listing.sku,
        values=values | {"status": "listed"},
        # the report writes both in its own way, and is not contradicted
        defaults=_known(
            open_date=naive(summary.created_date),
            image_url=image.link if image else "",
        ),
        quantity=None if listing.is_fba else listing.quantity,
    )


def _known(**values):
    """What a row leaves empty stays as it was."""
    return {name: value for name, value in values.items() if value not in ("", None)}


def _channel(by_amazon, by_merchant):
    return "fba" if by_amazon else "merchant" if by_merchant else None


def _condition(text):
    word = re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")
    return CONDITIONS.get(word, word)


def _status(words):
    """In the words of the report."""
    if "BUYABLE" in words:
        return "Active"
    return "Inactive" if "DISCOVERABLE" in words else "Incomplete"


def _has_children(listing, marketplace_id):
    return any(
        relationship.type == "VARIATION" and relationship.child_skus
        for rows in listing.relationships
        if rows.marketplace_id == marketplace_id
        for relationship in rows.relationships
    )
