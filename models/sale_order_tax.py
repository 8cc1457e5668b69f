from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    amazon_tax_note = fields.Text(related="amazon_order_id.tax_note")
