"""Listings Items: what changed since a date, and SKUs that only an order knew."""

from datetime import UTC
from functools import partial

from odoo import fields
from odoo.tools import SQL

from ..spapi.errors import NotFound, Refused
from ..spapi.listings import get_listings_item, search_listings_items
from . import catalog_list, catalog_listings, catalog_offers
from .catalog_work import mark

SKUS = 20  # in one call


def take_in(work):
    """The load's part of the listings; whether it may go on with their details."""
    if work.load.kind == "skus":
        return _skus(work)
    if work.load.kind == "changes":
        return _changes(work)
    return catalog_list.take_in(work)


# -- changed since ----------------------------------------------------------------------


def _changes(work):
    """Page after page, the longest unchanged first; the token is kept with each page."""
    load = work.load
    if not load.until:
        now = fields.Datetime.now()
        if not work.step(lambda: load.write({"until": now})):
            return False
    while True:
        try:
            page = _page(work)
        except Refused:
            if not load.page_token:
                raise
            # the token was refused: from the start, nothing is doubled
            if not work.step(lambda: load.write({"page_token": False})):
                return False
            continue
        if page.out_of_reach:
            if not work.step(partial(_by_report, work, page.number_of_results)):
                return False
            return catalog_list.take_in(work)
        if not work.step(partial(_keep_page, work, page), len(page.listings)):
            return False
        if load.stage != "list":
            return True


def _page(work):
    load = work.load
    return search_listings_items(
        work.api,
        work.account.seller_id,
        [work.store.marketplace_id.api_id],
        last_updated_after=load.since.replace(tzinfo=UTC) if load.since else None,
        last_updated_before=load.until.replace(tzinfo=UTC),
        page_token=load.page_token or None,
    )


def _by_report(work, number):
    work.load._note(
        work.env._(
            "%s listings have changed, more than Amazon names by date: all are loaded "
            "from the report.",
            number,
        )
    )
    work.load.write({"kind": "all", "page_token": False})


def _keep_page(work, page):
    _keep(work, page.listings, page.problems)
    work.load.page_token = page.next_token or False
    if not page.next_token:
        work.next_stage("details")


def _keep(work, listings, problems):
    """The SKUs that could be kept."""
    marketplace = work.store.marketplace_id.api_id
    offers, sentences = {}, [f"{sku or '?'}: {words}" for sku, words in problems]
    for listing in listings:
        if words := catalog_offers.too_long(work.env, listing.sku):
            sentences.append(words)
        elif offer := catalog_offers.of_listing(listing, marketplace):
            offers[offer.sku] = offer
    catalog_listings.upsert(work, list(offers.values()), fields.Datetime.now())
    work.load._note_problems(sentences)
    work.run._add(pages=1, blocked=len(sentences))
    return set(offers)


# -- SKUs of orders -----------------------------------------------------------------------


def _skus(work):
    """So many a call; a SKU that can't be asked for in a list is asked for alone."""
    Listing = work.env["amazon.listing"].with_context(active_test=False)
    while True:
        listings = Listing.search(
            [("store_id", "=", work.store.id), ("to_load", "=", True)],
            limit=SKUS,
            order="id",
        )
        if not listings:
            return work.step(partial(work.next_stage, "details"))
        alone = listings.filtered(lambda x: "," in x.sku or x.sku in (".", ".."))
        if rest := listings - alone:
            change = _ask(work, rest)
        else:
            change = _ask_one(work, alone[0])
        if not work.step(change, len(listings)):
            return False


def _ask(work, listings):
    """What to do with Amazon's answer about these SKUs."""
    skus, found, problems, token = listings.mapped("sku"), [], [], None
    try:
        while True:
            page = search_listings_items(
                work.api,
                work.account.seller_id,
                [work.store.marketplace_id.api_id],
                identifiers=skus,
                page_token=token,
            )
            found += page.listings
            problems += page.problems
            token = page.next_token
            if not token:
                break
    except Refused:
        return _ask_one(work, listings[0])  # one of them is the culprit
    return partial(_answered, work, listings.ids, found, problems)


def _ask_one(work, listing):
    found, problems = [], []
    try:
        found.append(
            get_listings_item(
                work.api,
                work.account.seller_id,
                listing.sku,
                [work.store.marketplace_id.api_id],
            )
        )
    except NotFound:
        found = []
    except (Refused, ValueError) as exc:  # ValueError: no address can name it
        problems.append((listing.sku, str(exc)))
    return partial(_answered, work, listing.ids, found, problems)


def _answered(work, ids, found, problems):
    listings = work.env["amazon.listing"].browse(ids)
    wanted = set(listings.mapped("sku"))
    kept = _keep(work, [item for item in found if item.sku in wanted], problems)
    unread = dict(problems)
    missing = listings.filtered(lambda x: x.sku not in kept and x.sku not in unread)
    for listing in listings.filtered(lambda x: x.sku in unread):
        listing.problem = unread[listing.sku]
    listings.write({"lookup": False, "lookup_date": fields.Datetime.now()})
    missing.lookup = "unknown"
    listings.filtered(lambda x: x.sku in unread).lookup = "failed"
    catalog_listings.cancel(work, missing.filtered(lambda x: x.status == "listed").ids)
    missing.problem = work.env._(
        "Amazon lists no such SKU in this store. Link it to a product by hand."
    )
    mark(work.env, "to_load", False, SQL("id = ANY(%s)", ids))
