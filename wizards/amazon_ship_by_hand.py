from odoo import fields, models
from odoo.exceptions import UserError

from ..sync import shipment_by_hand


class AmazonShipByHand(models.TransientModel):
    """What has no transfer in Odoo was shipped by a person: Amazon is told."""

    _name = "amazon.ship.by.hand"
    _description = "Shipped by Hand"

    order_id = fields.Many2one("amazon.order", required=True)
    items = fields.Text(compute="_compute_items")
    carrier_id = fields.Many2one(
        "amazon.carrier",
        "Amazon Carrier",
        required=True,
        default=lambda self: self._default_carrier(),
    )
    tracking = fields.Char("Tracking Number", required=True)

    def _default_carrier(self):
        order = self.env["amazon.order"].browse(
            self.env.context.get("default_order_id")
        )
        return order.store_id.default_carrier_id

    def _compute_items(self):
        self.order_id.check_access("read")
        for wizard in self:
            lines = shipment_by_hand.lines_of(wizard.order_id.sudo())
            wizard.items = "\n".join(
                f"{line.amazon_order_line_id.quantity} × {line.name}" for line in lines
            )

    def action_confirm(self):
        self.ensure_one()
        if not self.tracking.strip():
            raise UserError(self.env._("Enter the tracking number."))
        self.order_id.check_access("write")
        # who ships needs no rights on sales
        shipment_by_hand.confirm(
            self.order_id.sudo(), self.carrier_id.name, self.tracking.strip()
        )
