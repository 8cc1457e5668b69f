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
    amazon_buyer_ids = fields.One2many(
        "amazon.buyer", "partner_id", groups="amazon_connector.group_amazon_user"
    )

    # buyers are looked for among all contacts by their mail address as well
    _amazon_mail_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )
