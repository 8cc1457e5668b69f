"""Which day stands on an invoice (row 5.18), in the company's time zone."""

from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import fields

from ..spapi.errors import MalformedOrder
from ..spapi.orders import parse_order


def of_sale(sale):
    """The day of the invoice made of `sale` now; False: the day it is posted."""
    store = sale.sudo().amazon_store_id
    moments = {
        "ship": _shipped,
        "purchase": lambda sale: sale.amazon_order_id.purchase_date or sale.date_order,
        "capture": lambda sale: sale.amazon_order_id.create_date or sale.create_date,
        "post": lambda sale: False,
    }
    moment = moments[store.invoice_date_source](sale.sudo())
    return moment and local_day(moment, sale.company_id)


def local_day(moment, company):
    """The company's calendar day of a naive UTC moment."""
    company = company.sudo()
    zone = company.partner_id.tz
    if not zone and "resource_calendar_id" in company._fields:
        zone = company.resource_calendar_id.tz
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone or "UTC")).date()


def _shipped(sale):
    """When the last of the goods left."""
    orders = sale.amazon_order_id | sale.order_line.amazon_order_line_id.order_id
    if orders and set(orders.mapped("fulfilled_by")) == {"AMAZON"}:
        # Amazon names no day; the order comes in when it has changed to shipped
        return max(filter(None, orders.mapped("last_updated")), default=False)
    moves = sale.order_line.move_ids.filtered(
        lambda move: move.state == "done" and move.location_dest_id.usage == "customer"
    )
    last = moves.sorted("date")[-1:]
    moment = last.picking_id.amazon_shipped_outside and _packed(orders)
    return moment or last.date or fields.Datetime.now()


def _packed(orders):
    """Amazon's own time of the last package; None where it names none."""
    moments = []
    for order in orders:
        try:
            packages = parse_order(order.payload).packages
        except MalformedOrder:
            continue
        moments += [package.ship_time for package in packages if package.ship_time]
    return max(moments).astimezone(UTC).replace(tzinfo=None) if moments else None
