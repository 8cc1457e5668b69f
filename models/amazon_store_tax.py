from odoo import fields, models

# settings that can complete what an order was held for
COMPLETING = frozenset(
    {
        "tax_mode",
        "tax_id",
        "amazon_tax_id",
        "collected_tax_id",
        "remitted_tax_id",
        "recalculate_tax",
        "require_tax_mapping",
    }
)


class AmazonStore(models.Model):
    """Which taxes the lines of a sale get, and when Amazon's amounts are not kept."""

    _inherit = "amazon.store"

    tax_mapping_ids = fields.One2many(
        "amazon.tax.mapping",
        "store_id",
        "Tax Mapping",
        help="The row that says most of the destination is taken (state, country, "
        "group, everywhere), then the one that says most of what is taxed, then the one "
        "with Amazon's rate; of two that say as much, the upper one.",
    )
    recalculate_tax = fields.Boolean(
        tracking=True,
        help="The mapped tax is computed by its own rate on Amazon's net price and "
        "replaces Amazon's amount, so the sale's total can differ from what the buyer "
        "paid: the order says so. Lines without a mapped tax, and tax that Amazon "
        "remits itself, keep Amazon's amount.",
    )
    require_tax_mapping = fields.Boolean(
        "Only with Tax Mapping",
        tracking=True,
        help="Orders wait until each of their lines has a row in the tax mapping: with "
        "Amazon's amounts, all lines; by own rule, those that leave the European Union "
        "and the store's own country. They come in by themselves once it is complete.",
    )

    def write(self, vals):
        result = super().write(vals)
        if not COMPLETING.isdisjoint(vals):
            self._retry_held_for_tax()
        return result

    def _retry_held_for_tax(self):
        self.env["amazon.order"].sudo()._retry_held_for_tax(
            [("store_id", "in", self.ids)]
        )
