from odoo import api, fields, models

from ..sync import shipment_outbox
from ..sync.tracking_warning import warning


class StockPicking(models.Model):
    """What a delivery method does, and must not do, on a transfer of an Amazon order."""

    _inherit = "stock.picking"

    amazon_tracking_warning = fields.Char(
        "Doubtful Tracking Number",
        compute="_compute_amazon_tracking_warning",
        compute_sudo=True,
    )

    @api.depends(
        "carrier_id", "carrier_tracking_ref", "sale_id", "amazon_shipped_outside"
    )
    def _compute_amazon_tracking_warning(self):
        """Row 8.7: before it is sent, and as long as it is wrong."""
        for picking in self:
            told = (
                picking.carrier_tracking_ref
                and picking.state != "cancel"
                and shipment_outbox.is_told(picking)
            )
            picking.amazon_tracking_warning = told and warning(
                self.env, shipment_outbox.package(picking)
            )

    def _add_delivery_cost_to_so(self):
        """The buyer paid Amazon for the delivery: nothing is added to the sale."""
        if self.sale_id.amazon_store_id:
            return None
        return super()._add_delivery_cost_to_so()

    def send_to_shipper(self):
        """No label is bought for goods that left before Odoo knew of the order."""
        if self.amazon_shipped_outside:
            return None
        return super().send_to_shipper()
