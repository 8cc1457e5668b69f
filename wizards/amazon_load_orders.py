from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo import fields, models
from odoo.exceptions import UserError

DEFAULT_DAYS = 30


class AmazonLoadOrders(models.TransientModel):
    """Whose orders of which days are read from Amazon (rows 4.16, 4.18)."""

    _name = "amazon.load.orders"
    _description = "Load Orders"

    store_ids = fields.Many2many(
        "amazon.store",
        string="Stores",
        required=True,
        default=lambda self: self.env["amazon.store"]._chosen("sync_orders"),
        domain="[('account_id.state', '=', 'connected')]",
    )
    by = fields.Selection(
        lambda self: self.env["amazon.order.load"]._fields["by"].selection,
        "Orders",
        default="created",
        required=True,
        help="Purchased: history by the day of the purchase. Changed: whatever happened "
        "to orders in that time, like the ordinary pull.",
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: (
            fields.Date.context_today(self) - timedelta(days=DEFAULT_DAYS)
        ),
        help="At most one year back.",
    )
    date_to = fields.Date(
        "To", required=True, default=fields.Date.context_today, help="Included."
    )

    def action_load(self):
        """Begin, and show how far it is; the page can be left."""
        self.ensure_one()
        if not self.store_ids:
            raise UserError(self.env._("Choose at least one store."))
        loads = (
            self.env["amazon.order.load"]
            .sudo()
            ._start(self.store_ids, self.by, *self._span(), self.env.user)
        )
        if len(loads) == 1:
            return loads.with_env(self.env).get_formview_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_connector.amazon_order_load_action"
        )
        action["domain"] = [("id", "in", loads.ids)]
        return action

    def _span(self):
        """The days in the user's time zone, as Odoo's datetimes; today ends now."""
        zone = ZoneInfo(self.env.context.get("tz") or self.env.user.tz or "UTC")

        def begin(day):
            local = datetime.combine(day, time.min, tzinfo=zone)
            return local.astimezone(UTC).replace(tzinfo=None)

        if self.date_to == fields.Date.context_today(self):
            return begin(self.date_from), fields.Datetime.now()
        return begin(self.date_from), begin(self.date_to + timedelta(days=1))
