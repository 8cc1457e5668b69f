from odoo import fields, models


class AmazonAccount(models.Model):
    """Dispatched orders of all stores that Amazon has not been told of."""

    _inherit = "amazon.account"

    unsent_count = fields.Integer("Not Yet Told", compute="_compute_unsent_count")

    def _compute_unsent_count(self):
        for account in self:
            account.unsent_count = sum(account._all_stores().mapped("unsent_count"))

    def _all_stores(self):
        """With disabled ones: what left before is Amazon's business all the same."""
        return self.with_context(active_test=False).store_ids

    def action_update_dispatched(self):
        return self._all_stores().action_update_dispatched()
