from odoo import api, models

from ..sync import stock_watch

# what decides whether, and how much of, a product is offered under a SKU
SOLD_BY = {
    "sku",
    "product_id",
    "quantity_factor",
    "stock_buffer",
    "is_remote",
    "is_parent",
    "channel",
    "status",
    "active",
}


class AmazonListing(models.Model):
    """A listing that sells something else, or in another way, changes a quantity."""

    _inherit = "amazon.listing"

    @api.model_create_multi
    def create(self, vals_list):
        listings = super().create(vals_list)
        stock_watch.mark(self.env, listings.product_id.ids)
        return listings

    def write(self, vals):
        if not SOLD_BY & set(vals):
            return super().write(vals)
        before = self.product_id.ids
        result = super().write(vals)
        stock_watch.mark(self.env, [*before, *self.product_id.ids])
        return result

    def unlink(self):
        stock_watch.mark(self.env, self.product_id.ids)
        return super().unlink()
