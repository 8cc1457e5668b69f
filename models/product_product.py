from odoo import fields, models


class ProductProduct(models.Model):
    _inherit = "product.product"

    amazon_listing_ids = fields.One2many("amazon.listing", "product_id")
    amazon_listing_count = fields.Integer(
        "Amazon Listings", compute="_compute_amazon_listing_count"
    )
    # Odoo has a volume only; in the unit of length that goes with it (mm or ft)
    amazon_length = fields.Float("Length", digits="Volume")
    amazon_width = fields.Float("Width", digits="Volume")
    amazon_height = fields.Float("Height", digits="Volume")

    def _compute_amazon_listing_count(self):
        counts = dict(
            self.env["amazon.listing"]._read_group(
                [("product_id", "in", self.ids)], ["product_id"], ["__count"]
            )
        )
        for product in self:
            product.amazon_listing_count = counts.get(product, 0)

    def action_view_amazon_listings(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_listing_action"
        )
        return action | {"domain": [("product_id", "in", self.ids)]}
