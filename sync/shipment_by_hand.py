"""Service lines that left without a transfer ► outbox, when a person says so.

The rows are those of every shipment: sent, proven and refused in the same way.
"""

from odoo import fields

from . import shipment_outbox, unlinked_items

TASK = "amazon_connector.activity_ship_by_hand"


def lines_of(order):
    """What is still to be shipped by hand, or was and Amazon has refused it."""
    lines = unlinked_items.left_by_hand(order)
    refused = {
        item_ref
        for row in order._refused_by_hand()
        for item_ref, _units in row.payload["items"]
    }
    return lines | unlinked_items.service_lines(order.sale_order_id).filtered(
        lambda line: line.amazon_order_line_id.item_ref in refused
    )


def confirm(order, carrier, tracking):
    """The items are delivered, and Amazon is told; a refused message goes again.

    What Amazon confirms by itself is delivered and invoiced like any other.
    """
    package = {
        "tracking": tracking,
        "ship_date": fields.Datetime.to_string(fields.Datetime.now()),
        "carrier_code": carrier,
        "carrier_name": carrier,
        "shipping_method": "",
    }
    for row in order._refused_by_hand():
        row.payload = row.payload | package
        row._resend()
    lines = unlinked_items.left_by_hand(order)
    unlinked_items.deliver(lines)
    if not shipment_outbox.confirms_itself(order):
        told = shipment_outbox.told_units(order)
        if items := unlinked_items.to_confirm(lines, told):
            _queue(order, package, items)
    if order.store_id.invoice_policy != "none":
        order.to_invoice = True
    order.account_id._enqueue("process")
    order.activity_unlink([TASK])


def _queue(order, package, items):
    number = shipment_outbox.package_numbers(order).get(order, 0) + 1
    order.env["amazon.submission"].with_context(mail_create_nolog=True).create(
        {
            "kind": "shipment",
            "account_id": order.account_id.id,
            "store_id": order.store_id.id,
            "order_id": order.id,
            "package_reference": str(number),
            "reference": f"{order.amazon_order_ref}/{number}",
            "payload": {"items": [list(item) for item in items.items()], **package},
            "state": "queued",
            "next_try": fields.Datetime.now(),
        }
    )
    order.account_id._enqueue("shipments")
