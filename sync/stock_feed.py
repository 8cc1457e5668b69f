"""Many quantities ► one feed ► its processing report: accepted, refused or unknown.

A SKU in an unfinished feed is not sent again: Amazon works on feeds in its own time, and
an older number must not come after a newer one.
"""

from collections import defaultdict
from datetime import timedelta
from functools import partial

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from ..spapi.errors import NotFound, Refused, Temporary
from ..spapi.feed_report import read_processing_report
from ..spapi.feeds import get_feed, quantity_feed
from . import feed_exchange, stock_plan, stock_refresh
from .stock_queue import change_of, lease
from .transaction import retried

RETRY = timedelta(minutes=5)
TRIES = 3
# A feed that is not known to be done in a day is given up: its SKUs go again. Amazon may
# still work on it, so it is asked about for as long as Amazon keeps feeds.
PATIENCE = timedelta(days=1)
GIVEN_UP_POLL = timedelta(hours=1)
GIVEN_UP_FOR = timedelta(days=90)


# -- handing over ---------------------------------------------------------------------


def submit(account, api, run, ids, leased):
    """Send these rows in one feed; commits before and after Amazon is asked.

    :param leased: ids of what the push has leased, kept up to date
    """
    cron = account.env["ir.cron"]
    taken = retried(account.env, partial(lease, account, ids))
    cron._commit_progress()
    leased.update(taken)
    rows = account.env["amazon.quantity"].browse(taken)
    places = stock_plan.targets(account, rows.mapped("sku"))
    rows = rows.filtered(lambda row: row.sku in places)
    if not rows:
        return
    changes = [change_of(row, product_type=places[row.sku][1]) for row in rows]
    content, messages = quantity_feed(account.seller_id, changes)
    marketplaces = list(
        dict.fromkeys(place for row in rows for place in places[row.sku][0])
    )
    try:
        feed_ref = feed_exchange.hand_over(api, content, marketplaces)
    except Temporary as exc:
        outcome = partial(_later, account, rows.ids, exc)
    except Refused as exc:
        outcome = partial(_refused, rows, changes, exc.message or str(exc), run)
    else:
        outcome = partial(
            _handed_over, account, feed_ref, messages, changes, rows.ids, run
        )
    retried(account.env, outcome)
    cron._commit_progress()
    leased.difference_update(taken)


def _later(account, ids, error):
    account.env["amazon.quantity"].browse(ids).write(
        {"answer": str(error), "next_try": fields.Datetime.now() + RETRY}
    )
    account._enqueue("stock", RETRY)


def _refused(rows, changes, words, run):
    """What was refused is noted as sent, or every computation would send it again."""
    env = rows.env
    rows.flush_model()
    env.cr.execute_values(
        """
        UPDATE amazon_quantity known
           SET sent_quantity = sent.quantity,
               sent_lead_time = COALESCE(sent.lead_time, known.sent_lead_time)
          FROM (VALUES %s) AS sent (account, sku, quantity, lead_time)
         WHERE known.account_id = sent.account AND known.sku = sent.sku
        """,
        [
            (rows.account_id.id, change.sku, change.quantity, change.lead_time)
            for change in changes
        ],
        template="(%s, %s, %s, %s::int4)",
        page_size=5000,
    )
    rows.invalidate_model()
    rows._refuse("refused", words)
    run._add(blocked=len(rows))


def _handed_over(account, feed_ref, messages, changes, ids, run):
    env = account.env
    wait = account._stock_feed_delay()
    feed = env["amazon.feed"].create(
        {
            "account_id": account.id,
            "feed_ref": feed_ref,
            "messages": {str(number): sku for number, sku in messages.items()},
            "total": len(messages),
            "next_try": fields.Datetime.now() + wait,
        }
    )
    env["amazon.quantity"].flush_model()
    env.cr.execute_values(
        """
        UPDATE amazon_quantity known
           SET state = 'sent', feed_id = sent.feed, next_try = NULL, answer = NULL,
               sent_quantity = sent.quantity, sent_date = sent.moment,
               sent_lead_time = COALESCE(sent.lead_time, known.sent_lead_time)
          FROM (VALUES %s) AS sent (sku, quantity, lead_time, feed, moment, account)
         WHERE known.account_id = sent.account AND known.sku = sent.sku
        """,
        [
            (
                change.sku,
                change.quantity,
                change.lead_time,
                feed.id,
                fields.Datetime.now(),
                account.id,
            )
            for change in changes
        ],
        template="(%s, %s, %s::int4, %s, %s::timestamp, %s)",
        page_size=5000,
    )
    env["amazon.quantity"].invalidate_model()
    run._add(processed=len(ids))
    account._enqueue("stock", wait)


# -- what became of it ----------------------------------------------------------------


def _due(account):
    """Unfinished feeds, and those that were given up, which Amazon may still finish."""
    return (
        Domain("account_id", "=", account.id)
        & Domain("kind", "=", "quantity")
        & Domain("state", "!=", "done")
        & Domain("next_try", "<=", fields.Datetime.now())
    )


def is_due(account):
    return bool(account.env["amazon.feed"].search_count(_due(account), limit=1))


def settle(account, api, run):
    """Ask about unfinished feeds; commits one by one."""
    for feed in account.env["amazon.feed"].search(_due(account), order="id"):
        account.env["ir.cron"]._commit_progress()  # no lock while Amazon answers
        retried(account.env, _outcome(account, api, run, feed))
        account.env["ir.cron"]._commit_progress()


def _outcome(account, api, run, feed):
    """What is to be done about a feed, as a unit of work."""
    try:
        state = get_feed(api, feed.feed_ref)
        if state.done:
            report = feed_exchange.processing_report(api, state, read_processing_report)
    except NotFound as exc:
        return partial(_failed, feed, "?", str(exc), run)
    except (Temporary, Refused) as exc:
        return partial(_unfinished, feed, feed.processing_status, str(exc), run)
    status = state.processing_status
    if state.done:
        return partial(_done, account, feed, status, report, run)
    if state.fatal or state.cancelled:
        return partial(_failed, feed, status, "", run)
    return partial(_unfinished, feed, status, "", run)


def _unfinished(feed, status, words, run):
    """Amazon is still at work on it, or nobody knows."""
    now = fields.Datetime.now()
    if feed.state == "processing" and feed.created >= now - PATIENCE:
        feed_exchange.wait(feed, status, words)
        return
    if feed.state == "processing":
        reason = feed.env._(
            "Within a day Amazon has not said that this feed is done (%s). Its quantities "
            "are sent again, and once more should Amazon finish it later.",
            words or status,
        )
        _failed(feed, status, reason, run)
    if feed.created >= now - GIVEN_UP_FOR:
        feed.next_try = now + GIVEN_UP_POLL
        feed.account_id._enqueue("stock", GIVEN_UP_POLL)
    else:
        feed.next_try = False


def _done(account, feed, status, report, run):
    content, parsed = report
    was_given_up = feed.state == "failed"
    messages = {int(number): sku for number, sku in feed.messages.items()}
    accepted, unknown, refused = [], [], defaultdict(list)
    if parsed is None:
        unknown = list(messages.values())
    for outcome in parsed.outcomes(messages) if parsed else ():
        if outcome.accepted is None:
            unknown.append(outcome.sku)
        elif outcome.accepted:
            accepted.append(outcome.sku)
        else:
            refused[outcome.reason].append(outcome.sku)
    wait = account._stock_proof_delay()
    _to_prove(feed, accepted, wait)
    _to_prove(feed, unknown, timedelta(0))
    for words, skus in refused.items():
        _rows(feed, skus)._refuse("refused", words)
    count = sum(map(len, refused.values()))
    run._add(blocked=count)
    feed.write(
        {
            "state": "done",
            "processing_status": status,
            "reason": False
            if parsed
            else account.env._(
                "Amazon's report is unreadable: all SKUs are read back."
            ),
            "accepted": len(accepted),
            "refused": count,
            "end": fields.Datetime.now(),
            "next_try": False,
            "attachment_id": feed_exchange.attach(feed, content),
        }
    )
    if was_given_up:  # its numbers came after newer ones
        _overtaken(feed, list(messages.values()))._queue()
    account.env.flush_all()
    # what has changed while Amazon was at work goes now
    stock_refresh.compute(account, list(messages.values()))
    account._enqueue("stock")
    account._enqueue("stock", wait)


def _to_prove(feed, skus, wait):
    """Bulk: a feed has thousands of rows."""
    if not skus:
        return
    feed.env["amazon.quantity"].flush_model()
    feed.env.cr.execute(
        SQL(
            """
            UPDATE amazon_quantity SET tries = 0, next_try = %s
             WHERE feed_id = %s AND state = 'sent' AND sku = ANY(%s)
            """,
            fields.Datetime.now() + wait,
            feed.id,
            skus,
        )
    )
    feed.env["amazon.quantity"].invalidate_model()


def _rows(feed, skus=None):
    domain = [("feed_id", "=", feed.id), ("state", "=", "sent")]
    if skus is not None:
        domain.append(("sku", "in", skus))
    return feed.env["amazon.quantity"].search(domain)


def _overtaken(feed, skus):
    """What was proven before this feed put its older numbers there."""
    return feed.env["amazon.quantity"].search(
        [
            ("account_id", "=", feed.account_id.id),
            ("sku", "in", skus),
            ("state", "=", "confirmed"),
        ]
    )


def _failed(feed, status, words, run):
    """Nothing of it was done: its SKUs go again, but not for ever."""
    env, account = feed.env, feed.account_id
    reason = words or env._(
        "Amazon gave this feed up (%s). Its quantities are sent again.", status
    )
    feed.write(
        {
            "state": "failed",
            "processing_status": status,
            "reason": reason,
            "end": fields.Datetime.now(),
            "next_try": False,
        }
    )
    rows = _rows(feed)
    rows.sent_date = False  # it is not at Amazon
    spent = rows.filtered(lambda row: row.tries + 1 >= TRIES)
    spent._refuse(
        "refused",
        env._(
            "Amazon gave up %(times)s feeds with this quantity (%(status)s). Press "
            "Retry later.",
            times=TRIES,
            status=status,
        ),
    )
    run._add(blocked=len(spent))
    for tries, again in (rows - spent).grouped("tries").items():
        wait = timedelta(minutes=2**tries)
        again.write(
            {
                "state": "queued",
                "tries": tries + 1,
                "next_try": fields.Datetime.now() + wait,
            }
        )
        account._enqueue("stock", wait)
