from odoo import api, fields, models


class AmazonLocationMapping(models.Model):
    """Row 5.19: where Amazon says an order ships from, as a warehouse."""

    _name = "amazon.location.mapping"
    _description = "Amazon Fulfillment Location"
    _check_company_auto = True
    _order = "store_id, id"
    _rec_name = "location"

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    location = fields.Char(
        "Amazon's Location",
        required=True,
        help="Name, postal code or city of the address that Amazon has on the order's "
        "packages as shipping from, in any case. The name counts first.",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        required=True,
        check_company=True,
        ondelete="cascade",
        help="Ships the orders that Amazon has at this location.",
    )

    _store_location_uniq = models.UniqueIndex(
        "(store_id, lower(location))", "This location is already mapped for the store."
    )

    @api.constrains("warehouse_id", "store_id")
    def _check_warehouse(self):
        self.store_id._check_fba_location()
        self.store_id._check_automation()
        for mapping in self:
            mapping.store_id._refuse_uncounted(mapping.warehouse_id)
