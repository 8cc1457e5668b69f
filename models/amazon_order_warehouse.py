from odoo import fields, models

from ..sync import order_automation


class AmazonOrder(models.Model):
    _inherit = "amazon.order"

    automation_due = fields.Boolean(
        "Transfers Due",
        readonly=True,
        copy=False,
        help="The store's own pick, pack and ship are to be done.",
    )
    left_open = fields.Text(
        readonly=True,
        copy=False,
        help="Why the transfers were not validated by themselves.",
    )

    _automation_due_idx = models.Index("(account_id) WHERE automation_due")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    amazon_delivery_note = fields.Text(
        "Delivery Instructions",
        copy=False,
        readonly=True,
        help="What the buyer told Amazon about the delivery.",
    )


class StockPicking(models.Model):
    _inherit = "stock.picking"

    amazon_delivery_note = fields.Text(related="sale_id.amazon_delivery_note")
    amazon_left_open = fields.Text(
        "Left Open Because", related="sale_id.amazon_order_id.left_open"
    )

    def _action_done(self):
        result = super()._action_done()
        order_automation.forget(self)
        return result
