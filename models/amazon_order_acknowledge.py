from odoo import fields, models
from odoo.exceptions import UserError


class AmazonOrder(models.Model):
    """Whether Amazon was told that the order is in the books (row 4.20)."""

    _inherit = "amazon.order"

    acknowledge_state = fields.Selection(
        [
            ("due", "To Send"),
            ("sent", "At Amazon"),
            ("done", "Acknowledged"),
            ("refused", "Refused"),
        ],
        "Acknowledgement",
        readonly=True,
        copy=False,
    )
    acknowledge_answer = fields.Text("Amazon's Answer", readonly=True, copy=False)
    acknowledge_feed_id = fields.Many2one(
        "amazon.feed",
        "Acknowledged With",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    acknowledge_try = fields.Datetime(
        "Acknowledge After", readonly=True, copy=False, help="Empty: at once."
    )

    _to_acknowledge_idx = models.Index("(account_id) WHERE acknowledge_state = 'due'")

    def action_acknowledge(self):
        """Once more, of what Amazon has refused."""
        todo = self.filtered(lambda order: order.acknowledge_state == "refused")
        if not todo:
            raise UserError(
                self.env._("Only an acknowledgement that Amazon refused goes again.")
            )
        todo.write({"acknowledge_state": "due", "acknowledge_answer": False})
        todo.account_id._enqueue("shipments")
