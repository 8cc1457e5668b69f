"""Which listings are matched together: whole families, page by page."""

import logging
from functools import partial

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from . import catalog_match
from .catalog_work import mark

_logger = logging.getLogger(__name__)

PAGE = 400


def match(work):
    """Match all that is marked; whether the load may go on with its images."""
    while True:
        ids = _page(work)
        if not ids:
            return work.step(partial(work.next_stage, "images"))
        if not work.step(partial(_match, work, ids), len(ids)):
            return False


def _page(work):
    """Ids of marked listings, with all others of their families."""
    env = work.env
    marked = env.execute_query(
        SQL(
            """
            SELECT id, family_id FROM amazon_listing
             WHERE store_id = %s AND to_match
             ORDER BY family_id, id LIMIT %s
            """,
            work.store.id,
            PAGE,
        )
    )
    families = {family: [] for _id, family in marked if family}
    if families:
        rows = env.execute_query(
            SQL(
                """
                SELECT family_id, id FROM amazon_listing
                 WHERE store_id = %s AND family_id = ANY(%s)
                   AND (to_match OR (status = 'listed' AND is_parent IS NOT TRUE))
                 ORDER BY id
                """,
                work.store.id,
                list(families),
            )
        )
        for family, listing_id in rows:
            families[family].append(listing_id)
    groups = [*families.values(), *([found] for found, family in marked if not family)]
    page = []
    for group in groups:  # of a family larger than a page, all
        if page and len(page) + len(group) > PAGE:
            break
        page += group
    return page


def _match(work, ids):
    """One page in one savepoint; if it fails, family by family to find the culprit."""
    listings = work.env["amazon.listing"].browse(ids)
    chosen = listings.filtered(lambda x: x.status == "listed" and not x.is_parent)
    if chosen:
        try:
            _guarded(work, chosen)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise  # the snapshot is lost: the whole page starts again
        except Exception as exc:
            _logger.info("Listings family by family after: %s", exc)
            for family in _families(chosen):
                _match_family(work, family)
    mark(work.env, "to_match", False, SQL("id = ANY(%s)", ids))


def _guarded(work, listings):
    with work.env.cr.savepoint():
        catalog_match.match_batch(work.load, listings)


def _families(listings):
    """A family by itself, and each listing that is in none."""
    alone = listings.filtered(lambda x: not x.family_id)
    return [*(listings - alone).grouped("family_id").values(), *alone]


def _match_family(work, listings):
    try:
        _guarded(work, listings)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except UserError as exc:
        _blame(work, listings, str(exc))
    except Exception as exc:
        _logger.exception("Amazon listings %s can't be matched", listings.ids)
        _blame(work, listings, f"{type(exc).__name__}: {exc}.")


def _blame(work, listings, words):
    """It waits for a person, and holds up nobody."""
    reason = work.env._("No product could be made or updated: %s", words)
    quiet = listings.with_context(tracking_disable=True)
    for listing in quiet:
        listing._set_remarks({"product": reason})
        if not listing.product_id and listing.link_note != reason:
            listing.link_note = reason
    work.load._note_problems([f"{listings[0].sku}: {reason}"])
    work.run._add(blocked=len(listings))
