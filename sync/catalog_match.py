"""Loaded listings ► linked or created products, a batch at a time.

The order is fixed: the same SKU of another store, Amazon's id, the SKU as internal
reference, the options within the family's product; then, if the store wants it, a new
product. Where a step finds several products, the one of the family's product counts.
What no step can tell is left to a person with a note that says why.
"""

from . import (
    match_family,
    match_links,
    product_build,
    product_image,
    product_master,
    product_prices,
)
from .listing_batch import Batch

BATCH = 200


def match_batch(load, listings):
    """Link or create the products of these listings, and bring products up to date.

    :param load: the ``amazon.catalog.load`` whose counters count; may be empty
    :param listings: of one store, some hundreds, families whole
    """
    if not listings:
        return
    batch = Batch(load, listings)
    store = batch.store
    if store.match_mode == "manual":
        wait_for_person(batch)
    else:
        find(batch)
        if store.create_products:
            product_build.create(batch)
        say_what_is_missing(batch)
    batch.save()
    follow_up(batch)


def match_again(listings):
    """The same for what a person selected, be the store's mode manual or not."""
    for batch in batches(listings):
        find(batch)
        if batch.store.create_products and batch.store.match_mode == "sku":
            product_build.create(batch)
        say_what_is_missing(batch)
        batch.save()
        follow_up(batch)


def create_by_hand(listings):
    """New products for these listings, whatever was decided about them before."""
    for batch in batches(listings, by_hand=True):
        match_links.by_account(batch)
        product_build.create(batch)
        batch.save()
        follow_up(batch)


def batches(listings, **options):
    """Per store, in the order in which products shall get their SKUs; lazily, since a
    store may take over what the one before has linked."""
    no_load = listings.env["amazon.catalog.load"]
    for _store, some in listings.grouped("store_id").items():
        some = some.sorted("id")
        for start in range(0, len(some), BATCH):
            yield Batch(no_load, some[start : start + BATCH], **options)


def find(batch):
    """Row 2.7, step by step; each looks at what the steps before have left open."""
    if not batch.todo:
        return
    match_links.by_account(batch)
    match_links.by_stored_asin(batch)
    match_links.by_sku(batch)
    match_links.by_new_asin(batch)
    match_family.by_options(batch)


def follow_up(batch):
    """What products get of their listings, whoever linked them."""
    match_family.remember(batch)
    product_master.update(batch)
    product_prices.update(batch)
    product_image.plan(batch)
    batch.finish()


def wait_for_person(batch):
    for listing in batch.open:
        batch.refuse(
            listing,
            batch.env._(
                "Products of this store are linked by hand. Link one, create it, or "
                "leave the listing blank."
            ),
        )


def say_what_is_missing(batch):
    """Every step has been taken in vain, and is named."""
    for listing in batch.open:
        steps = [
            match_family.found_nothing(batch, listing),
            match_links.found_nothing(batch, listing),
            batch.env._(
                "No product has the internal reference %s. Link one, create it, or "
                "leave the listing blank.",
                listing.sku,
            ),
        ]
        batch.refuse(listing, " ".join(words for words in steps if words))
