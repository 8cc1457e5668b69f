"""Amazon has the money ► the invoice is paid (rows 7.2, 7.3), in batches, once.

An invoice is marked when it is posted, and its payment made by the account's own job:
a payment that can't be made never holds up an invoice.
"""

import logging
from collections import defaultdict

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .invoice_date import local_day
from .settlement_reconcile import run_plan
from .transaction import retried

_logger = logging.getLogger(__name__)

BATCH = 50
JOURNALS = ("bank", "cash", "credit")


# -- which journal can be used ----------------------------------------------------------


def method_line(journal):
    """The incoming payment method of a journal, rather one with an account."""
    lines = journal.inbound_payment_method_line_ids
    lines = lines.filtered(lambda line: line.code == "manual") or lines
    return (lines.filtered("payment_account_id") or lines)[:1]


def journal_problem(store, journal):
    """Why payments of a store can't be registered in `journal`, or False."""
    if not journal:
        return False
    env, account = store.env, store.account_id.sudo()
    line = method_line(journal)
    receives = line.payment_account_id or journal.default_account_id
    if journal.type not in JOURNALS or not line or not receives:
        return env._(
            "Journal %s can't receive payments. Choose a bank, cash or card journal "
            "with an incoming payment method and an account.",
            journal.name,
        )
    if not account.settlement_journal_id:
        return False
    clearing = _clearing(account)
    if line.payment_account_id in clearing:
        return False
    return env._(
        "Settlements of %(account)s would pay the invoices of %(store)s again: payments "
        "in journal %(journal)s don't wait on the Amazon clearing account. Set that "
        "account (%(clearing)s) on the journal's incoming payment method, or leave the "
        "payment journal empty and let settlements pay the invoices.",
        account=account.name,
        store=store.name,
        journal=journal.name,
        clearing=clearing[:1].display_name or env._("Settlement Accounts > Clearing"),
    )


def _clearing(account):
    """Ledger accounts on which settlements look for payments."""
    settings = account.env["amazon.settlement.account"].search(
        [("company_id", "=", account.company_id.id), ("kind", "=", "clearing")]
    )
    return settings.ledger_account_id


# -- the job -----------------------------------------------------------------------------


def pay_due(account):
    """Pay the posted invoices whose orders Amazon was paid for; commits by batches."""
    cron = account.env["ir.cron"]
    last = 0
    while True:
        last, done = retried(account.env, lambda last=last: _pay_batch(account, last))
        if not last:
            break
        if not cron._commit_progress(done):
            account._enqueue("process")  # the scheduler's time is up, not the work
            break


def _pay_batch(account, last):
    """(id of the last invoice looked at, how many are settled now)"""
    moves = (
        account.env["account.move"]
        .search(
            [
                ("id", ">", last),
                ("amazon_to_pay", "=", True),
                ("state", "=", "posted"),
                ("amazon_store_id.account_id", "=", account.id),
                "|",
                ("amazon_order_id", "=", False),
                ("amazon_order_id.paid_on", "!=", False),
            ],
            order="id",
            limit=BATCH * 4,
        )
        .try_lock_for_update(limit=BATCH)
        .filtered("amazon_to_pay")
        .with_company(account.company_id)
    )
    if not moves:
        return 0, 0
    days = paid_days(moves)
    ready = moves.filtered(lambda move: move.id in days)
    ready.amazon_to_pay = False
    for journal, chosen in ready.grouped(
        lambda move: move.amazon_store_id.payment_journal_id
    ).items():
        if journal:
            _pay_guarded(chosen, journal, days)
    return moves[-1].id, len(ready)


def _pay_guarded(moves, journal, days):
    try:
        with moves.env.cr.savepoint():
            register(moves, journal, days)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if len(moves) > 1:
            _logger.info("Amazon payments one by one after: %s", exc)
            for move in moves:
                _pay_guarded(move, journal, days)
            return
        if not isinstance(exc, UserError):
            _logger.exception("Invoice %s can't be paid", moves.display_name)
        account = moves.amazon_store_id.account_id
        moves.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=moves.env._("The payment could not be registered"),
            note=str(exc),
            user_id=(account.user_id or moves.env.user).id,
        )


def paid_days(moves):
    """{invoice id: the day Amazon was paid}, of those whose orders are all paid."""
    orders = orders_of(moves)
    return {
        move.id: local_day(max(found.mapped("paid_on")), move.company_id)
        for move in moves
        if (found := orders[move.id]) and all(found.mapped("paid_on"))
    }


def orders_of(moves):
    """{invoice id: its Amazon orders}, also those of a sale that stands for many."""
    moves = moves.sudo()
    sales = {move.id: move.line_ids.sale_line_ids.order_id for move in moves}
    Order = moves.env["amazon.order"]
    by_sale = defaultdict(Order.browse)
    for order in Order.search(
        [("sale_order_id", "in", moves.env["sale.order"].union(*sales.values()).ids)]
    ):
        by_sale[order.sale_order_id] |= order
    return {
        move.id: move.amazon_order_id.union(*(by_sale[sale] for sale in sales[move.id]))
        for move in moves
    }


# -- the payments ------------------------------------------------------------------------


def register(moves, journal, days=None):
    """Payments of those invoices that are wholly open, matched with them.

    :param days: {invoice id: day of the payment}; else the invoice's own
    :raises UserError: one sentence; nothing is made
    """
    for store in moves.amazon_store_id:
        if problem := journal_problem(store, journal):
            raise UserError(problem)
    # what a settlement has paid already, or in part, is the settlement's
    moves = moves.filtered(
        lambda move: move.state == "posted"
        and move.amount_total > 0
        and move.currency_id.is_zero(move.amount_residual - move.amount_total)
    )
    Payment = moves.env["account.payment"].with_context(tracking_disable=True)
    payments = Payment.search(
        [
            ("amazon_invoice_id", "in", moves.ids),
            ("state", "not in", ("canceled", "rejected")),
        ]
    )
    new = moves - payments.amazon_invoice_id
    payments |= _create(Payment, new, journal, days or {})
    run_plan(moves.env, [[_open_lines(payment)] for payment in payments], quick=False)
    return payments


def _create(Payment, moves, journal, days):
    line = method_line(journal)
    payments = Payment.with_context(skip_invoice_sync=True).create(
        [
            {
                "date": days.get(move.id) or move.invoice_date,
                "amount": move.amount_residual,
                "payment_type": "inbound",
                "partner_type": "customer",
                "memo": " ".join(filter(None, (move.name, move.ref))),
                "journal_id": journal.id,
                "company_id": move.company_id.id,
                "currency_id": move.currency_id.id,
                "partner_id": move.commercial_partner_id.id,
                "payment_method_line_id": line.id,
                "destination_account_id": _terms(move)[:1].account_id.id,
                "invoice_ids": [(6, 0, move.ids)],
                "amazon_invoice_id": move.id,
            }
            for move in moves
        ]
    )
    payments.with_context(skip_sale_auto_invoice_send=True).action_post()
    return payments


def _terms(move):
    return move.line_ids.filtered(lambda line: line.display_type == "payment_term")


def _open_lines(payment):
    """The ids of what is matched: the payment's own item and those of the invoice."""
    terms = _terms(payment.amazon_invoice_id)
    own = payment.move_id.line_ids.filtered(
        lambda line: line.account_id == terms.account_id[:1]
    )
    return [line.id for line in own | terms if not line.reconciled]
