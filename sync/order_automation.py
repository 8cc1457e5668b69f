"""Transfers of fresh merchant orders that a store has done by itself: pick, pack, ship.

Apart from the import: what can't be validated stays open with the reason on it, and
never holds up an order. A step is done only when those before it are.
"""

import logging

from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from . import outside_shipment
from .transaction import retried

_logger = logging.getLogger(__name__)

BATCH = 50
STEPS = ("pick", "pack", "ship")
OPEN = ("draft", "confirmed", "waiting", "assigned")
# delivery methods that ask no carrier for a label
SILENT_CARRIERS = (False, "fixed", "base_on_rule")


def start(store, sales):
    """Note for fresh sales of a batch what has left already and what is to be done."""
    items = sales.order_line.amazon_order_line_id
    if store.auto_ship == "outside":
        # whatever leaves by itself or by hand: Amazon knows of it
        for item in items:
            item.quantity_outside = item.quantity
    else:
        outside_shipment.apply(sales)
    items.order_id.write(
        {"automation_due": bool(store._auto_steps()), "left_open": False}
    )


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
    # a label that is bought stays bought: nobody else's trouble may undo its transfer
    labels = orders.filtered(_buys_label)
    orders = (orders - labels) or labels[:1]
    orders.automation_due = False
    try:
        with orders.env.cr.savepoint():
            held = _work(orders)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        _logger.info("Transfers of Amazon orders one by one after: %s", exc)
        held = {}
        for order in orders:
            held |= _work_guarded(order)
    _leave_open(held)
    return len(orders)


def _buys_label(order):
    carriers = (
        order.sale_order_id.carrier_id | order.sale_order_id.picking_ids.carrier_id
    )
    return any(kind not in SILENT_CARRIERS for kind in carriers.mapped("delivery_type"))


def _work_guarded(order):
    try:
        with order.env.cr.savepoint():
            return _work(order)
    except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
        raise
    except Exception as exc:
        if not isinstance(exc, UserError):
            _logger.exception("Transfers of Amazon order %s", order.display_name)
        reason = order.env._("Odoo refused to validate the transfer: %s", exc)
        return {order: reason}


def _work(orders):
    """Do what is chosen; {order: why its transfers are left open}."""
    held = {}
    going = orders.filtered(lambda order: order.sale_order_id.state == "sale")
    for step in STEPS:
        going.sale_order_id.invalidate_recordset(["picking_ids"])
        own = {order: _open_transfers(order, step) for order in going}
        pickings = orders.env["stock.picking"].union(*own.values())
        short = pickings.filtered(lambda picking: picking.state != "assigned")
        if short:
            short.action_assign()
        for order, transfers in own.items():
            if not transfers:
                continue
            chosen = order.store_id._auto_steps()
            if reason := step in chosen and _obstacle(order, transfers):
                held[order] = reason
            if reason or step not in chosen:
                # a sale of several orders leaves as a whole
                going = going.filtered(lambda o, order=order: not _shared(o, order))
        _validate(pickings & going.sale_order_id.picking_ids)
    return held


def _shared(order, other):
    return order.sale_order_id == other.sale_order_id


def _open_transfers(order, step):
    return order.sale_order_id.picking_ids.filtered(
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


def _obstacle(order, pickings):
    """Why these transfers have to wait for people; False when they don't."""
    env = order.env
    if order.cancel_requested:
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
    pickings.with_context(skip_backorder=True, skip_sms=True).button_validate()
    undone = pickings.filtered(lambda picking: picking.state != "done")
    if undone:
        raise UserError(
            pickings.env._(
                "%s asks something before it can be validated.",
                ", ".join(undone.mapped("name")),
            )
        )


def _leave_open(held):
    """Say why on the order, on its open transfers, and in the run's counts."""
    for order, reason in held.items():
        order.left_open = reason
        order.process_run_id._add(left_open=1)
        for picking in order.sale_order_id.picking_ids:
            if picking.state not in ("done", "cancel"):
                picking.message_post(body=reason)


def forget(pickings):
    """Transfers were validated: an order with none open any more has no reason left."""
    orders = pickings.sudo().sale_id.amazon_order_id.filtered("left_open")
    orders.filtered(
        lambda order: all(
            picking.state in ("done", "cancel")
            for picking in order.sale_order_id.picking_ids
        )
    ).left_open = False
