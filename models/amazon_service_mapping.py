from odoo import api, fields, models


class AmazonServiceMapping(models.Model):
    """Amazon's name of a shipping service ► the store's own delivery method."""

    _name = "amazon.service.mapping"
    _description = "Amazon Shipping Service Mapping"
    _check_company_auto = True
    _rec_name = "level_id"

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    level_id = fields.Many2one(
        "amazon.service.level",
        "Amazon's Service",
        required=True,
        ondelete="restrict",
        help="The service level the buyer chose, or the text of the shipping service "
        "Amazon's delivery promise rests on, which goes first. Choose one of Amazon's "
        "levels or type any other text; capitals make no difference.",
    )
    delivery_carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery Method",
        required=True,
        check_company=True,
        ondelete="cascade",
        help="Put on the sale, and from there on its transfer. Prices stay Amazon's.",
    )
    amazon_carrier = fields.Char(
        "Amazon Is Told",
        compute="_compute_amazon_carrier",
        help="The carrier of a transfer with this delivery method.",
    )

    _store_level_uniq = models.Constraint(
        "UNIQUE (store_id, level_id)",
        "This shipping service is already mapped for the store.",
    )

    @api.depends("delivery_carrier_id", "store_id.carrier_mapping_ids.carrier_id")
    def _compute_amazon_carrier(self):
        for mapping in self:
            mapping.amazon_carrier = (
                mapping.delivery_carrier_id
                and mapping.store_id._told_carrier(mapping.delivery_carrier_id)
            )
