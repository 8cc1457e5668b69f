from odoo import api, models
from odoo.exceptions import UserError

from ..sync import order_again, order_consolidate

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
            if order_consolidate.is_consolidated(order.sale_order_id):
                order.sale_order_id.message_post(
                    body=self.env._(
                        "The log entry of Amazon order %s was deleted. Its lines stay on "
                        "this sale.",
                        order.amazon_order_ref,
                    )
                )
            elif order.sale_order_id:
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

    def _reason_sentence(self):
        if self.reason_code == order_again.CODE:
            return self.env._(
                "Sale %s was made from this order before. Cancel it and press Retry to "
                "import the order again, or press Link Sale to take it over.",
                self.reason_detail,
            )
        return super()._reason_sentence()

    def action_link_sale(self):
        """Row 4.14: the sale of a deleted entry belongs to the order again."""
        self.ensure_one()
        self.check_access("write")
        # users operate: the sale is the connector's, like its import
        order_again.link(self.sudo().with_company(self.company_id))

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
