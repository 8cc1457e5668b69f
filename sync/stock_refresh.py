"""Wanted quantities ► ``amazon.quantity``: what differs from Amazon's is queued.

Only rows that change are written, all of them in one statement.
"""

from collections import namedtuple
from datetime import timedelta

from odoo import fields
from odoo.tools import SQL

from . import stock_kits, stock_plan, stock_reserve, stock_seen
from .stock_plan import Wanted

FULL_AFTER = timedelta(hours=1)
# what Amazon showed is a reason to send nothing only while it is fresh
FRESH = timedelta(hours=1)

_READ = (
    "id",
    "sku",
    "active_sync",
    "is_zeroed",
    "sent_quantity",
    "sent_lead_time",
    "sent_date",
    "effective_quantity",
    "effective_date",
)
# what is computed here, in the order of _UPDATE
_WRITTEN = (
    "state",
    "reason_code",
    "detail",
    "product_id",
    "quantity",
    "reserved",
    "lead_time",
    "is_negative",
    "next_try",
    "tries",
    "is_resent",
    "answer",
)
_UPDATE = """
    UPDATE amazon_quantity known
       SET state = new.state, reason_code = new.reason_code, detail = new.detail,
           product_id = new.product_id, quantity = new.quantity,
           reserved = new.reserved, lead_time = new.lead_time,
           is_negative = new.is_negative, next_try = new.next_try, tries = new.tries,
           is_resent = new.is_resent, answer = new.answer,
           write_date = NOW() AT TIME ZONE 'UTC',
           difference = CASE
               WHEN new.state = 'off' OR known.effective_date IS NULL THEN 0
               ELSE new.quantity - COALESCE(known.effective_quantity, 0) END
      FROM (VALUES %s) AS new (id, state, reason_code, detail, product_id, quantity,
               reserved, lead_time, is_negative, next_try, tries, is_resent, answer)
     WHERE known.id = new.id
"""
_TYPES = (
    "(%s, %s::varchar, %s::varchar, %s::varchar, %s::int4, %s::int4, %s::int4, "
    "%s::int4, %s::bool, %s::timestamp, %s::int4, %s::bool, %s::text)"
)
_Row = namedtuple("_Row", (*_READ, *_WRITTEN, "in_feed"))


def refresh(account, full=None):
    """Compute what has changed, or everything; one transaction, nothing is sent.

    :param full: None: everything when that is an hour ago
    """
    now = fields.Datetime.now()
    changed = _take_changes(account)
    if full is None:
        checked = account.stock_checked
        full = not checked or checked < now - FULL_AFTER
    if full:
        account.with_context(tracking_disable=True).write({"stock_checked": now})
        compute(account, now=now)
    elif changed:
        products = stock_kits.containing(account.env, changed)
        compute(account, stock_plan.affected(account, products), now=now)


def _take_changes(account):
    """The products that were marked; rows committed later stay for the next time."""
    rows = account.env.execute_query(
        SQL(
            "DELETE FROM amazon_stock_change WHERE account_id = %s RETURNING product_id",
            account.id,
        )
    )
    return {row[0] for row in rows}


def compute(account, skus=None, now=None):
    """Bring the quantities of these SKUs, or of all, up to date."""
    if skus is not None and not skus:
        return
    now = now or fields.Datetime.now()
    stock_seen.attach_all(account, skus)
    plans = stock_plan.wanted(account, skus)
    rows = _rows(account, skus)
    ordered = stock_reserve.ordered_since(account, _moments(rows, now))
    gone = Wanted("gone")
    updates = []
    for row in rows:
        after = _after(row, plans.get(row.sku, gone), ordered.get(row.sku, 0), now)
        if after != tuple(getattr(row, name) for name in _WRITTEN):
            updates.append((row.id, *after))
    _write(account.env, updates)


def became_fba(account, skus):
    """Amazon ships these now: a quantity would make them the merchant's again."""
    account.env["amazon.listing"].with_context(
        active_test=False, tracking_disable=True
    ).search(
        [
            ("account_id", "=", account.id),
            ("sku", "in", skus),
            ("channel", "=", "merchant"),
        ]
    ).write({"channel": "fba"})
    compute(account, skus)


def _rows(account, skus):
    account.env["amazon.quantity"].flush_model()
    account.env["amazon.feed"].flush_model()
    chosen = SQL("TRUE") if skus is None else SQL("row.sku = ANY(%s)", list(skus))
    names = SQL(", ").join(SQL.identifier("row", name) for name in (*_READ, *_WRITTEN))
    rows = account.env.execute_query(
        SQL(
            """
            SELECT %s, row.state = 'sent' AND feed.state = 'processing'
              FROM amazon_quantity row
         LEFT JOIN amazon_feed feed ON feed.id = row.feed_id
             WHERE row.account_id = %s AND %s
            """,
            names,
            account.id,
            chosen,
        )
    )
    return [_Row(*row) for row in rows]


def _moments(rows, now):
    moments = {row.sku: known(row, now) for row in rows}
    return {sku: value[1] for sku, value in moments.items() if value}


def known(row, now):
    """(quantity, moment): what Amazon has to our best knowledge, or None."""
    shown = row.effective_date and (row.effective_quantity or 0, row.effective_date)
    fresh = shown if shown and row.effective_date > now - FRESH else None
    is_newer = shown and (not row.sent_date or row.effective_date > row.sent_date)
    if row.state == "off":
        return fresh if is_newer else None
    if row.state == "confirmed" and is_newer:
        return shown
    if not row.sent_date:
        return fresh
    return row.sent_quantity or 0, row.sent_date


def _after(row, want, ordered, now):
    """The values of ``_WRITTEN`` after this computation."""
    paused = not row.active_sync
    if want.code in ("family", "fba", "gone", "remote") or (want.code and not paused):
        return _off(row, want, want.code)
    if paused and not row.is_zeroed:
        return _off(row, want, "inactive")
    quantity = 0 if paused else want.quantity
    values = {
        "reason_code": "inactive" if paused else None,
        "detail": None,
        "product_id": want.product_id,
        "quantity": quantity,
        "reserved": want.reserved,
        "lead_time": want.lead_time,
        "is_negative": want.is_negative,
    }
    keep = {
        name: getattr(row, name)
        for name in ("state", "next_try", "tries", "is_resent", "answer")
    }
    if row.state in ("refused", "mismatch"):
        values["reason_code"] = values["reason_code"] or row.reason_code
    if row.in_feed:
        return _tuple(keep | values)
    if row.state == "queued" and row.sent_date:
        if quantity < (row.sent_quantity or 0):
            keep["next_try"] = min(row.next_try or now, now)  # never held back
        return _tuple(keep | values)
    if _differs(row, quantity, want.lead_time, ordered, now):
        if row.state == "queued":
            return _tuple(keep | values)
        values["reason_code"] = "inactive" if paused else None
        queued = {"state": "queued", "next_try": now, "tries": 0}
        return _tuple(values | queued | {"is_resent": False, "answer": None})
    if row.state in ("off", "queued"):
        done = {"state": "confirmed", "next_try": None, "tries": 0}
        return _tuple(values | done | {"is_resent": False, "answer": None})
    return _tuple(keep | values)


def _differs(row, quantity, lead_time, ordered, now):
    """Whether Amazon has something else than this quantity or lead time."""
    if lead_time and lead_time != (row.sent_lead_time or 0):
        return True
    if row.state in ("refused", "mismatch"):
        return quantity != row.sent_quantity  # the same again: a person says when
    last = known(row, now)
    return not last or quantity != max(0, last[0] - ordered)


def _off(row, want, code):
    return _tuple(
        {
            "state": "off",
            "reason_code": code,
            "detail": want.detail or None,
            "product_id": want.product_id,
            "quantity": want.quantity if code == "inactive" else 0,
            "reserved": want.reserved,
            "lead_time": want.lead_time,
            "is_negative": False,
            "next_try": None,
            "tries": 0,
            "is_resent": False,
            "answer": None,
        }
    )


def _tuple(values):
    return tuple(values[name] for name in _WRITTEN)


def _write(env, updates):
    if updates:
        env.cr.execute_values(_UPDATE, updates, template=_TYPES, page_size=5000)
        env["amazon.quantity"].invalidate_model()
