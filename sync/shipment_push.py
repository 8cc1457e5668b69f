"""Outbox ► Amazon: what is due is sent, one call a package.

A row is leased and committed before its call and settled after it, so no lock is held
while Amazon answers. A crash in between repeats the call, which edits the same package.
"""

from datetime import UTC, timedelta
from functools import partial

from odoo import fields
from odoo.fields import Domain

from ..spapi.errors import Refused, Temporary, Throttled, Unauthorised
from ..spapi.shipments import Package, already_shipped, confirm_shipment
from . import connection
from .transaction import retried

BATCH = 20
LEASE = timedelta(minutes=10)
MAX_BACKOFF = timedelta(hours=2)


def due(account, state="queued"):
    return (
        Domain("account_id", "=", account.id)
        & Domain("kind", "=", "shipment")
        & Domain("state", "=", state)
        & Domain("next_try", "<=", fields.Datetime.now())
    )


def send_due(account):
    """Send all due confirmations of the account; commits batch by batch."""
    waiting = account.env["amazon.submission"].search_count(due(account))
    if not waiting:
        return
    run = account._start_run("shipments", total=waiting)
    cron = account.env["ir.cron"]
    cron._commit_progress(remaining=waiting)
    calls = []
    try:
        with account._client(on_call=lambda *call: calls.append(call)) as api:
            while True:
                leased = retried(account.env, lambda: _lease(account))
                cron._commit_progress()
                if not leased:
                    break
                for submission_id in leased:
                    _send(account, api, run, submission_id)
                if not cron._commit_progress(len(leased)):
                    break  # the scheduler's time is up, not the work
    except Throttled as exc:
        account.env.cr.rollback()
        delay = timedelta(seconds=exc.retry_after + 1)
        _release(account)
        message = account.env._("Amazon's rate limit is reached: going on later.")
        run._finish("waiting", message, len(calls))
        account._enqueue("shipments", delay)
    except (Unauthorised, connection.NotConfigured) as exc:
        account.env.cr.rollback()
        _release(account)
        message = connection.explain(account, exc)
        run._finish("failed", message, len(calls))
        account._mark_attention(message)
    else:
        run._finish("waiting" if leased else "done", calls=len(calls))
        if leased:
            account._enqueue("shipments")
        account._enqueue("shipments", account._readback_delay())
    cron._commit_progress(remaining=0)


def _lease(account):
    """Take a batch for this worker: ids, with a time after which others may."""
    domain = due(account)
    rows = (
        account.env["amazon.submission"]
        .search(domain, limit=BATCH * 2, order="ship_by, id")
        .try_lock_for_update(limit=BATCH)
        .filtered_domain(domain)
    )
    if rows:
        rows.write({"next_try": fields.Datetime.now() + LEASE})
        # should this worker die, another looks again when the lease has ended
        account._enqueue("shipments", LEASE)
    return rows.ids


def _release(account):
    """Give back what was leased and not sent."""
    account.env["amazon.submission"].search(
        Domain("account_id", "=", account.id)
        & Domain("state", "=", "queued")
        & Domain("next_try", "!=", False)
    ).write({"next_try": fields.Datetime.now()})


def _send(account, api, run, submission_id):
    """One call, and what came of it, committed."""
    submission = account.env["amazon.submission"].browse(submission_id)
    if submission.state != "queued":
        return
    sent = submission.payload
    order = submission.order_id
    try:
        confirm_shipment(
            api,
            order.amazon_order_ref,
            submission.store_id.marketplace_id.api_id,
            _package(submission),
        )
    except Temporary as exc:
        outcome = partial(_later, submission, exc)
    except Refused as exc:
        outcome = partial(_refused, submission, exc, run)
    except ValueError as exc:
        # what Amazon's model excludes was not sent, and holds up no other parcel
        outcome = partial(_impossible, submission, exc, run)
    else:
        outcome = partial(_sent, submission, sent, run)
    retried(account.env, outcome)
    account.env["ir.cron"]._commit_progress()


def _package(submission):
    payload = submission.payload
    moment = fields.Datetime.to_datetime(payload["ship_date"])
    return Package(
        package_reference_id=submission.package_reference,
        carrier_code=payload["carrier_code"],
        carrier_name=payload.get("carrier_name") or "",
        shipping_method=payload.get("shipping_method") or "",
        tracking_number=payload["tracking"],
        ship_date=moment.replace(tzinfo=UTC),
        items=tuple((item_ref, units) for item_ref, units in payload["items"]),
    )


def _later(submission, error):
    tries = submission.tries + 1
    wait = min(timedelta(minutes=2**tries), MAX_BACKOFF)
    submission.write(
        {
            "tries": tries,
            "answer": str(error),
            "next_try": fields.Datetime.now() + wait,
        }
    )
    submission.account_id._enqueue("shipments", wait)


def _refused(submission, error, run):
    submission.request_ref = error.request_id
    if already_shipped(error):
        # maybe by ourselves, before a crash: the read-back tells
        submission.write(
            {
                "state": "sent",
                "reason_code": "shipped",
                "answer": error.message,
                "sent_date": fields.Datetime.now(),
                "next_try": fields.Datetime.now(),
                "tries": 0,
            }
        )
    else:
        submission._refuse("refused", error.message or str(error))
    run._add(blocked=1)


def _impossible(submission, error, run):
    submission._refuse("refused", str(error))
    run._add(blocked=1)


def _sent(submission, payload, run):
    if submission.payload != payload:
        return  # corrected while the call was out: stays queued and goes again
    proof_at = fields.Datetime.now() + submission.account_id._readback_delay()
    submission.write(
        {
            "state": "sent",
            "sent_date": fields.Datetime.now(),
            "reason_code": False,
            "answer": False,
            "tries": 0,
            "next_try": proof_at,
        }
    )
    run._add(processed=1)
