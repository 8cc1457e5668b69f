from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    amazon_email = fields.Char(
        "Amazon Address",
        copy=False,
        index="btree_not_null",
        help="The buyer's anonymised address at Amazon. It is only used to recognise the "
        "buyer: Amazon forbids marketing, so Odoo's own mails never go there.",
    )
