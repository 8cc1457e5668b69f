"""Units that were shipped outside Odoo before the order was captured.

They have left the warehouse, so they leave Odoo's stock too, in a transfer of their
own that is never confirmed to Amazon: Amazon knows already.
"""


def apply(sales):
    """Split off and validate what Amazon reports as shipped for fresh sales."""
    for sale in sales:
        shipped = {
            line: line.amazon_order_line_id.quantity_fulfilled * line._amazon_factor()
            for line in sale.order_line
            if line.amazon_order_line_id.quantity_fulfilled
        }
        if shipped:
            _split_off(sale, shipped)


def _split_off(sale, shipped):
    for line in shipped:
        item = line.amazon_order_line_id
        item.quantity_outside = item.quantity_fulfilled
        if line.product_id.type == "service":
            line.qty_delivered = shipped[line]
    if not any(line.move_ids for line in shipped):
        return
    pickings = sale.picking_ids.filtered(lambda p: p.picking_type_code == "outgoing")
    pickings.move_ids.write({"quantity": 0, "picked": False})
    for line, quantity in shipped.items():
        for move in line.move_ids.filtered(lambda m: m.picking_id in pickings):
            done = min(move.product_uom_qty, quantity * _share(move, line))
            move.write({"quantity": done, "picked": True})
    taken = pickings.filtered(lambda p: any(p.move_ids.mapped("picked")))
    taken.amazon_shipped_outside = True
    taken.with_context(skip_backorder=True, skip_sms=True).button_validate()
    taken.backorder_ids.write({"amazon_shipped_outside": False})
    if taken.backorder_ids:  # Odoo objects to assigning nothing
        taken.backorder_ids.action_assign()
    for picking in taken:
        picking.message_post(
            body=sale.env._("Shipped outside Odoo before the order was captured.")
        )


def _share(move, line):
    """Units of the move's product in one unit of the sale line (kits: components)."""
    return move.product_uom_qty / line.product_uom_qty if line.product_uom_qty else 0
