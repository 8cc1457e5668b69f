"""Amazon ► outbox: a 2xx is not proof, the package on the order is.

Any order payload that passes proves the confirmations it shows: the hourly pull does
it for free. What is still unproven is asked for: few by ``getOrder``, many by one
``searchOrders`` for the time they were sent, whichever costs fewer calls.
"""

from datetime import timedelta
from functools import partial

from odoo import fields

from ..spapi.errors import NotFound, Refused, SpApiError, Throttled, Unauthorised
from ..spapi.orders import get_order
from . import connection, order_inbox
from .shipment_push import due
from .transaction import retried

SINGLE_CALLS = 20
MAX_TRIES = 4


def prove(account, payloads):
    """Settle sent confirmations by what raw order payloads show."""
    by_reference = {
        payload["orderId"]: payload
        for payload in payloads
        if isinstance(payload.get("orderId"), str) and payload["orderId"].isprintable()
    }
    sent = account.env["amazon.submission"].search(
        [
            ("account_id", "=", account.id),
            ("kind", "=", "shipment"),
            ("state", "=", "sent"),
            ("order_id.amazon_order_ref", "in", list(by_reference)),
        ]
    )
    proven = sent.filtered(
        lambda s: _shows(by_reference[s.order_id.amazon_order_ref], s)
    )
    if proven:
        proven._confirm()


def _shows(payload, submission):
    """Whether the order has the package with our tracking number.

    Compared by tracking number, not by package id: Amazon may number anew, and a
    parcel confirmed by other means is proof as well. One without a number is known by
    its package id, too.
    """
    wanted = _plain(submission.payload["tracking"])
    for package in payload.get("packages") or []:
        if not isinstance(package, dict):
            continue
        own = package.get("packageReferenceId") == submission.package_reference
        if _plain(package.get("trackingNumber")) != wanted and (wanted or not own):
            continue
        shown = {
            item.get("orderItemId"): item.get("quantity")
            for item in package.get("packageItems") or []
            if isinstance(item, dict) and isinstance(item.get("quantity"), int)
        }
        if all(
            shown.get(item_ref, 0) >= units
            for item_ref, units in submission.payload["items"]
        ):
            return True
    return False


def _plain(tracking):
    return "".join((tracking or "").split()).upper()


def read_back(account):
    """Ask Amazon about confirmations that are due for proof; commits one by one."""
    orders = retried(account.env, partial(_to_ask, account))
    account.env["ir.cron"]._commit_progress()
    if not orders:
        return
    try:
        with account._client() as api:
            for order in orders:
                _read_one(account, api, order)
    except (SpApiError, connection.NotConfigured) as exc:
        account.env.cr.rollback()
        if isinstance(exc, Unauthorised | connection.NotConfigured):
            account._mark_attention(connection.explain(account, exc))
        else:
            wait = exc.retry_after if isinstance(exc, Throttled) else 300
            account._enqueue("shipments", timedelta(seconds=wait + 1))
    account.env["ir.cron"]._commit_progress()


def _to_ask(account):
    """The orders to be asked for one by one; many fresh ones are left to the pull."""
    rows = account.env["amazon.submission"].search(due(account, "sent"))
    fresh = rows.filtered(lambda row: not row.tries)
    if len(fresh.order_id) > SINGLE_CALLS and account.sync_orders:
        # one page shows a hundred of them; pulled orders are proven as they come
        wait = timedelta(minutes=10)
        fresh.write({"tries": 1, "next_try": fields.Datetime.now() + wait})
        account._enqueue("orders")
        account._enqueue("shipments", wait)
        rows -= fresh
    return rows.order_id


def _read_one(account, api, order):
    try:
        payload = get_order(api, order.amazon_order_ref)
    except (NotFound, Refused) as exc:
        payload, words = None, str(exc)
    else:
        words = ""

    def work():
        if payload is not None:
            order_inbox.store(account, [payload])
            prove(account, [payload])
        for row in order.submission_ids.filtered(lambda s: s.state == "sent"):
            _unproven(row, words)

    retried(account.env, work)
    account.env["ir.cron"]._commit_progress()


def _unproven(row, words):
    tries = row.tries + 1
    if row.reason_code == "shipped":
        # asked and answered: Amazon has the units under another number
        row._refuse("shipped", row.answer)
    elif tries >= MAX_TRIES:
        row._refuse("unproven", words or row.answer)
    else:
        wait = timedelta(minutes=5 * 3 ** (tries - 1))
        row.write({"tries": tries, "next_try": fields.Datetime.now() + wait})
        row.account_id._enqueue("shipments", wait)
