"""What Amazon shipped itself leaves the FBA location, without a warehouse transfer."""

from . import fba_lots


def deliver(sales, location):
    """Done moves for all storable lines of the (confirmed) sales, in one batch.

    Amazon is the master: where the FBA location is short the stock goes negative and
    shows there, instead of holding up the order.
    """
    customers = sales.env.ref("stock.stock_location_customers")
    values = []
    lines = sales.order_line.filtered(lambda x: x.product_id.type == "consu")
    kits = lines._amazon_kits()
    for line in lines:
        for component in line._amazon_components(kits):
            values.append(
                component
                | {
                    "picked": True,
                    "location_id": location.id,
                    "location_dest_id": customers.id,
                    "sale_line_id": line.id,
                    "origin": line.order_id.name,
                    "company_id": line.company_id.id,
                }
            )
    fba_lots.assign(lines, location, values)
    moves = sales.env["stock.move"].create(values)
    moves._action_done()
    return moves
