from odoo import models
from odoo.fields import Domain

HALTED = ("failed", "stopped", "replaced")


class AmazonCatalogLoad(models.Model):
    """Orders wait for what a load finds out, and for nothing once it has ended."""

    _inherit = "amazon.catalog.load"

    def write(self, vals):
        result = super().write(vals)
        if vals.get("stage") == "images" or vals.get("state") in HALTED:
            for load in self:
                load._release_orders()
        if vals.get("state") == "done":
            self._go_on_with_skus()
        return result

    def _release_orders(self):
        """What was linked is under way already; the rest is decided anew."""
        asked = Domain("listing_id.lookup_date", ">=", self.start)
        self.env["amazon.order"].sudo()._release_unlinked(
            self.store_id, asked | Domain("listing_id.load_id", "=", self.id)
        )

    def _go_on_with_skus(self):
        """SKUs that orders brought meanwhile don't wait for the next hour."""
        flagged = self.env["amazon.listing"].search(
            [("store_id", "in", self.store_id.ids), ("to_load", "=", True)], limit=1
        )
        flagged.account_id._enqueue("catalog")
