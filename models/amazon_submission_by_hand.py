from odoo import models


class AmazonSubmission(models.Model):
    """Confirmations of what left without a transfer."""

    _inherit = "amazon.submission"

    def _refuse(self, code, answer):
        result = super()._refuse(code, answer)
        for submission in self.filtered(lambda s: not s.picking_id and s.order_id):
            order = submission.order_id
            order.activity_schedule(
                "amazon_connector.activity_ship_by_hand",
                summary=self.env._("Amazon has not taken the shipment"),
                note=submission.reason,
                user_id=(submission.account_id.user_id or self.env.user).id,
            )
        return result

    def action_correct(self):
        if not self.picking_id:
            return self.order_id.action_ship_by_hand()
        return super().action_correct()
