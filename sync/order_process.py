"""Inbox ► documents: whatever is due is taken in batches, oldest first.

A batch lives in one savepoint. When something in it fails, it is undone and taken one
by one, and the culprit is blocked with a reason; the others go on.
"""

import logging

from markupsafe import Markup

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import (
    order_address,
    order_buyer,
    order_cancel,
    order_change,
    order_consolidate,
    order_import,
    order_wait,
)
from .problem import Problem
from .transaction import retried

_logger = logging.getLogger(__name__)

BATCH = 50
ANALYZE_AFTER = 1000
HELD_SHOWN = 20


def _due(account):
    return Domain("account_id", "=", account.id) & Domain(
        "next_try", "<=", fields.Datetime.now()
    )


def process_due(account):
    """Process all due orders of the account; commits batch by batch."""
    Order = account.env["amazon.order"]
    waiting = Order.search_count(_due(account))
    if not waiting:
        retried(account.env, lambda: order_consolidate.drop_requests(account))
        return
    run = account._start_run("process", total=waiting)
    cron = account.env["ir.cron"]
    cron._commit_progress(remaining=waiting)
    processed = order_consolidate.consolidate_due(account, run)
    while True:
        done = retried(account.env, lambda: _process_batch(account, run))
        time_left = cron._commit_progress(done)
        processed += done
        if processed - done < ANALYZE_AFTER <= processed:
            # planner statistics of a fresh database make the next orders slow
            account.env.cr.execute("ANALYZE sale_order, sale_order_line, stock_move")
        if not done or not time_left:
            break
    left = done and Order.search_count(_due(account), limit=1)
    if left:  # the scheduler's time is up, not the work: a free worker goes on at once
        account._enqueue("process")
    run._finish("waiting" if left else "done")
    _tell_blocked(account, run)
    cron._commit_progress()


def _tell_blocked(account, run):
    """One activity as long as orders are held: nobody has to go and look."""
    held = account.env["amazon.order"].search_count(
        [("account_id", "=", account.id), ("state", "=", "blocked")]
    )
    kind = "amazon_connector.activity_blocked_orders"
    known = account.activity_search([kind])
    if not held:
        known.unlink()
    elif run.blocked:
        note = _held_note(account, held)
        if known:
            known.note = note
            return
        account.activity_schedule(
            kind, note=note, user_id=(account.user_id or account.env.user).id
        )


def _held_note(account, count):
    """Row 4.29: each held order is one click away from the notice, with its reason."""
    held = account.env["amazon.order"].search(
        [("account_id", "=", account.id), ("state", "=", "blocked")], limit=HELD_SHOWN
    )
    lines = [
        Markup('<li><a href="/odoo/amazon-orders/%s">%s</a>: %s</li>')
        % (order.id, order.amazon_order_ref, order.reason)
        for order in held
    ]
    return Markup('<p>%s</p><ul>%s</ul><a href="/odoo/amazon-held-orders">%s</a>') % (
        account.env._("Some Amazon orders can't become sales yet:"),
        Markup().join(lines),
        account.env._("All %s held orders", count),
    )


def _process_batch(account, run):
    due = _due(account) & ~order_wait.waiting(order_wait.stores(account))
    orders = (
        account.env["amazon.order"]
        .search(due, limit=BATCH * 4, order="purchase_date, id")
        .try_lock_for_update(limit=BATCH)
        .filtered_domain(due)
        .with_company(account.company_id)
    )
    if not orders:
        return 0
    orders.process_run_id = run
    canceled = orders.filtered(
        lambda o: o.state == "imported" and o.fulfillment_status == "CANCELLED"
    )
    importable = orders.filtered(lambda o: o.state == "pending")
    moved = (orders - canceled).filtered(lambda o: o.state == "imported")
    (orders - canceled - importable).next_try = False
    for order in canceled:
        if why := _tried(order, order_cancel.apply):
            order_cancel.refused(order, why)
    for order in moved.filtered("to_redirect"):
        if why := _tried(order, _redirect):
            order_buyer.refused(order, why)
    news = moved | canceled
    if news and _tried(news, order_change.tell):
        for order in news:  # the screens show what nobody could be told
            _tried(order, order_change.tell)
    ready = _all_or_one_by_one(importable)
    run._add(
        processed=len(ready),
        canceled=len(canceled),
        blocked=len(importable.filtered(lambda o: o.state == "blocked")),
    )
    return len(orders)


def _redirect(order):
    order_buyer.apply(order)
    order_address.apply(order)


def _all_or_one_by_one(orders):
    """Import the batch in one savepoint, or find the culprit; returns the imported."""
    if not orders:
        return orders
    try:
        with orders.env.cr.savepoint():
            order_import.import_orders(orders)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise  # the snapshot is lost: the whole transaction starts again
    except Exception as exc:
        if not isinstance(exc, Problem | UserError):
            _logger.info("Amazon orders one by one after: %s", exc)
        orders.invalidate_recordset()
        for order in orders:
            guarded(order, order_import.import_orders)
    return orders.filtered(lambda o: o.state == "imported")


def guarded(order, function):
    """Run ``function(order)`` in a savepoint; a failure blocks this order only."""
    try:
        with order.env.cr.savepoint():
            function(order)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Problem as exc:
        order._block(exc.code, str(exc))
    except Exception as exc:
        order._block("refused", _words(order, exc))


def _tried(orders, function):
    """Run ``function(orders)`` of imported orders in a savepoint.

    :return: why it failed, in words; None when it did not. The orders stay imported:
        they have their sales
    """
    try:
        with orders.env.cr.savepoint():
            function(orders)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        return _words(orders, exc)
    return None


def _words(orders, exc):
    if isinstance(exc, Problem | UserError):
        return str(exc)
    names = ", ".join(orders.mapped("amazon_order_ref"))
    _logger.error("Amazon orders %s can't be processed", names, exc_info=exc)
    return f"{type(exc).__name__}: {exc}."
