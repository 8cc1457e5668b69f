"""Who bought, where Amazon tells it only after the order became a sale (row 5.21)."""

from ..spapi.errors import MalformedOrder
from ..spapi.orders import parse_order
from . import order_attention
from .customers import customers


def arrived(before, order):
    """Whether the parsed ``order`` names a buyer, and its earlier raw payload did not."""
    try:
        old = parse_order(before)
    except MalformedOrder:
        return False
    return not _name(old) and bool(_name(order))


def _name(order):
    address = order.recipient and order.recipient.delivery_address
    return (order.buyer and order.buyer.name) or (address and address.name)


def apply(order):
    """The sale of an order that had no buyer gets its customer, as at an import.

    Only as long as nothing was invoiced, and nothing has left our own warehouse.
    """
    sale = order.sale_order_id
    store = order.store_id.with_company(order.company_id)
    if not sale or sale.state != "sale" or sale.partner_id != store.default_customer_id:
        return
    if sale.amazon_order_id != order or sale.invoice_ids.filtered(
        lambda move: move.state != "cancel"
    ):
        return
    left = sale.order_line.move_ids.filtered(lambda move: move.state == "done")
    if left and order.fulfilled_by != "AMAZON":
        return
    try:
        parsed = parse_order(order.payload)
    except MalformedOrder:
        return
    customer = customers(store, [parsed])[parsed.order_id]
    if customer.partner == sale.partner_id:
        return
    sale.with_context(update_delivery_shipping_partner=True).write(
        {
            "partner_id": customer.partner.id,
            "partner_invoice_id": customer.partner.id,
            "partner_shipping_id": customer.shipping.id,
            # computed from the customer, but the store's settings decided them
            "fiscal_position_id": sale.fiscal_position_id.id,
            "payment_term_id": sale.payment_term_id.id,
            "user_id": sale.user_id.id,
            "team_id": sale.team_id.id,
            "note": sale.note,
        }
    )
    sale.message_post(body=order.env._("Amazon has told who bought."))


def refused(order, why):
    """Odoo can't take the buyer: the sale stays as it is, and somebody is told."""
    order.to_redirect = False
    message = order.env._(
        "Amazon named another buyer or address, but Odoo refused it: %s Change customer "
        "and address of sale and transfer by hand.",
        why,
    )
    order_attention.tell(order, order.env._("Buyer changed at Amazon"), message)
