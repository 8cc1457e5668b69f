from odoo import api, fields, models

from ..sync import shipment_outbox
from .amazon_submission import STATES as SUBMISSION_STATES


class StockPicking(models.Model):
    _inherit = "stock.picking"

    amazon_order_id = fields.Many2one(related="sale_id.amazon_order_id")
    amazon_ship_by = fields.Datetime(related="sale_id.amazon_order_id.ship_by")
    amazon_gift_message = fields.Text(related="sale_id.amazon_gift_message")
    amazon_cancel_requested = fields.Boolean(
        related="sale_id.amazon_order_id.cancel_requested"
    )
    amazon_changed_count = fields.Integer(related="sale_id.amazon_changed_count")
    amazon_submission_ids = fields.One2many(
        "amazon.submission", "picking_id", "Amazon Confirmations"
    )
    amazon_submission_state = fields.Selection(
        SUBMISSION_STATES, "Amazon Confirmation", compute="_compute_amazon_submission"
    )
    amazon_answer = fields.Text(compute="_compute_amazon_submission")
    amazon_shipped_outside = fields.Boolean(
        "Shipped Outside Odoo",
        copy=False,
        help="Amazon knew of this shipment before Odoo: nothing is sent.",
    )

    @api.depends("amazon_submission_ids.state", "amazon_submission_ids.reason_code")
    def _compute_amazon_submission(self):
        for picking in self:
            submission = picking.sudo().amazon_submission_ids[:1]
            picking.amazon_submission_state = submission.state
            picking.amazon_answer = submission.reason

    def button_validate(self):
        """Nobody is asked about a text message that Amazon's buyers never get."""
        if self and all(picking.amazon_order_id for picking in self):
            self = self.with_context(skip_sms=True)
        return super().button_validate()

    def _action_done(self):
        result = super()._action_done()
        shipment_outbox.queue(self)
        return result

    def write(self, vals):
        result = super().write(vals)
        if {"carrier_tracking_ref", "carrier_id"} & set(vals):
            # tracking that comes after validation, or a corrected number
            shipment_outbox.refresh(self)
        return result

    # Amazon forbids messages to its buyers that it does not send itself. Carriers hook
    # label printing into the same method, so it has to run; only the message is dropped.

    def _send_confirmation_email(self):
        return super(
            StockPicking, self.with_context(amazon_silent=True)
        )._send_confirmation_email()

    def message_post_with_source(self, *args, **kwargs):
        if self.env.context.get("amazon_silent"):
            self = self.filtered(lambda picking: not picking.amazon_order_id)
            if not self:
                return self.env["mail.message"]
        return super().message_post_with_source(*args, **kwargs)

    def _message_sms_with_template(self, *args, **kwargs):
        if self.env.context.get("amazon_silent"):
            self = self.filtered(lambda picking: not picking.amazon_order_id)
            if not self:
                return self.env["mail.message"]
        return super()._message_sms_with_template(*args, **kwargs)

    def action_view_amazon_submissions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_submission_action"
        )
        action["domain"] = [("picking_id", "=", self.id)]
        action["context"] = {}
        return action

    def action_amazon_correct(self):
        self.ensure_one()
        return self.amazon_submission_ids[:1].action_correct()
