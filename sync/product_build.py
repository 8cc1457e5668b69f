"""Listings without product ► new products, in one ``create`` for a batch.

When Odoo refuses one of them, the batch is taken apart and the culprit gets a note: it
holds up no other.
"""

from psycopg2 import IntegrityError

from odoo.exceptions import UserError

from . import match_family, product_family
from .match_links import known
from .product_values import common, describe, list_price

# so many products after which the database looks at its tables again
ANALYZE_AT = (150, 600, 2400, 9600)


def create(batch):
    """Products for what is open and whose SKU is no internal reference yet."""
    _refuse_taken(batch)
    product_family.refuse_unfit(
        batch, batch.open.filtered(lambda listing: batch.family(listing))
    )
    todo = _leaders(batch)
    members = todo.filtered(lambda listing: batch.family(listing))
    simple = todo.filtered(lambda listing: not batch.family(listing))
    values = describe(batch, simple | members)
    attempt(batch, simple, lambda some: _create_simple(batch, some, values))
    families = members.grouped(batch.family).values()
    attempt(batch, families, lambda some: product_family.create(batch, some, values))
    _twins(batch)
    _refresh_statistics(batch)


def _refuse_taken(batch):
    for listing in batch.open:
        if known(batch).products[listing.sku]:
            batch.refuse(
                listing,
                batch.env._(
                    "A product with the internal reference %s exists already. Link it.",
                    listing.sku,
                ),
            )


def _leaders(batch):
    """One listing of those that sell the same thing: the merchant's own SKU first."""
    leaders = {}
    for listing in batch.open.sorted(
        lambda one: (
            one.channel == "fba",
            one.status != "listed",
            len(one.sku),
            one.sku,
        )
    ):
        leaders.setdefault(_thing(batch, listing), listing)
    chosen = set(leaders.values())
    return batch.open.filtered(lambda listing: listing in chosen)


def _thing(batch, listing):
    """Equal for listings that are to share a product."""
    family = batch.family(listing)
    if family:
        return family, match_family.options(batch, listing).key
    same = listing.asin and listing.condition
    return (listing.asin, listing.condition) if same else listing


def _twins(batch):
    """The others of what sells the same thing share the product."""
    made = {
        _thing(batch, listing): product
        for listing, (product, _factor, method) in batch.links.items()
        if method == "created"
    }
    for listing in batch.open:
        product = made.get(_thing(batch, listing))
        if product:
            batch.link(listing, product, "asin")


def _create_simple(batch, listings, values):
    shared = common(batch)
    products = batch.env["product.product"].create(
        [
            {
                **shared,
                "name": batch.title(listing),
                "default_code": listing.sku,
                "list_price": list_price(batch, listing),
                **values[listing].template,
                **values[listing].variant,
            }
            for listing in listings
        ]
    )
    return dict(zip(listings, products, strict=True))


def attempt(batch, groups, work):
    """Do it for all groups at once, or one by one when Odoo refuses.

    :param work: makes the products of some groups, returns {listing: product}
    """
    groups = list(groups)
    if not groups:
        return
    try:
        with batch.env.cr.savepoint():
            made = work(groups)
            batch.env.flush_all()
    except (UserError, IntegrityError) as exc:
        if len(groups) > 1:
            for group in groups:
                attempt(batch, [group], work)
        else:
            for listing in groups[0]:
                batch.refuse(listing, _refusal(batch, exc))
        return
    for listing, product in made.items():
        batch.link(listing, product, "created")
        batch.created |= product


def _refusal(batch, error):
    if isinstance(error, IntegrityError):
        words = error.diag.message_primary or str(error)
    else:
        words = str(error)
    return batch.env._(
        "Odoo does not take the product: %s Create it by hand, and link it.",
        " ".join(words.split()).rstrip(".") + ".",
    )


def _refresh_statistics(batch):
    """A first load fills empty tables within a minute. Until PostgreSQL notices by
    itself, it plans for empty ones, and single queries take seconds."""
    before = batch.load.created
    after = before + len(batch.created)
    if any(before < count <= after for count in ANALYZE_AT):
        batch.env.flush_all()
        batch.env.cr.execute(
            "ANALYZE product_template, product_product, product_attribute_value, "
            "product_template_attribute_line, product_template_attribute_value, "
            "product_variant_combination, product_pricelist_item, amazon_listing, "
            "amazon_catalog_item"
        )
