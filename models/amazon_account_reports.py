from odoo import fields, models
from odoo.exceptions import UserError


class AmazonAccount(models.Model):
    """Where fetching an account's settlement reports stands."""

    _inherit = "amazon.account"

    sync_settlements = fields.Boolean(
        "Settlements in",
        default=True,
        tracking=True,
        help="Off: no settlement report is asked for; files can still be uploaded.",
    )
    settlements_cursor = fields.Datetime(
        "Settlements Listed Until",
        copy=False,
        help="Amazon's date of the newest settlement report seen; the next listing "
        "starts a week before it. Empty: all that Amazon still has (90 days).",
    )
    settlements_requested_by_id = fields.Many2one("res.users", copy=False)
    settlements_message = fields.Text(
        "Settlement Reports",
        readonly=True,
        copy=False,
        help="Why Amazon does not give the settlement reports. Orders come in all the "
        "same, and files can be uploaded.",
    )
    settlements_refused_date = fields.Date("Settlements Refused On", copy=False)

    def _settlements_due(self):
        """Whether Amazon is asked: where it refuses, once a day is enough."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return bool(
            self.settlements_requested_by_id
            or not self.settlements_message
            or self.settlements_refused_date != today
        )

    def _settlements_refused(self, message):
        """A right for this one job is missing: told once, the others go on."""
        for account in self:
            account.settlements_refused_date = fields.Date.context_today(account)
            if account.settlements_message == message:
                continue
            account.settlements_message = message
            account.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=account._settlements_summary(),
                note=message,
                user_id=account.user_id.id or self.env.uid,
            )

    def _settlements_readable(self):
        for account in self.filtered("settlements_message"):
            account.settlements_message = False
            summary = account._settlements_summary()
            for activity in account.activity_ids:
                if activity.summary == summary:
                    activity.unlink()

    def _settlements_summary(self):
        return self.env._("Amazon does not give the settlement reports")

    def _mark_connected(self):
        result = super()._mark_connected()
        self._settlements_readable()
        return result

    def action_fetch_settlements(self):
        """Ask Amazon for new settlements right away; the page can be left."""
        self.ensure_one()
        if not self._is_live():
            raise UserError(
                self.env._("Connect the account first: open it and press Connect.")
            )
        if not self.sync_settlements:
            raise UserError(
                self.env._(
                    "Switch on 'Settlements in' first: it is off for this account."
                )
            )
        self.sudo().settlements_requested_by_id = self.env.user
        self.sudo().settlements_cron_id._trigger()
        return self._notify(
            "info",
            self.env._(
                "Settlements are being fetched; see Operations > Runs for progress."
            ),
        )
