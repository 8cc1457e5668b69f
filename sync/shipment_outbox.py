"""A validated transfer ► outbox: one confirmation a transfer, in the same transaction.

Nothing here talks to Amazon; the user who validates never waits for it.
"""

from odoo import fields

from . import order_consolidate, unlinked_items

WAITING_FOR_PICKING = ("waiting", "queued", "sent", "refused", "confirmed")
# the position of a row that may go
SEND = {"state": "queued", "reason_code": False}


def queue(pickings):
    """Write the outbox rows of done transfers of merchant-fulfilled Amazon orders.

    Who works in the warehouse needs no rights on Amazon's records for it.
    """
    order_consolidate.shipped(pickings.sudo())
    pickings = pickings.sudo().filtered(_is_shipment)
    if not pickings:
        return
    orders = pickings.sale_id.amazon_order_id
    orders.filtered(lambda o: o.store_id.invoice_policy != "none").write(
        {"to_invoice": True}
    )
    orders.account_id._enqueue("process")
    unlinked_items.deliver_with(
        pickings.filtered(lambda p: not p.amazon_shipped_outside)
    )
    # a second look at a transfer that has its row already changes nothing
    pickings = pickings.filtered(_is_ours) - pickings.amazon_submission_ids.picking_id
    _create_rows(pickings, pickings.sale_id.amazon_order_id)


def _create_rows(pickings, orders):
    numbers = package_numbers(orders)
    told = told_units(orders)
    values = []
    for picking in pickings:
        items = shipped_items(picking, told)
        if not items:
            continue
        order = picking.sale_id.amazon_order_id
        numbers[order] = numbers.get(order, 0) + 1
        values.append(
            {
                "kind": "shipment",
                "account_id": order.account_id.id,
                "store_id": order.store_id.id,
                "order_id": order.id,
                "picking_id": picking.id,
                "package_reference": str(numbers[order]),
                "reference": f"{order.amazon_order_ref}/{numbers[order]}",
                "payload": {"items": items, **package(picking)},
                **_values(position(picking)),
            }
        )
    Submission = orders.env["amazon.submission"].with_context(mail_create_nolog=True)
    submissions = Submission.create(values)
    submissions.filtered(lambda s: s.state == "queued").account_id._enqueue("shipments")


def refresh(pickings):
    """Tracking or carrier changed on transfers: send what waited, or edit what went."""
    for submission in pickings.sudo().amazon_submission_ids:
        picking = submission.picking_id
        if picking.state != "done" or submission.state not in WAITING_FOR_PICKING:
            continue
        payload = submission.payload | package(picking)
        if payload == submission.payload:
            continue
        submission.payload = payload
        if payload["tracking"]:
            submission.without_tracking = False
        settle(submission, position(picking, submission.without_tracking))
        submission.activity_unlink_on_picking()


def settle(submissions, values):
    """Put rows where :func:`position` says, and wake the job for those that may go."""
    submissions.write({"tries": 0, **_values(values)})
    if values["state"] == "queued":
        submissions.account_id._enqueue("shipments")


def unsent(env, stores, states=("waiting",)):
    """Rows of the stores' dispatched orders that Amazon has not been told of."""
    rows = (
        env["amazon.submission"]
        .sudo()
        .search(
            [
                ("kind", "=", "shipment"),
                ("store_id", "in", stores.ids),
                ("state", "in", states),
            ]
        )
    )
    return rows.filtered(
        lambda row: row.picking_id.state == "done" and _is_ours(row.picking_id)
    )


def is_told(picking):
    """Whether Amazon hears of this transfer, once it is done."""
    return _is_merchant(picking) and _is_ours(picking)


def _is_shipment(picking):
    """Goods of a merchant-fulfilled Amazon order that have left the house."""
    return picking.state == "done" and _is_merchant(picking)


def _is_merchant(picking):
    """The order's channel decides, never the name of a warehouse (row 8.13).

    A sale of a whole day's orders has no order of its own: nothing of it is told.
    """
    return (
        picking.picking_type_code == "outgoing"
        and picking.sale_id.amazon_order_id.fulfilled_by == "MERCHANT"
    )


def _is_ours(picking):
    """Whether Amazon has to be told: not of what it confirms or knows itself."""
    return not picking.amazon_shipped_outside and not confirms_itself(
        picking.sale_id.amazon_order_id
    )


def confirms_itself(order):
    """Whether Amazon confirms the shipments of an order by itself (FBM Ship+)."""
    return "FBM_SHIP_PLUS" in (order.programs or "")


def package_numbers(orders):
    """{order: highest packageReferenceId used}; never used twice for other goods."""
    numbers = {}
    for submission in orders.submission_ids:
        number = int(submission.package_reference)
        order = submission.order_id
        numbers[order] = max(numbers.get(order, 0), number)
    for order in orders:
        # Amazon may have packages that were shipped outside Odoo
        for package in (order.payload or {}).get("packages") or []:
            reference = str(package.get("packageReferenceId", ""))
            if reference.isdigit():
                numbers[order] = max(numbers.get(order, 0), int(reference))
    return numbers


def shipped_items(picking, told):
    """[[order item id, quantity]] in units of the Amazon order item.

    For kits and multipacks a sold unit counts once it is complete. Goods that came back
    and leave again are no news to Amazon: no unit is told twice.

    :param told: {order item: units Amazon knows of}, kept up to date
    """
    items = {}
    moves = picking.move_ids.filtered(
        lambda m: m.state == "done" and m.sale_line_id.amazon_order_line_id
    )
    for line in moves.sale_line_id:
        item = line.amazon_order_line_id
        own = moves.filtered(lambda m, line=line: m.sale_line_id == line)
        factor = line._amazon_factor()
        known = told.get(item, 0)
        units = line.qty_delivered / factor
        if own.product_id == line.product_id and factor == 1:
            # where goods came back, it is what is no longer to leave that has left
            left = max(units, item.quantity - _still_to_leave(line))
            moved = sum(
                m.product_uom._compute_quantity(
                    m.quantity, line.product_uom_id, rounding_method="HALF-UP"
                )
                for m in own
            )
            units = min(left, known + moved)
        units = min(int(units + 1e-6), item.quantity) - known
        if units > 0:
            items[item.item_ref] = units
            told[item] = known + units
    items |= unlinked_items.confirmed_with(picking, told)
    return [[item_ref, units] for item_ref, units in items.items()]


def _still_to_leave(line):
    """Units of a sale line whose transfers are open, at whatever step they are."""
    moves = line.move_ids.filtered(
        lambda m: (
            m.state not in ("done", "cancel") and m.location_id.usage != "customer"
        )
    )
    return sum(
        m.product_uom._compute_quantity(
            m.product_uom_qty, line.product_uom_id, rounding_method="HALF-UP"
        )
        for m in moves - moves.move_orig_ids
    )


def told_units(orders):
    """{order item: units Amazon knows of}: confirmed before, or shipped outside Odoo."""
    told = {}
    for order in orders:
        units_of = {item.item_ref: item.quantity_outside for item in order.line_ids}
        for submission in order.submission_ids:
            for item_ref, units in submission.payload["items"]:
                units_of[item_ref] = units_of.get(item_ref, 0) + units
        for item in order.line_ids:
            told[item] = units_of[item.item_ref]
    return told


def package(picking):
    """What is sent about the parcel; the first number when several are given."""
    tracking = (picking.carrier_tracking_ref or "").split(",")[0].strip()
    store = picking.sale_id.amazon_store_id
    carrier = store._amazon_carrier(picking.carrier_id)
    return {
        "tracking": tracking,
        "ship_date": fields.Datetime.to_string(picking.date_done),
        **carrier,
    }


def position(picking, without_tracking=False):
    """{state, reason_code} of a transfer's row, by how the store confirms (row 8.11).

    :param without_tracking: somebody decided that this one goes without a number
    """
    known = package(picking)
    mode = picking.sale_id.amazon_store_id.confirm_mode
    if mode == "tracking" and not known["tracking"] and not without_tracking:
        return {"state": "waiting", "reason_code": "tracking"}
    if not known["carrier_code"]:
        return {"state": "waiting", "reason_code": "carrier_code"}
    if mode == "manual":
        return {"state": "waiting", "reason_code": "manual"}
    return dict(SEND)


def _values(position):
    if position["state"] == "waiting":
        return {**position, "next_try": False}
    return {**position, "answer": False, "next_try": fields.Datetime.now()}
