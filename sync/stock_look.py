"""Amazon's quantities, read by SKU: twenty a call."""

from collections import namedtuple
from functools import partial

from odoo import fields

from ..spapi.errors import NotFound, Refused
from ..spapi.listings import get_listings_item, search_listings_items
from . import stock_reserve, stock_seen
from .transaction import retried

PAGE = 20
INCLUDED = ("fulfillmentAvailability", "attributes")

# missing: units that Amazon has less than expected; may_rise: False while nobody knows
# whether what was sent last is in effect; is_fba: Amazon ships it, nothing may be sent
Sight = namedtuple("Sight", "shown missing may_rise is_fba", defaults=(False,))
FBA = Sight(None, 0, False, True)


def look(account, api, skus):
    """{sku: Listing or None}, None where Amazon has no such SKU. At most 20.

    A SKU that can't be read is left out.
    """
    places = account.store_ids.filtered("active").mapped("marketplace_id.api_id")
    if not places or not skus:
        return {}
    alone = [sku for sku in skus if "," in sku]  # Amazon would read it as two
    found = _search(account, api, [sku for sku in skus if sku not in alone], places)
    for sku in alone:
        try:
            found[sku] = get_listings_item(
                api, account.seller_id, sku, places, INCLUDED
            )
        except NotFound:
            found[sku] = None
        except Refused:
            continue
    return found


def _search(account, api, skus, places):
    if not skus:
        return {}
    found = dict.fromkeys(skus)
    try:
        page = search_listings_items(
            api, account.seller_id, places, identifiers=skus, included_data=INCLUDED
        )
    except Refused:
        return {}
    found |= {item.sku: item for item in page.listings if item.sku in found}
    for sku, _words in page.problems:  # unreadable is not the same as absent
        found.pop(sku, None)
    return found


def sights(account, api, rows):
    """{sku: Sight} of rows that promise units or that Amazon ships, before they are sent.

    A pull shows nothing of the last two minutes; the quantity shows it: what is missing
    there was bought. Commits what Amazon shows of SKUs that were never seen.
    """
    before = {row.sku: _Before(row) for row in rows}
    promised = set(rows.filtered("quantity").mapped("sku"))
    moments = {sku: known.moment for sku, known in before.items() if known.moment}
    ordered = stock_reserve.ordered_since(account, moments)
    account.env["ir.cron"]._commit_progress()  # no lock while Amazon answers
    found = look(account, api, list(before))
    shown = {
        sku: item.quantity
        for sku, item in found.items()
        if item and item.quantity is not None
    }
    now = fields.Datetime.now()
    new = {sku: (shown[sku], now) for sku in shown if not before[sku].was_seen}
    retried(account.env, partial(stock_seen.note, account, new))
    account.env["ir.cron"]._commit_progress()
    compared = {
        sku: before[sku].compare(units, ordered.get(sku, 0))
        for sku, units in shown.items()
        if sku in promised
    }
    return compared | {sku: FBA for sku, item in found.items() if item and item.is_fba}


class _Before:
    """What Amazon had of a SKU last, as far as anybody knows."""

    def __init__(self, row):
        shown, sent = row.effective_date, row.sent_date
        self.was_seen = bool(shown)
        self.seen = row.effective_quantity
        # a number that was sent later counts, although nobody has seen it yet
        self.is_proven = bool(shown) and (not sent or shown > sent)
        self.units = self.seen if self.is_proven else row.sent_quantity
        self.moment = shown if self.is_proven else sent

    def compare(self, shown, ordered):
        if not self.moment:
            return Sight(shown, 0, True)
        if not self.is_proven and self.was_seen and shown == self.seen:
            # what was sent is not in effect yet, or it is and was sold down to there
            return Sight(shown, 0, False)
        missing = max(0, self.units - ordered - shown)
        return Sight(shown, missing, self.is_proven or not missing)
