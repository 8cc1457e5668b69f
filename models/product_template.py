from odoo import fields, models
from odoo.fields import Domain


class ProductTemplate(models.Model):
    _inherit = "product.template"

    amazon_brand_id = fields.Many2one("amazon.brand", "Brand", ondelete="set null")
    amazon_listing_count = fields.Integer(
        "Amazon Listings", compute="_compute_amazon_listing_count"
    )

    def _compute_amazon_listing_count(self):
        for template in self:
            variants = template.with_context(active_test=False).product_variant_ids
            template.amazon_listing_count = sum(variants.mapped("amazon_listing_count"))

    def write(self, vals):
        result = super().write(vals)
        if "taxes_id" in vals:
            self._retry_held_for_tax()
        return result

    def _retry_held_for_tax(self):
        """Orders may have waited for a customer tax of these products."""
        sold = Domain("line_ids.product_id.product_tmpl_id", "in", self.ids)
        unlinked = Domain("store_id.unknown_product_id.product_tmpl_id", "in", self.ids)
        self.env["amazon.order"].sudo()._retry_held_for_tax(sold | unlinked)

    def action_view_amazon_listings(self):
        self.ensure_one()
        variants = self.with_context(active_test=False).product_variant_ids
        return variants.action_view_amazon_listings()
