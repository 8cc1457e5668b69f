from odoo import fields, models


class AmazonRateLimit(models.Model):
    """Token buckets, one per selling partner and operation, shared by all workers.

    Written by ``sync/rate_limit.py`` in short transactions of its own, so that a
    rolled-back batch does not give tokens back that Amazon has already counted.
    """

    _name = "amazon.rate.limit"
    _description = "Amazon Rate Limit"
    _order = "key, operation"
    _rec_name = "operation"
    _log_access = False

    key = fields.Char(required=True, help="Selling partner and application")
    operation = fields.Char(required=True)
    tokens = fields.Float(digits=(16, 6))
    updated = fields.Float("Updated (epoch)", digits=(16, 6))
    rate = fields.Float("Rate per Second", digits=(16, 6))
    burst = fields.Float(digits=(16, 6))

    _key_operation_uniq = models.Constraint(
        "UNIQUE (key, operation)", "One bucket per selling partner and operation."
    )
