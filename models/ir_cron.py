from odoo import models

NEXT_POLL = """
    SELECT next_poll FROM amazon_account
     WHERE orders_cron_id = %s AND next_poll > now() AT TIME ZONE 'UTC'
"""


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _reschedule_later(self, job):
        """The job that pulls orders plans its next call itself.

        The scheduler holds the job's row while it runs, so the job can't write its own
        next call: it leaves it on the account. The scheduler's transaction is older
        than that, hence the look with a cursor of its own.
        """
        result = super()._reschedule_later(job)
        cron = self.browse(job["id"])
        if self.env["amazon.account"].search_count([("orders_cron_id", "=", cron.id)]):
            with self.env.registry.cursor() as cr:
                cr.execute(NEXT_POLL, [cron.id])
                row = cr.fetchone()
            if row:
                cron.nextcall = row[0]
        return result
