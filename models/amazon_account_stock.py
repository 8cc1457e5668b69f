from odoo import fields, models


class AmazonAccount(models.Model):
    """Whether, and since when, an account's quantities go to Amazon."""

    _inherit = "amazon.account"

    sync_stock = fields.Boolean(
        "Stock out",
        tracking=True,
        help="On: Odoo's quantities overwrite Amazon's. Press Compare Stock first.",
    )
    stock_checked = fields.Datetime("All Quantities Computed", readonly=True)
    quantity_ids = fields.One2many("amazon.quantity", "account_id")
    mismatch_count = fields.Integer(
        "Stock Mismatches", compute="_compute_mismatch_count"
    )

    def _compute_mismatch_count(self):
        counts = dict(
            self.env["amazon.quantity"]._read_group(
                [
                    ("account_id", "in", self.ids),
                    ("state", "in", ("refused", "mismatch")),
                ],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.mismatch_count = counts.get(account, 0)
