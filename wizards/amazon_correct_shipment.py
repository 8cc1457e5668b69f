from odoo import api, fields, models
from odoo.exceptions import UserError


class AmazonCorrectShipment(models.TransientModel):
    """Correct what Amazon refused, on the transfer itself, and send it again."""

    _name = "amazon.correct.shipment"
    _description = "Correct and Resend a Shipment"

    submission_id = fields.Many2one("amazon.submission", required=True)
    reason = fields.Char(related="submission_id.reason")
    answer = fields.Text(related="submission_id.answer")
    company_id = fields.Many2one(related="submission_id.company_id")
    tracking = fields.Char(
        "Tracking Number",
        compute="_compute_from_transfer",
        store=True,
        readonly=False,
    )
    delivery_carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery Method",
        compute="_compute_from_transfer",
        store=True,
        readonly=False,
        check_company=True,
    )
    amazon_carrier_id = fields.Many2one(
        "amazon.carrier",
        compute="_compute_amazon_carrier",
        store=True,
        readonly=False,
        help="Kept for this delivery method in the store, for later shipments too.",
    )

    @api.depends("submission_id")
    def _compute_from_transfer(self):
        for wizard in self:
            picking = wizard.submission_id.picking_id
            wizard.tracking = picking.carrier_tracking_ref
            wizard.delivery_carrier_id = picking.carrier_id

    @api.depends("delivery_carrier_id", "submission_id")
    def _compute_amazon_carrier(self):
        for wizard in self:
            store = wizard.submission_id.store_id
            mapping = store.carrier_mapping_ids.filtered(
                lambda m, w=wizard: m.delivery_carrier_id == w.delivery_carrier_id
            )
            wizard.amazon_carrier_id = (
                mapping.carrier_id
                if wizard.delivery_carrier_id
                else store.default_carrier_id
            )

    def action_resend(self):
        self.ensure_one()
        submission = self.submission_id
        if not (self.tracking or "").strip():
            raise UserError(self.env._("Enter the tracking number."))
        if not (self.delivery_carrier_id or self.amazon_carrier_id):
            raise UserError(self.env._("Choose a delivery method or a carrier."))
        self._keep_carrier()
        submission.picking_id.write(
            {
                "carrier_tracking_ref": self.tracking.strip(),
                "carrier_id": self.delivery_carrier_id.id,
            }
        )
        by_button = submission.reason_code == "manual"
        if by_button or submission.state not in ("queued", "waiting"):
            submission._resend()

    def _keep_carrier(self):
        """The carrier goes where it will be found next time: the store's mapping."""
        store = self.submission_id.store_id.sudo()
        if not self.amazon_carrier_id:
            return
        if not self.delivery_carrier_id:
            store.default_carrier_id = self.amazon_carrier_id
            return
        mapping = store.carrier_mapping_ids.filtered(
            lambda m: m.delivery_carrier_id == self.delivery_carrier_id
        )
        values = {"carrier_id": self.amazon_carrier_id.id}
        if mapping:
            mapping.write(values)
        else:
            mapping.create(
                values
                | {
                    "store_id": store.id,
                    "delivery_carrier_id": self.delivery_carrier_id.id,
                }
            )
