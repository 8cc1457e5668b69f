from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

BATCH = 1000


class AmazonSyncRun(models.Model):
    """The daily clean-up of the operations log (row 4.32)."""

    _inherit = "amazon.sync.run"

    @api.autovacuum
    def _gc_runs(self):
        """Delete a batch of outdated runs; one that is running is never one of them.

        :return: (deleted, left), by which the scheduler goes on batch by batch
        """
        outdated = self._outdated()
        runs = self.search(outdated, limit=BATCH, order="id")
        done = len(runs)
        runs.unlink()
        return done, self.search_count(outdated, limit=BATCH) if done == BATCH else 0

    @api.model
    def _outdated(self):
        """A run belongs to its account, and each account has its own two terms."""
        now = fields.Datetime.now()
        accounts = self.env["amazon.account"].search([("active", "in", (True, False))])
        return Domain.OR(
            Domain("account_id", "=", account.id)
            & (
                (
                    Domain("state", "=", "done")
                    & Domain("start", "<", now - timedelta(account.keep_runs_days))
                )
                | (
                    Domain("state", "in", ("failed", "waiting"))
                    & Domain(
                        "start", "<", now - timedelta(account.keep_failed_runs_days)
                    )
                )
            )
            for account in accounts
        )
