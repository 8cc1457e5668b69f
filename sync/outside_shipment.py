"""Units that were shipped outside Odoo before the order was captured.

They have left the warehouse, so they leave Odoo's stock too, in a transfer of their
own that is never confirmed to Amazon: Amazon knows already. Where goods leave in
several steps, these units are taken through all of them.
"""

from odoo.exceptions import UserError

MOVE_OPEN = ("draft", "waiting", "confirmed", "partially_available", "assigned")


def apply(sales):
    """Split off and validate what Amazon reports as shipped for fresh sales.

    :return: {sale: why its transfers are left open}
    """
    held = {}
    for sale in sales:
        shipped = {
            line: line.amazon_order_line_id.quantity_fulfilled * line._amazon_factor()
            for line in sale.order_line
            if line.amazon_order_line_id.quantity_fulfilled
        }
        if not shipped:
            continue
        _note(shipped)
        if reason := _refusal(sale, shipped):
            held[sale] = reason
    return held


def _note(shipped):
    """Amazon knows of these units, whatever becomes of their transfers."""
    for line in shipped:
        item = line.amazon_order_line_id
        item.quantity_outside = item.quantity_fulfilled
        if line.product_id.type == "service":
            line.qty_delivered = shipped[line]


def _refusal(sale, shipped):
    """Split off; why Odoo refused it (a lot it lacks), and then nothing is done."""
    if not any(line.move_ids for line in shipped):
        return None
    try:
        with sale.env.cr.savepoint():
            _split_off(sale, shipped)
    except UserError as exc:
        return sale.env._(
            "Amazon has units of this order as shipped, but Odoo refused to take them "
            "out of stock: %s They are still on the transfer: validate it with them, "
            "but send only what Amazon does not have as shipped.",
            exc,
        )
    return None


def _split_off(sale, shipped):
    moves = sale.order_line.move_ids.filtered(lambda move: move.state in MOVE_OPEN)
    # the steps that come later have no transfer yet, or wait for these
    first = moves.filtered(lambda move: not move.move_orig_ids & moves)
    pickings = first.picking_id
    pickings.move_ids.write({"quantity": 0, "picked": False})
    for line, quantity in shipped.items():
        for move in line.move_ids & first:
            done = min(move.product_uom_qty, quantity * _share(move, line))
            move.write({"quantity": done, "picked": True})
    while taken := pickings.filtered(lambda p: any(p.move_ids.mapped("picked"))):
        _leave(taken)
        pickings = _next_step(taken)


def _leave(taken):
    outgoing = taken.filtered(lambda p: p.picking_type_code == "outgoing")
    outgoing.amazon_shipped_outside = True
    validate(taken)
    outgoing.backorder_ids.write({"amazon_shipped_outside": False})
    if taken.backorder_ids:  # Odoo objects to assigning nothing
        taken.backorder_ids.action_assign()
    for picking in taken:
        picking.message_post(
            body=picking.env._("Shipped outside Odoo before the order was captured.")
        )


def _next_step(taken):
    """The transfers that go on with what these have brought, made ready for it."""
    moves = taken.move_ids.move_dest_ids.filtered(lambda m: m.state in MOVE_OPEN)
    moves.picking_id.move_ids.picked = False
    for move in moves:
        came = sum(
            orig.product_uom._compute_quantity(orig.quantity, move.product_uom)
            for orig in move.move_orig_ids & taken.move_ids
        )
        move.write({"quantity": min(move.product_uom_qty, came), "picked": True})
    return moves.picking_id


def validate(pickings):
    """Validate transfers when nobody is there to answer a question.

    :raises UserError: Odoo refuses, or asks one
    """
    pickings.with_context(skip_backorder=True, skip_sms=True).button_validate()
    undone = pickings.filtered(lambda picking: picking.state != "done")
    if undone:
        raise UserError(
            pickings.env._(
                "%s asks something before it can be validated.",
                ", ".join(undone.mapped("name")),
            )
        )


def _share(move, line):
    """Units of the move's product in one unit of the sale line (kits: components)."""
    return move.product_uom_qty / line.product_uom_qty if line.product_uom_qty else 0
