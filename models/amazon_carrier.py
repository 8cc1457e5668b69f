from odoo import fields, models


class AmazonCarrier(models.Model):
    """Amazon's ``CarrierCode`` enumeration (amzn-base.xsd), exact and case-sensitive.

    No operation of the SP-API returns it, so it ships as data.
    """

    _name = "amazon.carrier"
    _description = "Amazon Carrier Code"
    _order = "name"

    name = fields.Char("Carrier Code", required=True)

    _name_uniq = models.Constraint(
        "UNIQUE (name)", "This carrier code is there already."
    )
