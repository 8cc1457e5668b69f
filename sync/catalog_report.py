"""The report of all listings: asked for once, waited for, fetched.

``createReport`` must not be repeated blindly: Amazon would cancel the second report. So
what is asked is noted before, and after an answer that got lost Amazon's list is read.
"""

import io
import json
from datetime import UTC, timedelta
from functools import partial

from odoo import fields

from ..spapi.errors import NotFound, SpApiError, Temporary
from ..spapi.report_download import download_document
from ..spapi.reports import (
    DocumentError,
    create_report,
    get_report,
    get_report_document,
    list_reports,
)
from . import report_fetch
from .order_snapshot import naive
from .report_fetch import LISTINGS
from .transaction import retried

__all__ = ["LISTINGS", "obtain"]

PAUSES = (30, 60, 120, 300)  # seconds between looks; the last one from then on
SANDBOX_PAUSE = 5
PATIENCE = timedelta(hours=12)
ADOPTED = timedelta(days=1)  # what was asked for longer ago is of no use
CLOCKS = timedelta(minutes=10)  # Amazon's clock and ours may differ


def obtain(work):
    """The load's report with its file, or None: not yet, or never (the load says why)."""
    report = work.load.report_id or _adopt_or_ask(work)
    if not report:
        return None
    if report.state == "requested" and not _look(work, report):
        return None
    if report.state == "waiting" and not _fetch(work, report):
        return None
    if report.state in ("failed", "canceled"):
        _give_up(work, report)
        return None
    return report


def due(load):
    """Whether it is time to look after the load's report again."""
    report = load.report_id
    return (
        report.state not in ("requested", "waiting")
        or not report.next_try
        or report.next_try <= fields.Datetime.now()
    )


# -- asking ---------------------------------------------------------------------------


def _adopt_or_ask(work):
    """The report of a load that has none; none if the load may not go on."""
    report = _in_the_making(work)
    if not report:
        return _ask(work)
    return report if work.step(partial(_link, work, report)) else report.browse()


def _in_the_making(work):
    """A report of this store that Amazon makes already, or that nobody has read yet."""
    return work.env["amazon.report"].search(
        [
            ("account_id", "=", work.account.id),
            ("report_type", "=", LISTINGS),
            ("marketplace_id", "=", work.store.marketplace_id.id),
            "|",
            "&",
            ("state", "=", "requested"),
            ("created", ">=", fields.Datetime.now() - ADOPTED),
            "&",
            ("state", "in", ("waiting", "downloaded")),
            ("created", ">=", work.load.start),
        ],
        limit=1,
    )


def _link(work, report):
    work.load.write({"report_id": report.id, "report_asked": False})


def _ask(work):
    asked = work.load.report_asked
    if asked and asked > fields.Datetime.now() - ADOPTED:
        # nobody heard the answer, and maybe Amazon is at it
        if found := _in_list(work):
            return _keep(work, found.report_id, found)
    else:
        asked = fields.Datetime.now()
        if not work.step(lambda: work.load.write({"report_asked": asked})):
            return work.env["amazon.report"]
    marketplace = work.store.marketplace_id.api_id
    try:
        report_ref = create_report(work.api, LISTINGS, [marketplace])
    except SpApiError as exc:
        if not isinstance(exc, Temporary) or not exc.sent:
            work.env.cr.rollback()  # nothing was asked
            work.step(lambda: work.load.write({"report_asked": False}))
        raise
    return _keep(work, report_ref)


def _in_list(work):
    """The report that Amazon made of a question whose answer was lost, or None."""
    page = list_reports(
        work.api,
        report_types=[LISTINGS],
        marketplace_ids=[work.store.marketplace_id.api_id],
        created_since=(work.load.report_asked - CLOCKS).replace(tzinfo=UTC),
    )
    known = work.env["amazon.report"].search(
        [
            ("account_id", "=", work.account.id),
            ("report_ref", "in", [report.report_id for report in page.reports]),
        ]
    )
    known = set(known.mapped("report_ref"))
    return next((r for r in page.reports if r.report_id not in known), None)


def _keep(work, report_ref, found=None):
    """A record for the report, at once: from now on it can be waited for."""

    values = {
        "account_id": work.account.id,
        "report_ref": report_ref,
        "report_type": LISTINGS,
        "marketplace_id": work.store.marketplace_id.id,
        "run_id": work.run.id,
        "created": naive(found.created_time) if found else fields.Datetime.now(),
        "state": "requested",
        "next_try": fields.Datetime.now() + _pause(work, 0),
    }

    def create():
        Report = work.env["amazon.report"]
        known = Report.search(
            [("account_id", "=", work.account.id), ("report_ref", "=", report_ref)]
        )
        _link(work, known or Report.create(values))

    work.step(create)
    return work.load.report_id


def _pause(work, looks):
    if work.account.is_sandbox:
        return timedelta(seconds=SANDBOX_PAUSE if looks else 0)
    return timedelta(seconds=PAUSES[min(looks, len(PAUSES) - 1)])


# -- waiting --------------------------------------------------------------------------


def _look(work, report):
    """Ask how far Amazon is; whether the report came to its end, and the load goes on."""
    making = work.env._("Amazon makes the list of listings, which takes some minutes.")
    if report.next_try and report.next_try > fields.Datetime.now():
        work.wait_until(report.next_try, making)
        return False
    try:
        found = get_report(work.api, report.report_ref)
    except NotFound:
        change = partial(_forgotten, report)
    else:
        words = _words_of_fatal(work, found)
        change = partial(_position, work, report, found, words)
    go_on = work.step(change)
    if report.state != "requested":
        return go_on
    if work.load.state == "running":
        work.wait_until(report.next_try, making)
    return False


def _forgotten(report):
    if report.state == "requested":
        report._fail(
            report.env._(
                "Amazon no longer knows this report. Press Resume: Amazon makes another "
                "one."
            )
        )


def _position(work, report, found, words):
    if report.state != "requested":
        return  # another worker was faster
    env = work.env
    values = {
        "processing_status": found.processing_status,
        "created": naive(found.created_time),
        "data_start": naive(found.data_start_time),
        "data_end": naive(found.data_end_time),
        "next_try": False,
        "tries": 0,
    }
    if found.done:
        values |= {"state": "waiting", "document_ref": found.report_document_id}
    elif found.cancelled:
        values |= {"state": "canceled", "reason": _canceled(work)}
    elif found.fatal:
        values |= {
            "state": "failed",
            "reason": env._(
                "Amazon failed to make the list of listings: %s. Nothing was changed. "
                "Press Resume: Amazon makes another one.",
                words,
            ),
        }
    elif naive(found.created_time) < fields.Datetime.now() - PATIENCE:
        values |= {
            "state": "failed",
            "reason": env._(
                "Amazon has not made the list of listings within 12 hours. Nothing was "
                "changed. Press Resume: Amazon makes another one."
            ),
        }
    else:
        looks = report.tries + 1
        values |= {
            "tries": looks,
            "next_try": fields.Datetime.now() + _pause(work, looks),
        }
    report.write(values)


def _canceled(work):
    """Amazon cancels a report without data, and at times one with data."""
    if has_listed(work):
        return work.env._(
            "Amazon canceled the list of listings, though this store has some: nothing "
            "was changed. Press Resume in half an hour: Amazon makes another one."
        )
    return work.env._(
        "Amazon canceled the list of listings: the seller lists nothing in this store."
    )


def has_listed(work):
    return bool(
        work.env["amazon.listing"]
        .with_context(active_test=False)
        .search_count(
            [("store_id", "=", work.store.id), ("status", "=", "listed")], limit=1
        )
    )


def _words_of_fatal(work, found):
    """What the document of a report that failed has to say; "" of all others."""
    if not found.fatal:
        return ""
    unknown = work.env._("it gives no reason")
    if not found.report_document_id:
        return unknown
    try:
        file = io.BytesIO()
        document = get_report_document(work.api, found.report_document_id)
        download_document(document, file, max_bytes=2**16)
        text = file.getvalue().decode(errors="replace").strip()
    except (SpApiError, DocumentError, ValueError):
        return unknown
    return _error_details(text)[:500].rstrip(". ") or unknown


def _error_details(text):
    """A text that is no JSON of Amazon's is the reason itself."""
    try:
        return str(json.loads(text)["errorDetails"])
    except (ValueError, KeyError, TypeError):
        return text


# -- fetching -------------------------------------------------------------------------


def _fetch(work, report):
    """The file into an attachment; whether the report came to its end."""
    if report.next_try and report.next_try > fields.Datetime.now():
        work.wait_until(report.next_try, report.reason)
        return False
    try:
        report_fetch.fetch(report, work.api, work.run)
    except Temporary as exc:
        work.env.cr.rollback()
        retried(work.env, partial(report_fetch.later, report, exc, work.run))
    work.env["ir.cron"]._commit_progress()
    if report.state == "waiting":
        work.wait_until(report.next_try, report.reason)
    return report.state != "waiting"


def _give_up(work, report):
    """Say why on the load. Of a store that lists nothing, no list is no failure."""
    if report.state == "canceled" and not has_listed(work):
        work.step(partial(_nothing_listed, work, report))
    else:
        work.step(partial(work.load._fail, report.reason))


def _nothing_listed(work, report):
    work.load._note(report.reason)
    work.load._finish()
