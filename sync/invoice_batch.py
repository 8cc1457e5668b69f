"""Draft invoices ► posted (and paid) as a user asked, in batches (row 4.23).

One that can't be posted is named in the batch; the others go on.
"""

import logging

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import invoice_payment
from .transaction import retried

_logger = logging.getLogger(__name__)

BATCH = 50


def post_due(account):
    """Go on with what users asked for; commits batch by batch."""
    cron = account.env["ir.cron"]
    batches = account.env["amazon.invoice.batch"].search(
        [("account_id", "=", account.id), ("state", "=", "running")], order="id"
    )
    for batch in batches:
        while done := retried(account.env, lambda batch=batch: post_some(batch)):
            if not cron._commit_progress(done):
                account._enqueue("process")  # the time is up, not the work
                return


def post_some(batch):
    """Post the batch's next invoices; how many were looked at."""
    waiting = batch.waiting_ids
    moves = (
        batch.env["account.move"]
        .search(
            [("id", "in", waiting.ids)],
            order="amazon_invoice_date, invoice_date, id",
            limit=BATCH,
        )
        .try_lock_for_update()
    )
    if waiting and not moves:
        return 0  # somebody is at work on them right now
    problems = {}
    _post_guarded(batch, moves.filtered(lambda m: m.state == "draft"), problems)
    batch.write(
        {
            "posted": batch.posted + len(moves) - len(problems),
            "waiting_ids": [Command.unlink(id_) for id_ in moves.ids],
            "failed_ids": [Command.link(move.id) for move in problems],
            "problems": "\n".join(filter(None, [batch.problems, *problems.values()])),
        }
    )
    if not batch.waiting_ids:
        _finish(batch)
    return len(moves)


def _finish(batch):
    batch.state = "done"
    if batch.failed_ids:
        batch.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=batch.env._(
                "%s Amazon invoices could not be posted", len(batch.failed_ids)
            ),
            user_id=batch.user_id.id,
        )


def _post_guarded(batch, moves, problems):
    """Post them together, or find the culprits: {invoice: sentence}."""
    if not moves:
        return
    try:
        with moves.env.cr.savepoint():
            _post(batch, moves)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if len(moves) > 1:
            _logger.info("Amazon invoices one by one after: %s", exc)
            moves.invalidate_recordset()
            for move in moves:
                _post_guarded(batch, move, problems)
            return
        if not isinstance(exc, UserError):
            _logger.exception("Invoice %s can't be posted", moves.id)
        problems[moves] = f"{moves.ref or moves.display_name}: {exc}"


def _post(batch, moves):
    # as the user who asked, so that the invoices say who posted them
    moves = (
        moves.with_user(batch.user_id)
        .with_context(allowed_company_ids=batch.company_id.ids)
        .with_company(batch.company_id)
    )
    if batch.invoice_date:
        moves.invoice_date = batch.invoice_date
    moves.action_post()
    if batch.journal_id:
        paid = moves.sudo()
        invoice_payment.register(paid, batch.journal_id.with_env(paid.env))
        paid.amazon_to_pay = False
