"""Amazon changed where an order goes, after it became a sale (row 4.35)."""

from odoo.exceptions import UserError, ValidationError

from ..spapi.errors import MalformedOrder
from ..spapi.orders import parse_order
from . import customer_delivery, customer_match, customer_move, order_attention
from .customer_address import Geography, delivery_address

# telephones come and go without anybody's moving
TOLD = (
    "name",
    "company_name",
    "address_line1",
    "address_line2",
    "address_line3",
    "city",
    "state_or_region",
    "postal_code",
    "country_code",
)


def changed(before, order):
    """Whether the parsed ``order`` goes elsewhere than its earlier raw payload said.

    An address that Amazon no longer shows in full is no change.
    """
    try:
        old = delivery_address(parse_order(before))
    except MalformedOrder:
        return False
    new = delivery_address(order)
    if not new or not new.address_line1:
        return False
    return any(getattr(old, field, None) != getattr(new, field) for field in TOLD)


def apply(order):
    """Send the sale of an inbox record to the address that Amazon has now.

    Only while nothing has left; afterwards somebody is told.
    """
    order.write({"next_try": False, "to_redirect": False})
    sale = order.sale_order_id
    if not sale or sale.state != "sale" or order.fulfilled_by == "AMAZON":
        return
    if sale.amazon_order_id != order:  # of many orders: it goes to none of the buyers
        return
    try:
        with order.env.cr.savepoint():
            _follow(order, sale)
    except (MalformedOrder, UserError, ValidationError) as exc:
        message = order.env._(
            "Amazon changed the delivery address, but Odoo refused it: %s Change the "
            "address of sale and transfer by hand.",
            exc,
        )
        _tell(order, message)


def _follow(order, sale):
    parsed = parse_order(order.payload)
    store = order.store_id.with_company(order.company_id)
    buyer = customer_match.read(parsed, Geography(order.env, [parsed]))
    partners = {buyer.order_id: sale.partner_id}
    contact = customer_delivery.deliver(store, [buyer], partners)[
        buyer.order_id
    ].shipping
    if contact == sale.partner_shipping_id:
        return
    if sale.order_line.move_ids.filtered(lambda move: move.state == "done"):
        message = order.env._(
            "Amazon changed the delivery address of this order after goods had left. "
            "Nothing was changed in Odoo."
        )
        _tell(order, message)
        return
    labelled = any(sale.picking_ids.mapped("carrier_tracking_ref"))
    customer_move.redirect(sale, contact)
    sale.message_post(
        body=order.env._(
            "Amazon changed the delivery address: the transfers follow it."
        )
    )
    if labelled:
        message = order.env._(
            "Amazon changed the delivery address after the shipping label was made. "
            "Make a new label."
        )
        _tell(order, message)


def _tell(order, message):
    summary = order.env._("Delivery address changed at Amazon")
    order_attention.tell(order, summary, message)
