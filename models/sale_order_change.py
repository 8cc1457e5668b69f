from odoo import fields, models


class SaleOrder(models.Model):
    """Sales whose Amazon order, or one of them, was changed at Amazon (row 4.35)."""

    _inherit = "sale.order"

    amazon_changed_count = fields.Integer(
        "Changed Amazon Orders", compute="_compute_amazon_changed_count"
    )

    # sales that were made from an Amazon order whose log entry was deleted
    _amazon_forgotten_idx = models.Index(
        "(client_order_ref) WHERE amazon_store_id IS NOT NULL AND amazon_order_id IS NULL"
    )

    def _compute_amazon_changed_count(self):
        counts = dict(
            self.env["amazon.order"]
            .sudo()
            ._read_group(
                [("sale_order_id", "in", self.ids), ("is_changed", "=", True)],
                ["sale_order_id"],
                ["__count"],
            )
        )
        for sale in self:
            sale.amazon_changed_count = counts.get(sale, 0)

    def action_view_amazon_changes(self):
        """Where the differences are shown, applied or kept."""
        self.ensure_one()
        orders = self.env["amazon.order"].search(
            [("sale_order_id", "=", self.id), ("is_changed", "=", True)]
        )
        if len(orders) == 1:
            return orders.get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_action"
        )
        return action | {"domain": [("id", "in", orders.ids)], "context": {}}
