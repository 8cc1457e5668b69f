"""Amazon ► inbox: pages of orders are stored as they come and committed at once.

The cursor moves only when the last page is in, every pull overlaps the one before,
and seeing an order twice changes nothing.
"""

import logging
from collections import namedtuple
from datetime import UTC, timedelta
from functools import partial

from odoo import fields

from ..spapi import orders as orders_api
from ..spapi.errors import Refused, SpApiError, Temporary, Throttled, Unauthorised
from . import connection, order_inbox, shipment_proof
from .order_snapshot import naive
from .transaction import retried

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=10)
DEEP_OVERLAP = timedelta(days=2)
FIRST_PULL = timedelta(days=7)
TOKEN_LIFE = timedelta(hours=23)  # Amazon: 24 h
RETRY = timedelta(minutes=5)
PERSONAL_DATA = ("BUYER", "RECIPIENT")

# since when is asked, Amazon's token for the next page, day of the last deep pull
Bookmark = namedtuple("Bookmark", "since token deep_date")


def pull(account):
    """Fetch all changed orders of the account's active stores; commits page by page.

    A pull that was throttled or killed goes on from its last page; one that met an
    error is tried again later. Nothing here interprets what an order means.
    """
    run = account._start_run("orders")
    calls = []
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            complete = _pull_pages(account, api, run)
    except Throttled as exc:
        message = account.env._("Amazon's rate limit is reached: going on later.")
        _stop(account, run, "waiting", message, calls)
        account._enqueue("orders", timedelta(seconds=exc.retry_after + 1))
    except Temporary as exc:
        _stop(account, run, "waiting", connection.explain(account, exc), calls)
        account._enqueue("orders", RETRY)
    except (SpApiError, connection.NotConfigured) as exc:
        message = connection.explain(account, exc)
        _stop(account, run, "failed", message, calls)
        if isinstance(exc, Unauthorised | connection.NotConfigured):
            account._mark_attention(message)
    else:
        run._finish("done" if complete else "waiting", calls=len(calls))
        if complete:
            account.with_context(tracking_disable=True)._note_poll(
                found=bool(run.captured or run.updated)
            )
            run._tell_user()
        else:
            account._enqueue("orders")
    account.env["ir.cron"]._commit_progress()


def _stop(account, run, state, message, calls):
    """Undo the unfinished page, keep the finished ones, say why."""
    account.env.cr.rollback()
    run._finish(state, message, len(calls))
    run._tell_user()
    account.env["ir.cron"]._commit_progress(remaining=0)


def _pull_pages(account, api, run):
    """Page after page; False when the scheduler's time is up before the last one."""
    cron = account.env["ir.cron"]
    marketplaces = account.store_ids.mapped("marketplace_id.api_id")
    if not marketplaces:
        return True
    while True:
        mark = begin(account)
        page = _fetch(account, api, run, marketplaces, mark)
        if page is None:  # the token was refused: start over from the cursor
            continue
        retried(account.env, partial(store_page, account, page, run, mark))
        account._enqueue("process")
        more = bool(page.next_token)
        time_left = cron._commit_progress(len(page.orders), remaining=int(more))
        if not more or not time_left:
            return not more


def begin(account):
    """The :class:`Bookmark` of the unfinished pull, or of a new one.

    Nothing is written before the page is in: Amazon takes a token only with the dates
    it was given for, so both are stored together, by whoever got the page.
    """
    now = fields.Datetime.now()
    if account.pull_token and account.pull_token_date > now - TOKEN_LIFE:
        return Bookmark(account.pull_since, account.pull_token, account.deep_pull_date)
    today = fields.Date.context_today(account)
    since = account.orders_cursor
    if not since:
        since = now - FIRST_PULL
    elif account.deep_pull_date != today:
        since -= DEEP_OVERLAP
    else:
        since -= OVERLAP
    return Bookmark(since, None, today)


def _fetch(account, api, run, marketplaces, mark):
    """The next page; None when Amazon no longer takes the token."""
    try:
        return search_page(
            account,
            api,
            run,
            marketplace_ids=marketplaces,
            last_updated_after=mark.since.replace(tzinfo=UTC),
            pagination_token=mark.token,
        )
    except Refused:
        if not mark.token:
            raise
        _logger.info("Amazon account %s: pagination token refused", account.id)
        retried(account.env, lambda: account.write({"pull_token": False}))
        account.env["ir.cron"]._commit_progress()  # no lock while Amazon answers
        return None


def search_page(account, api, run, **criteria):
    """One page of orders, without buyer data where Amazon refuses them."""
    wanted = orders_api.INCLUDED_DATA
    try:
        return orders_api.search_orders(api, included_data=wanted, **criteria)
    except Unauthorised as exc:
        if exc.mend != "role":
            raise
        # some sellers are refused personal data with an error instead of an absence
        allowed = tuple(name for name in wanted if name not in PERSONAL_DATA)
        page = orders_api.search_orders(api, included_data=allowed, **criteria)
        run._note(
            account.env._(
                "Amazon gave the orders without buyer data: the app lacks the role "
                "'Direct-to-Consumer Shipping'."
            )
        )
        return page


def store_page(account, page, run, mark):
    """Write one page to the inbox and move the pull's bookmark; one transaction."""
    counts = order_inbox.store(account, page.orders, run)
    shipment_proof.prove(account, page.orders)
    earlier = account.pull_until if mark.token else None
    until = min(filter(None, [earlier, naive(page.last_updated_before)]), default=False)
    values = {
        "deep_pull_date": mark.deep_date,
        "pull_since": mark.since,
        "pull_until": until,
        "pull_token": page.next_token or False,
        "pull_token_date": fields.Datetime.now(),
    }
    if not page.next_token:
        values["pull_until"] = False
        # never backwards: two pulls at once may end in either order
        if until and (not account.orders_cursor or until > account.orders_cursor):
            values["orders_cursor"] = until
    # the chatter tells when a person sets the cursor back, not of every pull
    account.with_context(tracking_disable=True).write(values)
    run._cover(mark.since, until)
    run._add(pages=1, **counts)
