from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.base.models.res_partner import _tz_get

from ..sync import poll_schedule

LONGEST = 24 * 60
# what else decides when orders are asked for
POLLING = {"adaptive_polling", "orders_start", "tz"}


class AmazonAccount(models.Model):
    """How often each direction is synchronized: the account's own jobs follow it."""

    _inherit = "amazon.account"

    orders_interval = fields.Integer(
        "Check Orders Every",
        default=60,
        required=True,
        help="Minutes between two pulls. Amazon allows about 20 pages an hour.",
    )
    adaptive_polling = fields.Boolean(
        "Adapt to Sales",
        help="Asks again 5 minutes after a pull that brought orders; as long as none "
        "come, the pause doubles: 10, 20, … up to 120 minutes.",
    )
    poll_wait = fields.Integer("Current Pause", readonly=True, copy=False)
    next_poll = fields.Datetime(
        readonly=True, copy=False, help="Set by the pull that ended last."
    )
    next_check = fields.Datetime(
        related="orders_cron_id.nextcall", string="Next Check for Orders"
    )
    orders_start = fields.Float(
        "Begin Checking At",
        help="Time of day before which orders are not asked for, e.g. 06:00. 00:00 is "
        "around the clock.",
    )
    tz = fields.Selection(
        _tz_get,
        "Time Zone",
        default=lambda self: self.env.user.tz or "UTC",
        required=True,
        help="In which the time of day is meant.",
    )
    shipments_interval = fields.Integer(
        "Send Shipments Every",
        default=60,
        required=True,
        help="Minutes. A validated transfer is sent within the minute anyway; this is "
        "the sweep for what had to wait.",
    )
    stock_interval = fields.Integer(
        "Send Stock Every",
        default=60,
        required=True,
        help="Minutes. A changed quantity is sent within the minute anyway; this is "
        "the sweep that computes everything afresh.",
    )
    settlements_interval = fields.Integer(
        "Check Settlements Every",
        default=60,
        required=True,
        help="Minutes. Amazon closes a settlement every two weeks or every day.",
    )

    @api.constrains(
        "orders_interval",
        "shipments_interval",
        "stock_interval",
        "settlements_interval",
        "orders_start",
    )
    def _check_intervals(self):
        for account in self:
            if account.orders_interval < poll_schedule.SHORTEST:
                raise ValidationError(
                    self.env._(
                        "Orders can't be checked more often than every 5 minutes: "
                        "Amazon allows about 20 pages an hour. Choose 5 or more."
                    )
                )
            for name in self._interval_fields():
                if not poll_schedule.SHORTEST <= account[name] <= LONGEST:
                    raise ValidationError(
                        self.env._(
                            "%(setting)s: choose between 5 minutes and 1440, which is "
                            "once a day.",
                            setting=self._fields[name]._description_string(self.env),
                        )
                    )
            if not 0 <= account.orders_start < 24:
                raise ValidationError(
                    self.env._(
                        "Begin Checking At is a time of day: choose between 00:00 and "
                        "23:59."
                    )
                )

    @api.model
    def _interval_fields(self):
        return (
            "orders_interval",
            "shipments_interval",
            "stock_interval",
            "settlements_interval",
        )

    def write(self, vals):
        result = super().write(vals)
        changed = [name for name in self._interval_fields() if name in vals]
        if POLLING & set(vals) and "orders_interval" not in changed:
            changed.append("orders_interval")
        for account in self.sudo():
            for name in changed:
                account._plan_next_call(name)
        return result

    def _plan_next_call(self, name):
        """The settings changed: the pause they ask for begins now.

        A job that runs right now takes them over when it ends, see ``ir.cron``.
        """
        self.ensure_one()
        planned = False
        if name == "orders_interval":
            self.poll_wait = 0
            self._note_poll(found=True)
            planned = self.next_poll
        cron = self[name.replace("_interval", "_cron_id")]
        if cron.try_lock_for_update(allow_referencing=True):
            cron._keep_pause(self[name], planned)

    def _note_poll(self, found):
        """A pull has ended; ``found``: it brought something new.

        With a fixed pause around the clock Odoo's own schedule is left alone.
        """
        self.ensure_one()
        if not (self.adaptive_polling or self.orders_start):
            self.next_poll = False
            return
        wait = self.orders_interval
        if self.adaptive_polling:
            wait = self.poll_wait = poll_schedule.next_wait(self.poll_wait, found)
        self.next_poll = poll_schedule.after(
            fields.Datetime.now(), wait, self.orders_start, self.tz
        )
