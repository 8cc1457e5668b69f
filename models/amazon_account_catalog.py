from odoo import fields, models


class AmazonAccount(models.Model):
    """When an account's products are loaded."""

    _inherit = "amazon.account"

    sync_products = fields.Boolean(
        "Products in",
        default=True,
        tracking=True,
        help="Off: no product is asked for, not even of an unknown SKU.",
    )
    load_nightly = fields.Boolean(
        "Load Products Every Night",
        default=True,
        help="New, changed and canceled listings appear by themselves.",
    )
