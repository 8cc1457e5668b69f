from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AmazonLinkSku(models.TransientModel):
    """Choose the products of an order's unlinked SKUs; the order imports at once."""

    _name = "amazon.link.sku"
    _description = "Link SKUs of an Order"

    order_id = fields.Many2one("amazon.order", required=True)
    company_id = fields.Many2one(related="order_id.company_id")
    line_ids = fields.One2many(
        "amazon.link.sku.line",
        "wizard_id",
        compute="_compute_lines",
        store=True,
        readonly=False,
    )

    @api.depends("order_id")
    def _compute_lines(self):
        for wizard in self:
            listings = wizard.order_id.line_ids.listing_id.filtered(
                lambda listing: not listing.product_id
            )
            wizard.line_ids = [Command.clear()] + [
                Command.create({"listing_id": listing.id}) for listing in listings
            ]

    def action_link(self):
        self.ensure_one()
        chosen = self.line_ids.filtered("product_id")
        if not chosen:
            raise UserError(self.env._("Choose a product for at least one SKU."))
        for line in chosen:
            line.listing_id.write(
                {
                    "product_id": line.product_id.id,
                    "quantity_factor": line.quantity_factor,
                }
            )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Linked. The orders that waited for it are being imported."
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class AmazonLinkSkuLine(models.TransientModel):
    _name = "amazon.link.sku.line"
    _description = "SKU to Link"

    wizard_id = fields.Many2one("amazon.link.sku", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    listing_id = fields.Many2one("amazon.listing", required=True, readonly=True)
    sku = fields.Char(related="listing_id.sku")
    name = fields.Char(related="listing_id.name")
    product_id = fields.Many2one("product.product", check_company=True)
    quantity_factor = fields.Integer("Units per Sale", default=1, required=True)
