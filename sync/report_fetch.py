"""Amazon's list of settlement reports ► their files, kept; files of other reports, too.

A report that was listed is never forgotten, a file that was fetched never fetched
again; one that can't be fetched says why, and holds up no other.
"""

import logging
from datetime import UTC, timedelta
from functools import partial

from odoo import fields
from odoo.fields import Domain

from ..spapi.errors import Refused, Temporary
from ..spapi.listings_report import REPORT_TYPE as LISTINGS
from ..spapi.reports import (
    DocumentError,
    TooLong,
    download_document,
    get_report_document,
    list_reports,
)
from . import connection, report_file
from .order_snapshot import naive
from .transaction import retried

_logger = logging.getLogger(__name__)

SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
# what a kept file is called, and the job that fetches it
NAMES = {SETTLEMENT: "settlement-report", LISTINGS: "listings-report"}
JOBS = {SETTLEMENT: "settlements", LISTINGS: "catalog"}
# a report may show up later than its date says; seeing one twice changes nothing
OVERLAP = timedelta(days=7)
RETENTION = timedelta(days=90)
RETRY = timedelta(minutes=5)
MAX_BACKOFF = timedelta(hours=6)
TRIES = 10
OUTAGE = 3  # failures in a row: it is not the report, it is Amazon


# -- the list -------------------------------------------------------------------------


def list_new(account, api, run):
    """Note every settlement report that Amazon made since the last listing.

    The cursor is the date Amazon gave the newest report, and moves with the last page.
    """
    since = _since(account)
    newest, token = account.settlements_cursor, None
    while True:
        page = _page(api, since, token)
        retried(account.env, partial(_note, account, page.reports, run))
        account.env["ir.cron"]._commit_progress()
        newest = max(
            filter(None, [newest, *(naive(r.created_time) for r in page.reports)]),
            default=False,
        )
        token = page.next_token
        if not token:
            break
    if newest != account.settlements_cursor:
        values = {"settlements_cursor": newest}
        retried(account.env, partial(account.write, values))
        account.env["ir.cron"]._commit_progress()


def _since(account):
    """None at first: all that Amazon still has."""
    since = account.settlements_cursor
    if not since:
        return None
    unfinished = account.env["amazon.report"].search(
        [
            ("account_id", "=", account.id),
            ("report_type", "=", SETTLEMENT),
            ("state", "=", "waiting"),
            ("document_ref", "=", False),
            ("created", ">", since - RETENTION),
        ],
        order="created",
        limit=1,
    )
    since = min(since - OVERLAP, unfinished.created or since)
    if since < fields.Datetime.now() - RETENTION + timedelta(days=1):
        return None
    return since.replace(tzinfo=UTC)


def _page(api, since, token):
    if token:
        return list_reports(api, next_token=token)
    try:
        return list_reports(api, report_types=[SETTLEMENT], created_since=since)
    except Refused:
        if not since:
            raise
        # a date Amazon finds too long ago; without one it goes as far back as it can
        _logger.info("getReports refuses createdSince %s", since)
        return list_reports(api, report_types=[SETTLEMENT])


def _note(account, reports, run):
    """Store a page of the list; one transaction."""
    Report = account.env["amazon.report"]
    known = {
        report.report_ref: report
        for report in Report.search(
            [
                ("account_id", "=", account.id),
                ("report_ref", "in", [report.report_id for report in reports]),
            ]
        )
    }
    new = []
    for report in reversed(reports):  # Amazon begins with the newest
        record = known.get(report.report_id)
        if not record:
            new.append(_prepare(account, report) | {"run_id": run.id})
        elif record.state == "waiting" and not record.document_ref:
            record.write(_prepare(account, report))
    Report.create(new)
    run._add(captured=len(new), skipped=len(reports) - len(new), pages=1)


def _prepare(account, report):
    marketplace = account.env["amazon.marketplace"].search(
        [("api_id", "in", report.marketplace_ids)]
    )
    values = {
        "account_id": account.id,
        "report_type": report.report_type,
        "report_ref": report.report_id,
        "marketplace_id": marketplace.id if len(marketplace) == 1 else False,
        "document_ref": report.report_document_id or False,
        "processing_status": report.processing_status,
        "created": naive(report.created_time),
        "data_start": naive(report.data_start_time),
        "data_end": naive(report.data_end_time),
        "state": "waiting",
        "next_try": fields.Datetime.now() if report.report_document_id else False,
    }
    if report.cancelled:
        values["state"] = "canceled"
        values["reason"] = account.env._(
            "Amazon canceled this report: there was nothing to report. If Seller Central "
            "shows the settlement (Payments > Reports Repository), download it there and "
            "upload it."
        )
    elif report.fatal:
        values["state"] = "failed"
        values["document_ref"] = False  # it would lead to an error message, not to rows
        values["reason"] = account.env._(
            "Amazon failed to make this report, and makes no other. Download the "
            "settlement in Seller Central (Payments > Reports Repository) and upload it."
        )
    return values


# -- the files ------------------------------------------------------------------------


def _due(account):
    return (
        Domain("account_id", "=", account.id)
        & Domain("report_type", "=", SETTLEMENT)
        & Domain("state", "=", "waiting")
        & Domain("next_try", "<=", fields.Datetime.now())
    )


def fetch_all(account, api, run):
    """Fetch what waits, the oldest first; False when the scheduler's time is up."""
    outage = 0
    while True:
        report = account.env["amazon.report"].search(
            _due(account), order="created, id", limit=1
        )
        if not report:
            return True
        try:
            fetch(report, api, run)
            outage = 0
        except Temporary as exc:
            error = exc
            account.env.cr.rollback()
            retried(account.env, partial(later, report, exc, run))
            outage += 1
        time_left = account.env["ir.cron"]._commit_progress(1)
        if outage >= OUTAGE:
            raise error
        if not time_left:
            return False


def fetch(report, api, run):
    """One file from Amazon into an attachment; no lock is held meanwhile.

    What came of it is the report's state; :func:`later` is for who catches Temporary.
    """
    env, reference = report.env, report.document_ref
    env["ir.cron"]._commit_progress()
    with report_file.temporary() as file:
        try:
            document = get_report_document(api, reference)
            download = download_document(document, file)
        except DocumentError as exc:
            outcome = partial(_damaged, report, file, exc, run)
        except (Refused, ValueError) as exc:  # ValueError: an id that is none
            outcome = partial(_refused, report, exc, run)
        else:
            outcome = partial(_fetched, report, file, download)
        retried(env, outcome)


def _name(report):
    return f"{NAMES[report.report_type]}-{report.report_ref}"


def _fetched(report, file, download):
    if report.state != "waiting":
        return  # another worker was faster
    report_file.keep(report, file, f"{_name(report)}.txt")
    report.write(
        {
            "state": "downloaded",
            "charset": download.charset or False,
            "tries": 0,
            "next_try": False,
            "reason": False,
        }
    )


def _damaged(report, file, error, run):
    """Fetching again won't help: what came is kept, to be looked at."""
    if not isinstance(error, TooLong):
        report_file.keep(report, file, f"{_name(report)}-part.txt")
    words = str(error)
    _give_up(report, words[:1].upper() + words[1:], run)


def _refused(report, error, run):
    words = str(error).rstrip(". ")
    _give_up(report, report.env._("Amazon does not give the file: %s", words), run)


def _give_up(report, words, run):
    """Say what happened, and the way out that this type of report has."""
    if report.report_type == SETTLEMENT:
        reason = report.env._(
            "%s. Download the settlement in Seller Central (Payments > Reports "
            "Repository) and upload it.",
            words,
        )
    else:
        reason = report.env._("%s. Press Resume: Amazon makes another one.", words)
    report._fail(reason)
    run._add(blocked=1)


def later(report, error, run):
    """Note a failed try, and when the next one is due."""
    report.tries += 1
    reason = connection.explain(report.account_id, error)
    if report.tries >= TRIES:
        report._fail(reason)
        run._add(blocked=1)
        return
    wait = min(RETRY * 2 ** (report.tries - 1), MAX_BACKOFF)
    report.write({"reason": reason, "next_try": fields.Datetime.now() + wait})
    report.account_id._enqueue(JOBS[report.report_type], wait)
