"""Amazon's ledger ► transactions: what Amazon has booked and what it still holds back.

Every hour what was posted since. Once a day the last days again, for Amazon may be 48
hours late, and all that it holds: what is missing there has been released meanwhile.
Pages are committed one by one; a pull that is interrupted goes on from its last page.
"""

import logging
from datetime import UTC, datetime, timedelta
from functools import partial

from odoo import fields

from ..spapi import finances
from ..spapi.errors import Refused, SpApiError, Temporary, Throttled, Unauthorised
from . import connection
from .transaction import retried

_logger = logging.getLogger(__name__)

OVERLAP = timedelta(hours=1)
DAILY_OVERLAP = timedelta(days=3)
FIRST_PULL = timedelta(days=14)
LONGEST = finances.SPAN - timedelta(days=1)
TOKEN_LIFE = timedelta(hours=12)
FORGET = timedelta(days=3)
LATER = timedelta(minutes=2)

# what Amazon stops telling about an old transaction stays as it was
UPSERT = """
    INSERT INTO amazon_transaction AS known (
        account_id, company_id, transaction_ref, kind, description, status, posted,
        released, maturity_date, deferral_reason, currency_id, amount, fees, order_ref,
        amazon_order_id, settlement_ref, deferred_ref, marketplace_name, seen,
        create_uid, create_date, write_uid, write_date
    ) VALUES %s
    ON CONFLICT (account_id, transaction_ref) DO UPDATE SET
        kind = EXCLUDED.kind,
        description = EXCLUDED.description,
        status = EXCLUDED.status,
        released = COALESCE(known.released, EXCLUDED.released),
        maturity_date = COALESCE(EXCLUDED.maturity_date, known.maturity_date),
        deferral_reason = COALESCE(EXCLUDED.deferral_reason, known.deferral_reason),
        currency_id = EXCLUDED.currency_id,
        amount = EXCLUDED.amount,
        fees = EXCLUDED.fees,
        amazon_order_id = COALESCE(EXCLUDED.amazon_order_id, known.amazon_order_id),
        settlement_ref = COALESCE(EXCLUDED.settlement_ref, known.settlement_ref),
        seen = EXCLUDED.seen,
        write_uid = EXCLUDED.write_uid,
        write_date = EXCLUDED.write_date
    RETURNING xmax = 0
"""


def pull(account):
    """Store what is new in Amazon's ledger; commits page by page.

    Nothing here is needed for booking a settlement: whatever goes wrong is told and
    left for the next time.
    """
    if not account._transactions_due():
        return
    run = account._start_run("transactions")
    calls = []
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            complete = _pull_pages(account, api, run)
    except Throttled as exc:
        message = account.env._("Amazon's rate limit is reached: going on later.")
        _stop(account, run, "waiting", message, calls)
        account._enqueue("settlements", max(timedelta(seconds=exc.retry_after), LATER))
    except Temporary as exc:
        _stop(account, run, "waiting", connection.explain(account, exc), calls)
    except (SpApiError, connection.NotConfigured) as exc:
        _stop(account, run, "failed", connection.explain(account, exc), calls)
        report(account, exc)
    else:
        run._finish("done" if complete else "waiting", calls=len(calls))
        account._finances_readable()
        if not complete:
            account._enqueue("settlements", LATER)
    account.env["ir.cron"]._commit_progress()


def report(account, error):
    """Tell the responsible person, once, what keeps Finances from being read."""
    message = connection.explain(account, error)
    if isinstance(error, connection.NotConfigured) or (
        isinstance(error, Unauthorised) and error.mend != "role"
    ):
        account._mark_attention(message)
    else:
        account._finances_refused(message)


def _stop(account, run, state, message, calls):
    """Undo the unfinished page, keep the finished ones, say why."""
    account.env.cr.rollback()
    run._finish(state, message, len(calls))
    account.env["ir.cron"]._commit_progress()


def _pull_pages(account, api, run):
    """Page after page; False when the scheduler's time is up before the last one."""
    cron = account.env["ir.cron"]
    while True:
        mark = begin(account)
        page = _fetch(account, api, mark)
        if page is None:  # the token was refused: the window starts over
            continue
        complete = retried(account.env, partial(_store, account, page, run, mark))
        time_left = cron._commit_progress()
        if complete or not time_left:
            return complete


def begin(account):
    """The bookmark of the unfinished pull, or of a new one.

    windows: [status or None, since, until or None], the first one being read; token:
    of its next page; started: when the pull began; daily: whether it is a full one.
    """
    now = fields.Datetime.now()
    mark = account.transactions_pull
    if mark and _moment(mark["started"]) > now - TOKEN_LIFE:
        return dict(mark)
    daily = account.transactions_daily_date != fields.Date.context_today(account)
    cursor = account.transactions_cursor
    since = now - FIRST_PULL
    if cursor:
        # longer ago than that, Amazon answers with nothing
        since = max(cursor - (DAILY_OVERLAP if daily else OVERLAP), now - LONGEST)
    windows = [[None, _text(since), None]]
    if daily:
        windows.append([finances.DEFERRED, _text(now - LONGEST), None])
    return {"windows": windows, "token": None, "started": _text(now), "daily": daily}


def _fetch(account, api, mark):
    status, since, until = mark["windows"][0]
    try:
        return finances.list_transactions(
            api,
            posted_after=_moment(since).replace(tzinfo=UTC),
            posted_before=until and _moment(until).replace(tzinfo=UTC),
            transaction_status=status,
            # no marketplace: in the US it would hide the merchant's own orders
            next_token=mark["token"],
        )
    except Refused:
        if not mark["token"]:
            raise
        _logger.info("Amazon account %s: token of transactions refused", account.id)
        again = mark | {"token": None}
        retried(account.env, lambda: account.write({"transactions_pull": again}))
        account.env["ir.cron"]._commit_progress()  # no lock while Amazon answers
        return None


def _store(account, page, run, mark):
    """Write one page and move the bookmark; True when it was the last one."""
    new, known = _upsert(account, page.transactions)
    run._add(pages=1, captured=new, updated=known)
    windows = mark["windows"]
    if not page.next_token:
        status = windows[0][0]
        windows = windows[1:]
        if status == finances.DEFERRED:
            windows = windows + _missing(account, mark)
    if windows:
        mark = mark | {"windows": windows, "token": page.next_token}
        account.transactions_pull = mark
        return False
    if mark["daily"]:
        _forget(account, mark)
        account.transactions_daily_date = fields.Date.context_today(account)
    account.transactions_pull = False
    account.transactions_cursor = _moment(mark["started"])
    return True


def _upsert(account, transactions):
    """(new, known): how many were stored for the first time, and how many again."""
    # a page border may repeat a row, and one statement may not write a row twice
    rows = {each.transaction_id: each for each in transactions}
    if not rows:
        return 0, 0
    values = _values(account, list(rows.values()))
    inserted = account.env.cr.execute_values(
        UPSERT, values, page_size=len(values), fetch=True
    )
    _release(account, rows.values())
    account.env["amazon.transaction"].invalidate_model()
    new = sum(row[0] for row in inserted)
    return new, len(values) - new


def _release(account, transactions):
    """A transaction that pays says which one it releases, and when."""
    paying = [each.transaction_id for each in transactions if each.deferred_id]
    if paying:
        account.env.cr.execute(
            """
            UPDATE amazon_transaction held
               SET status = %s, released = paying.posted
              FROM amazon_transaction paying
             WHERE paying.account_id = %s AND paying.transaction_ref = ANY(%s)
               AND held.account_id = paying.account_id
               AND held.transaction_ref = paying.deferred_ref
               AND held.released IS DISTINCT FROM paying.posted
            """,
            [finances.DEFERRED_RELEASED, account.id, paying],
        )


def _values(account, transactions):
    """Tuples in the order of UPSERT's columns."""
    env = account.env
    currencies = {
        currency.name: currency.id
        for currency in env["res.currency"].with_context(active_test=False).search([])
    }
    references = {each.order_id for each in transactions if each.order_id}
    orders = {
        order.amazon_order_ref: order.id
        for order in env["amazon.order"].search_fetch(
            [
                ("account_id", "=", account.id),
                ("amazon_order_ref", "in", list(references)),
            ],
            ["amazon_order_ref"],
        )
    }
    now = fields.Datetime.now()
    return [
        (
            account.id,
            account.company_id.id,
            each.transaction_id,
            each.type,
            each.description,
            each.status,
            _naive(each.posted),
            _released(each, now),
            each.maturity and _naive(each.maturity),
            each.deferral_reason or None,
            currencies.get(each.currency),
            each.total,
            _fees(each),
            each.order_id or None,
            orders.get(each.order_id),
            each.settlement_id or None,
            each.deferred_id or None,
            each.marketplace_name or None,
            now,
            *(env.uid, now, env.uid, now),
        )
        for each in transactions
    ]


def _released(transaction, now):
    """When it was let go, as well as it can be told from this transaction alone."""
    if transaction.status != finances.DEFERRED_RELEASED:
        return None
    return min(_naive(transaction.maturity), now) if transaction.maturity else now


def _fees(transaction):
    return sum(
        amount for path, amount in transaction.breakdowns if path[0] == "Expenses"
    )


# What Amazon held and no longer names


def _missing(account, mark):
    """The window of what was held but is not in Amazon's list any more, or none."""
    account.env.cr.execute(
        """
        SELECT min(posted), max(posted) FROM amazon_transaction
         WHERE account_id = %s AND status = %s AND seen < %s
        """,
        [account.id, finances.DEFERRED, _moment(mark["started"])],
    )
    since, until = account.env.cr.fetchone()
    if not since:
        return []
    until += timedelta(seconds=1)
    since = max(since, until - LONGEST)
    return [[finances.DEFERRED_RELEASED, _text(since), _text(until)]]


def _forget(account, mark):
    """Amazon has told of it neither as held nor as released, for days: it is void."""
    started = _moment(mark["started"])
    void = account.env["amazon.transaction"].search(
        [
            ("account_id", "=", account.id),
            ("status", "=", finances.DEFERRED),
            ("posted", ">", started - LONGEST),
            ("seen", "<", started - FORGET),
        ]
    )
    if void:
        _logger.info(
            "Amazon account %s: transactions gone: %s",
            account.id,
            ", ".join(void.mapped("transaction_ref")),
        )
        void.unlink()


def _naive(moment):
    """As Odoo stores it: UTC, without fractions."""
    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0)


def _text(moment):
    return moment.isoformat(sep=" ", timespec="seconds")


def _moment(text):
    return datetime.fromisoformat(text)
