from odoo import fields, models


class AmazonBuyer(models.Model):
    """By what a customer is recognised, each mark once per company.

    One customer may have several marks: an address at each marketplace, those of
    contacts merged into it, those of colleagues who order for one business. Two
    workers who meet a buyer at once can't both make a customer of it.
    """

    _name = "amazon.buyer"
    _description = "Amazon Buyer"
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, ondelete="cascade")
    key = fields.Char("Recognized By", required=True)
    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, ondelete="cascade", index=True
    )
    last_order = fields.Datetime(
        help="When the newest order was placed that this customer's data comes from: an "
        "older one that is loaded later changes nothing."
    )

    _key_uniq = models.Constraint(
        "UNIQUE (company_id, key)", "An Amazon buyer is one customer of a company."
    )
