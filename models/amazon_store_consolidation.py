from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ..sync import consolidation_time, order_wait

DAY = 24 * 60  # minutes


class AmazonStore(models.Model):
    """Whether each order is a sale of its own, or a day's orders are one sale."""

    _inherit = "amazon.store"

    order_mode = fields.Selection(
        [("single", "One sale per order"), ("daily", "One sale a day")],
        "Sales",
        default="single",
        required=True,
        tracking=True,
        help="One sale a day: all orders that are ready at the time below become one "
        "sale of the default customer; names and addresses at Amazon are left out. "
        "Orders that Amazon ships and those you ship become a sale each.",
    )
    consolidation_time = fields.Float(
        "Made At",
        default=23.0,
        tracking=True,
        help="Time of day at which the orders that are ready become the day's sale. "
        "What is ready later is part of the next day's sale.",
    )
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        compute="_compute_tz",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
        help="In which the time of day is meant, daylight saving included.",
    )
    consolidate_requested = fields.Datetime(readonly=True, copy=False)

    @api.depends("marketplace_id")
    def _compute_tz(self):
        for store in self:
            store.tz = store.marketplace_id.tz or "UTC"

    @api.constrains(
        "order_mode",
        "consolidation_time",
        "tz",
        "default_customer_id",
        "confirm_mode",
        "auto_ship",
    )
    def _check_consolidation(self):
        for store in self.filtered(lambda store: store.order_mode == "daily"):
            if why := store._consolidation_obstacle():
                raise ValidationError(why)

    def _consolidation_obstacle(self):
        """What contradicts one sale a day, and what to change; False when nothing."""
        self.ensure_one()
        if not self.default_customer_id:
            return self.env._(
                "Store %s would make one sale a day for its default customer, but has "
                "none. Choose a default customer, or make one sale per order.",
                self.name,
            )
        if not 0 <= consolidation_time.minutes_of(self.consolidation_time) < DAY:
            return self.env._(
                "The day's sale is made at a time of day: choose between 00:00 and "
                "23:59."
            )
        if not self.tz:
            return self.env._(
                "The time of the day's sale needs a time zone: choose the store's."
            )
        if self.confirm_mode == "any":
            return self.env._(
                "Of one sale a day, Amazon is told of no shipment, so store %s can't "
                "confirm shipments at once. Choose another way to confirm them "
                "(Delivery > What Amazon is told), or make one sale per order.",
                self.name,
            )
        if self.auto_ship == "ship":
            return self.env._(
                "Of one sale a day, Amazon is told of no shipment, so store %s can't "
                "ship and confirm to Amazon by itself. Choose No or Already Shipped at "
                "Amazon (Delivery > Done by itself), or make one sale per order.",
                self.name,
            )
        return False

    def write(self, vals):
        result = super().write(vals)
        if {"order_mode", "consolidation_time", "tz"} & set(vals):
            order_wait.retime(self)
        return result

    def action_consolidate_now(self):
        """Make a sale of what is there, without waiting for the end of the day."""
        self.ensure_one()
        orders = self.env["amazon.order"].search(order_wait.waiting(self))
        if self.order_mode != "daily" or not orders:
            raise UserError(
                self.env._(
                    "No order of store %s waits for the day's sale: there is nothing to "
                    "make a sale of.",
                    self.name,
                )
            )
        now = fields.Datetime.now()
        orders.write({"next_try": now, "reason_code": False, "reason_detail": False})
        # users operate: the request is no setting of theirs
        self.sudo().consolidate_requested = now
        self.account_id._enqueue("process")
        return self.account_id._notify(
            "success", self.env._("%s orders are becoming a sale.", len(orders))
        )
