"""Offers ► listings, in bulk: one record a store and SKU, written where it changed.

Nothing is ever deleted here, and the product a listing is linked to is not touched.
"""

from odoo.tools import SQL

from . import catalog_items, stock_seen

# for the log of a listing there are sentences of our own
QUIET = {"tracking_disable": True, "mail_create_nolog": True, "active_test": False}
# changes after which its product may be another, or must be updated
MATCHED_BY = {"asin", "name", "price", "status", "channel", "image_url", "description"}


def upsert(work, offers, moment):
    """Create and update the listings of these Offers; in the caller's transaction.

    :param offers: [:class:`Offer`], each SKU once
    :param moment: naive UTC, when Amazon said so
    """
    env, load = work.env, work.load
    Listing = env["amazon.listing"].with_context(**QUIET)
    known = {
        listing.sku: listing
        for listing in Listing.search_fetch(
            [
                ("store_id", "=", load.store_id.id),
                ("sku", "in", [o.sku for o in offers]),
            ],
            _names(offers),
        )
    }
    items = catalog_items.ensure(
        load.store_id,
        [
            offer.values.get("asin")
            or (known[offer.sku].asin if offer.sku in known else "")
            for offer in offers
        ],
    )
    created, changed, stories = [], 0, {}
    place = {
        "store_id": load.store_id.id,
        # told, so that they are not computed for each
        "account_id": load.account_id.id,
        "company_id": load.company_id.id,
        "load_id": load.id,
    }
    for offer in offers:
        listing = known.get(offer.sku)
        values = _complete(offer, listing, items)
        if listing is None:
            created.append(
                offer.defaults
                | {"sku": offer.sku, "name": offer.sku, "to_match": True}
                | values
                | place
            )
        elif changes := _changes(listing, values):
            _change(listing, changes, load, stories)
            changed += 1
    listings = Listing.create(created)
    if stories:
        Listing.browse(stories)._message_log_batch(bodies=stories)
    load.total += len(offers)
    load.listings_new += len(created)
    load.listings_changed += changed
    skipped = len(offers) - len(created) - changed
    work.run._add(captured=len(created), updated=changed, skipped=skipped)
    _note_quantities(work, offers, listings, known.values(), moment)


def _names(offers):
    names = {"sku", "asin", "problem", "to_load", "catalog_item_id", "quantity_id"}
    return sorted(names.union(*(offer.values | offer.defaults for offer in offers)))


def _complete(offer, listing, items):
    """The values with what follows from them."""
    asin = offer.values.get("asin") or (listing.asin if listing else "")
    item = items.get(asin)
    problems = [*offer.problems, *([item.note] if item and item.note else [])]
    values = offer.values | {
        "problem": "\n".join(problems) or False,
        "to_load": False,
        "catalog_item_id": item.id if item else False,
    }
    if item and item.fetched:
        values["is_parent"] = item.is_parent
    if listing:
        for name, value in offer.defaults.items():
            if not listing[name]:
                values[name] = value
    return values


def _changes(listing, values):
    return {
        name: value for name, value in values.items() if not _same(listing, name, value)
    }


def _same(listing, name, value):
    field = listing._fields[name]
    known = listing[name]
    if field.type == "monetary":
        return not listing.currency_id.compare_amounts(known, value)
    if field.type == "many2one":
        return known.id == value
    return (known or False) == (value or False)


def _change(listing, changes, load, stories):
    env, said = listing.env, []
    before = listing.asin
    if before and "asin" in changes:
        changes["previous_asin"] = before
        said.append(
            env._(
                "Amazon has moved this SKU from ASIN %(old)s to %(new)s. The product "
                "stays linked: check that it is still the right one.",
                old=before,
                new=changes["asin"],
            )
        )
    elif "name" in changes and listing.catalog_item_id:
        listing.catalog_item_id.to_fetch = True  # the catalog may have news, too
    if changes.get("status") == "listed" and listing.status == "canceled":
        said.append(env._("Amazon lists this SKU again."))
    if MATCHED_BY & set(changes):
        changes["to_match"] = True
    listing.write(changes | {"load_id": load.id})
    if said:
        stories[listing.id] = " ".join(said)


def _note_quantities(work, offers, created, known, moment):
    """What buyers meet at Amazon; a SKU Amazon may not be told of is never sent."""
    lacking = [listing.id for listing in known if not listing.quantity_id]
    stock_seen.attach(created | created.browse(lacking))
    seen = {
        offer.sku: (offer.quantity, moment)
        for offer in offers
        if offer.quantity is not None
    }
    stock_seen.note(work.account, seen)
    closed = {offer.sku for offer in offers if not offer.takes_quantity}
    doubtful = created.filtered(lambda listing: listing.sku in closed)
    if doubtful:
        doubtful.quantity_id.active_sync = False


def cancel(work, ids):
    """These listings are gone from Amazon; what they were stays known."""
    listings = work.env["amazon.listing"].with_context(**QUIET).browse(ids)
    if not listings:
        return
    listings.write({"status": "canceled", "load_id": work.load.id, "to_match": False})
    text = work.env._("Amazon no longer lists this SKU.")
    listings._message_log_batch(bodies=dict.fromkeys(listings.ids, text))
    work.load.listings_canceled += len(listings)
    work.run._add(canceled=len(listings))


def gone(work, seen, moment):
    """Ids of what is listed here and was not at Amazon at ``moment``.

    What a later load of a SKU found at Amazon is newer than the report.
    """
    work.env["amazon.listing"].flush_model(["status", "load_id"])
    rows = work.env.execute_query(
        SQL(
            """
            SELECT listing.id, listing.sku FROM amazon_listing listing
         LEFT JOIN amazon_catalog_load load
                ON load.id = listing.load_id AND load.id != %s AND load.start > %s
             WHERE listing.store_id = %s AND listing.status = 'listed'
               AND load.id IS NULL
            """,
            work.load.id,
            moment,
            work.store.id,
        )
    )
    return [listing_id for listing_id, sku in rows if sku not in seen]
