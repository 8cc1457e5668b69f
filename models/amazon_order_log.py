from odoo import api, models
from odoo.exceptions import UserError

ON_THE_WAY = ("waiting", "queued", "sent")


class AmazonOrder(models.Model):
    """Entries of the order log are deleted and reloaded (rows 4.14, 4.15)."""

    _inherit = "amazon.order"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_on_the_way(self):
        """A shipment that Amazon has not confirmed yet would be lost with its order."""
        held = self.filtered(
            lambda order: order.submission_ids.filtered(
                lambda submission: submission.state in ON_THE_WAY
            )
        )
        if held:
            raise UserError(
                self.env._(
                    "A shipment of order %s is still on its way to Amazon. Delete the "
                    "entry once the shipment is confirmed.",
                    held[0].amazon_order_ref,
                )
            )

    def unlink(self):
        """Row 4.14: the sale stays as it is, and remembers whose sale it was."""
        for order in self.sudo():
            if order.sale_order_id:
                order.sale_order_id.message_post(
                    body=self.env._(
                        "The log entry of Amazon order %s was deleted. This sale is no "
                        "longer connected with Amazon.",
                        order.amazon_order_ref,
                    )
                )
        return super().unlink()

    def action_delete_entries(self):
        """Row 4.14: administrators only, by the model's own access rights."""
        self.unlink()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_action"
        )

    def action_reload(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reload Order"),
            "res_model": "amazon.reload.order",
            "view_mode": "form",
            "target": "new",
            "context": {"default_order_id": self.id},
        }
