"""Void the sale and import the order anew, as Amazon has it now (row 4.15)."""

from odoo import fields

from . import order_change, order_inbox, unlinked_items


def obstacle(order):
    """Why the order can't be reloaded, in one sentence; False when it can."""
    sale = order.sale_order_id
    env = order.env
    if not sale:
        return False
    if (
        sale.state != "cancel"
        and order.search_count([("sale_order_id", "=", sale.id)], limit=2) > 1
    ):
        return env._(
            "Sale %s stands for several Amazon orders, so one of them can't be reloaded "
            "alone. Correct the sale by hand.",
            sale.name,
        )
    moves = sale.order_line.move_ids.filtered(lambda move: move.state == "done")
    if moves or unlinked_items.has_left(sale):
        return env._(
            "Goods of sale %s have left the warehouse already. Take them back (Return on "
            "the transfer) and correct the sale by hand instead of reloading it.",
            sale.name,
        )
    posted = sale.invoice_ids.filtered(lambda move: move.state == "posted")
    if posted:
        return env._(
            "Sale %(sale)s has the posted invoice %(invoice)s. Reverse it with a credit "
            "note and correct the sale by hand instead of reloading it.",
            sale=sale.name,
            invoice=posted[0].name,
        )
    return False


def reload(order, payload):
    """Cancel the order's sale and give the inbox Amazon's answer as if it were new.

    Call :func:`obstacle` first. The canceled sale keeps its link to the Amazon order:
    the database's guard then refuses to bring it back to life next to the new one.
    """
    sale = order.sale_order_id
    if sale and sale.state != "cancel":
        if sale.locked:
            sale.action_unlock()
        sale._action_cancel()
        sale.message_post(
            body=order.env._("Canceled: the Amazon order is imported anew.")
        )
    order.line_ids.unlink()
    order.write(
        {
            "sale_order_id": False,
            "state": "pending",
            "reason_code": False,
            "reason_detail": False,
            "attention": False,
            "to_invoice": False,
            "payload_digest": False,
            "last_updated": False,
            "next_try": fields.Datetime.now(),
            "to_redirect": False,
            **order_change.AGREED,
        }
    )
    order_change.tell(order)
    order_inbox.store(order.account_id, [payload])
    order.account_id._enqueue("process")
