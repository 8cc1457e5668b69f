from odoo import api, fields, models
from odoo.exceptions import UserError

from ..sync import order_consolidate


class SaleOrder(models.Model):
    """A sale of all the orders of a store's day (rows 4.22, 5.25)."""

    _inherit = "sale.order"

    amazon_order_ids = fields.One2many("amazon.order", "sale_order_id", "Amazon Orders")
    amazon_order_count = fields.Integer(
        "Number of Amazon Orders", compute="_compute_amazon_order_count"
    )
    amazon_consolidated = fields.Boolean(compute="_compute_amazon_order_count")

    @api.depends("amazon_store_id", "amazon_order_id", "amazon_order_ids")
    def _compute_amazon_order_count(self):
        for sale in self:
            many = bool(sale.amazon_store_id and not sale.amazon_order_id)
            sale.amazon_order_count = many and len(sale.sudo().amazon_order_ids)
            sale.amazon_consolidated = bool(sale.amazon_order_count)

    def action_draft(self):
        """An order that was reloaded meanwhile would be sold twice."""
        elsewhere = self.sudo().order_line.amazon_order_id.filtered(
            lambda order: not order.sale_order_id or order.sale_order_id not in self
        )
        many = self.filtered(order_consolidate.is_consolidated)
        if many and elsewhere:
            raise UserError(
                self.env._(
                    "Amazon order %(order)s was on sale %(sale)s and has been reloaded "
                    "since, so the sale can't be brought back: it would be sold twice.",
                    order=elsewhere[0].amazon_order_ref,
                    sale=many[0].name,
                )
            )
        return super().action_draft()

    def action_view_amazon_orders(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_action"
        )
        return action | {"domain": [("sale_order_id", "=", self.id)], "context": {}}

    @api.model
    def _prepare_amazon_consolidated(self, values, orders):
        """Values of the sale of a store's day, for other add-ons to change.

        :param values: dict as the connector makes it
        :param orders: the inbox records it stands for
        """
        return values
