from odoo import fields, models


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

    def action_view_amazon_listings(self):
        self.ensure_one()
        variants = self.with_context(active_test=False).product_variant_ids
        return variants.action_view_amazon_listings()
