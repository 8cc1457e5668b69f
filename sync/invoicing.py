"""Shipped ► invoiced, by the store's policy, in batches."""

import logging

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .transaction import retried

_logger = logging.getLogger(__name__)

BATCH = 50


def invoice_due(account):
    """Invoice what was shipped since; commits batch by batch."""
    cron = account.env["ir.cron"]
    while done := retried(account.env, lambda: _invoice_batch(account)):
        if not cron._commit_progress(done):
            account._enqueue("process")  # the scheduler's time is up, not the work
            break


def _invoice_batch(account):
    orders = (
        account.env["amazon.order"]
        .search(
            [("account_id", "=", account.id), ("to_invoice", "=", True)],
            limit=BATCH * 4,
            order="purchase_date, id",
        )
        .try_lock_for_update(limit=BATCH)
        .filtered("to_invoice")
        .with_company(account.company_id)
    )
    if not orders:
        return 0
    orders.write({"to_invoice": False})
    try:
        with orders.env.cr.savepoint():
            _invoice(orders)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        _logger.info("Amazon invoices one by one after: %s", exc)
        for order in orders:
            _invoice_guarded(order)
    return len(orders)


def _invoice_guarded(order):
    try:
        with order.env.cr.savepoint():
            _invoice(order)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if not isinstance(exc, UserError):
            _logger.exception("Amazon order %s can't be invoiced", order.display_name)
        order.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=order.env._("The invoice could not be made"),
            note=str(exc),
            user_id=(order.account_id.user_id or order.env.user).id,
        )
        order.attention = order.env._("The invoice could not be made: %s", exc)


def _invoice(orders):
    sales = orders.sale_order_id.filtered(
        lambda sale: sale.invoice_status == "to invoice"
        # replacements and samples are given away: there is nothing to invoice
        and not sale.currency_id.is_zero(sale.amount_total)
    )
    for policy in ("draft", "posted", "batch"):
        chosen = sales.filtered(
            lambda sale, policy=policy: sale.amazon_store_id.invoice_policy == policy
        )
        if chosen:
            invoices = chosen._create_invoices(grouped=True)
            # the discount exceeds what has left so far: the next shipment brings both
            negative = invoices.filtered(
                lambda move: move.move_type == "out_invoice" and move.amount_total < 0
            )
            negative.unlink()
            invoices -= negative
            if policy == "posted":
                invoices.action_post()
