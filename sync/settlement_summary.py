"""The second source of a settlement's total: what Amazon's Finances API states for it."""

from datetime import timedelta
from decimal import Decimal
from functools import partial

from odoo import fields

from ..spapi import finances
from ..spapi.errors import SpApiError, Temporary, Throttled
from . import connection, deferred_funds, settlement_proofs
from .transaction import retried

LIMIT = 10
OLDEST = timedelta(days=2 * 365)
ASK_AGAIN = timedelta(days=1)
GIVE_UP = timedelta(days=30)


def check_due(account):
    """Ask for the settlements not compared yet, a few a run; commits one by one.

    Where Amazon lets nobody ask, that is told once: settlements don't need it.
    """
    due = account._finances_open() and _due(account)
    if not due:
        return
    try:
        with account._client() as api:
            for settlement in due:
                total = net_proceeds(api, settlement)
                retried(account.env, partial(_keep, settlement, total))
                account.env["ir.cron"]._commit_progress()
    except (Throttled, Temporary):
        account.env.cr.rollback()  # the next run asks again
    except (SpApiError, connection.NotConfigured) as exc:
        account.env.cr.rollback()
        deferred_funds.report(account, exc)
        account.env["ir.cron"]._commit_progress()


def net_proceeds(api, settlement):
    """The settlement's total by Finances as a Decimal; None: Amazon has none for it."""
    reference = settlement.settlement_ref
    page = finances.list_summary(api, settlement_id=reference)
    parts = [part for part in page.summaries if part.settlement_id in ("", reference)]
    if not parts or {part.currency for part in parts} != {settlement.currency_id.name}:
        return None
    return sum((part.net_proceeds for part in parts), Decimal())


def _due(account):
    now = fields.Datetime.now()
    return account.env["amazon.settlement"].search(
        [
            ("account_id", "=", account.id),
            ("finances_checked", "=", False),
            ("end", ">", now - OLDEST),
            "|",
            ("finances_asked", "=", False),
            "&",
            ("finances_asked", "<", now - ASK_AGAIN),
            ("create_date", ">", now - GIVE_UP),
        ],
        order="end desc, id desc",
        limit=LIMIT,
    )


def _keep(settlement, total):
    now = fields.Datetime.now()
    values = {"finances_asked": now}
    if total is not None:
        values |= {"finances_total": float(total), "finances_checked": now}
    settlement.write(values)
    if settlement.proof_ids.filtered(lambda proof: proof.code == "P8"):
        settlement_proofs.prove_chain(settlement)
