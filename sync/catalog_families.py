"""Which listings are matched together: whole families, page by page."""

import logging
from datetime import timedelta
from functools import partial

from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from . import catalog_match
from .catalog_work import mark
from .one_writer import one_writer

_logger = logging.getLogger(__name__)

PAGE = 400
BUSY = timedelta(minutes=1)


def match(work):
    """Match all that is marked; whether the load may go on with its images."""
    with one_writer(work.env) as free:
        if free:
            return _match_all(work)
    work.wait = BUSY
    work.reason = work.env._("Products of another account are being made: it goes on.")
    return False


def _match_all(work):
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
        except UniqueViolation as exc:
            if (exc.diag.constraint_name or "").startswith("amazon_"):
                raise  # somebody else made it a moment ago: the next snapshot shows it
            _one_by_one(work, chosen, exc)
        except Exception as exc:
            _one_by_one(work, chosen, exc)
    mark(work.env, "to_match", False, SQL("id = ANY(%s)", ids))


def _one_by_one(work, listings, error):
    _logger.info("Listings family by family after: %s", error)
    for family in _families(listings):
        _match_family(work, family)


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
