"""Amazon ► quantities: accepted is not in effect; what buyers meet is the proof.

What was sent is read back later, and read again while it differs. Then it is sent once
more, and when that has no effect either, a person is told.
"""

from datetime import timedelta
from functools import partial

from odoo import fields
from odoo.fields import Domain

from . import stock_look, stock_refresh, stock_reserve
from .transaction import retried

# Between one look and the next, before it is sent again or called a mismatch.
WAITS = (timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=45))


def _due(account):
    return (
        Domain("account_id", "=", account.id)
        & Domain("state", "=", "sent")
        & Domain("next_try", "<=", fields.Datetime.now())
    )


def is_due(account):
    return bool(account.env["amazon.quantity"].search_count(_due(account), limit=1))


def read_back(account, api):
    """Look at everything that is due; commits page by page."""
    cron = account.env["ir.cron"]
    seen = set()
    while True:
        rows = account.env["amazon.quantity"].search(
            _due(account) & Domain("id", "not in", list(seen)),
            limit=stock_look.PAGE,
            order="next_try, id",
        )
        if not rows:
            return
        ids, skus = rows.ids, rows.mapped("sku")
        seen.update(ids)
        cron._commit_progress()  # no lock while Amazon answers
        found = stock_look.look(account, api, skus)
        retried(account.env, partial(_settle, account, ids, found))
        if not cron._commit_progress():
            account._enqueue("stock")
            return


def _settle(account, ids, found):
    rows = account.env["amazon.quantity"].browse(ids)
    rows = rows.filtered(lambda row: row.state == "sent")
    unread = rows.filtered(lambda row: row.sku not in found)
    if unread:
        unread.write({"next_try": fields.Datetime.now() + WAITS[0]})
        account._enqueue("stock", WAITS[0])
    rows -= unread
    fba = rows.filtered(lambda row: found[row.sku] and found[row.sku].is_fba)
    if fba:
        stock_refresh.became_fba(account, fba.mapped("sku"))
    rows -= fba
    ordered = stock_reserve.ordered_since(
        account, {row.sku: row.sent_date for row in rows}
    )
    for row in rows:
        _settle_one(row, found[row.sku], ordered.get(row.sku, 0))
    account._stock_alarm()


def _settle_one(row, item, ordered):
    shown = item.quantity if item else None
    now = fields.Datetime.now()
    if shown is not None:
        # dates have no fractions: what is seen of a number is later than the number
        seen = max(now, row.sent_date + timedelta(seconds=1))
        row.write({"effective_quantity": shown, "effective_date": seen})
    if shown is not None and _is_proof(row, shown, ordered):
        row._confirm()
        if shown != row.quantity:
            row._queue()  # changed since, by an order that Amazon has not counted
        return
    tries = row.tries + 1
    if tries <= len(WAITS):
        wait = WAITS[tries - 1]
        row.write({"tries": tries, "next_try": now + wait})
        row.account_id._enqueue("stock", wait)
    elif not row.is_resent:
        row._queue()
        row.is_resent = True
    else:
        row._refuse("mismatch", _words(row, item, shown))


def _is_proof(row, shown, ordered):
    """In effect, and sold from by no more than Odoo knows of."""
    return (
        row.sent_quantity - ordered <= shown <= row.sent_quantity
        or shown == row.quantity
    )


def _words(row, item, shown):
    if item is None:
        return row.env._("Amazon no longer lists this SKU.")
    if shown is None:
        return row.env._("Amazon tells no quantity of this SKU.")
    return row.env._(
        "Amazon accepted %(sent)s and still shows %(shown)s.",
        sent=row.sent_quantity,
        shown=shown,
    )
