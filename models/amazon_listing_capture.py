from odoo import fields, models


class AmazonListing(models.Model):
    """What Amazon said of a SKU that only an order knew (row 4.28)."""

    _inherit = "amazon.listing"

    lookup = fields.Selection(
        [("unknown", "Amazon lists no such SKU"), ("failed", "Could not be asked for")],
        "Answer to the SKU",
        readonly=True,
        copy=False,
        help="Of a SKU that an order brought; empty: it was found, or not asked for.",
    )
    lookup_date = fields.Datetime("SKU Asked For", readonly=True, copy=False)

    def _release_orders(self):
        """Also those that waited only for the load to end."""
        result = super()._release_orders()
        self.env["amazon.order"].search(
            [
                ("state", "=", "pending"),
                ("reason_code", "=", "loading"),
                ("line_ids.listing_id", "in", self.ids),
            ]
        )._retry()
        return result
