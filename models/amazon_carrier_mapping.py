from odoo import api, fields, models

from ..sync import shipment_release


class AmazonCarrierMapping(models.Model):
    _name = "amazon.carrier.mapping"
    _description = "Amazon Carrier Mapping"
    _check_company_auto = True
    _rec_name = "delivery_carrier_id"

    store_id = fields.Many2one(
        "amazon.store", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="store_id.company_id", store=True)
    delivery_carrier_id = fields.Many2one(
        "delivery.carrier", "Delivery Method", required=True, check_company=True
    )
    carrier_id = fields.Many2one(
        "amazon.carrier",
        "Amazon Carrier",
        required=True,
        default=lambda self: self.env.ref("amazon_connector.amazon_carrier_other"),
        help="Amazon compares the code exactly. With 'Other', the delivery method's "
        "name is sent as the carrier's name.",
    )
    shipping_method = fields.Char(
        help="Free text Amazon shows to the buyer, e.g. Standard or Priority Mail."
    )

    _store_carrier_uniq = models.Constraint(
        "UNIQUE (store_id, delivery_carrier_id)",
        "This delivery method is already mapped for the store.",
    )

    @api.onchange("delivery_carrier_id")
    def _onchange_delivery_carrier(self):
        """Suggest the carrier whose name the delivery method begins with."""
        other = self.env.ref("amazon_connector.amazon_carrier_other")
        if self.delivery_carrier_id and self.carrier_id in (other, False):
            self.carrier_id = (
                self.carrier_id._suggest(self.delivery_carrier_id.name) or other
            )

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        # a transfer with the store's default delivery method may have lacked a carrier
        shipment_release.reconsider(mappings.store_id)
        return mappings

    def write(self, vals):
        result = super().write(vals)
        shipment_release.reconsider(self.store_id)
        return result

    def unlink(self):
        """The default delivery method may have had its carrier from here."""
        stores = self.store_id
        result = super().unlink()
        stores._check_default_delivery_method()
        return result
