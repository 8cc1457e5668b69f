"""Imported orders ► one feed ► its report: Amazon is told that they are in the books.

Row 4.20, for stores that want it. Marked in the transaction of the import, sent after
it: what Amazon is told is there. Telling it twice after a crash says nothing new.
"""

from datetime import timedelta
from functools import partial

from odoo import fields
from odoo.fields import Domain

from ..spapi.errors import NotFound, Refused, Temporary, Throttled, Unauthorised
from ..spapi.feeds import get_feed
from ..spapi.order_acknowledgement import (
    CONTENT_TYPE,
    FEED_TYPE,
    acknowledgement_feed,
    read_xml_report,
)
from . import connection, feed_exchange
from .order_choice import READY
from .transaction import retried

BATCH = 1000
LEASE = timedelta(minutes=10)
RETRY = timedelta(minutes=5)
ROLE_WAIT = timedelta(hours=6)
PATIENCE = timedelta(days=3)
FIRST_LOOK = timedelta(minutes=1)


def mark(records):
    """Orders that have just become sales; in the transaction of their import."""
    due = records.filtered(
        lambda record: record.store_id.acknowledge_orders
        and record.fulfilled_by == "MERCHANT"
        and record.fulfillment_status in READY
        and not record.acknowledge_state
    )
    if due:
        due.acknowledge_state = "due"
        due.account_id._enqueue("shipments")


def work(account):
    """Send what is due and ask about what was sent; commits step by step."""
    env, cron = account.env, account.env["ir.cron"]
    waiting = env["amazon.order"].search_count(_due(account))
    if not waiting and not env["amazon.feed"].search_count(_open(account), limit=1):
        return
    run = account._start_run("shipments", total=waiting)
    calls = []
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            for feed in env["amazon.feed"].search(_open(account), order="id"):
                cron._commit_progress()  # no lock while Amazon answers
                retried(env, _outcome(api, run, feed))
                cron._commit_progress()
            while _send(account, api, run):
                pass
    except Throttled as exc:
        env.cr.rollback()
        message = env._("Amazon's rate limit is reached: going on later.")
        _postpone(account, timedelta(seconds=exc.retry_after + 1))
        run._finish("waiting", message, len(calls))
    except Temporary as exc:
        env.cr.rollback()
        _postpone(account, RETRY)
        run._finish("waiting", connection.explain(account, exc), len(calls))
    except (Unauthorised, connection.NotConfigured) as exc:
        env.cr.rollback()
        message = connection.explain(account, exc)
        _postpone(account, ROLE_WAIT)
        run._finish("failed", message, len(calls))
        if getattr(exc, "mend", "") != "role":
            account._mark_attention(message)
    else:
        run._finish("done", calls=len(calls))
    cron._commit_progress(remaining=0)


# -- handing over ---------------------------------------------------------------------


def _due(account):
    return (
        Domain("account_id", "=", account.id)
        & Domain("acknowledge_state", "=", "due")
        & (
            Domain("acknowledge_try", "=", False)
            | Domain("acknowledge_try", "<=", fields.Datetime.now())
        )
    )


def _postpone(account, delay):
    account.env["amazon.order"].search(
        [("account_id", "=", account.id), ("acknowledge_state", "=", "due")]
    ).acknowledge_try = fields.Datetime.now() + delay
    account._enqueue("shipments", delay)


def _lease(account):
    """Take a batch for this worker: ids, with a time after which others may."""
    orders = (
        account.env["amazon.order"]
        .search(_due(account), limit=BATCH, order="id")
        .try_lock_for_update()
        .filtered_domain(_due(account))
    )
    orders.acknowledge_try = fields.Datetime.now() + LEASE
    return orders.ids


def _send(account, api, run):
    """One feed; whether there may be more to send."""
    cron = account.env["ir.cron"]
    ids = retried(account.env, partial(_lease, account))
    cron._commit_progress()
    if not ids:
        return False
    orders = account.env["amazon.order"].browse(ids)
    content, messages = acknowledgement_feed(
        account.seller_id,
        [(order.amazon_order_ref, order.sale_order_id.name) for order in orders],
    )
    marketplaces = orders.store_id.marketplace_id.mapped("api_id")
    cron._commit_progress()
    try:
        feed_ref = feed_exchange.hand_over(
            api, content, marketplaces, FEED_TYPE, CONTENT_TYPE
        )
    except Refused as exc:
        outcome = partial(_refuse, orders, exc.message or str(exc), run)
    else:
        outcome = partial(_handed_over, account, feed_ref, messages, ids, run)
    retried(account.env, outcome)
    cron._commit_progress(len(ids))
    return len(ids) == BATCH


def _handed_over(account, feed_ref, messages, ids, run):
    wait = timedelta(0) if account.is_sandbox else FIRST_LOOK
    feed = account.env["amazon.feed"].create(
        {
            "account_id": account.id,
            "kind": "acknowledgement",
            "feed_ref": feed_ref,
            "messages": {str(number): ref for number, ref in messages.items()},
            "total": len(messages),
            "next_try": fields.Datetime.now() + wait,
        }
    )
    account.env["amazon.order"].browse(ids).write(
        {
            "acknowledge_state": "sent",
            "acknowledge_feed_id": feed.id,
            "acknowledge_answer": False,
            "acknowledge_try": False,
        }
    )
    run._add(processed=len(ids))
    account._enqueue("shipments", wait)


def _refuse(orders, words, run):
    orders.write(
        {
            "acknowledge_state": "refused",
            "acknowledge_answer": words,
            "acknowledge_try": False,
        }
    )
    run._add(blocked=len(orders))


# -- what became of it ----------------------------------------------------------------


def _open(account):
    return (
        Domain("account_id", "=", account.id)
        & Domain("kind", "=", "acknowledgement")
        & Domain("state", "=", "processing")
        & Domain("next_try", "<=", fields.Datetime.now())
    )


def _outcome(api, run, feed):
    """What is to be done about a feed, as a unit of work."""
    try:
        state = get_feed(api, feed.feed_ref)
        if state.done:
            report = feed_exchange.processing_report(api, state, read_xml_report)
    except NotFound as exc:
        return partial(_failed, feed, "?", str(exc), run)
    except (Temporary, Refused) as exc:
        return partial(_wait, feed, feed.processing_status, str(exc), run)
    if state.done:
        return partial(_done, feed, state.processing_status, report, run)
    if state.fatal or state.cancelled:
        return partial(_failed, feed, state.processing_status, "", run)
    return partial(_wait, feed, state.processing_status, "", run)


def _wait(feed, status, words, run):
    if feed.created >= fields.Datetime.now() - PATIENCE:
        feed_exchange.wait(feed, status, words)
    else:
        _failed(feed, status, words, run)


def _orders(feed):
    return feed.env["amazon.order"].search([("acknowledge_feed_id", "=", feed.id)])


def _done(feed, status, report, run):
    content, parsed = report
    orders = _orders(feed)
    messages = {int(number): ref for number, ref in feed.messages.items()}
    taken, refused = [], {}
    for outcome in parsed.outcomes(messages) if parsed else ():
        if outcome.accepted:
            taken.append(outcome.sku)
        elif outcome.accepted is False:
            refused.setdefault(outcome.reason, []).append(outcome.sku)

    def named(references):
        return orders.filtered(lambda order: order.amazon_order_ref in references)

    for words, references in refused.items():
        _refuse(named(references), words, run)
    named(taken).acknowledge_state = "done"
    unknown = orders.filtered(lambda order: order.acknowledge_state == "sent")
    unknown.acknowledge_answer = feed.env._("Amazon's report says nothing of it.")
    feed.write(
        {
            "state": "done",
            "processing_status": status,
            "reason": False if parsed else feed.env._("Amazon's report is unreadable."),
            "accepted": len(taken),
            "refused": sum(map(len, refused.values())),
            "end": fields.Datetime.now(),
            "next_try": False,
            "attachment_id": feed_exchange.attach(feed, content, "xml"),
        }
    )


def _failed(feed, status, words, run):
    """Nothing of it was done. It is a courtesy: a person may try again."""
    reason = words or feed.env._("Amazon gave this feed up (%s).", status)
    _refuse(_orders(feed), reason, run)
    feed.write(
        {
            "state": "failed",
            "processing_status": status,
            "reason": reason,
            "end": fields.Datetime.now(),
            "next_try": False,
        }
    )
