"""Transfers of fresh merchant orders that a store has done by itself: pick, pack, ship.

Apart from the import: what can't be validated stays open with the reason on it, and
never holds up an order. A step is done only when those before it are.
"""

import logging

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import outside_shipment, unlinked_items
from .transaction import retried

_logger = logging.getLogger(__name__)

BATCH = 50
STEPS = ("pick", "pack", "ship")
OPEN = ("draft", "confirmed", "waiting", "assigned")
# delivery methods that ask no carrier for a label
SILENT_CARRIERS = (False, "fixed", "base_on_rule")


def start(store, sales):
    """Note for fresh sales of a batch what has left already and what is to be done."""
    held = {}
    items = sales.order_line.amazon_order_line_id
    if store.auto_ship == "outside":
        # whatever leaves by itself or by hand: Amazon knows of it
        for item in items:
            item.quantity_outside = item.quantity
        unlinked_items.deliver(unlinked_items.service_lines(sales))
    else:
        held = outside_shipment.apply(sales)
    items.order_id.write(
        {"automation_due": bool(store._auto_steps()), "left_open": False}
    )
    _leave_open(held)
    for sale in held:  # what is left to a person is not done without him
        _orders(sale).automation_due = False


def work_due(account):
    """Do the steps of orders imported since; commits batch by batch."""
    cron = account.env["ir.cron"]
    while done := retried(account.env, lambda: _work_batch(account)):
        if not cron._commit_progress(done):
            account._enqueue("process")  # the scheduler's time is up, not the work
            break


def _work_batch(account):
    orders = (
        account.env["amazon.order"]
        .search(
            [("account_id", "=", account.id), ("automation_due", "=", True)],
            limit=BATCH * 4,
            order="purchase_date, id",
        )
        .try_lock_for_update(limit=BATCH)
        .filtered("automation_due")
        .with_company(account.company_id)
    )
    if not orders:
        return 0
    sales = orders.sale_order_id
    # a label that is bought stays bought: nobody else's trouble may undo its transfer
    labels = sales.filtered(_buys_label)
    later = labels[1:] if labels == sales else labels
    sales -= later
    # a sale of several orders leaves as a whole, with those beyond this batch
    orders = (orders - later.amazon_order_ids) | sales.amazon_order_ids
    orders.automation_due = False
    try:
        with orders.env.cr.savepoint():
            held = _work(sales)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        _logger.info("Transfers of Amazon orders one by one after: %s", exc)
        held = {}
        for sale in sales:
            held |= _work_guarded(sale)
    _leave_open(held)
    return len(orders)


def _buys_label(sale):
    carriers = sale.carrier_id | sale.picking_ids.carrier_id
    return any(kind not in SILENT_CARRIERS for kind in carriers.mapped("delivery_type"))


def _work_guarded(sale):
    try:
        with sale.env.cr.savepoint():
            return _work(sale)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if not isinstance(exc, UserError):
            _logger.exception("Transfers of Amazon sale %s", sale.display_name)
        reason = sale.env._("Odoo refused to validate the transfer: %s", exc)
        return {sale: reason}


def _work(sales):
    """Do what is chosen; {sale: why its transfers are left open}."""
    held = {}
    going = sales.filtered(lambda sale: sale.state == "sale")
    for step in STEPS:
        going.invalidate_recordset(["picking_ids"])
        own = {sale: _open_transfers(sale, step) for sale in going}
        pickings = sales.env["stock.picking"].union(*own.values())
        short = pickings.filtered(lambda picking: picking.state != "assigned")
        if short:
            short.action_assign()
        for sale, transfers in own.items():
            if not transfers:
                continue
            chosen = sale.amazon_store_id._auto_steps()
            if reason := step in chosen and _obstacle(sale, transfers):
                held[sale] = reason
            if reason or step not in chosen:
                going -= sale
        _validate(pickings & going.picking_ids)
    return held


def _open_transfers(sale, step):
    return sale.picking_ids.filtered(
        lambda picking: picking.state in OPEN and _step(picking) == step
    )


def _step(picking):
    """The step a transfer is; None for what is none of the warehouse's delivery."""
    kind = picking.picking_type_id
    if kind.code == "outgoing":
        return "ship"
    if kind == kind.warehouse_id.pack_type_id:
        return "pack"
    if kind == kind.warehouse_id.pick_type_id:
        return "pick"
    return None


def _obstacle(sale, pickings):
    """Why these transfers have to wait for people; False when they don't."""
    env = sale.env
    if any(_orders(sale).mapped("cancel_requested")):
        return env._(
            "The buyer asked to cancel, so nothing was shipped by itself. Decide, then "
            "validate or cancel the transfer."
        )
    moves = pickings.move_ids.filtered(lambda move: move.state != "cancel")
    tracked = moves.product_id.filtered(lambda product: product.tracking != "none")
    if tracked:
        return env._(
            "%s is tracked by lots or serial numbers: choose them and validate the "
            "transfer.",
            ", ".join(tracked.mapped("display_name")),
        )
    short = moves.filtered(
        lambda move: move.product_uom.compare(move.quantity, move.product_uom_qty) < 0
    )
    if short:
        return env._(
            "Not enough stock of %s: check availability and validate the transfer once "
            "it has come.",
            ", ".join(short.product_id.mapped("display_name")),
        )
    return False


def _validate(pickings):
    if not pickings:
        return
    outside = pickings.filtered(
        lambda picking: picking.picking_type_code == "outgoing"
        and picking.sale_id.amazon_store_id.auto_ship == "outside"
    )
    outside.amazon_shipped_outside = True
    outside_shipment.validate(pickings)


def _leave_open(held):
    """Say why on the sale's orders, on its open transfers, and in the run's counts."""
    for sale, reason in held.items():
        orders = _orders(sale)
        orders.left_open = reason
        for run, own in orders.grouped("process_run_id").items():
            run._add(left_open=len(own))
        for picking in sale.picking_ids:
            if picking.state not in ("done", "cancel"):
                picking.message_post(body=reason)


def _orders(sale):
    """All orders of a sale, also before they are told that it is theirs."""
    return sale.order_line.amazon_order_id


def forget(pickings):
    """Transfers were validated: an order with none open any more has no reason left."""
    orders = pickings.sudo().sale_id.amazon_order_ids.filtered("left_open")
    orders.filtered(
        lambda order: all(
            picking.state in ("done", "cancel")
            for picking in order.sale_order_id.picking_ids
        )
    ).left_open = False
