from odoo import models
from odoo.fields import Domain


class AmazonAccount(models.Model):
    """Orders that wait for products are told when products can be loaded, or can't."""

    _inherit = "amazon.account"

    def write(self, vals):
        result = super().write(vals)
        if {"sync_products", "state", "active"} & set(vals):
            stores = self.sudo().with_context(active_test=False).store_ids
            self.env["amazon.order"].sudo()._release_unlinked(
                stores,
                Domain("listing_id.status", "=", "not_listed")
                | Domain("listing_id.to_match", "=", True),
            )
        return result
