from datetime import timedelta

from odoo import fields, models

PAUSE = timedelta(minutes=30)


class AmazonAccount(models.Model):
    """Where reading Amazon's own ledger (the Finances API) stands."""

    _inherit = "amazon.account"

    transactions_cursor = fields.Datetime(
        "Transactions Up to Date Until",
        copy=False,
        help="Set it back to read older transactions again: nothing is doubled.",
    )
    transactions_daily_date = fields.Date(
        "Last Full Reading of Transactions",
        copy=False,
        help="Once a day the last days are read again, and all that Amazon still holds.",
    )
    transactions_pull = fields.Json("Running Pull of Transactions", copy=False)
    finances_message = fields.Text(
        "Finances",
        readonly=True,
        copy=False,
        help="Why Amazon's own ledger can't be read. Settlements don't need it.",
    )
    finances_refused_date = fields.Date("Finances Refused On", copy=False)

    def _finances_open(self):
        """Whether Amazon may be asked: where it refuses, once a day is enough."""
        self.ensure_one()
        today = fields.Date.context_today(self)
        return not self.finances_message or self.finances_refused_date != today

    def _transactions_due(self):
        """Whether transactions are read now.

        The job that reads them may be started at any time, by other work of its own.
        """
        cursor = self.transactions_cursor
        return self._finances_open() and bool(
            self.is_sandbox
            or self.transactions_pull
            or not cursor
            or cursor < fields.Datetime.now() - PAUSE
        )

    def _finances_refused(self, message):
        """Tell once that Amazon's ledger can't be read, and go on without it."""
        today = fields.Date.context_today(self)
        for account in self:
            account.finances_refused_date = today
            if account.finances_message == message:
                continue
            account.finances_message = message
            account.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=account._finances_summary(),
                note=message,
                user_id=account.user_id.id or self.env.uid,
            )

    def _finances_readable(self):
        """It can be read again, or may be: what was told is settled."""
        for account in self.filtered("finances_message"):
            account.finances_message = False
            summary = account._finances_summary()
            for activity in account.activity_ids:
                if activity.summary == summary:
                    activity.unlink()

    def _finances_summary(self):
        return self.env._("Amazon's own ledger can't be read")

    def _mark_connected(self):
        result = super()._mark_connected()
        self._finances_readable()
        return result
