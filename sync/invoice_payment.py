"""Amazon has the money ► the invoice is paid (rows 7.2, 7.3), in batches, once.

An invoice is marked when it is posted, and its payment made by the account's own job:
a payment that can't be made never holds up an invoice.
"""

import logging

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .invoice_date import local_day
from .invoice_money import AmazonMoney, open_lines, orders_of
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
    days, unpaid = paid_days(moves)
    ready = moves.filtered(lambda move: move.id in days)
    (ready | unpaid).amazon_to_pay = False
    for move in unpaid.filtered("amazon_store_id.payment_journal_id"):
        _tell(move, _why_unpaid(move))
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
        _tell(moves, str(exc))


def _tell(move, why):
    account = move.amazon_store_id.account_id
    move.activity_schedule(
        "mail.mail_activity_data_warning",
        summary=move.env._("The payment could not be registered"),
        note=why,
        user_id=(account.user_id or move.env.user).id,
    )


def paid_days(moves):
    """({invoice id: the day Amazon was paid}, invoices it never will be paid for).

    What is in neither waits for an order whose payment is pending.
    """
    days, unpaid = {}, moves.browse()
    for move, orders in orders_of(moves).items():
        owing = orders.filtered(lambda order: order._is_owed())
        if not owing or any(order._is_never_paid() for order in owing):
            unpaid |= move
        elif all(owing.mapped("paid_on")):
            days[move.id] = local_day(max(owing.mapped("paid_on")), move.company_id)
    return days, unpaid.with_env(moves.env)


def _why_unpaid(move):
    env = move.env
    orders = orders_of(move)[move].filtered(
        lambda order: order._is_owed() and order._is_never_paid()
    )
    if not orders:
        return env._("The Amazon orders of this invoice are not known any more.")
    return env._(
        "Amazon has no money for %s: canceled, or paid on delivery or by invoice. Take "
        "what was canceled off with a credit note, and register the payment by hand, "
        "or leave it to Amazon's settlement.",
        ", ".join(orders.mapped("amazon_order_ref")),
    )


# -- the payments ------------------------------------------------------------------------


def register(moves, journal, days=None):
    """Payments of invoices that nobody else pays, matched with them.

    :param days: {invoice id: day of the payment}; else the invoice's own
    :raises UserError: one sentence; nothing is made
    """
    for store in moves.amazon_store_id:
        if problem := journal_problem(store, journal):
            raise UserError(problem)
    moves = moves.filtered(lambda move: move.state == "posted" and _is_open(move))
    money = AmazonMoney(moves)
    # what earlier invoices of the orders were paid with and don't need any more
    freed = {move: money.freed(move) for move in moves}
    _match(moves.env, freed)
    amounts = {}
    for move in moves.filtered(_is_open):
        if others := _other_payments(move, money):
            if not others.amazon_settlement_id:  # else the settlements pay the rest
                _tell(move, _why_partly(move, others))
        elif move not in money.payments.amazon_invoice_id:
            amount = money.take(move, move.amount_residual)
            if amount > 0:
                amounts[move] = amount
            else:
                _tell(move, _why_spent(move, money))
    payments = _create(moves, amounts, journal, days or {})
    _match(
        moves.env,
        {payment.amazon_invoice_id: open_lines(payment) for payment in payments},
    )
    return payments


def _is_open(move):
    return move.currency_id.compare_amounts(move.amount_residual, 0) > 0


def _other_payments(move, money):
    """What has paid a part, beside credit notes and Amazon's own payments."""
    paid = _terms(move).matched_credit_ids.credit_move_id.move_id
    return paid.filtered(
        lambda entry: entry.move_type != "out_refund"
        and entry not in money.payments.move_id
    )


def _why_partly(move, others):
    return move.env._(
        "The invoice is paid in part by %s: register the rest by hand.",
        ", ".join(others.mapped("display_name")),
    )


def _why_spent(move, money):
    invoices = money.known(move).amazon_invoice_id - move
    return move.env._(
        "Amazon's money for the order has paid %s already. Cancel or credit one of "
        "these invoices, or register the payment by hand.",
        ", ".join(invoices.mapped("display_name")),
    )


def _create(moves, amounts, journal, days):
    line = method_line(journal)
    Payment = moves.env["account.payment"].with_context(tracking_disable=True)
    payments = Payment.with_context(skip_invoice_sync=True).create(
        [
            {
                "date": days.get(move.id) or move.invoice_date,
                "amount": amount,
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
            for move, amount in amounts.items()
        ]
    )
    payments.with_context(skip_sale_auto_invoice_send=True).action_post()
    return payments


def _terms(move):
    return move.line_ids.filtered(lambda line: line.display_type == "payment_term")


def _match(env, plan):
    """:param plan: {invoice: items of payments}"""
    steps = [
        [line.id for line in lines | _terms(move) if not line.reconciled]
        for move, lines in plan.items()
        if lines
    ]
    run_plan(env, [steps], quick=False)
