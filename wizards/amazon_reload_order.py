from odoo import api, fields, models
from odoo.exceptions import UserError

from ..spapi.errors import NotFound, SpApiError
from ..spapi.orders import get_order
from ..sync import connection, order_reload


class AmazonReloadOrder(models.TransientModel):
    """Row 4.15: void the sale, forget the import, load the order again: in one step."""

    _name = "amazon.reload.order"
    _description = "Reload Order"

    order_id = fields.Many2one(
        "amazon.order", required=True, ondelete="cascade", readonly=True
    )
    sale_name = fields.Char("Sale", compute="_compute_sale")
    obstacle = fields.Char("Why Not", compute="_compute_sale")

    @api.depends("order_id")
    def _compute_sale(self):
        for wizard in self:
            order = wizard.order_id.sudo()
            wizard.sale_name = order.sale_order_id.name
            wizard.obstacle = order_reload.obstacle(order)

    def action_reload(self):
        """Amazon is asked first: when it has no answer, nothing has been changed."""
        self.ensure_one()
        order = self.order_id
        order.check_access("write")
        if self.obstacle:
            raise UserError(self.obstacle)
        payload = self._fetch()
        # users operate: the sale is the connector's, like its import
        order_reload.reload(order.sudo(), payload)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Order %s is being imported anew.", order.amazon_order_ref
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _fetch(self):
        account = self.order_id.account_id
        if not account._is_live():
            raise UserError(
                self.env._(
                    "Account %s is not connected, so the order can't be fetched again. "
                    "Open it and press Connect.",
                    account.name,
                )
            )
        try:
            with account._client(max_wait=5) as api:
                return get_order(api, self.order_id.amazon_order_ref)
        except NotFound as exc:
            raise UserError(
                self.env._(
                    "Amazon no longer gives order %s (orders older than two years are "
                    "gone), so the sale was left as it is.",
                    self.order_id.amazon_order_ref,
                )
            ) from exc
        except (connection.NotConfigured, SpApiError) as exc:
            raise UserError(connection.explain(account, exc)) from exc
