from odoo import fields, models


class AmazonOrder(models.Model):
    """How the buyer wants the order shipped."""

    _inherit = "amazon.order"

    shipping_service = fields.Char(
        readonly=True,
        help="As Amazon names it: the service its delivery promise rests on, and the "
        "level the buyer chose. The store says which delivery method it stands for.",
    )
