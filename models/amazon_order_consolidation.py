from odoo import models
from odoo.exceptions import UserError

from ..sync import order_wait


class AmazonOrder(models.Model):
    """Orders that wait for the day's sale of their store (row 4.22)."""

    _inherit = "amazon.order"

    def _reason_sentence(self):
        if self.reason_code != order_wait.REASON:
            return super()._reason_sentence()
        return self.env._(
            "The store makes one sale a day: this order waits for that of %s. "
            "Consolidate Now on the store makes it at once.",
            self.reason_detail or "",
        )

    def _retry(self):
        result = super()._retry()
        order_wait.park(self)
        return result

    def action_process(self):
        """One order is not taken out of the day: that would split its sale."""
        held = self.filtered(lambda order: order.reason_code == order_wait.REASON)
        if held and held == self:
            raise UserError(
                self.env._(
                    "These orders wait for the day's sale of their store. Press "
                    "Consolidate Now on the store to make it of all that wait."
                )
            )
        return super(AmazonOrder, self - held).action_process()
