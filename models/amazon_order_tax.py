from odoo import api, fields, models
from odoo.fields import Domain

from ..sync import buyer_vat


class AmazonOrder(models.Model):
    """What an order says of taxes besides amounts: the buyer's number, and our note."""

    _inherit = "amazon.order"

    buyer_vat = fields.Char(
        "Buyer's Tax Number",
        readonly=True,
        help="As a business buyer gave it to Amazon.",
    )
    buyer_vat_note = fields.Char(compute="_compute_buyer_vat_note")
    tax_note = fields.Text(
        readonly=True, help="Where the tax was recalculated: both figures."
    )

    @api.depends("buyer_vat", "sale_order_id.partner_id.vat")
    def _compute_buyer_vat_note(self):
        """Why the number is not on the customer, when it is not."""
        for order in self:
            order.buyer_vat_note = buyer_vat.note(order)

    def _retry_held_for_tax(self, domain):
        """Row 6.7: orders come in by themselves once what they waited for may be there."""
        held = Domain("state", "=", "blocked") & Domain("reason_code", "=", "tax")
        if orders := self.search(held & Domain(domain)):
            orders._retry()

    def action_open_tax_settings(self):
        """The store with its tax mapping, which the order waits for."""
        self.ensure_one()
        return self.store_id.get_formview_action()
