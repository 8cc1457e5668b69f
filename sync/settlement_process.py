"""The scheduled part: new settlements are understood and booked by the account's policy."""

import logging
from functools import partial

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import settlement_booking, settlement_classify, settlement_watch
from .transaction import retried

_logger = logging.getLogger(__name__)


def process_due(account):
    """Each settlement in its own transaction; one that fails holds up no other."""
    Settlement = account.env["amazon.settlement"]
    due = Settlement.search(
        [
            ("account_id", "=", account.id),
            "|",
            ("state", "=", "imported"),
            "|",
            ("book_requested", "!=", False),
            "&",
            ("state", "=", "ready"),
            ("reason", "=", False),
        ],
        order="end, id",
    )
    cron = account.env["ir.cron"]
    for settlement_id in due.ids:
        retried(account.env, partial(_process, Settlement.browse(settlement_id)))
        cron._commit_progress(1)
    retried(account.env, partial(settlement_watch.watch, account))
    cron._commit_progress()


def _process(settlement):
    if not settlement.try_lock_for_update():
        return
    env, account = settlement.env, settlement.account_id
    if settlement.state == "imported":
        settlement_classify.classify(settlement)
    policy = settlement.book_requested or account.settlement_policy
    if settlement.state not in ("ready", "draft", "to_map"):
        return
    if not settlement.book_requested and (
        settlement.state != "ready" or policy == "manual" or settlement.reason
    ):
        return
    settlement.book_requested = False
    try:
        with env.cr.savepoint():
            settlement_booking.book(settlement, post=policy == "posted")
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if not isinstance(exc, UserError):
            _logger.exception("Settlement %s can't be booked", settlement.display_name)
        reason = env._("It could not be booked: %s", exc)
        settlement._set_state(settlement.state, reason)
        settlement._tell_accountant(env._("A settlement could not be booked"), reason)
