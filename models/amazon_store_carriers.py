from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..sync import shipment_release


class AmazonStore(models.Model):
    """How an order is delivered, and when Amazon is told that it left."""

    _inherit = "amazon.store"

    service_mapping_ids = fields.One2many("amazon.service.mapping", "store_id")
    free_shipping_carrier_id = fields.Many2one(
        "delivery.carrier",
        "Default Delivery Method",
        check_company=True,
        tracking=True,
        help="For merchant-fulfilled orders whose shipping service is not mapped below; "
        "empty: they get none. It says which service was promised, not who carries the "
        "parcel: unless you map it to one of Amazon's carriers, Amazon is told the "
        "default Amazon carrier, never 'Other' with this name.",
    )
    default_carrier_id = fields.Many2one(
        tracking=True,
        help="Sent when the transfer has no delivery method, or the default one while "
        "that is not mapped below.",
    )
    confirm_mode = fields.Selection(
        [
            ("tracking", "With tracking number"),
            ("any", "With or without tracking"),
            ("manual", "By button only"),
        ],
        "Confirm Shipments",
        default="tracking",
        required=True,
        tracking=True,
        help="When Amazon is told that a merchant-fulfilled order has left.\n"
        "Without: a tracking number that comes later is sent after. Parcels without one "
        "lower Amazon's Valid Tracking Rate, and Amazon may refuse them.\n"
        "By button: nothing goes out before somebody presses Update Dispatched Orders, "
        "here or on the account; mind the ship-by dates.",
    )
    unsent_count = fields.Integer("Not Yet Told", compute="_compute_unsent_count")

    def _compute_unsent_count(self):
        counts = dict(
            self.env["amazon.submission"]._read_group(
                [
                    ("kind", "=", "shipment"),
                    ("store_id", "in", self.ids),
                    ("state", "=", "waiting"),
                ],
                ["store_id"],
                ["__count"],
            )
        )
        for store in self:
            store.unsent_count = counts.get(store._origin, 0)

    @api.constrains("confirm_mode", "default_carrier_id")
    def _check_confirm_mode(self):
        for store in self:
            if store.confirm_mode == "any" and not store.default_carrier_id:
                raise ValidationError(
                    self.env._(
                        "Store %s would confirm every dispatched order at once, but Amazon "
                        "demands a carrier and a transfer may have no delivery method. "
                        "Choose a default Amazon carrier.",
                        store.name,
                    )
                )

    @api.constrains(
        "free_shipping_carrier_id",
        "default_carrier_id",
        "carrier_mapping_ids",
        "order_mode",
    )
    def _check_default_delivery_method(self):
        # of daily sales Amazon is told nothing
        for store in self.filtered(lambda store: store.order_mode != "daily"):
            method = store.free_shipping_carrier_id
            if method and not store._amazon_carrier(method)["carrier_code"]:
                raise ValidationError(
                    self.env._(
                        "Orders with the default delivery method %(method)s could not be "
                        "confirmed: no Amazon carrier is known for it. Choose a default "
                        "Amazon carrier, or map %(method)s to one.",
                        method=method.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "confirm_mode" in vals:
            shipment_release.reconsider(self, ("waiting", "queued"))
        elif {"default_carrier_id", "free_shipping_carrier_id"} & set(vals):
            shipment_release.reconsider(self)
        return result

    def _told_carrier(self, delivery_carrier):
        """The carrier Amazon is told for a delivery method, as people read it."""
        told = self._amazon_carrier(delivery_carrier)
        code, name = told["carrier_code"], told["carrier_name"]
        return self.env._("Other: %s", name) if code == "Other" else code

    # -- buttons ------------------------------------------------------------------

    def action_update_dispatched(self):
        """Row 8.12: queue what was dispatched and not sent; the job sends it."""
        account = self.account_id
        for one in account:
            if not (one._is_live() and one.sync_shipments):
                raise UserError(
                    self.env._(
                        "Account %s sends no shipments now: connect it, and switch on "
                        "'Shipments out'.",
                        one.name,
                    )
                )
        queued, carrierless = shipment_release.release(self)
        return account[:1]._notify(
            "warning" if carrierless else "success",
            self._release_message(len(queued), len(carrierless)),
            sticky=bool(carrierless),
        )

    def _release_message(self, queued, carrierless):
        if not (queued or carrierless):
            return self.env._("Amazon has been told of every dispatched order.")
        message = self.env._(
            "%s dispatched orders are being sent to Amazon; Shipments shows what Amazon "
            "says.",
            queued,
        )
        if carrierless:
            message += " " + self.env._(
                "%s can't go: they lack a carrier. Choose a delivery method on the "
                "transfer, or a default Amazon carrier in the store.",
                carrierless,
            )
        return message

    def action_copy_carriers(self):
        """Row 8.5: mappings of another store, to be edited before they are kept."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Copy Carriers From…"),
            "res_model": "amazon.copy.carriers",
            "view_mode": "form",
            "target": "new",
            "context": {"default_store_id": self.id},
        }
