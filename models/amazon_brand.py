from odoo import fields, models


class AmazonBrand(models.Model):
    """A brand as Amazon names it; Odoo Community has no field for it (row 2.20)."""

    _name = "amazon.brand"
    _description = "Brand"
    _order = "name"

    name = fields.Char(required=True)

    _name_uniq = models.Constraint("UNIQUE (name)", "There is a brand of this name.")
