"""Amazon ► inbox, for a chosen time span: history, or a past run once more.

The same pages as the ordinary pull's, stored the same way; only the bookmark is the
load's own, so that the account's cursor is not touched.
"""

import logging
from datetime import UTC, timedelta
from functools import partial

from odoo import fields

from ..spapi.errors import Refused, SpApiError, Temporary, Throttled, Unauthorised
from . import connection, order_capture, order_inbox, shipment_proof
from .transaction import retried

_logger = logging.getLogger(__name__)


def _running(account):
    return account.env["amazon.order.load"].search(
        [("account_id", "=", account.id), ("state", "=", "running")], order="id"
    )


def has_the_turn(account):
    """Whether this wake-up of the orders job is for a load that waited for Amazon.

    Its rate limit allows one page every few minutes then: an ordinary pull that is not
    due yet would take the very call the load has waited for, time after time.
    """
    now = fields.Datetime.now()
    waited = any(load.next_try and load.next_try <= now for load in _running(account))
    if not waited or account.pull_token or account.pull_requested_by_id:
        return False
    last = account.env["amazon.sync.run"].search(
        [("account_id", "=", account.id), ("kind", "=", "orders")], limit=1
    )
    return last.state == "done" and account.sudo().orders_cron_id.nextcall > now


def work(account):
    """Read the account's running loads, oldest first; commits page by page."""
    while account._is_live() and account.sync_orders:
        load = _running(account)[:1]
        if not load or not _read(account, load):
            return


def _read(account, load):
    """Whether the load has ended; False when its rest has to wait."""
    run = retried(account.env, load._start_run)
    calls = []
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            complete = _read_pages(account, api, load, run)
    except Throttled as exc:
        message = account.env._("Amazon's rate limit is reached: going on later.")
        delay = timedelta(seconds=exc.retry_after + 1)
        _wait(account, load, run, message, calls, delay)
        return False
    except Temporary as exc:
        message = connection.explain(account, exc)
        _wait(account, load, run, message, calls, order_capture.RETRY)
        return False
    except (SpApiError, connection.NotConfigured) as exc:
        _fail(account, load, run, exc, calls)
        return not isinstance(exc, Unauthorised | connection.NotConfigured)
    run._finish("done" if complete else "waiting", calls=len(calls))
    if complete:
        run._tell_user()
    else:
        account._enqueue("orders")
    account.env["ir.cron"]._commit_progress()
    return complete


def _wait(account, load, run, message, calls, delay):
    """Undo the unfinished page, keep the finished ones, go on later."""

    def note():
        load.write({"message": message, "next_try": fields.Datetime.now() + delay})
        run._finish("waiting", message, len(calls))
        account._enqueue("orders", delay)

    account.env.cr.rollback()
    retried(account.env, note)
    account.env["ir.cron"]._commit_progress(remaining=0)


def _fail(account, load, run, error, calls):
    """What Amazon refuses for good; a person resumes it when that is put right."""
    message = connection.explain(account, error)

    def note():
        load._fail(message)
        run._finish("failed", message, len(calls))

    account.env.cr.rollback()
    retried(account.env, note)
    run._tell_user()
    if isinstance(error, Unauthorised | connection.NotConfigured):
        account._mark_attention(message)
    account.env["ir.cron"]._commit_progress(remaining=0)


def _read_pages(account, api, load, run):
    """Page after page; False when the scheduler's time is up before the last one."""
    cron = account.env["ir.cron"]
    marketplaces = load.store_ids.marketplace_id.mapped("api_id")
    while load.state == "running":
        window = load._window()
        page = _fetch(account, api, load, run, marketplaces, window)
        if page is None:  # the token is gone: the window starts over
            continue
        retried(account.env, partial(_store_page, account, load, run, page, window))
        account._enqueue("process")
        more = load.state == "running"
        time_left = cron._commit_progress(len(page.orders), remaining=int(more))
        if more and not time_left:
            return False
    return True


def _fetch(account, api, load, run, marketplaces, window):
    since, until = (moment and moment.replace(tzinfo=UTC) for moment in window)
    kind = "created" if load.by == "created" else "last_updated"
    token = load.page_token
    if token and load.token_date <= fields.Datetime.now() - order_capture.TOKEN_LIFE:
        return _start_over(account, load)
    try:
        return order_capture.search_page(
            account,
            api,
            run,
            marketplace_ids=marketplaces,
            pagination_token=token or None,
            **{f"{kind}_after": since, f"{kind}_before": until},
        )
    except Refused:
        if not token or load.window_days == 1:
            raise
        _logger.info("Load of Amazon orders %s: pagination token refused", load.id)
        return _start_over(account, load)


def _start_over(account, load):
    retried(account.env, load._forget_token)
    account.env["ir.cron"]._commit_progress()  # no lock while Amazon answers


def _store_page(account, load, run, page, window):
    """Write one page to the inbox and move the load's bookmark; one transaction."""
    counts = order_inbox.store(account, page.orders, run)
    shipment_proof.prove(account, page.orders)
    load._book_page(page, window, counts)
    run._add(pages=1, **counts)
