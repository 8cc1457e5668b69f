from odoo import fields, models


class ProductTemplate(models.Model):
    _inherit = "product.template"

    amazon_brand_id = fields.Many2one("amazon.brand", "Brand", ondelete="set null")
