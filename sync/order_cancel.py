"""Amazon canceled an order that is a sale already."""

from . import order_attention, order_consolidate, unlinked_items


def apply(order):
    """Cancel sale and transfers as long as nothing has left; afterwards only tell."""
    sale = order.sale_order_id
    if not sale or sale.state == "cancel":
        _settle(order)
        return
    if order_consolidate.is_consolidated(sale):
        _tell(order, order_consolidate.tell_canceled(order))
        return
    left = sale.order_line.move_ids.filtered(lambda move: move.state == "done")
    posted = sale.invoice_ids.filtered(lambda move: move.state == "posted")
    if left or unlinked_items.has_left(sale):
        _tell(
            order,
            order.env._(
                "Amazon canceled this order after it was shipped. Nothing was changed "
                "in Odoo."
            ),
        )
    elif posted:
        _tell(
            order,
            order.env._(
                "Amazon canceled this order after it was invoiced. Nothing was changed "
                "in Odoo."
            ),
        )
    else:
        if sale.locked:
            sale.action_unlock()
        sale._action_cancel()
        sale.message_post(body=order.env._("Canceled at Amazon."))
        _settle(order)


def refused(order, why):
    """Odoo can't cancel the sale: it stays the order's sale, and somebody is told."""
    message = order.env._(
        "Amazon canceled this order, but Odoo refused to cancel the sale: %s Don't ship "
        "it; cancel sale and transfers by hand.",
        why,
    )
    _tell(order, message)


def _settle(order):
    order.write(
        {
            "state": "canceled",
            "next_try": False,
            "to_invoice": False,
            "attention": False,
        }
    )


def _tell(order, message):
    order.next_try = False
    if order.attention != message:
        order.sale_order_id.message_post(body=message)
    order_attention.tell(order, order.env._("Canceled at Amazon"), message)
