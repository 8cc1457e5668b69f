from odoo import fields, models


class AmazonAccount(models.Model):
    """How long the operations log is kept (row 4.32)."""

    _inherit = "amazon.account"

    keep_runs_days = fields.Integer(
        "Keep Successful Runs",
        default=30,
        required=True,
        help="Days after which a successful run is deleted from the operations log. "
        "Orders and other documents stay.",
    )
    keep_failed_runs_days = fields.Integer(
        "Keep Failed Runs",
        default=60,
        required=True,
        help="Days after which a run that failed, or that never came to its end, is "
        "deleted from the operations log.",
    )

    _check_keep_runs = models.Constraint(
        "CHECK (keep_runs_days >= 1 AND keep_failed_runs_days >= 1)",
        "Runs are kept for one day at least: enter the number of days.",
    )
