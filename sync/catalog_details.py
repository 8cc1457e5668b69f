"""ASINs ► what they are: Amazon's catalog items, twenty a call, and their families."""

from functools import partial

from psycopg2.extras import Json

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from ..spapi.catalog import ASINS, batches, search_catalog_items
from ..spapi.errors import Refused, SpApiError
from . import catalog_items
from .catalog_work import mark

CALLS = 5  # whose answers are stored together
_COLUMNS = (
    "payload",
    "note",
    "title",
    "brand",
    "category",
    "barcode",
    "is_parent",
    "parent_id",
)


def take_in(work):
    """All items that are due, and the families they name; whether the load may go on.

    A parent shows in its child's answer, so the last calls are for the parents.
    """
    while True:
        items = _due(work)
        if not items:
            return work.step(partial(_end, work))
        answers, error = {}, None
        for asins in batches(items.mapped("asin")):
            try:
                answers |= _ask(work, asins)
            except SpApiError as exc:
                error = exc  # what came before it is kept
                work.env.cr.rollback()
                break
        if answers and not work.step(partial(_keep, work, answers), len(answers)):
            return False
        if error:
            raise error


def _due(work):
    """New, changed or never fetched; of a store that follows Amazon, all of them."""
    load = work.load
    domain = Domain("to_fetch", "=", True)
    if load.kind == "all" and work.store.amazon_is_master:
        listed = Domain("listing_ids.status", "=", "listed")
        family = Domain("is_parent", "=", True)
        domain |= Domain("fetched", "<", load.start) & (listed | family)
    domain &= Domain("store_id", "=", work.store.id)
    return work.env["amazon.catalog.item"].search(
        domain, order="id", limit=CALLS * ASINS
    )


def _ask(work, asins):
    """{ASIN: (its CatalogItem, the payload), or a sentence why there is none}"""
    try:
        return _search(work, asins)
    except Refused as exc:
        if len(asins) == 1:
            return {asins[0]: str(exc)}
    answers = {}  # one of them is the culprit
    for asin in asins:
        answers |= _ask(work, [asin])
    return answers


def _search(work, asins):
    answers, token = {}, None
    while True:
        page = search_catalog_items(
            work.api, work.store.marketplace_id.api_id, asins, page_token=token
        )
        answers |= {
            item.asin: (item, payload)
            for item, payload in zip(page.items, page.payloads, strict=True)
        }
        answers |= dict(page.problems)
        token = page.next_token
        if not token:
            break
    unknown = work.env._("Amazon's catalog has no details of it in this store.")
    return {asin: answers.get(asin, unknown) for asin in asins}


def _keep(work, answers):
    """Store what Amazon said, and tell the listings; in the caller's transaction."""
    env, load = work.env, work.load
    items = env["amazon.catalog.item"].search_fetch(
        [("store_id", "=", work.store.id), ("asin", "in", list(answers))],
        ["asin", "payload", "note", "is_parent", "parent_id", "to_fetch", "fetched"],
    )
    # not what another worker has asked for meanwhile
    items = items.filtered(lambda x: x.to_fetch or x.fetched < load.start)
    told = [
        answers[item.asin][0]
        for item in items
        if not isinstance(answers[item.asin], str)
    ]
    families = catalog_items.ensure(
        work.store, [asin for item in told for asin in item.parent_asins[:1]]
    )
    news = items.browse()
    remarks, rows, moment = {}, [], fields.Datetime.now()
    for item in items:
        values = _values(item, answers[item.asin], families)
        changes = {
            name: value
            for name, value in values.items()
            if (_plain(item[name]) or False) != (value or False)
        }
        if "note" in changes:
            remarks[item.id] = (item.note, changes["note"])
        if changes:
            news |= item
        rows.append((item.id, *(_stored(values, item, name) for name in _COLUMNS)))
    _write(env, rows, moment)
    news.modified(["title", "parent_id"])  # the listings tell their family
    _tell_listings(work, items, news, remarks)
    load.details += len(told)
    work.run._add(pages=1)


def _stored(values, item, name):
    """What a column shall hold; what Amazon said before stays where it says nothing."""
    value = values[name] if name in values else _plain(item[name])
    if name == "payload":
        return Json(value) if value else None
    return value or None


def _write(env, rows, moment):
    """By hand: the ORM would need a statement for each item, since no two are alike."""
    if not rows:
        return
    env["amazon.catalog.item"].flush_model()
    env.cr.execute_values(
        """
        UPDATE amazon_catalog_item AS item
           SET payload = new.payload, note = new.note, title = new.title,
               brand = new.brand, category = new.category, barcode = new.barcode,
               is_parent = new.is_parent, parent_id = new.parent_id,
               to_fetch = FALSE, fetched = new.fetched,
               write_date = timezone('UTC', now()), write_uid = new.uid
          FROM (VALUES %s) AS new (id, payload, note, title, brand, category, barcode,
                                   is_parent, parent_id, fetched, uid)
         WHERE item.id = new.id
        """,
        [(*row, moment, env.uid) for row in rows],
        template="(%s, %s::jsonb, %s, %s, %s, %s, %s, %s::boolean, %s::int4, "
        "%s::timestamp, %s)",
        page_size=len(rows),
    )
    env["amazon.catalog.item"].invalidate_model()


def _plain(value):
    return value.id if hasattr(value, "_name") else value


def _values(item, answer, families):
    if isinstance(answer, str):
        note = item.env._("ASIN %(asin)s: %(words)s", asin=item.asin, words=answer)
        return {"payload": False, "note": note}
    found, payload = answer
    family = families.get(next(iter(found.parent_asins), None))
    return {
        "payload": payload,
        "note": False,
        "title": found.title,
        "brand": found.brand,
        "category": found.top_category,
        "barcode": found.barcode,
        "is_parent": found.is_parent,
        "parent_id": family.id if family else False,
    }


def _tell_listings(work, items, news, remarks):
    """A family's listing is not for sale; what changed is matched again."""
    env = work.env
    listings = env["amazon.listing"].with_context(
        active_test=False, tracking_disable=True
    )
    for listing in listings.search([("catalog_item_id", "in", items.ids)]):
        item = listing.catalog_item_id
        if not item.note and listing.is_parent != item.is_parent:
            listing.is_parent = item.is_parent
        if item.id in remarks:
            listing.problem = _replace(listing.problem, *remarks[item.id])
    ids = news.ids
    mark(
        env,
        "to_match",
        True,
        SQL(
            "status = 'listed' AND (catalog_item_id = ANY(%s) OR family_id = ANY(%s))",
            ids,
            ids,
        ),
    )


def _replace(text, old, new):
    lines = [line for line in (text or "").split("\n") if line and line != old]
    return "\n".join([*lines, *([new] if new else [])]) or False


def _end(work):
    """Before matching: what was not for sale isn't looked for, what found nothing is."""
    store = SQL("store_id = %s", work.store.id)
    mark(
        work.env,
        "to_match",
        False,
        SQL("%s AND to_match AND (is_parent OR status != 'listed')", store),
    )
    if work.load.kind == "all":
        # somebody may have made the product meanwhile, or changed how to match
        everything = work.store.amazon_is_master
        mark(
            work.env,
            "to_match",
            True,
            SQL(
                "%s AND status = 'listed' AND is_parent IS NOT TRUE AND "
                "(%s OR (product_id IS NULL AND is_manual IS NOT TRUE))",
                store,
                everything,
            ),
        )
    if work.load.kind != "skus":
        # what Odoo refused may be taken by now
        mark(
            work.env,
            "to_match",
            True,
            SQL(
                "%s AND status = 'listed' AND is_parent IS NOT TRUE "
                "AND jsonb_exists(product_remarks, 'product')",
                store,
            ),
        )
    work.next_stage("match")
