"""Amazon ► settlements: reports are listed, their files fetched and kept, then read.

Settlement reports can't be requested: Amazon makes them, lists them for 90 days, and
we take what is new. Each step is committed before the next, and a report that can't be
fetched or read says why and holds up no other.
"""

from datetime import timedelta
from functools import partial

from psycopg2.errors import UniqueViolation

from odoo.exceptions import LockError

from ..spapi.errors import SpApiError, Temporary, Throttled, Unauthorised
from ..spapi.settlement import SettlementError
from . import connection, report_file, settlement_classify
from .report_fetch import RETRY, SETTLEMENT, fetch_all, list_new
from .settlement_staging import stage
from .transaction import retried

__all__ = ["SETTLEMENT", "pull", "read_downloaded", "read_now", "stage"]

BUSY = timedelta(minutes=1)
TRIES = 3


def pull(account):
    """Take in what Amazon has settled since the last time; commits report by report."""
    run = account._start_run("settlements")
    calls = []
    state, message = _ask_amazon(account, run, calls)
    complete = read_downloaded(account, run)
    if state == "done" and not complete:
        state = "waiting"
    run._finish(state, message, len(calls))
    run._tell_user()
    account.env["ir.cron"]._commit_progress(remaining=0)


def _ask_amazon(account, run, calls):
    """List and fetch; what came of it as (state, message) for the log."""
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            list_new(account, api, run)
            complete = fetch_all(account, api, run)
    except Throttled as exc:
        account.env.cr.rollback()
        account._enqueue("settlements", timedelta(seconds=exc.retry_after + 1))
        return "waiting", account.env._(
            "Amazon's rate limit is reached: going on later."
        )
    except Temporary as exc:
        account.env.cr.rollback()
        account._enqueue("settlements", RETRY)
        return "waiting", connection.explain(account, exc)
    except (SpApiError, connection.NotConfigured) as exc:
        account.env.cr.rollback()
        return "failed", _explain(account, exc)
    account._settlements_readable()
    if not complete:
        account._enqueue("settlements")
    return ("done" if complete else "waiting"), None


def _explain(account, error):
    """Say it in the log and on the account; only who gets in nowhere is stopped."""
    role_missing = isinstance(error, Unauthorised) and error.mend == "role"
    if role_missing:
        # the operation serves reports of many kinds, and with them of many roles
        error.role = account.env._("Finance and Accounting")
    message = connection.explain(account, error)
    if role_missing:
        account._settlements_refused(message)
    elif isinstance(error, Unauthorised | connection.NotConfigured):
        account._mark_attention(message)
    return message


def read_downloaded(account, run=None):
    """Read all files that are here, the oldest first; commits one by one.

    :return: False when the scheduler's time is up before the last one
    """
    todo = account.env["amazon.report"].search(
        [
            ("account_id", "=", account.id),
            ("report_type", "=", SETTLEMENT),
            ("state", "=", "downloaded"),
        ],
        order="data_end, created, id",
    )
    for report in todo:
        if not retried(account.env, partial(_begin, report, run)):
            continue
        account.env["ir.cron"]._commit_progress()
        try:
            retried(account.env, partial(_read, report, run))
        except LockError:
            account.env.cr.rollback()
            retried(account.env, partial(_busy, report))
        if not account.env["ir.cron"]._commit_progress(1):
            account._enqueue("settlements")
            return report == todo[-1]
    return True


def _begin(report, run):
    """Count the try before it is made: a file that kills its worker is given up."""
    if report.state != "downloaded":
        return False
    if report.tries >= TRIES:
        report._fail(
            report.env._(
                "Reading the file was broken off %s times, by a limit of time or memory. "
                "Ask your administrator, then press Retry.",
                TRIES,
            )
        )
        if run:
            run._add(blocked=1)
        return False
    report.tries += 1
    return True


def _busy(report):
    """Another worker is at the settlement: that was no try."""
    report.tries -= 1
    report.account_id._enqueue("settlements", BUSY)


def _read(report, run):
    if report.state != "downloaded":
        return
    try:
        with report_file.opened(report) as file:
            stage(report, file)
    except SettlementError as exc:
        report._fail(str(exc))
    if run:
        failed = report.state == "failed"
        run._add(processed=int(not failed), blocked=int(failed))


def read_now(report):
    """Read a kept file in a user's own transaction; the report says what came of it.

    A new settlement is understood at once, and booked by the scheduled job. While another
    worker is at the same settlement, that job does it all.
    """
    report.write({"state": "downloaded", "reason": False, "tries": 0})
    try:
        _read(report, None)
        if report.settlement_id.state == "imported":
            settlement_classify.classify(report.settlement_id)
            report.account_id._enqueue("settlements")
    except (UniqueViolation, LockError):
        report.reason = report.env._(
            "The settlement is being worked on at this moment: the file is read in a "
            "minute."
        )
        report.account_id._enqueue("settlements", BUSY)
