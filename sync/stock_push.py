"""Quantities ► Amazon: what has changed is computed, sent, and read back.

Few go one by one, the fewest units first; many in one feed, but what is scarce one by
one before: that is looked at first, and a feed is not. A row is leased and
committed before its call and settled after it; a crash in between sends the same number
once more. Amazon sells meanwhile: before units are promised, orders are pulled, and
what Amazon has less than Odoo knows of is taken off.
"""

from datetime import timedelta
from functools import partial

from odoo import fields

from ..spapi.errors import Refused, Temporary, Throttled, Unauthorised
from ..spapi.listings import patch_quantity
from ..spapi.quantities import FEED_ONLY, Limits, plan
from . import (
    connection,
    order_capture,
    stock_feed,
    stock_look,
    stock_plan,
    stock_proof,
    stock_refresh,
)
from .stock_queue import change_of, due, lease, release, sent_values
from .transaction import retried

BATCH = 20
MAX_BACKOFF = timedelta(hours=2)
TRIES = 10
# So few units are soon sold to two buyers; so many SKUs are looked at before a feed.
SCARCE = 5
SCARCE_MOST = 200
PULL_AGE = timedelta(minutes=5)
HOLD = timedelta(minutes=5)
ROLE_WAIT = timedelta(hours=1)


def push(account):
    """Compute what has changed, send it, read back what was sent."""
    cron = account.env["ir.cron"]
    _refresh(account)
    waiting = account.env["amazon.quantity"].search_count(due(account))
    if (
        not waiting
        and not stock_feed.is_due(account)
        and not stock_proof.is_due(account)
    ):
        retried(account.env, partial(_tell, account))
        cron._commit_progress(remaining=0)
        return
    run = account._start_run("stock", total=waiting)
    calls, leased = [], set()
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            stock_feed.settle(account, api, run)
            complete = _send_due(account, api, run, leased)
            stock_proof.read_back(account, api)
    except Throttled as exc:
        account.env.cr.rollback()
        release(account, leased)
        message = account.env._("Amazon's rate limit is reached: going on later.")
        run._finish("waiting", message, len(calls))
        account._enqueue("stock", timedelta(seconds=exc.retry_after + 1))
    except Temporary as exc:
        account.env.cr.rollback()
        release(account, leased)
        run._finish("waiting", connection.explain(account, exc), len(calls))
        account._enqueue("stock", timedelta(minutes=5))
    except (Unauthorised, connection.NotConfigured) as exc:
        account.env.cr.rollback()
        _denied(account, exc, run, leased, len(calls))
    else:
        account._stock_alarm()
        run._finish("done" if complete else "waiting", calls=len(calls))
        if not complete:
            account._enqueue("stock")
    cron._commit_progress(remaining=0)


def _refresh(account):
    retried(account.env, partial(stock_refresh.refresh, account))
    account.env["ir.cron"]._commit_progress()


def _tell(account):
    """A person is also told where nothing goes out, of what can't go out any more."""
    account.invalidate_recordset(["mismatch_count"])
    queued = account.env["amazon.quantity"].search_count(
        [("account_id", "=", account.id), ("state", "=", "queued")], limit=1
    )
    # an alarm about what keeps quantities waiting is not over while they wait
    if account.mismatch_count or not queued:
        account._stock_alarm()


def _denied(account, error, run, leased, calls):
    """Without the role for listings only quantities wait; all else stops the account."""
    message = connection.explain(account, error)
    if getattr(error, "mend", "") == "role":
        release(account, leased, ROLE_WAIT)
        run._finish("failed", message, calls)
        account._stock_alarm(message)
    else:
        release(account, leased)
        run._finish("failed", message, calls)
        account._mark_attention(message)


# -- sending --------------------------------------------------------------------------


def _send_due(account, api, run, leased):
    """Send all that is due; False when the scheduler's time is up before the end."""
    env = account.env
    rows = env["amazon.quantity"].search(due(account))
    if not rows:
        return True
    known = True
    if account.sync_orders and any(row.quantity for row in rows) and _is_stale(account):
        _pull_orders(account)
        _refresh(account)
        known = not _is_stale(account)
        rows = env["amazon.quantity"].search(due(account))
    if not known:
        # nobody knows what Amazon has sold since: nothing is raised
        rows = rows.filtered(lambda row: row.quantity <= _last_known(row))
        account._enqueue("stock", PULL_AGE)
    return _send(account, api, run, rows, leased) if rows else True


def _is_stale(account):
    last = account.env["amazon.sync.run"].search(
        [
            ("account_id", "=", account.id),
            ("kind", "=", "orders"),
            ("state", "=", "done"),
            ("end", ">", fields.Datetime.now() - PULL_AGE),
        ],
        limit=1,
    )
    return not last


def _pull_orders(account):
    # as no job: a pull that the account's own job is at right now is not dead
    order_capture.pull(account.with_context(cron_id=False, ir_cron_progress_id=False))


def _last_known(row):
    shown = row.effective_quantity if row.effective_date else 0
    return min(shown, row.sent_quantity) if row.sent_date else shown


def _send(account, api, run, rows, leased):
    """:param leased: ids of what this push has leased and not settled, kept up to date"""
    changes = {row.sku: change_of(row) for row in rows}
    limits = Limits.of(
        api.limiter.buckets(("patchListingsItem", "createFeed")), api.limiter.clock()
    )
    way = plan(changes.values(), limits)
    patches, feeds = _scarce_first(way)
    ids = {row.sku: row.id for row in rows}
    for start in range(0, len(patches), BATCH):
        part = patches[start : start + BATCH]
        taken = retried(
            account.env, partial(lease, account, [ids[c.sku] for c in part])
        )
        account.env["ir.cron"]._commit_progress()
        leased.update(taken)
        _patch_batch(account, api, run, taken, leased)
        more = len(patches) > start + BATCH or feeds
        if not account.env["ir.cron"]._commit_progress(len(part)) and more:
            return False
    for feed in feeds:
        stock_feed.submit(
            account, api, run, [ids[change.sku] for change in feed], leased
        )
    return True


def _scarce_first(way):
    """(patches, feeds) of a plan, without what is scarce in its feeds."""
    scarce = [
        change
        for feed in way.feeds
        for change in feed
        if 0 < change.quantity <= SCARCE and change.sku not in FEED_ONLY
    ][:SCARCE_MOST]
    skus = {change.sku for change in scarce}
    rest = [[change for change in feed if change.sku not in skus] for feed in way.feeds]
    return [*way.patches, *scarce], [feed for feed in rest if feed]


def _patch_batch(account, api, run, ids, leased):
    rows = account.env["amazon.quantity"].browse(ids)
    places = stock_plan.targets(account, rows.mapped("sku"))
    sights = stock_look.sights(account, api, rows)
    for row in rows.sorted("quantity"):
        sight = sights.get(row.sku)
        if row.sku not in places:  # no longer a listing that sells
            retried(account.env, partial(stock_refresh.compute, account, [row.sku]))
        elif sight and sight.is_fba:
            retried(account.env, partial(stock_refresh.became_fba, account, [row.sku]))
        else:
            _patch(account, api, run, row, places[row.sku], sight)
        leased.discard(row.id)
        account.env["ir.cron"]._commit_progress()


def _patch(account, api, run, row, place, sight):
    """One call, and what came of it."""
    if row.state != "queued":
        return
    missing = sight.missing if sight else 0
    if sight and not sight.may_rise and _promises_more(row, sight.shown):
        retried(account.env, partial(_hold, row, sight.shown))
        return
    marketplaces, product_type = place
    change = change_of(row, max(0, row.quantity - missing), product_type)
    try:
        patch_quantity(api, account.seller_id, marketplaces, change)
    except Temporary as exc:
        outcome = partial(_later, row, change, exc, run)
    except Refused as exc:
        outcome = partial(_refused, row, change, exc.message or str(exc), run)
    except ValueError as exc:
        outcome = partial(_refused, row, change, str(exc), run)
    else:
        outcome = partial(_sent, row, change, missing, run)
    retried(account.env, outcome)


def _promises_more(row, shown):
    """More than was sent last, or the same over what may be left of it."""
    last = row.sent_quantity
    return row.quantity > last or row.quantity == last > shown


def _hold(row, shown):
    """The last number is not in effect yet, or was sold from: no more is promised."""
    now = fields.Datetime.now()
    row.write(
        {
            "effective_quantity": shown,
            "effective_date": now,
            "next_try": now + HOLD,
        }
    )
    _ask_for_orders(row.account_id)


def _ask_for_orders(account):
    """What Amazon has sold just now is in the pull after the next minutes."""
    account._enqueue("orders", HOLD / 2)
    account._enqueue("stock", HOLD)


def _later(row, change, error, run):
    tries = row.tries + 1
    if tries > TRIES:  # half a day: somebody should know
        _refused(row, change, str(error), run)
        return
    wait = min(timedelta(minutes=2**tries), MAX_BACKOFF)
    row.write(
        {
            "tries": tries,
            "answer": str(error),
            "next_try": fields.Datetime.now() + wait,
        }
    )
    row.account_id._enqueue("stock", wait)


def _refused(row, change, words, run):
    values = sent_values(change) | {"tries": 0}
    del values["sent_date"]  # what Amazon has is still the number before
    row.write(values)
    row._refuse("refused", words)
    run._add(blocked=1)


def _sent(row, change, missing, run):
    run._add(processed=1)
    account, now = row.account_id, fields.Datetime.now()
    values = sent_values(change) | {"tries": 0, "answer": False, "feed_id": False}
    if missing:
        _ask_for_orders(account)
        values["next_try"] = now + HOLD
    elif (row.quantity, row.lead_time or None) != (change.quantity, change.lead_time):
        values["next_try"] = now  # changed while the call was out: goes again
        account._enqueue("stock")
    else:
        wait = account._stock_proof_delay()
        values |= {"state": "sent", "next_try": now + wait}
        account._enqueue("stock", wait)
    row.write(values)
