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
    unlinked_count = fields.Integer("Unlinked SKUs", compute="_compute_unlinked_count")

    def _compute_unlinked_count(self):
        counts = dict(
            self.env["amazon.listing"]._read_group(
                [
                    ("account_id", "in", self.ids),
                    ("product_id", "=", False),
                    ("is_parent", "=", False),
                    ("is_manual", "=", False),
                    ("status", "!=", "canceled"),
                ],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.unlinked_count = counts.get(account, 0)

    def action_view_unlinked(self):
        return self._open("amazon_listing_inbox_action", "unlinked")
