from odoo import fields, models


class AmazonSyncRun(models.Model):
    _inherit = "amazon.sync.run"

    left_open = fields.Integer(
        help="Imported orders whose transfers the store could not validate by itself."
    )
