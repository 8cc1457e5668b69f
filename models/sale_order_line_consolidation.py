from odoo import models

from ..sync import order_consolidate


class SaleOrderLine(models.Model):
    """What of a day's sale has no transfer is shipped by hand, and invoiced then."""

    _inherit = "sale.order.line"

    def write(self, vals):
        result = super().write(vals)
        if "qty_delivered" in vals:
            order_consolidate.delivered(self.sudo().order_id)
        return result
