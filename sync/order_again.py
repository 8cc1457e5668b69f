"""An Amazon order whose sale is there already, though the log has forgotten it.

An administrator may delete an entry of the order log; the sale stays (row 4.14). When
Amazon tells of the order again it must not become a second sale: a person cancels the
old one, or links it. Nor must an order that has its sale, whatever it was held for.
"""

from odoo import fields
from odoo.exceptions import UserError

from . import order_change, order_consolidate, shipment_outbox
from .problem import Problem

CODE = "sold_before"


def sales_of(records):
    """{Amazon's number: sale} of living sales: the orders' own, and those that lost
    their entry in the log; two queries."""
    stores = records.account_id.with_context(active_test=False).store_ids
    sales = records.env["sale.order"].search(
        [
            ("amazon_store_id", "in", stores.ids),
            ("client_order_ref", "in", records.mapped("amazon_order_ref")),
            ("amazon_order_id", "=", False),
            ("state", "!=", "cancel"),
        ],
        order="id desc",
    )
    known = {sale.client_order_ref: sale for sale in sales}
    own = {
        record.amazon_order_ref: record.sale_order_id
        for record in records.filtered(_has_sale)
    }
    return order_consolidate.forgotten(records, stores) | known | own


def _has_sale(record):
    return record.sale_order_id and record.sale_order_id.state != "cancel"


def hold(records):
    """Block those that are a sale already; returns the others."""
    known = sales_of(records)
    held = records.filtered(lambda record: record.amazon_order_ref in known)
    for record in held:
        record._block(CODE, known[record.amazon_order_ref].name)
    return records - held


def check(record):
    """:raises Problem: it is a sale already"""
    for sale in sales_of(record).values():
        raise Problem(CODE, sale.name)


def link(record):
    """Take over the sale that was made from the order before.

    :raises UserError: when the sale is not what Amazon sells
    """
    sale = sales_of(record).get(record.amazon_order_ref)
    if not sale:
        raise UserError(
            record.env._(
                "There is no sale of order %s any more. Press Retry to import it.",
                record.amazon_order_ref,
            )
        )
    if _has_sale(record):
        _imported(record)
        return
    lines = _pair(record, sale)
    if not order_consolidate.remember(record, sale):
        sale.amazon_order_id = record
    for item, line in lines.items():
        line.amazon_order_line_id = item
        line.amazon_order_id = record
        # what Amazon has as shipped was confirmed before the entry was deleted
        item.quantity_outside = item.quantity_fulfilled
    record.write({"sale_order_id": sale.id, **order_change.AGREED})
    _imported(record)
    sale.message_post(
        body=record.env._("Linked with Amazon order %s again.", record.amazon_order_ref)
    )
    if record.fulfillment_status in ("UNSHIPPED", "PARTIALLY_SHIPPED"):
        shipment_outbox.queue(sale.picking_ids)


def _imported(record):
    canceled = record.fulfillment_status == "CANCELLED"
    record.write(
        {
            "state": "imported",
            "reason_code": False,
            "reason_detail": False,
            # the sale is canceled as well, or somebody is told
            "next_try": canceled and fields.Datetime.now(),
        }
    )
    if canceled:
        record.account_id._enqueue("process")


def _pair(record, sale):
    """{order item: sale line} with the same product and units; every item has one."""
    pairs, free = (
        {},
        sale.order_line.filtered(
            lambda x: not x.amazon_order_line_id
            and x.amazon_order_ref in (False, record.amazon_order_ref)
        ),
    )
    for item in record.line_ids.filtered("quantity"):
        units = item.quantity * item.listing_id.quantity_factor
        line = free.filtered(
            lambda x, item=item, units=units: x.product_id == item.product_id
            and x.product_uom_qty == units
        )[:1]
        if not line:
            raise UserError(
                record.env._(
                    "Sale %(sale)s has no line with %(units)s units of SKU %(sku)s, so it "
                    "can't be linked. Correct the sale, or cancel it and press Retry.",
                    sale=sale.name,
                    units=units,
                    sku=item.sku or "?",
                )
            )
        pairs[item] = line
        free -= line
    return pairs
